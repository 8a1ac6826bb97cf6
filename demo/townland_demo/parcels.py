"""The parcels of the survey: shape, land class, village; before any attribute is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from townland_demo import fabric, zones
from townland_demo.grid import Array, Ints, Shapes, noise
from townland_demo.mosaic import Seeds, label, place_seeds, trace
from townland_demo.network import Network
from townland_demo.sites import Sites
from townland_demo.terrain import Relief

LEAST_M2 = {
    zones.PADDY: 320.0,
    zones.TERRACE: 260.0,
    zones.DRY: 320.0,
    zones.GARDEN: 700.0,
    zones.IDLE: 700.0,
    zones.FOREST: 1500.0,
    zones.SCRUB: 900.0,
    zones.VILLAGE: 90.0,
    zones.MARKET: 120.0,
}
STRIP_LEAST_M2 = 45.0


@dataclass(frozen=True)
class Parcels:
    """Faces of the survey in local metres, in a fixed order; arrays share their index."""

    shape: Shapes
    strip: Ints  # number of the network's strip, or -1
    zone: Ints
    seed: Ints


def draw_parcels(
    rng: np.random.Generator, land: Relief, sites: Sites, network: Network
) -> tuple[Parcels, Seeds]:
    """Sow, trace, cut by the network, polygonize, and dissolve the remnants.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    network
        Roads, rivers and ditches.
    """
    zone = zones.zone_field(rng, land, sites)
    seeds = place_seeds(rng, land, zone, zones.STYLES, {zones.MARKET: sites.market_axis})
    owner = label(land, seeds)
    arcs = shapely.multilinestrings(trace(rng, land, seeds, owner))
    strips = np.array([strip.shape for strip in network.strips])
    covered = shapely.union_all(strips, grid_size=fabric.GRID_M)
    free = shapely.difference(land.border, covered, grid_size=fabric.GRID_M)
    arcs = shapely.intersection(arcs, free, grid_size=fabric.GRID_M)
    cuts = shapely.intersection(shapely.multilinestrings(network.cuts), land.border)
    faces = fabric.faces_of([arcs, cuts, *shapely.boundary(strips), shapely.boundary(land.border)])
    points = fabric.inside_point(faces)
    inside = shapely.contains(land.border, points)
    faces, points = faces[inside], points[inside]
    strip = np.full(len(faces), -1, dtype=np.int64)
    face, which = shapely.STRtree(strips).query(points, predicate="within")
    strip[face] = which
    xy = shapely.get_coordinates(points)
    node = np.clip(
        (xy / land.grid.step + 0.5).astype(np.int64), 0, [land.grid.nx - 1, land.grid.ny - 1]
    )
    seed = owner[node[:, 1], node[:, 0]]
    # cuts run out over the banks, and cut nothing but their own strip
    group, _ = _same_cell(faces, strip, seed)
    faces, seed, strip = _united(faces, group, seed, strip)
    least = np.array([LEAST_M2[k] for k in seeds.zone[seed].tolist()])
    least = np.where(strip >= 0, STRIP_LEAST_M2, least)
    thin = np.where(strip >= 0, 0.3, 3.2)
    group = fabric.absorb_small(faces, (strip >= 0).astype(np.int64), least, thin)
    faces, seed, strip = _united(faces, group, seed, strip)
    return Parcels(faces, strip, seeds.zone[seed], seed), seeds


def _same_cell(faces: Shapes, strip: Ints, seed: Ints) -> tuple[Ints, int]:
    """Groups of adjacent cells of one seed: what only a stray line divides.

    Parameters
    ----------
    faces
        Polygons that tile the ground.
    strip
        The strip of the network that each face lies in, or -1.
    seed
        The seed of each face.
    """
    pairs, _ = fabric.neighbours(faces)
    same = (strip[pairs] < 0).all(axis=1) & (seed[pairs[:, 0]] == seed[pairs[:, 1]])
    parent = np.arange(len(faces))
    for a, b in pairs[same].tolist():
        while parent[a] != a:
            a = int(parent[a])
        while parent[b] != b:
            b = int(parent[b])
        parent[max(a, b)] = min(a, b)
    for number in range(len(parent)):
        parent[number] = parent[parent[number]]
    return parent, len(parent)


def _united(faces: Shapes, group: Ints, seed: Ints, strip: Ints) -> tuple[Shapes, Ints, Ints]:
    """Dissolve by group; the root's seed and strip hold for the whole.

    Parameters
    ----------
    faces
        Polygons that tile the ground.
    group
        The group of each face.
    seed
        The seed of each face.
    strip
        The strip of the network that each face lies in, or -1.
    """
    shapes, number = fabric.dissolve(faces, group)
    shapes = np.asarray(shapely.normalize(shapes))
    centre = shapely.get_coordinates(shapely.centroid(shapes)).round(2)
    rank = np.lexsort((centre[:, 1], centre[:, 0]))
    return shapes[rank], seed[number][rank], strip[number][rank]


def land_classes(
    rng: np.random.Generator,
    land: Relief,
    sites: Sites,
    network: Network,
    parcels: Parcels,
    seeds: Seeds,
) -> NDArray[np.str_]:
    """The survey's class of every parcel, from its zone, slope, position and some chance.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    network
        Roads, rivers and ditches.
    parcels
        The parcels of the survey.
    seeds
        The seeds of the parcels.
    """
    count = len(seeds.xy)
    luck, second = rng.uniform(0, 1, count), rng.uniform(0, 1, count)
    patch = [land.at(noise(rng, land.grid, w), seeds.xy) for w in (1100, 600, 420)]
    above, river, rock = (
        land.at(field, seeds.xy) for field in (land.above, land.to_river, land.rock)
    )
    here = Country(seeds.zone, luck, second, patch[0], patch[1], patch[2], above, river, rock)
    choices = (*_open_country(here), *_fields(here), *_villages(here))
    code = np.full(count, "0301", dtype="<U5")
    for where, value in choices:
        code[where] = value
    _market(rng, code, seeds, sites, luck, second)
    result = code[parcels.seed]
    on_strip = parcels.strip >= 0
    strips = np.array([strip.code for strip in network.strips])
    result[on_strip] = strips[parcels.strip[on_strip]]
    result[on_strip & (result == "1006")] = _village_streets(sites, parcels, result, on_strip)
    _single_sites(rng, parcels, result, sites)
    return result


@dataclass(frozen=True)
class Country:
    """What decides the land class at each seed; arrays share the seeds' index."""

    zone: Ints
    luck: Array  # two numbers from 0 to 1
    second: Array
    wide: Array  # noise whose patches are 1100, 600 and 420 m apart
    middle: Array
    fine: Array
    above: Array  # m above the nearest river
    river: Array  # m to the nearest river
    rock: Array


