"""Steps at desks (部门人力): which step a department takes up first when there are fewer desks than steps that could start.

Event-driven dispatch: whenever a step has finished or a case has come in, of the steps that could start the most urgent that
fits is started. *Least slack* (机动最少者先办) takes the one that must start soonest for its own case to keep its due day, ties by
arrival; *FIFO* (先来先办) takes the case that came first; *longest tail* (余程最长者先办) is the textbook rule, worst for a stream.
One desk is busy in [start, finish); a step that takes no time keeps no desk. What a time is, only ``finish`` knows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import Any

from engine.graph import GraphStep
from engine.passes import Preds, in_order, latest, successors

Uses = tuple[tuple[int, int], ...]
"""Desks that a step keeps busy: pairs of a desk's number and how many of it."""


class Rule(StrEnum):
    """Whom a free desk takes first (派件规则)."""

    LEAST_SLACK = "least_slack"
    FIFO = "fifo"
    LONGEST_TAIL = "longest_tail"


@dataclass(frozen=True, slots=True)
class Demand:
    """Desks there are, and those that each step keeps busy (部门人力与占用), by name.

    Where ``uses`` is None, a step keeps one desk of its department busy (of one that is named in ``capacity``).
    """

    capacity: Mapping[str, int]
    uses: Mapping[str, Mapping[str, int]] | None = None

    def numbered(self, steps: Sequence[GraphStep]) -> list[Uses]:
        """The desks of each step, as numbers in the order of ``capacity``; a step that takes no time keeps none."""
        number = {name: i for i, name in enumerate(self.capacity)}
        held = [{s.department: 1} if self.uses is None else self.uses.get(s.id, {}) for s in steps]
        return [
            tuple(sorted((number[d], many) for d, many in each.items() if d in number and many)) if s.days else ()
            for s, each in zip(steps, held, strict=True)
        ]


@dataclass(frozen=True)
class Load:
    """Steps of one or more cases that share desks (待排的环节), in working days from 0, all by number.

    ``case`` says whose a step is; ``arrives`` and ``due`` are of cases.
    """

    days: Sequence[int]
    preds: Preds
    uses: Sequence[Uses]
    capacity: Sequence[int]
    case: Sequence[int]
    arrives: Sequence[int] = (0,)
    due: Sequence[int | None] = (None,)
    order: Sequence[int] = field(default=(), compare=False)
    heads: Sequence[int] = field(default=(), compare=False)
    """Earliest starts, were there desks enough."""
    tails: Sequence[int] = field(default=(), compare=False)
    """Days from the start of a step to the end of its case, were there desks enough."""

    @classmethod
    def of(
        cls,
        days: Sequence[int],
        preds: Preds,
        uses: Sequence[Uses],
        capacity: Sequence[int],
        case: Sequence[int] | None = None,
        arrives: Sequence[int] = (0,),
        due: Sequence[int | None] = (None,),
    ) -> Load:
        """Work out the order and both passes; a step that takes no time keeps no desk.

        Raises:
            CycleFoundError: steps wait for one another.
        """
        order = in_order(preds)
        of_case = [0] * len(days) if case is None else case
        late, _ = latest(order, preds, 0, lambda s, at: at - days[s])
        first: list[int] = [0] * len(days)
        for step in order:
            first[step] = max((first[p] + days[p] for p in preds[step]), default=arrives[of_case[step]])
        busy = [tuple(u for u in each if u[1]) if days[s] else () for s, each in enumerate(uses)]
        return cls(days, preds, busy, capacity, of_case, arrives, due, order, first, [-at for at in late])

    def ends(self, starts: Sequence[int]) -> list[int]:
        """When each case is finished; one without steps when it arrives."""
        out = list(self.arrives)
        for step, at in enumerate(starts):
            out[self.case[step]] = max(out[self.case[step]], at + self.days[step])
        return out

    def due_days(self) -> list[int]:
        """The due day of each case; where none is stated, the day on which it could end with desks enough."""
        unhindered = self.ends(self.heads)
        return [end if due is None else due for due, end in zip(self.due, unhindered, strict=True)]


# --- dispatch ---------------------------------------------------------------------------------------------------------


