"""Towns once measured, for rulebooks that measure the same in them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from townland.towns import Town

Result = TypeVar("Result")


class KeptTowns(Generic[Result]):
    """What was measured in the latest towns, by what was asked of them."""

    def __init__(self) -> None:
        self._towns: tuple[Town, ...] = ()
        self._known: list[tuple[Hashable, Mapping[str, object], Result]] = []

    def result(
        self,
        towns: tuple[Town, ...],
        how: Hashable,
        measures: Mapping[str, object],
        *,
        measure: Callable[[], Result],
    ) -> Result:
        """Give what is known of the same towns, measured in the same way, or measure it.

        Parameters
        ----------
        towns
            The towns of the check as they were given; of others than the latest nothing is kept.
        how, measures
            Which of them is measured and how, and what.
        measure
            Measures it.
        """
        if towns != self._towns:
            self._towns, self._known = towns, []
        for known, others, result in self._known:
            if known == how and others == measures:
                return result
        new = measure()
        self._known.append((how, measures, new))
        return new
