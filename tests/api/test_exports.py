"""``draw`` and ``POST /api/plan/export``: every format, files whole or as they were, problems that name what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from api.exports.examples import GANTT
from api.exports.files import write_beside
from api.exports.formats import FORMATS
from engine.errors import InputError
from tests.api.command_line import Told, yichuang
from tests.api.service import serving
from tests.api.sheets import HOSTILE, WORKED
from tests.databases import sqlite_url

BEGINS = {
    "gantt": "<svg ",
    "graph": "<svg ",
    "bpmn": "<?xml ",
    "ics": "BEGIN:VCALENDAR",
    "csv": "\ufeff读法,",
    "graphml": "<?xml ",
}


def draw(*more: str, given: Any = WORKED) -> Told:
    return yichuang("draw", "-", *more, given=given)


def test_every_format_is_known_here() -> None:
    assert set(BEGINS) == set(FORMATS)


@pytest.mark.parametrize("wanted", FORMATS)
def test_a_plan_is_written_to_standard_output_or_to_a_file(wanted: str, tmp_path: Path) -> None:
    told = draw("--as", wanted, "--reading", "simulated")
    assert (told.code, told.err) == (0, "") and told.out.startswith(BEGINS[wanted])
    said = draw("--as", wanted, "--reading", "simulated", "--json").answer
    assert said["content"].startswith(BEGINS[wanted])
    file = tmp_path / f"计划.{wanted}"
    answer = draw("--as", wanted, "--reading", "simulated", "-o", str(file), "--json").answer
    assert (answer["as"], answer["bytes"]) == (wanted, file.stat().st_size)
    assert file.read_text("utf-8").startswith(BEGINS[wanted])
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("wanted", sorted({*FORMATS} - {"csv"}))
def test_what_must_be_known_of_the_dates_and_the_reading_goes_along(wanted: str) -> None:
    """A picture leaves the screen without its answer: dates that a notice may move, a reading closed to the project."""
    beyond = {**WORKED, "facts": {**WORKED["facts"], "hazardous_chemicals": True}}
    told = draw("--as", wanted, "--reading", "simulated", "--start", "2026-10-01", "--forecast", given=beyond)
    said = "".join(told.out.split())
    assert "日期是暂定的" in said and "不能申请模拟审批" in said
    final = "".join(draw("--as", wanted, "--reading", "simulated").out.split())
    assert "日期是暂定的" not in final and "不能申请模拟审批" not in final


@pytest.mark.parametrize("wanted", ["gantt", "graph", "bpmn", "csv", "graphml"])
def test_a_bare_graph_is_drawn_too(wanted: str) -> None:
    told = yichuang("draw", "--graph", "-", "--as", wanted, "--reading", "simulated", given=HOSTILE)
    assert (told.code, told.err) == (0, "") and told.out.startswith(BEGINS[wanted])


@pytest.mark.parametrize(
    ("args", "pointer"),
    [
        (("--as", "pdf"), "--as"),
        ((), "--as"),
        (("--as", "gantt", "--reading", "fast"), "--reading"),
        (("--as", "gantt", "--reading", "serial", "--compare"), "--compare"),
        (("--as", "ics", "--compare"), "--compare"),
        (("--as", "gantt", "--until", "Z99"), "/until"),
        (("--as", "gantt", "-o", "没有这个文件夹/计划.svg"), "--output"),
        (("--as", "gantt", "-o", ""), "--output"),
        (("--as", "gantt", "--graph", "图.json"), ""),
    ],
)
def test_what_cannot_be_drawn_is_named(args: tuple[str, ...], pointer: str) -> None:
    told = draw(*args)
    assert told.code == 2 and told.pointers == [pointer]


def test_an_unknown_format_is_told_all_that_there_are() -> None:
    detail = draw("--as", "pdf").problem["detail"]
    assert all(name in detail for name in FORMATS)


def test_a_bare_graph_has_no_calendar() -> None:
    told = yichuang("draw", "--graph", "-", "--as", "ics", given=HOSTILE)
    assert told.pointers == ["--as"]


def test_ids_that_cannot_be_seen_are_refused() -> None:
    told = yichuang("draw", "--graph", "-", "--as", "csv", given={"steps": [{"id": "甲\u202e乙", "days": 1}]})
    assert told.pointers == ["/steps"]


def test_a_file_that_cannot_be_replaced_stays_and_a_device_is_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "计划.svg"
    folder.mkdir()
    with pytest.raises(InputError):
        write_beside(str(folder), b"new", "-o")
    assert list(tmp_path.iterdir()) == [folder]
    kept = tmp_path / "旧"
    kept.write_bytes(b"old")
    link = tmp_path / "指向"
    link.symlink_to(kept)
    write_beside(str(link), b"new", "-o")
    assert link.is_symlink() and kept.read_bytes() == b"new"
    write_beside("/dev/null", b"gone", "-o")
    assert not Path("/dev/null").is_file()


def test_a_plan_is_exported_over_http(tmp_path: Path) -> None:
    with serving(tmp_path, sqlite_url(tmp_path / "yichuang.sqlite")) as service:
        service.add("chen", "owner")
        with service.visitor() as visitor:
            assert visitor.post("/api/plan/export", json=GANTT.value).status_code == 401
        with service.client("chen") as client:
            for wanted, form in FORMATS.items():
                answer = client.post("/api/plan/export", json={**GANTT.value, "format": wanted})
                assert answer.status_code == 200, answer.text
                assert answer.headers["content-type"].partition(";")[0] == form.media_type
                assert answer.content.decode("utf-8").replace("\r\n", "\n").startswith(BEGINS[wanted])
                said = answer.headers["content-disposition"]
                assert said.startswith('attachment; filename="')
                told = "三种读法" if form.several else "并联（依法）"
                assert unquote(said.partition("filename*=UTF-8''")[2]) == f"{form.title}-{told}.{form.ending}"
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert "sandbox" in answer.headers["content-security-policy"]

            def faults(**more: Any) -> dict[str, str]:
                answer = client.post("/api/plan/export", json={**GANTT.value, **more})
                assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
                return {e["pointer"]: e["fix"] for e in answer.json()["errors"]}

            assert all(name in faults(format="pdf")["/format"] for name in FORMATS)
            assert all(name in faults(reading="fast")["/reading"] for name in ("serial", "parallel", "simulated"))
            assert "gantt、graph、csv" in faults(format="bpmn", reading="all")["/reading"]
            assert "/until" in faults(until="Z99")
            assert "/facts/nothing" in faults(facts={"nothing": 1})
            missing = client.post("/api/plan/export", json={"facts": {}})
            assert [e["pointer"] for e in missing.json()["errors"]] == ["/format"]
