"""Several rulebooks that are taken over at once: what they have together, and where they disagree.

What they state alike holds. Where they differ in something that all rules are judged by, the rulebook
that takes them over must state it itself; a rule or a measure never stands for two things.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from townland import documents, units
from townland.documents import values
from townland.errors import RulebookError
from townland.i18n import Joined, Words, _
from townland.rules.book.tables import Document, Tables, listed, table, tables
from townland.rules.judging.law import Inherited, Parameters
from townland.rules.judging.phrases import listed as listed_words

AGREED = ("three_class", "modal_words", "jurisdiction")
"""Keys of a rulebook by which all of its rules are judged, and which several must state alike."""


def combined(bases: Sequence[Document], own: Tables, path: Path, line: int) -> Document:
    """Put several rulebooks together, in their order, as if they were one.

    Notes and notices follow one another; a text that quotes are held against stays each rulebook's own.

    Parameters
    ----------
    bases
        The rulebooks.
    own
        The tables of the file that takes them over: what it states itself is not asked of them.
    path, line
        That file, and the line where it names them.

    Raises
    ------
    RulebookError
        A rule is in two of them, a measure is two things, or they differ in what the file leaves open;
        the message says every such fault, with file and line.
    """
    if len(bases) == 1:
        return bases[0]
    faults = [*_rules_twice(bases), *_measures_unlike(bases, own), *_unlike(bases, own)]
    if faults:
        place = {"path": path.as_posix(), "line": line}
        lines = [
            _("{path}, line {line}: inherits: {reason}", reason=each, **place) for each in faults
        ]
        raise RulebookError(Joined(tuple(lines), "\n"))
    data: Tables = {"id": ", ".join(base.id for base in bases)}
    for base in bases:
        data = {**{key: value for key, value in base.data.items() if value not in ("", [])}, **data}
    for name in ("notes", "notice"):
        data[name] = _once([each for base in bases for each in listed(base.data.get(name))])
    data["measure"] = {
        name: spec for base in reversed(bases) for name, spec in _measures(base).items()
    }
    data["parameter"] = {
        key: value for base in bases for key, value in table(base.data.get("parameter")).items()
    }
    data["rule"] = _once([rule for base in bases for rule in listed(base.data.get("rule"))])
    data.pop("text", None)
    stated = {str(base.data["text"]) for base in bases if base.data.get("text")}
    if len(stated) == 1:
        data["text"] = stated.pop()
    changed: dict[str, Mapping[str, Inherited]] = {}
    for base in bases:
        changed |= base.changed
    return Document(
        path,
        data,
        {},
        hashlib.sha256("".join(base.sha256 for base in bases).encode()).hexdigest(),
        changed,
        tuple(dict.fromkeys(folder for base in bases for folder in base.folders)),
        {rule: origin for base in bases for rule, origin in origins(base).items()},
        {book: text for base in bases for book, text in texts(base).items()},
        {rule: base.id for base in reversed(bases) for rule in origins(base)},
    )


def origins(base: Document) -> dict[str, str]:
    """Give for each rule of a rulebook the id of the one that it stands in."""
    ids = [str(rule.get("id")) for rule in tables(base.data.get("rule"))]
    return {rule: base.origin(rule) for rule in ids}


def texts(base: Document) -> dict[str, tuple[str, tuple[Path, ...]]]:
    """Give the texts that the quotes of a rulebook's rules are held against, by rulebook."""
    own = base.data.get("text")
    stated = {base.id: (own, base.folders)} if isinstance(own, str) and own else {}
    return {**stated, **base.texts}


def _once(each: list[object]) -> list[object]:
    """Each table once: two rulebooks may have taken one over from the same third."""
    known: list[object] = []
    for one in each:
        if one not in known:
            known.append(one)
    return known


def _measures(base: Document) -> Mapping[str, object]:
    return table(base.data.get("measure"))


