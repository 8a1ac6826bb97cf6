"""Text broken into the lines of a console: between words, and never within a number and its unit."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator

NARROWEST, WIDEST, USUAL = 40, 120, 100
"""Columns of a console: at least, at most, and where it does not say."""

_FIGURE = r"[-−±+~<>≤≥≈]? ?\d[\d.,:]*"
_UNIT = r"(?: ?(?:[%‰°′″]|平方公里|平方米|公顷|万元|公里|km²|m²|[A-Za-z]{1,3}\b|[\u4e00-\u9fff]))?"
_NAME = r"[^\s，。；：、（）《》“”‘’]"
_PATH = rf"{_NAME}{{1,60}}(?:/{_NAME}*|\.[A-Za-z]\w{{1,7}}\b)"
_PIECE = re.compile(
    rf"{_PATH}"  # a path, which is copied: never in two, whatever language it is in
    rf"|{_FIGURE}{_UNIT}(?: ?[/–~±×-] ?{_FIGURE}{_UNIT})*[^\s\u2e80-\u9fff\uff00-\uffef]*"  # a figure
    r"|[^\s\u2e80-\u9fff\uf900-\uffef\d]+\d*[^\s\u2e80-\u9fff\uf900-\uffef]*"  # a word or a path
    r"|\s+|."
)
_TOGETHER = re.compile(r"(?= [/–~±×] ?\d)")
_NOT_FIRST = "、，。；：！？）》】」』”’…·%‰,.;:!?)]}"
_NOT_LAST = "（《【「『“‘([{"


def width() -> int:
    """The columns of the console that are used."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((USUAL, 24)).columns))


def cell_len(text: str) -> int:
    """The columns that a text takes; a Chinese character takes two, a mark over another none.

    >>> cell_len("3 公顷")
    6
    """
    return sum(map(_cells, text))


def _cells(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrapped(text: str, columns: int) -> Iterator[str]:
    """The lines of a text, none wider than `columns`; only a word that is wider is broken.

    >>> list(wrapped("占用 3.889 / 4公顷", 14))
    ['占用', '3.889 / 4公顷']
    >>> list(wrapped("请运行：townland layers list --catalog 资料/图层/catalog.toml", 48))
    ['请运行：townland layers list --catalog', '资料/图层/catalog.toml']
    """
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if cell_len(line + piece.rstrip()) <= columns:
                line += piece
                continue
            if line.strip():
                yield line.rstrip()
            *whole, line = _broken(piece.lstrip(), columns)
            yield from whole
        yield line.rstrip()


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a line may be broken, as rich asks for it: beginning, end and text of each piece.

    >>> list(words("用地，见 --out"))
    [(0, 1, '用'), (1, 3, '地，'), (3, 5, '见 '), (5, 10, '--out')]
    """
    begins = 0
    for piece in _pieces(text):
        yield begins, begins + len(piece), _WithBlank(piece)
        begins += len(piece)


class _WithBlank(str):
    """A piece whose blank counts where rich asks whether it has room.

    Rich takes blanks off the end of a line by the count of its signs, and cuts off a line of Chinese,
    whose signs are fewer than its columns, where a blank is beyond the last of them.
    """

    __slots__ = ()

    def rstrip(self, _chars: str | None = None, /) -> str:
        """Give the piece as it is."""
        return self


def _pieces(text: str) -> Iterator[str]:
    """What is not broken: a word, a figure with its unit, a sign with the marks that belong to it."""
    held = ""
    for found in _PIECE.finditer(text):
        piece = found.group()
        starts = piece[0] not in _NOT_FIRST and not (held and held[-1] in _NOT_LAST)
        if held and starts and not piece.isspace():
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _broken(piece: str, columns: int) -> list[str]:
    """A piece in parts that are no wider than the console: figures that belong together apart first."""
    parts, line = [], ""
    for figure in _TOGETHER.split(piece):
        if line and cell_len(line + figure) > columns:
            parts.append(line)
            line, figure = "", figure.lstrip()
        for sign in figure:
            if line and cell_len(line + sign) > columns:
                parts.append(line)
                line = ""
            line += sign
    return [*parts, line]
