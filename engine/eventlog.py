"""What happened (办件日志): events of many cases in compact columns, and the steps, stops and working days read out of them.

An event is some thirty bytes: numbers of the case, the step, who did it, and the instant in Asia/Shanghai. Names are held once.
A stamp written as midnight says only the day: within that day nothing is told to be before anything else.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import Fault, InputError, NotPublishedError
from engine.values import shorten
from engine.workdays import WorkCalendar

MOST_EVENTS = 5_000_000
MOST_CASES = 1_000_000
MOST_NAMES = {"activity": 1_000, "resource": 100_000, "group": 10_000}
LONGEST_NAME = 300
NONE = -(2**31)
"""No day, no instant."""
EPOCH = date(1970, 1, 1).toordinal()
DAY_MICROS = 86_400_000_000

SUSPEND_NAMES = frozenset({"suspend", "suspended", "停表", "暂停", "暂停计时", "停止计时"})
RESUME_NAMES = frozenset({"resume", "resumed", "恢复", "恢复计时", "停表结束"})
"""Events of these names stop and resume the clock of the whole case; they are no steps."""

Ints = NDArray[np.int64]


class Phase(IntEnum):
    """What of a step an event tells (生命周期); the rest, such as *schedule* or *assign*, tells nothing of its time."""

    COMPLETE = 0
    START = 1
    SUSPEND = 2
    RESUME = 3
    OTHER = 4


@dataclass(frozen=True)
class EventLog:
    """The events of a log (日志) as columns; ``day`` and ``due`` are days since 1970-01-01, ``at`` microseconds."""

    cases: tuple[str, ...]
    activities: tuple[str, ...]
    resources: tuple[str, ...]
    groups: tuple[str, ...]
    case: NDArray[np.int32]
    activity: NDArray[np.int32]
    at: Ints
    exact: NDArray[np.bool_]
    phase: NDArray[np.int8]
    resource: NDArray[np.int32]
    group: NDArray[np.int32]
    due: NDArray[np.int32]
    case_due: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.at)

    def renamed(self, name: Callable[[str], str]) -> EventLog:
        """The same with activities under other names; those of one name become one."""
        index: dict[str, int] = {}
        to = np.array([index.setdefault(name(each), len(index)) for each in self.activities] or [0], dtype=np.int32)
        return replace(self, activities=tuple(index), activity=to[self.activity])

    def only(self, wanted: Ints) -> EventLog:
        """The same with some of the cases alone."""
        number = np.full(len(self.cases), -1, dtype=np.int32)
        number[wanted] = np.arange(len(wanted))
        keep = number[self.case] >= 0
        columns = ("activity", "at", "exact", "phase", "resource", "group", "due")
        return replace(
            self,
            cases=tuple(self.cases[i] for i in wanted),
            case=number[self.case[keep]],
            case_due=self.case_due[wanted],
            **{name: getattr(self, name)[keep] for name in columns},
        )


class Recorder:
    """Takes events one by one, and holds them compactly (收集); what is too much is refused by name."""

    def __init__(self, most_events: int = MOST_EVENTS) -> None:
        self.most_events = most_events
        self._names: dict[str, dict[str, int]] = {"case": {}, "activity": {}, "resource": {"": 0}, "group": {"": 0}}
        self._int = {name: array("i") for name in ("case", "activity", "resource", "group", "due")}
        self._at = array("q")
        self._flags = array("b")
        self._case_due: dict[int, int] = {}
        adds = {name: column.append for name, column in self._int.items()}
        self._add = (adds["case"], adds["activity"], adds["resource"], adds["group"], adds["due"])

    def case(self, name: str) -> int:
        """The number of a case."""
        return self._number("case", name, MOST_CASES)

    def case_due(self, case: int, day: int) -> None:
        """A case has its own deadline (期限)."""
        self._case_due[case] = day

    def event(
        self,
        case: int,
        activity: str,
        at: int,
        exact: bool,
        phase: Phase,
        resource: str = "",
        group: str = "",
        due: int = NONE,
    ) -> None:
        """One event.

        Raises:
            InputError: more events, cases or names than are taken.
        """
        if len(self._at) >= self.most_events:
            raise _too_many("/events", f"{self.most_events:,} 个事件", f"{self.most_events:,} events")
        names = self._names
        step = names["activity"].get(activity)
        who = names["resource"].get(resource)
        where = names["group"].get(group)
        numbers = (
            case,
            self._number("activity", activity, MOST_NAMES["activity"]) if step is None else step,
            self._number("resource", resource, MOST_NAMES["resource"]) if who is None else who,
            self._number("group", group, MOST_NAMES["group"]) if where is None else where,
            due,
        )
        for add, number in zip(self._add, numbers, strict=True):
            add(number)
        self._at.append(at)
        self._flags.append(phase | (8 if exact else 0))

    def _number(self, kind: str, name: str, most: int) -> int:
        held = self._names[kind]
        number = held.get(name)
        if number is None:
            if len(held) >= most:
                titles = {"case": "办件", "activity": "不同的环节名称", "resource": "经办人", "group": "部门"}
                raise _too_many(f"/{kind}", f"{most:,} 个{titles[kind]}", f"{most:,} values of {kind}", name)
            number = held[name] = len(held)
        return number

    def log(self) -> EventLog:
        """What was taken.

        Raises:
            InputError: nothing was, or no step is ever completed.
        """
        flags = np.frombuffer(self._flags, dtype=np.int8) if self._flags else np.zeros(0, np.int8)
        if not len(flags) or not (flags & 7 == Phase.COMPLETE).any():
            fix = "日志里没有事件。" if not len(flags) else "日志里没有“完成”（complete）的事件，看不出环节何时办结。"
            raise InputError([Fault("/events", None, fix, "The log has no completed event.")])
        columns: dict[str, Any] = {name: np.frombuffer(column, np.int32) for name, column in self._int.items()}
        cases, activities, resources, groups = (tuple(held) for held in self._names.values())
        case_due = np.full(len(cases), NONE, dtype=np.int32)
        for case, day in self._case_due.items():
            case_due[case] = day
        phase, exact = flags & 7, flags & 8 != 0
        at = np.frombuffer(self._at, dtype=np.int64)
        return EventLog(
            cases, activities, resources, groups, **columns, at=at, exact=exact, phase=phase, case_due=case_due
        )


def _too_many(pointer: str, most: str, most_en: str, value: str | None = None) -> InputError:
    fix = f"日志超过 {most}，请按年份或办件拆成几份。"
    return InputError([Fault(pointer, shorten(value), fix, f"The log has more than {most_en}: split it.")])


# --- steps ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Steps:
    """The steps that were completed (已办结的环节), case by case in the order of their ends: the first end of each counts."""

    log: EventLog
    bounds: Ints
    """The steps of case ``c`` are rows ``bounds[c]`` up to ``bounds[c + 1]``."""
    case: NDArray[np.int32]
    activity: NDArray[np.int32]
    end: Ints
    end_exact: NDArray[np.bool_]
    start: Ints
    """When it began, where the log says so; else ``NONE``."""
    start_exact: NDArray[np.bool_]
    resource: NDArray[np.int32]
    group: NDArray[np.int32]
    due: NDArray[np.int32]
    opened: Ints
    """The first event of each case, whatever it tells."""
    closed: Ints
    stops: Mapping[int, tuple[tuple[int, int, int], ...]]
    """For each case its stops (停表): activity or -1 for the whole case, and the days (from, to]."""
    repeated: int

    @property
    def end_day(self) -> Ints:
        """Days of the ends."""
        return self.end // DAY_MICROS

    @property
    def known_start(self) -> NDArray[np.bool_]:
        """Which steps tell when they began."""
        known: NDArray[np.bool_] = self.start != NONE
        return known

    def previous(self) -> Ints:
        """For each step when the one before it in the case was completed; where there is none, when the case began."""
        before = np.empty_like(self.end)
        before[1:] = self.end[:-1]
        first = self.bounds[:-1][np.diff(self.bounds) > 0]
        before[first] = np.minimum(self.opened[self.case[first]], self.end[first])
        return before

    def begun(self) -> Ints:
        """When each step began: as the log says, else when the one before it was completed (估计)."""
        return np.where(self.known_start, self.start, self.previous())

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Which steps tell how long they took: not a case's first event, where it says only that it ended."""
        return self.known_start | (self.begun() < self.end) | (self.previous() > self.opened[self.case])

    def precedes(self, i: NDArray[Any], j: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether each step ``i`` was told to be done before the step ``j``."""
        days = self.end_day
        both = self.end_exact[i] & self.end_exact[j]
        told: NDArray[np.bool_] = (days[i] < days[j]) | (both & (self.end[i] < self.end[j]) & (days[i] == days[j]))
        return told


def steps_of(log: EventLog) -> Steps:
    """Read the completed steps and the stops out of the events."""
    names = [each.strip().lower() for each in log.activities]
    marks = np.array([1 if n in SUSPEND_NAMES else 2 if n in RESUME_NAMES else 0 for n in names] or [0])[log.activity]
    done, begun = ((log.phase == p) & (marks == 0) for p in (Phase.COMPLETE, Phase.START))
    ends, starts = _firsts(log, done), _firsts(log, begun)
    wide = len(log.activities) + 1
    key_of_start = log.case[starts].astype(np.int64) * wide + log.activity[starts]
    key_of_end = log.case[ends].astype(np.int64) * wide + log.activity[ends]
    at = np.searchsorted(key_of_start, key_of_end)
    held = np.minimum(at, max(0, len(starts) - 1))
    start, start_exact = np.full(len(ends), NONE, np.int64), np.zeros(len(ends), np.bool_)
    if len(starts):
        same = (key_of_start[held] == key_of_end) & (log.at[starts[held]] <= log.at[ends])
        start[same], start_exact[same] = log.at[starts[held]][same], log.exact[starts[held]][same]
    order = np.lexsort((ends, log.at[ends], log.case[ends]))
    rows = ends[order]
    count = len(log.cases)
    opened, closed = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(opened, log.case, log.at)
    np.maximum.at(closed, log.case, log.at)
    bounds = np.concatenate(([0], np.cumsum(np.bincount(log.case[rows], minlength=count)))).astype(np.int64)
    return Steps(
        log,
        bounds,
        log.case[rows],
        log.activity[rows],
        log.at[rows],
        log.exact[rows],
        start[order],
        start_exact[order],
        log.resource[rows],
        log.group[rows],
        log.due[rows],
        opened,
        closed,
        _stops(log, marks, closed),
        int(done.sum()) - len(ends),
    )


def _firsts(log: EventLog, chosen: NDArray[np.bool_]) -> Ints:
    """Of the chosen events the first of each step in each case, by case and step."""
    at = np.flatnonzero(chosen)
    order = at[np.lexsort((at, log.at[at], log.activity[at], log.case[at]))]
    if not len(order):
        return order
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(log.case[order]) != 0) | (np.diff(log.activity[order]) != 0)
    first: Ints = order[new]
    return first


def _stops(log: EventLog, marks: Ints, closed: Ints) -> dict[int, tuple[tuple[int, int, int], ...]]:
    """The stops of each case; one that nothing resumes runs to the case's last event."""
    stopping = ((log.phase == Phase.SUSPEND) & (marks == 0)) | (marks == 1)
    resuming = ((log.phase == Phase.RESUME) & (marks == 0)) | (marks == 2)
    rows = np.flatnonzero(stopping | resuming)
    rows = rows[np.lexsort((rows, log.at[rows], log.case[rows]))]
    found: dict[int, list[tuple[int, int, int]]] = {}
    running: dict[tuple[int, int], int] = {}
    for row in rows.tolist():
        case, step = int(log.case[row]), -1 if marks[row] else int(log.activity[row])
        day = int(log.at[row]) // DAY_MICROS
        if stopping[row]:
            running.setdefault((case, step), day)
        elif (case, step) in running:
            found.setdefault(case, []).append((step, running.pop((case, step)), day))
    for (case, step), since in running.items():
        found.setdefault(case, []).append((step, since, int(closed[case]) // DAY_MICROS))
    return {case: tuple(each) for case, each in found.items()}


def union(stops: Iterable[tuple[int, int, int]], step: int) -> list[tuple[int, int]]:
    """The stops that hold for a step, overlapping ones as one."""
    out: list[tuple[int, int]] = []
    for since, until in sorted((a, b) for of, a, b in stops if of in (-1, step)):
        if out and since <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], until))
        else:
            out.append((since, until))
    return out


