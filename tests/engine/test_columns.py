"""The array kernel: many plans as columns are the same plans one by one, with assumptions and conversions too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import trial
from engine.columns import Template, room
from engine.frontier import Candidate, candidates, sets
from engine.graph import Edge, GraphStep, StepGraph
from engine.passes import CycleFoundError
from engine.plan import Numbers, plan
from engine.reading import DROPS, Conversion, Reading
from engine.spans import spans
from engine.switches import Run
from engine.terms import Firm
from tests.engine.graphs import graphs

ASSUMING = (Firm.REQUIRED, Firm.ASSUMABLE, Firm.ASSUMABLE, Firm.CUSTOMARY)


@given(graphs(), st.integers(0, 2**32))
def test_both_passes_and_slack_of_every_column(graph: StepGraph, seed: int) -> None:
    net = trial.read(graph, Reading.SERIAL, None)
    days = np.random.default_rng(seed).integers(0, 20, (len(net.steps), 5)).astype(np.int16)
    template = Template(net.order, net.preds)
    passes = template.passes(days)
    critical = np.zeros(len(net.steps), int)
    for column in range(5):
        steps = tuple(replace(s, days=int(days[net.steps.index(s), column])) for s in net.steps)
        made = plan(StepGraph.of(steps, graph.edges), Reading.SERIAL, Numbers())
        for planned in made.steps:
            row = next(i for i, s in enumerate(net.steps) if s.id == planned.step.id)
            assert passes.starts[row, column] == planned.earliest_start
            assert passes.finishes[row, column] == planned.earliest_finish
            assert passes.latest_starts[row, column] == planned.latest_start
            assert passes.slack[row, column] == planned.slack
            critical[row] += planned.critical
        assert passes.end[column] == made.finish
    assert template.critical(days.copy(), passes.finishes, passes.end) == critical.tolist()


@given(graphs(firms=ASSUMING), st.sampled_from([None, 0, 1, 3]))
def test_every_set_of_assumptions_is_the_plan_that_assumes_just_those(graph: StepGraph, days: int | None) -> None:
    """Each column is what :func:`engine.reading.network` lays out, conversions among it."""
    chosen = candidates(graph)[:5]
    conversion = None if days is None else Conversion(days)
    count = 1 << len(chosen)
    columns = sets(graph, DROPS[Reading.PARALLEL], chosen, days, 0, count)
    run = columns.run([s.days for s in graph.steps])
    for number in range(count):
        _same(run, graph, number, [c for k, c in enumerate(chosen) if number >> k & 1], conversion)


def _same(run: Run, graph: StepGraph, column: int, adopted: Sequence[Candidate], conversion: Conversion | None) -> None:
    net = trial.assuming(graph, Reading.PARALLEL, conversion, [e for c in adopted for e in c.edges])
    finishes = dict(zip((s.id for s in net.steps), trial.times(net, Numbers())[1], strict=True))
    for i, step in enumerate(graph.steps):
        assert at(run.finishes[i], column) == finishes[step.id]
        if f"{step.id}.convert" in finishes:
            assert at(run.formal[i], column) == finishes[f"{step.id}.convert"]
    assert run.ends[column] == max(finishes.values())


def at(row: Any, column: int) -> int:
    return row if isinstance(row, int) else int(row[column])


@given(graphs(firms=ASSUMING))
def test_blocks_of_sets_are_the_same_sets(graph: StepGraph) -> None:
    chosen = candidates(graph)[:4]
    days = [s.days for s in graph.steps]
    whole = sets(graph, DROPS[Reading.PARALLEL], chosen, 1, 0, 1 << len(chosen)).run(days).ends.tolist()
    parts = [
        sets(graph, DROPS[Reading.PARALLEL], chosen, 1, n, 1).run(days).ends.tolist() for n in range(1 << len(chosen))
    ]
    assert whole == [end for part in parts for end in part]


@pytest.mark.parametrize(
    ("longest", "kind"), [(0, np.int16), (32_767, np.int16), (32_768, np.int32), (2**31, np.int64)]
)
def test_a_type_holds_the_longest_plan(longest: int, kind: Any) -> None:
    assert room(longest) is kind


def test_long_plans_do_not_run_over() -> None:
    steps = [GraphStep(f"s{i}", days=36_500) for i in range(40)]
    graph = StepGraph.of(steps, [Edge(f"s{i}", f"s{i + 1}") for i in range(39)])
    run = sets(graph, frozenset(), (), None, 0, 1).run([s.days for s in steps])
    assert run.ends.tolist() == [40 * 36_500]


def test_a_graph_without_steps() -> None:
    template = Template((), ())
    assert template.ends(template.finishes(np.empty((0, 3), np.int32))).tolist() == [0, 0, 0]


@given(graphs(most=20))
def test_a_large_graph_in_plain_numbers_is_the_same_plan(graph: StepGraph) -> None:
    net = trial.read(graph, Reading.SERIAL, None)
    found = spans(net.preds, [s.days for s in net.steps])
    made = plan(graph, Reading.SERIAL, Numbers())
    assert found.end == made.finish
    assert found.starts == [s.earliest_start for s in made.steps]
    assert found.latest_starts == [s.latest_start for s in made.steps]
    assert found.slack == [s.slack for s in made.steps]


def test_a_cycle_is_named() -> None:
    with pytest.raises(CycleFoundError) as caught:
        spans([[], [0, 2], [1]], [1, 1, 1])
    assert set(caught.value.steps) == {1, 2}
