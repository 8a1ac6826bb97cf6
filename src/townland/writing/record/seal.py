"""The seal of a record: a digest of all that is read of it, so that an edited layer is told.

The manifest of a run folder tells it too, but stays behind where the files are copied.
"""

from __future__ import annotations

import hashlib
import sqlite3

_HEAD = "head"
_ASKED = (
    f"SELECT name, content FROM townland_record WHERE name != '{_HEAD}' ORDER BY name",  # noqa: S608
    "SELECT id, layer, fid, single, wkb FROM townland_geometry ORDER BY id",
)
_LAYERS = "SELECT DISTINCT layer FROM townland_geometry WHERE layer IS NOT NULL ORDER BY layer"
_PICTURES = "SELECT table_name FROM gpkg_contents WHERE data_type = 'tiles' ORDER BY table_name"
_OF_LAYER = 'SELECT fid, geom FROM "{}" ORDER BY fid'
_OF_PICTURE = 'SELECT id, tile_data FROM "{}" ORDER BY id'


def seal_of(file: sqlite3.Connection) -> str:
    """The digest of a record, of the geometries of the layers that it names, and of its pictures.

    Parameters
    ----------
    file
        The GeoPackage, in which the record is already.
    """
    digest = hashlib.sha256()
    asked = list(_ASKED)
    for names, select in ((_LAYERS, _OF_LAYER), (_PICTURES, _OF_PICTURE)):
        asked += [select.format(str(name).replace('"', '""')) for (name,) in file.execute(names)]
    for select in asked:
        for row in file.execute(select):
            digest.update(b"".join(map(_told, row)))
    return digest.hexdigest()


def _told(cell: object) -> bytes:
    """A cell with its type and its length before it, so that no two rows give the same bytes."""
    if type(cell) is bytes:
        return b"bytes%d:%b" % (len(cell), cell)
    content = repr(cell).encode()
    return b"%b%d:%b" % (type(cell).__name__.encode(), len(content), content)
