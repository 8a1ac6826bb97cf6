"""What lies behind the map: in its place, of bounded size, with its source."""

from __future__ import annotations

import datetime as dt
import hashlib

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.io import MemoryFile
from tests.factory_grids import tif
from tests.factory_land import EAST, NORTH
from tests.measuring.test_grids import assess

from townland.assessment import check
from townland.catalog import load_catalog
from townland.measuring.rasters import backgrounds
from townland.measuring.rasters.backgrounds import relief
from townland.measuring.rasters.jpeg import jpeg
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns
from townland.writing.maps.page import map_html


def entry(name: str, role: str, path, source: str) -> str:
    return (
        f'[[layer]]\nname = "{name}"\nrole = "{role}"\npath = "{path.as_posix()}"\n'
        f'source = "{source}"\n'
    )


def checked(folder, text: str):
    assess(folder)
    with (folder / "catalog.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    towns = read_towns([folder / "town.gpkg"], name_column="name")
    return check(towns, load_catalog(folder / "catalog.toml"), load_rulebook("liuzhou-2018"),
                 on=dt.date(2018, 12, 31))  # fmt: skip


def picture(folder, **options):
    """A red picture with a blue half east of 500 m."""
    with rasterio.open(
        folder / "photo.tif", "w", driver="GTiff", width=500, height=500, count=3, dtype="uint8",
        crs="EPSG:4524", transform=rasterio.Affine(2, 0, EAST, 0, -2, NORTH + 1000), **options,
    ) as file:  # fmt: skip
        bands = np.zeros((3, 500, 500), dtype=np.uint8)
        bands[0, :, :250], bands[2, :, 250:] = 255, 255
        file.write(bands)
    return folder / "photo.tif"


def pixels(jpeg: bytes) -> np.ndarray:
    warned = pytest.warns(rasterio.errors.NotGeoreferencedWarning)
    with MemoryFile(jpeg) as memory, warned, memory.open() as file:
        return file.read()


def test_imagery_lies_in_its_place_and_names_its_source(tmp_path, monkeypatch):
    monkeypatch.setattr(backgrounds, "MAX_PIXELS_A_TOWN", 10_000)
    dem = tif(tmp_path / "dem.tif", np.zeros((100, 100)))
    hostile = "<b>bureau</b>"
    found = checked(tmp_path, entry("dem", "elevation", dem, "dem")
                    + entry("photo", "imagery", picture(tmp_path), hostile))  # fmt: skip
    (behind,) = found.backgrounds
    assert (behind.kind, behind.layer, behind.source) == ("imagery", "photo", hostile)
    assert "photo" in {read.name for read in found.inputs}
    drawn = pixels(behind.jpeg)
    assert drawn.shape[1] * drawn.shape[2] <= 10_200
    # the edge of the colours is where 500 m stands between the corners, in Web Mercator
    to_web = pyproj.Transformer.from_crs(4524, 3857, always_xy=True)
    edge = to_web.transform(EAST + 500, NORTH + 500)[0]
    to_plane = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    west, east = (to_plane.transform(lon, 24)[0] for lon in behind.bounds[::2])
    place = (edge - west) / (east - west) * drawn.shape[2]
    row = drawn[:, drawn.shape[1] // 2].astype(int)
    assert np.argmax(row[2] > row[0]) == pytest.approx(place, abs=1.5)
    html = map_html(found)
    assert "data:image/jpeg;base64," in html
    assert hostile not in html
    assert html == map_html(found)


def test_relief_stands_in_where_there_is_no_imagery(tmp_path):
    heights = np.tile(np.arange(100.0) * 5, (100, 1))
    found = checked(tmp_path, entry("dem", "elevation", tif(tmp_path / "d.tif", heights), "s"))
    (behind,) = found.backgrounds
    assert behind.kind == "relief"


def test_light_comes_from_the_north_west():
    rows, columns = np.indices((9, 9))
    facing = relief(np.ma.masked_invalid((rows + columns) * 3.0), 10)  # rises to the south-east
    away = relief(np.ma.masked_invalid((rows + columns) * -3.0), 10)  # falls to the south-east
    assert facing.min() == 255
    assert away.max() < 230


def test_a_background_that_cannot_be_read_stops_nothing(tmp_path):
    (tmp_path / "photo.tif").write_bytes(b"II*\x00" + bytes(20))
    found = checked(tmp_path, entry("photo", "imagery", tmp_path / "photo.tif", "s"))
    assert found.backgrounds == ()
    told = [issue for issue in found.issues if issue.code == "background_unreadable"]
    assert [issue.layer for issue in told] == ["photo"]
    assert "data:image/jpeg" not in map_html(found)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("shape", [(3, 3), (16, 16), (121, 103)])
def test_a_jpeg_has_the_tables_of_the_standard_alone(count: int, shape: tuple[int, int]) -> None:
    """Tables made for a picture differ between versions of libjpeg: T.81 K.3.3 has those of all."""
    band = (np.add.outer(np.arange(shape[0]), np.arange(shape[1])) % 256).astype("uint8")
    made = jpeg([band, band[::-1].copy(), band // 2][:count])
    assert made[:2] == b"\xff\xd8"
    assert made[-2:] == b"\xff\xd9"
    assert made.count(b"\xff\xc4") == 2  # one for direct, one for alternating current
    # table K.3: how many codes have 1 to 16 bits
    assert bytes.fromhex("00010501010101010100000000000000") in made
    drawn = pixels(made)
    assert drawn.shape == (count, *shape)
    assert abs(drawn[0].astype(int) - band).mean() < 2


def test_the_bytes_of_a_jpeg_are_known() -> None:
    """The digest is the same with rasterio 1.4.4 (GDAL 3.10) and 1.5.2 (GDAL 3.12)."""
    band = (np.add.outer(np.arange(112), np.arange(96)) % 256).astype("uint8")
    pictures = ([band], [band, band[::-1].copy(), band // 2])
    digests = [hashlib.sha256(jpeg(bands)).hexdigest()[:10] for bands in pictures]
    assert digests == ["491a338b9b", "8c2991bc77"]
