from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import NotPublishedError, PolicyError
from engine.forecast import statutory_days, statutory_rest
from engine.terms import Unit
from engine.workdays import Notice, WorkCalendar, last_day, shift
from tests.engine.calendars import CALENDAR, DAY, FIRST, LAST, NOTICES, WORKING_DAYS, between, walk, works

EVERY_DAY = [FIRST + DAY * i for i in range((LAST - FIRST).days + 1)]
days = st.dates(FIRST, LAST)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_every_day_of_eight_years_is_as_the_table_says():
    assert [CALENDAR.is_working(d) for d in EVERY_DAY] == [works(d) for d in EVERY_DAY]


@pytest.mark.parametrize(("year", "expected"), list(WORKING_DAYS.items()))
def test_a_year_has_as_many_working_days_as_the_reference_counts(year, expected):
    assert CALENDAR.working_days(year) == expected


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2024-02-02", 20, "2024-03-06"),
        ("2025-01-20", 20, "2025-02-21"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2022-09-30", 20, "2022-11-02"),
        ("2022-09-30", 5, "2022-10-12"),
        ("2022-09-30", 45, "2022-12-07"),
        ("2022-09-30", 1, "2022-10-08"),
    ],
)
def test_the_reference_dates_come_out(start, n, expected):
    assert CALENDAR.add(day(start), n) == day(expected)


def test_make_up_weekends_around_national_day_2022_are_working_days():
    assert [CALENDAR.is_working(date(2022, 10, d)) for d in range(1, 11)] == [False] * 7 + [True] * 3


@given(days, st.integers(0, 200))
def test_adding_is_walking_day_by_day(start, n):
    if start > LAST - timedelta(days=400):
        start -= timedelta(days=400)
    assert CALENDAR.add(start, n) == walk(start, n)


@given(days, days)
def test_counting_is_the_half_open_interval(a, b):
    assert CALENDAR.count(a, b) == len(between(a, b))


@given(st.dates(date(2019, 1, 2), date(2025, 6, 30)), st.integers(1, 200))
def test_counting_back_undoes_counting_forward(start, n):
    end = CALENDAR.add(start, n)
    assert CALENDAR.count(start, end) == n
    assert CALENDAR.before(end, n) == CALENDAR.previous_working(start)


@given(days)
def test_a_rest_day_rolls_to_the_next_working_day_and_a_working_day_stays(start):
    if start > day("2026-12-24"):
        start = day("2026-12-24")
    found = CALENDAR.next_working(start)
    assert works(found)
    assert not between(start - DAY, found - DAY)
    assert works(CALENDAR.previous_working(found)) and CALENDAR.previous_working(found) == found


@given(st.lists(st.tuples(st.dates(FIRST - DAY, day("2025-06-30")), st.integers(1, 300)), max_size=30))
def test_a_whole_column_is_added_as_each_day_alone(pairs):
    column = np.array([d for d, _ in pairs], dtype="datetime64[D]")
    counts = np.array([n for _, n in pairs], dtype=np.int64)
    assert CALENDAR.add_many(column, counts).tolist() == [CALENDAR.add(d, n) for d, n in pairs]


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.add(day("2026-12-31"), 1),
        lambda c: c.add(day("2027-01-04"), 1),
        lambda c: c.count(day("2026-12-30"), day("2027-01-01")),
        lambda c: c.is_working(day("2027-01-01")),
        lambda c: c.next_working(day("2027-01-01")),
        lambda c: c.add_many(np.array(["2026-12-31"], dtype="datetime64[D]"), 1),
        lambda c: c.add_many(np.array(["2028-12-31"], dtype="datetime64[D]"), 1),
        lambda c: last_day(c, day("2026-11-30"), 3, Unit.MONTH),
        lambda c: last_day(c, day("2026-11-30"), 9999, Unit.YEAR),
    ],
)
def test_a_year_without_a_notice_is_refused_and_never_guessed(ask):
    with pytest.raises(NotPublishedError, match=r"放假安排未公布|历法"):
        ask(CALENDAR)


@pytest.mark.parametrize(
    "ask",
    [lambda c: c.is_working(day("2018-12-31")), lambda c: c.add(day("2018-12-30"), 1), lambda c: c.before(FIRST, 1)],
)
def test_years_before_the_first_notice_are_refused_too(ask):
    with pytest.raises(NotPublishedError, match="2019年起"):
        ask(CALENDAR)


def test_the_eve_of_the_first_day_may_start_a_count():
    assert CALENDAR.add(day("2018-12-31"), 1) == day("2019-01-02")


