"""Figures of measures as kinds of rules use them: net of ridges, feature by feature, as terms."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import repeat
from typing import Literal

from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO
from townland.rules.judging.trace import Patch, Term


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


def features_met(measure: Measure) -> int:
    """Count the features of a measure's last layer that its pieces lie on."""
    return len(set(map(str, measure.table.column(f"{measure.layers[-1]}_id"))))


def patches(measure: Measure, *, slivers_only: bool = False) -> tuple[Patch, ...]:
    """List the features of a measure's last layer, one by one, with their pieces summed."""
    if not measure.pieces:
        return ()
    table = measure.table.kept(measure.table.sliver) if slivers_only else measure.table
    last = measure.layers[-1]
    # without classes of its own the last layer leaves the plan's class there
    classed = any(isinstance(code, str) for code in table.column(f"{last}_code"))
    present = table.column("class_name") if classed else repeat(None)
    parts: dict[str, list[tuple[Decimal, bool, object, object]]] = {}
    for feature, *piece in zip(
        *map(table.column, (f"{last}_id", "area_m2", "sliver", "planned_class")),
        present,
        strict=False,
    ):
        area_m2, sliver, use, now = piece
        parts.setdefault(str(feature), []).append((area_m2, bool(sliver), use, now))
    return tuple(
        Patch(
            id=feature,
            pieces=len(pieces),
            area_m2=sum((area_m2 for area_m2, *_rest in pieces), ZERO),
            sliver=all(sliver for _area, sliver, *_rest in pieces),
            **_stated(
                planned_use=_classes(use for _area, _sliver, use, _now in pieces),
                present=_classes(now for *_rest, now in pieces),
            ),
        )
        for feature, pieces in sorted(parts.items())
    )


def _stated(**classes: str | None) -> dict[str, str]:
    """Leave out what no layer of the measure has."""
    return {name: value for name, value in classes.items() if value is not None}


def _classes(names: Iterable[object]) -> str | None:
    """Name the classes of a feature's pieces; None where none is known."""
    return "、".join(sorted({name for name in names if isinstance(name, str)})) or None


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
