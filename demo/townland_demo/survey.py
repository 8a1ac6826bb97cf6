"""The attribute table of the land survey DLTB 地类图斑, with every field the rules depend on."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from townland import units
from townland_demo.grid import Array, Ints
from townland_demo.network import Network
from townland_demo.parcels import Parcels
from townland_demo.place import areas_m2
from townland_demo.sites import MARKET, VILLAGES, Sites
from townland_demo.terrain import Relief

COUNTY_CODE, COUNTY_NAME = "450299", "云岭县"
YEAR = 2018
RIDGE = {
    "TT": {2: "0.0680", 3: "0.1085", 4: "0.1660", 5: "0.2240"},
    "PD": {2: "0.0410", 3: "0.0655", 4: "0.0980", 5: "0.1350"},
}
"""Ridge coefficients 田坎系数 by kind of field and slope class: invented for this county."""

SCHEMA: dict[str, str] = {
    "BSM": "str:18", "YSDM": "str:10", "TBYBH": "str:18", "TBBH": "str:8", "DLBM": "str:5",
    "DLMC": "str:60", "QSXZ": "str:2", "QSDWDM": "str:19", "QSDWMC": "str:255",
    "ZLDWDM": "str:19", "ZLDWMC": "str:255", "TBMJ": "float:15.2", "KCDLBM": "str:5",
    "KCXS": "float:6.4", "KCMJ": "float:15.2", "TBDLMJ": "float:15.2", "GDLX": "str:2",
    "GDPDJB": "str:2", "XZDWKD": "float:5.1", "TBXHDM": "str:6", "TBXHMC": "str:20",
    "ZZSXDM": "str:6", "ZZSXMC": "str:20", "GDDB": "int:4", "FRDBS": "str:1",
    "CZCSXM": "str:4", "SJNF": "int:4", "MSSM": "str:2", "HDMC": "str:100", "BZ": "str:255",
}  # fmt: skip

PLANTING = {
    "LS": "种植粮食作物", "FLS": "种植非粮食作物", "LYFL": "粮与非粮轮作",
    "XG": "休耕", "WG": "未耕种", "JKHF": "即可恢复", "GCHF": "工程恢复",
}  # fmt: skip
DETAIL = {"HDGD": "河道耕地", "LQYD": "林区园地", "GCCD": "灌丛草地"}


@cache
def class_names() -> dict[str, str]:
    """Names of the Third Survey's classes 三调工作分类."""
    text = (
        resources.files("townland")
        .joinpath("standards/landclasses/sandiao-2019.csv")
        .read_text("utf-8")
    )
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def slope_classes(land: Relief, parcels: Parcels) -> Ints:
    """Slope class 耕地坡度级别 1..5 from the mean slope at the vertices."""
    points, owner = shapely.get_coordinates(parcels.shape, return_index=True)
    slope = land.at(land.slope, points)
    mean = np.bincount(owner, slope, len(parcels.shape)) / np.bincount(owner)
    return np.digitize(mean, [2, 6, 15, 25]) + 1


