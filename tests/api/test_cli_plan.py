"""``plan``: CONTRACT §4, for DOMAIN §4.6's base project and for bare graphs."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.api.command_line import yichuang
from tests.api.service import serving

BASE: dict[str, Any] = {
    "on": "2022-03-01",
    "facts": {
        "investment": "social",
        "approval_regime": "filing",
        "category": "general_industry",
        "land_supply": "granted",
        "land_state": "cleared",
        "land_already_construction": True,
        "site_area_m2": 12000,
        "floor_area_m2": 8000,
        "contract_price_yuan": 20000000,
        "eia_class": "registration",
    },
}
STEP_KEYS = {
    "id",
    "title",
    "days",
    "earliest_start",
    "earliest_finish",
    "latest_start",
    "latest_finish",
    "slack",
    "critical",
    "waits_for",
    "stands_on",
    "legal_effect",
    "applies",
}


def told(*more: str, given: Any = BASE) -> Any:
    return yichuang("plan", "-", "--json", *more, given=given)


def steps(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {s["id"]: s for s in answer["steps"]}


@pytest.mark.parametrize(
    ("reading", "starts"), [("serial", "2022-07-29"), ("parallel", "2022-05-30"), ("simulated", "2022-04-13")]
)
def test_design_review_starts(reading: str, starts: str) -> None:
    """105, 62 and 30 working days after 2022-03-01 (DOMAIN §4.6)."""
    answer = told("--reading", reading).answer
    assert answer["reading"] == reading
    assert answer["start"] == "2022-03-01"
    assert steps(answer)["B01"]["earliest_start"] == starts
    assert all(STEP_KEYS <= set(s) for s in answer["steps"])
    assert set(answer["savings"]) == {"by_dropping_custom", "by_before_issue", "by_assumption", "by_capacity"}


def test_serial_drops_nothing_and_the_others_cite_what_they_drop() -> None:
    assert told("--reading", "serial").answer["dropped"] == []
    simulated = told("--reading", "simulated").answer
    firms = {(d["from"], d["to"]): d["firm"] for d in simulated["dropped"]}
    assert firms["A09", "O01"] == firms["A09", "B01"] == "assumable"
    assert firms["O03", "A10"] == "customary"
    assert all(d["cite"] or d.get("local") for d in simulated["dropped"])
    assert simulated["assumptions"] == [
        {"id": "land-contract", "document": "国有建设用地使用权出让合同", "discharged_by": "A09"}
    ]


def test_what_binds_stands_on_nothing_open() -> None:
    found = steps(told("--reading", "simulated").answer)
    assert found["B01"]["stands_on"] == ["land-contract"]
    assert found["B01.convert"]["waits_for"] == ["B01", "A09"]
    assert found["B01.convert"]["legal_effect"] is True
    assert all(not s["stands_on"] for s in found.values() if s["legal_effect"])


def test_all_three_side_by_side() -> None:
    answer = told("--compare").answer
    assert set(answer["readings"]) == {"serial", "parallel", "simulated"}
    assert answer["milestones"]["design_review_start"] == {
        "serial": "2022-07-29",
        "parallel": "2022-05-30",
        "simulated": "2022-04-13",
    }
    assert set(answer["milestones"]["construction_start"]) == {"serial", "parallel", "simulated"}
    saved, readings = answer["savings"], answer["readings"]
    days = {name: each["working_days"] for name, each in readings.items()}
    assert days["serial"] - saved["by_dropping_custom"] - saved["by_before_issue"] == days["parallel"]
    assert days["parallel"] - saved["by_assumption"] == days["simulated"]


def test_days_stated_go_before_the_catalogue() -> None:
    found = steps(told("--reading", "parallel", given={**BASE, "durations": {"B01": 5, "START": 100}}).answer)
    assert (found["B01"]["days"], found["START"]["days"]) == (5, 100)


@pytest.mark.parametrize(
    ("durations", "pointer"),
    [
        ({"Z99": 3}, "/durations/Z99"),
        ({"A11": 3}, "/durations/A11"),
        ({"B01": -1}, "/durations/B01"),
        ({"B01": 10**7}, "/durations/B01"),
        ({"B01": "5"}, "/durations/B01"),
        ([], "/durations"),
    ],
)
def test_days_for_what_is_not_there_are_refused(durations: Any, pointer: str) -> None:
    assert pointer in told(given={**BASE, "durations": durations}).pointers


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, set()),
        ({"hazardous_chemicals": True}, {"simulated-not-eligible"}),
        ({"land_state": "contracted"}, {"simulated-not-eligible"}),
        ({"investment": "government"}, {"catalogue-scope", "simulated-not-eligible"}),
    ],
)
@pytest.mark.parametrize("more", [("--reading", "parallel"), ("--reading", "simulated"), ("--compare",)])
def test_what_the_decision_warns_of_stands_in_the_plan(
    facts: dict[str, Any], codes: set[str], more: tuple[str, ...]
) -> None:
    """Every reading tells what assuming saves: for whom simulated approval is closed, each says so."""
    answer = told(*more, given={**BASE, "facts": {**BASE["facts"], **facts}}).answer
    for each in answer.get("readings", {"": answer}).values():
        assert {w["code"] for w in each["warnings"]} - {"no-duration"} == codes


def test_contracts_that_nobody_listed_are_asked_for_once() -> None:
    """What waits for the permit or the works of each contract is not told that none applies."""
    facts = {**BASE["facts"], "permit_by": "contract"}
    assert told(given={**BASE, "facts": facts}).pointers == ["/facts/contracts"]
    assert told(given={**BASE, "facts": {**facts, "contracts": "一标、二标"}}).code == 0


def test_a_misspelt_key_is_told_what_a_plan_may_have() -> None:
    problem = told(given={**BASE, "duration": {"B01": 1}}).problem
    assert problem["errors"][0]["pointer"] == "/duration"
    assert "durations" in problem["errors"][0]["fix"]


def test_a_plan_beyond_the_published_years_is_not_guessed() -> None:
    late = {**BASE, "on": "2026-06-01"}
    assert told(given=late).code == 3
    assert told("--forecast", given=late).answer["start"] == "2026-06-01"


def bare(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"steps": list(steps)}


GRAPH = bare(
    {"id": "A", "days": 3, "needs": []},
    {"id": "B", "days": 2, "needs": [{"step": "A", "firm": "assumable"}]},
    {"id": "C", "days": 1, "legal_effect": True, "needs": [{"step": "B", "firm": "required"}]},
    {"id": "D", "days": 4, "needs": [{"step": "A", "firm": "customary"}]},
)


def test_a_bare_graph_counts_from_nought() -> None:
    def planned(reading: str) -> dict[str, Any]:
        found: dict[str, Any] = yichuang("plan", "--graph", "-", "--reading", reading, "--json", given=GRAPH).answer
        return found

    serial, simulated = planned("serial"), planned("simulated")
    assert (serial["start"], serial["finish"], serial["working_days"]) == (0, 7, 7)
    found = steps(simulated)
    assert (found["B"]["earliest_start"], found["B"]["stands_on"]) == (0, ["A"])
    assert (found["C"]["earliest_start"], found["C"]["waits_for"]) == (3, ["B", "A"])
    assert {(d["from"], d["to"], d["firm"]) for d in simulated["dropped"]} == {
        ("A", "B", "assumable"),
        ("A", "D", "customary"),
    }
    assert simulated["finish"] == 4


@pytest.mark.parametrize(
    "graph",
    [
        bare({"id": "A", "days": 1, "needs": [{"step": "B"}]}, {"id": "B", "days": 1, "needs": [{"step": "A"}]}),
        bare({"id": "A", "days": 1, "needs": [{"step": "X"}]}),
        bare({"id": "A", "days": 1}, {"id": "A", "days": 1}),
        bare({"id": "A", "days": -1}),
        bare({"id": "A", "days": 10**12}),
        bare({"id": "A"}),
        {"steps": None},
        {},
        [],
    ],
)
def test_a_faulty_bare_graph_is_wrong_input(graph: Any) -> None:
    answer = yichuang("plan", "--graph", "-", "--json", given=graph)
    if graph == []:
        assert answer.answer == []
    else:
        assert answer.code == 2 and answer.problem["errors"]


def test_it_wants_facts_or_a_graph() -> None:
    assert yichuang("plan", "--json").code == 2
    assert yichuang("plan", "a.json", "--graph", "b.json", "--json").code == 2


def test_in_words() -> None:
    words = yichuang("plan", "-", "--compare", given=BASE).out
    assert "方案审查开始：串联（现行做法） 2022-07-29，并联（依法） 2022-05-30，模拟审批 2022-04-13" in words
    one = yichuang("plan", "-", "--reading", "simulated", given=BASE).out
    assert "立足于假设：land-contract" in one


def test_in_english_words() -> None:
    words = yichuang("plan", "-", "--compare", "--lang", "en", given=BASE).out
    assert "design review starts: serial (as today) 2022-07-29, parallel (as the law allows) 2022-05-30" in words
    assert "working days saved: 58 by dropping custom, 0 by supplying papers before issue, 31 by assuming" in words
    one = yichuang("plan", "-", "--reading", "simulated", "--lang", "en", given=BASE).out
    assert "stands on land-contract (simulated, no effect of a permit)" in one
    assert "no longer waits O03 → A10 (customary)" in one
    ahead = yichuang("plan", "-", "--reading", "beforehand", "--lang", "en", given=BASE).out
    assert "only the decision waits A09 → B02" in ahead


def test_a_picture_of_the_three(tmp_path: Path) -> None:
    file = tmp_path / "计划.svg"
    answer = told("--compare", "--svg", str(file)).answer
    drawn = ElementTree.parse(file)
    titles = [e.text or "" for e in drawn.iter("{http://www.w3.org/2000/svg}title")]
    for name, reading in answer["readings"].items():
        shown = [s for s in reading["steps"] if s["days"] or s["stands_on"]]
        for step in shown:
            says = f"{step['id']} {step['title']}：最早 {step['earliest_start']} 至 {step['earliest_finish']}"
            assert any(t.startswith(says) for t in titles), (name, says)
    assumed = [t for t in titles if "立足于假设" in t]
    assert assumed and all("无行政许可效力" in t for t in assumed)
    assert told("--svg", str(tmp_path / "没有" / "计划.svg")).pointers == ["--svg"]


def test_over_http(tmp_path: Path) -> None:
    with serving(tmp_path, f"sqlite:///{tmp_path / 'yichuang.sqlite3'}") as service:
        service.add("owner", "owner")
        with service.client("owner") as client, service.visitor() as visitor:
            assert visitor.post("/api/plan", json=BASE).status_code == 401
            answer = client.post("/api/plan", json=BASE)
            assert answer.status_code == 200, answer.text
            assert answer.json()["milestones"]["design_review_start"]["serial"] == "2022-07-29"
            wrong = client.post("/api/plan", json={**BASE, "durations": {"Z99": 1}})
            assert wrong.status_code == 422
            assert wrong.json()["errors"][0]["pointer"] == "/durations/Z99"


def test_a_bare_graph_over_http_is_what_the_command_line_says(tmp_path: Path) -> None:
    graph = {
        "steps": [{"id": "甲", "days": 3}, {"id": "乙", "days": 2, "needs": [{"step": "甲", "firm": "customary"}]}],
    }
    circle = {
        "steps": [
            {"id": "甲", "days": 1, "needs": [{"step": "乙"}]},
            {"id": "乙", "days": 1, "needs": [{"step": "甲"}]},
        ]
    }
    with serving(tmp_path, f"sqlite:///{tmp_path / 'yichuang.sqlite3'}") as service:
        service.add("owner", "owner")
        with service.client("owner") as client:
            compared = yichuang("plan", "--graph", "-", "--compare", "--json", given=graph).answer
            assert client.post("/api/plan", json={"graph": graph}).json() == compared
            wrong = {
                "/graph/steps": {"graph": circle},
                "/graph/steps/0/days": {"graph": {"steps": [{"id": "甲", "days": -1}]}},
                "/start": {"graph": graph, "start": "2022-03-01"},
            }
            for pointer, asked in wrong.items():
                answer = client.post("/api/plan", json=asked)
                assert answer.status_code == 422
                assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
            drawn = client.post("/api/plan/export", json={"graph": graph, "format": "gantt", "reading": "serial"})
            asked = ("draw", "--graph", "-", "--as", "gantt", "--reading", "serial")
            assert drawn.text == yichuang(*asked, given=graph).out
            dated = client.post("/api/plan/export", json={"graph": graph, "format": "ics"})
            assert [e["pointer"] for e in dated.json()["errors"]] == ["/format"]
