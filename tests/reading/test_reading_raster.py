"""Rasters: what a GeoTIFF says, and windows of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from townland.errors import CRSError, LayerError
from townland.geodesy import crs as crsys
from townland.measuring.rasters.reading import inspect_raster, read_window

ZONE_36 = pyproj.CRS.from_epsg(4524)
X0, Y0 = 36_640_000, 2_690_000
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def tif(path: Path, crs: str | None = "EPSG:4524", turn: float = 0.0) -> Path:
    """Twenty by ten cells of 10 m; a cell's value is its column, and the last column says nothing."""
    cells = np.tile(np.arange(20, dtype=np.float32), (10, 1))
    cells[:, 19] = -9999
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=20,
        height=10,
        count=1,
        dtype="float32",
        crs=crs,
        nodata=-9999,
        transform=rasterio.Affine(10, turn, X0, turn, -10, Y0 + 100),
    ) as file:
        file.write(cells, 1)
    return path


def test_a_raster_is_described(tmp_path):
    found = inspect_raster(tif(tmp_path / "a.tif"))
    assert (found.width, found.height, found.bands, found.dtype) == (20, 10, 1, "float32")
    assert found.crs == ZONE_36
    assert found.bounds == (X0, Y0, X0 + 200, Y0 + 100)
    assert found.cell == (10, 10)
    assert found.nodata == -9999
    assert found.issues == ()


def test_a_window_in_the_raster_s_own_crs(tmp_path):
    path = tif(tmp_path / "a.tif")
    cells, bounds = read_window(path, (X0 + 50, Y0, X0 + 100, Y0 + 50), ZONE_36, (5, 5))
    assert cells.tolist() == [[5, 6, 7, 8, 9]] * 5
    assert bounds == (X0 + 50, Y0, X0 + 100, Y0 + 50)


def test_no_data_and_what_lies_outside_is_masked(tmp_path):
    path = tif(tmp_path / "a.tif")
    cells, _bounds = read_window(path, (X0 + 180, Y0, X0 + 220, Y0 + 40), ZONE_36, (4, 4))
    assert cells.mask.tolist() == [[False, True, True, True]] * 4
    cells, _bounds = read_window(path, (X0 + 1000, Y0, X0 + 1040, Y0 + 40), ZONE_36, (4, 4))
    assert cells.mask.all()


def test_a_window_in_degrees(tmp_path):
    path = tif(tmp_path / "a.tif")
    window = crsys.transform_bounds((X0 + 40, Y0 + 20, X0 + 160, Y0 + 80), ZONE_36, crsys.LONLAT)
    cells, _bounds = read_window(path, window, crsys.LONLAT, (6, 12))
    assert not cells.mask.any()
    assert float(cells.mean()) == pytest.approx(9.5, abs=0.1)


def test_a_large_window_is_read_at_a_coarser_step(tmp_path, monkeypatch):
    monkeypatch.setattr("townland.measuring.rasters.reading.MAX_CELLS", 50)
    path = tif(tmp_path / "a.tif")
    cells, _bounds = read_window(path, (X0, Y0, X0 + 180, Y0 + 100), ZONE_36, (2, 3))
    assert np.all(np.diff(cells.filled(np.nan), axis=1) > 0)


def test_what_cannot_be_used(tmp_path):
    with pytest.raises(CRSError):
        inspect_raster(tif(tmp_path / "a.tif", crs=None))
    assert inspect_raster(tmp_path / "a.tif", crs="EPSG:4524").crs == ZONE_36
    with pytest.raises(CRSError):
        inspect_raster(tif(tmp_path / "b.tif", crs="EPSG:2360"))
    with pytest.raises(LayerError) as caught:
        inspect_raster(tif(tmp_path / "c.tif", turn=1.0))
    assert "turned" in caught.value.render("en")
    (tmp_path / "d.tif").write_bytes(b"II*\x00" + bytes(20))
    with pytest.raises(LayerError):
        inspect_raster(tmp_path / "d.tif")
    (tmp_path / "e.tif").write_text("<VRTDataset/>", encoding="ascii")
    with pytest.raises(LayerError) as caught:
        inspect_raster(tmp_path / "e.tif")
    assert "XML" in caught.value.render("en")


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")
def test_real_rasters():
    cover = inspect_raster(DATA / "flanders" / "CLC2018_V2020_20u1_flanders.tif")
    assert (cover.crs.to_epsg(), cover.cell, cover.nodata) == (3035, (100, 100), -128)
    terrain = inspect_raster(DATA / "flanders" / "DHMVIIDTMRAS25m.zip")
    assert (terrain.crs.to_epsg(), terrain.cell, terrain.nodata) == (31370, (25, 25), -9999)
