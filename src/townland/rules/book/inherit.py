"""A rulebook that takes another one over and changes some of it, as a county does with its city's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from townland import documents
from townland.documents import Key, values
from townland.errors import RulebookError
from townland.i18n import Joined, _
from townland.rules.judging.law import Inherited


def shipped() -> tuple[str, ...]:
    """Name the rulebooks that come with townland.

    >>> "liuzhou-2018" in shipped()
    True
    """
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.toml")))


def shipped_folder() -> Path:
    """Give the folder of the rulebooks that come with townland."""
    return Path(str(files("townland") / "rulebooks"))


OWN = ("id", "title", "version", "inherits")
"""What a rulebook never takes over."""

NO_PARAMETERS = ("id", "title", "kind", "clause", "note")
"""Keys of a rule that are no parameters of its kind."""


@dataclass(frozen=True, slots=True)
class Document:
    """A rulebook's tables with what it takes over, the lines of its own keys, and what it changed.

    `changed` goes by rule (empty for the rulebook's own parameters) and by key. `folders` are where the
    policy's text may lie.
    """

    data: dict[str, Any]
    lines: dict[Key, int]
    sha256: str
    changed: Mapping[str, Mapping[str, Inherited]]
    folders: tuple[Path, ...]


def document(
    path: Path, find: Callable[[str, Path], Path], heirs: tuple[Path, ...] = ()
) -> Document:
    """Read a rulebook's file, and the files of the rulebooks that it inherits.

    The hash of a rulebook that inherits is that of its bytes and the other's hash.

    Parameters
    ----------
    path
        The file.
    find
        Gives the file that a name or path in ``inherits`` means, seen from a file.
    heirs
        The files that inherit this one, which it may not inherit in turn.

    Raises
    ------
    RulebookError
        A file cannot be read, is no TOML, or inherits itself; it changes rules that there are not,
        or writes ``inherits`` with another letter.
    """
    raw = documents.read(path, RulebookError)
    data, lines = documents.tables(raw, path.as_posix(), RulebookError)
    name = data.get("inherits")
    if not isinstance(name, str) or not name:
        _refuse_misspelt(data, lines, path)
        return Document(data, lines, hashlib.sha256(raw).hexdigest(), {}, (path.parent,))
    other = _other(name, path, lines, find)
    if other.resolve() in {heir.resolve() for heir in (*heirs, path)}:
        raise RulebookError(
            _(
                "{path}, line {line}: inherits: {name} inherits this rulebook in turn",
                path=path.as_posix(),
                line=documents.line_of(lines, ("inherits",)),
                name=name,
            )
        )
    base = document(other, find, (*heirs, path))
    _refuse_unknown_rules(base, data, lines, path)
    sha256 = hashlib.sha256(raw + base.sha256.encode()).hexdigest()
    merged, changed = _merged(base, data)
    return Document(
        merged,
        _moved(lines, data, merged),
        sha256,
        changed,
        (path.parent, *base.folders),
    )


def _other(name: str, path: Path, lines: dict[Key, int], find: Callable[[str, Path], Path]) -> Path:
    """Find the rulebook that ``inherits`` names; where there is none, report the line and the nearest.

    Parameters
    ----------
    name
        What ``inherits`` states.
    path
        The file that states it.
    lines
        The line of each key.
    find
        Gives the file that a name or path means, seen from a file.
    """
    try:
        other = find(name, path)
        if other.is_file():
            return other
    except RulebookError:
        pass
    known = [*shipped(), *sorted(each.name for each in path.parent.glob("*.toml") if each != path)]
    near = get_close_matches(name, known, n=1) or get_close_matches(f"{name}.toml", known, n=1)
    place = {
        "path": path.as_posix(),
        "line": documents.line_of(lines, ("inherits",)),
        "name": name,
    }
    if near:
        raise RulebookError(
            _(
                '{path}, line {line}: inherits: there is no rulebook "{name}"; did you mean "{near}"?',
                near=near[0],
                **place,
            )
        )
    raise RulebookError(
        _(
            '{path}, line {line}: inherits: there is no rulebook "{name}"; townland has {known}, and a'
            " file is named by its path from here",
            known=", ".join(shipped()),
            **place,
        )
    )


def _refuse_misspelt(data: Mapping[str, Any], lines: dict[Key, int], path: Path) -> None:
    """Refuse an ``inherits`` that says nothing, alone: every other fault would only follow from it.

    It is written with another letter, below the heading of a rule, or is no text.

    Parameters
    ----------
    data
        The tables of the file.
    lines
        The line of each key.
    path
        The file.
    """
    line = documents.line_of(lines, ("inherits",))
    if data.get("inherits", "") != "":
        raise RulebookError(
            _(
                "{path}, line {line}: inherits is {value}; it names a rulebook in quotation marks, such"
                ' as "{example}"',
                path=path.as_posix(),
                line=line,
                value=values.toml(data["inherits"]),
                example=shipped()[0],
            )
        )
    for key, at in lines.items():
        if len(key) > 1 and key[-1] == "inherits":
            raise RulebookError(
                _(
                    "{path}, line {line}: inherits stands below a heading in brackets and so belongs to"
                    " it; move it above the first heading",
                    path=path.as_posix(),
                    line=at,
                )
            )
    near = [] if "inherits" in data else get_close_matches("inherits", data, n=1)
    if near:
        raise RulebookError(
            _(
                "{name}, line {line}: unknown key {key}; did you mean {near}?",
                name=path.as_posix(),
                line=documents.line_of(lines, (near[0],)),
                key=near[0],
                near="inherits",
            )
        )


def _refuse_unknown_rules(
    base: Document, data: Mapping[str, Any], lines: dict[Key, int], path: Path
) -> None:
    """Refuse changes to rules that the other rulebook does not have, and two changes to one.

    A new rule states its kind.

    Parameters
    ----------
    base
        The other rulebook.
    data
        The tables of the file.
    lines
        The line of each key.
    path
        The file.
    """
    rules = data.get("rule")
    known = list(dict.fromkeys(str(rule.get("id")) for rule in base.data.get("rule", [])))
    told = []
    first: dict[tuple[str, Any], int] = {}
    for at, rule in enumerate(rules if isinstance(rules, list) else ()):
        name = rule.get("id") if isinstance(rule, Mapping) else None
        if isinstance(rule, Mapping) and "id" not in rule:
            told.append(
                _(
                    "{path}, line {line}: below [[rule]] the id is missing; it says which rule is"
                    ' changed: id = "{example}"',
                    path=path.as_posix(),
                    line=documents.line_of(lines, ("rule", at)),
                    example=known[0] if known else "LAND-01",
                )
            )
        if not isinstance(name, str):
            continue
        line = documents.line_of(lines, ("rule", at, "id"))
        before = first.setdefault((name, rule.get("kind")), line)
        if before != line and name in known:
            told.append(
                _(
                    "{path}, line {line}: rule {rule} is changed twice, first on line {before}; write"
                    " all of its changes below one [[rule]]",
                    path=path.as_posix(),
                    line=line,
                    rule=name,
                    before=before,
                )
            )
        if name in known or "kind" in rule:
            continue
        same = [rule for rule in known if _bare(rule) == _bare(name)]
        near = same or get_close_matches(name.upper(), known, n=1)
        about = {
            "path": path.as_posix(),
            "line": line,
            "rule": name,
            "other": base.data.get("id"),
        }
        told.append(
            _(
                "{path}, line {line}: the rulebook {other} has no rule {rule}; did you mean {near}?",
                near=near[0],
                **about,
            )
            if near
            else _(
                "{path}, line {line}: the rulebook {other} has no rule {rule}; its rules are: {known}."
                " A rule of your own also needs kind, title and clause",
                known=", ".join(known),
                **about,
            )
        )
    if told:
        raise RulebookError(Joined(tuple(told), "\n"))


def _bare(name: str) -> str:
    """A rule's id without what people write differently: case, hyphen, zeros before the number."""
    return re.sub(r"[\W_]*0*(\d+)$", r"\1", name.strip().upper())


def _merged(
    base: Document, own: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, dict[str, Inherited]]]:
    named = str(base.data.get("id"))
    changed = {rule: dict(keys) for rule, keys in base.changed.items()}
    merged = {key: value for key, value in base.data.items() if key not in OWN} | own
    for table in ("parameter", "measure"):
        if isinstance(own.get(table, {}), Mapping):
            merged[table] = {**base.data.get(table, {}), **own.get(table, {})}
    if isinstance(own.get("notes", []), list):
        merged["notes"] = [*base.data.get("notes", []), *own.get("notes", [])]
    for key in own.get("parameter", {}) if isinstance(own.get("parameter"), Mapping) else ():
        value = base.data.get("parameter", {}).get(key)
        changed.setdefault("", {})[key] = Inherited(named, value)
    general = base.data.get("parameter")
    general = general if isinstance(general, Mapping) else {}
    rules = [dict(rule) for rule in base.data.get("rule", [])]
    for rule in own.get("rule", []) if isinstance(own.get("rule", []), list) else ():
        at = _place(rules, rule)
        if at is None:
            rules.append(rule)
            continue
        before = rules[at]
        rules[at] = {**before, **rule, **_clause(before, rule)}
        for key in rule:
            if key not in NO_PARAMETERS and rule[key] != before.get(key):
                held = changed.setdefault(str(rule["id"]), {})
                held[key] = Inherited(named, before.get(key), general.get(key))
    if isinstance(own.get("rule", []), list):
        merged["rule"] = rules
    return merged, changed


