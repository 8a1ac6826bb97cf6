"""The encoding of a DBF table, found in its bytes and not in its labels.

Labels are wrong as often as not: GDAL's defaults read 50 of 72 combinations of encoding, ``.cpg`` and
language byte wrongly.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from townland.errors import EncodingError
from townland.i18n import _
from townland.issues import Issue

GB18030 = "GB18030"
UTF_8 = "UTF-8"
CONCLUSIVE = 4
"""So many different values of GBK text never pass as UTF-8 by chance (3 % each)."""

_BLOCK = 32 << 20
_GBK_NAMES = {"gbk", "gb2312", "gb18030", "cp936", "936", "ms936", "euc-cn", "x-gbk"}
_LANGUAGE_BYTES = {0x4D: GB18030, 0x7A: GB18030, 0x4F: "cp950", 0x78: "cp950", 0x13: "cp932"}
"""Those that say something: 0x57 and 0x03 are written by default, whatever the text is."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a table is read as, what its labels say, and what was assumed."""

    used: str
    declared: str | None
    issues: tuple[Issue, ...] = ()


def codec_of(label: str) -> str | None:
    """The name that Python and GDAL both know for a label of a ``.cpg``; None for an unknown one.

    >>> codec_of("GBK"), codec_of("ANSI 936"), codec_of("65001"), codec_of("?")
    ('GB18030', 'GB18030', 'UTF-8', None)
    """
    name = _bare(label)
    if name in _GBK_NAMES:
        return GB18030
    if name in ("65001", "utf8", "utf-8"):
        return UTF_8
    return _registered(f"cp{name}" if name.isdigit() else name) or _registered(
        name.replace(" ", "")
    )


def _bare(label: str) -> str:
    """A label in small letters, without the prefixes and marks that stand around a name."""
    name = label.strip().strip("\x00\ufeff").lower().removeprefix("ansi").strip(" _-:")
    return name.removeprefix("oem").strip(" _-:")


