"""Windows: boxes around the towns, each in its CRS, and in the coordinates of a file."""

from __future__ import annotations

from collections.abc import Sequence

import pyproj

from townland.catalog import LayerSpec
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds, towgs84
from townland.reading.rows import merged

MARGIN_M = 1.0
"""Around every window: more than any rounding of a projection, and less than a parcel."""
_MARGIN_DEGREES = 1e-5

Window = tuple[Bounds, pyproj.CRS]


def pipeline_of(spec: LayerSpec) -> str | None:
    """The transformation that moves a layer's coordinates; None where it only names a datum shift."""
    return spec.transform if spec.transform and not towgs84(spec.transform) else None


def boxes_of(
    windows: Sequence[Window] | None, crs: pyproj.CRS, pipeline: str | None
) -> list[Bounds] | None:
    """The windows in the coordinates of the file, each a little larger; None for the whole file.

    Parameters
    ----------
    windows
        Bounding boxes, each with its CRS.
    crs, pipeline
        The CRS of the file, and the transformation that moves its coordinates.
    """
    if windows is None:
        return None
    found = []
    for (west, south, east, north), own in windows:
        margin = _MARGIN_DEGREES if own.is_geographic else MARGIN_M
        wider = (west - margin, south - margin, east + margin, north + margin)
        box = crsys.transform_bounds(wider, own, crs)
        if pipeline is not None:
            back = crsys.pipeline(pipeline).inverse()
            if back is None:
                return None
            box = crsys.moved_bounds(box, back)
        found.append(box)
    return merged(found)
