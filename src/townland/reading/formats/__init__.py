"""The formats that are read, one module and one record each.

To add a format, write a module with a record `FORMAT` and put it into the table here. Files are tried
in the order of the table: formats with first bytes of their own stand before those that any text fits.
"""

from __future__ import annotations

from townland.i18n import Joined
from townland.reading.format import Format
from townland.reading.formats import (
    database,
    dxf,
    filegdb,
    flatgeobuf,
    geojson,
    geopackage,
    geoparquet,
    kml,
    raster,
    shapefile,
    zipped,
)
from townland.reading.formats.points import table, txt

FORMATS: tuple[Format, ...] = (
    shapefile.FORMAT,
    geopackage.FORMAT,
    geojson.FORMAT,
    filegdb.FORMAT,
    flatgeobuf.FORMAT,
    geoparquet.FORMAT,
    dxf.FORMAT,
    kml.FORMAT,
    raster.FORMAT,
    txt.FORMAT,
    table.FORMAT,
    zipped.FORMAT,
    database.FORMAT,
)

SUFFIXES: dict[str, Format] = {suffix: form for form in FORMATS for suffix in form.suffixes}
"""The format that each suffix stands for."""

BOUNDARIES: tuple[Format, ...] = tuple(form for form in FORMATS if form.open or form.read)
"""Those whose files hold features, so that a town's boundary may come in them."""

ACCEPTED = Joined(tuple(title for form in BOUNDARIES for title in form.titles), ", ")
"""What messages list where a file is of none of them."""
