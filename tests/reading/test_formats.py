"""The table of formats: each record is whole, and the pages on files list what the table lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from townland.errors import LayerError
from townland.reading.formats import BOUNDARIES, FORMATS, SUFFIXES, unread
from townland.reading.sniff import sniff

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "en": ("your-file.md", "The endings that are read: ", ", ", ".\n"),
    "zh": ("your-file.zh-CN.md", "可以读取的后缀：", "、", "。\n"),
}


def test_every_format_has_names_of_its_own() -> None:
    names = [form.name for form in FORMATS]
    suffixes = [suffix for form in FORMATS for suffix in form.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes) == len(SUFFIXES)
    assert not set(suffixes) & {*unread.DRAWINGS, *unread.EXPORTS, *unread.OTHER_WORKBOOKS}
    assert not set(suffixes) & {suffix for form in FORMATS for suffix in form.side_files}


def test_every_format_is_read_in_one_way() -> None:
    for form in FORMATS:
        ways = [form.open, form.read, form.is_raster, form.is_archive, not form.is_file]
        assert sum(map(bool, ways)) == 1, form
        assert form.numbered_from in (0, 1)
        assert not form.data_files or form.data_files[0] in form.suffixes
    assert all(form.suffixes for form in BOUNDARIES)


@pytest.mark.parametrize("lang", PAGES)
def test_the_pages_on_files_list_every_ending(lang: str) -> None:
    name, start, comma, end = PAGES[lang]
    listed = comma.join(
        " ".join((form.title.render(lang), *(f"`{suffix}`" for suffix in form.suffixes)))
        for form in FORMATS
        if form.suffixes
    )
    page = (DOCS / name).read_text("utf-8")
    assert start + listed + end in page
    table = page[page.index("|---|") : page.index("`townland convert")]
    for form in FORMATS:
        for title in form.titles:
            english = title if isinstance(title, str) else title.render("en")
            assert english in table or f"`.{english.lower()}`" in table or form.is_archive


GML = '<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml"/>'
WKT = "POLYGON ((36642000 2689000, 36642100 2689000, 36642100 2689100, 36642000 2689000))"
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"/>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.gml", GML, "the content is GML, which is not read here; open it in QGIS"),
        ("a.gml", WKT, "the name says GML, but the content is WKT, which is not read here"),
        ("a.gml", KML, "the name says GML, but the content is KML"),
        ("a.gml", "J1,1,2689000.000", "the content is not that of a .gml file"),
        ("a.wkt", WKT, "the content is WKT, which is not read here; make a layer of it"),
        ("a.wkt", GML, "the name says WKT, but the content is GML"),
        ("a.txt", WKT, "the name says TXT, but the content is WKT"),
        ("a.txt", "SRID=4524;multipolygon Z(((1 2 3, 4 5 6", "but the content is WKT"),
        ("a.csv", f'name,WKT\n甲,"{WKT}"\n', "the name says CSV/XLSX, but the content is WKT"),
        ("a.txt", GML, "the name says TXT, but the content is GML"),
        ("a.kml", GML, "the name says KML, but the content is GML"),
        ("a.shp", "<!DOCTYPE html><html>", "the name says Shapefile, but the content is HTML"),
        ("a.dxf", "AC1032\0\0", "the name says DXF, but the content is DWG"),
        ("a.txt", "%PDF-1.7", "the name says TXT, but the content is PDF"),
    ],
)
def test_formats_that_are_not_read_are_told_by_name_and_by_content(tmp_path, name, content, said):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(LayerError) as refused:
        sniff(tmp_path / name)
    assert said in refused.value.render("en")


@pytest.mark.parametrize(
    "content",
    [
        "J1,1,2689000.000,36642000.000\n",
        "点号,X坐标,Y坐标,备注\nJ1,2689000.000,36642000.000,POINT (东)\n",
        "polygon,x,y\n1,2689000,36642000\n",
    ],
)
def test_a_list_of_points_is_no_wkt(tmp_path, content):
    (tmp_path / "a.csv").write_text(content, "utf-8")
    assert sniff(tmp_path / "a.csv").name == "coordinate_table"
