"""One race between two clients (一次竞争): both start at a barrier, and what may come of it is said before.

A race names its two sides and the outcomes that are allowed. Whoever is refused must be told so plainly, and must have
changed nothing: its key is not in the ledger (:meth:`tests.e2e.score.Score.close`).
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.api.service import Running
from tests.e2e.filer import Filer, People, Shown
from tests.e2e.score import Score

LOSING = (409, 412)
MOST_LOOKS = 6
"""Small questions that one side asks at most before it sends, so that either side is the first at times."""
TOGETHER = "同时在途"
"""Counted where the second request was sent before the first was answered."""

Outcomes = frozenset[tuple[bool, bool]]
ONE: Outcomes = frozenset({(True, False), (False, True)})
"""Exactly one of the two wins."""
SECOND_ALWAYS: Outcomes = frozenset({(True, True), (False, True)})
"""The second is always carried out; the first only if it came before."""
BOTH: Outcomes = frozenset({(True, True)})
"""Neither concerns the other."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one client sends (一方的请求); with ``task`` its ETag goes along, or ``*``."""

    name: str
    login: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    task: str = ""
    method: str = "POST"


def on_task(filer: Filer, name: str, login: str, task: str, command: str, **body: Any) -> Side:
    """A command on one task."""
    return Side(name, login, f"/cases/{filer.case}/tasks/{task}/{command}", body, task)


def on_case(filer: Filer, name: str, login: str, command: str, **body: Any) -> Side:
    """A command on the whole case."""
    return Side(name, login, f"/cases/{filer.case}/{command}", body)


@dataclass(frozen=True, slots=True)
class Run:
    """One client's way through a race."""

    name: str
    key: str
    answer: httpx.Response | None
    begun: float
    ended: float

    @property
    def won(self) -> bool:
        """Whether it was carried out."""
        return self.answer is not None and self.answer.status_code in (200, 201)

    @property
    def status(self) -> int | None:
        """What was answered; None where nothing was."""
        return self.answer.status_code if self.answer is not None else None

    @property
    def refused(self) -> bool:
        """Whether it was refused as somebody who comes too late is, with words that say why."""
        return self.answer is not None and self.status in LOSING and bool(self.answer.json().get("detail"))


class Lane(ABC):
    """Races one after the other over cases of its own; what is random comes from the seed."""

    def __init__(self, service: Running, people: People, score: Score, races: int, seed: int) -> None:
        self.service, self.people, self.score = service, people, score
        self.random = Random(seed)
        self._left = races
        self._ahead: Counter[tuple[str, int]] = Counter()
        self._pair = ThreadPoolExecutor(2)

    def run(self) -> None:
        """Race until enough was raced, the last case to its end."""
        with self._pair:
            life = 0
            while self._left > 0:
                life += 1
                self.life(life)

    @abstractmethod
    def life(self, number: int) -> None:
        """One case and the races over it."""

    def race(self, filer: Filer, kind: str, sides: Sequence[Side], allowed: Outcomes, again: bool = False) -> list[Run]:
        """Both at once, with what may come of it; the ETag is what both have seen, or ``*``, which leaves it to the locks alone.

        ``again``: both are one command under one key, and both get the one answer.
        """
        self._left -= 1
        seen, keys = self.random.random() < 0.5, [filer.new_key(), filer.new_key()]
        if again:
            keys[1] = keys[0]
        late, looks = self._later(kind), self.random.randrange(MOST_LOOKS + 1)
        gate = threading.Barrier(2)

        def one(place: int) -> Run:
            side = sides[place]
            etag = None if not side.task else filer.etag(side.task) if seen else "*"
            gate.wait()
            for _ in range(looks if place == late else 0):
                self.people[side.login].get("/api/me")
            begun = time.perf_counter()
            try:
                answer = filer.send(side.login, side.path, side.body, method=side.method, key=keys[place], etag=etag)
            except httpx.TransportError:
                answer = None
            return Run(side.name, keys[place], answer, begun, time.perf_counter())

        places = [0, 1] if self.random.random() < 0.5 else [1, 0]
        runs = [run for _, run in sorted(zip(places, self._pair.map(one, places), strict=True), key=lambda p: p[0])]
        self._count(kind, runs, allowed, again)
        self._ahead[kind, 0 if runs[0].won and (not runs[1].won or allowed == SECOND_ALWAYS) else 1] += 1
        return runs

    def _later(self, kind: str) -> int:
        """Which side looks about first: mostly the one that has been ahead in this kind more often, so that each order comes up."""
        one, other = (self._ahead[kind, place] for place in range(2))
        return self.random.randrange(2) if one == other or self.random.random() < 0.25 else int(other > one)

    def _count(self, kind: str, runs: Sequence[Run], allowed: Outcomes, again: bool) -> None:
        won = [run for run in runs if run.won]
        for run in runs:
            unknown = run.status is None or run.status >= 500
            refused = (run.key,) if run.status in LOSING and not again else ()
            self.score.add(keys=(run.key,) if run.won else (), refused=refused, unknown=int(unknown))
        if again:
            right = len(won) == 2 and len({run.answer.content for run in won if run.answer is not None}) == 1
        else:
            right = tuple(run.won for run in runs) in allowed and all(run.won or run.refused for run in runs)
        told = [(run.status, run.answer.text[:300] if run.answer is not None and not run.won else "") for run in runs]
        self.score.add(tried=1, wrong="" if right else f"{kind}：{told}")
        if right:
            self.score.add(reached=f"{kind}·{_outcome(runs, won, again)}")
        if max(r.begun for r in runs) < min(r.ended for r in runs):
            self.score.add(reached=TOGETHER)

    def check(self, filer: Filer, holds: bool, says: str) -> None:
        """Count as wrong what is seen afterwards and is not as the answers were."""
        if not holds:
            self.score.add(wrong=f"{says}（{filer.case}）")

    def in_turn(self, filer: Filer, before: Shown, first: str, second: str, runs: Sequence[Run]) -> None:
        """Where both were carried out, the first stands before the second in the ledger; a first that lost is not there."""
        new = filer.shown["history"][len(before["history"]) :]
        kinds = [line["kind"] for line in new]
        if runs[0].won:
            right = first in kinds and second in kinds and kinds.index(first) < kinds.index(second)
        else:
            right = first not in kinds and second in kinds
        self.check(filer, right, f"{runs[0].name}（{runs[0].status}）×{runs[1].name}：台账为 {kinds}")


def _outcome(runs: Sequence[Run], won: Sequence[Run], again: bool) -> str:
    if again:
        return "同键同答"
    if runs[0].name == runs[1].name:
        return "一方"
    return f"先{runs[0].name}后{runs[1].name}" if len(won) == 2 else f"仅{won[0].name}"
