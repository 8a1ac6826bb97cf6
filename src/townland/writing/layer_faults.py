"""The faults of layers as a GeoPackage, to open in a GIS: one layer for each layer examined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, _, render
from townland.layers.check import Examined, Faults
from townland.layers.check.faults import DRAWN
from townland.output.stamped import stamped
from townland.reading.streamed import WholeLayer
from townland.reading.texts import Texts
from townland.writing.report.geopackage import put_polygons, qml, write_styles

STAMP = "2000-01-01T00:00:00Z"
"""The same layers give the same bytes: the file states no day."""

COLOUR = ("#b30000", "#d7301f66", "0.4")
COLUMNS = ("feature", "code", "severity", "message")


def write_faults(
    examined: Sequence[Examined], path: Path, *, lang: str = DEFAULT_LANGUAGE
) -> dict[str, int]:
    """Write every fault that has a place, with the id of its feature, its code, severity and message.

    Faults of a layer as a whole have no place, and are reported elsewhere.

    Parameters
    ----------
    examined
        The layers, and what is wrong in each.
    path
        The GeoPackage to write.
    lang
        The language of the messages.

    Returns
    -------
    The number of faults written for each layer.

    Raises
    ------
    ReportError
        The file exists already, or cannot be written.
    """
    refuse_existing(path)
    written: dict[str, int] = {}
    try:
        # two runs must be alike byte for byte
        with stamped(STAMP):
            for each in examined:
                if each.read is None:
                    continue
                frame = _frame(each.read, each.faults, lang)
                name = each.summary.name
                put_polygons(frame, path, name)
                written[name] = len(frame)
            if written:
                write_styles(path, [(name, name, qml(*COLOUR)) for name in written], STAMP)
    except (pyogrio.errors.DataSourceError, OSError) as problem:
        raise ReportError(
            _("{path}: cannot be written ({reason})", path=path.as_posix(), reason=str(problem))
        ) from None
    return written


def refuse_existing(path: Path) -> None:
    """Leave a file that exists as it is.

    Raises
    ------
    ReportError
        It exists.
    """
    if path.exists():
        raise ReportError(
            _(
                "{path} exists already and is not overwritten; name another file",
                path=path.as_posix(),
            )
        )


def _frame(layer: WholeLayer, faults: Sequence[Faults], lang: str) -> gpd.GeoDataFrame:
    """The faults that have a place, one row a feature.

    Parameters
    ----------
    layer, faults
        The layer that was read, and its faults.
    lang
        The language of the messages.
    """
    rows = [row for fault in faults for row in _rows(fault, layer.ids, lang)]
    shapes = [
        layer.shapes.take(fault.rows[:DRAWN]) if fault.shapes is None else fault.shapes[:DRAWN]
        for fault in faults
        if len(fault.rows)
    ]
    columns = {
        name: np.array([row[i] for row in rows], dtype=object) for i, name in enumerate(COLUMNS)
    }
    geometry = np.concatenate(shapes) if shapes else np.array([], dtype=object)
    flat = shapely.force_2d(geometry)
    return gpd.GeoDataFrame(columns, geometry=gpd.array.from_shapely(flat, layer.crs))


def _rows(fault: Faults, ids: Texts, lang: str) -> Iterator[tuple[str, str, str, str]]:
    """The features of a fault, as rows of `COLUMNS`.

    Parameters
    ----------
    fault
        One kind of fault.
    ids
        The ids of the layer's features.
    lang
        The language of the messages.
    """
    for position, feature in enumerate(ids.at(fault.rows[:DRAWN])):
        yield feature, fault.code, fault.severity, render(fault.at(position), lang)
