"""LAND-08 to 13: the need of land, what it is set against, and five towns for each rule."""

from __future__ import annotations

from typing import Any

from tests.factory_rules import town
from tests.rules.cases import FAIL, INFO, NOT, PASS, REVIEW, Case, one, planned, told

STATED = "the clause sets no bar: the figure is only stated"
ONE_READING = "a figure against a figure: neither input nor clause can be read in two ways"

CANNOT = {
    ("LAND-09", "outside"): STATED,
    ("LAND-09", "limit"): STATED,
    ("LAND-11", "ambiguous"): ONE_READING,
    ("LAND-12", "ambiguous"): ONE_READING,
}

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
        *("LAND-08", "limit", REVIEW, "50000.00", "0.00", "the annual quota alone, 5 ha - 5 ha"),
        quota_ha=5,
        linked_quota_ha=2,
    ),
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
    needed(
        *("LAND-08", "ambiguous", REVIEW, "49960.00", "-40.00", "40 above 4.996 ha; doubt 49.96"),
        quota_ha=3,
        linked_quota_ha=1.996,
        says="a person must look",
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
        "paddy 3.79 - 3.8 ha, and 3.9 ha by the layer",
        ha=20,
        paddy_ha=3.79,
        layer="39000.00",
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
        "ambiguous",
        REVIEW,
        "90000.00",
        "89950.00",
        "-50.00",
        "50 above 8.995 ha; doubt 89.95",
        ha=8.995,
        paddy_ha=5,
        layer="1.00",
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
    rated("inside", supply(60.3), PASS, "0.6006", "0.0006", "(4 · 60 + 60.3) / 500"),
    rated(
        "inside",
        supply(0, 0),
        PASS,
        "0",
        "-0.6",
        "no new land: the rate does not matter",
        area=None,
    ),
    rated("limit", supply(60), PASS, "0.6", "0", "5 · 60 / 500: 60 % is reached"),
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

CASES = [*NEED, *HEADS, *RATES]
