"""Strata (分层): named conditions compiled to the flat single-fact rules that durable-rules may be trusted with.

The engine cannot look at two facts in one rule, knows no third value and has no sound ``not``. So every condition becomes
two rules, *certainly true* and *certainly false*, each ``all`` or ``any`` of positive comparisons; what is unknown is left out
of the fact, and neither rule fires. A rule reads nothing but whole-number fields of one row: facts ``f_``, findings of
earlier strata ``n_``, lifted findings ``x_``, and the low and high end of a count or sum ``l_`` and ``h_``. Texts and choices
travel as small codes, so that no word that a person typed reaches the engine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from engine.conditions import OPPOSITE, Comparison, Condition, Conditions, Lift, Literal, Op, Ref, Tally
from engine.errors import Fault, InputError, PolicyError
from engine.facts import Subject
from engine.terms import LARGEST, Fact, FactType, Scope, Truth, Value
from engine.values import shorten

SCOPES = (Scope.PROJECT, Scope.WORKS, Scope.BUILDING, Scope.SPACE)
"""The order in which rows and answers travel."""

MOST_ALTERNATIVES = 48
"""Branches in one ruleset; the engine's stack holds 64, and overflows to a wrong answer's error above that."""

MOST_LEAVES = 24
"""Comparisons in one rule; a longer condition is cut into pieces that are conditions of their own."""

MOST_FIELDS = 200
"""Fields in one fact; the engine's limit is 255."""

LONGEST_TEXT = 4096

RESERVED = ("sid", "id", "p", "$s", "$time", "$timerName", "$baseTime", "$pulse")
"""Names that the engine, or the worker, uses itself."""

_TRUTHS = {"y": Truth.YES, "n": Truth.NO, "u": Truth.UNKNOWN}
_ABOVE = {
    Scope.PROJECT: (Scope.PROJECT,),
    Scope.WORKS: (Scope.WORKS, Scope.PROJECT),
    Scope.BUILDING: (Scope.BUILDING, Scope.PROJECT),
    Scope.SPACE: (Scope.SPACE, Scope.BUILDING, Scope.PROJECT),
}

Leaf = tuple[str, str, int]
"""Field, comparison, whole number."""


def fnv1a(name: str) -> int:
    """The 32-bit hash by which the engine tells fields apart; it never compares the names themselves."""
    out = 0x811C9DC5
    for byte in name.encode():
        out = (out ^ byte) * 0x01000193 & 0xFFFFFFFF
    return out


@dataclass(frozen=True, slots=True)
class Column:
    """How one fact travels (事实列): as itself, as 1 or 0, or as the code of a word that some condition names."""

    fact: Fact
    name: str
    codes: dict[str, int]

    def encode(self, value: Value | None) -> int | None:
        """The whole number that stands for a value; a word that no condition names is 0."""
        if value is None:
            return None
        if self.fact.type is FactType.YES_NO and type(value) is bool:
            return int(value)
        if self.fact.numeric and type(value) is int and abs(value) <= LARGEST:
            return value
        if self.fact.type in (FactType.CHOICE, FactType.TEXT) and type(value) is str and _sound(value):
            return self.codes.get(value, 0)
        raise InputError(
            [
                Fault(
                    self.fact.id,
                    shorten(value),
                    f"“{self.fact.title}”的值类型不对或过大，不能据以判定。",
                    "Wrong type, or too large.",
                )
            ]
        )


