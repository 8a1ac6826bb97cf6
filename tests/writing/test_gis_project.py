"""The evidence in a GIS: titles, column names, and a QGIS project that leads to what is there."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.factory_demo import demo_assessment

from townland.writing.pages import look
from townland.writing.run_folder import write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    whole = demo_assessment()
    found = tuple(each for each in whole.findings if each.town in ("T01", "T02"))
    made = replace(whole, towns=whole.towns[:2], findings=found, overlaps=())
    return write_run(made, tmp_path_factory.mktemp("gis") / "run", formats=["gpkg"], lang="zh")


@pytest.fixture(scope="module")
def project(run: Path) -> ET.Element:
    with zipfile.ZipFile(run / "evidence.qgz") as members:
        (name,) = [each for each in members.namelist() if each.endswith(".qgs")]
        return ET.fromstring(members.read(name))  # noqa: S314 - townland's own


def test_the_tree_and_the_layers_are_the_same(project: ET.Element) -> None:
    assert project.tag == "qgis"
    assert project.get("version", "").startswith("3.")
    tree = {each.get("id"): each.get("source") for each in project.iter("layer-tree-layer")}
    layers = {each.findtext("id"): each.findtext("datasource") for each in project.iter("maplayer")}
    assert tree == layers
    assert [each.get("id") for each in project.findall("layerorder/layer")] == list(layers)
    assert project.findtext("properties/Paths/Absolute") == "false"


def test_every_source_leads_to_features_of_its_town(run: Path, project: ET.Element) -> None:
    *groups, behind = project.findall("layer-tree-group/layer-tree-group")
    assert behind.get("name") == "底图"
    for each in behind:
        assert each.get("source", "").startswith("GPKG:./evidence.gpkg:background_")
    codes = [group.get("name", "").split()[0] for group in groups]
    assert codes == ["T01", "T02"]
    for group, code in zip(groups, codes, strict=True):
        for each in group.findall("layer-tree-layer"):
            file, table, *subset = each.get("source", "").split("|")
            assert file == "./evidence.gpkg"
            name, condition = table.removeprefix("layername="), subset[0].removeprefix("subset=")
            with closing(sqlite3.connect(run / file)) as evidence:
                select = f'SELECT DISTINCT town FROM "{name}" WHERE {condition}'  # noqa: S608
                towns = evidence.execute(select)
                assert towns.fetchall() == [(code,)]


def test_it_opens_styled_as_the_pages_are(project: ET.Element) -> None:
    styled = {
        each.findtext("layername"): each.find("renderer-v2")
        for each in project.iter("maplayer")
        if each.get("type") == "vector"
    }
    assert all(each is not None for each in styled.values())
    survey = styled["小镇内土地利用现状"]
    assert survey is not None
    assert survey.get("attr") == "drawn_as"
    values = [each.get("value") for each in survey.findall("categories/category")]
    assert values == list(look.LAND)
    symbols = {each.get("name") for each in survey.findall("symbols/symbol")}
    assert {each.get("symbol") for each in survey.findall("categories/category")} == symbols
    paddy = survey.find('symbols/symbol[@name="0"]//Option[@name="color"]')
    assert paddy is not None
    assert paddy.get("value") == "191,227,195,255"  # #bfe3c3


def test_layers_and_columns_have_words(run: Path, project: ET.Element) -> None:
    with closing(sqlite3.connect(run / "evidence.gpkg")) as file:
        titles = dict(file.execute("SELECT table_name, identifier FROM gpkg_contents").fetchall())
        assert titles["towns"] == "小镇范围线"
        named = file.execute(
            "SELECT title FROM gpkg_data_columns WHERE table_name = 'towns' AND column_name = 'area_m2'"
        ).fetchone()
        assert named == ("图斑面积（平方米）",)
        # OGC 12-128r18, F.9: the extension is declared for both of its tables
        declared = file.execute(
            "SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_schema'"
        ).fetchone()
        assert declared == (2,)
        unknown = file.execute(
            "SELECT count(*) FROM gpkg_data_columns WHERE table_name NOT IN"
            " (SELECT table_name FROM gpkg_contents)"
        ).fetchone()
        assert unknown == (0,)
    aliases = {each.get("field"): each.get("name") for each in project.iter("alias")}
    assert aliases["land_use_id"] == "土地利用现状：标识"
