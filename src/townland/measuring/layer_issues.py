"""What is doubtful in the layers within a town: double claims, unknown codes, land not covered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from townland import units
from townland.catalog.titles import layer_title
from townland.geodesy.kernel import GRID_M, Step
from townland.i18n import Text, _
from townland.issues import Issue
from townland.measuring import areas
from townland.measuring.areas import Closed
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.overlay import Overlap
from townland.measuring.prepare import Ground
from townland.measuring.recorded import COLLECTIVE, STATE, owners
from townland.standards import class_names, landclass

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def overlap_issues(
    town: str, frame: gpd.GeoDataFrame, overlaps: Sequence[Overlap], areas_m2: Floats
) -> Iterator[Issue]:
    """Report of each double claim which feature keeps the land; those of no area are left out.

    Parameters
    ----------
    town
        Its name.
    frame
        The role's features.
    overlaps, areas_m2
        The double claims, by rows of the frame, and the area of each.
    """
    for overlap, area in zip(overlaps, areas_m2, strict=True):
        if area < areas.NOTHING_M2:
            continue
        keeps, loses = frame.iloc[overlap.keeps], frame.iloc[overlap.loses]
        yield Issue(
            "layer_overlap",
            "warning",
            _(
                "town {town}: features {keeps} and {loses} of layer {layer} overlap by {area}"
                " m²; the land counts once, for {keeps}",
                town=town,
                keeps=keeps["id"],
                loses=loses["id"],
                layer=layer_title(str(loses["layer"])),
                area=units.m2(area),
            ),
            str(loses["layer"]),
            str(loses["id"]),
        )


def ladder_issues(town: str, steps: Sequence[Step]) -> Iterator[Issue]:
    """Report the operations on geometry that GEOS refused at first, and how they were done."""
    words = {
        "grid": _("coordinates rounded to {grid} m", grid=f"{GRID_M:f}"),
        "parts": _("every part made valid and taken by itself"),
    }
    for rung, way in words.items():
        those = [step for step in steps if step.rung == rung]
        if those:
            yield Issue(
                f"overlay_by_{rung}",
                "warning",
                _(
                    "town {town}: {count} {count:operation|operations} on its geometry"
                    " {count:was|were} refused as {count:it is|they are}, and done with"
                    " {way}; areas changed by {area} m² at most. The first reason:"
                    " {reason}",
                    town=town,
                    count=len(those),
                    way=way,
                    area=f"{max(step.changed_m2 for step in those):.6f}",
                    reason=those[0].reason[:200],
                ),
            )


@dataclass(frozen=True, slots=True)
class _Value:
    """One unknown value of a column within a town: how many features have it, and their area."""

    layer: str
    value: str
    count: int
    area_m2: Decimal
    first: str

    def issue(self, code: str, message: Text) -> Issue:
        """The issue of it, at the first of its features."""
        return Issue(code, "warning", message, self.layer, self.first)


def _unknown(
    part: FeatureRows, column: str, *, unknown: Bools, cents: npt.NDArray[np.int64]
) -> Iterator[_Value]:
    """Each value of a column among the pieces whose value is unknown.

    Parameters
    ----------
    part, column
        The feature of each piece, and a column of text; a missing value stands as "".
    unknown, cents
        Which pieces are meant, and the area of each in hundredths of a m².
    """
    values = np.where(part.known(column), part.objects(column), "").astype(object)
    for value in sorted(set(values[unknown])):
        here = unknown & (values == value)
        yield _Value(
            layer=str(part.objects("layer")[here][0]),
            value=value,
            count=int(here.sum()),
            area_m2=areas.decimal_m2(cents[here].sum()),
            first=str(part.objects("id")[here][0]),
        )


def code_issues(
    town: str, ground: Ground, closed: Closed, tags: Collection[str]
) -> Iterator[Issue]:
    """Report which codes within a town are unknown: of land classes, of owners, and tags.

    Parameters
    ----------
    town
        Its name.
    ground
        The role's features.
    closed
        Their pieces within the town.
    tags
        The tags that the rulebook asks for.
    """
    part = FeatureRows(ground.columns, closed.pieces.rows[ground.role])
    if ground.scheme:
        yield from _class_issues(town, ground, part, cents=closed.cents)
        yield from _name_issues(town, ground, part, cents=closed.cents)
    if ground.owned and ground.role == "land_use":
        yield from _owner_issues(town, part, closed.cents)
    if ground.tagged and tags:
        yield from _tag_issues(town, part, tags=tags, cents=closed.cents)


def _class_issues(
    town: str, ground: Ground, part: FeatureRows, *, cents: npt.NDArray[np.int64]
) -> Iterator[Issue]:
    """Report the codes that the role's scheme does not know, and the code meant by a class's name.

    Parameters
    ----------
    town
        Its name.
    ground
        The role's features.
    part, cents
        The feature of each piece in the town, and its area in hundredths of a m².
    """
    unknown = ~part.known("class_name")
    for each in _unknown(part, "code", unknown=unknown, cents=cents):
        message: Text = _(
            "town {town}: {count} {count:feature|features} of layer {layer}"
            " {count:carries|carry} the code '{code}', which the scheme {scheme} does not"
            " know; {area} m² of the town",
            scheme=ground.scheme,
            town=town,
            count=each.count,
            layer=layer_title(each.layer),
            code=each.value,
            area=each.area_m2,
        )
        meant = None if ground.classes is None else ground.classes.named(each.value)
        if meant is not None:
            message = landclass.not_a_code(message, each.value, meant)
        yield each.issue("class_unknown", message)


def _name_issues(
    town: str, ground: Ground, part: FeatureRows, *, cents: npt.NDArray[np.int64]
) -> Iterator[Issue]:
    """Report the names that contradict the codes they stand beside, and what explains them.

    Parameters
    ----------
    town
        Its name.
    ground
        The role's features.
    part, cents
        The feature of each piece in the town, and its area in hundredths of a m².
    """
    scheme, named = ground.classes, part.known("named")
    if scheme is None or not named.any():
        return
    rows = pd.DataFrame(
        {
            "code": part.objects("code")[named],
            "named": part.objects("named")[named],
            "layer": part.objects("layer")[named],
            "id": part.objects("id")[named],
            "known": part.objects("class_name")[named],
            "cents": cents[named],
        }
    )
    for key, those in rows.groupby(["layer", "code", "named"]):
        layer, code, name = map(str, key)
        other = class_names.named_otherwise(code, name, scheme)
        if other is None:
            continue
        message = _(
            "town {town}: {count} {count:feature|features} of layer {layer}"
            " {count:carries|carry} the code {code}, which is {known} in the scheme"
            " {scheme}, and the name {name}; {area} m² of the town; {explanation}",
            town=town,
            count=those["id"].nunique(),
            layer=layer_title(str(layer)),
            code=code,
            known=those["known"].iloc[0],
            scheme=scheme.id,
            name=name,
            area=areas.decimal_m2(int(those["cents"].sum())),
            explanation=other.explanation(name),
        )
        # what no scheme explains, and what counts alike, changes no figure
        first = str(those["id"].iloc[0])
        if other.differs:
            yield Issue("class_name_differs", "warning", message, layer, first)
        else:
            yield Issue("class_name_unknown", "info", message, layer, first)


def _owner_issues(town: str, part: FeatureRows, cents: npt.NDArray[np.int64]) -> Iterator[Issue]:
    """Report the owners of a land survey that are neither state nor collective.

    Parameters
    ----------
    town
        Its name.
    part, cents
        The feature of each piece in the town, and its area in hundredths of a m².
    """
    unknown = ~np.isin(owners(part), [*STATE, *COLLECTIVE])
    for each in _unknown(part, "owner", unknown=unknown, cents=cents):
        message = _(
            "town {town}: {count} {count:feature|features} of layer {layer}"
            " {count:has|have} the owner '{code}', which is neither state (1, 2) nor"
            " collective (3, 4); their {area} m² count as collective",
            town=town,
            count=each.count,
            layer=layer_title(each.layer),
            code=each.value,
            area=each.area_m2,
        )
        yield each.issue("owner_unknown", message)


def _tag_issues(
    town: str, part: FeatureRows, *, tags: Collection[str], cents: npt.NDArray[np.int64]
) -> Iterator[Issue]:
    """Report the tags of which no measure of the rulebook asks.

    Parameters
    ----------
    town
        Its name.
    part, cents
        The feature of each piece in the town, and its area in hundredths of a m².
    tags
        The tags that the rulebook asks for.
    """
    unknown = part.known("tag") & ~part.among("tag", frozenset(["", *tags]))
    for each in _unknown(part, "tag", unknown=unknown, cents=cents):
        message = _(
            "town {town}: {count} {count:feature|features} of layer {layer}"
            " {count:bears|bear} the tag '{code}', of which no measure of the rulebook"
            " asks (it asks of {known}); {area} m² of the town",
            known=", ".join(sorted(tags)),
            town=town,
            count=each.count,
            layer=layer_title(each.layer),
            code=each.value,
            area=each.area_m2,
        )
        yield each.issue("tag_unknown", message)


def uncovered_issues(town: str, ground: Ground, rest_cents: int | np.int64) -> Iterator[Issue]:
    """Report the land of a town that its land survey does not cover.

    Parameters
    ----------
    town
        Its name.
    ground
        The land survey.
    rest_cents
        The area, in hundredths of a m².
    """
    if rest_cents:
        yield Issue(
            "land_use_uncovered",
            "warning",
            _(
                "town {town}: the land survey does not cover {area} m² of it; that part stands as"
                " a row of its own",
                town=town,
                area=areas.decimal_m2(rest_cents),
            ),
            ",".join(sorted(set(ground.frame["layer"]))),
        )
