"""What happens in the example cases (示例办件的经过): each yields the working day of the story on which it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from api.demo.simulated import turning_formal, waiting_for_land
from api.demo.teller import Teller

IN_ORDER: dict[str, Any] = {
    "survey_done": True,
    "fire_inspection_by_owner": True,
    "completion_accepted": True,
    "quality_report": True,
    "planning_check": "passed",
    "region": "440704",
    "investment": "social",
    "category": "general_industry",
}
PARTIES = [
    {"role": "施工单位", "name": "江门第三建筑工程有限公司"},
    {"role": "监理单位", "name": "粤中工程监理有限公司"},
    {"role": "设计单位", "name": "五邑建筑设计院有限公司"},
]
DEPARTMENTS = {
    "D02": "planning",
    "D03": "planning",
    "D06": "housing",
    "D07": "housing",
    "D08": "housing",
    "D09": "defence",
    "D10": "archives",
    "D13": "weather",
}
WORKSHOP = {
    "name": "1号厂房",
    "use": "workshop",
    "floor_area_m2": 2400,
    "height_m": 18,
    "storeys": 3,
    "fire_hazard": "C",
    "labour_intensive": False,
}
BIG_WORKSHOP = {**WORKSHOP, "floor_area_m2": 3200, "labour_intensive": True}
OFFICE = {
    "name": "办公楼",
    "use": "office",
    "floor_area_m2": 1800,
    "height_m": 21,
    "storeys": 5,
    "public_building": True,
}
DORMITORY = {"name": "员工宿舍", "use": "staff_dormitory", "floor_area_m2": 1500, "height_m": 20, "storeys": 6}


def _papers(teller: Teller) -> dict[str, dict[str, Any]]:
    day = teller.today.isoformat()
    return {
        "fire_inspection_record": {"inspected_on": day, "passed": True},
        "completion_report": {"accepted_on": day, "passed": True},
        "quality_warranty": {},
        "fire_as_built_drawings": {"drawing_set": "消竣-01"},
    }


async def _applied(teller: Teller, name: str, buildings: list[dict[str, Any]], **facts: Any) -> None:
    given = {**IN_ORDER, "air_defence_basement": False, "archive_scope": True, "flammable_explosive": False, **facts}
    await teller.register(name, given, buildings)
    special = any(b is BIG_WORKSHOP or b is DORMITORY for b in buildings)
    form: dict[str, Any] = {"fire_acceptance_form" if special else "fire_filing_form": {}, "archive_set": {}}
    await teller.file(**_papers(teller), **form)
    await teller.apply(
        project_name=name,
        address="江门市江海区高新东路 88 号",
        planning_permit_no="建字第440704202500018号",
        construction_permit_no="440704202503120101",
        structure="钢筋混凝土框架结构",
        completed_on=teller.today.isoformat(),
        parties=PARTIES,
        contact={"name": "黄先生", "phone": "0750-3860000"},
    )


def _open(shown: dict[str, Any], step: str) -> list[dict[str, Any]]:
    return [t for t in shown["tasks"] if t["id"].partition(":")[0] == step and t["state"] in ("open", "called")]


async def _review(teller: Teller, shown: dict[str, Any], step: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every department looks at what is its own."""
    for task in _open(shown, step):
        item = task["about"]["item"]
        if item not in without:
            shown = await teller.do(DEPARTMENTS[item], task["id"], "give", verdict="pass")
    return shown


async def _call(teller: Teller, shown: dict[str, Any]) -> dict[str, Any]:
    for task in _open(shown, "visit"):
        shown = await teller.do("lead", task["id"], "call", on=teller.today.isoformat(), place="项目现场")
    return shown


