"""Whole flows a second, from registration to a sealed certificate, on both databases (整套流程的速度).

Beside it, in turns and on the same database, bare inserts: as many transactions with as many new rows as a flow makes,
each row of a ledger entry's size. The ratio is what deciding, hashing, projecting, reading back and drawing cost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select, text

from api.demo import ACCOUNTS
from api.demo.stories import issued
from api.demo.teller import Teller
from api.opening import open_parts
from api.parts import Parts
from api.settings import from_environment
from engine.events import Actor
from models.accounts import add_account
from models.database import Unit
from models.tables import Base, IdempotencyRow, LedgerEntry
from tests.databases import postgres_server, sqlite_url

NOW = datetime(2022, 9, 1, 1, 30, tzinfo=UTC)
SECONDS = 6.0
AT_ONCE = 4
"""Flows that are under way together, as with several windows."""

Report = Callable[[str], object]


def run(report: Report) -> None:
    """Print flows a second one by one and several at once, and the bare inserts beside them, on each database."""
    with TemporaryDirectory() as folder, postgres_server(durable=True) as server:
        for name, url in (("SQLite", sqlite_url(Path(folder) / "flows")), ("PostgreSQL", server.new_database())):
            asyncio.run(_on(report, name, url, Path(folder) / name))


async def _on(report: Report, name: str, url: str, folder: Path) -> None:
    settings = from_environment({"DATABASE_URL": url, "YICHUANG_DATA_DIR": str(folder)})
    async with AsyncExitStack() as stack:
        parts = replace(await stack.enter_async_context(open_parts(settings)), now=lambda: NOW)
        flows = Flows(parts, await _hire(parts))
        await flows.once()
        cost = await flows.cost()
        report(f"{name}：一套流程 {cost.transactions} 个事务、新增 {cost.rows} 行，台账每条 {cost.size} 字节")
        bare = Bare(parts, cost)
        await bare.prepare()
        await _compare(
            report, {"整套流程，逐件": flows.once, f"整套流程，{AT_ONCE} 件同时": flows.several, "只插入": bare.once}
        )


async def _compare(report: Report, timed: Mapping[str, Callable[[], Awaitable[int]]]) -> None:
    """Time them in turns, so that a busy moment of the machine falls on all of them."""
    rounds: dict[str, list[float]] = {name: [] for name in timed}
    until = time.perf_counter() + SECONDS * len(timed)
    while time.perf_counter() < until or len(rounds[next(iter(rounds))]) < 3:
        for name, work in timed.items():
            begun = time.perf_counter()
            done = await work()
            rounds[name].append((time.perf_counter() - begun) / done)
    medians = {name: sorted(times)[len(times) // 2] for name, times in rounds.items()}
    last = medians["只插入"]
    for name, median in medians.items():
        report(f"  {name}：{1 / median:,.2f} 套/秒，每套 {median * 1000:,.0f} 毫秒，为只插入的 {median / last:.1f} 倍")


async def _hire(parts: Parts) -> dict[str, Actor]:
    async def command(unit: Unit) -> dict[str, Actor]:
        actors = {}
        for a in ACCOUNTS:
            who = {"login": a.login, "name": a.name, "role": a.role, "department": a.department}
            account = await add_account(unit, **who, password_hash="", created=NOW)  # nobody signs in here
            actors[a.login] = Actor(account, a.name, a.role, a.department)
        await unit.commit()
        return actors

    return await parts.database.run_command(command)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one flow writes: commands with an answer kept and the sealing, new rows in all tables, bytes of an entry."""

    transactions: int
    rows: int
    size: int


class Flows:
    """Flows one after the other or side by side, each a project and case of its own."""

    def __init__(self, parts: Parts, actors: dict[str, Actor]) -> None:
        self._parts, self._actors, self._numbers = parts, actors, count(1)

    async def once(self) -> int:
        """One flow; gives how many that was."""
        async for _ in issued(Teller(self._parts, self._actors, f"flow-{next(self._numbers)}")):
            pass
        return 1

    async def several(self) -> int:
        """Some at the same time."""
        return sum(await asyncio.gather(*(self.once() for _ in range(AT_ONCE))))

    async def cost(self) -> Cost:
        """Do one and count."""
        before = await self._rows()
        await self.once()
        after = await self._rows()
        answers, sealed = IdempotencyRow.__tablename__, 1
        async with self._parts.database.read() as reader:
            size = (await reader.execute(select(func.avg(func.length(LedgerEntry.body))))).scalar_one()
        rows = sum(after.values()) - sum(before.values())
        return Cost(after[answers] - before[answers] + sealed, rows, int(size))

    async def _rows(self) -> dict[str, int]:
        async with self._parts.database.read() as reader:
            return {
                name: (await reader.execute(select(func.count()).select_from(table))).scalar_one()
                for name, table in Base.metadata.tables.items()
            }


class Bare:
    """The same number of transactions and rows, and nothing else."""

    def __init__(self, parts: Parts, cost: Cost) -> None:
        self._database, self._cost, self._numbers = parts.database, cost, count(1)

    async def prepare(self) -> None:
        """Make the table that is written to."""
        await self._database.run_command(self._make)

    @staticmethod
    async def _make(unit: Unit) -> None:
        await unit.execute(text("CREATE TABLE bare_insert (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"))
        await unit.commit()

    async def once(self) -> int:
        """Write as much as one flow does."""
        share, more = divmod(self._cost.rows, self._cost.transactions)
        for n in range(self._cost.transactions):
            await self._database.run_command(self._insert(share + (n < more)))
        return 1

    def _insert(self, rows: int) -> Callable[[Unit], Awaitable[None]]:
        statement, body = text("INSERT INTO bare_insert (id, body) VALUES (:id, :body)"), "x" * self._cost.size

        async def command(unit: Unit) -> None:
            for _ in range(rows):
                await unit.execute(statement, {"id": next(self._numbers), "body": body})
            await unit.commit()

        return command
