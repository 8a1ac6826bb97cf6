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


def choose_sites(rng: np.random.Generator, land: Relief) -> Sites:
    """Pick the places from random candidates by slope, height and distance to the river."""
    points = rng.uniform((200, 200), (land.grid.width_m - 200, land.grid.height_m - 200), (6000, 2))
    points = points[shapely.contains_xy(land.border, points)]
    rim = shapely.distance(shapely.points(points), shapely.boundary(land.border))
    slope, above, river = (
        land.at(field, points) for field in (land.slope, land.above, land.to_river)
    )
    roughness = land.at(np.maximum(land.rock * 30, land.slope), points)
    mouth = land.tributary[-1]
    luck = rng.normal(0, 0.12, len(points))

    def best(score: Array, free: NDArrayBool) -> Array:
        return np.asarray(points[np.argmax(np.where(free, score, -np.inf))])

    x, y = points[:, 0], points[:, 1]
    width, height = land.grid.width_m, land.grid.height_m
    edge = best(-np.abs(np.hypot(x - mouth[0] - 330, y - mouth[1] - 120)) / 400 + luck, rim > 1300)
    apart = np.hypot(*(points - edge).T)
    farm = best(
        -np.abs(river - 500) / 300 - above / 14 - np.abs(x - 0.22 * width) / 1200 + luck,
        (rim > 1250) & (apart > 2500),
    )
    apart = np.minimum(apart, np.hypot(*(points - farm).T))
    lawful = best(
        -np.abs(above - 45) / 30 - slope / 12 - np.abs(x - 0.52 * width) / 1500 + luck,
        (rim > 1250) & (apart > 2350) & (y > 0.55 * height) & (river > 900),
    )
    apart = np.minimum(apart, np.hypot(*(points - lawful).T))
    outside = best(
        -np.abs(rim - 640) / 60 - slope / 10 + luck,
        (apart > 2500) & (y < 0.42 * height) & (rim > 520),
    )
    towns = np.stack([lawful, farm, edge, outside])
    apart = np.hypot(*(points[:, None, :] - towns).transpose(2, 0, 1)).min(axis=1)
    market = best(
        -np.abs(river - 380) / 150 - slope / 5 - np.abs(x - 0.42 * width) / 900 + luck,
        (rim > 1500) & (apart > 1150),
    )
    villages: list[Array] = []
    taken = np.hypot(*(points - market).T)
    fitness = (
        -roughness / 7 - np.abs(above - 14) / 60 - np.maximum(river - 250, 0) / 2500 + 3 * luck
    )
    for spacing in (1250.0, 900.0, 640.0):
        for _ in range(14):
            free = (taken > spacing) & (rim > 350) & (river > 150)
            if not free.any():
                break
            place = best(fitness, free & (roughness < 14))
            villages.append(place)
            taken = np.minimum(taken, np.hypot(*(points - place).T))
    sites = np.stack(villages)
    axis = land.at(np.cos(land.direction), sites), land.at(np.sin(land.direction), sites)
    return Sites(
        market=market,
        villages=sites,
        radius=rng.uniform(62, 125, len(sites)),
        axis=np.arctan2(axis[1], axis[0]) + rng.normal(0, 0.2, len(sites)),
        market_axis=float(rng.uniform(0.1, 0.5)),
        towns=towns,
    )


def village_names(sites: Sites) -> list[str]:
    """The administrative village of every settlement: a hamlet belongs to the nearest named one."""
    named = sites.villages[: len(VILLAGES)]
    owner = np.hypot(*(sites.villages[:, None, :] - named).transpose(2, 0, 1)).argmin(axis=1)
    return [VILLAGES[index] for index in owner]
