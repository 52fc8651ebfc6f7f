"""The statutory holidays of a year (法定节假日) by rule alone, for the provisional forecast of unpublished years."""

from __future__ import annotations

from datetime import date, timedelta

from engine.errors import NotPublishedError

LAST_FORECAST_YEAR = 2035

_DAY = timedelta(days=1)

_LUNAR = {
    # year: 春节 (正月初一), 端午 (五月初五), 中秋 (八月十五) in the civil calendar
    2020: ((1, 25), (6, 25), (10, 1)),
    2021: ((2, 12), (6, 14), (9, 21)),
    2022: ((2, 1), (6, 3), (9, 10)),
    2023: ((1, 22), (6, 22), (9, 29)),
    2024: ((2, 10), (6, 10), (9, 17)),
    2025: ((1, 29), (5, 31), (10, 6)),
    2026: ((2, 17), (6, 19), (9, 25)),
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
}


def statutory_days(year: int) -> list[date]:
    """The thirteen statutory days of a year (法定节假日), by the text of 2024; a day that is two feasts stands twice."""
    if year not in _LUNAR:
        raise NotPublishedError(
            f"没有{year}年的农历节日，不能预测。", detail_en=f"No lunar feasts are held for {year}."
        )
    spring, dragon_boat, mid_autumn = (date(year, month, day) for month, day in _LUNAR[year])
    return [
        date(year, 1, 1),
        *(spring + _DAY * n for n in (-1, 0, 1, 2)),
        date(year, 4, _clear_and_bright(year)),
        date(year, 5, 1),
        date(year, 5, 2),
        dragon_boat,
        mid_autumn,
        date(year, 10, 1),
        date(year, 10, 2),
        date(year, 10, 3),
    ]


def statutory_rest(year: int) -> list[date]:
    """The days off that the statutory days give (放假日): one on a weekend, or on another feast, moves to the next weekday."""
    rest: list[date] = []
    for day in sorted(statutory_days(year)):
        while day.weekday() >= 5 or day in rest:
            day += _DAY
        rest.append(day)
    return rest


def _clear_and_bright(year: int) -> int:
    """The day of April on which 清明 falls, by the usual formula for this century."""
    short = year % 100
    return int(short * 0.2422 + 4.81) - short // 4
