"""The guards of GDAL and PROJ, set before the first import of any library that carries them.

This module imports nothing of GIS itself.
"""

from __future__ import annotations

import logging
import os

SKIPPED_DRIVERS = (
    "VRT,OGR_VRT,HTTP,WFS,OAPIF,WMS,WMTS,WCS,GDALG,CSW,PLSCENES,AmigoCloud,Carto,Elastic"
)
"""Drivers that open other files or the network on behalf of a file they are given."""

FOREIGN = ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH")
"""Variables that QGIS or PostgreSQL set for their own libraries, and that break the wheels' ones."""

SETTINGS = {
    "GDAL_SKIP": SKIPPED_DRIVERS,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "PROJ_NETWORK": "OFF",
    # The wheels' GDALs were built with different drivers; each would complain of those it never had.
    "CPL_LOG": os.devnull,
    "OGR_ARC_STEPSIZE": "0.1",
    "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "YES",
}

GIS_LIBRARIES = ("ezdxf", "fiona", "geopandas", "pyogrio", "pyproj", "rasterio")


def apply() -> None:
    """Clear the foreign variables and set townland's own in this process's environment."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(SETTINGS)
    for name in GIS_LIBRARIES:
        # Without any handler Python prints a library's warnings; what matters comes as exceptions.
        logging.getLogger(name).addHandler(logging.NullHandler())
