"""Sentences for people: English texts in the code, and one catalog for each other language."""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

DEFAULT_LANGUAGE = "zh"
SOURCE_LANGUAGE = "en"
"""The language of the sentences in the code, which needs no catalog."""


def _languages() -> tuple[str, ...]:
    """Name the languages: the default, that of the code, and every other one with a catalog."""
    folder = files("townland") / "locale"
    others = {each.name for each in folder.iterdir() if each.is_dir()} - {DEFAULT_LANGUAGE}
    return (DEFAULT_LANGUAGE, SOURCE_LANGUAGE, *sorted(others - {SOURCE_LANGUAGE}))


LANGUAGES = _languages()


class _Counted(Formatter):
    """Fills places, those with two words by the number: ``{n:piece|pieces}``."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Give the first word of two for 1, and the second for all others."""
        one, parted, many = format_spec.partition("|")
        return (one if value == "1" else many) if parted else str(value)


_COUNTED = _Counted()


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that is put into words only when its reader's language is known.

    `msgid` is the English sentence with ``{named}`` places; `params` fills them and may hold other
    texts. A place with two words, ``{n:piece|pieces}``, takes one of them by the number. ``str()``
    gives the default language, Chinese.

    >>> _("about {n} parcels", n=3).render("en")
    'about 3 parcels'
    >>> _("{n} {n:parcel|parcels}", n=1).render("en")
    '1 parcel'
    >>> _("{a} and {b}", a=_("not a message of the catalog"), b="<b>").render("en")
    'not a message of the catalog and <b>'
    """

    msgid: str
    params: tuple[tuple[str, object], ...] = ()

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Put the sentence into words in `lang`, one of `LANGUAGES`."""
        sentence = catalog(lang).gettext(self.msgid) if self.msgid else ""
        if not self.params:
            return sentence
        filled = {name: render(value, lang) for name, value in self.params}
        return (
            _COUNTED.vformat(sentence, (), filled) if "|" in sentence else sentence.format(**filled)
        )

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Joined:
    """Several texts in a row, put together with `separator`.

    >>> Joined((_("one"), "two"), "; ").render("en")
    'one; two'
    """

    parts: tuple[Words | str, ...]
    separator: Words | str = ""

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Put all parts into words in `lang`."""
        return render(self.separator, lang).join(render(part, lang) for part in self.parts)

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
        """The words in `lang`; the other language where one is empty.

        In a language that the text does not carry these are Chinese, and marked so.
        """
        carried = {"zh": self.zh or self.en, "en": self.en or self.zh}
        if lang in carried:
            return carried[lang]
        return _("{text} (in Chinese)", text=self.zh or self.en).render(lang)

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Marked:
    """Words, and the mark of what they are about, by which `marks` finds it in a whole reason.

    >>> Marked(Bilingual("规划区", "Planning area"), "planning_area").render("en")
    'Planning area'
    """

    words: Words | str
    mark: str

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Put the words into `lang`; the mark is not seen."""
        return render(self.words, lang)

    def __str__(self) -> str:
        return self.render()


Words = Text | Joined | Bilingual | Marked


def marks(words: object) -> Iterator[str]:
    """Give the marks of all that a text is about, in the order of its places.

    >>> area = Marked("Paddy", "paddy_built_on")
    >>> list(marks(_("{measure}: {area}.", measure=area, area="2 ha")))
    ['paddy_built_on']
    """
    if isinstance(words, Marked):
        yield words.mark
        yield from marks(words.words)
    elif isinstance(words, Text):
        for _name, value in words.params:
            yield from marks(value)
    elif isinstance(words, Joined):
        for part in words.parts:
            yield from marks(part)


def _(msgid: str, **params: object) -> Text:
    """Mark an English sentence as one of the catalog's, with what fills its places."""
    return Text(msgid, tuple(params.items()))


def render(value: object, lang: str = DEFAULT_LANGUAGE) -> str:
    """Any value as words: texts in `lang`, everything else as `str`."""
    return value.render(lang) if isinstance(value, Words) else str(value)


def in_a_row(names: Iterable[object]) -> Words:
    """Name all of several things, one after another.

    >>> in_a_row(["DLBM", "DLMC"]).render("zh")
    'DLBM、DLMC'
    """
    words = (name if isinstance(name, Words) else str(name) for name in names)
    # the sign between two names differs by language
    return Joined(tuple(words), _(", "))


