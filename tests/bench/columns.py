"""Many plans at once (列式推算的速度): sets of assumptions, samples, projects of one template, large graphs, dates in bulk."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

import numpy as np
import rustworkx as rx

from engine.columns import Template
from engine.frontier import candidates, frontier, sets
from engine.graph import Edge, GraphStep, StepGraph
from engine.passes import in_order
from engine.reading import DROPS, Conversion, Network, Reading, network
from engine.sampling import sample
from engine.spans import spans
from engine.terms import Firm
from rules.packaged import calendar_known

ROUNDS = 31

Report = Callable[[str], object]


def run(report: Report) -> None:
    """Print milliseconds and ratios, each pair measured in one run."""
    graph = _assuming()
    for days in (None, 1):
        _sets(report, graph, days)
    net = _net(70)
    _samples(report, net)
    _template(report, net)
    for count in (10_000, 100_000):
        _large(report, count)
    _workdays(report)


def _sets(report: Report, graph: StepGraph, conversion: int | None) -> None:
    """12 assumptions: the matrix of the bare pass has a row for each step and conversion, and every edge."""
    chosen, days = candidates(graph), [s.days for s in graph.steps]
    count = 1 << len(chosen)
    net = network(graph, DROPS[Reading.SIMULATED], None if conversion is None else Conversion(conversion))
    preds, place = [list(p) for p in net.preds], {s.id: i for i, s in enumerate(net.steps)}
    for each in chosen:
        for edge in each.edges:
            preds[place[edge.after]].append(place[edge.before])
    order = in_order(preds)
    matrix = np.repeat(np.array([[s.days] for s in net.steps], np.int32), count, axis=1)
    _pair(
        report,
        f"{len(chosen)} 项假设的 {count} 份计划{'，含转正' if conversion else ''}",
        lambda: sets(graph, DROPS[Reading.PARALLEL], chosen, conversion, 0, count).run(days).ends,
        f"numpy 顺推同样的 {len(net.steps)}×{count}",
        lambda: _forward(order, preds, matrix),
    )
    if conversion is None:
        begun = _milliseconds(lambda: frontier(graph, chosen, days, conversion, {}))
        report(f"同上，连同损失的环节天与取舍线：{begun:.2f} 毫秒")


def _samples(report: Report, net: Network) -> None:
    random = np.random.default_rng(3)
    observed = {s.id: random.integers(1, 40, 50).tolist() for s in net.steps}
    days = [s.days for s in net.steps]
    _pair(
        report,
        "70 步全有观察，10000 个样本：抽取、两遍推算、关键的可能、分布",
        lambda: sample(net, days, observed),
        "numpy 抽 70×10000 个随机数",
        lambda: np.random.default_rng(0).random((len(net.steps), 10_000)),
    )


def _template(report: Report, net: Network) -> None:
    days = np.random.default_rng(4).integers(1, 30, (len(net.steps), 1_000)).astype(np.int32)
    after: list[list[int]] = [[] for _ in net.preds]
    for step, before in enumerate(net.preds):
        for each in before:
            after[each].append(step)
    back = list(reversed(net.order))
    _pair(
        report,
        "一个模板的 1000 个项目：核好次序、两遍推算、机动",
        lambda: Template(net.order, net.preds).passes(days).slack,
        "numpy 顺推、逆推同样的 70×1000",
        lambda: (_forward(net.order, net.preds, days), _forward(back, after, days)),
    )


def _large(report: Report, count: int) -> None:
    preds = [list(p) for p in _net(count).preds]
    days = [1 + i % 7 for i in range(count)]
    _pair(
        report,
        f"裸图 {count} 步：次序、两遍推算、机动",
        lambda: spans(preds, days).slack,
        "rustworkx 建同一张图并求最长路径",
        lambda: _longest(preds, days),
        rounds=9,
    )


def _workdays(report: Report) -> None:
    calendar = calendar_known()
    random = np.random.default_rng(5)
    days = np.datetime64("2019-01-01") + random.integers(0, 2000, 1_000_000)
    table, n = np.arange(4_000), random.integers(1, 60, 1_000_000)
    at = random.integers(0, 3_900, 1_000_000)
    _pair(
        report,
        "一百万次工作日顺数",
        lambda: calendar.add_many(days, n),
        "numpy 取表两次",
        lambda: table[table[at]],
        rounds=9,
    )


def _forward(order: Any, preds: Any, days: Any) -> Any:
    """The bare pass, as one would write it."""
    out = np.empty_like(days)
    for step in order:
        row = out[step]
        row[:] = 0
        for each in preds[step]:
            np.maximum(row, out[each], out=row)
        row += days[step]
    return out


def _longest(preds: list[list[int]], days: list[int]) -> Any:
    made: Any = rx.PyDAG()
    made.add_nodes_from(range(len(preds)))
    made.add_edges_from([(p, i, days[p]) for i, row in enumerate(preds) for p in row])
    return rx.dag_longest_path_length(made, lambda _a, _b, weight: weight)


def _net(count: int) -> Network:
    """A connected net, its depth about a twelfth of its steps."""
    random = Random(3)
    preds = tuple(
        tuple(sorted({i - random.randint(1, min(i, 24)) for _ in range(random.randint(1, 4))})) if i else ()
        for i in range(count)
    )
    steps = tuple(GraphStep(f"s{i}", days=5) for i in range(count))
    return Network(steps, tuple(range(count)), preds, ((),) * count, (), ())


def _assuming() -> StepGraph:
    """70 steps, 12 documents that two steps each may assume and one step with legal effect waits for."""
    random, count = Random(5), 70
    makers = sorted(random.sample(range(2, 50), 12))
    steps = [
        GraphStep(f"s{i}", days=random.randint(1, 20), legal_effect=i in makers or random.random() < 0.25)
        for i in range(count)
    ]
    edges = [
        Edge(f"s{p}", f"s{i}")
        for i in range(1, count)
        for p in sorted({i - random.randint(1, min(i, 24)) for _ in range(random.randint(1, 3))} - set(makers))
    ]
    for maker in makers:
        free = [i for i in range(maker + 1, count) if not steps[i].legal_effect]
        bound = [i for i in range(maker + 1, count) if steps[i].legal_effect]
        edges += [Edge(f"s{maker}", f"s{i}", Firm.ASSUMABLE) for i in random.sample(free, 2)]
        edges.append(Edge(f"s{maker}", f"s{random.choice(bound)}"))
    return StepGraph.of(steps, edges)


def _pair(
    report: Report, title: str, ours: Callable[[], Any], peer_title: str, peer: Callable[[], Any], rounds: int = ROUNDS
) -> None:
    ours()
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
