"""Projections (投影): what the tables say of a case, made by one pure function from its ledger and written with each event.

``case_rows`` is that function. ``write_projections`` runs in the transaction of the append; :mod:`models.rebuild` runs
the same function over the whole ledger and compares (L1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import delete, insert, select, update

from engine.case import CaseState
from engine.determination import item_from_json
from engine.dossier import DocVersion, Standing
from engine.events import Event, EventKind
from engine.papers import ItemHere
from engine.terms import Force, Truth
from models.database import Reader, Unit
from models.ledger import entries_of
from models.tables import (
    CaseFile,
    CaseItem,
    CaseItemBuilding,
    CasePause,
    ClockRow,
    Opinion,
    OpinionStatus,
    SimulatedOpinion,
    SimulatedOpinionStatus,
    WakeupRow,
)
from models.tables.base import utc

Row = dict[str, Any]


class ClockLike(Protocol):
    """A limit that runs or ran (时限): anything with these attributes will do. ``item`` is empty for the bundle."""

    @property
    def item(self) -> str: ...  # noqa: D102
    @property
    def limit(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> date: ...  # noqa: D102
    @property
    def due(self) -> date: ...  # noqa: D102
    @property
    def done_on(self) -> date | None: ...  # noqa: D102
    @property
    def provisional(self) -> bool: ...  # noqa: D102


class WakeupLike(Protocol):
    """When to look at a case again (唤醒): anything with these attributes will do."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit that runs or ran (时限)."""

    item: str
    limit: str
    kind: str
    start: date
    due: date
    done_on: date | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Wakeup:
    """When to look at a case again (唤醒)."""

    kind: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseRows:
    """Everything that the tables say of one case (一件办件的全部投影行)."""

    case_file: Row
    case_item: list[Row] = field(default_factory=list)
    case_item_building: list[Row] = field(default_factory=list)
    case_pause: list[Row] = field(default_factory=list)
    opinion: list[Row] = field(default_factory=list)
    opinion_status: list[Row] = field(default_factory=list)
    simulated_opinion: list[Row] = field(default_factory=list)
    simulated_opinion_status: list[Row] = field(default_factory=list)
    clock: list[Row] = field(default_factory=list)
    wakeup: list[Row] = field(default_factory=list)


def case_rows(
    state: CaseState, events: Iterable[Event], clocks: Iterable[ClockLike], wakeups: Iterable[WakeupLike]
) -> CaseRows:
    """What the tables must say of a case, given its fold and its own events as stored."""
    own = [e for e in events if e.case == state.case]
    items = _items(own)
    rows = CaseRows(
        _case_file(state),
        [_item_row(state, item) for item in items.values()],
        [row for item in items.values() for row in _building_rows(state, item)],
        list(_pauses(state)),
        clock=_clock_rows(state.case, clocks),
        wakeup=[_wakeup_row(state.case, w) for w in wakeups],
    )
    for event in own:
        for doc in event.docs:
            if doc.verdict is None:
                continue
            now = state.dossier.versions[doc.id]
            status = {
                "opinion_id": doc.id,
                "void": now.standing is Standing.VOID,
                "stale": state.dossier.stale(now),
            }
            if doc.force is Force.SIMULATED:
                rows.simulated_opinion.append(_opinion_row(state.case, event, doc, items))
                rows.simulated_opinion_status.append(status)
            else:
                rows.opinion.append({**_opinion_row(state.case, event, doc, items), "converts": doc.converts or None})
                rows.opinion_status.append(status)
    return rows


def _case_file(state: CaseState) -> Row:
    return {
        "id": state.case,
        "received_on": state.received_on,
        "applicant": state.applicant,
        "accepted_on": state.accepted_on,
        "deemed": state.deemed,
        "law": state.law,
        "ended": state.ending.kind.value if state.ending else None,
        "ended_on": state.ending.on if state.ending else None,
        "seq": state.seq,
    }


