"""Layers that are read once: what lies within what was read already is not read again.

What comes out depends on the windows alone, never on what was read before: of the rows near the
windows just those are taken that touch them, whether the file was read for these windows or for larger
ones. (GDAL leaves out a feature whose box meets a window while its land does not, or keeps it,
according to how many windows are read at once.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from townland.catalog import LayerCatalog, LayerSpec
from townland.geodesy.crs import Bounds
from townland.reading.digests import Digests
from townland.reading.excerpt import Excerpt, OpenedLayer
from townland.reading.layer import Layer
from townland.reading.vector import layer_of, read_excerpt, read_layer
from townland.reading.windows import Window, boxes_of, pipeline_of


class KeptLayers:
    """The layers of a catalog as far as they were read; reading more of a file that changed is refused.

    `digest` are the hashes of files, each computed once. With `keep_bytes` no more is kept than so much,
    about, and the latest excerpt.
    """

    def __init__(
        self,
        catalog: LayerCatalog,
        digest: Digests | None = None,
        *,
        keep_bytes: int | None = None,
    ) -> None:
        """Keep nothing yet.

        Parameters
        ----------
        catalog, digest, keep_bytes
            As the class describes them.
        """
        self._catalog = catalog
        self._keep_bytes = keep_bytes
        self._excerpts: dict[str, list[Excerpt]] = {}
        self._latest: list[Excerpt] = []
        self._opened: dict[str, OpenedLayer] = {}
        self.digest = Digests() if digest is None else digest

    def read(self, spec: LayerSpec, windows: Sequence[Window]) -> Layer:
        """The features of a layer near the windows, as `read_layer` gives them.

        Tables of a database are read each time: they may change, and rows of tables without a key have
        no numbers that stay.

        Raises
        ------
        LayerError, CRSError, EncodingError
            As `read_layer`.
        """
        if spec.database is not None:
            return read_layer(spec, self._catalog, windows, digest=self.digest)
        near = self._within(spec, windows)
        if near is None:
            self._forget()  # before there is more
            known = self._excerpts.get(spec.name, [])
            read = read_excerpt(
                spec,
                self._catalog,
                windows,
                digest=self.digest,
                known=self._opened.get(spec.name),
            )
            self._opened[spec.name] = read.layer
            # what the new excerpt holds, too, is not needed any longer
            kept = [each for each in known if not _holds(read.boxes, each.boxes)]
            self._excerpts[spec.name] = [read, *kept]
            near = touching(read, read.boxes)
            self._latest.append(read)
            self._forget(1)
        return layer_of(near, self._catalog, digest=self.digest)

    def outlines(self, spec: LayerSpec, windows: Sequence[Window]) -> Layer:
        """The features near the windows as `read` gives them, with their ids and no other column.

        What is read for it is not kept.

        Raises
        ------
        LayerError, CRSError, EncodingError
            As `read_layer`.
        """
        known = self._opened.get(spec.name)
        if spec.database is not None or known is None:
            return self.read(spec, windows)
        near = self._within(spec, windows)
        if near is None:
            named = {ours: known.needed[ours] for ours in ("id",) if ours in known.needed}
            read = read_excerpt(
                spec, self._catalog, windows, digest=self.digest, known=replace(known, needed=named)
            )
            near = touching(read, read.boxes)
        return layer_of(near, self._catalog, digest=self.digest)

    def _within(self, spec: LayerSpec, windows: Sequence[Window]) -> Excerpt | None:
        """The part of what is kept of a layer near the windows; None where it does not hold it all."""
        known = self._excerpts.get(spec.name, [])
        return next((part for each in known if (part := within(each, windows)) is not None), None)

    def _forget(self, stay: int = 0) -> None:
        """Let go of what was read longest ago, as far as more is kept than may be.

        Parameters
        ----------
        stay
            So many of the latest stay however large they are.
        """
        if self._keep_bytes is None:
            return
        known = [each for several in self._excerpts.values() for each in several]
        self._latest = [each for each in self._latest if any(each is other for other in known)]
        sizes = [_bytes_of(each) for each in self._latest]
        while len(self._latest) > stay and sum(sizes) > self._keep_bytes:
            oldest, sizes = self._latest.pop(0), sizes[1:]
            own = self._excerpts[oldest.layer.spec.name]
            self._excerpts[oldest.layer.spec.name] = [each for each in own if each is not oldest]


def _bytes_of(excerpt: Excerpt) -> int:
    """About how much memory an excerpt takes: its coordinates, and what each feature has besides."""
    geometry = excerpt.rows.geometry
    return int(shapely.get_num_coordinates(geometry).sum()) * 16 + len(geometry) * 400


def within(excerpt: Excerpt, windows: Sequence[Window]) -> Excerpt | None:
    """The part of an excerpt near some windows; None where it cannot stand in for reading them.

    It cannot where a window reaches beyond what was read, where reading changed some of the rows (which
    of them a report counts depends on the windows), and where a coordinate is no number.
    """
    boxes = boxes_of(windows, excerpt.layer.crs, pipeline_of(excerpt.layer.spec))
    if not _holds(excerpt.boxes, boxes) or excerpt.rows.issues:
        return None
    if _not_finite(excerpt.rows.geometry).any():
        return None
    part = touching(excerpt, boxes)
    return replace(part, unmatched=() if len(part.rows) else excerpt.unmatched)


def touching(excerpt: Excerpt, boxes: Sequence[Bounds] | None) -> Excerpt:
    """An excerpt without the features that touch none of the boxes; all of it for None."""
    if boxes is None:
        return excerpt
    keep = _touches(excerpt.rows.geometry, boxes)
    return excerpt if keep.all() else replace(excerpt, rows=excerpt.rows.take(keep))


def _holds(outer: Sequence[Bounds] | None, inner: Sequence[Bounds] | None) -> bool:
    """Whether each of the inner boxes lies in one of the outer; None is everything."""
    if outer is None or inner is None:
        return outer is None
    return all(any(_contains(around, box) for around in outer) for box in inner)


def _contains(outer: Bounds, inner: Bounds) -> bool:
    """Whether a box lies in another, or on its border."""
    west, south, east, north = outer
    return west <= inner[0] and south <= inner[1] and east >= inner[2] and north >= inner[3]


def _touches(geometry: npt.NDArray[np.object_], boxes: Sequence[Bounds]) -> npt.NDArray[np.bool_]:
    """Which geometries share a point with a box; those with a coordinate that is no number do."""
    touches = _not_finite(geometry)
    west, south, east, north = shapely.bounds(geometry).reshape(-1, 4).T
    for box in boxes:
        near = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
        # what lies within a box touches it, whatever its form
        touches |= (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])
        rows = np.flatnonzero(near & ~touches)
        touches[rows] = shapely.intersects(shapely.box(*box), geometry[rows])
    return touches


def _not_finite(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    strange = np.zeros(len(geometry), dtype=bool)
    # a sum is a number where all are
    if np.isfinite(shapely.get_coordinates(geometry).sum()):
        return strange
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    strange[row[~np.isfinite(xy).all(axis=1)]] = True
    return strange
