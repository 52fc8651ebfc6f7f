"""``decide`` for the whole catalogue and for simulated approval: CONTRACT §1 through the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.command_line import Told, yichuang
from tests.rules.test_catalogue import LAND
from tests.rules.test_catalogue_construction import BUILDING, PROJECT

ON = "2022-03-01"
STATED: dict[str, Any] = {"on": ON, "facts": {**PROJECT, **LAND}, "buildings": [BUILDING]}


def decide(service: str, facts: dict[str, Any] | None = None, *args: str, **more: Any) -> Told:
    raw = {**STATED, "facts": {**STATED["facts"], **(facts or {})}, **more}
    return yichuang("decide", "-", "--service", service, *args, given=raw)


def ids(answer: dict[str, Any], applies: str) -> list[str]:
    return [i["id"] for i in answer["items"] if i["applies"] == applies]


def test_the_whole_catalogue() -> None:
    answer = decide("approval", None, "--json").answer
    assert (answer["service"], answer["eligible"], answer["warnings"]) == ("approval", "yes", [])
    assert len(answer["items"]) == 77
    assert answer["engines"] == ["interpreter", "durable-rules"]
    assert set(ids(answer, "yes")) & {"A01", "A02", "A09", "A11", "B01", "C02", "C03", "C08"} == set(
        "A01 A09 B01 C03 C08".split()
    )
    contract = next(i for i in answer["items"] if i["id"] == "A09")
    assert (contract["kind"], contract["department"], contract["part"]) == ("government", "natural_resources", None)
    impact = next(i for i in answer["items"] if i["id"] == "A15")
    assert "不同理解" in impact["contested"]


def test_nothing_known_leaves_the_undecided_undecided() -> None:
    answer = yichuang("decide", "-", "--json", "--service", "approval", given={"on": ON, "facts": {}}).answer
    assert answer["eligible"] == "yes"
    assert {"A10", "A13", "B02", "C01"} <= set(ids(answer, "yes"))
    assert {"A01", "A02", "A06", "A09", "A14", "A15", "A17", "C02"} <= set(ids(answer, "unknown"))
    first = answer["needs"][0]
    assert len(first["decides"]) >= len(answer["needs"][-1]["decides"])


@pytest.mark.parametrize(
    ("facts", "eligible"), [({}, "yes"), ({"voluntary": False}, "no"), ({"voluntary": None}, "unknown")]
)
def test_simulated_approval(facts: dict[str, Any], eligible: str) -> None:
    answer = decide("simulated-approval", facts, "--json").answer
    assert answer["eligible"] == eligible
    assert {"A10", "A15", "B01", "C01"} <= set(ids(answer, "yes"))
    assert not {"A09", "C08", "A01"} & {i["id"] for i in answer["items"]}
    if eligible == "no":
        assert [r["rule"] for r in answer["reasons"]] == ["simulated_voluntary"]
        assert "暂参照南安" in answer["reasons"][0]["says"]


def test_a_project_outside_the_catalogue_is_warned_of() -> None:
    for service in ("approval", "simulated-approval"):
        answer = decide(service, {"category": "municipal"}, "--json").answer
        assert [w["code"] for w in answer["warnings"]] == ["catalogue-scope"]


def test_in_words_nobody_plays_a_part() -> None:
    told = decide("approval")
    assert told.code == 0
    assert "A10 建设用地规划许可证（自然资源部门，行政许可）" in told.out
    assert "另行办理" not in told.out
