"""A case's clocks (办件时限): computed from its events, the calendar and the limits of its law; never stored as the truth.

``clocks`` says how each stands on a day, ``due_events`` what the passing of time has brought by an instant (deemed
acceptance, limits passed, a list of findings never answered), each with its legal instant, also when nobody looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.case import CaseState, Law
from engine.case_clock import CaseClock, clock_of, last_of, lit
from engine.certificate import kept_after
from engine.clock import WARNING_DAYS, judge
from engine.clock_events import Approver, ClockLimit, Kind, Outcome, Reason, Timeline, What
from engine.clock_events import Event as Moment
from engine.commands import Decide, Desk
from engine.errors import NotPublishedError
from engine.events import SYSTEM, Event, EventKind, end_of, stamp
from engine.intake import judge_now, taken_in
from engine.papers import ItemHere
from engine.procedure import ARTICLE_45, Step
from engine.records import Stop
from engine.simulation import converted, expired, simulated_opinions
from engine.tasks import Reading
from engine.terms import Force, LimitInForce, LimitKind, Truth, Unit
from engine.workdays import WorkCalendar

Interval = tuple[date, date | None]


def clocks(state: CaseState, law: Law, calendar: WorkCalendar, today: date) -> tuple[CaseClock, ...]:
    """Every clock of a case that is taken in: the bundle's promise and cap, each item's limits, each open list's."""
    warned = law.book.parameters.get("warning_days", WARNING_DAYS)
    if state.accepted_on is None:
        found = [] if state.ending else [_intake_clock(state, law, calendar, today)]
        return tuple(lit(clock, today, calendar, warned) for clock in found)
    reading = state.reading(law.procedure)
    found = [*_bundle(state, law, calendar, today), *_lists(state, law, calendar, today)]
    for item in state.items:
        if item.applies is Truth.YES and item.part == "opinion":
            found.extend(_item(state, law, reading, item, calendar, today))
    found.extend(_validity(state, law, calendar, today))
    return tuple(lit(clock, today, calendar, warned) for clock in found)


def _intake_clock(state: CaseState, law: Law, calendar: WorkCalendar, today: date) -> CaseClock:
    limit = law.book.limits["correction-notice"]
    due, provisional = last_of(calendar, state.received_on, limit.days, limit.unit)
    done = state.asked.on if state.asked else None
    return clock_of("intake", "", limit, state.received_on, due, provisional, done, today)


def _bundle(state: CaseState, law: Law, calendar: WorkCalendar, today: date) -> Iterator[CaseClock]:
    assert state.accepted_on is not None
    procedure, limits = law.procedure, law.book.limits
    done = state.ending.on if state.ending else None
    if procedure.simulated:  # the promise is for the simulated opinions; the conversion has days of its own
        notice = next((p for p in state.issued if p.simulated), None)
        done = date.fromisoformat(notice.content["issued_on"]) if notice else done
    has_licence = any(i.licence and i.applies is Truth.YES for i in state.items)
    by_law, pause = _stops(state, law, state.stops)
    if procedure.cap and has_licence:
        yield _judged(
            state, limits[procedure.cap], "", state.accepted_on, done, by_law, [], calendar, today, Kind.JOINT
        )
    if procedure.limit:
        yield _judged(
            state, limits[procedure.limit], "", state.accepted_on, done, by_law, pause, calendar, today, Kind.OTHER
        )


