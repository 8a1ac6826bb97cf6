"""What lies behind the map: imagery, or the relief of a terrain model, a picture for each town."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyproj

from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import TownlandError
from townland.geodesy import crs as crs_room
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.measuring import near
from townland.measuring.rasters import reading
from townland.measuring.rasters.class_grid import raster_input
from townland.measuring.rasters.jpeg import Bytes, jpeg
from townland.measuring.rasters.reading import Band
from townland.reading.layer import Input
from townland.towns import Town

WEB_MERCATOR = pyproj.CRS(3857)
"""The plane on which a web map draws, so that a picture stretched between corners lies true."""

MAX_PIXELS, MAX_PIXELS_A_TOWN = 3_000_000, 900_000
SUN_FROM_DEG, SUN_HEIGHT_DEG = 315.0, 45.0
SPREAD = (2, 98)
"""Percentiles of a band that are drawn black and white where it is not of bytes."""

Kind = Literal["imagery", "relief"]


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """A picture behind one town: a JPEG in Web Mercator between `bounds` (degrees, as `Bounds`)."""

    town: str
    kind: Kind
    layer: str
    source: str
    bounds: Bounds
    jpeg: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """The backgrounds of a check, and what was read for them."""

    pictures: tuple[Background, ...] = ()
    inputs: tuple[Input, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_backgrounds(
    catalog: LayerCatalog, towns: Sequence[Town], *, digest: Callable[[Path], str]
) -> Behind:
    """Picture what lies around each town: imagery first, else the relief of the terrain.

    Of several layers the first that shows anything of a town is taken. One that cannot be read leaves
    an issue ``background_unreadable``: no figure depends on it.

    Parameters
    ----------
    catalog, towns
        The layers, and the towns.
    digest
        How to hash a whole file.
    """
    specs = (*catalog.of_role("imagery"), *catalog.of_role("elevation"))
    budget = min(MAX_PIXELS_A_TOWN, MAX_PIXELS // max(1, len(towns)))
    pictures: dict[str, Background] = {}
    inputs: list[Input] = []
    issues: list[Issue] = []
    for spec in specs:
        path = catalog.resolve(spec.path)
        try:
            summary = reading.inspect_raster(path, crs=spec.crs)
            for town in towns:
                if town.code not in pictures:
                    picture = _picture(spec, path, town, summary=summary, budget=budget)
                    if picture is not None:
                        pictures[town.code] = picture
            if spec.role == "imagery":
                inputs.append(raster_input(spec, path, summary=summary, digest=digest))
        except TownlandError as problem:
            text = _("{reason}; the map goes without it", reason=problem.message)
            issues.append(Issue("background_unreadable", "warning", text, spec.name))
    ordered = tuple(pictures[town.code] for town in towns if town.code in pictures)
    return Behind(ordered, tuple(inputs), tuple(issues))


def _picture(
    spec: LayerSpec, path: Path, town: Town, *, summary: reading.RasterSummary, budget: int
) -> Background | None:
    """What a raster shows around a town; None where it shows nothing.

    Parameters
    ----------
    spec, path
        The layer, and its file.
    town
        The town.
    summary
        What the file states of itself.
    budget
        How many pixels the picture may have.
    """
    box = crs_room.transform_bounds(near(town.boundary), town.crs, WEB_MERCATOR)
    pixel = _pixel(box, summary, budget=budget)
    shape = max(3, round((box[3] - box[1]) / pixel)), max(3, round((box[2] - box[0]) / pixel))
    bands = (1, 2, 3) if spec.role == "imagery" and summary.bands >= 3 else (1,)
    read = [
        reading.read_window(path, box, WEB_MERCATOR, shape, crs=spec.crs, band=band)[0]
        for band in bands
    ]
    if all(np.ma.getmaskarray(band).all() for band in read):
        return None
    degrees = _rounded(crs_room.transform_bounds(box, WEB_MERCATOR, crs_room.LONLAT))
    if spec.role == "elevation":
        # Web Mercator stretches lengths by 1 / cos(latitude) in both directions
        latitude = np.radians(sum(degrees[1::2]) / 2)
        drawn = [relief(read[0], pixel * float(np.cos(latitude)))]
    else:
        drawn = [_stretched(band, summary.dtype) for band in read]
    kind: Kind = "relief" if spec.role == "elevation" else "imagery"
    return Background(town.code, kind, spec.name, spec.source or spec.name, degrees, jpeg(drawn))


def _rounded(degrees: Bounds) -> Bounds:
    """Degrees to 0.1 mm: the last digit of a sine depends on the system's library of mathematics."""
    west, south, east, north = (round(each, 9) for each in degrees)
    return west, south, east, north


def _pixel(box: Bounds, summary: reading.RasterSummary, *, budget: int) -> float:
    """The size of a pixel in Web Mercator: a cell of the raster, or larger to keep within a budget.

    Parameters
    ----------
    box
        The picture's box in Web Mercator.
    summary
        What the file states of itself.
    budget
        How many pixels the picture may have.
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    own = crs_room.transform_bounds(box, WEB_MERCATOR, summary.crs)
    finest = max(
        wide * summary.cell[0] / (own[2] - own[0]), high * summary.cell[1] / (own[3] - own[1])
    )
    return max(finest, float((wide * high / budget) ** 0.5))


def relief(heights: Band, cell_m: float) -> Bytes:
    """Shade heights by a sun in the north-west, level land white: map colours are multiplied with it.

    >>> level = np.ma.masked_invalid(np.zeros((3, 3)))
    >>> int(relief(level, 10).min())
    255
    """
    z = np.ma.filled(heights.astype(float), np.nan)
    z = np.where(np.isnan(z), np.nanmean(z), z)
    down, right = np.gradient(z, cell_m)
    sun, height = np.radians(SUN_FROM_DEG), np.radians(SUN_HEIGHT_DEG)
    # the light on a slope: the normal (-dz/dx, -dz/dy, 1) against the direction of the sun
    lit = np.sin(height) + np.cos(height) * (-right * np.sin(sun) + down * np.cos(sun))
    shade = lit / np.sqrt(1 + right**2 + down**2) / np.sin(height)
    return np.asarray(np.clip(0.3 + 0.7 * shade, 0, 1) * 255, dtype=np.uint8)


def _stretched(band: Band, dtype: str) -> Bytes:
    """A band as bytes, white where it says nothing."""
    if dtype == "uint8":
        low, high = 0.0, 255.0
    else:
        low, high = (
            (float(v) for v in np.percentile(band.compressed(), SPREAD)) if band.count() else (0, 1)
        )
    drawn = np.clip((band - low) / ((high - low) or 1.0), 0, 1) * 255
    return np.asarray(np.ma.filled(drawn, 255).round(), dtype=np.uint8)
