"""What a hostile or careless county office may hand in; every figure was worked out on paper."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import geopandas as gpd
import pyproj
import pytest
import shapely
from tests.factory_land import CRS, EAST, NORTH, box, catalog, geodesic_m2, write

import townland_cli
from townland.assessment import check
from townland.catalog import load_catalog
from townland.errors import LayerError
from townland.layers.check import examine
from townland.measuring import prepare
from townland.reading.vector import read_layer
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns

DAY = dt.date(2018, 12, 31)
BOOK = load_rulebook("liuzhou-2018")
TOWN = box(0, 0, 1000, 1000)


def survey(path: Path, shapes: Sequence[Any], codes: Sequence[Any], **columns: Any) -> Path:
    """A land survey without ridges and owners unless `columns` give them."""
    count = len(shapes)
    standard: dict[str, Any] = {
        "BSM": [str(i + 1) for i in range(count)],
        "DLBM": list(codes),
        "KCXS": [0.0] * count,
        "QSXZ": ["30"] * count,
    }
    return write(path, shapes, **{**standard, **columns})


def plots(path: Path, *shapes: Any, code: str = "0701") -> Path:
    count = len(shapes)
    return write(path, shapes, ID=[str(i) for i in range(count)], GHDM=[code] * count)


def run(folder: Path, towns: Any, layers: dict[str, Path], **extra: str) -> Assessment:
    towns = towns if isinstance(towns, list) else [towns]
    boundary = write(folder / "towns.gpkg", towns, name=[f"镇{i + 1}" for i in range(len(towns))])
    return check(read_towns([boundary]), catalog(folder, layers, **extra), BOOK, on=DAY)


def m2(assessment: Assessment, measure: str, town: int = 0) -> float:
    return float(assessment.towns[town].measures[measure].area_m2)


def verdicts(assessment: Assessment, town: str = "1") -> dict[str, str]:
    return {found.rule: found.verdict.value for found in assessment.findings if found.town == town}


def closes(assessment: Assessment, town: int = 0) -> None:
    table = assessment.towns[town].land_classes
    assert table is not None
    control = table.control_m2
    assert control == assessment.towns[town].area_m2
    for column in ("gross_m2", "net_m2"):
        assert sum(getattr(row, column) for row in table.rows) + table.uncovered_m2 == control


# ------------------------------------------------------------------------------------ shapes of towns


def test_the_land_in_a_towns_hole_is_not_its_land(tmp_path: Path) -> None:
    hole = box(400, 400, 600, 600)
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", [box(-100, -100, 1100, 1100)], ["0103"]),
        "permanent_basic_farmland": write(
            tmp_path / "p.gpkg", [box(410, 410, 590, 590)], BSM=["p"]
        ),
        "planned_use": plots(tmp_path / "plan.gpkg", box(300, 450, 500, 550)),
    }
    covered = 'coverage = "s.gpkg"\n'
    found = run(tmp_path, TOWN.difference(hole), layers, permanent_basic_farmland=covered)
    closes(found)
    expected = geodesic_m2(TOWN) - geodesic_m2(hole)
    assert float(found.towns[0].area_m2) == pytest.approx(expected, abs=0.05)
    assert m2(found, "farmland_enclosed") == 0
    assert verdicts(found)["LAND-03"] == "pass"
    west = geodesic_m2(box(300, 450, 400, 550))
    assert m2(found, "cultivated_built_on") == pytest.approx(west, abs=0.05)


def test_a_town_of_two_parts_takes_nothing_from_between(tmp_path: Path) -> None:
    parts = [box(0, 0, 300, 1000), box(700, 0, 1000, 1000)]
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", [box(0, 0, 1000, 1000)], ["0101"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(200, 200, 800, 300)),
    }
    found = run(tmp_path, shapely.MultiPolygon(parts), layers)
    closes(found)
    built_on = [box(200, 200, 300, 300), box(700, 200, 800, 300)]
    expected = sum(map(geodesic_m2, built_on))
    assert m2(found, "paddy_built_on") == pytest.approx(expected, abs=0.05)
    assert found.towns[0].plane_m2 == Decimal("600000.00")


def test_towns_with_a_common_border_share_every_parcel_on_it(tmp_path: Path) -> None:
    bend = [(500, 0), (480, 300), (530, 700), (500, 1000)]
    line = [(EAST + x, NORTH + y) for x, y in bend]
    west = shapely.Polygon([*line, (EAST, NORTH + 1000), (EAST, NORTH)])
    east = shapely.Polygon([*line, (EAST + 1000, NORTH + 1000), (EAST + 1000, NORTH)])
    strips = [box(0, south, 1000, south + 100) for south in range(0, 1000, 100)]
    codes = ["0101", "0103", "0301", "0702", "1101"] * 2
    layers = {"land_use": survey(tmp_path / "s.gpkg", strips, codes)}
    both = run(tmp_path, [west, east], layers)
    whole = run(tmp_path, TOWN, layers)
    closes(both, 0)
    closes(both, 1)
    merged = whole.towns[0].land_classes
    assert merged is not None
    for row in merged.rows:
        halves = [
            float(part.gross_m2)
            for town in both.towns
            for part in (town.land_classes.rows if town.land_classes else ())
            if part.code == row.code
        ]
        assert sum(halves) == pytest.approx(float(row.gross_m2), abs=0.06), row.code


def test_a_town_of_one_square_metre_is_measured(tmp_path: Path) -> None:
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", [box(0, 0, 1000, 1000)], ["0101"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 0, 1000, 500)),
    }
    found = run(tmp_path, box(499, 499.5, 500, 500.5), layers)
    closes(found)
    assert found.towns[0].area_m2 == Decimal("1.00")
    assert m2(found, "paddy_built_on") == 0.50


def test_a_town_without_area_is_no_town(tmp_path: Path) -> None:
    line = shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH), (EAST + 4, NORTH), (EAST, NORTH)])
    boundary = write(tmp_path / "towns.gpkg", [TOWN, line], name=["甲", "乙"])
    with pytest.raises(LayerError) as caught:
        read_towns([boundary])
    assert "feature 2 encloses no area" in caught.value.render("en")


def test_a_town_larger_than_its_layers_is_known_in_part_and_never_passes(tmp_path: Path) -> None:
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", [box(400, 400, 600, 600)], ["0301"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(450, 450, 500, 500)),
        "permanent_basic_farmland": write(
            tmp_path / "p.gpkg", [box(590, 590, 600, 600)], BSM=["p"]
        ),
    }
    found = run(tmp_path, TOWN, layers)
    closes(found)
    table = found.towns[0].land_classes
    assert table is not None
    expected = geodesic_m2(TOWN) - geodesic_m2(box(400, 400, 600, 600))
    assert float(table.uncovered_m2) == pytest.approx(expected, abs=0.05)
    judged = verdicts(found)
    assert "pass" not in {judged[f"LAND-0{i}"] for i in (3, 4, 5, 6, 8)}


def test_a_town_in_metres_with_layers_in_degrees(tmp_path: Path) -> None:
    """The edges of the layers are 1 km long parallels' chords in metres, divided as they are drawn."""
    degrees = pyproj.CRS(4490)
    dense = [shapely.segmentize(shape, 20) for shape in (box(0, 0, 1000, 400), TOWN)]
    moved = gpd.GeoSeries(dense, crs=CRS).to_crs(degrees)
    layers = {
        "land_use": write(
            tmp_path / "s.gpkg",
            [moved[1]],
            degrees,
            BSM=["1"],
            DLBM=["0101"],
            KCXS=[0.0],
            QSXZ=["30"],
        ),
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", [moved[0]], degrees, BSM=["p"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 300, 1000, 600)),
    }
    found = run(tmp_path, TOWN, layers)
    closes(found)
    expected = geodesic_m2(box(0, 300, 1000, 400))
    assert m2(found, "farmland_built_on") == pytest.approx(expected, abs=0.1)
    assert found.towns[0].land_classes is not None
    assert float(found.towns[0].land_classes.uncovered_m2) < 0.05


