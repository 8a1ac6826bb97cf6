"""What a land survey records of its parcels beside their class: owner, slope, grade, production."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from townland.measuring.feature_rows import FeatureRows
from townland.measuring.prepare import Ground

STATE, COLLECTIVE = ("1", "2", "国"), ("3", "4", "集")
"""How a code or a word for the owner (QSXZ) begins; land of no known owner counts as collective."""


def owners(values: pd.Series) -> npt.NDArray[np.object_]:
    """The first character of each owner's code or word, "" where there is none."""
    text = values.astype(object).where(values.notna(), "").astype(str)
    return np.asarray(text.str.strip().str[:1], dtype=object)


def recorded(part: FeatureRows, survey: Ground) -> dict[str, npt.NDArray[np.object_]]:
    """The columns that the land survey records beside classes, as far as it does."""
    columns = {}
    if survey.owned:
        state = np.isin(owners(part["owner"]), STATE)
        columns["owner"] = np.where(state, "state", "collective").astype(object)
    for is_recorded, name, ours in (
        (survey.sloped, "slope", "slope_grade"),
        (survey.graded, "grade", "land_grade"),
        (survey.productive, "production", "kg_per_ha"),
    ):
        if is_recorded:
            columns[ours] = part.objects(name)
    return columns
