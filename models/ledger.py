"""The ledger as it is stored (台账存取): locks in their one order, the append, reading back, and the check of the chain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from engine.events import Event, EventKind, day_of
from engine.ledger import GENESIS, canonical, leaf, link
from engine.project_codes import touches_code
from models.codes import write_codes
from models.database import Lock, Reader, Unit
from models.errors import ClockWentBackError, ConstraintError, DayTurnedError
from models.tables import AssumedPaperRow, CaseFile, FileUse, LedgerEntry, LedgerHead, NumberCounter, Project
from models.tables.base import utc

CASE_NUMBERS = "case"
"""Series of the numbers that cases have for people (办件编号)."""

SKEW = timedelta(seconds=5)
"""How far an instant may lie before the ledger's last entry; it then counts as that entry's (K5)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry's number and chain value (台账末端)."""

    seq: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as stored (台账条目): its bytes, and the event that they say."""

    seq: int
    event: Event
    body: bytes
    leaf: bytes
    chain: bytes

    @property
    def extra(self) -> Mapping[str, Any]:
        """All that the body says, the digests and the key that the event itself does not have included."""
        raw: Mapping[str, Any] = json.loads(self.body)
        return raw


@dataclass(frozen=True, slots=True)
class Number:
    """A serial taken from a series (文号序号). It is lost if the transaction is, and then given to the next."""

    series: str
    year: int
    serial: int
    force: str


# --- locks ------------------------------------------------------------------------------------------------------------
# FOR NO KEY UPDATE (key_share) lets rows that refer to the locked one be inserted meanwhile; two of them still exclude
# each other. Plain FOR UPDATE on the project would deadlock with the foreign keys of entries appended by others.


async def lock_project(unit: Unit, project: str) -> bool:
    """Lock a project (锁项目): every command on it or on its cases waits here. False where there is none."""
    if unit.holds(Lock.PROJECT, project):
        return True
    unit.taking(Lock.PROJECT, project)
    query = select(Project.id).where(Project.id == project).with_for_update(key_share=True)
    return (await unit.execute(query)).one_or_none() is not None


async def lock_case(unit: Unit, case: str) -> bool:
    """Lock a case, its project first (锁办件), since what is filed with the project changes the case. False: none."""
    if unit.holds(Lock.CASE, case):
        return True
    project = (await unit.execute(select(CaseFile.project_id).where(CaseFile.id == case))).scalar_one_or_none()
    if project is None or not await lock_project(unit, project):
        return False
    unit.taking(Lock.CASE, case)
    query = select(CaseFile.id).where(CaseFile.id == case).with_for_update(key_share=True)
    return (await unit.execute(query)).one_or_none() is not None


async def take_number(unit: Unit, series: str, year: int, force: str) -> Number:
    """Take the next serial of a series and year (取号), gap-free: the counter stays locked until the commit.

    Raises:
        ConstraintError: the series belongs to another force.
    """
    unit.taking(Lock.COUNTER, f"{series}/{year}")
    made = {"series": series, "year": year, "force": force, "next": 1}
    counter = (NumberCounter.series == series, NumberCounter.year == year)
    query = select(NumberCounter.next, NumberCounter.force).where(*counter).with_for_update(key_share=True)
    row = (await unit.execute(query)).one_or_none()
    if row is None:
        await unit.insert_if_new(NumberCounter, made)
        row = (await unit.execute(query)).one()
    if row.force != force:
        raise ConstraintError(f"series {series} is {row.force}, not {force}")
    await unit.execute(update(NumberCounter).where(*counter).values(next=row.next + 1))
    return Number(series, year, row.next, force)


# --- append -----------------------------------------------------------------------------------------------------------


async def append(unit: Unit, events: Sequence[Event], *, more: Mapping[str, Any] | None = None) -> list[Event]:
    """Append events (入账) and give them back as they are stored, with their numbers.

    Comes after everything that is computed; takes the ledger's head, the last lock. ``more`` goes into each body: digests
    of policy and calendar, the idempotency key. The project of each event must be locked.

    Raises:
        ClockWentBackError: an event's instant lies more than five seconds before the last entry's.
        DayTurnedError: it counts as the last entry's instant, and that is on another legal day: run the command again.
        ConstraintError: a document names a file that is not stored, or a case was opened twice.
    """
    if not events:
        return []
    for event in events:
        assert unit.holds(Lock.PROJECT, event.project), f"project {event.project} is not locked"
    opened = [e for e in events if e.kind is EventKind.CASE_OPENED]
    numbers = {e.case: await _case_number(unit, e) for e in opened}
    head, last = await _lock_head(unit)
    seq, chain = head.seq, head.chain
    out: list[Event] = []
    for event in events:
        last = _instant(event, last)
        seq += 1
        body = replace(event, at=last).body(**_without_clash(more))
        stored = Event.from_body(body, seq)
        hashed = leaf(body)
        chain = link(chain, hashed)
        if stored.kind is EventKind.CASE_OPENED:
            await _add_case(unit, stored, numbers[event.case])
        await unit.execute(
            insert(LedgerEntry).values(
                seq=seq,
                at=last,
                kind=stored.kind.value,
                project_id=stored.project,
                case_id=stored.case,
                actor=stored.actor.id,
                body=body,
                leaf=hashed,
                chain=chain,
            )
        )
        await _note(unit, stored)
        out.append(stored)
    await unit.execute(update(LedgerHead).where(LedgerHead.id == 1).values(seq=seq, chain=chain))
    return out


def _without_clash(more: Mapping[str, Any] | None) -> Mapping[str, Any]:
    own = {"v", "hash", "kind", "at", "actor", "project", "case", "task", "docs", "data"}
    assert not own & set(more or ()), "more would overwrite what the event says"
    return more or {}


def _instant(event: Event, last: datetime | None) -> datetime:
    at = utc(event.at)
    if last is None or at >= last:
        return at
    if last - at > SKEW:
        raise ClockWentBackError(
            f"系统时钟比台账最后一条早 {(last - at).total_seconds():.0f} 秒，未作任何更改；请校准时钟。",
            detail_en="The clock is behind the ledger; nothing was written.",
        )
    if day_of(at) != day_of(last):
        raise DayTurnedError("办理时恰逢跨日，请重试。", detail_en="The legal day turned; try again.")
    return last


async def _lock_head(unit: Unit) -> tuple[Head, datetime | None]:
    unit.taking(Lock.HEAD, "")
    query = select(LedgerHead.seq, LedgerHead.chain).where(LedgerHead.id == 1).with_for_update()
    row = (await unit.execute(query)).one()
    at = (await unit.execute(select(LedgerEntry.at).where(LedgerEntry.seq == row.seq))).scalar_one_or_none()
    assert (at is None) == (row.seq == 0), f"the head says {row.seq}, and there is no such entry"
    return Head(row.seq, bytes(row.chain)), at


async def _case_number(unit: Unit, event: Event) -> str:
    year = event.on.year
    return case_number(year, (await take_number(unit, CASE_NUMBERS, year, "none")).serial)


def case_number(year: int, serial: int) -> str:
    """A case's number for people (办件编号)."""
    return f"{year}-{serial:05d}"


