"""Whole joint acceptances over a real socket (竣工联合验收全程), on both databases: from application to a checked certificate."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from typing import Any, cast

import pypdfium2
from pypdf import PdfReader
from pypdf.generic import StreamObject

from api.wakeups import sweep
from tests.e2e.conftest import House
from tests.e2e.filer import REVIEWERS, Filer, find, legal_day, open_tasks
from tests.e2e.scenes import (
    BIG_WORKSHOP,
    DORMITORY,
    EVERYTHING,
    IN_ORDER,
    OFFICE,
    TWELVE,
    WORKSHOP,
    kinds,
    papers,
    small_case,
    visited_case,
)


def side_by_side(filer: Filer, step: str, failing: dict[str, str]) -> None:
    """Every department at once gives its opinions, each from what it saw itself; ``failing`` says of which item what."""

    def review(department: str) -> None:
        mine = Filer(filer.people, filer.owner)
        mine.case = filer.case
        mine.look(department)
        for task in open_tasks(mine.shown, step):
            item = task["about"]["item"]
            if REVIEWERS[item] == department:
                finding = failing.get(item)
                bad = {"verdict": "fail", "finding": finding, "article": "城市建设档案管理规定第八条"}
                mine.do(department, task["id"], "give", **(bad if finding else {"verdict": "pass"}))

    departments = ("planning", "housing", "defence", "archives", "weather")
    with ThreadPoolExecutor(len(departments)) as pool:
        list(pool.map(review, departments))
    filer.look()


def three_buildings(house: House) -> Filer:
    """Three buildings with twelve materials and their bytes, taken in."""
    filer = Filer(house.people)
    filer.register("高新区智能装备厂区", {**IN_ORDER, **EVERYTHING}, [BIG_WORKSHOP, OFFICE, DORMITORY])
    for number, (kind, fields) in enumerate(TWELVE.items(), 1):
        filer.paper(kind, f"%PDF-1.7 {kind}\n".encode() + bytes(range(256)) * 40 * number, **fields)
    assert len(TWELVE) == 12
    filer.apply(project_name="高新区智能装备厂区", address="江门市江海区高新东路 88 号", completed_on="2022-08-31")
    return filer


def rectified(house: House, filer: Filer) -> None:
    """The visits find fault with one item of one building; it is rectified, and that alone is seen again."""
    filer.call_all(legal_day(house.service))
    for building in ("办公楼", "员工宿舍"):
        filer.hold(find(filer.shown, "visit", building=building))
    filer.hold(find(filer.shown, "visit", building="1号厂房"), {"D07": "疏散通道被占用"})
    (waiting,) = filer.shown["lists"]
    assert [(f["item"], f["building"], f["verdict"]) for f in waiting["findings"]] == [("D07", "1号厂房", "fail")]
    photo = filer.upload("整改照片.jpg", b"\xff\xd8 photo")
    filer.answer("已清理疏散通道", files=[{k: photo[k] for k in ("name", "size", "sha256")}])
    again = open_tasks(filer.shown, "visit")
    assert [(t["about"]["building"], t["items"]) for t in again] == [("1号厂房", ["D07"])]
    filer.call_all(legal_day(house.service))
    filer.hold_all()


def settled_in_a_meeting(house: House, filer: Filer) -> None:
    """One department fails its item while the others pass theirs; after the meeting it alone looks again."""
    side_by_side(filer, "opinion", {"D10": "竣工图缺电气部分"})
    assert find(filer.shown, "opinion", "D10")["opinion"]["verdict"] == "fail"
    filer.call_all(legal_day(house.service))
    (meeting,) = open_tasks(filer.shown, "meeting")
    filer.do(
        "lead", meeting["id"], "hold", attended=["archives", "housing_construction"], minutes="三日内补齐电气竣工图"
    )
    filer.paper("archive_set", b"%PDF-1.7 the whole archive")
    filer.look()
    assert [t["about"]["item"] for t in open_tasks(filer.shown, "review")] == ["D10"], "only what read the old archive"
    filer.give_all("review")
    assert [t["about"]["item"] for t in open_tasks(filer.shown, "opinion")] == ["D10"], "only what failed"
    filer.give_all("opinion")


def checked(house: House, pdf: bytes) -> dict[str, Any]:
    """What anyone is told who sends these bytes."""
    with house.service.visitor() as anyone:
        answer = anyone.post("/api/certificates/check", content=pdf)
    assert answer.status_code == 200, answer.text
    return answer.json()


def checked_by_number(house: House, number: str, code: str) -> dict[str, Any]:
    """What anyone is told who types number and check code."""
    with house.service.visitor() as anyone:
        answer = anyone.get("/api/certificates/check", params={"number": number, "code": code})
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_is_an_archive_file(pdf: bytes, certificate: dict[str, Any]) -> None:
    """It says that it is PDF/A-3b, prints its number, and carries the content that its hash is about."""
    reader = PdfReader(BytesIO(pdf))
    metadata = cast(StreamObject, reader.root_object["/Metadata"].get_object()).get_data().decode()
    assert "<pdfaid:part>3<" in metadata and "<pdfaid:conformance>B<" in metadata
    opened = pypdfium2.PdfDocument(pdf)
    try:
        printed = "".join(page.get_textpage().get_text_range() for page in opened)
        assert opened.count_attachments() == 1
        attached = bytes(opened.get_attachment(0).get_data())
    finally:
        opened.close()
    assert certificate["number"] in printed and certificate["check_code"] in printed
    assert "sha256:" + sha256(attached).hexdigest() == certificate["content_hash"]
    assert json.loads(attached)["number"] == certificate["number"]


def test_five_departments_side_by_side_and_one_certificate_that_a_stranger_can_check(house: House) -> None:
    filer = three_buildings(house)
    filer.do("window", "intake", "accept")
    items = {i["id"]: i["department"] for i in filer.shown["items"] if i["applies"] == "yes" and i["part"] == "opinion"}
    assert set(items) == {"D02", "D03", "D06", "D07", "D09", "D10", "D13"} and len(set(items.values())) == 5
    side_by_side(filer, "review", {})
    rectified(house, filer)
    settled_in_a_meeting(house, filer)
    filer.do("window", "issue", "issue")
    certificate = filer.look("owner")["certificate"]
    assert certificate["status"] == "in_force"

    pdf = filer.certificate()
    assert sha256(pdf).hexdigest() == certificate["pdf_sha256"]
    assert_is_an_archive_file(pdf, certificate)
    found = checked_by_number(house, certificate["number"], certificate["check_code"])
    assert found["standing"] == "in_force" and found["pdf_sha256"] == certificate["pdf_sha256"]
    assert {o["item"] for o in found["content"]["opinions"]} == set(items)
    assert {b["name"] for b in found["content"]["buildings"]} == {"1号厂房", "办公楼", "员工宿舍"}
    assert checked_by_number(house, certificate["number"], "AAAA-AAAA-AAAA")["standing"] == "unknown"
    assert checked(house, pdf)["standing"] == "in_force"
    middle = len(pdf) // 2
    changed = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    assert checked(house, changed)["standing"] == "changed"
    assert checked(house, b"%PDF-1.7 something else")["standing"] == "unknown"

    filer.on_case("lead", "withdraw-certificate", reasons="竣工图与现场不符")
    for found in (checked(house, pdf), checked_by_number(house, certificate["number"], certificate["check_code"])):
        assert (found["standing"], found["reasons"]) == ("withdrawn", "竣工图与现场不符")
    assert filer.certificate() == pdf, "the bytes stay what they were"
    assert filer.look()["state"]["code"] == "certificate_withdrawn"


def test_an_owner_withdraws_and_nothing_more_is_done(house: House) -> None:
    filer = small_case(house.people, house.service)
    filer.do("window", "intake", "accept")
    review = open_tasks(filer.shown, "review")[0]
    reviewer = REVIEWERS[review["about"]["item"]]
    filer.on_case("owner", "withdraw", says="改期申请")
    assert filer.shown["ending"]["kind"] == "case_withdrawn" and filer.shown["tasks"] == []
    refused = filer.order(reviewer, review["id"], "give", etag="*", verdict="pass")
    assert refused.status_code == 409 and "改期申请" in refused.json()["detail"]
    assert filer.send("owner", f"/cases/{filer.case}/withdraw", {}).status_code == 409
    assert house.people["owner"].get(f"/api/cases/{filer.case}/certificate").status_code == 404


def test_a_second_failure_ends_in_a_refusal_with_reasons_and_what_may_be_kept(house: House) -> None:
    filer = small_case(house.people, house.service)
    filer.do("window", "intake", "accept")
    filer.give_all("review")
    for found in ("外墙退线不足", "退线仍不足"):
        filer.call_all(legal_day(house.service))
        filer.hold(find(filer.shown, "visit"), {"D02": found})
        if filer.shown["lists"]:
            filer.answer("已整改")
    assert filer.shown["lists"] == [], "a second failure opens no third round"
    filer.give_all("opinion", without=["D02"])
    bad = {"verdict": "fail", "finding": "退线仍不足", "article": "建设用地规划许可证附图"}
    for _ in range(2):
        filer.do("planning", find(filer.shown, "opinion", "D02")["id"], "give", **bad)
        filer.call_all(legal_day(house.service))
        for meeting in open_tasks(filer.shown, "meeting"):
            filer.do("lead", meeting["id"], "hold", attended=["natural_resources"], minutes="维持不合格意见")
    filer.do("window", "issue", "issue")

    ending = filer.look("owner")["ending"]
    assert ending["kind"] == "not_passed" and ending["remedies"]
    assert filer.shown["certificate"] is None
    (notice,) = filer.shown["history"][-1]["files"]
    answer = house.people["owner"].get(f"/api/files/{notice['sha256']}", params={"name": notice["name"]})
    assert answer.status_code == 200 and sha256(answer.content).hexdigest() == notice["sha256"]
    opened = pypdfium2.PdfDocument(answer.content)
    printed = "".join(page.get_textpage().get_text_range() for page in opened)
    opened.close()
    assert "退线仍不足" in printed and "行政复议" in printed
    assert house.people["stranger"].get(f"/api/files/{notice['sha256']}").status_code == 404


def test_a_rectification_that_comes_too_late_finds_the_case_ended(house: House) -> None:
    filer = small_case(house.people, house.service)
    filer.do("window", "intake", "accept")
    filer.give_all("review")
    filer.call_all(legal_day(house.service))
    filer.hold(find(filer.shown, "visit"), {"D02": "外墙退线不足"})
    house.service.clock.turn(days=14)
    late = filer.send("owner", f"/cases/{filer.case}/answer", {"says": "已整改"})
    assert late.status_code == 409, late.text
    house.service.call(sweep)
    ending = filer.look("owner")["ending"]
    assert ending["kind"] == "answer_lapsed" and "沿用" in ending["kept_says"]
    assert {k["item"] for k in ending["kept"] if k["building"]} == {"D03"}, "seen on site, and passed there"
    assert {k["item"] for k in ending["kept"] if not k["building"]} == {"D02", "D03", "D06", "D08"}, "read, and passed"


def test_what_was_asked_for_once_is_supplied_and_the_case_is_taken_in_by_itself(house: House) -> None:
    filer = Filer(house.people)
    filer.register("滘头电子元件厂", {**IN_ORDER, "archive_scope": None}, [WORKSHOP])
    needed = papers(legal_day(house.service))
    filer.paper("completion_report", **needed["completion_report"])
    filer.paper("quality_warranty")
    filer.apply()
    filer.do("window", "intake", "ask_once")
    assert filer.shown["state"]["code"] == "correction"
    missing = {m["id"] for m in filer.shown["missing"]["materials"]}
    assert {"fire_inspection_record", "fire_filing_form", "fire_as_built_drawings"} <= missing
    assert [f["fact"] for f in filer.shown["missing"]["facts"]] == ["archive_scope"]
    again = filer.order("window", "intake", "ask_once", etag=filer.etag("intake"))
    assert again.status_code == 409, "corrections are asked for once"

    house.service.clock.turn(days=1)
    filer.facts(archive_scope=False)
    for kind in sorted(missing - {"archive_set"}):
        assert filer.look()["accepted_on"] is None
        filer.paper(kind, **needed.get(kind, {}))
    assert filer.look()["accepted_on"] == legal_day(house.service) and not filer.shown["deemed_accepted"]
    assert kinds(filer.shown)[-3:] == ["corrections_supplied", "taken_in", "items_determined"]


def test_a_corrected_area_opens_fire_acceptance_and_voids_the_filing(house: House) -> None:
    filer = visited_case(house.people, house.service)
    filer.give_all("opinion")
    filer.facts(reasons="竣工测绘面积更正", buildings=[{**WORKSHOP, "floor_area_m2": 2600}])
    filer.look()
    applies = {i["id"]: i["applies"] for i in filer.shown["items"]}
    assert (applies["D07"], applies["D08"]) == ("yes", "no")
    here = {t["about"].get("item") for t in filer.shown["tasks"]}
    assert "D07" in here and "D08" not in here
    early = filer.order("window", "issue", "issue", etag="*")
    assert early.status_code == 409, "nobody has looked at the fire acceptance"
    clock = next(c for c in filer.shown["clocks"] if c["limit"] == "fire-acceptance")
    assert clock["start"] == legal_day(house.service), "its limit runs from the day that brought it"

    filer.paper("fire_acceptance_form")
    filer.look()
    filer.give_all("review")
    filer.call_all(legal_day(house.service))
    filer.hold_all()
    filer.give_all("opinion")
    filer.do("window", "issue", "issue")
    found = checked(house, filer.certificate())
    assert "D07" in {o["item"] for o in found["content"]["opinions"]}
