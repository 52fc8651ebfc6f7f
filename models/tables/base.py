"""What all tables share (共用): UTC instants that keep their zone, UUIDv7 ids as text, and names for every constraint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from advanced_alchemy.base import CommonTableAttributes, create_registry
from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import BigInteger, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, registry
from uuid_utils.compat import uuid7

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A ledger number: 64 bits on both; on SQLite a primary key of it is the row id itself."""

Id = Text()
Words = Text()
"""Text without a length: PostgreSQL would refuse what SQLite takes. Lengths are checked at the edge."""


class Base(CommonTableAttributes, DeclarativeBase):
    """Base of every table: ``datetime`` is :class:`DateTimeUTC`, which refuses an instant without a zone."""

    registry: ClassVar[registry] = create_registry()
    metadata: ClassVar[MetaData]


def new_id() -> str:
    """A public id (公开编号): UUIDv7 as text, so ordered by time and not to be guessed."""
    return str(uuid7())


def utc(at: datetime) -> datetime:
    """The same instant in UTC."""
    assert at.tzinfo is not None, "an instant without a zone"
    return at.astimezone(UTC)


__all__ = ["Base", "DateTimeUTC", "Id", "Number", "Words", "new_id", "utc"]
