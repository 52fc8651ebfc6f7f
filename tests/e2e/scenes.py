"""Works and papers of the flows (流程用的工程与材料), and ways to bring a case to where a test begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.folding import clocks_and_wakeups
from api.parts import Parts
from models import invariants, rebuild
from tests.api.service import Running
from tests.e2e.filer import Filer, People, legal_day

IN_ORDER: dict[str, Any] = {
    "survey_done": True,
    "fire_inspection_by_owner": True,
    "completion_accepted": True,
    "quality_report": True,
    "planning_check": "passed",
    "region": "440704",
    "investment": "social",
    "category": "general_industry",
    "air_defence_basement": False,
    "archive_scope": False,
    "flammable_explosive": False,
}
EVERYTHING = {"air_defence_basement": True, "archive_scope": True, "flammable_explosive": True}
"""With these facts all five departments have something to review."""

WORKSHOP = {
    "name": "1号厂房",
    "use": "workshop",
    "floor_area_m2": 2400,
    "height_m": 18,
    "storeys": 3,
    "fire_hazard": "C",
    "labour_intensive": True,
}
BIG_WORKSHOP = {**WORKSHOP, "floor_area_m2": 3200}
OFFICE = {
    "name": "办公楼",
    "use": "office",
    "floor_area_m2": 1800,
    "height_m": 21,
    "storeys": 5,
    "public_building": True,
}
DORMITORY = {"name": "员工宿舍", "use": "staff_dormitory", "floor_area_m2": 1500, "height_m": 20, "storeys": 6}


def papers(day: str) -> dict[str, dict[str, Any]]:
    """What every application needs."""
    return {
        "fire_inspection_record": {"inspected_on": day, "passed": True},
        "completion_report": {"accepted_on": day, "passed": True},
        "quality_warranty": {},
        "fire_as_built_drawings": {"drawing_set": "消竣-01"},
    }


TWELVE: dict[str, dict[str, Any]] = {
    **papers("2022-08-31"),
    "fire_acceptance_form": {},
    "archive_set": {},
    "lightning_form": {},
    "lightning_test_report": {},
    "survey_report": {"surveyed_on": "2022-08-30"},
    "as_built_drawings": {"drawing_set": "竣-01"},
    "land_contract": {"contract_number": "440704-2021-017"},
    "quality_supervision_report": {"reported_on": "2022-08-31"},
}
"""Twelve materials for five departments."""


def small_case(people: People, service: Running, owner: str = "owner", **facts: Any) -> Filer:
    """A case of one small building and four items, handed in and not yet looked at."""
    filer = Filer(people, owner)
    filer.register("小型厂房", {**IN_ORDER, **facts}, [WORKSHOP])
    for kind, fields in {**papers(legal_day(service)), "fire_filing_form": {}}.items():
        filer.paper(kind, **fields)
    filer.apply()
    return filer


def visited_case(people: People, service: Running, owner: str = "owner", **facts: Any) -> Filer:
    """The same, taken in, read and seen on site: only the opinions are left."""
    filer = small_case(people, service, owner, **facts)
    filer.do("window", "intake", "accept")
    filer.give_all("review")
    filer.call_all(legal_day(service))
    filer.hold_all()
    return filer


def ready_case(people: People, service: Running, owner: str = "owner") -> Filer:
    """The same, with every opinion given: only the issue is left."""
    filer = visited_case(people, service, owner)
    filer.give_all("opinion")
    return filer


async def unsound(parts: Parts) -> list[str]:
    """What is wrong with the data: broken invariants, the chain among them, and rows that the ledger does not bear out."""
    async with parts.database.read() as reader:
        findings = await invariants.run_all(reader)
        differences = await rebuild.differences(reader, clocks_and_wakeups(parts))
    return [f"{f.id} {o}" for f in findings for o in f.offenders] + [str(d) for d in differences]


def kinds(shown: Mapping[str, Any]) -> Sequence[str]:
    """The kinds of a case's entries, in order."""
    return [line["kind"] for line in shown["history"]]
