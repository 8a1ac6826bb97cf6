"""What an .ods hides, strikes through or cannot say is refused or reported, as of an .xlsx."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from townland.dossier import load_dossiers
from townland.errors import DossierError

URI = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
SPACES = " ".join(
    f'xmlns:{name}="{URI.format(name)}"' for name in ("office", "table", "text", "style")
)
STYLES = (
    '<style:style style:name="gone" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="struck" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="low" style:family="table-row">'
    '<style:table-row-properties style:row-height="0cm"/></style:style>'
    '<style:style style:name="thin" style:family="table-column">'
    '<style:table-column-properties style:column-width="0.00in"/></style:style>'
    '<style:style style:name="plain" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="none"/></style:style>'
)
EMPTY = '<table:table-cell table:number-columns-repeated="1020"/>'
HIDDEN = ' table:visibility="collapse"'


def cell(value: object, more: str = "") -> str:
    kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
    text = f"<text:p>{value}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{more}>{text}</table:table-cell>'


def row(*cells: object, more: str = "") -> str:
    made = (each if str(each).startswith("<") else cell(each) for each in cells)
    return f"<table:table-row{more}>{''.join(map(str, made))}{EMPTY}</table:table-row>"


def sheet(*rows: str, name: str = "甲", columns: str = "", style: str = "") -> str:
    look = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{look}>{columns}{"".join(rows)}</table:table>'


def ods(path: Path, *sheets: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = URI.format("manifest")
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>'
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES}>'
            f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body>"
            f"<office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return path


NEVER = '<table:table-cell table:formula="of:=[.B4]-50"/>'
FAILED = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="">'
    "<text:p>#DIV/0!</text:p></table:table-cell>"
)
TYPED = FAILED.replace('office:value-type="string"', 'office:value-type="error"')
COLUMNS = '<table:table-column table:number-columns-repeated="2"/>'
HIDDEN_QUOTA = f"{COLUMNS}<table:table-column{HIDDEN}/>"
LOW = ' table:style-name="low"'
THIN_QUOTA = f'{COLUMNS}<table:table-column table:style-name="thin"/>'
NAMES = row("name", "code", "quota_ha", "population")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (sheet(NAMES, row("甲镇", "T1", NEVER, 12000)), "row 2: cell C2 holds a formula"),
        (sheet(NAMES, row("甲镇", "T1", FAILED, 12000)), "row 2: cell C2 holds the error #DIV/0!"),
        (sheet(NAMES, row("甲镇", "T1", 40, 12000, more=HIDDEN)), "row 2: the row is hidden"),
        (sheet(NAMES, row("甲镇", "T1", 40, 12000), columns=HIDDEN_QUOTA), "column C is hidden"),
        (sheet(NAMES, row("甲镇", "T1", 40, 12000), style="gone"), "the sheet is hidden"),
        (sheet(NAMES, row("甲镇", "T1", 40, 12000, more=LOW)), "row 2: the row is hidden"),
        (sheet(NAMES, row("甲镇", "T1", 40, 12000), columns=THIN_QUOTA), "column C is hidden"),
        (sheet(NAMES, row("甲镇", "T1", TYPED, 12000)), "row 2: cell C2 holds the error #DIV/0!"),
        (
            sheet(NAMES, row("甲镇", "T1", FAILED.replace("#DIV/0!", "Err:502"), 12000)),
            "row 2: cell C2 holds the error Err:502",
        ),
        (
            sheet(NAMES, row("甲镇", "T1", 40, 12000, more=' table:visibility="filter"')),
            "row 2: the row is hidden",
        ),
        (
            sheet(NAMES, row("甲镇", "T1", cell(40, ' table:style-name="struck"'), 12000)),
            "row 2: the row is struck through",
        ),
        (
            sheet(
                NAMES,
                f'<table:table-row table:number-rows-repeated="3">{EMPTY}</table:table-row>',
                row("甲镇", "T1", NEVER, 12000),
            ),
            "row 5: cell C5 holds a formula",
        ),
        (
            sheet(NAMES, row("甲镇", "T1", "******", 12000)),
            "row 2: annual quota: ******",
        ),
        (sheet(NAMES, row("甲镇", "T1", "####", 12000)), "row 2: annual quota: ####"),
        (sheet(NAMES, row("甲镇", "T1", "40,5", 12000)), "annual quota: 40,5"),
    ],
)
def test_a_dossier_that_nobody_sees_or_that_has_no_value_is_a_fault(
    tmp_path: Path, table: str, told: str
) -> None:
    with pytest.raises(DossierError) as refused:
        load_dossiers(ods(tmp_path / "d.ods", table))
    assert told in refused.value.message.render("en")


PLAIN = row("甲镇", "T1", cell(40, ' table:style-name="plain"'), 12000)
EMPTY_TEXT = (
    '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string"'
    ' office:string-value=""/>'
)


@pytest.mark.parametrize(
    "table",
    [
        sheet(NAMES, PLAIN),
        sheet(NAMES, PLAIN, f'<table:table-row{HIDDEN} table:number-rows-repeated="1000"/>'),
        sheet(NAMES, row("甲镇", "T1", 40, 12000, EMPTY_TEXT)),
        sheet(
            NAMES,
            PLAIN,
            columns=f"{COLUMNS}{COLUMNS}<table:table-column{HIDDEN}"
            ' table:number-columns-repeated="1020"/>',
        ),
    ],
    ids=["a style", "rows below", "an empty text", "columns beside"],
)
def test_a_dossier_in_plain_sight_is_read(tmp_path: Path, table: str) -> None:
    (read,) = load_dossiers(ods(tmp_path / "d.ods", table))
    assert (read.quota_ha, read.population) == (40, 12000)


def test_a_figure_wider_than_its_column_is_a_fault_in_toml_too(tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text('code = "T1"\nquota_ha = "******"\n', "utf-8")
    with pytest.raises(DossierError, match=r"quota_ha"):
        load_dossiers(path)
