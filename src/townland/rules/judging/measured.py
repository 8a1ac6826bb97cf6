"""Figures of measures as kinds of rules use them: net of ridges, feature by feature, as terms."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO
from townland.rules.judging.trace import Patch, Term

if TYPE_CHECKING:
    import pandas as pd


def net(measure: Measure) -> Decimal:
    """Give the area net of ridges, or gross where no ridge coefficient is known."""
    return measure.area_m2 if measure.net_m2 is None else measure.net_m2


def net_words(measure: Measure) -> Words:
    """Put a measure into words, net beside gross where they differ."""
    if measure.net_m2 is None or measure.net_m2 == measure.area_m2:
        return phrases.area(measure.area_m2)
    return _(
        "{net} net of ridges ({gross} gross)",
        net=phrases.area(measure.net_m2),
        gross=phrases.area(measure.area_m2),
    )


def net_assumed(*measures: Measure) -> list[Words]:
    """Say that net is taken as gross, where that matters."""
    if any(measure.net_m2 is None and measure.area_m2 > 0 for measure in measures):
        return [_("No ridge coefficient is known, so the net area is taken as the gross")]
    return []


def only_slivers() -> Words:
    """Say that nothing but slivers is beyond a bar."""
    return _("Only slivers are beyond the bar; they may come from the digitising of the layers.")


def patches(measure: Measure, *, slivers_only: bool = False) -> tuple[Patch, ...]:
    """List the features of a measure's last layer, one by one, with their pieces summed."""
    if not measure.pieces:
        return ()
    frame = measure.frame[measure.frame["sliver"]] if slivers_only else measure.frame
    last = measure.layers[-1]
    named = [column for column in ("planned_name",) if column in frame]
    # without classes of its own the last layer leaves the plan's class there
    present = (
        ["class_name"] if f"{last}_code" in frame and frame[f"{last}_code"].notna().any() else []
    )
    parts: dict[str, list[tuple[Decimal, bool]]] = {}
    for feature, area_m2, sliver in zip(
        frame[f"{measure.layers[-1]}_id"], frame["area_m2"], frame["sliver"], strict=True
    ):
        parts.setdefault(str(feature), []).append((area_m2, bool(sliver)))
    return tuple(
        Patch(
            id=feature,
            pieces=len(pieces),
            area_m2=sum((area_m2 for area_m2, _sliver in pieces), ZERO),
            sliver=all(sliver for _area_m2, sliver in pieces),
            planned_use=_classes(frame, f"{last}_id", feature, named),
            present=_classes(frame, f"{last}_id", feature, present),
        )
        for feature, pieces in sorted(parts.items())
    )


def _classes(frame: pd.DataFrame, key: str, feature: str, columns: Sequence[str]) -> str | None:
    """Name the classes of a feature's pieces; None where none is known.

    Parameters
    ----------
    frame
        The pieces.
    key, feature
        The column of the features' ids, and the id of one.
    columns
        The columns of classes that the pieces have, none or one.
    """
    of_feature = frame[frame[key].astype(str) == feature]
    names = [str(name) for column in columns for name in of_feature[column].dropna().unique()]
    return "、".join(sorted(names)) or None


def term(name: str, figure: Literal["area_m2", "net_m2"], value: Decimal) -> Term:
    """Trace one addend of a figure: the gross or net area of a measure.

    Parameters
    ----------
    name
        The measure.
    figure
        Which of its areas counts.
    value
        That area, in m².
    """
    return Term(measure=name, figure=figure, value=value)
