"""Time that passes by itself (到点唤醒): cases whose limits have run out are looked at, at the start and then again and again.

A limit that passed while the service was down is put on record at the next start, with its legal instant (K4). A fault in
one case is logged and the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from api.parts import Parts
from api.transaction import sweep_case
from models.accounts import forget_sessions
from models.database import Unit
from models.projects import due_wakeups

logger = logging.getLogger("yichuang.wakeups")

EVERY_SECONDS = 30.0
AT_ONCE = 10_000
"""Wakeups that one sweep looks at; what is left is there at the next."""
KEPT_SESSIONS = timedelta(days=30)
"""How long sign-ins that ran out stay on record."""


async def sweep(parts: Parts, stop: asyncio.Event | None = None) -> int:
    """Look once at every case that is due (巡查一遍), or until ``stop``; gives how many entries that made."""
    async with parts.database.read() as reader:
        due = await due_wakeups(reader, parts.now(), most=AT_ONCE)
    made = 0
    for project, case in dict.fromkeys((w.project, w.case) for w in due):
        if stop is not None and stop.is_set():
            break
        try:
            made += await sweep_case(parts, project, case)
        except Exception:  # whatever it is, the other cases must not wait for it
            logger.exception("case %s could not be swept; it is tried again", case)
    return made


async def _tidy(parts: Parts) -> None:
    async def command(unit: Unit) -> None:
        await forget_sessions(unit, parts.now() - KEPT_SESSIONS)
        await unit.commit()

    await parts.database.run_command(command)


@asynccontextmanager
async def sweeping(parts: Parts, every: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Sweep once before anything is served, then periodically until this is left; the case under way is finished."""
    await sweep(parts)
    await _tidy(parts)
    stop = asyncio.Event()
    task = asyncio.create_task(_sweep_until(parts, stop, every), name="yichuang-sweeper")
    try:
        yield
    finally:
        stop.set()
        await task


async def _sweep_until(parts: Parts, stop: asyncio.Event, every: float) -> None:
    while True:
        try:
            async with asyncio.timeout(every):
                await stop.wait()
            return
        except TimeoutError:
            pass
        try:
            await sweep(parts, stop)
        except Exception:  # the database may be away: it is asked again
            logger.exception("the sweep failed; it is tried again in %s seconds", every)
