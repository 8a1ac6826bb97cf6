"""Whether a file is whole, by what its own header and index say, before any library opens it.

The libraries take what is there for all there is: a FlatGeobuf or a FileGDB that is cut off comes with
fewer features, and a Shapefile whose index leads nowhere with features without geometry.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import numpy as np

from townland.errors import LayerError
from townland.i18n import Text, _

BEYOND = 1 << 62
"""A size that no file has."""
BESIDE = ("shapefile", "geopackage", "flatgeobuf", "geojson", "raster")
"""The formats that GDAL opens, with what lies beside them."""
_MAGIC = 8
_NODE = 40
"""Bytes of a node of a FlatGeobuf's index: four numbers and an offset."""
_COUNT, _NODE_SIZE = 8, 9
"""Where a FlatGeobuf's header keeps the number of features and the size of its index's nodes."""


def faults(path: Path, found: str, head: bytes, size: int, place: str) -> Iterator[Text]:
    """What can be told of a file without reading it: it is cut off, a side file is missing.

    Parameters
    ----------
    path, found
        The file, and its format by its content.
    head, size
        Its first bytes, and how many it has.
    place
        How messages name it.
    """
    if found in BESIDE:
        yield from no_files(path, place)
    if found == "geopackage":
        page = int.from_bytes(head[16:18], "big")
        expected = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
        # the page count is only valid where the change counters agree (SQLite file format, 1.3.7)
        if head[24:28] == head[92:96] and size < expected:
            yield _cut_off(place, size, expected)
            return
        for name, words in views(path).items():
            if name.startswith("gpkg_") or re.search(r"\brecursive\b", words, re.IGNORECASE):
                yield _(
                    "{path}: the view {name} stands in place of a table, or may have no end; export the"
                    " layers to a new GeoPackage",
                    path=place,
                    name=name,
                )
    if found == "geoparquet":
        with path.open("rb") as stream:
            stream.seek(max(0, size - 4), os.SEEK_SET)
            if size < 12 or stream.read(4) != b"PAR1":
                yield _cut_off(place, size, None)
    if found == "flatgeobuf":
        expected = _flatgeobuf_size(path, size)
        if size < expected:
            yield _cut_off(place, size, expected if expected < BEYOND else None)
    if found == "shapefile":
        yield from _shapefile_faults(path, head, size, place)


def folder_faults(path: Path, place: str) -> Iterator[Text]:
    """What can be told of a FileGDB: each table has its index (.gdbtablx), and both are whole.

    Without the index GDAL guesses where the rows are, and says itself that they may be wrong ones.
    """
    files = {file.name.lower(): file for file in path.iterdir()}
    yield from _odd(files.values(), place)
    for name, table in sorted(files.items()):
        if not name.endswith(".gdbtable"):
            continue
        index = files.get(name.replace(".gdbtable", ".gdbtablx"))
        if index is None:
            yield _(
                "{path}: the table {name} has no index ({index}), without which its rows cannot be told"
                " for certain; copy the whole folder of the FileGDB again",
                path=place,
                name=table.name,
                index=table.with_suffix(".gdbtablx").name,
            )
            continue
        for file in (table, index):
            size, expected = file.stat().st_size, _gdb_size(file)
            if size < expected:
                yield _cut_off(f"{place}/{file.name}", size, expected)


def no_files(path: Path, place: str) -> Iterator[Text]:
    """What bears a file's name with another ending and is no file: GDAL would open it as a side file.

    Reading a pipe or a device may never end. A folder of the name may lie there for reasons of its own.
    """
    stem = path.stem.lower() + "."
    beside = (file for file in path.parent.iterdir() if file.name.lower().startswith(stem))
    yield from _odd(beside, place, folders=True)


def views(path: Path) -> dict[str, str]:
    """The views of a GeoPackage by their names in small letters, as they were written.

    What SQLite cannot read is left to GDAL's own message.
    """
    address = f"file:{quote(path.resolve().as_posix())}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            found = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
            return {str(name).lower(): str(words) for name, words in found}
    except (sqlite3.Error, UnicodeError):  # its messages quote the bytes of a name
        return {}


def refuse_view(path: Path, name: str, place: str) -> None:
    """Refuse a view as a layer: counting its features may take for ever, or all memory.

    Raises
    ------
    LayerError
        The layer is one.
    """
    if name.lower() in views(path):
        raise LayerError(
            _(
                "{place}: {name} is a view, whose features are computed when it is read; export it as a"
                " layer of its own",
                place=place,
                name=name,
            )
        )


def _odd(files: Iterable[Path | None], place: str, *, folders: bool = False) -> Iterator[Text]:
    """What of some files is none; with `folders`, these may be among them."""
    for file in files:
        if file is None or _is_file(file) or (folders and file.is_dir()):
            continue
        yield _(
            "{path}: {name} is a folder, a pipe, a device or a link to nothing, and no file; copy all"
            " files again",
            path=place,
            name=file.name,
        )


