"""What a file is by its content, before any library opens it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from townland.errors import LayerError
from townland.i18n import Text, _

Format = Literal[
    "shapefile",
    "geopackage",
    "geojson",
    "filegdb",
    "flatgeobuf",
    "geoparquet",
    "dxf",
    "kml",
    "coordinate_text",
    "coordinate_table",
    "raster",
    "zip",
    "database",
]

SUFFIXES: dict[str, Format] = {
    ".shp": "shapefile",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".gdb": "filegdb",
    ".fgb": "flatgeobuf",
    ".parquet": "geoparquet",
    ".geoparquet": "geoparquet",
    ".dxf": "dxf",
    ".kml": "kml",
    ".kmz": "zip",
    ".txt": "coordinate_text",
    ".csv": "coordinate_table",
    ".tsv": "coordinate_table",
    ".xlsx": "coordinate_table",
    ".tif": "raster",
    ".tiff": "raster",
    ".zip": "zip",
}
DRIVERS: dict[str, tuple[str, ...]] = {
    "shapefile": ("ESRI Shapefile",),
    "geopackage": ("GPKG",),
    "geojson": ("GeoJSON", "GeoJSONSeq"),
    "filegdb": ("OpenFileGDB",),
    "flatgeobuf": ("FlatGeobuf",),
}
"""The one driver that may open each format."""

ACCEPTED = (
    "Shapefile, GeoPackage, GeoJSON, FileGDB, FlatGeobuf, GeoParquet, DXF, KML, TXT, CSV, XLSX"
)
COORDINATES = (".txt", ".csv", ".tsv", ".xlsx")
"""Endings of lists of coordinates: boundaries of towns, and as often something else altogether."""
SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")
EXPORT = (".mdb", ".accdb", ".dwg", ".dgn", ".udb", ".udd", ".udbx", ".vct", ".mpk", ".lpk")

_DXF = re.compile(rb"(999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION\b")
_KML = re.compile(rb"<(\w+:)?kml[\s>]")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


def local(path: str | Path) -> Path:
    """The path of a local file, refused where GDAL would see something else in it.

    Raises
    ------
    LayerError
        The path means a network address or one of GDAL's virtual file systems, which are never
        touched; or it holds a character that the reading library takes for a separator.
    """
    text = path.as_posix() if isinstance(path, Path) else str(path).replace("\\", "/")
    if text.startswith(("/vsi", "//")) or "/vsi" in text or _REMOTE.match(text):
        raise LayerError(
            _(
                "{path}: only files on this machine are read, never network addresses or GDAL's"
                " virtual file systems; save the data as a file first",
                path=text,
            )
        )
    if "!" in text or ";" in text or "\x00" in text:
        raise LayerError(
            _(
                "{path}: the characters ! and ; in a path mean something else to the reading"
                " library; rename the file or its folder",
                path=text,
            )
        )
    return Path(path)


def sniff(path: Path) -> Format:
    """The format of a file or folder, by its content and in agreement with its suffix.

    Raises
    ------
    LayerError
        There is no such file; it is empty or cut off; its content is not what its suffix says; or
        it is of a kind that townland does not read, with what to do instead.
    """
    place = path.as_posix()
    suffix = path.suffix.lower()
    try:
        if suffix in EXPORT:
            raise LayerError(
                _(
                    "{path}: files of the kind {suffix} cannot be read here; export the layer to"
                    " GeoPackage, Shapefile or FileGDB in the software that made it",
                    path=place,
                    suffix=suffix,
                )
            )
        if suffix == ".xls":
            raise LayerError(
                _(
                    "{path}: workbooks of the old kind .xls cannot be read here; save it as .xlsx",
                    path=place,
                )
            )
        if suffix in SIDE_FILES:
            raise LayerError(
                _("{path} is a side file of a Shapefile; give the .shp beside it", path=place)
            )
        if path.is_dir():
            return _folder(path)
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        raise LayerError(_("{path}: no such file", path=place)) from None
    except OSError as problem:
        raise LayerError(
            _("{path}: cannot be read ({reason})", path=place, reason=problem.strerror)
        ) from None
    if size == 0:
        raise LayerError(_("{path}: the file is empty (0 bytes); get it again", path=place))
    found = _by_content(head)
    declared = SUFFIXES.get(suffix)
    if (found, suffix) == ("zip", ".xlsx") or (found is None and _is_text(suffix, head)):
        found = declared
    if found is None:
        raise LayerError(_unknown(path, head))
    if declared is not None and declared != found:
        raise LayerError(
            _(
                "{path}: the name says {declared}, but the content is {found}; give the file the"
                " suffix of what it is",
                path=place,
                declared=declared,
                found=found,
            )
        )
    for fault in _faults(path, found, head, size):
        raise LayerError(fault)
    return found


def _folder(path: Path) -> Format:
    place = path.as_posix()
    if next(path.glob("*.gdbtable"), None) is None:
        raise LayerError(
            _(
                "{path} is a folder and no FileGDB (it holds no .gdbtable); give the path of a file"
                " in it",
                path=place,
            )
        )
    if path.suffix.lower() != ".gdb":
        raise LayerError(
            _("{path} is a FileGDB, but its name must end in .gdb; rename the folder", path=place)
        )
    return "filegdb"


def _by_content(head: bytes) -> Format | None:
    if head.startswith(b"SQLite format 3\x00"):
        return "geopackage"
    if head.startswith(b"fgb\x03"):
        return "flatgeobuf"
    if head.startswith(b"PAR1"):
        return "geoparquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "raster"
    if head[:4] == b"\x00\x00\x27\x0a":
        return "shapefile"
    text = _plain(head)
    if text.startswith(b"AutoCAD Binary DXF") or _DXF.match(text):
        return "dxf"
    if text.startswith(b"<"):
        return "kml" if _KML.search(text) else None
    return "geojson" if text.startswith(b"{") else None


def _is_text(suffix: str, head: bytes) -> bool:
    """Whether a file whose suffix is one of text has text in it, and no XML."""
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return (
        suffix in (".txt", ".csv", ".tsv")
        and (marked or b"\x00" not in head)
        and not _plain(head).startswith(b"<")
    )


def _plain(head: bytes) -> bytes:
    """The beginning of a text in ASCII, without byte order mark, separators and blanks."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("ascii", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")


