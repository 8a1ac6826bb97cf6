"""The layer catalog: which file plays which role."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from townland.catalog import ROLES, NamedTowns, load_catalog
from townland.errors import CatalogError

FULL = """
[[layer]]
name      = "land_use"
role      = "land_use"
path      = "sample/county.gdb"
layer     = "DLTB"
scheme    = "sandiao-2019"
class_column = "DLBM"
net_factor_column = "KCXS"
id_column = "BSM"
where     = { DLBM = ["0101", 102, 1.5] }
crs       = "EPSG:4524"
encoding  = "GB18030"
coverage  = "extent.gpkg"
surveyed  = 2019-12-31
source    = "…"
licence   = "…"
owner_column = "QSXZ"
tag_column   = "BZ"
transform    = "1,2,3"

[[layer]]
name = "more"
role = "land_use"
path = "more.shp"
class_column = "c"
classes = { cultivated = ["12"], paddy = [], construction = ["1", "2"] }

[[layer]]
name = "terrain"
role = "elevation"
path = "dem.tif"
"""


def catalog(tmp_path: Path, text: str):
    path = tmp_path / "catalog.toml"
    path.write_text(text, encoding="utf-8")
    return load_catalog(path)


def said(tmp_path: Path, text: str) -> str:
    with pytest.raises(CatalogError) as caught:
        catalog(tmp_path, text)
    return caught.value.render("en")


def test_every_key_of_the_interface(tmp_path):
    found = catalog(tmp_path, FULL)
    land = found.layer[0]
    assert (land.name, land.role, land.layer, land.scheme) == (
        "land_use",
        "land_use",
        "DLTB",
        "sandiao-2019",
    )
    assert land.where == {"DLBM": ["0101", 102, 1.5]}
    assert land.surveyed == dt.date(2019, 12, 31)
    assert (land.crs, land.encoding, land.transform) == ("EPSG:4524", "GB18030", "1,2,3")
    assert found.layer[1].classes == {"cultivated": ["12"], "paddy": [], "construction": ["1", "2"]}
    assert [spec.name for spec in found.of_role("land_use")] == ["land_use", "more"]
    assert found.of_role("paddy") == ()
    assert [spec.is_raster for spec in found.layer] == [False, False, True]


def test_paths_start_at_the_catalog(tmp_path):
    found = catalog(tmp_path, FULL)
    assert found.resolve("sample/county.gdb") == tmp_path / "sample" / "county.gdb"
    assert found.resolve("/abs/a.gpkg") == Path("/abs/a.gpkg")
    assert found.path == (tmp_path / "catalog.toml").as_posix()
    assert found.sha256 == hashlib.sha256(FULL.encode()).hexdigest()


def test_roles():
    assert [name for name in ROLES if ROLES[name].raster == "only"] == [
        "elevation",
        "land_cover",
        "imagery",
    ]
    assert len(ROLES) == 14


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "layer is missing"),
        ("layer = []", "layer"),
        ('[[layer]]\nname = "a"\nrole = "landuse"\npath = "a"', "line 3: layer a, role"),
        ('[[layer]]\nname = "a"\nrole = "paddy"', "line 1: layer a, path is missing"),
        (
            '[[layer]]\nname = "a"\nrole = "paddy"\npath = "a"\nclass_colum = "x"',
            "line 5: unknown key layer a, class_colum; did you mean class_column?",
        ),
        ('[[layer]]\nname = ""\nrole = "paddy"\npath = "a"', "line 2: layer[1].name"),
        (
            '[[layer]]\nname = "a"\nrole = "paddy"\npath = "a"\nclasses = { rice = ["1"] }',
            "line 5: layer a, classes",
        ),
        ('[[layer]]\nname = "a"\nrole = "paddy"\npath = "a"\nsurveyed = "soon"', "line 5"),
    ],
)
def test_faults_name_their_line(tmp_path, text, expected):
    assert expected in said(tmp_path, text)


def test_a_bare_land_code_needs_its_scheme(tmp_path):
    text = '[[layer]]\nname = "a"\nrole = "land_use"\npath = "a"\nclass_column = "DLBM"'
    found = said(tmp_path, text)
    assert "needs a scheme" in found
    assert "catalog.toml, line 1: layer a: " in found


def test_scheme_and_classes_exclude_each_other(tmp_path):
    text = (
        '[[layer]]\nname = "a"\nrole = "land_use"\npath = "a"\nscheme = "sandiao-2019"\n'
        'classes = { paddy = ["1"] }'
    )
    assert "not both" in said(tmp_path, text)


def test_names_differ(tmp_path):
    text = '[[layer]]\nname = "a"\nrole = "paddy"\npath = "a"\n' * 2
    found = said(tmp_path, text)
    assert "two layers are named a" in found
    assert "catalog.toml" in found


def test_a_folder_stands_for_the_catalog_in_it(tmp_path):
    found = catalog(tmp_path, FULL)
    assert load_catalog(tmp_path).path == found.path
    with pytest.raises(CatalogError, match=r"文件夹"):
        load_catalog(tmp_path.parent)


def test_a_missing_catalog(tmp_path):
    with pytest.raises(CatalogError, match=r"none\.toml"):
        load_catalog(tmp_path / "none.toml")


def covered(*coverages: str) -> str:
    """A catalog of layers a, b, c …, each with a line of coverage or none."""
    return "".join(
        f'[[layer]]\nname = "{"abcdef"[at]}"\nrole = "paddy"\npath = "x.gpkg"\n'
        + (f"coverage = {line}\n" if line else "")
        for at, line in enumerate(coverages)
    )


def test_a_coverage_is_a_file_a_layer_or_towns(tmp_path):
    text = covered('"e.gpkg|extent"', '"layer:a"', '"town"', '{ towns = ["T01", "乙镇"] }', "")
    found = catalog(tmp_path, text).layer
    assert [spec.coverage_file for spec in found] == ["e.gpkg|extent", None, None, None, None]
    assert [spec.coverage_layer for spec in found] == [None, "a", None, None, None]
    assert found[2].coverage == "town"
    assert isinstance(found[3].coverage, NamedTowns)
    assert found[3].coverage.towns == ["T01", "乙镇"]
    assert found[4].coverage is None


@pytest.mark.parametrize(
    ("coverages", "expected"),
    [
        (['"layer:land"', ""], "line 5: layer a, coverage: there is no layer land; the catalog's"),
        (['"layer:"'], "there is no layer ;"),
        (['"layer:a"'], "line 5: layer a, coverage: the coverages go in a circle: a → a"),
        (
            ["", '"layer:c"', '"layer:d"', '"layer:b"'],
            "line 9: layer b, coverage: the coverages go",
        ),
        (["", '"layer:c"', '"layer:d"', '"layer:b"'], "b → c → d → b"),
        (["3"], 'a coverage is a file, "layer:land_use", "town" or { towns = ["T01"] }'),
        (['["T01"]'], 'a coverage is a file, "layer:land_use", "town" or { towns = ["T01"] }'),
        (["{ town = 1 }"], "unknown key layer a, coverage.town; did you mean towns?"),
        (["{ towns = [] }"], "layer a, coverage.towns is a list; expected at least 1 entry"),
        (['""'], 'layer a, coverage is ""; expected a text that is not empty'),
    ],
)
def test_a_coverage_that_leads_nowhere_is_refused(tmp_path, coverages, expected):
    assert expected in said(tmp_path, covered(*coverages))


def test_a_circle_is_told_once_and_in_chinese_too(tmp_path):
    text = covered('"layer:b"', '"layer:a"', '"layer:a"')
    assert said(tmp_path, text).count("go in a circle") == 1
    with pytest.raises(CatalogError) as caught:
        catalog(tmp_path, text)
    assert "覆盖范围相互循环引用：a → b → a" in caught.value.render("zh")
