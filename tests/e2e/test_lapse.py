"""What was granted runs out over HTTP (失效): registered or made here, warned of, extended, kept in time, or over."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from api.wakeups import sweep
from tests.e2e.conftest import House
from tests.e2e.filer import Filer, Shown, legal_day
from tests.e2e.scenes import small_case
from tests.e2e.simulated import Simulating, after_land, result

HELD_FOR = 85
"""Days that a permit has been held when it is registered: less than three months, and within the last ten working days."""


def project(filer: Filer) -> Shown:
    """The project as its owner is shown it."""
    answer = filer.people["owner"].get(f"/api/projects/{filer.project}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def running(filer: Filer) -> Shown:
    """How long its construction permit still stands."""
    (found,) = [c for c in project(filer)["running"] if c["item"] == "C08"]
    return found


def register(filer: Filer, login: str, kind: str, **fields: Any) -> Any:
    """Register a paper that was made elsewhere."""
    return filer.send(
        login, f"/projects/{filer.project}/documents/{kind}", {"fields": fields, "files": []}, method="PUT"
    )


def permit_from_elsewhere(house: House) -> Filer:
    """A project with a case, whose construction permit another system has made some while ago."""
    filer = small_case(house.people, house.service)
    given = result("440704202206010101", "住建局", legal_day(house.service, -HELD_FOR))
    assert register(filer, "window", "C08.result", **given).status_code == 201
    return filer


def lines(filer: Filer, kind: str) -> list[Shown]:
    """What the history says of a kind."""
    return [line for line in filer.look()["history"] if line["kind"] == kind]


def test_a_permit_made_elsewhere_is_warned_of_and_falls_with_its_legal_day(house: House) -> None:
    filer = permit_from_elsewhere(house)
    last = date.fromisoformat(running(filer)["last_day"])
    house.service.call(sweep)
    house.service.call(sweep)
    (near,) = lines(filer, "result_near")
    assert f"将于{last}届满" in near["says"] and "三个月内开工" in near["says"]
    house.service.clock.turn(days=(last - date.fromisoformat(legal_day(house.service))).days + 1)
    house.service.call(sweep)
    house.service.call(sweep)
    (lapsed,) = lines(filer, "result_lapsed")
    assert "自次日起失效" in lapsed["says"]
    shown = project(filer)
    assert shown["running"] == []
    assert [d["standing"] for d in shown["documents"] if d["kind"] == "C08.result"] == ["void"]
    again = result("440704202209010101", "住建局", legal_day(house.service))
    assert register(filer, "window", "C08.result", **again).status_code == 201
    assert running(filer)["last_day"] > legal_day(house.service)


def test_what_is_begun_in_time_does_not_run_out(house: House) -> None:
    filer = permit_from_elsewhere(house)
    begun = result("开工报告-1", "建设单位", legal_day(house.service))
    assert register(filer, "owner", "START.result", **begun).status_code == 201
    assert running(filer)["kept_by"] == "START.result#1"
    house.service.clock.turn(days=20)
    house.service.call(sweep)
    assert not lines(filer, "result_lapsed")


def test_an_extension_is_granted_by_an_office_and_no_longer_than_the_law_has_it(house: House) -> None:
    filer = permit_from_elsewhere(house)
    last = date.fromisoformat(running(filer)["last_day"])
    granted = result("延期-1", "住建局", legal_day(house.service))
    to_come = result("延期-1", "住建局", legal_day(house.service, 1))
    assert register(filer, "owner", "C08.extension", **granted, until=str(last)).status_code == 403
    for fields, pointer in (
        ({**granted, "until": str(last)}, "/fields/until"),
        ({**granted, "until": str(last + timedelta(days=120))}, "/fields/until"),
        ({**to_come, "until": str(last + timedelta(days=30))}, "/fields/issued_on"),
        (granted, "/fields/until"),
    ):
        answer = register(filer, "window", "C08.extension", **fields)
        assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == [pointer], answer.text
    until = str(last + timedelta(days=60))
    assert register(filer, "window", "C08.extension", **granted, until=until).status_code == 201
    assert (running(filer)["last_day"], running(filer)["extended"]) == (until, 1)
    house.service.clock.turn(days=20)
    house.service.call(sweep)
    assert not lines(filer, "result_lapsed")


@pytest.fixture
def permitted(house: House) -> Simulating:
    """A project whose construction permit was handed out here."""
    filer = after_land(house.people, legal_day(house.service))
    filer.each("review", "give", verdict="pass")
    for item in ("A13", "C08"):
        filer.do("window", f"permit:{item}", "issue")
    filer.do("window", "finish", "issue")
    return filer


def test_a_permit_handed_out_here_checks_as_lapsed(house: House, permitted: Simulating) -> None:
    paper = next(p for p in permitted.look()["papers"] if p["item"] == "C08")
    asked = {"number": paper["number"], "code": paper["check_code"]}
    checked = house.people["stranger"].get("/api/certificates/check", params=asked)
    assert checked.json()["standing"] == "in_force", checked.text
    assert running(permitted)["document"].startswith("C08.result")
    house.service.clock.turn(days=100)
    house.service.call(sweep)
    checked = house.people["stranger"].get("/api/certificates/check", params=asked).json()
    assert checked["standing"] == "lapsed" and re.search("失效", checked["says"])
    assert {p["item"]: p["status"] for p in permitted.look()["papers"]}["C08"] == "lapsed"
