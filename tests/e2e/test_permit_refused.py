"""A permit that fails for good (施工许可证两次不合格): what passed is handed out, and the case is decided all the same."""

from __future__ import annotations

from tests.e2e.conftest import House
from tests.e2e.filer import legal_day
from tests.e2e.simulated import after_land

FAILING = {"verdict": "fail", "finding": "资金安排未落实", "article": "建筑法第八条第一款第五项"}


def test_the_refusal_does_not_wait_for_the_permit_that_never_comes(house: House) -> None:
    filer = after_land(house.people, legal_day(house.service))
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
