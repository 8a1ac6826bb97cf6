"""The layer catalog: which file plays which role."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from townland.catalog import ROLES, load_catalog
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


def test_a_missing_catalog(tmp_path):
    with pytest.raises(CatalogError, match=r"none\.toml"):
        load_catalog(tmp_path / "none.toml")
