"""What people may order (指令) and what then has happened: each command checks everything, then answers with events.

A command never changes anything itself. The caller appends the events, folds again and answers after the commit.
Commands on the intake and on the whole case stand here; those of reviews, gatherings and issue in :mod:`engine.orders`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.case import Asked, CaseState, Law, determined, item_from_json
from engine.clock_events import Approver
from engine.decision import Decision, reason_json
from engine.dossier import FACT, About, DocVersion, Dossier, FileRef, Standing, value_to_store
from engine.errors import Fault, InputError, RefusedError
from engine.events import SYSTEM, Actor, Event, EventKind, day_of
from engine.facts import Statement
from engine.kinds import TABLES
from engine.procedure import APPLICATION, Command, TaskState
from engine.tasks import Reading, Task
from engine.terms import Firm, Force, Truth, Value

Decide = Callable[[Statement], Decision]
"""Both engines over one statement; raises DisagreementError where they do not agree."""

REMEDIES = (
    "如不服本决定，可自收到之日起六十日内依法申请行政复议（行政复议法第二十条）",
    "也可自收到之日起六个月内依法提起行政诉讼（行政诉讼法第四十六条）",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with (办理现场): the case, the law that it is decided by, who orders, and when."""

    state: CaseState
    law: Law
    actor: Actor
    now: datetime
    decide: Decide

    @property
    def today(self) -> date:
        """The legal day of the command."""
        return day_of(self.now)

    @property
    def reading(self) -> Reading:
        """The tasks as they stand."""
        return self.state.reading(self.law.procedure)

    def event(self, kind: EventKind, task: Task | None = None, docs: Iterable[DocVersion] = (), **data: Any) -> Event:
        """An event of this case, by this person, now."""
        return Event(
            kind,
            self.now,
            self.actor,
            self.state.project,
            self.state.case,
            task.id if task else None,
            tuple(docs),
            data,
        )

    def doc(self, kind: str, about: About, **more: Any) -> DocVersion:
        """The next version of a document of this case, made by this person today."""
        own = replace(about, case=self.state.case)
        maker = self.actor.department or self.actor.role
        return DocVersion(
            self.state.dossier.next_id(kind, own),
            kind,
            own,
            maker=maker,
            by=self.actor.name,
            on=self.today,
            **more,
        )

    def by_law(self) -> Desk:
        """The same desk, where the law itself acts (依法自动记载)."""
        return replace(self, actor=SYSTEM)


def allow(task: Task, command: Command) -> None:
    """Refuse a command that the kind's transition table does not list for the task's state."""
    if (task.state, command) in TABLES[task.step.kind]:
        return
    waits = f"，尚缺：{'、'.join(task.blocked_by)}" if task.blocked_by else ""
    raise RefusedError(
        f"“{task.step.title or task.id}”（{task.id}）现为“{STATE_TITLES[task.state]}”，不能“{COMMAND_TITLES[command]}”{waits}。",
        detail_en=f"Task {task.id} is {task.state}; it does not take {command} now.",
    )


def allow_now(desk: Desk, task: Task, command: Command) -> None:
    """``allow``, and nothing at all once the case has ended."""
    not_ended(desk)
    allow(task, command)


STATE_TITLES = {
    TaskState.BLOCKED: "未到办理时",
    TaskState.OPEN: "待办",
    TaskState.STALE: "需复核",
    TaskState.STOPPED: "停表",
    TaskState.CALLED: "已通知",
    TaskState.WAITING: "等待答复",
    TaskState.DONE: "已办",
    TaskState.FAILED: "不合格",
    TaskState.REFUSED: "不予受理或不通过",
}
COMMAND_TITLES = {
    Command.ACCEPT: "受理",
    Command.ASK_ONCE: "一次告知补正",
    Command.REFUSE: "不予受理",
    Command.GIVE: "出具意见",
    Command.SIGN_UNAFFECTED: "签署不受影响",
    Command.WITHDRAW_OPINION: "撤回意见",
    Command.STOP_CLOCK: "停表",
    Command.RESUME_CLOCK: "恢复计时",
    Command.CALL: "通知召集",
    Command.HOLD: "登记结果",
    Command.ISSUE: "出证",
}


# --- the project ------------------------------------------------------------------------------------------------------


