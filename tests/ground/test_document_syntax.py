"""Each mistake that keeps a file from being read: its line and the cure, in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townland import documents
from townland.catalog import load_catalog
from townland.documents import mistakes
from townland.dossier import load_dossier
from townland.errors import CatalogError, DossierError, RulebookError, TownlandError
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook

HEAD = 'id = "my-county"\n'
"""The line above the mistake, which so stands in line 2."""

# what is typed, what is said of it in English, what in Chinese; the line shown is the first of the three
MISTAKES = [
    ('id2 ＝ "x"', "write = for ＝", "把 ＝ 改为 ="),
    ("band = ０．０１", "write 0 . 1 for ０ ． １", "把 ０ ． １ 改为 0 . 1"),
    ("title = “我县规则”", 'write " " for “ ”', '把 “ ” 改为 " "'),
    ('title = "我县规则”', 'write " for ”', '把 ” 改为 "'),
    ("title = ‘我县规则’", "full-width characters", "全角字符"),
    ('list = ["a"，"b"]', "write , for ，", "把 ， 改为 ,"),
    ('title = { zh = "甲"， en = "x" }', "write , for ，", "把 ， 改为 ,"),
    ("［［rule］］", "write [ ] for ［ ］", "把 ［ ］ 改为 [ ]"),
    ("【【rule】】", "write [ ] for 【 】", "把 【 】 改为 [ ]"),
    ("band：0.01", "write = for the colon: band = 0.01", "冒号请改为等号：band = 0.01"),
    ("band: 0.01", "write = for the colon: band = 0.01", "冒号请改为等号：band = 0.01"),
    ("band\u3000= 0.01", "write ␣ for U+3000", "把 U+3000 改为 ␣"),
    ("\u200bband = 0.01", "an invisible character (U+200B)", "看不见的字符（U+200B）"),
    ("\ufeffband = 0.01", "an invisible character (U+FEFF)", "看不见的字符（U+FEFF）"),
    ("band = 0.01\x07", "a control character", "控制字符"),
    ("band = 1%", "a share of 1: 1% is 0.01", "1% 写作 0.01"),
    ("band = 1 %  # as told", "a share of 1: 1 % is 0.01", "1 % 写作 0.01"),
    ("band = １％", "1% is 0.01", "1% 写作 0.01"),
    ("band = ±2.5%", "±2.5% is 0.025", "±2.5% 写作 0.025"),
    ("band = 5‰", "5‰ is 0.005", "5‰ 写作 0.005"),
    ("band = 百分之1", "百分之1 is 0.01", "百分之1 写作 0.01"),
    ("band = 0,01", "no comma: write 0.01", "小数点不能写成逗号：写 0.01"),
    ("limit = 1,000", "write 1000, or 1.000", "写 1000；若逗号是小数点，写 1.000"),
    ("band = .01", "begins with a digit: write 0.01", "写 0.01"),
    ("band = -.5", "begins with a digit: write -0.5", "写 -0.5"),
    ("limit = 3.", "does not end with a point: write 3", "不能以小数点结尾：写 3"),
    ("code = 0450", 'write 450, or "0450" if it is a code', '写 450；若是代码，写 "0450"'),
    ("limit = 3 km2", "write 3 alone", "只写 3"),
    ("limit = 3平方公里", "write 3 alone", "只写 3"),
    ("limit = ≥3", "write 3 alone", "只写 3"),
    ("modal = True", "write true, in small letters", "请写 true（小写）"),
    ("modal = FALSE", "write false, in small letters", "请写 false（小写）"),
    ("modal = 是", "write true", "请写 true"),
    ("modal = no", "write false", "请写 false"),
    ("limit = null", "left out: delete the line", "不写即可：请删去这一行"),
    ("limit =", "the value behind = is missing", "等号后面缺少值"),
    ("limit == 3", "one = is enough", "等号写一个就够了"),
    ("= 3", "the key before = is missing", "等号前面缺少键"),
    ("band 0.01", "the sign = is missing: band = 0.01", "缺少等号：band = 0.01"),
    ("幅度 = 0.01", "幅度 is no key", "幅度 不能作键"),
    ("title = 我县规则", 'in quotation marks: write "我县规则"', '文字要加引号：写 "我县规则"'),
    ("base = liuzhou-2018", 'write "liuzhou-2018"', '写 "liuzhou-2018"'),
    ('base = "liuzhou-2018', "a quotation mark is missing", "缺少引号"),
    ('base = liuzhou-2018"', 'missing: write "liuzhou-2018"', '缺少引号：写 "liuzhou-2018"'),
    ("base = 'liuzhou-2018", "a quotation mark is missing", "缺少引号"),
    ('title = "the "new" town"', "quotation marks stand within", "文字中间又出现了引号"),
    ('note = """x', "must end with three", "必须以三个引号结束"),
    ('path = "D:\\data\\a.gdb"', "write the path with /, as D:/data/a.gdb", "如 D:/data/a.gdb"),
    ('path = "C:\\Users\\a.shp"', "as C:/Users/a.shp", "如 C:/Users/a.shp"),
    ('path = "D:\\new\\t.gpkg"', "as D:/new/t.gpkg", "如 D:/new/t.gpkg"),
    ("surveyed = 2018-1-5", "a day is written as 2018-01-05", "日期写作 2018-01-05"),
    ("surveyed = 2018/12/31", "a day is written as 2018-12-31", "日期写作 2018-12-31"),
    ("surveyed = 2018年12月31日", "written as 2018-12-31", "日期写作 2018-12-31"),
    ("surveyed = 2018-02-30", "no such day: 2018-02-30", "没有这一天：2018-02-30"),
    ('id = "again"', "id stands twice, first in line 1", "id 写了两次，第一次在第 1 行"),
    ("[[rule]", "write [[rule]] or [rule]", "写 [[rule]] 或 [rule]"),
    ("[rule]]", "write [[rule]] or [rule]", "写 [[rule]] 或 [rule]"),
    ("[rule", "the closing bracket is missing: write [rule]", "缺少右方括号：写 [rule]"),
    ("[规则]", "a heading is a key in brackets", "标题是方括号里的键"),
    ('[[rule]] id = "x"', "a heading stands alone in its line", "标题要独占一行"),
    ("// a note", "a note for people begins with #", "说明以 # 开头"),
    ("band = 0.01 // a note", "write 0.01 alone", "只写 0.01"),
    ("band = 0.01,", "no comma or semicolon ends the line", "行末不要逗号或分号"),
    ("band = 0.01;", "no comma or semicolon ends the line", "行末不要逗号或分号"),
    ('title = "x";', "no comma or semicolon ends the line", "行末不要逗号或分号"),
    ("band = 0.01 limit = 2", "a line of its own", "一行只写一个键"),
    ('title = { zh = "甲",', "braces open and close in one line", "大括号要在同一行"),
    ('title = { zh = "甲", }', "none at the end", "最后一项后面不加"),
    ("t = { a = 1, a = 2 }", "one key stands twice in these braces", "同一个键写了两次"),
    ('list = ["a" "b"]', "with a comma between its entries", "各项之间用逗号"),
    ('list = ["a",', "a list stands in brackets", "清单写在方括号里"),
    ("id.more = 1", "id.more and a key above it exclude one another", "互相冲突"),
    ("[id]", "id is a key with a value already", "id 已经是一个有值的键"),
    ("?", "this line cannot be read", "这一行无法识别"),
]  # fmt: skip

