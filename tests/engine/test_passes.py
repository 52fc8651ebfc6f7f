"""Passes over a graph, against networkx: order, longest path, ancestors, reduction."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.passes import CycleFoundError, ancestors, earliest, in_order, latest, reduced


@st.composite
def nets(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    """A graph without cycles, its numbers shuffled, and days."""
    n = draw(st.integers(1, 24))
    names = draw(st.permutations(range(n)))
    preds: list[list[int]] = [[] for _ in range(n)]
    for late in range(1, n):
        for early in draw(st.lists(st.integers(0, late - 1), max_size=4, unique=True)):
            preds[names[late]].append(names[early])
    return preds, draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))


def as_networkx(preds: list[list[int]]) -> Any:
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(range(len(preds)))
    graph.add_edges_from((before, after) for after, each in enumerate(preds) for before in each)
    return graph


@given(nets())
def test_the_whole_takes_as_long_as_its_longest_path(net: tuple[list[list[int]], list[int]]) -> None:
    preds, days = net
    order = in_order(preds)
    starts, finishes = earliest(order, preds, 0, lambda s, at: at + days[s])
    weighted = as_networkx(preds)
    for before, after in weighted.edges:
        weighted.edges[before, after]["weight"] = days[before]
    ends: Any = nx.DiGraph(weighted)
    ends.add_weighted_edges_from((s, "end", days[s]) for s in range(len(preds)))
    end = max(finishes)
    assert end == nx.dag_longest_path_length(ends)
    late_starts, late_finishes = latest(order, preds, end, lambda s, at: at - days[s])
    for s, before in enumerate(preds):
        assert starts[s] == max((finishes[p] for p in before), default=0)
        assert starts[s] <= late_starts[s]
        assert late_finishes[s] <= end
        assert all(late_finishes[p] <= late_starts[s] for p in before)
    assert any(starts[s] == late_starts[s] for s in range(len(preds)))


@given(nets())
def test_ancestors_and_reduction_are_those_of_networkx(net: tuple[list[list[int]], list[int]]) -> None:
    preds, _ = net
    order, graph = in_order(preds), as_networkx(preds)
    bits = ancestors(order, preds)
    for s in range(len(preds)):
        assert {p for p in range(len(preds)) if bits[s] >> p & 1} == nx.ancestors(graph, s)
    least = {(before, after) for after, each in enumerate(reduced(order, preds)) for before in each}
    assert least == set(nx.transitive_reduction(graph).edges)


def test_a_cycle_is_named() -> None:
    with pytest.raises(CycleFoundError) as caught:
        in_order([[], [0, 3], [1], [2], [3]])
    steps = caught.value.steps
    assert steps[0] == steps[-1]
    assert set(steps) == {1, 2, 3}


def test_a_long_chain_is_walked_without_recursion() -> None:
    preds = [[i - 1] if i else [] for i in range(100_000)]
    order = in_order(preds)
    assert earliest(order, preds, 0, lambda s, at: at + 1)[1][-1] == 100_000
