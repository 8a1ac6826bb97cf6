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


TAGS = ("resettlement", "real_estate")
"""Tags of planned uses (易地扶贫搬迁安置, 房地产开发), which the column of tags of their layer holds."""
