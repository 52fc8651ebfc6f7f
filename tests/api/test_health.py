"""Whether the service is there and can work, the table of access, the documentation, and the headers of every answer."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access import NOBODY, TABLE, VERBS, may_ever
from api.middleware import HEADERS
from api.parts import Parts
from tests.api.service import InThread, serving
from tests.databases import sqlite_url


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[InThread]:
    with serving(tmp_path, database_url) as running:
        yield running


def test_alive_and_ready(service: InThread):
    with service.visitor() as visitor:
        assert visitor.get("/api/health").json()["status"] == "ok"
        answer = visitor.get("/api/health/ready")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert {c["name"]: c["ok"] for c in answer.json()["checks"]} == {"database": True, "engines": True, "files": True}


def test_not_ready_where_files_cannot_be_kept(service: InThread):
    (service.settings.files_dir / "incoming").rmdir()
    with service.visitor() as visitor:
        answer = visitor.get("/api/health/ready")
    assert answer.status_code == 503
    assert {c["name"]: c["ok"] for c in answer.json()["checks"]} == {"database": True, "engines": True, "files": False}


def test_not_ready_without_its_database(tmp_path: Path):
    file = tmp_path / "away.sqlite3"
    with serving(tmp_path, sqlite_url(file)) as service:

        async def lose(parts: Parts) -> None:
            await parts.database.close()
            file.unlink()

        service.call(lose)
        with service.visitor() as visitor:
            answer = visitor.get("/api/health/ready")
            assert visitor.get("/api/health").status_code == 200
    assert answer.status_code == 503
    assert {c["name"]: c["ok"] for c in answer.json()["checks"]}["database"] is False


def test_ready_again_after_the_second_engine_was_killed(service: InThread):
    async def kill(parts: Parts) -> None:
        pid = parts.durable.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    service.call(kill)
    with service.visitor() as visitor:
        assert visitor.get("/api/health/ready").json()["ready"] is True


def test_the_table_of_access_is_published_whole(service: InThread):
    with service.visitor() as visitor:
        published = visitor.get("/api/access").json()["grants"]
    assert published == [grant.as_json() for grant in TABLE]


def test_the_documentation_says_of_every_route_what_it_needs(service: InThread):
    with service.visitor() as visitor:
        document = visitor.get("/api/docs/openapi.json").json()
        page = visitor.get("/api/docs")
    assert page.status_code == 200 and "<script" not in page.text
    public = {
        handler.operation_id
        for route in service.app.routes
        for handler in getattr(route, "route_handlers", ())
        if may_ever(NOBODY, handler.opt.get(VERBS, ()))
    }
    ids = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            ids.append(operation["operationId"])
            assert operation["summary"] and operation["description"], (method, path)
            assert (operation.get("security") == []) == (operation["operationId"] in public), (method, path)
            assert operation["operationId"] in page.text
    assert len(ids) == len(set(ids)) > 5
    assert document["security"] == [{"token": []}]


def test_every_answer_protects_the_browser(service: InThread):
    with service.visitor() as visitor:
        for path in ("/api/health", "/api/me", "/nowhere", "/static/yichuang.css", "/api/docs"):
            answer = visitor.get(path, headers={"X-Request-Id": "4f1d0c5e6f0b"})
            assert answer.headers["x-request-id"] == "4f1d0c5e6f0b"
            for name, _ in HEADERS:
                assert name.decode() in answer.headers, (path, name)
        assert visitor.get("/nowhere", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_a_page_that_is_not_there_is_a_page(service: InThread):
    with service.visitor() as visitor:
        page = visitor.get("/nowhere<b>", headers={"Accept": "text/html", "Accept-Language": "zh"})
        document = visitor.get("/api/nowhere", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个地址" in page.text and "<b>" not in page.text
    assert document.status_code == 404
    assert document.json()["detail"] == "No such address."


def test_what_an_address_does_not_take(service: InThread):
    with service.visitor() as visitor:
        answer = visitor.delete("/api/health")
        assert (answer.status_code, answer.json()["code"]) == (405, "method")
        assert "GET" in visitor.options("/api/health").headers["allow"]
        twice = visitor.get("/api/health?a=1&a=2").json()
        assert {e["pointer"] for e in twice["errors"]} == {"?a"}
