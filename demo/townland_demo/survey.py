"""The attribute table of the land survey DLTB 地类图斑, with every field the rules depend on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from townland import units
from townland_demo.georeference import areas_m2
from townland_demo.grid import Array, Ints
from townland_demo.network import Network
from townland_demo.parcels import Parcels
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
    table = resources.files("townland") / "standards" / "landclasses" / "sandiao-2019.csv"
    text = table.read_text("utf-8")
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
    width = np.where(parcels.strip >= 0, widths[parcels.strip], 0.0)
    gross = [units.half_up(value, 2) for value in areas_m2(parcels.shape).tolist()]
    known = zip(
        range(1, count + 1), code.tolist(), slope_class.tolist(), gross, village.tolist(),
        _numbers(village, centre).tolist(), in_market.tolist(), width.tolist(), river.tolist(),
        luck.tolist(), second.tolist(), strict=True,
    )  # fmt: skip
    rows = [_row(ParcelFacts(*facts)) for facts in known]
    return pd.DataFrame(rows).astype({"GDDB": "Int64"})[list(SCHEMA)]


@dataclass(frozen=True)
class ParcelFacts:
    """What the attributes of one parcel follow from."""

    index: int  # in the layer, from 1
    code: str  # its land class
    slope_class: int
    gross: Decimal  # m²
    village: int  # -1: the market's community
    number: int  # 图斑编号, within the village
    in_market: bool
    width_m: float  # of the strip that it is part of, or 0
    river_m: float  # to the nearest river
    luck: float  # two numbers from 0 to 1
    second: float

    @property
    def cultivated(self) -> bool:
        """Whether it is cultivated land 耕地."""
        return self.code.startswith("01")


def _row(parcel: ParcelFacts) -> dict[str, object]:
    return {
        "BSM": f"{COUNTY_CODE}2110{parcel.index:08d}",
        "YSDM": "2001010100",
        "TBYBH": f"{parcel.number:05d}",
        "TBBH": f"{parcel.number:04d}",
        "DLBM": parcel.code,
        "DLMC": class_names()[parcel.code],
        "XZDWKD": parcel.width_m,
        "FRDBS": "0",
        "CZCSXM": _settlement(parcel.code, parcel.in_market),
        "SJNF": YEAR,
        "MSSM": "00",
        "HDMC": "",
        "BZ": "",
        **_ownership(parcel),
        **_areas(parcel),
        **_details(parcel),
    }


def _ownership(parcel: ParcelFacts) -> dict[str, object]:
    """State land 国有 is water, the county road, and most of what is built in the market."""
    market = parcel.village < 0
    number = "100001" if market else f"1002{parcel.village + 1:02d}"
    owner = MARKET if market else VILLAGES[parcel.village]
    state = parcel.code in ("1101", "1003", "1109") or (
        parcel.in_market
        and parcel.code in ("0701", "05H1", "08H1", "08H2", "0810", "1004", "0601", "1005")
    )
    return {
        "QSXZ": "20" if state else ("31" if parcel.luck < 0.2 else "30"),
        "QSDWDM": f"{COUNTY_CODE}{number}0000000",
        "QSDWMC": f"{COUNTY_NAME}国有土地" if state else owner,
        "ZLDWDM": f"{COUNTY_CODE}{number}0000000",
        "ZLDWMC": owner,
    }


def _areas(parcel: ParcelFacts) -> dict[str, object]:
    """Gross, ridges 田坎, net: sloping fields alone have a kind and a coefficient (TD/T 1055-2019)."""
    kind = ""
    if parcel.cultivated and parcel.slope_class > 1:
        kind = "TT" if parcel.code == "0101" or parcel.luck < 0.45 else "PD"
    factor = Decimal(RIDGE[kind][parcel.slope_class]) if kind else Decimal(0)
    ridge = units.half_up(parcel.gross * factor, 2)
    return {
        "TBMJ": float(parcel.gross),
        "KCDLBM": "1203" if factor else "",
        "KCXS": float(factor),
        "KCMJ": float(ridge),
        "TBDLMJ": float(parcel.gross - ridge),
        "GDLX": kind,
        "GDPDJB": str(parcel.slope_class) if parcel.cultivated else "",
        "GDDB": 6 + parcel.slope_class + (parcel.luck > 0.6) if parcel.cultivated else None,
    }


def _details(parcel: ParcelFacts) -> dict[str, object]:
    planting = _planting(parcel.code, parcel.second)
    detail = _detail(parcel.code, parcel.river_m, parcel.luck)
    return {
        "TBXHDM": detail,
        "TBXHMC": DETAIL.get(detail, ""),
        "ZZSXDM": planting,
        "ZZSXMC": PLANTING.get(planting, ""),
    }


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
