"""``due`` and ``check``: CONTRACT §3 and §5."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.command_line import yichuang

TABLE: dict[str, tuple[int, str]] = {
    "correction-notice": (5, "working"),
    "delivery": (10, "working"),
    "hearing-request": (5, "working"),
    "hearing-hold": (20, "working"),
    "hearing-notice": (7, "working"),
    "construction-permit": (7, "working"),
    "fire-acceptance": (15, "working"),
    "completion-filing": (15, "calendar"),
    "archive-handover": (3, "month"),
    "water-intake": (45, "working"),
    "pre-permit": (2, "month"),
    "licence": (20, "working"),
    "licence-extension": (10, "working"),
    "joint": (45, "working"),
    "joint-extension": (15, "working"),
    "renewal-request": (30, "working"),
    "construction-start": (3, "month"),
    "fire-filing": (5, "working"),
    "fire-sample-check": (15, "working"),
    "fire-recheck": (7, "working"),
    "supervision-notice": (7, "working"),
    "planning-record": (6, "month"),
    "eia-reexamination": (5, "year"),
    "land-contract": (10, "working"),
}
"""The table of CONTRACT §3."""


def due(limit: str, start: str, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = yichuang("due", limit, "--from", start, "--json", *more).answer
    return found


@pytest.mark.parametrize("limit", list(TABLE))
def test_every_limit_of_the_contract_is_there_with_its_law(limit):
    found = due(limit, "2021-03-01")
    assert (found["limit"], found["from"]) == (limit, "2021-03-01")
    assert (found["days"], found["unit"]) == TABLE[limit]
    assert bool(found["cite"]) is (limit != "pre-permit")
    assert (found["due"] < "2021-03-01") is (limit in ("renewal-request", "supervision-notice"))


@pytest.mark.parametrize(
    ("limit", "start", "last"),
    [  # reckoned by hand from the notices of DOMAIN §6.2
        ("licence", "2024-02-02", "2024-03-06"),
        ("licence", "2025-01-20", "2025-02-21"),
        ("licence", "2026-02-10", "2026-03-16"),
        ("licence", "2022-09-30", "2022-11-02"),
        ("licence", "2022-10-01", "2022-11-02"),  # filed on a day of rest: counted from the next working day
        ("licence-extension", "2022-11-02", "2022-11-16"),  # from the last day of the limit that it extends
        ("correction-notice", "2022-09-28", "2022-10-10"),
        ("hearing-notice", "2022-10-14", "2022-10-25"),
        ("completion-filing", "2022-09-16", "2022-10-08"),  # 1 October rests until the 7th; Saturday the 8th is worked
        ("completion-filing", "2022-09-14", "2022-09-29"),
        ("construction-start", "2022-11-30", "2023-02-28"),  # no 30 February
        ("construction-start-extension", "2023-02-28", "2023-05-29"),
        ("pre-permit", "2022-03-01", "2022-05-05"),  # 1 May rests until the 4th
        ("archive-handover", "2022-07-05", "2022-10-08"),
        ("planning-record", "2022-03-31", "2022-09-30"),
        ("eia-reexamination", "2020-02-29", "2025-02-28"),
        ("supervision-notice", "2022-10-10", "2022-09-26"),
        ("supervision-notice", "2022-10-08", "2022-09-22"),
        ("renewal-request", "2022-10-09", "2022-08-22"),
        ("ja-promised", "2022-09-30", "2022-10-18"),
        ("lightning-acceptance", "2022-09-30", "2022-10-19"),
    ],
)
def test_the_last_day_is_the_one_reckoned_by_hand(limit, start, last):
    assert due(limit, start)["due"] == last


def test_a_hearing_notice_counts_forward_and_backward_when_asked():
    assert due("hearing-notice", "2022-10-14")["backward"] is False
    asked = due("hearing-notice", "2022-10-25", "--backward")
    assert (asked["due"], asked["backward"]) == ("2022-10-14", True)


@pytest.mark.parametrize(
    ("limit", "start", "last"),
    [
        ("licence", "2022-11-02", "2022-09-30"),
        ("correction-notice", "2022-10-08", "2022-09-26"),  # strictly before, whatever day it is
        ("correction-notice", "2022-10-03", "2022-09-26"),
        ("completion-filing", "2022-10-20", "2022-09-30"),  # a day of rest, so the working day before
    ],
)
def test_any_limit_can_be_counted_backward(limit, start, last):
    assert due(limit, start, "--backward")["due"] == last


def test_the_newest_notices_decide_unless_an_older_state_is_asked_for():
    assert due("ja-rectify", "2019-04-29")["due"] == "2019-05-06"
    assert due("ja-rectify", "2019-04-29", "--calendar-known-on", "2019-03-21")["due"] == "2019-05-03"


def test_an_unpublished_year_is_exit_three_or_a_forecast():
    told = yichuang("due", "licence", "--from", "2026-12-15", "--json")
    assert (told.code, told.problem["errors"]) == (3, [])
    assert due("licence", "2026-12-15", "--forecast")["provisional"] is True
    assert [due("fire-filing", day)["provisional"] for day in ("2026-12-17", "2026-12-18")] == [False, True]


@pytest.mark.parametrize("flag", [[], ["--backward"]])
def test_a_limit_that_counts_backward_does_so_by_itself(flag):
    found = yichuang("due", "supervision-notice", "--from", "2022-10-10", "--json", *flag).answer
    assert (found["due"], found["backward"]) == ("2022-09-26", True)


def test_due_answers_a_batch():
    raw = [
        {"limit": "licence", "from": "2022-09-30"},
        {"limit": "licence", "from": "2022-11-02", "backward": True},
        {"limit": "nothing", "from": "2022-13-01", "backward": 1, "x": 2},
        {"limit": "licence", "from": "2026-12-30"},
        {"limit": "pre-permit", "from": "2022-03-01"},
    ]
    one, two, three, four, five = yichuang("due", "-", "--json", given=raw).answer
    assert (one["due"], two["due"]) == ("2022-11-02", "2022-09-30")
    assert [e["pointer"] for e in three["errors"]] == ["/x", "/limit", "/from", "/backward"]
    assert four["code"] == "not-published"
    assert (five["local"], five["cite"], five["due"]) == (True, [], "2022-05-05")
    assert yichuang("due", "-", "--json", "--from", "2022-09-29", given=raw[0]).pointers == ["/from"]


def test_check_answers_a_list_whether_valid_or_not():
    found = yichuang("check", "credit-code", "91440704MA0001AB3L", "91440704MA0001AB3K", "--json").answer
    assert [(f["value"][-1], f["valid"]) for f in found] == [("L", True), ("K", False)]
    (one,) = yichuang("check", "project-code", "2020-440704-04-01-123456", "--json").answer
    assert one["valid"] and one["parts"]["region"] == "440704"
    assert yichuang("check", "credit-code", "-", "--json", given=["x", 7]).answer[1]["valid"] is False
    assert "✗" in yichuang("check", "credit-code", "x").out


@pytest.mark.parametrize(
    ("raw", "pointers"),
    [
        (7, [""]),
        ("licence", [""]),
        ({}, ["/limit", "/from"]),
        ({"limit": "licence", "from": "2022-02-30"}, ["/from"]),
        ({"limit": "licence", "from": 20220930}, ["/from"]),
        ({"limit": "x" * 1_000_000, "from": "2022-09-30"}, ["/limit"]),
        ({"limit": "fire-acceptance", "from": "2020-05-31"}, ["/from"]),
        ({"limit": "licence", "from": "2022-09-30", "backward": "yes"}, ["/backward"]),
        ('{"limit": "licence", "limit": "joint", "from": "x"}', ["/limit", "/from"]),
        ('{"limit": NaN, "from": "2022-09-30"}', ["/limit"]),
    ],
    ids=str,
)
def test_wrong_input_is_told_at_once_with_its_places(raw, pointers):
    told = yichuang("due", "-", "--json", given=raw if isinstance(raw, str) and raw[0] == "{" else json.dumps(raw))
    assert (told.code, told.pointers) == (2, pointers)
    assert len(told.err) < 10_000
