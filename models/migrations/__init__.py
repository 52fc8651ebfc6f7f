"""Migrations (数据库升级): from an empty database, or from any older one, to the newest revision, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from models import engines
from models.errors import SettingsError

ONE_AT_A_TIME = 0x59434D47
"""Key of the advisory lock that keeps two upgrades of one PostgreSQL database apart."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to the newest revision (升级数据库); harmless where it is there already.

    Makes an SQLite file, and its folder, where there is none. A failed upgrade leaves everything as it was.
    """
    config = _config()
    with _connected(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def head() -> str:
    """The newest revision that this program knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def current(connection: Connection) -> str | None:
    """The revision that a database is at; None where nothing was ever installed."""
    return MigrationContext.configure(connection).get_current_revision()


def assert_newest(connection: Connection) -> None:
    """Insist that a database is at the newest revision.

    Raises:
        SettingsError: it is not.
    """
    found, newest = current(connection), head()
    if found != newest:
        raise SettingsError(
            f"数据库版本为 {found or '空'}，本程序需要 {newest}；请先升级数据库。",
            detail_en=f"The database is at revision {found}, not {newest}: upgrade it.",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """A connection in one transaction that no other upgrade shares; committed when all went well."""
    plain = engines.plain(url)
    sqlite = plain.get_backend_name() == "sqlite"
    if sqlite and plain.database:
        Path(plain.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(plain, poolclass=NullPool)
    if sqlite:
        event.listen(engine, "connect", lambda connection, _: engines.sqlite_connected(connection))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            if not sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
            yield connection
    finally:
        engine.dispose()


__all__ = ["assert_newest", "current", "head", "upgrade"]
