"""Widths of columns as files declare them, where fiona, which knows them of every format, is missing.

pyogrio tells no widths. They stand in the header of a DBF, in the statement that made a GeoPackage's
table, and in the definition that a FileGDB keeps of each layer.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pyogrio
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from townland.reading.format import Source, Widths

_FIELDS, _FIELD = 32, 32
"""Where the fields of a DBF begin, and how many bytes state one."""
_TEXT = re.compile(r"TEXT\s*\((\d+)\)", re.IGNORECASE)
_STRING, _UNLIMITED = "esriFieldTypeString", 65_536
"""The type of a FileGDB whose length is its width (a number's counts bytes), and GDAL's for none."""


def fiona_or_none() -> ModuleType | None:
    """The library fiona, None where it is not installed: it has no package for Python 3.14 and later."""
    try:
        import fiona  # a GDAL of its own, and slow to load
    except ImportError:
        return None
    library: ModuleType = fiona
    return library


def of_dbf(source: Source) -> Widths:
    """Widths and decimals by the header of the .dbf, whose fields are in the order of the columns."""
    table = next(
        (each for each in source.path.parent.glob(f"{_literal(source.path.stem)}.*")
         if each.suffix.lower() == ".dbf"),
        None,
    )  # fmt: skip
    stated = [] if table is None else list(_of_header(table))
    return (
        dict(zip(source.fields, stated, strict=True)) if len(stated) == len(source.fields) else {}
    )


def _literal(name: str) -> str:
    """A name as a pattern of files that means just this name."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _of_header(table: Path) -> Iterator[tuple[int | None, int | None]]:
    """Width and decimals of each field; a day and a truth have none that could be another.

    dBASE III, table file header: type in byte 11 of a field, length in byte 16, decimals in byte 17.
    """
    with table.open("rb") as stream:
        head = stream.read(_FIELDS)
        fields = stream.read(max(0, int.from_bytes(head[8:10], "little") - _FIELDS))
    for at in range(0, len(fields) - _FIELD + 1, _FIELD):
        field = fields[at : at + _FIELD]
        if field[:1] == b"\r":
            return
        if field[11:12] in b"NF":
            yield field[16] or None, field[17] or None
        else:
            yield (field[16] or None) if field[11:12] == b"C" else None, None


def of_geopackage(source: Source) -> Widths:
    """Widths of text by the statement that made the table: ``TEXT(5)``."""
    address = f"file:{quote(source.path.resolve().as_posix())}?mode=ro"
    name = (source.layer or source.path.stem).replace('"', '""')
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            rows = base.execute(f'PRAGMA table_info("{name}")').fetchall()
    except (sqlite3.Error, UnicodeError):  # GDAL has read it: what it does not mind is no fault
        return {}
    found = ((str(row[1]), _TEXT.fullmatch(str(row[2]))) for row in rows)
    return {column: (int(text[1]), None) for column, text in found if text is not None}


def of_filegdb(source: Source) -> Widths:
    """Widths of text by the layer's definition in the table ``GDB_Items``."""
    try:
        _meta, _fids, _shapes, columns = pyogrio.raw.read(
            source.path, layer="GDB_Items", columns=["Name", "Definition"], read_geometry=False
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError):
        return {}  # without it GDAL reads the layer as well
    for name, definition in zip(*columns, strict=True):
        if name == source.layer and isinstance(definition, str):
            return dict(_of_definition(definition))
    return {}


def _of_definition(definition: str) -> Iterator[tuple[str, tuple[int | None, int | None]]]:
    """The columns of text of a definition, with their lengths."""
    try:
        root = ElementTree.fromstring(definition.encode())
    except (ElementTree.ParseError, DefusedXmlException, UnicodeError):
        return
    for field in root.iter("GPFieldInfoEx"):
        length = field.findtext("Length") or ""
        is_text = field.findtext("FieldType") == _STRING and length.isdigit()
        if is_text and 0 < int(length) < _UNLIMITED:
            yield field.findtext("Name") or "", (int(length), None)


def of_none(_source: Source) -> Widths:
    """The widths of a format that sets none."""
    return {}


def kinds(info: dict[str, Sequence[str]]) -> list[str]:
    """The types of columns in fiona's words, from what pyogrio says of a layer."""
    return [
        _SUBTYPES.get(sub) or _TYPES.get(kind, "str")
        for kind, sub in zip(info["ogr_types"], info["ogr_subtypes"], strict=True)
    ]


_SUBTYPES = {
    "OFSTBoolean": "bool",
    "OFSTInt16": "int16",
    "OFSTFloat32": "float32",
    "OFSTJSON": "json",
}
_TYPES = {
    "OFTInteger": "int32",
    "OFTInteger64": "int",
    "OFTReal": "float",
    "OFTDate": "date",
    "OFTTime": "time",
    "OFTDateTime": "datetime",
    "OFTBinary": "bytes",
    "OFTStringList": "List[str]",
}
