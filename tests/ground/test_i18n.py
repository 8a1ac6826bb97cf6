"""Every sentence has its Chinese, and the compiled catalog is the committed one."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from townland.i18n import LANGUAGES, Bilingual, Joined, _, catalog, render
from townland.terms import VERDICTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalog_tool", ROOT / "tools" / "catalog.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_extraction_finds_the_sentences_of_code_command_and_templates(tool: ModuleType) -> None:
    files = {place for places in tool.sentences().values() for place in places}
    assert "src/townland/measuring/prepare/mend.py" in files
    assert "src/townland/writing/report/templates/report.html.j2" in files
    assert "cli/townland_cli/options.py" in files


def test_a_sentence_within_another_is_found(tool: ModuleType) -> None:
    inner = '_("{all}.", all=listed(_("{one} {more}") for one in many))'
    assert list(tool.in_python(inner)) == ["{all}.", "{one} {more}"]


def test_every_sentence_has_chinese_with_the_same_places(tool: ModuleType) -> None:
    assert list(tool.faults()) == []


def test_no_sentence_hides_in_an_f_string() -> None:
    # Before Python 3.12 an f-string is one token, and what stands in its braces is not found.
    hidden = re.compile(r"""f["'].*\{(_|words)\(""")
    for folder in ("src", "cli"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not hidden.search(file.read_text(encoding="utf-8")), file


def test_faults_are_found(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(list(tool.kept().items())[5:]) | {"gone": "已删"}
    first = next(sentence for sentence in known if "{path}" in sentence)
    known[first] = known[first].replace("{path}", "{file}")
    monkeypatch.setattr(tool, "kept", lambda _lang="zh": known)
    found = list(tool.faults())
    assert sum(fault.startswith("not in zh") for fault in found) == 5
    assert sum(fault.startswith("other {places}") for fault in found) == 1
    assert sum(fault.startswith("no longer in the code: gone") for fault in found) == 1
    assert sum("update" in fault or "compiled" in fault for fault in found) == 2


def test_update_takes_a_dictionary_and_drops_what_is_gone(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "LOCALE", tmp_path)
    words = tmp_path / "words.py"
    words.write_text('T = {"Compliant": "合格", "no such sentence": "没有"}', encoding="utf-8")
    tool.update([words])
    assert tool.kept()["Compliant"] == "合格"
    assert "no such sentence" not in tool.kept()
    before = tool.po("zh").read_bytes()
    tool.update([])
    assert tool.po("zh").read_bytes() == before


def test_the_words_of_the_verdicts() -> None:
    words = {name: text.render("zh") for name, text in VERDICTS.items()}
    assert words == {
        "fail": "不符合",
        "review": "需人工核实",
        "not_evaluated": "未评价（缺资料）",
        "pass": "符合",
        "info": "提示",
    }


def test_texts_are_put_into_words_late() -> None:
    text = _("{problem} at ({x}, {y})", problem=_("the ring crosses itself"), x=1, y=2)
    assert text.render("en") == "the ring crosses itself at (1, 2)"
    assert text.render() == str(text) == "边界自相交，位置（1, 2）"
    assert Joined((text, 7), "; ").render("en").endswith("; 7")
    assert str(Joined(("a", "b"))) == "ab"
    assert str(Bilingual("镇", "town")) == "镇"
    assert Bilingual("", "town").render("zh") == "town"
    assert render(5) == "5"


def test_data_is_never_taken_for_a_pattern() -> None:
    assert _("the id {id} stands {count} times", id="{count}", count=2).render("en") == (
        "the id {count} stands 2 times"
    )


def test_an_unknown_language_is_named() -> None:
    assert LANGUAGES == ("zh", "en")
    with pytest.raises(ValueError, match="known are zh, en"):
        catalog("fr")


def test_chinese_writes_square_metres_in_one_way() -> None:
    sentences = catalog("zh")._catalog.values()  # type: ignore[attr-defined]
    assert [each for each in sentences if "m²" in each] == []


# of how many something is a part: there are always several
NUMBER = re.compile(
    r"(?<!of )(?<!All )\{(?:n|count|days|years|people)\} (?:more |other |different )?[a-z]+s\b"
)


def test_no_sentence_leaves_it_to_the_reader_whether_it_is_one_or_many() -> None:
    """“1 year(s)” is no English, nor is “1 pieces”."""
    sentences = catalog("zh")._catalog  # type: ignore[attr-defined]
    assert [each for each in sentences if "(s)" in each] == []
    assert [each for each in sentences if NUMBER.search(each)] == []


def test_words_go_by_the_number_before_them() -> None:
    said = "{count} {count:feature has|features have} no geometry, and {count:is|are} left out"
    assert [_(said, count=count).render("en") for count in (1, 2)] == [
        "1 feature has no geometry, and is left out",
        "2 features have no geometry, and are left out",
    ]
    assert _(said, count=1).render("zh") == _(said, count=12).render("zh").replace("12", "1")
    # data is no pattern here, either
    assert _("{names} and {count} {count:other|others}", names="{x|y}", count=1).render("en") == (
        "{x|y} and 1 other"
    )
