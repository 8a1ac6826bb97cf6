"""The columns that every layer has, whatever its file calls them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from townland.i18n import _
from townland.issues import Issue
from townland.reading.columns import as_numbers, as_text
from townland.reading.rows import Rows

Columns = dict[str, "pd.Series[str] | NDArray[np.float64]"]
"""The standard columns of a frame by their names."""


def standard_columns(rows: Rows, needed: Mapping[str, str]) -> tuple[Columns, list[Issue]]:
    """The standard columns of a frame, and what was wrong in them."""
    nothing = np.full(len(rows), None, dtype=object)
    columns: dict[str, NDArray[np.object_]] = {
        name: as_text(rows.columns[needed[name]]) if name in needed else nothing
        for name in ("id", "code", "named", "owner", "tag", "slope", "grade", "village")
    }
    factors, factor_issues = _numbers(rows, needed, "net_factor")
    production, production_issues = _numbers(rows, needed, "production")
    issues = [*factor_issues, *production_issues]
    missing = pd.isna(columns["id"])
    if missing.any():
        columns["id"] = np.where(missing, rows.fid.astype(str).astype(object), columns["id"])
    if "id" in needed and missing.any():
        message = _(
            "{count} features have no value in the id column {column}, and are named by their number"
            " in the file",
            count=int(missing.sum()),
            column=needed["id"],
        )
        issues.append(Issue("id_missing", "info", message))
    # objects, since pandas 3 would make text of its own kind of them, and NaN of None
    texts = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    return {
        "id": texts["id"],
        "code": texts["code"],
        "named": texts["named"],
        "net_factor": factors,
        "owner": texts["owner"],
        "tag": texts["tag"],
        "slope": texts["slope"],
        "grade": texts["grade"],
        "production": production,
        "village": texts["village"],
    }, issues


def _numbers(
    rows: Rows, needed: Mapping[str, str], name: str
) -> tuple[NDArray[np.float64], list[Issue]]:
    """A column of numbers, NaN where the file has none, and what was wrong in it.

    Parameters
    ----------
    rows, needed
        As in `standard_columns`.
    name
        Our name of the column.
    """
    if name not in needed:
        return np.full(len(rows), np.nan), []
    numbers, wrong = as_numbers(rows.columns[needed[name]])
    message = _(
        "{count} values of the column {column} are no numbers, and count as missing",
        count=wrong,
        column=needed[name],
    )
    return numbers, [Issue(f"{name}_not_number", "warning", message)] if wrong else []
