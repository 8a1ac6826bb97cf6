"""One line of a document as a person typed it: full-width signs, texts, notes, and what may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHOWN = 90
_SECRET = re.compile(r"(?<=://)[^\s\"']*@")
SECRET_KEY = re.compile(r"^(\s*[\"']?(?:url|password|passwd|pwd)[\"']?\s*[=＝:：]).*", re.I)
_QUOTES = {"“": "”", "”": "“", "„": "“", "＂": "＂", "「": "」", "『": "』", "‘": "’", "’": "‘"}
WIDE: dict[str, str] = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((*_QUOTES, *_QUOTES.values()), '"'),
    **dict.fromkeys("‘’＇", "'"),
    **dict.fromkeys("—–−", "-"),
    **{"【": "[", "】": "]", "。": ".", "、": ",", "〔": "[", "〕": "]"},
}
BLANK = {"\u3000": "U+3000", "\xa0": "U+00A0"}
_INVISIBLE = dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as a person typed it: `code` is what stands outside texts, each text a ``"`` pair.

    `plain` is the line in half-width characters and without its note, `key` and `value` its two sides.
    """

    text: str
    code: str
    plain: str
    closed: bool

    @property
    def key(self) -> str:
        """What stands before ``=``; the whole line where there is none."""
        return self.plain.partition("=")[0].strip()

    @property
    def value(self) -> str | None:
        """What stands behind ``=``; None where there is none."""
        head, equals, tail = self.plain.partition("=")
        return tail.strip() if equals and not head.lstrip().startswith("[") else None


def typed(text: str) -> TypedLine:
    """Take a line apart: what stands outside texts, the line in half-width signs, whether texts end.

    >>> line = typed('title ＝ "甲，乙"  # 注')
    >>> line.plain.strip(), line.key, line.value, "，" in line.code
    ('title = "甲，乙"', 'title', '"甲，乙"', False)
    """
    code, plain, at, closed = "", "", 0, True
    while at < len(text):
        sign = text[at]
        if sign in "#＃":
            break
        if sign in "\"'" or sign in _QUOTES:
            end = _end(text, at)
            closed = end is not None
            end = len(text) - 1 if end is None else end
            code += '""' if sign in "\"'" and text[end] == sign else f"{sign}{text[end]}"
            plain += f'"{text[at + 1 : end]}"' if closed else text[at:]
            at = end + 1
            continue
        code += sign
        plain += WIDE.get(sign, " " if sign in BLANK else sign)
        at += 1
    return TypedLine(text, code, plain, closed)


def _end(text: str, at: int) -> int | None:
    """Find the quotation mark that closes the one at `at`, of its own kind or a Chinese one."""
    opening, closing = text[at], {_QUOTES.get(text[at], text[at]), text[at]}
    for other in (closing, {'"', *_QUOTES.values()} if opening != "'" else closing):
        here = at + 1
        while here < len(text):
            if text[here] == "\\" and opening == '"':
                here += 2
                continue
            if text[here] in other:
                return here
            here += 1
    return None


def hidden(line: TypedLine) -> str | None:
    """Find a character outside texts that no one can see; None where there is none."""
    return next((sign for sign in line.code if sign in _INVISIBLE), None)


def open_list(lines: list[str]) -> int | None:
    """Find the line of a list in brackets that is still open behind `lines`."""
    depth = start = 0
    for number, text in enumerate(lines, 1):
        code = typed(text).code
        if not depth:
            start, code = number, code.partition("=")[2]
        depth = max(0, depth + code.count("[") - code.count("]"))
    return start if depth else None


def shown(text: str, column: int = 1) -> str:
    """Give a line to be looked at: not too long, no secret, nothing that moves a console's cursor."""
    text = SECRET_KEY.sub(r"\1 …", without_secrets(text))
    text = "".join(sign if sign.isprintable() or sign in BLANK else "\ufffd" for sign in text)
    start = max(0, min(column - _SHOWN // 2, len(text) - _SHOWN))
    cut = text[start : start + _SHOWN].strip()
    return f"{'…' if start else ''}{cut}{'…' if start + _SHOWN < len(text) else ''}"


def without_secrets(text: str) -> str:
    """Leave out who logs in to a database, and with what.

    >>> without_secrets("postgresql://me:word@server/land")
    'postgresql://…@server/land'
    """
    return _SECRET.sub("…@", text)


def masked(found: re.Match[str]) -> str:
    """Keep the quotation marks of a value that no one may see, and none of its letters."""
    return found[1] + re.sub(r"[^\s\"'“”]", "…", found[0][len(found[1]) :])
