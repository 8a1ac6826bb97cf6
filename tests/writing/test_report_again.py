"""`townland report`: the outputs of a run from its folder alone, to the byte."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pyogrio
import pytest
import shapely
from tests.factory_demo import demo_assessment

from townland.errors import ReportError
from townland.writing.again import part_of, report_again
from townland.writing.papers.document import write_document
from townland.writing.papers.fonts import found
from townland.writing.papers.pdf import write_pdf
from townland.writing.record import store
from townland.writing.run_folder import write_run

FORMATS = ("html", "map", "gpkg", "xlsx", "csv")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one town, whose findings on all towns together were left out."""
    part = part_of(demo_assessment(), "T02")
    return write_run(part, tmp_path_factory.mktemp("check") / "run", formats=FORMATS)


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "run"))


def test_the_bytes_are_those_of_the_check(
    copy: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)  # neither catalog nor layers are found from here
    report_again(copy, formats=FORMATS)
    assert files(copy) == files(run)


@pytest.mark.skipif(found() is None, reason="no Chinese font on this machine")
def test_the_papers_are_those_of_the_check(copy: Path, tmp_path: Path) -> None:
    """The font is embedded, and the pictures are drawn anew, of what the record gives back."""
    part = part_of(demo_assessment(), "T02")
    write_pdf(part, tmp_path / "report.pdf", lang="zh")
    write_document(part, tmp_path / "report.docx", lang="zh")
    report_again(copy, formats=("docx", "pdf"))
    for name in ("report.pdf", "report.docx"):
        assert (copy / name).read_bytes() == (tmp_path / name).read_bytes()


def test_of_many_towns_each_is_read_when_it_is_asked_for(
    copy: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "HELD", 0)
    report_again(copy, formats=["map", "csv"])
    assert files(copy) == files(run)


def test_other_files_stay_and_links_lead_to_them(copy: Path) -> None:
    before = files(copy)
    (copy / "opinion.txt").write_text("mine", "utf-8")
    report_again(copy, formats=["html"], lang="en")
    after = files(copy)
    assert after["opinion.txt"] == b"mine"
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"report.html", "townland-manifest.json"}
    assert b'data-beside="map.html' in after["report.html"]


def test_a_town_and_the_short_print_go_into_a_folder_of_their_own(
    copy: Path, tmp_path: Path
) -> None:
    with pytest.raises(ReportError, match="--out"):
        report_again(copy, formats=["html"], short=True)
    folder = report_again(
        copy, formats=["html"], out=tmp_path / "short", town="T02", short=True, lang="en"
    )
    assert set(files(folder)) == {"assessment.json", "report.html", "townland-manifest.json"}
    assert 'class="print" data-as="short"' in (folder / "report.html").read_text("utf-8")
    codes = [town["code"] for town in json.loads((folder / "assessment.json").read_text())["towns"]]
    assert codes == ["T02"]


def test_a_run_is_never_replaced_by_what_is_written_of_it(copy: Path) -> None:
    before = files(copy)
    for out in (copy, copy / ".." / copy.name, copy.parent):
        with pytest.raises(ReportError, match="--out"):
            report_again(copy, formats=["csv"], out=out, redact=True)
    report_again(copy, formats=["csv"], out=copy)
    assert files(copy) == before


def drop_evidence(run: Path) -> None:
    (run / "evidence.gpkg").unlink()


def edit_a_layer(run: Path) -> None:
    with closing(sqlite3.connect(run / "evidence.gpkg")) as file, file:
        file.execute("DELETE FROM towns")


def forget_the_record(run: Path) -> None:
    with closing(sqlite3.connect(run / "evidence.gpkg")) as file, file:
        file.execute("DROP TABLE townland_record")
    (run / "townland-manifest.json").unlink()


