"""What a measure keeps: by class, by tag, by class or tag, and outside a further role's land."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_land import CRS, box, catalog, geodesic_m2, write
from tests.factory_rules import book

from townland.i18n import Bilingual
from townland.measuring import measure_town
from townland.measuring.areas import Measure
from townland.measuring.prepare import gather
from townland.reading.vector import read_layer
from townland.rules.judging.law import MeasureSpec
from townland.towns import read_towns

TITLE = Bilingual("量", "measure")
TOWN = box(0, 0, 1000, 1000)
SCHEME = 'scheme = "guide-2023"\nclass_column = "GHDM"\nid_column = "ID"\n'


def spec(*layers: str, **filters: Any) -> MeasureSpec:
    return MeasureSpec.model_validate({"title": TITLE, "layers": layers, **filters})


def measures(
    folder: Path, layers: dict[str, Path], specs: dict[str, MeasureSpec], **extra: str
) -> dict[str, Measure]:
    held = catalog(folder, layers, **extra)
    (town,) = read_towns([write(folder / "towns.gpkg", [TOWN], name=["甲镇"])])
    window = [(town.boundary.bounds, town.crs)]
    grounds = {
        layer.role: gather(layer.role, [read_layer(layer, held, window)], CRS, "survey")
        for layer in held.layer
    }
    return dict(measure_town(town, grounds, specs, profile="survey", sliver_width_m=0.2).measures)


def plan(folder: Path, **columns: Any) -> Path:
    """Four plots of 400 m × 200 m: housing, industry, a village, fields."""
    shapes = [box(100, 100 + 200 * at, 500, 300 + 200 * at) for at in range(4)]
    codes = {"ID": ["a", "b", "c", "d"], "GHDM": ["0701", "1001", "0703", "0103"]}
    return write(folder / "plan.gpkg", shapes, **{**codes, **columns})


TAGS = {"BQ": ["", "real_estate", "resettlement", None]}
PLOT = 400 * 200


def ids(measure: Measure) -> list[str]:
    return sorted(measure.frame["planned_use_id"])


def test_tags_keep_plots(tmp_path: Path) -> None:
    specs = {
        "tagged": spec("planned_use", tagged={"planned_use": "real_estate"}),
        "both": spec(
            "planned_use",
            where={"planned_use": "residential"},
            tagged={"planned_use": ["real_estate", "resettlement"]},
        ),
        "either": spec(
            "planned_use",
            where={"planned_use": "urban_residential"},
            or_tagged={"planned_use": "real_estate"},
        ),
    }
    found = measures(
        tmp_path, {"planned_use": plan(tmp_path, **TAGS)}, specs, planned_use='tag_column = "BQ"\n'
    )
    assert ids(found["tagged"]) == ["b"]
    assert ids(found["both"]) == ["c"]
    assert ids(found["either"]) == ["a", "b"]
    assert all(not measure.untagged for measure in found.values())
    truth = geodesic_m2(box(100, 100, 500, 500))
    assert float(found["either"].area_m2) == pytest.approx(truth, abs=0.04)
    assert dict(zip(ids(found["either"]), found["either"].frame["planned_group"], strict=True)) == {
        "a": "residential",
        "b": "industry",
    }


def test_a_layer_without_tags_is_told(tmp_path: Path) -> None:
    specs = {
        "tagged": spec("planned_use", tagged={"planned_use": "real_estate"}),
        "either": spec(
            "planned_use",
            where={"planned_use": "urban_residential"},
            or_tagged={"planned_use": "real_estate"},
        ),
        "plain": spec("planned_use", where={"planned_use": "urban_residential"}),
    }
    found = measures(tmp_path, {"planned_use": plan(tmp_path)}, specs)
    assert found["tagged"].untagged == found["either"].untagged == ("planned_use",)
    assert found["plain"].untagged == ()
    assert ids(found["either"]) == ["a"]
    assert ids(found["tagged"]) == []


@pytest.mark.parametrize(
    ("scheme", "codes", "group", "unknown"),
    [
        # a survey's scheme does not tell uses: the three plots of construction land may be industry
        ('scheme = "sandiao-2019"\n', ["0701", "0601", "0702", "0103"], "industry", 3),
        ('classes = { construction = ["1", "2"], cultivated = ["3"] }\n', "1213", "industry", 3),
        ('scheme = "jsydgzq"\n', ["010", "020", "030", "040"], "industry", 4),
        ('scheme = "guide-2023"\n', ["0701", "1001", "0703", "0103"], "allowed", 4),
        ('scheme = "sandiao-2019"\n', ["0701", "0601", "0702", "0103"], "industrial", 0),
    ],
)
def test_what_a_scheme_does_not_tell_is_unknown_and_no_error(
    tmp_path: Path, scheme: str, codes: Any, group: str, unknown: int
) -> None:
    path = plan(tmp_path, GHDM=list(codes))
    held = tmp_path / "catalog.toml"
    held.write_text(
        f'[[layer]]\nname = "p"\nrole = "planned_use"\npath = "{path.name}"\n'
        f'class_column = "GHDM"\nid_column = "ID"\n{scheme}',
        "utf-8",
    )
    from townland.catalog import load_catalog

    layers = load_catalog(held)
    (town,) = read_towns([write(tmp_path / "towns.gpkg", [TOWN], name=["甲镇"])])
    window = [(town.boundary.bounds, town.crs)]
    ground = gather("planned_use", [read_layer(layers.layer[0], layers, window)], CRS, "survey")
    specs = {"m": spec("planned_use", where={"planned_use": group})}
    found = measure_town(
        town, {"planned_use": ground}, specs, profile="survey", sliver_width_m=0.2
    ).measures["m"]
    assert float(found.unknown_m2) == pytest.approx(unknown * PLOT, rel=1e-3)
    assert found.pieces == (1 if group == "industrial" else 0)


OUTSIDE = {
    "in": spec("planned_use", "growth_boundary", where={"planned_use": "construction"}),
    "out": spec("planned_use", where={"planned_use": "construction"}, outside="growth_boundary"),
    "all": spec("planned_use", where={"planned_use": "construction"}),
}


def test_outside_a_boundary(tmp_path: Path) -> None:
    growth = write(tmp_path / "growth.gpkg", [box(0, 0, 300, 1000), box(300, 0, 1000, 200)])
    cover = write(tmp_path / "cover.gpkg", [box(-10, -10, 1010, 1010)])
    found = measures(
        tmp_path,
        {"planned_use": plan(tmp_path), "growth_boundary": growth},
        OUTSIDE,
        growth_boundary=f'coverage = "{cover.name}"\n',
    )
    # of 400 × 200 each plot has 200 × 200 beyond x = 300, the first of these only from y = 200 on
    truth = geodesic_m2(box(300, 200, 500, 700))
    assert float(found["out"].area_m2) == pytest.approx(truth, abs=0.06)
    assert found["in"].area_m2 + found["out"].area_m2 == found["all"].area_m2
    assert ids(found["out"]) == ["a", "b", "c"]
    assert found["out"].layers == ("planned_use",)
    assert found["out"].uncovered_m2 == 0
    shape = shapely.union_all(found["out"].frame.geometry)
    assert shapely.equals(shapely.set_precision(shape, 0.001), box(300, 200, 500, 700))


def test_land_of_which_the_boundary_says_nothing_is_neither_in_nor_out(tmp_path: Path) -> None:
    growth = write(tmp_path / "growth.gpkg", [box(0, 0, 300, 1000)])
    cover = write(tmp_path / "cover.gpkg", [box(-10, -10, 1010, 400)])
    found = measures(
        tmp_path,
        {"planned_use": plan(tmp_path), "growth_boundary": growth},
        OUTSIDE,
        growth_boundary=f'coverage = "{cover.name}"\n',
    )
    truth = geodesic_m2(box(300, 100, 500, 400))
    assert float(found["out"].area_m2) == pytest.approx(truth, abs=0.06)
    rest = geodesic_m2(box(0, 400, 1000, 1000)) - geodesic_m2(box(0, 400, 300, 1000))
    assert float(found["out"].uncovered_m2) == pytest.approx(
        rest + geodesic_m2(box(0, 400, 300, 1000)), abs=0.1
    )


def test_outside_of_a_role_that_no_layer_plays(tmp_path: Path) -> None:
    found = measures(tmp_path, {"planned_use": plan(tmp_path)}, {"out": OUTSIDE["out"]})
    assert found["out"].missing == ("growth_boundary",)
    assert found["out"].pieces == 0


corner = st.integers(0, 1000)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(corner, corner, corner, corner), min_size=1, max_size=4))
def test_inside_and_outside_close(
    tmp_path_factory: pytest.TempPathFactory, corners: list[tuple[int, int, int, int]]
) -> None:
    shapes = [box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners]
    folder = tmp_path_factory.mktemp("close")
    growth = write(folder / "growth.gpkg", shapes)
    cover = write(folder / "cover.gpkg", [box(-10, -10, 1010, 1010)])
    found = measures(
        folder,
        {"planned_use": plan(folder), "growth_boundary": growth},
        OUTSIDE,
        growth_boundary=f'coverage = "{cover.name}"\n',
    )
    assert found["in"].area_m2 + found["out"].area_m2 == found["all"].area_m2
    beyond = found["out"].frame
    assert not shapely.is_empty(beyond.geometry.to_numpy()).any()
    truth = sum(geodesic_m2(shape) for shape in beyond.geometry)
    allowed = 0.05 + 0.03 * (len(beyond) + found["in"].pieces)
    assert float(found["out"].area_m2) == pytest.approx(truth, abs=allowed)
    assert all(area > Decimal(0) for area in beyond["area_m2"])


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ('tagged = { land_use = "x" }', "land_use is not among the layers"),
        ('or_tagged = { land_use = "x" }', "land_use is not among the layers"),
        ('outside = "planned_use"', "nothing is in and outside it"),
        ('outside = "sea"', '"sea"'),
    ],
)
def test_filters_that_make_no_sense_are_faults(tmp_path: Path, filters: str, said: str) -> None:
    from townland.errors import RulebookError
    from townland.rules.book.loader import load_rulebook

    text = Path(book().path).read_text("utf-8")
    head = "[measure.planned_construction]\n"
    assert head in text
    (tmp_path / "b.toml").write_text(text.replace(head, f"{head}{filters}\n"), "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path / "b.toml")
    assert said in caught.value.render("en")
