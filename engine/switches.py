"""Assumptions as columns (假设的组合): which needs are dropped or assumed differs from column to column of one array.

What :mod:`engine.reading` lays out for one reading, this works out for thousands at once: where a need is assumed, the step
starts without it and rests on it; what was reviewed so is turned formal once the papers exist; a step with legal effect waits
for that. What a step rests on is a set of bits in each column; of what its conversion waits for only the last day is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from engine.columns import Rows, highest
from engine.graph import StepGraph

Row = Any
"""Times of a step: a whole number where it is the same in every column, else an array with one for each."""
Bits = Any
"""A set of assumptions: a whole number where it is the same in every column, else an array with one for each."""


@dataclass(frozen=True)
class Switch:
    """In which columns a need is gone (不再等待), as masks over times and over bits; shared by needs that go together."""

    off: Rows
    """One where it is gone, nought where it is kept, to multiply times with."""
    bit: Bits | None = None
    """The assumption that stands in for it where it is gone; None where it is merely dropped."""

    @cached_property
    def on(self) -> Rows:
        """One where it is kept."""
        return self.off ^ 1

    @cached_property
    def kept_bits(self) -> Rows:
        """All bits where it is kept."""
        return bits_of(self.off) - 1

    @cached_property
    def rested(self) -> Rows | None:
        """The bit where it is assumed."""
        return None if self.bit is None else bits_of(self.off) * self.bit


def bits_of(row: Rows) -> Rows:
    """A row of times, none below nought, as sets of bits of the same width, or the way back."""
    return row.view(_TWIN[row.dtype])


Switched = Sequence[tuple[int, Switch]]
_TWIN = {
    np.dtype(a): np.dtype(b)
    for one, two in ((np.int16, np.uint16), (np.int32, np.uint32), (np.int64, np.uint64))
    for a, b in ((one, two), (two, one))
}


@dataclass(frozen=True)
class Columns:
    """A graph in many columns (多列的图): what each step always waits for, and what it waits for in some of them only."""

    graph: StepGraph
    always: Sequence[Sequence[int]]
    switched: Mapping[int, Switched]
    """For a step what it waits for in some columns, and which those are."""
    bits: Mapping[int, Bits]
    """For each step whose result may be assumed, its bit."""
    conversion: int | None
    """Working days in which what was reviewed on assumptions is turned formal; None: by no step."""
    columns: int
    time: Any

    @cached_property
    def lasts(self) -> list[int]:
        """Steps that not every column has something waiting for."""
        waited = {p for before in self.always for p in before}
        return [s for s in range(len(self.always)) if s not in waited]

    @cached_property
    def wanted(self) -> list[bool]:
        """Steps at which it matters what has come: anything after them may take an assumption, or rest on one."""
        count = len(self.always)
        rests, wanted = [False] * count, [False] * count
        for step in self.graph.order:
            before = [*self.always[step], *(p for p, _ in self.switched.get(step, ()))]
            assumes = any(s.bit is not None for _, s in self.switched.get(step, ()))
            rests[step] = not self.graph.steps[step].legal_effect and (assumes or any(rests[p] for p in before))
        for step in reversed(self.graph.order):
            wanted[step] |= rests[step]
            if wanted[step]:
                for p in (*self.always[step], *(p for p, _ in self.switched.get(step, ()))):
                    wanted[p] = True
        return wanted

    def run(self, days: Sequence[int] | Rows, *, rests: bool = False) -> Run:
        """Work every column out.

        Args:
            days: for each step, or for each step and column.
            rests: whether it is asked what each step rests on; conversions ask for it themselves.
        """
        made = Run(self, days, rests or self.conversion is not None)
        for step in self.graph.order:
            made.do(step)
        return made


@dataclass
class Run:
    """Finishes, formal finishes and what each step rests on; a whole number where a row is the same in every column."""

    of: Columns
    days: Sequence[int] | Rows
    with_bits: bool
    finishes: list[Row] = field(init=False)
    formal: list[Row | None] = field(init=False)
    """When what was reviewed on assumptions is formal; its finish where it rests on none. None where it never does."""
    rests: list[Bits | None] = field(init=False)
    """What each step rests on; None where it never rests on anything."""
    _papers: list[Row | None] = field(init=False)
    """The day on which everything has come that a step ever rested on."""
    _binding: list[tuple[Row, ...]] = field(init=False)
    """What a step with legal effect waits for, where it waits for this one."""
    _come: list[Bits | None] = field(init=False)
    """Assumed papers that have come when a step starts, as far as that matters to anything after it."""
    _kept: dict[tuple[int, int, str], Row] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.of.always)
        self.finishes, self.formal, self._papers = [0] * count, [None] * count, [None] * count
        self.rests, self._come, self._binding = [None] * count, [None] * count, [()] * count

    @property
    def ends(self) -> Rows:
        """When each column is finished."""
        rows = [self.finishes[s] for s in self.of.lasts]
        turned = [f for f in self.formal if f is not None]
        return highest([*rows, *turned], np.zeros(self.of.columns, self.of.time))

    def do(self, step: int) -> None:
        """Work one step out; all that it waits for are."""
        this = self.of.graph.steps[step]
        switched = self.of.switched.get(step, ())
        at, fresh = _most(self._waits(step, switched, this.legal_effect))
        finish = np.add(at, self.days[step], out=at) if fresh else at + self.days[step]
        self.finishes[step] = finish
        if self.with_bits:
            self._rest(step, switched, this.legal_effect)
        self._binding[step] = (finish,)
        if this.legal_effect:
            return
        papers = self._papers[step] = _most(awaited)[0] if (awaited := self._awaited(step, switched)) else None
        if papers is None:
            return
        if self.of.conversion is None or this.own_work or self.rests[step] is None:
            self._binding[step] = (finish, papers)
        else:
            turned = self.formal[step] = self._formal(step, switched, self.of.conversion)
            self._binding[step] = (turned,)

    def _waits(self, step: int, switched: Switched, legal: bool) -> list[Row]:
        if not legal:
            rows = [self.finishes[p] for p in self.of.always[step]]
            return rows + [self._where(p, s, "end", self.finishes[p]) for p, s in switched]
        rows = [row for p in self.of.always[step] for row in self._binding[p]]
        return rows + [self._where(p, s, f"binding{i}", r) for p, s in switched for i, r in enumerate(self._binding[p])]

    def _awaited(self, step: int, switched: Switched) -> list[Row]:
        """Days on which the papers come that a step rests on, by itself and through what it waits for."""
        rows = [papers for p in self.of.always[step] if (papers := self._papers[p]) is not None]
        for p, switch in switched:
            papers = self._papers[p]
            if papers is not None:
                rows.append(self._where(p, switch, "papers", papers))
            if switch.bit is not None:
                rows.append(self._where(p, switch, "gone", self.finishes[p]))
        return rows

    def _where(self, p: int, switch: Switch, which: str, row: Row) -> Row:
        """A row in the columns in which a need is kept, or is gone; nought in the others. Many steps ask for the same."""
        key = (p, id(switch), which)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = (switch.off if which == "gone" else switch.on) * row
        return found

    def _rest(self, step: int, switched: Switched, legal: bool) -> None:
        """What a step rests on, and which assumed papers have come by its start."""
        rested: Bits | None = None
        for p in self.of.always[step]:
            if (more := self.rests[p]) is not None:
                rested = more if rested is None else rested | more
        for p, switch in switched:
            for more in (None if (r := self.rests[p]) is None else r & switch.kept_bits, switch.rested):
                if more is not None:
                    rested = more if rested is None else rested | more
        come = self._came(step, switched)
        if rested is not None and not legal:
            self.rests[step] = rested if come is None else rested & ~(rested & come)
        if rested is not None and legal and self.of.wanted[step]:
            come = self._come_by_waiting(come, rested)
        self._come[step] = come

    def _came(self, step: int, switched: Switched) -> Bits | None:
        come: Bits | None = None
        if not self.of.wanted[step]:
            return None
        for p in self.of.always[step]:
            for more in (self._come[p], self.of.bits.get(p)):
                if more is not None:
                    come = more if come is None else come | more
        for p, switch in switched:
            own = self.of.bits.get(
                p
            )  # where a document is assumed by all or by none, none that waits for it rests on it
            for more in (self._come[p], None if type(own) is int else own):
                if more is not None:
                    more = more & switch.kept_bits
                    come = more if come is None else come | more
        return come

    def _come_by_waiting(self, come: Bits | None, rested: Bits) -> Bits:
        """A step with legal effect has waited for every paper that anything before it rests on, and for what those had."""
        come = rested if come is None else come | rested
        for maker, bit in self.of.bits.items():
            if (more := self._come[maker]) is not None:
                come = come | np.minimum(rested & bit, 1) * more
        return come

    def _formal(self, step: int, switched: Switched, days: int) -> Row:
        """Turned formal once all papers have come and what it waited for is formal; where it rests on none, at once."""
        finish, rests = self.finishes[step], self.rests[step]
        assert rests is not None, "only what rests on something is turned formal"
        rows = [finish, self._papers[step]]
        rows += [f for p in self.of.always[step] if (f := self.formal[p]) is not None]
        rows += [self._where(p, s, "binding0", f) for p, s in switched if (f := self.formal[p]) is not None]
        turned, fresh = _most(rows)
        turned = np.add(turned, days, out=turned) if fresh else turned + days
        turned = turned * bits_of(np.minimum(rests, 1))
        return np.maximum(turned, finish, out=turned)


def _most(rows: Iterable[Row]) -> tuple[Any, bool]:
    """The greatest of some rows column by column, and whether it is a new array; nought of none."""
    number, arrays = 0, {}
    for row in rows:
        if type(row) is not int:
            arrays[id(row)] = row
        elif row > number:
            number = row
    if not arrays:
        return number, False
    at, *more = arrays.values()
    if not more:
        return (np.maximum(at, number), True) if number else (at, False)
    at = np.maximum(at, more[0])
    for row in more[1:]:
        np.maximum(at, row, out=at)
    return (np.maximum(at, number, out=at) if number else at), True
