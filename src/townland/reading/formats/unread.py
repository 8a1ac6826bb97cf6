"""Kinds of files that are not read, each with what to do instead."""

from __future__ import annotations

from townland.i18n import Text, _

DRAWINGS = (".dwg", ".dgn")
EXPORTS = (".mdb", ".accdb", ".udb", ".udd", ".udbx", ".vct", ".mpk", ".lpk")
"""What only the software that made it can open."""
OLD_WORKBOOKS = (".xls",)


def holds_layers(suffix: str) -> bool:
    """Whether a file of this suffix holds layers, though they are not read."""
    return suffix in (*DRAWINGS, *EXPORTS)


def advice(suffix: str, place: str) -> Text | None:
    """What to do with a file of this suffix, None where townland may read it.

    >>> advice(".xls", "a.xls").render("en")
    'a.xls: workbooks of the old kind .xls cannot be read here; save it as .xlsx'
    >>> advice(".xlsx", "a.xlsx") is None
    True
    """
    if suffix in DRAWINGS:
        return _(
            "{path}: drawings of the kind {suffix} cannot be read here; save the drawing as DXF"
            " in the software that made it",
            path=place,
            suffix=suffix,
        )
    if suffix in EXPORTS:
        return _(
            "{path}: files of the kind {suffix} cannot be read here; export the layer to"
            " GeoPackage, Shapefile or FileGDB in the software that made it",
            path=place,
            suffix=suffix,
        )
    if suffix in OLD_WORKBOOKS:
        return _(
            "{path}: workbooks of the old kind .xls cannot be read here; save it as .xlsx",
            path=place,
        )
    return None
