"""Examples of logs in the documentation (日志示例): the made-up log that is shipped, against the plan beside it; shortened."""

from __future__ import annotations

from typing import Any

MINED: dict[str, Any] = {
    "cases": 12,
    "events": 243,
    "order": [{"before": "A01", "after": "A09", "share": 1.0, "support": 12}],
    "reduced": [{"before": "A01", "after": "A09", "share": 1.0, "support": 12}],
    "parallel": [["A09", "B01"]],
    "circular": [],
    "rule": {
        "share": 0.98,
        "support": 2,
        "says": "两个环节都有、先后可辨的办件不少于 2 件，其中至少 98% 保持同一先后，才算固定次序；两种先后都出现过、又不算固定次序的，算并行",
    },
    "time": {
        "case": {
            "working_days": {"mean": 78.0, "median": 76.0, "p90": 95.0},
            "elapsed_days": {"mean": 111.29, "median": 107.48, "p90": 135.98},
        },
        "total_working_days": 1179,
        "steps": [
            {
                "step": "O01",
                "done": 12,
                "total_working_days": 355,
                "share": 0.3011,
                "working_days": {"mean": 29.58, "median": 30.0, "p90": 30.0},
                "elapsed_days": {"mean": 42.81, "median": 42.48, "p90": 44.98},
                "started": 1.0,
            }
        ],
        "groups": [
            {
                "group": "建设单位",
                "done": 23,
                "total_working_days": 575,
                "share": 0.4877,
                "working_days": {"mean": 25.0, "median": 25.0, "p90": 30.0},
                "elapsed_days": {"mean": 35.98, "median": 36.98, "p90": 44.98},
            }
        ],
        "resources": [],
        "stops": {"count": 2, "cases": 2, "total_working_days": 18},
        "repeated": 0,
        "measured": "环节用时：日志有开始时间的从开始算，没有的从同一办件上一环节办结算起（含等待），是估计",
    },
    "observed": {"B01": [11, 13, 15, 15, 15, 15, 15, 15, 15, 21, 32]},
    "serial": [{"before": "A09", "after": "O01", "share": 0.9167, "support": 12, "waited": 9, "days": 87}],
    "unknown_activities": [],
    "titles": {"A09": "国有建设用地使用权出让合同", "B01": "设计方案联合审查", "O01": "设计方案编制"},
}
CONFORMED: dict[str, Any] = {
    "cases": [
        {
            "case": "虚构-01",
            "broken_order": 0,
            "open_assumptions": 0,
            "late": 0,
            "late_days": 0,
            "missing_steps": 0,
            "skipped_steps": 0,
            "missed_parallel_days": 115,
            "customary_days": 13,
            "findings": [
                {
                    "kind": "missed_parallel",
                    "class": "advice",
                    "step": "O01",
                    "on": "2022-03-18",
                    "says": "O01（设计方案编制）不需要A10（建设用地规划许可证），却等其办结才开始，晚了 13 个工作日，其中 13 个超出计划机动",
                    "after": "A10",
                    "days": 13,
                    "slack": 0,
                    "estimated": False,
                },
                {
                    "kind": "customary_order",
                    "class": "advice",
                    "step": "O02",
                    "on": "2022-05-20",
                    "says": "O02（施工图设计）照习惯等到B01（设计方案联合审查）办结才开始，用去 13 个工作日，其中 13 个超出计划机动",
                    "after": "B01",
                    "days": 13,
                    "slack": 0,
                    "estimated": False,
                },
            ],
        },
        {
            "case": "虚构-03",
            "broken_order": 2,
            "open_assumptions": 0,
            "late": 0,
            "late_days": 0,
            "missing_steps": 0,
            "skipped_steps": 0,
            "missed_parallel_days": 119,
            "customary_days": 15,
            "findings": [
                {
                    "kind": "broken_order",
                    "class": "violation",
                    "step": "C08",
                    "on": "2022-07-28",
                    "says": "C08（建筑工程施工许可证）在C05（工程质量监督手续）办结（2022-07-29）之前已办结",
                    "needs": "C05",
                    "how": "finished",
                }
            ],
        },
        {
            "case": "虚构-04",
            "broken_order": 0,
            "open_assumptions": 0,
            "late": 1,
            "late_days": 4,
            "missing_steps": 0,
            "skipped_steps": 0,
            "missed_parallel_days": 123,
            "customary_days": 15,
            "findings": [
                {
                    "kind": "late",
                    "class": "finding",
                    "step": "C01",
                    "on": "2022-08-16",
                    "says": "C01（施工图设计文件审查）超期 4 个工作日（时限 10 个工作日）：最后一日 2022-08-10，2022-08-16 办结",
                    "days": 4,
                    "due": "2022-08-10",
                    "limit": "promised",
                    "estimated": False,
                }
            ],
        },
        {
            "case": "虚构-10",
            "broken_order": 2,
            "open_assumptions": 2,
            "late": 1,
            "late_days": 8,
            "missing_steps": 0,
            "skipped_steps": 0,
            "missed_parallel_days": 50,
            "customary_days": 0,
            "findings": [
                {
                    "kind": "open_assumption",
                    "class": "violation",
                    "step": "C05",
                    "on": "2022-09-08",
                    "says": "C05（工程质量监督手续）有法律效力，作出时假设 A09 尚未落实：A09（国有建设用地使用权出让合同）到2022-09-16才办结",
                    "assumption": "A09",
                    "discharged_by": "A09",
                }
            ],
        },
        {
            "case": "虚构-11",
            "broken_order": 0,
            "open_assumptions": 0,
            "late": 0,
            "late_days": 0,
            "missing_steps": 1,
            "skipped_steps": 1,
            "missed_parallel_days": 1,
            "customary_days": 0,
            "findings": [
                {
                    "kind": "missing_step",
                    "class": "finding",
                    "step": "C06",
                    "on": None,
                    "says": "缺少C06（安全监督手续），而其后的环节已办结",
                    "passed": True,
                }
            ],
        },
    ],
    "total": {
        "cases": 12,
        "without_findings": 6,
        "broken_order": 4,
        "open_assumptions": 2,
        "late": 4,
        "late_days": 23,
        "missing_steps": 7,
        "skipped_steps": 1,
        "missed_parallel_days": 574,
        "customary_days": 58,
    },
    "customs": [{"from": "B01", "to": "O02", "kept": 4, "cases": 11, "days": 58}],
    "classes": {
        "broken_order": "violation",
        "open_assumption": "violation",
        "missing_step": "finding",
        "late": "finding",
        "missed_parallel": "advice",
        "customary_order": "advice",
    },
    "plan": {
        "source": "plan",
        "steps": 11,
        "not_in_log": [],
        "unknown_activities": [],
        "titles": {"O01": "设计方案编制", "B01": "设计方案联合审查"},
    },
    "findings_left_out": 0,
}
