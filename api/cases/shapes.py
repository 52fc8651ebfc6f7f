"""What the service says of a case (办件的表示): state, tasks, clocks, what is missing; Chinese beside each code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.access import may
from api.cases.sentences import plan
from api.cases.simulated import simulated_json
from engine.case_clock import CaseClock
from engine.commands import COMMAND_TITLES, STATE_TITLES, Desk
from engine.deadlines import UNIT_TITLES, clocks
from engine.dossier import VERDICT_TITLES, About, DocVersion, Standing
from engine.events import Event, EventKind, stamp
from engine.intake import judge_now, lacking
from engine.kinds import commands as commands_of
from engine.procedure import Command
from engine.records import IssuedPaper
from engine.tasks import Task
from engine.terms import NO_FORCE, Force, Truth
from engine.workdays import WorkCalendar
from models.projects import CaseRecord

EVENT_TITLES = {
    EventKind.PROJECT_REGISTERED: "登记项目",
    EventKind.FACTS_STATED: "填报或更正事实",
    EventKind.DOCUMENT_FILED: "提交材料",
    EventKind.CODE_ASKED: "申请核定项目代码",
    EventKind.CODE_DECIDED: "核定项目代码",
    EventKind.CASE_OPENED: "提出申请",
    EventKind.CORRECTION_ASKED: "一次告知补正",
    EventKind.CORRECTIONS_SUPPLIED: "补正齐全",
    EventKind.TAKEN_IN: "受理",
    EventKind.INTAKE_REFUSED: "不予受理",
    EventKind.ITEMS_DETERMINED: "确定适用事项",
    EventKind.GIVEN: "出具意见",
    EventKind.UNAFFECTED_SIGNED: "签署不受影响",
    EventKind.OPINION_WITHDRAWN: "撤回意见",
    EventKind.CLOCK_STOPPED: "停表",
    EventKind.CLOCK_RESUMED: "恢复计时",
    EventKind.EXTENDED: "延长期限",
    EventKind.CALLED: "召集",
    EventKind.HELD: "登记勘验或会议结果",
    EventKind.ANSWERED: "提交整改",
    EventKind.ANSWER_LAPSED: "逾期未整改，办件终止",
    EventKind.LIMIT_PASSED: "期限届满",
    EventKind.DRAFTED: "拟稿",
    EventKind.DRAFT_RETURNED: "退回拟稿",
    EventKind.ASSUMPTION_FAILED: "模拟意见失效",
    EventKind.VALIDITY_NEAR: "有效期临近届满",
    EventKind.CASE_TERMINATED: "终止办理",
    EventKind.RESULT_NEAR: "效力期限临近届满",
    EventKind.RESULT_LAPSED: "逾期失效",
    EventKind.ISSUED: "出证",
    EventKind.SEALED: "证书成文",
    EventKind.NOT_PASSED: "不予通过",
    EventKind.CASE_WITHDRAWN: "撤回申请",
    EventKind.CERTIFICATE_WITHDRAWN: "撤回证书",
}
LAMP_TITLES = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}


def case_json(desk: Desk, calendar: WorkCalendar, events: Sequence[Event]) -> dict[str, Any]:
    """A case as one person sees it."""
    state = desk.state
    reading = desk.reading
    application = next(
        (d for e in events if e.case == state.case and e.kind is EventKind.CASE_OPENED for d in e.docs), None
    )
    return {
        "id": state.case,
        "project": state.project,
        "service": state.service,
        "project_name": application.fields.get("project_name") if application else None,
        "plan": plan(desk),
        "received_on": state.received_on.isoformat(),
        "accepted_on": state.accepted_on.isoformat() if state.accepted_on else None,
        "deemed_accepted": state.deemed,
        "law": {"digest": state.law, "on": state.law_on.isoformat() if state.law_on else None},
        "state": _state(desk),
        "units": list(state.units) if state.units is not None else None,
        "buildings": list(state.buildings),
        "items": [
            {
                "id": i.id,
                "title": i.title,
                "department": i.department,
                "part": i.part,
                "applies": i.applies.value,
                "since": i.since,
            }
            for i in state.items
        ],
        "tasks": [task_json(desk, t) for t in reading.tasks()] if state.ending is None else [],
        "lists": [
            {"step": a.step.id, "findings": [_doc(f) for f in a.findings], "within": a.rule.within}
            for a in reading.answerable()
        ]
        if state.ending is None
        else [],
        "as_built": [m.as_json() for m in reading.measured()],
        "missing": _missing(desk),
        "clocks": [clock_json(c, _of_simulated(desk, c)) for c in clocks(state, desk.law, calendar, desk.today)],
        "ending": {
            "kind": state.ending.kind.value,
            "says": state.ending.says,
            "on": state.ending.on.isoformat(),
            **_kept(desk),
        }
        if state.ending
        else None,
        "certificate": _certificate(desk),
        "papers": [_paper(p) for p in state.issued],
        "simulated": simulated_json(desk, calendar, events),
        "history": [event_json(e, _simulated(desk, e)) for e in events if e.case in (None, state.case)],
    }


def listed_json(case: CaseRecord, simulated: bool) -> dict[str, Any]:
    """A case as lists show it; one whose service is ``simulated`` has no force until all of it was turned formal."""
    return {
        "id": case.id,
        "number": case.number,
        "project": case.project,
        "project_name": case.project_name,
        "service": case.service,
        "received_on": case.received_on.isoformat(),
        "accepted_on": case.accepted_on.isoformat() if case.accepted_on else None,
        "deemed_accepted": case.deemed,
        "ended": case.ended,
        "ended_title": EVENT_TITLES[EventKind(case.ended)] if case.ended else None,
        "ended_on": case.ended_on.isoformat() if case.ended_on else None,
        **({"notice": NO_FORCE} if simulated and case.ended != EventKind.ISSUED.value else {}),
    }


def _state(desk: Desk) -> dict[str, str]:
    state = desk.state
    if state.ending is not None and state.ending.kind is EventKind.ISSUED and state.certificate_withdrawn is not None:
        return {"code": "certificate_withdrawn", "says": "证书已撤回"}
    if state.ending is not None:
        return {"code": state.ending.kind.value, "says": state.ending.says}
    if state.accepted_on is None:
        waiting = state.asked is not None and state.asked.supplied_on is None
        return {"code": "correction", "says": "待补正"} if waiting else {"code": "received", "says": "待受理"}
    return {"code": "accepted", "says": "办理中"}


def _kept(desk: Desk) -> dict[str, Any]:
    data = desk.state.ending.data if desk.state.ending else {}
    return {k: data[k] for k in ("reasons", "remedies", "kept", "kept_says") if k in data}


def _certificate(desk: Desk) -> dict[str, Any] | None:
    """The last paper with legal effect; what is simulated stands among the papers alone, and is never called one."""
    paper = next((p for p in reversed(desk.state.issued) if not p.simulated), None)
    if paper is None:
        return None
    out = {
        "number": paper.number,
        "check_code": paper.content["check_code"],
        "status": _status(paper.content, paper.withdrawn),
        "content_hash": paper.content["content_hash"],
    }
    if paper.sealed:
        out["pdf_sha256"] = paper.sealed["pdf_sha256"]
    return out


def _status(content: Mapping[str, Any], over: Mapping[str, Any] | None) -> str:
    """How a paper stands; a simulated one is never in force."""
    if over is not None:
        return "lapsed" if "effect" in over else "withdrawn"
    return "simulated" if content["force"] == Force.SIMULATED.value else "in_force"


def _paper(paper: IssuedPaper) -> dict[str, Any]:
    return {
        "number": paper.number,
        "title": paper.content["title"],
        "item": paper.content.get("item", ""),
        "force": paper.content["force"],
        **({"notice": NO_FORCE} if paper.simulated else {}),
        "check_code": paper.content["check_code"],
        "issued_on": paper.content["issued_on"],
        "status": _status(paper.content, paper.withdrawn),
        "pdf_sha256": paper.sealed["pdf_sha256"] if paper.sealed else None,
    }


def _missing(desk: Desk) -> dict[str, Any]:
    """What the owner has still to bring: before acceptance everything at once, after it what blocks the issue."""
    state = desk.state
    if state.ending is not None:
        return {"materials": [], "facts": []}
    if state.accepted_on is None:
        lack = lacking(desk, judge_now(desk))
        return {
            "materials": [{"id": i, "title": t} for i, t in lack.materials],
            "facts": [{"fact": f, "building": b, "title": t} for f, b, t in lack.facts],
        }
    reading = desk.reading
    papers = {
        m: t
        for i in state.items
        if i.applies is Truth.YES and i.part
        for m, t in reading.lacking(i, to_issue=True, simulated=_still_simulated(desk))
    }
    return {"materials": [{"id": m, "title": t} for m, t in papers.items()], "facts": []}


def _still_simulated(desk: Desk) -> bool:
    """Whether only simulated work is under way: no paper that was assumed has come yet."""
    dossier, papers = desk.state.dossier, desk.law.procedure.assumes
    return bool(papers) and not all(dossier.good(p.doc, About()) for p in papers)


def task_json(desk: Desk, task: Task) -> dict[str, Any]:
    """A task, with the commands that it takes now and whether this person may give them."""
    takes = [c for c in commands_of(task.step.kind, task.state) if c is not Command.CONVERT or task.step.converts]
    yours = [c for c in takes if may(desk.actor, c.value, task, applicant=desk.state.applicant)]
    return {
        "id": task.id,
        "title": task.step.title or task.step.id,
        "kind": task.step.kind.value,
        "about": task.about.as_json(),
        "force": task.step.force.value,
        **({"notice": NO_FORCE} if task.step.force is Force.SIMULATED else {}),
        "state": task.state.value,
        "says": STATE_TITLES[task.state],
        "party": task.party,
        "items": list(task.items),
        "reads": list(task.reads),
        "blocked_by": list(task.blocked_by),
        "commands": [{"command": c.value, "title": COMMAND_TITLES[c]} for c in yours],
        "yours": bool(yours),
        "etag": task.etag,
        "opinion": _current(desk, task),
    }


def _current(desk: Desk, task: Task) -> dict[str, Any] | None:
    reading = desk.reading
    for slot in reading.slots(task.step.makes):
        if (
            slot.item == task.about.item
            and slot.building == task.about.building
            and (now := reading.current(task.step.makes, slot))
        ):
            return _doc(now)
    return None


def _doc(doc: DocVersion) -> dict[str, Any]:
    return {
        "id": doc.id,
        "item": doc.about.item,
        "building": doc.about.building,
        "round": doc.round,
        "by": doc.by,
        "verdict": doc.verdict.value if doc.verdict else None,
        "says": VERDICT_TITLES[doc.verdict] if doc.verdict else "",
        "finding": doc.fields.get("says", ""),
        "article": doc.fields.get("article", ""),
        "on": doc.on.isoformat() if doc.on else None,
        "read": list(doc.read),
        **({"force": doc.force.value, "notice": NO_FORCE} if doc.force is Force.SIMULATED else {}),
        **({"converts": doc.converts} if doc.converts else {}),
    }


def clock_json(clock: CaseClock, simulated: bool) -> dict[str, Any]:
    """A clock; a provisional day says so, and one of what is simulated that it has no force."""
    lamp = clock.lamp.value if clock.lamp else None
    return {
        "key": clock.key,
        "item": clock.item,
        "limit": clock.limit,
        "title": clock.title,
        "kind": clock.kind.value,
        "days": clock.days,
        "unit": clock.unit.value,
        "says": f"{clock.days}{UNIT_TITLES[clock.unit]}",
        "start": clock.start.isoformat(),
        "due": clock.due.isoformat() if clock.due else None,
        "provisional": clock.provisional,
        "done_on": clock.done_on.isoformat() if clock.done_on else None,
        "late": clock.late,
        "used_days": clock.used_days,
        "lamp": lamp,
        "lamp_says": LAMP_TITLES.get(lamp or "", ""),
        **({"notice": NO_FORCE} if simulated else {}),
    }


def _of_simulated(desk: Desk, clock: CaseClock) -> bool:
    """Whether a clock runs for what is only simulated: the bundle's promise, the validity, the warning before its end."""
    bundle = desk.law.procedure.limit if desk.law.procedure.simulated else None
    return clock.key.startswith(VALIDITY) or clock.limit == bundle


