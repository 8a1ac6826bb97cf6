"""What of a drawing a person who opens it does not see: layers off or frozen, and what is invisible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from ezdxf.document import Drawing

Unseen: TypeAlias = Literal["", "off", "frozen", "entity", "block"]
"""Why a thing is not seen: its layer is off or frozen, it is invisible, its block stands nowhere."""


def unseen_layers(document: Drawing) -> Mapping[str, Unseen]:
    """The layers that are off (a negative colour) or frozen, by their names in small letters."""
    found: dict[str, Unseen] = {}
    for layer in document.layers:
        if layer.is_frozen():
            found[layer.dxf.name.lower()] = "frozen"
        elif layer.is_off():
            found[layer.dxf.name.lower()] = "off"
    return found
