"""Broken files as offices hand them over: what each must be told, and what makes it whole again.

One function is one case, and a new case is a new function. It writes its file into a folder and returns
the path; the line above it says which reader it meets, how it is refused or what issue is told, and how
much land there is once the advice of the message was followed; its docstring says what must be told in
both languages. Every area is that of a figure that can be worked out on paper: squares of 100 m,
10 000 m² each, where nothing else is said.

In ``en:`` and ``zh:`` ``…`` stands for any words, and ``→`` comes before what the reader is told to do.
The numbers of lines, rows, features and layers stand in them as they must be told.
"""

from __future__ import annotations

import inspect
import json
import math
import re
import shutil
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyproj
import shapely
from tests.factory_coordinates import EAST, NORTH, box, header, points, square, text, workbook
from tests.factory_grids import tif

from townland.catalog import load_catalog
from townland.dossier import load_dossiers
from townland.errors import (
    CatalogError,
    CRSError,
    DossierError,
    EncodingError,
    GeometryError,
    LayerError,
    TownlandError,
)
from townland.geodesy import official_area_m2
from townland.i18n import Joined, Words
from townland.layers.check import examined
from townland.measuring import prepare
from townland.measuring.placement import siting_issues
from townland.measuring.rasters.class_grid import read_grid
from townland.reading.kept import KeptLayers
from townland.reading.vector import read_layer
from townland.towns import read_towns

CRS = "EPSG:4524"
READERS = (
    "coordinate_text", "coordinate_table", "dxf", "kml", "geojson", "shapefile", "geopackage",
    "filegdb", "flatgeobuf", "geoparquet", "zip", "raster", "database", "catalog", "dossier",
)  # fmt: skip
"""The formats of `reading.sniff`, and the two documents that are read beside them."""


@dataclass(frozen=True)
class Seen:
    """What was read: its area, on the plane where there is one, and what was said of it, by code."""

    area_m2: float = 0.0
    said: tuple[tuple[str, Words], ...] = ()


Way = Callable[..., Seen]
Cure = Mapping[str, Any] | Callable[[Path], Path | None]


@dataclass(frozen=True)
class Broken:
    """One case: `told` is an error's class, or the code of an issue where the file can be used.

    `cure` is what the message tells its reader to do: options to add, or a function that mends the file
    (and returns another path, where the file gets another name). `code` is the issue that must be told
    once it is cured.
    """

    name: str
    reader: str
    write: Callable[[Path], Path]
    told: type[TownlandError] | str
    en: str
    zh: str
    way: Way
    given: Mapping[str, Any]
    cure: Cure | None = None
    area_m2: float | None = None
    code: str | None = None
    within_m2: float = 0.01


STATED = {"crs": CRS}

TABLE: dict[str, Broken] = {}
"""Every case by the name of its function."""


def broken(
    reader: str,
    told: type[TownlandError] | str,
    *,
    way: Way | None = None,
    given: Mapping[str, Any] | None = None,
    **more: Any,
) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Put a case into the table, under the name of the function that writes it.

    The docstring of the function says what must be told, in lines that begin with ``en:`` and ``zh:``.
    """

    def put(write: Callable[[Path], Path]) -> Callable[[Path], Path]:
        name = write.__name__
        if name in TABLE:
            raise ValueError(f"two cases are called {name}")
        told_in = re.search(
            r"^en: (?P<en>.*)^zh: (?P<zh>.*)", inspect.getdoc(write) or "", re.M | re.S
        )
        if told_in is None:
            raise ValueError(f"{name} does not say what must be told")
        en = " ".join(told_in["en"].split())
        zh = re.sub(r"\s*\n\s*", "", told_in["zh"].strip())
        TABLE[name] = Broken(
            name, reader, write, told, en, zh, way or as_town, dict(given or {}), **more
        )
        return write

    return put


# --- the ways in ----------------------------------------------------------------------------------


def as_town(path: Path, accept: Sequence[str] = (), **options: Any) -> Seen:
    """As the boundaries of a check: read, then mended as ``townland check`` and ``area`` do."""
    area, said = 0.0, []
    for town in read_towns([path], **options):
        boundary, repairs = prepare.mend(
            [town.boundary],
            [town.code],
            town.crs,
            layer=town.input.name,
            protected=True,
            accepted=accept,
        )
        area += _plane_m2(boundary, town.crs)
        said += [(issue.code, issue.message) for issue in town.issues]
        said += [(one.code, Joined((one.problem, one.action), " ")) for one in repairs]
    return Seen(area, tuple(said))


def as_layer(path: Path, accept: Sequence[str] = ()) -> Seen:
    """As the first layer of the catalog `path` in a check: read whole, mended, classed."""
    catalog = load_catalog(path)
    layer = read_layer(catalog.layer[0], catalog, None)
    ground = prepare.gather(layer.spec.role, [layer], layer.crs, "survey", accept)
    said = [(issue.code, issue.message) for issue in layer.issues]
    said += [(one.code, Joined((one.problem, one.action), " ")) for one in ground.repairs]
    said += [(issue.code, issue.message) for issue in prepare.collapsed(ground.repairs)]
    return Seen(_plane_m2(ground.frame.geometry.to_numpy(), layer.crs), tuple(said))


def as_examined(path: Path) -> Seen:
    """As ``townland layers check`` looks at the first layer of the catalog `path`."""
    catalog = load_catalog(path)
    found = examined(catalog.layer[0], catalog)
    area = 0.0
    if found.layer is not None:
        mended, _repairs = prepare.mend(
            found.layer.frame.geometry.to_numpy(),
            found.layer.frame["id"],
            found.layer.crs,
            layer="",
            protected=False,
        )
        area = _plane_m2(mended, found.layer.crs)
    said = [
        (issue.code, Joined((issue.layer, issue.feature, issue.message), ":"))
        for issue in found.summary.issues
    ]
    return Seen(area, tuple(said))


def as_grid(path: Path) -> Seen:
    """As the class grid that is the first layer of the catalog `path`, read as a whole."""
    catalog = load_catalog(path)
    around = (EAST - 1000, NORTH - 1000, EAST + 1000, NORTH + 1000)
    layer = read_grid(catalog.layer[0], catalog, [(around, pyproj.CRS(CRS))]).layer
    said = tuple((issue.code, issue.message) for issue in layer.issues)
    return Seen(_plane_m2(layer.frame.geometry.to_numpy(), layer.crs), said)


def as_sited(path: Path, **options: Any) -> Seen:
    """As a town beside the layers of ``catalog.toml`` in its folder."""
    catalog = load_catalog(path.parent / "catalog.toml")
    layers = [read_layer(spec, catalog, None) for spec in catalog.layer]
    (town,) = read_towns([path], **options)
    said = tuple(
        (one.code, one.message)
        for one in siting_issues([town], layers, KeptLayers(catalog).outlines)
    )
    return Seen(_plane_m2([town.boundary], town.crs), said)


def as_catalog(path: Path) -> Seen:
    """As a catalog, whose layers are not opened."""
    load_catalog(path)
    return Seen()


def as_dossier(path: Path) -> Seen:
    """As a file of dossiers."""
    load_dossiers(path)
    return Seen()


def _plane_m2(shapes: Any, crs: pyproj.CRS) -> float:
    if crs.is_geographic:
        return float(official_area_m2(np.asarray(shapes, object), crs).sum())
    return float(shapely.area(shapes).sum())


# --- pieces ---------------------------------------------------------------------------------------

LON, LAT, STEP = 109.4, 24.3, 0.01


def degrees_ring(west: float = LON, south: float = LAT, step: float = STEP) -> list[list[float]]:
    """Corners of a square of degrees, closed."""
    east, north = round(west + step, 6), round(south + step, 6)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def quadrangle_m2(south: float = LAT, step: float = STEP) -> float:
    """The land between two meridians and two parallels of GRS 80 (Snyder 1987, equation 3-12)."""
    a, f = 6_378_137.0, 1 / 298.257222101
    e = math.sqrt(2 * f - f * f)

    def zone(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        log = math.log((1 - e * s) / (1 + e * s)) / (2 * e)
        return a * a * (1 - e * e) / 2 * (s / (1 - e * e * s * s) - log)

    return math.radians(step) * (zone(round(south + step, 6)) - zone(south))


def saved(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """A file with this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def exchanged(*pairs: tuple[str, str], encoding: str = "utf-8") -> Callable[[Path], None]:
    """A cure: these words of the file in place of those."""

    def mend(path: Path) -> None:
        whole = path.read_bytes().decode(encoding)
        for old, new in pairs:
            if old not in whole:
                raise ValueError(f"{old} does not stand in {path}")
            whole = whole.replace(old, new)
        path.write_bytes(whole.encode(encoding))

    return mend


def plain(path: Path, *shapes: Any, crs: Any = CRS, **columns: Any) -> Path:
    """A layer of these shapes, a square of 100 m without any; columns are lists."""
    found = list(shapes) or [box(0, 0)]
    named = columns or {"name": [f"镇{at}" for at in range(1, len(found) + 1)]}
    frame = gpd.GeoDataFrame(named, geometry=found, crs=crs)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".gdb":
        frame.to_file(path, driver="OpenFileGDB")
    elif path.suffix == ".shp":
        frame.to_file(path, encoding="UTF-8")
    else:
        frame.to_file(path)
    return path


def again(path: Path, *shapes: Any, **columns: Any) -> Callable[[Path], None]:
    """A cure: the file as its maker gives it once more; `path` is its name in the folder."""

    def mend(given: Path) -> None:
        target = given.parent / path
        if target.is_dir():
            shutil.rmtree(target)
        elif target.exists():
            target.unlink()
        plain(target, *shapes, **columns)

    return mend


def cut(path: Path, share: float = 0.5) -> Path:
    """The file without its end."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def catalog(
    folder: Path, layer: str, role: str = "land_use", more: str = "", name: str = ""
) -> Path:
    """A catalog with one layer."""
    return saved(
        folder / "catalog.toml",
        f'[[layer]]\nname = "{name or role}"\nrole = "{role}"\npath = "{layer}"\n{more}',
    )


CLASSED = 'scheme = "sandiao-2019"\nclass_column = "DLBM"\nid_column = "BSM"\n'


def survey(folder: Path, *shapes: Any, codes: Sequence[str] = (), more: str = "") -> Path:
    """A land survey of these shapes, and a catalog of it."""
    count = len(shapes)
    columns = {"BSM": [str(at) for at in range(1, count + 1)], "DLBM": codes or ["0103"] * count}
    plain(folder / "land.gpkg", *shapes, **columns)
    return catalog(folder, "land.gpkg", more=CLASSED + more)


def protected(folder: Path, *shapes: Any) -> Path:
    """Permanent basic farmland of these shapes, and a catalog of it."""
    plain(folder / "farmland.gpkg", *shapes, BSM=[str(at) for at in range(1, len(shapes) + 1)])
    more = 'id_column = "BSM"\n'
    return catalog(folder, "farmland.gpkg", "permanent_basic_farmland", more, "farmland")


def at(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Corners in metres from the south-west corner of all."""
    return [(EAST + east, NORTH + north) for east, north in corners]


def shape(*corners: tuple[float, float]) -> Any:
    """A polygon of corners in metres, valid or not."""
    return shapely.Polygon(at(*corners))


def holed(*holes: Sequence[tuple[float, float]]) -> Any:
    """A square of 100 m with these holes."""
    return shapely.Polygon(at(*square(0, 0)), [at(*one) for one in holes])


def parts(*shapes: Any) -> Any:
    """A multipolygon, valid or not."""
    return shapely.MultiPolygon(list(shapes))


def hole(west: float, south: float, size: float) -> list[tuple[float, float]]:
    """A square hole, closed."""
    ring = square(west, south, size)
    return [*ring, ring[0]]


def accepting(name: str) -> dict[str, list[str]]:
    """The cure ``--accept-repair NAME``."""
    return {"accept": [name]}


# --- boundary texts (报备坐标) ---------------------------------------------------------------------

LINES = points(square(0, 0))
"""Five lines, the last of which is the first; they stand in lines 12 to 16 of a text."""


def txt(folder: Path, *lines: str, **options: Any) -> Path:
    return saved(folder / "town.txt", text(*lines, **options))


def txt_whole(path: Path) -> None:
    """A cure: the text as it should have been."""
    txt(path.parent, header(), *LINES)


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_point_without_easting(folder: Path) -> Path:
    """en: line 13: J2,1,2689100.000 is no point → expected 点号,圈号,X,Y
    zh: 第 13 行：J2,1,2689100.000 不是界址点； → 应为 点号,圈号,X,Y，例如 J1,1,2689000.000,36642000.000
    """
    return txt(folder, header(), LINES[0], "J2,1,2689100.000", *LINES[2:])


@broken(
    "coordinate_text", LayerError, cure=exchanged(("26891OO.OOO", "2689100.000")), area_m2=10_000
)
def txt_letters_for_digits(folder: Path) -> Path:
    """en: line 14: … is no point → expected 点号,圈号,X,Y
    zh: 第 14 行：J3,1,26891OO.OOO,36642100.000 不是界址点； → 应为 点号,圈
    号,X,Y，例如 J1,1,2689000.000,36642000.000
    """
    return txt(
        folder, header(), *(line.replace("J3,1,2689100.000", "J3,1,26891OO.OOO") for line in LINES)
    )


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_points_before_header(folder: Path) -> Path:
    """en: line 11: … neither a key … nor a plot's header … → expected the plots' points only
    below a header
    zh: 第 11 行：J1,1,2689000.000,36642000.000 既不是属性（坐标系=…），也
    不是以 @ 结尾的地块头行；界址点 → 只能在头行之下
    """
    return txt(folder, *LINES, header())


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_header_without_points(folder: Path) -> Path:
    """en: line 11: plot 1 甲镇 has no points → expected lines such as
    zh: 第 11 行：地块 1 甲镇 没有界址点；头行之下 → 应为 J1,1,2689000.000,36642000.000 这
    样的行
    """
    return txt(folder, header())


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_cut_off_after_its_head(folder: Path) -> Path:
    """en: line 11: the text ends without a plot → expected a header that ends in @
    zh: 第 11 行：文件到此结束，没有地块； → 应有以 @ 结尾的地块头行（界址
    点数,地块面积,地块编号,地块名称,图形属性,图幅号,地块用途,地类编码,@），
    其下为界址点
    """
    return txt(folder)


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_header_cut_short(folder: Path) -> Path:
    """en: line 11: a plot's header with 2 fields → expected 界址点数
    zh: 第 11 行：地块头行只有 2 项； → 应为 界址点数,地块面积,地块编号,地
    块名称,图形属性,图幅号,地块用途,地类编码,@
    """
    return txt(folder, "5,甲镇@", *LINES)


