"""One project the whole way (全程): simulated approval, the land won, permits, works, joint acceptance, each its own case.

What one stage has made is offered to every later one, and nobody is asked for it: a request for it is refused by its name.
"""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import House
from tests.e2e.filer import REVIEWERS, Filer, Shown, legal_day
from tests.e2e.scenes import IN_ORDER, papers
from tests.e2e.simulated import Simulating, before_land, result

WORKS = {k: v for k, v in IN_ORDER.items() if k not in ("region", "investment", "category")}
"""What the owner states when the works are done."""


def issue_each(filer: Simulating, *items: str) -> None:
    """The window hands each licence out, then closes the case."""
    for item in items:
        filer.do("window", f"permit:{item}", "issue")
    filer.do("window", "finish", "issue")
    assert filer.look()["state"]["code"] == "issued"


def documents(filer: Filer) -> dict[str, Shown]:
    """What the project has on file, the latest of each kind."""
    answer = filer.people["owner"].get(f"/api/projects/{filer.project}")
    assert answer.status_code == 200, answer.text
    return {d["kind"]: d for d in answer.json()["documents"]}


def refused(filer: Filer, kind: str, named: str, login: str = "owner", **fields: Any) -> None:
    """Handing in once more what the office has is refused, the document named, and nothing is changed by it."""
    before = documents(filer)
    path = f"/projects/{filer.project}/documents/{kind}"
    answer = filer.send(login, path, {"fields": fields, "files": []}, method="PUT")
    assert answer.status_code == 409, answer.text
    assert named in answer.json()["detail"]
    assert documents(filer) == before


def reviewed_before_the_land(house: House) -> Simulating:
    """Simulated reviews passed and the notice out, while nothing but an assumption is there."""
    filer = before_land(house.people)
    (notice,) = filer.notice()["papers"]
    assert (notice["force"], notice["status"]) == ("simulated", "simulated")
    assert not any(kind.endswith(".result") for kind in documents(filer))
    return filer


def formal_once_it_is_won(house: House, filer: Simulating) -> None:
    """The contract as it was assumed; each opinion turned formal by two people, and the permits on the same day."""
    filer.win()
    assert "发证之前，还须由窗口登记企业投资项目备案的办理结果。" in filer.look("owner")["simulated"]["says"]
    filer.register_result("A01", "2022-440704-01", legal_day(house.service))
    assert not any("登记企业投资项目备案" in line for line in filer.look("owner")["simulated"]["says"])
    filer.look()
    filer.each("convert", "convert", second="sign", unchanged=True)
    issue_each(filer, "A10", "A17", "B02")
    assert [p["item"] for p in filer.shown["papers"]] == ["", "A10", "A17", "B02", ""]
    permits = {p["item"]: p for p in filer.shown["papers"] if p["item"]}
    assert {p["issued_on"] for p in permits.values()} == {legal_day(house.service)}
    made = documents(filer)
    assert {made[f"{item}.result"]["fields"]["number"] for item in permits} == {p["number"] for p in permits.values()}
    refused(filer, "land_proof", "国有建设用地使用权出让合同（land-contract#2）")
    again = result("另一号", "自然资源局", legal_day(house.service))
    refused(filer, "A10.result", permits["A10"]["number"], "window", **again)


def every_paper_can_be_had(house: House, filer: Simulating) -> None:
    """The notice, each permit and the closing notice are downloaded by their numbers, and each is what it says."""
    standings = []
    with house.service.visitor() as anyone:
        for paper in filer.shown["papers"]:
            found = anyone.post("/api/certificates/check", content=filer.certificate(number=paper["number"])).json()
            assert found["content"]["number"] == paper["number"]
            standings.append(found["standing"])
    assert standings == ["simulated", "in_force", "in_force", "in_force", "in_force"]
    assert filer.certificate() == filer.certificate(number=filer.shown["papers"][-1]["number"])
    other = filer.people["owner"].get(f"/api/cases/{filer.case}/certificate", params={"number": "江海A10〔1999〕1号"})
    assert other.status_code == 404 and "江海A10〔1999〕1号" in other.json()["detail"]


