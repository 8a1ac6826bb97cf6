"""The text of a proposed catalog: every line with its evidence, and at the end what is not placed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from townland.i18n import Words, _, listed, render
from townland.layers.init.items import Item, Proposal
from townland.layers.init.questions import SURVEY, coverage_of
from townland.layers.init.roles import NOTES
from townland.reading.formats import SUFFIXES
from townland.rules.asks import RoleNeed
from townland.terms import ROLES, role


def catalog_text(proposal: Proposal, lang: str) -> str:
    """The catalog as TOML.

    Layers that are placed are tables; what needs a choice stands as comments beneath them.

    Parameters
    ----------
    proposal
        What was found.
    lang
        The language of the comments.
    """
    names: set[str] = set()
    blocks = [
        *_heading(proposal.folder, lang),
        "",
        *_tables(proposal.items, names, lang),
        *_rest(proposal.items, names, lang),
        *_beside(proposal, lang),
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(blocks)).rstrip() + "\n"


def _heading(folder: str, lang: str) -> Iterator[str]:
    yield _comment(_("Proposed from {folder} by townland layers init.", folder=folder), lang)
    yield _comment(_("Lines that begin with # are choices and hints: complete them."), lang)


def _tables(items: Sequence[Item], names: set[str], lang: str) -> Iterator[str]:
    """The tables of the layers that are placed, each with an empty line below.

    Parameters
    ----------
    items
        What was found, in order.
    names, lang
        As `_block`.
    """
    extents = [item for item in items if not item.placed and _is_extent(item, lang)]
    surveyed = any(item.placed and item.role == SURVEY for item in items)
    for item in items:
        if item.placed:
            yield from _block(item, names, extents, lang)
            yield from _known_coverage(item, lang, surveyed=surveyed)
            yield from _accuracy(item, lang)
            yield ""


def _rest(items: Sequence[Item], names: set[str], lang: str) -> Iterator[str]:
    """What is not placed, as comments.

    Parameters
    ----------
    items
        What was found, in order.
    names, lang
        As `_block`.
    """
    rest = [item for item in items if not item.placed]
    if rest:
        yield _comment(_("What could not be placed, and why:"), lang)
    for item in rest:
        yield from _unplaced(item, names, lang)


def _beside(proposal: Proposal, lang: str) -> Iterator[str]:
    """What is missing, and the workbooks beside the layers, as comments."""
    for head, lines in notes(proposal):
        yield ""
        yield _comment(head, lang)
        yield from (_comment(line, lang) for line in lines)


def notes(proposal: Proposal) -> Iterator[tuple[Words, tuple[Words, ...]]]:
    """What a reader of a proposal must know beside its layers: a head, and its lines."""
    if proposal.missing:
        head = _("No layer plays these roles, and this is what that costs:")
        yield head, tuple(cost(need) for need in proposal.missing)
    if proposal.workbooks:
        lines = (
            _("{file}: {what}", file=each.source, what=each.what) for each in proposal.workbooks
        )
        yield _("Workbooks beside the layers:"), tuple(lines)


def cost(need: RoleNeed) -> Words:
    """Say what a check leaves open without a layer of a role."""
    place = {"title": role(need.role), "role": need.role}
    unjudged, poorer = (listed(rule.id for rule in rules) for rules in (need.unjudged, need.poorer))
    if not need.unjudged:
        return _(
            "{title} ({role}): {rules} do without it, by the other layers", rules=poorer, **place
        )
    if not need.poorer:
        return _("{title} ({role}): {rules} cannot be judged", rules=unjudged, **place)
    return _("{title} ({role}): {rules} cannot be judged; {others} do without it, by the other layers",
             rules=unjudged, others=poorer, **place)  # fmt: skip


def _unplaced(item: Item, names: set[str], lang: str) -> Iterator[str]:
    """One layer that is not placed: why, and its table of comments, to be taken in by hand.

    Parameters
    ----------
    item
        The layer.
    names, lang
        As `_block`.
    """
    yield _comment(_("{file}: {reason}", file=item.source, reason=item.reason), lang)
    if item.role is not None:
        table = _block(item, names, (), lang)
        yield from (f"# {line.removeprefix('# ')}" for line in table)


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
    yield "[[layer]]"
    yield f"name = {_quoted(_unused(str(item.role), names))}"
    yield f"role = {_quoted(str(item.role))}  {_comment(item.reason, lang)}"
    yield from _source(item)
    yield from _keys(item, lang)
    yield from _coverages(extents, lang)


def _source(item: Item) -> Iterator[str]:
    """Where the layer lies."""
    yield f"path = {_quoted(item.path)}"
    if item.layer is not None:
        yield f"layer = {_quoted(item.layer)}"


def _keys(item: Item, lang: str) -> Iterator[str]:
    """Its other keys, each with its evidence; comments where they are not certain."""
    for key, value, why, sure in item.keys:
        shown = value if key == "surveyed" else _quoted(value)
        yield f"{'' if sure else '# '}{key} = {shown}  {_comment(why, lang)}"


def _coverages(extents: Sequence[Item], lang: str) -> Iterator[str]:
    """The layers that may be its coverage, as comments."""
    for extent in extents:
        part = extent.path + (f"|{extent.layer}" if extent.layer else "")
        why = _("where the layer claims to be complete, if this is it")
        yield f"# coverage = {_quoted(part)}  {_comment(why, lang)}"


def _known_coverage(item: Item, lang: str, *, surveyed: bool) -> Iterator[str]:
    """The coverage that a layer of its role mostly has, as a comment: whether it has a person confirms.

    Parameters
    ----------
    item, lang
        As `_block`.
    surveyed
        Whether a land survey is among the layers.
    """
    mostly = coverage_of(item, surveyed=surveyed)
    if mostly is not None and not any(key == "coverage" for key, *_line in item.keys):
        coverage, why = mostly
        yield f"# coverage = {_quoted(coverage)}  {_comment(why, lang)}"


def _accuracy(item: Item, lang: str) -> Iterator[str]:
    """How accurate its vertices are, as a comment: no file says so, and whoever made it may know."""
    role = ROLES.get(item.role or "")
    form = SUFFIXES.get(Path(item.path).suffix.lower())
    grid = form is not None and form.is_raster
    if role is not None and role.raster != "only" and not grid:
        why = _(
            "the standard deviation of a vertex (中误差) in metres, if whoever made the layer states it"
            " (1.0 is an example); without it areas have no ±"
        )
        yield f"# accuracy_m = 1.0  {_comment(why, lang)}"


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