def state_facts(
    project: str,
    dossier: Dossier,
    facts: Mapping[str, Value | None],
    buildings: Sequence[tuple[str, Mapping[str, Value | None]]] | None,
    actor: Actor,
    now: datetime,
    reasons: str = "",
) -> Event:
    """Facts stated or corrected (填报、更正事实): a new version of each that differs; None takes a fact back."""
    docs: list[DocVersion] = []

    def put(name: str, building: str, value: Value | None) -> None:
        about = About(building=building)
        last = dossier.current(FACT + name, about)
        stored = None if value is None else value_to_store(value)
        if (last.fields.get("value") if last else None) != stored:
            docs.append(
                DocVersion(
                    dossier.next_id(FACT + name, about),
                    FACT + name,
                    about,
                    {"value": stored},
                    maker=actor.department or actor.role,
                    by=actor.name,
                    on=day_of(now),
                )
            )

    for name, value in facts.items():
        put(name, "", value)
    data: dict[str, Any] = {"reasons": reasons}
    if buildings is not None:
        data["buildings"] = [name for name, _ in buildings]
        for building, own in buildings:
            for name, value in own.items():
                put(name, building, value)
    return Event(EventKind.FACTS_STATED, now, actor, project, docs=tuple(docs), data=data)


def file_document(
    project: str,
    dossier: Dossier,
    kind: str,
    fields: Mapping[str, Any],
    files: Sequence[FileRef],
    actor: Actor,
    now: datetime,
    building: str = "",
) -> Event:
    """A paper filed, or a newer version of one (提交材料): typed fields, and name, size and hash of its bytes."""
    if building and building not in (dossier.buildings or ()):
        raise InputError([Fault("/building", building, "项目没有这栋单体。", "The project has no such building.")])
    about = About(building=building)
    doc = DocVersion(
        dossier.next_id(kind, about),
        kind,
        about,
        dict(fields),
        tuple(files),
        maker=actor.department or actor.role,
        by=actor.name,
        on=day_of(now),
    )
    return Event(EventKind.DOCUMENT_FILED, now, actor, project, docs=(doc,), data={})


# --- opening and intake -----------------------------------------------------------------------------------------------


def open_case(
    project: str,
    case: str,
    service: str,
    application: Mapping[str, Any],
    units: Sequence[str] | None,
    actor: Actor,
    now: datetime,
) -> Event:
    """An application handed in (提出申请): the receipt day from which the five days of asking run."""
    about = About(case=case)
    doc = DocVersion(
        f"{APPLICATION}/{case}#1",
        APPLICATION,
        about,
        {**application, "units": list(units) if units is not None else None},
        maker=actor.role,
        by=actor.name,
        on=day_of(now),
    )
    data: dict[str, Any] = {"service": service, "units": list(units) if units is not None else None}
    return Event(EventKind.CASE_OPENED, now, actor, project, case, docs=(doc,), data=data)


@dataclass(frozen=True, slots=True)
class Lack:
    """Everything that is missing for intake (应补正的全部内容): materials as (id, title), facts as (id, building, title)."""

    materials: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.materials or self.facts)

    def says(self) -> str:
        """In Chinese, for people."""
        papers = "、".join(title for _, title in self.materials)
        facts = "、".join(title + (f"（{building}）" if building else "") for _, building, title in self.facts)
        return "；".join(x for x in (f"材料：{papers}" if papers else "", f"事实：{facts}" if facts else "") if x)


def lacking(desk: Desk, decision: Decision) -> Lack:
    """What must be there before the case is taken in: facts that leave something undecided, and required materials.

    A material that may be assumed is left out under simulated approval alone; a formal case wants the paper itself.
    """
    simulated = any(s.force is Force.SIMULATED for s in desk.law.procedure.steps)
    wanted = (Firm.REQUIRED,) if simulated else (Firm.REQUIRED, Firm.ASSUMABLE)
    materials: dict[str, str] = {}
    for each in decision.items:
        if each.applies is Truth.NO or each.part is None:
            continue
        for material in each.materials:
            if material.firm in wanted and not desk.state.dossier.good(material.id, About()):
                materials.setdefault(material.id, material.title)
    facts = tuple((n.fact, n.building or "", n.title) for n in decision.needs)
    return Lack(tuple(materials.items()), facts)


def judge_now(desk: Desk) -> Decision:
    """The decision on the facts as they stand, by both engines."""
    state = desk.state
    return desk.decide(state.dossier.statement(desk.law.book.vocabulary, state.units, desk.law.book.on))


def accept(desk: Desk, task: Task) -> list[Event]:
    """Take the case in (受理): every precondition holds and nothing is missing; the items are determined with it."""
    allow_now(desk, task, Command.ACCEPT)
    decision = judge_now(desk)
    lack = lacking(desk, decision)
    if decision.eligible is Truth.NO:
        raise RefusedError(
            "不符合受理条件，应作出不予受理决定并说明理由：" + "".join(r.says for r in decision.reasons),
            detail_en="Preconditions fail: refuse with reasons.",
        )
    if lack:
        raise RefusedError(
            f"材料或事实不全，应一次告知补正：{lack.says()}。",
            detail_en="Something is missing: ask for it, once.",
        )
    return taken_in(desk, task, decision, desk.today, deemed=False)