@broken(
    "coordinate_text",
    CRSError,
    cure=exchanged(("1980西安坐标系", "2000国家大地坐标系")),
    area_m2=10_000,
)
def txt_in_xian_1980(folder: Path) -> Path:
    """The cure stands for data that were converted: the numbers of the test stay.

    en: Xian 1980 … not public → have the data converted to CGCS2000
    zh: 坐标系为 EPSG:2360, Xian 1980 (IAG-75)，其到 CGCS2000 的转换参数不公
    开（PROJ 会不作任何平移，误差可达数百米）； → 请先将数据转换到 CGCS2000，
    或在图层目录中以 transform 填写转换参数
    """
    path = txt(folder, header(), *LINES)
    exchanged(("2000国家大地坐标系", "1980西安坐标系"))(path)
    return path


@broken(
    "coordinate_text",
    CRSError,
    cure=exchanged(("1954北京坐标系", "2000国家大地坐标系")),
    area_m2=10_000,
)
def txt_in_beijing_1954(folder: Path) -> Path:
    """en: Beijing 1954 … not public → have the data converted to CGCS2000
    zh: 坐标系为 EPSG:2412, Beijing 1954 (Krassowsky)，其到 CGCS2000 的转换
    参数不公开（PROJ 会不作任何平移，误差可达数百米）； → 请先将数据转换到 CGCS2000，
    或在图层目录中以 transform 填写转换参数
    """
    path = txt(folder, header(), *LINES)
    exchanged(("2000国家大地坐标系", "1954北京坐标系"))(path)
    return path


@broken("coordinate_text", CRSError, cure={"crs": "EPSG:4545"}, area_m2=10_000)
def txt_without_zone(folder: Path) -> Path:
    """en: no coordinate system is declared; the numbers fit: … EPSG:4545 … central meridian 108°
    … → State the right one with --crs
    zh: 未声明坐标系；数值与下列坐标系相符：EPSG:4534（横坐标不带带号；若中
    央子午线为 75°，则位于东经 76.399° 至 76.400°）; EPSG:4535（横坐标不
    带带 … 0°）; EPSG:4553（横坐标不带带号；若中央子午线为 132°，则位于东
    经 133.399° 至 133.400°）。 → 请用 --crs（例如 --crs EPSG:4534）或图
    层目录的 crs 写明正确的坐标系
    """
    path = txt(folder, header(), *(line.replace(",36642", ",642") for line in LINES))
    exchanged(("带号=36", "带号="))(path)
    return path


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_point_of_another_zone(folder: Path) -> Path:
    """en: line 14: the easting 37642100.000 stands in zone 37, but the points before in zone 36
    … → correct it, or split the file
    zh: 第 14 行：横坐标 37642100.000 的带号为 37，而前面的界址点为 36（- 表
    示没有）；一个文件中横坐标前的带号必须一致： → 请更正，或拆分文件
    """
    return txt(folder, header(), *LINES[:2], LINES[2].replace(",36642", ",37642"), *LINES[3:])


@broken(
    "coordinate_text", LayerError, cure=exchanged(("计量单位=度", "计量单位=米")), area_m2=10_000
)
def txt_unit_is_degrees(folder: Path) -> Path:
    """en: line 6: the unit (计量单位) is 度; expected 米 → have the coordinates given in metres
    zh: 第 6 行：计量单位为 度；应为米： → 请改用米制坐标
    """
    path = txt(folder, header(), *LINES)
    exchanged(("计量单位=米", "计量单位=度"))(path)
    return path


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_in_degrees(folder: Path) -> Path:
    """en: line 12: the coordinates are degrees; expected metres … → have them given so, or as a
    table
    zh: 第 12 行：坐标是度；此格式应为高斯-克吕格投影的米制坐标： → 请改为
    米制坐标，或改用带“经度”“纬度”表头的坐标表
    """
    ring = [f"J{n},1,{lat},{lon}" for n, (lon, lat) in enumerate(degrees_ring(), 1)]
    return txt(folder, header(), *ring)


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_one_line_the_other_way_round(folder: Path) -> Path:
    """en: line 14: here northing and easting stand the other way round … → correct the line
    zh: 第 14 行：此行的纵、横坐标次序与前面的界址点相反； → 请更正此行
    """
    return txt(folder, header(), *LINES[:2], "J3,1,36642100.000,2689100.000", *LINES[3:])


@broken("coordinate_text", "axes_swapped", area_m2=10_000)
def txt_easting_first(folder: Path) -> Path:
    """en: 5 of 5 points have the easting first … put in order
    zh: 5 个界址点中有 5 个横坐标在前；已按数值大小调整次序
    """
    turned = [",".join((*line.split(",")[:2], *line.split(",")[:1:-1])) for line in LINES]
    return txt(folder, header(), *turned)


@broken(
    "coordinate_text",
    LayerError,
    cure=exchanged(("J9,1,", "J9,3,"), ("J10,1,", "J10,3,"), ("J11,1,", "J11,3,")),
    area_m2=9_950,
)
def txt_ring_that_goes_on(folder: Path) -> Path:
    """A square of 10 000 m² less a hole of 100 m², and a triangle of 50 m² beside them.

    en: line 21: ring 1 goes on here after another ring … → give each ring a number (圈号) of
    its own
    zh: 第 21 行：第 1 圈在另一圈之后又继续；一圈的界址点应连续排列； → 请
    为每一圈编自己的圈号
    """
    hole = points(square(20, 20, 10), 2, 5)
    more = [f"J{n},1,{NORTH + north:.3f},{EAST + east:.3f}" for n, (east, north) in
            enumerate(((200, 0), (210, 0), (200, 10)), 9)]  # fmt: skip
    return txt(folder, header(), *LINES[:-1], *hole, *more)


@broken(
    "coordinate_text",
    LayerError,
    cure=lambda path: txt(path.parent, header(), *LINES, *points(square(200, 0))),
    area_m2=20_000,
)
def txt_two_rings_run_together(folder: Path) -> Path:
    """en: line 16: the point number falls back to J1, but the ring that began in line 12 has not
    returned … → repeat that point at the ring's end
    zh: 第 16 行：点号回到 J1，而从第 12 行开始的一圈尚未回到起点； → 请在
    圈末重复起点，或为下一圈编自己的圈号
    """
    return txt(folder, header(), *LINES[:-1], *points(square(200, 0))[:-1])


@broken("coordinate_text", LayerError, cure=txt_whole, area_m2=10_000)
def txt_ring_of_two_points(folder: Path) -> Path:
    """en: line 12: the ring that begins here has fewer than 3 different points → complete it, or
    delete it
    zh: 第 12 行：从这里开始的一圈不足 3 个不同的点； → 请补全或删除
    """
    return txt(folder, header(), *LINES[:2], LINES[0])


@broken("coordinate_text", "point_count_differs", area_m2=10_000)
def txt_wrong_number_of_points(folder: Path) -> Path:
    """en: line 11: the header of plot 1 甲镇 declares 7 points, but 4 are there, 5 with the
    closing ones; what is there is used
    zh: 第 11 行：地块 1 甲镇 的头行写明 7 个界址点，实有 4 个，连同闭合点 5 个；
    以实有的为准
    """
    return txt(folder, header(7), *LINES)


@broken("coordinate_text", "declared_area_differs", area_m2=10_000)
def txt_declared_area_is_another(folder: Path) -> Path:
    """en: line 11: … declares an area of 1.2000, taken as hectares; the coordinates enclose … m²
    … which is used
    zh: 第 11 行：地块 1 甲镇 的头行面积为 1.2000（按公顷理解）；坐标所围面
    积为 9995.02平方米（0.9995 公顷），以后者为准
    """
    return txt(folder, header(5, "1.2000"), *LINES)


@broken("coordinate_text", "geometry_not_polygon", area_m2=10_000)
def txt_plot_that_is_a_line(folder: Path) -> Path:
    """en: 1 plot is not an area (图形属性 线), and is left out; the first is in line 17
    zh: 1 个地块不是面（图形属性为 线），不予读取；第一个在第 17 行
    """
    road = header(2, number="2", name="道路").replace(",面,", ",线,")
    return txt(folder, header(), *LINES, road, *LINES[:2])


@broken("coordinate_text", EncodingError, given=STATED, cure={"encoding": "cp1252"}, area_m2=10_000)
def txt_in_another_encoding(folder: Path) -> Path:
    """An office abroad: é at a word's end is no character of GB 18030.

    en: line 11: bytes that are no text in UTF-8 / GB18030 → save the file anew as UTF-8 … or
    state its encoding with --encoding
    zh: 第 11 行：有不属于 UTF-8 / GB18030 文本的字节； → 请在原软件中另存
    为 UTF-8，或用 --encoding 写明编码
    """
    plot = "5,,1,Liuzhou-cité,,,,,@"
    return saved(folder / "town.txt", "\n".join(("", *[""] * 9, plot, *LINES)), "cp1252")


@broken("coordinate_text", LayerError, cure=exchanged(("带号=37\n", "")), area_m2=10_000)
def txt_two_zones_in_the_head(folder: Path) -> Path:
    """en: line 12: 带号=37, but line 7 says 36; a file has one coordinate system → split it
    zh: 第 12 行：带号=37，而第 7 行为 36；一个文件只能有一个坐标系： → 请
    拆分文件
    """
    return txt(folder, header(), "带号=37", *LINES)


@broken("coordinate_text", "zone_conflict", area_m2=10_000)
def txt_zone_repeats_the_width(folder: Path) -> Path:
    """en: line 7: the head says 带号=3, but the eastings begin with 36 … taken at their word
    zh: 第 7 行：文件头写明 带号=3，而横坐标以 36 开头，属 3 度带；以坐标为
    准
    """
    path = txt(folder, header(), *LINES)
    exchanged(("带号=36", "带号=3"))(path)
    return path


@broken("coordinate_text", "ring_double", area_m2=10_000)
def txt_ring_twice(folder: Path) -> Path:
    """en: line 11: 1 ring of plot 1 甲镇 stands there twice, and counts once
    zh: 第 11 行：地块 1 甲镇 有 1 圈重复，只计一次
    """
    return txt(folder, header(10), *LINES, *points(square(0, 0), 2, 6))


@broken(
    "coordinate_text", GeometryError, cure=accepting("town:1"), area_m2=5_000, code="ring_bow_tie"
)
def txt_bow_tie(folder: Path) -> Path:
    """Two triangles of 100 m by 50 m: 2 500 m² each.

    en: layer town, feature 1: … bow-tie) at (36642050.0000, 2689050.0000) … → Mend it in the
    data, or accept the repair by name: --accept-repair town:1
    zh: 图层 town 的要素 1 几何无效（边界自相交，且两侧回路方向相反（蝴蝶结
    形），位置（36642050.0000, 2689050.0000）），修复会使其面积由 0.00平方
    米变为 4997.51平方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair town:1
    """
    west, north, east, south, _west = LINES
    return txt(folder, header(), west, east, north, south, west)


@broken("coordinate_text", LayerError, cure=exchanged(("366421000", "36642000.0")), area_m2=10_000)
def txt_a_digit_too_many(folder: Path) -> Path:
    """en: line 13: the coordinates 2689100 and 366421000 are no northing and easting of China …
    → correct the numbers
    zh: 第 13 行：坐标 2689100 和 366421000 不是中国境内的纵、横坐标；纵坐标
    应为 1900000 至 6000000 米，横坐标应为 170000 至 830000 米（前面可带带号 13-23、
    25-45），或纬度 17 至 55 度、经度 73 至 136 度；请更正数字；若为地方坐标
    系， → 请把表头写为 northing 和 easting
    """
    return txt(folder, header(), LINES[0], "J2,1,2689100.000,366421000", *LINES[2:])


# --- tables of boundary points (界址点成果表) --------------------------------------------------------

ROWS = [
    ("点号", "X坐标", "Y坐标"),
    *(tuple(line.split(",")[::1][i] for i in (0, 2, 3)) for line in LINES),
]
"""Headings in row 1, points in rows 2 to 6."""


def csv(
    folder: Path, rows: Sequence[Sequence[str]], name: str = "town.csv", mark: str = ","
) -> Path:
    return saved(folder / name, "\n".join(mark.join(row) for row in rows) + "\n")


def csv_whole(path: Path) -> None:
    """A cure: the table as it should have been."""
    csv(path.parent, ROWS, path.name, "\t" if path.suffix == ".tsv" else ",")