VALIDITY = ("valid:", "warn:")
"""How the keys of clocks begin that simulated opinions alone have."""
_OF_SIMULATED = frozenset({EventKind.TAKEN_IN, EventKind.ASSUMPTION_FAILED, EventKind.VALIDITY_NEAR})
"""What happens only to what is simulated, where a case has something simulated at all."""


def _simulated(desk: Desk, event: Event) -> bool:
    """Whether an entry is about something simulated: its making, its tasks, its limits, or its end."""
    state, procedure = desk.state, desk.law.procedure
    if event.case != state.case or not procedure.simulated:
        return False
    steps = {s.id for s in procedure.steps if s.force is Force.SIMULATED}
    named = (state.dossier.versions.get(v) for v in event.data.get("void", ()))
    return (
        event.kind in _OF_SIMULATED
        or (event.task or "").partition(":")[0] in steps
        or str(event.data.get("key", "")).startswith(VALIDITY)
        or event.data.get("limit") == procedure.limit
        or event.data.get("number") in {p.number for p in state.issued if p.simulated}
        or any(d is not None and d.force is Force.SIMULATED for d in (*event.docs, *named))
    )


def event_json(event: Event, simulated: bool) -> dict[str, Any]:
    """One line of a case's history; what is simulated says so."""
    return {
        "entry": event.seq,
        "at": stamp(event.at),
        "kind": event.kind.value,
        "title": "陈述假设" if _assumed(event) else EVENT_TITLES[event.kind],
        "actor": event.actor.name,
        "department": event.actor.department,
        "task": event.task,
        "documents": [d.id for d in event.docs],
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for d in event.docs for f in d.files],
        "says": event.data.get("says", ""),
        "legal_instant": event.data.get("legal_instant"),
        **({"notice": NO_FORCE} if simulated else {}),
    }


def _assumed(event: Event) -> bool:
    """Whether what is filed is only assumed: nobody shall take it for the paper itself."""
    return event.kind is EventKind.DOCUMENT_FILED and any(d.standing is Standing.ASSUMED for d in event.docs)