async def _hold(teller: Teller, shown: dict[str, Any], failing: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Hold every visit that is called; ``failing`` says for which item what was found."""
    departments = {i["id"]: i["department"] for i in shown["items"]}
    for task in _open(shown, "visit"):
        findings: dict[str, Any] = {i: {"verdict": "pass"} for i in task["items"]}
        for item in findings.keys() & failing.keys():
            findings[item] = {"verdict": "fail", **failing[item]}
        attended = sorted({departments[i] for i in task["items"]})
        shown = await teller.do(
            "lead", task["id"], "hold", attended=attended, findings=findings, minutes="现场勘验记录"
        )
    return shown


async def issued(teller: Teller) -> AsyncIterator[int]:
    """From application to certificate, with nothing to find fault with."""
    await _applied(teller, "江海精工一期厂房", [BIG_WORKSHOP, OFFICE])
    yield 1
    shown = await _review(teller, await teller.do("window", "intake", "accept"), "review")
    shown = await _call(teller, shown)
    yield 3
    shown = await _review(teller, await _hold(teller, shown, {}), "opinion")
    yield 5
    await teller.do("window", "issue", "issue")


async def withdrawn(teller: Teller) -> AsyncIterator[int]:
    """A certificate that was withdrawn later: whoever checks it learns of that."""
    yield 1
    await _applied(teller, "礼乐仓储物流中心改建", [WORKSHOP])
    yield 2
    shown = await _review(teller, await teller.do("window", "intake", "accept"), "review")
    shown = await _call(teller, shown)
    yield 4
    shown = await _review(teller, await _hold(teller, shown, {}), "opinion")
    yield 6
    await teller.do("window", "issue", "issue")
    yield 12
    await teller.withdraw_certificate("竣工图与现场不符，经核查原意见所依据的材料不实")


async def rectified(teller: Teller) -> AsyncIterator[int]:
    """One department fails one building; it is rectified, seen again, and passes: all but the issue is done."""
    yield 12
    await _applied(teller, "高新区智能装备厂区", [BIG_WORKSHOP, OFFICE, DORMITORY])
    yield 13
    shown = await _review(teller, await teller.do("window", "intake", "accept"), "review")
    shown = await _call(teller, shown)
    yield 15
    found = {"finding": "疏散通道被临时堆料占用", "article": "《建筑设计防火规范》GB 50016—2014 第6.4.11条"}
    await _hold(teller, shown, {"D07": found})
    yield 17
    await teller.answer("已清理疏散通道并整改完毕，附现场照片")
    yield 19
    shown = await teller.look()
    shown = await _call(teller, shown)
    shown = await _hold(teller, shown, {})
    yield 20
    await _review(teller, shown, "opinion")


async def waiting_for_rectification(teller: Teller) -> AsyncIterator[int]:
    """The visit found something: the list is out, and the owner's days run."""
    yield 19
    await _applied(teller, "外海包装材料厂二期", [BIG_WORKSHOP])
    yield 20
    shown = await _review(teller, await teller.do("window", "intake", "accept"), "review")
    shown = await _call(teller, shown)
    yield 23
    found = {"finding": "室内消火栓水压不足", "article": "《消防给水及消火栓系统技术规范》GB 50974—2014 第7.4.12条"}
    await _hold(teller, shown, {"D07": found})


async def in_review(teller: Teller) -> AsyncIterator[int]:
    """Departments are at work side by side; some have given their opinion."""
    yield 21
    await _applied(teller, "江海新材料研发楼", [OFFICE], air_defence_basement=True)
    yield 22
    shown = await _review(teller, await teller.do("window", "intake", "accept"), "review", ("D10",))
    await _call(teller, shown)


async def correction(teller: Teller) -> AsyncIterator[int]:
    """Something was missing: the window asked for everything at once."""
    yield 22
    await teller.register("滘头电子元件厂", {**IN_ORDER, "archive_scope": None}, [WORKSHOP])
    papers = _papers(teller)
    await teller.file(completion_report=papers["completion_report"], quality_warranty={})
    await teller.apply(project_name="滘头电子元件厂", address="江门市江海区滘头工业园", parties=PARTIES)
    yield 23
    await teller.do("window", "intake", "ask_once")


async def just_received(teller: Teller) -> AsyncIterator[int]:
    """Handed in this morning: the window decides next."""
    yield 24
    await _applied(teller, "麻园食品加工车间", [WORKSHOP])


Story = Callable[[Teller], AsyncIterator[int]]
STORIES: tuple[Story, ...] = (
    issued,
    withdrawn,
    rectified,
    waiting_for_rectification,
    in_review,
    correction,
    just_received,
    waiting_for_land,
    turning_formal,
)
