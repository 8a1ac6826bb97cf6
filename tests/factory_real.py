"""What the tests of real data share: where the data lie, the command, an area by another routine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""The data lie outside of the repository and are read as they were published."""

needed = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")

OUTPUTS = {
    "assessment.json", "evidence.gpkg", "evidence.qgz", "map.html", "map", "report.html", "report",
    "townland-manifest.json",
}  # fmt: skip


def townland(*arguments: object) -> tuple[int, str]:
    """Run the command; its exit code and what it printed on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "townland_cli", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode != 4, done.stderr
    return done.returncode, done.stdout


def geodesic_m2(geometry: shapely.Geometry, crs: pyproj.CRS) -> float:
    """The area by another routine than the product's: geodesics between points 10 m apart."""
    geod = crs.get_geod()
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    dense = shapely.segmentize(geometry, 10)
    degrees = shapely.transform(
        dense, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
    )
    parts = [part for part in shapely.get_parts(degrees) if part.geom_type == "Polygon"]
    return sum(abs(geod.geometry_area_perimeter(part)[0]) for part in parts)
