"""The tools of the map's page, in one Chromium with the network cut and one page for all of them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from playwright.sync_api import Page
from tests.factory_pages import CRS, assessment
from tests.writing.test_many_towns import many
from tests.writing.test_pages_in_browser import NARROW, WIDE, Visit
from tests.writing.test_pages_in_browser import browser as browser

from townland.geodesy import official_area_m2
from townland.writing.maps.page import map_files, map_html

pytestmark = pytest.mark.browser

TO_DEGREES = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)


@pytest.fixture(scope="module")
def seen(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(map_html(assessment(), lang="en"), encoding="utf-8")
    visit = Visit(browser, path.as_uri(), WIDE)
    yield visit
    # whatever the tests did
    assert visit.complaints == []
    asked = {
        url.partition("#")[0] for url in visit.requests if not url.startswith(("data:", "blob:"))
    }
    assert asked <= {path.as_uri(), "about:blank"}
    visit.context.close()


@pytest.fixture
def page(seen: Visit) -> Page:
    """The page as it opens, at its middle town, with every tool put away."""
    seen.page.set_viewport_size(WIDE)
    seen.page.evaluate("""() => {
      const { state } = townland;
      if (state.tool) townland.setTool(state.tool);
      townland.setSwipe(null);
      townland.setGrid(false);
      state.map.closePopup();
      townland.goToTown(1);
      townland.showTown(false);
      document.getElementById('search').value = '';
    }""")
    return seen.page


def colours(page: Page, places: list[tuple[float, float]]) -> list[list[int]]:
    """The colours of the land's canvas at places, longitude first."""
    found: list[list[int]] = page.evaluate(
        """(places) => {
          const sheet = townland.sheets.get('land');
          sheet.paint();
          const copy = document.createElement('canvas');
          [copy.width, copy.height] = [sheet._container.width, sheet._container.height];
          const pen = copy.getContext('2d', { willReadFrequently: true });
          pen.drawImage(sheet._container, 0, 0);
          return places.map(([lng, lat]) => {
            const point = townland.state.map.latLngToLayerPoint([lat, lng]);
            const { x, y } = point.subtract(sheet._bounds.min);
            return [...pen.getImageData(Math.round(x), Math.round(y), 1, 1).data];
          });
        }""",
        places,
    )
    return found


def test_a_search_finds_a_piece_by_number_owner_or_place_and_leads_to_it(page: Page) -> None:
    land = assessment().towns[2].land
    wanted = land["land_use_id"].iloc[40]
    page.locator("#search").fill(wanted)
    answers = page.locator("#answers button")
    page.wait_for_function("wanted => document.querySelector('#answers')?.textContent.includes(wanted)",
                           arg=wanted)  # fmt: skip
    assert wanted in answers.first.inner_text()
    assert f"{land['area_m2'].iloc[40]} m²" in answers.first.inner_text()
    page.locator("#search").press("Enter")
    popup = page.locator(".leaflet-popup-content")
    assert wanted in popup.inner_text()
    inside = page.evaluate("""() => {
      const [piece] = townland.search(document.getElementById('search').value);
      return townland.state.map.getBounds().contains(piece.bounds);
    }""")
    assert inside
    page.locator("#search").fill("茶山镇")  # a town
    page.locator("#search").press("Enter")
    assert page.locator("#town-name").inner_text() == "茶山镇"
    page.locator("#search").fill("no such thing")
    page.wait_for_function(
        "() => document.getElementById('answer-count').textContent === '0 found'"
    )


def test_every_piece_is_reached_at_a_place_inside_it(page: Page) -> None:
    missed = page.evaluate("""() => ['land', 'plan', 'measure:paddy_taken'].flatMap((key) =>
      townland.layers.get(key).features.filter((piece) => {
        const place = townland.spotOf(piece);
        return !piece.layer.at(...townland.mercator(place.lat, place.lng)).includes(piece);
      }).map((piece) => piece.id))""")
    assert missed == []


