"""``plan --what-if``, ``--frontier``, ``--samples``, and the same over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.command_line import yichuang
from tests.api.service import serving
from tests.api.test_cli_plan import BASE

OBSERVED = {"B01": [15, 15, 31], "O01": [20, 30, 30, 60]}
BARE: dict[str, Any] = {
    "steps": [
        {"id": "land", "days": 30, "legal_effect": True},
        {"id": "review", "days": 15, "needs": [{"step": "land", "firm": "assumable"}]},
        {"id": "permit", "days": 3, "legal_effect": True, "needs": [{"step": "review"}]},
    ]
}


def told(*more: str, given: Any = BASE) -> Any:
    return yichuang("plan", "-", "--json", "--forecast", *more, given=given)


def test_the_change_that_saves_most() -> None:
    found = told("--what-if", "--reading", "serial").answer
    days = {(n["from"], n["to"]): c["days_saved"] for c in found["changes"] for n in c.get("needs", [])}
    assert days["A10", "O01"] == 43 and days["O03", "A10"] == 40
    assert [c["days_saved"] for c in found["changes"]] == sorted(
        (c["days_saved"] for c in found["changes"]), reverse=True
    )
    assert all(c["cite"] or c.get("local") for c in found["changes"])
    assert len(told("--what-if", "--top", "1").answer["changes"]) < len(told("--what-if").answer["changes"])


def test_sets_of_assumptions() -> None:
    found = told("--frontier", given={**BASE, "failing": {"land-contract": 0.2}}).answer
    assert [(f["assume"], f["days_saved"], f["step_days_lost"]) for f in found["frontier"]] == [
        ([], 0, 0.0),
        (["land-contract"], 31, 6.8),
    ]
    guessed = told("--frontier").answer["assumptions"][0]
    assert guessed["fails"] == 0.1 and guessed["local"] and guessed["assumed"]["says"]


def test_samples() -> None:
    found = told("--samples", "2000", "--seed", "3", given={**BASE, "observed": OBSERVED}).answer
    assert found == told("--samples", "2000", "--seed", "3", given={**BASE, "observed": OBSERVED}).answer
    assert [q["share"] for q in found["quantiles"]] == [10, 50, 80, 90, 95]
    assert found["mean"] > found["plan"]["working_days"] and "不是预期" in found["plan"]["says"]
    assert {s["id"]: s["observed"] for s in found["steps"]}["O01"] == 4


def test_bare_graphs_and_words() -> None:
    raw = {**BARE, "failing": {"land": 0.5}, "observed": {"review": [10, 20]}}
    for more, word in (
        (("--what-if",), "先假设“land”"),
        (("--frontier",), "节省 15 个工作日（至 33）　预期损失 7.5 环节天（全部落空 15）　land"),
        (("--samples", "100"), "不是预期"),
    ):
        assert word in yichuang("plan", "--graph", "-", *more, given=raw).out
    assert yichuang("plan", "--graph", "-", "--json", given=raw).answer["finish"] == 48


@pytest.mark.parametrize(
    ("more", "extra", "pointers"),
    [
        (("--samples", "10"), {"observed": {"Z99": [1]}}, ["/observed/Z99"]),
        (("--samples", "10"), {"observed": {"B01": []}}, ["/observed/B01"]),
        (("--samples", "10"), {"observed": {"B01": [-1, 2.5, True]}}, [f"/observed/B01/{i}" for i in range(3)]),
        (("--samples", "0"), {}, ["--samples"]),
        (("--samples", "100001"), {}, ["--samples"]),
        (("--frontier",), {"failing": {"x": 0.1, "land-contract": 2}}, ["/failing/x", "/failing/land-contract"]),
        (("--frontier",), {"assume": ["x"], "failing": []}, ["/assume/0", "/failing"]),
        (("--frontier", "--what-if"), {}, ["--frontier"]),
        (("--what-if", "--top", "0"), {}, ["--top"]),
    ],
)
def test_wrong_input_is_named(more: tuple[str, ...], extra: dict[str, Any], pointers: list[str]) -> None:
    assert told(*more, given={**BASE, **extra}).pointers == pointers


def test_over_http(tmp_path: Path) -> None:
    body = {**BASE, "forecast": True}
    with serving(tmp_path, f"sqlite:///{tmp_path / 'yichuang.sqlite3'}") as service:
        service.add("owner", "owner")
        with service.client("owner") as client, service.visitor() as visitor:
            assert visitor.post("/api/plan/what-if", json=body).status_code == 401
            saved = client.post("/api/plan/what-if", json={**body, "reading": "serial"}).json()["changes"]
            assert saved[0]["days_saved"] >= saved[-1]["days_saved"] > 0
            sets = client.post("/api/plan/frontier", json={**body, "failing": {"land-contract": 0.25}}).json()
            assert sets["frontier"][1]["step_days_lost"] == 8.5
            bare = client.post("/api/plan/samples", json={"graph": BARE, "observed": {"review": [10, 20]}}).json()
            assert bare["plan"]["working_days"] == 48
            for path, wrong, pointer in (
                ("samples", {**body, "observed": {"Z99": [1]}}, "/observed/Z99"),
                ("samples", {**body, "samples": 10**6}, "/samples"),
                ("frontier", {**body, "failing": {"land-contract": -1}}, "/failing/land-contract"),
                ("what-if", {**body, "graph": BARE}, "/facts"),
                ("what-if", {"graph": {"steps": [{"id": "A", "days": -1}]}}, "/graph/steps/0/days"),
            ):
                answer = client.post(f"/api/plan/{path}", json=wrong)
                assert answer.status_code == 422, answer.text
                assert pointer in [e["pointer"] for e in answer.json()["errors"]]
