"""Who may do what (权限): one table of verb, role and condition, one function that reads it, one check at the start.

Rows of ``TABLE`` are the whole truth; it is published at ``/api/access``. A route names its verbs in its ``opt``
(``opt=verbs("open_case")``); one that names none, or one that no row grants to anybody, does not start. Whether a
person may know of a case at all is asked before (``models.projects``): to an outsider a foreign case and none look alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from litestar import Litestar, get
from litestar.routes import HTTPRoute

from api.answers import answers, problems
from engine.events import Actor
from engine.procedure import Party
from engine.tasks import Task


class Role(StrEnum):
    """Roles of accounts (角色). ``ANYONE`` needs no account, ``SIGNED_IN`` is whoever has one."""

    OWNER = "owner"
    WINDOW = "window"
    REVIEWER = "reviewer"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SIGNED_IN = "signed-in"
    ANYONE = "anyone"


ACCOUNT_ROLES = (Role.OWNER, Role.WINDOW, Role.REVIEWER, Role.LEAD, Role.SUPERVISOR, Role.ADMIN)
"""The roles that an account can have: one each."""
DEPARTMENT_ROLES = frozenset({Role.REVIEWER, Role.LEAD})
"""The roles that act for one department."""
ROLE_TITLES = {
    Role.OWNER: "建设单位",
    Role.WINDOW: "综合窗口",
    Role.REVIEWER: "部门审批人员",
    Role.LEAD: "牵头部门",
    Role.SUPERVISOR: "督办",
    Role.ADMIN: "系统管理员",
    Role.SIGNED_IN: "任何已登录的人",
    Role.ANYONE: "任何人",
}
NOBODY = Actor("", "访客", Role.ANYONE.value)
"""Whoever has not signed in."""


class Condition(StrEnum):
    """What must hold besides the role (条件)."""

    ALWAYS = "always"
    OWN = "own"
    WINDOW_TASK = "window-task"
    DEPARTMENT_TASK = "department-task"
    LEAD_TASK = "lead-task"
    LEAD_CASE = "lead-case"
    NOT_OWN = "not-own"


CONDITION_TITLES = {
    Condition.ALWAYS: "不限",
    Condition.OWN: "本人登记的项目、提出的办件",
    Condition.WINDOW_TASK: "由综合窗口办理的任务，且不是本人提出的办件",
    Condition.DEPARTMENT_TASK: "由本部门办理的事项，且不是本人提出的办件",
    Condition.LEAD_TASK: "由本部门牵头的任务，且不是本人提出的办件",
    Condition.LEAD_CASE: "由本部门牵头的办件，且不是本人提出的",
    Condition.NOT_OWN: "不是本人提出的办件",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One row: this role may do this where the condition holds."""

    verb: str
    role: Role
    condition: Condition = Condition.ALWAYS

    def as_json(self) -> dict[str, str]:
        """As it is published."""
        return {
            "verb": self.verb,
            "title": VERB_TITLES[self.verb],
            "role": self.role.value,
            "role_title": ROLE_TITLES[self.role],
            "condition": self.condition.value,
            "condition_title": CONDITION_TITLES[self.condition],
        }


VERB_TITLES = {
    # without an account
    "read_page": "看首页与说明",
    "read_docs": "看接口文档",
    "read_access": "看权限表",
    "read_health": "看服务是否正常",
    "check_certificate": "查验证书",
    "read_parcel": "看宗地的规划条件",
    "sign_in": "登录",
    # with any account
    "sign_out": "退出登录",
    "who_am_i": "看自己的账号",
    "put_file": "上传文件",
    "get_file": "下载自己上传的文件",
    "list_projects": "看项目列表",
    "view_project": "看项目",
    "list_cases": "看办件列表",
    "view_case": "看办件",
    "list_tasks": "看任务",
    "get_case_file": "下载办件的文件",
    "get_certificate": "下载证书",
    "decide": "试算适用事项",
    "read_log": "分析办件日志",
    # the owner
    "register_project": "登记项目",
    "state_facts": "填报、更正事实",
    "file_document": "提交材料",
    "file_result": "登记别处作出的办理结果",
    "open_case": "提出申请",
    "answer": "提交整改",
    "withdraw": "撤回申请",
    # the window, of projects
    "list_code_questions": "看待核定的项目代码",
    "decide_code": "核定项目代码",
    # tasks
    "accept": "受理",
    "ask_once": "一次告知补正",
    "refuse": "不予受理",
    "issue": "出证",
    "give": "出具意见",
    "convert": "转正",
    "sign": "签发",
    "return": "退回拟稿",
    "sign_unaffected": "签署不受影响",
    "withdraw_opinion": "撤回意见",
    "stop_clock": "停表",
    "resume_clock": "恢复计时",
    "call": "召集",
    "hold": "登记勘验或会议结果",
    # the whole case
    "extend": "延长期限",
    "withdraw_certificate": "撤回证书",
    "declare_failure": "认定模拟意见失效",
    # the house
    "list_accounts": "看账号列表",
}
"""Every verb there is, with its Chinese title."""


