"""What the formats that GDAL opens share: one layer described, then read near some boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.reading.encoding import Encoding
from townland.reading.format import Direct, Format, Request, Source, Streamed
from townland.reading.formats import wkb
from townland.reading.layer_names import layer_name
from townland.reading.library_errors import translated
from townland.reading.rows import Rows, finite, meets, no_rows

BATCH = 4_096
"""So many features are in memory while the boxes of a layer are taken."""
MOST_NUMBERS = 10_000
"""So many numbers of features stand in one question; SQLite takes a million letters."""


class _Options(TypedDict, total=False):
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """One layer that GDAL reads; `name` is None where a file of the format has one layer.

    `number` is what stands for a feature's number in a filter; None where a column has that name.
    """

    file: Path | bytes
    place: str
    name: str | None
    numbered_from: int
    options: _Options
    number: str | None


def accept(_file: Path, _name: str, _place: str) -> None:
    """Refuse no layer.

    Parameters
    ----------
    _file, _name, _place
        The file, the layer, and how messages name them.
    """


def open_layer(
    form: Format,
    file: Path,
    place: str,
    request: Request,
    *,
    encoding: Encoding | None = None,
    refuse: Callable[[Path, str, str], None] = accept,
) -> Source:
    """Describe one layer of a file.

    Parameters
    ----------
    form, file, place
        The format, the file, and how messages name it.
    request
        The layer that is wanted, where the format may have several.
    encoding
        The encoding of its text, where the format does not prescribe UTF-8.
    refuse
        Raises for a layer that must not be read, by file, name and place, before GDAL looks at it.

    Raises
    ------
    LayerError
        The file cannot be read, has no such layer, or is of another format by GDAL's account.
    """
    options = _Options(encoding=encoding.used) if encoding is not None else _Options()
    several = form.layers is not None
    name = request.layer if several else None
    if name is not None:
        refuse(file, name, place)
    with translated(place) as issues:
        try:
            info = pyogrio.read_info(file, layer=name, **options) if name or not several else None
        except DataLayerError:
            info = None
        if info is None:
            # no name, or one in another case of letters
            name = layer_name(layers_of(file, place), request.layer, request.prefer, place)
            refuse(file, name, place)
            info = pyogrio.read_info(file, layer=name, **options)
    _require_driver(str(info["driver"]), form, place)
    if info["geometry_type"] is None:
        raise LayerError(
            _(
                "{place}: the table {name} has no geometry; name the layer that holds the polygons",
                place=place,
                name=name or file.stem,
            )
        )
    opened = _Opened(
        file=file,
        place=place if name is None else f"{place}|{name}",
        name=name,
        numbered_from=form.numbered_from,
        options=options,
        number=_number(form, str(info["fid_column"] or ""), list(map(str, info["fields"]))),
    )
    features = int(info["features"])
    return Source(
        path=file,
        place=opened.place,
        format=form,
        layer=name,
        fields=tuple(str(column) for column in info["fields"]),
        crs=str(info["crs"]) if info["crs"] else None,
        geometry_type=str(info["geometry_type"]),
        features=features if features >= 0 else None,
        bounds=finite(info["total_bounds"]),
        indexed=False,
        fetch=partial(_fetch, opened),
        direct=Direct(
            partial(_scan, opened),
            partial(_pick, opened),
            partial(_stream, opened),
            partial(_by_index, opened) if info["capabilities"]["fast_spatial_filter"] else None,
        ),
        encoding="UTF-8" if encoding is None else encoding.used,
        encoding_declared=None if encoding is None else encoding.declared,
        issues=(*(() if encoding is None else encoding.issues), *issues),
    )


def _number(form: Format, column: str, fields: Sequence[str]) -> str | None:
    """What stands for a feature's number in a filter; None where nothing does.

    Parameters
    ----------
    form
        The format: with SQL of its own, or GDAL's.
    column
        The name of the column that holds the numbers, empty where there is none.
    fields
        The names of the other columns.
    """
    if form.numbers_by_column:
        return '"' + column.replace('"', '""') + '"' if column else None
    # GDAL looks a number up by this word alone, and a column of the name goes before it
    return None if "fid" in map(str.lower, fields) else "FID"


def _require_driver(driver: str, form: Format, place: str) -> None:
    """Refuse what GDAL opens with another driver than those of the format.

    Parameters
    ----------
    driver
        The one that opened the file.
    form, place
        The format, and how messages name the file.
    """
    if driver not in form.drivers:
        raise LayerError(
            _(
                "{place}: the content is {driver}, not {kind}; export the layer to a GeoPackage or"
                " a Shapefile",
                place=place,
                driver=driver,
                kind=form.title,
            )
        )


def layers_of(file: Path, place: str) -> list[tuple[str, str]]:
    """Name and geometry type of every layer of a file; the type is empty for a bare table.

    Raises
    ------
    LayerError
        The file cannot be read.
    """
    with translated(place):
        return [(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(file)]


def _fetch(
    opened: _Opened,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,
) -> Rows:
    """Read all features, and choose by their own bounding boxes: the file's index may have lost some.

    GDAL's own windows are never asked for: it believes any index, leaves out or keeps a feature by how
    many windows are read at once, and gives phantom rows of a FlatGeobuf where nothing is near.

    Parameters
    ----------
    opened
        The layer.
    columns, boxes, shapes
        As `Fetch`.
    """
    if not shapes:
        return _columns_alone(opened, columns)
    rows = _read(opened, columns, None)
    return rows if boxes is None else rows.take(meets(rows.geometry, boxes))


def _scan(opened: _Opened) -> Iterator[tuple[NDArray[np.int64], NDArray[np.object_]]]:
    """The number and the geometry of every feature, a batch at a time."""
    with pyogrio.raw.open_arrow(
        opened.file,
        layer=opened.name,
        columns=[],
        return_fids=True,
        batch_size=BATCH,
        use_pyarrow=True,
        **opened.options,
    ) as (_meta, batches):
        for batch in batches:
            fid = batch.column(0).to_numpy().astype(np.int64)
            shapes = batch.column(batch.num_columns - 1).to_numpy(zero_copy_only=False)
            yield fid, wkb.lenient(shapes, fid + 1 - opened.numbered_from, opened.place)


def _stream(opened: _Opened, columns: Sequence[str], most: int) -> Iterator[Streamed]:
    """All features with these columns, in file order.

    Parameters
    ----------
    opened
        The layer.
    columns, most
        The columns, and how many features come at a time.
    """
    with pyogrio.raw.open_arrow(
        opened.file,
        layer=opened.name,
        columns=list(columns),
        return_fids=True,
        batch_size=most,
        use_pyarrow=True,
        **opened.options,
    ) as (_meta, batches):
        for batch in batches:
            yield _part(opened, columns, pa.Table.from_batches([batch]))


def _part(opened: _Opened, columns: Sequence[str], table: pa.Table) -> Streamed:
    """The features of a table as GDAL gives it, and which of them were given another shape.

    Parameters
    ----------
    opened, columns
        The layer, and the columns.
    table
        What GDAL gives.
    """
    fid, found, column = _taken_apart(table, columns)
    shapes = column.to_numpy()
    try:
        geometry = wkb.geometries(shapes, fid + 1 - opened.numbered_from, opened.place)
    except NotImplementedError:
        return Streamed(_drawn(opened, columns, fid), curves=fid[wkb.curved(shapes)])
    except shapely.errors.GEOSException:
        geometry, closed = wkb.mended(shapes)
        return Streamed(Rows(fid, found, geometry), closed=fid[closed])
    return Streamed(Rows(fid, found, geometry))


def _drawn(opened: _Opened, columns: Sequence[str], fid: NDArray[np.int64]) -> Rows:
    """These features with chords in place of curves; without numbers to ask for, all are read.

    Parameters
    ----------
    opened, columns
        The layer, and the columns.
    fid
        The numbers of the features.
    """
    if opened.number is not None:
        return replace(_pick(opened, columns, fid, fid), issues=())
    every = _read(opened, columns, None)
    return replace(every.take(np.isin(every.fid, fid)), issues=())


def _pick(
    opened: _Opened,
    columns: Sequence[str],
    keys: NDArray[np.int64],
    at: NDArray[np.int64],
) -> Rows:
    """Read features by their numbers, which GDAL looks up one by one; all of them where it cannot.

    Parameters
    ----------
    opened
        The layer.
    columns, keys, at
        As `Pick`.
    """
    if not len(keys):
        return no_rows(columns)
    if opened.number is None:
        return _read(opened, columns, None).take(at)
    parts = [
        _read(opened, columns, keys[start : start + MOST_NUMBERS])
        for start in range(0, len(keys), MOST_NUMBERS)
    ]
    return _in_order(parts, keys)


def _by_index(opened: _Opened, box: Bounds) -> NDArray[np.int64]:
    """The numbers of the features that GDAL gives near a box: only to look what its index misses."""
    # by Arrow, a FlatGeobuf gives phantom rows where nothing is near
    _meta, fid, _shapes, _columns = pyogrio.raw.read(
        opened.file,
        layer=opened.name,
        columns=[],
        bbox=box,
        read_geometry=False,
        return_fids=True,
        **opened.options,
    )
    return np.asarray(fid, dtype=np.int64)


def read_bytes(source: Source, content: bytes, columns: Sequence[str]) -> Rows:
    """Read all features of a file that stands in memory, as part of a layer that GDAL described.

    Parameters
    ----------
    source
        The layer, for messages.
    content
        The bytes of a file of one layer, its text in UTF-8.
    columns
        The columns to read.
    """
    opened = _Opened(
        file=content,
        place=source.place,
        name=None,
        numbered_from=source.format.numbered_from,
        options=_Options(),
        number=None,
    )
    return _read(opened, columns, None)


def _columns_alone(opened: _Opened, columns: Sequence[str]) -> Rows:
    _meta, table = pyogrio.raw.read_arrow(
        opened.file,
        layer=opened.name,
        columns=list(columns),
        read_geometry=False,
        **opened.options,
    )
    count = table.num_rows
    found = {name: table.column(name) for name in columns}
    return Rows(np.arange(count), found, np.full(count, None, object))


def _in_order(parts: Sequence[Rows], keys: NDArray[np.int64]) -> Rows:
    """The rows of all parts, in the order of their numbers in `keys`."""
    fid = np.concatenate([part.fid for part in parts])
    if len(parts) == 1 and np.array_equal(fid, keys):
        return parts[0]
    joined = Rows(
        fid,
        {
            name: pa.chunked_array(
                [chunk for part in parts for chunk in part.columns[name].chunks], column.type
            )
            for name, column in parts[0].columns.items()
        },
        np.concatenate([part.geometry for part in parts]),
        tuple(dict.fromkeys(issue for part in parts for issue in part.issues)),
    )
    position = {key: row for row, key in enumerate(fid.tolist())}
    order = [position[key] for key in keys.tolist() if key in position]
    return joined.take(np.array(order, dtype=np.int64))


def _read(opened: _Opened, columns: Sequence[str], keys: NDArray[np.int64] | None) -> Rows:
    """Read the features with these numbers, all for None.

    Parameters
    ----------
    opened
        The layer.
    columns
        The columns to read.
    keys
        Numbers of features as the file has them.
    """
    where = None if keys is None else f"{opened.number} IN ({','.join(map(str, keys.tolist()))})"
    _meta, table = pyogrio.raw.read_arrow(
        opened.file,
        layer=opened.name,
        columns=list(columns),
        where=where,
        return_fids=True,
        **opened.options,
    )
    fid, found, shapes = _taken_apart(table, columns)
    geometry, issues = _geometries(opened, fid, shapes, columns, where)
    return Rows(fid, found, geometry, issues)


def _taken_apart(
    table: pa.Table, columns: Sequence[str]
) -> tuple[NDArray[np.int64], dict[str, pa.ChunkedArray], pa.ChunkedArray]:
    """The numbers, the columns and the WKB of features as GDAL gives them."""
    # The feature's number comes first and its geometry last: a column of the file may have the name of
    # either, as "id" does in GeoJSON.
    names = table.schema.names[1:-1]
    found = {name: table.column(1 + names.index(name)) for name in columns}
    require_sound(found)
    # a column of GDAL's holds on to all that came with it, the geometry too: what stays is copied
    every = pa.array(np.arange(len(table)))
    own = {name: values.take(every) for name, values in found.items()}
    fid = table.column(0).to_numpy().astype(np.int64)
    return fid, own, table.column(table.num_columns - 1)


def require_sound(columns: Mapping[str, pa.ChunkedArray]) -> None:
    """Fail over bytes that are no text here, instead of wherever they are first used.

    Raises
    ------
    pyarrow.ArrowException
        A value is not what its column's type says.
    """
    for values in columns.values():
        values.validate(full=True)


def _geometries(
    opened: _Opened,
    fid: NDArray[np.int64],
    shapes: pa.ChunkedArray,
    columns: Sequence[str],
    where: str | None,
) -> tuple[NDArray[np.object_], tuple[Issue, ...]]:
    """Geometries of WKB, and what was changed to make them.

    Parameters
    ----------
    opened
        The layer.
    fid, shapes
        Number and WKB of each feature.
    columns, where
        How they were read, since true curves are read once more.
    """
    numbers = fid + 1 - opened.numbered_from
    try:
        return wkb.of_column(shapes, numbers, opened.place), ()
    except (NotImplementedError, shapely.errors.GEOSException) as problem:
        every = shapes.to_numpy()
        wkb.refuse_deep(every, numbers, opened.place)  # it may stand behind what was met first
        if not isinstance(problem, NotImplementedError):
            geometry, closed = wkb.mended(every)
            return geometry, wkb.rings_closed(numbers[closed])
    # GDAL makes chords of curves, by the step that the guard sets, on this way only
    raw = pyogrio.raw.read(
        opened.file, layer=opened.name, columns=list(columns), where=where, **opened.options
    )
    # this way believes the count that a GeoPackage states
    if len(raw[2]) != len(fid):
        raise ValueError(f"{len(raw[2])} of {len(fid)} features")
    return wkb.decoded(raw[2]), wkb.curves_drawn()
