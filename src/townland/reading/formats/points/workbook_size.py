"""How much room the sheets of a workbook would take, told from its XML before any library makes it.

A library makes room for all cells between the first that is filled and the last, and a workbook of a
few bytes can say that its one cell stands in row 1048576 of column XFD: the process would end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

MAX_CELLS = 10_000_000
"""In one sheet, from its first row and column."""

_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ROW = re.compile(r"[0-9]{1,7}")
_BLOCK = 1 << 20


class DeclaredError(Exception):
    """The XML declares a document type or entities."""


class TooLargeError(Exception):
    """A sheet has more cells than `MAX_CELLS`."""


@dataclass(slots=True)
class _Sheet:
    """What the parser hears of a sheet: where it is, and the farthest row and column that are filled.

    `row` and `column` count from 1; `times` is how often the row, and the cell, stand there.
    """

    row: int = 0
    column: int = 0
    times: list[int] = field(default_factory=lambda: [1, 1])
    farthest: tuple[int, int] = (0, 0)
    in_rows: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Hear an element begin: in .xlsx row, c, v and is, in .ods table-row, table-cell and p."""
        name = tag.rpartition(":")[2]
        own = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "row" and self.in_rows:
            found = _placed(_ROW, own.get("r"))
            self.row = int(found[0]) if found else self.row + 1
            self.column = 0
        elif name == "c" and self.in_rows:
            found = _placed(_CELL, own.get("r"))
            self.column = _number(found[1]) if found else self.column + 1
            self.row = int(found[2]) if found else self.row
        elif name in ("v", "is"):
            self._filled(self.row, self.column)
        elif name in ("table", "worksheet", "sheetData"):
            self.row, self.column, self.farthest = 0, 0, (0, 0)
            self.in_rows = name == "sheetData"
        elif name == "table-row":
            self.row += self.times[0] if self.row else 1
            self.times[0] = _times(own, "number-rows-repeated")
            self.column, self.times[1] = 0, 1
        elif name in ("table-cell", "covered-table-cell"):
            self.column += self.times[1] if self.column else 1
            self.times[1] = _times(own, "number-columns-repeated")
            if "value-type" in own or "formula" in own:
                self._filled(self.row + self.times[0] - 1, self.column + self.times[1] - 1)
        elif name == "p" and self.column:
            self._filled(self.row + self.times[0] - 1, self.column + self.times[1] - 1)

    def _filled(self, row: int, column: int) -> None:
        rows, columns = self.farthest
        self.farthest = max(rows, row), max(columns, column)
        if self.farthest[0] * self.farthest[1] > MAX_CELLS:
            raise TooLargeError


def _placed(form: re.Pattern[str], stated: str | None) -> re.Match[str] | None:
    """Where a row or a cell says that it stands; None where it does not.

    Raises
    ------
    ValueError
        It says what is no place in a sheet; a library would make one of it.
    """
    if stated is None:
        return None
    found = form.fullmatch(stated)
    if found is None:
        raise ValueError(f"{stated[:20]!r} is no place in a sheet")
    return found


def _number(letters: str) -> int:
    """The number of a column, from 1.

    >>> _number("A"), _number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _times(attributes: dict[str, str], key: str) -> int:
    text = attributes.get(key, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 19 else 1


def measure(stream: IO[bytes]) -> None:
    """Go through a part of a workbook that is XML.

    Raises
    ------
    DeclaredError, TooLargeError
        It does what these say.
    xml.parsers.expat.ExpatError
        It is not well-formed.
    ValueError
        A row or a cell stands nowhere.
    """
    sheet = _Sheet()
    parser = expat.ParserCreate()
    parser.StartElementHandler = sheet.start
    parser.StartDoctypeDeclHandler = _declared
    parser.EntityDeclHandler = _declared
    while block := stream.read(_BLOCK):
        parser.Parse(block, False)
    parser.Parse(b"", True)


def _declared(*_found: object) -> None:
    raise DeclaredError
