"""One clock of a case (计时): its last day, whether it is late, its lamp."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from engine.clock import Lamp, lamp
from engine.errors import NotPublishedError
from engine.terms import LimitInForce, LimitKind, Unit
from engine.workdays import WorkCalendar, last_day


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock of a case on a day (计时): of the bundle where ``item`` is empty.

    ``due`` is None where the calendar of that year is not published and not even a forecast reaches it; ``provisional``
    marks a day that the next holiday notice may move.
    """

    key: str
    item: str
    limit: str
    title: str
    kind: LimitKind
    days: int
    unit: Unit
    start: date
    due: date | None
    provisional: bool = False
    done_on: date | None = None
    late: bool = False
    used_days: int | None = None
    lamp: Lamp | None = None


def last_of(calendar: WorkCalendar, start: date, days: int, unit: Unit) -> tuple[date | None, bool]:
    """The last day of a limit, None where not even a forecast reaches it, and whether the next notice may move it."""
    try:
        due = last_day(calendar, start, days, unit)
        return due, not calendar.is_final(due)
    except NotPublishedError:
        try:
            return last_day(calendar.forecast(), start, days, unit), True
        except NotPublishedError:
            return None, True


def clock_of(
    key: str,
    item: str,
    limit: LimitInForce,
    start: date,
    due: date | None,
    provisional: bool,
    done: date | None,
    today: date,
    used: int | None = None,
) -> CaseClock:
    """A clock as it stands today, its lamp not lit yet."""
    late = due is not None and (done or today) > due
    return CaseClock(
        key,
        item,
        limit.id,
        limit.title,
        limit.kind,
        limit.days,
        limit.unit,
        start,
        due,
        provisional,
        done,
        late,
        used,
    )


def lit(clock: CaseClock, today: date, calendar: WorkCalendar, warning_days: int) -> CaseClock:
    """A clock with its lamp (亮灯), yellow from so many working days before its last day on; none once it is done."""
    if clock.due is None or clock.done_on is not None:
        return clock
    days = calendar.forecast() if clock.provisional else calendar
    return replace(clock, lamp=lamp(clock.due, today, days, warning_days))
