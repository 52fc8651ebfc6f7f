"""The eight ways in which a simulated approval fails (模拟意见失效的八种情形), each with exactly its consequence."""

from __future__ import annotations

from typing import Any

import pytest

from api.demo.simulated import HALL
from api.wakeups import sweep
from tests.e2e.conftest import House
from tests.e2e.filer import Shown, find, legal_day
from tests.e2e.scenes import kinds
from tests.e2e.simulated import ASSUMED, Simulating, before_land

ALL = {"A10", "A17", "B01", "B02", "B07", "B09", "B10", "C01", "C05", "C06", "C19"}
SECOND_HALL = {**HALL, "name": "2号厂房", "floor_area_m2": 2000}


@pytest.fixture
def noticed(house: House) -> Simulating:
    """A case whose simulated opinions are all given, and whose notice is out."""
    filer = before_land(house.people)
    filer.notice()
    assert filer.opinions() == dict.fromkeys(ALL, "holds")
    return filer


def the_failure(filer: Simulating, cause: str) -> Shown:
    """The one event, of that cause; what it voids is what shows as void, and its notice is withdrawn."""
    (failed,) = filer.look()["simulated"]["failures"]
    assert failed["cause"] == cause and failed["says"]
    said = {d.split("/")[1] for d in failed["void"] if d.startswith("simulated_opinion/")}
    assert said == filer.void()
    assert any(d.startswith("simulated_notice/") for d in failed["void"])
    assert [p["status"] for p in filer.shown["papers"]] == ["withdrawn"]
    return failed


def assert_over(filer: Simulating, failed: Shown) -> None:
    """The case has ended with its failure: nothing to redo, nothing to do, and no order is taken."""
    assert failed["ends"] and failed["redo"] == [] and failed["cost_days"] == 0
    assert filer.shown["state"]["code"] == "case_terminated" and filer.shown["tasks"] == []
    assert filer.shown["ending"]["says"].startswith(failed["says"])
    refused = filer.order("natural_resources", "convert:A10", "convert", etag="*", unchanged=True)
    assert refused.status_code == 409
    again = filer.send("land-lead", f"/cases/{filer.case}/declare-failure", {"cause": "law_changed", "says": "再认定"})
    assert again.status_code == 409


def assert_redone(filer: Simulating, failed: Shown, items: set[str], days: int) -> None:
    """The case goes on; exactly these are to be done again, at the longest of their days."""
    assert not failed["ends"] and filer.shown["state"]["code"] == "accepted"
    assert {r["item"] for r in failed["redo"]} == items and failed["cost_days"] == days
    assert max(r["days"] or 0 for r in failed["redo"]) == days
    assert filer.opinions() == {i: "void" if i in items else "holds" for i in ALL}


def only_what_holds_converts(filer: Simulating, item: str, standing: str) -> None:
    """A voided opinion converts never, and is given anew in full; one that stands does."""
    filer.look()
    by = filer.departments()
    gone = find(filer.shown, "convert", item)["id"]
    refused = filer.order(by[item], gone, "convert", etag="*", unchanged=True)
    assert refused.status_code == 409, refused.text
    filer.look()
    filer.do(by[item], gone, "give", verdict="pass")
    filer.do(by[item] + "2", gone, "sign")
    assert find(filer.look(), "convert", item)["opinion"].get("converts") is None
    kept = find(filer.shown, "convert", standing)["id"]
    filer.do(by[standing], kept, "convert", unchanged=True)
    filer.do(by[standing] + "2", kept, "sign")
    assert find(filer.look(), "convert", standing)["opinion"]["converts"]


# --- 1 and 2: the contract ------------------------------------------------------------------------------------------------


