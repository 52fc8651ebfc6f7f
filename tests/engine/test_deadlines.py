"""A case's clocks, and what time brings by itself: once, with its legal instant, whenever somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import commands, intake, orders
from engine.case_clock import CaseClock
from engine.clock import Lamp
from engine.deadlines import clocks, due_events, union, wakeups
from engine.errors import RefusedError
from engine.events import SYSTEM, EventKind, end_of, stamp
from engine.terms import Unit
from engine.workdays import last_day
from tests.engine.law import CALENDAR, LAW, OWNER, Life, decide, taken_in
from tests.engine.lives import FAIL, HALL, OFFICE, agreed, issue, reviewed, see, seen

RECEIVED = date(2022, 9, 16)


def clock(life: Life, key: str, on: date) -> CaseClock:
    """The clock of that key as it stands on a day."""
    return next(c for c in clocks(life.state, LAW, CALENDAR, on) if c.key == key)


def after(days: int, start: date = RECEIVED) -> date:
    """The last day of so many working days."""
    return last_day(CALENDAR, start, days, Unit.WORKING)


def one_failed() -> Life:
    """The list is out since the day of acceptance."""
    life = reviewed(taken_in())
    see(life, HALL, D07=FAIL)
    see(life, OFFICE)
    return life


def applied() -> Life:
    """An application that lacks its drawings."""
    life = Life()
    life.facts(
        {HALL: {"use": "workshop", "floor_area_m2": 260000}, OFFICE: {"use": "office", "floor_area_m2": 50000}},
        archive_scope=True,
        completion_accepted=True,
    )
    life.open()
    return life


def brought(life: Life) -> list[tuple[str, Any, Any]]:
    """What time has brought: kind, key and legal instant of each entry that the system made."""
    return [
        (e.kind.value, e.data.get("key"), e.data["legal_instant"]) for e in life.events if "legal_instant" in e.data
    ]


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_a_case_has_its_bundle_s_clocks_and_one_for_each_limit_of_an_item_that_applies() -> None:
    life = taken_in()
    found = {c.key: c for c in clocks(life.state, LAW, CALENDAR, RECEIVED)}
    assert set(found) == {"case:joint", "case:ja-promised", "D07:fire-acceptance"}
    assert found["case:joint"].due == after(45)
    assert found["case:ja-promised"].due == after(9) == date(2022, 9, 29)
    assert found["D07:fire-acceptance"].due == after(15)
    assert all(not c.late and c.lamp is Lamp.GREEN for c in found.values())


def test_without_a_licence_in_the_bundle_the_law_s_cap_does_not_run() -> None:
    life = taken_in()
    life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}})
    assert {c.key for c in clocks(life.state, LAW, CALENDAR, RECEIVED)} == {"case:ja-promised"}


def test_an_item_that_comes_later_has_its_whole_limit_from_that_day() -> None:
    life = taken_in()
    life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}})
    life.day(date(2022, 9, 26))
    life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}})
    fire = clock(life, "D07:fire-acceptance", date(2022, 9, 26))
    assert (fire.start, fire.due) == (date(2022, 9, 26), after(15, date(2022, 9, 26)))


def test_an_opinion_stops_its_item_s_clock_and_taken_back_lets_it_run_again() -> None:
    life = seen(taken_in())
    life.day(date(2022, 9, 20))
    life.give("opinion", "D07")
    assert clock(life, "D07:fire-acceptance", date(2022, 9, 21)).done_on == date(2022, 9, 20)
    life.do(orders.withdraw_opinion, "opinion:D07", "误签")
    again = clock(life, "D07:fire-acceptance", date(2022, 9, 21))
    assert again.done_on is None and again.due == after(15)


def test_the_days_of_rectification_count_against_the_law_and_not_against_the_promise() -> None:
    life = one_failed()
    promised = clock(life, "case:ja-promised", RECEIVED)
    life.day(date(2022, 9, 20))
    life.add(*commands.answer(life.desk(OWNER), "已整改", {}, ()))
    assert clock(life, "case:ja-promised", life.now.date()).due == after(9 + 2)
    assert clock(life, "case:joint", life.now.date()).due == after(45)
    assert clock(life, "D07:fire-acceptance", life.now.date()).due == after(15)
    assert promised.due is not None


def test_a_stop_that_the_law_names_needs_its_written_notice_to_move_the_law_s_day() -> None:
    for noticed, days in ((True, 15 + 2), (False, 15)):
        life = seen(taken_in())
        life.do(orders.stop_clock, "opinion:D07", "testing", noticed, "送检")
        life.day(date(2022, 9, 20))
        life.do(orders.resume_clock, "opinion:D07")
        assert clock(life, "D07:fire-acceptance", date(2022, 9, 20)).due == after(days)


def test_a_day_that_no_published_calendar_reaches_is_provisional_and_brings_nothing() -> None:
    life = taken_in()
    life.day(date(2022, 12, 23))
    life.add(*commands.extend(life.desk(), 15, "government_head", "案情复杂"))
    later = Life(datetime(2022, 12, 23, 2, tzinfo=life.now.tzinfo))
    later.facts({HALL: {"use": "workshop", "floor_area_m2": 260000}}, archive_scope=False, completion_accepted=True)
    later.file("fire-report", drawings=1)
    later.open()
    later.do(intake.accept, "intake")
    promised = clock(later, "case:ja-promised", date(2022, 12, 23))
    assert promised.provisional and promised.due is not None
    later.tick(date(2023, 3, 1))
    assert brought(later) == []


@given(st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(0, 20)), max_size=6))
def test_a_union_covers_the_same_days_each_once(raw: list[tuple[int, int | None]]) -> None:
    intervals = [(RECEIVED + timedelta(a), None if n is None else RECEIVED + timedelta(a + n)) for a, n in raw]
    merged = union(intervals)

    def days(of: list[tuple[date, date | None]]) -> set[date]:
        within = [RECEIVED + timedelta(n) for n in range(100)]
        return {d for d in within for a, b in of if a <= d and (b is None or d < b)}

    assert days(merged) == days(intervals)
    assert all(b is not None and b < c for (_, b), (c, _) in pairwise(merged))


# --- what time brings -------------------------------------------------------------------------------------------------


def test_a_case_is_looked_at_again_at_the_end_of_each_day_that_may_matter() -> None:
    life = taken_in()
    found = wakeups(life.state, LAW, CALENDAR, RECEIVED)
    assert [(w.key, w.at) for w in found] == [
        ("case:ja-promised", end_of(after(9))),
        ("D07:fire-acceptance", end_of(after(15))),
        ("case:joint", end_of(after(45))),
    ]
    assert {w.kind for w in wakeups(applied().state, LAW, CALENDAR, RECEIVED)} == {"deemed"}


def test_a_limit_passes_at_the_very_end_of_its_last_day() -> None:
    life = taken_in()
    end = end_of(after(9))
    for instant, count in ((end - timedelta(microseconds=1), 0), (end, 1)):
        found = due_events(life.state, LAW, CALENDAR, instant, decide)
        assert len(found) == count
    (event,) = found
    assert event.kind is EventKind.LIMIT_PASSED and event.actor == SYSTEM
    assert event.data["legal_instant"] == "2022-09-29T16:00:00.000000+00:00"
    assert event.data["last_day"] == "2022-09-29" and "届满" in event.data["says"]


def test_what_passed_while_nobody_looked_is_recorded_once_with_its_own_instant() -> None:
    life = taken_in()
    life.tick(date(2022, 12, 1))
    assert [(k, i) for _, k, i in brought(life)] == [
        ("case:ja-promised", stamp(end_of(after(9)))),
        ("D07:fire-acceptance", stamp(end_of(after(15)))),
        ("case:joint", stamp(end_of(after(45)))),
    ]
    assert all(e.on == date(2022, 12, 1) for e in life.events if e.kind is EventKind.LIMIT_PASSED)
    before = list(life.events)
    life.tick(date(2022, 12, 2))
    assert life.events == before
    assert clock(life, "case:joint", date(2022, 12, 2)).late


def test_a_limit_that_passed_before_a_late_opinion_is_still_recorded_after_it() -> None:
    life = seen(taken_in())
    late = after(15) + timedelta(days=3)
    life.day(late)
    life.give("opinion", "D07")
    life.tick(late + timedelta(days=1))
    assert ("limit_passed", "D07:fire-acceptance", stamp(end_of(after(15)))) in brought(life)


def test_an_opinion_in_time_leaves_nothing_to_record() -> None:
    life = seen(taken_in())
    life.give("opinion", "D07")
    life.tick(date(2022, 12, 1))
    assert "D07:fire-acceptance" not in {key for _, key, _ in brought(life)}


def test_after_its_end_time_brings_a_case_nothing() -> None:
    life = agreed()
    issue(life)
    life.tick(date(2022, 12, 1))
    assert brought(life) == [] and wakeups(life.state, LAW, CALENDAR, date(2022, 12, 1)) == ()


def test_asked_in_time_a_case_is_not_deemed_taken_in() -> None:
    life = applied()
    life.do(intake.ask_once, "intake")
    life.tick(date(2022, 12, 1))
    assert life.state.accepted_on is None and brought(life) == []


def test_asked_too_late_a_case_is_already_taken_in() -> None:
    life = applied()
    life.tick(date(2022, 9, 26))
    assert life.state.deemed and life.states()["intake"] == "done"
    assert [k for k, _, _ in brought(life)] == ["taken_in", "items_determined"]


def test_a_list_that_lapses_is_recorded_with_the_end_of_its_last_day() -> None:
    life = one_failed()
    life.tick(date(2022, 11, 1))
    lapse = life.events[-1]
    assert lapse.kind is EventKind.ANSWER_LAPSED
    assert lapse.data["legal_instant"] == stamp(end_of(after(3))) == "2022-09-21T16:00:00.000000+00:00"
    assert [k for k, _, _ in brought(life)] == ["limit_passed", "answer_lapsed"]


STARTS = {"applied": applied, "taken in": taken_in, "one failed": one_failed, "seen": lambda: seen(taken_in())}
BUILT = {name: make() for name, make in STARTS.items()}


ACTS: dict[str, Callable[[Life], object]] = {
    "give": lambda life: life.give("opinion", "D07"),
    "take back": lambda life: life.do(orders.withdraw_opinion, "opinion:D07", "误签"),
    "stop": lambda life: life.do(orders.stop_clock, "opinion:D07", "testing", True, "送检"),
    "stop unnoticed": lambda life: life.do(orders.stop_clock, "opinion:D07", "hearing", False, "听证"),
    "go on": lambda life: life.do(orders.resume_clock, "opinion:D07"),
    "extend": lambda life: life.add(*commands.extend(life.desk(), 7, "government_head", "案情复杂")),
    "answer": lambda life: life.add(*commands.answer(life.desk(OWNER), "已整改", {}, ())),
    "ask": lambda life: life.do(intake.ask_once, "intake"),
    "shrink": lambda life: life.facts({HALL: {"floor_area_m2": 240000}, OFFICE: {}}),
    "grow": lambda life: life.facts({HALL: {"floor_area_m2": 260000}, OFFICE: {}}),
}
MANY_DAYS = 72


def looked_at(start: str, looks: Iterable[int], acts: Mapping[int, str]) -> list[tuple[str, Any, Any]]:
    """What time brought to a case that was looked at on those days after its receipt, and before each act."""
    life = Life(BUILT[start].now, list(BUILT[start].events))
    for n in sorted({*looks, *acts, MANY_DAYS}):
        life.tick(RECEIVED + timedelta(days=n))
        if n in acts:
            with suppress(RefusedError, AssertionError):  # not every act is possible on every day, or its task there
                ACTS[acts[n]](life)
    return sorted(brought(life))


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(STARTS)),
    st.lists(st.integers(0, MANY_DAYS), max_size=5),
    st.dictionaries(st.integers(0, 50), st.sampled_from(sorted(ACTS)), max_size=5),
)
def test_whenever_somebody_looks_the_same_legal_instants_are_recorded(
    start: str, looks: list[int], acts: dict[int, str]
) -> None:
    assert looked_at(start, looks, acts) == looked_at(start, range(MANY_DAYS), acts)