@broken("coordinate_table", CRSError, cure=STATED, area_m2=10_000)
def csv_without_crs(folder: Path) -> Path:
    """en: no coordinate system is declared; the numbers fit: EPSG:4524 (easting with the zone
    prefix 36) → State the right one with --crs (for example --crs EPSG:4524)
    zh: 未声明坐标系；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请
    用 --crs（例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    return csv(folder, ROWS)


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def csv_without_headings(folder: Path) -> Path:
    """en: no table of boundary points: within the first 30 rows there are no headings for two
    coordinates; → head the columns X坐标 and Y坐标 … (found: 编号, 数值
    zh: 不是界址点成果表：前 30 行中没有两个坐标的表头； → 请将表头写为 X坐
    标、Y坐标…（读到：编号, 数值
    """
    return csv(folder, [("编号", "数值", "备注"), *ROWS[1:]])


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def csv_missing_coordinate(folder: Path) -> Path:
    """en: row 4: a coordinate is missing → complete the row, or delete it
    zh: 第 4 行：缺少坐标； → 请补全或删除该行
    """
    return csv(folder, [*ROWS[:3], (ROWS[3][0], ROWS[3][1], ""), *ROWS[4:]])


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def csv_with_a_formula_s_error(folder: Path) -> Path:
    """en: row 3: 2689100.000 and #REF! are no coordinates; expected numbers … → correct the row,
    or delete it
    zh: 第 3 行：2689100.000 和 #REF! 不是坐标；应为数字，或 110°00′28.20″ 这
    样的度分秒； → 请更正或删除此行
    """
    return csv(folder, [*ROWS[:2], (ROWS[2][0], ROWS[2][1], "#REF!"), *ROWS[3:]])


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def csv_blocks_side_by_side(folder: Path) -> Path:
    """en: row 1: two columns are called X坐标; expected one table of points → put blocks that
    stand side by side below one another
    zh: 第 1 行：有两列都叫 X坐标；应只有一组坐标列， → 请把并排的几栏改为
    上下排列
    """
    return csv(folder, [(*row, *row) for row in ROWS])


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def csv_open_quotation_mark(folder: Path) -> Path:
    """en: line 6: no delimited text … → export the table again
    zh: 第 6 行：不是分隔文本（原文：…）； → 请重新导出表格
    """
    return csv(folder, [*ROWS[:3], ('"J3', *ROWS[3][1:]), *ROWS[4:]])


DEGREE_ROWS = [(f"J{n}", str(lat), str(lon)) for n, (lon, lat) in enumerate(degrees_ring(), 1)]


@broken(
    "coordinate_table",
    LayerError,
    given={"crs": "EPSG:4490"},
    cure=exchanged(("纬度", "纬度(度)"), ("经度", "经度(度)")),
    area_m2=quadrangle_m2(),
)
def csv_degrees_of_two_readings(folder: Path) -> Path:
    """en: the numbers, such as 24.3, can be decimal degrees as well as ddd.mmss … → say it in
    the headings: 经度(度) and 纬度(度)
    zh: 24.3 这样的数既可能是十进制度，也可能是 ddd.mmss（度.分秒），两者位
    置不同； → 请在表头写明：经度(度)、纬度(度)，或 经度(度.分秒)、纬度(度
    .分秒)
    """
    return csv(folder, [("点号", "纬度", "经度"), *DEGREE_ROWS])


@broken(
    "coordinate_table",
    LayerError,
    given={"crs": "EPSG:4490"},
    cure=exchanged(("(度.分秒)", "(度)")),
    area_m2=quadrangle_m2(24.75),
)
def csv_minutes_beyond_60(folder: Path) -> Path:
    """en: the headings say ddd.mmss, but there are minutes or seconds of 60 and more → correct
    the numbers or the headings
    zh: 表头写明为度.分秒，但有 60 及以上的分或秒； → 请更正数字或表头
    """
    ring = [
        (f"J{n}", str(lat), str(lon)) for n, (lon, lat) in enumerate(degrees_ring(LON, 24.75), 1)
    ]
    return csv(folder, [("点号", "纬度(度.分秒)", "经度(度.分秒)"), *ring])


@broken(
    "coordinate_table",
    LayerError,
    given={"crs": "EPSG:4490"},
    cure=exchanged(("110°00′61″", "110°00′36″")),
    area_m2=quadrangle_m2(24, 0.01),
)
def csv_seconds_beyond_60(folder: Path) -> Path:
    """A square of 0.01°, which is 36 seconds.

    en: row 5: 24°00′00″ and 110°00′61″ are no coordinates; expected numbers, or degrees as
    110°00′28.20″ → correct the row, or delete it
    zh: 第 5 行：24°00′00″ 和 110°00′61″ 不是坐标；应为数字，或 110°00′28.20″ 这
    样的度分秒； → 请更正或删除此行
    """
    corners = [("00″", "00″"), ("36″", "00″"), ("36″", "36″"), ("00″", "61″")]
    rows = [(f"J{n}", f"24°00′{lat}", f"110°00′{lon}") for n, (lat, lon) in enumerate(corners, 1)]
    return csv(folder, [("点号", "纬度", "经度"), *rows])


@broken(
    "coordinate_table",
    LayerError,
    given=STATED,
    cure=lambda path: csv(path.parent, [*ROWS, ("第二地块", "", ""), *SECOND]) and None,
    area_m2=20_000,
)
def csv_words_within_an_open_ring(folder: Path) -> Path:
    """en: row 6: the words 第二地块 stand between points, and the ring above them has not returned …
    → repeat that point, or name the plots in a column 地块编号
    zh: 第 6 行：界址点之间有文字“第二地块”，而其上的圈尚未闭合到起点； → 请
    重复起点，或增加 地块编号 列区分地块
    """
    return csv(folder, [*ROWS[:-1], ("第二地块", "", ""), *SECOND[:-1]])


SECOND = [tuple(line.split(",")[i] for i in (0, 2, 3)) for line in points(square(200, 0))]


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def tsv_ring_of_two_points(folder: Path) -> Path:
    """en: row 2: the ring that begins here has fewer than 3 different points → complete it, or
    delete it
    zh: 第 2 行：从这里开始的一圈不足 3 个不同的点； → 请补全或删除
    """
    return csv(folder, [*ROWS[:3], ROWS[1]], "town.tsv", "\t")


@broken("coordinate_table", "axes_swapped", given=STATED, area_m2=10_000)
def csv_columns_exchanged(folder: Path) -> Path:
    """en: 5 of 5 points have the easting first … put in order
    zh: 5 个界址点中有 5 个横坐标在前；已按数值大小调整次序
    """
    return csv(folder, [ROWS[0], *((a, c, b) for a, b, c in ROWS[1:])])


@broken("coordinate_table", CRSError, given={"crs": "EPSG:4525"}, cure=STATED, area_m2=10_000)
def csv_stated_zone_contradicts(folder: Path) -> Path:
    """en: the CRS EPSG:4525 … and the numbers (eastings 36642000.000 to 36642100.000) contradict
    one another; the numbers fit: EPSG:4524 … → State the right CRS with --crs (for example
    --crs EPSG:4524)
    zh: 声明的坐标系 EPSG:4525（横坐标应在 37500000 附近）与坐标数值
    （横坐标 36642000.000 至 36642100.000）
    相互矛盾；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请用 --crs
    （例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    return csv(folder, ROWS)


NUMBERS = [(label, float(north), float(east)) for label, north, east in ROWS[1:]]


@broken(
    "coordinate_table",
    LayerError,
    given={"crs": CRS, "layer": "丙"},
    cure={"layer": "乙"},
    area_m2=10_000,
)
def xlsx_no_such_sheet(folder: Path) -> Path:
    """en: there is no sheet 丙; → the sheets are: 甲, 乙
    zh: 没有工作表 丙； → 现有：甲, 乙
    """
    other = [(label, north, east + 200) for label, north, east in NUMBERS]
    return workbook(folder / "town.xlsx", {"甲": [ROWS[0], *NUMBERS], "乙": [ROWS[0], *other]})


@broken(
    "coordinate_table",
    LayerError,
    given=STATED,
    cure=lambda path: workbook(path, {"甲": [ROWS[0], *NUMBERS]}),
    area_m2=10_000,
)
def xlsx_cut_off(folder: Path) -> Path:
    """en: the workbook is damaged … → save it again as .xlsx
    zh: 工作簿已损坏（原文：…）； → 请重新另存为 .xlsx
    """
    return cut(workbook(folder / "town.xlsx", {"甲": [ROWS[0], *NUMBERS]}))


@broken("coordinate_table", "side_length_differs", given=STATED, area_m2=10_000)
def xlsx_side_of_another_length(folder: Path) -> Path:
    """en: row 3: the side is given as 97.00 m, but its points are 100.000 m apart; the points
    are used
    zh: 第 3 行：所列边长为 97.00 米，但按坐标反算为 100.000 米；以坐标为准
    """
    sides = ["100.00", "97.00", "100.00", "100.00", ""]
    rows = [(*row, side) for row, side in zip(NUMBERS, sides, strict=True)]
    return workbook(folder / "town.xlsx", {"甲": [(*ROWS[0], "边长"), *rows]})


@broken(
    "coordinate_table",
    "plot_in_plot",
    given=STATED,
    area_m2=9_900,
    cure=lambda path: workbook(path, {"甲": [ROWS[0], *NUMBERS, *HOLE]}) and None,
)
def xlsx_hole_on_a_sheet_of_its_own(folder: Path) -> Path:
    """A square of 100 m less one of 10 m.

    en: sheet 乙 lies inside of sheet 甲; they are taken as two plots: if it is a hole → put
    both into one sheet, one ring below the other
    zh: 工作表 乙 位于工作表 甲 之内；按两个地块读取：若是扣除的内圈， → 请
    把两圈放在同一个工作表中，上下排列
    """
    return workbook(folder / "town.xlsx", {"甲": [ROWS[0], *NUMBERS], "乙": [ROWS[0], *HOLE]})


HOLE = [
    (f"J{n}", NORTH + north, EAST + east)
    for n, (east, north) in enumerate([*square(50, 50, 10), square(50, 50, 10)[0]], 1)
]


@broken("coordinate_table", LayerError, given=STATED, cure={"layer": "甲"}, area_m2=10_000)
def xlsx_metres_and_degrees(folder: Path) -> Path:
    """en: the sheets have coordinates of different systems … → give one sheet a file, or name a
    sheet with --layer
    zh: 各工作表的坐标不属同一系统（度或米，或不同带号）； → 请分别存为文件，
    或用 --layer 指定一个工作表
    """
    degrees = [(label, float(lat), float(lon)) for label, lat, lon in DEGREE_ROWS]
    heads = ("点号", "纬度(度)", "经度(度)")
    return workbook(folder / "town.xlsx", {"甲": [ROWS[0], *NUMBERS], "乙": [heads, *degrees]})


@broken("coordinate_table", LayerError, given=STATED, cure=csv_whole, area_m2=10_000)
def csv_of_headings_alone(folder: Path) -> Path:
    """en: the table has headings, but no point below them; → put the points there
    zh: 表格有表头，但其下没有界址点； → 请补上界址点
    """
    return csv(folder, ROWS[:1])


@broken(
    "coordinate_table",
    LayerError,
    given=STATED,
    cure=lambda path: workbook(path.with_suffix(".xlsx"), {"甲": [ROWS[0], *NUMBERS]}),
    area_m2=10_000,
)
def xls_of_1997(folder: Path) -> Path:
    """en: workbooks of the kind .xls are not read as boundary points → save it as .xlsx
    zh: .xls 工作簿不能作为界址点成果表读取； → 请另存为 .xlsx
    """
    return saved(folder / "town.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))


@broken(
    "coordinate_table",
    LayerError,
    given=STATED,
    cure=lambda path: workbook(path.with_suffix(".xlsx"), {"甲": [ROWS[0], *NUMBERS]}),
    area_m2=10_000,
)
def ods_of_points(folder: Path) -> Path:
    """en: workbooks of the kind .ods are not read as boundary points → save it as .xlsx
    zh: .ods 工作簿不能作为界址点成果表读取； → 请另存为 .xlsx
    """
    with zipfile.ZipFile(folder / "town.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return folder / "town.ods"


# --- drawings -------------------------------------------------------------------------------------


def drawing(path: Path, *rings: Any, close: bool = True, unit: int = 0, scale: float = 1) -> Path:
    """Closed polylines; a ring may come with its layer, ``(ring, "红线")``."""
    doc = ezdxf.new("R2010", setup=False)
    doc.header["$INSUNITS"] = unit
    for one in rings or (square(0, 0),):
        ring, layer = one if isinstance(one, tuple) and isinstance(one[1], str) else (one, "0")
        corners = [(x * scale, y * scale) for x, y in at(*ring)]
        doc.modelspace().add_lwpolyline(corners, close=close, dxfattribs={"layer": layer})
    doc.saveas(path)
    return path


def drawing_whole(path: Path) -> None:
    """A cure: the drawing of one closed square, in metres."""
    drawing(path)


@broken("dxf", CRSError, cure=STATED, area_m2=10_000)
def dxf_without_crs(folder: Path) -> Path:
    """en: no coordinate system is declared; the numbers fit: EPSG:4524 … → State the right one
    with --crs
    zh: 未声明坐标系；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请
    用 --crs（例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    return drawing(folder / "town.dxf")


@broken("dxf", LayerError, given=STATED, cure=drawing_whole, area_m2=10_000)
def dxf_open_boundary(folder: Path) -> Path:
    """en: no line closes (1 polyline or chain of lines is open); the smallest gap is … m wide →
    close the boundary in CAD (PEDIT, Join, Close)
    zh: 没有闭合的线（1 条多段线或线链未闭合）；最小缺口宽 … 米 → 请
    在 CAD 中闭合界线（PEDIT，合并、闭合）
    """
    return drawing(folder / "town.dxf", close=False)


@broken("dxf", LayerError, given=STATED, cure=drawing_whole, area_m2=10_000)
def dxf_in_millimetres(folder: Path) -> Path:
    """en: the drawing's unit is mm, and its coordinates … are, too → scale it by 0.001 in CAD
    zh: 图形单位为 mm，坐标（36642000000.000，2689000000.000）也是该单位； → 请
    在 CAD 中缩放 0.001 倍，使一个单位等于一米
    """
    return drawing(folder / "town.dxf", unit=4, scale=1000)


@broken("dxf", LayerError, given=STATED, cure=drawing_whole, area_m2=10_000)
def dxf_cut_off(folder: Path) -> Path:
    """en: the drawing is cut off (it does not end in EOF); → get it again
    zh: 图形文件不完整（末尾没有 EOF）， → 请重新获取
    """
    return cut(drawing(folder / "town.dxf"), 0.9)


@broken("dxf", "dxf_nested", given=STATED, area_m2=9_900, cure=lambda path: hatched(path))
def dxf_hole_as_a_polyline(folder: Path) -> Path:
    """A square of 100 m less one of 10 m.

    en: 1 polygon lies within another one of its layer; it is a polygon of its own and
    no hole: for a hole → draw the land as a hatch
    zh: 1 个多边形位于同图层的另一多边形之内，按独立的多边形处理，不作为洞；
    如为洞， → 请用图案填充（HATCH）表示
    """
    return drawing(folder / "town.dxf", square(0, 0), square(50, 50, 10))


def hatched(path: Path) -> None:
    """The square with its hole as a hatch."""
    doc = ezdxf.new("R2010", setup=False)
    doc.header["$INSUNITS"] = 0
    hatch = doc.modelspace().add_hatch()
    for ring in (square(0, 0), square(50, 50, 10)):
        hatch.paths.add_polyline_path(at(*ring), is_closed=True)
    doc.saveas(path)


@broken("dxf", "dxf_layers", given=STATED, cure={"layer": "红线"}, area_m2=10_000)
def dxf_of_several_layers(folder: Path) -> Path:
    """en: the polygons lie on several layers of the drawing, and all of them are read: 红线 (1),
    道路 (1) → name one with --layer
    zh: 多边形分布在图形的多个图层上，已全部读取：红线 (1), 道路 (1)； → 可
    用 --layer 指定其一
    """
    return drawing(folder / "town.dxf", (square(0, 0), "红线"), (square(300, 0), "道路"))


@broken(
    "dxf",
    LayerError,
    given={"crs": CRS, "layer": "用地红"},
    cure={"layer": "用地红线"},
    area_m2=10_000,
)
def dxf_layer_misspelt(folder: Path) -> Path:
    """en: there is no layer 用地红; did you mean 用地红线? → The layers are: 用地红线
    zh: 没有图层 用地红； → 是否应为 用地红线？现有图层：用地红线
    """
    return drawing(folder / "town.dxf", (square(0, 0), "用地红线"))


@broken("dxf", "ring_closed", given=STATED, area_m2=10_000)
def dxf_closed_but_for_a_hair(folder: Path) -> Path:
    """en: 1 polyline ends within 0.01 m of its start, and was closed
    zh: 1 条多段线的终点距起点不足 0.01 m，已闭合
    """
    return drawing(folder / "town.dxf", [*square(0, 0), (0, 0.005)], close=False)


@broken(
    "dxf",
    LayerError,
    given=STATED,
    cure=lambda path: drawing(path.with_suffix(".dxf")),
    area_m2=10_000,
)
def dwg_of_a_cad_program(folder: Path) -> Path:
    """en: drawings of the kind .dwg cannot be read here; → save the drawing as DXF
    zh: 无法读取 .dwg 图形； → 请在原软件中另存为 DXF
    """
    return saved(folder / "town.dwg", b"AC1032" + bytes(2000))


# --- KML ------------------------------------------------------------------------------------------


def kml_ring(*rings: Sequence[Sequence[float]], outer: str = "outerBoundaryIs") -> str:
    """A polygon whose boundaries are all `outer`."""
    told = "".join(
        f"<{outer}><LinearRing><coordinates>"
        + " ".join(f"{lon},{lat}" for lon, lat in ring)
        + f"</coordinates></LinearRing></{outer}>"
        for ring in rings or (degrees_ring(),)
    )
    return f"<Polygon>{told}</Polygon>"


def kml(path: Path, *shapes: str, before: str = "", more: str = "") -> Path:
    marks = "".join(f"<Placemark><name>甲镇</name>{one}</Placemark>" for one in shapes)
    return saved(
        path,
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}{more}</Document></kml>',
    )


def kml_whole(path: Path) -> None:
    """A cure: one placemark with one polygon."""
    kml(path, kml_ring())


@broken("kml", LayerError, cure=kml_whole, area_m2=quadrangle_m2())
def kml_of_links(folder: Path) -> Path:
    """en: holds no polygon, only links to other files or addresses
    (http://127.0.0.1:9/town.kml), which are never followed → open them in a map program, and
    save the polygons as KML
    zh: KML 中没有多边形，只有指向其他文件或网址的链接（http://127.0.0.1:9/town.kml），
    这些链接一律不打开； → 请在地图软件中打开，并将多边形另存为 KML
    """
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/town.kml</href></Link></NetworkLink>"
    return kml(folder / "town.kml", more=link)


@broken("kml", LayerError, cure=kml_whole, area_m2=quadrangle_m2())
def kml_of_two_outer_boundaries(folder: Path) -> Path:
    """en: a polygon of the placemark 甲镇 has 2 outer boundaries; → draw each as a polygon of its
    own
    zh: 地标 甲镇 的一个多边形有 2 个外边界； → 请将每个外边界画成单独的多
    边形
    """
    return kml(folder / "town.kml", kml_ring(degrees_ring(), degrees_ring(109.5)))


@broken("kml", LayerError, cure=exchanged((";", ",")), area_m2=quadrangle_m2())
def kml_with_semicolons(folder: Path) -> Path:
    """en: the placemark 甲镇 has the coordinate 109.4;24.3 → expected longitude, latitude
    zh: 地标 甲镇 的坐标为 109.4;24.3； → 应为经度、纬度，必要时加高程，以
    逗号分隔
    """
    return kml(folder / "town.kml", kml_ring().replace("109.4,24.3 ", "109.4;24.3 "))


@broken("kml", LayerError, cure=kml_whole, area_m2=quadrangle_m2())
def kml_with_entities(folder: Path) -> Path:
    """en: the XML declares a document type or entities … is not read → save it again as KML
    zh: XML 声明了文档类型或实体，可能无限展开或引用其他文件，不予读取； → 请
    重新保存为 KML
    """
    before = '<!DOCTYPE kml [<!ENTITY town SYSTEM "file:///etc/passwd">]>'
    return kml(folder / "town.kml", kml_ring(), before=before)


@broken("kml", LayerError, cure=kml_whole, area_m2=quadrangle_m2())
def kml_cut_off(folder: Path) -> Path:
    """en: the KML is damaged or cut off … → open it in the program that made it, and save it
    again
    zh: KML 文件已损坏或不完整（原文：…）； → 请用生成它的软件打开，重新保
    存
    """
    return cut(kml(folder / "town.kml", kml_ring()), 0.8)


@broken("kml", "ring_closed", area_m2=quadrangle_m2())
def kml_open_ring(folder: Path) -> Path:
    """en: 1 ring is not closed, and was closed
    zh: 1 个环未闭合，已闭合
    """
    return kml(folder / "town.kml", kml_ring(degrees_ring()[:-1]))


@broken("kml", LayerError, cure=kml_whole, area_m2=quadrangle_m2())
def kml_of_a_pin(folder: Path) -> Path:
    """en: holds no polygon, but 1 point, lines and the like → draw the boundary as a polygon
    zh: KML 中没有多边形，只有 1 个点、线等对象； → 请将界线绘制为多边形
    """
    return kml(folder / "town.kml", "<Point><coordinates>109.4,24.3</coordinates></Point>")


@broken("kml", LayerError, cure=kml_whole, area_m2=quadrangle_m2())
def kml_of_a_huge_number(folder: Path) -> Path:
    """1e999 is infinite.

    en: a boundary of the placemark 甲镇 has fewer than three different points with finite
    coordinates → delete it, or draw it again
    zh: 地标 甲镇 的一个边界不足三个不同的有效坐标点； → 请删除或重新绘制
    """
    return kml(folder / "town.kml", kml_ring().replace("109.41,24.31", "1e999,24.31"))


@broken("kml", "kml_maybe_gcj02", area_m2=quadrangle_m2())
def kml_of_a_chinese_map(folder: Path) -> Path:
    """en: map programs made in China also write GCJ-02, some 500 m off, without a word → make
    sure of it
    zh: KML 规定用 WGS 84，但国内地图软件导出的文件可能是 GCJ-02（偏移约 500 m）
    而不作说明；文件若来自此类软件， → 请先核实
    """
    return kml(folder / "town.kml", kml_ring(), more="<name>奥维互动地图</name>")


@broken(
    "zip",
    LayerError,
    cure=lambda path: zipped(path, {"doc.kml": kml(path.parent / "doc.kml", kml_ring())}),
    area_m2=quadrangle_m2(),
)
def kmz_of_pictures(folder: Path) -> Path:
    """en: the zip holds no layer that can be read; → look into it, and give the path of the
    layer
    zh: 压缩包内没有可读取的图层； → 请查看其内容，并指定图层路径
    """
    return zipped(folder / "town.kmz", {"files/photo.png": b"\x89PNG"})


def zipped(path: Path, members: Mapping[str, Any], **options: Any) -> Path:
    """A zip of these members, each bytes or a file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            data = content.read_bytes() if isinstance(content, Path) else content
            archive.writestr(name, data)
    return path


# --- GeoJSON --------------------------------------------------------------------------------------

METRES = [list(corner) for corner in at(*square(0, 0), square(0, 0)[0])]


def feature(ring: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    shape_ = None if ring is None else {"type": kind, "coordinates": ring}
    return {"type": "Feature", "properties": {"name": "甲", **properties}, "geometry": shape_}


def geojson(folder: Path, *features: Any, **more: Any) -> Path:
    content = {"type": "FeatureCollection", **more, "features": list(features)}
    return saved(folder / "town.geojson", json.dumps(content, ensure_ascii=False))


def geojson_whole(path: Path) -> None:
    """A cure: one square of degrees."""
    geojson(path.parent, feature([degrees_ring()]))


def crs_member(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


@broken("geojson", CRSError, cure=STATED, area_m2=10_000)
def geojson_of_metres(folder: Path) -> Path:
    """en: the coordinates (36642100.000, 2689100.000) are no degrees, but the file gives no
    other CRS; → state it with --crs … EPSG:4524
    zh: 坐标（36642100.000, 2689100.000）不是经纬度，而文件没有给出其他坐标
    系； → 请用 --crs 或图层目录的 crs 指明（仅从数值看可能是：EPSG:4524）
    """
    return geojson(folder, feature([METRES]))


@broken("geojson", CRSError, cure=STATED, area_m2=10_000)
def geojson_of_an_unknown_crs(folder: Path) -> Path:
    """en: Liuzhou-local is no coordinate system that PROJ knows; → expected for example
    EPSG:4524
    zh: Liuzhou-local 不是 PROJ 可识别的坐标系； → 应为 EPSG:4524 之类的代
    号、WKT 或 PROJ 字符串
    """
    return geojson(folder, feature([METRES]), crs=crs_member("Liuzhou-local"))


@broken(
    "geojson",
    EncodingError,
    cure=lambda path: path.write_bytes(path.read_bytes().decode("gbk").encode()) and None,
    area_m2=quadrangle_m2(),
)
def geojson_in_gbk(folder: Path) -> Path:
    """en: the text is not UTF-8, which GeoJSON prescribes → open it in an editor, and save it as
    UTF-8
    zh: 文本不是 UTF-8，而 GeoJSON 规定用 UTF-8； → 请用编辑器打开，另存为 UTF-8
    """
    path = geojson(folder, feature([degrees_ring()], name="太阳村镇"))
    return saved(path, path.read_text("utf-8"), "gbk")


@broken("geojson", LayerError, cure=geojson_whole, area_m2=quadrangle_m2())
def geojson_cut_off(folder: Path) -> Path:
    """en: town.geojson: the file cannot be read, it is damaged or not what its name says (…
    Unterminated string) → open it in the software that made it, and export it again
    zh: 文件无法读取，可能已损坏或与其名称不符（读取库原文：…）； → 请在原
    软件中打开并重新导出
    """
    return cut(geojson(folder, feature([degrees_ring()]), feature([degrees_ring(109.5)])), 0.7)


@broken("geojson", LayerError, cure=exchanged(("NaN", "109.51")), area_m2=2 * quadrangle_m2())
def geojson_of_nan(folder: Path) -> Path:
    """en: feature 2, vertex 3: NaN is no coordinate; expected a number; → correct it, or delete
    the feature
    zh: 要素 2 的第 3 个顶点：NaN 不是坐标，应为数字； → 请更正，或删除该要
    素
    """
    ring = degrees_ring(109.5)
    ring[2][0] = math.nan
    return geojson(folder, feature([degrees_ring()]), feature([ring]))


@broken("geojson", LayerError, cure=exchanged(("null", "24.3")), area_m2=quadrangle_m2())
def geojson_of_null(folder: Path) -> Path:
    """en: feature 1, vertex 2: null is no coordinate; expected a number; → correct it, or delete
    the feature
    zh: 要素 1 的第 2 个顶点：null 不是坐标，应为数字； → 请更正，或删除该
    要素
    """
    ring: list[Any] = degrees_ring()
    ring[1][1] = None
    return geojson(folder, feature([ring]))


@broken("geojson", LayerError, cure=exchanged(('"109.41"', "109.41")), area_m2=quadrangle_m2())
def geojson_of_numbers_as_text(folder: Path) -> Path:
    """en: feature 1, vertex 2: "109.41" is no coordinate; expected a number; → correct it, or
    delete the feature
    zh: 要素 1 的第 2 个顶点："109.41" 不是坐标，应为数字； → 请更正，或删
    除该要素
    """
    ring: list[Any] = degrees_ring()
    ring[1][0] = "109.41"
    return geojson(folder, feature([ring]))


@broken("geojson", LayerError, cure=exchanged(("1e+308", "109.41")), area_m2=quadrangle_m2())
def geojson_of_a_number_beyond_the_earth(folder: Path) -> Path:
    """en: feature 1, vertex 2: 1e+308 is no coordinate; expected a number; → correct it, or
    delete the feature
    zh: 要素 1 的第 2 个顶点：1e+308 不是坐标，应为数字； → 请更正，或删除
    该要素
    """
    ring = degrees_ring()
    ring[1][0] = 1e308
    return geojson(folder, feature([ring]))


@broken("geojson", LayerError, cure=geojson_whole, area_m2=quadrangle_m2())
def geojson_without_geometry(folder: Path) -> Path:
    """en: feature 2 has no geometry → delete it, or draw its boundary
    zh: 要素 2 没有图形； → 请删除该要素，或补绘其边界
    """
    return geojson(folder, feature([degrees_ring()]), feature(None))


@broken("geojson", LayerError, cure=geojson_whole, area_m2=quadrangle_m2())
def geojson_that_is_esri_json_with_curves(folder: Path) -> Path:
    """en: feature 1: it has true curves (curveRings), which are not read: → densify them in ArcGIS
    (Densify), and export again
    zh: 要素 1：含有真曲线（curveRings），不能读取； → 请在 ArcGIS 中增密（Densify）后重新导出
    """
    content = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4490},
        "features": [{"attributes": {"name": "甲"}, "geometry": {"curveRings": [degrees_ring()]}}],
    }
    return saved(folder / "town.geojson", json.dumps(content))


@broken("geojson", "axes_swapped", area_m2=quadrangle_m2())
def geojson_latitude_first(folder: Path) -> Path:
    """en: the northing (latitude) stands in the first column … the columns were exchanged, and
    read as EPSG:4326
    zh: 第一列是纵坐标（纬度）（范围 24.300, 109.400, 24.310, 109.410）；已
    交换两列，并按 EPSG:4326 读取
    """
    return geojson(folder, feature([[point[::-1] for point in degrees_ring()]]))


@broken("geojson", "ring_closed", area_m2=quadrangle_m2())
def geojson_open_ring(folder: Path) -> Path:
    """en: 1 feature has rings that are not closed, or has fewer than 3 points; it was
    closed, or dropped: features 1
    zh: 1 个要素的环未闭合，或不足 3 个点；读取时已将其闭合或舍去：要素 1
    """
    return geojson(folder, feature([degrees_ring()[:-1]]))


@broken("geojson", "dimension_dropped", area_m2=quadrangle_m2())
def geojson_with_heights(folder: Path) -> Path:
    """en: 1 feature carries heights or measures (Z, M), dropped
    zh: 1 个图斑带有高程或度量值（Z、M），已舍去
    """
    return geojson(folder, feature([[[*point, 95.5] for point in degrees_ring()]]))


@broken("geojson", "geometry_collection", area_m2=quadrangle_m2())
def geojson_collection_with_a_point(folder: Path) -> Path:
    """en: 1 feature is a collection; of it only the polygons are kept
    zh: 1 个要素是几何集合；只保留其中的面
    """
    one = feature(None)
    one["geometry"] = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Polygon", "coordinates": [degrees_ring()]},
            {"type": "Point", "coordinates": [LON, LAT]},
        ],
    }
    return geojson(folder, one)


@broken("geojson", LayerError, cure=geojson_whole, area_m2=quadrangle_m2())
def geojson_of_points(folder: Path) -> Path:
    """en: no polygon, but 2 features of other kinds → a town's boundary must be a polygon
    zh: 没有面，只有 2 个其他类型的要素； → 小镇边界必须为面
    """
    return geojson(folder, *(feature(point, "Point") for point in degrees_ring()[:2]))


@broken("geojson", LayerError, cure=geojson_whole, area_m2=quadrangle_m2())
def geojson_of_a_closed_line(folder: Path) -> Path:
    """en: no polygon, but 1 feature of other kinds; → a town's boundary must be a polygon
    zh: 没有面，只有 1 个其他类型的要素； → 小镇边界必须为面
    """
    return geojson(folder, feature(degrees_ring(), "LineString"))


@broken("geojson", "crs_assumed", area_m2=quadrangle_m2())
def geojson_of_crs_null(folder: Path) -> Path:
    """en: the file says that its CRS is not known (crs: null); its numbers are taken as WGS 84
    zh: 文件声明坐标系未知（crs: null）；按 GeoJSON 的规定视为 WGS 84
    """
    return geojson(folder, feature([degrees_ring()]), crs=None)


@broken(
    "geojson",
    LayerError,
    given={"code_column": "code"},
    cure=exchanged(('"乙", "code": "450201"', '"乙", "code": "450202"')),
    area_m2=2 * quadrangle_m2(),
)
def geojson_of_one_code_for_two(folder: Path) -> Path:
    """en: two towns have the code 450201: 甲 and 乙 → give each town one feature (dissolve its
    parts), and a code of its own
    zh: 两个小镇的代码同为 450201：甲 与 乙；每个小镇应只有一个要素（ → 请
    先融合其各部分），且代码不得重复
    """
    return geojson(
        folder,
        feature([degrees_ring()], name="甲", code="450201"),
        feature([degrees_ring(109.5)], name="乙", code="450201"),
    )


@broken(
    "geojson",
    LayerError,
    given={"where": {"name": "丙"}},
    cure={"where": {"name": "甲"}},
    area_m2=quadrangle_m2(),
)
def geojson_where_nothing_fits(folder: Path) -> Path:
    """en: no feature has name = 丙 → the values there are: 甲
    zh: 没有 name = 丙 的要素； → 现有取值：甲
    """
    return geojson(folder, feature([degrees_ring()]))


@broken("geojson", LayerError, cure=geojson_whole, area_m2=quadrangle_m2())
def geojson_of_a_line_and_back(folder: Path) -> Path:
    """en: feature 1 encloses no area → delete it, or draw its boundary
    zh: 要素 1 没有围成面积； → 请删除该要素，或补绘其界线
    """
    return geojson(folder, feature([[[LON, LAT], [LON + 0.01, LAT], [LON, LAT], [LON, LAT]]]))


# --- Shapefiles -----------------------------------------------------------------------------------

SHP = Path("town.shp")


def shp(folder: Path, *shapes: Any, **columns: Any) -> Path:
    return plain(folder / SHP, *shapes, **columns)


@broken("shapefile", LayerError, cure=again(SHP), area_m2=10_000)
def shp_without_dbf(folder: Path) -> Path:
    """en: its side file .dbf is missing → copy all files of the Shapefile together
    zh: 缺少附属文件 .dbf； → 请将该 Shapefile 的全部文件一并复制
    """
    path = shp(folder)
    path.with_suffix(".dbf").unlink()
    return path


@broken("shapefile", LayerError, cure=again(SHP), area_m2=10_000)
def shp_without_shx(folder: Path) -> Path:
    """en: its side file .shx is missing → copy all files of the Shapefile together
    zh: 缺少附属文件 .shx； → 请将该 Shapefile 的全部文件一并复制
    """
    path = shp(folder)
    path.with_suffix(".shx").unlink()
    return path


@broken("shapefile", LayerError, cure=again(SHP), area_m2=10_000)
def shp_with_the_dbf_of_another(folder: Path) -> Path:
    """en: 1 shape, but 2 rows in the .dbf; the side files do not belong together → copy all
    files of the Shapefile again
    zh: 有 1 个图形，.dbf 却有 2 行；各附属文件不是同一套， → 请重新复制该 Shapefile 的
    全部文件
    """
    (folder / "other").mkdir()
    other = shp(folder / "other", box(0, 0), box(200, 0))
    path = shp(folder)
    shutil.copy(other.with_suffix(".dbf"), path.with_suffix(".dbf"))
    return path


@broken("shapefile", LayerError, cure=again(SHP), area_m2=10_000)
def shp_cut_off(folder: Path) -> Path:
    """en: town.shp: the file is cut off: … bytes of … → get it again
    zh: 文件不完整：应有 236 字节，实有 188 字节； → 请重新获取
    """
    return cut(shp(folder), 0.8)


@broken("shapefile", LayerError, cure=again(SHP), area_m2=10_000)
def shp_with_half_a_dbf(folder: Path) -> Path:
    """en: town.dbf: the file is cut off: … bytes of … → get it again
    zh: 文件不完整：应有 146 字节，实有 73 字节； → 请重新获取
    """
    path = shp(folder)
    cut(path.with_suffix(".dbf"))
    return path


@broken("shapefile", LayerError, cure=again(SHP, box(0, 0), box(200, 0)), area_m2=20_000)
def shp_with_offsets_beyond_its_end(folder: Path) -> Path:
    """An index of another state of the layer: as many shapes, elsewhere in the file.

    en: by the index (.shx) shape 2 lies outside of the file, or over another; the side files
    do not belong together: → copy all files of the Shapefile again
    zh: 按索引（.shx），第 2 个图形位于文件之外，或与其他图形重叠；各附属文
    件不是同一套， → 请重新复制该 Shapefile 的全部文件
    """
    path = shp(folder, box(0, 0), box(200, 0))
    index = bytearray(path.with_suffix(".shx").read_bytes())
    index[108:112] = (1 << 20).to_bytes(4, "big")
    path.with_suffix(".shx").write_bytes(bytes(index))
    return path


@broken("shapefile", "encoding_conflict", area_m2=10_000)
def shp_with_a_wrong_cpg(folder: Path) -> Path:
    """en: the label says UTF-8, but the bytes of the text are GB18030; read as GB18030
    zh: 标注的编码为 UTF-8，但文字的字节实为 GB18030；按 GB18030 读取
    """
    frame = gpd.GeoDataFrame({"name": ["太阳村镇"]}, geometry=[box(0, 0)], crs=CRS)
    frame.to_file(folder / SHP, encoding="GBK")
    (folder / SHP).with_suffix(".cpg").write_text("UTF-8")
    return folder / SHP


@broken("shapefile", EncodingError, cure={"encoding": "cp1252"}, area_m2=10_000)
def shp_in_another_encoding(folder: Path) -> Path:
    """en: the text is neither UTF-8 nor GB18030 (GBK) → state its encoding with --encoding
    zh: 文本既不是 UTF-8 也不是 GB18030（GBK）； → 请用 --encoding 或目录的 encoding 键
    说明编码
    """
    path = shp(folder, name=["aaaaa"])
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"aaaaa", b"cit\xe9 "))
    path.with_suffix(".cpg").unlink()
    return path


