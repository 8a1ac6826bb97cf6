"""Plan layers that are not plots: control zones, growth boundary, red line, stock and idle sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import affinity

from townland_demo import zones
from townland_demo.fabric import GRID_M, dissolve
from townland_demo.georeference import CRS, areas_m2, placed
from townland_demo.grid import Ints, Shapes
from townland_demo.parcels import Parcels
from townland_demo.planning import Atoms, DrawnTown
from townland_demo.survey import COUNTY_CODE, COUNTY_NAME, class_names

CONTROL = {
    "010": "允许建设区", "011": "现状建设用地", "012": "新增建设用地",
    "020": "有条件建设区", "030": "限制建设区", "040": "禁止建设区",
}  # fmt: skip
EXISTING = (
    "05H1", "0508", "0601", "0602", "0701", "0702", "08H1", "08H2", "0809", "0810", "09",
    "1003", "1004", "1005", "1201",
)  # fmt: skip


def frame(
    shapes: Shapes | list[shapely.Geometry], columns: Mapping[str, object]
) -> gpd.GeoDataFrame:
    """A layer in EPSG:4524 from local geometries."""
    return gpd.GeoDataFrame(columns, geometry=placed(np.asarray(shapes)), crs=CRS)


def columns(table: pd.DataFrame) -> dict[str, NDArray[np.generic]]:
    """The columns of a table, for `frame`."""
    return {str(name): table[name].to_numpy() for name in table}


def red_ground(parcels: Parcels, code: NDArray[np.str_], keep_out: shapely.Geometry) -> Shapes:
    """The large woods and the cones, off the towns' plots, with a generalised rim.

    Parameters
    ----------
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    keep_out
        Ground that must stay free.
    """
    wild = _is_wild(parcels, code) & ~shapely.intersects(parcels.shape, keep_out)
    whole = shapely.coverage_union_all(parcels.shape[wild])
    whole = shapely.buffer(shapely.buffer(whole, -60), 45)
    parts = shapely.get_parts(shapely.simplify(whole, 2.5))
    parts = shapely.set_precision(parts[shapely.area(parts) > 150_000], GRID_M)
    centre = shapely.get_coordinates(shapely.centroid(parts)).round(2)
    return np.asarray(parts[np.lexsort((centre[:, 1], centre[:, 0]))])


def _is_wild(parcels: Parcels, code: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Which parcels are wood, scrub or bare rock of the hills."""
    wild = np.isin(parcels.zone, (zones.FOREST, zones.SCRUB)) & (parcels.strip < 0)
    return wild & np.isin(code, ("0301", "0302", "0305", "1207"))


def red_line(parts: Shapes) -> gpd.GeoDataFrame:
    """Ecological red line 生态保护红线."""
    return frame(parts, {
        "BSM": [f"{COUNTY_CODE}3006{i + 1:08d}" for i in range(len(parts))],
        "YSDM": "2003010100",
        "XZQDM": COUNTY_CODE,
        "XZQMC": COUNTY_NAME,
        "HXBM": [f"{COUNTY_CODE}-{i + 1:02d}" for i in range(len(parts))],
        "HXMC": "岭南山地水源涵养与水土保持生态保护红线",
        "HXLX": "水源涵养",
        "MJ": areas_m2(parts).round(2),
    })  # fmt: skip


def growth_boundary(
    towns: list[DrawnTown],
    grounds: list[shapely.Geometry],
    market: shapely.Geometry,
    border: shapely.Geometry,
) -> gpd.GeoDataFrame:
    """Growth boundary 城镇开发边界: the market town, and each town as far as its plan was granted.

    Parameters
    ----------
    towns
        The four towns, drawn.
    grounds
        The ground of each town's plan.
    market
        The ground of the market town.
    border
        The border of the county.
    """
    shapes, names = [market], ["城镇集中建设区"]
    for town, ground in zip(towns, grounds, strict=True):
        firm, soft = _granted(town, ground)
        shapes.append(firm)
        names.append("城镇集中建设区")
        if town.brief.code in ("T01", "T03"):
            shapes.append(shapely.difference(soft, firm))
            names.append("城镇弹性发展区")
    parts, source = shapely.get_parts(
        shapely.set_precision(shapely.intersection(np.array(shapes), border), GRID_M),
        return_index=True,
    )
    keep = shapely.area(parts) > 400
    parts, label = parts[keep], np.array(names)[source[keep]]
    return frame(parts, {
        "BSM": [f"{COUNTY_CODE}3007{i + 1:08d}" for i in range(len(parts))],
        "YSDM": "2003020100",
        "XZQDM": COUNTY_CODE,
        "XZQMC": COUNTY_NAME,
        "GHFQDM": np.where(label == "城镇集中建设区", "01", "02"),
        "GHFQMC": label,
        "MJ": areas_m2(parts).round(2),
        "BZ": "",
    })  # fmt: skip


