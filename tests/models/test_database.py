"""Opening, settings, and one transaction a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from engine.case import fold
from engine.errors import RefusedError
from models import engines
from models.database import ATTEMPTS, Database, Unit
from models.errors import BusyError, ConstraintError, SettingsError, StorageError
from models.ledger import append, events_of, lock_project, take_number
from models.projects import add_project, find_projects

from .kit import NOW, Kept, broken, note, register

pytestmark = pytest.mark.anyio


async def names(database: Database) -> list[str]:
    async with database.read() as reader:
        return sorted(p.id for p in await find_projects(reader))


async def test_settings_are_as_they_must_be(database: Database):
    found = await database.settings()
    if database.dialect == "sqlite":
        assert found["foreign_keys"] == found["recursive_triggers"] == "1"
        assert (found["journal_mode"], found["synchronous"], found["mmap_size"]) == ("wal", "2", "0")
        assert (found["query_only"], found["reader.query_only"]) == ("0", "1")
    else:
        assert (found["transaction_isolation"], found["synchronous_commit"]) == ("read committed", "on")
        assert (found["reader.transaction_isolation"], found["reader.transaction_read_only"]) == (
            "repeatable read",
            "on",
        )
        assert {found["lock_timeout"], found["statement_timeout"]} == {"10s", "30s"}


async def test_a_wrong_setting_stops_the_start(database_url: str, monkeypatch: pytest.MonkeyPatch):
    right = engines.required
    name = "version" if database_url.startswith("sqlite") else "server_version"
    monkeypatch.setattr(engines, "required", lambda dialect: {**right(dialect), name: "another"})
    with pytest.raises(SettingsError, match="应为 another"):
        await Database.open(database_url)


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory"]
)
async def test_other_databases_are_refused(url: str):
    with pytest.raises(SettingsError):
        await Database.open(url)


async def test_without_commit_nothing_lasts(database: Database):
    async with database.write() as unit:
        await register(unit)
    assert await names(database) == []
    with pytest.raises(AssertionError, match="did not commit"):
        await database.run_command(register)
    assert await names(database) == []


async def test_an_error_takes_everything_back(database: Database):
    async def command(unit: Unit) -> None:
        await register(unit)
        await add_project(unit, "p2", "又一个", "nobody", NOW)

    with pytest.raises(ConstraintError):
        await database.run_command(command)
    assert await names(database) == []


async def test_after_the_commit_nothing_is_added(database: Database):
    async with database.write() as unit:
        await register(unit)
        await unit.commit()
        with pytest.raises(AssertionError, match="committed"):
            await add_project(unit, "p2", "又一个", "u1", NOW)
        with pytest.raises(AssertionError, match="once"):
            await unit.commit()
    assert await names(database) == ["p1"]


async def test_a_failing_commit_raises(database: Database, database_url: str):
    """A constraint that is only checked at the commit must not be answered with success."""
    engine = create_engine(engines.plain(database_url))
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE later (id INTEGER PRIMARY KEY)",
            "CREATE TABLE sooner (id INTEGER REFERENCES later (id) DEFERRABLE INITIALLY DEFERRED)",
        ):
            connection.execute(text(statement))
    engine.dispose()

    async def command(unit: Unit) -> str:
        await register(unit)
        await unit.execute(text("INSERT INTO sooner (id) VALUES (1)"))
        await unit.commit()
        return "done"

    with pytest.raises(ConstraintError):
        await database.run_command(command)
    assert await names(database) == []


async def test_reading_cannot_write(database: Database):
    async with database.read() as reader:
        with pytest.raises(DBAPIError, match=r"read.?only"):
            await reader.execute(text("DELETE FROM wakeup"))


async def test_a_reader_sees_one_snapshot(database: Database):
    async with database.read() as reader:
        assert await find_projects(reader) == []
        async with database.write() as unit:
            await register(unit)
            await unit.commit()
        assert await find_projects(reader) == []
    assert await names(database) == ["p1"]


async def test_a_command_is_run_again_after_a_conflict(database: Database):
    tried = 0

    async def command(unit: Unit) -> int:
        nonlocal tried
        tried += 1
        await register(unit)
        if tried < 3:
            raise BusyError("忙")
        await unit.commit()
        return tried

    assert await database.run_command(command) == 3
    assert await names(database) == ["p1"]


async def test_a_command_is_given_up_after_five_attempts(database: Database):
    tried = 0

    async def command(unit: Unit) -> None:
        nonlocal tried
        tried += 1
        raise BusyError("忙")

    with pytest.raises(BusyError):
        await database.run_command(command)
    assert tried == ATTEMPTS


async def test_a_real_deadlock_is_survived(database: Database):
    """Two commands that lock two rows crosswise: on PostgreSQL one is chosen to die, and runs again."""
    async with database.write() as unit:
        await register(unit)
        await add_project(unit, "p2", "又一个", "u1", NOW)
        await unit.commit()
    ready = {"p1": asyncio.Event(), "p2": asyncio.Event()}

    def crosswise(first: str, second: str) -> Callable[[Unit], Awaitable[None]]:
        async def command(unit: Unit) -> None:
            for project in (first, second):
                query = text("UPDATE project SET name = name || '·' WHERE id = :id")
                await unit.execute(query, {"id": project})
                ready[first].set()
                if database.dialect == "postgresql":
                    await ready[second].wait()
            await unit.commit()

        return command

    async with asyncio.timeout(20):
        await asyncio.gather(
            database.run_command(crosswise("p1", "p2")),
            database.run_command(crosswise("p2", "p1")),
        )
    async with database.read() as reader:
        assert {p.name for p in await find_projects(reader)} == {"示例项目··", "又一个··"}


@pytest.fixture
async def impatient(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A database that waits for a lock no longer than a hundredth of a second."""
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 10)
    monkeypatch.setitem(engines._SQLITE, "busy_timeout", "10")
    monkeypatch.setitem(engines._POSTGRES, "lock_timeout", "10ms")
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


