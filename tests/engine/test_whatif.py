"""Single changes and sets of assumptions: each worth what planning it anew says, and never later for having assumed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import trial
from engine.errors import InputError
from engine.frontier import Candidate, candidates, frontier
from engine.graph import Edge, GraphStep, StepGraph
from engine.passes import ancestors
from engine.plan import Calendar, Numbers, savings
from engine.reading import Conversion, Reading
from engine.terms import Firm, LimitInForce, LimitKind, Unit
from engine.uncertain import read_assumed, read_failing
from engine.whatif import Kind, WhatIf, what_if
from tests.engine.calendars import CALENDAR
from tests.engine.graphs import graphs
from tests.engine.test_plan import chain

ASSUMING = (Firm.REQUIRED, Firm.ASSUMABLE, Firm.ASSUMABLE)


def told(found: WhatIf) -> dict[tuple[str, str], int]:
    """Days saved by kind, and by the step or the edges concerned."""
    return {
        (s.change.kind.value, s.change.step.id if s.change.step else " ".join(e.after for e in s.change.edges)): (
            s.days_saved
        )
        for s in found.changes
    }


def test_the_change_that_saves_most_comes_first() -> None:
    """Parallel: land 30, design 10, review 15, permit 3: all critical, 58 days."""
    found = what_if(chain(), Reading.PARALLEL, Numbers(), Conversion(1))
    days = told(found)
    assert found.working_days == 58
    assert [s.days_saved for s in found.changes] == sorted(days.values(), reverse=True)
    assert days["none", "land"] == 30 and days["half", "land"] == 15 and days["day", "land"] == 1
    assert days["assumption", "design review"] == 58 - 34, "30 for the land, 1 to turn formal, 3 for the permit"
    assert days["assumable", "design"] == 58 - (30 + 15 + 3), "the review still waits for the land"
    assert not any(step == "notice" for _, step in days), "nothing off the critical path saves anything"


def test_a_habit_is_worth_what_it_costs_in_the_serial_plan() -> None:
    found = what_if(chain(), Reading.SERIAL, Numbers())
    assert told(found)["customary", "land"] == 4
    assert savings(chain(), Numbers()).by_dropping_custom == 4


def test_a_limit_is_a_change_where_the_step_takes_longer() -> None:
    limits = {
        "review": (
            LimitInForce("promised", "", LimitKind.PROMISED, 9, Unit.WORKING),
            LimitInForce("statutory", "", LimitKind.STATUTORY, 20, Unit.WORKING),
        )
    }
    found = what_if(chain(), Reading.PARALLEL, Numbers(), limits=limits)
    assert told(found)["promised", "review"] == 6
    assert ("statutory", "review") not in told(found), "twenty days are more than the fifteen it takes"


def test_days_told_are_those_of_the_plan_with_its_dates() -> None:
    """30 calendar days from 2022-03-01 end on 3-31; 15 end on 3-16: a week and a half of working days."""
    steps = [GraphStep("notice", days=30, unit=Unit.CALENDAR), GraphStep("contract", days=10)]
    graph = StepGraph.of(steps, [Edge("notice", "contract")])
    found = what_if(graph, Reading.SERIAL, Calendar(CALENDAR, date(2022, 3, 1)))
    half = next(s for s in found.changes if s.change.kind is Kind.HALF and s.change.step == steps[0])
    assert half.days_saved == 11 and half.finish == date(2022, 3, 30)


@given(graphs(), st.sampled_from(Reading), st.sampled_from([None, 0, 2]))
def test_every_change_is_worth_what_planning_it_alone_says(
    graph: StepGraph, reading: Reading, days: int | None
) -> None:
    conversion = None if days is None else Conversion(days)
    found = what_if(graph, reading, Numbers(), conversion, top=100_000)
    assert found.saving == len(found.changes), "the columns and the plans made anew agree on which save anything"
    for saving in found.changes:
        assert 0 < saving.days_saved == found.finish - saving.finish


def test_a_graph_too_large_to_try_everything_is_refused() -> None:
    steps = [GraphStep(f"s{i}", days=9) for i in range(8_000)]
    graph = StepGraph.of(steps, [Edge(f"s{i}", f"s{i + 1}") for i in range(7_999)])
    with pytest.raises(InputError) as caught:
        what_if(graph, Reading.SERIAL, Numbers())
    assert caught.value.errors[0].pointer == "/steps"


# --- sets of assumptions ----------------------------------------------------------------------------------------------


def restarted(graph: StepGraph, adopted: Collection[Candidate], failed: Collection[Candidate]) -> int:
    """The end when documents turn out otherwise: what had begun on one starts again when it comes, told step by step."""
    maker = {id(e): c for c in adopted for e in c.edges}
    finish: dict[int, int] = {}
    for number in graph.order:
        step = graph.steps[number]
        mine = [(e, graph.index[e.before]) for e in graph.edges if graph.index[e.after] == number]
        waits = [p for e, p in mine if id(e) not in maker]
        first = max((finish[p] for p in waits), default=0)
        comes = [finish[p] for e, p in mine if id(e) in maker and maker[id(e)] in failed]
        again = max([first, *comes]) if any(day > first for day in comes) else first
        if step.legal_effect:
            again = max([again, *(finish[m] for m in _rests(graph, number, maker))])
        finish[number] = again + step.days
    return max(finish.values(), default=0)


def _rests(graph: StepGraph, number: int, maker: dict[int, Candidate]) -> set[int]:
    """Makers of what a step or anything before it assumed."""
    kept = [
        [graph.index[e.before] for e in graph.edges if graph.index[e.after] == s and id(e) not in maker]
        for s in range(len(graph.steps))
    ]
    before = ancestors(graph.order, kept)[number] | 1 << number
    return {maker[id(e)].maker for e in graph.edges if id(e) in maker and before >> graph.index[e.after] & 1}


@given(graphs(firms=ASSUMING), st.data())
def test_whatever_fails_it_is_never_later_than_without_assuming(graph: StepGraph, data: Any) -> None:
    known = candidates(graph)[:5]
    adopted = data.draw(st.lists(st.sampled_from(known), unique_by=lambda c: c.maker)) if known else []
    failed = data.draw(st.lists(st.sampled_from(adopted), unique_by=lambda c: c.maker)) if adopted else []
    without = trial.end(trial.read(graph, Reading.PARALLEL, None), Numbers())
    assert restarted(graph, adopted, failed) <= without


@given(graphs(firms=ASSUMING), st.sampled_from([None, 1]), st.sampled_from([0.0, 0.1, 1.0]))
def test_nothing_beats_a_set_on_the_frontier(graph: StepGraph, days: int | None, odds: float) -> None:
    known = candidates(graph)[:4]
    fails = {c.assumption.id: odds for c in known}
    lasting = [s.days for s in graph.steps]
    found = frontier(graph, known, lasting, days, fails)
    assert found[0].step_days_lost == 0 and found[0].days_saved >= 0
    assert [f.finish for f in found] == sorted({f.finish for f in found}, reverse=True)
    assert [f.step_days_lost for f in found] == sorted(f.step_days_lost for f in found)
    conversion = None if days is None else Conversion(days)
    for size in range(len(known) + 1):
        for some in combinations(known, size):
            net = trial.assuming(graph, Reading.PARALLEL, conversion, [e for c in some for e in c.edges])
            end, lost = trial.end(net, Numbers()), odds * _lost(net, known)
            assert any(f.finish <= end and f.step_days_lost <= lost + 1e-9 for f in found)
            for each in found:
                if {c.maker for c in each.adopted} == {c.maker for c in some}:
                    assert each.finish == end and each.step_days_lost == pytest.approx(lost)
                    assert odds != 1 or each.step_days_at_risk == lost


def _lost(net: Any, known: Collection[Candidate]) -> int:
    """Days done on assumptions until their documents came, one by one."""
    starts, finishes = trial.times(net, Numbers())
    place = {s.id: i for i, s in enumerate(net.steps)}
    comes = {c.assumption.id: finishes[place[c.assumption.discharged_by]] for c in known}
    return sum(
        min(net.steps[i].days, max(0, comes[name] - starts[i])) for i, on in enumerate(net.stands_on) for name in on
    )


def test_too_many_assumptions_are_named() -> None:
    makers = [GraphStep(f"m{i}", days=3, legal_effect=True) for i in range(15)]
    graph = StepGraph.of([*makers, GraphStep("review", days=5)], [Edge(m.id, "review", Firm.ASSUMABLE) for m in makers])
    with pytest.raises(InputError) as caught:
        frontier(graph, candidates(graph), [s.days for s in graph.steps], None, {})
    assert caught.value.errors[0].pointer == "/assume" and "m14" in caught.value.errors[0].fix
    fewer = read_assumed(["m3", "m1"], candidates(graph))
    assert [c.assumption.id for c in fewer] == ["m1", "m3"]
    assert [f.days_saved for f in frontier(graph, fewer, [s.days for s in graph.steps], None, {})] == [0]


@pytest.mark.parametrize("share", [-0.1, 1.5, "0.1", True, None, float("nan"), float("inf"), [0.1]])
def test_how_often_it_fails_is_a_share(share: Any) -> None:
    with pytest.raises(InputError) as caught:
        read_failing({"land-contract": share, "x/y": 0.1}, candidates(chain()))
    assert [f.pointer for f in caught.value.errors] == ["/failing/land-contract", "/failing/x~1y"]


@pytest.mark.parametrize(
    ("raw", "pointer"), [("land-contract", "/assume"), (["land-contract", "x"], "/assume/1"), ([[]], "/assume/0")]
)
def test_which_are_compared_is_a_list_of_them(raw: Any, pointer: str) -> None:
    with pytest.raises(InputError) as caught:
        read_assumed(raw, candidates(chain()))
    assert [f.pointer for f in caught.value.errors] == [pointer]