def test_the_pointers_coordinates_are_those_of_the_table_of_points(page: Page) -> None:
    ring = shapely.get_coordinates(assessment().towns[1].town.boundary)
    for east, north in ring[:3]:
        lng, lat = TO_DEGREES.transform(east, north)
        page.evaluate("place => townland.showPlace(L.latLng(...place))", [lat, lng])
        words = page.locator(".place").inner_text()
        x, y = re.search(r"X ([\d.]+)\s+Y ([\d.]+)", words).groups()
        assert abs(float(x) - north) < 0.0015
        assert abs(float(y) - east) < 0.0015  # with the number of the zone
        assert "CGCS2000, zone 36 of 3°" in words
        assert f"{lng:.7f}° E" in words
        assert f"{lat:.7f}° N" in words


def test_an_area_that_is_measured_is_the_librarys(page: Page) -> None:
    random = np.random.default_rng(3)
    rings, expected = [], []
    for size in (3, 30, 300, 3000, 12000) * 4:
        angle = np.sort(random.uniform(0, 2 * np.pi, 9))
        radius = size * random.uniform(0.4, 1.0, 9)
        centre = 36_500_000 + random.uniform(-120_000, 120_000), random.uniform(2.0e6, 5.5e6)
        ring = np.column_stack((radius * np.cos(angle), radius * np.sin(angle))) + centre
        rings.append(ring.tolist())
        expected.append(float(official_area_m2(shapely.Polygon(ring), CRS)[0]))
    plane = page.evaluate("townland.data.towns[0].plane")
    assert (plane["meridian"], plane["false_east_m"], plane["prefix_m"]) == (108, 36_500_000, 0)
    measured = page.evaluate("""(rings) => rings.map((ring) =>
      townland.geodesy.planeArea(ring, townland.data.towns[0].plane))""",
                             rings)  # fmt: skip
    assert measured == pytest.approx(expected, abs=0.005)
    degrees = [
        [(111.0, 24.0), (111.03, 24.01), (111.02, 24.03)],
        [(2, 48), (2.001, 48), (2, 48.001)],
    ]
    of_degrees = official_area_m2([shapely.Polygon(ring) for ring in degrees], pyproj.CRS(4490))
    found = page.evaluate("rings => rings.map(townland.geodesy.degreeArea)", degrees)
    assert found == pytest.approx(of_degrees.tolist(), abs=0.005)


def test_length_and_area_are_measured_by_pointer_and_by_keyboard(page: Page) -> None:
    box = page.locator(".folium-map").bounding_box()
    page.locator("#tool-area").click()
    places = [(400, 300), (700, 320), (600, 600)]
    for x, y in places:
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(350)  # two clicks in short would end the measuring
    page.keyboard.press("Enter")
    points = page.evaluate("() => townland.state.measuring.points")
    assert len(points) == 3
    to_plane = pyproj.Transformer.from_crs(4326, CRS, always_xy=True)
    ring = [to_plane.transform(point["lng"], point["lat"]) for point in points]
    area = float(official_area_m2(shapely.Polygon(ring), CRS)[0])
    words = page.locator("#measure").inner_text()
    m2, ha, mu = map(Decimal, re.search(r"([\d.]+) m² · ([\d.]+) ha · ([\d.]+) mu", words).groups())
    assert float(m2) == pytest.approx(area, abs=0.01)
    assert (round(m2 / 10000, 4), round(m2 * 3 / 2000, 2)) == (ha, mu)
    assert page.locator(".leaflet-popup").count() == 0
    page.locator("#tool-length").click()
    page.locator(".folium-map").focus()
    page.keyboard.press("Space")
    before = page.evaluate("townland.state.map.getCenter()")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    page.keyboard.press("Space")
    after = page.evaluate("townland.state.map.getCenter()")
    geod = pyproj.Geod(ellps="GRS80")
    metres = geod.inv(before["lng"], before["lat"], after["lng"], after["lat"])[2]
    length = float(re.search(r"Length: ([\d.]+) m", page.locator("#measure").inner_text())[1])
    assert length == pytest.approx(metres, rel=6e-4)  # the plane's own scale at the zone's edge
    page.keyboard.press("Escape")
    assert page.locator("#measure").is_hidden()