def control_zones(
    parcels: Parcels,
    code: NDArray[np.str_],
    towns: list[DrawnTown],
    grounds: list[shapely.Geometry],
    market: shapely.Geometry,
    forbidden: Shapes,
    border: shapely.Geometry,
) -> gpd.GeoDataFrame:
    """Control zones 建设用地管制区 of the land-use plan: they tile the county.

    Parameters
    ----------
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    towns
        The four towns, drawn.
    grounds
        The ground of each town's plan.
    market
        The ground of the market town.
    forbidden
        Ground that is closed to construction.
    border
        The border of the county.
    """
    existing = shapely.coverage_union_all(
        parcels.shape[np.isin(code, EXISTING) & (parcels.strip < 0)]
    )
    existing = shapely.simplify(shapely.buffer(shapely.buffer(existing, 14), -9), 1.5)
    firm, soft = zip(*map(_granted, towns, grounds), strict=True)
    layers = (
        ("012", shapely.union_all(firm)),
        ("010", market),
        ("011", existing),
        ("020", shapely.union_all(soft)),
        ("040", shapely.union_all(forbidden)),
        ("030", border),
    )
    shapes, kinds = _tiles(layers, border)
    return frame(shapes, {
        "BSM": [f"{COUNTY_CODE}3001{i + 1:08d}" for i in range(len(shapes))],
        "YSDM": "2003020420",
        "XZQDM": COUNTY_CODE,
        "XZQMC": COUNTY_NAME,
        "GZQLXDM": kinds,
        "GZQLX": [CONTROL[kind] for kind in kinds],
        "GZQMJ": areas_m2(np.array(shapes)).round(2),
    })  # fmt: skip


def _tiles(
    layers: Sequence[tuple[str, shapely.Geometry]], border: shapely.Geometry
) -> tuple[list[shapely.Polygon], list[str]]:
    """Polygons of each kind of zone without what the zones before it have taken."""
    taken: shapely.Geometry = shapely.Polygon()
    shapes, kinds = [], []
    for kind, shape in layers:
        free = shapely.difference(shapely.intersection(shape, border), taken, grid_size=GRID_M)
        for part in shapely.get_parts(free):
            if part.area > 30 and part.geom_type == "Polygon":
                shapes.append(part)
                kinds.append(kind)
        taken = shapely.union(taken, shape, grid_size=GRID_M)
    return shapes, kinds


