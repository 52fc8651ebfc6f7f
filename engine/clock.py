"""The clock of one file (办件时钟): when it was accepted, its two last days, what stopped it, and whether it is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from engine.clock_events import Event, Interval, Outcome, Stop, Timeline, What, union
from engine.clock_law import LICENSING_LAW, STATUTORY_REASONS, ClockLaw
from engine.clock_notes import Note, Notes
from engine.errors import Fault, InputError
from engine.terms import Unit
from engine.workdays import WorkCalendar, last_day

_DAY = timedelta(days=1)


class Lamp(StrEnum):
    """Warning lamp (预警灯): GREEN 绿灯 in time, YELLOW 黄灯 about to run out, RED 红灯 run out."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def says(self) -> str:
        """The lamp's Chinese name (灯色)."""
        return {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}[self.value]


WARNING_DAYS = 2
"""Working days before a last day from which its lamp is yellow, where no policy says otherwise."""


def lamp(due: date, asof: date, calendar: WorkCalendar, warning_days: int = WARNING_DAYS) -> Lamp:
    """The lamp of a last day (预警): yellow from ``warning_days`` working days before it on; the last day is in time."""
    if asof > due:
        return Lamp.RED
    return Lamp.YELLOW if calendar.count(asof, due) <= warning_days else Lamp.GREEN


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a timeline says on a day (计时结论), in the words of CONTRACT §2. None where it does not arise."""

    asof: date
    accepted_on: date | None
    deemed_accepted: bool
    correction_notice_due: date
    correction_notice_late: bool
    statutory_due: date | None = None
    promised_due: date | None = None
    nominal_due: date | None = None
    suspended_statutory: int = 0
    suspended_promised: int = 0
    extension_valid: bool | None = None
    used_days: int | None = None
    span_days: int | None = None
    decided_late: bool = False
    late_since: date | None = None
    promised_late: bool = False
    promised_late_since: date | None = None
    delivery_due: date | None = None
    delivered_late: bool = False
    remaining_days: int | None = None
    lamp: Lamp | None = None
    provisional: bool = False
    notes: tuple[Note, ...] = ()

    def as_json(self, *, english: bool = False) -> dict[str, Any]:
        """The judgement as CONTRACT §2 has it, and some more; notes in Chinese unless ``english``."""

        def iso(day: date | None) -> str | None:
            return None if day is None else day.isoformat()

        return {
            "asof": iso(self.asof),
            "accepted_on": iso(self.accepted_on),
            "deemed_accepted": self.deemed_accepted,
            "correction_notice_due": iso(self.correction_notice_due),
            "correction_notice_late": self.correction_notice_late,
            "statutory_due": iso(self.statutory_due),
            "promised_due": iso(self.promised_due),
            "nominal_due": iso(self.nominal_due),
            "suspended_days": {"statutory": self.suspended_statutory, "promised": self.suspended_promised},
            "extension_valid": self.extension_valid,
            "used_days": self.used_days,
            "span_days": self.span_days,
            "decided_late": self.decided_late,
            "late_since": iso(self.late_since),
            "promised_late": self.promised_late,
            "promised_late_since": iso(self.promised_late_since),
            "delivery_due": iso(self.delivery_due),
            "delivered_late": self.delivered_late,
            "remaining_days": self.remaining_days,
            "lamp": self.lamp.value if self.lamp else None,
            "provisional": self.provisional,
            "notes": [note.as_json(english=english) for note in self.notes],
        }


class Days:
    """A calendar that remembers whether an answer reached days that may still change (暂定)."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self.provisional = False

    def last_day(self, start: date, n: int, unit: Unit = Unit.WORKING, pause: int = 0) -> date:
        """The last day of a period, as ``workdays.last_day`` has it."""
        return self._told(last_day(self.calendar, start, n, unit, pause=pause))

    def next_working(self, day: date) -> date:
        """The first working day on or after a day."""
        return self._told(self.calendar.next_working(day))

    def count(self, a: date, b: date) -> int:
        """Working days in (a, b]."""
        if b > a:
            self._told(b)
        return self.calendar.count(a, b)

    def _told(self, day: date) -> date:
        self.provisional = self.provisional or not self.calendar.is_final(day)
        return day


