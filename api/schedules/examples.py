"""Examples of schedules in the documentation (排程示例): two reviews at one desk, and two cases that share it."""

from __future__ import annotations

from typing import Any

from api.answers import Ask

_REVIEWS = [
    {"id": "B01", "days": 15, "uses": {"natural_resources": 1}},
    {"id": "B04", "days": 5, "uses": {"natural_resources": 1}},
    {"id": "C08", "days": 7, "needs": [{"step": "B01", "firm": "required"}]},
]
GRAPH = Ask(
    "graph",
    "一张图 One graph",
    {"steps": _REVIEWS, "capacity": {"natural_resources": 1}, "seconds": 1},
)
CASES = Ask(
    "cases",
    "几个办件共用人力 Cases that share desks",
    {
        "capacity": {"natural_resources": 1},
        "cases": [
            {"id": "JH-1", "arrives": 0, "due": 40, "steps": _REVIEWS},
            {"id": "JH-2", "arrives": 2, "due": 30, "steps": _REVIEWS[:1]},
        ],
        "seconds": 0,
    },
)
SCHEDULE: dict[str, Any] = {
    "makespan": 22,
    "bound": 22,
    "optimal": True,
    "starts": {"B01": 0, "B04": 15, "C08": 15},
    "method": "dispatch",
    "gap": 0.0,
    "seconds": 0.0,
    "reading": "serial",
}
