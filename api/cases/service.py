"""Use cases of a case (办件用例): one function, one transaction; they know no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from api import issuing
from api.access import may
from api.cases import schemas
from api.cases.shapes import case_json, listed_json
from api.errors import ChangedError
from api.parts import Parts
from api.requests import Body
from api.sight import seen_case, seen_cases, seen_project
from api.transaction import Order, Work, carry_out
from engine import commands, converting, filing, intake, orders, simulation
from engine.case import Law
from engine.commands import Desk
from engine.dossier import FileRef, Verdict
from engine.errors import Fault, ForbiddenError, InputError, NotFoundError
from engine.events import Actor, Event, day_of
from engine.procedure import Command
from engine.project_codes import goes_on
from engine.tasks import Task
from engine.values import read_day
from models.files import require_files
from models.ledger import events_of
from models.projects import CaseRecord
from models.tables import new_id


async def open_case(
    parts: Parts, order: Order, project: str, application: schemas.Application
) -> tuple[int, dict[str, Any]]:
    """Hand an application in for a project (提出申请)."""
    async with parts.database.read() as reader:
        owner = (await seen_project(reader, order.actor, project)).owner
    if not may(order.actor, "open_case", applicant=owner):
        raise ForbiddenError("申请由建设单位提出。", detail_en="The owner applies.")
    case = new_id()

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        goes_on(work.events)
        body = application.model_dump(exclude_none=True)
        service, units = body.pop("service"), body.pop("units", None)
        _check_days(body)
        parts.shelf.law(service, day_of(work.now))  # a service without a procedure is wrong input
        known = work.dossier.buildings or ()
        missing = [u for u in units or () if u not in known]
        if missing:
            raise InputError(
                [Fault("/units", missing, f"项目没有这些单体：{'、'.join(missing)}。", "No such buildings.")]
            )
        work.add([filing.open_case(project, case, service, body, units, work.actor, work.now)])
        return 201, await _shown(work, case)

    return await carry_out(parts, order, project, step)


def _check_days(body: Mapping[str, Any]) -> None:
    faults: list[Fault] = []
    for name in ("started_on", "completed_on"):
        if name in body:
            read_day(body[name], f"/{name}", faults)
    if faults:
        raise InputError(faults)


async def command(
    parts: Parts, order: Order, case: str, task_id: str, verb: Command, body: Any, etag: str | None
) -> tuple[int, dict[str, Any]]:
    """One command on one task (任务指令): the only way in which a task changes."""
    project = await _project_of(parts, order.actor, case)

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        await work.let_time_pass(case)
        desk = await work.desk(case)
        task = desk.reading.task(task_id)
        if task is None:
            raise NotFoundError(f"办件没有任务“{task_id}”。", detail_en="No such task.")
        if not may(order.actor, verb.value, task, applicant=desk.state.applicant):
            raise ForbiddenError("这项任务不由您办理。", detail_en="This task is not yours.")
        if etag is not None and etag.strip('"') != task.etag:
            raise ChangedError("任务或其所依据的文书已变化，请重新查看后再办理。", detail_en="Look at the task again.")
        if verb is Command.ISSUE:
            await issuing.issue(work, desk, task)
        elif verb in _CONVERTING:
            work.add(_CONVERTING[verb](desk, task, body, parts.shelf.law(desk.state.service, desk.today)))
        else:
            work.add(_ORDERS[verb](desk, task, body))
        return 200, await _shown(work, case)

    status, shown = await carry_out(parts, order, project, step)
    if verb is Command.ISSUE:
        await issuing.seal(parts, project, case)
    return status, shown


def _opinion(body: Any) -> orders.Opinion:
    building = getattr(body, "building", "")
    return orders.Opinion(Verdict(body.verdict), body.finding, body.article, building)


def _day(text: str) -> date:
    faults: list[Fault] = []
    day = read_day(text, "/on", faults)
    if day is None:
        raise InputError(faults)
    return day


Ordered = Callable[[Desk, Task, Any], list[Event]]
Turned = Callable[[Desk, Task, Any, Law], list[Event]]
_CONVERTING: Mapping[Command, Turned] = {
    Command.CONVERT: lambda d, t, b, law: converting.convert(d, t, b.unchanged, b.says, law),
    Command.SIGN: lambda d, t, b, law: converting.sign(d, t, law),
}
"""Commands that also look at the law of the day."""
_ORDERS: Mapping[Command, Ordered] = {
    Command.ACCEPT: lambda d, t, b: intake.accept(d, t),
    Command.ASK_ONCE: lambda d, t, b: intake.ask_once(d, t),
    Command.REFUSE: lambda d, t, b: intake.refuse(d, t, b.says),
    Command.GIVE: lambda d, t, b: orders.give(d, t, _opinion(b)),
    Command.RETURN: lambda d, t, b: converting.return_draft(d, t, b.reasons),
    Command.SIGN_UNAFFECTED: lambda d, t, b: orders.sign_unaffected(d, t, b.reasons),
    Command.WITHDRAW_OPINION: lambda d, t, b: orders.withdraw_opinion(d, t, b.reasons),
    Command.STOP_CLOCK: lambda d, t, b: orders.stop_clock(d, t, b.reason, b.written_notice, b.says),
    Command.RESUME_CLOCK: lambda d, t, b: orders.resume_clock(d, t),
    Command.CALL: lambda d, t, b: orders.call(d, t, _day(b.on), b.place),
    Command.HOLD: lambda d, t, b: orders.hold(
        d, t, b.attended, {k: _opinion(v) for k, v in b.findings.items()}, b.minutes
    ),
}
BODIES: Mapping[Command, type[Body]] = {
    Command.ACCEPT: schemas.Nothing,
    Command.ASK_ONCE: schemas.Nothing,
    Command.REFUSE: schemas.Refuse,
    Command.GIVE: schemas.Give,
    Command.CONVERT: schemas.Convert,
    Command.SIGN: schemas.Nothing,
    Command.RETURN: schemas.Reasons,
    Command.SIGN_UNAFFECTED: schemas.Reasons,
    Command.WITHDRAW_OPINION: schemas.Reasons,
    Command.STOP_CLOCK: schemas.StopClock,
    Command.RESUME_CLOCK: schemas.Nothing,
    Command.CALL: schemas.Call,
    Command.HOLD: schemas.Hold,
    Command.ISSUE: schemas.Nothing,
}
"""What each command on a task takes."""


async def withdraw(parts: Parts, order: Order, case: str, body: schemas.Withdraw) -> tuple[int, dict[str, Any]]:
    """The owner withdraws the application (撤回申请)."""
    return await _whole(parts, order, case, "withdraw", lambda d: commands.withdraw(d, body.says))


async def answer(parts: Parts, order: Order, case: str, body: schemas.Answer) -> tuple[int, dict[str, Any]]:
    """The owner hands the rectification of one list in (提交整改)."""
    files = [FileRef(f.name, f.size, f.sha256) for f in body.files]
    return await _whole(parts, order, case, "answer", lambda d: commands.answer(d, body.says, {}, files), files)


async def extend(parts: Parts, order: Order, case: str, body: schemas.Extend) -> tuple[int, dict[str, Any]]:
    """A limit is extended (延长期限)."""
    return await _whole(
        parts, order, case, "extend", lambda d: commands.extend(d, body.days, body.approved_by, body.says, body.item)
    )


async def withdraw_certificate(
    parts: Parts, order: Order, case: str, body: schemas.Revoke
) -> tuple[int, dict[str, Any]]:
    """A certificate in force is withdrawn, with reasons (撤回证书)."""
    return await _whole(
        parts,
        order,
        case,
        "withdraw_certificate",
        lambda d: commands.withdraw_certificate(d, body.reasons, body.number),
    )


async def declare(parts: Parts, order: Order, case: str, body: schemas.Declare) -> tuple[int, dict[str, Any]]:
    """Simulated opinions are declared to fail (认定失效): changed law, false papers, a broken commitment."""
    return await _whole(
        parts,
        order,
        case,
        "declare_failure",
        lambda d: simulation.declare(d, body.cause, body.says, body.items, body.documents),
    )


async def _whole(
    parts: Parts,
    order: Order,
    case: str,
    verb: str,
    make: Callable[[Desk], list[Event]],
    files: list[FileRef] | None = None,
) -> tuple[int, dict[str, Any]]:
    project = await _project_of(parts, order.actor, case)

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        await work.let_time_pass(case)
        desk = await work.desk(case)
        lead = desk.law.procedure.lead
        if not may(order.actor, verb, None, applicant=desk.state.applicant, lead=lead):
            raise ForbiddenError("这件事不由您办理。", detail_en="Not yours to do.")
        await require_files(work.unit, files or [])
        work.add(make(desk))
        return 200, await _shown(work, case)

    return await carry_out(parts, order, project, step)


async def show(parts: Parts, actor: Actor, case: str) -> dict[str, Any]:
    """A case as it stands for this person (查看办件)."""
    project = await _project_of(parts, actor, case)
    async with parts.database.read() as reader:
        work = Work(parts, reader, project, actor, parts.now(), await events_of(reader, project))
        return await _shown(work, case)


async def listed(parts: Parts, actor: Actor) -> list[dict[str, Any]]:
    """The cases that this person may see, the newest first (办件列表)."""
    async with parts.database.read() as reader:
        return in_lists(parts, await seen_cases(reader, actor))


def in_lists(parts: Parts, cases: Iterable[CaseRecord]) -> list[dict[str, Any]]:
    """Cases as lists show them; those of a service with simulated steps say that they have no force."""
    known = parts.shelf.current.procedures(day_of(parts.now()))
    simulated = {name for name, procedure in known.items() if procedure.simulated}
    return [listed_json(case, case.service in simulated) for case in cases]


async def tasks_of(parts: Parts, actor: Actor, case: str) -> list[dict[str, Any]]:
    """This person's own tasks of a case, with the commands that each takes now (我的任务)."""
    shown = await show(parts, actor, case)
    return [t for t in shown["tasks"] if t["yours"]]


async def _shown(work: Work, case: str) -> dict[str, Any]:
    desk = await work.desk(case)
    return case_json(desk, work.parts.shelf.calendar, work.events)


async def _project_of(parts: Parts, actor: Actor, case: str) -> str:
    """The project of a case that this person may know of."""
    async with parts.database.read() as reader:
        return (await seen_case(reader, actor, case)).project


__all__ = ["BODIES", "answer", "command", "extend", "in_lists", "listed", "open_case", "show", "tasks_of", "withdraw"]
