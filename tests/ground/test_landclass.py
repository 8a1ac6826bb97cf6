"""Land classes: what a code means, by scheme and by profile."""

from __future__ import annotations

import csv
from importlib.resources import files

import pandas as pd
import pytest

from townland.errors import CatalogError, RulebookError
from townland.standards.landclass import (
    SCHEMES,
    SOURCES,
    USE_GROUPS,
    ZONES,
    classify,
    custom_scheme,
    load_scheme,
    plain_name,
    require_fitting,
)

SURVEY, APPROVAL = "survey", "approval-2023"
LAND = ("gbt21010-2007", "gbt21010-2017", "sandiao-2019", "guide-2023")


@pytest.mark.parametrize(
    ("scheme", "raw", "code"),
    [
        ("sandiao-2019", "1104k ", "1104K"),
        ("sandiao-2019", " 05h1", "05H1"),
        ("sandiao-2019", "０１０１", "0101"),
        ("sandiao-2019", "101", "0101"),
        ("sandiao-2019", 101, "0101"),
        ("sandiao-2019", 101.0, "0101"),
        ("sandiao-2019", 9, "09"),
        ("sandiao-2019", "201", "201"),  # 城市, as text it can be nothing else
        ("sandiao-2019", 201, "201/0201"),  # as a number it may be 0201 果园
        ("sandiao-2019", 205, "205"),  # there is no 0205
        ("sandiao-2019", "011", "011"),  # a code of 2007: no code here
        ("sandiao-2019", "01", "01"),
        ("guide-2023", 701, "0701"),
        ("guide-2023", 70101, "070101"),
        ("guide-2023", 7, "07"),
        ("jsydgzq", 10, "010"),
        ("gbt21010-2017", "404", "0404"),
        ("gbt21010-2007", "011", "011"),
        ("gbt21010-2007", 11, "011"),  # a numeric column lost its zero
        ("gbt21010-2007", 101, "101"),  # 铁路用地, never 0101
        ("gbt21010-2007", "0101", "0101"),  # a code of 2017: no code here, and never shortened
        ("sandiao-2019", None, None),
        ("sandiao-2019", "  ", None),
        ("sandiao-2019", float("nan"), None),
        ("sandiao-2019", pd.NA, None),
    ],
)
def test_canonical(scheme: str, raw: object, code: str | None) -> None:
    assert load_scheme(scheme).canonical(raw) == code


def test_codes_are_never_matched_by_prefix() -> None:
    scheme = load_scheme("sandiao-2019")
    assert scheme.get("01", SURVEY) is None
    assert scheme.get("010101", SURVEY) is None
    # within 03 and 04 lie wetlands, within 10 the farm road, within 11 three classes
    assert scheme.get("1006", SURVEY).three_class == "农用地"
    assert scheme.get("1107A", SURVEY).three_class == "建设用地"
    assert scheme.get("1107", SURVEY).three_class == "农用地"
    assert scheme.get("1101", SURVEY).three_class == "未利用地"
    assert load_scheme("guide-2023").members("07", SURVEY) == {"07"}


@pytest.mark.parametrize("scheme", ["sandiao-2019", "gbt21010-2017"])
def test_the_profile_decides_0404(scheme: str) -> None:
    loaded = load_scheme(scheme)
    assert loaded.get("0404", SURVEY).three_class == "未利用地"
    assert loaded.get("0404", SURVEY).source == "unused"
    assert loaded.get("0404", APPROVAL).three_class == "农用地"
    assert loaded.get("0404", APPROVAL).source == "other_agricultural"
    changed = loaded.members("unused", SURVEY) ^ loaded.members("unused", APPROVAL)
    assert changed == {"0404"}


@pytest.mark.parametrize("scheme", ["sandiao-2019", "gbt21010-2017"])
@pytest.mark.parametrize("profile", [SURVEY, APPROVAL])
def test_barren_land_goes_by_code(scheme: str, profile: str) -> None:
    expected = {"0404", "1105", "1106", "1108", "1204", "1205", "1206", "1207"}
    assert load_scheme(scheme).members("barren", profile) == expected


