"""Tables of a shapefile with columns of a stated width, which pyogrio does not write."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

Column = tuple[str, str, int, int]
"""Name, type (C or N), width and decimals."""


def put_table(
    shape: Path, columns: Sequence[Column], rows: Sequence[Sequence[str]], encoding: str = "utf-8"
) -> None:
    """Put a table beside a shapefile in place of its own: dBASE III, each cell as it is given."""
    size = 1 + sum(width for _name, _kind, width, _decimals in columns)
    head = struct.pack("<BBBBIHH20x", 3, 26, 1, 1, len(rows), 33 + 32 * len(columns), size)
    for name, kind, width, decimals in columns:
        head += struct.pack(
            "<11sc4xBB14x", name.encode("ascii"), kind.encode("ascii"), width, decimals
        )
    body = b"".join(
        b" "
        + b"".join(
            cell.encode(encoding).ljust(width) if kind == "C" else cell.encode().rjust(width)
            for cell, (_name, kind, width, _decimals) in zip(row, columns, strict=True)
        )
        for row in rows
    )
    shape.with_suffix(".dbf").write_bytes(head + b"\r" + body + b"\x1a")