def test_a_swipe_divides_present_from_planned_use_and_goes_by_keyboard(page: Page) -> None:
    page.locator("#tool-swipe").click()
    divider = page.locator(".divider")
    clips = page.evaluate(
        "['land', 'plan'].map((name) => townland.state.map.getPane(name).style.clipPath)"
    )
    assert all(clip.startswith("polygon(") for clip in clips)
    assert len(set(clips)) == 2
    divider.focus()
    page.keyboard.press("ArrowRight")
    assert divider.get_attribute("aria-valuenow") == "52"
    assert "swipe=0.520" in page.url
    page.locator("#tool-swipe").click()
    assert page.evaluate("townland.state.map.getPane('land').style.clipPath") == ""


def test_an_address_brings_back_view_layers_grid_and_opacity(page: Page) -> None:
    page.evaluate("""() => {
      const box = townland.layers.get('plan').box;
      if (box.checked) box.click();
      townland.state.moved = true;
      townland.setGrid(true);
      townland.setAlpha('land', 0.5);
      townland.state.map.setView([24.412, 108.223], 17, { animate: false });
    }""")
    address = page.url
    assert "at=24.412000%2C108.223000%2C17" in address
    page.goto("about:blank")
    page.goto(address)
    state = page.evaluate("""() => ({
      zoom: townland.state.map.getZoom(), centre: townland.state.map.getCenter(),
      plan: townland.state.map.hasLayer(townland.layers.get('plan').group), grid: townland.state.grid,
      land: townland.state.map.getPane('land').style.opacity, town: townland.state.town,
    })""")
    assert state.pop("centre") == pytest.approx({"lat": 24.412, "lng": 108.223}, abs=1e-6)
    assert state == {"zoom": 17, "plan": False, "grid": True, "land": "0.5", "town": 1}
    page.goto("about:blank")
    page.goto(address.partition("#")[0])


def test_names_of_towns_carry_their_verdict_and_choose_a_town(page: Page) -> None:
    labels = page.locator(".town-label")
    assert [label.locator("span").inner_text() for label in labels.all()] == [
        "云溪镇",
        "石门镇",
        "茶山镇",
    ]
    assert labels.nth(1).locator("b").inner_text() == "×"
    assert "Not compliant" in labels.nth(1).get_attribute("title")
    page.evaluate(
        "townland.state.map.fitBounds(townland.data.towns.map((town) => town.bounds).flat())"
    )
    labels.nth(2).evaluate("label => label.click()")
    assert page.locator("#town-name").inner_text() == "茶山镇"
    assert labels.nth(2).get_attribute("aria-pressed") == "true"


BOXES = """(names) => [...document.querySelectorAll(names)].filter((each) => each.offsetWidth)
  .map((each) => each.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height])"""


def overlapping(boxes: list[list[float]], others: list[list[float]]) -> list[object]:
    """Pairs of boxes that hide part of one another."""
    return [
        (a, b)
        for a in boxes
        for b in others
        if a is not b
        and min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) > 1
        and min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]) > 1
    ]


