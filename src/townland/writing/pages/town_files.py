"""Where the pages of a run lie: of many towns, each has a page and a map of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

MANY = 10
"""Of more towns than these, ``report.html`` and ``map.html`` are an index."""

LONGEST = 50
"""A longer name is cut: with four bytes a character it stays under what file systems take."""

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(10)}
"""Names that Windows keeps for devices."""


def town_files(codes: Iterable[str]) -> list[str]:
    """Name the page of each town by its code, safely on every file system, and no two alike.

    Letters and digits of any script stay, other characters become ``_``. Names that differ only in
    case or in how their accents are written, which some file systems take for one, get a number.

    Examples
    --------
    >>> town_files(["T01", "../../etc", "t01", "con", "石门镇", ""])
    ['T01.html', '_etc.html', 't01-2.html', '_con.html', '石门镇.html', '_.html']
    """
    taken: set[str] = set()
    names = []
    for code in codes:
        stem, number = _safe(code), 1
        name = stem
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names.append(f"{name}.html")
    return names


def _safe(code: str) -> str:
    """Give a code as a file may be called; never empty, a folder, or a device."""
    plain = unicodedata.normalize("NFC", code)
    kept = "".join(sign if sign.isalnum() or sign in "-_" else " " for sign in plain)
    name = ("_" if kept[:1] == " " else "") + "_".join(kept.split())
    name = name[:LONGEST] or "_"
    return f"_{name}" if name.casefold() in _RESERVED else name


def write_pages(folder: Path, pages: Iterable[tuple[str, str]]) -> None:
    """Write pages, each by its path below a folder, with ``/``, and its text."""
    for name, text in pages:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
