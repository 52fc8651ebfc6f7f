"""Use cases of what limits a plan (卡在哪里的用例): of facts or of a bare graph; nothing is stored."""

from __future__ import annotations

from typing import Any

from api.parts import Parts
from api.plans.limiting import Asked, frontier_json, samples_json, what_if_json
from api.plans.schemas import FrontierIn, LimitingIn, PlanIn, SamplesIn, WhatIfIn
from api.plans.service import question
from engine.errors import Fault, InputError
from engine.graph_reading import read_graph
from engine.plan import Numbers
from engine.reading import Reading
from engine.whatif import limits_of


def what_if(parts: Parts, body: WhatIfIn) -> dict[str, Any]:
    """Single changes, ranked."""
    return what_if_json(_asked(parts, body, Reading(body.reading)), body.top)


def frontier(parts: Parts, body: FrontierIn) -> dict[str, Any]:
    """Sets of assumptions that nothing beats."""
    return frontier_json(_asked(parts, body, Reading.PARALLEL), body.failing, body.assume)


def samples(parts: Parts, body: SamplesIn) -> dict[str, Any]:
    """When it is finished if steps last as long as they were observed to."""
    return samples_json(_asked(parts, body, Reading(body.reading)), body.observed, body.samples, body.seed)


def _asked(parts: Parts, body: LimitingIn, reading: Reading) -> Asked:
    """What is asked about.

    Raises:
        InputError: facts and a graph, or a fault in either.
    """
    if body.graph is not None:
        also = [name for name in ("on", "facts", "buildings", "durations", "start") if getattr(body, name)]
        if also:
            fix = "写了 graph（裸图）就不要写这一项。"
            raise InputError([Fault(f"/{name}", None, fix, "Leave it out beside a graph.") for name in also])
        try:
            return Asked(read_graph(body.graph), Numbers(), reading)
        except InputError as error:
            raise InputError([Fault("/graph" + f.pointer, f.value, f.fix, f.fix_en) for f in error.errors]) from None
    shared = body.model_dump(include={"on", "facts", "buildings", "durations", "start", "forecast"})
    asked = question(parts, PlanIn(**shared))
    return Asked(asked.graph, asked.time, reading, asked.conversion, limits_of(asked.decision))
