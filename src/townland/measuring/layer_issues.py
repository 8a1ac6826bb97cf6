"""What is doubtful in the layers within a town: double claims, unknown codes, land not covered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from townland import units
from townland.i18n import Text, Words, _
from townland.issues import Issue
from townland.measuring import areas
from townland.measuring.areas import Closed
from townland.measuring.overlay import Overlap
from townland.measuring.prepare import Ground
from townland.standards import landclass

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
                layer=loses["layer"],
                area=units.m2(area),
            ),
            str(loses["layer"]),
            str(loses["id"]),
        )


def _named(scheme: landclass.Scheme | None, code: str, message: Text) -> Text:
    """The message of an unknown code, and what to do where the code is a class's name."""
    meant = None if scheme is None else scheme.named(code)
    return message if meant is None else landclass.not_a_code(message, code, meant)


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
    part = ground.frame.iloc[closed.pieces.rows[ground.role]]

    def told(
        code: str, column: str, odd: Any, message: Callable[[Mapping[str, Any]], Words]
    ) -> Iterator[Issue]:
        """An issue for each value of a column among the odd features."""
        values = part[column].astype(object).where(part[column].notna(), "").to_numpy()
        for value in sorted(set(values[odd])):
            here = odd & (values == value)
            place = {
                "town": town,
                "count": int(here.sum()),
                "layer": part["layer"].to_numpy()[here][0],
                "code": value,
                "area": areas.decimal_m2(closed.cents[here].sum()),
            }
            first = str(part["id"].to_numpy()[here][0])
            yield Issue(code, "warning", message(place), str(place["layer"]), first)

    if ground.scheme:
        yield from told(
            "class_unknown",
            "code",
            part["class_name"].isna().to_numpy(),
            lambda place: _named(
                ground.classes,
                place["code"],
                _(
                    "town {town}: {count} features of layer {layer} carry the code '{code}', which the"
                    " scheme {scheme} does not know; {area} m² of the town",
                    scheme=ground.scheme,
                    **place,
                ),
            ),
        )
    if ground.owned and ground.role == "land_use":
        yield from told(
            "owner_unknown",
            "owner",
            ~np.isin(areas.owners(part["owner"]), [*areas.STATE, *areas.COLLECTIVE]),
            lambda place: _(
                "town {town}: {count} features of layer {layer} have the owner '{code}', which is"
                " neither state (1, 2) nor collective (3, 4); their {area} m² count as collective",
                **place,
            ),
        )
    if ground.tagged and tags:
        yield from told(
            "tag_unknown",
            "tag",
            (part["tag"].notna() & ~part["tag"].isin(["", *tags])).to_numpy(),
            lambda place: _(
                "town {town}: {count} features of layer {layer} bear the tag '{code}', of which no"
                " measure of the rulebook asks (it asks of {known}); {area} m² of the town",
                known=", ".join(sorted(tags)),
                **place,
            ),
        )


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
