"""The ± of an area against cases that can be worked out on paper, and against draws."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_land import CRS, box

import townland as tl
from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import TownlandError
from townland.measuring import TownResult
from townland.measuring.edges import edges_of, segments_of, together

BOOK = """
id = "own"
title = { zh = "本", en = "own" }
version = "1"
three_class = "survey"
[measure.area]
title = { zh = "面积", en = "area" }
layers = []
[measure.built]
title = { zh = "建设", en = "built" }
layers = ["stock_land", "ecological_redline"]
[[rule]]
id = "R-1"
title = { zh = "甲", en = "none" }
kind = "forbidden_area"
measure = "built"
limit = 0
unit = "ha"
clause = { document = "d", article = "1", quote = "", effective = 2018-01-01 }
[[rule]]
id = "R-2"
title = { zh = "乙", en = "area" }
kind = "area_range"
measure = "area"
maximum = 100
beyond = "fail"
unit = "ha"
clause = { document = "d", article = "2", quote = "", effective = 2018-01-01 }
"""


def sd(*land: shapely.Geometry, sigma: float = 0.5) -> float:
    """The standard deviation of the area of land whose own edges bound it."""
    whole = np.array([shapely.union_all(list(land))])
    return edges_of(whole, sigma).gradient(segments_of(whole)).sd()


def checked(tmp_path, town, stock, red, *, accuracy=(0.5, 0.5, 0.5)):
    """The check of one town, with the accuracy of boundary, stock land and red line."""
    layers = {"stock_land": stock, "ecological_redline": red}
    catalog = LayerCatalog(layer=[LayerSpec(name=role, role=role, path="none") for role in layers])
    for (role, shapes), sigma in zip(layers.items(), accuracy[1:], strict=True):
        frame = gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)
        catalog = catalog.with_layer(role, frame, accuracy_m=sigma, coverage="town")
    (tmp_path / "own.toml").write_text(BOOK, encoding="utf-8")
    towns = tl.read_towns(gpd.GeoDataFrame(geometry=[town], crs=CRS), accuracy_m=accuracy[0])
    return tl.check(towns, catalog, tl.load_rulebook(tmp_path / "own.toml"), on="2019-01-01")


def test_a_rectangle_is_sigma_times_its_diagonal():
    # shoelace: A = ½ Σ (x_i y_{i+1} - x_{i+1} y_i), so dA/dp_i = ½ |p_{i+1} - p_{i-1}|: half a diagonal
    for a, b in ((1000, 400), (300, 2), (20, 30)):
        assert sd(shapely.box(0, 0, a, b)) == pytest.approx(0.5 * math.hypot(a, b))


def test_a_triangle_is_half_its_sides():
    triangle = shapely.Polygon([(0, 0), (300, 0), (0, 400)])
    assert sd(triangle) == pytest.approx(0.5 * 0.5 * math.sqrt(300**2 + 400**2 + 500**2))


def test_what_two_parcels_share_cancels():
    halves = shapely.box(0, 0, 70, 90), shapely.box(70, 0, 150, 90)
    assert sd(*halves) == pytest.approx(sd(shapely.box(0, 0, 150, 90)))


def test_a_circle_of_short_edges_has_an_error_each_fifty_metres():
    radius, edges = 195, 720
    circle = shapely.Polygon(
        [
            (radius * math.cos(turn), radius * math.sin(turn))
            for turn in np.arange(edges) * 2 * math.pi / edges
        ]
    )
    # ∫ (1 - |s|/h) cos(s/r) ds from -h to h = 2 r²/h (1 - cos(h/r)), one such for each of n nodes
    # 30 edges of 1.702 m make a stretch of at least 50 m, and 24 of these the circle
    h = 30 * 2 * math.pi * radius / edges
    each = 2 * radius**2 / h * (1 - math.cos(h / radius))
    assert sd(circle) == pytest.approx(0.5 * each * math.sqrt(24), rel=1e-4)


@pytest.mark.parametrize("step", [1, 7, 33])
def test_vertices_added_on_edges_change_nothing(step):
    turns = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    rough = shapely.Polygon(
        [
            (
                (60 + 25 * math.sin(3 * t)) * math.cos(t) * 3,
                (70 + 9 * math.cos(5 * t)) * math.sin(t),
            )
            for t in turns
        ]
    )
    for shape in (rough, shapely.box(0, 0, 1000, 400), shapely.box(5, 5, 9, 300)):
        assert sd(shapely.segmentize(shape, step)) == pytest.approx(sd(shape), rel=1e-9)


def test_a_town_cut_by_a_line_has_the_weights_of_the_whole_edges():
    # the west half of a square town of 1000 m: the town's corners and the two ends of a line that runs
    # on for 500 m beyond it; a segment's push is its length, shared out where its middle lies
    town, west = shapely.box(0, 0, 1000, 1000), shapely.box(-500, -500, 500, 1500)
    land = np.array([shapely.intersection(town, west)])
    edges = together([edges_of(np.array([town]), 0.5), edges_of(np.array([west]), 2)])
    by_hand = [
        # corners in the west: half the west edge, three quarters of 500 m of the south (north) edge
        *[0.5 * math.hypot(500, 375)] * 2,
        # corners in the east: a quarter of those 500 m
        *[0.5 * 125] * 2,
        # ends of the line: half of its 1000 m, for the middle of the part is that of the line
        *[2 * 500.0] * 2,
    ]
    expected = math.sqrt(sum(each**2 for each in by_hand))
    assert edges.gradient(segments_of(land)).sd() == pytest.approx(expected)


def test_a_town_has_its_plus_minus(tmp_path):
    found = checked(tmp_path, box(0, 0, 1000, 400), [box(0, 0, 1, 1)], [box(5, 5, 6, 6)])
    result: TownResult = found.town()
    # on the plane; the ellipsoid differs by 0.05 %
    assert float(result.area_pm_m2) == pytest.approx(1.96 * 0.5 * math.hypot(1000, 400), abs=0.01)
    assert result.measures["area"].area_pm_m2 == result.area_pm_m2
    assert found.finding("R-2").pm == result.area_pm_m2


def test_one_layer_without_accuracy_leaves_none(tmp_path):
    parts = box(0, 0, 1000, 400), [box(0, 0, 100, 100)], [box(50, 50, 150, 150)]
    found = checked(tmp_path, *parts, accuracy=(0.5, 0.5, None))
    measure = found.town().measures["built"]
    assert (measure.area_pm_m2, measure.without_accuracy) == (None, ("ecological_redline",))
    assert found.finding("R-1").verdict == "fail"
    assert "ecological red line" in str(
        [each.render("en") for each in found.finding("R-1").assumed]
    )
    assert found.finding("R-2").pm is not None


def test_the_common_part_of_two_layers(tmp_path):
    # the square of 50 m has a corner of each of two squares, and the two places where they cross:
    # of a square of 100 m half of two edges bound it; own corner: push 50 at weight 3/4 from each,
    # the far ends of these edges: 50 at weight 1/4
    found = checked(
        tmp_path, box(-500, -500, 500, 500), [box(0, 0, 100, 100)], [box(50, 50, 150, 150)]
    )
    measure = found.town().measures["built"]
    one = math.hypot(37.5, 37.5) ** 2 + 2 * 12.5**2
    assert float(measure.area_pm_m2) == pytest.approx(1.96 * 0.5 * math.sqrt(2 * one), abs=0.01)
    assert found.finding("R-1").verdict == "fail"


def test_a_strip_narrower_than_its_edges_are_sure_fails_at_face_value_alone(tmp_path):
    # overlap of 1.5 m by 400 m: σ of the distance of its two edges is 0.5 √2, three of them are 2.12 m
    parts = box(-500, -500, 500, 500), [box(0, 0, 400, 100)], [box(0, 98.5, 400, 200)]
    at_face = checked(tmp_path, *parts, accuracy=(None, None, None)).finding("R-1")
    assert (at_face.verdict, at_face.verdict_at_face_value, at_face.pm) == ("fail", None, None)
    found = checked(tmp_path, *parts)
    finding, measure = found.finding("R-1"), found.town().measures["built"]
    assert (finding.verdict, finding.verdict_at_face_value) == ("review", "fail")
    assert measure.sliver_m2 == measure.area_m2 > 0
    assert measure.area_pm_m2 == 0  # its own ± is one-sided: from 0 to its area
    assert tl.exit_code(found) == 0
    assert tl.exit_code(found, strict=True) == 3


def test_a_wide_strip_still_fails(tmp_path):
    parts = box(-500, -500, 500, 500), [box(0, 0, 400, 100)], [box(0, 97, 400, 200)]
    assert checked(tmp_path, *parts).finding("R-1").verdict == "fail"


def test_accuracy_never_loosens_a_bar(tmp_path):
    # 100.4 ha: beyond the bar by 4000 m²; ± is 1.96 · σ · 1417 m, more than that from σ = 1.44 m on
    town = box(0, 0, 1004, 1000)
    far = [box(5, 5, 6, 6)], [box(9, 9, 10, 10)]
    verdicts = {
        sigma: checked(tmp_path, town, *far, accuracy=(sigma, None, None)).finding("R-2")
        for sigma in (None, 0.5, 1.2, 1.8, 20)
    }
    assert [each.verdict for each in verdicts.values()] == [
        "fail",
        "fail",
        "fail",
        "review",
        "review",
    ]
    assert [each.verdict_at_face_value for each in verdicts.values()] == [None] * 3 + ["fail"] * 2


def test_twenty_edges_drawn_twice_do_not_fail(tmp_path):
    # truth 0; 20 draws of 20 edges of 400 m (the script in benchmarks draws 1000)
    rng = np.random.default_rng(14)

    def drawn(shape: shapely.Geometry) -> shapely.Geometry:
        corners = shapely.get_coordinates(shape)[:-1]
        return shapely.Polygon(corners + rng.normal(0, 0.5, corners.shape))

    failed, measured = 0, []
    for _draw in range(20):
        stock = [drawn(box(0, 50 * n, 400, 50 * n + 20)) for n in range(20)]
        red = [drawn(box(0, 50 * n + 20, 400, 50 * n + 40)) for n in range(20)]
        found = checked(tmp_path, box(-500, -500, 1500, 1500), stock, red).finding("R-1")
        failed += found.verdict == "fail"
        measured.append(float(found.measured))
    # E max(d, 0) of a line whose ends differ by N(0, 2σ²): 91.4 m² for each edge
    assert np.mean(measured) == pytest.approx(20 * 91.4, rel=0.2)
    assert failed <= 3


@pytest.mark.parametrize("wrong", [0, -1, math.nan, math.inf])
def test_an_accuracy_is_a_length_above_0(wrong):
    with pytest.raises(TownlandError, match="--accuracy"):
        tl.read_towns(gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9)], crs=CRS), accuracy_m=wrong)
