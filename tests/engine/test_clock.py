from __future__ import annotations

from typing import Any

import pytest

from engine.clock import Judgement, Lamp, lamp
from engine.errors import InputError, NotPublishedError
from engine.workdays import WorkCalendar
from tests.engine.calendars import CALENDAR, NOTICES
from tests.engine.timelines import (
    ACCEPTED,
    JOINT,
    LICENCE,
    RECEIVED,
    REVIEW,
    codes,
    day,
    decided,
    extended,
    judged,
    stopped,
)

# --- stops ----------------------------------------------------------------------------------------------------------


def test_a_statutory_stop_moves_both_layers_by_its_half_open_working_days():
    found = judged(RECEIVED, ACCEPTED, *stopped("2022-10-12", "2022-10-19", **REVIEW))
    assert (found.suspended_statutory, found.suspended_promised) == (5, 5)
    assert found.statutory_due == day("2022-11-09")
    assert found.promised_due == day("2022-11-02")
    assert found.nominal_due == day("2022-11-02")


def test_without_written_notice_the_statutory_clock_runs_on():
    found = judged(RECEIVED, ACCEPTED, *stopped("2022-10-12", "2022-10-19", reason="expert_review"))
    assert (found.suspended_statutory, found.suspended_promised) == (0, 0)
    assert found.statutory_due == day("2022-11-02")
    assert found.used_days == CALENDAR.count(day("2022-09-30"), day("2022-12-01")) - 5
    assert "stop-without-notice" in codes(found)


def test_a_local_reason_stops_the_promise_alone_noticed_or_not():
    found = judged(RECEIVED, ACCEPTED, *stopped("2022-10-12", "2022-10-19", reason="site_visit"))
    assert (found.suspended_statutory, found.suspended_promised) == (0, 5)
    assert (found.statutory_due, found.promised_due) == (day("2022-11-02"), day("2022-11-02"))


def test_a_reason_that_is_neither_stops_neither_though_noticed():
    found = judged(
        RECEIVED, ACCEPTED, *stopped("2022-10-12", "2022-10-19", reason="public_notice", written_notice=True)
    )
    assert (found.suspended_statutory, found.suspended_promised) == (0, 0)
    assert {"stop-not-statutory", "stop-not-promised"} <= set(codes(found))


def test_overlapping_stops_are_never_summed():
    found = judged(
        RECEIVED,
        ACCEPTED,
        ("2022-10-12", "suspended", REVIEW),
        ("2022-10-14", "suspended", {"reason": "testing", "written_notice": True}),
        ("2022-10-18", "resumed", {"reason": "expert_review"}),
        ("2022-10-21", "resumed", {"reason": "testing"}),
    )
    assert found.suspended_statutory == CALENDAR.count(day("2022-10-12"), day("2022-10-21")) == 7


def test_a_stop_over_rest_days_alone_stops_nothing():
    found = judged(RECEIVED, ("2022-09-30", "accepted"), *stopped("2022-09-30", "2022-10-07", **REVIEW))
    assert (found.suspended_statutory, found.statutory_due) == (0, day("2022-11-02"))


@pytest.mark.parametrize(
    ("start", "suspended", "due"), [("2022-11-02", 4, "2022-11-08"), ("2022-11-03", 0, "2022-11-02")]
)
def test_a_stop_that_begins_after_the_last_day_changes_nothing(start, suspended, due):
    found = judged(RECEIVED, ACCEPTED, *stopped(start, "2022-11-08", **REVIEW))
    assert (found.suspended_statutory, found.statutory_due) == (suspended, day(due))
    assert ("stop-too-late" in codes(found)) is (suspended == 0)


def test_an_open_stop_that_began_on_the_last_day_makes_nobody_late_over_a_weekend():
    one, two = (
        judged(RECEIVED, ACCEPTED, *stopped("2022-11-02", None, **REVIEW), asof=a) for a in ("2022-11-05", "2022-11-07")
    )
    assert (one.statutory_due, one.late_since) == (day("2022-11-07"), None)
    assert (two.statutory_due, two.late_since) == (day("2022-11-07"), None)


