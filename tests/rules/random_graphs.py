"""Random small catalogues whose steps are there, and need each other, by random guards; and every project that tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any

from engine.conditions import Comparison, Condition, Conditions, Lift, Literal, Op, Ref, Tally
from engine.policy import (
    Instance,
    Instances,
    Item,
    ItemKind,
    Need,
    PolicyBook,
    Service,
    ServiceItem,
    Spreading,
)
from engine.terms import Fact, FactType, Firm, Scope, Vocabulary

YES = [Fact(Scope.PROJECT, f"yes_{n}", f"是否{n}", FactType.YES_NO) for n in range(3)]
KIND = Fact(Scope.PROJECT, "kind", "类别", FactType.CHOICE, allowed={"a": "甲", "b": "乙", "c": "丙"})
AREA = Fact(Scope.PROJECT, "area", "面积", FactType.DECIMAL)
SPREAD = Fact(Scope.PROJECT, "by", "分项", FactType.CHOICE, allowed={"stage": "分阶段", "building": "分单体"})
OWN = [Fact(Scope.BUILDING, f"own_{n}", f"单体是否{n}", FactType.YES_NO) for n in range(2)]
NAME = Fact(Scope.BUILDING, "name", "名称", FactType.TEXT)
VOCABULARY = Vocabulary([*YES, KIND, AREA, SPREAD, *OWN, NAME])
FIRMS = (Firm.REQUIRED, Firm.REQUIRED, Firm.REQUIRED, Firm.CUSTOMARY)


@dataclass
class Making:
    """Makes one random catalogue."""

    random: Random
    buildings: bool
    counts: bool
    instances: bool

    def book(self) -> PolicyBook:
        """A book with a handful of items; needs lead backwards but for a few."""
        own = [self._condition(f"b{n}", Scope.BUILDING, []) for n in range(2)] if self.buildings else []
        project: list[Condition] = []
        for n in range(self.random.randrange(3, 7)):
            project.append(self._condition(f"c{n}", Scope.PROJECT, [*own, *project]))
        project.append(Condition("always", Scope.PROJECT, Lift.ALL, (), "总是"))
        guards = [c.id for c in project]
        names = [f"A{n:02}" for n in range(self.random.randrange(3, 7))]
        items = {name: self._item(name, names, n, guards) for n, name in enumerate(names)}
        service = Service("approval", "审批", items=tuple(ServiceItem(name) for name in names))
        conditions = Conditions.of([*own, *project])
        return PolicyBook(
            "1", "sha256:0", date(2022, 9, 28), VOCABULARY, conditions, items, {}, {"approval": service}, {}
        )

    def _condition(self, name: str, scope: Scope, before: list[Condition]) -> Condition:
        literals = [self._literal(scope, before) for _ in range(self.random.randrange(1, 4))]
        return Condition(name, scope, self.random.choice(list(Lift)), tuple(literals), f"条件{name}")

    def _literal(self, scope: Scope, before: list[Condition]) -> Literal:
        if before and self.random.random() < 0.5:
            other, negated = self.random.choice(before), self.random.random() < 0.4
            if other.scope is scope:
                return Ref(other.id, negated)
            if self.counts and self.random.random() < 0.5:
                return Tally(Scope.BUILDING, other.id, None, self.random.choice(list(Op)), self.random.randrange(2))
            return Ref(other.id, negated, self.random.choice(list(Lift)))
        if scope is Scope.BUILDING and self.random.random() < 0.7:
            return Comparison(self.random.choice(OWN), Op.EQ, self.random.random() < 0.5)
        roll = self.random.random()
        if roll < 0.5:
            return Comparison(self.random.choice(YES), Op.EQ, self.random.random() < 0.5)
        if roll < 0.8:
            return Comparison(KIND, self.random.choice((Op.EQ, Op.NE)), self.random.choice("abc"))
        return Comparison(AREA, self.random.choice((Op.LT, Op.LE, Op.GT, Op.GE)), self.random.choice((100, 200)))

    def _item(self, name: str, names: list[str], n: int, guards: list[str]) -> Item:
        needs = self._needs(names, n, guards)
        spread = self._spread(names, n, guards) if self.instances and self.random.random() < 0.5 else None
        applies = self.random.choice([*guards, "always", "always"])
        return Item(name, f"事项{name}", "d", ItemKind.REVIEW, applies, needs=needs, instances=spread)

    def _needs(self, names: list[str], n: int, guards: list[str], instance: str = "") -> tuple[Need, ...]:
        out = []
        for _ in range(self.random.randrange(3)):
            among = names[:n] if n and self.random.random() < 0.9 else [x for x in names if x != names[n]]
            docs = tuple(f"{x}.result" for x in self.random.sample(among, min(len(among), self.random.randrange(1, 3))))
            when = self.random.choice([None, *guards])
            group = "GROUP" if len(docs) > 1 else ""
            meant = self.random.choice(("", "pit", "top")) if self.instances else instance
            out.append(Need(docs, self.random.choice(FIRMS), when, group=group, instance=meant))
        return tuple(out)

    def _spread(self, names: list[str], n: int, guards: list[str]) -> Instances:
        listed = [
            Instance(x, x, self.random.choice([None, *guards]), self._needs(names, n, guards)) for x in ("pit", "top")
        ]
        return Instances("by", {"stage": Spreading(tuple(listed)), "building": Spreading(each_building=True)})


def projects(*, buildings: bool, instances: bool) -> Iterator[dict[str, Any]]:
    """Every project that such a catalogue can tell apart, of up to two buildings."""
    answers = (False, True)
    own = [dict(zip(("own_0", "own_1"), said, strict=True)) for said in product(answers, repeat=2)]
    lists: list[tuple[dict[str, bool], ...]] = [(own[0],)] if instances else [()]
    if buildings:
        lists = [found for size in range(3) for found in combinations_with_replacement(own, size)]
    spread = (None, "stage", "building") if instances else (None,)
    for yes in product(answers, repeat=3):
        stated = {f"yes_{n}": said for n, said in enumerate(yes)}
        for kind, area, by, found in product("abc", ("0.5", 1, "1.5", 2, 3), spread, lists):
            named = [{"name": f"{n}号", **each} for n, each in enumerate(found)]
            yield {"facts": {**stated, "kind": kind, "area": area, "by": by}, "buildings": named}
