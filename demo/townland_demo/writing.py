"""Files of the county: one FileGDB, one GBK Shapefile, GeoPackages, GeoTIFFs, dossiers, catalog."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine

from townland_demo import farmland, plans, survey
from townland_demo.county import SEED, make_county
from townland_demo.declaring import DECLARED
from townland_demo.georeference import CRS, EAST_M, NORTH_M
from townland_demo.planning import BRIEFS, Brief
from townland_demo.terrain import Relief

DAY = "2018-12-31"
COVER = {
    "01": 40, "02": 20, "03": 10, "0305": 20, "04": 30, "05": 50, "06": 50, "07": 50, "08": 50,
    "09": 50, "10": 50, "11": 80, "1106": 60, "12": 60, "1201": 50, "1202": 50,
}  # fmt: skip
"""Land-cover values of the raster by land class: 10 trees, 20 shrubs, 30 grass, 40 crops,
50 built, 60 bare, 80 water (the values of common global land-cover products)."""

COVER_CLASSES = (
    'classes = { cultivated = ["40"], agricultural = ["10", "20"], construction = ["50"],'
    ' unused = ["30", "60"], other = ["80"] }'
)
"""Water is other: what lies under it may be a pond (farm land) or a river."""


RASTERS = ("elevation", "land_cover")
PLAN = "sample/plan.gpkg"
ENTRIES: tuple[dict[str, str], ...] = (
    {
        "name": "land_use", "role": "land_use", "path": "sample/county.gdb", "layer": "DLTB",
        "scheme": "sandiao-2019", "class_column": "DLBM", "id_column": "BSM",
        "net_factor_column": "KCXS", "owner_column": "QSXZ",
        "slope_column": "GDPDJB", "village_column": "ZLDWMC",
    },
    {
        "name": "permanent_basic_farmland", "role": "permanent_basic_farmland",
        "path": "sample/YJJBNTBHTB.shp", "scheme": "sandiao-2019", "class_column": "DLBM",
        "id_column": "BSM", "net_factor_column": "KCXS", "village_column": "ZLDWMC",
        "encoding": "GBK",
    },
    {
        "name": "planned_use", "role": "planned_use", "path": PLAN, "layer": "planned_use",
        "scheme": "guide-2023", "class_column": "GHDM", "id_column": "DKBH",
        "tag_column": "BQ",
    },
    {
        "name": "control_zone", "role": "control_zone", "path": PLAN, "layer": "JSYDGZQ",
        "scheme": "jsydgzq", "class_column": "GZQLXDM", "id_column": "BSM",
    },
    {
        "name": "growth_boundary", "role": "growth_boundary", "path": PLAN, "layer": "CZKFBJ",
        "id_column": "BSM",
    },
    {
        "name": "ecological_redline", "role": "ecological_redline", "path": PLAN,
        "layer": "STBHHX", "id_column": "BSM",
    },
    {
        "name": "stock_land", "role": "stock_land", "path": PLAN, "layer": "stock_land",
        "id_column": "DKBH",
    },
    {
        "name": "inefficient_land", "role": "inefficient_land", "path": PLAN,
        "layer": "inefficient_land", "id_column": "DKBH",
    },
    {
        "name": "approved_land", "role": "approved_land", "path": "sample/approved.gpkg",
        "layer": "approved_land", "id_column": "DKBH", "tag_column": "GDZT",
    },
    {"name": "elevation", "role": "elevation", "path": "sample/dem.tif"},
    {"name": "land_cover", "role": "land_cover", "path": "sample/land_cover.tif"},
)  # fmt: skip
"""The layers of the catalog, in its order; what all of them have in common follows."""


def write_county(folder: Path, *, seed: int = SEED) -> Path:
    """Generate the county and write its layers under `folder`; return the path of the catalog.

    Writes `catalog.toml`, `sample/` and nothing else; existing files of these names are replaced.
    The same seed and library versions give the same bytes, but for the FileGDB's table ids when one
    process writes more than one (GDAL counts them on).
    """
    county = make_county(seed)
    target = folder / "sample"
    target.mkdir(parents=True, exist_ok=True)
    _write_survey(target / "county.gdb", county.survey)
    _write_farmland(target / "YJJBNTBHTB.shp", county.farmland)
    _write_plans(target, county.plan)
    _write_terrain(target / "dem.tif", county.terrain)
    _write_cover(target / "land_cover.tif", county.survey, county.terrain)
    _write_dossiers(target / "dossiers", county.quota_ha)
    catalog = folder / "catalog.toml"
    catalog.write_text(catalog_text(), encoding="utf-8", newline="\n")
    return catalog


def _write_survey(path: Path, layer: gpd.GeoDataFrame) -> None:
    """FileGDB through fiona, which alone keeps the widths of the text fields."""
    import fiona  # has no package for Python 3.14 and later, which read the county as well

    shutil.rmtree(path, ignore_errors=True)
    # origin 0 and 0.1 mm steps: a coordinate comes back as the very double that the other files hold
    options = {"XORIGIN": "0", "YORIGIN": "0", "XYSCALE": "10000", "XYTOLERANCE": "0.001"}
    with fiona.Env(OPENFILEGDB_REPRODUCIBLE_UUID="YES"):
        _write_features(path, layer, survey.SCHEMA, "OpenFileGDB", layer="DLTB", **options)


def _write_farmland(path: Path, layer: gpd.GeoDataFrame) -> None:
    """Shapefile in GBK with a spatial index; fiona keeps widths and decimals."""
    options = {
        "ENCODING": "GBK", "SPATIAL_INDEX": "YES", "DBF_DATE_LAST_UPDATE": DAY, "encoding": "GBK",
    }  # fmt: skip
    _write_features(path, layer, farmland.SCHEMA, "ESRI Shapefile", **options)
    path.with_suffix(".cpg").write_text("GBK", encoding="ascii")


def _write_features(
    path: Path, frame: gpd.GeoDataFrame, fields: dict[str, str], driver: str, **options: str
) -> None:
    """Write polygons through fiona, with widths and decimals of the fields.

    Parameters
    ----------
    path
        The file to write.
    frame
        The features.
    fields
        The columns and their types, as fiona spells them.
    driver
        The name of GDAL's driver.
    options
        Its options.
    """
    import fiona

    schema = {"geometry": "Polygon", "properties": fields}
    columns = frame[list(fields)].astype(object)
    columns = columns.where(columns.notna(), None)
    shapes = shapely.orient_polygons(frame.geometry.to_numpy(), exterior_cw=True)
    # closing(), because leaving fiona's own context raises on a harmless GDAL message about
    # the far corner of the layer's coordinate space, which no projection can reach
    sink: fiona.Collection = fiona.open(
        path, "w", driver=driver, schema=schema, crs_wkt=_wkt(), **options
    )
    with closing(sink):
        sink.writerecords(
            {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
            for row, shape in zip(columns.to_dict("records"), shapes, strict=True)
        )


def _wkt() -> str:
    return str(CRS.to_wkt("WKT1_GDAL"))


def _write_plans(target: Path, plan: dict[str, gpd.GeoDataFrame]) -> None:
    """GeoPackages with a fixed time stamp; the towns once more in a file of their own."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{DAY}T00:00:00Z"})
    try:
        for name in ("plan.gpkg", "towns.gpkg", "extent.gpkg", "approved.gpkg"):
            (target / name).unlink(missing_ok=True)
        for name, layer in plan.items():
            pyogrio.write_dataframe(layer, target / "plan.gpkg", layer=name, driver="GPKG")
        for name in ("towns", "extent"):
            alone = target / f"{name}.gpkg"
            pyogrio.write_dataframe(plan[name], alone, layer=name, driver="GPKG")
        approved = plans.approved_land(plan["planned_use"])
        alone = target / "approved.gpkg"
        pyogrio.write_dataframe(approved, alone, layer="approved_land", driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_terrain(path: Path, land: Relief) -> None:
    """Relief model: decimetres are all that a 24 m grid can mean, and they compress well."""
    every = 4
    height = np.round(land.height[::every, ::every], 1).astype(np.float32)[::-1]
    _write_raster(path, height, land.grid.step * every, land.grid.step * every / 2, predictor=3)


def _write_cover(path: Path, layer: gpd.GeoDataFrame, land: Relief) -> None:
    """Write the land cover in cells of 10 m.

    Parameters
    ----------
    path
        The file to write.
    layer
        The parcels of the survey.
    land
        The relief: heights, slopes and rivers of the county.
    """
    cell = 10.0
    rows, columns = int(land.grid.height_m / cell), int(land.grid.width_m / cell)
    values = [COVER.get(code, COVER.get(code[:2], 0)) for code in layer["DLBM"]]
    north = NORTH_M + rows * cell
    grid = rasterize(
        zip(layer.geometry, values, strict=True),
        out_shape=(rows, columns),
        transform=Affine(cell, 0, EAST_M, 0, -cell, north),
        fill=0,
        dtype="uint8",
    )
    _write_raster(path, grid, cell, 0.0, predictor=1, nodata=0)


def _write_raster(
    path: Path,
    grid: NDArray[np.generic],
    cell: float,
    margin: float,
    *,
    predictor: int,
    nodata: int | None = None,
) -> None:
    """Write a GeoTIFF whose south-west corner is that of the county.

    Parameters
    ----------
    path
        The file to write.
    grid
        The lattice over the county.
    cell
        The size of a cell in metres.
    margin
        Metres by which the raster reaches beyond the county.
    predictor
        The compression's predictor: 1 none, 2 differences.
    nodata
        The value of cells without data.
    """
    rows, columns = grid.shape
    north = NORTH_M + rows * cell - margin
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype=grid.dtype,
        crs=CRS.to_wkt(), transform=Affine(cell, 0, EAST_M - margin, 0, -cell, north),
        nodata=nodata, compress="deflate", predictor=predictor, zlevel=9, tiled=True,
        blockxsize=256, blockysize=256,
    ) as sink:  # fmt: skip
        sink.write(grid, 1)


