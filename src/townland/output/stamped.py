"""What GDAL takes for the time of a change: a file says the day it is of, not the clock's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pyogrio

_ONE_AT_A_TIME = threading.RLock()
"""GDAL's option is one for the whole process: a thread that sets it back would take it from another."""


@contextmanager
def stamped(stamp: str, *, synced: bool = True) -> Iterator[None]:
    """Let GDAL take this for the time of every change, and let no other thread write meanwhile.

    A file that is seen to be on the disk when it is whole, as those of a run folder are, need not be
    seen there after each of its layers: `synced` is False then.
    """
    asked = {"OGR_CURRENT_DATE": stamp}
    if not synced:
        asked["OGR_SQLITE_SYNCHRONOUS"] = "OFF"
    with _ONE_AT_A_TIME:
        before = {name: pyogrio.get_gdal_config_option(name) for name in asked}
        pyogrio.set_gdal_config_options(asked)
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options(before)
