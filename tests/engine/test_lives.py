"""Whole lives of a case in memory, from the application to its end."""

from __future__ import annotations

from datetime import date

import pytest

from engine import commands, intake, issuing, orders
from engine.dossier import About, Verdict
from engine.errors import InputError
from engine.events import EventKind
from engine.terms import Truth
from tests.engine.law import LEAD, OWNER, PROCEDURE, Life, taken_in
from tests.engine.lives import (
    FAIL,
    HALL,
    OFFICE,
    PASS,
    agreed,
    certificate,
    issue,
    meet,
    not_pass,
    refused,
    reviewed,
    reviewer,
    see,
    seen,
)

ITEMS = ("D02", "D07", "D10")


def kinds(life: Life) -> list[EventKind]:
    """What happened, in order."""
    return [e.kind for e in life.events]


def last(life: Life, kind: EventKind) -> dict[str, object]:
    """The particulars of the last event of a kind."""
    return dict(next(e for e in reversed(life.events) if e.kind is kind).data)


def applied(**facts: object) -> Life:
    """An application with both buildings listed and nothing else filed."""
    life = Life()
    life.facts({HALL: {"use": "workshop"}, OFFICE: {"use": "office", "floor_area_m2": 50000}}, **facts)
    life.open()
    return life


def answered(life: Life) -> None:
    """The owner answers the list that is out."""
    life.add(*commands.answer(life.desk(OWNER), "已整改完毕", {}, ()))


# --- from the application to the certificate --------------------------------------------------------------------------


def test_where_every_department_says_yes_one_certificate_comes_out() -> None:
    life = taken_in()
    assert life.states()["review:D07"] == "open" and life.states()["opinion:D07"] == "blocked"
    agreed(life)
    assert life.states()["issue"] == "open"
    issue(life)
    assert life.state.ending is not None and life.state.ending.kind is EventKind.ISSUED
    assert life.state.certificate is not None and life.state.certificate["number"] == "江海联验〔2022〕0001号"


def test_departments_work_side_by_side_and_each_opinion_waits_only_for_its_own_papers() -> None:
    life = taken_in()
    life.give("review", "D10")
    assert life.states()["opinion:D10"] == "open"
    assert life.states()["opinion:D02"] == "blocked"


def test_what_may_follow_before_issue_blocks_the_issue_alone() -> None:
    life = seen(taken_in())
    for item in ITEMS:
        life.give("opinion", item)
    assert life.task("issue").blocked_by == ("材料“档案目录”",)
    refused(life, lambda: issue(life), "档案目录")
    life.file("archive-list", rolls=3)
    assert life.states()["issue"] == "open"


# --- intake -----------------------------------------------------------------------------------------------------------


def test_the_one_notice_names_every_missing_paper_and_fact() -> None:
    life = applied()
    life.do(intake.ask_once, "intake")
    asked = life.state.asked
    assert asked is not None
    assert asked.materials == (("fire-report", "消防竣工图纸"),)
    assert {(f, b) for f, b, _ in asked.facts} >= {("archive_scope", ""), ("floor_area_m2", HALL)}
    refused(life, lambda: life.do(intake.ask_once, "intake"))


def test_once_everything_asked_for_is_there_the_case_is_taken_in_by_itself_and_not_before() -> None:
    life = applied()
    life.do(intake.ask_once, "intake")
    life.day(date(2022, 9, 20))
    life.facts({HALL: {"floor_area_m2": 260000}}, archive_scope=True, completion_accepted=True)
    assert life.state.accepted_on is None
    life.facts({HALL: {}, OFFICE: {}})
    life.file("fire-report", drawings=3)
    assert kinds(life)[-3:] == [EventKind.CORRECTIONS_SUPPLIED, EventKind.TAKEN_IN, EventKind.ITEMS_DETERMINED]
    assert life.state.accepted_on == date(2022, 9, 20) and not life.state.deemed
    assert life.state.law == "sha256:test"


def test_what_was_asked_for_may_come_with_a_fact_that_calls_for_a_refusal_and_nothing_is_asked_again() -> None:
    life = applied(archive_scope=True)
    life.do(intake.ask_once, "intake")
    life.file("fire-report", drawings=3)
    life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}}, completion_accepted=False)
    assert kinds(life)[-1] is EventKind.CORRECTIONS_SUPPLIED
    assert life.state.accepted_on is None and life.states()["intake"] == "open"
    refused(life, lambda: life.do(intake.ask_once, "intake"), "只能告知一次")
    life.do(intake.refuse, "intake", "未通过竣工验收")


