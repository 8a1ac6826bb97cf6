"""What a workbook hides, strikes through or cannot say is refused or reported, never believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import shapely
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from townland.dossier import load_dossiers
from townland.errors import DossierError, LayerError
from townland.i18n import render
from townland.reading import source as sources

RING = [(2_690_000, 36_642_000), (2_690_100, 36_642_000), (2_690_100, 36_642_200),
        (2_690_050, 36_642_500), (2_690_000, 36_642_200)]  # fmt: skip
"""A rectangle of 100 m by 200 m, and a fourth point 300 m to the east of its side."""


def points(path: Path, change: Callable[[Workbook], object]) -> Path:
    """A table of the five points in rows 2 to 6, with a note beside the fourth."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["点号", "X坐标", "Y坐标", "备注"])
    for at, (x, y) in enumerate(RING, 1):
        sheet.append([f"J{at}", x, y, "测" if at == 4 else None])
    change(book)
    book.save(path)
    return path


def area(path: Path, layer: str | None = None) -> float:
    """The plane area of the one ring."""
    with sources.opened(path, layer=layer) as source:
        return float(shapely.area(sources.read(source, [], None).geometry).sum())


def hide_row(book: Workbook) -> None:
    book.active.row_dimensions[5].hidden = True


def strike(book: Workbook) -> None:
    for cell in book.active[5]:
        cell.font = Font(strike=True)


def hide_column(book: Workbook) -> None:
    book.active.column_dimensions["C"].hidden = True


def flatten_row(book: Workbook) -> None:
    book.active.row_dimensions[5].height = 0.05


def flatten_column(book: Workbook) -> None:
    book.active.column_dimensions["C"].width = 0.05


def formula(book: Workbook) -> None:
    book.active["B5"] = "=B4-50"


def error(book: Workbook) -> None:
    book.active["C5"] = "#DIV/0!"
    book.active["C5"].data_type = "e"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (hide_row, "row 5: the row is hidden"),
        (flatten_row, "row 5: the row is hidden"),
        (flatten_column, "column C is hidden"),
        (strike, "row 5: the row is struck through"),
        (hide_column, "column C is hidden"),
        (formula, "row 5: cell B5 holds a formula without a saved value"),
        (error, "row 5: cell C5 holds the error #DIV/0!"),
    ],
)
def test_a_point_that_nobody_sees_or_that_has_no_value_is_refused(tmp_path, change, said):
    with pytest.raises(LayerError) as refused:
        area(points(tmp_path / "p.xlsx", change))
    assert said in render(refused.value.message, "en")


def hide_note(book: Workbook) -> None:
    book.active.column_dimensions["D"].hidden = True


def hide_below(book: Workbook) -> None:
    book.active.row_dimensions[9].hidden = True


def error_in_note(book: Workbook) -> None:
    book.active["D5"] = "#N/A"
    book.active["D5"].data_type = "e"


def bold(book: Workbook) -> None:
    for cell in book.active[5]:
        cell.font = Font(bold=True)


@pytest.mark.parametrize("change", [hide_note, hide_below, error_in_note, bold])
def test_what_no_ring_needs_may_be_hidden(tmp_path, change):
    # 100 · 200 and the triangle over its side of 100, 300 high
    assert area(points(tmp_path / "p.xlsx", change)) == pytest.approx(20_000 + 15_000)


def test_a_hidden_sheet_is_left_out_and_reported_unless_it_is_named(tmp_path):
    def twice(book: Workbook) -> None:
        copy = book.copy_worksheet(book.active)
        copy.title, copy.sheet_state = "旧", "hidden"

    path = points(tmp_path / "p.xlsx", twice)
    with sources.opened(path) as source:
        assert source.features == 1
        assert [each.code for each in source.issues] == ["sheet_hidden"]
    with sources.opened(path, layer="旧") as source:
        assert source.features == 1
        assert not source.issues


def dossier(path: Path, change: Callable[[Workbook], object]) -> Path:
    """A workbook with the dossier of one town, its quota in C2."""
    book = openpyxl.Workbook()
    book.active.append(["name", "code", "quota_ha", "population"])
    book.active.append(["甲镇", "T1", 40, 12000])
    change(book)
    book.save(path)
    return path


def put(cell: str, value: str, kind: str | None = None) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book.active[cell] = value
        if kind is not None:
            book.active[cell].data_type = kind

    return change


def hide_quota(book: Workbook) -> None:
    book.active.column_dimensions["C"].hidden = True


def hide_town(book: Workbook) -> None:
    book.active.append(["乙镇", "T2", 1, 1])
    book.active.row_dimensions[3].hidden = True


def hide_list(book: Workbook) -> None:
    book.create_sheet("events").append(["code", "on", "event"])
    book["events"].sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("C2", "=20+20"), "row 2: cell C2 holds a formula without a saved value"),
        (put("C2", "#DIV/0!", "e"), "row 2: cell C2 holds the error #DIV/0!"),
        (put("A2", "#REF!", "e"), "row 2: cell A2 holds the error #REF!"),
        (put("A2", "#NAME?"), "row 2: cell A2 holds the error #NAME?"),
        (hide_quota, "column C is hidden"),
        (hide_town, "row 3: the row is hidden"),
        (hide_list, "events: the sheet is hidden"),
    ],
)
def test_a_dossier_says_which_cell_it_cannot_read(tmp_path, change, said):
    with pytest.raises(DossierError) as refused:
        load_dossiers(dossier(tmp_path / "d.xlsx", change))
    assert said in render(refused.value.message, "en")


def test_a_dossier_that_hides_nothing_is_read(tmp_path):
    (town,) = load_dossiers(dossier(tmp_path / "d.xlsx", lambda _book: None))
    assert town.quota_ha == 40
