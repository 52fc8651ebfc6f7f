"""What the cells of a log say (日志取值): instants as Shanghai time, phases of a step, and where faults lie."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.errors import Fault, InputError
from engine.eventlog import DAY_MICROS, LONGEST_NAME, Phase
from engine.values import shorten

MOST_FAULTS = 20
"""Faults that are told before reading stops."""
FIRST_YEAR, LAST_YEAR = 1900, 2100

_ZERO, _ZERO_UTC = datetime.fromisoformat("1970-01-01"), datetime(1970, 1, 1, tzinfo=UTC)
_SHANGHAI = 8 * 3_600_000_000
_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]*(\d{1,2})[:时](\d{1,2})[:分]?(?:(\d{1,2})(?:\.\d+)?秒?)?)?",
    re.ASCII,
)

_PHASES = {
    **dict.fromkeys(("", "complete", "completed", "end", "完成", "办结", "结束"), Phase.COMPLETE),
    **dict.fromkeys(("start", "started", "begin", "开始", "受理"), Phase.START),
    **dict.fromkeys(("suspend", "suspended", "停表", "暂停", "暂停计时"), Phase.SUSPEND),
    **dict.fromkeys(("resume", "resumed", "恢复", "恢复计时"), Phase.RESUME),
}


def stamp(text: str) -> tuple[int, bool] | None:
    """Microseconds since 1970 in Shanghai, and whether it is an instant or only a day; None for what is no time.

    A zone is converted; without one it is Shanghai time. Midnight as it is written says only the day.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        found = _written(text.strip())
        if found is None:
            return None
        at = found
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    exact = bool(at.hour or at.minute or at.second or at.microsecond)
    past, shift = (at - _ZERO, 0) if at.tzinfo is None else (at - _ZERO_UTC, _SHANGHAI)
    return past.days * DAY_MICROS + past.seconds * 1_000_000 + past.microseconds + shift, exact


def _written(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*(int(p or 0) for p in found.groups()))
        )
    except ValueError:
        return None


def phase(text: str) -> Phase:
    """What of a step an event tells, by the words of XES or the Chinese ones."""
    return _PHASES.get(text.strip().lower(), Phase.OTHER)


class Faults:
    """Faults of a file by line (逐行的错误); reading stops when there are enough of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Fault] = []

    def add(self, line: int, value: str | None, fix: str, fix_en: str) -> None:
        """Note one; raises when there are enough."""
        self.found.append(fault(self.name, line, value, fix, fix_en))
        if len(self.found) >= MOST_FAULTS:
            raise InputError(self.found)

    def close(self) -> None:
        """Raise if there are any."""
        if self.found:
            raise InputError(self.found)


def fault(name: str, line: int, value: str | None, fix: str, fix_en: str, column: int | None = None) -> Fault:
    """A fault at a line of a file."""
    at, where, where_en = f"{name}:{line}", f"第 {line} 行", f"Line {line}"
    if column is not None:
        at, where, where_en = f"{at}:{column}", f"{where}第 {column} 列", f"{where_en}, column {column}"
    return Fault(at, shorten(value), f"{where}：{fix}", f"{where_en}: {fix_en}")


def no_stamp(faults: Faults, line: int, text: str | None) -> None:
    """An event without a time, or with none that can be."""
    if text is None or not text.strip():
        faults.add(line, None, "事件没有时间。请补上时间（time:timestamp）。", "The event has no time stamp.")
    else:
        fix = f"时间读不懂，或不在 {FIRST_YEAR} 至 {LAST_YEAR} 年间；请写作 2022-09-30T10:05:00+08:00。"
        faults.add(line, text, fix, "No time; write 2022-09-30T10:05:00+08:00.")


def bad_name(faults: Faults, line: int, text: str | None, what: str) -> None:
    """A name that is missing or absurdly long."""
    fix = f"事件没有{what}，或超过 {LONGEST_NAME} 个字。"
    faults.add(line, text, fix, "The event lacks a name, or it is too long.")


def good_name(text: str | None) -> str | None:
    """A name without blanks around it; None where it is missing or absurdly long."""
    text = text.strip() if text else ""
    return text if 0 < len(text) <= LONGEST_NAME else None
