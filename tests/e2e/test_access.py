"""Who sees and does what (各角色所见所为), in one case over a real socket: only what is their own, and the rest looks like nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import House
from tests.e2e.filer import REVIEWERS, ROLES, Filer, find, open_tasks
from tests.e2e.scenes import small_case, unsound

BODIES: dict[str, dict[str, Any]] = {
    "accept": {},
    "ask_once": {},
    "refuse": {},
    "give": {"verdict": "pass"},
    "sign_unaffected": {"reasons": "不受影响"},
    "withdraw_opinion": {"reasons": "重新审查"},
    "stop_clock": {"reason": "检测", "written_notice": True},
    "resume_clock": {},
    "call": {"on": "2022-09-02", "place": "现场"},
    "hold": {"attended": [], "findings": {}},
    "issue": {},
}
"""Every command on a task, with a body that is read."""

WHOLE: dict[str, dict[str, Any]] = {
    "answer": {"says": "已整改"},
    "withdraw": {},
    "extend": {"days": 5, "approved_by": "agency_head", "says": "情况复杂"},
    "withdraw-certificate": {"reasons": "材料不实"},
}
"""Every command on a whole case."""


@pytest.fixture(scope="module")
def open_case(open_house: House) -> Iterator[Filer]:
    """A case of two departments, taken in: their reviews are open."""
    filer = small_case(open_house.people, open_house.service)
    filer.do("window", "intake", "accept")
    yield filer
    assert open_house.service.call(unsound) == []


@pytest.fixture
def filer(open_case: Filer) -> Iterator[Filer]:
    """The same for one test, which must leave no trace in it."""
    before = open_case.look()
    yield open_case
    assert open_case.look() == before, "what is refused changes nothing"


def refusals(filer: Filer, login: str, commands: dict[str, dict[str, Any]], task: str) -> dict[str, int]:
    """The status that each command on a task is answered with."""
    return {c: filer.order(login, task, c, etag="*", **body).status_code for c, body in commands.items()}


def test_to_another_owner_the_case_looks_like_none_at_all(filer: Filer) -> None:
    people = filer.people
    assert people["stranger"].get("/api/cases").json() == {"cases": []}
    assert people["stranger"].get("/api/projects").json() == {"projects": []}
    for path in (f"/api/cases/{filer.case}", f"/api/cases/{filer.case}/tasks", f"/api/cases/{filer.case}/certificate"):
        assert alike(people["stranger"].get(path), people["stranger"].get(path.replace(filer.case, "no-such-case")))
    for command, body in WHOLE.items():
        if command in ("answer", "withdraw"):
            there = filer.send("stranger", f"/cases/{filer.case}/{command}", body)
            assert alike(there, filer.send("stranger", f"/cases/no-such-case/{command}", body))
    body = {"facts": {"archive_scope": True}}
    there = filer.send("stranger", f"/projects/{filer.project}/facts", body)
    assert alike(there, filer.send("stranger", "/projects/no-such-project/facts", body))


def alike(there: httpx.Response, nowhere: httpx.Response) -> bool:
    """Whether two answers can't be told apart, but for the number of the request."""
    shown = [{k: v for k, v in a.json().items() if k != "instance"} for a in (there, nowhere)]
    headers = [{k: v for k, v in a.headers.items() if k not in ("date", "x-request-id")} for a in (there, nowhere)]
    return there.status_code == nowhere.status_code == 404 and shown[0] == shown[1] and headers[0] == headers[1]


@pytest.mark.parametrize("login", ["defence", "archives", "weather"])
def test_a_department_without_an_item_in_it_does_not_know_of_it(filer: Filer, login: str) -> None:
    assert filer.people[login].get(f"/api/cases/{filer.case}").status_code == 404
    task = open_tasks(filer.shown, "review")[0]["id"]
    assert set(refusals(filer, login, {"give": BODIES["give"]}, task).values()) == {404}


def test_a_department_gives_no_opinion_on_another_ones_item(filer: Filer) -> None:
    for task in open_tasks(filer.shown, "review"):
        own = REVIEWERS[task["about"]["item"]]
        other = {"planning": "housing", "housing": "planning"}[own]
        assert set(refusals(filer, other, BODIES, task["id"]).values()) == {403}
        assert find(filer.look(own), "review", task["about"]["item"])["yours"]
        assert not find(filer.look(other), "review", task["about"]["item"])["yours"]


@pytest.mark.parametrize("login", ["supervisor", "admin", "owner"])
def test_who_has_no_task_gives_no_command_on_any(filer: Filer, login: str) -> None:
    for task in ("intake", open_tasks(filer.shown, "review")[0]["id"], "issue"):
        assert set(refusals(filer, login, BODIES, task).values()) == {403}


def test_the_supervisor_sees_everything_and_changes_nothing(filer: Filer) -> None:
    shown = filer.look("supervisor")
    assert shown["tasks"] and not any(t["yours"] for t in shown["tasks"])
    assert filer.people["supervisor"].get(f"/api/cases/{filer.case}/tasks").json() == {"tasks": []}
    for command, body in WHOLE.items():
        assert filer.send("supervisor", f"/cases/{filer.case}/{command}", body).status_code == 403
    assert filer.send("supervisor", "/projects", {"name": "x"}).status_code == 403


def test_the_administrator_sees_no_case(filer: Filer) -> None:
    assert filer.people["admin"].get(f"/api/cases/{filer.case}").status_code == 404
    assert filer.people["admin"].get("/api/cases").json() == {"cases": []}


def test_the_window_reviews_nothing_and_departments_accept_nothing(filer: Filer) -> None:
    review = open_tasks(filer.shown, "review")[0]["id"]
    assert set(refusals(filer, "window", BODIES, review).values()) == {403}
    for login in ("housing", "planning", "lead"):
        taking = {c: BODIES[c] for c in ("accept", "ask_once", "refuse")}
        assert set(refusals(filer, login, taking, "intake").values()) == {403}
    for login in ("window", "housing", "owner"):
        assert filer.send(login, f"/cases/{filer.case}/withdraw-certificate", {"reasons": "x"}).status_code == 403
    for login in ("window", "housing", "lead"):
        assert filer.send(login, f"/cases/{filer.case}/withdraw", {}).status_code == 403


def test_each_is_shown_its_own_tasks_alone(filer: Filer) -> None:
    for login in ROLES:
        answer = filer.people[login].get(f"/api/cases/{filer.case}/tasks")
        if answer.status_code == 200:
            parties = {t["party"] for t in answer.json()["tasks"]}
            assert (
                parties <= {ROLES[login][1], "window"} if login.startswith("window") else parties <= {ROLES[login][1]}
            )


def test_without_a_token_there_is_nothing_but_the_check(filer: Filer, house: House) -> None:
    with house.service.visitor() as nobody:
        paths = (
            "cases",
            "projects",
            f"cases/{filer.case}",
            f"projects/{filer.project}",
            "me",
            f"cases/{filer.case}/tasks",
        )
        for path in paths:
            answer = nobody.get(f"/api/{path}")
            assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
        written = nobody.post(f"/api/cases/{filer.case}/withdraw", json={}, headers={"Idempotency-Key": "k"})
        assert written.status_code == 401
        number = {"number": "江海联验字〔2022〕999号", "code": "AAAA-AAAA-AAAA"}
        assert nobody.get("/api/certificates/check", params=number).json()["standing"] == "unknown"
