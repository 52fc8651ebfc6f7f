"""The documentation of the API is whole and true: every route with answers, problems and bodies, as the service has them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute
from pydantic import BaseModel

from api.answers import WRITES
from api.cases.service import BODIES
from api.demo import PASSWORD
from api.exports.formats import FORMATS
from api.requests import Anything, read_model
from engine.procedure import ARTICLE_45, Command
from tests.api.service import InThread, serving
from tests.databases import sqlite_url

METHODS = ("get", "put", "post", "delete", "patch")
BYTES = {"GetCertificate", "GetFile", "ExportPlan"}
"""Operations whose good answer is a file."""
RAW = {"PutFile", "CheckCertificateFile", "MineLog", "ConformLog"}
"""Operations whose body is a file."""
SAID_OF_ITSELF = {"type", "title", "status", "detail", "code", "instance"}

Operation = dict[str, Any]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InThread]:
    """A demo: what the examples were taken from."""
    folder = tmp_path_factory.mktemp("openapi")
    with serving(folder, sqlite_url(folder / "yichuang.sqlite"), demo=True) as running:
        yield running


@pytest.fixture(scope="module")
def document(service: InThread) -> dict[str, Any]:
    """The documentation as a program gets it."""
    with service.visitor() as visitor:
        found: dict[str, Any] = visitor.get("/api/docs/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def operations(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Every operation, by its id."""
    found = [o for item in document["paths"].values() for m, o in item.items() if m in METHODS]
    by_id = {o["operationId"]: o for o in found}
    assert len(by_id) == len(found)
    return by_id


def _good(operation: Operation) -> dict[str, Any]:
    (status,) = (s for s in operation["responses"] if s < "300")
    found: dict[str, Any] = operation["responses"][status]
    return found


def _example(response: Mapping[str, Any]) -> Any:
    (content,) = response["content"].values()
    return next(iter(content["examples"].values()))["value"]


def _bodies(operation: Operation) -> dict[str, Any]:
    """The examples of an operation's JSON body."""
    content = operation["requestBody"]["content"]["application/json"]
    return {name: each["value"] for name, each in content["examples"].items()}


# --- whole ------------------------------------------------------------------------------------------------------------