@broken("shapefile", CRSError, cure=STATED, area_m2=10_000)
def shp_without_prj(folder: Path) -> Path:
    """en: no coordinate system is declared; the numbers fit: EPSG:4524 … → State the right one
    with --crs
    zh: 未声明坐标系；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请
    用 --crs（例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    path = shp(folder)
    path.with_suffix(".prj").unlink()
    return path


@broken("shapefile", CRSError, cure=STATED, area_m2=10_000)
def shp_with_the_prj_of_another_zone(folder: Path) -> Path:
    """en: the CRS EPSG:4526 … and the numbers … contradict one another; the numbers fit:
    EPSG:4524 … → State the right CRS with --crs (for example --crs EPSG:4524)
    zh: 声明的坐标系 EPSG:4526（横坐标应在 38500000 附近）与坐标数值
    （横坐标 36642000.000 至 36642100.000）
    相互矛盾；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请用 --crs
    （例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    path = shp(folder)
    path.with_suffix(".prj").write_text(pyproj.CRS(4526).to_wkt("WKT1_ESRI"))
    return path


@broken("shapefile", CRSError, cure=STATED, area_m2=10_000)
def shp_of_metres_with_a_prj_in_degrees(folder: Path) -> Path:
    """en: the coordinates (36642100.000, 2689100.000) are no degrees … → state it with --crs
    zh: 坐标（36642100.000, 2689100.000）不是经纬度，而文件没有给出其他坐标
    系； → 请用 --crs 或图层目录的 crs 指明（仅从数值看可能是：EPSG:4524）
    """
    path = shp(folder)
    path.with_suffix(".prj").write_text(pyproj.CRS(4490).to_wkt("WKT1_ESRI"))
    return path


