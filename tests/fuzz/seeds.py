"""A file of every format that townland reads, whole and broken, made by the factories of the tests."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from tests import factory_broken as broken
from tests.factory_coordinates import STANDARD, box, points, square, text, workbook
from tests.factory_grids import tif

from townland import convert
from townland.rules.book.inherit import shipped, shipped_folder
from townland.writing.run_folder import write_run

KINDS = ("boundary", "catalog", "dossier", "rulebook", "run")


@dataclass(frozen=True)
class Seed:
    """A file with those beside it: what kind it is of, and how it is written into a folder."""

    kind: str
    write: Callable[[Path], Path]


def _whole(name: str) -> Callable[[Path], Path]:
    """Two towns in the format that the name's suffix says."""

    def write(folder: Path) -> Path:
        hole = shapely.Polygon(box(0, 200).exterior, [box(20, 220, 20).exterior])
        plain = broken.plain(
            folder / "made.gpkg", box(0, 0), hole, BSM=["1", "2"], NAME=["甲", "乙"]
        )
        path = folder / name
        if path.suffix in (".kml", ".dxf", ".txt", ".xlsx", ".geojson", ".shp"):
            convert(plain, path)
        else:
            columns = {"BSM": ["1", "2"], "NAME": ["甲", "乙"], "MJ": [1.5, 2.5]}
            broken.plain(path, box(0, 0), hole, **columns)
        plain.unlink()
        return path

    return write


def _as_arcgis(folder: Path) -> Path:
    """Two towns as EsriJSON, one with a hole."""
    path = folder / "esri.json"
    rings = [box(20, 220, 20), box(0, 200), box(0, 0)]
    turned = [list(map(list, shapely.orient_polygons(each).exterior.coords)) for each in rings]
    features = [
        {"attributes": {"NAME": "甲"}, "geometry": {"rings": [turned[2][::-1]]}},
        {"attributes": {"NAME": "乙"}, "geometry": {"rings": [turned[1][::-1], turned[0]]}},
    ]
    content = {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4524}}
    path.write_text(json.dumps({**content, "features": features}), "utf-8")
    return path


def _of_lists(folder: Path) -> Path:
    """Two towns in a GeoParquet whose geometry is lists of points."""
    path = folder / "lists.parquet"
    frame = gpd.GeoDataFrame({"NAME": ["甲", "乙"]}, geometry=[box(0, 0), box(0, 200)], crs=4524)
    frame.to_parquet(path, geometry_encoding="geoarrow")
    return path


def _zipped(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        inner = folder / "inner"
        inner.mkdir()
        _whole(name)(inner)
        path = Path(shutil.make_archive(str(folder / "towns"), "zip", inner))
        shutil.rmtree(inner)
        return path if name != "doc.kml" else path.rename(folder / "towns.kmz")

    return write


def _text(content: str, name: str) -> Callable[[Path], Path]:
    return lambda folder: broken.saved(folder / name, content)


def _table(folder: Path) -> Path:
    rows = [["点号", "X", "Y"], *[[f"J{n}", 2_689_000 + y, 36_642_000 + x] for n, (x, y) in
            enumerate(square(0, 0), 1)]]  # fmt: skip
    return workbook(folder / "points.xlsx", {"甲镇": rows, "乙镇": rows})


def _survey(name: str) -> Callable[[Path], Path]:
    """A catalog of a survey, farmland and heights."""

    def write(folder: Path) -> Path:
        columns = {"BSM": ["1", "2"], "DLBM": ["0103", "0301"], "KCXS": [0.1, 0.0]}
        broken.plain(folder / name, box(0, 0), box(100, 0), **columns)
        broken.plain(folder / "farm.geojson", box(10, 10), BSM=["1"])
        tif(folder / "high.tif", [[100, 110], [120, 130]], 50.0, west=36_642_000, south=2_689_000)
        broken.catalog(folder, name, more=broken.CLASSED + 'net_factor_column = "KCXS"\n')
        with (folder / "catalog.toml").open("a", encoding="utf-8") as file:
            file.write(
                '\n[[layer]]\nname = "farm"\nrole = "permanent_basic_farmland"\npath = "farm.geojson"\n'
                '\n[[layer]]\nname = "high"\nrole = "elevation"\npath = "high.tif"\n'
            )
        return folder / "catalog.toml"

    return write


def _rulebook(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for each in shipped_folder().iterdir():
            if each.is_file():
                shutil.copy(each, folder / each.name)
        return folder / f"{name}.toml"

    return write


def _run(folder: Path) -> Path:
    from tests.fuzz.ways import small_check, small_layers

    made = small_check(broken.plain(folder / "town.gpkg", box(0, 0)), small_layers())
    write_run(made, folder / "run", formats=["json"])
    (folder / "town.gpkg").unlink()
    return folder / "run" / "assessment.json"


def _kind(case: broken.Broken) -> str:
    if case.way is broken.as_dossier:
        return "dossier"
    return "boundary" if case.way in (broken.as_town, broken.as_sited) else "catalog"


POINTS = text("5,1.0000,1,甲镇,面,G49,商服,05H1,@", *points(square(0, 0)))

SEEDS: dict[str, Seed] = {
    **{
        f"whole {name}": Seed("boundary", _whole(name))
        for name in ("a.gpkg", "a.geojson", "a.shp", "a.fgb", "a.gdb", "a.parquet", "a.kml", "a.dxf",
                     "a.txt", "a.xlsx", "a.gml", "a.gpx", "a.csv")
        if name not in ("a.gpx", "a.csv", "a.gml")
    },
    "EsriJSON": Seed("boundary", _as_arcgis),
    "GeoParquet of lists": Seed("boundary", _of_lists),
    "zipped Shapefile": Seed("boundary", _zipped("a.shp")),
    "zipped KML": Seed("boundary", _zipped("doc.kml")),
    "text of the standard": Seed("boundary", _text(STANDARD, "a.txt")),
    "text of a square": Seed("boundary", _text(POINTS, "b.txt")),
    "table of points": Seed("boundary", _table),
    **{
        f"survey {name}": Seed("catalog", _survey(name))
        for name in ("s.gpkg", "s.shp", "s.gdb", "s.fgb", "s.parquet", "s.geojson")
    },
    **{f"rulebook {name}": Seed("rulebook", _rulebook(name)) for name in shipped()},
    "run": Seed("run", _run),
    **{
        f"broken {name}": Seed(_kind(case), case.write)
        for name, case in broken.TABLE.items()
        if case.reader != "database"
    },
}  # fmt: skip
"""Every seed by its name; those of `factory_broken` have its cases' names."""
