"""Three readings of a graph: what each drops, what stands on what, and that nothing that binds rests on an assumption."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.graph import Edge, GraphStep, StepGraph
from engine.graph_reading import read_graph
from engine.plan import Calendar, Numbers, Plan, plan, savings
from engine.reading import DROPS, Conversion, Reading, network
from engine.terms import Cite, Firm, Unit
from tests.engine.calendars import CALENDAR

ONE_DAY = Conversion(1)


def chain() -> StepGraph:
    """Land 30 days; a scheme designed and reviewed for it; a permit that needs both; and two habits."""
    steps = [
        GraphStep("land", "出让合同", 30, legal_effect=True, makes=("land-contract",)),
        GraphStep("design", "方案", 10, own_work=True),
        GraphStep("review", "审查", 15),
        GraphStep("permit", "规划许可", 3, legal_effect=True),
        GraphStep("notice", "公示", 4),
    ]
    edges = [
        Edge("land", "design", Firm.ASSUMABLE),
        Edge("land", "review", Firm.ASSUMABLE),
        Edge("design", "review"),
        Edge("review", "permit", cite=(Cite("城乡规划法", "第四十条"),)),
        Edge("land", "permit"),
        Edge("notice", "design", Firm.CUSTOMARY),
        Edge("notice", "land", Firm.CUSTOMARY),
        Edge("notice", "permit", Firm.BEFORE_ISSUE),
    ]
    return StepGraph.of(steps, edges)


def days(made: Plan) -> dict[str, tuple[int, int]]:
    return {s.step.id: (s.earliest_start, s.earliest_finish) for s in made.steps}


def test_serial_keeps_everything() -> None:
    made = plan(chain(), Reading.SERIAL, Numbers(), ONE_DAY)
    assert days(made) == {
        "notice": (0, 4),
        "land": (4, 34),
        "design": (34, 44),
        "review": (44, 59),
        "permit": (59, 62),
    }
    assert made.dropped == () and made.assumptions == ()


def test_parallel_drops_custom_and_what_may_follow() -> None:
    made = plan(chain(), Reading.PARALLEL, Numbers(), ONE_DAY)
    assert made.finish == 30 + 10 + 15 + 3
    assert {(d.edge.before, d.edge.after) for d in made.dropped} == {
        ("notice", "design"),
        ("notice", "land"),
        ("notice", "permit"),
    }


def test_simulated_reviews_on_an_assumption_and_turns_it_formal() -> None:
    made = plan(chain(), Reading.SIMULATED, Numbers(), ONE_DAY)
    assert days(made) == {
        "notice": (0, 4),
        "land": (0, 30),
        "design": (0, 10),
        "review": (10, 25),
        "review.convert": (30, 31),
        "permit": (31, 34),
    }
    stands = {s.step.id: s.stands_on for s in made.steps}
    assert stands["design"] == stands["review"] == ("land-contract",)
    assert stands["permit"] == stands["review.convert"] == ()
    assert [(a.id, a.document, a.discharged_by) for a in made.assumptions] == [("land-contract", "出让合同", "land")]
    assert "design.convert" not in stands, "the owner's own work is nobody's to turn formal"


def test_savings_are_told_one_after_the_other() -> None:
    found = savings(chain(), Numbers(), ONE_DAY)
    assert (found.by_dropping_custom, found.by_before_issue, found.by_assumption) == (4, 0, 24)


def test_each_dropped_edge_says_what_it_alone_is_worth() -> None:
    made = plan(chain(), Reading.SIMULATED, Numbers(), ONE_DAY)
    worth = {(d.edge.before, d.edge.after): d.days_saved for d in made.dropped}
    assert worth["land", "review"] == 30 + 15 + 3 - 34, "reviewed once the land is had, it needs no conversion"
    assert worth["notice", "permit"] == 0


def test_real_dates_count_working_days_and_roll_calendar_days() -> None:
    steps = [GraphStep("notice", days=30, unit=Unit.CALENDAR), GraphStep("contract", days=10)]
    made = plan(StepGraph.of(steps, [Edge("notice", "contract")]), Reading.SERIAL, Calendar(CALENDAR, date(2022, 3, 1)))
    assert [s.earliest_finish for s in made.steps] == [date(2022, 3, 31), date(2022, 4, 15)]  # DOMAIN §3.9
    assert [s.slack for s in made.steps] == [0, 0]


def test_the_graph_goes_to_networkx_and_back() -> None:
    graph = chain()
    drawn = graph.graph()
    assert drawn.nodes["land"]["makes"] == ("land-contract",)
    assert StepGraph.from_graph(drawn) == StepGraph.of(
        graph.steps, sorted(graph.edges, key=lambda e: list(drawn.edges(keys=False)).index((e.before, e.after)))
    )


@pytest.mark.parametrize(
    ("raw", "pointer", "named"),
    [
        ({"steps": [{"id": "A", "days": 1}, {"id": "A", "days": 2}]}, "/steps/1/id", "A"),
        ({"steps": [{"id": "A", "days": 1, "needs": [{"step": "B"}]}]}, "/steps/0/needs/0/step", "B"),
        ({"steps": [{"id": "A", "days": -1}]}, "/steps/0/days", -1),
        ({"steps": [{"id": "A", "days": 10**9}]}, "/steps/0/days", 10**9),
        ({"steps": [{"id": "A", "days": True}]}, "/steps/0/days", True),
        ({"steps": [{"id": "A", "days": 1, "needs": [{"step": "A"}]}]}, "/steps", "A"),
        (
            {"steps": [{"id": "A", "days": 1, "needs": [{"step": "A", "firm": "hard"}]}]},
            "/steps/0/needs/0/firm",
            "hard",
        ),
        ({"steps": {}}, "/steps", "{}"),
    ],
)
def test_a_faulty_graph_is_refused_by_name(raw: Any, pointer: str, named: Any) -> None:
    with pytest.raises(InputError) as caught:
        read_graph(raw)
    assert (pointer, named) in [(f.pointer, f.value) for f in caught.value.errors]


def test_a_cycle_is_refused_with_its_steps() -> None:
    raw = {
        "steps": [
            {"id": "A", "days": 1, "needs": [{"step": "C"}]},
            {"id": "B", "days": 1, "needs": [{"step": "A"}]},
            {"id": "C", "days": 1, "needs": [{"step": "B", "firm": "customary"}]},
        ]
    }
    with pytest.raises(InputError) as caught:
        read_graph(raw)
    assert set(str(caught.value.errors[0].value).split(" → ")) == {"A", "B", "C"}


def test_a_long_cycle_is_told_by_its_beginning() -> None:
    steps = [{"id": f"s{i}", "days": 1, "needs": [{"step": f"s{(i + 1) % 5000}"}]} for i in range(5000)]
    with pytest.raises(InputError) as caught:
        read_graph({"steps": steps})
    named = str(caught.value.errors[0].value)
    assert "共 5000 个环节" in named and len(named) < 500


class Counted(Numbers):
    """Plain numbers that count how often a step's finish is asked for."""

    asked = 0

    def finish(self, step: GraphStep, start: int) -> int:
        Counted.asked += 1
        return Numbers.finish(self, step, start)


