"""The three control lines by planned plot (三线占用情况表)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import shapely

from townland import units
from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.standards.class_names import class_words
from townland.writing.pages import closing
from townland.writing.tables.model import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    figure,
)
from townland.writing.tables.reader import TableReader, built_on

ZERO = Decimal(0)
HUNDRED = Decimal(100)
GROWTH = "growth_boundary"
PARTS = ("farmland", "redline", "inside", "outside", "unjudged")
"""The columns of the table that are parts of a plot."""


@dataclass(frozen=True, slots=True)
class Plots:
    """The plots of a town: id and use of each, and the areas in ha that lie on each side of a line.

    A column that no layer shows is left out of `parts`.
    """

    ids: Sequence[str]
    uses: Sequence[str]
    whole: Sequence[Decimal]
    parts: Mapping[str, Sequence[Decimal]]


def three_lines(r: TableReader) -> PrintedTable | None:
    """Lay out what of each planned plot lies on each line; None where no plan is measured."""
    whole = r.measured_by(built_on())
    if whole is None:
        return None
    t = r.t
    heads = {
        "farmland": t("Permanent basic farmland"),
        "redline": t("Ecological red line"),
        "inside": t("Within the growth boundary"),
        "outside": t("Outside the growth boundary"),
        "unjudged": t("Cannot be judged"),
    }
    columns = [
        PrintedColumn("no", t("No."), width=7),
        PrintedColumn("id", t("Plot"), width=24),
        PrintedColumn("use", t("Planned use"), width=20),
        r.column("whole", t("Total area"), width=12),
    ]
    for key, head in heads.items():
        columns += [
            r.column(key, t("ha"), group=head),
            r.column(f"{key}%", "%", group=head, width=9),
        ]
    return PrintedTable(
        "three_lines", t("The three lines"), tuple(columns),
        r.rows(lambda result: _plot_rows(r, result, whole)), unit=t("Unit: ha"), signed=True,
        notes=(t("Planned construction land. Of a plot that lies partly where the growth boundary is"
                 " not known, what is not outside cannot be judged."),),
    )  # fmt: skip


def _plot_rows(r: TableReader, result: TownResult, whole: str) -> Iterator[PrintedRow]:
    """Lay out the plots of one town, and their total.

    Parameters
    ----------
    r, result, whole
        The reader, the town, and the measure of its planned construction land.
    """
    measure, code = result.measures.get(whole), result.town.code
    if measure is None or measure.missing:
        words = r.t("Not evaluated: no layer {role}.", role=r.role("planned_use"))
        yield PrintedRow(code, "note-1", {"": PrintedCell(words)}, "note")
        return
    plots = _plots(r, result, measure)
    for at, plot in enumerate(plots.ids):
        cells = {"no": PrintedCell(str(at + 1)), "id": PrintedCell(plot),
                 "use": PrintedCell(plots.uses[at])}  # fmt: skip
        cells |= _printed(plots.whole[at], {key: part[at] for key, part in plots.parts.items()})
        yield PrintedRow(code, str(at + 1), cells)
    total = sum(plots.whole, closing.printed(ZERO, "ha"))
    sums = {key: sum(part, closing.printed(ZERO, "ha")) for key, part in plots.parts.items()}
    yield PrintedRow(
        code, "total", {"id": PrintedCell(r.t("total")), **_printed(total, sums)}, "total"
    )


def _printed(whole: Decimal, parts: Mapping[str, Decimal]) -> dict[str, PrintedCell]:
    """Print the parts of a plot with their shares of it."""
    cells = {"whole": figure(whole)}
    for key, part in parts.items():
        cells[key] = figure(part)
        if whole:
            cells[f"{key}%"] = figure(units.half_up(part * HUNDRED / whole, 2))
    return cells


def _plots(r: TableReader, result: TownResult, measure: Measure) -> Plots:
    """Gather the plots of a town, closed to what is printed of each measure.

    Parameters
    ----------
    r, result, measure
        The reader, the town, and the measure of its planned construction land.
    """
    ids = [id_ or "" for id_ in measure.table.texts("planned_use_id")]
    names = list(dict.fromkeys(ids))
    used = dict(zip(ids, measure.table.texts("planned_class"), strict=True))
    whole = _by_plot(measure, names)
    sides = {
        "farmland": built_on("permanent_basic_farmland"),
        "redline": built_on("ecological_redline"),
        "outside": built_on(outside=GROWTH),
    }
    measures = {key: result.measures.get(r.measured_by(of) or "") for key, of in sides.items()}
    parts = {
        key: _by_plot(each, names)
        for key, each in measures.items()
        if each is not None and not each.missing
    }
    if "outside" in parts:
        blind = _blind(result, measure, names, ids)
        parts["outside"] = _capped(parts["outside"], whole)
        rest = [total - out for total, out in zip(whole, parts["outside"], strict=True)]
        none = closing.printed(ZERO, "ha")
        parts["inside"] = [none if dark else ha for ha, dark in zip(rest, blind, strict=True)]
        parts["unjudged"] = [ha if dark else none for ha, dark in zip(rest, blind, strict=True)]
    return Plots(names, [r.w(class_words(used[name] or "")) for name in names], whole,
                 {key: parts[key] for key in PARTS if key in parts})  # fmt: skip


def _by_plot(measure: Measure, names: Sequence[str]) -> list[Decimal]:
    """Sum a measure by plot, in hectares that sum to what is printed of it."""
    table = measure.table
    sums = dict.fromkeys(names, ZERO)
    for id_, area in zip(table.texts("planned_use_id"), table.column("area_m2"), strict=True):
        sums[id_ or ""] = sums.get(id_ or "", ZERO) + area
    return closing.closing(list(sums.values()), closing.printed(measure.area_m2, "ha"), "ha")


def _capped(parts: Sequence[Decimal], wholes: Sequence[Decimal]) -> list[Decimal]:
    """Leave no part greater than its plot: a last digit too many goes to the plots with most room."""
    capped = [min(part, whole) for part, whole in zip(parts, wholes, strict=True)]
    over = sum(parts, ZERO) - sum(capped, ZERO)
    room = sorted(range(len(capped)), key=lambda at: capped[at] - wholes[at])
    for at in room:
        more = min(over, wholes[at] - capped[at]) if parts[at] else ZERO
        capped[at] += more
        over -= more
    return capped


def _blind(
    result: TownResult, measure: Measure, names: Sequence[str], ids: Sequence[str]
) -> list[bool]:
    """Tell of each plot whether some of it lies where the growth boundary is not known.

    Parameters
    ----------
    result, measure
        The town, and the measure of its planned construction land.
    names, ids
        The plots, and that of each piece.
    """
    gap = result.uncovered.get(GROWTH)
    if gap is None or gap.is_empty:
        return [False] * len(names)
    shapely.prepare(gap)
    shapes = measure.table.geometry
    dark = shapely.intersects(shapes, gap) & ~shapely.touches(shapes, gap)
    blind = {id_ for id_, is_dark in zip(ids, dark.tolist(), strict=True) if is_dark}
    return [name in blind for name in names]