# ------------------------------------------------------------------------------------------- layers


def test_two_layers_of_one_role_are_one_ground(tmp_path: Path) -> None:
    """The second layer claims 100 m of the first; cultivated land goes before forest."""
    survey(tmp_path / "a.gpkg", [box(0, 0, 600, 1000)], ["0301"])
    survey(tmp_path / "b.gpkg", [box(500, 0, 1000, 1000)], ["0103"])
    (tmp_path / "catalog.toml").write_text(
        "".join(
            f'[[layer]]\nname = "{name}"\nrole = "land_use"\npath = "{name}.gpkg"\n'
            'scheme = "sandiao-2019"\nclass_column = "DLBM"\nid_column = "BSM"\n'
            for name in ("a", "b")
        ),
        encoding="utf-8",
    )
    boundary = write(tmp_path / "towns.gpkg", [TOWN], name=["镇"])
    layers = load_catalog(tmp_path / "catalog.toml")
    found = check(read_towns([boundary]), layers, BOOK, on=DAY)
    closes(found)
    table = found.towns[0].land_classes
    assert table is not None
    rows = {row.code: float(row.gross_m2) for row in table.rows}
    assert rows["0103"] == pytest.approx(geodesic_m2(box(500, 0, 1000, 1000)), abs=0.05)
    assert rows["0301"] == pytest.approx(geodesic_m2(box(0, 0, 500, 1000)), abs=0.05)
    assert table.uncovered_m2 == 0
    (issue,) = [issue for issue in found.issues if issue.code == "layer_overlap"]
    assert issue.layer == "a"


