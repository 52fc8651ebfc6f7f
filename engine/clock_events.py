"""What a timeline says (办件时间线): the limit and the events of one file, as values. See also ``clock_reading``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from engine.terms import Unit

Interval = tuple[date, date]
"""Half-open days (s, e]."""


class Kind(StrEnum):
    """What kind of handling a limit binds: LICENCE 行政许可, JOINT 统一、联合、集中办理, OTHER 其他."""

    LICENCE = "licence"
    JOINT = "joint"
    OTHER = "other"


class What(StrEnum):
    """What happened to a file (环节), in the words of CONTRACT §2."""

    RECEIVED = "received"
    CORRECTION_NOTICE = "correction_notice"
    CORRECTIONS_SUPPLIED = "corrections_supplied"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    DECIDED = "decided"
    DELIVERED = "delivered"


class Reason(StrEnum):
    """Why a clock stops (停表事由); the first eight are those of 行政许可法第四十五条."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TESTING = "testing"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"
    SITE_VISIT = "site_visit"
    PUBLIC_NOTICE = "public_notice"
    CONSULTATION = "consultation"
    CORRECTION = "correction"
    RECTIFICATION = "rectification"


class Approver(StrEnum):
    """Who approved an extension (批准人); the head of government is that of the 同级人民政府, not of the lead bureau."""

    AGENCY_HEAD = "agency_head"
    GOVERNMENT_HEAD = "government_head"
    LEAD_DEPARTMENT = "lead_department"
    CLERK = "clerk"


class Outcome(StrEnum):
    """How a file ended (办理结果)."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ClockLimit:
    """The limit of one file (办理时限): statutory days, and the promised ones where there is a promise."""

    days: int
    unit: Unit
    kind: Kind = Kind.OTHER
    promised: int | None = None
    local_stops: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a file (办件事件). ``index`` is its place in what was handed in."""

    index: int
    on: date
    what: What
    at: str = ""
    complete: bool = False
    reason: Reason | None = None
    written_notice: bool = False
    days: int = 0
    approved_by: Approver | None = None
    outcome: Outcome | None = None

    @property
    def pointer(self) -> str:
        """Where it stands in the timeline, as a JSON pointer."""
        return f"/events/{self.index}"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the clock (停表), the half-open days (start, end]; open where ``end`` is None."""

    start: date
    end: date | None
    reason: Reason
    written_notice: bool
    index: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The limit and events of one file, free of contradictions (时间线)."""

    limit: ClockLimit
    events: tuple[Event, ...]
    asof: date | None = None

    def first(self, what: What, *, complete: bool = False) -> Event | None:
        """The first event of a sort; with ``complete``, the first that was complete."""
        return next((e for e in self.events if e.what is what and (e.complete or not complete)), None)

    def all(self, what: What) -> tuple[Event, ...]:
        """Every event of a sort."""
        return tuple(e for e in self.events if e.what is what)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops, each from its ``suspended`` to its ``resumed``."""
        open_stops: dict[Reason, Stop] = {}
        closed: list[Stop] = []
        for event in self.events:
            if event.what is What.SUSPENDED and event.reason:
                open_stops[event.reason] = Stop(event.on, None, event.reason, event.written_notice, event.index)
            elif event.what is What.RESUMED:
                stop = open_stops.pop(event.reason or next(iter(open_stops)))
                closed.append(replace(stop, end=event.on))
        return tuple(sorted((*closed, *open_stops.values()), key=lambda s: s.index))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of half-open intervals (并集), in order, none touching another."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
