"""Use case of a plan (计划用例): decide by both engines, lay the steps out, read them three ways. Nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.parts import Parts
from api.plans.schemas import PlanIn
from api.plans.shapes import comparison_json, plan_json
from engine.deriving import conversion_of, graph_of
from engine.errors import Fault, InputError
from engine.events import day_of
from engine.facts import read_statement
from engine.plan import Calendar, plan, savings
from engine.reading import Reading
from engine.values import read_day

SERVICE = "approval"


def planned(parts: Parts, body: PlanIn) -> dict[str, Any]:
    """One reading, or all three with their milestones.

    Raises:
        InputError: a fact, a day or a step that does not exist.
        NotPublishedError: the plan runs into a year whose holidays are not published, and no forecast is wanted.
    """
    on = _day(body.on, "/on") or day_of(parts.now())
    book = parts.shelf.current.as_of(on)
    raw = {"on": on.isoformat(), "facts": body.facts, "buildings": body.buildings}
    statement = read_statement(raw, book.vocabulary, on)
    decision = parts.decider(book, SERVICE)(statement)
    calendar = parts.shelf.calendar.forecast() if body.forecast else parts.shelf.calendar
    time, conversion = Calendar(calendar, _day(body.start, "/start") or on), conversion_of(decision)
    graph = graph_of(decision, body.durations)
    saved = savings(graph, time, conversion)
    if body.reading == "all":
        return comparison_json({r.value: plan(graph, r, time, conversion) for r in Reading}, saved)
    return plan_json(plan(graph, Reading(body.reading), time, conversion), saved)


def _day(text: str | None, pointer: str) -> date | None:
    if text is None:
        return None
    faults: list[Fault] = []
    day = read_day(text, pointer, faults)
    if faults:
        raise InputError(faults)
    return day