def test_the_last_week_of_the_last_year_is_not_final():
    assert CALENDAR.is_final(day("2026-12-24"))
    assert not CALENDAR.is_final(day("2026-12-25"))


def test_the_next_notice_may_move_december_as_it_did_in_2018():
    before = WorkCalendar.of(NOTICES, day("2022-12-07"))
    after = WorkCalendar.of(NOTICES, day("2022-12-08"))
    assert (before.final_until, after.final_until) == (day("2022-12-24"), day("2023-12-24"))
    with pytest.raises(NotPublishedError):
        before.add(day("2022-12-28"), 10)
    assert after.add(day("2022-12-28"), 10) == day("2023-01-12")


def amended() -> list[Notice]:
    whole = Notice("甲", "甲", day("2018-12-06"), 2019, frozenset({day("2019-01-01"), day("2019-05-01")}), frozenset())
    rest = frozenset(date(2019, 5, d) for d in (1, 2, 3, 4))
    work = frozenset({day("2019-04-28"), day("2019-05-05")})
    return [whole, Notice("乙", "乙", day("2019-03-22"), 2019, rest, work, "甲")]


def test_an_amendment_counts_from_the_day_it_is_issued():
    before = WorkCalendar.of(amended(), day("2019-03-21"))
    after = WorkCalendar.of(amended(), day("2019-03-22"))
    assert before.add(day("2019-04-26"), 4) == day("2019-05-03")
    assert after.add(day("2019-04-26"), 4) == day("2019-05-05")


def test_nothing_known_yet_is_refused():
    with pytest.raises(NotPublishedError, match="2018-12-05"):
        WorkCalendar.of(NOTICES, day("2018-12-05"))


def test_a_missing_year_between_two_notices_is_refused():
    with pytest.raises(PolicyError, match="2020"):
        WorkCalendar.of([NOTICES[0], NOTICES[2]])


@pytest.mark.parametrize(
    ("start", "n", "unit", "expected"),
    [
        ("2022-08-31", 1, Unit.MONTH, "2022-09-30"),
        ("2022-11-30", 3, Unit.MONTH, "2023-02-28"),
        ("2023-11-29", 3, Unit.MONTH, "2024-02-29"),
        ("2022-07-01", 3, Unit.MONTH, "2022-10-08"),
        ("2024-02-29", 1, Unit.YEAR, "2025-02-28"),
        ("2022-09-16", 15, Unit.CALENDAR, "2022-10-08"),
        ("2022-09-14", 15, Unit.CALENDAR, "2022-09-29"),
    ],
)
def test_months_years_and_calendar_days_end_and_roll(start, n, unit, expected):
    assert last_day(CALENDAR, day(start), n, unit) == day(expected)


def test_backward_counts_strictly_before_and_rolls_back():
    assert last_day(CALENDAR, day("2022-10-10"), 7, Unit.WORKING, backward=True) == day("2022-09-26")
    assert last_day(CALENDAR, day("2022-10-17"), 15, Unit.CALENDAR, backward=True) == day("2022-09-30")


def test_a_pause_counts_in_the_unit_of_the_period():
    assert last_day(CALENDAR, day("2022-09-30"), 5, Unit.WORKING, pause=2) == walk(day("2022-09-30"), 7)
    assert last_day(CALENDAR, day("2022-09-01"), 10, Unit.CALENDAR, pause=2) == day("2022-09-13")


@given(days, st.integers(1, 60))
def test_shifting_by_months_never_leaves_the_month_aimed_at(start, n):
    found = shift(start, n, Unit.MONTH)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == n
    assert found.day <= start.day


def test_the_forecast_keeps_what_is_published_and_marks_the_rest():
    forecast = CALENDAR.forecast()
    assert [forecast.is_working(d) for d in EVERY_DAY] == [works(d) for d in EVERY_DAY]
    assert forecast.final_until == CALENDAR.final_until
    assert (forecast.published_until, forecast.last) == (LAST, day("2035-12-31"))
    assert CALENDAR.forecast() is forecast


@pytest.mark.parametrize("year", list(range(2027, 2036)))
def test_a_forecast_year_has_about_as_many_working_days_as_a_real_one(year):
    assert 246 <= CALENDAR.forecast().working_days(year) <= 250
    rest = statutory_rest(year)
    assert len(set(rest)) == 13
    assert all(d.weekday() < 5 for d in rest)


def test_the_statutory_days_of_a_published_year_rest_in_its_notice():
    for year in (2025, 2026):
        assert not [d for d in statutory_days(year) if works(d)]


def test_the_forecast_ends_too():
    with pytest.raises(NotPublishedError):
        CALENDAR.forecast().add(day("2035-12-31"), 1)