def _sound(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


@dataclass(frozen=True, slots=True)
class Programme:
    """Conditions as the second engine runs them (规则程序): plain JSON without a word of Chinese, named by its hash."""

    text: str
    digest: str
    answers: tuple[tuple[str, Scope], ...]
    columns: Mapping[Scope, tuple[Column, ...]]

    def encode(self, subject: Subject) -> list[list[list[int | None]] | None]:
        """The rows of a subject: per scope None where unknown, else a list of ``[parent, value, …]``.

        Raises:
            InputError: a value is not of its fact's type, or too large to be held exactly by both engines.
        """
        known = [(s, subject.rows.get(s)) for s in SCOPES]
        index = {row.key: i for i, row in enumerate(r for _, rows in known for r in rows or ())}
        out: list[list[list[int | None]] | None] = []
        for scope, rows in known:
            columns = self.columns[scope]
            out.append(
                None
                if rows is None
                else [
                    [
                        -1 if r.parent is None else index.get(r.parent, -1),
                        *(c.encode(r.values.get((c.fact.scope, c.fact.id))) for c in columns),
                    ]
                    for r in rows
                ]
            )
        return out

    def decode(self, subject: Subject, answer: Any) -> dict[tuple[str, str], Truth]:
        """Findings by condition and row from the worker's letters; ValueError where they do not fit."""
        keys = [(name, row.key) for name, scope in self.answers for row in subject.rows.get(scope) or ()]
        if not isinstance(answer, str) or len(answer) != len(keys) or answer.strip("ynu"):
            raise ValueError("an answer that does not fit the question")
        return {key: _TRUTHS[letter] for key, letter in zip(keys, answer, strict=True)}


@dataclass(frozen=True, slots=True)
class _Side:
    """When a condition is certainly true, or certainly false."""

    junction: Lift
    leaves: tuple[Leaf, ...]

    @property
    def alternatives(self) -> int:
        return 1 if self.junction is Lift.ALL else len(self.leaves)

    def rule(self, name: str) -> list[Any]:
        return [name, self.junction.value, [list(x) for x in self.leaves]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What must be laid beside a row's facts before a stratum looks at it, and the nodes that it comes from."""

    wire: tuple[Any, ...]
    below: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """A literal: the leaf by which it is certainly true, the one by which it is certainly false."""

    yes: Leaf
    no: Leaf
    read: _Read | None = None


@dataclass(frozen=True, slots=True)
class _Node:
    """One condition, or a piece of one, on its stratum."""

    number: int
    scope: Scope
    level: int
    yes: _Side
    no: _Side
    reads: tuple[_Read, ...]

    def rules(self) -> list[list[Any]]:
        return [s.rule(f"{mark}{self.number}") for mark, s in (("y", self.yes), ("x", self.no)) if s.leaves]

    @property
    def alternatives(self) -> int:
        return self.yes.alternatives + self.no.alternatives

    def fields(self) -> set[str]:
        return {leaf[0] for side in (self.yes, self.no) for leaf in side.leaves}


_ALWAYS: tuple[Leaf, ...] = (("p", "=", 1),)
"""The probe's field is 1 in every fact: what ``all`` of nothing, or the refusal of ``any`` of nothing, rests on."""


class _Compiler:
    """One compilation; lives for one call of :func:`compile_strata`."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.numbers = {c.id: i for i, c in enumerate(conditions.ordered)}
        self.next = len(conditions.ordered)
        self.nodes: dict[int, _Node] = {}
        self.names: dict[tuple[Any, ...], str] = {}
        self.taken = {fnv1a(name) for name in RESERVED}
        self.columns: dict[Scope, dict[tuple[Scope, str], Column]] = {s: {} for s in SCOPES}
        self.codes: dict[tuple[Scope, str], dict[str, int]] = {}

    def run(self) -> Programme:
        for condition in self.conditions.ordered:
            self._condition(condition)
        text = json.dumps(self._wire(), separators=(",", ":"), sort_keys=True)
        columns = {s: tuple(found.values()) for s, found in self.columns.items()}
        answers = tuple((c.id, c.scope) for c in self.conditions.ordered)
        return Programme(text, hashlib.sha256(text.encode()).hexdigest(), answers, columns)

    def _name(self, prefix: str, *key: Any) -> str:
        """The field of that key; its hash is no other field's."""
        if (prefix, *key) not in self.names:
            made = f"{prefix}_{len(self.names)}"
            while fnv1a(made) in self.taken:
                made += "_"
            self.taken.add(fnv1a(made))
            self.names[prefix, *key] = made
        return self.names[prefix, *key]

    def _condition(self, condition: Condition) -> None:
        pairs = [self._pair(x, condition) for x in condition.literals]
        while len(pairs) > MOST_LEAVES:
            pieces = [pairs[i : i + MOST_LEAVES] for i in range(0, len(pairs), MOST_LEAVES)]
            pairs = [self._finding(self._join(self._more(), condition, piece)) for piece in pieces]
        self._join(self.numbers[condition.id], condition, pairs)

    def _more(self) -> int:
        self.next += 1
        return self.next - 1

    def _join(self, number: int, condition: Condition, pairs: Sequence[_Pair]) -> int:
        certain, refuted = tuple(dict.fromkeys(p.yes for p in pairs)), tuple(dict.fromkeys(p.no for p in pairs))
        if condition.junction is Lift.ALL:
            yes, no = _Side(Lift.ALL, certain or _ALWAYS), _Side(Lift.ANY, refuted)
        else:
            yes, no = _Side(Lift.ANY, certain), _Side(Lift.ALL, refuted or _ALWAYS)
        return self._add(number, condition.scope, yes, no, (p.read for p in pairs))

    def _add(self, number: int, scope: Scope, yes: _Side, no: _Side, reads: Iterable[_Read | None]) -> int:
        needed = tuple(dict.fromkeys(r for r in reads if r is not None))
        level = 1 + max((self.nodes[n].level for r in needed for n in r.below), default=0)
        self.nodes[number] = _Node(number, scope, level, yes, no, needed)
        return number

    def _pair(self, literal: Literal, condition: Condition) -> _Pair:
        if isinstance(literal, Ref):
            return self._ref(literal, condition)
        if isinstance(literal, Tally):
            return self._tally(literal, condition)
        column = self._column(condition.scope, literal.fact)
        return _compared(column.name, column.name, literal.op, self._value(literal, condition))

    def _ref(self, ref: Ref, condition: Condition) -> _Pair:
        target, number = self.conditions.by_id[ref.condition], self.numbers[ref.condition]
        if ref.lift is not None:
            name = self._name("x", ref.lift.value, number)
            return _said(name, ref.negated, _Read((ref.lift.value, name, number), (number,)))
        if target.scope not in _ABOVE[condition.scope]:
            _refuse(condition, ref.condition, "所引用的条件不属本级或上级，须先汇总（任一或全部）。")
        return self._finding(number, ref.negated)

    def _finding(self, number: int, negated: bool = False) -> _Pair:
        name = self._name("n", number)
        return _said(name, negated, _Read(("n", name, number), (number,)))

    def _tally(self, tally: Tally, condition: Condition) -> _Pair:
        if tally.where is not None and self.conditions.by_id[tally.where].scope is not tally.scope:
            _refuse(condition, tally.where, "计数或求和所用的条件，须说的是被计数的那一级。")
        if tally.fact is not None and not tally.fact.numeric:
            _refuse(condition, tally.fact.id, "只有数可以求和。")
        if type(tally.value) is not int or abs(tally.value) >= LARGEST:
            _refuse(condition, tally.value, "与之比较的不是整数，或过大。")
        where = -1 if tally.where is None else self.numbers[tally.where]
        column = None if tally.fact is None else self._column(tally.scope, tally.fact).name
        low, high = self._name("l", tally.scope, where, column), self._name("h", tally.scope, where, column)
        wire = ("tally", low, high, SCOPES.index(tally.scope), where, column)
        read = _Read(wire, () if where < 0 else (where,))
        if tally.op in (Op.EQ, Op.NE):
            return self._exactly(tally, condition, low, high, read)
        certain, refuted = (low, high) if tally.op in (Op.GT, Op.GE) else (high, low)
        return _compared(certain, refuted, tally.op, tally.value, read)

    def _exactly(self, tally: Tally, condition: Condition, low: str, high: str, read: _Read) -> _Pair:
        """“Equal” is certain when both ends are there, refuted when either is past: a condition of its own."""
        same = _Side(Lift.ALL, ((low, "=", tally.value), (high, "=", tally.value)))
        other = _Side(Lift.ANY, ((low, ">", tally.value), (high, "<", tally.value)))
        number = self._add(self._more(), condition.scope, same, other, (read,))
        return self._finding(number, tally.op is Op.NE)

    def _column(self, scope: Scope, fact: Fact) -> Column:
        key = (fact.scope, fact.id)
        if key not in self.columns[scope]:
            self.columns[scope][key] = Column(fact, self._name("f", *key), self.codes.setdefault(key, {}))
        return self.columns[scope][key]

    def _value(self, literal: Comparison, condition: Condition) -> int:
        fact, value = literal.fact, literal.value
        equality = literal.op in (Op.EQ, Op.NE)
        if fact.type is FactType.YES_NO and type(value) is bool and equality:
            return int(value)
        if fact.numeric and type(value) is int and abs(value) <= LARGEST:
            return value
        if fact.type in (FactType.CHOICE, FactType.TEXT) and type(value) is str and equality:
            codes = self.codes[fact.scope, fact.id]
            return codes.setdefault(value, len(codes) + 1)
        return _refuse(condition, value, f"“{fact.title}”不能这样比较：类型不符，或只能比较相等与否。")

    def _wire(self) -> dict[str, Any]:
        groups: dict[tuple[int, int], list[_Node]] = {}
        for number in sorted(self.nodes):
            node = self.nodes[number]
            groups.setdefault((node.level, SCOPES.index(node.scope)), []).append(node)
        return {
            "answers": len(self.conditions.ordered),
            "scopes": [SCOPES.index(self.nodes[n].scope) for n in range(self.next)],
            "columns": [[c.name for c in self.columns[s].values()] for s in SCOPES],
            "strata": [
                {
                    "scope": scope,
                    "reads": [list(r.wire) for r in dict.fromkeys(r for n in nodes for r in n.reads)],
                    "rulesets": [[rule for n in shard for rule in n.rules()] for shard in _shards(nodes)],
                }
                for (_, scope), nodes in sorted(groups.items())
            ],
        }


def _compared(certain: str, refuted: str, op: Op, value: int, read: _Read | None = None) -> _Pair:
    return _Pair((certain, op.value, value), (refuted, OPPOSITE[op].value, value), read)


def _said(name: str, negated: bool, read: _Read) -> _Pair:
    yes, no = (name, "=", 1), (name, "=", 0)
    return _Pair(no, yes, read) if negated else _Pair(yes, no, read)


def _shards(nodes: Sequence[_Node]) -> list[list[_Node]]:
    """Nodes of one stratum in as few rulesets as the engine's limits allow; one alternative is the probe's."""
    out: list[list[_Node]] = []
    room, fields = 0, set[str]()
    for node in nodes:
        if not out or node.alternatives > room or len(fields | node.fields()) > MOST_FIELDS:
            out.append([])
            room, fields = MOST_ALTERNATIVES - 1, set()
        out[-1].append(node)
        room -= node.alternatives
        fields |= node.fields()
    return out


def _refuse(condition: Condition, value: Any, fix: str) -> NoReturn:
    raise PolicyError([Fault(condition.where or condition.id, shorten(value), f"条件“{condition.id}”：{fix}")])


def compile_strata(conditions: Conditions) -> Programme:
    """Compile a book's conditions for the second engine (编译为分层规则).

    Raises:
        PolicyError: a condition that this engine cannot hold exactly; names it.
    """
    return _Compiler(conditions).run()