def test_every_operation_says_what_it_does_and_answers(operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        chinese, _, english = operation["summary"].partition(" ")
        assert any("一" <= c <= "鿿" for c in chinese) and english.isascii() and english, name
        assert operation["description"] and operation["tags"], name
        good = _good(operation)
        assert good["description"], name
        if name in BYTES:
            exports = {form.media_type for form in FORMATS.values()}
            assert good["content"].keys() <= {"application/pdf", "application/octet-stream", *exports}, name
            assert all(content["schema"]["type"] == "string" for content in good["content"].values()), name
        elif name != "SignOut":  # 204 has nothing to show
            assert _example(good), name


def test_every_operation_names_its_problems(operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        problems = {s: r for s, r in operation["responses"].items() if s >= "400" and name + s != "Ready503"}
        assert "422" in problems, name
        for status, response in problems.items():
            assert list(response["content"]) == ["application/problem+json"], (name, status)
            shown = _example(response)
            assert shown.keys() == SAID_OF_ITSELF and str(shown["status"]) == status, name
        if operation.get("security") != []:
            assert {"401", "503"} <= problems.keys(), name
        if any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", ())):
            assert {str(s) for s in WRITES} <= problems.keys(), name
        if any(p["name"] == "If-Match" for p in operation.get("parameters", ())):
            assert {"412", "428"} <= problems.keys(), name
        if any(p["in"] == "path" for p in operation.get("parameters", ())):
            assert "404" in problems, name


def test_every_parameter_is_described(operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (name, parameter["name"])


def test_every_body_has_examples_that_its_model_takes(service: InThread, operations: dict[str, Operation]) -> None:
    seen = 0
    for handler in (h for r in service.app.routes if isinstance(r, HTTPRoute) for h in r.route_handlers):
        name = handler.operation_id
        if not isinstance(name, str) or name not in operations or handler.parsed_data_field is None:
            continue
        model: type[BaseModel] = handler.parsed_data_field.annotation
        for example, value in _bodies(operations[name]).items():
            wanted = BODIES[Command(example.partition(".")[0])] if model is Anything else model
            assert read_model(wanted, value), (name, example)
            seen += 1
    assert seen > len(BODIES)
    with_body = {name for name, o in operations.items() if "requestBody" in o}
    assert with_body >= RAW
    assert all(_bodies(operations[name]) for name in with_body - RAW)


def test_each_command_and_each_verdict_has_its_example(operations: dict[str, Operation]) -> None:
    bodies = _bodies(operations["OrderTask"])
    assert {name.partition(".")[0] for name in bodies} == {c.value for c in Command}
    assert {b["verdict"] for n, b in bodies.items() if n.startswith("give.")} == {"pass", "fail", "not_applicable"}
    assert bodies["stop_clock"]["reason"] in ARTICLE_45


def test_the_page_shows_every_example(service: InThread, operations: dict[str, Operation]) -> None:
    with service.visitor() as visitor:
        page = html.unescape(visitor.get("/api/docs").text)
    for name, operation in operations.items():
        assert f'id="{name}"' in page
        assert operation["summary"] in page
        shown = [] if name in RAW or "requestBody" not in operation else list(_bodies(operation).values())
        if name not in BYTES and name != "SignOut":
            shown.append(_example(_good(operation)))
        for each in shown:
            assert json.dumps(each, ensure_ascii=False, indent=2) in page, name


# --- true -------------------------------------------------------------------------------------------------------------


def _shape(value: Any, at: str = "") -> set[str]:
    """Where in an answer something lies: keys by their path, entries of a list taken together."""
    if isinstance(value, dict):
        return {f"{at}/{k}" for k in value}.union(*(_shape(v, f"{at}/{k}") for k, v in value.items()))
    if isinstance(value, list):
        return set().union(*(_shape(v, f"{at}/*") for v in value))
    return set()


FREE = ("/facts/", "/fields/", "/about/", "/buildings/*/", "/documents/*/fields/")
"""What is as the case has it: facts by their ids, fields of a paper, what a task is about."""


def _bare(value: Any, at: str = "") -> tuple[str, ...]:
    """Lists that the example leaves empty: it says nothing of their entries; others of the routes show those."""
    if isinstance(value, dict):
        return tuple(path for k, v in value.items() for path in _bare(v, f"{at}/{k}"))
    if isinstance(value, list):
        return tuple(path for v in value for path in _bare(v, f"{at}/*")) if value else (f"{at}/*",)
    return ()


def _fits(answer: Any, documented: Any) -> None:
    """The same keys at the top, and nothing below that is not documented where both show something."""
    assert answer.keys() == documented.keys()
    for key, value in answer.items():
        have, told = _shape(value, f"/{key}"), _shape(documented[key], f"/{key}")
        if have and told:
            bare = _bare(documented[key], f"/{key}")
            new = {p for p in have if not any(f in p for f in FREE) and not p.startswith(bare)}
            assert new <= told | {f"/{key}"}, key


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def _done(answer: httpx.Response, operation: Operation, documented: Any = None) -> dict[str, Any]:
    """The answer, which is good, has a documented status and fits the documented example."""
    assert str(answer.status_code) in operation["responses"] and answer.status_code < 300, answer.text
    body: dict[str, Any] = answer.json()
    _fits(body, documented or _example(_good(operation)))
    return body


def test_the_documented_requests_do_what_is_documented(service: InThread, operations: dict[str, Operation]) -> None:
    """The owner's way by the examples alone: register, state, file, apply, be asked for what is missing, withdraw."""

    def body(name: str, example: str) -> Any:
        return _bodies(operations[name])[example]

    with service.client("owner", PASSWORD) as owner, service.client("window", PASSWORD) as window:
        answer = owner.post("/api/projects", json=body("RegisterProject", "register"), headers=_key())
        project = _done(answer, operations["RegisterProject"])["id"]
        for example in _bodies(operations["StateFacts"]):
            answer = owner.post(f"/api/projects/{project}/facts", json=body("StateFacts", example), headers=_key())
            _done(answer, operations["StateFacts"])
        paper = f"/api/projects/{project}/documents/completion_report"
        answer = owner.put(paper, json=body("FileDocument", "completion_report"), headers=_key())
        _done(answer, operations["FileDocument"])
        _done(owner.get(f"/api/projects/{project}"), operations["ShowProject"])
        _done(owner.get("/api/projects"), operations["ListProjects"])

        answer = owner.post(f"/api/projects/{project}/cases", json=body("OpenCase", "apply"), headers=_key())
        case = _done(answer, operations["OpenCase"])["id"]
        _done(owner.get("/api/cases"), operations["ListCases"])
        _done(owner.get(f"/api/cases/{case}"), operations["ShowCase"])
        tasks = _done(window.get(f"/api/cases/{case}/tasks"), operations["ListTasks"])["tasks"]
        order = f"/api/cases/{case}/tasks/{tasks[0]['id']}/ask_once"
        sent = {**_key(), "If-Match": f'"{tasks[0]["etag"]}"'}
        _done(window.post(order, json=body("OrderTask", "ask_once"), headers=sent), operations["OrderTask"])
        answer = window.post(order, json={}, headers={**sent, **_key()})
        assert answer.status_code == 412  # the task has changed
        assert answer.json().keys() == _example(operations["OrderTask"]["responses"]["412"]).keys()
        answer = owner.post(f"/api/cases/{case}/withdraw", json=body("Withdraw", "withdraw"), headers=_key())
        _done(answer, operations["Withdraw"])


def test_the_documented_acts_on_cases_under_way(service: InThread, operations: dict[str, Operation]) -> None:
    with service.client("owner", PASSWORD) as owner, service.client("lead", PASSWORD) as lead:
        cases = {c["project_name"]: c["id"] for c in owner.get("/api/cases").json()["cases"]}
        waiting = f"/api/cases/{cases['外海包装材料厂二期']}"
        _done(owner.get(waiting), operations["ShowCase"])
        answer = lead.post(f"{waiting}/extend", json=_bodies(operations["Extend"])["extend"], headers=_key())
        _done(answer, operations["Extend"])
        answer = owner.post(f"{waiting}/answer", json=_bodies(operations["Answer"])["answer"], headers=_key())
        _done(answer, operations["Answer"])

        issued = f"/api/cases/{cases['江海精工一期厂房']}"
        certificate = owner.get(issued).json()["certificate"]
        answer = owner.get(f"{issued}/certificate")
        assert answer.headers["content-type"] in _good(operations["GetCertificate"])["content"]
        with service.visitor() as visitor:
            asked = {"number": certificate["number"], "code": certificate["check_code"]}
            _done(visitor.get("/api/certificates/check", params=asked), operations["CheckCertificate"])
            sent = visitor.post("/api/certificates/check", content=answer.content)
            _done(sent, operations["CheckCertificateFile"])
        body = _bodies(operations["WithdrawCertificate"])["withdraw-certificate"]
        answer = lead.post(f"{issued}/withdraw-certificate", json=body, headers=_key())
        _done(answer, operations["WithdrawCertificate"])


def test_the_routes_of_the_house(service: InThread, operations: dict[str, Operation]) -> None:
    with service.visitor() as visitor:
        for name, address in (("Health", "/api/health"), ("Ready", "/api/health/ready"), ("Access", "/api/access")):
            _done(visitor.get(address), operations[name])
            answer = visitor.get(address, params={"unknown": "1"})
            assert answer.status_code == 422 and answer.json().keys() >= SAID_OF_ITSELF
    with service.client("admin", PASSWORD) as admin:
        _done(admin.get("/api/me"), operations["WhoAmI"])
        _done(admin.get("/api/accounts"), operations["ListAccounts"])