Choices: TypeAlias = tuple[tuple[NDArray[np.bool_], str], ...]
"""Where a land class is given, the later before the earlier."""


def _open_country(here: Country) -> Choices:
    """Woods, scrub, gardens and idle land."""
    forest, scrub = here.zone == zones.FOREST, here.zone == zones.SCRUB
    garden, idle = here.zone == zones.GARDEN, here.zone == zones.IDLE
    return (
        (forest & (here.wide > 0.9) & (here.above < 130), "0302"),
        (forest & (here.middle > 1.25), "0305"),
        (forest & (here.luck < 0.06), "0307"),
        (scrub, "0305"),
        (scrub & (here.rock > 0.75) & (here.luck < 0.55), "1207"),
        (garden, "0202"),
        (garden & (here.wide > 0.25), "0201"),
        (garden & (here.luck < 0.07), "0204"),
        (garden & (here.luck > 0.94), "0201K"),
        (idle, "0404"),
        (idle & (here.middle > 0.75), "1206"),
        (idle & (here.luck < 0.05), "1207"),
        (idle & (here.luck > 0.86), "0307"),
    )


def _fields(here: Country) -> Choices:
    """Paddy, terraces and dry fields, with ponds, sheds and grass among them."""
    paddy, terrace = here.zone == zones.PADDY, here.zone == zones.TERRACE
    dry = here.zone == zones.DRY
    return (
        (paddy | terrace, "0101"),
        (paddy & (here.fine > 1.35), "0102"),
        (paddy & (here.river < 95) & (here.luck < 0.45), "0103"),
        (paddy & (here.luck > 0.975), "1104A"),
        (paddy & (here.second > 0.985), "1202"),
        (paddy & (here.river < 75) & (here.second < 0.12), "0404"),
        (terrace & (here.fine > 0.9), "0103"),
        (terrace & (here.second > 0.975), "0202K"),
        (dry, "0103"),
        (dry & (here.luck < 0.10), "0201"),
        (dry & (here.second < 0.06), "0404"),
    )


