"""Random places, told in random CRS and formats, whose figures another routine gives as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from tests.factory_land import geodesic_m2

from townland.assessment import check
from townland.catalog import LayerCatalog, LayerSpec
from townland.geodesy.crs import reproject
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns

BOOK = load_rulebook("liuzhou-2018")
MEASURES = [name for name in BOOK.measure if name.startswith(("planned_con", "farmland_"))]
SMALL = BOOK.model_copy(
    update={
        "measure": {name: BOOK.measure[name] for name in MEASURES},
        "rule": [rule for rule in BOOK.rule if rule.id in ("LAND-02", "LAND-03", "PORT-02")],
    }
)
"""Three rules and their measures: random places try geometry, not all of the law."""
BASE = pyproj.CRS(4524)
"""The plane in which places are made: eastings of eight digits."""
CRSS = (4524, 4545, 4508, 4490, 4326, 32649)
FORMATS = {"gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf"}
OFF_M2, OFF_EDGE_M = 0.01, 5e-6
CODES = ("0101", "0103", "0301", "0702", "1006")
USES = ("0701", "0901", "1001", "1401", "0301")


@dataclass(frozen=True)
class Place:
    """Parcels with their codes, plots with their uses, farmland and towns, all in `BASE`."""

    corner: tuple[float, float]
    parcels: list[Any]
    codes: list[str]
    plots: list[Any]
    uses: list[str]
    farmland: list[Any]
    towns: list[Any]


def place(rng: np.random.Generator, towns: int = 1) -> Place:
    """A place of some hundred metres to some kilometres, with gaps, at a random spot of the zone."""
    corner = (36_400_000.0 + rng.integers(0, 200_000), 2_550_000.0 + rng.integers(0, 400_000))
    size, n = float(rng.uniform(150, 4000)), int(rng.integers(3, 7))
    digits = int(rng.choice([2, 3, 6]))
    parcels = _mosaic(rng, n, size=size, digits=digits)
    parcels = [parcel for parcel in parcels if rng.random() > 0.06]
    plots = [plot for plot in _mosaic(rng, n + 1, size=size, digits=digits) if rng.random() > 0.5]
    farmland = [each for each in _mosaic(rng, 3, size=size, digits=digits) if rng.random() > 0.6]
    moved = [
        [shapely.affinity.translate(shape, *corner) for shape in shapes]
        for shapes in (parcels, plots, farmland, [_star(rng, size) for _ in range(towns)])
    ]
    return Place(
        corner,
        moved[0],
        rng.choice(CODES, len(parcels)).tolist(),
        moved[1],
        rng.choice(USES, len(plots)).tolist(),
        moved[2],
        moved[3],
    )


def _mosaic(rng: np.random.Generator, n: int, *, size: float, digits: int) -> list[Any]:
    """Quadrangles that fit together, their edges bent at one shared point each."""
    grid = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0), indexing="ij"), axis=-1)
    grid += rng.uniform(-0.25, 0.25, grid.shape)
    bends = [grid[1:] / 2 + grid[:-1] / 2, grid[:, 1:] / 2 + grid[:, :-1] / 2]
    bends = [each + rng.normal(0, 0.02, each.shape) for each in bends]
    grid, (across, along) = (
        (grid * size / n).round(digits),
        [(each * size / n).round(digits) for each in bends],
    )
    return [
        shapely.Polygon(
            [grid[i, j], across[i, j], grid[i + 1, j], along[i + 1, j], grid[i + 1, j + 1],
             across[i, j + 1], grid[i, j + 1], along[i, j]]
        )
        for i in range(n)
        for j in range(n)
    ]  # fmt: skip


def _star(rng: np.random.Generator, size: float) -> Any:
    """A town: a star-shaped polygon somewhere in the place, now and then with a hole."""
    count = int(rng.integers(4, 40))
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    radius = size * rng.uniform(0.12, 0.45, count)
    middle = rng.uniform(0.35, 0.65, 2) * size
    ring = middle + np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None]
    town = shapely.convex_hull(shapely.Polygon(ring)) if count < 6 else shapely.Polygon(ring)
    if not town.is_valid or town.area < 1:
        return shapely.Point(middle).buffer(size / 4, quad_segs=8)
    return town


def moved(shapes: Sequence[Any], epsg: int) -> list[Any]:
    """Shapes of `BASE` in another CRS, their edges divided so that the land stays the same."""
    crs = pyproj.CRS(epsg)
    return list(reproject(np.array(shapes, dtype=object), BASE, crs))


def frame(shapes: Sequence[Any], epsg: int, **columns: Sequence[str]) -> gpd.GeoDataFrame:
    """A layer of shapes of `BASE` in another CRS, numbered."""
    numbers = [str(n) for n in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"BSM": numbers, **columns}, geometry=moved(shapes, epsg), crs=pyproj.CRS(epsg)
    )


def catalog(land: gpd.GeoDataFrame, plan: gpd.GeoDataFrame, farm: gpd.GeoDataFrame) -> LayerCatalog:
    """The layers of a place."""
    first = LayerCatalog(layer=[LayerSpec(name="land_use", role="land_use", path="none")])
    with_land = first.with_layer(
        "land_use", land, scheme="sandiao-2019", class_column="DLBM", id_column="BSM"
    )
    with_plan = with_land.with_layer(
        "planned_use", plan, scheme="guide-2023", class_column="GHDM", id_column="BSM"
    )
    return with_plan.with_layer("permanent_basic_farmland", farm, id_column="BSM")


def told(
    folder: Path, rng: np.random.Generator, layer: gpd.GeoDataFrame, name: str
) -> gpd.GeoDataFrame | Path:
    """A frame as it is, or written in one of the formats."""
    form = rng.choice(["frame", *FORMATS])
    # a Shapefile of degrees or of a plane keeps all digits; GeoJSON in a CRS of its own does too
    if form == "frame" or layer.empty:
        return layer
    path = folder / f"{name}.{form}"
    options = {"COORDINATE_PRECISION": "15"} if form == "geojson" else {}
    layer.to_file(path, driver=FORMATS[form], **options)
    return path


@dataclass(frozen=True)
class Found:
    """What a random check gave: its exit code matters, and how far figures are from another routine's.

    `closed_m2` is how far the tables are from the towns' areas, `off_m2` how far a class is from the
    geodesic area of the same land, `scale_m` the length of edges by which roundings may move that.
    """

    how: str
    failed: list[str]
    closed_m2: float
    adjusted_m2: float
    off_m2: float
    scale_m: float

    @property
    def sound(self) -> bool:
        """Whether all was measured and closes; the rounding of vertices explains the rest."""
        within = self.off_m2 < OFF_M2 + OFF_EDGE_M * self.scale_m
        return not self.failed and self.closed_m2 == 0 and within and self.adjusted_m2 <= OFF_M2 * 5


def random_check(seed: int, folder: Path, towns: int = 1) -> Found:
    """Check random towns against random layers in random CRS and formats."""
    rng = np.random.default_rng(seed)
    made = place(rng, towns)
    epsgs = [int(each) for each in rng.choice(CRSS, 4)]
    book = catalog(
        frame(made.parcels, epsgs[0], DLBM=made.codes),
        frame(made.plots, epsgs[1], GHDM=made.uses),
        frame(made.farmland, epsgs[2]),
    )
    boundary = told(folder, rng, frame(made.towns, epsgs[3]), f"towns{seed}")
    read = read_towns(boundary, code_column="BSM")
    assessment = check(read, book, SMALL, on="2018-12-31")
    closed = off = adjusted = 0.0
    for result in assessment.towns:  # a FlatGeobuf orders its features by where they lie
        town = made.towns[int(result.town.code)]
        table = result.land_classes
        if table is None:
            continue
        summed = sum((row.gross_m2 for row in table.rows), table.uncovered_m2)
        closed = max(closed, abs(float(summed - result.area_m2)))
        adjusted = max(adjusted, *(float(each.closure_m2) for each in result.measures.values()))
        here = {row.code: float(row.gross_m2) for row in table.rows}
        for code in CODES:
            off = max(off, abs(here.get(code, 0.0) - _truth_m2(made, town, code)))
    name = boundary.suffix if isinstance(boundary, Path) else "frame"
    failed = [each.town.code for each in assessment.towns if each.failed is not None]
    edges = sum(shapely.length(parcel) for parcel in made.parcels) / 2
    return Found(f"{epsgs} {name}", failed, closed, adjusted, off, edges)


def _truth_m2(made: Place, town: Any, code: str) -> float:
    """The land of a class in a town, cut near the origin and measured by geodesics."""
    west, north = made.corner
    near = shapely.affinity.translate(town, -west, -north)
    parts = [
        shapely.affinity.translate(parcel, -west, -north).intersection(near)
        for parcel, own in zip(made.parcels, made.codes, strict=True)
        if own == code
    ]
    return sum(
        geodesic_m2(shapely.affinity.translate(part, west, north), BASE)
        for part in parts
        if part.area > 0
    )


def figures(assessment: Assessment, code: str) -> dict[str, float]:
    """Every measured area of a town, by name."""
    result = assessment.town(code)
    return {name: float(measure.area_m2) for name, measure in result.measures.items()}
