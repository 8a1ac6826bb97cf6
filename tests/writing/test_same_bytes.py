"""The bytes of what is written are the same beside other threads that write."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests.factory_broken import plain
from tests.factory_coordinates import box
from tests.factory_random import BOOK, SMALL
from tests.fuzz.ways import small_layers

import townland as tl
from townland.measuring.piece_table import PieceTable
from townland.output.stamped import stamped
from townland.writing.maps.page import write_map
from townland.writing.record.shapes import ShownShapes
from townland.writing.report.geopackage import _write_layer, write_evidence
from townland.writing.report.html import write_report


def test_the_time_of_a_change_is_no_other_threads() -> None:
    """A thread that ended gave the clock back to all: `last_change` was now, or another check's day."""
    inside, seen = threading.Barrier(2, timeout=0.2), []

    def write(stamp: str) -> None:
        with stamped(stamp):
            with suppress(threading.BrokenBarrierError):
                inside.wait()  # would both be inside, they would meet here
            seen.append((stamp, pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")))

    threads = [threading.Thread(target=write, args=(f"201{n}-01-01T00:00:00Z",)) for n in (7, 8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(seen) == 2
    assert all(stamp == said for stamp, said in seen)
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_evidence_written_at_once_has_the_bytes_of_one_alone(tmp_path: Path) -> None:
    towns = tl.read_towns(plain(tmp_path / "town.gpkg", box(0, 0)))
    made = tl.check(towns, small_layers(), SMALL, on="2018-12-31")

    def written(name: str) -> bytes:
        write_evidence(made, tmp_path / name)
        return (tmp_path / name).read_bytes()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(written, ["one.gpkg", "two.gpkg"])
    assert first == second == written("alone.gpkg")
    assert b"2018-12-31T00:00:00Z" in first


def test_evidence_is_put_on_the_disk_once_and_not_layer_by_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty layers waited sixty times for the disk, which took longer than all of the writing."""
    towns = tl.read_towns(plain(tmp_path / "town.gpkg", box(0, 0)))
    made = tl.check(towns, small_layers(), SMALL, on="2018-12-31")
    write, seen = pyogrio.write_dataframe, []

    def noted(*args: object, **options: object) -> None:
        seen.append(pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS"))
        write(*args, **options)

    monkeypatch.setattr(pyogrio, "write_dataframe", noted)
    write_evidence(made, tmp_path / "evidence.gpkg")
    assert set(seen) == {False}
    assert pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS") is None


def rows_of(file: Path, layers: Mapping[str, str | None]) -> dict[str, list[Any]]:
    """The columns and rows of each layer as the file has them, and the boxes of its index."""
    told: dict[str, list[Any]] = {}
    with closing(sqlite3.connect(file)) as base:
        for layer, shape in layers.items():
            tables = [layer] if shape is None else [layer, f"rtree_{layer}_geom"]
            for table in tables:
                found = base.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608
                told[table] = [[name for name, *_ in found.description], *found]
    return told


def test_evidence_is_written_some_towns_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand towns' pieces lay in memory at once, 4 GB; so many rows as a block's are held now."""
    made = tl.check(
        tl.read_towns(plain(tmp_path / "towns.gpkg", *(box(120 * at, 0) for at in range(5)))),
        small_layers(),
        BOOK,
        on="2018-12-31",
    )
    write, rows = pyogrio.write_dataframe, []

    def noted(frame: gpd.GeoDataFrame, *args: object, **options: object) -> None:
        rows.append(len(frame) if isinstance(frame, gpd.GeoDataFrame) else 0)
        write(frame, *args, **options)

    monkeypatch.setattr(pyogrio, "write_dataframe", noted)
    write_evidence(made, tmp_path / "whole.gpkg")
    most = max(rows)
    rows.clear()
    monkeypatch.setattr("townland.writing.report.gis_layers.AT_ONCE", 1)
    write_evidence(made, tmp_path / "blocks.gpkg")
    assert max(rows) < most
    layers = dict(pyogrio.list_layers(tmp_path / "whole.gpkg").tolist())
    assert dict(pyogrio.list_layers(tmp_path / "blocks.gpkg").tolist()) == layers
    rows_of_whole, rows_of_blocks = (
        rows_of(tmp_path / f"{name}.gpkg", layers) for name in ("whole", "blocks")
    )
    for table, rows_there in rows_of_whole.items():
        assert rows_of_blocks[table] == rows_there, table
    west = box(0, 0, 1).bounds  # what meets a window is found by the index, which grew
    for layer in [layer for layer, shape in layers.items() if shape is not None]:
        whole, blocks = (
            pyogrio.read_dataframe(tmp_path / f"{name}.gpkg", layer=layer, bbox=west)
            for name in ("whole", "blocks")
        )
        assert len(whole) == len(blocks)


def test_a_column_that_later_towns_alone_have_is_added(tmp_path: Path) -> None:
    def of(number: int, **more: object) -> gpd.GeoDataFrame:
        columns = {"town": [f"甲{number}"], "area_m2": [number + 0.25], **more}
        return gpd.GeoDataFrame(columns, geometry=[box(200 * number, 0)], crs=4524)

    path, shown = tmp_path / "evidence.gpkg", ShownShapes()
    blocks = [of(0), of(1, pm_m2=[0.5], owner=["乙"]), of(2)]
    assert _write_layer(path, "pieces", blocks, title="图斑", shown=shown)
    back = pyogrio.read_dataframe(path, layer="pieces")
    assert back["town"].tolist() == ["甲0", "甲1", "甲2"]
    assert back["pm_m2"].tolist()[1] == 0.5
    assert back["pm_m2"].isna().tolist() == back["owner"].isna().tolist() == [True, False, True]
    assert not _write_layer(path, "none", [], title="", shown=shown)
    multi = shapely.to_wkb(shapely.multipolygons([box(200, 0)]))
    assert shown.place(multi) == ("pieces", 2)


def test_pages_make_no_frame_of_a_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame of a few pieces takes longer to make than its pieces to lay out; a page made dozens."""
    towns = tl.read_towns(plain(tmp_path / "town.gpkg", box(0, 0)))
    made = tl.check(towns, small_layers(), SMALL, on="2018-12-31")
    monkeypatch.setattr(PieceTable, "frame", property(lambda _table: pytest.fail("a frame")))
    write_report(made, tmp_path / "report.html", lang="en", beside={})
    write_map(made, tmp_path / "map.html", lang="en", beside={})
    assert any(measure.pieces for measure in made.towns[0].measures.values())
