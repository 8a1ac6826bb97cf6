"""Features of one name: one town in parts, or several towns; their order in a file cannot say which."""

from __future__ import annotations

from collections.abc import Sequence

from townland.errors import LayerError
from townland.i18n import _
from townland.towns import Town


def refuse_one_name(towns: Sequence[Town]) -> None:
    """Refuse towns of one name that no code tells apart, for each would be judged by a part of its land.

    Raises
    ------
    LayerError
        Two have one name, and no code of their own; the message names the cure.
    """
    seen: dict[str, Town] = {}
    for town in towns:
        if town.coded or town.name == town.code:
            continue
        first = seen.setdefault(town.name, town)
        if first is not town:
            raise LayerError(
                _(
                    "the boundaries {one} and {other} have one name, {name}, and no code: whether"
                    " they are one town or two is not known. Make one feature of them (dissolve), or"
                    " give each a code in a column and name it with --code-column",
                    one=first.code,
                    other=town.code,
                    name=town.name,
                )
            )
