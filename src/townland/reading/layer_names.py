"""Which of a file's layers is meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from townland.errors import LayerError
from townland.i18n import _

NOT_POLYGONS = (
    "Point",
    "LineString",
    "MultiPoint",
    "MultiLineString",
    "CircularString",
    "CompoundCurve",
    "MultiCurve",
)


def layer_name(
    layers: list[tuple[str, str]], wanted: str | None, prefer: str | None, place: str
) -> str:
    """The layer that is `wanted`, or the one called `prefer`, or the only one, or the one of polygons.

    Parameters
    ----------
    layers
        Name and geometry type of each; the type is empty for a bare table.
    wanted, prefer
        The name that the user states, and the one to look for where none is stated.
    place
        The file, for messages.

    Raises
    ------
    LayerError
        There is no such layer, or it is not certain which is meant.
    """
    names = [name for name, _kind in layers]
    shown = ", ".join(names) or "-"
    for target in (wanted, prefer):
        if target is None:
            continue
        for name in names:
            if name == target or (target not in names and name.lower() == target.lower()):
                return name
        if target is wanted:
            raise no_layer(target, names, place)
    spatial = [name for name, kind in layers if kind]
    surfaces = [name for name, kind in layers if kind and kind.split(" ")[-1] not in NOT_POLYGONS]
    for only in (names, spatial, surfaces):
        if len(only) == 1:
            return only[0]
    raise LayerError(
        _(
            "{place}: the file has several layers ({layers}); name one with --layer or the catalog's"
            " key layer",
            place=place,
            layers=shown,
        )
        if names
        else _("{place}: the file has no layer", place=place)
    )


def no_layer(wanted: str, names: Sequence[str], place: str) -> LayerError:
    """The error about a layer that a file does not have.

    Parameters
    ----------
    wanted
        The name that the user states.
    names
        Those of the file's layers.
    place
        How messages name the file.
    """
    shown = ", ".join(names) or "-"
    near = get_close_matches(wanted.lower(), [name.lower() for name in names], n=1)
    if near:
        return LayerError(
            _(
                "{place}: there is no layer {layer}; did you mean {near}? The layers are: {layers}",
                place=place,
                layer=wanted,
                near=next(name for name in names if name.lower() == near[0]),
                layers=shown,
            )
        )
    return LayerError(
        _(
            "{place}: there is no layer {layer}; the layers are: {layers}",
            place=place,
            layer=wanted,
            layers=shown,
        )
    )
