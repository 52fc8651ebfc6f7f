"""What stands above and beneath a reading in a picture (图上的说明): its days, milestones, assumptions, what it does without."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.exports import text as says
from engine.plan import Plan

MILESTONE_WORDS = {"design_review_start": ("◆", "方案审查开始"), "construction_start": ("◇", "施工许可证办结")}
MOST_DROPPED = 8
"""Dropped edges that are told beneath a reading, those that save most first."""


def headline(plan: Plan) -> str:
    """The reading, from when to when, how long."""
    unit = "个工作日" if isinstance(plan.start, date) else "日"
    lasts = f"{plan.working_days} {unit}"
    return f"{says.TITLES[plan.reading]}：{says.at(plan.start)} 至 {says.at(plan.finish)}，{lasts}"


def under(plan: Plan, milestones: Mapping[str, Mapping[str, Any]]) -> str:
    """Its milestones, and what it assumes."""
    parts = []
    for name, (sign, title) in MILESTONE_WORDS.items():
        when = milestones[name][plan.reading.value]
        if when is not None:
            parts.append(f"{sign} {title} {says.at(when)}")
    for each in plan.assumptions:
        parts.append(f"假设已有“{says.plain(each.document)}”，{says.plain(each.discharged_by)} 办结后方可转正")
    return "　　".join(parts)


def cautions(plan: Plan) -> list[str]:
    """What must be known of the whole before it is relied on: provisional dates, a reading that is closed to the project."""
    return [f"注意：{said}" for code, said in plan.warnings if code != "no-duration"]


def dropped_lines(plan: Plan) -> list[str]:
    """What it does without, and what it decides on a review finished beforehand, with clauses and days."""
    ahead = [says.beforehand(d) for d in plan.beforehand]
    told = [says.dropped(d) for d in sorted(plan.dropped, key=lambda d: -d.days_saved)]
    lines = [*ahead, *told]
    more = len(lines) - MOST_DROPPED
    return [*lines[:MOST_DROPPED], *([f"另有 {more} 处。"] if more > 0 else [])]
