"""With every vertex moved by no more than its accuracy, no pass becomes a fail and no fail a pass."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_land import CRS

import townland as tl
from townland.catalog import LayerCatalog, LayerSpec

APART_M = 4000.0
CLAUSE = 'clause = { document = "d", article = "1", quote = "", effective = 2018-01-01 }'
BOOK = f"""
id = "own"
title = {{ zh = "本", en = "own" }}
version = "1"
three_class = "survey"
[measure.area]
title = {{ zh = "面积", en = "area" }}
layers = []
[measure.both]
title = {{ zh = "重叠", en = "both" }}
layers = ["stock_land", "ecological_redline"]
[[rule]]
id = "NONE"
title = {{ zh = "甲", en = "none" }}
kind = "forbidden_area"
measure = "both"
limit = 0
unit = "ha"
{CLAUSE}
[[rule]]
id = "LITTLE"
title = {{ zh = "乙", en = "little" }}
kind = "area_range"
measure = "both"
maximum = 0.5
beyond = "fail"
unit = "ha"
{CLAUSE}
[[rule]]
id = "SIZE"
title = {{ zh = "丙", en = "size" }}
kind = "area_range"
measure = "area"
maximum = 100
beyond = "fail"
unit = "ha"
{CLAUSE}
"""


@dataclass(frozen=True)
class Drawn:
    """A town about 1 km square, a block of stock land in it, and strips of red line beside it.

    `sigma_m` is the accuracy of all vertices; each moves as far as that, by chance or away from the
    middle of its rectangle (`outward` 1) or towards it (-1).
    """

    width_m: float
    strips: tuple[tuple[float, float], ...]  # how far each reaches into the block, and its length
    outward: int
    seed: int

    def shapes(self) -> tuple[shapely.Geometry, shapely.Geometry, list[shapely.Geometry]]:
        """Town, stock land, red line, in metres from the corner of the town."""
        red = [
            shapely.box(100 + 250 * n, 300 - 20, 100 + 250 * n + length, 300 + reach)
            for n, (reach, length) in enumerate(self.strips)
        ]
        return shapely.box(0, 0, self.width_m, 1000), shapely.box(100, 300, 900, 500), red

    def moved(self, shape: shapely.Geometry, sigma_m: float) -> shapely.Geometry:
        """A rectangle with every corner moved by the accuracy."""
        corners = shapely.get_coordinates(shape)[:-1]
        turn = np.random.default_rng(self.seed).uniform(0, 2 * math.pi, len(corners))
        way = np.column_stack((np.cos(turn), np.sin(turn)))
        if self.outward:
            away = corners - corners.mean(axis=0)
            way = self.outward * np.sign(away) / math.sqrt(2)
        return shapely.Polygon(corners + sigma_m * way)


# strips that end just short of the block, on its edge, or in it; up to three, for of many that all
# move the same way the sum is off by more than independent errors explain
CASES = st.builds(
    Drawn,
    width_m=st.floats(990, 1010),
    strips=st.lists(
        st.tuples(st.floats(-3, 12) | st.floats(5, 60) | st.just(0.0), st.floats(20, 200)),
        min_size=1,
        max_size=3,
    ).map(tuple),
    outward=st.sampled_from([-1, 0, 1]),
    seed=st.integers(0, 1000),
)


def verdicts(cases: list[Drawn], sigma_m: float, book: tl.Rulebook) -> list[dict[str, list[str]]]:
    """The verdicts of each rule on each case as drawn and as moved: every one a town of its own."""
    towns, stock, red = [], [], []
    for case in cases:
        town, block, strips = case.shapes()
        for move in (0.0, sigma_m):
            at = (36_640_000 + APART_M * len(towns), 2_690_000)
            here = [case.moved(shape, move) for shape in (town, block, *strips)]
            placed = shapely.transform(here, lambda xy, at=at: np.add(xy, at))
            towns.append(placed[0])
            stock.append(placed[1])
            red += list(placed[2:])
    codes = [str(n + 1) for n in range(len(towns))]
    catalog = LayerCatalog(layer=[LayerSpec(name="stock_land", role="stock_land", path="none")])
    for role, shapes in (("stock_land", stock), ("ecological_redline", red)):
        frame = gpd.GeoDataFrame(geometry=shapes, crs=CRS)
        catalog = catalog.with_layer(role, frame, accuracy_m=sigma_m, coverage={"towns": codes})
    boundaries = gpd.GeoDataFrame({"accuracy_m": [sigma_m] * len(towns)}, geometry=towns, crs=CRS)
    found = tl.check(tl.read_towns(boundaries), catalog, book, on="2019-01-01")
    every = {(each.town, each.rule): each.verdict.value for each in found.findings}
    return [
        {
            rule: [every[codes[2 * n + m], rule] for m in (0, 1)]
            for rule in ("NONE", "LITTLE", "SIZE")
        }
        for n in range(len(cases))
    ]


def test_vertices_within_their_accuracy_turn_no_pass_and_no_fail(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "own.toml"
    path.write_text(BOOK, encoding="utf-8")
    book = tl.load_rulebook(path)

    @settings(max_examples=3, deadline=None)
    @given(st.lists(CASES, min_size=3, max_size=3), st.sampled_from([0.2, 1.0, 2.0]))
    def never_turns(cases: list[Drawn], sigma_m: float) -> None:
        for case, found in zip(cases, verdicts(cases, sigma_m, book), strict=True):
            for rule, (drawn, moved) in found.items():
                assert {drawn, moved} != {"pass", "fail"}, (rule, drawn, moved, case, sigma_m)

    never_turns()


def test_the_verdicts_of_the_property_are_all_there(tmp_path):
    # 0.5 ha is a strip of 25 m by 200 m; σ of the distance of two edges is 1.41 m, three are 4.24 m
    (tmp_path / "own.toml").write_text(BOOK, encoding="utf-8")
    book = tl.load_rulebook(tmp_path / "own.toml")
    cases = [
        Drawn(990, ((-3.0, 200.0),), 0, 1),
        Drawn(1000, ((3.0, 200.0),), 0, 1),
        Drawn(1010, ((40.0, 200.0),), 0, 1),
        Drawn(1010, ((25.0, 200.0),), 0, 1),
    ]
    found = verdicts(cases, 1.0, book)
    assert [each["NONE"][0] for each in found] == ["pass", "review", "fail", "fail"]
    assert [each["LITTLE"][0] for each in found] == ["pass", "pass", "fail", "review"]
    assert [each["SIZE"][0] for each in found] == ["pass", "review", "fail", "fail"]
