"""The whole county from one seed: every layer as a frame, nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from townland_demo import fabric, farmland, planning, plans, survey
from townland_demo.network import Network, make_network
from townland_demo.parcels import Parcels, draw_parcels, land_classes
from townland_demo.planning import BRIEFS, Atoms, DrawnTown
from townland_demo.sites import Sites, choose_sites
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
    open_water = _open_water(network, parcels, code)
    drawn = [
        planning.draw_town(next(draw), brief, centre, parcels, land.border)
        for brief, centre in zip(BRIEFS, sites.towns, strict=True)
    ]
    slope_class = survey.slope_classes(land, parcels)
    keep_out = _never_designated(drawn, sites)
    basic = farmland.choose_fields(next(draw), land, sites, parcels, code, slope_class, keep_out)
    split, parcels = _noded(drawn, parcels)
    towns = [
        PlannedTown(town, atoms, planning.build(
            next(draw), town, atoms, code, slope_class, basic, open_water, centre
        ))
        for town, atoms, centre in zip(drawn, split, sites.towns, strict=True)
    ]  # fmt: skip
    table = survey.survey_table(next(draw), land, sites, network, parcels, code, slope_class)
    steady = shapely.buffer(shapely.union_all([town.ground for town in towns[2:]]), 40)
    fields = farmland.redraw(next(draw), parcels.shape[basic], steady)
    return County(
        survey=plans.frame(parcels.shape, plans.columns(table)),
        farmland=plans.frame(fields, plans.columns(farmland.farmland_table(table[basic], fields))),
        plan=_plan_layers((next(draw), next(draw)), towns, parcels, table, land.border),
        quota_ha={town.drawn.brief.code: _quota(town, code) for town in towns},
        terrain=land,
    )


@dataclass(frozen=True)
class PlannedTown:
    """A town with its plan: the faces of parcels and plan, and which of them are built on."""

    drawn: DrawnTown
    atoms: Atoms
    built: NDArray[np.bool_]

    @cached_property
    def ground(self) -> shapely.Geometry:
        """The ground of its planned construction."""
        return shapely.union_all(self.atoms.shape[self.built], grid_size=fabric.GRID_M)


def _open_water(network: Network, parcels: Parcels, code: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Which parcels are of a river, which no plan can build over.

    Parameters
    ----------
    network
        Roads, rivers and ditches.
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    """
    wide = np.array([strip.width_m == 0 for strip in network.strips])
    river = (code == "1101") & (parcels.strip >= 0)
    return np.asarray(river & wide[np.maximum(parcels.strip, 0)])


def _never_designated(towns: list[DrawnTown], sites: Sites) -> shapely.Geometry:
    """Ground without basic farmland: the lawful town, and the middle of two others.

    Of these two one has its back to good fields, and one borders them.
    """
    middles = shapely.buffer(
        shapely.points(sites.towns[[1, 3]] + [[60, 90], [-40, 60]]), [415, 430]
    )
    return shapely.union_all([shapely.buffer(towns[0].boundary, 8), *middles])


def _noded(towns: list[DrawnTown], parcels: Parcels) -> tuple[list[Atoms], Parcels]:
    """The faces of each town, and the parcels with the vertices that the plans put on their edges."""
    split: list[Atoms] = []
    for town in towns:
        split.append(planning.split(town, parcels.shape))
        parcels = _renoded(parcels, split[-1])
    return split, parcels


def _plan_layers(
    draws: tuple[np.random.Generator, np.random.Generator],
    towns: list[PlannedTown],
    parcels: Parcels,
    table: pd.DataFrame,
    border: shapely.Polygon,
) -> dict[str, gpd.GeoDataFrame]:
    """The layers of the plan, by their names.

    Parameters
    ----------
    draws
        Where chance comes from, for the sites to reuse and for the plots.
    towns
        The four towns.
    parcels
        The parcels of the survey.
    table
        Their attributes.
    border
        The border of the county.
    """
    code, bsm = table["DLBM"].to_numpy(dtype=np.str_), table["BSM"].to_numpy()
    drawn, grounds = [town.drawn for town in towns], [town.ground for town in towns]
    ground = shapely.union_all(grounds)
    red_ground = plans.red_ground(parcels, code, shapely.buffer(ground, 30))
    market = plans.market_ground(parcels)
    stock, inefficient = plans.sites_to_reuse(draws[0], parcels, code, bsm, ground)
    return {
        "towns": plans.frame(
            [town.boundary for town in drawn],
            {
                "name": [b.name for b in BRIEFS],
                "code": [b.code for b in BRIEFS],
                "accuracy_m": [b.accuracy_m for b in BRIEFS],
            },
        ),
        "planned_use": pd.concat(
            [plans.plots(draws[1], town.drawn, town.atoms, town.built, code) for town in towns],
            ignore_index=True,
        ),
        "JSYDGZQ": plans.control_zones(parcels, code, drawn, grounds, market, red_ground, border),
        "CZKFBJ": plans.growth_boundary(drawn, grounds, market, border),
        "STBHHX": plans.red_line(red_ground),
        "stock_land": stock,
        "inefficient_land": inefficient,
        "extent": plans.frame(
            [shapely.coverage_union_all(parcels.shape)], {"name": [survey.COUNTY_NAME]}
        ),
    }


def _renoded(parcels: Parcels, atoms: Atoms) -> Parcels:
    """The parcels with the vertices that a plan's lines put on their edges."""
    known = np.flatnonzero(atoms.parcel >= 0)
    parts, number = fabric.dissolve(atoms.shape[known], atoms.parcel[known])
    shape = parcels.shape.copy()
    shape[number] = shapely.normalize(parts)
    return Parcels(shape, parcels.strip, parcels.zone, parcels.seed)


def need_m2(town: PlannedTown, code: NDArray[np.str_]) -> float:
    """New construction land: planned construction less the existing construction under it."""
    parcel = town.atoms.parcel
    existing = (parcel >= 0) & np.isin(code[parcel], plans.EXISTING)
    return float(town.atoms.area[town.built & ~existing].sum())


def _quota(town: PlannedTown, code: NDArray[np.str_]) -> float | None:
    """The town's quota in hectares, None where its brief has no share."""
    share = town.drawn.brief.quota_share
    return None if share is None else round(need_m2(town, code) * share / 10_000, 4)
