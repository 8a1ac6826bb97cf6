"""Very many pieces in the map's page: what is drawn of them from far, near, and while the map moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.factory_pages import assessment
from tests.writing.test_pages_in_browser import WIDE, Visit
from tests.writing.test_pages_in_browser import browser as browser

from townland.writing.maps import packing
from townland.writing.maps.page import map_html

pytestmark = pytest.mark.browser

PIXELS = """(sheet) => {
  // as it looks on white: of what is seen through the colours are not exact
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [sheet._container.width, sheet._container.height];
  const pen = copy.getContext('2d', { willReadFrequently: true });
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, copy.width, copy.height);
  pen.drawImage(sheet._container, 0, 0);
  return pen.getImageData(0, 0, copy.width, copy.height).data;
}"""


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page whose land is taken for one of very many vertices, with a coarse level."""
    path = tmp_path_factory.mktemp("map") / "map.html"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packing, "MANY_VERTICES", 100)
        path.write_text(map_html(assessment(), lang="en"), encoding="utf-8")
    visit = Visit(browser, path.as_uri(), WIDE)
    visit.page.evaluate("""() => {
      townland.layers.get('land').weight = 1e6;
      townland.goToTown(0);
      townland.showTown(false);
      townland.repaint();
    }""")
    yield visit.page
    assert visit.complaints == []
    visit.context.close()


def test_what_is_shown_after_a_move_is_what_would_be_drawn_anew(page: Page) -> None:
    moved = page.evaluate(f"""() => {{
      const {{ map }} = townland.state;
      const pixels = {PIXELS};
      const moves = [[17, 0], [0, -33], [-61, 48]];
      // from far, and so near that hatches and lines are drawn piece by piece
      return [map.getZoom(), map.getZoom() + 2].flatMap((zoom) => {{
        map.setView(map.getCenter(), zoom, {{ animate: false }});
        return moves.flatMap((move) => {{
          map.panBy(move, {{ animate: false }});
          return ['land', 'plan', 'measure', 'boundary'].map((name) => {{
            const sheet = townland.sheets.get(name);
            const shown = pixels(sheet);
            sheet.paint();
            const drawn = pixels(sheet);
            let [apart, ink] = [0, 0];
            for (let n = 0; n < drawn.length; n += 1) {{
              if (Math.abs(drawn[n] - shown[n]) > 8) apart += 1;
              if (drawn[n] < 255) ink += 1;
            }}
            return {{ name, apart: apart / drawn.length, ink }};
          }});
        }});
      }});
    }}""")
    assert len(moved) == 2 * 3 * 4
    assert all(each["ink"] for each in moved if each["name"] == "land")
    # the canvas rounds the edges of what is clipped another way
    assert max(each["apart"] for each in moved) <= 0.002


def test_a_move_draws_only_the_strips_that_come_into_view(page: Page) -> None:
    boxes = page.evaluate("""() => {
      const { map } = townland.state;
      const sheet = townland.sheets.get('land');
      const [part] = sheet.parts;
      const { paint } = part;
      const strips = [];
      part.paint = (pen, view) => {
        const { box, scale, left, top } = view;
        strips.push(box.map((at, n) => Math.round(at * scale - (n % 2 ? top : left))));
        paint(pen, view);
      };
      map.panBy([30, 20], { animate: false });
      part.paint = paint;
      const { x, y } = sheet._bounds.getSize();
      return { strips, x, y };
    }""")
    x, y = boxes["x"], boxes["y"]
    assert boxes["strips"] == [[x - 30, 0, x, y - 20], [0, y - 20, x, y]]


def test_from_far_a_picture_shows_the_colours_of_the_pieces(page: Page) -> None:
    found = page.evaluate(f"""() => {{
      const {{ map }} = townland.state;
      const pixels = {PIXELS};
      const land = townland.layers.get('land');
      const sheet = townland.sheets.get('land');
      townland.showTown(false);
      const whole = map.getZoom();
      const drawn = (weight) => {{
        land.weight = weight;
        sheet.paint();
        return pixels(sheet);
      }};
      return [whole - 1, whole].map((zoom) => {{
        map.setView(map.getCenter(), zoom, {{ animate: false }});
        const [picture, pieces] = [drawn(1e6), drawn(0)];
        const wide = sheet._container.width;
        const view = sheet._seen();
        const apart = land.features.filter((piece) => piece.town === 0).map((piece) => {{
          const {{ lat, lng }} = townland.spotOf(piece);
          const [x, y] = townland.mercator(lat, lng).map((at) => at * 2 ** zoom);
          const at = 4 * (Math.round(y - view.top) * wide + Math.round(x - view.left));
          return Math.max(...[0, 1, 2].map((n) => Math.abs(picture[at + n] - pieces[at + n])));
        }}).sort((a, b) => a - b);
        land.weight = 1e6;
        const middle = apart[apart.length >> 1];
        return {{ levels: land.picture.levels.length, middle, pieces: apart.length }};
      }});
    }}""")
    assert all(each["levels"] == 3 for each in found)
    assert all(each["pieces"] > 50 for each in found)
    assert all(each["middle"] <= 12 for each in found)


def test_at_full_zoom_every_vertex_of_every_piece_is_in_a_path(page: Page) -> None:
    counts = page.evaluate("""() => {
      const { map } = townland.state;
      const land = townland.layers.get('land');
      map.setView(townland.spotOf(land.features[0]), map.getMaxZoom(), { animate: false });
      const shapes = land.handfuls.flat().flatMap((each) => each.shapes);
      const own = Path2D.prototype.lineTo;
      let lines = 0;
      Path2D.prototype.lineTo = function count(...place) { lines += 1; own.apply(this, place); };
      for (const each of land.handfuls.flat()) each.trace(null, townland.store.ringStart);
      Path2D.prototype.lineTo = own;
      const rings = shapes.reduce((sum, shape) =>
        sum + townland.store.shapeStart[shape + 1] - townland.store.shapeStart[shape], 0);
      const before = land.picture;
      let asked = 0;
      const view = { scale: 2 ** map.getZoom(), ratio: 1, kept: true };
      const near = townland.fromPicture(land, null, view, () => { asked += 1; });
      return {
        shapes: [...shapes].sort((a, b) => a - b), wanted: [...land.pieces.shape].sort((a, b) => a - b),
        lines, vertices: shapes.reduce((sum, shape) => sum + townland.vertices(shape), 0) - rings,
        near, asked, same: land.picture === before,
      };
    }""")
    assert counts["shapes"] == counts["wanted"]
    assert counts["lines"] == counts["vertices"] > 1000
    assert (counts["near"], counts["asked"], counts["same"]) == (False, 0, True)
