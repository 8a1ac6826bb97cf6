"""A regular lattice over the county and the smooth seeded noise that lives on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]
"""An array of shapely geometries."""


@dataclass(frozen=True)
class FieldGrid:
    """Nodes at every `step` metres from the local origin; fields are arrays of shape (ny, nx)."""

    width_m: float
    height_m: float
    step: float

    @property
    def nx(self) -> int:
        """Columns of a field on this grid."""
        return int(self.width_m / self.step) + 1

    @property
    def ny(self) -> int:
        """Rows of a field on this grid."""
        return int(self.height_m / self.step) + 1

    def axes(self) -> tuple[Array, Array]:
        """Return the x of every column and the y of every row."""
        return np.arange(float(self.nx)) * self.step, np.arange(float(self.ny)) * self.step

    def sample(self, field: Array, points: Array) -> Array:
        """Bilinear values of `field` at `points` (n, 2); outside the grid those of its rim.

        >>> grid = FieldGrid(10, 10, 10)
        >>> grid.sample(np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[5.0, 5.0], [99.0, 0.0]]))
        array([1.5, 1. ])
        """
        column = np.clip(points[:, 0] / self.step, 0, self.nx - 1)
        row = np.clip(points[:, 1] / self.step, 0, self.ny - 1)
        left = np.minimum(column.astype(np.int64), self.nx - 2)
        low = np.minimum(row.astype(np.int64), self.ny - 2)
        across, up = column - left, row - low
        below = field[low, left] * (1 - across) + field[low, left + 1] * across
        above = field[low + 1, left] * (1 - across) + field[low + 1, left + 1] * across
        return np.asarray(below * (1 - up) + above * up, dtype=np.float64)


def noise(rng: np.random.Generator, grid: FieldGrid, wavelength: float) -> Array:
    """Smooth noise of mean about 0 and standard deviation 1 whose hills are `wavelength` apart.

    Random knots every half wavelength carry a uniform cubic B-spline, which has continuous
    curvature: contours drawn through it have no corners at the knots.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    grid
        The lattice over the county.
    wavelength
        Metres from one hill of the noise to the next.
    """
    spacing = wavelength / 2
    along_x, along_y = (_basis(axis / spacing) for axis in grid.axes())
    knots = rng.standard_normal((along_y.shape[1], along_x.shape[1]))
    field = along_y @ knots @ along_x.T
    # two thirds of the knots' deviation is lost in each direction by the spline's averaging
    return np.asarray(field / 0.4794, dtype=np.float64)


def upsample(coarse: FieldGrid, field: Array, fine: FieldGrid) -> Array:
    """Return `field` of the coarse grid on the fine grid's nodes, without corners.

    Parameters
    ----------
    coarse
        The lattice of the field.
    field
        Values on the lattice.
    fine
        The lattice that is wanted.
    """
    along_x, along_y = (_basis(axis / coarse.step) for axis in fine.axes())
    padded = np.pad(field, ((1, 3), (1, 3)), mode="edge")
    rows, columns = along_y.shape[1], along_x.shape[1]
    return np.asarray(along_y @ padded[:rows, :columns] @ along_x.T, dtype=np.float64)


def _basis(position: Array) -> Array:
    """Weights of the uniform cubic B-spline: one row a position, one column a knot."""
    knot = position.astype(np.int64)
    weights = np.zeros((len(position), int(knot.max()) + 4))
    rows = np.arange(len(position))
    for column, weight in enumerate(_spline_weights(position - knot)):
        weights[rows, knot + column] = weight
    return weights


def _spline_weights(t: Array) -> tuple[Array, Array, Array, Array]:
    """Weights of the four knots about a position that is `t` (0 to 1) beyond the second of them."""
    return (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
