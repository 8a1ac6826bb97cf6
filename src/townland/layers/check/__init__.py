"""Every layer of a catalog, looked at as a whole: whether it can be read, and its faults.

One module for each question: ``fields`` (the schema), ``domains`` (the codes), ``consistency`` (the
records), ``areas`` (the recorded areas), ``placing`` (topology and coverage). All of them work on whole
columns, so that a million features take seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from townland.catalog import LayerCatalog, LayerSpec, load_catalog
from townland.catalog.titles import layer_title
from townland.errors import LayerError, TownlandError
from townland.i18n import Words, _, in_a_row, listed
from townland.issues import Issue
from townland.layers.check import areas, consistency, domains, fields, placing, surfaces
from townland.layers.check.faults import Faults, issues
from townland.layers.check.grids import grid_issues
from townland.layers.check.index import index_faults
from townland.layers.check.records import Records, records, wanted
from townland.layers.describe import LayerSummary, inspect
from townland.measuring import prepare
from townland.reading.columns import require_column
from townland.reading.digests import Digests
from townland.reading.layer import Layer
from townland.reading.packed import packed_source
from townland.reading.sealed import unpacked
from townland.reading.streamed import WholeLayer, read_whole
from townland.terms import ROLES


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A layer as its file describes it, with its issues; and its faults with all their features.

    `faults` are those found in the features and columns, `read` what was read, its geometries on the
    disk; it is None for a raster and for a layer that cannot be used. ``summary.issues`` lists the
    first features of each kind only.
    """

    summary: LayerSummary
    faults: tuple[Faults, ...] = ()
    read: WholeLayer | None = None

    @property
    def layer(self) -> Layer | None:
        """What was read, with all geometries in memory; made anew each time it is asked for."""
        return None if self.read is None else self.read.in_memory()

    @property
    def counts(self) -> dict[str, int]:
        """How many features have each fault, by its code; a fault of the whole layer counts 1."""
        own = {each.code for each in self.faults}
        found = Counter(each.code for each in self.summary.issues if each.code not in own)
        for each in self.faults:
            found[each.code] += each.count
        return dict(sorted(found.items()))

    @property
    def faulty(self) -> bool:
        """Whether anything is wrong with the layer that changes what is made of it."""
        return any(issue.severity != "info" for issue in self.summary.issues)

    def counts_as_fault(self, code: str) -> bool:
        """Whether issues of this code are faults, and not notes."""
        return any(i.code == code and i.severity != "info" for i in self.summary.issues)


def layers_check(
    catalog: LayerCatalog | Path | str, *, progress: Callable[[Words, int, int], None] | None = None
) -> tuple[Examined, ...]:
    """Examine every layer of a catalog, in its order: `examined` for each.

    `townland.writing.layer_faults.write_faults` writes what was found to a GeoPackage.

    Parameters
    ----------
    catalog
        A catalog, or the file of one.
    progress
        Called with a sentence, the layers done and all layers.

    Raises
    ------
    CatalogError
        The file is missing, or is no catalog. A layer that cannot be used is a fault, never an error.
    """
    layers = catalog if isinstance(catalog, LayerCatalog) else load_catalog(catalog)
    count = len(layers.layer)
    results = []
    for number, spec in enumerate(layers.layer):
        if progress is not None:
            progress(_("examining {name}", name=spec.name), number, count)
        results.append(examined(spec, layers))
    if progress is not None:
        progress(_("examined"), count, count)
    return tuple(results)


def examine(spec: LayerSpec, catalog: LayerCatalog) -> LayerSummary:
    """Describe a layer and list its faults, those of its features included: `examined`'s summary."""
    return examined(spec, catalog).summary


def examined(spec: LayerSpec, catalog: LayerCatalog) -> Examined:
    """Look at a layer whole: its schema, codes, records, recorded areas, geometry, place and dates.

    What makes the layer unusable is an issue of severity ``error``, never an exception. Faults that
    change what townland makes of the layer are warnings, what is merely worth knowing is a note.
    """
    summary = inspect(spec, catalog)
    if any(issue.severity == "error" for issue in summary.issues):
        return Examined(summary)
    if summary.is_raster:
        issues_of_cells = tuple(grid_issues(spec, catalog))
        return Examined(replace(summary, issues=(*summary.issues, *issues_of_cells)))
    names = [column.name for column in summary.fields]
    columns = wanted(spec.role, names)
    try:
        if spec.area_column is not None:
            columns[areas.RECORDED] = require_column(spec.area_column, names, spec.name)
        elif "TBMJ" in columns:
            columns[areas.RECORDED] = columns["TBMJ"]
        layer = read_whole(unpacked(spec), catalog, also=list(dict.fromkeys(columns.values())))
        held = records(layer, columns)
        found = [
            *index_faults(spec, catalog),
            *fields.schema_faults(spec, summary.fields),
            *fields.width_faults(held, summary),
            *_found(held),
        ]
    except TownlandError as problem:
        issue = Issue("layer_unreadable", "error", _("{reason}", reason=problem.message), spec.name)
        return Examined(replace(summary, issues=(*summary.issues, issue)))
    known = {(issue.code, issue.feature) for issue in summary.issues}
    every = [
        *layer.issues,
        *issues(found, layer.ids, spec.name),
        *_accuracy_missing(spec, catalog),
        *_packed_unusable(spec, catalog),
    ]
    new = [issue for issue in every if (issue.code, issue.feature) not in known]
    named = tuple(replace(issue, layer=spec.name) for issue in new)
    return Examined(replace(summary, issues=(*summary.issues, *named)), tuple(found), layer)


