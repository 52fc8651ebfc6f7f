"""The mark of a demo database (演示数据标记): in the database itself, so that it goes wherever the data go.

SQLite has a number for it in the file's header, PostgreSQL a comment on a table. Nothing real is ever marked, and what is
not marked is never thrown away.
"""

from __future__ import annotations

from sqlalchemy import text

from models.database import Reader, Unit

MARK = 0x594344
WORDS = "一窗演示数据，可以丢弃"


async def is_demo(reader: Reader) -> bool:
    """Whether the database is marked as a demo."""
    if reader.dialect == "sqlite":
        return (await reader.execute(text("PRAGMA application_id"))).scalar_one() == MARK
    query = text("SELECT obj_description(to_regclass('account')::oid, 'pg_class')")
    return (await reader.execute(query)).scalar_one() == WORDS


async def mark_demo(unit: Unit) -> None:
    """Mark the database as a demo; the caller has made sure that nothing real is in it."""
    if unit.dialect == "sqlite":
        await unit.execute(text(f"PRAGMA application_id = {MARK}"))
    else:
        await unit.execute(text(f"COMMENT ON TABLE account IS '{WORDS}'"))
