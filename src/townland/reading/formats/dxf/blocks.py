"""How much blocks within blocks unfold to, counted before any of them is taken apart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

Entity: TypeAlias = Any
"""An entity of ezdxf."""


def unfolded(entities: Iterable[Entity], deepest: int) -> float:
    """How many things entities are once all blocks are taken apart; infinite where they go too deep.

    Eleven levels of ten blocks each are a drawing of some kilobytes, and 10^11 lines.

    Parameters
    ----------
    entities, deepest
        The entities, and how many blocks may stand in one another.
    """
    return _count(entities, {}, deepest)


def _count(entities: Iterable[Entity], known: dict[tuple[str, int], float], left: int) -> float:
    """As `unfolded`, with what blocks were counted to be.

    Parameters
    ----------
    entities
        The entities.
    known
        What was counted, by the block's name and the levels left.
    left
        How many levels more there may be.
    """
    if left < 0:
        return math.inf
    total = 0.0
    for entity in entities:
        total += 1
        block = entity.block() if entity.dxftype() == "INSERT" else None
        if block is None or block.block.is_xref:
            continue
        key = block.name.lower(), left
        if key not in known:
            known[key] = _count(block, known, left - 1)
        sides = [max(1, int(entity.dxf.get(side, 1))) for side in ("column_count", "row_count")]
        total += sides[0] * sides[1] * (1 + known[key])
    return total
