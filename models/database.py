"""The database (数据库): SQLite or PostgreSQL, one transaction a command, and no commit that nobody asked for.

RELIABILITY §4.1 and §4.2 say why each setting is as it is. On SQLite all writing goes over one connection that begins with
``BEGIN IMMEDIATE``, behind a queue that is fair; reading goes over connections that cannot write. On PostgreSQL writing is
READ COMMITTED under row locks taken in one order, reading one snapshot.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from enum import IntEnum
from random import SystemRandom
from typing import Any, TypeVar, TypeVarTuple, overload

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import Executable, text
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TypedReturnsRows

from models import engines
from models.errors import BusyError, ConstraintError, OutcomeUnknownError, SettingsError, StorageError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

ATTEMPTS = 5
"""Times that a command is run before it is given up."""

QUEUE_SECONDS = 30
"""How long a command waits for its turn to write on SQLite."""

_RANDOM = SystemRandom()


class Lock(IntEnum):
    """The one order of locks (加锁次序)."""

    PROJECT = 1
    CASE = 2
    COUNTER = 3
    HEAD = 4


class Reader:
    """One transaction to read in: a snapshot, which sees nothing that is committed later."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Ts], parameters: Parameters | None = None
    ) -> CursorResult[*Ts]: ...

    @overload
    async def execute(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run one statement; every row is fetched before this returns."""
        with _in_our_words():
            return await self.connection.execute(statement, parameters)


class Unit(Reader):
    """One transaction to write in (工作单元). Nothing of it lasts unless :meth:`commit` has returned."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.committed = False
        self.wrote = False
        self._held: set[tuple[Lock, str]] = set()

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run one statement of this transaction."""
        assert not self.committed, "the unit is committed: nothing may be added to it"
        if isinstance(statement, (UpdateBase, TextClause)):
            self.wrote = True
        with _in_our_words():
            return await self.connection.execute(statement, parameters)

    async def insert_if_new(self, table: type[Any], values: Mapping[str, Any]) -> None:
        """Insert a row, or wait for whoever is inserting the same one and leave it as it is."""
        new = postgresql.insert if self.dialect == "postgresql" else sqlite.insert
        await self.execute(new(table).values(**values).on_conflict_do_nothing())

    async def commit(self) -> None:
        """Make it last. An error means that nothing was stored, except :class:`OutcomeUnknownError`."""
        assert not self.committed, "a unit commits once"
        with _in_our_words(committing=True):
            await self.connection.commit()
        self.committed = True

    def holds(self, lock: Lock, key: str) -> bool:
        """Whether this transaction has taken that lock."""
        return (lock, key) in self._held

    def taking(self, lock: Lock, key: str) -> None:
        """Note that a lock is being taken; out of order it could deadlock, so that is a fault of the caller."""
        last = max(self._held, default=None)
        if (lock, key) not in self._held:
            assert last is None or last < (lock, key), f"lock {lock.name} {key} after {last}: out of order"
            self._held.add((lock, key))


class Database:
    """A database that is open (已打开的数据库)."""

    def __init__(self, url: str, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self.url = url
        self._writer = writer
        self._reader = reader
        self._turn: asyncio.Lock | None = asyncio.Lock() if writer.dialect.name == "sqlite" else None

    @classmethod
    async def open(cls, url: str, *, readers: int = 4) -> Database:
        """Open a database that is at the newest revision; see :func:`models.migrations.upgrade`.

        Args:
            url: ``sqlite:///path`` or ``postgresql://…``.
            readers: connections kept for reading.

        Raises:
            SettingsError: a setting that answers rest on is not as it must be, or the schema is not the newest.
        """
        writer, reader = engines.make(url, readers)
        database = cls(url, writer, reader)
        try:
            await database._assert_settings()
        except BaseException:
            await database.close()
            raise
        return database

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._writer.dialect.name

    async def close(self) -> None:
        """Close every connection; on SQLite the writing one last, so that it does the checkpoint."""
        await self._reader.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """One snapshot to read."""
        with _in_our_words():
            async with self._reader.connect() as connection, connection.begin():
                yield Reader(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Unit]:
        """One transaction. Leaving it without ``await unit.commit()`` takes everything back."""
        async with self._queue():
            with _in_our_words():
                async with self._writer.connect() as connection:
                    await connection.begin()
                    yield Unit(connection)

    async def run_command(self, command: Callable[[Unit], Awaitable[T]]) -> T:
        """Run a command in one transaction, the whole of it again where the database asks for that.

        Raises:
            BusyError: it could not be done in five attempts.
            AssertionError: the command wrote something and did not commit, so its answer would be untrue.
        """
        attempt = 1
        while True:
            try:
                async with self.write() as unit:
                    answer = await command(unit)
                    assert unit.committed or not unit.wrote, "the command wrote and did not commit"
                return answer
            except StorageError as error:
                if not error.again or attempt == ATTEMPTS:
                    raise
            await asyncio.sleep(_RANDOM.uniform(0, 0.01 * 2**attempt))
            attempt += 1

    async def settings(self) -> dict[str, str]:
        """What the database says of its settings, for ``doctor``: first those of writing, then ``reader.…``."""
        found: dict[str, str] = {}
        with _in_our_words():
            for prefix, engine in (("", self._writer), ("reader.", self._reader)):
                async with engine.connect() as connection:
                    for name, query in engines.questions(self.dialect).items():
                        found[prefix + name] = str((await connection.execute(text(query))).scalar_one())
        return found

    async def _assert_settings(self) -> None:
        found = await self.settings()
        wrong = {
            name: (found[name], wanted)
            for name, wanted in engines.required(self.dialect).items()
            if found[name] != wanted
        }
        if wrong:
            listed = "、".join(f"{name} 为 {is_now}，应为 {wanted}" for name, (is_now, wanted) in wrong.items())
            raise SettingsError(f"数据库设置不符合要求：{listed}。", detail_en=f"Wrong settings: {sorted(wrong)}.")
        from models.migrations import assert_newest

        async with self._reader.connect() as connection:
            await connection.run_sync(assert_newest)

    @asynccontextmanager
    async def _queue(self) -> AsyncIterator[None]:
        """The turn to write: one after the other in the order of asking, where there is one writing connection."""
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise BusyError(
                "等待写入超时，未作任何更改。", detail_en="Timed out before writing.", again=False
            ) from error
        try:
            yield
        finally:
            self._turn.release()


@contextmanager
def _in_our_words(*, committing: bool = False) -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise BusyError(
            "等待数据库连接超时，未作任何更改。", detail_en="No connection was free.", again=False
        ) from error
    except DBAPIError as error:
        ours = translated(error, committing=committing)
        if ours is error:
            raise
        raise ours from error


def translated(error: DBAPIError, *, committing: bool = False) -> Exception:
    """A driver's error as one of ours; those that are faults of ours stay as they are."""
    if committing and error.connection_invalidated:
        return OutcomeUnknownError(
            "提交时数据库连接中断，结果不明；请用同一幂等键重试，系统会答复实际结果。",
            detail_en="The connection died at commit; ask again with the same key.",
        )
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if state in ("40001", "40P01") or (code is not None and code & 0xFF in (5, 6)):
        return BusyError("与同时办理的操作相互等待，未作任何更改。", detail_en="Deadlock or busy; nothing was changed.")
    if state in ("55P03", "57014", "25P03"):
        return BusyError("数据库等待超时，未作任何更改。", detail_en="Timed out; nothing was changed.", again=False)
    if isinstance(error, IntegrityError):
        diag = getattr(error.orig, "diag", None)
        name = getattr(diag, "constraint_name", None) or getattr(diag, "message_primary", None) or str(error.orig)
        return ConstraintError(str(name).partition("constraint failed: ")[2] or str(name))
    if state == "53100" or code == sqlite3.SQLITE_FULL:
        return StorageError("数据库所在磁盘已满，未作任何更改。", detail_en="The disk is full; nothing was changed.")
    unreachable = code is None and isinstance(error, OperationalError) and (state or "08")[:2] in ("08", "53", "57")
    if error.connection_invalidated or unreachable:
        return StorageError("数据库连接不上或已中断，未作任何更改。", detail_en="No connection; nothing was changed.")
    return error


__all__ = ["ATTEMPTS", "Database", "Lock", "Reader", "Unit", "translated"]