def test_numbers_of_pieces_hide_one_another_at_no_scale(page: Page) -> None:
    """Three numbers of one corner lay on top of each other, and the lower ones could not be read."""
    near = 2.0  # pixels: a round number may touch its neighbour
    for zoom in (0, 1, 2):
        boxes = page.evaluate(
            f"""() => {{
              const {{ map }} = townland.state;
              map.setZoom(map.getMinZoom() + {zoom}, {{ animate: false }});
              return ({BOXES})('.badge');
            }}"""
        )
        assert len(boxes) > 3
        for n, a in enumerate(boxes):
            for b in boxes[n + 1 :]:
                assert np.hypot(a[0] - b[0], a[1] - b[1]) > a[2] - near


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_name_finds_a_place_clear_of_the_others_and_of_the_tools(
    browser: Any, tmp_path: Path, size: dict[str, int]
) -> None:
    """A name hid its small town, a neighbour's had no place, and one lay under the tools."""
    made = many([f"T{n}" for n in range(11)])
    towns = [replace(each, town=replace(each.town, name="山水特色小镇")) for each in made.towns]
    for name, text in map_files(replace(made, towns=tuple(towns))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    visit = Visit(browser, (tmp_path / "map.html").as_uri(), size)
    names = visit.page.evaluate(BOXES, ".town-label")
    controls = visit.page.evaluate(BOXES, ".leaflet-control")
    assert overlapping(names, [*names, *controls]) == []
    assert len(names) == len(towns) if size == WIDE else len(names) > 3
    visit.context.close()


def test_no_key_and_no_wheel_leads_into_a_blank_page(page: Page) -> None:
    for key in ("End", "PageDown", "Space"):
        page.locator("body").press(key)
    box = page.locator(".folium-map").bounding_box()
    for place in ((box["x"] + 300, box["y"] + 300), (WIDE["width"] - 60, 500)):
        page.mouse.move(*place)
        for _ in range(4):
            page.mouse.wheel(0, 3000)
            page.wait_for_timeout(60)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
    across = page.evaluate("""() => {
      const bounds = L.latLngBounds(townland.data.towns.flatMap((town) => town.bounds));
      const { map } = townland.state;
      const [a, b] = [bounds.getSouthWest(), bounds.getNorthEast()]
        .map((each) => map.latLngToContainerPoint(each));
      return { part: (b.x - a.x) / map.getSize().x, inside: map.getBounds().intersects(bounds) };
    }""")
    assert across["part"] > 0.25
    assert across["inside"]


def test_a_picture_is_saved_with_the_map_and_its_legend(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.locator("#tool-picture").click()
    assert download.value.suggested_filename == "map-2.png"
    download.value.save_as(tmp_path / "map.png")
    content = (tmp_path / "map.png").read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    shown = page.locator(".folium-map").bounding_box()
    assert width > 2 * shown["width"] + 400  # the legend stands beside the map
    assert height > 2 * shown["height"]


def test_the_print_is_one_sheet_with_title_scale_north_and_legend(
    page: Page, tmp_path: Path
) -> None:
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type ?/Page\b", paper)) == 1
    box = re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [297, 210]
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet = page.locator(".sheet")
    words = sheet.evaluate("each => each.textContent")
    for wanted in (
        "Land-use compliance map",
        "Legend",
        "Town boundary",
        "Paddy",
        "石门镇",
        "LAND-03",
    ):
        assert wanted in words
    metres = int(re.search(r"1:([\d,]+)", words)[1].replace(",", ""))
    # A4 holds the town of about 1.9 km in a map 201 mm wide and 160 mm high
    assert 8_000 < metres < 25_000
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert sheet.count() == 0


def test_classes_differ_in_grey_or_are_divided_by_lines(page: Page) -> None:
    # every piece of land is parted from its neighbour by a white line besides
    kinds = assessment().towns[1].land.drop_duplicates("land_use_code")
    points = shapely.get_coordinates(shapely.point_on_surface(kinds.geometry.array))
    found = colours(page, [TO_DEGREES.transform(*point) for point in points])
    assert {alpha for *_rgb, alpha in found} == {255}
    greys = {round(0.299 * red + 0.587 * green + 0.114 * blue) for red, green, blue, _ in found}
    assert len(greys) >= len(kinds) - 1
    assert max(greys) - min(greys) > 40


def test_no_key_stands_in_what_is_said_of_a_finding(page: Page) -> None:
    keys = page.evaluate("townland.data.layers.map((each) => each.key.replace('measure:', ''))")
    page.evaluate("townland.select(townland.ofTown().find((each) => each.figures.length))")
    words = page.locator("#findings").inner_text()
    assert "layer “Permanent basic farmland built on” in evidence.gpkg" in words
    assert not [key for key in keys if "_" in key and key in words]
