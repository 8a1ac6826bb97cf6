"""Why a text is no TOML, for people who never saw TOML: the line, the line itself, and the cure."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from townland.documents import values
from townland.documents.lines import (
    BLANK,
    SECRET_KEY,
    WIDE,
    TypedLine,
    hidden,
    masked,
    open_list,
    shown,
    typed,
)
from townland.i18n import Joined, Words, _

MAX_LINE = 20_000
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Misread:
    """What keeps a text from being read: the line, counted from 1, what is wrong there, and the line."""

    line: int
    reason: Words
    shown: str


def encoding_fault(raw: bytes) -> Misread | None:
    r"""Tell a text that is not saved as UTF-8, and as what it seems to be saved.

    >>> encoding_fault('a = 1'.encode("utf-16")).reason.render("en")
    'saved as UTF-16 (“Unicode” in Notepad); save the file again and choose UTF-8 as its encoding'
    """
    start = raw[:4]
    if (
        start.startswith((b"\xff\xfe", b"\xfe\xff"))
        or start[::2] == b"\0\0"
        or start[1::2] == b"\0\0"
    ):
        return Misread(
            1,
            _(
                "saved as UTF-16 (“Unicode” in Notepad); save the file again and choose UTF-8 as its"
                " encoding"
            ),
            "",
        )
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        return Misread(line, _("not UTF-8; save the file as UTF-8"), "")
    return None


def too_long(source: str) -> Misread | None:
    """Tell a line that is too long: the patterns that find keys would take a day over it."""
    for number, text in enumerate(source.splitlines(), 1):
        if len(text) > MAX_LINE:
            return Misread(
                number,
                _(
                    "{count} {count:character|characters} in one line, and at most {most}"
                    " are read; break the line",
                    count=len(text),
                    most=MAX_LINE,
                ),
                "",
            )
    return None


def syntax_fault(source: str, problem: ValueError) -> Misread:
    r"""Put into words why `source` is no TOML; the parser's own words never reach a reader.

    >>> source = 'id = "x"\nband = 0,01\n'
    >>> try: tomllib.loads(source)
    ... except tomllib.TOMLDecodeError as problem: found = syntax_fault(source, problem)
    >>> found.line, found.shown, found.reason.render("en")
    (2, 'band = 0,01', 'a number has a decimal point, no comma: write 0.01')
    """
    lines = source.replace("\r\n", "\n").split("\n")
    if not isinstance(
        problem, tomllib.TOMLDecodeError
    ):  # Python's limit for the digits of a number
        number = max(range(len(lines)), key=lambda at: _digits(lines[at]))
        return Misread(
            number + 1,
            _("a number of {n} {n:digit|digits}; so many are not read", n=_digits(lines[number])),
            shown(lines[number]),
        )
    message = str(problem)
    position = _POSITION.search(message)
    number = min(int(position[1]), len(lines)) if position else _opened(lines)
    opened = open_list(lines[: number - 1])
    # the parser sees that a list is open only in a line after it, or at the end
    if opened and (
        not position or re.match(r"\s*([\w.-]+\s*=|\[\[?[a-z_.]+\])", lines[number - 1])
    ):
        number, position, message = opened, None, "Unclosed array"
    line = typed(SECRET_KEY.sub(masked, lines[number - 1]))
    wide = _wide(line, {at: text for at, text in enumerate(lines, 1) if at != number})
    reasons = [] if wide is None else [wide]
    failure = _Failure(line, message, lines[: number - 1])
    # what follows from the wrong characters alone is no second fault
    for mistake in () if wide and (hidden(line) or _reads(line.plain)) else _MISTAKES:
        reason = mistake(failure)
        if reason is not None:
            reasons.append(reason)
            break
    if not reasons:
        reasons.append(
            _(
                "this line cannot be read; a line is either key = value, a heading [table] or [[table]],"
                " or a note that begins with #"
            )
        )
    column = int(position[2]) if position else 1
    return Misread(number, Joined(tuple(reasons), "; "), shown(lines[number - 1], column))


def escape_fault(source: str) -> Misread | None:
    r"""Find a Windows path whose backslashes TOML takes for signs, so that another path is read.

    >>> escape_fault('path = "D:\\new.gpkg"').reason.render("en")
    'a backslash begins a sign (\\n is a line break): write the path with /, as D:/new.gpkg'
    """
    for number, text in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
        found = re.search(r'"([A-Za-z]:\\[^"\\][^"]*)"', text.partition("#")[0])
        if found and "'''" not in source and '"""' not in source:
            return Misread(number, _backslash_words(found[1]), shown(text))
    return None


