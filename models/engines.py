"""Engines and their settings (连接设置): what each connection is told when it is made, and what it must answer when asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from models.errors import SettingsError

BUSY_MILLISECONDS = 30_000
LOCK_SECONDS = 10
STATEMENT_SECONDS = 30
IDLE_SECONDS = 60

_SQLITE = {
    "journal_mode": "wal",
    "foreign_keys": "1",
    "recursive_triggers": "1",
    "synchronous": "2",
    "busy_timeout": str(BUSY_MILLISECONDS),
    "mmap_size": "0",
}
_POSTGRES = {
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "synchronous_commit": "on",
    "TimeZone": "UTC",
}
_ASKED_ONLY = ("fsync", "full_page_writes", "server_version")
"""Settings of the whole server: shown by ``doctor``, not ours to set."""


def normalised(url: str) -> URL:
    """The URL with the driver that is used here: aiosqlite, or psycopg 3.

    Raises:
        SettingsError: another database, or SQLite in memory, which several connections cannot share.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:" and "mode" not in parsed.query:
            return parsed.set(drivername="sqlite+aiosqlite")
        case "sqlite":
            raise SettingsError("SQLite 须使用文件，例如 sqlite:///var/yichuang.sqlite3。", detail_en="Use a file.")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise SettingsError(
                f"不支持的数据库“{other}”；可用 sqlite:///文件 或 postgresql://…。", detail_en="SQLite or PostgreSQL."
            )


def plain(url: str) -> URL:
    """The URL for a connection that is not asynchronous, as migrations use it."""
    parsed = normalised(_schemed(url))
    return parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg")


def make(url: str, readers: int) -> tuple[AsyncEngine, AsyncEngine]:
    """The engine to write with and the one to read with."""
    parsed = normalised(_schemed(url))
    if parsed.get_backend_name() == "sqlite":
        assert parsed.database
        if not Path(parsed.database).is_file():
            raise SettingsError(
                f"没有数据库文件 {parsed.database}，请先升级数据库。", detail_en="No such file: upgrade."
            )
        return _sqlite(parsed, 1, "BEGIN IMMEDIATE", "OFF"), _sqlite(parsed, readers, "BEGIN", "ON")
    return (
        _postgres(parsed, 10, {"default_transaction_isolation": r"read\ committed"}),
        _postgres(
            parsed,
            readers,
            {"default_transaction_isolation": r"repeatable\ read", "default_transaction_read_only": "on"},
        ),
    )


def _schemed(url: str) -> str:
    return "postgresql://" + url.removeprefix("postgres://") if url.startswith("postgres://") else url


def _sqlite(url: URL, size: int, begin: str, query_only: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_MILLISECONDS / 1000,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        sqlite_connected(connection, query_only=query_only)

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_connected(connection: Any, *, query_only: str = "OFF") -> None:
    """Set a new SQLite connection: the driver begins nothing by itself, and every guard is on."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "mmap_size = 0",
        f"query_only = {query_only}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _postgres(url: URL, size: int, more: dict[str, str]) -> AsyncEngine:
    options = " ".join(f"-c {name}={value}" for name, value in {**_POSTGRES, **more}.items())
    before = url.query.get("options", "")
    assert isinstance(before, str)
    return create_async_engine(
        url.difference_update_query(["options"]),
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=True,
        connect_args={"options": f"{before} {options}".strip()},
    )


def questions(dialect: str) -> dict[str, str]:
    """Per setting the query that asks for it."""
    if dialect == "sqlite":
        asked = {name: f"PRAGMA {name}" for name in (*_SQLITE, "query_only")}
        return {**asked, "version": "SELECT sqlite_version()"}
    names = (*_POSTGRES, "transaction_isolation", "transaction_read_only", *_ASKED_ONLY)
    return {name: f"SELECT current_setting('{name}')" for name in names}


def required(dialect: str) -> dict[str, str]:
    """What :meth:`models.database.Database.open` insists on."""
    if dialect == "sqlite":
        both = {f"{prefix}{name}": value for name, value in _SQLITE.items() for prefix in ("", "reader.")}
        return {**both, "query_only": "0", "reader.query_only": "1"}
    both = {f"{prefix}{name}": _shown(value) for name, value in _POSTGRES.items() for prefix in ("", "reader.")}
    return {
        **both,
        "transaction_isolation": "read committed",
        "transaction_read_only": "off",
        "reader.transaction_isolation": "repeatable read",
        "reader.transaction_read_only": "on",
    }


def _shown(value: str) -> str:
    """A time as PostgreSQL shows it: ``60s`` is ``1min``."""
    return "1min" if value == "60s" else value
