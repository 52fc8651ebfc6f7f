"""What simulated approval refuses (拒收与拒办): a problem document with pointer and fix, and not one row of the database is changed.

All of it is asked of three cases that stand still: one whose notice is out, one handed in with a commitment unsigned, one
on whose parcel nothing is assumed yet. They are made once a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import Table, select

from api.demo.simulated import BEFORE_LAND, HALL
from api.parts import Parts
from models.tables.base import Base
from tests.api.service import InThread
from tests.e2e.conftest import House
from tests.e2e.filer import Shown
from tests.e2e.scenes import unsound
from tests.e2e.simulated import ASSUMED, Simulating, before_land, result

CONTRACT = "documents/land-contract"
SEEN_BY = ("owner", "window", "land-lead", "natural_resources", "supervisor")


@dataclass(frozen=True, slots=True)
class Standing:
    """A service, and the three cases that stand still."""

    service: InThread
    noticed: Simulating
    unsigned: Simulating
    unstated: Simulating

    def shown(self) -> dict[str, Any]:
        """Each project, and each case that there is, with its tasks, as those concerned are shown it."""
        found: dict[str, Any] = {}
        for filer in (self.noticed, self.unsigned, self.unstated):
            paths = [f"projects/{filer.project}", *(f"cases/{filer.case}{x}" for x in ("", "/tasks") if filer.case)]
            for login in SEEN_BY:
                for path in paths:
                    answer = filer.people[login].get(f"/api/{path}").json()
                    found[f"{login} {path}"] = answer.get("detail") or answer  # a refusal has a number of its own
        return found


async def every_row(parts: Parts) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a hash of all that they say."""
    async with parts.database.read() as reader:
        tables: list[Table] = Base.metadata.sorted_tables
        rows = {t.name: sorted(map(repr, await reader.execute(select(t)))) for t in tables}
    return {name: (len(found), sha256("\n".join(found).encode()).hexdigest()) for name, found in rows.items()}


@pytest.fixture(scope="module")
def standing(open_house: House) -> Iterator[Standing]:
    """The three cases; the data are sound when all has been refused."""
    people = open_house.people
    noticed = before_land(people)
    noticed.notice()
    unsigned = before_land(people, changed={"parcel": "JH-2022-08"}, commitments_signed=False)
    unstated = Simulating(people)
    unstated.register("未陈述假设的项目", BEFORE_LAND, [HALL])
    found = Standing(open_house.service, noticed, unsigned, unstated)
    before = found.shown()
    yield found
    assert found.shown() == before
    assert open_house.service.call(unsound) == []


@pytest.fixture
def still(standing: Standing) -> Iterator[Standing]:
    """The same for one test, which must leave no trace."""
    before = standing.service.call(every_row)
    yield standing
    after = standing.service.call(every_row)
    assert {k for k in before if before[k] != after[k]} == set(), "what is refused changes nothing"


def faults(answer: httpx.Response, status: int) -> dict[str, Shown]:
    """What a problem document names, by pointer; each with a fix in Chinese."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status and problem["type"] == f"urn:yichuang:problem:{problem['code']}"
    assert chinese(problem["title"]) and chinese(problem["detail"])
    assert problem["errors"], "a refusal says where"
    assert all(chinese(each["fix"]) for each in problem["errors"])
    return {each["pointer"]: each for each in problem["errors"]}


def chinese(text: str) -> bool:
    """Whether a text is for the people here."""
    return any("一" <= sign <= "鿿" for sign in text)


def put(filer: Simulating, fields: Mapping[str, Any], **more: Any) -> httpx.Response:
    """A contract, or what is assumed of it, handed in by the owner."""
    return filer.send("owner", f"/projects/{filer.project}/{CONTRACT}", {"fields": dict(fields), **more}, method="PUT")


# --- a field that can't be compared, is missing or unknown ----------------------------------------------------------------

INCOMPARABLE = [
    ("site_area_m2", "约三万平方米"),
    ("site_area_m2", "3e4"),
    ("site_area_m2", "-30000"),
    ("site_area_m2", "３００００"),
    ("site_area_m2", True),
    ("floor_area_ratio", "2.5～3.0"),
    ("floor_area_ratio", ["3.0"]),
    ("height_limit_m", "40.12345"),
    ("parcel", 7),
    ("land_use", {"zh": "一类工业用地"}),
    ("land_use", "工" * 2001),
    ("red_line", "　"),
]


@pytest.mark.parametrize(("field", "value"), INCOMPARABLE)
def test_a_field_that_cannot_be_compared(still: Standing, field: str, value: Any) -> None:
    for filer, standing in ((still.noticed, "real"), (still.unstated, "assumed")):
        (fault,) = faults(put(filer, {**ASSUMED, field: value}, standing=standing), 422).items()
        assert fault[0] == f"/fields/{field}" and "才能比对" in fault[1]["fix"]


@pytest.mark.parametrize("wrong", ["91440704MA5J00011X", "91440704MA5J0001", "智能装备有限公司"])
def test_a_holder_whom_nobody_can_be(still: Standing, wrong: str) -> None:
    """A slip of the pen is asked about; it does not make the land another bidder's and end the case."""
    (fault,) = faults(put(still.noticed, {**ASSUMED, "holder_code": wrong}), 422).items()
    assert fault[0] == "/fields/holder_code" and "受让人统一社会信用代码" in fault[1]["fix"]


