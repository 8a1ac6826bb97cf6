from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import jsonschema
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.factory_land import CRS, box, catalog, geodesic_m2, shift, write

from townland import geodesy, units
from townland.assessment import check
from townland.errors import CatalogError, EngineError, GeometryError, LayerError, RulebookError
from townland.geodesy import kernel
from townland.geodesy.plane import Plane
from townland.i18n import _
from townland.measuring import areas, measure_town
from townland.measuring.prepare import gather
from townland.output.json_text import dumps
from townland.reading.vector import read_layer
from townland.results import Assessment, exit_code
from townland.rules.book.loader import load_rulebook
from townland.terms import Verdict
from townland.towns import read_towns
from townland.writing.report.assessment_json import assessment_json, schema
from townland.writing.report.geopackage import write_evidence
from townland.writing.run_folder import write_run

DAY = dt.date(2018, 12, 31)
BOOK = load_rulebook("liuzhou-2018")

# A place of 2 km × 2 km: paddy in the south, dry fields with ridges, forest, then a village.
STRIPS = [("0101", 0, 500), ("0103", 500, 800), ("0301", 800, 1500), ("0702", 1500, 2000)]


def survey(folder: Path) -> Path:
    shapes, codes = [], []
    for code, south, north in STRIPS:
        for west in range(0, 2000, 100):
            shapes.append(box(west, south, west + 100, north))
            codes.append(code)
    return write(
        folder / "survey.gpkg",
        shapes,
        BSM=[str(i) for i in range(len(shapes))],
        DLBM=codes,
        KCXS=[0.1 if code == "0103" else 0.0 for code in codes],
        QSXZ=["20" if code == "0702" else "30" for code in codes],
    )


def run(folder: Path, towns: list[Any], layers: dict[str, Path], **extra: str) -> Assessment:
    boundary = write(folder / "towns.gpkg", towns, name=[f"镇{i}" for i in range(len(towns))])
    return check(read_towns([boundary]), catalog(folder, layers, **extra), BOOK, on=DAY)


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Path]:
    plots = [box(100, 1500, 1000, 1900), box(1000, 350, 1500, 900), box(1500, 900, 1700, 1000)]
    return {
        "land_use": survey(tmp_path),
        "permanent_basic_farmland": write(tmp_path / "pbf.gpkg", [box(0, 0, 2000, 400)], BSM=["p"]),
        "planned_use": write(
            tmp_path / "plan.gpkg", plots, ID=["a", "b", "c"], GHDM=["0701", "1001", "0301"]
        ),
    }


TOWN = box(50, 50, 1850, 1950)


def test_every_figure_equals_another_routines(tmp_path: Path, place: dict[str, Path]) -> None:
    found = run(tmp_path, [TOWN], place)
    result = found.towns[0]
    assert float(result.area_m2) == pytest.approx(geodesic_m2(TOWN), abs=0.02)
    assert result.plane_m2 == Decimal("3420000.00")
    expected = {
        "planned_construction": [box(100, 1500, 1000, 1900), box(1000, 350, 1500, 900)],
        "farmland_built_on": [box(1000, 350, 1500, 400)],
        "farmland_enclosed": [box(50, 50, 1850, 400)],
        "paddy_built_on": [box(1000, 350, 1500, 500)],
        "cultivated_built_on": [box(1000, 350, 1500, 800)],
        "existing_built_on": [box(100, 1500, 1000, 1900)],
        "new_construction": [box(1000, 350, 1500, 900)],
        "new_from_other_agricultural": [box(1000, 800, 1500, 900)],
    }
    for name, shapes in expected.items():
        truth = sum(geodesic_m2(shape) for shape in shapes)
        assert float(result.measures[name].area_m2) == pytest.approx(truth, abs=0.05), name
    # ridges: a tenth of the dry fields, 500 × 300 m of them under plots
    dry = geodesic_m2(box(1000, 500, 1500, 800))
    cultivated = result.measures["cultivated_built_on"]
    assert cultivated.net_m2 is not None
    assert float(cultivated.area_m2 - cultivated.net_m2) == pytest.approx(dry / 10, abs=0.05)


