"""Timelines written short, for the tests of the clock."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.clock import Judgement, judge
from engine.clock_reading import read_timeline
from tests.engine.calendars import CALENDAR

LICENCE = {"days": 20, "unit": "working", "kind": "licence", "promised": 15, "local_stops": ["site_visit"]}
JOINT = {"days": 45, "unit": "working", "kind": "joint"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def judged(
    *events: tuple[Any, ...], limit: dict[str, Any] = LICENCE, asof: str = "2022-12-01", **more: Any
) -> Judgement:
    """Judge events written as (day, what) or (day, what, more)."""
    listed = [{"on": e[0], "what": e[1], **(e[2] if len(e) > 2 else {})} for e in events]
    timeline = read_timeline({"limit": limit, "events": listed})
    return judge(timeline, more.pop("calendar", CALENDAR), day(asof), **more)


def codes(judgement: Judgement) -> list[str]:
    return [note.code for note in judgement.notes]


RECEIVED = ("2022-09-28", "received")
ACCEPTED = ("2022-09-30", "accepted")
COMPLETE = {"complete": True}
REVIEW = {"reason": "expert_review", "written_notice": True}


def stopped(start: str, end: str | None, **more: Any) -> list[tuple[Any, ...]]:
    events: list[tuple[Any, ...]] = [(start, "suspended", more)]
    return events if end is None else [*events, (end, "resumed", {"reason": more["reason"]})]


def extended(on: str, days: int, by: str) -> tuple[Any, ...]:
    return on, "extended", {"days": days, "approved_by": by}


def decided(on: str, outcome: str = "granted") -> tuple[Any, ...]:
    return on, "decided", {"outcome": outcome}