def _digits(text: str) -> int:
    return max(map(len, re.findall(r"\d+", text)), default=0)


def _opened(lines: list[str]) -> int:
    """Find the line at fault where the parser came to the end: the text left open, or the last line."""
    long: int | None = None
    for number, text in enumerate(lines, 1):
        marks = len(re.findall(r'"""|\'\'\'', text))
        if marks % 2:
            long = number if long is None else None
        elif not marks and long is None and not typed(text).closed:
            return number
    filled = [number for number, text in enumerate(lines, 1) if text.strip()]
    return long or (filled or [1])[-1]


def _wide(line: TypedLine, others: Mapping[int, str]) -> Words | None:
    """Tell full-width and invisible characters outside of texts, and the other lines that have some."""
    unseen = hidden(line)
    if unseen is not None:
        return _(
            "an invisible character ({code}) stands in this line; delete the line and type it anew",
            code=f"U+{ord(unseen):04X}",
        )
    signs = list(dict.fromkeys(sign for sign in line.code if sign in WIDE or sign in BLANK))
    if not signs:
        return None
    fault = _(
        "full-width characters, as a Chinese input method types them: write {meant} for {found}",
        meant=" ".join(WIDE.get(sign, "␣") for sign in signs),
        found=" ".join(BLANK.get(sign, sign) for sign in signs),
    )
    also = [at for at, text in others.items() if any(sign in WIDE for sign in typed(text).code)]
    every = (line.text, *others.values())
    if not also or any('"""' in text or "'''" in text for text in every):
        return fault
    return _("{fault} (also in line {lines})", fault=fault, lines=", ".join(map(str, also)))


