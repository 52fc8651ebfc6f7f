"""``POST /api/schedule`` and desks in ``POST /api/plan``, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

import api.schedules.service as service
from api.schedules.examples import CASES, GRAPH, SCHEDULE
from tests.api.service import serving
from tests.api.test_cli_plan import BASE
from tests.bench.schedules import instance, parameters


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("schedules")
    with serving(folder, f"sqlite:///{folder / 'yichuang.sqlite3'}") as running:
        running.add("owner", "owner")
        with running.client("owner") as signed_in:
            yield signed_in


def test_the_example_is_what_is_answered(client: httpx.Client) -> None:
    found = client.post("/api/schedule", json=GRAPH.value)
    assert found.status_code == 200, found.text
    assert {**found.json(), "seconds": 0} == {**SCHEDULE, "seconds": 0}


def test_several_cases(client: httpx.Client) -> None:
    found = client.post("/api/schedule", json=CASES.value).json()
    assert set(found["rules"]) == {"least_slack", "fifo"}
    assert set(found["starts"]) == {"JH-1", "JH-2"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**GRAPH.value, "seconds": 6}, "/seconds"),
        ({**GRAPH.value, "seconds": 1.5}, "/seconds"),
        ({**GRAPH.value, "reading": "x"}, "/reading"),
        ({**GRAPH.value, "capacity": {}}, "/steps/0/uses/natural_resources"),
        ({"steps": [{"id": "a", "days": 1.0}]}, "/steps/0/days"),
        ({"steps": [], "more": 1}, "/more"),
        ({}, "/steps"),
    ],
)
def test_wrong_input_is_a_problem(client: httpx.Client, body: Any, pointer: str) -> None:
    found = client.post("/api/schedule", json=body)
    assert found.status_code == 422, found.text
    assert pointer in [e["pointer"] for e in found.json()["errors"]]


def test_while_the_solver_is_busy_dispatch_answers(client: httpx.Client) -> None:
    raw = {**instance(Random(5), *parameters(5)), "seconds": 5}
    with service._solving:
        assert client.post("/api/schedule", json=raw).json()["method"] == "dispatch"
    assert client.post("/api/schedule", json=raw).json()["method"] == "cp-sat"


def test_nobody_unknown_schedules(client: httpx.Client) -> None:
    assert httpx.post(f"{client.base_url}/api/schedule", json=GRAPH.value, trust_env=False).status_code == 401


def test_desks_beside_the_facts_of_a_plan(client: httpx.Client) -> None:
    def saved(capacity: Any) -> Any:
        return client.post("/api/plan", json={**BASE, "reading": "simulated", "capacity": capacity})

    assert saved(None).json()["savings"]["by_capacity"] == 0
    assert saved({"natural_resources": 1, "housing_construction": 1}).json()["savings"]["by_capacity"] > 0
    wrong = saved({"natural_resource": 1})
    assert wrong.status_code == 422
    assert "natural_resources" in wrong.json()["errors"][0]["fix"]
