"""Least-cost paths: roads over the terrain, and boundaries along parcel edges."""

from __future__ import annotations

import heapq
from collections.abc import Container, Mapping, Sequence

import numpy as np

from townland_demo.grid import Array

Graph = Mapping[int, Sequence[tuple[int, float]]]


def cheapest(graph: Graph, start: int, goals: Container[int]) -> list[int]:
    """Return the nodes of the cheapest way from `start` to the first of `goals`, both included.

    An empty list means that no way exists.

    >>> cheapest({0: [(1, 1.0), (2, 5.0)], 1: [(2, 1.0)], 2: []}, 0, {2})
    [0, 1, 2]
    >>> cheapest({0: [], 1: []}, 0, {1})
    []

    Parameters
    ----------
    graph
        The edges of the parcels as ways to walk.
    start
        The node to start from.
    goals
        The nodes to reach.
    """
    cost = {start: 0.0}
    before: dict[int, int] = {}
    heap = [(0.0, start)]
    while heap:
        spent, node = heapq.heappop(heap)
        if node in goals:
            way = [node]
            while way[-1] in before:
                way.append(before[way[-1]])
            return way[::-1]
        if spent > cost[node]:
            continue
        for neighbour, price in graph[node]:
            total = spent + price
            if total < cost.get(neighbour, np.inf):
                cost[neighbour] = total
                before[neighbour] = node
                heapq.heappush(heap, (total, neighbour))
    return []


def lattice_graph(height: Array, extra: Array, step: float) -> dict[int, list[tuple[int, float]]]:
    """Sixteen-neighbour graph of a lattice: length times a price for grade, plus `extra`.

    Nodes are numbered row by row. A grade of 8 % costs twice the flat, which is about where rural
    roads begin to wind.

    Parameters
    ----------
    height
        Heights at the nodes, in metres.
    extra
        What a step costs besides, at each node.
    step
        Metres from node to node.
    """
    rows, columns = height.shape
    moves = [(0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1)]
    graph: dict[int, list[tuple[int, float]]] = {n: [] for n in range(rows * columns)}
    for down, right in moves:
        row, column = np.mgrid[0 : rows - down, max(0, -right) : columns - max(0, right)]
        other_row, other_column = row + down, column + right
        length = step * np.hypot(down, right)
        grade = np.abs(height[row, column] - height[other_row, other_column]) / length
        price = length * (1 + (grade / 0.08) ** 2)
        price = price * (1 + (extra[row, column] + extra[other_row, other_column]) / 2)
        here = (row * columns + column).ravel().tolist()
        there = (other_row * columns + other_column).ravel().tolist()
        for a, b, p in zip(here, there, price.ravel().tolist(), strict=True):
            graph[a].append((b, p))
            graph[b].append((a, p))
    return graph


def chaikin(line: Array, rounds: int = 2) -> Array:
    """Cut the corners of a polyline; its ends stay."""
    for _ in range(rounds):
        near, far = line[:-1] * 0.75 + line[1:] * 0.25, line[:-1] * 0.25 + line[1:] * 0.75
        middle = np.empty((2 * len(near), 2))
        middle[0::2], middle[1::2] = near, far
        line = np.vstack([line[:1], middle[1:-1], line[-1:]])
    return line
