"""What a schedule is asked with (排程的请求体)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.requests import Body

MOST_SECONDS_SERVED = 5
"""Seconds that the solver may work on one request."""


class ScheduleIn(Body):
    """One graph (``steps``) or several cases (``cases``), the desks there are, and how long the solver may work."""

    steps: Annotated[list[Any], Field(max_length=20_000)] | None = None
    cases: Annotated[list[Any], Field(max_length=500)] | None = None
    capacity: Annotated[dict[str, Any], Field(max_length=1_000)] | None = None
    reading: Literal["serial", "parallel", "simulated", "beforehand"] = "serial"
    seconds: Annotated[int, Field(strict=True, ge=0, le=MOST_SECONDS_SERVED)] = 3
