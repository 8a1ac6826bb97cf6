"""FlatGeobuf: one layer whose header and index say how long the file is."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import Text
from townland.reading.format import Direct, Format, Probe, Request, Source
from townland.reading.formats import gdal
from townland.reading.formats.whole import cut_off
from townland.reading.rows import Rows, no_rows

BEYOND = 1 << 62
"""A size that no file has."""
_MAGIC = 8
_NODE = 40
"""Bytes of a node of the index: four numbers and an offset."""
_COUNT, _NODE_SIZE = 8, 9
"""Where the header keeps the number of features and the size of the index's nodes."""


def _recognises(probe: Probe) -> bool:
    return probe.head.startswith(b"fgb\x03")


def _faults(probe: Probe) -> Iterator[Text]:
    expected = _size(probe.path, probe.size)
    # by an index of another state the file may seem cut off
    if probe.size < expected:
        expected = _size(probe.path, probe.size, walk=True)
    if probe.size < expected:
        yield cut_off(probe.place, probe.size, expected if expected < BEYOND else None)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What stands before the features: the header, how many it counts, the index, where they begin."""

    header: bytes
    count: int
    nodes: int
    index: int

    @property
    def first(self) -> int:
        """Where the first feature begins."""
        return self.index + self.nodes * _NODE


def _layout(stream: BinaryIO, size: int) -> _Layout | None:
    """The beginning of a FlatGeobuf; None where its header is cut off.

    Magic bytes, the header, the index (a packed R-tree whose leaves, at its end, hold where each feature
    begins), the features: each of these but the index with its length before it
    (https://github.com/flatgeobuf/flatgeobuf#specification).
    """
    header = _sized(stream, _MAGIC, size)
    if header is None:
        return None
    count = _number(header, _COUNT, 8, 0)
    node_size = _number(header, _NODE_SIZE, 2, 16)
    nodes = _nodes(count, node_size) if 0 < count <= size and node_size else 0
    return _Layout(header, count, nodes, _MAGIC + 4 + len(header))


def _size(path: Path, size: int, *, walk: bool = False) -> int:
    """How many bytes a FlatGeobuf has by its header and index; `BEYOND` where these are cut off.

    Parameters
    ----------
    path, size
        The file, and how many bytes there are.
    walk
        Whether to go from feature to feature instead of asking the index.
    """
    with path.open("rb") as stream:
        layout = _layout(stream, size)
        if layout is None or layout.count > size or size < layout.first:
            return BEYOND
        if layout.nodes and not walk:
            return _end_of(stream, layout.first + _last_start(stream, layout), size)
        return _walked_size(stream, layout.first, layout.count, size)


def _walked_size(stream: BinaryIO, at: int, count: int, size: int) -> int:
    """Where the last feature ends, from feature to feature; `BEYOND` where there are too few.

    Parameters
    ----------
    stream, size
        The file, and how many bytes it has.
    at, count
        Where the first feature begins, and how many the header counts.
    """
    features = 0
    while at < size:
        at = _end_of(stream, at, size)
        features += 1
    return BEYOND if features < count else at


def _nodes(count: int, node_size: int) -> int:
    """How many nodes an index has, its leaves among them."""
    nodes = level = count
    while level > 1 or nodes == count:  # one feature has a root above it, too
        level = -(-level // max(node_size, 2))
        nodes += level
    return nodes


def _last_start(stream: BinaryIO, layout: _Layout) -> int:
    """Where the last feature begins by the leaves of the index, counted from the first."""
    stream.seek(layout.first - layout.count * _NODE)
    tree = np.frombuffer(stream.read(layout.count * _NODE), "<u8").reshape(-1, _NODE // 8)
    return int(tree[:, -1].max())


def _end_of(stream: BinaryIO, at: int, size: int) -> int:
    """Where the feature that begins at `at` ends; `BEYOND` where the file ends before it begins.

    Parameters
    ----------
    stream, size
        The file, and how many bytes it has.
    at
        Where the feature's length stands.
    """
    if at + 4 > size:
        return BEYOND
    stream.seek(at)
    return at + 4 + int.from_bytes(stream.read(4), "little")


def _sized(stream: BinaryIO, at: int, size: int) -> bytes | None:
    """The bytes that stand behind their own length; None where the file ends before them.

    Parameters
    ----------
    stream, size
        The file, and how many bytes it has.
    at
        Where the length stands.
    """
    end = _end_of(stream, at, size)
    if end > size:
        return None
    stream.seek(at + 4)
    return stream.read(end - at - 4)


def _number(table: bytes, field: int, width: int, default: int) -> int:
    """A number in the root table of a FlatBuffer (its internals: https://flatbuffers.dev).

    Parameters
    ----------
    table
        The FlatBuffer.
    field
        The number of the field in its schema, from 0.
    width
        Bytes of the number.
    default
        What the schema says where the field is left out.
    """
    at = _place_of_number(table, field)
    return default if at is None else int.from_bytes(table[at : at + width], "little")


def _place_of_number(table: bytes, field: int) -> int | None:
    """Where a number stands in the root table of a FlatBuffer; None where it is left out."""
    root = int.from_bytes(table[:4], "little")
    offsets = root - int.from_bytes(table[root : root + 4], "little", signed=True)
    slot = 4 + 2 * field
    if offsets < 0 or slot >= int.from_bytes(table[offsets : offsets + 2], "little"):
        return None
    offset = int.from_bytes(table[offsets + slot : offsets + slot + 2], "little")
    return root + offset if offset else None


def _open(form: Format, file: Path, place: str, request: Request) -> Source:
    """Describe the layer.

    Parameters
    ----------
    form, file, place, request
        As `gdal.open_layer`.
    """
    source = gdal.open_layer(form, file, place, request)
    if source.direct is None:
        return source
    return replace(
        source,
        direct=Direct(
            partial(_scan, source.direct, file, place),
            partial(_pick, source, file),
            source.direct.stream,
            source.direct.by_index,
        ),
    )


def _scan(
    direct: Direct, file: Path, place: str
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.object_]]]:
    """Where each feature begins, and its geometry, a batch at a time.

    Parameters
    ----------
    direct
        How GDAL goes through the file.
    file, place
        The file, and how messages name it.

    Raises
    ------
    LayerError
        The file ends before its features do.
    """
    starts = _starts(file)
    count = 0
    for keys, geometry in direct.scan():
        if count + len(keys) <= len(starts):
            yield starts[count : count + len(keys)], geometry
        count += len(keys)
    if count != len(starts):
        raise LayerError(cut_off(place, file.stat().st_size, None))


def _starts(file: Path) -> NDArray[np.int64]:
    """Where each feature begins, from one to the next: the index may be of another state of the file."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        layout = _layout(stream, size)
        if layout is None or size <= layout.first:
            return np.array([], np.int64)
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            at = layout.first
            starts: list[int] = []
            while at + 4 <= size and (not layout.count or len(starts) < layout.count):
                starts.append(at)
                at += 4 + int.from_bytes(content[at : at + 4], "little")
    return np.array(starts, np.int64)


def _pick(
    source: Source,
    file: Path,
    columns: Sequence[str],
    keys: NDArray[np.int64],
    at: NDArray[np.int64],
) -> Rows:
    """Read the features that begin at these bytes: as a small FlatGeobuf of them alone, in memory.

    GDAL finds a feature by its number through the index only, which is never asked: of the small file
    it is empty, since a file is read without it where nothing is asked for.

    Parameters
    ----------
    source, file
        The layer, and its file.
    columns, keys, at
        As `Pick`.
    """
    if not len(keys):
        return no_rows(columns)
    small = _small(file, keys)
    rows = gdal.read_bytes(source, small, columns)
    return replace(rows, fid=at[: len(rows)])


def _small(file: Path, starts: NDArray[np.int64]) -> bytes:
    """A FlatGeobuf of the features that begin at these bytes, with an index that says nothing."""
    with file.open("rb") as stream:
        layout = _layout(stream, file.stat().st_size)
        assert layout is not None  # noqa: S101 - it was scanned
        header = bytearray(layout.header)
        counted = _place_of_number(layout.header, _COUNT)
        if counted is not None and layout.count:
            header[counted : counted + 8] = len(starts).to_bytes(8, "little")
        node_size = _number(layout.header, _NODE_SIZE, 2, 16) if layout.nodes else 0
        stream.seek(0)
        parts = [stream.read(_MAGIC), len(header).to_bytes(4, "little"), bytes(header)]
        parts.append(bytes(_nodes(len(starts), node_size) * _NODE) if node_size else b"")
        for start in starts.tolist():
            stream.seek(start)
            length = stream.read(4)
            parts += [length, stream.read(int.from_bytes(length, "little"))]
    return b"".join(parts)


FORMAT = Format(
    name="flatgeobuf",
    titles=("FlatGeobuf",),
    suffixes=(".fgb",),
    recognises=_recognises,
    faults=_faults,
    open=_open,
    drivers=("FlatGeobuf",),
    columns_alone=True,
)
