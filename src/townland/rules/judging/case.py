"""What all kinds of rules share: what is missing, what is too near a bar, and how a figure is traced."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, TypeVar

from townland import units
from townland.documents import values
from townland.i18n import Bilingual, Words, _
from townland.measuring.areas import Measure
from townland.rules import naming
from townland.rules.judging import phrases
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.law import Inherited, Law, Parameters
from townland.rules.shared_land import SharedLand
from townland.rules.stating import field
from townland.terms import Verdict

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

    def title(self, name: str) -> Bilingual:
        """Give the title of the measure called `name`."""
        return self.rulebook.measure[name].title

    @property
    def uncertainty(self) -> Decimal:
        """How near to a bar a person must look, as a share of it."""
        own = self.rule.uncertainty
        return self.rulebook.parameter.uncertainty if own is None else own

    def closure(self, *names: str) -> Decimal:
        """Give the closure error of the sum of some measures; of the planning area the town's."""
        found = [
            abs(self.measure(name).closure_m2)
            if self.rulebook.measure[name].layers
            else max(abs(self.measure(name).closure_m2), abs(self.facts.closure_m2))
            for name in names
        ]
        return sum(found, ZERO)

    def near(self, figure: Decimal, bar: Decimal, closure: Decimal) -> bool:
        """Tell whether a figure is nearer to a bar than the larger of uncertainty and closure.

        Where the bar is 0 and nothing was found, nothing is near: there is no figure to be unsure of.
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
        trace: Mapping[str, Any],
        *,
        measured: Decimal | str | None,
        limit: Decimal | str | None,
        margin: Decimal | str | None,
        measures: Sequence[str] = (),
        unit: str = "m2",
        missing: tuple[str, ...] = (),
        assumed: Iterable[Words] = (),
    ) -> Finding:
        """Make the finding; what every trace holds is added here."""
        clause = self.rule.clause
        figures = {
            name: phrases.number(value) if isinstance(value, Decimal) else value
            for name, value in (("measured", measured), ("limit", limit), ("margin", margin))
        }
        head: dict[str, Any] = {
            "kind": self.rule.kind,
            "clause": {
                "effective": clause.effective.isoformat(),
                "effective_assumed": clause.effective_assumed,
                **({"source": clause.source} if clause.source else {}),
            },
        }
        changed = self.changed(trace)
        if changed:
            head["inherited"] = changed
        why = phrases.sentences(why, *map(_as_changed, changed), self.second_hand())
        measured_with = {"measures": [self.figures(name) for name in measures]}
        assumptions = tuple(dict.fromkeys([*assumed, *self.coverage_assumed(measures)]))
        return Finding(
            rule=self.rule.id,
            title=self.rule.title,
            town=self.facts.town,
            verdict=verdict,
            measured=measured,
            limit=limit,
            margin=margin,
            unit=unit,
            why=why,
            clause=clause,
            trace={**head, **trace, **figures, **measured_with},
            evidence=tuple(name for name in measures if self.measure(name).pieces),
            missing=missing,
            assumed=assumptions,
        )

    def second_hand(self) -> Words | None:
        """Say that a clause is known from others only, where its own words are not at hand."""
        clause = self.rule.clause
        if clause.quote or not clause.source:
            return None
        return _(
            "This bar is second-hand ({source}); it was not checked against the document itself.",
            source=clause.source,
        )

    def changed(self, trace: Mapping[str, Any]) -> list[dict[str, Any]]:
        """List the parameters that the rulebook changed against the one it inherits, both values."""
        own = self.rule.parameters()
        used = {entry["name"] for entry in trace.get("parameters", ())}
        general = self.rulebook.parameter.model_dump(mode="python")
        return [
            *(
                {
                    "name": name,
                    "value": own.get(name),
                    "inherited": was.value,
                    "from": was.rulebook,
                    **self.default(name, was),
                }
                for name, was in self.rulebook.changed(self.rule.id).items()
            ),
            *(
                {
                    "name": name,
                    "value": phrases.number(general[name]),
                    "inherited": was.value,
                    "from": was.rulebook,
                }
                for name, was in self.rulebook.changed().items()
                if name in used and getattr(self.rule, name, None) is None
            ),
        ]

    def default(self, name: str, was: Inherited) -> dict[str, Any]:
        """Give what held where the other rulebook's rule left a parameter open, and whose number it is.

        Empty where the rule stated it, or where nothing held in its place.
        """
        if was.value is not None:
            return {}
        if name in Parameters.model_fields:
            own = Parameters.model_fields[name].default
            value = own if was.general is None else units.exact(was.general)
            return {
                "default": phrases.number(value),
                "default_origin": "townland" if value == own else "bureau",
            }
        field = type(self.rule).model_fields.get(name)
        value = None if field is None or field.is_required() else field.default
        if value is None or isinstance(value, tuple):
            return {}
        return {
            "default": phrases.number(value) if isinstance(value, Decimal) else value,
            "default_origin": "kind",
        }

    def coverage_assumed(self, names: Iterable[str]) -> list[Words]:
        """Say which layers' coverage is only their bounding box."""
        roles = [role for name in names for role in self.measure(name).assumed_coverage]
        return [
            _(
                "The coverage of the layer {role} is taken to be its bounding box",
                role=phrases.role(role),
            )
            for role in dict.fromkeys(roles)
        ]

    def figures(self, name: str) -> dict[str, Any]:
        """Give a measure's definition and figures, as JSON."""
        measure, spec = self.measure(name), self.rulebook.measure[name]
        return {
            "name": name,
            "title": {"zh": spec.title.zh, "en": spec.title.en},
            "layers": list(spec.layers),
            "where": {role: list(spec.selectors(role)) for role in spec.where},
            **spec.filters(),
            "area_m2": phrases.number(measure.area_m2),
            "net_m2": None if measure.net_m2 is None else phrases.number(measure.net_m2),
            "sliver_m2": phrases.number(measure.sliver_m2),
            "uncovered_m2": phrases.number(measure.uncovered_m2),
            "unknown_m2": phrases.number(measure.unknown_m2),
            "closure_m2": phrases.number(measure.closure_m2),
            "pieces": measure.pieces,
            "missing": list(measure.missing),
        }

    def own_number(self, name: str, override: Decimal | None) -> dict[str, Any]:
        """Trace a number that is not the policy's, with whose it is."""
        parameters = self.rulebook.parameter
        value = getattr(parameters, name) if override is None else override
        return {
            "name": name,
            "value": phrases.number(value),
            "unit": None,
            "title": both(parameters.title(name)),
            "origin": parameters.origin(name) if override is None else "bureau",
        }

    def law_number(self, name: str, value: Decimal, unit: str) -> dict[str, Any]:
        """Trace a number that the rulebook takes from the policy."""
        title = _("the bar that the clause sets")
        if self.second_hand():
            title = _("the bar as it is known at second hand")
        return {
            "name": name,
            "value": phrases.number(value),
            "unit": unit,
            "title": both(title),
            "origin": "bureau" if name in self.rulebook.changed(self.rule.id) else "policy",
        }

    def modality(self) -> dict[str, Any]:
        """Trace whether the clause can fail, and who said so."""
        spoken = self.modal_words()
        return {
            "name": "modal",
            "value": self.rule.modal,
            "unit": None,
            "title": both(_("whether the clause only urges, so that it cannot fail")),
            "origin": "policy" if self.rule.modal == bool(spoken) else "bureau",
        }

    def modal_words(self) -> list[str]:
        """Give the words of the quote by which the clause only urges."""
        return [word for word in self.rulebook.modal_words if word in self.rule.clause.quote]

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

    def of_all(self, verdict: Verdict, why: Words, trace: Any, **figures: Any) -> Finding:
        """Make the finding of no town alone."""
        own = Case(self.rule, self.rulebook, self.facts, self.on)
        found = own.finding(verdict, why, trace, **figures)
        return replace(found, town=None, towns=tuple(town.town for town in self.towns))

    def without(self, path: str) -> list[Facts]:
        """Give the towns whose dossiers do not state a field."""
        return [town for town in self.towns if town.declared(path) is None]

    def missing(self, path: str, towns: Sequence[Facts]) -> Words:
        """Say whose dossiers leave a field out."""
        return _(
            "The dossiers of {towns} do not state: {field}.",
            towns=phrases.listed(town.name for town in towns),
            field=field(path),
        )


