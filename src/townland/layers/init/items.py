"""What the walk through a folder gives: its layers, each with its role and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from townland.geodesy.crs import Bounds
from townland.i18n import Words, _
from townland.rules.asks import RoleNeed

Key: TypeAlias = tuple[str, str, Words, bool]
"""A line of a layer's table: key, value, why, and whether it is certain."""


@dataclass(frozen=True, slots=True)
class Item:
    """One layer that was found: where, its role if there is one, whether it is placed, and why.

    `keys` are the lines of its table in the catalog; one that is not certain stands as a comment only.
    `bounds` are in degrees, None where the CRS is not known.
    `path` and `layer` are as the catalog names them, `file` is where the layer was found; `unlocated`
    is the evidence for its role where the CRS alone is wanting.
    """

    source: str
    title: str
    path: str
    layer: str | None
    role: str | None
    placed: bool
    reason: Words
    keys: tuple[Key, ...] = ()
    bounds: Bounds | None = None
    file: Path = Path()
    unlocated: Words | None = None

    @property
    def verdict(self) -> Words:
        """Whether it is placed, in a word."""
        return _("yes") if self.placed else _("no")


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person knows of a folder's layers, and the answers that are possible."""

    text: Words
    options: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class FolderWorkbook:
    """A workbook that is no layer: where it is, and what it is there for."""

    source: str
    what: Words


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that was found in a folder, in the order of the walk; `target` is its catalog.

    `missing` are the roles that rules read and no layer plays, `workbooks` the tables beside the layers,
    `unanswered` the questions that nobody answered.
    """

    folder: str
    items: tuple[Item, ...]
    target: Path = Path("catalog.toml")
    missing: tuple[RoleNeed, ...] = ()
    workbooks: tuple[FolderWorkbook, ...] = ()
    unanswered: tuple[Question, ...] = ()