def prj_as_utf_8(path: Path) -> None:
    """A cure: the .prj as UTF-8."""
    side = path.with_suffix(".prj")
    side.write_bytes(side.read_bytes().decode("gbk").encode("utf-8"))


@broken("shapefile", LayerError, cure=prj_as_utf_8, area_m2=10_000)
def shp_with_a_prj_in_gbk(folder: Path) -> Path:
    """en: the text of the CRS (in a Shapefile, the .prj) is not UTF-8; → save it as UTF-8
    zh: 坐标系的文字（Shapefile 为 .prj 文件）不是 UTF-8 编码； → 请用文本编辑器打开 .prj 并另存为 UTF-8
    """
    path = shp(folder)
    side = path.with_suffix(".prj")
    side.write_bytes(side.read_text("ascii").replace("CGCS2000", "国家2000", 1).encode("gbk"))
    return path


@broken("shapefile", CRSError, cure=again(SHP), area_m2=10_000)
def shp_in_xian_1980(folder: Path) -> Path:
    """en: Xian 1980 … not public … → have the data converted to CGCS2000
    zh: 坐标系为 EPSG:2360, Xian 1980 (IAG-75)，其到 CGCS2000 的转换参数不公
    开（PROJ 会不作任何平移，误差可达数百米）； → 请先将数据转换到 CGCS2000，
    或在图层目录中以 transform 填写转换参数
    """
    path = shp(folder)
    path.with_suffix(".prj").write_text(pyproj.CRS(2360).to_wkt("WKT1_ESRI"))
    return path


@broken("shapefile", CRSError, cure=again(SHP), area_m2=10_000)
def shp_in_beijing_1954(folder: Path) -> Path:
    """en: Beijing 1954 … → have the data converted to CGCS2000, or give the parameters as
    transform in the catalog
    zh: 坐标系为 EPSG:2412, Beijing 1954 (Krassowsky)，其到 CGCS2000 的转换
    参数不公开（PROJ 会不作任何平移，误差可达数百米）； → 请先将数据转换到 CGCS2000，
    或在图层目录中以 transform 填写转换参数
    """
    path = shp(folder)
    path.with_suffix(".prj").write_text(pyproj.CRS(2412).to_wkt("WKT1_ESRI"))
    return path


@broken("shapefile", CRSError, cure=STATED, area_m2=10_000)
def shp_with_a_prj_of_words(folder: Path) -> Path:
    """en: Liuzhou-local is no coordinate system that PROJ knows; → expected for example
    EPSG:4524
    zh: Liuzhou-local 不是 PROJ 可识别的坐标系； → 应为 EPSG:4524 之类的代
    号、WKT 或 PROJ 字符串
    """
    path = shp(folder)
    path.with_suffix(".prj").write_text("Liuzhou-local", encoding="utf-8")
    return path


@broken("shapefile", LayerError, cure=lambda path: path.with_suffix(".shp"), area_m2=10_000)
def dbf_in_place_of_the_shp(folder: Path) -> Path:
    """en: is a side file of a Shapefile → give the .shp beside it
    zh: town.dbf 是 Shapefile 的附属文件； → 请指定同名的 .shp
    """
    return shp(folder).with_suffix(".dbf")


# --- GeoPackage, FileGDB, FlatGeobuf, GeoParquet ----------------------------------------------------

GPKG = Path("town.gpkg")


@broken("geopackage", LayerError, cure=again(GPKG), area_m2=10_000)
def gpkg_cut_off(folder: Path) -> Path:
    """en: town.gpkg: the file is cut off: … bytes of … → get it again
    zh: 文件不完整：应有 98304 字节，实有 49152 字节； → 请重新获取
    """
    return cut(plain(folder / GPKG))


@broken("geopackage", LayerError, cure=again(GPKG), area_m2=10_000)
def gpkg_of_0_bytes(folder: Path) -> Path:
    """en: town.gpkg: the file is empty (0 bytes) → get it again
    zh: 文件为空（0 字节）； → 请重新获取
    """
    return saved(folder / GPKG, b"")


@broken("geopackage", LayerError, cure={"layer": "乙"}, area_m2=10_000)
def gpkg_of_several_layers(folder: Path) -> Path:
    """en: the file has several layers (甲, 乙) → name one with --layer
    zh: 文件中有多个图层（甲, 乙）； → 请用 --layer 或图层目录的 layer 指明
    其一
    """
    for name, east in (("甲", 0), ("乙", 200)):
        gpd.GeoDataFrame({"n": [1]}, geometry=[box(east, 0)], crs=CRS).to_file(
            folder / GPKG, layer=name
        )
    return folder / GPKG


@broken("geopackage", LayerError, given={"layer": "DLBT"}, cure={"layer": "DLTB"}, area_m2=10_000)
def gpkg_layer_misspelt(folder: Path) -> Path:
    """en: there is no layer DLBT; did you mean DLTB? → The layers are: DLTB, 镇界
    zh: 没有图层 DLBT； → 是否应为 DLTB？现有图层：DLTB, 镇界
    """
    for name in ("DLTB", "镇界"):
        gpd.GeoDataFrame({"n": [1]}, geometry=[box(0, 0)], crs=CRS).to_file(
            folder / GPKG, layer=name
        )
    return folder / GPKG


@broken("geopackage", LayerError, cure=again(GPKG), area_m2=10_000)
def gpkg_without_features(folder: Path) -> Path:
    """en: the file holds no features; → get it again from its maker
    zh: 文件中没有要素； → 请向提供方重新获取
    """
    gpd.GeoDataFrame({"n": []}, geometry=[], crs=CRS).to_file(folder / GPKG)
    return folder / GPKG


@broken("geopackage", LayerError, cure=again(GPKG), area_m2=10_000)
def gpkg_that_is_another_database(folder: Path) -> Path:
    """en: town.gpkg: the file cannot be read … (… gpkg_contents, is missing); → open it in the
    software that made it, and export it again
    zh: 文件无法读取，可能已损坏或与其名称不符（读取库原文：…）； → 请在原
    软件中打开并重新导出
    """
    base = sqlite3.connect(folder / GPKG)
    base.execute("CREATE TABLE towns (name TEXT)")
    base.commit()
    base.close()
    return folder / GPKG


