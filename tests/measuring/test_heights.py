"""Heights carry scale, offset, unit and no-data; what is no height is left out and reported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import LayerError
from townland.layers.check import examine
from townland.measuring.rasters import cells, heights, reading

WEST, NORTH, CELL = 36_640_000, 2_690_000, 10.0
WHOLE = (WEST, NORTH - 8 * CELL, WEST + 8 * CELL, NORTH)


def terrain(path: Path, values: np.ndarray, *, unit: str = "", **band: float | None) -> Path:
    """A terrain model of 8 × 8 cells; `band` may have scale, offset and nodata."""
    with rasterio.open(
        path, "w", driver="GTiff", width=8, height=8, count=1, dtype=values.dtype,
        crs="EPSG:4524", transform=rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH),
        nodata=band.get("nodata"),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
        raster.scales, raster.offsets = (band.get("scale") or 1,), (band.get("offset") or 0,)
        if unit:
            raster.units = (unit,)
    return path


def read(path: Path):
    """The heights of the whole file as a check takes them."""
    windows = cells.read_cells(path, [WHOLE])
    unit = reading.inspect_raster(path).unit
    return heights.heights(heights.in_metres(windows, unit, path.name))


STEPS = np.arange(1000, 1064, dtype=np.int16).reshape(8, 8)
"""Stored numbers, of which 1000 is the first."""


@pytest.mark.parametrize(
    ("unit", "scale", "offset", "first", "step"),
    [
        ("", 1, 0, 1000, 1),
        ("m", 0.1, 0, 100, 0.1),  # decimetres: 1000 · 0.1
        ("", 0.1, -50, 50, 0.1),  # 1000 · 0.1 - 50
        ("", 1, 500, 1500, 1),
        ("ft", 1, 0, 304.8, 0.3048),  # the international foot
        ("cm", 1, 0, 10, 0.01),
    ],
)
def test_scale_offset_and_unit_make_metres(tmp_path, unit, scale, offset, first, step):
    path = terrain(tmp_path / "dem.tif", STEPS, unit=unit, scale=scale, offset=offset)
    (window,), issues = read(path)
    np.testing.assert_allclose(window.values.ravel(), first + step * np.arange(64), rtol=1e-12)
    assert window.known.all()
    assert not issues


def test_a_unit_that_is_no_length_is_refused_and_layers_check_says_so(tmp_path):
    path = terrain(tmp_path / "dem.tif", STEPS, unit="degree")
    with pytest.raises(LayerError, match="degree"):
        read(path)
    spec = LayerSpec(name="dem", role="elevation", path=str(path))
    assert "layer_unreadable" in [
        each.code for each in examine(spec, LayerCatalog(layer=[spec])).issues
    ]


@pytest.mark.parametrize("value", [-32768, -9999, 9001, -501, 32767])
def test_what_is_no_height_is_left_out_and_counted(tmp_path, value):
    values = STEPS.copy()
    values[2, 3:5] = value
    path = terrain(tmp_path / "dem.tif", values)
    (window,), (issue,) = read(path)
    assert np.argwhere(~window.known).tolist() == [[2, 3], [2, 4]]
    assert (issue.code, dict(issue.message.params)["count"]) == ("height_impossible", 2)
    spec = LayerSpec(name="dem", role="elevation", path=str(path))
    assert "height_impossible" in [
        each.code for each in examine(spec, LayerCatalog(layer=[spec])).issues
    ]


@pytest.mark.parametrize("value", [-500, 9000, -32768])
def test_the_bounds_are_heights_and_a_declared_no_data_value_needs_no_word(tmp_path, value):
    values = STEPS.copy()
    values[2, 3] = value
    (window,), issues = read(terrain(tmp_path / "dem.tif", values, nodata=-32768, scale=1))
    assert window.known.sum() == (63 if value == -32768 else 64)
    assert not issues


def test_no_data_is_a_number_of_the_file_before_its_scale(tmp_path):
    values = STEPS.copy()
    values[0, 0] = 1063
    path = terrain(tmp_path / "dem.tif", values, nodata=1063, scale=0.5)
    (window,), _issues = read(path)
    assert np.argwhere(~window.known).tolist() == [[0, 0], [7, 7]]


def test_zeros_among_mountains_are_reported_with_their_area_and_kept(tmp_path):
    values = STEPS.copy()
    values[0] = 0
    (window,), (issue,) = read(terrain(tmp_path / "dem.tif", values))
    assert window.known.all()
    said = dict(issue.message.params)
    # 8 cells of 10 m × 10 m on the plane; the zone's scale here is within 0.02 % of 1
    assert (issue.code, said["count"], said["area"]) == ("height_zero", 8, "0.08")
    beach = (STEPS - 999).astype(np.int16)
    beach[0] = 0
    assert not read(terrain(tmp_path / "beach.tif", beach))[1]
