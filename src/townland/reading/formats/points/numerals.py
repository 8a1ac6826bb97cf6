"""Numbers as people type them: full-width digits, exponents, degrees-minutes-seconds."""

from __future__ import annotations

import re

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN = str.maketrans(
    {
        **{chr(wide): chr(narrow) for wide, narrow in _WIDE.items()},
        "\u3000": " ", "\u00a0": " ", "\u2003": " ", "\u2002": " ", "\u2009": " ", "\ufeff": " ",
        "\u200b": " ", "−": "-", "–": "-", "—": "-", "【": "[", "】": "]", "［": "[", "］": "]",
    }
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,3})?", re.I | re.A)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d{0,30}|[+-]?\d{1,3}(,\d{3}){2,}", re.A)
"""With commas between thousands, as a spreadsheet shows numbers; 1,234 alone may be 1.234, too."""
_HYPHENED = re.compile(r"\d{1,3}-\d{1,2}-\d{1,2}(\.\d{1,12})?", re.A)
_ANGLE = re.compile(
    r"(?P<before>[NSEW]|[东西南北][经纬])?\s*"
    r"(?P<degrees>\d{1,3})\s*(?P<mark>[°º˚度D:]|\s)\s*"
    r"((?P<minutes>\d{1,2}(\.\d{1,12})?)\s*([′'’`´ʹ‘分M:]|\s|$)\s*)?"
    r"((?P<seconds>\d{1,2}(\.\d{1,12})?)\s*(″|\"|”|“|ʺ|''|′′|’’|秒|S)?)?"
    r"\s*(?P<after>[NSEW])?",
    re.IGNORECASE | re.ASCII,
)


def plain(text: str) -> str:
    """Full-width characters as their half-width ones, without blanks at the ends.

    >>> plain("　Ｊ１，１，２６８９０００．５ ")
    'J1,1,2689000.5'
    """
    return text.strip() if text.isascii() else text.translate(_PLAIN).strip()


def number(text: str) -> float | None:
    """A decimal number, with an exponent or without; None for whatever else it is.

    >>> number("２.689e6"), number("nan"), number("1_000"), number("")
    (2689000.0, None, None, None)
    >>> number("2,689,000.5"), number("1,234")
    (2689000.5, None)
    """
    folded = plain(text)
    if "," in folded and _GROUPED.fullmatch(folded):
        folded = folded.replace(",", "")
    return float(folded) if _NUMBER.fullmatch(folded) else None


def decimals(text: str) -> int:
    """How many digits stand behind the point of a number.

    >>> decimals("147.9256"), decimals("148"), decimals("1.5e3")
    (4, 0, 0)
    """
    mantissa, _e, exponent = plain(text).lower().partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))


def sexagesimal(text: str) -> float | None:
    """Degrees of an angle written with degrees, minutes and seconds; None for whatever else it is.

    Minutes and seconds are below 60, and only the last part has decimals.

    >>> round(sexagesimal("110°00′28.20″"), 9), sexagesimal("24 18 0 N"), sexagesimal("24-18-0")
    (110.007833333, 24.3, 24.3)
    >>> sexagesimal("110°60′00″") is None, sexagesimal("110.5") is None
    (True, True)
    """
    folded = plain(text)
    if _HYPHENED.fullmatch(folded):
        folded = folded.replace("-", ":")
    found = _ANGLE.fullmatch(folded)
    if found is None or (found["before"] and found["after"]):
        return None
    if found["minutes"] is None and (found["seconds"] is not None or not found["mark"].strip()):
        return None
    if "." in (found["minutes"] or "") and found["seconds"] is not None:
        return None
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    angle = _angle(int(found["degrees"]), minutes, seconds)
    letter = (found["before"] or found["after"] or "").upper()[:1]
    return -angle if angle is not None and letter in ("S", "W", "南", "西") else angle


def packed(text: str) -> float | None:
    """Degrees of an angle written as ``ddd.mmss``; None where minutes or seconds would be 60 or more.

    >>> round(packed("110.002820"), 9), packed("110.75") is None
    (110.007833333, True)
    """
    folded = plain(text)
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{0,30})?", folded, re.ASCII):
        return None
    whole, _point, digits = folded.lstrip("+-").partition(".")
    digits = digits.ljust(4, "0")
    angle = _angle(int(whole), int(digits[:2]), float(f"{digits[2:4]}.{digits[4:] or 0}"))
    return -angle if angle is not None and folded.startswith("-") else angle


def _angle(degrees: int, minutes: float, seconds: float) -> float | None:
    """Degrees of their parts; None where minutes or seconds would be 60 or more.

    Parameters
    ----------
    degrees, minutes, seconds
        The parts, none of them negative.
    """
    if minutes >= 60 or seconds >= 60:
        return None
    return degrees + minutes / 60 + seconds / 3600
