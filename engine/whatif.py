"""What limits a plan (卡在哪里): which single change would save most, every one tried, as columns over all at once.

The columns are in working days; a step in calendar days counts the working days that it takes in the plan with its dates.
Only what lies on the critical path can save anything, so only that becomes a column; the best of each kind are then planned
anew with their dates, and those are the days that are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from engine import trial
from engine.columns import BLOCK_CELLS, MOST_CELLS, Rows, Template, room
from engine.decision import Decision
from engine.errors import Fault, InputError
from engine.frontier import Candidate, candidates
from engine.graph import Edge, GraphStep, StepGraph
from engine.plan import Time
from engine.reading import DROPS, Conversion, Network, Reading
from engine.switches import Columns, Switch, bits_of
from engine.terms import Firm, LimitInForce, LimitKind


class Kind(StrEnum):
    """What is changed (改动的种类)."""

    CUSTOMARY = "customary"
    """A habit is given up (去除习惯)."""
    BEFORE_ISSUE = "before_issue"
    """A paper may follow before the issue (容缺)."""
    ASSUMABLE = "assumable"
    """One step assumes a document (一处假设)."""
    ASSUMPTION = "assumption"
    """Every step that may assumes a document (一份文书处处假设)."""
    PROMISED = "promised"
    """As long as is promised (按承诺时限)."""
    STATUTORY = "statutory"
    """As long as the law allows (按法定时限)."""
    DAY = "day"
    """A day less (少一天)."""
    HALF = "half"
    """Half as long (缩短一半)."""
    NONE = "none"
    """No time at all (不占时间): the most that this step can ever bring."""


Limits = Mapping[str, Sequence[LimitInForce]]
_FIRMS = {Firm.CUSTOMARY: Kind.CUSTOMARY, Firm.BEFORE_ISSUE: Kind.BEFORE_ISSUE, Firm.ASSUMABLE: Kind.ASSUMABLE}
_LIMITS = {LimitKind.PROMISED: Kind.PROMISED, LimitKind.STATUTORY: Kind.STATUTORY}


@dataclass(frozen=True, slots=True)
class Change:
    """One change (一处改动): of a step's days, or of needs."""

    kind: Kind
    step: GraphStep | None = None
    days: int = 0
    limit: LimitInForce | None = None
    edges: tuple[Edge, ...] = ()
    assumption: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """What one change alone would save (单独节省), in working days, with its dates."""

    change: Change
    days_saved: int
    finish: Any


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The changes that save most, best first."""

    reading: Reading
    start: Any
    finish: Any
    working_days: int
    tried: int
    """How many changes were tried."""
    saving: int
    """How many of them save anything."""
    changes: tuple[Saving, ...]


def limits_of(decision: Decision) -> dict[str, tuple[LimitInForce, ...]]:
    """For each item the limits that bind the authority, promised and by law."""
    return {
        each.item.id: tuple(x for x in each.limits if x.kind in _LIMITS and x.binds != "owner")
        for each in decision.items
    }


def what_if(
    graph: StepGraph,
    reading: Reading,
    time: Time,
    conversion: Conversion | None = None,
    limits: Limits | None = None,
    top: int = 10,
) -> WhatIf:
    """Try every single change of one reading.

    Args:
        graph: steps and edges.
        reading: in which it is planned; only what it keeps can be dropped.
        time: dates or numbers, with the start.
        conversion: how reviews on assumptions are turned formal.
        limits: for an item the limits in force, to which a longer step could be brought.
        top: how many of each kind are planned anew and told.

    Raises:
        InputError: the graph is too large to try every change.
    """
    base = _Base(graph, reading, time, conversion)
    changes = list(_changes(graph, reading, limits or {}))
    worth = [c for c in changes if base.may_save(c)]
    saved = base.saved(worth)
    best: dict[Kind, list[tuple[int, Change]]] = {}
    for days, change in sorted(zip(saved, worth, strict=True), key=lambda pair: -pair[0]):
        if days > 0:
            best.setdefault(change.kind, []).append((days, change))
    finish = trial.end(base.net, time)
    told = []
    for _, change in (pair for of_kind in best.values() for pair in of_kind[:top]):
        ends = trial.end(changed(graph, reading, conversion, change), time)
        told.append(Saving(change, time.gap(ends, finish), ends))
    order = list(Kind)
    told.sort(key=lambda s: (-s.days_saved, order.index(s.change.kind)))
    saving = sum(len(of_kind) for of_kind in best.values())
    kept = tuple(s for s in told if s.days_saved > 0)
    return WhatIf(reading, time.start, finish, time.gap(time.start, finish), len(changes), saving, kept)


def changed(graph: StepGraph, reading: Reading, conversion: Conversion | None, change: Change) -> Network:
    """The plan's net with one change made."""
    if change.step is not None:
        return trial.read(trial.with_days(graph, change.step.id, change.days), reading, conversion)
    if change.kind in (Kind.ASSUMABLE, Kind.ASSUMPTION):
        return trial.assuming(graph, reading, conversion, change.edges)
    return trial.read(trial.without(graph, change.edges[0]), reading, conversion)


