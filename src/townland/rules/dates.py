"""The day of a check, and how old the layers are: held against that day, and against the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from townland.catalog.titles import layer_words
from townland.errors import TownlandError
from townland.i18n import Words, _
from townland.issues import Issue
from townland.reading.layer import Input
from townland.rules.judging.arithmetic import years_later
from townland.terms import ROLES

PLAN = "planned_use"
"""The role whose day the other layers are held against, too."""


def day_of(day: dt.date | str) -> dt.date:
    """A day that may be given as a date or as text, ``YYYY-MM-DD``.

    Raises
    ------
    TownlandError
        The text is no day.

    Examples
    --------
    >>> day_of("2018-12-31")
    datetime.date(2018, 12, 31)
    """
    if isinstance(day, dt.datetime):
        return day.date()
    if isinstance(day, dt.date):
        return day
    try:
        return dt.date.fromisoformat(day)
    except ValueError:
        raise TownlandError(
            _("--on {text}: no such day; write it as YYYY-MM-DD, e.g. 2018-12-31", text=day)
        ) from None


def date_issues(inputs: Sequence[Input], on: dt.date, span_years: int) -> Iterator[Issue]:
    """Report each layer that shows the land of another time than it is judged for.

    A layer is reported where it is newer than the day of the check, older than it by more than a span,
    or older than the newest plan by more than that. Layers without a day are left alone, and so are the
    towns' boundaries.

    Parameters
    ----------
    inputs
        The files that the check used.
    on
        The day of the check.
    span_years
        How many years a layer may be older.
    """
    dated = {each.name: each for each in inputs if each.surveyed is not None and each.role in ROLES}
    plans = [each for each in dated.values() if each.role == PLAN]
    plan = max(plans, key=lambda each: each.surveyed or dt.date.min, default=None)
    for each in dated.values():
        surveyed = each.surveyed or on
        words = {
            "layer": layer_words(each.name, each.role),
            "surveyed": surveyed.isoformat(),
            "on": on.isoformat(),
            "span": span_years,
        }
        if surveyed > on:
            yield _issue("layer_newer_than_day", each, _newer(words))
        if years_later(surveyed, span_years) < on:
            yield _issue("layer_older_than_day", each, _older(words))
        planned = None if plan is None or each.role == PLAN else plan.surveyed
        if plan is not None and planned and years_later(surveyed, span_years) < planned:
            words |= {"plan": layer_words(plan.name, plan.role), "planned": planned.isoformat()}
            yield _issue("layer_older_than_plan", each, _older_than_plan(words))


def _issue(code: str, layer: Input, message: Words) -> Issue:
    """Make the issue of a layer.

    Parameters
    ----------
    code, layer, message
        Its code, the layer, and what is to be said of it.
    """
    return Issue(code, "warning", message, layer.name)


def _newer(words: Mapping[str, object]) -> Words:
    return _(
        "layer {layer} shows {surveyed}, after the day of the check, {on}: the findings mix the"
        " law of one day with the land of another. Check on a day from {surveyed} on, or take the layer"
        " as it stood on {on}",
        **words,
    )


def _older(words: Mapping[str, object]) -> Words:
    return _(
        "layer {layer} shows {surveyed}, more than {span} years before the day of the check,"
        " {on} (not a number of the policy): what has changed since is in no figure"
        " that rests on it. Take a newer layer, or have a person confirm that it still holds",
        **words,
    )


def _older_than_plan(words: Mapping[str, object]) -> Words:
    return _(
        "layer {layer} shows {surveyed}, more than {span} years before the plan {plan},"
        " {planned} (not a number of the policy): the plan was made for land that the"
        " layer does not show, so what it occupies may be wrong. Take the layer of the plan's time",
        **words,
    )
