"""Examples of cases in the documentation (办件示例): taken from the example cases, and shortened to one entry of a kind."""

from __future__ import annotations

from typing import Any

CASE: dict[str, Any] = {
    "id": "01a213e6-8de6-7327-a8e5-6d15b35bf522",
    "project": "01a213e6-8d86-71f4-b0ae-97b2e947ee44",
    "service": "joint-acceptance",
    "project_name": "外海包装材料厂二期",
    "plan": {
        "reading": "parallel",
        "says": "本办件走并联审批：各部门依据已有的材料同时审查，不立足于假设。",
        "says_en": "This case is on parallel approval: departments review side by side on what is there, and nothing is assumed.",
    },
    "received_on": "2022-08-25",
    "accepted_on": "2022-08-26",
    "deemed_accepted": False,
    "law": {"digest": "sha256:f4a2178912506acbc3f5cc6375c18aa8a4571787745d68ad0c160171e36771d3", "on": "2022-08-26"},
    "state": {"code": "accepted", "says": "办理中"},
    "units": None,
    "buildings": ["1号厂房"],
    "items": [
        {
            "id": "D07",
            "title": "特殊建设工程消防验收",
            "department": "housing_construction",
            "part": "opinion",
            "applies": "yes",
            "since": "2022-08-26",
        }
    ],
    "tasks": [
        {
            "id": "review:D07",
            "title": "资料审核",
            "kind": "review",
            "about": {"item": "D07"},
            "force": "formal",
            "state": "done",
            "says": "已办",
            "party": "housing_construction",
            "items": [],
            "reads": [
                "voucher/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
                "fire_acceptance_form#1",
                "completion_report#1",
                "fire_as_built_drawings#1",
                "fact:floor_area_m2/1号厂房#1",
                "fact:labour_intensive/1号厂房#1",
                "fact:use/1号厂房#1",
            ],
            "blocked_by": [],
            "commands": [],
            "yours": False,
            "etag": "44f17e918bf424d01d7919ac59d1c71b",
            "opinion": {
                "id": "paper_finding/D07/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
                "item": "D07",
                "building": "",
                "round": 1,
                "by": "住建局 陈立",
                "verdict": "pass",
                "says": "合格",
                "finding": "",
                "article": "",
                "on": "2022-08-26",
                "read": [
                    "voucher/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
                    "fire_acceptance_form#1",
                    "completion_report#1",
                    "fire_as_built_drawings#1",
                    "fact:floor_area_m2/1号厂房#1",
                    "fact:labour_intensive/1号厂房#1",
                    "fact:use/1号厂房#1",
                ],
            },
        },
        {
            "id": "opinion:D06",
            "title": "出具专项意见",
            "kind": "review",
            "about": {"item": "D06"},
            "force": "formal",
            "state": "open",
            "says": "待办",
            "party": "housing_construction",
            "items": [],
            "reads": ["paper_finding/D06/01a213e6-8de6-7327-a8e5-6d15b35bf522#1"],
            "blocked_by": [],
            "commands": [],
            "yours": False,
            "etag": "2ade44e79f93b1ba9cf0bdd14ba4d531",
            "opinion": None,
        },
    ],
    "lists": [
        {
            "step": "visit",
            "findings": [
                {
                    "id": "site_finding/D07/1号厂房/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
                    "item": "D07",
                    "building": "1号厂房",
                    "round": 1,
                    "by": "住建局 周凯",
                    "verdict": "fail",
                    "says": "不合格",
                    "finding": "室内消火栓水压不足",
                    "article": "《消防给水及消火栓系统技术规范》GB 50974—2014 第7.4.12条",
                    "on": "2022-08-31",
                    "read": [],
                }
            ],
            "within": "ja-rectify",
        }
    ],
    "as_built": [
        {
            "check": "floor_area",
            "title": "建筑面积（平方米）",
            "building": "",
            "permitted": None,
            "built": "3200",
            "tolerance": "±1%",
            "holds": "unknown",
            "says": "建筑面积（平方米）：许可未知，建成3200，容差±1%，尚不能比对",
        }
    ],
    "missing": {"materials": [], "facts": []},
    "clocks": [
        {
            "key": "case:ja-promised",
            "item": "",
            "limit": "ja-promised",
            "title": "竣工联合验收承诺办结",
            "kind": "promised",
            "days": 9,
            "unit": "working",
            "says": "9个工作日",
            "start": "2022-08-26",
            "due": "2022-09-09",
            "provisional": False,
            "done_on": None,
            "late": False,
            "used_days": 3,
            "lamp": "green",
            "lamp_says": "绿灯",
        }
    ],
    "ending": None,
    "certificate": None,
    "papers": [],
    "simulated": None,
    "history": [
        {
            "entry": 88,
            "at": "2022-08-25T01:30:00.000000+00:00",
            "kind": "case_opened",
            "title": "提出申请",
            "actor": "江海精工电子有限公司",
            "department": "",
            "task": None,
            "documents": ["application/01a213e6-8de6-7327-a8e5-6d15b35bf522#1"],
            "files": [],
            "says": "",
            "legal_instant": None,
        },
        {
            "entry": 124,
            "at": "2022-08-31T01:30:00.000000+00:00",
            "kind": "held",
            "title": "登记勘验或会议结果",
            "actor": "住建局 周凯",
            "department": "housing_construction",
            "task": "visit:1号厂房",
            "documents": [
                "site_finding/D02/1号厂房/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
                "site_finding/D03/1号厂房/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
                "site_finding/D07/1号厂房/01a213e6-8de6-7327-a8e5-6d15b35bf522#1",
            ],
            "files": [],
            "says": "",
            "legal_instant": None,
        },
    ],
}
"""A case under way: a visit found something, and the list waits for the owner."""
RECEIVED: dict[str, Any] = {
    **CASE,
    **{
        "id": "01a213e6-9207-765b-b30c-e2416387a6f6",
        "project": "01a213e6-91b8-71ee-8ee8-da7195ac60be",
        "project_name": "麻园食品加工车间",
        "received_on": "2022-09-01",
        "accepted_on": None,
        "law": {"digest": None, "on": None},
        "state": {"code": "received", "says": "待受理"},
        "buildings": ["1号厂房"],
        "items": [],
        "tasks": [
            {
                "id": "intake",
                "title": "统一受理",
                "kind": "intake",
                "about": {},
                "force": "formal",
                "state": "open",
                "says": "待办",
                "party": "window",
                "items": [],
                "reads": ["application/01a213e6-9207-765b-b30c-e2416387a6f6#1"],
                "blocked_by": [],
                "commands": [],
                "yours": False,
                "etag": "289f632de0ee399ff18c3678b680c17a",
                "opinion": None,
            }
        ],
        "lists": [],
        "as_built": [],
        "missing": {
            "materials": [{"id": "archive_set", "title": "建设工程竣工档案"}],
            "facts": [{"fact": "archive_scope", "building": "", "title": "属城建档案接收范围"}],
        },
        "clocks": [
            {
                "key": "intake",
                "item": "",
                "limit": "correction-notice",
                "title": "一次告知补正",
                "kind": "statutory",
                "days": 5,
                "unit": "working",
                "says": "5个工作日",
                "start": "2022-09-01",
                "due": "2022-09-08",
                "provisional": False,
                "done_on": None,
                "late": False,
                "used_days": None,
                "lamp": "green",
                "lamp_says": "绿灯",
            }
        ],
        "history": [
            {
                "entry": 134,
                "at": "2022-09-01T01:00:00.000000+00:00",
                "kind": "case_opened",
                "title": "提出申请",
                "actor": "江海精工电子有限公司",
                "department": "",
                "task": None,
                "documents": ["application/01a213e6-9207-765b-b30c-e2416387a6f6#1"],
                "files": [],
                "says": "",
                "legal_instant": None,
            }
        ],
    },
}
"""A case just handed in."""
TASKS: dict[str, Any] = {
    "tasks": [
        {
            "id": "review:D06",
            "title": "资料审核",
            "kind": "review",
            "about": {"item": "D06"},
            "force": "formal",
            "state": "done",
            "says": "已办",
            "party": "housing_construction",
            "items": [],
            "reads": ["voucher/01a213e6-8ac1-7466-8956-1f74d382edcd#1"],
            "blocked_by": [],
            "commands": [{"command": "withdraw_opinion", "title": "撤回意见"}],
            "yours": True,
            "etag": "0059dbb5c572a71ca0c0462ca55172e6",
            "opinion": {
                "id": "paper_finding/D06/01a213e6-8ac1-7466-8956-1f74d382edcd#1",
                "item": "D06",
                "building": "",
                "round": 1,
                "by": "住建局 陈立",
                "verdict": "pass",
                "says": "合格",
                "finding": "",
                "article": "",
                "on": "2022-08-17",
                "read": ["voucher/01a213e6-8ac1-7466-8956-1f74d382edcd#1"],
            },
        }
    ]
}
LISTED: dict[str, Any] = {
    "cases": [
        {
            "id": "01a213e6-9207-765b-b30c-e2416387a6f6",
            "number": "2022-00007",
            "project": "01a213e6-91b8-71ee-8ee8-da7195ac60be",
            "project_name": "麻园食品加工车间",
            "service": "joint-acceptance",
            "received_on": "2022-09-01",
            "accepted_on": None,
            "deemed_accepted": False,
            "ended": None,
            "ended_title": None,
            "ended_on": None,
        }
    ]
}
