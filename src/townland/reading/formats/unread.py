"""Kinds of files that are not read, each with what to do instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from townland.i18n import Text, _
from townland.reading.format import Probe

DRAWINGS = (".dwg", ".dgn")
EXPORTS = (".mdb", ".accdb", ".udb", ".udd", ".udbx", ".vct", ".mpk", ".lpk")
"""What only the software that made it can open."""
OTHER_WORKBOOKS = (".xls", ".ods")


def holds_layers(suffix: str) -> bool:
    """Whether a file of this suffix holds layers, though they are not read."""
    return suffix in (*DRAWINGS, *EXPORTS)


def advice(suffix: str, place: str) -> Text | None:
    """What to do with a file of this suffix, None where townland may read it.

    >>> advice(".xls", "a.xls").render("en")
    'a.xls: workbooks of the kind .xls are not read as boundary points; save it as .xlsx'
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
    if suffix in OTHER_WORKBOOKS:
        return _(
            "{path}: workbooks of the kind {suffix} are not read as boundary points; save it as .xlsx",
            path=place,
            suffix=suffix,
        )
    return None


@dataclass(frozen=True, slots=True)
class UnreadKind:
    """A kind of file that its content tells: its name, its endings, and what to do instead."""

    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Probe], bool]
    cure: Text


_EXPORT = _("open it in QGIS or ArcGIS, and export the layer to a GeoPackage or a Shapefile")
_TYPES = rb"(?:MULTI)?(?:POINT|LINESTRING|POLYGON|SURFACE|CURVE)|GEOMETRYCOLLECTION|CURVEPOLYGON"
_WKT = re.compile(
    rb"(?:^|[\s,;\t\"|])(?:" + _TYPES + rb")\s*(?:Z|M|ZM)?\s*(?:\(\s*[-+(\d]|EMPTY)", re.IGNORECASE
)
"""The text of a geometry, alone or in a cell of a table."""
_GML = re.compile(rb"<gml:|xmlns(?::\w+)?\s*=\s*[\"']https?://www\.opengis\.net/gml")
_GPX = re.compile(rb"<(?:\w+:)?gpx[\s>]")
_HTML = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)

UNREAD: tuple[UnreadKind, ...] = (
    UnreadKind("GML", (".gml",), lambda probe: _xml_with(probe, _GML), _EXPORT),
    UnreadKind(
        "WKT",
        (".wkt",),
        lambda probe: (
            probe.is_plain_text
            and not probe.start.startswith(b"{")
            and _WKT.search(probe.start) is not None
        ),
        _("make a layer of it in QGIS (delimited text, WKT), and export it to a GeoPackage"),
    ),
    UnreadKind("GPX", (".gpx",), lambda probe: _xml_with(probe, _GPX), _EXPORT),
    UnreadKind(
        "HTML",
        (".html", ".htm"),
        lambda probe: _xml_with(probe, _HTML),
        _("it is a page, perhaps that of an error or of a login; get the data again"),
    ),
    UnreadKind(
        "DWG",
        (),
        lambda probe: re.match(rb"AC10\d\d\x00", probe.head) is not None,
        _("save the drawing as DXF in CAD"),
    ),
    UnreadKind(
        "PDF",
        (".pdf",),
        lambda probe: probe.head.startswith(b"%PDF"),
        _("get the coordinates as a file of GIS or CAD, or as a table"),
    ),
)
"""What is known by its content and not read, whatever its name is."""


def _xml_with(probe: Probe, pattern: re.Pattern[bytes]) -> bool:
    return probe.start.startswith(b"<") and pattern.search(probe.start) is not None


def kind_of(probe: Probe) -> UnreadKind | None:
    """The kind of a file that is not read, by its content; None where it may be read."""
    return next((kind for kind in UNREAD if kind.recognises(probe)), None)


def named(suffix: str) -> UnreadKind | None:
    """The kind that is not read for which a suffix stands, None of any other."""
    return next((kind for kind in UNREAD if suffix in kind.suffixes), None)
