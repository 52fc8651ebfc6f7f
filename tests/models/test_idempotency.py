"""One key, one answer: also when repeats come at the same time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from engine.errors import InputError, RefusedError
from models.database import Database, Unit
from models.errors import ConstraintError, KeyReusedError, OutcomeUnknownError
from models.idempotency import Answer, claim, forget_before, once, recall, remember
from models.ledger import append, count, lock_project

from .kit import NOW, broken, note, register

pytestmark = pytest.mark.anyio
HERE = ("u1", "POST /cases", "key-1")


async def prepared(database: Database) -> None:
    async with database.write() as unit:
        await register(unit)
        await unit.commit()


async def order(unit: Unit) -> Answer:
    await lock_project(unit, "p1")
    (stored,) = await append(unit, [note("p1", NOW)])
    return Answer(201, f'{{"seq": {stored.seq}}}'.encode())


async def ask(database: Database, body: str = "h1", key: str = "key-1") -> Answer:
    return await once(database, "u1", "POST /cases", key, body, lambda: NOW, order)


async def entries(database: Database) -> int:
    async with database.read() as reader:
        return await count(reader)


async def test_the_same_key_gives_the_same_answer(database: Database):
    await prepared(database)
    first = await ask(database)
    assert await ask(database) == first == Answer(201, b'{"seq": 1}')
    assert await entries(database) == 1
    assert (await ask(database, key="key-2")).body == b'{"seq": 2}'


async def test_with_another_body_it_is_refused(database: Database):
    await prepared(database)
    await ask(database)
    with pytest.raises(KeyReusedError):
        await ask(database, body="h2")
    assert await entries(database) == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_what_is_no_key(database: Database, key: str):
    with pytest.raises(InputError):
        await ask(database, key=key)


async def test_repeats_at_the_same_time(database: Database):
    await prepared(database)
    answers = await asyncio.gather(*(ask(database) for _ in range(12)))
    assert set(answers) == {Answer(201, b'{"seq": 1}')}
    assert await entries(database) == 1


async def test_a_refusal_stores_nothing(database: Database):
    await prepared(database)

    async def refuse(unit: Unit) -> Answer:
        await order(unit)
        raise RefusedError("不行", detail_en="No.")

    with pytest.raises(RefusedError):
        await once(database, *HERE, "h1", lambda: NOW, refuse)
    assert await entries(database) == 0
    assert (await ask(database)).status == 201


async def test_an_unknown_outcome_is_looked_up(database: Database, monkeypatch: pytest.MonkeyPatch):
    """The connection dies after the commit has reached the database: the key says what came of it."""
    await prepared(database)
    commit = Unit.commit

    async def dies(unit: Unit) -> None:
        await commit(unit)
        monkeypatch.setattr(Unit, "commit", commit)
        raise OutcomeUnknownError("不明", detail_en="Unknown.")

    monkeypatch.setattr(Unit, "commit", dies)
    assert (await ask(database)).body == b'{"seq": 1}'
    assert await entries(database) == 1


async def test_a_claim_collides(database: Database):
    async with database.write() as unit:
        await claim(unit, *HERE, "h1", NOW)
        with pytest.raises(ConstraintError):
            await claim(unit, *HERE, "h1", NOW)


async def test_remembered_without_a_claim_and_forgotten(database: Database):
    async with database.write() as unit:
        await remember(unit, *HERE, "h1", 200, "{}", NOW)
        await unit.commit()
    async with database.write() as unit:
        assert await recall(unit, *HERE, "h1") == Answer(200, b"{}")
        assert await forget_before(unit, NOW) == 0
        assert await forget_before(unit, NOW + timedelta(seconds=1)) == 1
        assert await recall(unit, *HERE, "h1") is None


async def test_a_claim_left_without_an_answer_shows(database: Database):
    async with database.write() as unit:
        await claim(unit, *HERE, "h1", NOW)
        await unit.commit()
    assert list(await broken(database)) == ["C5"]
