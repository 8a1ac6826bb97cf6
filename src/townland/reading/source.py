"""One layer of one file: recognised and described, then read in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from townland.errors import CRSError, LayerError
from townland.geodesy.crs import Bounds, candidates, describe
from townland.geodesy.crs.candidates import shown
from townland.i18n import _
from townland.reading import archive
from townland.reading.columns import refuse_personal
from townland.reading.digests import Digests
from townland.reading.format import Format, Request, Source
from townland.reading.grounding import grounded
from townland.reading.library_errors import translated
from townland.reading.limits import refuse_long_cells, refuse_many_columns
from townland.reading.rows import (
    Rows,
    Whole,
    bounds_of,
    choose,
    no_rows,
    refuse_absurd,
    refuse_too_many,
)
from townland.reading.sniff import local, sniff


@contextmanager
def opened(
    path: Path | str,
    *,
    layer: str | None = None,
    prefer: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    digests: Digests | None = None,
) -> Iterator[Source]:
    """Open one layer of a file, for as long as the context lasts.

    Parameters
    ----------
    path
        A file, a FileGDB folder, or a zip of one.
    layer
        The layer's name, in any case of letters. It may be left out where the file has one layer, or
        one with polygons, or one called `prefer`.
    prefer
        The name to look for where none is stated.
    encoding
        The encoding of a Shapefile's text, where the user states it.
    columns
        The columns of a table of points, where the user names them (`formats.points.chosen`).
    digests
        The hashes of files that are known, None for none.

    Raises
    ------
    LayerError
        The file cannot be read, it is not certain which layer is meant, or it changes meanwhile.
    EncodingError
        The text cannot be decoded.
    """
    given = local(path)
    # a layer that is absent from the catalog may still name the one file of a zip
    with archive.opened(given, prefer=layer or prefer) as file:
        place = given.as_posix() if file == given else f"{given.as_posix()}: {file.name}"
        form = sniff(file, place=place)
        described = _described(form, file, place, Request(layer, prefer, encoding, columns))
        refuse_many_columns(len(described.fields), described.place)
        yield grounded(described, Digests() if digests is None else digests)


def _described(form: Format, file: Path, place: str, request: Request) -> Source:
    """One layer of a file as its format describes it.

    Parameters
    ----------
    form, file, place
        The format, the file, and how messages name it.
    request
        What the user asks of it.
    """
    file = local(file.resolve())
    if request.columns is not None:
        return _by_columns(form, file, place, request)
    if form.open is not None:
        return form.open(form, file, place, request)
    if form.read is not None:
        whole = form.read(file, place, layer=request.layer, encoding=request.encoding)
        return _read_already(form, file, place, whole)
    raise LayerError(
        _(
            "{place}: this is a {kind}, but a vector layer is expected",
            place=place,
            kind=form.title,
        )
    )


def _by_columns(form: Format, file: Path, place: str, request: Request) -> Source:
    """A table of points whose columns the user names.

    Parameters
    ----------
    form, file, place
        The format, the file, and how messages name it.
    request
        What the user asks of it.
    """
    if form.read_columns is None:
        raise LayerError(
            _(
                "{place}: --columns names the columns of a list of points (TXT, CSV, XLSX), and this is"
                " {kind}; leave it out",
                place=place,
                kind=form.title,
            )
        )
    asked = {"layer": request.layer, "encoding": request.encoding}
    whole = form.read_columns(file, place, **asked, columns=request.columns)
    return _read_already(form, file, place, whole)


def _read_already(form: Format, file: Path, place: str, whole: Whole) -> Source:
    """The source of a file all of whose features are read.

    Parameters
    ----------
    form, file, place
        The format, the file, and how messages name it.
    whole
        What it holds.
    """
    rows = whole.rows
    return Source(
        path=file,
        place=place,
        format=form,
        layer=None,
        fields=tuple(rows.columns),
        crs=whole.crs,
        geometry_type="Unknown",
        features=len(rows),
        bounds=rows.bounds or bounds_of(rows.geometry),
        indexed=False,
        fetch=partial(choose, replace(rows, issues=())),
        encoding=whole.encoding,
        encoding_declared=whole.encoding_declared,
        issues=(*whole.issues, *rows.issues),
    )


def read(source: Source, columns: Sequence[str], boxes: Sequence[Bounds] | None) -> Rows:
    """Read the features whose bounding box meets one of `boxes`; all of them for None.

    Each feature comes once, in file order. Without an index the file is gone through once for all
    boxes together.

    Parameters
    ----------
    source
        The opened layer.
    columns
        The columns to read, as the file names them.
    boxes
        Boxes in the coordinates of the file.

    Raises
    ------
    LayerError
        The file is damaged, or a column holds personal data.
    """
    refuse_personal(columns, source.place)
    if boxes is None:
        refuse_too_many(source.features, source.place)
    with translated(source.place) as issues:
        empty = boxes is not None and not len(boxes)
        rows = no_rows(columns) if empty else source.fetch(columns, boxes)
    refuse_long_cells(rows.columns, source.place)
    refuse_absurd(rows.fid + 1 - source.format.numbered_from, rows.geometry, source.place)
    return replace(rows, issues=(*rows.issues, *issues))


def attributes(source: Source, columns: Sequence[str]) -> Mapping[str, pa.ChunkedArray]:
    """Columns of all features of the file; their geometry is not read where the format allows it.

    Raises
    ------
    LayerError
        The file is damaged, or a column holds personal data.
    """
    if not source.format.columns_alone:
        return read(source, columns, None).columns
    refuse_personal(columns, source.place)
    with translated(source.place):
        found = source.fetch(columns, None, shapes=False).columns
    refuse_long_cells(found, source.place)
    return found


def check_degrees(source: Source, bounds: Bounds | None, *, geographic: bool) -> None:
    """Refuse coordinates in metres under a CRS in degrees.

    Parameters
    ----------
    source
        The layer, for messages.
    bounds
        West, south, east, north of its numbers as they stand; None where there are none.
    geographic
        Whether its CRS is in degrees.

    Raises
    ------
    CRSError
        A bound lies outside of 180 by 90 degrees.
    """
    if not geographic or bounds is None:
        return
    west, south, east, north = bounds
    # rounding may put a vertex of the edge of the world just beyond it
    if west >= -180.5 and east <= 180.5 and south >= -90.5 and north <= 90.5:
        return
    # the farthest, which is the one at fault: a single vertex may be
    x, y = shown(max(west, east, key=abs)), shown(max(south, north, key=abs))
    hints = candidates(bounds)
    if not hints:
        raise CRSError(
            _(
                "{place}: the coordinates ({x}, {y}) are no degrees, but the file gives no other CRS,"
                " and they fit none that townland knows; ask who made the file in which system it is,"
                " and state it with --crs or the catalog's key crs. Where single vertices are at fault,"
                " mend these",
                place=source.place,
                x=x,
                y=y,
            )
        )
    raise CRSError(
        _(
            "{place}: the coordinates ({x}, {y}) are no degrees, but the file gives no other CRS;"
            " state it with --crs or the catalog's key crs (the numbers alone allow: {candidates})",
            place=source.place,
            x=x,
            y=y,
            candidates=", ".join(describe(crs) for crs, _evidence in hints[:3]),
        )
    )
