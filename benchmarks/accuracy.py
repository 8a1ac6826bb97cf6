"""Does the ± of an area hold? Draws of the vertices against the closed formula.

    python benchmarks/accuracy.py [--draws 1000] [--seed 14]

Every vertex of boundary and layers gets an error of its standard deviation in east and in north; a
vertex that parcels of one layer share is moved once, those of two layers each for itself. The overlay
alone is repeated. Printed are, for each figure, its area, the ± by the formula, and in how many of the
draws the true area lies within the ± around the drawn one; then, for land that is 0 in truth, in how
many draws no piece is wide enough to prove a fail.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
import numpy.typing as npt
import shapely

from townland.measuring.accuracy import NORMAL_95, dissolved, narrow_pieces
from townland.measuring.edges import Edges, edges_of, segments_of, together

Shapes = npt.NDArray[np.object_]
Layers = list[tuple[Shapes, float]]

SLIVER_SIGMA = 3.0


def moved(shapes: Shapes, sigma: float, rng: np.random.Generator) -> Shapes:
    """Polygons of one layer with an error at each of their vertices, shared ones moved once."""
    xy = shapely.get_coordinates(shapes)
    points, which = np.unique(xy.round(4), axis=0, return_inverse=True)
    errors = rng.normal(0, sigma, points.shape)
    return shapely.set_coordinates(shapes.copy(), xy + errors[which.reshape(-1)])


def overlay(layers: list[Shapes]) -> shapely.Geometry:
    """The land that all layers have in common."""
    land = shapely.union_all(layers[0])
    for shapes in layers[1:]:
        land = shapely.intersection(land, shapely.union_all(shapes))
    return land


def edges(layers: Layers) -> Edges:
    """The edges of all layers, each dissolved."""
    return together([edges_of(np.array([shapely.union_all(s)]), sigma) for s, sigma in layers])


def grid(west: float, south: float, size: float, count: int) -> Shapes:
    """A block of square parcels that share their corners."""
    return np.array(
        [
            shapely.box(
                west + size * i, south + size * j, west + size * (i + 1), south + size * (j + 1)
            )
            for i in range(count)
            for j in range(count)
        ]
    )


def rough(radius: float, corners: int, rng: np.random.Generator) -> Shapes:
    """A ring with corners at uneven distances from its middle."""
    turns = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    far = radius * (1 + 0.1 * rng.random(corners))
    return np.array([shapely.Polygon(np.column_stack((far * np.cos(turns), far * np.sin(turns))))])


def figures(rng: np.random.Generator) -> dict[str, Layers]:
    """Places whose pieces are all wider than their edges are sure."""
    town = rough(900, 24, rng)
    known: dict[str, Layers] = {
        "a town": [(town, 0.5)],
        "a rectangle": [(np.array([shapely.box(0, 0, 1000, 400)]), 1.0)],
        "nine parcels in the town": [(town, 0.5), (grid(-300, -300, 200, 3), 1.0)],
        "parcels across the boundary": [(town, 0.5), (grid(500, -300, 200, 3), 1.0)],
    }
    for n in range(26):
        plan = shapely.transform(
            grid(0, 0, 60 + 10 * n, 2),
            lambda xy, n=n: (
                xy @ np.array([[1, 0.1 * n], [-0.1 * n, 1]]) + rng.uniform(-600, 400, 2)
            ),
        )
        farmland = shapely.transform(
            rough(250 + 10 * n, 5 + n % 20, rng),
            lambda xy: xy + rng.uniform(-300, 300, 2),
        )
        name = f"plan on farmland {n + 1}"
        known[name] = [(town, 0.5), (np.asarray(plan), 0.3), (np.asarray(farmland), 1.0)]
    return known


def covered(layers: Layers, draws: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """The true area, its ±, and the share of draws within it; nan where there is no such land."""
    truth = overlay([shapes for shapes, _sigma in layers])
    parts = shapely.get_parts(truth)
    if truth.is_empty or narrow_pieces(parts, dissolved(parts), edges(layers), SLIVER_SIGMA).any():
        return float(truth.area), math.nan, math.nan
    within = 0
    for _draw in range(draws):
        drawn = [(moved(shapes, sigma, rng), sigma) for shapes, sigma in layers]
        land = overlay([shapes for shapes, _sigma in drawn])
        # the ± is that of what was drawn: the truth is not known to a bureau either
        sd = edges(drawn).gradient(segments_of(np.array([land]))).sd()
        within += abs(land.area - truth.area) <= NORMAL_95 * sd
    sd = edges(layers).gradient(segments_of(np.array([truth]))).sd()
    return float(truth.area), NORMAL_95 * sd, within / draws


def unproved(edge_count: int, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """The mean area of edges of 400 m drawn twice, and in how many draws none of it proves a fail."""
    at = [120.0 * n for n in range(edge_count)]
    layers: Layers = [
        (np.array([shapely.box(0, y, 400, y + 50) for y in at]), 0.5),
        (np.array([shapely.box(0, y + 50, 400, y + 100) for y in at]), 0.5),
    ]
    total, clean = 0.0, 0
    for _draw in range(draws):
        drawn = [(moved(shapes, sigma, rng), sigma) for shapes, sigma in layers]
        parts = shapely.get_parts(overlay([shapes for shapes, _sigma in drawn]))
        parts = parts[~shapely.is_empty(parts)]
        total += float(shapely.area(parts).sum())
        clean += bool(narrow_pieces(parts, dissolved(parts), edges(drawn), SLIVER_SIGMA).all())
    return total / draws, clean / draws


def main() -> None:
    """Draw and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=14)
    given = asked.parse_args()
    rng = np.random.default_rng(given.seed)
    shares = []
    print(f"{'figure':30} {'area m²':>12} {'± m²':>9} {'covered':>8}")
    for name, layers in figures(rng).items():
        area, pm, share = covered(layers, given.draws, rng)
        if not math.isnan(share):
            shares.append(share)
            print(f"{name:30} {area:12.1f} {pm:9.1f} {share:8.1%}", flush=True)
    print(f"{len(shares)} figures: {min(shares):.1%} to {max(shares):.1%},", end=" ")
    print(f"median {np.median(shares):.1%}")
    for count in (1, 20):
        mean, clean = unproved(count, given.draws, rng)
        print(f"{count} edges drawn twice: mean {mean:.1f} m², no fail in {clean:.1%}", flush=True)


if __name__ == "__main__":
    main()
