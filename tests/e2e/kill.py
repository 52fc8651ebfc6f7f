"""The service is killed while clients stream commands (随机强杀，RELIABILITY T5), started again, and asked again.

Each client keeps at most one command without an answer; after the restart it sends that again under the same key, and
repeats some that were answered. ``python -m tests.e2e.kill --kills 20`` runs the whole programme on both databases.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx

from models.certificates import unsealed
from models.database import Reader
from tests.api.service import START, Spawned, spawned
from tests.databases import KINDS
from tests.e2e.filer import Filer, People, Shown, find, hire, signed_in
from tests.e2e.scenes import IN_ORDER, WORKSHOP, ready_case, visited_case
from tests.e2e.score import Score, databases, keys_in_ledger, reading

LOGINS = ("owner", "window", "lead", "housing", "planning")
SOONEST, LATEST = 0.06, 1.0
"""Seconds of streaming before the kill; an issue with its file takes about a third of one."""
STOCK = 3
"""Cases that are ready to be issued when streaming begins."""
REPEATED = 3
"""Of a client's answered commands, how many are sent again after each restart."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One command as it is sent, and sent again."""

    login: str
    path: str
    body: Mapping[str, Any]
    key: str
    method: str = "POST"
    etag: str | None = None


Asks = Generator[Ask, Shown, None]
"""What a client asks for, one thing after the other; it is sent each answer."""


def papers(filer: Filer) -> Asks:
    """An owner who registers projects, corrects facts and files papers without end."""
    while True:
        body = {"name": "连续提交", "facts": IN_ORDER, "buildings": [WORKSHOP]}
        project = yield Ask("owner", "/projects", body, filer.new_key())
        at = f"/projects/{project['id']}"
        for n in range(10):
            building = {**WORKSHOP, "floor_area_m2": 2000 + n}
            yield Ask("owner", f"{at}/facts", {"buildings": [building], "reasons": "更正"}, filer.new_key())
            drawing = {"fields": {"drawing_set": f"消竣-{n:02d}"}}
            yield Ask("owner", f"{at}/documents/fire_as_built_drawings", drawing, filer.new_key(), "PUT")


def opinions(filer: Filer, login: str, item: str) -> Asks:
    """A reviewer who gives an opinion and takes it back, without end."""
    shown = filer.shown
    while True:
        for command, body in (("give", {"verdict": "pass"}), ("withdraw_opinion", {"reasons": "重新审查"})):
            task = find(shown, "opinion", item)
            path = f"/cases/{filer.case}/tasks/{task['id']}/{command}"
            shown = yield Ask(login, path, body, filer.new_key(), etag=task["etag"])


def issues(stock: list[Filer]) -> Asks:
    """A window that issues whatever is ready; a case leaves the stock when its issue was answered."""
    while stock:
        filer = stock[-1]
        path = f"/cases/{filer.case}/tasks/issue/issue"
        yield Ask("window", path, {}, filer.new_key(), etag=filer.etag("issue"))
        stock.remove(filer)


class Client:
    """Sends what its generator asks for until the service is gone, and then remembers what had no answer."""

    def __init__(self, score: Score, asks: Asks) -> None:
        self.score, self.asks = score, asks
        self.pending: Ask | None = None
        self.answered: list[tuple[Ask, int, bytes]] = []
        self._next = next(asks, None)

    def stream(self, people: People) -> None:
        """Send one after the other until the service is gone."""
        filer = Filer(people)
        while self._next is not None:
            if not self._send(filer, self._next):
                self.pending = self._next
                self.score.add(unknown=1)
                return

    def _send(self, filer: Filer, ask: Ask) -> bool:
        try:
            answer = self._sent(filer, ask)
        except httpx.TransportError:
            return False
        if answer.status_code not in (200, 201):
            self.score.add(tried=1, wrong=f"{ask.path}：{answer.status_code} {answer.text[:200]}")
            self._next = None
            return True
        self.score.add(tried=1, keys=(ask.key,))
        self.answered.append((ask, answer.status_code, answer.content))
        try:
            self._next = self.asks.send(answer.json())
        except StopIteration:
            self._next = None
        return True

    @staticmethod
    def _sent(filer: Filer, ask: Ask) -> httpx.Response:
        return filer.send(ask.login, ask.path, dict(ask.body), method=ask.method, key=ask.key, etag=ask.etag)

    def resume(self, people: People, ledger: Mapping[str, int]) -> None:
        """After a restart: send again what had no answer, and repeat some of what had one."""
        filer = Filer(people)
        if self.pending is not None:
            self.score.add(reached="已提交而未得到答复" if self.pending.key in ledger else "未提交")
            if not self._send(filer, self.pending):
                self.score.add(wrong=f"重启后仍无答复：{self.pending.path}")
            self.pending = None
        for ask, status, content in self.answered[-REPEATED:]:
            again = self._sent(filer, ask)
            same = (again.status_code, again.content) == (status, content)
            self.score.add(
                reached="重发得到原答复" if same else "", wrong="" if same else f"重发 {ask.path} 得到另一答复"
            )


