"""Windows by townland's own boxes: no index, count or extent that a file states is believed.

A spatial index may have lost rows, or be of another state of the file, and every library believes it:
land is missing without a word. The box of each feature is taken from its coordinates instead, in one
pass for a content, and kept in the user's cache by the hash of the content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise, product
from typing import BinaryIO, TypeVar

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.reading import cache
from townland.reading.boxes import Boxes, InMemory, LostBoxesError, from_head, taken
from townland.reading.digests import Digests
from townland.reading.format import Direct, Source, Streamed
from townland.reading.library_errors import translated
from townland.reading.rows import MAX_FEATURES, Rows
from townland.reading.stages import stage

T = TypeVar("T")
WHOLE = 0.5
"""Where more of a layer is wanted than this, reading all of it costs less than feature by feature."""
TILES = 4
"""Across and up, by so many windows an index is looked at."""
_KIND = 3
"""The number of this way of taking boxes: another one makes those that are kept worthless."""


def grounded(source: Source, digests: Digests) -> Source:
    """A source whose windows, count and extent rest on the coordinates of its features.

    Formats that give no single features (GeoJSON, KML, text) are read whole and chosen from: they come
    back as they are. So does a database, which has no content to hash.

    Raises
    ------
    LayerError
        The file is damaged, or changes while it is read.
    """
    direct = source.direct
    if direct is None:
        return source
    boxes = _boxes_of(source, direct, digests)
    return replace(
        source,
        features=len(boxes),
        bounds=boxes.total,
        indexed=True,
        fetch=partial(_fetch, source, direct, boxes, digests),
        sides=partial(_asked, source, direct, digests, Boxes.sides),
        # where columns cannot be had alone, texts are measured before there is room for them
        parts=partial(_parts, source, direct, boxes, digests)
        if source.format.columns_alone
        else None,
    )


def missed_by_index(source: Source) -> int:
    """How many features the file's own index hides from the programs that ask it.

    Parameters
    ----------
    source
        The layer.

    Raises
    ------
    LayerError
        The library fails over the index.
    """
    box = source.bounds
    if source.direct is None or source.direct.by_index is None or box is None:
        return 0
    by_index = source.direct.by_index
    missed: set[int] = set()
    fid, inside = _first_of_all(source, source.direct)
    xs, ys = (np.linspace(box[at], box[at + 2], TILES + 1).tolist() for at in (0, 1))
    with translated(source.place):
        for (west, east), (south, north) in product(pairwise(xs), pairwise(ys)):
            tile = (west, south, east, north)
            here = (inside >= (west, south)).all(axis=1) & (inside <= (east, north)).all(axis=1)
            missed |= set(fid[here].tolist()) - set(by_index(tile).tolist())
    return len(missed)


def _first_of_all(source: Source, direct: Direct) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The number of each feature and its first vertex, of geometries that are kept a batch at a time."""
    with translated(source.place):
        try:
            parts = [(fid, _first_vertices(geometry)) for fid, geometry in direct.scan()]
        except NotImplementedError:  # true curves, of which reading the layer whole draws chords
            rows = source.fetch([], None)
            parts = [(rows.fid, _first_vertices(rows.geometry))]
    none = (np.array([], np.int64), np.empty((0, 2)))
    fids, points = zip(none, *parts, strict=True)
    return np.concatenate(fids), np.concatenate(points)


