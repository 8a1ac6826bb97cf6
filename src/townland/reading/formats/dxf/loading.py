"""A DXF drawing loaded: its bytes, the encoding of its text, and what ezdxf makes of both."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.encoding import UTF_8, Encoding, encoding_of_text

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.lldxf.types import DXFTag

MAX_BYTES = 64 << 20
"""Reading takes some eight times as much memory, and half a second a MB."""
_BINARY = b"AutoCAD Binary DXF"


def content(file: Path, place: str) -> bytes:
    """The bytes of a drawing that is neither too large nor cut off.

    Raises
    ------
    LayerError
        It is one of both.
    """
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise LayerError(
            _(
                "{place}: a drawing of {size} MB is too large, at most {limit} MB are read; save the"
                " layers with the boundary as a drawing of their own (WBLOCK)",
                place=place,
                size=size >> 20,
                limit=MAX_BYTES >> 20,
            )
        )
    raw = file.read_bytes()
    if not raw.rstrip(b"\x00\x1a \t\r\n").endswith(b"EOF"):
        raise LayerError(
            _("{place}: the drawing is cut off (it does not end in EOF); get it again", place=place)
        )
    return raw


def _labels(raw: bytes) -> tuple[str, str | None]:
    """The drawing's version and the code page that it declares."""
    head = raw[:65536]
    version = re.search(rb"\$ACADVER[\s\x00]+(?:1[\s\x00]+|\x01\x00?)(AC\d{4})", head)
    page = re.search(rb"\$DWGCODEPAGE[\s\x00]+(?:3[\s\x00]+|\x03\x00?)([\w-]+)", head)
    return (
        version[1].decode() if version else "AC1009",
        page[1].decode("ascii", "replace") if page else None,
    )


def encoding_of(raw: bytes, override: str | None, place: str) -> Encoding:
    """The encoding of the drawing's text.

    Parameters
    ----------
    raw
        The bytes of the file.
    override
        What the user states.
    place
        How messages name the file.
    """
    version, page = _labels(raw)
    modern = version >= "AC1021"  # from 2007 on, text is UTF-8
    with damage_reported(place):
        text = b"\n".join(_binary_text(raw)) if raw.startswith(_BINARY) else raw
    return encoding_of_text(
        text, UTF_8 if modern else page, override, place=place, prescribed=modern
    )


def loaded(raw: bytes, encoding: str, place: str) -> Drawing:
    """The drawing as ezdxf reads it: strictly, since what it mends it may also lose.

    Parameters
    ----------
    raw, encoding
        The bytes of the file, and the encoding of its text.
    place
        How messages name the file.
    """
    from ezdxf.document import Drawing
    from ezdxf.lldxf.tagger import ascii_tags_loader

    with damage_reported(place):
        if raw.startswith(_BINARY):
            return Drawing.load(_binary_tags(raw, encoding))
        stream = io.TextIOWrapper(io.BytesIO(raw), encoding, "surrogateescape")
        return Drawing.load(ascii_tags_loader(stream))


@contextmanager
def damage_reported(place: str) -> Iterator[None]:
    """Turn what ezdxf raises over a damaged drawing into a sentence."""
    from ezdxf.lldxf.const import DXFError

    try:
        yield
    except (
        DXFError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        EOFError,
        LookupError,
        RuntimeError,
        StopIteration,
        TypeError,
        ValueError,
        struct.error,
    ) as problem:
        raise LayerError(
            _(
                "{place}: the drawing is damaged ({reason}); open it in CAD, run RECOVER or AUDIT,"
                " and save it as DXF again",
                place=place,
                reason=" ".join(str(problem).split())[:200] or type(problem).__name__,
            )
        ) from None


def _binary_tags(raw: bytes, encoding: str) -> Iterator[DXFTag]:
    """The tags of a binary drawing, whose text ezdxf decodes by the label alone."""
    from ezdxf.lldxf.tagger import binary_tags_loader
    from ezdxf.lldxf.types import DXFTag

    for tag in binary_tags_loader(raw):
        text = _bytes_of(raw, tag.value)
        yield tag if text is None else DXFTag(tag.code, text.decode(encoding, "surrogateescape"))


def _binary_text(raw: bytes) -> set[bytes]:
    """The texts of a binary drawing that are not plain ASCII, as they stand in the file."""
    from ezdxf.lldxf.tagger import binary_tags_loader

    found = {_bytes_of(raw, tag.value) for tag in binary_tags_loader(raw)}
    return {text for text in found if text is not None}


def _bytes_of(raw: bytes, value: object) -> bytes | None:
    """What ezdxf decoded, encoded again; None for numbers and for plain ASCII."""
    from ezdxf.tools.codepage import toencoding

    if not isinstance(value, str) or value.isascii():
        return None
    version, page = _labels(raw[:1024])  # as far as ezdxf looks
    assumed = "utf8" if version >= "AC1021" else toencoding(page or "")
    return value.encode(assumed, "surrogateescape")
