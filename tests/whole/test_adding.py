"""A kind of rule, a role and a language are added in one file each; everything else follows from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from babel.messages import Catalog
from babel.messages.mofile import write_mo

ROOT = Path(__file__).parents[2]
LAYERS = ROOT / "layers"

KIND = '''"""The kind of rule on how many plots a plan has."""

from __future__ import annotations

from typing import Annotated, Literal

from townland import units
from townland.i18n import Bilingual, _
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import Column, MeasureKey, Part, Row, Term, Working, both
from townland.rules.judging.verdict import verdict_of


class PlotCount(Rule):
    """At most so many pieces of a measure."""

    titles = {"most_plots": Bilingual("地块数上限", "greatest number of plots")}

    kind: Literal["plot_count"]
    measure: MeasureName
    most_plots: int


class PlotRow(Row):
    """A measure, and its pieces."""

    measure: MeasureKey
    plots: Annotated[int, Column(Bilingual("地块", "plots"))]


class PlotWorking(Working):
    """What is this kind's own."""

    plots: Annotated[tuple[PlotRow, ...], Part(Bilingual("地块统计", "plots counted"))]


def plot_count(case: Case[PlotCount]) -> Finding:
    """Count the pieces of a measure."""
    rule, count = case.rule, case.measure(case.rule.measure).pieces
    figure = units.exact(count)
    working = PlotWorking(
        formula=both(Bilingual("地块的数量。", "The number of plots.")),
        terms=(Term(measure=rule.measure, value=figure),),
        parameters=(case.law_number("most_plots", units.exact(rule.most_plots), "count"),),
        plots=(PlotRow(measure=rule.measure, plots=count),),
    )
    return case.finding(
        verdict_of(fails=count > rule.most_plots),
        Bilingual(f"共{count}个地块。", f"{count} plots."),
        working,
        measured=figure,
        limit=units.exact(rule.most_plots),
        margin=units.exact(rule.most_plots - count),
        unit="count",
        measures=[rule.measure],
    )


