"""Properties of the land rules through the real pipeline: files in, findings out."""

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
from tests.factory_land import box, catalog, write
from tests.factory_rules import book

from townland.assessment import check
from townland.dossier import Dossier
from townland.results import Assessment
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
    extra = {**dict.fromkeys(roles, coverage), "planned_use": 'tag_column = "BQ"\n'}
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
