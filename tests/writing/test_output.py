"""A run folder while it is written: locked, whole or not at all, and nothing of the user's lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from townland.errors import ReportError
from townland.output import beside, lock, manifest, scratch
from townland.output.folder import FolderClaim, claimed, filled

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither links nor limits")


def run(out: Path, text: str = "new", **files: str) -> FolderClaim:
    """A tiny run: the mark, and a page in a folder of its own."""
    with claimed(out) as claim, filled(claim) as new:
        (new / "assessment.json").write_text(text, encoding="utf-8")
        (new / "pages").mkdir()
        (new / "pages" / "report.html").write_text(text * 100, encoding="utf-8")
        for name, content in files.items():
            (new / name).write_text(content, encoding="utf-8")
    return claim


def seen(out: Path) -> dict[str, str]:
    """The files below a folder with what is in them, the manifest aside."""
    return {
        path.relative_to(out).as_posix(): path.read_text(encoding="utf-8")
        for path in out.rglob("*")
        if path.is_file() and path.name != manifest.MANIFEST
    }


def whole(text: str) -> dict[str, str]:
    return {"assessment.json": text, "pages/report.html": text * 100}


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(ReportError) as caught:
        work()
    return caught.value.render("en")


# What is somebody else's.


def test_what_townland_did_not_write_goes_along_and_is_named(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(out, "old", removed="what an older version wrote")
    letters = {
        "signed.pdf": "yes",
        "pages/note.txt": "on this page",
        "opinion/draft/a.txt": "no",
        "evidence.gpkg-wal": "",
    }
    for name, content in letters.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(content, encoding="utf-8")
    claim = run(out)
    assert set(claim.carried) == {"signed.pdf", "pages/note.txt", "opinion/", "evidence.gpkg-wal"}
    assert seen(out) == whole("new") | letters
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("theirs", ["assessment.json", "pages/report.html", "PAGES", "pages"])
def test_a_name_that_is_taken_is_refused_and_left(tmp_path: Path, theirs: str) -> None:
    """A report that somebody wrote on, or a file where a folder is to be."""
    out = tmp_path / "run"
    run(out, "old")
    if theirs.lower() == "pages":
        shutil.rmtree(out / "pages")
    (out / theirs).write_text("signed", encoding="utf-8")
    before = seen(out)
    said = refused(lambda: run(out))
    assert theirs in said
    assert "nothing was written" in said
    assert seen(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_name_that_is_taken_is_told_before_the_work(tmp_path: Path) -> None:
    run(tmp_path / "run", "old")
    (tmp_path / "run" / "report.docx").write_text("edited", encoding="utf-8")
    with (
        pytest.raises(ReportError, match=r"report\.docx"),
        claimed(tmp_path / "run", names=["report.docx"]),
    ):
        pytest.fail("the work began")


def test_a_database_that_was_only_looked_into_is_still_townlands(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with claimed(out) as claim, filled(claim) as new:
        (new / "assessment.json").touch()
        with sqlite3.connect(new / "evidence.gpkg") as made:
            made.execute("create table a (b)")
        made.close()
    looked = sqlite3.connect(out / "evidence.gpkg")
    looked.execute("pragma journal_mode = wal")  # as QGIS does
    looked.execute("pragma journal_mode = delete")
    looked.close()
    assert manifest.strangers(out) == ()
    with sqlite3.connect(out / "evidence.gpkg") as changed:
        changed.execute("insert into a values (1)")
    changed.close()
    assert manifest.strangers(out) == ("evidence.gpkg",)


def test_changes_of_a_database_that_are_not_saved_are_not_replayed(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(out, "old", **{"evidence.gpkg": "a database"})
    (out / "evidence.gpkg-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(60))
    said = refused(lambda: run(out, **{"evidence.gpkg": "another"}))
    assert "evidence.gpkg open" in said
    assert (out / "evidence.gpkg").read_text(encoding="utf-8") == "a database"


def several(out: Path, text: str) -> FolderClaim:
    """Two runs side by side, with a document each."""
    with claimed(out) as claim, filled(claim) as new:
        (new / "comparison.json").write_text(text, encoding="utf-8")
        for day in ("a", "b"):
            (new / day).mkdir()
            for name in ("assessment.json", "report.docx"):
                (new / day / name).write_text(text, encoding="utf-8")
    return claim


def again(run: Path, name: str) -> None:
    """Write a file of a run anew, beside the others."""
    mine = {path.name: path.read_text("utf-8") for path in run.iterdir()}
    with claimed(run, names=[name]) as claim, filled(claim) as new:
        for each, text in mine.items():
            if each != manifest.MANIFEST:
                (new / each).write_text(text, encoding="utf-8")
        (new / name).write_text("again", encoding="utf-8")


def test_a_run_of_several_that_is_written_again_is_townlands_all_the_same(tmp_path: Path) -> None:
    out = tmp_path / "two"
    several(out, "old")
    again(out / "a", "report.docx")  # known by the manifest of the folder above
    again(out / "a", "report.pdf")
    assert several(out, "new").carried == ()
    assert set(seen(out).values()) == {"new"}
    again(out / "a", "report.docx")  # and no manifest of the older run stands in the way
    (out / "a" / "report.docx").write_text("signed", encoding="utf-8")
    told = refused(lambda: again(out / "a", "report.docx"))
    assert "report.docx is not as townland wrote it" in told
    assert "a/report.docx is not as" in refused(lambda: several(out, "newest"))


def test_a_run_that_somebody_put_beside_others_or_whose_manifest_is_none_is_kept(
    tmp_path: Path,
) -> None:
    out = tmp_path / "two"
    several(out, "old")
    run(out / "theirs")
    again(out / "b", "report.docx")
    (out / "b" / manifest.MANIFEST).write_text("{}", encoding="utf-8")
    with pytest.raises(ReportError, match=r"b/report\.docx"):
        several(out, "new")
    shutil.rmtree(out / "b")
    assert several(out, "new").carried == ("theirs/",)


def test_a_run_folder_without_a_manifest_is_known_by_its_names(tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    for name in ("assessment.json", "report.html", "mine.txt"):
        (out / name).write_text("old", encoding="utf-8")
    assert manifest.strangers(out) == ("mine.txt",)
    run(out)
    assert seen(out) == whole("new") | {"mine.txt": "old"}


# Links.


@posix
def test_a_linked_folder_is_replaced_where_it_lies_and_nothing_is_emptied(tmp_path: Path) -> None:
    real, mine = tmp_path / "disk" / "real", tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    real.parent.mkdir()
    run(real, "old")
    (real / "archive").symlink_to(mine)
    (tmp_path / "run").symlink_to(real)
    claim = run(tmp_path / "run")
    assert claim.carried == ("archive",)
    assert (tmp_path / "run").is_symlink()
    assert seen(real) == whole("new")
    assert (real / "archive").readlink() == mine
    assert (mine / "letter.txt").read_text(encoding="utf-8") == "dear"
    (tmp_path / "other").symlink_to(mine)
    assert "no run folder" in refused(lambda: run(tmp_path / "other"))
    assert seen(mine) == {"letter.txt": "dear"}


# The lock.

HOLD = """
import sys
from pathlib import Path
from townland.output.folder import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_of_two_processes_one_writes_and_a_dead_one_blocks_nobody(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(out, "old")
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOLD, out],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        said = refused(lambda: run(out))
        assert "another townland is writing there" in said
        assert seen(out) == whole("old")
        other.kill()
    assert (tmp_path / "run.partial").exists()
    run(out)
    assert seen(out) == whole("new")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_the_lock_is_of_the_folder_however_it_is_named(tmp_path: Path) -> None:
    with claimed(tmp_path / "run"):
        again = tmp_path / "other" / ".." / "run"
        (tmp_path / "other").mkdir()
        assert "another townland" in refused(lambda: run(again))
    run(again)
    assert seen(tmp_path / "run") == whole("new")


