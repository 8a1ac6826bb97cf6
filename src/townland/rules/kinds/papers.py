"""Kinds of rules on what a dossier names: industries, documents, the carrier, the name itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from townland import units
from townland.documents import Strict
from townland.i18n import Bilingual, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case, both, by_precedence
from townland.rules.judging.clause import Count, OnlyFigures, Rule, fault, refuse
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import DocumentField, NamesField, TruthField, WordsField
from townland.rules.kinds.money import not_applicable, not_known
from townland.rules.kinds.stages import events_until
from townland.rules.stating import unknown
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


class ApplicationWindow(Rule):
    """The years in which towns apply."""

    kind: Literal["application_window"]
    first_year: int
    last_year: int

    @model_validator(mode="after")
    def _years_in_order(self) -> ApplicationWindow:
        if self.first_year > self.last_year:
            refuse([fault(("last_year",), _("the last year is before the first"))])
        return self


NONE = units.exact(0)


def beyond(case: Case[Rule]) -> Verdict:
    """Give the verdict beyond the bar: for a person where the clause only urges."""
    return Verdict.REVIEW if case.rule.modal else Verdict.FAIL


def stated(path: str, value: Decimal, **more: Any) -> dict[str, Any]:
    """Trace one summand of a figure: what a field of the dossier gives."""
    return {"field": path, "value": phrases.number(value), **more}


def count_of(found: bool) -> Decimal:
    """Count one thing: 1 where it is there, else 0."""
    return units.exact(1 if found else 0)


def law_range(name: str, value: Any, title: Any) -> dict[str, Any]:
    """Trace a number of the policy that is no area."""
    return {"name": name, "value": value, "unit": None, "title": both(title), "origin": "policy"}


def counts_within(case: Case[CountsWithin]) -> Finding:
    """Count the entries of lists, each of which should be within its range."""
    rule = case.rule
    lists = {each.field: case.facts.entries(each.field, str) for each in rule.counted}
    missing = [path for path, entries in lists.items() if entries is None]
    counts = {path: units.exact(len(entries or ())) for path, entries in lists.items()}
    off = [
        each
        for each in rule.counted
        if each.field not in missing and not each.least <= counts[each.field] <= each.most
    ]

    verdict = by_precedence(
        fails=bool(off) and not rule.modal, unknown=bool(missing), doubt=bool(off)
    )

    why = phrases.sentences(
        *(
            _(
                "{title}: {count} ({names}); the clause has {least} to {most}.",
                title=each.title,
                count=counts[each.field],
                names=phrases.listed(entries) if (entries := lists[each.field]) else "-",
                least=each.least,
                most=each.most,
            )
            for each in rule.counted
            if each.field not in missing
        ),
        unknown(missing) if missing else None,
        case.urging() if verdict is Verdict.REVIEW else None,
    )
    trace = {
        "formula": both(_("The number of entries of each list; each must be within its range.")),
        "terms": [
            stated(path, count, entries=list(lists[path] or ()))
            for path, count in counts.items()
            if path not in missing
        ],
        "ranges": [
            {"field": each.field, "least": each.least, "most": each.most} for each in rule.counted
        ],
        "parameters": [
            *(
                law_range(name, getattr(each, part), word)
                for each in rule.counted
                for name, part, word in (
                    (f"{each.field}.least", "least", _("least number: {title}", title=each.title)),
                    (f"{each.field}.most", "most", _("greatest number: {title}", title=each.title)),
                )
            ),
            case.modality(),
        ],
    }
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if len(missing) == len(lists) else sum(counts.values(), NONE),
        limit=None,
        margin=None,
        unit="count",
        missing=tuple(missing),
    )


def documents_named(case: Case[DocumentsNamed]) -> Finding:
    """Look whether the dossier names every document; one that it says there is not, is missing."""
    rule = case.rule
    named = {each.field: case.facts.declared(each.field) for each in rule.documents}
    silent = [path for path, value in named.items() if value is None]
    absent = [each for each in rule.documents if named[each.field] is False]
    count = units.exact(len(absent))

    verdict = by_precedence(
        fails=bool(absent) and not rule.modal, unknown=bool(silent), doubt=bool(absent)
    )

    why = phrases.sentences(
        _("Missing: {titles}.", titles=phrases.listed(each.title for each in absent))
        if absent
        else None,
        _(
            "The dossier does not say whether there is: {titles}.",
            titles=phrases.listed(each.title for each in rule.documents if each.field in silent),
        )
        if silent
        else None,
        _("All documents that the clause names are there.") if not absent and not silent else None,
        case.urging() if verdict is Verdict.REVIEW else None,
    )
    trace = {
        "formula": both(_("The number of documents that the clause names and the town lacks.")),
        "terms": [
            stated(
                each.field,
                count_of(each in absent),
                document=named[each.field] or "",
                title={"zh": each.title.zh, "en": each.title.en},
            )
            for each in rule.documents
            if each.field not in silent
        ],
        "parameters": [
            *(law_range(each.field, each.title.zh, each.title) for each in rule.documents),
            case.modality(),
        ],
    }
    known = len(silent) < len(named)
    return case.finding(
        verdict,
        why,
        trace,
        measured=count if known else None,
        limit=NONE,
        margin=-count if known and verdict is not Verdict.NOT_EVALUATED else None,
        unit="count",
        missing=tuple(silent),
    )


def listed_among(case: Case[ListedAmong]) -> Finding:
    """State whether what the dossier names is on an open list of the policy."""
    rule = case.rule
    names = case.facts.entries(rule.field, str)
    if names is None:
        return not_known(case, [rule.field])
    groups = {
        name: next((group for group in rule.groups if name in group.names), None) for name in names
    }
    count = units.exact(sum(group is not None for group in groups.values()))
    why = phrases.sentences(
        *(
            _("{name} is not named by the clause, whose list is open.", name=name)
            if group is None
            else _("{name} is named by the clause: {group}.", name=name, group=group.title)
            for name, group in groups.items()
        ),
        None if names else _("The dossier names none."),
    )
    trace = {
        "formula": both(_("The number of entries that the clause names.")),
        "terms": [
            stated(rule.field, count_of(group is not None), entry=name)
            for name, group in groups.items()
        ],
        "parameters": [
            law_range(group.title.en, "、".join(group.names), group.title) for group in rule.groups
        ],
    }
    return case.finding(
        Verdict.INFO, why, trace, measured=count, limit=None, margin=None, unit="count"
    )


def name_reserved(case: Case[NameReserved]) -> Finding:
    """Look whether a town bears the word in its name without being on the list."""
    rule = case.rule
    bears, listed = rule.word in case.facts.name, case.facts.stated(rule.list, bool)
    place = {"word": rule.word, "name": case.facts.name}
    if bears and listed is None:
        return not_known(case, [rule.list])
    wrong = bears and not listed
    if not bears:
        why = _("The name {name} does not bear “{word}”.", **place)
    elif listed:
        why = _("The name {name} bears “{word}”, and the town is on the list.", **place)
    else:
        why = _("The name {name} bears “{word}”, and the town is not on the list.", **place)
    trace = {
        "formula": both(
            _("1 where the name bears “{word}” and the town is not on the list.", **place)
        ),
        "terms": [stated(rule.list, count_of(wrong), listed=listed, name=case.facts.name)],
        "parameters": [
            law_range("word", rule.word, _("the word that only listed towns may bear")),
            case.modality(),
        ],
    }
    return case.finding(
        beyond(case) if wrong else Verdict.PASS,
        phrases.sentences(why, case.urging() if wrong and rule.modal else None),
        trace,
        measured=count_of(wrong),
        limit=NONE,
        margin=-count_of(wrong),
        unit="count",
    )


def application_window(case: Case[ApplicationWindow]) -> Finding:
    """Judge the year of the latest application before the day of the check."""
    rule = case.rule
    if case.facts.dossier.events is None:
        return not_known(case, ["events"])
    days = [day for day, name in events_until(case.facts, case.on) if name == "applied"]
    place = {"first": rule.first_year, "last": rule.last_year}
    if not days:
        return not_applicable(
            case, _("the dossier names no application up to {on}.", on=case.on.isoformat())
        )
    day = days[-1]
    late, early = day.year - rule.last_year, rule.first_year - day.year
    outside = late > 0 or early > 0
    if outside:
        why = _("Applied on {day}, outside of {first} to {last}.", day=day.isoformat(), **place)
    else:
        why = _("Applied on {day}, within {first} to {last}.", day=day.isoformat(), **place)
    trace = {
        "formula": both(
            _("The day of the latest application; its year is {first} to {last}.", **place)
        ),
        "terms": [],
        "deadline": {"from": day.isoformat(), "years": 0},
        "applications": [each.isoformat() for each in days],
        "parameters": [
            law_range("first_year", rule.first_year, _("the first year of applications")),
            law_range("last_year", rule.last_year, _("the last year of applications")),
            case.modality(),
        ],
    }
    return case.finding(
        beyond(case) if outside else Verdict.PASS,
        phrases.sentences(why, case.urging() if outside and rule.modal else None),
        trace,
        measured=day.isoformat(),
        limit=f"{rule.first_year}–{rule.last_year}",
        margin=None,
        unit="date",
    )


KINDS = (
    Kind(ApplicationWindow, application_window),
    Kind(CountsWithin, counts_within),
    Kind(DocumentsNamed, documents_named),
    Kind(ListedAmong, listed_among),
    Kind(NameReserved, name_reserved),
)
