"""A plan as it is said (计划的表示, CONTRACT §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from engine.decision import assumed_json, cite_json
from engine.graph import Edge
from engine.plan import Dropped, Plan, Planned, Savings, milestones
from engine.reading import Reading
from engine.terms import NO_FORCE, Beforehand


def plan_json(plan: Plan, savings: Savings) -> dict[str, Any]:
    """One reading."""
    out: dict[str, Any] = {
        "reading": plan.reading.value,
        "start": _time(plan.start),
        "finish": _time(plan.finish),
        "working_days": plan.working_days,
        "steps": [_step_json(s) for s in plan.steps],
        "assumptions": [
            {"id": a.id, "document": a.document, "discharged_by": a.discharged_by} for a in plan.assumptions
        ],
        "dropped": [_dropped_json(d) for d in plan.dropped],
        "savings": asdict(savings),
        "warnings": [{"code": code, "says": says} for code, says in plan.warnings],
    }
    if plan.reading is Reading.SIMULATED:
        out["notice"] = NO_FORCE
    if plan.reading is Reading.BEFOREHAND:
        out["beforehand"] = [_beforehand_json(d) for d in plan.beforehand]
    return out


def comparison_json(plans: Mapping[str, Plan], savings: Savings) -> dict[str, Any]:
    """Every reading, the milestones of each, and what each saves."""
    found = milestones(plans.values())
    return {
        "readings": {name: plan_json(plan, savings) for name, plan in plans.items()},
        "milestones": {name: {r: _time(at) for r, at in by.items()} for name, by in found.items()},
        "savings": asdict(savings),
    }


def _time(at: Any) -> Any:
    return at.isoformat() if isinstance(at, date) else at


def _step_json(planned: Planned) -> dict[str, Any]:
    step = planned.step
    return {
        "id": step.id,
        "title": step.title,
        "department": step.department,
        "days": step.days,
        "unit": step.unit.value,
        "duration": step.duration or None,
        "earliest_start": _time(planned.earliest_start),
        "earliest_finish": _time(planned.earliest_finish),
        "latest_start": _time(planned.latest_start),
        "latest_finish": _time(planned.latest_finish),
        "slack": planned.slack,
        "critical": planned.critical,
        "waits_for": list(planned.waits_for),
        "stands_on": list(planned.stands_on),
        "legal_effect": step.legal_effect,
        "applies": step.applies.value,
    }


def _dropped_json(dropped: Dropped) -> dict[str, Any]:
    edge = dropped.edge
    between = {"from": edge.before, "to": edge.after, "firm": edge.firm.value}
    return {**between, **_source_json(edge), "days_saved": dropped.days_saved}


def _beforehand_json(ahead: Dropped) -> dict[str, Any]:
    """An edge for which only the decision waits, with the clause that lets review be finished beforehand."""
    edge = ahead.edge
    assert edge.beforehand is not None
    return {
        "from": edge.before,
        "to": edge.after,
        **_source_json(edge.beforehand),
        "days_saved": ahead.days_saved,
        "order": _source_json(edge),
    }


def _source_json(said: Edge | Beforehand) -> dict[str, Any]:
    out: dict[str, Any] = {"cite": cite_json(said.cite)}
    if said.local:
        out["local"] = True
    if said.assumed:
        out["assumed"] = assumed_json(said.assumed)
    return out
