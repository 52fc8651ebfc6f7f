"""Who may know of what (可见范围): to an outsider a foreign project or case and none at all look the same (A2).

Owners see what is theirs, reviewers the cases that have an item of their department; the window, the lead department and
supervisors see every case; nobody else sees any.
"""

from __future__ import annotations

from typing import TypedDict

from api.access import Role
from engine.errors import NotFoundError
from engine.events import Actor
from models.database import Reader
from models.projects import CaseRecord, ProjectRecord, case_of, find_cases, find_projects

ALL_SEEING = frozenset({Role.WINDOW.value, Role.LEAD.value, Role.SUPERVISOR.value})
"""Roles that see every case."""


class Sight(TypedDict, total=False):
    """What a list is narrowed to."""

    owner: str
    department: str


def sight_of(actor: Actor) -> Sight | None:
    """What an account's lists are narrowed to; None where it sees nothing."""
    if actor.role in ALL_SEEING:
        return {}
    if actor.role == Role.OWNER.value:
        return {"owner": actor.id}
    if actor.role == Role.REVIEWER.value and actor.department:
        return {"department": actor.department}
    return None


async def seen_cases(reader: Reader, actor: Actor, project: str | None = None) -> list[CaseRecord]:
    """The cases that an account may see, the newest first."""
    sight = sight_of(actor)
    return [] if sight is None else await find_cases(reader, project=project, **sight)


async def seen_projects(reader: Reader, actor: Actor, code: str | None = None) -> list[ProjectRecord]:
    """The projects that an account may see, the newest first; with ``code`` those that have or ever had it."""
    sight = sight_of(actor)
    return [] if sight is None else await find_projects(reader, code=code, **sight)


async def seen_project(reader: Reader, actor: Actor, project: str) -> ProjectRecord:
    """A project that this account may know of.

    Raises:
        NotFoundError: there is none, or it is not this account's to know of.
    """
    sight = sight_of(actor)
    found = [] if sight is None else await find_projects(reader, ids=[project], **sight)
    if not found:
        raise NotFoundError("没有这个项目，或您无权查看。", detail_en="No such project, or not yours to see.")
    return found[0]


async def seen_case(reader: Reader, actor: Actor, case: str) -> CaseRecord:
    """A case that this account may know of.

    Raises:
        NotFoundError: there is none, or it is not this account's to know of.
    """
    found = await case_of(reader, case)
    if found is None or all(c.id != case for c in await seen_cases(reader, actor, found.project)):
        raise NotFoundError("没有这件办件，或您无权查看。", detail_en="No such case, or not yours to see.")
    return found
