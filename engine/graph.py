"""The graph of approval steps (审批环节图): steps, and for each pair why one comes after the other, how firmly, by which law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from engine.errors import Fault, InputError
from engine.passes import CycleFoundError, in_order
from engine.terms import Assumed, Beforehand, Cite, Firm, Truth, Unit

CONVERT = ".convert"
DECIDE = ".decide"
MADE = (CONVERT, DECIDE)
"""Ends of the ids that a reading gives to steps of its own making: turned formal (转正), decided (作出决定)."""

MOST_TOLD = 20
"""Steps of a cycle that are named, from where it begins."""


@dataclass(frozen=True, slots=True)
class GraphStep:
    """A step (环节): an item of the catalogue or an instance of one, the owner's own work, a conversion (转正), a decision."""

    id: str
    title: str = ""
    days: int = 0
    unit: Unit = Unit.WORKING
    legal_effect: bool = False
    """Whether what it makes binds (有法律效力): it never rests on an open assumption."""
    own_work: bool = False
    """Whether it is the owner's own work (建设单位自办), which nobody turns formal."""
    applies: Truth = Truth.YES
    department: str = ""
    duration: str = ""
    """Where the days come from: ``stated``, ``promised``, ``statutory``, ``assumed``; empty where nobody says."""
    limit: str = ""
    makes: tuple[str, ...] = ()
    cite: tuple[Cite, ...] = ()
    item: str = ""
    """The item that it is a step of, where its own id says more: an instance (分项), a conversion, a decision."""

    def of(self, item: str) -> bool:
        """Whether it is that item, or a part of it."""
        return item == (self.item or self.id)


@dataclass(frozen=True, slots=True)
class Edge:
    """Why a step comes after another (先后关系): the document that it needs, how firmly, by which clause."""

    before: str
    after: str
    firm: Firm = Firm.REQUIRED
    doc: str = ""
    group: str = ""
    cite: tuple[Cite, ...] = ()
    local: bool = False
    assumed: Assumed | None = None
    beforehand: Beforehand | None = None
    """Where review may be finished before the document arrives, and only the decision waits for it (预先完成)."""


@dataclass(frozen=True)
class StepGraph:
    """Steps and edges, checked: ids are unique, every edge leads between steps, and nothing goes round in a circle."""

    steps: tuple[GraphStep, ...]
    edges: tuple[Edge, ...]
    warnings: tuple[tuple[str, str], ...] = ()
    index: Mapping[str, int] = field(default_factory=dict, compare=False)
    order: tuple[int, ...] = field(default=(), compare=False)

    @classmethod
    def of(
        cls, steps: Iterable[GraphStep], edges: Iterable[Edge], warnings: Iterable[tuple[str, str]] = ()
    ) -> StepGraph:
        """Check and build.

        Raises:
            InputError: a repeated id, an unknown step, a step that waits for itself, a cycle; each by name.
        """
        made, joined = tuple(steps), tuple(edges)
        index = {step.id: i for i, step in reversed(list(enumerate(made)))}
        faults = list(_faults(made, joined, index))
        if faults:
            raise InputError(faults)
        preds = predecessors(joined, index, len(made))
        try:
            order = tuple(in_order(preds))
        except CycleFoundError as error:
            names = _circle([made[i].id for i in error.steps])
            says = f"这些环节互相等待，形成循环：{names}；请去掉其中一处先后关系。"
            raise InputError([Fault("/steps", names, says, f"A cycle: {names}.")]) from None
        return cls(made, joined, tuple(warnings), index, order)

    def step(self, name: str) -> GraphStep:
        """The step of that id; KeyError where there is none."""
        return self.steps[self.index[name]]

    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph as networkx has it, with everything that is known on its nodes and edges, to draw and to analyse."""
        out: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for step in self.steps:
            out.add_node(step.id, **_attributes(step, ("id",)))
        for edge in self.edges:
            out.add_edge(edge.before, edge.after, **_attributes(edge, ("before", "after")))
        return out

    @classmethod
    def from_graph(cls, graph: nx.MultiDiGraph[str]) -> StepGraph:
        """The way back from :meth:`graph`."""
        steps = (GraphStep(name, **given) for name, given in graph.nodes(data=True))
        return cls.of(steps, (Edge(a, b, **given) for a, b, given in graph.edges(data=True)))


def predecessors(edges: Iterable[Edge], index: Mapping[str, int], count: int) -> list[list[int]]:
    """For each step the numbers of those that it waits for."""
    preds: list[list[int]] = [[] for _ in range(count)]
    for edge in edges:
        preds[index[edge.after]].append(index[edge.before])
    return preds


def _attributes(made: GraphStep | Edge, without: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__slots__ if name not in without}


def _circle(ids: Sequence[str]) -> str:
    """A cycle by name; of a long one the beginning, and how long it is."""
    told = [*ids[:MOST_TOLD], f"…（共 {len(ids) - 1} 个环节）…", ids[-1]] if len(ids) > MOST_TOLD + 1 else ids
    return " → ".join(told)


def _faults(steps: Sequence[GraphStep], edges: Sequence[Edge], index: Mapping[str, int]) -> Iterable[Fault]:
    if len(index) < len(steps):
        for i, step in enumerate(steps):
            if index[step.id] != i:
                yield Fault(f"/steps/{i}/id", step.id, f"环节“{step.id}”写了两次。", f"{step.id} is given twice.")
    for i, step in enumerate(steps):
        base = next((step.id.removesuffix(end) for end in MADE if step.id.endswith(end)), None)
        if base in index:
            says = f"“{step.id}”是“{base}”转正或者作出决定的环节的代号，请另取代号。"
            yield Fault(f"/steps/{i}/id", step.id, says, f"{step.id} is what a reading may call a part of {base}.")
    for edge in edges:
        for name in (edge.before, edge.after):
            if name not in index:
                says = f"没有环节“{name}”（{edge.before} → {edge.after}）。"
                yield Fault("/steps", name, says, f"There is no step {name}.")
        if edge.before == edge.after:
            says = f"环节“{edge.before}”等待它自己。"
            yield Fault("/steps", edge.before, says, f"{edge.before} waits for itself.")
