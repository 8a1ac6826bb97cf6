"""Rasters: how a GeoTIFF is recognised; what is in it is read by `townland.measuring.rasters`."""

from __future__ import annotations

from townland.reading.format import Format, Probe


def _recognises(probe: Probe) -> bool:
    """TIFF and BigTIFF in both orders of bytes."""
    return probe.head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"))


FORMAT = Format(
    name="raster",
    titles=("GeoTIFF",),
    suffixes=(".tif", ".tiff"),
    recognises=_recognises,
    drivers=("GTiff",),
    is_raster=True,
)
