"""Whether the spatial index of a file gives all of its features, as other programs believe."""

from __future__ import annotations

from collections.abc import Iterator

from townland.catalog import LayerCatalog, LayerSpec
from townland.i18n import _
from townland.layers.check.faults import Faults
from townland.reading.grounding import missed_by_index
from townland.reading.sealed import unpacked
from townland.reading.vector import opened


def index_faults(spec: LayerSpec, catalog: LayerCatalog) -> Iterator[Faults]:
    """An index that misses features: townland reads them all the same, other programs do not."""
    if spec.database is not None or spec.frame is not None:
        return
    with opened(unpacked(spec), catalog) as source:
        if source.direct is None or source.direct.by_index is None:
            return
        missed = missed_by_index(source)
    if missed:
        message = _(
            "the spatial index of the file misses {missed} of {count} features: other programs see no"
            " land there, townland does not ask it; build the index anew, or export the layer again",
            missed=missed,
            count=source.features,
        )
        yield Faults("index_stale", "warning", message)