def dispatch(
    preds: Preds,
    uses: Sequence[Uses],
    capacity: Sequence[int],
    keys: Sequence[Any],
    release: Sequence[Any],
    finish: Callable[[int, Any], Any],
) -> tuple[list[Any], list[Any]]:
    """Start the most urgent step that fits, whenever something changes.

    Args:
        preds: the graph, without a cycle.
        uses: the desks of each step, none more than there are; empty for a step that takes no time.
        capacity: how many desks of each number there are.
        keys: how urgent each step is, the least first; ties by number.
        release: the time before which a step must not start.
        finish: for a step and its start, when it finishes.

    Returns:
        Starts and finishes.
    """
    after, waits, free = successors(preds), [len(before) for before in preds], list(capacity)
    starts, finishes = list(release), list(release)
    queues: dict[Uses, list[tuple[Any, int]]] = {}
    """Steps that could start, by the desks that they want: where the first does not fit, none of its queue does."""
    events: list[tuple[Any, int, bool]] = [(release[s], s, False) for s, count in enumerate(waits) if not count]
    heapify(events)
    while events:
        now = events[0][0]
        while events and events[0][0] == now:
            _, step, done = heappop(events)
            if not done:
                heappush(queues.setdefault(uses[step], []), (keys[step], step))
                continue
            for desk, many in uses[step]:
                free[desk] += many
            for each in after[step]:
                waits[each] -= 1
                if not waits[each]:
                    heappush(events, (max(now, release[each]), each, False))
        heads = [(queue[0], wanted) for wanted, queue in queues.items() if _fits(wanted, free)]
        heapify(heads)
        while heads:
            (_, step), wanted = heappop(heads)
            if not _fits(wanted, free):
                continue
            queue = queues[wanted]
            heappop(queue)
            for desk, many in wanted:
                free[desk] -= many
            starts[step], finishes[step] = now, finish(step, now)
            heappush(events, (finishes[step], step, True))
            if queue:
                heappush(heads, (queue[0], wanted))
            else:
                del queues[wanted]
    return starts, finishes


def _fits(wanted: Uses, free: Sequence[int]) -> bool:
    return all(free[desk] >= many for desk, many in wanted)


def dispatched(load: Load, rule: Rule = Rule.LEAST_SLACK) -> list[int]:
    """The starts of a load under a rule."""
    release = [load.arrives[c] for c in load.case]
    return dispatch(
        load.preds, load.uses, load.capacity, _keys(load, rule), release, lambda s, start: start + load.days[s]
    )[0]


def _keys(load: Load, rule: Rule) -> list[tuple[int, ...]]:
    arrives, due, tails = load.arrives, load.due_days(), load.tails
    if rule is Rule.LEAST_SLACK:
        return [(due[c] - tails[s], arrives[c]) for s, c in enumerate(load.case)]
    if rule is Rule.FIFO:
        return [(arrives[c], c, -tails[s]) for s, c in enumerate(load.case)]
    return [(-tails[s], arrives[c]) for s, c in enumerate(load.case)]


# --- one graph: forward and backward ----------------------------------------------------------------------------------

MOST_IMPROVED = 3_000
"""Steps up to which a schedule is improved: the work grows with their square."""


def improved(load: Load, starts: list[int]) -> list[int]:
    """Push everything to the right, then to the left again, for as long as the whole gets shorter (前后推移).

    For one case, arriving at 0. Never longer than what was handed in (Valls, Ballestín and Quintanilla 2005).
    """
    if not load.days or len(load.days) > MOST_IMPROVED:
        return starts
    place = {step: i for i, step in enumerate(load.order)}
    back = successors(load.preds)
    best, end = starts, _end(load, starts)
    while True:
        last = sorted(place, key=lambda s: (-best[s] - load.days[s], -place[s]))
        mirrored = _turned(load, back, last)
        first = sorted(place, key=lambda s: (-mirrored[s] - load.days[s], place[s]))
        found = _turned(load, load.preds, first)
        if _end(load, found) >= end:
            return best
        best, end = found, _end(load, found)


def _end(load: Load, starts: Sequence[int]) -> int:
    return max((at + days for at, days in zip(starts, load.days, strict=True)), default=0)


def _turned(load: Load, preds: Preds, turn: Sequence[int]) -> list[int]:
    return in_turn(preds, load.uses, load.capacity, turn, 0, lambda s, start: start + load.days[s])[0]


