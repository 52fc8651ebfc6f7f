"""Signing in and out over a real socket: tokens, time, guesses, and what a role may not do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from anyio import create_task_group, lowlevel
from sqlalchemy import select

from api.accounts.guesses import PER_ADDRESS, PER_LOGIN, WINDOW_SECONDS, Guesses
from api.accounts.passwords import MOST_WAITING, Passwords
from api.accounts.service import LIFETIME, NewAccount, add_account
from api.errors import ThrottledError
from api.parts import Parts
from engine.errors import InputError
from models.accounts import account_by_login, change_account
from models.tables import SessionToken
from tests.api.service import PASSWORD, InThread, serving
from tests.api.service import START as NOW

DEPARTMENTS = ("civil_defence", "archives")


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[InThread]:
    with serving(tmp_path, database_url) as running:
        yield running


def sign_in(client: httpx.Client, login: str, password: str) -> httpx.Response:
    return client.post("/api/sign-in", json={"login": login, "password": password})


def test_a_day_with_an_account(service: InThread):
    service.add("li.na", "reviewer", "civil_defence", name="李娜")
    with service.visitor() as visitor:
        answer = sign_in(visitor, "LI.Na", PASSWORD)  # a login is the same whatever its case
        signed_in = answer.json()
        assert signed_in["account"] | {"id": ""} == {
            "id": "",
            "login": "li.na",
            "name": "李娜",
            "role": "reviewer",
            "role_title": "部门审批人员",
            "department": "civil_defence",
            "credit_code": "",
            "disabled": False,
        }
        visitor.headers["Authorization"] = f"Bearer {signed_in['token']}"
        assert visitor.get("/api/me").json() == signed_in["account"]
        assert visitor.post("/api/sign-out").status_code == 204
        again = visitor.get("/api/me")
    assert again.status_code == 401
    assert again.headers["www-authenticate"] == 'Bearer realm="yichuang"'
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["code"] == "signed-out"


def test_only_the_hash_of_a_token_is_stored(service: InThread):
    service.add("li", "owner")
    token = service.token("li")

    async def stored(parts: Parts) -> list[bytes]:
        async with parts.database.read() as reader:
            return [bytes(h) for h in (await reader.execute(select(SessionToken.token_hash))).scalars()]

    assert service.call(stored) == [sha256(token.encode()).digest()]


def test_a_sign_in_runs_out(service: InThread):
    service.add("li", "owner")
    with service.client("li") as client:
        service.clock.turn(seconds=LIFETIME.total_seconds() - 1)
        assert client.get("/api/me").status_code == 200
        service.clock.turn(seconds=1)
        assert client.get("/api/me").status_code == 401


def test_a_disabled_account_is_out_from_the_next_request_on(service: InThread):
    service.add("li", "owner")
    with service.client("li") as client:

        async def disable(parts: Parts) -> None:
            async with parts.database.write() as unit:
                known = await account_by_login(unit, "li")
                assert known is not None
                await change_account(unit, known.id, disabled=True)
                await unit.commit()

        service.call(disable)
        assert client.get("/api/me").status_code == 401
        refused = sign_in(client, "li", PASSWORD)
    assert (refused.status_code, refused.json()["detail"]) == (401, "登录名或口令不对。")


def test_a_token_that_is_none(service: InThread):
    with service.visitor() as visitor:
        for given in ("", "Bearer", "Basic bGk6cGFzcw==", "Bearer x", "Bearer " + "a" * 43, "Bearer a b"):
            answer = visitor.get("/api/me", headers={"Authorization": given})
            assert (answer.status_code, answer.json()["code"]) == (401, "signed-out"), given


def test_an_old_token_is_in_nobodys_way(service: InThread):
    service.add("li", "owner")
    with service.visitor() as visitor:
        visitor.headers["Authorization"] = "Bearer " + "a" * 43
        assert visitor.get("/api/health").status_code == 200
        assert sign_in(visitor, "li", PASSWORD).status_code == 200


def test_no_login_a_wrong_password_and_what_they_cost_look_the_same(service: InThread):
    service.add("li", "owner")
    seen, costs = [], []
    with service.visitor() as visitor:
        for login in ("li", "nobody"):
            begun = perf_counter()
            answer = sign_in(visitor, login, "wrong wrong")
            costs.append(perf_counter() - begun)
            seen.append((answer.status_code, answer.json() | {"instance": ""}, sorted(answer.headers)))
    assert seen[0] == seen[1]
    assert max(costs) < 5 * min(costs)


def test_after_five_failures_the_right_password_waits_too(service: InThread):
    service.add("li", "owner")
    with service.visitor() as visitor:
        refused = [sign_in(visitor, "li", "wrong wrong").status_code for _ in range(PER_ADDRESS)]
        assert refused == [401] * PER_ADDRESS
        answer = sign_in(visitor, "Li", PASSWORD)
        assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
        assert 0 < int(answer.headers["retry-after"]) <= WINDOW_SECONDS
        assert sign_in(visitor, "other", PASSWORD).status_code == 401


def test_many_guesses_at_once_are_no_way_round(service: InThread):
    service.add("li", "owner")

    def guess(_: int) -> int:
        with service.visitor() as visitor:
            return sign_in(visitor, "li", "wrong wrong").status_code

    with ThreadPoolExecutor(16) as pool:
        answers = sorted(pool.map(guess, range(16)))
    assert answers == [401] * PER_ADDRESS + [429] * (16 - PER_ADDRESS)


def test_accounts_are_the_administrators_to_see(service: InThread):
    service.add("admin", "admin")
    service.add("li", "owner")
    with service.client("li") as owner, service.client("admin") as admin:
        refused = owner.get("/api/accounts")
        assert (refused.status_code, refused.json()["code"]) == (403, "not-yours")
        listed = admin.get("/api/accounts").json()["accounts"]
    assert [a["login"] for a in listed] == ["admin", "li"]
    assert not any("password" in key for account in listed for key in account)


WRONG_BODIES: list[tuple[dict[str, object], list[str]]] = [
    ({}, ["/login", "/password"]),
    ({"login": "li"}, ["/password"]),
    ({"login": 7, "password": "x"}, ["/login"]),
    ({"login": "li", "password": "x", "role": "admin"}, ["/role"]),
    ({"login": "x" * 65, "password": "x" * 201}, ["/login", "/password"]),
]


def test_a_sign_in_that_is_wrong_input(service: InThread):
    with service.visitor() as visitor:
        for body, pointers in WRONG_BODIES:
            answer = visitor.post("/api/sign-in", json=body)
            assert answer.status_code == 422
            assert [e["pointer"] for e in answer.json()["errors"]] == pointers


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changed", "pointers"),
    [
        ({"login": "-li"}, ["/login"]),
        ({"login": "李"}, ["/login"]),
        ({"name": " "}, ["/name"]),
        ({"name": "a\nb"}, ["/name"]),
        ({"role": "god"}, ["/role"]),
        ({"role": "lead", "department": ""}, ["/department"]),
        ({"role": "owner"}, ["/department"]),
        ({"department": "mars"}, ["/department"]),
        ({"credit_code": "91440704MA4W"}, ["/credit_code"]),
        ({"password": "short"}, ["/password"]),
        ({"login": "li.na.li", "password": "Li.Na.Li"}, ["/password"]),
        ({"login": "", "name": "", "password": ""}, ["/login", "/name", "/password"]),
    ],
)
async def test_an_account_that_cannot_be(database, changed: dict[str, str], pointers: list[str]):
    right = {"login": "li", "name": "李", "role": "reviewer", "password": PASSWORD, "department": "archives"}
    with pytest.raises(InputError) as found:
        await add_account(database, Passwords(), NewAccount(**{**right, **changed}), DEPARTMENTS, NOW)
    assert [f.pointer for f in found.value.errors] == pointers
    assert all(f.fix and f.fix_en for f in found.value.errors)


@pytest.mark.anyio
async def test_a_login_that_is_taken(database):
    new = NewAccount("li", "李", "window", PASSWORD)
    added = await add_account(database, Passwords(), new, DEPARTMENTS, NOW)
    assert PASSWORD not in added.password_hash
    with pytest.raises(InputError, match="已有人用"):
        await add_account(database, Passwords(), NewAccount("LI", "李", "window", PASSWORD), DEPARTMENTS, NOW)


@pytest.mark.anyio
async def test_passwords_are_the_same_however_a_keyboard_composes_them():
    passwords = Passwords()
    stored = await passwords.hash("caf\u00e9 and more")
    assert await passwords.verify("cafe\u0301 and more", stored)
    assert not await passwords.verify("cafe and more", stored)
    assert not await passwords.verify("the password of nobody", None)


@pytest.mark.anyio
async def test_whoever_comes_when_too_many_wait_is_sent_away(anyio_backend):
    passwords = Passwords()
    async with create_task_group() as group:
        for _ in range(MOST_WAITING):
            group.start_soon(passwords.verify, "x", None)
        await lowlevel.checkpoint()
        with pytest.raises(ThrottledError):
            await passwords.verify("x", None)
        group.cancel_scope.cancel()


def test_counts_of_guesses():
    now = [0.0]
    guesses = Guesses(lambda: now[0])

    def tries(login: str, address: str) -> bool:
        try:
            guesses.count(login, address)
        except ThrottledError:
            return False
        return True

    assert [tries("li", "a") for _ in range(PER_ADDRESS + 1)] == [True] * PER_ADDRESS + [False]
    assert tries("li", "b")  # somebody else's failures lock nobody out
    now[0] = WINDOW_SECONDS - 0.5
    with pytest.raises(ThrottledError) as found:
        guesses.count("LI", "a")
    assert found.value.seconds == 1
    now[0] = WINDOW_SECONDS
    assert tries("li", "a")
    guesses.forgive("li", "a")
    assert [tries("li", "a") for _ in range(PER_ADDRESS + 1)] == [True] * PER_ADDRESS + [False]
    from_everywhere = [tries("wang", str(n)) for n in range(PER_LOGIN + 1)]
    assert from_everywhere == [True] * PER_LOGIN + [False]
