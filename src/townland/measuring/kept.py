"""Towns once measured, for rulebooks that measure the same and for checks of which some moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from townland.towns import Town

Result = TypeVar("Result")


class KeptTowns(Generic[Result]):
    """What was measured in the towns of the latest check, by what was asked of them."""

    def __init__(self) -> None:
        self._known: list[tuple[Town, Hashable, Mapping[str, object], Result]] = []

    def keep(self, towns: Sequence[Town]) -> None:
        """Let go of what was measured in other towns."""
        self._known = [each for each in self._known if any(_alike(each[0], town) for town in towns)]

    def result(
        self,
        town: Town,
        how: Hashable,
        measures: Mapping[str, object],
        *,
        measure: Callable[[], Result],
    ) -> Result:
        """Give what is known of the same land, measured in the same way, or measure it.

        Parameters
        ----------
        town
            The town.
        how, measures
            How it is measured, and what.
        measure
            Measures it.
        """
        for known, way, others, result in self._known:
            if way == how and others == measures and _alike(known, town):
                return result
        new = measure()
        self._known.append((town, how, measures, new))
        return new


def _alike(one: Town, other: Town) -> bool:
    """Whether all that measuring knows of two towns is the same: not their dossiers, nor their files."""
    return one is other or (
        _told(one) == _told(other) and one.boundary == other.boundary and one.crs == other.crs
    )


def _told(town: Town) -> Hashable:
    return town.code, town.name, town.coded, town.accuracy_m, town.input.name
