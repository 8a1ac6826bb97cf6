"""The guards of GDAL and PROJ, set before the first import of any library that carries them.

This module imports nothing of GIS itself.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator

SKIPPED_DRIVERS = (
    "VRT,OGR_VRT,HTTP,WFS,OAPIF,WMS,WMTS,WCS,GDALG,CSW,PLSCENES,AmigoCloud,Carto,Elastic"
    ",Elasticsearch,OGCAPI,NGW,EEDA,EEDAI,DAAS,PLMOSAIC,STACIT,STACTA,GTI,MRF,ADBC"
)
"""Drivers that open other files or the network on behalf of a file they are given."""

FOREIGN = (
    "GDAL_",
    "OGR_",
    "OSR_",
    "CPL_",
    "PROJ_",
    "SHAPE_",
    "GTIFF_",
    "GEOTIFF_",
    "VSI_",
    "OPENFILEGDB_",
)
"""How the variables begin that QGIS, PostgreSQL or a user's shell set for other libraries.

Their data folders (PROJ_LIB, GDAL_DATA) break the wheels' libraries, and their options change what is
read: SHAPE_ENCODING the text, OGR_ORGANIZE_POLYGONS the holes.
"""

SETTINGS = {
    "GDAL_SKIP": SKIPPED_DRIVERS,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "PROJ_NETWORK": "OFF",
    # grids and options that a user keeps for other programs
    "PROJ_SKIP_READ_USER_WRITABLE_DIRECTORY": "YES",
    "GDAL_CONFIG_FILE": os.devnull,
    # The wheels' GDALs were built with different drivers; each would complain of those it never had.
    "CPL_LOG": os.devnull,
    "OGR_ARC_STEPSIZE": "0.1",
    "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "YES",
}

GIS_LIBRARIES = ("ezdxf", "fiona", "geopandas", "pyogrio", "pyproj", "rasterio")


def apply() -> None:
    """Clear the foreign variables and set townland's own in this process's environment."""
    for name in [name for name in os.environ if name.upper().startswith(FOREIGN)]:
        del os.environ[name]
    os.environ.update(SETTINGS)
    for name in GIS_LIBRARIES:
        # Without any handler Python prints a library's warnings; what matters comes as exceptions.
        logging.getLogger(name).addHandler(logging.NullHandler())
    if "pyproj" in sys.modules:  # it has asked the environment already
        sys.modules["pyproj"].network.set_network_enabled(active=False)


def late() -> Iterator[tuple[str, list[str]]]:
    """The libraries that were used before this module, each with the drivers that it keeps all the same.

    GDAL makes its list of drivers once, by the environment of that moment, and no library takes one off.
    """
    for name in ("pyogrio", "fiona", "rasterio"):
        library = sys.modules.get(name)
        if library is None:
            continue
        if name == "pyogrio":
            drivers = set(library.list_drivers())
        else:
            with library.Env() as environment:
                drivers = set(environment.drivers())
        kept = sorted(drivers & set(SKIPPED_DRIVERS.split(",")))
        if kept:
            yield name, kept
