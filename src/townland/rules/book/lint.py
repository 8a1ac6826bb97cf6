"""Every fault of a rulebook at once, with file and line: its keys, kinds, dates, numbers and quotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from townland import documents
from townland.documents import Key, Strict
from townland.errors import RulebookError
from townland.i18n import Words, _
from townland.rules.book import numbers, quotes
from townland.rules.book.inherit import document
from townland.rules.book.loader import find, policy_text
from townland.rules.book.model import Rulebook
from townland.rules.book.tables import Document
from townland.rules.judging.clause import Rule, share_keys
from townland.rules.judging.law import Parameters
from townland.rules.judging.references import nearest, texts
from townland.rules.kinds import MODELS
from townland.terms import TAGS


@dataclass(frozen=True, slots=True)
class RulebookFault:
    """One fault of a rulebook: the line it stands in, its key, and a sentence that names both.

    With `usable` the rulebook can be used all the same; a person must look whether it is meant so.
    """

    line: int
    key: Key
    message: Words
    usable: bool = False


def lint(name_or_path: str | Path) -> tuple[RulebookFault, ...]:
    """Give every fault of a rulebook, in the order of its lines; none where it can be used.

    What makes a rulebook unusable is found, and what only a reader would miss: a quote that is checked
    against nothing, bars the wrong way round, a measure that no rule uses.

    Raises
    ------
    RulebookError
        The file cannot be read, or a rulebook that it inherits has faults of its own.

    Examples
    --------
    >>> lint("liuzhou-2018")
    ()
    """
    path = find(name_or_path)
    raw = documents.read(path, RulebookError)
    misread = documents.misread(raw, path.as_posix())
    if misread is not None:
        return (RulebookFault(misread[0], (), misread[1]),)
    held = document(path, find)
    name = path.as_posix()
    found = documents.faults(held.data, held.lines, name, Rulebook)
    faults = [] if isinstance(found, Rulebook) else list(found)
    hard = [
        *_quotes(held, path),
        *_numbers(held),
        *_numbers_named(held),
        *_bars(held.data),
        *_unused(held.data, held),
    ]
    told = [
        RulebookFault(documents.line_of(held.lines, key), key, message) for key, message in faults
    ]
    for usable, reasons in ((False, hard), (True, [*_shares(held), *_tags(held), *_idle(held)])):
        for key, reason in reasons:
            line = documents.line_of(held.lines, key)
            message = _(
                "{name}, line {line}: {key}: {reason}",
                name=name,
                line=line,
                key=_named(held.data, key),
                reason=reason,
            )
            told.append(RulebookFault(line, key, message, usable))
    return tuple(sorted(told, key=lambda each: each.line))


def _rules(data: Mapping[str, object]) -> Iterator[tuple[int, Mapping[str, object]]]:
    rules = data.get("rule")
    for at, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, Mapping):
            yield at, rule


def _named(data: Mapping[str, object], key: Key) -> str:
    """Name a key: a rule by its id, anything else by its path."""
    match key:
        case ("rule", int() as number, *_inner):
            return str(dict(_rules(data))[number].get("id", number + 1))
    return ".".join(map(str, key))


def _quotes(held: Document, path: Path) -> Iterator[tuple[Key, Words]]:
    text = held.data.get("text")
    policies: dict[str, str] = {}
    try:
        for book, (words_of, folders) in held.texts.items():
            policies[book] = policy_text(words_of, path, folders)
        if isinstance(text, str) and text:
            policies[held.id] = policy_text(text, path, held.folders)
    except RulebookError as problem:
        yield ("text",), problem.message  # type: ignore[misc]  # ours are words
        return
    words = held.data.get("modal_words", Rulebook.model_fields["modal_words"].default)
    words = tuple(map(str, words)) if isinstance(words, list | tuple) else ()
    for at, rule in _rules(held.data):
        clause = rule.get("clause")
        quote = clause.get("quote") if isinstance(clause, Mapping) else None
        if not isinstance(quote, str) or not quote or not isinstance(clause, Mapping):
            continue
        key: Key = ("rule", at, "clause")
        policy = policies.get(held.origin(str(rule.get("id"))), policies.get(held.id))
        if policy is None:
            yield (
                key,
                _("there is a quote, but no text to check it against; name the file under text"),
            )
            continue
        for reason in quotes.quote_faults(quote, str(clause.get("article", "")), policy, words):
            yield key, reason
        for passage in _passages(clause):
            for reason in quotes.quote_faults(*passage, policy, ()):
                yield key, reason


def _passages(clause: Mapping[str, object]) -> list[tuple[str, str]]:
    """Give quote and article of the further passages that a clause names."""
    besides = clause.get("besides")
    return [
        (str(each.get("quote", "")), str(each.get("article", "")))
        for each in (besides if isinstance(besides, list) else ())
        if isinstance(each, Mapping)
    ]


def _numbers(held: Document) -> Iterator[tuple[Key, Words]]:
    """Find the numbers of the file's own rules that do not stand in the words they quote.

    A rule taken over from another rulebook is a bureau's own where it states another number.
    """
    for at, rule in _rules(held.data):
        clause = rule.get("clause")
        if not isinstance(clause, Mapping) or not clause.get("quote"):
            continue
        # a clause that was taken over is held against its own file
        if ("rule", at, "clause") not in held.lines:
            continue
        own = clause.get("own")
        own = own if isinstance(own, list) else []
        said = [str(clause["quote"]), *(quote for quote, _article in _passages(clause))]
        found = dict(numbers.stated(rule))
        unit = str(rule["unit"]) if isinstance(rule.get("unit"), str) else None
        yield from _places(at, clause, found, unit, said)
        for name, value in found.items():
            stands = numbers.stands(value, unit, said)
            if name not in own and not stands:
                yield (
                    (
                        "rule",
                        at,
                        *(int(part) if part.isdigit() else part for part in name.split(".")),
                    ),
                    _(
                        "{name} is {value}, which does not stand in the quote “{quote}”; mend it, quote"
                        " where it stands under besides, or name {name} under own as no number of the"
                        " policy",
                        name=name,
                        value=value,
                        quote=" / ".join(said),
                    ),
                )
            elif name in own and stands:
                yield (
                    ("rule", at, "clause"),
                    _(
                        "{name} is named under own, but {value} stands in the quote",
                        name=name,
                        value=value,
                    ),
                )


def _numbers_named(held: Document) -> Iterator[tuple[Key, Words]]:
    """Find what ``own`` and ``stands`` of a clause name and the rule does not state."""
    for at, rule in _rules(held.data):
        clause = rule.get("clause")
        if not isinstance(clause, Mapping) or ("rule", at, "clause") not in held.lines:
            continue
        known = list(dict(numbers.stated(rule)))
        for table in ("own", "stands"):
            names = clause.get(table)
            for name in map(str, names if isinstance(names, list | Mapping) else ()):
                if name not in known and not (table == "own" and ("rule", at, name) in held.lines):
                    yield ("rule", at, "clause", table), _not_stated(table, name, known)


def _not_stated(table: str, name: str, known: Sequence[str]) -> Words:
    """Say that a rule does not state a number.

    Parameters
    ----------
    table
        Which key of the clause names it.
    name
        The number, by its dotted key.
    known
        The numbers that the rule states.
    """
    near = nearest(name, known)
    if near:
        return _(
            "{table} names {name}, which the rule does not state; did you mean {near}?",
            table=table,
            name=name,
            near=near,
        )
    return _(
        "{table} names {name}, which the rule does not state; its numbers are: {known}",
        table=table,
        name=name,
        known=", ".join(known) or "-",
    )


def _tags(held: Document) -> Iterator[tuple[Key, Words]]:
    """Find tags that are like one of townland's own; a bureau's own tags are free."""
    measures = held.data.get("measure")
    for name, spec in measures.items() if isinstance(measures, Mapping) else ():
        for table in ("tagged", "or_tagged") if isinstance(spec, Mapping) else ():
            filters = spec.get(table)
            for role, kept in filters.items() if isinstance(filters, Mapping) else ():
                for tag in map(str, kept if isinstance(kept, list) else [kept]):
                    near = "" if tag in TAGS else nearest(tag, TAGS)
                    if near and ("measure", name) in held.lines:
                        yield (
                            ("measure", name, table, role),
                            _(
                                "no layer has the tag {tag}; did you mean {near}?",
                                tag=tag,
                                near=near,
                            ),
                        )


def _places(
    at: int,
    clause: Mapping[str, object],
    found: Mapping[str, Decimal],
    unit: str | None,
    said: Sequence[str],
) -> Iterator[tuple[Key, Words]]:
    """Hold each number to the words of the quote that ``stands`` takes it from, not to all of them.

    Parameters
    ----------
    at
        The number of the rule.
    clause
        Its clause.
    found
        The numbers that it states, by their dotted keys.
    unit
        What it states its areas in; None where it has none.
    said
        The quotes of its clause.
    """
    places = clause.get("stands")
    for name, words in (places if isinstance(places, Mapping) else {}).items():
        key: Key = ("rule", at, "clause")
        if name not in found or not numbers.stands(found[name], unit, said):
            continue  # reported already, as no name of the rule or a number that stands nowhere
        elif not any(str(words) in quote for quote in said):
            yield (
                key,
                _(
                    "stands takes {name} from “{words}”, which is not in the quote",
                    name=name,
                    words=words,
                ),
            )
        elif not numbers.stands(found[name], unit, [str(words)]):
            yield (
                ("rule", at, *(int(part) if part.isdigit() else part for part in name.split("."))),
                _(
                    "{name} is {value}, but where the quote says it, there stands “{words}”",
                    name=name,
                    value=found[name],
                    words=words,
                ),
            )


def _shares(held: Document) -> Iterator[tuple[Key, Words]]:
    """Find whole numbers where a share of 1 is asked for: who writes 1 may well mean 1 %.

    A number that the quote holds is meant, and so is one with a point (1.0).
    """
    general = held.data.get("parameter")
    tables: list[tuple[Key, Mapping[str, object], type[Strict], tuple[str, ...], list[str]]] = [
        (
            ("parameter",),
            general if isinstance(general, Mapping) else {},
            Parameters,
            share_keys(Parameters),
            [],
        )
    ]
    for at, rule in _rules(held.data):
        kind = MODELS.get(str(rule.get("kind")), Rule)
        clause = rule.get("clause")
        quote = clause.get("quote") if isinstance(clause, Mapping) else ""
        tables.append((("rule", at), rule, kind, kind.shares(rule), [str(quote)]))
    for key, table, model, names, said in tables:
        strict = share_keys(model)
        for name in names:
            value = table.get(name)
            if type(value) is not int or value < 1 or (*key, name) not in held.lines:
                continue
            if value > 1 and name in strict:
                continue  # refused already: no share is above 1
            if not any(f"{value * 100}{sign}" in quote for sign in "%％" for quote in said):
                yield (*key, name), _whole(name, value)


def _idle(held: Document) -> Iterator[tuple[Key, Words]]:
    """Find a ``fail`` beyond the bar of a rule that cannot fail: whoever states it means it to."""
    for at, rule in _rules(held.data):
        idle = rule.get("modal") is True and rule.get("beyond") == "fail"
        if idle and ("rule", at, "beyond") in held.lines:
            yield (
                ("rule", at, "beyond"),
                _(
                    'beyond = "fail" changes nothing while modal = true, for such a clause only'
                    " urges; state modal = false, too"
                ),
            )


def _whole(name: str, value: int) -> Words:
    place = {"name": name, "value": value, "percent": value * 100, "share": Decimal(value) / 100}
    if name == "band":
        return _(
            "{name} = {value} means ±{percent} %; for ±{value} % write {share}; if ±{percent} % is"
            " meant, write {value}.0",
            **place,
        )
    return _(
        "{name} = {value} means {percent} %; for {value} % write {share}; if {percent} % is meant, write"
        " {value}.0",
        **place,
    )


def _bars(data: Mapping[str, object]) -> Iterator[tuple[Key, Words]]:
    for at, rule in _rules(data):
        low, high = rule.get("minimum"), rule.get("maximum")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield (
                ("rule", at, "maximum"),
                _("minimum {low} is above maximum {high}", low=low, high=high),
            )


def _unused(data: Mapping[str, object], held: Document) -> Iterator[tuple[Key, Words]]:
    """Find the rulebook's own measures that no rule names: mostly a name that was mistyped."""
    measures = data.get("measure")
    named = {text for _at, rule in _rules(data) for text in texts(rule)}
    for name in measures if isinstance(measures, Mapping) else ():
        if name not in named and ("measure", name) in held.lines:
            yield ("measure", name), _("no rule uses this measure")
