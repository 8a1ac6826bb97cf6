"""All layers of one role near the towns: mended, classed, united in one CRS."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from townland import units
from townland.catalog import OWN_TOWNS, LayerSpec, NamedTowns
from townland.errors import CatalogError, LayerError
from townland.geodesy import crs as crs_room
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.measuring.feature_rows import FrameColumns
from townland.measuring.prepare.areal import all_valid
from townland.measuring.prepare.mend import Repair, mend
from townland.reading.layer import Layer
from townland.standards import class_names, landclass
from townland.terms import ROLES

Columns = Mapping[str, pd.Series | npt.NDArray[np.float64] | str | None]
"""Columns of a frame; a text or None stands in every row."""

CULTIVATED = ("paddy", "other_cultivated")


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """Where one layer claims to be complete: at most one of `area`, `as_layer`, `own_towns`, `towns`.

    `area` are polygons; `as_layer` names the layer as far as which it is complete; with `own_towns` it
    is so in the towns that have features of it, else in those of `towns` (codes or names). `box` is the
    bounding box of the layer, which proves nothing.
    """

    layer: str
    box: shapely.Geometry
    area: shapely.Geometry | None = None
    as_layer: str | None = None
    own_towns: bool = False
    towns: frozenset[str] | None = None

    @property
    def declared(self) -> bool:
        """Whether the layer declares any coverage."""
        return (
            self.own_towns
            or self.area is not None
            or self.as_layer is not None
            or self.towns is not None
        )


@dataclass(frozen=True, eq=False)
class Ground:
    """All layers of one role near the towns, united, valid, classed, in one CRS.

    `frame` has ``id``, ``layer``, ``code`` (canonical), ``class_name``, ``three_class``, ``source``,
    ``use_group``, ``land_group`` (None where a layer has no classes or a code is unknown), ``named``
    (the name beside the code where it is not the code's), ``meant`` (the class it means, as
    ``scheme:code``, where that counts otherwise), ``ridge`` (the ridge coefficient, 0 where nothing is
    deducted), ``owner``, ``tag``, ``slope`` and ``grade`` (slope grade and land grade, 等别, as they are
    recorded), ``production`` (kg of grain a hectare, NaN where unknown), ``village`` and valid polygons,
    ordered by layer and id. `scheme` is empty where no layer has classes; `tagged` says that some layer
    has tags, `sloped`, `graded`, `productive` and `villages` that some layer records slope grades,
    land grades, production, villages. `accuracy` is the standard deviation of a vertex in metres, by
    layer; None where it states none. `claims` say where each layer claims to be complete;
    `townland.measuring.coverage` reads them for a town. `repairs` is the ledger of what was mended.
    """

    role: str
    frame: gpd.GeoDataFrame
    scheme: str
    classes: landclass.Scheme | None
    ridged: bool
    owned: bool
    claims: tuple[Claim, ...]
    tagged: bool = False
    repairs: tuple[Repair, ...] = ()
    sloped: bool = False
    graded: bool = False
    productive: bool = False
    villages: bool = False
    accuracy: Mapping[str, float | None] = field(default_factory=dict)

    @cached_property
    def geometry(self) -> npt.NDArray[np.object_]:
        """The polygons of `frame`."""
        return np.asarray(self.frame.geometry.to_numpy(), dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree of the features' boxes, which all towns ask; made once."""
        return shapely.STRtree(self.geometry)

    @cached_property
    def columns(self) -> FrameColumns:
        """The columns of `frame`, which all towns ask."""
        return FrameColumns(self.frame)

    @cached_property
    def meant(self) -> tuple[str, ...]:
        """The classes that names mean against their codes, each once."""
        return tuple(str(meant) for meant in self.frame["meant"].dropna().unique())

    def near(self, box: Bounds) -> npt.NDArray[np.int64]:
        """The rows of the features whose box meets another, be it in a point of the border."""
        return np.sort(self.tree.query(shapely.box(*box)))


def scheme_of(spec: LayerSpec) -> landclass.Scheme | None:
    """The land-class scheme of a layer, or None where it has no classes."""
    if spec.classes is not None:
        return landclass.custom_scheme({str(group): codes for group, codes in spec.classes.items()})
    return None if spec.scheme is None else landclass.load_scheme(spec.scheme)


