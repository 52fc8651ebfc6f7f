from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli import io
from tests.api.command_line import Told, yichuang

TIMELINE: dict[str, Any] = {
    "limit": {"days": 20, "unit": "working", "kind": "licence", "promised": 15, "local_stops": ["site_visit"]},
    "asof": "2022-10-20",
    "events": [
        {"on": "2022-09-28", "at": "10:05", "what": "received"},
        {"on": "2022-09-30", "what": "accepted"},
    ],
}
KEYS = [
    "accepted_on",
    "deemed_accepted",
    "correction_notice_due",
    "correction_notice_late",
    "statutory_due",
    "promised_due",
    "nominal_due",
    "suspended_days",
    "extension_valid",
    "used_days",
    "span_days",
    "decided_late",
    "late_since",
    "promised_late",
    "promised_late_since",
    "delivery_due",
    "delivered_late",
    "provisional",
    "notes",
]


def clock(raw: Any, *args: str) -> Told:
    return yichuang("clock", "-", "--json", *args, given=raw)


# --- clock ----------------------------------------------------------------------------------------------------------


def test_the_answer_has_every_key_of_the_contract():
    found = clock(TIMELINE).answer
    assert [k for k in KEYS if k not in found] == []
    assert (found["accepted_on"], found["statutory_due"], found["promised_due"]) == (
        "2022-09-30",
        "2022-11-02",
        "2022-10-26",
    )
    assert found["suspended_days"] == {"statutory": 0, "promised": 0}


def test_a_file_is_read_as_standard_input_is(tmp_path):
    path = tmp_path / "办件.json"
    path.write_text(json.dumps(TIMELINE), "utf-8-sig")
    assert yichuang("clock", str(path), "--json").answer == clock(TIMELINE).answer


def test_people_read_words_in_chinese_or_english():
    silent = {**TIMELINE, "events": TIMELINE["events"][:1]}
    chinese = yichuang("clock", "-", given=silent)
    english = yichuang("clock", "-", "--lang", "en", given=silent)
    assert "受理日：2022-09-28（视为受理）" in chinese.out
    assert "《中华人民共和国行政许可法》第三十二条第一款第四项" in chinese.out
    assert "Accepted on: 2022-09-28 (deemed)" in english.out
    assert clock(silent, "--lang=en").answer["notes"][0]["says"].startswith("Neither a voucher")


def test_a_day_given_twice_must_be_the_same_day():
    assert clock(TIMELINE, "--asof", "2022-10-20").answer == clock(TIMELINE).answer
    assert clock(TIMELINE, "--on", "2022-10-21").pointers == ["/asof"]


def test_a_day_given_nowhere_is_today():
    raw = {k: v for k, v in TIMELINE.items() if k != "asof"}
    told = {**raw, "asof": io.today().isoformat()}
    assert clock(raw, "--forecast").answer == clock(told, "--forecast").answer


@pytest.mark.parametrize(
    ("instant", "expected"),
    [("2022-09-30T15:59:59+00:00", "2022-09-30"), ("2022-09-30T16:00:00+00:00", "2022-10-01")],
)
def test_a_day_begins_at_midnight_in_shanghai(instant, expected):
    assert io.day_in_shanghai(datetime.fromisoformat(instant)).isoformat() == expected


def test_an_unpublished_year_is_exit_three_and_a_forecast_is_provisional():
    events = [{"on": "2026-12-10", "what": "received"}, {"on": "2026-12-11", "what": "accepted"}]
    raw = {**TIMELINE, "asof": "2026-12-14", "events": events}
    told = clock(raw)
    assert told.code == 3
    assert "2027年" in told.problem["detail"]
    assert clock(raw, "--forecast").answer["provisional"] is True


def test_the_calendar_of_then_can_be_asked_for():
    events = [{"on": "2019-04-26", "what": what} for what in ("received", "accepted")]
    raw = {"limit": {"days": 4, "unit": "working"}, "asof": "2019-04-26", "events": events}
    assert clock(raw).answer["statutory_due"] == "2019-05-05"
    assert clock(raw, "--calendar-known-on", "2019-03-21").answer["statutory_due"] == "2019-05-03"


def test_every_fault_of_a_timeline_is_told_at_once():
    raw = {**TIMELINE, "limit": {"days": -1, "unit": "working"}, "colour": 1}
    told = clock(raw)
    assert (told.code, told.pointers) == (2, ["/colour", "/limit/days"])


def test_a_batch_answers_each_and_puts_a_problem_where_one_failed():
    late = {**TIMELINE, "events": [{"on": "2022-02-30", "what": "received"}]}
    text = json.dumps([TIMELINE, late, 7, TIMELINE])
    repeated = text[:-1] + ', {"limit": 1, "limit": 2}, {"limit": NaN}]'
    one, two, three, four, five, six = clock(repeated).answer
    assert one == four == clock(TIMELINE).answer
    assert [e["pointer"] for e in two["errors"]] == ["/events/0/on"]
    assert [e["pointer"] for e in three["errors"]] == [""]
    assert [e["pointer"] for e in five["errors"]] == ["/limit", "/events"]
    assert [e["pointer"] for e in six["errors"]] == ["/limit", "/events"]
    assert clock([]).answer == []
    assert "[2]" in yichuang("clock", "-", given=[TIMELINE, late]).out


