"""The ledger: a chain without gaps that tells when it was touched, and numbers without gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.dossier import About, DocVersion, FileRef
from engine.events import SYSTEM, Event, EventKind
from engine.ledger import GENESIS, leaf, link
from models.database import Database, Lock, Unit
from models.errors import ClockWentBackError, ConstraintError, DayTurnedError
from models.files import keep_file, uses_of
from models.ledger import (
    append,
    count,
    entries_of,
    events_of,
    head,
    lock_case,
    lock_project,
    take_number,
    verify_chain,
)
from models.projects import project_of

from .kit import NOW, Kept, note, register
from .raw import unguarded

pytestmark = pytest.mark.anyio


async def three(database: Database) -> None:
    """Three entries of one project, a minute apart."""

    async def command(unit: Unit) -> None:
        await register(unit)
        await append(unit, [note("p1", NOW + timedelta(minutes=i), n=i) for i in range(3)], more={"key": "k"})
        await unit.commit()

    await database.run_command(command)


async def test_entries_are_chained(database: Database):
    await three(database)
    async with database.read() as reader:
        entries = await entries_of(reader)
        assert [e.seq for e in entries] == [1, 2, 3]
        assert [e.event.data["n"] for e in entries] == [0, 1, 2]
        assert entries[0].extra["key"] == "k"
        chain = GENESIS
        for entry in entries:
            assert entry.leaf == leaf(entry.body)
            chain = link(chain, entry.leaf)
            assert entry.chain == chain
        found = await head(reader)
        assert (found.seq, found.chain) == (3, chain)
        assert await verify_chain(reader) == []
        assert await verify_chain(reader, batch=1) == []
        assert [e.seq for e in await entries_of(reader, after=1, most=1)] == [2]
        assert await count(reader) == 3


TAMPERED = {
    "a body": "UPDATE ledger SET body = (SELECT body FROM ledger WHERE seq = 1) WHERE seq = 2",
    "a leaf": "UPDATE ledger SET leaf = chain WHERE seq = 2",
    "a chain value": "UPDATE ledger SET chain = leaf WHERE seq = 2",
    "a column": "UPDATE ledger SET actor = 'somebody' WHERE seq = 2",
    "a kind": "UPDATE ledger SET kind = 'issued' WHERE seq = 2",
    "a time": "UPDATE ledger SET at = (SELECT at FROM ledger WHERE seq = 1) WHERE seq = 3",
    "one gone": "DELETE FROM ledger WHERE seq = 2",
    "the last gone": "DELETE FROM ledger WHERE seq = 3",
    "the head": "UPDATE ledger_head SET seq = 2",
    "two swapped": "UPDATE ledger SET seq = CASE seq WHEN 2 THEN 30 ELSE 20 END WHERE seq > 1",
}


async def test_tampering_shows(database: Database):
    await three(database)
    for how, statement in TAMPERED.items():
        async with database.write() as unit:
            await unguarded(unit, statement)
            assert await verify_chain(unit) != [], how
    async with database.read() as reader:
        assert await verify_chain(reader) == []


async def test_time_never_goes_back(database: Database):
    await three(database)
    last = NOW + timedelta(minutes=2)
    async with database.write() as unit:
        await lock_project(unit, "p1")
        (stored,) = await append(unit, [note("p1", last - timedelta(seconds=5))])
        assert stored.at == last
    async with database.write() as unit:
        await lock_project(unit, "p1")
        with pytest.raises(ClockWentBackError):
            await append(unit, [note("p1", last - timedelta(seconds=6))])


async def test_a_command_is_run_again_where_the_day_has_turned(database: Database):
    midnight = datetime(2022, 9, 17, 16, 0, tzinfo=UTC)
    moments = [midnight - timedelta(seconds=1), midnight + timedelta(seconds=1)]

    async def first(unit: Unit) -> None:
        await register(unit)
        await append(unit, [note("p1", midnight)])
        await unit.commit()

    async def second(unit: Unit) -> datetime:
        await lock_project(unit, "p1")
        (stored,) = await append(unit, [note("p1", moments.pop(0))])
        await unit.commit()
        return stored.at

    await database.run_command(first)
    assert await database.run_command(second) == midnight + timedelta(seconds=1)
    async with database.write() as unit:
        await lock_project(unit, "p1")
        with pytest.raises(DayTurnedError):
            await append(unit, [note("p1", midnight - timedelta(seconds=1))])


async def test_locks_come_in_one_order(database: Database):
    kept = Kept(database)
    await kept.save()
    async with database.write() as unit:
        assert await lock_case(unit, "c1")
        assert unit.holds(Lock.PROJECT, "p1")
        await take_number(unit, "ja", 2022, "formal")
        with pytest.raises(AssertionError, match="out of order"):
            await lock_project(unit, "p0")
    async with database.write() as unit:
        await lock_project(unit, "p1")
        await append(unit, [note("p1", kept.life.now)])
        with pytest.raises(AssertionError, match="out of order"):
            await take_number(unit, "ja", 2022, "formal")


async def test_nothing_is_appended_without_the_projects_lock(database: Database):
    await three(database)
    async with database.write() as unit:
        with pytest.raises(AssertionError, match="not locked"):
            await append(unit, [note("p1", NOW + timedelta(hours=1))])


async def test_there_is_no_such_project_or_case(database: Database):
    async with database.write() as unit:
        assert not await lock_project(unit, "none")
        assert not await lock_case(unit, "none")


async def test_numbers_have_no_gap_under_rollback(database: Database):
    taken = []
    for attempt in range(6):
        async with database.write() as unit:
            taken.append((await take_number(unit, "ja", 2022, "formal")).serial)
            if attempt % 2:
                await unit.commit()
    assert taken == [1, 1, 2, 2, 3, 3]
    async with database.write() as unit:
        assert (await take_number(unit, "ja", 2023, "formal")).serial == 1


async def test_a_series_is_of_one_force(database: Database):
    async with database.write() as unit:
        await take_number(unit, "ja", 2022, "formal")
        await unit.commit()
    async with database.write() as unit:
        with pytest.raises(ConstraintError):
            await take_number(unit, "ja", 2022, "simulated")


async def test_cases_get_numbers_for_people(database: Database):
    await Kept(database).save()
    async with database.read() as reader:
        query = text("SELECT number FROM case_file WHERE id = 'c1'")
        assert (await reader.execute(query)).scalar_one() == "2022-00001"


async def test_a_case_is_opened_once(database: Database):
    kept = Kept(database)
    await kept.save()
    opened = next(e for e in kept.life.events if e.kind is EventKind.CASE_OPENED)
    async with database.write() as unit:
        await lock_project(unit, "p1")
        with pytest.raises(ConstraintError):
            await append(unit, [opened])


def filed(sha: str) -> Event:
    """A paper with a file."""
    doc = DocVersion("plan#1", "plan", About(), files=(FileRef("图.pdf", 4, sha),))
    return Event(EventKind.DOCUMENT_FILED, NOW, SYSTEM, "p1", docs=(doc,))


async def test_files_named_must_be_stored(database: Database):
    async with database.write() as unit:
        await register(unit)
        with pytest.raises(ConstraintError):
            await append(unit, [filed("a" * 64)])
            await unit.commit()
    async with database.write() as unit:
        await register(unit)
        await keep_file(unit, "a" * 64, 4, "application/pdf", NOW)
        await append(unit, [filed("a" * 64)])
        await unit.commit()
    async with database.read() as reader:
        (use,) = await uses_of(reader, "a" * 64)
        assert (use.project, use.case, use.document, use.seq) == ("p1", None, "plan#1", 1)


async def test_the_projects_code_is_kept_beside_it(database: Database):
    doc = DocVersion("fact:project_code#1", "fact:project_code", About(), {"value": "2209-440704-04-01-123456"})
    async with database.write() as unit:
        await register(unit)
        await append(unit, [Event(EventKind.FACTS_STATED, NOW, SYSTEM, "p1", docs=(doc,))])
        await unit.commit()
    async with database.read() as reader:
        found = await project_of(reader, "p1")
        assert found is not None
        assert found.project_code == "2209-440704-04-01-123456"


async def test_events_come_back_as_they_went(database: Database):
    kept = Kept(database)
    await kept.save()
    async with database.read() as reader:
        assert [e.body() for e in await events_of(reader, "p1")] == [e.body() for e in kept.life.events]