def test_barren_land_of_the_guide_has_the_corresponding_codes() -> None:
    # by identical names: 0404→0403, 1105→0505, 1106→0506, 1108→0504, 1204-1207→2304-2307
    expected = {"0403", "0504", "0505", "0506", "2304", "2305", "2306", "2307"}
    assert load_scheme("guide-2023").members("barren", SURVEY) == expected


@pytest.mark.parametrize("scheme", LAND)
@pytest.mark.parametrize("profile", [SURVEY, APPROVAL])
def test_sources_exclude_one_another_and_groups_are_their_unions(scheme: str, profile: str) -> None:
    loaded = load_scheme(scheme)
    by_source = {source: loaded.members(source, profile) for source in SOURCES}
    codes = [code for members in by_source.values() for code in members]
    assert len(codes) == len(set(codes))
    cultivated = by_source["paddy"] | by_source["other_cultivated"]
    assert loaded.members("cultivated", profile) == cultivated
    agricultural = cultivated | by_source["other_agricultural"]
    assert loaded.members("agricultural", profile) == agricultural
    assert loaded.members("new", profile) == set(loaded.entries) - by_source["construction"]


def test_the_cultivated_land_of_the_third_survey() -> None:
    loaded = load_scheme("sandiao-2019")
    assert loaded.members("paddy", SURVEY) == {"0101"}
    assert loaded.members("cultivated", SURVEY) == {"0101", "0102", "0103"}
    # 可调整 (K) is not cultivated land
    assert loaded.get("0201K", SURVEY).source == "other_agricultural"


def test_the_construction_land_of_the_third_survey() -> None:
    # TD/T 1055-2019, the classes of existing construction land item by item
    expected = {
        *("05H1", "0508", "0601", "0602", "0603", "0701", "0702", "08H1", "08H2", "08H2A"),
        *("0809", "0810", "0810A", "09", "1107A", "1109", "1201"),
        *("1001", "1002", "1003", "1004", "1005", "1007", "1008", "1009"),
        *("201", "201A", "202", "202A", "203", "203A", "204", "205"),
    }
    assert load_scheme("sandiao-2019").members("construction", SURVEY) == expected


@pytest.mark.parametrize(
    ("scheme", "count"), [("gbt21010-2007", 57 + 5), ("gbt21010-2017", 73), ("guide-2023", 175)]
)
def test_no_class_was_lost(scheme: str, count: int) -> None:
    assert len(load_scheme(scheme).entries) == count


def test_the_guide_has_use_groups_for_all_construction_land() -> None:
    loaded = load_scheme("guide-2023")
    grouped = frozenset().union(*(loaded.members(group, SURVEY) for group in USE_GROUPS))
    assert grouped == loaded.members("construction", SURVEY)
    assert loaded.get("100101", SURVEY).use_group == "industry"
    assert loaded.get("0101", SURVEY).use_group is None


def test_the_sea_and_mixed_headings_have_no_three_class() -> None:
    loaded = load_scheme("guide-2023")
    for code in ("18", "1801", "17", "23", "24"):
        assert loaded.get(code, SURVEY).three_class is None
        assert loaded.get(code, SURVEY).source is None


def test_control_zones() -> None:
    loaded = load_scheme("jsydgzq")
    zones = {zone: loaded.members(zone, SURVEY) for zone in ZONES}
    assert zones == {
        "allowed": {"010", "011", "012"},
        "conditional": {"020"},
        "restricted": {"030"},
        "prohibited": {"040"},
    }
    assert loaded.get("040", SURVEY).name == "禁止建设区"


@pytest.mark.parametrize(
    ("scheme", "selector"),
    [
        ("sandiao-2019", "industry"),
        ("jsydgzq", "cultivated"),
        ("sandiao-2019", "allowed"),
        ("sandiao-2019", "0199"),
        ("guide-2023", "peddy"),
    ],
)
def test_an_unknown_selector_lists_the_known_ones(scheme: str, selector: str) -> None:
    loaded = load_scheme(scheme)
    with pytest.raises(RulebookError) as caught:
        loaded.members(selector, SURVEY)
    message = caught.value.render("en")
    assert selector in message
    assert scheme in message
    assert loaded.groups[0] in message


