"""The form of the indicator need (用地指标需求表): planned uses by land class, ready to be signed.

Beside the uses stand what of the need was approved before (and is not asked for again), what is asked
for, state and collective land, the existing construction land that the plan uses, and of the cultivated
land its steep part, its grades (等别), its production (产能), and what farmland is turned to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from townland import units
from townland.measuring.areas import Measure
from townland.measuring.rasters.slope import load_grades
from townland.rules.judging.arithmetic import GRADE_DIGITS, whole_number
from townland.rules.judging.case import ZERO
from townland.rules.need_shares import (
    AGRICULTURAL,
    CULTIVATED,
    LEAVES,
    Areas,
    Piece,
    Shares,
    add,
    areas_of,
    less,
    part_of,
    pieces_of,
    split,
)
from townland.standards.landclass import LAND_PARTS

COLUMNS = (
    "new", "agricultural", "cultivated", "paddy", *LAND_PARTS, "other_agricultural", "unused",
    "unknown", "approved", "asked", "existing",
)  # fmt: skip
"""The columns of the form; `unknown` only where there is such land, what no layer shows is None."""

Columns = Mapping[str, Areas | None]


class FormRow(NamedTuple):
    """A row of the form: of a `use` (None: not known), or of all, as `kind` says.

    `kind` is ``use``, ``total``, ``state``, ``collective``, ``approved`` or ``asked``.
    """

    kind: str
    use: str | None
    columns: Columns


class Steep(NamedTuple):
    """Cultivated land of the need steeper than 25°, net of ridges: by the survey, or by the terrain.

    `by` is ``land_use`` or ``elevation``; `unknown_m2` is cultivated land without a slope.
    """

    by: str
    area: Areas
    unknown_m2: Decimal


class GradeShare(NamedTuple):
    """Cultivated land of one grade (等别), net of ridges; None where none is recorded."""

    grade: str | None
    area: Areas


@dataclass(frozen=True, slots=True)
class Quality:
    """Grades and production of the cultivated land of the need, as the survey records them.

    `mean_grade` is weighed by area over the land whose grade is a number; `production_kg` leaves out
    `production_unknown_m2`. What the survey records nowhere is empty or None.
    """

    grades: tuple[GradeShare, ...]
    mean_grade: Decimal | None
    production_kg: Decimal | None
    production_unknown_m2: Decimal


class Turned(NamedTuple):
    """Cultivated land that the plan turns to something else, by its measure: gross and net of ridges."""

    measure: str
    gross: Areas
    net: Areas


@dataclass(frozen=True, slots=True)
class NeedForm:
    """The form of one town.

    `columns` are those of `COLUMNS` that it has, `rows` the uses, the total, of it state and collective
    land where the survey records owners, what was approved and what is asked for where a layer shows it.
    `non_agricultural` (非农化) is cultivated land that becomes construction land, gross and net of
    ridges, `non_grain` (非粮化) what becomes gardens, forest, water. Everything is printed as the one
    apportionment has it.
    """

    columns: tuple[str, ...]
    rows: tuple[FormRow, ...]
    ridges: Areas
    approved: Areas | None
    asked: Areas
    steep: Steep | None
    quality: Quality
    non_agricultural: tuple[Areas, Areas]
    non_grain: tuple[Turned, ...]

    def row(self, kind: str, use: str | None = None) -> FormRow | None:
        """Find a row; None where the form has none such."""
        return next((row for row in self.rows if (row.kind, row.use) == (kind, use)), None)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the need: measures of the town, each None where no layer shows it.

    `terrain` is how much of the need's cultivated land the terrain model shows to be steep.
    """

    approved: Measure | None
    existing: Measure | None
    non_grain: tuple[Measure, ...]
    terrain: tuple[Decimal, Decimal] | None


def need_form(shares: Shares, beside: Beside, uses: Sequence[str | None]) -> NeedForm:
    """Make the form of the need.

    Parameters
    ----------
    shares
        The need as it is printed.
    beside
        What stands beside it.
    uses
        The uses that have a row, land or no land.
    """
    granted = () if beside.approved is None else pieces_of(beside.approved.table, uses)
    by_leaf = {leaf: shares.leaf(leaf) for leaf in LEAVES}
    approved = part_of(shares, granted)
    existing = _existing(beside.existing, uses)
    rows = [
        FormRow(
            "use",
            use,
            {
                **_columns({leaf: shares.leaf(leaf, use) for leaf in LEAVES}),
                "approved": approved.by_use(use) if beside.approved else None,
                "asked": less(shares.by_use(use), approved.by_use(use)),
                "existing": existing.get(use),
            },
        )
        for use in uses
    ]
    total = FormRow("total", None, {name: _all(rows, name) for name in COLUMNS})
    rows += [total, *_owned(shares, by_leaf)]
    if beside.approved is not None:
        granted_of = {leaf: approved.leaf(leaf) for leaf in LEAVES}
        rows.append(FormRow("approved", None, _columns(granted_of)))
        asked = {leaf: less(by_leaf[leaf], granted_of[leaf]) for leaf in LEAVES}
        rows.append(FormRow("asked", None, _columns(asked)))
    return NeedForm(
        columns=tuple(name for name in COLUMNS if _stands(name, total.columns)),
        rows=tuple(rows),
        ridges=shares.ridges(),
        approved=total.columns["approved"],
        asked=total.columns["asked"] or areas_of(ZERO),
        steep=_steep(shares, beside.terrain),
        quality=_quality(shares),
        non_agricultural=(
            add(shares.gross(source) for source in CULTIVATED),
            add(shares.net(source) for source in CULTIVATED),
        ),
        non_grain=tuple(
            Turned(
                each.name,
                areas_of(each.area_m2),
                areas_of(each.area_m2 if each.net_m2 is None else each.net_m2),
            )
            for each in beside.non_grain
        ),
    )


