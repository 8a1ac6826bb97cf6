"""The signs of pictures as SVG: hatches, and the legend's samples.

A hatch is written once in a page; each picture refers to it at a size of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from townland.writing.pages import look as legend
from townland.writing.pages.look import Hatch

EDGE_SWATCH = Markup(
    '<svg class="swatch" viewBox="0 0 26 16" aria-hidden="true">'
    '<rect x="1.5" y="1.5" width="23" height="13" fill="#fff" stroke="#111" stroke-width="2.5"/></svg>'
)
"""The legend's sample of the boundary."""


BUILT_SWATCH = Markup(
    '<svg class="swatch" viewBox="0 0 26 16" aria-hidden="true">'
    '<rect x="1" y="1" width="24" height="14" fill="#fff" stroke="#1d3a7a" stroke-width="1.8"'
    ' stroke-dasharray="6 3"/></svg>'
)
"""The legend's sample of the outline of planned construction."""


def swatch(fill: str, kind: str) -> Markup:
    """Draw the legend's sample of a land group or a planned use."""
    return Markup(  # noqa: S704 # a colour and a class of our own
        '<svg class="swatch" viewBox="0 0 26 16" aria-hidden="true">'
        f'<rect x=".5" y=".5" width="25" height="15" class="{kind}" fill="{fill}"/></svg>'
    )


def hatch_swatch(hatch: Hatch) -> Markup:
    """Draw the legend's sample of a hatch; the page has its pattern (`patterns`)."""
    return Markup(  # noqa: S704 # a colour and an id of our own
        '<svg class="swatch" viewBox="0 0 26 16" aria-hidden="true">'
        f'<rect x="1.5" y="1.5" width="23" height="13" fill="url(#{_id(hatch)})"'
        f" {line(hatch, 1)}/></svg>"
    )


def patterns(hatches: Iterable[Hatch]) -> Markup:
    """Write the patterns of hatches, each once, for the definitions of a page."""
    return Markup("".join(_pattern(each) for each in dict.fromkeys(hatches)))  # noqa: S704 # our own


def scaled(id_: str, hatch: Hatch, pixel: float) -> str:
    """Write the pattern of a hatch for one picture.

    Parameters
    ----------
    id_
        What the pattern is called there.
    hatch
        The hatch, whose pattern the page has (`patterns`).
    pixel
        The size of a pixel in the picture.
    """
    return f'<pattern id="{id_}" href="#{_id(hatch)}" patternTransform="scale({pixel:.4g})"/>'


def hatched(shape: str, hatch: Hatch, fill: str, pixel: float) -> str:
    """Draw a shape in a hatch.

    Parameters
    ----------
    shape, fill
        The ids of the shape and of the pattern that fills it.
    hatch
        The hatch, for the colour of the outline.
    pixel
        The size of a pixel.
    """
    return f'<use href="#{shape}" fill="url(#{fill})" {line(hatch, pixel)}/>'


def line(hatch: Hatch, pixel: float) -> str:
    """Write how a sign is outlined: what is a frame has a line of its own."""
    pattern = legend.ALL_PATTERNS[hatch.pattern]
    width = pattern.width if hatch.frame else 1.4
    dashes = " ".join(f"{float(part) * pixel:.4g}" for part in pattern.dash.split())
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'stroke="{hatch.colour}" stroke-width="{width * pixel:.4g}"{dashed}'


def _id(hatch: Hatch) -> str:
    return f"h-{hatch.pattern}-{hatch.colour.lstrip('#')}"


def _pattern(hatch: Hatch) -> str:
    pattern = legend.ALL_PATTERNS[hatch.pattern]
    # a frame leaves the land under it as it is, but for a tint of its colour
    ground = f'"{hatch.colour}" fill-opacity=".1"' if hatch.frame else '"#fff" fill-opacity=".3"'
    paint = (
        f'fill="{hatch.colour}"'
        if pattern.dots
        else f'fill="none" stroke="{hatch.colour}" stroke-width="{pattern.width}"'
    )
    return (
        f'<pattern id="{_id(hatch)}" width="{pattern.size}" height="{pattern.size}"'
        ' patternUnits="userSpaceOnUse">'
        f'<rect width="{pattern.size}" height="{pattern.size}" fill={ground}/>'
        f'<path d="{pattern.path}" {paint}/></pattern>'
    )
