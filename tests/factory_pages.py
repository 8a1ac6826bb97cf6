"""Assessments made by hand, for the pages: towns of many crooked pieces, findings of every verdict."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from townland.catalog import LayerSpec
from townland.i18n import Bilingual, _
from townland.issues import Issue
from townland.measuring import TownResult
from townland.measuring.areas import ClassRow, LandClasses, Measure
from townland.measuring.piece_table import PieceTable
from townland.measuring.prepare import Repair
from townland.reading.layer import Input
from townland.results import Assessment
from townland.rules.book.model import Clause
from townland.rules.judging.finding import FigureRole, Finding, ReasonFigure
from townland.rules.judging.law import MeasureSpec, Parameters
from townland.rules.judging.trace import Force, Trace, Working, both
from townland.terms import Verdict
from townland.towns import Town
from townland.units import m2

CRS = pyproj.CRS.from_epsg(4524)
EAST, NORTH = 36_520_000.0, 2_700_000.0
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "\"'><svg onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "\u2028`${alert(1)}`--><!--",
)
TITLES = {
    "farmland_built_on": ("占用永久基本农田", "Permanent basic farmland built on"),
    "farmland_enclosed": ("规划区内永久基本农田", "Permanent basic farmland enclosed"),
    "paddy_taken": ("占用水田", "Paddy built on"),
    "planned_construction": ("规划建设用地", "Planned construction land"),
}
CLASSES = (
    ("0101", "水田", "农用地"),
    ("0103", "旱地", "农用地"),
    ("0202", "茶园", "农用地"),
    ("0301", "乔木林地", "农用地"),
    ("0404", "其他草地", "未利用地"),
    ("0702", "农村宅基地", "建设用地"),
    ("1006", "农村道路", "农用地"),
    ("1101", "河流水面", "未利用地"),
)


def wiggly(seed: int, x: float, y: float, size: float, count: int) -> tuple[Any, np.ndarray]:
    """A crooked town and the pieces that fill it: cells about random points."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radius = size / 2 * rng.uniform(0.75, 1.0, len(angle))
    town = shapely.Polygon(
        np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    )
    points = shapely.MultiPoint(rng.uniform(-size / 2, size / 2, (count, 2)) + np.array([x, y]))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=town.envelope))
    pieces = shapely.intersection(cells, town)
    return town, pieces[shapely.area(pieces) > 1]


def input_of(name: str, role: str) -> Input:
    return Input(
        name=name, role=role, path=f"sample/{name}.gpkg", sha256="ab" * 32, features=5123,
        crs_declared=None, crs_used="EPSG:4524", encoding_declared=None, encoding_used="GB18030",
        surveyed=dt.date(2019, 12, 31),
    )  # fmt: skip


def frame_of(
    geometry: Any, role: str, codes: list[str], names: list[str], three: list[str], ids: list[str]
) -> gpd.GeoDataFrame:
    areas = [m2(float(area)) for area in shapely.area(geometry)]
    return gpd.GeoDataFrame(
        {
            f"{role}_id": ids,
            f"{role}_code": codes,
            "class_name": names,
            "three_class": three,
            "area_m2": areas,
            "net_m2": [m2(area * Decimal("0.93")) for area in areas],
            "sliver": [False] * len(areas),
        },
        geometry=list(geometry),
        crs=CRS,
    )


def table_of(frame: gpd.GeoDataFrame) -> PieceTable:
    columns = {name: frame[name].tolist() for name in frame if name != "geometry"}
    return PieceTable(columns, frame.geometry.to_numpy(), frame.crs)


def measure_of(name: str, layers: tuple[str, ...], frame: Any) -> Measure:
    total = sum(frame["area_m2"], Decimal("0.00"))
    return Measure(
        name=name, layers=layers, area_m2=total,
        net_m2=sum(frame["net_m2"], Decimal("0.00")), sliver_m2=Decimal("0.00"),
        overlap_m2=Decimal("0.00"), uncovered_m2=Decimal("0.00"), closure_m2=Decimal("0.01"),
        unknown_m2=Decimal("0.00"), missing=(), assumed_coverage=(), table=table_of(frame),
    )  # fmt: skip