def test_a_file_of_a_lock_that_nobody_holds_is_no_lock(tmp_path: Path) -> None:
    lock.lock_file(tmp_path / "run").touch()
    run(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


# Tried before the work.


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ReportError, match="cannot be written"), claimed(tmp_path / "run"):
        pytest.fail("the work began")


@posix
def test_a_link_in_a_circle_and_a_file_are_told_before_the_work(tmp_path: Path) -> None:
    """Of the circle nothing was told until all was measured."""
    (tmp_path / "run").symlink_to("other")
    (tmp_path / "other").symlink_to("run")
    (tmp_path / "a.gpkg").write_text("mine", encoding="utf-8")
    for name, said in (("run", "leads back to itself"), ("a.gpkg", "is a file")):
        with pytest.raises(ReportError) as caught, claimed(tmp_path / name):
            pytest.fail("the work began")
        assert said in caught.value.render("en")
    assert (tmp_path / "a.gpkg").read_text(encoding="utf-8") == "mine"


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """The cure was to close files in other programs."""
    with pytest.raises(ReportError) as caught, claimed(tmp_path / "run") as claim, filled(claim):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "the disk is full" in caught.value.render("en")
    assert "other programs" not in caught.value.render("en")


def test_what_was_made_for_work_that_failed_goes(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), claimed(tmp_path / "a" / "b" / "run"):
        assert (tmp_path / "a" / "b" / "run.partial").is_dir()
        raise ZeroDivisionError
    assert not any(tmp_path.iterdir())


# Every failure.

CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


@contextmanager
def failing(nth: int, within: Path) -> Iterator[Callable[[], bool]]:
    """Let the nth opening, renaming, making or deleting below a folder fail, as a sick disk does."""
    left = [nth]

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if HOOK[0] is hook and (event == "open" or event in CHANGES):
            if not any(str(within) in str(arg) for arg in args):
                return
            left[0] -= 1
            if left[0] == -1:
                raise OSError(5, "Input/output error")

    HOOK[0] = hook
    try:
        yield lambda: left[0] < 0
    finally:
        HOOK[0] = None


