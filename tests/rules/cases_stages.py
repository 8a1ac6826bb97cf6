"""STAGE and FUND: five towns for each rule, by the days of their events."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.factory_dossier import NAMES, event, paid
from tests.rules.cases import FAIL, INFO, NOT, PASS, REVIEW, Case, told

CANNOT = {
    ("STAGE-01", "ambiguous"): "an application has one day",
    ("STAGE-02", "limit"): "a document is named or wanting: there is no limit between",
}

# ---------------------------------------------------------------- STAGE-01, 02: the application


def applied(kind: Any, day: str, verdict: Any, working: str) -> Case:
    facts = told(events=(event(day, "applied"),))
    return Case(
        *("STAGE-01", kind, facts, verdict, day, working, "2017–2020", None, "date"),
        day=date(2022, 1, 1),
    )


ALL: dict[str, Any] = dict.fromkeys(NAMES, "有")


def papers(kind: Any, verdict: Any, wanting: Any, margin: Any, working: str, **held: Any) -> Case:
    missing = held.pop("missing", ())
    documents = {
        name: held.get(name, ALL[name]) for name in NAMES if held.get(name, "") is not None
    }
    return Case(
        *("STAGE-02", kind, told(documents=documents), verdict, wanting, working, "0", margin),
        unit="count",
        missing=missing,
    )


APPLICATION = [
    applied("inside", "2018-05-01", PASS, "between"),
    applied("limit", "2017-01-01", PASS, "the first day of 2017"),
    applied("limit", "2020-12-31", PASS, "the last day of 2020"),
    applied("outside", "2016-12-31", FAIL, "a day before"),
    applied("outside", "2021-01-01", FAIL, "a day after"),
    Case("STAGE-01", "missing", told(), NOT, None, "no events told", missing=("events",)),
    papers("inside", PASS, "0", "0", "all eight named"),
    *(papers("outside", FAIL, "1", "-1", f"{name} is wanting", **{name: False}) for name in NAMES),
    papers(
        *("missing", NOT, "0", None, "one not told"),
        investors=None,
        missing=("documents.investors",),
    ),
    papers(
        *("ambiguous", FAIL, "1", "-1", "one wanting and one not told: the one known is enough"),
        investors=None,
        town_plans=False,
        missing=("documents.investors",),
    ),
]

# ---------------------------------------------------------------- STAGE-03, 04: the deadlines

LISTED = event("2018-03-01", "listed")
BUILDING = (LISTED, event("2019-02-20", "cultivation_passed"))
SLOW = (LISTED, event("2019-02-10", "cultivation_failed"))
OUT = (*SLOW, event("2020-02-10", "cultivation_failed"))
SLOW_BUILDING = (*BUILDING, event("2021-02-01", "construction_failed"))
LOST = (*SLOW_BUILDING, event("2022-01-01", "construction_failed"))


def staged(
    rule: str,
    kind: Any,
    events: Any,
    day: str,
    verdict: Any,
    due: Any,
    left: Any,
    working: str,
    **known: Any,
) -> Case:
    return Case(
        *(rule, kind, told(events=events), verdict, due, working, due),
        margin=None if left is None else str(left),
        unit="date",
        day=date.fromisoformat(day),
        **known,
    )


DEADLINES = [
    staged("STAGE-03", "inside", (LISTED,), "2019-02-28", INFO, "2019-03-01", 1, "listed + 1 year"),
    staged("STAGE-03", "limit", (LISTED,), "2019-03-01", INFO, "2019-03-01", 0, "the last day"),
    staged("STAGE-03", "outside", (LISTED,), "2019-03-02", REVIEW, "2019-03-01", -1, "overdue"),
    staged(
        "STAGE-03",
        "outside",
        OUT,
        "2020-03-01",
        FAIL,
        None,
        None,
        "failed twice: support ends in 2020 + 1",
        traced={"support_ends": 2021},
    ),
    staged("STAGE-03", "inside", BUILDING, "2019-12-31", PASS, None, None, "passed"),
    staged(
        *("STAGE-03", "ambiguous", SLOW, "2020-02-11", REVIEW, "2020-02-10", -1),
        "another year from the failure on 02-10 is over, from the day it was due, 03-01, it is not",
        says="by one of them it is overdue",
    ),
    staged(
        *("STAGE-03", "ambiguous", (*SLOW, event("2019-12-31", "cultivation_failed"))),
        *(
            "2020-03-01",
            REVIEW,
            None,
            None,
            "次年考核: both of 2019, so the second is none of 2020",
        ),
        says="Both failures are of one year, 2019",
    ),
    staged(
        *("STAGE-03", "outside", (*SLOW, event("2020-01-01", "cultivation_failed"))),
        *("2020-03-01", FAIL, None, None, "次年考核: the first day of the year after"),
    ),
    Case("STAGE-03", "missing", told(), NOT, None, "no events told", missing=("events",)),
    staged("STAGE-04", "inside", BUILDING, "2021-02-19", INFO, "2021-02-20", 1, "passed + 2 years"),
    staged("STAGE-04", "limit", BUILDING, "2021-02-20", INFO, "2021-02-20", 0, "the last day"),
    staged("STAGE-04", "outside", BUILDING, "2021-02-21", REVIEW, "2021-02-20", -1, "overdue"),
    staged("STAGE-04", "outside", LOST, "2022-01-01", FAIL, None, None, "failed twice"),
    staged(
        *("STAGE-04", "ambiguous", SLOW_BUILDING, "2022-02-02", REVIEW, "2022-02-01", -1),
        "another year from the failure on 02-01 is over, from the day it was due, 02-20, it is not",
        says="四（四）",
    ),
    staged(
        *("STAGE-04", "ambiguous", (*SLOW_BUILDING, event("2021-12-31", "construction_failed"))),
        *("2022-02-02", REVIEW, None, None, "次年验收: both of 2021"),
        says="Both failures are of one year, 2021",
    ),
    Case("STAGE-04", "missing", told(), NOT, None, "no events told", missing=("events",)),
]

# ---------------------------------------------------------------- FUND


def subsidised(
    kind: Any,
    events: Any,
    rows: Any,
    verdict: Any,
    figures: tuple[str, str, Any],
    working: str,
    **traced: Any,
) -> Case:
    measured, owed, margin = figures
    return Case(
        *("FUND-01", kind, told(events=events, subsidy_paid=paid(*rows)), verdict, measured),
        *(working, owed, margin, "wan_yuan"),
        day=date(2022, 12, 31),
        traced=traced,
    )


def indebted(
    kind: Any, ratio: float, platform: str, verdict: Any, margin: str, working: str
) -> Case:
    facts = told(county_debt_ratio=ratio, county_platform=platform)
    return Case("FUND-02", kind, facts, verdict, str(ratio), working, "1", margin, "share")


ONCE, BOTH = ("2018-06-01", 700), ("2019-06-01", 800)

MONEY = [
    subsidised(
        "inside",
        (LISTED,),
        [("2018-06-01", 699.99)],
        INFO,
        ("699.99", "700", "0.01"),
        "700 on listing",
        still_due_wan=0.01,
        to_return_wan=0,
    ),
    subsidised(
        "limit",
        (LISTED,),
        [ONCE],
        INFO,
        ("700", "700", "0"),
        "all of 700",
        still_due_wan=0,
        to_return_wan=0,
    ),
    subsidised(
        "limit", BUILDING, [ONCE, BOTH], INFO, ("1500", "1500", "0"), "700 + 800", still_due_wan=0
    ),
    subsidised(
        "outside",
        (LISTED,),
        [("2018-06-01", 700.01)],
        FAIL,
        ("700.01", "700", "-0.01"),
        "0.01 more than due",
        to_return_wan=0.01,
    ),
    subsidised(
        "outside",
        LOST,
        [ONCE, BOTH],
        INFO,
        ("1500", "1500", "0"),
        "failed its last acceptance: all taken back",
        to_return_wan=1500,
    ),
    subsidised(
        "ambiguous",
        OUT,
        [ONCE],
        REVIEW,
        ("700", "700", "0"),
        "left during cultivation: the text is silent",
    ),
    Case(
        "FUND-01", "missing", told(), NOT, None, "nothing told", missing=("events", "subsidy_paid")
    ),
    indebted(
        "inside",
        0.999,
        "disguised_borrowing",
        PASS,
        "0.001",
        "0.1 % below",
    ),
    indebted("limit", 1.0, "disguised_borrowing", PASS, "0", "on 100 %: not above it"),
    indebted("outside", 1.001, "disguised_borrowing", FAIL, "-0.001", "0.1 % above, and declared"),
    indebted(
        "ambiguous",
        1.2,
        "market_reformed",
        REVIEW,
        "-0.2",
        "a reformed platform: 变相 is judged by a person",
    ),
    Case(
        "FUND-02",
        "missing",
        told(county_platform="disguised_borrowing"),
        NOT,
        None,
        "no ratio",
        missing=("county_debt_ratio",),
        limit="1",
        unit="share",
    ),
    Case(
        "FUND-02",
        "missing",
        told(county_debt_ratio=1.2),
        NOT,
        "1.2",
        "no platform told",
        "1",
        "-0.2",
        "share",
        missing=("county_platform",),
    ),
]

CASES = [*APPLICATION, *DEADLINES, *MONEY]
