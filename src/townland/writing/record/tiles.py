"""Pictures behind the map as tiles of a GeoPackage: one tile each, of the very bytes of the picture."""

from __future__ import annotations

import sqlite3
from warnings import catch_warnings, simplefilter

import pyproj
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from townland.i18n import Words, _
from townland.measuring.rasters.backgrounds import WEB_MERCATOR, Background
from townland.writing.record.codec import RecordError

MERCATOR = 3857
_TABLES = (
    """CREATE TABLE IF NOT EXISTS gpkg_tile_matrix_set (table_name TEXT NOT NULL PRIMARY KEY,
    srs_id INTEGER NOT NULL, min_x DOUBLE NOT NULL, min_y DOUBLE NOT NULL, max_x DOUBLE NOT NULL,
    max_y DOUBLE NOT NULL, CONSTRAINT fk_gtms_table_name FOREIGN KEY (table_name)
    REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gtms_srs FOREIGN KEY (srs_id)
    REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE IF NOT EXISTS gpkg_tile_matrix (table_name TEXT NOT NULL,
    zoom_level INTEGER NOT NULL, matrix_width INTEGER NOT NULL, matrix_height INTEGER NOT NULL,
    tile_width INTEGER NOT NULL, tile_height INTEGER NOT NULL, pixel_x_size DOUBLE NOT NULL,
    pixel_y_size DOUBLE NOT NULL, CONSTRAINT pk_ttm PRIMARY KEY (table_name, zoom_level),
    CONSTRAINT fk_tmm_table_name FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name))""",
)
_TILES = """CREATE TABLE "{name}" (id INTEGER PRIMARY KEY AUTOINCREMENT, zoom_level INTEGER NOT NULL,
    tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL, tile_data BLOB NOT NULL,
    UNIQUE (zoom_level, tile_column, tile_row))"""
_SYSTEM = """INSERT OR IGNORE INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization,
    organization_coordsys_id, definition) VALUES (?, ?, 'EPSG', ?, ?)"""
_CONTENT = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change,
    min_x, min_y, max_x, max_y, srs_id) SELECT ?, 'tiles', ?, ?, max(last_change), ?, ?, ?, ?, ?
    FROM gpkg_contents"""
_TILE = 'INSERT INTO "{name}" (zoom_level, tile_column, tile_row, tile_data) VALUES (0, 0, 0, ?)'
_TAKEN = 'SELECT tile_data FROM "{name}" WHERE zoom_level = 0'


def picture_title(picture: Background) -> Words:
    """What a picture is called where the layers are listed."""
    kinds = {"imagery": _("imagery behind the map"), "relief": _("relief behind the map")}
    return _("{title}, {town}", title=kinds[picture.kind], town=picture.town)


def put_picture(file: sqlite3.Connection, name: str, picture: Background, lang: str) -> None:
    """Write a picture as the only tile of a tile table.

    Parameters
    ----------
    file
        The GeoPackage.
    name
        What the table is called.
    picture
        The picture.
    lang
        The language of its title.
    """
    to_plane = pyproj.Transformer.from_crs(4326, WEB_MERCATOR, always_xy=True)
    west, south, east, north = picture.bounds
    corners = (*to_plane.transform(west, south), *to_plane.transform(east, north))
    width, height = _size(picture.jpeg)
    size = ((corners[2] - corners[0]) / width, (corners[3] - corners[1]) / height)
    for made in _TABLES:
        file.execute(made)
    definition = WEB_MERCATOR.to_wkt("WKT1_GDAL")
    file.execute(_SYSTEM, (WEB_MERCATOR.name, MERCATOR, MERCATOR, definition))
    title = picture_title(picture).render(lang)
    file.execute(_CONTENT, (name, title, title, *corners, MERCATOR))
    file.execute("INSERT INTO gpkg_tile_matrix_set VALUES (?, ?, ?, ?, ?, ?)",
                 (name, MERCATOR, *corners))  # fmt: skip
    file.execute("INSERT INTO gpkg_tile_matrix VALUES (?, 0, 1, 1, ?, ?, ?, ?)",
                 (name, width, height, *size))  # fmt: skip
    file.execute(_TILES.format(name=name))
    file.execute(_TILE.format(name=name), (picture.jpeg,))


def _size(jpeg: bytes) -> tuple[int, int]:
    """The columns and rows of a picture, which says nothing of its place itself."""
    with catch_warnings():
        simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(jpeg) as held, held.open() as opened:
            return opened.width, opened.height


def take_picture(file: sqlite3.Connection, name: str) -> bytes:
    """The bytes of a picture.

    Raises
    ------
    RecordError
        There is none of that name.
    """
    quoted = name.replace('"', '""')
    row = file.execute(_TAKEN.format(name=quoted)).fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise RecordError(name)
    return row[0]
