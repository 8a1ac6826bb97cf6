"""Where people settled: the market town, the villages, and the sites of the four towns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townland_demo.grid import Array
from townland_demo.terrain import Relief

NDArrayBool = NDArray[np.bool_]

VILLAGES = (
    "竹湾村", "石牌村", "古榕村", "大洲村", "平塘村", "螺岭村", "长冲村", "白鹭村",
    "茶坪村", "双桥村", "新圩村", "板栗村", "岩口村", "龙腰村", "上峒村", "枫木村",
)  # fmt: skip
MARKET = "云岭镇社区"


@dataclass(frozen=True)
class Sites:
    """Settlements in local metres; `towns` are the centres of the four planned towns, in order."""

    market: Array  # (2,)
    villages: Array  # (n, 2), the first 16 of them administrative villages by name
    radius: Array  # (n,), m
    axis: Array  # (n,), radians: the long side of each village
    market_axis: float  # radians: the direction of the market's streets
    towns: Array  # (4, 2): lawful, on farmland, on the edge, partly outside


@dataclass(frozen=True)
class Candidates:
    """Random points of the county among which sites are chosen, and what the land is like there."""

    points: Array  # (n, 2), local metres
    rim: Array  # m to the county's border
    slope: Array  # degrees
    above: Array  # m above the nearest river
    river: Array  # m to the nearest river
    roughness: Array  # the slope, or more where the ground is rock
    luck: Array

    def best(self, score: Array, free: NDArrayBool) -> Array:
        """Return the free point of the highest score."""
        return np.asarray(self.points[np.argmax(np.where(free, score, -np.inf))])

    def away(self, sites: Array) -> Array:
        """Return the metres of each point from the nearest of the sites (n, 2)."""
        every = np.hypot(*(self.points[:, None, :] - sites).transpose(2, 0, 1))
        return np.asarray(every.min(axis=1))


def choose_sites(rng: np.random.Generator, land: Relief) -> Sites:
    """Pick the sites from random candidates by slope, height and distance to the river."""
    candidates = _candidates(rng, land)
    towns = _town_centres(candidates, land)
    market = candidates.best(
        -np.abs(candidates.river - 380) / 150 - candidates.slope / 5
        - np.abs(candidates.points[:, 0] - 0.42 * land.grid.width_m) / 900 + candidates.luck,
        (candidates.rim > 1500) & (candidates.away(towns) > 1150),
    )  # fmt: skip
    villages = _village_centres(candidates, market)
    axis = land.at(np.cos(land.direction), villages), land.at(np.sin(land.direction), villages)
    return Sites(
        market=market,
        villages=villages,
        radius=rng.uniform(62, 125, len(villages)),
        axis=np.arctan2(axis[1], axis[0]) + rng.normal(0, 0.2, len(villages)),
        market_axis=float(rng.uniform(0.1, 0.5)),
        towns=towns,
    )


def _candidates(rng: np.random.Generator, land: Relief) -> Candidates:
    points = rng.uniform((200, 200), (land.grid.width_m - 200, land.grid.height_m - 200), (6000, 2))
    points = points[shapely.contains_xy(land.border, points)]
    return Candidates(
        points=points,
        rim=shapely.distance(shapely.points(points), shapely.boundary(land.border)),
        slope=land.at(land.slope, points),
        above=land.at(land.above, points),
        river=land.at(land.to_river, points),
        roughness=land.at(np.maximum(land.rock * 30, land.slope), points),
        luck=rng.normal(0, 0.12, len(points)),
    )


def _town_centres(candidates: Candidates, land: Relief) -> Array:
    """The centres of the towns: lawful, on farmland, on the edge, partly outside."""
    rim, slope, above, river, luck = (
        candidates.rim, candidates.slope, candidates.above, candidates.river, candidates.luck,
    )  # fmt: skip
    x, y = candidates.points.T
    width, height = land.grid.width_m, land.grid.height_m
    mouth = land.tributary[-1]
    edge = candidates.best(
        -np.abs(np.hypot(x - mouth[0] - 330, y - mouth[1] - 120)) / 400 + luck, rim > 1300
    )
    farm = candidates.best(
        -np.abs(river - 500) / 300 - above / 14 - np.abs(x - 0.22 * width) / 1200 + luck,
        (rim > 1250) & (candidates.away(edge[None]) > 2500),
    )
    apart = candidates.away(np.stack([edge, farm]))
    lawful = candidates.best(
        -np.abs(above - 45) / 30 - slope / 12 - np.abs(x - 0.52 * width) / 1500 + luck,
        (rim > 1250) & (apart > 2350) & (y > 0.55 * height) & (river > 900),
    )
    apart = candidates.away(np.stack([edge, farm, lawful]))
    outside = candidates.best(
        -np.abs(rim - 640) / 60 - slope / 10 + luck,
        (apart > 2500) & (y < 0.42 * height) & (rim > 520),
    )
    return np.stack([lawful, farm, edge, outside])


def _village_centres(candidates: Candidates, market: Array) -> Array:
    """Villages in level ground near the river, at first far apart, then hamlets between them."""
    villages: list[Array] = []
    taken = candidates.away(market[None])
    fitness = (
        -candidates.roughness / 7 - np.abs(candidates.above - 14) / 60
        - np.maximum(candidates.river - 250, 0) / 2500 + 3 * candidates.luck
    )  # fmt: skip
    suited = (candidates.rim > 350) & (candidates.river > 150)
    for spacing in (1250.0, 900.0, 640.0):
        for _ in range(14):
            free = (taken > spacing) & suited
            if not free.any():
                break
            centre = candidates.best(fitness, free & (candidates.roughness < 14))
            villages.append(centre)
            taken = np.minimum(taken, candidates.away(centre[None]))
    return np.stack(villages)


def village_names(sites: Sites) -> list[str]:
    """The administrative village of every settlement: a hamlet belongs to the nearest named one."""
    named = sites.villages[: len(VILLAGES)]
    owner = np.hypot(*(sites.villages[:, None, :] - named).transpose(2, 0, 1)).argmin(axis=1)
    return [VILLAGES[index] for index in owner]
