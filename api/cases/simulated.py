"""What a simulated case says of itself (模拟审批的说明): what it stands on, how that compares, what happens if it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.assumed import AssumedPaper, FailedBy, compare
from engine.commands import Desk
from engine.deadlines import UNIT_TITLES, valid_until
from engine.dossier import VERDICT_TITLES, About, DocVersion, Standing
from engine.events import Event, EventKind
from engine.simulation import NO_FORCE, converted
from engine.terms import Force
from engine.workdays import WorkCalendar


def simulated_json(desk: Desk, calendar: WorkCalendar, events: Sequence[Event]) -> dict[str, Any] | None:
    """Assumed beside real, every simulated opinion, what failed, and all of it in plain sentences; None for other cases."""
    if not desk.law.procedure.simulated:
        return None
    return {
        "notice": NO_FORCE,
        "says": list(_sentences(desk, calendar)),
        "valid_until": valid_until(desk.state, desk.law, calendar),
        "assumptions": [_assumption(desk, paper) for paper in desk.law.procedure.assumes],
        "opinions": [_opinion(desk, v) for v in _all_opinions(desk)],
        "failures": [
            {"on": e.on.isoformat(), **{k: v for k, v in e.data.items() if k != "void"}, "void": e.data["void"]}
            for e in events
            if e.case == desk.state.case and e.kind is EventKind.ASSUMPTION_FAILED
        ],
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


def _opinion(desk: Desk, version: DocVersion) -> dict[str, Any]:
    formal = converted(desk.state, version)
    if version.standing is Standing.VOID:
        code, says = "void", "已失效"
    elif formal is not None:
        code, says = "converted", f"已转正（{formal.id}）"
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
        "stands_on": [line for name, looked_at in version.stands_on.items() for line in _stood(desk, name, looked_at)],
        "converted_by": formal.id if formal else None,
    }


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


def _sentences(desk: Desk, calendar: WorkCalendar) -> Iterator[str]:
    procedure, state = desk.law.procedure, desk.state
    yield "本办件走模拟审批：土地尚未取得时先行审查，取得土地后逐项比对，未变化的转为正式意见。"
    yield f"模拟审批意见{NO_FORCE.partition('，')[2]}，不得据以开工建设；开工须另行取得建筑工程施工许可证。"
    for paper in procedure.assumes:
        told = _assumption(desk, paper)
        if told["real"] is None:
            yield f"所立足的假设：{paper.title}尚未取得，意见按所陈述的内容作出。"
        elif told["discharged"]:
            yield f"{paper.title}已取得，与假设一致，各部门核对无变化后即可转正。"
        else:
            beyond = "、".join(f["title"] for f in told["fields"] if not f["holds"])
            yield f"{paper.title}已取得，{beyond}与假设不一致，立足于此的模拟意见已失效，须作正式审查。"
    until = valid_until(state, desk.law, calendar)
    limit = desk.law.book.limits.get(procedure.valid or "")
    if until is not None and limit is not None and state.ending is None:
        yield f"模拟审批意见自出具之日起{limit.days}{UNIT_TITLES[limit.unit]}内有效，最早一份至{until}，逾期自行失效。"
    ends = "、".join(f.title for f in procedure.failures if f.ends)
    redone = "、".join(f.title for f in procedure.failures if not f.ends and f.by is not FailedBy.TIME)
    if state.ending is None and procedure.failures:
        yield f"如{redone}，受影响的意见失效并列明重办事项；如{ends}，办件终止。"
