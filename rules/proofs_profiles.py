"""From named conditions to formulas over profiles of facts (事实的情形), and from a profile back to facts as a person states them.

The comparisons that guards make cut each fact into finitely many classes that they can tell apart: the values of a choice,
yes and no, the stretches between thresholds. What a guard asks of the buildings (“any building …”, a count, a sum) is a
variable of its own; :mod:`rules.proofs_witness` then looks for buildings that answer so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.conditions import OPPOSITE, Comparison, Condition, Conditions, Lift, Literal, Op, Ref, Tally, compare
from engine.facts import REPEATS_BUILDING
from engine.terms import LARGEST, Fact, FactType, Scope, Value
from engine.values import show
from rules.proofs_formula import NO, YES, Formula, Is, Not, Profile, Variable, both, either

NARROW = (Scope.BUILDING, Scope.SPACE, Scope.WORKS)
TURNED = (Op.NE, Op.LT, Op.LE)
"""Comparisons of a count that are read as the opposite one denied, so that both are one variable."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the rows below the project: “any building …”, a count, a sum."""

    literal: Ref | Tally


@dataclass(slots=True)
class Profiles:
    """The profiles that some guards can tell apart (可区分的情形): each fact's classes, each condition's formula."""

    conditions: Conditions
    classes: dict[tuple[Scope, str], tuple[Value | None, ...]] = field(default_factory=dict)
    """Fact → a value that stands for each of its classes; None where it is left out."""
    facts: dict[tuple[Scope, str], Fact] = field(default_factory=dict)
    built: bool = False
    """Whether a project must name a building at least, because a permit is had for each (分项办理)."""
    _formulas: dict[tuple[str, bool], Formula] = field(default_factory=dict)

    @classmethod
    def of(cls, conditions: Conditions, guards: Iterable[str], more: Iterable[Comparison] = ()) -> Profiles:
        """The profiles that these project-scope conditions, and all that they rest on, can tell apart.

        ``more`` are comparisons of facts beside; a choice among them need not be stated: leaving it out is a class of its own.
        """
        made = cls(conditions)
        tests: dict[tuple[Scope, str], set[tuple[Op, Value]]] = {}
        optional = tuple(more)
        for comparison in (*_comparisons(_below(conditions, guards)), *optional):
            key = _key(comparison.fact)
            made.facts.setdefault(key, comparison.fact)
            tests.setdefault(key, set()).add((comparison.op, comparison.value))
        left_out = {_key(c.fact) for c in optional if c.fact.type is FactType.CHOICE}
        made.classes = {key: _classes(made.facts[key], found, key in left_out) for key, found in tests.items()}
        return made

    def formula(self, name: str | None, inside: bool = False) -> Formula:
        """When a condition holds; ``inside`` a building, of that building. No condition always holds."""
        if name is None:
            return YES
        condition = self.conditions.by_id[name]
        inside = inside and condition.scope is not Scope.PROJECT
        key = (name, inside)
        if key not in self._formulas:
            parts = tuple(self._literal(x, inside) for x in condition.literals)
            every = condition.junction is Lift.ALL
            self._formulas[key] = both(*parts) if every else either(*parts)
        return self._formulas[key]

    def meets(self, fact: Fact, op: Op, value: Value) -> Formula:
        """When a fact compares so."""
        if fact.derived:  # plans are of whole projects, and buildings are made up without parts
            return YES if compare(False, op, value) else NO
        reps = self.classes[_key(fact)]
        hits = frozenset(i for i, rep in enumerate(reps) if rep is not None and compare(rep, op, value))
        return Is(Variable(_key(fact), len(reps)), hits)

    def _literal(self, literal: Literal, inside: bool) -> Formula:
        if isinstance(literal, Comparison):
            return self.meets(literal.fact, literal.op, literal.value)
        if isinstance(literal, Ref) and (literal.lift is None or inside):
            found = self.formula(literal.condition, inside)
            return Not(found) if literal.negated else found
        if isinstance(literal, Ref):
            found = Is(Variable(Asked(Ref(literal.condition, lift=literal.lift))), frozenset([1]))
            return Not(found) if literal.negated else found
        turned = literal.op in TURNED
        op = OPPOSITE[literal.op] if turned else literal.op
        straight = Tally(literal.scope, literal.where, literal.fact, op, literal.value)
        found = self.alone(straight) if inside else Is(Variable(Asked(straight)), frozenset([1]))
        return Not(found) if turned else found

    def alone(self, tally: Tally) -> Formula:
        """When a count or sum comes out so over one building without parts."""
        member = self.formula(tally.where, inside=True)
        none: Formula = YES if compare(0, tally.op, tally.value) else NO
        if tally.fact is None:
            amount: Formula = YES if compare(1, tally.op, tally.value) else NO
        else:
            amount = self.meets(tally.fact, tally.op, tally.value)
        return either(both(member, amount), both(Not(member), none))

    def known(self, profile: Profile) -> Iterator[tuple[Fact, Value | None]]:
        """The facts that a profile states, each by the value that stands for its class."""
        for variable, number in profile.items():
            if isinstance(variable.key, tuple) and variable.key in self.classes:
                yield self.facts[variable.key], self.classes[variable.key][number]

    def plain(self, scopes: tuple[Scope, ...]) -> dict[str, Any]:
        """Every fact of these scopes that guards read, as the first of its classes has it."""
        return {
            fact.id: show(fact, self.classes[key][0])
            for key, fact in self.facts.items()
            if fact.scope in scopes and not fact.derived
        }


