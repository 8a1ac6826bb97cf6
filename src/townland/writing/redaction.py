"""An assessment without what tells whose land it is and where it lies; figures and verdicts stay.

Ids of features, places and names of sites are struck out wherever they stand, boundaries and pieces are
moved to a plane of their own and rounded, and there is nothing behind the map.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pydantic import BaseModel

from townland.catalog import LayerCatalog
from townland.geodesy.crs import LONLAT
from townland.i18n import Text, _
from townland.issues import Issue
from townland.measuring import TownResult
from townland.measuring.boundary import Surroundings
from townland.measuring.piece_table import PieceTable
from townland.measuring.prepare import Repair
from townland.measuring.prepare.areal import polygons_of
from townland.reading.layer import Input
from townland.results import Assessment
from townland.rules.judging.trace import Term
from townland.rules.need_shares import Piece
from townland.rules.notices import HeadNotice
from townland.rules.shared_land import SharedLand
from townland.towns import Town

Shapes = npt.NDArray[np.object_]
T = TypeVar("T")

STEP_M = 10.0
"""Coordinates are whole steps."""

STRUCK = "■■■"
"""What stands in place of an id or a name."""

LOCAL = pyproj.CRS.from_wkt(
    pyproj.CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=0 +k=1 +ellps=GRS80 +units=m")
    .to_wkt()
    .replace('"unknown"', '"local metres"', 1)
)
"""The plane on which everything lies, from its south-west corner; it is nowhere on the earth."""

SHORT = 4
"""A shorter id is struck out where it stands alone, not within a sentence, where it may be a figure."""

_NAMING = frozenset({"feature", "features", "first", "second", "id", "ids", "village", "name"})
_CLAIMING = frozenset({"keeps", "loses"})
"""The places of sentences in which a feature stands that no piece may name: it is struck out unasked."""
_PLACING = frozenset({
    "crs", "own", "transform", "region", "evidence", "candidates", "bounds", "meridian", "ellipsoid",
    "x", "y", "x2", "y2", "easting", "west", "east", "south", "north", "prefix", "zone",
})  # fmt: skip
"""The places of sentences in which coordinates stand, or how they become places."""

_TOKEN = re.compile(r"[0-9A-Za-z_.\-]+")


def redacted(assessment: Assessment) -> Assessment:
    """An assessment without owners, ids, places, boundary points and coordinates.

    What it holds of the land is drawn to 10 m on a plane of its own. Every output tells so at its head.
    """
    hidden = _Hidden.of(assessment)
    plane = _Plane.of(assessment)
    strike = _Strike(hidden, plane)
    notice = HeadNotice(
        "redacted",
        _("Redacted: without owners, ids, places and coordinates; what is drawn is rounded to 10 m and"
          " lies on a plane of its own. Figures and verdicts are unchanged"),
    )  # fmt: skip
    struck = strike.rest(replace(assessment, backgrounds=(), catalog=None, rulebook=None))  # type: ignore[arg-type]
    return replace(
        struck,
        catalog=_without_places(assessment.catalog),
        rulebook=assessment.rulebook,
        notices=(notice, *struck.notices),
        redacted=True,
    )


def _without_places(catalog: LayerCatalog) -> LayerCatalog:
    """A catalog without its name, and without what tells how its coordinates become places.

    Words of its author's go, too: who gave a layer, and to whom, names people. Names of layers stay.
    """
    layers = [
        each.model_copy(update={
            "crs": None, "transform": None, "where": None,
            "source": STRUCK if each.source else "", "licence": STRUCK if each.licence else "",
        })
        for each in catalog.layer
    ]  # fmt: skip
    hidden = catalog.model_copy(update={"layer": type(catalog.layer)(layers)})
    hidden._path = Path(f"{STRUCK}.toml")
    return hidden


@dataclass(frozen=True, slots=True)
class _Hidden:
    """What is struck out: ids of features, names of places and sites, and names of boundary files."""

    ids: frozenset[str]
    names: re.Pattern[str] | None
    files: frozenset[str]

    @classmethod
    def of(cls, assessment: Assessment) -> _Hidden:
        """All that an assessment holds of them."""
        kept = {text for each in assessment.towns for text in (each.town.code, each.town.name)}
        ids = {text for text in _ids(assessment) if text} - kept
        names = {text for text in _names(assessment) if len(text) > 1} - kept
        ordered = sorted(map(re.escape, names), key=len, reverse=True)
        return cls(
            frozenset(ids), re.compile("|".join(ordered)) if ordered else None, _files(assessment)
        )

    def struck(self, text: str, *, alone: bool) -> str:
        """A text without them.

        Parameters
        ----------
        text
            The text.
        alone
            Whether the text as a whole may be an id, however short.
        """
        if text in self.files or (text in self.ids and (alone or len(text) >= SHORT)):
            return STRUCK
        if self.names is not None:
            text = self.names.sub(STRUCK, text)
        return _TOKEN.sub(self._token, text)

    def _token(self, found: re.Match[str]) -> str:
        token = found[0].rstrip(".")
        hidden = len(token) >= SHORT and token in self.ids
        return STRUCK + found[0][len(token) :] if hidden else found[0]


def _tables(assessment: Assessment) -> Iterator[PieceTable]:
    """Every table of pieces of an assessment."""
    for result in assessment.towns:
        for measure in result.measures.values():
            yield measure.table
            if measure.unplanned is not None:
                yield measure.unplanned.measure.table


def _ids(assessment: Assessment) -> Iterator[str]:
    """The ids of all features that are named."""
    for table in _tables(assessment):
        for name in table.columns:
            if name.endswith("_id"):
                yield from (str(each) for each in table.column(name) if each is not None)
    for frame in (frame for each in assessment.towns for frame in (each.land, each.planned)):
        for name in frame.columns:
            if str(name).endswith("_id"):
                yield from frame[name].dropna().astype(str)
    yield from (each.feature for each in assessment.repairs)
    yield from (each.feature for each in assessment.issues)
    for need in assessment.needs:
        for cell in need.cells.values():
            for piece in cell.pieces:
                yield from (piece.planned_use_id, piece.land_use_id)


def _names(assessment: Assessment) -> Iterator[str]:
    """The names of places and of sites."""
    for table in _tables(assessment):
        yield from (str(each) for each in table.column("village") if each is not None)
    for result in assessment.towns:
        yield from (site.name for site in result.town.dossier.reused_sites or ())


def _files(assessment: Assessment) -> frozenset[str]:
    """What the files of boundaries are called, an owner perhaps, unless it is a word of townland's."""
    read = {each.name for each in assessment.inputs if each.role == "boundary"}
    own = {text for each in assessment.catalog.layer for text in (each.name, each.role)}
    return frozenset(read - own - {"towns", "boundary"})