@broken("geopackage", CRSError, cure=STATED, area_m2=10_000)
def gpkg_without_crs(folder: Path) -> Path:
    """en: no coordinate system is declared; the numbers fit: EPSG:4524 … → State the right one
    with --crs
    zh: 未声明坐标系；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请
    用 --crs（例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    return plain(folder / GPKG, crs=None)


@broken(
    "geopackage",
    CRSError,
    way=as_layer,
    cure=again(Path("land.gpkg"), box(0, 0), BSM=["1"], DLBM=["0103"]),
    area_m2=10_000,
)
def gpkg_layer_northing_first(folder: Path) -> Path:
    """en: the northing (latitude) stands in the first column … → swap the two and save the layer
    again
    zh: 第一列是纵坐标（纬度）（范围 2689000.000, 36642000.000, 2689100.000, 36642100.000），
    而 EPSG:4524 应先读横坐标（经度）； → 请交换两列后重新保存图层
    """
    return survey(folder, shapely.transform(box(0, 0), lambda xy: xy[:, ::-1]))


@broken("geopackage", "geometry_empty", way=as_layer, area_m2=10_000)
def gpkg_layer_with_empty_rows(folder: Path) -> Path:
    """en: 2 features have no geometry, and are left out
    zh: 2 个图斑没有图形，已略去
    """
    return survey(folder, box(0, 0), None, shapely.Polygon())


@broken("geopackage", LayerError, way=as_layer, cure=exchanged(("DLBN", "DLBM")), area_m2=10_000)
def gpkg_column_misspelt(folder: Path) -> Path:
    """en: there is no column DLBN; → did you mean DLBM? The columns are: BSM, DLBM
    zh: 没有字段 DLBN； → 是否应为 DLBM？现有字段：BSM, DLBM
    """
    path = survey(folder, box(0, 0))
    exchanged(("DLBM", "DLBN"))(path)
    return path


@broken(
    "geopackage",
    GeometryError,
    cure=accepting("town:1"),
    area_m2=5_000,
    code="coordinate_not_finite",
)
def gpkg_of_nan(folder: Path) -> Path:
    """Without its third corner a square of 100 m is a triangle.

    en: layer town, feature 1: … a coordinate is no number at … → Mend it in the data, or
    accept the repair by name: --accept-repair town:1
    zh: 图层 town 的要素 1 几何无效（坐标不是有效数字，位置（36642000.0000, 2689100.0000）），
    修复会使其面积由 0.00平方米变为 4997.51平方米。 → 请在数据中修正，或
    按名称接受该修复：--accept-repair town:1
    """
    ring = at(*square(0, 0))
    ring[2] = (math.nan, math.nan)
    return plain(folder / GPKG, shapely.Polygon(ring))


@broken("geopackage", "curve_linearised", way=as_layer, area_m2=math.pi * 100, within_m2=0.01)
def gpkg_layer_of_a_circle(folder: Path) -> Path:
    """A circle of 10 m; chords of 0.1 degrees take 5e-7 of its area away.

    en: true curves are drawn as chords of 0.1 degrees of arc
    zh: 真曲线已按每 0.1 度圆心角的弦折线化
    """
    path = survey(folder, shape(*square(0, 0)), more="")
    ring = b"".join(
        struct.pack("<2d", EAST + x, NORTH + y)
        for x, y in ((0, 0), (10, 10), (20, 0), (10, -10), (0, 0))
    )
    curve = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5) + ring
    base = sqlite3.connect(folder / "land.gpkg")
    base.create_function("ST_IsEmpty", 1, lambda _g: 0)
    for name, value in (("MinX", 0), ("MaxX", 0), ("MinY", 0), ("MaxY", 0)):
        base.create_function(f"ST_{name}", 1, lambda _g, v=value: v)
    base.execute("UPDATE land SET geom = ?", (struct.pack("<4si", b"GP\x00\x01", 4524) + curve,))
    base.commit()
    base.close()
    return path


GDB = Path("town.gdb")


@broken(
    "filegdb", LayerError, cure=lambda path: path.rename(path.with_name("镇.gdb")), area_m2=10_000
)
def gdb_renamed(folder: Path) -> Path:
    """en: is a FileGDB, but its name must end in .gdb → rename the folder
    zh: 镇界 是文件地理数据库，但文件夹名必须以 .gdb 结尾； → 请改名
    """
    return plain(folder / GDB).rename(folder / "镇界")


@broken("filegdb", LayerError, cure=again(GDB), area_m2=10_000)
def gdb_without_tables(folder: Path) -> Path:
    """en: is a folder and no FileGDB (it holds no .gdbtable) → give the path of a file in it
    zh: town.gdb 是文件夹，但不是文件地理数据库（其中没有 .gdbtable）； → 请
    指定其中的文件
    """
    path = plain(folder / GDB)
    for file in path.glob("*.gdbtable"):
        file.unlink()
    return path


@broken("filegdb", LayerError, cure=again(GDB), area_m2=10_000)
def gdb_without_its_tables_index(folder: Path) -> Path:
    """Every table has a .gdbtablx, which says where its rows are.

    en: town.gdb: the table a00000001.gdbtable has no index (a00000001.gdbtablx) … → copy the
    whole folder of the FileGDB again
    zh: 数据表 a00000001.gdbtable 缺少索引（a00000001.gdbtablx），无法确定其
    中的记录； → 请重新复制整个文件地理数据库文件夹
    """
    path = plain(folder / GDB)
    for file in path.glob("*.gdbtablx"):
        file.unlink()
    return path


@broken("filegdb", LayerError, cure=again(GDB), area_m2=10_000)
def gdb_cut_off(folder: Path) -> Path:
    """en: town.gdb/a00000009.gdbtable: the file is cut off: … bytes of … → get it again
    zh: town.gdb/a00000009.gdbtable：文件不完整：应有 1182 字节，实有 591 字
    节； → 请重新获取
    """
    path = plain(folder / GDB)
    largest = max(path.glob("a0000000[9a-f].gdbtable"), key=lambda file: file.stat().st_size)
    cut(largest)
    return path


@broken("filegdb", LayerError, cure=lambda path: plain(path.with_suffix(".gdb")), area_m2=10_000)
def mdb_of_access(folder: Path) -> Path:
    """en: files of the kind .mdb cannot be read here → export the layer to GeoPackage, Shapefile
    or FileGDB
    zh: 无法读取 .mdb 文件； → 请在原软件中将图层导出为 GeoPackage、Shapefile 或
    文件地理数据库
    """
    return saved(folder / "town.mdb", b"\x00\x01\x00\x00Standard Jet DB" + bytes(100))


@broken("flatgeobuf", LayerError, cure=again(Path("town.fgb")), area_m2=10_000)
def fgb_cut_off(folder: Path) -> Path:
    """en: town.fgb: the file is cut off; → get it again
    zh: 文件不完整； → 请重新获取
    """
    return cut(plain(folder / "town.fgb"), 0.9)


@broken("flatgeobuf", LayerError, cure=again(Path("town.fgb")), area_m2=10_000)
def fgb_of_something_else(folder: Path) -> Path:
    """en: the content is not that of a .fgb file … → get it again
    zh: 内容不是 .fgb 文件（已损坏、不完整，或只是借用此名）； → 请重新获取
    """
    return saved(folder / "town.fgb", b"fgb\x01fgb\x00" + bytes(300))


@broken("flatgeobuf", CRSError, cure=STATED, area_m2=10_000)
def fgb_without_crs(folder: Path) -> Path:
    """en: no coordinate system is declared … → State the right one with --crs
    zh: 未声明坐标系；数值与下列坐标系相符：EPSG:4524（横坐标带有带号 36）。 → 请
    用 --crs（例如 --crs EPSG:4524）或图层目录的 crs 写明正确的坐标系
    """
    return plain(folder / "town.fgb", crs=None)


PARQUET = Path("town.parquet")


@broken("geoparquet", LayerError, cure=again(PARQUET), area_m2=10_000)
def parquet_cut_off(folder: Path) -> Path:
    """en: the file is cut off → get it again
    zh: 文件不完整； → 请重新获取
    """
    return cut(plain(folder / PARQUET))


@broken("geoparquet", LayerError, cure=again(PARQUET), area_m2=10_000)
def parquet_without_geometry(folder: Path) -> Path:
    """en: the Parquet file holds no geometry (no GeoParquet metadata); → export the layer as
    GeoParquet
    zh: 该 Parquet 文件没有几何（缺少 GeoParquet 元数据）； → 请将图层导出
    为 GeoParquet
    """
    pq.write_table(pq.read_table(plain(folder / PARQUET)).select(["name"]), folder / PARQUET)
    table = pq.read_table(folder / PARQUET)
    pq.write_table(table.replace_schema_metadata({}), folder / PARQUET)
    return folder / PARQUET


@broken("geoparquet", LayerError, cure=again(PARQUET), area_m2=10_000)
def parquet_of_an_unknown_encoding(folder: Path) -> Path:
    """en: the geometry is encoded as TWKB; expected WKB or the encodings of GeoParquet 1.1 (polygon,
    multipolygon …) → export it again
    zh: 几何编码为 TWKB；应为 WKB 或 GeoParquet 1.1 的编码（polygon、multipolygon 等）， → 请重新导出
    """
    table = pq.read_table(plain(folder / PARQUET))
    metadata = {
        key: value.replace(b'"WKB"', b'"TWKB"') for key, value in table.schema.metadata.items()
    }
    pq.write_table(table.replace_schema_metadata(metadata), folder / PARQUET)
    return folder / PARQUET


@broken("geoparquet", LayerError, cure=again(PARQUET), area_m2=10_000)
def parquet_of_damaged_geometry(folder: Path) -> Path:
    """The first bytes of the WKB say what kind it is.

    en: town.parquet: the file cannot be read … (… Unknown WKB type …); → open it in the
    software that made it, and export it again
    zh: 文件无法读取，可能已损坏或与其名称不符（读取库原文：…）； → 请在原
    软件中打开并重新导出
    """
    table = pq.read_table(plain(folder / PARQUET))
    wkb = table.column("geometry")[0].as_py()
    import pyarrow as pa

    bad = pa.array([wkb[:1] + b"\xff\xff\xff\x7f" + wkb[5:]], pa.binary())
    pq.write_table(table.set_column(1, table.schema.field("geometry"), bad), folder / PARQUET)
    return folder / PARQUET


# --- zips -----------------------------------------------------------------------------------------


@broken("zip", LayerError, cure={"layer": "甲"}, area_m2=10_000)
def zip_of_several_layers(folder: Path) -> Path:
    """en: the zip holds several layers: 乙.gpkg, 甲.gpkg; → name one with --layer
    zh: 压缩包内有多个图层：乙.gpkg, 甲.gpkg； → 请用 --layer 或图层目录的 layer 指
    明其一
    """
    files = {name: plain(folder / name) for name in ("甲.gpkg", "乙.gpkg")}
    return zipped(folder / "town.zip", files)


@broken(
    "zip",
    LayerError,
    cure=lambda path: zipped(path, {"甲.gpkg": plain(path.parent / "甲.gpkg")}),
    area_m2=10_000,
)
def zip_cut_off(folder: Path) -> Path:
    """en: the zip cannot be unpacked … → get it again
    zh: 压缩包无法解压（原文：…）； → 请重新获取
    """
    return cut(zipped(folder / "town.zip", {"甲.gpkg": plain(folder / "乙.gpkg")}), 0.95)


@broken("zip", LayerError, cure=lambda path: path.with_name("甲.gpkg"), area_m2=10_000)
def zip_with_a_password(folder: Path) -> Path:
    """en: the zip is encrypted → unpack it, and give the path of the layer
    zh: 压缩包已加密； → 请解压后指定图层路径
    """
    path = zipped(folder / "town.zip", {"甲.gpkg": plain(folder / "甲.gpkg")})
    locked = bytearray(path.read_bytes())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    return saved(path, bytes(locked))


@broken(
    "zip",
    LayerError,
    cure=lambda path: zipped(path, {"甲.gpkg": plain(path.parent / "乙.gpkg")}),
    area_m2=10_000,
)
def zip_that_leads_out(folder: Path) -> Path:
    """en: the zip holds ../甲.gpkg, a link or a name that leads out of its folder → such a file
    is not unpacked
    zh: 压缩包内的 ../甲.gpkg 是链接，或其名称指向解压文件夹之外；此类文件 → 不
    予解压
    """
    return zipped(folder / "town.zip", {"../甲.gpkg": plain(folder / "甲.gpkg")})


@broken(
    "zip",
    LayerError,
    cure=lambda path: zipped(path, {one.name: one for one in path.parent.glob("镇.*")}),
    area_m2=10_000,
)
def zip_of_half_a_shapefile(folder: Path) -> Path:
    """en: town.zip: 镇.shp: its side file .dbf is missing → copy all files of the Shapefile
    together
    zh: town.zip: 镇.shp：缺少附属文件 .dbf； → 请将该 Shapefile 的全部文件
    一并复制
    """
    plain(folder / "镇.shp")
    return zipped(
        folder / "town.zip", {name: folder / name for name in ("镇.shp", "镇.shx", "镇.prj")}
    )


# --- GeoTIFF --------------------------------------------------------------------------------------

PADDY = 'classes = { paddy = ["1"], other = ["0"] }\n'
CELLS = np.array([[1, 1], [0, 1]], dtype=np.uint8)
"""Three of four cells of 10 m are paddy: 300 m²."""


def grid(folder: Path, values: Any = CELLS, more: str = PADDY, **options: Any) -> Path:
    tif(folder / "paddy.tif", values, west=EAST, south=NORTH, **options)
    return catalog(folder, "paddy.tif", "paddy", more)


@broken(
    "raster",
    CRSError,
    way=as_grid,
    area_m2=300,
    cure=lambda path: saved(path, path.read_text("utf-8") + f'crs = "{CRS}"\n'),
)
def tif_without_crs(folder: Path) -> Path:
    """en: paddy.tif: no coordinate system is declared → state it with --crs or the catalog's key
    crs
    zh: 未声明坐标系； → 请用 --crs 或图层目录的 crs 指明，例如 EPSG:4524（
    CGCS2000，3 度带第 36 带）
    """
    return grid(folder, crs=None)


@broken("raster", LayerError, way=as_grid, cure=lambda path: grid(path.parent), area_m2=300)
def tif_cut_off(folder: Path) -> Path:
    """en: paddy.tif: the raster cannot be read, it is damaged or cut off … → get it again
    zh: 栅格无法读取，可能已损坏或不完整（读取库原文：…）； → 请重新获取
    """
    path = grid(
        folder,
        np.random.default_rng(1).integers(0, 2, (60, 60), dtype=np.uint8),
        compress="deflate",
    )
    cut(folder / "paddy.tif", 0.8)
    return path


@broken("raster", LayerError, way=as_grid, cure=lambda path: grid(path.parent), area_m2=300)
def tif_turned(folder: Path) -> Path:
    """en: the raster is turned against the axes of its CRS → warp it to a straight grid first
    zh: 栅格相对坐标轴有旋转； → 请先校正为正北格网
    """
    return grid(folder, turn=1.0)


@broken("raster", CatalogError, way=as_grid, cure=lambda path: grid(path.parent), area_m2=300)
def tif_without_classes(folder: Path) -> Path:
    """en: layer paddy: say which numbers of the raster mean which land → e.g. classes = { paddy
    = ["1"]
    zh: 图层paddy： → 请说明栅格各数值代表何种土地，例如 classes = { paddy = ["1"], other = ["0"] }；
    未列出的数值按无数据处理
    """
    return grid(folder, more="")


@broken("raster", LayerError, way=as_grid, cure=lambda path: grid(path.parent), area_m2=300)
def tif_of_fractions(folder: Path) -> Path:
    """en: paddy.tif: a class grid holds whole numbers, this one holds 0.5, and is perhaps a grid
    of measurements; → give the layer another role, or a grid of classes
    zh: 分类栅格应为整数值，该栅格含有 0.5，可能是测量值栅格； → 请改用其他 role，
    或提供分类栅格
    """
    return grid(folder, CELLS.astype(np.float32) + np.float32(0.5))


@broken("raster", LayerError, way=as_grid, cure=lambda path: grid(path.parent), area_m2=300)
def tif_that_is_a_geopackage(folder: Path) -> Path:
    """en: paddy.tif: the name says GeoTIFF, but the content is GeoPackage; → give the file the
    suffix of what it is
    zh: 文件名表示 GeoTIFF，内容却是 GeoPackage； → 请将后缀改为与内容一致
    """
    plain(folder / "town.gpkg").rename(folder / "paddy.tif")
    return catalog(folder, "paddy.tif", "paddy", PADDY)


@broken("raster", "grid_elsewhere", way=as_grid, area_m2=0)
def tif_of_another_county(folder: Path) -> Path:
    """en: the grid says nothing of the towns: it lies elsewhere, or is empty there
    zh: 该栅格在各小镇范围内没有任何数据：位于他处，或此处为空
    """
    tif(folder / "paddy.tif", CELLS, west=EAST + 50_000, south=NORTH)
    return catalog(folder, "paddy.tif", "paddy", PADDY)


# --- PostGIS --------------------------------------------------------------------------------------

BASE = '\n[database.county]\nurl_env = "TOWNLAND_TEST_NOWHERE"\n'


@broken(
    "database",
    CatalogError,
    way=as_catalog,
    cure=lambda path: catalog(path.parent, "db:county", more=CLASSED + BASE),
)
def database_not_declared(folder: Path) -> Path:
    """en: layer land_use: no database county is declared → add the table [database.county] with
    url_env
    zh: 图层 land_use：没有声明数据库 county； → 请添加表 [database.county]，
    并写明 url_env
    """
    return catalog(folder, "db:county", more=CLASSED)


@broken("database", LayerError, way=as_layer)
def database_without_its_variable(folder: Path) -> Path:
    """en: the environment variable TOWNLAND_TEST_NOWHERE, which holds the connection, is not
    set; → set it to postgresql://
    zh: db:county：存放数据库连接的环境变量 TOWNLAND_TEST_NOWHERE 没有设置； → 请
    设为 postgresql://用户:密码@服务器/数据库
    """
    return catalog(folder, "db:county", more=CLASSED + BASE)


# --- catalogs -------------------------------------------------------------------------------------

GOOD = '[[layer]]\nname = "land_use"\nrole = "land_use"\npath = "land.gpkg"\n' + CLASSED


def written(folder: Path, *pairs: tuple[str, str]) -> Path:
    """A catalog that was right before these words were exchanged."""
    plain(folder / "land.gpkg", box(0, 0), BSM=["1"], DLBM=["0103"])
    path = saved(folder / "catalog.toml", GOOD)
    exchanged(*pairs)(path)
    return path


def right_again(path: Path) -> None:
    saved(path, GOOD)


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_key_misspelt(folder: Path) -> Path:
    """en: catalog.toml, line 6: unknown key layer land_use, clas_column → did you mean class_column?
    zh: catalog.toml 第 6 行：未知的键 图层 land_use 的 clas_column； → 是否应为 class_column
    ？
    """
    return written(folder, ("class_column", "clas_column"))


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_in_gbk(folder: Path) -> Path:
    """en: catalog.toml, line 2: not UTF-8 → save the file as UTF-8
    zh: catalog.toml 第 2 行：不是 UTF-8 编码； → 请将文件另存为 UTF-8
    """
    path = written(folder, ('"land_use"\nrole', '"地类图斑"\nrole'))
    return saved(path, path.read_text("utf-8"), "gbk")


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_of_an_unknown_role(folder: Path) -> Path:
    """en: catalog.toml, line 3: layer land_use, role is "landuse"; → expected one of "land_use"
    zh: catalog.toml 第 3 行：图层 land_use 的 role 为 "landuse"； → 应为 "land_use"
    """
    return written(folder, ('role = "land_use"', 'role = "landuse"'))


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_without_a_scheme(folder: Path) -> Path:
    """en: layer land_use: class_column needs → a scheme … or a table classes
    zh: 图层 land_use：填写了 class_column， → 就必须同时填写 scheme…或 classes 对
    照表
    """
    return written(folder, ('scheme = "sandiao-2019"\n', ""))


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_of_an_unknown_scheme(folder: Path) -> Path:
    """en: layer land_use: there is no scheme sandiao-2018; → expected one of sandiao-2019
    zh: catalog.toml 第 1 行：图层 land_use：没有地类体系 sandiao-2018； → 应
    为 sandiao-2019, gbt21010-2007, gbt21010-2017, guide-2023, jsydgzq 之一
    """
    return written(folder, ("sandiao-2019", "sandiao-2018"))


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_that_asks_for_owners(folder: Path) -> Path:
    """en: layer land_use: the column QLRMC holds personal data, which townland never reads →
    name another column
    zh: catalog.toml 第 1 行：图层 land_use：列 QLRMC 含个人信息，
    townland 从不读取； → 请指定其他列
    """
    return written(folder, ('id_column = "BSM"', 'id_column = "QLRMC"'))


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_of_two_layers_of_one_name(folder: Path) -> Path:
    """en: catalog.toml: two layers are named land_use → names must differ
    zh: 有两个图层同名为 land_use；图层名称 → 不得重复
    """
    path = written(folder)
    return saved(path, GOOD * 2)


@broken("catalog", CatalogError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_without_a_path(folder: Path) -> Path:
    """en: catalog.toml, line 1: → layer land_use, path is missing
    zh: catalog.toml 第 1 行： → 缺少 图层 land_use 的 path
    """
    return written(folder, ('path = "land.gpkg"\n', ""))


@broken("catalog", LayerError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_of_a_missing_file(folder: Path) -> Path:
    """en: nowhere.gpkg: no such file; → look for a typing error in the path
    zh: 文件不存在； → 请检查路径是否写错
    """
    return written(folder, ("land.gpkg", "nowhere.gpkg"))


@broken("catalog", LayerError, way=as_layer, cure=right_again, area_m2=10_000)
def catalog_of_an_address(folder: Path) -> Path:
    """en: /vsicurl/http:/127.0.0.1:9/land.gpkg: only files on this machine are read … → save the
    data as a file first
    zh: /vsicurl/http:/127.0.0.1:9/land.gpkg：只读取本机文件，不读取网络地址
    或 GDAL 虚拟文件系统； → 请先将数据保存为文件
    """
    return written(folder, ("land.gpkg", "/vsicurl/http://127.0.0.1:9/land.gpkg"))


@broken(
    "catalog", CatalogError, way=as_layer, cure=lambda path: written(path.parent), area_m2=10_000
)
def catalog_that_is_absent(folder: Path) -> Path:
    """en: catalog.toml: there is no layer catalog. → townland layers init FOLDER
    zh: 没有图层目录。 → townland layers init 文件夹
    """
    return folder / "catalog.toml"


# --- dossiers -------------------------------------------------------------------------------------


def dossier(folder: Path, content: str) -> Path:
    return saved(folder / "dossier.toml", content)


def sheets(path: Path, rows: Sequence[Sequence[Any]], **lists: Sequence[Sequence[Any]]) -> Path:
    return workbook(path, {"镇": rows, **lists})


TOWNS = [("code", "name", "population"), ("450201", "甲镇", 10500)]


@broken("dossier", DossierError, way=as_dossier, cure=exchanged(("populaton", "population")))
def dossier_key_misspelt(folder: Path) -> Path:
    """en: dossier.toml, line 2: unknown key populaton → did you mean population?
    zh: dossier.toml 第 2 行：未知的键 populaton； → 是否应为 population？
    """
    return dossier(folder, 'name = "甲镇"\npopulaton = 10500\n')


@broken(
    "dossier",
    DossierError,
    way=as_dossier,
    cure=lambda path: dossier(path.parent, 'name = "甲镇"\npopulation = 10500\n'),
)
def dossier_of_no_town(folder: Path) -> Path:
    """en: the dossier names no town → give its code or its name
    zh: 档案未指明小镇； → 请填写 code 或 name
    """
    return dossier(folder, "population = 10500\n")


@broken("dossier", DossierError, way=as_dossier, cure=exchanged(("20.0", "12.0")))
def dossier_part_above_the_whole(folder: Path) -> Path:
    """en: industry_investment is 20.0, more than total_investment, 18.0, of which it is a part;
    → correct one of them
    zh: industry_investment 为 20.0，大于其所属的 total_investment（18.0）； → 请
    更正其一
    """
    return dossier(folder, 'name = "甲镇"\ntotal_investment = 18.0\nindustry_investment = 20.0\n')


@broken("dossier", DossierError, way=as_dossier, cure=lambda path: sheets(path, TOWNS))
def xlsx_dossier_heading_misspelt(folder: Path) -> Path:
    """en: towns.xlsx, sheet 镇, row 2: populaton: there is no such field; → did you mean
    population?
    zh: 工作表 镇，第2行：populaton：没有这一项； → 是否应为 population？
    """
    return sheets(folder / "towns.xlsx", [("code", "name", "populaton"), TOWNS[1]])


@broken(
    "dossier",
    DossierError,
    way=as_dossier,
    cure=lambda path: sheets(
        path, TOWNS, events=[("code", "on", "event"), ("450201", "2018-01-01", "listed")]
    ),
)
def xlsx_dossier_event_of_no_town(folder: Path) -> Path:
    """en: towns.xlsx, sheet events, row 2: no town of the first sheet has this code or name; →
    correct it, or add the town
    zh: 工作表 events，第2行：第一张工作表中没有该代码或名称的小镇； → 请更
    正，或补上该小镇
    """
    return sheets(
        folder / "towns.xlsx",
        TOWNS,
        events=[("code", "on", "event"), ("450299", "2018-01-01", "listed")],
    )


@broken("dossier", DossierError, way=as_dossier, cure=lambda path: sheets(path, TOWNS))
def xlsx_dossier_of_headings_alone(folder: Path) -> Path:
    """en: towns.xlsx: the first sheet has no town; → give each a row below the headings
    zh: 第一张工作表中没有小镇； → 请在表头之下每个小镇填写一行
    """
    return sheets(folder / "towns.xlsx", TOWNS[:1])


@broken("dossier", DossierError, way=as_dossier, cure=lambda path: sheets(path, TOWNS))
def xlsx_dossier_cut_off(folder: Path) -> Path:
    """en: towns.xlsx: the workbook is damaged … → save it again as .xlsx
    zh: 工作簿已损坏（原文：…）； → 请重新另存为 .xlsx
    """
    return cut(sheets(folder / "towns.xlsx", TOWNS), 0.6)


# --- faults of geometry ---------------------------------------------------------------------------


def fault(code: str, area_m2: float) -> Any:
    """A fault of permanent basic farmland, whose repair must be accepted by name."""
    cure = accepting("farmland:1")
    return broken("geopackage", GeometryError, way=as_layer, cure=cure, area_m2=area_m2, code=code)


@fault("ring_bow_tie", 5_000)
def farmland_bow_tie(folder: Path) -> Path:
    """Two triangles of 100 m by 50 m.

    en: layer farmland, feature 1: its geometry is not valid (… (bow-tie) at (36642050.0000,
    2689050.0000)), and mending it would change its area from … m² to … m². → Mend it in the
    data, or accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（边界自相交，且两侧回路方向相反（蝴
    蝶结形），位置（36642050.0000, 2689050.0000）），修复会使其面积由 0.00平
    方米变为 4997.51平方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, shape((0, 0), (100, 100), (100, 0), (0, 100)))