def gather(
    role: str,
    layers: Sequence[Layer],
    crs: pyproj.CRS,
    profile: landclass.Profile,
    accepted: Collection[str] = (),
) -> Ground:
    """Mend the layers of one role, read their classes, and unite them in `crs`.

    Layers in another CRS have their edges densified before they are reprojected, so that an edge that
    was straight there stays the same line on the ground.

    Parameters
    ----------
    role, layers
        The role, and the layers that play it: one at least.
    crs
        The CRS of the ground.
    profile
        The three-class profile that decides classes whose legal class changed.
    accepted
        ``LAYER:FEATURE`` of the repairs that the user accepts whatever they change.

    Raises
    ------
    CatalogError
        The layers of the role have classes of different schemes, or codes of another scheme than
        the declared one.
    LayerError
        A ridge coefficient of cultivated land is no part of 1.
    GeometryError
        As `mend`: a repair would change a protected area and is not among the `accepted`.

    """
    schemes = [scheme_of(layer.spec) for layer in layers]
    scheme = _shared_scheme(role, schemes)
    frames, repairs = zip(
        *(
            _classed(layer, own, crs, profile=profile, accepted=accepted)
            for layer, own in zip(layers, schemes, strict=True)
        ),
        strict=True,
    )
    return Ground(
        role=role,
        frame=pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0],
        scheme="" if scheme is None else scheme.id,
        classes=scheme,
        ridged=any(layer.spec.net_factor_column for layer in layers),
        owned=any(layer.spec.owner_column for layer in layers),
        claims=tuple(_claim(layer, crs) for layer in layers),
        tagged=any(layer.spec.tag_column for layer in layers),
        repairs=tuple(repair for ledger in repairs for repair in ledger),
        sloped=any(layer.spec.slope_column for layer in layers),
        graded=any(layer.spec.grade_column for layer in layers),
        productive=any(layer.spec.production_column for layer in layers),
        villages=any(layer.spec.village_column for layer in layers),
        accuracy={layer.spec.name: layer.spec.accuracy_m for layer in layers},
    )


def _shared_scheme(
    role: str, schemes: Sequence[landclass.Scheme | None]
) -> landclass.Scheme | None:
    """The scheme that the layers of a role share; None where none of them has classes."""
    named = {scheme.id: scheme for scheme in schemes if scheme is not None}
    if len(named) > 1:
        raise CatalogError(
            _(
                "the layers of role {role} name different schemes ({schemes}); layers that are united"
                " must share one",
                role=role,
                schemes=", ".join(sorted(named)),
            )
        )
    return next(iter(named.values()), None)


def _claim(layer: Layer, crs: pyproj.CRS) -> Claim:
    """What a layer's catalog entry declares of its coverage, its polygons in a CRS."""
    named = layer.spec.coverage
    land = [layer.extent if layer.coverage is None else layer.coverage]
    moved = _moved_whole(land[0], layer.crs, crs)
    return Claim(
        layer=layer.spec.name,
        box=moved,
        area=None if layer.coverage is None else moved,
        as_layer=layer.spec.coverage_layer,
        own_towns=named == OWN_TOWNS,
        towns=frozenset(named.towns) if isinstance(named, NamedTowns) else None,
    )


@lru_cache(maxsize=16)
def _moved_whole(
    land: shapely.Geometry, source: pyproj.CRS, target: pyproj.CRS
) -> shapely.Geometry:
    """The land of a coverage in another CRS; it is the same for all tiles of towns.

    Parameters
    ----------
    land
        Polygons.
    source, target
        Their CRS, and the other.
    """
    moved: shapely.Geometry = _moved(np.array([land]), source=source, target=target)[0]
    return moved


def id_key(text: str) -> tuple[bool, int, str]:
    """Sorts ids that are all digits as numbers, before all others.

    >>> sorted(["10", "9", "a2"], key=id_key)
    ['9', '10', 'a2']
    """
    digits = bool(re.fullmatch(r"[0-9]+", text))
    return (not digits, int(text) if digits else 0, text)


def _classed(
    layer: Layer,
    scheme: landclass.Scheme | None,
    crs: pyproj.CRS,
    *,
    profile: landclass.Profile,
    accepted: Collection[str],
) -> tuple[gpd.GeoDataFrame, tuple[Repair, ...]]:
    """A layer's frame: GEOS looks at its polygons while pandas reads its classes.

    Parameters
    ----------
    layer, scheme
        The layer, and its land-class scheme.
    crs
        The CRS of the frame.
    profile, accepted
        As in `gather`.
    """
    with ThreadPoolExecutor(1) as pool:
        mending = pool.submit(
            mend,
            layer.frame.geometry.to_numpy(),
            layer.frame["id"].tolist(),
            layer.crs,
            layer=layer.spec.name,
            protected=ROLES[layer.spec.role].protected,
            accepted=accepted,
        )
        order = _order(layer.frame["id"].tolist())
        columns = _columns(layer, scheme, profile=profile, order=order)
        geometry, repairs = mending.result()
    if order is not None:
        geometry = geometry[order]
    moved = gpd.array.from_shapely(_moved(geometry, source=layer.crs, target=crs), crs)
    if order is not None:
        columns = {name: getattr(column, "array", column) for name, column in columns.items()}
    return gpd.GeoDataFrame({**columns, "geometry": moved}), repairs


def _order(ids: Sequence[str]) -> list[int] | None:
    """The positions of ids in their order; None where they stand in it."""
    # digits of one length sort as text as they do as numbers
    plain = len({len(text) for text in ids}) <= 1 and all(map(str.isdecimal, ids))
    keys = ids if plain else [id_key(text) for text in ids]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return None if order == list(range(len(keys))) else order


