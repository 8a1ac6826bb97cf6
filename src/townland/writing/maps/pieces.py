"""What lies in a town as its map and its pictures draw it: pieces by group, gaps, outlines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland.i18n import Words, _
from townland.measuring import TownResult
from townland.measuring.piece_table import PieceTable
from townland.results import Assessment
from townland.standards.class_names import class_words
from townland.writing.pages import figures
from townland.writing.pages import look as legend

GroupOf: TypeAlias = Callable[[str | None, str | None, str | None], str]
"""Finds a feature its group in the legend, by its code, its one of the three classes, its scheme."""

FACTS: Mapping[str, Words] = {
    "village": _("Village"),
    "owner": _("Owner"),
    "present_class": _("Present class"),
    "class_name": _("Class"),
    "planned_class": _("Planned use"),
    "slope_grade": _("Slope grade"),
}
"""What is listed of a piece where the layers have it, by the column of `Measure.frame`."""

OWNERS: Mapping[str, Words] = {"state": _("state-owned"), "collective": _("collective-owned")}
"""The owners that a land survey tells apart (QSXZ)."""

AREAS: Mapping[str, Words] = {
    "area_m2": _("Gross, m²"),
    "net_m2": _("Net, m²"),
    "pm_m2": _("±, m²"),
}
"""The areas of a piece that are listed where they are known."""


CLASSES = ("present_class", "class_name", "planned_class")
"""Those of `FACTS` that are names of classes."""


def fact_words(name: str, text: str | None) -> Words | str:
    """Put a fact of a piece into words: an owner, a class by its name, else the text as it stands.

    >>> fact_words("planned_class", "工业用地").render("en")
    'Industrial land 工业用地'
    """
    if not text or name not in CLASSES:
        return OWNERS.get(text or "", text or "")
    return class_words(text)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a layer draws of one town: its pieces, the group of each in the legend, what they lie on.

    `town` is the number of the town on the map. `roles` are those whose features meet in the pieces.
    """

    town: int
    table: PieceTable
    groups: Sequence[str]
    roles: Sequence[str]
    crs: pyproj.CRS


def groups_of(drawn: Iterable[Drawn]) -> list[str]:
    """List the groups of the legend that a layer's features have, in the order in which they come."""
    return list(dict.fromkeys(group for each in drawn for group in each.groups))


def gaps(result: TownResult) -> list[tuple[list[str], shapely.Geometry]]:
    """List what the layers leave uncovered of a town: each gap once, with the roles that share it."""
    shared: dict[bytes, tuple[list[str], shapely.Geometry]] = {}
    for role, geometry in result.uncovered.items():
        if geometry is not None and not geometry.is_empty:
            shared.setdefault(shapely.normalize(geometry).wkb, ([], geometry))[0].append(role)
    return list(shared.values())


def construction(result: TownResult, scheme: str | None) -> shapely.Geometry | None:
    """Unite the plots that are planned for construction, for their common outline; None without."""
    if result.planned is None or not len(result.planned):
        return None
    planned = PieceTable.of(result.planned)
    groups = groups_by_code(
        planned, "planned_use", lambda code, three: legend.use_group(code, three, scheme)
    )
    plots = planned.geometry[[group != legend.NO_CONSTRUCTION for group in groups]]
    return shapely.union_all(plots) if len(plots) else None


def scheme_of(assessment: Assessment, role: str) -> str | None:
    """Name the scheme of the codes that the layers of a role have; None where none says it."""
    for spec in assessment.catalog.of_role(role):
        if spec.scheme:
            return str(spec.scheme)
    return None


def schemes_of(assessment: Assessment) -> dict[str, str | None]:
    """Name the schemes of the two roles whose pieces a picture shows by group."""
    return {role: scheme_of(assessment, role) for role in ("land_use", "planned_use")}


def groups_by_code(
    table: PieceTable, role: str, group_of: Callable[[str | None, str | None], str]
) -> list[str]:
    """Find each piece its group in the legend.

    Parameters
    ----------
    table
        The pieces.
    role
        The role whose codes decide.
    group_of
        Gives the group of a code and one of the three classes.
    """
    codes = zip(table.texts(f"{role}_code"), table.texts("three_class"), strict=True)
    return [group_of(code, three) for code, three in codes]


def piece_ids(table: PieceTable, roles: Sequence[str]) -> list[str]:
    """Name pieces by the features that meet in them, in the order of the layers."""
    columns = [table.texts(f"{role}_id") for role in roles]
    return [" ∩ ".join(id_ for id_ in ids if id_) for ids in zip(*columns, strict=True)]


def facts_of(tables: Sequence[PieceTable]) -> list[str]:
    """Choose the columns of `FACTS` that some piece has; the class only where no other says it."""
    known = [name for name in FACTS if any(any(table.texts(name)) for table in tables)]
    others = {"present_class", "planned_class"}
    others &= set(known)
    said = [
        any(table.texts("class_name") == table.texts(name) for name in others)
        or not any(table.texts("class_name"))
        for table in tables
    ]
    return [name for name in known if name != "class_name" or not all(said)]


def areas_of(table: PieceTable, name: str) -> list[Decimal | None]:
    """Give a column of areas, None where it or an area is missing."""
    return [each if isinstance(each, Decimal) else None for each in table.column(name).tolist()]


def listed_areas(tables: Sequence[PieceTable]) -> list[str]:
    """Choose the columns of `AREAS` that some piece has."""
    return [
        name
        for name in AREAS
        if any(area is not None for table in tables for area in areas_of(table, name))
    ]


def largest(table: PieceTable, places: int = figures.PLACES) -> PieceTable:
    """Give the pieces that are listed and numbered: the largest, the larger first."""
    return table.kept(by_area(table.column("area_m2"))[:places])


def by_area(areas_m2: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """The order of pieces from the largest; 0.01 m² of a town is exact in a float."""
    return np.argsort(-np.asarray(areas_m2, dtype=float), kind="stable")
