from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import judge
from engine.clock_events import Kind
from engine.clock_reading import read_timeline
from engine.clock_stage import stage
from engine.errors import ApprovalError, InputError
from engine.values import NumberText
from tests.engine.calendars import CALENDAR

LIMIT = {"days": 20, "unit": "working", "kind": "licence"}
GOOD = [{"on": "2022-09-28", "at": "10:05", "what": "received"}, {"on": "2022-09-30", "what": "accepted"}]


def pointers(events: Any = None, limit: Any = LIMIT, told: date | None = None, **more: Any) -> list[str]:
    """Where the faults of a timeline are."""
    raw = {"limit": limit, "events": GOOD if events is None else events, **more}
    with pytest.raises(InputError) as caught:
        read_timeline(raw, told)
    assert all(f.fix and f.fix_en for f in caught.value.errors)
    return [f.pointer for f in caught.value.errors]


def after(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [*GOOD, *({"on": "2022-10-10", **e} for e in more)]


def test_a_good_timeline_is_read_as_it_stands():
    timeline = read_timeline({"limit": LIMIT, "asof": "2022-10-20", "events": GOOD})
    assert (timeline.limit.days, timeline.limit.kind, timeline.asof) == (20, Kind.LICENCE, date(2022, 10, 20))
    assert [e.at for e in timeline.events] == ["10:05", ""]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (None, ["/limit"]),
        ([], ["/limit"]),
        ({}, ["/limit/days", "/limit/unit"]),
        ({**LIMIT, "days": -1}, ["/limit/days"]),
        ({**LIMIT, "days": 0}, ["/limit/days"]),
        ({**LIMIT, "days": True}, ["/limit/days"]),
        ({**LIMIT, "days": "20"}, ["/limit/days"]),
        ({**LIMIT, "days": NumberText("2e1")}, ["/limit/days"]),
        ({**LIMIT, "days": 10_000}, ["/limit/days"]),
        ({**LIMIT, "unit": "days"}, ["/limit/unit"]),
        ({**LIMIT, "kind": "permit"}, ["/limit/kind"]),
        ({**LIMIT, "promised": -3}, ["/limit/promised"]),
        ({**LIMIT, "local_stops": "site_visit"}, ["/limit/local_stops"]),
        ({**LIMIT, "local_stops": ["site_visit", "lunch"]}, ["/limit/local_stops/1"]),
        ({**LIMIT, "promissed": 3, "a/b": 1}, ["/limit/promissed", "/limit/a~1b"]),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_its_place(limit, expected):
    assert pointers(limit=limit) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ["/events"]),
        ({}, ["/events"]),
        ("received", ["/events"]),
        ([{"on": "2022-09-30", "what": "accepted"}], ["/events"]),
        ([7], ["/events/0"]),
        ([{"on": "2022-09-31", "what": "received"}], ["/events/0/on"]),
        ([{"on": "2022-9-3", "what": "received"}], ["/events/0/on"]),
        ([{"on": "2022-09-28", "what": "recieved"}], ["/events/0/what"]),
        ([{"on": "2022-09-28", "at": "25:00", "what": "received"}], ["/events/0/at"]),
        ([{"on": "2022-09-28", "what": "received", "by": "窗口"}], ["/events/0/by"]),
        ([{"on": "2022-09-28", "what": "received", "outcome": "granted"}], ["/events/0/outcome"]),
        ([*GOOD, GOOD[0]], ["/events/2/on", "/events/2/what"]),
        (after({"what": "accepted"}), ["/events/2/what"]),
        (after({"what": "resumed", "reason": "hearing"}), ["/events/2/what"]),
        (after({"what": "resumed"}), ["/events/2/what"]),
        (after({"what": "suspended"}), ["/events/2/reason"]),
        (after({"what": "suspended", "reason": "lunch"}), ["/events/2/reason"]),
        (after({"what": "suspended", "reason": "hearing", "written_notice": 1}), ["/events/2/written_notice"]),
        (
            after({"what": "suspended", "reason": "hearing"}, {"what": "suspended", "reason": "hearing"}),
            ["/events/3/what"],
        ),
        (after({"what": "decided"}), ["/events/2/outcome"]),
        (after({"what": "decided", "outcome": "granted"}, {"what": "accepted"}), ["/events/3/what"]),
        (
            after({"what": "decided", "outcome": "granted"}, {"what": "decided", "outcome": "granted"}),
            ["/events/3/what"],
        ),
        (
            after({"what": "decided", "outcome": "granted"}, {"what": "suspended", "reason": "hearing"}),
            ["/events/3/what"],
        ),
        (after({"what": "delivered"}), ["/events/2/what"]),
        (after({"what": "refused"}), ["/events/2/what"]),
        (after({"what": "extended", "days": -1, "approved_by": "agency_head"}), ["/events/2/days"]),
        (after({"what": "extended", "days": 5}), ["/events/2/approved_by"]),
        (after({"what": "extended", "days": 5, "approved_by": "mayor"}), ["/events/2/approved_by"]),
        (after({"what": "corrections_supplied", "complete": True}), ["/events/2/what"]),
        ([GOOD[0], {"on": "2022-09-27", "what": "accepted"}], ["/events/1/on"]),
        ([GOOD[0], {"on": "2022-09-28", "at": "10:04", "what": "accepted"}], ["/events/1/at"]),
        ([GOOD[1], GOOD[0]], ["/events/1/on", "/events/0/what", "/events/1/what"]),
    ],
)
def test_events_that_cannot_be_are_refused_with_their_place(events, expected):
    assert pointers(events) == expected


