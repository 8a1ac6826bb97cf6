"""What a land survey records of its parcels beside their class: owner, slope, grade, production."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from townland.measuring.feature_rows import FeatureRows
from townland.measuring.prepare import Ground

STATE, COLLECTIVE = ("1", "2", "国"), ("3", "4", "集")
"""How a code or a word for the owner (QSXZ) begins; land of no known owner counts as collective."""


def owners(part: FeatureRows) -> npt.NDArray[np.object_]:
    """The first character of each owner's code or word, "" where there is none."""
    known, values = part.known("owner").tolist(), part.objects("owner").tolist()
    first = [
        str(value).strip()[:1] if known else "" for known, value in zip(known, values, strict=True)
    ]
    return np.array(first, dtype=object)


def recorded(part: FeatureRows, survey: Ground) -> dict[str, npt.NDArray[np.object_]]:
    """The columns that the land survey records beside classes, as far as it does."""
    columns = {}
    if survey.owned:
        state = np.isin(owners(part), STATE)
        columns["owner"] = np.where(state, "state", "collective").astype(object)
    for is_recorded, name, ours in (
        (survey.sloped, "slope", "slope_grade"),
        (survey.graded, "grade", "land_grade"),
        (survey.productive, "production", "kg_per_ha"),
    ):
        if is_recorded:
            columns[ours] = part.objects(name)
    return columns
