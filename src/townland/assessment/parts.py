"""What is measured of some of a check's towns, and what these parts are together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from townland.catalog import LayerCatalog
from townland.errors import LayerError
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, prepare
from townland.measuring.boundary import mended_towns
from townland.measuring.coverage import require_towns
from townland.measuring.one_name import refuse_one_name
from townland.measuring.prepare import Repair
from townland.measuring.rasters import TownRasters
from townland.measuring.rasters.backgrounds import Behind, read_backgrounds
from townland.measuring.unmeasured import unmeasured
from townland.reading.layer import Input, Layer
from townland.results import Assessment
from townland.rules.book.model import Rulebook
from townland.rules.dates import date_issues
from townland.rules.evaluate import Facts, evaluate, evaluate_portfolio
from townland.rules.face_value import face_value_notices
from townland.rules.judging.finding import Finding
from townland.rules.known import MeasuredTown, known_of
from townland.rules.need_table import NeedTable, indicator_need
from townland.rules.notices import notices
from townland.rules.shared_land import meeting
from townland.rules.unmeasured import beside_unmeasured, not_measured, unmeasured_notices
from townland.towns import Town

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class CheckAsked:
    """What is asked of all towns: the rules of a day, the layers, and the repairs that are accepted."""

    rulebook: Rulebook
    catalog: LayerCatalog
    on: dt.date
    accept_repairs: Collection[str]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """The towns of a check with valid boundaries, and what was mended of them."""

    towns: tuple[Town, ...]
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LayerRead:
    """What is reported of a layer that was read: which file it is, and what was assumed.

    `counted` says that some of the issues count features near the towns.
    """

    input: Input
    issues: tuple[Issue, ...]
    counted: bool


@dataclass(frozen=True, slots=True, eq=False)
class NumberedRepair:
    """A repair with the number of its feature in the file, by which those of parts are ordered."""

    number: int
    repair: Repair

    @property
    def key(self) -> tuple[str, int, str, tuple[float, float] | None]:
        """What tells a repair from others: parts that lie side by side make some of them twice."""
        own = self.repair
        return own.layer, self.number, own.feature, own.place


@dataclass(frozen=True, slots=True, eq=False)
class JudgedTown:
    """One town judged: what rules may know of it, what was doubtful, and what they find.

    `failed` is why it could not be measured; None where it was.
    """

    facts: Facts
    rasters: TownRasters
    issues: tuple[Issue, ...]
    findings: tuple[Finding, ...]
    need: NeedTable | None
    failed: Words | None


@dataclass(frozen=True, slots=True, eq=False)
class TownsPart:
    """Some of a check's towns, measured and judged one by one, in their order.

    `layers` are those that were read, in the order of their roles; `raster_inputs` and `raster_issues`
    those of class grids and terrain models; `sited` the issues of where the boundaries lie.
    """

    layers: tuple[LayerRead, ...]
    raster_inputs: tuple[Input, ...]
    raster_issues: tuple[Issue, ...]
    sited: tuple[Issue, ...]
    repairs: tuple[NumberedRepair, ...]
    towns: tuple[JudgedTown, ...]
    results: Sequence[TownResult]


def made_ready(
    towns: Sequence[Town], catalog: LayerCatalog, accept_repairs: Collection[str]
) -> Ready:
    """The towns of a check with valid boundaries.

    Parameters
    ----------
    towns, catalog
        The towns, and the layers, which may name some of them.
    accept_repairs
        ``LAYER:FEATURE`` of the repairs that the user accepts whatever they change.

    Raises
    ------
    TownlandError
        The catalog names towns that are none of these, two are called alike, or one cannot be mended.
    """
    require_towns(towns, catalog)
    refuse_one_name(towns)
    mended, repairs = mended_towns(towns, accept_repairs)
    return Ready(tuple(mended), tuple(repairs))


def judged(measured: MeasuredTown, rulebook: Rulebook, on: dt.date) -> JudgedTown:
    """A town judged by the rules on each town by itself.

    Parameters
    ----------
    measured
        The town.
    rulebook, on
        The rules, and the day whose law counts.
    """
    failed = measured.result.failed
    findings = tuple(
        finding if failed is None else not_measured(finding, failed)
        for finding in evaluate(rulebook, measured.facts, on)
    )
    need = None
    if failed is None:
        steep = measured.rasters.steep
        need = indicator_need(rulebook, measured.facts, on=on, findings=findings, terrain=steep)
    return JudgedTown(measured.facts, measured.rasters, measured.issues, findings, need, failed)


def numbered(repairs: Iterator[Repair], layers: Sequence[Layer]) -> Iterator[NumberedRepair]:
    """The repairs with the numbers of their features in the files of their layers."""
    numbers: dict[str, dict[str, int]] = {}
    by_name = {layer.spec.name: layer for layer in layers}
    for repair in repairs:
        if repair.layer not in numbers:
            layer = by_name[repair.layer]
            ids = layer.frame["id"].tolist()
            rows = range(len(ids)) if layer.numbers is None else layer.numbers.tolist()
            # of features of one id the first counts; their repairs stand in the order of the file
            numbers[repair.layer] = dict(zip(reversed(ids), reversed(rows), strict=True))
        yield NumberedRepair(numbers[repair.layer].get(repair.feature, 0), repair)


def joined(
    asked: CheckAsked,
    ready: Ready,
    parts: Sequence[TownsPart],
    *,
    digest: Callable[[Path], str],
    order: Sequence[int] | None = None,
) -> Assessment:
    """The assessment of all towns: their parts, the rules on all of them, and what is behind them.

    Parameters
    ----------
    asked, ready
        What was asked, and all towns in their order.
    parts
        The towns, each in one of them.
    digest
        How to hash a whole file.
    order
        The position of each town of `parts`, one after the other, among all; None where it is theirs.

    Raises
    ------
    LayerError
        A layer is not the same in all parts.
    RulebookError
        No rule is in force.
    """
    towns = _in_order([town for part in parts for town in part.towns], order)
    results = _in_order([each for part in parts for each in part.results], order)
    book, on = asked.rulebook, asked.on
    own = book.parameter
    sound = [each.facts for each in towns if each.failed is None]
    met = meeting(sound, own.sliver_width_m, own.sliver_sigma)
    for at, town in enumerate(ready.towns):
        if town.code in met.refused:
            towns[at], results[at] = _refused(asked, town, towns[at], why=met.refused[town.code])
    facts = [each.facts for each in towns]
    others = [each.facts.name for each in towns if each.failed is not None]
    together = (
        beside_unmeasured(finding, others)
        for finding in evaluate_portfolio(book, facts, on, shared=met.shared)
    )
    findings = (*chain.from_iterable(each.findings for each in towns), *together)
    behind = read_backgrounds(asked.catalog, ready.towns, digest=digest)
    layers = _layers(parts)
    rasters = tuple(dict.fromkeys(each for part in parts for each in part.raster_inputs))
    raster_issues = dict.fromkeys(each for part in parts for each in part.raster_issues)
    repairs = (*ready.repairs, *_repairs(parts, layers))
    used = [*(town.input for town in ready.towns), *(layer.input for layer in layers)]
    inputs = tuple(dict.fromkeys([*used, *rasters, *behind.inputs]))
    return Assessment(
        on,
        book,
        asked.catalog,
        inputs,
        tuple(results),
        findings,
        repairs,
        (
            *_issues_of_inputs(ready.towns, layers, [*raster_issues], behind),
            *date_issues(inputs, on, book.parameter.layer_age_years),
            *_sited(parts, facts),
            *(issue for each in towns for issue in each.issues),
            *met.issues,
            *prepare.collapsed(repairs),
            *prepare.unused(asked.accept_repairs, repairs),
        ),
        met.shared,
        tuple(each.need for each in towns if each.need is not None),
        tuple(table for each in towns for table in each.rasters.grids),
        tuple(pair for each in towns for pair in each.rasters.comparisons),
        tuple(each.rasters.slope for each in towns if each.rasters.slope is not None),
        behind.pictures,
        (
            *unmeasured_notices(
                [
                    result
                    for result, each in zip(results, towns, strict=True)
                    if each.failed is not None
                ]
            ),
            *notices(book, on),
            *face_value_notices(findings),
        ),
    )


def _refused(
    asked: CheckAsked, town: Town, known: JudgedTown, *, why: Words
) -> tuple[JudgedTown, TownResult]:
    """A town that was measured, and is not once GEOS refused its boundary beside another's.

    Parameters
    ----------
    asked, town, known
        What was asked, the town, and what was known of it.
    why
        What GEOS says.
    """
    result, nothing = unmeasured(town, asked.rulebook.measure, why), TownRasters((), (), None, ())
    doubts = known.facts.doubts
    measured = known_of(result, nothing, asked.rulebook, on=asked.on, doubts=doubts)
    return judged(measured, asked.rulebook, asked.on), measured.result


def _in_order(items: Sequence[T], order: Sequence[int] | None) -> list[T]:
    """The items, each at its position."""
    return (
        [*items]
        if order is None
        else [item for _at, item in sorted(zip(order, items, strict=True), key=itemgetter(0))]
    )


def _layers(parts: Sequence[TownsPart]) -> list[LayerRead]:
    """The layers of all parts, each once, with what was assumed of it in any.

    Raises
    ------
    LayerError
        A layer is not the same in all parts.
    """
    together = []
    for same in zip(*(part.layers for part in parts), strict=True):
        if len({each.input for each in same}) > 1:
            raise LayerError(
                _(
                    "layer {layer}: the file changed while it was read; wait until nothing writes to it"
                    " any longer, and start again",
                    layer=same[0].input.name,
                )
            )
        issues = tuple(dict.fromkeys(issue for each in same for issue in each.issues))
        together.append(replace(same[0], issues=issues))
    return together


def _repairs(parts: Sequence[TownsPart], layers: Sequence[LayerRead]) -> list[Repair]:
    """The repairs of all parts, each once, by layer and in the order of its file."""
    if len(parts) == 1:
        return [each.repair for each in parts[0].repairs]
    once = {each.key: each for part in parts for each in part.repairs}
    place = {layer.input.name: at for at, layer in enumerate(layers)}
    ordered = sorted(once.values(), key=lambda each: (place[each.repair.layer], each.number))
    return [each.repair for each in ordered]


def _sited(parts: Sequence[TownsPart], facts: Sequence[Facts]) -> Iterator[Issue]:
    """The issues of where layers lie, each layer's once, and of where boundaries lie, town by town."""
    of_town: dict[str, list[Issue]] = {}
    of_layer: dict[str, Issue] = {}
    for issue in chain.from_iterable(part.sited for part in parts):
        if issue.layer:
            of_layer.setdefault(issue.layer, issue)
        else:
            of_town.setdefault(issue.town, []).append(issue)
    yield from of_layer.values()
    for code in dict.fromkeys(each.town for each in facts):
        yield from of_town.pop(code, ())


def _issues_of_inputs(
    towns: Sequence[Town], layers: Sequence[LayerRead], rasters: Sequence[Issue], behind: Behind
) -> tuple[Issue, ...]:
    """What was assumed in reading, each once.

    Parameters
    ----------
    towns, layers, rasters, behind
        What was read: of the rasters their issues.
    """
    read = [*(town.issues for town in towns), *(layer.issues for layer in layers)]
    return tuple(dict.fromkeys([*chain(*read), *rasters, *behind.issues]))
