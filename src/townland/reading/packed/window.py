"""Rows of a packed file near some boxes, as its source would give them."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.reading.boxes import meeting
from townland.reading.format import Format
from townland.reading.formats import dbf_cells, wkb
from townland.reading.grounding import read_whole
from townland.reading.rows import Rows, no_rows
from townland.reading.sealed import Held, SealedGroup

TOGETHER = 16 << 20
"""So many bytes of row groups are decoded at a time."""


class PackedReader:
    """Reads windows of one packed file; `place` is how messages name its source.

    `starred` is that of `format.Source`.
    """

    def __init__(self, own: Held, place: str, form: Format) -> None:
        """Read nothing yet.

        Parameters
        ----------
        own, place
            The packed file, and how messages name its source.
        form
            The format of the source.
        """
        self.place = place
        self._own = own
        self._names = own.sealed.names
        self._form = form
        self._raw = dbf_cells.RawCells()
        self.starred = self._raw.starred

    def fetch(
        self, columns: Sequence[str], boxes: Sequence[Bounds] | None, *, shapes: bool = True
    ) -> Rows:
        """Read as `format.Fetch`.

        Parameters
        ----------
        columns, boxes, shapes
            As there.
        """
        self._require_kept(columns)
        tables, geometry = [], [np.array([], dtype=object)]
        for part in self._parts(columns, boxes, shapes=shapes):
            shape = np.full(len(part), None, dtype=object)
            if shapes:
                shape[:] = wkb.decoded(part.column(self._names.geometry).to_numpy())
                part = part.drop_columns(self._names.geometry)
            tables.append(part)
            geometry.append(shape)
        if not tables:
            return no_rows(columns)
        table = pa.concat_tables(tables)
        order = np.argsort(table.column(self._names.row).to_numpy(), kind="stable")
        rows = self._rows(table.take(pa.array(order)), columns, np.concatenate(geometry)[order])
        if not shapes:
            return rows
        self._warn(rows, boxes)
        return replace(rows, issues=self._issues(rows, boxes))

    def _rows(self, table: pa.Table, columns: Sequence[str], geometry: NDArray[np.object_]) -> Rows:
        """The rows in file order; cells of numbers that hold none are text, as in their source.

        Parameters
        ----------
        table, columns
            The columns that were read, and those that are wanted.
        geometry
            The geometries; None of all where they are not wanted.
        """
        cells = self._own.sealed.cells
        fid = table.column(self._names.feature).to_numpy()
        raw = {name: table.column(cells[name]).to_numpy() for name in columns if name in cells}
        self._raw.keep(fid, raw)
        rows = Rows(fid, {name: table.column(name) for name in columns}, geometry)
        # columns without shapes are not put right in their source either
        return rows if shapely.is_missing(geometry).all() else dbf_cells.with_texts(rows, raw)

    def _issues(self, rows: Rows, boxes: Sequence[Bounds] | None) -> tuple[Issue, ...]:
        """What reading these rows from their source would have changed in their shapes."""
        sealed = self._own.sealed
        if not (sealed.curves or sealed.closed):
            return ()
        whole = self._is_whole(rows, boxes)
        closed = np.array(sealed.closed, np.int64)
        if not whole:
            closed = closed[np.isin(closed, rows.fid)]
        curved = bool(sealed.curves) and (whole or bool(np.isin(sealed.curves, rows.fid).any()))
        return (
            *(wkb.curves_drawn() if curved else ()),
            *wkb.rings_closed(closed + 1 - self._form.numbered_from),
        )

    def _warn(self, rows: Rows, boxes: Sequence[Bounds] | None) -> None:
        """Warn as the library would in reading these rows from their source."""
        sealed = self._own.sealed
        known = {(column, text): words for column, text, words in sealed.cell_warnings}
        columns = [name for name in sealed.kept if name in rows.columns and name in sealed.cells]
        if self._is_whole(rows, boxes):
            found = [key for key in known if key[0] in columns]
        else:
            raw = [self._raw.of(name) for name in columns]
            found = [
                (name, texts[fid])
                for fid in rows.fid.tolist()
                for name, texts in zip(columns, raw, strict=True)
                if fid in texts
            ]
        words = [each for key in dict.fromkeys(found) for each in known[key]]
        for text in (*words, *sealed.warnings):
            warnings.warn(text, RuntimeWarning, stacklevel=2)

    def _is_whole(self, rows: Rows, boxes: Sequence[Bounds] | None) -> bool:
        """Whether all of the source would be read for these rows."""
        return boxes is None or read_whole(len(rows), self._own.sealed.described.features)

    def _require_kept(self, columns: Sequence[str]) -> None:
        """Refuse a column that was not packed, since it could not be read from the source either."""
        for column in columns:
            if column not in self._own.sealed.kept:
                raise LayerError(
                    _(
                        "{place}: the column {column} is not in the packed file {path}, since its"
                        " values are computed when they are read; name another column",
                        place=self.place,
                        column=column,
                        path=self._own.path.as_posix(),
                    )
                )

    def _parts(
        self, columns: Sequence[str], boxes: Sequence[Bounds] | None, *, shapes: bool
    ) -> Iterator[pa.Table]:
        """The rows of each group that are near the boxes.

        Parameters
        ----------
        columns, boxes, shapes
            As `format.Fetch`.
        """
        sealed = self._own.sealed
        wanted = [self._names.row, self._names.feature, *columns]
        wanted += [sealed.cells[name] for name in columns if name in sealed.cells]
        wanted += [self._names.geometry] if shapes else []
        near = [at for at, each in enumerate(sealed.groups) if boxes is None or _near(each, boxes)]
        try:
            with pq.ParquetFile(self._own.path, metadata=self._own.metadata) as file:
                for some in _together(near, sealed.groups):
                    self._require_bytes([sealed.groups[at] for at in some])
                    if boxes is None:
                        yield file.read_row_groups(some, columns=wanted, use_threads=False)
                    else:
                        yield from self._chosen(file, some, wanted, boxes)
        except (pa.ArrowException, OSError, ValueError) as problem:
            raise self._own.damaged(" ".join(str(problem).split())[:200]) from None

    def _chosen(
        self, file: pq.ParquetFile, groups: list[int], wanted: list[str], boxes: Sequence[Bounds]
    ) -> Iterator[pa.Table]:
        """The rows of some groups whose own box meets one of the boxes.

        Parameters
        ----------
        file, groups
            The open file, and the numbers of the groups.
        wanted, boxes
            The columns, and the boxes.
        """
        box = [self._names.box]
        table = file.read_row_groups(groups, columns=box, use_threads=False).flatten()
        sides = [column.to_numpy() for column in table.columns]
        near = meeting(np.column_stack(sides), boxes)
        if not len(near):
            return
        rows = np.array([self._own.sealed.groups[at].rows for at in groups])
        which = np.searchsorted(np.cumsum(rows), near, side="right")
        hit = np.unique(which)
        # groups without a row that is near are not read, and those behind them begin earlier
        left_out = np.where(np.isin(np.arange(len(rows)), hit), 0, rows)
        at = near - np.cumsum(left_out)[which]
        own = [groups[number] for number in hit.tolist()]
        table = file.read_row_groups(own, columns=wanted, use_threads=False)
        yield table.take(pa.array(at))

    def _require_bytes(self, groups: Sequence[SealedGroup]) -> None:
        """Make sure that the bytes of row groups are those that were written."""
        with self._own.path.open("rb") as stream:
            for group in groups:
                stream.seek(group.start)
                content = stream.read(group.end - group.start)
                if hashlib.sha256(content).hexdigest() != group.sha256:
                    raise self._own.damaged(
                        _("bytes {start} to {end} have changed", start=group.start, end=group.end)
                    )


def _together(near: Sequence[int], groups: Sequence[SealedGroup]) -> Iterator[list[int]]:
    """Row groups that are read at once: so many that they have `TOGETHER` bytes, or one."""
    some, size = list[int](), 0
    for at in near:
        own = groups[at].end - groups[at].start
        if some and size + own > TOGETHER:
            yield some
            some, size = [], 0
        some.append(at)
        size += own
    if some:
        yield some


def _near(group: SealedGroup, boxes: Sequence[Bounds]) -> bool:
    """Whether a feature of a group may meet one of the boxes."""
    own = group.bounds
    return own is not None and any(
        own[0] <= box[2] and own[2] >= box[0] and own[1] <= box[3] and own[3] >= box[1]
        for box in boxes
    )
