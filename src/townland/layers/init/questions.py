"""What only a person knows of a folder's layers, asked where somebody is there to answer.

Where two readings are possible none is taken: an answer makes a line of the catalog certain, and without
one it stands as a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from townland import terms
from townland.catalog import AS_LAYER, OWN_TOWNS
from townland.geodesy.crs import Bounds
from townland.i18n import Words, _, listed
from townland.layers.init.items import Item, Key, Question

SURVEY = "land_use"
"""The role of the land survey, by which its first layer is named, too."""


SCHEMES: Mapping[str, Words] = {
    "gbt21010-2007": _("classification of land use, 2007"),
    "gbt21010-2017": _("classification of land use, 2017"),
    "sandiao-2019": _("working classification of the third land survey"),
    "guide-2023": _("classification for survey, plan and use control, 2023"),
}
"""The titles of the schemes that the codes of one column may be of."""

ALL, ONE_BY_ONE = 0, 2
"""Answers to whether layers are complete."""

Ask: TypeAlias = Callable[[Question], int | None]
"""Gives the number of the answer, counted from 0; None leaves the question open."""


def nobody(_question: Question) -> None:
    """Leave every question open."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The layers after the answers, and the questions that nobody answered."""

    items: tuple[Item, ...]
    unanswered: tuple[Question, ...]


def settled(items: Sequence[Item], ask: Ask) -> Settled:
    """Ask what only a person knows, and take the answers over.

    Layers of one role are united; so of several in one place none is placed before one is chosen.
    """
    unanswered: list[Question] = []

    def asked(question: Question) -> int | None:
        answer = ask(question)
        if answer is None:
            unanswered.append(question)
        return answer

    known = _one_of_a_place(items, asked)
    known = [_with_scheme(item, asked) for item in known]
    return Settled(tuple(_complete(known, asked)), tuple(unanswered))


def coverage_of(item: Item, *, surveyed: bool) -> tuple[str, Words] | None:
    """The coverage that a layer of its role mostly has, and when it has; None where there is none.

    Parameters
    ----------
    item
        The layer.
    surveyed
        Whether a land survey is among the layers.
    """
    role = terms.ROLES.get(item.role or "")
    if role is None or role.raster == "only":
        return None
    if role.unfound == "unplanned":
        return OWN_TOWNS, _(
            "if the layer is all that is planned in each town that has plots of its own"
        )
    if role.unfound != "uncovered" and surveyed:
        return AS_LAYER + SURVEY, _(
            "if it is a product of the whole county, and so complete where the land survey is; without"
            " a coverage nothing passes for want of features"
        )
    return None


def _one_of_a_place(items: Sequence[Item], ask: Ask) -> list[Item]:
    """Choose between the layers of one role that lie in one place."""
    known = list(items)
    done: set[str] = set()
    for item in items:
        rivals = _rivals(item, items)
        if not rivals or item.source in done:
            continue
        group = [other for other in items if other is item or other in rivals]
        done |= {each.source for each in group}
        answer = ask(_which(item, group))
        for at, each in enumerate(group):
            if at != answer:
                known[items.index(each)] = _left_out(each, group, answer)
    return known


def _which(item: Item, group: Sequence[Item]) -> Question:
    return Question(
        _("Several layers for the role {role} lie in one place. Which one counts?",
          role=terms.role(str(item.role))),
        tuple(_("{file}", file=each.source) for each in group),
    )  # fmt: skip


def _left_out(item: Item, group: Sequence[Item], answer: int | None) -> Item:
    """A layer that is not placed beside those of its role in the same place.

    Parameters
    ----------
    item, group
        The layer, and all that lie in one place, itself among them.
    answer
        Which of them was chosen, None where none was.
    """
    if answer is None:
        others = ", ".join(each.source for each in group if each is not item)
        why = _(
            "several layers for the role {role} lie in one place ({others} too); layers of one"
            " role are united: choose",
            role=item.role,
            others=others,
        )
    else:
        why = _("{file} was chosen in its place", file=group[answer].source)
    return replace(item, placed=False, reason=why)


