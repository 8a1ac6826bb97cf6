"""The words of the map's page, by which its script calls them."""

from __future__ import annotations

from townland.i18n import Words, _

DISCLAIMER = _("An aid to analysis; it does not replace the results of the legal boundary survey.")

LARGEST = _("the largest {shown} of {n} pieces")
"""Where no file beside the page has all of them."""

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
    "some": _("the largest {shown} of {n} pieces; all of them: layer “{layer}” in evidence.gpkg"),
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
    "pieces": _("{n} {n:piece|pieces}"),
    "pm": _("±, m²"),
    "fact": _("{fact}: {value}"),
    "town": _("Town"),
    "town_verdict": _("{town}: {verdict}"),
    "answers": _("{n} found"),
    "answers_some": _("{n} found, the first {shown} are listed"),
    "coordinates": _("Coordinates under the pointer"),
    "tools": _("Tools"),
    "tool_length": _("Measure a length"),
    "tool_area": _("Measure an area"),
    "tool_swipe": _("Swipe between present and planned use"),
    "tool_grid": _("Coordinate grid"),
    "tool_picture": _("Save the map with its legend as a picture (PNG)"),
    "tool_print": _("Print the map sheet"),
    "measure_hint": _(
        "Click to set points, double-click to end; by keyboard: blank, Enter, Escape."
    ),
    "measure_again": _("Click to begin anew; the button again ends measuring."),
    "length": _("Length: {metres} m"),
    "official_area": _("Official area: {area}"),
    "perimeter": _("Perimeter: {metres} m"),
    "swipe": _("Present use on the left, planned use on the right"),
    "present": _("Present use"),
    "planned": _("Planned use"),
    "evidence": _("Evidence"),
    "background": _("Background"),
    "legend": _("Legend"),
    "saved": _("The picture is saved."),
    "saved_without_tiles": _("The picture is saved, without the online map behind it."),
    "online": _("online"),
    "stop": _("; "),
    "disclaimer": DISCLAIMER,
}


KINDS: dict[str, Words] = {"imagery": _("Imagery"), "relief": _("Shaded relief")}