def _is_file(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return False


def side_file(path: Path, suffix: str) -> Path | None:
    """The file beside a Shapefile that ends in `suffix`, in any case of letters."""
    plain = path.with_suffix(suffix)
    if plain.exists() or plain.is_symlink():
        return plain
    wanted = (path.stem + suffix).lower()
    return next((p for p in path.parent.iterdir() if p.name.lower() == wanted), None)


def _cut_off(place: str, size: int, expected: int | None) -> Text:
    if expected is None:
        return _("{path}: the file is cut off; get it again", path=place)
    return _(
        "{path}: the file is cut off: {size} bytes of {expected}; get it again",
        path=place,
        size=size,
        expected=expected,
    )


def _gdb_size(file: Path) -> int:
    """How many bytes a file of a FileGDB has by its header.

    A table states it; an index has blocks of 1024 rows, and 16 bytes before and behind them
    (https://github.com/rouault/dump_gdbtable/wiki/FGDB-Spec).
    """
    with file.open("rb") as stream:
        head = stream.read(40)
    if len(head) < 16:
        return 16
    if file.suffix.lower() == ".gdbtable":
        return max(40, int.from_bytes(head[24:32], "little"))
    blocks, width = int.from_bytes(head[4:8], "little"), int.from_bytes(head[12:16], "little")
    return 16 + blocks * 1024 * min(width, 8) + (16 if blocks else 0)


def _shapefile_faults(path: Path, head: bytes, size: int, place: str) -> Iterator[Text]:
    expected = 2 * int.from_bytes(head[24:28], "big")
    if size < max(expected, 100):
        yield _cut_off(place, size, max(expected, 100))
    index, table = side_file(path, ".shx"), side_file(path, ".dbf")
    yield from _odd((index, table, side_file(path, ".prj"), side_file(path, ".cpg")), place)
    for side, suffix in ((index, ".shx"), (table, ".dbf")):
        if side is None:
            yield _(
                "{path}: its side file {suffix} is missing; copy all files of the Shapefile together",
                path=place,
                suffix=suffix,
            )
    if index is None or table is None:
        return
    beside = place[: len(place) - len(path.suffix)]
    with table.open("rb") as stream:
        header = stream.read(32)
    table_size = table.stat().st_size
    if len(header) < 32:
        yield _cut_off(beside + table.suffix, table_size, 32)
        return
    count = int.from_bytes(header[4:8], "little")
    length = int.from_bytes(header[8:10], "little") + count * int.from_bytes(
        header[10:12], "little"
    )
    if count and not int.from_bytes(header[10:12], "little"):
        yield _cut_off(beside + table.suffix, table_size, None)
        return
    if table_size < length:
        yield _cut_off(beside + table.suffix, table_size, length)
    shapes = (index.stat().st_size - 100) // 8
    if shapes != count:
        yield _(
            "{path}: {shapes} shapes, but {rows} rows in the .dbf; the side files do not belong"
            " together: copy all files of the Shapefile again",
            path=place,
            shapes=shapes,
            rows=count,
        )
        return
    astray = _astray(index, size)
    if astray is not None:
        yield _(
            "{path}: by the index (.shx) shape {shape} lies outside of the file, or over another; the"
            " side files do not belong together: copy all files of the Shapefile again",
            path=place,
            shape=astray,
        )


def _astray(index: Path, size: int) -> int | None:
    """The first shape, counted from 1, that cannot stand where the index of a Shapefile says."""
    entries = np.fromfile(index, ">i4", offset=100).astype(np.int64)
    start, length = 2 * entries[: len(entries) // 2 * 2].reshape(-1, 2).T
    end = start + 8 + length
    odd = (start < 100) | (length < 4) | (end > size)
    order = np.argsort(start, kind="stable")
    odd[order[1:]] |= start[order[1:]] < end[order[:-1]]
    found = np.flatnonzero(odd)
    return int(found[0]) + 1 if len(found) else None


def _flatgeobuf_size(path: Path, size: int) -> int:
    """How many bytes a FlatGeobuf has by its header and index; `BEYOND` where these are cut off.

    Magic bytes, the header, the index (a packed R-tree whose leaves, at its end, hold where each feature
    begins), the features: each of these but the index with its length before it
    (https://github.com/flatgeobuf/flatgeobuf#specification).
    """
    with path.open("rb") as stream:
        header = _sized(stream, _MAGIC, size)
        if header is None:
            return BEYOND
        count = _number(header, _COUNT, 8, 0)
        node_size = _number(header, _NODE_SIZE, 2, 16)
        at = _MAGIC + 4 + len(header)
        if count and node_size:
            nodes = level = count
            while level > 1 or nodes == count:  # one feature has a root above it, too
                level = -(-level // max(node_size, 2))
                nodes += level
            leaves = at + (nodes - count) * _NODE
            at += nodes * _NODE
            if size < at or count > size:
                return BEYOND
            stream.seek(leaves)
            tree = np.frombuffer(stream.read(count * _NODE), "<u8").reshape(-1, _NODE // 8)
            return _end_of(stream, at + int(tree[:, -1].max()), size)
        features = 0
        while at < size:
            at = _end_of(stream, at, size)
            features += 1
        return BEYOND if features < count else at


def _end_of(stream: BinaryIO, at: int, size: int) -> int:
    """Where the feature that begins at `at` ends; `BEYOND` where the file ends before it begins."""
    if at + 4 > size:
        return BEYOND
    stream.seek(at)
    return at + 4 + int.from_bytes(stream.read(4), "little")


def _sized(stream: BinaryIO, at: int, size: int) -> bytes | None:
    """The bytes that stand behind their own length; None where the file ends before them."""
    end = _end_of(stream, at, size)
    if end > size:
        return None
    stream.seek(at + 4)
    return stream.read(end - at - 4)


def _number(table: bytes, field: int, width: int, default: int) -> int:
    """A number in the root table of a FlatBuffer (its internals: https://flatbuffers.dev)."""

    def read(at: int, size: int) -> int:
        return int.from_bytes(table[at : at + size], "little")

    root = read(0, 4)
    offsets = root - int.from_bytes(table[root : root + 4], "little", signed=True)
    slot = 4 + 2 * field
    if offsets < 0 or slot >= read(offsets, 2):
        return default
    held = read(offsets + slot, 2)
    return read(root + held, width) if held else default
