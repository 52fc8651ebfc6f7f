"""Cases over HTTP (办件接口): translate, call the service, answer. Every command on a task is one route."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import verbs
from api.cases import schemas, service
from api.parts import Parts
from api.requests import Anything, read_model
from api.transaction import Order
from engine.errors import Fault, InputError
from engine.events import Actor
from engine.procedure import Command

TASK_VERBS = tuple(c.value for c in Command)


class CaseController(Controller):
    """Cases (办件)."""

    path = "/api"
    tags = ("办件 Cases",)

    @get("/cases", operation_id="ListCases", opt=verbs("list_cases"), summary="办件列表 The cases that you may see")
    async def listed(self, actor: NamedDependency[Actor], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """The cases that you may see, the newest first."""
        return {"cases": await service.listed(parts, actor)}

    @post(
        "/projects/{project:str}/cases",
        operation_id="OpenCase",
        opt=verbs("open_case"),
        summary="提出申请 Hand an application in",
    )
    async def open(
        self,
        project: FromPath[str],
        data: JSONBody[schemas.Application],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Hand an application in: one form for every department. The five working days of intake run from now."""
        order = Order(actor, f"POST /projects/{project}/cases", key, data.model_dump(mode="json"))
        return _answered(*await service.open_case(parts, order, project, data))

    @get("/cases/{case:str}", operation_id="ShowCase", opt=verbs("view_case"), summary="查看办件 A case as it stands")
    async def show(
        self, case: FromPath[str], actor: NamedDependency[Actor], parts: NamedDependency[Parts]
    ) -> dict[str, Any]:
        """A case as it stands: tasks, clocks, what is missing, history."""
        return await service.show(parts, actor, case)

    @get(
        "/cases/{case:str}/tasks",
        operation_id="ListTasks",
        opt=verbs("list_tasks"),
        summary="我的任务 Your tasks of a case",
    )
    async def tasks(
        self, case: FromPath[str], actor: NamedDependency[Actor], parts: NamedDependency[Parts]
    ) -> dict[str, Any]:
        """Your own tasks of a case, each with its ETag and the commands that it takes now."""
        return {"tasks": await service.tasks_of(parts, actor, case)}

    @post(
        "/cases/{case:str}/tasks/{task:str}/{command:str}",
        operation_id="OrderTask",
        opt=verbs(*TASK_VERBS),
        status_code=200,
        summary="任务指令 One command on one task",
    )
    async def order(
        self,
        case: FromPath[str],
        task: FromPath[str],
        command: FromPath[str],
        data: JSONBody[Anything],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
        etag: NamedDependency[str | None],
    ) -> Response[dict[str, Any]]:
        """One command on one task; the path names it, ``If-Match`` is the task's ETag as you saw it.

        Commands: accept, ask_once, refuse, give, sign_unaffected, withdraw_opinion, stop_clock, resume_clock, call, hold,
        issue.
        """
        if command not in TASK_VERBS:
            listed = "、".join(TASK_VERBS)
            raise InputError([Fault("/command", command, f"没有这个指令；可用：{listed}。", "No such command.")])
        verb = Command(command)
        body = read_model(service.BODIES[verb], data.root)
        order = Order(actor, f"POST /cases/{case}/tasks/{task}/{command}", key, body.model_dump(mode="json"))
        return _answered(*await service.command(parts, order, case, task, verb, body, etag))

    @post(
        "/cases/{case:str}/answer",
        operation_id="Answer",
        opt=verbs("answer"),
        status_code=200,
        summary="提交整改 Hand the rectification in",
    )
    async def answer(
        self,
        case: FromPath[str],
        data: JSONBody[schemas.Answer],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Hand in the rectification of the one list that waits; only what failed is seen again."""
        order = Order(actor, f"POST /cases/{case}/answer", key, data.model_dump(mode="json"))
        return _answered(*await service.answer(parts, order, case, data))

    @post(
        "/cases/{case:str}/withdraw",
        operation_id="Withdraw",
        opt=verbs("withdraw"),
        status_code=200,
        summary="撤回申请 Withdraw the application",
    )
    async def withdraw(
        self,
        case: FromPath[str],
        data: JSONBody[schemas.Withdraw],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Withdraw the application, at any time before it is decided."""
        order = Order(actor, f"POST /cases/{case}/withdraw", key, data.model_dump(mode="json"))
        return _answered(*await service.withdraw(parts, order, case, data))

    @post(
        "/cases/{case:str}/extend",
        operation_id="Extend",
        opt=verbs("extend"),
        status_code=200,
        summary="延长期限 Extend a limit",
    )
    async def extend(
        self,
        case: FromPath[str],
        data: JSONBody[schemas.Extend],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Record an extension; it counts only where approved by whom the law names, in time, within its bound."""
        order = Order(actor, f"POST /cases/{case}/extend", key, data.model_dump(mode="json"))
        return _answered(*await service.extend(parts, order, case, data))

    @post(
        "/cases/{case:str}/withdraw-certificate",
        operation_id="WithdrawCertificate",
        opt=verbs("withdraw_certificate"),
        status_code=200,
        summary="撤回证书 Withdraw a certificate",
    )
    async def withdraw_certificate(
        self,
        case: FromPath[str],
        data: JSONBody[schemas.Reasons],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Withdraw a certificate in force, with reasons; from the commit on no check calls it valid."""
        order = Order(actor, f"POST /cases/{case}/withdraw-certificate", key, data.model_dump(mode="json"))
        return _answered(*await service.withdraw_certificate(parts, order, case, data))


def _answered(status: int, body: dict[str, Any]) -> Response[dict[str, Any]]:
    return Response(body, status_code=status)