def test_an_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(CatalogError, match="2009") as caught:
        load_scheme("gbt21010-2009")
    assert all(name in caught.value.render("en") for name in SCHEMES)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(RulebookError):
        load_scheme("sandiao-2019").get("0404", "2023")  # type: ignore[arg-type]


def test_a_table_of_ones_own() -> None:
    scheme = custom_scheme(
        {
            "paddy": ["11"],
            "cultivated": ["12"],
            "agricultural": ["18"],
            "unused": ["23", " 24"],
            "construction": ["1", "2"],
        }
    )
    assert scheme.members("cultivated", SURVEY) == {"11", "12"}
    assert scheme.members("agricultural", SURVEY) == {"11", "12", "18"}
    assert scheme.members("barren", SURVEY) == scheme.members("unused", SURVEY) == {"23", " 24"}
    assert scheme.members("new", SURVEY) == {"11", "12", "18", "23", " 24"}
    assert scheme.members("12", SURVEY) == {"12"}
    assert scheme.canonical("1k ") == "1k "  # as it stands
    assert scheme.canonical(12.0) == "12"
    assert scheme.canonical("") is None
    found = scheme.get("18", SURVEY)
    assert (found.code, found.name, found.three_class) == ("18", "18", "agricultural")
    assert found.source == "other_agricultural"


def test_groups_of_ones_own_exclude_one_another() -> None:
    with pytest.raises(CatalogError, match="12"):
        custom_scheme({"cultivated": ["12"], "construction": ["1", "12"]})
    with pytest.raises(CatalogError, match="forest"):
        custom_scheme({"forest": ["12"]})


def test_an_empty_group_of_ones_own_is_empty() -> None:
    assert custom_scheme({"cultivated": ["12"], "paddy": []}).members("paddy", SURVEY) == set()


def test_classify_keeps_the_index_and_marks_unknown_codes() -> None:
    codes = pd.Series(["0101 ", "9999", None, "1104k", "0101"], index=[7, 3, 5, 3, 1])
    table = classify(codes, load_scheme("sandiao-2019"), SURVEY)
    assert table.index.tolist() == [7, 3, 5, 3, 1]
    assert table["code"].tolist() == ["0101", "9999", None, "1104K", "0101"]
    assert table["name"].tolist() == ["水田", None, None, "可调整养殖坑塘", "水田"]
    assert table["three_class"].tolist() == ["农用地", None, None, "农用地", "农用地"]
    assert table["source"].tolist() == ["paddy", None, None, "other_agricultural", "paddy"]


