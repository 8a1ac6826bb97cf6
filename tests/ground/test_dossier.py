"""Dossiers: every field, every fault at once, and workbooks of many towns."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from tests.factory_coordinates import workbook as written
from tests.factory_land import box
from tests.factory_land import write as boundaries
from typer.testing import CliRunner

from townland.dossier import (
    Dossier,
    dossier_faults,
    empty_dossier,
    empty_workbook,
    load_dossier,
    load_dossiers,
)
from townland.dossier.fields import dossier_fields
from townland.dossier.model import Documents, Lists
from townland.dossier.sheets import TextSheet, xlsx
from townland.errors import DossierError
from townland.reading.formats.points.workbook import workbook as pages
from townland_cli.app import app


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def filled() -> str:
    """The empty dossier with every field uncommented."""
    return re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", empty_dossier())


def sheet(path: Path, name: str, rows: list[dict[str, object]]) -> None:
    pyogrio.write_dataframe(
        pd.DataFrame(rows), path, layer=name, driver="XLSX", append=path.exists()
    )


def test_the_empty_dossier_is_accepted_and_knows_nothing(tmp_path):
    assert load_dossier(write(tmp_path / "d.toml", empty_dossier())) == Dossier(
        name="请填写小镇名称"
    )


def test_the_empty_dossier_has_every_field_and_its_examples_fit(tmp_path):
    found = load_dossier(write(tmp_path / "d.toml", filled()))
    for model in (found, found.lists, found.documents, found.facts, found.acceptance, found.supply):
        assert None not in dict(model).values()
    assert found.events[0].on == dt.date(2018, 3, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('type = "light_asset"', 'type = "light"', 'type is "light"; expected one of'),
        ("population = 12000", "population = 0", "population is 0"),
        (
            "county_debt_ratio = 0.85",
            "county_debt_ratio = 120",
            "county_debt_ratio: a share is written as a part of 1: for 120 % write 1.2",
        ),
        (
            "green_cover = 0.35",
            "green_cover = 35",
            "green_cover: a share is written as a part of 1: for 35 % write",
        ),
        (
            "[[events]]",
            '[[events]]\non = 2018-03-01\nevent = "applied"\n[[events]]',
            "events: applied on 2018-03-01 stands here twice; it happened once",
        ),
        ("on = 2018-03-01", "on = 2018", "a day is written as 2018-12-31, not 2018"),
        ("on = 2018-03-01", 'on = "1 March"', "events[1].on"),
        ('event = "applied"', 'event = "aplied"', 'events[1].event is "aplied"; expected one of'),
        ("industry_investment = 14.0", "industry_investment = 21.0", "more than total_investment"),
        ("replacement_bank_paddy_ha = 12.0", "replacement_bank_paddy_ha = 31.0", "is a part"),
        ("new_use_registered_on = 2020-01-01", "new_use_registered_on = 2018-04-30", "before it"),
        ("amount_wan = 700", "amount_wan = 0", "subsidy_paid[1].amount_wan"),
        (
            "city = true",
            "city = 3",
            "lists.city: write true or false without quotation marks, not 3",
        ),
        ('creation_plan = "创建方案"', "creation_plan = true", "documents.creation_plan"),
        ("creation_plan", "creation_plann", "did you mean creation_plan?"),
        ("carrier", "carier", "did you mean carrier?"),
        (
            "city = [{ year = 2017, approved_ha = 100.0, supplied_ha = 70.0 }]",
            "city = [{ year = 2017, approved_ha = 1, supplied_ha = 1 },"
            " { year = 2017, approved_ha = 2, supplied_ha = 1 }]",
            "the year 2017 stands here twice",
        ),
    ],
)
def test_a_fault_is_told_with_its_key(tmp_path, old, new, said):
    text = filled()
    assert old in text
    faults = dossier_faults(write(tmp_path / "d.toml", text.replace(old, new)))
    assert said in "\n".join(fault.render("en") for fault in faults)


def test_every_fault_at_once_with_its_line(tmp_path):
    text = 'nam = "x"\nquota_ha = -1\n\n[[events]]\non = 2018-01-01\nevent = "began"\n'
    said = [fault.render("en") for fault in dossier_faults(write(tmp_path / "d.toml", text))]
    places = ["line 2: quota_ha", "line 6: events[1].event", "line 1: unknown key nam"]
    assert len(said) == len(places)
    for place in places:
        assert any(place in fault for fault in said), said


def test_none_and_unknown_are_not_the_same(tmp_path):
    path = write(tmp_path / "d.toml", 'code = "a"\nevents = []\nreused_sites = []\n')
    assert load_dossier(path) == Dossier(code="a", events=(), reused_sites=())


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "towns.xlsx"
    towns = [
        {"code": "T01", "quota_ha": 12.5, "lists.city": "是", "leading_industries": "民族文化"},
        {"code": "T02", "quota_ha": None, "lists.city": "否", "documents.investors": "无"},
    ]
    sheet(path, "towns", towns)
    events = [
        {"code": "T02", "on": dt.date(2018, 3, 1), "event": "applied"},
        {"code": "T02", "on": dt.date(2018, 6, 1), "event": "listed"},
    ]
    sheet(path, "events", events)
    supply = [{"code": "T01", "year": 2017, "approved_ha": 10.5, "supplied_ha": 7}]
    sheet(path, "supply.city", supply)
    return path


def test_a_workbook_holds_many_towns_and_their_lists(workbook):
    first, second = load_dossiers(workbook)
    year = {"year": 2017, "approved_ha": 10.5, "supplied_ha": 7.0}
    assert first == Dossier.model_validate(
        {
            "code": "T01",
            "quota_ha": 12.5,
            "lists": {"city": True},
            "leading_industries": ("民族文化",),
            "supply": {"city": (year,)},
        }
    )
    assert second.documents == Documents(investors=False)
    assert [event.on for event in second.events] == [
        dt.date(2018, 3, 1),
        dt.date(2018, 6, 1),
    ]


def test_every_fault_of_a_workbook_has_sheet_and_row(workbook):
    sheet(workbook, "reused_sites", [{"code": "T09", "name": "x", "start": dt.date(2018, 1, 1)}])
    sheet(workbook, "subsidy_paid", [{"code": "T01", "on": "soon", "amount_wan": 7, "by": "x"}])
    said = "\n".join(fault.render("en") for fault in dossier_faults(workbook))
    assert "sheet reused_sites, row 2: no town of the first sheet" in said
    assert "sheet subsidy_paid, row 2: subsidy_paid.0.on" in said
    assert "sheet subsidy_paid, row 2: subsidy_paid.0.by: there is no such field" in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("code", "code"), ("T01", "T02")], "row 1: two columns are called code"),
        ([("code",), ("T01", "a note")], "row 2: a note stands below no heading"),
        (
            [("code", "populaton"), ("T01", 5)],
            "row 2: populaton: there is no such field; did you mean",
        ),
        ([("code", "weather"), ("T01", 5)], "row 2: weather: there is no such field; delete it"),
    ],
)
def test_headings_of_a_workbook_are_told_apart(tmp_path, rows, said):
    with pytest.raises(DossierError) as caught:
        load_dossiers(written(tmp_path / "towns.xlsx", {"镇": rows}))
    assert said in caught.value.render("en")


def test_cells_are_what_they_show(tmp_path):
    """否 below a document says that there is none: it is no document of that name."""
    heads = ("code", "population", "documents.investors", "documents.town_plans", "lists.city")
    rows = [heads, (450201, 10500.0, "否", "总体规划.pdf", "否"), (None,) * 5,
            (450202, 0.5, "无", "有", "是")]  # fmt: skip
    first, second = load_dossiers(written(tmp_path / "towns.xlsx", {"镇": rows}))
    assert (first.code, first.population) == ("450201", 10500)
    assert first.documents == Documents(investors=False, town_plans="总体规划.pdf")
    assert second.documents == Documents(investors=False, town_plans="有")
    assert [dossier.lists.city for dossier in (first, second)] == [False, True]


def test_an_open_document_is_the_same(tmp_path):
    """As LibreOffice writes it: repeated cells, numbers beside the text that is seen."""
    uri = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
    spaces = " ".join(f'xmlns:{name}="{uri.format(name)}"' for name in ("office", "table", "text"))

    def cell(value: object) -> str:
        kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
        text = f"<text:p>{value}</text:p>"
        return f'<table:table-cell office:value-type="{kind}">{text}</table:table-cell>'

    rows = [("code", "population", "lists.city"), ("T01", 10500, "是")]
    empty = '<table:table-cell table:number-columns-repeated="1021"/>'
    body = "".join(
        f"<table:table-row>{''.join(map(cell, row))}{empty}</table:table-row>" for row in rows
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(tmp_path / "towns.ods", "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{uri.format("manifest")}"/>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
            f'<office:spreadsheet><table:table table:name="镇">{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    written(tmp_path / "towns.xlsx", {"镇": rows})
    found = load_dossiers(tmp_path / "towns.ods")
    assert found == load_dossiers(tmp_path / "towns.xlsx")
    assert found == (Dossier(code="T01", population=10500.0, lists=Lists(city=True)),)


def test_a_workbook_that_is_none(tmp_path):
    with pytest.raises(DossierError, match=r"none\.xlsx"):
        load_dossiers(tmp_path / "none.xlsx")
    with pytest.raises(DossierError, match=r"cannot be read|无法读取|text\.xlsx"):
        load_dossiers(write(tmp_path / "text.xlsx", "no workbook"))


def test_the_command_writes_one_and_checks_it(tmp_path):
    run = CliRunner().invoke
    path = tmp_path / "new.toml"
    assert run(app, ["dossier", "new", "--out", str(path), "--lang", "en"]).exit_code == 0
    assert run(app, ["dossier", "check", str(path)]).exit_code == 0
    again = run(app, ["dossier", "new", "--out", str(path)])
    assert isinstance(again.exception, DossierError)
    assert run(app, ["dossier", "new"]).stdout == empty_dossier()
    bad = write(tmp_path / "bad.toml", 'name = "x"\nquota = 3\n')
    found = run(app, ["dossier", "check", str(bad), "--lang", "en"])
    assert found.exit_code == 1
    assert "line 2: unknown key quota; did you mean quota_ha?" in found.stdout
    absent = run(app, ["dossier", "check", str(tmp_path / "none.toml")])
    assert isinstance(absent.exception, DossierError)


def test_headings_that_cannot_stand_beside_one_another_are_faults_and_no_crash(tmp_path):
    """A heading and a sheet that ask for a table where another asks for a value."""
    rows = [("code", "lists", "lists.city", "population"), ("T01", "有", "是", 5)]
    sheets = {"镇": rows, "lists": [("code", "city"), ("T01", "是")],
              "population": [("code", "n"), ("T01", 5)]}  # fmt: skip
    faults = dossier_faults(written(tmp_path / "towns.xlsx", sheets))
    assert len(faults) > 1
    assert all("row 2" in fault.render("en") for fault in faults)


# ---------------------------------------------------------------- an empty workbook, filled in


def filled_in(path: Path, rows: dict[str, dict[str, str]]) -> Path:
    """The workbook with one row in its sheets, below the headings that `rows` name."""
    sheets = []
    for page in pages(path, path.as_posix()):
        cells = [row for _number, row in page.rows]
        stated = rows.get(page.name, {})
        assert set(stated) <= set(cells[0]), cells[0]
        if stated:
            cells[1:] = [[stated.get(head, "") for head in cells[0]]]
        sheets.append(TextSheet(page.name, cells))
    path.write_bytes(xlsx(sheets))
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_empty_workbook_is_read_back_as_towns_of_which_nothing_is_known(tmp_path, lang):
    path = tmp_path / "towns.xlsx"
    path.write_bytes(empty_workbook([("T01", "甲镇"), ("02", "乙 & <镇>")], lang))
    assert load_dossiers(path) == (
        Dossier(code="T01", name="甲镇"),
        Dossier(code="02", name="乙 & <镇>"),
    )


def test_the_empty_workbook_has_a_column_for_every_field_and_explains_each(tmp_path):
    path = tmp_path / "towns.xlsx"
    path.write_bytes(empty_workbook([], "zh"))
    towns, explained, *lists = pages(path, "towns.xlsx")
    heads = towns.rows[0][1]
    assert len(set(heads)) == len(heads)
    assert heads[:2] == ["小镇代码", "小镇名称"]
    names = {each.name for each in lists}
    assert names == {"大事记", "补助拨付", "补助收回", "过渡期用地", "市级供地", "县级供地"}
    lists_of = {"events", "subsidy_paid", "subsidy_returned", "reused_sites",
                "supply.city", "supply.county"}  # fmt: skip
    keys = {path for path, field in dossier_fields().items() if not field.any_key} - lists_of
    rows = [cells for _number, cells in explained.rows[1:]]
    assert {key for sheet_, _head, key, *_ in rows if sheet_ == towns.name} == keys
    assert [head for sheet_, head, *_ in rows if sheet_ == towns.name] == heads
    said = {key: (unit, example) for _sheet, _head, key, unit, example, *_uses in rows}
    assert said["quota_ha"] == ("公顷", "40.0")
    assert said["lists.city"] == ("", "是")
    assert all(cells[5] for cells in rows)


def test_a_workbook_filled_in_by_its_chinese_headings_is_a_dossier(tmp_path):
    path = tmp_path / "towns.xlsx"
    path.write_bytes(empty_workbook([("T01", "甲镇")], "zh"))
    full = filled_in(
        path,
        {
            "小镇": {
                "小镇代码": "T01",
                "小镇名称": "甲镇",
                "小镇类型": "重资产型",
                "人口（人）": "12000",
                "变相圈地": "无",
                "已核实确认数值的项": "人口（人）、产业投资",
            },
            "大事记": {"小镇代码": "T01", "发生日期": "2018-03-01", "事项": "列入培育名单"},
            "过渡期用地": {
                "小镇代码": "T01",
                "场地名称": "老粮仓",
                "新用途起始日期": "2018-05-01",
            },
        },
    )
    assert dossier_faults(full) == ()
    (found,) = load_dossiers(full)
    assert (found.code, found.population, found.type) == ("T01", 12000, "heavy_asset")
    assert found.confirmed == ("population", "industry_investment")
    assert found.facts.land_enclosed_in_disguise is False
    assert [(event.on, event.event) for event in found.events] == [(dt.date(2018, 3, 1), "listed")]
    assert [site.name for site in found.reused_sites] == ["老粮仓"]


def test_the_command_writes_what_the_ending_says(tmp_path):
    run = CliRunner().invoke
    towns = boundaries(tmp_path / "towns.gpkg", [box(0, 0, 9, 9), box(20, 0, 29, 9)],
                  XZ=["甲镇", "乙镇"], DM=["T01", "T02"])  # fmt: skip
    named = ["--name-column", "XZ", "--code-column", "DM"]
    book = tmp_path / "d.xlsx"
    assert run(app, ["dossier", "new", str(towns), *named, "--out", str(book)]).exit_code == 0
    assert run(app, ["dossier", "check", str(book)]).exit_code == 0
    assert load_dossiers(book) == (
        Dossier(code="T01", name="甲镇"),
        Dossier(code="T02", name="乙镇"),
    )
    two = run(app, ["dossier", "new", str(towns), *named, "--out", str(tmp_path / "d.toml")])
    assert isinstance(two.exception, DossierError)
    assert "there are 2" in two.exception.render("en")
    single = boundaries(tmp_path / "single.gpkg", [box(0, 0, 9, 9)], XZ=["甲镇"], DM=["T01"])
    alone = tmp_path / "single.toml"
    assert run(app, ["dossier", "new", str(single), *named, "--out", str(alone)]).exit_code == 0
    assert load_dossier(alone) == Dossier(code="T01", name="甲镇")
    other = run(app, ["dossier", "new", "--out", str(tmp_path / "d.ods")])
    assert "as .xlsx" in other.exception.render("en")


def test_a_folder_gives_the_dossiers_of_its_files(tmp_path: Path) -> None:
    write(tmp_path / "b.toml", 'code = "T02"\n')
    write(tmp_path / "a.toml", 'code = "T01"\n')
    written(tmp_path / "c.xlsx", {"镇": [["code"], ["T03"]]})
    write(tmp_path / "~$c.xlsx", "open in a spreadsheet program")
    write(tmp_path / "letter.txt", "mine")
    assert [each.code for each in load_dossiers(tmp_path)] == ["T01", "T02", "T03"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DossierError, match="empty"):
        load_dossiers(tmp_path / "empty")
