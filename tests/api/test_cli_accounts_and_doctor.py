"""``yichuang user add``, ``doctor`` and ``demo reset``, over both databases."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from api.opening import keep_apart, open_parts
from api.parts import Parts
from api.settings import from_environment
from models import engines
from models.files import keep_file
from tests.api.service import PASSWORD, START, Done, TurnedClock, environment_of, run_command

ADD = ("user", "add", "li.na", "--name", "李娜", "--role", "reviewer")


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    (tmp_path / "data").mkdir()
    return environment_of(tmp_path, database_url, TurnedClock(tmp_path / "clock"))


def add(environment: dict[str, str], *more: str, password: str = PASSWORD) -> Done:
    return run_command(*ADD, *more, "--password-stdin", environment=environment, stdin=password + "\n")


def test_an_account_is_added(environment: dict[str, str]):
    done = add(environment, "--department", "civil_defence", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out) | {"id": ""} == {
        "id": "",
        "login": "li.na",
        "name": "李娜",
        "role": "reviewer",
        "role_title": "部门审批人员",
        "department": "civil_defence",
        "credit_code": "",
        "disabled": False,
    }
    again = add(environment, "--department", "civil_defence")
    assert (again.code, [e["pointer"] for e in json.loads(again.err)["errors"]]) == (2, ["/login"])


def test_an_account_that_cannot_be(environment: dict[str, str]):
    done = add(environment, "--department", "mars", password="short")
    assert (done.code, done.out) == (2, "")
    assert [e["pointer"] for e in json.loads(done.err)["errors"]] == ["/department", "/password"]
    assert "short" not in done.err
    assert run_command("user", "add", "li", "--name", "李", "--role", "god", environment=environment).code == 2


def test_all_is_well(environment: dict[str, str]):
    add(environment, "--department", "civil_defence")
    done = run_command("doctor", "--json", environment=environment)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["ok"] is True
    names = [check["name"] for check in found["checks"]]
    assert {"python", "child", "engines", "schema", "database", "C1", "L2", "projections", "files"} <= set(names)
    words = run_command("doctor", environment=environment)
    assert words.out.endswith("一切正常。\n") and "fault" not in words.out


def test_what_is_not_well_is_named(environment: dict[str, str], tmp_path: Path):
    add(environment, "--department", "civil_defence")

    async def lose_a_file(parts: Parts) -> None:
        stored = parts.store.put(b"a paper")
        async with parts.database.write() as unit:
            await keep_file(unit, stored.sha256, stored.size, "application/pdf", START)
            await unit.commit()
        parts.store.path(stored.sha256).write_bytes(b"another")

    _use(environment, lose_a_file)
    done = run_command("doctor", "--json", environment=environment)
    assert done.code == 1
    assert [c["name"] for c in json.loads(done.out)["checks"] if not c["ok"]] == ["files"]
    assert json.loads(done.err)["code"] == "unwell"
    assert "fault  材料和证书文件" in run_command("doctor", environment=environment).out


def test_a_database_of_another_revision(environment: dict[str, str]):
    engine = create_engine(engines.plain(environment["DATABASE_URL"]))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    done = run_command("doctor", "--json", environment=environment)
    assert done.code == 1
    assert [c["name"] for c in json.loads(done.out)["checks"] if not c["ok"]] == ["schema"]


def test_no_database_at_all(tmp_path: Path):
    done = run_command("doctor", "--json", environment={"YICHUANG_DATA_DIR": str(tmp_path / "none")})
    assert done.code == 1
    assert [c["name"] for c in json.loads(done.out)["checks"] if not c["ok"]] == ["data", "schema"]
    assert list(tmp_path.iterdir()) == []  # looking makes nothing


def test_a_demo_is_thrown_away_whole(environment: dict[str, str]):
    async def make_a_demo(parts: Parts) -> None:
        await keep_apart(parts.database, demo=True)
        stored = parts.store.put(b"a paper")
        async with parts.database.write() as unit:
            await keep_file(unit, stored.sha256, stored.size, "application/pdf", START)
            await unit.commit()
        parts.store.put(b"of somebody else")

    _use(environment, make_a_demo)
    add(environment, "--department", "civil_defence")
    real = run_command("run", "--port", "0", environment=environment)
    assert (real.code, json.loads(real.err)["code"]) == (2, "demo-mix")
    files = Path(environment["YICHUANG_DATA_DIR"]) / "files"
    assert len([f for f in files.rglob("*") if f.is_file()]) == 2
    done = run_command("demo", "reset", "--yes", "--json", environment=environment)
    assert done.code == 0, done.err
    assert json.loads(done.out)["reset"] is True
    assert [f.read_bytes() for f in files.rglob("*") if f.is_file()] == [b"of somebody else"]
    assert json.loads(run_command("demo", "reset", "--yes", "--json", environment=environment).out)["reset"] is False
    _use(environment, make_a_demo)  # an empty database again
    assert add(environment, "--department", "civil_defence").code == 0


def _use(environment: dict[str, str], use) -> None:
    async def alone() -> None:
        async with open_parts(from_environment(environment)) as parts:
            await use(parts)

    asyncio.run(alone())