def _villages(here: Country) -> Choices:
    """Houses, with trees, gardens, yards and public buildings among them."""
    village = here.zone == zones.VILLAGE
    return (
        (village, "0702"),
        (village & (here.luck < 0.06), "0307"),
        (village & (here.luck > 0.93), "1201"),
        (village & (here.second > 0.965), "0809"),
        (village & (here.second < 0.03), "08H2"),
        (village & (here.second > 0.03) & (here.second < 0.09), "0103"),
    )


def _market(
    rng: np.random.Generator,
    code: NDArray[np.str_],
    seeds: Seeds,
    sites: Sites,
    luck: Array,
    second: Array,
) -> None:
    """The market town 圩镇: shops in the middle, works at the rim, houses between.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    code
        The land class at each seed, filled in.
    seeds
        The seeds of the parcels.
    sites
        Where the market, the villages and the towns stand.
    luck
        A number from 0 to 1 for each seed.
    second
        Another number from 0 to 1 for each seed.
    """
    here = seeds.zone == zones.MARKET
    away = np.hypot(*(seeds.xy - sites.market).T) + rng.normal(0, 35, len(code))
    code[here] = "0701"
    code[here & (away < 110) & (luck < 0.55)] = "05H1"
    code[here & (luck > 0.90)] = "05H1"
    code[here & (second < 0.06)] = "08H1"
    code[here & (second > 0.06) & (second < 0.13)] = "08H2"
    code[here & (second > 0.13) & (second < 0.17)] = "0810"
    code[here & (second > 0.17) & (second < 0.19)] = "1005"
    code[here & (second > 0.19) & (second < 0.22)] = "0809"
    east = seeds.xy[:, 0] > sites.market[0] + 120
    code[here & east & (away > 215) & (luck < 0.75)] = "0601"
    code[here & ~east & (away > 275) & (luck < 0.30)] = "0508"
    code[here & (second > 0.93)] = "1201"


def _village_streets(
    sites: Sites, parcels: Parcels, code: NDArray[np.str_], on_strip: NDArray[np.bool_]
) -> NDArray[np.str_]:
    """A rural road inside a village is a street of it (1004).

    Parameters
    ----------
    sites
        Where the market, the villages and the towns stand.
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    on_strip
        Which parcels are part of the network.
    """
    roads = np.flatnonzero(on_strip & (code == "1006"))
    centre = shapely.get_coordinates(shapely.centroid(parcels.shape[roads]))
    return np.where(_in_settlement(sites, centre), "1004", "1006")


def _in_settlement(sites: Sites, points: Array) -> NDArray[np.bool_]:
    """Which points lie within the reach of a village or of the market."""
    settlements = np.vstack([sites.villages, sites.market])
    reach = np.append(sites.radius, 330.0)
    away = np.hypot(*(points[:, None, :] - settlements).transpose(2, 0, 1))
    return np.asarray((away < reach).any(axis=1))


def _single_sites(
    rng: np.random.Generator, parcels: Parcels, code: NDArray[np.str_], sites: Sites
) -> None:
    """A few single uses in the open: quarry, works, graves, water works, a substation.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    sites
        Where the market, the villages and the towns stand.
    """
    centre = shapely.get_coordinates(shapely.centroid(parcels.shape))
    area = shapely.area(parcels.shape)
    nearest = np.hypot(*(centre[:, None, :] - sites.villages).transpose(2, 0, 1)).min(axis=1)
    protected = np.hypot(*(centre[:, None, :] - sites.towns).transpose(2, 0, 1)).min(axis=1) < 1000

    def some(where: NDArray[np.bool_], many: int, value: str) -> None:
        """Give a land class to some parcels, chosen by chance.

        Parameters
        ----------
        where
            Which parcels may be chosen.
        many
            How many are chosen.
        value
            The land class that they get.
        """
        free = np.flatnonzero(where & ~protected & (parcels.strip < 0))
        if len(free):
            code[rng.choice(free, min(many, len(free)), replace=False)] = value

    some((code == "0305") & (area < 30000) & (area > 4000), 3, "0602")
    some(np.isin(code, ("0103", "0404")) & (nearest < 450) & (area > 3000), 9, "0601")
    some(np.isin(code, ("0404", "0307")) & (area < 20000), 7, "09")
    some(np.isin(code, ("0103", "0404")) & (area < 6000), 6, "0809")
    some((code == "0103") & (area < 9000), 22, "1202")
    some((code == "1104") & (area > 3500), 2, "1103")