def judge(
    timeline: Timeline,
    calendar: WorkCalendar,
    asof: date,
    *,
    forecast: bool = False,
    law: ClockLaw = LICENSING_LAW,
) -> Judgement:
    """Judge a timeline as of a day (判定计时): DOMAIN §1.2, CONTRACT §2.

    Raises:
        InputError: where an event lies after ``asof``, or a decision before the acceptance.
        NotPublishedError: where a day of an unpublished year is needed and no ``forecast`` is wanted.
    """
    late = [e for e in timeline.events if e.on > asof]
    if late:
        raise InputError(
            [Fault(f"{e.pointer}/on", e.on.isoformat(), f"事件晚于截至日 {asof}。", f"After {asof}.") for e in late]
        )
    days = Days(calendar.forecast() if forecast else calendar)
    notes = Notes(timeline.limit.unit)
    judgement = _take_in(timeline, asof, days, law, notes)
    if judgement.accepted_on is not None:
        judgement = _run(judgement, judgement.accepted_on, timeline, days, law, notes)
    elif timeline.first(What.EXTENDED):
        judgement = replace(judgement, extension_valid=False)
        notes.add("extension-without-clock")
    if days.provisional:
        notes.provisional(calendar)
    return replace(judgement, provisional=days.provisional, notes=tuple(notes.said))


def _take_in(timeline: Timeline, asof: date, days: Days, law: ClockLaw, notes: Notes) -> Judgement:
    """Intake (收件与受理): five days, ask once, deemed acceptance."""
    received = timeline.events[0].on
    due = days.last_day(received, law.notice_days)
    voucher, refused = timeline.first(What.ACCEPTED), timeline.first(What.REFUSED)
    decided = timeline.first(What.DECIDED)
    notice = timeline.first(What.CORRECTION_NOTICE, complete=True)
    answered = any(e is not None and e.on <= due for e in (voucher, notice, refused))
    known_until = decided.on if decided else asof
    if not answered and known_until > due:
        notes.deemed(received, due, notice, voucher, timeline, law)
        notes.refusal(refused)
        return Judgement(asof, received, True, due, True)
    accepted = _answered_on(timeline, due, voucher, notice)
    if accepted and accepted is not voucher:
        notes.add("accepted-by-corrections", law.corrections, on=accepted.on)
    if accepted:
        notes.refusal(refused)
    if decided and decided.outcome is not Outcome.WITHDRAWN and accepted is None:
        fix = "决定之前没有受理；当场决定的，请在其前补记 accepted（受理）。"
        fault = Fault(f"{decided.pointer}/on", decided.on.isoformat(), fix, "The decision is before any acceptance.")
        raise InputError([fault])
    notes.asked_again(timeline, accepted, law)
    return Judgement(asof, accepted.on if accepted else None, False, due, False)


def _answered_on(timeline: Timeline, due: date, voucher: Event | None, notice: Event | None) -> Event | None:
    """The event that is the acceptance: the voucher, or the last correction that a notice in time had asked for."""
    if notice is None or notice.on > due:
        return voucher
    supplied = next((e for e in timeline.all(What.CORRECTIONS_SUPPLIED) if e.complete and e.index > notice.index), None)
    answers = [e for e in (voucher, supplied) if e is not None]
    return min(answers, key=lambda e: e.index, default=None)


