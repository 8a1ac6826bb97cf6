"""The words of the trade, each once, in both languages."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a rule may say of a town."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    REVIEW = "review"
    NOT_EVALUATED = "not_evaluated"
    INFO = "info"
