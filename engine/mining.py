"""What a log shows (日志挖掘): which steps keep an order, which are done either way round, and where the working days go.

Mined order shows what is done, not what law demands: a clause makes an edge, a log only a candidate (GRAPH §5, §8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.eventlog import DAY_MICROS, Ints, Ruler, Steps
from engine.replay import Replay
from engine.yardstick import Yardstick

SHARE = 0.98
SUPPORT = 30
MOST_OBSERVED = 10_000
"""Durations that are handed out for each step; of more, evenly spaced ones in the order of their length."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts as an order (判定标准): the share of cases that keep it, among at least so many."""

    share: float
    support: int

    @classmethod
    def of(cls, cases: int, share: float | None = None, support: int | None = None) -> Rule:
        """GRAPH §5's 98 % of 30 cases; in a log of under 300 cases a tenth of them, two at least (one where there is one)."""
        scaled = max(1, min(SUPPORT, cases, max(2, -(-cases // 10))))
        return cls(SHARE if share is None else share, scaled if support is None else support)

    def as_json(self) -> dict[str, Any]:
        """With what it means."""
        says = (
            f"两个环节都有、先后可辨的办件不少于 {self.support} 件，其中至少 {self.share:.0%} 保持同一先后，才算固定次序；"
            "两种先后都出现过、又不算固定次序的，算并行"
        )
        return {"share": self.share, "support": self.support, "says": says}


@dataclass(frozen=True)
class Order:
    """The order relation of a log (次序关系): for each pair of activities in how many cases one was done before the other."""

    names: tuple[str, ...]
    before: Ints
    """``before[a, b]``: cases with both in which ``a`` was done first, as far as the stamps tell."""
    rule: Rule

    @property
    def both(self) -> Ints:
        """Cases in which it can be told which was first."""
        found: Ints = self.before + self.before.T
        return found

    @property
    def kept(self) -> NDArray[np.bool_]:
        """The pairs that keep their order, by the rule."""
        both = self.both
        found: NDArray[np.bool_] = (both >= self.rule.support) & (self.before >= self.rule.share * both) & (both > 0)
        return found & (self.before > self.before.T)

    def reduced(self) -> tuple[NDArray[np.bool_], list[list[int]]]:
        """The kept pairs less those that follow from others (传递约简), and what goes round in circles, left out of it."""
        kept = self.kept
        reach = _closure(kept)
        circular = reach & reach.T
        edges = kept & ~circular
        through = _product(edges, _closure(edges))
        circles, seen = [], set[int]()
        for a in np.flatnonzero(circular.diagonal()).tolist():
            if a not in seen:
                circle = [int(b) for b in np.flatnonzero(circular[a])]
                seen.update(circle)
                circles.append(circle)
        return edges & ~through, circles


def order_of(steps: Steps, rule: Rule) -> Order:
    """Count, for each pair of steps, the cases in which one was done before the other: pair by pair of equal distance."""
    wide = len(steps.log.activities)
    before = np.zeros(wide * wide, np.int64)
    activity, case = steps.activity.astype(np.int64), steps.case
    longest = int(np.diff(steps.bounds).max(initial=0))
    rows = np.arange(len(case))
    left = steps.bounds[case + 1] - rows  # rows of the case from this one on
    for apart in range(1, longest):
        rows = rows[left[rows] > apart]
        told = rows[steps.precedes(rows, rows + apart)]
        np.add.at(before, activity[told] * wide + activity[told + apart], 1)
    return Order(steps.log.activities, before.reshape(wide, wide), rule)


def mine(steps: Steps, ruler: Ruler, rule: Rule, yardstick: Yardstick | None = None) -> dict[str, Any]:
    """All that a log shows.

    Args:
        steps: what was done.
        ruler: working days.
        rule: what counts as an order.
        yardstick: a plan, to tell what runs one after another though nothing makes it.
    """
    order = order_of(steps, rule)
    reduced, circles = order.reduced()
    both, kept = order.both, order.kept
    loose = (order.before > 0) & (order.before.T > 0) & ~kept & ~kept.T
    names = order.names
    out: dict[str, Any] = {
        "cases": len(steps.log.cases),
        "events": len(steps.log),
        "order": _pairs(order, kept, both),
        "reduced": _pairs(order, reduced, both),
        "parallel": sorted(sorted((names[a], names[b])) for a, b in np.argwhere(np.triu(loose)).tolist()),
        "circular": [[names[a] for a in circle] for circle in circles],
        "rule": rule.as_json(),
        "time": _time(steps, ruler),
    }
    replay = Replay(steps, yardstick, ruler) if yardstick is not None else None
    out["observed"] = _observed(steps, ruler, replay)
    if replay is not None:
        out["serial"] = list(_serial(replay, order))
        out["unknown_activities"] = replay.unknown
        out["titles"] = replay.yardstick.titles
    return out


def _pairs(order: Order, chosen: NDArray[np.bool_], both: Ints) -> list[dict[str, Any]]:
    pairs = np.argwhere(chosen).tolist()
    rows: list[dict[str, Any]] = [
        {
            "before": order.names[a],
            "after": order.names[b],
            "share": round(float(order.before[a, b]) / float(both[a, b]), 4),
            "support": int(both[a, b]),
        }
        for a, b in pairs
    ]
    return sorted(rows, key=lambda r: (-r["support"], -r["share"], r["before"], r["after"]))


def _product(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = a.astype(np.float32) @ b.astype(np.float32) > 0
    return found


def _closure(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is reached over any number of edges, by squaring."""
    reach = edges
    while True:
        more = reach | _product(reach, reach)
        if (more == reach).all():
            return reach
        reach = more


# --- time -------------------------------------------------------------------------------------------------------------


def _time(steps: Steps, ruler: Ruler) -> dict[str, Any]:
    """Where working days go: by case, step, department and person; a step's time is from its start, else from the last end."""
    begun = steps.begun()
    working = ruler.counts(begun // DAY_MICROS, steps.end_day)
    elapsed = (steps.end - begun) / DAY_MICROS
    sure = steps.measured
    whole = ruler.counts(steps.opened // DAY_MICROS, steps.closed // DAY_MICROS)
    all_days = int(working.sum())
    log = steps.log

    def by(column: NDArray[np.int32], names: tuple[str, ...], key: str) -> list[dict[str, Any]]:
        rows = []
        for number, chosen in _groups(column):
            if names[number]:
                total = int(working[chosen].sum())
                share = round(total / all_days, 4) if all_days else 0.0
                row = {key: names[number], "done": len(chosen), "total_working_days": total, "share": share}
                told = chosen[sure[chosen]]
                rows.append(row | {"working_days": _figures(working[told]), "elapsed_days": _figures(elapsed[told])})
        return sorted(rows, key=lambda r: (-r["total_working_days"], r[key]))

    by_step = by(steps.activity, log.activities, "step")
    started = {log.activities[a]: steps.known_start[rows].mean() for a, rows in _groups(steps.activity)}
    for row in by_step:
        row["started"] = round(float(started[row["step"]]), 4)
    stopped = [ruler.count(a, b) for each in steps.stops.values() for _, a, b in each]
    return {
        "case": {
            "working_days": _figures(whole),
            "elapsed_days": _figures((steps.closed - steps.opened) / DAY_MICROS),
        },
        "total_working_days": all_days,
        "steps": by_step,
        "groups": by(steps.group, log.groups, "group"),
        "resources": by(steps.resource, log.resources, "resource"),
        "stops": {"count": len(stopped), "cases": len(steps.stops), "total_working_days": sum(stopped)},
        "repeated": steps.repeated,
        "measured": "环节用时：日志有开始时间的从开始算，没有的从同一办件上一环节办结算起（含等待），是估计",
    }


def _groups(column: NDArray[np.int32]) -> Iterator[tuple[int, Ints]]:
    """The rows of each value of a column."""
    order = np.argsort(column, kind="stable")
    values, first = np.unique(column[order], return_index=True)
    yield from zip(values.tolist(), np.split(order, first[1:]), strict=True)


def _figures(days: NDArray[Any]) -> dict[str, float] | None:
    """Mean, median and the ninth decile; None where no case tells."""
    if not len(days):
        return None
    p90 = np.percentile(days, 90, method="inverted_cdf")
    figures = (("mean", np.mean(days)), ("median", np.median(days)), ("p90", p90))
    return {name: round(float(value), 2) for name, value in figures}


def _observed(steps: Steps, ruler: Ruler, replay: Replay | None) -> dict[str, list[int]]:
    """Working days of each step as an empirical table; with a plan from when it could begin, where no start is told."""
    since = steps.begun() // DAY_MICROS
    if replay is not None:
        for number in range(len(steps.log.cases)):
            case = replay.case(number)
            for row, done in enumerate(case.rows, int(steps.bounds[number])):
                if done.step >= 0 and not done.known:
                    since[row] = min(case.ready(done), done.end_day)
    days = ruler.counts(since, steps.end_day)
    names = steps.log.activities
    told = steps.measured
    tables = {names[a]: np.sort(days[rows[told[rows]]]) for a, rows in _groups(steps.activity)}
    return {name: _thinned(table) for name, table in tables.items() if len(table)}


def _thinned(days: Ints) -> list[int]:
    if len(days) > MOST_OBSERVED:
        days = days[np.linspace(0, len(days) - 1, MOST_OBSERVED).astype(np.int64)]
    found: list[int] = days.tolist()
    return found


# --- one after another though nothing makes it ------------------------------------------------------------------------


def _serial(replay: Replay, order: Order) -> Iterator[dict[str, Any]]:
    """Pairs that the plan leaves free, and that most cases run one after the other, with the working days it costs."""
    steps, yard = replay.steps, replay.yardstick
    ran: dict[tuple[int, int], list[int]] = {}
    for number in range(len(steps.log.cases)):
        case = replay.case(number)
        for done in case.done.values():
            wait, customs = case.wait(done)
            behind = {w.behind: w.days for w in (*customs, *([wait] if wait else ()))}
            for other, days in behind.items():
                row = ran.setdefault((other, done.step), [0, 0])
                row[0] += 1
                row[1] += days
    rows: list[dict[str, Any]] = []
    for a, b, share, both in _one_way(order, yard):
        waited, days = ran.get((yard.index[a], yard.index[b]), (0, 0))
        rows.append({"before": a, "after": b, "share": share, "support": both, "waited": waited, "days": days})
    yield from sorted(rows, key=lambda r: (-r["days"], -r["share"], r["before"], r["after"]))


def _one_way(order: Order, yard: Yardstick) -> Iterator[tuple[str, str, float, int]]:
    both = order.both
    most = (both >= order.rule.support) & (order.before * 2 > both)
    for a, b in np.argwhere(most).tolist():
        one, other = (yard.index.get(order.names[n]) for n in (a, b))
        if one is not None and other is not None and not yard.ordered(one, other):
            share = float(order.before[a, b]) / float(both[a, b])
            yield order.names[a], order.names[b], round(share, 4), int(both[a, b])


def always(steps: Steps, share: float = SHARE) -> Mapping[str, float]:
    """The activities that so large a share of the cases have, with the share."""
    cases = max(1, len(steps.log.cases))
    counts = np.bincount(steps.activity, minlength=len(steps.log.activities)) / cases
    return {name: float(n) for name, n in zip(steps.log.activities, counts, strict=True) if n >= share}
