"""Bodies, query keys and headers: read strictly, every fault at once, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

import httpx
import pytest
from pydantic import Field, StringConstraints

from api.errors import KeyMissingError, NotJsonError, UnconditionalError
from api.requests import LARGEST_BODY, Body, check_query, idempotency_key, if_match, read_json, read_model
from engine.errors import InputError
from tests.api.service import InThread, serving
from tests.databases import sqlite_url


class Inner(Body):
    """A body in a body."""

    hash: Annotated[str, StringConstraints(strict=True, pattern="^[0-9a-f]{4}$")]


class Sample(Body):
    """One field of each sort."""

    name: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=5)]
    days: Annotated[int, Field(strict=True, ge=1, le=9)] = 1
    sure: Annotated[bool, Field(strict=True)] = False
    kind: Literal["a", "b"] = "a"
    files: Annotated[list[Inner], Field(max_length=2)] = Field(default_factory=list)
    more: dict[str, Any] = Field(default_factory=dict)


def faults(value: Any) -> dict[str, str]:
    with pytest.raises(InputError) as found:
        read_model(Sample, value)
    assert all(f.fix and f.fix_en and not f.fix.isascii() for f in found.value.errors)
    return {f.pointer: f.fix for f in found.value.errors}


def test_what_is_right_comes_through():
    read = read_model(Sample, {"name": " 张三 ", "files": [{"hash": "00ff"}], "sure": True})
    assert (read.name, read.files[0].hash, read.sure) == ("张三", "00ff", True)


def test_every_fault_at_once_and_where():
    found = faults({"name": "", "days": 0, "sure": 1, "kind": "c", "files": [{"hash": "x"}, {}], "rôle": "admin"})
    assert list(found) == ["/name", "/days", "/sure", "/kind", "/files/0/hash", "/files/1/hash", "/rôle"]
    assert "可用：name、days、sure、kind、files、more" in found["/rôle"]


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"name": 5}, "/name"),
        ({"name": None}, "/name"),
        ({"name": ["张"]}, "/name"),
        ({"name": "张", "days": "5"}, "/days"),
        ({"name": "张", "days": 5.0}, "/days"),
        ({"name": "张", "days": True}, "/days"),
        ({"name": "张", "days": 10**400}, "/days"),
        ({"name": "张", "sure": "true"}, "/sure"),
        ({"name": "张", "files": {}}, "/files"),
        ({"name": "张", "files": [{"hash": "00ff"}] * 3}, "/files"),
        ({"name": "张" * 6}, "/name"),
        ({}, "/name"),
        ([], ""),
        ("张", ""),
        (None, ""),
    ],
)
def test_nothing_is_made_to_fit(value: Any, pointer: str):
    assert list(faults(value)) == [pointer]


def test_a_number_kept_as_written_is_no_text():
    value = read_json(b'{"name": 1.25, "more": {"a": 1.25}}')
    with pytest.raises(InputError) as found:
        read_model(Sample, value)
    assert [f.pointer for f in found.value.errors] == ["/name"]
    assert Decimal(read_model(Sample, {"name": "x", "more": value["more"]}).more["a"]) == Decimal("1.25")


def test_what_is_no_json():
    for raw in (b"", b"{", b"{]", b"\xff", b"name", b"{'a': 1}", b"[" * 5000 + b"]" * 5000):
        with pytest.raises(NotJsonError) as found:
            read_json(raw)
        assert found.value.errors, raw[:20]


def test_json_that_nobody_should_send():
    for raw, pointers in (
        (b'{"a": 1, "a": 2}', {"/a"}),
        (b'{"a": NaN, "b": -Infinity}', {"/a", "/b"}),
        (rb'{"a": "\u0000", "b": ["\u007f"]}', {"/a", "/b/0"}),
        (rb'{"a": "\ud800"}', {"/a"}),
    ):
        with pytest.raises(InputError) as found:
            read_json(raw)
        assert {f.pointer for f in found.value.errors} == pointers, raw


def test_query_keys():
    check_query(b"number=1&code=%E4%B8%80", frozenset({"number", "code"}))
    check_query(b"anything=1", None)
    check_query(b"name=a%0Ab", frozenset({"name"}), ("name",))
    for raw, pointers in (
        (b"n=1&n=2&x=3", ["?n", "?x"]),
        (b"n=%00", ["?n"]),
        (b"n=%ff", ["?"]),
        (b"a=1&" * 101, ["?"]),
        ("n=一".encode(), ["?"]),
    ):
        with pytest.raises(InputError) as found:
            check_query(raw, frozenset({"n"}))
        assert [f.pointer for f in found.value.errors] == pointers


@pytest.mark.anyio
async def test_idempotency_keys():
    assert await idempotency_key(' "a-1" ') == await idempotency_key("a-1") == "a-1"
    for given in (None, "", " ", '"', "a b", "键", "a" * 129, "a\r\nX: y"):
        with pytest.raises(KeyMissingError):
            await idempotency_key(given)


@pytest.mark.anyio
async def test_what_the_person_was_looking_at():
    assert await if_match('"9f0c"') == "9f0c"
    assert await if_match("*") is None
    with pytest.raises(UnconditionalError):
        await if_match(None)
    for given in ("", "9f0c", 'W/"9f0c"', '"a", "b"', '"'):
        with pytest.raises(InputError):
            await if_match(given)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, sqlite_url(folder / "service.sqlite3")) as running:
        service: InThread = running
        with service.visitor() as visitor:
            yield visitor


def test_a_body_over_the_socket(client: httpx.Client):
    sent: dict[str, tuple[bytes, str, int]] = {
        "no JSON": (b"{", "application/json", 400),
        "no body": (b"", "application/json", 400),
        "a form": (b"login=a&password=b", "application/x-www-form-urlencoded", 415),
        "no type": (b"{}", "", 415),
        "another charset": (b"{}", "application/json; charset=gbk", 415),
        "repeated": (b'{"login": "a", "login": "b", "password": "c"}', "application/json", 422),
        "a list": (b"[]", "application/json", 422),
        "too large": (b'{"login": "' + b"a" * LARGEST_BODY + b'"}', "application/json", 413),
    }
    for name, (raw, media, status) in sent.items():
        answer = client.post("/api/sign-in", content=raw, headers={"Content-Type": media} if media else {})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), name
        assert "Traceback" not in answer.text


def test_a_body_in_pieces_is_limited_too(client: httpx.Client):
    def pieces() -> Iterator[bytes]:
        for _ in range(2 * LARGEST_BODY // 65536):
            yield b" " * 65536

    answer = client.post("/api/sign-in", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