def test_the_window_states_no_assumption_for_the_owner(still: Standing) -> None:
    path = f"/projects/{still.noticed.project}/documents/land-contract"
    refused = still.noticed.send("window", path, {"fields": ASSUMED, "standing": "assumed"}, method="PUT")
    assert refused.status_code == 403 and "由建设单位陈述" in refused.json()["detail"]


@pytest.mark.parametrize("empty", [None, ""], ids=["null", "blank"])
def test_a_field_that_is_missing(still: Standing, empty: str | None) -> None:
    for filer in (still.noticed, still.unstated):
        without = {k: v for k, v in ASSUMED.items() if k not in ("holder_code", "red_line")}
        found = faults(put(filer, without), 422)
        assert found.keys() == {"/fields/holder_code", "/fields/red_line"}
        assert "受让人统一社会信用代码" in found["/fields/holder_code"]["fix"]
        assert faults(put(filer, {**ASSUMED, "parcel": empty}), 422).keys() == {"/fields/parcel"}


def test_a_field_that_nobody_knows_is_named_and_so_is_every_other_fault(still: Standing) -> None:
    wrong = {**ASSUMED, "far/ratio": "3.0", "site_area_m2": "许多", "parcel": ""}
    found = faults(put(still.noticed, wrong), 422)
    assert found.keys() == {"/fields/far~1ratio", "/fields/site_area_m2", "/fields/parcel"}
    assert "floor_area_ratio（容积率上限）" in found["/fields/far~1ratio"]["fix"], "the fix names what there is"


def test_a_request_that_has_a_key_too_many_or_too_few(still: Standing) -> None:
    answer = put(still.noticed, ASSUMED, discharged=True, standing="simulated")
    assert faults(answer, 422).keys() == {"/discharged", "/standing"}
    said = still.noticed.send("land-lead", f"/cases/{still.noticed.case}/declare-failure", {"cause": "law_changed"})
    assert faults(said, 422).keys() == {"/says"}
    asked = still.noticed.order("natural_resources", "convert:A10", "convert", etag="*", says="未变化")
    assert faults(asked, 422).keys() == {"/unchanged"}
    form = {"service": "simulated-approval", "project_name": "x", "commitments": "已签"}
    assert faults(still.unstated.send("owner", f"/projects/{still.unstated.project}/cases", form), 422).keys() == {
        "/commitments"
    }


def test_a_contract_whose_bytes_were_never_put(still: Standing) -> None:
    file = {"name": "出让合同.pdf", "size": 9, "sha256": sha256(b"nowhere to be found").hexdigest()}
    assert faults(put(still.noticed, ASSUMED, files=[file]), 422).keys() == {"/files/0/sha256"}


# --- about another thing, or not as it was said ---------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, {"standing": "assumed"}, {"standing": "assumed", "replaces": "land-contract#1"}])
def test_another_parcel(still: Standing, more: dict[str, str]) -> None:
    found = faults(put(still.noticed, {**ASSUMED, "parcel": "JH-2022-09"}, **more), 422)
    assert found.keys() == {"/fields/parcel"} and found["/fields/parcel"]["value"] == "JH-2022-09"
    assert "JH-2022-07" in found["/fields/parcel"]["fix"], "the fix names the parcel that was reviewed"


@pytest.mark.parametrize("replaces", ["", "land-contract#2", "land-contract"])
def test_an_assumption_that_contradicts_the_first(still: Standing, replaces: str) -> None:
    stated = {**ASSUMED, "floor_area_ratio": "2.5", "height_limit_m": "36"}
    found = faults(put(still.noticed, stated, standing="assumed", replaces=replaces), 422)
    assert found.keys() == {"/fields/floor_area_ratio", "/fields/height_limit_m"}
    assert "replaces: land-contract#1" in found["/fields/floor_area_ratio"]["fix"]


def test_an_assumption_of_what_is_never_assumed(still: Standing) -> None:
    path = f"/projects/{still.noticed.project}/documents/soil_plan"
    answer = still.noticed.send("owner", path, {"fields": {}, "standing": "assumed"}, method="PUT")
    found = faults(answer, 422)
    assert found.keys() == {"/standing"} and "land-contract" in found["/standing"]["fix"]


# --- before the paper is there ----------------------------------------------------------------------------------------------


def test_a_conversion_before_the_contract(still: Standing) -> None:
    filer = still.noticed
    for etag in ("*", filer.etag("convert:B02")):
        answer = filer.order("natural_resources", "convert:B02", "convert", etag=etag, unchanged=True)
        assert waits_for_the_contract(answer)


