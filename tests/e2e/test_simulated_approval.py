"""Simulated approval, the whole way (模拟审批全程), over a real socket on both databases."""

from __future__ import annotations

from tests.e2e.conftest import House
from tests.e2e.filer import legal_day
from tests.e2e.simulated import Simulating, before_land, result


def test_reviewed_before_the_land_and_formal_the_day_it_is_won(house: House) -> None:
    filer = before_land(house.people)
    filer.do("window", "intake", "accept")
    filer.each("simulate", "give", verdict="pass")
    filer.do("window", "notice", "issue")
    (notice,) = filer.look()["papers"]
    assert (notice["force"], notice["status"]) == ("simulated", "simulated")
    filer.win()
    filer.register_result("A01", "2022-440704-01", legal_day(house.service))
    filer.look()
    filer.each("convert", "convert", second="sign", unchanged=True)
    for item in ("A10", "A17", "B02"):
        filer.do("window", f"permit:{item}", "issue")
    filer.do("window", "finish", "issue")
    filer.look()
    assert filer.shown["state"]["code"] == "issued"
    assert [p["item"] for p in filer.shown["papers"]] == ["", "A10", "A17", "B02", ""]

    filer.facts(land_state="paid")
    second = Simulating(house.people)
    second.project = filer.project
    second.apply(service="start-permits", project_name="智能装备厂房")
    second._sent(
        "owner",
        f"/projects/{filer.project}/documents/O03.result",
        {"fields": result("缴款书-1", "税务局", legal_day(house.service)), "files": []},
        "PUT",
    )
    for material in second.look()["missing"]["materials"]:
        second.paper(material["id"])
    second.look()
    second.do("window", "intake", "accept")
    second.each("review", "give", verdict="pass")
    print([(t["id"], t["state"], t["blocked_by"]) for t in second.shown["tasks"]])
    for item in ("A13", "C08"):
        second.do("window", f"permit:{item}", "issue")
    second.do("window", "finish", "issue")
    assert [p["title"] for p in second.look()["papers"]][:2] == ["国有建设用地使用权首次登记", "建筑工程施工许可证"]
