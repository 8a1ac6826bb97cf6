"""The words of the map's page, by which its script calls them."""

from __future__ import annotations

from townland.i18n import Words, _

WORDS: dict[str, Words] = {
    "m2": _("m²"),
    "ha": _("ha"),
    "mu": _("mu"),
    "area": _("Area"),
    "id": _("Id"),
    "north": _("N"),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
    "whole": _("Show everything"),
    "close": _("Close"),
    "here": _("What lies here"),
    "piece": _("Piece"),
    "largest": _("Largest pieces"),
    "gross": _("Gross, m²"),
    "net": _("Net, m²"),
    "some": _("the largest {shown} of {n} pieces; all of them: layer {layer} in evidence.gpkg"),
    "measured": _("Measured"),
    "limit": _("Limit"),
    "nothing": _("No piece of land to show for this finding."),
    "minor": _("Other measures"),
    "construction": _("Planned construction land, outline"),
    "no_findings": _("No finding for this town."),
    "boundary": _("Town boundary"),
    "together": _("All towns together"),
    "shown": _("On the map: {finding}"),
    "town_map": _("Open the map of this town"),
    "pieces": _("{n} pieces"),
}


KINDS: dict[str, Words] = {"imagery": _("Imagery"), "relief": _("Shaded relief")}
