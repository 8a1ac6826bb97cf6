"""Codes against the names beside them: which differences mean other land, and what verdicts do then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_land import box, catalog, write
from tests.factory_rules import book

from townland.assessment import check
from townland.dossier import Dossier
from townland.layers.check import layers_check
from townland.results import Assessment
from townland.standards.class_names import named_otherwise
from townland.standards.landclass import load_scheme
from townland.towns import match_dossiers, read_towns

TOWN = box(0, 0, 1000, 1000)


@pytest.mark.parametrize(
    ("scheme", "code", "name"),
    [
        ("guide-2023", "05", "湿 地"),  # a blank
        ("guide-2023", "0701", "城镇住宅用地（Ｒ２）"),  # brackets, full width
        ("guide-2023", "0701", "城镇住宅"),  # 用地 left out
        ("guide-2023", "1001", "二类工业用地"),  # finer than the code
        ("sandiao-2019", "0101", "耕地"),  # the heading that the table of the survey leaves out
        ("sandiao-2019", "0201K", "果园"),  # 可调整 left out
        ("sandiao-2019", "0203", "橡胶园地"),  # the guide's name of the same class
        ("sandiao-2019", "08H1", "机关团体用地"),  # a part of the name
        ("sandiao-2019", "0404", "其它草地"),
        ("jsydgzq", "010", "允许建设区"),
    ],
)
def test_spellings_of_one_class_are_no_difference(scheme: str, code: str, name: str) -> None:
    assert named_otherwise(code, name, load_scheme(scheme)) is None


@pytest.mark.parametrize(
    ("scheme", "code", "name", "fits", "meant"),
    [
        # 05 is 商服用地 in both editions of GB/T 21010 and 商业服务业用地 in TD/T 1055-2019
        ("guide-2023", "05", "商业服务业用地",
         ("gbt21010-2007", "gbt21010-2017", "sandiao-2019"), "guide-2023:09"),
        ("guide-2023", "0601", "工业用地", ("gbt21010-2017", "sandiao-2019"), "guide-2023:1001"),
        ("sandiao-2019", "0601", "农村道路", ("guide-2023",), "sandiao-2019:1006"),
        ("sandiao-2019", "0101", "旱地", (), "sandiao-2019:0103"),
        ("guide-2023", "01", "水田", (), "guide-2023:0101"),
        ("jsydgzq", "030", "允许建设区", (), "jsydgzq:010"),
    ],
)  # fmt: skip
def test_a_name_of_other_land_is_explained(
    scheme: str, code: str, name: str, fits: tuple[str, ...], meant: str
) -> None:
    other = named_otherwise(code, name, load_scheme(scheme))
    assert other is not None
    assert (other.schemes, other.meant, other.differs) == (fits, meant, True)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("0301", "竹林地"),  # another class that counts alike
        ("0301", "有林地"),  # of an older edition
        ("0404", "某某"),  # of no scheme
    ],
)
def test_a_name_on_which_no_figure_depends_is_a_note(code: str, name: str) -> None:
    other = named_otherwise(code, name, load_scheme("sandiao-2019"))
    assert other is not None
    assert not other.differs


# --- in a check ---------------------------------------------------------------------------

Plots = Sequence[tuple[Any, str, str]]
FIELD = [(TOWN, "0103", "旱地")]
WORKS = [(box(0, 0, 1000, 500), "1001", "工业用地"), (box(0, 500, 1000, 1000), "1401", "公园绿地")]


def checked(
    folder: Path,
    *,
    survey: Plots = FIELD,
    plan: Plots = WORKS,
    names: str = "DLMC",
    stated: dict[str, Any] | None = None,
) -> Assessment:
    layers = {
        "land_use": write(
            folder / "survey.gpkg", [shape for shape, *_ in survey],
            BSM=[str(n) for n, _ in enumerate(survey)], DLBM=[code for _, code, _ in survey],
            KCXS=[0.0] * len(survey), QSXZ=["30"] * len(survey),
            **{names: [name for *_, name in survey]},
        ),
        "planned_use": write(
            folder / "plan.gpkg", [shape for shape, *_ in plan],
            ID=[str(n) for n, _ in enumerate(plan)], GHDM=[code for _, code, _ in plan],
            GHMC=[name for *_, name in plan],
        ),
    }  # fmt: skip
    towns = read_towns([write(folder / "town.gpkg", [TOWN], code=["1"])], code_column="code")
    dossier = Dossier.model_validate({"code": "1", **(stated or {})})
    cover = write(folder / "cover.gpkg", [TOWN])
    known = catalog(folder, layers, planned_use=f'coverage = "{cover.as_posix()}"\n')
    return check(match_dossiers(towns, [dossier]), known, book(), on=dt.date(2018, 12, 31))


def verdict(found: Assessment, rule: str) -> str:
    return next(f.verdict.value for f in found.findings if f.rule == rule)


def why(found: Assessment, rule: str) -> str:
    return next(f.why.render("en") for f in found.findings if f.rule == rule)


def figure(found: Assessment, name: str) -> Decimal:
    return found.towns[0].measures[name].area_m2


def told(found: Assessment) -> list[tuple[str, str]]:
    return [(i.code, i.severity) for i in found.issues if i.code.startswith("class_name")]


def test_wetland_that_is_called_commerce_could_turn_the_verdicts_on_the_plan(
    tmp_path: Path,
) -> None:
    """By its code half of the town is wetland, by its name commerce on dry fields."""
    plan = [
        (box(0, 0, 1000, 500), "05", "商业服务业用地"),
        (box(0, 500, 1000, 1000), "1401", "公园绿地"),
    ]
    found = checked(tmp_path, plan=plan, stated={"quota_ha": 60, "supply": None})
    assert told(found) == [("class_name_differs", "warning")]
    message = next(i.message.render("en") for i in found.issues if i.code == "class_name_differs")
    half = found.towns[0].area_m2 - figure(found, "planned_construction")
    # one plot of two that share the town: its area is what the other's leaves of the control area
    assert f"{half} m² of the town" in message
    assert "gbt21010-2017 / sandiao-2019" in message
    # by code 50 ha of new land (1401 counts as construction land): enough; by name 100 ha: not
    assert verdict(found, "LAND-08") == "review"
    assert "It passes as the data lie." in why(found, "LAND-08")
    assert "read by the names, the verdict could be: Not compliant" in why(found, "LAND-08")
    assert "planned_use" in why(found, "LAND-08")


def test_where_both_readings_agree_the_verdict_stands(tmp_path: Path) -> None:
    plan = [
        (box(0, 0, 1000, 500), "05", "商业服务业用地"),
        (box(0, 500, 1000, 800), "1401", "公园绿地"),
    ]
    # 30 ha are new by the codes, 80 by the names
    enough = checked(tmp_path, plan=plan, stated={"quota_ha": 95})
    assert verdict(enough, "LAND-08") == "pass"
    short = checked(tmp_path, plan=plan, stated={"quota_ha": 20})
    assert verdict(short, "LAND-08") == "fail"


@pytest.mark.parametrize("column", ["DLMC", "dlmc", "地类名称"])
def test_a_survey_whose_names_are_fields_waits_whatever_the_column_is_called(
    tmp_path: Path, column: str
) -> None:
    """Forest by its code, paddy by its name: LAND-04 and 05 pass by the codes alone."""
    survey = [(TOWN, "0301", "水田")]
    found = checked(tmp_path, survey=survey, names=column)
    assert told(found) == [("class_name_differs", "warning")]
    assert (figure(found, "paddy_built_on"), verdict(found, "LAND-05")) == (0, "review")
    assert verdict(found, "LAND-04") == "review"
    assert "100.0 ha" in why(found, "LAND-05") or "99.9" in why(found, "LAND-05")
    # the planning area has nothing to do with classes
    assert "contradict" not in why(found, "LAND-01")


def test_single_plots_of_two_that_contradict_in_opposite_ways_do_not_cancel_out(
    tmp_path: Path,
) -> None:
    """One half is industry called forest, the other forest called industry: 50 ha either way."""
    plan = [
        (box(0, 0, 1000, 500), "1001", "乔木林地"),
        (box(0, 500, 1000, 1000), "0301", "工业用地"),
    ]
    found = checked(tmp_path, plan=plan, stated={"quota_ha": 60})
    assert figure(found, "planned_construction") < 510_000
    # if the code of one and the name of the other are right, 100 ha are built, or none
    assert verdict(found, "LAND-08") == "review"


def test_harmless_names_leave_a_note_and_every_verdict(tmp_path: Path) -> None:
    survey = [(box(0, 0, 1000, 500), "0301", "竹林地"), (box(0, 500, 1000, 1000), "0305", "某某")]
    noted = checked(tmp_path, survey=survey)
    assert told(noted) == [("class_name_unknown", "info")] * 2
    plain = checked(tmp_path, survey=[(shape, code, "") for shape, code, _ in survey])
    assert [f.verdict for f in noted.findings] == [f.verdict for f in plain.findings]
    assert told(plain) == []


def test_layers_check_says_the_same_of_any_layer_with_a_scheme(tmp_path: Path) -> None:
    plan = write(tmp_path / "plan.gpkg", [TOWN], ID=["1"], GHDM=["05"], GHMC=["商业服务业用地"])
    zone = write(tmp_path / "zone.gpkg", [TOWN], GZQLXDM=["040"], GZQLXMC=["允许建设区"])
    for found in layers_check(catalog(tmp_path, {"planned_use": plan, "control_zone": zone})):
        (fault,) = [each for each in found.faults if each.code == "class_name_differs"]
        assert fault.rows.tolist() == [0]
        assert " m²); " in fault.at(0).render("en")
