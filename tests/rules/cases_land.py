"""LAND-01 to 07 and 14 to 16: five towns for each rule; a doubt is 0.1 % of a bar (`uncertainty`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.factory_rules import town
from tests.rules.cases import FAIL, INFO, NOT, PASS, REVIEW, Case, D, one, planned, told

AT_ZERO = "the bar is 0: no area is less, so a town without any stands on it"
STATED = "the clause sets no bar: the figure is only stated"

CANNOT = {
    ("LAND-01", "missing"): "without a boundary there is no town",
    ("LAND-03", "inside"): AT_ZERO,
    ("LAND-04", "inside"): AT_ZERO,
    ("LAND-05", "inside"): AT_ZERO,
    ("LAND-07", "inside"): AT_ZERO,
    ("LAND-14", "outside"): STATED,
    ("LAND-14", "limit"): STATED,
    ("LAND-16", "outside"): STATED,
    ("LAND-16", "limit"): STATED,
    ("LAND-17", "outside"): STATED,
    ("LAND-17", "limit"): STATED,
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
        *("LAND-02", "ambiguous", EXISTING, REVIEW, "950000.00"),
        *("no planned use: existing construction land decides nothing of a plan", "1000000.00"),
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
        *("LAND-03", "ambiguous", told(one("farmland_enclosed", "300.00")), REVIEW, "300.00"),
        *("inside the boundary, not built on: note 2; it decides", "0.00", "-300.00"),
        says="patch by patch",
    ),
    Case(
        *("LAND-03", "ambiguous", told(one("farmland_built_on", sliver="0.31")), REVIEW, "0.31"),
        *("only a sliver", "0.00", "-0.31"),
        says="Only slivers",
    ),
    Case(
        *("LAND-03", "ambiguous", told(one("farmland_built_on", "0.02", closure="0.03"))),
        *(REVIEW, "0.02", "the pieces sum to 0.03 more or less than the whole", "0.00", "-0.02"),
        says="a person must look",
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
        *("LAND-05", "ambiguous", CONTRARY, REVIEW, "7.00"),
        *("only the paddy layer has some, which decides", "0.00", "-7.00"),
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
    built.append(one("unused_layer_built_on", barren))
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
            *("LAND-07", "ambiguous", told(planned(), ALLOWED, one(name, "0.01")), REVIEW, "0.01"),
            *("neither allowed nor prohibited: it decides", "0.00", "-0.01"),
            says="0.01 m²",
        )
        for name in (
            *("planned_in_conditional", "planned_in_restricted", "planned_in_no_zone"),
            "planned_outside_growth_boundary",
        )
    ),
    Case(
        *("LAND-07", "limit"),
        told(planned(), ALLOWED, one("planned_in_no_zone", sliver="0.40")),
        *(PASS, "0.00", "a hair between two zones as drawn is no land in no zone", "0.00", "0.00"),
    ),
    Case(
        *("LAND-07", "missing", town(planned(), absent=("control_zone",)), NOT, None, "no layer"),
        limit="0.00",
        missing=("control_zone",),
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
    held = {"name": "甲厂", "start": date.fromisoformat(start), "new_use": "科研", **more}
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
    Case(
        "LAND-17",
        "inside",
        told(planned(), one("approved_idle", "700.00")),
        INFO,
        "700.00",
        "supplied, and the survey shows a field",
    ),
    Case(
        "LAND-17",
        "ambiguous",
        told(planned(), one("approved_idle", unknown="9.00")),
        NOT,
        "0.00",
        "9 m² of unknown code",
        says="bear land codes",
    ),
    Case(
        "LAND-17",
        "missing",
        town(absent=("approved_land",)),
        NOT,
        None,
        "no layer of approved land",
        missing=("approved_land",),
    ),
]

CASES = [*ABOUT, *NONE, *BUILT, *OTHERS]
