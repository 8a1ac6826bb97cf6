"""Doubts of an input: what a boundary or a layer may not be, until somebody confirms that it is.

Reading, placing and measuring report what they notice as issues. Some of these mean that every figure
of the input may be another land's, or that land is missing from it: then neither a pass nor a fail may
lean on it. `DOUBTFUL` decides for each code of an issue which these are, and how a doubt is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring.lined_up import lines_up
from townland.reading.layer import Layer
from townland.towns import Town

Settled = Literal["edges", "stated", "restated"]
"""What settles a doubt: the boundary lies on the edges of its parcels as it is declared, the user
states its CRS, or the user states the CRS though the file declares one itself."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt of one input, on which no verdict leans until somebody confirms the input.

    `code` is that of the issue, `layer` the input's name, `what` the doubt in a few words, `cure` how
    it is confirmed or mended. `roles` are the roles of the doubtful layer; none where it is the
    boundary, on which every figure of the town's land rests.
    """

    code: str
    layer: str
    what: Words
    cure: Words
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What an issue of one code puts in doubt, in words, how to confirm it, and what settles it.

    `of` says of which inputs it is a doubt: of a boundary, of a layer, or of both.
    """

    what: Words
    cure: Words
    settled: frozenset[Settled] = frozenset()
    of: Literal["boundary", "layer", "both"] = "both"


_CONFIRM = _("state the CRS of the boundary with --crs, or crs in the catalog for a layer")

_SHIFTED = _("its coordinates may be shifted as those of internet maps are (GCJ-02, BD-09)")
_SURVEYED = _(
    "get the surveyed coordinates; where these are they, confirm the CRS that the file declares with"
    " --crs (a layer's with crs or transform in the catalog)"
)
_INCOMPLETE = _("land may be missing from it")

DOUBTFUL: Mapping[str, Doubtful] = {
    "gcj02_suspected": Doubtful(_SHIFTED, _SURVEYED, frozenset({"restated"})),
    "kml_maybe_gcj02": Doubtful(_SHIFTED, _SURVEYED, frozenset({"restated", "edges"})),
    "crs_scale_suspected": Doubtful(
        _("its CRS is probably labelled UTM in place of Gauss-Krüger, or the other way round"),
        _CONFIRM,
        frozenset({"stated"}),
    ),
    "crs_utm_to_confirm": Doubtful(
        _("it declares UTM, while its layers are Gauss-Krüger"),
        _CONFIRM,
        frozenset({"stated", "edges"}),
    ),
    "crs_inferred": Doubtful(
        _("its CRS is inferred from its numbers alone"), _CONFIRM, frozenset({"stated", "edges"})
    ),
    "crs_assumed": Doubtful(
        _("its CRS is not known, and taken to be WGS 84"), _CONFIRM, frozenset({"stated", "edges"})
    ),
    "zone_conflict": Doubtful(
        _("its zone number contradicts the zone that it declares"),
        _CONFIRM,
        frozenset({"stated", "edges"}),
    ),
    "dxf_unit_ignored": Doubtful(
        _("the unit that the drawing names does not fit its coordinates"),
        _CONFIRM,
        frozenset({"stated", "edges"}),
    ),
    "boundary_outside_layers": Doubtful(
        _("the boundary lies off all of its layers"),
        _("correct the CRS of the boundary with --crs, or the layers that the catalog names"),
    ),
    "plot_in_plot": Doubtful(
        _("one boundary lies within another, and may be a hole of it"),
        _("draw a hole as a ring of its boundary, and check again"),
        of="boundary",
    ),
    "dxf_nested": Doubtful(
        _("one boundary lies within another, and may be a hole of it"),
        _("draw a hole as a ring of its boundary, and check again"),
        of="boundary",
    ),
    "point_count_differs": Doubtful(
        _("it has another number of points than it declares"),
        _("correct the points, or the number that the file declares"),
    ),
    "where_matches_nothing": Doubtful(
        _("its filter matches none of its features, so that it is taken to be empty"),
        _("correct the filter where in the catalog, or leave the layer out"),
    ),
    "net_factor_not_number": Doubtful(
        _("some of its ridge coefficients are no numbers, so that its net areas are too large"),
        _("correct the column, or leave net_factor_column out of the catalog"),
    ),
    "production_not_number": Doubtful(
        _("some of its yields are no numbers, so that they are not known"),
        _("correct the column, or leave production_column out of the catalog"),
    ),
    "layer_in_other_zone": Doubtful(
        _("none of its features is near a town, as they would be in another zone"),
        _("state the layer's CRS with the catalog's key crs"),
        of="layer",
    ),
    "line_open": Doubtful(
        _INCOMPLETE,
        _("close the lines that end just before their start"),
        of="layer",
    ),
    "features_left_out": Doubtful(
        _INCOMPLETE, _("get the features that the server left out"), of="layer"
    ),
    "line_forks": Doubtful(
        _INCOMPLETE, _("draw each outline in the drawing as a closed polyline"), of="layer"
    ),
    "dxf_reference_left_out": Doubtful(
        _INCOMPLETE, _("bind the drawings that it refers to into it"), of="layer"
    ),
    "kml_link_left_out": Doubtful(
        _INCOMPLETE, _("save what its links point to in the file itself"), of="layer"
    ),
}
"""The issues that are doubts, as far as they are warnings or errors; all others are none."""


def doubts_of(town: Town, sited: Iterable[Issue], layers: Sequence[Layer]) -> tuple[Doubt, ...]:
    """The doubts of a town's boundary and of its layers that nothing settles, each once.

    Parameters
    ----------
    town
        The town, with the issues of reading its boundary.
    sited
        The issues of where the boundaries lie (`placement.siting_issues`), of all towns.
    layers
        The layers of the check, with their issues.
    """
    own = [*town.issues, *(issue for issue in sited if issue.town == town.code)]
    return tuple(dict.fromkeys([*_of_boundary(town, own, layers), *_of_layers(layers, sited)]))


def _doubtful(issue: Issue, of: Literal["boundary", "layer"]) -> Doubtful | None:
    """What an issue puts in doubt of a boundary or of a layer; a note never does."""
    known = DOUBTFUL.get(issue.code)
    return known if known and issue.severity != "info" and known.of in (of, "both") else None


def _of_boundary(town: Town, issues: Iterable[Issue], layers: Sequence[Layer]) -> Iterator[Doubt]:
    """The doubts of a boundary.

    Parameters
    ----------
    town
        The town.
    issues
        Those of its boundary.
    layers
        The layers that it may line up with.
    """
    for issue in issues:
        known = _doubtful(issue, "boundary")
        if known is None or town.crs_confirmed in known.settled:
            continue
        # a CRS that is stated again is stated
        if town.crs_confirmed == "restated" and "stated" in known.settled:
            continue
        if "edges" in known.settled and lines_up(town, layers):
            continue
        yield Doubt(issue.code, town.input.name, known.what, known.cure)


def _of_layers(layers: Sequence[Layer], sited: Iterable[Issue]) -> Iterator[Doubt]:
    """The doubts of layers; the catalog's own crs or transform confirms where a layer lies.

    Parameters
    ----------
    layers, sited
        As `doubts_of`.
    """
    for layer in layers:
        placing = (issue for issue in sited if issue.layer == layer.spec.name)
        for issue in (*layer.issues, *placing):
            known = _doubtful(issue, "layer")
            placed = layer.spec.crs is not None or layer.spec.transform is not None
            if known is None or (known.settled and placed):
                continue
            roles = frozenset({layer.spec.role})
            yield Doubt(issue.code, layer.spec.name, known.what, known.cure, roles)