def _run(
    judgement: Judgement, accepted: date, timeline: Timeline, days: Days, law: ClockLaw, notes: Notes
) -> Judgement:
    """The running clock (计时): last days, stops, extension, use and lateness, after an acceptance."""
    limit, asof = timeline.limit, judgement.asof
    decided = timeline.first(What.DECIDED)
    end = decided.on if decided else asof
    clock = _Clock(days, accepted, end, limit.unit)
    by_law = [s for s in timeline.stops if s.reason in STATUTORY_REASONS and s.written_notice]
    by_promise = [s for s in timeline.stops if s in by_law or s.reason in limit.local_stops]
    valid, extra = _extend(timeline, accepted, clock.last_day(limit.days, by_law).due, law, notes)
    statutory = clock.last_day(limit.days + extra, by_law)
    promised = None if limit.promised is None else clock.last_day(limit.promised, by_promise)
    notes.stops(timeline, by_promise, end, law)
    notes.too_late(statutory.ignored, promised.ignored if promised else (), law)
    if limit.promised is not None and limit.promised > limit.days:
        notes.add("promise-longer-than-law", law.promise, promised=limit.promised, days=limit.days)
    judgement = replace(
        judgement,
        statutory_due=statutory.due,
        promised_due=promised.due if promised else None,
        nominal_due=days.last_day(accepted, limit.days, limit.unit),
        suspended_statutory=statutory.suspended,
        suspended_promised=promised.suspended if promised else clock.measure(by_promise, statutory.due),
        extension_valid=valid,
    )
    judgement = _lateness(judgement, decided, statutory.due, promised.due if promised else None)
    judgement = _use(judgement, clock, timeline, decided)
    notes.lateness(judgement, decided, timeline, law)
    return _deliver(judgement, timeline, decided, days, law, notes)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One of the two layers of a deadline: its last day, what stood still, and the stops that began too late."""

    due: date
    suspended: int
    ignored: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class _Clock:
    """A clock that runs from acceptance to ``end``: the decision, or the day as of which is asked."""

    days: Days
    accepted: date
    end: date
    unit: Unit

    def last_day(self, n: int, stops: Iterable[Stop]) -> _Layer:
        """The last day of ``n`` units, moved by the union of the stops that began by then; never summing overlaps.

        It never lies within a stop: a stop that began on the last day and ends on a rest day moves it to the next
        working day.
        """
        suspended, ignored = 0, []
        due = self.days.last_day(self.accepted, n, self.unit)
        for start, end in self.union(stops):
            if start > due:
                ignored.append((start, end))
                continue
            suspended += self.length(start, end)
            due = self.days.last_day(self.accepted, n, self.unit, suspended)
            if due < end:
                due = self.days.next_working(end)
        return _Layer(due, suspended, tuple(ignored))

    def union(self, stops: Iterable[Stop]) -> list[Interval]:
        """The union of stops as half-open intervals within the running clock; an open stop runs to its end."""
        return union((max(s.start, self.accepted), min(s.end or self.end, self.end)) for s in stops)

    def measure(self, stops: Iterable[Stop], due: date) -> int:
        """How long the union of the stops that began by the last day stands still."""
        return sum(self.length(start, end) for start, end in self.union(stops) if start <= due)

    def length(self, start: date, end: date) -> int:
        """How long an interval stands still, in the unit of the limit: working days, else calendar days."""
        return self.days.count(start, end) if self.unit is Unit.WORKING else (end - start).days


def _extend(timeline: Timeline, accepted: date, due: date, law: ClockLaw, notes: Notes) -> tuple[bool | None, int]:
    """Whether an extension counts (延期是否有效), and by how many days; the law knows one."""
    extra = 0
    events = timeline.all(What.EXTENDED)
    for event in events:
        rule = law.extensions.get(timeline.limit.kind)
        if rule is None:
            notes.add("extension-unknown", on=event.on)
        elif extra:
            notes.add("extension-again", rule.cite, on=event.on)
        elif event.approved_by is not rule.approver:
            notes.wrong_approver(event, rule)
        elif event.days > rule.days:
            notes.add("extension-too-long", rule.cite, on=event.on, days=event.days, most=rule.days)
        elif event.on > due:
            notes.add("extension-too-late", rule.cite, on=event.on, due=due)
        elif event.on < accepted:
            notes.add("extension-too-early", rule.cite, on=event.on, accepted=accepted)
        else:
            extra = event.days
            notes.add("extended", rule.cite, on=event.on, days=event.days)
    return (extra > 0 if events else None), extra


def _lateness(judgement: Judgement, decided: Event | None, due: date, promised: date | None) -> Judgement:
    """Late is strictly after the last day (超期): of a decision, or while there is none, of the day asked for."""
    on = decided.on if decided else judgement.asof
    return replace(
        judgement,
        decided_late=decided is not None and on > due,
        late_since=due + _DAY if on > due else None,
        promised_late=decided is not None and promised is not None and on > promised,
        promised_late_since=promised + _DAY if promised and on > promised else None,
    )


def _use(judgement: Judgement, clock: _Clock, timeline: Timeline, decided: Event | None) -> Judgement:
    """审批用时 and 跨度用时 as the national system counts them; neither after a refusal or a withdrawal."""
    refused = timeline.first(What.REFUSED) is not None
    if refused or (decided and decided.outcome is not Outcome.GRANTED):
        return judgement
    days, end = clock.days, clock.end
    stood_still = sum(days.count(*interval) for interval in clock.union(timeline.stops))
    judgement = replace(
        judgement,
        used_days=days.count(clock.accepted, end) - stood_still,
        span_days=(end - clock.accepted).days,
    )
    if decided or judgement.statutory_due is None:
        return judgement
    nearest = min(d for d in (judgement.statutory_due, judgement.promised_due) if d)
    return replace(
        judgement, remaining_days=days.count(end, nearest), lamp=lamp(nearest, judgement.asof, days.calendar)
    )


def _deliver(
    judgement: Judgement, timeline: Timeline, decided: Event | None, days: Days, law: ClockLaw, notes: Notes
) -> Judgement:
    """Delivery (送达) within ten working days of any decision but a withdrawal."""
    if decided is None or decided.outcome is Outcome.WITHDRAWN:
        return judgement
    due = days.last_day(decided.on, law.delivery_days)
    delivered = timeline.first(What.DELIVERED)
    if delivered and delivered.on > due:
        notes.add("delivered-late", law.delivery, on=delivered.on, due=due)
    elif delivered is None and judgement.asof > due:
        notes.add("delivery-overdue", law.delivery, due=due)
    return replace(judgement, delivery_due=due, delivered_late=delivered is not None and delivered.on > due)
