"""The rules on land through the real pipeline, files in and findings out; the table of the need.

The table is worked out on rectangles, and closes for any plan.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_land import CRS, box, catalog, geodesic_m2, write
from tests.factory_rules import book, town

from townland import units
from townland.assessment import check
from townland.dossier import Dossier
from townland.measuring import measure_town
from townland.measuring.prepare import gather
from townland.reading.vector import read_layer
from townland.results import Assessment
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate
from townland.rules.need_table import NeedTable, indicator_need
from townland.towns import read_towns

DAY = dt.date(2018, 12, 31)
TOWN = box(0, 0, 1000, 1000)
RULES = tuple(rule for rule in book().rule if rule.id.startswith(("LAND", "USE")))
LAW = book().model_copy(update={"rule": RULES})
RANK = {"fail": 0, "not_evaluated": 1, "review": 2, "pass": 3}

# parcels of 100 m × 500 m: paddy, dry fields with ridges, forest, slope, workshop, village
PARCELS = [
    (box(100 * at, 500 * row, 100 * at + 100, 500 * row + 500), code)
    for row in (0, 1)
    for at, code in enumerate(
        ("0101", "0101", "0103", "0103", "0301", "0301", "1206", "0601", "0702", "0702")
    )
]
PLOTS = [
    (box(150, 100, 450, 300), "1001", ""),
    (box(450, 100, 850, 300), "0701", "real_estate"),
    (box(550, 600, 950, 800), "0901", ""),
    (box(250, 600, 350, 800), "0701", "resettlement"),
]
ZONES = [(box(0, 0, 1000, 700), "010"), (box(0, 700, 1000, 1000), "020")]
FARMLAND = [box(100, 0, 180, 1000)]
DOSSIER = Dossier.model_validate(
    {
        "code": "1",
        "county_code": "450222",
        "quota_ha": 30,
        "linked_quota_ha": 2,
        "replacement_bank_ha": 12,
        "replacement_bank_paddy_ha": 2,
        "population": 5_000,
        "supply": {
            place: [
                {"year": year, "approved_ha": 100, "supplied_ha": 70} for year in range(2013, 2018)
            ]
            for place in ("city", "county")
        },
        "reused_sites": [],
    }
)


def judged(
    folder: Path,
    parcels: list[tuple[Any, str]] = PARCELS,
    plots: list[tuple[Any, str, str]] = PLOTS,
    farmland: list[Any] = FARMLAND,
) -> Assessment:
    folder.mkdir(exist_ok=True)
    cover = write(folder / "cover.gpkg", [box(-10, -10, 1010, 1010)])
    coverage = f'coverage = "{cover.name}"\n'
    layers = {
        "land_use": write(
            folder / "survey.gpkg",
            [shape for shape, _code in parcels],
            BSM=[f"b{at}" for at in range(len(parcels))],
            DLBM=[code for _shape, code in parcels],
            KCXS=[0.08 if code == "0103" else 0.0 for _shape, code in parcels],
            QSXZ=["30"] * len(parcels),
        ),
        "planned_use": write(
            folder / "plan.gpkg",
            [shape for shape, *_ in plots],
            ID=[f"p{at}" for at in range(len(plots))],
            GHDM=[code for _shape, code, _tag in plots],
            BQ=[tag for *_, tag in plots],
        ),
        "control_zone": write(
            folder / "zones.gpkg",
            [shape for shape, _code in ZONES],
            GZQLXDM=[code for _shape, code in ZONES],
        ),
        "permanent_basic_farmland": write(
            folder / "pbf.gpkg", farmland, BSM=[f"f{at}" for at in range(len(farmland))]
        ),
        "growth_boundary": write(folder / "growth.gpkg", [box(0, 0, 900, 1000)]),
        "ecological_redline": write(folder / "red.gpkg", [box(0, 950, 1000, 1000)]),
    }
    roles = ("control_zone", "permanent_basic_farmland", "growth_boundary", "ecological_redline")
    extra = {**dict.fromkeys(roles, coverage), "planned_use": f'tag_column = "BQ"\n{coverage}'}
    extra["permanent_basic_farmland"] = coverage
    (town,) = read_towns([write(folder / "towns.gpkg", [TOWN], name=["甲镇"])])
    return check(
        [replace(town, dossier=DOSSIER)],
        catalog(folder, layers, **extra),
        LAW,
        on=DAY,
    )


def verdicts(found: Assessment) -> dict[str, str]:
    return {finding.rule: finding.verdict.value for finding in found.findings}


def test_every_rule_on_land_is_judged(tmp_path: Path) -> None:
    found = judged(tmp_path)
    assert verdicts(found) == {
        "LAND-01": "review",  # 1 km²
        "LAND-02": "review",  # 0.24 km²
        "LAND-03": "fail",  # 30 m × 200 m of farmland under plot p0
        "LAND-04": "review",
        "LAND-05": "review",
        "LAND-06": "info",
        "LAND-07": "review",  # p2 and p3 reach into the conditional zone, p2 beyond x = 900
        "LAND-08": "pass",
        "LAND-09": "info",
        "LAND-10": "pass",
        "LAND-11": "info",
        "LAND-12": "not_evaluated",  # the rulebook states no cap
        "LAND-13": "pass",
        "LAND-14": "info",
        "LAND-15": "info",
        "LAND-16": "info",  # none: the workshop is planned as housing and commerce
        "LAND-17": "not_evaluated",  # no layer of approved land
        "USE-01": "info",
        "USE-02": "review",
        "USE-03": "info",
    }
    # 60 000 + 80 000 + 80 000 + 20 000 m², of it p1 and p3 are housing
    share = found.finding("USE-01").measured
    assert isinstance(share, Decimal)
    assert float(share) == pytest.approx(100_000 / 240_000, abs=1e-5)
    assert found.finding("LAND-14").trace.document()["rest_m2"] == pytest.approx(10_000, rel=1e-3)
    assert found.issues == ()


def close(one: Assessment, other: Assessment) -> None:
    assert verdicts(one) == verdicts(other)
    for name, before in one.towns[0].measures.items():
        after = other.towns[0].measures[name]
        # 0.02 m² a piece, and 0.005 m² of ridges rounded with each
        allowed = Decimal("0.02") * (after.pieces + before.pieces + 1)
        assert abs(before.area_m2 - after.area_m2) <= allowed, name
        assert abs((before.net_m2 or 0) - (after.net_m2 or 0)) <= allowed, name


def halves(shape: Any, share: float, *, upright: bool) -> list[Any]:
    west, south, east, north = shape.bounds
    if upright:
        at = round(west + (east - west) * share, 3)
        return [shapely.box(west, south, at, north), shapely.box(at, south, east, north)]
    at = round(south + (north - south) * share, 3)
    return [shapely.box(west, south, east, at), shapely.box(west, at, east, north)]


share = st.floats(0.1, 0.9)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return judged(tmp_path_factory.mktemp("whole"))


@settings(max_examples=12, deadline=None)
@given(at=st.integers(0, len(PARCELS) - 1), share=share, upright=st.booleans())
def test_splitting_a_parcel_changes_no_verdict(
    tmp_path_factory: pytest.TempPathFactory,
    whole: Assessment,
    at: int,
    share: float,
    upright: bool,
) -> None:
    shape, code = PARCELS[at]
    parts = [(part, code) for part in halves(shape, share, upright=upright)]
    parcels = [*PARCELS[:at], *parts, *PARCELS[at + 1 :]]
    close(whole, judged(tmp_path_factory.mktemp("split"), parcels))


@settings(max_examples=12, deadline=None)
@given(at=st.integers(0, len(PLOTS) - 1), share=share, upright=st.booleans())
def test_splitting_a_plot_changes_no_verdict(
    tmp_path_factory: pytest.TempPathFactory,
    whole: Assessment,
    at: int,
    share: float,
    upright: bool,
) -> None:
    shape, *rest = PLOTS[at]
    parts = [(part, *rest) for part in halves(shape, share, upright=upright)]
    plots: list[Any] = [*PLOTS[:at], *parts, *PLOTS[at + 1 :]]
    close(whole, judged(tmp_path_factory.mktemp("split"), plots=plots))


@settings(max_examples=12, deadline=None)
@given(
    turned=st.sets(st.integers(0, len(PARCELS) - 1), max_size=6),
    code=st.sampled_from(["0101", "0103"]),
    more=st.integers(0, 700),
)
def test_more_farmland_under_planned_use_never_improves_a_verdict(
    tmp_path_factory: pytest.TempPathFactory,
    whole: Assessment,
    turned: set[int],
    code: str,
    more: int,
) -> None:
    parcels = [
        (shape, code if at in turned and held not in ("0101", "0103") else held)
        for at, (shape, held) in enumerate(PARCELS)
    ]
    farmland = [*FARMLAND, *([box(200, 0, 200 + more, 1000)] if more else [])]
    found = judged(tmp_path_factory.mktemp("more"), parcels, farmland=farmland)
    for rule in ("LAND-03", "LAND-04", "LAND-05"):
        before, after = whole.finding(rule), found.finding(rule)
        assert RANK[after.verdict.value] <= RANK[before.verdict.value]
        assert isinstance(after.measured, Decimal)
        assert isinstance(before.measured, Decimal)
        assert after.measured >= before.measured - Decimal("0.5")


def test_checking_twice_gives_the_same_findings(tmp_path: Path, whole: Assessment) -> None:
    again = judged(tmp_path / "again")
    for one, other in zip(whole.findings, again.findings, strict=True):
        assert (one.rule, one.verdict, one.measured, one.trace) == (
            other.rule,
            other.verdict,
            other.measured,
            other.trace,
        )
        assert one.why.render("en") == other.why.render("en")


# ---------------------------------------------------------------- the table of the need


STRIPS = [("0101", 0), ("0103", 200), ("0301", 400), ("1206", 600), ("0702", 800)]


def land(folder: Path) -> Path:
    path = folder / "survey.gpkg"
    if path.exists():
        return path
    return write(
        path,
        [box(0, south, 1000, south + 200) for _code, south in STRIPS],
        BSM=[code for code, _south in STRIPS],
        DLBM=[code for code, _south in STRIPS],
        KCXS=[0.1, 0.05, 0.0, 0.0, 0.0],
        QSXZ=["30"] * 5,
    )


def facts_of(folder: Path, plots: list[Any], codes: list[str], dossier: Any = None) -> Facts:
    plan = write(folder / "plan.gpkg", plots, ID=[f"p{at}" for at in range(len(plots))], GHDM=codes)
    held = catalog(folder, {"land_use": land(folder), "planned_use": plan})
    boundary = folder / "towns.gpkg"
    if not boundary.exists():
        write(boundary, [TOWN], name=["甲镇"])
    (place,) = read_towns([boundary])
    window = [(place.boundary.bounds, place.crs)]
    grounds = {
        spec.role: gather(spec.role, [read_layer(spec, held, window)], CRS, "survey")
        for spec in held.layer
    }
    result = measure_town(place, grounds, book().measure, profile="survey", sliver_width_m=0.2)
    stated = Dossier.model_validate({"code": "1", **(dossier or {})})
    return Facts("1", "甲镇", result.area_m2, Decimal(0), result.measures, stated)


def table_of(rulebook: Rulebook, facts: Facts) -> NeedTable | None:
    findings = evaluate(rulebook, facts, DAY)
    return indicator_need(rulebook, facts, on=DAY, findings=findings)


def need_of(facts: Facts) -> NeedTable:
    found = table_of(book(), facts)
    assert found is not None
    return found


# a factory from y = 100 to 500 (paddy, dry, forest), housing from 500 to 900 (forest, slope, village)
TWO_PLOTS, CODES = [box(0, 100, 100, 500), box(200, 500, 300, 900)], ["1001", "0701"]


def test_the_cells_of_two_plots(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, TWO_PLOTS, CODES))
    # industry first; every use and source has its place, land or no land
    assert found.uses == (
        "industry", "commercial", "public", "infrastructure", "residential", "other",
    )  # fmt: skip
    assert found.sources == ("paddy", "other_cultivated", "other_agricultural", "unused")
    assert (
        found.by_use["commercial"][0].m2
        == found.by_source["unused"][0].m2 - found.cells["residential", "unused"].gross.m2
        == 0
    )
    expected = {
        ("industry", "paddy"): box(0, 100, 100, 200),
        ("industry", "other_cultivated"): box(0, 200, 100, 400),
        ("industry", "other_agricultural"): box(0, 400, 100, 500),
        ("residential", "other_agricultural"): box(200, 500, 300, 600),
        ("residential", "unused"): box(200, 600, 300, 800),
    }
    assert set(found.cells) == set(expected)
    for key, shape in expected.items():
        cell = found.cells[key]
        assert float(cell.gross.m2) == pytest.approx(geodesic_m2(shape), abs=0.05)
        assert [piece.planned_use_id for piece in cell.pieces] == [
            "p0" if key[0] == "industry" else "p1"
        ]
    paddy, dry = (found.cells["industry", s] for s in ("paddy", "other_cultivated"))
    forest = found.cells["industry", "other_agricultural"]
    assert paddy.net.m2 == paddy.gross.m2 - units.ridge(paddy.gross.m2, 0.1)
    ridges = paddy.gross.m2 - paddy.net.m2 + dry.gross.m2 - dry.net.m2
    assert forest.ridges_m2 == ridges
    assert forest.net.m2 == forest.gross.m2 + ridges
    assert found.paddy == paddy.net
    assert found.cultivated.m2 == paddy.net.m2 + dry.net.m2
    assert (
        found.total.m2 == facts_of(tmp_path, TWO_PLOTS, CODES).measures["new_construction"].area_m2
    )


def closes(found: NeedTable) -> None:
    cells = found.cells.values()
    for at in range(3):
        total = found.total[at]
        assert sum(cell.gross[at] for cell in cells) == total
        assert sum(cell.net[at] for cell in cells) == total
        for way in (0, 1):
            for held in (found.by_use, found.by_source):
                assert sum(both[way][at] for both in held.values()) == total
    assert found.total.ha == units.ha(found.total.m2)
    assert found.total.mu == units.mu(found.total.m2)
    for cell in cells:
        assert sum((piece.gross_m2 for piece in cell.pieces), Decimal(0)) == cell.gross.m2
        net = sum((piece.net_m2 for piece in cell.pieces), cell.ridges_m2)
        assert net == cell.net.m2
        assert min(*cell.gross, *cell.net) >= 0
    for both in found.by_source.values():
        for way in both:
            assert abs(way.ha - units.ha(way.m2)) <= Decimal("0.0001")
            assert abs(way.mu - units.mu(way.m2)) <= Decimal("0.01")


cut = st.integers(1, 999)
USES = ["1001", "0901", "0801", "1207", "0701", "1501", "0301"]


@pytest.fixture(scope="module")
def need_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all plans: survey and boundary are written once."""
    return tmp_path_factory.mktemp("need")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(cut, cut, st.sampled_from(USES)), min_size=1, max_size=8),
    st.integers(5, 990),  # half a metre wide at least: a plan of slivers alone is none
)
def test_the_table_closes_for_any_plan(
    need_folder: Path, plots: list[tuple[int, int, str]], width: int
) -> None:
    shapes = [
        box(at * 100, min(a, b), at * 100 + 100 * width / 1000, max(a, b) + 1)
        for at, (a, b, _code) in enumerate(plots)
    ]
    facts = facts_of(need_folder, shapes, [code for *_, code in plots])
    found = need_of(facts)
    closes(found)
    assert found.total.m2 == facts.measures["new_construction"].area_m2
    for source, name in (("paddy", "new_from_paddy"), ("unused", "new_from_unused")):
        held = found.by_source.get(source)
        assert (held[0].m2 if held else 0) == facts.measures[name].area_m2
    for use in ("industry", "residential", "public"):
        held = found.by_use.get(use)
        assert (held[0].m2 if held else 0) == facts.measures[f"new_for_{use}"].area_m2