def test_basic_farmland_drawn_twice_counts_once(tmp_path: Path) -> None:
    twice = [box(0, 0, 500, 500)] * 2 + [box(250, 250, 750, 500)]
    layers = {
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", twice, BSM=["a", "a", "b"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 400, 1000, 600), box(0, 0, 10, 10)),
        "land_use": survey(tmp_path / "s.gpkg", [TOWN], ["0103"]),
    }
    found = run(tmp_path, TOWN, layers)
    expected = geodesic_m2(box(0, 400, 750, 500)) + geodesic_m2(box(0, 0, 10, 10))
    assert m2(found, "farmland_built_on") == pytest.approx(expected, abs=0.05)
    assert verdicts(found)["LAND-03"] == "fail"


def test_an_empty_layer_says_nothing_unless_it_states_where_it_is_complete(tmp_path: Path) -> None:
    layers = {
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", [], BSM=[]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 0, 100, 100)),
        "land_use": survey(tmp_path / "s.gpkg", [TOWN], ["0301"]),
    }
    silent = run(tmp_path, TOWN, layers)
    assert verdicts(silent)["LAND-03"] == "not_evaluated"
    assert "layer_empty" in {issue.code for issue in silent.issues}
    stated = run(tmp_path, TOWN, layers, permanent_basic_farmland='coverage = "s.gpkg"\n')
    assert verdicts(stated)["LAND-03"] == "pass"


def test_layers_that_lie_elsewhere_are_no_layers(tmp_path: Path) -> None:
    away = box(50_000, 0, 51_000, 1000)
    layers = {
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", [away], BSM=["p"]),
        "planned_use": plots(tmp_path / "plan.gpkg", away),
        "land_use": survey(tmp_path / "s.gpkg", [away], ["0301"]),
    }
    found = run(tmp_path, TOWN, layers)
    closes(found)
    judged = verdicts(found)
    assert {judged[f"LAND-0{i}"] for i in (2, 3, 4, 5, 6, 8)} == {"not_evaluated"}


@pytest.mark.parametrize("crs", [4524, 4490])
def test_of_a_town_outside_all_layers_nothing_is_measured(tmp_path: Path, crs: int) -> None:
    """Uncovered is exactly all of it, a part narrower than a sliver too; 0 would read as a figure."""
    ring = shapely.Point(EAST + 1200, NORTH + 1200).buffer(61.7, quad_segs=23)
    parts = shapely.MultiPolygon([ring, box(1300, 1200, 1350, 1200.1)])
    town = gpd.GeoSeries([parts], crs=CRS).to_crs(crs)
    boundary = write(tmp_path / "towns.gpkg", [*town], pyproj.CRS(crs), name=["镇"])
    layers = {
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", [box(0, 0, 9, 9)], BSM=["p"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 0, 1000, 1000)),
        "land_use": survey(tmp_path / "s.gpkg", [TOWN], ["0301"]),
    }
    found = check(read_towns([boundary]), catalog(tmp_path, layers), BOOK, on=DAY)
    result = found.towns[0]
    for measure in result.measures.values():
        assert measure.uncovered_m2 == (result.area_m2 if measure.layers else 0)
    measured = [one for one in found.findings if one.measured is not None and one.unit == "m2"]
    assert {finding.rule for finding in measured if finding.town} == {"LAND-01"}