def test_an_application_that_lacks_nothing_is_neither_asked_nor_refused() -> None:
    life = applied(archive_scope=False, completion_accepted=True)
    life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}})
    refused(life, lambda: life.do(intake.ask_once, "intake"), "齐全")
    refused(life, lambda: life.do(intake.refuse, "intake", ""), "应当受理")
    life.do(intake.accept, "intake")
    assert {i.id for i in life.state.items if i.applies is Truth.YES} == {"D02"}


def test_what_can_be_mended_is_asked_for_before_it_is_refused() -> None:
    life = applied()
    refused(life, lambda: life.do(intake.refuse, "intake", ""), "一次告知")
    refused(life, lambda: life.do(intake.accept, "intake"), "一次告知补正", "消防竣工图纸")
    life.do(intake.ask_once, "intake")
    life.do(intake.refuse, "intake", "逾期未补正")
    reasons = last(life, EventKind.INTAKE_REFUSED)
    assert "消防竣工图纸" in str(reasons["reasons"]) and len(list(reasons["remedies"])) == 2  # type: ignore[call-overload]


def test_a_refusal_names_the_failed_precondition_and_the_remedies() -> None:
    life = applied(completion_accepted=False)
    refused(life, lambda: life.do(intake.accept, "intake"), "不予受理")
    life.do(intake.refuse, "intake", "未通过竣工验收")
    data = last(life, EventKind.INTAKE_REFUSED)
    assert "已通过竣工验收" in str(data["reasons"])
    assert "行政复议" in str(data["remedies"]) and "行政诉讼" in str(data["remedies"])
    assert life.states() == {"intake": "refused"}


def test_silence_for_five_working_days_takes_the_case_in_from_the_day_of_receipt() -> None:
    life = applied(completion_accepted=True, archive_scope=True)
    life.tick(date(2022, 9, 23))
    assert life.state.accepted_on is None
    life.tick(date(2022, 9, 28))
    assert life.state.deemed and life.state.accepted_on == date(2022, 9, 16)
    assert last(life, EventKind.TAKEN_IN)["legal_instant"] == "2022-09-23T16:00:00.000000+00:00"


def test_after_a_deemed_acceptance_what_is_missing_blocks_the_issue_and_no_review() -> None:
    life = applied(completion_accepted=True, archive_scope=True)
    life.tick(date(2022, 9, 28))
    assert life.states()["review:D02"] == life.states()["review:D10"] == "open"
    assert "特殊建设工程消防验收是否适用尚无法判断" in life.task("issue").blocked_by
    life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}})
    assert life.states()["review:D07"] == "open"
    assert "材料“消防竣工图纸”" in life.task("issue").blocked_by


# --- failure, rectification, meeting ----------------------------------------------------------------------------------


def one_failed() -> Life:
    """Seen everywhere; the fire department failed the hall."""
    life = reviewed(taken_in())
    see(life, HALL, D07=FAIL)
    see(life, OFFICE)
    return life


def test_a_list_goes_out_once_everything_has_been_seen() -> None:
    life = reviewed(taken_in())
    see(life, HALL, D07=FAIL)
    refused(life, lambda: answered(life), "没有等待整改的清单")
    see(life, OFFICE)
    assert last(life, EventKind.HELD)["asks"] == "visit"
    (out,) = life.state.reading(PROCEDURE).answerable()
    assert [f.about.item for f in out.findings] == ["D07"]


def test_after_the_answer_only_what_failed_is_seen_again() -> None:
    life = one_failed()
    assert life.states()["opinion:D07"] == "blocked" and life.states()["opinion:D02"] == "open"
    answered(life)
    assert life.task(f"visit:{HALL}").items == ("D07",)
    assert life.states()[f"visit:{OFFICE}"] == "done"
    see(life, HALL)
    assert life.states()["opinion:D07"] == "open"
    found = life.state.dossier.history("site_finding", About("D07", HALL, case="c1"))
    assert [(v.round, v.verdict) for v in found] == [(1, FAIL), (2, PASS)]
    life.file("archive-list", rolls=1)
    for item in ITEMS:
        life.give("opinion", item)
    issue(life)


def test_a_list_that_is_out_can_be_answered_although_a_new_building_is_yet_to_be_seen() -> None:
    life = one_failed()
    life.facts({HALL: {}, OFFICE: {}, "门卫室": {"use": "office", "floor_area_m2": 3000}})
    assert life.states()["visit:门卫室"] == "open"
    answered(life)
    assert life.task(f"visit:{HALL}").items == ("D07",)