def _rows() -> Iterator[Grant]:
    for verb in ("read_page", "read_docs", "read_access", "read_health", "check_certificate", "read_parcel", "sign_in"):
        yield Grant(verb, Role.ANYONE)
    for verb in ("sign_out", "who_am_i", "put_file", "get_file", "list_projects", "view_project", "list_cases"):
        yield Grant(verb, Role.SIGNED_IN)
    for verb in ("view_case", "list_tasks", "get_case_file", "get_certificate", "decide"):
        yield Grant(verb, Role.SIGNED_IN)
    for role in (Role.WINDOW, Role.LEAD, Role.SUPERVISOR):
        yield Grant("read_log", role)
    yield Grant("register_project", Role.OWNER)
    for verb in ("state_facts", "file_document", "open_case", "answer", "withdraw"):
        yield Grant(verb, Role.OWNER, Condition.OWN)
    for verb in ("accept", "ask_once", "refuse", "issue", "stop_clock", "resume_clock"):
        yield Grant(verb, Role.WINDOW, Condition.WINDOW_TASK)
    for verb in (
        "give",
        "convert",
        "sign",
        "return",
        "sign_unaffected",
        "withdraw_opinion",
        "stop_clock",
        "resume_clock",
    ):
        yield Grant(verb, Role.REVIEWER, Condition.DEPARTMENT_TASK)
    for verb in ("call", "hold", "issue"):
        yield Grant(verb, Role.LEAD, Condition.LEAD_TASK)
    yield Grant("extend", Role.LEAD, Condition.LEAD_CASE)
    yield Grant("withdraw_certificate", Role.LEAD, Condition.LEAD_CASE)
    yield Grant("declare_failure", Role.LEAD, Condition.LEAD_CASE)
    yield Grant("file_result", Role.WINDOW, Condition.NOT_OWN)
    yield Grant("file_result", Role.REVIEWER, Condition.NOT_OWN)
    yield Grant("list_code_questions", Role.WINDOW)
    yield Grant("decide_code", Role.WINDOW, Condition.NOT_OWN)
    yield Grant("list_accounts", Role.ADMIN)


TABLE: tuple[Grant, ...] = tuple(_rows())
"""The table."""


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: Actor
    task: Task | None
    applicant: str
    lead: str

    @property
    def own(self) -> bool:
        return bool(self.actor.id) and self.actor.id == self.applicant

    def party(self, *kinds: Party) -> bool:
        """Whether the task is one for those parties, and not of a case that this person applied for (O3)."""
        return self.task is not None and self.task.step.by in kinds and not self.own

    @property
    def department(self) -> bool:
        return self.task is not None and bool(self.actor.department) and self.task.party == self.actor.department


_HOLDS: dict[Condition, Callable[[_Asked], bool]] = {
    Condition.ALWAYS: lambda a: True,
    Condition.OWN: lambda a: a.own,
    Condition.NOT_OWN: lambda a: not a.own,
    Condition.LEAD_CASE: lambda a: bool(a.lead) and a.actor.department == a.lead and not a.own,
    Condition.WINDOW_TASK: lambda a: a.party(Party.WINDOW),
    Condition.DEPARTMENT_TASK: lambda a: a.party(Party.ITEM_DEPARTMENT) and a.department,
    Condition.LEAD_TASK: lambda a: a.party(Party.LEAD) and a.department,
}


def may(actor: Actor, verb: str, task: Task | None = None, *, applicant: str = "", lead: str = "") -> bool:
    """Whether this person may do that, by the table alone.

    Args:
        actor: who asks; ``NOBODY`` where nobody is signed in.
        verb: what is asked; one that no row grants is refused.
        task: the task that it is about, where it is about one.
        applicant: the account that registered the project or applied for the case.
        lead: the department that leads the case, where it is about the whole of one.
    """
    asked = _Asked(actor, task, applicant, lead)
    return any(g.verb == verb and role_fits(actor, g.role) and _HOLDS[g.condition](asked) for g in TABLE)


def role_fits(actor: Actor, role: Role) -> bool:
    """Whether somebody has a role; whoever is signed in has ``SIGNED_IN`` too, and everybody has ``ANYONE``."""
    if role is Role.ANYONE:
        return True
    if role is Role.SIGNED_IN:
        return actor.role in ACCOUNT_ROLES
    return actor.role == role.value


def may_ever(actor: Actor, names: tuple[str, ...]) -> bool:
    """Whether a role may do any of these at all, whatever the condition: asked at the door, before a body is read."""
    return any(g.verb in names and role_fits(actor, g.role) for g in TABLE)


# --- routes -----------------------------------------------------------------------------------------------------------

VERBS = "verbs"


class UnlistedRouteError(RuntimeError):
    """A route that the table does not know (路由不在权限表内): the service does not start."""


def verbs(*names: str) -> dict[str, Any]:
    """What a route asks for, as its ``opt``."""
    return {VERBS: names}


def check_routes(app: Litestar) -> None:
    """Refuse to start with a route that the table does not know.

    Raises:
        UnlistedRouteError: names every such route.
    """
    known = {g.verb for g in TABLE}
    bad = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            bad.append(f"{route.path}（不是 HTTP 路由）")
            continue
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue  # made by the framework: answers with the methods that there are
            names = handler.opt.get(VERBS, ())
            if not names or not set(names) <= known:
                bad.append(f"{'、'.join(sorted(handler.http_methods))} {route.path}：{'、'.join(names) or '未写明'}")
    if bad:
        raise UnlistedRouteError("这些路由不在权限表内，服务不启动：" + "；".join(bad))


_GRANT = {
    "verb": "accept",
    "title": "受理",
    "role": "window",
    "role_title": "综合窗口",
    "condition": "window-task",
    "condition_title": "由综合窗口办理的任务，且不是本人提出的办件",
}


@get(
    "/api/access",
    opt=verbs("read_access"),
    operation_id="Access",
    summary="权限表 Who may do what",
    tags=["运行 Operation"],
    responses={
        **answers(200, dict[str, list[dict[str, str]]], "权限表，每行准一种角色做一件事。", {"grants": [_GRANT]}),
        **problems(422),
    },
)
async def published() -> dict[str, list[dict[str, str]]]:
    """The table of access, whole: each row lets one role do one thing where its condition holds; the rest is refused."""
    return {"grants": [grant.as_json() for grant in TABLE]}
