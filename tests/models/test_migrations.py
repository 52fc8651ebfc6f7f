"""The migrated schema is the one that the tables say, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Connection

from models import engines
from models.database import Database
from models.errors import SettingsError
from models.migrations import current, head, upgrade
from models.tables import Base
from tests.databases import PostgresServer


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(engines.plain(url))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def test_alembic_finds_no_difference(database_url: str):
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_constraints_are_those_of_the_tables(database_url: str, tmp_path: Path, request: pytest.FixtureRequest):
    """Alembic does not compare CHECK constraints; a database made from the tables and reflected does."""
    if database_url.startswith("sqlite"):
        made = f"sqlite:///{tmp_path / 'made.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        made = server.new_database()
    with connected(made) as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        wanted = reflected(connection)
    with connected(database_url) as connection:
        found = reflected(connection)
    assert found == wanted
    assert sum(len(table["checks"]) for table in found.values()) > 10


def reflected(connection: Connection) -> dict[str, dict[str, Any]]:
    look = inspect(connection)
    out: dict[str, dict[str, Any]] = {}
    for table in look.get_table_names():
        if table != "alembic_version":
            out[table] = {
                "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)),
                "key": look.get_pk_constraint(table),
                "checks": sorted((str(c["name"]), c["sqltext"]) for c in look.get_check_constraints(table)),
                "unique": sorted(look.get_unique_constraints(table), key=lambda c: str(c["name"])),
                "foreign": sorted(look.get_foreign_keys(table), key=lambda c: str(c["name"])),
                "indexes": sorted(
                    (str(i["name"]), str(i["column_names"]), i["unique"], *map(str, i["dialect_options"].values()))
                    for i in look.get_indexes(table)
                ),
            }
    return out


def test_upgrade_again_changes_nothing(database_url: str):
    upgrade(database_url)
    with connected(database_url) as connection:
        assert current(connection) == head()


def test_makes_the_file_and_its_folder(tmp_path: Path):
    path = tmp_path / "new folder" / "100%" / "a.sqlite3"
    upgrade(f"sqlite:///{path}")
    assert path.is_file()


@pytest.mark.anyio
async def test_an_older_database_is_not_opened(database_url: str):
    with connected(database_url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(SettingsError, match="0001"):
        await Database.open(database_url)


@pytest.mark.anyio
async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path):
    with pytest.raises(SettingsError, match="没有数据库文件"):
        await Database.open(f"sqlite:///{tmp_path / 'none.sqlite3'}")
