"""Nothing lets anyone build early (不得未批先建, DOMAIN §3.8): simulated cases through their life, as everybody is shown them.

Whatever is simulated says that it has no force, nothing simulated stands as formal anywhere, and nothing reads as leave to
start, on any route, page, file, picture or line of the command line. Each database has its cases lived through once.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from api.certificates.service import Standing
from api.demo.simulated import BEFORE_LAND, HALL
from api.exports.formats import FORMATS
from api.parts import Parts
from api.wakeups import sweep
from engine.ledger import canonical
from engine.terms import NO_FORCE
from models.tables import CertificateRow, NumberCounter, Opinion
from tests.e2e.conftest import House
from tests.e2e.filer import find, legal_day
from tests.e2e.scenes import unsound
from tests.e2e.seen import PAGES, SAID, SHOWS_A_CASE, SHOWS_NONE, Seen, Watcher, leaves, mappings, pages_of, says_so
from tests.e2e.simulated import Simulating, before_land

SIMULATED = re.compile(r"模拟审批意见(?!转正)|模拟意见|模拟审查|simulated_opinion/|simulated_notice/|江海模审")
"""Names of what is simulated; the limit for turning it formal is not."""
FORMAL = re.compile(r"与[-0-9]{10}出具的模拟审批意见所据一致，未变化|其效力不以模拟审批意见为据")
"""What a formal opinion says of the simulated one that it took the place of, and a permit of all of them."""
LEAVE = re.compile(
    r"(?<![方不未])(可以?|即可|均可|准予|准许|允许|同意|批准|得以|有权|具备)(先行|立即|提前|依法)?"
    r"(开工(?!报告)|动工|施工(?!许可|图|单位|期)|开始施工|开始建设)"
)
"""Words that read as leave to start; “方可” and “不可” are none."""
STILL_NEEDED = re.compile(r"须(另行)?取得|方可|尚未取得|不得")
OTHER_WINS = "91440704MA0002CD5F"
TYPED = "440704202209019999"
"""A construction permit that an applicant says there is."""


@pytest.fixture(scope="module")
def watched(open_house: House) -> Iterator[Watcher]:
    """Three cases lived through before everybody's eyes: one to its permits, one refused, one lost to another bidder."""
    with open_house.service.visitor() as visitor:
        watcher = Watcher(open_house.service, open_house.people, visitor)
        to_its_permits(open_house, watcher)
        refused(open_house, watcher)
        lost(open_house, watcher)
        yield watcher
    assert open_house.service.call(unsound) == []


def to_its_permits(house: House, watcher: Watcher) -> None:
    """From the application to the permits, by way of whatever can befall a simulated opinion."""
    filer = before_land(house.people)
    watcher.look("待受理", filer)
    filer.do("window", "intake", "accept")
    filer.each("simulate", "give", verdict="pass")
    fire = find(filer.shown, "simulate", "C01")["id"]
    filer.do(filer.departments()["C01"], fire, "withdraw_opinion", reasons="图纸有误，重新审查")
    watcher.look("意见撤回", filer)
    issue_notice(filer)
    watcher.look("意见书发出", filer, everybody=True, told=True)
    assert formal(house, filer) == ([], [])
    filer.on_case("land-lead", "withdraw-certificate", reasons="文字有误")
    issue_notice(filer)
    filer.declare("land-lead", "law_changed", items=["C01"])
    watcher.look("意见书撤回、部分失效", filer)
    issue_notice(filer)
    filer.win()
    filer.register_result("A01", "2022-440704-01", legal_day(house.service))
    watcher.look("合同签订", filer)
    assert formal(house, filer) == ([], [])
    filer.each("convert", "convert", second="sign", unchanged=True)
    filer.do("window", "permit:A10", "issue")
    watcher.look("转正之中", filer)
    filer.do("window", "permit:A17", "issue")
    filer.do("window", "permit:B02", "issue")
    filer.do("window", "finish", "issue")
    watcher.look("转正办结", filer)


def issue_notice(filer: Simulating) -> None:
    """Whatever is to be reviewed passes, and the notice goes out."""
    filer.look()
    filer.each("simulate", "give", verdict="pass")
    filer.do("window", "notice", "issue")


