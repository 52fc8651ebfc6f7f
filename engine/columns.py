"""The array kernel (列式推算): one graph, a matrix of days whose columns are plans, every column worked out at once.

A column is a what-if, a sample, a project of one template: the same steps that wait for the same steps, other days. A row is
a step, stored whole beside itself, so that each pass is a handful of additions and maxima over rows, in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.passes import Preds, successors

Rows = NDArray[Any]
"""Whole numbers, one row for each step, one column for each plan."""

MOST_CELLS = 100_000_000
"""Steps times columns that one question may have."""
BLOCK_CELLS = 8_000_000
"""Steps times columns that are held at once."""


def room(longest: int) -> Any:
    """The smallest type of whole numbers in which no finish up to ``longest`` runs over."""
    return next((t for t in (np.int16, np.int32) if longest <= np.iinfo(t).max), np.int64)


@dataclass(frozen=True, slots=True)
class Passes:
    """Both passes over every column (顺推与逆推); what is latest is counted from each column's own end."""

    days: Rows
    finishes: Rows
    tails: Rows
    """From the start of a step to the end of everything that waits for it."""
    end: Rows

    @property
    def starts(self) -> Rows:
        """Earliest starts."""
        found: Rows = self.finishes - self.days
        return found

    @property
    def latest_starts(self) -> Rows:
        """Latest starts that still keep the column's end."""
        found: Rows = self.end - self.tails
        return found

    @property
    def slack(self) -> Rows:
        """By how much each step may slip (机动): nought where it is critical."""
        found = np.subtract(self.end, self.tails)
        found -= self.finishes
        found += self.days
        return found


class Template:
    """A graph whose order is kept (模板): what each step waits for, and what waits for it, worked out once."""

    __slots__ = ("_lasts", "_order", "_preds", "_succs", "size")

    def __init__(self, order: Sequence[int], preds: Preds) -> None:
        """Keep a topological order and the predecessors, each named once."""
        self.size = len(order)
        self._order = tuple(order)
        self._preds = [tuple(dict.fromkeys(before)) for before in preds]
        self._succs = [tuple(after) for after in successors(self._preds)]
        self._lasts = [s for s in self._order if not self._succs[s]]

    def finishes(self, days: Rows, out: Rows | None = None) -> Rows:
        """The pass forward (顺推): earliest finishes of every step in every column, into ``out`` where it is given."""
        return _pass(self._order, self._preds, days, np.empty_like(days) if out is None else out)

    def tails(self, days: Rows) -> Rows:
        """The pass backward (逆推): from the start of each step to the end of what waits for it."""
        return _pass(self._order[::-1], self._succs, days, np.empty_like(days))

    def ends(self, finishes: Rows) -> Rows:
        """When the last step of each column finishes."""
        return highest((finishes[s] for s in self._lasts), np.zeros(finishes.shape[1:], finishes.dtype))

    def critical(self, days: Rows, finishes: Rows, ends: Rows) -> list[int]:
        """For each step in how many columns it is critical: the pass backward, into ``days``, which are lost."""
        rows, ahead = list(days), list(finishes)
        counts, spare, after = [0] * self.size, np.empty_like(ends), np.empty_like(ends)
        for step in reversed(self._order):
            succs = self._succs[step]
            if succs:
                at = rows[succs[0]]
                for each in succs[1:]:
                    at = np.maximum(at, rows[each], out=after)
                counts[step] = int(np.count_nonzero(np.add(ahead[step], at, out=spare) == ends))
                np.add(rows[step], at, out=rows[step])
            else:
                counts[step] = int(np.count_nonzero(ahead[step] == ends))
        return counts

    def passes(self, days: Rows) -> Passes:
        """Both passes."""
        finishes = self.finishes(days)
        return Passes(days, finishes, self.tails(days), self.ends(finishes))


def _pass(order: Iterable[int], preds: Sequence[Sequence[int]], days: Rows, out: Rows) -> Rows:
    rows, lengths = list(out), list(days)  # views: indexing a list is cheaper than indexing an array
    for step in order:
        before, row = preds[step], rows[step]
        if not before:
            row[...] = lengths[step]
            continue
        at = rows[before[0]]
        for each in before[1:]:
            at = np.maximum(at, rows[each], out=row)
        np.add(at, lengths[step], out=row)
    return out


def highest(rows: Iterable[Rows], out: Rows) -> Rows:
    """The greatest of some rows column by column, into one of noughts."""
    for row in rows:
        np.maximum(out, row, out=out)
    return out