def test_an_earlier_stop_lets_a_later_one_begin_in_time():
    found = judged(
        RECEIVED,
        ACCEPTED,
        *stopped("2022-10-31", "2022-11-07", **REVIEW),
        *stopped("2022-11-08", "2022-11-10", **REVIEW),
    )
    assert found.suspended_statutory == 7
    assert found.statutory_due == CALENDAR.add(day("2022-09-30"), 27)


def test_an_open_stop_runs_to_the_day_asked_for():
    found = judged(RECEIVED, ACCEPTED, *stopped("2022-10-12", None, **REVIEW), asof="2022-12-01")
    assert found.suspended_statutory == CALENDAR.count(day("2022-10-12"), day("2022-12-01"))
    assert found.late_since is None
    assert "stop-open" in codes(found)


def test_calendar_limits_stand_still_by_calendar_days_and_roll():
    found = judged(
        ("2022-09-01", "received"),
        ("2022-09-01", "accepted"),
        *stopped("2022-09-05", "2022-09-15", **REVIEW),
        limit={"days": 15, "unit": "calendar", "kind": "other"},
    )
    assert (found.suspended_statutory, found.nominal_due) == (10, day("2022-09-16"))
    assert found.statutory_due == day("2022-09-26")


# --- extensions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "days", "by", "valid"),
    [
        (LICENCE, 10, "agency_head", True),
        (LICENCE, 11, "agency_head", False),
        (LICENCE, 10, "government_head", False),
        (LICENCE, 10, "clerk", False),
        (JOINT, 15, "government_head", True),
        (JOINT, 16, "government_head", False),
        (JOINT, 15, "lead_department", False),
        (JOINT, 15, "agency_head", False),
        ({"days": 20, "unit": "working", "kind": "other"}, 5, "agency_head", False),
    ],
)
def test_an_extension_counts_only_from_whom_and_as_long_as_the_law_says(limit, days, by, valid):
    found = judged(RECEIVED, ACCEPTED, extended("2022-10-20", days, by), limit=limit, asof="2022-10-25")
    assert found.extension_valid is valid
    expected = limit["days"] + (days if valid else 0)
    assert found.statutory_due == CALENDAR.add(day("2022-09-30"), expected)
    assert found.nominal_due == CALENDAR.add(day("2022-09-30"), limit["days"])


@pytest.mark.parametrize(("on", "valid"), [("2022-11-02", True), ("2022-11-03", False)])
def test_an_extension_must_be_approved_on_or_before_the_last_day(on, valid):
    found = judged(RECEIVED, ACCEPTED, extended(on, 10, "agency_head"))
    assert found.extension_valid is valid


def test_the_last_day_for_an_extension_is_the_one_that_stops_have_moved():
    stops = stopped("2022-10-12", "2022-10-19", **REVIEW)
    found = judged(RECEIVED, ACCEPTED, *stops, extended("2022-11-09", 10, "agency_head"))
    assert (found.extension_valid, found.statutory_due) == (True, CALENDAR.add(day("2022-09-30"), 35))


def test_a_second_extension_does_not_count():
    one, two = extended("2022-10-20", 4, "agency_head"), extended("2022-10-24", 5, "agency_head")
    found = judged(RECEIVED, ACCEPTED, one, two)
    assert (found.extension_valid, found.statutory_due) == (True, CALENDAR.add(day("2022-09-30"), 24))
    assert "extension-again" in codes(found)


def test_without_an_extension_there_is_nothing_to_be_valid():
    assert judged(RECEIVED, ACCEPTED).extension_valid is None


def test_an_extension_moves_the_law_and_not_the_promise():
    found = judged(RECEIVED, ACCEPTED, extended("2022-10-20", 10, "agency_head"))
    assert found.promised_due == day("2022-10-26")


# --- late -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "late"), [("2022-11-02", False), ("2022-11-03", True)])
def test_the_last_day_itself_is_in_time(on, late):
    found = judged(RECEIVED, ACCEPTED, decided(on))
    assert (found.decided_late, found.late_since) == (late, day("2022-11-03") if late else None)
    assert (found.promised_late, found.promised_late_since) == (True, day("2022-10-27"))


def test_at_the_last_minute_of_the_last_day_it_is_in_time():
    events = (RECEIVED, ACCEPTED, ("2022-11-02", "decided", {"outcome": "granted", "at": "23:59:59.999"}))
    assert not judged(*events).decided_late


