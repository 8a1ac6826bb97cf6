"""Kinds of rules on the lists that towns are on: targets, and lists within lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_serializer, model_validator

from townland import terms, units
from townland.documents import Strict
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Together
from townland.rules.judging.clause import Count, OnlyFigures, Rule, fault, refuse
from townland.rules.judging.declared import codes, each_counts
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import JointKind
from townland.rules.judging.references import NumberField, TruthField
from townland.rules.judging.trace import (
    OWN,
    Column,
    FieldPath,
    Name,
    Number,
    Parameter,
    Part,
    Row,
    Term,
    TownCode,
    TownCodes,
    Working,
    both,
    parameter_of,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict

NONE = units.exact(0)


class Target(Strict):
    """How many towns a list should have at the end."""

    list: TruthField
    title: Bilingual
    target: Count


class PortfolioCounts(OnlyFigures):
    """The towns on each list against the targets, and what they declare in sum."""

    kind: Literal["portfolio_counts"]
    targets: Annotated[tuple[Target, ...], Field(json_schema_extra={"minItems": 1})]
    sums: tuple[NumberField, ...] = ()

    @model_validator(mode="after")
    def _some_target(self) -> PortfolioCounts:
        if not self.targets:
            refuse([fault(("targets",), _("at least one target is counted"))])
        return self


class ListNested(Rule):
    """Towns on one of the `upper` lists should be on the `lower` one."""

    kind: Literal["list_nested"]
    upper: Annotated[tuple[TruthField, ...], Field(json_schema_extra={"minItems": 1})]
    lower: TruthField


Unstated = Annotated[tuple[str, ...], Column(_("not stated by"), of=Name.TOWN, if_any=True)]


class CountRow(Row):
    """The towns on one list, and the target."""

    towns: TownCodes
    list: FieldPath
    count: Annotated[int, Column(_("count"))]
    target: Annotated[int, Column(_("target"))]
    unknown: Unstated


class SumRow(Row):
    """What all towns declare of one field, in sum."""

    field: FieldPath
    value: Annotated[Number, Column(_("value"), unit=OWN)]
    unknown: Unstated


class CountsWorking(Working):
    """The trace's own part of `portfolio_counts`."""

    counts: Annotated[tuple[CountRow, ...], Part(_("list"))]
    sums: Annotated[tuple[SumRow, ...], Part(_("in sum"))]


class ListsRow(Row):
    """A town, and whether its dossier states it on each of some lists, by their fields.

    In JSON each list is a key beside the town's, as a dossier names it.
    """

    town: TownCode
    lists: Mapping[str, bool | None]

    @model_validator(mode="before")
    @classmethod
    def _from_keys(cls, raw: Mapping[str, object]) -> Mapping[str, object]:
        if "lists" in raw:
            return raw
        return {"town": raw["town"], "lists": {k: v for k, v in raw.items() if k != "town"}}

    @model_serializer
    def _as_keys(self) -> dict[str, str | bool | None]:
        return {"town": self.town, **self.lists}

    def stated(self) -> Iterator[tuple[str, Column, object]]:
        """Give the town, then each list with its title."""
        yield "town", Column(of=Name.TOWN), self.town
        for path, listed in self.lists.items():
            yield path, Column(terms.dossier_field(path)), listed


class ListsWorking(Working):
    """The trace's own part of `list_nested`."""

    lists: Annotated[tuple[ListsRow, ...], Part(_("on the lists"))]


@dataclass(frozen=True, slots=True)
class _Listed:
    """The towns on a list against its target, and those whose dossiers do not tell."""

    target: Target
    towns: list[Facts]
    silent: list[Facts]


def portfolio_counts(case: Together[PortfolioCounts]) -> Finding:
    """Count the towns on each list against the city's targets, and sum what they declare."""
    lists = [
        _Listed(
            target,
            [town for town in case.towns if town.declared(target.list)],
            case.without(target.list),
        )
        for target in case.rule.targets
    ]
    sums = tuple(_sum_row(case, path) for path in case.rule.sums)
    silent = tuple(dict.fromkeys(each.target.list for each in lists if each.silent))
    first = lists[0]
    finding = case.finding(
        verdict_of(unknown=bool(silent), judges=False),
        _counts_why(case, lists, sums),
        _counts_working(lists, sums),
        measured=units.exact(len(first.towns)),
        limit=units.exact(first.target.target),
        unit="count",
        missing=silent,
    )
    return case.of_all(finding)


def _sum_row(case: Together[Rule], path: str) -> SumRow:
    declared = (units.exact(town.stated(path, float) or 0) for town in case.towns)
    return SumRow(field=path, value=sum(declared, NONE), unknown=codes(case.without(path)))


