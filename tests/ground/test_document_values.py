"""Every value that a document's models can refuse is told in both languages, in no library's words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from townland import documents
from townland.catalog import LayerCatalog, LayerSpec
from townland.catalog.database import Database
from townland.documents import CELLS, Strict, values
from townland.dossier import Dossier
from townland.errors import CatalogError, DossierError, RulebookError
from townland.rules.book.model import Rulebook
from townland.rules.judging.clause import Clause, share_keys
from townland.rules.judging.law import MeasureSpec, Parameters
from townland.rules.kinds import MODELS, TITLES


def models() -> list[type[Strict]]:
    """Every model of a rulebook, a catalog and a dossier, however deep it stands."""
    found: dict[type[Strict], None] = {}

    def inner(annotation: Any) -> Iterator[type[Strict]]:
        if isinstance(annotation, type) and issubclass(annotation, Strict):
            yield annotation
        for part in get_args(annotation):
            yield from inner(part)

    waiting: list[type[Strict]] = [Rulebook, LayerCatalog, Dossier, *MODELS.values()]
    while waiting:
        model = waiting.pop()
        if model in found:
            continue
        found[model] = None
        for about in model.model_fields.values():
            waiting.extend(inner(about.annotation))
    return list(found)


WRONG: list[Any] = [
    "", "x", "X y", "0.01", "true", 1, -1, 0, 2, 15, 101, 10**30, 0.5, -0.5, 2.5, float("nan"),
    float("inf"), True, False, [], [1], [""], ["x", "x"], [[]], [{}], {}, {"x": 1}, {"zh": 1},
    {"zh": "a", "en": "b", "fr": "c"}, dt.date(2018, 1, 1), dt.datetime(2018, 1, 1, 5, tzinfo=dt.UTC),
    dt.datetime(2018, 1, 1, tzinfo=dt.UTC), dt.time(5), "2018-01-01", "2018",
]  # fmt: skip
LIBRARY = re.compile(r"should|Input|valid |String|Field required|Extra inputs|Value error|got ")


def test_the_models_are_all_there() -> None:
    assert {Clause, MeasureSpec, Parameters, LayerSpec, Database, *MODELS.values()} <= set(models())
    assert len(models()) > 45


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_what_a_key_cannot_hold_is_told_in_both_languages(model: type[Strict]) -> None:
    for key in model.model_fields:
        for value in WRONG:
            found = documents.faults({key: value}, {}, "a.toml", model)
            assert isinstance(found, list) or issubclass(type(found), BaseModel)
            for _key, words in found if isinstance(found, list) else ():
                english, chinese = words.render("en"), words.render("zh")
                assert english.startswith(("a.toml, line 1: ", "a.toml: "))
                assert re.search("[一-鿿]", chinese), chinese
                for said in (english, chinese):
                    assert not LIBRARY.search(said), said
                    assert len(said) < 1500
            try:
                model.model_validate({key: value})
            except ValidationError as problem:
                for fault in problem.errors(include_url=False):
                    plain = fault["type"] in (
                        "missing", "missing_argument", "value_error", "extra_forbidden",
                        "unexpected_keyword_argument",
                    )  # fmt: skip
                    assert plain or values.told(fault), fault["type"]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_number_in_quotation_marks_is_refused_with_the_cure(model: type[Strict]) -> None:
    for key, about in model.model_fields.items():
        kinds = values.kinds(model, key)
        if not kinds & {int, float, Decimal} or str in kinds:
            continue
        for text in ("0.01", " 3 "):
            found = documents.faults({key: text}, {}, "a.toml", model)
            assert isinstance(found, list), (key, about)
            said = [words.render("en") for at, words in found if at == (key,)]
            assert said == [
                f"a.toml, line 1: {key}: a number is written without quotation marks: {text.strip()}"
            ]
        (said,) = (
            words.render("zh")
            for at, words in documents.faults({key: True}, {}, "a.toml", model)  # type: ignore[union-attr]
            if at == (key,)
        )
        assert "应为数字，不能是 true" in said


def test_a_bar_of_1_is_always_that_of_a_share() -> None:
    """The cure “for 15 % write 0.15” is given where a value is above 1 and may not be."""
    for model in models():
        for key in model.model_fields:
            found = documents.faults({key: 15}, {}, "a.toml", model)
            told = [
                at
                for at, words in (found if isinstance(found, list) else ())
                if "for 15 % write 0.15" in words.render("en")
            ]
            if told:
                shares = (
                    "green_cover",
                    "three_new_share",
                    "research_intensity",
                    "county_debt_ratio",
                )
                assert key in (*share_keys(model), *shares), (model, key)
    assert share_keys(Parameters) == ("band", "uncertainty")


def test_numbers_of_a_workbook_s_cells_are_read_as_numbers() -> None:
    held = {"code": "1", "population": "12000", "lists": {"city": "true"}}
    assert Dossier.model_validate(held, context=CELLS).population == 12000
    with pytest.raises(ValidationError):
        Dossier.model_validate(held)


@pytest.mark.parametrize(
    ("text", "model", "english", "chinese"),
    [
        ("[rule]\nid = 1\n", Rulebook, "rule: [rule] is one of several", "标题要写双方括号：[[rule]]"),
        ("[[parameter]]\n", Rulebook, "parameter: there is one [parameter] only", "只写一层方括号"),
        ("[layer]\nname = 1\n", LayerCatalog, "layer: [layer] is one of several", "[[layer]]"),
        ('title = "甲"\n', Rulebook, '{ zh = "甲", en = "…" }', '{ zh = "甲", en = "…" }'),
        ("version = 1\n", Rulebook, 'in quotation marks: "1"', '加引号的文字："1"'),
        ("band = 0.1\n", Rulebook, "move it below [parameter], [[rule]]", "移到 [parameter], [[rule]]"),
        ("clause = 1\n", Rulebook, "clause stands below a heading", "clause 不能写在这里"),
        (
            '[[layer]]\nname = "a"\nrole = "paddy"\npath = "x"\nsurveyed = 20181231\n',
            LayerCatalog, "line 5: layer a, surveyed: a day is written as 2018-12-31, not 20181231",
            "第 5 行：图层 a 的 surveyed",
        ),
        (
            'code = "1"\n[documents]\ninvestors = true\n', Dossier,
            "documents.investors is true; expected a text in quotation marks, or false",
            "应为 加引号的文字，或false",
        ),
    ],
)  # fmt: skip
def test_what_newcomers_write_is_told_with_the_cure(
    text: str, model: type[Strict], english: str, chinese: str
) -> None:
    error = {Rulebook: RulebookError, LayerCatalog: CatalogError, Dossier: DossierError}[model]  # type: ignore[index]
    with pytest.raises(error) as caught:
        documents.parse(text.encode(), "a.toml", model, error)
    assert english in caught.value.render("en")
    assert chinese in caught.value.render("zh")


def test_no_connection_of_a_database_is_shown() -> None:
    for text in (
        '[database.a]\nurl = "postgresql://me:secret@x/y"\nurls = "postgresql://me:secret@x/y"\n',
        '[database.a]\nurl = ["postgresql://me:secret@x/y"]\n',
        'database = "postgresql://me:secret@x/y"\n',
        '[database]\na = "postgresql://me:secret@x/y"\n',
        '[[layer]]\nname = "a"\nrole = "postgresql://me:secret@x/y"\npath = "a"\n',
    ):
        with pytest.raises(CatalogError) as caught:
            documents.parse(text.encode(), "a.toml", LayerCatalog, CatalogError)
        assert "secret" not in caught.value.render("en"), caught.value.render("en")


def test_every_parameter_of_every_kind_of_rule_has_a_title() -> None:
    keys = {
        key
        for model in MODELS.values()
        for key in model.model_fields
        if key not in ("id", "title", "kind", "clause", "note")
    }
    assert keys | set(Parameters.model_fields) == set(TITLES)
    for key, title in TITLES.items():
        assert title.render("zh") != title.render("en"), key
