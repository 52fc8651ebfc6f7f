"""The reading in which review is finished beforehand (先完成后决定): order by law is kept, nothing is assumed, no day is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.graph import CONVERT, DECIDE, Edge, GraphStep, StepGraph
from engine.graph_reading import read_graph
from engine.passes import earliest
from engine.plan import Numbers, Plan, milestones, plan
from engine.reading import COMPARED, DROPS, Conversion, Network, Reading, network
from engine.terms import Beforehand, Cite, Firm

MARK = Beforehand((Cite("并联审批管理规定", "第十六条"),))
ONE_DAY = Conversion(1)


def chain() -> StepGraph:
    """A land contract of 30 days; a permit of 3 that needs a plan of 10 and, decided on its arrival, the contract; works."""
    steps = [
        GraphStep("land", days=30, legal_effect=True),
        GraphStep("plan", days=10, own_work=True),
        GraphStep("permit", "规划许可", 3, legal_effect=True, makes=("permit.copy",), department="planning"),
        GraphStep("works", days=5),
        GraphStep("habit", days=20),
    ]
    edges = [
        Edge("plan", "permit"),
        Edge("land", "permit", beforehand=MARK),
        Edge("permit", "works"),
        Edge("habit", "permit", Firm.CUSTOMARY),
    ]
    return StepGraph.of(steps, edges)


def made(graph: StepGraph, reading: Reading = Reading.BEFOREHAND) -> Plan:
    return plan(graph, reading, Numbers())


def results(of: Plan) -> dict[str, Any]:
    """When each step's result is there: decided, where it is decided by a step of its own."""
    return {s.step.id.removesuffix(DECIDE): s.earliest_finish for s in of.steps}


def test_the_review_runs_and_the_decision_waits() -> None:
    days = {s.step.id: (s.earliest_start, s.earliest_finish) for s in made(chain()).steps}
    assert days["permit"] == (10, 13)
    assert days["permit.decide"] == (30, 30)
    assert days["works"] == (30, 35)
    assert results(made(chain(), Reading.PARALLEL))["works"] == 38


def test_the_decision_alone_has_the_effect_and_makes_the_result() -> None:
    steps = {s.step.id: s for s in made(chain()).steps}
    review, decision = steps["permit"], steps["permit.decide"]
    assert (review.step.legal_effect, review.step.makes) == (False, ())
    assert (decision.step.legal_effect, decision.step.makes, decision.step.days) == (True, ("permit.copy",), 0)
    assert (decision.step.title, decision.step.item, decision.step.department) == (
        "规划许可（作出决定）",
        "permit",
        "planning",
    )
    assert review.waits_for == ("plan",) and decision.waits_for == ("permit", "land")
    assert steps["works"].waits_for == ("permit.decide",)


def test_nothing_is_assumed_and_what_is_dropped_is_told_apart() -> None:
    found = made(chain())
    assert found.assumptions == () and all(s.stands_on == () for s in found.steps)
    assert [d.edge.before for d in found.dropped] == ["habit"]
    assert [(a.edge.before, a.edge.after, a.days_saved) for a in found.beforehand] == [("land", "permit", 3)]
    assert found.beforehand[0].edge.beforehand == MARK
    assert made(chain(), Reading.PARALLEL).beforehand == ()


def test_a_predecessor_that_is_needed_by_another_document_as_well_is_waited_for() -> None:
    graph = chain()
    both = StepGraph.of(graph.steps, [*graph.edges, Edge("land", "permit", doc="scheme")])
    found = made(both)
    assert found.beforehand == () and found.step("permit.decide") is None
    assert results(found)["permit"] == 33


def test_the_graph_that_people_get_has_the_mark_and_comes_back() -> None:
    graph = StepGraph.of(chain().steps, [e for e in chain().edges if e.before == "land"])
    drawn = graph.graph()
    assert drawn.edges["land", "permit", 0]["beforehand"] == MARK
    assert StepGraph.from_graph(drawn) == graph


def test_a_milestone_is_the_decision_not_the_review() -> None:
    steps = [GraphStep("B02", days=9), GraphStep("C08", days=3, legal_effect=True)]
    graph = StepGraph.of(steps, [Edge("B02", "C08", beforehand=MARK)])
    found = milestones([made(graph), made(graph, Reading.PARALLEL)])["construction_start"]
    assert found == {"beforehand": 9, "parallel": 12}


def test_of_several_instances_the_first_opens_the_way() -> None:
    steps = [GraphStep("C08:pit", days=3, item="C08"), GraphStep("C08:hall", days=7, item="C08")]
    assert milestones([made(StepGraph.of(steps, []))])["construction_start"] == {"beforehand": 3}


def test_comparisons_set_the_three_readings_side_by_side() -> None:
    assert [r.value for r in COMPARED] == ["serial", "parallel", "simulated"]


