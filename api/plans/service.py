"""Use case of a plan (计划用例): decide by both engines, lay the steps out, read them three ways. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from api.parts import Parts
from api.plans.schemas import PlanIn
from api.plans.shapes import comparison_json, plan_json
from engine.decision import Decision
from engine.deriving import conversion_of, graph_of
from engine.dispatch import Demand
from engine.errors import Fault, InputError
from engine.events import day_of
from engine.facts import read_statement
from engine.graph import StepGraph
from engine.graph_reading import read_departments
from engine.plan import Calendar, plan, savings
from engine.reading import COMPARED, Conversion, Reading
from engine.values import read_day

SERVICE = "approval"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be laid out (所问): the graph of the project's steps, its time, and the decision that it comes from."""

    graph: StepGraph
    time: Calendar
    conversion: Conversion | None
    decision: Decision
    desks: Demand | None = None


def planned(parts: Parts, body: PlanIn) -> dict[str, Any]:
    """One reading, or all three with their milestones.

    Raises:
        InputError: a fact, a day or a step that does not exist.
        NotPublishedError: the plan runs into a year whose holidays are not published, and no forecast is wanted.
    """
    asked = question(parts, body)
    graph, time, conversion = asked.graph, asked.time, asked.conversion
    saved = savings(graph, time, conversion, asked.desks)
    if body.reading == "all":
        return comparison_json({r.value: plan(graph, r, time, conversion) for r in COMPARED}, saved)
    return plan_json(plan(graph, Reading(body.reading), time, conversion), saved)


def question(parts: Parts, body: PlanIn) -> Question:
    """A project's facts as the graph of its steps.

    Raises:
        InputError: a fact, a day or a step that does not exist.
    """
    on = _day(body.on, "/on") or day_of(parts.now())
    book = parts.shelf.current.as_of(on)
    raw = {"on": on.isoformat(), "facts": body.facts, "buildings": body.buildings}
    statement = read_statement(raw, book.vocabulary, on)
    decision = parts.decider(book, SERVICE)(statement)
    calendar = parts.shelf.calendar.forecast() if body.forecast else parts.shelf.calendar
    time = Calendar(calendar, _day(body.start, "/start") or on)
    desks = read_departments(body.capacity, book.departments)
    return Question(graph_of(decision, body.durations), time, conversion_of(decision), decision, desks)


def _day(text: str | None, pointer: str) -> date | None:
    if text is None:
        return None
    faults: list[Fault] = []
    day = read_day(text, pointer, faults)
    if faults:
        raise InputError(faults)
    return day
