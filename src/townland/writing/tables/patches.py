"""Lists of patches: basic farmland taken (占用永久基本农田情况表), and what findings lean on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.standards.class_names import class_words
from townland.writing.maps.pieces import OWNERS, piece_ids
from townland.writing.pages import closing, figures
from townland.writing.tables.model import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    figure,
)
from townland.writing.tables.reader import TableReader, built_on, shared

FARMLAND = "permanent_basic_farmland"
ASKING = ("fail", "review")
"""The verdicts whose findings have their patches listed."""


@dataclass(frozen=True, slots=True)
class PatchList:
    """Pieces of a measure as a list: what is known of each, by its column."""

    ids: Sequence[str]
    known: Mapping[str, Sequence[str | None]]

    def text(self, name: str, at: int) -> str:
        """Give what is known of a piece; empty where nothing is."""
        return self.known[name][at] or ""


FACTS = ("village", "owner", "present_class", "planned_class", "slope_grade", "land_grade",
         f"{FARMLAND}_code", "class_name")  # fmt: skip


def _listed(measure: Measure, roles: Sequence[str]) -> PatchList:
    """Read the pieces of a measure, each named by its features of some roles."""
    table = measure.table
    ids = piece_ids(table, roles) or [""] * len(table)
    return PatchList(ids, {name: table.texts(name) for name in FACTS})


def farmland(r: TableReader) -> PrintedTable | None:
    """Lay out the permanent basic farmland that the plan builds on, a row a patch.

    None where the rulebook has no such measure.
    """
    name = r.measured_by(built_on(FARMLAND))
    if name is None:
        return None
    t = r.t
    measures = [m for town in r.assessment.towns if (m := town.measures.get(name)) is not None]
    has = {each: any(any(m.table.texts(each)) for m in measures) for each in FACTS}
    pieces = any(m.pieces for m in measures)

    def known(key: str, title: str, fact: str, width: int) -> PrintedColumn:
        """Make a column of what is known of each patch; it is silent where no layer has it.

        Parameters
        ----------
        key, title, fact, width
            The column, and what stands in it.
        """
        return PrintedColumn(key, title, width=width, silent=pieces and not has[fact])

    taken = t("Area taken")
    columns = (
        PrintedColumn("no", t("No."), width=7),
        PrintedColumn("id", t("Patch no."), width=24),
        PrintedColumn("unit", t("Owning unit"), width=14, silent=True),
        known("owner", t("Ownership"), "owner", 11),
        known("village", t("Village"), "village", 16),
        known("code", t("Class code"), f"{FARMLAND}_code", 10),
        known("class", t("Class"), "class_name", 12),
        known("use", t("Planned use"), "planned_class", 18),
        known("slope", t("Slope grade"), "slope_grade", 10),
        known("grade", t("Land grade"), "land_grade", 10),
        r.column("gross", t("Patch"), group=taken, width=12),
        r.column("ridges", t("of it ridges"), group=taken, width=12),
        r.column("net", t("Net"), group=taken, width=12),
        PrintedColumn("replace", t("To be designated anew"), width=20),
        PrintedColumn("remark", t("Remarks"), width=26),
    )
    return PrintedTable(
        "farmland", t("Permanent basic farmland taken"), columns,
        r.rows(lambda result: _farmland_rows(r, result, name)), unit=t("Unit: ha"), signed=True,
    )  # fmt: skip


def _farmland_rows(r: TableReader, result: TownResult, name: str) -> Iterator[PrintedRow]:
    """Lay out the patches of one town, their sum, and what is not known.

    Parameters
    ----------
    r, result, name
        The reader, the town, the measure.
    """
    measure, code = result.measures.get(name), result.town.code
    if measure is None or measure.missing:
        words = r.t("Not evaluated: no layer {role}.", role=r.role(FARMLAND))
        yield PrintedRow(code, "note-1", {"": PrintedCell(words)}, "note")
        return
    gross, net = closing.printed(measure.area_m2, "ha"), measure.net_m2
    netted = gross if net is None else closing.printed(net, "ha")
    table, patches = measure.table, _listed(measure, (FARMLAND,))
    of_gross = shared(table, "area_m2", gross)
    of_net = of_gross if net is None else shared(table, "net_m2", netted)
    anew = r.t("as much and as good")
    for at, (m2, sliver) in enumerate(zip(table.column("area_m2"), table.sliver, strict=True)):
        cells = {
            "no": PrintedCell(str(at + 1)),
            "id": PrintedCell(patches.ids[at]),
            **_texts(r, patches, at),
            "code": PrintedCell(patches.text(f"{FARMLAND}_code", at)),
            "class": PrintedCell(r.w(class_words(patches.text("class_name", at)))),
            **_three(of_gross[at], of_net[at]),
            "replace": PrintedCell(anew),
            "remark": PrintedCell(_sliver(r, m2, sliver=bool(sliver))),
        }
        anchor = patches_anchor(code, name) if at == 0 else ""
        yield PrintedRow(code, str(at + 1), cells, anchor=anchor)
    cells = {"id": PrintedCell(r.t("total")), **_three(gross, netted)}
    if not len(table):
        cells["remark"] = PrintedCell(r.t("none taken"))
    elif rules := rules_on(r, result, name):
        cells["remark"] = PrintedCell(rules[0], to=f"finding-{code}-{rules[0]}")
    yield PrintedRow(code, "total", cells, "total")
    if measure.uncovered_m2:
        words = r.t("{ha} ha of the town are not covered by the layers; the table is silent about"
                    " them.", ha=r.area(measure.uncovered_m2, "ha"))  # fmt: skip
        yield PrintedRow(code, "note-1", {"": PrintedCell(words)}, "note")


def _texts(r: TableReader, patches: PatchList, at: int) -> dict[str, PrintedCell]:
    """Print what every list says of a piece.

    Parameters
    ----------
    r, patches, at
        The reader, the list, and the number of the piece in it.
    """
    owner = patches.text("owner", at)
    return {
        "owner": PrintedCell(r.w(OWNERS.get(owner, owner))),
        "village": PrintedCell(patches.text("village", at)),
        "use": PrintedCell(r.w(class_words(patches.text("planned_class", at)))),
        "slope": PrintedCell(patches.text("slope_grade", at)),
        "grade": PrintedCell(patches.text("land_grade", at)),
    }


def _three(gross: Decimal, net: Decimal) -> dict[str, PrintedCell]:
    return {"gross": figure(gross), "ridges": figure(gross - net), "net": figure(net)}


def _sliver(r: TableReader, m2: Decimal, *, sliver: bool) -> str:
    """Say that a patch is a sliver; what is nothing in hectares is printed in square metres.

    Parameters
    ----------
    r, m2, sliver
        The reader, the area of the patch, and whether it is a sliver.
    """
    if sliver:
        return r.t("sliver, {m2} m²", m2=r.area(m2, "m2"))
    return "" if closing.printed(m2, "ha") else r.t("{m2} m²", m2=r.area(m2, "m2"))


def patches_anchor(town: str, measure: str) -> str:
    """Where the patches of a measure in a town are listed."""
    return f"patches-{town}-{measure}"


def rules_on(r: TableReader, result: TownResult, measure: str) -> list[str]:
    """Name the rules whose findings in a town a measure decides.

    Parameters
    ----------
    r, result, measure
        The reader, the town, the measure.
    """
    return [
        finding.rule
        for finding in r.assessment.findings_of(result.town.code)
        for each in finding.figures
        if each.role == "decides" and each.measure == measure
    ]


def listed_measures(r: TableReader, result: TownResult) -> dict[str, list[str]]:
    """Name the measures of a town whose patches decide a finding that fails or needs review.

    Each with the rules that lean on it; the farmland taken has a form of its own.
    """
    own = r.measured_by(built_on(FARMLAND))
    measures: dict[str, list[str]] = {}
    for finding in r.assessment.findings_of(result.town.code):
        if str(finding.verdict) in ASKING:
            for each in finding.figures:
                if each.role == "decides" and each.pieces and each.measure != own:
                    measures.setdefault(each.measure, []).append(finding.rule)
    return measures


def patch_list(r: TableReader) -> PrintedTable | None:
    """Lay out all patches that failing findings and those to be reviewed lean on; None without any."""
    rows = r.rows(lambda result: _patch_rows(r, result))
    if not rows:
        return None
    return PrintedTable(
        "patches", r.t("Patches of the findings"), _patch_columns(r), rows,
        unit=r.t("Unit: as each column says"),
    )  # fmt: skip


def _patch_columns(r: TableReader) -> tuple[PrintedColumn, ...]:
    t = r.t
    return (
        PrintedColumn("no", t("No."), width=9),
        PrintedColumn("id", t("Patch no."), width=42),
        PrintedColumn("village", t("Village"), width=16),
        PrintedColumn("owner", t("Ownership"), width=11),
        PrintedColumn("class", t("Present class"), width=16),
        PrintedColumn("use", t("Planned use"), width=20),
        PrintedColumn("slope", t("Slope grade"), width=10),
        PrintedColumn("grade", t("Land grade"), width=10),
        r.column("gross_m2", t("Gross, m²"), width=14),
        r.column("net_m2", t("Net, m²"), width=14),
        PrintedColumn("remark", t("Remarks"), width=18),
    )


def every_patch(r: TableReader) -> PrintedTable:
    """Lay out all patches of all measures that findings name, whatever the verdict, for a list."""
    t = r.t
    columns = (
        PrintedColumn("measure", t("Layer"), width=24),
        PrintedColumn("title", t("What is measured or required"), width=30),
        PrintedColumn("rules", t("Clause no."), width=16),
        *_patch_columns(r),
    )
    rows = tuple(row for town in r.assessment.towns for row in _every_row(r, town))
    return PrintedTable("all_patches", t("Patches of the findings"), columns, rows)


def _every_row(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    """List the patches of a town, each with its measure and the rules that lean on it."""
    rules: dict[str, dict[str, None]] = {}
    for finding in r.assessment.findings_of(result.town.code):
        for each in finding.figures:
            rules.setdefault(each.measure, {})[finding.rule] = None
    for name, leaning in rules.items():
        known = {
            "measure": PrintedCell(name),
            "title": PrintedCell(r.measure(name)),
            "rules": PrintedCell(r.t(", ").join(leaning)),
        }
        for row in _pieces(r, result, result.measures[name]):
            yield replace(row, cells={**known, **row.cells})


def _patch_rows(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    code = result.town.code
    for name, rules in listed_measures(r, result).items():
        measure = result.measures[name]
        title = f"{r.measure(name)} · {r.t(', ').join(rules)}"
        head = {"": PrintedCell(title, to=f"finding-{code}-{rules[0]}")}
        yield PrintedRow(code, f"{name}-head", head, "band", patches_anchor(code, name))
        yield from _pieces(r, result, measure)


def _pieces(r: TableReader, result: TownResult, measure: Measure) -> Iterator[PrintedRow]:
    """List all pieces of a measure, and their sum.

    Parameters
    ----------
    r, result
        The reader, and the town.
    measure
        The measure.
    """
    code, table = result.town.code, measure.table
    patches = _listed(measure, measure.layers)
    rows = zip(table.column("area_m2"), table.column("net_m2"), table.sliver, strict=True)
    for at, (gross, net, sliver) in enumerate(rows):
        cells = {
            "no": PrintedCell(str(at + 1)),
            "id": PrintedCell(patches.ids[at]),
            **_texts(r, patches, at),
            "class": PrintedCell(r.w(class_words(patches.text("present_class", at)))),
            **_areas(gross, net),
        }
        if sliver:
            cells["remark"] = PrintedCell(r.t("sliver"))
        yield PrintedRow(code, f"{measure.name}-{at + 1}", cells)
    cells = {"id": PrintedCell(r.t("all {n} {n:piece|pieces}", n=measure.pieces)),
             **_areas(measure.area_m2, measure.net_m2)}  # fmt: skip
    yield PrintedRow(code, f"{measure.name}-total", cells, "total")


def _areas(gross: Decimal, net: object) -> dict[str, PrintedCell]:
    """Print the areas of a piece, or of all."""
    netted = closing.printed(net, "m2") if isinstance(net, Decimal) else None
    cell = PrintedCell(figures.NOTHING) if netted is None else figure(netted)
    return {"gross_m2": figure(closing.printed(gross, "m2")), "net_m2": cell}