def taken_in(desk: Desk, task: Task, decision: Decision, accepted_on: date, *, deemed: bool) -> list[Event]:
    """The two events of an acceptance: the dated voucher (受理通知书), and the items determined."""
    says = (
        "逾期未告知补正，自收到申请材料之日起视为受理（行政许可法第三十二条第一款第四项）"
        if deemed
        else "受理（行政许可法第三十二条第一款第五项）"
    )
    voucher = desk.doc(
        task.step.makes,
        About(),
        fields={"accepted_on": accepted_on.isoformat(), "deemed": deemed, "says": says},
    )
    first = desk.event(
        EventKind.TAKEN_IN,
        task,
        [voucher],
        accepted_on=accepted_on.isoformat(),
        deemed=deemed,
        law=desk.law.digest,
        says=says,
        policy_on=desk.law.book.on.isoformat(),
    )
    second = desk.event(
        EventKind.ITEMS_DETERMINED,
        None,
        (),
        void=[],
        **determined(decision, desk.law.procedure, {}, accepted_on),
    )
    return [first, second]


def ask_once(desk: Desk, task: Task) -> list[Event]:
    """Tell the owner, once, everything that is missing (一次告知); it is computed, so nothing can be left out."""
    allow_now(desk, task, Command.ASK_ONCE)
    if desk.state.asked is not None:
        raise RefusedError(
            "补正只能告知一次（行政许可法第三十二条第一款第四项），此前已告知。",
            detail_en="Corrections may be asked for once only.",
        )
    lack = lacking(desk, judge_now(desk))
    if not lack:
        raise RefusedError(
            "材料与事实齐全，没有可补正的内容；应当受理，或说明理由不予受理。",
            detail_en="Nothing is missing.",
        )
    return [
        desk.event(
            EventKind.CORRECTION_ASKED,
            task,
            complete=True,
            materials=[{"id": i, "title": t} for i, t in lack.materials],
            facts=[{"fact": f, "building": b, "title": t} for f, b, t in lack.facts],
            says=lack.says(),
        )
    ]


def refuse(desk: Desk, task: Task, says: str) -> list[Event]:
    """Refuse to take the case in (不予受理), with reasons and remedies; not where everything holds and is there."""
    allow_now(desk, task, Command.REFUSE)
    decision = judge_now(desk)
    lack = lacking(desk, decision)
    if decision.eligible is not Truth.NO and not lack:
        raise RefusedError(
            "符合条件且材料齐全，应当受理（行政许可法第三十二条第一款第五项）。",
            detail_en="Everything holds: it must be taken in.",
        )
    if decision.eligible is not Truth.NO and desk.state.asked is None:
        raise RefusedError(
            "可以补正的，应先一次告知补正内容（行政许可法第三十二条第一款第四项）。",
            detail_en="Ask for what is missing first.",
        )
    reasons = [reason_json(r) for r in decision.reasons] if decision.eligible is Truth.NO else []
    if lack:
        reasons.append(
            {
                "rule": "corrections",
                "says": f"逾期未补正：{lack.says()}。",
                "facts": {},
                "cite": [{"instrument": "中华人民共和国行政许可法", "article": "第三十二条第一款第四项"}],
            }
        )
    return [
        desk.event(EventKind.INTAKE_REFUSED, task, says=says or "不予受理", reasons=reasons, remedies=list(REMEDIES))
    ]


def after_filing(desk: Desk) -> list[Event]:
    """What a new paper or fact of the project brings to a case: corrections complete, or the items determined anew."""
    state = desk.state
    if state.ending is not None:
        return []
    if state.accepted_on is not None:
        return redetermined(desk)
    if state.asked is None or state.asked.supplied_on is not None:
        return []
    desk = desk.by_law()
    decision = judge_now(desk)
    if _still_asked(state.asked, lacking(desk, decision)):
        return []
    task = desk.reading.task(desk.law.procedure.intake.id)
    assert task is not None
    supplied = desk.event(EventKind.CORRECTIONS_SUPPLIED, task, complete=True)
    if decision.eligible is not Truth.YES or lacking(desk, decision):
        return [supplied]  # what was asked is there, but the facts given now call for a person
    return [supplied, *taken_in(desk, task, decision, desk.today, deemed=False)]


