"""A rulebook that takes another one over and changes some of it, as a county does with its city's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from townland import documents, units
from townland.documents import Key, values
from townland.errors import RulebookError
from townland.i18n import Joined, _
from townland.rules.book.combine import combined, origins, texts
from townland.rules.book.tables import Document, Tables, is_table, listed, table, tables
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
    names = inherited_names(data)
    if not names:
        _refuse_misspelt(data, lines, path)
        return Document(path, data, lines, hashlib.sha256(raw).hexdigest(), {}, (path.parent,))
    bases = [_base(name, path, lines, find, heirs) for name in names]
    line = documents.line_of(lines, ("inherits",))
    base = combined(bases, data, path, line)
    _refuse_unknown_rules(base, data, lines, path)
    sha256 = hashlib.sha256(raw + base.sha256.encode()).hexdigest()
    merged, changed = _merged(base, data)
    return Document(
        path,
        merged,
        _moved(lines, data, merged),
        sha256,
        changed,
        (path.parent, *base.folders),
        origins(base),
        texts(base),
    )


def inherited_names(data: Mapping[str, object]) -> tuple[str, ...]:
    """Name the rulebooks that a file takes over, each once; none where ``inherits`` is no such thing."""
    stated = data.get("inherits")
    names = [stated] if isinstance(stated, str) else listed(stated)
    texts_only = [name for name in names if isinstance(name, str) and name]
    return tuple(dict.fromkeys(texts_only)) if len(texts_only) == len(names) else ()


def _base(
    name: str,
    path: Path,
    lines: dict[Key, int],
    find: Callable[[str, Path], Path],
    heirs: tuple[Path, ...],
) -> Document:
    """Read one of the rulebooks that a file inherits.

    Parameters
    ----------
    name
        What ``inherits`` states.
    path, lines
        The file, and the line of each of its keys.
    find, heirs
        As `document`.
    """
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
    return document(other, find, (*heirs, path))


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
                ' as "{example}", or several in brackets: ["{example}", "{second}"]',
                path=path.as_posix(),
                line=line,
                value=values.toml(data["inherits"]),
                example=shipped()[0],
                second=shipped()[-1],
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
    known = list(dict.fromkeys(str(rule.get("id")) for rule in tables(base.data.get("rule"))))
    told = []
    first: dict[tuple[str, object], int] = {}
    for at, rule in enumerate(listed(data.get("rule"))):
        if not is_table(rule):
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


def _merged(base: Document, own: Tables) -> tuple[Tables, dict[str, dict[str, Inherited]]]:
    """Put a rulebook's own tables over those of the other: keys, parameters, measures, notes, rules.

    What is of another kind than it should be stays as it is, for the validation to report.
    """
    other = base.id
    merged = {key: value for key, value in base.data.items() if key not in OWN} | own
    for name in ("parameter", "measure"):
        if is_table(own.get(name, {})):
            merged[name] = {**table(base.data.get(name)), **table(own.get(name))}
    for name in ("notes", "notice"):
        if isinstance(own.get(name, []), list):
            merged[name] = [*listed(base.data.get(name)), *listed(own.get(name))]
    changed = {rule: dict(keys) for rule, keys in base.changed.items()}
    general = table(base.data.get("parameter"))
    for key in table(own.get("parameter")):
        changed.setdefault("", {})[key] = Inherited(other, general.get(key))
    if not isinstance(own.get("rule", []), list):
        return merged, changed
    rules: list[object] = [*tables(base.data.get("rule"))]
    for rule in listed(own.get("rule")):
        at = _changed_rule(rules, rule)
        if at is None:
            rules.append(rule)
            continue
        before, after = table(rules[at]), table(rule)
        rules[at] = {**before, **after, **_clause(before, after)}
        for key in after:
            if key not in NO_PARAMETERS and after[key] != before.get(key):
                by_key = changed.setdefault(str(after["id"]), {})
                book = base.parents.get(str(after["id"]), other)
                by_key[key] = Inherited(book, before.get(key), _number(general.get(key)))
    merged["rule"] = rules
    return merged, changed


def _number(value: object) -> units.Number | None:
    return value if isinstance(value, int | float | Decimal) else None


def _changed_rule(rules: list[object], rule: object) -> int | None:
    """Find the rule that `rule` changes: the last of its id, for that is the law of latest days."""
    if not is_table(rule):
        return None
    same = [at for at, each in enumerate(rules) if table(each).get("id") == rule.get("id")]
    if not same:
        return None
    kind = table(rules[same[-1]]).get("kind")
    return same[-1] if rule.get("kind", kind) == kind else None


def _clause(before: Mapping[str, object], rule: Mapping[str, object]) -> Tables:
    own = rule.get("clause")
    return {"clause": {**table(before.get("clause")), **own}} if is_table(own) else {}


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
    rules = listed(merged.get("rule"))
    for at, rule in enumerate(listed(own.get("rule"))):
        same = [n for n, each in enumerate(rules) if each is rule]
        if not same and is_table(rule):
            same = [n for n, each in enumerate(rules) if table(each).get("id") == rule.get("id")]
        positions[at] = same[-1] if same else at
    moved: dict[Key, int] = {}
    for key, line in lines.items():
        if len(key) > 1 and key[0] == "rule" and isinstance(key[1], int):
            head, _at, *rest = key
            moved[head, positions.get(key[1], key[1]), *rest] = line
        else:
            moved[key] = line
    return moved
