"""The frontier of assumption sets (假设组合的取舍): working days saved against the step-days that may be lost.

Every set of assumptions is a column. A step that rests on a document which then turns out otherwise starts again, and what was
done on it until that document came is lost. It is never later than without the assumption; its price is work, not time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.columns import BLOCK_CELLS, Rows, room
from engine.errors import Fault, InputError
from engine.graph import Edge, StepGraph
from engine.reading import DROPS, Assumption, Reading
from engine.switches import Columns, Run, Switch
from engine.terms import Firm

MOST_ASSUMPTIONS = 14
"""Assumptions whose every set is worked out: 16,384 plans."""
FAILS = 0.1
"""How often an assumption fails where nobody says."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An assumption that may be adopted (可采用的假设), and the needs that it stands in for."""

    assumption: Assumption
    maker: int
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A set on the frontier (取舍线上的组合), in working days."""

    adopted: tuple[Candidate, ...]
    finish: int
    days_saved: int
    step_days_lost: float
    """Expected, each failure counted by itself."""
    step_days_at_risk: int
    """Lost if every one of them fails."""


def candidates(graph: StepGraph) -> tuple[Candidate, ...]:
    """What may be assumed: by the steps without legal effect that may take an assumption instead of a document."""
    found: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        if edge.firm is Firm.ASSUMABLE and not graph.step(edge.after).legal_effect:
            found.setdefault(graph.index[edge.before], []).append(edge)
    return tuple(Candidate(_assumption(graph, maker), maker, tuple(edges)) for maker, edges in found.items())


def _assumption(graph: StepGraph, maker: int) -> Assumption:
    step = graph.steps[maker]
    return Assumption(step.makes[0] if step.makes else step.id, step.title or step.id, step.id)


def sets(
    graph: StepGraph,
    drops: frozenset[Firm],
    chosen: Sequence[Candidate],
    conversion: int | None,
    first: int,
    count: int,
) -> Columns:
    """Sets of assumptions as columns: column ``c`` adopts those whose bits ``first + c`` has.

    Args:
        graph: steps and edges.
        drops: firmnesses that every column drops, assumable needs not among them.
        chosen: the assumptions, the k-th for bit k.
        conversion: working days that turning formal takes; None where nothing is turned.
        first: number of the first set.
        count: how many.
    """
    time = room(sum(step.days + (conversion or 0) for step in graph.steps))
    numbers = np.arange(first, first + count)
    always: list[list[int]] = [[] for _ in graph.steps]
    switched: dict[int, list[tuple[int, Switch]]] = {}
    switch = {
        id(edge): made
        for k, each in enumerate(chosen)
        for made in [Switch((numbers >> k & 1).astype(time), 1 << k)]
        for edge in each.edges
    }
    for edge in graph.edges:
        before, after = graph.index[edge.before], graph.index[edge.after]
        if id(edge) in switch:
            switched.setdefault(after, []).append((before, switch[id(edge)]))
        elif edge.firm not in drops:
            always[after].append(before)
    unique = [tuple(dict.fromkeys(row)) for row in always]
    bits = {each.maker: 1 << k for k, each in enumerate(chosen)}
    return Columns(graph, unique, switched, bits, conversion, count, time)


def frontier(
    graph: StepGraph,
    chosen: Sequence[Candidate],
    days: Sequence[int],
    conversion: int | None,
    fails: Mapping[str, float],
) -> list[Adopted]:
    """The sets that nothing else beats: none saves as much for fewer step-days lost, or with fewer assumptions.

    Args:
        graph: steps and edges; custom and what may follow are dropped.
        chosen: the assumptions that may be adopted.
        days: working days of each step.
        conversion: working days that turning formal takes; None where nothing is turned.
        fails: for an assumption by its id, how probably the document turns out otherwise.

    Raises:
        InputError: there are too many assumptions to work every set out; they are named.
    """
    if len(chosen) > MOST_ASSUMPTIONS:
        listed = "、".join(c.assumption.id for c in chosen)
        says = f"可采用的假设有 {len(chosen)} 项，逐组试算至多 {MOST_ASSUMPTIONS} 项；请在 assume 中写明要比较哪些：{listed}。"
        raise InputError([Fault("/assume", len(chosen), says, f"At most {MOST_ASSUMPTIONS} assumptions; name them.")])
    count = 1 << len(chosen)
    block = max(1, min(count, BLOCK_CELLS // (4 * max(1, len(graph.steps)))))
    ends, lost, risk = np.zeros(count, np.int64), np.zeros(count), np.zeros(count, np.int64)
    odds = [fails.get(c.assumption.id, FAILS) for c in chosen]
    for at in range(0, count, block):
        part = slice(at, min(at + block, count))
        run = sets(graph, DROPS[Reading.PARALLEL], chosen, conversion, at, part.stop - at).run(days, rests=True)
        ends[part] = run.ends
        for each, odd, row in zip(chosen, odds, _lost(run, chosen, days), strict=True):
            assert each.edges, "an assumption stands in for something"
            lost[part] += odd * row
            risk[part] += row
    return [
        Adopted(
            tuple(c for k, c in enumerate(chosen) if n >> k & 1), int(ends[n]), int(ends[0] - ends[n]), lost[n], risk[n]
        )
        for n in _minimal(ends, lost)
    ]


def _lost(run: Run, chosen: Sequence[Candidate], days: Sequence[int]) -> list[Rows]:
    """For each assumption the step-days lost if it fails: what is done on it until the real document comes."""
    out = [np.zeros(run.of.columns, np.int64) for _ in chosen]
    for step, rests in enumerate(run.rests):
        if rests is None or not days[step]:
            continue
        ever = int(np.bitwise_or.reduce(rests))
        start = run.finishes[step] - days[step]
        for k, each in enumerate(chosen):
            if ever >> k & 1:
                done = np.clip(run.finishes[each.maker] - start, 0, days[step])
                out[k] += done * (rests >> k & 1)
    return out


def _minimal(ends: Rows, lost: Rows) -> list[int]:
    """Numbers of the sets on the frontier, the cheapest first; of equal ones that with fewest assumptions."""
    sizes = np.array([int(n).bit_count() for n in range(len(ends))])
    out: list[int] = []
    for n in np.lexsort((sizes, ends, lost)).tolist():
        if not out or ends[n] < ends[out[-1]]:
            out.append(n)
    return out
