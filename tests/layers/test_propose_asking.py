"""What a proposed catalog says beside its layers: what is missing, open, or answered."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import book
from tests.layers.test_propose import DLTB, lay, roles, written

from townland.catalog import load_catalog
from townland.dossier import empty_workbook
from townland.layers.init import Question, layers_init
from townland.rules.asks import fields_served, needs_of

PLAN = {"DH": ["1"], "用地代码": ["070102"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay(tmp_path / "DLTB.gpkg", DLTB)
    lay(tmp_path / "YJJBNTBHTB.gpkg", {"DLBM": ["0101"]})
    lay(tmp_path / "STBHHX.gpkg", {"HXMC": ["a"]})
    lay(tmp_path / "控规.gpkg", PLAN)
    (tmp_path / "档案.xlsx").write_bytes(empty_workbook([("T01", "甲镇")], "zh"))
    return tmp_path


def test_what_a_missing_layer_costs_is_what_a_check_leaves_open(folder: Path) -> None:
    proposal, text = written(folder)
    missing = {need.role: need for need in proposal.missing}
    assert {"land_use", "planned_use", "ecological_redline"}.isdisjoint(missing)
    # LAND-07 looks at control zones and at both lines, LAND-14 at control zones alone
    assert [rule.id for rule in missing["control_zone"].unjudged] == ["LAND-07", "LAND-14"]
    assert [rule.id for rule in missing["growth_boundary"].unjudged] == ["LAND-07"]
    # paddy is told from the survey where no paddy layer is there
    assert missing["paddy"].unjudged == ()
    assert [rule.id for rule in missing["paddy"].poorer] == ["LAND-05", "LAND-08", "LAND-10"]
    assert "# control zones (control_zone): LAND-07, LAND-14 cannot be judged" in text
    assert "# 档案.xlsx: dossiers of towns: give it to townland check with --dossier" in text
    assert "imagery" not in missing, "no rule reads it"


def test_farmland_is_needed_by_the_rule_that_forbids_building_on_it() -> None:
    needs = {need.role: [rule.id for rule in need.unjudged] for need in needs_of(book())}
    assert needs["permanent_basic_farmland"] == ["LAND-03"]
    served = {path: [rule.id for rule in rules] for path, rules in fields_served(book()).items()}
    assert served["replacement_bank_paddy_ha"] == ["LAND-10"]
    assert served["subsidy_returned"] == ["FUND-01"]


def test_a_plan_is_known_by_the_codes_of_its_column_alone(tmp_path: Path) -> None:
    codes = ["070102", "0901", "100101"]
    many = {"名": ["a", "b", "c"], "分类编码": codes}
    lay(tmp_path / "x.gpkg", many, rows=3)
    lay(tmp_path / "控规.gpkg", PLAN, east=900)
    lay(tmp_path / "y.gpkg", {"编码": ["01", "02", "03"]}, east=1800, rows=3)
    proposal, text = written(tmp_path)
    found = {name.partition(" ")[0]: role for name, role in roles(proposal).items()}
    assert found == {"x.gpkg": "planned_use", "控规.gpkg": "planned_use", "y.gpkg": None}
    assert 'class_column = "分类编码"' in text
    assert "the codes of its column 分类编码 are those of plans" in text


def test_answers_make_lines_certain_and_no_answer_leaves_them_open(folder: Path) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> int | None:
        asked.append(question)
        told = question.text.render("en")
        if "several schemes" in told:
            options = [option.render("en") for option in question.options]
            return next(at for at, words in enumerate(options) if "(sandiao-2019)" in words)
        return None if "planned" in told else 0

    proposal = layers_init(folder, lang="en", ask=ask)
    by_role = {spec.role: spec for spec in load_catalog(folder / "catalog.toml").layer}
    farmland, redline = by_role["permanent_basic_farmland"], by_role["ecological_redline"]
    assert (farmland.scheme, farmland.class_column) == ("sandiao-2019", "DLBM")
    assert farmland.coverage == redline.coverage == "layer:land_use"
    assert by_role["planned_use"].coverage is None
    assert [question.text.render("en")[:9] for question in proposal.unanswered] == [
        "控规.gpkg |"[:9]
    ]
    assert len(asked) == 3, "both products of the county are one question"


def test_the_one_that_was_chosen_of_two_vintages_is_placed(tmp_path: Path) -> None:
    lay(tmp_path / "DLTB_2018.gpkg", DLTB)
    lay(tmp_path / "DLTB_2019.gpkg", DLTB)
    proposal = layers_init(tmp_path, lang="en", ask=lambda _question: 1)
    assert [item.placed for item in proposal.items] == [False, True]
    (spec,) = load_catalog(tmp_path / "catalog.toml").layer
    assert spec.path == "DLTB_2019.gpkg"


def test_the_command_asks_on_a_terminal_alone(folder: Path, monkeypatch: Any, capsys: Any) -> None:
    from townland_cli import asking, main

    def run(*answers: str) -> str:
        (folder / "catalog.toml").unlink(missing_ok=True)
        monkeypatch.setattr(
            sys, "argv", ["townland", "layers", "init", str(folder), "--lang", "zh"]
        )
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(answers) + "\n"))
        with pytest.raises(SystemExit):
            main()
        return str(capsys.readouterr().out)

    silent = run()
    assert "以下各项尚未选定" in silent
    assert "建设用地管制区（control_zone）：LAND-07、LAND-14 无法评价" in silent
    monkeypatch.setattr(asking, "somebody_there", lambda: True)
    answered = run("9", "3", "1", "1")
    assert "请输入 1 到 3 的序号" in answered
    assert "尚未选定" not in answered
    text = (folder / "catalog.toml").read_text("utf-8")
    assert text.count('\ncoverage = "layer:land_use"') == 2
    assert '\ncoverage = "town"' in text
