"""Projects and cases as rows (项目、办件): adding, finding, listing. Who may see what is the caller's to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, insert, select

from models.database import Lock, Reader, Unit
from models.tables import CaseFile, CaseItem, ClockRow, Opinion, Project, ProjectCodeRow, WakeupRow, new_id
from models.tables.base import utc


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as stored (项目)."""

    id: str
    name: str
    owner: str
    project_code: str | None
    created: datetime
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as stored (办件): what lists show. ``ended`` is the kind of the event that ended it."""

    id: str
    project: str
    service: str
    number: str
    opened_at: datetime
    applicant: str
    received_on: date
    accepted_on: date | None
    deemed: bool
    law: str | None
    ended: str | None
    ended_on: date | None
    seq: int
    project_name: str
    owner: str


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item of a case as stored (办件事项)."""

    case: str
    item: str
    title: str
    department: str
    part: str | None
    applies: str
    needs_visit: bool
    licence: bool
    since: date | None


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """A limit of a case as stored (时限)."""

    case: str
    item: str
    limit: str
    kind: str
    start: date
    due: date
    done_on: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class WakeupRecord:
    """When to look at a case again (唤醒)."""

    case: str
    project: str
    kind: str
    key: str
    at: datetime


async def add_project(
    unit: Unit, project: str | None, name: str, owner: str, created: datetime, project_code: str | None = None
) -> str:
    """Add a project's row (登记项目) and hold its lock; give its id, a new one where None was given."""
    project = project or new_id()
    unit.taking(Lock.PROJECT, project)
    values = {
        "id": project,
        "name": name,
        "owner_id": owner,
        "project_code": project_code,
        "created": utc(created),
    }
    await unit.execute(insert(Project).values(**values))
    return project


async def project_of(reader: Reader, project: str) -> ProjectRecord | None:
    """The project of that id."""
    return next(iter(await find_projects(reader, ids=[project])), None)


async def find_projects(
    reader: Reader,
    *,
    ids: Sequence[str] | None = None,
    owner: str | None = None,
    department: str | None = None,
    code: str | None = None,
    most: int = 200,
    skip: int = 0,
) -> list[ProjectRecord]:
    """Projects, the newest first: of an owner, with an item of a department in one of their cases, that ever had a code."""
    query = (
        select(Project.id, Project.name, Project.owner_id, Project.project_code, Project.created, Project.merged_into)
        .order_by(Project.created.desc(), Project.id.desc())
        .limit(most)
        .offset(skip)
    )
    if ids is not None:
        query = query.where(Project.id.in_(ids))
    if owner is not None:
        query = query.where(Project.owner_id == owner)
    if department is not None:
        concerned = select(CaseFile.project_id).where(CaseFile.id.in_(_concerning(department)))
        query = query.where(Project.id.in_(concerned))
    if code is not None:
        query = query.where(Project.id.in_(_found_by(code)))
    return [ProjectRecord(*row) for row in await reader.execute(query)]


async def case_of(reader: Reader, case: str) -> CaseRecord | None:
    """The case of that id."""
    row = (await reader.execute(_cases().where(CaseFile.id == case))).one_or_none()
    return None if row is None else CaseRecord(*row)


async def case_by_number(reader: Reader, number: str) -> CaseRecord | None:
    """The case of that number for people (办件编号)."""
    row = (await reader.execute(_cases().where(CaseFile.number == number))).one_or_none()
    return None if row is None else CaseRecord(*row)