def _reads(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where the parser failed: the line, the parser's own message, and the lines before."""

    line: TypedLine
    message: str
    before: list[str]


# ---------------------------------------------------------------- what may be wrong, in its order


def _path(failure: _Failure) -> Words | None:
    if not failure.message.startswith(("Unescaped", "Invalid hex", "Escaped character")):
        return None
    found = re.search(r'"([^"]*\\[^"]*)"', failure.line.text)
    return _backslash_words(found[1] if found else r"D:\data")


def _backslash_words(path: str) -> Words:
    return _(
        "a backslash begins a sign (\\n is a line break): write the path with /, as {path}",
        path=shown(re.sub(r"\\+", "/", path)),
    )


def _control(failure: _Failure) -> Words | None:
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", failure.line.text):
        return None
    return _("a control character stands in this line; delete the line and type it anew")


def _twice(failure: _Failure) -> Words | None:
    """Tell a key, or a table, that stands twice, with the line of the first."""
    # how the parser begins what it says of a name that is taken
    if not failure.message.startswith(("Cannot ", "Duplicate inline")):
        return None
    if failure.message.startswith("Duplicate inline"):
        return _("one key stands twice in these braces; delete one of them")
    head = re.match(r"\s*(\[\[?)\s*(.*?)\s*\]", failure.line.plain)
    name = head[2] if head else failure.line.key
    earlier = [
        (at, text)
        for at, text in enumerate(failure.before, 1)
        if re.match(rf"\s*\[*\s*{re.escape(name)}\s*[\]=]", typed(text).plain)
    ]
    if not head:
        # the same key may stand in earlier tables; the one meant is the nearest
        if earlier:
            return _(
                "{key} stands twice, first in line {first}; delete one of them",
                key=name,
                first=earlier[-1][0],
            )
        return _("{key} and a key above it exclude one another; delete one of them", key=name)
    if not earlier or "=" in earlier[-1][1]:
        return _("{name} is a key with a value already and cannot be a heading too", name=name)
    return _(
        "the heading {name} stands here and in line {first}; where there may be several, each is written"
        " with two brackets: [[{name}]]",
        name=name,
        first=earlier[-1][0],
    )


def _heading(failure: _Failure) -> Words | None:
    plain = failure.line.plain.strip()
    if not plain.startswith("["):
        return None
    name = plain.strip("[] \t")
    if re.fullmatch(r"\[\[[^\[\]]+\]?|\[[^\[\]]+\]{2,}", plain):
        return _(
            "a heading has as many brackets before as behind it: write [[{name}]] or [{name}]",
            name=name,
        )
    if re.fullmatch(r"\[[^\[\]]+", plain):
        return _("the closing bracket is missing: write [{name}]", name=name)
    if re.fullmatch(r"\[\[?[^\[\]]*\]?\]", plain):
        return _("a heading is a key in brackets, in letters a–z, digits, _ and -")
    return _("a heading stands alone in its line; write the keys below it")


def _note(failure: _Failure) -> Words | None:
    if failure.line.text.lstrip().startswith(("//", "--", ";", "/*", "<!--", "；")):
        return _("a note for people begins with #")
    return None


def _no_equals(failure: _Failure) -> Words | None:
    if (
        failure.line.value is not None
        or '"' in failure.line.plain.partition(":")[0]
        or not failure.line.plain.strip()
    ):
        return None
    colon = re.fullmatch(r"([\w.-]+)\s*:\s*(.*)", failure.line.plain.strip())
    if colon:
        return _("write = for the colon: {line}", line=shown(f"{colon[1]} = {colon[2]}"))
    pair = re.fullmatch(r"([A-Za-z_][\w.-]*)\s+(\S.*)", failure.line.plain.strip(), re.ASCII)
    if pair and failure.message.startswith("Expected '='"):
        return _("the sign = is missing: {line}", line=shown(f"{pair[1]} = {pair[2]}"))
    return None


def _key(failure: _Failure) -> Words | None:
    if failure.line.value is None or re.fullmatch(r'[A-Za-z0-9_.\s"-]+', failure.line.key):
        return None
    if not failure.line.key:
        return _("the key before = is missing")
    return _(
        "{key} is no key: keys are English words in letters a–z, digits and _",
        key=shown(failure.line.key),
    )


def _quotation(failure: _Failure) -> Words | None:
    value = failure.line.value or ""
    if re.search(r'=\s*"[^"\\]*"[^\s",\]}#”][^"]*"', failure.line.text):
        return _('quotation marks stand within the text; write “ ” there, and " only around it')
    if not failure.line.closed and not ('"""' in failure.line.text or "'''" in failure.line.text):
        opens = re.fullmatch(r"[^\"']+\"", value)
        if opens:
            return _("a quotation mark is missing: write {text}", text=f'"{shown(value)}')
        return _('a quotation mark is missing: a text has " before and behind it')
    if "Unterminated string" in failure.message or failure.message.startswith('Expected \'"""\''):
        return _("a text that begins with three quotation marks must end with three")
    return None


def _nothing(failure: _Failure) -> Words | None:
    if (failure.line.value or "").startswith("="):
        return _("one = is enough")
    return _("the value behind = is missing") if failure.line.value == "" else None


def _truth(failure: _Failure) -> Words | None:
    value = (failure.line.value or "").rstrip(" ;,").lower()
    if value in ("true", "yes", "on", "y", "是", "真"):
        return _("write true, in small letters")
    if value in ("false", "no", "off", "n", "否", "假"):
        return _("write false, in small letters")
    if value in ("none", "null", "nil", "nan", "n/a", "-", "无", "空"):
        return _("what is not known or not set is left out: delete the line")
    return None


def _percentage(failure: _Failure) -> Words | None:
    found = re.fullmatch(
        r"[±+]?\s*(\d+(?:[.,]\d+)?)\s*(%|‰|percent|个?百分点)", failure.line.value or ""
    )
    found = found or re.fullmatch(r"百分之(\d+(?:\.\d+)?)()", failure.line.value or "")
    if not found:
        return None
    share = Decimal(found[1].replace(",", ".")) / (1000 if found[2] == "‰" else 100)
    return _(
        "a percentage is written as a share of 1: {value} is {share}",
        value=failure.line.value,
        share=f"{share.normalize():f}",
    )


def _comma(failure: _Failure) -> Words | None:
    value = failure.line.value or ""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", value):
        return _(
            "a number has no comma: write {whole}, or {point} if the comma was a decimal point",
            whole=value.replace(",", ""),
            point=value.replace(",", "."),
        )
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        return _(
            "a number has a decimal point, no comma: write {value}", value=value.replace(",", ".")
        )
    return None


def _day(failure: _Failure) -> Words | None:
    found = re.fullmatch(rf"{values.WRITTEN_DAY}日?", failure.line.value or "")
    if not found:
        return None
    try:
        day = dt.date(*map(int, found.groups()))
    except ValueError:
        return _("there is no such day: {value}", value=failure.line.value)
    return _("a day is written as {day}", day=day.isoformat())


def _number(failure: _Failure) -> Words | None:
    value = failure.line.value or ""
    if re.fullmatch(r"[+-]?\.\d+", value):
        return _("a number begins with a digit: write {value}", value=value.replace(".", "0."))
    if re.fullmatch(r"[+-]?\d+\.", value):
        return _("a number does not end with a point: write {value}", value=value[:-1])
    if re.fullmatch(r"[+-]?0\d+(\.\d+)?", value):
        return _(
            'a number has no 0 before it: write {number}, or "{value}" if it is a code',
            number=re.sub(r"^([+-]?)0+(?=\d)", r"\1", value),
            value=value,
        )
    unit = re.fullmatch(r"([≥≤><=±约]?)\s*([+-]?\d+(?:\.\d+)?)\s*([^\d\s.,=\"'-][^=\"]*)?", value)
    if unit and (unit[1] or unit[3]):
        return _(
            "{text} is more than a number: write {number} alone, without unit, sign or words",
            text=value,
            number=unit[2],
        )
    return None


def _several(failure: _Failure) -> Words | None:
    value = failure.line.value or ""
    if value.startswith(("[", "{")):
        return None
    if re.search(r'["\d\]](?:\s*[,;])?\s+[A-Za-z_]+\s*=', value):
        return _("each key stands in a line of its own")
    if re.search(r"[;,]\s*$", value):
        return _("no comma or semicolon ends the line; delete it")
    return None


def _braces(failure: _Failure) -> Words | None:
    if "inline table" not in failure.message and not (failure.line.value or "").startswith("{"):
        return None
    return _(
        "braces open and close in one line, with a comma between what stands in them and none at the"
        ' end: { zh = "…", en = "…" }'
    )


def _array(failure: _Failure) -> Words | None:
    value = failure.line.value or ""
    left_open = value.startswith("[") and value.count("[") > value.count("]")
    if failure.message.startswith("Unclosed array") or left_open or open_list(failure.before):
        return _('a list stands in brackets, with a comma between its entries: ["…", "…"]')
    return None


def _bare(failure: _Failure) -> Words | None:
    value = failure.line.value or ""
    if re.match(r"[^\W\d]", value) and '"' not in value and not re.search(r"[=\[\]{}]", value):
        return _("a text stands in quotation marks: write {text}", text=f'"{shown(value)}"')
    return None


_Finder = Callable[[_Failure], Words | None]
_MISTAKES: tuple[_Finder, ...] = (
    _twice, _path, _control, _note, _heading, _no_equals, _key, _quotation, _nothing, _truth,
    _percentage, _comma, _day, _several, _number, _braces, _array, _bare,
)  # fmt: skip
