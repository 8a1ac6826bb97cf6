"""Kinds of rules on what a dossier names: industries, documents, the carrier, the name itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from townland import units
from townland.documents import Strict
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Count, OnlyFigures, Rule, fault, refuse
from townland.rules.judging.declared import (
    count_of,
    not_known,
    policy_number,
)
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.names import folded
from townland.rules.judging.references import DocumentField, NamesField, TruthField, WordsField
from townland.rules.judging.trace import (
    Column,
    FieldPath,
    Parameter,
    Part,
    Row,
    Term,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class Counted(Strict):
    """A list of the dossier that should have from `least` to `most` entries."""

    field: NamesField
    title: Bilingual
    least: Count
    most: Count


class CountsWithin(Rule):
    """How many entries some lists of the dossier have."""

    kind: Literal["counts_within"]
    counted: Annotated[tuple[Counted, ...], Field(json_schema_extra={"minItems": 1})]

    @model_validator(mode="after")
    def _ranges_are_some(self) -> CountsWithin:
        if not self.counted:
            refuse([fault(("counted",), _("at least one list is counted"))])
        for at, each in enumerate(self.counted):
            if each.least > each.most:
                refuse([fault(("counted", at), _("least is more than most"))])
        return self


class NamedDocument(Strict):
    """A document that the dossier should name."""

    field: DocumentField
    title: Bilingual


class DocumentsNamed(Rule):
    """The documents that an application consists of."""

    kind: Literal["documents_named"]
    documents: Annotated[tuple[NamedDocument, ...], Field(json_schema_extra={"minItems": 1})]

    @model_validator(mode="after")
    def _some_are_asked(self) -> DocumentsNamed:
        if not self.documents:
            refuse([fault(("documents",), _("at least one document is asked for"))])
        return self


class Group(Strict):
    """Names that belong together under one heading."""

    title: Bilingual
    names: tuple[str, ...]


class ListedAmong(OnlyFigures):
    """Whether what the dossier names is among the names of an open list."""

    kind: Literal["listed_among"]
    field: WordsField
    groups: tuple[Group, ...]


class NameReserved(Rule):
    """A word that only towns on a list may bear in their names."""

    kind: Literal["name_reserved"]
    word: Annotated[str, Field(min_length=1)]
    list: TruthField


NONE = units.exact(0)


class RangeRow(Row):
    """How many entries a list of the dossier should have."""

    field: FieldPath
    least: Annotated[int, Column(_("least"))]
    most: Annotated[int, Column(_("most"))]


class RangesWorking(Working):
    """The trace's own part of `counts_within`."""

    ranges: Annotated[tuple[RangeRow, ...], Part(_("asked for"))]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The entries of each list by its field, and the lists that the dossier leaves out."""

    entries: Mapping[str, Sequence[str]]
    missing: tuple[str, ...]
    off: tuple[Counted, ...]

    @property
    def total(self) -> Decimal:
        return units.exact(sum(len(entries) for entries in self.entries.values()))


def counts_within(case: Case[CountsWithin]) -> Finding:
    """Count the entries of lists, each of which should be within its range."""
    rule, lists = case.rule, _lists(case)
    off = bool(lists.off)
    verdict = verdict_of(fails=off and not rule.modal, unknown=bool(lists.missing), doubt=off)
    return case.finding(
        verdict,
        _counts_why(case, lists, urged=verdict is Verdict.REVIEW),
        _ranges_working(case, lists),
        measured=lists.total if lists.entries else None,
        unit="count",
        missing=lists.missing,
    )


def _lists(case: Case[CountsWithin]) -> _Lists:
    declared = {each.field: case.facts.entries(each.field, str) for each in case.rule.counted}
    entries = {path: names for path, names in declared.items() if names is not None}
    return _Lists(
        entries,
        tuple(path for path, names in declared.items() if names is None),
        tuple(
            each
            for each in case.rule.counted
            if each.field in entries and not each.least <= len(entries[each.field]) <= each.most
        ),
    )


def _counts_why(case: Case[CountsWithin], lists: _Lists, *, urged: bool) -> Words:
    """State each list with its entries and its range.

    Parameters
    ----------
    case
        The rule on its town.
    lists
        The entries of each list.
    urged
        Whether it is for a person, since the clause only urges.
    """
    return phrases.sentences(
        *(
            _(
                "{title}: {count} ({names}); the clause has {least} to {most}.",
                title=each.title,
                count=len(lists.entries[each.field]),
                names=phrases.listed(lists.entries[each.field])
                if lists.entries[each.field]
                else "-",
                least=each.least,
                most=each.most,
            )
            for each in case.rule.counted
            if each.field in lists.entries
        ),
        phrases.unknown(lists.missing) if lists.missing else None,
        case.urging() if urged else None,
    )


def _ranges_working(case: Case[CountsWithin], lists: _Lists) -> RangesWorking:
    counted = case.rule.counted
    formula = _("The number of entries of each list; each must be within its range.")
    return RangesWorking(
        formula=both(formula),
        terms=tuple(
            Term(field=path, value=units.exact(len(entries)), entries=tuple(entries))
            for path, entries in lists.entries.items()
        ),
        ranges=tuple(
            RangeRow(field=each.field, least=each.least, most=each.most) for each in counted
        ),
        parameters=(
            *(parameter for each in counted for parameter in _range_parameters(each)),
            case.modality(),
        ),
    )


def _range_parameters(each: Counted) -> tuple[Parameter, Parameter]:
    least, most = (
        _("least number: {title}", title=each.title),
        _("greatest number: {title}", title=each.title),
    )
    return (
        policy_number(f"{each.field}.least", each.least, least),
        policy_number(f"{each.field}.most", each.most, most),
    )


def documents_named(case: Case[DocumentsNamed]) -> Finding:
    """Look whether the dossier names every document; one that it says there is not, is missing."""
    rule = case.rule
    named = {each.field: case.facts.declared(each.field) for each in rule.documents}
    silent = tuple(path for path, value in named.items() if value is None)
    absent = [each for each in rule.documents if named[each.field] is False]
    count, known = units.exact(len(absent)), len(silent) < len(named)
    verdict = verdict_of(
        fails=bool(absent) and not rule.modal, unknown=bool(silent), doubt=bool(absent)
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    return case.finding(
        verdict,
        _documents_why(case, absent, silent, urged=verdict is Verdict.REVIEW),
        _documents_working(case, named),
        measured=count if known else None,
        limit=NONE,
        margin=-count if known and decided else None,
        unit="count",
        missing=silent,
    )


def _documents_why(
    case: Case[DocumentsNamed],
    absent: list[NamedDocument],
    silent: tuple[str, ...],
    *,
    urged: bool,
) -> Words:
    """Name the documents that are missing, and those of which the dossier does not say.

    Parameters
    ----------
    case
        The rule on its town.
    absent
        The documents that the dossier says there are not.
    silent
        The fields of documents that the dossier leaves out.
    urged
        Whether it is for a person, since the clause only urges.
    """
    unsaid = [each.title for each in case.rule.documents if each.field in silent]
    return phrases.sentences(
        _("Missing: {titles}.", titles=phrases.listed(each.title for each in absent))
        if absent
        else None,
        _("The dossier does not say whether there is: {titles}.", titles=phrases.listed(unsaid))
        if unsaid
        else None,
        _("All documents that the clause names are there.") if not absent and not silent else None,
        case.urging() if urged else None,
    )


def _documents_working(case: Case[DocumentsNamed], named: Mapping[str, object]) -> Working:
    documents = case.rule.documents
    formula = _("The number of documents that the clause names and the town lacks.")
    return Working(
        formula=both(formula),
        terms=tuple(
            Term(
                field=each.field,
                value=count_of(named[each.field] is False),
                document=str(named[each.field] or ""),
                title=both(each.title),
            )
            for each in documents
            if named[each.field] is not None
        ),
        parameters=(
            *(policy_number(each.field, each.title.zh, each.title) for each in documents),
            case.modality(),
        ),
    )


def listed_among(case: Case[ListedAmong]) -> Finding:
    """State whether what the dossier names is on an open list of the policy."""
    rule = case.rule
    names = case.facts.entries(rule.field, str)
    if names is None:
        return not_known(case, [rule.field])
    groups = {
        name: next((group for group in rule.groups if _is_among(name, group)), None)
        for name in names
    }
    count = units.exact(sum(group is not None for group in groups.values()))
    return case.finding(
        verdict_of(judges=False),
        _listed_why(groups),
        _listed_working(rule, groups),
        measured=count,
        unit="count",
    )


def _is_among(name: str, group: Group) -> bool:
    """Tell whether a group has a name, however it is written."""
    return folded(name) in map(folded, group.names)


def _listed_why(groups: Mapping[str, Group | None]) -> Words:
    sentences = [
        _("{name} is not named by the clause, whose list is open.", name=name)
        if group is None
        else _("{name} is named by the clause: {group}.", name=name, group=group.title)
        for name, group in groups.items()
    ]
    return phrases.sentences(*(sentences or [_("The dossier names none.")]))


def _listed_working(rule: ListedAmong, groups: Mapping[str, Group | None]) -> Working:
    return Working(
        formula=both(_("The number of entries that the clause names.")),
        terms=tuple(_entry_term(rule.field, *entry) for entry in groups.items()),
        parameters=tuple(map(_names_of, rule.groups)),
    )


def _entry_term(field: str, name: str, group: Group | None) -> Term:
    """Trace an entry of a list: 1 where the clause names it.

    Parameters
    ----------
    field
        The list.
    name, group
        The entry, and the group of the clause that has it; None where none does.
    """
    return Term(field=field, value=count_of(group is not None), entry=name)


def _names_of(group: Group) -> Parameter:
    return policy_number(group.title.en, "、".join(group.names), group.title)


def name_reserved(case: Case[NameReserved]) -> Finding:
    """Look whether a town has the word in its name without being on the list."""
    rule = case.rule
    has_word, listed = rule.word in case.facts.name, case.facts.stated(rule.list, bool)
    if has_word and listed is None:
        return not_known(case, [rule.list])
    wrong = has_word and not listed
    place = {"word": rule.word, "name": case.facts.name}
    formula = _("1 where the name bears “{word}” and the town is not on the list.", **place)
    working = Working(
        formula=both(formula),
        terms=(Term(field=rule.list, value=count_of(wrong), listed=listed, name=case.facts.name),),
        parameters=(
            policy_number("word", rule.word, _("the word that only listed towns may bear")),
            case.modality(),
        ),
    )
    return case.finding(
        verdict_of(fails=wrong and not rule.modal, doubt=wrong),
        phrases.sentences(_name_why(case), case.urging() if wrong and rule.modal else None),
        working,
        measured=count_of(wrong),
        limit=NONE,
        margin=-count_of(wrong),
        unit="count",
    )


def _name_why(case: Case[NameReserved]) -> Words:
    rule = case.rule
    place = {"word": rule.word, "name": case.facts.name}
    if rule.word not in case.facts.name:
        return _("The name {name} does not bear “{word}”.", **place)
    if case.facts.stated(rule.list, bool):
        return _("The name {name} bears “{word}”, and the town is on the list.", **place)
    return _("The name {name} bears “{word}”, and the town is not on the list.", **place)


KINDS = (
    Kind(CountsWithin, counts_within, RangesWorking),
    Kind(DocumentsNamed, documents_named),
    Kind(ListedAmong, listed_among),
    Kind(NameReserved, name_reserved),
)
