"""One town for each way a rule can turn out, as rows that say how their figures come about.

Every rule has a town just inside, just outside and on its limit, one with an input missing, and one
with an input that can be read in two ways; `CANNOT` in the tables says why a rule has none of a kind.
The figures follow from the policy's clauses and the arithmetic written in `working`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from tests.factory_rules import DAY, measure, town

from townland.rules.evaluate import Facts
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal

Kind = Literal["inside", "outside", "limit", "missing", "ambiguous"]
KINDS: tuple[Kind, ...] = ("inside", "outside", "limit", "missing", "ambiguous")


@dataclass(frozen=True)
class Case:
    """One town, or several for a rule on towns together, and what a rule must say of it.

    `measured`, `limit` and `margin` are in `unit`, decimals as text; None says that there is none.
    `traced` are further figures by their names in the trace. `bureau` are the words of the rulebook
    that a bureau replaced, for bars that the policy leaves to it. `within` is how far an outside source
    of the figures may differ.
    """

    rule: str
    kind: Kind
    facts: Facts | tuple[Facts, ...]
    verdict: Verdict
    measured: str | None
    working: str
    limit: str | None = None
    margin: str | None = None
    unit: str = "m2"
    missing: tuple[str, ...] = ()
    traced: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""
    bureau: tuple[tuple[str, str], ...] = ()
    day: dt.date = DAY
    rulebook: str = "liuzhou-2018"
    within: str = "0"


def one(name: str, area: Any = None, **known: Any) -> Any:
    """A measure of one piece, or of none."""
    return measure(name, *([] if area is None else [("f", area)]), **known)


def planned(area: Any = 1_000_000, **known: Any) -> Any:
    """Planned construction land; 1 km² where nothing else is said."""
    return one("planned_construction", area, **known)


def told(*measures: Any, area: Any = 3_000_000, **dossier: Any) -> Facts:
    """A town of 3 km², some measures, and what its dossier holds."""
    return town(*measures, area=area, dossier=dossier)
