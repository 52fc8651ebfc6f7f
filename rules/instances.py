"""Instances of items (分项办理), what may be finished beforehand (预先完成), and items that wait for each other (互为前置)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import Fault
from engine.instances import wanted
from engine.policy import Instance, Instances, Item, ItemKind, ItemLimit, Need, Spreading
from engine.terms import Beforehand, FactType, Firm, Scope
from rules.item_parts import Makers, Names, Path, days_of, lapses_of, limits_of, needs_of
from rules.loader import Placed, unknown_name
from rules.schema import FactShape
from rules.schema_items import InstanceShape, ItemShape, SpreadShape
from rules.terms import assumed, cites

EACH = "*"
"""Stands for every building or contract when cycles are looked for."""


def instances_of(
    placed: Placed[ItemShape], limits: Sequence[ItemLimit], makers: Makers, names: Names
) -> Instances | None:
    """In which instances an item is had; what is wrong with them goes to the faults."""
    shape = placed.entry.instances
    if shape is None:
        return None
    by = _fact(shape.by, FactType.CHOICE, placed, ("instances", "by"), names)
    where = {}
    for kind, way in shape.where.items():
        at = ("instances", "where", kind)
        if by is not None and kind not in by.allowed:
            names.faults.append(unknown_name(placed.at(*at), kind, f"“{by.title}”的取值", by.allowed))
        where[kind] = _spreading(way, placed, at, limits, makers, names)
    return Instances(shape.by, where)


def _fact(name: str, kind: FactType, placed: Placed[ItemShape], path: Path, names: Names) -> FactShape | None:
    """A fact of the project of that type, or a fault."""
    facts = {p.entry.id: p.entry for p in names.view.of("facts") if p.entry.scope is Scope.PROJECT}
    found: FactShape | None = facts.get(name)
    if found is None:
        if not names.view.broken("facts", name):
            names.faults.append(names.view.unknown("facts", placed.at(*path), name, "项目的事实", facts))
    elif found.type is not kind:
        fix = f"此处须用 type 为 {kind.value} 的事实；“{found.title}”的 type 是 {found.type.value}。"
        names.faults.append(Fault(placed.at(*path), name, fix, f"A fact of type {kind.value} is wanted."))
        return None
    return found


def _spreading(
    way: SpreadShape, placed: Placed[ItemShape], path: Path, limits: Sequence[ItemLimit], makers: Makers, names: Names
) -> Spreading:
    if way.names is not None:
        _fact(way.names, FactType.TEXT, placed, (*path, "names"), names)
    found: dict[str, Instance] = {}
    for i, shape in enumerate(way.listed):
        at = (*path, "listed", i)
        if shape.id in found:
            fix = f"分项“{shape.id}”写了两次，请改为各不相同。"
            names.faults.append(Fault(placed.at(*at, "id"), shape.id, fix, "Written twice."))
        found[shape.id] = _instance(shape, placed, at, limits, makers, names)
    source = (cites(way.cite), way.local, assumed(way))
    return Spreading(tuple(found.values()), way.each is not None, way.names or "", *source)


def _instance(
    shape: InstanceShape,
    placed: Placed[ItemShape],
    path: Path,
    limits: Sequence[ItemLimit],
    makers: Makers,
    names: Names,
) -> Instance:
    names.condition(shape.when, Scope.PROJECT, placed, *path, "when")
    title = f"{placed.entry.title}（{shape.title}）"
    own = limits_of(shape.limits, placed, path, list(limits), names)
    return Instance(
        shape.id,
        shape.title,
        shape.when,
        needs_of(shape.needs, placed, path, makers, names),
        own,
        lapses_of(shape.lapse, placed, path, makers, names),
        days_of(shape.days, f"{placed.entry.id}:{shape.id}", title, bool(own or limits), placed, path, names),
    )


# --- finished beforehand ----------------------------------------------------------------------------------------------

Mark = tuple[str, str]
"""A document, and the group that it is meant in; empty for any."""


def finished_beforehand(item: Item, written: Iterable[Placed[Any]], names: Names) -> Item:
    """The item with its needs marked as the layers say; only what a department decides, on a document the law requires."""
    marks: dict[Mark, Beforehand] = {}
    for placed in written:
        for i, shape in enumerate(placed.entry.beforehand):
            where = placed.at("beforehand", i, "doc")
            mark = (shape.doc, shape.group or "")
            if (fault := _unfit(item, mark, mark in marks, where)) is not None:
                names.faults.append(fault)
            marks[mark] = Beforehand(cites(shape.cite), shape.local, assumed(shape))
    if not marks:
        return item
    return replace(item, needs=_marked(item.needs, marks), instances=_marked_instances(item.instances, marks))


def _unfit(item: Item, mark: Mark, twice: bool, where: str) -> Fault | None:
    doc, group = mark
    needs = sorted((*item.needs, *_needs_of_instances(item.instances)), key=lambda need: need.firm is Firm.REQUIRED)
    firms = {d: need.firm for need in needs if group in ("", need.group) for d in need.one_of}
    if twice:
        return Fault(where, doc, f"“{doc}”写了两次，请删去一处。", "Written twice.")
    if item.kind is ItemKind.OWN_DUTY:
        fix = f"“{item.title}”由建设单位自办，没有部门的审查可以预先完成；请删去。"
        return Fault(where, doc, fix, "Only a department's decision can be prepared beforehand.")
    if doc not in firms:
        return unknown_name(where, doc, f"“{item.title}”的前置文书", firms)
    if firms[doc] is not Firm.REQUIRED:
        fix = f"只有 required 的前置才须等候；“{doc}”是 {firms[doc].value}，不必写预先完成。"
        return Fault(where, doc, fix, "Only a required document is waited for.")
    return None


def _marked(needs: tuple[Need, ...], marks: Mapping[Mark, Beforehand]) -> tuple[Need, ...]:
    return tuple(replace(need, beforehand=mark) if (mark := _mark(need, marks)) is not None else need for need in needs)


def _mark(need: Need, marks: Mapping[Mark, Beforehand]) -> Beforehand | None:
    if need.firm is not Firm.REQUIRED:
        return None
    return next(
        (made for (doc, group), made in marks.items() if doc in need.one_of and group in ("", need.group)), None
    )


def _marked_instances(instances: Instances | None, marks: Mapping[Mark, Beforehand]) -> Instances | None:
    if instances is None:
        return None
    where = {
        kind: replace(way, listed=tuple(replace(i, needs=_marked(i.needs, marks)) for i in way.listed))
        for kind, way in instances.where.items()
    }
    return Instances(instances.by, where)


def _needs_of_instances(instances: Instances | None) -> Iterator[Need]:
    for way in instances.where.values() if instances else ():
        for instance in way.listed:
            yield from instance.needs


# --- waiting in a circle ----------------------------------------------------------------------------------------------

Node = tuple[str, str]
"""An item and its instance; empty for the whole."""

Situation = tuple[str, str] | None
"""A fact and its value, by which items are had in instances; None: every item as a whole."""


def waiting_in_a_circle(items: Mapping[str, Item], placed: Mapping[str, Placed[ItemShape]], names: Names) -> None:
    """Items that wait for each other, as wholes; where none do, by instances."""
    ways = {(i.instances.by, kind) for i in items.values() if i.instances for kind in i.instances.where}
    for situation in (None, *sorted(ways)):
        found = _Circles(items, situation).find()
        for loop in found:
            said = " → ".join(f"{name}:{instance}" if instance else name for name, instance in loop)
            where = placed[loop[-2][0]].at("needs")
            fix = f"事项互为前置：{said}。请删去其中一条前置。"
            names.faults.append(Fault(where, said, fix, "Items wait for each other."))
        if found:
            return


class _Circles:
    def __init__(self, items: Mapping[str, Item], situation: Situation) -> None:
        self.items, self.situation = items, situation
        self.done: set[Node] = set()
        self.found: list[tuple[Node, ...]] = []

    def find(self) -> list[tuple[Node, ...]]:
        for name in self.items:
            for instance in self._there(name):
                self._visit((name, instance), ())
        return self.found

    def _visit(self, node: Node, path: tuple[Node, ...]) -> None:
        if node in path:
            self.found.append((*path[path.index(node) :], node))
        elif node not in self.done:
            self.done.add(node)
            for before in self._before(node):
                self._visit(before, (*path, node))

    def _before(self, node: Node) -> Iterator[Node]:
        name, instance = node
        for need in self._needs(name, instance):
            for doc in need.one_of:
                maker = doc.removesuffix(".result")
                if maker in self.items:
                    own, theirs = self._spread(name), self._spread(maker)
                    found = wanted(need, instance, own, self.items[maker], theirs, self._there(maker))
                    yield from ((maker, each) for each in found)

    def _needs(self, name: str, instance: str) -> tuple[Need, ...]:
        item = self.items[name]
        listed = self._way(name).listed if self._spread(name) else ()
        return (*item.needs, *(need for i in listed if i.id == instance for need in i.needs))

    def _spread(self, name: str) -> Situation:
        said, here = self.items[name].instances, self.situation
        return here if said is not None and here is not None and said.by == here[0] and here[1] in said.where else None

    def _way(self, name: str) -> Spreading:
        said = self.items[name].instances
        assert said is not None and self.situation is not None
        return said.where[self.situation[1]]

    def _there(self, name: str) -> tuple[str, ...]:
        if self._spread(name) is None:
            return ("",)
        return tuple(i.id for i in self._way(name).listed) or (EACH,)
