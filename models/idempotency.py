"""Answers kept for repeats (幂等): one key, one answer, stored in the transaction of what it answers (C5).

A route's key is claimed first, before any lock: on PostgreSQL a repeat that comes while the first still runs waits at the
claim until that has ended, and then finds its answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from engine.errors import Fault, InputError
from models.database import ATTEMPTS, Database, Reader, Unit
from models.errors import ConstraintError, KeyReusedError, OutcomeUnknownError
from models.tables import IdempotencyRow
from models.tables.base import utc

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given (答复)."""

    status: int
    body: bytes


async def recall(reader: Reader, actor: str, route: str, key: str, request_hash: str) -> Answer | None:
    """The answer given before to this actor for this key on this route.

    Raises:
        KeyReusedError: the key came with another request then.
        InputError: it is no key.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise InputError(
            [Fault("/Idempotency-Key", key[:80], f"幂等键应为一至{LONGEST_KEY}个字符。", "1 to 200 characters.")]
        )
    columns = (IdempotencyRow.request_hash, IdempotencyRow.status, IdempotencyRow.body)
    row = (await reader.execute(select(*columns).where(*_here(actor, route, key)))).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise KeyReusedError(
            "这个幂等键已用于另一请求；内容不同的请求请换一个键。", detail_en="This key was used with another request."
        )
    assert row.status is not None and row.body is not None, "a claim was committed without its answer"
    return Answer(row.status, bytes(row.body))


async def claim(unit: Unit, actor: str, route: str, key: str, request_hash: str, now: datetime) -> None:
    """Claim a key ahead of the command (占用): waits for, or collides with, one that runs at the same time.

    Raises:
        ConstraintError: somebody else had it; run the whole again and :func:`recall`.
    """
    values = {"actor": actor, "route": route, "key": key, "request_hash": request_hash, "created": utc(now)}
    await unit.execute(insert(IdempotencyRow).values(**values))


async def remember(
    unit: Unit,
    actor: str,
    route: str,
    key: str,
    request_hash: str,
    status: int,
    body: bytes | str,
    now: datetime,
) -> None:
    """Store an answer, before the commit; for a key that was claimed or was not.

    Raises:
        ConstraintError: another transaction has answered this key meanwhile.
    """
    stored = body.encode() if isinstance(body, str) else body
    query = update(IdempotencyRow).where(*_here(actor, route, key), IdempotencyRow.status.is_(None))
    if (await unit.execute(query.values(status=status, body=stored))).rowcount == 0:
        values = {"actor": actor, "route": route, "key": key, "request_hash": request_hash, "created": utc(now)}
        await unit.execute(insert(IdempotencyRow).values(**values, status=status, body=stored))


async def once(
    database: Database,
    actor: str,
    route: str,
    key: str,
    request_hash: str,
    now: Callable[[], datetime],
    command: Callable[[Unit], Awaitable[Answer]],
) -> Answer:
    """Run a command once for its key (一键一次) and give its answer, or give the answer that it was given before.

    ``command`` does everything but the commit, which follows the storing of its answer. A refusal (an exception) stores
    nothing: the same key may be tried again. Where the connection died at the commit the key is looked up, not guessed.
    """

    async def attempt(unit: Unit) -> Answer:
        known = await recall(unit, actor, route, key, request_hash)
        if known is not None:
            return known
        await claim(unit, actor, route, key, request_hash, now())
        answer = await command(unit)
        await remember(unit, actor, route, key, request_hash, answer.status, answer.body, now())
        await unit.commit()
        return answer

    for left in reversed(range(ATTEMPTS)):
        try:
            return await database.run_command(attempt)
        except ConstraintError:
            async with database.read() as reader:
                known = await recall(reader, actor, route, key, request_hash)
            if known is not None:
                return known
            raise
        except OutcomeUnknownError:
            if not left:
                raise
    raise AssertionError("unreachable")


async def forget_before(unit: Unit, day: datetime) -> int:
    """Remove answers given before an instant; a repeat that comes later than that is a new request."""
    return (await unit.execute(delete(IdempotencyRow).where(IdempotencyRow.created < utc(day)))).rowcount


def _here(actor: str, route: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return IdempotencyRow.actor == actor, IdempotencyRow.route == route, IdempotencyRow.key == key
