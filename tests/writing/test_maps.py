from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal

import folium
import numpy as np
import pyproj
import pytest
import shapely
from folium.plugins import MarkerCluster
from tests.factory_pages import CRS, HOSTILE, assessment

from townland.errors import ReportError
from townland.geodesy.crs import to_lonlat
from townland.i18n import Bilingual
from townland.rules.judging.finding import FigureRole, ReasonFigure
from townland.writing.maps import packing, pieces
from townland.writing.maps.page import TownMap, map_html, show_map
from townland.writing.pages import figures
from townland.writing.pages import look as legend
from townland.writing.pages import page as figure


@pytest.fixture(scope="module")
def page() -> str:
    return map_html(assessment())


def data_of(html: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.S).group(1))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def numbers(text: str) -> list[int]:
    """The whole numbers of a packed ring, by the letter: five bits each, the sign the lowest of all."""
    found, number, bits = [], 0, 0
    for letter in text:
        part = LETTERS.index(letter)
        number |= (part & 31) << bits
        bits += 5
        if part < 32:
            found.append(-(number + 1) // 2 if number % 2 else number // 2)
            number = bits = 0
    return found


def decode(text: str, origin: list[int]) -> shapely.MultiPolygon:
    rings = []
    for ring in text.split():
        steps = np.reshape(numbers(ring), (-1, 2))
        rings.append(shapely.Polygon((np.cumsum(steps, axis=0) + origin) / 1e7))
    whole = rings[0]
    for ring in rings[1:]:  # a hole lies within, another part beside
        whole = whole.symmetric_difference(ring)
    return whole


def layer_of(data: dict, key: str) -> dict:
    return next(layer["pieces"] for layer in data["layers"] if layer["key"] == key)


def test_vendored_files_are_those_of_the_manifest():
    listed = figure.manifest()
    folder = figure.assets() / "leaflet"
    assert {f"leaflet/{file.name}" for file in folder.iterdir()} == set(listed)
    for path, digest in listed.items():
        assert hashlib.sha256((figure.assets() / path).read_bytes()).hexdigest() == digest
    assert "BSD 2-Clause" in (folder / "LICENSE").read_text()


def test_is_a_folium_map_that_shows_itself_in_a_notebook():
    shown = show_map(assessment(), town="2", lang="en")
    assert isinstance(shown, folium.Map)
    assert shown._repr_html_().startswith("<iframe srcdoc=")
    groups = [c for c in shown._children.values() if isinstance(c, folium.FeatureGroup)]
    assert len(groups) >= 4
    assert [town["name"] for town in data_of(shown.get_root().render())["towns"]] == ["石门镇"]


def test_other_folium_elements_can_be_added_and_foreign_addresses_are_refused():
    shown = show_map(assessment(towns=1))
    folium.CircleMarker([24.4, 111.2], radius=4).add_to(shown)
    assert "L.circleMarker" in shown.get_root().render()
    MarkerCluster().add_to(shown)
    with pytest.raises(ReportError, match="leaflet"):
        shown.get_root().render()


def test_folium_itself_is_left_as_it_was():
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    map_html(assessment(towns=1))
    assert (folium.Map.default_js, folium.Map.default_css) == before
    assert TownMap.default_js is not folium.Map.default_js


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js",
        "townland:nothing.js",
        "townland:../page.py",
        "leaflet/leaflet.js",
    ],
)
def test_an_unknown_asset_is_an_error(url: str):
    with pytest.raises(ReportError):
        figure.asset(url)


def test_the_same_assessment_gives_the_same_bytes_and_no_random_ids(page: str):
    assert map_html(assessment()) == page
    assert not re.search(r"\b[0-9a-f]{32}\b", page)


def test_nothing_of_the_page_is_elsewhere(page: str):
    body = page.partition("<script nonce")[0]  # Leaflet's own code names its home page
    assert not re.search(r"<(link|iframe|img|base|form)\b", body)
    assert not re.search(r'(src|href)="https?:', body)
    assert not re.search(r"url\((?!data:|#)", page)
    assert "sourceMappingURL" not in page


def test_policy_and_page_head(page: str):
    nonce = re.search(r"script-src 'nonce-([^']+)'", page).group(1)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
        " frame-src 'self' file:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    tags = re.findall(r"<(?:script|style)[^>]*>", page)
    assert all(nonce in tag or 'type="application/json"' in tag for tag in tags)
    assert 'lang="zh-CN"' in page
    assert "<title>" in page
    assert "user-scalable" not in page
    other = map_html(assessment(towns=2))
    assert nonce not in other  # the nonce is the content's own


def test_hostile_names_stay_text():
    html = map_html(assessment(hostile=True))
    for attack in HOSTILE:
        if "<" in attack:
            assert attack not in html
    data = data_of(html)
    assert data["towns"][0]["name"] == HOSTILE[0]
    # nothing of the data is in the script: only ids of our own
    script = html.rpartition("<script nonce")[2]
    assert "alert" not in script
    assert "7*7" not in script


def test_geometry_comes_back_to_a_centimetre(page: str):
    data = data_of(page)
    made = assessment()
    for n, result in enumerate(made.towns):
        frame = result.land
        pieces = layer_of(data, "land")
        shapes = [
            shape for shape, town in zip(pieces["shape"], pieces["town"], strict=True) if town == n
        ]
        expected = to_lonlat(np.asarray(frame.geometry.array), CRS)
        assert len(shapes) == len(frame)
        for shape, geometry in zip(shapes, expected, strict=True):
            drawn = decode(data["shapes"][shape], data["origin"])
            assert drawn.hausdorff_distance(geometry) < 1e-7