def _items(events: Iterable[Event]) -> dict[str, ItemHere]:
    """Every item ever determined for the case, as last determined; one that was dropped no longer applies."""
    known: dict[str, ItemHere] = {}
    now: set[str] = set()
    for event in events:
        if event.kind is EventKind.ITEMS_DETERMINED:
            found = [item_from_json(i) for i in event.data["items"]]
            now = {i.id for i in found}
            known.update((i.id, i) for i in found)
    return {name: item if name in now else replace(item, applies=Truth.NO) for name, item in known.items()}


def _item_row(state: CaseState, item: ItemHere) -> Row:
    return {
        "case_id": state.case,
        "item": item.id,
        "title": item.title,
        "department": item.department,
        "part": item.part,
        "applies": item.applies.value,
        "needs_visit": item.needs_visit,
        "licence": item.licence,
        "since": date.fromisoformat(item.since) if item.since else None,
    }


def _building_rows(state: CaseState, item: ItemHere) -> Iterable[Row]:
    """The buildings that an item is about: its own, else all of the case's, else none by name."""
    mine = [b for b in state.buildings if b in item.buildings]
    for building in mine or state.buildings or ("",):
        yield {"case_id": state.case, "item": item.id, "building": building}


def _pauses(state: CaseState) -> Iterable[Row]:
    n = 0
    if state.asked is not None:
        yield {
            "case_id": state.case,
            "n": n,
            "kind": "correction",
            "task": "",
            "item": "",
            "reason": "correction",
            "written_notice": True,
            "started": state.asked.on,
            "ended": _corrected(state),
        }
    for stop in state.stops:
        n += 1
        yield {
            "case_id": state.case,
            "n": n,
            "kind": "stop",
            "task": stop.task,
            "item": stop.item,
            "reason": stop.reason,
            "written_notice": stop.written_notice,
            "started": stop.start,
            "ended": stop.end,
        }


def _corrected(state: CaseState) -> date | None:
    """The day on which the wait for corrections was over: supplied, or taken in without, or the case ended."""
    assert state.asked is not None
    ended = state.ending.on if state.ending else None
    accepted = max(state.accepted_on, state.asked.on) if state.accepted_on else None
    return state.asked.supplied_on or accepted or ended


def _opinion_row(case: str, event: Event, doc: DocVersion, items: Mapping[str, ItemHere]) -> Row:
    return {
        "id": doc.id,
        "case_id": case,
        "item": doc.about.item or None,
        "building": doc.about.building,
        "instance": doc.about.instance,
        "step": (event.task or "").partition(":")[0],
        "doc": doc.kind,
        "round": doc.round,
        "version": int(doc.id.rpartition("#")[2]),
        "department": _department(event, doc, items),
        "force": doc.force.value,
        "verdict": doc.verdict.value if doc.verdict else "",
        "signer": event.actor.id,
        "signed_by": doc.by,
        "signed_on": doc.on or event.on,
        "unaffected": doc.unaffected,
        "seq": event.seq,
    }


def _department(event: Event, doc: DocVersion, items: Mapping[str, ItemHere]) -> str:
    """Whose opinion it is: its maker's; what a gathering minuted is that of the item's department, if that attended.

    The foreign key to the case's items refuses any other department (O2).
    """
    item = items.get(doc.about.item)
    if event.kind is EventKind.HELD and item is not None and item.department in event.data["attended"]:
        return item.department
    return doc.maker


def _clock_rows(case: str, clocks: Iterable[ClockLike]) -> list[Row]:
    """One row a limit and day of start: a list of failures that another replaced on its own day leaves the later's."""
    rows: dict[tuple[str, str, str, date], Row] = {}
    for clock in sorted(clocks, key=lambda c: c.done_on is None):
        rows[clock.item, clock.limit, str(clock.kind), clock.start] = _clock_row(case, clock)
    return list(rows.values())


