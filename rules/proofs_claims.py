"""What is claimed of a catalogue's graph (待证的命题), each as a formula that no profile may make true.

- no step waits for ever: it is there, a need of its applies, and no step that makes the document is there;
- no document has two makers, and no two items that exclude each other are there together;
- no steps go round in a circle: some of them are there, each waiting for another of them.

Where these hold, every step comes about that is there, by induction along the order: what GRAPH §4.4 propagates as ``fire``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import networkx as nx

from engine.deriving import RESULT
from engine.policy import Item, Need, PolicyBook
from engine.terms import Firm
from rules.proofs_confirm import Together, Waiting, in_a_circle
from rules.proofs_formula import Formula, Is, Not, Variable, both, either
from rules.proofs_places import Place, Places, missing
from rules.proofs_witness import SERVICE, Witness


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that no profile makes ``broken`` true, and how a project shows that one does."""

    item: str
    path: tuple[Any, ...]
    """Where in the item's entry a fault of this kind stands."""
    broken: Formula
    shows: Callable[[PolicyBook, Witness], str | None]
    """What the real decision and plan of a witness show; None where they do not show the fault."""
    says: str
    """With ``{profile}`` and ``{shown}`` to be filled in."""
    says_en: str
    at_load: bool = True
    """Whether a policy is refused for it, or only told by a deep run: the decision itself stops where two items exclude each other."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Whether a step is one of those that go round in a circle."""

    step: str


def claims(places: Places) -> Iterator[Claim]:
    """Every claim about a book's graph."""
    yield from _needs(places)
    for doc, makers in places.makers.items():
        for one, other in combinations(makers, 2):
            says = (
                f"文书“{doc}”由 {one.id} 和 {other.id} 都作出，而下述情形两者都适用{{shown}}：{{profile}}。"
                "一份文书在一个项目里只能由一个环节作出，请改正 makes 或者适用条件。"
            )
            yield _apart(places, (one, other), says, f"{doc} has two makers in one profile: {one.id}, {other.id}.")
    service = places.book.services.get(SERVICE)
    for group in service.exclusive if service else ():
        for one, other in combinations([places.items[x] for x in group if x in places.items], 2):
            says = f"{one.id} 与 {other.id} 互斥（exclusive），而下述情形两者都适用{{shown}}：{{profile}}。请改正适用条件。"
            english = f"{one.id} and {other.id} exclude each other, and both apply."
            yield replace(_apart(places, (one, other), says, english), at_load=False)
    yield from _circles(places)


def _needs(places: Places) -> Iterator[Claim]:
    for place in places.all:
        for path, need in place.needs():
            if need.firm is not Firm.CUSTOMARY and not places.from_outside(need):
                makers = places.makes(place, need)
                yield _met(place, path, need, both(places.needed(place, need), missing(makers)), [m for m, _ in makers])


def _met(place: Place, path: tuple[Any, ...], need: Need, broken: Formula, makers: list[Place]) -> Claim:
    ids = "、".join(dict.fromkeys(m.item.id for m in makers)) or "、".join(d.removesuffix(RESULT) for d in need.one_of)
    what = f" {need.group}（{ids} 之一）" if need.group else f" {ids} 的文书（{'、'.join(need.one_of)}）"
    says = (
        f"“{place.title}”（{place.id}）需要{what}，而下述情形没有一个环节作出它，将永远等待{{shown}}：{{profile}}。"
        "请给这一前置写 when，或者改正适用条件。"
    )
    english = f"{place.id} waits for ever: none of {ids} is there in this profile."
    return Claim(place.item.id, path, broken, Waiting(place, need), says, english)


def _apart(places: Places, items: tuple[Item, Item], says: str, says_en: str) -> Claim:
    together = both(*(places.profiles.formula(item.applies) for item in items))
    return Claim(items[1].id, ("applies",), together, Together(items), says, says_en)


def _circles(places: Places) -> Iterator[Claim]:
    """One claim for each knot of steps that could wait for each other."""
    edges: dict[tuple[str, str], list[Formula]] = {}
    item_of = {place.id: place.item.id for place in places.all}
    for place in places.all:
        for _, need in place.needs():
            for maker, there in places.makes(place, need):
                edges.setdefault((maker.id, place.id), []).append(both(places.needed(place, need), there))
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(edges)
    for knot in nx.strongly_connected_components(graph):
        inner = [edge for edge in edges if knot.issuperset(edge)]
        if not inner:
            continue
        turns = {name: Is(Variable(Turns(name)), frozenset([1])) for name in sorted(knot)}
        rules = []
        for name, flag in turns.items():
            before = (both(either(*edges[a, b]), turns[a]) for a, b in inner if b == name)
            rules.append(either(Not(flag), *before))
        says = "这些环节在下述情形互相等待，形成循环 {shown}：{profile}。请去掉其中一处前置。"
        english = f"A cycle among {', '.join(sorted(knot))} in one profile."
        where = item_of[min(knot)]
        yield Claim(where, ("needs",), both(either(*turns.values()), *rules), in_a_circle, says, english)