def refused(house: House, watcher: Watcher) -> None:
    """What was passed is to be reviewed again after a change of the law, and fails twice: the case ends with a refusal.

    Its applicant says that there are permits.
    """
    filer = Simulating(house.people)
    filer.register("智能装备厂房", BEFORE_LAND, [HALL])
    filer.assume(parcel="JH-2022-31")
    permits = {"construction_permit_no": TYPED, "planning_permit_no": TYPED}
    filer.apply(service="simulated-approval", project_name="智能装备厂房", **permits)
    for material in filer.shown["missing"]["materials"]:
        filer.paper(material["id"])
    filer.look()
    filer.do("window", "intake", "accept")
    issue_notice(filer)
    filer.declare("land-lead", "law_changed", items=["B01"])
    planning = filer.departments()["B01"]
    bad = {"verdict": "fail", "finding": "退让不足", "article": "江门市城市规划技术标准 第3.2条"}
    filer.do(planning, find(filer.look(), "simulate", "B01")["id"], "give", **bad)
    filer.answer("已退让")
    filer.do(planning, find(filer.look(), "simulate", "B01")["id"], "give", **bad)
    filer.do("window", "notice", "issue")
    shown = watcher.look("不予通过", filer)
    assert shown["state"]["code"] == "not_passed"


def lost(house: House, watcher: Watcher) -> None:
    """The validity runs out while nobody looks, then another bidder wins the land: the case ends."""
    filer = before_land(house.people, changed={"parcel": "JH-2022-32"})
    filer.do("window", "intake", "accept")
    issue_notice(filer)
    house.service.clock.turn(days=80)
    house.service.call(sweep)
    shown = watcher.look("有效期届满", filer, told=True)
    assert [p["status"] for p in shown["papers"]] == ["withdrawn"]
    filer.win(parcel="JH-2022-32", holder_code=OTHER_WINS)
    shown = watcher.look("他人竞得", filer)
    assert shown["state"]["code"] == "case_terminated"


def formal(house: House, filer: Simulating) -> tuple[list[str], list[str]]:
    """What the tables with legal effect hold of a case: numbers of papers, ids of opinions."""

    async def read(parts: Parts) -> tuple[list[str], list[str]]:
        papers = select(CertificateRow.number).where(
            CertificateRow.case_id == filer.case, CertificateRow.force == "formal"
        )
        opinions = select(Opinion.id).where(Opinion.case_id == filer.case)
        async with parts.database.read() as reader:
            return [n for (n,) in await reader.execute(papers)], [i for (i,) in await reader.execute(opinions)]

    return house.service.call(read)


# --- nothing is forgotten -------------------------------------------------------------------------------------------------


def test_every_reading_of_the_service_is_either_looked_at_or_shows_no_case(house: House) -> None:
    with house.service.visitor() as visitor:
        paths = visitor.get("/api/docs/openapi.json").json()["paths"]
    documented = {path for path, methods in paths.items() if "get" in methods}
    assert documented == {*SHOWS_A_CASE, *SHOWS_NONE}, "a new reading has to be looked at here"
    routes = [r for r in house.service.app.routes if isinstance(r, HTTPRoute)]
    pages = {r.path_format for r in routes if "GET" in r.route_handler_map} - documented
    assert pages == set(PAGES), "a new page has to be looked at here"


def test_whatever_should_be_looked_at_was_seen(watched: Watcher) -> None:
    seen = {line.where.split(" ")[2] for line in watched.seen if " GET /api/" in line.where}
    assert seen == set(SHOWS_A_CASE)
    assert len(watched.files) == 5, "three notices of the first case, one of each other"


# --- (a) whatever is simulated says so ------------------------------------------------------------------------------------


def test_whatever_is_simulated_says_that_it_has_no_force(watched: Watcher) -> None:
    assert "\n".join(str(s) for s in watched.seen if not declared(s)) == ""


def declared(seen: Seen) -> bool:
    """Whether something that is shown says of all that is simulated in it that it has no force."""
    if seen.papers and SAID not in seen.text:
        return False
    if seen.data is None:
        return SAID in seen.text or not SIMULATED.search(FORMAL.sub("", "".join(seen.text.split())))
    return all(says_so(m) for m in mappings(seen.data) if marked(m)) and all(
        SAID in leaf or any(map(says_so, around)) or any("converts" in m for m in around)
        for around, leaf in leaves(seen.data)
        if SIMULATED.search(FORMAL.sub("", leaf))
    )


def marked(mapping: dict[str, Any]) -> bool:
    """Whether a mapping is about something simulated by its own words: its force, or the task that it tells of."""
    task = mapping.get("task") or mapping.get("id")
    return mapping.get("force") == "simulated" or str(task).partition(":")[0] in ("simulate", "notice")


