"""One clock of a case (计时): its last day, whether it is late, its lamp."""

from __future__ import annotations

from dataclasses import dataclass
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
    calendar: WorkCalendar,
    used: int | None = None,
) -> CaseClock:
    """A clock with its lamp, as it stands today."""
    late = due is not None and (done or today) > due
    shown = None
    if due is not None and done is None:
        shown = lamp(due, today, calendar.forecast() if provisional else calendar)
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
        shown,
    )
