"""What an export is asked with (导出的请求体)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.plans.schemas import PlanIn


class ExportIn(PlanIn):
    """A plan's question, with the format, and the step up to which it goes.

    ``reading`` left out is ``all`` where the format shows readings above one another, else ``parallel``.
    """

    format: Literal["gantt", "graph", "bpmn", "ics", "csv", "graphml"]
    reading: Literal["serial", "parallel", "simulated", "beforehand", "all"] | None = None  # type: ignore[assignment]
    until: Annotated[str, Field(min_length=1, max_length=200)] | None = None
