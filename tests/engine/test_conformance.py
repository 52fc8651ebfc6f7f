"""Real cases against a plan: each of GRAPH §5's six findings by logs written by hand and days counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InputError, NotPublishedError
from engine.yardstick import read_yardstick
from tests.engine.happenings import graph, kinds, only_case, replayed

CHAIN = graph(A=(3,), B=(3, "A"), C=(3, "B"))
PASSED = """
1 A 2022-09-05 start
1 A 2022-09-07
1 B 2022-09-07 start
1 B 2022-09-09
1 C 2022-09-09 start
1 C 2022-09-14
"""
"""The twelfth of September 2022 is a rest day (Mid-Autumn): C took the 13th and 14th."""


def test_what_keeps_to_the_plan_has_no_findings() -> None:
    found = replayed(PASSED, CHAIN)
    assert found["cases"][0]["findings"] == []
    assert found["total"]["without_findings"] == found["total"]["cases"] == 1
    assert {"broken_order", "late", "missed_parallel_days", "missing_steps"} <= found["total"].keys()
    assert {"broken_order", "late", "missed_parallel_days", "missing_steps"} <= found["cases"][0].keys()


def test_each_kind_has_its_class() -> None:
    assert replayed(PASSED, CHAIN)["classes"] == {
        "broken_order": "violation",
        "open_assumption": "violation",
        "missing_step": "finding",
        "late": "finding",
        "missed_parallel": "advice",
        "customary_order": "advice",
    }


# --- 1: a needed order broken -----------------------------------------------------------------------------------------


def test_done_before_what_it_needs() -> None:
    case = only_case("1 A 2022-09-07\n1 C 2022-09-08\n1 B 2022-09-09", CHAIN)
    assert case["broken_order"] == 1
    (broken,) = [f for f in case["findings"] if f["kind"] == "broken_order"]
    assert (broken["step"], broken["needs"], broken["how"], broken["class"]) == ("C", "B", "finished", "violation")


def test_begun_before_what_it_needs() -> None:
    case = only_case("1 A 2022-09-05\n1 B 2022-09-02 start\n1 B 2022-09-06\n1 C 2022-09-07", CHAIN)
    assert [(f["step"], f["how"]) for f in case["findings"] if f["kind"] == "broken_order"] == [("B", "began")]


@pytest.mark.parametrize(
    ("a", "b", "broken"),
    [
        ("2022-09-07", "2022-09-07", 0),  # only days: on the same day nothing is told to be first
        ("2022-09-07T15:00", "2022-09-07", 0),
        ("2022-09-07", "2022-09-07T09:00", 0),
        ("2022-09-07T15:00", "2022-09-07T09:00", 1),
        ("2022-09-07T09:00", "2022-09-07T15:00", 0),
        ("2022-09-08", "2022-09-07T23:59", 1),
    ],
)
def test_the_same_day_is_in_order_unless_instants_tell(a: str, b: str, broken: int) -> None:
    assert only_case(f"1 A {a}\n1 B {b}\n1 C 2022-09-09", CHAIN)["broken_order"] == broken


def test_order_holds_through_a_step_that_the_log_does_not_have() -> None:
    case = only_case("1 C 2022-09-07\n1 A 2022-09-09", CHAIN)
    assert [(f["step"], f["needs"]) for f in case["findings"] if f["kind"] == "broken_order"] == [("C", "A")]


# --- 2: legal effect on an open assumption ----------------------------------------------------------------------------

ASSUMING: dict[str, Any] = {
    "steps": [
        {"id": "land", "days": 10, "waits_for": [], "stands_on": [], "legal_effect": True},
        {"id": "review", "days": 5, "waits_for": [], "stands_on": ["contract"], "legal_effect": False},
        {"id": "permit", "days": 5, "waits_for": ["review", "land"], "stands_on": [], "legal_effect": True},
    ],
    "assumptions": [{"id": "contract", "document": "出让合同", "discharged_by": "land"}],
}


def test_what_binds_before_the_assumption_is_discharged() -> None:
    case = only_case("1 review 2022-09-02\n1 permit 2022-09-07\n1 land 2022-09-09", ASSUMING)
    (found,) = [f for f in case["findings"] if f["kind"] == "open_assumption"]
    assert (found["step"], found["assumption"], found["discharged_by"]) == ("permit", "contract", "land")
    assert (case["open_assumptions"], case["broken_order"]) == (1, 1)


def test_what_binds_though_the_assumption_never_is() -> None:
    case = only_case("1 review 2022-09-02\n1 permit 2022-09-07", ASSUMING)
    assert case["open_assumptions"] == 1
    assert ("missing_step", "land") in kinds(case)


def test_reviewing_on_an_assumption_is_what_it_is_for() -> None:
    case = only_case("1 review 2022-09-02\n1 land 2022-09-07\n1 permit 2022-09-09", ASSUMING)
    assert (case["open_assumptions"], case["broken_order"]) == (0, 0)


def test_a_review_on_an_assumption_must_be_turned_formal_and_another_need_not() -> None:
    converted = {"id": "review.convert", "days": 1, "waits_for": ["review", "land"], "legal_effect": True}
    permit = {"id": "permit", "days": 5, "waits_for": ["review.convert"], "legal_effect": True}
    plan = {**ASSUMING, "steps": [*ASSUMING["steps"][:2], converted, permit]}
    early = only_case("1 review 2022-09-02\n1 land 2022-09-07\n1 permit 2022-09-09", plan)
    assert kinds(early) == [("missing_step", "review.convert")]
    late = only_case("1 land 2022-09-02\n1 review 2022-09-07\n1 permit 2022-09-09", plan)
    assert late["missing_steps"] == 0
    assert only_case("1 permit 2022-09-06\n1 review 2022-09-07", plan)["broken_order"] == 1  # through the conversion


# --- 3: a step missing ------------------------------------------------------------------------------------------------


def test_a_step_left_out_and_one_not_come_to_yet() -> None:
    skipped = only_case("1 A 2022-09-07\n1 C 2022-09-09", CHAIN)
    assert [(f["step"], f["passed"]) for f in skipped["findings"] if f["kind"] == "missing_step"] == [("B", True)]
    assert (skipped["missing_steps"], skipped["skipped_steps"]) == (1, 1)
    running = replayed("1 A 2022-09-07\n1 B 2022-09-09", CHAIN)
    assert [(f["step"], f["passed"]) for f in running["cases"][0]["findings"]] == [("C", False)]
    assert running["total"]["without_findings"] == 1


def test_only_what_applies_for_certain_can_be_missing() -> None:
    unsure = {"id": "B", "days": 3, "waits_for": ["A"], "applies": "unknown"}
    plan = {"steps": [{"id": "A", "days": 3, "waits_for": []}, unsure, {"id": "C", "days": 3, "waits_for": ["B"]}]}
    assert only_case("1 A 2022-09-07\n1 C 2022-09-09", plan)["missing_steps"] == 0


# --- the plan as it is handed in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "pointer"),
    [
        (None, "/steps"),
        ({"steps": []}, "/steps"),
        ({"readings": {}}, "/readings"),
        ({"steps": [{"id": "A", "waits_for": ["X"]}]}, "/steps/0/waits_for/0"),
        ({"steps": [{"id": "A", "waits_for": "X"}]}, "/steps/0/waits_for"),
        ({"steps": [{"id": "A", "waits_for": [], "days": -1}]}, "/steps/0/days"),
        ({"steps": [{"id": "A", "waits_for": [], "days": 1, "unit": "week"}]}, "/steps/0/unit"),
        ({"steps": [{"id": "A", "waits_for": []}, {"id": "A", "waits_for": []}]}, "/steps/1/id"),
        ({"steps": [{"id": "A", "waits_for": ["B"]}, {"id": "B", "waits_for": ["A"]}]}, "/steps"),
        ({"steps": [{"id": "A", "waits_for": []}], "dropped": [{"from": "Q", "to": "A", "firm": "customary"}]}, "/dropped/0/from"),
        ({"steps": [{"id": "A", "waits_for": []}], "assumptions": [{"id": "d", "discharged_by": "Q"}]}, "/assumptions/0/discharged_by"),
        ({"steps": [{"id": "A", "days": 1, "needs": [{"step": "X"}]}]}, "/steps/0/needs/0/step"),
        ({"steps": ["A", {"id": "B", "waits_for": []}]}, "/steps/0"),
    ],
)  # fmt: skip
def test_a_faulty_plan_is_named_where_it_is_wrong(plan: object, pointer: str) -> None:
    with pytest.raises(InputError) as raised:
        read_yardstick(plan)
    assert pointer in [f.pointer for f in raised.value.errors]


def test_a_cycle_is_told_by_its_steps() -> None:
    with pytest.raises(InputError, match=r"A → B → A|B → A → B"):
        read_yardstick({"steps": [{"id": "A", "waits_for": ["B"]}, {"id": "B", "waits_for": ["A"]}]})


def test_a_year_without_a_calendar_is_named() -> None:
    with pytest.raises(NotPublishedError, match="2009"):
        replayed("1 A 2009-09-07", CHAIN)
    assert only_case("1 A 2009-09-07", CHAIN, calendar=None)["missing_steps"] == 2


def test_activities_are_told_by_id_title_or_an_id_at_the_beginning() -> None:
    yard = read_yardstick({"steps": [{"id": "B01", "title": "设计方案联合审查", "waits_for": []}]})
    for name in ("B01", "b01", "设计方案联合审查", "B01 设计方案", "B01-审查", " B01 "):
        assert yard.name_of(name) == "B01"
    assert yard.name_of("B011") == "B011"
    assert yard.name_of("别的") == "别的"
