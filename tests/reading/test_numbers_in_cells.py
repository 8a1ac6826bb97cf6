"""Cells that should be numbers and are none: never a blank, never another number."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_dbf import put_table

from townland.catalog import LayerCatalog, LayerSpec
from townland.layers.check import examined
from townland.reading.layer import Layer
from townland.reading.vector import read_layer


def shapefile(folder: Path, *cells: str, width: int = 6, code: str = "0101") -> Path:
    """A land survey whose KCXS has these cells, byte for byte."""
    east, north = 36_642_000, 2_689_000
    boxes = [
        shapely.box(east + 100 * n, north, east + 100 * n + 90, north + 90)
        for n in range(len(cells))
    ]
    path = folder / "dltb.shp"
    gpd.GeoDataFrame({"BSM": [""] * len(cells)}, geometry=boxes, crs="EPSG:4524").to_file(path)
    columns = [("BSM", "C", 18, 0), ("DLBM", "C", 5, 0), ("KCXS", "N", width, width - 2)]
    put_table(path, columns, [(f"b{n}", code, cell) for n, cell in enumerate(cells, 1)])
    return path


def survey(path: Path) -> LayerSpec:
    """The layer that a file holds, as a catalog names it."""
    return LayerSpec(
        name="dltb", role="land_use", path=str(path), scheme="sandiao-2019",
        id_column="BSM", class_column="DLBM", net_factor_column="KCXS",
    )  # fmt: skip


def read(path: Path) -> Layer:
    """The whole layer."""
    spec = survey(path)
    return read_layer(spec, LayerCatalog(layer=[spec]), None)


@pytest.mark.parametrize("cell", ["******", "0,0925", "#NUM!", "0.0.9", "1e", "- 0.1"])
def test_a_cell_of_a_dbf_that_is_no_number_is_a_fault_with_its_feature(
    tmp_path: Path, cell: str
) -> None:
    found = read(shapefile(tmp_path, "0.0500", cell))
    np.testing.assert_array_equal(found.frame["net_factor"], [0.05, np.nan])
    (issue,) = [issue for issue in found.issues if issue.code == "net_factor_not_number"]
    assert f"b2: {cell}" in str(issue.message)


@pytest.mark.parametrize("cell", ["", "0.1", ".1", "1E-1", "+0.1", "0"])
def test_a_cell_of_a_dbf_that_is_a_number_or_blank_is_none(tmp_path: Path, cell: str) -> None:
    found = read(shapefile(tmp_path, "0.0500", cell))
    expected = float(cell) if cell else np.nan
    np.testing.assert_array_equal(found.frame["net_factor"], [0.05, expected])
    assert not [issue for issue in found.issues if issue.code == "net_factor_not_number"]


def test_layers_check_names_the_cell(tmp_path: Path) -> None:
    spec = survey(shapefile(tmp_path, "0.0500", "0,0925"))
    faults = {fault.code: fault for fault in examined(spec, LayerCatalog(layer=[spec])).faults}
    assert faults["value_not_number"].rows.tolist() == [1]
    message = faults["value_not_number"].at(0)
    assert dict(message.params) == {"field": "KCXS", "value": "0,0925"}


def test_asterisks_on_land_without_ridges_are_blank(tmp_path: Path) -> None:
    # GDAL itself writes what is blank so; forest (0301) has no ridge coefficient to lose
    found = read(shapefile(tmp_path, "0.0500", "******", code="0301"))
    assert not [issue for issue in found.issues if issue.code == "net_factor_not_number"]
