"""What the measures of a rulebook ask for: which layers, crossed in which order, filtered how."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from townland.errors import CatalogError
from townland.i18n import _
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.prepare import Ground
from townland.measuring.recorded import STATE, owners
from townland.standards.class_names import counts_as
from townland.standards.landclass import FINER_LAND, SELECTORS, ZONES, Profile, Scheme
from townland.terms import RoleName

Bools = npt.NDArray[np.bool_]
Roles = tuple[str, ...]
Reading = Literal["code", "name", "most", "least"]

ALWAYS = ("land_use", "planned_use")
"""Roles whose pieces every report draws, whether or not a measure asks for them."""


class MeasureAsked(Protocol):
    """What a rulebook states of a measure: the roles in order, and what of them counts."""

    @property
    def layers(self) -> Sequence[str]:
        """The roles whose layers are intersected with the town and with one another."""

    @property
    def where(self) -> Mapping[RoleName, str | tuple[str, ...]]:
        """The class group or groups that count, by role."""

    @property
    def tagged(self) -> Mapping[RoleName, str | tuple[str, ...]]:
        """The tag or tags of which a feature must have one, by role."""

    @property
    def or_tagged(self) -> Mapping[RoleName, str | tuple[str, ...]]:
        """The tag or tags that let a feature count whatever its class, by role."""

    @property
    def owned(self) -> Mapping[RoleName, Literal["state", "collective"]]:
        """Whose land counts, by role."""

    @property
    def outside(self) -> str | None:
        """The role beyond whose land the measure lies, or None."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What must be computed for some measures, each once, and nothing besides.

    `roles` are to be cut to the town, in the order in which the measures name them; `chains` of two and
    more roles are to be crossed, the shorter before the longer, so that what a chain is cut from is
    there; `beyond` are chains outside a further role's land; `known` the sets of roles that a figure
    needs, of whose gaps the area is wanted.
    """

    roles: Roles
    chains: tuple[Roles, ...]
    beyond: tuple[tuple[Roles, str], ...]
    known: tuple[Roles, ...]


def needed(spec: MeasureAsked) -> Roles:
    """Every role that must be known: the layers, and the one outside whose land the measure lies."""
    return (*spec.layers, *(() if spec.outside is None else (spec.outside,)))


def asked_of(measures: Mapping[str, MeasureAsked], roles: Sequence[str]) -> Asked:
    """What the measures ask for, as far as the roles that layers play allow it.

    A measure of which a role is missing asks for nothing.

    Examples
    --------
    >>> from types import SimpleNamespace as Spec
    >>> measures = {"built_on": Spec(layers=("planned_use", "land_use"), outside=None)}
    >>> asked = asked_of(measures, ["land_use", "planned_use"])
    >>> asked.roles, asked.chains
    (('planned_use', 'land_use'), (('planned_use', 'land_use'),))
    >>> asked_of(measures, ["land_use"]).chains
    ()
    """
    specs = [spec for spec in measures.values() if set(needed(spec)) <= set(roles)]
    chains = dict.fromkeys(
        tuple(spec.layers)[:length] for spec in specs for length in range(2, len(spec.layers) + 1)
    )
    always = [role for role in ALWAYS if role in roles]
    return Asked(
        tuple(dict.fromkeys([*(role for spec in specs for role in needed(spec)), *always, *roles])),
        tuple(sorted(chains, key=len)),
        tuple(
            dict.fromkeys(
                (tuple(spec.layers), spec.outside) for spec in specs if spec.outside is not None
            )
        ),
        tuple(dict.fromkeys([*map(needed, specs), *((role,) for role in roles)])),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """Which features of one role count in a measure.

    `codes` are the class codes that count, None where every class does; `maybe` those of which the
    scheme does not tell whether they belong to what is asked for. A feature must have one of `tags`,
    unless that is None; a feature with one of `or_tags` counts whatever its class. `meant` are the
    classes that count of those that names mean against their codes, and `reading` says which of the two
    is believed: the code, the name, either of them (``most``), or only both together (``least``).
    """

    codes: frozenset[str] | None = None
    maybe: frozenset[str] = frozenset()
    tags: frozenset[str] | None = None
    or_tags: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()
    reading: Reading = "code"
    owner: Literal["state", "collective"] | None = None

    def counted(self, part: FeatureRows) -> tuple[Bools, Bools]:
        """Which rows of a ground's frame count, and which do or might: two masks over its rows."""
        counts = np.ones(len(part), dtype=bool)
        perhaps = counts.copy()
        if self.codes is not None:
            counts = self._read(part, part.among("code", self.codes))
            perhaps = counts | ~part.known("class_name") | part.among("code", self.maybe)
        if self.or_tags:
            tagged = part.among("tag", self.or_tags)
            counts, perhaps = counts | tagged, perhaps | tagged
        if self.tags is not None:
            tagged = part.among("tag", self.tags)
            counts, perhaps = counts & tagged, perhaps & tagged
        if self.owner is not None:
            state = np.isin(owners(part), STATE)
            owned = state if self.owner == "state" else ~state
            counts, perhaps = counts & owned, perhaps & owned
        return counts, perhaps

    def _read(self, part: FeatureRows, coded: Bools) -> Bools:
        """Which rows count by the reading that is believed; `coded` are those that count by code."""
        if self.reading == "code":
            return coded
        named = part.among("meant", self.meant)
        read = {"name": named, "most": coded | named, "least": coded & named}[self.reading]
        return np.where(part.known("meant"), read, coded)