def _item(
    state: CaseState, law: Law, reading: Reading, item: ItemHere, calendar: WorkCalendar, today: date
) -> Iterator[CaseClock]:
    start = date.fromisoformat(item.since) if item.since else state.accepted_on
    assert start is not None
    done = _opinion_day(state, law, reading, item)
    turning = _turning(law, reading, item)
    if law.procedure.simulated and turning is None:
        return  # what is only simulated is no application yet: no limit of the law runs
    if turning is not None:
        step, opened = turning
        start = max(start, opened)
        if step.limit and _to_turn(state, item):
            own = law.book.limits[step.limit]
            yield _judged(state, own, item.id, start, done, [], [], calendar, today, Kind.OTHER)
    by_law, pause = _stops(state, law, [s for s in state.stops if s.item == item.id])
    kind = Kind.LICENCE if item.licence else Kind.OTHER
    for raw in item.limits:
        limit = law.book.limits.get(raw["id"])
        if limit is None or limit.kind is LimitKind.PERIOD or raw.get("binds") == "owner":
            continue
        local = pause if limit.kind is LimitKind.PROMISED else []
        yield _judged(
            state, limit, item.id, max(start, state.accepted_on or start), done, by_law, local, calendar, today, kind
        )


def _to_turn(state: CaseState, item: ItemHere) -> bool:
    """Whether an item has a simulated opinion to turn formal; one that is void is given anew, in the days of a full review."""
    return any(v.passes and v.about.item == item.id for v in simulated_opinions(state))


def _turning(law: Law, reading: Reading, item: ItemHere) -> tuple[Step, date] | None:
    """The step that turns an item's simulated opinion formal, and the day on which all that it needs was there."""
    for step in law.procedure.steps:
        task = reading.task(f"{step.id}:{item.id}") if step.converts else None
        if task is not None and not task.blocked_by:
            versions = (reading.view.dossier.versions[name] for name in task.reads)
            papers = {n.doc for n in step.needs}
            came = [v.on for v in versions if v.kind in papers and v.on is not None]
            return (step, max(came)) if came else None
    return None


def _validity(state: CaseState, law: Law, calendar: WorkCalendar, today: date) -> Iterator[CaseClock]:
    """How long the simulated opinions of each day hold, and when to warn; those turned formal need no validity."""
    procedure, limits = law.procedure, law.book.limits
    if procedure.valid is None or state.ending is not None:
        return
    holding = (v for v in simulated_opinions(state) if v.passes and converted(state, v) is None)
    given = {v.on for v in holding if v.on is not None}
    for day in sorted(given):
        limit = limits[procedure.valid]
        due, provisional = last_of(calendar, day, limit.days, limit.unit)
        yield clock_of(f"valid:{day}", "", limit, day, due, provisional, None, today)
        if procedure.warn is not None and due is not None and not provisional:
            before = limits[procedure.warn]
            near = calendar.before(due, before.days)
            yield clock_of(f"warn:{day}", "", before, day, near, False, None, today)


def valid_until(state: CaseState, law: Law, calendar: WorkCalendar) -> str | None:
    """The last day on which all simulated opinions of a case still hold (有效期至), in ISO form."""
    valid = law.book.limits.get(law.procedure.valid or "")
    given = [v.on for v in simulated_opinions(state) if v.passes and v.on is not None]
    if valid is None or not given:
        return None
    due, _ = last_of(calendar, min(given), valid.days, valid.unit)
    return due.isoformat() if due else None


def _stops(state: CaseState, law: Law, stops: Iterable[Stop]) -> tuple[list[Interval], list[Interval]]:
    """What the law takes out of every limit, and what besides is taken out of a promise: local stops, rectification."""
    by_law, pause = [], [(a, b) for _, a, b in state.answering]
    for stop in stops:
        if stop.reason in ARTICLE_45 and stop.written_notice:
            by_law.append((stop.start, stop.end))
        elif stop.reason in law.procedure.local_stops:
            pause.append((stop.start, stop.end))
    return by_law, pause


def _opinion_day(state: CaseState, law: Law, reading: Reading, item: ItemHere) -> date | None:
    """The day of the item's formal opinion, as long as it stands: taken back or gone stale, the clock runs again."""
    for step in law.procedure.steps:
        for need in step.needs if step.refuses and step.force is Force.FORMAL else ():
            for slot in reading.slots(need.doc):
                version = reading.current(need.doc, slot)
                if slot.item == item.id and version is not None and not reading.stale(version):
                    if version.passes or state.dossier.answered(version) is None:
                        return version.on
    return state.ending.on if state.ending else None