def test_a_formal_opinion_and_a_permit_before_the_contract(still: Standing) -> None:
    filer = still.noticed
    given = filer.order("natural_resources", "convert:B02", "give", etag="*", verdict="pass")
    assert waits_for_the_contract(given)
    for task in ("permit:B02", "finish"):
        assert faults(filer.order("window", task, "issue", etag="*"), 409).keys() == {"/task"}


def waits_for_the_contract(answer: httpx.Response) -> bool:
    """Whether a command is refused because the contract is not there, and says so in its title and not its id."""
    faults(answer, 409)
    return any("国有建设用地使用权出让合同" in each["fix"] for each in answer.json()["errors"])


def test_a_second_notice_and_a_second_intake(still: Standing) -> None:
    for login, task, command in (("window", "notice", "issue"), ("window", "intake", "accept")):
        found = faults(still.noticed.order(login, task, command, etag="*"), 409)
        assert found.keys() == {"/command"} and "可用的指令" in found["/command"]["fix"]


def test_a_conversion_by_somebody_else(still: Standing) -> None:
    for login in ("window", "water", "owner", "supervisor"):
        answer = still.noticed.order(login, "convert:B02", "convert", etag="*", unchanged=True)
        assert answer.status_code == 403, answer.text


# --- unsigned ---------------------------------------------------------------------------------------------------------------


def test_an_application_with_a_commitment_unsigned_is_not_taken_in(still: Standing) -> None:
    found = faults(still.unsigned.order("window", "intake", "accept", etag="*"), 409)
    assert found.keys() == {"/facts/commitments_signed"}
    assert "承诺" in found["/facts/commitments_signed"]["fix"]


def test_nothing_is_reviewed_while_a_commitment_is_unsigned(still: Standing) -> None:
    filer = still.unsigned
    assert {t["id"] for t in filer.look()["tasks"]} == {"intake"}
    for task, command in (("simulate:B02", "give"), ("convert:B02", "convert")):
        body: dict[str, Any] = {"verdict": "pass"} if command == "give" else {"unchanged": True}
        assert filer.order("natural_resources", task, command, etag="*", **body).status_code == 404
    asked = filer.order("window", "intake", "ask_once", etag="*")
    assert asked.status_code == 409, "a failed precondition is no missing paper"


# --- declared ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"cause": "rain"}, {"/cause"}),
        ({"cause": "validity_over"}, {"/cause"}),
        ({"cause": "law_changed"}, {"/items"}),
        ({"cause": "law_changed", "items": ["C08"]}, {"/items/0"}),
        ({"cause": "law_changed", "items": ["C01", "ZZ"]}, {"/items/1"}),
        ({"cause": "false_papers"}, {"/documents"}),
        ({"cause": "false_papers", "documents": ["soil_plan#9"]}, {"/documents/0"}),
    ],
)
def test_a_failure_that_cannot_be_declared(still: Standing, body: dict[str, Any], pointers: set[str]) -> None:
    path = f"/cases/{still.noticed.case}/declare-failure"
    assert faults(still.noticed.send("land-lead", path, {"says": "经核查", **body}), 422).keys() == pointers


# --- results of elsewhere ---------------------------------------------------------------------------------------------------


def test_a_result_that_is_still_to_come_or_is_not_ones_own_to_register(still: Standing) -> None:
    path = f"/projects/{still.noticed.project}/documents/A01.result"
    late = {"fields": result("2022-440704-01", "发改局", "2099-01-01"), "files": []}
    found = faults(still.noticed.send("window", path, late, method="PUT"), 422)
    assert found.keys() == {"/fields/issued_on"}
    own = {"fields": result("2022-440704-01", "发改局", "2022-08-01"), "files": []}
    assert still.noticed.send("owner", path, own, method="PUT").status_code == 403


@pytest.mark.parametrize("login", ["owner", "window"])
def test_works_that_began_without_their_permit(still: Standing, login: str) -> None:
    path = f"/projects/{still.noticed.project}/documents/START.result"
    begun = {"fields": result("开工报告-1", "建设单位", "2022-08-01"), "files": []}
    refused = still.noticed.send(login, path, begun, method="PUT")
    assert refused.status_code == 409, refused.text
    assert "尚未取得“建筑工程施工许可证”" in refused.json()["detail"] and "建筑法第七条" in refused.json()["detail"]


@pytest.mark.parametrize("item", ["A10", "B02"])
def test_a_permit_of_elsewhere_beside_the_one_that_the_case_is_to_issue(still: Standing, item: str) -> None:
    path = f"/projects/{still.noticed.project}/documents/{item}.result"
    other = {"fields": result("另一号", "自然资源局", "2022-08-01"), "files": []}
    refused = still.noticed.send("window", path, other, method="PUT")
    assert refused.status_code == 409 and still.noticed.case in refused.json()["detail"], refused.text