async def test_waiting_has_an_end(impatient: Database, database_url: str):
    async with impatient.write() as unit:
        await register(unit)
        await unit.commit()

    async def command(unit: Unit) -> None:
        await lock_project(unit, "p1")
        await append(unit, [note("p1", NOW)])
        await unit.commit()

    engine = create_engine(engines.plain(database_url))
    with engine.connect() as other:
        other.execute(text("UPDATE project SET name = 'held'"))
        with pytest.raises(BusyError):
            await impatient.run_command(command)
        other.rollback()
    engine.dispose()
    await impatient.run_command(command)


async def test_fifty_at_once_make_fifty_entries(database: Database):
    async with database.write() as unit:
        await register(unit)
        await unit.commit()

    async def one(n: int) -> int:
        async def command(unit: Unit) -> int:
            await lock_project(unit, "p1")
            (stored,) = await append(unit, [note("p1", NOW + timedelta(seconds=3), n=n)])
            await unit.commit()
            return stored.seq

        return await database.run_command(command)

    assert sorted(await asyncio.gather(*map(one, range(50)))) == list(range(1, 51))


async def test_a_server_that_is_not_there(tmp_path: Path):
    with pytest.raises(StorageError, match="连接不上"):
        await Database.open(f"postgresql://postgres@/none?host={tmp_path}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # whose size can be bounded
async def test_a_full_disk_changes_nothing(database: Database):
    async with database.write() as unit:
        await register(unit)
        await unit.commit()

    async def big(unit: Unit) -> None:
        await lock_project(unit, "p1")
        await append(unit, [note("p1", NOW, text="字" * 100_000)])
        await unit.commit()

    async with database.write() as unit:
        pages = (await unit.execute(text("PRAGMA page_count"))).scalar_one()
        await unit.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
    with pytest.raises(StorageError, match="磁盘已满"):
        await database.run_command(big)
    async with database.write() as unit:
        await unit.execute(text(f"PRAGMA max_page_count = {pages + 1000}"))
    await database.run_command(big)
    assert await broken(database) == {}


async def test_numbers_taken_at_once_have_no_gap(database: Database):
    async def one(n: int) -> int | None:
        async with database.write() as unit:
            number = await take_number(unit, "ja", 2022, "formal")
            if n % 3 == 0:
                return None
            await unit.commit()
            return number.serial

    taken = [n for n in await asyncio.gather(*map(one, range(30))) if n is not None]
    assert sorted(taken) == list(range(1, 21))


async def test_two_who_issue_at_once(database: Database):
    """The second waits at the project's lock, and then sees that the case has ended."""
    kept = Kept(database)
    await kept.save()
    kept.review()
    await kept.save()
    kept.issue()

    async def command(unit: Unit) -> None:
        assert await lock_project(unit, "p1")
        if fold(await events_of(unit, "p1"), "c1").ending is not None:
            raise RefusedError("已办结", detail_en="Ended.")
        await kept.store(unit)
        await unit.commit()

    done = await asyncio.gather(*(database.run_command(command) for _ in range(6)), return_exceptions=True)
    assert sorted(type(d).__name__ for d in done) == ["NoneType", *["RefusedError"] * 5]
    assert await broken(database) == {}