def test_many_habits_do_not_make_a_plan_of_numbers_walk_the_graph_for_each() -> None:
    """A habit before each step of a line of 300, each of which would move all that come after it."""
    steps = [GraphStep("land", days=1000), *(GraphStep(f"s{i}", days=1) for i in range(300))]
    line = [Edge(f"s{i}", f"s{i + 1}") for i in range(299)]
    habits = [Edge("land", f"s{i}", Firm.CUSTOMARY) for i in range(300)]
    Counted.asked = 0
    made = plan(StepGraph.of(steps, [*line, *habits]), Reading.PARALLEL, Counted())
    assert [d.days_saved for d in made.dropped] == [300 - i for i in range(300)]
    assert Counted.asked <= 3 * len(steps)


@pytest.mark.parametrize(("makers", "reviews", "named"), [(1, 2300, 2300), (31_700, 31_700, 31_700)])
def test_more_assumptions_than_can_be_tried_or_held_are_refused(makers: int, reviews: int, named: int) -> None:
    steps = [
        *(GraphStep(f"m{i}", days=1) for i in range(makers)),
        *(GraphStep(f"s{i}", days=1) for i in range(reviews)),
    ]
    edges = [Edge(f"m{i % makers}", f"s{i}", Firm.ASSUMABLE) for i in range(reviews)]
    with pytest.raises(InputError) as caught:
        plan(StepGraph.of(steps, edges), Reading.SIMULATED, Numbers())
    assert [(f.pointer, f.value) for f in caught.value.errors] == [("/steps", named)]


@st.composite
def graphs(draw: st.DrawFn) -> StepGraph:
    n = draw(st.integers(1, 14))
    steps = [
        GraphStep(f"s{i}", days=draw(st.integers(0, 9)), legal_effect=draw(st.booleans()), own_work=draw(st.booleans()))
        for i in range(n)
    ]
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=24, unique=True))
    edges = [Edge(f"s{a}", f"s{b}", draw(st.sampled_from(Firm))) for a, b in pairs if a < b]
    return StepGraph.of(steps, edges)


@given(graphs())
def test_nothing_that_binds_stands_on_an_open_assumption(graph: StepGraph) -> None:
    """Whatever the graph, a step with legal effect starts after everything assumed before it has come."""
    net = network(graph, DROPS[Reading.SIMULATED], ONE_DAY)
    made = plan(graph, Reading.SIMULATED, Numbers(), ONE_DAY)
    finish = {s.step.id: s.earliest_finish for s in made.steps}
    maker = {a.id: a.discharged_by for a in net.assumptions}
    before: list[set[int]] = []
    for i, step in enumerate(net.steps):
        before.append({x for p in net.preds[i] for x in (p, *before[p])})
        if step.legal_effect:
            assert net.stands_on[i] == ()
            for p in before[i]:
                for name in net.stands_on[p]:
                    assert finish[maker[name]] <= made.steps[i].earliest_start


@given(graphs())
def test_dropping_more_is_never_later_but_for_the_conversions(graph: StepGraph) -> None:
    serial = plan(graph, Reading.SERIAL, Numbers()).finish
    parallel = plan(graph, Reading.PARALLEL, Numbers()).finish
    simulated = plan(graph, Reading.SIMULATED, Numbers()).finish
    assert simulated <= parallel <= serial