# --- working days -----------------------------------------------------------------------------------------------------


class Ruler:
    """Working days between days of a log (工作日尺), counted (from, to]; for columns of days and for single ones."""

    def __init__(self, calendar: WorkCalendar | None, first: int, last: int) -> None:
        """Lay out the days ``first`` to ``last`` (since 1970-01-01); no calendar means Monday to Friday.

        Raises:
            NotPublishedError: names the year whose holidays are not held.
        """
        begin, end = date.fromordinal(first + EPOCH), date.fromordinal(last + EPOCH)
        if calendar is None:
            calendar = WorkCalendar(date(begin.year, 1, 1), date(end.year + 2, 12, 31), (), ())
        elif begin < calendar.first or end > calendar.last:
            raise _no_calendar(calendar, begin.year if begin < calendar.first else end.year)
        self.calendar, self.first = calendar, first - 1
        working = [False, *(calendar.is_working(date.fromordinal(o + EPOCH)) for o in range(first, last + 1))]
        self.rank: Ints = np.cumsum(working)
        self._rank: Sequence[int] = self.rank.tolist()

    @classmethod
    def of(cls, steps: Steps, calendar: WorkCalendar | None) -> Ruler:
        """The days that a log spans."""
        at = steps.log.at
        return cls(calendar, int(at.min()) // DAY_MICROS, int(at.max()) // DAY_MICROS)

    def counts(self, since: Ints, until: Ints) -> Ints:
        """Working days of each (since, until]."""
        found: Ints = np.maximum(0, self.rank[until - self.first] - self.rank[since - self.first])
        return found

    def count(self, since: int, until: int) -> int:
        """Working days of (since, until], none where it is turned round."""
        return max(0, self._rank[until - self.first] - self._rank[since - self.first])

    def net(self, since: int, until: int, stops: Sequence[tuple[int, int]]) -> int:
        """The same less the stops."""
        gone = sum(self.count(max(a, since), min(b, until)) for a, b in stops if a < until and b > since)
        return self.count(since, until) - gone


def _no_calendar(calendar: WorkCalendar, year: int) -> NotPublishedError:
    held = f"{calendar.first.year}至{calendar.last.year}年"
    return NotPublishedError(
        f"日志里有{year}年的日期，而收录的放假安排是{held}，算不出工作日；可写 --calendar weekdays，只按周一至周五计。",
        detail_en=f"The log has days of {year}; holiday notices are held for {calendar.first.year} to "
        f"{calendar.last.year}. Use --calendar weekdays to count Monday to Friday.",
    )
