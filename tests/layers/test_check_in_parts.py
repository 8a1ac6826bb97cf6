"""``layers check`` goes through a layer in parts: what it finds is the same whatever these are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import affinity, box

from townland.catalog import load_catalog
from townland.layers.check import Examined, examined
from townland.measuring.prepare import parcels
from townland.measuring.prepare.parcels import PolygonStore
from townland.reading import spilled, streamed
from townland.reading.spilled import Spilled

WEST, SOUTH, SIDE = 36_520_000.0, 2_700_000.0, 20.0
DEGREES = (1 / 102_000, 1 / 111_000)
"""Degrees of longitude and latitude in a metre, about."""


def cell(x: float, y: float, wide: float = 1.0, high: float = 1.0) -> shapely.Polygon:
    """A square of a mosaic, with vertices along its sides, and nothing left bare beside it."""
    return shapely.segmentize(box(x, y, x + wide * SIDE, y + high * SIDE), SIDE / 2)


def bow_tie(x: float, y: float) -> shapely.Polygon:
    return shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])


def flat(x: float, y: float) -> shapely.Polygon:
    return shapely.Polygon([(x, y), (x + 5, y), (x + 9, y), (x, y)])


def spiked(x: float, y: float) -> shapely.Polygon:
    return shapely.Polygon(
        [(x, y), (x + 20, y), (x + 20, y + 9), (x + 35, y + 9.002), (x + 20, y + 9.004),
         (x + 20, y + 20), (x + 20, y + 20), (x, y + 20)]
    )  # fmt: skip


PLANTED = {
    "overlap": lambda x, y: box(x + 5, y + 5, x + 33, y + 27),
    "twin": lambda x, y: cell(x, y),
    "long": lambda x, y: box(x, y + 1, x + 150, y + 2),
    "sliver": lambda x, y: box(x, y, x + 20, y + 0.1),
    "bow_tie": bow_tie,
    "flat": flat,
    "spiked": spiked,
    "far": lambda x, y: cell(x + 400, y),
    "none": lambda _x, _y: None,
    "point": lambda x, y: shapely.Point(x, y),
}


def layer(random: Random, size: int, *, degrees: bool) -> gpd.GeoDataFrame:
    """A mosaic of squares with holes in it, and faults across wherever it may be cut."""
    cells = [(WEST + i * SIDE, SOUTH + j * SIDE) for i in range(size) for j in range(size)]
    shapes: list[Any] = []
    for x, y in cells:
        kind = random.random()
        if kind < 0.08:
            shapes.append(box(x, y, x + SIDE, y + SIDE - 3))  # a gap of 60 m² above it
        elif kind > 0.06:
            shapes.append(cell(x, y))
    for _ in range(random.randrange(8)):
        shapes.append(PLANTED[random.choice(list(PLANTED))](*random.choice(cells)))
    random.shuffle(shapes)
    if degrees:
        shapes = [
            affinity.translate(affinity.scale(s, *DEGREES, origin=(WEST, SOUTH)), 109 - WEST, 24 - SOUTH)
            for s in shapes if s is not None
        ]  # fmt: skip
    count = len(shapes)
    ids = [random.choice(["", "same", f"p{n}", f"p{n}", f"p{n}", f"p{n}"]) for n in range(count)]
    columns = {
        "BSM": ids,
        "DLBM": [random.choice(["0101", "0103", "0702", "99", "1106"]) for _ in ids],
        "DLMC": [random.choice(["水田", "旱地", ""]) for _ in ids],
        "TBMJ": [random.choice([400.0, 399.996, 0.0]) for _ in ids],
        "KCXS": [random.choice([0.0, 0.1, 7.0]) for _ in ids],
        "SJNF": [random.choice([2019, 2020]) for _ in ids],
    }
    crs = 4490 if degrees else 4524
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def written(frame: gpd.GeoDataFrame, folder: Path, kind: str, role: str) -> Path:
    """The catalog of a layer, with a coverage that leaves some of it out and more bare."""
    x, y = frame.total_bounds[:2]
    width, height = (frame.total_bounds[2:] - (x, y)) * (0.9, 1.05)
    declared = box(x, y, x + width, y + height)
    frame.to_file(folder / f"land.{kind}", layer="land")
    gpd.GeoDataFrame(geometry=[declared], crs=frame.crs).to_file(folder / "extent.gpkg")
    catalog = folder / "catalog.toml"
    catalog.write_text(
        f'[[layer]]\nname = "land"\nrole = "{role}"\npath = "land.{kind}"\nid_column = "BSM"\n'
        'class_column = "DLBM"\nscheme = "sandiao-2019"\ncoverage = "extent.gpkg"\n',
        encoding="utf-8",
    )
    return catalog


def told(path: Path) -> list[Any]:
    """All that is found in the layer of a catalog, in its order."""
    layers = load_catalog(path)
    found: Examined = examined(layers.layer[0], layers)
    issues = [(i.code, i.severity, i.feature, i.message.render("en")) for i in found.summary.issues]
    faults = [
        (
            each.code,
            each.severity,
            each.rows.tolist(),
            [each.at(n).render("en") for n in range(each.count)],
            None if each.shapes is None else np.sort(shapely.area(each.shapes).round(6)).tolist(),
        )
        for each in found.faults
    ]
    return [issues, faults, found.counts]


def cut(patch: pytest.MonkeyPatch, sizes: Mapping[str, int]) -> None:
    """Go through layers in parts of these sizes."""
    patch.setattr(streamed, "AT_ONCE", sizes["read"])
    patch.setattr(spilled, "AT_ONCE", sizes["bytes"])
    patch.setattr(spilled, "IN_MEMORY", sizes["memory"])
    patch.setattr(parcels, "AT_ONCE", sizes["part"])
    patch.setattr(parcels, "VERTICES_AT_ONCE", sizes["vertices"])


SIZES = st.fixed_dictionaries(
    {
        "read": st.integers(1, 40),
        "bytes": st.integers(1, 9000),
        "memory": st.sampled_from([1, 1 << 20]),
        "part": st.integers(1, 30),
        "vertices": st.integers(1, 300),
    }
)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**9),
    st.integers(2, 7),
    SIZES,
    st.booleans(),
    st.sampled_from(["gpkg", "gpkg", "shp", "geojson"]),
    st.sampled_from(["land_use", "control_zone", "planned_use"]),
)
def test_what_is_found_is_the_same_whatever_the_parts(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    size: int,
    sizes: dict[str, int],
    degrees: bool,
    kind: str,
    role: str,
) -> None:
    frame = layer(Random(seed), size, degrees=degrees)  # noqa: S311
    if kind == "shp":
        frame = frame[frame.geometry.map(lambda s: s is None or s.geom_type == "Polygon")]
    path = written(frame, tmp_path_factory.mktemp("parts"), kind, role)
    whole = told(path)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, sizes)
        assert told(path) == whole


def mosaic(folder: Path, size: int) -> Path:
    cells = [cell(WEST + i * SIDE, SOUTH + j * SIDE) for i in range(size) for j in range(size)]
    count = len(cells)
    columns = {"BSM": [str(n) for n in range(count)], "DLBM": ["0101"] * count}
    return written(gpd.GeoDataFrame(columns, geometry=cells, crs=4524), folder, "gpkg", "land_use")


def test_no_more_features_are_held_at_once_however_large_the_layer(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All geometries of a layer stood in memory: 2.1 GB of 300,000 parcels."""
    cut(monkeypatch, {"read": 32, "bytes": 9000, "memory": 1, "part": 25, "vertices": 400})
    most: list[int] = []
    take, append = Spilled.take, Spilled.append

    def taken(own: Spilled, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        most[-1] = max(most[-1], len(rows))
        return take(own, rows)

    def put(own: Spilled, geometry: NDArray[np.object_]) -> None:
        most[-1] = max(most[-1], len(geometry))
        append(own, geometry)

    monkeypatch.setattr(Spilled, "take", taken)
    monkeypatch.setattr(Spilled, "append", put)
    for size in (12, 24, 36):
        most.append(0)
        told(mosaic(tmp_path_factory.mktemp("mosaic"), size))
    assert most[0] < 12 * 12
    # a part is a square of 25, and 24 beside it; the last ones may have another shape
    assert max(most) <= 100


def test_features_of_one_code_share_one_text(tmp_path: Path) -> None:
    """Each feature had texts of its own, and a column without a value room for one each."""
    layers = load_catalog(mosaic(tmp_path, 8))
    held = streamed.read_whole(layers.layer[0], layers)
    assert len({id(code) for code in held.columns["code"]}) == 1
    empty = [held.columns[name].to_numpy() for name in ("owner", "slope")]
    assert np.shares_memory(*empty)


def test_a_layer_without_features_is_told_and_looked_at(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"BSM": [], "DLBM": []}, geometry=[], crs=4524)
    frame.astype({"BSM": str, "DLBM": str}).to_file(tmp_path / "land.gpkg", layer="land")
    (tmp_path / "catalog.toml").write_text(
        '[[layer]]\nname = "land"\nrole = "land_use"\npath = "land.gpkg"\nid_column = "BSM"\n'
        'class_column = "DLBM"\nscheme = "sandiao-2019"\n',
        encoding="utf-8",
    )
    assert "layer_empty" in {code for code, *_rest in told(tmp_path / "catalog.toml")[0]}


