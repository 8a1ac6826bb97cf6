"""A town: its boundary, and the dossier that goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland.dossier import UNSTATED, Dossier
from townland.errors import DossierError, LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.geodesy.valid import valid_land
from townland.i18n import _
from townland.i18n import listed as names_in_order
from townland.issues import Issue
from townland.notebook import card
from townland.reading import source as sources
from townland.reading.accuracy import accuracies, accuracy_column, require_accuracy
from townland.reading.columns import as_text, find_column, matches, require_column
from townland.reading.digests import sha256_of
from townland.reading.format import Source
from townland.reading.frame import frame_source, sha256_of_frame
from townland.reading.layer import Input
from townland.reading.polygons import no_polygon, polygons
from townland.reading.reach import refuse_out_of_reach
from townland.reading.rows import Rows
from townland.reading.vector import declared_crs, layer_crs, named, total_bounds
from townland.standards import fields as schemas

NAME_COLUMNS = (
    "name", "名称", "镇名", "小镇名称", "town", "town_name", "xzmc", "xzqmc", "mc", "地块名称",
    "l_qu", "naam", "title",
)  # fmt: skip
"""Columns that usually hold a town's name, in the order in which they are tried."""


Confirmed: TypeAlias = Literal["", "stated", "restated"]
"""How far a user vouches for a CRS: not at all, by stating it, or beside what the file declares."""


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """One town as its boundary file gives it.

    `boundary` is a Polygon or MultiPolygon in `crs` (normalised); `input` says which file it came
    from, `issues` what was assumed in reading it, `dossier` holds the facts that are not geometry.
    `crs_confirmed` is ``stated`` where the user states the CRS, ``restated`` where the file has one.
    `accuracy_m` is the standard deviation of a vertex in metres, None where nobody states it.
    """

    code: str
    name: str
    boundary: shapely.Polygon | shapely.MultiPolygon
    crs: pyproj.CRS
    input: Input
    issues: tuple[Issue, ...] = ()
    dossier: Dossier = UNSTATED
    crs_confirmed: Confirmed = ""
    accuracy_m: float | None = None
    coded: bool = True  # a code of its own, not its number among the towns

    def __repr__(self) -> str:
        return f"<Town {self.code} {self.name}, {self.input.crs_used}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: an outline, code, name, CRS and file."""
        return card(
            _("{code} {name}", code=self.code, name=self.name),
            {
                _("CRS"): self.input.crs_used,
                _("file"): self.input.path or self.input.name,
                _("features"): self.input.features,
                _("notes"): len(self.issues),
            },
            more=_outline(self.boundary),
        )


Boundaries: TypeAlias = str | Path | gpd.GeoDataFrame
"""What holds the boundaries of towns: a file by its path, or a GeoDataFrame."""