def edit_a_layer_of_a_copy(run: Path) -> None:
    with closing(sqlite3.connect(run / "evidence.gpkg")) as file, file:
        for (name,) in file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'land_use'"
        ).fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute(
            "UPDATE land_use SET geom = (SELECT geom FROM land_use WHERE fid = 2) WHERE fid = 1"
        )
    (run / "townland-manifest.json").unlink()


def take_another_assessment(run: Path) -> None:
    path = run / "assessment.json"
    path.write_text(path.read_text("utf-8").replace('"fail"', '"pass"', 1), "utf-8")
    (run / "townland-manifest.json").unlink()


def be_of_another_version(run: Path) -> None:
    with closing(sqlite3.connect(run / "evidence.gpkg")) as file, file:
        head = {"form": store.FORM, "townland_version": "0.0.1", "lang": "zh", "towns": 1}
        file.execute(
            "UPDATE townland_record SET content = ? WHERE name = 'head'", [json.dumps(head)]
        )
    (run / "townland-manifest.json").unlink()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop_evidence, "holds no evidence.gpkg"),
        (edit_a_layer, "evidence.gpkg was changed after the check"),
        (edit_a_layer_of_a_copy, "evidence.gpkg was changed after the check"),
        (forget_the_record, "holds no record of the check"),
        (take_another_assessment, "is not the assessment that evidence.gpkg beside it is of"),
        (be_of_another_version, "was written by townland 0.0.1"),
    ],
)
def test_what_is_not_the_run_as_it_was_is_refused(
    copy: Path, tmp_path: Path, change, told: str
) -> None:
    change(copy)
    with pytest.raises(ReportError) as refused:
        report_again(copy, formats=["csv"], out=tmp_path / "out")
    assert told in refused.value.message.render("en")
    assert not (tmp_path / "out").exists()


def test_a_row_that_is_none_of_townlands_is_refused() -> None:
    packed = zlib.compress(b"[" + b"1," * (1 << 23) + b"1]", 9)
    rows = (
        "[]",
        b"\xff",
        5,
        None,
        packed,
        zlib.compress(b"[" * 100_000),
        zlib.compress(b"[1]")[:-4],
    )
    with closing(sqlite3.connect(":memory:")) as file:
        file.execute("CREATE TABLE townland_record (name TEXT, content)")
        file.executemany("INSERT INTO townland_record VALUES ('head', ?)", [(row,) for row in rows])
        for _row in rows:
            with pytest.raises(store.RecordError):
                store.content_of(file, "head")
            with pytest.raises(store.RecordError):
                store.read_head(file)
            file.execute(
                "DELETE FROM townland_record WHERE rowid = (SELECT min(rowid) FROM townland_record)"
            )


@pytest.mark.parametrize(
    "json",
    [{"$record": ["townland.nothing:x", []]}, {"$record": ["townland..os:x", []]}, {"$crs": "none"},
     {"$shape": 0}],
)  # fmt: skip
def test_json_that_is_none_of_townlands_is_refused(json: object) -> None:
    decoder = store.Decoder(lambda _numbers: shapely.from_wkb([b"\x00"]))
    with pytest.raises(store.RecordError):
        decoder.value(json)


def test_a_record_makes_nothing_but_records_of_townland() -> None:
    decoder = store.Decoder(lambda _numbers: None)  # type: ignore[arg-type,return-value]
    for name in ("os:system", "townland.results:units", "townland.writing.again:shutil"):
        with pytest.raises(store.RecordError):
            decoder.value({"$record": [name, ["true"]]})


def test_the_evidence_shows_what_is_drawn(run: Path) -> None:
    layers = dict(pyogrio.list_layers(run / "evidence.gpkg"))
    assert {"towns", "land_use", "planned_use", "land_use_beside"} <= set(layers)
    result = part_of(demo_assessment(), "T02").towns[0]
    survey = pyogrio.read_dataframe(run / "evidence.gpkg", layer="land_use")
    assert len(survey) == len(result.land)
    assert survey["town"].unique().tolist() == ["T02"]
