"""How a thing looks in a notebook: a heading and a few lines, escaped, with inline styles alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TypeVar

from townland.i18n import Words, render

Name = TypeVar("Name", bound=Words | str)

CARD = (
    "display:inline-flex;gap:14px;align-items:flex-start;border:1px solid #8886;border-radius:6px;"
    "padding:8px 12px;font-family:system-ui,sans-serif;line-height:1.4"
)
HEAD = "text-align:left;font-weight:600;padding:2px 10px 2px 0"
CELL = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"


def card(title: Words | str, lines: Mapping[Name, object], *, more: str = "") -> str:
    """A heading above lines of a name and a value, as HTML.

    Parameters
    ----------
    title
        The heading.
    lines
        Names and values; a line whose value is None is left out.
    more
        HTML that stands beside them, such as a drawing; it must be escaped already.

    Examples
    --------
    >>> "&lt;b&gt; &amp; Co" in card("<b> & Co", {"CRS": "EPSG:4524"})
    True
    """
    rows = "".join(
        f'<tr><td style="{HEAD}">{_text(name)}</td><td style="{CELL}">{_text(value)}</td></tr>'
        for name, value in lines.items()
        if value is not None
    )
    text = f'<div><strong>{_text(title)}</strong><table style="border:0">{rows}</table></div>'
    return f'<div style="{CARD}">{more}{text}</div>'


def grid(head: Sequence[Words | str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a head, as HTML."""
    heads = "".join(f'<th style="{HEAD}">{_text(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{_text(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return f'<table style="border:0"><tr>{heads}</tr>{body}</table>'


def _text(value: object) -> str:
    """Any value as escaped text in the default language; a dash where there is none."""
    return escape("–" if value is None else render(value))