async def left_unsealed(reader: Reader) -> int:
    """How many certificates were issued and not yet made into a file."""
    return len(await unsealed(reader))


class Programme:
    """Kills on one database: start, stream, kill, and the same again over the same data."""

    def __init__(self, folder: Path, url: str, seed: int) -> None:
        self.folder, self.url, self.random, self.score = folder, url, Random(seed), Score()
        self.tokens: dict[str, str] = {}
        self.clients: list[Client] = []
        self.stock: list[Filer] = []
        self.now = START

    def run(self, kills: int) -> Score:
        """Kill that many times, then look at the data."""
        for _ in range(kills):
            self._once()
        with (
            spawned(self.folder, self.url, start=self.now) as service,
            signed_in(service.address, self.tokens) as people,
        ):
            self._resume(people)
            service.call(self.score.close)
        return self.score

    @contextmanager
    def _started(self) -> Iterator[Spawned]:
        with (self.folder / "log").open("a") as log, spawned(self.folder, self.url, start=self.now, log=log) as service:
            yield service

    def _once(self) -> None:
        with self._started() as service:
            self.tokens = self.tokens or hire(service, LOGINS)
            with signed_in(service.address, self.tokens) as people:
                self._resume(people)
                stock = [ready_case(people, service) for _ in range(STOCK)]
                self.clients = [
                    *(self.clients[:-1] or self._streams(service, people)),
                    Client(self.score, issues(stock)),
                ]
                self._stream_until_killed(service, people)
            self.score.add(reached="强杀")
            if reading(self.url, left_unsealed):
                self.score.add(reached="出证后未成文时被杀")
            service.clock.turn(seconds=1)
            self.now = service.clock.now()

    def _streams(self, service: Spawned, people: People) -> list[Client]:
        reviewed = [visited_case(people, service) for _ in range(2)]
        asks = [
            papers(Filer(people)),
            opinions(reviewed[0], "planning", "D03"),
            opinions(reviewed[1], "housing", "D06"),
        ]
        return [Client(self.score, each) for each in asks]

    def _stream_until_killed(self, service: Spawned, people: People) -> None:
        killing = threading.Timer(self.random.uniform(SOONEST, LATEST), service.process.kill)
        with ThreadPoolExecutor(len(self.clients)) as pool:
            killing.start()
            list(pool.map(lambda client: client.stream(people), self.clients))
        killing.join()

    def _resume(self, people: People) -> None:
        """What was left open is closed, and what a kill left without its file has been given it at the start."""
        if not self.clients:
            return
        left = reading(self.url, left_unsealed)
        if left:
            self.score.add(wrong=f"重启后还有 {left} 份证书未成文")
        ledger = reading(self.url, keys_in_ledger)
        for client in self.clients:
            client.resume(people, ledger)


def main(arguments: Sequence[str]) -> int:
    """The whole programme, each database in turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="每种数据库强杀的次数")
    parser.add_argument("--database", choices=KINDS, action="append", help="只在这种数据库上")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")
    given = parser.parse_args(arguments)
    failed = False
    with databases(given.database or list(KINDS)) as made:
        for kind, (folder, url) in made.items():
            begun = time.perf_counter()
            score = Programme(folder, url, given.seed).run(given.kills)
            seconds = time.perf_counter() - begun
            print(score.line(f"{kind}（种子 {given.seed}，{seconds:.0f} 秒）"), flush=True)
            failed = failed or bool(score.lost or score.wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
