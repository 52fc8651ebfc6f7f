"""Codes of projects over HTTP (项目代码): every code finds its project, and a clash is the window's to clear."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import House
from tests.e2e.filer import Filer, People, Shown
from tests.e2e.scenes import IN_ORDER, WORKSHOP

_SERIAL = count(100000)


def new_code() -> str:
    """A code that no test has used."""
    return f"2203-440704-04-01-{next(_SERIAL)}"


def registered(people: People, code: str | None, name: str, owner: str = "owner") -> Filer:
    """A project whose owner states that code."""
    filer = Filer(people, owner)
    filer.shown = filer.register(name, {**IN_ORDER, **({"project_code": code} if code else {})}, [WORKSHOP])
    return filer


def codes(filer: Filer, login: str = "window") -> Shown:
    """A project's codes as somebody is shown them."""
    answer = filer.people[login].get(f"/api/projects/{filer.project}")
    assert answer.status_code == 200, answer.text
    return answer.json()["codes"]


def found(people: People, login: str, code: str) -> set[str]:
    """The projects that a code finds."""
    answer = people[login].get("/api/projects", params={"code": code})
    assert answer.status_code == 200, answer.text
    return {p["id"] for p in answer.json()["projects"]}


def ordered(filer: Filer, change: str, *, key: str | None = None, login: str = "window", **body: Any) -> httpx.Response:
    """What the window's order is answered."""
    order = {"change": change, "reasons": "经核对备案信息", **body}
    return filer.send(login, f"/projects/{filer.project}/code", order, key=key)


def done(answer: httpx.Response) -> Shown:
    """The codes after an order that was carried out."""
    assert answer.status_code == 200, answer.text
    return answer.json()["codes"]


def question(people: People, filer: Filer) -> Shown | None:
    """What the window is asked about a project."""
    waiting = people["window"].get("/api/projects/code-questions").json()["questions"]
    return next((q for q in waiting if q["project"]["id"] == filer.project), None)


def refused(answer: httpx.Response, status: int, pointer: str = "") -> Mapping[str, Any]:
    """The problem that an order is answered with."""
    assert answer.status_code == status, answer.text
    problem: Mapping[str, Any] = answer.json()
    if pointer:
        assert [e["pointer"] for e in problem["errors"]] == [pointer]
    return problem


def test_a_project_is_found_by_every_code_that_it_ever_had(house: House) -> None:
    first, right, anew = new_code(), new_code(), new_code()
    spoken = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else "－" for c in first)
    filer = registered(house.people, f" {spoken}", "一期厂房")
    assert codes(filer)["current"] == first
    filer.apply()

    shown = filer.facts(reasons="填写有误", project_code=right)  # an owner asks, the window decides
    assert shown["codes"]["current"] == first and shown["codes"]["question"]["code"] == right
    assert shown["facts"]["project_code"] == first
    waiting = question(house.people, filer)
    assert waiting is not None and (waiting["clash"], waiting["others"]) == (False, [])
    key = filer.new_key()
    answer = ordered(filer, "correct", code=right, key=key)
    again = ordered(filer, "correct", code=right, key=key)
    assert done(answer) == done(again)
    done(ordered(filer, "refile", code=anew))

    told = codes(filer, "owner")
    assert told["current"] == anew and told["question"] is None and told["found_by"] == [first, right, anew]
    assert [(h["change"], h["code"]) for h in told["history"]] == [
        ("first", first),
        ("asked", right),
        ("correct", right),
        ("refile", anew),
    ]
    assert [h["reasons"] for h in told["history"]] == ["", "填写有误", "经核对备案信息", "经核对备案信息"]
    for code in (first, right, anew, anew.replace("-", "")):
        assert found(house.people, "window", code) == found(house.people, "owner", code) == {filer.project}
        assert found(house.people, "stranger", code) == set()
    refused(ordered(filer, "refile", code=anew), 409)


def test_what_is_no_code_is_refused_where_it_stands(house: House) -> None:
    filer = registered(house.people, new_code(), "一期厂房")
    facts = {"facts": {"project_code": "2213-440704-04-01-123456"}}
    refused(filer.send("owner", f"/projects/{filer.project}/facts", facts), 422, "/facts/project_code")
    taking_back = {"facts": {"project_code": None}}
    refused(filer.send("owner", f"/projects/{filer.project}/facts", taking_back), 422, "/facts/project_code")
    refused(house.people["window"].get("/api/projects", params={"code": "2213"}), 422, "?code")
    refused(ordered(filer, "correct", code="一号"), 422, "/code")
    refused(ordered(filer, "correct"), 422, "/code")
    refused(ordered(filer, "merge"), 422, "/other")
    refused(ordered(filer, "merge", other="none-such"), 422, "/other")
    refused(ordered(filer, "merge", other=filer.project), 422, "/other")
    refused(ordered(filer, "keep"), 409)
    refused(
        filer.send("window", f"/projects/{filer.project}/code", {"change": "keep", "reasons": " "}), 422, "/reasons"
    )
    assert len(codes(filer)["history"]) == 1


def test_only_the_window_decides(house: House) -> None:
    filer = registered(house.people, new_code(), "一期厂房")
    for login in ("owner", "lead", "supervisor"):
        refused(ordered(filer, "correct", code=new_code(), login=login), 403)
        refused(house.people[login].get("/api/projects/code-questions"), 403)


