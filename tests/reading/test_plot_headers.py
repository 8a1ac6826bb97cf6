"""Headers of plots with fewer, more and quoted fields: anchored at 面, 线 or 点, else by position."""

from __future__ import annotations

import pytest
from tests.factory_coordinates import points, square, text

from townland.errors import LayerError
from townland.reading.formats.points.plot_header import plot_header
from townland.reading.formats.points.text_plots import declared_area
from townland.reading.formats.points.txt import parse
from townland.reading.rows import Whole


@pytest.mark.parametrize(
    ("header", "count", "area", "number", "name", "kind"),
    [
        ("5,2.0,D1,地块甲,面,,,,", "5", "2.0", "D1", "地块甲", "面"),
        ("4,D2,引水渠,线,,,,", "4", "", "D2", "引水渠", "线"),
        ("2.0000公顷,,地块1,面,,,,", "", "2.0000公顷", "", "地块1", "面"),
        ("5,2.0,地块甲,面", "5", "2.0", "", "地块甲", "面"),
        ("D1,地块甲,面", "", "", "D1", "地块甲", "面"),
        ("地块甲,面,,,", "", "", "", "地块甲", "面"),
        ("29.99亩,地块甲,点", "", "29.99亩", "", "地块甲", "点"),
        ("5,2.0,D1,甲,乙,面,,,", "5", "2.0", "D1", "甲,乙", "面"),
        ("5,,D1,甲,乙,面状,,,", "5", "", "D1", "甲,乙", "面状"),
        ('5,2.0,D1,"地块甲,乙",面,,,,', "5", "2.0", "D1", "地块甲,乙", "面"),
        ("5，2.0，D1，地块甲，面，，，", "5", "2.0", "D1", "地块甲", "面"),
    ],
)
def test_a_header_is_anchored_at_its_kind(header, count, area, number, name, kind):
    assert plot_header(header, 1, "a.txt").fields[:5] == [count, area, number, name, kind]


def codes(whole: Whole) -> list[str]:
    return [issue.code for issue in whole.issues]


def test_a_canal_never_becomes_a_town():
    canal = ("4,D2,引水渠,线,,,,@", *points(square(0, 0)))
    plot = ("5,1.0,D1,地块甲,面,,,,@", *points(square(300, 0)))
    whole = parse(text(*canal, *plot), "a.txt")
    assert whole.rows.columns["地块名称"].to_pylist() == ["地块甲"]
    assert codes(whole)[:2] == ["geometry_not_polygon", "header_shifted"]
    with pytest.raises(LayerError) as refused:  # it was said that the file holds nothing
        parse(text(*canal), "a.txt")
    assert "1 plot, which is no area: 图形属性 says 线" in refused.value.render("en")


def test_without_a_kind_the_position_counts_and_is_reported():
    whole = parse(text("5,1.0,D1,地块甲,,,,,@", *points(square(0, 0))), "a.txt")
    assert whole.rows.columns["地块名称"].to_pylist() == ["地块甲"]
    assert "header_by_position" in codes(whole)


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("0.7655公顷", (0.7655, 10_000.0)),
        ("29.99亩", (29.99, 10_000 / 15)),
        ("7655 m2", (7655.0, 1.0)),
        ("1.5hectares", (1.5, 10_000.0)),
        ("０．７６５５公顷", (0.7655, 10_000.0)),
        ("0.7655", (0.7655, None)),
        ("D2", (None, None)),
        ("约1公顷", (None, 10_000.0)),
    ],
)
def test_an_area_may_state_its_unit(stated, read):
    assert declared_area(stated) == read


@pytest.mark.parametrize(
    ("stated", "told"),
    # the square of 100 m has 0.9995 ha, 14.99 mu, 9995.02 m² on the ellipsoid
    [("0.9995公顷", False), ("14.99亩", False), ("9995.02平方米", False),
     ("14.99公顷", True), ("1.00亩", True)],
)  # fmt: skip
def test_an_area_is_compared_in_the_unit_that_it_states(stated, told):
    whole = parse(text(f"5,{stated},D1,地块甲,面,,,,@", *points(square(0, 0))), "a.txt")
    assert ("declared_area_differs" in codes(whole)) is told
    assert "declared_area_unit" not in codes(whole)