def _unknown(path: Path, head: bytes) -> Text:
    if _plain(head).startswith(b"<"):
        return _(
            "{path}: the content is XML, which may name other files and addresses, and is not read;"
            " expected one of {accepted}",
            path=path.as_posix(),
            accepted=ACCEPTED,
        )
    if path.suffix.lower() in SUFFIXES:
        return _(
            "{path}: the content is not that of a {suffix} file (it is damaged, cut off, or"
            " something else under this name); get it again",
            path=path.as_posix(),
            suffix=path.suffix.lower(),
        )
    return _(
        "{path}: this kind of file is not read; expected one of {accepted}, or a zip of one",
        path=path.as_posix(),
        accepted=ACCEPTED,
    )


def _faults(path: Path, found: Format, head: bytes, size: int) -> Iterator[Text]:
    """What can be told from sizes alone: files that are cut off, side files that are missing."""
    if found == "geopackage":
        page = int.from_bytes(head[16:18], "big")
        expected = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
        # the page count is only valid where the change counters agree (SQLite file format, 1.3.7)
        if head[24:28] == head[92:96] and size < expected:
            yield _cut_off(path, size, expected)
    if found == "geoparquet":
        with path.open("rb") as stream:
            stream.seek(max(0, size - 4), os.SEEK_SET)
            if size < 12 or stream.read(4) != b"PAR1":
                yield _cut_off(path, size, None)
    if found == "shapefile":
        yield from _shapefile_faults(path, head, size)


def _cut_off(path: Path, size: int, expected: int | None) -> Text:
    if expected is None:
        return _("{path}: the file is cut off; get it again", path=path.as_posix())
    return _(
        "{path}: the file is cut off: {size} bytes of {expected}; get it again",
        path=path.as_posix(),
        size=size,
        expected=expected,
    )


def side_file(path: Path, suffix: str) -> Path | None:
    """The file beside a Shapefile that ends in `suffix`, in any case of letters."""
    plain = path.with_suffix(suffix)
    if plain.exists():
        return plain
    wanted = (path.stem + suffix).lower()
    return next((p for p in path.parent.iterdir() if p.name.lower() == wanted), None)


def _shapefile_faults(path: Path, head: bytes, size: int) -> Iterator[Text]:
    expected = 2 * int.from_bytes(head[24:28], "big")
    if size < max(expected, 100):
        yield _cut_off(path, size, max(expected, 100))
    index, table = side_file(path, ".shx"), side_file(path, ".dbf")
    for side, suffix in ((index, ".shx"), (table, ".dbf")):
        if side is None:
            yield _(
                "{path}: its side file {suffix} is missing; copy all files of the Shapefile together",
                path=path.as_posix(),
                suffix=suffix,
            )
    if index is None or table is None:
        return
    with table.open("rb") as stream:
        header = stream.read(32)
    table_size = table.stat().st_size
    if len(header) < 32:
        yield _cut_off(table, table_size, 32)
        return
    count = int.from_bytes(header[4:8], "little")
    length = int.from_bytes(header[8:10], "little") + count * int.from_bytes(
        header[10:12], "little"
    )
    if table_size < length:
        yield _cut_off(table, table_size, length)
    shapes = (index.stat().st_size - 100) // 8
    if shapes != count:
        yield _(
            "{path}: {shapes} shapes, but {rows} rows in the .dbf; the side files do not belong"
            " together: copy all files of the Shapefile again",
            path=path.as_posix(),
            shapes=shapes,
            rows=count,
        )