def test_another_bidder_wins_and_every_case_of_the_project_ends_at_once(house: House) -> None:
    filer = before_land(house.people)
    filer.facts(buildings=[HALL, SECOND_HALL])
    filer.look()
    filer.notice()
    other = filer.another_case("simulated-approval", units=["2号厂房"])
    other.do("window", "intake", "accept")
    other.each("simulate", "give", verdict="pass")
    filer.win(holder_code="91440704MA0002CD5F")
    failed = the_failure(filer, "other_holder")
    assert failed["fields"][0]["field"] == "holder_code" and filer.void() == ALL
    assert_over(filer, failed)
    (second,) = other.look()["simulated"]["failures"]
    assert second["cause"] == "other_holder" and other.void() == set(other.opinions())
    assert other.shown["state"]["code"] == "case_terminated"
    entries = [next(h for h in f.shown["history"] if h["kind"] == "assumption_failed") for f in (filer, other)]
    filed = max(h["entry"] for h in filer.shown["history"] if h["kind"] == "document_filed")
    instants = {h["at"] for h in [*entries, *(h for h in filer.shown["history"] if h["entry"] == filed)]}
    assert len(instants) == 1, "contract and both consequences are one transaction"


def test_other_conditions_in_the_contract_void_what_looked_at_them(noticed: Simulating) -> None:
    noticed.win(conditions_no="江海规条〔2022〕9号")
    assert_redone(noticed, the_failure(noticed, "conditions_differ"), ALL, 15)


@pytest.mark.parametrize(
    ("changed", "cause", "items", "days"),
    [
        ({"floor_area_ratio": "2.5"}, "conditions_differ", {"A10", "B01", "B02", "C01"}, 15),
        ({"height_limit_m": "36"}, "conditions_differ", {"B01", "B02", "C01"}, 15),
        ({"red_line": "红线图-08"}, "beyond_tolerance", {"A10", "A17", "B01", "B02", "C01"}, 15),
        ({"site_area_m2": "30300.01"}, "beyond_tolerance", ALL, 15),
    ],
)
def test_each_field_voids_only_what_looked_at_it(
    noticed: Simulating, changed: dict[str, str], cause: str, items: set[str], days: int
) -> None:
    noticed.win(**changed)
    failed = the_failure(noticed, cause)
    (field,) = failed["fields"]
    assert {field["field"]: field["real"]} == changed and field["holds"] is False
    assert_redone(noticed, failed, items, days)
    table = {f["field"]: f["holds"] for f in noticed.shown["simulated"]["assumptions"][0]["fields"]}
    assert table == {f: f not in changed for f in ASSUMED}
    if items != ALL:
        only_what_holds_converts(noticed, "B01", "B07")


def test_within_tolerance_nothing_happens(noticed: Simulating) -> None:
    before = kinds(noticed.shown)
    noticed.win(site_area_m2="30300")
    noticed.facts(buildings=[{**HALL, "height_m": 20.5}], reasons="按施工图更正")
    assert kinds(noticed.look())[len(before) :] == ["document_filed", "facts_stated"]
    assert noticed.opinions() == dict.fromkeys(ALL, "holds")
    assert [p["status"] for p in noticed.shown["papers"]] == ["simulated"]
    assert noticed.shown["simulated"]["assumptions"][0]["discharged"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"height_m": "20.51"}, "建筑高度（1号厂房）已变更"),
        ({"storeys": 4}, "层数（1号厂房）已变更"),
        ({"fire_hazard": "B"}, "火灾危险性类别（1号厂房）已变更"),
    ],
)
def test_another_design_voids_what_looked_at_the_works_as_designed(
    noticed: Simulating, changed: dict[str, Any], told: str
) -> None:
    noticed.facts(buildings=[{**HALL, **changed}], reasons="按施工图更正")
    failed = the_failure(noticed, "design_changed")
    assert told in failed["says"]
    assert_redone(noticed, failed, {"B01", "B02", "C01"}, 15)


def test_a_building_more_is_another_design(noticed: Simulating) -> None:
    noticed.facts(buildings=[HALL, {**HALL, "name": "2号厂房", "floor_area_m2": 900}], reasons="增建")
    failed = the_failure(noticed, "design_changed")
    assert "增加单体2号厂房" in failed["says"]
    assert_redone(noticed, failed, {"B01", "B02", "C01"}, 15)


