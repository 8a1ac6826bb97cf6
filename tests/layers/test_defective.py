"""The defective layer of the README's page "what townland does with your file", and its faults."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from townland_cli import main

DOCS = Path(__file__).parents[2] / "docs"

SNIPPET = """
import geopandas as gpd
from shapely.geometry import Polygon, box

east, north = 36_640_000, 2_700_000
shapes = [
    box(east, north, east + 100, north + 60),             # sound
    box(east + 100, north, east + 200, north + 60),       # ridges on level land
    box(east + 195, north, east + 300, north + 60),       # lies 5 m over its neighbour
    Polygon([(east + x, north + y) for x, y in ((300, 0), (400, 60), (400, 0), (300, 60))]),
    box(east, north + 60, east + 400, north + 70),        # a lane of 10 m
]
gpd.GeoDataFrame(
    {
        "BSM": ["1", "2", "3", "4", "4"],
        "DLBM": ["0101", "0103", "0101", "05H1", "1006"],
        "DLMC": ["水田", "旱地", "旱地", "商业服务业设施用地", "农村道路"],
        "TBMJ": [5996.99, 5996.99, 6296.84, 3000.00, 3997.99],
        "KCXS": [0.0, 0.05, 0.0, 0.0, 0.0],
        "KCMJ": [0.0, 299.85, 0.0, 0.0, 0.0],
        "TBDLMJ": [5996.99, 5697.15, 6296.84, 3000.00, 3997.99],
        "GDPDJB": ["1", "1", "1", "", ""],
        "XZDWKD": [0, 0, 0, 0, 10.0],
        "CZCSXM": ["", "", "", "", ""],
        "ZRRMC": ["某某", "某某", "某某", None, None],
    },
    geometry=shapes,
    crs="EPSG:4524",
).to_file("450299DLTB.gpkg")
"""


def test_the_defective_layer_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # so wide is the console of the page
    exec(compile(SNIPPET, "snippet", "exec"), {})  # noqa: S102 - the README's own words

    def run(*args: str, lang: str = "en") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["townland", "layers", *args, "--lang", lang, "-q"])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), capsys.readouterr().out

    assert run("init", ".")[0] == 0
    code, told = run("check", "--catalog", "catalog.toml", "--out", "faults.gpkg")
    assert code == 1
    for fault in ("geometry_invalid", "ring_bow_tie", "id_double", "class_name_differs",
                  "level_with_ridges", "lane_too_wide", "settlement_missing", "net_area_differs",
                  "layer_overlap", "personal_columns", "planting_missing"):  # fmt: skip
        expected = fault != "planting_missing"  # the layer has no ZZSXDM, which is told once
        assert (f"[{fault}]" in told) == expected, fault
    assert "某某" not in told
    # and the page shows what is printed, in both languages
    assert told.strip() in (DOCS / "your-file.md").read_text("utf-8")
    _code, told = run("check", "--catalog", "catalog.toml", lang="zh")
    assert told.strip() in (DOCS / "your-file.zh-CN.md").read_text("utf-8")
