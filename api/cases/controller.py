"""Cases over HTTP (办件接口): translate, call the service, answer. Every command on a task is one route."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from api.access import verbs
from api.answers import READS, READS_ONE, WRITES_TO, CasePath, ProjectPath, answers, asks, problems
from api.cases import example_orders, examples, examples_ended, schemas, service
from api.parts import Parts
from api.requests import Anything, read_model
from api.transaction import Order
from engine.errors import Fault, InputError
from engine.events import Actor
from engine.procedure import Command

TASK_VERBS = tuple(c.value for c in Command)
Shown = dict[str, Any]
"""What the service says of a case; the example tells its shape."""

TaskPath = Annotated[str, PathParameter(description="任务的 id，如 review:D07。The task's id within its case.")]
CommandPath = Annotated[str, PathParameter(description=f"指令，下列之一 The command: {'、'.join(TASK_VERBS)}。")]


class CaseController(Controller):
    """Cases (办件)."""

    path = "/api"
    tags = ("办件 Cases",)

    @get(
        "/cases",
        operation_id="ListCases",
        opt=verbs("list_cases"),
        summary="办件列表 The cases that you may see",
        responses={**answers(200, Shown, "您可见的办件，新的在前。", examples.LISTED), **problems(*READS)},
    )
    async def listed(self, actor: NamedDependency[Actor], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """The cases that you may see, the newest first."""
        return {"cases": await service.listed(parts, actor)}

    @post(
        "/projects/{project:str}/cases",
        operation_id="OpenCase",
        opt=verbs("open_case"),
        summary="提出申请 Hand an application in",
        operation_class=asks(example_orders.APPLY),
        responses={**answers(201, Shown, "已提出申请；办件现状。", examples.RECEIVED), **problems(*WRITES_TO)},
    )
    async def open(
        self,
        project: ProjectPath,
        data: JSONBody[schemas.Application],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Hand an application in: one form for every department. The five working days of intake run from now."""
        order = Order(actor, f"POST /projects/{project}/cases", key, data.model_dump(mode="json"))
        return _answered(*await service.open_case(parts, order, project, data))

    @get(
        "/cases/{case:str}",
        operation_id="ShowCase",
        opt=verbs("view_case"),
        summary="查看办件 A case as it stands",
        responses={**answers(200, Shown, "办件现状。", examples.CASE), **problems(*READS_ONE)},
    )
    async def show(
        self, case: CasePath, actor: NamedDependency[Actor], parts: NamedDependency[Parts]
    ) -> dict[str, Any]:
        """A case as it stands: tasks, clocks, what is missing, history."""
        return await service.show(parts, actor, case)

    @get(
        "/cases/{case:str}/tasks",
        operation_id="ListTasks",
        opt=verbs("list_tasks"),
        summary="我的任务 Your tasks of a case",
        responses={**answers(200, Shown, "您在这件办件中的任务。", examples.TASKS), **problems(*READS_ONE)},
    )
    async def tasks(
        self, case: CasePath, actor: NamedDependency[Actor], parts: NamedDependency[Parts]
    ) -> dict[str, Any]:
        """Your own tasks of a case, each with its ETag and the commands that it takes now."""
        return {"tasks": await service.tasks_of(parts, actor, case)}

    @post(
        "/cases/{case:str}/tasks/{task:str}/{command:str}",
        operation_id="OrderTask",
        opt=verbs(*TASK_VERBS),
        status_code=200,
        summary="任务指令 One command on one task",
        operation_class=asks(*example_orders.ORDERS),
        responses={**answers(200, Shown, "已办；办件现状。", examples.CASE), **problems(*WRITES_TO, 412, 428)},
    )
    async def order(
        self,
        case: CasePath,
        task: TaskPath,
        command: CommandPath,
        data: JSONBody[Anything],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
        etag: NamedDependency[str | None],
    ) -> Response[dict[str, Any]]:
        """One command on one task; the path names it, ``If-Match`` is the task's ETag as you saw it.

        Commands: accept, ask_once, refuse, give, convert, sign, return, sign_unaffected, withdraw_opinion, stop_clock, resume_clock, call, hold,
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
        operation_class=asks(example_orders.ANSWER),
        responses={**answers(200, Shown, "已提交；办件现状。", examples.CASE), **problems(*WRITES_TO)},
    )
    async def answer(
        self,
        case: CasePath,
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
        operation_class=asks(example_orders.WITHDRAW),
        responses={**answers(200, Shown, "申请已撤回；办件现状。", examples_ended.WITHDRAWN), **problems(*WRITES_TO)},
    )
    async def withdraw(
        self,
        case: CasePath,
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
        operation_class=asks(example_orders.EXTEND),
        responses={**answers(200, Shown, "已登记；是否有效见时限。", examples.CASE), **problems(*WRITES_TO)},
    )
    async def extend(
        self,
        case: CasePath,
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
        operation_class=asks(example_orders.REVOKE),
        responses={**answers(200, Shown, "证书已撤回；办件现状。", examples_ended.REVOKED), **problems(*WRITES_TO)},
    )
    async def withdraw_certificate(
        self,
        case: CasePath,
        data: JSONBody[schemas.Revoke],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Withdraw a certificate in force, with reasons; from the commit on no check calls it valid."""
        order = Order(actor, f"POST /cases/{case}/withdraw-certificate", key, data.model_dump(mode="json"))
        return _answered(*await service.withdraw_certificate(parts, order, case, data))

    @post(
        "/cases/{case:str}/declare-failure",
        operation_id="DeclareFailure",
        opt=verbs("declare_failure"),
        status_code=200,
        summary="认定模拟意见失效 Declare that simulated opinions fail",
        operation_class=asks(example_orders.DECLARE),
        responses={**answers(200, Shown, "已认定；办件现状，列明重办事项。", examples.CASE), **problems(*WRITES_TO)},
    )
    async def declare(
        self,
        case: CasePath,
        data: JSONBody[schemas.Declare],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Declare a changed law, false papers or a broken commitment: exactly what stood on it is void."""
        order = Order(actor, f"POST /cases/{case}/declare-failure", key, data.model_dump(mode="json"))
        return _answered(*await service.declare(parts, order, case, data))


def _answered(status: int, body: dict[str, Any]) -> Response[dict[str, Any]]:
    return Response(body, status_code=status)
