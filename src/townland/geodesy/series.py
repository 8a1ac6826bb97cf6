"""The formulas of 国土调查办发〔2008〕32号: trapezoids, the inverse of Gauss-Krüger, rounding.

`standards/SOURCES.md` writes them out (*Official area*, *Inverse of the Gauss-Krüger projection*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_TIE = 1.01 * np.finfo(np.float64).eps
"""More than half the spacings of a number and of its scaled one together, as a share of the latter."""

# Constants of the inverse Gauss-Krüger series on CGCS2000, as published (国土调查办发〔2008〕32号).
GK_K0 = 1.57048761144159e-7
GK_K = (5.05250178820567e-3, 2.98472900956587e-5, 2.41626669230084e-7, 2.22241238938534e-9)


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid of revolution: semi-major axis in metres and first eccentricity squared."""

    a: float
    e2: float

    @property
    def b(self) -> float:
        """The semi-minor axis in metres."""
        return self.a * float(np.sqrt(1 - self.e2))

    @property
    def constants(self) -> tuple[float, float, float, float, float]:
        """A, B, C, D, E of the norm's series (国土调查办发〔2008〕32号)."""
        e2 = self.e2
        e4, e6, e8 = e2**2, e2**3, e2**4
        return (
            1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
            1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
            3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
            1 / 112 * e6 + 45 / 2304 * e8,
            5 / 2304 * e8,
        )


CGCS2000 = Ellipsoid(6378137.0, (2 - 1 / 298.257222101) / 298.257222101)


def trapezoid_m2(
    delta_l: Floats | float,
    b1: Floats | float,
    b2: Floats | float,
    ellipsoid: Ellipsoid = CGCS2000,
) -> Floats:
    """The area between two parallels and two meridians, as the norm's series gives it.

    S = 2 b² ΔL [A sin(ΔB/2) cos Bm − B sin(3ΔB/2) cos 3Bm + C sin(5ΔB/2) cos 5Bm − …], with
    ΔB = b2 − b1 and Bm their mean (国土调查办发〔2008〕32号).

    Parameters
    ----------
    delta_l, b1, b2
        The difference of longitude and the two latitudes in radians; numbers or arrays of one shape.
    ellipsoid
        The ellipsoid that carries them.

    Returns
    -------
    m², an array of that shape; positive where `b2` lies north of `b1` and `delta_l` is positive.

    Examples
    --------
    >>> float(trapezoid_m2(np.radians(1), np.radians(24), np.radians(25)).round(2))
    11226471672.27

    """
    half, middle = (b2 - b1) / 2, (b1 + b2) / 2
    # sines and cosines of odd multiples follow from those before: sin 5x = 2 cos 2x sin 3x - sin x
    sine, cosine = np.sin(half), np.cos(middle)
    twice_half, twice_middle = 2 - 4 * sine**2, 4 * cosine**2 - 2
    before = -sine, cosine
    series: Floats | float = 0.0
    for sign, constant in zip((1, -1, 1, -1, 1), ellipsoid.constants, strict=True):
        series = series + sign * constant * sine * cosine
        following = twice_half * sine - before[0], twice_middle * cosine - before[1]
        before, (sine, cosine) = (sine, cosine), following
    return np.asarray(2 * ellipsoid.b**2 * delta_l * series, dtype=np.float64)


def round_half_up(values: Floats, digits: int) -> Floats:
    """Round half away from zero to `digits` decimal places, as decimals, not as binary floats.

    A value whose shortest decimal form ends in 5 behind the last digit kept goes up, though the
    binary number below it may be a little less than the half.

    >>> round_half_up(np.array([36642129.72715, 2.00005, -2.00005, 2.00004]), 4).tolist()
    [36642129.7272, 2.0001, -2.0001, 2.0]
    """
    scale = 10.0**digits
    size = np.abs(values)
    scaled = size * scale
    whole = np.floor(scaled)
    beyond = scaled - whole
    up = np.asarray(beyond >= 0.5)
    # of what lies below the half, only the little that rounding can have moved there is looked at
    least = 0.5 - _TIE * np.fmax.reduce(scaled, axis=None, initial=1.0)
    near = np.asarray(beyond >= least) & ~up
    if near.any():
        tie = 0.5 * (np.spacing(size[near]) * scale + np.spacing(scaled[near]))
        up[near] = beyond[near] >= 0.5 - tie
    return np.copysign((whole + up) / scale, values)


def gk_inverse(
    easting: Floats, northing: Floats, central_meridian_deg: float, false_easting: float
) -> tuple[Floats, Floats]:
    """Longitude and latitude in radians from CGCS2000 Gauss-Krüger, by the norm's series.

    国土调查办发〔2008〕32号 (`standards/SOURCES.md`, *Inverse of the Gauss-Krüger projection*). Within
    ±1.6° of the meridian it agrees with PROJ to 0.14 mm in latitude and 0.003 mm in longitude.

    Parameters
    ----------
    easting, northing
        Arrays of one shape, in metres.
    central_meridian_deg
        The central meridian in degrees.
    false_easting
        What is added to the eastings, the zone's number included, in metres.
    """
    foot = _foot_latitude(northing)
    ep2 = CGCS2000.e2 / (1 - CGCS2000.e2)
    c = CGCS2000.a / np.sqrt(1 - CGCS2000.e2)
    t2 = np.tan(foot) ** 2
    cosine = np.cos(foot)
    eta2 = ep2 * cosine**2
    v2 = 1 + eta2
    q = (easting - false_easting) * np.sqrt(v2) / c
    q2 = q * q
    lat = foot - v2 * np.sqrt(t2) * np.sign(foot) * q2 / 2 * (
        1
        - q2 / 12 * (5 + 3 * t2 + eta2 - 9 * eta2 * t2)
        + q2 * q2 / 360 * (61 + 90 * t2 + 45 * t2 * t2)
    )
    lon = np.radians(central_meridian_deg) + q / cosine * (
        1
        - q2 / 6 * (1 + 2 * t2 + eta2)
        + q2 * q2 / 120 * (5 + 28 * t2 + 24 * t2 * t2 + 6 * eta2 + 8 * eta2 * t2)
    )
    return lon, lat


def _foot_latitude(northing: Floats) -> Floats:
    """The latitude Bf in radians whose meridian arc is the northing (国土调查办发〔2008〕32号)."""
    meridian = GK_K0 * northing
    sine = np.sin(meridian)
    k1, k2, k3, k4 = GK_K
    square = sine * sine
    series = k1 - square * (k2 - square * (k3 - square * k4))
    return np.asarray(meridian + np.cos(meridian) * sine * series)
