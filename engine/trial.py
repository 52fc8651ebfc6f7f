"""One change, planned anew (逐项重排): the graph with a step shortened, a need dropped or assumed, and when it then ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from engine.graph import Edge, StepGraph
from engine.passes import earliest
from engine.plan import Time
from engine.reading import DROPS, Conversion, Network, Reading, network
from engine.terms import Firm


def read(graph: StepGraph, reading: Reading, conversion: Conversion | None) -> Network:
    """A graph in one reading."""
    return network(graph, DROPS[reading], conversion, beforehand=reading is Reading.BEFOREHAND)


def times(net: Network, time: Time) -> tuple[list[Any], list[Any]]:
    """Earliest starts and finishes."""
    return earliest(net.order, net.preds, time.start, lambda s, start: time.finish(net.steps[s], start))


def end(net: Network, time: Time) -> Any:
    """When the last step finishes."""
    return max(times(net, time)[1], default=time.start)


def with_days(graph: StepGraph, step: str, days: int) -> StepGraph:
    """The same graph with other days for one step."""
    at = graph.index[step]
    changed = replace(graph.steps[at], days=days)
    return replace(graph, steps=(*graph.steps[:at], changed, *graph.steps[at + 1 :]))


def without(graph: StepGraph, edge: Edge) -> StepGraph:
    """The same graph without one need."""
    return replace(graph, edges=tuple(e for e in graph.edges if e is not edge))


def assuming(graph: StepGraph, reading: Reading, conversion: Conversion | None, adopted: Collection[Edge]) -> Network:
    """A reading in which exactly these needs are assumed, besides what it drops anyway."""
    chosen = {id(edge) for edge in adopted}
    edges = tuple(
        replace(e, firm=Firm.REQUIRED) if e.firm is Firm.ASSUMABLE and id(e) not in chosen else e for e in graph.edges
    )
    drops = DROPS[reading] | {Firm.ASSUMABLE}
    return network(replace(graph, edges=edges), drops, conversion, beforehand=reading is Reading.BEFOREHAND)


def working_days(net: Network, time: Time) -> list[int]:
    """How many working days each step takes in the plan with its dates: calendar days are counted by those among them."""
    starts, finishes = times(net, time)
    return [time.gap(a, b) for a, b in zip(starts, finishes, strict=True)]