@dataclass(frozen=True, slots=True)
class _Plane:
    """The plane on which a redacted assessment lies, by its centre and corner."""

    crs: pyproj.CRS
    corner: tuple[float, float]

    @classmethod
    def of(cls, assessment: Assessment) -> _Plane:
        """The plane of all towns."""
        bounds = np.array([_degrees(each.town) for each in assessment.towns])
        west, south = bounds[:, :2].min(axis=0)
        east, north = bounds[:, 2:].max(axis=0)
        crs = pyproj.CRS.from_proj4(
            f"+proj=tmerc +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +k=1 +ellps=GRS80"
        )
        corners = np.array([_on(crs, each.town).bounds for each in assessment.towns])
        x, y = corners[:, :2].min(axis=0)
        return cls(crs, (float(x), float(y)))

    def moved(self, shapes: Shapes, crs: pyproj.CRS) -> Shapes:
        """Shapes on the plane, rounded; what is smaller than a step is one, not nothing."""
        turn = _turn(crs, self.crs).transform

        def to_plane(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(turn(points[:, 0], points[:, 1])) - self.corner

        exact = shapely.transform(shapes, to_plane)
        there = ~(shapely.is_missing(exact) | shapely.is_empty(exact))
        rounded = shapely.set_precision(_valid(exact), STEP_M)
        rounded[there] = polygons_of(rounded[there])
        gone = there & shapely.is_empty(rounded)
        spots = np.floor(shapely.get_coordinates(shapely.centroid(exact[gone])) / STEP_M) * STEP_M
        rounded[gone] = shapely.box(*spots.T, *(spots + STEP_M).T)
        return np.asarray(rounded, object)


def _valid(shapes: Shapes) -> Shapes:
    """Valid shapes; parts no wider than a rounding, of which GEOS makes lines, go."""
    try:
        return np.asarray(shapely.make_valid(shapes), object)
    except shapely.errors.GEOSException:
        made = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
        return np.asarray(made, object)


@cache
def _turn(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _degrees(town: Town) -> tuple[float, float, float, float]:
    """The bounds of a town in degrees."""
    return _turn(town.crs, LONLAT).transform_bounds(*town.boundary.bounds)


def _on(crs: pyproj.CRS, town: Town) -> shapely.Geometry:
    """The boundary of a town in another CRS."""
    turn = _turn(town.crs, crs).transform
    return shapely.transform(
        town.boundary, lambda points: np.column_stack(turn(points[:, 0], points[:, 1]))
    )


class _Strike:
    """Makes records again without what is hidden; what is met twice is made once."""

    def __init__(self, hidden: _Hidden, plane: _Plane) -> None:
        self._hidden, self._plane = hidden, plane
        self._made: dict[int, tuple[object, object]] = {}
        self._ways: tuple[tuple[type, Callable[[Any], object]], ...] = (
            (TownResult, self._result), (Town, self._town), (PieceTable, self._table),
            (Repair, self._repair), (Issue, self._issue), (Input, self._input),
            (SharedLand, self._shared), (Piece, self._piece), (Text, self._text),
            (Term, self._term),
        )  # fmt: skip

    def rest(self, value: T) -> T:
        """A value without what is hidden.

        Parameters
        ----------
        value
            A record, or what a record holds.
        """
        known = self._made.get(id(value))
        if known is None:
            way = next((way for kind, way in self._ways if isinstance(value, kind)), self._parts)
            known = self._made[id(value)] = (value, way(value))
        return known[1]  # type: ignore[return-value]

    def _parts(self, value: object) -> object:
        """A value with each of its parts made again."""
        if type(value) is str:
            return self._hidden.struck(value, alone=False)
        if isinstance(value, tuple):
            parts = [self.rest(each) for each in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        if isinstance(value, Mapping):
            return {key: self.rest(each) for key, each in value.items()}
        if isinstance(value, BaseModel):
            fields = {name: self.rest(getattr(value, name)) for name in type(value).model_fields}
            return value.model_copy(update=fields)
        return self._record(value) if dataclasses.is_dataclass(value) else value

    def _record(self, value: Any, **given: object) -> object:
        """A record with each of its fields made again but those that are given."""
        made = object.__new__(type(value))
        for each in dataclasses.fields(value):
            name = each.name
            part = given[name] if name in given else self.rest(getattr(value, name))
            object.__setattr__(made, name, part)
        return made

    def _text(self, text: Text) -> Text:
        """A sentence, in whose places names of features may stand."""
        return Text(
            text.msgid, tuple((name, self._param(name, each)) for name, each in text.params)
        )

    def _param(self, name: str, value: object) -> object:
        if name in _PLACING or name in _CLAIMING:
            return STRUCK
        return (
            self._hidden.struck(value, alone=name in _NAMING)
            if type(value) is str
            else self.rest(value)
        )

    def _result(self, result: TownResult) -> object:
        """A town, and what is drawn of it."""
        crs, town = result.town.crs, self.rest(result.town)
        beside = result.beside
        if beside is not None:
            beside = Surroundings.drawn(town.boundary, self._frame(beside.frame))
        uncovered = {role: self._shape(rest, crs) for role, rest in result.uncovered.items()}
        heavy = {
            "land": self._frame(result.land), "planned": self._frame(result.planned),
            "beside": beside, "uncovered": uncovered, "pieces": {}, "contested": None,
            "unplanned": self._shape(result.unplanned, crs),
        }  # fmt: skip
        kept = {
            each.name: self.rest(getattr(result, each.name))
            for each in dataclasses.fields(TownResult)
            if each.name not in heavy
        }
        return TownResult(**kept, **heavy)

    def _town(self, town: Town) -> object:
        return self._record(town, boundary=self._shape(town.boundary, town.crs), crs=LOCAL)

    def _shape(self, shape: shapely.Geometry, crs: pyproj.CRS) -> shapely.Geometry:
        moved = self._plane.moved(np.array([shape], object), crs)[0]
        return moved if shapely.get_type_id(moved) in _AREAL else shapely.MultiPolygon()

    def _table(self, table: PieceTable) -> PieceTable:
        columns = {
            name: None if _names_land(name) else values for name, values in table.columns.items()
        }
        return PieceTable(columns, self._plane.moved(table.geometry, table.crs), LOCAL)

    def _frame(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        if not len(frame.columns):
            return frame
        shapes = self._plane.moved(np.asarray(frame.geometry.array, object), frame.crs)
        blank = {str(name): None for name in frame.columns if _names_land(str(name))}
        return frame.assign(**blank).set_geometry(list(shapes), crs=LOCAL)

    def _repair(self, repair: Repair) -> object:
        return self._record(repair, feature="", geometry=None, place=None, crs=None)

    def _issue(self, issue: Issue) -> object:
        return self._record(issue, feature="", place=None)

    def _input(self, read: Input) -> object:
        name = self._hidden.struck(read.name, alone=True)
        return self._record(read, name=name, path=None, crs_declared=None, crs_used=STRUCK)

    def _shared(self, land: SharedLand) -> object:
        return self._record(land, geometry=self._shape(land.geometry, land.crs), crs=LOCAL)

    def _term(self, term: Term) -> object:
        """An addend of a figure, without what a document of the dossier is called."""
        return self._parts(term.model_copy(update={"document": STRUCK}) if term.document else term)

    def _piece(self, piece: Piece) -> Piece:
        return piece._replace(planned_use_id="", land_use_id="")


_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def _names_land(column: str) -> bool:
    """Whether a column of pieces says which land it is."""
    return column.endswith("_id") or column == "village"
