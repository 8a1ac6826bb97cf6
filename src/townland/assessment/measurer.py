"""Towns measured and judged against a rulebook: the whole way of the data on one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import pyproj
from shapely.errors import GEOSException

from townland.assessment.parts import (
    CheckAsked,
    LayerRead,
    Ready,
    TownsPart,
    joined,
    judged,
    numbered,
)
from townland.assessment.steps import Step, unannounced
from townland.catalog import LayerCatalog, LayerSpec
from townland.catalog.titles import layer_words
from townland.errors import EngineError
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, measure_town, near, prepare
from townland.measuring.doubts import Doubt, doubts_of
from townland.measuring.kept import KeptTowns
from townland.measuring.placement import siting_issues
from townland.measuring.prepare import Repair
from townland.measuring.rasters import (
    Grounds,
    Rasters,
    TownRasters,
    measure_rasters,
    raster_specs,
    read_rasters,
    with_grids,
)
from townland.measuring.unmeasured import unmeasured
from townland.reading.digests import Digests
from townland.reading.kept import KeptLayers
from townland.reading.layer import Layer, by_role
from townland.reading.stages import stage
from townland.reading.windows import Window
from townland.results import Assessment
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.dates import day_of
from townland.rules.known import MeasuredTown, known_of
from townland.rules.need_table import need_measure
from townland.terms import ROLES
from townland.towns import Town

ALWAYS = ("land_use", "planned_use")
"""Roles that every report shows, whether or not a rule needs them."""


class Measurer:
    """Measures and judges towns by one rulebook on one day, each by itself, and joins what was found.

    Layers are read once: what lies within what was read before is not read again.
    """

    def __init__(
        self,
        catalog: LayerCatalog,
        rulebook: Rulebook,
        *,
        on: dt.date | str,
        digests: Digests | None = None,
        keep_bytes: int | None = None,
    ) -> None:
        """Keep what a check needs beside the towns.

        Parameters
        ----------
        catalog, rulebook, on, digests, keep_bytes
            As `Checker`.
        """
        self.catalog = catalog
        self.rulebook = rulebook
        self.on = day_of(on)
        rules_in_force(rulebook, self.on)
        self._rastered = raster_specs(catalog)
        self._keep_bytes = keep_bytes
        self._layers = KeptLayers(catalog, digests, keep_bytes=keep_bytes)
        self._rasters: dict[tuple[tuple[Window, ...], frozenset[str]], Rasters] = {}
        self._towns: KeptTowns[tuple[TownResult, TownRasters]] = KeptTowns()

    @property
    def bounded(self) -> bool:
        """Whether so much of the layers is kept only."""
        return self._keep_bytes is not None

    @property
    def in_database(self) -> bool:
        """Whether a layer lies in a database, whose rows may be others at the next reading."""
        return any(spec.database for spec in self.catalog.layer)

    @property
    def digests(self) -> Digests:
        """The hashes of files."""
        return self._layers.digest

    def joined(
        self,
        ready: Ready,
        parts: Sequence[TownsPart],
        accept_repairs: Collection[str] = (),
        *,
        order: Sequence[int] | None = None,
    ) -> Assessment:
        """The assessment of towns that were measured in parts.

        Parameters
        ----------
        ready, parts, order
            As `parts.joined`.
        accept_repairs
            As `Checker.check`.

        Raises
        ------
        TownlandError
            As `parts.joined`.
        """
        asked = CheckAsked(self.rulebook, self.catalog, self.on, accept_repairs)
        with stage(_("judging all towns together")):
            return joined(asked, ready, parts, digest=self._layers.digest, order=order)

    def part(
        self,
        towns: Sequence[Town],
        accept_repairs: Collection[str] = (),
        *,
        step: Step = unannounced,
        known: Mapping[str, tuple[Issue, ...]] | None = None,
    ) -> TownsPart:
        """Measure and judge towns, each by itself: what `joined` puts together to an assessment.

        Parameters
        ----------
        towns
            With valid boundaries (`made_ready`).
        accept_repairs, step
            As `Checker.check`, and what is called with a sentence before each layer and town.
        known
            The issues of layers, by name, where they are known for all towns of the check already.

        Raises
        ------
        TownlandError
            As `townland.check`.
        """
        windows = tuple((near(town.boundary), town.crs) for town in towns)
        with stage(_("reading")):
            vectors = [
                replace(layer, issues=(known or {}).get(layer.spec.name, layer.issues))
                for layer in self._read(self._specs(), windows, step)
            ]
            rasters = self.rasters_near(towns, step)
        with stage(_("placing")):
            sited = tuple(siting_issues(towns, vectors, self._layers.outlines))
        with stage(_("gathering")):
            grounds = self._gathered(towns, by_role(vectors), rasters, accept_repairs)
        self._towns.keep(towns)
        with stage(_("measuring")):
            measured = [
                self._measured(
                    town,
                    grounds[town.crs],
                    rasters,
                    step,
                    accepted=frozenset(accept_repairs),
                    doubts=doubts_of(town, sited, vectors),
                )
                for town in towns
            ]
        with stage(_("judging")):
            towns_judged = tuple(judged(each, self.rulebook, self.on) for each in measured)
        roles = _roles(self.catalog, self.rulebook)
        playing = with_grids(by_role(vectors), rasters, roles).values()
        used = [layer for of_role in playing for layer in of_role]
        return TownsPart(
            tuple(LayerRead(layer.input, layer.issues, layer.counted) for layer in used),
            rasters.inputs,
            rasters.issues,
            sited,
            tuple(numbered(_first_repairs(grounds), used)),
            towns_judged,
            tuple(each.result for each in measured),
        )

    def issues_near(self, towns: Sequence[Town], layer: str) -> tuple[Issue, ...]:
        """What is assumed of a layer near towns.

        Parameters
        ----------
        towns, layer
            The towns, and the layer's name.

        Raises
        ------
        TownlandError
            As `townland.check`.
        """
        windows = tuple((near(town.boundary), town.crs) for town in towns)
        return self._layers.read(self.catalog.named(layer), windows).issues

    def rasters_near(self, towns: Sequence[Town], step: Step = unannounced) -> Rasters:
        """The class grids and terrain models near towns.

        Parameters
        ----------
        towns, step
            The towns, and what is called before each layer.

        Raises
        ------
        TownlandError
            As `townland.check`.
        """
        windows = tuple((near(town.boundary), town.crs) for town in towns)
        roles = frozenset(_roles(self.catalog, self.rulebook))
        return self._read_rasters(windows, roles.difference(s.role for s in self._specs()), step)

    def _specs(self) -> list[LayerSpec]:
        """The vector layers of the roles that are asked for."""
        roles = _roles(self.catalog, self.rulebook)
        played = (spec for role in roles for spec in self.catalog.of_role(role))
        return [spec for spec in played if spec not in self._rastered]

    def _read(
        self, specs: Sequence[LayerSpec], windows: Sequence[Window], step: Step
    ) -> list[Layer]:
        """The vector layers near the towns.

        Parameters
        ----------
        specs
            Which layers, in this order.
        windows
            A box around each town.
        step
            Called before each layer.
        """
        layers = []
        for spec in specs:
            step(_reading(spec))
            layers.append(self._layers.read(spec, windows))
        return layers

    def _read_rasters(
        self, windows: tuple[Window, ...], roles: frozenset[str], step: Step
    ) -> Rasters:
        """The raster layers near the towns; those of other windows are read anew.

        Parameters
        ----------
        windows, step
            As in `_read`.
        roles
            Those that a grid may play, as no vector layer does.
        """
        if (windows, roles) in self._rasters:
            for spec in self._rastered:
                step(_reading(spec))
        else:
            if self._keep_bytes is not None:
                self._rasters.clear()
            self._rasters[windows, roles] = read_rasters(
                self.catalog, self._rastered, windows, roles=roles,
                digest=self._layers.digest, announce=lambda spec: step(_reading(spec)),
            )  # fmt: skip
        return self._rasters[windows, roles]

    def _gathered(
        self,
        towns: Sequence[Town],
        vectors: Mapping[str, Sequence[Layer]],
        rasters: Rasters,
        accepted: Collection[str],
    ) -> dict[pyproj.CRS, Grounds]:
        """The grounds of the roles in each CRS of the towns.

        Parameters
        ----------
        towns
            The towns.
        vectors, rasters
            The vector layers of each role, and the raster layers.
        accepted
            Repairs to accept though they change a protected area.
        """
        profile = self.rulebook.three_class
        layers = with_grids(vectors, rasters, _roles(self.catalog, self.rulebook))
        return {
            crs: Grounds(
                {
                    role: prepare.gather(role, known, crs, profile, accepted)
                    for role, known in layers.items()
                },
                frozenset(vectors),
            )
            for crs in dict.fromkeys(town.crs for town in towns)
        }

    def _measured(
        self,
        town: Town,
        grounds: Grounds,
        rasters: Rasters,
        step: Step,
        *,
        accepted: frozenset[str],
        doubts: tuple[Doubt, ...],
    ) -> MeasuredTown:
        """One town measured, and what a rule may know of it.

        Parameters
        ----------
        town
            The town.
        grounds
            The grounds in its CRS.
        rasters
            The raster layers.
        step, doubts
            Called first, and the doubts of its inputs.
        accepted
            Repairs to accept though they change a protected area.
        """
        step(_("measuring {name}", name=town.name))
        book, towns = self.rulebook, self._towns
        # the rows of a database may be others by now, and who keeps few layers keeps no towns
        if self.bounded or self.in_database:
            towns = KeptTowns()
        parameter, profile = book.parameter, book.three_class
        widths = float(parameter.sliver_width_m), float(parameter.sliver_sigma)
        steep_of = need_measure(book, self.on)

        def measure() -> tuple[TownResult, TownRasters]:
            try:
                result = measure_town(
                    town,
                    grounds.of_role,
                    book.measure,
                    profile=profile,
                    sliver_width_m=widths[0],
                    sliver_sigma=widths[1],
                )
                own = measure_rasters(result, rasters, grounds, profile=profile, steep_of=steep_of)
            # one town that cannot be trusted says nothing against the others
            except (EngineError, GEOSException) as refused:
                reason = getattr(refused, "message", str(refused))
                return unmeasured(town, book.measure, reason), TownRasters((), (), None, ())
            return result, own

        how = (accepted, profile, widths, steep_of)
        result, own = towns.result(town, how, book.measure, measure=measure)
        return known_of(replace(result, town=town), own, book, on=self.on, doubts=doubts)


def _reading(spec: LayerSpec) -> Words:
    """Name a layer by what it shows, and by its own name where that is another."""
    return _("reading layer “{title}”", title=layer_words(spec.name, spec.role))


def _first_repairs(grounds: Mapping[pyproj.CRS, Grounds]) -> Iterator[Repair]:
    """The repairs in the first CRS of the towns: in every one the same features are mended."""
    for first in islice(grounds.values(), 1):
        for ground in first.of_role.values():
            yield from ground.repairs


def _roles(catalog: LayerCatalog, rulebook: Rulebook) -> tuple[str, ...]:
    """The roles that the rulebook's measures need and that some layer plays, in a fixed order."""
    needed = {role for spec in rulebook.measure.values() for role in spec.needed} | set(ALWAYS)
    # a layer as far as which another is complete must be read for that, too
    for spec in catalog.layer:
        named = spec if spec.role in needed else None
        while named is not None and named.coverage_layer is not None:
            named = catalog.named(named.coverage_layer)
            needed.add(named.role)
    return tuple(role for role in ROLES if role in needed and catalog.of_role(role))
