"""USE, INV, IND, PORT and NAME: five towns for each rule; doubts are 0.1 % of a bar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyproj
import shapely
from tests.factory_land import geodesic_m2
from tests.factory_rules import town
from tests.rules.cases import FAIL, INFO, NOT, PASS, REVIEW, Case, one, planned, told

from townland.rules.evaluate import Facts

LISTED = "a name is on a list or not: there is no limit between"
NAMED = (
    "a document is named, said to be wanting, or not told: there is no limit and no second reading"
)
STATED = "the clause sets no bar: the figure is only stated"
OPEN = "the clause's list is open (等): no name stands outside it"
ONE_READING = "a figure against a figure: neither input nor clause can be read in two ways"
ANSWERED = "yes, no or not stated: there is no limit and no second reading"
GIVEN = "every town has a boundary"

CANNOT = {
    ("USE-03", "ambiguous"): ONE_READING,
    ("INV-03", "ambiguous"): ONE_READING,
    ("IND-01", "ambiguous"): ONE_READING,
    ("IND-02", "limit"): NAMED,
    ("IND-02", "ambiguous"): NAMED,
    ("IND-03", "limit"): LISTED,
    ("PORT-01", "ambiguous"): ONE_READING,
    ("PORT-02", "missing"): GIVEN,
    ("PORT-03", "limit"): LISTED,
    ("NAME-01", "limit"): LISTED,
    ("NAME-02", "limit"): LISTED,
    **{(f"FACT-0{n}", "limit"): ANSWERED for n in (1, 2, 3, 5, 6, 7)},
    **{(f"FACT-0{n}", "ambiguous"): ANSWERED for n in (1, 2, 3, 5, 6)},
    ("FACT-04", "ambiguous"): ONE_READING,
    ("FACT-08", "ambiguous"): ONE_READING,
    ("NAME-02", "ambiguous"): "one carrier is named; the dossier takes no two",
}

# ---------------------------------------------------------------- USE: shares of land

CAP = (("# maximum = 0.3 ", "maximum = 0.3 "),)
FLOOR = (("# minimum = 0.3 ", "minimum = 0.3 "),)
NO_PLAN = town(absent=("planned_use",))


def housing(kind: Any, area: str, verdict: Any, share: str, margin: str, working: str) -> Case:
    facts = told(planned(), one("housing_planned", area))
    return Case(
        *("USE-01", kind, facts, verdict, share, working, "0.3", margin, "share"), bureau=CAP
    )


def mainly(
    kind: Any, public: str, shops: Any, verdict: Any, share: str, margin: str, working: str
) -> Case:
    """New land of 10 ha, some for public services and some for commerce."""
    parts = one("new_for_public", public), one("new_for_commercial", shops)
    facts = told(one("new_construction", "100000.00"), *parts)
    return Case("USE-02", kind, facts, verdict, share, working, "0.5", margin, "share")


def working_land(
    kind: Any, industry: str, verdict: Any, share: str, margin: str, working: str
) -> Case:
    parts = one("industry_planned", industry), one("commercial_planned", "100000.00")
    facts = told(planned(), *parts)
    return Case(
        *("USE-03", kind, facts, verdict, share, working, "0.3", margin, "share"), bureau=FLOOR
    )


USES = [
    housing("inside", "299700.00", PASS, "0.2997", "0.0003", "30 % of 1 km² is 300 000; doubt 300"),
    housing("limit", "300000.00", REVIEW, "0.3", "0", "300 000 / 1 000 000"),
    housing("outside", "300300.00", REVIEW, "0.3003", "-0.0003", "严格控制 names no bar: review"),
    Case(
        *(
            "USE-01",
            "ambiguous",
            told(planned(), one("housing_planned", "250000.00")),
            INFO,
            "0.25",
        ),
        *("严格控制 without a bureau's cap: stated", None, None, "share"),
    ),
    Case(
        "USE-01", "missing", NO_PLAN, NOT, None, "no plan", unit="share", missing=("planned_use",)
    ),
    mainly(
        "inside", "50050.00", None, PASS, "0.5005", "0.0005", "half of 10 ha is 50 000; doubt 50"
    ),
    mainly("limit", "50000.00", None, REVIEW, "0.5", "0", "主要 is more than half"),
    mainly("outside", "49950.00", None, REVIEW, "0.4995", "-0.0005", "less than half"),
    mainly(
        *("ambiguous", "30000.00", "30000.00", REVIEW, "0.3", "-0.2"),
        "3 of 10 ha; 6 of 10 if commerce is culture and tourism: half lies between",
    ),
    Case(
        *("USE-02", "missing", town(absent=("land_use",)), NOT, None, "no survey"),
        unit="share",
        missing=("land_use",),
    ),
    working_land("inside", "200300.00", INFO, "0.3003", "0.0003", "200 300 + 100 000 of 1 km²"),
    working_land("limit", "200000.00", REVIEW, "0.3", "0", "200 000 + 100 000"),
    working_land("outside", "199700.00", REVIEW, "0.2997", "-0.0003", "199 700 + 100 000"),
    Case(
        "USE-03", "missing", NO_PLAN, NOT, None, "no plan", unit="share", missing=("planned_use",)
    ),
]

# ---------------------------------------------------------------- INV: 亿元 for each km²


def invested(
    rule: str, kind: Any, wan: float, verdict: Any, each: str, margin: str, working: str
) -> Case:
    """A town of 3 km², of them 1 km² planned construction."""
    type_, bar = {"INV-01": ("light_asset", "5"), "INV-02": ("heavy_asset", "10")}[rule]
    facts = told(planned(), type=type_, social_investment=wan)
    return Case(rule, kind, facts, verdict, each, working, bar, margin, "yi_per_km2")


def invested_nothing(rule: str, type_: str) -> Case:
    facts = told(planned(), type=type_)
    return Case(
        *(rule, "missing", facts, NOT, None, "no social_investment"),
        unit="yi_per_km2",
        missing=("social_investment",),
    )


def in_industry(
    kind: Any, part: float, verdict: Any, share: str, margin: str, working: str
) -> Case:
    facts = told(industry_investment=part, total_investment=10)
    return Case(
        *("INV-03", kind, facts, verdict, share, working, "0.5", margin, "share"),
        bureau=(("# minimum_share = 0.5 ", "minimum_share = 0.5 "),),
    )


INVESTMENT = [
    invested("INV-01", "inside", 15.015, PASS, "5.005", "0.005", "15.015 / 3; doubt 0.005"),
    invested("INV-01", "limit", 15, REVIEW, "5", "0", "15 / 3 on the bar, 15 / 1 above it"),
    invested("INV-01", "outside", 4.995, REVIEW, "1.665", "-3.335", "4.995 / 3 and 4.995 / 1 < 5"),
    invested("INV-01", "ambiguous", 12, REVIEW, "4", "-1", "12 / 3 = 4 < 5 <= 12 / 1: note 1"),
    invested_nothing("INV-01", "light_asset"),
    invested("INV-02", "inside", 30.03, PASS, "10.01", "0.01", "30.03 / 3; doubt 0.01"),
    invested("INV-02", "limit", 30, REVIEW, "10", "0", "30 / 3 on the bar"),
    invested("INV-02", "outside", 9.99, REVIEW, "3.33", "-6.67", "9.99 / 3 and 9.99 / 1 < 10"),
    invested("INV-02", "ambiguous", 12, REVIEW, "4", "-6", "12 / 3 = 4 < 10 <= 12 / 1: note 1"),
    invested_nothing("INV-02", "heavy_asset"),
    in_industry("inside", 5.005, INFO, "0.5005", "0.0005", "5.005 / 10"),
    in_industry("limit", 5, INFO, "0.5", "0", "5 / 10: declared numbers meet their bar"),
    in_industry("outside", 4.995, REVIEW, "0.4995", "-0.0005", "4.995 / 10"),
    Case(
        *("INV-03", "missing", told(industry_investment=2), NOT, None, "no total", None, None),
        unit="share",
        missing=("total_investment",),
    ),
]

# ---------------------------------------------------------------- FACT: clauses without a figure

SUBJECTS = (
    "investment_done",
    "industry_developed",
    "projects_on_schedule",
    "character_shaped",
    "living_environment",
)
RECORDED = {
    "FACT-01": {"facts": ("approvals_delegated",)},
    "FACT-02": {"facts": ("town_treasury",)},
    "FACT-03": {"facts": ("park_and_town_one",)},
    "FACT-05": {"facts": ("land_enclosed_in_disguise", "real_estate_in_disguise")},
    "FACT-06": {"facts": ("packaged_as_key_project",)},
    "FACT-07": {"acceptance": SUBJECTS},
}
"""The fields of the dossier that answer each rule on recorded facts."""


def recorded(rule: str, kind: Any, answer: Any, verdict: Any, count: Any, working: str) -> Case:
    ((table, names),) = RECORDED[rule].items()
    facts = told(**{table: dict.fromkeys(names, answer)})
    missing = () if verdict is INFO else tuple(f"{table}.{name}" for name in names)
    return Case(rule, kind, facts, verdict, count, working, unit="count", missing=missing)


PARTS = ("public_planned", "commercial_planned", "industry_planned", "living_planned")


def united(kind: Any, nature: Any, count: str, working: str) -> Case:
    parts = (one(name, "1000.00") for name in PARTS)
    return Case("FACT-04", kind, told(*parts, nature), INFO, count, working, unit="count")


def invested_of(
    kind: Any, done: float, verdict: Any, share: str, margin: str, working: str
) -> Case:
    facts = told(investment_done=done, total_investment=10)
    return Case(
        *("FACT-08", kind, facts, verdict, share, working, "0.9", margin, "share"),
        bureau=(("# minimum_share = 0.9 ", "minimum_share = 0.9 "),),
    )


FACTS = [
    *(
        case
        for rule, count in zip(RECORDED, ("1", "1", "1", "2", "1", "5"), strict=True)
        for case in (
            recorded(rule, "inside", True, INFO, count, "each field says yes"),
            recorded(rule, "outside", "无", INFO, "0", "无 says no to each"),
            recorded(rule, "missing", "待补充", NOT, None, "待补充 states nothing"),
        )
    ),
    Case(
        *("FACT-07", "ambiguous"),
        told(acceptance={"investment_done": True, "industry_developed": False}),
        *(NOT, "1", "one yes, one no, three not stated"),
        unit="count",
        missing=tuple(f"acceptance.{name}" for name in SUBJECTS[2:]),
        says="Development of industry: no.",
    ),
    united("inside", one("nature_planned", "1.00"), "5", "land for each of the five"),
    united("outside", one("nature_planned"), "4", "none for ecology"),
    united("limit", one("nature_planned", sliver="9.00"), "4", "for ecology nothing but a sliver"),
    Case(
        "FACT-04", "missing", NO_PLAN, NOT, None, "no plan", unit="count", missing=("planned_use",)
    ),
    invested_of("inside", 9.5, INFO, "0.95", "0.05", "9.5 / 10"),
    invested_of("limit", 9, INFO, "0.9", "0", "9 / 10: declared numbers meet their bar"),
    invested_of("outside", 8.9, REVIEW, "0.89", "-0.01", "8.9 / 10"),
    Case(
        *("FACT-08", "missing", told(investment_done=2), NOT, None, "no total", None, None),
        unit="share",
        missing=("total_investment",),
    ),
]

# ---------------------------------------------------------------- IND-01 to 03, NAME


def industries(kind: Any, leading: int, linked: int, verdict: Any, working: str) -> Case:
    lists = {"leading_industries": ("甲",) * leading, "linked_industries": ("乙",) * linked}
    return Case(
        *("IND-01", kind, told(**lists), verdict, str(leading + linked), working),
        unit="count",
    )


def listed(rule: str, kind: Any, named: Any, count: str, working: str) -> Case:
    field = {"IND-03": "leading_industries", "NAME-02": "carrier"}[rule]
    return Case(rule, kind, told(**{field: named}), INFO, count, working, unit="count")


def bearing(name: str, **lists: Any) -> Facts:
    return replace(told(**({"lists": lists} if lists else {})), name=name)


STUDY = {"industry_study": "研究策划"}

INDUSTRY = [
    industries("inside", 1, 2, PASS, "1 leading, 2 linked"),
    industries("limit", 1, 3, PASS, "1 leading, 3 linked: 2—3 includes 3"),
    industries("outside", 1, 4, REVIEW, "1 leading, 4 linked; 原则上 cannot fail"),
    industries("outside", 1, 1, REVIEW, "1 linked"),
    industries("outside", 2, 2, REVIEW, "2 leading"),
    Case(
        *("IND-01", "missing", told(leading_industries=("甲",)), NOT, "1", "linked not told"),
        unit="count",
        missing=("linked_industries",),
    ),
    Case("IND-02", "inside", told(documents=STUDY), PASS, "0", "none wanting", "0", "0", "count"),
    Case(
        *("IND-02", "outside", told(documents={"industry_study": False}), REVIEW, "1"),
        *("one wanting; 原则上 cannot fail", "0", "-1", "count"),
    ),
    Case(
        *("IND-02", "missing", told(), NOT, None, "not told", "0", None, "count"),
        missing=("documents.industry_study",),
    ),
    listed("IND-03", "inside", ("民族文化",), "1", "among the six of tradition"),
    listed("IND-03", "outside", ("竹木加工",), "0", "not among the eleven; 等: never judged"),
    listed("IND-03", "ambiguous", ("民族文化", "竹木加工"), "1", "one of two"),
    Case(
        "IND-03",
        "missing",
        told(),
        NOT,
        None,
        "not told",
        unit="count",
        missing=("leading_industries",),
    ),
    Case(
        "NAME-01",
        "inside",
        bearing("甲特色小镇", city=True),
        PASS,
        "0",
        "listed",
        "0",
        "0",
        "count",
    ),
    Case(
        "NAME-01",
        "outside",
        bearing("甲特色小镇", city=False),
        REVIEW,
        "1",
        "bears it unlisted",
        "0",
        "-1",
        "count",
    ),
    Case(
        "NAME-01",
        "ambiguous",
        bearing("甲镇"),
        PASS,
        "0",
        "does not bear it: the list does not matter",
        "0",
        "0",
        "count",
    ),
    Case(
        "NAME-01", "missing", bearing("甲特色小镇"), NOT, None, "not told", missing=("lists.city",)
    ),
    listed("NAME-02", "inside", "产业园区", "1", "named by the clause"),
    listed("NAME-02", "outside", "古商埠", "0", "not named; 主要, 等: never judged"),
    Case("NAME-02", "missing", told(), NOT, None, "not told", unit="count", missing=("carrier",)),
]

# ---------------------------------------------------------------- the towns together

ZONE_36 = pyproj.CRS.from_epsg(4524)


def square(code: str, east: float, **dossier: Any) -> Facts:
    """A square of 1 km, `east` metres from the first."""
    x, y = 36_600_000.0 + east, 2_700_000.0
    box = shapely.box(x, y, x + 1000, y + 1000)
    return replace(told(**dossier), town=code, name=f"{code}镇", boundary=box, crs=ZONE_36)


def segment(count: int, apart: float) -> tuple[Facts, ...]:
    """Towns in a row, all of one segment, `apart` metres from boundary to boundary."""
    return tuple(square(f"t{at}", at * (1000 + apart), segment="陶艺") for at in range(count))


def on_lists(**lists: bool) -> tuple[Facts, ...]:
    return (
        square("a", 0, lists=lists),
        square("b", 5000, lists=dict.fromkeys(("city", "region", "national"), False)),
    )


def counted(kind: Any, target: int, working: str) -> Case:
    """Two towns, one of them on the three lists, against a target of the bureau's."""
    facts = on_lists(city=True, region=True, national=True)
    return Case(
        *("PORT-01", kind, facts, INFO, "1", working, str(target), None, "count"),
        bureau=(("target = 15", f"target = {target}"),),
    )


