"""Does a rulebook quote the policy word for word? Reports print its quotes as the law's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from townland.i18n import Words, _

OMISSION = "……"
_PART = re.compile(r"^\s*([一二三四五六七八九十]+)、")
_SECTION = re.compile(r"^\s*（([一二三四五六七八九十]+)）")
_BRACKETS = re.compile("（[^（）]*）")
_STOPS = "。；，、：！？"


@cache
def articles(text: str) -> Mapping[str, str]:
    r"""Divide a policy into its articles, without white space.

    The keys are those a clause names: ``三`` for a part with all its sections, ``三（二）`` for one
    section of it.

    >>> articles("一、目的\n（一）乙。\n（二） 丙。\n二、任务")["一（二）"]
    '（二）丙。'
    >>> list(articles("一、目的\n（一）乙。\n（二） 丙。\n二、任务"))
    ['一', '一（一）', '一（二）', '二']
    """
    found: dict[str, list[str]] = {}
    part = section = ""
    for line in text.splitlines():
        if head := _PART.match(line):
            part, section = head[1], ""
        elif part and (head := _SECTION.match(line)):
            section = f"{part}（{head[1]}）"
        for key in filter(None, (part, section)):
            found.setdefault(key, []).append(_bare(line))
    return {key: "".join(lines) for key, lines in found.items()}


def quote_faults(
    quote: str, article: str, text: str, modal_words: Sequence[str]
) -> Iterator[Words]:
    """Say what is wrong with one quote; nothing where it stands in `article` word for word.

    The parts between ``……`` must stand in their order; white space is ignored. A quote must not be
    cut behind a modal word that governs it, for without it the clause reads as a strict bar.

    Parameters
    ----------
    quote
        The words quoted; empty where there are none, which is no fault.
    article
        Where they stand, as in ``三（二）``.
    text
        The policy's own words.
    modal_words
        The words by which a clause only urges.
    """
    if not quote:
        return
    known = articles(text)
    body = known.get(article)
    if body is None:
        yield _(
            "the stored text has no article {article}; it has {known}",
            article=article,
            known=", ".join(known) or "-",
        )
        return
    start = end = -1
    for part in map(_bare, quote.split(OMISSION)):
        at = body.find(part, max(end, 0))
        if at < 0:
            yield _(
                "“{part}” does not stand in article {article} of the stored text",
                part=part,
                article=article,
            )
            return
        start, end = (at if start < 0 else start), at + len(part)
    for word in modal_words:
        if word in _governing(body[:start], word):
            yield _("the quote is cut behind {word}; begin it there", word=word)


def _governing(before: str, word: str) -> str:
    """Give what stands before a quote within its own breath: up to the last stop before it.

    A modal word set off by a comma (原则上，…) governs what follows all the same; one in brackets that
    are closed (或市级主要产业部门) does not.
    """
    opening = re.split(f"[{_STOPS}]", _BRACKETS.sub("", before))
    return word if opening[-1] == "" and opening[-2:-1] == [word] else opening[-1]


def _bare(text: str) -> str:
    return "".join(text.split())
