"""The cells of a GeoTIFF near towns, and how large they are on the ground."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy, units
from townland.errors import LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.measuring.rasters import reading as rasters

if TYPE_CHECKING:
    import rasterio

MAX_CELLS = 20_000_000
"""A window of more cells than this is refused: its grid is too fine for the towns."""

NODES = 9
"""In each direction, at so many points the scale of a projection is computed; it is linear between."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Values = npt.NDArray[np.number]
Frame = tuple[int, int, int, int]
"""Left, top, right and bottom of a window in cells of the file; it may lie beyond the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A window of the first band, north up: `values` and where they are `known`, both (rows, columns).

    The window's corner is `west`, `north`; `wide` and `high` are the size of a cell, all in units of
    `crs`. `row` and `column` count from the file's upper left to the window's; what lies beyond the file
    is not known.
    """

    values: Values
    known: Bools
    west: float
    north: float
    wide: float
    high: float
    row: int
    column: int
    crs: pyproj.CRS

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north edge of the window."""
        rows, columns = self.known.shape
        return (
            self.west,
            self.north - rows * self.high,
            self.west + columns * self.wide,
            self.north,
        )

    def part(self, box: Bounds) -> tuple[slice, slice]:
        """The rows and columns that cover a box; empty where it lies elsewhere."""
        rows, columns = self.known.shape
        left, right = ((x - self.west) / self.wide for x in box[::2])
        bottom, top = ((self.north - y) / self.high for y in box[1::2])
        return (
            slice(max(0, int(np.floor(top))), max(0, min(rows, int(np.ceil(bottom))))),
            slice(max(0, int(np.floor(left))), max(0, min(columns, int(np.ceil(right))))),
        )

    def cut(self, rows: slice, columns: slice) -> Cells:
        """The window's part in some rows and columns, as a window."""
        return replace(
            self,
            values=self.values[rows, columns],
            known=self.known[rows, columns],
            west=self.west + columns.start * self.wide,
            north=self.north - rows.start * self.high,
            row=self.row + rows.start,
            column=self.column + columns.start,
        )


def read_cells(
    path: Path | str, boxes: Sequence[Bounds], *, crs: str | None = None, pad: int = 0
) -> list[Cells]:
    """Read the cells that cover each box, `pad` more on every side; nothing else of the file.

    Parameters
    ----------
    path
        The file, of one band.
    boxes
        West, south, east, north in the raster's CRS; those whose cells overlap are read as one.
    crs
        The CRS that the user states, in place of the file's.
    pad
        So many cells more are read on every side of a box.

    Raises
    ------
    LayerError
        The file cannot be read, holds more than one band or complex numbers; a window has more cells
        than `MAX_CELLS`.
    CRSError
        As `inspect_raster`.
    """
    summary = _one_band(path, crs)
    with rasters.opened(path) as raster:
        frames = _apart([_frame(raster.transform, box, pad=pad) for box in boxes])
        _refuse_many(frames, Path(path).as_posix(), summary.cell)
        return [_read(raster, frame, summary.crs) for frame in frames]


def strips(path: Path | str, *, crs: str | None = None) -> Iterator[Cells]:
    """All cells of a file, a strip of whole rows at a time.

    Parameters
    ----------
    path, crs
        As `read_cells`.

    Raises
    ------
    LayerError, CRSError
        As `read_cells`.
    """
    summary = _one_band(path, crs)
    with rasters.opened(path) as raster:
        for top, bottom in rasters.rows_of(raster):
            yield _read(raster, (0, top, raster.width, bottom), summary.crs)


def _one_band(path: Path | str, crs: str | None) -> rasters.RasterSummary:
    """The summary of a raster of one band of numbers; any other is refused."""
    file = Path(path).as_posix()
    summary = rasters.inspect_raster(path, crs=crs)
    # bands are of one type in GeoTIFF; a complex number (CInt16, CFloat32) is no class and no height
    if summary.bands != 1 or "complex" in summary.dtype:
        raise LayerError(
            _(
                "{place}: one band of numbers is expected, the file holds {bands} of type {dtype};"
                " pictures (RGB) carry no classes or heights",
                place=file,
                bands=summary.bands,
                dtype=summary.dtype,
            )
        )
    return summary


