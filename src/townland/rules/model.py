"""The rulebook's data model."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a rule may say of a town."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    NOT_EVALUATED = "not_evaluated"
    INFO = "info"