def test_a_filter_that_matches_nothing_in_the_file_is_told(tmp_path: Path) -> None:
    """A typing error in `where` must not read as a county without basic farmland."""
    layers = {
        "permanent_basic_farmland": write(
            tmp_path / "p.gpkg", [box(0, 0, 1000, 1000)], BSM=["p"], KIND=["永久基本农田"]
        ),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 0, 100, 100)),
        "land_use": survey(tmp_path / "s.gpkg", [TOWN], ["0103"]),
    }
    found = run(
        tmp_path, TOWN, layers, permanent_basic_farmland='where = { KIND = ["基本农田"] }\n'
    )
    (issue,) = [issue for issue in found.issues if issue.code == "where_matches_nothing"]
    assert issue.layer == "permanent_basic_farmland"
    assert "永久基本农田" in issue.message.render("en")


def test_classes_of_ones_own_make_the_same_measures(tmp_path: Path) -> None:
    shapes = [box(0, 0, 250, 1000), box(250, 0, 500, 1000), box(500, 0, 1000, 1000)]
    path = write(tmp_path / "s.gpkg", shapes, kind=["field, dry", 'the "paddy"', "town's"])
    plan = plots(tmp_path / "plan.gpkg", box(0, 0, 1000, 100))
    (tmp_path / "catalog.toml").write_text(
        '[[layer]]\nname = "own"\nrole = "land_use"\npath = "s.gpkg"\nclass_column = "kind"\n'
        "classes = { cultivated = ['field, dry'], paddy = ['the \"paddy\"'], agricultural = [],"
        ' unused = [], construction = ["town\'s"] }\n'
        f'[[layer]]\nname = "plan"\nrole = "planned_use"\npath = "{plan.name}"\n'
        'scheme = "guide-2023"\nclass_column = "GHDM"\nid_column = "ID"\n',
        encoding="utf-8",
    )
    boundary = write(tmp_path / "towns.gpkg", [TOWN], name=["镇"])
    found = check(read_towns([boundary]), load_catalog(tmp_path / "catalog.toml"), BOOK, on=DAY)
    closes(found)
    assert path.exists()
    strip = geodesic_m2(box(0, 0, 250, 100))
    assert m2(found, "paddy_built_on") == pytest.approx(strip, abs=0.05)
    assert m2(found, "cultivated_built_on") == pytest.approx(2 * strip, abs=0.1)
    assert m2(found, "existing_built_on") == pytest.approx(2 * strip, abs=0.1)


def test_a_parcel_without_a_class_is_land_of_unknown_class(tmp_path: Path) -> None:
    halves = [box(0, 0, 500, 1000), box(500, 0, 1000, 1000)]
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", halves, ["0301", None]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(400, 0, 600, 1000)),
    }
    found = run(tmp_path, TOWN, layers)
    closes(found)
    table = found.towns[0].land_classes
    assert table is not None
    (row,) = [row for row in table.rows if row.three_class is None]
    assert float(row.gross_m2) == pytest.approx(geodesic_m2(halves[1]), abs=0.05)
    assert verdicts(found)["LAND-04"] == "not_evaluated"


def test_ids_that_stand_twice_or_look_like_code_change_no_figure(tmp_path: Path) -> None:
    strips = [box(0, south, 1000, south + 250) for south in (0, 250, 500, 750)]
    plan = plots(tmp_path / "plan.gpkg", box(0, 0, 100, 1000))
    plain = survey(tmp_path / "plain.gpkg", strips, ["0101", "0103", "0301", "0702"])
    odd = survey(
        tmp_path / "odd.gpkg",
        strips,
        ["0101", "0103", "0301", "0702"],
        BSM=["7", "7", 'a,"b"\n<i>', "'; --"],
    )
    one, other = (
        run(tmp_path, TOWN, {"land_use": layer, "planned_use": plan}) for layer in (plain, odd)
    )
    assert verdicts(one) == verdicts(other)
    for name, measure in one.towns[0].measures.items():
        assert measure.area_m2 == other.towns[0].measures[name].area_m2, name


def test_without_a_plan_nothing_that_needs_one_is_judged(tmp_path: Path) -> None:
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", [TOWN], ["0702"]),
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", [box(0, 0, 10, 10)], BSM=["p"]),
    }
    judged = verdicts(run(tmp_path, TOWN, layers))
    # LAND-02 shows existing construction land, 1 km² of it, which decides nothing of a plan
    assert judged["LAND-02"] == "review"
    assert {judged[f"LAND-0{i}"] for i in (3, 4, 5, 6, 8)} == {"not_evaluated"}