def test_classify_of_numbers_and_of_nothing() -> None:
    scheme = load_scheme("sandiao-2019")
    numbers = classify(pd.Series([101.0, 201.0, None]), scheme, SURVEY)
    assert numbers["code"].tolist() == ["0101", "201/0201", None]
    assert numbers["source"].tolist() == ["paddy", None, None]
    empty = classify(pd.Series([], dtype=object), scheme, SURVEY)
    assert empty.empty
    assert [*empty.columns] == ["code", "name", "three_class", "source", "use_group", "land_group"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_codes_stand_once_in_their_table(scheme: str) -> None:
    table = (files("townland") / "standards" / "landclasses" / f"{scheme}.csv").read_text("utf-8")
    codes = [row["code"] for row in csv.DictReader(table.splitlines())]
    assert len(codes) == len(set(codes))


def test_the_three_classes_of_2007() -> None:
    # the standard's comparison with the three classes: what is agricultural, what unused
    loaded = load_scheme("gbt21010-2007")
    agricultural = {
        *("011", "012", "013", "021", "022", "023", "031", "032", "033", "041", "042"),
        *("104", "114", "117", "122", "123"),
    }
    unused = {"043", "111", "112", "115", "116", "119", "124", "125", "126", "127"}
    assert loaded.members("agricultural", SURVEY) == agricultural
    assert loaded.members("unused", SURVEY) == unused
    assert loaded.members("construction", SURVEY) == set(loaded.entries) - agricultural - unused
    assert loaded.get("113", SURVEY).three_class == "建设用地"  # as the standard has it
    changed = loaded.members("agricultural", APPROVAL) ^ agricultural
    assert changed == {"043", "113"}
    assert loaded.get("011", SURVEY).name == "水田"
    assert loaded.members("paddy", SURVEY) == {"011"}


def series(*codes: object) -> pd.Series:
    return pd.Series(list(codes), dtype=object)


def test_a_declared_scheme_that_another_plainly_is_is_refused_with_both_counts() -> None:
    # 011 and 031 are codes of 2007; 201 is a code of both
    with pytest.raises(CatalogError) as caught:
        require_fitting(series("011", "031", "201"), load_scheme("sandiao-2019"), place="dltb")
    said = caught.value.render("en")
    assert "dltb" in said
    assert "sandiao-2019 knows the codes of 1 of 3 features (unknown: 011, 031)" in said
    assert "gbt21010-2007 knows those of all 3" in said
    with pytest.raises(CatalogError, match="gbt21010-2017"):
        require_fitting(series("0101", "0810"), load_scheme("gbt21010-2007"), place="dltb")


def test_a_scheme_is_never_doubted_for_codes_that_no_scheme_knows() -> None:
    third = load_scheme("sandiao-2019")
    require_fitting(series("0101", "9999"), third, place="x")
    require_fitting(series(), third, place="x")
    require_fitting(series(None, " "), third, place="x")
    # one feature in eleven of 2007 among codes that both know is an unknown code, not a scheme
    require_fitting(series(*["201"] * 10, "011"), third, place="x")
    with pytest.raises(CatalogError):
        require_fitting(series(*["201"] * 9, "011"), third, place="x")
    # both schemes know 0303, and mean other land: nothing tells, and nothing is guessed
    require_fitting(series("0303", "0601"), third, place="x")
    require_fitting(series("0303", "0601"), load_scheme("guide-2023"), place="x")
    require_fitting(series("011"), custom_scheme({"paddy": ["11"]}), place="x")


def test_names_of_one_class_are_one_however_they_are_written() -> None:
    for one in ("水 浇 地", " 水浇地", "水浇地\u3000"):
        assert plain_name(one) == "水浇地"
    assert plain_name("其它草地") == plain_name("其他草地")
    assert plain_name("可调整养殖坑塘") == "养殖坑塘"
    assert plain_name("旱地") != plain_name("水田")


def test_the_columns_of_a_form_are_parts_of_other_agricultural_land() -> None:
    """园地, 林地, 草地 of 呈报说明书: by the class, and grassland only where it is agricultural."""
    survey, guide = load_scheme("sandiao-2019"), load_scheme("guide-2023")
    expected = {
        "0101": "paddy", "0103": "other_cultivated", "0201K": "garden", "0307": "forest",
        "0401": "grassland", "0402": "other_agricultural", "1104": "other_agricultural",
        "1202": "other_agricultural", "1203": "other_agricultural", "0404": "unused",
        "1101": "unused", "0701": "construction",
    }  # fmt: skip
    for code, group in expected.items():
        land = survey.get(code, SURVEY)
        assert land is not None
        assert land.land_group == group, code
    approved = survey.get("0404", "approval-2023")
    assert approved is not None
    assert approved.land_group == "grassland"
    # what farmland may be planned as besides: 水域 and 设施农用地, of three digits in 2007
    assert {"1701", "1702", "1703", "1704"} < guide.members("water", SURVEY)
    assert "1705" not in guide.members("water", SURVEY)
    assert guide.members("farm_facility", SURVEY) >= {"06", "0602", "060203"}
    assert load_scheme("gbt21010-2007").members("forest", SURVEY) == {"031", "032", "033"}