def in_turn(
    preds: Preds,
    uses: Sequence[Uses],
    capacity: Sequence[int],
    turn: Sequence[int],
    start: Any,
    finish: Callable[[int, Any], Any],
) -> tuple[list[Any], list[Any]]:
    """Each step in its turn as early as its predecessors and the desks left over allow (serial generation).

    Unlike :func:`dispatch` it keeps a desk idle for an urgent step to come, where ``turn`` has that one first.

    Args:
        preds: the graph.
        uses: the desks of each step, none more than there are; empty for a step that takes no time.
        capacity: how many desks of each number there are.
        turn: every step, each after its predecessors.
        start: the time before which nothing starts.
        finish: for a step and its start, when it finishes.

    Returns:
        Starts and finishes.
    """
    busy = _Busy(capacity, start)
    starts, finishes = [start] * len(preds), [start] * len(preds)
    for step in turn:
        ready = max((finishes[p] for p in preds[step]), default=start)
        starts[step], finishes[step] = busy.take(step, ready, uses[step], finish)
    return starts, finishes


class _Busy:
    """How many desks are free over time: from each moment of change to the next."""

    def __init__(self, capacity: Sequence[int], start: Any) -> None:
        self.times = [start]
        self.free = [list(capacity)]

    def take(self, step: int, ready: Any, uses: Uses, finish: Callable[[int, Any], Any]) -> tuple[Any, Any]:
        """Take desks as early as they are free all through."""
        if not uses:
            return ready, finish(step, ready)
        at = first = self._moment(ready)
        end = finish(step, ready)
        while at < len(self.times) and self.times[at] < end:
            if not _fits(uses, self.free[at]):
                first = at + 1  # after the last change everything is free
                end = finish(step, self.times[first])
            at += 1
        start = self.times[first]
        for each in range(first, self._moment(end)):
            for desk, many in uses:
                self.free[each][desk] -= many
        return start, end

    def _moment(self, time: Any) -> int:
        at = bisect_left(self.times, time)
        if at == len(self.times) or self.times[at] != time:
            self.times.insert(at, time)
            self.free.insert(at, list(self.free[at - 1]))
        return at


# --- bounds and check -------------------------------------------------------------------------------------------------


def lower_bound(load: Load) -> int:
    """Before this day nobody can have finished everything: the critical path, or what any one sort of desk has to do."""
    bound = max((load.heads[s] + load.tails[s] for s in range(len(load.days))), default=max(load.arrives, default=0))
    work: dict[int, int] = {}
    ahead: dict[int, int] = {}
    behind: dict[int, int] = {}
    for step, uses in enumerate(load.uses):
        for desk, many in uses:
            left = load.tails[step] - load.days[step]
            work[desk] = work.get(desk, 0) + many * load.days[step]
            ahead[desk] = min(ahead.get(desk, load.heads[step]), load.heads[step])
            behind[desk] = min(behind.get(desk, left), left)
    whole = (ahead[desk] - (-days // load.capacity[desk]) + behind[desk] for desk, days in work.items())
    return max(bound, *whole) if work else bound


def broken(load: Load, starts: Sequence[int]) -> Iterator[tuple[str, int, int]]:
    """What is wrong with a schedule, by nobody's word but the load's: nothing, where it holds.

    Yields:
        ``("early", step, day)`` for one that starts before its case arrives or a predecessor has finished;
        ``("crowded", desk, day)`` where more desks are busy from that day than there are.
    """
    for step, at in enumerate(starts):
        ready = max((starts[p] + load.days[p] for p in load.preds[step]), default=load.arrives[load.case[step]])
        if at < ready or at < load.arrives[load.case[step]]:
            yield "early", step, at
    changes: dict[int, dict[int, int]] = {}
    for step, uses in enumerate(load.uses):
        for desk, many in uses:
            begun, done, at_desk = starts[step], starts[step] + load.days[step], changes.setdefault(desk, {})
            at_desk[begun] = at_desk.get(begun, 0) + many
            at_desk[done] = at_desk.get(done, 0) - many
    for desk, days in changes.items():
        busy = 0
        for day in sorted(days):
            busy += days[day]
            if busy > load.capacity[desk]:
                yield "crowded", desk, day