MOST_NAMED = 20
"""So many names a sentence holds; the rest is counted, and stands in the tables."""


def listed(names: Iterable[object]) -> Words:
    """Name several things, one after another; of many the first `MOST_NAMED`, and how many more.

    >>> listed(["a", "b", "c"]).render("en")
    'a, b, c'
    >>> listed(range(340)).render("en")[-25:]
    '17, 18, 19 and 320 others'
    """
    every = tuple(names)
    shown = in_a_row(every[:MOST_NAMED])
    more = len(every) - MOST_NAMED
    return (
        shown
        if more <= 0
        else _("{names} and {count} {count:other|others}", names=shown, count=more)
    )


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def plain_text(text: str) -> str:
    r"""Put the sign for an unknown character in place of what XML cannot hold; line ends are ``\n``.

    >>> plain_text("a\x00b\r\nc\ud800")
    'a�b\nc�'
    """
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


LONGEST_NAME = 200
"""So many signs of a name are shown; JSON and tables hold it whole."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


_LONG_WORD = re.compile(
    rf"[^\s/\\,;，。；：、（）]{{{LONGEST_NAME + 1},}}"
    rf"|[^\n/\\,;.:()，。；：、（）]{{{LONGEST_NAME + 1},}}"
)
"""A word that no sentence has, or words without a stop; paths are no words, since a path that is cut
leads nowhere."""


def one_line(text: str, longest: int = LONGEST_NAME) -> str:
    r"""Data as a terminal, a log or a page may show it: signs that command are quoted, long text cut.

    Control characters, line ends, and signs that turn the direction of writing are written as their
    numbers. Of what is longer than `longest` beginning and end are shown.

    >>> one_line("a\x1b[2J\nb")
    'a\\x1b[2J\\nb'
    >>> one_line("abcdefgh", 5)
    'abc…h'
    """
    return _UNSAFE.sub(_quoted, _middle_out(text, longest))


def shortened(text: str) -> str:
    """A text as a page or a table shows it: of a name without end, beginning and end.

    >>> shortened("x" * 300) == "x" * 149 + "…" + "x" * 50, shortened("a/" * 150) == "a/" * 150
    (True, True)
    """
    if len(text) <= LONGEST_NAME:
        return text
    return _LONG_WORD.sub(lambda found: _middle_out(found[0], LONGEST_NAME), text)


def _middle_out(text: str, longest: int) -> str:
    """Beginning and end of what is longer than so many signs."""
    if len(text) <= longest:
        return text
    end = longest // 4
    return f"{text[: longest - end - 1]}…{text[len(text) - end :]}"


def _quoted(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")


def quoted(text: str) -> str:
    """A text of several lines with all that commands a terminal quoted, except line ends and tabs."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in "\n\t" else _quoted(found), text)


def displayed(value: Words | str, lang: str = DEFAULT_LANGUAGE) -> str:
    r"""Any value as words for a terminal or a log: each piece of data in it on `one_line`.

    >>> displayed(_("{path}: no such file", path="a\nError: b"), "en")
    'a\\nError: b: no such file'
    """
    return quoted(render(_safe(value), lang))


def _safe(value: object) -> Words | str:
    """The same words with every piece of data in them on one line."""
    if isinstance(value, Text):
        return Text(value.msgid, tuple((name, _safe(each)) for name, each in value.params))
    if isinstance(value, Joined):
        return Joined(tuple(map(_safe, value.parts)), value.separator)
    if isinstance(value, Marked):
        return Marked(_safe(value.words), value.mark)
    if isinstance(value, Bilingual):
        return Bilingual(one_line(value.zh, sys.maxsize), one_line(value.en, sys.maxsize))
    return _LONG_WORD.sub(lambda found: one_line(found[0]), one_line(str(value), sys.maxsize))


@cache
def catalog(lang: str) -> gettext.NullTranslations:
    """The catalog of messages for `lang`; the language of the code needs none."""
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}; known are {', '.join(LANGUAGES)}")
    if lang == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with (files("townland") / "locale" / lang / "LC_MESSAGES" / "townland.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)
