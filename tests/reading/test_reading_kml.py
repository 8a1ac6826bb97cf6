"""KML and KMZ: polygons, names and columns; nothing outside of the file is touched."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely

from townland.errors import CRSError, EncodingError, LayerError
from townland.reading import source as sources
from townland.reading.formats import kml
from townland.reading.sniff import sniff
from townland.towns import read_towns

RING = "109.40,24.30 109.41,24.30 109.41,24.31 109.40,24.31 109.40,24.30"
HOLE = "109.404,24.304 109.406,24.304 109.406,24.306 109.404,24.306 109.404,24.304"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SQUARE = shapely.box(109.40, 24.30, 109.41, 24.31)


def ring(coordinates: str, side: str = "outer") -> str:
    return (
        f"<{side}BoundaryIs><LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"
        f"</{side}BoundaryIs>"
    )


def polygon(outer: str = RING, *holes: str) -> str:
    return f"<Polygon>{ring(outer)}{''.join(ring(hole, 'inner') for hole in holes)}</Polygon>"


def mark(content: str, name: str = "太阳村镇") -> str:
    return f"<Placemark><name>{name}</name>{content}</Placemark>"


def document(*content: str, head: str = HEAD) -> str:
    return (
        f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"'
        f' xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>{"".join(content)}</Document></kml>'
    )


def saved(path: Path, *content: str, encoding: str = "utf-8", head: str = HEAD) -> Path:
    path.write_bytes(document(*content, head=head).encode(encoding))
    return path


def read(path: Path, **options: Any) -> Any:
    with sources.opened(path, **options) as source:
        return source, sources.read(source, source.fields, None)


def codes(source: Any) -> list[str]:
    return [issue.code for issue in source.issues]


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(LayerError) as caught:
        read(path, **options)
    return caught.value.render("en")


def test_a_placemark_with_a_polygon_is_a_town(tmp_path):
    path = saved(tmp_path / "a.kml", mark(polygon(RING, HOLE)))
    assert sniff(path) is kml.FORMAT
    town = read_towns([path])[0]
    assert town.name == "太阳村镇"
    assert town.input.crs_used == "EPSG:4326"
    hole = shapely.box(109.404, 24.304, 109.406, 24.306)
    assert town.boundary.equals(SQUARE - hole)
    assert len(town.boundary.interiors) == 1
    assert [(i.code, i.severity) for i in town.issues] == [("kml_maybe_gcj02", "info")]


def test_folders_in_folders_and_multigeometries_in_multigeometries(tmp_path):
    east = RING.replace("109.4", "109.5")
    both = (
        f"<MultiGeometry>{polygon()}<MultiGeometry>{polygon(east)}</MultiGeometry></MultiGeometry>"
    )
    path = saved(
        tmp_path / "a.kml",
        "<name>柳州</name>",
        f"<Folder><name>一期</name>{mark(both, '甲')}<Folder><name>内</name>{mark(polygon(), '乙')}",
        f"</Folder></Folder><Folder><name>二期</name>{mark(polygon(), '丙')}</Folder>",
        mark(polygon(), "丁"),
    )
    _source, rows = read(path)
    assert rows.columns["name"].to_pylist() == ["甲", "乙", "丙", "丁"]
    assert rows.columns["folder"].to_pylist() == ["一期", "内", "二期", "柳州"]
    assert rows.geometry[0].geom_type == "MultiPolygon"
    assert rows.geometry[0].bounds == (109.40, 24.30, 109.51, 24.31)
    assert [town.name for town in read_towns([path], layer="一期")] == ["甲", "乙"]
    assert "the layers are: 一期, 二期, 内, 柳州" in refused(path, layer="三期")


def test_columns_of_extended_data_keep_their_types(tmp_path):
    schema = (
        '<Schema name="s" id="s"><SimpleField type="int" name="编号"/>'
        '<SimpleField type="double" name="面积"/><SimpleField type="bool" name="核实"/>'
        '<SimpleField type="int" name="混"/></Schema>'
    )

    def data(number: str, area: str, checked: str, mixed: str) -> str:
        return (
            '<ExtendedData><Data name="地类"><displayName>x</displayName><value>0101</value></Data>'
            f'<SchemaData schemaUrl="#s"><SimpleData name="编号">{number}</SimpleData>'
            f'<SimpleData name="面积">{area}</SimpleData><SimpleData name="核实">{checked}'
            f'</SimpleData><SimpleData name="混">{mixed}</SimpleData></SchemaData></ExtendedData>'
        )

    path = saved(
        tmp_path / "a.kml",
        schema,
        mark(data("7", "1.5", "true", "1") + "<description>注 &amp; 释</description>" + polygon()),
        mark(data("", "", "0", "x") + polygon(), "乙"),
    )
    _source, rows = read(path)
    found = {name: column.to_pylist() for name, column in rows.columns.items()}
    assert found == {
        "地类": ["0101", "0101"],
        "编号": [7, None],
        "面积": [1.5, None],
        "核实": [True, False],
        "混": ["1", "x"],
        "name": ["太阳村镇", "乙"],
        "description": ["注 & 释", None],
    }


def test_a_column_called_name_does_not_hide_the_placemark_s(tmp_path):
    data = '<ExtendedData><Data name="Name"><value>x</value></Data></ExtendedData>'
    _source, rows = read(saved(tmp_path / "a.kml", mark(data + polygon())))
    assert {name: column.to_pylist() for name, column in rows.columns.items()} == {
        "Name": ["x"],
        "placemark_name": ["太阳村镇"],
    }


def test_heights_are_dropped_and_counted_unless_they_are_naught(tmp_path):
    high = " ".join(f"{point},95.5" for point in RING.split())
    flat = " ".join(f"{point},0" for point in RING.split())
    source, rows = read(saved(tmp_path / "a.kml", mark(polygon(high)), mark(polygon(flat))))
    assert all(shape.equals(SQUARE) and not shape.has_z for shape in rows.geometry)
    (issue,) = [issue for issue in source.issues if issue.code == "dimension_dropped"]
    assert issue.message.render("en").startswith("1 ")


def test_blanks_after_commas_and_rings_that_stay_open(tmp_path):
    loose = "\n 109.40, 24.30, 0\t109.41, 24.30, 0\n109.41,24.31,0 109.40 ,24.31,0 "
    source, rows = read(saved(tmp_path / "a.kml", mark(polygon(loose))))
    assert rows.geometry[0].equals(SQUARE)
    assert "ring_closed" in codes(source)


def test_a_ring_by_itself_bounds_an_area_and_what_is_none_is_left_out(tmp_path):
    line = "<LineString><coordinates>109.40,24.30 109.41,24.30</coordinates></LineString>"
    path = saved(
        tmp_path / "a.kml",
        mark(f"<LinearRing><coordinates>{RING}</coordinates></LinearRing>"),
        mark(line),
        mark("<gx:Track><gx:coord>109 24 0</gx:coord></gx:Track>"),
        mark("<Point><coordinates>109,24</coordinates></Point>"),
        "<GroundOverlay><name>x</name><Icon><href>http://127.0.0.1/x.png</href></Icon></GroundOverlay>",
    )
    source, rows = read(path)
    assert len(rows) == 1
    assert rows.geometry[0].equals(SQUARE)
    (issue,) = [issue for issue in source.issues if issue.code == "geometry_not_polygon"]
    assert issue.message.render("en").startswith("3 ")
    assert "no polygon, but 1" in refused(saved(tmp_path / "b.kml", mark(line)))


LINK = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"


def test_links_are_never_followed(tmp_path, monkeypatch):
    def nothing(*_args: Any, **_options: Any) -> None:
        raise AssertionError("a request left the process")

    monkeypatch.setattr(socket, "socket", nothing)
    source, rows = read(saved(tmp_path / "a.kml", LINK, mark(polygon())))
    assert len(rows) == 1
    assert "kml_link_left_out" in codes(source)
    assert "http://127.0.0.1:9/x.kml" in refused(saved(tmp_path / "b.kml", LINK))


@pytest.mark.parametrize(
    "kind",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE kml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    ],
)
def test_document_types_and_entities_are_refused(tmp_path, kind):
    path = saved(tmp_path / "a.kml", mark(polygon()), head=HEAD + kind)
    assert "document type or entities" in refused(path)


def test_depth_and_size_are_bounded(tmp_path, monkeypatch):
    deep = "<Folder>" * 100_000
    path = tmp_path / "a.kml"
    path.write_text(f"<kml><Document>{deep}", encoding="utf-8")
    assert "nested more than 64 deep" in refused(path)
    monkeypatch.setattr(kml, "MAX_BYTES", 100)
    assert "too large" in refused(saved(tmp_path / "b.kml", mark(polygon())))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_is_cut_off_is_refused(tmp_path, share):
    path = saved(tmp_path / "a.kml", *[mark(polygon())] * 5)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert "damaged or cut off" in refused(path)


@pytest.mark.parametrize(
    ("coordinates", "said"),
    [
        ("109.4,24.3 109.5,NaN 109.5,24.4 109.4,24.3", "109.5,NaN"),
        ("109.4,24.3 109.5 109.5,24.4 109.4,24.3", "109.5"),
        ("109.4,24.3 1,2,3,4 109.5,24.4 109.4,24.3", "1,2,3,4"),
        ("109.4,24.3 109.5,1e999 109.5,24.4 109.4,24.3", "finite"),
        ("109.4,24.3 109.5,24.4 109.4,24.3", "three different points"),
        ("", "three different points"),
        ("109°24′,24.3 109.5,24.3 109.5,24.4", "109°24′"),
        ("109.4,24.3 109.5,2_4.3 109.5,24.4", "2_4.3"),
    ],
)
def test_what_is_no_coordinate_is_refused_by_placemark(tmp_path, coordinates, said):
    words = refused(saved(tmp_path / "a.kml", mark(polygon(coordinates), "丹洲")))
    assert "丹洲" in words
    assert said in words


def test_a_polygon_has_one_outer_boundary(tmp_path):
    two = f"<Polygon>{ring(RING)}{ring(HOLE)}</Polygon>"
    assert "2 outer boundaries" in refused(saved(tmp_path / "a.kml", mark(two)))
    none = f"<Polygon>{ring(RING, 'inner')}</Polygon>"
    assert "0 outer boundaries" in refused(saved(tmp_path / "b.kml", mark(none)))


def test_latitude_before_longitude_is_put_in_order_and_metres_are_refused(tmp_path):
    swapped = " ".join(",".join(reversed(point.split(","))) for point in RING.split())
    metres = "36642000,2689000 36643000,2689000 36643000,2690000"
    (town,) = read_towns([saved(tmp_path / "swapped.kml", mark(polygon(swapped)))])
    assert "axes_swapped" in {issue.code for issue in town.issues}
    (right,) = read_towns([saved(tmp_path / "right.kml", mark(polygon(RING)))])
    assert town.boundary.bounds == right.boundary.bounds
    with pytest.raises(CRSError) as caught:
        read_towns([saved(tmp_path / "metres.kml", mark(polygon(metres)))])
    assert "EPSG:" in caught.value.render("en")


@pytest.mark.parametrize(
    ("encoding", "declared", "used"),
    [
        ("utf-8", "UTF-8", "UTF-8"),
        ("utf-8-sig", "UTF-8", "UTF-8"),
        ("utf-8", None, "UTF-8"),
        ("gbk", "GBK", "GB18030"),
        ("gb18030", "gb2312", "GB18030"),
        ("gbk", "UTF-8", "GB18030"),
        ("gbk", None, "GB18030"),
        ("utf-16", "UTF-16", "UTF-16"),
    ],
)
def test_names_in_every_encoding(tmp_path, encoding, declared, used):
    head = "" if declared is None else HEAD.replace("UTF-8", declared)
    names = ["太阳村镇", "雒容镇", "丹洲", "百朋"]
    content = [mark(polygon(), name) for name in names]
    path = saved(tmp_path / "a.kml", *content, encoding=encoding, head=head)
    source, rows = read(path)
    assert rows.columns["name"].to_pylist() == names
    assert source.encoding == used
    wrong = encoding == "gbk" and declared != "GBK"
    assert ("encoding_conflict" in codes(source)) == wrong


def test_a_stated_encoding_that_does_not_fit_is_refused(tmp_path):
    path = saved(tmp_path / "a.kml", mark(polygon()), encoding="gbk")
    with pytest.raises(EncodingError):
        read(path, encoding="UTF-8")


@pytest.mark.parametrize("maker", ["奥维互动地图", "<!-- Ovital -->", "高德地图"])
def test_a_maker_of_shifted_maps_is_a_warning(tmp_path, maker):
    source, _rows = read(saved(tmp_path / "a.kml", maker, mark(polygon())))
    assert [(i.code, i.severity) for i in source.issues] == [("kml_maybe_gcj02", "warning")]


def test_a_kmz_is_its_doc_kml(tmp_path):
    saved(tmp_path / "doc.kml", mark(polygon()))
    for name in ("a.kmz", "b.zip", "c"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.write(tmp_path / "doc.kml", "doc.kml")
            archive.writestr("files/other.kml", document(mark(polygon(), "x")))
            archive.writestr("files/overlay.tif", b"II*\x00")
        assert [town.name for town in read_towns([tmp_path / name])] == ["太阳村镇"]
    with zipfile.ZipFile(tmp_path / "d.kmz", "w") as archive:
        archive.write(tmp_path / "doc.kml", "柳州/用地红线.kml")
    assert len(read_towns([tmp_path / "d.kmz"])) == 1


def test_a_map_for_a_globe_beside_a_layer_does_not_count(tmp_path):
    import geopandas as gpd

    frame = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[SQUARE], crs=4490)
    frame.to_file(tmp_path / "a.gpkg")
    saved(tmp_path / "b.kml", mark(polygon()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a.gpkg", "b.kml"):
            archive.write(tmp_path / name, name)
    assert [town.name for town in read_towns([tmp_path / "a.zip"])] == ["甲"]
    assert [town.name for town in read_towns([tmp_path / "a.zip"], layer="a")] == ["甲"]


def test_xml_of_another_kind_is_no_kml(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text("<gpx><kml></kml></gpx>", encoding="utf-8")
    assert "begins with gpx" in refused(path)


def test_a_kml_may_be_a_layer_of_a_catalog(tmp_path):
    from townland.catalog import load_catalog
    from townland.layers.describe import inspect

    saved(tmp_path / "a.kml", mark(polygon()))
    (tmp_path / "catalog.toml").write_text(
        '[[layer]]\nname = "a"\nrole = "growth_boundary"\npath = "a.kml"\n', encoding="utf-8"
    )
    layers = load_catalog(tmp_path / "catalog.toml")
    found = inspect(layers.layer[0], layers)
    assert (found.features, found.crs, found.format) == (1, "EPSG:4326", kml.FORMAT)
    assert [field.name for field in found.fields] == ["name"]
    assert [issue.severity for issue in found.issues] == ["info"]


# --- lines, and what is invisible ----------------------------------------------------------


def line(coordinates: str) -> str:
    return f"<LineString><coordinates>{coordinates}</coordinates></LineString>"


OPEN = RING.rsplit(" ", 1)[0]
"""The square without its last side."""


def test_a_line_that_closes_is_a_boundary(tmp_path):
    source, rows = read(saved(tmp_path / "a.kml", mark(line(RING))))
    assert rows.geometry[0].equals(SQUARE)
    assert rows.columns["name"].to_pylist() == ["太阳村镇"]
    closed = next(each for each in source.issues if each.code == "kml_line_closed")
    assert closed.severity == "info"


@pytest.mark.parametrize(
    ("last", "open_"),
    [
        ("109.40,24.3", False),  # the first vertex, written otherwise
        ("109.40000005,24.30", False),  # 5 mm
        ("109.4000002,24.30", True),  # 2 cm
        ("109.40,24.301", True),
    ],
)
def test_a_line_closes_within_a_centimetre(tmp_path, last, open_):
    path = saved(tmp_path / "a.kml", mark(polygon()), mark(line(f"{OPEN} {last}"), "乙镇"))
    source, rows = read(path)
    assert len(rows) == (1 if open_ else 2)
    assert "geometry_not_polygon" in codes(source) if open_ else "kml_line_closed" in codes(source)
    assert ("line_open" in codes(source)) == (last == "109.4000002,24.30")
    assert shapely.area(rows.geometry) == pytest.approx([1e-4] * len(rows), rel=1e-4)


def test_an_open_line_is_refused_with_the_length_and_place_of_its_gap(tmp_path):
    # GRS 80 and WGS 84: a degree of latitude is 110.76 km long at 24.3°, so that 0.01° are 1107.6 m
    text = refused(saved(tmp_path / "a.kml", mark(line(OPEN)), mark(line("109,24 109.1,24"))))
    assert "1 line that does not close" in text
    assert "太阳村镇: 1107." in text
    assert "from (109.4000000, 24.3000000) to (109.4000000, 24.3100000)" in text


def test_a_line_in_a_multigeometry_and_one_with_two_points(tmp_path):
    both = f"<MultiGeometry>{polygon()}{line(moved_ring())}</MultiGeometry>"
    _source, rows = read(saved(tmp_path / "a.kml", mark(both)))
    assert rows.geometry[0].geom_type == "MultiPolygon"
    refusal = refused(saved(tmp_path / "b.kml", mark(line("109,24 109.1,24 109,24"))))
    assert "gap" in refusal or "holds no polygon" in refusal


def moved_ring() -> str:
    return RING.replace("109.4", "109.5")


def test_an_invisible_placemark_is_read_and_reported(tmp_path):
    path = saved(
        tmp_path / "a.kml",
        mark(polygon(), "甲"),
        mark("<visibility>0</visibility>" + polygon(moved_ring()), "乙"),
        f"<Folder><name>旧</name><visibility>0</visibility>{mark(polygon(), '丙')}</Folder>",
        f"<Folder><name>新</name><visibility>1</visibility>{mark(polygon(), '丁')}</Folder>",
    )
    source, rows = read(path)
    assert len(rows) == 4
    (hidden,) = (each for each in source.issues if each.code == "kml_invisible")
    assert hidden.message.render("en").startswith("2 placemarks are invisible (visibility 0)")
    assert "乙, 丙;" in hidden.message.render("en")
    assert "kml_invisible" not in codes(read(path, layer="新")[0])
