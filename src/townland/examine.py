"""Every layer of a catalog, looked at as a whole: whether it can be read, and its faults."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from townland import landclass, prepare, units
from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import TownlandError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.inspecting import LayerSummary, inspect
from townland.reading.layer import Layer
from townland.reading.vector import read_layer


def examine(spec: LayerSpec, catalog: LayerCatalog) -> LayerSummary:
    """Describe a layer and list its faults, those of its features included.

    Beyond what `inspect` says: ``geometry_invalid`` for each feature with what mending would do to
    its area, and beside it the fault by its own code (`prepare.geometry_issues`), ``class_unknown`` for
    each code that the scheme does not know, ``id_double`` for ids that stand twice. What makes the layer
    unusable is an issue too, never an exception.
    """
    summary = inspect(spec, catalog)
    if summary.format == "raster" or any(issue.severity == "error" for issue in summary.issues):
        return summary
    try:
        layer = read_layer(spec, catalog, None, digest=None)
        found = [*layer.issues, *_geometry(layer), *_classes(layer), *_ids(layer)]
    except TownlandError as problem:
        found = [Issue("layer_unreadable", "error", _("{reason}", reason=problem.message))]
    known = {(issue.code, issue.feature) for issue in summary.issues}
    new = [issue for issue in found if (issue.code, issue.feature) not in known]
    return replace(
        summary, issues=(*summary.issues, *(replace(issue, layer=spec.name) for issue in new))
    )


def _geometry(layer: Layer) -> list[Issue]:
    geometry = layer.frame.geometry.to_numpy()
    return prepare.geometry_issues(geometry, layer.frame["id"], layer.crs, layer=layer.spec.name)


def _classes(layer: Layer) -> list[Issue]:
    scheme = prepare.scheme_of(layer.spec)
    if scheme is None:
        return []
    classes = landclass.classify(layer.frame["code"], scheme, "survey")
    unknown = classes["name"].isna().to_numpy()
    codes = layer.frame["code"].astype(object).where(layer.frame["code"].notna(), "").to_numpy()
    plane = shapely.area(layer.frame.geometry.to_numpy())
    shares = {
        code: units.half_up(100 * plane[unknown & (codes == code)].sum() / plane.sum(), 2)
        for code in sorted(set(codes[unknown]))
    }
    return [
        Issue(
            "class_unknown",
            "warning",
            _(
                "the scheme {scheme} does not know the code '{code}' ({count} features, {share} of the"
                " layer's area)",
                scheme=scheme.id,
                code=code,
                count=int(np.sum(unknown & (codes == code))),
                share=f"{share} %",
            ),
            feature=str(layer.frame["id"].to_numpy()[unknown & (codes == code)][0]),
        )
        for code, share in shares.items()
    ]


def _ids(layer: Layer) -> list[Issue]:
    if layer.spec.id_column is None:
        return []
    counts = layer.frame["id"].value_counts()
    return [
        Issue(
            "id_double",
            "warning",
            _("the id {id} stands {count} times", id=id_, count=int(count)),
            feature=str(id_),
        )
        for id_, count in sorted(counts[counts > 1].items())
    ]