def _still_asked(asked: Asked, lack: Lack) -> bool:
    """Whether something that was asked for is still missing; what turned out not to be needed no longer is."""
    return bool(set(asked.materials) & set(lack.materials) or set(asked.facts) & set(lack.facts))


def redetermined(desk: Desk) -> list[Event]:
    """A corrected fact decides anew under the accepted law; the difference opens tasks and voids what no longer applies."""
    state = desk.state
    decision = judge_now(desk)
    since = {i.id: i.since for i in state.items if i.since and i.applies is Truth.YES}
    data = determined(decision, desk.law.procedure, since, desk.today)
    items = tuple(item_from_json(i) for i in data["items"])
    conditions = {name: Truth(value) for name, value in data["conditions"].items()}
    if (items, conditions, decision.eligible) == (state.items, dict(state.conditions), state.eligible):
        return []
    gone = {i.id for i in items if i.applies is not Truth.YES}
    void = [
        v.id
        for v in state.dossier.versions.values()
        if v.about.case == state.case
        and v.about.item in gone
        and v.verdict is not None
        and v.standing is not Standing.VOID
    ]
    event = desk.event(EventKind.ITEMS_DETERMINED, None, (), void=void, **data)
    after = replace(state, dossier=state.dossier.with_versions((), void), items=items)
    return [replace(event, data={**event.data, "closes": _nothing_left(after, desk)})]


def _nothing_left(state: CaseState, desk: Desk) -> list[str]:
    """Steps whose list is out and has nothing on it any more: no answer is waited for, and no clock runs."""
    left = {a.step.id for a in state.reading(desk.law.procedure).answerable()}
    return [step for step, _, answered in state.answering if answered is None and step not in left]


# --- the whole case ---------------------------------------------------------------------------------------------------


def withdraw(desk: Desk, says: str) -> list[Event]:
    """The owner withdraws the application (撤回申请), at any time before it is decided."""
    not_ended(desk)
    return [desk.event(EventKind.CASE_WITHDRAWN, says=says or "申请人撤回申请")]


def answer(desk: Desk, says: str, fields: Mapping[str, Any], files: Sequence[FileRef]) -> list[Event]:
    """The one answer to one list of failures (整改完成): what is seen again is only what failed."""
    not_ended(desk)
    lists = desk.reading.answerable()
    if not lists:
        raise RefusedError("现在没有等待整改的清单。", detail_en="No list of findings waits for an answer.")
    first = lists[0]
    doc = desk.doc(
        first.rule.answer,
        About(),
        fields={**fields, "says": says},
        files=tuple(files),
        answers=tuple(f.id for f in first.findings),
    )
    return [desk.event(EventKind.ANSWERED, None, [doc], step=first.step.id)]


def extend(desk: Desk, days: int, approved_by: str, says: str, item: str = "") -> list[Event]:
    """Extend a limit (延长期限): who may approve and by how much is the law's; the clock says whether it counts."""
    not_ended(desk)
    if desk.state.accepted_on is None:
        raise RefusedError("尚未受理，没有可延长的期限。", detail_en="Not taken in yet: there is no limit to extend.")
    faults: list[Fault] = []
    if days < 1:
        faults.append(Fault("/days", days, "延长的天数至少为 1。", "At least one day."))
    if approved_by not in set(Approver):
        listed = "、".join(Approver)
        faults.append(Fault("/approved_by", approved_by, f"批准人应为下列之一：{listed}。", "Not an approver."))
    if item and all(i.id != item or i.applies is not Truth.YES for i in desk.state.items):
        faults.append(Fault("/item", item, "本办件没有这个事项。", "The case has no such item."))
    if faults:
        raise InputError(faults)
    if any(e.item == item for e in desk.state.extensions):
        raise RefusedError("该期限已经延长过一次。", detail_en="This limit was extended before.")
    return [desk.event(EventKind.EXTENDED, days=days, approved_by=approved_by, says=says, item=item)]


def withdraw_certificate(desk: Desk, says: str) -> list[Event]:
    """Withdraw a certificate in force (撤回证书), with reasons: from the commit on nothing calls it valid."""
    if desk.state.certificate is None or desk.state.certificate_withdrawn is not None:
        raise RefusedError("没有有效的证书可撤回。", detail_en="There is no certificate in force.")
    return [desk.event(EventKind.CERTIFICATE_WITHDRAWN, says=says, number=desk.state.certificate["number"])]


def not_ended(desk: Desk) -> None:
    """Refuse whatever is ordered of a case that has ended."""
    if desk.state.ending is not None:
        raise RefusedError(
            f"办件已于 {desk.state.ending.on} 办结：{desk.state.ending.says}。",
            detail_en="The case has ended.",
        )
