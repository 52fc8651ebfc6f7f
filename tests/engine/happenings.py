"""Logs written by hand: one line an event, ``case step when [phase]``, days or instants in Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.conformance import conform
from engine.eventlog import DAY_MICROS, EPOCH, NONE, EventLog, Phase, Recorder, Ruler, Steps, steps_of
from engine.workdays import WorkCalendar
from engine.yardstick import read_yardstick
from tests.engine.calendars import CALENDAR

PHASES = {each.name.lower(): each for each in Phase}


def number(day: str) -> int:
    return date.fromisoformat(day).toordinal() - EPOCH


def happened(text: str, *, due: Mapping[str, str] | None = None, groups: Mapping[str, str] | None = None) -> EventLog:
    """The log of some lines; ``due`` gives cases a deadline."""
    made = Recorder()
    for line in text.strip().splitlines():
        case, step, when, phase, *event_due = [*line.split(), *["complete"] * (len(line.split()) == 3)]
        at = datetime.fromisoformat(when)
        past = (at - datetime.fromisoformat("1970-01-01")).total_seconds()
        last = number(event_due[0]) if event_due else NONE
        group = (groups or {}).get(step, "")
        made.event(made.case(case), step, int(past * 1_000_000), "T" in when, PHASES[phase], "", group, last)
    for case, day in (due or {}).items():
        made.case_due(made.case(case), number(day))
    return made.log()


def replayed(
    text: str, plan: Any, *, due: Mapping[str, str] | None = None, calendar: WorkCalendar | None = CALENDAR
) -> dict[str, Any]:
    """Lines held against a plan or a bare graph."""
    steps = steps_of(happened(text, due=due))
    return conform(steps, read_yardstick(plan), Ruler.of(steps, calendar))


def only_case(text: str, plan: Any, **more: Any) -> dict[str, Any]:
    """The same for a log of one case."""
    (case,) = replayed(text, plan, **more)["cases"]
    found: dict[str, Any] = case
    return found


def kinds(case: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    return [(f["kind"], f["step"]) for f in case["findings"]]


def ruler(steps: Steps) -> Ruler:
    return Ruler.of(steps, CALENDAR)


def micros(day: date) -> int:
    return (day.toordinal() - EPOCH) * DAY_MICROS


def graph(**steps: Any) -> dict[str, Any]:
    """A bare graph: ``B=(15, "A", "C?")``; ``?`` assumable, ``~`` customary, ``+`` before the issue, ``B_`` binds."""
    firms = {"?": "assumable", "~": "customary", "+": "before_issue"}
    made = []
    for name, (days, *needs) in steps.items():
        edges = [{"step": n.rstrip("?~+"), "firm": firms.get(n[-1], "required")} for n in needs]
        made.append({"id": name.rstrip("_"), "days": days, "needs": edges, "legal_effect": name.endswith("_")})
    return {"steps": made}