def by_reading(
    kept: Mapping[str, Mapping[str, Kept]], reading: Reading
) -> dict[str, dict[str, Kept]]:
    """What counts in each measure where codes or names are believed."""
    return {
        name: {role: replace(each, reading=reading) for role, each in by_role.items()}
        for name, by_role in kept.items()
    }


def kept_of(
    name: str, spec: MeasureAsked, grounds: Mapping[str, Ground], profile: Profile
) -> dict[str, Kept]:
    """What counts of each filtered role, by the scheme and the tags of its layers.

    Parameters
    ----------
    name, spec
        The measure.
    grounds
        The ground of each role that a layer plays.
    profile
        The three-class profile that decides classes whose legal class changed.

    Raises
    ------
    CatalogError
        The measure needs the classes of a layer that has none.
    """
    kept: dict[str, Kept] = {}
    for role in dict.fromkeys([*spec.where, *spec.tagged, *spec.or_tagged, *spec.owned]):
        if role not in grounds:
            continue
        codes, maybe = None, frozenset[str]()
        if role in spec.where:
            classes = grounds[role].classes
            if classes is None:
                raise _without_classes(name, role)
            split = [_codes(classes, group, profile) for group in _several(spec.where[role])]
            codes = frozenset[str]().union(*(sure for sure, _open in split))
            maybe = frozenset[str]().union(*(open_ for _sure, open_ in split))
        tags = frozenset(_several(spec.tagged[role])) if role in spec.tagged else None
        or_tags = frozenset(_several(spec.or_tagged.get(role, ())))
        groups = _several(spec.where.get(role, ()))
        meant = _meant(grounds[role], groups, profile)
        owner = spec.owned.get(role)
        kept[role] = Kept(codes, maybe, tags, or_tags, meant, owner=owner)
    return kept


def _meant(ground: Ground, groups: Roles, profile: Profile) -> frozenset[str]:
    """The classes meant by names against their codes that are of one of the groups.

    Parameters
    ----------
    ground
        The features, with what their names mean.
    groups
        Groups, or codes of the ground's own scheme.
    profile
        The three-class profile.
    """
    counted = set()
    for meant in ground.meant:
        scheme, code = counts_as(meant)
        for group in groups:
            # a literal code is one of the layer's own scheme
            if group in SELECTORS or scheme is ground.classes:
                sure, open_ = _codes(scheme, group, profile)
                counted |= {meant} if code in sure | open_ else set()
    return frozenset(counted)


def tags_of(kept: Mapping[str, Mapping[str, Kept]]) -> frozenset[str]:
    """Every tag for which some measure asks."""
    every = [each for by_role in kept.values() for each in by_role.values()]
    return frozenset().union(*(each.or_tags | (each.tags or frozenset()) for each in every))


def missing(roles: Sequence[str], known: Container[str]) -> Roles:
    """The roles that no layer plays."""
    return tuple(role for role in roles if role not in known)


def _without_classes(measure: str, role: str) -> CatalogError:
    return CatalogError(
        _(
            "the measure {measure} needs the classes of {role}, but its layer in the"
            " catalog has no class_column with a scheme or a table classes",
            measure=measure,
            role=role,
        )
    )


@lru_cache(maxsize=1024)
def _codes(classes: Scheme, group: str, profile: Profile) -> tuple[frozenset[str], frozenset[str]]:
    """The codes that are of a group for sure, and those of which the scheme does not state it.

    A scheme that has no groups of uses (a table of one's own, a survey's) knows construction land only,
    and not which of it is housing or industry; a table of one's own knows no forest from other
    agricultural land, and no water from unused land.

    Parameters
    ----------
    classes
        The scheme.
    group
        A group, or a code.
    profile
        The three-class profile.
    """
    if group in classes.groups or group not in SELECTORS:
        return classes.members(group, profile), frozenset()
    if group in ZONES or "construction" not in classes.groups:
        return frozenset(), frozenset(classes.entries)
    if group in FINER_LAND:
        wider = ("other_agricultural", "unused")
        return frozenset(), frozenset().union(*(classes.members(w, profile) for w in wider))
    return frozenset(), classes.members("construction", profile)


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
