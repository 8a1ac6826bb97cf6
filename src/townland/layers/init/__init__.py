"""A catalog proposed from a folder: what plays which role, on what evidence, and what is left open.

Nothing is guessed: where two readings are possible, both stand in the catalog as comments.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyproj

from townland.errors import CatalogError, CRSError, LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import DEFAULT_LANGUAGE, Joined, Words, _, in_a_row
from townland.layers.init.codes import plan_column, values
from townland.layers.init.items import Item, Key, Proposal, Question
from townland.layers.init.questions import Ask, nobody, settled
from townland.layers.init.roles import (
    NOTES,
    by_fields,
    by_name,
    is_village,
    raster_role,
    schemes_of,
)
from townland.layers.init.text import catalog_text
from townland.layers.init.walk import LayerFile, layers_below
from townland.layers.init.workbooks import workbooks_below
from townland.measuring.rasters import reading
from townland.reading import source as sources
from townland.reading.format import Source
from townland.reading.layer_names import NOT_POLYGONS
from townland.reading.rows import hull
from townland.reading.vector import declared_crs, layer_crs
from townland.rules.asks import needs_of
from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.standards import fields as schemas
from townland.terms import ROLES, TAGS

RULES = "liuzhou-2018"
"""The rulebook by which a missing layer is told, where none is named."""

_IDS = (("id_column", "BSM"), ("id_column", "DKBH"))
_SURVEYED = (
    ("owner_column", "QSXZ"),
    ("slope_column", "GDPDJB"),
    ("grade_column", "GDDB"),
    ("production_column", "CN"),
)
_VILLAGES = (("village_column", "ZLDWMC"), ("village_column", "QSDWMC"))
"""Keys of a layer, each with the field whose column it names: of any layer, of the land survey alone,
of survey and basic farmland (where the land lies, else the unit that owns it)."""


def layers_init(
    folder: Path | str,
    out: Path | str | None = None,
    *,
    lang: str = DEFAULT_LANGUAGE,
    progress: Callable[[Words, int, int], None] | None = None,
    rulebook: Rulebook | None = None,
    ask: Ask = nobody,
) -> Proposal:
    """Find the layers in a folder, and write a commented catalog of them.

    Parameters
    ----------
    folder
        Where to look.
    out
        The catalog to write, which must not exist; ``FOLDER/catalog.toml`` without it.
    lang
        The language of its comments.
    progress
        Called with a sentence, the files done and all files.
    rulebook
        The rules that say what a missing layer costs; without it `RULES`.
    ask
        Asks a person where two readings are possible; without it both stand as comments.

    Returns
    -------
    What was found, and where the catalog is: ``target``.

    Raises
    ------
    CatalogError
        The catalog exists already or cannot be written, or no layer of the folder could be placed.
    LayerError
        The folder cannot be looked through.
    """
    folder = Path(folder)
    target = folder / "catalog.toml" if out is None else Path(out)

    def report(name: str, number: int, count: int) -> None:
        """Pass on how far the walk has come.

        Parameters
        ----------
        name, number, count
            The file, its number, and how many there are.
        """
        if progress is not None:
            progress(_("looking at {name}", name=name), number, count)

    proposal = complete(propose(folder, target, tell=report), rulebook or load_rulebook(RULES), ask)
    write_proposal(proposal, target, lang=lang)
    return proposal


def propose(
    folder: Path, target: Path, *, tell: Callable[[str, int, int], None] = lambda *_: None
) -> Proposal:
    """Look at every layer of a folder.

    Parameters
    ----------
    folder
        Where to look.
    target
        The catalog that is to be written; paths in it are relative to its folder.
    tell
        Told of each file before it is looked at: its name, its number, how many there are.

    Raises
    ------
    CatalogError
        The catalog exists already.
    LayerError
        The folder cannot be looked through.
    """
    if target.exists():
        raise CatalogError(
            _(
                "{path} exists already and is not overwritten; name another file",
                path=target.as_posix(),
            )
        )
    found = [_item(found, folder, target) for found in layers_below(folder, tell)]
    region = _region(found)
    items = tuple(_located(item, region) for item in found)
    return Proposal(folder.as_posix(), items, target, workbooks=workbooks_below(folder))


def complete(proposal: Proposal, rulebook: Rulebook, ask: Ask = nobody) -> Proposal:
    """Ask what only a person knows, and say what the layers that are missing cost.

    Parameters
    ----------
    proposal
        What was found.
    rulebook
        The rules that are to be judged.
    ask
        Asks a person; without it every question stays open.

    Raises
    ------
    CatalogError
        No layer of the folder could be placed.
    """
    known = settled(proposal.items, ask)
    placed = {item.role for item in known.items if item.placed}
    if not placed:
        raise _nothing_placed(proposal.folder, known.items)
    missing = tuple(need for need in needs_of(rulebook) if need.role not in placed)
    return replace(proposal, items=known.items, missing=missing, unanswered=known.unanswered)


def _nothing_placed(folder: str, items: Sequence[Item]) -> CatalogError:
    reasons = (_("{file}: {reason}", file=item.source, reason=item.reason) for item in items)
    first = _("no layer of {folder} could be placed", folder=folder)
    return CatalogError(Joined((first, *reasons), "\n"))


def write_proposal(proposal: Proposal, target: Path, *, lang: str) -> None:
    """Write the catalog, which must not exist.

    Parameters
    ----------
    proposal
        What was found.
    target
        The catalog to write.
    lang
        The language of its comments.

    Raises
    ------
    CatalogError
        It exists, or cannot be written.
    """
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(catalog_text(proposal, lang))
    except FileExistsError:
        raise CatalogError(
            _(
                "{path} exists already and is not overwritten; name another file",
                path=target.as_posix(),
            )
        ) from None
    except OSError as problem:
        raise CatalogError(
            _(
                "{path}: cannot be written ({reason})",
                path=target.as_posix(),
                reason=problem.strerror,
            )
        ) from None


def _item(found: LayerFile, folder: Path, target: Path) -> Item:
    """Look at one layer that the walk found.

    Parameters
    ----------
    found
        Where it lies.
    folder
        The folder that is looked through.
    target
        The catalog to write, from whose folder paths start.
    """
    path = _relative(found.path, target.parent)
    shown = found.path.relative_to(folder).as_posix() + (f" | {found.layer}" if found.layer else "")
    item = Item(
        *(shown, found.title, path, found.layer, None, False, _("not known")), file=found.path
    )
    if found.problem is not None:
        return replace(item, reason=found.problem)
    try:
        if found.is_raster:
            return _raster(item, found)
        with sources.opened(found.path, layer=found.layer) as source:
            return _vector(item, source)
    except LayerError as problem:
        return replace(item, reason=Joined((problem.message,)))


def _region(items: Sequence[Item]) -> Bounds | None:
    """Where the layers lie whose CRS is certain; the land survey alone where it is one of them."""
    known = [item for item in items if item.placed and item.bounds is not None]
    surveys = [item for item in known if item.role == "land_use"]
    boxes = [item.bounds for item in surveys or known if item.bounds is not None]
    return hull(boxes) if boxes else None


def _located(item: Item, region: Bounds | None) -> Item:
    """A layer without CRS, placed where its numbers fit one CRS alone that meets the other layers.

    The CRS stands as a comment: a check infers it likewise, and its report says so.
    """
    if region is None or item.unlocated is None:
        return item
    try:
        with sources.opened(item.file, layer=item.layer) as source:
            used, issues = layer_crs(source, None, region=lambda: region)
            bounds = _in_degrees(source.bounds, used)
    except LayerError as problem:
        return replace(item, reason=Joined((item.unlocated, problem.message), "; "))
    why = Joined(tuple(issue.message for issue in issues), "; ")
    line = ("crs", crsys.describe(used), why, False)
    return replace(item, placed=True, reason=item.unlocated, keys=(*item.keys, line), bounds=bounds)


def _in_degrees(bounds: Bounds | None, crs: pyproj.CRS) -> Bounds | None:
    if bounds is None:
        return None
    return crsys.transform_bounds(bounds, crs, crsys.LONLAT)


def _relative(path: Path, start: Path) -> str:
    """The path from a folder, as a catalog in it names it; the whole path on another drive."""
    try:
        return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _raster(item: Item, found: LayerFile) -> Item:
    summary = reading.inspect_raster(found.path)
    role, why = raster_role(item.title, summary.dtype, summary.bands)
    bounds = _in_degrees(summary.bounds, summary.crs)
    return replace(item, role=role, placed=role is not None, reason=why, bounds=bounds)


def _vector(item: Item, source: Source) -> Item:
    if source.geometry_type.split(" ")[-1] in NOT_POLYGONS:
        kind = source.geometry_type
        return replace(
            item, reason=_("the layer holds {kind}, but polygons are expected", kind=kind)
        )
    role, why = _role(item.title, source)
    if role is None:
        return replace(item, reason=why)
    item = replace(item, role=role, keys=(*_identity(role, source), *_classes(role, source)))
    try:
        used, _issues = layer_crs(source, None)
    except CRSError as problem:
        # the table stands as a comment, to be taken in once the CRS is stated
        wanting = why if source.crs is None else None
        return replace(item, reason=Joined((why, problem.message), "; "), unlocated=wanting)
    return replace(
        item,
        placed=True,
        reason=why,
        keys=(*item.keys, *_certain(source, used)),
        bounds=_in_degrees(source.bounds, used),
    )


def _role(title: str, source: Source) -> tuple[str | None, Words]:
    """The role that name and fields agree on; None with the reason where they do not tell one."""
    names, fields = by_name(title), by_fields(source.fields)
    roles = {known.role for known in names}
    if len(roles) > 1:
        listed = ", ".join(known.name for known in names)
        return None, _("its name holds several known names: {names}", names=listed)
    if names and names[0].note in NOTES:
        return None, NOTES[names[0].note]
    if names and names[0].note == "raster":
        return None, _("its name is that of a raster, but it is a vector layer")
    named = names[0].role if names else None
    if named is not None:
        if fields and named not in fields and named in {s.role for s in schemas.signatures()}:
            return None, _(
                "its name says {named}, but its fields are those of {fields}",
                named=named,
                fields=", ".join(fields),
            )
        # villages have a boundary of the same kind and fields, which is none of a town
        if named == "growth_boundary" and _village(source):
            return None, NOTES["village"]
        known = dict.fromkeys((names[0].name, names[0].meaning))
        evidence = _("its name ({name})", name=" ".join(known))
        if named in fields:
            return named, in_a_row((evidence, _("its fields")))
        return named, evidence
    if len(fields) == 1:
        if fields[0] == "growth_boundary" and _village(source):
            return None, NOTES["village"]
        return fields[0], _("its fields; its name says nothing")
    if fields:
        return None, _("its fields fit several roles: {roles}", roles=", ".join(fields))
    if planned := plan_column(source):
        return "planned_use", _(
            "the codes of its column {column} are those of plans", column=planned
        )
    return None, _("neither its name nor its fields are those of a known layer")


def _village(source: Source) -> bool:
    column = schemas.find(("GHFQMC",), source.fields)
    return column is not None and is_village(values(source, column))


def _identity(role: str, source: Source) -> list[Key]:
    """The columns of ids, ridges, owners and slope grades, by the schema."""
    return [*_schema_keys(role, source), *_tag_key(role, source), *_net_factor_key(role, source)]


def _schema_keys(role: str, source: Source) -> Iterable[Key]:
    """The columns of ids and of what a survey records beside classes, the first field of each key."""
    keys: dict[str, Key] = {}
    for key, name in (*_IDS, *(_SURVEYED if role == "land_use" else ()), *_VILLAGES):
        column = _field_column(role, name, source)
        if column is not None:
            keys.setdefault(key, (key, column, _("the field {name}", name=name), True))
    return keys.values()


def _tag_key(role: str, source: Source) -> list[Key]:
    """The first column that holds tags, of planned land use and of approved land."""
    if role not in ("planned_use", "approved_land"):
        return []
    columns = (name for name in source.fields if not schemas.is_personal(name))
    tagged = islice((name for name in columns if _tags(source, name)), 1)
    return [("tag_column", name, _("its values are tags"), True) for name in tagged]


def _net_factor_key(role: str, source: Source) -> list[Key]:
    """The column of ridge coefficients, of a layer that has ridges."""
    column = _field_column(role, "KCXS", source) if ROLES[role].ridged else None
    if column is None:
        return []
    return [("net_factor_column", column, _("the ridge coefficient"), True)]


def _field_column(role: str, name: str | None, source: Source) -> str | None:
    """The column that holds a field of a role's schema; None without one.

    Parameters
    ----------
    role, name
        The role, and the field's name in its schema.
    source
        The layer.
    """
    rule = next((rule for rule in schemas.fields(role) if rule.name == name), None)
    return None if rule is None else schemas.field_column(rule, source.fields)


def _tags(source: Source, column: str) -> bool:
    """Whether a column holds nothing but the tags that rulebooks know."""
    held = values(source, column)
    return bool(held) and set(held) <= set(TAGS)


def _classes(role: str, source: Source) -> list[Key]:
    column = _field_column(role, ROLES[role].class_field, source)
    if column is None and role == "planned_use":
        column = plan_column(source)
    codes = values(source, column) if column else []
    if column is None or not codes:
        return []
    schemes = schemes_of(codes, role)
    if len(schemes) == 1:
        why = _("all {count} {count:code|codes} of {column} are its own, and of no other scheme",
                count=len(codes), column=column)  # fmt: skip
        return [("scheme", schemes[0], why, True), ("class_column", column, why, True)]
    if schemes:
        why = _(
            "all {count} {count:code|codes} of {column} are codes of several schemes: choose",
            count=len(codes),
            column=column,
        )
        return [
            *(("scheme", scheme, why, False) for scheme in schemes),
            ("class_column", column, why, False),
        ]
    why = _("no scheme knows all codes of {column}; see townland layers check", column=column)
    return [("class_column", column, why, False)]


def _certain(source: Source, used: pyproj.CRS) -> list[Key]:
    """What the file itself says, as comments."""
    why = _("the file says {crs}", crs=declared_crs(source) or "-")
    keys: list[Key] = [("crs", crsys.describe(used), why, False)]
    if source.format.states_encoding and source.encoding:
        keys.append(("encoding", source.encoding, _("told from the file's text"), False))
    return [*keys, *_surveyed_key(source)]


def _surveyed_key(source: Source) -> list[Key]:
    """As of when the layer is, where all of its records name one year."""
    column = schemas.find(("SJNF", "数据年份"), source.fields)
    years = values(source, column) if column else []
    if len(years) != 1 or len(years[0]) != 4 or not years[0].isdecimal():
        return []
    why = _("the records say {year}; state the day", year=years[0])
    return [("surveyed", f"{years[0]}-12-31", why, False)]


__all__ = ["Item", "Proposal", "Question", "complete", "layers_init", "propose", "write_proposal"]
