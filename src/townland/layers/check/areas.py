"""Whether the recorded areas are those of the geometries, by the official ellipsoid area."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from townland import geodesy, units
from townland.i18n import Words, _
from townland.layers.check.faults import Faults, where
from townland.layers.check.records import Records
from townland.layers.check.surfaces import MeasuredAreas, Surfaces

Floats = NDArray[np.float64]

RECORDED = "recorded_area"
"""The field of the records that the catalog's area_column stands in, or the survey's TBMJ."""

MOST = 0.9
"""Where so many of the areas that differ agree with another unit, or the plane, that explains them."""


def area_faults(records: Records, surfaces: Surfaces) -> Iterator[Faults]:
    """Recorded areas that differ from the measured ones by more than rounding explains.

    A column that the catalog names (`area_column`) is in the unit that it states, and rounded to the
    decimals in use; the survey's own has two. Where most of them are plane areas, hectares or mu
    instead, that is one fault of the layer.

    Parameters
    ----------
    records, surfaces
        The layer, and its polygons with their areas.
    """
    if surfaces.areas is None:
        return
    official, allowed = surfaces.areas.official, surfaces.areas.allowed
    unit = records.layer.spec.area_unit
    written = records.numbers(RECORDED)
    recorded = written * float(units.to_m2(1, unit))
    # a column of the bureau's own may have fewer decimals than the norm's
    if records.layer.spec.area_column is not None:
        allowed = np.maximum(allowed, float(units.to_m2(_half_of_last(written), unit)))
    differs = ~np.isnan(recorded) & (official > 0) & ~(np.abs(recorded - official) <= allowed)
    if not differs.any():
        return
    found = _explained(records, recorded, surfaces.areas, allowed=allowed, differs=differs)
    if found is not None:
        code, message = found
        yield Faults(code, "warning", message)
        return
    yield from where(
        differs,
        "area_differs",
        "warning",
        lambda rows: _(
            "the area is recorded as {recorded} m²; measured it is {measured} m² (allowed:"
            " {allowed} m²)",
            recorded=printed_m2(recorded[rows]),
            measured=printed_m2(official[rows]),
            allowed=printed_m2(allowed[rows]),
        ),
    )


def _half_of_last(written: Floats) -> float:
    """Half a unit of the last decimal in which numbers are written.

    >>> _half_of_last(np.array([1.25, 0.5, np.nan]))
    0.005
    """
    known = written[np.isfinite(written)]
    digits = next((n for n in range(9) if np.allclose(known, known.round(n), rtol=0, atol=1e-9)), 9)
    return float(0.5 * 10.0**-digits)


def _explained(
    records: Records,
    recorded: Floats,
    areas: MeasuredAreas,
    *,
    allowed: Floats,
    differs: NDArray[np.bool_],
) -> tuple[str, Words] | None:
    """The one reason why nearly all areas that differ do so, if there is one.

    Parameters
    ----------
    records
        The layer.
    recorded, areas
        The areas in m² that the records state, and those that are measured.
    allowed
        How far the two may differ, in m².
    differs
        Where they differ by more.
    """
    crs, official = records.layer.crs, areas.official
    count, whole = int(differs.sum()), len(records)
    # only projected coordinates span a plane
    if not crs.is_geographic:
        plane = areas.plane * geodesy.metres_per_unit(crs) ** 2
        agrees = np.abs(recorded - plane) <= allowed
        if (agrees & differs).sum() >= MOST * count:
            ratio = float(np.nansum(plane[differs]) / np.nansum(official[differs]))
            return "area_on_plane", _(
                "{count} of {whole} recorded areas are areas on the projection plane, {ppm} millionths"
                " off the official ellipsoid area",
                count=count,
                whole=whole,
                ppm=units.half_up((ratio - 1) * 1e6, 0),
            )
    others: tuple[str, ...] = ("ha", "mu") if records.layer.spec.area_unit == "m2" else ()
    for unit in others:
        factor = float(units.to_m2(1, unit))
        # printed to four decimals at best: half a unit of the last of them
        agrees = np.abs(recorded * factor - official) <= np.maximum(allowed, factor * 0.5e-2)
        if (agrees & differs).sum() >= MOST * count:
            return "area_in_other_unit", _(
                "{count} of {whole} recorded areas are in {unit}, where m² are expected",
                count=count,
                whole=whole,
                unit=_("hectares") if unit == "ha" else _("mu"),
            )
    return None


def printed_m2(values: Floats) -> NDArray[np.object_]:
    """Square metres as they are printed, to 0.01."""
    return np.array([str(units.m2(float(value))) for value in values], dtype=object)