def test_features_that_collapse_are_told_together(tmp_path: Path) -> None:
    """Two features that collapse in mending ended ``layers check`` with a KeyError."""
    shapes = [cell(WEST, SOUTH), flat(WEST + 50, SOUTH), flat(WEST + 90, SOUTH)]
    columns = {"BSM": ["a", "b", "c"], "DLBM": ["0101"] * 3}
    path = written(
        gpd.GeoDataFrame(columns, geometry=shapes, crs=4524), tmp_path, "gpkg", "land_use"
    )
    (said,) = [each for each in told(path)[0] if each[0] == "geometry_collapsed"]
    assert "b, c" in said[3]


def test_geometries_come_back_from_the_disk_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spilled, "IN_MEMORY", 10)
    shapes = np.array([box(n, 0, n + 1, 1) for n in range(9)] + [None, shapely.Polygon()], object)
    held = Spilled()
    held.append(shapes[:4])
    held.append(shapes[4:])
    other = held.replaced(np.array([3, 9]), shapes[[0, 10]])
    rows = np.array([10, 3, 9, 0, 3, 8])
    assert held.take(rows).tolist() == shapes[rows].tolist()
    assert other.take(rows).tolist() == shapes[[10, 0, 10, 0, 0, 8]].tolist()
    monkeypatch.setattr(spilled, "AT_ONCE", 200)
    assert np.concatenate(list(held.blocks())).tolist() == list(range(11))
    assert max(map(len, held.blocks())) <= 3


