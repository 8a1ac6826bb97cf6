"""Set operations that GEOS refuses, and land counted from its corner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from shapely.errors import GEOSException
from tests.factory_random import moved, place

from townland import geodesy
from townland.errors import EngineError
from townland.geodesy import kernel
from townland.geodesy.plane import Plane
from townland.measuring import overlay
from townland.measuring.layer_issues import ladder_issues

TORN = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
"""A bow-tie of two triangles of 1: GEOS refuses it on the grid, too."""


def one(shape: Any) -> Any:
    return np.array([shape], dtype=object)


def test_what_geos_refuses_is_done_part_by_part_and_recorded() -> None:
    lower = shapely.box(0, 0, 3, 1)  # of each triangle the half below 1
    with kernel.bench(1.0) as work:
        inside = kernel.intersection(one(TORN), one(lower))
        outside = kernel.difference(one(TORN), one(lower))
        joined = kernel.union([TORN, lower])
    assert shapely.area(inside).tolist() == pytest.approx([1.0], abs=1e-9)
    assert shapely.area(outside).tolist() == pytest.approx([1.0], abs=1e-9)
    assert joined.area == pytest.approx(2 + 3 - 1, abs=1e-9)
    assert [step.rung for step in work.steps] == ["parts"] * 3
    (issue,) = ladder_issues("甲镇", work.steps)
    assert issue.code == "overlay_by_parts"
    assert "side location conflict" in issue.message.render("en")


def test_what_geos_refuses_as_it_is_may_be_done_on_the_grid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound = shapely.intersection

    def refused(*pair: Any, grid_size: float | None = None) -> Any:
        if grid_size is None:
            raise GEOSException("TopologyException: refused")
        assert grid_size == pytest.approx(1e-6 / 111_000, rel=0.01)
        return sound(*pair, grid_size=grid_size)

    monkeypatch.setattr(kernel.shapely, "intersection", refused)
    with kernel.bench(111_000.0) as work:  # about the metres in a degree
        common = kernel.intersection(
            one(shapely.box(0, 0, 0.02, 0.01)), one(shapely.box(0.01, 0, 1, 1))
        )
    assert shapely.area(common).tolist() == pytest.approx([1e-4], rel=1e-6)
    assert [step.rung for step in work.steps] == ["grid"]


def test_operations_must_close() -> None:
    with kernel.bench(1.0) as work:
        work.require_closed(1000.0, 1000.009)
        with pytest.raises(EngineError, match=r"0\.02"):
            work.require_closed(1000.0, 1000.02)
        with pytest.raises(EngineError):
            work.require_closed(1000.0, float("nan"))


@pytest.mark.parametrize("epsg", [4524, 4490])
def test_counted_from_the_corner_land_closes(epsg: int) -> None:
    crs = pyproj.CRS(epsg)
    for seed in range(6):
        made = place(np.random.default_rng(seed))
        town, parcels = moved(made.towns, epsg)[0], np.array(moved(made.parcels, epsg))
        plane = Plane.at(town, crs)
        assert (plane.back(plane.local(parcels)) == parcels).all()
        near, here = plane.local(parcels), plane.local_one(town)
        pieces, _rows = overlay.clip(here, near)
        rest = overlay.remainder(here, pieces, 0.0)
        missing = here.area - shapely.area(pieces).sum() - rest.area
        assert abs(missing) * plane.unit_m**2 < 1e-6


def test_widths_in_metres_are_taken_of_copies() -> None:
    """Valid pieces in degrees cross one another once they are scaled: they are united as they are."""
    torn = 0
    for seed in (387, 395):
        made = place(np.random.default_rng(seed))
        town, plots = moved(made.towns, 4490)[0], np.array(moved(made.plots, 4490))
        inside = shapely.intersection(plots, town)
        rest = shapely.get_parts(shapely.difference(town, shapely.union_all(inside)))
        plane = Plane(pyproj.CRS(4490))
        try:
            shapely.union_all(geodesy.local_metres(rest, plane.crs))
        except GEOSException:
            torn += 1
        assert len(overlay.slivers(rest, 0.2, plane.scale(rest))) == len(rest)
    assert torn, "another release of GEOS: look for other seeds"
