"""A text file as lines: its encoding by its bytes, within limits."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from townland.errors import EncodingError, LayerError
from townland.i18n import Text, _
from townland.issues import Issue
from townland.reading.encoding import GB18030, UTF_8, codec_of

MAX_BYTES = 256 << 20
MAX_LINE = 100_000
MAX_NOTES = 20
"""Issues of one code that are listed one by one; the rest are counted."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


def content(file: Path, place: str) -> bytes:
    """All bytes of a text file.

    Raises
    ------
    LayerError
        It cannot be read, or is larger than any such file.
    """
    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= MAX_BYTES else b""
    except OSError as problem:
        raise LayerError(
            _("{path}: cannot be read ({reason})", path=place, reason=problem.strerror)
        ) from None
    if size > MAX_BYTES:
        raise LayerError(
            _(
                "{place}: {size} MB of text, and at most {most} MB are read; split the file by plots",
                place=place,
                size=size >> 20,
                most=MAX_BYTES >> 20,
            )
        )
    return data


def decoded(data: bytes, encoding: str | None, place: str) -> tuple[str, str, tuple[Issue, ...]]:
    """Text, the name of its encoding, and what was assumed: byte order mark, strict UTF-8, GB18030.

    Parameters
    ----------
    data
        The bytes of the file.
    encoding
        What the user states.
    place
        How messages name the file.

    Raises
    ------
    EncodingError
        It is neither, or not what `encoding` states; the message names the line.
    """
    mark, codec, used = next(
        (found for found in _MARKS if data.startswith(found[0])), (b"", "utf-8", UTF_8)
    )
    # a byte order mark leaves nothing to state
    if encoding is not None and not mark:
        stated = codec_of(encoding)
        if stated is None:
            raise EncodingError(
                _(
                    "{place}: {encoding} is no encoding that is known; expected UTF-8 or GB18030",
                    place=place,
                    encoding=encoding,
                )
            )
        try:
            text = data.decode(stated)
        except UnicodeError as problem:
            raise _undecodable(data, problem, stated, place) from None
        message = _("the text is read as {encoding}, as stated by the user", encoding=stated)
        return text, stated, (Issue("encoding_declared", "info", message),)
    try:
        text = data.decode(codec)
    except UnicodeError as problem:
        if mark:
            raise _undecodable(data, problem, used, place) from None
    else:
        return text, used, () if mark or data.isascii() else (_by_bytes(used),)
    try:
        text = data.decode("gb18030")
    except UnicodeError as problem:
        raise _undecodable(data, problem, "UTF-8 / GB18030", place) from None
    return text, GB18030, (_by_bytes(GB18030),)


def _by_bytes(used: str) -> Issue:
    message = _("no label tells the encoding of the text; its bytes are {encoding}", encoding=used)
    return Issue("encoding_guessed", "info", message)


def _undecodable(data: bytes, problem: UnicodeError, encoding: str, place: str) -> EncodingError:
    """The error about bytes that are no text, by the line on which the first of them stands.

    Parameters
    ----------
    data
        The bytes of the file.
    problem
        Where decoding stopped.
    encoding
        In what they are no text.
    place
        How messages name the file.
    """
    at = problem.start if isinstance(problem, UnicodeDecodeError) else 0
    return EncodingError(
        _(
            "{place}, line {line}: bytes that are no text in {encoding}; save the file anew as UTF-8"
            " in the software that made it, or state its encoding with --encoding",
            place=place,
            line=1 + data.count(b"\n", 0, at),
            encoding=encoding,
        )
    )


def unended(text: str) -> tuple[Issue, ...]:
    """That the last line has no end: so a file looks that was cut off, and many a one typed by hand.

    In a list of coordinates nothing else tells it, where a ring may do without its closing point.
    """
    if not text or text[-1] in "\r\n\x1a":
        return ()
    message = _(
        "the last line has no line end, as in a file that was cut off; make sure that no point is"
        " missing"
    )
    return (Issue("last_line_open", "info", message),)


def lines(text: str, place: str) -> list[str]:
    """The lines of a text, whatever ends them.

    Raises
    ------
    LayerError
        A line is longer than any line of coordinates.
    """
    found = _NEWLINE.split(text)
    for number, line in enumerate(found, 1):
        if len(line) > MAX_LINE:
            raise LayerError(
                _(
                    "{place}, line {line}: {count} {count:character|characters} in one"
                    " line, and at most {most} are read; expected one point in a line",
                    place=place,
                    line=number,
                    count=len(line),
                    most=MAX_LINE,
                )
            )
    return found


def few(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues, of each code no more than the first few, and how many more there are."""
    counts: Counter[str] = Counter()
    kept: list[Issue] = []
    severity = {}
    for issue in issues:
        counts[issue.code] += 1
        severity[issue.code] = issue.severity
        if counts[issue.code] <= MAX_NOTES:
            kept.append(issue)
    for code, count in counts.items():
        if count > MAX_NOTES:
            message: Text = _("{count} more of the kind {code}", count=count - MAX_NOTES, code=code)
            kept.append(Issue(code, severity[code], message))
    return tuple(kept)