def test_a_permit_stands_although_the_contract_is_corrected_after_it(house: House, noticed: Simulating) -> None:
    noticed.turn_formal(legal_day(house.service))
    noticed.do("window", "permit:A17", "issue")
    noticed.win(red_line="红线图-08")
    states = {t["about"]["item"]: t["state"] for t in noticed.look()["tasks"] if t["id"].startswith("convert:")}
    assert {i for i, state in states.items() if state != "done"} == {"A10", "A17", "B01", "B02", "C01"}
    assert {p["item"]: p["status"] for p in noticed.shown["papers"]}["A17"] == "in_force", "until it is taken back"
    refused = noticed.order("window", "permit:A10", "issue", etag="*")
    assert refused.status_code == 409, "what was formal before is looked at anew"


# --- 4: the law -----------------------------------------------------------------------------------------------------------


def test_a_changed_rule_voids_the_items_that_it_is_about(noticed: Simulating) -> None:
    noticed.declare("land-lead", "law_changed", items=["C01"])
    failed = the_failure(noticed, "law_changed")
    assert_redone(noticed, failed, {"C01"}, 10)
    noticed.each("simulate", "give", verdict="pass")
    noticed.do("window", "notice", "issue")
    assert [p["status"] for p in noticed.look()["papers"]] == ["withdrawn", "simulated"]


# --- 5: time ---------------------------------------------------------------------------------------------------------------


def test_validity_runs_out_while_nobody_looks_and_was_warned_of(house: House, noticed: Simulating) -> None:
    until = noticed.shown["simulated"]["valid_until"]
    clock = next(c for c in noticed.shown["clocks"] if c["key"].startswith("valid:"))
    assert clock["due"] == until
    house.service.clock.turn(days=50)
    house.service.call(sweep)
    assert kinds(noticed.look())[-1] == "validity_near" and noticed.void() == set()
    house.service.clock.turn(days=30)
    house.service.call(sweep)
    failed = the_failure(noticed, "validity_over")
    assert_redone(noticed, failed, ALL, 15)
    assert until in failed["says"]
    passed = next(h for h in noticed.shown["history"] if "有效期" in h["says"] and h["kind"] == "limit_passed")
    assert passed["legal_instant"].startswith(f"{until}T16:00:00"), "the end of the last day in Shanghai"
    assert kinds(noticed.shown).count("validity_near") == 1
    noticed.each("simulate", "give", verdict="pass")
    noticed.do("window", "notice", "issue")
    assert noticed.look()["simulated"]["valid_until"] > until


def test_what_came_too_late_is_not_turned_formal_though_no_sweep_ran(house: House, noticed: Simulating) -> None:
    noticed.win()
    house.service.clock.turn(days=80)
    late = noticed.order("natural_resources", "convert:A10", "convert", etag="*", unchanged=True)
    assert late.status_code == 409, late.text
    house.service.call(sweep)
    the_failure(noticed, "validity_over")


# --- 6, 7 and 8: what ends the case -------------------------------------------------------------------------------------------


def test_false_papers_end_the_case_and_void_what_rests_on_them(noticed: Simulating) -> None:
    noticed.declare("land-lead", "false_papers", documents=["soil_plan#1"])
    failed = the_failure(noticed, "false_papers")
    assert noticed.void() == {"A17"}
    assert_over(noticed, failed)


def test_a_broken_commitment_ends_the_case(noticed: Simulating) -> None:
    noticed.declare("land-lead", "commitment_broken")
    failed = the_failure(noticed, "commitment_broken")
    assert noticed.void() == ALL
    assert_over(noticed, failed)


def test_a_project_that_leaves_the_catalogue_ends(noticed: Simulating) -> None:
    noticed.facts(industry_class="restricted", reasons="产业目录核对更正")
    failed = the_failure(noticed, "left_catalogue")
    assert "限制类" in failed["says"] and noticed.void() == ALL
    assert_over(noticed, failed)
