"""Use cases of what limits a plan (卡在哪里的用例): of facts or of a bare graph; nothing is stored."""

from __future__ import annotations

from typing import Any

from api.parts import Parts
from api.plans.limiting import Asked, frontier_json, samples_json, what_if_json
from api.plans.schemas import FrontierIn, LimitingIn, PlanIn, SamplesIn, WhatIfIn
from api.plans.service import bare, question
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
        return Asked(bare(body)[0], Numbers(), reading)
    shared = body.model_dump(include={"on", "facts", "buildings", "durations", "start", "forecast"})
    asked = question(parts, PlanIn(**shared))
    return Asked(asked.graph, asked.time, reading, asked.conversion, limits_of(asked.decision))
