"""LAND-01 to 16: five towns for each rule. A doubt is 0.1 % of a bar (clauses.md, `uncertainty`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.cases import FAIL, INFO, NOT, PASS, REVIEW, Case, D, one, planned, told
from tests.factory_rules import town

AT_ZERO = "the bar is 0: no area is less, so a town without any stands on it"
STATED = "the clause sets no bar: the figure is only stated"
ONE_READING = "a figure against a figure: neither input nor clause can be read in two ways"

CANNOT = {
    ("LAND-01", "missing"): "without a boundary there is no town",
    ("LAND-03", "inside"): AT_ZERO,
    ("LAND-04", "inside"): AT_ZERO,
    ("LAND-05", "inside"): AT_ZERO,
    ("LAND-07", "inside"): AT_ZERO,
    ("LAND-09", "outside"): STATED,
    ("LAND-09", "limit"): STATED,
    ("LAND-11", "ambiguous"): ONE_READING,
    ("LAND-12", "ambiguous"): ONE_READING,
    ("LAND-14", "outside"): STATED,
    ("LAND-14", "limit"): STATED,
    ("LAND-16", "outside"): STATED,
    ("LAND-16", "limit"): STATED,
}

# ---------------------------------------------------------------- LAND-01, 02: about 3 km² and 1 km²


def about_3(kind: Any, area: str, verdict: Any, margin: str, working: str) -> Case:
    return Case("LAND-01", kind, told(area=area), verdict, area, working, "3000000.00", margin)


def about_1(kind: Any, area: str, verdict: Any, margin: str, working: str) -> Case:
    facts = told(planned(area))
    return Case("LAND-02", kind, facts, verdict, area, working, "1000000.00", margin)


CLOSING = replace(told(area="3290000.00"), closure_m2=D("10000.01"))
EXISTING = town(one("existing_construction", "950000.00"), absent=("planned_use",))

ABOUT = [
    about_3("inside", "3296700.00", PASS, "3300.00", "3 km² + 10 % = 3 300 000; its doubt 3 300"),
    about_3("inside", "2702700.00", PASS, "2700.00", "3 km² - 10 % = 2 700 000; its doubt 2 700"),
    about_3("outside", "3303300.00", REVIEW, "-3300.00", "as far beyond; 左右 cannot fail"),
    about_3("outside", "2697300.00", REVIEW, "-2700.00", "as far below; 左右 reaches both ways"),
    about_3("limit", "3300000.00", REVIEW, "0.00", "3 km² · 1.1"),
    about_3("limit", "2700000.00", REVIEW, "0.00", "3 km² · 0.9"),
    about_3("ambiguous", "3296700.01", REVIEW, "3299.99", "nearer to the edge than 3 300"),
    Case(
        *("LAND-01", "ambiguous", CLOSING, REVIEW, "3290000.00"),
        *("two measurements differ by 10 000.01, and the edge is 10 000 away", "3000000.00"),
        margin="10000.00",
    ),
    about_1("inside", "1098900.00", PASS, "1100.00", "1 km² + 10 % = 1 100 000; its doubt 1 100"),
    about_1("inside", "900900.00", PASS, "900.00", "1 km² - 10 % = 900 000; its doubt 900"),
    about_1("outside", "1101100.00", REVIEW, "-1100.00", "as far beyond"),
    about_1("outside", "899100.00", REVIEW, "-900.00", "as far below"),
    about_1("limit", "1100000.00", REVIEW, "0.00", "1 km² · 1.1"),
    about_1("ambiguous", "1098900.01", REVIEW, "1099.99", "nearer to the edge than 1 100"),
    Case(
        *("LAND-02", "ambiguous", EXISTING, PASS, "950000.00"),
        *("no planned use: existing construction land, 50 000 inside 900 000", "1000000.00"),
        margin="50000.00",
        says="No planned use is known",
    ),
    Case(
        *(
            "LAND-02",
            "missing",
            town(absent=("planned_use", "land_use")),
            NOT,
            None,
            "neither layer",
        ),
        limit="1000000.00",
        missing=("planned_use",),
    ),
]

# ---------------------------------------------------------------- LAND-03 to 05: none built on

RIDGED = one("cultivated_built_on", "100.00", net="90.00")
UNKNOWN = told(planned(), one("cultivated_built_on", unknown="500.00"))
CONTRARY = told(planned(), one("paddy_layer_built_on", "7.00"))

NONE = [
    Case("LAND-03", "limit", told(planned()), PASS, "0.00", "none", "0.00", "0.00"),
    Case(
        *("LAND-03", "outside", told(one("farmland_built_on", "0.01")), FAIL, "0.01"),
        *("the smallest area that is printed", "0.00", "-0.01"),
    ),
    Case(
        *("LAND-03", "ambiguous", told(one("farmland_enclosed", "300.00")), REVIEW, "0.00"),
        *("inside the boundary, not built on: note 2", "0.00", "0.00"),
        says="patch by patch",
    ),
    Case(
        *("LAND-03", "ambiguous", told(one("farmland_built_on", sliver="0.31")), REVIEW, "0.31"),
        *("only a sliver", "0.00", "-0.31"),
        says="Only slivers",
    ),
    Case(
        *("LAND-03", "missing", town(absent=("permanent_basic_farmland",)), NOT, None, "no layer"),
        limit="0.00",
        missing=("permanent_basic_farmland",),
    ),
    Case("LAND-04", "limit", told(planned()), PASS, "0.00", "none", "0.00", "0.00"),
    Case(
        *("LAND-04", "outside", told(planned(), RIDGED), REVIEW, "90.00"),
        *("100 less 10 of ridges; 尽量 cannot fail", "0.00", "-90.00"),
        traced={"gross_m2": 100.0, "share": 0.00009},
    ),
    Case(
        *("LAND-04", "outside", told(planned(), one("cultivated_built_on", "0.01", net="0.00"))),
        *(REVIEW, "0.00", "a bar at 0 looks at gross, 0.01", "0.00"),
        margin="0.00",
    ),
    Case(
        *("LAND-04", "ambiguous", UNKNOWN, NOT, "0.00"),
        *("an unknown code on 500 m²: not evaluated for that part", "0.00"),
        says="0.0500 ha bear land codes",
    ),
    Case(
        *("LAND-04", "ambiguous", told(planned(), one("cultivated_built_on", sliver="0.40"))),
        *(REVIEW, "0.40", "only a sliver", "0.00", "-0.40"),
        says="Only slivers",
    ),
    Case(
        *("LAND-04", "missing", town(absent=("land_use",)), NOT, None, "no land survey", "0.00"),
        missing=("land_use",),
    ),
    Case("LAND-05", "limit", told(planned()), PASS, "0.00", "none", "0.00", "0.00"),
    Case(
        *("LAND-05", "outside", told(planned(), one("paddy_built_on", "0.01"))),
        *(REVIEW, "0.01", "the survey has some, no paddy layer contradicts but an empty one"),
        *("0.00", "-0.01"),
        says="contradict",
    ),
    Case(
        *("LAND-05", "outside"),
        told(planned(), one("paddy_built_on", "8.00"), one("paddy_layer_built_on", "9.00")),
        *(REVIEW, "8.00", "both have some; the survey is measured", "0.00", "-8.00"),
    ),
    Case(
        *("LAND-05", "ambiguous", CONTRARY, REVIEW, "0.00"),
        *("only the paddy layer has some", "0.00", "0.00"),
        says="contradict",
    ),
    Case(
        *("LAND-05", "missing", town(absent=("land_use", "paddy")), NOT, None, "neither layer"),
        limit="0.00",
        missing=("land_use",),
    ),
]

# ---------------------------------------------------------------- LAND-06, 07: what is built on

LEAST = (("# minimum_share = 0.3 ", "minimum_share = 0.3 "),)


def reused(kind: Any, barren: str, verdict: Any, measured: str, margin: str, working: str) -> Case:
    built = [planned(), one("barren_built_on", barren), one("existing_built_on", "200000.00")]
    totals = [one("barren_total", barren), one("existing_construction", "250000.00")]
    return Case(
        *("LAND-06", kind, told(*built, *totals), verdict, measured, working, "300000.00", margin),
        bureau=LEAST,
    )


ALLOWED = one("planned_in_allowed", "1000000.00")
TWO_FORBIDDEN = (one("planned_in_prohibited", "0.01"), one("planned_on_redline", "0.02"))

BUILT = [
    reused(
        "inside", "100300.00", INFO, "300300.00", "300.00", "30 % of 1 km² is 300 000; doubt 300"
    ),
    reused("limit", "100000.00", REVIEW, "300000.00", "0.00", "100 000 + 200 000"),
    reused("outside", "99700.00", REVIEW, "299700.00", "-300.00", "99 700 + 200 000"),
    Case(
        "LAND-06",
        "ambiguous",
        told(
            planned(),
            one("stock_built_on", "300.00"),
            one("stock_total", "400.00", uncovered="9.00"),
        ),
        *(INFO, "0.00", "stock land lies over surveyed land: shown beside, never counted twice"),
    ),
    Case(
        *("LAND-06", "ambiguous", told(planned(), one("barren_built_on", unknown="500.00"))),
        *(NOT, "0.00", "an unknown code on 500 m²: it may be 荒山"),
        says="0.0500 ha bear land codes",
    ),
    Case(
        *("LAND-06", "missing", town(absent=("land_use",)), NOT, None, "no land survey"),
        missing=("land_use",),
    ),
    Case("LAND-07", "limit", told(planned(), ALLOWED), PASS, "0.00", "none", "0.00", "0.00"),
    Case(
        *("LAND-07", "outside", told(planned(), ALLOWED, *TWO_FORBIDDEN), FAIL, "0.03"),
        *("0.01 in a prohibited zone and 0.02 on the red line", "0.00", "-0.03"),
    ),
    *(
        Case(
            *("LAND-07", "ambiguous", told(planned(), ALLOWED, one(name, "0.01")), REVIEW, "0.00"),
            *("neither allowed nor prohibited", "0.00", "0.00"),
            says="0.01 m²",
        )
        for name in (
            *("planned_in_conditional", "planned_in_restricted", "planned_in_no_zone"),
            "planned_outside_growth_boundary",
        )
    ),
    Case(
        *("LAND-07", "missing", town(planned(), absent=("control_zone",)), NOT, None, "no layer"),
        limit="0.00",
        missing=("control_zone",),
    ),
]

# ---------------------------------------------------------------- LAND-08, 09, 11: the need


def needed(
    rule: str, kind: Any, verdict: Any, limit: Any, margin: Any, working: str, **held: Any
) -> Case:
    """New land of 5 ha: 2 ha of paddy (net 1.8), 1 other cultivated, 1.5 agricultural, 0.5 unused."""
    missing, says = held.pop("missing", ()), held.pop("says", "")
    parts = [
        one("new_construction", "50000.00"),
        one("new_from_paddy", "20000.00", net="18000.00"),
        one("new_from_other_cultivated", "10000.00"),
        one("new_from_other_agricultural", "15000.00"),
        one("new_from_unused", "5000.00"),
    ]
    return Case(
        *(rule, kind, told(*parts, **held), verdict, "50000.00", working, limit, margin),
        missing=missing,
        says=says,
    )


BY_USE = [one("new_for_industry", "30000.00"), one("new_for_public", "15000.00")]
WITHOUT_SURVEY = town(absent=("land_use",), dossier={"linked_quota_ha": 5, "quota_ha": 5})

NEED = [
    needed(
        "LAND-08",
        "inside",
        PASS,
        "50100.00",
        "100.00",
        "5.01 ha - 5 ha; doubt 50.10",
        quota_ha=5.01,
    ),
    needed("LAND-08", "limit", REVIEW, "50000.00", "0.00", "5 ha - 5 ha", quota_ha=5),
    needed(
        *("LAND-08", "outside", FAIL, "49900.00", "-100.00", "3 + 1.99 - 5 ha; doubt 49.90"),
        quota_ha=3,
        linked_quota_ha=1.99,
    ),
    needed(
        *("LAND-08", "outside", REVIEW, "60000.00", "10000.00", "above 4 ha, not above 4 + 2 ha"),
        quota_ha=4,
        linked_quota_ha=2,
    ),
    needed(
        *("LAND-08", "ambiguous", REVIEW, "50050.00", "50.00", "nearer to 5.005 ha than 50.05 m²"),
        quota_ha=5.005,
    ),
    needed("LAND-08", "missing", INFO, None, None, "no quota: stated", missing=("quota_ha",)),
    Case(
        "LAND-08",
        "missing",
        WITHOUT_SURVEY,
        NOT,
        None,
        "no survey",
        missing=("land_use",),
        limit="50000.00",
    ),
    Case(
        *(
            "LAND-09",
            "inside",
            told(one("new_construction", "45000.00"), *BY_USE),
            INFO,
            "45000.00",
        ),
        "3 ha of industry, 1.5 ha public",
        says="by use",
    ),
    Case(
        *("LAND-09", "ambiguous", told(one("new_construction", "50000.00"), *BY_USE)),
        *(INFO, "50000.00", "5 - 3 - 1.5 = 0.5 ha of no known use"),
        says="Of 0.5000 ha the plan does not tell the use",
    ),
    Case("LAND-09", "missing", WITHOUT_SURVEY, NOT, None, "no survey", missing=("land_use",)),
    needed(
        "LAND-11", "inside", INFO, "50100.00", "100.00", "5.01 - 5 ha over", linked_quota_ha=5.01
    ),
    needed("LAND-11", "limit", INFO, "50000.00", "0.00", "5 - 5 ha", linked_quota_ha=5),
    needed(
        *("LAND-11", "outside", INFO, "49900.00", "-100.00", "4.99 - 5 ha short"),
        linked_quota_ha=4.99,
        says="falls short by 0.0100 ha",
    ),
    needed("LAND-11", "missing", NOT, None, None, "no linked quota", missing=("linked_quota_ha",)),
]

# ---------------------------------------------------------------- LAND-10, 12: replaced, and per head


def replaced(
    kind: Any, verdict: Any, measured: str, limit: Any, margin: Any, working: str, **held: Any
) -> Case:
    """10 ha of cultivated land (net 9), of it 4 ha of paddy (net 3.8)."""
    layer, missing = held.pop("layer", None), held.pop("missing", ())
    facts = told(
        one("cultivated_built_on", "100000.00", net="90000.00"),
        one("paddy_built_on", "40000.00", net="38000.00"),
        one("paddy_layer_built_on", layer),
        **{f"replacement_bank_{key}": value for key, value in held.items()},
    )
    return Case("LAND-10", kind, facts, verdict, measured, working, limit, margin, missing=missing)


CAP = (("# limit    = 100 ", "limit    = 100 "),)


def heads(kind: Any, people: int, verdict: Any, each: str, margin: str, working: str) -> Case:
    facts = told(planned(), population=people)
    return Case(
        *("LAND-12", kind, facts, verdict, each, working, "100", margin, "m2_per_head"), bureau=CAP
    )


HEADS = [
    replaced(
        "inside",
        PASS,
        "90000.00",
        "90100.00",
        "100.00",
        "9.01 - 9 ha; doubt 90.10",
        ha=9.01,
        paddy_ha=5,
        layer="1.00",
    ),
    replaced(
        "limit", REVIEW, "90000.00", "90000.00", "0.00", "9 - 9 ha", ha=9, paddy_ha=5, layer="1.00"
    ),
    replaced(
        "outside",
        FAIL,
        "90000.00",
        "89900.00",
        "-100.00",
        "8.99 - 9 ha; doubt 89.90",
        ha=8.99,
        paddy_ha=5,
        layer="1.00",
    ),
    replaced(
        "outside",
        FAIL,
        "38000.00",
        "37900.00",
        "-100.00",
        "paddy 3.79 - 3.8 ha",
        ha=20,
        paddy_ha=3.79,
        layer="1.00",
    ),
    replaced(
        "ambiguous",
        REVIEW,
        "38000.00",
        "50000.00",
        "12000.00",
        "paddy by the survey, none by its layer",
        ha=20,
        paddy_ha=5,
    ),
    replaced(
        "missing",
        INFO,
        "90000.00",
        None,
        None,
        "no bank: stated",
        missing=("replacement_bank_ha",),
        layer="1.00",
    ),
    replaced(
        "missing",
        NOT,
        "90000.00",
        "200000.00",
        None,
        "how much of the bank is paddy is not said",
        ha=20,
        layer="1.00",
        missing=("replacement_bank_paddy_ha",),
    ),
    heads(
        "inside",
        10_011,
        PASS,
        "99.89",
        "0.11",
        "1 km² / 10 011; 10 011 may have 1 001 100, 1 100 more, doubt 1 001.1",
    ),
    heads("limit", 10_000, REVIEW, "100.00", "0.00", "1 km² / 10 000"),
    heads("outside", 9_989, REVIEW, "100.11", "-0.11", "1 km² / 9 989; 原则上 cannot fail"),
    Case(
        *("LAND-12", "missing", told(planned()), NOT, None, "no population", "100", None),
        unit="m2_per_head",
        missing=("population",),
        bureau=CAP,
    ),
    Case(
        *("LAND-12", "missing", told(planned(), population=8_000), NOT, "125.00"),
        "1 km² / 8 000, and no cap",
        unit="m2_per_head",
        missing=("limit",),
    ),
]

# ---------------------------------------------------------------- LAND-13: the rate of supply


def supply(last: float, each: float = 60, approved: float = 100) -> list[dict[str, Any]]:
    """100 ha approved and 60 supplied a year, 2013 to 2016, and something else in 2017."""
    rows = [{"year": year, "approved_ha": 100, "supplied_ha": each} for year in range(2013, 2017)]
    return [*rows, {"year": 2017, "approved_ha": approved, "supplied_ha": last}]


def rated(
    kind: Any, rows: Any, verdict: Any, rate: Any, margin: Any, working: str, **known: Any
) -> Case:
    area = known.pop("area", "1.00")
    facts = told(
        one("new_construction", area), supply={"city": rows, "county": rows} if rows else {}
    )
    return Case("LAND-13", kind, facts, verdict, rate, working, "0.6", margin, "share", **known)


RATES = [
    rated("inside", supply(60.3), PASS, "0.6006", "0.0006", "(4 · 60 + 60.3) / 500; doubt 0.0006"),
    rated(
        "inside",
        supply(0, 0),
        PASS,
        "0",
        "-0.6",
        "no new land: the rate does not matter",
        area=None,
    ),
    rated("limit", supply(60), REVIEW, "0.6", "0", "5 · 60 / 500"),
    rated("outside", supply(59.7), FAIL, "0.5994", "-0.0006", "(4 · 60 + 59.7) / 500"),
    rated(
        *("ambiguous", supply(1500, 40, 2000), REVIEW, "0.47", "-0.13"),
        "mean of rates (4 · 0.4 + 0.75) / 5 = 0.47; sum by sum 1 660 / 2 400 = 0.6917",
        says="The readings differ",
    ),
    rated(
        *("missing", None, NOT, None, None, "neither city nor county is told"),
        missing=("supply.city", "supply.county"),
    ),
]

# ---------------------------------------------------------------- LAND-14 to 16

TAGGED = (one("resettlement_planned", "5000.00"), one("resettlement_in_allowed", "4000.00"))
PART = (
    one("resettlement_planned", "5000.00"),
    one("resettlement_in_allowed", "4000.00", uncovered="1000.00"),
)


def site(
    kind: Any, start: str, verdict: Any, end: Any, left: Any, working: str, **more: Any
) -> Case:
    held = {"name": "甲厂", "start": date.fromisoformat(start), **more}
    return Case(
        *("LAND-15", kind, told(reused_sites=[held]), verdict, end, working),
        limit=end and "2018-12-31",
        margin=None if left is None else str(left),
        unit="day",
    )


OTHERS = [
    Case(
        "LAND-14",
        "inside",
        told(planned(), *TAGGED),
        INFO,
        "5000.00",
        "of it 4 000 in the allowed zone",
        says="0.4000 ha",
    ),
    Case(
        "LAND-14",
        "ambiguous",
        told(planned(), *PART),
        NOT,
        "5000.00",
        "1 000 m² lie in no known zone",
        says="0.1000 ha",
    ),
    Case(
        "LAND-14",
        "missing",
        town(absent=("planned_use",)),
        NOT,
        None,
        "no plan",
        missing=("planned_use",),
    ),
    site("inside", "2014-06-30", PASS, "2019-06-30", 181, "five years; 1 day more than 180"),
    site("limit", "2014-06-29", REVIEW, "2019-06-29", 180, "180 days: a person looks"),
    site("limit", "2013-12-31", REVIEW, "2018-12-31", 0, "it ends today and is not over"),
    site("outside", "2013-12-30", FAIL, "2018-12-30", -1, "it ended yesterday"),
    site(
        "inside",
        "2013-12-30",
        PASS,
        None,
        None,
        "registered on its last day",
        new_use_registered_on=date(2018, 12, 30),
    ),
    site(
        "ambiguous",
        "2013-12-30",
        FAIL,
        "2018-12-30",
        -1,
        "registered the day after tomorrow: on the day of the check it was not",
        new_use_registered_on=date(2019, 1, 2),
    ),
    Case(
        "LAND-15",
        "missing",
        told(),
        NOT,
        None,
        "no sites told",
        limit=None,
        unit="day",
        missing=("reused_sites",),
    ),
    Case(
        "LAND-16",
        "inside",
        told(planned(), one("industry_kept", "700.00")),
        INFO,
        "700.00",
        "industry stays industry",
    ),
    Case(
        "LAND-16",
        "ambiguous",
        told(planned(), one("industry_kept", unknown="9.00")),
        NOT,
        "0.00",
        "9 m² of unknown code",
        says="bear land codes",
    ),
    Case(
        "LAND-16",
        "missing",
        town(absent=("land_use",)),
        NOT,
        None,
        "no survey",
        missing=("land_use",),
    ),
]

CASES = [*ABOUT, *NONE, *BUILT, *NEED, *HEADS, *RATES, *OTHERS]