def _rivals(item: Item, items: Sequence[Item]) -> list[Item]:
    """The other layers of its role that are placed where it is."""
    return [
        other
        for other in items
        if other is not item and item.placed and other.placed and other.role == item.role
        and _meet(item.bounds, other.bounds)
    ]  # fmt: skip


def _meet(one: Bounds | None, other: Bounds | None) -> bool:
    """Whether two boxes share land; boxes that are unknown may."""
    if one is None or other is None:
        return True
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return bool(wide > 0 and high > 0)


def _with_scheme(item: Item, ask: Ask) -> Item:
    """Choose the scheme of a layer whose codes are codes of several."""
    schemes = [key for key in item.keys if key[0] == "scheme" and not key[3]]
    column = next((key for key in item.keys if key[0] == "class_column"), None)
    if not item.placed or len(schemes) < 2 or column is None:
        return item
    question = Question(
        _("The codes of {file}, column {column}, are codes of several schemes. Which are they?",
          file=item.source, column=column[1]),
        tuple(_scheme(key[1]) for key in schemes),
    )  # fmt: skip
    answer = ask(question)
    if answer is None:
        return item
    why = _("chosen by the user")
    chosen = (_certain(schemes[answer], why), _certain(column, why))
    others = tuple(key for key in item.keys if key not in schemes and key is not column)
    return replace(item, keys=(*others, *chosen))


def _scheme(name: str) -> Words:
    """Call a scheme by its title, and by the name that a catalog has for it."""
    title = SCHEMES.get(name)
    if title is None:
        return _("{name}", name=name)
    return _("{title} ({name})", title=title, name=name)


def _certain(key: Key, why: Words) -> Key:
    name, value, _why, _sure = key
    return name, value, why, True


def _complete(items: Sequence[Item], ask: Ask) -> list[Item]:
    """Have it confirmed where layers are complete: where layers of their role mostly are."""
    surveyed = any(item.placed and item.role == SURVEY for item in items)
    mostly = {item.source: coverage_of(item, surveyed=surveyed) for item in items if item.placed}
    whole = [item for item in items if (mostly.get(item.source) or ("",))[0] == AS_LAYER + SURVEY]
    answer = ask(_all_complete(whole)) if len(whole) > 1 else ONE_BY_ONE
    confirmed = {item.source for item in whole if answer == ALL}
    for item in items:
        coverage = mostly.get(item.source)
        if coverage is None or (item in whole and answer != ONE_BY_ONE):
            continue
        if ask(_is_complete(item, coverage[0])) == ALL:
            confirmed.add(item.source)
    return [
        _covered(item, mostly[item.source]) if item.source in confirmed else item for item in items
    ]


def _covered(item: Item, mostly: tuple[str, Words] | None) -> Item:
    if mostly is None:
        return item
    line: Key = ("coverage", mostly[0], _("confirmed by the user"), True)
    return replace(item, keys=(*item.keys, line))


def _all_complete(items: Sequence[Item]) -> Question:
    return Question(
        _("Is each of these layers complete wherever the land survey is, so that where it shows nothing"
          " there is nothing: {roles}?",
          roles=listed(terms.role(str(item.role)) for item in items)),
        (_("yes, all of them"), _("no, or not known"), _("ask one by one")),
    )  # fmt: skip


def _is_complete(item: Item, coverage: str) -> Question:
    place = {"file": item.source, "role": terms.role(str(item.role))}
    text = (
        _("{file} ({role}): is this all that is planned in each town that has plots of its own?",
          **place)
        if coverage == OWN_TOWNS
        else _("{file} ({role}): is it complete wherever the land survey is, so that where it shows"
               " nothing there is nothing?", **place)
    )  # fmt: skip
    return Question(text, (_("yes"), _("no, or not known")))
