"""All layers of one role near the towns: mended, classed, united in one CRS."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from townland.catalog import LayerSpec
from townland.errors import CatalogError, LayerError
from townland.geodesy import crs as crs_room
from townland.i18n import _
from townland.measuring.prepare.areal import made_valid
from townland.measuring.prepare.mend import Repair, mend
from townland.reading.layer import Layer
from townland.standards import landclass
from townland.terms import ROLES

"""The layers on whose land building can fail a town (LAND-03: permanent basic farmland; LAND-07: the
red line, and the zone where building is prohibited): no repair changes their area unasked."""

CULTIVATED = ("paddy", "other_cultivated")


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """All layers of one role near the towns, united, valid, classed, in one CRS.

    `frame` has ``id``, ``layer``, ``code`` (canonical), ``class_name``, ``three_class``, ``source``,
    ``use_group`` (None where a layer has no classes or a code is unknown), ``ridge`` (the ridge
    coefficient, 0 where nothing is deducted), ``owner``, ``tag``, ``slope`` (the slope grade as it is
    recorded) and valid polygons, ordered by layer and id. `scheme` is empty where no layer has classes;
    `tagged` says that some layer has tags, `sloped` that some layer records slope grades.
    `coverage` is where the layers claim to be complete, by declaration or (then `coverage_assumed`) as
    their bounding boxes. `repairs` is the ledger of what was mended.
    """

    role: str
    frame: Any
    scheme: str
    classes: landclass.Scheme | None
    ridged: bool
    owned: bool
    coverage: Any
    coverage_assumed: bool
    tagged: bool = False
    repairs: tuple[Repair, ...] = ()
    sloped: bool = False


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
    frames, coverages = [], []
    repairs: list[Repair] = []
    for layer, scheme in zip(layers, schemes, strict=True):
        frame, done = _classed(layer, scheme, crs, profile, accepted)
        frames.append(frame)
        repairs += done
        claimed = layer.extent if layer.coverage is None else layer.coverage
        coverages.append(_moved(np.array([claimed]), layer.crs, crs)[0])
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    return Ground(
        role,
        frame,
        next(iter(named), ""),
        next(iter(named.values()), None),
        any(layer.spec.net_factor_column for layer in layers),
        any(layer.spec.owner_column for layer in layers),
        shapely.union_all(coverages) if len(coverages) > 1 else coverages[0],
        any(layer.coverage is None for layer in layers),
        any(layer.spec.tag_column for layer in layers),
        tuple(repairs),
        any(layer.spec.slope_column for layer in layers),
    )


def id_key(text: str) -> tuple[bool, int, str]:
    """Sorts ids that are all digits as numbers, before all others.

    >>> sorted(["10", "9", "a2"], key=id_key)
    ['9', '10', 'a2']
    """
    digits = bool(re.fullmatch(r"[0-9]+", text))
    return (not digits, int(text) if digits else 0, text)


def _classed(
    layer: Layer,
    scheme: Any,
    crs: pyproj.CRS,
    profile: landclass.Profile,
    accepted: Collection[str],
) -> tuple[Any, tuple[Repair, ...]]:
    """A layer's frame: GEOS looks at its polygons while pandas reads its classes."""
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
        order, columns = _columns(layer, scheme, profile)
        geometry, repairs = mending.result()
    if order is not None:
        geometry = geometry[order]
    moved = gpd.array.from_shapely(_moved(geometry, layer.crs, crs), crs)
    if order is not None:
        columns = {name: getattr(column, "array", column) for name, column in columns.items()}
    return gpd.GeoDataFrame({**columns, "geometry": moved}), repairs


def _columns(
    layer: Layer, scheme: Any, profile: landclass.Profile
) -> tuple[list[int] | None, dict[str, Any]]:
    """The columns of a ground's frame, and the order of ids they stand in (None as they stood)."""
    ids = layer.frame["id"].tolist()
    plain = len({len(text) for text in ids}) <= 1 and all(map(str.isdecimal, ids))
    keys = ids if plain else [id_key(text) for text in ids]
    order: list[int] | None = sorted(range(len(keys)), key=keys.__getitem__)
    if order == list(range(len(keys))):
        order = None
    frame = layer.frame if order is None else layer.frame.iloc[order]
    columns: Mapping[str, Any]
    if scheme is None:
        columns = dict.fromkeys(("class_name", "three_class", "source", "use_group"))
        columns = {"code": frame["code"], **columns}
        deducts = np.ones(len(frame), dtype=bool)
    else:
        landclass.require_fitting(frame["code"], scheme, place=layer.spec.name)
        classes = landclass.classify(frame["code"], scheme, profile)
        columns = {
            "code": classes["code"],
            "class_name": classes["name"],
            **{name: classes[name] for name in ("three_class", "source", "use_group")},
        }
        deducts = np.asarray(classes["source"].isin(CULTIVATED), dtype=bool)
    factor = np.nan_to_num(frame["net_factor"].to_numpy(dtype=float))
    _require_shares(layer, frame["id"].to_numpy(), factor, deducts)
    return order, {
        "id": frame["id"],
        "layer": layer.spec.name,
        **columns,
        "ridge": np.where(deducts, factor, 0.0),
        "owner": frame["owner"],
        "tag": frame["tag"],
        "slope": frame["slope"],
    }


def _require_shares(layer: Layer, ids: Any, factor: Any, deducts: Any) -> None:
    """Make sure that each ridge coefficient is a part of 1: one in percent would leave no net area."""
    odd = np.flatnonzero(deducts & ~((factor >= 0) & (factor < 1)))
    if len(odd):
        raise LayerError(
            _(
                "layer {layer}, feature {feature}: the ridge coefficient {column} is {value}; expected"
                " at least 0 and less than 1 ({count} features near the towns have such a one). Where it"
                " is in percent, divide it by 100; else correct it",
                layer=layer.spec.name,
                feature=ids[odd[0]],
                column=layer.spec.net_factor_column,
                value=f"{factor[odd[0]]:g}",
                count=len(odd),
            )
        )


def _moved(geometries: Any, source: pyproj.CRS, target: pyproj.CRS) -> Any:
    """Valid polygons in another CRS, valid there too.

    Where a ring all but touches itself, the rounding of the new coordinates and the points set into its
    edges (less than 0.00001 m off the straight line) may let it cross itself. That is no fault of the
    data, and its area is below 0.00001 m times the length of the edge: it is mended without a ledger.
    """
    moved = crs_room.reproject(geometries, source, target)
    if source == target:
        return moved
    torn = np.flatnonzero(~shapely.is_valid(moved))
    moved[torn] = made_valid(moved[torn])
    return moved
