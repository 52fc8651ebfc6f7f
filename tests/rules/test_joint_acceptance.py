"""Joint completion acceptance (竣工联合验收) as decided: who may apply, which items, what is missing, what is warned of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.procedure import Dimension, GuardKind, Party, StepKind
from engine.terms import Firm, LimitKind, Truth
from tests.rules.kit import ON, building, changed, compiled, decided, policy

PARTS = {
    "D01": "precondition",
    "D04": "precondition",
    "D05": "precondition",
    "D11": "result",
    "D12": None,
    **dict.fromkeys(("D02", "D03", "D06", "D07", "D08", "D09", "D10", "D13"), "opinion"),
}
DEPARTMENTS = {
    "D01": "owner",
    "D02": "natural_resources",
    "D03": "natural_resources",
    "D04": "owner",
    "D05": "owner",
    "D06": "housing_construction",
    "D07": "housing_construction",
    "D08": "housing_construction",
    "D09": "civil_defence",
    "D10": "archives",
    "D11": "government_service",
    "D12": "housing_construction",
    "D13": "meteorology",
}
KINDS = {
    "D01": "review",
    "D02": "confirmation",
    "D03": "confirmation",
    "D04": "own_duty",
    "D05": "own_duty",
    "D06": "confirmation",
    "D07": "licence",
    "D08": "filing",
    "D09": "filing",
    "D10": "confirmation",
    "D11": "confirmation",
    "D12": "filing",
    "D13": "licence",
}
UNIT = {"independent_use": True, "separated_from_works": True, "fire_lane_usable": True}


def rules(decision: Any) -> list[str]:
    """The rules of the reasons for being eligible or not."""
    return [r.rule for r in decision.reasons]


def test_a_project_in_order_may_apply() -> None:
    decision = decided(buildings=[building()])
    assert decision.eligible is Truth.YES
    assert decision.needs == ()
    assert decision.warnings == ()
    assert len(decision.reasons) == 7


def test_it_may_apply_although_nobody_has_listed_its_buildings() -> None:
    decision = decided()
    assert decision.eligible is Truth.YES
    assert [(n.fact, n.decides) for n in decision.needs] == [("buildings", ("D07", "D08", "D13"))]


@pytest.mark.parametrize(
    ("fact", "value", "rule"),
    [
        ("survey_done", False, "survey_done"),
        ("fire_inspection_by_owner", False, "fire_inspected"),
        ("completion_accepted", False, "completion_accepted"),
        ("quality_report", False, "quality_report"),
        ("planning_check", "failed", "planning_not_failed"),
    ],
)
def test_each_precondition_stops_it_alone(fact: str, value: Any, rule: str) -> None:
    stated = {fact: value} | ({"completion_accepted_on": None} if fact == "completion_accepted" else {})
    decision = decided(stated, [building()])
    assert decision.eligible is Truth.NO
    assert decision.reasons[0].rule == rule
    assert decision.reasons[0].cite
    unknown = decided({**stated, fact: None}, [building()])
    assert unknown.eligible is Truth.UNKNOWN
    assert (fact, ("eligible",)) in [(n.fact, n.decides) for n in unknown.needs]


def test_a_completion_day_says_that_completion_was_accepted_and_the_buildings_finished() -> None:
    assert decided({"completion_accepted": None}, [building()]).eligible is Truth.YES
    assert decided({"completion_accepted": True, "completion_accepted_on": None}, [building()]).eligible is Truth.YES


def test_a_building_that_is_not_finished_stops_the_acceptance_of_the_whole_works() -> None:
    decision = decided(buildings=[building(), building(name="2号厂房", finished=False)])
    assert decision.eligible is Truth.NO
    assert [r.says for r in decision.reasons] == [
        "不符合：申请验收的工程均已完工。",
        "不符合：工程已完成设计和合同约定的各项内容（2号厂房）。",
    ]


def test_a_building_may_say_otherwise_of_itself() -> None:
    failed = decided(buildings=[building(), building(name="2号厂房", planning_check="failed")])
    assert failed.eligible is Truth.NO
    assert "2号厂房" in failed.reasons[-1].says
    late = building(name="2号厂房", completion_accepted=False)
    assert decided(buildings=[building(), late]).eligible is Truth.NO
    own = building(name="2号厂房", completion_accepted_on="2022-09-02")
    assert decided({"completion_accepted_on": None, "completion_accepted": False}, [own]).eligible is Truth.YES


def test_a_pending_planning_check_is_taken_in_with_a_warning() -> None:
    decision = decided({"planning_check": "pending"}, [building()])
    assert decision.eligible is Truth.YES
    assert [code for code, _ in decision.warnings] == ["planning-pending"]
    anywhere = decided(buildings=[building(), building(name="2号厂房", planning_check="pending")])
    assert [code for code, _ in anywhere.warnings] == ["planning-pending"]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"used_before_acceptance": True}, ["used-before-acceptance"]),
        ({"investment": "government"}, ["catalogue-scope"]),
        ({"category": "public"}, ["catalogue-scope"]),
        ({"category": "warehouse_logistics"}, []),
        ({"category": None, "investment": None}, []),
    ],
)
def test_warnings_are_raised_by_what_is_certain(facts: dict[str, Any], codes: list[str]) -> None:
    assert [code for code, _ in decided(facts, [building()]).warnings] == codes


def test_the_items_play_their_parts() -> None:
    decision = decided(buildings=[building()])
    assert {i.item.id: i.part for i in decision.items} == PARTS
    assert {i.item.id: i.item.department for i in decision.items} == DEPARTMENTS
    assert {i.item.id: i.item.kind.value for i in decision.items} == KINDS
    visited = {i.item.id for i in decision.items if i.item.needs_visit}
    assert visited == {"D02", "D03", "D07", "D09", "D13"}


def test_filing_is_a_result_where_it_is_merged() -> None:
    old = "  - parameter: filing_merged\n    value: false\n"
    files = changed("jianghai/settings.yaml", old, old.replace("false", "true"))
    book = compiled(files).as_of(ON)
    assert decided(buildings=[building()], book=book).item("D12").part == "result"


@pytest.mark.parametrize(("fact", "item"), [("air_defence_basement", "D09"), ("archive_scope", "D10")])
def test_some_items_apply_by_one_fact(fact: str, item: str) -> None:
    for value, truth in ((True, Truth.YES), (False, Truth.NO), (None, Truth.UNKNOWN)):
        decision = decided({fact: value}, [building()])
        assert decision.item(item).applies is truth
        assert decision.item(item).because
    assert (fact, (item,)) in [(n.fact, n.decides) for n in decision.needs]


def test_lightning_protection_is_for_listed_sites() -> None:
    listed = decided(buildings=[building(), building(name="油库", use="flammable_plant_or_store")])
    assert listed.item("D13").applies is Truth.YES
    assert listed.item("D13").buildings == ("油库",)
    assert decided(buildings=[building()]).item("D13").applies is Truth.NO


def test_what_settles_most_is_asked_first_then_by_id() -> None:
    facts = {"flammable_explosive": None, "archive_scope": None, "survey_done": None, "air_defence_basement": None}
    decision = decided(facts, [building(labour_intensive=None)])
    assert [(n.fact, n.building, n.decides) for n in decision.needs] == [
        ("flammable_explosive", None, ("D07", "D08", "D13")),
        ("labour_intensive", "1号厂房", ("D07", "D08")),
        ("air_defence_basement", None, ("D09",)),
        ("archive_scope", None, ("D10",)),
        ("survey_done", None, ("eligible",)),
    ]


def test_a_unit_acceptance_looks_at_its_units_alone() -> None:
    ready = building(name="甲", **UNIT)
    other = building(name="乙", finished=False, completion_accepted=False, use="flammable_plant_or_store")
    decision = decided(buildings=[ready, other], units=["甲"])
    assert decision.eligible is Truth.YES
    assert decision.item("D07").applies is Truth.NO
    assert decision.item("D02").buildings == ("甲",)
    assert decided(buildings=[ready, other]).eligible is Truth.NO


@pytest.mark.parametrize("fact", [*UNIT, "finished"])
def test_each_unit_must_stand_by_itself(fact: str) -> None:
    no = decided(buildings=[building(**{**UNIT, fact: False})], units=["1号厂房"])
    assert no.eligible is Truth.NO
    assert any("1号厂房" in r.says for r in no.reasons)
    facts = {"completion_accepted_on": None, "completion_accepted": None} if fact == "finished" else {}
    unknown = decided(facts, [building(**{**UNIT, fact: None})], units=["1号厂房"])
    assert unknown.eligible is Truth.UNKNOWN
    assert (fact, "1号厂房") in [(n.fact, n.building) for n in unknown.needs]


def test_the_whole_works_need_no_independent_use() -> None:
    assert decided(buildings=[building(independent_use=False)]).eligible is Truth.YES


def test_nobody_may_state_that_it_is_a_unit_acceptance() -> None:
    from engine.errors import InputError

    with pytest.raises(InputError, match="unit_acceptance"):
        decided({"unit_acceptance": True})


def test_only_papers_with_a_source_are_required() -> None:
    for item in policy().as_of(ON).items.values():
        for paper in item.materials:
            assert paper.cite or paper.firm is not Firm.REQUIRED, (item.id, paper.id)


def test_fire_acceptance_has_fifteen_working_days_by_law_and_ten_promised() -> None:
    decision = decided({"flammable_explosive": True}, [building()])
    found = {x.id: (x.kind, x.days, x.unit.value, x.local) for x in decision.item("D07").limits}
    assert found["fire-acceptance"] == (LimitKind.STATUTORY, 15, "working", False)
    assert found["D07-promised"] == (LimitKind.PROMISED, 10, "working", True)


def test_the_cap_of_the_law_is_named_where_the_bundle_holds_a_licence() -> None:
    special, plain = decided({"flammable_explosive": True}, [building()]), decided(buildings=[building()])
    assert [x.id for x in special.item("D11").limits] == ["joint", "ja-promised"]
    assert [x.id for x in plain.item("D11").limits] == ["ja-promised"]


def test_limits_of_items_are_statutory_or_promised_and_duties_of_the_owner_say_so() -> None:
    decision = decided({"air_defence_basement": True}, [building()])
    limits = [x for i in decision.as_json()["items"] for x in i["limits"]]
    assert {x["kind"] for x in limits} == {"statutory", "promised"}
    assert {x["id"] for x in limits if x.get("binds") == "owner"} == {
        "supervision-notice",
        "fire-filing",
        "completion-filing",
        "air-defence-filing",
    }


def test_the_procedure_is_the_one_of_the_design() -> None:
    procedure = policy().procedure("joint-acceptance", ON)
    steps = {s.id: s for s in procedure.steps}
    assert list(steps) == ["intake", "review", "visit", "opinion", "meeting", "issue"]
    assert (procedure.limit, procedure.cap, procedure.lead) == ("ja-promised", "joint", "housing_construction")
    assert list(procedure.faults()) == []
    visit = steps["visit"]
    assert (visit.kind, visit.by, visit.with_) == (StepKind.GATHERING, Party.LEAD, Party.ITEM_DEPARTMENT)
    assert (visit.each, visit.per) == ((Dimension.BUILDING,), (Dimension.ITEM,))
    assert visit.when is not None and (visit.when.kind, visit.when.name) == (GuardKind.ITEM, "needs_visit")
    assert visit.on_fail is not None
    assert (visit.on_fail.answer, visit.on_fail.by, visit.on_fail.within, visit.on_fail.failures) == (
        "rectification",
        Party.OWNER,
        "ja-rectify",
        2,
    )
    meeting = steps["meeting"].when
    assert meeting is not None
    assert (meeting.kind, meeting.name, meeting.verdict) == (GuardKind.ANY_VERDICT, "opinion", "failed")
    assert [n.doc for n in steps["review"].needs] == ["voucher", "item.materials", "item.facts"]
    assert procedure.form("ja-certificate").number.format(year=2022, serial=1) == "江海联验字〔2022〕1号"


def test_the_answer_has_the_shape_of_the_contract() -> None:
    decision = decided({"archive_scope": None, "investment": "government"}, [building(labour_intensive=True)])
    answer = json.loads(json.dumps(decision.as_json(), ensure_ascii=False))
    assert list(answer) == ["service", "on", "policy", "eligible", "reasons", "items", "needs", "warnings"]
    assert answer["service"] == "joint-acceptance"
    assert answer["on"] == "2022-09-16"
    assert list(answer["policy"]) == ["version", "digest", "calendar_known_on"]
    assert answer["policy"]["digest"].startswith("sha256:")
    assert set(answer["reasons"][0]) == {"rule", "says", "facts", "cite"}
    assert set(answer["reasons"][0]["cite"][0]) == {"instrument", "article"}
    item = next(i for i in answer["items"] if i["id"] == "D07")
    assert {"id", "title", "applies", "buildings", "department", "kind", "because", "materials", "limits"} <= set(item)
    assert item["buildings"] == ["1号厂房"]
    assert set(item["because"][0]) == {"rule", "says", "facts", "cite"}
    assert {"id", "title", "firm"} <= set(item["materials"][0])
    assert {"id", "kind", "days", "unit", "cite", "local"} <= set(item["limits"][0])
    assert answer["needs"] == [{"fact": "archive_scope", "title": "属城建档案接收范围", "decides": ["D10"]}]
    assert [set(w) for w in answer["warnings"]] == [{"code", "says"}]
    promised = next(x for x in item["limits"] if x["local"])
    assert promised["cite"] == []
    assert set(promised["assumed"]) == {"says", "example"}
    for each in answer["items"]:
        assert each["applies"] in ("yes", "no", "unknown")
        assert each["because"], each["id"]