@fault("ring_overlaps_itself", 10_000)
def farmland_gone_round_twice(folder: Path) -> Path:
    """en: layer farmland, feature 1: its geometry is not valid (the ring runs over itself, and
    goes round the same land twice at …), and mending it would change its area from … m² to …
    m². → Mend it in the data, or accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（边界与自身重叠，同一土地被绕行两次，
    位置（36642100.0000, 2689100.0000）），修复会使其面积由 19990.04平方米
    变为 9995.02平方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, shape(*square(0, 0), *square(0, 0)))


@fault("ring_double", 6_400)
def farmland_hole_twice(folder: Path) -> Path:
    """A square of 100 m less one of 60 m, which must not be taken away twice: -2 800 + 10 000.

    en: layer farmland, feature 1: its geometry is not valid (a ring stands twice at …), and
    mending it would change its area from … m² to … m². → Mend it in the data, or accept the
    repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（边界重复，位置（36642080.0000, 2689080.0000）），
    修复会使其面积由 2798.61平方米变为 6396.81平方米。 → 请在数据中修正，
    或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, holed(hole(20, 20, 60), hole(20, 20, 60)))


@fault("rings_cross", 7_500)
def farmland_hole_across_the_outline(folder: Path) -> Path:
    """A hole of 70 m from the middle takes 50 m by 50 m of the square.

    en: layer farmland, feature 1: its geometry is not valid (a hole crosses the outline of
    its polygon, or has an edge on it at …), and mending it would change its area from … m² to
    … m². → Mend it in the data, or accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（孔洞与面的外边界相交，或与其共边，
    位置（36642100.0000, 2689050.0000）），修复会使其面积由 5097.46平方米变
    为 7496.26平方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, holed(hole(50, 50, 70)))


@fault("parts_overlap", 15_000)
def farmland_parts_over_one_another(folder: Path) -> Path:
    """en: layer farmland, feature 1: its geometry is not valid (two parts of the feature
    overlap, or share an edge at …), and mending it would change its area from … m² to … m². →
    Mend it in the data, or accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（要素的两个部分相互重叠，或共用一条
    边，位置（36642050.0000, 2689000.0000）），修复会使其面积由 19990.04平
    方米变为 14992.53平方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, parts(box(0, 0), box(50, 0)))


