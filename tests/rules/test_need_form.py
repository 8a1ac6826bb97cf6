"""The form of the indicator need: a town of rectangles by hand, and that it closes to the last digit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_grids import tif
from tests.factory_land import CRS, EAST, NORTH, box, catalog, geodesic_m2, write
from tests.factory_rules import DAY, book, judge, measure, need, read_back
from tests.factory_rules import town as town_of

from townland import units
from townland.assessment import check
from townland.measuring.areas import Measure
from townland.measuring.piece_table import PieceTable
from townland.results import Assessment
from townland.rules.need_form import Beside, NeedForm, need_form
from townland.rules.need_shares import add, areas_of, shares_of
from townland.towns import read_towns

# west to east, each 100 m wide and 1 km high: code, owner, slope grade, land grade, kg a mu
STRIPS: list[tuple[str, str, str, int, float | None]] = [
    ("0101", "30", "1", 4, 500), ("0103", "30", "5", 6, 300), ("0201", "20", "", 0, None),
    ("0301", "30", "", 0, None), ("0401", "30", "", 0, None), ("1104", "30", "", 0, None),
    ("1206", "20", "", 0, None), ("0702", "20", "", 0, None),
]  # fmt: skip
PLOTS = [
    (box(0, 0, 800, 100), "1001"),  # industry on 1 ha of each strip
    (box(0, 100, 200, 200), "0701"),  # housing on paddy and dry fields
    (box(0, 200, 100, 300), "0301"),  # paddy planned as forest
    (box(100, 200, 200, 300), "1704"),  # dry fields planned as a pond
    (box(0, 300, 100, 400), "0101"),  # paddy kept
]
GRANTED = [
    (box(0, 0, 100, 100), "supplied"),  # the industry on paddy
    (box(600, 0, 650, 100), ""),  # half of that on bare soil
    (box(700, 0, 800, 100), "supplied"),  # built already: no part of the need
]


def county(
    folder: Path, *, approved: bool, columns: bool = True, degrees: float | None = None
) -> Assessment:
    """The town checked; the land inclines by `degrees` where a terrain model is there."""
    codes, owners, slopes, grades, kg = zip(*STRIPS, strict=True)
    recorded = {"GDPDJB": slopes, "GDDB": grades, "CN": kg} if columns else {}
    survey = write(
        folder / "survey.gpkg",
        [box(at * 100, 0, at * 100 + 100, 1000) for at in range(len(STRIPS))],
        BSM=codes, DLBM=codes, KCXS=[0.1, 0.2, 0, 0, 0, 0, 0, 0], QSXZ=owners, **recorded,
    )  # fmt: skip
    shapes, uses = zip(*PLOTS, strict=True)
    layers = {
        "land_use": survey,
        "planned_use": write(folder / "plan.gpkg", shapes, ID=list("abcde"), GHDM=uses),
    }
    if approved:
        shapes, tags = zip(*GRANTED, strict=True)
        layers["approved_land"] = write(folder / "approved.gpkg", shapes, ZT=tags)
    if degrees is not None:
        west_to_east = np.arange(100) * 10 * np.tan(np.radians(degrees))
        heights = np.tile(west_to_east, (120, 1)).astype("float32")
        layers["elevation"] = tif(
            folder / "dem.tif", heights, west=EAST - 100, south=NORTH - 100, nodata=-9999
        )
    keys = 'slope_column = "GDPDJB"\ngrade_column = "GDDB"\nproduction_column = "CN"\n'
    known = catalog(
        folder,
        layers,
        land_use=keys if columns else "",
        approved_land='tag_column = "ZT"\ncoverage = "town"\n',
    )
    towns = read_towns([write(folder / "towns.gpkg", [box(0, 0, 800, 1000)], name=["甲镇"])])
    return check(towns, known, book(), on=DAY)


def form_of(found: Assessment) -> NeedForm:
    table = found.need()
    assert table is not None
    return table.form


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return county(tmp_path_factory.mktemp("form"), approved=True)


def hectares(form: NeedForm, kind: str, use: str | None = None) -> dict[str, float]:
    """A row in ha of this place: the official area is some 0.06 % above 1 ha a square of 100 m."""
    row = form.row(kind, use)
    assert row is not None
    square = geodesic_m2(box(0, 0, 100, 100)) / 10_000
    return {
        name: round(float(area.ha) / square, 2)
        for name, area in row.columns.items()
        if area is not None
    }


def test_the_columns_of_a_form_by_hand(found: Assessment) -> None:
    """Industry lies on 7 squares that are not built on, housing on 2; ridges are 0.1 + 0.2 of each."""
    form = form_of(found)
    assert hectares(form, "use", "industry") == {
        "new": 7.0, "agricultural": 6.0, "cultivated": 1.7, "paddy": 0.9, "garden": 1.0,
        "forest": 1.0, "grassland": 1.0, "other_agricultural": 1.3, "unused": 1.0, "unknown": 0.0,
        "approved": 1.5, "asked": 5.5, "existing": 1.0,
    }  # fmt: skip
    assert hectares(form, "use", "residential") == {
        "new": 2.0, "agricultural": 2.0, "cultivated": 1.7, "paddy": 0.9, "garden": 0.0,
        "forest": 0.0, "grassland": 0.0, "other_agricultural": 0.3, "unused": 0.0, "unknown": 0.0,
        "approved": 0.0, "asked": 2.0, "existing": 0.0,
    }  # fmt: skip
    approved, asked = hectares(form, "approved"), hectares(form, "asked")
    assert (approved["new"], approved["paddy"], approved["unused"]) == (1.5, 0.9, 0.5)
    assert approved["other_agricultural"] == 0.1  # the ridges of the paddy
    assert (asked["new"], asked["cultivated"], asked["unused"]) == (7.5, 2.5, 0.5)
    state, collective = hectares(form, "state"), hectares(form, "collective")
    assert (state["new"], state["garden"], state["unused"]) == (2.0, 1.0, 1.0)
    assert collective["new"] == 7.0
    assert "unknown" not in form.columns


def test_steep_land_grades_production_and_what_farmland_is_turned_to(found: Assessment) -> None:
    form = form_of(found)
    square = Decimal(str(geodesic_m2(box(0, 0, 100, 100)))) / 10_000
    assert form.steep is not None
    assert form.steep.by == "land_use"
    assert float(form.steep.area.ha / square) == pytest.approx(1.6, abs=0.001)  # dry, less ridges
    assert [(each.grade, round(float(each.area.ha / square), 2)) for each in form.quality.grades] == [
        ("4", 1.8), ("6", 1.6),
    ]  # fmt: skip
    assert form.quality.mean_grade == Decimal("4.94")  # (4 × 1.8 + 6 × 1.6) / 3.4
    # 500 kg a mu on 1.8 ha, 300 kg on 1.6 ha, 15 mu a hectare
    assert form.quality.production_kg is not None
    assert float(form.quality.production_kg / square) == pytest.approx(20_700, rel=1e-3)
    gross, net = form.non_agricultural
    assert [round(float(area.ha / square), 2) for area in (gross, net)] == [4.0, 3.4]
    turned = {each.measure: round(float(each.net.ha / square), 2) for each in form.non_grain}
    assert turned == {
        "cultivated_to_garden": 0.0, "cultivated_to_forest": 0.9, "cultivated_to_water": 0.8,
    }  # fmt: skip


@pytest.mark.parametrize(("degrees", "steep"), [(30, 3.4), (20, 0.0)])
def test_steep_land_by_the_terrain(tmp_path: Path, degrees: float, steep: float) -> None:
    """Of the need 1.7 squares of paddy and 1.7 of dry fields are cultivated, less ridges."""
    form = form_of(county(tmp_path, approved=False, columns=False, degrees=degrees))
    square = Decimal(str(geodesic_m2(box(0, 0, 100, 100)))) / 10_000
    assert form.steep is not None
    assert form.steep.by == "elevation"
    assert float(form.steep.area.ha / square) == pytest.approx(steep, abs=0.001)


def test_what_was_approved_is_not_asked_again(found: Assessment, tmp_path: Path) -> None:
    """The need is 7.5 squares; without the layer all 9 are asked for, and the page says why."""
    table = found.need()
    assert table is not None
    (need_finding,) = (each for each in found.findings if each.rule == "LAND-08")
    assert need_finding.measured == table.form.asked.m2
    assert read_back(need_finding).recomputed() == need_finding.measured
    assert table.form.asked.m2 + (table.form.approved or areas_of(Decimal(0))).m2 == table.total.m2
    assert "was approved before" in need_finding.why.render("en")
    (idle,) = (each for each in found.findings if each.rule == "LAND-17")
    assert idle.verdict.value == "info"
    assert float(idle.measured or 0) == pytest.approx(geodesic_m2(GRANTED[0][0]), abs=0.05)
    bare = form_of(county(tmp_path, approved=False, columns=False))
    assert bare.approved is None
    assert bare.row("approved") is None
    total = bare.row("total")
    assert total is not None
    assert bare.asked == total.columns["new"]
    assert bare.steep is None
    assert (bare.quality.grades, bare.quality.production_kg) == ((), None)


def test_a_need_below_the_quota_without_what_was_approved() -> None:
    """5 ha of new land, of it 2 ha approved: 3 ha stand against the quota, not 5."""
    facts = need({"quota_ha": 4})
    assert judge("LAND-08", facts).verdict.value == "fail"
    granted = measure("new_approved", ("a", 20_000))
    less = town_of(*facts.measures.values(), granted, dossier={"quota_ha": 4})
    found = judge("LAND-08", less)
    assert (found.verdict.value, found.measured) == ("pass", Decimal("30000.00"))
    assert read_back(found).recomputed() == found.measured


# ---------------------------------------------------------------- it closes, whatever the land

GROUPS = [
    "paddy",
    "other_cultivated",
    "garden",
    "forest",
    "grassland",
    "other_agricultural",
    "unused",
]
USES = ["industry", "commercial", "public", None]


def whole(rows: list[tuple[str | None, str, int, int, str, int]]) -> tuple[Measure, Measure]:
    """The need and what of it was approved, of pieces: use, group, m², ridges, owner, approved."""
    sources = {"garden", "forest", "grassland"}
    columns: dict[str, list[Any]] = {
        "planned_use_id": [], "land_use_id": [], "area_m2": [], "net_m2": [], "planned_group": [],
        "source": [], "land_group": [], "owner": [],
    }  # fmt: skip
    parts = []
    for factor in (0, 1):
        frame = {name: list(column) for name, column in columns.items()}
        for use, group, cents, ridge, owner, share in rows:
            area = Decimal(cents * (share if factor else 100) // 100) / 100
            deducted = units.m2(area * ridge / 100) if group in GROUPS[:2] else Decimal("0.00")
            source = "other_agricultural" if group in sources else group
            values = ("p", "l", units.m2(area), area - deducted, use, source, group, owner)
            for name, value in zip(columns, values, strict=True):
                frame[name].append(value)
        total = sum(frame["area_m2"], units.m2(0))
        made = measure("new_approved" if factor else "new_construction")
        table = PieceTable(frame, np.full(len(rows), None), CRS)
        object.__setattr__(made, "table", table)
        object.__setattr__(made, "area_m2", total)
        parts.append(made)
    return parts[0], parts[1]


piece = st.tuples(
    st.sampled_from(USES), st.sampled_from(GROUPS), st.integers(1, 90_000_000),
    st.integers(0, 30), st.sampled_from(["state", "collective"]), st.sampled_from([0, 0, 37, 100]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(piece, min_size=1, max_size=14))
def test_rows_and_columns_sum_to_the_last_digit(rows: list[Any]) -> None:
    need_measure, approved = whole(rows)
    shares = shares_of(need_measure, USES)
    form = need_form(shares, Beside(approved, None, (), None), USES)
    assert shares.total == areas_of(need_measure.area_m2)
    by_kind = {(row.kind, row.use): row.columns for row in form.rows}
    total = by_kind["total", None]
    for columns in by_kind.values():
        parts = ("cultivated", "garden", "forest", "grassland", "other_agricultural")
        assert columns["agricultural"] == add(columns[name] for name in parts)
        three = (columns["agricultural"], columns["unused"], columns["unknown"])
        assert columns["new"] == add(three)
        assert all(min(area) >= 0 for area in columns.values() if area is not None)
    for name in total:
        uses = [row.columns[name] for row in form.rows if row.kind == "use"]
        if name != "existing":
            assert add(uses) == total[name]
        if name not in ("existing", "approved", "asked"):
            assert add(by_kind[kind, None][name] for kind in ("state", "collective")) == total[name]
            assert add(by_kind[kind, None][name] for kind in ("approved", "asked")) == total[name]
    assert by_kind["approved", None]["new"] == total["approved"] == form.approved
    assert by_kind["asked", None]["new"] == total["asked"] == form.asked
    for use in shares.uses:
        # gross and by class are one figure, at most a unit from its own rounding
        gross = add(
            shares.gross(source, use) for source in {atom[0] for _use, atom in shares.atoms}
        )
        assert gross == shares.by_use(use) == by_kind["use", use]["new"]
        assert abs(gross.ha - units.ha(gross.m2)) <= Decimal("0.0001")