def _registered(name: str) -> str | None:
    """The encoding that Python has under a name; None where it has none."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return {"utf-8": UTF_8, "gbk": GB18030, "gb2312": GB18030}.get(known, known.upper())


def encoding_of(
    table: Path, label: str | None, override: str | None = None, *, place: str = ""
) -> Encoding:
    """Find the encoding of a DBF: strict UTF-8 first, else GB18030, over all of its text.

    Parameters
    ----------
    table
        The ``.dbf``.
    label
        What the ``.cpg`` says, None without one.
    override
        The encoding that the user states.
    place
        The file, for messages.

    Raises
    ------
    EncodingError
        The text does not decode in what the user states, or in nothing known.
    """
    text = _Text.read(table)
    language = _LANGUAGE_BYTES.get(text.language)
    return _decided(text, label, language, override, place or table.as_posix())


def encoding_of_text(
    raw: bytes,
    label: str | None,
    override: str | None = None,
    *,
    place: str,
    prescribed: bool = False,
) -> Encoding:
    """Find the encoding of a text file as `encoding_of` does that of a table, line by line.

    Parameters
    ----------
    raw
        The file; the parts between ``<`` and ``>`` count as lines, too.
    label
        What the file declares, None where it says nothing.
    override, place
        As `encoding_of`.
    prescribed
        Whether the format prescribes what `label` says: then it holds wherever the text decodes in it.

    Raises
    ------
    EncodingError
        The text does not decode in what the user states, or in nothing known.
    """
    lines = {part.strip() for part in re.split(rb"[\r\n<>]+", raw) if not part.isascii()}
    text = _Text(tuple(sorted(lines)), frozenset(), 0)
    stated = codec_of(label) if label is not None and prescribed else None
    if override is None and stated is not None and text.decodes(stated):
        return Encoding(stated, label)
    return _decided(text, label, None, override, place)


def _decided(
    text: _Text, label: str | None, language: str | None, override: str | None, place: str
) -> Encoding:
    """The encoding of a text: what the user states, else what the bytes are, else what the label says.

    Parameters
    ----------
    text
        Its different values.
    label, language
        What the ``.cpg`` says, and what the table's language byte means.
    override
        What the user states.
    place
        How messages name the file.
    """
    declared = label if label is not None else language
    if override is not None:
        used = codec_of(override)
        if used is None or not text.decodes(used):
            raise EncodingError(
                _(
                    "{place}: the text does not decode as {encoding}; leave the encoding out to have"
                    " it found, or state another with --encoding or the catalog's key encoding",
                    place=place,
                    encoding=override,
                )
            )
        message = _("the text is read as {encoding}, as stated by the user", encoding=used)
        return Encoding(used, declared, (Issue("encoding_declared", "info", message),))
    stated = codec_of(label) if label is not None else language
    if not text.lines:
        return Encoding(UTF_8, declared)
    as_utf_8, as_gb18030 = text.decodes(UTF_8), text.decodes(GB18030)
    # few bytes may read as both; what they spell decides, then the label
    if as_utf_8 and as_gb18030 and len(text.lines) < CONCLUSIVE:
        looks = _looks(text.lines)
        if looks is None:
            return _tie(stated, declared)
        as_utf_8 = looks == UTF_8 or stated == UTF_8
    if as_utf_8 or as_gb18030:
        return _found(UTF_8 if as_utf_8 else GB18030, stated, declared)
    if stated is not None and text.decodes(stated):
        return Encoding(stated, declared)
    raise EncodingError(
        _(
            "{place}: the text is neither UTF-8 nor GB18030 (GBK); state its encoding with"
            " --encoding or the catalog's key encoding",
            place=place,
        )
    )


def _looks(lines: Sequence[bytes]) -> str | None:
    """The encoding in which few values look like Chinese, None where both or neither do.

    UTF-8 read as GB18030 gives rare characters outside of GB2312; GBK that passes as UTF-8 gives
    letters of other alphabets.
    """
    text = b"\n".join(lines)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text.decode("utf-8", "ignore"))
    if chinese == _decodes(text, "gb2312", may_be_cut=False):
        return None
    return UTF_8 if chinese else GB18030


def _tie(stated: str | None, declared: str | None) -> Encoding:
    used = GB18030 if stated == GB18030 else UTF_8
    message = _(
        "the few values of text are possible in UTF-8 and in GB18030; read as {encoding}, as the"
        " label {declared} says",
        encoding=used,
        declared=declared or "-",
    )
    if stated not in (UTF_8, GB18030):
        message = _(
            "the few values of text are possible in UTF-8 and in GB18030, and no label tells which;"
            " read as {encoding}: look at the names, and state the encoding where they are wrong",
            encoding=used,
        )
    return Encoding(used, declared, (Issue("encoding_guessed", "warning", message),))


def _found(used: str, stated: str | None, declared: str | None) -> Encoding:
    """An encoding that the bytes prove, and whether the label agrees.

    Parameters
    ----------
    used
        The encoding of the bytes.
    stated, declared
        The encoding that the label means, and the label as it stands.
    """
    if declared is None:
        message = _(
            "no label tells the encoding of the text; its bytes are {encoding}", encoding=used
        )
        return Encoding(used, declared, (Issue("encoding_guessed", "info", message),))
    if stated != used:
        message = _(
            "the label says {declared}, but the bytes of the text are {encoding}; read as {encoding}",
            declared=declared,
            encoding=used,
        )
        return Encoding(used, declared, (Issue("encoding_conflict", "warning", message),))
    return Encoding(used, declared)


@dataclass(frozen=True, slots=True)
class _Text:
    """The different values of a table that are not plain ASCII, each field of each row by itself.

    `full` are those that fill their field, whose last character its width may have cut in two.
    """

    lines: tuple[bytes, ...]
    full: frozenset[bytes]
    language: int

    @classmethod
    def read(cls, table: Path) -> _Text:
        with table.open("rb") as stream:
            head = stream.read(32)
            header_length = int.from_bytes(head[8:10], "little")
            row_length = int.from_bytes(head[10:12], "little")
            fields = stream.read(max(0, header_length - 32))
            columns, names = _columns(fields)
            values = {name for name in names if not name.isascii()}
            full = {name for name in values if len(name) >= 10}
            rows_a_block = max(1, _BLOCK // max(1, row_length))
            stream.seek(header_length)
            while row_length and columns:
                block = stream.read(rows_a_block * row_length)
                rows = len(block) // row_length
                if rows == 0:
                    break
                if not block.isascii():
                    cells = np.frombuffer(block, np.uint8, rows * row_length)
                    for width, found in _values(cells.reshape(rows, row_length), columns):
                        values |= found
                        full |= {value for value in found if len(value) == width}
        language = head[29] if len(head) == 32 else 0
        return cls(tuple(sorted(values)), frozenset(full), language)

    def decodes(self, encoding: str) -> bool:
        """Whether every value decodes; a character that the field's width cut in two is forgiven."""
        return all(_decodes(line, encoding, line in self.full) for line in self.lines)


def _columns(fields: bytes) -> tuple[list[tuple[int, int]], list[bytes]]:
    """Offset and width of each text field in a row, and the names of all fields."""
    columns, names, offset = [], [], 1
    for at in range(0, len(fields) - 31, 32):
        if fields[at] == 0x0D:
            break
        kind, width = fields[at + 11 : at + 12], fields[at + 16]
        if kind == b"C":
            width += fields[at + 17] << 8  # long text fields keep the high byte in the decimals
            columns.append((offset, width))
        names.append(fields[at : at + 11].split(b"\x00")[0])
        offset += width
    return columns, names


def _values(
    rows: NDArray[np.uint8], columns: list[tuple[int, int]]
) -> Iterator[tuple[int, set[bytes]]]:
    for offset, width in columns:
        cells = rows[:, offset : offset + width]
        if width == 0 or cells.shape[1] != width or cells.max() < 0x80:
            continue
        foreign = np.ascontiguousarray(cells[(cells >= 0x80).any(axis=1)])
        lines = set(foreign.view(f"S{width}").ravel().tolist())
        yield width, {line.rstrip(b" \x00") for line in lines}


def _decodes(line: bytes, encoding: str, may_be_cut: bool) -> bool:
    """Whether a value decodes.

    Parameters
    ----------
    line, encoding
        The value, and the encoding to try.
    may_be_cut
        Whether its last character may lack its end.
    """
    try:
        codecs.getincrementaldecoder(encoding)().decode(line, final=not may_be_cut)
    except UnicodeDecodeError:
        return False
    return True