@fault("parts_nested", 10_000)
def farmland_part_in_a_part(folder: Path) -> Path:
    """en: layer farmland, feature 1: its geometry is not valid (one part lies inside another at
    …), and mending it would change its area from … m² to … m². → Mend it in the data, or
    accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（一个部分位于另一部分之内，
    位置（36642050.0000, 2689050.0000）），
    修复会使其面积由 10094.97平方米变为 9995.02平方米。 → 请在数据中修正，
    或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, parts(box(0, 0), box(50, 50, 10)))


@fault("holes_nested", 6_400)
def farmland_hole_in_a_hole(folder: Path) -> Path:
    """en: layer farmland, feature 1: its geometry is not valid (a hole lies inside another at
    …), and mending it would change its area from … m² to … m². → Mend it in the data, or
    accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（孔洞嵌套，位置（36642040.0000, 2689040.0000）），
    修复会使其面积由 6296.86平方米变为 6396.81平方米。 → 请在数据中修正，
    或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, holed(hole(20, 20, 60), hole(40, 40, 10)))


@fault("holes_overlap", 10_000 - 3_600 - 400 + 100)
def farmland_holes_over_one_another(folder: Path) -> Path:
    """Holes of 60 m and of 20 m, with 10 m by 10 m in common.

    en: layer farmland, feature 1: its geometry is not valid (two holes overlap, or share an
    edge at …), and mending it would change its area from … m² to … m². → Mend it in the data,
    or accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（两个孔洞相互重叠，或共用一条边，位
    置（36642080.0000, 2689070.0000）），修复会使其面积由 5997.01平方米变为 6096.96平
    方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, holed(hole(20, 20, 60), hole(70, 70, 20)))


@fault("hole_outside", 10_100)
def farmland_hole_elsewhere(folder: Path) -> Path:
    """What lies outside is no hole, and becomes land: the message tells both areas.

    en: layer farmland, feature 1: its geometry is not valid (a hole lies outside its polygon
    at …), and mending it would change its area from … m² to … m². → Mend it in the data, or
    accept the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（孔洞位于面之外，位置（36642150.0000, 2689050.0000）），
    修复会使其面积由 9895.07平方米变为 10094.97平方米。 → 请在数据中修正，
    或按名称接受该修复：--accept-repair farmland:1
    """
    return protected(folder, holed(hole(150, 50, 10)))


@fault("coordinate_not_finite", 5_000)
def farmland_of_nan(folder: Path) -> Path:
    """Without its third corner a square of 100 m is a triangle.

    en: layer farmland, feature 1: its geometry is not valid (a coordinate is no number at …),
    and mending it would change its area from … m² to … m². → Mend it in the data, or accept
    the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（坐标不是有效数字，位置（36642000.0000, 2689100.0000）），
    修复会使其面积由 0.00平方米变为 4997.51平方米。 → 请在数据中修正，或
    按名称接受该修复：--accept-repair farmland:1
    """
    ring = at(*square(0, 0))
    ring[2] = (math.nan, math.nan)
    return protected(folder, shapely.Polygon(ring))


@broken("geopackage", "ring_touches_itself", way=as_layer, area_m2=5_000)
def farmland_hourglass(folder: Path) -> Path:
    """Two triangles with a corner in common: their area does not change.

    en: the ring touches itself at (36642050.0000, 2689050.0000) mended
    zh: 边界自接触，位置（36642050.0000, 2689050.0000） 已按结构法修复
    """
    ring = [(0, 0), (100, 0), (50, 50), (100, 100), (0, 100), (50, 50)]
    return protected(folder, shape(*ring))


@broken("geopackage", "spike", way=as_layer, area_m2=10_000)
def farmland_spike(folder: Path) -> Path:
    """en: the ring runs out and back in a spike at … mended
    zh: 边界上有尖刺（出去后原路折回），位置（36642150.0000, 2689050.0000） 已
    按结构法修复
    """
    ring = [(0, 0), (100, 0), (100, 50), (150, 50), (100, 50), (100, 100), (0, 100)]
    return protected(folder, shape(*ring))


@fault("ring_self_intersection", 50 * 3300)
def farmland_twisted_3300_times(folder: Path) -> Path:
    """Two lines that cross between every two of their points: too many loops to tell how they run.

    Each diamond is 10 m by 10 m, 50 m²; those at the ends are cut in half.

    en: layer farmland, feature 1: its geometry is not valid (the ring crosses itself at …),
    and mending it would change its area from … m² to … m². → Mend it in the data, or accept
    the repair by name: --accept-repair farmland:1
    zh: 图层 farmland 的要素 1 几何无效（边界自相交，位置（36674205.0000, 2689005.0000）），
    修复会使其面积由 0.00平方米变为 164897.32平方米。 → 请在数据中修正，
    或按名称接受该修复：--accept-repair farmland:1
    """
    there = [(10 * at, 10 * (at % 2)) for at in range(3301)]
    back = [(10 * at, 10 - 10 * (at % 2)) for at in range(3300, -1, -1)]
    return protected(folder, shape(*there, *back))


@broken("geopackage", "interior_disconnected", way=as_layer, area_m2=9_000)
def farmland_cut_in_two_by_its_hole(folder: Path) -> Path:
    """A diamond from edge to edge, 100 m long and 20 m wide: 1 000 m².

    en: holes cut the polygon apart at … mended
    zh: 孔洞把面分割开，位置（36642000.0000, 2689050.0000） 已按结构法修复
    """
    return protected(folder, holed([(0, 50), (50, 60), (100, 50), (50, 40)]))


@broken("geopackage", "geometry_collapsed", way=as_layer, area_m2=10_000)
def parcel_of_no_area(folder: Path) -> Path:
    """en: 1 feature encloses no area, and is left out: 2
    zh: 1 个要素不围合任何面积，已略去：2
    """
    return survey(folder, box(0, 0), shape((0, 0), (10, 0), (20, 0)))


@broken("geopackage", "ring_too_short", way=as_examined, area_m2=10_000)
def parcel_of_one_point(folder: Path) -> Path:
    """en: land_use:2:… a ring has too few points
    zh: land_use:2:边界点数不足，位置（36642005.0000, 2689005.0000）
    """
    return survey(folder, box(0, 0), shape((5, 5), (5, 5), (5, 5)))


@broken("geopackage", "geometry_invalid", way=as_examined, area_m2=5_000)
def parcel_bow_tie_examined(folder: Path) -> Path:
    """en: land_use:1:… bow-tie … mending changes its area from 0.00 m² to … m²
    zh: land_use:1:边界自相交，且两侧回路方向相反（蝴蝶结形），位置（36642050.0000, 2689050.0000）；
    修复后面积由 0.00平方米变为 4997.51平方米
    """
    return survey(folder, shape((0, 0), (100, 100), (100, 0), (0, 100)))


@broken("geopackage", "points_repeated", way=as_examined, area_m2=10_000)
def parcel_of_points_repeated(folder: Path) -> Path:
    """en: land_use:1:a point stands several times in a row at (36642100.0000, 2689000.0000), 2
    times in all
    zh: land_use:1:同一点连续重复，位置（36642100.0000, 2689000.0000），共 2 处
    """
    return survey(folder, shape((0, 0), (100, 0), (100, 0), (100, 0), (100, 100), (0, 100)))


@broken("geopackage", "spike", way=as_examined, area_m2=10_000 + 0.1)
def parcel_spike_open_by_a_hair(folder: Path) -> Path:
    """A triangle of 50 m by 4 mm sticks out: 0.1 m².

    en: land_use:1:the ring runs out and back in a spike at (36642150.0000, 2689050.0020)
    zh: land_use:1:边界上有尖刺（出去后原路折回），位置（36642150.0000, 2689050.0020）
    """
    ring = [(0, 0), (100, 0), (100, 50), (150, 50.002), (100, 50.004), (100, 100), (0, 100)]
    return survey(folder, shape(*ring))


@broken("geopackage", "layer_overlap", way=as_examined, area_m2=20_000)
def parcels_over_one_another(folder: Path) -> Path:
    """en: land_use:1:shares … m² with 2
    zh: land_use:1:与 2 重叠 999.50平方米
    """
    return survey(folder, box(0, 0), box(90, 0))


@broken("geopackage", "layer_gap", way=as_examined, area_m2=9_990)
def parcels_around_a_gap(folder: Path) -> Path:
    """A gap of 5 m by 2 m within a parcel, which nothing fills.

    en: land_use:…:a gap of … m² beside it, … m wide
    zh: land_use:1:旁有缝隙 10.00平方米，宽 1.43 m
    """
    return survey(folder, holed([(50, 50), (55, 50), (55, 52), (50, 52)]))


@broken("geopackage", "layer_sliver", way=as_examined, area_m2=10_010)
def parcel_that_is_a_sliver(folder: Path) -> Path:
    """100 m by 0.1 m.

    en: land_use:2:a sliver: … m², … m wide
    zh: land_use:2:细碎图斑：10.00平方米，宽 0.10 m
    """
    return survey(folder, box(0, 0), shape((100, 0), (100.1, 0), (100.1, 100), (100, 100)))


@broken("geopackage", "geometry_not_polygon", way=as_layer, area_m2=10_000)
def layer_with_a_point(folder: Path) -> Path:
    """en: 1 feature is a point, a line or the like, no polygon, and is left out
    zh: 1 个要素是点、线等，不是面，已略去
    """
    return survey(folder, box(0, 0), shapely.Point(EAST, NORTH))


@broken("shapefile", GeometryError, cure=accepting("town:2"), area_m2=15_000, code="ring_bow_tie")
def shp_of_a_bow_tie(folder: Path) -> Path:
    """en: layer town, feature 2: … bow-tie … → accept the repair by name: --accept-repair town:2
    zh: 图层 town 的要素 2 几何无效（边界自相交，且两侧回路方向相反（蝴蝶结
    形），位置（36642250.0000, 2689050.0000）），修复会使其面积由 0.00平方
    米变为 4997.50平方米。 → 请在数据中修正，或按名称接受该修复：--accept-repair town:2
    """
    return shp(folder, box(0, 0), shape((200, 0), (300, 100), (300, 0), (200, 100)))


# --- coordinate systems ---------------------------------------------------------------------------

LEGACY = 'transform = "+towgs84=0,0,0"\n'


@broken(
    "shapefile",
    CRSError,
    way=as_layer,
    cure=lambda path: saved(path, path.read_text("utf-8") + LEGACY) and None,
    area_m2=10_000,
    code="crs_transform_declared",
)
def layer_in_xian_1980(folder: Path) -> Path:
    """en: Xian 1980 … → give the parameters as transform in the catalog
    zh: 坐标系为 EPSG:2360, Xian 1980 (IAG-75)，其到 CGCS2000 的转换参数不公
    开（PROJ 会不作任何平移，误差可达数百米）； → 请先将数据转换到 CGCS2000，
    或在图层目录中以 transform 填写转换参数
    """
    plain(folder / "land.shp", box(0, 0), crs="EPSG:2360", BSM=["1"], DLBM=["0103"])
    return catalog(folder, "land.shp", more=CLASSED)


@broken("geopackage", CRSError, given={"crs": "EPSG:999999"}, cure=STATED, area_m2=10_000)
def crs_that_is_not_known(folder: Path) -> Path:
    """en: EPSG:999999 is no coordinate system that PROJ knows; → expected for example EPSG:4524
    zh: EPSG:999999 不是 PROJ 可识别的坐标系； → 应为 EPSG:4524 之类的代号、
    WKT 或 PROJ 字符串
    """
    return plain(folder / GPKG)


@broken("geopackage", CRSError, given={"crs": "EPSG:4978"}, cure=STATED, area_m2=10_000)
def crs_of_the_earth_s_centre(folder: Path) -> Path:
    """en: EPSG:4978 … places nothing on a map → expected a projected or a geographic coordinate
    system
    zh: EPSG:4978 不能确定平面位置； → 应为投影坐标系或地理坐标系，例如 EPSG:4524
    """
    return plain(folder / GPKG)


@broken("geopackage", "crs_overridden", given={"crs": "EPSG:4545"}, area_m2=10_000)
def crs_stated_against_the_file(folder: Path) -> Path:
    """en: the CRS is EPSG:4545, as stated by the user; the file itself says EPSG:4523
    zh: 按用户指定采用坐标系 EPSG:4545；文件自身声明为 EPSG:4523
    """
    bare = shapely.transform(box(0, 0), lambda xy: xy - [36_000_000, 0])
    return plain(folder / GPKG, bare, crs="EPSG:4523")


def beside(folder: Path, town: Any, crs: Any = CRS) -> Path:
    """A town beside a land survey of ten by ten parcels of 100 m."""
    steps = range(0, 1000, 100)
    survey(folder, *(box(x, y) for x in steps for y in steps))
    return plain(folder / "town.gpkg", town, crs=crs)


@broken("geopackage", "boundary_outside_layers", way=as_sited, area_m2=10_000)
def town_off_its_layers(folder: Path) -> Path:
    """en: town 镇1: its boundary, read as EPSG:4524, lies outside of every layer, … km to the
    north of the nearest; no figure of it means anything. → Check the CRS
    zh: 镇1：按 EPSG:4524 读取的边界位于所有图层之外，在最近图层的北方 49.0 公
    里处；其任何数字都没有意义。 → 请核对边界与图层所声明的坐标系，以及图层
    目录所属地区
    """
    return beside(folder, box(0, 50_000))


@broken("geopackage", "gcj02_suspected", way=as_sited, area_m2=None)
def town_drawn_on_an_internet_map(folder: Path) -> Path:
    """Five by five parcels, moved as the map moves them.

    en: once it is moved by … m as GCJ-02 → WGS 84 would: coordinates of an internet map … get
    the surveyed coordinates
    zh: 镇1：边界有 1% 落在图斑或地块的边线上，按 GCJ-02 → WGS 84 移动 554 米
    后则为 100%：疑似边界或图层采用了互联网地图坐标（GCJ-02 或 BD-09）； → 请
    取得实测坐标
    """
    from townland.geodesy.crs import gcj02_from_wgs84

    there = pyproj.Transformer.from_crs(CRS, 4490, always_xy=True)

    def moved(xy: Any) -> Any:
        lon, lat = gcj02_from_wgs84(*there.transform(xy[:, 0], xy[:, 1]))
        return np.column_stack([lon, lat])

    town = shapely.transform(shapely.segmentize(box(200, 200, 500), 20), moved)
    return beside(folder, town, "EPSG:4490")


@broken(
    "shapefile",
    "crs_inferred",
    way=lambda path: as_town(path, region=lambda: (109.0, 24.0, 110.0, 25.0)),
    area_m2=10_000,
)
def shp_without_prj_beside_layers(folder: Path) -> Path:
    """en: no coordinate system is declared; the CRS is inferred to be EPSG:4524 … → confirm it,
    and state it with --crs
    zh: 文件未声明坐标系；推断为 EPSG:4524：横坐标带有带号 36，且在所有可能
    的投影带中只有该带与其他图层（109.000–110.000° E, 24.000–25.000° N）
    相接。仅凭数值无法判断基准（按 CGCS2000 处理），也无法区分 UTM 与高斯-克
    吕格： → 请核实，并用 --crs 或图层目录的 crs 写明
    """
    path = shp(folder)
    path.with_suffix(".prj").unlink()
    return path