def _columns(by_leaf: Mapping[str | None, Areas]) -> dict[str, Areas | None]:
    """Give the columns of one row by class; sums are sums of what is printed."""
    cultivated = add(by_leaf[name] for name in CULTIVATED)
    others = [by_leaf[name] for name in (*LAND_PARTS, AGRICULTURAL)]
    return {
        "new": add(by_leaf.values()),
        "agricultural": add([cultivated, *others]),
        "cultivated": cultivated,
        "paddy": by_leaf["paddy"],
        **{name: by_leaf[name] for name in (*LAND_PARTS, AGRICULTURAL, "unused")},
        "unknown": by_leaf[None],
        **dict.fromkeys(("approved", "asked", "existing")),
    }


def _all(rows: Sequence[FormRow], name: str) -> Areas | None:
    """Sum a column over the uses, as printed; None where no layer shows it."""
    held = [area for row in rows if (area := row.columns[name]) is not None]
    return add(held) if held or (name != "approved" and name != "existing") else None


def _stands(name: str, total: Columns) -> bool:
    area = total[name]
    return area is not None and (name != "unknown" or area.m2 > 0)


def _in_leaf(piece: Piece, leaf: str | None) -> Decimal:
    """Give what of a piece stands in a column: ridges are other agricultural land."""
    lent = piece.ridges_m2 if leaf == AGRICULTURAL else ZERO
    return lent + (piece.net_m2 if piece.group == leaf else ZERO)


def _owned(shares: Shares, by_leaf: Mapping[str | None, Areas]) -> Iterator[FormRow]:
    """Give the rows of state and of collective land, where the survey records owners."""
    if not any(piece.owner for piece in shares.pieces):
        return
    owners = ("state", "collective")
    parts = [
        [
            sum((_in_leaf(piece, leaf) for piece in shares.pieces if piece.owner == owner), ZERO)
            for owner in owners
        ]
        for leaf in LEAVES
    ]
    cells = split(list(by_leaf.values()), parts)
    for n, owner in enumerate(owners):
        held = {leaf: row[n] for leaf, row in zip(LEAVES, cells, strict=True)}
        yield FormRow(owner, None, _columns(held))


def _existing(measure: Measure | None, uses: Sequence[str | None]) -> dict[str | None, Areas]:
    """Give the existing construction land under each use; nothing where no layer shows it."""
    if measure is None:
        return {}
    pieces = pieces_of(measure.table, uses)
    sums = [sum((piece.gross_m2 for piece in pieces if piece.use == use), ZERO) for use in uses]
    (shared,) = split([areas_of(measure.area_m2)], [sums])
    return dict(zip(uses, shared, strict=True))


def _steep(shares: Shares, terrain: tuple[Decimal, Decimal] | None) -> Steep | None:
    """Sum cultivated land above 25°: by the survey's slope grade, else by the terrain model."""
    fields = _cultivated(shares)
    if not fields or any(piece.slope_grade for piece in fields):
        # the last grade of TD/T 1055-2019 is above 25°
        steepest = load_grades()[-1].grade
        steep = sum((piece.net_m2 for piece in fields if piece.slope_grade == steepest), ZERO)
        silent = sum((piece.net_m2 for piece in fields if not piece.slope_grade), ZERO)
        return Steep("land_use", areas_of(steep), silent)
    if terrain is None:
        return None
    return Steep("elevation", areas_of(terrain[0]), terrain[1])


def _cultivated(shares: Shares) -> list[Piece]:
    return [piece for piece in shares.pieces if piece.source in CULTIVATED]


def _quality(shares: Shares) -> Quality:
    """Sum the cultivated land by grade, and what it produces."""
    fields = _cultivated(shares)
    by_grade: dict[str | None, Decimal] = {}
    for piece in fields:
        by_grade[piece.land_grade] = by_grade.get(piece.land_grade, ZERO) + piece.net_m2
    known = [
        (number, area)
        for grade, area in by_grade.items()
        if (number := whole_number(grade)) is not None
    ]
    whole = sum((area for _grade, area in known), ZERO)
    yields = [piece for piece in fields if piece.kg_per_ha is not None]
    kg = sum(
        (piece.net_m2 / units.M2_PER_HA * units.exact(piece.kg_per_ha or 0) for piece in yields),
        ZERO,
    )
    order = sorted(by_grade, key=lambda grade: (grade is None, len(grade or ""), grade or ""))
    net = add(shares.net(source) for source in CULTIVATED)
    (shared,) = split([net], [[by_grade[grade] for grade in order]]) if order else ((),)
    return Quality(
        grades=tuple(map(GradeShare, order, shared)) if any(order) else (),
        mean_grade=units.half_up(
            sum((grade * area for grade, area in known), ZERO) / whole, GRADE_DIGITS
        )
        if whole
        else None,
        production_kg=units.half_up(kg, 0) if yields else None,
        production_unknown_m2=sum((p.net_m2 for p in fields if p.kg_per_ha is None), ZERO),
    )
