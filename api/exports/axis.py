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
NEAR = 58
"""Pixels that a label of the axis takes up."""
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
        step = max(1, -(-count * NEAR // int(self.wide)))
        opening = self.start + ONE  # the first day that is shown
        firsts = [date(y, m + 1, 1) for y, m in (divmod(at, 12) for at in self._counted(step, count))]
        if not firsts or self.x(firsts[0] - ONE) - self.left >= NEAR:
            yield self.left, f"{opening:%Y-%m}"
        yield from ((self.x(first - ONE), f"{first:%Y-%m}") for first in firsts)

    def _counted(self, step: int, count: int) -> Iterator[int]:
        """Months after the start's, every so many, as numbers since the year nought."""
        month = self.start.year * 12 + self.start.month - 1
        yield from range(month + 1, month + count + 1, step)

    def _numbers(self) -> Iterator[tuple[float, str]]:
        sizes = (n * 10**k for k in range(12) for n in (1, 2, 5))
        step = next(s for s in sizes if s * self.per_day >= NEAR)
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