async def _add_case(unit: Unit, event: Event, number: str) -> None:
    await unit.execute(
        insert(CaseFile).values(
            id=event.case,
            project_id=event.project,
            service=event.data["service"],
            number=number,
            opened_at=event.at,
            applicant=event.actor.id,
            received_on=event.on,
            deemed=False,
            seq=event.seq,
        )
    )


async def _note(unit: Unit, event: Event) -> None:
    """What an entry changes besides: the uses of its files, the project's codes, what is public of it."""
    uses = file_uses(event)
    if uses:
        await unit.execute(insert(FileUse), uses)
    if touches_code(event):
        await write_codes(unit, event.project, await events_of(unit, event.project))
    if published := assumed_papers(event):
        await unit.execute(insert(AssumedPaperRow), published)


def assumed_papers(event: Event) -> list[dict[str, Any]]:
    """What an entry makes public of a paper that is only assumed (公开的假设内容)."""
    public = event.data.get("public")
    if not public:
        return []
    return [
        {
            "project_id": event.project,
            "version": doc.id,
            "doc": doc.kind,
            "key": public["key"],
            "fields": canonical(public["fields"]),
            "seq": event.seq,
        }
        for doc in event.docs
    ]


def file_uses(event: Event) -> list[dict[str, Any]]:
    """The uses of files that an entry makes (文件引用)."""
    pairs = dict.fromkeys((f.sha256, doc.id) for doc in event.docs for f in doc.files)
    return [
        {"sha256": sha, "project_id": event.project, "document": doc, "case_id": event.case, "seq": event.seq}
        for sha, doc in pairs
    ]


