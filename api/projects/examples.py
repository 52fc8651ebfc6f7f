"""Examples of projects in the documentation (项目示例): taken from the example cases, and shortened."""

from __future__ import annotations

from typing import Any

from api.answers import Ask

PROJECT: dict[str, Any] = {
    "id": "01a213e6-91b8-71ee-8ee8-da7195ac60be",
    "name": "麻园食品加工车间",
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
        }
    ],
    "cases": ["01a213e6-9207-765b-b30c-e2416387a6f6"],
}
LISTED: dict[str, Any] = {
    "projects": [
        {
            "id": "01a213e6-91b8-71ee-8ee8-da7195ac60be",
            "name": "麻园食品加工车间",
            "project_code": None,
            "registered_at": "2022-09-01T01:00:00.000000+00:00",
        }
    ]
}

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
FILE = Ask(
    "completion_report",
    "竣工验收报告 A completion report",
    {"fields": {"accepted_on": "2022-09-01", "passed": True}, "files": []},
)
