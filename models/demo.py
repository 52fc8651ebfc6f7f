"""The mark of a demo database (演示数据标记): in the database itself, so that it goes wherever the data go.

SQLite has a number for it in the file's header, PostgreSQL a comment on a table. Nothing real is ever marked, and what is
not marked is never thrown away.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from engine.errors import RefusedError
from models import engines
from models.database import Reader, Unit
from models.tables import Base, StoredFile

MARK = 0x594344
WORDS = "一窗演示数据，可以丢弃"

_ASK = {
    "sqlite": (text("PRAGMA application_id"), MARK),
    "postgresql": (text("SELECT obj_description(to_regclass('account')::oid, 'pg_class')"), WORDS),
}
_GUARDS = text(
    "SELECT 'DROP FUNCTION ' || p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace "
    r"AND p.proname LIKE 'guard\_%' AND p.prorettype = 'trigger'::regtype"
)


async def is_demo(reader: Reader) -> bool:
    """Whether the database is marked as a demo."""
    query, mark = _ASK[reader.dialect]
    return bool((await reader.execute(query)).scalar_one() == mark)


async def mark_demo(unit: Unit) -> None:
    """Mark the database as a demo; the caller has made sure that nothing real is in it."""
    if unit.dialect == "sqlite":
        await unit.execute(text(f"PRAGMA application_id = {MARK}"))
    else:
        await unit.execute(text(f"COMMENT ON TABLE account IS '{WORDS}'"))


def throw_away(url: str) -> list[str] | None:
    """Throw a demo database away (丢弃演示数据), whatever its revision; nobody else may be using it.

    Not async. Gives the hashes of the files that it named; None where there is no database yet.

    Raises:
        RefusedError: it is not marked as a demo.
    """
    plain = engines.plain(url)
    sqlite = plain.get_backend_name() == "sqlite"
    path = Path(plain.database or "")
    if sqlite and not path.is_file():
        return None
    engine = create_engine(plain, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if "account" not in inspect(connection).get_table_names():
                return None
            hashes = _hashes(connection)
            if not sqlite:
                _drop(connection)
    finally:
        engine.dispose()
    if sqlite:
        for each in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            each.unlink(missing_ok=True)
    return hashes


def _hashes(connection: Connection) -> list[str]:
    query, mark = _ASK[connection.dialect.name]
    if connection.execute(query).scalar_one() != mark:
        raise RefusedError(
            "这个数据库不是演示数据库，里面可能是正式数据，不能清除。",
            detail_en="This is not a demo database: it may hold real data, and is left alone.",
        )
    return list(connection.execute(select(StoredFile.sha256)).scalars())


def _drop(connection: Connection) -> None:
    """Every table of ours and the functions of their guards."""
    Base.metadata.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    for statement in list(connection.execute(_GUARDS).scalars()):
        connection.execute(text(statement))
