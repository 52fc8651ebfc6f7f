"""Use case of a plan (计划用例): decide by both engines, lay the steps out, read them three ways. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from api.parts import Parts
from api.plans.schemas import LimitingIn, PlanIn
from api.plans.shapes import comparison_json, plan_json
from engine.decision import Decision
from engine.deriving import conversion_of, graph_of
from engine.dispatch import Demand
from engine.errors import Fault, InputError
from engine.events import day_of
from engine.facts import read_statement
from engine.graph import StepGraph
from engine.graph_reading import read_demanding_graph, read_departments
from engine.plan import Calendar, Numbers, Time, plan, savings
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
    time: Time
    if body.graph is not None:
        (graph, desks), time, conversion = bare(body), Numbers(), None
    else:
        asked = question(parts, body)
        graph, time, conversion, desks = asked.graph, asked.time, asked.conversion, asked.desks
    saved = savings(graph, time, conversion, desks)
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


def bare(body: PlanIn | LimitingIn) -> tuple[StepGraph, Demand | None]:
    """The bare graph that was sent, and the desks that it states.

    Raises:
        InputError: what only a project has stands beside it, or a fault in the graph itself.
    """
    given = body.model_dump(include={"on", "facts", "buildings", "durations", "capacity", "start"})
    also = [name for name, value in given.items() if value]
    if also:
        fix = "写了 graph（裸图）就不要写这一项。"
        raise InputError([Fault(f"/{name}", None, fix, "Leave it out beside a graph.") for name in also])
    try:
        return read_demanding_graph(body.graph)
    except InputError as error:
        raise InputError([Fault("/graph" + f.pointer, f.value, f.fix, f.fix_en) for f in error.errors]) from None


def _day(text: str | None, pointer: str) -> date | None:
    if text is None:
        return None
    faults: list[Fault] = []
    day = read_day(text, pointer, faults)
    if faults:
        raise InputError(faults)
    return day
