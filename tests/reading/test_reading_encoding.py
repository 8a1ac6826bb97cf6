"""The encoding of DBF text: found in the bytes, whatever the labels say."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from townland.errors import EncodingError
from townland.reading.encoding import codec_of, encoding_of
from townland.towns import read_towns

NAMES = ["柳南区太阳村镇", "㙟塘镇", "丹洲", "百朋镇下伦屯", "雒容"]
"""㙟 takes four bytes in GB18030, and has none in GBK."""


def table(values: list[bytes], *, language: int = 0, width: int = 30, name: bytes = b"MC") -> bytes:
    """A DBF with one text column."""
    row = 1 + width
    header = bytes([0x03, 126, 1, 1]) + len(values).to_bytes(4, "little")
    header += (32 + 32 + 1).to_bytes(2, "little") + row.to_bytes(2, "little")
    header += bytes(17) + bytes([language]) + bytes(2)
    column = name.ljust(11, b"\x00") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    return header + column + b"\r" + b"".join(b" " + v.ljust(width) for v in values) + b"\x1a"


def shapefile(path: Path, values: list[bytes], cpg: str | None, **options) -> Path:
    boxes = [shapely.box(i, 0, i + 1, 1) for i in range(len(values))]
    frame = gpd.GeoDataFrame({"MC": ["x"] * len(values)}, geometry=boxes, crs=4490)
    frame.to_file(path)
    path.with_suffix(".dbf").write_bytes(table(values, **options))
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


ENCODINGS = ("utf-8", "gbk", "gb18030")
LABELS = (None, "UTF-8", "GBK", "ISO-8859-1", "936", "nonsense")
LANGUAGES = (0x00, 0x4D, 0x57, 0x03)


def test_all_72_combinations_of_bytes_and_labels_are_read_rightly(tmp_path):
    path = tmp_path / "towns.shp"
    combinations = list(itertools.product(ENCODINGS, LABELS, LANGUAGES))
    assert len(combinations) == 72
    for encoding, label, language in combinations:
        names = [name for name in NAMES if encoding != "gbk" or "㙟" not in name]
        values = [name.encode(encoding) for name in names]
        towns = read_towns([shapefile(path, values, label, language=language)])
        at = (encoding, label, language)
        assert [town.name for town in towns] == names, at
        assert towns[0].input.encoding_used == ("UTF-8" if encoding == "utf-8" else "GB18030"), at


@pytest.mark.parametrize(
    ("encoding", "label", "language", "code", "severity"),
    [
        ("gbk", None, 0x00, "encoding_guessed", "info"),
        ("gbk", "UTF-8", 0x4D, "encoding_conflict", "warning"),
        ("utf-8", "GBK", 0x00, "encoding_conflict", "warning"),
        ("gbk", "936", 0x00, None, None),
        ("gbk", None, 0x4D, None, None),
        ("utf-8", "UTF-8", 0x00, None, None),
    ],
)
def test_what_the_labels_say_wrongly_is_an_issue(
    tmp_path, encoding, label, language, code, severity
):
    names = [name for name in NAMES if "㙟" not in name]
    path = tmp_path / "towns.shp"
    shapefile(path, [name.encode(encoding) for name in names], label, language=language)
    issues = read_towns([path])[0].issues
    assert [(i.code, i.severity) for i in issues] == ([(code, severity)] if code else [])


def dbf(path: Path, values: list[bytes], **options) -> Path:
    path.write_bytes(table(values, **options))
    return path


AMBIGUOUS = "模".encode("gbk")
"""C4 A3: 模 in GBK, the letter ģ in UTF-8."""


def test_few_values_possible_in_both_follow_the_label(tmp_path):
    assert AMBIGUOUS.decode("utf-8") == "ģ"
    file = dbf(tmp_path / "a.dbf", [AMBIGUOUS])
    assert encoding_of(file, "GBK").used == "GB18030"
    assert encoding_of(file, "UTF-8").used == "UTF-8"
    # without a label, what looks like Chinese
    assert encoding_of(file, None).used == "GB18030"
    # UTF-8 that is Chinese, and rare characters in GBK: the label is not believed
    file = dbf(tmp_path / "b.dbf", ["水田".encode()])
    assert "水田".encode().decode("gb18030") != "水田"
    found = encoding_of(file, "GBK")
    assert found.used == "UTF-8"
    assert [issue.code for issue in found.issues] == ["encoding_conflict"]


@pytest.mark.parametrize(
    ("label", "language", "used", "says"),
    [
        ("GBK", 0x00, "GB18030", "as the label GBK says"),
        (None, 0x4D, "GB18030", "as the label GB18030 says"),
        ("UTF-8", 0x00, "UTF-8", "as the label UTF-8 says"),
        (None, 0x00, "UTF-8", "no label tells which"),
        ("latin-1", 0x00, "UTF-8", "no label tells which"),
    ],
)
def test_a_tie_that_a_label_breaks_or_none_is_told(tmp_path, label, language, used, says):
    tie = "聲".encode("gbk")  # C2 95: a control character in UTF-8, and none of GB2312's
    assert tie.decode("utf-8") == "\x95"
    found = encoding_of(dbf(tmp_path / "a.dbf", [tie], language=language), label)
    assert found.used == used
    (issue,) = found.issues
    assert (issue.code, issue.severity) == ("encoding_guessed", "warning")
    assert says in issue.message.render("en")


def test_many_values_that_pass_as_utf_8_are_utf_8(tmp_path):
    letters = [bytes([0xC4, 0xA3 + i]) for i in range(8)]
    assert encoding_of(dbf(tmp_path / "a.dbf", letters), "GBK").used == "UTF-8"
    assert encoding_of(dbf(tmp_path / "b.dbf", letters[:3]), "GBK").used == "GB18030"


def test_a_character_cut_in_two_by_the_width_is_forgiven(tmp_path):
    # ten bytes hold three characters of UTF-8 and a third of the fourth
    cut = ["太阳村镇".encode()[:10], "环江滨水".encode()[:10], "百朋".encode(), "中渡".encode()]
    found = encoding_of(dbf(tmp_path / "a.dbf", cut, width=10), None)
    assert found.used == "UTF-8"
    # the same bytes with room left are no cut, and no UTF-8
    assert encoding_of(dbf(tmp_path / "b.dbf", cut, width=20), None).used == "GB18030"
    half = [name.encode("gbk")[:5] for name in ("太阳村", "环江滨", "百朋镇", "中渡镇")]
    assert encoding_of(dbf(tmp_path / "c.dbf", half, width=5), None).used == "GB18030"


def test_names_of_columns_count_as_text(tmp_path):
    file = dbf(tmp_path / "a.dbf", [b"x"], name="镇名".encode("gbk"))
    assert encoding_of(file, None).used == "GB18030"
    shapefile(tmp_path / "t.shp", [b"a"], None, name="镇名".encode("gbk"))
    assert read_towns([tmp_path / "t.shp"])[0].name == "a"


def test_plain_ascii_needs_no_word(tmp_path):
    found = encoding_of(dbf(tmp_path / "a.dbf", [b"abc", b""]), "GBK")
    assert found.issues == ()
    empty = encoding_of(dbf(tmp_path / "b.dbf", []), None)
    assert empty.used == "UTF-8"


def test_other_encodings_are_taken_from_the_label_where_the_bytes_allow_nothing_else(tmp_path):
    latin = ["é".encode("latin-1"), "Liège é".encode("latin-1")]
    file = dbf(tmp_path / "a.dbf", latin)
    assert encoding_of(file, "ISO-8859-1").used == "ISO8859-1"
    with pytest.raises(EncodingError) as caught:
        encoding_of(file, None, place="a.shp")
    assert "--encoding" in caught.value.render("en")


def test_a_stated_encoding_goes_first_and_is_said(tmp_path):
    path = shapefile(tmp_path / "a.shp", [AMBIGUOUS], "UTF-8")
    town = read_towns([path], encoding="GBK")[0]
    assert town.name == "模"
    assert [issue.code for issue in town.issues] == ["encoding_declared"]
    assert (town.input.encoding_declared, town.input.encoding_used) == ("GBK", "GB18030")


@pytest.mark.parametrize("stated", ["UTF-8", "nonsense", "ascii"])
def test_a_stated_encoding_that_does_not_decode_is_an_error(tmp_path, stated):
    path = shapefile(tmp_path / "a.shp", ["水田".encode("gbk")], None)
    with pytest.raises(EncodingError) as caught:
        read_towns([path], encoding=stated)
    assert stated in caught.value.render("en")
    assert "a.shp" in caught.value.render("en")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("GB2312", "GB18030"),
        ("cp936", "GB18030"),
        ("ANSI 936", "GB18030"),
        ("OEM 936", "GB18030"),
        ("gb2312-80", "GB18030"),
        ("utf8", "UTF-8"),
        ("65001", "UTF-8"),
        ("88591", None),
        ("1252", "CP1252"),
        ("", None),
    ],
)
def test_labels(label, codec):
    assert codec_of(label) == codec


def test_rows_beyond_the_first_block_count(tmp_path, monkeypatch):
    monkeypatch.setattr("townland.reading.encoding._BLOCK", 64)
    values = [b"plain"] * 50 + [name.encode("gbk") for name in NAMES if "㙟" not in name]
    assert encoding_of(dbf(tmp_path / "a.dbf", values), None).used == "GB18030"
