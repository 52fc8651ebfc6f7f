"""What a plan is asked with (计划的请求体)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.requests import Body
from api.words import Day

Days = dict[str, Annotated[int, Field(strict=True, ge=0, le=36_500)]]
Graph = Annotated[dict[str, Any], Field(max_length=10)]


class PlanIn(Body):
    """A project's facts as ``decide`` takes them, days over the catalogue's, from which day, and which reading.

    Or a bare graph instead, with ``reading`` alone beside it: days are plain numbers from 0.
    """

    on: Day | None = None
    facts: Annotated[dict[str, Any], Field(max_length=200)] | None = None
    buildings: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None
    graph: Graph | None = None
    durations: Annotated[Days, Field(max_length=200)] = {}
    capacity: Annotated[dict[str, Any], Field(max_length=100)] | None = None
    """Desks by department (各部门人力), for what they cost the simulated plan."""
    start: Day | None = None
    reading: Literal["serial", "parallel", "simulated", "beforehand", "all"] = "all"
    forecast: Annotated[bool, Field(strict=True)] = False


class LimitingIn(Body):
    """A project's facts as a plan takes them, or a bare graph, and in which reading it is looked at."""

    on: Day | None = None
    facts: Annotated[dict[str, Any], Field(max_length=200)] | None = None
    buildings: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None
    graph: Graph | None = None
    durations: Annotated[Days, Field(max_length=200)] = {}
    start: Day | None = None
    forecast: Annotated[bool, Field(strict=True)] = False


class WhatIfIn(LimitingIn):
    """Which single change would save most; ``top`` of each kind are told."""

    reading: Literal["serial", "parallel", "simulated", "beforehand"] = "parallel"
    top: Annotated[int, Field(strict=True, ge=1, le=100)] = 10


class FrontierIn(LimitingIn):
    """Which assumptions are compared (all where it says nothing), and how probably each fails."""

    assume: Annotated[list[Any], Field(max_length=200)] | None = None
    failing: Annotated[dict[str, Any], Field(max_length=200)] | None = None


class SamplesIn(LimitingIn):
    """Working days observed for each step, and how many samples are drawn from them."""

    reading: Literal["serial", "parallel", "simulated", "beforehand"] = "parallel"
    observed: Annotated[dict[str, Any], Field(max_length=1000)] | None = None
    samples: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 10_000
    seed: Annotated[int, Field(strict=True, ge=0, le=2**53)] = 0