def town_result(
    n: int, code: str, name: str, *, pieces: int = 160, hostile: bool = False, size: float = 1900
) -> TownResult:
    x, y = EAST + 2600 * n, NORTH + 900 * (n % 2)
    boundary, cells = wiggly(n + 1, x, y, size, pieces)
    centre = shapely.get_coordinates(shapely.centroid(cells)) - (x, y)
    # a river through the middle, paddy beside it, forest on the rim
    across = np.abs(centre[:, 1] + 0.25 * centre[:, 0])
    rim = np.hypot(centre[:, 0], centre[:, 1])
    kind = np.select(
        [across < 55, across < 260, rim < 380, rim > 760], [7, 0, 5, 3], np.arange(len(cells)) % 5
    )
    kind[:1] = 6
    codes, names, three = ([CLASSES[k][column] for k in kind] for column in range(3))
    ids = [f"4502{n:02d}{row:05d}" for row in range(len(cells))]
    if hostile:
        names = [HOSTILE[row % len(HOSTILE)] for row in range(len(cells))]
        ids = [HOSTILE[(row + 1) % len(HOSTILE)] for row in range(len(cells))]
    land = frame_of(cells, "land_use", codes, names, three, ids)
    plan_shapes = [
        shapely.intersection(
            boundary, shapely.box(x - 420 + 260 * k, y - 300, x - 170 + 260 * k, y + 260)
        )
        for k in range(3)
    ]
    planned = frame_of(
        plan_shapes, "planned_use", ["0701", "1001", "1401"], ["城镇住宅用地", "工业用地", "公园绿地"],
        ["建设用地"] * 3, [f"P-{k + 1}" for k in range(3)],
    )  # fmt: skip
    plan = shapely.union_all(plan_shapes)
    paddy = land[land["land_use_code"] == "0101"]
    built = paddy.assign(geometry=paddy.geometry.intersection(plan))
    built = built[built.geometry.area > 50]
    built["planned_use_id"] = "P-1"
    built["permanent_basic_farmland_id"] = [f"YN{row:04d}" for row in range(len(built))]
    built = built.assign(area_m2=[m2(float(area)) for area in built.geometry.area])
    fields = paddy[paddy.geometry.centroid.y < y]
    layers = ("planned_use", "permanent_basic_farmland")
    measures = {
        "farmland_built_on": measure_of(
            "farmland_built_on", layers, built.iloc[: 12 if n == 1 else 0]
        ),
        "farmland_enclosed": measure_of("farmland_enclosed", layers[1:], fields),
        "paddy_taken": measure_of("paddy_taken", ("planned_use", "land_use"), built),
        "planned_construction": measure_of("planned_construction", ("planned_use",), planned),
    }
    total = m2(float(boundary.area))
    rows, used = [], Decimal("0.00")
    for klass, title, group in CLASSES:
        part = land[land["land_use_code"] == klass]
        gross = sum(part["area_m2"], Decimal("0.00"))
        used += gross
        rows.append(ClassRow(klass, title, group, gross, gross, Decimal("0.00"), gross))
    rows.append(ClassRow("1203", "田坎", "农用地", *[Decimal("0.00")] * 4))
    return TownResult(
        town=Town(code, name, boundary, CRS, input_of("towns", "boundary")),
        area_m2=used if used > total else total,
        area_check_m2=total + Decimal("0.01"),
        plane_m2=total,
        measures=measures,
        land_classes=LandClasses("sandiao-2019", tuple(rows), max(total - used, Decimal("0.00")),
                                 max(total, used)),
        land=land,
        planned=planned,
        beside=None,
        uncovered={"control_zone": boundary & shapely.box(x - 900, y + 500, x - 300, y + 900)},
        issues=(),
    )  # fmt: skip


POLICY = "五、措施\n（一）严格保护耕地。严禁占用永久基本农田，尽量少占或不占耕地，尤其是水田。"


def clause(article: str, quote: str, *, assumed: bool = True) -> Clause:
    return Clause(
        document="liuzhou-2018", article=article, quote=quote,
        effective=dt.date(2018, 1, 1), effective_assumed=assumed,
    )  # fmt: skip


def trace(kind: str) -> Trace:
    """A trace of some kind whose figure nobody asks for again."""
    return Trace(
        kind=kind,
        clause=Force(effective="2018-01-01", effective_assumed=True),
        working=Working(formula=both(Bilingual("面积", "the area"))),
        measured=None,
        limit=None,
        margin=None,
    )


def named(result: TownResult, *roles: tuple[str, FigureRole]) -> dict[str, Any]:
    """What a finding shows: the figures of some measures, and the names of those with pieces."""
    figures = tuple(
        ReasonFigure(
            name, Bilingual(*TITLES[name]), role, measure.area_m2, measure.net_m2,
            measure.area_m2, measure.pieces,
        )
        for name, role in roles
        for measure in [result.measures[name]]
    )  # fmt: skip
    return {"figures": figures, "evidence": tuple(f.measure for f in figures if f.pieces)}