def _lists(state: CaseState, law: Law, calendar: WorkCalendar, today: date) -> Iterator[CaseClock]:
    for step_id, asked, answered in state.answering:
        rule = law.procedure.step(step_id).on_fail
        if rule is None or rule.within is None:
            continue
        limit = law.book.limits[rule.within]
        due, provisional = last_of(calendar, asked, limit.days, limit.unit)
        key = f"answer:{step_id}:{asked.isoformat()}"
        done = answered or (state.ending.on if state.ending else None)
        yield clock_of(key, "", limit, asked, due, provisional, done, today)


def _judged(
    state: CaseState,
    limit: LimitInForce,
    item: str,
    start: date,
    done: date | None,
    by_law: Sequence[Interval],
    local: Sequence[Interval],
    calendar: WorkCalendar,
    today: date,
    kind: Kind,
) -> CaseClock:
    """One clock by the same judgement as ``yichuang clock``: stops as unions, an extension if it counts."""
    promise = limit.kind is LimitKind.PROMISED
    moments: list[tuple[date, int, What, Reason | None]] = [
        (start, 0, What.RECEIVED, None),
        (start, 1, What.ACCEPTED, None),
    ]
    for reason, intervals in ((Reason.INSPECTION, by_law), (Reason.RECTIFICATION, local)):
        for a, b in union(intervals):
            if b is not None and b <= max(a, start):
                continue  # over before this clock began, or on the day on which it started
            moments.append((max(a, start), 3, What.SUSPENDED, reason))
            if b is not None:
                moments.append((b, 2, What.RESUMED, reason))
    if done is not None:
        moments.append((max(done, start), 6, What.DECIDED, None))
    events = [
        Moment(
            i, on, what, reason=reason, written_notice=True, outcome=Outcome.GRANTED if what is What.DECIDED else None
        )
        for i, (on, _, what, reason) in enumerate(sorted(moments, key=lambda m: m[:2]))
    ]
    events.extend(
        Moment(len(events) + i, e.on, What.EXTENDED, days=e.days, approved_by=Approver(e.approved_by))
        for i, e in enumerate(x for x in state.extensions if x.item == item and not promise)
    )
    clock_limit = ClockLimit(
        limit.days, limit.unit, kind, limit.days if promise else None, frozenset({Reason.RECTIFICATION})
    )
    timeline = Timeline(clock_limit, tuple(sorted(events, key=lambda m: m.on)))
    key = f"{item or 'case'}:{limit.id}"
    try:
        found = judge(timeline, calendar, max(today, *(e.on for e in events)), forecast=True)
    except NotPublishedError:
        return clock_of(key, item, limit, start, None, True, done, today)
    due = found.promised_due if promise else found.statutory_due
    provisional = due is not None and not calendar.is_final(due)
    return clock_of(key, item, limit, start, due, provisional, done, today, found.used_days)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Merged intervals (并集), in order; one that is open to the end swallows those after it."""
    out: list[Interval] = []
    for start, end in sorted(intervals, key=lambda i: (i[0], i[1] or date.max)):
        if out and (out[-1][1] is None or start <= out[-1][1]):
            last = out[-1]
            out[-1] = (last[0], None if last[1] is None or end is None else max(last[1], end))
        else:
            out.append((start, end))
    return out


# --- what time brings ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wakeup:
    """When to look at a case again (唤醒), and what for; a cache of the clocks, made anew with every event."""

    key: str
    kind: str
    at: datetime


def wakeups(state: CaseState, law: Law, calendar: WorkCalendar, today: date) -> tuple[Wakeup, ...]:
    """The instants at which time will do something to the case, as far as it is known now."""
    if state.ending is not None:
        return ()
    out = []
    for clock in clocks(state, law, calendar, today):
        if clock.due is None or clock.key in state.passed:
            continue
        binds = clock.kind is not LimitKind.PERIOD and clock.key != "intake"
        if clock.done_on is None or (binds and clock.late):
            out.append(Wakeup(clock.key, "deemed" if clock.key == "intake" else "limit", end_of(clock.due)))
    return tuple(sorted(out, key=lambda w: (w.at, w.key)))


def due_events(state: CaseState, law: Law, calendar: WorkCalendar, now: datetime, decide: Decide) -> list[Event]:
    """The next thing that time has brought by ``now`` and that no entry says yet; [] when there is none.

    One thing at a time, the earliest first: the caller appends it, folds, and asks again. A provisional day brings
    nothing: neither a forecast, nor the last days of a year that the next notice may still move.
    """
    desk = Desk(state, law, SYSTEM, now, decide)
    for wakeup in wakeups(state, law, calendar, desk.today):
        clock = next(c for c in clocks(state, law, calendar, desk.today) if c.key == wakeup.key)
        if wakeup.at > now:
            break
        if clock.due is None or clock.provisional:
            continue
        if clock.key == "intake":
            return _deemed(desk, wakeup)
        if clock.key.startswith("warn:"):
            return [_near(desk, clock, wakeup)]
        passed = _passed(desk, clock, wakeup)
        if clock.key.startswith("valid:"):
            return [passed, *expired(desk, clock.start, clock.due)]
        if clock.key.startswith("answer:"):
            return [passed, _lapsed(desk, clock, wakeup)]
        return [passed]
    return []


def _deemed(desk: Desk, wakeup: Wakeup) -> list[Event]:
    """Neither voucher nor notice within five days: taken in from the day of receipt (视为受理)."""
    task = desk.reading.task(desk.law.procedure.intake.id)
    assert task is not None
    events = taken_in(desk, task, judge_now(desk), desk.state.received_on, deemed=True)
    return [replace(e, data={**e.data, "legal_instant": stamp(wakeup.at)}) for e in events]


def _passed(desk: Desk, clock: CaseClock, wakeup: Wakeup) -> Event:
    data: dict[str, Any] = {
        "key": clock.key,
        "item": clock.item,
        "limit": clock.limit,
        "kind": clock.kind.value,
        "last_day": clock.due.isoformat() if clock.due else None,
        "legal_instant": stamp(wakeup.at),
        "says": f"{clock.title}{clock.days}{UNIT_TITLES[clock.unit]}已于{clock.due}届满",
    }
    return desk.event(EventKind.LIMIT_PASSED, **data)


def _near(desk: Desk, clock: CaseClock, wakeup: Wakeup) -> Event:
    """The simulated opinions of a day are about to run out: said once, in time to act."""
    valid = desk.law.book.limits[desk.law.procedure.valid or ""]
    says = (
        f"{clock.start}出具的模拟审批意见（{valid.title}{valid.days}{UNIT_TITLES[valid.unit]}）即将届满，逾期自行失效"
    )
    return desk.event(EventKind.VALIDITY_NEAR, key=clock.key, says=says, legal_instant=stamp(wakeup.at))


UNIT_TITLES = {Unit.WORKING: "个工作日", Unit.CALENDAR: "日", Unit.MONTH: "个月", Unit.YEAR: "年"}


def _lapsed(desk: Desk, clock: CaseClock, wakeup: Wakeup) -> Event:
    """The list was not answered by its day: the case ends, and says what may be kept."""
    kept = kept_after(desk)
    says = f"逾期未提交整改（最后一日为{clock.due}），办件终止，须重新申请"
    note = desk.law.procedure.kept_after_lapse
    return desk.event(
        EventKind.ANSWER_LAPSED,
        says=says,
        kept=kept,
        kept_says=note,
        legal_instant=stamp(wakeup.at),
        ended_on=str(clock.due),
    )
