"""Passes over a step graph (图上的推算): order, earliest and latest, ancestors; plain lists of whole numbers, no library.

A graph of ``n`` steps is ``preds``: for each step the numbers of the steps that it waits for. What a time is, only the two
functions that are handed in know: dates with working days, or plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

Preds = Sequence[Sequence[int]]


class CycleFoundError(ValueError):
    """The graph has a cycle (环): the steps on it, in order, the first named again at the end."""

    def __init__(self, steps: Sequence[int]) -> None:
        super().__init__(list(steps))
        self.steps = tuple(steps)


def successors(preds: Preds) -> list[list[int]]:
    """For each step those that wait for it."""
    out: list[list[int]] = [[] for _ in preds]
    for step, before in enumerate(preds):
        for each in before:
            out[each].append(step)
    return out


def in_order(preds: Preds) -> list[int]:
    """The steps so that each comes after all that it waits for (Kahn 1962).

    Raises:
        CycleFoundError: names one cycle.
    """
    after = successors(preds)
    waits = [len(before) for before in preds]
    order = [step for step, count in enumerate(waits) if not count]
    for step in order:  # grows while it is walked
        for each in after[step]:
            waits[each] -= 1
            if not waits[each]:
                order.append(each)
    if len(order) < len(waits):
        raise CycleFoundError(_cycle(preds, {s for s, count in enumerate(waits) if count}))
    return order


def _cycle(preds: Preds, left: set[int]) -> list[int]:
    """One cycle among the steps that are left over: each of them waits for another of them."""
    path: list[int] = []
    seen: dict[int, int] = {}
    here = min(left)
    while here not in seen:
        seen[here] = len(path)
        path.append(here)
        here = next(p for p in preds[here] if p in left)
    return [*reversed(path[seen[here] :]), path[-1]]


def earliest(
    order: Sequence[int], preds: Preds, start: Any, finish: Callable[[int, Any], Any]
) -> tuple[list[Any], list[Any]]:
    """Earliest starts and finishes: a step may start when the last that it waits for has finished.

    Args:
        order: from :func:`in_order`.
        preds: the graph.
        start: when a step that waits for nothing starts.
        finish: for a step and its start, when it finishes.
    """
    starts: list[Any] = [start] * len(preds)
    finishes: list[Any] = [start] * len(preds)
    for step in order:
        at = start
        for each in preds[step]:
            if finishes[each] > at:
                at = finishes[each]
        starts[step] = at
        finishes[step] = finish(step, at)
    return starts, finishes


def latest(
    order: Sequence[int], preds: Preds, end: Any, start: Callable[[int, Any], Any]
) -> tuple[list[Any], list[Any]]:
    """Latest starts and finishes that still keep ``end``.

    Args:
        order: from :func:`in_order`.
        preds: the graph.
        end: when everything is finished.
        start: for a step and its finish, when it must have started.
    """
    starts: list[Any] = [end] * len(preds)
    finishes: list[Any] = [end] * len(preds)
    for step in reversed(order):
        at = start(step, finishes[step])
        starts[step] = at
        for each in preds[step]:
            if at < finishes[each]:
                finishes[each] = at
    return starts, finishes


def end_with(
    more: Iterable[tuple[int, int]],
    after: Sequence[Sequence[int]],
    starts: Sequence[Any],
    finishes: Sequence[Any],
    end: Any,
    finish: Callable[[int, Any], Any],
) -> Any:
    """When everything is finished if a few more edges are kept; only what they move is looked at.

    Args:
        more: pairs of a step and one that waits for it; steps are numbered in order, here and everywhere in this graph.
        after: from :func:`successors`.
        starts: earliest starts without those edges.
        finishes: earliest finishes without them.
        end: when everything is finished without them.
        finish: for a step and its start, when it finishes.
    """
    moved: dict[int, Any] = {}
    queue: list[int] = []

    def move(step: int, at: Any) -> None:
        if at > moved.get(step, starts[step]):
            if step not in moved:
                heappush(queue, step)
            moved[step] = at

    waiting: dict[int, list[int]] = {}
    for before, step in more:
        waiting.setdefault(before, []).append(step)
        move(step, finishes[before])
    while queue:
        step = heappop(queue)
        done = finish(step, moved[step])
        if done > finishes[step]:
            end = max(end, done)
            for each in (*after[step], *waiting.get(step, ())):
                move(each, done)
    return end


def ancestors(order: Sequence[int], preds: Preds) -> list[int]:
    """For each step a bit set of all that come before it: bit ``p`` for step ``p``."""
    out = [0] * len(preds)
    for step in order:
        found = 0
        for each in preds[step]:
            found |= out[each] | (1 << each)
        out[step] = found
    return out


def reduced(order: Sequence[int], preds: Preds) -> list[list[int]]:
    """The same order with as few edges as possible (传递归约): what another predecessor already waits for is left out."""
    place = {step: i for i, step in enumerate(order)}
    before = ancestors(order, preds)
    out: list[list[int]] = [[] for _ in preds]
    for step in order:
        have = 0
        for each in sorted(set(preds[step]), key=place.__getitem__, reverse=True):
            if not have >> each & 1:
                out[step].append(each)
                have |= before[each] | (1 << each)
        out[step].reverse()
    return out
