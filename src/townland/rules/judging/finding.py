"""What a rule said of a town."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from townland.i18n import Bilingual, Words
from townland.rules.judging.clause import Clause
from townland.terms import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One rule's verdict on one town.

    `measured`, `limit` and `margin` are in `unit` (areas always ``m2``), text for dates, or None;
    `margin` is positive where there is room. `evidence` names the measures whose pieces show it,
    `missing` the roles or dossier fields that were wanting, `assumed` what the figure leans on.
    """

    rule: str
    title: Bilingual
    town: str | None
    verdict: Verdict
    measured: Decimal | str | None
    limit: Decimal | str | None
    margin: Decimal | str | None
    unit: str
    why: Words
    clause: Clause
    trace: Mapping[str, Any]
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    assumed: tuple[Words, ...] = ()
    towns: tuple[str, ...] = ()
