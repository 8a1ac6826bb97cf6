"""The features that pieces are of: what their layers state of them, looked up once for all measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from townland.geodesy.plane import Plane
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.overlay import Pieces
from townland.measuring.prepare import Ground
from townland.measuring.recorded import recorded

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]
Columns: TypeAlias = Mapping[str, npt.NDArray[np.object_] | None]
"""Columns of a frame by name; None where no layer gives them."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of a chain's pieces, one row a piece.

    `geometry` are the pieces in the CRS itself, `parts` their facts by role, `columns` those of them
    that a measure's frame shows, `ridge` their ridge coefficients where a layer has any, `tagged` the
    roles whose layers have tags.
    """

    geometry: Shapes
    parts: Mapping[str, FeatureRows]
    columns: Columns
    ridge: Floats | None
    tagged: frozenset[str]


def features_of(pieces: Pieces, grounds: Mapping[str, Ground], plane: Plane) -> Features:
    """Look up once the features of a chain's pieces, which every measure of the chain asks.

    Parameters
    ----------
    pieces
        The pieces.
    grounds
        The ground of each role.
    plane
        The plane of the pieces.
    """
    parts = {role: FeatureRows(grounds[role].columns, rows) for role, rows in pieces.rows.items()}
    ridged = [role for role in parts if grounds[role].ridged]
    return Features(
        plane.back(pieces.geometry),
        parts,
        _described(parts, grounds),
        parts[ridged[-1]].objects("ridge").astype(float) if ridged else None,
        frozenset(role for role in parts if grounds[role].tagged),
    )


def _described(parts: Mapping[str, FeatureRows], grounds: Mapping[str, Ground]) -> Columns:
    """The columns of a measure's frame that its layers give: ids, codes, classes, uses, slope grades."""
    columns: dict[str, npt.NDArray[np.object_] | None] = {}
    for role, part in parts.items():
        columns[f"{role}_id"] = part.objects("id")
        columns[f"{role}_code"] = part.objects("code")
    classed = [role for role in parts if grounds[role].scheme]
    for column in ("class_name", "three_class", "source", "use_group", "land_group"):
        columns[column] = parts[classed[-1]].objects(column) if classed else None
    if "planned_use" in parts:
        columns["planned_group"] = parts["planned_use"].objects("use_group")
        columns["planned_class"] = parts["planned_use"].objects("class_name")
    if "land_use" in parts:
        columns["present_class"] = parts["land_use"].objects("class_name")
        columns |= recorded(parts["land_use"], grounds["land_use"])
    # the survey's village stands before that of another layer, whose lists may be older
    placed = sorted((role for role in parts if grounds[role].villages), key=_LAST.__eq__)
    if placed:
        columns["village"] = parts[placed[-1]].objects("village")
    return columns


_LAST = "land_use"
