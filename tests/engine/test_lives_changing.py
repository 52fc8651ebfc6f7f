"""Lives in which something changes on the way: a fact, a drawing, an opinion, the clock, the owner's mind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from engine import commands, issuing, orders
from engine.clock import Lamp
from engine.deadlines import clocks
from engine.dossier import FACT, About, Standing
from engine.errors import InputError
from engine.events import EventKind
from engine.terms import Truth
from tests.engine.law import CALENDAR, LAW, OWNER, Life, taken_in
from tests.engine.lives import (
    FAIL,
    HALL,
    OFFICE,
    PASS,
    agreed,
    certificate,
    issue,
    not_pass,
    refused,
    reviewed,
    reviewer,
    see,
    seen,
)

ITEMS = ("D02", "D07", "D10")


def small() -> Life:
    """A case of a hall of 2,400 m², which needs no fire acceptance."""
    life = taken_in()
    life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}})
    return life


def applying(life: Life) -> set[str]:
    """The items that apply."""
    return {i.id for i in life.state.items if i.applies is Truth.YES}


# --- facts corrected --------------------------------------------------------------------------------------------------


def test_a_corrected_area_opens_fire_acceptance_and_its_tasks() -> None:
    life = small()
    assert applying(life) == {"D02", "D10"} and "review:D07" not in life.states()
    life.day(date(2022, 9, 20))
    life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}})
    assert applying(life) == {"D02", "D07", "D10"}
    assert life.states()["review:D07"] == "open"
    fire = next(i for i in life.state.items if i.id == "D07")
    assert fire.since == "2022-09-20" and fire.buildings == (HALL,)


def test_an_item_that_no_longer_applies_loses_its_findings_and_opinions_and_nothing_else_does() -> None:
    life = agreed()
    life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}})
    made = [v for v in life.state.dossier.versions.values() if v.verdict is not None]
    assert {v.about.item for v in made if v.standing is Standing.VOID} == {"D07"}
    assert all(v.standing is Standing.VOID for v in made if v.about.item == "D07")
    assert "opinion:D07" not in life.states()
    assert life.states()["opinion:D10"] == "done"


def test_an_item_that_comes_back_is_reviewed_anew() -> None:
    life = agreed()
    life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}})
    life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}})
    assert life.states()["review:D07"] == "open" and life.states()["opinion:D07"] == "blocked"
    assert life.states()[f"visit:{HALL}"] == "open" and life.task(f"visit:{HALL}").items == ("D07",)
    assert life.states()["opinion:D10"] == "done"
    refused(life, lambda: issue(life))


def test_a_fact_corrected_on_the_same_side_of_the_threshold_asks_its_readers_alone_to_look_again() -> None:
    life = agreed()
    life.facts({HALL: {"floor_area_m2": 270000}, OFFICE: {}})
    assert applying(life) == set(ITEMS)
    states = life.states()
    assert states["review:D07"] == "stale" and states["opinion:D07"] == "blocked"
    assert states["review:D02"] == states["opinion:D02"] == states["opinion:D10"] == "done"


def test_a_fact_stated_again_as_it_was_changes_nothing() -> None:
    life = agreed()
    before = life.states()
    life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}}, archive_scope=True)
    assert life.events[-1].docs == () and life.states() == before


def test_a_fact_taken_back_leaves_the_item_undecided_and_stops_the_issue() -> None:
    life = agreed()
    life.facts(archive_scope=None)
    assert "建设工程档案验收是否适用尚无法判断" in life.task("issue").blocked_by
    refused(life, lambda: issue(life))


def test_a_precondition_that_turns_out_false_leaves_only_the_refusal() -> None:
    life = agreed()
    life.facts(completion_accepted=False)
    assert life.state.eligible is Truth.NO
    refused(life, lambda: life.do(issuing.issue, "issue", certificate(life)))
    not_pass(life)
    assert life.state.ending is not None and "前提条件" in life.state.ending.says


# --- papers replaced --------------------------------------------------------------------------------------------------


def test_new_drawings_undo_the_review_that_read_them_and_no_visit_and_no_other_item() -> None:
    life = agreed()
    life.file("fire-report", drawings=4)
    states = life.states()
    assert states["review:D07"] == "stale" and states["opinion:D07"] == "blocked"
    assert states["intake"] == states[f"visit:{HALL}"] == states[f"visit:{OFFICE}"] == "done"
    assert states["review:D02"] == states["opinion:D02"] == states["opinion:D10"] == "done"
    refused(life, lambda: issue(life))


def test_the_same_paper_filed_again_undoes_nothing() -> None:
    life = agreed()
    life.file("fire-report", drawings=3)
    assert life.states()["review:D07"] == "done" and life.states()["issue"] == "open"


def stale_opinion() -> Life:
    """An opinion that rests on a review which has since said something else."""
    life = agreed()
    life.file("fire-report", drawings=4)
    again = orders.Opinion(PASS, "已按新图复核")
    life.do(orders.give, "review:D07", again, actor=reviewer("D07"))
    assert life.states()["opinion:D07"] == "stale"
    return life


def test_a_stale_opinion_stops_the_issue_until_its_department_signs_it_unaffected() -> None:
    life = stale_opinion()
    refused(life, lambda: issue(life), "出具意见·D07")
    with pytest.raises(InputError, match="理由"):
        life.do(orders.sign_unaffected, "opinion:D07", "  ", actor=reviewer("D07"))
    life.do(orders.sign_unaffected, "opinion:D07", "仅图签更正", actor=reviewer("D07"))
    signed = life.state.dossier.current("opinion", About("D07", case="c1"))
    assert signed is not None and signed.unaffected == "仅图签更正" and signed.round == 1
    issue(life)
    assert life.state.certificate is not None


def test_a_stale_opinion_may_be_given_again_in_the_same_round() -> None:
    life = stale_opinion()
    life.give("opinion", "D07", FAIL)
    given = life.state.dossier.current("opinion", About("D07", case="c1"))
    assert given is not None and given.round == 1 and life.states()["opinion:D07"] == "waiting"


def test_an_opinion_withdrawn_before_the_issue_stops_it_and_is_given_anew() -> None:
    life = agreed()
    life.do(orders.withdraw_opinion, "opinion:D02", "误签", actor=reviewer("D02"))
    assert life.states()["opinion:D02"] == "open"
    refused(life, lambda: issue(life), "D02")
    life.give("opinion", "D02")
    issue(life)


# --- clock ------------------------------------------------------------------------------------------------------------


def test_a_stopped_clock_blocks_the_issue_and_nothing_is_given_until_it_goes_on() -> None:
    life = seen(taken_in())
    life.do(orders.stop_clock, "opinion:D07", "testing", True, "送检")
    assert life.states()["opinion:D07"] == "stopped"
    refused(life, lambda: life.give("opinion", "D07"), "停表")
    assert any("停表" in w for w in life.task("issue").blocked_by)
    life.day(date(2022, 9, 21))
    life.do(orders.resume_clock, "opinion:D07")
    (stop,) = life.state.stops
    assert (stop.item, stop.start, stop.end) == ("D07", date(2022, 9, 16), date(2022, 9, 21))
    life.give("opinion", "D07")


def test_a_clock_stops_for_listed_reasons_alone() -> None:
    life = seen(taken_in())
    with pytest.raises(InputError, match="停表事由"):
        life.do(orders.stop_clock, "opinion:D07", "holiday", True, "")


def test_a_limit_is_extended_once_and_moves_by_its_days() -> None:
    life = taken_in()

    def due() -> date | None:
        found = clocks(life.state, LAW, CALENDAR, date(2022, 9, 19))
        return next(c.due for c in found if c.key == "case:joint")

    before = due()
    life.add(*commands.extend(life.desk(), 5, "government_head", "案情复杂"))
    after = due()
    assert before is not None and after is not None and (after - before).days >= 5
    refused(life, lambda: commands.extend(life.desk(), 5, "government_head", "再延"), "延长过一次")
    life.add(*commands.extend(life.desk(), 5, "agency_head", "消防", "D07"))
    for days, by, item in ((0, "agency_head", ""), (3, "nobody", ""), (3, "agency_head", "D99")):
        with pytest.raises(InputError):
            commands.extend(life.desk(), days, by, "", item)


def test_a_case_that_is_not_taken_in_has_nothing_to_extend_and_one_clock() -> None:
    life = Life()
    life.facts({HALL: {}})
    life.open()
    refused(life, lambda: commands.extend(life.desk(), 5, "agency_head", ""), "尚未受理")
    (clock,) = clocks(life.state, LAW, CALENDAR, date(2022, 9, 19))
    assert (clock.key, clock.due, clock.lamp) == ("intake", date(2022, 9, 23), Lamp.GREEN)


# --- endings ----------------------------------------------------------------------------------------------------------


def _applied() -> Life:
    life = Life()
    life.facts({HALL: {}})
    life.open()
    return life


def _waiting_for_an_answer() -> Life:
    life = reviewed(taken_in())
    see(life, HALL, D07=FAIL)
    see(life, OFFICE)
    return life


def _issued() -> Life:
    life = agreed()
    issue(life)
    return life


def _withdrawn() -> Life:
    life = taken_in()
    life.add(*commands.withdraw(life.desk(OWNER), "暂不验收"))
    return life


OPEN_CASES: list[Callable[[], Life]] = [_applied, taken_in, _waiting_for_an_answer, stale_opinion, agreed]


@pytest.mark.parametrize("make", OPEN_CASES, ids=lambda f: f.__name__)
def test_the_owner_withdraws_at_any_time_before_the_case_is_decided(make: Callable[[], Life]) -> None:
    life = make()
    life.add(*commands.withdraw(life.desk(OWNER), "暂不验收"))
    assert life.state.ending is not None and life.state.ending.kind is EventKind.CASE_WITHDRAWN
    assert life.state.certificate is None


@pytest.mark.parametrize("make", [_issued, _withdrawn], ids=lambda f: f.__name__)
def test_nothing_is_ordered_of_a_case_that_has_ended(make: Callable[[], Life]) -> None:
    life = make()
    refused(life, lambda: commands.withdraw(life.desk(OWNER), ""), "办结")
    refused(life, lambda: commands.extend(life.desk(), 1, "agency_head", ""), "办结")
    refused(life, lambda: commands.answer(life.desk(OWNER), "", {}, ()), "办结")
    refused(life, lambda: life.give("opinion", "D07"))
    refused(life, lambda: life.do(orders.withdraw_opinion, "opinion:D07", ""), "办结")
    refused(life, lambda: issue(life))


def test_what_is_filed_after_the_end_does_not_touch_the_case() -> None:
    life = _issued()
    before = life.states()
    life.file("fire-report", drawings=9)
    life.facts({HALL: {"floor_area_m2": 100000}, OFFICE: {}})
    assert life.states() == before and life.state.certificate is not None
    seen_by_case = life.state.dossier.current(FACT + "floor_area_m2", About(building=HALL))
    assert seen_by_case is not None and seen_by_case.fields["value"] == 260000


def test_a_certificate_is_withdrawn_once_with_reasons_and_stays_on_record() -> None:
    life = _issued()
    life.add(*commands.withdraw_certificate(life.desk(), "以欺骗手段取得"))
    assert life.state.certificate_withdrawn is not None
    assert life.state.certificate_withdrawn["says"] == "以欺骗手段取得"
    assert life.state.certificate is not None
    assert life.state.certificate_withdrawn["number"] == life.state.certificate["number"]
    refused(life, lambda: commands.withdraw_certificate(life.desk(), "再撤"), "没有有效的证书")
    refused(_withdrawn(), lambda: commands.withdraw_certificate(_withdrawn().desk(), ""), "没有有效的证书")


@pytest.mark.parametrize("make", OPEN_CASES[1:4], ids=lambda f: f.__name__)
def test_no_certificate_while_anything_is_open(make: Callable[[], Life]) -> None:
    life = make()
    assert life.task("issue").blocked_by
    refused(life, lambda: life.do(issuing.issue, "issue", certificate(life)))
    refused(life, lambda: not_pass(life))
