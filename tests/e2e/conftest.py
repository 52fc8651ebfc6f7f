"""One service a database for all flows of a run (整套流程共用的服务); each test has its own case, and the data must be sound after each module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.api.service import InThread, serving
from tests.databases import KINDS, PostgresServer, sqlite_url
from tests.e2e.filer import People, staff
from tests.e2e.scenes import unsound

TOGETHER = [pytest.param(kind, marks=pytest.mark.xdist_group(f"e2e {kind}")) for kind in KINDS]
"""One worker has all the flows on a database, so that their service starts once."""


@dataclass(frozen=True, slots=True)
class House:
    """A service, and a client for everybody who works with it."""

    service: InThread
    people: People


@pytest.fixture(scope="session", params=TOGETHER)
def open_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service on each database."""
    folder = tmp_path_factory.mktemp("house")
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = sqlite_url(folder / "house.sqlite3")
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            url = server.new_database()
            stack.callback(server.drop, url)
        service = stack.enter_context(serving(folder, url))
        yield House(service, stack.enter_context(staff(service)))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def house(open_house: House) -> Iterator[House]:
    """The same for one module, after which every invariant must hold and every row be borne out by the ledger.

    Not after each test: all that the run has filed is checked, and that grows with every case.
    """
    yield open_house
    assert open_house.service.call(unsound) == []
