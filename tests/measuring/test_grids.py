"""Class grids: exact coverage, no data, both sources of one land, and grids that cannot be used."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_grids import tif
from tests.factory_land import CRS, EAST, NORTH, box, catalog, geodesic_m2, write

from townland import geodesy
from townland.assessment import check
from townland.catalog import load_catalog
from townland.errors import CatalogError, CRSError, LayerError
from townland.layers.check import examine
from townland.measuring import overlay
from townland.measuring.rasters import cells, class_grid, fractions
from townland.measuring.rasters.class_grid import read_grid
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns

TOWN = box(205, 205, 795, 795)
PADDY = 'classes = { paddy = ["1"], other = ["0"] }\n'


def assess(folder: Path, **layers: Path) -> Assessment:
    """Check one town whose plan builds on its western half; `layers` by role, grids with classes."""
    write(folder / "town.gpkg", [TOWN], name=["镇"])
    plan = write(folder / "plan.gpkg", [box(200, 200, 500, 800), box(500, 200, 800, 800)],
                 GHDM=["1001", "1402"], ID=["a", "b"])  # fmt: skip
    use = write(folder / "use.gpkg", [box(0, 0, 505, 1000), box(505, 0, 1000, 1000)],
                DLBM=["0101", "0103"], BSM=["1", "2"], KCXS=[0.0, 0.0], QSXZ=["30", "30"])  # fmt: skip
    extra = {role: PADDY for role, path in layers.items() if path.suffix == ".tif"}
    known = catalog(folder, {"land_use": use, "planned_use": plan, **layers}, **extra)
    towns = read_towns([folder / "town.gpkg"], name_column="name")
    return check(towns, known, load_rulebook("liuzhou-2018"), on=dt.date(2018, 12, 31))


def west(paddy: int = 1) -> np.ndarray:
    """A hundred by a hundred cells of 10 m; those west of 400 m are paddy."""
    values = np.zeros((100, 100), dtype=np.uint8)
    values[:, :40] = paddy
    return values


def test_a_paddy_grid_plays_its_role_by_exact_coverage(tmp_path):
    found = assess(tmp_path, paddy=tif(tmp_path / "p.tif", west()))
    measure = found.towns[0].measures["paddy_layer_built_on"]
    # the town starts in the middle of a cell; paddy lies from 205 to 400 m, all of it built on
    assert float(measure.area_m2) == pytest.approx(geodesic_m2(box(205, 205, 400, 795)), abs=0.05)
    assert measure.uncovered_m2 == 0
    assert len(measure.frame)
    (table,) = found.grids
    assert [row.group for row in table.rows] == ["other", "paddy"]
    assert sum(row.area_m2 for row in table.rows) + table.no_data_m2 == found.towns[0].area_m2
    for row in table.rows:
        assert abs(row.area_m2 - row.check_m2) <= Decimal("0.05")
    (one,) = found.comparisons
    assert (one.group, one.vector, one.grid) == ("paddy", "land_use", "paddy")
    assert float(one.vector_m2) == pytest.approx(geodesic_m2(box(205, 205, 505, 795)), abs=0.05)
    assert float(one.both_m2) == pytest.approx(float(one.grid_m2), abs=0.05)
    assert float(one.difference_m2) == pytest.approx(-geodesic_m2(box(400, 205, 505, 795)), abs=0.1)


def test_a_grid_that_plays_its_role_alone_has_the_figures_of_its_pieces(tmp_path):
    found = assess(tmp_path, paddy=tif(tmp_path / "p.tif", west()))
    pieces = found.towns[0].pieces["paddy"]
    official = float(geodesy.official_area_m2(pieces.geometry, CRS).sum())
    paddy = next(row for row in found.grids[0].rows if row.group == "paddy")
    assert float(paddy.area_m2) == pytest.approx(official, abs=0.01)


def test_no_patch_is_traced_of_a_grid_whose_cells_are_enough(tmp_path, monkeypatch):
    known = spec(tmp_path, tif(tmp_path / "p.tif", west()).as_posix())
    monkeypatch.setattr(class_grid, "_patches", None)
    grid = read_grid(known.layer[0], known, [(TOWN.bounds, CRS)], outlined=False)
    assert grid.values == ("0", "1")
    assert not len(grid.layer.frame)
    assert grid.layer.coverage.is_empty


def test_cells_that_do_not_close_to_the_town_are_no_figures(tmp_path, monkeypatch):
    sound = cells.official_areas_m2
    monkeypatch.setattr(cells, "official_areas_m2", lambda window: sound(window) * 1.001)
    found = assess(tmp_path, paddy=tif(tmp_path / "p.tif", west()))
    assert "the cells of the grid paddy layer in it cover" in found.towns[0].failed.render("en")


def test_no_data_is_not_covered_and_never_taken_for_other_land(tmp_path):
    values = west()
    values[40:60] = 255  # 200 m from west to east, declared
    values[0:30, 60:] = 7  # north-east, a number that the catalog does not explain
    found = assess(tmp_path, paddy=tif(tmp_path / "p.tif", values, nodata=255))
    silent = [box(205, 400, 795, 600), box(600, 700, 795, 795)]
    expected = sum(map(geodesic_m2, silent))
    assert float(found.grids[0].no_data_m2) == pytest.approx(expected, abs=0.05)
    measure = found.towns[0].measures["paddy_layer_built_on"]
    assert float(measure.uncovered_m2) == pytest.approx(expected, abs=0.05)
    codes = {issue.code: issue.message.render("en") for issue in found.issues}
    assert "values 7 " in codes["grid_value_unlisted"]
    assert "grid_no_data" in codes
    assert "grid_no_data_undeclared" not in codes


def test_the_vector_layer_goes_before_the_grid_and_both_are_told(tmp_path):
    shapes = write(tmp_path / "v.gpkg", [box(0, 0, 300, 1000)])
    alone = assess(tmp_path, paddy=shapes)
    text = (tmp_path / "catalog.toml").read_text(encoding="utf-8")
    grid = tif(tmp_path / "p.tif", west())
    text += f'[[layer]]\nname = "cells"\nrole = "paddy"\npath = "{grid.as_posix()}"\n{PADDY}'
    (tmp_path / "both.toml").write_text(text, encoding="utf-8")
    towns = read_towns([tmp_path / "town.gpkg"], name_column="name")
    both = check(towns, load_catalog(tmp_path / "both.toml"), load_rulebook("liuzhou-2018"),
                 on=dt.date(2018, 12, 31))  # fmt: skip
    names = ("paddy_layer_built_on",)
    assert [both.towns[0].measures[n].area_m2 for n in names] == [
        alone.towns[0].measures[n].area_m2 for n in names
    ]
    assert [f.verdict for f in both.findings] == [f.verdict for f in alone.findings]
    told = {one.vector: one for one in both.comparisons}
    assert set(told) == {"paddy", "land_use"}
    difference = geodesic_m2(box(300, 205, 400, 795))
    assert float(told["paddy"].difference_m2) == pytest.approx(difference, abs=0.1)
    assert float(told["paddy"].both_m2) == pytest.approx(float(told["paddy"].vector_m2), abs=0.05)
    assert {one.vector for one in both.comparison_table().itertuples()} == {"paddy", "land_use"}


def test_a_grid_that_lies_elsewhere_says_so_and_nothing_is_evaluated_by_it(tmp_path):
    found = assess(tmp_path, paddy=tif(tmp_path / "p.tif", west(), west=EAST + 50_000))
    assert "grid_elsewhere" in {issue.code for issue in found.issues}
    measure = found.towns[0].measures["paddy_layer_built_on"]
    assert measure.uncovered_m2 == found.towns[0].area_m2 == found.grids[0].no_data_m2


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([4524, 4490, 3857, 31370]), st.floats(4, 40))
def test_outlines_and_coverage_fractions_agree(seed, code, size):
    """Random cells and a random polygon: area of the cut outlines against fraction times cell area."""
    rng = np.random.default_rng(seed)
    crs = pyproj.CRS(code)
    corner = {4524: (EAST, NORTH), 4490: (108.0, 24.4), 3857: (12_022_500.0, 2_801_000.0),
              31370: (150_000.0, 200_000.0)}[code]  # fmt: skip
    cell = size / 1e5 if code == 4490 else size
    values = rng.integers(0, 4, (12, 15)).astype(np.uint8)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
    reach = cell * rng.uniform(2, 6, 9)
    town = shapely.Polygon(
        np.column_stack((reach * np.cos(angle), reach * np.sin(angle)))
        + np.array([corner[0] + 7.5 * cell, corner[1] + 6 * cell])
    ).buffer(0)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tif(place / "c.tif", values, cell, crs=f"EPSG:{code}", nodata=0,
            west=corner[0], south=corner[1])  # fmt: skip
        (place / "c.toml").write_text(
            '[[layer]]\nname = "c"\nrole = "land_cover"\npath = "c.tif"\n'
            'classes = { paddy = ["1"], unused = ["2"], construction = ["3"] }\n',
            encoding="utf-8",
        )
        known = load_catalog(place / "c.toml")
        grid = read_grid(known.layer[0], known, [(town.bounds, crs)])
    (window,) = grid.windows
    pieces, rows = overlay.clip(town, grid.layer.frame.geometry.to_numpy())
    exact = geodesy.unrounded_area_m2(pieces, crs)
    codes = grid.layer.frame["code"].to_numpy()[rows]
    near = fractions.classed(window, window.values, town)
    official = replace(near, cell_m2=np.broadcast_to(
        cells.official_areas_m2(near.cells), near.cell_m2.shape))  # fmt: skip
    covered = fractions.covered_m2([town], crs, near, len(grid.values))[0]
    by_norm = fractions.covered_m2([town], crs, official, len(grid.values))[0]
    for value, check_m2, official_m2 in zip(grid.values, covered, by_norm, strict=True):
        assert exact[codes == value].sum() == pytest.approx(check_m2, abs=1e-2, rel=1e-6)
        assert exact[codes == value].sum() == pytest.approx(official_m2, abs=1e-2)
    known_land = shapely.intersection(town, grid.layer.coverage)
    assert covered.sum() == pytest.approx(
        geodesy.unrounded_area_m2(known_land, crs)[0], abs=1e-2, rel=1e-6
    )


def test_cells_in_another_crs_close_to_the_town_s_area(tmp_path):
    # cells in degrees around the town, which is in zone 36: the whole of it is known
    to_degrees = pyproj.Transformer.from_crs(CRS, 4490, always_xy=True)
    x, y = to_degrees.transform(EAST, NORTH)
    values = np.random.default_rng(3).integers(0, 2, (120, 120)).astype(np.uint8)
    path = tif(tmp_path / "p.tif", values, 0.0001, crs="EPSG:4490", west=x - 0.001, south=y - 0.001)
    found = assess(tmp_path, paddy=path)
    (table,) = found.grids
    assert table.no_data_m2 == 0
    assert sum(row.area_m2 for row in table.rows) == found.towns[0].area_m2
    assert abs(sum(row.check_m2 for row in table.rows) - table.control_m2) < Decimal("0.05")
    assert found.towns[0].measures["paddy_layer_built_on"].overlap_m2 < Decimal("0.01")


def spec(folder: Path, path: str, line: str = PADDY, role: str = "paddy"):
    (folder / "s.toml").write_text(
        f'[[layer]]\nname = "g"\nrole = "{role}"\npath = "{path}"\n{line}', encoding="utf-8"
    )
    return load_catalog(folder / "s.toml")


def refused(folder: Path, path: str, line: str = PADDY, role: str = "paddy") -> str:
    known = spec(folder, path, line, role)
    with pytest.raises((LayerError, CatalogError)) as caught:
        read_grid(known.layer[0], known, [(TOWN.bounds, CRS)])
    return caught.value.render("en")


def test_what_cannot_be_a_class_grid(tmp_path, monkeypatch):
    tif(tmp_path / "ok.tif", west())
    assert "say which numbers" in refused(tmp_path, "ok.tif", "")
    assert "say which numbers" in refused(tmp_path, "ok.tif", 'classes = { unused = ["1"] }\n')
    assert "cannot play the role" in refused(tmp_path, "ok.tif", "", "stock_land")
    assert "no columns" in refused(tmp_path, "ok.tif", PADDY + 'id_column = "BSM"\n')
    assert "no vertices" in refused(tmp_path, "ok.tif", PADDY + "accuracy_m = 5.0\n")
    with pytest.raises(CatalogError) as caught:
        spec(tmp_path, "ok.tif", "accuracy_m = 5.0\n", "elevation")
    assert "no vertices" in caught.value.render("en")
    tif(tmp_path / "half.tif", west().astype(np.float32) + np.float32(0.5))
    assert "whole numbers" in refused(tmp_path, "half.tif")
    tif(tmp_path / "turned.tif", west(), turn=1.0)
    assert "turned" in refused(tmp_path, "turned.tif")
    tif(tmp_path / "bare.tif", west(), crs=None)
    known = spec(tmp_path, "bare.tif")
    with pytest.raises(CRSError):
        read_grid(known.layer[0], known, [(TOWN.bounds, CRS)])
    whole = (tmp_path / "ok.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    assert "damaged or cut off" in refused(tmp_path, "cut.tif")
    with rasterio.open(
        tmp_path / "rgb.tif", "w", driver="GTiff", width=9, height=9, count=3, dtype="uint8",
        crs="EPSG:4524", transform=rasterio.Affine(10, 0, EAST, 0, -10, NORTH + 900),
    ) as file:  # fmt: skip
        file.write(np.zeros((3, 9, 9), dtype=np.uint8))
    assert "one band" in refused(tmp_path, "rgb.tif")
    monkeypatch.setattr("townland.measuring.rasters.cells.MAX_CELLS", 1000)
    assert "more than 1000" in refused(tmp_path, "ok.tif")
    monkeypatch.setattr("townland.measuring.rasters.reading.MAX_BLOCK", 100)
    assert "tiled" in refused(tmp_path, "ok.tif")


def test_floats_and_palettes_that_are_whole_numbers_are_read(tmp_path):
    tif(tmp_path / "f.tif", np.where(west() == 1, 1.0, np.nan).astype(np.float32))
    known = spec(tmp_path, "f.tif")
    grid = read_grid(known.layer[0], known, [(TOWN.bounds, CRS)])
    assert grid.values == ("1",)
    assert not grid.windows[0].known.all()
    with rasterio.open(tif(tmp_path / "pal.tif", west(3)), "r+") as file:
        file.write_colormap(1, {0: (0, 0, 0, 255), 3: (0, 200, 0, 255)})
    known = spec(tmp_path, "pal.tif", 'classes = { paddy = ["3"], other = ["0"] }\n')
    grid = read_grid(known.layer[0], known, [(TOWN.bounds, CRS)])
    assert grid.values == ("0", "3")
    assert {issue.code for issue in grid.layer.issues} == {"grid_no_data_undeclared"}


def test_only_the_window_of_a_huge_raster_is_read(tmp_path):
    path = tmp_path / "huge.tif"
    options = {"tiled": True, "sparse_ok": True, "compress": "deflate"}
    with rasterio.open(
        path, "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="uint8",
        crs="EPSG:4524", transform=rasterio.Affine(10, 0, EAST - 10_000, 0, -10, NORTH + 10_000),
        **options,
    ):  # fmt: skip
        pass
    known = spec(tmp_path, "huge.tif")
    grid = read_grid(known.layer[0], known, [(TOWN.bounds, CRS)])
    assert grid.windows[0].known.size < 10_000
    assert path.stat().st_size < 10_000_000


def test_a_survey_as_a_grid_keeps_codes_that_may_mean_two_classes_apart(tmp_path):
    values = np.where(west() == 1, 201, 101).astype(np.uint16)
    tif(tmp_path / "s.tif", values)
    known = spec(tmp_path, "s.tif", 'scheme = "sandiao-2019"\n', "land_use")
    frame = read_grid(known.layer[0], known, [(TOWN.bounds, CRS)]).layer.frame
    assert set(frame["code"]) == {"0101", "201/0201"}


def test_a_catalog_s_grids_are_examined(tmp_path):
    tif(tmp_path / "ok.tif", west())
    known = spec(tmp_path, "ok.tif", "")
    assert {issue.code for issue in examine(known.layer[0], known).issues} == {
        "grid_without_classes"
    }
    known = spec(tmp_path, "ok.tif")
    found = examine(known.layer[0], known)
    assert (found.is_raster, found.issues) == (True, ())


def test_slope_of_cultivated_land_closes_to_its_classes(tmp_path):
    # 10 degrees to the east over all, no heights south of 400 m: those cells and their neighbours
    heights = np.tile(np.arange(100) * 10 * np.tan(np.radians(10)), (100, 1))
    heights[60:] = -9999
    dem = tif(tmp_path / "dem.tif", heights.astype(np.float64), nodata=-9999)
    text = f'[[layer]]\nname = "dem"\nrole = "elevation"\npath = "{dem.as_posix()}"\n'
    assess(tmp_path)
    with (tmp_path / "catalog.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    towns = read_towns([tmp_path / "town.gpkg"], name_column="name")
    found = check(towns, load_catalog(tmp_path / "catalog.toml"), load_rulebook("liuzhou-2018"),
                  on=dt.date(2018, 12, 31))  # fmt: skip
    (table,) = found.slopes
    gross = {row.code: row.gross_m2 for row in found.towns[0].land_classes.rows}
    for row, (left, right) in zip(table.rows, ((205, 505), (505, 795)), strict=True):
        assert sum(row.by_grade_m2) + row.no_data_m2 == row.area_m2 == gross[row.code]
        known = geodesic_m2(box(left, 410, right, 795))
        assert float(row.by_grade_m2[2]) == pytest.approx(known, abs=0.1)
        assert float(row.no_data_m2) == pytest.approx(
            geodesic_m2(box(left, 205, right, 410)), abs=0.1
        )
    assert list(found.slope_table(exact=True)["3"]) == [row.by_grade_m2[2] for row in table.rows]
    assert "slope_unknown" in {issue.code for issue in found.issues}


def test_the_grades_that_the_survey_records_are_set_beside_the_terrain_s(tmp_path):
    """10° to the east is grade 3 (6-15°); the survey says 3 in the west, 2 and nothing in the east."""
    heights = np.tile(np.arange(100) * 10 * np.tan(np.radians(10)), (100, 1))
    heights[60:] = -9999
    dem = tif(tmp_path / "dem.tif", heights.astype(np.float64), nodata=-9999)
    write(tmp_path / "town.gpkg", [TOWN], name=["镇"])
    use = write(
        tmp_path / "use.gpkg",
        [box(0, 0, 505, 1000), box(505, 0, 1000, 600), box(505, 600, 1000, 1000)],
        DLBM=["0101", "0103", "0103"], BSM=["1", "2", "3"], KCXS=[0.0] * 3, QSXZ=["30"] * 3,
        GDPDJB=["3", " 2", None],
    )  # fmt: skip
    catalog(tmp_path, {"land_use": use}, land_use='slope_column = "gdpdjb"\n')
    with (tmp_path / "catalog.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[layer]]\nname = "dem"\nrole = "elevation"\npath = "{dem.as_posix()}"\n')
    towns = read_towns([tmp_path / "town.gpkg"], name_column="name")
    found = check(towns, load_catalog(tmp_path / "catalog.toml"), load_rulebook("liuzhou-2018"),
                  on=dt.date(2018, 12, 31))  # fmt: skip
    compared = {one.group: one for one in found.comparisons}
    assert list(compared) == [f"slope_{grade}" for grade in range(1, 6)]
    three, two = compared["slope_3"], compared["slope_2"]
    assert (three.vector, three.grid) == ("land_use", "dem")
    assert float(three.vector_m2) == pytest.approx(geodesic_m2(box(205, 205, 505, 795)), abs=0.05)
    assert float(three.grid_m2) == pytest.approx(geodesic_m2(box(205, 410, 795, 795)), abs=0.1)
    assert float(three.both_m2) == pytest.approx(geodesic_m2(box(205, 410, 505, 795)), abs=0.1)
    assert three.difference_m2 == three.grid_m2 - three.vector_m2
    assert float(two.vector_m2) == pytest.approx(geodesic_m2(box(505, 205, 795, 600)), abs=0.05)
    assert two.grid_m2 == two.both_m2 == 0
    (table,) = found.slopes
    assert float(table.not_recorded_m2) == pytest.approx(
        geodesic_m2(box(505, 600, 795, 795)), abs=0.05
    )
    vectors = sum(one.vector_m2 for one in found.comparisons)
    assert vectors + table.not_recorded_m2 == table.total.area_m2
    assert "slope_not_recorded" in {issue.code for issue in found.issues}


def test_two_terrain_models_side_by_side_count_every_place_once(tmp_path):
    assess(tmp_path)
    flat = np.zeros((100, 60))
    with (tmp_path / "catalog.toml").open("a", encoding="utf-8") as file:
        for name, at in (("w", 0), ("e", 400)):
            dem = tif(tmp_path / f"{name}.tif", flat, west=EAST + at)
            file.write(
                f'[[layer]]\nname = "{name}"\nrole = "elevation"\npath = "{dem.as_posix()}"\n'
            )
    towns = read_towns([tmp_path / "town.gpkg"], name_column="name")
    found = check(towns, load_catalog(tmp_path / "catalog.toml"), load_rulebook("liuzhou-2018"),
                  on=dt.date(2018, 12, 31))  # fmt: skip
    (table,) = found.slopes
    assert table.total.no_data_m2 == 0
    assert table.total.by_grade_m2[0] == table.total.area_m2 == found.towns[0].area_m2
