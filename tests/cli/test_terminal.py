"""What a person sees of hostile data: on a pseudo-terminal, in a log, on a page of the console."""

from __future__ import annotations

import fcntl
import io
import logging
import os
import pty
import re
import signal
import struct
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.cli.test_cli import AREA_ONLY, LAYERS, SAMPLE

from townland.i18n import _
from townland.issues import Issue
from townland_cli import main, paging, printing, streams
from townland_cli.layers import _faults
from townland_cli.wrapping import cell_len, wrapped

HOSTILE = (
    "甲\x1b[2J\x1b]0;owned\x07镇",
    "乙\nError: nothing was checked",
    "[bold red]丙[/bold red] [link=file:///etc]x[/link]",
    "丁\u202egnp.exe \u2028 \x9b31m",
    "<img src=x onerror=alert(1)>{{7*7}}",
    "W" * 300,
)
COMMANDS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]")


class Screen:
    """A pseudo-terminal of 100 columns, and all that was written to it."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
        self.stream = io.TextIOWrapper(io.FileIO(slave, "w"), "utf-8", write_through=True)
        self.seen = bytearray()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                return
            if not data:
                return
            self.seen += data

    def close(self) -> bytes:
        self.stream.close()
        self.reader.join(5)
        os.close(self.master)
        return bytes(self.seen)


def command(monkeypatch: pytest.MonkeyPatch, *args: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["townland", *map(str, args)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def as_stream(patch: pytest.MonkeyPatch, name: str, stream: io.TextIOBase) -> None:
    """Give the process a standard stream as it would have begun with."""
    patch.setattr(sys, name, stream)
    patch.setattr(sys, f"__{name}__", stream)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    first = gpd.read_file(SAMPLE / "towns.gpkg").geometry.iloc[0]
    west, south, *_rest = first.bounds
    shapes = [shapely.box(west + 99 * n, south, west + 99 * n + 9, south + 9) for n in range(6)]
    frame = gpd.GeoDataFrame(
        {"name": HOSTILE, "code": [str(n) for n in range(6)]},
        geometry=shapes,
        crs=gpd.read_file(SAMPLE / "towns.gpkg").crs,
    )
    frame.to_file("towns.gpkg")
    Path("own.toml").write_text(AREA_ONLY, "utf-8")
    return tmp_path / "towns.gpkg"


@pytest.mark.parametrize("days", [("2018-12-31",), ("2018-12-31", "2019-12-31")])
def test_hostile_names_command_no_terminal(
    town: Path, days: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With report and map, and with a comparison, where both streams are terminals."""
    out, err = Screen(), Screen()
    with monkeypatch.context() as patch:
        as_stream(patch, "stdout", out.stream)
        as_stream(patch, "stderr", err.stream)
        on = [word for day in days for word in ("--on", day)]
        code = command(
            patch, "check", town, "--catalog", LAYERS / "catalog.toml", "--rules", "own.toml",
            "--code-column", "code", "--out", "run", "--formats", "html,map", "--lang", "en",
            "--log-file", "log", *on,
        )  # fmt: skip
    printed, shown = out.close(), err.close()
    assert code in (0, 3)
    assert COMMANDS.search(printed) is None
    lines = printed.decode().splitlines()
    assert 5 < len(lines) <= paging.LINES
    assert not any(line.startswith("Error") for line in lines)
    assert max(map(cell_len, lines)) <= 100
    # the bar on standard error moves the cursor, and does nothing that data ask for
    for asked in (b"\x1b[2J", b"\x1b]0", b"\x07", b"\x9b31m", b"\nError", b"\xe2\x80\xae"):
        assert asked not in shown
    log = Path("log").read_text("utf-8")
    assert COMMANDS.search(log.encode()) is None
    assert all(re.match(r"\d{4}-|    ", line) for line in log.splitlines())


