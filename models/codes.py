"""Codes of projects as stored (项目代码存取): rows from the ledger alone, who has or had a code, what waits for the window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine.events import Event
from engine.project_codes import CodeHistory, Holder, code_history
from models.database import Reader, Unit
from models.errors import BusyError, ConstraintError
from models.tables import CodeQuestionRow, LedgerEntry, Project, ProjectCodeRow

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """What waits for the window (待核定的项目代码)."""

    project: str
    name: str
    code: str
    asked: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class HolderRecord(Holder):
    """Another project that has or had a code, with its name and where it was merged."""

    name: str
    merged_into: str | None


def project_row(project: str, history: CodeHistory) -> Row:
    """What the project's own row says of its code."""
    return {"id": project, "project_code": history.stated, "merged_into": history.merged_into or None}


def code_rows(project: str, history: CodeHistory) -> list[Row]:
    """Every code that finds the project."""
    return [
        {"project_id": project, "code": code, "change": change, "held": code == history.held, "seq": seq}
        for code, (change, seq) in history.codes.items()
    ]


def question_rows(project: str, history: CodeHistory) -> list[Row]:
    """The question that is open, if one is."""
    asked = history.question
    return [] if asked is None else [{"project_id": project, "code": asked.code, "seq": asked.seq}]


async def write_codes(unit: Unit, project: str, events: Iterable[Event]) -> None:
    """Make the tables say what a project's events say of its codes.

    Raises:
        BusyError: another project took the code at the same time; run again, the command then sees it there.
    """
    history = code_history(events)
    values = project_row(project, history)
    await unit.execute(update(Project).where(Project.id == project).values(**values))
    for table, rows in (
        (ProjectCodeRow, code_rows(project, history)),
        (CodeQuestionRow, question_rows(project, history)),
    ):
        await unit.execute(delete(table).where(table.project_id == project))
        try:
            if rows:
                await unit.execute(insert(table), rows)
        except ConstraintError as error:
            raise BusyError("同一项目代码同时被另一项目填报，未作任何更改。", detail_en="Just taken.") from error


async def holders_of(reader: Reader, code: str, besides: str = "") -> list[HolderRecord]:
    """The projects that have a code or had it, who has it now first."""
    query = (
        select(Project.id, ProjectCodeRow.held, Project.name, Project.merged_into)
        .join(Project, Project.id == ProjectCodeRow.project_id)
        .where(ProjectCodeRow.code == code, ProjectCodeRow.project_id != besides)
        .order_by(ProjectCodeRow.held.desc(), ProjectCodeRow.seq, Project.id)
    )
    return [HolderRecord(*row) for row in await reader.execute(query)]


async def code_questions(reader: Reader, most: int = 200) -> list[CodeQuestion]:
    """What waits for the window, the longest first."""
    query = (
        select(Project.id, Project.name, CodeQuestionRow.code, LedgerEntry.at, CodeQuestionRow.seq)
        .join(Project, Project.id == CodeQuestionRow.project_id)
        .join(LedgerEntry, LedgerEntry.seq == CodeQuestionRow.seq)
        .order_by(CodeQuestionRow.seq)
        .limit(most)
    )
    return [CodeQuestion(*row) for row in await reader.execute(query)]
