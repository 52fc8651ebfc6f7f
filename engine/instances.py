"""Instances of an item (分项办理): which a project has, of a permit had by stage, by building or by contract.

A project that does not say has every item once, as a whole. Where the policy lists the instances, each has needs, limits and
lapse rules of its own; where the project's buildings or contracts name them, all are alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.facts import Statement
from engine.policy import Instance, Instances, Item, ItemLimit, Need, PolicyBook, Spreading
from engine.terms import LimitInForce, Scope, Truth

BUILDINGS = "buildings"
"""What says which buildings there are, where nobody has."""


@dataclass(frozen=True, slots=True)
class InstanceDecision:
    """One instance in a project: whether it is there, and its limits in force."""

    instance: Instance
    applies: Truth
    limits: tuple[LimitInForce, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How an item is had in a project: by what (``kind``, a value of the fact ``by``), and in which instances.

    ``missing`` names the fact that would say which there are, where nobody has stated it.
    """

    by: str
    kind: str
    way: Spreading
    instances: tuple[InstanceDecision, ...] = ()
    missing: str = ""


Limits = Callable[[Item, Sequence[ItemLimit]], tuple[LimitInForce, ...]]


def spreads(book: PolicyBook, statement: Statement, truths: Mapping[str, Truth], limits: Limits) -> dict[str, Spread]:
    """Every item that this project has in instances, by item id."""
    out = {}
    for item in book.items.values():
        kind = statement.project.get(item.instances.by) if item.instances else None
        if item.instances is not None and isinstance(kind, str) and kind in item.instances.where:
            out[item.id] = _spread(item, item.instances, kind, statement, truths, limits)
    return out


def _spread(
    item: Item, said: Instances, kind: str, statement: Statement, truths: Mapping[str, Truth], limits: Limits
) -> Spread:
    way = said.where[kind]
    found: Iterable[Instance] = way.listed
    missing = ""
    if way.each_building or way.names:
        names = _names(way.names, statement)
        found, missing = named(names), "" if names else way.names or BUILDINGS
    here = [(i, truths[i.when] if i.when else Truth.YES) for i in found]
    made = (InstanceDecision(i, truth, _limits(item, i, limits)) for i, truth in here if truth is not Truth.NO)
    return Spread(said.by, kind, way, tuple(made), missing)


def _names(fact: str, statement: Statement) -> list[str]:
    if not fact:
        return [b.name for b in statement.in_scope or ()]
    words = re.split(r"[、，,；;]", str(statement.project.get(fact, "")))
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def unlisted(book: PolicyBook, items: Iterable[Item], found: Mapping[str, Spread]) -> Iterator[tuple[str, str]]:
    """Warnings of instances that cannot be told, because nobody has said which there are."""
    unsaid = [(i.title, found[i.id].missing) for i in items if i.id in found and found[i.id].missing]
    for fact in dict.fromkeys(missing for _, missing in unsaid):
        titles = "、".join(title for title, missing in unsaid if missing == fact)
        yield "instances-unknown", f"{titles}：分项办理，但没有列出{title_of(book, fact)}（{fact}），说不出有哪几项。"


def title_of(book: PolicyBook, fact: str) -> str:
    """What the fact that lists instances is called."""
    found = book.vocabulary.get(Scope.PROJECT, fact)
    return found.title if found else "单体建筑清单"


def named(names: Iterable[str]) -> tuple[Instance, ...]:
    """An instance for each name; ids keep letters, digits and hyphens, so that no name reads as another id's part."""
    out: dict[str, Instance] = {}
    for name in names:
        plain = "".join(c if c.isalnum() or c == "-" else "_" for c in name)
        made, n = plain, 1
        while made in out:
            n += 1
            made = f"{plain}-{n}"
        out[made] = Instance(made, name)
    return tuple(out.values())


def _limits(item: Item, instance: Instance, limits: Limits) -> tuple[LimitInForce, ...]:
    own = limits(item, instance.limits)
    kinds = {limit.kind for limit in own}
    return (*own, *(limit for limit in limits(item, item.limits) if limit.kind not in kinds))


def wanted(
    need: Need, here: str, by: tuple[str, str] | None, maker: Item, spread: tuple[str, str] | None, there: Sequence[str]
) -> Sequence[str]:
    """The instances of a maker that a need means.

    Args:
        need: the need.
        here: instance that has the need; empty for an item that is had as a whole.
        by: the fact and its value by which that one is spread.
        maker: the item that makes the document.
        spread: the fact and its value by which the maker is spread; None where it is had as a whole.
        there: instances of the maker that the project has.

    Returns:
        The named one; else the counterpart, where both are spread alike and there is one; else all.
    """
    if spread is None or maker.instances is None:
        return there
    listed = {i.id for i in maker.instances.where[spread[1]].listed}
    if need.instance and need.instance in listed:
        return [i for i in there if i == need.instance]
    return [here] if by == spread and here in there else there
