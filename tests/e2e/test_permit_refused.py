"""A permit that fails for good (施工许可证两次不合格): what passed is handed out, and the case is decided all the same."""

from __future__ import annotations

from tests.e2e.conftest import House
from tests.e2e.filer import legal_day
from tests.e2e.simulated import FACTS, HALL, Simulating

FAILING = {"verdict": "fail", "finding": "资金安排未落实", "article": "建筑法第八条第一款第五项"}


def reviewing(house: House) -> Simulating:
    """Both reviews open: every result is there, every paper handed in."""
    filer = Simulating(house.people)
    filer.register("智能装备厂房", {**FACTS, "land_state": "paid"}, [HALL])
    filer.apply(service="start-permits", project_name="智能装备厂房")
    for item in ("A09", "A10", "B02", "C01", "C05", "C06", "O03"):
        filer.register_result(item, f"{item}-1", legal_day(house.service))
    for material in filer.look()["missing"]["materials"]:
        filer.paper(material["id"])
    filer.look()
    filer.do("window", "intake", "accept")
    return filer


def test_the_refusal_does_not_wait_for_the_permit_that_never_comes(house: House) -> None:
    filer = reviewing(house)
    who = filer.departments()
    filer.do(who["A13"], "review:A13", "give", verdict="pass")
    filer.do("window", "permit:A13", "issue")
    filer.do(who["C08"], "review:C08", "give", **FAILING)
    states = {t["id"]: t["state"] for t in filer.look()["tasks"]}
    assert states["finish"] == states["permit:C08"] == "blocked", "a round is left"
    filer.answer("资金已到位")
    filer.do(who["C08"], "review:C08", "give", **FAILING)
    states = {t["id"]: t["state"] for t in filer.look()["tasks"]}
    assert (states["finish"], states["permit:C08"]) == ("open", "blocked")
    filer.do("window", "finish", "issue")
    shown = filer.look()
    assert shown["state"]["code"] == "not_passed"
    assert shown["ending"]["kind"] == "not_passed" and shown["ending"]["remedies"]
    assert {p["item"]: p["status"] for p in shown["papers"]} == {"A13": "in_force"}