def _place(rules: list[dict[str, Any]], rule: Any) -> int | None:
    """Find the rule that `rule` changes: the last of its id, for that is the law of latest days."""
    if not isinstance(rule, Mapping):
        return None
    found = [at for at, held in enumerate(rules) if held.get("id") == rule.get("id")]
    if not found or rule.get("kind", rules[found[-1]].get("kind")) != rules[found[-1]].get("kind"):
        return None
    return found[-1]


def _clause(before: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    own = rule.get("clause")
    return {"clause": {**before.get("clause", {}), **own}} if isinstance(own, Mapping) else {}


def _moved(lines: dict[Key, int], own: dict[str, Any], merged: dict[str, Any]) -> dict[Key, int]:
    """Give each key of the own file the place that it has in the merged tables.

    Parameters
    ----------
    lines
        The line of each key of the own file.
    own
        Its tables.
    merged
        Its tables with what they take over.
    """
    places: dict[int, int] = {}
    rules = merged.get("rule", [])
    for at, rule in enumerate(own.get("rule", []) if isinstance(own.get("rule"), list) else ()):
        same = [n for n, held in enumerate(rules) if held is rule]
        if not same and isinstance(rule, Mapping):
            same = [n for n, held in enumerate(rules) if held.get("id") == rule.get("id")]
        places[at] = same[-1] if same else at
    moved: dict[Key, int] = {}
    for key, line in lines.items():
        if len(key) > 1 and key[0] == "rule" and isinstance(key[1], int):
            table, _at, *rest = key
            moved[table, places.get(key[1], key[1]), *rest] = line
        else:
            moved[key] = line
    return moved
