"""What is known of the looks of a sheet, whatever kind of workbook it is of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ERROR = re.compile(
    r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!)|Err:\d{3}"
)
"""What a cell shows whose formula has failed."""

LAST_COLUMN = 16_384
"""No sheet has more columns."""


@dataclass(frozen=True, slots=True)
class SheetLook:
    """How a sheet looks: rows count from 1, columns from 0.

    `unread` are the cells of formulas without a value, by row and column: the error that they show, or
    nothing where the formula was never computed.
    """

    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()
    unread: Mapping[tuple[int, int], str] = field(default_factory=dict)


PLAIN = SheetLook()
"""A sheet that hides nothing."""


def bare(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]