def test_verdicts_of_the_place(tmp_path: Path, place: dict[str, Path]) -> None:
    found = run(tmp_path, [TOWN], place, permanent_basic_farmland='coverage = "survey.gpkg"\n')
    verdicts = {
        finding.rule: finding.verdict.value
        for finding in found.findings
        if finding.rule.startswith(("LAND", "USE"))
    }
    assert verdicts == {
        "LAND-01": "review",
        "LAND-02": "review",
        "LAND-03": "fail",
        "LAND-04": "review",
        "LAND-05": "review",
        "LAND-06": "info",
        "LAND-07": "not_evaluated",  # no control zones
        "LAND-08": "info",
        "LAND-09": "info",
        "LAND-10": "info",
        "LAND-11": "not_evaluated",  # no dossier
        "LAND-12": "not_evaluated",
        "LAND-13": "not_evaluated",
        "LAND-14": "not_evaluated",
        "LAND-15": "not_evaluated",
        "LAND-16": "info",
        "LAND-17": "not_evaluated",  # no layer of approved land
        "USE-01": "info",
        # all new land is plot b, industry, and the rest of the town may yet be built on for other uses
        "USE-02": "review",
        "USE-03": "info",
    }


def test_a_town_outside_the_layers_never_passes(tmp_path: Path, place: dict[str, Path]) -> None:
    found = run(tmp_path, [shift(TOWN, 50_000, 0)], place)
    verdicts = {finding.rule: finding.verdict.value for finding in found.findings}
    land = [verdict for rule, verdict in verdicts.items() if rule.startswith(("LAND", "USE"))]
    assert "pass" not in land
    assert verdicts["LAND-03"] == "not_evaluated"
    assert verdicts["LAND-04"] == "not_evaluated"
    table = found.towns[0].land_classes
    assert table is not None
    assert table.uncovered_m2 == table.control_m2 == found.towns[0].area_m2


def test_half_a_layer_taken_away_is_half_not_evaluated(tmp_path: Path) -> None:
    # peers.md, "What none of them has", 1
    write(tmp_path / "extent.gpkg", [box(0, 0, 2000, 1000)])
    layers = {
        "land_use": survey(tmp_path),
        "permanent_basic_farmland": write(tmp_path / "pbf.gpkg", [box(0, 0, 10, 10)], BSM=["p"]),
        "planned_use": write(
            tmp_path / "plan.gpkg", [box(100, 1500, 300, 1600)], ID=["a"], GHDM=["0701"]
        ),
    }
    town = box(50, 50, 1950, 1950)
    found = run(tmp_path, [town], layers, permanent_basic_farmland='coverage = "extent.gpkg"\n')
    finding = found.finding("LAND-03")
    assert finding.verdict.value == "not_evaluated"
    enclosed = found.towns[0].measures["farmland_enclosed"]
    assert float(enclosed.uncovered_m2 / found.towns[0].area_m2) == pytest.approx(0.5, abs=1e-6)
    assert str(units.ha(enclosed.uncovered_m2)) in finding.why.render("en")


def test_the_table_closes_with_ridges_owners_and_the_uncovered(
    tmp_path: Path, place: dict[str, Path]
) -> None:
    town = box(50, 50, 2050, 1950)  # 50 m of it lie beyond the survey
    table = run(tmp_path, [town], place).towns[0].land_classes
    assert table is not None
    assert sum(row.gross_m2 for row in table.rows) + table.uncovered_m2 == table.control_m2
    assert sum(row.net_m2 for row in table.rows) + table.uncovered_m2 == table.control_m2
    beyond = geodesic_m2(box(2000, 50, 2050, 1950))
    assert float(table.uncovered_m2) == pytest.approx(beyond, abs=0.02)
    rows = {row.code: row for row in table.rows}
    assert rows["1203"].gross_m2 == 0
    assert rows["1203"].net_m2 == rows["0103"].gross_m2 - rows["0103"].net_m2
    assert rows["0702"].state_m2 == rows["0702"].gross_m2
    assert rows["0101"].collective_m2 == rows["0101"].gross_m2
    for row in table.rows:
        assert row.state_m2 is not None
        assert row.collective_m2 is not None
        assert row.state_m2 + row.collective_m2 == row.gross_m2