@pytest.fixture(autouse=True)
def _no_log_stays() -> Iterator[None]:
    yield
    for handler in list(printing.LOGGER.handlers):
        if isinstance(handler, logging.FileHandler):
            printing.LOGGER.removeHandler(handler)
            handler.close()


# ---------------------------------------------------------------- streams that take nothing


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("layers", "init", str(SAMPLE), "--out", "c.toml"), 0),
        (("layers", "init", str(SAMPLE), "--out", "c.toml", "--json"), 2),
        (("layers", "list", "--catalog", str(LAYERS / "catalog.toml")), 2),
        (("dossier", "new", "--out", "new.toml"), 0),
        (("area", "towns.gpkg"), 2),
        (("rules", "lint", "own.toml"), 2),
    ],
)
def test_a_full_standard_output_leaves_with_the_true_code_and_one_sentence(
    town: Path,
    args: tuple[str, ...],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert town.exists()
    with monkeypatch.context() as patch, FULL.open("w", encoding="utf-8") as full:
        as_stream(patch, "stdout", full)
        left = command(patch, *args, "--lang", "en", *(("-q",) if args[0] == "layers" else ()))
    err = capfd.readouterr().err
    assert left == code
    assert err.count("standard output cannot be written") == 1
    assert "Traceback" not in err
    assert ("the files are written" in err) == (args[1] in ("init", "new"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="pipes of Windows break otherwise")
def test_a_reader_that_goes_changes_no_code_once_the_file_stands(
    town: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As ``| head -1`` goes: it left with 1, and said that nothing was written."""
    assert town.exists()
    reading, writing = os.pipe()
    os.close(reading)
    with monkeypatch.context() as patch, os.fdopen(writing, "w", encoding="utf-8") as pipe:
        as_stream(patch, "stdout", pipe)
        left = command(patch, "dossier", "new", "--out", "new.toml", "--lang", "en")
    assert left == 0
    assert Path("new.toml").stat().st_size > 1000
    err = capfd.readouterr().err
    assert "Traceback" not in err
    assert "nothing was written" not in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_as_ctrl_c_does(number: signal.Signals, code: int) -> None:
    inherited = signal.signal(number, signal.SIG_DFL)  # under nohup it is ignored
    before = signal.getsignal(number)
    with streams.guarded() as ended:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        assert ended.code(streams.INTERRUPTED) == code
        streams.stands(3)  # the run folder is there: its verdict counts
        assert ended.code(streams.INTERRUPTED) == 3
    assert signal.getsignal(number) == before
    signal.signal(number, inherited)


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with streams.guarded():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


# ---------------------------------------------------------------- lines, logs, pages


FIGURES = ("3.889 / 4公顷", "41.33%", "± 2.5 m²", "12,345.67 m²", "100 km²", "7 万元", "≥ 60 %")


@example(["3.889 / 4公顷", "± 2.5 m²", "± 2.5 m²"], 24)
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*FIGURES, "面积", "the land", "占用永久基本农田", "(LAND-03)", "，"]),
        min_size=1,
    ),
    st.integers(24, 60),  # a console has 40, of which a few are set in
)
def test_a_figure_is_never_broken(parts: list[str], columns: int) -> None:
    text = " ".join(parts)
    lines = list(wrapped(text, columns))
    assert all(cell_len(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for figure in FIGURES:
        assert sum(line.count(figure) for line in lines) == text.count(figure)


def test_no_data_begin_a_line_of_the_log(tmp_path: Path) -> None:
    printing.start("en", tmp_path / "log")
    printing.LOGGER.warning("%s", "a\n2026-01-01 00:00:00,000 ERROR forged\x1b[2J")
    _first, *lines = (tmp_path / "log").read_text("utf-8").splitlines()
    assert lines[-1] == "    2026-01-01 00:00:00,000 ERROR forged\\x1b[2J"


@contextmanager
def lines_of(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    found: list[str] = []
    capsys.readouterr()
    yield found
    found += capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("verbose", "count"), [(False, 40), (True, 3 + 90)])
def test_a_page_has_forty_lines_unless_all_is_asked_for(
    verbose: bool, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = [[f"{n} a", "    b", "    c"] for n in range(30)]
    with lines_of(capsys) as found:
        paging.print_page(["head"], blocks, ["", "below"], lang="en", verbose=verbose)
    assert len(found) == count
    assert (found[0], found[-1]) == ("head", "below")
    assert ("… and 18 more of these; --verbose prints them" in found) == (not verbose)


def test_faults_of_layers_stand_with_the_gravest_first() -> None:
    def examined(name: str, *severities: str) -> SimpleNamespace:
        issues = tuple(
            Issue(f"{severity}_{n}", severity, _("{n} of it", n=n), name, str(n))
            for n, severity in enumerate(severities)
        )
        counts = {issue.code: 1 for issue in issues}
        return SimpleNamespace(summary=SimpleNamespace(name=name, issues=issues), counts=counts)

    lines = _faults([examined("a", "info", "warning"), examined("b\x1b[2J", "error", "info")], "en")
    assert [line.split()[0] for line in lines] == ["error", "warning", "note", "note"]
    assert not any("\x1b" in line for line in lines)


def long_area(folder: Path) -> tuple[str, ...]:
    shapes = [
        shapely.box(36_640_000 + 200 * n, 2_690_000, 36_640_100 + 200 * n, 2_690_100)
        for n in range(60)
    ]
    gpd.GeoDataFrame({"name": ["x"] * 60}, geometry=shapes, crs=4524).to_file(folder / "many.gpkg")
    return ("area", "many.gpkg")


def long_dossier(folder: Path) -> tuple[str, ...]:
    faulty = "\n".join(f"unknown_{n} = {n}" for n in range(100))
    (folder / "d.toml").write_text(f'code = "1"\n{faulty}\n', "utf-8")
    return ("dossier", "check", "d.toml")


def long_rulebook(folder: Path) -> tuple[str, ...]:
    faulty = "\n".join(f"unknown_{n} = {n}" for n in range(100))
    (folder / "b.toml").write_text(f"{faulty}\n{AREA_ONLY}", "utf-8")
    return ("rules", "lint", "b.toml")


@pytest.mark.parametrize(
    ("written", "page"), [(long_area, 61), (long_dossier, 40), (long_rulebook, 40)]
)
def test_other_lists_are_pages_too(
    written: Callable[[Path], tuple[str, ...]], page: int, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    args = written(tmp_path)
    with lines_of(capsys) as found:
        command(monkeypatch, *args, "--lang", "en")
    assert len(found) <= page + 1
    with lines_of(capsys) as whole:
        command(monkeypatch, *args, "--lang", "en", "--verbose")
    assert len(whole) >= len(found)
    assert len(whole) > 60


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "shp", "kml"])
def test_area_says_of_degrees_what_doctor_says(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ring = [(109.4, 24.3), (109.41, 24.3), (109.41, 24.31), (109.4, 24.31)]
    if ending == "kml":
        corners = " ".join(f"{lon},{lat}" for lon, lat in [*ring, ring[0]])
        Path("a.kml").write_text(
            "<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
            f"{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
        )
    else:
        frame = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.Polygon(ring)], crs=4490)
        frame.to_file(f"a.{ending}")
    for words in (("doctor",), ("area",)):
        with lines_of(capsys) as found:
            command(monkeypatch, *words, f"a.{ending}", "--lang", "en")
        assert "GCJ-02" in " ".join(found)
        assert "[" not in " ".join(found)  # a code is for programs
    code = "kml_maybe_gcj02" if ending == "kml" else "degrees_not_told_apart"
    command(monkeypatch, "area", f"a.{ending}", "--json")
    assert f'"{code}"' in capsys.readouterr().out
