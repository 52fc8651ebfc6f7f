"""The holiday table of DOMAIN §6.2 written out by hand, and a day-by-day counter that shares no code with the engine."""

from __future__ import annotations

from datetime import date, timedelta

from engine.workdays import Notice, WorkCalendar

DAY = timedelta(days=1)

TABLE = {
    2019: (
        "12-30~12-31 01-01 02-04~02-10 04-05 05-01~05-04 06-07 09-13 10-01~10-07",
        "12-29 02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    2020: (
        "01-01 01-24~02-02 04-04~04-06 05-01~05-05 06-25~06-27 10-01~10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    2021: (
        "01-01~01-03 02-11~02-17 04-03~04-05 05-01~05-05 06-12~06-14 09-19~09-21 10-01~10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2022: (
        "01-01~01-03 01-31~02-06 04-03~04-05 04-30~05-04 06-03~06-05 09-10~09-12 10-01~10-07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    2023: (
        "12-31 01-01~01-02 01-21~01-27 04-05 04-29~05-03 06-22~06-24 09-29~10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01 02-10~02-17 04-04~04-06 05-01~05-05 06-10 09-15~09-17 10-01~10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01 01-28~02-04 04-04~04-06 05-01~05-05 05-31~06-02 10-01~10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01~01-03 02-15~02-23 04-04~04-06 05-01~05-05 06-19~06-21 09-25~09-27 10-01~10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
"""Year → days off and weekend days worked; the days of December that stand first belong to the year before."""

WORKING_DAYS = {2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}
ISSUED = {
    2019: "2018-12-06",
    2020: "2019-11-21",
    2021: "2020-11-25",
    2022: "2021-10-25",
    2023: "2022-12-08",
    2024: "2023-10-25",
    2025: "2024-11-12",
    2026: "2025-11-04",
}


def days_of(year: int, text: str) -> frozenset[date]:
    """The days of a row; one in December that is among the first two entries is of the year before."""
    out: set[date] = set()
    for place, part in enumerate(text.split()):
        first, _, last = part.partition("~")
        of = year - 1 if place == 0 and first.startswith("12") else year
        day, end = date.fromisoformat(f"{of}-{first}"), date.fromisoformat(f"{of}-{last or first}")
        while day <= end:
            out.add(day)
            day += DAY
    return frozenset(out)


NOTICES = tuple(
    Notice(str(year), f"{year}年", date.fromisoformat(ISSUED[year]), year, days_of(year, rest), days_of(year, work))
    for year, (rest, work) in TABLE.items()
)
CALENDAR = WorkCalendar.of(NOTICES)
FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)

_REST = frozenset(d for n in NOTICES for d in n.rest)
_WORK = frozenset(d for n in NOTICES for d in n.work)


def works(day: date) -> bool:
    """Whether a day is worked, asked of the table itself."""
    return day in _WORK or (day.weekday() < 5 and day not in _REST)


def walk(day: date, n: int) -> date:
    """The n-th working day after a day, one day at a time."""
    while n:
        day += DAY
        n -= works(day)
    return day


def between(a: date, b: date) -> list[date]:
    """The working days of (a, b]."""
    return [d for i in range(1, (b - a).days + 1) if works(d := a + DAY * i)]