def test_holes_and_parts_come_back_and_shared_edges_stay_shared() -> None:
    whole = shapely.box(110, 24, 110.001, 24.001)
    hole = shapely.box(110.0002, 24.0002, 110.0008, 24.0008)
    parts = shapely.MultiPolygon([whole - hole, shapely.box(110.002, 24, 110.003, 24.001)])
    origin = (1_100_000_000, 240_000_000)
    text, empty = packing.pack(np.array([parts, shapely.Point(0, 0)]), origin)
    assert empty == ""
    assert decode(text, list(origin)).symmetric_difference(parts).area < 1e-12
    # one crooked line between two, thinned: none overlaps the other, nothing lies between
    line = [(x, 50 + (x % 7)) for x in range(0, 101)]
    low = shapely.Polygon([(0, 0), *line, (100, 0)])
    high = shapely.Polygon([(0, 100), *line, (100, 100)])
    thin = packing.simplified(np.array([low, high]), 4.0, CRS)
    assert shapely.get_num_coordinates(thin).sum() < 70  # of 206
    assert thin[0].intersection(thin[1]).area < 1e-9
    assert thin[0].union(thin[1]).area == pytest.approx(10_000)


def test_areas_are_the_measures_own_in_three_units(page: str):
    data = data_of(page)
    frame = assessment().towns[1].measures["farmland_built_on"].frame
    areas = layer_of(data, "measure:farmland_built_on")["area"]
    assert sorted(Decimal(area.split()[0]) for area in areas) == sorted(frame["area_m2"])
    largest = max(frame["area_m2"])
    assert areas[0].split() == [part.number for part in figures.area_in_three(largest)]


def test_findings_lead_to_layers_that_exist(page: str):
    data = data_of(page)
    keys = {layer["key"] for layer in data["layers"]}
    for finding in data["findings"]:
        assert {figure["layer"] for figure in finding["figures"]} <= keys
    assert [f["verdict"] for f in data["findings"]] == sorted(
        (f["verdict"] for f in data["findings"]), key=legend.VERDICT_ORDER.index
    )


def test_gaps_are_listed_once_for_the_roles_that_share_them():
    hole = shapely.box(0, 0, 1, 1)
    turned = shapely.Polygon([(1, 1), (1, 0), (0, 0), (0, 1)])
    result = type("R", (), {"uncovered": {"land_use": hole, "paddy": turned, "x": None,
                                          "imagery": shapely.Polygon()}})  # fmt: skip
    assert [roles for roles, _ in pieces.gaps(result)] == [["land_use", "paddy"]]


def test_of_many_vertices_lines_are_simplified_and_no_piece_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = data_of(map_html(assessment(towns=2)))
    monkeypatch.setattr(packing, "MAX_VERTICES", 800)
    thin = data_of(map_html(assessment(towns=2), lang="en"))
    assert thin["simplified"].startswith("Lines are drawn within about")
    assert whole["simplified"] == ""
    for key in ("area", "id", "town"):
        assert layer_of(thin, "land")[key] == layer_of(whole, "land")[key]
    assert all(thin["shapes"][shape] for shape in layer_of(thin, "land")["shape"])


def test_an_unknown_town_is_named():
    with pytest.raises(ReportError) as caught:
        show_map(assessment(), town="9")
    assert "9" in caught.value.render("en")
    assert "1, 2, 3" in caught.value.render("en")


def test_signs_of_one_finding_differ_without_their_colour():
    def figures(*roles: tuple[str, FigureRole]) -> list[ReasonFigure]:
        title, area = Bilingual("x", "x"), Decimal(1)
        return [ReasonFigure(name, title, role, area, None, area, 1) for name, role in roles]

    parts = [(f"m{n}", "part") for n in range(len(legend.PATTERNS))]
    signs = legend.signs([figures(("whole", "decides"), *parts), figures(("m3", "decides"))])
    assert len({sign.pattern for sign in signs.values()}) == len(parts) + 1
    # what holds the others is an outline, and a sign is the measure's own whatever the finding
    assert [name for name, sign in signs.items() if sign.frame] == ["whole"]


def test_chips_have_enough_contrast_and_differ_without_colour():
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for look in legend.VERDICTS.values():
        assert 1.05 / (luminance(look.colour) + 0.05) >= 4.5
    assert len({look.mark for look in legend.VERDICTS.values()}) == 5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_languages_render(lang: str):
    html = map_html(assessment(towns=1), lang=lang, report_href=None)
    assert "data-report=" not in html.partition("<script")[0]


def test_a_piece_with_a_hair_is_drawn() -> None:
    """A part no wider than a rounding, as intersections leave them, ended the map in a traceback."""
    hair = [(620664.9849999996, 2703596.6729999995), (620664.9849999994, 2703596.673),
            (620664.9849999996, 2703596.6729999995)]  # fmt: skip
    plots = [shapely.box(620000 + x, 2703000, 620100 + x, 2703100) for x in (0, 100)]
    torn = shapely.MultiPolygon([shapely.Polygon(hair), plots[0]])
    given = np.array([torn, plots[1]], dtype=object)
    thin = packing.simplified(given, 5.0, pyproj.CRS(4545))
    assert shapely.area(thin).tolist() == [10_000, 10_000]
