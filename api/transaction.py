"""One command is one transaction (一令一事务): lock, let time pass, order, append, project, remember the answer, commit.

The order of locks is the project, then its cases, then a counter, then the head of the ledger. Success is answered only
after the commit has returned.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from api.folding import look_again
from api.parts import Parts
from engine.case import CaseState, Law, ends_paper, fold, fold_project, touches_results
from engine.case_clock import CaseClock
from engine.commands import Desk
from engine.deadlines import clocks, due_events
from engine.dossier import Dossier
from engine.errors import NotFoundError
from engine.events import SYSTEM, Actor, Event, EventKind, day_of
from engine.intake import after_filing
from engine.lapsing import PaperClock, lapse_events, paper_clocks
from engine.ledger import digest
from engine.simulation import failed
from models.certificates import withdraw
from models.database import Reader, Unit
from models.idempotency import Answer, once
from models.ledger import append, events_of, lock_project
from models.projections import Clock, write_projections


@dataclass(slots=True)
class Work:
    """A command at work inside its transaction: the project's events so far, and those that it adds."""

    parts: Parts
    reader: Reader
    project: str
    actor: Actor
    now: datetime
    events: list[Event]
    new: list[Event] = field(default_factory=list)
    after_append: list[Callable[[Sequence[Event]], Awaitable[None]]] = field(default_factory=list)
    """What needs the ledger's numbers: rows that name an entry, and the last checks before the commit."""
    _folded: dict[str, CaseState] = field(default_factory=dict)
    """Cases as they stand, folded once until something is added."""

    @property
    def dossier(self) -> Dossier:
        """The project's own file."""
        return fold_project(self.events)

    def cases(self) -> list[str]:
        """Ids of the project's cases, in the order in which they were opened."""
        return [e.case for e in self.events if e.kind is EventKind.CASE_OPENED and e.case]

    def state(self, case: str) -> CaseState:
        """A case as it stands, what this command has added included."""
        if case not in self._folded:
            self._folded[case] = fold(self.events, case)
        return self._folded[case]

    async def law(self, state: CaseState) -> Law:
        """The law that decides a case."""
        return await self.parts.shelf.law_of(self.reader, state, day_of(self.now))

    async def desk(self, case: str) -> Desk:
        """A desk for one case, for the person who orders."""
        state = self.state(case)
        law = await self.law(state)
        return Desk(state, law, self.actor, self.now, self.parts.decider(law.book, state.service))

    def add(self, events: Iterable[Event]) -> None:
        """Add events; their numbers are the ledger's to give, until then they only count on."""
        for event in events:
            last = self.events[-1].seq if self.events else 0
            numbered = replace(event, seq=last + 1)
            self.events.append(numbered)
            self.new.append(numbered)
            self._folded.clear()

    def paper_clocks(self) -> tuple[PaperClock, ...]:
        """How long each result of the project still stands."""
        shelf = self.parts.shelf
        return paper_clocks(self.dossier, shelf.current.as_of, shelf.calendar, day_of(self.now))

    async def let_papers_lapse(self) -> None:
        """Put on record what the passing of time has brought to the project's results, and what this brings to its cases."""
        shelf, lapsed = self.parts.shelf, False
        while brought := lapse_events(
            self.project, self.events, self.dossier, shelf.current.as_of, shelf.calendar, self.now
        ):
            self.add(brought)
            lapsed = lapsed or any(e.kind is EventKind.RESULT_LAPSED for e in brought)
        if lapsed:
            await self.tell_cases()

    async def let_time_pass(self, case: str) -> None:
        """Put on record what the passing of time has brought to a case, before anything is ordered."""
        while True:
            state = self.state(case)
            if state.ending is not None:
                return
            law = await self.law(state)
            if state.accepted_on is None:
                law = self.parts.shelf.law(state.service, state.received_on)
            decide = self.parts.decider(law.book, state.service)
            brought = due_events(state, law, self.parts.shelf.calendar, self.now, decide)
            if not brought:
                return
            self.add(brought)

    async def tell_cases(self) -> None:
        """What a filing brings to the project's open cases: corrections complete, items determined anew."""
        for case in self.cases():
            self.add(after_filing(await self.desk(case)))
            self.add(failed(await self.desk(case)))

    @property
    def unit(self) -> Unit:
        """The transaction, where this is a command and no mere reading."""
        assert isinstance(self.reader, Unit), "a reading writes nothing"
        return self.reader

    async def write(self, key: str | None) -> None:
        """Append what is new, and write the projections of every case that it touches."""
        if not self.new:
            return
        if any(e.kind is EventKind.TAKEN_IN for e in self.new):
            await self.parts.shelf.keep(self.unit, self.now)
        count = len(self.new)
        stored = await append(self.unit, self.new, more={"policy": self.parts.shelf.current.digest, "key": key})
        self.events[-count:] = stored
        self._folded.clear()
        self.new = []
        touched = {e.case for e in stored}
        shared = None in touched or any(map(touches_results, stored))  # what the project keeps changes every case of it
        for case in self.cases():
            if case in touched or shared:
                await self._project(case)
        for event in stored:
            if ends_paper(event):
                await withdraw(self.unit, event)
        for each in self.after_append:
            await each(stored)

    async def _project(self, case: str) -> None:
        state = self.state(case)
        law, calendar, today = await self.law(state), self.parts.shelf.calendar, day_of(self.now)
        running = (c for c in clocks(state, law, calendar, today) if c.due is not None)
        look = look_again(self.parts, state, law, self.events, today)
        await write_projections(self.unit, state, map(_row, running), look)