def _as_changed(entry: Mapping[str, Any]) -> Words:
    place = {
        "name": naming.named(entry["name"]),
        "value": _plain(entry["value"]),
        "rulebook": entry["from"],
    }
    if "default" in entry:
        place["before"] = _plain(entry["default"])
        if entry["default_origin"] == "townland":
            return _(
                "This rulebook sets {name} to {value}; in {rulebook} it is {before} (townland's default;"
                " the policy states none).",
                **place,
            )
        if entry["default_origin"] == "bureau":
            return _(
                "This rulebook sets {name} to {value}; in {rulebook} it is {before} (that rulebook's own"
                " [parameter]; the policy states none).",
                **place,
            )
        return _(
            "This rulebook sets {name} to {value}; {rulebook} leaves it out, which means {before}.",
            **place,
        )
    if entry["inherited"] is None:
        return _("This rulebook sets {name} to {value}; {rulebook} does not set it.", **place)
    return _(
        "This rulebook sets {name} to {value}; in {rulebook} it is {before}.",
        **place,
        before=_plain(entry["inherited"]),
    )


def _plain(value: Any) -> Any:
    """Print a parameter as a rulebook writes it; a list or a table by what it holds."""
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return values.toml(value)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What keeps a rule from being judged: roles without a layer, uncovered land, unknown codes."""

    missing: tuple[str, ...]
    roles: tuple[str, ...]
    uncovered_m2: Decimal
    unknown_m2: Decimal
    whole_m2: Decimal

    def __bool__(self) -> bool:
        return bool(self.missing) or self.uncovered_m2 > 0 or self.unknown_m2 > 0

    @property
    def total(self) -> bool:
        """Whether nothing at all is known of the town."""
        return bool(self.missing) or 0 < self.whole_m2 <= self.uncovered_m2

    def words(self) -> Words | None:
        """Say what is missing, with the area it is missing for."""
        if self.missing:
            return _(
                "There is no layer for: {roles}; {area} of the town are not covered.",
                roles=phrases.listed(map(phrases.role, self.missing)),
                area=phrases.area(self.uncovered_m2),
            )
        uncovered = unknown = None
        if self.uncovered_m2 > 0:
            uncovered = _(
                "{area} of the town are not covered by the layers needed ({roles}).",
                area=phrases.area(self.uncovered_m2),
                roles=phrases.listed(map(phrases.role, self.roles)),
            )
        if self.unknown_m2 > 0:
            unknown = _(
                "{area} bear land codes that their scheme does not know.",
                area=phrases.area(self.unknown_m2),
            )
        return phrases.sentences(uncovered, unknown) if self else None


def by_precedence(*, fails: bool, unknown: bool, doubt: bool) -> Verdict:
    """The verdict of a rule that sets a bar, by precedence (`standards/SOURCES.md`, *Verdicts*).

    Fail where what is known alone fails; else not evaluated where something is unknown; else review
    where there is doubt; else pass.
    """
    if fails:
        return Verdict.FAIL
    if unknown:
        return Verdict.NOT_EVALUATED
    return Verdict.REVIEW if doubt else Verdict.PASS


def as_sentence(assumption: Words) -> Words:
    """End an assumption like a sentence, where the reason itself must state it."""
    return _("{assumption}.", assumption=assumption)


def known_part(gap: Gaps) -> Words | None:
    """Begin the figures of a town that is known in part only."""
    return _("For the part that is known:") if gap and not gap.total else None


def gaps(case: Case[Rule], *names: str) -> Gaps:
    """Find what keeps the measures called `names` from being known whole."""
    measures = [case.measure(name) for name in names]
    specs = [case.rulebook.measure[name] for name in names]
    return Gaps(
        tuple(dict.fromkeys(role for measure in measures for role in measure.missing)),
        tuple(dict.fromkeys(role for spec in specs for role in spec.needed)),
        max((measure.uncovered_m2 for measure in measures), default=ZERO),
        # without a filter by class an unknown code changes nothing
        max(
            (
                measure.unknown_m2
                for measure, spec in zip(measures, specs, strict=True)
                if spec.where
            ),
            default=ZERO,
        ),
        case.facts.area_m2,
    )


def both(text: Words) -> dict[str, str]:
    """Put a sentence into both languages, for a trace."""
    return {"zh": text.render("zh"), "en": text.render("en")}


def net(measure: Measure) -> Decimal:
    """Give the area net of ridges, or gross where no ridge coefficient is known."""
    return measure.area_m2 if measure.net_m2 is None else measure.net_m2


def net_words(measure: Measure) -> Words:
    """Put a measure into words, net beside gross where they differ."""
    if measure.net_m2 is None or measure.net_m2 == measure.area_m2:
        return phrases.area(measure.area_m2)
    return _(
        "{net} net of ridges ({gross} gross)",
        net=phrases.area(measure.net_m2),
        gross=phrases.area(measure.area_m2),
    )


def net_assumed(*measures: Measure) -> list[Words]:
    """Say that net is taken as gross, where that matters."""
    if any(measure.net_m2 is None and measure.area_m2 > 0 for measure in measures):
        return [_("No ridge coefficient is known, so the net area is taken as the gross")]
    return []


def patches(measure: Measure, *, slivers_only: bool = False) -> list[dict[str, Any]]:
    """List the features of a measure's last layer, one by one, with their pieces summed."""
    if not measure.pieces:
        return []
    frame = measure.frame[measure.frame["sliver"]] if slivers_only else measure.frame
    found: dict[str, list[Any]] = {}
    for feature, area_m2, sliver in zip(
        frame[f"{measure.layers[-1]}_id"], frame["area_m2"], frame["sliver"], strict=True
    ):
        found.setdefault(str(feature), []).append((area_m2, bool(sliver)))
    return [
        {
            "id": feature,
            "pieces": len(parts),
            "area_m2": phrases.number(sum((part for part, _sliver in parts), ZERO)),
            "sliver": all(sliver for _part, sliver in parts),
        }
        for feature, parts in sorted(found.items())
    ]


def only_slivers() -> Words:
    """Say that nothing but slivers is beyond a bar."""
    return _("Only slivers are beyond the bar; they may come from the digitising of the layers.")


def term(name: str, figure: str, value: Decimal) -> dict[str, Any]:
    """Trace one summand of the measured value: a figure of a measure."""
    return {"measure": name, "figure": figure, "value": phrases.number(value)}