KINDS = (Kind(PlotCount, plot_count, PlotWorking),)
'''

BOOK = """
id = "own"
title = {{ zh = "本地规则", en = "Our own" }}
version = "1"
three_class = "survey"

[measure.plots]
title = {{ zh = "规划地块", en = "Planned plots" }}
layers = {layers}

[[rule]]
id = "OWN-1"
title = {{ zh = "一条规则", en = "One rule" }}
kind = "{kind}"
measure = "plots"
{bar}
clause = {{ document = "own", quote = "", effective = 2018-01-01 }}
"""

ROLE = """    "heritage_site": Role(_("heritage protection zones"), protected=True),
"""
GERMAN = {
    "Compliant": "Erfüllt",
    "Not compliant": "Verletzt",
    "The bar is {bar}.": "Grenze: {bar}.",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the library and the command."""
    for name in ("src", "cli"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    return tmp_path


COMMANDS = """
import json, sys
from typer.testing import CliRunner
from townland_cli.app import app
sys.stdout.reconfigure(encoding="utf-8")
for words in json.load(sys.stdin):
    done = CliRunner().invoke(app, words)
    if done.exit_code not in (0, 1, 3):
        raise done.exception
    print(json.dumps(done.stdout))
"""


def townland(house: Path, *commands: list[object]) -> list[str]:
    """What commands of a copy print, which run one after another in one process."""
    paths = os.pathsep.join(str(house / name) for name in ("src", "cli"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMANDS],
        input=json.dumps([[str(word) for word in words] for words in commands]),
        cwd=house,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def lint(lang: str) -> list[object]:
    return ["rules", "lint", "own.toml", "--lang", lang]


def check_and_explain(catalog: Path, lang: str) -> tuple[list[object], list[object]]:
    """A check of the first demo town by the rulebook of its own, and the explanation of its rule."""
    check = [
        "check", LAYERS / "sample" / "towns.gpkg", "--code-column", "code", "--where", "code=T01",
        "--catalog", catalog, "--rules", "own.toml", "--on", "2018-12-31", "--out", "run",
        "--formats", "html", "--lang", lang,
    ]  # fmt: skip
    return check, ["explain", "run", "OWN-1", "--lang", lang]


def test_a_kind_of_rule_is_one_file(house: Path) -> None:
    (house / "src/townland/rules/kinds/plots.py").write_text(KIND, "utf-8")
    text = BOOK.format(layers='["planned_use"]', kind="plot_count", bar="most_plots = 1000")
    (house / "own.toml").write_text(text, "utf-8")
    wrong = text.replace('measure = "plots"', 'measure = "plotts"')
    (house / "wrong.toml").write_text(wrong, "utf-8")
    linted, shown, schema, printed, explained, refused = townland(
        house,
        lint("en"),
        ["rules", "show", "own.toml", "OWN-1", "--lang", "en"],
        ["rules", "schema"],
        *check_and_explain(LAYERS / "catalog.toml", "en"),
        ["rules", "lint", "wrong.toml", "--lang", "en"],
    )
    assert "no faults" in linted
    assert "most_plots = 1000  # greatest number of plots" in shown
    assert '"plot_count"' in schema
    assert "[Compliant]" in printed
    assert "The number of plots." in (house / "run" / "report.html").read_text("utf-8")
    assert "Planned plots — plots: " in explained
    assert "plots counted:" in explained
    assert "did you mean plots?" in refused


def test_a_role_is_one_record_and_its_rows_of_names(house: Path) -> None:
    terms = house / "src/townland/terms.py"
    code = terms.read_text("utf-8")
    before = '    "stock_land": Role('
    terms.write_text(code.replace(before, ROLE + before, 1), "utf-8")
    with (house / "src/townland/standards/schemas/names.csv").open("a", encoding="utf-8") as names:
        names.write("WWBHFW,heritage_site,文物保护范围,\n")
    data = house / "data"
    data.mkdir()
    towns = gpd.read_file(LAYERS / "sample" / "towns.gpkg")
    inside = towns.geometry.iloc[0].representative_point()
    zone = gpd.GeoDataFrame({"BSM": ["1"]}, geometry=[inside.buffer(50)], crs=towns.crs)
    zone.to_file(data / "WWBHFW.shp", encoding="utf-8")
    book = BOOK.format(
        layers='["heritage_site"]', kind="forbidden_area", bar='limit = 0\nunit = "ha"'
    )
    (house / "own.toml").write_text(book, "utf-8")
    _made, examined, linted, printed, explained = townland(
        house,
        ["layers", "init", data, "--out", "catalog.toml", "--lang", "en"],
        ["layers", "check", "--catalog", "catalog.toml", "--lang", "en"],
        lint("en"),
        *check_and_explain(house / "catalog.toml", "en"),
    )
    proposed = (house / "catalog.toml").read_text("utf-8")
    assert 'role = "heritage_site"' in proposed.replace("role      =", "role =")
    assert re.search(r"heritage_site  heritage protection z\S*\s+1 ", examined)
    assert "no faults" in linted
    assert "[Not compliant]" in printed
    assert "heritage protection zones" in (house / "run" / "report.html").read_text("utf-8")
    assert "heritage protection zones: data/WWBHFW.shp" in explained
    area = shapely.area(zone.geometry.iloc[0])
    assert f"{area / 10_000:.2f}" in printed


def test_a_language_is_one_catalog(house: Path) -> None:
    catalog = Catalog(locale="de")
    for english, german in GERMAN.items():
        catalog.add(english, german)
    folder = house / "src/townland/locale/de/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "townland.mo").open("wb") as file:
        write_mo(file, catalog)
    book = BOOK.format(
        layers='["planned_use"]', kind="forbidden_area", bar='limit = 9\nunit = "km2"'
    )
    (house / "own.toml").write_text(book, "utf-8")
    linted, printed, explained = townland(
        house, lint("de"), *check_and_explain(LAYERS / "catalog.toml", "de")
    )
    assert "no faults" in linted
    assert "OWN-1  [Erfüllt]  一条规则 (in Chinese)" in printed
    assert "Grenze: 9 km²." in (house / "run" / "report.html").read_text("utf-8")
    assert "Erfüllt: " in explained