def test_overlapping_parcels_count_once_for_the_better_land(tmp_path: Path) -> None:
    layers = {
        "land_use": write(
            tmp_path / "survey.gpkg",
            [box(0, 0, 600, 1000), box(400, 0, 1000, 1000)],
            BSM=["1", "2"],
            DLBM=["0301", "0101"],
            KCXS=[0.0, 0.0],
            QSXZ=["30", "30"],
        )
    }
    found = run(tmp_path, [box(0, 0, 1000, 1000)], layers)
    table = found.towns[0].land_classes
    assert table is not None
    rows = {row.code: float(row.gross_m2) for row in table.rows}
    assert rows["0101"] == pytest.approx(geodesic_m2(box(400, 0, 1000, 1000)), abs=0.02)
    assert rows["0301"] == pytest.approx(geodesic_m2(box(0, 0, 400, 1000)), abs=0.02)
    (issue,) = [issue for issue in found.issues if issue.code == "layer_overlap"]
    assert issue.feature == "1"
    overlap = geodesic_m2(box(400, 0, 600, 1000))
    assert float(found.towns[0].measures["existing_construction"].overlap_m2) == pytest.approx(
        overlap, abs=0.02
    )


def test_unknown_codes_are_rows_issues_and_doubt(tmp_path: Path) -> None:
    layers = {
        "land_use": write(
            tmp_path / "survey.gpkg",
            [box(0, 0, 500, 1000), box(500, 0, 1000, 1000)],
            BSM=["1", "2"],
            DLBM=["0301", "9999"],
            KCXS=[0.0, 0.0],
            QSXZ=["30", "30"],
        ),
        "planned_use": write(
            tmp_path / "plan.gpkg", [box(400, 0, 600, 1000)], ID=["a"], GHDM=["0701"]
        ),
    }
    found = run(tmp_path, [box(0, 0, 1000, 1000)], layers)
    table = found.towns[0].land_classes
    assert table is not None
    unknown = next(row for row in table.rows if row.code == "9999")
    assert unknown.three_class is None
    assert [issue.code for issue in found.issues] == ["class_unknown", "jurisdiction_unknown"]
    measure = found.towns[0].measures["cultivated_built_on"]
    assert float(measure.unknown_m2) == pytest.approx(geodesic_m2(box(500, 0, 600, 1000)), abs=0.02)
    assert found.finding("LAND-04").verdict.value == "not_evaluated"


def test_owners_and_tags_that_nobody_knows_are_told_with_their_area(tmp_path: Path) -> None:
    columns = {"BSM": ["1", "2", "3"], "DLBM": ["0301"] * 3, "KCXS": [0.0] * 3}
    shapes = [box(500 * at, 0, 500 * at + 500, 1000) for at in range(3)]
    plots = [box(100, 0, 200, 100), box(200, 0, 300, 100), box(300, 0, 400, 100)]
    layers = {
        "land_use": write(tmp_path / "s.gpkg", shapes, **columns, QSXZ=["国有", "", "99"]),
        "planned_use": write(
            tmp_path / "plan.gpkg", plots, ID=["a", "b", "c"], GHDM=["0701"] * 3,
            BQ=["real_estate", "realestate", None],
        ),
    }  # fmt: skip
    found = run(tmp_path, [box(0, 0, 1500, 1000)], layers, planned_use='tag_column = "BQ"\n')
    told = [issue for issue in found.issues if issue.code in ("owner_unknown", "tag_unknown")]
    assert [(issue.code, issue.feature) for issue in told] == [
        ("owner_unknown", "2"),
        ("owner_unknown", "3"),
        ("tag_unknown", "b"),
    ]
    blank, odd, tag = (issue.message.render("en") for issue in told)
    assert "the owner ''" in blank
    assert "the owner '99'" in odd
    area = geodesic_m2(plots[1])
    assert "the tag 'realestate', of which no measure of the rulebook asks" in tag
    assert f"{area:.2f} m² of the town" in tag
    (row,) = found.towns[0].land_classes.rows
    assert float(row.state_m2) == pytest.approx(geodesic_m2(shapes[0]), abs=0.02)