def _refuse_many(frames: Sequence[Frame], file: str, cell: tuple[float, float]) -> None:
    """Refuse windows that have more cells than `MAX_CELLS` together.

    Parameters
    ----------
    frames
        The windows.
    file, cell
        The path for the message, and the width and height of a cell.
    """
    count = sum((bottom - top) * (right - left) for left, top, right, bottom in frames)
    if count > MAX_CELLS:
        raise LayerError(
            _(
                "{place}: {count} {count:cell|cells} of {wide} × {high} lie around the"
                " towns, more than {most}; make the grid coarser, or check its CRS",
                place=file,
                count=count,
                wide=f"{cell[0]:.6g}",
                high=f"{cell[1]:.6g}",
                most=MAX_CELLS,
            )
        )


def _frame(grid: rasterio.Affine, box: Bounds, *, pad: int) -> Frame:
    """The cells that cover a box.

    Parameters
    ----------
    grid
        The file's affine transform, without rotation.
    box
        West, south, east, north in the raster's CRS.
    pad
        So many cells more on every side.
    """
    columns = sorted((x - grid.c) / grid.a for x in box[::2])
    rows = sorted((y - grid.f) / grid.e for y in box[1::2])
    return (
        int(np.floor(columns[0])) - pad,
        int(np.floor(rows[0])) - pad,
        int(np.ceil(columns[1])) + pad,
        int(np.ceil(rows[1])) + pad,
    )


def _apart(frames: Sequence[Frame]) -> list[Frame]:
    """Frames of which no two overlap: those that do become the one around both."""
    out: list[Frame] = []
    for frame in frames:
        left, top, right, bottom = frame
        while True:
            meets = [
                f for f in out if f[0] < right and left < f[2] and f[1] < bottom and top < f[3]
            ]
            if not meets:
                break
            out = [f for f in out if f not in meets]
            left, top = min(left, *(f[0] for f in meets)), min(top, *(f[1] for f in meets))
            right, bottom = max(right, *(f[2] for f in meets)), max(bottom, *(f[3] for f in meets))
        out.append((left, top, right, bottom))
    return sorted(out, key=lambda f: (f[1], f[0]))


def _read(raster: rasterio.DatasetReader, frame: Frame, crs: pyproj.CRS) -> Cells:
    """Read the cells of a frame, turned so that north is up.

    Parameters
    ----------
    raster
        The open file.
    frame
        Which of its cells.
    crs
        Its CRS.
    """
    left, top, right, bottom = frame
    grid = raster.transform
    values, known = _filled(raster, frame)
    x = sorted((grid.c + grid.a * left, grid.c + grid.a * right))
    y = sorted((grid.f + grid.e * top, grid.f + grid.e * bottom))
    if grid.e > 0:
        values, known = values[::-1], known[::-1]
    if grid.a < 0:
        values, known = values[:, ::-1], known[:, ::-1]
    return Cells(
        values, known, float(x[0]), float(y[1]), abs(float(grid.a)), abs(float(grid.e)),
        top, left, crs,
    )  # fmt: skip


def _filled(raster: rasterio.DatasetReader, frame: Frame) -> tuple[Values, Bools]:
    """The values of a frame by the band's scale and offset, and which are known; none beyond the file.

    A no-data value is one of the numbers as they stand in the file, before scale and offset.
    """
    from rasterio.windows import Window

    left, top, right, bottom = frame
    values = np.zeros((bottom - top, right - left), dtype=raster.dtypes[0])
    known = np.zeros(values.shape, dtype=bool)
    west, north = max(left, 0), max(top, 0)
    east, south = min(right, raster.width), min(bottom, raster.height)
    if east > west and south > north:
        window = Window(west, north, east - west, south - north)
        here = np.s_[north - top : south - top, west - left : east - left]
        values[here] = raster.read(1, window=window)
        known[here] = raster.read_masks(1, window=window) != 0
    # GDAL's mask follows the declared no-data value: NaN and infinity need not be that
    if values.dtype.kind == "f":
        known &= np.isfinite(values)
    scale, offset = float(raster.scales[0]), float(raster.offsets[0])
    if scale != 1 or offset != 0:
        values = values.astype(float) * scale + offset
    return values, known


def sizes_m(cells: Cells) -> tuple[Floats, Floats]:
    """Width and height of the cells on the ground, in metres, each (rows, columns).

    Geodesics across and along some cells, linear between them; so the scale of a projection, and the
    narrowing of degrees towards the pole, are taken out.
    """
    x, y = _nodes(cells)
    geod = cells.crs.get_geod()
    if geod is None:
        raise ValueError(f"{cells.crs.name} has no ellipsoid")
    sizes = []
    for east, north in ((cells.wide / 2, 0.0), (0.0, cells.high / 2)):
        ends = [_lonlat(cells.crs, x + side * east, y + side * north) for side in (-1, 1)]
        length = geod.inv(*ends[0], *ends[1])[2]
        sizes.append(_between(cells, np.asarray(length).reshape(x.shape)))
    return sizes[0], sizes[1]


