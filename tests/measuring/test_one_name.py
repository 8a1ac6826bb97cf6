"""Two features of one name are one town or two: nobody but the bureau knows, so a code must say it."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from townland.errors import LayerError
from townland.i18n import render
from townland.measuring.one_name import refuse_one_name
from townland.towns import Town, read_towns

EAST, NORTH = 36_642_000, 2_689_000


def towns(*names: str | None, codes: list[str] | None = None) -> tuple[Town, ...]:
    """Squares side by side, with these names and codes."""
    shapes = [
        shapely.box(EAST + 2000 * n, NORTH, EAST + 2000 * n + 1000, NORTH + 1000)
        for n in range(len(names))
    ]
    columns = {"镇名": list(names)} | ({} if codes is None else {"DM": codes})
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4524")
    return read_towns(frame, code_column=None if codes is None else "DM")


def test_two_features_of_one_name_without_a_code_are_refused_with_the_cure() -> None:
    with pytest.raises(LayerError) as refused:
        refuse_one_name(towns("甲镇", "乙镇", "甲镇"))
    said = render(refused.value.message, "en")
    assert "boundaries 1 and 3 have one name, 甲镇" in said
    assert "--code-column" in said


def test_codes_and_other_names_tell_towns_apart() -> None:
    refuse_one_name(towns("甲镇", "甲镇", codes=["1", "2"]))
    refuse_one_name(towns("甲镇", "乙镇"))
    refuse_one_name(towns(None, None))
