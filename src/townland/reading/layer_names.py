"""Which of a file's layers is meant."""

from __future__ import annotations

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
        There is no such layer, or it cannot be told.
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
            near = get_close_matches(target.lower(), [name.lower() for name in names], n=1)
            if near:
                raise LayerError(
                    _(
                        "{place}: there is no layer {layer}; did you mean {near}? The layers are:"
                        " {layers}",
                        place=place,
                        layer=target,
                        near=next(name for name in names if name.lower() == near[0]),
                        layers=shown,
                    )
                )
            raise LayerError(
                _(
                    "{place}: there is no layer {layer}; the layers are: {layers}",
                    place=place,
                    layer=target,
                    layers=shown,
                )
            )
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
