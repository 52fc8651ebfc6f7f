"""What pictures and exports are made from (出图所用): the graph, some readings of it, and what their words need."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import networkx as nx

from api.exports.text import plain
from api.exports.until import Until
from engine.errors import Fault, InputError
from engine.graph import CONVERT, DECIDE, Edge, StepGraph
from engine.plan import Plan, Savings, Time, plan, savings
from engine.reading import Conversion, Reading
from engine.terms import Firm
from engine.values import shorten
from engine.workdays import WorkCalendar

MOST_DRAWN = 400
"""Steps that a picture, a process model or a calendar file may have; tables have no such bound."""


@dataclass(frozen=True)
class Sheet:
    """One project, as it is drawn and exported.

    ``calendar`` is None where days are plain numbers. ``key`` tells the project from others in ids that last.
    """

    graph: StepGraph
    plans: tuple[Plan, ...]
    savings: Savings
    stamp: datetime | None = None
    departments: Mapping[str, str] = field(default_factory=dict)
    calendar: WorkCalendar | None = None
    key: str = ""
    until: str = ""

    @property
    def plan(self) -> Plan:
        """The reading, where there is one."""
        return self.plans[-1]

    def edges_to(self) -> dict[str, list[Edge]]:
        """The edges that lead to each step; those of a review lead to its conversion or decision too."""
        found: dict[str, list[Edge]] = {}
        for edge in self.graph.edges:
            found.setdefault(edge.after, []).append(edge)
        made = {name + DECIDE: edges for name, edges in found.items()}
        made |= {name + CONVERT: [e for e in edges if e.firm is not Firm.ASSUMABLE] for name, edges in found.items()}
        return {**made, **found}

    def department(self, name: str) -> str:
        """The title of a department."""
        return plain(self.departments.get(name, name))


def sheet_of(
    graph: StepGraph,
    time: Time,
    readings: Iterable[Reading],
    *,
    stamp: datetime | None = None,
    conversion: Conversion | None = None,
    departments: Mapping[str, str] | None = None,
    key: str = "",
    until: str | None = None,
) -> Sheet:
    """Plan some readings of a graph, to be drawn.

    Args:
        graph: steps and edges.
        time: dates or numbers.
        readings: which, in the order in which they are shown.
        stamp: when this is made, where the format says so.
        conversion: how reviews on assumptions are turned formal.
        departments: their titles.
        key: what tells the project from others.
        until: a step; it and those that come before it are planned alone.

    Raises:
        InputError: there is no such step, or an id that cannot be shown.
        NotPublishedError: the plan runs into a year whose holidays are not published.
    """
    unshown = [s.id for s in graph.steps if plain(s.id, len(s.id)) != " ".join(s.id.split())]
    if unshown:
        fix = "环节代码中有看不见的字符，不能出图，请改。"
        raise InputError(
            [Fault("/steps", shorten(i), fix, "The id has characters that cannot be shown.") for i in unshown]
        )
    shown = graph if until is None else before(graph, until)
    plans = tuple(plan(shown, r, time, conversion) for r in readings)
    saved = savings(shown, time, conversion)
    if until is not None:
        cut = Until(shown, time, conversion, until)
        plans, saved = tuple(map(cut.plan, plans)), cut.savings()
    calendar = getattr(time, "calendar", None)
    return Sheet(shown, plans, saved, stamp, departments or {}, calendar, key, until or "")


def before(graph: StepGraph, until: str) -> StepGraph:
    """A step and everything that it waits for in any reading.

    Raises:
        InputError: there is no such step.
    """
    if until not in graph.index:
        parts = [s.id for s in graph.steps if s.of(until)]
        hint = f"它分为 {'、'.join(parts)}，请写其中一个。" if parts else "画不到那里为止。"
        fix = f"计划中没有环节“{shorten(until)}”，{hint}"
        raise InputError([Fault("/until", shorten(until), fix, "The plan has no such step.")])
    kept = {until, *nx.ancestors(graph.graph(), until)}
    return StepGraph.of(
        (s for s in graph.steps if s.id in kept),
        (e for e in graph.edges if e.before in kept and e.after in kept),
        (w for w in graph.warnings if w[0] != "no-duration" or any(w[1].startswith(f"{name}（") for name in kept)),
    )


def key_of(facts: Mapping[str, Any] | None, buildings: Any = None) -> str:
    """What tells a project from others: its code, else what is stated of it."""
    stated = facts or {}
    code = stated.get("project_code", stated.get("项目代码"))
    if isinstance(code, str) and code.strip():
        return plain(code)
    return hashlib.sha256(json.dumps([stated, buildings], sort_keys=True, default=str).encode()).hexdigest()[:32]


def bounded(sheet: Sheet) -> None:
    """Refuse to draw more steps than anybody could read.

    Raises:
        InputError: names the bound.
    """
    most = max(len(p.steps) for p in sheet.plans)
    if most > MOST_DRAWN:
        fix = f"有 {most} 个环节，图、流程模型和日历至多 {MOST_DRAWN} 个；可只画到某一步为止（until），或导出 csv、graphml。"
        fix_en = f"At most {MOST_DRAWN} steps can be drawn; name a step with until, or take csv or graphml."
        raise InputError([Fault("/steps", most, fix, fix_en)])


def one_reading(plans: Sequence[Plan], what: str) -> Plan:
    """The one reading that a format takes.

    Raises:
        InputError: there are several.
    """
    if len(plans) != 1:
        fix = f"{what} 一次只写一种读法，请指明 serial、parallel 或 simulated。"
        raise InputError([Fault("/reading", "all", fix, f"{what} takes one reading: serial, parallel or simulated.")])
    return plans[0]
