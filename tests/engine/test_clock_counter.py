"""Random timelines against a counter that walks day by day over the holiday table (RELIABILITY T8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.clock import judge
from engine.clock_reading import read_timeline
from tests.engine.calendars import CALENDAR, DAY, between, walk, works

ARTICLE_45 = ["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"]
OTHERS = ["site_visit", "public_notice", "consultation", "correction", "rectification"]


@dataclass
class Life:
    """One random file, in order: received, taken in or not, stopped, extended, decided or not."""

    raw: dict[str, Any]
    received: date
    voucher: date | None
    stops: list[tuple[date, date | None, str, bool]]
    extension: tuple[date, int, str] | None
    decided: tuple[date, str] | None
    asof: date


@st.composite
def lives(draw: st.DrawFn) -> Life:
    received = draw(st.dates(date(2019, 1, 1), date(2024, 12, 31)))
    voucher = None if draw(st.booleans()) else received + DAY * draw(st.integers(0, 14))
    on = voucher or walk(received, 5) + DAY
    events: list[dict[str, Any]] = [{"on": received, "what": "received"}]
    if voucher:
        events.append({"on": voucher, "what": "accepted"})
    stops: list[tuple[date, date | None, str, bool]] = []
    for reason in draw(st.lists(st.sampled_from(ARTICLE_45 + OTHERS), max_size=4, unique=True)):
        start = on + DAY * draw(st.integers(0, 50))
        length = draw(st.none() | st.integers(0, 30))
        end = None if length is None else start + DAY * length
        stops.append((start, end, reason, draw(st.booleans())))
    approver = st.sampled_from(["agency_head", "government_head", "clerk"])
    extension = draw(
        st.none() | st.tuples(st.integers(0, 60).map(lambda n: on + DAY * n), st.integers(1, 16), approver)
    )
    outcome = draw(st.sampled_from(["granted", "granted", "refused", "withdrawn", ""]))
    ends = [on, *(e or s for s, e, _, _ in stops), *([extension[0]] if extension else [])]
    finish = max(ends) + DAY * draw(st.integers(0, 30))
    for start, end, reason, notice in stops:
        events.append({"on": start, "what": "suspended", "reason": reason, "written_notice": notice})
        if end is not None:
            events.append({"on": end, "what": "resumed", "reason": reason})
    if extension:
        events.append({"on": extension[0], "what": "extended", "days": extension[1], "approved_by": extension[2]})
    events.sort(key=lambda e: e["on"])
    if outcome:
        events.append({"on": finish, "what": "decided", "outcome": outcome})
    asof = finish + DAY * draw(st.integers(0, 30))
    limit = {
        "days": draw(st.integers(1, 45)),
        "unit": "working",
        "kind": draw(st.sampled_from(["licence", "joint", "other"])),
        "promised": draw(st.integers(1, 45)),
        "local_stops": draw(st.lists(st.sampled_from(ARTICLE_45 + OTHERS), max_size=3)),
    }
    raw = {"limit": limit, "events": [{**e, "on": e["on"].isoformat()} for e in events]}
    return Life(raw, received, voucher, stops, extension, (finish, outcome) if outcome else None, asof)


def stopped_days(stops: list[tuple[date, date]]) -> set[date]:
    return {s + DAY * i for s, e in stops for i in range(1, (e - s).days + 1)}


def count_down(accepted: date, n: int, stops: list[tuple[date, date]]) -> tuple[date, int]:
    """The last day of n days and what stood still, walking: a stop that begins by the last day gives its days back."""
    still = stopped_days([s for s in stops if s[1] > accepted])
    paused: set[date] = set()
    today, left = accepted, n
    while True:
        if left == 0:
            if not any(max(s, accepted) <= today < e for s, e in stops):
                return today, len(paused)
            while today + DAY in still:
                today += DAY
                if works(today):
                    paused.add(today)
            while not works(today):
                today += DAY
            continue
        today += DAY
        if not works(today):
            continue
        if today in still:
            paused.add(today)
        else:
            left -= 1


@settings(max_examples=600)
@given(lives())
def test_every_answer_is_that_of_the_day_by_day_counter(life):
    found = judge(read_timeline(life.raw), CALENDAR, life.asof)
    due = walk(life.received, 5)
    deemed = life.voucher is None or life.voucher > due
    accepted = life.received if deemed else life.voucher
    assert accepted is not None
    event(f"deemed {deemed}, decided {life.decided and life.decided[1]}, extension {found.extension_valid}")
    assert (found.correction_notice_due, found.deemed_accepted, found.accepted_on) == (due, deemed, accepted)

    end = life.decided[0] if life.decided else life.asof
    limit = life.raw["limit"]
    closed = [(s, e or end, reason, notice) for s, e, reason, notice in life.stops]
    by_law = [(s, e) for s, e, reason, notice in closed if reason in ARTICLE_45 and notice]
    by_promise = [
        (s, e) for s, e, reason, n in closed if (reason in ARTICLE_45 and n) or reason in limit["local_stops"]
    ]
    last, _ = count_down(accepted, limit["days"], by_law)
    extra, valid = 0, None
    if life.extension:
        on, days, by = life.extension
        rule = {"licence": ("agency_head", 10), "joint": ("government_head", 15)}.get(limit["kind"])
        valid = rule is not None and by == rule[0] and days <= rule[1] and accepted <= on <= last
        extra = days if valid else 0
    statutory, still = count_down(accepted, limit["days"] + extra, by_law)
    promised, still_promised = count_down(accepted, limit["promised"], by_promise)
    assert (found.extension_valid, found.statutory_due, found.suspended_statutory) == (valid, statutory, still)
    assert (found.promised_due, found.suspended_promised) == (promised, still_promised)
    assert found.nominal_due == walk(accepted, limit["days"])

    late = end > statutory
    assert (found.decided_late, found.late_since) == (
        late and life.decided is not None,
        statutory + DAY if late else None,
    )
    if life.decided and life.decided[1] != "granted":
        assert (found.used_days, found.span_days) == (None, None)
    else:
        every = stopped_days([(s, e) for s, e, _, _ in closed])
        assert found.used_days == len([d for d in between(accepted, end) if d not in every])
        assert found.span_days == (end - accepted).days
    if life.decided and life.decided[1] != "withdrawn":
        assert found.delivery_due == walk(end, 10)


@given(lives(), st.integers(1, 40))
def test_an_open_file_never_uses_less_time_on_a_later_day(life, more):
    life.raw["events"] = [e for e in life.raw["events"] if e["what"] != "decided"]
    timeline = read_timeline(life.raw)
    one, other = (judge(timeline, CALENDAR, on) for on in (life.asof, life.asof + timedelta(days=more)))
    assert one.used_days is not None and other.used_days is not None
    assert one.used_days <= other.used_days
    assert one.statutory_due is not None and other.statutory_due is not None
    assert one.statutory_due <= other.statutory_due
    if one.late_since is not None:
        assert one.late_since == other.late_since


@given(lives())
def test_the_two_layers_move_only_later_than_without_stops(life):
    found = judge(read_timeline(life.raw), CALENDAR, life.asof)
    assert found.statutory_due is not None and found.nominal_due is not None
    assert found.statutory_due >= found.nominal_due
