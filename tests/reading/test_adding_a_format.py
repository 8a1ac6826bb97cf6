"""A format is added in one file and its line in the table; everything that lists formats follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE = '''
"""Rings: a text of one polygon as WKT, behind the number of its CRS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from townland.i18n import Text
from townland.reading.format import Format, Probe
from townland.reading.formats.whole import cut_off
from townland.reading.rows import Rows, Whole


def _recognises(probe: Probe) -> bool:
    return probe.start.startswith(b"SRID=")


def _faults(probe: Probe) -> Iterator[Text]:
    if not probe.path.read_bytes().rstrip().endswith(b"))"):
        yield cut_off(probe.place, probe.size, None)


def _read(file: Path, place: str, *, layer: str | None, encoding: str | None) -> Whole:
    srid, wkt = file.read_text("ascii").removeprefix("SRID=").split(";")
    columns = {"name": pa.chunked_array([["Ring Town"]])}
    rows = Rows(np.array([0]), columns, np.array([shapely.from_wkt(wkt)]))
    return Whole(rows, "EPSG:" + srid)


FORMAT = Format(
    name="ring",
    titles=("RING",),
    suffixes=(".ring",),
    recognises=_recognises,
    faults=_faults,
    read=_read,
)
'''
TABLE = (("    raster,\n", "    raster,\n    ring,\n"),
         ("    raster.FORMAT,\n", "    raster.FORMAT,\n    ring.FORMAT,\n"))  # fmt: skip
RING = (
    "SRID=4524;POLYGON ((36642000 2689000, 36642100 2689000, 36642100 2689100, 36642000 2689100,"
    " 36642000 2689000))\n"
)
REFUSED = """
from townland import TownlandError, read_towns
for name in ("cut.ring", "other.ring", "named.json", "unknown.xyz", "empty.ring"):
    try:
        read_towns([name])
    except TownlandError as problem:
        print(problem.message.render("en"))
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one module more, and its two lines in the table."""
    source = tmp_path_factory.mktemp("house")
    package = source / "townland"
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "townland", package, ignore=leave)
    formats = package / "reading" / "formats"
    (formats / "ring.py").write_text(MODULE, "utf-8")
    table = (formats / "__init__.py").read_text("utf-8")
    for line, more in TABLE:
        assert table.count(line) == 1
        table = table.replace(line, more)
    (formats / "__init__.py").write_text(table, "utf-8")
    return source


@pytest.fixture
def run(house: Path, tmp_path: Path) -> Run:
    paths = os.pathsep.join(map(str, (house, ROOT / "cli", ROOT / "demo")))

    def command(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return command


def test_its_files_are_recognised_and_read_zipped_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.ring").write_text(RING, "ascii")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.write(tmp_path / "a.ring", "a.ring")
    shutil.copy(tmp_path / "a.ring", tmp_path / "without")
    done = run("-m", "townland_cli", "area", "a.ring", "b.zip", "without", "--json")
    areas = json.loads(done.stdout)
    assert [area["file"] for area in areas] == ["a.ring", "b.zip", "without"]
    for area in areas:
        assert (area["name"], area["crs"]) == ("Ring Town", "EPSG:4524")
        assert area["plane_m2"] == pytest.approx(10_000)


def test_its_faults_and_the_messages_follow(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cut.ring").write_text(RING[:60], "ascii")
    (tmp_path / "other.ring").write_text('{"type": "FeatureCollection", "features": []}')
    (tmp_path / "named.json").write_text(RING, "ascii")
    (tmp_path / "unknown.xyz").write_text("1 2 3")
    (tmp_path / "empty.ring").write_text("POLYGON")

    cut, other, named, unknown, empty = run("-c", REFUSED).stdout.splitlines()
    assert cut == "cut.ring: the file is cut off; get it again"
    assert "the name says RING, but the content is GeoJSON" in other
    assert "the name says GeoJSON, but the content is RING" in named
    assert "KML, RING, TXT, CSV, XLSX, or a zip of one" in unknown
    assert "the content is not that of a .ring file" in empty


def test_a_catalog_is_proposed_examined_and_checked_with_it(run: Run, tmp_path: Path) -> None:
    layers = tmp_path / "layers"
    layers.mkdir()
    (layers / "永久基本农田.ring").write_text(RING, "ascii")
    with zipfile.ZipFile(layers / "packed.zip", "w") as packed:
        packed.write(layers / "永久基本农田.ring", "城镇开发边界.ring")
    (tmp_path / "town.ring").write_text(RING, "ascii")
    command = ("-m", "townland_cli")
    run(*command, "layers", "init", "layers", "--out", "layers/catalog.toml")
    text = (layers / "catalog.toml").read_text("utf-8")
    assert 'path = "永久基本农田.ring"' in text
    assert 'path = "packed.zip"' in text
    examined = run(*command, "layers", "check", "--json", code=1)
    farmland, boundary = json.loads(examined.stdout)["layers"]
    assert (farmland["features"], farmland["crs"]) == (1, "EPSG:4524")
    assert (boundary["features"], boundary["crs"]) == (1, "EPSG:4524")
    checked = ("check", "town.ring", "--on", "2018-12-31", "--out", "run", "--formats", "html")
    run(*command, *checked, code=3)
    done = json.loads((tmp_path / "run" / "assessment.json").read_text("utf-8"))
    assert [town["name"] for town in done["towns"]] == ["Ring Town"]
    assert {entry["features"] for entry in done["inputs"]} == {1}
