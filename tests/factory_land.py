"""Small places made of rectangles, whose figures can be worked out on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely import affinity

from townland.catalog import LayerCatalog, load_catalog

CRS = pyproj.CRS(4524)
EAST, NORTH = 36_520_000, 2_700_000


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in metres from the place's corner."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def write(path: Path, shapes: Sequence[Any], crs: Any = CRS, **columns: Sequence[Any]) -> Path:
    """Write shapes with columns into a GeoPackage."""
    gpd.GeoDataFrame(dict(columns), geometry=list(shapes), crs=crs).to_file(path)
    return path


LAYERS = {
    "land_use": 'scheme = "sandiao-2019"\nclass_column = "DLBM"\nid_column = "BSM"\n'
    'net_factor_column = "KCXS"\nowner_column = "QSXZ"\n',
    "permanent_basic_farmland": 'id_column = "BSM"\n',
    "planned_use": 'scheme = "guide-2023"\nclass_column = "GHDM"\nid_column = "ID"\n',
    "paddy": "",
    "stock_land": "",
    "inefficient_land": "",
    "approved_land": "",
    "elevation": "",
    "unused_land": "",
    "control_zone": 'scheme = "jsydgzq"\nclass_column = "GZQLXDM"\n',
    "growth_boundary": "",
    "ecological_redline": "",
}


def catalog(folder: Path, layers: Mapping[str, Path], **extra: str) -> LayerCatalog:
    """A catalog of the given roles; `extra` adds lines to a role's table."""
    text = ""
    for role, path in layers.items():
        text += f'[[layer]]\nname = "{role}"\nrole = "{role}"\npath = "{path.as_posix()}"\n'
        text += LAYERS[role] + extra.get(role, "") + "\n"
    (folder / "catalog.toml").write_text(text, encoding="utf-8")
    return load_catalog(folder / "catalog.toml")


def geodesic_m2(geometry: Any, crs: pyproj.CRS = CRS) -> float:
    """The area by another routine than the product's: geodesics between points 10 m apart."""
    geod = pyproj.Geod(ellps="GRS80")
    to_degrees = pyproj.Transformer.from_crs(crs, 4490, always_xy=True)
    dense = shapely.segmentize(geometry, 10)
    degrees = shapely.transform(
        dense, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
    )
    return sum(abs(geod.geometry_area_perimeter(part)[0]) for part in shapely.get_parts(degrees))


def shift(geometry: Any, east: float, north: float) -> Any:
    """Move a geometry by metres."""
    return affinity.translate(geometry, east, north)
