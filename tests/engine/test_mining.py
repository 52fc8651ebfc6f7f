"""What a log shows: order, what is done either way round, where days go; by hand, and beside a count that shares no code."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError, NotPublishedError
from engine.eventlog import Phase, Recorder, Ruler, steps_of
from engine.mining import Rule, mine, order_of
from engine.yardstick import Yardstick, read_yardstick
from tests.engine.calendars import CALENDAR
from tests.engine.happenings import graph, happened

THREE = """
1 A 2022-09-28
1 B 2022-09-30
1 C 2022-10-10
2 A 2022-09-28
2 C 2022-09-30
2 B 2022-10-10
3 A 2022-09-28
3 B 2022-10-08
3 D 2022-10-11
"""


def mined(text: str, plan: Yardstick | None = None, rule: Rule | None = None, **more: Any) -> dict[str, Any]:
    log = happened(text, **more)
    steps = steps_of(log)
    return mine(steps, Ruler.of(steps, CALENDAR), rule or Rule.of(len(log.cases)), plan)


def pairs(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[float, int]]:
    return {(r["before"], r["after"]): (r["share"], r["support"]) for r in rows}


def test_order_share_and_support() -> None:
    found = mined(THREE)
    assert (found["cases"], found["events"]) == (3, 9)
    assert pairs(found["order"]) == {("A", "B"): (1.0, 3), ("A", "C"): (1.0, 2)}
    assert found["parallel"] == [["B", "C"]]


def test_support_can_be_set_and_what_follows_is_left_out_of_the_reduced_view() -> None:
    found = mined(THREE, rule=Rule(0.98, 1))
    assert set(pairs(found["order"])) == {("A", "B"), ("A", "C"), ("A", "D"), ("B", "D")}
    assert set(pairs(found["reduced"])) == {("A", "B"), ("A", "C"), ("B", "D")}


@pytest.mark.parametrize(("cases", "support"), [(1, 1), (2, 2), (12, 2), (25, 3), (299, 30), (300, 30), (100_000, 30)])
def test_support_is_scaled_in_a_small_log(cases: int, support: int) -> None:
    assert Rule.of(cases) == Rule(0.98, support)


def test_an_order_that_one_case_in_a_hundred_breaks_is_still_one() -> None:
    lines = [f"{n} A 2022-09-0{1 + (n == 7)}\n{n} B 2022-09-0{2 - (n == 7)}" for n in range(100)]
    found = mined("\n".join(lines))
    assert pairs(found["order"]) == {("A", "B"): (0.99, 100)}
    assert found["parallel"] == []
    assert mined("\n".join(lines), rule=Rule(1.0, 30))["parallel"] == [["A", "B"]]


def test_cases_in_which_the_stamps_do_not_tell_are_not_counted() -> None:
    found = mined("1 A 2022-09-01\n1 B 2022-09-01\n2 A 2022-09-01\n2 B 2022-09-02", rule=Rule(0.98, 1))
    assert pairs(found["order"]) == {("A", "B"): (1.0, 1)}


def test_orders_that_go_round_in_a_circle_are_told_and_left_out() -> None:
    """Rock, paper, scissors: no case has all three."""
    lines = ["1 A 2022-09-01", "1 B 2022-09-02", "2 B 2022-09-01", "2 C 2022-09-02", "3 C 2022-09-01", "3 A 2022-09-02"]
    found = mined("\n".join([*lines, "1 Z 2022-09-05", "3 Z 2022-09-05"]), rule=Rule(0.98, 1))
    assert found["circular"] == [["A", "B", "C"]]
    assert all(("A", "B", "C").count(a) + ("A", "B", "C").count(b) < 2 for a, b in pairs(found["reduced"]))


@given(st.integers(0, 10_000))
def test_beside_a_count_of_every_pair(seed: int) -> None:
    random = Random(seed)
    cases = [
        [(f"S{s}", random.randrange(6)) for s in random.sample(range(6), random.randint(1, 6))]
        for _ in range(random.randint(1, 8))
    ]
    log = Recorder()
    for n, case in enumerate(cases):
        for name, day in case:
            log.event(log.case(str(n)), name, (19_000 + day) * 86_400_000_000, False, Phase.COMPLETE)
    steps = steps_of(log.log())
    order = order_of(steps, Rule(0.98, 1))
    counted = np.zeros_like(order.before)
    index = {name: n for n, name in enumerate(order.names)}
    for case in cases:
        for (a, day_a), (b, day_b) in combinations(case, 2):
            if day_a != day_b:
                first, second = (a, b) if day_a < day_b else (b, a)
                counted[index[first], index[second]] += 1
    assert (order.before == counted).all()


# --- time -------------------------------------------------------------------------------------------------------------


def test_where_working_days_go_over_the_october_holiday() -> None:
    """B: 2 working days to 30 September in case 1, 3 from there to 10 October in case 2 and 3 to the 8th in case 3."""
    found = mined(THREE, groups={"B": "规划科"})
    steps = {row["step"]: row for row in found["time"]["steps"]}
    assert found["observed"]["B"] == [2, 3, 3]
    assert steps["B"]["working_days"] == {"mean": 2.67, "median": 3.0, "p90": 3.0}
    assert steps["B"]["elapsed_days"] == {"mean": 7.33, "median": 10.0, "p90": 10.0}
    assert steps["B"]["total_working_days"] == 8
    assert sum(row["total_working_days"] for row in found["time"]["steps"]) == found["time"]["total_working_days"]
    assert [(g["group"], g["total_working_days"]) for g in found["time"]["groups"]] == [("规划科", 8)]


def test_the_first_end_of_a_case_says_not_how_long_it_took() -> None:
    found = mined(THREE)
    assert "A" not in found["observed"]
    assert next(row for row in found["time"]["steps"] if row["step"] == "A")["working_days"] is None


def test_time_runs_from_the_start_where_the_log_has_it() -> None:
    found = mined("1 A 2022-09-26 start\n1 A 2022-09-28\n1 B 2022-09-27 start\n1 B 2022-09-30")
    assert found["observed"] == {"A": [2], "B": [3]}


def test_with_a_plan_a_step_is_measured_from_when_it_could_begin() -> None:
    plan = read_yardstick(graph(A=(1,), B=(1, "A"), C=(1, "A")))
    assert mined("1 A 2022-09-26\n1 B 2022-09-28\n1 C 2022-09-30", plan)["observed"] == {"B": [2], "C": [4]}


def test_stops_are_told_and_are_no_steps() -> None:
    found = mined("1 A 2022-09-26\n1 停表 2022-09-27\n1 恢复 2022-09-29\n1 B 2022-09-30")
    assert found["time"]["stops"] == {"count": 1, "cases": 1, "total_working_days": 2}
    assert {row["step"] for row in found["time"]["steps"]} == {"A", "B"}


def test_a_step_done_again_counts_by_its_first_end() -> None:
    found = mined("1 A 2022-09-26\n1 B 2022-09-28\n1 A 2022-09-30", rule=Rule(0.98, 1))
    assert set(pairs(found["order"])) == {("A", "B")}
    assert found["time"]["repeated"] == 1


# --- one after another though nothing makes it ------------------------------------------------------------------------


def test_what_the_plan_leaves_free_and_the_log_runs_one_after_the_other() -> None:
    """C waits for B in two cases of three, from the 7th to the 14th of September: 8, 9, 13 and 14 (12 rests)."""
    plan = read_yardstick(graph(A=(3,), B=(5, "A"), C=(5, "A")))
    one = "{0} A 2022-09-07\n{0} B 2022-09-14\n{0} C 2022-09-14 start\n{0} C 2022-09-20"
    other = "3 A 2022-09-07\n3 C 2022-09-07 start\n3 C 2022-09-09\n3 B 2022-09-14"
    found = mined("\n".join([one.format(1), one.format(2), other]), plan)
    assert found["serial"] == [{"before": "B", "after": "C", "share": 0.6667, "support": 3, "waited": 2, "days": 8}]


# --- what is too much -------------------------------------------------------------------------------------------------


def test_too_many_events_are_refused_before_they_are_held() -> None:
    log = Recorder(most_events=3)
    for n in range(3):
        log.event(log.case("1"), f"S{n}", n, True, Phase.COMPLETE)
    with pytest.raises(InputError, match="3 个事件"):
        log.event(0, "S9", 9, True, Phase.COMPLETE)


def test_too_many_names_are_refused() -> None:
    log = Recorder()
    with pytest.raises(InputError, match="环节名称"):
        for n in range(1_001):
            log.event(log.case("1"), f"S{n}", n, True, Phase.COMPLETE)


def test_a_log_without_ends_is_refused() -> None:
    for text in ("1 A 2022-09-26 start", "1 A 2022-09-26 other"):
        with pytest.raises(InputError, match="complete"):
            happened(text)
    with pytest.raises(InputError, match="没有事件"):
        Recorder().log()


def test_a_year_that_no_notice_arranges_is_named() -> None:
    with pytest.raises(NotPublishedError, match="2031"):
        mined("1 A 2031-01-02\n1 B 2031-01-09")