def _clock_row(case: str, clock: ClockLike) -> Row:
    return {
        "case_id": case,
        "item": clock.item,
        "limit_id": clock.limit,
        "kind": str(clock.kind),
        "started": clock.start,
        "due": clock.due,
        "done_on": clock.done_on,
        "provisional": clock.provisional,
    }


def _wakeup_row(case: str, wakeup: WakeupLike) -> Row:
    return {"case_id": case, "kind": str(wakeup.kind), "key": wakeup.key, "at": utc(wakeup.at)}


# --- writing ----------------------------------------------------------------------------------------------------------


async def write_projections(
    unit: Unit, state: CaseState, clocks: Iterable[ClockLike], wakeups: Iterable[WakeupLike]
) -> None:
    """Write what the tables say of a case, after the append and in its transaction.

    Args:
        unit: the transaction; the project is locked.
        state: the case folded with what was just appended.
        clocks: its limits, open and done.
        wakeups: when to look at it again.

    Raises:
        ConstraintError: an opinion by a department whose item it is not, the same round given twice, two open clocks.
    """
    entries = await entries_of(unit, case=state.case)
    await write_rows(unit, case_rows(state, [e.event for e in entries], clocks, wakeups))


async def write_rows(unit: Unit, rows: CaseRows) -> None:
    """Make the tables say this of a case. Opinions are only ever added."""
    case = rows.case_file["id"]
    cached = {k: v for k, v in rows.case_file.items() if k != "id"}
    await unit.execute(update(CaseFile).where(CaseFile.id == case).values(**cached))
    await _write_items(unit, case, rows.case_item)
    await _write_opinions(unit, case, Opinion, OpinionStatus, rows.opinion, rows.opinion_status)
    await _write_opinions(
        unit,
        case,
        SimulatedOpinion,
        SimulatedOpinionStatus,
        rows.simulated_opinion,
        rows.simulated_opinion_status,
    )
    derived: tuple[tuple[type[Any], list[Row]], ...] = (
        (CaseItemBuilding, rows.case_item_building),
        (CasePause, rows.case_pause),
        (ClockRow, rows.clock),
        (WakeupRow, rows.wakeup),
    )
    for table, made in derived:
        await unit.execute(delete(table).where(table.case_id == case))
        await _insert(unit, table, made)


async def _write_items(unit: Unit, case: str, rows: Sequence[Row]) -> None:
    """Change only what differs: opinions refer to these rows."""
    stored = {r["item"]: r for r in await stored_rows(unit, CaseItem, CaseItem.case_id == case)}
    await _insert(unit, CaseItem, [r for r in rows if r["item"] not in stored])
    for row in rows:
        if row["item"] in stored and stored[row["item"]] != row:
            here = (CaseItem.case_id == case, CaseItem.item == row["item"])
            await unit.execute(update(CaseItem).where(*here).values(**row))


async def _write_opinions(
    unit: Unit,
    case: str,
    opinion: type[Opinion] | type[SimulatedOpinion],
    status: type[OpinionStatus] | type[SimulatedOpinionStatus],
    rows: Sequence[Row],
    statuses: Sequence[Row],
) -> None:
    ids = select(opinion.id).where(opinion.case_id == case)
    stored = set((await unit.execute(ids)).scalars())
    await _insert(unit, opinion, [r for r in rows if r["id"] not in stored])
    await unit.execute(delete(status).where(status.opinion_id.in_(ids)))
    await _insert(unit, status, statuses)


async def _insert(unit: Unit, table: type[Any], rows: Sequence[Row]) -> None:
    if rows:
        await unit.execute(insert(table), list(rows))


async def stored_rows(reader: Reader, table: type[Any], *where: Any) -> list[Row]:
    """Rows as mappings from column to value, as the functions above make them."""
    found = await reader.execute(select(table.__table__).where(*where))
    return [{k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()} for row in found.mappings()]