async def find_cases(
    reader: Reader,
    *,
    project: str | None = None,
    owner: str | None = None,
    department: str | None = None,
    service: str | None = None,
    code: str | None = None,
    open_only: bool = False,
    most: int = 200,
    skip: int = 0,
) -> list[CaseRecord]:
    """Cases, the newest first: of a project, its owner or any code it had, of a department or a service, not yet ended."""
    query = _cases().order_by(CaseFile.opened_at.desc(), CaseFile.id.desc()).limit(most).offset(skip)
    if project is not None:
        query = query.where(CaseFile.project_id == project)
    if owner is not None:
        query = query.where(Project.owner_id == owner)
    if department is not None:
        query = query.where(CaseFile.id.in_(_concerning(department)))
    if service is not None:
        query = query.where(CaseFile.service == service)
    if code is not None:
        query = query.where(CaseFile.project_id.in_(_found_by(code)))
    if open_only:
        query = query.where(CaseFile.ended.is_(None))
    return [CaseRecord(*row) for row in await reader.execute(query)]


def _found_by(code: str) -> Select[str]:
    """Ids of the projects that have or had a code."""
    return select(ProjectCodeRow.project_id).where(ProjectCodeRow.code == code)


def _concerning(department: str) -> CompoundSelect[str]:
    """Ids of the cases in which a department has an item that may apply, or in which it has given an opinion."""
    items = select(CaseItem.case_id).where(CaseItem.department == department, CaseItem.applies != "no")
    return items.union(select(Opinion.case_id).where(Opinion.department == department))


def _cases() -> Select[*tuple[Any, ...]]:
    return select(
        CaseFile.id,
        CaseFile.project_id,
        CaseFile.service,
        CaseFile.number,
        CaseFile.opened_at,
        CaseFile.applicant,
        CaseFile.received_on,
        CaseFile.accepted_on,
        CaseFile.deemed,
        CaseFile.law,
        CaseFile.ended,
        CaseFile.ended_on,
        CaseFile.seq,
        Project.name,
        Project.owner_id,
    ).join(Project, Project.id == CaseFile.project_id)


async def items_of(reader: Reader, case: str) -> list[ItemRecord]:
    """The items of a case, those that no longer apply included."""
    query = (
        select(
            CaseItem.case_id,
            CaseItem.item,
            CaseItem.title,
            CaseItem.department,
            CaseItem.part,
            CaseItem.applies,
            CaseItem.needs_visit,
            CaseItem.licence,
            CaseItem.since,
        )
        .where(CaseItem.case_id == case)
        .order_by(CaseItem.item)
    )
    return [ItemRecord(*row) for row in await reader.execute(query)]


async def open_clocks(reader: Reader, *, case: str | None = None, due_by: date | None = None) -> list[ClockRecord]:
    """Limits that still run, the first due first: for lamps and for the supervisor's list."""
    query = (
        select(
            ClockRow.case_id,
            ClockRow.item,
            ClockRow.limit_id,
            ClockRow.kind,
            ClockRow.started,
            ClockRow.due,
            ClockRow.done_on,
            ClockRow.provisional,
        )
        .where(ClockRow.done_on.is_(None))
        .order_by(ClockRow.due, ClockRow.case_id, ClockRow.item, ClockRow.kind, ClockRow.limit_id)
    )
    if case is not None:
        query = query.where(ClockRow.case_id == case)
    if due_by is not None:
        query = query.where(ClockRow.due <= due_by)
    return [ClockRecord(*row) for row in await reader.execute(query)]


async def due_wakeups(reader: Reader, now: datetime, most: int = 100) -> list[WakeupRecord]:
    """The cases to look at now (到点唤醒), the longest due first. The command that looks reads the ledger again."""
    query = (
        select(WakeupRow.case_id, CaseFile.project_id, WakeupRow.kind, WakeupRow.key, WakeupRow.at)
        .join(CaseFile, CaseFile.id == WakeupRow.case_id)
        .where(WakeupRow.at <= utc(now))
        .order_by(WakeupRow.at, WakeupRow.case_id, WakeupRow.kind, WakeupRow.key)
        .limit(most)
    )
    return [WakeupRecord(*row) for row in await reader.execute(query)]


async def next_wakeup(reader: Reader) -> datetime | None:
    """The earliest instant at which something is to be looked at."""
    return (await reader.execute(select(func.min(WakeupRow.at)))).scalar_one()
