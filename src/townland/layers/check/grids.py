"""The cells of a raster, all of them: whether they can be read, and are what the role asks for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import LayerError
from townland.i18n import Joined, Words, _, in_a_row
from townland.issues import Issue
from townland.measuring.rasters import cells, class_grid, heights, reading
from townland.reading.vector import named
from townland.standards.landclass import load_scheme

SHOWN = 20
"""So many values are listed in a message."""


def grid_issues(spec: LayerSpec, catalog: LayerCatalog) -> Iterator[Issue]:
    """What a check would refuse or report of a raster wherever a town may lie in it.

    Every block is read, a strip at a time: a file that is cut off or damaged shows it only there. A
    picture needs no more than that; no figure depends on it.
    """
    path = catalog.resolve(spec.path)
    try:
        if spec.role == "imagery" or (spec.role == "land_cover" and spec.classes is None):
            for _strip in reading.strips(path):
                pass
            return
        numbers: dict[float, int] = {}
        impossible: list[NDArray[np.number]] = []
        # heights are numbers of any kind, and too many to list
        listed = spec.role != "elevation"
        unit = "" if listed else reading.inspect_raster(path, crs=spec.crs).unit
        for strip in cells.strips(path, crs=spec.crs):
            if not listed:
                (metres,) = heights.in_metres([strip], unit, path.as_posix())
                impossible.append(heights.impossible(metres))
            else:
                own, counts = np.unique(strip.values[strip.known], return_counts=True)
                class_grid.require_whole(own, path)
                for value, count in zip(own.tolist(), counts.tolist(), strict=True):
                    numbers[value] = numbers.get(value, 0) + count
    except LayerError as problem:
        yield Issue("layer_unreadable", "error", Joined((problem.message,)), spec.name)
        return
    if listed:
        yield from _values(spec, numbers)
    yield from named(heights.left_out(impossible), spec.name)


def _values(spec: LayerSpec, numbers: dict[float, int]) -> Iterator[Issue]:
    """The values that no table explains, with their cells."""
    texts = {str(int(number)): count for number, count in numbers.items()}
    unlisted = class_grid.unlisted(spec, tuple(texts))
    if unlisted:
        message = _(
            "the values {values} ({count} {count:cell|cells}) are not listed in classes,"
            " and count as no data",
            values=_shown(unlisted),
            count=sum(texts[value] for value in unlisted),
        )
        yield Issue("grid_value_unlisted", "warning", message, spec.name)
    if spec.scheme is None:
        return
    known = load_scheme(spec.scheme).entries
    unknown = tuple(value for value in texts if class_grid.code_of(spec, value) not in known)
    if unknown:
        message = _(
            "the scheme {scheme} does not know the values {values} ({count} {count:cell|cells})",
            scheme=spec.scheme,
            values=_shown(unknown),
            count=sum(texts[value] for value in unknown),
        )
        yield Issue("class_unknown", "warning", message, spec.name)


def _shown(values: tuple[str, ...]) -> Words:
    return Joined((in_a_row(values[:SHOWN]), " …" if len(values) > SHOWN else ""))
