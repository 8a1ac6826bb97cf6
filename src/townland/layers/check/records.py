"""The records of a layer by the fields of its role's schema, whatever its columns are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from townland.measuring.prepare import scheme_of
from townland.reading.columns import as_numbers, as_text
from townland.reading.streamed import WholeLayer
from townland.standards import fields as schemas
from townland.standards import landclass
from townland.standards.fields import FieldRule


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """A layer, and its columns by the field of the land survey that each stands for.

    `columns` maps such a field to the column of the file. `code` is the canonical land class of each
    feature ("" where there is none) and `scheme` that of the layer, empty where it names none.
    """

    layer: WholeLayer
    columns: Mapping[str, str]
    code: NDArray[np.object_]
    scheme: str

    def __len__(self) -> int:
        return len(self.layer.numbers)

    def has(self, *fields: str) -> bool:
        """Whether the layer has a column for each of these fields."""
        return all(field in self.columns for field in fields)

    def text(self, field: str) -> NDArray[np.object_]:
        """A column as text, "" where a cell is empty or the column absent."""
        if field not in self.columns:
            return np.full(len(self), "", dtype=object)
        values = as_text(self.layer.also[self.columns[field]])
        return np.where(pd.isna(values), "", values).astype(object)

    def codes(self, field: str) -> NDArray[np.object_]:
        """A column of codes as text in capitals; of a number, its digits."""
        values = self.text(field)
        positions, distinct = pd.factorize(values)
        upper = np.array([str(value).strip().upper() for value in distinct], dtype=object)
        return upper[positions] if len(upper) else values

    def numbers(self, field: str) -> NDArray[np.float64]:
        """A column as numbers, NaN where a cell is empty or the column absent."""
        if field not in self.columns:
            return np.full(len(self), np.nan)
        return as_numbers(self.layer.also[self.columns[field]])[0]


def wanted(role: str, present: Sequence[str]) -> dict[str, str]:
    """The columns of a file that the fields of a role's schema stand in, by what each stands for.

    >>> wanted("permanent_basic_farmland", ("bsm", "YJJBNTTBMJ", "CFZR"))
    {'BSM': 'bsm', 'TBMJ': 'YJJBNTTBMJ'}
    """
    found: dict[str, str] = {}
    for rule in schemas.fields(role):
        column = schemas.field_column(rule, present)
        if column is not None and not schemas.is_personal(column):
            found.setdefault(rule.stands_for, column)
    return found


def rules_of(role: str, present: Sequence[str]) -> list[tuple[FieldRule, str | None]]:
    """Every field of a role's schema with the column that holds it, None where there is none."""
    return [(rule, schemas.field_column(rule, present)) for rule in schemas.fields(role)]


def records(layer: WholeLayer, columns: Mapping[str, str]) -> Records:
    """Take a layer's columns by their fields."""
    scheme = scheme_of(layer.spec)
    if scheme is not None and layer.spec.class_column is not None:
        classes = landclass.classify(layer.columns["code"], scheme, "survey")["code"]
        code = np.where(pd.isna(classes), "", classes).astype(object)
        return Records(layer, columns, code, scheme.id)
    found = Records(layer, columns, np.array([], dtype=object), "")
    return Records(layer, columns, found.codes("DLBM"), "")
