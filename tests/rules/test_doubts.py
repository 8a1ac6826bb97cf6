"""A doubt of an input reaches every verdict that leans on it, and no other."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from tests.factory_land import CRS, box, catalog, shift, write
from tests.factory_rules import DAY, book, judge, measure, town

import townland
from townland.assessment import check
from townland.geodesy import crs as crsys
from townland.i18n import _
from townland.issues import GEOMETRY
from townland.measuring.doubts import DOUBTFUL, Doubt
from townland.results import Assessment
from townland.rules.evaluate import Facts, evaluate, evaluate_portfolio
from townland.rules.judging.finding import Finding
from townland.towns import Town, read_towns

HERE = Doubt("x", "towns", _("it is off"), _("state its CRS"))
SURVEY = replace(HERE, layer="survey", roles=frozenset({"land_use"}))

GEOMETRIC = {f"LAND-{number:02}" for number in (*range(1, 15), 16)} | {
    "USE-01", "USE-02", "USE-03", "INV-01", "INV-02",
}  # fmt: skip
"""The rules of the policy that measure land: all of parts LAND and USE but the transition of reused
sites, and investment for a square kilometre."""


def findings(facts: Facts) -> dict[str, Finding]:
    return {each.rule: each for each in evaluate(book(), facts, DAY)}


DOSSIER: dict[str, Any] = {"quota_ha": 100, "replacement_bank_ha": 9, "type": "light_asset",
                           "replacement_bank_paddy_ha": 9, "social_investment": 20}  # fmt: skip


def test_a_doubtful_boundary_leaves_no_pass_and_no_fail_that_measures_land() -> None:
    facts = town(
        measure("farmland_built_on", ("p", 5000)),
        measure("planned_construction", ("p", 1_000_000)),
        dossier=DOSSIER,
    )
    sure, doubted = findings(facts), findings(replace(facts, doubts=(HERE,)))
    decided = {rule for rule in GEOMETRIC if sure[rule].verdict.value in ("pass", "fail")}
    # LAND-03 fails, ten others pass: a test that lost them would hold nothing
    assert sure["LAND-03"].verdict.value == "fail"
    assert {"LAND-01", "LAND-02", "LAND-04", "LAND-05", "LAND-08", "LAND-10", "INV-01"} < decided
    for rule, finding in doubted.items():
        verdict = "review" if rule in decided else sure[rule].verdict.value
        assert finding.verdict.value == verdict, rule
        assert (finding.measured, finding.limit) == (sure[rule].measured, sure[rule].limit)
    why = doubted["LAND-03"].why
    assert "It fails as the data lie." in why.render("en")
    assert "按现有数据为不符合" in why.render("zh")
    assert "The boundary towns is not confirmed: it is off. To confirm it, state its CRS." in (
        why.render("en")
    )
    assert "It passes as the data lie." in doubted["LAND-01"].why.render("en")


def test_a_doubtful_layer_is_in_doubt_where_it_is_measured() -> None:
    facts = town(measure("planned_construction", ("p", 1_000_000)), dossier=DOSSIER)
    sure, doubted = findings(facts), findings(replace(facts, doubts=(SURVEY,)))
    turned = {rule for rule in sure if sure[rule].verdict != doubted[rule].verdict}
    # cultivated land, paddy, need, replacement, supply rate read the survey; area, plan do not
    assert {"LAND-04", "LAND-05", "LAND-08", "LAND-10", "LAND-13"} <= turned
    assert not turned & {"LAND-01", "LAND-02", "LAND-03", "LAND-07", "INV-01"}
    assert all(doubted[rule].verdict.value == "review" for rule in turned)


def test_a_doubt_never_gives_a_pass_and_names_itself_where_nothing_is_judged() -> None:
    facts = town(measure("cultivated_built_on", ("p", 5000)), absent=("control_zone",))
    doubted = replace(facts, doubts=(HERE,))
    for rule, before in (("LAND-04", "review"), ("LAND-07", "not_evaluated"), ("LAND-09", "info")):
        assert judge(rule, facts).verdict.value == judge(rule, doubted).verdict.value == before
        named = [words.render("en") for words in judge(rule, doubted).assumed]
        assert "The boundary towns is taken as it lies, though it is off" in named
    assert not any("off" in w.render("en") for w in judge("STAGE-01", doubted).assumed)


def test_boundaries_in_doubt_leave_open_what_towns_share() -> None:
    first, second = town(), replace(town(), town="2", name="乙镇")
    shapes = (box(0, 0, 100, 100), box(50, 0, 150, 100))
    placed = [
        replace(facts, boundary=shape, crs=CRS)
        for facts, shape in zip((first, second), shapes, strict=True)
    ]
    (sure,) = [f for f in evaluate_portfolio(book(), placed, DAY) if f.rule == "PORT-02"]
    assert sure.verdict.value == "fail"
    placed[1] = replace(placed[1], doubts=(HERE,))
    (doubted,) = [f for f in evaluate_portfolio(book(), placed, DAY) if f.rule == "PORT-02"]
    assert doubted.verdict.value == "review"


# --- every issue is decided --------------------------------------------------------------

SURVEYED = "the points are the survey; what the file prints beside them rounds them otherwise"
GAP = "its land counts as not covered or unknown, which leaves the rule not evaluated"
TEXT = "texts alone: names, and codes are digits in every encoding"
STATED = "the user stated it"
NO_FIGURE = "no figure rests on it"
NO_DOUBT = {
    **dict.fromkeys(GEOMETRY, "mended with its areas in the ledger, refused in protected layers"),
    "accept_repair_unused": NO_FIGURE,
    "axes_swapped": "the magnitude of the numbers proves it",
    "background_unreadable": NO_FIGURE,
    "chain_closed": "its ends meet to a centimetre",
    "class_name_differs": "judged under both readings, where they differ",
    "class_name_unknown": "no scheme knows the name: there is no second reading",
    "class_unknown": GAP,
    "coverage_mended": "mended by structure, which adds no land",
    "crs_datum_assumed": "decimetres at most",
    "crs_not_understood": "the file then gives no CRS: refused, or inferred, which is a doubt",
    "crs_overridden": STATED,
    "crs_transform_declared": STATED,
    "degrees_not_told_apart": "no layer is there that could tell; a check asks where its layers lie",
    "declared_area_differs": SURVEYED,
    "declared_area_unit": NO_FIGURE,
    "dossier_implausible": "of the dossier, where its own rules are a review",
    "dxf_curves": "the drawing says that they are closed",
    "dxf_drawn_twice": "it counts once",
    "dxf_layers": "all is read; a second boundary would be a second town",
    "dxf_unseen": "a person who opens the drawing sees the boundary without it",
    "encoding_conflict": TEXT,
    "encoding_declared": TEXT,
    "encoding_guessed": TEXT,
    "esri_ring_turned": "a ring in no outline can only be one",
    "grid_elsewhere": GAP,
    "grid_no_data": GAP,
    "grid_no_data_undeclared": GAP,
    "grid_value_unlisted": GAP,
    "grid_without_classes": NO_FIGURE,
    "accuracy_missing": NO_FIGURE,
    "header_by_position": "the ring and its declared area are read all the same, and held together",
    "header_shifted": "the ring and its declared area are read all the same, and held together",
    "height_impossible": GAP,
    "height_zero": "the slope of cultivated land alone, which no rule judges by",
    "id_missing": NO_FIGURE,
    "index_trusted": "a database's own index, which the bureau's server keeps with its rows",
    "jurisdiction_unknown": "of the rulebook, not of an input",
    "key_missing": NO_FIGURE,
    "kml_invisible": "it is read as any other: a second boundary would be a second town",
    "kml_line_closed": "its ends meet to a centimetre",
    "label_ambiguous": TEXT,
    "land_use_uncovered": GAP,
    "last_line_open": "the line is whole",
    "layer_empty": "without coverage nothing is proved, and a declared coverage confirms it",
    "lists_contradict_events": "of the dossier, where its own rules are a review",
    "outside_jurisdiction": "of the rulebook, not of an input",
    "owner_unknown": "the split by owner alone, which no rule judges by",
    "read_warning": "the driver's words, of which none is known to move or lose land",
    "sheet_hidden": "a person who opens the workbook sees the boundary without it",
    "sheet_left_out": "it holds no points",
    "side_length_differs": SURVEYED,
    "slope_not_recorded": "the need table alone",
    "slope_unknown": "the need table alone",
    "table_hashed": NO_FIGURE,
    "tag_unknown": "a tag of the bureau's own may stand beside those that rules ask for",
    "town_not_measured": "no rule of that town is evaluated",
    "transform_in_head": "numbers in CGCS2000 need none; legacy datums are refused without one",
    "zone_unknown": "the file then gives no CRS: refused, or inferred, which is a doubt",
}  # fmt: skip
"""Every other issue of a check, and why no verdict waits for it."""


def codes() -> Iterator[str]:
    """Every code of an issue that stands in the library, those of `layers` and `convert` left out."""
    root = Path(townland.__file__).parent
    for path in root.rglob("*.py"):
        if path.relative_to(root).parts[0] in ("layers", "conversion"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node, "func", None)
            called = getattr(name, "id", getattr(name, "attr", ""))
            if isinstance(node, ast.Call) and called in ("Issue", "issue") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def test_of_every_issue_it_is_decided_whether_it_is_a_doubt() -> None:
    assert set(codes()) - set(DOUBTFUL) - set(NO_DOUBT) == set()
    assert not set(DOUBTFUL) & set(NO_DOUBT)


# --- the doubts as a check meets them ----------------------------------------------------

TOWN = box(600, 700, 2400, 2400)
"""3.06 km² whose edges are edges of parcels of 100 m: LAND-01 passes on it."""


def land(folder: Path, roles: dict[str, Path] | None = None, **extra: str) -> Any:
    steps = range(0, 3000, 100)
    cells = [box(x, y, x + 100, y + 100) for x in steps for y in steps]
    count = len(cells)
    survey = write(folder / "survey.gpkg", cells, BSM=[str(i) for i in range(count)],
                   DLBM=["0301"] * count, KCXS=[0.0] * count, QSXZ=["30"] * count)  # fmt: skip
    return catalog(folder, {"land_use": survey, **(roles or {})}, **extra)


def checked(towns: tuple[Town, ...], layers: Any) -> Assessment:
    return check(towns, layers, book(), on=dt.date(2018, 12, 31))


def verdict(found: Assessment, rule: str) -> str:
    return next(f.verdict.value for f in found.findings if f.rule == rule)


def moved(shape: Any, way: Any) -> Any:
    def along(xy: Any) -> Any:
        lon, lat = crsys.transformer(CRS, crsys.LONLAT).transform(*xy.T)
        return np.column_stack(way(lon, lat))

    return shapely.transform(shapely.segmentize(shape, 20), along)


def test_coordinates_of_an_internet_map_wait_for_a_confirmation(tmp_path: Path) -> None:
    layers = land(tmp_path)
    path = write(tmp_path / "gcj.gpkg", [moved(TOWN, crsys.gcj02_from_wgs84)], crs=4490)
    found = checked(read_towns([path]), layers)
    assert verdict(found, "LAND-01") == "review"
    (finding,) = [f for f in found.findings if f.rule == "LAND-01"]
    assert "confirm the CRS that the file declares with --crs" in finding.why.render("en")
    # who states what the file declares already vouches for it
    sure = checked(read_towns([path], crs="EPSG:4490"), layers)
    assert verdict(sure, "LAND-01") == "pass"
    assert "gcj02_suspected" in {issue.code for issue in sure.issues}


def test_a_boundary_off_its_layers_is_in_doubt_and_its_neighbour_is_not(tmp_path: Path) -> None:
    far = shift(TOWN, 90_000, 0)
    path = write(tmp_path / "two.gpkg", [TOWN, far], code=["A", "B"])
    found = checked(read_towns([path], code_column="code"), land(tmp_path))
    by_town = {f.town: f.verdict.value for f in found.findings if f.rule == "LAND-01"}
    assert by_town == {"A": "pass", "B": "review"}


def test_utm_waits_for_a_confirmation_where_no_edge_gives_one(tmp_path: Path) -> None:
    layers = land(tmp_path)

    def boundary(shape: Any) -> Path:
        utm = crsys.transformer(CRS, crsys.normalise("EPSG:32648")[0])
        turned = shapely.transform(shape, lambda xy: np.column_stack(utm.transform(*xy.T)))
        return write(tmp_path / f"{shape.area:.0f}.gpkg", [turned], crs=32648)

    # a circle of 3 km² follows no parcel
    path = boundary(shapely.Point(*TOWN.centroid.coords[0]).buffer(970))
    assert verdict(checked(read_towns([path]), layers), "LAND-01") == "review"
    assert verdict(checked(read_towns([path], crs="EPSG:32648"), layers), "LAND-01") == "pass"
    # the rectangle lies on the edges of its parcels, which is confirmation enough
    assert verdict(checked(read_towns([boundary(TOWN)]), layers), "LAND-01") == "pass"


@pytest.mark.parametrize(("name", "expected"), [("A", "pass"), ("B", "review")])
def test_a_filter_that_matches_nothing_is_in_doubt(
    tmp_path: Path, name: str, expected: str
) -> None:
    farmland = write(
        tmp_path / "pbf.gpkg",
        [box(600, 700, 700, 800), box(5000, 5000, 5100, 5100)],
        BSM=["1", "2"],
        KIND=["原", "A"],
    )
    cover = write(tmp_path / "cover.gpkg", [box(0, 0, 6000, 6000)])
    more = f'coverage = "{cover.as_posix()}"\nwhere = {{ KIND = ["{name}"] }}\n'
    layers = land(tmp_path, {"permanent_basic_farmland": farmland}, permanent_basic_farmland=more)
    found = checked(read_towns([write(tmp_path / "town.gpkg", [TOWN])]), layers)
    assert verdict(found, "LAND-03") == expected
    # the boundary is sound
    assert verdict(found, "LAND-01") == "pass"
