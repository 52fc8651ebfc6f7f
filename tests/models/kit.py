"""A case of the kernel's small law, kept in a database the way the service keeps one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256

from engine import issuing
from engine.case import CaseState, fold
from engine.certificate import content_of, number_of
from engine.deadlines import clocks, wakeups
from engine.dossier import Verdict
from engine.events import SYSTEM, Event, EventKind
from models import certificates
from models.accounts import add_account
from models.database import Database, Reader, Unit
from models.invariants import certificate_offenders, run_all
from models.ledger import Number, append, events_of, lock_project, take_number
from models.policies import keep_source
from models.projections import Clock, ClockLike, WakeupLike, write_projections
from models.projects import add_project
from tests.engine.law import BOOK, CALENDAR, LAW, LEAD, PROCEDURE, Life, taken_in

NOW = datetime(2022, 9, 16, 1, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 a certificate"
FORM = PROCEDURE.forms[0]


async def fold_clocks(reader: Reader, state: CaseState) -> tuple[Iterable[ClockLike], Iterable[WakeupLike]]:
    """A case's clocks and wakeups under the small law."""
    today = date(2022, 12, 1)
    running = [
        Clock(c.item, c.limit, c.kind, c.start, c.due, c.done_on, c.provisional)
        for c in clocks(state, LAW, CALENDAR, today)
        if c.due is not None
    ]
    return running, wakeups(state, LAW, CALENDAR, today)


async def register(unit: Unit, project: str = "p1", owner: str = "u1") -> None:
    """An owner's account and a project of his."""
    await add_account(
        unit, account=owner, login=f"login-{owner}", name="业主", role="owner", password_hash="x", created=NOW
    )
    await add_project(unit, project, "示例项目", owner, NOW)


@dataclass
class Kept:
    """A life in memory and as much of it as the database has."""

    database: Database
    life: Life = field(default_factory=taken_in)
    saved: int = 0
    number: Number | None = None

    async def save(self) -> None:
        """Store what has happened since, in one command."""
        await self.database.run_command(self._command)
        self.saved = len(self.life.events)

    async def _command(self, unit: Unit) -> None:
        if not self.saved:
            await register(unit)
            await keep_source(unit, BOOK.digest, {"policy.yaml": "small"}, NOW)
        await self.store(unit)
        await unit.commit()

    async def store(self, unit: Unit) -> list[Event]:
        """The same without the commit."""
        new = self.life.events[self.saved :]
        assert await lock_project(unit, "p1")
        if any(e.kind is EventKind.ISSUED for e in new):
            self.number = await take_number(unit, FORM.series, 2022, "formal")
        stored = await append(unit, new, more={"policy": BOOK.digest})
        state = fold(await events_of(unit, "p1"), "c1")
        await write_projections(unit, state, *await fold_clocks(unit, state))
        for event in stored:
            await self._certificate(unit, event)
        return stored

    async def _certificate(self, unit: Unit, event: Event) -> None:
        match event.kind:
            case EventKind.ISSUED:
                assert self.number is not None
                await certificates.issue(unit, event, self.number)
                assert await certificate_offenders(unit, "c1") == []
            case EventKind.SEALED:
                await certificates.seal(unit, event, PDF)
            case EventKind.CERTIFICATE_WITHDRAWN:
                await certificates.withdraw(unit, event)

    def review(self) -> None:
        """Everything but the issue, all passing."""
        for item in ("D02", "D07", "D10"):
            self.life.give("review", item)
        self.life.visit("1号厂房", D02=Verdict.PASS, D07=Verdict.PASS)
        self.life.visit("办公楼", D02=Verdict.PASS)
        for item in ("D02", "D07", "D10"):
            self.life.give("opinion", item)
        self.life.file("archive-list", pages=3)

    def issue(self, serial: int = 1) -> None:
        """The certificate."""
        desk, task = self.life.desk(), self.life.task("issue")
        entries = {d.id: e.seq for e in self.life.events for d in e.docs}
        number = number_of(FORM, desk.today, serial)
        content = content_of(desk, task, FORM, number, "AAAA-BBBB-CCCC", entries)
        self.life.add(*issuing.issue(desk, task, content))

    def seal(self) -> None:
        """Its file."""
        content = self.life.state.certificate
        assert content is not None
        data = {"number": content["number"], "pdf_sha256": sha256(PDF).hexdigest(), "size": len(PDF)}
        self.life.add(Event(EventKind.SEALED, self.life.now, SYSTEM, "p1", "c1", data=data))

    def withdraw(self) -> None:
        """Its withdrawal."""
        content = self.life.state.certificate
        assert content is not None
        data = {"number": content["number"], "says": "所附材料系伪造"}
        self.life.add(Event(EventKind.CERTIFICATE_WITHDRAWN, self.life.now, LEAD, "p1", "c1", data=data))


async def issued(database: Database) -> Kept:
    """A case with its certificate issued and sealed, kept command by command."""
    kept = Kept(database)
    await kept.save()
    kept.review()
    await kept.save()
    kept.issue()
    await kept.save()
    kept.seal()
    await kept.save()
    return kept


def note(project: str, at: datetime, **data: object) -> Event:
    """An entry of a project that changes nothing else."""
    return Event(EventKind.FACTS_STATED, at, SYSTEM, project, data=data)


def with_at(events: Sequence[Event], at: datetime) -> list[Event]:
    """The same at another instant."""
    return [replace(e, at=at) for e in events]


async def broken(database: Database) -> dict[str, list[str]]:
    """Per invariant that does not hold, what breaks it."""
    async with database.read() as reader:
        return {f.id: [str(o) for o in f.offenders] for f in await run_all(reader) if not f.holds}