@pytest.mark.parametrize("end", [CONVERT, DECIDE])
def test_an_id_that_a_reading_would_make_is_refused(end: str) -> None:
    with pytest.raises(InputError) as caught:
        StepGraph.of([GraphStep("A"), GraphStep("A" + end)], [])
    assert [(f.pointer, f.value) for f in caught.value.errors] == [("/steps/1/id", "A" + end)]
    StepGraph.of([GraphStep("A" + end)], [])  # of no step here: an id like any other


def test_a_bare_graph_says_it_with_yes_or_no() -> None:
    def needing(said: Any) -> dict[str, Any]:
        need = {"step": "A", "beforehand": said}
        return {"steps": [{"id": "A", "days": 9}, {"id": "B", "days": 3, "needs": [need]}]}

    assert made(read_graph(needing(True))).finish == 9
    assert made(read_graph(needing(False))).finish == 12
    with pytest.raises(InputError) as caught:
        read_graph(needing("yes"))
    assert [f.pointer for f in caught.value.errors] == ["/steps/1/needs/0/beforehand"]


# --- whatever the graph -----------------------------------------------------------------------------------------------


@st.composite
def marked(draw: st.DrawFn) -> StepGraph:
    """Up to 14 steps; edges of every firmness, some marked, some doubled."""
    n = draw(st.integers(1, 14))
    steps = [GraphStep(f"s{i}", days=draw(st.integers(0, 9)), legal_effect=draw(st.booleans())) for i in range(n)]
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=28))
    marks = st.sampled_from([None, MARK])
    edges = [
        Edge(f"s{a}", f"s{b}", draw(st.sampled_from(Firm)), doc=str(k), beforehand=draw(marks))
        for k, (a, b) in enumerate(pairs)
        if a < b
    ]
    return StepGraph.of(steps, edges)


@given(marked())
def test_no_result_comes_later_than_in_parallel(graph: StepGraph) -> None:
    ahead, parallel = results(made(graph)), results(made(graph, Reading.PARALLEL))
    assert all(ahead[name] <= parallel[name] for name in parallel)


@given(marked())
def test_no_result_comes_before_one_that_it_needs(graph: StepGraph) -> None:
    """The order that the law makes holds between results, and what is not marked is waited for from the start."""
    found = made(graph)
    there, start = results(found), {s.step.id: s.earliest_start for s in found.steps}
    gone = {id(d.edge) for d in found.dropped}
    ahead = {id(a.edge) for a in found.beforehand}
    for edge in graph.edges:
        if id(edge) not in gone:
            assert there[edge.before] <= there[edge.after]
            if id(edge) not in ahead:
                assert there[edge.before] <= start[edge.after]
    for planned in found.steps:
        if planned.step.legal_effect:
            name = planned.step.id.removesuffix(DECIDE)
            before = [e.before for e in graph.edges if e.after == name and id(e) not in gone]
            assert all(there[each] <= planned.earliest_start for each in before)


@given(marked())
def test_each_marked_edge_says_what_it_alone_is_worth(graph: StepGraph) -> None:
    found = made(graph)
    for each in found.beforehand:
        edges = [replace(e, beforehand=None) if e is each.edge else e for e in graph.edges]
        assert each.days_saved == made(StepGraph.of(graph.steps, edges)).finish - found.finish


@given(marked())
def test_without_marks_it_is_the_parallel_plan(graph: StepGraph) -> None:
    plain = StepGraph.of(graph.steps, [replace(e, beforehand=None) for e in graph.edges])
    assert made(plain).steps == made(plain, Reading.PARALLEL).steps


@given(marked())
def test_slack_is_what_a_step_can_lose(graph: StepGraph) -> None:
    """A critical step, one day longer, makes the whole one day longer; one with slack may take it all."""
    found = made(graph)
    for planned in found.steps:
        step = next((s for s in graph.steps if s.id == planned.step.id), None)
        if step is not None:
            longer = [replace(s, days=s.days + planned.slack + 1) if s is step else s for s in graph.steps]
            assert made(StepGraph.of(longer, graph.edges)).finish == found.finish + 1


def end_of(net: Network) -> int:
    return int(max(earliest(net.order, net.preds, 0, lambda s, at: at + net.steps[s].days)[1], default=0))


@pytest.mark.parametrize("reading", [r for r in Reading if r is not Reading.SERIAL])
@given(graph=marked())
def test_what_one_edge_is_worth_is_what_the_whole_loses_by_it(reading: Reading, graph: StepGraph) -> None:
    """The plan looks only at what an edge moves; read anew with that edge kept, the whole ends on the same day."""
    found = plan(graph, reading, Numbers(), ONE_DAY)
    ahead = reading is Reading.BEFOREHAND
    for each in (*found.dropped, *found.beforehand):
        net = network(graph, DROPS[reading], ONE_DAY, each.edge, ahead)
        assert each.days_saved == max(0, end_of(net) - found.finish)
