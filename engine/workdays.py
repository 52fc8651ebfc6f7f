"""Working days (工作日): a calendar built from the State Council's holiday notices as known on a day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.errors import Fault, NotPublishedError, PolicyError
from engine.forecast import LAST_FORECAST_YEAR, statutory_rest
from engine.terms import Cite, Unit

LAST_FINAL_DAY = (12, 24)
"""Until this day of the last published year a notice is final; the next notice may still name the days after it."""

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """One holiday notice (放假安排通知) of the State Council: which days rest, and which weekend days are worked.

    ``issued`` is the day it was made public, from which it counts as known; ``year`` the year it arranges. It may
    name days of the December before. ``amends`` is the number of the notice that it changes in the year.
    """

    number: str
    title: str
    issued: date
    year: int
    rest: frozenset[date]
    work: frozenset[date]
    amends: str | None = None

    @property
    def cite(self) -> Cite:
        """The notice as a legal source (依据)."""
        return Cite(self.title, self.number)


class WorkCalendar:
    """Which days are working days (工作日历), from ``first`` to ``last``; outside them it refuses, and never guesses.

    A rank table: for each day how many working days lie before it, so that every question is one look-up. Published
    make-up weekends (调休上班) are working days.
    """

    __slots__ = (
        "_days",
        "_first",
        "_forecast",
        "_rank",
        "_tables",
        "final_until",
        "first",
        "known_on",
        "last",
        "notices",
        "published_until",
    )

    first: date
    last: date
    final_until: date
    """Days after this one may still be changed by the next notice: answers that reach them are provisional."""
    published_until: date
    known_on: date | None
    notices: tuple[Notice, ...]
    _forecast: WorkCalendar | None

    def __init__(
        self,
        first: date,
        last: date,
        rest: Iterable[date],
        work: Iterable[date],
        *,
        notices: Sequence[Notice] = (),
        known_on: date | None = None,
        published_until: date | None = None,
    ) -> None:
        """Build the rank table: Monday to Friday, less ``rest``, and ``work`` besides."""
        self.first, self.last, self.known_on, self.notices = first, last, known_on, tuple(notices)
        self.published_until = published_until or last
        self.final_until = self.published_until.replace(month=LAST_FINAL_DAY[0], day=LAST_FINAL_DAY[1])
        self._forecast = None
        self._tables: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._first = first.toordinal()
        ordinals = np.arange(self._first, last.toordinal() + 1)
        working = (ordinals - 1) % 7 < 5
        for days, value in ((rest, False), (work, True)):
            inside = [d.toordinal() - self._first for d in days if first <= d <= last]
            working[inside] = value
        self._rank: list[int] = [0, *np.cumsum(working).tolist()]
        self._days: list[int] = ordinals[working].tolist()

    @classmethod
    def of(cls, notices: Iterable[Notice], known_on: date | None = None) -> WorkCalendar:
        """The calendar of the notices issued by ``known_on`` (all of them where None); newer ones override older ones."""
        known = sorted((n for n in notices if known_on is None or n.issued <= known_on), key=lambda n: n.issued)
        if not known:
            raise NotPublishedError(
                f"截至{known_on}，没有已公布的放假安排。" if known_on else "没有任何放假安排数据。",
                detail_en="No holiday notice was published by that day.",
            )
        arranged: dict[date, bool] = {}
        for notice in known:
            arranged.update(dict.fromkeys(notice.rest, False))
            arranged.update(dict.fromkeys(notice.work, True))
        years = sorted({n.year for n in known})
        if missing := sorted(set(range(years[0], years[-1])) - set(years)):
            fault = Fault(
                known[-1].number,
                missing[0],
                f"缺少{missing[0]}年的放假安排。",
                f"No notice for {missing[0]}.",
            )
            raise PolicyError([fault])
        return cls(
            date(years[0], 1, 1),
            date(years[-1], 12, 31),
            (d for d, worked in arranged.items() if not worked),
            (d for d, worked in arranged.items() if worked),
            notices=known,
            known_on=known_on,
        )

    def forecast(self) -> WorkCalendar:
        """The same calendar prolonged by a forecast (预测日历) to the end of 2035; what it says there is provisional.

        A forecast year rests on Saturdays, Sundays and the thirteen statutory days of 全国年节及纪念日放假办法 as of
        2025 (元旦 1, 春节 4 from the eve on, 清明 1, 劳动节 2, 端午 1, 中秋 1, 国庆 3); a statutory day on a weekend is
        made up on the next weekday. It does not foresee how a notice swaps weekends (调休), so a date may be some days
        off, never marked as final: ``final_until`` stays that of the published calendar.
        """
        if self._forecast is None:
            years = range(self.published_until.year + 1, LAST_FORECAST_YEAR + 1)
            published = [date.fromordinal(o) for o in range(self._first, self.published_until.toordinal() + 1)]
            self._forecast = WorkCalendar(
                self.first,
                max(self.published_until, date(LAST_FORECAST_YEAR, 12, 31)),
                [d for year in years for d in statutory_rest(year)] + [d for d in published if not self.is_working(d)],
                [d for d in published if self.is_working(d)],
                notices=self.notices,
                known_on=self.known_on,
                published_until=self.published_until,
            )
        return self._forecast

    def is_final(self, day: date) -> bool:
        """Whether no later notice is expected to change anything up to that day (不再变动)."""
        return day <= self.final_until

    def is_working(self, day: date) -> bool:
        """Whether it is a working day (工作日)."""
        at = self._at(day, 0, len(self._rank) - 2)
        return self._rank[at + 1] > self._rank[at]

    def add(self, day: date, n: int) -> date:
        """The n-th working day strictly after ``day`` (顺数); the day itself for 0. The start day is not counted."""
        if n == 0:
            return day
        if n < 0:
            return self.before(day, -n)
        return self._nth(self._rank[self._after(day)] + n - 1)

    def before(self, day: date, n: int) -> date:
        """The n-th working day strictly before ``day`` (倒数)."""
        return self._nth(self._rank[self._at(day, 0, len(self._rank) - 1)] - n)

    def count(self, a: date, b: date) -> int:
        """How many working days lie in the half-open interval (a, b]; none where b is not after a."""
        if b <= a:
            return 0
        return self._rank[self._after(b)] - self._rank[self._after(a)]

    def next_working(self, day: date) -> date:
        """The first working day on or after ``day``: a last day on a rest day rolls to it (民法典第二百零三条)."""
        return self._nth(self._rank[self._at(day, 0, len(self._rank) - 2)])

    def previous_working(self, day: date) -> date:
        """The last working day on or before ``day``, to which a period counted backward rolls."""
        return self._nth(self._rank[self._after(day)] - 1)

    def add_many(self, days: NDArray[np.datetime64], n: int | NDArray[np.int64]) -> NDArray[np.datetime64]:
        """``add`` for a whole column of days (批量顺数), n of at least 1, at a few nanoseconds a day."""
        if self._tables is None:
            self._tables = np.array(self._rank) - 1, np.array(self._days) - _EPOCH
        rank, work = self._tables
        at = days.astype("datetime64[D]", copy=False).view(np.int64) + (_EPOCH - self._first + 1)
        try:
            if at.size and at.min() < 0:
                raise IndexError
            index = np.take(rank, at)
        except IndexError:
            worst = at.min() if at.min() < 0 else at.max()
            raise self._not_published(int(worst) + self._first - 1) from None
        index += n
        try:
            found: NDArray[np.datetime64] = np.take(work, index).view("datetime64[D]")
        except IndexError:
            raise self._not_published(self.last.toordinal() + 1) from None
        return found

    def working_days(self, year: int) -> int:
        """How many working days a year has (全年工作日数)."""
        return self.count(date(year, 1, 1) - _DAY, date(year, 12, 31))

    def _at(self, day: date, lowest: int, highest: int) -> int:
        at = day.toordinal() - self._first
        if at < lowest or at > highest:
            raise self._not_published(day.toordinal())
        return at

    def _after(self, day: date) -> int:
        """The place in the rank table of the days up to and with ``day``; the eve of the first day is known too."""
        return self._at(day, -1, len(self._rank) - 2) + 1

    def _nth(self, index: int) -> date:
        if index < 0:
            raise self._not_published(self._first - 1)
        if index >= len(self._days):
            raise self._not_published(self.last.toordinal() + 1)
        return date.fromordinal(self._days[index])

    def _not_published(self, ordinal: int) -> NotPublishedError:
        year = date.fromordinal(min(max(ordinal, 1), date.max.toordinal())).year
        if year < self.first.year:
            return NotPublishedError(
                f"本系统收录的放假安排自{self.first.year}年起，{year}年及以前的工作日无法推算。",
                detail_en=f"The holiday notices held begin with {self.first.year}.",
            )
        return NotPublishedError(
            f"{year}年的放假安排未公布（已公布至{self.published_until.year}年），不能推算工作日；可改用 --forecast 得到暂定日期。",
            detail_en=f"The holiday notice for {year} is not published (the last is {self.published_until.year}'s); "
            "--forecast gives a provisional date.",
        )


def last_day(
    calendar: WorkCalendar, start: date, n: int, unit: Unit, *, backward: bool = False, pause: int = 0
) -> date:
    """The last day (最后一日) of a period of ``n`` units from ``start``; the period ends at 24:00 of that day.

    The start day is not counted (民法典第二百零一条). Periods in days, months and years that end on a rest day roll to
    the next working day (第二百零三条). ``backward`` counts strictly before ``start`` and rolls to the working day
    before. ``pause`` days do not count (停表): working days where the unit is working days, else calendar days.
    """
    if unit is Unit.WORKING:
        return calendar.before(start, n) if backward else calendar.add(start, n + pause)
    try:
        raw = shift(start, -n if backward else n, unit) + timedelta(days=pause)
    except (ValueError, OverflowError) as error:
        raise NotPublishedError("所求日期超出历法范围。", detail_en="The day lies outside the calendar.") from error
    return calendar.previous_working(raw) if backward else calendar.next_working(raw)


def shift(start: date, n: int, unit: Unit) -> date:
    """The day ``n`` calendar days, months or years away (日、月、年), not rolled.

    Months and years end on the same-numbered day, or on the last day of the month where there is none (第二百零二条).
    """
    if unit is Unit.CALENDAR:
        return start + timedelta(days=n)
    months = start.year * 12 + start.month - 1 + (n * 12 if unit is Unit.YEAR else n)
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(year)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
