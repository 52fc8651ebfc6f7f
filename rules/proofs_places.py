"""The steps that projects may have (可能的环节): items as wholes and by instances, when each is there, and who makes what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.conditions import Comparison, Op
from engine.deriving import RESULT
from engine.policy import Instance, Item, Need, PolicyBook, Spreading
from engine.terms import Fact, Scope
from rules.proofs_formula import YES, Formula, Not, both, either
from rules.proofs_profiles import Profiles
from rules.proofs_witness import SERVICE

NAMED = "*"
"""Stands for each building or contract that a project names: all are alike."""


@dataclass(frozen=True, slots=True)
class Place:
    """An item as a whole, or one of its instances (分项) under one value (``kind``) of the fact that spreads it."""

    item: Item
    kind: str = ""
    part: Instance | None = None
    number: int = 0

    @property
    def instance(self) -> str:
        """Id of the instance; empty where it is the whole item."""
        return (self.part.id if self.part else NAMED) if self.kind else ""

    @property
    def id(self) -> str:
        """The step's id, as in plans."""
        return f"{self.item.id}:{self.instance}" if self.kind else self.item.id

    @property
    def title(self) -> str:
        """The item's title, with the instance's."""
        return f"{self.item.title}（{self.part.title}）" if self.part else self.item.title

    def needs(self) -> Iterator[tuple[tuple[Any, ...], Need]]:
        """What it needs, each with its path in the item's entry; what all instances need is told of each."""
        yield from ((("needs", n), need) for n, need in enumerate(self.item.needs))
        inside = ("instances", "where", self.kind, "listed", self.number, "needs")
        yield from (((*inside, n), need) for n, need in enumerate(self.part.needs if self.part else ()))


def steps_of(book: PolicyBook) -> dict[str, Item]:
    """The items that a plan may hold as steps: those of the service, and the owner's own steps."""
    service = book.services.get(SERVICE)
    listed = {entry.item for entry in service.items} if service else set()
    return {i.id: i for i in book.items.values() if service and (i.id in listed or i.days is not None)}


def makers_of(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Document → the items that make it."""
    made: dict[str, list[Item]] = {}
    for item in items:
        for doc in (item.id + RESULT, *item.makes):
            made.setdefault(doc, []).append(item)
    return made


class Places:
    """Every step that a project may have under a book, with the formula of when it is there."""

    def __init__(self, book: PolicyBook) -> None:
        self.book, self.items = book, steps_of(book)
        self.makers = makers_of(self.items.values())
        self._made = makers_of(book.items.values())
        self.of_item = {name: tuple(_places(item)) for name, item in self.items.items()}

    @property
    def all(self) -> Iterator[Place]:
        """All of them."""
        return (place for places in self.of_item.values() for place in places)

    @cached_property
    def guards(self) -> tuple[str, ...]:
        """Every condition that says whether a step is there or a need applies."""
        found = [item.applies for item in self.items.values()]
        for place in self.all:
            found += [need.when for _, need in place.needs() if need.when is not None]
            found += [place.part.when] if place.part and place.part.when else []
        return tuple(dict.fromkeys(found))

    @cached_property
    def profiles(self) -> Profiles:
        """The profiles that these guards and the facts that spread items tell apart."""
        spread = [(i.instances, kind) for i in self.items.values() if i.instances for kind in i.instances.where]
        told = [Comparison(self._fact(said.by), Op.EQ, kind) for said, kind in spread]
        ways = [said.where[kind] for said, kind in spread]
        told += [Comparison(self._fact(way.names), Op.EQ, "一标段") for way in ways if way.names]
        made = Profiles.of(self.book.conditions, self.guards, told)
        made.built = any(way.each_building for way in ways)
        return made

    def _fact(self, name: str) -> Fact:
        fact = self.book.vocabulary.get(Scope.PROJECT, name)
        assert fact is not None, name
        return fact

    def there(self, place: Place) -> Formula:
        """When the step is there."""
        said = place.item.instances
        applies = self.profiles.formula(place.item.applies)
        if said is None:
            return applies
        if not place.kind:
            return both(applies, *(Not(self._spread_by(said.by, kind)) for kind in said.where))
        when = self.profiles.formula(place.part.when if place.part else None)
        return both(applies, self._spread_by(said.by, place.kind), when)

    def _spread_by(self, fact: str, kind: str) -> Formula:
        return self.profiles.meets(self._fact(fact), Op.EQ, kind)

    def needed(self, place: Place, need: Need) -> Formula:
        """When the step is there and needs this."""
        return both(self.there(place), self.profiles.formula(need.when))

    def from_outside(self, need: Need) -> bool:
        """Whether something that is needed comes from outside every step."""
        return any(doc not in self._made for doc in need.one_of)

    def makes(self, place: Place, need: Need) -> list[tuple[Place, Formula]]:
        """The steps that may make what is needed, and when each is there and meant."""
        out = []
        for maker in {m.id: m for doc in need.one_of for m in self.makers.get(doc, ())}.values():
            for other in self.of_item[maker.id]:
                meant = self._meant(place, need, other)
                if meant is not None:
                    out.append((other, both(self.there(other), meant)))
        return out

    def _meant(self, place: Place, need: Need, other: Place) -> Formula | None:
        """When this instance is meant: the one that is named; else the counterpart where there is one; else all."""
        if not other.kind:
            return YES
        peers = [p for p in self.of_item[other.item.id] if p.kind == other.kind]
        if need.instance and any(p.instance == need.instance for p in peers):
            return YES if other.instance == need.instance else None
        alike = place.kind == other.kind and _by(place) == _by(other)
        twin = next((p for p in peers if alike and p.instance == place.instance), None)
        return YES if twin is None or twin is other else Not(self.there(twin))


def missing(makers: list[tuple[Place, Formula]]) -> Formula:
    """That none of them is there."""
    return Not(either(*(there for _, there in makers)))


def _by(place: Place) -> str:
    return place.item.instances.by if place.item.instances else ""


def _places(item: Item) -> Iterator[Place]:
    yield Place(item)
    for kind, way in item.instances.where.items() if item.instances else ():
        yield from _spread(item, kind, way)


def _spread(item: Item, kind: str, way: Spreading) -> Iterator[Place]:
    yield from (Place(item, kind, part, n) for n, part in enumerate(way.listed))
    if not way.listed:
        yield Place(item, kind)