def test_lists_say_so_until_all_of_it_is_formal(watched: Watcher) -> None:
    listed = [
        (s.stage, case)
        for s in watched.seen
        if s.where.endswith("GET /api/cases")
        for case in s.data["cases"]
        if case["id"] in watched.cases
    ]
    assert {says_so(case) for stage, case in listed if case["ended"] != "issued"} == {True}
    assert {says_so(case) for stage, case in listed if case["ended"] == "issued"} == {False}


def test_an_assumption_is_never_shown_as_the_paper(watched: Watcher) -> None:
    shown = [s for s in watched.seen if s.where.endswith("GET /api/projects/{project}")]
    for seen in shown:
        contract = next(d for d in seen.data["documents"] if d["kind"] == "land-contract")
        assert (contract["standing"], contract["standing_says"]) == ("assumed", "假设，尚未取得"), str(seen)
    told = [h for s in watched.seen if s.where == "owner GET /api/cases/{case}" for h in s.data["history"]]
    assert {h["title"] for h in told if h["documents"] == ["land-contract#1"]} == {"陈述假设"}
    assert {h["title"] for h in told if h["documents"] == ["land-contract#2"]} == {"提交材料"}


# --- (b) nothing simulated stands as formal -------------------------------------------------------------------------------


def test_no_simulated_paper_is_shown_or_verified_as_in_force(watched: Watcher) -> None:
    numbers = set(watched.files)
    told = [(str(s), m) for s in watched.seen for m in mappings(s.data) if m.get("number") in numbers]
    assert told and [w for w, m in told if "in_force" in (m.get("status"), m.get("standing"))] == []
    certificates = [(str(s), m["certificate"]) for s in watched.seen for m in mappings(s.data) if "certificate" in m]
    assert [w for w, c in certificates if c is not None and c["number"] in numbers] == []


def test_a_check_calls_it_simulated_withdrawn_changed_and_never_genuine(watched: Watcher) -> None:
    checks = [s for s in watched.seen if s.papers and isinstance(s.data, dict) and "standing" in s.data]
    assert {s.data["standing"] for s in checks} == {Standing.SIMULATED, Standing.WITHDRAWN, Standing.CHANGED}
    for seen in checks:
        assert seen.data["force"] == "simulated" and seen.data["notice"] == NO_FORCE, str(seen)
        assert SAID in seen.data["title"] and "不得据以开工" in seen.data["says"], str(seen)
        assert "真实有效" not in seen.text, str(seen)
    pages = [s for s in watched.seen if s.papers and "/check" in s.where and s.data is None]
    assert pages and all("真实有效" not in s.text and "不得据以开工" in s.text for s in pages)


def test_a_file_by_itself_says_so_on_every_page_in_its_name_and_offline(watched: Watcher, tmp_path: Path) -> None:
    for n, (number, pdf) in enumerate(watched.files.items()):
        reader = PdfReader(io.BytesIO(pdf))
        assert reader.metadata is not None and SAID in str(reader.metadata.title)
        for page in pages_of(pdf):
            assert page.count(SAID) >= 4, "in its head and three times across"
        file = tmp_path / f"{n}.pdf"
        file.write_bytes(pdf)
        told = watched.keep_told("离线核对", "certificate", "verify", str(file), about=frozenset({number}))
        assert SAID in told and "不得据以开工" in told and "有效。" not in told
        watched.keep_told("离线核对", "certificate", "verify", str(file), "--json", about=frozenset({number}))
        assert watched.seen[-1].data["simulated"] is True


def test_a_notice_whose_content_was_exchanged_for_a_permit_is_believed_by_nobody(
    watched: Watcher, tmp_path: Path
) -> None:
    number, pdf = next(iter(watched.files.items()))
    reader = PdfReader(io.BytesIO(pdf))
    content = json.loads(reader.attachments["content.json"][0])
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    permit = {**content, "force": "formal", "title": "建筑工程施工许可证", "effect": "准予开工"}
    writer.add_attachment("content.json", canonical(permit))
    file = tmp_path / "exchanged.pdf"
    with file.open("wb") as out:
        writer.write(out)
    told = json.loads(watched.told("certificate", "verify", str(file), "--json"))
    assert told["consistent"] is False and "不可信" in told["says"]
    words = watched.told("certificate", "verify", str(file))
    assert "施工许可证" not in words and LEAVE.search(words) is None
    answer = watched.visitor.post("/api/certificates/check", content=file.read_bytes()).json()
    assert (answer["standing"], answer["force"], answer["content"]) == ("changed", "simulated", None), number


