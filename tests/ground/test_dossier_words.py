"""Words for yes, no and not stated: TOML and workbook read the same ones, in every such field."""

from __future__ import annotations

import pytest
from tests.factory_coordinates import workbook as written
from tests.factory_dossier import NAMES, said

from townland.dossier import Dossier, load_dossiers
from townland.dossier.answers import answer
from townland.dossier.fields import dossier_field, dossier_fields
from townland.errors import DossierError
from townland.terms import Verdict

NO = ("无", "没有", "否", "×", "0", "缺", "false", " 无 ", "ＦＡＬＳＥ", "No")
NOT_STATED = ("-", "—", "待补充", "　", "")
ANSWERED = [
    field.path for field in dossier_fields().values() if bool in field.holds and not field.any_key
] + ["documents.other.permit"]


def stated(dossier, path):
    value = dossier
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else getattr(value, key, None)
    return value


def both(tmp_path, path, word):
    """The field as a TOML file and as a workbook have it."""
    toml = tmp_path / "d.toml"
    toml.write_text(f'code = "a"\n{path} = "{word}"\n', "utf-8")
    cells = written(tmp_path / "d.xlsx", {"镇": [("code", path), ("a", word)]})
    ((one,), (other,)) = load_dossiers(toml), load_dossiers(cells)
    assert stated(one, path) == stated(other, path)
    return stated(one, path)


@pytest.mark.parametrize("path", ANSWERED)
def test_the_words_for_no_and_not_stated_hold_in_every_field_with_an_answer(tmp_path, path):
    assert dossier_field(path) is not None
    for word in NO:
        assert both(tmp_path, path, word) is False, word
    for word in NOT_STATED:
        assert both(tmp_path, path, word) is None, word


def test_a_document_is_called_what_it_is_called(tmp_path):
    for word in ("总体规划.pdf", "有", "柳规〔2018〕0号", "无障碍设施规划"):
        assert both(tmp_path, "documents.town_plans", word) == word


@pytest.mark.parametrize("word", ["是", "有", "√", "true", "1"])
def test_yes_is_yes_of_a_list(tmp_path, word):
    assert both(tmp_path, "lists.city", word) is True


@pytest.mark.parametrize("path", ["segment", "quota_ha", "type", "county_platform", "population"])
def test_a_dash_is_not_stated_of_any_field(tmp_path, path):
    assert both(tmp_path, path, "—") is None


@pytest.mark.parametrize(
    ("word", "industries"),
    [
        ("无", ()),
        ("—", None),
        ("休闲旅游、—", ("休闲旅游",)),
        ("休闲旅游、电子商务", ("休闲旅游", "电子商务")),
    ],
)
def test_answers_are_no_industries(tmp_path, word, industries):
    cells = written(tmp_path / "d.xlsx", {"镇": [("code", "linked_industries"), ("a", word)]})
    assert load_dossiers(cells)[0].linked_industries == industries
    listed = word.split("、")
    assert (
        Dossier.model_validate({"code": "a", "linked_industries": listed}).linked_industries
        == industries
    )


def test_a_code_may_be_a_word_for_no():
    assert Dossier.model_validate({"code": "0"}).code == "0"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("暂无", "尚无", "未编制", "无。", "（没有）", "Ｘ", "none", "0份"), "no"),
        (("编制中", "未提供", "【待补充】", "———", "……", "#N/A", "null", "。"), "not_stated"),
        (("√。", "（有）", "☑"), "yes"),
        (("无障碍设施规划", "编制中的规划.pdf", "柳规〔2018〕0号", "《总体规划》"), None),
    ],
)
def test_answers_in_other_words_and_with_marks_around_them(words, meant):
    assert {answer(word) for word in words} == {meant}


@pytest.mark.parametrize("word", ["暂无", "未编制", "无；"])
def test_a_document_that_there_is_not_yet_is_missing(word):
    """Seven documents of eight are there; of one it is written that there is none as yet."""
    documents = {**dict.fromkeys(NAMES, "有"), "town_plans": word}
    found = said("STAGE-02", documents=documents)
    assert (found.verdict, found.measured) == (Verdict.FAIL, 1)


def test_no_industry_is_counted_where_there_is_none_yet():
    found = said("IND-01", leading_industries=["暂无"], linked_industries=["休闲旅游", "电子商务"])
    assert (found.verdict, found.measured) == (Verdict.REVIEW, 2)


def test_what_is_no_answer_is_refused(tmp_path):
    path = tmp_path / "d.toml"
    path.write_text('code = "a"\nlists.city = "maybe"\n', "utf-8")
    with pytest.raises(DossierError, match=r"lists\.city"):
        load_dossiers(path)


def test_documents_that_are_not_there_are_missing():
    """Eight documents of the application, each 无: none of them is there."""
    found = said("STAGE-02", documents=dict.fromkeys(NAMES, "无"))
    assert (found.verdict, found.measured) == (Verdict.FAIL, 8)
    assert said("IND-02", documents={"industry_study": "没有"}).verdict is Verdict.REVIEW


def test_documents_still_to_come_are_not_stated():
    found = said("STAGE-02", documents={**dict.fromkeys(NAMES, "有"), "investors": "待补充"})
    assert found.verdict is Verdict.NOT_EVALUATED
    assert found.missing == ("documents.investors",)
