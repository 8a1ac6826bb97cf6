"""FlatGeobuf: one layer whose header and index say how long the file is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from townland.i18n import Text
from townland.reading.format import Format, Probe
from townland.reading.formats import gdal
from townland.reading.formats.whole import cut_off

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
    if probe.size < expected:
        yield cut_off(probe.place, probe.size, expected if expected < BEYOND else None)


def _size(path: Path, size: int) -> int:
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
            return _indexed_size(stream, at, count, node_size, size)
        return _walked_size(stream, at, count, size)


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


def _indexed_size(stream: BinaryIO, at: int, count: int, node_size: int, size: int) -> int:
    """Where the last feature ends by the index.

    Parameters
    ----------
    stream, size
        The file, and how many bytes it has.
    at
        Where the index begins.
    count, node_size
        How many features the header counts, and how many children a node of the index has.
    """
    nodes = _nodes(count, node_size)
    leaves, first = at + (nodes - count) * _NODE, at + nodes * _NODE
    if size < first or count > size:
        return BEYOND
    return _end_of(stream, first + _last_start(stream, leaves, count), size)


def _nodes(count: int, node_size: int) -> int:
    """How many nodes an index has, its leaves among them."""
    nodes = level = count
    while level > 1 or nodes == count:  # one feature has a root above it, too
        level = -(-level // max(node_size, 2))
        nodes += level
    return nodes


def _last_start(stream: BinaryIO, leaves: int, count: int) -> int:
    """Where the last feature begins, counted from the first.

    Parameters
    ----------
    stream
        The file.
    leaves, count
        Where the leaves of the index begin, and how many there are.
    """
    stream.seek(leaves)
    tree = np.frombuffer(stream.read(count * _NODE), "<u8").reshape(-1, _NODE // 8)
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

    def read(at: int, size: int) -> int:
        return int.from_bytes(table[at : at + size], "little")

    root = read(0, 4)
    offsets = root - int.from_bytes(table[root : root + 4], "little", signed=True)
    slot = 4 + 2 * field
    if offsets < 0 or slot >= read(offsets, 2):
        return default
    offset = read(offsets + slot, 2)
    return read(root + offset, width) if offset else default


FORMAT = Format(
    name="flatgeobuf",
    titles=("FlatGeobuf",),
    suffixes=(".fgb",),
    recognises=_recognises,
    faults=_faults,
    open=gdal.open_layer,
    drivers=("FlatGeobuf",),
    columns_alone=True,
)
