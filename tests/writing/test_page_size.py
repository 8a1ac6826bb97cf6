"""How heavy a report's page may be, and where what finds no room in it is."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from tests.factory_demo import demo_assessment
from tests.factory_pages import HOSTILE, assessment

from townland.writing.report import html, patches, picture
from townland.writing.report.html import report_files, report_html

HEAVIEST = 3_000_000


def data_of(page: str) -> Any:
    island = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert island is not None
    return json.loads(island[1])


def test_the_demo_county_is_one_page_of_less_than_three_megabytes() -> None:
    files = dict(report_files(demo_assessment(), lang="en"))
    assert list(files) == ["report.html"]
    assert len(files["report.html"].encode()) < HEAVIEST == html.HEAVIEST


def test_towns_too_heavy_for_one_page_have_a_page_each(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(pieces=20)
    assert list(dict(report_files(made))) == ["report.html"]
    monkeypatch.setattr(html, "HEAVIEST", 1000)
    files = dict(report_files(made))
    assert list(files) == ["report/1.html", "report/2.html", "report/3.html", "report.html"]
    # there is one map of all of them
    assert 'href="map.html#town=2"' in files["report.html"]
    assert 'href="../map.html#town=2&amp;rule=LAND-03"' in files["report/2.html"]
    assert "文件夹map" not in files["report.html"]
    # a page of one town cannot be taken apart
    assert list(dict(report_files(assessment(towns=1, pieces=20)))) == ["report.html"]


def test_shapes_are_drawn_coarser_until_they_are_light(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(towns=1)
    fine = report_html(made)
    monkeypatch.setattr(picture, "MAX_DRAWN", 12_000)
    drawn = re.search(r'<svg class="shapes".*?</svg>', report_html(made), re.DOTALL)
    assert drawn is not None
    assert len(drawn[0]) < 16_000 < len(fine)


def test_patches_without_room_in_the_page_are_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(hostile=True)
    monkeypatch.setattr(patches, "MOST", 5)
    files = dict(report_files(made))
    measure = made.towns[1].measures["farmland_built_on"]
    listed = data_of(files["report.html"])["lists"]["t2-farmland_built_on"]
    assert (len(listed["rows"]), listed["count"]) == (5, measure.pieces)
    (name,) = (name for name in files if name.endswith("2-farmland_built_on.csv") or
               name == listed["file"])  # fmt: skip
    rows = list(csv.reader(io.StringIO(files[name].removeprefix("\ufeff"))))
    assert len(rows) == 1 + measure.pieces
    column = rows[0].index("图斑面积（m²）")
    assert sorted(row[column] for row in rows[1:]) == sorted(map(str, measure.frame["area_m2"]))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert not any(hostile in name for hostile in HOSTILE for name in files)
    # a page alone names the evidence only
    assert data_of(report_html(made))["lists"]["t2-farmland_built_on"]["file"] == ""


def test_a_page_of_many_patches_has_fewer_of_each_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(towns=1)
    whole = data_of(report_html(made))
    monkeypatch.setattr(patches, "MOST_ROWS", 20)
    cut = data_of(report_html(made))
    assert len(whole["rows"]) > 20 >= len(cut["rows"])
    assert [each["count"] for each in whole["lists"].values()] == [
        each["count"] for each in cut["lists"].values()
    ]
