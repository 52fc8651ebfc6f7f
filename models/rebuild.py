"""Rebuilding (重建): the tables written anew from the ledger alone, and what differs between the two (L1).

What a case's clocks and wakeups are is for the law to say, and the law is not known here: the caller gives a function.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from engine.case import CaseState, ends_paper, fold
from engine.events import Event, EventKind
from engine.project_codes import code_history
from models.certificates import certificate_row
from models.codes import code_rows, project_row, question_rows, write_codes
from models.database import Database, Reader, Unit
from models.ledger import assumed_papers, events_of, file_uses, lock_project
from models.projections import CaseRows, ClockLike, Row, WakeupLike, case_rows, stored_rows, write_projections
from models.tables import (
    AssumedPaperRow,
    CaseFile,
    CaseItem,
    CaseItemBuilding,
    CasePause,
    CertificateRow,
    CertificateWithdrawal,
    ClockRow,
    CodeQuestionRow,
    FileUse,
    Opinion,
    OpinionStatus,
    Project,
    ProjectCodeRow,
    SimulatedOpinion,
    SimulatedOpinionStatus,
    WakeupRow,
)

FoldClocks = Callable[[Reader, CaseState], Awaitable[tuple[Iterable[ClockLike], Iterable[WakeupLike]]]]
"""A case's clocks and wakeups, as the command that last touched it gave them to ``write_projections``."""

_TABLES: Mapping[str, type[Any]] = {
    "case_file": CaseFile,
    "case_item": CaseItem,
    "case_item_building": CaseItemBuilding,
    "case_pause": CasePause,
    "opinion": Opinion,
    "opinion_status": OpinionStatus,
    "simulated_opinion": SimulatedOpinion,
    "simulated_opinion_status": SimulatedOpinionStatus,
    "clock": ClockRow,
    "wakeup": WakeupRow,
}
_STATUS_OF: Mapping[type[Any], type[Any]] = {OpinionStatus: Opinion, SimulatedOpinionStatus: SimulatedOpinion}


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that the ledger and a table do not agree on (差异); None on the side that does not have it."""

    table: str
    key: tuple[Any, ...]
    ledger: Mapping[str, Any] | None
    stored: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"{self.table} {'/'.join(map(str, self.key))}：台账为 {self.ledger}，表中为 {self.stored}"


async def rebuild(database: Database, fold_clocks: FoldClocks) -> int:
    """Write the projections of every project and case anew from the ledger (重建投影), a project at a time.

    Gives how many cases there are.

    Opinions and certificates are only ever added; where one was changed or removed, :func:`differences` says so.
    """
    async with database.read() as reader:
        projects = list((await reader.execute(select(Project.id).order_by(Project.id))).scalars())
    return sum([await database.run_command(_of_project(project, fold_clocks)) for project in projects])


def _of_project(project: str, fold_clocks: FoldClocks) -> Callable[[Unit], Awaitable[int]]:
    async def command(unit: Unit) -> int:
        await lock_project(unit, project)
        events = await events_of(unit, project)
        await write_codes(unit, project, events)
        cases = _cases(events)
        for case in cases:
            state = fold(events, case)
            await write_projections(unit, state, *await fold_clocks(unit, state))
        await unit.commit()
        return len(cases)

    return command


async def differences(reader: Reader, fold_clocks: FoldClocks) -> list[Difference]:
    """What the tables say otherwise than the ledger (L1); empty where all is well."""
    out: list[Difference] = []
    for project in (await reader.execute(select(Project.id).order_by(Project.id))).scalars():
        events = await events_of(reader, project)
        out.extend(await _project_differs(reader, project, events))
        for case in _cases(events):
            state = fold(events, case)
            rows = case_rows(state, events, *await fold_clocks(reader, state))
            out.extend([d async for d in _case_differs(reader, case, rows)])
    return out


def _cases(events: Iterable[Event]) -> list[str]:
    return [e.case for e in events if e.kind is EventKind.CASE_OPENED and e.case]


async def _case_differs(reader: Reader, case: str, rows: CaseRows) -> AsyncIterator[Difference]:
    for each in fields(rows):
        table = _TABLES[each.name]
        said = getattr(rows, each.name)
        wanted = [said] if isinstance(said, dict) else said
        for difference in _differ(table, wanted, await stored_rows(reader, table, _belongs(table, case))):
            yield difference


def _belongs(table: type[Any], case: str) -> Any:
    if table is CaseFile:
        return CaseFile.id == case
    if table in _STATUS_OF:
        opinion = _STATUS_OF[table]
        return table.opinion_id.in_(select(opinion.id).where(opinion.case_id == case))
    return table.case_id == case


async def _project_differs(reader: Reader, project: str, events: list[Event]) -> list[Difference]:
    """What an entry changes besides the case: the uses of its files, the project's code, certificates."""
    out = _differ(
        FileUse,
        [use for event in events for use in file_uses(event)],
        await stored_rows(reader, FileUse, FileUse.project_id == project),
    )
    stored = await stored_rows(reader, AssumedPaperRow, AssumedPaperRow.project_id == project)
    out = [*out, *_differ(AssumedPaperRow, [row for event in events for row in assumed_papers(event)], stored)]
    codes = code_history(events)
    for table, key, wanted in (
        (Project, Project.id, [project_row(project, codes)]),
        (ProjectCodeRow, ProjectCodeRow.project_id, code_rows(project, codes)),
        (CodeQuestionRow, CodeQuestionRow.project_id, question_rows(project, codes)),
    ):
        out = [*out, *_differ(table, wanted, await stored_rows(reader, table, key == project))]
    of_project = select(CaseFile.id).where(CaseFile.project_id == project)
    stored = await stored_rows(reader, CertificateRow, CertificateRow.case_id.in_(of_project))
    numbers = {row["number"]: row["id"] for row in stored}
    wanted = [{**row, "id": numbers.get(row["number"])} for row in _certificates(events)]
    here = CertificateWithdrawal.certificate_id.in_(list(numbers.values()))
    withdrawn = await stored_rows(reader, CertificateWithdrawal, here)
    return [
        *out,
        *_differ(CertificateRow, wanted, stored),
        *_differ(CertificateWithdrawal, list(_withdrawals(events, numbers)), withdrawn),
    ]


