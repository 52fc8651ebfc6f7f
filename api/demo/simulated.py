"""Two example cases of simulated approval (模拟审批的示例办件): one that waits for its land, one whose contract differs.

They are about one company each; what is assumed of the land contract is what the parcel's public conditions say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from api.demo.teller import Teller

SERVICE = "simulated-approval"
PAPER = "land-contract"
BEFORE_LAND: dict[str, Any] = {
    "region": "440704",
    "investment": "social",
    "category": "general_industry",
    "approval_regime": "filing",
    "land_supply": "granted",
    "land_state": "cleared",
    "investment_agreement": True,
    "holder_clear": True,
    "voluntary": True,
    "commitments_signed": True,
    "flammable_explosive": False,
    "hazardous_chemicals": False,
    "state_security": False,
    "classified_secret": False,
    "public_interest_major": False,
    "industry_class": "encouraged",
    "foreign_restricted": False,
    "land_already_construction": True,
    "site_area_m2": 30000,
    "earthwork_m3": 8000,
    "inside_area_evaluation": True,
    "eia_class": "registration",
    "energy_tce": 500,
    "electricity_kwh": 3000000,
    "own_water_intake": False,
    "river_or_flood_area": False,
    "forest_land": False,
    "heritage_area": False,
    "geohazard_area": False,
    "mineral_overlap": False,
    "met_observation_zone": False,
    "detailed_plan_required": False,
    "green_affected": False,
    "opens_road": False,
    "over_limit_highrise": False,
    "air_defence_basement": False,
    "contract_price_yuan": 30000000,
    "floor_area_m2": 6000,
    "special_equipment": False,
    "connects_public_drainage": True,
    "industrial_discharge": False,
    "demolition": False,
}
HALL: dict[str, Any] = {
    "name": "1号厂房",
    "use": "workshop",
    "floor_area_m2": 6000,
    "height_m": 20,
    "storeys": 3,
    "fire_hazard": "C",
    "labour_intensive": False,
    "public_building": False,
    "civil_building": False,
}
SIGNERS = {
    "natural_resources": ("planning", "planning2"),
    "housing_construction": ("housing", "housing2"),
    "water": ("water", "water2"),
    "urban_management": ("urban", "urban2"),
    "utility": ("utility", "utility2"),
    "drawing_review": ("drawings", "drawings2"),
}
"""Department → who drafts and who signs."""


def _conditions(teller: Teller, serial: int, **changed: str) -> dict[str, str]:
    """What the contract says, as assumed or as it came."""
    year = teller.today.year
    stated = {
        "parcel": f"JH-A{serial:02}",
        "holder_code": "91440704MA0001AB3L",
        "conditions_no": f"江海规条〔{year}〕{serial}号",
        "land_use": "一类工业用地",
        "site_area_m2": "30000",
        "red_line": f"红线图-{serial:02}",
        "floor_area_ratio": "3.0",
        "height_limit_m": "40",
    }
    return {**stated, **changed}


async def _applied(teller: Teller, name: str, serial: int) -> None:
    """Register before the land, state what is assumed of its contract, apply, and file every paper that is asked for."""
    code = f"{teller.today:%y%m}-440704-04-01-{100100 + serial}"
    await teller.register(name, {**BEFORE_LAND, "project_code": code}, [HALL])
    await teller.assume(PAPER, **_conditions(teller, serial))
    shown = await teller.apply(service=SERVICE, project_name=name, address="江门市江海区高新区南环路地块")
    await teller.file(**{m["id"]: {} for m in shown["missing"]["materials"]})


def _tasks(shown: dict[str, Any], step: str, *items: str) -> list[tuple[str, tuple[str, str]]]:
    """The open tasks of a step, of these items or all, each with who drafts and who signs."""
    departments = {i["id"]: i["department"] for i in shown["items"]}
    return [
        (task["id"], SIGNERS[departments[task["about"]["item"]]])
        for task in shown["tasks"]
        if task["id"].partition(":")[0] == step
        and task["state"] == "open"
        and (not items or task["about"]["item"] in items)
    ]


async def _reviewed(teller: Teller, shown: dict[str, Any]) -> None:
    """Every department passes what is its own, on the assumption."""
    for task, (reviewer, _) in _tasks(shown, "simulate"):
        await teller.do(reviewer, task, "give", verdict="pass")


async def _noticed(teller: Teller, name: str, serial: int, *days: int) -> AsyncIterator[int]:
    """Applied, taken in, reviewed and the notice handed out, each on its day."""
    applied, accepted, reviewed, noticed = days
    yield applied
    await _applied(teller, name, serial)
    yield accepted
    shown = await teller.do("window", "intake", "accept")
    yield reviewed
    await _reviewed(teller, shown)
    yield noticed
    await teller.do("window", "notice", "issue")


async def waiting_for_land(teller: Teller) -> AsyncIterator[int]:
    """Reviewed before the land is there; the notice is out, and all wait for the contract."""
    async for day in _noticed(teller, "智能装备厂房", 7, 7, 8, 14, 15):
        yield day


async def turning_formal(teller: Teller) -> AsyncIterator[int]:
    """The contract came with another floor-area ratio: what looked at it is void, the rest is being turned formal."""
    async for day in _noticed(teller, "新型显示模组厂房", 5, 2, 3, 9, 10):
        yield day
    yield 23
    today = teller.today.isoformat()
    await teller.register_result("A01", number=f"{today[:4]}-440704-05", issued_by="区发展和改革局", issued_on=today)
    await teller.file(**{PAPER: _conditions(teller, 5, floor_area_ratio="2.5")})
    shown = await teller.look()
    for task, (drafter, signer) in _tasks(shown, "convert", "B07", "C05", "C06"):
        await teller.do(drafter, task, "convert", unchanged=True)
        await teller.do(signer, task, "sign")
    yield 24
    for task, (drafter, _) in _tasks(shown, "convert", "A17"):
        await teller.do(drafter, task, "convert", unchanged=True)
    for task, (drafter, signer) in _tasks(shown, "convert", "A10"):
        await teller.do(drafter, task, "give", verdict="pass")
        await teller.do(signer, task, "sign")
