"""Files whose columns or cells would fill the memory: refused with a sentence, before there is room."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests import factory_broken as broken

from townland.catalog import load_catalog
from townland.errors import LayerError
from townland.layers.check import examined
from townland.reading.columns import as_text
from townland.reading.limits import MAX_CELL, MAX_COLUMNS
from townland.reading.source import attributes, opened, read


def whole(path: Path, columns: Sequence[str] = ()) -> dict[str, Any]:
    with opened(path) as source:
        return dict(read(source, columns, None).columns)


def refused(path: Path, *named: str, columns: Sequence[str] = ()) -> None:
    with pytest.raises(LayerError) as caught:
        whole(path, columns)
    for language in ("en", "zh"):
        assert all(name in caught.value.message.render(language) for name in named)


# ---------------------------------------------------------------- columns

FEATURES = [
    broken.feature([broken.degrees_ring()], **{f"p{at}_{own}": 1 for own in range(10)})
    for at in range(MAX_COLUMNS // 10)
]
"""With the name that each has, one property more than there may be."""


def as_collection(folder: Path) -> Path:
    return broken.geojson(folder, *FEATURES)


def as_lines(folder: Path) -> Path:
    return broken.saved(folder / "a.geojson", "\n".join(map(json.dumps, FEATURES)))


def as_text_that_is_no_json(folder: Path) -> Path:
    text = as_collection(folder).read_text("utf-8")
    return broken.saved(folder / "a.geojson", text[:-2])


def as_members_of_features(folder: Path) -> Path:
    bare = [{**each["properties"], **each} for each in FEATURES]
    return broken.geojson(folder, *[{**each, "properties": None} for each in bare])


def as_kml(folder: Path) -> Path:
    data = "".join(f'<Data name="p{at}"><value>1</value></Data>' for at in range(MAX_COLUMNS + 1))
    return broken.kml(folder / "a.kml", f"<ExtendedData>{data}</ExtendedData>" + broken.kml_ring())


@pytest.mark.parametrize(
    "written", [as_collection, as_lines, as_text_that_is_no_json, as_members_of_features, as_kml]
)
def test_more_columns_than_there_may_be_take_no_memory(
    tmp_path: Path, written: Callable[[Path], Path]
) -> None:
    path = written(tmp_path)
    tracemalloc.start()
    try:
        refused(path, path.name, str(MAX_COLUMNS))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20e6


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "parquet", "gdb", "geojson"])
def test_every_format_has_the_bound(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = broken.plain(tmp_path / f"a.{suffix}", **{f"c{at}": ["x"] for at in range(4)})
    assert whole(path, ["c1"])["c1"].to_pylist() == ["x"]
    monkeypatch.setattr("townland.reading.limits.MAX_COLUMNS", 3)
    refused(path, path.name, "3")


def test_a_plot_of_many_fields_has_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = broken.txt(tmp_path, broken.header(), *broken.LINES)
    monkeypatch.setattr("townland.reading.limits.MAX_COLUMNS", 5)
    refused(path, path.name, "5")


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet", "geojson"])
def test_a_cell_has_a_length(tmp_path: Path, suffix: str) -> None:
    path = broken.plain(tmp_path / f"a.{suffix}", c=["x" * (MAX_CELL + 1)], d=["x" * MAX_CELL])
    assert len(whole(path, ["d"])["d"][0].as_py()) == MAX_CELL
    refused(path, path.name, "c", str(MAX_CELL + 1), columns=["c"])
    with opened(path) as source, pytest.raises(LayerError):
        attributes(source, ["c"])


def test_equal_cells_that_stand_once_in_a_file_are_counted_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = [broken.box(200 * at, 0) for at in range(50)]
    path = broken.plain(tmp_path / "a.parquet", *shapes, c=["x" * 1000] * 50)
    assert path.stat().st_size < 20_000
    monkeypatch.setattr("townland.reading.limits.MAX_TEXT", 49_999)
    refused(path, "50000", columns=["c"])
    monkeypatch.setattr("townland.reading.limits.MAX_TEXT", 50_000)
    assert whole(path, ["c"])["c"].to_pylist() == ["x" * 1000] * 50


def test_a_category_in_geoparquet_is_its_value_and_not_its_number(tmp_path: Path) -> None:
    path = broken.plain(tmp_path / "a.parquet", broken.box(0, 0), broken.box(200, 0), DLBM=["", ""])
    frame = gpd.read_parquet(path)
    values = ["0301", "0101"]
    frame["DLBM"] = pd.Categorical(values)
    frame.to_parquet(path)
    assert pa.types.is_dictionary(pq.ParquetFile(path).schema_arrow.field("DLBM").type)
    assert as_text(whole(path, ["DLBM"])["DLBM"]).tolist() == values


# ---------------------------------------------------------------- columns that are computed


def computed(path: Path, column: str, kind: str = "VIRTUAL") -> Path:
    broken.plain(path, name=["甲镇"])
    base = sqlite3.connect(path)
    made = f'ALTER TABLE "{path.stem}" ADD COLUMN {column} GENERATED ALWAYS AS'
    base.execute(f"{made} (replace(hex(zeroblob(100000000)), '0', 'x')) {kind}")
    base.commit()
    base.close()
    return path


def test_a_computed_column_of_a_geopackage_is_not_read(tmp_path: Path) -> None:
    path = computed(tmp_path / "a.gpkg", "big TEXT")
    assert whole(path, ["name"])["name"].to_pylist() == ["甲镇"]
    refused(path, "a.gpkg", "big", columns=["name", "big"])
    with opened(path) as source:
        assert source.fields == ("name", "big")
        with pytest.raises(LayerError):
            attributes(source, ["big"])
        boxes = [(0.0, 0.0, 1e9, 1e9)]
        assert read(source, ["name"], boxes).columns["name"].to_pylist() == ["甲镇"]
        with pytest.raises(LayerError):
            read(source, ["big"], boxes)


def test_a_geometry_that_is_computed_is_refused(tmp_path: Path) -> None:
    path = broken.plain(tmp_path / "a.gpkg", name=["甲镇"])
    base = sqlite3.connect(path)
    base.executescript(
        """
        DROP TRIGGER IF EXISTS "trigger_insert_feature_count_a";
        ALTER TABLE a ADD COLUMN far BLOB GENERATED ALWAYS AS (zeroblob(100000000)) VIRTUAL;
        UPDATE gpkg_geometry_columns SET column_name = 'far';
        """
    )
    base.close()
    refused(path, "a.gpkg", "far")


# ---------------------------------------------------------------- what layers check sees of them


def survey(folder: Path, file: Path, keys: str) -> Path:
    layer = f'name = "a"\nrole = "land_use"\npath = "{file.name}"\n{keys}'
    return broken.saved(folder / "catalog.toml", f"[[layer]]\n{layer}\n")


CLASSED = 'scheme = "sandiao-2019"\nclass_column = '


@pytest.mark.parametrize("kind", ["columns", "cell", "computed"])
def test_layers_check_names_what_is_too_much(tmp_path: Path, kind: str) -> None:
    if kind == "columns":
        file, column = as_kml(tmp_path), "name"
    elif kind == "cell":
        file, column = broken.plain(tmp_path / "a.gpkg", DLBM=["0" * (MAX_CELL + 1)]), "DLBM"
    else:
        file, column = computed(tmp_path / "a.gpkg", "DLBM TEXT"), "DLBM"
    layers = load_catalog(survey(tmp_path, file, f'{CLASSED}"{column}"'))
    found = examined(layers.layer[0], layers).summary.issues
    assert "error" in {issue.severity for issue in found}
