"""``layers check`` names what ``check`` refuses or reports: over all broken inputs, rasters, indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
import tests.factory_broken as broken
from tests.factory_dbf import put_table
from tests.reading.test_windows import FORGED

from townland.catalog import load_catalog
from townland.errors import TownlandError
from townland.layers.check import examined
from townland.layers.describe import LayerSummary

REFUSED = [
    case
    for case in broken.TABLE.values()
    if case.way in (broken.as_layer, broken.as_grid)
    and case.reader != "database"
    and isinstance(case.told, type)
    and case.told is not broken.CatalogError
]
REPORTED = [
    case
    for case in broken.TABLE.values()
    if case.way is broken.as_layer and isinstance(case.told, str)
]


def looked_at(catalog: Path) -> LayerSummary:
    """The first layer of a catalog, as ``layers check`` sees it."""
    layers = load_catalog(catalog)
    return examined(layers.layer[0], layers).summary


@pytest.mark.filterwarnings("ignore:invalid value encountered in linearrings")
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_a_check_refuses_is_a_fault(case: broken.Broken, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    with pytest.raises(TownlandError):
        case.way(path, **case.given)
    assert any(issue.severity != "info" for issue in looked_at(path).issues)


@pytest.mark.parametrize("case", REPORTED, ids=lambda case: case.name)
def test_what_a_check_reports_is_named(case: broken.Broken, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    assert case.told in {issue.code for issue in looked_at(path).issues}


# --- rasters --------------------------------------------------------------------------------------

Write = Callable[[Path], None]


def raster(values: Any, *, cut: int = 0, spoil: bool = False, **options: Any) -> Write:
    """Write cells of 10 m into a file, cut off by some bytes, or with a block that is spoilt.

    Parameters
    ----------
    values
        The cells, (bands, rows, columns).
    cut, spoil
        How many bytes are missing at the end, and whether the last block is no compressed block.
    options
        More of rasterio's own.
    """

    def write(path: Path) -> None:
        cells = np.asarray(values)
        count, rows, columns = cells.shape
        options.setdefault("nodata", None)
        with rasterio.open(
            path, "w", driver="GTiff", width=columns, height=rows, count=count, dtype=cells.dtype,
            crs="EPSG:4524", transform=rasterio.Affine(10, 0, 36_500_000, 0, -10, 2_650_000), **options,
        ) as file:  # fmt: skip
            file.write(cells)
        content = bytearray(path.read_bytes())
        if spoil:
            content[len(content) // 2 : len(content) // 2 + 200] = bytes([255]) * 200
        path.write_bytes(content[: len(content) - cut])

    return write


def cells(*shape: int, kind: str = "uint8") -> Any:
    """Ones and twos by chance, so that they do not compress to nothing."""
    return np.random.default_rng(1).integers(1, 3, shape).astype(kind)


PADDY = 'role = "paddy"\nclasses = { paddy = ["1"], other = ["2"] }'
BLOCKS = {"tiled": True, "blockxsize": 64, "blockysize": 64}


@pytest.mark.parametrize(
    ("write", "keys"),
    [
        (raster(cells(3, 64, 64)), PADDY),
        (raster(cells(3, 64, 64)), 'role = "elevation"'),
        (raster(cells(1, 64, 64, kind="complex64")), 'role = "elevation"'),
        (raster(cells(1, 256, 256), cut=9000), PADDY),
        (raster(cells(1, 256, 256), cut=9000), 'role = "elevation"'),
        (raster(cells(3, 256, 256), cut=9000), 'role = "imagery"'),
        (raster(cells(1, 256, 256), spoil=True, compress="zstd", **BLOCKS), PADDY),
        (raster(cells(1, 64, 64, kind="float32") + np.float32(9.5)), PADDY),
    ],
)
def test_a_raster_that_a_check_refuses_is_a_fault(write: Write, keys: str, tmp_path: Path) -> None:
    write(tmp_path / "a.tif")
    toml = f'[[layer]]\nname = "a"\npath = "a.tif"\n{keys}\n'
    (tmp_path / "catalog.toml").write_text(toml, encoding="utf-8")
    found = looked_at(tmp_path / "catalog.toml").issues
    assert [(issue.code, issue.severity) for issue in found] == [("layer_unreadable", "error")]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ('role = "paddy"\nclasses = { paddy = ["1"] }', "grid_value_unlisted"),
        ('role = "land_use"\nscheme = "gbt21010-2017"', "class_unknown"),
    ],
)
def test_a_value_in_no_table_is_named_with_its_cells(keys: str, code: str, tmp_path: Path) -> None:
    values = np.full((1, 4, 4), 1, "uint16")
    values[0, 0, :3] = 99
    raster(values)(tmp_path / "a.tif")
    toml = f'[[layer]]\nname = "a"\npath = "a.tif"\n{keys}\n'
    (tmp_path / "catalog.toml").write_text(toml, encoding="utf-8")
    issue = next(i for i in looked_at(tmp_path / "catalog.toml").issues if i.code == code)
    assert issue.severity == "warning"
    assert "99 (3 cells)" in issue.message.render(
        "en"
    ) or "1, 99 (16 cells)" in issue.message.render("en")


def test_a_sound_grid_has_no_fault(tmp_path: Path) -> None:
    raster(cells(1, 64, 64), nodata=0)(tmp_path / "a.tif")
    toml = f'[[layer]]\nname = "a"\npath = "a.tif"\n{PADDY}\n'
    (tmp_path / "catalog.toml").write_text(toml, encoding="utf-8")
    assert looked_at(tmp_path / "catalog.toml").issues == ()


FIELD = shapely.box(36_500_000, 2_650_000, 36_500_090, 2_650_090)


# --- indexes, tables, widths ----------------------------------------------------------------------


def catalog_of(path: Path, keys: str = "") -> Path:
    """A catalog with one layer of permanent basic farmland."""
    toml = f'[[layer]]\nname = "a"\nrole = "permanent_basic_farmland"\npath = "{path.name}"\n{keys}'
    (path.parent / "catalog.toml").write_text(toml, encoding="utf-8")
    return path.parent / "catalog.toml"


@pytest.mark.parametrize(
    ("name", "missed"),
    [
        ("shapefile", 64),
        ("geopackage", 61),  # the R-tree kept three rows
        ("filegdb", 64),
        ("flatgeobuf, index of another state", 64),
        ("geoparquet", 64),
        ("flatgeobuf without index", None),
    ],
)
def test_an_index_that_misses_features_is_named(
    name: str, missed: int | None, tmp_path: Path
) -> None:
    found = looked_at(catalog_of(FORGED[name](tmp_path))).issues
    said = [i.message.render("en") for i in found if i.code == "index_stale"]
    assert len(said) == (missed is not None)
    assert all(f"misses {missed} of " in each for each in said)


def test_a_sound_index_is_no_fault(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[FIELD], crs=4524).to_file(tmp_path / "a.gpkg")
    found = looked_at(catalog_of(tmp_path / "a.gpkg")).issues
    assert "vintage_unknown" in {issue.code for issue in found}  # it was read
    assert "index_stale" not in {issue.code for issue in found}


def test_a_table_without_geometry_is_a_fault(tmp_path: Path) -> None:
    table = gpd.pd.DataFrame({"BSM": ["a"]})
    pyogrio.write_dataframe(table, tmp_path / "a.gpkg")
    (issue,) = looked_at(catalog_of(tmp_path / "a.gpkg")).issues
    assert (issue.code, issue.severity) == ("layer_unreadable", "error")
    assert "has no geometry" in issue.message.render("en")


@pytest.mark.parametrize("values", [[None, None], [shapely.Polygon(), None]])
def test_a_survey_all_of_whose_geometries_are_missing_is_examined(
    values: list[Any], tmp_path: Path
) -> None:
    columns: Mapping[str, Any] = {"DLBM": ["0101", "0301"], "TBMJ": [1.0, 2.0], "KCXS": [0.0, 0.1]}
    frame = gpd.GeoDataFrame(columns, geometry=values, crs=4524)
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", geometry_type="Polygon")
    toml = (
        '[[layer]]\nname = "a"\nrole = "land_use"\npath = "a.gpkg"\nscheme = "sandiao-2019"\n'
        'class_column = "DLBM"\nnet_factor_column = "KCXS"\n'
    )
    (tmp_path / "catalog.toml").write_text(toml, encoding="utf-8")
    assert "geometry_empty" in {i.code for i in looked_at(tmp_path / "catalog.toml").issues}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("乡" * 4, "field_narrow"),  # 8 bytes in GB18030, of 10
        ("乡" * 5, "field_width"),
        ("a" * 10, "field_width"),
        ("a" * 9, "field_narrow"),
    ],
)
def test_only_a_value_that_fills_a_column_may_have_been_cut(
    value: str, expected: str, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame({"YJJBNTTBBH": [""]}, geometry=[FIELD], crs=4524)
    frame.to_file(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    put_table(tmp_path / "a.shp", [("YJJBNTTBBH", "C", 10, 0)], [[value]], "gb18030")
    found = looked_at(catalog_of(tmp_path / "a.shp", 'encoding = "GB18030"\n')).issues
    codes = {issue.code for issue in found} & {"field_narrow", "field_width"}
    assert codes == {expected}