def middle_m(cells: Cells) -> tuple[Decimal, Decimal]:
    """Width and height in metres of the cell in the middle of a window, to 0.01."""
    wide, high = sizes_m(cells)
    row, column = (size // 2 for size in wide.shape)
    return units.half_up(wide[row, column], 2), units.half_up(high[row, column], 2)


def areas_m2(cells: Cells) -> Floats:
    """The area of the cells on the ellipsoid; an array that fits (rows, columns).

    In degrees by the norm's trapezoid for each row, on a plane by the geodesic area of some cells,
    linear between them: no formula is shared with `geodesy.official_area_m2` of an outline.
    """
    return _row_areas_m2(cells) if cells.crs.is_geographic else _areas(cells, geodesy.check_area_m2)


def official_areas_m2(cells: Cells) -> Floats:
    """The area of the cells by the norm's formulas, without its roundings; fits (rows, columns).

    On a plane that of some cells, linear between them. The roundings of vertices would be those of
    cells of which each is small; over a patch of them they cancel.
    """
    if cells.crs.is_geographic:
        return _row_areas_m2(cells)
    return _areas(cells, geodesy.unrounded_area_m2)


def _areas(
    cells: Cells, measured: Callable[[npt.NDArray[np.object_], pyproj.CRS], Floats]
) -> Floats:
    """The area of cells of a plane: of some as `measured`, linear between them."""
    x, y = _nodes(cells)
    half = cells.wide / 2, cells.high / 2
    outlines = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1]).ravel()
    return _between(cells, measured(outlines, cells.crs).reshape(x.shape))


def _row_areas_m2(cells: Cells) -> Floats:
    """The area of a cell of each row, in degrees."""
    radian: float = cells.crs.axis_info[0].unit_conversion_factor
    upper = (cells.north - np.arange(len(cells.known), dtype=float) * cells.high) * radian
    lower = upper - cells.high * radian
    ellipsoid = geodesy.ellipsoid_of(cells.crs)
    strips = geodesy.trapezoid_m2(cells.wide * radian, lower, upper, ellipsoid)
    return np.asarray(strips, dtype=float)[:, None]


def _middles(size: int) -> Floats:
    """Where the nodes lie along a side of so many cells."""
    return np.linspace(0.5, size - 0.5, min(size, NODES))


def _nodes(cells: Cells) -> tuple[Floats, Floats]:
    """The middles of some cells, evenly spread over the window."""
    rows, columns = cells.known.shape
    x, y = np.meshgrid(
        cells.west + _middles(columns) * cells.wide, cells.north - _middles(rows) * cells.high
    )
    return x, y


def _between(cells: Cells, nodes: Floats) -> Floats:
    """The values at all cells from those at the nodes, linear in both directions."""
    rows, columns = cells.known.shape
    left, part = _beside(columns)
    wide = nodes[:, left] * (1 - part) + nodes[:, left + 1 if len(nodes[0]) > 1 else left] * part
    upper, share = _beside(rows)
    lower = upper + 1 if len(nodes) > 1 else upper
    values = wide[upper] * (1 - share[:, None]) + wide[lower] * share[:, None]
    return np.asarray(values, dtype=float)


def _beside(size: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """The node before each cell, and how far the cell lies from it to the next, 0 to 1."""
    nodes = _middles(size)
    every = np.arange(size) + 0.5
    before = np.clip(np.searchsorted(nodes, every, side="right") - 1, 0, max(len(nodes) - 2, 0))
    if len(nodes) == 1:
        return before, np.zeros(size)
    return before, (every - nodes[before]) / (nodes[before + 1] - nodes[before])


def _lonlat(crs: pyproj.CRS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Degrees on the CRS's own datum.

    Parameters
    ----------
    crs, x, y
        A CRS, and coordinates in it.
    """
    turned = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = turned.transform(x.ravel(), y.ravel())
    return lon, lat


def boxes_around(windows: Sequence[tuple[Bounds, pyproj.CRS]], crs: pyproj.CRS) -> list[Bounds]:
    """The windows, each with its own CRS, as boxes in another."""
    return [crsys.transform_bounds(box, own, crs) for box, own in windows]
