"""Every machine: which Python is needed, and which extra is named where something is not installed."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path

import pytest
from tests.factory_random import SMALL

import townland as tl
from townland.errors import LayerError
from townland.reading.formats.database import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize(
    ("version", "fits"),
    [((3, 6), False), ((3, 10), False), ((3, 11), True), ((3, 14), True), ((3, 15), False),
     ((4, 0), False)],
)  # fmt: skip
def test_one_line_says_which_python_is_needed(version: tuple[int, int], fits: bool) -> None:
    spec = importlib.util.spec_from_file_location("fits", ROOT / "tools" / "fits.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said = module.advice((ROOT / "pyproject.toml").read_text("utf-8"), version)
    assert (said == "") == fits
    if not fits:
        assert "\n" not in said
        assert "townland needs Python 3.11 to 3.14" in said
        assert "需要 Python 3.11 至 3.14" in said


def test_what_is_stated_of_python_agrees() -> None:
    stated = [
        each.rpartition(" ")[2] for each in PROJECT["classifiers"] if ":: Python :: 3." in each
    ]
    assert stated == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == ">=3.11,<3.15"
    assert "fiona>=1.10.1; python_version < '3.14'" in PROJECT["dependencies"]


def test_the_core_installs_no_database_and_no_notebook() -> None:
    core = " ".join(PROJECT["dependencies"])
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for package in ("psycopg", "sqlalchemy", "jupyterlab", "matplotlib", "mapclassify"):
        assert package not in core
        assert f"\n{package}==" not in lock
    extras = PROJECT["optional-dependencies"]
    assert {"notebook", "postgis", "documents"} < extras.keys()
    assert set(extras["postgis"]) < set(extras["dev"])  # the tests read a database


@pytest.mark.parametrize("package", PACKAGES)
def test_a_database_without_its_packages_names_the_extra(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / "catalog.toml").write_text(
        '[database.county]\nurl_env = "COUNTY"\n[[layer]]\nname = "land"\nrole = "land_use"\n'
        'path = "db:county"\nscheme = "sandiao-2019"\nclass_column = "DLBM"\n'
    )
    catalog = tl.load_catalog(tmp_path / "catalog.toml")
    (examined,) = tl.layers_check(catalog)
    (fault,) = [each for each in examined.summary.issues if each.severity == "error"]
    for lang in ("en", "zh"):
        assert "townland[postgis]" in fault.message.render(lang)
        assert package in fault.message.render(lang)
    towns = tl.read_towns(ROOT / "layers" / "sample" / "towns.gpkg")
    with pytest.raises(LayerError) as caught:
        tl.check(towns[:1], catalog, SMALL, on="2018-12-31")
    assert "townland[postgis]" in caught.value.render("en")


def test_the_library_loads_neither_database_nor_notebook() -> None:
    """Nothing of the core imports a package of an extra at its head."""
    for path in (ROOT / "src" / "townland").rglob("*.py"):
        if path.name == "postgis.py":
            continue
        for line in path.read_text("utf-8").splitlines():
            words = line.split()
            assert words[:1] not in (["import"], ["from"]) or words[1].partition(".")[0] not in (
                "psycopg", "sqlalchemy", "matplotlib", "mapclassify", "jupyterlab",
            ), path  # fmt: skip