@pytest.mark.parametrize(("asof", "since"), [("2022-11-02", None), ("2022-11-03", "2022-11-03")])
def test_undecided_it_is_late_since_the_day_after_but_not_decided_late(asof, since):
    found = judged(RECEIVED, ACCEPTED, asof=asof)
    assert (found.decided_late, found.late_since) == (False, day(since) if since else None)
    assert ("silence-is-not-approval" in codes(found)) is (since is not None)


def test_late_since_is_a_calendar_day_even_where_it_is_a_rest_day():
    found = judged(("2022-09-09", "received"), ("2022-09-09", "accepted"), limit={**LICENCE, "days": 14})
    assert (found.statutory_due, found.late_since) == (day("2022-09-30"), day("2022-10-01"))


@pytest.mark.parametrize("outcome", ["refused", "withdrawn"])
def test_after_a_refusal_or_withdrawal_no_time_is_counted(outcome):
    found = judged(RECEIVED, ACCEPTED, decided("2022-10-20", outcome))
    assert (found.used_days, found.span_days) == (None, None)
    assert (found.delivery_due is None) is (outcome == "withdrawn")


def test_delivery_is_due_ten_working_days_after_a_refusal_too():
    assert judged(RECEIVED, ACCEPTED, decided("2022-09-30", "refused")).delivery_due == day("2022-10-19")


@pytest.mark.parametrize(("on", "late"), [("2022-11-03", False), ("2022-11-04", True)])
def test_delivery_is_late_after_its_tenth_day(on, late):
    found = judged(RECEIVED, ACCEPTED, decided("2022-10-20"), (on, "delivered"))
    assert (found.delivery_due, found.delivered_late) == (day("2022-11-03"), late)


def test_the_used_days_leave_out_every_stop_noticed_or_not():
    stops = [
        *stopped("2022-10-12", "2022-10-14", reason="consultation"),
        *stopped("2022-10-17", "2022-10-19", **REVIEW),
    ]
    found = judged(RECEIVED, ACCEPTED, *stops, decided("2022-10-28"))
    assert (found.used_days, found.span_days) == (17 - 2 - 2, 28)


# --- calendar -------------------------------------------------------------------------------------------------------


def late_in_2026(**more: Any) -> Judgement:
    return judged(("2026-12-01", "received"), ("2026-12-02", "accepted"), asof="2026-12-03", **more)


def test_an_unpublished_year_is_refused_and_forecast_only_on_demand():
    with pytest.raises(NotPublishedError):
        late_in_2026(limit=JOINT)
    found = late_in_2026(limit=JOINT, forecast=True)
    assert found.provisional
    assert found.statutory_due is not None and found.statutory_due.year == 2027


@pytest.mark.parametrize(("days", "provisional"), [(16, False), (17, True), (20, True)])
def test_the_last_week_of_the_last_year_is_answered_provisionally(days, provisional):
    found = late_in_2026(limit={"days": days, "unit": "working", "kind": "other"})
    assert found.provisional is provisional
    assert ("provisional" in codes(found)) is provisional


def test_the_calendar_as_known_then_gives_another_last_day():
    then = WorkCalendar.of(NOTICES, day("2022-12-07"))
    events = (("2022-12-05", "received"), ("2022-12-05", "accepted"))
    limit = {"days": 10, "unit": "working", "kind": "other"}
    assert judged(*events, limit=limit, asof="2022-12-06", calendar=then).statutory_due == day("2022-12-19")


def test_an_event_after_the_day_asked_for_is_wrong_input():
    with pytest.raises(InputError) as caught:
        judged(RECEIVED, ACCEPTED, asof="2022-09-29")
    assert [f.pointer for f in caught.value.errors] == ["/events/1/on"]


@pytest.mark.parametrize(
    ("asof", "colour"),
    [("2022-10-28", Lamp.GREEN), ("2022-10-31", Lamp.YELLOW), ("2022-11-02", Lamp.YELLOW), ("2022-11-03", Lamp.RED)],
)
def test_the_lamp_turns_yellow_two_working_days_before_and_red_after(asof, colour):
    assert lamp(day("2022-11-02"), day(asof), CALENDAR) is colour


def test_the_warning_days_are_a_parameter():
    assert lamp(day("2022-11-02"), day("2022-10-28"), CALENDAR, warning_days=3) is Lamp.YELLOW
    assert Lamp.YELLOW.says == "黄灯"