def test_a_clash_of_two_that_are_one_is_merged_by_the_window_alone(house: House) -> None:
    people, code, early = house.people, new_code(), new_code()
    goes_on = registered(people, code, "智能装备厂房")
    twice = registered(people, early, "智能装备厂房（重复登记）", "stranger")
    twice.apply()
    shown = twice.facts(project_code=code)
    assert shown["codes"]["current"] == early == shown["facts"]["project_code"]
    assert goes_on.project not in str(shown) and goes_on.project not in str(codes(twice, "stranger"))
    assert found(people, "stranger", code) == set()

    waiting = question(people, twice)
    assert waiting is not None and waiting["clash"]
    assert [(o["id"], o["held"]) for o in waiting["others"]] == [(goes_on.project, True)]
    refused(ordered(twice, "correct", code=code), 409)  # never two at once, not even by the window

    merged = done(ordered(twice, "merge", other=goes_on.project))
    assert (merged["merged_into"], merged["current"], merged["question"]) == (goes_on.project, code, None)
    assert merged["history"][-1]["other"] == goes_on.project
    told = codes(twice, "stranger")
    assert told["merged_into"] == goes_on.project and all(h["other"] is None for h in told["history"])
    kept = codes(goes_on)
    assert kept["current"] == code and kept["found_by"] == [code, early]
    assert found(people, "window", early) == {goes_on.project, twice.project}

    assert (
        "并入"
        in refused(twice.send("stranger", f"/projects/{twice.project}/cases", {"project_name": "二"}), 409)["detail"]
    )
    refused(ordered(twice, "correct", code=new_code()), 409)
    refused(ordered(goes_on, "merge", other=twice.project), 409)
    asked = {"facts": {"project_code": new_code()}}
    refused(twice.send("stranger", f"/projects/{twice.project}/facts", asked), 422, "/facts/project_code")
    assert twice.on_case("stranger", "withdraw", says="在并入的项目提出")["state"]["code"] == "case_withdrawn"


def test_what_goes_on_takes_over_a_code_where_it_has_none(house: House) -> None:
    code = new_code()
    ends, goes_on = registered(house.people, code, "甲"), registered(house.people, code, "乙")
    assert codes(goes_on)["current"] is None and codes(goes_on)["question"]["code"] == code
    done(ordered(ends, "merge", other=goes_on.project))
    kept = codes(goes_on)
    assert (kept["current"], kept["question"]) == (code, None) and question(house.people, goes_on) is None


def test_a_clash_of_two_that_are_two(house: House) -> None:
    people, code, right = house.people, new_code(), new_code()
    wrong, owner_of_it = registered(people, code, "填错的"), registered(people, code, "后登记的", "stranger")
    assert owner_of_it.shown["facts"].get("project_code") is None
    done(ordered(wrong, "correct", code=right))
    waiting = question(people, owner_of_it)
    assert waiting is not None and [(o["id"], o["held"]) for o in waiting["others"]] == [(wrong.project, False)]
    # who once had it is named, so that nobody overlooks it
    assert wrong.project in refused(ordered(owner_of_it, "correct", code=code), 422, "/other")["errors"][0]["fix"]
    assert done(ordered(owner_of_it, "correct", code=code, other=wrong.project))["current"] == code
    assert found(people, "window", code) == {wrong.project, owner_of_it.project}

    third = registered(people, right, "抄错的")
    assert done(ordered(third, "keep"))["current"] is None
    assert codes(third)["question"] is None and question(people, third) is None
    assert third.facts(project_code=new_code())["codes"]["question"] is None
    refused(ordered(third, "correct", code=new_code(), other=wrong.project), 422, "/other")


def test_what_is_split_off_is_found_by_the_code_of_the_whole(house: House) -> None:
    whole_code, part_code = new_code(), new_code()
    whole, part = registered(house.people, whole_code, "整体"), registered(house.people, None, "二期")
    split = done(ordered(part, "split", code=part_code, other=whole.project))
    assert split["current"] == part_code and split["found_by"] == [whole_code, part_code]
    kept = codes(whole)
    assert kept["current"] == whole_code
    assert kept["history"][-1]["other"] == part.project and kept["history"][-1]["code"] == part_code
    assert found(house.people, "owner", whole_code) == {whole.project, part.project}
    assert found(house.people, "owner", part_code) == {part.project}


@pytest.mark.parametrize("by", ["registering", "stating"])
def test_two_at_once_make_one_clash(house: House, by: str) -> None:
    people = house.people
    for _ in range(5):
        code = new_code()
        if by == "registering":
            with ThreadPoolExecutor(2) as pool:
                made = list(pool.map(lambda who, code=code: registered(people, code, who, who), ("owner", "stranger")))
        else:
            made = [registered(people, None, who, who) for who in ("owner", "stranger")]
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda filer, code=code: filer.facts(project_code=code), made))
        held = [filer for filer in made if codes(filer)["current"] == code]
        asking = [filer for filer in made if question(people, filer) is not None]
        assert len(held) == len(asking) == 1 and held != asking


def test_two_windows_at_once_merge_one_way(house: House) -> None:
    people = house.people
    for _ in range(3):
        one, two = registered(people, new_code(), "甲"), registered(people, new_code(), "乙")
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda way: ordered(way[0], "merge", other=way[1].project, login=way[2]),
                    ((one, two, "window"), (two, one, "window2")),
                )
            )
        assert sorted(a.status_code for a in answers) == [200, 409]
        assert sorted(bool(codes(filer)["merged_into"]) for filer in (one, two)) == [False, True]