@pytest.mark.parametrize("factor", [10.0, 1.0, -0.1])
def test_a_ridge_coefficient_that_is_no_part_of_1_is_refused(tmp_path: Path, factor: float) -> None:
    """10 is what some write for 10 %: the net area would be nine times the land below nothing."""
    shapes = [box(0, 0, 500, 1000), box(500, 0, 1000, 1000)]
    columns = {"BSM": ["1", "2"], "QSXZ": ["30", "30"], "KCXS": [0.1, factor]}
    for codes, refused in ((["0103", "0103"], True), (["0103", "0301"], False)):
        layers = {"land_use": write(tmp_path / "s.gpkg", shapes, DLBM=codes, **columns)}
        if not refused:  # woods have no ridges, whatever the column says
            assert run(tmp_path, [box(0, 0, 1000, 1000)], layers).towns
            continue
        with pytest.raises(LayerError, match=f"要素 2：扣除系数 KCXS 为 {factor:g}"):
            run(tmp_path, [box(0, 0, 1000, 1000)], layers)


def test_only_slivers_of_basic_farmland_are_reviewed(tmp_path: Path) -> None:
    extent = "coverage = 'survey.gpkg'\n"
    layers = {
        "land_use": survey(tmp_path),
        "permanent_basic_farmland": write(
            tmp_path / "pbf.gpkg", [box(100, 100, 900, 400.1)], BSM=["p"]
        ),
        "planned_use": write(
            tmp_path / "plan.gpkg", [box(100, 400, 900, 700)], ID=["a"], GHDM=["0701"]
        ),
    }
    found = run(tmp_path, [TOWN], layers, permanent_basic_farmland=extent)
    built_on = found.towns[0].measures["farmland_built_on"]
    assert built_on.sliver_m2 == built_on.area_m2 > 0
    assert built_on.frame["sliver"].all()
    assert not found.towns[0].measures["farmland_enclosed"].frame["sliver"].any()
    assert float(built_on.area_m2) == pytest.approx(80, abs=0.1)
    assert found.finding("LAND-03").verdict.value == "review"


def test_pieces_of_pieces_close_to_the_planned_land(tmp_path: Path, place: dict[str, Path]) -> None:
    measures = run(tmp_path, [TOWN], place).towns[0].measures
    planned = measures["planned_construction"].area_m2
    assert measures["existing_built_on"].area_m2 + measures["new_construction"].area_m2 == planned
    sources = ("paddy", "other_cultivated", "other_agricultural", "unused")
    parts = [measures[f"new_from_{source}"].area_m2 for source in sources]
    assert sum(parts) == measures["new_construction"].area_m2
    for measure in measures.values():
        assert sum(measure.frame["area_m2"], Decimal(0)) == measure.area_m2


def test_layers_in_another_zone_are_densified(tmp_path: Path, place: dict[str, Path]) -> None:
    # reprojecting only vertices moves long edges; here both edges are 2 km long
    here = run(tmp_path, [TOWN], place).towns[0].measures["farmland_built_on"]
    frame = gpd.read_file(place["permanent_basic_farmland"])
    dense = frame.set_geometry(shapely.segmentize(frame.geometry.to_numpy(), 20))
    dense.to_crs(4525).to_file(tmp_path / "zone37.gpkg")
    moved = run(tmp_path, [TOWN], {**place, "permanent_basic_farmland": tmp_path / "zone37.gpkg"})
    there = moved.towns[0].measures["farmland_built_on"]
    assert float(there.area_m2) == pytest.approx(float(here.area_m2), abs=0.05)


