"""Boundary coordinates as offices write them: texts with an @, tables, and workbooks made by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import shapely

EAST, NORTH = 36_642_000.0, 2_689_000.0
Ring = Sequence[tuple[float, float]]

HEAD = (
    "[属性描述]",
    "格式版本号=1.01",
    "坐标系=2000国家大地坐标系",
    "几度分带=3",
    "投影类型=高斯克吕格",
    "计量单位=米",
    "带号=36",
    "精度=0.001",
    "转换参数=,,,,,,",
    "[地块坐标]",
)

STANDARD = """[属性描述]
格式版本号=1.01
数据产生单位=示例测绘队
数据产生日期=2026-11-23
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=36
精度=0.001
转换参数=,,,,,,
[地块坐标]
10,147.9256,1,示例小镇,面,G49G089023,商业服务业设施用地,05H1,@
J1,1,2689000.000,36642000.000
J2,1,2690000.000,36642000.000
J3,1,2690000.000,36643500.000
J4,1,2689000.000,36643500.000
J1,1,2689000.000,36642000.000
J5,2,2689400.000,36642600.000
J6,2,2689400.000,36642800.000
J7,2,2689500.000,36642800.000
J8,2,2689500.000,36642600.000
J5,2,2689400.000,36642600.000
"""
"""An example of the text format: 1499245.53 - 19989.94 = 1479255.59 m²."""


def square(west: float, south: float, size: float = 100) -> list[tuple[float, float]]:
    """Corners of a square, metres from the south-west corner of all."""
    return [(west, south), (west, south + size), (west + size, south + size), (west + size, south)]


def box(west: float, south: float, size: float = 100) -> Any:
    return shapely.Polygon([(EAST + e, NORTH + n) for e, n in square(west, south, size)])


def header(count: int | str = 5, area: str = "", number: str = "1", name: str = "甲镇") -> str:
    return f"{count},{area},{number},{name},面,G49,商服,05H1,@"


def points(ring: Ring, number: int | str = 1, start: int = 1, *, close: bool = True) -> list[str]:
    """Lines of a ring, northing first; the first point again at its end."""
    lines = [
        f"J{start + at},{number},{NORTH + north:.3f},{EAST + east:.3f}"
        for at, (east, north) in enumerate(ring)
    ]
    return [*lines, lines[0]] if close else lines


def text(*lines: str, head: Sequence[str] = HEAD) -> str:
    return "\n".join([*head, *lines]) + "\n"


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()
) -> Path:
    """An XLSX of these sheets: numbers as numbers, None as no cell; `merged` are ranges as A1:B2."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sml = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sml}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{sml}.worksheet+xml"/>'
            for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1"'
        f' Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
            for n, name in enumerate(sheets, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        + "</Relationships>",
    }
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    merges = f"<mergeCells>{ranges}</mergeCells>" if merged else ""
    for n, rows in enumerate(sheets.values(), 1):
        body = "".join(
            f'<row r="{r}">{"".join(_cell(cell, r, c) for c, cell in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
            if any(cell is not None for cell in row)
        )
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData>{merges}</worksheet>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return path


def _cell(value: Any, row: int, column: int) -> str:
    if value is None:
        return ""
    place = f"{chr(ord('A') + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'
