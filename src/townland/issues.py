"""What was assumed, mended or found odd on the way, as data: it never stops a check by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from townland.i18n import Words

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing a reader must know of a layer or a feature.

    `code` is stable (``crs_datum_assumed``, ``encoding_guessed`` …); `layer` and `feature` are empty
    where the issue concerns more than one.
    """

    code: str
    severity: Severity
    message: Words
    layer: str = ""
    feature: str = ""