def _changes(graph: StepGraph, reading: Reading, limits: Limits) -> Iterator[Change]:
    drops = DROPS[reading]
    for edge in graph.edges:
        if edge.firm in (Firm.CUSTOMARY, Firm.BEFORE_ISSUE) and edge.firm not in drops:
            yield Change(_FIRMS[edge.firm], edges=(edge,))
    for each in () if Firm.ASSUMABLE in drops else candidates(graph):
        yield Change(Kind.ASSUMPTION, edges=each.edges, assumption=each)
        for edge in each.edges if len(each.edges) > 1 else ():
            yield Change(Kind.ASSUMABLE, edges=(edge,), assumption=each)
    for step in graph.steps:
        yield from _shorter(step, limits.get(step.item or step.id, ()))


def _shorter(step: GraphStep, limits: Sequence[LimitInForce]) -> Iterator[Change]:
    seen = {step.days}
    for limit in limits:
        if limit.unit is step.unit and limit.days < step.days and limit.days not in seen:
            seen.add(limit.days)
            yield Change(_LIMITS[limit.kind], step, limit.days, limit)
    for kind, days in ((Kind.DAY, step.days - 1), (Kind.HALF, step.days // 2), (Kind.NONE, 0)):
        if days >= 0 and days not in seen:
            seen.add(days)
            yield Change(kind, step, days)


class _Base:
    """The plan as it is, in working days, and what may be changed in it."""

    def __init__(self, graph: StepGraph, reading: Reading, time: Time, conversion: Conversion | None) -> None:
        self.graph, self.reading, self.time, self.conversion = graph, reading, time, conversion
        self.net = trial.read(graph, reading, conversion)
        self.starts, finishes = trial.times(self.net, time)
        self.days = [time.gap(a, b) for a, b in zip(self.starts, finishes, strict=True)]
        self.place = {step.id: i for i, step in enumerate(self.net.steps)}
        self.template = Template(self.net.order, self.net.preds)
        passes = self.template.passes(np.array(self.days, np.int64).reshape(-1, 1))
        self.first, self.last = passes.starts[:, 0].tolist(), passes.finishes[:, 0].tolist()
        self.slack = passes.slack[:, 0].tolist()
        self.end = int(passes.end[0])
        self.time_type = room(2 * sum(self.days) + (conversion.days if conversion else 0) * len(graph.steps))

    def may_save(self, change: Change) -> bool:
        """Whether it touches the critical path: nothing else brings the end forward."""
        if change.step is not None:
            return not self.slack[self.place[change.step.id]]
        pairs = ((self.place[e.before], self.place[e.after]) for e in change.edges)
        return any(not self.slack[a] and not self.slack[b] and self.last[a] == self.first[b] for a, b in pairs)

    def saved(self, changes: Sequence[Change]) -> list[int]:
        """Working days that each change saves; in blocks of columns, so that memory stays bounded."""
        rows = len(self.net.steps)
        if rows * len(changes) > MOST_CELLS:
            says = f"图太大，不能逐项试算（{rows} 个环节，{len(changes)} 处改动）；请只排关心的部分。"
            raise InputError([Fault("/steps", rows, says, "The graph is too large to try every change.")])
        block = max(1, BLOCK_CELLS // max(1, rows))
        out: list[int] = []
        for at in range(0, len(changes), block):
            some = changes[at : at + block]
            out += (self.end - self._ends(some).astype(np.int64)).tolist()
        return out

    def _ends(self, changes: Sequence[Change]) -> Rows:
        if Firm.ASSUMABLE in DROPS[self.reading]:
            return self._by_template(changes)
        if self.reading is Reading.BEFOREHAND:
            return np.array([self._one(c) for c in changes], np.int64)
        return self._by_columns(changes)

    def _by_template(self, changes: Sequence[Change]) -> Rows:
        """Everything assumable is assumed already: only days differ."""
        days = self._matrix(self.days, changes, self.place)
        return self.template.ends(self.template.finishes(days))

    def _one(self, change: Change) -> int:
        """Review beforehand lays the net out in its own way: one net for each change."""
        net = changed(self.graph, self.reading, self.conversion, change)
        lasts = {step.id: days for step, days in zip(self.net.steps, self.days, strict=True)}
        if change.step is not None:
            lasts[change.step.id] = self._shortened(change)
        order = [lasts.get(s.id, s.days) for s in net.steps]
        return int(Template(net.order, net.preds).finishes(np.array(order).reshape(-1, 1)).max(initial=0))

    def _by_columns(self, changes: Sequence[Change]) -> Rows:
        count = len(changes)
        off: dict[int, Rows] = {}
        bits: dict[int, Rows] = {}
        for c, change in enumerate(changes):
            for edge in change.edges:
                off.setdefault(id(edge), np.zeros(count, self.time_type))[c] = 1
            if change.assumption is not None:
                bits.setdefault(change.assumption.maker, np.zeros(count, self.time_type))[c] = 1
        always: list[list[int]] = [[] for _ in self.graph.steps]
        switched: dict[int, list[tuple[int, Switch]]] = {}
        drops = DROPS[self.reading]
        for edge in self.graph.edges:
            before, after = self.graph.index[edge.before], self.graph.index[edge.after]
            if id(edge) in off:
                switch = Switch(off[id(edge)], 1 if edge.firm is Firm.ASSUMABLE else None)
                switched.setdefault(after, []).append((before, switch))
            elif edge.firm not in drops:
                always[after].append(before)
        days = self._matrix([self.days[self.place[s.id]] for s in self.graph.steps], changes, self.graph.index)
        turned = self.conversion.days if self.conversion else None
        masks = {maker: bits_of(row) for maker, row in bits.items()}
        return Columns(self.graph, always, switched, masks, turned, count, self.time_type).run(days).ends

    def _matrix(self, days: Sequence[int], changes: Sequence[Change], place: Mapping[str, int]) -> Rows:
        made: Rows = np.repeat(np.array(days, self.time_type).reshape(-1, 1), len(changes), axis=1)
        for c, change in enumerate(changes):
            if change.step is not None:
                made[place[change.step.id], c] = self._shortened(change)
        return made

    def _shortened(self, change: Change) -> int:
        """Working days that a step takes once it is shorter, from the day on which it starts."""
        assert change.step is not None, "only steps are shortened"
        start = self.starts[self.place[change.step.id]]
        return self.time.gap(start, self.time.finish(replace(change.step, days=change.days), start))
