"""How fast the engines decide, and that they keep no memory (两个规则引擎的速度和内存)."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from random import Random

from engine.conditions import interpret
from engine.facts import Statement, subject_of
from engine.policy import PolicyBook
from rules.compiler import packaged_policy
from rules.durable_matcher import DurableMatcher
from rules.matching import decide, decide_many, decide_unweighted
from rules.strata import compile_strata
from tests.rules.random_books import near_limits, random_book, random_statement

ON = date(2022, 9, 28)
STATEMENTS = 256
SECONDS = 3.0
EVALUATIONS = 100_000

Report = Callable[[str], object]


def run(report: Report) -> None:
    """Print decisions a second with full reasons, ratios in one run, restart times and memory."""
    report(f"Python {sys.version.split()[0]}, {os.cpu_count()} 核；每项各跑约 {SECONDS:.0f} 秒，取中位的一轮")
    shipped = packaged_policy().as_of(ON)
    _book(report, f"内置政策 {ON}", shipped, "joint-acceptance")
    made = random_book(Random(1), 100)
    _book(report, "随机条件 100 个", made, next(iter(made.services)))
    _restarts(report, shipped)
    _memory(report, shipped)


def _statements(book: PolicyBook) -> list[Statement]:
    random, near = Random(2), near_limits(book.conditions)
    return [random_statement(random, 0.2, book.vocabulary, near) for _ in range(STATEMENTS)]


def _book(report: Report, title: str, book: PolicyBook, service: str) -> None:
    statements = _statements(book)
    subjects = [subject_of(s, book.vocabulary) for s in statements]
    rows = sum(len(r or ()) for s in subjects for r in s.rows.values()) / len(subjects)
    begun = time.perf_counter()
    programme = compile_strata(book.conditions)
    compiled = (time.perf_counter() - begun) * 1000
    report(
        f"{title}：条件 {len(book.conditions.ordered)}，每份陈述 {rows:.1f} 行；"
        f"编译 {compiled:.1f} 毫秒，程序 {len(programme.text) // 1024} KB"
    )
    with DurableMatcher() as durable:
        begun = time.perf_counter()
        durable.match(book.conditions, subjects[0])
        report(f"  子进程启动并装入：{(time.perf_counter() - begun) * 1000:.0f} 毫秒")
        wrong = sum(
            a != interpret(book.conditions, s)
            for a, s in zip(durable.match_many(book.conditions, subjects), subjects, strict=True)
        )
        report(f"  两个引擎不一致：{wrong} / {len(subjects)}")
        conditions = book.conditions
        timed: dict[str, Callable[[], object]] = {
            "匹配：解释器": lambda: [interpret(conditions, s) for s in subjects],
            "匹配：durable-rules 逐件": lambda: [durable.match(conditions, s) for s in subjects],
            "匹配：durable-rules 批量": lambda: durable.match_many(conditions, subjects),
            "判定（含理由）：解释器一个引擎": lambda: [decide_unweighted(book, s, service) for s in statements],
            "判定（含理由）：两个引擎逐件": lambda: [decide(book, s, service, durable) for s in statements],
            "判定（含理由）：两个引擎批量": lambda: decide_many(book, statements, service, durable),
        }
        _compare(report, timed, len(statements))


def _compare(report: Report, timed: dict[str, Callable[[], object]], each: int) -> None:
    """Time them in turns, so that a busy moment of the machine falls on all of them."""
    rounds: dict[str, list[float]] = {name: [] for name in timed}
    until = time.perf_counter() + SECONDS * len(timed)
    while time.perf_counter() < until or len(rounds[next(iter(rounds))]) < 3:
        for name, work in timed.items():
            begun = time.perf_counter()
            work()
            rounds[name].append((time.perf_counter() - begun) / each)
    medians = {name: sorted(times)[len(times) // 2] for name, times in rounds.items()}
    first = next(iter(medians.values()))
    for name, median in medians.items():
        report(f"  {name}：{1 / median:,.0f} 件/秒，{median * 1e6:,.0f} 微秒，为解释器匹配的 {median / first:.2f} 倍")


def _restarts(report: Report, book: PolicyBook) -> None:
    subject = subject_of(_statements(book)[0], book.vocabulary)
    wanted, took = interpret(book.conditions, subject), []
    with DurableMatcher() as durable:
        for _ in range(10):
            pid = durable.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            begun = time.perf_counter()
            assert durable.match(book.conditions, subject) == wanted
            took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    report(f"强杀子进程后到答出正确结果（含重启、装入）：中位 {took[5]:.0f}，最长 {took[-1]:.0f} 毫秒，10 次")


def _memory(report: Report, book: PolicyBook) -> None:
    subjects = [subject_of(s, book.vocabulary) for s in _statements(book)]
    with DurableMatcher() as durable:
        sizes: list[tuple[int, int]] = []
        done, begun = 0, time.perf_counter()
        while done < EVALUATIONS:
            durable.match_many(book.conditions, subjects)
            done += len(subjects)
            if len(sizes) <= done * 10 // EVALUATIONS:
                pid = durable.status().pid
                assert pid is not None
                sizes.append((_resident(pid), _resident(os.getpid())))
        seconds = time.perf_counter() - begun
    report(f"内存，{done:,} 次求值（{seconds:.0f} 秒）每一成：子进程 {_shown(s for s, _ in sizes)} KB")
    report(f"  本进程 {_shown(s for _, s in sizes)} KB")


def _shown(sizes: Iterable[int]) -> str:
    return " ".join(str(size) for size in sizes)


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
