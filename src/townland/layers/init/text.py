"""The text of a proposed catalog: every line with its evidence, and at the end what is not placed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from townland.i18n import Words, _, render
from townland.layers.init.items import Item
from townland.layers.init.roles import NOTES


def catalog_text(folder: str, items: Sequence[Item], lang: str) -> str:
    """The catalog as TOML.

    Layers that are placed are tables; what needs a choice stands as comments beneath them.

    Parameters
    ----------
    folder
        The folder that was looked through.
    items
        What was found, in order.
    lang
        The language of the comments.
    """
    names: set[str] = set()
    blocks = [_comment(_("Proposed from {folder} by townland layers init.", folder=folder), lang)]
    blocks.append(
        _comment(_("Lines that begin with # are choices and hints: complete them."), lang)
    )
    blocks.append("")
    extents = [item for item in items if not item.placed and _is_extent(item, lang)]
    for item in (item for item in items if item.placed):
        blocks += [*_block(item, names, extents, lang), ""]
    rest = [item for item in items if not item.placed]
    if rest:
        blocks.append(_comment(_("What could not be placed, and why:"), lang))
        for item in rest:
            words = _("{file}: {reason}", file=item.source, reason=item.reason)
            blocks.append(_comment(words, lang))
            if item.role is not None:
                # a table of comments, to be taken in by hand
                blocks += [f"# {line.removeprefix('# ')}" for line in _block(item, names, (), lang)]
    return "\n".join(blocks).rstrip() + "\n"


def _block(item: Item, names: set[str], extents: Sequence[Item], lang: str) -> Iterator[str]:
    """The table of one layer that is placed.

    Parameters
    ----------
    item
        The layer.
    names
        The names that are taken; that of the layer is added.
    extents
        Layers that may be its coverage.
    lang
        The language of the comments.
    """
    name = _unused(str(item.role), names)
    yield "[[layer]]"
    yield f"name = {_quoted(name)}"
    yield f"role = {_quoted(str(item.role))}  {_comment(item.reason, lang)}"
    yield f"path = {_quoted(item.path)}"
    if item.layer is not None:
        yield f"layer = {_quoted(item.layer)}"
    for key, value, why, sure in item.keys:
        shown = value if key == "surveyed" else _quoted(value)
        yield f"{'' if sure else '# '}{key} = {shown}  {_comment(why, lang)}"
    for extent in extents:
        part = extent.path + (f"|{extent.layer}" if extent.layer else "")
        why = _("where the layer claims to be complete, if this is it")
        yield f"# coverage = {_quoted(part)}  {_comment(why, lang)}"


def _is_extent(item: Item, lang: str) -> bool:
    return render(item.reason, lang) == render(NOTES["extent"], lang)


def _unused(role: str, names: set[str]) -> str:
    name, number = role, 2
    while name in names:
        name, number = f"{role}_{number}", number + 1
    names.add(name)
    return name


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(words: Words, lang: str) -> str:
    return "# " + re.sub(r"[\x00-\x1f\x7f]+", " ", render(words, lang))
