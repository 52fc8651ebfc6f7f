"""Random books and statements for the tests and benchmarks of the two engines; the same seed gives the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

from engine.conditions import Comparison, Condition, Conditions, Lift, Literal, Op, Ref, Tally
from engine.facts import Building, Statement
from engine.policy import Item, ItemKind, ItemLimit, PolicyBook, Requirement, Service, ServiceItem
from engine.terms import (
    LARGEST,
    Cite,
    Fact,
    FactType,
    LimitInForce,
    LimitKind,
    Part,
    Scope,
    Unit,
    Value,
    Vocabulary,
)

USES = {"plant": "厂房", "store": "仓库", "office": "办公", "dorm": "宿舍", "other": "其他"}
WORDS = ("江海区", "高新区", "引号“\"'", "换\n行", "😀", "𠮷", "x" * 150)
ORDERED = (Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ, Op.NE)
BELOW = {
    Scope.PROJECT: (Scope.BUILDING, Scope.SPACE, Scope.WORKS),
    Scope.BUILDING: (Scope.SPACE,),
    Scope.WORKS: (),
    Scope.SPACE: (),
}
ABOVE = {
    Scope.PROJECT: (),
    Scope.BUILDING: (Scope.PROJECT,),
    Scope.WORKS: (Scope.PROJECT,),
    Scope.SPACE: (Scope.BUILDING, Scope.PROJECT),
}


def vocabulary() -> Vocabulary:
    """Facts of every type in every scope."""
    facts = []
    for scope in (Scope.PROJECT, Scope.BUILDING, Scope.WORKS):
        for i in range(3):
            facts.append(Fact(scope, f"{scope.value}_yes_{i}", f"是否{i}", FactType.YES_NO))
            facts.append(Fact(scope, f"{scope.value}_count_{i}", f"数量{i}", FactType.WHOLE))
        facts.append(Fact(scope, f"{scope.value}_area", "面积", FactType.DECIMAL, unit="㎡"))
        facts.append(Fact(scope, f"{scope.value}_day", "日期", FactType.DAY))
        facts.append(Fact(scope, f"{scope.value}_word", "名称", FactType.TEXT))
        facts.append(Fact(scope, f"{scope.value}_kind", "类别", FactType.CHOICE, allowed=USES))
    for scope in (Scope.BUILDING, Scope.SPACE):
        facts.append(Fact(scope, "use", "用途", FactType.CHOICE, allowed=USES))
        facts.append(Fact(scope, "floor_area_m2", "建筑面积", FactType.DECIMAL))
    return Vocabulary(facts)


VOCABULARY = vocabulary()


def random_value(fact: Fact, random: Random) -> Value:
    """A value near those that the rules compare with, or a hostile one."""
    match fact.type:
        case FactType.YES_NO:
            return random.random() < 0.5
        case FactType.CHOICE:
            return random.choice(tuple(USES))
        case FactType.TEXT:
            return random.choice((*WORDS, "没有规则提到的词"))
        case FactType.DAY:
            return date(2022, 9, 28).toordinal() + random.randrange(6)
    return random.choice((0, 1, 2, 3, 4, 5, 5, 6, 249_999, 250_000, 250_001, 2**31, 2**32 + 1, LARGEST - 1, LARGEST))


def _facts_of(scope: Scope) -> list[Fact]:
    return [f for f in VOCABULARY.facts if f.scope is scope or f.scope in ABOVE[scope] or f.scope is Scope.WORKS]


def _comparison(scope: Scope, random: Random) -> Comparison:
    fact = random.choice(_facts_of(scope))
    op = random.choice(ORDERED if fact.numeric else (Op.EQ, Op.NE))
    value = random_value(fact, random)
    return Comparison(fact, op, value)


def _literal(scope: Scope, known: dict[Scope, list[str]], random: Random) -> Literal:
    roll = random.random()
    if roll < 0.4:
        reachable = [c for s in (scope, *ABOVE[scope]) for c in known[s]]
        if reachable:
            return Ref(random.choice(reachable), random.random() < 0.4)
    elif roll < 0.65 and BELOW[scope]:
        below = random.choice(BELOW[scope])
        if roll < 0.5 and known[below]:
            return Ref(random.choice(known[below]), random.random() < 0.4, random.choice(tuple(Lift)))
        where = random.choice([None, *known[below]])
        numeric = [f for f in _facts_of(below) if f.numeric]
        fact = random.choice([None, *numeric])
        value = random.randrange(4) if fact is None else random.choice((0, 5, 10, 250_000, 500_000, LARGEST - 1))
        return Tally(below, where, fact, random.choice(ORDERED), value)
    return _comparison(scope, random)


def random_conditions(random: Random, count: int) -> Conditions:
    """So many conditions, each reading earlier ones; some empty, some long."""
    known: dict[Scope, list[str]] = {s: [] for s in Scope}
    made = []
    for i in range(count):
        scope = random.choice((Scope.PROJECT, Scope.PROJECT, Scope.BUILDING, Scope.SPACE, Scope.WORKS))
        size = random.choice((0, 1, 2, 2, 3, 3, 4, 4, 5)) if random.random() < 0.97 else random.randrange(20, 120)
        literals = tuple(_literal(scope, known, random) for _ in range(size))
        name = f"c-{i}-{'条件' if i % 2 else 'x'}"
        made.append(Condition(name, scope, random.choice(tuple(Lift)), literals, f"条件{i}", where=f"a.yaml:{i}"))
        known[scope].append(name)
    random.shuffle(made)
    return Conditions.of(made)


Near = Mapping[tuple[Scope, str], Sequence[Value]]
"""Fact → values on each side of what some condition compares it with."""


def near_limits(conditions: Conditions) -> Near:
    """n−1, n and n+1 of every number that a condition names, and every word."""
    out: dict[tuple[Scope, str], set[Value]] = {}
    for literal in (x for c in conditions.ordered for x in c.literals):
        if isinstance(literal, Tally) and literal.fact is not None and literal.fact.type is FactType.DAY:
            continue  # a sum of days is no day
        if isinstance(literal, (Comparison, Tally)) and literal.fact is not None:
            value = literal.value
            numbers = literal.fact.numeric and isinstance(value, int)
            found = (
                {min(max(0, value + d), LARGEST) for d in (-1, 0, 1)} if numbers and isinstance(value, int) else {value}
            )
            out.setdefault((literal.fact.scope, literal.fact.id), set()).update(found)
            if literal.fact.id in ("floor_area_m2", "use"):  # a building's is read of its spaces too
                for scope in (Scope.BUILDING, Scope.SPACE):
                    out.setdefault((scope, literal.fact.id), set()).update(found)
    return {key: sorted(values, key=repr) for key, values in out.items()}


def random_statement(
    random: Random, unknown: float = 0.2, vocabulary: Vocabulary = VOCABULARY, near: Near | None = None
) -> Statement:
    """A statement with so great a part of its facts unknown, and sometimes without a list of buildings."""
    limits = near or {}

    def one(fact: Fact) -> Value:
        if (here := limits.get((fact.scope, fact.id))) and random.random() < 0.8:
            return random.choice(here)
        if fact.type is FactType.CHOICE:
            return random.choice(tuple(fact.allowed))
        return random_value(fact, random)

    def some(scope: Scope) -> dict[str, Value]:
        facts = [f for f in vocabulary.stated_of(scope) if f.type is not FactType.PARTS and not f.derived]
        return {f.id: one(f) for f in facts if random.random() >= unknown}

    def part() -> Part:
        use, area = (vocabulary.get(Scope.BUILDING, name) for name in ("use", "floor_area_m2"))
        assert use is not None and area is not None
        stated = [one(f) if random.random() >= unknown else None for f in (use, area)]
        return Part(*stated)  # type: ignore[arg-type]

    roll = random.random()
    if roll < 0.1:
        return Statement(some(Scope.PROJECT))
    buildings = []
    for i in range(0 if roll < 0.2 else random.randrange(1, 5)):
        facts = some(Scope.BUILDING)
        if random.random() < 0.5:
            facts["parts"] = tuple(part() for _ in range(random.randrange(3)))
        buildings.append(Building(f"{i + 1}号", facts))
    units = (buildings[0].name,) if buildings and random.random() < 0.1 else None
    return Statement(some(Scope.PROJECT), tuple(buildings), units)


def random_book(random: Random, conditions: int = 100, items: int = 20) -> PolicyBook:
    """A whole book over random conditions: its service has so many items, each with a limit and a ground."""
    found = random_conditions(random, conditions)
    project = [c.id for c in found.ordered if c.scope is Scope.PROJECT]
    cite = (Cite("示例条例", "第三条"),)
    limit = LimitInForce("days", "办理时限", LimitKind.PROMISED, 15, Unit.WORKING, cite)
    listed = {
        f"I{i:02}": Item(
            f"I{i:02}",
            f"事项{i}",
            "department",
            ItemKind.LICENCE,
            random.choice(project),
            cite=cite,
            limits=(ItemLimit("days"),),
        )
        for i in range(items)
    }
    service = Service(
        "service", "示例服务", (Requirement(random.choice(project)),), items=tuple(ServiceItem(i) for i in listed)
    )
    return PolicyBook(
        "1", "sha256:0", date(2022, 9, 28), VOCABULARY, found, listed, {"days": limit}, {"service": service}, {}
    )
