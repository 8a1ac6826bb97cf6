"""Scale and verdicts (规模与结论), and present land use by owner and by class (土地利用现状)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from townland import terms
from townland.measuring import TownResult
from townland.measuring.areas import RIDGE_CODES
from townland.rules.judging.finding import Finding
from townland.standards.landclass import load_scheme
from townland.writing.maps.pieces import OWNERS
from townland.writing.pages import closing, figures
from townland.writing.pages.closing import ClassLine
from townland.writing.pages.look import LOOKS, look_of
from townland.writing.tables.model import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    RowKind,
    figure,
)
from townland.writing.tables.reader import TableReader, built_on

ZERO = Decimal(0)
ALWAYS = ("0101", "0102", "0103")
"""Classes of cultivated land that the table always shows, land or no land (TD/T 1008)."""


def scale(r: TableReader) -> PrintedTable:
    """Lay out how large each town is, and what each rule says of it."""
    t = r.t
    columns = (
        PrintedColumn("rule", t("Clause no."), width=11),
        PrintedColumn("title", t("What is measured or required"), width=30),
        PrintedColumn("measured", t("Measured"), width=19, number=True),
        PrintedColumn("mu", t("Area, mu"), width=12, number=True),
        PrintedColumn("pm", t("±, m² (95%)"), width=12, number=True),
        PrintedColumn("limit", t("Limit of the clause"), width=17, number=True),
        PrintedColumn("margin", t("Margin"), width=17, number=True),
        PrintedColumn("verdict", t("Verdict"), width=18),
        PrintedColumn("article", t("Article"), width=12),
        PrintedColumn("units", t("Responsible"), width=26),
    )
    joint = [finding for finding in r.assessment.findings if finding.town is None]
    rows = list(r.rows(lambda result: _scale_rows(r, result)))
    if joint:
        rows.append(PrintedRow("", "band-", {"": PrintedCell(r.town_name(None))}, "band"))
        rows += [_verdict_row(r, finding) for finding in joint]
    return PrintedTable(
        "scale", t("Scale and verdicts"), columns, tuple(rows),
        unit=t("Unit: ha, × 10,000 yuan; others as they stand"), signed=True,
    )  # fmt: skip


def _scale_rows(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    """Lay out one town: its planning area, its planned construction land, then each rule."""
    code = result.town.code
    yield _area_row(r, code, "planning_area", r.t("Planning area"),
                    (result.area_m2, result.area_pm_m2))  # fmt: skip
    built = result.measures.get(r.measured_by(built_on()) or "")
    if built is not None:
        area = None if built.missing else (built.area_m2, built.area_pm_m2)
        yield _area_row(r, code, "planned_construction", r.t("Planned construction land"), area)
    for finding in r.assessment.findings_of(code):
        yield _verdict_row(r, finding)


def _area_row(
    r: TableReader,
    code: str,
    key: str,
    title: str,
    area: tuple[Decimal, Decimal | None] | None,
) -> PrintedRow:
    """Lay out an area of a town.

    Parameters
    ----------
    r
        The reader.
    code, key, title
        The town, the key of the row, and what it is called.
    area
        The area and its ±, in m²; None where no layer shows it.
    """
    m2, pm = area or (None, None)
    cells = {
        "title": PrintedCell(title),
        "measured": r.quantity(m2, "m2"),
        "mu": figure(None if m2 is None else closing.printed(m2, "mu")),
        "pm": figure(None if pm is None else closing.printed(pm, "m2")),
    }
    return PrintedRow(code, key, cells)


def _verdict_row(r: TableReader, finding: Finding) -> PrintedRow:
    look = look_of(finding)
    is_area = finding.unit == "m2" and isinstance(finding.measured, Decimal)
    cells = {
        "rule": PrintedCell(finding.rule, to=finding_anchor(finding)),
        "title": PrintedCell(r.w(finding.title)),
        **quantities(r, finding),
        "verdict": PrintedCell(r.w(LOOKS[look].word), mark=look),
        "article": PrintedCell(finding.clause.article),
        "units": PrintedCell(leading(r, finding.clause.responsible)),
    }
    if is_area and isinstance(finding.measured, Decimal):
        cells["mu"] = figure(closing.printed(finding.measured, "mu"))
    if finding.pm is not None:
        cells["pm"] = figure(closing.printed(finding.pm, "m2"))
    return PrintedRow(finding.town or "", finding.rule, cells)


def leading(r: TableReader, units: Sequence[str]) -> str:
    """Name the unit that leads, and how many there are."""
    if len(units) > 1:
        return r.t("{unit} and {n} more {n:unit|units}", unit=units[0], n=len(units) - 1)
    return "".join(units)


def quantities(r: TableReader, finding: Finding) -> dict[str, PrintedCell]:
    """Print what a finding measures, its bar and its margin; what there is not stays blank."""
    values = {
        "measured": finding.measured,
        "limit": finding.limit,
        "margin": finding.margin,
    }
    return {
        name: r.quantity(value, finding.unit) for name, value in values.items() if value is not None
    }


def finding_anchor(finding: Finding) -> str:
    """Where a finding stands among the findings."""
    return f"finding-{finding.town or ''}-{finding.rule}"


class ClassColumn(NamedTuple):
    """A class of the two-level head: one of the three classes, the class, its name."""

    group: str | None
    code: str
    name: str


def by_owner(r: TableReader) -> PrintedTable | None:
    """Lay out the land survey by village and owner under its classes; None without a survey."""
    classes = _class_columns(r)
    if not classes:
        return None
    t = r.t
    columns = [
        PrintedColumn("village", t("Village"), width=18),
        PrintedColumn("owner", t("Ownership"), width=11),
        PrintedColumn("all", t("Total"), width=12, number=True),
    ]
    for group in dict.fromkeys(each.group for each in classes):
        head = r.three_class(group)
        columns.append(PrintedColumn(closing.sum_key(group), t("Subtotal"), head, 12, number=True))
        columns += [
            PrintedColumn(each.code, f"{each.name}\n{each.code}", head, 11, number=True)
            for each in classes
            if each.group == group
        ]
    return PrintedTable(
        "land_by_owner", t("Land use by owner and class"), tuple(columns),
        r.rows(lambda result: _owner_rows(r, result, classes)), unit=t("Unit: ha"),
        notes=(t("By class: ridges are taken from the class they lie in and booked in the class for"
                 " ridges. Every row and every column sums to its total as printed."),),
        signed=True,
    )  # fmt: skip


def _class_columns(r: TableReader) -> list[ClassColumn]:
    """List the classes that some town has, and those always shown, ordered by the three classes."""
    tables = [result.land_classes for result in r.assessment.towns if result.land_classes]
    met = {
        row.code: ClassColumn(row.three_class, row.code, r.land_class(row.name))
        for table in tables
        for row in table.rows
    }
    schemes = {table.scheme for table in tables}
    for scheme in schemes & set(RIDGE_CODES):
        titles = load_scheme(scheme).entries
        for code in ALWAYS:
            if code in titles and code not in met:
                met[code] = ClassColumn("农用地", code, r.land_class(titles[code].name))
    order = list(terms.THREE_CLASSES)
    return sorted(
        met.values(),
        key=lambda each: (
            order.index(each.group) if each.group in order else len(order),
            each.code,
        ),
    )


def _owner_rows(
    r: TableReader, result: TownResult, classes: Sequence[ClassColumn]
) -> Iterator[PrintedRow]:
    """Lay out one town: each village and owner, what the survey does not cover, the control area.

    Parameters
    ----------
    r, result
        The reader, and the town.
    classes
        The columns.
    """
    table = result.land_classes
    if table is None:
        return
    closed = closing.class_lines(table)
    lines = {line.code: line for line in closed if line.kind == "class"}
    weights = _weights(result, RIDGE_CODES.get(table.scheme, ""))
    owners = sorted(weights, key=lambda key: (key[0] == "", *key))
    shares = {
        code: closing.closing([weights[key].get(code, ZERO) for key in owners], line.net.ha, "ha")
        for code, line in lines.items()
    }
    for n, (village, owner) in enumerate(owners):
        areas = {code: column[n] for code, column in shares.items()}
        cells = {
            "village": PrintedCell(village or figures.NOTHING),
            "owner": PrintedCell(r.w(OWNERS.get(owner, "")) or figures.NOTHING),
            **_sums(areas, classes),
        }
        yield PrintedRow(result.town.code, f"{village}/{owner}", cells)
    for line in closed:
        if line.kind == "uncovered":
            words = PrintedCell(r.t("Not covered by the land survey"))
            cells = {"village": words, "all": figure(line.net.ha)}
            yield PrintedRow(result.town.code, "uncovered", cells)
    areas = {code: line.net.ha for code, line in lines.items()}
    cells = {"village": PrintedCell(r.t("Total (control area)")), **_sums(areas, classes),
             "all": figure(closed[-1].net.ha)}  # fmt: skip
    yield PrintedRow(result.town.code, "total", cells, "total")


def _weights(result: TownResult, ridge: str) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Sum each class in m² net of ridges by village and owner; the ridges are a class of their own."""
    frame = result.land
    names = [frame[name].fillna("") if name in frame else [""] * len(frame)
             for name in ("village", "owner")]  # fmt: skip
    weights: dict[tuple[str, str], dict[str, Decimal]] = {}
    rows = zip(*names, frame["land_use_code"], frame["area_m2"], frame["net_m2"], strict=True)
    for village, owner, code, gross, net in rows:
        mine = weights.setdefault((str(village), str(owner)), {})
        kept = gross if net is None else net
        mine[code] = mine.get(code, ZERO) + kept
        mine[ridge] = mine.get(ridge, ZERO) + gross - kept
    return weights


