"""The rules LAND-06 and 08 on towns made by hand, and what holds of every finding."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_dossier import BUILT, EXTENDED, FULL, HEAVY, WITHDRAWN
from tests.factory_rules import DAY, book, changed, judge, measure, read_back, town

from townland.documents import faults
from townland.dossier import Dossier
from townland.rules.evaluate import Facts, evaluate
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal


def why(finding: Finding) -> str:
    return finding.why.render("en")


def planned(area: Any, **known: Any) -> Any:
    return measure("planned_construction", ("p", area), **known)


# ---------------------------------------------------------------- LAND-06: land used first


def reuse(**known: Any) -> list[Any]:
    return [
        planned(800_000),
        measure("barren_built_on", ("b", 100_000), **known),
        measure("barren_total", ("b", 150_000)),
        measure("existing_built_on", ("e", 140_000)),
        measure("existing_construction", ("e", 200_000)),
        measure("stock_built_on", ("s", 30_000)),
        measure("stock_total", ("s", 40_000)),
    ]


def test_land_06_states_what_is_used_and_what_is_left_idle() -> None:
    found = judge("LAND-06", town(*reuse(), absent=("inefficient_land", "unused_land")))
    assert found.verdict is INFO
    assert found.measured == D("240000.00")  # 100 000 + 140 000; the stock lies over these
    assert (found.limit, found.margin, found.missing) == (None, None, ())
    rows = {row["used"]: row for row in found.trace.document()["reuse"]}
    assert {name: row["idle_m2"] for name, row in rows.items()} == {
        "barren_built_on": 50_000,
        "existing_built_on": 60_000,
        "stock_built_on": 10_000,
    }
    assert [name for name, row in rows.items() if row["counted"]] == [
        "barren_built_on",
        "existing_built_on",
    ]
    assert found.trace.document()["share"] == 0.3  # 240 000 of 800 000
    assert "24.0000 ha (30%)" in why(found)
    assert "no layer for: unused land, inefficient land; it is not counted" in why(found)


# 30 % of 800 000 m² is 240 000: on the bar. Its doubt is 240 m².
@pytest.mark.parametrize(
    ("share", "verdict"),
    [("0.29", INFO), ("0.2997", INFO), ("0.2998", REVIEW), ("0.3", REVIEW), ("0.31", REVIEW)],
)
def test_land_06_below_a_bureau_s_share_is_review(
    tmp_path: Path, share: str, verdict: Verdict
) -> None:
    asked = changed(tmp_path, ("# minimum_share = 0.3 ", f"minimum_share = {share} "))
    found = judge("LAND-06", town(*reuse()), asked)
    assert found.verdict is verdict
    assert found.limit == D(share) * 800_000
    assert found.margin == D(240_000) - D(share) * 800_000
    assert ("not reached" in why(found)) == (share == "0.31")


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_06_with_an_input_missing(role: str) -> None:
    found = judge("LAND-06", town(absent=(role,)))
    assert found.verdict is NOT
    assert found.missing == (role,)
    assert found.measured is None


def test_land_06_with_unknown_codes_or_uncovered_land() -> None:
    unknown = judge("LAND-06", town(*reuse(unknown=1_000)))
    assert unknown.verdict is NOT
    assert "0.1000 ha bear land codes" in why(unknown)
    uncovered = judge("LAND-06", town(*reuse(uncovered=2_000)))
    assert uncovered.verdict is NOT
    assert "0.2000 ha of the town are not covered" in why(uncovered)


def test_land_06_rounding_leaves_no_negative_rest() -> None:
    found = judge("LAND-06", town(*reuse()[:-1], measure("stock_total", ("s", "29999.99"))))
    row = next(row for row in found.trace.document()["reuse"] if row["used"] == "stock_built_on")
    assert row["idle_m2"] == 0
    assert "-0.01" not in why(found)


def test_land_06_a_designated_layer_known_in_part_is_said() -> None:
    partly = measure("stock_total", ("s", 40_000), uncovered=1_000)
    found = judge("LAND-06", town(*reuse()[:-1], partly))
    assert found.verdict is INFO
    assert "0.1000 ha are not covered" in found.assumed[0].render("en")


# ---------------------------------------------------------------- LAND-08: the need


def need(dossier: dict[str, Any] | None = None, **known: Any) -> Facts:
    """50 000 m² of new land: paddy 20 000 (net 18 000), other cultivated 10 000 (9 500), …"""
    return town(
        measure("new_construction", ("n", 50_000), **known),
        measure("new_from_paddy", ("n", 20_000), net=18_000),
        measure("new_from_other_cultivated", ("n", 10_000), net=9_500),
        measure("new_from_other_agricultural", ("n", 15_000), net=15_000),
        measure("new_from_unused", ("n", 5_000), net=5_000),
        dossier=dossier,
    )


def test_land_08_books_the_ridges_to_other_agricultural_land() -> None:
    found = judge("LAND-08", need())
    assert found.verdict is INFO
    assert found.measured == D("50000.00")
    balance = {row["source"]: row["net_m2"] for row in found.trace.document()["balance"]}
    assert balance == {
        "paddy": 18_000,
        "other_cultivated": 9_500,
        "other_agricultural": 17_500,  # 15 000 + 2 000 + 500 of ridges
        "unused": 5_000,
    }
    assert sum(balance.values()) == 50_000 == found.trace.document()["net_m2"]
    assert sum(row["gross_m2"] for row in found.trace.document()["balance"]) == 50_000
    assert "other agricultural land, ridges included 1.7500 ha" in why(found)


# The annual quota is q ha, the linked one l; the need is 5 ha. The doubt is 0.1 % of the bar.
@pytest.mark.parametrize(
    ("quota", "linked", "verdict", "limit", "margin"),
    [
        (None, None, INFO, None, None),
        (None, 9, INFO, None, None),
        (6, None, PASS, "60000", "10000"),
        (5.01, None, PASS, "50100", "100"),  # the doubt is 50.10
        (5, None, REVIEW, "50000", "0"),  # on the limit
        (5.005, None, REVIEW, "50050", "50"),  # nearer than 50.05
        (4, 2, REVIEW, "60000", "10000"),
        (4, 1, REVIEW, "50000", "0"),
        (4, 0.5, FAIL, "45000", "-5000"),
        (4, None, FAIL, "40000", "-10000"),
        (0, 0, FAIL, "0", "-50000"),
    ],
)
def test_land_08_against_the_quotas(
    quota: Any, linked: Any, verdict: Verdict, limit: str | None, margin: str | None
) -> None:
    dossier = {"quota_ha": quota, "linked_quota_ha": linked}
    found = judge("LAND-08", need({key: v for key, v in dossier.items() if v is not None}))
    assert found.verdict is verdict
    assert found.limit == (None if limit is None else D(limit))
    assert found.margin == (None if margin is None else D(margin))
    assert found.missing == (("quota_ha",) if verdict is INFO else ())
    taken_as_none = any("taken as none" in text.render("en") for text in found.assumed)
    assert taken_as_none == (quota == 4 and linked is None)


def test_land_08_states_the_shortfall() -> None:
    found = judge("LAND-08", need({"quota_ha": 4, "linked_quota_ha": 0.5}))
    assert found.trace.document()["short_m2"] == 5_000
    assert "fall short by 0.5000 ha" in why(found)


def test_land_08_no_need_and_no_quota_left_is_a_pass() -> None:
    assert judge("LAND-08", town(dossier={"quota_ha": 0})).verdict is PASS


def test_land_08_only_slivers_beyond_the_quota_is_review() -> None:
    slivers = measure("new_construction", sliver="0.40")
    found = judge("LAND-08", town(slivers, dossier={"quota_ha": 0}))
    assert found.verdict is REVIEW
    assert "Only slivers" in why(found)


@pytest.mark.parametrize(
    ("dossier", "verdict"),
    [(None, NOT), ({"quota_ha": 9}, NOT), ({"quota_ha": 4.9999}, NOT), ({"quota_ha": 1}, FAIL)],
)
def test_land_08_covered_in_part(dossier: dict[str, Any] | None, verdict: Verdict) -> None:
    for known in ({"uncovered": 10_000}, {"unknown": 10_000}):
        found = judge("LAND-08", need(dossier, **known))
        assert found.verdict is verdict
        assert "1.0000 ha" in why(found)


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_08_with_an_input_missing(role: str) -> None:
    found = judge("LAND-08", town(absent=(role,), dossier={"quota_ha": 5}))
    assert found.verdict is NOT
    assert found.missing == (role,)


def test_land_08_new_land_of_no_known_source_is_a_row() -> None:
    facts = town(measure("new_construction", ("n", 1_000)), measure("new_from_unused", ("n", 900)))
    found = judge("LAND-08", facts)
    assert found.trace.document()["balance"][-1] == {
        "source": None,
        "measure": None,
        "gross_m2": 100,
        "net_m2": 100,
    }
    assert "land of no known source 0.0100 ha" in why(found)


@pytest.mark.parametrize("value", ["5", -1, True, float("nan"), float("inf"), [5]])
def test_land_08_a_quota_that_is_no_figure_is_refused(value: Any) -> None:
    found = faults({"code": "1", "quota_ha": value}, {}, "d.toml", Dossier)
    assert isinstance(found, list)
    assert [key for key, _words in found] == [("quota_ha",)]


# ---------------------------------------------------------------- all of them


def towns() -> list[Facts]:
    return [
        town(),
        town(
            planned(950_000),
            measure("farmland_built_on", ("f1", "12345.67"), net="11203.70"),
            measure("farmland_enclosed", ("f1", 20_000)),
            measure("cultivated_built_on", ("c", 10)),
        ),
        need({"quota_ha": 4.25}),
        town(*reuse(), absent=("paddy", "unused_land")),
        town(measure("paddy_layer_built_on", ("q", 7)), absent=("land_use",)),
        town(absent=("planned_use",)),
        town(absent=("land_use", "planned_use", "permanent_basic_farmland")),
        *(
            town(planned(1_000_000), dossier=dossier)
            for dossier in (FULL, HEAVY, BUILT, EXTENDED, WITHDRAWN)
        ),
    ]


@pytest.mark.parametrize("facts", towns())
def test_one_finding_for_each_rule_in_the_rulebook_s_order(facts: Facts) -> None:
    found = evaluate(book(), facts, DAY)
    alone = [rule.id for rule in book().rule if not KINDS[rule.kind].joint]
    assert [finding.rule for finding in found] == alone
    assert all(finding.town == facts.town for finding in found)


@pytest.mark.parametrize("facts", towns())
def test_the_trace_alone_gives_the_figure(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        trace = finding.trace.document()
        if finding.measured is None:
            assert trace["terms"] == []
            continue
        named = {entry["name"]: entry for entry in trace["measures"]}
        for term in (term for term in trace["terms"] if "measure" in term):
            assert named[term["measure"]][term["figure"]] == term["value"]
        assert read_back(finding).recomputed() == finding.measured
        day = isinstance(trace["measured"], str)
        assert finding.measured == (trace["measured"] if day else D(str(trace["measured"])))
        for language in ("zh", "en"):
            assert trace["formula"][language]


@pytest.mark.parametrize("facts", towns())
def test_parameters_say_whose_they_are(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        entries = finding.trace.document()["parameters"]
        assert all(entry["title"]["zh"] for entry in entries)
        origins = {entry["name"]: entry["origin"] for entry in entries}
        assert set(origins.values()) <= {"policy", "townland", "bureau", "dossier"}
        assert origins.get("uncertainty", "townland") == "townland"
        assert origins.get("band", "townland") == "townland"
        assert origins.get("limit", "policy") == "policy"
        assert origins.get("quota_ha", "dossier") == "dossier"
        assert finding.trace.document()["clause"] == {
            "effective": "2018-01-01",
            "effective_assumed": True,
        }


@pytest.mark.parametrize("facts", towns())
def test_reasons_have_no_open_places(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        for language in ("zh", "en"):
            said = finding.why.render(language)
            assert said
            assert "{" not in said
            assert "None" not in said


def test_the_evidence_names_measures_with_pieces() -> None:
    for facts in towns():
        for finding in evaluate(book(), facts, DAY):
            assert all(facts.measures[name].pieces for name in finding.evidence)