def test_a_second_failure_is_final_and_the_opinion_cannot_pass() -> None:
    life = one_failed()
    answered(life)
    see(life, HALL, D07=FAIL)
    assert life.states()[f"visit:{HALL}"] == "failed"
    refused(life, lambda: answered(life))
    refused(life, lambda: life.give("opinion", "D07"), HALL, "不能出具合格意见")
    life.give("opinion", "D07", FAIL)
    assert life.states()["meeting"] == "blocked"


def test_where_opinions_differ_the_meeting_gives_the_failed_one_another_round() -> None:
    life = seen(taken_in())
    life.file("archive-list", rolls=1)
    for item, verdict in (("D02", PASS), ("D07", FAIL), ("D10", PASS)):
        life.give("opinion", item, verdict)
    assert life.states()["issue"] == "blocked" and life.states()["meeting"] == "open"
    life.do(orders.call, "meeting", date(2022, 9, 19), "会议室", actor=LEAD)
    assert last(life, EventKind.CALLED)["departments"] == ["archives", "housing_construction", "natural_resources"]
    with pytest.raises(InputError, match="须到会"):
        life.do(orders.hold, "meeting", ["archives"], {}, "纪要", actor=LEAD)
    life.do(orders.hold, "meeting", ["housing_construction"], {}, "整改后复核", actor=LEAD)
    assert life.states()["opinion:D07"] == "open" and life.states()["opinion:D02"] == "done"
    life.give("opinion", "D07")
    issue(life)
    assert life.state.certificate is not None


def test_an_opinion_that_fails_twice_ends_in_a_refusal_with_reasons_and_remedies() -> None:
    life = agreed()
    life.do(orders.withdraw_opinion, "opinion:D07", "漏看一处", actor=reviewer("D07"))
    life.give("opinion", "D07", FAIL)
    meet(life)
    life.give("opinion", "D07", FAIL)
    assert life.states()["opinion:D07"] == "failed"
    refused(life, lambda: life.do(issuing.issue, "issue", certificate(life)), "不予通过")
    not_pass(life)
    data = last(life, EventKind.NOT_PASSED)
    assert "有问题（某条）" in str(data["content"]) and "行政复议" in str(data["remedies"])
    assert life.state.certificate is None and life.states()["issue"] == "refused"


def test_where_everything_passed_the_refusal_cannot_issue() -> None:
    life = agreed()
    refused(life, lambda: not_pass(life), "应当出具证书")


def test_a_list_not_answered_by_its_day_ends_the_case_and_says_what_may_be_kept() -> None:
    life = one_failed()
    life.tick(date(2022, 9, 21))
    assert EventKind.ANSWER_LAPSED not in kinds(life)
    life.tick(date(2022, 9, 22))
    ending = life.state.ending
    assert ending is not None and ending.kind is EventKind.ANSWER_LAPSED
    kept = {(k["item"], k["building"]) for k in ending.data["kept"]}
    assert {("D02", HALL), ("D02", OFFICE), ("D07", "")} <= kept and ("D07", HALL) not in kept
    assert ending.data["kept_says"] == "已合格的事项在工程未变动时继续有效"
    refused(life, lambda: answered(life), "办结")


# --- opinions ---------------------------------------------------------------------------------------------------------


def test_a_failing_opinion_states_its_finding_and_its_article() -> None:
    life = seen(taken_in())
    bare = orders.Opinion(Verdict.FAIL)
    with pytest.raises(InputError) as caught:
        life.do(orders.give, "opinion:D07", bare, actor=reviewer("D07"))
    assert [f.pointer for f in caught.value.errors] == ["/finding", "/article"]


def test_not_applicable_is_about_a_building_to_which_the_item_does_not_apply() -> None:
    life = seen(taken_in())
    life.do(orders.give, "opinion:D07", orders.Opinion(Verdict.NOT_APPLICABLE, "办公", building=OFFICE))
    assert last(life, EventKind.GIVEN)["says"] == f"不适用于{OFFICE}"
    assert life.states()["opinion:D07"] == "open"


def test_not_applicable_for_an_item_that_applies_is_refused_and_names_the_fact_to_correct() -> None:
    life = seen(taken_in())
    opinion = orders.Opinion(Verdict.NOT_APPLICABLE, "不适用", building=HALL)
    refused(life, lambda: life.do(orders.give, "opinion:D07", opinion), "建筑面积", "请更正")
    for building in ("", "无此楼"):
        with pytest.raises(InputError):
            life.do(orders.give, "opinion:D07", orders.Opinion(Verdict.NOT_APPLICABLE, "不适用", building=building))