BOXES = st.lists(
    st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 30)] * 2).map(
        lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(BOXES, BOXES, st.integers(1, 12), st.integers(1, 60))
def test_what_is_near_is_what_a_tree_gives(
    polygons: list[shapely.Polygon], asked: list[shapely.Polygon], part: int, vertices: int
) -> None:
    every, shapes = np.array(polygons, object), np.array(asked, object)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parcels, "AT_ONCE", part)
        patch.setattr(parcels, "VERTICES_AT_ONCE", vertices)
        own = PolygonStore.of(every)
        pairs = np.stack(own.meeting(shapes)).T
        tree = shapely.STRtree(every).query(shapes, predicate="intersects").T
        assert pairs.tolist() == sorted(tree.tolist())
        assert np.stack(own.near(shapely.bounds(shapes))).T.tolist() == pairs.tolist()
        far = shapely.distance(shapes[:, None], every[None])
        assert own.nearest(shapes).tolist() == far.argmin(axis=1).tolist()
        seen = [(rows, near) for rows, near in own.parts()]
        assert sorted(np.concatenate([rows for rows, _near in seen]).tolist()) == list(
            range(len(every))
        )
        for rows, near in seen:
            met = np.unique(own.meeting(every[rows])[1])
            assert set(met.tolist()) <= {*rows.tolist(), *near.tolist()}
            assert not set(rows.tolist()) & set(near.tolist())
