"""What all kinds of rules share: what is missing, what is too near a bar, and how a figure is traced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Generic, TypeVar

from townland import terms, units
from townland.catalog.titles import layer_title
from townland.i18n import Marked, Words, _, marks
from townland.measuring.areas import Measure
from townland.rules.judging import phrases
from townland.rules.judging.changes import change_words, changes
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import FigureRole, Finding, ReasonFigure
from townland.rules.judging.law import Law
from townland.rules.judging.trace import (
    Force,
    MeasureFigures,
    Origin,
    Parameter,
    Sum,
    Trace,
    Working,
    both,
    parameter_of,
)
from townland.rules.shared_land import SharedLand
from townland.terms import FIGURE_ROLES, RoleName, Verdict, dossier_field

ZERO = units.m2(0)


R = TypeVar("R", bound=Rule, covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Case(Generic[R]):
    """One rule on one town: what every kind is given."""

    rule: R
    rulebook: Law
    facts: Facts
    on: dt.date

    def measure(self, name: str) -> Measure:
        """Give the measure called `name`."""
        return self.facts.measures[name]

    def title(self, name: str) -> Marked:
        """Give the title of the measure called `name`; a reason with it names that measure."""
        return Marked(self.rulebook.measure[name].title, name)

    @property
    def uncertainty(self) -> Decimal:
        """How near to a bar a person must look, as a share of it."""
        own = self.rule.uncertainty
        return self.rulebook.parameter.uncertainty if own is None else own

    def closure(self, *names: str, net: bool = False) -> Decimal:
        """Give how far the sum of some measures may be off: its closure error, or its ± if that is more.

        Parameters
        ----------
        names
            The measures; of the planning area the closure error is the town's.
        net
            Whether their areas net of ridges are compared.
        """
        return sum(
            (
                max(self._closure_of(name), pm_of(self.measure(name), net=net) or ZERO)
                for name in names
            ),
            ZERO,
        )

    def _closure_of(self, name: str) -> Decimal:
        own = abs(self.measure(name).closure_m2)
        if self.rulebook.measure[name].layers:
            return own
        return max(own, abs(self.facts.closure_m2))

    def near(self, figure: Decimal, bar: Decimal, closure: Decimal) -> bool:
        """Tell whether a figure is nearer to a bar than the larger of uncertainty and closure.

        Where the bar is 0 and nothing was found, nothing is near: there is no figure to be unsure of.

        Parameters
        ----------
        figure, bar
            What is compared, in one unit.
        closure
            How far the figure may be off (`closure`), in that unit.
        """
        if figure == bar == 0:
            return False
        return abs(figure - bar) < max(self.uncertainty * bar, closure)

    def silent(self, name: str) -> bool:
        """Tell whether the layers say nothing of this town: none plays a role, or none covers it."""
        measure = self.measure(name)
        return bool(measure.missing) or 0 < self.facts.area_m2 <= measure.uncovered_m2

    def finding(
        self,
        verdict: Verdict,
        why: Words,
        working: Working,
        *,
        measured: Decimal | str | None = None,
        limit: Decimal | str | None = None,
        margin: Decimal | str | None = None,
        measures: Sequence[str] | Mapping[str, FigureRole] = (),
        printed: Mapping[str, Decimal] | None = None,
        unit: str = "m2",
        missing: tuple[str, ...] = (),
        assumed: Iterable[Words] = (),
    ) -> Finding:
        """Make the finding; what every reason and every trace holds is added here.

        Parameters
        ----------
        verdict, why
            The verdict, and the reason that is this kind's own.
        working
            The kind's own part of the trace.
        measured, limit, margin
            The figure that decides, its bar, and the room between them, positive where there is room;
            None where the rule has none.
        measures
            The measures that the finding rests on, each with what it is there for; of names alone the
            first decides and the others are parts of it. Those that `why` names are shown; a second
            source is only shown for comparison.
        printed
            What `why` prints of a measure where that is not its gross area, in m².
        unit
            The unit of the figures; areas are in m².
        missing
            The roles or dossier fields that are missing.
        assumed
            What the figure leans on.
        """
        roles = _roles(measures)
        leaning = [name for name, role in roles.items() if role != "second_source"]
        waits = self._waits(verdict, leaning)
        changed = tuple(changes(self.rule, self.rulebook, working))
        figures = tuple(self.named(why, roles, printed or {}))
        known = [self.measure(name) for name in measures]
        if any(measure.area_pm_m2 is not None for measure in known):
            own = self.own_number("sliver_sigma", None)
            working = working.model_copy(update={"parameters": (*working.parameters, own)})
        leans = [*assumed, *self.coverage_assumed(measures)]
        if limit == 0 and unit == "m2" and measured is not None:
            leans += accuracy_unknown(known)
        trace = Trace(
            kind=self.rule.kind,
            clause=self.force(),
            working=working,
            measured=measured,
            limit=limit,
            margin=margin,
            measures=tuple(self.figures(name) for name in measures),
            inherited=changed,
        )
        return Finding(
            rule=self.rule.id,
            title=self.rule.title,
            town=self.facts.town,
            verdict=Verdict.REVIEW if waits else verdict,
            measured=measured,
            limit=limit,
            margin=margin,
            unit=unit,
            why=phrases.sentences(
                why,
                waiting(waits, verdict) if waits else None,
                *(change_words(each, self.rule) for each in changed),
                self.second_hand(),
            ),
            clause=self.rule.clause,
            trace=trace,
            rulebook=self.rulebook.origin(self.rule.id),
            evidence=tuple(figure.measure for figure in figures if figure.pieces),
            missing=missing,
            assumed=tuple(dict.fromkeys(leans)),
            figures=figures,
            confirms=waits,
            verdict_if_confirmed=verdict if waits else None,
            pm=self._pm(working) if unit == "m2" and isinstance(measured, Decimal) else None,
        )

    def _pm(self, working: Working) -> Decimal | None:
        """Give the ± of a sum of areas: at most that of its terms together."""
        terms_ = working.terms
        if not isinstance(working.way(), Sum) or any(term.town or term.towns for term in terms_):
            return None
        measured = [term for term in terms_ if term.measure is not None]
        pms = [
            pm_of(self.measure(str(term.measure)), net=term.figure == "net_m2") for term in measured
        ]
        known = [pm for pm in pms if pm is not None]
        return sum(known, ZERO) if known and len(known) == len(pms) else None

    def unproven(self, *names: str) -> tuple[RoleName, ...]:
        """Give the roles of some measures of which what was not found may be there all the same.

        They are those that no rule passes by (`Role.unfound`) and whose layers declare no coverage of
        all of the town: a bounding box proves nothing.
        """
        roles = dict.fromkeys(
            role for name in names for role in self.measure(name).assumed_coverage
        )
        return tuple(role for role in roles if terms.ROLES[role].unfound == "unproven")

    def _waits(self, verdict: Verdict, names: Iterable[str]) -> tuple[RoleName, ...]:
        """Give the roles whose layers must be confirmed before a verdict stands: only a pass waits."""
        return self.unproven(*names) if verdict is Verdict.PASS else ()

    def named(
        self, why: Words, roles: Mapping[str, FigureRole], printed: Mapping[str, Decimal]
    ) -> Iterator[ReasonFigure]:
        """Give the measures that a reason names, what decides first.

        Parameters
        ----------
        why
            The reason.
        roles
            What each measure that it may name is there for.
        printed
            What it prints of a measure where that is not its gross area.
        """
        named = dict.fromkeys(marks(why))
        by_role = {name: roles.get(name, "part") for name in [*roles, *named] if name in named}
        for name in sorted(by_role, key=lambda name: list(FIGURE_ROLES).index(by_role[name])):
            measure = self.measure(name)
            yield ReasonFigure(
                measure=name,
                title=self.rulebook.measure[name].title,
                role=by_role[name],
                gross_m2=measure.area_m2,
                net_m2=measure.net_m2,
                printed_m2=printed.get(name, measure.area_m2),
                pieces=measure.pieces,
            )

    def force(self) -> Force:
        """Trace when the clause came into force, and where it is known from at second hand."""
        clause = self.rule.clause
        day, assumed = clause.effective.isoformat(), clause.effective_assumed
        if not clause.source:
            return Force(effective=day, effective_assumed=assumed)
        return Force(effective=day, effective_assumed=assumed, source=clause.source)

    def second_hand(self) -> Words | None:
        """Say that a clause is known from others only, where its own words are not at hand."""
        clause = self.rule.clause
        if clause.quote or not clause.source:
            return None
        return _(
            "This bar is second-hand ({source}); it was not checked against the document itself.",
            source=clause.source,
        )

    def coverage_assumed(self, names: Iterable[str]) -> list[Words]:
        """Say which layers may not show all that is there."""
        roles = [role for name in names for role in self.measure(name).assumed_coverage]
        return [boxed(role) for role in dict.fromkeys(roles)]

    def figures(self, name: str) -> MeasureFigures:
        """Trace a measure's definition and figures."""
        measure, spec = self.measure(name), self.rulebook.measure[name]
        return MeasureFigures(
            name=name,
            title=both(spec.title),
            layers=spec.layers,
            where={role: spec.selectors(role) for role in spec.where},
            **spec.filters(),
            area_m2=measure.area_m2,
            net_m2=measure.net_m2,
            sliver_m2=measure.sliver_m2,
            uncovered_m2=measure.uncovered_m2,
            unknown_m2=measure.unknown_m2,
            closure_m2=measure.closure_m2,
            pieces=measure.pieces,
            missing=measure.missing,
            **({} if measure.area_pm_m2 is None else {"area_pm_m2": measure.area_pm_m2}),
        )

    def own_number(self, name: str, override: Decimal | None) -> Parameter:
        """Trace a number that is not the policy's, with whose it is."""
        parameters = self.rulebook.parameter
        value = getattr(parameters, name) if override is None else override
        origin = parameters.origin(name) if override is None else "bureau"
        return parameter_of(name, value, title=parameters.title(name), origin=origin)

    def law_number(self, name: str, value: Decimal, unit: str) -> Parameter:
        """Trace a number that the rulebook takes from the policy.

        Parameters
        ----------
        name
            The rule's parameter.
        value, unit
            The number, and the unit that the rulebook states it in.
        """
        title = _("the bar that the clause sets")
        if self.second_hand():
            title = _("the bar as it is known at second hand")
        changed = name in self.rulebook.changed(self.rule.id)
        origin: Origin = "bureau" if changed else "policy"
        return parameter_of(name, value, unit=unit, title=title, origin=origin)

    def modality(self) -> Parameter:
        """Trace whether the clause can fail, and who said so."""
        stated = self.rule.modal == bool(self.modal_words())
        origin: Origin = "policy" if stated else "bureau"
        title = _("whether the clause only urges, so that it cannot fail")
        return parameter_of("modal", self.rule.modal, title=title, origin=origin)

    def modal_words(self) -> list[str]:
        """Give the words of the quote, or of what restates it, by which the clause only urges."""
        clause = self.rule.clause
        said = clause.quote or clause.source
        return [word for word in self.rulebook.modal_words if word in said]

    def urging(self) -> Words:
        """Say why a clause that only urges is for a person."""
        spoken = self.modal_words()
        if spoken:
            return _(
                "The clause says “{words}”: it sets no strict bar, so a person weighs it.",
                words=phrases.listed(spoken),
            )
        return _("The clause sets no strict bar, so a person weighs it.")

    def near_words(self, bar: Decimal, closure: Decimal) -> Words:
        """Say that a figure is too near a bar to be decided by it."""
        return _(
            "That is nearer to {bar} than {tolerance}, within which a person must look.",
            bar=phrases.area(bar),
            tolerance=phrases.area(max(self.uncertainty * bar, closure)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Together(Case[R]):
    """One rule on all towns; `facts` are those of the first, `shared` what their boundaries share."""

    towns: tuple[Facts, ...]
    shared: tuple[SharedLand, ...] = ()

    def of_all(self, finding: Finding) -> Finding:
        """Make a finding one of no town alone."""
        return replace(finding, town=None, towns=tuple(town.town for town in self.towns))

    def without(self, path: str) -> list[Facts]:
        """Give the towns whose dossiers do not state a field."""
        return [town for town in self.towns if town.declared(path) is None]

    def missing(self, path: str, towns: Sequence[Facts]) -> Words:
        """Say whose dossiers leave a field out."""
        return _(
            "The dossiers of {towns} do not state: {field}.",
            towns=phrases.listed(town.name for town in towns),
            field=dossier_field(path),
        )


def _roles(measures: Sequence[str] | Mapping[str, FigureRole]) -> Mapping[str, FigureRole]:
    """Say what each measure is there for: of names alone the first decides."""
    if isinstance(measures, Mapping):
        return measures
    return {name: "part" if n else "decides" for n, name in enumerate(measures)}


def pm_of(measure: Measure, *, net: bool) -> Decimal | None:
    """Give the ± of a measure, net of ridges where that is compared; None where it is not known."""
    return measure.area_pm_m2 if not net or measure.net_pm_m2 is None else measure.net_pm_m2


def accuracy_unknown(measures: Iterable[Measure]) -> list[Words]:
    """Say whose accuracy is not stated, where a strip of land decides between some and none."""
    names = dict.fromkeys(name for measure in measures for name in measure.without_accuracy)
    if not names:
        return []
    return [
        _(
            "How accurate these are is not stated (accuracy_m), so that it is not known how narrow a"
            " piece their edges alone may make: {names}",
            names=phrases.listed(map(layer_title, names)),
        )
    ]


def boxed(role: str) -> Words:
    """Say that a layer declares no coverage, so that it may not show all that is there."""
    return _(
        "The layer {role} declares no coverage of the whole town: there may be more of it than it shows",
        role=terms.role(role),
    )


def waiting(roles: Iterable[str], verdict: Verdict) -> Words:
    """Say that a verdict waits until somebody confirms that layers are complete."""
    return _(
        "No coverage of the whole town is declared for: {roles}; what is not found there is not proved"
        " to be absent. If it is confirmed to be all: {verdict}.",
        roles=phrases.listed(map(terms.role, roles)),
        verdict=terms.VERDICTS[verdict],
    )


def as_sentence(assumption: Words) -> Words:
    """End an assumption like a sentence, where the reason itself must state it."""
    return _("{assumption}.", assumption=assumption)
