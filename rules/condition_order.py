"""The order of conditions (条件的先后): each after those that it reads, and every circle among them told by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from engine.conditions import Condition, Conditions
from engine.errors import Fault, PolicyError


def in_order(made: Sequence[Condition], faults: list[Fault]) -> Conditions:
    """The conditions in order, whatever the order in which they were written; none where some go in a circle.

    What reads a condition that could not be read is left out, and so is what reads that in turn: it is told already.
    """
    kept = _readable(made)
    try:
        return Conditions.of(kept)
    except PolicyError:
        faults.extend(_circles(kept))
        return Conditions(())


def _readable(made: Sequence[Condition]) -> list[Condition]:
    kept = list(made)
    while True:
        known = {c.id for c in kept}
        left = [c for c in kept if known.issuperset(c.refs())]
        if len(left) == len(kept):
            return kept
        kept = left


def _circles(kept: Sequence[Condition]) -> Iterator[Fault]:
    """Each circle once, by the shortest way round from the condition that is written first."""
    reads = {c.id: tuple(dict.fromkeys(c.refs())) for c in kept}
    told: set[str] = set()
    for condition in kept:
        loop = () if condition.id in told else _way_back(condition.id, reads)
        if loop:
            told.update(loop)
            names = " → ".join([*(name for name, _ in groupby(map(written, loop[:-1]))), condition.id])
            fix = f"条件互相引用，形成循环：{names}。请删去或改写其中一处引用。"
            yield Fault(condition.where, names, fix, f"Conditions refer to each other in a circle: {names}.")


def _way_back(start: str, reads: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The shortest way from a condition back to itself, both ends named; empty where there is none."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = [start]
    for name in waiting:
        for other in reads[name]:
            if other == start:
                return (*ways[name], start)
            if other not in ways:
                ways[other] = (*ways[name], other)
                waiting.append(other)
    return ()


def written(name: str) -> str:
    """The condition in which a nested group is written: groups are named after it, with a dot and a number."""
    return name.partition(".")[0]
