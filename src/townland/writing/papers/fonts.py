"""The font of the PDF: found on the machine or named, and checked for every character of the text."""

from __future__ import annotations

import os
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from townland.documents import why_unread
from townland.errors import ReportError
from townland.i18n import _

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts",
           "/Library/Fonts", "/System/Library/Fonts", "~/Library/Fonts", "${WINDIR}/Fonts",
           "${LOCALAPPDATA}/Microsoft/Windows/Fonts")  # fmt: skip
"""Where the systems keep their fonts."""
NAMES = ("NotoSansCJKsc-Regular", "NotoSansCJK-Regular", "NotoSansSC-Regular", "NotoSansSC-VF",
         "NotoSerifCJK-Regular", "SourceHanSansSC-Regular", "SourceHanSansCN-Regular",
         "SourceHanSans", "SourceHanSerifSC-Regular", "simsun", "msyh", "Deng", "simhei")  # fmt: skip
"""Files that hold a Chinese font, the most wanted first: Noto CJK, Source Han, SimSun, YaHei."""
ENDINGS = (".otf", ".ttf", ".ttc", ".otc")
_COLLECTION = b"ttcf"


@dataclass(frozen=True, slots=True)
class Font:
    """A font file: its path, the digest of its bytes, the characters of its first face."""

    path: Path
    sha256: str
    characters: frozenset[int]

    def missing(self, texts: Iterator[str]) -> list[str]:
        """List the characters of some texts that the font has no sign for, each once."""
        used = {sign for text in texts for sign in text if sign != "\n"}
        return sorted(sign for sign in used if ord(sign) not in self.characters)


def font(path: Path | None) -> Font:
    """Open a font, or find one.

    Parameters
    ----------
    path
        The font's file; None looks where the system keeps its fonts.

    Raises
    ------
    ReportError
        The file is no font, or none was found.
    """
    chosen = path if path is not None else found()
    if chosen is None:
        raise ReportError(
            _("no Chinese font was found for the PDF ({names}); name one with --font, e.g. a file of"
              " Noto Sans CJK SC", names="Noto CJK, Source Han, SimSun, YaHei")
        )  # fmt: skip
    try:
        held = chosen.read_bytes()
        return Font(chosen, sha256(held).hexdigest(), frozenset(_characters(held)))
    except OSError as problem:
        raise ReportError(
            _("{reason} (--font names the font: a file .otf, .ttf or .ttc)",
              reason=why_unread(chosen, problem))
        ) from None  # fmt: skip
    except (struct.error, ValueError) as problem:
        raise ReportError(
            _("{path}: is no font that can be read ({reason}); name one (.otf, .ttf, .ttc) with --font",
              path=chosen.as_posix(), reason=str(problem))
        ) from problem  # fmt: skip


def found(folders: Sequence[str] = FOLDERS) -> Path | None:
    """Find the most wanted font below some folders; None where there is none."""
    files: dict[str, Path] = {}
    for name in folders:
        folder = Path(os.path.expandvars(name)).expanduser()
        if "$" in str(folder) or not folder.is_dir():
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in ENDINGS:
                files.setdefault(path.stem.lower(), path)
    return next((files[name.lower()] for name in NAMES if name.lower() in files), None)


def written_out(sign: str) -> str:
    """Write a sign that the font lacks by its number, so that it does not vanish.

    >>> written_out("😀")
    '[U+1F600]'
    """
    return f"[U+{ord(sign):04X}]"


def is_needed(sign: str) -> bool:
    """Whether a text cannot be read without a sign: it is a letter or a digit.

    >>> is_needed("农"), is_needed("😀")
    (True, False)
    """
    return unicodedata.category(sign)[0] in "LN"


def _characters(held: bytes) -> Iterator[int]:
    """Read which characters the first face of a font has signs for (OpenType ``cmap``, 4 and 12)."""
    start = struct.unpack(">I", held[12:16])[0] if held[:4] == _COLLECTION else 0
    count = struct.unpack(">H", held[start + 4 : start + 6])[0]
    for at in range(start + 12, start + 12 + 16 * count, 16):
        tag, _sum, offset, _length = struct.unpack(">4sIII", held[at : at + 16])
        if tag == b"cmap":
            yield from _mapped(held, offset)
            return
    raise ValueError("cmap")


def _mapped(held: bytes, cmap: int) -> Iterator[int]:
    tables = struct.unpack(">H", held[cmap + 2 : cmap + 4])[0]
    for at in range(cmap + 4, cmap + 4 + 8 * tables, 8):
        offset = cmap + struct.unpack(">I", held[at + 4 : at + 8])[0]
        (shape,) = struct.unpack(">H", held[offset : offset + 2])
        if shape == 12:
            (groups,) = struct.unpack(">I", held[offset + 12 : offset + 16])
            for first, last, _glyph in struct.iter_unpack(
                ">III", held[offset + 16 : offset + 16 + 12 * groups]
            ):
                yield from range(first, last + 1)
        elif shape == 4:
            yield from _segments(held, offset)


def _segments(held: bytes, offset: int) -> Iterator[int]:
    """Read a table of shape 4: segments of characters, of which some have no sign."""
    (twice,) = struct.unpack(">H", held[offset + 6 : offset + 8])

    def row(n: int, signed: bool = False) -> tuple[int, ...]:
        begin = offset + 14 + n * twice + (2 if n else 0)
        kind = "h" if signed else "H"
        return struct.unpack(f">{twice // 2}{kind}", held[begin : begin + twice])

    ends, starts, deltas, ranges = row(0), row(1), row(2, signed=True), row(3)
    base = offset + 16 + 3 * twice
    for n, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for sign in range(first, min(last, 0xFFFE) + 1):
            if ranges[n] == 0:
                glyph = (sign + deltas[n]) & 0xFFFF
            else:
                at = base + 2 * n + ranges[n] + 2 * (sign - first)
                (glyph,) = struct.unpack(">H", held[at : at + 2])
            if glyph:
                yield sign
