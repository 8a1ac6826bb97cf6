"""What the README and the command's help promise is there, and runs."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.factory_land import box, catalog, write
from typer.main import get_command
from typer.testing import CliRunner

from townland.terms import VERDICTS
from townland_cli.app import app

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
TEXTS = (*READMES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
GIS = ("fiona", "folium", "geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj",
       "rasterio", "shapely")  # fmt: skip


def commands(command: Any, name: str = "townland") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    parts = getattr(command, "commands", None)
    if parts is None:
        yield name, command
    else:
        for part in parts.values():
            yield from commands(part, f"{name} {part.name}")


COMMANDS = dict(commands(get_command(app)))
RUN_ELSEWHERE = ("townland demo",)
"""Commands whose examples other tests run: from the wheel."""


def blocks(readme: Path, language: str = "") -> list[str]:
    """The fenced blocks of a language."""
    words = readme.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", words, re.DOTALL | re.MULTILINE)


def example(command: Any) -> str:
    """The worked example at the end of a command's help."""
    found = re.search(r"townland .*", command.epilog or "")
    assert found is not None
    return found.group()


def test_the_commands_of_the_interface_are_there() -> None:
    assert set(COMMANDS) == {
        "townland demo",
        "townland check",
        "townland report",
        "townland area",
        "townland layers list",
        "townland layers init",
        "townland layers check",
        "townland layers pack",
        "townland rules list",
        "townland rules show",
        "townland rules lint",
        "townland rules schema",
        "townland explain",
        "townland dossier new",
        "townland dossier check",
        "townland convert",
        "townland doctor",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert not command.help.startswith("Run `"), "the docstring is for developers"
    assert shlex.split(example(command))[: name.count(" ") + 1] == name.split()
    for option in command.params:
        if option.name != "help":
            assert option.help, option.name


ALL_HELP = """
import sys
from townland_cli.app import app
for name in sys.argv[1:]:
    print(f"\\f{name}")
    app([*name.split()[1:], "--help"], standalone_mode=False)
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_not_cut_off_on_a_narrow_console(lang: str) -> None:
    environment = {**os.environ, "TOWNLAND_LANG": lang, "COLUMNS": "80", "PYTHONUTF8": "1"}
    line = [sys.executable, "-c", ALL_HELP, *COMMANDS]
    done = subprocess.run(line, env=environment, capture_output=True, check=True, timeout=60)
    shown = dict(part.split("\n", 1) for part in done.stdout.decode().split("\f")[1:])
    assert list(shown) == list(COMMANDS)
    for name, words in shown.items():
        assert "--lang" in words, name
        assert "…" not in words, name
        assert not re.search("[，。；：、）] [\u4e00-\u9fff]", words), name
        assert not re.search(r"[\u4e00-\u9fff][,;] ", words), name


def test_no_chinese_sentence_has_a_blank_behind_its_marks() -> None:
    """A catalog's sentences are printed as they stand: in help, on pages, in papers."""
    text = (ROOT / "src/townland/locale/zh/LC_MESSAGES/townland.po").read_text("utf-8")
    chinese = re.findall(r'^msgstr "(.*)"$', text, re.MULTILINE)
    assert len(chinese) > 1000
    found = [each for each in chinese if re.search("[，。；：、）] +[^ ·]", each)]
    assert found == []


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["--quiet", "--log-file", "--lang"])
def test_options_that_are_everywhere(name: str, option: str) -> None:
    assert option in {spelt for each in COMMANDS[name].params for spelt in each.opts}


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample, as a user has it."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "layers").symlink_to(ROOT / "layers", target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def checked_sample(sample_folder: Path) -> Result:
    """The example of the check, whose run the example of the explanation explains."""
    with contextlib.chdir(sample_folder):
        done = CliRunner().invoke(app, shlex.split(example(COMMANDS["townland check"]))[1:])
        (sample_folder / "my-run").rename(sample_folder / "townland-out")
    return done


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in RUN_ELSEWHERE])
def test_the_example_runs_on_the_sample_as_it_stands(
    name: str, sample_folder: Path, checked_sample: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample_folder)
    done = checked_sample
    if name != "townland check":
        done = CliRunner().invoke(app, shlex.split(example(COMMANDS[name]))[1:])
    # one town of the sample breaks the law by design
    assert done.exit_code == (1 if name == "townland check" else 0), done.output
    assert done.stdout


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_command_is_in_the_readme(readme: Path) -> None:
    words = readme.read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"| `{name}` |" in words


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_what_a_text_links_to_is_there(text: Path) -> None:
    for target in LINK.findall(text.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_both_readmes_hold_the_same_commands_and_snippets() -> None:
    first, second = READMES
    assert blocks(first) == blocks(second)
    assert blocks(first, "python") == blocks(second, "python")


def test_two_lines_install_and_run_or_test() -> None:
    demo, tests = (block.removesuffix("\n") for block in blocks(READMES[0]))
    for line, lock in ((demo, "requirements.lock"), (tests, "requirements-dev.lock")):
        assert "\n" not in line
        assert line.startswith("python3 tools/fits.py && python3 -m venv .venv && ")
        assert f"--require-hashes -r {lock} &&" in line
        assert "--no-deps --no-build-isolation -e . &&" in line
    assert demo.endswith(".venv/bin/townland demo")
    assert ".venv/bin/python -m pytest" in tests


def test_ci_runs_the_readmes_test_command(tmp_path: Path) -> None:
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK) or os.name == "nt"
    script = ci.read_text(encoding="utf-8")
    (finding,) = re.findall(r"^tests=\$\((.*?)\)", script, re.MULTILINE)
    found = subprocess.run(
        ["bash", "-c", finding], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert found.stdout == blocks(READMES[0])[1]
    # the types, which are checked beside the tests, are waited for at the end
    assert script.rstrip().splitlines()[-2:] == ['eval "$tests"', 'wait "$types"']
    assert "export CI=true" in script


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(lock: str) -> None:
    words = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in words
    pinned = [entry for entry in re.split(r"\n(?=\S)", words) if not entry.startswith("#")]
    assert len(pinned) > 30
    for entry in pinned:
        assert re.match(r"[a-z0-9._-]+==", entry), entry
        assert "--hash=sha256:" in entry


def test_the_ten_lines_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (snippet,) = blocks(READMES[0], "python")
    lines = ast.parse(snippet).body
    assert len(lines) == len(snippet.splitlines()) == 10
    names: dict[str, object] = {}
    shown = []
    for line in lines:
        if isinstance(line, ast.Expr):
            shown.append(eval(ast.unparse(line), names))  # noqa: S307 - the README's own words
        else:
            exec(ast.unparse(line), names)  # noqa: S102 - the README's own words
    findings, classes, shown_map, evidence = shown
    assert len(findings) == 4 * 42 + 4  # 42 rules on each town, 4 on all of them
    assert {"rule", "town", "verdict", "why"} <= set(findings.columns)
    assert len(classes) > 5
    assert "srcdoc" in shown_map._repr_html_()
    assert len(evidence)
    assert evidence.crs.to_epsg() == 4524


@pytest.mark.parametrize("args", [["--help"], ["check", "--help"], ["--version"], []])
def test_help_imports_nothing_of_gis(args: list[str]) -> None:
    code = (
        "import sys\n"
        "from townland_cli import main\n"
        f"sys.argv = ['townland', *{args!r}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('loaded:', *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, encoding="utf-8"
    )
    loaded = {name.split(".")[0] for name in done.stdout.split("loaded:")[1].split()}
    assert "townland" in loaded
    assert not loaded & set(GIS)


@pytest.mark.parametrize("command", ["check", "area"])
def test_json_alone_loads_no_library_of_maps_rasters_or_pages(command: str, tmp_path: Path) -> None:
    parcel = {"BSM": ["1"], "DLBM": ["0301"], "QSXZ": ["30"], "KCXS": [0.0]}
    survey = write(tmp_path / "survey.gpkg", [box(0, 0, 300, 300)], **parcel)
    town = write(tmp_path / "town.gpkg", [box(50, 50, 250, 250)], name=["甲"])
    catalog(tmp_path, {"land_use": survey})
    args = [command, str(town)]
    if command == "check":
        args += ["--catalog", str(tmp_path / "catalog.toml"), "--name-column", "name"]
        args += ["--formats", "json", "--on", "2018-12-31", "--out", str(tmp_path / "out")]
    code = (
        "import sys\n"
        f"for name in {['folium', 'branca', 'rasterio', 'jinja2', 'fiona', 'exactextract']!r}:\n"
        "    sys.modules[name] = None  # an import of it fails\n"
        "from townland_cli import main\n"
        f"sys.argv = ['townland', *{args!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode in (0, 1, 3), done.stderr  # 3: a rule could not be evaluated


def test_the_changelog_knows_this_version() -> None:
    from townland import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("readme", "lang"), [(READMES[0], "en"), (READMES[1], "zh")])
def test_the_readmes_name_the_verdicts_as_everything_else_does(readme: Path, lang: str) -> None:
    text = readme.read_text("utf-8")
    for name, words in VERDICTS.items():
        assert re.search(rf"^\| {re.escape(words.render(lang))} ?[(（]`{name}`[)）] \|", text, re.M)
