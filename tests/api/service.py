"""The service as tests use it (测试用服务): over a real socket, on a real database, under a clock that the test turns.

``serving(folder, database_url)`` runs it in a thread of the test's own process, ``spawned(folder, database_url)`` in a
process of its own, by the command line, so that it can be killed. Both give an address, a clock, and clients that are
signed in::

    with serving(tmp_path, database_url) as service:
        service.add("zhang", "reviewer", "civil_defence")
        with service.client("zhang") as client:
            assert client.get("/api/me").json()["role"] == "reviewer"
        service.clock.turn(days=20)
        service.call(sweep)          # any coroutine function that takes the parts
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx
import uvicorn

from api.accounts.passwords import Passwords
from api.accounts.service import NewAccount, add_account
from api.app import create_app, opened
from api.cli.run import KEEP_ALIVE_SECONDS, listen
from api.middleware import Service as App
from api.opening import open_parts
from api.parts import Parts
from api.settings import FileClock, Settings, from_environment
from engine.events import day_of

T = TypeVar("T")

PASSWORD = "口令 correct horse"
START = datetime(2022, 9, 1, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on a Thursday."""
PATIENCE_SECONDS = 60


class TurnedClock:
    """A clock in a file, which a service in this process or in another reads at every call."""

    __test__ = False

    def __init__(self, path: Path, start: datetime = START) -> None:
        self.path = path
        self.set(start)

    def now(self) -> datetime:
        """What it says."""
        return datetime.fromisoformat(self.path.read_text())

    def set(self, at: datetime) -> None:
        """Turn it to an instant."""
        new = self.path.with_suffix(".new")
        new.write_text(at.astimezone(UTC).isoformat())
        new.replace(self.path)

    def turn(self, **by: float) -> None:
        """Turn it on: ``days=1``, ``hours=2``."""
        self.set(self.now() + timedelta(**by))


class Running:
    """A service that answers at ``address``."""

    def __init__(self, settings: Settings, clock: TurnedClock, address: str) -> None:
        self.settings = settings
        self.clock = clock
        self.address = address

    def call(self, use: Callable[[Parts], Awaitable[T]]) -> T:
        """Do something with parts of its own over the same data."""

        async def alone() -> T:
            async with open_parts(self.settings) as parts:
                return await use(parts)

        return asyncio.run(alone())

    def add(self, login: str, role: str, department: str = "", *, name: str = "", credit_code: str = "") -> str:
        """Add an account with the password of all tests; gives its id."""
        new = NewAccount(login, name or login, role, PASSWORD, department, credit_code)

        async def use(parts: Parts) -> str:
            departments = parts.shelf.current.as_of(day_of(parts.now())).departments
            return (await add_account(parts.database, Passwords(), new, departments, parts.now())).id

        return self.call(use)

    def visitor(self) -> httpx.Client:
        """A client that is not signed in."""
        return httpx.Client(base_url=self.address, timeout=PATIENCE_SECONDS, trust_env=False)

    def token(self, login: str, password: str = PASSWORD) -> str:
        """Sign in."""
        with self.visitor() as visitor:
            answer = visitor.post("/api/sign-in", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def client(self, login: str, password: str = PASSWORD) -> httpx.Client:
        """A client that is signed in."""
        client = self.visitor()
        client.headers["Authorization"] = f"Bearer {self.token(login, password)}"
        return client


class InThread(Running):
    """One in a thread of this process; ``app`` and ``parts`` are within reach."""

    def __init__(self, settings: Settings, clock: TurnedClock, app: App, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(settings, clock, settings.address)
        self.app = app
        self._loop = loop

    @property
    def parts(self) -> Parts:
        """The parts that it works with."""
        parts: Parts = self.app.state.parts
        return parts

    def call(self, use: Callable[[Parts], Awaitable[T]]) -> T:
        """Do something with its own parts, in its own loop."""

        async def within() -> T:
            return await use(self.parts)

        return asyncio.run_coroutine_threadsafe(within(), self._loop).result(PATIENCE_SECONDS)


class Spawned(Running):
    """One in a process of its own; ``first`` is what it said when it was ready."""

    def __init__(
        self, settings: Settings, clock: TurnedClock, process: subprocess.Popen[str], first: Mapping[str, Any]
    ) -> None:
        super().__init__(settings, clock, first["address"])
        self.process = process
        self.first = first


def environment_of(folder: Path, database_url: str, clock: TurnedClock) -> dict[str, str]:
    """The environment of a service under test; nothing of it comes from outside."""
    return {
        "DATABASE_URL": database_url,
        "YICHUANG_DATA_DIR": str(folder / "data"),
        "YICHUANG_TEST_CLOCK": "1",
        "YICHUANG_CLOCK_FILE": str(clock.path),
    }


@contextmanager
def serving(folder: Path, database_url: str, *, start: datetime = START, **more: Any) -> Iterator[InThread]:
    """The service in a thread, on a free port; ``more`` are settings, such as ``upload_limit``."""
    clock = TurnedClock(folder / "clock", start)
    listening = listen("127.0.0.1", 0)
    settings = from_environment(environment_of(folder, database_url, clock))
    settings = replace(settings, port=listening.getsockname()[1], clock=FileClock(clock.path), **more)
    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=KEEP_ALIVE_SECONDS)
    )
    loops: list[asyncio.AbstractEventLoop] = []
    failed: list[BaseException] = []
    ready = threading.Event()

    async def serve() -> None:
        async with opened(app):
            loops.append(asyncio.get_running_loop())
            ready.set()
            await server.serve([listening])

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="service under test")
    with listening:
        thread.start()
        try:
            assert ready.wait(PATIENCE_SECONDS)
            if failed:
                raise failed[0]
            yield InThread(settings, clock, app, loops[0])
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


@contextmanager
def spawned(
    folder: Path,
    database_url: str,
    *arguments: str,
    start: datetime = START,
    log: IO[str] | None = None,
    **environment: str,
) -> Iterator[Spawned]:
    """The service as ``yichuang run`` on a free port; killed at the end where it still runs.

    ``log`` is a file for what it logs: without one that stays in a pipe, which is full after some hundred requests.
    """
    clock = TurnedClock(folder / "clock", start)
    given = {**environment_of(folder, database_url, clock), **environment}
    process = start_command("run", "--port", "0", "--json", *arguments, environment=given, log=log)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr is not None else log
        yield Spawned(from_environment(given), clock, process, json.loads(line))
    finally:
        process.kill()
        process.communicate()


def start_command(*arguments: str, environment: Mapping[str, str], log: IO[str] | None = None) -> subprocess.Popen[str]:
    """``yichuang`` with these arguments, in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("YICHUANG_") and k != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        env={**clean, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if log is None else log,
        text=True,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What a command line answered."""

    code: int
    out: str
    err: str


def run_command(*arguments: str, environment: Mapping[str, str], stdin: str = "") -> Done:
    """``yichuang`` with these arguments, to its end."""
    process = start_command(*arguments, environment=environment)
    out, err = process.communicate(stdin, timeout=PATIENCE_SECONDS)
    return Done(process.returncode, out, err)
