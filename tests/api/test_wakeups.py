"""Time that passes by itself: recorded once, also after the service was down, and one bad case holds up no other."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from api.opening import open_parts
from api.parts import Parts
from api.settings import Settings, from_environment
from api.transaction import Order, Work, carry_out
from api.wakeups import sweep, sweeping
from engine import filing
from engine.events import Actor, Event, EventKind
from models.accounts import account_of, add_account
from models.ledger import entries_of
from models.projects import add_project, due_wakeups, next_wakeup
from models.tables import CaseFile, WakeupRow
from tests.api.service import PATIENCE_SECONDS, START, TurnedClock, environment_of, serving

OWNER = Actor("owner", "建设单位", "owner")
SERVICE = "joint-acceptance"


@pytest.fixture
def clock(tmp_path: Path) -> TurnedClock:
    return TurnedClock(tmp_path / "clock")


@pytest.fixture
def settings(tmp_path: Path, database_url: str, clock: TurnedClock) -> Settings:
    return from_environment(environment_of(tmp_path, database_url, clock))


async def apply(parts: Parts, name: str) -> str:
    """A project with an application that nobody looks at; gives the case."""
    project, case = f"project-{name}", f"case-{name}"

    async def before(unit: Any) -> None:
        if await account_of(unit, OWNER.id) is None:
            who = {"login": OWNER.id, "name": OWNER.name, "role": OWNER.role, "account": OWNER.id}
            await add_account(unit, **who, password_hash="", created=parts.now())
        await add_project(unit, project, name, OWNER.id, parts.now())

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        registered = Event(EventKind.PROJECT_REGISTERED, work.now, OWNER, project, data={"name": name})
        work.add([registered, filing.open_case(project, case, SERVICE, {}, None, OWNER, work.now)])
        return 201, {}

    await carry_out(parts, Order(OWNER, "apply", name, {}), project, step, before)
    return case


async def brought(parts: Parts, case: str) -> list[EventKind]:
    """What time brought to a case."""
    async with parts.database.read() as reader:
        return [e.event.kind for e in await entries_of(reader, case=case) if e.event.actor.id == "system"]


@pytest.mark.anyio
async def test_what_is_due_is_recorded_once(settings: Settings, clock: TurnedClock):
    async with open_parts(settings) as parts:
        case = await apply(parts, "a")
        assert await sweep(parts) == 0
        clock.turn(days=30)
        assert await sweep(parts) > 0
        once = await brought(parts, case)
        assert once
        assert await sweep(parts) == 0
        assert await brought(parts, case) == once
        async with parts.database.read() as reader:
            assert await due_wakeups(reader, parts.now()) == []


@pytest.mark.anyio
async def test_one_bad_case_holds_up_no_other(settings: Settings, clock: TurnedClock, caplog: pytest.LogCaptureFixture):
    async with open_parts(settings) as parts:
        good = await apply(parts, "a")
        await apply(parts, "b")
        async with parts.database.write() as unit:  # a case that the ledger knows nothing of, the longest due
            row = {"id": "ghost", "project_id": "project-b", "service": SERVICE, "number": "ghost", "seq": 1}
            more = {"opened_at": START, "applicant": OWNER.id, "received_on": START.date(), "deemed": False}
            await unit.execute(insert(CaseFile).values(**row, **more))
            await unit.execute(insert(WakeupRow).values(case_id="ghost", kind="limit", key="x", at=START))
            await unit.commit()
        clock.turn(days=30)
        with caplog.at_level(logging.ERROR, "yichuang.wakeups"):
            assert await sweep(parts) > 0
        assert await brought(parts, good)
        assert [r.getMessage() for r in caplog.records] == ["case ghost could not be swept; it is tried again"]


@pytest.mark.anyio
async def test_a_service_sweeps_by_itself(settings: Settings, clock: TurnedClock):
    async with open_parts(settings) as parts:
        case = await apply(parts, "a")
        async with sweeping(parts, every=0.01):
            assert await brought(parts, case) == []
            async with parts.database.read() as reader:
                due = await next_wakeup(reader)
            assert due is not None
            clock.set(due + timedelta(seconds=1))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await brought(parts, case):
                    pass


def test_what_fell_due_while_the_service_was_down(tmp_path: Path, database_url: str):
    with serving(tmp_path, database_url) as service:
        case = service.call(lambda parts: apply(parts, "a"))
    with serving(tmp_path, database_url, start=START + timedelta(days=30)) as service:
        assert service.call(lambda parts: brought(parts, case))
