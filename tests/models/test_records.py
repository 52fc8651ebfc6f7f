"""Accounts and sign-ins, files, policies, and the lists of projects and cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine.dossier import FileRef
from engine.errors import InputError
from models.accounts import (
    account_by_login,
    account_of,
    accounts,
    add_account,
    change_account,
    forget_sessions,
    open_session,
    revoke_session,
    revoke_sessions,
    session_account,
)
from models.database import Database
from models.errors import ConstraintError
from models.files import file_of, keep_file, require_files, unreferenced
from models.policies import digests, keep_source, source_of, sources_of
from models.projects import (
    case_by_number,
    case_of,
    due_wakeups,
    find_cases,
    find_projects,
    items_of,
    next_wakeup,
    open_clocks,
)

from .kit import NOW, Kept, issued, register

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


async def test_accounts(database: Database):
    async with database.write() as unit:
        made = await add_account(
            unit, login="Li.Ming", name="李明", role="reviewer", password_hash="h", created=NOW, department="archives"
        )
        await unit.commit()
    async with database.write() as unit:
        found = await account_by_login(unit, "li.MING")
        assert found is not None
        assert found == await account_of(unit, made)
        assert (found.name, found.created) == ("李明", NOW)
        assert await accounts(unit, role="reviewer", department="archives") == [found]
        assert await accounts(unit, role="owner") == []
        assert await change_account(unit, made, disabled=True)
        assert not await change_account(unit, "none", disabled=True)
        with pytest.raises(ConstraintError):
            await add_account(unit, login="LI.ming", name="又一", role="owner", password_hash="h", created=NOW)


async def test_a_role_that_does_not_exist_is_refused(database: Database):
    async with database.write() as unit:
        with pytest.raises(ConstraintError):
            await add_account(unit, login="x", name="x", role="god", password_hash="h", created=NOW)


async def test_signing_in_and_out(database: Database):
    async with database.write() as unit:
        await register(unit)
        first, second = [await open_session(unit, "u1", NOW, HOUR) for _ in range(2)]
        found = await session_account(unit, first, NOW)
        assert found is not None
        assert found.id == "u1"
        assert await session_account(unit, first, NOW + HOUR) is None
        assert await session_account(unit, "guessed", NOW) is None
        assert await revoke_session(unit, first, NOW)
        assert not await revoke_session(unit, first, NOW)
        assert await session_account(unit, first, NOW) is None
        third = await open_session(unit, "u1", NOW, HOUR)
        assert await revoke_sessions(unit, "u1", NOW, but=third) == 1
        assert await session_account(unit, second, NOW) is None
        assert await session_account(unit, third, NOW) is not None
        await change_account(unit, "u1", disabled=True)
        assert await session_account(unit, third, NOW) is None
        assert await forget_sessions(unit, NOW + 2 * HOUR) == 3


async def test_files(database: Database):
    async with database.write() as unit:
        kept = await keep_file(unit, "a" * 64, 4, "application/pdf", NOW)
        assert await keep_file(unit, "a" * 64, 4, "application/pdf", NOW + HOUR) == kept
        assert await file_of(unit, "a" * 64) == kept
        await require_files(unit, [FileRef("图.pdf", 4, "a" * 64)])
        with pytest.raises(InputError) as caught:
            await require_files(unit, [FileRef("图.pdf", 5, "a" * 64), FileRef("表.pdf", 1, "b" * 64)])
        assert [f.pointer for f in caught.value.errors] == ["/files/0/size", "/files/1/sha256"]
        assert await unreferenced(unit, NOW) == []
        assert await unreferenced(unit, NOW + HOUR) == [kept]


async def test_policies(database: Database):
    async with database.write() as unit:
        await keep_source(unit, "sha256:a", {"a.yaml": "甲"}, NOW)
        await keep_source(unit, "sha256:a", {"a.yaml": "甲"}, NOW)
        with pytest.raises(ConstraintError):
            await keep_source(unit, "sha256:a", {"a.yaml": "乙"}, NOW)
        assert await sources_of(unit, "sha256:a") == {"a.yaml": "甲"}
        assert await source_of(unit, "sha256:a") == '{"a.yaml":"甲"}'.encode()
        assert await digests(unit) == ["sha256:a"]
        with pytest.raises(LookupError):
            await source_of(unit, "sha256:b")


async def test_lists(database: Database):
    kept = Kept(database)
    await kept.save()
    async with database.read() as reader:
        case = await case_of(reader, "c1")
        assert case is not None
        assert (case.number, case.project_name, case.owner) == ("2022-00001", "示例项目", "u1")
        assert (case.received_on, case.accepted_on, case.ended) == (date(2022, 9, 16), date(2022, 9, 16), None)
        assert await case_by_number(reader, "2022-00001") == case
        asked: list[tuple[dict[str, Any], bool]] = [
            ({"owner": "u1"}, True),
            ({"owner": "u2"}, False),
            ({"department": "archives"}, True),
            ({"department": "water"}, False),
            ({"project": "p1", "open_only": True}, True),
            ({"project": "p2"}, False),
            ({"service": "other"}, False),
        ]
        for narrowed, found in asked:
            assert await find_cases(reader, **narrowed) == ([case] if found else [])
        assert len(await find_projects(reader, department="archives")) == 1
        assert await find_projects(reader, department="water") == []
        assert [i.item for i in await items_of(reader, "c1")] == ["D02", "D07", "D10"]
        clocks = await open_clocks(reader, case="c1")
        assert {c.limit for c in clocks} == {"joint", "ja-promised", "fire-acceptance"}
        assert clocks == sorted(clocks, key=lambda c: c.due)
        assert await open_clocks(reader, due_by=clocks[0].start) == []
        first = await next_wakeup(reader)
        assert first is not None
        assert await due_wakeups(reader, first - HOUR) == []
        assert (await due_wakeups(reader, first))[0].project == "p1"


async def test_a_case_that_ended_waits_for_nothing(database: Database):
    await issued(database)
    async with database.read() as reader:
        assert await find_cases(reader, open_only=True) == []
        assert await open_clocks(reader) == []
        assert await next_wakeup(reader) is None
