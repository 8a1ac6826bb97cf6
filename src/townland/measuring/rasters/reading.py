"""Rasters: what a GeoTIFF says of itself, and a window of it for shaded relief.

rasterio, a GDAL of its own, is loaded when a raster is read: most checks have none.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyproj
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.reading import archive
from townland.reading.rows import LARGEST
from townland.reading.sniff import local, sniff

if TYPE_CHECKING:
    import rasterio
    from rasterio.windows import Window

MAX_CELLS = 64_000_000
"""A window is read at a coarser step rather than with more cells than this."""

MAX_BLOCK = 256_000_000
"""The file's own blocks, which can be read only whole, may have this many bytes."""


Band: TypeAlias = np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float32]]
"""The cells of a band, masked where the raster says nothing."""


@dataclass(frozen=True, slots=True)
class RasterSummary:
    """What a raster says of itself; `cell` is the size of a cell in units of `crs` (x, y).

    `unit` is what the first band states as the unit of its numbers, empty where it states none.
    """

    path: str
    crs: pyproj.CRS
    crs_declared: str | None
    width: int
    height: int
    bands: int
    dtype: str
    nodata: float | None
    bounds: Bounds
    cell: tuple[float, float]
    issues: tuple[Issue, ...] = ()
    unit: str = ""


@contextmanager
def opened(path: Path | str) -> Iterator[rasterio.DatasetReader]:
    """Open a GeoTIFF, or a zip of one; what it says while it is read is a fault of the file.

    Raises
    ------
    LayerError
        The file is no GeoTIFF, or is damaged.
    """
    import rasterio
    from rasterio.errors import CRSError as UnknownCRSError
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    given = local(path)
    with archive.opened(given) as file:
        if not sniff(file, place=given.as_posix()).is_raster:
            raise LayerError(
                _(
                    "{place}: this is no GeoTIFF, which a raster layer must be; give another file",
                    place=given.as_posix(),
                )
            )
        try:
            with warnings.catch_warnings():  # a raster without a place is refused in a sentence
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                opened = rasterio.open(local(file.resolve()), driver="GTiff")
            with opened as raster:
                _refuse_harmful(raster, given.as_posix())
                yield raster
        except (RasterioError, UnknownCRSError, UnicodeError) as problem:
            raise LayerError(
                _(
                    "{place}: the raster cannot be read, it is damaged or cut off ({reason}); get it"
                    " again",
                    place=given.as_posix(),
                    reason=" ".join(str(problem).split())[:300],
                )
            ) from None


def _refuse_harmful(raster: rasterio.DatasetReader, file: str) -> None:
    """Refuse blocks that do not fit into memory, and a side file that names another file's cells."""
    from rasterio.enums import Interleaving

    rows, columns = (int(size) for size in raster.block_shapes[0])
    together = raster.count if raster.interleaving == Interleaving.pixel else 1
    if rows * columns * np.dtype(raster.dtypes[0]).itemsize * together > MAX_BLOCK:
        raise LayerError(
            _(
                "{place}: the file is stored in blocks of {rows} × {columns} cells, which must be"
                " read whole; save it tiled (256 × 256)",
                place=file,
                rows=rows,
                columns=columns,
            )
        )
    if "OVERVIEW_FILE" in raster.tags(ns="OVERVIEWS"):
        raise LayerError(
            _(
                "{place}: its side file .aux.xml names another file in place of the raster's own cells;"
                " delete the .aux.xml",
                place=file,
            )
        )


def inspect_raster(path: Path | str, *, crs: str | None = None) -> RasterSummary:
    """Describe a GeoTIFF (or a zip of one) without reading its cells.

    Parameters
    ----------
    path
        The file.
    crs
        The CRS that the user states, in place of the file's.

    Raises
    ------
    LayerError
        The file is no GeoTIFF, is damaged, or is turned against its axes.
    CRSError
        The CRS is missing, unknown or refused.
    """
    file = Path(path).as_posix()
    with opened(path) as raster:
        grid = raster.transform
        bounds = _bounds(raster, file)
        own = raster.crs.to_wkt() if raster.crs else None
        used, issues = crsys.normalise(crs or own, place=file)
        return RasterSummary(
            path=file,
            crs=used,
            crs_declared=crsys.describe(pyproj.CRS.from_wkt(own)) if own else None,
            width=int(raster.width),
            height=int(raster.height),
            bands=int(raster.count),
            dtype=str(raster.dtypes[0]),
            nodata=None if raster.nodata is None else float(raster.nodata),
            bounds=bounds,
            cell=(abs(float(grid.a)), abs(float(grid.e))),
            issues=issues,
            unit=str(raster.units[0] or ""),
        )


STRIP = 4_000_000
"""So many cells are read at once where all of them are."""