def permits_to_build(house: House, filer: Simulating) -> None:
    """The second case of the project: the land registered and the construction permit, on the day of its application."""
    filer.facts(land_state="paid")
    second = Simulating(house.people)
    second.project = filer.project
    second.apply(service="start-permits", project_name="智能装备厂房")
    assert "price_receipt" in {m["id"] for m in second.shown["missing"]["materials"]}
    second.register_result("O03", "缴款书-1", legal_day(house.service))
    refused(second, "price_receipt", "缴款书-1")
    wanted = {m["id"] for m in second.look()["missing"]["materials"]}
    assert not wanted & {"price_receipt", "land_proof", "land-contract"}
    for material in wanted:
        second.paper(material)
    second.look()
    second.do("window", "intake", "accept")
    second.each("review", "give", verdict="pass")
    issue_each(second, "A13", "C08")
    titles = [p["title"] for p in second.shown["papers"]]
    assert titles[:2] == ["国有建设用地使用权首次登记", "建筑工程施工许可证"]


def accepted_jointly(house: House, filer: Simulating) -> Filer:
    """The works are done: the third case, with what the earlier two made, to its certificate."""
    today = legal_day(house.service)
    started: dict[str, Any] = dict(result("开工报告-1", "建设单位", today))
    early = {"fields": {**started, "issued_on": legal_day(house.service, -1)}}
    too_early = filer.send("owner", f"/projects/{filer.project}/documents/START.result", early, method="PUT")
    assert (too_early.status_code, too_early.json()["errors"][0]["pointer"]) == (422, "/fields/issued_on")
    filer.paper("START.result", **started)
    filer.facts(**WORKS)
    made = documents(filer)
    third = Filer(house.people)
    third.project = filer.project
    third.apply(service="joint-acceptance", project_name="智能装备厂房")
    wanted = {m["id"] for m in third.shown["missing"]["materials"]}
    assert wanted == {*papers(today), "fire_filing_form"}
    refused(third, "planning_permit", made["B02.result"]["fields"]["number"])
    refused(third, "land_contract", "land-contract#2")
    for kind, fields in {
        **papers(today),
        "fire_filing_form": {},
        "survey_report": {"surveyed_floor_area_m2": 6100},
    }.items():
        third.paper(kind, **fields)
    third.look()
    third.do("window", "intake", "accept")
    third.give_all("review")
    third.call_all(today)
    third.hold_all()
    third.give_all("opinion", without=("D02",))
    built_otherwise(third)
    third.do("window", "issue", "issue")
    return third


def built_otherwise(filer: Filer) -> None:
    """What was built beyond what this project's own permit allowed passes on a stated ground alone (许可与建成比对)."""
    (found,) = filer.look()["as_built"]
    assert (found["permitted"], found["built"], found["holds"]) == ("6000", "6100", "no")
    login, task = REVIEWERS["D02"], "opinion:D02"
    answer = filer.order(login, task, "give", etag=filer.etag(task), verdict="pass")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/finding"), answer.text
    assert "许可6000，建成6100" in answer.json()["errors"][0]["fix"]
    filer.do(login, task, "give", verdict="pass", finding="规划变更许可江规变〔2022〕3号")


def test_from_before_the_land_to_the_joint_acceptance(house: House) -> None:
    filer = reviewed_before_the_land(house)
    formal_once_it_is_won(house, filer)
    every_paper_can_be_had(house, filer)
    permits_to_build(house, filer)
    third = accepted_jointly(house, filer)
    certificate = third.look("owner")["certificate"]
    with house.service.visitor() as anyone:
        asked = {"number": certificate["number"], "code": certificate["check_code"]}
        by_number = anyone.get("/api/certificates/check", params=asked).json()
        by_file = anyone.post("/api/certificates/check", content=third.certificate()).json()
    assert (by_number["standing"], by_file["standing"]) == ("in_force", "in_force")
    (area,) = by_number["content"]["as_built"]
    assert (area["permitted"], area["built"]) == ("6000", "6100")
    project = house.people["owner"].get(f"/api/projects/{filer.project}").json()
    assert project["cases"] == [filer.case, project["cases"][1], third.case]
    kept = {r["document"]: r["kept_by"] for r in project["running"]}
    assert kept["C08.result#1"] == "START.result#1", "works begun in time keep the construction permit"
