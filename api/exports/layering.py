"""A layered layout (分层布局), after Sugiyama 1981: layers by longest path, barycentre ordering, rows as straight as may be.

Edges over several layers get a waypoint in each layer between, so that no edge runs through a box.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.passes import Preds, in_order, successors

SWEEPS = 12
THIN = 0.34
"""Height of a waypoint, where a box has 1."""

Cell = tuple[int, float]
"""Layer and row; rows are measured in box heights."""


@dataclass
class Layout:
    """Where boxes stand, and through which cells each edge runs."""

    cells: list[Cell]
    routes: dict[tuple[int, int], list[Cell]]
    layers: int
    rows: float


def layer_of(preds: Preds) -> list[int]:
    """The layer of each step: one after the last that it waits for; what waits for nothing stands close to what follows."""
    order, after = in_order(preds), successors(preds)
    out = [0] * len(preds)
    for step in order:
        out[step] = max((out[p] + 1 for p in preds[step]), default=0)
    for step in reversed(order):
        if not preds[step] and after[step]:
            out[step] = min(out[s] for s in after[step]) - 1
    return out


def layout(preds: Preds, weights: Mapping[tuple[int, int], float] | None = None) -> Layout:
    """Lay a graph out from left to right.

    Args:
        preds: for each step those that it waits for.
        weights: how much an edge wants to be straight, where it is not 1.
    """
    made = _Layers(preds, weights or {})
    made.order()
    rows = made.rows()
    cells = [(made.layer[i], rows[i]) for i in range(len(preds))]
    routes = {edge: [(made.layer[i], rows[i]) for i in way] for edge, way in made.ways.items()}
    high = max((row + made.high[i] / 2 for i, row in enumerate(rows)), default=0.0)
    return Layout(cells, routes, max(made.layer, default=-1) + 1, high)


@dataclass
class _Layers:
    preds: Preds
    weights: Mapping[tuple[int, int], float]
    layer: list[int] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    ways: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    near: list[list[tuple[int, float]]] = field(default_factory=list)
    """For each box or waypoint its neighbours in the layers beside, and how much they pull."""

    def __post_init__(self) -> None:
        self.layer = layer_of(self.preds)
        self.high = [1.0] * len(self.preds)
        self.near = [[] for _ in self.preds]
        for after, befores in enumerate(self.preds):
            for before in dict.fromkeys(befores):
                self._lead(before, after)
        self.columns: list[list[int]] = [[] for _ in range(max(self.layer, default=-1) + 1)]
        for i, layer in enumerate(self.layer):
            self.columns[layer].append(i)

    def _lead(self, before: int, after: int) -> None:
        """Lead an edge through a waypoint in each layer that it crosses."""
        way, last = [], before
        pull = self.weights.get((before, after), 1.0)
        for layer in range(self.layer[before] + 1, self.layer[after]):
            way.append(len(self.layer))
            self.layer.append(layer)
            self.high.append(THIN)
            self.near.append([])
        for here in [*way, after]:
            self.near[last].append((here, pull))
            self.near[here].append((last, pull))
            last = here
        self.ways[before, after] = way

    def order(self) -> None:
        """Order each layer by where its neighbours stand, to and fro, and keep the order with the fewest crossings."""
        best, fewest = [list(c) for c in self.columns], self._crossings()
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            columns = self.columns if forward else self.columns[::-1]
            for fixed, moved in pairwise(columns):
                place = {i: n for n, i in enumerate(fixed)}
                own = {i: n for n, i in enumerate(moved)}
                moved.sort(
                    key=lambda i: (_mean(((place[j], w) for j, w in self.near[i] if j in place), own[i]), own[i])
                )
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(c) for c in self.columns], crossings
        self.columns = best

    def _crossings(self) -> int:
        count = 0
        for left, right in pairwise(self.columns):
            place = {i: n for n, i in enumerate(right)}
            ends = [e for i in left for e in sorted(place[j] for j, _ in self.near[i] if j in place)]
            count += _inversions(ends)
        return count

    def rows(self) -> list[float]:
        """Rows near those of the neighbours, apart from each other by their heights."""
        rows = [0.0] * len(self.layer)
        for column in self.columns:
            at = 0.0
            for i in column:
                rows[i] = at + self.high[i] / 2
                at += self.high[i]
        for sweep in range(4 * SWEEPS):
            for column in self.columns if sweep % 2 == 0 else self.columns[::-1]:
                wanted = [_mean(((rows[j], w) for j, w in self.near[i]), rows[i]) for i in column]
                pulls = [sum(w for _, w in self.near[i]) or 0.01 for i in column]
                for i, row in zip(column, _apart(wanted, pulls, [self.high[i] for i in column]), strict=True):
                    rows[i] = row
        top = min((row - self.high[i] / 2 for i, row in enumerate(rows)), default=0.0)
        return [row - top for row in rows]


def _inversions(ends: Sequence[int]) -> int:
    """How many pairs stand the wrong way round."""
    seen: list[int] = []
    count = 0
    for end in ends:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


def _mean(found: Iterable[tuple[float, float]], otherwise: float) -> float:
    total = weight = 0.0
    for value, w in found:
        total += value * w
        weight += w
    return total / weight if weight else otherwise


def _apart(wanted: Sequence[float], pulls: Sequence[float], high: Sequence[float]) -> list[float]:
    """The rows nearest to those wanted that keep the order and do not overlap: isotonic regression by pooling."""
    offsets, at = [], 0.0
    for h in high:
        offsets.append(at + h / 2)
        at += h
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, pull, offset in zip(wanted, pulls, offsets, strict=True):
        mean, weight, count = want - offset, pull, 1
        while pools and pools[-1][0] > mean:
            m, w, c = pools.pop()
            mean, weight, count = (mean * weight + m * w) / (weight + w), weight + w, count + c
        pools.append((mean, weight, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]
