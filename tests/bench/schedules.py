"""Schedules under department capacity (部门人力): instances like PSPLIB's of 30 activities, and dispatch of a portfolio.

The generator follows ProGen (Kolisch, Sprecher and Drexl 1995) as PSPLIB used it for j30: 30 activities of 1–10 days and four
renewable resources; network complexity 1.5, 1.8 or 2.1; resource factor 0.25–1; resource strength 0.2–1.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from statistics import median

from api.schedules.service import scheduled
from engine.dispatch import Load, Rule, Uses, broken, dispatched
from engine.passes import earliest, in_order
from engine.reading import Reading

Report = Callable[[str], object]
ACTIVITIES, DESKS, SECONDS = 30, 4, 4.0
SETS = (1, 5, 9, 13, 21, 25, 29, 38, 41, 45)
"""Numbers of PSPLIB's 48 sets, its hardest three (13, 29, 45) among them; the number is the seed too."""


def run(report: Report) -> None:
    """Print what was proved, in which time, and what dispatch takes beside a bare critical path."""
    proved, within, worst = 0, 0, 0.0
    for number in SETS:
        complexity, factor, strength = parameters(number)
        raw = instance(Random(number), complexity, factor, strength)
        found = scheduled(raw, Reading.SERIAL, SECONDS)
        alone = scheduled(raw, Reading.SERIAL, 0)
        proved += found["optimal"]
        within += found["gap"] <= 0.01
        worst = max(worst, found["gap"])
        how = "已证最短" if found["optimal"] else f"差距 {found['gap']:.1%}"
        report(
            f"j30 第 {number} 组（NC {complexity}，RF {factor}，RS {strength}）：{found['makespan']}，下限 {found['bound']}，"
            f"{how}，{found['seconds']} 秒；派件规则 {alone['makespan']}"
        )
    report(
        f"每例 {SECONDS:.0f} 秒内：{proved}/{len(SETS)} 例已证，{within}/{len(SETS)} 例在 1% 以内，最大差距 {worst:.1%}"
    )
    _portfolio(report)


def _portfolio(report: Report) -> None:
    load = portfolio(60, 70)
    for rule in Rule:
        starts = dispatched(load, rule)
        assert not list(broken(load, starts))
        ends = load.ends(starts)
        mean = sum(end - at for end, at in zip(ends, load.arrives, strict=True)) / len(ends)
        report(f"60 件各 70 步，{rule.value}：平均 {mean:.1f} 个工作日")
    ours = _milliseconds(lambda: dispatched(load))
    bare = _milliseconds(lambda: _critical(load))
    report(f"60 件各 70 步派件：{ours:.1f} 毫秒；只求关键路径：{bare:.1f} 毫秒；{ours / bare:.2f} 倍")


def _critical(load: Load) -> int:
    order = in_order(load.preds)
    return max(earliest(order, load.preds, 0, lambda s, at: at + load.days[s])[1])


def _milliseconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(9):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)


# --- instances --------------------------------------------------------------------------------------------------------


def parameters(number: int) -> tuple[float, float, float]:
    """Network complexity, resource factor and resource strength of one of PSPLIB's 48 sets of j30."""
    high, rest = divmod(number - 1, 16)
    factor, strength = divmod(rest, 4)
    return (1.5, 1.8, 2.1)[high], (0.25, 0.5, 0.75, 1.0)[factor], (0.2, 0.5, 0.7, 1.0)[strength]


def instance(random: Random, complexity: float, factor: float, strength: float) -> dict[str, object]:
    """One project as ProGen draws it, as a bare graph.

    Args:
        random: where chance comes from.
        complexity: edges per activity (NC), none of them redundant.
        factor: the share of the resources that an activity uses (RF).
        strength: how much there is of them (RS), from the least that is needed to what the earliest starts would use.
    """
    days = [random.randint(1, 10) for _ in range(ACTIVITIES)]
    preds = _network(random, complexity)
    pairs = [(s, d) for s in range(ACTIVITIES) for d in range(DESKS)]
    held = dict.fromkeys(random.sample(pairs, round(factor * len(pairs))), 0)
    uses = [{d: random.randint(1, 10) for d in range(DESKS) if (s, d) in held} for s in range(ACTIVITIES)]
    capacity = []
    for desk in range(DESKS):
        least = max((each.get(desk, 0) for each in uses), default=0)
        most = max(least, _peak(days, preds, [each.get(desk, 0) for each in uses]))
        capacity.append(least + round(strength * (most - least)))
    return {
        "capacity": {f"R{d + 1}": many for d, many in enumerate(capacity)},
        "steps": [
            {
                "id": f"J{s + 1}",
                "days": days[s],
                "needs": [{"step": f"J{p + 1}", "firm": "required"} for p in preds[s]],
                "uses": {f"R{d + 1}": many for d, many in uses[s].items()},
            }
            for s in range(ACTIVITIES)
        ],
    }


def _network(random: Random, complexity: float) -> list[list[int]]:
    """Three starts, three ends, one predecessor each, then edges that no path makes redundant, at most three a side."""
    preds: list[list[int]] = [
        [] if s < 3 else [random.randrange(max(0, s - 12), min(s, 27))] for s in range(ACTIVITIES)
    ]
    edges, tries = sum(map(len, preds)), 0
    while edges < complexity * ACTIVITIES and tries < 10_000:
        tries += 1
        early, late = sorted(random.sample(range(ACTIVITIES), 2))
        if late < 3 or early >= 27 or len(preds[late]) >= 3 or sum(early in each for each in preds) >= 3:
            continue
        trial = [list(each) for each in preds]
        trial[late].append(early)
        if _redundant(trial):
            continue
        preds, edges = trial, edges + 1
    return preds


def _redundant(preds: list[list[int]]) -> bool:
    above: list[set[int]] = []
    for before in preds:
        above.append(set(before).union(*(above[p] for p in before)))
    return any(p in above[q] for before in preds for p in before for q in before)


def _peak(days: list[int], preds: list[list[int]], many: list[int]) -> int:
    starts, finishes = earliest(in_order(preds), preds, 0, lambda s, at: at + days[s])
    return max(
        sum(m for m, a, b in zip(many, starts, finishes, strict=True) if a <= day < b) for day in range(max(finishes))
    )


def portfolio(cases: int, steps: int, desks: int = 12, load: float = 0.9) -> Load:
    """A seeded stream of cases: desks of twelve departments, the fewest with which they are busy nine days in ten."""
    random = Random(11)
    days: list[int] = []
    preds: list[list[int]] = []
    uses: list[Uses] = []
    of_case: list[int] = []
    arrives = [4 * case for case in range(cases)]
    for case in range(cases):
        base = len(days)
        for step in range(steps):
            days.append(random.randint(1, 12))
            preds.append(sorted({base + step - random.randint(1, min(step, 8)) for _ in range(2)}) if step else [])
            uses.append(((random.randrange(desks), 1),))
            of_case.append(case)
    work = [sum(d for d, ((desk, _),) in zip(days, uses, strict=True) if desk == k) for k in range(desks)]
    span = arrives[-1] + 100
    capacity = [max(1, -(-busy // int(span * load))) for busy in work]
    due = [at + 130 for at in arrives]
    return Load.of(days, preds, uses, capacity, of_case, arrives, due)
