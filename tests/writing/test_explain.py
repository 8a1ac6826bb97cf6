"""Explaining a run from its assessment.json alone, and setting runs side by side."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from townland.errors import ReportError
from townland.writing.comparison import compare
from townland.writing.explain import explain, lines
from townland.writing.explain.need import explain_need
from townland.writing.explain.run import read_run
from townland.writing.report.assessment_json import schema
from townland_cli.app import app

LAYERS = Path(__file__).parents[2] / "layers"
SAMPLE = LAYERS / "sample"
SHIPPED = LAYERS.parent / "src/townland/rulebooks/liuzhou-2018.toml"
PLAIN, TIGHT = "liuzhou-2018@2018-12-31", "liuzhou-2018@2018-12-31-2"


def command(*words: Any) -> Any:
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo towns under the shipped rulebook, and under a copy that tightens LAND-01."""
    folder = tmp_path_factory.mktemp("runs")
    text = SHIPPED.read_text("utf-8")
    loose = 'measure = "planning_area"\nlimit   = 3\n'
    assert loose in text
    tight = folder / "tight.toml"
    tight.write_text(text.replace(loose, loose + "band    = 0.01\n"), "utf-8")
    dossiers = [
        word for n in (1, 2, 3, 4) for word in ("--dossier", SAMPLE / f"dossiers/T0{n}.toml")
    ]
    done = command(
        "check", SAMPLE / "towns.gpkg", "--catalog", LAYERS / "catalog.toml", "--code-column", "code",
        "--on", "2018-12-31", "--rules", "liuzhou-2018", "--rules", tight, *dossiers,
        "--formats", "json", "--out", folder / "out", "--quiet",
    )  # fmt: skip
    assert done.exit_code == 1, done.output
    return folder / "out"


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is read once by those who explain all of its findings."""
    monkeypatch.setattr("townland.writing.explain.read_run", cache(read_run))


@pytest.mark.usefixtures("read_once")
def test_every_finding_of_a_run_is_explained_to_the_last_digit(runs: Path) -> None:
    document = json.loads((runs / PLAIN / "assessment.json").read_text("utf-8"))
    for finding in document["findings"]:
        found = explain(runs / PLAIN, finding["rule"], finding["town"])
        assert (found.finding.rule, found.finding.town) == (finding["rule"], finding["town"])
        assert found.trace.document() == finding["trace"]
        assert found.agrees, (finding["rule"], finding["town"], found.recomputed)
        said = dict(lines(found, "en"))
        assert finding["why"] in said["verdict"]
        assert said["formula"]


# a key, a code or raw data; keys in brackets behind their titles, files and ids are for the reader
RAW = re.compile(r"[{}]|\bNone\b|\bTrue\b|\bFalse\b|[a-z]+_[a-z]|\['")
ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|［[^［］]*］")


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("law", [PLAIN, "national"])
def test_no_explanation_shows_a_key_or_raw_data(
    runs: Path, tmp_path: Path, lang: str, law: str
) -> None:
    folder = runs / law
    if law == "national":
        folder = tmp_path / "national"
        town = ("--where", "code=T03", "--dossier", SAMPLE / "dossiers/T03.toml")
        command(
            "check", SAMPLE / "towns.gpkg", "--catalog", LAYERS / "catalog.toml", "--code-column",
            "code", "--on", "2022-01-01", "--rules", "national-2021", *town, "--formats", "json",
            "--out", folder, "--quiet",
        )  # fmt: skip
    document = json.loads((folder / "assessment.json").read_text("utf-8"))
    assert document["findings"]
    for finding in document["findings"]:
        found = explain(folder, finding["rule"], finding["town"])
        for head, text in lines(found, lang):
            assert not RAW.search(head), head
            if finding["why"] in text or "SHA-256" in text:
                continue
            bare = text
            while bare != (bare := ASIDE.sub("", bare)):
                pass
            assert not RAW.search(bare), (finding["rule"], head, text)


def test_what_stands_beside_a_figure_is_told_in_words(runs: Path) -> None:
    said = lines(explain(runs / PLAIN, "LAND-13", "T02"), "en")
    assert ("reading", "county — sum by sum: yes; rate: 0.413333 = 41.33%") in said
    said = lines(explain(runs / PLAIN, "FUND-02", "T02"), "en")
    assert ("judged by", "the bar that the clause sets [limit]: 1 = 100% (the policy's)") in said
    said = lines(explain(runs / PLAIN, "STAGE-03", "T02"), "zh")
    assert ("事项", "2017-10-20 · 列入名单") in said
    assert ("阶段", "处于培育期 —— 起始日：2017-10-20") in said
    # of T03 alone the boundary states its accuracy
    said = lines(explain(runs / PLAIN, "LAND-01", "T03"), "en")
    area = "(pieces: 1): 3299300.31 m² = 329.9300 ha; ± 2790.45 m² = 0.2790 ha at 95 %"
    assert ("measured", f"Planning area {area}") in said
    said = lines(explain(runs / PLAIN, "LAND-01", "T02"), "en")
    assert not any("±" in text for head, text in said if head == "measured")
    said = lines(explain(runs / PLAIN, "IND-04"), "zh")
    assert ("距离", "陶艺文化 · 云溪小镇、螺溪小镇 —— 距离（米）：512.8") in said


def test_the_command_shows_the_indicator_need(runs: Path) -> None:
    done = command("explain", runs / PLAIN, "need", "--town", "T02")
    assert done.exit_code == 0
    document = json.loads((runs / PLAIN / "assessment.json").read_text("utf-8"))
    need = document["towns"][1]["indicator_need"]
    for cell in need["cells"]:
        assert f"{cell['gross']['ha']:.4f}" in done.stdout
        assert f"{cell['net']['ha']:.4f}" in done.stdout
    told = " ".join(done.stdout.split())
    assert f"there stay short {need['short']['ha']:.4f} ha ({need['short']['mu']:.2f} mu)." in told
    answer = json.loads(command("explain", runs / PLAIN, "need", "--town", "T02", "--json").stdout)
    assert answer == {"town": "T02", "indicator_need": need}
    assert "land-supply rate of the last years (LAND-13): measured 41.33%, the bar 60%" in told
    done = command("explain", runs / PLAIN, "need", "--town", "T04")
    assert "the table is silent" in " ".join(done.stdout.split())
    with pytest.raises(ReportError, match="T01, T02, T03, T04"):
        explain_need(runs / PLAIN, "T09")


def test_a_changed_figure_is_noticed(runs: Path, tmp_path: Path) -> None:
    text = (runs / PLAIN / "assessment.json").read_text("utf-8")
    document = json.loads(text)
    for finding in document["findings"]:
        if finding["rule"] == "LAND-03":
            finding["measured"] = 1.23
    forged = tmp_path / "assessment.json"
    forged.write_text(json.dumps(document), "utf-8")
    assert not explain(forged, "LAND-03", "T02").agrees
    assert command("explain", tmp_path, "LAND-03", "--town", "T02").exit_code == 4


def test_the_command_explains(runs: Path) -> None:
    done = command("explain", runs / PLAIN, "LAND-03", "--town", "T02")
    assert done.exit_code == 0
    for word in ("严禁占用永久基本农田", "YJJBNTBHTB.shp", "computed again", "SHA-256"):
        assert word in done.stdout
    answer = json.loads(command("explain", runs / PLAIN, "STAGE-04", "--json").stdout)
    assert (answer["recomputed"], answer["agrees"]) == ("2020-11-20", True)


@pytest.mark.parametrize(
    ("run", "rule", "town", "said"),
    [
        (PLAIN, "LAND-3", None, "did you mean LAND-"),
        (PLAIN, "QQQ", None, "the run has LAND-01, "),
        (PLAIN, "LAND-03", "T09", "there are T01, T02, T03, T04"),
        ("nowhere", "LAND-03", None, "no run is here"),
        ("comparison.json", "LAND-03", None, "no assessment"),
    ],
)
def test_what_cannot_be_explained(
    runs: Path, run: str, rule: str, town: str | None, said: str
) -> None:
    with pytest.raises(ReportError) as caught:
        explain(runs / run, rule, town)
    assert said in caught.value.render("en")


def test_a_run_of_every_kind_fits_the_schema(runs: Path) -> None:
    document = json.loads((runs / PLAIN / "assessment.json").read_text("utf-8"))
    known = jsonschema.Draft202012Validator(schema())
    assert [problem.message for problem in known.iter_errors(document)] == []
    finding = next(each for each in document["findings"] if each["rule"] == "LAND-03")
    finding["trace"]["terms"][0]["value"] = "much"
    problems = [problem.message for problem in known.iter_errors(document)]
    assert set(problems) == {"'much' is not of type 'number'"}


def test_two_rulebooks_stand_side_by_side(runs: Path) -> None:
    assert {path.name for path in runs.iterdir()} == {
        PLAIN, TIGHT, "comparison.json", "townland-manifest.json",
    }  # fmt: skip
    comparison = json.loads((runs / "comparison.json").read_text("utf-8"))
    assert [run["name"] for run in comparison["runs"]] == [PLAIN, TIGHT]
    differing = [row for row in comparison["verdicts"] if row["differs"]]
    assert [(row["rule"], row["town"]) for row in differing] == [("LAND-01", "T02")]
    # 3.05 km² is within 10 %, and not within 1 %, of 3 km²
    assert differing[0]["verdicts"] == {PLAIN: "pass", TIGHT: "review"}
    (cause,) = differing[0]["because"]
    assert cause == {
        "what": "parameter",
        "name": "band",
        "title": {
            "zh": "“左右”向两侧的幅度",
            "en": "how far “about” (左右) reaches to both sides",
        },
        "values": {PLAIN: 0.1, TIGHT: 0.01},
        "origins": {PLAIN: "townland", TIGHT: "bureau"},
    }


def test_two_days_differ_by_what_the_day_changes() -> None:
    def run(on: str, verdict: str, measured: float, **more: Any) -> dict[str, Any]:
        finding = {"rule": "A", "town": "1", "title": "t", "verdict": verdict, "measured": measured}
        finding |= {"clause": {"quote": "q"}, "trace": {"parameters": []}, "limit": None}
        finding |= {"unit": "m2", **more}
        return {"on": on, "rulebook": {"id": "x"}, "findings": [finding]}

    first = run("2018-12-31", "info", 1)
    row = compare({"a": first, "b": run("2019-12-31", "review", 1)})["verdicts"][0]
    assert row["because"] == [{"what": "day", "values": {"a": "2018-12-31", "b": "2019-12-31"}}]
    row = compare({"a": first, "b": run("2018-12-31", "info", 2)})["verdicts"][0]
    assert (row["differs"], row["because"]) == (False, [])
    other = {**first, "findings": []}
    row = compare({"a": first, "b": other})["verdicts"][0]
    assert row["verdicts"] == {"a": "info", "b": None}
    assert row["because"] == [{"what": "rule", "not_in": ["b"]}]
    clause = run("2018-12-31", "fail", 1, clause={"quote": "r"})
    row = compare({"a": first, "b": clause})["verdicts"][0]
    assert [cause["what"] for cause in row["because"]] == ["clause"]
