"""Formulas over variables of few values (有限取值的公式), and a profile that makes one true, or the proof that there is none.

A variable has ``size`` values, numbered from 0: the classes into which a policy's comparisons cut a fact, or yes and no. Up
to :data:`MOST_BITS` the whole truth table (真值表) is one Python int, a bit a profile; beyond that z3 searches.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BITS = 16
"""Bits of a formula's variables up to which its truth table is laid out: 65,536 profiles."""


class SolverMissingError(Exception):
    """A formula is too wide for a table, and z3 is not installed."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that is one of ``size`` values in a profile."""

    key: Hashable
    size: int = 2

    @property
    def bits(self) -> int:
        """Bits that its values take."""
        return (self.size - 1).bit_length()


@dataclass(frozen=True, slots=True)
class Is:
    """The variable has one of these values."""

    variable: Variable
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is false."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Join:
    """All parts are true (``every``), or at least one is."""

    parts: tuple[Formula, ...]
    every: bool


Formula = Is | Not | Join
Profile = Mapping[Variable, int]
"""A value for each variable (情形)."""

YES = Join((), True)
NO = Join((), False)


def both(*parts: Formula) -> Formula:
    """All of these; those that are always so are left out."""
    kept = tuple(p for p in parts if p is not YES)
    return kept[0] if len(kept) == 1 else Join(kept, True) if kept else YES


def either(*parts: Formula) -> Formula:
    """At least one of these."""
    return parts[0] if len(parts) == 1 else Join(parts, False)


def variables_of(formula: Formula) -> tuple[Variable, ...]:
    """Every variable that a formula reads, each once."""
    found: dict[Variable, None] = {}
    seen: set[int] = set()

    def visit(node: Formula) -> None:
        if isinstance(node, Is):
            found[node.variable] = None
        elif id(node) not in seen:
            seen.add(id(node))
            for part in (node.part,) if isinstance(node, Not) else node.parts:
                visit(part)

    visit(formula)
    return tuple(found)


def width(variables: Sequence[Variable]) -> int:
    """Bits that a profile of these takes."""
    return sum(v.bits for v in variables)


class Solver:
    """Finds profiles (求解), and counts by which method it did."""

    def __init__(self, most_bits: int = MOST_BITS) -> None:
        self.most_bits = most_bits
        self.tables = self.searches = self.widest = 0

    def fits(self, formula: Formula) -> bool:
        """Whether the formula's truth table is small enough to lay out."""
        return width(variables_of(formula)) <= self.most_bits

    def profile(self, formula: Formula) -> Profile | None:
        """A profile that makes the formula true, the same on every run; None is the proof that there is none.

        Raises:
            SolverMissingError: it takes z3, which is not installed.
        """
        variables = variables_of(formula)
        self.widest = max(self.widest, width(variables))
        if width(variables) > self.most_bits:
            self.searches += 1
            return _searched(formula, variables)
        self.tables += 1
        layout = Layout(variables)
        found = layout.table(formula)
        return layout.profile((found & -found).bit_length() - 1) if found else None


class Layout:
    """Where each profile of some variables stands in a truth table: mixed radix, the first variable changing fastest."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.stride: dict[Variable, int] = {}
        self.rows = 1
        for variable in variables:
            self.stride[variable] = self.rows
            self.rows *= variable.size

    def profile(self, row: int) -> Profile:
        """The profile of one row."""
        return {v: row // stride % v.size for v, stride in self.stride.items()}

    def table(self, formula: Formula) -> int:
        """Bit ``r`` tells whether the formula is true in row ``r``; shared parts are worked out once."""
        full = (1 << self.rows) - 1
        done: dict[int, int] = {}

        def of(node: Formula) -> int:
            if id(node) not in done:
                done[id(node)] = work(node)
            return done[id(node)]

        def work(node: Formula) -> int:
            if isinstance(node, Is):
                return self._column(node)
            if isinstance(node, Not):
                return full ^ of(node.part)
            out = full if node.every else 0
            for part in node.parts:
                out = out & of(part) if node.every else out | of(part)
            return out

        return of(formula)

    def _column(self, node: Is) -> int:
        stride = self.stride[node.variable]
        period = stride * node.variable.size
        pattern = sum(((1 << stride) - 1) << (value * stride) for value in node.values)
        return pattern * (((1 << self.rows) - 1) // ((1 << period) - 1))


def _searched(formula: Formula, variables: Sequence[Variable]) -> Profile | None:
    """The same by z3: a Boolean for each value of a variable, exactly one of them true."""
    try:
        import z3
    except ImportError:
        raise SolverMissingError from None
    flags: dict[Variable, list[Any]] = {}
    solver = z3.Solver()
    for n, variable in enumerate(variables):
        flags[variable] = [z3.Bool(f"v{n}_{value}") for value in range(variable.size)]
        solver.add(z3.PbEq([(flag, 1) for flag in flags[variable]], 1))
    solver.add(_written(formula, flags, z3))
    if solver.check() == z3.unsat:
        return None
    model = solver.model()
    return {v: next(k for k, flag in enumerate(row) if z3.is_true(model[flag])) for v, row in flags.items()}


def _written(formula: Formula, flags: Mapping[Variable, Sequence[Any]], z3: Any) -> Any:
    done: dict[int, Any] = {}

    def of(node: Formula) -> Any:
        if id(node) not in done:
            if isinstance(node, Is):
                done[id(node)] = z3.Or([flags[node.variable][value] for value in sorted(node.values)])
            elif isinstance(node, Not):
                done[id(node)] = z3.Not(of(node.part))
            else:
                done[id(node)] = (z3.And if node.every else z3.Or)([of(part) for part in node.parts])
        return done[id(node)]

    return of(formula)


def equal(profile: Profile) -> Formula:
    """Exactly this profile, of the variables that it names."""
    return both(*(Is(v, frozenset([value])) for v, value in profile.items()))