# --- reading ----------------------------------------------------------------------------------------------------------


async def head(reader: Reader) -> Head:
    """The ledger's head."""
    seq, chain = (await reader.execute(select(LedgerHead.seq, LedgerHead.chain).where(LedgerHead.id == 1))).one()
    return Head(seq, bytes(chain))


async def events_of(reader: Reader, project: str) -> list[Event]:
    """Every event of a project and of all its cases, in order."""
    return [e.event for e in await entries_of(reader, project=project)]


async def entries_of(
    reader: Reader, *, project: str | None = None, case: str | None = None, after: int = 0, most: int | None = None
) -> list[Entry]:
    """Entries in order: of a project with its cases, of a case alone, or of all; ``after`` that number, ``most`` of them."""
    query = _entries().where(LedgerEntry.seq > after).limit(most)
    if project is not None:
        query = query.where(LedgerEntry.project_id == project)
    if case is not None:
        query = query.where(LedgerEntry.case_id == case)
    return [_entry(*row) for row in await reader.execute(query)]


def _entries() -> Select[int, bytes, bytes, bytes]:
    return select(LedgerEntry.seq, LedgerEntry.body, LedgerEntry.leaf, LedgerEntry.chain).order_by(LedgerEntry.seq)


def _entry(seq: int, body: bytes, leaf_hash: bytes, chain: bytes) -> Entry:
    body = bytes(body)
    return Entry(seq, Event.from_body(body, seq), body, bytes(leaf_hash), bytes(chain))


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the ledger does not hold together (台账断裂)."""

    seq: int
    says: str


async def verify_chain(reader: Reader, *, batch: int = 1000) -> list[Broken]:
    """Hash every stored body again from the first entry on (验链) and compare: leaf, chain, numbers, columns, head (L2)."""
    out: list[Broken] = []
    seq, chain, at = 0, GENESIS, None
    while True:
        query = select(LedgerEntry.__table__).where(LedgerEntry.seq > seq).order_by(LedgerEntry.seq).limit(batch)
        rows = (await reader.execute(query)).all()
        for row in rows:
            if row.seq != seq + 1:
                out.append(Broken(row.seq, f"台账在 {seq} 与 {row.seq} 之间缺号"))
            seq = row.seq
            out.extend(Broken(seq, says) for says in _faults(row, chain, at))
            chain, at = link(chain, leaf(bytes(row.body))), row.at
        if len(rows) < batch:
            break
    last = await head(reader)
    if last != Head(seq, chain):
        out.append(Broken(seq, f"台账末端记为 {last.seq}，与逐条计算的 {seq} 或其链值不符"))
    return out


def _faults(row: Any, chain: bytes, before: datetime | None) -> Iterable[str]:
    body = bytes(row.body)
    if bytes(row.leaf) != leaf(body):
        yield "正文与叶摘要不符"
    if bytes(row.chain) != link(chain, leaf(body)):
        yield "链值与前一条及正文不符"
    if before is not None and row.at < before:
        yield "时间早于前一条"
    try:
        event = Event.from_body(body, row.seq)
    except (ValueError, KeyError, TypeError):
        yield "正文无法读出"
        return
    said = (event.at, event.kind.value, event.project, event.case, event.actor.id)
    if said != (row.at, row.kind, row.project_id, row.case_id, row.actor):
        yield "索引列与正文不符"
    if event.body(**_beyond(body)) != body:
        yield "正文不是规范字节"


def _beyond(body: bytes) -> Mapping[str, Any]:
    own = {"v", "hash", "kind", "at", "actor", "project", "case", "task", "docs", "data"}
    return {k: v for k, v in json.loads(body).items() if k not in own}


async def count(reader: Reader) -> int:
    """How many entries there are."""
    return (await reader.execute(select(func.count()).select_from(LedgerEntry))).scalar_one()
