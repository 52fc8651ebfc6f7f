"""The public conditions of a parcel (宗地公开条件): every bidder reads the same, and learns nothing of who was reviewed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.demo.simulated import BEFORE_LAND, HALL
from tests.e2e.conftest import House
from tests.e2e.simulated import ASSUMED, Simulating

SECRET = ("owner", "91440704", "智能装备", "project", "case", "count")


def stated(house: House, parcel: str, owner: str = "owner", **changed: Any) -> Simulating:
    """A project of this owner that assumes these conditions of a parcel; no case is needed for that."""
    filer = Simulating(house.people, owner)
    filer.register("智能装备厂房", BEFORE_LAND, [HALL])
    filer.assume(parcel=parcel, **changed)
    return filer


def asked(client: httpx.Client, parcel: str) -> httpx.Response:
    """What somebody is told of a parcel."""
    return client.get(f"/api/parcels/{quote(parcel, safe='')}")


def told(client: httpx.Client, parcel: str) -> dict[str, Any]:
    """The same, where there is something."""
    answer = asked(client, parcel)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_every_bidder_reads_the_same_and_nobody_is_named(house: House) -> None:
    stated(house, "JH-公-01")
    with house.service.visitor() as anyone:
        first = told(anyone, "JH-公-01")
        assert all(told(house.people[who], "JH-公-01") == first for who in ("owner", "stranger", "window", "admin"))
        (conditions,) = first["conditions"]
        assert conditions["fields"] == {
            "宗地编号": "JH-公-01",
            "规划条件文号": ASSUMED["conditions_no"],
            "土地用途": ASSUMED["land_use"],
            "宗地面积（m²）": "30000",
            "用地红线图号": ASSUMED["red_line"],
            "容积率上限": "3",
            "建筑限高（m）": "40",
        }
        assert "无行政许可效力" in first["says"] and "no leave to start building" in first["says_en"]
        assert conditions.keys() == {"paper", "title", "stated_on", "fields"}
        said = json.dumps(first, ensure_ascii=False)
        assert [word for word in SECRET if word in said] == []
        stated(house, "JH-公-01", "stranger", holder_code="91440704MA0002CD5F")
        assert told(anyone, "JH-公-01")["conditions"] == first["conditions"], (
            "two who assume the same are not to be told"
        )


def test_the_latest_conditions_stand_first_and_what_was_replaced_is_gone(house: House) -> None:
    filer = stated(house, "JH-公-02", floor_area_ratio="2.5")
    stated(house, "JH-公-02", "stranger", floor_area_ratio="2.8")
    with house.service.visitor() as anyone:
        ratios = [c["fields"]["容积率上限"] for c in told(anyone, "JH-公-02")["conditions"]]
        assert ratios == ["2.8", "2.5"]
        body = {
            "fields": {**ASSUMED, "parcel": "JH-公-02", "floor_area_ratio": "3.2"},
            "standing": "assumed",
            "replaces": "land-contract#1",
        }
        filer._sent("owner", f"/projects/{filer.project}/documents/land-contract", body, "PUT")
        ratios = [c["fields"]["容积率上限"] for c in told(anyone, "JH-公-02")["conditions"]]
        assert ratios == ["3.2", "2.8"]


@pytest.mark.parametrize("holder", [{}, {"holder_code": "91440704MA0002CD5F"}], ids=["won", "lost"])
def test_a_contract_changes_nothing_that_is_shown(house: House, holder: dict[str, str]) -> None:
    parcel = f"JH-公-03-{len(holder)}"
    filer = stated(house, parcel)
    with house.service.visitor() as anyone:
        before = told(anyone, parcel)["conditions"]
        filer.win(parcel=parcel, floor_area_ratio="2.9", **holder)
        assert told(anyone, parcel)["conditions"] == before


@pytest.mark.parametrize("typed", ["ＪＨ－公／04－a", "jh-公-04-A", " JH–公–04 /A\u200b", "JH-公—04-A"])
def test_conditions_are_found_however_the_number_was_typed(house: House, typed: str) -> None:
    stated(house, typed)
    with house.service.visitor() as anyone:
        found = [c["fields"]["宗地编号"] for c in told(anyone, "jh-公-04-a")["conditions"]]
    assert typed.strip() in found


STRANGE = [
    "JH-没有",
    "' OR '1'='1",
    "%",
    "_",
    "JH%",
    "*",
    'x"; DROP TABLE assumed_paper; --',
    "<img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("parcel", STRANGE)
def test_a_parcel_that_nobody_knows_and_one_without_conditions_look_alike(house: House, parcel: str) -> None:
    stated(house, "JH-公-05")
    contracted = Simulating(house.people)
    contracted.register("智能装备厂房", BEFORE_LAND, [HALL])
    contracted.win(parcel="JH-公-06")
    with house.service.visitor() as anyone:
        without, unknown = asked(anyone, "JH-公-06"), asked(anyone, parcel)
        for answer in (without, unknown):
            assert answer.status_code == 404
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert "没有公开的宗地" in answer.json()["detail"] and "出让公告" in answer.json()["detail"]
        alike = [
            {k: str(v).replace(name, "") for k, v in answer.json().items() if k != "instance"}
            for answer, name in ((without, "JH-公-06"), (unknown, parcel))
        ]
        assert alike[0] == alike[1]
        assert told(anyone, "JH-公-05")["conditions"], "nothing was harmed"


def test_what_is_no_parcel_number_at_all(house: House) -> None:
    with house.service.visitor() as anyone:
        assert asked(anyone, "宗" * 2001).status_code == 422
        assert anyone.get("/api/parcels/JH-1", params={"holder": "x"}).status_code == 422