PARSER = (
    "Expected",
    "Invalid",
    "Illegal",
    "Cannot",
    "Unclosed",
    "Unescaped",
    "Unterminated",
    "at line",
)
"""Words of Python's parser, which no reader may meet."""


def told(text: str | bytes, error: type[TownlandError] = RulebookError) -> tuple[str, str]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(error) as caught:
        documents.tables(raw, "a.toml", error)
    return caught.value.render("en"), caught.value.render("zh")


@pytest.mark.parametrize(("typed", "english", "chinese"), MISTAKES)
def test_a_mistake_is_told_with_its_line_and_the_cure(
    typed: str, english: str, chinese: str
) -> None:
    for after in ("\n", "", '\nversion = "1"\n'):
        in_english, in_chinese = told(f"{HEAD}{typed}{after}")
        assert in_english.startswith("a.toml, line 2: "), in_english
        assert in_chinese.startswith("a.toml 第 2 行："), in_chinese
        assert english in in_english
        assert chinese in in_chinese
        shown = re.sub("[\x00-\x1f\u200b\ufeff]", "\ufffd", typed)
        for said in (in_english, in_chinese):
            assert said.endswith(f"\n    {shown}"), said
            assert not any(word in said for word in PARSER), said
        assert re.search("[一-鿿]", in_chinese.splitlines()[0])


def test_every_sentence_of_a_mistake_has_its_row() -> None:
    """A sentence that no row of the table brings about would be one that nobody has seen."""
    source = Path(mistakes.__file__).read_text("utf-8")
    said = "\n".join(told(f"{HEAD}{typed}\n")[0] for typed, *_words in MISTAKES)
    said += told(f"limit = {'9' * 5000}\n")[0] + told(f"# {'x' * 20_000}\n")[0]
    said += told("[rule]\n[rule]\n")[0] + told('id ＝ "a"\nb ＝ 1\n')[0]
    found = [
        str(call.args[0].value)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"
        and isinstance(call.args[0], ast.Constant)
    ]  # fmt: skip
    assert len(found) > 35
    for words in found:
        longest = max(re.split(r"\{[^{}]*\}", words), key=len).strip()
        if "UTF" not in words:
            assert longest in said, words


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_notepad_s_unicode_is_told(encoding: str) -> None:
    in_english, in_chinese = told('id = "甲"\n'.encode(encoding))
    assert in_english == (
        "a.toml, line 1: saved as UTF-16 (“Unicode” in Notepad); save the file again and choose UTF-8 as"
        " its encoding"
    )
    assert "另存" in in_chinese
    assert "UTF-8" in in_chinese


