"""``yichuang run`` as a newcomer meets it: addresses, sign-in, a port in use, a stop, and demo and real data kept apart."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.api.service import PASSWORD, PATIENCE_SECONDS, TurnedClock, environment_of, run_command, spawned
from tests.databases import sqlite_url


@pytest.mark.parametrize("signalled", [signal.SIGTERM, signal.SIGINT])
def test_from_the_start_to_the_stop(tmp_path: Path, database_url: str, signalled: signal.Signals):
    with spawned(tmp_path, database_url) as service:
        service.add("li", "owner", name="李娜")
        with service.client("li") as client:
            assert client.get("/api/me").json()["name"] == "李娜"
            assert service.first["check"] == f"{service.address}/check"
            assert client.get(service.first["openapi"]).json()["openapi"].startswith("3.1")
        service.process.send_signal(signalled)
        out, err = service.process.communicate(timeout=PATIENCE_SECONDS)
        assert service.process.returncode == 0, err
        assert out == ""
        assert all(json.loads(line)["level"] == "INFO" for line in err.splitlines())
    with pytest.raises(httpx.ConnectError), service.visitor() as visitor:
        visitor.get("/api/health")


def test_it_goes_on_with_the_same_data(tmp_path: Path):
    url = sqlite_url(tmp_path / "kept.sqlite3")
    with spawned(tmp_path, url) as service:
        service.add("li", "owner")
        before = service.token("li")
        service.process.kill()
    with spawned(tmp_path, url) as service, service.visitor() as visitor:
        answer = visitor.get("/api/me", headers={"Authorization": f"Bearer {before}"})
        assert answer.json()["login"] == "li"


def test_a_port_in_use_is_a_clear_word(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {"YICHUANG_DATA_DIR": str(tmp_path / "data"), "YICHUANG_PORT": str(port)}
        chinese = run_command("run", environment=environment)
        english = run_command("run", "--port", str(port), "--lang", "en", environment=environment)
    assert (chinese.code, chinese.out, english.code) == (2, "", 2)
    assert f"端口 {port} 已被占用" in json.loads(chinese.err)["detail"]
    assert f"Port {port} is in use. Choose another" in json.loads(english.err)["detail"]
    assert not (tmp_path / "data").exists()  # nothing was begun


def test_two_services_do_not_share_an_sqlite_file(tmp_path: Path):
    url = sqlite_url(tmp_path / "one.sqlite3")
    with spawned(tmp_path, url) as service:
        second = run_command("run", "--port", "0", environment=environment_of(tmp_path, url, service.clock))
    assert (second.code, json.loads(second.err)["code"]) == (2, "occupied")


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["--host", "192.0.2.1"], {}, "192.0.2.1"),
        (["--port", "70000"], {}, "--port"),
        ([], {"YICHUANG_PORT": "x"}, "YICHUANG_PORT"),
        (["--port", "0"], {"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}, "127.0.0.1:1"),
    ],
)
def test_what_stops_a_start_is_said(tmp_path: Path, arguments: list[str], environment: dict[str, str], says: str):
    done = run_command("run", *arguments, environment={"YICHUANG_DATA_DIR": str(tmp_path / "data"), **environment})
    assert done.code == 2 and done.out == ""
    assert says in json.loads(done.err)["detail"]
    assert "hunter2" not in done.err and "Traceback" not in done.err


def test_a_demo_never_starts_over_real_data(tmp_path: Path, database_url: str):
    clock = TurnedClock(tmp_path / "clock")
    environment = environment_of(tmp_path, database_url, clock)
    added = ["user", "add", "li", "--name", "李", "--role", "owner", "--password-stdin"]
    assert run_command(*added, environment=environment, stdin=PASSWORD).code == 0
    demo = run_command("run", "--port", "0", "--demo", environment=environment)
    assert (demo.code, json.loads(demo.err)["code"]) == (2, "demo-mix")
    reset = run_command("demo", "reset", "--yes", environment=environment)
    assert reset.code == 2 and "不是演示数据库" in json.loads(reset.err)["detail"]
    with spawned(tmp_path, database_url) as service:
        assert service.token("li")


def test_a_demo_says_who_signs_in_and_goes_on(tmp_path: Path):
    url = sqlite_url(tmp_path / "demo.sqlite3")
    seen = []
    for _ in range(2):
        with spawned(tmp_path, url, "--demo") as service:
            accounts = service.first["accounts"]
            for account in accounts:
                assert account["says"]
            with service.client(accounts[0]["login"], accounts[0]["password"]) as client:
                seen.append(client.get("/api/cases").json())
    assert seen[0]["cases"] and seen[0] == seen[1]
    doctor = run_command("doctor", environment=environment_of(tmp_path, url, service.clock))
    assert doctor.code == 0, doctor.out