def _sums(areas: Mapping[str, Decimal], classes: Sequence[ClassColumn]) -> dict[str, PrintedCell]:
    """Print areas by class with the subtotals of the three classes and their total."""
    cells = {code: figure(area) for code, area in areas.items()}
    for group in dict.fromkeys(each.group for each in classes):
        codes = [each.code for each in classes if each.group == group]
        cells[closing.sum_key(group)] = figure(sum((areas.get(code, ZERO) for code in codes), ZERO))
    cells["all"] = figure(sum(areas.values(), ZERO))
    return cells


def by_class(r: TableReader) -> PrintedTable | None:
    """Lay out the land survey by class; None where no layer is one."""
    if not any(result.land_classes for result in r.assessment.towns):
        return None
    t = r.t
    gross, net, owner = t("Gross area"), t("By class (ridges apart)"), t("Gross, by owner")
    columns = (
        PrintedColumn("code", t("Code"), width=9),
        PrintedColumn("class", t("Class"), width=22),
        r.column("gross_m2", t("m²"), group=gross, width=14),
        r.column("gross_ha", t("ha"), group=gross),
        r.column("gross_mu", t("mu"), group=gross),
        r.column("net_m2", t("m²"), group=net, width=14),
        r.column("net_ha", t("ha"), group=net),
        r.column("net_mu", t("mu"), group=net),
        r.column("state_ha", t("State, ha"), group=owner),
        r.column("collective_ha", t("Collective, ha"), group=owner),
        r.column("percent", "%", width=9),
    )
    return PrintedTable(
        "land_by_class", t("Present land use by class"), columns,
        r.rows(lambda result: _class_rows(r, result)), unit=t("Unit: as each column says"),
        notes=(t("Every column sums to its total as printed. By class, ridges are taken from the class"
                 " they lie in and booked in the class for ridges."),),
        signed=True,
    )  # fmt: skip


def _class_rows(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    if result.land_classes is None:
        return
    for line in closing.class_lines(result.land_classes):
        kind, title = class_words(r, line)
        cells = {
            "code": PrintedCell(line.code),
            "class": PrintedCell(title),
            "gross_m2": figure(line.gross.m2),
            "gross_ha": figure(line.gross.ha),
            "gross_mu": figure(line.gross.mu),
            "net_m2": figure(line.net.m2),
            "net_ha": figure(line.net.ha),
            "net_mu": figure(line.net.mu),
            "state_ha": figure(line.state_ha),
            "collective_ha": figure(line.collective_ha),
            "percent": figure(line.percent),
        }
        yield PrintedRow(result.town.code, line.key, cells, kind)


def class_words(r: TableReader, line: ClassLine) -> tuple[RowKind, str]:
    """Give a line of the land classes its kind and its name."""
    if line.kind == "class":
        return "row", r.land_class(line.name)
    if line.kind == "total":
        return "total", r.t("Total (control area)")
    if line.kind == "uncovered":
        return "row", r.t("Not covered by the land survey")
    return "part", r.three_class(line.name)
