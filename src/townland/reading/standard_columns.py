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
    issues = []
    nothing = np.full(len(rows), None, dtype=object)
    columns: dict[str, NDArray[np.object_]] = {
        name: as_text(rows.columns[needed[name]]) if name in needed else nothing
        for name in ("id", "code", "owner", "tag", "slope")
    }
    numbers = np.full(len(rows), np.nan)
    if "net_factor" in needed:
        numbers, wrong = as_numbers(rows.columns[needed["net_factor"]])
        if wrong:
            message = _(
                "{count} values of the column {column} are no numbers, and count as missing",
                count=wrong,
                column=needed["net_factor"],
            )
            issues.append(Issue("net_factor_not_number", "warning", message))
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
        "net_factor": numbers,
        "owner": texts["owner"],
        "tag": texts["tag"],
        "slope": texts["slope"],
    }, issues
