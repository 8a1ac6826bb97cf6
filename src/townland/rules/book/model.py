"""The rulebook's data model: what a policy asks of a town's land, as dated data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails

from townland.documents import Key, Strict
from townland.i18n import Bilingual, Words, _
from townland.notebook import card, grid
from townland.rules.judging.clause import Clause, Notice, Rule, fault, faults_of, refuse
from townland.rules.judging.law import Inherited, MeasureSpec, Parameters
from townland.rules.judging.references import MeasureName, measure_names, nearest
from townland.rules.kinds import MODELS, AnyRule
from townland.standards.landclass import SELECTORS, Profile

__all__ = ["Clause", "MeasureSpec", "Parameters", "Rule", "Rulebook"]


SHOWN = 12
"""So many rules of a rulebook a notebook shows."""


class Rulebook(Strict):
    """A policy as data; `rule` keeps the order of the file.

    `three_class` is the profile that decides 0404, `jurisdiction` the administrative code of the place
    it is law in, `notice` what stands at the head of a report from a day on, `text` the file of the
    policy's own words, against which quotes are checked. With `inherits` the rules, measures and
    parameters of another rulebook hold, or those of several, but for what this one states.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: Bilingual
    version: str = Field(min_length=1)
    three_class: Profile
    jurisdiction: str = ""
    text: str = ""
    source: str = ""
    inherits: str | tuple[str, ...] = ""
    notes: tuple[Bilingual, ...] = ()
    notice: tuple[Notice, ...] = ()
    parameter: Parameters = Parameters()
    modal_words: tuple[str, ...] = ("原则上", "尽量", "一般", "左右", "适度", "主要")
    measure: dict[MeasureName, MeasureSpec]
    # no min_length: where every rule has a fault, pydantic would call the list empty, too
    rule: tuple[AnyRule, ...] = Field(json_schema_extra={"minItems": 1})
    _path: Path = PrivateAttr(default=Path("rulebook.toml"))
    _sha256: str = PrivateAttr(default="")
    _policy: str | None = PrivateAttr(default=None)
    _policies: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _changed: Mapping[str, Mapping[str, Inherited]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _every_fault_at_once(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        faults = list(_cross_faults(data)) if isinstance(data, Mapping) else []
        try:
            book = handler(data)
        except ValidationError as problem:
            refuse([*faults_of(problem), *faults])
        if faults:
            refuse(faults)
        return book

    def __repr__(self) -> str:
        return f"<Rulebook {self.id} {self.version}: {len(self.rule)} rules>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """What a notebook shows: the title, and the first rules."""
        rows: list[tuple[object, ...]]
        rows = [(rule.id, rule.title, rule.kind) for rule in self.rule[:SHOWN]]
        more = len(self.rule) - len(rows)
        if more:
            rows.append(("…", _("{count} more {count:rule|rules}", count=more), ""))
        lines = {_("rulebook"): f"{self.id} {self.version}", _("rules"): len(self.rule)}
        return card(self.title, lines, more=grid((_("rule"), _("title"), _("kind")), rows))

    @property
    def path(self) -> str:
        """The rulebook's file, with ``/``."""
        return self._path.as_posix()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the rulebook's file."""
        return self._sha256

    @property
    def policy(self) -> str | None:
        """The policy's own words, None where the rulebook has no `text`."""
        return self._policy

    def policy_of(self, rule: str) -> str | None:
        """The policy's own words for a rule: those of the rulebook that it stands in."""
        return self._policies.get(self.origin(rule), self.policy)

    def origin(self, rule: str) -> str:
        """Give the id of the rulebook that a rule stands in: this one's, or that of one it inherits."""
        return self._origins.get(rule, self.id)

    def changed(self, rule: str = "") -> Mapping[str, Inherited]:
        """Give what a rule's parameters were in the rulebook that this one inherits, where changed.

        Without a rule: the rulebook's own parameters.
        """
        return self._changed.get(rule, {})


def _cross_faults(data: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    """Check what no single key tells, on the document as it was read, faulty or not."""
    measures = data.get("measure")
    measures = measures if isinstance(measures, Mapping) else {}
    rules = data.get("rule")
    if rules == []:
        yield fault(("rule",), _("a rulebook has at least one rule"))
    rules = [
        (at, rule)
        for at, rule in enumerate(rules if isinstance(rules, list | tuple) else ())
        if isinstance(rule, Mapping)
    ]
    for name, spec in measures.items():
        if isinstance(spec, Mapping):
            yield from _measure_faults(("measure", name), spec)
    for at, rule in rules:
        yield from _reference_faults(("rule", at), rule, measures)
        yield from _modal_faults(("rule", at), rule, data)
    yield from _period_faults(rules)


def _measure_faults(key: Key, spec: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    stated = spec.get("layers")
    layers = list(stated) if isinstance(stated, list | tuple) else []
    for role in sorted({str(role) for role in layers if layers.count(role) > 1}):
        yield fault((*key, "layers"), _("{role} stands here twice", role=role))
    for table in ("where", "tagged", "or_tagged", "owned"):
        filters = spec.get(table)
        for role, kept in filters.items() if isinstance(filters, Mapping) else ():
            if role not in layers:
                yield fault((*key, table, role), _no_layer(role, layers))
            for name in kept if isinstance(kept, list | tuple) else [kept]:
                reason = _no_selector(str(name)) if table == "where" else None
                if reason is not None:
                    yield fault((*key, table, role), reason)
    if spec.get("outside") is not None and spec.get("outside") in layers:
        yield fault(
            (*key, "outside"),
            _("{role} is among the layers too; nothing is in and outside it", role=spec["outside"]),
        )


def _no_layer(role: str, layers: Iterable[object]) -> Words:
    near = nearest(role, map(str, layers))
    if near:
        return _(
            "{role} is not among the layers of this measure; did you mean {near}?",
            role=role,
            near=near,
        )
    return _("{role} is not among the layers of this measure", role=role)


def _no_selector(name: str) -> Words | None:
    """Say why a name under ``where`` keeps no land; None where it is a group or a code.

    The codes of a catalog's own schemes are not known here, but a code has a digit, and is unlike the
    name of a group.
    """
    if name in SELECTORS:
        return None
    near = nearest(name, SELECTORS)
    if any(sign.isdigit() for sign in name) and not near:
        return None
    if near:
        return _(
            "{selector} is no group of land classes and no code; did you mean {near}?",
            selector=name,
            near=near,
        )
    return _(
        "{selector} is no group of land classes and no code; groups are {known}",
        selector=name,
        known=", ".join(SELECTORS),
    )


def _reference_faults(
    key: Key, rule: Mapping[str, object], measures: Mapping[str, object]
) -> Iterator[InitErrorDetails]:
    """Find the names of measures in a rule that the rulebook does not define.

    Parameters
    ----------
    key
        Where the rule stands.
    rule
        Its table, faulty or not.
    measures
        The measures that are defined.
    """
    model = MODELS.get(str(rule.get("kind")), Rule)
    for place, name in measure_names(model, rule):
        if name not in measures:
            yield fault((*key, *place), _no_measure(name, measures))


def _no_measure(name: str, measures: Mapping[str, object]) -> Words:
    near = nearest(name, measures)
    if near:
        return _("no measure {name} is defined; did you mean {near}?", name=name, near=near)
    known = ", ".join(measures) or "-"
    return _("no measure {name} is defined; defined are {known}", name=name, known=known)


def _modal_faults(
    key: Key, rule: Mapping[str, object], data: Mapping[str, object]
) -> Iterator[InitErrorDetails]:
    """Find a rule that does not state whether it can fail though its quote only urges.

    Parameters
    ----------
    key
        Where the rule stands.
    rule
        Its table, faulty or not.
    data
        The rulebook, which may have modal words of its own.
    """
    clause = rule.get("clause")
    clause = clause if isinstance(clause, Mapping) else {}
    # a clause known from others only urges where they say so
    quote = str(clause.get("quote", "")) or str(clause.get("source", ""))
    words = data.get("modal_words", Rulebook.model_fields["modal_words"].default)
    for word in words if isinstance(words, list | tuple) else ():
        if str(word) in quote and "modal" not in rule:
            yield fault(
                key,
                _(
                    "the quote says {word}, so the rule must state modal = true (it cannot fail) or"
                    " modal = false (the bureau lets it fail)",
                    word=word,
                ),
            )
            return


def _period_faults(rules: list[tuple[int, Mapping[str, object]]]) -> Iterator[InitErrorDetails]:
    periods: dict[str, list[tuple[dt.date, dt.date]]] = {}
    for at, rule in rules:
        clause = rule.get("clause")
        if not isinstance(clause, Mapping):
            continue
        start, end = clause.get("effective"), clause.get("superseded", dt.date.max)
        if type(start) is not dt.date or type(end) is not dt.date:
            continue  # a fault of its own; a datetime is a date too, and does not compare
        earlier = periods.setdefault(str(rule.get("id")), [])
        if any(start < other_end and other_start < end for other_start, other_end in earlier):
            yield fault(
                ("rule", at, "id"),
                _(
                    "{id} is there twice for one day; give the earlier one a superseded date, or the"
                    " other another id",
                    id=rule.get("id"),
                ),
            )
        earlier.append((start, end))
