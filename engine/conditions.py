"""Named conditions (条件) and the plain interpreter: three values, and a trace of why.

A condition is ``all`` or ``any`` of literals: a comparison of one fact, another named condition, or a count or sum over
the buildings, spaces or units of works. This module is the readable reference; ``rules/`` matches the same conditions
a second time, and for anything of legal weight both must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.errors import Fault, PolicyError
from engine.facts import Row, Subject
from engine.terms import Cite, Fact, Scope, Truth, Value


class Op(StrEnum):
    """A comparison (比较). “大于” is strict: 2,500 m² is not more than 2,500 m²."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


OPPOSITE = {Op.EQ: Op.NE, Op.NE: Op.EQ, Op.LT: Op.GE, Op.GE: Op.LT, Op.GT: Op.LE, Op.LE: Op.GT}


class Lift(StrEnum):
    """How a condition about rows of a narrower scope becomes one about the wider row (汇总)."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against one value; numbers are as the engine keeps them (hundredths, ordinals)."""

    fact: Fact
    op: Op
    value: Value


@dataclass(frozen=True, slots=True)
class Ref:
    """Another named condition, as it is or negated; ``lift`` where that one is about a narrower scope."""

    condition: str
    negated: bool = False
    lift: Lift | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of rows, or a sum of one fact over them, compared with a number.

    Rows are those of ``scope`` under this one for which ``where`` holds. What is unknown makes a range: “more than x” is
    certain on its low end and refuted on its high end.
    """

    scope: Scope
    where: str | None
    fact: Fact | None
    op: Op
    value: int


Literal = Comparison | Ref | Tally


@dataclass(frozen=True, slots=True)
class Condition:
    """A named condition. ``title`` is the Chinese phrase that reasons use; without one it only carries others."""

    id: str
    scope: Scope
    junction: Lift
    literals: tuple[Literal, ...]
    title: str = ""
    says: str = ""
    says_not: str = ""
    cite: tuple[Cite, ...] = ()
    where: str = ""
    """File and line in the policy."""

    def refs(self) -> Iterator[str]:
        """Ids of the conditions that this one reads."""
        for literal in self.literals:
            if isinstance(literal, Ref):
                yield literal.condition
            elif isinstance(literal, Tally) and literal.where:
                yield literal.where


Firings = Mapping[tuple[str, str], Truth]
"""Condition id and row key → what the engine found."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """All conditions of a book, in an order in which each comes after those that it reads (层次)."""

    ordered: tuple[Condition, ...]
    by_id: Mapping[str, Condition] = field(default_factory=dict)

    @classmethod
    def of(cls, conditions: Sequence[Condition]) -> Conditions:
        """Order them; a cycle is a :class:`PolicyError` that names it."""
        by_id = {c.id: c for c in conditions}
        done: dict[str, bool] = {}
        ordered: list[Condition] = []

        def visit(name: str, path: tuple[str, ...]) -> None:
            if done.get(name):
                return
            if name in path:
                loop = " → ".join((*path[path.index(name) :], name))
                raise PolicyError(
                    [
                        Fault(
                            by_id[name].where,
                            loop,
                            "条件互相引用，形成循环，请拆开。",
                            "Conditions refer to each other in a cycle.",
                        )
                    ]
                )
            for other in by_id[name].refs():
                visit(other, (*path, name))
            done[name] = True
            ordered.append(by_id[name])

        for c in conditions:
            visit(c.id, ())
        return cls(tuple(ordered), by_id)


def interpret(conditions: Conditions, subject: Subject) -> dict[tuple[str, str], Truth]:
    """Every condition on every row that it is about, by the plain interpreter."""
    found: dict[tuple[str, str], Truth] = {}
    for condition in conditions.ordered:
        for row in subject.rows[condition.scope] or ():
            found[condition.id, row.key] = _junction(
                condition, (holds(x, row, subject, conditions, found) for x in condition.literals)
            )
    return found


def _junction(condition: Condition, values: Iterable[Truth]) -> Truth:
    return _all(values) if condition.junction is Lift.ALL else _any(values)


def _all(values: Iterable[Truth]) -> Truth:
    out = Truth.YES
    for value in values:
        if value is Truth.NO:
            return Truth.NO
        if value is Truth.UNKNOWN:
            out = Truth.UNKNOWN
    return out


def _any(values: Iterable[Truth]) -> Truth:
    out = Truth.NO
    for value in values:
        if value is Truth.YES:
            return Truth.YES
        if value is Truth.UNKNOWN:
            out = Truth.UNKNOWN
    return out


_NEGATED = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}
_COMPARE: Mapping[Op, Callable[[int, int], bool]] = {
    Op.LT: lambda a, b: a < b,
    Op.LE: lambda a, b: a <= b,
    Op.GT: lambda a, b: a > b,
    Op.GE: lambda a, b: a >= b,
}


def compare(value: Value, op: Op, against: Value) -> bool:
    """One exact comparison; numbers by size, everything else by equality alone."""
    if op is Op.EQ or op is Op.NE:
        return (value == against) is (op is Op.EQ)
    assert isinstance(value, int) and isinstance(against, int)
    return _COMPARE[op](value, against)


def holds(literal: Literal, row: Row, subject: Subject, conditions: Conditions, found: Firings) -> Truth:
    """What one literal says of one row, given what is found of the conditions before it."""
    if isinstance(literal, Comparison):
        value = row.values.get((literal.fact.scope, literal.fact.id))
        if value is None:
            return Truth.UNKNOWN
        return Truth.YES if compare(value, literal.op, literal.value) else Truth.NO
    if isinstance(literal, Ref):
        truth = _referred(literal, row, subject, conditions, found)
        return _NEGATED[truth] if literal.negated else truth
    low, high = span(literal, row, subject, found)
    return _between(low, high, literal.op, literal.value)


def _referred(ref: Ref, row: Row, subject: Subject, conditions: Conditions, found: Firings) -> Truth:
    scope = conditions.by_id[ref.condition].scope
    if ref.lift is None:
        return found[ref.condition, subject.above(row, scope).key]
    rows = subject.under(row, scope)
    if rows is None:
        return Truth.UNKNOWN
    values = (found[ref.condition, r.key] for r in rows)
    return _any(values) if ref.lift is Lift.ANY else _all(values)


def span(tally: Tally, row: Row, subject: Subject, found: Firings) -> tuple[int, int | None]:
    """The least and the most that a count or sum can be; None where there is no upper end."""
    rows = subject.under(row, tally.scope)
    if rows is None:
        return 0, None
    low, high = 0, 0
    unbounded = False
    for each in rows:
        member = Truth.YES if tally.where is None else found[tally.where, each.key]
        if member is Truth.NO:
            continue
        amount: Value | None = 1 if tally.fact is None else each.values.get((tally.fact.scope, tally.fact.id))
        if amount is None:
            unbounded = True
            continue
        assert isinstance(amount, int)
        high += amount
        low += amount if member is Truth.YES else 0
    return low, None if unbounded else high


def _between(low: int, high: int | None, op: Op, value: int) -> Truth:
    if op is Op.EQ or op is Op.NE:
        if low == high == value:
            same = Truth.YES
        elif value < low or (high is not None and value > high):
            same = Truth.NO
        else:
            same = Truth.UNKNOWN
        return same if op is Op.EQ else _NEGATED[same]
    if op in (Op.GT, Op.GE):
        if compare(low, op, value):
            return Truth.YES
        return Truth.NO if high is not None and not compare(high, op, value) else Truth.UNKNOWN
    return _NEGATED[_between(low, high, OPPOSITE[op], value)]


@dataclass(frozen=True, slots=True)
class Read:
    """A fact that was read (所依据的事实): of which building (None: the project), and what it said (None: unknown)."""

    fact: Fact
    building: str | None
    value: Value | None

    @property
    def unknown(self) -> bool:
        """Whether nobody has said it, or of a building's parts not everything."""
        parts = self.value if isinstance(self.value, tuple) else ()
        return self.value is None or any(p.use is None or p.floor_area_m2 is None for p in parts)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a condition says what it says of a row: the facts that decided, and the conditions below it that did."""

    condition: Condition
    row: Row
    truth: Truth
    reads: tuple[Read, ...]
    below: tuple[Why, ...]

    def all_reads(self) -> tuple[Read, ...]:
        """Every fact that this answer rests on, each once."""
        seen = dict.fromkeys(self.reads)
        for why in self.below:
            seen.update(dict.fromkeys(why.all_reads()))
        return tuple(seen)


class Tracer:
    """Explains findings on demand, from the typed form alone, so that every engine's answer has one explanation."""

    def __init__(self, conditions: Conditions, subject: Subject, found: Firings) -> None:
        self._conditions, self._subject, self._found = conditions, subject, found
        self._seen: dict[tuple[str, str], Why] = {}

    def why(self, name: str, row: Row) -> Why:
        """The literals that made the condition yes, no or unknown, and theirs in turn."""
        if known := self._seen.get((name, row.key)):
            return known
        condition = self._conditions.by_id[name]
        truth = self._found[name, row.key]
        decisive = [
            x for x in condition.literals if holds(x, row, self._subject, self._conditions, self._found) is truth
        ]
        reads: list[Read] = []
        below: list[Why] = []
        for literal in decisive:
            if isinstance(literal, Comparison):
                reads.append(self._read(literal.fact, row))
            elif isinstance(literal, Ref):
                below.extend(self._behind(literal, row, truth))
            else:
                self._tallied(literal, row, reads, below)
        answer = Why(condition, row, truth, tuple(reads), tuple(below))
        self._seen[name, row.key] = answer
        return answer

    def _behind(self, ref: Ref, row: Row, truth: Truth) -> list[Why]:
        scope = self._conditions.by_id[ref.condition].scope
        if ref.lift is None:
            return [self.why(ref.condition, self._subject.above(row, scope))]
        wanted = _NEGATED[truth] if ref.negated else truth
        rows = self._subject.under(row, scope) or ()
        return [self.why(ref.condition, r) for r in rows if self._found[ref.condition, r.key] is wanted]

    def _tallied(self, tally: Tally, row: Row, reads: list[Read], below: list[Why]) -> None:
        for each in self._subject.under(row, tally.scope) or ():
            if tally.where is not None:
                below.append(self.why(tally.where, each))
            if tally.fact is not None and (tally.where is None or self._found[tally.where, each.key] is not Truth.NO):
                reads.append(self._read(tally.fact, each))

    def _read(self, fact: Fact, row: Row) -> Read:
        """The fact as the row has it, and whose it is: a building's too where it says otherwise than the works."""
        if row.is_part and fact.scope is Scope.SPACE and self._subject.parts is not None:
            fact = self._subject.parts
        key = (fact.scope, fact.id)
        value = row.values.get(key)
        own = fact.scope in (Scope.BUILDING, Scope.SPACE)
        if fact.scope is Scope.WORKS and row.building is not None:
            own = any(value != whole.values.get(key) for whole in self._subject.rows[Scope.PROJECT] or ())
        return Read(fact, row.building if own else None, value)

    def missing(self, name: str, row: Row) -> dict[tuple[str, str | None], Fact | None]:
        """The unknown facts on which an unknown finding turns: (fact id, building) → fact; ``buildings`` → None."""
        out: dict[tuple[str, str | None], Fact | None] = {}
        self._collect(name, row, out, set())
        return out

    def _collect(
        self, name: str, row: Row, out: dict[tuple[str, str | None], Fact | None], seen: set[tuple[str, str]]
    ) -> None:
        if (name, row.key) in seen or self._found[name, row.key] is not Truth.UNKNOWN:
            return
        seen.add((name, row.key))
        for literal in self._conditions.by_id[name].literals:
            if holds(literal, row, self._subject, self._conditions, self._found) is not Truth.UNKNOWN:
                continue
            if isinstance(literal, Comparison):
                self._note(literal.fact, row, out)
                continue
            scope = literal.scope if isinstance(literal, Tally) else self._conditions.by_id[literal.condition].scope
            lifted = isinstance(literal, Tally) or literal.lift is not None
            rows = self._subject.under(row, scope) if lifted else (self._subject.above(row, scope),)
            if rows is None:
                out["buildings", None] = None
                continue
            target = literal.where if isinstance(literal, Tally) else literal.condition
            for each in rows:
                if target is not None:
                    self._collect(target, each, out, seen)
                if (
                    isinstance(literal, Tally)
                    and literal.fact is not None
                    and (target is None or self._found[target, each.key] is not Truth.NO)
                ):
                    self._note(literal.fact, each, out)

    def _note(self, fact: Fact, row: Row, out: dict[tuple[str, str | None], Fact | None]) -> None:
        if fact.derived or (row.building is None and fact.scope is Scope.BUILDING and fact.implied_by):
            return  # nobody states it: what it is derived or implied from is asked instead
        if row.values.get((fact.scope, fact.id)) is None:
            own = fact.scope in (Scope.BUILDING, Scope.SPACE)
            if row.is_part and fact.scope is Scope.SPACE and self._subject.parts is not None:
                fact = self._subject.parts
            out.setdefault((fact.id, row.building if own else None), fact)
