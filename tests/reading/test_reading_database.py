"""Tables of PostGIS: a real server, started here, that holds the demo county."""

from __future__ import annotations

import json
import re
import shutil
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import psycopg
import pyproj
import pytest
import shapely
from tests.factory_database import DATABASE, PASSWORD, ROLE, needed, put, server
from tests.factory_demo import DAY, demo_assessment, demo_towns
from typer.testing import CliRunner

import townland as tl
from townland.catalog import load_catalog
from townland.errors import CatalogError, CRSError, LayerError, TownlandError
from townland.reading.formats import postgis
from townland.reading.vector import opened, read_layer
from townland_cli.app import app

pytestmark = pytest.mark.database

SAMPLE = Path(__file__).parents[2] / "layers"
VARIABLE = "TOWNLAND_DB_TEST"
TABLES = {
    "land_use": ("sample/county.gdb", "DLTB"),
    "permanent_basic_farmland": ("sample/YJJBNTBHTB.shp", None),
    "planned_use": ("sample/plan.gpkg", "planned_use"),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = needed()
    # PostgreSQL takes no socket whose path is longer than 107 bytes, nor a home it may not enter
    home = Path(f"/tmp/townland-{tmp_path_factory.getbasetemp().name}-{id(folder)}")  # noqa: S108
    try:
        with server(folder, home) as url:
            for name, (path, layer) in TABLES.items():
                frame = gpd.read_file(
                    SAMPLE / path, layer=layer, **({"encoding": "GB18030"} if layer is None else {})
                )
                put(url, name, frame, srid=4524, schema="国土", key="gid")
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def connected(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(VARIABLE, url)
    return url


@contextmanager
def refused(error: type[TownlandError], words: str) -> Iterator[Any]:
    """The error comes, and its English says `words`."""
    with pytest.raises(error) as caught:
        yield caught
    assert re.search(words, caught.value.message.render("en"))


def one_layer(tmp_path: Path, extra: str = "", *, layer: str | None = None, via: str = "") -> Path:
    path = tmp_path / "catalog.toml"
    via = via or f'url_env = "{VARIABLE}"'
    table = f'layer = "{layer}"' if layer else ""
    path.write_text(
        f'[database.county]\n{via}\n[[layer]]\nname = "land"\nrole = "unused_land"\n'
        f'path = "db:county"\n{table}\n{extra}\n',
        "utf-8",
    )
    return path


def read(path: Path, windows: Any = None) -> Any:
    catalog = load_catalog(path)
    return read_layer(catalog.layer[0], catalog, windows)


def squares(count: int, **columns: Any) -> gpd.GeoDataFrame:
    """Squares of 10 m in a row, 100 m apart."""
    boxes = [shapely.box(36_500_000 + 100 * n, 2_700_000, 36_500_010 + 100 * n, 2_700_010)
             for n in range(count)]  # fmt: skip
    return gpd.GeoDataFrame({"name": [f"地{n}" for n in range(count)], **columns}, geometry=boxes)


def test_the_demo_county_gives_the_same_assessment_from_the_database_as_from_files(
    connected: str, tmp_path: Path
) -> None:
    catalog = (SAMPLE / "catalog.toml").read_text("utf-8")
    catalog = catalog.replace('"sample/', f'"{SAMPLE.as_posix()}/sample/')
    for name, (path, layer) in TABLES.items():
        before = f'path = "{SAMPLE.as_posix()}/{path}"' + (f'\nlayer = "{layer}"' if layer else "")
        assert catalog.count(before) >= 1
        catalog = catalog.replace(before, f'path = "db:county"\nlayer = "国土.{name}"', 1)
    catalog = catalog.replace('encoding = "GBK"\n', "")
    (tmp_path / "db.toml").write_text(
        f'[database.county]\nurl_env = "{VARIABLE}"\n{catalog}', "utf-8"
    )
    files, law = demo_assessment(), tl.load_rulebook("liuzhou-2018")
    tables = tl.check(demo_towns(), load_catalog(tmp_path / "db.toml"), law, on=DAY)
    told = [
        [(f.rule, f.town, f.verdict, f.measured, f.limit, f.margin) for f in found.findings]
        for found in (files, tables)
    ]
    assert told[0] == told[1]
    assert any(input.path == "db:county" for input in tables.inputs)
    for town in ("T01", "T02", "T03", "T04"):
        left, right = (found.land_class_table(town) for found in (files, tables))
        assert left.equals(right)


def test_only_the_window_is_fetched(connected: str, tmp_path: Path) -> None:
    put(connected, "long_row", squares(5000), srid=4524, key="gid")
    crs = pyproj.CRS(4524)
    window = ((36_500_095.0, 2_700_000.0, 36_500_215.0, 2_700_005.0), crs)
    sent: list[int] = []
    with opened(*_spec(one_layer(tmp_path, layer="long_row"))) as source:
        assert source.features == 5000
        assert source.indexed
        rows = source.fetch(["name"], [window[0]])
        sent.append(len(rows))
    assert sent == [2]
    layer = read(one_layer(tmp_path, layer="long_row"), [window])
    assert layer.frame["id"].tolist() == ["2", "3"]
    assert layer.input.features == 5000
    # the extent is that of the whole table: 4999 · 100 + 10 metres wide
    assert layer.extent.bounds == (36_500_000, 2_700_000, 36_999_910, 2_700_010)


def _spec(path: Path) -> tuple[Any, Any]:
    catalog = load_catalog(path)
    return catalog.layer[0], catalog


def test_the_hash_is_that_of_the_rows_and_follows_them(connected: str, tmp_path: Path) -> None:
    put(connected, "hashed", squares(3), srid=4524, key="gid")
    path = one_layer(tmp_path, 'id_column = "name"', layer="hashed")
    first, again = read(path), read(path)
    assert first.input.sha256 == again.input.sha256
    assert len(first.input.sha256) == 64
    assert "table_hashed" in {issue.code for issue in first.issues}
    with psycopg.connect(connected) as connection:
        connection.execute("update hashed set name = '别' where gid = 2")
    assert read(path).input.sha256 != first.input.sha256


def test_a_table_without_key_comes_in_one_order_and_says_so(connected: str, tmp_path: Path) -> None:
    frame = squares(4)
    put(connected, "keyless", frame, srid=4524)
    put(connected, "keyless_too", frame.iloc[[2, 0, 3, 1]], srid=4524)
    one, other = (read(one_layer(tmp_path, layer=name)) for name in ("keyless", "keyless_too"))
    assert one.input.sha256 == other.input.sha256
    assert "key_missing" in {issue.code for issue in one.issues}


def test_numbers_of_eighteen_digits_and_dates_stay_what_they_are(
    connected: str, tmp_path: Path
) -> None:
    with psycopg.connect(connected) as connection:
        connection.execute("create table exact (gid int primary key, bsm numeric(18), code numeric(4),"
                           " day date, kcxs numeric(6, 4), geom geometry(Polygon, 4524))")  # fmt: skip
        connection.execute("insert into exact values (7, 450299211000001618, 101, '2018-12-31', 0.1195,"
                           " st_makeenvelope(36500000, 2700000, 36500010, 2700010, 4524))")  # fmt: skip
    extra = (
        'id_column = "BSM"\nclass_column = "code"\nscheme = "sandiao-2019"\ntag_column = "day"\n'
    )
    layer = read(one_layer(tmp_path, extra + 'net_factor_column = "KCXS"', layer="EXACT"))
    assert layer.frame.iloc[0][["id", "code", "net_factor", "tag"]].tolist() == [
        "450299211000001618", "101", 0.1195, "2018-12-31"]  # fmt: skip


def test_curves_become_chords_and_heights_are_dropped(connected: str, tmp_path: Path) -> None:
    ring = (
        "36500100 2700000, 36500000 2700100, 36499900 2700000, 36500000 2699900, 36500100 2700000"
    )
    corners = "36501000 2700000 5, 36501010 2700000 5, 36501010 2700010 5, 36501000 2700000 5"
    with psycopg.connect(connected) as connection:
        for table, kind, shape in (
            ("bent", "CurvePolygon", f"CURVEPOLYGON(CIRCULARSTRING({ring}))"),
            ("tall", "PolygonZ", f"POLYGON Z(({corners}))"),
        ):
            connection.execute(
                f"create table {table} (gid int primary key, geom geometry({kind}, 4524))"
            )
            connection.execute(
                f"insert into {table} values (1, st_geomfromtext(%s, 4524))",  # noqa: S608
                (shape,),
            )
    layer = read(one_layer(tmp_path, layer="bent"))
    assert "curve_linearised" in {issue.code for issue in layer.issues}
    (circle,) = layer.frame.geometry
    # radius 100: no chord stands off by more than 1 cm, so at most 2πr · 1 cm = 6.3 m² are lost
    assert 0 < np.pi * 100**2 - circle.area < 6.3
    layer = read(one_layer(tmp_path, layer="tall"))
    assert "dimension_dropped" in {issue.code for issue in layer.issues}
    (triangle,) = layer.frame.geometry
    assert triangle.area == pytest.approx(50)
    assert not triangle.has_z


def test_names_of_every_kind_are_only_names(connected: str, tmp_path: Path) -> None:
    cruel = 'a"; drop table hashed_too; --:x%(y)s'
    put(connected, "hashed_too", squares(1), srid=4524, key="gid")
    put(connected, cruel, squares(2).rename(columns={"name": cruel}), srid=4524, key="gid")
    toml = cruel.replace('"', '\\"')
    layer = read(one_layer(tmp_path, f'id_column = "{toml}"', layer=toml))
    assert layer.frame["id"].tolist() == ["地0", "地1"]
    for injected in ("'; drop table hashed_too; --", 'public.hashed_too" cascade; --'):
        with pytest.raises(LayerError):
            read(one_layer(tmp_path, layer=injected.replace('"', '\\"')))
    assert len(read(one_layer(tmp_path, layer="hashed_too")).frame) == 1


def test_nothing_can_be_written(connected: str, tmp_path: Path) -> None:
    put(connected, "kept", squares(1), srid=4524, key="gid")
    declared = load_catalog(one_layer(tmp_path)).database["county"]
    engine = postgis._engine(declared, "db:county")
    with engine.connect() as connection, pytest.raises(Exception, match="read-only transaction"):
        connection.exec_driver_sql("delete from kept")
    engine.dispose()


def test_srid_0_is_a_layer_without_crs(connected: str, tmp_path: Path) -> None:
    put(connected, "nowhere", squares(1), srid=0, key="gid")
    with pytest.raises(CRSError):
        read(one_layer(tmp_path, layer="nowhere"))
    layer = read(one_layer(tmp_path, 'crs = "EPSG:4524"', layer="nowhere"))
    assert layer.input.crs_used == "EPSG:4524"


def test_a_crs_of_the_database_s_own_is_recognised_by_its_parameters(
    connected: str, tmp_path: Path
) -> None:
    wkt = pyproj.CRS(4524).to_wkt("WKT1_ESRI")
    with psycopg.connect(connected) as connection:
        connection.execute("insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext)"
                           " values (900001, 'bureau', 1, %s)", (wkt,))  # fmt: skip
    put(connected, "own_srs", squares(1), srid=900001, key="gid")
    assert read(one_layer(tmp_path, layer="own_srs")).input.crs_used == "EPSG:4524"


def test_two_geometries_must_be_told_apart(connected: str, tmp_path: Path) -> None:
    with psycopg.connect(connected) as connection:
        connection.execute("create table twice (gid int primary key, geom geometry(Polygon, 4524),"
                           " label geometry(Point, 4524))")  # fmt: skip
        connection.execute("insert into twice values (1, st_makeenvelope(36500000, 2700000, 36500010,"
                           " 2700010, 4524), null)")  # fmt: skip
    with refused(LayerError, r"public\.twice\(geom\), public\.twice\(label\)"):
        read(one_layer(tmp_path, layer="twice"))
    assert len(read(one_layer(tmp_path, layer="twice(geom)")).frame) == 1


def test_a_view_is_read_as_a_table_is(connected: str, tmp_path: Path) -> None:
    put(connected, "base", squares(3), srid=4524, key="gid")
    with psycopg.connect(connected) as connection:
        connection.execute("create view seen as select name, geom from base where gid > 1")
    layer = read(one_layer(tmp_path, 'id_column = "name"', layer="seen"))
    assert sorted(layer.frame["id"]) == ["地1", "地2"]


def test_an_unknown_table_gets_a_suggestion(connected: str, tmp_path: Path) -> None:
    with refused(LayerError, r"no table land_us .*did you mean 国土\.land_use"):
        read(one_layer(tmp_path, layer="land_us"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ((PASSWORD, "wrong"), "refuses the user or the password"),
        ((DATABASE, "keine"), "has no database of that name"),
        (("/tmp/", "/tmp/not/"), "cannot be reached"),  # noqa: S108
        (("postgresql:", "mysql:"), "the connection is not understood"),
        (("postgresql://", "a connection "), "the connection is not understood"),
    ],
)
def test_a_connection_that_fails_is_told_without_the_connection(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], told: str
) -> None:
    monkeypatch.setenv(VARIABLE, url.replace(*change))
    with refused(LayerError, told) as caught:
        read(one_layer(tmp_path))
    shown = "".join(traceback.format_exception(caught.value))
    for secret in (ROLE, PASSWORD, DATABASE):
        assert secret not in shown


def test_an_unset_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with refused(LayerError, VARIABLE):
        read(one_layer(tmp_path))


def test_a_table_that_may_not_be_read(url: str, tmp_path: Path) -> None:
    put(url, "locked", squares(1), srid=4524, key="gid")
    with psycopg.connect(url) as connection:
        connection.execute("create role guest login password 'guest'")
    guest = url.replace(ROLE, "guest").replace(PASSWORD, "guest")
    with refused(LayerError, "grant select on the table"):
        read(one_layer(tmp_path, layer="public.locked", via=f'url = "{guest}"'))


def test_a_database_that_is_not_declared(tmp_path: Path) -> None:
    path = one_layer(tmp_path)
    path.write_text(path.read_text("utf-8").replace("database.county", "database.other"), "utf-8")
    with refused(CatalogError, "no database county is declared"):
        load_catalog(path)


def test_the_connection_is_in_no_output(
    connected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(connected, "waste", squares(2), srid=4524, key="gid")
    for at, via in enumerate((f'url_env = "{VARIABLE}"', f'url = "{connected}"')):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = one_layer(folder, layer="waste", via=via)
        catalog = path.read_text("utf-8")
        towns = SAMPLE / "sample/towns.gpkg"
        common = ["--catalog", str(path), "--lang", "en", "--log-file", str(folder / "log")]
        calls = [
            ["check", str(towns), "--code-column", "code", "--on", "2018-12-31", *common,
             "--out", str(folder / "run")],
            ["layers", "check", *common], ["layers", "check", "--json", *common],
            ["layers", "list", "--json", *common],
        ]  # fmt: skip
        told = b""
        for call in calls:
            done = CliRunner().invoke(app, call)
            assert done.exit_code in (0, 1, 3), done.output
            told += done.output.encode()
        # and with the table gone, and with the password wrong
        path.write_text(catalog.replace("waste", "gone"), "utf-8")
        told += CliRunner().invoke(app, calls[0]).output.encode()
        path.write_text(catalog.replace(PASSWORD, PASSWORD[:-1] + "x"), "utf-8")
        told += CliRunner().invoke(app, calls[0]).output.encode()
        files = [file for file in folder.rglob("*") if file.is_file() and file != path]
        assert {"assessment.json", "report.html", "evidence.gpkg", "log"} <= {f.name for f in files}
        told += b"".join(file.read_bytes() for file in files)
        for secret in (ROLE, PASSWORD, PASSWORD[:-1], DATABASE):
            assert secret.encode() not in told
        run = json.loads((folder / "run/assessment.json").read_text("utf-8"))
        assert "db:county" in {entry["path"] for entry in run["inputs"]}
