"""What a file is by its content, before any library opens it."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Literal

from townland.errors import LayerError
from townland.i18n import Text, _
from townland.reading import complete

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
    "frame",
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
DRAWINGS = (".dwg", ".dgn")
EXPORT = (".mdb", ".accdb", ".udb", ".udd", ".udbx", ".vct", ".mpk", ".lpk")

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


def sniff(path: Path, *, place: str | None = None) -> Format:
    """The format of a file or folder, by its content and in agreement with its suffix.

    Parameters
    ----------
    path
        The file, or the folder of a FileGDB.
    place
        How messages name it, where it is not by its path: it may have come out of a zip.

    Raises
    ------
    LayerError
        There is no such file; it is empty or cut off; its content is not what its suffix says; or
        it is of a kind that townland does not read, with what to do instead.
    """
    place = path.as_posix() if place is None else place
    suffix = path.suffix.lower()
    try:
        if suffix in DRAWINGS:
            raise LayerError(
                _(
                    "{path}: drawings of the kind {suffix} cannot be read here; save the drawing as DXF"
                    " in the software that made it",
                    path=place,
                    suffix=suffix,
                )
            )
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
        size = regular_file(path, place=place)
        if size is None:
            return _folder(path, place)
        with path.open("rb") as stream:
            head = stream.read(4096)
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
        raise LayerError(_unknown(place, suffix, head))
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
    for fault in complete.faults(path, found, head, size, place):
        raise LayerError(fault)
    return found


def regular_file(path: Path, *, place: str | None = None) -> int | None:
    """The size of a file; None for a folder.

    Raises
    ------
    LayerError
        There is none, or it is a pipe or a device, reading which may never end.
    """
    place = path.as_posix() if place is None else place
    try:
        status = path.stat()
    except FileNotFoundError:
        raise LayerError(
            _("{path}: no such file; look for a typing error in the path", path=place)
        ) from None
    except OSError as problem:
        raise LayerError(
            _("{path}: cannot be read ({reason})", path=place, reason=problem.strerror)
        ) from None
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        raise LayerError(
            _(
                "{path}: this is a pipe, a device or the like, and no file; save the data as a file"
                " first",
                path=place,
            )
        )
    return status.st_size


def _folder(path: Path, place: str) -> Format:
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
    for fault in complete.folder_faults(path, place):
        raise LayerError(fault)
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


def _unknown(place: str, suffix: str, head: bytes) -> Text:
    if _plain(head).startswith(b"<"):
        return _(
            "{path}: the content is XML, which may name other files and addresses, and is not read;"
            " expected one of {accepted}",
            path=place,
            accepted=ACCEPTED,
        )
    if suffix in SUFFIXES:
        return _(
            "{path}: the content is not that of a {suffix} file (it is damaged, cut off, or"
            " something else under this name); get it again",
            path=place,
            suffix=suffix,
        )
    return _(
        "{path}: this kind of file is not read; expected one of {accepted}, or a zip of one",
        path=place,
        accepted=ACCEPTED,
    )
