"""STAGE and FUND-01 on events made by hand, and on every sequence of events."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factory_dossier import NAMES, Day, event, on, paid, said, why
from tests.factory_rules import book, read_back, town

from townland.dossier.model import EVENTS
from townland.i18n import render
from townland.rules.evaluate import evaluate
from townland.rules.judging.stages import EVENT_WORDS, NEXT, WORDS, Stage, due, history
from townland.rules.judging.standing import standing_issues
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal


# ---------------------------------------------------------------- STAGE-01, STAGE-02


@pytest.mark.parametrize(
    ("day", "verdict"),
    [("2017-01-01", PASS), ("2016-12-31", FAIL), ("2020-12-31", PASS), ("2021-01-01", FAIL)],
)
def test_stage_01(day: str, verdict: Verdict) -> None:
    found = on("STAGE-01", Day(2022, 1, 1), events=(event(day, "applied"),))
    assert (found.verdict, found.measured, found.limit) == (verdict, day, "2017–2020")


def test_stage_01_takes_the_latest_application_up_to_the_day() -> None:
    events = (event("2016-05-01", "applied"), event("2018-05-01", "applied"))
    assert on("STAGE-01", Day(2018, 12, 31), events=events).verdict is PASS
    assert on("STAGE-01", Day(2018, 4, 30), events=events).verdict is FAIL
    assert on("STAGE-01", Day(2018, 4, 30), events=events[1:]).verdict is INFO
    assert on("STAGE-01", Day(2018, 12, 31)).missing == ("events",)


def test_stage_02() -> None:
    documents: dict[str, Any] = dict.fromkeys(NAMES, "有")
    assert said("STAGE-02", documents=documents).verdict is PASS
    for name in NAMES:
        found = said("STAGE-02", documents={**documents, name: False})
        assert (found.verdict, found.measured) == (FAIL, D(1))
        rest = {key: value for key, value in documents.items() if key != name}
        silent = said("STAGE-02", documents=rest)
        assert (silent.verdict, silent.missing) == (NOT, (f"documents.{name}",))
    both = said("STAGE-02", documents={"investors": False})
    assert both.verdict is FAIL
    assert "Missing: investors" in why(both)


# ---------------------------------------------------------------- STAGE-03, STAGE-04

LISTED = event("2018-03-01", "listed")


@pytest.mark.parametrize(
    ("day", "verdict", "left"),
    [("2018-12-31", INFO, 60), ("2019-03-01", INFO, 0), ("2019-03-02", REVIEW, -1)],
)
def test_stage_03_is_due_a_year_after_the_listing(day: str, verdict: Verdict, left: int) -> None:
    found = on("STAGE-03", Day.fromisoformat(day), events=(LISTED,))
    assert (found.verdict, found.measured, found.margin) == (verdict, "2019-03-01", D(left))
    assert "construction begins" in why(found)


def test_stage_03_after_a_first_failure_has_two_readings() -> None:
    # the extra year from the failed acceptance ends on 2020-02-10, from the day it was due 2020-03-01
    events = (LISTED, event("2019-02-10", "cultivation_failed"))
    for day, verdict in (("2020-02-10", INFO), ("2020-02-11", REVIEW), ("2020-03-02", REVIEW)):
        found = on("STAGE-03", Day.fromisoformat(day), events=events)
        assert found.verdict is verdict
        assert [one["due"] for one in found.trace.document()["readings"]] == [
            "2020-02-10",
            "2020-03-01",
        ]
    assert "by one of them it is overdue" in why(on("STAGE-03", Day(2020, 2, 11), events=events))
    assert "leaves the city's list" in why(on("STAGE-03", Day(2020, 2, 10), events=events))


def test_stage_03_failed_twice_leaves_the_list_and_support_ends_the_year_after() -> None:
    events = (
        LISTED,
        event("2019-02-10", "cultivation_failed"),
        event("2020-02-10", "cultivation_failed"),
    )
    found = on("STAGE-03", Day(2020, 3, 1), events=events)
    assert found.verdict is FAIL
    assert found.trace.document()["support_ends"] == 2021
    assert "from 2021 on" in why(found)
    assert on("STAGE-04", Day(2020, 3, 1), events=events).verdict is INFO
    before = on("STAGE-03", Day(2020, 2, 9), events=events)
    assert before.verdict is INFO  # what lies after the day of the check has not happened


BUILDING = (LISTED, event("2019-02-20", "cultivation_passed"))


@pytest.mark.parametrize(
    ("more", "day", "verdict"),
    [
        ((), "2021-02-20", INFO),  # two years from 2019-02-20
        ((), "2021-02-21", REVIEW),
        ((event("2021-02-01", "construction_failed"),), "2022-02-01", INFO),
        ((event("2021-02-01", "construction_failed"),), "2022-02-21", REVIEW),
        ((event("2021-02-01", "construction_passed"),), "2030-01-01", PASS),
        (
            (
                event("2021-02-01", "construction_failed"),
                event("2022-01-01", "construction_failed"),
            ),
            "2022-01-01",
            FAIL,
        ),
    ],
)
def test_stage_04(more: tuple[Any, ...], day: str, verdict: Verdict) -> None:
    found = on("STAGE-04", Day.fromisoformat(day), events=(*BUILDING, *more))
    assert found.verdict is verdict
    assert on("STAGE-03", Day.fromisoformat(day), events=(*BUILDING, *more)).verdict is PASS
    if len(more) == 1 and "failed" in more[0]["event"]:
        assert "四（四）" in why(found)


def test_stages_before_and_without_events() -> None:
    for rule in ("STAGE-03", "STAGE-04"):
        assert on(rule, Day(2018, 12, 31)).missing == ("events",)
        assert on(rule, Day(2018, 12, 31), events=()).verdict is INFO
        assert on(rule, Day(2018, 2, 28), events=(LISTED,)).measured is None


def test_an_event_that_the_policy_does_not_provide_for_is_for_a_person() -> None:
    odd = on("STAGE-03", Day(2018, 12, 31), events=(LISTED, event("2018-06-01", "named")))
    assert odd.verdict is REVIEW
    assert "does not provide for a naming on 2018-06-01" in why(odd)
    late = (*BUILDING, event("2019-06-01", "cultivation_failed"))
    assert on("STAGE-04", Day(2019, 12, 31), events=late).verdict is REVIEW
    assert on("STAGE-03", Day(2019, 12, 31), events=late).verdict is PASS


# ---------------------------------------------------------------- FUND-01


@pytest.mark.parametrize(
    ("events", "rows", "verdict", "owed", "still", "back"),
    [
        ((), (), INFO, 0, 0, 0),
        ((LISTED,), (), INFO, 700, 700, 0),
        ((LISTED,), (("2018-06-01", 699.99),), INFO, 700, 0.01, 0),
        ((LISTED,), (("2018-06-01", 700),), INFO, 700, 0, 0),
        ((LISTED,), (("2018-06-01", 700.01),), FAIL, 700, 0, 0.01),
        (BUILDING, (("2018-06-01", 700), ("2019-06-01", 800)), INFO, 1500, 0, 0),
        (BUILDING, (("2018-06-01", 700),), INFO, 1500, 800, 0),
    ],
)
def test_fund_01(
    events: tuple[Any, ...],
    rows: tuple[tuple[str, float], ...],
    verdict: Verdict,
    owed: float,
    still: float,
    back: float,
) -> None:
    found = on("FUND-01", Day(2020, 12, 31), events=events, subsidy_paid=paid(*rows))
    assert (found.verdict, found.limit) == (verdict, D(owed))
    assert found.measured == sum((D(str(wan)) for _day, wan in rows), D(0))
    assert (found.trace.document()["still_due_wan"], found.trace.document()["to_return_wan"]) == (
        still,
        back,
    )


TWICE = (event("2019-02-10", "cultivation_failed"), event("2020-02-10", "cultivation_failed"))
LOST = (event("2021-02-01", "construction_failed"), event("2022-01-01", "construction_failed"))


def test_fund_01_of_a_town_that_left_during_cultivation_is_for_a_person() -> None:
    found = on(
        "FUND-01",
        Day(2020, 12, 31),
        events=(LISTED, *TWICE),
        subsidy_paid=paid(("2018-06-01", 700)),
    )
    assert found.verdict is REVIEW
    assert "does not say whether" in why(found)
    unpaid = on("FUND-01", Day(2020, 12, 31), events=(LISTED, *TWICE), subsidy_paid=())
    assert (unpaid.verdict, unpaid.trace.document()["still_due_wan"]) == (INFO, 0)


def test_fund_01_takes_all_back_from_a_town_that_failed_its_last_acceptance() -> None:
    rows = paid(("2018-06-01", 700), ("2019-06-01", 800))
    found = on("FUND-01", Day(2022, 12, 31), events=(*BUILDING, *LOST), subsidy_paid=rows)
    assert (found.verdict, found.trace.document()["to_return_wan"]) == (INFO, 1500)
    assert "at the end of 2022" in why(found)
    assert found.assumed
    early = (LOST[0], event("2021-12-31", "construction_failed"))
    hasty = on("FUND-01", Day(2022, 12, 31), events=(*BUILDING, *early), subsidy_paid=rows)
    assert hasty.verdict is REVIEW
    assert "Both failures are of one year, 2021" in why(hasty)
    returned = on(
        "FUND-01",
        Day(2023, 1, 1),
        events=(*BUILDING, *LOST),
        subsidy_paid=rows,
        subsidy_returned=paid(("2022-12-31", 1500)),
    )
    assert (returned.trace.document()["to_return_wan"], returned.measured) == (0, D(0))


def test_fund_01_needs_events_and_payments() -> None:
    found = on("FUND-01", Day(2018, 12, 31))
    assert (found.verdict, found.missing) == (NOT, ("events", "subsidy_paid"))


# ---------------------------------------------------------------- the state machine

DAYS = st.dates(Day(2016, 1, 1), Day(2030, 12, 31))
CHECKED = st.dates(Day(2018, 1, 1), Day(2030, 12, 31))
HAPPENINGS = st.lists(st.tuples(DAYS, st.sampled_from(EVENTS)), max_size=14, unique=True)


def test_the_machine_knows_every_event_and_every_state() -> None:
    assert {name for _stage, name in NEXT} == set(EVENTS)
    assert set(WORDS) == set(Stage)
    assert set(EVENT_WORDS) == set(EVENTS)
    assert {*NEXT.values(), Stage.NOT_APPLIED} == set(Stage)


@given(HAPPENINGS)
def test_every_sequence_ends_in_a_state_that_the_policy_names(happened: list[Any]) -> None:
    past = history(tuple(sorted(happened, key=lambda one: one[0])))
    assert past.stage in Stage
    assert past.stage in past.entered or past.stage is Stage.NOT_APPLIED
    assert len(past.unforeseen) <= len(happened)


@given(HAPPENINGS, CHECKED)
def test_money_is_never_due_twice(happened: list[Any], day: Day) -> None:
    events = tuple(sorted(happened, key=lambda one: one[0]))
    owed = [due(history(events[:at]), D(700), D(800)) for at in range(len(events) + 1)]
    assert set(owed) <= {D(0), D(700), D(1500)}
    assert owed == sorted(owed)
    told = [{"on": on_day, "event": name} for on_day, name in happened]
    found = on("FUND-01", day, events=told, subsidy_paid=())
    assert found.limit in (D(0), D(700), D(1500))


@given(HAPPENINGS, CHECKED)
def test_stages_judge_every_history_and_their_traces_give_the_figures(
    happened: list[Any], day: Day
) -> None:
    told = [{"on": on_day, "event": name} for on_day, name in happened]
    for rule in ("STAGE-01", "STAGE-03", "STAGE-04", "FUND-01"):
        found = on(rule, day, events=told, subsidy_paid=())
        assert read_back(found).recomputed() == found.measured
        assert "{" not in render(found.why, "en")


# ---------------------------------------------------------------- each payment against its own day


@pytest.mark.parametrize(
    ("rows", "back", "verdict"),
    [
        ((("2018-02-20", 700),), (), FAIL),  # nine days before the listing
        ((("2018-03-01", 700),), (), INFO),  # on its day
        ((("2018-06-01", 700), ("2019-02-19", 800)), (), FAIL),  # a day before construction
        ((("2018-06-01", 700), ("2019-02-20", 800)), (), INFO),
        ((("2018-06-01", 1500),), (), FAIL),  # both at once
        ((("2018-02-20", 700), ("2018-06-01", 700)), (("2018-02-25", 700),), REVIEW),
    ],
)
def test_fund_01_sets_each_payment_against_its_own_day(
    rows: tuple[Any, ...], back: tuple[Any, ...], verdict: Verdict
) -> None:
    """700 are due from 2018-03-01 on, 800 more from 2019-02-20 on; a year later nothing is owed."""
    money = {"subsidy_paid": paid(*rows), "subsidy_returned": paid(*back)}
    found = on("FUND-01", Day(2020, 12, 31), events=BUILDING, **money)
    assert found.verdict is verdict
    early = [row for row in found.trace.document()["payments"] if row["early_wan"]]  # type: ignore[union-attr]
    assert bool(early) is (verdict is not INFO)
    assert ("were not due" in why(found)) is bool(early)


@pytest.mark.parametrize(
    ("rows", "back", "beyond"),
    [
        # by ten times, as by a slip of the unit
        ((("2018-06-01", 700),), ("2019-06-01", 7000), "6300"),
        # a return before any payment hid one of 1,400 where 700 were due
        ((("2018-06-01", 1400),), ("2018-02-01", 700), "700"),
        ((("2018-06-01", 700), ("2019-02-20", 800)), ("2018-12-31", 701), "1"),  # in between alone
    ],
)
def test_fund_01_is_for_a_person_where_more_is_returned_than_was_paid(
    rows: tuple[Any, ...], back: tuple[str, float], beyond: str
) -> None:
    money = {"subsidy_paid": paid(*rows), "subsidy_returned": paid(back)}
    found = on("FUND-01", Day(2020, 12, 31), events=BUILDING, **money)
    assert found.verdict is REVIEW
    assert f"{beyond} × 10,000 yuan more are stated as returned than had been paid" in why(found)


@pytest.mark.parametrize(
    ("day", "back", "verdict"),
    [
        ("2022-12-31", (), INFO),
        ("2023-01-01", (), REVIEW),
        ("2024-06-30", (("2022-12-01", 1400),), REVIEW),  # 100 are wanting
        ("2024-06-30", (("2022-12-01", 1500),), INFO),
    ],
)
def test_fund_01_is_overdue_after_the_settlement(
    day: str, back: tuple[Any, ...], verdict: Verdict
) -> None:
    rows = paid(("2018-06-01", 700), ("2019-06-01", 800))
    money = {"subsidy_paid": rows, "subsidy_returned": paid(*back)}
    found = on("FUND-01", Day.fromisoformat(day), events=(*BUILDING, *LOST), **money)
    assert found.verdict is verdict
    assert ("overdue" in why(found)) is (verdict is REVIEW)


def test_fund_01_pays_nothing_to_a_town_that_lost_its_standing() -> None:
    rows = paid(("2022-03-01", 700))
    assert (
        on("FUND-01", Day(2022, 6, 1), events=(*BUILDING, *LOST), subsidy_paid=rows).verdict is FAIL
    )


# ---------------------------------------------------------------- events against one another


def test_a_town_listed_again_is_for_a_person() -> None:
    anew = (event("2020-03-01", "applied"), event("2020-05-01", "listed"))
    events = (LISTED, *TWICE)
    assert on("STAGE-03", Day(2020, 12, 31), events=events).verdict is FAIL
    assert (
        on("STAGE-03", Day(2020, 4, 1), events=(*events, *anew)).verdict is FAIL
    )  # not listed yet
    found = on("STAGE-03", Day(2020, 12, 31), events=(*events, *anew))
    assert (found.verdict, found.measured) == (REVIEW, "2021-05-01")
    assert "listed again" in why(found)
    built = (*events, *anew, event("2021-04-01", "cultivation_passed"))
    assert on("STAGE-03", Day(2021, 12, 31), events=built).verdict is REVIEW
    money = {"subsidy_paid": paid(("2018-06-01", 700))}
    assert on("FUND-01", Day(2020, 12, 31), events=(*events, *anew), **money).verdict is REVIEW


def test_a_town_listed_again_after_construction_is_for_a_person() -> None:
    events = (*BUILDING, *LOST, event("2022-05-01", "listed"))
    assert on("STAGE-04", Day(2022, 4, 1), events=events).verdict is FAIL
    assert on("STAGE-04", Day(2022, 6, 1), events=events).verdict is REVIEW


@pytest.mark.parametrize(
    ("rule", "events", "days"),
    [
        # due on 2019-03-01, passed on 2020-01-01: 306 days late
        ("STAGE-03", (LISTED, event("2020-01-01", "cultivation_passed")), [306]),
        ("STAGE-03", (LISTED, event("2019-03-01", "cultivation_passed")), []),
        # due on 2021-02-20, passed 9 days later
        ("STAGE-04", (*BUILDING, event("2021-03-01", "construction_passed")), [9]),
        # failed on 2019-02-10, then due by 2020-03-01 at the latest, passed 31 days later
        (
            "STAGE-03",
            (
                LISTED,
                event("2019-02-10", "cultivation_failed"),
                event("2020-04-01", "cultivation_passed"),
            ),
            [31],
        ),
    ],
)
def test_a_late_acceptance_is_reported(rule: str, events: tuple[Any, ...], days: list[int]) -> None:
    found = on(rule, Day(2022, 1, 1), events=events)
    assert found.verdict is PASS
    assert [row["days"] for row in found.trace.document()["late"]] == days  # type: ignore[union-attr]
    assert ("days after it had been due" in why(found)) is bool(days)


def test_stage_01_has_one_application_a_year() -> None:
    events = (event("2018-02-01", "applied"), event("2018-11-01", "applied"))
    assert on("STAGE-01", Day(2018, 12, 31), events=events).verdict is REVIEW
    assert on("STAGE-01", Day(2018, 10, 31), events=events).verdict is PASS
    apart = (event("2017-11-01", "applied"), event("2018-02-01", "applied"))
    assert on("STAGE-01", Day(2018, 12, 31), events=apart).verdict is PASS


# ---------------------------------------------------------------- events against the lists


@pytest.mark.parametrize(
    ("city", "events", "verdict", "reported"),
    [
        (True, (LISTED, *TWICE), REVIEW, True),  # left the list on 2020-02-10
        (None, (LISTED, *TWICE), REVIEW, False),
        (False, (LISTED,), PASS, True),
        (True, (LISTED,), PASS, False),
        (True, (event("2018-01-01", "applied"),), PASS, True),
        (True, (), PASS, False),
        (False, (), REVIEW, False),
    ],
)
def test_events_decide_whether_a_town_is_listed(
    city: bool | None, events: tuple[Any, ...], verdict: Verdict, *, reported: bool
) -> None:
    """NAME-01: 特色小镇 may stand in the name of a town on the list alone."""
    facts = replace(town(dossier={"lists": {"city": city}, "events": events}), name="甲特色小镇")
    only = tuple(rule for rule in book().rule if rule.id == "NAME-01")
    day = Day(2020, 12, 31)
    (found,) = evaluate(book().model_copy(update={"rule": only}), facts, day)
    assert found.verdict is verdict
    issues = standing_issues(facts, day)
    assert [issue.code for issue in issues] == ["lists_contradict_events"] * reported


@pytest.mark.parametrize(("passed", "verdict"), [("2018-12-20", REVIEW), ("2019-03-01", PASS)])
def test_a_failure_made_good_in_its_own_year_is_for_a_person(passed: str, verdict: Verdict) -> None:
    """次年: the second acceptance is in the year after the first."""
    cultivation = (
        event("2018-01-15", "listed"),
        event("2018-12-01", "cultivation_failed"),
        event(passed, "cultivation_passed"),
    )
    assert on("STAGE-03", Day(2019, 3, 31), events=cultivation).verdict is verdict
    construction = (
        LISTED,
        event("2018-04-01", "cultivation_passed"),
        event("2018-12-01", "construction_failed"),
        event(passed, "construction_passed"),
    )
    found = on("STAGE-04", Day(2019, 3, 31), events=construction)
    assert found.verdict is verdict
    assert ("of one year, 2018" in why(found)) == (verdict is REVIEW)
    assert on("STAGE-03", Day(2019, 3, 31), events=construction).verdict is PASS
