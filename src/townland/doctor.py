"""Is this machine fit for a legal figure? Versions, and known answers of every library's PROJ."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import rasterio
import rasterio.warp
import shapely

from townland import geodesy
from townland.errors import CRSError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds, Candidate
from townland.i18n import Joined, Words, _
from townland.issues import Issue
from townland.reading import source as sources
from townland.reading.vector import declared_crs, layer_crs, total_bounds
from townland.reading.widths import fiona_or_none
from townland.towns import swap_issue

KNOWN_LON, KNOWN_LAT = 109.4, 24.3
KNOWN_X, KNOWN_Y = 36642129.7271, 2689231.4382
"""EPSG:4490 → EPSG:4524, by PROJ and by an independent Krüger series."""

KNOWN_M, KNOWN_DEGREES = 0.0005, 5e-9
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
    fiona = fiona_or_none()
    with_it = () if fiona is None else ("fiona",)
    names = (
        "townland",
        "geopandas",
        "shapely",
        "pyogrio",
        *with_it,
        "rasterio",
        "pyproj",
        "folium",
    )
    return {
        "python": sys.version.split()[0],
        **{name: version(name) for name in names},
        "GEOS (shapely)": shapely.geos_version_string,
        "GDAL (pyogrio)": pyogrio.__gdal_version_string__,
        **({} if fiona is None else {"GDAL (fiona)": fiona.__gdal_version__}),
        "GDAL (rasterio)": rasterio.__gdal_version__,
        "PROJ (pyproj)": pyproj.proj_version_str,
    }


def answers() -> Iterator[Answer]:
    """Ask each library's PROJ the same known question, and the area routine a known area."""
    for name, ask in TRANSFORMS.items():
        if name == "fiona" and fiona_or_none() is None:
            continue
        question = _("EPSG:4490 to EPSG:4524 by {library}", library=name)
        yield _answer(question, ask, (KNOWN_X, KNOWN_Y), within=KNOWN_M, digits=4)
    question = _("EPSG:4524 to degrees by {library}", library="pyogrio")
    known = KNOWN_LON, KNOWN_LAT
    yield _answer(question, _by_pyogrio, known, within=KNOWN_DEGREES, digits=9)
    area = geodesy.official_area_m2(shapely.Polygon(KNOWN_RING), pyproj.CRS(4524))[0]
    yield Answer(
        _("official area of a known rectangle"),
        f"{area:.2f}",
        f"{KNOWN_AREA_M2:.2f}",
        bool(round(float(area), 2) == KNOWN_AREA_M2),
    )


def _answer(
    question: Words,
    ask: Callable[[], tuple[float, float]],
    known: tuple[float, float],
    *,
    within: float,
    digits: int,
) -> Answer:
    """Ask one library, and compare its point with the known one.

    Parameters
    ----------
    question
        What is asked, in words.
    ask
        Gives the library's point.
    known, within
        The known point, and how far apart the two may be.
    digits
        With how many decimals points are printed.
    """
    try:
        x, y = ask()
    except Exception as problem:  # noqa: BLE001 - whatever is broken is the answer
        x, y = float("nan"), float("nan")
        found = f"{type(problem).__name__}: {problem}"
    else:
        found = f"{x:.{digits}f} {y:.{digits}f}"
    expected = f"{known[0]:.{digits}f} {known[1]:.{digits}f}"
    return Answer(question, found, expected, bool(np.hypot(x - known[0], y - known[1]) <= within))


@dataclass(frozen=True, slots=True)
class Located:
    """What a file's coordinates say of its CRS.

    `declared` is what the file says, `used` what townland would read it in (None where it refuses,
    `refusal` then says why); `bounds` are the numbers, `region` the box in degrees of the layers,
    `candidates` the CRSs that the numbers (and the region, where one is known) allow.
    """

    place: str
    declared: str | None
    used: str | None
    refusal: Words | None
    issues: tuple[Issue, ...]
    bounds: Bounds | None
    region: Bounds | None
    candidates: tuple[Candidate, ...]


def locate(
    path: Path, *, layer: str | None = None, crs: str | None = None, region: Bounds | None = None
) -> Located:
    """Ask a file for its CRS: what it declares, what its numbers allow, and what comes of both.

    Parameters
    ----------
    path
        The file.
    layer, crs
        Which layer is read, and the CRS that the user states.
    region
        The box in degrees of the layers that the file must meet.

    Raises
    ------
    LayerError
        The file cannot be read.
    """
    with sources.opened(path, layer=layer) as source:
        bounds = total_bounds(source, sources.read(source, [], None))
        source = replace(source, bounds=bounds)
        used: str | None = None
        refusal: Words | None = None
        issues: tuple[Issue, ...] = ()
        try:
            found, issues = layer_crs(source, crs, region=lambda: region)
            if crsys.is_swapped(found, bounds):
                issues = (*issues, swap_issue(found, bounds))
            else:
                sources.check_degrees(source, bounds, geographic=found.is_geographic)
            used = crsys.describe(found)
        except CRSError as problem:
            refusal = Joined((problem.message,))
        return Located(
            source.place,
            crs or declared_crs(source),
            used,
            refusal,
            issues,
            bounds,
            region,
            () if bounds is None else tuple(crsys.readings(bounds, region=region)),
        )


def _by_pyogrio() -> tuple[float, float]:
    """GDAL inside pyogrio brings the known point to degrees for GeoJSON: it has no other way."""
    into = BytesIO()
    pyogrio.raw.write(
        into,
        shapely.to_wkb(np.array([shapely.Point(KNOWN_X, KNOWN_Y)])),
        field_data=[],
        fields=[],
        driver="GeoJSON",
        crs="EPSG:4524",
        geometry_type="Point",
        RFC7946="YES",
        COORDINATE_PRECISION="12",
    )
    lon, lat = json.loads(into.getvalue())["features"][0]["geometry"]["coordinates"]
    return lon, lat


def _by_pyproj() -> tuple[float, float]:
    moved: tuple[float, float] = pyproj.Transformer.from_crs(4490, 4524, always_xy=True).transform(
        KNOWN_LON, KNOWN_LAT
    )
    return moved


def _by_fiona() -> tuple[float, float]:
    import fiona.transform

    x, y = fiona.transform.transform("EPSG:4490", "EPSG:4524", [KNOWN_LON], [KNOWN_LAT])
    return x[0], y[0]


def _by_rasterio() -> tuple[float, float]:
    x, y = rasterio.warp.transform("EPSG:4490", "EPSG:4524", [KNOWN_LON], [KNOWN_LAT])
    return x[0], y[0]


TRANSFORMS: dict[str, Callable[[], tuple[float, float]]] = {
    "pyproj": _by_pyproj,
    "fiona": _by_fiona,
    "rasterio": _by_rasterio,
}
