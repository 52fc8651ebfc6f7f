"""Policy texts by digest (政策原文): stored once, never edited, so that a case is decided by its own law for ever (R1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select

from engine.ledger import canonical
from models.database import Reader, Unit
from models.errors import ConstraintError
from models.tables import PolicySource
from models.tables.base import utc


async def keep_source(unit: Unit, digest: str, sources: Mapping[str, str] | bytes, now: datetime | None = None) -> None:
    """Store the source text of a policy version (存政策原文) under its digest: path → text, or that as canonical bytes.

    Raises:
        ConstraintError: another text is stored under that digest.
    """
    body = sources if isinstance(sources, bytes) else canonical(sources)
    created = utc(now) if now is not None else datetime.now(UTC)
    await unit.insert_if_new(PolicySource, {"digest": digest, "sources": body, "created": created})
    if await _stored(unit, digest) != body:
        raise ConstraintError(f"policy_source {digest} has another text")


async def source_of(reader: Reader, digest: str) -> bytes:
    """The source text of a policy version: canonical JSON of path → text.

    Raises:
        LookupError: none is stored under that digest.
    """
    known = await _stored(reader, digest)
    if known is None:
        raise LookupError(digest)
    return known


async def sources_of(reader: Reader, digest: str) -> dict[str, str]:
    """The same as a mapping."""
    found: dict[str, str] = json.loads(await source_of(reader, digest))
    return found


async def digests(reader: Reader) -> list[str]:
    """Digests of every policy version stored, the oldest first."""
    query = select(PolicySource.digest).order_by(PolicySource.created, PolicySource.digest)
    return list((await reader.execute(query)).scalars())


async def _stored(reader: Reader, digest: str) -> bytes | None:
    query = select(PolicySource.sources).where(PolicySource.digest == digest)
    found = (await reader.execute(query)).scalar_one_or_none()
    return None if found is None else bytes(found)
