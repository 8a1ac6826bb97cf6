"""Rulebooks are read here: the shipped ones by name, others by path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from townland import documents
from townland.documents import Key
from townland.errors import RulebookError
from townland.i18n import Joined, Words, _
from townland.rules.book.inherit import document, inherited_names, shipped, shipped_folder
from townland.rules.book.model import Rulebook
from townland.rules.book.quotes import quote_faults
from townland.rules.judging.clause import Rule

__all__ = [
    "find",
    "load_rulebook",
    "policy_text",
    "quote_stands",
    "rulebook_schema",
    "rules_in_force",
    "shipped",
]


def load_rulebook(name_or_path: str | Path) -> Rulebook:
    """Read a rulebook: a shipped one by its id, or a TOML file.

    The policy's own text is looked for beside the file, then among the shipped ones.

    Raises
    ------
    RulebookError
        There is no such rulebook; or it has faults: every one at once, with line and key; or a quote
        does not stand in the policy's text word for word.

    Examples
    --------
    >>> load_rulebook("liuzhou-2018").rule[0].id
    'LAND-01'
    """
    path = find(name_or_path)
    held = document(path, find)
    for other in inherited_names(held.data):
        base = find(other, path)  # its own faults are reported with its own lines
        if base.parent == shipped_folder():
            _read_once(base)
        else:
            load_rulebook(base)
    name = path.as_posix()
    book = documents.validate(held.data, held.lines, name, Rulebook, RulebookError)
    book._path = path
    book._sha256 = held.sha256
    book._changed = held.changed
    book._origins = held.origins
    book._policies = {
        other: policy_text(text, path, folders) for other, (text, folders) in held.texts.items()
    }
    if book.text:
        book._policy = policy_text(book.text, path, held.folders)
    faults = _quote_faults(book)
    if faults:
        lines = held.lines
        raise RulebookError(
            Joined(
                tuple(
                    _(
                        "{name}, line {line}: {key}: {reason}",
                        name=path.as_posix(),
                        line=documents.line_of(lines, key),
                        key=book.rule[int(key[1])].id,
                        reason=reason,
                    )
                    for key, reason in faults
                ),
                "\n",
            )
        )
    return book


@cache
def _read_once(shipped_path: Path) -> None:
    """Read a rulebook that comes with townland for its faults, which do not change."""
    load_rulebook(shipped_path)


def quote_stands(rulebook: Rulebook) -> list[Words]:
    """Check every quote against the policy's stored text; the faults, with the rules' ids.

    >>> quote_stands(load_rulebook("liuzhou-2018"))
    []
    """
    return [
        _("{rule}: {reason}", rule=rulebook.rule[int(key[1])].id, reason=reason)
        for key, reason in _quote_faults(rulebook)
    ]


def rules_in_force(rulebook: Rulebook, on: dt.date) -> tuple[Rule, ...]:
    """Give the rules whose clauses are law on the day `on`, in the rulebook's order.

    Raises
    ------
    RulebookError
        None is.
    """
    rules = tuple(rule for rule in rulebook.rule if rule.clause.in_force(on))
    if not rules:
        first = min(rule.clause.effective for rule in rulebook.rule)
        raise RulebookError(
            _(
                "no clause of rulebook {rulebook} is in force on {on}; its first is from {first}",
                rulebook=rulebook.id,
                on=on,
                first=first,
            )
        )
    return rules


def rulebook_schema() -> dict[str, object]:
    """Give the JSON Schema of a rulebook, for editors that complete and check TOML."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Rulebook.model_json_schema(),
    }


def find(name_or_path: str | Path, seen_from: Path | None = None) -> Path:
    """Give the file of a rulebook: a shipped one's, or a path, relative to the file it stands in.

    Raises
    ------
    RulebookError
        It is neither.
    """
    if isinstance(name_or_path, str) and name_or_path in shipped():
        return shipped_folder() / f"{name_or_path}.toml"
    given = Path(name_or_path)
    path = given if seen_from is None else seen_from.parent / given
    if path.exists() or given.suffix or len(given.parts) > 1:
        return path
    own = path.with_name(f"{path.name}.toml")
    near = (
        [own.as_posix()] if own.is_file() else get_close_matches(str(name_or_path), shipped(), n=1)
    )
    if near:
        raise RulebookError(
            _(
                "no such rulebook {name}; did you mean {near}? (shipped are {known})",
                name=given.as_posix(),
                near=near[0],
                known=", ".join(shipped()),
            )
        )
    raise RulebookError(
        _(
            "no such rulebook {name}; shipped are {known}, and a file is named by its path",
            name=given.as_posix(),
            known=", ".join(shipped()),
        )
    )


def policy_text(text: str, path: Path, folders: Iterable[Path]) -> str:
    """Read the policy's own words from one of some folders, or from the shipped ones.

    Parameters
    ----------
    text
        The name of their file.
    path
        The file of the rulebook, which messages name.
    folders
        Where the text may lie.

    Raises
    ------
    RulebookError
        They are in none, or cannot be read.
    """
    for folder in (*folders, shipped_folder()):
        try:
            if not (folder / text).exists():
                continue
            return documents.read(folder / text, RulebookError).decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise RulebookError(
                _(
                    "{path}: the policy's text {text} cannot be read ({reason})",
                    path=path.as_posix(),
                    text=text,
                    reason=problem,
                )
            ) from None
    raise RulebookError(
        _(
            "{path}: the policy's text {text} is not beside it",
            path=path.as_posix(),
            text=text,
        )
    )


def _quote_faults(book: Rulebook) -> list[tuple[Key, Words]]:
    return [
        (("rule", at, "clause"), reason)
        for at, rule in enumerate(book.rule)
        for policy in [book.policy_of(rule.id)]
        if policy is not None
        for reason in quote_faults(rule.clause.quote, rule.clause.article, policy, book.modal_words)
    ]
