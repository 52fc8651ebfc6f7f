"""Days in real cases, counted by hand: overruns over rest days and stops, waiting for what is not needed, customs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conformance import conform
from engine.eventlog import Phase, Recorder, Ruler, steps_of
from engine.graph import Edge, GraphStep, StepGraph
from engine.plan import Calendar, Plan, plan
from engine.reading import Reading
from engine.terms import Firm, Unit
from engine.yardstick import read_yardstick
from tests.engine.calendars import CALENDAR
from tests.engine.happenings import graph, kinds, micros, only_case, replayed

ONE = graph(A=(3,))


def days(unit: str, count: int) -> dict[str, Any]:
    return {"steps": [{"id": "A", "days": count, "unit": unit, "waits_for": []}]}


def late(text: str, plan: Any = ONE, **more: Any) -> tuple[int, str | None]:
    """Days late, and the last day."""
    case = only_case(text, plan, **more)
    found = [f for f in case["findings"] if f["kind"] == "late"]
    assert len(found) == case["late"] and sum(f["days"] for f in found) == case["late_days"]
    return (found[0]["days"], found[0]["due"]) if found else (0, None)


# --- 4: overrun -------------------------------------------------------------------------------------------------------


def test_the_first_week_of_october_is_no_time_and_its_weekend_is() -> None:
    """From 30 September 2022: 8, 9 and 10 October are the three days (a Saturday and a Sunday are worked)."""
    assert late("1 A 2022-09-30 start\n1 A 2022-10-10") == (0, None)
    assert late("1 A 2022-09-30 start\n1 A 2022-10-12") == (2, "2022-10-10")


def test_the_last_day_is_in_time_up_to_its_end() -> None:
    assert late("1 A 2022-09-30T09:00 start\n1 A 2022-10-10T23:59") == (0, None)
    assert late("1 A 2022-09-30T09:00 start\n1 A 2022-10-11T00:01") == (1, "2022-10-10")


def test_without_a_start_time_runs_from_the_step_before() -> None:
    plan = graph(Z=(1,), A=(3, "Z"))
    assert late("1 Z 2022-09-30\n1 A 2022-10-12", plan) == (2, "2022-10-10")


def test_a_stop_puts_the_last_day_off_by_its_working_days() -> None:
    """Stopped from 8 October until the 12th, four working days: the last day is the 14th and not the 10th."""
    stop = "1 A 2022-10-08 suspend\n1 A 2022-10-12 resume\n"
    assert late(f"1 A 2022-09-30 start\n{stop}1 A 2022-10-14") == (0, None)
    assert late(f"1 A 2022-09-30 start\n{stop}1 A 2022-10-17") == (1, "2022-10-14")


def test_stops_of_the_case_and_of_the_step_are_counted_once() -> None:
    stops = "1 停表 2022-10-08\n1 A 2022-10-09 suspend\n1 A 2022-10-12 resume\n1 恢复 2022-10-11\n"
    assert late(f"1 A 2022-09-30 start\n{stops}1 A 2022-10-17") == (1, "2022-10-14")


def test_a_stop_of_another_step_is_none_of_this() -> None:
    stop = "1 B 2022-10-08 suspend\n1 B 2022-10-12 resume\n"
    assert late(f"1 A 2022-09-30 start\n{stop}1 A 2022-10-12") == (2, "2022-10-10")


def test_a_stop_that_begins_after_the_last_day_changes_nothing() -> None:
    stop = "1 A 2022-10-11 suspend\n1 A 2022-10-13 resume\n"
    assert late(f"1 A 2022-09-30 start\n{stop}1 A 2022-10-14") == (4, "2022-10-10")


def test_an_open_stop_runs_to_the_last_event() -> None:
    assert late("1 A 2022-09-30 start\n1 suspended 2022-10-08\n1 A 2022-10-28") == (0, None)


def test_calendar_days_roll_over_rest_days() -> None:
    """Seven days from 26 September end on 3 October, which rests: the last day is the 8th."""
    assert late("1 A 2022-09-26 start\n1 A 2022-10-08", days("calendar", 7)) == (0, None)
    assert late("1 A 2022-09-26 start\n1 A 2022-10-10", days("calendar", 7)) == (2, "2022-10-08")


def test_a_month_ends_on_its_day() -> None:
    assert late("1 A 2022-08-15 start\n1 A 2022-09-15", days("month", 1)) == (0, None)
    assert late("1 A 2022-08-15 start\n1 A 2022-09-16", days("month", 1)) == (1, "2022-09-15")


def test_a_deadline_in_the_log_goes_before_the_plan() -> None:
    assert late("1 A 2022-09-05 start\n1 A 2022-09-20 complete 2022-09-20") == (0, None)
    assert late("1 A 2022-09-05 start\n1 A 2022-09-22 complete 2022-09-20") == (2, "2022-09-20")
    stop = "1 A 2022-09-19 suspend\n1 A 2022-09-21 resume\n"
    assert late(f"1 A 2022-09-05 start\n{stop}1 A 2022-09-22 complete 2022-09-20") == (0, None)


def test_a_case_has_its_own_deadline() -> None:
    text = "1 A 2022-09-27 start\n1 A 2022-09-30\n1 Z 2022-10-09"
    assert late(text, due={"1": "2022-10-09"}) == (0, None)
    assert late(text, due={"1": "2022-09-30"}) == (2, "2022-09-30")


# --- 5 and 6: waiting for what is not needed --------------------------------------------------------------------------

FREE = graph(A=(3,), B=(5, "A"), C=(5, "A"))


def test_begun_only_after_a_step_that_it_did_not_need() -> None:
    """A is there on the 7th; C begins when B is done on the 14th: 8, 9, 13 and 14 September are lost (12 rests)."""
    text = """
    1 A 2022-09-05 start
    1 A 2022-09-07
    1 B 2022-09-07 start
    1 B 2022-09-14
    1 C 2022-09-14 start
    1 C 2022-09-20
    """
    case = only_case(text, FREE)
    (found,) = case["findings"]
    assert (found["kind"], found["step"], found["after"], found["days"]) == ("missed_parallel", "C", "B", 4)
    assert (found["class"], found["slack"], found["estimated"]) == ("advice", 0, False)
    assert case["missed_parallel_days"] == 4


def test_waiting_while_nothing_else_is_done_is_no_missed_parallelism() -> None:
    text = "1 A 2022-09-05 start\n1 A 2022-09-07\n1 B 2022-09-07 start\n1 C 2022-09-08 start\n1 B 2022-09-09\n1 C 2022-09-14"
    assert only_case(text, FREE)["missed_parallel_days"] == 0


def test_without_starts_it_is_told_from_how_late_it_ended() -> None:
    """C could begin on the 7th and end on the 15th; it ended on the 20th, three days later, just after B on the 14th."""
    case = only_case("1 A 2022-09-07\n1 B 2022-09-14\n1 C 2022-09-20", FREE)
    (found,) = [f for f in case["findings"] if f["kind"] == "missed_parallel"]
    assert (found["days"], found["estimated"]) == (3, True)
    assert only_case("1 A 2022-09-07\n1 B 2022-09-14\n1 C 2022-09-15", FREE)["findings"] == []


def test_stops_are_not_waiting() -> None:
    text = "1 A 2022-09-07\n1 停表 2022-09-08\n1 恢复 2022-09-13\n1 B 2022-09-14\n1 C 2022-09-14 start\n1 C 2022-09-20"
    assert only_case(text, FREE)["missed_parallel_days"] == 2


CUSTOM = graph(A=(3,), B=(5, "A"), C=(5, "A", "B~"))


def test_a_custom_that_was_kept_and_what_it_cost() -> None:
    kept = "1 A 2022-09-07\n1 B 2022-09-14\n1 C 2022-09-14 start\n1 C 2022-09-20\n"
    broken = "2 A 2022-09-07\n2 C 2022-09-07 start\n2 C 2022-09-14\n2 B 2022-09-14\n"
    found = replayed(kept + broken, CUSTOM)
    assert kinds(found["cases"][0]) == [("customary_order", "C")]
    assert found["cases"][0]["findings"][0]["days"] == 4
    assert (found["total"]["customary_days"], found["total"]["missed_parallel_days"]) == (4, 4)
    assert found["customs"] == [{"from": "B", "to": "C", "kept": 1, "cases": 2, "days": 4}]


def test_a_custom_kept_at_no_cost_is_counted_and_no_finding() -> None:
    text = "1 A 2022-09-07\n1 B 2022-09-07\n1 C 2022-09-07 start\n1 C 2022-09-14"
    found = replayed(text, CUSTOM)
    assert found["cases"][0]["findings"] == []
    assert found["customs"] == [{"from": "B", "to": "C", "kept": 1, "cases": 1, "days": 0}]


# --- a log made from a plan -------------------------------------------------------------------------------------------

START = date(2022, 3, 1)


@st.composite
def graphs(draw: st.DrawFn) -> StepGraph:
    count = draw(st.integers(1, 12))
    steps, edges = [], []
    for n in range(count):
        unit = draw(st.sampled_from([Unit.WORKING, Unit.WORKING, Unit.CALENDAR]))
        steps.append(GraphStep(f"S{n}", days=draw(st.integers(0, 25)), unit=unit, legal_effect=draw(st.booleans())))
        before = draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set()
        edges += [Edge(f"S{p}", f"S{n}", draw(st.sampled_from(list(Firm)))) for p in sorted(before)]
    return StepGraph.of(steps, edges)


def as_printed(made: Plan) -> dict[str, Any]:
    return {
        "steps": [
            {"id": p.step.id, "days": p.step.days, "unit": p.step.unit.value, "waits_for": list(p.waits_for),
             "stands_on": list(p.stands_on), "legal_effect": p.step.legal_effect, "slack": p.slack}
            for p in made.steps
        ],
        "assumptions": [{"id": a.id, "discharged_by": a.discharged_by} for a in made.assumptions],
        "dropped": [{"from": d.edge.before, "to": d.edge.after, "firm": d.edge.firm.value} for d in made.dropped],
    }  # fmt: skip


@pytest.mark.parametrize("starts", [True, False])
@given(drawn=graphs(), reading=st.sampled_from([Reading.SERIAL, Reading.PARALLEL, Reading.SIMULATED]))
def test_a_log_of_each_step_at_its_planned_dates_has_no_finding(
    starts: bool, drawn: StepGraph, reading: Reading
) -> None:
    made = plan(drawn, reading, Calendar(CALENDAR, START))
    log = Recorder()
    for each in made.steps:
        if starts:
            log.event(log.case("1"), each.step.id, micros(each.earliest_start), False, Phase.START)
        log.event(log.case("1"), each.step.id, micros(each.earliest_finish), False, Phase.COMPLETE)
    steps = steps_of(log.log())
    found = conform(steps, read_yardstick(as_printed(made)), Ruler.of(steps, CALENDAR))
    assert found["cases"][0]["findings"] == []


@given(drawn=graphs(), late=st.integers(1, 9), data=st.data())
def test_a_log_with_one_step_late_says_so_and_by_how_much(drawn: StepGraph, late: int, data: st.DataObject) -> None:
    made = plan(drawn, Reading.PARALLEL, Calendar(CALENDAR, START))
    timed = [p for p in made.steps if p.step.days and p.step.unit is Unit.WORKING]
    if not timed:
        return
    step = data.draw(st.sampled_from(timed))
    log = Recorder()
    log.event(log.case("1"), step.step.id, micros(step.earliest_start), False, Phase.START)
    log.event(log.case("1"), step.step.id, micros(CALENDAR.add(step.earliest_finish, late)), False, Phase.COMPLETE)
    steps = steps_of(log.log())
    found = conform(steps, read_yardstick(as_printed(made)), Ruler.of(steps, CALENDAR))["cases"][0]
    assert (found["late"], found["late_days"]) == (1, late)
