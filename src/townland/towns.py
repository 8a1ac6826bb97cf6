"""A town: its boundary, and the dossier that goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from townland.errors import LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.reading import source as sources
from townland.reading.columns import as_text, find_column, matches, require_column
from townland.reading.digests import sha256_of
from townland.reading.layer import Input
from townland.reading.rows import Rows
from townland.reading.source import Source
from townland.reading.vector import (
    declared_crs,
    layer_crs,
    named,
    no_polygon,
    polygons,
    total_bounds,
)
from townland.standards import fields as schemas

NAME_COLUMNS = (
    "name", "名称", "镇名", "小镇名称", "town", "town_name", "xzmc", "xzqmc", "mc", "地块名称",
    "l_qu", "naam", "title",
)  # fmt: skip
"""Columns that usually hold a town's name, in the order in which they are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """One town as its boundary file gives it.

    `boundary` is a Polygon or MultiPolygon in `crs` (normalised); `input` says which file it came
    from, `issues` what was assumed in reading it, `dossier` holds the facts that are not geometry.
    """

    code: str
    name: str
    boundary: Any
    crs: Any
    input: Input
    issues: tuple[Issue, ...] = ()
    dossier: Mapping[str, Any] = field(default_factory=dict)


def read_towns(
    paths: Sequence[Path | str],
    *,
    layer: str | None = None,
    where: Mapping[str, str] | None = None,
    name_column: str | None = None,
    code_column: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    region: Callable[[], Bounds | None] | None = None,
) -> tuple[Town, ...]:
    """Read the boundaries of towns: every polygon feature is one town.

    Parameters
    ----------
    paths
        Boundary files in any format that layers may have; their towns follow one another.
    layer
        The layer of each file, where one has several.
    where
        Column and value that a feature must have.
    name_column
        The column with the names; without it the usual ones are tried, and else the code is used.
    code_column
        The column with the codes; without it towns are coded 1, 2, 3 … in the order of the files.
    crs, encoding
        What the user states, in place of what the files say.
    region
        Gives the box in degrees of the layers (`reading.vector.region_of`): a file without CRS is
        read in the one CRS that lies there.

    Northings (latitudes) that plainly stand in the first column are put in order, and said.

    Raises
    ------
    LayerError
        A file cannot be read, holds no town, a feature without area, or two towns of one code.
    CRSError
        A CRS is missing, unknown or refused.
    """
    towns: list[Town] = []
    for path in paths:
        with sources.opened(path, layer=layer, encoding=encoding) as source:
            fields = source.fields
            code = require_column(code_column, fields, source.place) if code_column else None
            name = require_column(name_column, fields, source.place) if name_column else None
            name = name or usual_name(fields)
            wanted = {
                require_column(column, fields, source.place): [value]
                for column, value in (where or {}).items()
            }
            used, issues = layer_crs(source, crs, region=region)
            columns = dict.fromkeys(column for column in (code, name, *wanted) if column)
            rows = sources.read(source, list(columns), None)
            bounds = total_bounds(source, rows)
        if crsys.is_swapped(used, bounds):
            issues = (*issues, swap_issue(used, bounds))
            rows = _turned(rows)
        else:
            sources.check_degrees(source, bounds, geographic=used.is_geographic)
        rows = _chosen(rows, wanted, source)
        rows, shape_issues = _areas(rows, source)
        notes = named((*source.issues, *issues, *rows.issues, *shape_issues), Path(path).stem)
        origin = Input(
            name=Path(path).stem,
            role="boundary",
            path=Path(path).as_posix(),
            sha256=sha256_of(Path(path)),
            features=source.features if source.features is not None else len(rows),
            crs_declared=crs or declared_crs(source),
            crs_used=crsys.describe(used),
            encoding_declared=encoding or source.encoding_declared,
            encoding_used=source.encoding,
            surveyed=None,
        )
        nothing = np.full(len(rows), None, dtype=object)
        codes = as_text(rows.columns[code]) if code else nothing
        names = as_text(rows.columns[name]) if name else nothing
        for at, boundary in enumerate(rows.geometry):
            own = codes[at] if code else str(len(towns) + 1)
            if own is None:
                raise LayerError(
                    _(
                        "{place}: feature {feature} has no value in the code column {column}",
                        place=source.place,
                        feature=_number(rows, at, source),
                        column=code,
                    )
                )
            towns.append(Town(own, names[at] or own, boundary, used, origin, notes))
    _check_codes(towns)
    return tuple(towns)


def _turned(rows: Rows) -> Rows:
    """The rows with the two columns of their coordinates exchanged."""
    flat = shapely.force_2d(rows.geometry)
    return replace(rows, geometry=shapely.transform(flat, lambda xy: xy[:, ::-1]))


def swap_issue(crs: Any, bounds: Bounds | None) -> Issue:
    """What to say of a boundary whose columns were exchanged: ``axes_swapped``."""
    return Issue(
        "axes_swapped",
        "warning",
        _(
            "the northing (latitude) stands in the first column (bounds {bounds}); the columns were"
            " exchanged, and read as {crs}",
            bounds=", ".join(f"{number:.3f}" for number in bounds or ()),
            crs=crsys.describe(crs),
        ),
    )


def usual_name(fields: Sequence[str]) -> str | None:
    """The column that usually holds names, or else the only one called so: ``district_name``.

    >>> usual_name(("id", "district_name")), usual_name(("id", "file_name", "owner_name"))
    ('district_name', None)
    """
    fields = [field for field in fields if not schemas.is_personal(field)]
    for usual in NAME_COLUMNS:
        if column := find_column(usual, fields):
            return column
    called = [field for field in fields if field.lower().endswith(("_name", "名称"))]
    return called[0] if len(called) == 1 else None


def _chosen(rows: Rows, where: Mapping[str, list[str]], source: Source) -> Rows:
    if not where:
        return rows
    chosen = rows.take(matches(rows.columns, where))
    if len(chosen) == 0:
        column, values = next(iter(where.items()))
        present = sorted({text for text in as_text(rows.columns[column]) if text is not None})
        raise LayerError(
            _(
                "{place}: no feature has {column} = {value}; the values there are: {values}",
                place=source.place,
                column=column,
                value=values[0],
                values=", ".join(present[:20]) + (" …" if len(present) > 20 else ""),
            )
        )
    return chosen


def _areas(rows: Rows, source: Source) -> tuple[Rows, list[Issue]]:
    """The features that are towns: all of them must have a geometry, and one be a polygon."""
    empty = shapely.is_missing(rows.geometry) | shapely.is_empty(rows.geometry)
    if empty.any():
        raise LayerError(
            _(
                "{place}: feature {feature} has no geometry; delete it, or draw its boundary",
                place=source.place,
                feature=_number(rows, int(np.flatnonzero(empty)[0]), source),
            )
        )
    found, issues = polygons(rows)
    if len(found) == 0:
        raise no_polygon(rows, source.place)
    flat = np.flatnonzero(shapely.area(found.geometry) == 0)
    # a bow-tie's halves cancel out, but it has an area, and is mended or refused as what it is
    mended = shapely.make_valid(found.geometry[flat], method="structure", keep_collapsed=False)
    flat = flat[shapely.area(mended) == 0]
    if len(flat):
        raise LayerError(
            _(
                "{place}: feature {feature} encloses no area; delete it, or draw its boundary",
                place=source.place,
                feature=_number(found, int(flat[0]), source),
            )
        )
    return found, issues


def _number(rows: Rows, at: int, source: Source) -> int:
    """The number of a feature in its file, counted from 1 as people do."""
    return int(rows.fid[at]) + (source.format not in sources.NUMBERED_FROM_1)


def _check_codes(towns: Sequence[Town]) -> None:
    seen: dict[str, Town] = {}
    for town in towns:
        first = seen.setdefault(town.code, town)
        if first is not town:
            raise LayerError(
                _(
                    "two towns have the code {code}: {one} and {other}; give each town one feature"
                    " (dissolve its parts), and a code of its own",
                    code=town.code,
                    one=first.name,
                    other=town.name,
                )
            )
