"""Dispatch at desks: every schedule holds, none beats its bounds, and a stream is served best by least slack."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dispatch import Demand, Load, Rule, broken, dispatched, improved, lower_bound
from engine.errors import InputError
from engine.graph import Edge, GraphStep, StepGraph
from engine.graph_reading import read_demanding_graph, read_departments
from engine.plan import Numbers, savings
from engine.terms import Firm
from tests.bench.schedules import portfolio


@st.composite
def loads(draw: st.DrawFn, cases: int = 1) -> Load:
    """Steps of a few cases at up to three sorts of desk."""
    capacity = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    arrives = draw(st.lists(st.integers(0, 20), min_size=cases, max_size=cases)) if cases > 1 else [0]
    of_case = sorted(draw(st.lists(st.integers(0, cases - 1), min_size=1, max_size=20)))
    preds: list[list[int]] = []
    for step, case in enumerate(of_case):
        own = [s for s in range(step) if of_case[s] == case]
        preds.append(draw(st.lists(st.sampled_from(own), max_size=3, unique=True)) if own else [])
    uses = [tuple((d, draw(st.integers(0, most))) for d, most in enumerate(capacity)) for _ in of_case]
    days = draw(st.lists(st.integers(0, 9), min_size=len(of_case), max_size=len(of_case)))
    due = [draw(st.none() | st.integers(at, at + 60)) for at in arrives]
    return Load.of(days, preds, uses, capacity, of_case, arrives, due)


def busiest(load: Load, starts: list[int]) -> None:
    """Look at every day by itself, unlike the check that the product makes."""
    for day in range(max(load.ends(starts))):
        for desk, many in enumerate(load.capacity):
            held = sum(dict(load.uses[s]).get(desk, 0) for s, at in enumerate(starts) if at <= day < at + load.days[s])
            assert held <= many


@given(loads(cases=3), st.sampled_from(Rule))
def test_every_schedule_holds_and_none_beats_its_bound(load: Load, rule: Rule) -> None:
    starts = dispatched(load, rule)
    assert list(broken(load, starts)) == []
    busiest(load, starts)
    for step, at in enumerate(starts):
        assert at >= load.arrives[load.case[step]]
        assert all(at >= starts[p] + load.days[p] for p in load.preds[step])
    assert max(load.ends(starts)) >= lower_bound(load)
    assert all(end >= least for end, least in zip(load.ends(starts), load.ends(load.heads), strict=True))


@given(loads())
def test_pushing_forward_and_backward_never_makes_it_longer(load: Load) -> None:
    before = dispatched(load)
    after = improved(load, before)
    assert list(broken(load, after)) == []
    busiest(load, after)
    assert lower_bound(load) <= max(load.ends(after)) <= max(load.ends(before))


@given(loads(cases=3))
def test_with_desks_enough_it_is_the_critical_path(load: Load) -> None:
    plenty = Load.of(load.days, load.preds, load.uses, [10_000] * 3, load.case, load.arrives, load.due)
    assert dispatched(plenty) == list(plenty.heads)


@given(loads(cases=2), st.data())
def test_the_check_finds_what_is_wrong(load: Load, data: st.DataObject) -> None:
    starts = dispatched(load)
    step = data.draw(st.integers(0, len(starts) - 1))
    starts[step] = load.heads[step] - 1
    assert ("early", step, starts[step]) in list(broken(load, starts))


def test_the_check_finds_too_few_desks() -> None:
    load = Load.of([2, 2], [[], []], [((0, 1),), ((0, 1),)], [1])
    assert list(broken(load, [0, 1])) == [("crowded", 0, 1)]
    assert list(broken(load, [0, 2])) == []


def test_least_slack_beats_the_textbook_rule_on_this_stream() -> None:
    """As measured on one seeded portfolio; no law."""
    load = portfolio(30, 40)

    def mean(rule: Rule) -> float:
        return sum(load.ends(dispatched(load, rule))) / 30

    assert mean(Rule.LEAST_SLACK) < mean(Rule.LONGEST_TAIL)


def test_a_case_that_is_due_sooner_goes_first_and_ties_by_arrival() -> None:
    def first(due: list[int | None]) -> list[int]:
        one = ((0, 1),)
        return dispatched(Load.of([5, 5, 5], [[], [], []], [one] * 3, [1], [0, 1, 2], [0, 1, 1], due))

    assert first([None, 30, 20]) == [0, 10, 5]
    assert first([None, 20, 20]) == [0, 5, 10]


def test_a_step_that_takes_no_time_keeps_no_desk() -> None:
    load = Load.of([3, 0], [[], []], [((0, 1),), ((0, 1),)], [1])
    assert dispatched(load) == [0, 0]


# --- what desks cost a plan -------------------------------------------------------------------------------------------


def two_reviews() -> StepGraph:
    steps = [
        GraphStep("a", days=4, department="water"),
        GraphStep("b", days=6, department="water"),
        GraphStep("own", days=6, department="owner"),
        GraphStep("c", days=2, department="ecology"),
    ]
    return StepGraph.of(steps, [Edge("a", "c"), Edge("b", "c", Firm.ASSUMABLE)])


@pytest.mark.parametrize(("capacity", "days"), [({}, 0), ({"water": 1}, 4), ({"water": 2}, 0), ({"ecology": 1}, 0)])
def test_what_more_desks_would_save(capacity: dict[str, int], days: int) -> None:
    """a 4 + b 6 one after the other are 10; at once, the simulated plan ends with the 6 of b."""
    assert savings(two_reviews(), Numbers(), None, Demand(capacity)).by_capacity == days
    assert savings(two_reviews(), Numbers()).by_capacity == 0


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graph", "pointers"),
    [
        ({"steps": [{"id": "a", "days": 1, "uses": {"x": 1}}]}, ["/steps/0/uses/x"]),
        ({"capacity": {"x": 1}, "steps": [{"id": "a", "days": 1, "uses": {"x": 2}}]}, ["/steps/0/uses/x"]),
        ({"capacity": {"x": 1}, "steps": [{"id": "a", "days": 1, "uses": {"x": -1}}]}, ["/steps/0/uses/x"]),
        ({"capacity": {"x": 1}, "steps": [{"id": "a", "days": 1, "uses": {"x": True}}]}, ["/steps/0/uses/x"]),
        ({"capacity": {"x": 1}, "steps": [{"id": "a", "days": 1, "uses": ["x"]}]}, ["/steps/0/uses"]),
        ({"capacity": {"x": -1, "y": 1.5, "a/b": "2"}, "steps": []}, ["/capacity/x", "/capacity/y", "/capacity/a~1b"]),
        ({"capacity": [], "steps": [{"id": "a", "days": -1}]}, ["/capacity", "/steps/0/days"]),
        ({"capacity": {"x": None}, "steps": None}, ["/capacity/x", "/steps"]),
    ],
)
def test_faulty_desks_are_named(graph: Any, pointers: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_demanding_graph(graph)
    assert [f.pointer for f in caught.value.errors] == pointers
    assert all(f.fix and f.fix_en for f in caught.value.errors)


def test_departments_are_known_and_have_somebody() -> None:
    known = ["water", "ecology"]
    assert read_departments(None, known) is None
    assert read_departments({"water": 2}, known) == Demand({"water": 2})
    with pytest.raises(InputError) as caught:
        read_departments({"watr": 1, "ecology": 0}, known)
    assert [f.pointer for f in caught.value.errors] == ["/capacity/watr", "/capacity/ecology"]
    assert "water" in caught.value.errors[0].fix
