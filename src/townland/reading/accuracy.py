"""How accurate boundaries are: for all by an option, for each by a column of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from townland.errors import LayerError, TownlandError
from townland.i18n import _
from townland.reading.columns import as_numbers, as_text, find_column
from townland.reading.format import Source
from townland.reading.rows import Rows

COLUMNS = ("accuracy_m", "中误差")
"""The column of a boundary file that holds the standard deviation of a vertex (中误差) in metres."""


def accuracy_column(fields: Sequence[str]) -> str | None:
    """Find the column that states the accuracy of each boundary, if there is one.

    A precision (精度) is the resolution of numbers, and no accuracy.

    >>> accuracy_column(("name", "ACCURACY_M")), accuracy_column(("name", "精度"))
    ('ACCURACY_M', None)
    """
    return next((found for name in COLUMNS if (found := find_column(name, fields))), None)


def accuracies(rows: Rows, column: str | None, source: Source) -> list[float | None]:
    """Read what the column of accuracy says of each boundary; None where it says nothing.

    Parameters
    ----------
    rows
        The boundaries.
    column
        The column, None where there is none.
    source
        Where they come from.

    Raises
    ------
    LayerError
        A value is no length above 0.
    """
    if column is None:
        return [None] * len(rows)
    texts = as_text(rows.columns[column])
    numbers, _wrong = as_numbers(rows.columns[column])
    stated = np.array([text is not None for text in texts], dtype=bool)
    for at in np.flatnonzero(stated & ~((numbers > 0) & np.isfinite(numbers))):
        raise LayerError(
            _(
                "{place}: feature {feature}: {column} is {value}; expected the standard deviation of a"
                " vertex of the boundary in metres, above 0, e.g. 0.5; leave it empty where it is not"
                " known",
                place=source.place,
                feature=source.number(int(rows.fid[at])),
                column=column,
                value=texts[at],
            )
        )
    return [float(number) if known else None for number, known in zip(numbers, stated, strict=True)]


def require_accuracy(accuracy_m: float | None) -> None:
    """Make sure that the accuracy of all boundaries is a length above 0, where it is stated.

    Raises
    ------
    TownlandError
        It is not.
    """
    if accuracy_m is not None and not 0 < accuracy_m < math.inf:
        raise TownlandError(
            _(
                "--accuracy {value}: expected the standard deviation of a vertex of the boundary in"
                " metres, above 0, e.g. 0.5; leave it out where it is not known",
                value=accuracy_m,
            )
        )
