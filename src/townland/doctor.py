"""Is this machine fit for a legal figure? Versions, and known answers of every library's PROJ."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import fiona
import fiona.transform
import numpy as np
import pyogrio
import pyproj
import rasterio
import rasterio.warp
import shapely

from townland import geodesy
from townland.i18n import Words, _

KNOWN_LON, KNOWN_LAT = 109.4, 24.3
KNOWN_X, KNOWN_Y = 36642129.7271, 2689231.4382
"""EPSG:4490 → EPSG:4524, by PROJ and by an independent Krüger series."""

KNOWN_M = 0.0005
KNOWN_RING = ((36642000, 2689000), (36643500, 2689000), (36643500, 2690000), (36642000, 2690000))
KNOWN_AREA_M2 = 1499245.53


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with a known answer: what came out, what was expected, whether they agree."""

    question: Words
    found: str
    expected: str
    agrees: bool


def versions() -> dict[str, str]:
    """The version of every library that a figure passes through, and of the GDAL, PROJ, GEOS inside."""
    names = ("townland", "geopandas", "shapely", "pyogrio", "fiona", "rasterio", "pyproj", "folium")
    return {
        "python": sys.version.split()[0],
        **{name: version(name) for name in names},
        "GEOS (shapely)": shapely.geos_version_string,
        "GDAL (pyogrio)": pyogrio.__gdal_version_string__,
        "GDAL (fiona)": fiona.__gdal_version__,
        "GDAL (rasterio)": rasterio.__gdal_version__,
        "PROJ (pyproj)": pyproj.proj_version_str,
    }


def answers() -> Iterator[Answer]:
    """Ask each library's PROJ the same known question, and the area routine a known area."""
    for name, ask in TRANSFORMS.items():
        try:
            x, y = ask()
        except Exception as problem:  # noqa: BLE001 - whatever is broken is the answer
            x, y = float("nan"), float("nan")
            found = f"{type(problem).__name__}: {problem}"
        else:
            found = f"{x:.4f} {y:.4f}"
        yield Answer(
            _("EPSG:4490 to EPSG:4524 by {library}", library=name),
            found,
            f"{KNOWN_X:.4f} {KNOWN_Y:.4f}",
            bool(np.hypot(x - KNOWN_X, y - KNOWN_Y) <= KNOWN_M),
        )
    area = geodesy.official_area_m2(shapely.Polygon(KNOWN_RING), pyproj.CRS(4524))[0]
    yield Answer(
        _("official area of a known rectangle"),
        f"{area:.2f}",
        f"{KNOWN_AREA_M2:.2f}",
        bool(round(float(area), 2) == KNOWN_AREA_M2),
    )


def _by_pyproj() -> tuple[float, float]:
    moved: tuple[float, float] = pyproj.Transformer.from_crs(4490, 4524, always_xy=True).transform(
        KNOWN_LON, KNOWN_LAT
    )
    return moved


def _by_fiona() -> tuple[float, float]:
    x, y = fiona.transform.transform("EPSG:4490", "EPSG:4524", [KNOWN_LON], [KNOWN_LAT])
    return x[0], y[0]


def _by_rasterio() -> tuple[float, float]:
    x, y = rasterio.warp.transform("EPSG:4490", "EPSG:4524", [KNOWN_LON], [KNOWN_LAT])
    return x[0], y[0]


TRANSFORMS: dict[str, Callable[[], Any]] = {
    "pyproj": _by_pyproj,
    "fiona": _by_fiona,
    "rasterio": _by_rasterio,
}
