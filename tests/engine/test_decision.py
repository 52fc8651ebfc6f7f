"""From findings to a decision: what applies and why, by which law, and what is missing to say more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.conditions import interpret
from engine.decision import Decision, Reason, conclude
from engine.errors import ConflictError, InputError
from engine.facts import Building, Statement, subject_of
from engine.policy import Alert, ItemLimit, PolicyBook, Service, ServiceItem
from engine.terms import LimitKind, Truth, Value
from tests.engine.law import BOOK, CONDITIONS, ITEMS, LIMITS, SERVICE, VOCABULARY

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
FIRE_LAW = {"instrument": "建设工程消防设计审查验收管理暂行规定", "article": "第十四条"}


def said(*areas: int | None, **project: Value) -> Statement:
    """Workshops of these areas, and facts of the project."""
    halls = [
        Building(f"{i + 1}号", {"use": "workshop", **({} if a is None else {"floor_area_m2": a})})
        for i, a in enumerate(areas)
    ]
    return Statement(project, tuple(halls))


def decide(statement: Statement, book: PolicyBook = BOOK, service: str = SERVICE.id) -> Decision:
    """By the plain interpreter."""
    return conclude(book, statement, interpret(CONDITIONS, subject_of(statement, VOCABULARY)), service)


def with_service(**changes: Any) -> PolicyBook:
    """The small law with another service."""
    return replace(BOOK, services={SERVICE.id: replace(SERVICE, **changes)})


def with_item(item: str, **changes: Any) -> PolicyBook:
    """The small law with one item changed."""
    return replace(BOOK, items={**ITEMS, item: replace(ITEMS[item], **changes)})


FULL = {"archive_scope": True, "completion_accepted": True}


# --- reasons ----------------------------------------------------------------------------------------------------------


def fire(decision: Decision) -> tuple[Truth, tuple[str, ...], Mapping[str, Reason]]:
    """Whether fire acceptance applies, to which buildings, and its reasons by rule."""
    found = decision.item("D07")
    return found.applies, found.buildings, {r.rule: r for r in found.because}


def test_a_yes_names_the_building_that_hits_its_facts_and_its_law() -> None:
    applies, buildings, reasons = fire(decide(said(260000, 100000, **FULL)))
    assert (applies, buildings) == (YES, ("1号",))
    widest = next(iter(reasons.values()))
    assert widest.rule == "special" and widest.says == "符合：特殊建设工程。"
    assert reasons["big_workshop"].says == "符合：厂房大于2500平方米（1号）。"
    assert reasons["big_workshop"].facts == {"buildings": {"1号": {"use": "workshop", "floor_area_m2": 2600}}}
    assert [c.article for c in reasons["big_workshop"].cite] == ["第十四条"]


def test_a_no_says_on_which_facts_it_failed() -> None:
    applies, buildings, reasons = fire(decide(said(250000, **FULL)))
    assert (applies, buildings) == (NO, ())
    assert reasons["special"].says == "不符合：特殊建设工程。"
    assert reasons["special"].facts == {"buildings": {"1号": {"floor_area_m2": 2500}}}
    assert reasons["special"].cite


def test_a_cannot_be_said_names_the_missing_facts() -> None:
    applies, _, reasons = fire(decide(said(None, **FULL)))
    assert applies is UNKNOWN
    assert reasons["special"].says == "无法判断：特殊建设工程，缺少事实：建筑面积。"
    assert reasons["special"].facts == {"buildings": {"1号": {"floor_area_m2": None}}}


def test_without_a_list_of_buildings_that_list_is_what_is_missing() -> None:
    applies, _, reasons = fire(decide(Statement(dict(FULL))))
    assert applies is UNKNOWN and reasons["special"].says == "无法判断：特殊建设工程，缺少单体建筑清单。"
    assert [n.fact for n in decide(Statement(dict(FULL))).needs] == ["buildings"]


def test_one_hit_decides_and_what_is_unknown_elsewhere_no_longer_matters() -> None:
    decision = decide(said(260000, None, **FULL))
    assert fire(decision)[:2] == (YES, ("1号",)) and decision.needs == ()


@pytest.mark.parametrize("areas", [(260000,), (250000,), (None,), (260000, None), ()])
def test_every_item_has_a_reason_and_every_reason_a_rule_and_words(areas: tuple[int | None, ...]) -> None:
    for item in decide(said(*areas)).items:
        assert item.because
        assert all(r.rule and r.says.endswith("。") for r in item.because)


def test_items_that_do_not_apply_are_listed_too() -> None:
    decision = decide(said(100000, archive_scope=False, completion_accepted=True))
    assert [(i.item.id, i.applies) for i in decision.items] == [("D02", YES), ("D07", NO), ("D10", NO)]
    assert [i.item.id for i in decision.applying()] == ["D02"]
    assert decision.applying("result") == ()
    with pytest.raises(KeyError):
        decision.item("D99")


# --- preconditions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("project", "eligible"),
    [({"completion_accepted": True}, YES), ({"completion_accepted": False}, NO), ({}, UNKNOWN)],
)
def test_an_application_may_be_taken_in_where_every_precondition_holds(
    project: dict[str, Value], eligible: Truth
) -> None:
    decision = decide(said(100000, **project))
    assert decision.eligible is eligible
    assert decision.reasons and "已通过竣工验收" in decision.reasons[0].says


def test_a_building_that_did_not_pass_is_named_and_one_that_passed_is_not() -> None:
    halls = (Building("好", {}), Building("坏", {"completion_accepted": False}))
    decision = decide(Statement({"completion_accepted": True}, halls))
    assert decision.eligible is NO
    assert "坏" in str([r.facts for r in decision.reasons]) and "好" not in str([r.facts for r in decision.reasons])


@pytest.mark.parametrize(
    ("statement", "eligible"),
    [(said(100000, archive_scope=False), NO), (said(None, archive_scope=False), UNKNOWN), (said(260000), YES)],
)
def test_where_any_item_will_do_one_that_applies_makes_it_eligible(statement: Statement, eligible: Truth) -> None:
    book = with_service(requires=(), any_item=True, items=(ServiceItem("D07"), ServiceItem("D10")))
    decision = decide(statement, book)
    assert decision.eligible is eligible and decision.reasons
    assert all(("eligible" in n.decides) is (eligible is UNKNOWN) for n in decision.needs)


# --- what is missing --------------------------------------------------------------------------------------------------


def test_what_would_settle_most_is_asked_first_then_by_id() -> None:
    twice = ServiceItem("D10"), ServiceItem("D07"), ServiceItem("D02")
    book = replace(with_item("D02", applies="archive"), services={SERVICE.id: replace(SERVICE, items=twice)})
    needs = decide(said(None, None), book).needs
    assert [(n.fact, n.building, n.decides) for n in needs] == [
        ("archive_scope", None, ("D10", "D02")),
        ("completion_accepted", None, ("eligible",)),
        ("floor_area_m2", "1号", ("D07",)),
        ("floor_area_m2", "2号", ("D07",)),
    ]


def test_nothing_is_asked_that_settles_nothing() -> None:
    assert decide(said(260000, **FULL)).needs == ()


def test_once_everything_asked_for_is_known_everything_is_decided() -> None:
    asked = {(n.fact, n.building) for n in decide(said(None)).needs}
    assert asked >= {("archive_scope", None), ("floor_area_m2", "1号")}
    decision = decide(said(260000, **FULL))
    assert decision.needs == () and UNKNOWN not in {i.applies for i in decision.items}


def test_a_material_and_a_limit_come_with_the_item() -> None:
    found = decide(said(260000, **FULL)).item("D07")
    assert [m.id for m in found.materials] == ["fire-report"]
    assert [(x.id, x.days) for x in found.limits] == [("fire-acceptance", 15)]


def test_what_is_needed_only_under_a_condition_is_left_out_where_that_fails_and_kept_while_it_is_open() -> None:
    book = with_item("D02", materials=tuple(replace(m, when="archive") for m in ITEMS["D10"].materials))
    for archives, there in ((True, 1), (None, 1), (False, 0)):
        project: dict[str, Value] = {} if archives is None else {"archive_scope": archives}
        assert len(decide(said(100000, **project), book).item("D02").materials) == there
    limited = with_item("D02", limits=(ItemLimit("fire-acceptance", "archive"),))
    for archives, there in ((True, 1), (None, 0), (False, 0)):
        project = {} if archives is None else {"archive_scope": archives}
        assert len(decide(said(100000, **project), limited).item("D02").limits) == there


# --- two conclusions, warnings ----------------------------------------------------------------------------------------


def test_two_items_of_which_one_alone_may_apply_stop_the_decision_and_are_named() -> None:
    book = with_service(exclusive=(("D07", "D10"),))
    with pytest.raises(ConflictError) as caught:
        decide(said(260000, **FULL), book)
    for word in ("D07", "D10", "special", "archive"):
        assert word in caught.value.detail
    assert decide(said(250000, **FULL), book).item("D10").applies is YES
    assert decide(said(None, **FULL), book).item("D07").applies is UNKNOWN, "a doubt is no conflict"


def test_two_limits_of_one_kind_on_one_item_stop_the_decision_and_are_named() -> None:
    book = with_item("D07", limits=(ItemLimit("fire-acceptance"), ItemLimit("joint")))
    with pytest.raises(ConflictError, match="fire-acceptance、joint"):
        decide(said(260000, **FULL), book)
    both = with_item("D07", limits=(ItemLimit("fire-acceptance"), ItemLimit("ja-promised")))
    kinds = [x.kind for x in decide(said(260000, **FULL), both).item("D07").limits]
    assert kinds == [LimitKind.STATUTORY, LimitKind.PROMISED]


@pytest.mark.parametrize(("archives", "warned"), [(True, True), (False, False), (None, False)])
def test_a_warning_is_given_where_its_condition_certainly_holds(archives: bool | None, warned: bool) -> None:
    book = with_service(alerts=(Alert("archives", "archive", "请提前整理档案。"),))
    project: dict[str, Value] = {} if archives is None else {"archive_scope": archives}
    assert decide(said(100000, **project), book).warnings == ((("archives", "请提前整理档案。"),) if warned else ())


def test_a_service_that_there_is_not_is_wrong_input_and_says_which_there_are() -> None:
    with pytest.raises(InputError) as caught:
        decide(said(), service="divorce")
    (fault,) = caught.value.errors
    assert fault.pointer == "/service" and SERVICE.id in fault.fix


# --- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("areas", [(260000,), (None, 250050), ()])
def test_the_answer_has_the_contract_s_shape(areas: tuple[int | None, ...]) -> None:
    book = replace(BOOK, calendar_known_on=date(2021, 10, 25))
    found = decide(said(*areas), book).as_json()
    assert json.loads(json.dumps(found)) == found
    assert list(found) == ["service", "on", "policy", "eligible", "reasons", "items", "needs", "warnings"]
    assert found["on"] == "2022-09-01"
    assert found["policy"] == {"version": "test", "digest": "sha256:test", "calendar_known_on": "2021-10-25"}
    for item in found["items"]:
        assert {"id", "title", "applies", "buildings", "department", "kind", "because", "materials", "limits"} <= set(
            item
        )
        assert item["applies"] in ("yes", "no", "unknown")
        for reason in item["because"]:
            assert set(reason) == {"rule", "says", "facts", "cite"}
    for need in found["needs"]:
        assert {"fact", "title", "decides"} <= set(need) <= {"fact", "title", "decides", "building"}


def test_citations_and_limits_are_said_in_full() -> None:
    item = decide(said(260050, **FULL)).item("D07")
    found = next(i for i in decide(said(260050, **FULL)).as_json()["items"] if i["id"] == "D07")
    assert found["kind"] == "licence" and found["department"] == "housing_construction"
    assert found["cite"] == [FIRE_LAW] and found["because"][0]["cite"] == [FIRE_LAW]
    assert found["limits"] == [
        {
            "id": "fire-acceptance",
            "title": "消防验收",
            "kind": "statutory",
            "days": 15,
            "unit": "working",
            "cite": [{"instrument": "某法", "article": "某条"}],
            "local": False,
        }
    ]
    assert found["because"][1]["facts"]["buildings"]["1号"]["floor_area_m2"] == "2600.5"
    assert item.limits[0] == LIMITS["fire-acceptance"]


def test_the_same_statement_is_decided_the_same_in_whatever_order_it_was_said() -> None:
    one = decide(Statement({"archive_scope": True, "completion_accepted": True}, said(260000).buildings)).as_json()
    other = decide(Statement({"completion_accepted": True, "archive_scope": True}, said(260000).buildings)).as_json()
    assert one == other


def test_a_unit_acceptance_looks_at_its_own_buildings_alone() -> None:
    whole = said(260000, 100000, **FULL)
    assert decide(replace(whole, units=("2号",))).item("D07").applies is NO
    assert decide(replace(whole, units=("1号",))).item("D07").buildings == ("1号",)


def test_a_service_of_its_own_has_its_own_items() -> None:
    other = Service("archives-only", "档案", items=(ServiceItem("D10", "opinion"),))
    decision = decide(said(260000, **FULL), replace(BOOK, services={other.id: other}), other.id)
    assert [i.item.id for i in decision.items] == ["D10"] and decision.eligible is YES
