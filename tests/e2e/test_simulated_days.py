"""Departments look at a simulated case each on its own day (各部门在不同的日子审查), as departments do."""

from __future__ import annotations

from tests.e2e.conftest import House
from tests.e2e.filer import Shown, find, legal_day
from tests.e2e.simulated import Simulating, before_land


def running(shown: Shown, kind: str) -> list[str]:
    """The last days of the clocks of this kind, by the day on which they began."""
    return [c["due"] for c in sorted(shown["clocks"], key=lambda c: c["start"]) if c["key"].startswith(f"{kind}:")]


FAULT = {"verdict": "fail", "finding": "总平面退线不足", "article": "江海规条〔2022〕7号第五条"}


def noticed_late(house: House) -> Simulating:
    """B07 is passed on the day of the intake; the others ten days later, B01 at the second look, after a fault was mended."""
    filer = before_land(house.people)
    filer.do("window", "intake", "accept")
    filer.do("urban_management", find(filer.shown, "simulate", "B07")["id"], "give", verdict="pass")
    filer.do("natural_resources", find(filer.shown, "simulate", "B01")["id"], "give", **FAULT)
    house.service.clock.turn(days=10)
    filer.look()
    filer.each("simulate", "give", verdict="pass")
    filer.answer("已调整总平面")
    filer.do("natural_resources", "simulate:B01", "give", verdict="pass")
    filer.do("window", "notice", "issue")
    return filer


def test_opinions_of_two_days_are_valid_each_for_its_own_time(house: House) -> None:
    filer = noticed_late(house)
    first, second = running(filer.look(), "valid")
    assert filer.shown["simulated"]["valid_until"] == first < second
    assert len(running(filer.shown, "warn")) == 2
    assert set(filer.opinions().values()) == {"holds"}


def test_what_runs_out_first_falls_alone_and_the_rest_still_turns_formal(house: House) -> None:
    filer = noticed_late(house)
    first, second = running(filer.look(), "valid")
    while (today := legal_day(house.service)) <= first:
        house.service.clock.turn(days=1)
    assert today <= second
    filer.win()
    assert filer.void() == {"B07"}
    late = filer.order("urban_management", "convert:B07", "convert", etag="*", unchanged=True)
    assert late.status_code == 409, late.text
    filer.do("natural_resources", "convert:B01", "convert", unchanged=True)
    filer.do("natural_resources2", "convert:B01", "sign")
    assert {filer.opinions()[i] for i in ("B01", "B07")} == {"converted", "void"}


def test_the_owner_is_told_what_to_mend_and_by_when_and_a_fault_is_no_opinion_that_holds(house: House) -> None:
    filer = before_land(house.people)
    filer.do("window", "intake", "accept")
    filer.do("natural_resources", find(filer.shown, "simulate", "B01")["id"], "give", **FAULT)
    shown = filer.look("owner")["simulated"]
    assert (filer.opinions(), shown["valid_until"], shown["if_it_fails"]) == ({"B01": "failed"}, None, [])
    assert not any("有效" in line or "请修改" in line for line in shown["says"]), "nothing holds; the others still look"
    filer.look()
    filer.each("simulate", "give", verdict="pass")
    due = next(c["due"] for c in filer.look("owner")["clocks"] if c["key"].startswith("answer:"))
    assert (
        f"请修改后提交整改，最迟{due}，逾期办件终止：B01设计方案联合审查——总平面退线不足。"
        in filer.shown["simulated"]["says"]
    )
    assert all("B01" not in each["void"] for each in filer.shown["simulated"]["if_it_fails"])
    filer.answer("已调整总平面")
    filer.look()
    filer.do("natural_resources", "simulate:B01", "give", verdict="pass")
    told = [o["state"] for o in filer.look()["simulated"]["opinions"] if o["item"] == "B01"]
    assert told == ["superseded", "holds"] and not any("请修改" in line for line in filer.shown["simulated"]["says"])


def test_a_simulated_review_offers_no_conversion(house: House) -> None:
    filer = before_land(house.people)
    filer.do("window", "intake", "accept")
    shown = filer.look("natural_resources")
    assert [c["command"] for c in find(shown, "simulate", "B01")["commands"]] == ["give", "stop_clock"]
    refused = filer.order("natural_resources", "simulate:B01", "convert", etag="*", unchanged=True)
    assert refused.status_code == 409
