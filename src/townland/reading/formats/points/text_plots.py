"""The plots of a boundary-coordinate text, and what their headers declare against what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from townland.geodesy import metres_per_unit, official_area_m2, round_half_up
from townland.i18n import Text, _
from townland.issues import Issue
from townland.reading.formats.points import rings
from townland.reading.formats.points.numerals import decimals, number, plain

_M2_PER_HA = 10_000.0
_M2_PER_MU = _M2_PER_HA / 15
_CENT_M2 = 0.01


@dataclass(slots=True)
class TextPlot:
    """A plot: the line and the fields of its header, and its points as line, label, ring, X, Y.

    The fields are in the order of the format; `shifted` says that they did not stand so, and `anchored`
    whether 面, 线 or 点 stands among them.
    """

    line: int
    fields: list[str]
    points: list[tuple[int, str, str, float, float]] = field(default_factory=list)
    anchored: bool = True
    shifted: bool = False

    @property
    def kind(self) -> str:
        """What its header says that it is: 面, 线 or 点."""
        stated = plain(self.fields[4]) if len(self.fields) > 4 else ""
        return "线" if "线" in stated else "点" if "点" in stated else "面"

    @property
    def name(self) -> str:
        """Its number and name, for messages."""
        return " ".join(part for part in self.fields[2:4] if part) or "-"


def left_out(plots: Sequence[TextPlot]) -> Iterator[Issue]:
    """How many plots are lines or points, by their headers."""
    for kind in ("线", "点"):
        found = [plot for plot in plots if plot.kind == kind]
        if found:
            message = _(
                "{count} {count:plot is not an area|plots are not areas} (图形属性"
                " {kind}), and {count:is|are} left out; the first is in line {line}",
                count=len(found),
                kind=kind,
                line=found[0].line,
            )
            yield Issue("geometry_not_polygon", "warning", message)


def shifted(plots: Sequence[TextPlot]) -> Iterator[Issue]:
    """Headers with fewer or more fields before 图形属性, and those where that field is empty."""
    for plot in plots:
        if plot.shifted:
            message = _(
                "line {line}: the header has not four fields before {kind}; it is read as points"
                " {count}, area {area}, number {number}, name {name}",
                line=plot.line,
                kind=plot.fields[4],
                count=plot.fields[0] or "-",
                area=plot.fields[1] or "-",
                number=plot.fields[2] or "-",
                name=plot.fields[3] or "-",
            )
            yield Issue("header_shifted", "warning", message, feature=plot.name)
    bare = [plot for plot in plots if not plot.anchored]
    if bare:
        message = _(
            "{count} {count:header does not|headers do not} say 面, 线 or 点 (图形属性):"
            " their fields are read by position, and the plots taken as areas; the first"
            " is in line {line}",
            count=len(bare),
            line=bare[0].line,
        )
        yield Issue("header_by_position", "info", message)


_UNITS = {
    **dict.fromkeys(("公顷", "ha", "hm2", "hm²", "hectare", "hectares"), _M2_PER_HA),
    **dict.fromkeys(("亩", "mu", "市亩"), _M2_PER_MU),
    **dict.fromkeys(("平方米", "平米", "㎡", "m2", "m²", "m^2"), 1.0),
    "万平方米": 10_000.0,
    **dict.fromkeys(("平方公里", "平方千米", "km2", "km²"), 1_000_000.0),
}
"""Square metres in a unit that a header states beside its area."""


def declared_area(text: str) -> tuple[float | None, float | None]:
    """The number of a declared area, and square metres in its unit where one stands beside it.

    >>> declared_area("0.7655公顷"), declared_area("10000"), declared_area("D2")
    ((0.7655, 10000.0), (10000.0, None), (None, None))
    """
    figure, unit = _figure_and_unit(text)
    return number(figure), unit


def _figure_and_unit(text: str) -> tuple[str, float | None]:
    """What stands before the unit of an area, and square metres in that unit, None without one."""
    bare = plain(text).lower()
    for unit in sorted(_UNITS, key=len, reverse=True):
        if bare.endswith(unit):
            return bare.removesuffix(unit).strip(), _UNITS[unit]
    return bare, None


def point_issues(plot: TextPlot, parts: Sequence[rings.Points], twice: int) -> Iterator[Issue]:
    """Where a header's number of points differs, and where rings stand twice.

    Parameters
    ----------
    plot
        The plot.
    parts
        Its rings, without their closing points.
    twice
        How many of them stood there twice, and were left out.
    """
    declared = number(plot.fields[0])
    bare = sum(map(len, parts))
    if plot.fields[0] and declared not in (bare, bare + len(parts), len(plot.points)):
        message: Text = _(
            "line {line}: the header of plot {plot} declares {declared} points, but {found} are there,"
            " {closing} with the closing ones; what is there is used",
            line=plot.line,
            plot=plot.name,
            declared=plot.fields[0],
            found=bare,
            closing=bare + len(parts),
        )
        yield Issue("point_count_differs", "warning", message, feature=plot.name)
    if twice:
        message = _(
            "line {line}: {count} {count:ring|rings} of plot {plot} {count:stands|stand}"
            " there twice, and {count:counts|count} once",
            line=plot.line,
            count=twice,
            plot=plot.name,
        )
        yield Issue("ring_double", "warning", message, feature=plot.name)


def area_issues(
    areas: Sequence[TextPlot], geometry: NDArray[np.object_], crs: pyproj.CRS
) -> Iterator[Issue]:
    """Where the declared area is not the measured one, to the digits that the header prints.

    Parameters
    ----------
    areas
        The plots that are areas.
    geometry
        Their polygons, in the same order.
    crs
        The CRS of the polygons.
    """
    in_m2 = 0
    official = official_area_m2(geometry, crs)
    plane = shapely.area(geometry) * metres_per_unit(crs) ** 2 if crs.is_projected else official
    for plot, measured, on_plane in zip(areas, official.tolist(), plane.tolist(), strict=True):
        text = plot.fields[1]
        declared, stated = declared_area(text)
        if declared is None or declared <= 0:
            if text and declared != 0:
                yield _no_number(plot)
            continue
        # without a unit that in which the two differ by the smaller factor
        as_ha = declared * _M2_PER_HA**0.5 <= measured
        metres = stated or (_M2_PER_HA if as_ha else 1.0)
        in_m2 += stated is None and not as_ha
        tolerance = 0.5 * 10.0 ** -decimals(_figure_and_unit(text)[0]) * metres + _CENT_M2
        if abs(declared * metres - measured) > tolerance:
            reason = _reason(declared, metres, tolerance, measured, on_plane)
            unit = _("hectares") if metres == _M2_PER_HA else _("square metres")
            yield _differs(plot, measured, unit if stated is None else _("stated"), reason)
    if in_m2:
        message = _(
            "the areas that {count} {count:header declares|headers declare} are taken as"
            " square metres, though the format has hectares; they are compared, and not"
            " used",
            count=in_m2,
        )
        yield Issue("declared_area_unit", "info", message)


def _reason(
    declared: float, metres: float, tolerance: float, measured: float, on_plane: float
) -> Text | None:
    """Why a declared area differs, where one of the usual reasons explains it.

    Parameters
    ----------
    declared
        The number in the header.
    metres
        Square metres in its unit.
    tolerance
        By how many square metres it may differ.
    measured, on_plane
        The official area and that on the projection plane, in square metres.
    """
    if abs(declared * metres - on_plane) <= tolerance:
        return _("the declared area is the one on the projection plane")
    in_mu, tolerance_mu = declared * _M2_PER_MU, tolerance * _M2_PER_MU / metres
    if abs(in_mu - measured) <= tolerance_mu:
        return _("in mu it would be this area")
    if abs(in_mu - on_plane) <= tolerance_mu:
        return _("in mu it would be the one on the projection plane")
    return None


def _differs(plot: TextPlot, measured: float, unit: Text, reason: Text | None) -> Issue:
    """That the declared area is not the measured one.

    Parameters
    ----------
    plot
        The plot.
    measured
        Its official area in square metres.
    unit
        How the declared number is taken.
    reason
        What would explain the difference.
    """
    message = _(
        "line {line}: the header of plot {plot} declares an area of {declared}, taken as"
        " {unit}; the coordinates enclose {area} m² ({ha} ha), which is used",
        line=plot.line,
        plot=plot.name,
        declared=plot.fields[1],
        unit=unit,
        area=f"{round_half_up(np.array(measured), 2):.2f}",
        ha=f"{round_half_up(np.array(measured / _M2_PER_HA), 4):.4f}",
    )
    if reason is not None:
        message = _("{told}; {reason}", told=message, reason=reason)
    return Issue("declared_area_differs", "warning", message, feature=plot.name)


def _no_number(plot: TextPlot) -> Issue:
    message = _(
        "line {line}: the header of plot {plot} declares the area {declared}, which is no area",
        line=plot.line,
        plot=plot.name,
        declared=plot.fields[1],
    )
    return Issue("declared_area_differs", "warning", message, feature=plot.name)
