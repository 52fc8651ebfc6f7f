"""``schedule``: CONTRACT §4, with OR-Tools and without, and for several cases."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import api.schedules.service as service
from api.cli import main
from api.schedules.service import scheduled
from api.schedules.solver import Solved
from engine.reading import Reading
from tests.api.command_line import yichuang
from tests.bench.schedules import instance, parameters

DESK = {"desk": 1}
GRAPH: dict[str, Any] = {
    "capacity": {"desk": 2, "other": 1},
    "steps": [
        {"id": "A", "days": 3, "needs": [], "uses": {"desk": 2}},
        {"id": "B", "days": 2, "uses": {"desk": 1, "other": 1}, "needs": [{"step": "A", "firm": "customary"}]},
        {"id": "C", "days": 4, "uses": {"other": 1}},
        {"id": "D", "days": 1, "uses": {"desk": 1}, "needs": [{"step": "C", "firm": "required"}]},
    ],
}
CASES: dict[str, Any] = {
    "capacity": DESK,
    "cases": [
        {"id": "一", "arrives": 0, "due": 20, "steps": [{"id": "a", "days": 6, "uses": DESK}]},
        {"id": "二", "arrives": 1, "due": 30, "steps": [{"id": "a", "days": 9, "uses": DESK}]},
        {"id": "三", "arrives": 2, "due": 9, "steps": [{"id": "a", "days": 2, "uses": DESK}, {"id": "b", "days": 1}]},
    ],
}


def told(given: Any, *more: str) -> Any:
    return yichuang("schedule", "-", "--json", *more, given=given).answer


def test_the_answer_has_the_shape_of_the_contract() -> None:
    found = told(GRAPH)
    assert {"makespan", "bound", "optimal", "starts"} <= set(found)
    assert (found["makespan"], found["bound"], found["optimal"]) == (6, 6, True)
    assert set(found["starts"]) == {"A", "B", "C", "D"}
    assert found["reading"] == "serial" and found["starts"]["B"] >= found["starts"]["A"] + 3


def test_another_reading_waits_for_less() -> None:
    graph = {"steps": [{"id": "A", "days": 3}, {"id": "B", "days": 2, "needs": [{"step": "A", "firm": "customary"}]}]}
    assert told(graph)["makespan"] == 5
    assert told(graph, "--reading", "parallel")["makespan"] == 3


def test_nothing_to_do_takes_no_time() -> None:
    assert told({"steps": []})["makespan"] == 0
    assert told([GRAPH, {"steps": None}])[1]["errors"][0]["pointer"] == "/steps"


@given(st.integers(0, 10_000), st.sampled_from([2, 10, 27, 38, 48]))
@settings(max_examples=8, deadline=None)
def test_the_solver_is_never_worse_than_dispatch(seed: int, number: int) -> None:
    raw = instance(Random(seed), *parameters(number))
    alone, found = scheduled(raw, Reading.SERIAL, 0), scheduled(raw, Reading.SERIAL, 1)
    assert alone["method"] == "dispatch"
    assert alone["bound"] <= found["bound"] <= found["makespan"] <= alone["makespan"]
    assert found["optimal"] == (found["bound"] == found["makespan"])


def test_a_hard_one_is_improved_and_proved() -> None:
    raw = instance(Random(5), *parameters(5))
    alone, found = scheduled(raw, Reading.SERIAL, 0), scheduled(raw, Reading.SERIAL, 60)
    assert found["optimal"] and found["method"] == "cp-sat"
    assert found["makespan"] < alone["makespan"] and not alone["optimal"]


WITHOUT = """
import json, sys
sys.modules["ortools"] = None
from api.schedules.service import scheduled
from engine.reading import Reading
print(json.dumps(scheduled(json.load(sys.stdin), Reading.SERIAL, 10)))
"""


@pytest.mark.parametrize(("given", "optimal"), [(GRAPH, True), (instance(Random(5), *parameters(5)), False)])
def test_without_the_extra_dispatch_answers_alone(given: dict[str, Any], optimal: bool) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60
    )
    found = json.loads(run.stdout)
    assert (found["method"], found["optimal"]) == ("dispatch", optimal)
    assert found["bound"] <= found["makespan"]


def test_a_wrong_answer_of_the_solver_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = instance(Random(5), *parameters(5))
    monkeypatch.setattr(service, "solve", lambda load, *_: Solved([0] * len(load.days), 1))
    answer = yichuang("schedule", "-", "--json", given=raw)
    assert answer.code == 1
    assert answer.problem["code"] == "schedule-wrong"
    monkeypatch.setattr(service, "solve", lambda *_: Solved(None, 10**6))
    assert yichuang("schedule", "-", "--json", given=raw).code == 1


def test_two_rules_side_by_side() -> None:
    """FIFO makes 三 wait for 一 and 二 and late by 8; least slack takes it after 一."""
    found = told(CASES, "--seconds", "0")
    assert set(found["rules"]) == {"least_slack", "fifo"}
    assert found["rules"]["fifo"]["late_days"] == 17 - 9
    assert found["rules"]["least_slack"] == {
        "mean_days": round((6 + 16 + 6) / 3, 2),
        "late_cases": 0,
        "late_days": 0,
        "most_late_days": 0,
        "makespan": 17,
    }
    assert found["rule"] == "least_slack"
    assert found["starts"] == {"一": {"a": 0}, "二": {"a": 8}, "三": {"a": 6, "b": 2}}
    assert {c["id"]: c["waited_days"] for c in found["cases"]} == {"一": 0, "二": 7, "三": 4}
    proved = told(CASES)
    assert proved["rules"]["solver"]["mean_days"] == proved["bound_mean_days"]


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({}, ["/steps"]),
        ({"cases": []}, ["/cases"]),
        ({"cases": [1]}, ["/cases/0"]),
        ({"cases": [{"id": "a", "steps": []}, {"id": "a", "steps": []}]}, ["/cases/1/id"]),
        ({"cases": [{"id": "a", "arrives": -1, "steps": []}]}, ["/cases/0/arrives"]),
        ({"cases": [{"id": "a", "arrives": 9, "due": 8, "steps": []}]}, ["/cases/0/due"]),
        ({"cases": [{"id": "a", "steps": [{"id": "x", "days": 1, "uses": {"q": 1}}]}]}, ["/cases/0/steps/0/uses/q"]),
        ({"cases": [{"id": "a", "steps": []}], "steps": []}, ["/steps"]),
        ({"capacity": {"d": 1}, "steps": [{"id": "x", "days": 1, "uses": {"d": 2}}]}, ["/steps/0/uses/d"]),
        ({"steps": [{"id": "x", "days": 1, "needs": [{"step": "x"}]}]}, ["/steps"]),
    ],
)
def test_wrong_input_is_named(given: Any, pointers: list[str]) -> None:
    assert yichuang("schedule", "-", "--json", given=given).pointers == pointers


@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "601", "many"])
def test_seconds_are_bounded(seconds: str) -> None:
    assert yichuang("schedule", "-", "--json", f"--seconds={seconds}", given=GRAPH).pointers == ["--seconds"]


def test_in_words() -> None:
    assert "共 6 个工作日，下限 6，已是最短" in yichuang("schedule", "-", given=GRAPH).out
    assert "proved shortest" in yichuang("schedule", "-", "--lang", "en", given=GRAPH).out
    zh = yichuang("schedule", "-", "--seconds", "0", given=CASES).out
    assert "● 机动最少者先办" in zh and "○ 先来先办" in zh
    assert "● least slack" in yichuang("schedule", "-", "--seconds", "0", "--lang", "en", given=CASES).out


def test_it_is_a_command() -> None:
    assert main.get_command(None, "schedule") is not None  # type: ignore[arg-type]