def test_a_batch_with_an_unpublished_year_still_answers_the_rest():
    future = {**TIMELINE, "asof": "2027-02-01"}
    first, second = clock([future, TIMELINE]).answer
    assert first["type"].endswith("not-published")
    assert second["accepted_on"] == "2022-09-30"


def test_a_stage_is_the_union_of_its_items():
    raw = {
        "items": [
            {"from": "2022-10-10", "to": "2022-10-21", "stops": [{"from": "2022-10-12", "to": "2022-10-14"}]},
            {"from": "2022-10-17", "to": "2022-10-28"},
        ]
    }
    found = clock(raw, "--stage").answer
    assert (found["used_days"], found["span_days"]) == (12, 18)
    assert [f["used_days"] for f in clock([raw, {"items": []}], "--stage").answer] == [12, 0]
    assert clock({"items": [{}]}, "--stage").pointers == ["/items/0/from"]


# --- input that is no input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        pytest.param("", [""], id="nothing"),
        pytest.param("{", [""], id="cut off"),
        pytest.param("nonsense", [""], id="a word"),
        pytest.param("7", [""], id="a number"),
        pytest.param("null", [""], id="null"),
        pytest.param(b"\xff\xfe{}", [""], id="not UTF-8"),
        pytest.param(
            '{"limit": 1, "limit": 2, "asof": NaN, "a": {"b": 1, "b": 1}}',
            ["/limit", "/asof", "/a/b", "/a", "/events"],
            id="keys repeated",
        ),
        pytest.param('{"a": -Infinity}', ["/a", "/limit", "/events"], id="infinity"),
        pytest.param('{"a~/b": "\\ud800"}', ["/a~0~1b", "/limit", "/events"], id="half a character"),
        pytest.param("[" * 200_000, [""], id="open lists"),
        pytest.param("[" * 80 + "]" * 80, [""], id="deep lists"),
        pytest.param('{"a":' * 300 + "1" + "}" * 300, [""], id="deep objects"),
    ],
)
def test_what_is_no_json_is_refused_in_words(given, pointers):
    told = yichuang("clock", "-", "--json", given=given)
    assert (told.code, told.pointers) == (2, pointers)


@pytest.mark.parametrize(
    "days",
    ["20.0", "2e1", "20.5", pytest.param("1" + "0" * 5000, id="huge"), "true", '"20"', "null", "-20", "0"],
)
def test_a_number_that_is_no_whole_number_is_refused(days):
    text = json.dumps(TIMELINE).replace('"days": 20', f'"days": {days}')
    assert yichuang("clock", "-", "--json", given=text).pointers == ["/limit/days"]


def test_too_much_is_refused():
    assert yichuang("clock", "-", given=b" " * (16 * 2**20 + 1)).pointers == [""]


def test_a_file_that_cannot_be_read_is_wrong_input(tmp_path):
    assert yichuang("clock", str(tmp_path / "none.json"), "--json").code == 2
    assert "文件夹" in yichuang("clock", str(tmp_path), "--json").problem["detail"]


@pytest.mark.parametrize(
    ("args", "pointer"),
    [
        (["clock"], "timeline"),
        (["clock", "-", "--jsn"], "--jsn"),
        (["clock", "-", "--asof", "2022-02-30"], "--asof"),
        (["clock", "-", "--calendar-known-on", "soon"], "--calendar-known-on"),
        (["clock", "-", "--lang", "fr"], "--lang"),
        (["clok"], ""),
        (["check", "passport", "1"], "kind"),
        (["check", "project-code"], "values"),
        (["due"], "limit"),
        (["due", "licence"], "/from"),
        (["due", "licenze", "--from", "2022-09-30"], "/limit"),
        (["due", "licence", "--from", "30.9.2022"], "--from"),
    ],
)
def test_a_wrong_command_line_is_wrong_input_that_names_the_place(args, pointer):
    told = yichuang(*args)
    assert (told.code, told.pointers) == (2, [pointer])


def test_a_fault_of_ours_is_exit_one_without_a_traceback(monkeypatch):
    def broken(_: Any) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("api.cli.calendar.limits", broken)
    told = clock(TIMELINE)
    assert told.code == 1
    assert told.problem["code"] == "internal"
    assert "Traceback" not in told.err


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    anything, st.sampled_from([["clock", "-"], ["clock", "-", "--stage"], ["due", "-"], ["check", "credit-code", "-"]])
)
def test_whatever_is_handed_in_the_command_answers_or_refuses(raw, args):
    told = yichuang(*args, "--json", given=json.dumps(raw))
    assert told.code in (0, 2, 3)
    json.loads(told.out or told.err)


# --- as a process ---------------------------------------------------------------------------------------------------


def test_a_real_process_writes_utf8_and_the_answer_alone_in_any_locale():
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", "from api.cli import main; main()", "clock", "-", "--json"],
        input=json.dumps({**TIMELINE, "events": TIMELINE["events"][:1]}).encode(),
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "TZ": "America/Los_Angeles"},
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, b"")
    assert "视为" not in found.stdout.decode() and "即为受理" in found.stdout.decode()
