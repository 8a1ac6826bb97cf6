"""Heights in metres: the unit of a terrain model applied or refused, what is no height left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.measuring.rasters.cells import Cells, middle_m

Numbers = npt.NDArray[np.number]
Bools = npt.NDArray[np.bool_]

LOWEST_M, HIGHEST_M = -500.0, 9_000.0
"""Land lies between the Dead Sea and Mount Everest (8,848.86 m; Ministry of Natural Resources, 2020)."""

METRES = {
    "": 1.0,
    **dict.fromkeys(("m", "metre", "meter", "metres", "meters", "米"), 1.0),
    **dict.fromkeys(("dm", "decimetre", "decimeter"), 0.1),
    **dict.fromkeys(("cm", "centimetre", "centimeter"), 0.01),
    **dict.fromkeys(("mm", "millimetre", "millimeter"), 0.001),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
    **dict.fromkeys(("us-ft", "us survey foot", "ftus", "us_survey_foot"), 1200 / 3937),
}
"""Metres in a unit that a band may state, by its name in small letters; none stated means metres."""

SUSPECT_SHARE = 0.01
"""So many of the cells at exactly 0, while none other is near the sea, are probably without data."""
INLAND_M = 10.0
"""Above this height no cell is near the sea."""


def in_metres(windows: Sequence[Cells], unit: str, place: str) -> list[Cells]:
    """Windows of a terrain model in metres.

    Parameters
    ----------
    windows
        Windows of the file.
    unit
        What its band states as the unit.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        The unit is none of length that townland knows.
    """
    factor = METRES.get(unit.strip().lower())
    if factor is None:
        raise LayerError(
            _(
                "{place}: the heights are in {unit}; expected metres (or ft, cm, mm): convert the"
                " raster, or correct the unit of its band",
                place=place,
                unit=unit,
            )
        )
    if factor == 1:
        return list(windows)
    return [replace(each, values=each.values * factor) for each in windows]


def heights(windows: Sequence[Cells]) -> tuple[list[Cells], list[Issue]]:
    """Windows without what is no height on the Earth, and what was left out or looks doubtful.

    Parameters
    ----------
    windows
        Windows of a terrain model, in metres.
    """
    kept = [replace(each, known=each.known & ~_beyond(each)) for each in windows]
    return kept, [*left_out([impossible(each) for each in windows]), *_zeros(kept)]


def impossible(window: Cells) -> Numbers:
    """The values of a window in metres that are no heights on the Earth."""
    return window.values[_beyond(window)]


def _beyond(window: Cells) -> Bools:
    return window.known & ((window.values < LOWEST_M) | (window.values > HIGHEST_M))


def left_out(found: Sequence[Numbers]) -> list[Issue]:
    """That cells are left out, since no land is so high or so low; nothing where there are none.

    Parameters
    ----------
    found
        The values of such cells in metres, of each window.
    """
    values = np.concatenate(found) if found else np.array([])
    if not len(values):
        return []
    message = _(
        "{count} {count:cell is no height|cells are no heights} ({lowest} to {highest} m,"
        " where land lies between {least} and {most} m), and {count:is|are} left out;"
        " declare the no-data value of the raster (often -32768 or -9999)",
        count=len(values),
        lowest=f"{values.min():.10g}",
        highest=f"{values.max():.10g}",
        least=f"{LOWEST_M:g}",
        most=f"{HIGHEST_M:g}",
    )
    return [Issue("height_impossible", "warning", message)]


def _zeros(windows: Sequence[Cells]) -> Iterator[Issue]:
    """That many cells are exactly 0 far above the sea; they count, until 0 is declared as no data."""
    zeros = sum(int((each.known & (each.values == 0)).sum()) for each in windows)
    known = sum(int(each.known.sum()) for each in windows)
    others = [each.values[each.known & (each.values != 0)] for each in windows]
    rest = np.concatenate(others) if others else np.array([])
    if zeros < SUSPECT_SHARE * max(known, 1) or not len(rest) or rest.min() < INLAND_M:
        return
    wide, high = middle_m(windows[0])
    message = _(
        "{count} {count:cell|cells} of the terrain model {count:is|are} 0 m (about {area}"
        " ha), while all others are above {least} m: probably no data that is not"
        " declared. They are taken as heights; declare 0 as the no-data value where it is",
        count=zeros,
        area=f"{zeros * float(wide) * float(high) / 10_000:.2f}",
        least=f"{INLAND_M:g}",
    )
    yield Issue("height_zero", "warning", message)
