"""What a simulated case says of itself (模拟审批的说明): what it stands on, how that compares, what happens if it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from api.cases.sentences import NO_FORCE_EN, sentences, to_redo, told, validity
from engine.assumed import AssumedPaper, compare
from engine.case_clock import last_of
from engine.commands import Desk
from engine.deadlines import valid_until
from engine.dossier import VERDICT_TITLES, About, DocVersion, Standing
from engine.events import Event, EventKind
from engine.prospects import Prospect, prospects
from engine.simulation import NO_FORCE, converted
from engine.terms import Force
from engine.workdays import WorkCalendar


def simulated_json(desk: Desk, calendar: WorkCalendar, events: Sequence[Event]) -> dict[str, Any] | None:
    """Assumed beside real, every simulated opinion, what failed, and all of it in plain sentences; None for other cases."""
    if not desk.law.procedure.simulated:
        return None
    lines = list(sentences(desk, calendar, events))
    return {
        "notice": NO_FORCE,
        "notice_en": NO_FORCE_EN,
        "says": [zh for zh, _ in lines],
        "says_en": [en for _, en in lines],
        "valid_until": valid_until(desk.state, desk.law, calendar),
        "assumptions": [_assumption(desk, paper) for paper in desk.law.procedure.assumes],
        "opinions": [_opinion(desk, calendar, v) for v in _all_opinions(desk)],
        "if_it_fails": [_prospect(each) for each in prospects(desk)],
        "failures": [
            {"on": e.on.isoformat(), **e.data, "to_redo": [r["item"] for r in to_redo(desk, e)]}
            for e in events
            if e.case == desk.state.case and e.kind is EventKind.ASSUMPTION_FAILED
        ],
    }


def _prospect(each: Prospect) -> dict[str, Any]:
    """One way to fail that is still ahead: which opinions would be void, what would be done again, in how many days."""
    says, says_en = told(each)
    return {
        "cause": each.failure.id,
        "title": each.failure.title,
        "document": each.paper,
        "fields": [{"field": name, "title": title} for name, title in each.fields],
        "ends": each.failure.ends,
        "void": [v.about.item for v in each.opinions],
        "redo": [{k: line[k] for k in ("item", "title", "department", "days", "unit")} for line in each.redo],
        "cost_days": each.cost_days,
        "says": says,
        "says_en": says_en,
    }


def _assumption(desk: Desk, paper: AssumedPaper) -> dict[str, Any]:
    history = desk.state.dossier.history(paper.doc, About())
    assumed = next((v for v in reversed(history) if v.standing is Standing.ASSUMED), None)
    now = desk.state.dossier.current(paper.doc, About())
    real = now if now is not None and now.standing is Standing.REAL else None
    found = compare(paper, assumed.fields if assumed else {}, real.fields if real else {})
    return {
        "document": paper.doc,
        "title": paper.title,
        "assumed": assumed.id if assumed else None,
        "real": real.id if real else None,
        "discharged": real is not None and (assumed is None or all(c.holds for c in found)),
        "fields": [{**c.as_json(), "holds": c.holds if real else None} for c in found],
    }


def _all_opinions(desk: Desk) -> Iterator[DocVersion]:
    for version in desk.state.dossier.versions.values():
        if version.about.case == desk.state.case and version.force is Force.SIMULATED and version.verdict is not None:
            yield version


def _opinion(desk: Desk, calendar: WorkCalendar, version: DocVersion) -> dict[str, Any]:
    formal = converted(desk.state, version)
    if version.standing is Standing.VOID:
        code, says = "void", "已失效"
    elif formal is not None:
        code, says = "converted", "已转正"
    elif desk.state.dossier.current(*version.slot) is not version:
        code, says = "superseded", "已由后来的意见代替"
    elif not version.passes:
        code, says = "failed", "不合格，修改后重新审查"
    elif desk.reading.stale(version):
        code, says = "stale", "所据已变化，须重新审查"
    else:
        code, says = "holds", "成立"
    return {
        "id": version.id,
        "item": version.about.item,
        "force": version.force.value,
        "notice": NO_FORCE,
        "verdict": version.verdict.value if version.verdict else None,
        "verdict_says": VERDICT_TITLES[version.verdict] if version.verdict else "",
        "by": version.by,
        "on": version.on.isoformat() if version.on else None,
        "state": code,
        "says": says,
        "valid_until": _until(desk, calendar, version) if code == "holds" else None,
        "stands_on": [line for name, looked_at in version.stands_on.items() for line in _stood(desk, name, looked_at)],
        "converted_by": formal.id if formal else None,
    }


def _until(desk: Desk, calendar: WorkCalendar, version: DocVersion) -> str | None:
    """The last day of an opinion that has not been turned formal."""
    limit = validity(desk)
    if limit is None or version.on is None:
        return None
    due, _ = last_of(calendar, version.on, limit.days, limit.unit)
    return due.isoformat() if due else None


def _stood(desk: Desk, name: str, looked_at: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    version = desk.state.dossier.versions[name]
    paper = desk.law.procedure.assumed(version.kind)
    for each in paper.fields if paper else ():
        if each.id in looked_at:
            yield {
                "document": paper.title if paper else version.kind,
                "field": each.id,
                "title": each.title,
                "value": version.fields.get(each.id),
                "standing": version.standing.value,
            }
