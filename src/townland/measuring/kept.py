"""Towns once measured, for rulebooks that measure the same and for checks of which some moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from townland.towns import Town

Result = TypeVar("Result")


class KeptTowns(Generic[Result]):
    """What was measured in the towns of the latest check, by what was asked of them."""

    def __init__(self) -> None:
        self._known: dict[Hashable, list[tuple[Town, Hashable, Mapping[str, object], Result]]] = {}

    def keep(self, towns: Sequence[Town]) -> None:
        """Let go of what was measured in other towns."""
        own = {_told(town): town for town in towns}
        self._known = {
            told: [each for each in known if _is_same_land(each[0], own[told])]
            for told, known in self._known.items()
            if told in own
        }

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
        own = self._known.setdefault(_told(town), [])
        for known, way, others, result in own:
            if way == how and others == measures and _is_same_land(known, town):
                return result
        new = measure()
        own.append((town, how, measures, new))
        return new


def _told(town: Town) -> Hashable:
    """All that measuring knows of a town beside its land: neither its dossier, nor its file."""
    return town.code, town.name, town.coded, town.accuracy_m, town.input.name


def _is_same_land(one: Town, other: Town) -> bool:
    return one is other or (one.boundary == other.boundary and one.crs == other.crs)