def test_numbers_of_simulated_papers_are_a_series_of_their_own(watched: Watcher) -> None:
    async def series(parts: Parts) -> dict[str, set[str]]:
        async with parts.database.read() as reader:
            rows = await reader.execute(select(CertificateRow.series, CertificateRow.force, CertificateRow.number))
            found: dict[str, set[str]] = {}
            for name, force, number in rows:
                found.setdefault(force, set()).add(name)
                assert (force == "simulated") == (number in watched.files or "模审" in number)
            counted = await reader.execute(select(NumberCounter.series, NumberCounter.force))
            assert {f for n, f in counted if n in found["simulated"]} == {"simulated"}
        return found

    found = watched.service.call(series)
    assert found["simulated"] == {"simulated-notice"} and not found["simulated"] & found["formal"]


def test_the_project_has_no_result_before_its_first_permit(watched: Watcher) -> None:
    for seen in watched.seen:
        if seen.where.endswith("GET /api/projects/{project}") and not seen.stage.startswith("转正"):
            made = {d["kind"] for d in seen.data["documents"] if d["kind"].endswith(".result")} - {"A01.result"}
            assert made == set() and seen.data["running"] == [], str(seen)


# --- (c) nothing reads as leave to start ----------------------------------------------------------------------------------


def test_nothing_reads_as_leave_to_start(watched: Watcher) -> None:
    assert [f"{s}：{m.group()}" for s in watched.seen for m in LEAVE.finditer(s.text)] == []


def test_where_the_construction_permit_is_spoken_of_it_is_still_needed(watched: Watcher) -> None:
    assert [f"{s}：{told}" for s in watched.seen for told in of_the_permit(s) if not STILL_NEEDED.search(told)] == []
    assert {s.stage for s in watched.seen if any(of_the_permit(s))} >= {
        "待受理",
        "意见书发出",
        "有效期届满",
        "转正办结",
    }


def of_the_permit(seen: Seen) -> Iterator[str]:
    """Each sentence that speaks of the construction permit; the blank of a form with nothing in it speaks of none."""
    for told in re.split(r"[。；\n\"]|\\n", seen.text.replace("construction_permit", "")):
        if "施工许可" in told and not re.search(r"施工许可证号\s*—", told):
            yield told


def test_a_permit_that_an_applicant_types_in_is_shown_and_printed_nowhere(watched: Watcher) -> None:
    assert [str(s) for s in watched.seen if TYPED in s.text] == []
    assert not any(TYPED in page for pdf in watched.files.values() for page in pages_of(pdf))


# --- readings of a plan ---------------------------------------------------------------------------------------------------

PROJECT = {"facts": BEFORE_LAND, "buildings": [HALL]}
ASKED = {**PROJECT, "start": "2022-03-01"}


@pytest.mark.parametrize("name", FORMATS)
def test_no_picture_or_file_of_the_simulated_reading_reads_as_leave_to_start(house: House, name: str) -> None:
    answer = house.people["owner"].post("/api/plan/export", json={**ASKED, "format": name, "reading": "simulated"})
    assert answer.status_code == 200, answer.text
    told = answer.content.decode("utf-8-sig").replace("\r\n ", "")  # calendars fold their lines
    assert SAID in told
    assert LEAVE.search(told) is None
    if name == "csv":  # a table has no room for a sentence; the permit is a line of it, without any assumption
        assert re.search(r"模拟审批,C08,建筑工程施工许可证,[^\r\n]*,,有法律效力,需要", told)
    else:
        assert "取得建筑工程施工许可证后方可开工" in told


def test_no_plan_in_words_or_values_reads_as_leave_to_start(house: House) -> None:
    plan = house.people["owner"].post("/api/plan", json={**ASKED, "reading": "all"}).json()
    assert [name for name, each in plan["readings"].items() if SAID in each.get("notice", "")] == ["simulated"]
    with house.service.visitor() as visitor:
        watcher = Watcher(house.service, house.people, visitor)
        for more in (("--reading", "simulated"), ("--compare",)):
            told = watcher.keep_told("计划", "plan", "-", "--start", "2022-03-01", *more, given=PROJECT)
            assert LEAVE.search(told) is None and "取得建筑工程施工许可证后方可开工" in told
