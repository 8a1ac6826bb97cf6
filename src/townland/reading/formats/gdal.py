"""What the formats that GDAL opens share: one layer described, then read near some boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.reading.encoding import Encoding
from townland.reading.format import Fetch, Format, Request, Source
from townland.reading.formats import wkb
from townland.reading.layer_names import layer_name
from townland.reading.library_errors import translated
from townland.reading.rows import Rows, box_area, finite, hull, meets

SHOWN = 20
"""So many features are named in a message."""


class _Options(TypedDict, total=False):
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """One layer that GDAL reads; `name` is None where a file of the format has one layer."""

    file: Path
    place: str
    name: str | None
    numbered_from: int
    options: _Options
    indexed: bool
    bounds: Bounds | None


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
    count_bounds: bool = True,
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
    count_bounds
        Whether the file is gone through for its bounding box where it states none.

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
        # GDAL gives no bounds where it would have to read every feature for them
        if info["total_bounds"] is None and count_bounds:
            info |= pyogrio.read_info(file, layer=name, force_total_bounds=True, **options)
    _require_driver(str(info["driver"]), form, place)
    opened = _Opened(
        file=file,
        place=place if name is None else f"{place}|{name}",
        name=name,
        numbered_from=form.numbered_from,
        options=options,
        indexed=bool(info["capabilities"]["fast_spatial_filter"]) and form.trusts_index,
        bounds=finite(info["total_bounds"]),
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
        bounds=opened.bounds,
        indexed=opened.indexed,
        fetch=partial(_fetch, opened),
        encoding="UTF-8" if encoding is None else encoding.used,
        encoding_declared=None if encoding is None else encoding.declared,
        issues=(*(() if encoding is None else encoding.issues), *issues),
    )


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


def chosen_from_all(
    fetch: Fetch,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,
) -> Rows:
    """Read all features and choose by their own bounding boxes, where an index cannot be trusted.

    Parameters
    ----------
    fetch
        How the layer is read.
    columns, boxes, shapes
        As `Fetch`.
    """
    rows = fetch(columns, None, shapes=shapes)
    return rows if boxes is None else rows.take(meets(rows.geometry, boxes))


def _fetch(
    opened: _Opened,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,
) -> Rows:
    """Read features near `boxes`; without an index the file is gone through once for all of them.

    Parameters
    ----------
    opened
        The layer.
    columns, boxes, shapes
        As `Fetch`.
    """
    if not shapes:
        return _columns_alone(opened, columns)
    if boxes is None:
        return _read(opened, columns, None)
    if len(boxes) == 1:
        return _in_order([_read(opened, columns, boxes[0])], columns)
    if _one_by_one(opened, boxes):
        return _in_order([_read(opened, columns, box) for box in boxes], columns)
    rows = _read(opened, columns, hull(boxes))
    return _in_order([rows.take(meets(rows.geometry, boxes))], columns)


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


def _in_order(parts: Sequence[Rows], columns: Sequence[str]) -> Rows:
    """Each feature of the parts once, in the order of the file."""
    fid = np.concatenate([part.fid for part in parts])
    order = np.unique(fid, return_index=True)[1]
    if len(parts) == 1 and len(order) == len(fid) and (np.diff(fid) > 0).all():
        return parts[0]
    joined = Rows(
        fid,
        {
            name: pa.chunked_array(
                [chunk for part in parts for chunk in part.columns[name].chunks],
                parts[0].columns[name].type,
            )
            for name in columns
        },
        np.concatenate([part.geometry for part in parts]),
        tuple(dict.fromkeys(issue for part in parts for issue in part.issues)),
    )
    return joined.take(order)


def _one_by_one(opened: _Opened, boxes: Sequence[Bounds]) -> bool:
    """Whether reading each box by itself is cheaper than reading the hull of all at once.

    With an index it is, unless the boxes fill half of the hull. Without one, each box costs a pass
    over the file, and making polygons of all of it costs as much as nine more (measured).
    """
    if opened.indexed:
        return sum(map(box_area, boxes)) < box_area(hull(boxes)) / 2
    whole = box_area(opened.bounds) if opened.bounds is not None else 0.0
    return len(boxes) < 1 + 9 * min(1.0, box_area(hull(boxes)) / whole) if whole > 0 else False


def _read(opened: _Opened, columns: Sequence[str], box: Bounds | None) -> Rows:
    """Read the features whose bounding box meets `box`, all for None.

    Parameters
    ----------
    opened
        The layer.
    columns
        The columns to read.
    box
        A box in the coordinates of the file.
    """
    _meta, table = pyogrio.raw.read_arrow(
        opened.file,
        layer=opened.name,
        columns=list(columns),
        bbox=box,
        return_fids=True,
        **opened.options,
    )
    # The feature's number comes first and its geometry last: a column of the file may have the name of
    # either, as "id" does in GeoJSON.
    names = table.schema.names[1:-1]
    fid = table.column(0).to_numpy().astype(np.int64, copy=False)
    shapes = table.column(table.num_columns - 1).to_numpy()
    geometry, issues = _geometries(opened, fid, shapes, columns, box)
    found = {name: table.column(1 + names.index(name)) for name in columns}
    require_sound(found)
    return Rows(fid, found, geometry, issues)


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
    fid: npt.NDArray[np.int64],
    shapes: npt.NDArray[np.object_],
    columns: Sequence[str],
    box: Bounds | None,
) -> tuple[npt.NDArray[np.object_], tuple[Issue, ...]]:
    """Geometries of WKB, and what was changed to make them.

    Parameters
    ----------
    opened
        The layer.
    fid, shapes
        Number and WKB of each feature.
    columns, box
        How they were read, since true curves are read once more.
    """
    numbers = fid + 1 - opened.numbered_from
    try:
        return wkb.geometries(shapes, numbers, opened.place), ()
    except NotImplementedError:
        # GDAL makes chords of curves, by the step that the guard sets, on this way only
        raw = pyogrio.raw.read(
            opened.file, layer=opened.name, columns=list(columns), bbox=box, **opened.options
        )
        message = _("true curves are drawn as chords of 0.1 degrees of arc")
        return shapely.from_wkb(raw[2]), (Issue("curve_linearised", "warning", message),)
    except shapely.errors.GEOSException:
        # GEOS refuses rings that are not closed; GDAL writes them as they stand in the file
        geometry = shapely.from_wkb(shapes, on_invalid="fix")
        closed = shapely.is_missing(shapely.from_wkb(shapes, on_invalid="ignore"))
        return geometry, _closed(numbers[closed & ~shapely.is_missing(geometry)])


def _closed(numbers: npt.NDArray[np.int64]) -> tuple[Issue, ...]:
    """That rings of these features were closed in reading, or dropped where they have too few points."""
    if not len(numbers):
        return ()
    message = _(
        "{count} features have rings that are not closed, or have fewer than 3 points; they were closed,"
        " or dropped: features {features}",
        count=len(numbers),
        features=", ".join(map(str, numbers[:SHOWN])) + (" …" if len(numbers) > SHOWN else ""),
    )
    return (Issue("ring_closed", "warning", message),)