QUOTAS = {
    "quota_ha": 3,
    "linked_quota_ha": 1,
    "replacement_bank_ha": 1,
    "replacement_bank_paddy_ha": 1,
    "population": 1_000,
}


def test_it_is_set_against_what_the_dossier_holds(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, TWO_PLOTS, CODES, QUOTAS))
    assert set(found.against) == {
        "land_need",
        "land_replace",
        "linked_quota",
        "per_head",
        "supply_rate",
    }
    annual, linked, bank, paddy = found.accounts
    assert [one.name for one in found.accounts] == [
        "annual_quota", "linked_quota", "replacement", "replacement_paddy",
    ]  # fmt: skip
    assert (annual.held, annual.need) == (units_of(30_000), found.total)
    assert annual.short is not None
    assert linked.need == annual.short
    assert linked.held == units_of(10_000)
    assert found.short == linked.short
    assert found.short is not None
    assert found.short.m2 == found.total.m2 - 40_000
    assert found.short.m2 == Decimal(str(found.against["land_need"].trace.document()["short_m2"]))
    assert bank.short is not None
    assert bank.short.m2 == found.cultivated.m2 - 10_000
    assert bank.short.m2 == Decimal(
        str(found.against["land_replace"].trace.document()["replace"][0]["short_m2"])
    )
    assert paddy.short == units_of(0)
    for one in found.accounts:  # as printed, need less held is what stays short
        assert one.held is not None
        assert one.short is not None
        for need, held, short in zip(one.need, one.held, one.short, strict=True):
            assert short == max(need - held, Decimal(0))
    bare = need_of(facts_of(tmp_path, TWO_PLOTS, CODES))
    assert bare.short is None
    assert all(one.held is one.short is None for one in bare.accounts)


