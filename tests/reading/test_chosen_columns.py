"""Lists of points whose columns the user names: bare, with unknown headings, in text and workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import shapely

from townland.errors import LayerError
from townland.measuring.official import polygon_areas
from townland.reading import source as sources
from townland.reading.formats.points.chosen import columns_named

E, N = 36_642_000, 2_689_000
SQUARE = [(E, N), (E + 100, N), (E + 100, N + 100), (E, N + 100)]


def written(separator: str, heads: str = "", *, north_first: bool = False) -> str:
    rows = [
        separator.join(map(str, (f"J{at}", *((n, e) if north_first else (e, n)), "界桩")))
        for at, (e, n) in enumerate(SQUARE, 1)
    ]
    return "\n".join([*([heads] if heads else []), *rows, ""])


def square(path: Path, columns: str, **options: str) -> None:
    with sources.opened(path, columns=columns_named(columns), **options) as source:
        (shape,) = sources.read(source, [], None).geometry
    assert shape.equals(shapely.box(E, N, E + 100, N + 100))


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("a.csv", written(",", "桩,东坐标值m,北坐标值m,材"), "X=东坐标值m,Y=北坐标值m"),
        ("a.csv", written(","), "X=2,Y=3"),
        ("a.csv", written(","), "X=3,Y=2,label=1"),
        ("a.txt", written(","), "x=2，y=3，点号=1"),
        ("a.txt", written(" "), "X=2,Y=3"),
        ("a.txt", written("   "), "X=2,Y=3"),
        ("a.csv", written("\t", north_first=True), "X=2,Y=3"),
        ("a.tsv", written("\t", "a\tb\tc\td"), "X=B,Y=c"),
        ("a.csv", "某镇界址\n" + written(",", "a,b,c,d\n,(m),(m),"), "X=b,Y=c"),
    ],
)
def test_a_list_of_points_is_read_by_the_columns_that_are_named(tmp_path, name, text, columns):
    (tmp_path / name).write_text(text, "utf-8")
    square(tmp_path / name, columns)


def test_a_sheet_of_a_workbook_is_read_by_its_columns(tmp_path):
    book = openpyxl.Workbook()
    for at, (east, north) in enumerate(SQUARE, 1):
        book.active.append([at, north, east])
    book.save(tmp_path / "a.xlsx")
    square(tmp_path / "a.xlsx", "X=3,Y=2")


def test_columns_of_plots_and_rings_are_named_too(tmp_path):
    lines = [
        f"{plot},1,{e + 1000 * plot},{n}" for plot in (1, 2) for ring in (1,) for e, n in SQUARE
    ]
    hole = [(E + 1040, N + 40), (E + 1060, N + 40), (E + 1060, N + 60), (E + 1040, N + 60)]
    lines[4:4] = [f"1,2,{e},{n}" for e, n in hole]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), "utf-8")
    columns = columns_named("plot=1,ring=2,X=3,Y=4")
    areas = polygon_areas(path, crs="EPSG:4524", columns=columns)
    assert [area.plane_m2 for area in areas] == [9600, 10_000]


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        (written(","), "X=东坐标,Y=3", "no column is called 东坐标, which --columns names"),
        (written(","), "X=1,Y=4", "no row of the first 30 has two numbers"),
        (written(","), "X=2,Y=9", "no row of the first 30 has two numbers"),
        ("[地块坐标]\n4,1,1,a,面,,,,@\nJ1,1,2689000,36642000\n", "X=3,Y=4", "leave --columns out"),
    ],
)
def test_columns_that_are_not_there_are_refused(tmp_path, text, columns, said):
    (tmp_path / "a.txt").write_text(text, "utf-8")
    with pytest.raises(LayerError) as refused:
        square(tmp_path / "a.txt", columns)
    assert said in refused.value.render("en")


@pytest.mark.parametrize("text", ["X=2", "2,3", "X=2,Y=3,Z=4", "X=2,Y=", "X=2,X=3,Y=4"])
def test_an_option_that_says_something_else_is_refused(text):
    with pytest.raises(LayerError) as refused:
        columns_named(text)
    assert "X=东坐标,Y=北坐标 or X=2,Y=3" in refused.value.render("en")


def bare_table(folder: Path) -> Path:
    (folder / "a.csv").write_text(written(","), "utf-8")
    return folder / "a.csv"


def geojson(folder: Path) -> Path:
    (folder / "a.geojson").write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    return folder / "a.geojson"


@pytest.mark.parametrize(
    ("make", "columns", "said"),
    [
        (bare_table, None, "or name them with --columns, such as X=2,Y=3"),
        (geojson, {"x": "2", "y": "3"}, "this is GeoJSON; leave it out"),
    ],
)
def test_messages_name_the_option(
    tmp_path: Path, make: Callable[[Path], Path], columns: dict[str, str] | None, said: str
) -> None:
    with pytest.raises(LayerError) as refused, sources.opened(make(tmp_path), columns=columns):
        pass
    assert said in refused.value.render("en")


TWO = [SQUARE, [(x + 500, y) for x, y in SQUARE]]


def test_a_blank_line_between_points_is_refused_unless_the_ring_is_closed(tmp_path):
    """It was passed over: eight points of two squares became one ring."""
    text = "\n\n".join("\n".join(f"{x},{y}" for x, y in ring) for ring in TWO)
    (tmp_path / "a.txt").write_text(f"{text}\n", "utf-8")
    with (
        pytest.raises(LayerError) as refused,
        sources.opened(tmp_path / "a.txt", columns=columns_named("X=1,Y=2")),
    ):
        pass
    assert "a blank line stands between points, before line 6" in refused.value.render("en")
    closed = "\n\n".join("\n".join(f"{x},{y}" for x, y in [*ring, ring[0]]) for ring in TWO)
    (tmp_path / "a.txt").write_text(f"{closed}\n\n", "utf-8")
    (row,) = polygon_areas([tmp_path / "a.txt"], crs="EPSG:4524", columns=columns_named("X=1,Y=2"))
    assert row.plane_m2 == 20_000


@pytest.mark.parametrize(
    "columns", [{"X": "1", "y": "2"}, {"x": "1"}, {"x": "1", "y": "2", "z": "3"}]
)
def test_columns_in_python_are_named_as_on_the_command_line(tmp_path, columns):
    (tmp_path / "a.txt").write_text("\n".join(f"{x},{y}" for x, y in SQUARE) + "\n", "utf-8")
    if {*map(str.lower, columns)} == {"x", "y"}:
        (row,) = polygon_areas([tmp_path / "a.txt"], crs="EPSG:4524", columns=columns)
        assert row.plane_m2 == 10_000
        return
    with pytest.raises(LayerError) as refused:
        polygon_areas([tmp_path / "a.txt"], crs="EPSG:4524", columns=columns)
    assert "expected the columns of both coordinates" in refused.value.render("en")
