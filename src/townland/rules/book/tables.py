"""A rulebook's tables as its files hold them, not validated yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeGuard

from townland.documents import Key
from townland.rules.judging.law import Inherited

Tables: TypeAlias = dict[str, object]
"""What a TOML document holds, not validated yet: a table may be a number."""


@dataclass(frozen=True, slots=True)
class Document:
    """A rulebook's tables with what it takes over, the lines of its own keys, and what it changed.

    `changed` goes by rule (empty for the rulebook's own parameters) and by key. `folders` are where the
    policy's text may lie. `origins` gives for a rule that was taken over the id of the rulebook that it
    stands in, `texts` for such a rulebook the file of its policy's words and the folders where that may
    lie. Of several put together `parents` gives for a rule the one that it was taken from.
    """

    path: Path
    data: Tables
    lines: dict[Key, int]
    sha256: str
    changed: Mapping[str, Mapping[str, Inherited]]
    folders: tuple[Path, ...]
    origins: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, tuple[Path, ...]]] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The rulebook's own id, as it stands in the file."""
        return str(self.data.get("id"))

    def origin(self, rule: str) -> str:
        """Give the id of the rulebook that a rule stands in."""
        return self.origins.get(rule, self.id)


def is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value of a TOML document is a table; its keys are texts, then."""
    return isinstance(value, Mapping)


def table(value: object) -> Mapping[str, object]:
    """Give a table; an empty one where the value is missing or something else."""
    return value if is_table(value) else {}


def listed(value: object) -> list[object]:
    """Give a list; an empty one where the value is missing or something else."""
    return value if isinstance(value, list) else []


def tables(value: object) -> list[Mapping[str, object]]:
    """Give the tables of a list."""
    return [each for each in listed(value) if is_table(each)]
