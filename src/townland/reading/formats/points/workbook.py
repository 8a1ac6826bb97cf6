"""Tables as rows of text: the sheets of a workbook, or delimited text."""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from python_calamine import CalamineError, CalamineWorkbook

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.formats.points.lines import lines
from townland.reading.formats.points.workbook_look import PLAIN, SheetLook, looks
from townland.reading.formats.points.workbook_size import (
    MAX_CELLS,
    DeclaredError,
    TooLargeError,
    measure,
)
from townland.reading.formats.zipped import UNREADABLE

MAX_UNPACKED = 512 << 20
MAX_ROWS = 1_000_000

_XML = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")
"""The beginning of a part that is XML, in any encoding."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, how messages name it, its rows with their numbers from 1, and how it looks."""

    name: str
    place: str
    rows: list[tuple[int, list[str]]]
    look: SheetLook = PLAIN


def delimited(text: str, place: str) -> Sheet:
    """A text with commas, semicolons or tabs, whichever it has most of.

    Raises
    ------
    LayerError
        Quotes are left open, or a line or the whole is longer than any table.
    """
    found = lines(text.removeprefix("\ufeff"), place)
    marks = "".join(found[:200])
    separator = max("\t;,，", key=marks.count)
    if separator == "，":
        found = [line.replace("，", ",") for line in found]
        separator = ","
    rows = csv.reader(StringIO("\n".join(found)), delimiter=separator, strict=True)
    kept: list[tuple[int, list[str]]] = []
    try:
        for row in rows:
            if len(kept) > MAX_ROWS:
                raise too_many(place)
            kept.append((rows.line_num, [cell.strip() for cell in row]))
    except csv.Error as problem:
        raise LayerError(
            _(
                "{place}, line {line}: no delimited text ({reason}); export the table again",
                place=place,
                line=rows.line_num,
                reason=problem,
            )
        ) from None
    return Sheet("", place, kept)


def too_many(place: str) -> LayerError:
    """What a table with too many rows is told."""
    return LayerError(
        _("{place}: more than {most} rows; split the table by plots", place=place, most=MAX_ROWS)
    )


def workbook(file: Path, place: str) -> list[Sheet]:
    """The sheets of a workbook (.xlsx, .ods), every cell as text.

    Raises
    ------
    LayerError
        It is damaged, unpacks to more than any table, or is no workbook of an office program.
    """
    seen = _check_workbook(file, place)
    try:
        with CalamineWorkbook.from_path(str(file)) as book:
            sheets = [_sheet(book, name, place) for name in book.sheet_names]
    except (CalamineError, OSError) as problem:
        raise _damaged(place, problem) from None
    return [replace(sheet, look=seen.get(sheet.name, PLAIN)) for sheet in sheets]


def _sheet(book: CalamineWorkbook, name: str, place: str) -> Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    book, name
        The workbook, and what the sheet is called in it.
    place
        How messages name the file.
    """
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS:
        raise too_many(place)
    rows = enumerate(sheet.to_python(skip_empty_area=False), 1)
    cells = [(at, [_text(cell) for cell in row]) for at, row in rows]
    return Sheet(name, f"{place}|{name}", cells)


def _text(cell: object) -> str:
    """A cell as it is seen; whole numbers have no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell).strip()


def _damaged(place: str, problem: Exception) -> LayerError:
    return LayerError(
        _(
            "{place}: the workbook is damaged ({reason}); save it again as .xlsx",
            place=place,
            reason=str(problem)[:200],
        )
    )


def _check_workbook(file: Path, place: str) -> Mapping[str, SheetLook]:
    """How the sheets look; a workbook that unpacks to more than any table, or does harm, is refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(part.compress_size for part in archive.infolist()) > file.stat().st_size:
                raise zipfile.BadZipFile("its parts are longer than the file")
            _check_parts(archive, place)
            return looks(archive)
    except DeclaredError:
        raise LayerError(
            _(
                "{place}: the workbook's XML declares a document type or entities,"
                " which no office software writes; get it from its maker again",
                place=place,
            )
        ) from None
    except TooLargeError:
        raise LayerError(
            _(
                "{place}: a sheet reaches over more than {most} cells; delete the cells that lie far"
                " away from the table",
                place=place,
                most=MAX_CELLS,
            )
        ) from None
    except (
        *UNREADABLE,
        ExpatError,
        ParseError,
        LookupError,
    ) as problem:  # an encoding unknown to XML
        raise _damaged(place, problem) from None


def _check_parts(archive: zipfile.ZipFile, place: str) -> None:
    """SheetLook at each part of a workbook before anything is unpacked whole."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise LayerError(
            _(
                "{place}: the workbook unpacks to more than {most} MB; delete what is no table",
                place=place,
                most=MAX_UNPACKED >> 20,
            )
        )
    if not {"[Content_Types].xml", "content.xml"} & set(archive.namelist()):
        raise zipfile.BadZipFile("no [Content_Types].xml")
    for part in parts:
        with archive.open(part) as stream:
            is_xml = _XML.match(stream.read(4096)) is not None
        if is_xml:
            with archive.open(part) as stream:
                measure(stream)


def named_sheet(sheets: Sequence[Sheet], layer: str, place: str) -> list[Sheet]:
    """The one sheet of that name, in any case of letters.

    Parameters
    ----------
    sheets
        The sheets of the workbook.
    layer
        The name that is wanted.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        There is none.
    """
    found = [sheet for sheet in sheets if sheet.name.lower() == layer.lower()]
    if not found:
        raise LayerError(
            _(
                "{place}: there is no sheet {layer}; the sheets are: {sheets}",
                place=place,
                layer=layer,
                sheets=", ".join(sheet.name for sheet in sheets) or "-",
            )
        )
    return found
