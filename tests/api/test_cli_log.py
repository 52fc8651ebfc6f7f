"""``log``: CONTRACT §6, by the command line and over HTTP, on the example that is shipped and on broken input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.logs import examples
from tests.api.command_line import yichuang
from tests.api.service import serving
from tests.databases import sqlite_url

TABLE = "办件编号,环节,时间\n甲,A,2022-09-28\n甲,B,2022-09-30\n乙,A,2022-09-28\n乙,B,2022-10-10\n"
PLAN = {"steps": [{"id": "A", "days": 1, "needs": []}, {"id": "B", "days": 2, "needs": [{"step": "A"}]}]}


@pytest.fixture
def example(tmp_path: Path) -> tuple[str, str]:
    """The shipped log and its plan, as files."""
    for name, more in (("log.xes", ()), ("plan.json", ("--plan",))):
        (tmp_path / name).write_text(yichuang("log", "example", *more).out, "utf-8")
    return str(tmp_path / "log.xes"), str(tmp_path / "plan.json")


def plan_file(folder: Path, plan: Any = PLAN) -> str:
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
    return str(folder / "plan.json")


def test_mine_says_what_the_contract_names() -> None:
    found = yichuang("log", "mine", "-", "--json", given=TABLE.encode()).answer
    assert (found["cases"], found["events"], found["parallel"]) == (2, 4, [])
    assert found["order"] == [{"before": "A", "after": "B", "share": 1.0, "support": 2}]
    assert found["observed"] == {"B": [2, 5]}  # 8, 9 and 10 October are worked
    assert isinstance(found["time"], dict)


def test_conform_says_what_the_contract_names_per_case_and_in_total(tmp_path: Path) -> None:
    found = yichuang("log", "conform", "-", "--plan", plan_file(tmp_path), "--json", given=TABLE.encode()).answer
    named = {"broken_order", "late", "missed_parallel_days", "missing_steps"}
    assert named <= found["total"].keys() and all(named <= case.keys() for case in found["cases"])
    assert [(c["case"], c["late"], c["late_days"]) for c in found["cases"]] == [("甲", 0, 0), ("乙", 1, 3)]


def test_without_a_plan_the_later_half_is_held_against_the_earlier() -> None:
    lines = [
        f"{n},{a},2022-0{n}-10\n{n},{b},2022-0{n}-20\n" for n, (a, b) in enumerate([*[("A", "B")] * 5, ("B", "A")], 1)
    ]
    table = "case,activity,time\n" + "".join(lines)
    found = yichuang("log", "conform", "-", "--json", given=table.encode()).answer
    assert (found["plan"]["source"], found["plan"]["learned_from"], found["plan"]["tested_on"]) == ("mined", 3, 3)
    assert [c["broken_order"] for c in found["cases"]] == [0, 0, 1]
    assert found["classes"]["broken_order"] == "finding"  # what is merely done is no law


def test_the_example_shows_each_of_the_six_findings(example: tuple[str, str]) -> None:
    log, plan = example
    found = yichuang("log", "conform", log, "--plan", plan, "--json").answer
    seen = {f["kind"]: f["class"] for case in found["cases"] for f in case["findings"]}
    assert seen == found["classes"]
    stopped = next(c for c in found["cases"] if c["case"] == "虚构-07")
    assert stopped["late"] == 0  # in time, but for the stop


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_people_read_it_too(example: tuple[str, str], lang: str) -> None:
    log, plan = example
    for args in (["mine", log], ["mine", log, "--plan", plan], ["conform", log], ["conform", log, "--plan", plan]):
        told = yichuang("log", *args, "--lang", lang)
        assert (told.code, told.err) == (0, "")
        assert ("个办件" if lang == "zh" else "cases") in told.out


def test_a_plan_as_plan_prints_it_and_names_of_ones_own(tmp_path: Path) -> None:
    facts = {"on": "2022-03-01", "facts": {"investment": "social", "category": "general_industry"}}
    plan = yichuang("plan", "-", "--start", "2022-03-01", "--json", given=facts).answer
    names = tmp_path / "names.json"
    names.write_text(json.dumps({"A": "B01"}), "utf-8")
    more = ("--plan", plan_file(tmp_path, plan), "--names", str(names), "--json")
    found = yichuang("log", "conform", "-", *more, given=TABLE.encode()).answer
    assert found["plan"]["unknown_activities"] == ["B"]
    assert "B01" not in found["plan"]["not_in_log"]


@pytest.mark.parametrize(
    ("args", "given", "pointer"),
    [
        (["mine", "nowhere.xes"], None, ""),
        (["mine", "-"], b"<log><trace><event></event></trace></log>", "标准输入:1"),
        (["mine", "-"], b"<log>", "标准输入:1:6"),
        (["mine", "-"], b"", "标准输入"),
        (["mine", "-", "--columns", "who=a"], TABLE.encode(), "--columns"),
        (["mine", "-", "--share", "0.2"], TABLE.encode(), "--share"),
        (["conform", "-"], b"case,activity,time\n1,A,2022-09-30\n", "--plan"),
        (["conform", "-", "--plan", "nowhere.json"], TABLE.encode(), "--plan"),
    ],
    ids=lambda value: "-" if isinstance(value, bytes) else None,
)
def test_wrong_input_is_one_problem(args: list[str], given: bytes | None, pointer: str) -> None:
    told = yichuang("log", *args, "--json", given=given)
    assert told.code == 2
    assert told.pointers == [pointer]


def test_a_plan_that_knows_nothing_of_the_log_finds_no_case_clean(tmp_path: Path) -> None:
    plan = plan_file(tmp_path, {"steps": [{"id": "B01", "days": 1}]})
    told = yichuang("log", "conform", "-", "--plan", plan, given=TABLE.encode())
    assert (told.code, told.pointers) == (2, ["--plan"])
    assert "A、B" in told.err and "--names" in told.err


def test_a_plan_that_goes_round_in_a_circle_is_told(tmp_path: Path) -> None:
    steps = [{"id": a, "days": 1, "needs": [{"step": b}]} for a, b in ("AB", "BA")]
    told = yichuang("log", "conform", "-", "--plan", plan_file(tmp_path, {"steps": steps}), given=TABLE.encode())
    assert told.code == 2 and "A" in told.problem["detail"]


def test_a_year_without_a_calendar_is_an_authoritys_to_publish() -> None:
    old = TABLE.replace("2022", "2009").encode()
    told = yichuang("log", "mine", "-", "--json", given=old)
    assert told.code == 3
    assert "2009" in told.problem["detail"] and "--calendar weekdays" in told.problem["detail"]
    assert yichuang("log", "mine", "-", "--json", "--calendar", "weekdays", given=old).answer["cases"] == 2


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_over_http_the_log_is_answered_and_kept_nowhere(tmp_path: Path, example: tuple[str, str]) -> None:
    log, plan = (Path(name).read_bytes() for name in example)
    with serving(tmp_path, sqlite_url(tmp_path / "yichuang.sqlite")) as service:
        service.add("du", "supervisor")
        service.add("zhu", "owner")
        with service.client("du") as client:
            stored = client.put("/api/files", params={"name": "plan.json"}, content=plan).json()["sha256"]
            before = sorted(service.settings.files_dir.rglob("*"))
            mined = client.post("/api/log/mine", params={"plan": stored}, content=log)
            found = client.post("/api/log/conform", params={"plan": stored}, content=log)
            broken = client.post("/api/log/mine", content=log[:-30])
            unknown = client.post("/api/log/conform", params={"plan": "0" * 64}, content=log)
            faulty = client.post("/api/log/mine", params={"share": "2"}, content=log)
            assert sorted(service.settings.files_dir.rglob("*")) == before
        with service.client("zhu") as client:
            assert client.post("/api/log/mine", content=log).status_code == 403
    assert mined.json().keys() == examples.MINED.keys()
    assert found.json().keys() == examples.CONFORMED.keys()
    assert found.json()["total"] == examples.CONFORMED["total"]
    assert (broken.status_code, unknown.status_code, faulty.status_code) == (422, 404, 422)
    assert broken.json()["errors"][0]["pointer"].startswith("log:")
