"""The table of the indicator need: worked out on rectangles, and closed for any plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_land import CRS, box, catalog, geodesic_m2, write
from tests.factory_rules import book, town

from townland import units
from townland.dossier import Dossier
from townland.measuring import measure_town
from townland.measuring.prepare import gather
from townland.reading.vector import read_layer
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate
from townland.rules.need_table import NeedTable, indicator_need
from townland.towns import read_towns

DAY = dt.date(2018, 12, 31)
TOWN = box(0, 0, 1000, 1000)
# paddy and dry fields with ridges of a tenth and a twentieth, forest, a slope, a village
STRIPS = [("0101", 0), ("0103", 200), ("0301", 400), ("1206", 600), ("0702", 800)]


def land(folder: Path) -> Path:
    return write(
        folder / "survey.gpkg",
        [box(0, south, 1000, south + 200) for _code, south in STRIPS],
        BSM=[code for code, _south in STRIPS],
        DLBM=[code for code, _south in STRIPS],
        KCXS=[0.1, 0.05, 0.0, 0.0, 0.0],
        QSXZ=["30"] * 5,
    )


def facts_of(folder: Path, plots: list[Any], codes: list[str], dossier: Any = None) -> Facts:
    plan = write(folder / "plan.gpkg", plots, ID=[f"p{at}" for at in range(len(plots))], GHDM=codes)
    held = catalog(folder, {"land_use": land(folder), "planned_use": plan})
    (place,) = read_towns([write(folder / "towns.gpkg", [TOWN], name=["甲镇"])])
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
PLOTS, CODES = [box(0, 100, 100, 500), box(200, 500, 300, 900)], ["1001", "0701"]


def test_the_cells_of_two_plots(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, PLOTS, CODES))
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
    assert found.total.m2 == facts_of(tmp_path, PLOTS, CODES).measures["new_construction"].area_m2


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


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(cut, cut, st.sampled_from(USES)), min_size=1, max_size=8),
    st.integers(1, 990),
)
def test_the_table_closes_for_any_plan(
    tmp_path_factory: pytest.TempPathFactory, plots: list[tuple[int, int, str]], width: int
) -> None:
    shapes = [
        box(at * 100, min(a, b), at * 100 + 100 * width / 1000, max(a, b) + 1)
        for at, (a, b, _code) in enumerate(plots)
    ]
    facts = facts_of(tmp_path_factory.mktemp("need"), shapes, [code for *_, code in plots])
    found = need_of(facts)
    closes(found)
    assert found.total.m2 == facts.measures["new_construction"].area_m2
    for source, name in (("paddy", "new_from_paddy"), ("unused", "new_from_unused")):
        held = found.by_source.get(source)
        assert (held[0].m2 if held else 0) == facts.measures[name].area_m2
    for use in ("industry", "residential", "public"):
        held = found.by_use.get(use)
        assert (held[0].m2 if held else 0) == facts.measures[f"new_for_{use}"].area_m2


DOSSIER = {
    "quota_ha": 3,
    "linked_quota_ha": 1,
    "replacement_bank_ha": 1,
    "replacement_bank_paddy_ha": 1,
    "population": 1_000,
}


def test_it_is_set_against_what_the_dossier_holds(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, PLOTS, CODES, DOSSIER))
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
    bare = need_of(facts_of(tmp_path, PLOTS, CODES))
    assert bare.short is None
    assert all(one.held is one.short is None for one in bare.accounts)


def units_of(m2: int) -> tuple[Decimal, Decimal, Decimal]:
    return (units.m2(m2), units.ha(m2), units.mu(m2))


def test_an_unstated_linked_quota_counts_as_none(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, PLOTS, CODES, {"quota_ha": 3}))
    assert found.short == found.accounts[0].short
    assert found.short is not None
    assert found.short.m2 == found.total.m2 - 30_000
    enough = need_of(facts_of(tmp_path, PLOTS, CODES, {"quota_ha": 99}))
    assert enough.short == units_of(0)


def test_the_frame_names_the_pieces(tmp_path: Path) -> None:
    frame = need_of(facts_of(tmp_path, PLOTS, CODES)).frame("en")
    assert frame["use"].iloc[0] == "industry and storage"
    assert frame["pieces"].iloc[:-1].str.split(", ").explode().map(int).sort_values().tolist() == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    assert frame["gross_ha"].iloc[:-1].sum() == frame["gross_ha"].iloc[-1]
    assert frame["net_mu"].iloc[:-1].sum() == frame["net_mu"].iloc[-1]


def test_without_layers_or_rules_there_is_no_table(tmp_path: Path) -> None:
    assert table_of(book(), town(absent=("land_use",))) is None
    only = book().model_copy(update={"rule": book().rule[:1]})
    assert table_of(only, facts_of(tmp_path, PLOTS, CODES)) is None


def test_no_new_land_is_an_empty_table_that_closes(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, [box(0, 850, 100, 900)], ["1001"]))
    assert (found.cells, found.total.m2) == ({}, 0)
    closes(found)
    assert found.paddy == found.cultivated == units_of(0)
    assert len(found.frame()) == 1


def test_splitting_a_plot_changes_no_figure_by_more_than_two_hundredths(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = need_of(facts_of(tmp_path / "a", PLOTS, CODES))
    parts = [box(0, 100, 100, 333), box(0, 333, 100, 500), PLOTS[1]]
    split = need_of(facts_of(tmp_path / "b", parts, ["1001", "1001", "0701"]))
    assert set(whole.cells) == set(split.cells)
    for key, cell in whole.cells.items():
        allowed = Decimal("0.02") * (len(split.cells[key].pieces) + 1)
        assert abs(cell.gross.m2 - split.cells[key].gross.m2) <= allowed
    closes(split)


def test_a_table_is_frozen(tmp_path: Path) -> None:
    found = need_of(facts_of(tmp_path, PLOTS, CODES))
    assert replace(found, town="2").town == "2"
    with pytest.raises(AttributeError):
        found.town = "3"  # type: ignore[misc]
