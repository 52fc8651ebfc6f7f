"""A service that the code has never seen (代码从未见过的服务): written as policy alone, in another field, taken to its result."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.loader import PACKAGED
from tests.api.service import InThread, serving
from tests.databases import KINDS, PostgresServer, sqlite_url
from tests.e2e.filer import Filer, People, Shown, find, legal_day, staff
from tests.e2e.scenes import kinds, unsound

WRITTEN = Path(__file__).parent / "night_works"
CONTRACT: dict[str, Any] = {
    "site": "2号厂房底板",
    "supplier": "江海混凝土有限公司",
    "nights": 3,
    "first_night": "2022-09-20",
    "quiet_pumps": True,
}
"""What is assumed of the contract."""
LOGINS = (
    "owner",
    "window",
    "lead",
    "housing_construction",
    "housing_construction2",
    "traffic_police",
    "traffic_police2",
)
BY = {"N01": "housing_construction", "N02": "traffic_police"}


@pytest.fixture(scope="module")
def policy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged policy and one service more."""
    folder = tmp_path_factory.mktemp("policy") / "policy"
    shutil.copytree(PACKAGED, folder)
    for written in WRITTEN.iterdir():
        shutil.copy(written, folder / "jianghai")
    return folder


@pytest.fixture(params=[pytest.param(kind, marks=pytest.mark.xdist_group(f"e2e {kind}")) for kind in KINDS])
def night_house(request: pytest.FixtureRequest, policy_folder: Path, tmp_path: Path) -> Iterator[InThread]:
    """A service that works by that folder, on each database."""
    if request.param == "sqlite":
        with serving(tmp_path, sqlite_url(tmp_path / "night.sqlite3"), policy_dir=policy_folder) as service:
            yield service
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    with serving(tmp_path, url, policy_dir=policy_folder) as service:
        yield service
    server.drop(url)


class Night(Filer):
    """A filer of the new service."""

    def contract(self, **more: Any) -> Shown:
        """State what is assumed of the contract, or file it."""
        standing = more.pop("standing", "real")
        body = {"fields": {**CONTRACT, **more}, "standing": standing}
        return self._sent("owner", f"/projects/{self.project}/documents/pouring-contract", body, "PUT")

    def states(self) -> dict[str, str]:
        """Task → state."""
        return {t["id"]: t["state"] for t in self.look()["tasks"]}


def opened(people: People) -> Night:
    """A case that is handed in with everything it wants."""
    filer = Night(people)
    filer.register("二期厂房", {"night_pour": True, "night_trucks": True}, [])
    filer.apply(service="night-works", project_name="二期厂房夜间浇筑")
    asked = {m["id"] for m in filer.shown["missing"]["materials"]}
    assert asked == {"night_plan", "pouring-contract"}
    filer.paper("night_plan")
    filer.contract(standing="assumed")
    filer.look()
    return filer


def seen_twice(filer: Night, today: str) -> None:
    """The visit: the plan of the trucks passes, the noise does not; the owner mends it, and only that is seen again."""
    filer.do("lead", "walk", "call", on=today, place="工地大门")
    filer.hold(find(filer.shown, "walk"), {"N01": "泵车超过夜间噪声限值"})
    assert find(filer.shown, "walk")["state"] == "waiting"
    (asked,) = filer.shown["lists"]
    assert (asked["step"], [f["item"] for f in asked["findings"]]) == ("walk", ["N01"])
    filer.answer("已换用低噪声泵车")
    again = find(filer.look(), "walk")
    assert (again["state"], again["items"]) == ("open", ["N01"])
    filer.do("lead", "walk", "call", on=today, place="工地大门")
    filer.hold(find(filer.shown, "walk"))
    assert filer.states()["walk"] == "done"


def test_a_service_written_as_policy_alone_is_taken_to_its_result(night_house: InThread) -> None:
    today = legal_day(night_house)
    with staff(night_house, LOGINS) as people:
        filer = opened(people)
        filer.do("window", "take", "accept")
        for item, who in BY.items():
            filer.do(who, f"foresee:{item}", "give", verdict="pass")
        held_up = find(filer.shown, "settle", "N01")
        assert held_up["state"] == "blocked" and any("预拌混凝土供应合同" in w for w in held_up["blocked_by"])
        seen_twice(filer, today)

        filer.contract(nights=4)  # one night more is within tolerance
        filer.look()
        (told,) = filer.shown["simulated"]["assumptions"]
        assert told["discharged"] and {f["field"]: f["holds"] for f in told["fields"]}["nights"]
        for item, who in BY.items():
            filer.do(who, f"settle:{item}", "convert", unchanged=True)
            alone = filer.order(who, f"settle:{item}", "sign", etag=filer.etag(f"settle:{item}"))
            assert alone.status_code == 409 and "两人" in alone.json()["detail"]
            filer.do(who + "2", f"settle:{item}", "sign")
        filer.do("window", "post", "issue")

        assert filer.look()["state"]["code"] == "issued"
        assert kinds(filer.shown).count("held") == 2 and kinds(filer.shown).count("answered") == 1
        (paper,) = filer.shown["papers"]
        assert (paper["number"], paper["force"], paper["status"]) == ("江海夜施〔2022〕1号", "formal", "in_force")
        told = {"number": paper["number"], "code": paper["check_code"]}
        with night_house.visitor() as anyone:
            by_number = anyone.get("/api/certificates/check", params=told).json()
            by_file = anyone.post("/api/certificates/check", content=filer.certificate()).json()
        assert by_number["standing"] == by_file["standing"] == "in_force"
        assert {o["item"]: bool(o.get("converts")) for o in by_file["content"]["opinions"]} == dict.fromkeys(BY, True)
    assert night_house.call(unsound) == []


def test_what_the_new_service_assumed_fails_by_its_own_words(night_house: InThread) -> None:
    with staff(night_house, LOGINS) as people:
        filer = opened(people)
        filer.do("window", "take", "accept")
        for item, who in BY.items():
            filer.do(who, f"foresee:{item}", "give", verdict="pass")
        filer.contract(first_night="2022-09-27")  # only the route of the trucks looks at the day
        (failed,) = filer.look()["simulated"]["failures"]
        assert failed["cause"] == "more_nights" and [r["item"] for r in failed["redo"]] == ["N02"]
        assert {o["item"]: o["state"] for o in filer.shown["simulated"]["opinions"]} == {"N01": "holds", "N02": "void"}
    assert night_house.call(unsound) == []
