"""A column of a boundary file states the accuracy of each boundary."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_land import CRS

import townland as tl
from townland.errors import LayerError


def boundaries(**columns) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    shapes = [shapely.box(x, 0, x + 500, 500) for x in range(0, 1000 * count, 1000)]
    moved = shapely.transform(shapes, lambda xy: np.add(xy, (36_640_000, 2_690_000)))
    return gpd.GeoDataFrame(columns, geometry=list(moved), crs=CRS)


def stated(frame: gpd.GeoDataFrame, **options) -> list[float | None]:
    return [town.accuracy_m for town in tl.read_towns(frame, **options)]


@pytest.mark.parametrize("column", ["accuracy_m", "ACCURACY_M", "中误差"])
def test_each_boundary_has_its_own(column):
    assert stated(boundaries(**{column: [0.5, None, 2.0]})) == [0.5, None, 2.0]


def test_a_column_of_text_is_read_as_numbers():
    assert stated(boundaries(accuracy_m=["0.15", "", None])) == [0.15, None, None]


def test_what_the_user_states_counts_for_all():
    assert stated(boundaries(accuracy_m=[0.5, None]), accuracy_m=1.5) == [1.5, 1.5]


@pytest.mark.parametrize("column", ["精度", "precision", "accuracy"])
def test_a_precision_is_no_accuracy(column):
    assert stated(boundaries(**{column: [0.01, 0.01]})) == [None, None]


@pytest.mark.parametrize("wrong", [0.0, -0.5])
def test_what_is_no_length_is_refused_with_its_feature(wrong):
    with pytest.raises(LayerError) as refused:
        tl.read_towns(boundaries(accuracy_m=[0.5, wrong]))
    assert re.search(r"feature 2: accuracy_m is .*above 0", refused.value.render("en"))


def test_words_are_refused_too():
    with pytest.raises(LayerError) as refused:
        tl.read_towns(boundaries(accuracy_m=["good", "0.5"]))
    assert re.search("feature 1: accuracy_m is good", refused.value.render("en"))


def test_only_the_towns_that_are_asked_for_count():
    frame = boundaries(code=["a", "b"], accuracy_m=[-1.0, 0.5])
    assert stated(frame, code_column="code", where={"code": "b"}) == [0.5]
