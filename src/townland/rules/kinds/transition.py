"""The kind of rule on sites that keep their old use for a time (过渡期)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from townland import units
from townland.dossier.model import Site
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.arithmetic import years_later
from townland.rules.judging.case import Case
from townland.rules.judging.clause import PositiveCount, Rule
from townland.rules.judging.declared import policy_number
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.names import folded
from townland.rules.judging.references import SitesField
from townland.rules.judging.trace import Column, Head, Part, Row, Way, Working, both, parameter_of
from townland.rules.judging.verdict import verdict_of


class Transition(Rule):
    """Sites reused for a new trade under their old use, until a period of `years` is over.

    `sites` is a key of the dossier; `warn_days` before the end a person must look. `new_uses` are the
    uses that the clause names, whose list is open; without any a site may have every use.
    """

    titles: ClassVar[Mapping[str, Words]] = {"new_uses": _("new uses that the clause names")}

    kind: Literal["transition"]
    sites: SitesField
    years: PositiveCount
    warn_days: Annotated[int, Field(ge=0)]
    new_uses: tuple[str, ...] = ()

    def names(self, use: str) -> bool:
        """Tell whether the clause names a use, however it is written."""
        return any(folded(named) in folded(use) for named in self.new_uses)


class SiteRow(Row):
    """A reused site: from when to when it keeps its old use, and how many days are left."""

    name: Head
    start: Annotated[dt.date, Column(_("start"))]
    end: Annotated[dt.date, Column(_("end of the transition"))]
    registered: Annotated[dt.date | None, Column(_("new use registered"))]
    days_left: Annotated[int, Column(_("days left"))]
    new_use: Annotated[str | None, Column(_("new use"))] = None
    named: Annotated[bool | None, Column(_("named by the clause"))] = None

    @property
    def over(self) -> bool:
        """Whether the time is over and no new use is registered."""
        return self.registered is None and self.days_left < 0


@dataclass(frozen=True, slots=True)
class FirstEnd:
    """The first end of a transition among sites whose new use is not registered."""

    sites: tuple[SiteRow, ...]

    def result(self) -> str | None:
        """Give the day; None where the new use of every site is registered.

        >>> start, end = dt.date(2018, 5, 1), dt.date(2023, 5, 1)
        >>> site = SiteRow(name="1", start=start, end=end, registered=None, days_left=0)
        >>> FirstEnd((site,)).result()
        '2023-05-01'
        """
        ends = [site.end for site in self.sites if site.registered is None]
        return min(ends).isoformat() if ends else None


class TransitionWorking(Working):
    """The trace's own part of `transition`."""

    sites: Annotated[tuple[SiteRow, ...], Part(_("site"))]

    def way(self) -> Way | None:
        """Say how the figure comes about: as the first end of a site."""
        return FirstEnd(self.sites) if self.sites else None


def transition(case: Case[Transition]) -> Finding:
    """Judge whether reused sites took out the papers of their new use before their time was over.

    The period ends on the day of the same date, which still belongs to it; a registration counts from
    its own day on.
    """
    rule = case.rule
    stated, sites = case.facts.declared(rule.sites) is not None, _sites(case)
    pending = [site for site in sites if site.registered is None]
    over = any(site.over for site in sites)
    useless = any(site.new_use is None for site in sites) and bool(rule.new_uses)
    # 等新业态: the list is open, so of a use that it does not name a person judges
    other = any(site.named is False for site in sites)
    soon = any(0 <= site.days_left <= rule.warn_days for site in pending)
    verdict = verdict_of(
        fails=over and not rule.modal,
        unknown=not stated or useless,
        doubt=over or soon or other,
        judges=bool(sites),
    )
    first = pending[0] if pending else None
    return case.finding(
        verdict,
        _why(rule, sites, stated=stated),
        _working(case, sites),
        measured=None if first is None else first.end.isoformat(),
        limit=None if first is None else case.on.isoformat(),
        margin=None if first is None else units.half_up(first.days_left, 0),
        unit="day",
        missing=_missing(rule, stated=stated, useless=useless),
    )


def _missing(rule: Transition, *, stated: bool, useless: bool) -> tuple[str, ...]:
    """Name what the dossier does not state: the sites, or their new uses.

    Parameters
    ----------
    rule
        The rule.
    stated, useless
        Whether it states sites, and whether one of them is without its new use.
    """
    if not stated:
        return (rule.sites,)
    return (f"{rule.sites}.new_use",) if useless else ()


def _sites(case: Case[Transition]) -> tuple[SiteRow, ...]:
    """Read the sites of the dossier, those whose time ends first before the others."""
    sites = [_site(case, site) for site in case.facts.entries(case.rule.sites, Site) or ()]
    return tuple(sorted(sites, key=lambda site: (site.end, site.name)))


def _site(case: Case[Transition], site: Site) -> SiteRow:
    end, registered = years_later(site.start, case.rule.years), site.new_use_registered_on
    return SiteRow(
        name=site.name,
        start=site.start,
        end=end,
        # what is registered after the day of the check does not count on it
        registered=registered if registered is not None and registered <= case.on else None,
        days_left=(end - case.on).days,
        new_use=site.new_use,
        named=case.rule.names(site.new_use) if site.new_use and case.rule.new_uses else None,
    )


def _why(rule: Transition, sites: tuple[SiteRow, ...], *, stated: bool) -> Words:
    """Say when the time of each site ends, or why there is none.

    Parameters
    ----------
    rule
        The rule.
    sites
        The sites of the dossier.
    stated
        Whether the dossier states any list of sites, and be it empty.
    """
    if not stated:
        return phrases.unknown([rule.sites])
    if not sites:
        return fields.not_applicable(_("no site is reused under its old use."))
    return phrases.sentences(
        *map(_site_words, sites),
        *(_use_words(site) for site in sites if rule.new_uses and not site.named),
    )


def _use_words(site: SiteRow) -> Words:
    if site.new_use is None:
        return _("The dossier does not state the new use of {site}.", site=site.name)
    return _(
        "{site}: its new use, {use}, is none of those that the clause names; the list is open, so a"
        " person must look.",
        site=site.name,
        use=site.new_use,
    )


def _site_words(site: SiteRow) -> Words:
    place = {"site": site.name, "end": site.end, "days": abs(site.days_left)}
    if site.registered is not None:
        return _(
            "{site}: the transition ends on {end}; the new use was registered on {day}.",
            **place,
            day=site.registered,
        )
    if site.over:
        return _(
            "{site}: the transition ended on {end}, {days} {days:day|days} ago, and no"
            " new use is registered.",
            **place,
        )
    return _("{site}: the transition ends on {end}, in {days} {days:day|days}.", **place)


def _working(case: Case[Transition], sites: tuple[SiteRow, ...]) -> TransitionWorking:
    rule = case.rule
    formula = _(
        "The start of each reuse plus {years} {years:year|years}; shown is the first end of a site"
        " whose new use is not registered, and the days left until then.",
        years=rule.years,
    )
    warned = _("days before the end within which a person must look; not of the policy")
    return TransitionWorking(
        formula=both(formula),
        terms=(),
        sites=sites,
        parameters=(
            policy_number("years", rule.years, _("years of the transition")),
            parameter_of("warn_days", rule.warn_days, title=warned, origin="townland"),
            case.modality(),
        ),
    )


KINDS = (Kind(Transition, transition, TransitionWorking),)