def _counts_why(
    case: Together[PortfolioCounts], lists: list[_Listed], sums: tuple[SumRow, ...]
) -> Words:
    """State the towns on each list, what the dossiers leave out, and the sums.

    Parameters
    ----------
    case
        The rule on all towns.
    lists
        The towns on each list.
    sums
        What all towns declare in sum.
    """
    return phrases.sentences(
        *(
            _(
                "{title}: {count} of the towns checked, the target is about {target}.",
                title=each.target.title,
                count=len(each.towns),
                target=each.target.target,
            )
            for each in lists
        ),
        *(case.missing(each.target.list, each.silent) for each in lists if each.silent),
        *(_sum_words(case, row) for row in sums),
        _("The city may lower its targets."),
    )


def _sum_words(case: Together[Rule], row: SumRow) -> Words:
    place = {"field": terms.dossier_field(row.field), "total": row.value}
    if not row.unknown:
        return _("{field} in sum: {total}.", **place)
    return _(
        "{field} in sum: {total}, without {towns}, whose dossiers do not state it.",
        **place,
        towns=phrases.listed(town.name for town in case.without(row.field)),
    )


def _counts_working(lists: list[_Listed], sums: tuple[SumRow, ...]) -> CountsWorking:
    first = lists[0]
    formula = _("The number of towns on the list “{title}”.", title=first.target.title)
    nothing = (Term(field=first.target.list, value=NONE),)
    return CountsWorking(
        formula=both(formula),
        terms=each_counts(first.towns, first.target.list) or nothing,
        counts=tuple(
            CountRow(
                list=each.target.list,
                count=len(each.towns),
                target=each.target.target,
                towns=codes(each.towns),
                unknown=codes(each.silent),
            )
            for each in lists
        ),
        sums=sums,
        parameters=tuple(_target_parameter(each.target) for each in lists),
    )


def _target_parameter(target: Target) -> Parameter:
    title = _("target: {title}", title=target.title)
    return parameter_of(target.list, target.target, unit="count", title=title, origin="policy")


def list_nested(case: Together[ListNested]) -> Finding:
    """Find towns on a higher list that are not on the lower one."""
    rule = case.rule
    high = [town for town in case.towns if any(town.declared(path) for path in rule.upper)]
    wrong = [town for town in high if town.declared(rule.lower) is False]
    silent = _silent_lists(case, high)
    verdict = verdict_of(
        fails=bool(wrong) and not rule.modal, unknown=bool(silent), doubt=bool(wrong)
    )
    count = units.exact(len(wrong))
    why = phrases.sentences(
        _on_higher_only(wrong) if wrong else None,
        *(case.missing(path, towns) for path, towns in silent.items()),
        _("Every town on a higher list is on the city's.") if not wrong and not silent else None,
        case.urging() if verdict is Verdict.REVIEW else None,
    )
    finding = case.finding(
        verdict,
        why,
        _lists_working(case, wrong),
        measured=count,
        limit=NONE,
        margin=-count if verdict is not Verdict.NOT_EVALUATED else None,
        unit="count",
        missing=tuple(silent),
    )
    return case.of_all(finding)


def _silent_lists(case: Together[ListNested], high: list[Facts]) -> dict[str, list[Facts]]:
    """Find, for each list, the towns whose dossiers leave open what the rule needs."""
    rule = case.rule
    silent = {path: _perhaps_higher(case, path, high) for path in rule.upper}
    silent[rule.lower] = [town for town in high if town.declared(rule.lower) is None]
    return {path: towns for path, towns in silent.items() if towns}


def _perhaps_higher(case: Together[ListNested], path: str, high: list[Facts]) -> list[Facts]:
    """Find the towns that may be on a higher list alone, since their dossiers do not state it.

    Parameters
    ----------
    case
        The rule on all towns.
    path
        The field of the higher list.
    high
        The towns that are on a higher list for sure.
    """
    lower = case.rule.lower
    return [town for town in case.without(path) if town not in high and not town.declared(lower)]


def _on_higher_only(towns: list[Facts]) -> Words:
    return _(
        "On a higher list and not on the city's: {towns}.",
        towns=phrases.listed(town.name for town in towns),
    )


def _lists_working(case: Together[ListNested], wrong: list[Facts]) -> ListsWorking:
    rule = case.rule
    formula = _("The number of towns on a higher list that are not on the city's.")
    return ListsWorking(
        formula=both(formula),
        terms=each_counts(wrong, rule.lower) or (Term(field=rule.lower, value=NONE),),
        lists=tuple(
            ListsRow(
                town=town.town,
                lists={path: town.stated(path, bool) for path in (*rule.upper, rule.lower)},
            )
            for town in case.towns
        ),
        parameters=(case.modality(),),
    )


KINDS = (
    JointKind(ListNested, list_nested, ListsWorking),
    JointKind(PortfolioCounts, portfolio_counts, CountsWorking),
)