def _key(fact: Fact) -> tuple[Scope, str]:
    """A fact as it is named here: what a use inside a building says, the building made up for a witness says alone."""
    twin = fact.scope is Scope.SPACE and fact.id != REPEATS_BUILDING
    return (Scope.BUILDING if twin else fact.scope, fact.id)


def _below(conditions: Conditions, guards: Iterable[str]) -> list[Condition]:
    seen: dict[str, None] = {}
    left = list(guards)
    while left:
        name = left.pop()
        if name not in seen:
            seen[name] = None
            left.extend(conditions.by_id[name].refs())
    return [conditions.by_id[name] for name in seen]


def _comparisons(conditions: Iterable[Condition]) -> Iterator[Comparison]:
    for condition in conditions:
        for literal in condition.literals:
            if isinstance(literal, Comparison):
                yield literal
            elif isinstance(literal, Tally) and literal.fact is not None:
                yield Comparison(literal.fact, literal.op, literal.value)


def _classes(fact: Fact, tests: set[tuple[Op, Value]], left_out: bool) -> tuple[Value | None, ...]:
    """One value for each class of values that no test tells apart."""
    ordered = sorted(tests, key=str)
    found: dict[tuple[bool, ...], Value | None] = {}
    for value in (*((None,) if left_out else ()), *_candidates(fact, [value for _, value in ordered])):
        said = (value is not None and compare(value, op, against) for op, against in ordered)
        found.setdefault(tuple(said), value)
    return tuple(found.values())


def _candidates(fact: Fact, tested: list[Value]) -> Iterator[Value]:
    """Values of a fact so that each class has one: around and at every threshold, or all that may be chosen."""
    if fact.type is FactType.YES_NO:
        yield from (False, True)
    elif fact.type is FactType.CHOICE:
        yield from fact.allowed
    elif fact.numeric:
        least, most = (1, date.max.toordinal()) if fact.type is FactType.DAY else (0, LARGEST)
        near = {int(str(v)) + step for v in tested for step in (-1, 0, 1)}
        yield from sorted(v for v in near if least <= v <= most)
    else:
        yield from dict.fromkeys(tested)
        other = (f"{n:06d}" for n in range(440704, 441704)) if fact.format == "region" else iter(("其他", "别的"))
        yield next(v for v in other if v not in tested)


def titled(facts: Mapping[str, Any], known: Iterable[Fact]) -> str:
    """Facts as people read them: “供地方式＝划拨”."""
    by_id = {fact.id: fact for fact in known}
    return "，".join(f"{by_id[name].title}＝{_word(by_id[name], value)}" for name, value in facts.items())


def _word(fact: Fact, value: Any) -> str:
    if value is None:
        return "不填"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{fact.allowed.get(str(value), value)}{fact.unit}"
