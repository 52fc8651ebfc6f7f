"""What a programme of trials comes to (试验计分): tried, acknowledged, unknown, lost, wrong, and how often each state was reached."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from api.parts import Parts
from models.database import Database, Reader
from models.ledger import Entry, entries_of
from tests.databases import postgres_server, sqlite_url
from tests.e2e.discharged import undischarged
from tests.e2e.scenes import unsound

T = TypeVar("T")

BATCH = 2000


@dataclass(slots=True)
class Score:
    """Counted from many threads at once. ``lost`` and ``wrong`` say what, so that a failure can be looked into."""

    tried: int = 0
    acknowledged: list[str] = field(default_factory=list)
    """Keys of the commands that were answered with success."""
    refused: list[str] = field(default_factory=list)
    """Keys of the commands that were refused: nothing of them may be found."""
    unknown: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        *,
        tried: int = 0,
        keys: tuple[str, ...] = (),
        refused: tuple[str, ...] = (),
        unknown: int = 0,
        wrong: str = "",
        reached: str = "",
    ) -> None:
        """Count what happened."""
        with self._lock:
            self.tried += tried
            self.acknowledged.extend(keys)
            self.refused.extend(refused)
            self.unknown += unknown
            if wrong:
                self.wrong.append(wrong)
            if reached:
                self.reached[reached] += 1

    def line(self, title: str, *, reached: bool = True) -> str:
        """One line for people, and a few of what is not as it should be."""
        counted = (
            f"{title}：试 {self.tried}，得到成功答复 {len(self.acknowledged)}，结果不明 {self.unknown}，"
            f"丢失 {len(self.lost)}，错误 {len(self.wrong)}"
        )
        came_to = "，".join(f"{name} {times}" for name, times in sorted(self.reached.items()))
        told = f"{counted}；到达：{came_to}" if reached else counted
        return "\n  ".join([told, *self.lost[:5], *self.wrong[:5]])

    def table(self) -> str:
        """A line for each kind of race: how often it was tried rightly, and how often each outcome came of it."""
        kinds: dict[str, Counter[str]] = {}
        for name, times in self.reached.items():
            kind, _, outcome = name.partition("·")
            kinds.setdefault(kind, Counter())[outcome] += times
        return "\n".join(
            f"  {kind} {counted.total()}"
            + "".join(f"，{outcome} {times}" for outcome, times in sorted(counted.items()) if outcome)
            for kind, counted in sorted(kinds.items())
        )

    async def close(self, parts: Parts) -> None:
        """Compare with the ledger: what was acknowledged is there, in one piece, what was refused is not; the data are sound."""
        async with parts.database.read() as reader:
            found = await keys_in_ledger(reader)
            self.wrong.extend(undischarged([e.event async for e in every_entry(reader)]))
        self.wrong.extend(f"{key} 已答复拒绝，台账里却有" for key in self.refused if key in found)
        self.lost.extend(f"{key} 已答复成功，台账里没有" for key in self.acknowledged if key not in found)
        self.wrong.extend(f"{key} 在台账里有 {times} 处" for key, times in found.items() if times > 1)
        self.wrong.extend(await unsound(parts))


def reading(url: str, use: Callable[[Reader], Awaitable[T]]) -> T:
    """Read a database from outside, whether the service that it belongs to runs or not."""

    async def alone() -> T:
        database = await Database.open(url)
        try:
            async with database.read() as reader:
                return await use(reader)
        finally:
            await database.close()

    return asyncio.run(alone())


async def keys_in_ledger(reader: Reader) -> Counter[str]:
    """In how many runs of entries each idempotency key is found: more than one would be a command done twice."""
    found: Counter[str] = Counter()
    last = None
    async for entry in every_entry(reader):
        key = entry.extra.get("key")
        if key and key != last:
            found[key] += 1
        last = key
    return found


async def every_entry(reader: Reader) -> AsyncIterator[Entry]:
    """The whole ledger, in order."""
    after = 0
    while entries := await entries_of(reader, after=after, most=BATCH):
        for entry in entries:
            yield entry
        after = entries[-1].seq


@contextmanager
def databases(kinds: list[str]) -> Iterator[dict[str, tuple[Path, str]]]:
    """A folder and a new database of each kind, for a programme that runs by itself."""
    with TemporaryDirectory(prefix="yichuang-e2e-") as folder, postgres_server(durable=True) as server:
        made = {}
        for kind in kinds:
            home = Path(folder) / kind
            home.mkdir()
            made[kind] = home, sqlite_url(home / "data.sqlite3") if kind == "sqlite" else server.new_database()
        yield made
        for kind in kinds:
            if kind == "postgresql":
                server.drop(made[kind][1])
