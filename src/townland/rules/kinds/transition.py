"""The kind of rule on sites that keep their old use for a time (过渡期)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, cast

from pydantic import Field

from townland import units
from townland.errors import DossierError
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import Case, both
from townland.rules.judging.clause import PositiveCount, Rule
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.terms import Verdict


class Transition(Rule):
    """Sites reused for a new trade under their old use, until a period of `years` is over.

    `sites` is a key of the dossier; `warn_days` before the end a person must look.
    """

    kind: Literal["transition"]
    sites: str
    years: PositiveCount
    warn_days: Annotated[int, Field(ge=0)]


class _Site(NamedTuple):
    name: str
    start: dt.date
    end: dt.date
    registered: dt.date | None
    left: int

    @property
    def over(self) -> bool:
        return self.registered is None and self.left < 0


def transition(case: Case[Transition]) -> Finding:
    """Judge whether reused sites took out the papers of their new use before their time was over.

    The period ends on the day of the same date, which still belongs to it; a registration counts from
    its own day on.
    """
    rule = case.rule
    stated = case.facts.declared(rule.sites)
    sites = sorted(
        (_site(case, rule, at, row) for at, row in enumerate(stated or ())),
        key=lambda site: (site.end, site.name),
    )
    pending = [site for site in sites if site.registered is None]
    due = [site for site in pending if 0 <= site.left <= rule.warn_days]

    if stated is None:
        verdict = Verdict.NOT_EVALUATED
    elif not sites:
        verdict = Verdict.INFO
    elif any(site.over for site in sites):
        verdict = Verdict.REVIEW if rule.modal else Verdict.FAIL
    else:
        verdict = Verdict.REVIEW if due else Verdict.PASS

    first = pending[0] if pending else None
    if stated is None:
        why = cast(Words, fields.not_stated(rule.sites))
    elif not sites:
        why = fields.not_applicable(_("no site is reused under its old use."))
    else:
        why = phrases.sentences(*map(_told, sites))
    return case.finding(
        verdict,
        why,
        {
            "formula": both(
                _(
                    "The start of each reuse plus {years} years; shown is the first end of a site"
                    " whose new use is not registered, and the days left until then.",
                    years=rule.years,
                )
            ),
            "terms": [],
            "sites": [
                {
                    "name": site.name,
                    "start": site.start.isoformat(),
                    "end": site.end.isoformat(),
                    "registered": None if site.registered is None else site.registered.isoformat(),
                    "days_left": site.left,
                }
                for site in sites
            ],
            "parameters": [
                {
                    "name": "years",
                    "value": rule.years,
                    "unit": None,
                    "title": both(_("years of the transition")),
                    "origin": "policy",
                },
                {
                    "name": "warn_days",
                    "value": rule.warn_days,
                    "unit": None,
                    "title": both(
                        _("days before the end within which a person must look; not of the policy")
                    ),
                    "origin": "townland",
                },
                case.modality(),
            ],
        },
        measured=None if first is None else first.end.isoformat(),
        limit=None if first is None else case.on.isoformat(),
        margin=None if first is None else units.half_up(first.left, 0),
        unit="day",
        missing=() if stated is not None else (rule.sites,),
    )


def _site(case: Case[Rule], rule: Transition, at: int, row: Any) -> _Site:
    held = row if isinstance(row, Mapping) else {}
    start = _day(case, rule, held.get("start"))
    if start is None:
        raise DossierError(
            _(
                "dossier of {town}: {key} has an entry without its start; give the day",
                town=case.facts.name or case.facts.town,
                key=rule.sites,
            )
        )
    registered = _day(case, rule, held.get("new_use_registered_on"))
    if registered is not None and registered > case.on:
        registered = None
    end = _years_later(start, rule.years)
    name = str(held.get("name") or at + 1)
    return _Site(name, start, end, registered, (end - case.on).days)


def _day(case: Case[Rule], rule: Transition, value: Any) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    raise DossierError(
        _(
            "dossier of {town}: {key} is {value}; expected a day such as 2018-05-01",
            town=case.facts.name or case.facts.town,
            key=rule.sites,
            value=repr(value),
        )
    )


def _years_later(start: dt.date, years: int) -> dt.date:
    """Give the same date some years later; a leap day ends with its month."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        day = dt.timedelta(days=1)
        return (start + day).replace(year=start.year + years) - day


def _told(site: _Site) -> Words:
    place = {"site": site.name, "end": site.end, "days": abs(site.left)}
    if site.registered is not None:
        return _(
            "{site}: the transition ends on {end}; the new use was registered on {day}.",
            **place,
            day=site.registered,
        )
    if site.over:
        return _(
            "{site}: the transition ended on {end}, {days} days ago, and no new use is registered.",
            **place,
        )
    return _("{site}: the transition ends on {end}, in {days} days.", **place)


KINDS = (Kind(Transition, transition),)
