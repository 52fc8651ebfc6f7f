"""Races between clients over a real socket (并发竞争，RELIABILITY T2): opinion × opinion, issue × withdraw, issue × issue.

Two clients start at a barrier; exactly one may win, or both get the same answer where they share one idempotency key.
``python -m tests.e2e.races --races 2000`` runs the whole programme on both databases; the tests run a share of it.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from tests.api.service import Running, spawned
from tests.databases import KINDS
from tests.e2e.filer import REVIEWERS, Filer, People, find, legal_day, open_tasks, staff
from tests.e2e.scenes import small_case
from tests.e2e.score import Score, databases

LANES = 2
"""Cases that are raced over at the same time, so that the ledger's head is contended too."""
WITHDRAWALS = 3
"""Times that a case's issue races with a withdrawal, before it is raced with another issue."""
LOSING = (409, 412)

Ask = Callable[[str], httpx.Response]


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
        return self.answer is not None and self.answer.status_code == 200

    @property
    def status(self) -> int | None:
        return self.answer.status_code if self.answer is not None else None


class Lane:
    """Races one after the other over cases of its own; what is random comes from the seed."""

    def __init__(self, service: Running, people: People, score: Score, left: Callable[[], bool], seed: int) -> None:
        self.service, self.people, self.score, self.left = service, people, score, left
        self.random = Random(seed)
        self._pair = ThreadPoolExecutor(2)

    def run(self) -> None:
        """Race until enough was raced."""
        with self._pair:
            life = 0
            while self.left():
                life += 1
                self._life(small_case(self.people, self.service), withdrawing=life % 3 > 0)

    def _life(self, filer: Filer, *, withdrawing: bool) -> None:
        """One case from its acceptance on: every opinion in it is raced for, then its issue."""
        filer.do("window", "intake", "accept")
        self._opinions(filer, "review")
        filer.call_all(legal_day(self.service))
        filer.hold_all()
        self._opinions(filer, "opinion")
        for _ in range(WITHDRAWALS if withdrawing else 0):
            if self._issue_or_withdraw(filer):
                return
            filer.give_all("opinion")
        self._issues(filer)

    # --- the three races ----------------------------------------------------------------------------------------------

    def _opinions(self, filer: Filer, step: str) -> None:
        for task in open_tasks(filer.shown, step):
            self._opinion(filer, step, task)

    def _opinion(self, filer: Filer, step: str, task: dict[str, Any]) -> None:
        """Two of one department give different opinions, or one gives the same one twice."""
        item, again = task["about"]["item"], self.random.random() < 0.25
        reviewer = REVIEWERS[item]
        bad = {"verdict": "fail", "finding": "资料与现场不符", "article": "第八条"}
        bodies = [{"verdict": "pass"}, {"verdict": "pass"} if again else bad]
        logins = [reviewer, reviewer if again else f"{reviewer}2"]
        runs = self._race(filer, "意见×意见", logins, [(task["id"], "give", body) for body in bodies], again=again)
        given = find(filer.look(), step, item)["opinion"]
        said = given["verdict"] if given else None
        winner = next((body["verdict"] for body, run in zip(bodies, runs, strict=True) if run.won), None)
        if said != winner:
            self.score.add(wrong=f"意见×意见：答复 {winner} 成功，办件显示 {said}（{filer.case}）")
        if said == "fail":
            filer.do(reviewer, task["id"], "withdraw_opinion", reasons="重新审查")
            filer.do(reviewer, task["id"], "give", verdict="pass")

    def _issue_or_withdraw(self, filer: Filer) -> bool:
        """The window issues while a department takes an opinion back; gives whether it was issued."""
        opinion = find(filer.shown, "opinion", "D06")["id"]
        orders = [("issue", "issue", {}), (opinion, "withdraw_opinion", {"reasons": "重新审查"})]
        issued, _ = self._race(filer, "出证×撤回意见", ["window", "housing"], orders)
        return self._issued(filer, issued.won)

    def _issues(self, filer: Filer) -> None:
        """Two windows issue, or one does so twice with one key."""
        again = self.random.random() < 0.5
        logins = ["window", "window" if again else "window2"]
        runs = self._race(filer, "出证×出证", logins, [("issue", "issue", {})] * 2, again=again)
        self._issued(filer, any(run.won for run in runs))

    def _issued(self, filer: Filer, answered: bool) -> bool:
        there = filer.look()["certificate"] is not None
        if there != answered:
            self.score.add(wrong=f"出证：答复为 {answered}，办件显示 {there}（{filer.case}）")
        return there

    # --- one race -----------------------------------------------------------------------------------------------------

    def _race(
        self,
        filer: Filer,
        kind: str,
        logins: Sequence[str],
        orders: Sequence[tuple[str, str, Any]],
        again: bool = False,
    ) -> list[Run]:
        """Both at once; the ETag is what both have seen, or ``*``, which leaves it to the locks alone."""
        seen, keys = self.random.random() < 0.5, [filer.new_key(), filer.new_key()]
        if again:
            keys[1] = keys[0]
        gate = threading.Barrier(2)

        def one(place: int) -> Run:
            task, command, body = orders[place]
            etag = filer.etag(task) if seen else "*"
            gate.wait()
            begun = time.perf_counter()
            try:
                answer = filer.order(logins[place], task, command, etag=etag, key=keys[place], **body)
            except httpx.TransportError:
                answer = None
            return Run(command, keys[place], answer, begun, time.perf_counter())

        places = [0, 1] if self.random.random() < 0.5 else [1, 0]
        runs = sorted(zip(places, self._pair.map(one, places), strict=True), key=lambda pair: pair[0])
        self._count(kind, [run for _, run in runs], again)
        return [run for _, run in runs]

    def _count(self, kind: str, runs: list[Run], again: bool) -> None:
        won = [run for run in runs if run.won]
        for run in runs:
            unknown = run.status is None or run.status >= 500
            self.score.add(keys=(run.key,) if run.won else (), unknown=int(unknown))
        statuses = [run.status for run in runs]
        if again:
            answers = {run.answer.content for run in won if run.answer is not None}
            right = len(won) == 2 and len(answers) == 1
        else:
            right = len(won) == 1 and all(run.won or run.status in LOSING for run in runs)
        named = "同键同答" if again else won[0].name if runs[0].name != runs[1].name and won else "一方"
        where = "" if again or runs[0].name != runs[1].name or not won else ("先" if runs[0].won else "后")
        self.score.add(
            tried=1, wrong="" if right else f"{kind}：{statuses}", reached=f"{kind}·{named}{where}" if right else ""
        )
        if max(r.begun for r in runs) < min(r.ended for r in runs):
            self.score.add(reached="同时在途")


def race(service: Running, people: People, races: int, seed: int) -> Score:
    """Race that many times, and look at the data afterwards."""
    score = Score()

    def left() -> bool:
        return score.tried < races

    lanes = [Lane(service, people, score, left, seed * LANES + n) for n in range(LANES)]
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(Lane.run, lanes))
    service.call(score.close)
    return score


def main(arguments: Sequence[str]) -> int:
    """The whole programme, each database in turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.races", description=__doc__)
    parser.add_argument("--races", type=int, default=2000, help="每种数据库的竞争次数")
    parser.add_argument("--database", choices=KINDS, action="append", help="只在这种数据库上")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")
    given = parser.parse_args(arguments)
    failed = False
    with databases(given.database or list(KINDS)) as made:
        for kind, (folder, url) in made.items():
            begun = time.perf_counter()
            with (folder / "log").open("a") as log, spawned(folder, url, log=log) as service, staff(service) as people:
                score = race(service, people, given.races, given.seed)
            seconds = time.perf_counter() - begun
            print(score.line(f"{kind}（种子 {given.seed}，{seconds:.0f} 秒）"), flush=True)
            failed = failed or bool(score.lost or score.wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
