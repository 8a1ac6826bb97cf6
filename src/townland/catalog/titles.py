"""What layers are called in sentences: those that ``layers init`` named by their roles, by the title."""

from __future__ import annotations

from townland.i18n import Words, _
from townland.terms import ROLES, role


def layer_title(name: str) -> Words | str:
    """Call a layer that is named by its role, as ``layers init`` names it, by the role's title.

    >>> str(layer_title("paddy")), str(layer_title("paddy_2")), layer_title("DLTB")
    ('水田专题图层', '水田专题图层2', 'DLTB')
    """
    stem, _line, number = name.rpartition("_")
    if stem in ROLES and number.isdecimal():
        return _("{first} {then}", first=ROLES[stem].title, then=number)
    return role(name)


def layer_key(name: str) -> Words | str:
    """Call a layer by its title with the name that a person finds it by in the catalog.

    >>> str(layer_key("paddy")), str(layer_key("DLTB"))
    ('水田专题图层（paddy）', 'DLTB')
    """
    title = layer_title(name)
    return name if title == name else _("{said} ({more})", said=title, more=name)


def layer_words(name: str, of: str) -> Words | str:
    """Call a layer by its role, with its own name in brackets where that is another.

    >>> str(layer_words("paddy", "paddy")), str(layer_words("DLTB", "land_use"))
    ('水田专题图层', '土地利用现状（DLTB）')
    """
    if layer_title(name) != name:
        return layer_title(name)
    return _("{said} ({more})", said=role(of), more=name)
