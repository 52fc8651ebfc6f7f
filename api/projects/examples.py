"""Examples of projects in the documentation (项目示例): taken from the example cases, and shortened."""

from __future__ import annotations

from typing import Any

from api.answers import Ask

CODE, OTHER_CODE = "2203-440704-04-01-123456", "2205-440704-04-01-654321"

PROJECT: dict[str, Any] = {
    "id": "01a213e6-91b8-71ee-8ee8-da7195ac60be",
    "name": "麻园食品加工车间",
    "codes": {
        "current": CODE,
        "found_by": [CODE],
        "merged_into": None,
        "question": {
            "code": OTHER_CODE,
            "at": "2022-09-02T01:00:00.000000+00:00",
            "reasons": "建设内容变更，已重新备案",
            "says": f"所填项目代码 {OTHER_CODE} 须经窗口核定后生效。",
        },
        "history": [
            {
                "entry": 2,
                "at": "2022-09-01T01:00:00.000000+00:00",
                "change": "first",
                "title": "首次填报",
                "code": CODE,
                "actor": "江海精工电子有限公司",
                "reasons": "",
                "other": None,
            }
        ],
    },
    "facts": {
        "survey_done": True,
        "fire_inspection_by_owner": True,
        "completion_accepted": True,
        "quality_report": True,
        "planning_check": "passed",
        "region": "440704",
        "investment": "social",
        "category": "general_industry",
        "air_defence_basement": False,
        "archive_scope": True,
        "flammable_explosive": False,
    },
    "buildings": [
        {
            "name": "1号厂房",
            "use": "workshop",
            "floor_area_m2": 2400,
            "height_m": 18,
            "storeys": 3,
            "fire_hazard": "C",
            "labour_intensive": False,
        }
    ],
    "documents": [
        {
            "id": "fire_inspection_record#1",
            "kind": "fire_inspection_record",
            "on": "2022-09-01",
            "by": "江海精工电子有限公司",
            "fields": {"inspected_on": "2022-09-01", "passed": True},
            "files": [],
            "standing": "real",
            "standing_says": "真实",
        },
        {
            "id": "C08.result#1",
            "kind": "C08.result",
            "on": "2022-09-01",
            "by": "综合窗口 林晓",
            "fields": {
                "number": "440704202209010101",
                "issued_by": "江海区住房和城乡建设局",
                "issued_on": "2022-09-01",
            },
            "files": [],
            "standing": "real",
            "standing_says": "真实",
        },
    ],
    "running": [
        {
            "document": "C08.result#1",
            "item": "C08",
            "title": "建筑工程施工许可证",
            "limit": "construction-start",
            "from": "2022-09-01",
            "last_day": "2022-12-01",
            "provisional": False,
            "extended": 0,
            "kept_by": None,
            "lamp": "green",
            "says": "领取施工许可证之日起三个月内开工；既不开工又不申请延期或者超过延期时限的，施工许可证自行废止",
        }
    ],
    "cases": ["01a213e6-9207-765b-b30c-e2416387a6f6"],
}
LISTED: dict[str, Any] = {
    "projects": [
        {
            "id": "01a213e6-91b8-71ee-8ee8-da7195ac60be",
            "name": "麻园食品加工车间",
            "project_code": CODE,
            "merged_into": None,
            "registered_at": "2022-09-01T01:00:00.000000+00:00",
        }
    ]
}
QUESTIONS: dict[str, Any] = {
    "questions": [
        {
            "project": {"id": PROJECT["id"], "name": PROJECT["name"], "project_code": None},
            "code": CODE,
            "asked_at": "2022-09-01T01:00:00.000000+00:00",
            "asked_by": "江海精工电子有限公司",
            "reasons": "",
            "clash": True,
            "others": [
                {
                    "id": "01a213e6-9207-765b-b30c-e2416387a6f6",
                    "name": "麻园食品加工车间（一期）",
                    "held": True,
                    "merged_into": None,
                }
            ],
        }
    ]
}
_OTHER = QUESTIONS["questions"][0]["others"][0]["id"]

REGISTER = Ask(
    "register",
    "登记项目 Register a project",
    {"name": PROJECT["name"], "facts": PROJECT["facts"], "buildings": PROJECT["buildings"]},
)
STATE = (
    Ask("correct", "更正事实 Correct a fact", {"facts": {"planning_check": "passed"}, "reasons": "规划核实已完成"}),
    Ask("take_back", "撤回一项事实 Take a fact back", {"facts": {"archive_scope": None}, "reasons": "尚待核定"}),
    Ask("buildings", "单体全表 The whole list of buildings", {"buildings": PROJECT["buildings"]}),
)
DECIDE = (
    Ask(
        "refile",
        "变更后重新赋码 Give a code anew after a change",
        {"change": "refile", "code": OTHER_CODE, "reasons": "建设规模变更，已重新备案"},
    ),
    Ask("correct", "更正 Correct it", {"change": "correct", "code": OTHER_CODE, "reasons": "原填代码有误"}),
    Ask(
        "split",
        "拆分 Split it off another project",
        {"change": "split", "code": OTHER_CODE, "other": _OTHER, "reasons": "分期建设，单独赋码"},
    ),
    Ask("merge", "合并 Merge it into another", {"change": "merge", "other": _OTHER, "reasons": "两次登记的是同一项目"}),
    Ask("keep", "不予变更 Leave it as it is", {"change": "keep", "reasons": "所填代码属另一项目，请核对"}),
)
FILE = Ask(
    "completion_report",
    "竣工验收报告 A completion report",
    {"fields": {"accepted_on": "2022-09-01", "passed": True}, "files": []},
)
