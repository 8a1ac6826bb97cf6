"""The columns that every layer has, whatever its file calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from townland.i18n import _
from townland.issues import Issue
from townland.reading.columns import as_numbers, as_text, no_numbers
from townland.reading.format import Source
from townland.reading.rows import Rows
from townland.standards import landclass

Columns = dict[str, "pd.Series[Any]"]
"""The standard columns of a frame by their names."""

SHOWN = 10
"""So many cells that are no numbers are named."""


def standard_columns(rows: Rows, needed: Mapping[str, str]) -> tuple[Columns, list[Issue]]:
    """The standard columns of a frame, and what was wrong in them."""
    nothing = np.full(len(rows), None, dtype=object)
    columns: dict[str, NDArray[np.object_]] = {
        name: as_text(rows.columns[needed[name]]) if name in needed else nothing
        for name in ("id", "code", "named", "owner", "tag", "slope", "grade", "village")
    }
    missing = pd.isna(columns["id"])
    if missing.any():
        columns["id"] = np.where(missing, rows.fid.astype(str).astype(object), columns["id"])
    factors, factor_issues = _numbers(rows, needed, "net_factor", ids=columns["id"])
    production, production_issues = _numbers(rows, needed, "production", ids=columns["id"])
    issues = [*factor_issues, *production_issues]
    if "id" in needed and missing.any():
        message = _(
            "{count} {count:feature has|features have} no value in the id column"
            " {column}, and {count:is|are} named by {count:its|their} number in the file",
            count=int(missing.sum()),
            column=needed["id"],
        )
        issues.append(Issue("id_missing", "info", message))
    # objects, since pandas 3 would make text of its own kind of them, and NaN of None
    texts = {name: pd.Series(values, dtype=object, copy=False) for name, values in columns.items()}
    return {
        "id": texts["id"],
        "code": texts["code"],
        "named": texts["named"],
        "net_factor": pd.Series(factors),
        "owner": texts["owner"],
        "tag": texts["tag"],
        "slope": texts["slope"],
        "grade": texts["grade"],
        "production": pd.Series(production),
        "village": texts["village"],
    }, issues


def with_stars(
    rows: Rows, source: Source, needed: Mapping[str, str], *, scheme: str | None
) -> Rows:
    """The rows with asterisks where these stand for a number that a figure rests on.

    A ridge coefficient is one of cultivated land alone: elsewhere asterisks are a blank.

    Parameters
    ----------
    rows, source
        What was read, and of which file.
    needed
        The standard columns in the file.
    scheme
        The scheme of its land classes.
    """
    columns = dict(rows.columns)
    for ours in ("net_factor", "production"):
        if source.starred is None or ours not in needed:
            continue
        stars = source.starred(rows, needed[ours])
        if stars.any() and ours == "net_factor" and "code" in needed and scheme is not None:
            codes = pd.Series(as_text(columns[needed["code"]]), dtype=object)
            classes = landclass.classify(codes, landclass.load_scheme(scheme), "survey")
            stars &= classes["source"].isin(("paddy", "other_cultivated")).to_numpy()
        if stars.any():
            texts = np.where(stars, "******", as_text(columns[needed[ours]]))
            columns[needed[ours]] = pa.chunked_array([pa.array(texts.tolist(), pa.string())])
    return replace(rows, columns=columns)


def _numbers(
    rows: Rows, needed: Mapping[str, str], name: str, *, ids: NDArray[np.object_]
) -> tuple[NDArray[np.float64], list[Issue]]:
    """A column of numbers, NaN where the file has none, and what was wrong in it.

    Parameters
    ----------
    rows, needed
        As in `standard_columns`.
    name
        Our name of the column.
    ids
        What the features are called.
    """
    if name not in needed:
        return np.full(len(rows), np.nan), []
    numbers, wrong = as_numbers(rows.columns[needed[name]])
    return numbers, [_no_numbers(rows, needed[name], name, ids=ids)] if wrong else []


def _no_numbers(rows: Rows, column: str, name: str, *, ids: NDArray[np.object_]) -> Issue:
    """That cells of a column hold something that is no number, with the first of them.

    Parameters
    ----------
    rows, column
        The rows, and the column in their file.
    name
        Our name of the column.
    ids
        What the features are called.
    """
    texts = as_text(rows.columns[column])
    at = no_numbers(rows.columns[column])
    cells = [f"{ids[row]}: {texts[row]}" for row in at[:SHOWN].tolist()]
    message = _(
        "{count} {count:value|values} of the column {column} {count:is no number|are no"
        " numbers}, and {count:is|are} not known (feature: value): {cells}. Asterisks"
        " stand in a DBF for a number too wide for its field; write a decimal point for a"
        " comma, and save the layer again",
        count=len(at),
        column=column,
        cells="; ".join(cells) + ("; …" if len(at) > SHOWN else ""),
    )
    return Issue(f"{name}_not_number", "warning", message)