def units_of(m2: int) -> tuple[Decimal, Decimal, Decimal]:
    return (units.m2(m2), units.ha(m2), units.mu(m2))


def test_an_unstated_linked_quota_counts_as_none(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, TWO_PLOTS, CODES, {"quota_ha": 3}))
    assert found.short == found.accounts[0].short
    assert found.short is not None
    assert found.short.m2 == found.total.m2 - 30_000
    enough = need_of(facts_of(tmp_path, TWO_PLOTS, CODES, {"quota_ha": 99}))
    assert enough.short == units_of(0)


def test_the_frame_names_the_pieces(tmp_path: Path) -> None:
    frame = need_of(facts_of(tmp_path, TWO_PLOTS, CODES)).frame("en")
    assert frame["use"].iloc[0] == "industry and storage"
    assert frame["pieces"].iloc[:-1].str.split(", ").explode().map(int).sort_values().tolist() == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    assert frame["gross_ha"].iloc[:-1].sum() == frame["gross_ha"].iloc[-1]
    assert frame["net_mu"].iloc[:-1].sum() == frame["net_mu"].iloc[-1]


def test_without_layers_or_rules_there_is_no_table(tmp_path: Path) -> None:
    assert table_of(book(), town(absent=("land_use",))) is None
    only = book().model_copy(update={"rule": book().rule[:1]})
    assert table_of(only, facts_of(tmp_path, TWO_PLOTS, CODES)) is None


def test_no_new_land_is_an_empty_table_that_closes(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, [box(0, 850, 100, 900)], ["1001"]))
    assert (found.cells, found.total.m2) == ({}, 0)
    closes(found)
    assert found.paddy == found.cultivated == units_of(0)
    assert len(found.frame()) == 1


def test_splitting_a_plot_changes_no_figure_by_more_than_two_hundredths(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = need_of(facts_of(tmp_path / "a", TWO_PLOTS, CODES))
    parts = [box(0, 100, 100, 333), box(0, 333, 100, 500), TWO_PLOTS[1]]
    split = need_of(facts_of(tmp_path / "b", parts, ["1001", "1001", "0701"]))
    assert set(whole.cells) == set(split.cells)
    for key, cell in whole.cells.items():
        allowed = Decimal("0.02") * (len(split.cells[key].pieces) + 1)
        assert abs(cell.gross.m2 - split.cells[key].gross.m2) <= allowed
    closes(split)


def test_a_table_is_frozen(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, TWO_PLOTS, CODES))
    assert replace(found, town="2").town == "2"
    with pytest.raises(AttributeError):
        found.town = "3"  # type: ignore[misc]