def survey_table(
    rng: np.random.Generator,
    land: Relief,
    sites: Sites,
    network: Network,
    parcels: Parcels,
    code: NDArray[np.str_],
    slope_class: Ints,
) -> pd.DataFrame:
    """One row a parcel, in the parcels' order; areas are official and rounded half up to 0.01 m².

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
    code
        The land class of each parcel.
    slope_class
        The slope grade of each parcel, 1 to 5.
    """
    count = len(code)
    centre = shapely.get_coordinates(shapely.point_on_surface(parcels.shape))
    village, in_market = _villages(sites, centre)
    luck, second = rng.uniform(0, 1, count), rng.uniform(0, 1, count)
    river = land.at(land.to_river, centre)
    widths = np.array([strip.width_m for strip in network.strips])
    gross = [units.half_up(value, 2) for value in areas_m2(parcels.shape).tolist()]
    cultivated = np.char.startswith(code, "01")
    number = _numbers(village, centre)
    rows: list[dict[str, object]] = []
    for i in range(count):
        zone = int(slope_class[i])
        kind = ""
        if cultivated[i] and zone > 1:
            kind = "TT" if code[i] == "0101" or luck[i] < 0.45 else "PD"
        factor = Decimal(RIDGE[kind][zone]) if kind else Decimal(0)
        ridge = units.half_up(gross[i] * factor, 2)
        planting = _planting(str(code[i]), float(second[i]))
        detail = _detail(str(code[i]), float(river[i]), float(luck[i]))
        linear = parcels.strip[i] >= 0 and widths[parcels.strip[i]] > 0
        owner_code = (
            f"{COUNTY_CODE}100001" if village[i] < 0 else f"{COUNTY_CODE}1002{village[i] + 1:02d}"
        )
        owner = MARKET if village[i] < 0 else VILLAGES[village[i]]
        state = code[i] in ("1101", "1003", "1109") or (
            bool(in_market[i])
            and code[i] in ("0701", "05H1", "08H1", "08H2", "0810", "1004", "0601", "1005")
        )
        rows.append({
            "BSM": f"{COUNTY_CODE}2110{i + 1:08d}",
            "YSDM": "2001010100",
            "TBYBH": f"{number[i]:05d}",
            "TBBH": f"{number[i]:04d}",
            "DLBM": str(code[i]),
            "DLMC": class_names()[str(code[i])],
            "QSXZ": "20" if state else ("31" if luck[i] < 0.2 else "30"),
            "QSDWDM": owner_code + "0000000",
            "QSDWMC": f"{COUNTY_NAME}国有土地" if state else owner,
            "ZLDWDM": owner_code + "0000000",
            "ZLDWMC": owner,
            "TBMJ": float(gross[i]),
            "KCDLBM": "1203" if factor else "",
            "KCXS": float(factor),
            "KCMJ": float(ridge),
            "TBDLMJ": float(gross[i] - ridge),
            "GDLX": kind,
            "GDPDJB": str(zone) if cultivated[i] else "",
            "XZDWKD": float(widths[parcels.strip[i]]) if linear else 0.0,
            "TBXHDM": detail,
            "TBXHMC": DETAIL.get(detail, ""),
            "ZZSXDM": planting,
            "ZZSXMC": PLANTING.get(planting, ""),
            "GDDB": int(6 + zone + (luck[i] > 0.6)) if cultivated[i] else None,
            "FRDBS": "0",
            "CZCSXM": _settlement(str(code[i]), bool(in_market[i])),
            "SJNF": YEAR,
            "MSSM": "00",
            "HDMC": "",
            "BZ": "",
        })  # fmt: skip
    return pd.DataFrame(rows).astype({"GDDB": "Int64"})


def _villages(sites: Sites, centre: Array) -> tuple[Ints, NDArray[np.bool_]]:
    """Number of the administrative village (-1: the market's community), and who lies in the market."""
    named = sites.villages[: len(VILLAGES)]
    away = np.hypot(*(centre[:, None, :] - np.vstack([named, sites.market])).transpose(2, 0, 1))
    village = away.argmin(axis=1)
    return np.where(village == len(named), -1, village), away[:, -1] < 420


def _numbers(village: Ints, centre: Array) -> Ints:
    """Parcel numbers 图斑编号 within each village, from north-west to south-east."""
    rank = np.lexsort((centre[:, 0], -np.floor(centre[:, 1] / 250), village))
    number = np.empty(len(village), dtype=np.int64)
    first = np.r_[True, village[rank][1:] != village[rank][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(rank)), 0))
    number[rank] = np.arange(len(rank)) - start + 1
    return number


def _planting(code: str, luck: float) -> str:
    if code == "0101":
        return "LS" if luck < 0.82 else ("LYFL" if luck < 0.93 else "WG")
    if code in ("0102", "0103"):
        kinds = ("FLS", "LS", "LYFL", "WG", "XG")
        return kinds[int(np.searchsorted([0.48, 0.76, 0.9, 0.97], luck))]
    if code.endswith("K"):
        return "JKHF"
    if code in ("0201", "0202") and luck < 0.12:
        return "GCHF"
    return ""


def _detail(code: str, river: float, luck: float) -> str:
    """The code of detail 图斑细化代码 of a parcel, or nothing.

    Parameters
    ----------
    code
        Its land class.
    river
        Metres to the nearest river.
    luck
        A number from 0 to 1.
    """
    if code == "0103" and river < 90 and luck < 0.5:
        return "HDGD"
    if code in ("0201", "0202") and river > 1500:
        return "LQYD"
    if code == "0404" and luck < 0.18:
        return "GCCD"
    return ""


def _settlement(code: str, in_market: bool) -> str:
    """Settlement attribute 城镇村属性码: mandatory for 05 to 09, 1004, 1005 and 1201."""
    if not (code[:2] in ("05", "06", "07", "08", "09") or code in ("1004", "1005", "1201")):
        return ""
    if code == "0602":
        return "204"
    if code == "09":
        return "205"
    if in_market:
        return "202"
    return "203A" if code == "0601" else "203"