def test_a_town_in_degrees_is_measured_in_degrees(tmp_path: Path, place: dict[str, Path]) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["度镇"]}, geometry=[shapely.segmentize(TOWN, 20)], crs=CRS
    ).to_crs(4490)
    frame.to_file(tmp_path / "degrees.gpkg")
    layers = catalog(tmp_path, place)
    found = check(read_towns([tmp_path / "degrees.gpkg"]), layers, BOOK, on=DAY)
    result = found.towns[0]
    assert result.plane_m2 is None
    assert float(result.area_m2) == pytest.approx(geodesic_m2(TOWN), abs=0.2)
    built_on = result.measures["farmland_built_on"]
    assert float(built_on.area_m2) == pytest.approx(geodesic_m2(box(1000, 350, 1500, 400)), abs=0.1)
    table = result.land_classes
    assert table is not None
    assert table.uncovered_m2 == 0


def test_a_bow_tie_town_is_refused(tmp_path: Path, place: dict[str, Path]) -> None:
    corners = [(0, 0), (1000, 1000), (1000, 0), (0, 1000)]
    tie = shapely.Polygon([(36_520_000 + x, 2_700_000 + y) for x, y in corners])
    with pytest.raises(GeometryError):
        run(tmp_path, [tie], place)


def test_two_disagreeing_areas_leave_their_town_out(
    tmp_path: Path, place: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a wrong flattening in one routine
    wrong = geodesy.Ellipsoid(6378137.0, (2 - 1 / 298.0) / 298.0)
    monkeypatch.setattr(geodesy, "ellipsoid_of", lambda _crs: wrong)
    found = run(tmp_path, [TOWN], place)
    assert exit_code(found) == 4
    of_town = [finding for finding in found.findings if finding.town is not None]
    assert {finding.verdict for finding in of_town} == {Verdict.NOT_EVALUATED}
    assert "two independent routines" in found.notices[0].message.render("en")


def test_a_town_that_cannot_be_measured_leaves_the_others_whole(
    tmp_path: Path, place: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = [box(0, 0, 500, 500), box(500, 0, 1000, 500), box(0, 500, 500, 1000)]
    whole = run(tmp_path, shapes, place)

    def refused(town: Any, *asked: Any, **how: Any) -> Any:
        if town.code == "2":
            raise EngineError(_("a table does not close"))
        return measure_town(town, *asked, **how)

    monkeypatch.setattr("townland.assessment.measurer.measure_town", refused)
    found = run(tmp_path, shapes, place)
    assert (exit_code(whole) == 4, exit_code(found)) == (False, 4)
    told = {(each.rule, each.town): (each.verdict, each.measured) for each in whole.findings}
    for each in found.findings:
        if each.town in ("1", "3"):
            assert (each.verdict, each.measured) == told[each.rule, each.town]
        elif each.town == "2":
            assert (each.verdict, each.measured) == (Verdict.NOT_EVALUATED, None)
            assert "a table does not close" in each.why.render("en")
        else:  # of a rule on all towns nothing is certain but a fail
            assert each.verdict in (Verdict.NOT_EVALUATED, Verdict.FAIL, Verdict.INFO)
    assert "2" in found.notices[0].message.render("en")
    assert [issue.town for issue in found.issues if issue.code == "town_not_measured"] == ["2"]
    folder = write_run(found, tmp_path / "out", formats=["html"], lang="en")
    document = json.loads((folder / "assessment.json").read_text("utf-8"))
    assert [town["code"] for town in document["towns"]] == ["1", "2", "3"]
    assert "could not be measured" in (folder / "report.html").read_text("utf-8")


def test_a_town_of_no_area_to_the_printed_digit_leaves_the_others_whole(
    tmp_path: Path, place: dict[str, Path]
) -> None:
    """A sliver of 500 m and a micrometre: 0.0005 m². It ended the run of all towns in a traceback."""
    found = run(tmp_path, [box(0, 0, 500, 500), box(0, 600, 500, 600.000001)], place)
    assert exit_code(found) == 4
    assert [result.failed is None for result in found.towns] == [True, False]
    assert "encloses 0.00 m²" in found.notices[0].message.render("en")


def test_a_geos_refusal_on_shared_land_leaves_the_other_towns_whole(
    tmp_path: Path, place: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # 1 and 2 meet along an edge, 3 lies 400 m away from both
    shapes = [box(0, 0, 500, 500), box(500, 0, 1000, 500), box(0, 900, 500, 1000)]

    def refused(*_pair: Any) -> Any:
        raise EngineError(_("GEOS refuses it"))

    kernel_there = SimpleNamespace(bench=kernel.bench, intersection=refused)
    monkeypatch.setattr("townland.rules.shared_land.kernel", kernel_there)
    found = run(tmp_path, shapes, place)
    assert exit_code(found) == 4
    measured = {result.town.code: result.failed is None for result in found.towns}
    assert measured == {"1": False, "2": False, "3": True}
    assert all(
        each.verdict is Verdict.NOT_EVALUATED for each in found.findings if each.town in ("1", "2")
    )
    assert [issue.town for issue in found.issues if issue.code == "town_not_measured"] == ["1", "2"]
    message = found.notices[0].message.render("en")
    assert "share cannot be worked out: GEOS refuses it" in message


def test_pieces_that_do_not_close_stop_everything() -> None:
    pieces = areas.Pieces(np.array([box(0, 0, 100, 100)]), {"land_use": np.array([0])})
    with pytest.raises(EngineError):
        areas.close_town(Decimal("10000.50"), pieces, 0.0, Plane(CRS), town="甲")


def test_a_measure_needs_classes(tmp_path: Path) -> None:
    layers = {"land_use": survey(tmp_path)}
    book = catalog(tmp_path, layers)
    bare = (tmp_path / "catalog.toml").read_text(encoding="utf-8")
    bare = bare.replace('scheme = "sandiao-2019"\nclass_column = "DLBM"\n', "")
    (tmp_path / "catalog.toml").write_text(bare, encoding="utf-8")
    from townland.catalog import load_catalog

    towns = read_towns([write(tmp_path / "t.gpkg", [TOWN], name=["甲"])])
    with pytest.raises(CatalogError, match="land_use"):
        check(towns, load_catalog(book.path), BOOK, on=DAY)


def test_no_clause_in_force_is_an_error(tmp_path: Path, place: dict[str, Path]) -> None:
    towns = read_towns([write(tmp_path / "t.gpkg", [TOWN], name=["甲"])])
    with pytest.raises(RulebookError):
        check(towns, catalog(tmp_path, place), BOOK, on=dt.date(2000, 1, 1))


def test_json_fits_its_schema_and_is_the_same_twice(tmp_path: Path, place: dict[str, Path]) -> None:
    boundary = write(tmp_path / "towns.gpkg", [TOWN], name=["甲镇"])
    texts = [
        dumps(assessment_json(check(read_towns([boundary]), layers, BOOK, on=DAY), lang="en"))
        for layers in (catalog(tmp_path, place), catalog(tmp_path, place))
    ]
    assert texts[0] == texts[1]
    document = json.loads(texts[0])
    jsonschema.validate(document, schema())
    table = document["towns"][0]["land_classes"]
    gross = sum(round(row["gross_m2"] * 100) for row in table["rows"])
    assert gross + round(table["uncovered_m2"] * 100) == round(table["control_m2"] * 100)


def test_evidence_is_a_frame_of_pieces(tmp_path: Path, place: dict[str, Path]) -> None:
    found = run(tmp_path, [TOWN], place)
    frame = found.evidence("LAND-03", "1")
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs == pyproj.CRS(4524)
    assert set(frame["measure"]) == {"farmland_built_on", "farmland_enclosed"}
    assert found.findings_table()["rule"].tolist() == [f.rule for f in found.findings]
    assert found.land_class_table("1", exact=True)["gross_m2"].sum() == found.towns[0].area_m2


def test_land_that_two_towns_share_fails_and_is_in_the_evidence(
    tmp_path: Path, place: dict[str, Path]
) -> None:
    other = box(1800, 50, 2000, 1950)  # the last 50 m of the town are the other's, too
    found = run(tmp_path, [TOWN, other], place)
    joint = found.finding("PORT-02")
    assert (joint.town, joint.towns, joint.verdict.value) == (None, ("1", "2"), "fail")
    shared = geodesic_m2(box(1800, 50, 1850, 1950))
    assert float(joint.measured) == pytest.approx(shared, abs=0.05)
    evidence = found.evidence("PORT-02")
    assert evidence[["first", "second"]].to_numpy().tolist() == [["1", "2"]]
    assert evidence.geometry[0].equals(box(1800, 50, 1850, 1950))
    write_evidence(found, tmp_path / "evidence.gpkg")
    kept = gpd.read_file(tmp_path / "evidence.gpkg", layer="overlaps")
    assert kept["area_m2"][0] == pytest.approx(shared, abs=0.05)
    matrix = found.matrix()
    assert list(matrix.index) == ["1", "2", "*"]
    assert matrix.loc["*", "PORT-02"] == "fail"
    assert matrix.loc["1", "PORT-02"] == ""


def test_towns_sharing_a_border_sum_to_the_merged_town(
    tmp_path: Path, place: dict[str, Path]
) -> None:
    west, east = box(50, 50, 777, 1950), box(777, 50, 1850, 1950)
    parts = run(tmp_path, [west, east], place).towns
    whole = run(tmp_path, [TOWN], place).towns[0]
    for name, measure in whole.measures.items():
        both = sum(part.measures[name].area_m2 for part in parts)
        pieces = measure.pieces + sum(part.measures[name].pieces for part in parts)
        assert abs(both - measure.area_m2) <= Decimal("0.02") * max(pieces, 1), name


class Ground:
    """A town and the grounds around it (with the short repr that hypothesis wants)."""

    def __init__(self, town: Any, grounds: Any) -> None:
        self.town, self.grounds = town, grounds


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The grounds of a place, and a town of it to be given other boundaries."""
    folder = tmp_path_factory.mktemp("place")
    plots = [box(100, 1500, 1000, 1900), box(1000, 350, 1500, 900)]
    layers = {
        "land_use": survey(folder),
        "planned_use": write(folder / "plan.gpkg", plots, ID=["a", "b"], GHDM=["0701", "1001"]),
    }
    book = catalog(folder, layers)
    (town,) = read_towns([write(folder / "towns.gpkg", [box(-9, -9, 2109, 2109)], name=["甲镇"])])
    window = [(town.boundary.bounds, town.crs)]
    grounds = {
        spec.role: gather(spec.role, [read_layer(spec, book, window)], CRS, BOOK.three_class)
        for spec in book.layer
    }
    return Ground(town, grounds)


corner = st.tuples(st.floats(0, 2100), st.floats(0, 2100))


@settings(max_examples=60, deadline=None)
@example([(55.0, 2095.0), (330.0, 1287.0), (660.0, 0.0)])  # a rest of 0.006 m² by rounding alone
@given(st.lists(corner, min_size=3, max_size=9))
def test_tables_of_random_towns_close(ground: Ground, corners: list[tuple[float, float]]) -> None:
    boundary = shapely.MultiPoint([(36_520_000 + x, 2_700_000 + y) for x, y in corners]).convex_hull
    assume(boundary.geom_type == "Polygon" and boundary.area > 100)
    result = measure_town(
        replace(ground.town, boundary=boundary),
        ground.grounds,
        BOOK.measure,
        profile=BOOK.three_class,
        sliver_width_m=0.2,
    )
    table = result.land_classes
    assert table is not None
    assert sum(row.gross_m2 for row in table.rows) + table.uncovered_m2 == result.area_m2
    assert sum(row.net_m2 for row in table.rows) + table.uncovered_m2 == result.area_m2
    assert all(row.gross_m2 >= 0 and row.net_m2 >= 0 for row in table.rows)
    measures = result.measures
    used = measures["existing_built_on"].area_m2 + measures["new_construction"].area_m2
    assert used == measures["planned_construction"].area_m2
    for measure in measures.values():
        truth = geodesic_m2(shapely.union_all(measure.frame.geometry)) if measure.pieces else 0
        # 0.02 m² a piece, and what the norm's coarseness makes of the boundary
        allowed = 0.05 + 0.02 * measure.pieces + 2e-5 * boundary.length
        assert float(measure.area_m2) == pytest.approx(truth, abs=allowed)