def _accuracy_missing(spec: LayerSpec, catalog: LayerCatalog) -> Iterator[Issue]:
    """Name a layer that states no accuracy where others do: areas that it bounds have no ±."""
    stated = [each.name for each in catalog.layer if each.accuracy_m is not None]
    if spec.accuracy_m is None and stated:
        yield Issue(
            "accuracy_missing",
            "info",
            _(
                "states no accuracy (accuracy_m), as {others} do: no area that it bounds has a ±",
                others=listed(map(layer_title, stated)),
            ),
            spec.name,
        )


def _packed_unusable(spec: LayerSpec, catalog: LayerCatalog) -> Iterator[Issue]:
    """That a check would refuse the packed file of a layer, all bytes of which are looked at."""
    if spec.packed is None:
        return
    try:
        packed_source(spec, catalog, Digests()).fetch([], None, shapes=False)
    except LayerError as problem:
        message = _("{reason}", reason=problem.message)
        yield Issue("packed_unusable", "warning", message, spec.name)


def _found(held: Records) -> Iterator[Faults]:
    """The faults of features, in the order in which they are told."""
    layer = held.layer
    looked = surfaces.surfaces(layer, measured=held.has(areas.RECORDED))
    yield from _geometry(layer, looked)
    yield from _ids(layer)
    yield from fields.value_faults(held, layer.spec.role)
    yield from domains.class_faults(held)
    yield from domains.domain_faults(held)
    if ROLES[layer.spec.role].survey:
        yield from consistency.consistency_faults(held)
    yield from areas.area_faults(held, looked)
    yield from _vintage(held)
    yield from placing.topology_faults(layer, looked.parcels)
    yield from placing.coverage_faults(layer, looked.parcels)


def _geometry(layer: WholeLayer, looked: surfaces.Surfaces) -> Iterator[Faults]:
    """The faults of single polygons, one kind at a time."""
    found = prepare.issues_of(looked.repairs, looked.faults, layer.ids, layer.spec.name)
    named = {issue.feature for issue in found if issue.feature}
    # several features may have one id: the first is told
    rows = layer.ids.rows_of(named)[::-1]
    at = dict(zip(layer.ids.at(rows).tolist(), rows.tolist(), strict=True))
    yield from (_of_a_kind(each, at) for each in _by_code(found))


def _by_code(found: Iterable[Issue]) -> Collection[list[Issue]]:
    """Issues by their codes, in the order in which each code is first met."""
    kinds: dict[str, list[Issue]] = {}
    for issue in found:
        kinds.setdefault(issue.code, []).append(issue)
    return kinds.values()


def _of_a_kind(found: Sequence[Issue], at: Mapping[str | None, int]) -> Faults:
    """Issues of one code as faults; `at` are the rows of the features."""
    # several features that collapse are told together, and none of them is named alone
    rows = np.array([at[issue.feature] for issue in found if issue.feature], dtype=np.int64)
    # a spike that is not mended, in a polygon that is valid, changes no figure
    kept = found[0].code == "spike" and all(issue.area_after_m2 is None for issue in found)
    severity = "info" if kept else found[0].severity
    return Faults(found[0].code, severity, tuple(issue.message for issue in found), rows)


def _ids(layer: WholeLayer) -> Iterator[Faults]:
    if layer.spec.id_column is None:
        return
    rows = layer.ids.doubled()
    ids = pd.Series(layer.ids.at(rows))
    counts = ids.map(ids.value_counts()).to_numpy()
    told = (counts > 1) & ~ids.duplicated().to_numpy()
    if told.any():
        message = _(
            "the id {id} stands {count} {count:time|times}",
            id=ids.to_numpy()[told],
            count=counts[told],
        )
        yield Faults("id_double", "warning", message, rows[told])


def _vintage(held: Records) -> Iterator[Faults]:
    """As of when the layer is: by the catalog, and by its own records."""
    surveyed = held.layer.spec.surveyed
    years = held.numbers("SJNF")
    distinct = sorted({int(year) for year in np.unique(years[~np.isnan(years)])})
    if surveyed is None:
        message = _("the catalog does not say as of when the layer is (surveyed)")
        yield Faults("vintage_unknown", "info", message)
    if len(distinct) > 1:
        message = _(
            "records of several years stand in the layer: {years}",
            years=in_a_row(map(str, distinct)),
        )
        yield Faults("vintage_mixed", "info", message)
    if surveyed is not None and distinct and surveyed.year not in distinct:
        message = _(
            "the catalog says {surveyed}, the records say {years} (SJNF)",
            surveyed=surveyed.isoformat(),
            years=in_a_row(map(str, distinct)),
        )
        yield Faults("vintage_differs", "warning", message)


__all__ = ["Examined", "Faults", "examine", "examined", "layers_check"]
