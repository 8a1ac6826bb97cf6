"""What a table of boundary points says of its coordinate system above the heads is taken, or told."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tests.factory_broken import plain
from tests.factory_coordinates import EAST, NORTH, box

import townland as tl
from townland.errors import CRSError

SYSTEM = "坐标系：2000国家大地坐标系"
BARE = EAST - 36_000_000


def table(path: Path, *heads: str, east: float = EAST) -> Path:
    """A workbook with a sheet for each line above the heads."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, head in enumerate(heads, 1):
        sheet = book.create_sheet(f"镇{number}")
        sheet.append(["界址点成果表"])
        sheet.append([head])
        sheet.append(["点号", "X坐标", "Y坐标"])
        for at, (x, y) in enumerate([(0, 0), (100, 0), (100, 100), (0, 100)], 1):
            sheet.append([f"J{at}", NORTH + y + 300 * number, east + x])
    book.save(path)
    return path


@pytest.mark.parametrize("epsg", [4524, 4545, 4508])
def test_a_table_that_was_converted_is_read_back_without_a_word(tmp_path: Path, epsg: int) -> None:
    source = plain(tmp_path / "towns.gpkg", box(0, 0), box(300, 0))
    tl.convert(source, tmp_path / "points.xlsx", to_crs=f"EPSG:{epsg}")
    before, after = tl.area(source), tl.area(tmp_path / "points.xlsx")
    assert [town.crs.to_epsg() for town in tl.read_towns(tmp_path / "points.xlsx")] == [epsg] * 2
    assert [float(row) for row in after["area_m2"]] == pytest.approx(
        [float(row) for row in before["area_m2"]], abs=0.05
    )


@pytest.mark.parametrize(
    ("head", "east", "epsg"),
    [
        (f"{SYSTEM}　3度分带　带号：36", EAST, 4524),
        (f"{SYSTEM}  中央子午线108°", BARE, 4545),
        (f"{SYSTEM}，六度带，6度带，中央子午线：111°", BARE, 4508),
        (f"{SYSTEM}（EPSG:4524）", EAST, 4524),
    ],
)
def test_what_the_lines_state_is_taken(tmp_path: Path, head: str, east: float, epsg: int) -> None:
    path = table(tmp_path / "points.xlsx", head, east=east)
    (town,) = tl.read_towns(path)
    assert town.crs.to_epsg() == epsg


@pytest.mark.parametrize(
    "heads",
    [
        (f"{SYSTEM}　带号：36　中央子午线：111°",),
        (f"{SYSTEM}（EPSG:4525）　带号：36",),
        (f"{SYSTEM}　带号：36", f"{SYSTEM}　带号：37"),
    ],
)
def test_lines_that_contradict_one_another_give_no_system(
    tmp_path: Path, heads: tuple[str, ...]
) -> None:
    path = table(tmp_path / "points.xlsx", *heads)
    with pytest.raises(CRSError):
        tl.read_towns(path)
    towns = tl.read_towns(path, crs="EPSG:4524")
    told = {issue.code: issue.message.render("zh") for town in towns for issue in town.issues}
    assert "自相矛盾" in told["crs_not_understood"]
    assert "带号=36" in told["crs_not_understood"]


def test_a_stated_datum_that_is_not_cgcs2000_is_not_taken_for_it(tmp_path: Path) -> None:
    path = table(tmp_path / "points.xlsx", "坐标系统: 1980西安坐标系 3度带 带号:36")
    with pytest.raises(CRSError, match="EPSG:2360"):
        tl.read_towns(path)


def test_a_table_that_states_nothing_is_asked_for_its_system(tmp_path: Path) -> None:
    with pytest.raises(CRSError, match="4524"):
        tl.read_towns(table(tmp_path / "points.xlsx", "甲镇"))