def _rules_twice(bases: Sequence[Document]) -> Iterator[Words]:
    """Find rules that two of the rulebooks have, unless it is one and the same rule."""
    first: dict[str, tuple[Document, list[object]]] = {}
    for base in bases:
        of_id: dict[str, list[object]] = {}
        for rule in tables(base.data.get("rule")):
            of_id.setdefault(str(rule.get("id")), []).append(rule)
        for rule_id, clauses in of_id.items():
            before = first.setdefault(rule_id, (base, clauses))
            if before[0] is not base and before[1] != clauses:
                yield _(
                    "rule {rule} stands in {first} ({first_place}) and in {second} ({second_place});"
                    " one id is one rule: take over one of the two rulebooks only, or give one rule"
                    " another id",
                    rule=rule_id,
                    first=before[0].id,
                    first_place=_place(before[0], rule_id),
                    second=base.id,
                    second_place=_place(base, rule_id),
                )


def _place(base: Document, rule: str) -> Words:
    """Say where a rule stands in its rulebook's file."""
    rules = listed(base.data.get("rule"))
    at = next(n for n, each in enumerate(rules) if table(each).get("id") == rule)
    line = documents.line_of(base.lines, ("rule", at, "id"))
    return _("{path}, line {line}", path=base.path.as_posix(), line=line)


def _measures_unlike(bases: Sequence[Document], own: Tables) -> Iterator[Words]:
    """Find measures of one name that are two things; titles may differ, the first one counts."""
    stated = table(own.get("measure"))
    first: dict[str, tuple[Document, object]] = {}
    for base in bases:
        for name, spec in _measures(base).items():
            other, before = first.setdefault(name, (base, _content(spec)))
            if before != _content(spec) and name not in stated:
                yield _(
                    "the measure {name} is one thing in {first} ({first_place}) and another in {second}"
                    " ({second_place}); give one of them another name, or define {name} in this file"
                    " for the rules of both",
                    name=name,
                    first=other.id,
                    first_place=_line(other, "measure", name),
                    second=base.id,
                    second_place=_line(base, "measure", name),
                )


def _content(spec: object) -> object:
    return {key: value for key, value in table(spec).items() if key != "title"}


def _line(base: Document, *key: str) -> Words:
    line = documents.line_of(base.lines, key)
    return _("{path}, line {line}", path=base.path.as_posix(), line=line)


def _unlike(bases: Sequence[Document], own: Tables) -> Iterator[Words]:
    """Find keys and parameters in which the rulebooks differ and that the file does not state.

    A parameter that a rulebook leaves out has townland's value there; a jurisdiction that it leaves out
    is everywhere, and binds no other.
    """
    for key in AGREED:
        held = {base.id: base.data.get(key) for base in bases}
        if key == "jurisdiction":
            held = {name: value for name, value in held.items() if value}
        yield from _differing(key, held, stated=key in own)
    for name, about in Parameters.model_fields.items():
        stated = {
            base.id: table(base.data.get("parameter")).get(name, about.default) for base in bases
        }
        held = {book: _exact(value) for book, value in stated.items()}
        yield from _differing(f"parameter.{name}", held, stated=name in table(own.get("parameter")))


def _differing(key: str, held: Mapping[str, object], *, stated: bool) -> Iterator[Words]:
    """Say what each of the rulebooks has, where they differ.

    Parameters
    ----------
    key
        The key in question.
    held
        What each rulebook has, by its id.
    stated
        Whether the file that takes them over states the key itself.
    """
    known = list(held.values())
    if stated or all(value == known[0] for value in known):
        return
    each = listed_words(
        _("{name}: {value}", name=name, value=_plain(value)) for name, value in held.items()
    )
    yield _(
        "the rulebooks differ in {key} ({each}); state {key} in this file, which then holds for the"
        " rules of all",
        key=key,
        each=each,
    )


def _exact(value: object) -> object:
    """A number as it is written, whatever type it was read as."""
    return units.exact(value) if isinstance(value, int | float) else value


def _plain(value: object) -> Words | str:
    return "-" if value is None else values.toml(value)