def test_a_slit_narrower_than_the_other_crs_can_write_is_no_fault(tmp_path: Path) -> None:
    """Without the zone's number eastings are 70 times finer: 1e-9 m wide there, closed here."""
    local = pyproj.CRS(4545)
    ring = [(0, 0), (50, 0), (50, 50), (50 + 1e-9, 0), (100, 0), (100, 100), (0, 100)]
    slit = shapely.Polygon([(520_000 + x, 2_700_000 + y) for x, y in ring])
    assert slit.is_valid
    path = write(
        tmp_path / "s.gpkg", [slit], local, BSM=["1"], DLBM=["0103"], KCXS=[0.0], QSXZ=["30"]
    )
    layers = catalog(tmp_path, {"land_use": path})
    layer = read_layer(layers.layer[0], layers, None)
    ground = prepare.gather("land_use", [layer], CRS, "survey")
    assert ground.frame.geometry.is_valid.all()
    assert ground.frame.geometry.area.sum() == pytest.approx(10_000, abs=1e-3)


def test_a_layer_of_a_crs_without_a_code_is_examined_whole(tmp_path: Path) -> None:
    """Its name, "Lambert_Azimuthal_Equal_Area", means several CRSs to PROJ."""
    crs = pyproj.CRS(
        'PROJCS["Lambert_Azimuthal_Equal_Area",GEOGCS["CGCS2000",DATUM["China_2000",'
        'SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",'
        '0.0174532925199433]],PROJECTION["Lambert_Azimuthal_Equal_Area"],'
        'PARAMETER["latitude_of_center",24],PARAMETER["longitude_of_center",109],'
        'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )
    path = write(tmp_path / "s.gpkg", [shapely.box(0, 0, 9, 9)], crs, BSM=["1"], DLBM=["9999"])
    (tmp_path / "catalog.toml").write_text(
        f'[[layer]]\nname = "s"\nrole = "land_use"\npath = "{path.name}"\nclass_column = "DLBM"\n'
        'scheme = "sandiao-2019"\n',
        encoding="utf-8",
    )
    layers = load_catalog(tmp_path / "catalog.toml")
    codes = {issue.code for issue in examine(layers.layer[0], layers).issues}
    assert "class_unknown" in codes
    assert "layer_unreadable" not in codes


def test_a_column_called_like_the_files_own_number_is_read(tmp_path: Path) -> None:
    """GDAL calls the number of a GeoJSON feature "id", and the property "id" stands beside it."""
    shapes = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
    features = [
        {
            "type": "Feature",
            "id": number,
            "properties": {"id": code, "OGC_FID": code, "wkb_geometry": name},
            "geometry": shapely.geometry.mapping(shape),
        }
        for number, code, name, shape in zip((5, 7), ("a", "b"), ("甲", "乙"), shapes, strict=True)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4524"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    path = tmp_path / "towns.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    for code in ("id", "OGC_FID"):
        towns = read_towns([path], code_column=code, name_column="wkb_geometry")
        assert [(town.code, town.name) for town in towns] == [("a", "甲"), ("b", "乙")]
        assert [town.boundary.area for town in towns] == [100.0, 100.0]


def test_gaps_and_overlaps_that_only_rounding_makes_are_not_told(tmp_path: Path) -> None:
    """0.00001 m of gap beside the eastern parcel, and as much overlap beside the western one."""
    parcels = [box(0, 0, 400.00001, 1000), box(400, 0, 700, 1000), box(700.00001, 0, 1000, 1000)]
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", parcels, ["0101", "0103", "0301"]),
        "permanent_basic_farmland": write(tmp_path / "p.gpkg", [box(0, 0, 9, 9)], BSM=["p"]),
    }
    write(tmp_path / "extent.gpkg", [box(0, 0, 1000, 999.9)])
    found = run(tmp_path, TOWN, layers, permanent_basic_farmland='coverage = "extent.gpkg"\n')
    closes(found)
    table = found.towns[0].land_classes
    assert table is not None
    assert table.uncovered_m2 == Decimal("0.01")  # the table closes, slivers or not
    overlap = next(issue for issue in found.issues if issue.code == "layer_overlap")
    assert "0.01 m²" in overlap.message.render("en")
    assert found.towns[0].uncovered["land_use"].is_empty
    # 0.1 m along the northern edge: narrower than a sliver, in figures and on the map alike
    assert found.towns[0].uncovered["permanent_basic_farmland"].is_empty
    assert found.towns[0].measures["farmland_enclosed"].uncovered_m2 == 0
    finer = [box(0, 0, 400.000001, 1000), *parcels[1:]]
    layers["land_use"] = survey(tmp_path / "finer.gpkg", finer, ["0101", "0103", "0301"])
    again = run(tmp_path, TOWN, layers)
    assert "layer_overlap" not in {issue.code for issue in again.issues}


# ------------------------------------------------------------------------------------------ the command


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a town, a catalog and its layers; the town breaks no rule."""
    layers = {
        "land_use": survey(tmp_path / "s.gpkg", [TOWN], ["0702"]),
        "planned_use": plots(tmp_path / "plan.gpkg", box(0, 0, 1000, 1000)),
        "permanent_basic_farmland": write(
            tmp_path / "p.gpkg", [box(-500, -500, -400, -400)], BSM=["p"]
        ),
        "control_zone": write(tmp_path / "zone.gpkg", [box(-9, -9, 1009, 1009)], GZQLXDM=["010"]),
        "growth_boundary": write(tmp_path / "growth.gpkg", [box(-9, -9, 1009, 1009)]),
        "ecological_redline": write(tmp_path / "red.gpkg", [box(-500, -500, -400, -400)]),
    }
    whole = 'coverage = "s.gpkg"\n'
    catalog(tmp_path, layers, permanent_basic_farmland=whole, ecological_redline=whole)
    write(tmp_path / "towns.gpkg", [TOWN], name=["镇"])
    return tmp_path


def townland(place: Path, *options: str, boundary: str = "towns.gpkg") -> tuple[int, str]:
    """Run ``townland check`` in this process; its exit code, and what it said on standard error."""
    given = {
        "--catalog": str(place / "catalog.toml"),
        "--on": "2018-12-31",
        "--out": str(place / "run"),
        "--lang": "en",
    }
    given |= dict(zip(options[::2], options[1::2], strict=True))
    arguments = ["townland", "check", str(place / boundary)]
    for option, value in given.items():
        arguments += [option, value] if value else [option]
    said = io.StringIO()
    with (
        patch.object(sys, "argv", arguments),
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(io.StringIO()),
        pytest.raises(SystemExit) as left,
    ):
        townland_cli.main()
    return int(left.value.code or 0), said.getvalue()


def folders(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.is_dir())


def test_a_lawful_town_leaves_with_0_and_a_whole_folder(place: Path) -> None:
    code, said = townland(place)
    assert code == 0, said
    assert folders(place) == ["run"]
    assert json.loads((place / "run" / "assessment.json").read_text("utf-8"))["towns"]


def test_a_town_that_builds_on_basic_farmland_leaves_with_1(place: Path) -> None:
    write(place / "p.gpkg", [box(0, 0, 10, 10)], BSM=["p"])
    assert townland(place)[0] == 1


def test_a_missing_layer_leaves_with_3(place: Path) -> None:
    text = (place / "catalog.toml").read_text("utf-8")
    tables = [table for table in text.split("[[layer]]") if "permanent" not in table]
    (place / "catalog.toml").write_text("[[layer]]".join(tables), encoding="utf-8")
    assert townland(place)[0] == 3


def _zero(path: Path) -> None:
    path.write_bytes(b"")


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


def _xian(path: Path) -> None:
    gpd.read_file(path).set_crs(2360, allow_override=True).to_file(path)


BROKEN = {
    "absent boundary": ("towns.gpkg", Path.unlink, "towns.gpkg"),
    "boundary of no bytes": ("towns.gpkg", _zero, "towns.gpkg"),
    "boundary cut in half": ("towns.gpkg", _half, "towns.gpkg"),
    "boundary that is text": ("towns.gpkg", _text("hello"), "towns.gpkg"),
    "boundary in Xian 1980": ("towns.gpkg", _xian, "Xian"),
    "absent layer": ("s.gpkg", Path.unlink, "s.gpkg"),
    "layer of no bytes": ("s.gpkg", _zero, "s.gpkg"),
    "layer cut in half": ("s.gpkg", _half, "s.gpkg"),
    "layer in Xian 1980": ("p.gpkg", _xian, "Xian"),
    "absent catalog": ("catalog.toml", Path.unlink, "catalog.toml"),
    "catalog of no bytes": ("catalog.toml", _zero, "catalog.toml"),
    "catalog that is no TOML": ("catalog.toml", _text("[[layer"), "catalog.toml"),
    "catalog that is no UTF-8": (
        "catalog.toml",
        lambda path: path.write_bytes("名称 = 1".encode("gb18030")),
        "UTF-8",
    ),
    "catalog of an unknown role": (
        "catalog.toml",
        _text('[[layer]]\nname = "x"\nrole = "landuse"\npath = "s.gpkg"\n'),
        "role",
    ),
    "layer of an unknown scheme": (
        "catalog.toml",
        _text(
            '[[layer]]\nname = "x"\nrole = "land_use"\npath = "s.gpkg"\nclass_column = "DLBM"\n'
            'scheme = "sandiao-2018"\n'
        ),
        "sandiao-2019",
    ),
    "layer without classes": (
        "catalog.toml",
        _text('[[layer]]\nname = "x"\nrole = "land_use"\npath = "s.gpkg"\n'),
        "class_column",
    ),
    "layer without the class column": (
        "catalog.toml",
        _text(
            '[[layer]]\nname = "x"\nrole = "land_use"\npath = "s.gpkg"\nclass_column = "CODE"\n'
            'scheme = "sandiao-2019"\n'
        ),
        "CODE",
    ),
    "path that is a folder": (
        "catalog.toml",
        _text('[[layer]]\nname = "x"\nrole = "paddy"\npath = "."\n'),
        "",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_used_leaves_with_2_and_no_folder(place: Path, case: str) -> None:
    file, breaks, named = BROKEN[case]
    breaks(place / file)
    code, said = townland(place)
    assert code == 2, said
    assert named in said
    assert "Traceback" not in said
    assert folders(place) == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--rules", "liuzhou-2019"), "liuzhou-2018"),
        (("--on", "2017-12-31"), "2017-12-31"),
        (("--on", "31.12.2018"), "YYYY-MM-DD"),
        (("--formats", "html,doc"), "doc"),
        (("--layer", "town"), "towns"),
        (("--where", "name=甲"), "镇"),
        (("--where", "name"), "COLUMN=VALUE"),
        (("--name-column", "nam"), "name"),
        (("--crs", "EPSG:999999"), "999999"),
        (("--lang", "fr"), "zh"),
    ],
)
def test_options_that_cannot_be_used_leave_with_2(
    place: Path, options: tuple[str, str], named: str
) -> None:
    code, said = townland(place, *options)
    assert code == 2, said
    assert named in said
    assert folders(place) == []


@pytest.mark.parametrize(
    "content",
    ["", "id = 1\n", "[[rule]]\n", 'id = "x"\nversion = "1"\nthree_class = "no"\n', "id = \x00"],
)
def test_a_malformed_rulebook_leaves_with_2(place: Path, content: str) -> None:
    (place / "own.toml").write_text(content, encoding="utf-8")
    code, said = townland(place, "--rules", str(place / "own.toml"))
    assert code == 2, said
    assert "own.toml" in said
    assert folders(place) == []


def test_a_folder_of_the_users_is_left_as_it_is(place: Path) -> None:
    (place / "run").mkdir()
    (place / "run" / "letter.txt").write_text("mine", encoding="utf-8")
    code, said = townland(place)
    assert code == 2
    assert "assessment.json" in said
    assert [path.name for path in (place / "run").iterdir()] == ["letter.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_the_whole_folder_or_none(place: Path) -> None:
    """Killed when it begins to write, and at three moments after."""
    assert townland(place)[0] == 0
    whole = {path.name for path in (place / "run").iterdir()}
    before = (place / "run" / "assessment.json").read_bytes()
    arguments = ["check", "towns.gpkg", "--catalog", "catalog.toml", "--on", "2018-12-31"]
    for out, wait in (("run", 0.0), ("new", 0.05), ("new", 0.15), ("run", 0.3)):
        process = subprocess.Popen(
            [sys.executable, "-m", "townland_cli", *arguments, "--out", out, "--quiet"],
            cwd=place,
        )
        while not (place / f"{out}.partial").exists() and process.poll() is None:
            time.sleep(0.002)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (place / out).exists():
            assert {path.name for path in (place / out).iterdir()} == whole
            json.loads((place / out / "assessment.json").read_bytes())
        assert (place / out).exists() or out == "new" or (place / "run.replaced").exists()
    # what a killed process left behind does not stop the next
    assert townland(place)[0] == 0
    assert (place / "run" / "assessment.json").read_bytes() == before
    assert "run.partial" not in folders(place)
