"""The example cases (示例办件): the simulated ones as they stand, and that the example accounts can take them to their end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.demo import ACCOUNTS, PASSWORD, ensure
from api.demo.simulated import PAPER, SIGNERS, waiting_for_land
from api.demo.stories import Story, just_received, withdrawn
from api.parts import Parts
from models.projects import CaseRecord, find_cases
from tests.api.service import START, InThread, serving
from tests.databases import sqlite_url
from tests.e2e.filer import Shown, legal_day
from tests.e2e.scenes import unsound
from tests.e2e.simulated import Simulating

VOIDED = {"A10", "B01", "B02", "C01"}
"""What looked at the floor-area ratio."""
SUNDAY = datetime(2022, 11, 6, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InThread]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with serving(folder, sqlite_url(folder / "demo.sqlite3"), demo=True) as running:
        yield running


@pytest.fixture(scope="module")
def people(service: InThread) -> Iterator[Mapping[str, Any]]:
    """The example accounts, signed in; reviewers by department, whoever signs there with a 2."""
    with ExitStack() as stack:
        found = {a.login: stack.enter_context(service.client(a.login, PASSWORD)) for a in ACCOUNTS}
        for department, (drafter, signer) in SIGNERS.items():
            found |= {department: found[drafter], f"{department}2": found[signer]}
        yield found


def told(people: Mapping[str, Any], name: str) -> Simulating:
    """An example case by the name of its project."""
    filer = Simulating(people)
    (case,) = (c for c in people["owner"].get("/api/cases").json()["cases"] if c["project_name"] == name)
    filer.case, filer.project = case["id"], case["project"]
    filer.look()
    return filer


def to_the_end(filer: Simulating) -> Shown:
    """Turn formal what holds, give anew what does not, hand the licences out, close the case."""
    for task in [t for t in filer.shown["tasks"] if t["id"].startswith("convert:") and t["state"] != "done"]:
        who = filer.departments()[task["about"]["item"]]
        if task["state"] == "open" and filer.opinions()[task["about"]["item"]] == "holds":
            filer.do(who, task["id"], "convert", unchanged=True)
        elif task["state"] == "open":
            filer.do(who, task["id"], "give", verdict="pass")
        filer.do(f"{who}2", task["id"], "sign")
    for item in ("A10", "A17", "B02"):
        filer.do("window", f"permit:{item}", "issue")
    filer.do("window", "finish", "issue")
    return filer.look()


def test_one_waits_for_its_land_and_goes_on_when_that_comes(service: InThread, people: Mapping[str, Any]) -> None:
    filer = told(people, "智能装备厂房")
    assert set(filer.opinions().values()) == {"holds"} and filer.shown["simulated"]["failures"] == []
    assert [(p["force"], p["status"]) for p in filer.shown["papers"]] == [("simulated", "simulated")]
    assert filer.shown["certificate"] is None
    (assumed,) = filer.shown["simulated"]["assumptions"]
    fields = {f["field"]: f["assumed"] for f in assumed["fields"]}
    filer.paper(PAPER, b"%PDF-1.7 the contract as it was assumed", **fields)
    filer.register_result("A01", "2022-440704-07", legal_day(service))
    filer.look()
    ended = to_the_end(filer)
    assert ended["state"]["code"] == "issued" and set(filer.opinions().values()) == {"converted"}


def test_of_the_other_a_part_is_void_and_the_rest_turns_formal(service: InThread, people: Mapping[str, Any]) -> None:
    filer = told(people, "新型显示模组厂房")
    (failed,) = filer.shown["simulated"]["failures"]
    assert (failed["cause"], failed["ends"], {r["item"] for r in failed["redo"]}) == (
        "conditions_differ",
        False,
        VOIDED,
    )
    assert filer.void() == VOIDED
    assert {i for i, state in filer.opinions().items() if state == "converted"} == {"B07", "C05", "C06"}
    assert [p["status"] for p in filer.shown["papers"]] == ["withdrawn"]
    turning = {c["item"] for c in filer.shown["clocks"] if c["limit"] == "simulated-conversion"}
    assert turning == set(filer.opinions()) - VOIDED, "what is void has the days of a full review"
    ended = to_the_end(filer)
    assert ended["state"]["code"] == "issued" and filer.void() == VOIDED
    assert service.call(unsound) == []


def listed(folder: Path, *told: Sequence[Story], start: datetime = START) -> list[CaseRecord]:
    """The cases of an empty demo that these stories were told in, one start after the other."""

    async def use(parts: Parts) -> list[CaseRecord]:
        for stories in told:
            await ensure(parts, stories)
        async with parts.database.read() as reader:
            return list(await find_cases(reader))

    with serving(folder, sqlite_url(folder / "demo.sqlite3"), start=start) as empty:
        return empty.call(use)


def test_a_demo_begun_on_a_day_off_ends_on_the_last_working_day(tmp_path: Path) -> None:
    (case,) = listed(tmp_path, [just_received], start=SUNDAY)
    assert case.received_on.isoformat() == "2022-11-04"


def test_a_demo_of_before_keeps_its_cases_and_gets_no_past(tmp_path: Path) -> None:
    """What a later version tells besides would lie before what the ledger has."""
    before = [withdrawn, just_received]
    assert len(listed(tmp_path, before, [*before, waiting_for_land], before)) == len(before)