def _first_vertices(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """The first vertex of each geometry that is numbers; NaN where it has none."""
    points = np.full((len(geometry), 2), np.nan)
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    finite = np.isfinite(xy).all(axis=1)
    rows, first = np.unique(row[finite], return_index=True)
    points[rows] = xy[finite][first]
    return points


def _boxes_of(source: Source, direct: Direct, digests: Digests, *, anew: bool = False) -> Boxes:
    """The boxes of a layer: those of this run, of an earlier one, or taken now.

    Parameters
    ----------
    source, direct
        The layer, and how its features are given.
    digests
        The hashes of files.
    anew
        Whether they are taken now, whatever is known.
    """
    key = "|".join(
        (str(_KIND), digests(source.path), source.layer or "", source.format.name,
         ".".join(map(str, pyogrio.__gdal_version__)))
    )  # fmt: skip
    if anew or key not in digests.boxes:
        with stage(_("taking the boxes of all features")):
            kept = None if anew else _kept(key)
            boxes = _taken_now(source, direct, key) if kept is None else kept
            digests.refuse_changed(source.path)
            if kept is None:
                cache.save("boxes", key, boxes.head())
        digests.boxes[key] = boxes
    return digests.boxes[key]


def _kept(key: str) -> Boxes | None:
    """The boxes that an earlier run took; None where there are none."""
    head, blocks = cache.load("boxes", key), cache.entry("blocks", key)
    return None if head is None or blocks is None else from_head(head, blocks)


def _taken_now(source: Source, direct: Direct, key: str) -> Boxes:
    """Take the boxes of all features.

    Parameters
    ----------
    source, direct
        As `_boxes_of`.
    key
        What the blocks are kept by.
    """

    def keep(blocks: Callable[[], Iterator[bytes]]) -> Callable[[], BinaryIO]:
        entry = cache.save_parts("blocks", key, blocks())
        return InMemory(b"".join(blocks())) if entry is None else entry

    with translated(source.place):
        try:
            return taken(direct.scan, keep)
        except (
            NotImplementedError
        ):  # GEOS knows no true curves; reading the layer whole draws chords
            rows = source.fetch([], None)
            return taken(lambda: [(rows.fid, rows.geometry)], keep)


def _asked(source: Source, direct: Direct, digests: Digests, ask: Callable[[Boxes], T]) -> T:
    """Ask the boxes of a layer; where they were lost meanwhile, they are taken once more.

    Parameters
    ----------
    source, direct, digests
        As `_boxes_of`.
    ask
        What is asked of them.
    """
    try:
        return ask(_boxes_of(source, direct, digests))
    except LostBoxesError:
        return ask(_boxes_of(source, direct, digests, anew=True))


def read_whole(wanted: int, features: int) -> bool:
    """Whether so many features of a layer are wanted that all of it is read."""
    return wanted > WHOLE * features and features <= MAX_FEATURES


def _fetch(
    source: Source,
    direct: Direct,
    own: Boxes,
    digests: Digests,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,
) -> Rows:
    """Read the features whose own box meets one of `boxes`, or all, and look whether all of them came.

    Parameters
    ----------
    source, direct, own
        The layer, how its features are given, and their boxes.
    digests
        The hashes of files.
    columns, boxes, shapes
        As `Fetch`.
    """
    if boxes is None or not shapes:
        rows, expected = source.fetch(columns, None, shapes=shapes), len(own)
    else:
        near = _asked(source, direct, digests, lambda every: every.near(boxes))
        expected = len(near.at)
        if read_whole(expected, len(own)):
            rows = source.fetch(columns, None)
            rows = rows.take(near.at) if len(rows) == len(own) else rows
        else:
            rows = direct.pick(columns, near.keys, near.at)
    digests.refuse_changed(source.path)
    if len(rows) != expected:
        raise _lost(source, expected, len(rows))
    return rows


def _parts(
    source: Source,
    direct: Direct,
    own: Boxes,
    digests: Digests,
    columns: Sequence[str],
    most: int,
) -> Iterator[Streamed]:
    """All features, so many at a time, and look whether all of them came.

    Parameters
    ----------
    source, direct, own, digests
        As `_fetch`.
    columns, most
        As `Direct.stream`.
    """
    nothing = np.array([], np.int64)
    direct.pick(columns, nothing, nothing)  # which refuses a column that is computed
    count = 0
    for part in direct.stream(columns, most):
        count += len(part.rows)
        yield part
    digests.refuse_changed(source.path)
    if count != len(own):
        raise _lost(source, len(own), count)


def _lost(source: Source, expected: int, count: int) -> LayerError:
    """What to raise where not all features come that are asked for.

    Parameters
    ----------
    source
        The layer.
    expected, count
        How many are asked for, and how many come.
    """
    return LayerError(
        _(
            "{place}: {expected} features are asked for by their numbers, and {count} come: the file"
            " is damaged; open it in the software that made it, and export it again",
            place=source.place,
            expected=expected,
            count=count,
        )
    )