def shared(kind: Any, east: float, verdict: Any, working: str) -> Case:
    """Two squares, the second `east` metres from the first; their common area by pyproj's geodesics."""
    x, y = 36_600_000.0, 2_700_000.0
    area = f"{geodesic_m2(shapely.box(x + east, y, x + 1000, y + 1000)):.2f}"
    facts = (square("a", 0), square("b", east))
    return Case(
        *("PORT-02", kind, facts, verdict, area, working, "0.00", f"-{area}"), within="0.11"
    )


TOGETHER = [
    Case(
        "IND-04",
        "inside",
        segment(2, 10_000.1),
        PASS,
        "2",
        "two, farther apart than 10 km",
        "2",
        "0",
        "count",
    ),
    Case("IND-04", "limit", segment(2, 10_000), PASS, "2", "two, 10 km apart", "2", "0", "count"),
    Case(
        "IND-04",
        "outside",
        segment(2, 9_999.9),
        REVIEW,
        "2",
        "two, nearer than 10 km",
        "2",
        "0",
        "count",
    ),
    Case(
        "IND-04",
        "outside",
        segment(3, 20_000),
        REVIEW,
        "3",
        "three: more than two",
        "2",
        "-1",
        "count",
    ),
    Case(
        *("IND-04", "ambiguous", (*segment(2, 500), square("z", 90_000)), NOT, "2"),
        *("two are near one another, of a third the segment is not known", "2", None, "count"),
        missing=("segment",),
        says="500.0 m apart",
    ),
    Case(
        *("IND-04", "missing", (square("a", 0), square("b", 5000)), NOT, None, "no segment told"),
        limit="2",
        unit="count",
        missing=("segment",),
    ),
    counted("inside", 0, "one above a target of 0"),
    counted("limit", 1, "one of one"),
    counted("outside", 15, "one of fifteen; 左右, 可适当调低: stated"),
    Case(
        *("PORT-01", "missing", (square("a", 0),), NOT, "0", "no list told", "15", None, "count"),
        missing=("lists.city", "lists.region", "lists.national"),
    ),
    Case(
        "PORT-02",
        "inside",
        (square("a", 0), square("b", 1000.01)),
        PASS,
        "0.00",
        "1 cm apart",
        "0.00",
        "0.00",
    ),
    Case(
        "PORT-02",
        "limit",
        (square("a", 0), square("b", 1000)),
        PASS,
        "0.00",
        "they touch",
        "0.00",
        "0.00",
    ),
    shared("outside", 500, FAIL, "half a square kilometre serves two towns"),
    shared("outside", 999.79, FAIL, "a strip of 0.21 m by 1 000 m: 2 · area / perimeter > 0.2 m"),
    shared("ambiguous", 999.81, REVIEW, "a strip of 0.19 m by 1 000 m: a sliver"),
    Case(
        "PORT-03",
        "inside",
        on_lists(city=True, region=True, national=False),
        PASS,
        "0",
        "region, and city",
        "0",
        "0",
        "count",
    ),
    Case(
        "PORT-03",
        "outside",
        on_lists(city=False, region=True, national=False),
        REVIEW,
        "1",
        "region, not city; 原则上",
        "0",
        "-1",
        "count",
    ),
    Case(
        "PORT-03",
        "ambiguous",
        on_lists(city=False, region=True),
        REVIEW,
        "1",
        "the national list is not told; the region's is enough",
        "0",
        "-1",
        "count",
    ),
    Case(
        *("PORT-03", "missing", (square("a", 0),), NOT, "0", "not told", "0", None, "count"),
        missing=("lists.region", "lists.national"),
    ),
]

CASES = [*USES, *INVESTMENT, *INDUSTRY, *TOGETHER, *FACTS]
