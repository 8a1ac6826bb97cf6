"""Sentences for people: one English text in the code, one catalog for Chinese."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that is put into words only when its reader's language is known.

    `msgid` is the English sentence with ``{named}`` places; `params` fills them and may hold other
    texts. ``str()`` gives the default language, Chinese.

    >>> _("about {n} parcels", n=3).render("en")
    'about 3 parcels'
    >>> _("{a} and {b}", a=_("not a message of the catalog"), b="<b>").render("en")
    'not a message of the catalog and <b>'
    """

    msgid: str
    params: tuple[tuple[str, Any], ...] = ()

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Put the sentence into words in `lang`, ``"zh"`` or ``"en"``."""
        sentence = catalog(lang).gettext(self.msgid) if self.msgid else ""
        if not self.params:
            return sentence
        return sentence.format(**{name: render(value, lang) for name, value in self.params})

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Joined:
    """Several texts in a row, put together with `separator`.

    >>> Joined((_("one"), "two"), "; ").render("en")
    'one; two'
    """

    parts: tuple[Any, ...]
    separator: str = ""

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Put all parts into words in `lang`."""
        return self.separator.join(render(part, lang) for part in self.parts)

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text that carries both languages itself, such as the title of a rule.

    >>> Bilingual("规划区", "Planning area").render("en")
    'Planning area'
    """

    zh: str
    en: str

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """The words in `lang`; the other language where one is empty."""
        return (self.en or self.zh) if lang == "en" else (self.zh or self.en)

    def __str__(self) -> str:
        return self.render()


Words = Text | Joined | Bilingual


def _(msgid: str, **params: Any) -> Text:
    """Mark an English sentence as one of the catalog's, with what fills its places."""
    return Text(msgid, tuple(params.items()))


def render(value: Any, lang: str = DEFAULT_LANGUAGE) -> str:
    """Any value as words: texts in `lang`, everything else as `str`."""
    return value.render(lang) if isinstance(value, Words) else str(value)


@cache
def catalog(lang: str) -> gettext.NullTranslations:
    """The catalog of messages for `lang`; English needs none."""
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}; known are {', '.join(LANGUAGES)}")
    if lang == "en":
        return gettext.NullTranslations()
    with (files("townland") / "locale" / lang / "LC_MESSAGES" / "townland.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)
