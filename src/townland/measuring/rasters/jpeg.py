"""Pictures as JPEG, with the same bytes whichever version of libjpeg is installed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

QUALITY = 88
START_OF_FRAME, START_OF_SCAN, TABLES = 0xC0, 0xDA, (0xC4, 0xDB)
"""Marks of a JPEG: where a frame and where its coded picture begins, and the tables."""


def jpeg(bands: Sequence[Bytes]) -> bytes:
    """A JPEG whose bytes are the same whichever libjpeg is installed.

    GDAL's own JPEGs have Huffman tables made for the picture, and versions of libjpeg make them
    differently. The JPEG in a TIFF has the tables of the standard (ITU-T T.81, annex K) where these
    stand apart; put before the one strip they make it whole.
    """
    import rasterio
    from rasterio.io import MemoryFile

    rows, columns = bands[0].shape
    with MemoryFile(ext=".tif") as memory:
        with memory.open(
            driver="GTiff", width=columns, height=rows, count=len(bands), dtype="uint8",
            transform=rasterio.Affine(1, 0, 0, 0, -1, rows), compress="JPEG", jpeg_quality=QUALITY,
            jpegtablesmode=3, blockysize=rows, interleave="pixel",
            photometric="RGB" if len(bands) == 3 else "MINISBLACK",
        ) as file:  # fmt: skip
            for n, band in enumerate(_in_ycc(bands) if len(bands) == 3 else bands, 1):
                file.write(band, n)
        return _whole_jpeg(memory.read())


def _in_ycc(bands: Sequence[Bytes]) -> list[Bytes]:
    """Red, green and blue as luminance and two colours (JFIF 1.02), each colour one of four pixels.

    Libraries round them differently; a TIFF takes them as they are.
    """
    red, green, blue = (band.astype(float) for band in bands)
    luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    colours = (0.564 * (blue - luminance) + 128, 0.713 * (red - luminance) + 128)
    coarse = (each[::2, ::2].repeat(2, axis=0).repeat(2, axis=1) for each in colours)
    rows, columns = luminance.shape
    whole = (luminance, *(each[:rows, :columns] for each in coarse))
    return [np.asarray(each.round().clip(0, 255), dtype=np.uint8) for each in whole]


def _whole_jpeg(tiff: bytes) -> bytes:
    """The one strip of a TIFF of the least significant byte first, with its tables before it.

    TIFF 6.0, section 2: entries of 12 bytes, with the tags StripOffsets 273 and StripByteCounts 279;
    TIFF Technical Note 2: JPEGTables 347, a JPEG of its own between the marks FFD8 and FFD9.
    """
    at = int.from_bytes(tiff[4:8], "little")
    count = int.from_bytes(tiff[at : at + 2], "little")
    entries = (tiff[at + 2 + 12 * n :][:12] for n in range(count))
    stated = {
        int.from_bytes(each[:2], "little"): tuple(
            int.from_bytes(each[from_ : from_ + 4], "little") for from_ in (4, 8)
        )
        for each in entries
    }
    (length, tables), (_one, strip), (_two, size) = stated[347], stated[273], stated[279]
    return tiff[tables : tables + length - 2] + _without_tables(tiff[strip + 2 : strip + size])


def _without_tables(stream: bytes) -> bytes:
    """A JPEG's stream without tables of its own, which some libraries state once more."""
    at, kept = 0, b""
    while stream[at + 1] != START_OF_SCAN:
        end = _end(stream, at)
        kept += b"" if stream[at + 1] in TABLES else _numbered(stream[at:end], 10, 3)
        at = end
    return kept + _numbered(stream[at : _end(stream, at)], 5, 2) + stream[_end(stream, at) :]


def _end(stream: bytes, at: int) -> int:
    return at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")


def _numbered(segment: bytes, first: int, step: int) -> bytes:
    """A segment that names its three components, with the numbers 1 to 3 that say what they are.

    Parameters
    ----------
    segment
        The beginning of a frame or of a scan; another segment stays as it is.
    first, step
        Where the first component is named, and how many bytes each has.
    """
    made = bytearray(segment)
    if segment[1] in (START_OF_FRAME, START_OF_SCAN) and segment[first - 1] == 3:
        for n in range(3):
            made[first + step * n] = n + 1
    return bytes(made)
