"""Races between clients over a real socket (并发竞争，RELIABILITY T2): of two at once, what may happen and nothing else.

Here those of joint acceptance: opinion × opinion, issue × opinion withdrawn, issue × issue, issue × application withdrawn;
those of simulated approval are in :mod:`tests.e2e.races_simulated`. ``python -m tests.e2e.races --races 2000`` runs all
kinds on both databases, and ``doctor`` afterwards; the tests run a share of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.api.service import Running, environment_of, run_command, spawned
from tests.databases import KINDS
from tests.e2e.filer import REVIEWERS, Filer, People, find, legal_day, open_tasks, staff
from tests.e2e.races_simulated import SimulatedLane
from tests.e2e.racing import ONE, Lane, on_case, on_task
from tests.e2e.scenes import small_case
from tests.e2e.score import Score, databases

LANES = 2
"""Cases of each service that are raced over at the same time, so that the ledger's head is contended too."""
WITHDRAWALS = 3
"""Times that a case's issue races with an opinion's withdrawal, before it is raced for in another way."""


class JointLane(Lane):
    """Races over cases of joint acceptance (联合验收)."""

    def life(self, number: int) -> None:
        """One case from its acceptance on: every opinion in it is raced for, then its issue."""
        filer = small_case(self.people, self.service)
        filer.do("window", "intake", "accept")
        self._opinions(filer, "review")
        filer.call_all(legal_day(self.service))
        filer.hold_all()
        self._opinions(filer, "opinion")
        for _ in range(WITHDRAWALS if number % 4 > 1 else 0):
            if self._issue_or_withdraw_opinion(filer):
                return
            filer.give_all("opinion")
        if number % 2:
            self._issues(filer)
        else:
            self._issue_or_leave(filer)

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
        sides = [on_task(filer, "出具意见", lo, task["id"], "give", **b) for lo, b in zip(logins, bodies, strict=True)]
        runs = self.race(filer, "意见×意见", sides, ONE, again=again)
        given = find(filer.look(), step, item)["opinion"]
        said = given["verdict"] if given else None
        winner = next((body["verdict"] for body, run in zip(bodies, runs, strict=True) if run.won), None)
        self.check(filer, said == winner, f"意见×意见：答复 {winner} 成功，办件显示 {said}")
        if said == "fail":
            filer.do(reviewer, task["id"], "withdraw_opinion", reasons="重新审查")
            filer.do(reviewer, task["id"], "give", verdict="pass")

    def _issue_or_withdraw_opinion(self, filer: Filer) -> bool:
        """The window issues while a department takes an opinion back; gives whether it was issued."""
        opinion = find(filer.shown, "opinion", "D06")["id"]
        sides = [
            on_task(filer, "出证", "window", "issue", "issue"),
            on_task(filer, "撤回意见", "housing", opinion, "withdraw_opinion", reasons="重新审查"),
        ]
        issued, _ = self.race(filer, "出证×撤回意见", sides, ONE)
        return self._issued(filer, issued.won)

    def _issues(self, filer: Filer) -> None:
        """Two windows issue, or one does so twice with one key."""
        again = self.random.random() < 0.5
        logins = ["window", "window" if again else "window2"]
        sides = [on_task(filer, "出证", login, "issue", "issue") for login in logins]
        runs = self.race(filer, "出证×出证", sides, ONE, again=again)
        self._issued(filer, any(run.won for run in runs))

    def _issue_or_leave(self, filer: Filer) -> None:
        """The window issues while the owner withdraws the application."""
        sides = [
            on_task(filer, "出证", "window", "issue", "issue"),
            on_case(filer, "撤回申请", filer.owner, "withdraw", says="另行申请"),
        ]
        issued, _ = self.race(filer, "出证×撤回申请", sides, ONE)
        self._issued(filer, issued.won)
        code = filer.shown["state"]["code"]
        self.check(filer, (code == "issued") == issued.won, f"出证×撤回申请：出证 {issued.status}，办件为 {code}")

    def _issued(self, filer: Filer, answered: bool) -> bool:
        there = filer.look()["certificate"] is not None
        self.check(filer, there == answered, f"出证：答复为 {answered}，办件显示 {there}")
        return there


def race(service: Running, people: People, races: tuple[int, int], seed: int, lanes: int = LANES) -> Score:
    """Race that many times over cases of each service, every last case to its end, and look at the data afterwards."""
    score = Score()
    made = [
        kind(service, people, score, -(-number // lanes), seed * lanes + n)
        for kind, number in zip((JointLane, SimulatedLane), races, strict=True)
        for n in range(lanes)
    ]
    with ThreadPoolExecutor(len(made)) as pool:
        list(pool.map(lambda lane: lane.run(), made))
    service.call(score.close)
    return score


def main(arguments: Sequence[str]) -> int:
    """The whole programme, each database in turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.races", description=__doc__)
    parser.add_argument("--races", type=int, default=2000, help="每种数据库的竞争次数，联合验收与模拟审批各半")
    parser.add_argument("--database", choices=KINDS, action="append", help="只在这种数据库上")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")
    given = parser.parse_args(arguments)
    half = given.races // 2
    failed = False
    with databases(given.database or list(KINDS)) as made:
        for kind, (folder, url) in made.items():
            begun = time.perf_counter()
            with (folder / "log").open("a") as log, spawned(folder, url, log=log) as service, staff(service) as people:
                score = race(service, people, (given.races - half, half), given.seed)
                well = run_command("doctor", environment=environment_of(folder, url, service.clock))
            seconds = time.perf_counter() - begun
            print(score.line(f"{kind}（种子 {given.seed}，{seconds:.0f} 秒）", reached=False), score.table(), sep="\n")
            print(f"  体检：{'一切正常' if well.code == 0 else well.out + well.err}", flush=True)
            failed = failed or bool(score.lost or score.wrong or score.unknown or well.code)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