def _columns(
    layer: Layer,
    scheme: landclass.Scheme | None,
    *,
    profile: landclass.Profile,
    order: list[int] | None,
) -> Columns:
    """The columns of a ground's frame, without its geometry.

    Parameters
    ----------
    layer, scheme
        The layer, and its land-class scheme.
    profile
        As in `gather`.
    order
        The positions of the layer's features in their order; None where they stand in it.
    """
    frame = layer.frame if order is None else layer.frame.iloc[order]
    columns, deducts = _class_columns(layer.spec.name, frame, scheme, profile=profile)
    factor = np.nan_to_num(frame["net_factor"].to_numpy(dtype=float))
    _require_shares(layer.spec, frame["id"].to_numpy(), factor=factor, deducts=deducts)
    return {
        "id": frame["id"],
        "layer": layer.spec.name,
        **columns,
        "ridge": np.where(deducts, factor, 0.0),
        "owner": frame["owner"],
        "tag": frame["tag"],
        "slope": frame["slope"],
        "grade": frame["grade"],
        "production": _kg_per_ha(layer.spec, frame["production"].to_numpy(dtype=float)),
        "village": frame["village"],
    }


def _kg_per_ha(spec: LayerSpec, recorded: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What a layer records of production (产能), in kg a hectare."""
    return recorded * (units.MU_PER_HA if spec.production_unit == "kg_per_mu" else 1)


def _class_columns(
    layer: str,
    frame: pd.DataFrame,
    scheme: landclass.Scheme | None,
    *,
    profile: landclass.Profile,
) -> tuple[Columns, npt.NDArray[np.bool_]]:
    """The columns of code and class, and of which features ridges are deducted.

    Without classes the land is not known to be other than cultivated: every coefficient counts.

    Parameters
    ----------
    layer
        The layer's name.
    frame
        The code of each feature as it stands, and the name beside it.
    scheme
        The layer's land-class scheme.
    profile
        As in `gather`.
    """
    codes = frame["code"]
    if scheme is None:
        none = dict.fromkeys(
            ("class_name", "three_class", "source", "use_group", "land_group", "named", "meant")
        )
        return {"code": codes, **none}, np.ones(len(codes), dtype=bool)
    landclass.require_fitting(codes, scheme, place=layer)
    classes = landclass.classify(codes, scheme, profile)
    columns = {
        "code": classes["code"],
        "class_name": classes["name"],
        **{name: classes[name] for name in ("three_class", "source", "use_group", "land_group")},
        **_named(classes["code"], frame["named"], scheme),
    }
    return columns, np.asarray(classes["source"].isin(CULTIVATED), dtype=bool)


def _named(codes: pd.Series, names: pd.Series, scheme: landclass.Scheme) -> Columns:
    """The names that are not those of their codes, and the classes they mean where figures differ.

    Parameters
    ----------
    codes, names
        The canonical code of each feature, and the name beside it.
    scheme
        The layer's land-class scheme.
    """
    nothing = np.full(len(codes), None, dtype=object)
    if names.isna().all():
        return {"named": nothing, "meant": nothing.copy()}
    pairs = pd.MultiIndex.from_arrays([codes.to_numpy(), names.to_numpy()])
    at, distinct = pd.factorize(pairs)
    named, meant = [], []
    for code, name in distinct:
        other = None
        if not (pd.isna(code) or pd.isna(name)):
            other = class_names.named_otherwise(str(code), str(name), scheme)
        named.append(None if other is None else name)
        meant.append(other.meant if other is not None and other.differs else None)
    return {
        "named": np.array(named, dtype=object)[at],
        "meant": np.array(meant, dtype=object)[at],
    }


def _require_shares(
    spec: LayerSpec,
    ids: npt.NDArray[np.object_],
    *,
    factor: npt.NDArray[np.float64],
    deducts: npt.NDArray[np.bool_],
) -> None:
    """Make sure that each ridge coefficient is a part of 1: one in percent would leave no net area.

    Parameters
    ----------
    spec
        The layer.
    ids, factor, deducts
        The id of each feature, its coefficient, and whether ridges are deducted from it.
    """
    wrong = np.flatnonzero(deducts & ~((factor >= 0) & (factor < 1)))
    if len(wrong):
        raise LayerError(
            _(
                "layer {layer}, feature {feature}: the ridge coefficient {column} is"
                " {value}; expected at least 0 and less than 1 ({count}"
                " {count:feature|features} near the towns have such a one). Where it is in"
                " percent, divide it by 100; else correct it",
                layer=spec.name,
                feature=ids[wrong[0]],
                column=spec.net_factor_column,
                value=f"{factor[wrong[0]]:g}",
                count=len(wrong),
            )
        )


def _moved(
    geometries: npt.NDArray[np.object_], *, source: pyproj.CRS, target: pyproj.CRS
) -> npt.NDArray[np.object_]:
    """Valid polygons in another CRS, valid there too.

    Where a ring all but touches itself, the rounding of the new coordinates and the points set into its
    edges (less than 0.00001 m off the straight line) may let it cross itself. That is no fault of the
    data, and its area is below 0.00001 m times the length of the edge: it is mended without a ledger.

    Parameters
    ----------
    geometries
        Polygons.
    source, target
        Their CRS, and the other.
    """
    moved = crs_room.reproject(geometries, source, target)
    return moved if source == target else all_valid(moved)
