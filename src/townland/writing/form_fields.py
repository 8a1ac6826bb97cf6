"""The fields of the older application forms (一书四方案), each a cell of the tables by another name.

A bureau that still has the forms writes the names of their lines and not those of townland's tables:
the statement on the project (建设用地项目呈报说明书), the conversion of agricultural land
(农用地转用方案), the replacement of cultivated land (补充耕地方案). Nothing is computed for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from townland.rules.kinds.replacement import LandReplace
from townland.rules.kinds.zones import ControlZones
from townland.writing.tables.model import BLANK, PrintedCell

if TYPE_CHECKING:
    from townland.rules.book.model import Rulebook
    from townland.rules.judging.clause import Rule

_LAND = ("agricultural", "cultivated", "forest", "garden", "grassland", "unused")
_OWNED: Final = {"": "total", "_state": "state", "_collective": "collective"}
"""Whose land a field is of, and the row of the indicator need that has it."""


def _owned(form: str, names: Mapping[str, str]) -> dict[str, str]:
    """Give fields of new construction land in three columns: all of it, the state's, collectives'."""
    return {
        f"{form}.{name}{ending}": f"need.{row}.{column}"
        for name, column in names.items()
        for ending, row in _OWNED.items()
    }


FORM_FIELDS: Final[Mapping[str, str]] = {
    "statement.total": "scale.planned_construction.measured",
    "statement.asked": "need.total.asked",
    **_owned("statement", {"new": "new", **{name: name for name in _LAND}}),
    "statement.basic_farmland": "farmland.total.gross",
    "statement.construction": "need.total.existing",
    **_owned("conversion", {name: name for name in _LAND[:2]}),
    "conversion.basic_farmland": "farmland.total.gross",
    "conversion.basic_farmland_net": "farmland.total.net",
    "conversion.mean_grade": "replacement.taken.grade",
    "conversion.quota_new": "need.asked.new",
    "conversion.quota_agricultural": "need.asked.agricultural",
    "conversion.quota_cultivated": "need.asked.cultivated",
    "replenishment.taken": "replacement.taken.cultivated",
    "replenishment.taken_paddy": "replacement.taken.paddy",
    "replenishment.taken_steep": "replacement.taken.steep",
    "replenishment.mean_grade": "replacement.taken.grade",
    "replenishment.production_kg": "replacement.taken.kg",
    "replenishment.held": "replacement.held.cultivated",
    "replenishment.held_paddy": "replacement.held.paddy",
    "replenishment.short": "replacement.short.cultivated",
    "replenishment.short_paddy": "replacement.short.paddy",
}
"""The fields of the forms, and the cells of the tables that they are."""

FORM_ROWS: Final = frozenset(tuple(source.split(".")[:2]) for source in FORM_FIELDS.values())
"""The rows of the tables that the forms ask for: of a town that has none of them the cell is blank."""

RULE_FIELDS: Final[Mapping[str, tuple[type[Rule], str]]] = {
    "conversion.conformity": (ControlZones, "verdict"),
    "replenishment.units": (LandReplace, "units"),
}
"""The fields that are told by the first rule of a kind, and its column in the table of findings."""


def form_cells(
    cells: Mapping[str, PrintedCell], rulebook: Rulebook, begins: str
) -> dict[str, PrintedCell]:
    """Give the fields of the forms of one town; what the check has nothing for is blank.

    Parameters
    ----------
    cells
        Every cell of the tables by its name.
    rulebook
        By what was judged.
    begins
        What the town's fields begin with.
    """
    sources = dict(FORM_FIELDS)
    for name, (kind, column) in RULE_FIELDS.items():
        rule = next((each.id for each in rulebook.rule if isinstance(each, kind)), "")
        sources[name] = f"findings.{rule}.{column}"
    return {
        f"{begins}{name}": cells.get(f"{begins}{source}", BLANK) for name, source in sources.items()
    }
