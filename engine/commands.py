"""What people may order (指令) and what then has happened: each command checks everything, then answers with events.

A command never changes anything itself. The caller appends the events, folds again and answers after the commit.
Commands on the intake and on the whole case stand here; those of reviews, gatherings and issue in :mod:`engine.orders`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.case import CaseState, Law
from engine.clock_events import Approver
from engine.decision import Decision
from engine.dossier import About, DocVersion, FileRef, Standing
from engine.errors import Fault, InputError, RefusedError
from engine.events import SYSTEM, Actor, Event, EventKind, day_of
from engine.facts import Statement
from engine.kinds import TABLES
from engine.kinds import commands as commands_of
from engine.policy import RESULT
from engine.procedure import Command, TaskState
from engine.records import IssuedPaper
from engine.tasks import Reading, Task
from engine.terms import Truth

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

    def event(
        self, kind: EventKind, task: Task | None = None, docs: Iterable[DocVersion] = (), /, **data: Any
    ) -> Event:
        """An event of this case, by this person, now; the data may have any key, ``kind`` too."""
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


def result_of(desk: Desk, task: Task, fields: Mapping[str, Any]) -> DocVersion:
    """The item's result (办理结果), which the project keeps: it is offered wherever it is needed, and never asked for again."""
    kind = task.about.item + RESULT
    return replace(
        desk.doc(kind, About(), fields={**fields, "case": desk.state.case}),
        id=desk.state.dossier.next_id(kind, About()),
        about=About(),
    )


def allow(task: Task, command: Command) -> None:
    """Refuse a command that the kind's transition table does not list for the task's state."""
    if (task.state, command) in TABLES[task.step.kind]:
        return
    waits = f"，尚缺：{'、'.join(task.blocked_by)}" if task.blocked_by else ""
    raise RefusedError(
        f"“{task.step.title or task.id}”（{task.id}）现为“{STATE_TITLES[task.state]}”，不能“{COMMAND_TITLES[command]}”{waits}。",
        detail_en=f"Task {task.id} is {task.state}; it does not take {command} now.",
        errors=_in_the_way(task, command),
    )


def _in_the_way(task: Task, command: Command) -> list[Fault]:
    """What a task waits for, one by one; where it waits for nothing, the commands that it takes instead."""
    if task.blocked_by:
        wanted = COMMAND_TITLES[command]
        return [
            Fault("/task", task.id, f"须先具备：{each}；之后才能“{wanted}”。", "The task still waits for that.")
            for each in task.blocked_by
        ]
    takes = "、".join(COMMAND_TITLES[c] for c in commands_of(task.step.kind, task.state)) or "无"
    return [Fault("/command", command.value, f"这项任务现在可用的指令：{takes}。", "Not a command for it now.")]


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
    TaskState.DRAFTED: "待签发",
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
    Command.CONVERT: "转正",
    Command.SIGN: "签发",
    Command.RETURN: "退回拟稿",
    Command.SIGN_UNAFFECTED: "签署不受影响",
    Command.WITHDRAW_OPINION: "撤回意见",
    Command.STOP_CLOCK: "停表",
    Command.RESUME_CLOCK: "恢复计时",
    Command.CALL: "通知召集",
    Command.HOLD: "登记结果",
    Command.ISSUE: "出证",
}


# --- the whole case ---------------------------------------------------------------------------------------------------


def withdraw(desk: Desk, says: str) -> list[Event]:
    """The owner withdraws the application (撤回申请), at any time before it is decided.

    A notice of simulated opinions goes with it: nothing will ever turn formal by it. Permits that were handed out stand.
    """
    not_ended(desk)
    notices = [p for p in desk.state.issued if p.simulated and p.withdrawn is None]
    gone = [withdrawal(desk, paper, "申请已撤回，其中的模拟审批意见不再转正") for paper in notices]
    return [*gone, desk.event(EventKind.CASE_WITHDRAWN, says=says or "申请人撤回申请")]


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


def withdraw_certificate(desk: Desk, says: str, number: str = "") -> list[Event]:
    """Withdraw a paper in force (撤回证书), with reasons: from the commit on nothing calls it valid.

    Where it was an item's permit, the item's result goes with it.
    """
    in_force = [p for p in desk.state.issued if p.withdrawn is None]
    if not in_force or (number and desk.state.in_force(number) is None):
        raise RefusedError("没有有效的证书可撤回。", detail_en="There is no certificate in force.")
    if not number and len(in_force) > 1:
        listed = "、".join(p.number for p in in_force)
        raise InputError([Fault("/number", "", f"有多份有效的文书，请写明编号：{listed}。", "Say which one.")])
    paper = desk.state.in_force(number) or in_force[-1]
    return [withdrawal(desk, paper, says)]


def withdrawal(desk: Desk, paper: IssuedPaper, says: str) -> Event:
    """The event that takes a paper back, and with it the result that it gave."""
    results = [
        v.id
        for v in desk.state.dossier.versions.values()
        if v.kind.endswith(RESULT) and v.fields.get("number") == paper.number and v.standing is not Standing.VOID
    ]
    more = {"void_results": results} if results else {}
    return desk.event(EventKind.CERTIFICATE_WITHDRAWN, says=says, number=paper.number, **more)


def not_ended(desk: Desk) -> None:
    """Refuse whatever is ordered of a case that has ended."""
    if desk.state.ending is not None:
        raise RefusedError(
            f"办件已于 {desk.state.ending.on} 办结：{desk.state.ending.says}。",
            detail_en="The case has ended.",
        )
