"""What a plan is asked with (计划的请求体)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.requests import Body
from api.words import Day


class PlanIn(Body):
    """A project's facts as ``decide`` takes them, days over the catalogue's, from which day, and which reading."""

    on: Day | None = None
    facts: Annotated[dict[str, Any], Field(max_length=200)] | None = None
    buildings: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None
    durations: Annotated[dict[str, Annotated[int, Field(strict=True, ge=0, le=36_500)]], Field(max_length=200)] = {}
    start: Day | None = None
    reading: Literal["serial", "parallel", "simulated", "beforehand", "all"] = "all"
    forecast: Annotated[bool, Field(strict=True)] = False
