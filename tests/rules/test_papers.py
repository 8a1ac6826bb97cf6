"""IND-01 to 03 and NAME on dossiers made by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.factory_dossier import said, why
from tests.factory_rules import judge, town

from townland.dossier import Dossier
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal


# ---------------------------------------------------------------- IND-01 to 03, NAME


@pytest.mark.parametrize(
    ("leading", "linked", "verdict"),
    [
        (1, 2, PASS),
        (1, 3, PASS),
        (1, 1, REVIEW),
        (1, 4, REVIEW),
        (0, 2, REVIEW),
        (2, 2, REVIEW),
        (1, None, NOT),
        (2, None, NOT),
        (None, None, NOT),
    ],
)
def test_ind_01(leading: int | None, linked: int | None, verdict: Verdict) -> None:
    lists = {"leading_industries": leading, "linked_industries": linked}
    known = {key: ("甲",) * count for key, count in lists.items() if count is not None}
    found = said("IND-01", **known)
    assert found.verdict is verdict
    assert found.missing == tuple(key for key, count in lists.items() if count is None)
    total = sum(count for count in lists.values() if count is not None)
    assert found.measured == (D(total) if known else None)


def test_ind_02() -> None:
    assert said("IND-02", documents={"industry_study": "研究策划"}).verdict is PASS
    none = said("IND-02", documents={"industry_study": False})
    assert (none.verdict, none.measured, none.margin) == (REVIEW, D(1), D(-1))
    assert said("IND-02").missing == ("documents.industry_study",)


def test_ind_03_lists_and_never_judges() -> None:
    found = said("IND-03", leading_industries=("民族文化", "竹木加工"))
    assert (found.verdict, found.measured) == (INFO, D(1))
    assert "traditional strengths" in why(found)
    assert "竹木加工 is not named by the clause, whose list is open" in why(found)
    assert said("IND-03").verdict is NOT
    assert said("IND-03", leading_industries=()).measured == D(0)


def test_name_01() -> None:
    facts = town(dossier={"lists": {"city": False}})
    bears = type(facts)("1", "甲特色小镇", facts.area_m2, facts.closure_m2, facts.measures)
    assert judge("NAME-01", facts).verdict is PASS
    assert judge("NAME-01", bears).verdict is NOT
    for listed, verdict in ((True, PASS), (False, REVIEW)):
        held = Dossier.model_validate({"code": "1", "lists": {"city": listed}})
        one = type(facts)("1", "甲特色小镇", facts.area_m2, facts.closure_m2, facts.measures, held)
        assert judge("NAME-01", one).verdict is verdict


def test_name_02() -> None:
    assert said("NAME-02", carrier="产业园区").measured == D(1)
    assert said("NAME-02", carrier="古商埠").measured == D(0)
    assert said("NAME-02").missing == ("carrier",)
