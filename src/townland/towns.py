"""A town: its boundary, and its dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from townland.issues import Issue
from townland.reading.layer import Input


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """One town as its boundary file gives it.

    `boundary` is a Polygon or MultiPolygon in `crs` (normalised); `input` says which file it came
    from, `issues` what was assumed in reading it, `dossier` holds the facts that are not geometry.
    """

    code: str
    name: str
    boundary: Any
    crs: Any
    input: Input
    issues: tuple[Issue, ...] = ()
    dossier: Mapping[str, Any] = field(default_factory=dict)
