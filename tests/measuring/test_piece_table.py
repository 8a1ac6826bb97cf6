"""The pieces of a measure as columns: what is missing, what is chosen, the way from a frame and back."""

from __future__ import annotations

from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from townland.measuring.piece_table import PieceTable


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "town": "T01",
            "village": pd.Series(["Upper", None, "Lower"]),
            "slope": pd.Series(["2", float("nan"), None], dtype=object),
            "area_m2": [Decimal("1.00"), Decimal("3.00"), Decimal("2.00")],
        },
        geometry=[shapely.box(n, 0, n + 1, 1) for n in range(3)],
        crs="EPSG:4524",
    )


def test_what_is_missing_in_a_frame_is_none_in_its_columns() -> None:
    table = PieceTable.of(frame())
    assert table.texts("town") == ["T01"] * 3
    assert table.texts("village") == ["Upper", None, "Lower"]
    assert table.texts("slope") == ["2", None, None]
    assert table.texts("owner") == [None] * 3
    assert table.column("area_m2").tolist() == frame()["area_m2"].tolist()


def test_pieces_are_chosen_by_their_numbers_in_the_order_of_these() -> None:
    table = PieceTable.of(frame()).kept(np.array([1, 2]))
    assert table.texts("area_m2") == ["3.00", "2.00"]
    assert [shape.bounds[0] for shape in table.geometry] == [1, 2]


def test_one_text_for_all_pieces_is_one_for_each() -> None:
    table = PieceTable({"town": "T01", "owner": None}, np.full(2, None), frame().crs)
    assert table.texts("town") == ["T01", "T01"]
    assert table.texts("owner") == [None, None]
