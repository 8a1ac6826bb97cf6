"""The indicator need (用地指标需求表) and the replacement of cultivated land (耕地占补平衡表)."""

from __future__ import annotations

from collections.abc import Iterator

from townland import terms
from townland.measuring import TownResult
from townland.rules.need_form import COLUMNS
from townland.rules.need_shares import Areas
from townland.rules.need_table import Account, NeedTable
from townland.writing.report.need import form_notes, need_key
from townland.writing.tables.model import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    RowKind,
    figure,
)
from townland.writing.tables.reader import TableReader

ROW_KINDS: dict[str, RowKind] = {"use": "row", "total": "total", "asked": "total"}


def indicator_need(r: TableReader) -> PrintedTable | None:
    """Lay out the indicator need by planned use and by what the land is; None without a need."""
    needs = r.assessment.needs
    if not needs:
        return None
    t = r.t
    shown = [name for name in COLUMNS if any(name in need.form.columns for need in needs)]
    columns = (
        PrintedColumn("use", t("Planned use"), width=26),
        *(r.column(name, r.w(terms.NEED_COLUMNS[name]), width=12) for name in shown),
    )
    return PrintedTable(
        "need", t("Indicator need"), columns, r.rows(lambda result: _need_rows(r, result)),
        unit=t("Unit: ha"), signed=True,
    )  # fmt: skip


def _need_rows(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    """Lay out the form of one town, and its remarks."""
    need = r.assessment.need(result.town.code)
    if need is None:
        return
    for row in need.form.rows:
        name = terms.use(row.use) if row.kind == "use" else terms.NEED_ROWS[row.kind]
        cells = {"use": PrintedCell(r.w(name))}
        cells |= {column: _ha(row.columns[column]) for column in need.form.columns}
        kind = ROW_KINDS.get(row.kind, "part")
        yield PrintedRow(result.town.code, need_key(row), cells, kind)
    for n, words in enumerate(form_notes(need.form, r.measure), 1):
        yield PrintedRow(result.town.code, f"note-{n}", {"": PrintedCell(r.w(words))}, "note")


def _ha(areas: Areas | None) -> PrintedCell:
    return figure(None if areas is None else areas.ha)


def replacement(r: TableReader) -> PrintedTable | None:
    """Lay out cultivated land taken, what the bank has, and what stays short; None without a need."""
    needs = r.assessment.needs
    if not needs:
        return None
    t = r.t
    graded = any(need.form.quality.mean_grade is not None for need in needs)
    yields = any(need.form.quality.production_kg is not None for need in needs)
    steep = any(need.form.steep is not None for need in needs)
    columns = (
        PrintedColumn("what", t("Item"), width=34),
        r.column("cultivated", t("Cultivated land"), width=16),
        r.column("paddy", t("of it paddy"), width=16),
        r.column("steep", t("Above 25°"), width=16, silent=not steep),
        r.column("grade", t("Mean land grade"), width=16, silent=not graded),
        r.column("kg", t("Production, kg"), width=16, silent=not yields),
    )
    return PrintedTable(
        "replacement", t("Replacement of cultivated land"), columns,
        r.rows(lambda result: _replacement_rows(r, result)), unit=t("Unit: ha"), signed=True,
        notes=(t("Net of ridges. What is held is what the dossier states."),),
    )  # fmt: skip


def _replacement_rows(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    """Lay out one town: taken, held, short."""
    need = r.assessment.need(result.town.code)
    if need is None:
        return
    form, code = need.form, result.town.code
    cells = {
        "what": PrintedCell(r.t("Taken by planned construction")),
        "cultivated": figure(need.cultivated.ha),
        "paddy": figure(need.paddy.ha),
    }
    if form.steep is not None:
        cells["steep"] = figure(form.steep.area.ha)
    if form.quality.mean_grade is not None:
        cells["grade"] = figure(form.quality.mean_grade)
    if form.quality.production_kg is not None:
        cells["kg"] = figure(form.quality.production_kg)
    yield PrintedRow(code, "taken", cells)
    accounts = [need.account(name) for name in ("replacement", "replacement_paddy")]
    yield _account_row(r, need, "held", [each and each.held for each in accounts])
    yield _account_row(r, need, "short", [each and each.short for each in accounts])
    silent = [each for each in accounts if each is not None and each.held is None and each.key]
    if silent:
        yield PrintedRow(code, "note-1", {"": PrintedCell(_unstated(r, silent))}, "note")


def _unstated(r: TableReader, accounts: list[Account]) -> str:
    fields = r.t(", ").join(r.w(terms.dossier_field(each.key or "")) for each in accounts)
    return r.t("not stated: {fields}", fields=fields)


def _account_row(
    r: TableReader, need: NeedTable, key: str, areas: list[Areas | None]
) -> PrintedRow:
    """Lay out what the bank has, or what stays short.

    Parameters
    ----------
    r, need
        The reader, and the need of the town.
    key
        ``held`` or ``short``.
    areas
        Of cultivated land, and of paddy; None where the dossier does not state it.
    """
    titles = {"held": r.t("Replaced already (dossier)"), "short": r.t("Short")}
    cells = {"what": PrintedCell(titles[key])}
    cells |= dict(zip(("cultivated", "paddy"), map(_ha, areas), strict=True))
    return PrintedRow(need.town, key, cells, "total" if key == "short" else "row")
