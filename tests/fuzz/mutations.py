"""Changes to files: to bytes, to numbers, to the parts of which a format consists."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from io import BytesIO
from pathlib import Path
from random import Random

Change = Callable[[bytes, Random], bytes]

NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
WORD = re.compile(rb"[A-Za-z_\x80-\xff]{2,}")
QUEER = (
    b"0", b"-0", b"-1", b"1e999", b"-1e308", b"1e-320", b"NaN", b"Infinity", b"9" * 400, b"", b"1,5",
    b"0x10", b"1_000", "１２".encode(), b"2147483648", b"18446744073709551616", b"\"x\"", b"true",
    b"[]", b"{}", b"null", b"1979-05-27", b"'", b"\x00", b"\x1b[2J", "亩".encode(), b"1/0", b"=1+1",
    b"#DIV/0!", b"******",
)  # fmt: skip
WHOLE = (0, 1, -1, 2, 255, 256, 32767, 65535, 2**31 - 1, -(2**31), 2**32 - 1)
REAL = (0.0, -0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), 1e10, -180.0, 36_642_000.0)
WORDS = (
    "", "x" * 3000, "\x1b[31m", "a\nb", "<b>", "../../etc/passwd", "面", "NULL", "0103", "CON", "🀄",
    "'\"", "%s%n", "{0}", "[/bold]", "\ud800",
)  # fmt: skip
VALUES: tuple[object, ...] = (
    None, True, 0, -1, 10**30, 1e300, float("nan"), "", "x", "0103", "x" * 3000, [], {}, [[]], [None],
    {"a": 1}, [[0, 0]], "2018-13-40", "\x1b[31m",
)  # fmt: skip


# --- bytes ----------------------------------------------------------------------------------------


def flipped(data: bytes, dice: Random) -> bytes:
    made = bytearray(data)
    for _n in range(dice.randint(1, 8)):
        if made:
            made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
    return bytes(made)


def head_flipped(data: bytes, dice: Random) -> bytes:
    return flipped(data[:120], dice) + data[120:]


def blanked(data: bytes, dice: Random) -> bytes:
    at, length = _span(data, dice)
    return data[:at] + dice.choice((b"\x00", b"\xff", b" ", b"9")) * length + data[at + length :]


def taken_out(data: bytes, dice: Random) -> bytes:
    at, length = _span(data, dice)
    return data[:at] + data[at + length :]


def doubled(data: bytes, dice: Random) -> bytes:
    at, length = _span(data, dice)
    return (
        data[: at + length]
        + data[at : at + length] * dice.choice((1, 1, 2, 50))
        + data[at + length :]
    )


def swapped(data: bytes, dice: Random) -> bytes:
    (one, first), (two, second) = sorted((_span(data, dice), _span(data, dice)))
    if one + first > two:
        return data[two:] + data[:two]
    middle = data[one + first : two]
    return (
        data[:one]
        + data[two : two + second]
        + middle
        + data[one : one + first]
        + data[two + second :]
    )


def truncated(data: bytes, dice: Random) -> bytes:
    return data[: dice.choice((dice.randrange(len(data) + 1), dice.randrange(65), len(data) - 1))]


def extended(data: bytes, dice: Random) -> bytes:
    more = bytes(dice.randrange(256) for _n in range(dice.randint(1, 200)))
    return more + data if dice.random() < 0.3 else data + more


def whole_number(data: bytes, dice: Random) -> bytes:
    """Another whole number in four bytes that are one, of either order: counts, sizes, offsets."""
    made, at = bytearray(data), _aligned(data, dice)
    form = dice.choice(("<i", ">i", "<h", ">h"))
    value = dice.choice(WHOLE) & (0xFFFF if form[1] == "h" else 0xFFFFFFFF)
    packed = struct.pack(form.upper(), value)
    made[at : at + len(packed)] = packed[: max(len(data) - at, 0)]
    return bytes(made)


def real_number(data: bytes, dice: Random) -> bytes:
    made, at = bytearray(data), _aligned(data, dice)
    packed = struct.pack(dice.choice(("<d", ">d")), dice.choice(REAL))
    made[at : at + 8] = packed[: max(len(data) - at, 0)]
    return bytes(made)


def _span(data: bytes, dice: Random) -> tuple[int, int]:
    at = dice.randrange(len(data) + 1)
    return at, min(len(data) - at, dice.choice((1, 2, 4, 16, 64, 512, 4096)))


def _aligned(data: bytes, dice: Random) -> int:
    end = 120 if dice.random() < 0.5 else len(data)
    return dice.randrange(max(1, min(end, len(data)))) // 4 * 4


# --- text -----------------------------------------------------------------------------------------


def digit_lost(data: bytes, dice: Random) -> bytes:
    return _in_number(data, dice, lambda text, at: text[:at] + text[at + 1 :])


def digit_added(data: bytes, dice: Random) -> bytes:
    digit = str(dice.randrange(10)).encode()
    return _in_number(data, dice, lambda text, at: text[:at] + digit + text[at:])


def digit_changed(data: bytes, dice: Random) -> bytes:
    digit = str(dice.randrange(10)).encode()
    return _in_number(data, dice, lambda text, at: text[:at] + digit + text[at + 1 :])


def number_changed(data: bytes, dice: Random) -> bytes:
    return _at(data, NUMBER, dice, lambda _text: dice.choice(QUEER))


def word_changed(data: bytes, dice: Random) -> bytes:
    found = WORD.findall(data) or [b"x"]
    other = dice.choice((dice.choice(found), dice.choice(WORDS).encode("utf-8", "surrogatepass")))
    return _at(data, WORD, dice, lambda _text: other)


def value_changed(data: bytes, dice: Random) -> bytes:
    """Another value behind a sign of equality, as in TOML, in texts, and in attributes."""
    return _at(data, re.compile(rb"(?<==)[^\n>]{0,80}"), dice, lambda _text: dice.choice(QUEER))


def line_dropped(data: bytes, dice: Random) -> bytes:
    lines = data.split(b"\n")
    del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def line_doubled(data: bytes, dice: Random) -> bytes:
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    lines[at:at] = [lines[at]] * dice.choice((1, 1, 3, 400))
    return b"\n".join(lines)


def lines_swapped(data: bytes, dice: Random) -> bytes:
    lines = data.split(b"\n")
    one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def separated_otherwise(data: bytes, dice: Random) -> bytes:
    one = dice.choice((b",", b"=", b"\n", b".", b'"', b"@", b" ", b"[", b">"))
    other = dice.choice((b";", b"\t", "，".encode(), b"\r\n", b"\r", b"", b",,", b"'", b":"))
    return data.replace(one, other, dice.choice((1, 3, -1)))


def encoded_otherwise(data: bytes, dice: Random) -> bytes:
    name = dice.choice(("gb18030", "utf-16", "utf-16-be", "utf-8-sig", "utf-32", "big5"))
    return data.decode("utf-8", "replace").encode(name, "replace")


def nested(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice((b"[", b'{"a":', b"<a>", b"(", b"[[", b"a.")) * 5000 + data[at:]


def json_value(data: bytes, dice: Random) -> bytes:
    """Another value somewhere in a JSON document."""
    whole = json.loads(data)
    places: list[tuple[object, object]] = []
    queue = [whole]
    while queue:
        node = queue.pop()
        keys = (
            list(node)
            if isinstance(node, dict)
            else range(len(node) if isinstance(node, list) else 0)
        )
        for key in keys:
            places.append((node, key))
            queue.append(node[key])
    if places:
        node, key = dice.choice(places)
        if dice.random() < 0.2:
            del node[key]  # type: ignore[attr-defined]
        else:
            node[key] = dice.choice(VALUES)  # type: ignore[index]
    return json.dumps(whole).encode()


def _at(data: bytes, what: re.Pattern[bytes], dice: Random, new: Callable[[bytes], bytes]) -> bytes:
    spots = [each.span() for each in what.finditer(data)]
    if not spots:
        return flipped(data, dice)
    start, end = dice.choice(spots)
    return data[:start] + new(data[start:end]) + data[end:]


def _in_number(data: bytes, dice: Random, new: Callable[[bytes, int], bytes]) -> bytes:
    return _at(data, NUMBER, dice, lambda text: new(text, dice.randrange(len(text))))


# --- files within files ---------------------------------------------------------------------------


def zip_member(data: bytes, dice: Random) -> bytes:
    """A member of a zip dropped, doubled, renamed or changed by another change; workbooks are zips."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = [(each.filename, archive.read(each)) for each in archive.infolist()]
    at = dice.randrange(len(members))
    name, content = members[at]
    way = dice.randrange(8)
    if way == 0:
        del members[at]
    elif way == 1:
        members.append((name.upper(), content))
    elif way == 2:
        members[at] = (dice.choice(("../x.shp", "a/b/c.kml", "", "x" * 300, "C:\\a.shp")), content)
    else:
        members[at] = (
            name,
            dice.choice([each for each in PLAIN if each is not json_value])(content, dice),
        )
    into = BytesIO()
    with zipfile.ZipFile(
        into, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as archive:
        for each, inside in members:
            archive.writestr(each or "a", inside)
    return into.getvalue()


def sqlite_cell(path: Path, dice: Random) -> None:
    """Another value in a cell of any table of a GeoPackage, those that describe it among them."""
    with closing(sqlite3.connect(path)) as base:
        tables = [
            name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        table = dice.choice(sorted(tables))
        columns = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
        column = dice.choice(columns)
        value = dice.choice(
            [None, 0, -1, 2**62, 1e308, "", "x", b"", b"GP\x00\x01", "x" * 3000, "面"]
        )
        base.execute("PRAGMA ignore_check_constraints=1")
        with suppress(sqlite3.Error):  # triggers of the format may refuse; then nothing is changed
            if dice.random() < 0.1:
                base.execute(f'DROP TABLE "{table}"')
            else:
                base.execute(f'UPDATE "{table}" SET "{column}" = ?', (value,))  # noqa: S608
        base.commit()


UNSUITED = (
    ValueError, TypeError, RuntimeError, IndexError, KeyError, EOFError, zipfile.BadZipFile, zlib.error,
    struct.error, OverflowError, OSError,
)  # fmt: skip
"""What a change raises where an earlier one left nothing to change; the file stays as it is."""

PLAIN: tuple[Change, ...] = (
    flipped, head_flipped, blanked, taken_out, doubled, swapped, truncated, extended, whole_number,
    real_number, digit_lost, digit_added, digit_changed, number_changed, word_changed, value_changed,
    line_dropped, line_doubled, lines_swapped, separated_otherwise, encoded_otherwise, nested,
    json_value,
)  # fmt: skip
"""The changes to bytes, of any file."""

BINARY = PLAIN[:10]
"""Those that make sense where there are no lines."""


def changed(path: Path, dice: Random) -> str:
    """Change a file by one of the changes that suit it; the name of the change."""
    data = path.read_bytes()
    if data.startswith(b"SQLite") and dice.random() < 0.5:
        with suppress(sqlite3.Error, IndexError, UnicodeError):
            sqlite_cell(path, dice)
        return "sqlite_cell"
    options: list[Change] = list(BINARY if b"\x00" in data[:4096] else PLAIN[10:] * 2 + PLAIN[:10])
    if data.startswith(b"PK"):
        options = [*[zip_member] * 12, *BINARY]
    change = dice.choice(options)
    with suppress(*UNSUITED):
        path.write_bytes(change(data, dice))
    return change.__name__
