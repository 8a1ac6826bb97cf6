"""The roles' part of ``layers/README.md``, made from the tables that the code reads.

python tools/layer_readme.py        write it anew between its marks
"""

from __future__ import annotations

from pathlib import Path

from townland.layers.init.roles import NOTES
from townland.standards import fields
from townland.terms import ROLES

README = Path(__file__).resolve().parent.parent / "layers" / "README.md"
BEGIN, END = "<!-- roles: tools/layer_readme.py -->", "<!-- /roles -->"
UNFOUND = {
    "uncovered": "Land without a feature is not covered.",
    "unplanned": "Without declared coverage, land without a plot is unplanned, and may be built on.",
    "unproven": "Without declared coverage no rule passes because nothing is found.",
    "told": "Without declared coverage the report says that there may be more.",
}
NEEDS = {"M": "mandatory", "C": "where it applies", "O": "optional"}


def lines() -> list[str]:
    """Every role with its names and fields, then the names that play none, then personal columns."""
    found: list[str] = []
    roles = dict.fromkeys(known.role for known in fields.names() if known.role)
    for role in roles:
        names = [f"`{known.name}`" for known in fields.names() if known.role == role]
        found += [f"### `{role}`", "", f"Names: {', '.join(names)}, in any case, also beside a county's"
                  " code or a year.", ""]  # fmt: skip
        if ROLES[role].class_field:
            found += [f"Class column: `{ROLES[role].class_field}`; its scheme must be named.", ""]
        if ROLES[role].raster != "only":
            found += [UNFOUND[ROLES[role].unfound], ""]
        rules = fields.fields(role)
        if not rules:
            found += ["No field is asked for.", ""]
            continue
        found += ["| field | 中文 | also called | type | |", "|---|---|---|---|---|"]
        for rule in rules:
            size = "" if rule.width is None else f"{rule.width}"
            size += "" if rule.decimals is None else f".{rule.decimals}"
            found.append(
                f"| `{rule.name}` | {rule.zh} | {', '.join(rule.aliases)} | {rule.type}{size} |"
                f" {NEEDS[rule.need]} |"
            )
        found.append("")
    found += ["### Known, and without a role", "", "| name | | why |", "|---|---|---|"]
    for known in fields.names():
        if not known.role:
            found.append(f"| `{known.name}` | {known.meaning} | {NOTES[known.note].render('en')} |")
    exact = ", ".join(f"`{c.pattern}`" for c in fields.personal_columns() if c.whole)
    parts = ", ".join(f"`{c.pattern}`" for c in fields.personal_columns() if not c.whole)
    found += ["", "### Columns that are never read", "", f"Personal data: {exact}; and every column"
              f" whose name holds {parts}.", ""]  # fmt: skip
    return found


def part() -> str:
    """The part between the marks."""
    return "\n".join([BEGIN, "", *lines(), END])


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    head, _begin, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    README.write_text(head + part() + tail, encoding="utf-8", newline="\n")
