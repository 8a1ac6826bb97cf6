"""The kind of rule on sites that keep their old use for a time (过渡期)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, NamedTuple, cast

from pydantic import Field

from townland import units
from townland.dossier.model import Site
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import Case, both
from townland.rules.judging.clause import PositiveCount, Rule
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import SitesField
from townland.terms import Verdict


class Transition(Rule):
    """Sites reused for a new trade under their old use, until a period of `years` is over.

    `sites` is a key of the dossier; `warn_days` before the end a person must look.
    """

    kind: Literal["transition"]
    sites: SitesField
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
    stated = case.facts.entries(rule.sites, Site)
    sites = sorted(
        (_reused(site, rule.years, case.on) for site in stated or ()),
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


def _reused(site: Site, years: int, on: dt.date) -> _Site:
    """Set the end of a site's transition against the day `on`.

    Parameters
    ----------
    site
        The site, with the day of its start and that of its registration.
    years
        How long the transition lasts.
    on
        The day of the check; a registration after it does not count yet.
    """
    registered = site.new_use_registered_on
    if registered is not None and registered > on:
        registered = None
    end = _years_later(site.start, years)
    return _Site(site.name, site.start, end, registered, (end - on).days)


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