def read_towns(
    boundaries: Boundaries | Sequence[Boundaries],
    *,
    layer: str | None = None,
    where: Mapping[str, str] | None = None,
    name_column: str | None = None,
    code_column: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    accuracy_m: float | None = None,
    region: Callable[[], Bounds | None] | None = None,
) -> tuple[Town, ...]:
    """Read the boundaries of towns: every polygon feature is one town.

    Northings (latitudes) that plainly stand in the first column are put in order, and said.

    Parameters
    ----------
    boundaries
        A file by its path, a GeoDataFrame with a CRS, or a list of them.
    layer
        The layer of the files; without it their only one, or the only one with polygons.
    where
        Take only the features with these values, by column.
    name_column
        The column with the names; without it the usual ones are tried, and else the code is used.
    code_column
        The column with the codes; without it towns are coded 1, 2, 3 … in the order of the files.
    crs, encoding, columns
        What the user states, in place of what files say; `columns` as ``{"x": "东坐标", "y": "3"}``.
    accuracy_m
        The standard deviation of a vertex of the boundaries in metres, where it is known; without it,
        what the column ``accuracy_m`` (中误差) of a file says of each. What a file calls its precision
        (精度) is the resolution of its numbers, and no accuracy.
    region
        Gives the box in degrees of the layers (`reading.vector.region_of`): a file without CRS is
        read in the one CRS that lies there.

    Raises
    ------
    LayerError
        A file cannot be read, holds no town, a feature without area, or two towns of one code.
    CRSError
        A CRS is missing, unknown or refused.
    TownlandError
        The accuracy of all boundaries is no length above 0.

    Examples
    --------
    >>> square = shapely.box(36642000, 2689000, 36643000, 2690000)
    >>> frame = gpd.GeoDataFrame({"镇名": ["甲镇"]}, geometry=[square], crs="EPSG:4524")
    >>> read_towns(frame)
    (<Town 1 甲镇, EPSG:4524>,)
    """
    require_accuracy(accuracy_m)
    towns: list[Town] = []
    for boundary in listed(boundaries):
        opening = (
            nullcontext(frame_source(boundary))
            if isinstance(boundary, gpd.GeoDataFrame)
            else sources.opened(boundary, layer=layer, encoding=encoding, columns=columns)
        )
        with opening as source:
            found = _features(
                source,
                columns=(code_column, name_column),
                where=where or {},
                crs=crs,
                region=region,
            )
        name, path, sha256 = _origin(boundary, source)
        origin = Input(
            name=name,
            role="boundary",
            path=path,
            sha256=sha256,
            features=source.features if source.features is not None else len(found.rows),
            crs_declared=crs or declared_crs(source),
            crs_used=crsys.describe(found.crs),
            encoding_declared=encoding or source.encoding_declared,
            encoding_used=source.encoding,
            surveyed=None,
        )
        notes = named(found.issues, name)
        confirmed: Confirmed = ("restated" if declared_crs(source) else "stated") if crs else ""
        values = (found.codes, found.names, found.rows.geometry, found.accuracies)
        for code, title, shape, accuracy in zip(*values, strict=True):
            own = code or str(len(towns) + 1)
            towns.append(
                Town(
                    own,
                    title or own,
                    shape,
                    found.crs,
                    origin,
                    notes,
                    crs_confirmed=confirmed,
                    accuracy_m=accuracy if accuracy_m is None else accuracy_m,
                    coded=code is not None,
                )
            )
    _check_codes(towns)
    return tuple(towns)


def _outline(boundary: shapely.Polygon | shapely.MultiPolygon, size: int = 96) -> str:
    """A small drawing of a boundary, north up, as SVG; empty where there is nothing to draw."""
    west, south, east, north = shapely.bounds(boundary)
    scale = size / max(east - west, north - south, 1e-12)
    rings = shapely.get_rings(shapely.simplify(boundary, 0.5 / scale))
    points = [(shapely.get_coordinates(ring) - (west, north)) * (scale, -scale) for ring in rings]
    return _svg("".join(map(_path, points)), size)


