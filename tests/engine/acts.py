"""Every command of the kernel with particulars to try, so that tables and random lives order the same things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from engine import converting, intake, issuing, orders
from engine.commands import Desk
from engine.dossier import Verdict
from engine.events import Event
from engine.procedure import Command
from engine.tasks import Task
from tests.engine.law import CLERK, Life
from tests.engine.lives import HALL, certificate, refusal


@dataclass(frozen=True)
class How:
    """The particulars of one order: verdict, whom it leaves out, whether the paper with it is complete."""

    verdict: Verdict = Verdict.PASS
    building: str = HALL
    complete: bool = True
    passing: bool = True


def opinion_of(how: How) -> orders.Opinion:
    """An opinion; an incomplete one names no article."""
    return orders.Opinion(how.verdict, "防火门未安装", "第十四条" if how.complete else "", how.building)


def _give(desk: Desk, task: Task, life: Life, how: How) -> list[Event]:
    return orders.give(desk, task, opinion_of(how))


def _hold(desk: Desk, task: Task, life: Life, how: How) -> list[Event]:
    expected = sorted(orders.departments_of(desk.reading, task))
    attended = expected if how.complete else expected[:1]
    reading = desk.reading
    seen = {n: opinion_of(how) for n in task.items if reading.item(n).department in attended}
    return orders.hold(desk, task, attended, {} if task.step.id == "meeting" else seen, "纪要")


def _issue(desk: Desk, task: Task, life: Life, how: How) -> list[Event]:
    if how.passing:
        return issuing.issue(desk, task, certificate(life))
    return issuing.not_pass(desk, task, refusal(life))


ACTS: Mapping[Command, Callable[[Desk, Task, Life, How], list[Event]]] = {
    Command.ACCEPT: lambda desk, task, life, how: intake.accept(desk, task),
    Command.ASK_ONCE: lambda desk, task, life, how: intake.ask_once(desk, task),
    Command.REFUSE: lambda desk, task, life, how: intake.refuse(desk, task, "不予受理"),
    Command.GIVE: _give,
    Command.CONVERT: lambda desk, task, life, how: converting.convert(desk, task, how.complete, "", desk.law),
    Command.SIGN: lambda desk, task, life, how: converting.sign(desk, task, desk.law),
    Command.RETURN: lambda desk, task, life, how: converting.return_draft(desk, task, "理由不足"),
    Command.SIGN_UNAFFECTED: lambda desk, task, life, how: orders.sign_unaffected(desk, task, "仅更正图签"),
    Command.WITHDRAW_OPINION: lambda desk, task, life, how: orders.withdraw_opinion(desk, task, "意见有误"),
    Command.STOP_CLOCK: lambda desk, task, life, how: orders.stop_clock(desk, task, "testing", how.complete, "送检"),
    Command.RESUME_CLOCK: lambda desk, task, life, how: orders.resume_clock(desk, task),
    Command.CALL: lambda desk, task, life, how: orders.call(desk, task, date(2099, 1, 1), "现场"),
    Command.HOLD: _hold,
    Command.ISSUE: _issue,
}


def act(life: Life, task: Task, command: Command, how: How | None = None) -> list[Event]:
    """What one command on a task would bring; nothing is appended."""
    return ACTS[command](life.desk(CLERK), task, life, how or How())
