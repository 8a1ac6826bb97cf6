"""The wheel carries the demo county, and ``townland demo`` from it needs no generator and no fiona."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.whole.test_docs import COMMANDS, example

from townland.terms import VERDICTS

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "assessment.json",
    "report.html",
    "map.html",
    "evidence.gpkg",
    "evidence.qgz",
    "townland-manifest.json",
    "county",
}
RUN = """
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.modules["townland_demo"] = sys.modules["fiona"] = None  # an import of either fails
import townland_cli
assert townland_cli.__file__.startswith(sys.path[0]), townland_cli.__file__
townland_cli.main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run([sys.executable, *build], cwd=ROOT, check=True, capture_output=True)
    (packed,) = folder.glob("*.whl")
    zipfile.ZipFile(packed).extractall(folder / "site")
    return folder / "site"


def townland(wheel: Path, *args: str, cwd: Path, seed: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command of the wheel, under a seed of Python's hashes."""
    line = [sys.executable, "-c", RUN, str(wheel), *args]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONHASHSEED"] = seed
    return subprocess.run(line, cwd=cwd, env=environment, capture_output=True, timeout=300)


def test_the_wheel_carries_the_sample_and_not_its_generator(wheel: Path) -> None:
    assert {path.name for path in wheel.iterdir() if path.suffix != ".dist-info"} == {
        "townland",
        "townland_cli",
    }
    carried, layers = wheel / "townland_cli" / "county", ROOT / "layers"
    kept = [path for path in (layers / "sample").rglob("*") if path.is_file()]
    kept.append(layers / "catalog.toml")
    for path in kept:
        assert (carried / path.relative_to(layers)).read_bytes() == path.read_bytes()
    assert sum(path.is_file() for path in carried.rglob("*")) == len(kept)


def test_the_demo_is_whole_and_the_command_it_prints_gives_the_same_bytes(
    wheel: Path, tmp_path: Path
) -> None:
    command = shlex.split(example(COMMANDS["townland demo"]))[1:]
    done = townland(wheel, *command, cwd=tmp_path, seed="1")
    assert done.returncode == 0, done.stderr.decode()
    printed = done.stdout.decode()
    for town in ("云溪小镇", "螺溪小镇", "三江口小镇", "界牌特色小镇"):
        assert town in printed
    assert ".partial" not in printed
    demo = tmp_path / "townland-out"
    assert {path.name for path in demo.iterdir()} == FILES
    assert [path.name for path in tmp_path.iterdir()] == [demo.name]
    document = json.loads((demo / "assessment.json").read_bytes())
    assert document["on"] == "2018-12-31"
    for town, shown in (("T02", "T02 螺溪小镇"), (None, "全部小镇合计")):
        own = [finding["verdict"] for finding in document["findings"] if finding["town"] == town]
        counts = {word.render("zh"): own.count(kind) for kind, word in VERDICTS.items()}
        told = "、".join(f"{word} {count}" for word, count in counts.items() if count)
        lines = printed.splitlines()
        (at,) = (at for at, line in enumerate(lines) if line.startswith(shown))
        # where both do not fit beside one another, the verdicts have a line of their own
        assert lines[at].endswith(f"   {told}") or lines[at + 1].strip() == told
    for read in document["inputs"]:
        assert any((base / read["path"]).exists() for base in (tmp_path, demo / "county"))
    assert document["catalog"]["path"] == "townland-out/county/catalog.toml"
    again = printed.splitlines()[-1].split()
    assert again[:2] == ["townland", "check"]
    checked = townland(wheel, *again[1:], cwd=tmp_path, seed="2")
    assert checked.returncode == 1  # one town of the county breaks the law by design
    assert checked.stdout
    assert {path.name for path in (tmp_path / "my-run").iterdir()} == FILES - {"county"}
    for name in FILES - {"county", "townland-manifest.json"}:  # the demo's names the county, too
        path = tmp_path / "my-run" / name
        assert path.read_bytes() == (demo / path.name).read_bytes(), path.name