def _path(points: npt.NDArray[np.float64]) -> str:
    """A ring, of shape (n, 2), as a part of an SVG path."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _svg(path: str, size: int) -> str:
    """An SVG path as a drawing of its own."""
    return (
        f'<svg width="{size + 4}" height="{size + 4}" viewBox="-2 -2 {size + 4} {size + 4}">'
        f'<path d="{path}" fill="#4c78a833" stroke="#4c78a8" stroke-width="1.5"'
        ' fill-rule="evenodd"/></svg>'
    )


def listed(boundaries: Boundaries | Sequence[Boundaries]) -> Sequence[Boundaries]:
    """A list, of one file or frame too: a frame iterates over its columns, a text over its signs."""
    if isinstance(boundaries, str | Path | gpd.GeoDataFrame):
        return [boundaries]
    each: list[Boundaries] = list(boundaries)
    for one in each:
        if not isinstance(one, str | Path | gpd.GeoDataFrame):
            raise LayerError(
                _(
                    "boundaries are a file by its path, a GeoDataFrame, or a list of them; given was"
                    " {kind}",
                    kind=type(one).__name__,
                )
            )
    return each


def _origin(boundary: Boundaries, source: Source) -> tuple[str, str | None, str]:
    """Name, path and SHA-256 of what holds boundaries; a frame has no path."""
    if isinstance(boundary, gpd.GeoDataFrame):
        return source.place, None, sha256_of_frame(source)
    path = Path(boundary)
    return path.stem, path.as_posix(), sha256_of(path)


@dataclass(frozen=True, slots=True, eq=False)
class _Features:
    """The polygons of one source: their rows, codes and names (None where there is none), the CRS.

    `accuracies` are what a column says of each, None where none does.
    """

    rows: Rows
    codes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    crs: pyproj.CRS
    issues: tuple[Issue, ...]
    accuracies: list[float | None]


def _features(
    source: Source,
    *,
    columns: tuple[str | None, str | None],
    where: Mapping[str, str],
    crs: str | None,
    region: Callable[[], Bounds | None] | None,
) -> _Features:
    """Read the features of an open source that are towns.

    Parameters
    ----------
    source
        What is read.
    columns
        The columns of codes and of names, as they were asked for; None where none was.
    where, crs, region
        As in `read_towns`.
    """
    code, name = (
        require_column(column, source.fields, source.place) if column else None
        for column in columns
    )
    name = name or usual_name(source.fields)
    wanted = {
        require_column(column, source.fields, source.place): [value]
        for column, value in where.items()
    }
    used, issues = layer_crs(source, crs, region=region)
    accuracy = accuracy_column(source.fields)
    needed = dict.fromkeys(column for column in (code, name, accuracy, *wanted) if column)
    rows = sources.read(source, list(needed), None)
    bounds = total_bounds(source, rows)
    # EPSG orders many systems north before east, and some programs write it so
    if crsys.is_swapped(used, bounds):
        issues = (*issues, swap_issue(used, bounds))
        rows = _turned(rows)
        refuse_out_of_reach(source, rows, used, region)
    else:
        refuse_out_of_reach(source, rows, used, region)
        sources.check_degrees(source, bounds, geographic=used.is_geographic)
    chosen = _chosen(rows, wanted, source)
    towns, shape_issues = _areas(chosen, source)
    nothing = np.full(len(towns), None, dtype=object)
    codes = as_text(towns.columns[code]) if code else nothing
    for at in np.flatnonzero(codes == None) if code else ():  # noqa: E711 - each value
        raise LayerError(
            _(
                "{place}: feature {feature} has no value in the code column {column}",
                place=source.place,
                feature=_number(towns, int(at), source),
                column=code,
            )
        )
    return _Features(
        rows=towns,
        codes=codes,
        names=as_text(towns.columns[name]) if name else nothing,
        crs=used,
        issues=(*source.issues, *issues, *towns.issues, *shape_issues),
        accuracies=accuracies(towns, accuracy, source),
    )


def _turned(rows: Rows) -> Rows:
    """The rows with the two columns of their coordinates exchanged."""
    flat = shapely.force_2d(rows.geometry)
    return replace(rows, geometry=shapely.transform(flat, lambda xy: xy[:, ::-1]))


def swap_issue(crs: pyproj.CRS, bounds: Bounds | None) -> Issue:
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
    """The rows with the wanted values.

    Parameters
    ----------
    rows
        All rows.
    where
        The wanted values by column; all rows without any.
    source
        Where they come from.
    """
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
    flat = flat[shapely.area(valid_land(found.geometry[flat])) == 0]
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
    """The number of a feature in its file, counted from 1 as people do.

    Parameters
    ----------
    rows, at
        The rows, and the position of one.
    source
        Where they come from.
    """
    return source.number(int(rows.fid[at]))


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


def match_dossiers(
    towns: Sequence[Town], dossiers: Sequence[Dossier], *, some: bool = False
) -> tuple[Town, ...]:
    """The towns with their dossiers, matched by code, then by name.

    Parameters
    ----------
    towns, dossiers
        As `read_towns` and `load_dossiers` give them.
    some
        The towns were chosen from more: dossiers of the others are left out, if any is theirs.

    Raises
    ------
    DossierError
        A dossier matches no town, or more than one by its name; or two match one town.
    """
    matched: dict[str, Dossier] = {}
    known = {text for town in towns for text in (town.code, town.name)}
    theirs = [each for each in dossiers if {each.code, each.name} & known] if some else []
    for dossier in theirs or dossiers:
        town = _town_of(dossier, towns)
        if town.code in matched:
            raise DossierError(
                _(
                    "two dossiers are for town {code} ({name}); give each town one",
                    code=town.code,
                    name=town.name,
                )
            )
        matched[town.code] = dossier
    return tuple(replace(t, dossier=matched[t.code]) if t.code in matched else t for t in towns)


def _town_of(dossier: Dossier, towns: Sequence[Town]) -> Town:
    for key in ("code", "name"):
        hits = [town for town in towns if getattr(town, key) == getattr(dossier, key)]
        if len(hits) > 1:
            raise DossierError(
                _(
                    "a dossier is for {name}; towns of that name: {count}; give the code",
                    name=dossier.name,
                    count=len(hits),
                )
            )
        if hits:
            return hits[0]
    raise DossierError(
        _(
            "no town matches the dossier of code {code}, name {name}; the towns are: {towns}",
            code=dossier.code or "-",
            name=dossier.name or "-",
            towns=names_in_order(f"{town.code} {town.name}" for town in towns),
        )
    )
