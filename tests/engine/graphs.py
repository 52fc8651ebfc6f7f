"""Random graphs for the tests of plans (随机环节图)."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.graph import Edge, GraphStep, StepGraph
from engine.terms import Firm


@st.composite
def graphs(draw: st.DrawFn, most: int = 14, firms: tuple[Firm, ...] = tuple(Firm)) -> StepGraph:
    """Up to ``most`` steps with days, some with legal effect, some the owner's own; edges of every firmness."""
    n = draw(st.integers(1, most))
    steps = [
        GraphStep(f"s{i}", days=draw(st.integers(0, 9)), legal_effect=draw(st.booleans()), own_work=draw(st.booleans()))
        for i in range(n)
    ]
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=28, unique=True))
    edges = [Edge(f"s{a}", f"s{b}", draw(st.sampled_from(firms))) for a, b in pairs if a < b]
    return StepGraph.of(steps, edges)