def rows_of(raster: rasterio.DatasetReader) -> Iterator[tuple[int, int]]:
    """The first row of each strip of a raster and the row behind its last, along its own blocks."""
    block = int(raster.block_shapes[0][0])
    high = max(1, STRIP // (block * raster.width)) * block
    for top in range(0, raster.height, high):
        yield top, min(top + high, raster.height)


def strips(path: Path | str) -> Iterator[NDArray[np.number]]:
    """The cells of every band of a GeoTIFF, (bands, rows, columns), a strip at a time.

    Raises
    ------
    LayerError
        The file is no GeoTIFF, or is damaged.
    """
    from rasterio.windows import Window

    with opened(path) as raster:
        for top, bottom in rows_of(raster):
            yield raster.read(window=Window(0, top, raster.width, bottom - top))


def _bounds(raster: rasterio.DatasetReader, file: str) -> Bounds:
    """Where a raster lies; an error where it is turned against its axes, or lies nowhere on Earth."""
    grid = raster.transform
    # all that follows takes rows and columns for north and east
    if grid.b or grid.d:
        raise LayerError(
            _(
                "{place}: the raster is turned against the axes of its CRS; warp it to a straight"
                " grid first",
                place=file,
            )
        )
    west, south, east, north = (float(side) for side in raster.bounds)
    flat = west == east or south == north
    # GDAL takes a damaged georeference as it stands, be it infinite or without extent
    if flat or not all(abs(side) < LARGEST for side in (west, south, east, north)):
        raise LayerError(
            _(
                "{place}: the raster reaches from ({west}, {south}) to ({east}, {north}), which is"
                " no place on the Earth; get it again, or correct its georeference",
                place=file,
                west=f"{west:.10g}",
                south=f"{south:.10g}",
                east=f"{east:.10g}",
                north=f"{north:.10g}",
            )
        )
    return west, south, east, north


def read_window(
    path: Path | str,
    bounds: Bounds,
    target_crs: pyproj.CRS,
    shape: tuple[int, int],
    *,
    crs: str | None = None,
    band: int = 1,
) -> tuple[Band, Bounds]:
    """Read a band around a window, warped to it: for display, never for areas.

    Parameters
    ----------
    path
        The file.
    bounds, target_crs
        The window and its CRS.
    shape
        Rows and columns of the result.
    crs
        The CRS that the user states, in place of the file's.
    band
        Which band, counted from 1.

    Returns
    -------
    The cells as floats, masked where the raster says nothing; and the bounds they fill, which are
    those asked for.

    Raises
    ------
    LayerError, CRSError
        As `inspect_raster`.
    """
    from rasterio.enums import Resampling
    from rasterio.warp import reproject

    summary = inspect_raster(path, crs=crs)
    near = crsys.transform_bounds(bounds, target_crs, summary.crs)
    target = np.full(shape, np.nan, dtype=np.float32)
    with opened(path) as raster:
        window = _window(raster, near)
        if window is not None:
            cells, grid = _cells(raster, window, band)
            reproject(
                cells,
                target,
                src_transform=grid,
                src_crs=_wkt(summary.crs),
                src_nodata=np.nan,
                dst_transform=_grid(bounds, shape),
                dst_crs=_wkt(target_crs),
                dst_nodata=np.nan,
                resampling=Resampling.bilinear,
            )
    return np.ma.masked_invalid(target), bounds


def _cells(
    raster: rasterio.DatasetReader, window: Window, band: int
) -> tuple[NDArray[np.float32], rasterio.Affine]:
    """A window of a band, at a coarser step where it is large, and the transform of what was read.

    Parameters
    ----------
    raster
        The open file.
    window, band
        Which of its cells, and of which band, counted from 1.
    """
    import rasterio
    from rasterio.enums import Resampling

    step = max(1.0, (window.width * window.height / MAX_CELLS) ** 0.5)
    size = max(1, int(window.height / step)), max(1, int(window.width / step))
    cells = raster.read(
        band, window=window, out_shape=size, masked=True, resampling=Resampling.nearest
    )
    grid = raster.transform
    corner = grid.c + grid.a * window.col_off, grid.f + grid.e * window.row_off
    wide, high = grid.a * window.width / size[1], grid.e * window.height / size[0]
    transform = rasterio.Affine(wide, 0, corner[0], 0, high, corner[1])
    return cells.astype(np.float32).filled(np.nan), transform


def _window(raster: rasterio.DatasetReader, near: Bounds) -> Window | None:
    """The cells around a box, two more on each side for the warp; None outside of the raster."""
    from rasterio.windows import Window

    grid = raster.transform
    columns = sorted((x - grid.c) / grid.a for x in near[::2])
    rows = sorted((y - grid.f) / grid.e for y in near[1::2])
    left, top = max(0, int(columns[0]) - 2), max(0, int(rows[0]) - 2)
    right = min(raster.width, int(np.ceil(columns[1])) + 2)
    bottom = min(raster.height, int(np.ceil(rows[1])) + 2)
    return Window(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _grid(bounds: Bounds, shape: tuple[int, int]) -> rasterio.Affine:
    import rasterio

    west, south, east, north = bounds
    return rasterio.Affine((east - west) / shape[1], 0, west, 0, (south - north) / shape[0], north)


def _wkt(crs: pyproj.CRS) -> str:
    """A CRS for rasterio's own PROJ, without the names that differ between versions."""
    return crs.to_wkt("WKT2_2019")
