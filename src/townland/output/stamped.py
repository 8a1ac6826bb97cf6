"""What GDAL takes for the time of a change: a file says the day it is of, not the clock's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pyogrio

_ONE_AT_A_TIME = threading.RLock()
"""GDAL's option is one for the whole process: a thread that sets it back would take it from another."""


@contextmanager
def stamped(stamp: str) -> Iterator[None]:
    """Let GDAL take this for the time of every change, and let no other thread write meanwhile."""
    with _ONE_AT_A_TIME:
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