def _write_dossiers(target: Path, quota_ha: dict[str, float | None]) -> None:
    """What the towns declare of themselves; the one partly outside declares no quota."""
    target.mkdir(exist_ok=True)
    for brief in BRIEFS:
        text = _dossier_text(brief, quota_ha[brief.code])
        (target / f"{brief.code}.toml").write_text(text, encoding="utf-8", newline="\n")


def _dossier_text(brief: Brief, quota_ha: float | None) -> str:
    lines = [f'code = "{brief.code}"', f'name = "{brief.name}"']
    if quota_ha is not None:
        lines.append(f"quota_ha = {quota_ha:.4f}  # 年度新增建设用地计划指标")
    return "\n".join(lines) + "\n" + DECLARED[brief.code]


def catalog_text() -> str:
    """The catalog of the generated layers; paths are relative to it."""
    head = "# The generated demo county: fictional land, real formats. See README.md beside this file.\n"
    return "\n".join([head, *(_entry_text(entry) for entry in ENTRIES)])


def _entry_text(entry: dict[str, str]) -> str:
    lines = ["[[layer]]", *(f'{key} = "{value}"' for key, value in entry.items())]
    if entry["role"] == "land_cover":
        lines.append(COVER_CLASSES)
    if entry["role"] not in ("planned_use", *RASTERS):
        lines.append('coverage = "sample/extent.gpkg"')
    if entry["role"] not in RASTERS:
        lines.append("accuracy_m = 1.0  # 中误差")
    lines += [
        f"surveyed = {DAY}",
        'source = "generated by townland, fictional"',
        'licence = "CC0-1.0"',
    ]
    return "\n".join(lines) + "\n"