def test_utf_8_with_its_mark_is_read() -> None:
    data, lines = documents.tables('\ufeffid = "甲"\r\nb = 1\r\n'.encode(), "a.toml", RulebookError)
    assert (data, lines[("b",)]) == ({"id": "甲", "b": 1}, 2)


def test_a_code_page_is_told_with_its_line() -> None:
    in_english, in_chinese = told('id = "a"\ntitle = "甲"\n'.encode("gbk"))
    assert in_english == "a.toml, line 2: not UTF-8; save the file as UTF-8"
    assert "另存为 UTF-8" in in_chinese


def test_full_width_signs_of_the_whole_file_are_told_at_once() -> None:
    (in_english, in_chinese) = told('id ＝ "a"\nb = 1\ntitle = "甲，乙：（丙）"\nversion ＝ "1"\n')
    assert "(also in line 4)" in in_english
    assert "第 4 行也有" in in_chinese


def test_full_width_signs_within_texts_and_notes_are_none_of_ours() -> None:
    text = 'title = "甲，“乙”＝丙"  # 注：“丁”＝1\nb = 0,1\n'
    assert "full-width" not in told(text)[0]


def test_a_heading_that_stands_twice_is_told_with_both_lines() -> None:
    said = told('[rule]\nid = "a"\n\n[rule]\nid = "b"\n')[0]
    assert said.startswith(
        "a.toml, line 4: the heading rule stands here and in line 1; where there"
    )
    assert "with two brackets: [[rule]]" in said


def test_a_key_twice_in_one_of_several_rules_names_the_nearer_line() -> None:
    said = told('[[rule]]\nid = "a"\nband = 1\n[[rule]]\nid = "b"\nband = 2\nband = 3\n')[0]
    assert said.startswith("a.toml, line 7: band stands twice, first in line 6;")


def test_a_missing_mark_at_the_end_is_told_where_it_is_missing() -> None:
    assert told('a = "x\nb = "y"\n')[0].startswith("a.toml, line 1: a quotation mark is missing")
    assert told('b = 1\nl = [\n  "a",\n  "b"\n\n')[0].startswith("a.toml, line 2: a list stands in")


def test_no_password_and_no_signs_of_the_console_are_shown() -> None:
    for line in (
        'url = "postgresql://me:secret@server/land',
        'source = postgresql://me:secret@server/land',
        "password = secret",
    ):  # fmt: skip
        said = "".join(told(f"{HEAD}{line}\n"))
        assert "secret" not in said, said
    said = told(f"{HEAD}band = 1\x1b[2J\n")[0]
    assert "\x1b" not in said


def test_what_is_too_long_or_too_deep_is_told_by_its_line() -> None:
    assert told(f"a = 1\nlimit = {'9' * 5000}\n")[0].startswith(
        "a.toml, line 2: a number of 5000 digits; so many are not read"
    )
    assert told(f"a = 1\n# {'x' * 20_000}\n")[0] == (
        "a.toml, line 2: 20002 characters in one line, and at most 20000 are read; break the line"
    )
    assert "too deep in one another" in told(f"a = {'[' * 9000}{']' * 9000}\n")[0]
    assert "too deep in one another" in told(f"{'a.' * 3000}a = 1\n")[0]


def test_a_long_line_is_cut_about_its_fault() -> None:
    said = told(f'note = "{"x" * 5000}" band = 1 "{"y" * 5000}"\n')[0]
    assert len(said.splitlines()[-1]) < 110
    assert "band = 1" in said.splitlines()[-1]


@given(st.text("ab=\"'[]{}.,#\\ ＝“”，．１0-:\n\r%", max_size=40))
def test_any_text_is_read_or_told_in_both_languages(text: str) -> None:
    try:
        documents.tables(text.encode(), "a.toml", RulebookError)
    except RulebookError as problem:
        for lang in ("en", "zh"):
            said = problem.render(lang)
            assert not any(word in said.splitlines()[0] for word in PARSER), said
        line = int(re.search(r"line (\d+)", problem.render("en"))[1])  # type: ignore[index]
        assert 1 <= line <= text.count("\n") + 1


def test_rulebook_catalog_and_dossier_are_told_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("id = “x”\n", "utf-8")
    for load, error in (
        (load_rulebook, RulebookError),
        (load_catalog, CatalogError),
        (load_dossier, DossierError),
    ):
        with pytest.raises(error) as caught:
            load(path)  # type: ignore[operator]  # each takes a path
        assert "a.toml, line 1: full-width characters" in caught.value.render("en")
    (fault,) = lint(path)
    assert fault.line == 1


def test_an_ending_that_notepad_added_is_told(tmp_path: Path) -> None:
    (tmp_path / "my.toml.txt").write_text("", "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path / "my.toml")
    assert caught.value.render("en").endswith(
        "my.toml: no such file, but my.toml.txt is there: the editor added an ending; rename it"
    )
    assert "请改名" in caught.value.render("zh")