def _certificates(events: Iterable[Event]) -> Iterator[Row]:
    """A certificate's row as its entries say it: issued, then perhaps sealed, then perhaps withdrawn."""
    rows: dict[str, Row] = {}
    for event in events:
        if event.kind is EventKind.ISSUED:
            row = certificate_row(event)
            rows[row["number"]] = {**row, "pdf_sha256": None, "sealed_seq": None, "withdrawn_seq": None}
        elif event.kind is EventKind.SEALED:
            rows[event.data["number"]].update(pdf_sha256=event.data["pdf_sha256"], sealed_seq=event.seq)
        elif ends_paper(event):
            rows[event.data["number"]].update(withdrawn_seq=event.seq)
    yield from rows.values()


def _withdrawals(events: Iterable[Event], numbers: Mapping[str, str]) -> Iterator[Row]:
    for event in events:
        if ends_paper(event):
            certificate = numbers.get(event.data["number"])
            yield {"certificate_id": certificate, "seq": event.seq, "reasons": event.data["says"]}


def _differ(table: type[Any], wanted: Iterable[Row], stored: Iterable[Row]) -> list[Difference]:
    """Rows that differ, by primary key; a stored row is compared in what the ledger says of it alone."""
    names = [column.name for column in table.__table__.primary_key]
    left = {tuple(row[n] for n in names): row for row in wanted}
    right = {tuple(row[n] for n in names): row for row in stored}
    out = []
    for key in left | right:
        said, kept = left.get(key), right.get(key)
        if said is not None and kept is not None:
            kept = {name: kept[name] for name in said}
        if said != kept:
            out.append(Difference(table.__tablename__, key, said, kept))
    return out


__all__ = ["Difference", "FoldClocks", "differences", "rebuild"]
