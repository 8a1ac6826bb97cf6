"""A rulebook that takes another one over and changes some of it, as a county does with its city's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias, TypeGuard

from townland import documents, units
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


Tables: TypeAlias = dict[str, object]
"""What a TOML document holds, not validated yet: a table may be a number."""


@dataclass(frozen=True, slots=True)
class Document:
    """A rulebook's tables with what it takes over, the lines of its own keys, and what it changed.

    `changed` goes by rule (empty for the rulebook's own parameters) and by key. `folders` are where the
    policy's text may lie.
    """

    data: Tables
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


def _refuse_misspelt(data: Tables, lines: dict[Key, int], path: Path) -> None:
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
        # TOML: a key below a heading belongs to that heading
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


def _refuse_unknown_rules(base: Document, data: Tables, lines: dict[Key, int], path: Path) -> None:
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
    known = list(dict.fromkeys(str(rule.get("id")) for rule in _tables(base.data.get("rule"))))
    told = []
    first: dict[tuple[str, object], int] = {}
    for at, rule in enumerate(_list(data.get("rule"))):
        if not _is_table(rule):
            continue
        name = rule.get("id")
        if "id" not in rule:
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


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value of a TOML document is a table; its keys are texts, then."""
    return isinstance(value, Mapping)


def _table(value: object) -> Mapping[str, object]:
    """Give a table; an empty one where the value is missing or something else."""
    return value if _is_table(value) else {}


def _list(value: object) -> list[object]:
    """Give a list; an empty one where the value is missing or something else."""
    return value if isinstance(value, list) else []


def _tables(value: object) -> list[Mapping[str, object]]:
    """Give the tables of a list."""
    return [each for each in _list(value) if _is_table(each)]


def _merged(base: Document, own: Tables) -> tuple[Tables, dict[str, dict[str, Inherited]]]:
    """Put a rulebook's own tables over those of the other: keys, parameters, measures, notes, rules.

    What is of another kind than it should be stays as it is, for the validation to report.
    """
    other = str(base.data.get("id"))
    merged = {key: value for key, value in base.data.items() if key not in OWN} | own
    for name in ("parameter", "measure"):
        if _is_table(own.get(name, {})):
            merged[name] = {**_table(base.data.get(name)), **_table(own.get(name))}
    for name in ("notes", "notice"):
        if isinstance(own.get(name, []), list):
            merged[name] = [*_list(base.data.get(name)), *_list(own.get(name))]
    changed = {rule: dict(keys) for rule, keys in base.changed.items()}
    general = _table(base.data.get("parameter"))
    for key in _table(own.get("parameter")):
        changed.setdefault("", {})[key] = Inherited(other, general.get(key))
    if not isinstance(own.get("rule", []), list):
        return merged, changed
    rules: list[object] = [*_tables(base.data.get("rule"))]
    for rule in _list(own.get("rule")):
        at = _changed_rule(rules, rule)
        if at is None:
            rules.append(rule)
            continue
        before, after = _table(rules[at]), _table(rule)
        rules[at] = {**before, **after, **_clause(before, after)}
        for key in after:
            if key not in NO_PARAMETERS and after[key] != before.get(key):
                by_key = changed.setdefault(str(after["id"]), {})
                by_key[key] = Inherited(other, before.get(key), _number(general.get(key)))
    merged["rule"] = rules
    return merged, changed


def _number(value: object) -> units.Number | None:
    return value if isinstance(value, int | float | Decimal) else None


def _changed_rule(rules: list[object], rule: object) -> int | None:
    """Find the rule that `rule` changes: the last of its id, for that is the law of latest days."""
    if not _is_table(rule):
        return None
    same = [at for at, each in enumerate(rules) if _table(each).get("id") == rule.get("id")]
    if not same:
        return None
    kind = _table(rules[same[-1]]).get("kind")
    return same[-1] if rule.get("kind", kind) == kind else None


def _clause(before: Mapping[str, object], rule: Mapping[str, object]) -> Tables:
    own = rule.get("clause")
    return {"clause": {**_table(before.get("clause")), **own}} if _is_table(own) else {}


def _moved(lines: dict[Key, int], own: Tables, merged: Tables) -> dict[Key, int]:
    """Give each key of the own file the position that it has in the merged tables.

    Parameters
    ----------
    lines
        The line of each key of the own file.
    own
        Its tables.
    merged
        Its tables with what they take over.
    """
    positions: dict[int, int] = {}
    rules = _list(merged.get("rule"))
    for at, rule in enumerate(_list(own.get("rule"))):
        same = [n for n, each in enumerate(rules) if each is rule]
        if not same and _is_table(rule):
            same = [n for n, each in enumerate(rules) if _table(each).get("id") == rule.get("id")]
        positions[at] = same[-1] if same else at
    moved: dict[Key, int] = {}
    for key, line in lines.items():
        if len(key) > 1 and key[0] == "rule" and isinstance(key[1], int):
            table, _at, *rest = key
            moved[table, positions.get(key[1], key[1]), *rest] = line
        else:
            moved[key] = line
    return moved
