"""The indicator need in every output: page, JSON, evidence, frame say the same and lead to pieces."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import pytest
from tests.factory_land import box, catalog, write
from tests.factory_rules import DAY, book
from tests.rules.test_pipeline import land

from townland.assessment import check
from townland.dossier import Dossier
from townland.output.json_text import dumps
from townland.results import Assessment
from townland.towns import read_towns
from townland.writing.pages.figures import ranges
from townland.writing.report.assessment_json import assessment_json, schema
from townland.writing.report.geopackage import write_evidence
from townland.writing.report.html import report_html

WEST, EAST, OUTSIDE = box(0, 0, 500, 1000), box(500, 0, 1000, 1000), box(5000, 0, 5500, 1000)
PLOTS = [
    (box(0, 100, 100, 500), "1001"),
    (box(200, 500, 300, 900), "0701"),
    (box(600, 50, 700, 700), "1001"),
    (box(700, 50, 733, 350), "0901"),
]
QUOTA = Dossier(
    name="甲镇", quota_ha=2.5, linked_quota_ha=0.5, replacement_bank_ha=9, population=900
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """Two towns on the strips of paddy, dry fields, forest, slope and village, and one beside them."""
    folder = tmp_path_factory.mktemp("need")
    shapes, codes = zip(*PLOTS, strict=True)
    plan = write(folder / "plan.gpkg", list(shapes), ID=["a", "b", "c", "d"], GHDM=list(codes))
    towns = read_towns(
        [write(folder / "towns.gpkg", [WEST, EAST, OUTSIDE], name=["甲镇", "乙镇", "丙镇"])]
    )
    layers = catalog(folder, {"land_use": land(folder), "planned_use": plan})
    known = [replace(towns[0], dossier=QUOTA), *towns[1:]]
    return check(known, layers, book(), on=DAY)


@pytest.fixture(scope="module")
def document(found: Assessment) -> Any:
    document = json.loads(dumps(assessment_json(found, lang="en")))
    jsonschema.validate(document, schema())
    return document


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def test_the_json_closes_to_the_last_digit_in_every_unit(document: Any) -> None:
    for town in document["towns"][:2]:
        need = town["indicator_need"]
        for unit in ("m2", "ha", "mu"):
            for way in ("gross", "net"):
                for part in ("cells", "by_use", "by_source"):
                    total = sum(exact(one[way][unit]) for one in need[part])
                    assert total == exact(need["total"][unit]), (unit, way, part)
        measured = next(
            one["measured"]
            for one in document["findings"]
            if (one["rule"], one["town"]) == ("LAND-08", town["code"])
        )
        assert need["total"]["m2"] == measured
    assert document["towns"][2]["indicator_need"] is None


def test_every_cell_leads_to_its_pieces_in_the_evidence(
    found: Assessment, document: Any, tmp_path: Path
) -> None:
    write_evidence(found, tmp_path / "evidence.gpkg")
    seen = 0
    for town in document["towns"][:2]:
        need = town["indicator_need"]
        layer = gpd.read_file(tmp_path / "evidence.gpkg", layer=need["measure"])
        layer = layer[layer["town"] == town["code"]].set_index("piece")
        assert layer.index.is_unique
        listed = []
        for cell in need["cells"]:
            assert cell["pieces"] or cell["ridges_m2"]
            for piece in cell["pieces"]:
                row = layer.loc[piece["piece"]]
                assert row["planned_use_id"] == piece["planned_use"]
                assert row["land_use_id"] == piece["land_use"]
                assert row["area_m2"] == piece["gross_m2"]
                assert row["net_m2"] == piece["net_m2"]
                listed.append(piece["piece"])
            gross = sum(exact(piece["gross_m2"]) for piece in cell["pieces"])
            net = sum(
                (exact(piece["net_m2"]) for piece in cell["pieces"]), exact(cell["ridges_m2"])
            )
            assert (gross, net) == (exact(cell["gross"]["m2"]), exact(cell["net"]["m2"]))
        assert sorted(listed) == sorted(layer.index)
        seen += len(listed)
    # a: paddy, dry, forest; b: forest, slope; c: paddy, dry, forest, slope; d: paddy, dry
    assert seen == 11


def test_the_frame_is_there_for_notebooks(found: Assessment) -> None:
    frame = found.need_table("2", "en", exact=True)
    assert frame["use"].tolist() == ["industry and storage"] * 4 + ["commerce"] * 3 + ["total"]
    assert frame["gross_ha"].iloc[:-1].sum() == frame["gross_ha"].iloc[-1]
    assert found.need_table().equals(found.need_table("1"))
    assert found.need_table("3").empty


def test_the_page_shows_the_figures_of_the_json(found: Assessment, document: Any) -> None:
    page = report_html(found, lang="en")
    need = document["towns"][0]["indicator_need"]
    card = page[page.index('id="t1-need"') : page.index('id="t2-need"')]
    for cell in need["cells"]:
        for way in ("gross", "net"):
            assert f">{cell[way]['ha']:.4f}<" in card
    assert f"there stay short {need['short']['ha']:.4f} ha ({need['short']['mu']:.2f} mu)" in card
    # 2.5 ha of quota, and the paddy bank is not stated
    assert "2.5000 ha" in card
    assert "not stated: replacement bank: paddy<" in card  # without its key, which no form has
    links = re.findall(r'href="#(t1-need-[^"]*)"', page)
    assert links
    assert all(f'id="{place}"' in page for place in links)
    assert "Quota officer" in card


def test_a_town_without_layers_is_said_to_be_not_evaluated(found: Assessment) -> None:
    page = report_html(found, lang="en")
    card = page[page.index('id="t3-need"') :]
    assert "Not evaluated" in card[:400]
    assert "not covered" in card[:900]


def test_the_matrix_of_the_json_is_that_of_the_frame(found: Assessment, document: Any) -> None:
    matrix, frame = document["matrix"], found.matrix()
    assert matrix["rules"] == list(frame.columns)
    assert [row["town"] for row in matrix["rows"]] == ["1", "2", "3", None]
    for row in matrix["rows"]:
        assert len(row["verdicts"]) == len(matrix["rules"])
        for rule, verdict in zip(matrix["rules"], row["verdicts"], strict=True):
            assert frame.loc[row["town"] or "*", rule] == (verdict or "")
    verdicts = {(f["rule"], f["town"]): f["verdict"] for f in document["findings"]}
    told = {
        (rule, row["town"]): verdict
        for row in matrix["rows"]
        for rule, verdict in zip(matrix["rules"], row["verdicts"], strict=True)
        if verdict
    }
    assert told == verdicts


@pytest.mark.parametrize(
    ("numbers", "text"), [([3, 1, 2], "1–3"), ([5], "5"), ([1, 2, 4], "1–2, 4"), ([], "")]
)
def test_numbers_of_pieces_are_short(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text
