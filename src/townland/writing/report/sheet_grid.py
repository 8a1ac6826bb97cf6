"""The grid of a map sheet: its round scale, and the lines of coordinates with their labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

ROUND = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""The first digits of a scale's denominator, and of no other."""

APART_MM = 30.0
"""Lines of the grid are at least so far apart on the paper."""

_KM = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000)


def scale_of(width_m: float, height_m: float, *, width_mm: float, height_mm: float) -> int:
    """Choose the largest round scale at which a piece of land has room, and give its denominator.

    Parameters
    ----------
    width_m, height_m
        The land, in metres.
    width_mm, height_mm
        The room on the paper, in millimetres.

    Examples
    --------
    >>> scale_of(800, 600, width_mm=168, height_mm=170)
    5000
    >>> scale_of(1900, 2210, width_mm=168, height_mm=170)
    15000
    >>> scale_of(0, 0, width_mm=168, height_mm=170)
    100
    """
    least = max(1000 * width_m / width_mm, 1000 * height_m / height_mm, 100.0)
    tens: int = 10 ** math.floor(math.log10(least))
    return round(next(tens * digit for digit in (*ROUND, 10.0) if tens * digit >= least - 1e-6))


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of the grid: where it crosses the sheet in its direction (0 to 1), and its label."""

    at: float
    label: str


def grid_lines(low: float, high: float, *, length_mm: float, degrees: bool) -> list[GridLine]:
    """Lay out the lines between two coordinates.

    Parameters
    ----------
    low, high
        The coordinates at the ends, in metres or degrees.
    length_mm
        How far apart these are on the paper.
    degrees
        Whether they are degrees: labels are degrees, minutes and seconds, else kilometres.

    Examples
    --------
    >>> [line.label for line in grid_lines(36619320, 36620680, length_mm=136, degrees=False)]
    ['36619.5', '36620.0', '36620.5']
    >>> [line.label for line in grid_lines(24.3001, 24.3099, length_mm=150, degrees=True)]
    ['24°18′10″', '24°18′20″', '24°18′30″']
    """
    size = 1 / 3600 if degrees else 1000.0
    choices: Sequence[float] = _SECONDS if degrees else _KM
    wanted = APART_MM * (high - low) / length_mm / size
    step = next((each for each in choices if each >= wanted), choices[-1])
    first, last = math.ceil(low / size / step), math.floor(high / size / step)
    name = _sexagesimal if degrees else _kilometres
    return [
        GridLine((n * step * size - low) / (high - low), name(n, step))
        for n in range(first, last + 1)
    ]


def _kilometres(number: int, step: float) -> str:
    """Write a multiple of the step with as many digits as the step has."""
    return f"{number * Decimal(str(step)):f}"


def _sexagesimal(number: int, step: float) -> str:
    minutes, seconds = divmod(round(abs(number) * step), 60)
    degrees, minutes = divmod(minutes, 60)
    sign = "−" if number < 0 else ""
    return f"{sign}{degrees}°{minutes:02d}′{seconds:02d}″"


def spread(lines: Sequence[GridLine], low: float, high: float) -> Iterator[tuple[float, str]]:
    """Place the lines between two places of the sheet.

    Parameters
    ----------
    lines
        The lines.
    low, high
        Where the coordinates begin and end, in millimetres.
    """
    for line in lines:
        yield low + line.at * (high - low), line.label
