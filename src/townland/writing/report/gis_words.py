"""What layers and columns of ``evidence.gpkg`` are called where a GIS shows them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from townland import terms
from townland.i18n import Words, _

LAYERS: Mapping[str, Words] = {
    "towns": _("Town boundaries"),
    "repairs": _("Geometry that was mended"),
    "uncovered": _("Land that a layer leaves uncovered"),
    "unplanned": _("Land without a planned use"),
    "overlaps": _("Land that two boundaries share"),
    "land_use": _("Land survey in the towns"),
    "land_use_beside": _("Land survey around the towns"),
    "planned_use": _("Planned use in the towns"),
    "figures": _("Figures of the findings, with their layers"),
}

COLUMNS: Mapping[str, Words] = {
    "town": _("town"), "name": _("name"), "piece": _("Piece no."), "class": _("Class"),
    "class_name": _("Class"), "three_class": _("Three classes"), "village": _("Village"),
    "owner": _("Owner"), "present_class": _("Present class"), "planned_class": _("Planned use"),
    "planned_group": _("Group of planned uses"), "slope_grade": _("Slope grade"),
    "land_grade": _("Land grade"), "kg_per_ha": _("Yield, kg/ha"), "source": _("Source of the land"),
    "use_group": _("Use in the table of need"), "land_group": _("Class in the table of need"),
    "drawn_as": _("Legend"), "sliver": _("Sliver"), "area_m2": _("Gross, m²"),
    "net_m2": _("Net, m²"), "pm_m2": _("±, m²"), "area_check_m2": _("Check area, m²"),
    "sliver_m2": _("Slivers, m²"), "layer": _("Layer"), "feature": _("Feature"),
    "problem": _("Problem"), "action": _("What was done"), "code": _("Code"),
    "area_before_m2": _("Before, m²"), "area_after_m2": _("After, m²"), "x": _("X"), "y": _("Y"),
    "role": _("Role"), "first": _("First town"), "second": _("Second town"),
}  # fmt: skip

_SCHEMA = (
    """CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,
    title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL,
    constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC,
    max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
)
_EXTENSION = """INSERT INTO gpkg_extensions VALUES
    (?, NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write')"""


def column_title(name: str) -> Words | None:
    """What a column is called; None where it has no words."""
    role, _line, kind = name.rpartition("_")
    if role in terms.ROLES and kind == "id":
        return _("{layer}: id", layer=terms.ROLES[role].title)
    if role in terms.ROLES and kind == "code":
        return _("{layer}: class", layer=terms.ROLES[role].title)
    return COLUMNS.get(name)


def write_titles(path: Path, layers: Sequence[tuple[str, str]], lang: str) -> None:
    """Name layers and their columns, as the schema extension of GeoPackage has it.

    Parameters
    ----------
    path
        The GeoPackage, in which the layers are already.
    layers
        Each layer, and what it is called.
    lang
        The language of the columns' names.
    """
    with closing(sqlite3.connect(path)) as file, file:
        for made in _SCHEMA:
            file.execute(made)
        for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
            file.execute(_EXTENSION, (name,))
        for layer, title in _distinct(layers):
            file.execute(
                "UPDATE gpkg_contents SET identifier = ? WHERE table_name = ?", (title, layer)
            )
            titles = aliases(file, layer, lang).items()
            file.executemany(
                "INSERT INTO gpkg_data_columns (table_name, column_name, name, title)"
                " VALUES (?, ?, ?, ?)",
                [(layer, column, column, words) for column, words in titles],
            )


def aliases(file: sqlite3.Connection, layer: str, lang: str) -> dict[str, str]:
    """The columns of a layer that have words, with them.

    Parameters
    ----------
    file, layer
        The GeoPackage, and the layer.
    lang
        The language of the words.
    """
    rows = file.execute("SELECT name FROM pragma_table_info(?)", (layer,))
    titles = ((str(name), column_title(str(name))) for (name,) in rows)
    return {name: title.render(lang) for name, title in titles if title is not None}


def _distinct(layers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Layers with titles no two of which are alike, as a GeoPackage wants it."""
    taken: set[str] = set()
    for layer, title in layers:
        own = f"{title} ({layer})" if title in taken else title
        taken.add(own)
        yield layer, own