def _row(clock: CaseClock) -> Clock:
    assert clock.due is not None
    return Clock(clock.item, clock.limit, clock.kind, clock.start, clock.due, clock.done_on, clock.provisional)


Step = Callable[[Work], Awaitable[tuple[int, dict[str, Any]]]]
"""What a command does inside its transaction; gives the status and the body of its answer."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who orders what, and how a repeat of it is known (幂等键)."""

    actor: Actor
    route: str
    key: str | None
    body: Any

    @property
    def fingerprint(self) -> str:
        """Hash of what was asked: the same key with another body is refused."""
        return digest([self.route, self.body])


async def carry_out(
    parts: Parts, order: Order, project: str, step: Step, before: Callable[[Unit], Awaitable[None]] | None = None
) -> tuple[int, dict[str, Any]]:
    """Carry a command out, or give the answer that it was given before.

    ``before`` runs ahead of the project's lock: the registration of a project makes the row that is locked.

    Raises:
        NotFoundError: there is no such project.
        RefusedError, InputError, …: nothing is done then.
    """

    async def perform(unit: Unit) -> Answer:
        if before is not None:
            await before(unit)
        if not await lock_project(unit, project):
            raise NotFoundError("没有这个项目。", detail_en="No such project.")
        work = Work(parts, unit, project, order.actor, parts.now(), await events_of(unit, project))
        await work.let_papers_lapse()
        status, answer = await step(work)
        await work.write(order.key)
        return Answer(status, json.dumps(answer, ensure_ascii=False).encode())

    async def alone(unit: Unit) -> Answer:
        answer = await perform(unit)
        if unit.wrote:
            await unit.commit()
        return answer

    if order.key is None:
        answer = await parts.database.run_command(alone)
    else:
        answer = await once(
            parts.database, order.actor.id, order.route, order.key, order.fingerprint, parts.now, perform
        )
    body: dict[str, Any] = json.loads(answer.body)
    return answer.status, body


async def sweep_case(parts: Parts, project: str, case: str) -> int:
    """Let time pass for one case, by itself; gives how many entries that made."""
    made = 0

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        nonlocal made
        await work.let_time_pass(case)
        made = len(work.new)
        return 200, {}

    await carry_out(parts, Order(SYSTEM, "sweep", None, None), project, step)
    return made
