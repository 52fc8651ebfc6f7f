"""The time axis of a Gantt picture (时间轴): days to places, months or round numbers of days, rest days.

A time stands for the end of its day: a step from (start, finish] fills the days after its start.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from engine.workdays import WorkCalendar

ONE = timedelta(days=1)
LONG_REST = 3
"""Rest days in a row that are shown over the whole height: a holiday, and no mere weekend."""
CLEAR = 1.2
"""Pixels under which a run of rest days is not drawn."""


class Axis:
    """From a day to a place across the picture."""

    def __init__(self, start: Any, end: Any, left: float, wide: float) -> None:
        self.start, self.end, self.left, self.wide = start, end, left, wide
        self.per_day = wide / max(1, self._days(end))

    def _days(self, at: Any) -> int:
        apart = at - self.start
        return apart.days if isinstance(apart, timedelta) else int(apart)

    def x(self, at: Any) -> float:
        """Where the end of a day lies."""
        return round(self.left + self._days(at) * self.per_day, 1)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Where lines are, and what they are called, far enough apart to be written."""
        yield from self._months() if isinstance(self.start, date) else self._numbers()

    def _months(self) -> Iterator[tuple[float, str]]:
        count = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        step = max(1, -(-count * 58 // int(self.wide)))
        for n in range(1, count + 1, step):
            year, month = divmod(self.start.year * 12 + self.start.month - 1 + n, 12)
            first = date(year, month + 1, 1)
            yield self.x(first - ONE), f"{first:%Y-%m}"

    def _numbers(self) -> Iterator[tuple[float, str]]:
        sizes = (n * 10**k for k in range(12) for n in (1, 2, 5))
        step = next(s for s in sizes if s * self.per_day >= 58)
        for n in range(step, self._days(self.end) + 1, step):
            yield self.x(self.start + n), f"第{n}日"

    def rests(self, calendar: WorkCalendar) -> Iterator[tuple[float, float, bool]]:
        """Runs of rest days: from where to where, and whether it is a long one."""
        day, run = self.start + ONE, 0
        while day <= self.end + ONE:
            if day <= self.end and not calendar.is_working(day):
                run += 1
            elif run:
                wide = run * self.per_day
                if wide >= CLEAR:
                    yield self.x(day - ONE * (run + 1)), wide, run >= LONG_REST
                run = 0
            day += ONE
