"""From written conditions to the engine's (条件编译): groups flattened, names resolved, every mistake placed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.conditions import OPPOSITE, Comparison, Condition, Conditions, Lift, Literal, Op, Ref, Tally
from engine.errors import Fault
from engine.terms import Fact, FactType, Scope, Value, Vocabulary
from engine.values import read_value, shorten
from rules.condition_order import in_order
from rules.layers import View
from rules.loader import Placed, unknown_name
from rules.schema import ConditionShape, LiteralShape
from rules.terms import cites

OPS = {
    "is_": Op.EQ,
    "is_not": Op.NE,
    "more_than": Op.GT,
    "at_least": Op.GE,
    "less_than": Op.LT,
    "at_most": Op.LE,
}
LIFTS = {
    "any_building": (Scope.BUILDING, Lift.ANY),
    "all_buildings": (Scope.BUILDING, Lift.ALL),
    "any_space": (Scope.SPACE, Lift.ANY),
    "all_spaces": (Scope.SPACE, Lift.ALL),
    "any_works": (Scope.WORKS, Lift.ANY),
    "all_works": (Scope.WORKS, Lift.ALL),
}
BELOW = {
    Scope.PROJECT: (Scope.BUILDING, Scope.SPACE, Scope.WORKS),
    Scope.BUILDING: (Scope.SPACE,),
    Scope.WORKS: (),
    Scope.SPACE: (),
}
"""From where which narrower rows can be looked at."""
ABOVE = {
    Scope.PROJECT: (Scope.PROJECT,),
    Scope.BUILDING: (Scope.BUILDING, Scope.PROJECT),
    Scope.WORKS: (Scope.WORKS, Scope.PROJECT),
    Scope.SPACE: (Scope.SPACE, Scope.BUILDING, Scope.PROJECT),
}
SCOPE_TITLES = {Scope.PROJECT: "项目", Scope.BUILDING: "单体", Scope.SPACE: "场所", Scope.WORKS: "工程"}
LIFT_NAMES = {
    Scope.BUILDING: "any_building 或 all_buildings",
    Scope.SPACE: "any_space 或 all_spaces",
    Scope.WORKS: "any_works 或 all_works",
}


@dataclass(slots=True)
class Builder:
    """Compiles the conditions of one view (条件编译器); lives for one book."""

    view: View
    vocabulary: Vocabulary
    parameters: Mapping[str, Any]
    faults: list[Fault]
    scopes: dict[str, Scope] = field(default_factory=dict)
    made: list[Condition] = field(default_factory=list)
    written: dict[str, Scope] = field(default_factory=dict)
    """The conditions that have a name of their own; ``scopes`` has those made for nested groups as well."""

    def build(self) -> Conditions:
        """Every condition here and today, in order; a cycle is told with its names and leaves the book empty."""
        placed = self.view.of("conditions")
        self.written = {p.entry.id: p.entry.scope for p in placed}
        self.scopes = dict(self.written)
        exceptions: dict[str, list[str]] = {}
        for p in placed:
            if p.entry.exception_to is not None:
                self._exception(p, exceptions)
        for p in placed:
            _One(self, p).build(exceptions.get(p.entry.id, ()))
        return in_order(self.made, self.faults)

    def _exception(self, placed: Placed[ConditionShape], exceptions: dict[str, list[str]]) -> None:
        base = placed.entry.exception_to or ""
        scope = self.scope_of(base, placed.at("exception_to"))
        if scope is not None and scope not in ABOVE[placed.entry.scope] and placed.entry.scope is not Scope.PROJECT:
            self.lift_fault(placed.at("exception_to"), base, placed.entry.scope, scope)
        elif scope is not None:
            exceptions.setdefault(base, []).append(placed.entry.id)

    def scope_of(self, name: str, where: str) -> Scope | None:
        """The scope of a named condition; one that is not there, or not then, is a fault."""
        if name not in self.written and not self.view.broken("conditions", name):
            self.faults.append(self.view.unknown("conditions", where, name, "条件", self.written))
        return self.written.get(name)

    def lift_fault(self, where: str, name: str, here: Scope, there: Scope) -> None:
        """A condition of one scope used in another without saying how."""
        if there in BELOW[here]:
            fix = f"“{name}”是对{SCOPE_TITLES[there]}说的，从{SCOPE_TITLES[here]}引用须写 {LIFT_NAMES[there]}。"
        elif there in ABOVE[here]:
            fix = f"“{name}”是对{SCOPE_TITLES[there]}说的，这里直接写 condition: {name}，不用汇总。"
        else:
            fix = f"“{name}”是对{SCOPE_TITLES[there]}说的，从{SCOPE_TITLES[here]}看不到它；请把条件的 scope 改为一致。"
        self.faults.append(Fault(where, name, fix, f"Wrong lift: {name} is of scope {there.value}."))


class _One:
    """Compiles one written condition, and those that its nested groups become."""

    def __init__(self, builder: Builder, placed: Placed[ConditionShape]) -> None:
        self.builder, self.placed, self.shape = builder, placed, placed.entry
        self.serial = 0

    def build(self, exceptions: Sequence[str]) -> None:
        shape = self.shape
        junction, written, key = _group(shape)
        literals = self.group(written, junction, (key,))
        where = self.placed.at("id")
        whole = Condition(
            shape.id, shape.scope, junction, (), shape.title, shape.says, shape.says_not, cites(shape.cite), where
        )
        constant, kept = _fold(junction, literals)
        if exceptions and constant is not False:
            kept = self._base(junction, kept)
            whole = replace(whole, junction=Lift.ALL, literals=(*kept, *(Ref(e, negated=True) for e in exceptions)))
        elif constant is not None:
            whole = replace(whole, junction=Lift.ALL if constant else Lift.ANY)
        else:
            whole = replace(whole, literals=kept)
        self.builder.made.append(whole)

    def _base(self, junction: Lift, kept: tuple[Literal, ...]) -> tuple[Literal, ...]:
        if junction is Lift.ALL:
            return kept
        return (Ref(self.made(junction, kept)),)

    def made(self, junction: Lift, literals: tuple[Literal, ...]) -> str:
        """A condition of its own for a nested group."""
        self.serial += 1
        name = f"{self.shape.id}.{self.serial}"
        self.builder.scopes[name] = self.shape.scope
        self.builder.made.append(Condition(name, self.shape.scope, junction, literals, where=self.placed.at("id")))
        return name

    def group(self, written: Sequence[LiteralShape], junction: Lift, path: tuple[Any, ...]) -> list[Literal | bool]:
        out: list[Literal | bool] = []
        for i, literal in enumerate(written):
            out.extend(self.literal(literal, junction, (*path, i), negated=False))
        return out

    def literal(
        self, shape: LiteralShape, junction: Lift, path: tuple[Any, ...], *, negated: bool
    ) -> Iterator[Literal | bool]:
        """What one written literal becomes inside a group of that junction; True and False where parameters settle it."""
        head = shape.head
        if head == "not_":
            inner = shape.not_
            if isinstance(inner, str):
                yield from self._named(inner, None, (*path, "not"), not negated)
            elif isinstance(inner, LiteralShape):
                yield from self.literal(inner, junction, (*path, "not"), negated=not negated)
        elif head in ("all", "any"):
            yield from self._nested(shape, head, junction, path, negated)
        elif head == "fact":
            yield from self._comparison(shape, junction, path, negated)
        elif head == "condition":
            yield from self._named(str(shape.condition), None, (*path, "condition"), negated)
        elif head in LIFTS:
            yield from self._named(str(getattr(shape, head)), head, (*path, head), negated)
        elif head == "parameter":
            yield from self._parameter(shape, path, negated)
        else:
            yield from self._tally(shape, head, path, negated)

    def _nested(
        self, shape: LiteralShape, head: str, outer: Lift, path: tuple[Any, ...], negated: bool
    ) -> Iterator[Literal | bool]:
        written = shape.all if head == "all" else shape.any
        junction = Lift.ALL if head == "all" else Lift.ANY
        if negated:
            junction = Lift.ANY if junction is Lift.ALL else Lift.ALL
        inner: list[Literal | bool] = []
        for i, each in enumerate(written or ()):
            inner.extend(self.literal(each, junction, (*path, head, i), negated=negated))
        yield from self._grouped(junction, inner, outer)

    def _grouped(self, junction: Lift, inner: list[Literal | bool], outer: Lift) -> Iterator[Literal | bool]:
        constant, kept = _fold(junction, inner)
        if constant is not None:
            yield constant
        elif junction is outer or len(kept) == 1:
            yield from kept
        else:
            yield Ref(self.made(junction, kept))

    def _named(self, name: str, lift: str | None, path: tuple[Any, ...], negated: bool) -> Iterator[Literal | bool]:
        where = self.placed.at(*path)
        scope = self.builder.scope_of(name, where)
        if scope is None:
            return
        wanted, how = LIFTS[lift] if lift else (None, None)
        here = self.shape.scope
        if (lift is None and scope not in ABOVE[here]) or (lift and (scope is not wanted or scope not in BELOW[here])):
            self.builder.lift_fault(where, name, here, scope)
            return
        yield Ref(name, negated, how)

    def _fact(self, name: str, scope: Scope, where: str) -> Fact | None:
        vocabulary = self.builder.vocabulary
        fact = vocabulary.seen_from(scope, name)
        if fact is None and scope is Scope.WORKS:
            fact = vocabulary.get(Scope.BUILDING, name)
        if fact is None and not self.builder.view.broken("facts", name):
            near = vocabulary.nearest(
                name, ABOVE[scope] + (Scope.WORKS,) if scope is not Scope.PROJECT else ABOVE[scope]
            )
            hint = f"最接近的是“{near}”。" if near else "见 vocabulary。"
            elsewhere = next((s for s in Scope if vocabulary.get(s, name)), None)
            if elsewhere is not None:
                hint = f"它是{SCOPE_TITLES[elsewhere]}的事实，条件的 scope 应为 {elsewhere.value}，再汇总上来。"
            self.builder.faults.append(
                Fault(
                    where,
                    name,
                    f"从{SCOPE_TITLES[scope]}看，没有名为“{name}”的事实；{hint}",
                    f"Unknown fact; nearest: {near or 'none'}.",
                )
            )
        return fact

    def _comparison(
        self, shape: LiteralShape, outer: Lift, path: tuple[Any, ...], negated: bool
    ) -> Iterator[Literal | bool]:
        fact = self._fact(str(shape.fact), self.shape.scope, self.placed.at(*path, "fact"))
        if fact is None:
            return
        if shape.in_ is not None:
            op = Op.NE if negated else Op.EQ
            values = [self._value(fact, raw, (*path, "in", i)) for i, raw in enumerate(shape.in_)]
            inner: list[Literal | bool] = [Comparison(fact, op, v) for v in values if v is not None]
            yield from self._grouped(Lift.ALL if negated else Lift.ANY, inner, outer)
            return
        name = shape.op or ""
        op = OPPOSITE[OPS[name]] if negated else OPS[name]
        key = name.rstrip("_")
        where = self.placed.at(*path, key)
        if op not in (Op.EQ, Op.NE) and not fact.numeric:
            self.builder.faults.append(
                Fault(
                    where,
                    shorten(getattr(shape, name)),
                    f"“{fact.title}”不是数量，只能用 is、is_not 或 in 比较。",
                    "Not a number.",
                )
            )
            return
        value = self._value(fact, getattr(shape, name), (*path, key))
        if value is not None:
            yield Comparison(fact, op, value)

    def _value(self, fact: Fact, raw: Any, path: tuple[Any, ...]) -> Value | None:
        if fact.type is FactType.PARTS:
            self.builder.faults.append(
                Fault(
                    self.placed.at(*path),
                    shorten(raw),
                    f"“{fact.title}”不能直接比较；请写 scope: space 的条件再汇总。",
                    "Use a space condition.",
                )
            )
            return None
        return read_value(fact, raw, self.placed.at(*path), self.builder.faults, self.builder.vocabulary)

    def _parameter(self, shape: LiteralShape, path: tuple[Any, ...], negated: bool) -> Iterator[bool]:
        name = str(shape.parameter)
        declared = next((p.entry for p in self.builder.view.of("parameters") if p.entry.id == name), None)
        if declared is None:
            if not self.builder.view.broken("parameters", name):
                known = [p.entry.id for p in self.builder.view.of("parameters")]
                self.builder.faults.append(unknown_name(self.placed.at(*path, "parameter"), name, "参数", known))
            return
        wanted = shape.in_ if shape.in_ is not None else (shape.is_ if shape.is_ is not None else shape.is_not,)
        for value in wanted:
            if declared.allowed and value not in declared.allowed:
                self.builder.faults.append(
                    unknown_name(self.placed.at(*path), value, f"“{declared.title}”的取值", declared.allowed)
                )
        where = self.placed.at(*path, "parameter")
        self.builder.view.valued(name, self.builder.parameters, where, self.builder.faults)
        hit = self.builder.parameters.get(name) in wanted
        yield (hit if shape.is_not is None else not hit) is not negated

    def _tally(self, shape: LiteralShape, head: str, path: tuple[Any, ...], negated: bool) -> Iterator[Literal | bool]:
        scope = shape.count if head == "count" else shape.over
        here = self.shape.scope
        assert scope is not None
        if scope not in BELOW[here]:
            fix = f"从{SCOPE_TITLES[here]}不能对{SCOPE_TITLES[scope]}计数或求和。"
            self.builder.faults.append(Fault(self.placed.at(*path, head), scope.value, fix, "Wrong scope to tally."))
            return
        if shape.where is not None:
            inner = self.builder.scope_of(shape.where, self.placed.at(*path, "where"))
            if inner is None:
                return
            if inner is not scope:
                fix = f"对{SCOPE_TITLES[scope]}计数或求和，where 须是 scope 为 {scope.value} 的条件；“{shape.where}”的 scope 是 {inner.value}。"
                self.builder.faults.append(
                    Fault(
                        self.placed.at(*path, "where"),
                        shape.where,
                        fix,
                        f"A condition of scope {scope.value} is wanted.",
                    )
                )
                return
        fact = self._fact(str(shape.sum), scope, self.placed.at(*path, "sum")) if head == "sum" else None
        if head == "sum" and fact is None:
            return
        name = shape.op or ""
        key = name.rstrip("_")
        where = self.placed.at(*path, key)
        if name == "in_" or (fact is not None and fact.type not in (FactType.WHOLE, FactType.DECIMAL)):
            self.builder.faults.append(Fault(where, key, "计数与求和只对数量作大小或相等比较。", "Not a number."))
            return
        counted = fact or Fact(scope, "count", "个数", FactType.WHOLE)
        value = read_value(counted, getattr(shape, name), where, self.builder.faults)
        if isinstance(value, int):
            yield Tally(scope, shape.where, fact, OPPOSITE[OPS[name]] if negated else OPS[name], value)


def _group(shape: ConditionShape) -> tuple[Lift, Sequence[LiteralShape], str]:
    if shape.all is not None:
        return Lift.ALL, shape.all, "all"
    return Lift.ANY, shape.any or (), "any"


def _fold(junction: Lift, literals: Sequence[Literal | bool]) -> tuple[bool | None, tuple[Literal, ...]]:
    """Take out what parameters have settled: the constant that the group comes to, or what is left of it."""
    settles = junction is Lift.ANY
    if any(x is settles for x in literals):
        return settles, ()
    kept = tuple(dict.fromkeys(x for x in literals if not isinstance(x, bool)))
    return (None, kept) if kept else (not settles, ())
