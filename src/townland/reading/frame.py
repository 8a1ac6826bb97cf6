"""A GeoDataFrame in place of a file: its rows, columns and CRS as a `Source`, read like any other."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa

from townland.errors import CRSError, LayerError
from townland.i18n import _
from townland.reading.format import Format, Probe, Source
from townland.reading.rows import Rows, bounds_of, choose, sha256_of_rows
from townland.standards import fields

NAME = "GeoDataFrame"
"""How messages name a frame: it has no file."""


def _recognises(_probe: Probe) -> bool:
    """Never: it is no file, so that the table of formats does not list it."""
    return False


FORMAT = Format(
    name="frame",
    titles=(NAME,),
    recognises=_recognises,
    numbered_from=1,
    is_file=False,
)


def frame_source(frame: gpd.GeoDataFrame, *, name: str = NAME) -> Source:
    """A frame as the source of a layer; features are numbered from 1 in the order of its rows.

    Columns of personal data keep their names, so that asking for one is refused as it is of a file,
    but their values are not taken over.

    Raises
    ------
    LayerError
        The frame has no geometry column, two columns of one name, or a column of mixed kinds.
    CRSError
        It has no CRS.
    """
    own = [str(column) for column in frame.columns if column != frame.active_geometry_name]
    _require_sound(frame, own, name)
    plain = frame.drop(columns=frame.active_geometry_name).set_axis(own, axis=1)
    plain = plain[[column for column in own if not isinstance(plain[column], gpd.GeoSeries)]]
    columns = {
        column: _column(plain, column, name) for column in plain if not fields.is_personal(column)
    }
    rows = Rows(
        np.arange(1, len(frame) + 1, dtype=np.int64),
        columns,
        np.array(frame.geometry, dtype=object),
    )
    return Source(
        path=Path(name),
        place=name,
        format=FORMAT,
        layer=None,
        fields=tuple(plain),
        crs=frame.crs.to_string(),
        geometry_type="Unknown",
        features=len(frame),
        bounds=bounds_of(rows.geometry),
        indexed=True,
        fetch=partial(choose, rows),
    )


def _require_sound(frame: gpd.GeoDataFrame, columns: list[str], place: str) -> None:
    """Refuse a frame without geometry or CRS, or with two columns of one name.

    Parameters
    ----------
    frame, columns
        The frame, and the names of its columns but the geometry.
    place
        How messages name the frame.
    """
    if frame.active_geometry_name is None:
        raise LayerError(
            _(
                "{place}: the GeoDataFrame has no geometry column; name it with set_geometry()",
                place=place,
            )
        )
    if frame.crs is None:
        raise CRSError(
            _(
                "{place}: the GeoDataFrame has no CRS; state it with set_crs(), e.g."
                ' frame.set_crs("EPSG:4524")',
                place=place,
            )
        )
    for column in columns:
        if columns.count(column) > 1:
            raise LayerError(
                _(
                    "{place}: two columns of the GeoDataFrame are named {column}; rename one",
                    place=place,
                    column=column,
                )
            )


def sha256_of_frame(source: Source) -> str:
    """The SHA-256 of all rows of a frame, without the columns of personal data."""
    columns = [column for column in source.fields if not fields.is_personal(column)]
    return sha256_of_rows(source.fetch(columns, None))


def _column(frame: gpd.GeoDataFrame, column: str, place: str) -> pa.ChunkedArray:
    """One column as Arrow has it; categories are their values.

    Parameters
    ----------
    frame, column
        The frame without its geometry, and the column's name.
    place
        How messages name the frame.
    """
    values = frame[column]
    if values.dtype == "category":
        values = values.astype(values.cat.categories.dtype)
    try:
        return pa.chunked_array([pa.array(values, from_pandas=True)])
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as problem:
        raise LayerError(
            _(
                "{place}: the column {column} holds values of several kinds ({reason}); make them one,"
                " e.g. with astype(str)",
                place=place,
                column=column,
                reason=" ".join(str(problem).split())[:200],
            )
        ) from None
