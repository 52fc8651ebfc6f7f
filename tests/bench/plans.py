"""Plans beside networkx (计划的速度): one project with real dates, a bare graph of ten thousand steps, a long one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from random import Random
from statistics import median
from typing import Any

import networkx as nx

from engine.conditions import interpret
from engine.decision import conclude
from engine.deriving import conversion_of, graph_of
from engine.facts import read_statement, subject_of
from engine.graph import Edge, GraphStep, StepGraph
from engine.passes import earliest, in_order, latest
from engine.plan import Calendar, Numbers, plan
from engine.reading import Reading
from engine.terms import Firm
from rules.compiler import packaged_policy
from rules.packaged import calendar_known

ON = date(2022, 3, 1)
FACTS = {
    "investment": "social",
    "approval_regime": "filing",
    "category": "general_industry",
    "land_supply": "granted",
    "land_already_construction": True,
}
ROUNDS = 9

Report = Callable[[str], object]


def run(report: Report) -> None:
    """Print milliseconds and ratios, each pair measured in one run."""
    book = packaged_policy().as_of(ON)
    statement = read_statement({"facts": FACTS}, book.vocabulary, ON)
    decision = conclude(book, statement, interpret(book.conditions, subject_of(statement, book.vocabulary)), "approval")
    graph, conversion = graph_of(decision), conversion_of(decision)
    days = Calendar(calendar_known(), ON)
    _pair(
        report,
        f"一个项目，{len(graph.steps)} 步 {len(graph.edges)} 条先后关系：串联计划，含日期与机动",
        lambda: plan(graph, Reading.SERIAL, days),
        "networkx 建同一张图并求最长路径",
        lambda: _longest(graph),
    )
    _pair(
        report,
        "同一项目：模拟计划，含转正与每条放弃的先后关系的价值",
        lambda: plan(graph, Reading.SIMULATED, days, conversion),
        "networkx 建同一张图并求最长路径",
        lambda: _longest(graph),
    )
    for count in (10_000, 100_000):
        made = _window(count)
        preds = [[int(e) for e in row] for row in made]
        lengths = [1 + i % 7 for i in range(count)]
        _pair(
            report,
            f"裸图 {count} 步：次序、两遍推算与机动",
            lambda preds=preds, lengths=lengths: _passes(preds, lengths),  # type: ignore[misc]
            "networkx 建同一张图并求最长路径",
            lambda preds=preds, lengths=lengths: _longest_bare(preds, lengths),  # type: ignore[misc]
            rounds=3,
        )
    steps = [GraphStep(f"s{i}", days=1 + i % 7) for i in range(10_000)]
    edges = [Edge(f"s{p}", f"s{i}", Firm.REQUIRED) for i, row in enumerate(_window(10_000)) for p in row]
    _pair(
        report,
        "裸图 10000 步：核查、整份计划",
        lambda: plan(StepGraph.of(steps, edges), Reading.SERIAL, Numbers()),
        "networkx 建同一张图并求最长路径",
        lambda: _longest(StepGraph.of(steps, edges)),
        rounds=3,
    )


def _pair(
    report: Report, title: str, ours: Callable[[], Any], peer_title: str, peer: Callable[[], Any], rounds: int = ROUNDS
) -> None:
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(_milliseconds(ours))
        theirs.append(_milliseconds(peer))
    a, b = median(mine), median(theirs)
    report(f"{title}：{a:.2f} 毫秒；{peer_title}：{b:.2f} 毫秒；{a / b:.2f} 倍")


def _milliseconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _window(count: int) -> list[list[int]]:
    """A connected graph, its depth about a twelfth of its steps."""
    random = Random(7)
    return [
        sorted({i - random.randint(1, min(i, 24)) for _ in range(random.randint(1, 4))}) if i else []
        for i in range(count)
    ]


def _passes(preds: list[list[int]], days: list[int]) -> list[int]:
    order = in_order(preds)
    starts, finishes = earliest(order, preds, 0, lambda s, at: at + days[s])
    late, _ = latest(order, preds, max(finishes), lambda s, at: at - days[s])
    return [b - a for a, b in zip(starts, late, strict=True)]


def _longest(graph: StepGraph) -> Any:
    made: Any = nx.DiGraph()
    made.add_nodes_from(step.id for step in graph.steps)
    made.add_weighted_edges_from((e.before, e.after, graph.step(e.before).days) for e in graph.edges)
    return nx.dag_longest_path_length(made)


def _longest_bare(preds: list[list[int]], days: list[int]) -> Any:
    made: Any = nx.DiGraph()
    made.add_nodes_from(range(len(preds)))
    made.add_weighted_edges_from((p, i, days[p]) for i, row in enumerate(preds) for p in row)
    return nx.dag_longest_path_length(made)
