"""Boxes of features in blocks: what meets a window is what meets it by all boxes, however they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from townland.reading import boxes, cache
from townland.reading.boxes import Boxes, InMemory, LostBoxesError, from_head, taken
from townland.reading.digests import Digests
from townland.reading.source import opened, read

COUNT = 5_000


def in_memory(blocks: Callable[[], Iterator[bytes]]) -> Callable[[], BinaryIO]:
    return InMemory(b"".join(blocks()))


def squares(seed: int, count: int = COUNT) -> np.ndarray:
    """Squares of a metre or so anywhere in a kilometre, some of them empty, in any order."""
    random = np.random.default_rng(seed)
    x, y, side = (
        random.uniform(0, 1000, count),
        random.uniform(0, 1000, count),
        random.uniform(0, 2),
    )
    found = shapely.box(x, y, x + side, y + side)
    found[random.random(count) < 0.05] = shapely.Polygon()
    return found


def boxes_of(shapes: np.ndarray, part: int = 700) -> Boxes:
    keys = 10 * np.arange(len(shapes)) + 3
    starts = range(0, len(shapes), part)
    return taken(lambda: ((keys[n : n + part], shapes[n : n + part]) for n in starts), in_memory)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "BLOCK", 64)
    monkeypatch.setattr(boxes, "RUN", 1024)


@given(st.integers(0, 9), st.lists(st.tuples(*[st.floats(-10, 1010)] * 4), max_size=4))
def test_what_is_near_is_what_all_boxes_say(seed: int, windows: list[tuple[float, ...]]) -> None:
    shapes = squares(seed)
    own = from_head(boxes_of(shapes).head(), boxes_of(shapes).open)
    sides = shapely.bounds(shapes)
    asked = [(min(w, e), min(s, n), max(w, e), max(s, n)) for w, s, e, n in windows]
    near = own.near(asked)
    expected = np.flatnonzero(
        [
            any(
                own[0] <= box[2] and own[2] >= box[0] and own[1] <= box[3] and own[3] >= box[1]
                for box in asked
            )
            for own in sides.tolist()
        ]
    )
    assert near.at.tolist() == expected.tolist()
    assert near.keys.tolist() == (10 * expected + 3).tolist()
    assert np.array_equal(own.sides(), sides, equal_nan=True)
    assert own.total == tuple(shapely.total_bounds(shapes).tolist())


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("order", ["as they come", "from south to north"])
def test_a_window_opens_few_blocks(order: str) -> None:
    shapes = squares(1)
    if order == "from south to north":
        shapes = shapes[np.argsort(shapely.bounds(shapes)[:, 1])]
    own, asked = boxes_of(shapes), []
    known = boxes.hashlib.sha256

    def counted(content: bytes) -> object:
        asked.append(content)
        return known(content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes.hashlib, "sha256", counted)
        near = own.near([(500.0, 500.0, 550.0, 550.0)])
    assert len(near.at) > 5
    # a block of each run, and its neighbours where the window lies across
    assert 0 < len(asked) <= 4 * -(-COUNT // 1024) < len(own.lines) / 3


@pytest.mark.parametrize(
    "shapes", [[], [shapely.Polygon()], [shapely.Point(np.nan, np.nan), shapely.Polygon()]]
)
def test_features_without_a_box_are_nowhere(shapes: list[shapely.Geometry]) -> None:
    own = boxes_of(np.array([*shapes, None], dtype=object))
    assert (len(own), own.total) == (len(shapes) + 1, None)
    assert not len(own.near([(-np.inf, -np.inf, np.inf, np.inf)]).at)
    assert np.isnan(own.sides()).all()


def test_a_changed_block_is_noticed() -> None:
    own = boxes_of(squares(2))
    content = bytearray(own.open().read())
    content[1000] ^= 1
    changed = from_head(own.head(), InMemory(bytes(content)))
    with pytest.raises(LostBoxesError):
        changed.near([(0.0, 0.0, 1000.0, 1000.0)])


@pytest.mark.parametrize("lost", ["changed", "cut off", "gone", "head gone", "no room"])
def test_boxes_that_were_lost_are_taken_once_more(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "a.gpkg"
    shapes = squares(3, 400)
    gpd.GeoDataFrame({"n": range(400)}, geometry=shapes, crs="EPSG:4524").to_file(path)
    window = [(100.0, 100.0, 300.0, 300.0)]
    if lost == "no room":
        monkeypatch.setattr(cache, "MOST_BYTES", 1)

    def found(digests: Digests) -> list[int]:
        with opened(path, digests=digests) as source:
            meanwhile()
            return read(source, ["n"], window).columns["n"].to_pylist()

    def meanwhile() -> None:
        home = cache.folder()
        assert home is not None
        entries = [*home.glob("blocks-*")]
        assert len(entries) == (lost != "no room")
        for entry in entries:
            content = entry.read_bytes()
            if lost == "gone":
                entry.unlink()
            elif lost != "head gone":
                entry.write_bytes(
                    content[:-1] if lost == "cut off" else bytes([content[0] ^ 1]) + content[1:]
                )
        if lost == "head gone":
            for entry in home.glob("boxes-*"):
                entry.unlink()

    expected = [
        n for n, shape in enumerate(shapes) if not shape.is_empty
        and shapely.box(*shape.bounds).intersects(shapely.box(*window[0]))
    ]  # fmt: skip
    assert expected
    # in the same run, and in one that comes later
    same = Digests()
    assert [found(same), found(same), found(Digests())] == [expected] * 3