def test_every_fault_is_told_at_once():
    events = [{"on": "2022-02-30", "what": "received"}, {"on": "2022-09-30", "what": "accepted", "x": 1}]
    assert pointers(events, {**LIMIT, "days": -1}, colour="red") == [
        "/colour",
        "/limit/days",
        "/events/0/on",
        "/events/1/x",
    ]


def test_a_stop_resumed_without_a_reason_must_be_the_only_one_open():
    two = ({"what": "suspended", "reason": "hearing"}, {"what": "suspended", "reason": "testing"})
    assert pointers(after(*two, {"what": "resumed"})) == ["/events/4/what"]
    one = read_timeline({"limit": LIMIT, "events": after(two[0], {"on": "2022-10-12", "what": "resumed"})})
    assert [s.end for s in one.stops] == [date(2022, 10, 12)]


def test_an_extension_needs_a_kind():
    extended = after({"what": "extended", "days": 5, "approved_by": "agency_head"})
    assert pointers(extended, {"days": 20, "unit": "working"}) == ["/limit/kind"]


def test_events_lie_by_the_day_asked_for_and_that_day_is_told_once():
    assert pointers(asof="2022-09-29") == ["/events/1/on"]
    assert pointers(asof="2022-10-20", told=date(2022, 10, 21)) == ["/asof"]
    assert pointers(told=date(2022, 9, 29)) == ["/events/1/on"]
    assert read_timeline({"limit": LIMIT, "events": GOOD}, date(2022, 10, 21)).asof == date(2022, 10, 21)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["received", "2022-09-28", "working"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["limit", "events", "on", "what", "days", "unit", "asof", "items"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_whatever_is_handed_in_is_read_or_refused_in_words(raw):
    for work in (
        lambda: judge(read_timeline(raw), CALENDAR, date(2022, 12, 1)),
        lambda: stage(raw, CALENDAR, date(2022, 12, 1)),
    ):
        try:
            work()
        except ApprovalError as error:
            assert error.detail


# --- stages ---------------------------------------------------------------------------------------------------------


def used(*items: dict[str, Any], asof: str = "2022-12-01") -> tuple[int, int]:
    found = stage({"items": list(items)}, CALENDAR, date.fromisoformat(asof))
    return found.used_days, found.span_days


def item(start: str, end: str | None, *stops: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    return {"from": start, "to": end, "stops": [{"from": a, "to": b} for a, b in stops], **more}


def test_a_stage_is_the_union_of_its_items_less_the_union_of_their_stops():
    one = item("2022-10-10", "2022-10-21", ("2022-10-12", "2022-10-14"))
    two = item("2022-10-17", "2022-10-28", ("2022-10-13", "2022-10-18"))
    assert used(one, two) == (14 - 4, 18)


def test_a_gap_between_items_belongs_to_nobody():
    assert used(item("2022-10-10", "2022-10-12"), item("2022-10-17", "2022-10-19")) == (4, 4)


def test_what_is_open_runs_to_the_day_asked_for():
    assert used(item("2022-10-10", None), asof="2022-10-14") == (4, 4)


def test_refused_and_withdrawn_items_are_left_out():
    assert used(item("2022-10-10", "2022-10-12", outcome="withdrawn"), item("2022-10-17", "2022-10-19")) == (2, 2)


def test_a_stage_without_items_used_nothing():
    assert used() == (0, 0)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], [""]),
        ({}, ["/items"]),
        ({"items": [1]}, ["/items/0"]),
        ({"items": [{}]}, ["/items/0/from"]),
        ({"items": [item("2022-10-12", "2022-10-10")]}, ["/items/0/to"]),
        ({"items": [item("2022-10-12", None, ("2022-02-30", None))]}, ["/items/0/stops/0/from"]),
        ({"items": [{"from": "2022-10-12", "stops": 3, "till": 1}]}, ["/items/0/till", "/items/0/stops"]),
    ],
)
def test_a_stage_that_cannot_be_is_refused_with_its_place(raw, expected):
    with pytest.raises(InputError) as caught:
        stage(raw, CALENDAR, date(2022, 12, 1))
    assert [f.pointer for f in caught.value.errors] == expected