HOOK: list[Any] = [None]
sys.addaudithook(lambda event, args: HOOK[0] and HOOK[0](event, args))


@pytest.mark.parametrize("before", ["nothing", "older"])
def test_the_nth_failure_leaves_the_older_run_or_the_new_one(tmp_path: Path, before: str) -> None:
    failures = 0
    for nth in range(200):
        out = tmp_path / str(nth) / "run"
        out.parent.mkdir()
        letter = {}
        if before == "older":
            run(out, "old")
            (out / "letter.txt").write_text("mine", encoding="utf-8")
            letter = {"letter.txt": "mine"}
        said = ""
        with failing(nth, out.parent) as failed:
            try:
                run(out)
            except ReportError as error:
                said = error.render("en")
        if not failed():
            break
        failures += 1
        aside = out.with_name("run.replaced")
        there = seen(out) if out.exists() else {}
        if said and "is whole in" not in said:
            assert there == (whole("old") | letter if before == "older" else {}), (nth, said)
            assert "Input/output error" in said
        elif not said:  # only what comes after the new run stands may fail in silence
            assert there.items() >= whole("new").items()
            assert there == whole("new") | letter or seen(aside).items() >= letter.items()
        run(out, "newest")
        assert seen(out) == whole("newest") | letter, nth
        assert [path.name for path in out.parent.iterdir()] == ["run"], nth
    else:
        pytest.fail("it never ended well")
    assert failures > 12
    assert seen(out) == whole("new") | letter


@posix
def test_the_nth_byte_that_cannot_be_written_leaves_the_older_run(tmp_path: Path) -> None:
    """A limit on the size of files, which refuses what goes beyond it as a full disk does."""
    import resource

    out = tmp_path / "run"
    run(out, "old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    longest = 0
    for longest in range(0, 400, 20):
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest, hard))
        try:
            said = refused(lambda: run(out))
        except BaseException as ended:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            if isinstance(ended, Exception):
                raise
            break
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "cannot be written" in said
        assert seen(out) == whole("old")
    assert longest >= 300  # the page has 300 bytes, the manifest some more


def test_a_library_that_cannot_write_is_a_sentence(tmp_path: Path) -> None:
    def work() -> None:
        with claimed(tmp_path / "run") as claim, filled(claim):
            raise sqlite3.OperationalError("database or disk is full")

    assert "cannot be written (database or disk is full)" in refused(work)
    assert not any(tmp_path.iterdir())


# A file beside its place, and folders for a while.


def killed(target: Path) -> beside.NewFile:
    """What a process leaves that is killed when the first of two files has its name."""
    new = beside.NewFile(target, (".shp", ".dbf"))
    new.partial.mkdir()
    (new.partial / target.name).write_text("shapes", encoding="utf-8")
    target.with_suffix(".dbf").write_text("fields", encoding="utf-8")
    marks = {"town.dbf": beside._mark(target.with_suffix(".dbf"))}
    (new.partial / ".unfinished").write_text(json.dumps(marks), encoding="utf-8")
    return new


def test_what_a_killed_conversion_left_is_cleared(tmp_path: Path) -> None:
    target = killed(tmp_path / "town.shp").target
    with beside.beside(target, (".shp", ".dbf")) as new:
        with new.filled() as file:
            file.write_text("new", encoding="utf-8")
            file.with_suffix(".dbf").write_text("new", encoding="utf-8")
        assert new.written() == (tmp_path / "town.dbf", target)
    assert seen(tmp_path) == {"town.dbf": "new", "town.shp": "new"}


def test_a_file_that_came_after_the_kill_is_left(tmp_path: Path) -> None:
    target = killed(tmp_path / "town.shp").target
    (tmp_path / "town.dbf").write_text("somebody else's", encoding="utf-8")
    with pytest.raises(ReportError, match=r"town\.dbf"), beside.beside(target, (".shp", ".dbf")):
        pytest.fail("the work began")
    assert seen(tmp_path) == {"town.dbf": "somebody else's"}


def test_a_folder_in_the_way_of_a_conversion_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.kml.partial").mkdir()
    (tmp_path / "a.kml.partial" / "letter").write_text("mine", encoding="utf-8")
    with (
        pytest.raises(ReportError, match=r"a\.kml\.partial"),
        beside.beside(tmp_path / "a.kml", (".kml",)),
    ):
        pytest.fail("the work began")
    assert seen(tmp_path) == {"a.kml.partial/letter": "mine"}


def test_folders_of_dead_processes_go_and_those_in_use_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("townland-dead", "somebody", "townland-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "townland-dead.lock").touch()
    with scratch.scratch() as used:
        (used / "file").touch()
        scratch.clear_left()
        assert (used / "file").exists()
        left = {path.name for path in tmp_path.iterdir() if path.is_dir()}
        assert left == {"somebody", "townland-old", used.name}
    assert {path.name for path in tmp_path.iterdir()} == {"somebody", "townland-old"}
