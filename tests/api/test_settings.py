"""The environment: what it may say, every fault at once, no secret shown, and the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.settings import Clock, FileClock, Settings, SettingsError, StartedClock, from_environment

NOON = datetime(2022, 9, 30, 4, 0, tzinfo=UTC)


def pointers(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as found:
        from_environment(environment)
    assert all(fault.fix and fault.fix_en for fault in found.value.errors)
    return [fault.pointer for fault in found.value.errors]


def test_an_empty_environment_is_a_local_service():
    settings = from_environment({})
    assert settings.database == f"sqlite:///{Path('var').absolute() / 'yichuang.sqlite3'}"
    assert settings.files_dir == Path("var/files")
    assert settings.address == "http://127.0.0.1:8000"
    assert not settings.demo
    assert type(settings.clock) is Clock


def test_everything_that_can_be_said(tmp_path: Path):
    settings = from_environment(
        {
            "DATABASE_URL": "postgresql://u:p@db/yichuang",
            "YICHUANG_DATA_DIR": str(tmp_path),
            "YICHUANG_HOST": "0.0.0.0",
            "YICHUANG_PORT": "8080",
            "YICHUANG_DEMO": "yes",
            "YICHUANG_BASE_URL": "https://yichuang.example.gov.cn/",
            "YICHUANG_SECRET": "long enough to be kept",
            "YICHUANG_NOW": "2022-09-30T12:00:00+08:00",
            "YICHUANG_UPLOAD_LIMIT": "1000",
            "YICHUANG_POLICY_DIR": str(tmp_path),
        }
    )
    assert settings.database == "postgresql://u:p@db/yichuang"
    assert (settings.data_dir, settings.port, settings.demo) == (tmp_path, 8080, True)
    assert settings.address == "https://yichuang.example.gov.cn"
    assert settings.upload_limit == 1000
    assert settings.policy_dir == tmp_path
    assert timedelta(0) <= settings.clock.now() - NOON < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://127.0.0.1:8000"), ("::", "http://[::1]:8000"), ("10.0.0.7", "http://10.0.0.7:8000")],
)
def test_an_address_is_one_that_a_browser_can_open(host: str, address: str):
    assert Settings(host=host).address == address


def test_every_fault_at_once():
    faulty = {
        "DATABASE_URL": "mysql://root:hunter2@db/x",
        "YICHUANG_PORT": "65536",
        "YICHUANG_DEMO": "perhaps",
        "YICHUANG_BASE_URL": "yichuang.example.gov.cn",
        "YICHUANG_SECRET": "changeme",
        "YICHUANG_UPLOAD_LIMIT": "-1",
        "YICHUANG_POLICY_DIR": "/no/such/folder",
    }
    with pytest.raises(SettingsError) as found:
        from_environment(faulty)
    assert {fault.pointer for fault in found.value.errors} == set(faulty)
    said = repr(found.value.errors) + found.value.detail
    assert "hunter2" not in said and "changeme" not in said


@pytest.mark.parametrize("port", ["８０", "8 0", "1e3", "+80", "80.0", "123456789012"])
def test_a_port_that_is_none(port: str):
    assert pointers({"YICHUANG_PORT": port}) == ["YICHUANG_PORT"]


@pytest.mark.parametrize("address", ["https://一窗.example", "ftp://x", "https://x/?a=1", "https://x/#a"])
def test_an_address_that_no_code_can_carry(address: str):
    assert pointers({"YICHUANG_BASE_URL": address}) == ["YICHUANG_BASE_URL"]


def test_a_weak_secret_is_for_the_demo_alone():
    assert pointers({"YICHUANG_SECRET": "short"}) == ["YICHUANG_SECRET"]
    assert from_environment({"YICHUANG_SECRET": "short", "YICHUANG_DEMO": "1"}).secret == "short"
    assert from_environment({"YICHUANG_SECRET": "short"}, demo=True).demo


def test_a_real_service_has_no_test_clock(tmp_path: Path):
    file = tmp_path / "clock"
    file.write_text("2022-09-30T12:00:00+08:00\n")
    assert pointers({"YICHUANG_NOW": "2022-09-30T12:00:00+08:00"}) == ["YICHUANG_NOW"]
    assert pointers({"YICHUANG_CLOCK_FILE": str(file)}) == ["YICHUANG_CLOCK_FILE"]
    allowed = {"YICHUANG_TEST_CLOCK": "1", "YICHUANG_CLOCK_FILE": str(file)}
    assert from_environment(allowed).clock.now() == NOON
    assert pointers({**allowed, "YICHUANG_NOW": "2022-09-30T12:00:00+08:00"}) == ["YICHUANG_CLOCK_FILE"]


@pytest.mark.parametrize("text", ["2022-09-30", "2022-09-30T12:00:00", "noon", "2022-02-30T00:00:00Z", "9" * 5000])
def test_an_instant_that_is_none(text: str, tmp_path: Path):
    assert pointers({"YICHUANG_TEST_CLOCK": "1", "YICHUANG_NOW": text}) == ["YICHUANG_NOW"]
    file = tmp_path / "clock"
    file.write_text(text)
    assert pointers({"YICHUANG_TEST_CLOCK": "1", "YICHUANG_CLOCK_FILE": str(file)}) == ["YICHUANG_CLOCK_FILE"]


def test_a_clock_file_that_is_not_there(tmp_path: Path):
    environment = {"YICHUANG_TEST_CLOCK": "1", "YICHUANG_CLOCK_FILE": str(tmp_path / "none")}
    assert pointers(environment) == ["YICHUANG_CLOCK_FILE"]


def test_clocks_that_a_test_turns(tmp_path: Path):
    run = [10.0]
    started = StartedClock(NOON, lambda: run[0])
    run[0] += 90
    assert started.now() == NOON + timedelta(seconds=90)
    file = tmp_path / "clock"
    file.write_text(NOON.isoformat())
    turned = FileClock(file)
    file.write_text("2022-10-01T00:00:00Z")
    assert turned.now() == datetime(2022, 10, 1, tzinfo=UTC)