def findings_of(result: TownResult, failing: bool) -> list[Finding]:
    code, measures = result.town.code, result.measures
    built = measures["farmland_built_on"].area_m2
    enclosed = measures["farmland_enclosed"].area_m2
    paddy = measures["paddy_taken"].area_m2
    common: dict[str, Any] = {"town": code, "unit": "m2"}
    return [
        Finding(
            rule="LAND-01", title=Bilingual("规划区面积3平方公里左右", "Planning area of about 3 km²"),
            verdict=Verdict.PASS, measured=result.area_m2, limit=Decimal(3000000),
            margin=Decimal("258123.45"), why=_("inside the band"),
            clause=clause("三（二）", "特色小镇规划区面积一般控制在3平方公里左右"),
            trace=trace("area_about"),
            evidence=(), **common,
        ),
        Finding(
            rule="LAND-03",
            title=Bilingual("严禁占用永久基本农田", "No permanent basic farmland occupied"),
            verdict=Verdict.FAIL if failing else Verdict.REVIEW,
            measured=built if failing else enclosed, limit=Decimal(0), margin=-built,
            why=_("{area} ha of basic farmland lie under planned construction land", area="4.2160"),
            clause=clause("五（一）", "严禁占用永久基本农田，尽量少占或不占耕地，尤其是水田"),
            trace=trace("forbidden_area"),
            **named(result, ("farmland_built_on", "decides"), ("farmland_enclosed", "wider")), **common,
        ),
        Finding(
            rule="LAND-05", title=Bilingual("尽量少占水田", "As little paddy as possible"),
            verdict=Verdict.REVIEW, measured=paddy, limit=Decimal(0), margin=-paddy,
            why=_("paddy lies under planned construction land"),
            clause=clause("五（一）", "尽量少占或不占耕地，尤其是水田"),
            trace=trace("forbidden_area"), **named(result, ("paddy_taken", "decides")),
            assumed=(_("the coverage of {layer} is its bounding box", layer="yn"),), **common,
        ),
        Finding(
            rule="LAND-07", title=Bilingual("与土地利用总体规划衔接", "In line with the land-use plan"),
            verdict=Verdict.NOT_EVALUATED, measured=None, limit=None, margin=None,
            why=_("no layer plays the role {role}", role="control_zone"),
            clause=clause("五（一）", "做好特色小镇规划与土地利用总体规划的衔接", assumed=False),
            trace=trace("control_zones"), missing=("control_zone",), **common,
        ),
        Finding(
            rule="LAND-08", title=Bilingual("新增建设用地需求", "Need of new construction land"),
            verdict=Verdict.INFO, measured=paddy, limit=None, margin=None, why=_("no quota is given"),
            clause=clause("五（一）", "特色小镇确需新增建设用地的，优先列入土地利用年度计划"),
            trace=trace("land_need"), **named(result, ("planned_construction", "decides")), **common,
        ),
    ]  # fmt: skip


def assessment(*, towns: int = 3, hostile: bool = False, pieces: int = 160) -> Assessment:
    """An assessment of `towns` towns; the second one fails; with `hostile` every name attacks."""
    names = ("云溪镇", "石门镇", "茶山镇", "北渡镇")
    results = tuple(
        town_result(
            n, HOSTILE[n % len(HOSTILE)] if hostile else str(n + 1),
            HOSTILE[n % len(HOSTILE)] if hostile else names[n % 4], pieces=pieces, hostile=hostile,
        )
        for n in range(towns)
    )  # fmt: skip
    word = HOSTILE[3] if hostile else "土地利用现状"
    rulebook = SimpleNamespace(
        id="liuzhou-2018", version="1", sha256="cd" * 32,
        title=Bilingual("柳州市特色小镇培育实施方案（征求意见稿）",
                        "Liuzhou characteristic-town plan (draft for comment)"),
        measure={
            key: MeasureSpec(title=Bilingual(HOSTILE[0] if hostile else zh, en), layers=())
            for key, (zh, en) in TITLES.items()
        },
        rule=(), parameter=Parameters(), notes=(), source="", jurisdiction="450200",
        policy_of=lambda _rule: POLICY,
    )  # fmt: skip
    specs_of = {
        "land_use": [
            LayerSpec(
                name=word,
                scheme="sandiao-2019",
                role="land_use",
                path="dltb.gdb",
                source=word,
                licence="CC0",
            )
        ],
        "planned_use": [
            LayerSpec(
                name="规划用地",
                scheme="guide-2023",
                role="planned_use",
                path="plan.gpkg",
                transform="+proj=noop",
            )
        ],
    }
    catalog: Any = SimpleNamespace(
        path="layers/catalog.toml", sha256="ef" * 32, tiles={},
        of_role=lambda role: specs_of.get(role, []),
        layer=[spec for each in specs_of.values() for spec in each],
    )  # fmt: skip
    bow = shapely.box(EAST, NORTH + 300, EAST + 120, NORTH + 380)
    return Assessment(
        on=dt.date(2018, 12, 31), rulebook=rulebook, catalog=catalog,
        inputs=(input_of("towns", "boundary"), input_of(word, "land_use"),
                input_of("规划用地", "planned_use")),
        towns=results,
        findings=tuple(
            finding for n, result in enumerate(results)
            for finding in findings_of(result, failing=n == 1 or towns == 1)
        ),
        repairs=(
            Repair(word, "45020001", _("self-intersection"), _("rebuilt by structure"),
                   Decimal("9600.00"), Decimal("9612.31"), bow, CRS),
        ),
        issues=(
            Issue("encoding_guessed", "warning", _("no encoding declared; read as GB18030"), word),
            Issue("land_overlap", "warning", _("two parcels overlap by {area} m²", area="3.18"),
                  word, "45020077"),
        ),
    )  # type: ignore[arg-type]  # fmt: skip