def _granted(
    town: DrawnTown, ground: shapely.Geometry
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Where the higher plans allow a town to build, and where only with conditions.

    The farmland town was granted its middle alone; the edge town's east was left conditional.
    """
    reach = shapely.simplify(shapely.buffer(shapely.buffer(ground, 60), -40), 3.0)
    if town.brief.code == "T02":
        middle = shapely.centroid(reach)
        x, y = shapely.get_coordinates(middle)[0].tolist()
        block = shapely.Polygon([(-390, -250), (60, -420), (400, -180), (330, 330), (-260, 380)])
        block = affinity.translate(block, x, y)
        firm = shapely.intersection(reach, block)
        soft = shapely.intersection(reach, shapely.buffer(block, 110, join_style="mitre"))
    elif town.brief.code == "T03":
        west, south, east, north = reach.bounds
        firm = shapely.intersection(reach, shapely.box(west, south, east - 220, north))
        soft = reach
    else:
        firm, soft = reach, shapely.intersection(shapely.buffer(reach, 80), town.boundary)
    return firm, soft


def market_ground(parcels: Parcels) -> shapely.Geometry:
    """The market town's own building ground: its parcels and a little room about them."""
    built = shapely.union_all(parcels.shape[(parcels.zone == zones.MARKET) & (parcels.strip < 0)])
    grown = shapely.buffer(shapely.buffer(built, 75, quad_segs=3), -45, quad_segs=3)
    return shapely.simplify(max(shapely.get_parts(grown), key=shapely.area), 5.0)


def sites_to_reuse(
    rng: np.random.Generator,
    parcels: Parcels,
    code: NDArray[np.str_],
    bsm: NDArray[np.object_],
    near: shapely.Geometry,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Stock land 存量建设用地 and inefficient land 低效用地: existing construction parcels.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    bsm
        The identifier of each parcel.
    near
        Ground near the towns.
    """
    free = (parcels.strip < 0) & (shapely.area(parcels.shape) > 300)
    local = shapely.intersects(parcels.shape, near)
    layers = []
    for prefix, kinds, reasons in REUSE:
        pool = np.flatnonzero(free & np.isin(code, kinds))
        inside, outside = pool[local[pool]], pool[~local[pool]]
        chosen = np.sort(np.concatenate([
            rng.choice(inside, min(14, len(inside)), replace=False),
            rng.choice(outside, min(16, len(outside)), replace=False),
        ]))  # fmt: skip
        free[chosen] = False
        layers.append(frame(parcels.shape[chosen], {
            "DKBH": [f"{prefix}{i + 1:03d}" for i in range(len(chosen))],
            "TBBSM": bsm[chosen],
            "DLBM": code[chosen],
            "DLMC": [class_names()[str(c)] for c in code[chosen]],
            "LX": [reasons[i % 3] for i in range(len(chosen))],
            "MJ": areas_m2(parcels.shape[chosen]).round(2),
        }))  # fmt: skip
    return layers[0], layers[1]


REUSE = (
    ("CL", ("1201", "0601", "0508"), ("闲置未建", "停产空置", "批而未用")),
    ("DX", ("0702", "05H1", "0701", "0601"), ("容积率低", "布局散乱", "设施落后")),
)
"""Stock land and inefficient land: how their sites are numbered, which classes they have, and why."""


GUIDE = {
    "0101": "0101", "0102": "0102", "0103": "0103", "0201": "0201", "0201K": "0201",
    "0202": "0202", "0202K": "0202", "0204": "0205", "0301": "0301", "0302": "0302",
    "0305": "0303", "0307": "0304", "0404": "0403", "1101": "1701", "1103": "1703",
    "1104": "1704", "1104A": "1704", "1106": "0506", "1107": "1705", "1202": "0602",
    "1206": "2306", "1207": "2307",
}  # fmt: skip
"""The guide's class of land that the plan leaves as it is (自然资发〔2023〕234号, by name)."""

GUIDE_NAMES = {
    "0101": "水田", "0102": "水浇地", "0103": "旱地", "0201": "果园", "0202": "茶园",
    "0205": "其他园地", "0301": "乔木林地", "0302": "竹林地", "0303": "灌木林地",
    "0304": "其他林地", "0403": "其他草地", "1701": "河流水面", "1703": "水库水面",
    "1704": "坑塘水面", "0506": "内陆滩涂", "1705": "沟渠", "0602": "设施农用地",
    "2306": "裸土地", "2307": "裸岩石砾地", "0701": "城镇住宅用地", "0901": "商业用地",
    "1001": "工业用地", "0803": "文化用地", "0804": "教育用地", "0806": "医疗卫生用地",
    "1101": "物流仓储用地", "1207": "城镇村道路用地", "1208": "交通场站用地",
    "1302": "排水用地", "1401": "公园绿地", "1403": "广场用地",
}  # fmt: skip


PLAN_CODES = sorted(set(GUIDE.values()))
STREETS, STAYS = 10_000, 30_000
"""From where on the groups of faces are streets (by row, then by column), and land that stays."""


def plots(
    rng: np.random.Generator,
    town: DrawnTown,
    atoms: Atoms,
    built: NDArray[np.bool_],
    code: NDArray[np.str_],
) -> gpd.GeoDataFrame:
    """Planned use 规划用地 by plot: blocks and streets to build, and the land that stays as it is.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    town
        The town.
    atoms
        The faces of parcels and plan in the town.
    built
        Which of the faces are planned construction.
    code
        The land class of each parcel.
    """
    use = _block_uses(rng, town, atoms, built)
    group = _plot_groups(town, atoms, built, code)
    chosen = np.flatnonzero(group >= 0)
    shapes, number = dissolve(atoms.shape[chosen], group[chosen])
    keep = shapely.area(shapes) > np.where(number >= STAYS, 2500, 1)
    shapes, number = shapes[keep], number[keep]
    order = np.lexsort((shapely.get_x(shapely.centroid(shapes)).round(2), number))
    shapes, number = shapes[order], number[order]
    codes = [
        PLAN_CODES[n - STAYS] if n >= STAYS else ("1207" if n >= STREETS else use[n])
        for n in number.tolist()
    ]
    brief = town.brief
    return frame(shapes, {
        "DKBH": [f"{brief.code}-{i + 1:03d}" for i in range(len(codes))],
        "GHDM": codes,
        "GHMC": [GUIDE_NAMES[c] for c in codes],
        "XZDM": brief.code,
        "XZMC": brief.name,
        "BQ": _tags(brief.code, codes),
        "MJ": areas_m2(shapes).round(2),
    })  # fmt: skip


def _plot_groups(
    town: DrawnTown, atoms: Atoms, built: NDArray[np.bool_], code: NDArray[np.str_]
) -> Ints:
    """The plot that each face is part of: a block, a street, a class of land that stays; -1 for none.

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
    column, row = town.column[atoms.cell], town.row[atoms.cell]
    street = (column % 2 == 0) | (row % 2 == 0)
    group = np.full(len(built), -1, dtype=np.int64)
    group[built & ~street] = atoms.cell[built & ~street]
    line = np.where(row % 2 == 0, STREETS + row, 2 * STREETS + column)
    group[built & street] = line[built & street]
    kept = np.array([
        PLAN_CODES.index(GUIDE[c]) if c in GUIDE else -1 for c in code[atoms.parcel].tolist()
    ])  # fmt: skip
    stays = atoms.inside & ~built & (atoms.parcel >= 0) & (kept >= 0)
    group[stays] = STAYS + kept[stays]
    return group


def _tags(town: str, codes: list[str]) -> list[str]:
    """Mark some dwellings: resettlement 安置 in the lawful town, real estate in the farmland town."""
    tag, many = {"T01": ("resettlement", 3), "T02": ("real_estate", 5)}.get(town, ("", 0))
    dwellings = [i for i, code in enumerate(codes) if code == "0701"][:many]
    return [tag if i in dwellings else "" for i in range(len(codes))]


def _block_uses(
    rng: np.random.Generator, town: DrawnTown, atoms: Atoms, built: NDArray[np.bool_]
) -> dict[int, str]:
    """Trade and culture in the middle, dwellings about them, works on one side, parks between.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    town
        The town.
    atoms
        The faces of parcels and plan in the town.
    built
        Which of the faces are planned construction.
    """
    cells = np.unique(atoms.cell[built & (atoms.cell >= 0)])
    centre = shapely.get_coordinates(shapely.centroid(town.cells))
    middle = centre[cells].mean(axis=0)
    away = np.hypot(*(centre[cells] - middle).T)
    side = rng.uniform(0, 2 * np.pi)
    lee = (centre[cells] - middle) @ [np.cos(side), np.sin(side)]
    uses: dict[int, str] = {}
    for cell, far, toward in zip(cells.tolist(), away.tolist(), lee.tolist(), strict=True):
        luck = rng.uniform()
        if toward > 330:
            uses[cell] = "1001" if luck < 0.74 else ("1101" if luck < 0.86 else "1401")
        elif far < 230:
            uses[cell] = ("0901", "0803", "1403", "1401")[
                int(np.searchsorted([0.5, 0.75, 0.86], luck))
            ]
        else:
            kinds = ("0701", "0901", "1401", "0804", "0806", "1302", "1208")
            uses[cell] = kinds[int(np.searchsorted([0.52, 0.68, 0.85, 0.91, 0.95, 0.98], luck))]
    return uses


APPROVED = {"T01-039": "supplied", "T01-048": ""}
"""Plots of the lawful town that were approved before the plan; the first is supplied, not built on."""


def approved_land(planned: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Land approved before, out of the plots of the plan; no chance is in it."""
    plots = planned[planned["DKBH"].isin(APPROVED)]
    columns = {
        "DKBH": [f"P{name}" for name in plots["DKBH"]],
        "PZWH": ["云政土批〔2017〕12号"] * len(plots),
        "GDZT": [APPROVED[name] for name in plots["DKBH"]],
    }
    return gpd.GeoDataFrame(columns, geometry=plots.geometry.to_numpy(), crs=CRS)
