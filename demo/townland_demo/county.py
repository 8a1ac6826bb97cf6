"""The whole county from one seed: every layer as a frame, nothing written."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from townland_demo import fabric, farmland, planning, plans, survey
from townland_demo.network import make_network
from townland_demo.parcels import Parcels, draw_parcels, land_classes
from townland_demo.planning import BRIEFS, Atoms, DrawnTown
from townland_demo.sites import choose_sites
from townland_demo.terrain import Relief, make_terrain

SEED = 2018


@dataclass(frozen=True)
class County:
    """Layers in EPSG:4524, by the names of the files' layers, and the terrain in local metres."""

    survey: gpd.GeoDataFrame
    farmland: gpd.GeoDataFrame
    plan: dict[str, gpd.GeoDataFrame]
    quota_ha: dict[str, float | None]
    terrain: Relief


def make_county(seed: int = SEED) -> County:
    """Generate the county; the same seed gives the same county to the millimetre."""
    draw = iter(np.random.default_rng(seed).spawn(40))
    land = make_terrain(next(draw))
    sites = choose_sites(next(draw), land)
    network = make_network(next(draw), land, sites)
    parcels, seeds = draw_parcels(next(draw), land, sites, network)
    code = land_classes(next(draw), land, sites, network, parcels, seeds)
    water = code == "1101"
    wide = np.array([strip.width_m == 0 for strip in network.strips])
    open_water = water & (parcels.strip >= 0) & wide[np.maximum(parcels.strip, 0)]
    towns = [
        planning.draw_town(next(draw), brief, centre, parcels, land.border)
        for brief, centre in zip(BRIEFS, sites.towns, strict=True)
    ]
    slope_class = survey.slope_classes(land, parcels)
    # the middle of two towns was never designated: one has its back to good fields, one borders them
    middles = shapely.buffer(
        shapely.points(sites.towns[[1, 3]] + [[60, 90], [-40, 60]]), [415, 430]
    )
    keep_out = shapely.union_all([shapely.buffer(towns[0].boundary, 8), *middles])
    basic = farmland.choose_fields(next(draw), land, sites, parcels, code, slope_class, keep_out)
    split = []
    for town in towns:
        split.append(planning.split(town, parcels.shape))
        parcels = _renoded(parcels, split[-1])
    built = [
        planning.build(next(draw), town, atoms, code, slope_class, basic, open_water, centre)
        for town, atoms, centre in zip(towns, split, sites.towns, strict=True)
    ]
    table = survey.survey_table(next(draw), land, sites, network, parcels, code, slope_class)
    grounds = [
        shapely.union_all(a.shape[b], grid_size=fabric.GRID_M)
        for a, b in zip(split, built, strict=True)
    ]
    steady = shapely.buffer(shapely.union_all([grounds[2], grounds[3]]), 40)
    fields = farmland.redraw(next(draw), parcels.shape[basic], steady)
    ground = shapely.union_all(grounds)
    red_ground = plans.red_ground(parcels, code, shapely.buffer(ground, 30))
    market = plans.market_ground(parcels)
    stock, inefficient = plans.sites_to_reuse(
        next(draw), parcels, code, table["BSM"].to_numpy(), ground
    )
    extent = shapely.coverage_union_all(parcels.shape)
    plan = {
        "towns": plans.frame(
            [town.boundary for town in towns],
            {"name": [b.name for b in BRIEFS], "code": [b.code for b in BRIEFS]},
        ),
        "planned_use": _all_plots(next(draw), towns, split, built, code),
        "JSYDGZQ": plans.control_zones(
            parcels, code, towns, grounds, market, red_ground, land.border
        ),
        "CZKFBJ": plans.growth_boundary(towns, grounds, market, land.border),
        "STBHHX": plans.red_line(red_ground),
        "stock_land": stock,
        "inefficient_land": inefficient,
        "extent": plans.frame([extent], {"name": [survey.COUNTY_NAME]}),
    }
    quotas = {
        town.brief.code: _quota(town, atoms, b, code)
        for town, atoms, b in zip(towns, split, built, strict=True)
    }
    return County(
        survey=plans.frame(parcels.shape, plans.columns(table)),
        farmland=plans.frame(fields, plans.columns(farmland.farmland_table(table[basic], fields))),
        plan=plan,
        quota_ha=quotas,
        terrain=land,
    )


def _renoded(parcels: Parcels, atoms: Atoms) -> Parcels:
    """The parcels with the vertices that a plan's lines put on their edges."""
    known = np.flatnonzero(atoms.parcel >= 0)
    parts, number = fabric.dissolve(atoms.shape[known], atoms.parcel[known])
    shape = parcels.shape.copy()
    shape[number] = shapely.normalize(parts)
    return Parcels(shape, parcels.strip, parcels.zone, parcels.seed)


def _all_plots(
    rng: np.random.Generator,
    towns: list[DrawnTown],
    split: list[Atoms],
    built: list[NDArray[np.bool_]],
    code: NDArray[np.str_],
) -> gpd.GeoDataFrame:
    """The planned plots of all towns, one below the other.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    towns
        The four towns, drawn.
    split
        The faces of parcels and plan, town by town.
    built
        Which of the faces are planned construction.
    code
        The land class of each parcel.
    """
    layers = [
        plans.plots(rng, town, atoms, b, code)
        for town, atoms, b in zip(towns, split, built, strict=True)
    ]
    return pd.concat(layers, ignore_index=True)


def need_m2(atoms: Atoms, built: NDArray[np.bool_], code: NDArray[np.str_]) -> float:
    """New construction land: planned construction less the existing construction under it.

    Parameters
    ----------
    atoms
        The faces of parcels and plan in the town.
    built
        Which of the faces are planned construction.
    code
        The land class of each parcel.
    """
    existing = (atoms.parcel >= 0) & np.isin(code[atoms.parcel], plans.EXISTING)
    return float(atoms.area[built & ~existing].sum())


def _quota(
    town: DrawnTown, atoms: Atoms, built: NDArray[np.bool_], code: NDArray[np.str_]
) -> float | None:
    """The town's quota in hectares, None where its brief has no share.

    Parameters
    ----------
    town
        The town.
    atoms
        The faces of parcels and plan in the town.
    built
        Which of the faces are planned construction.
    code
        The land class of each parcel.
    """
    share = town.brief.quota_share
    return None if share is None else round(need_m2(atoms, built, code) * share / 10_000, 4)
