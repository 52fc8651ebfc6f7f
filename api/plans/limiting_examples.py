"""Examples of what limits a plan in the documentation (卡在哪里的示例): the base industrial project, shortened."""

from __future__ import annotations

from typing import Any

from api.answers import Ask
from api.plans.examples import PLAN

_BASE: dict[str, Any] = {key: value for key, value in PLAN.value.items() if key != "reading"}
WHAT_IF = Ask("base", "一般工业项目 A general industrial project", {**_BASE, "reading": "parallel", "top": 3})
BARE = Ask(
    "bare",
    "裸图 A bare graph",
    {
        "graph": {
            "steps": [{"id": "甲", "days": 3}, {"id": "乙", "days": 2, "needs": [{"step": "甲", "firm": "customary"}]}]
        },
        "reading": "serial",
    },
)
FRONTIER = Ask(
    "base",
    "一般工业项目，假设落空的可能两成 A general industrial project",
    {**_BASE, "failing": {"land-contract": 0.2}},
)
SAMPLES = Ask(
    "base",
    "一般工业项目，两个环节有观察 Two steps observed",
    {**_BASE, "observed": {"B01": [12, 15, 31, 20, 25, 18], "O01": [25, 30, 40, 60, 35]}, "samples": 10000, "seed": 1},
)
CHANGES: dict[str, Any] = {
    "reading": "parallel",
    "start": "2022-03-01",
    "finish": "2023-08-02",
    "working_days": 357,
    "tried": 138,
    "saving": 38,
    "changes": [
        {
            "change": "“施工”（START）不占时间：由 200 个工作日减为 0 个工作日",
            "kind": "none",
            "days_saved": 200,
            "finish": "2022-10-17",
            "step": "START",
            "days": 200,
            "to_days": 0,
            "unit": "working",
            "cite": [],
            "local": True,
            "assumed": {"says": "只是试算，没有依据可以缩短", "example": ""},
        },
        {
            "change": "“施工”（START）缩短一半：由 200 个工作日减为 100 个工作日",
            "kind": "half",
            "days_saved": 100,
            "finish": "2023-03-10",
            "step": "START",
            "days": 200,
            "to_days": 100,
            "unit": "working",
            "cite": [],
            "local": True,
            "assumed": {"says": "只是试算，没有依据可以缩短", "example": ""},
        },
        {
            "change": "“设计方案编制”（O01）立足于假设，不再等待“国有建设用地使用权出让合同”（A09）",
            "kind": "assumable",
            "days_saved": 31,
            "finish": "2023-06-19",
            "assumption": "land-contract",
            "needs": [{"from": "A09", "to": "O01", "firm": "assumable"}],
            "cite": [],
            "local": True,
            "assumed": {
                "says": "为已有的土地编制方案；模拟审批时视同已取得土地",
                "example": "南安市南政文〔2022〕223号",
            },
        },
        {
            "change": "先假设“国有建设用地使用权出让合同”，B01、O01 不再等待它",
            "kind": "assumption",
            "days_saved": 31,
            "finish": "2023-06-19",
            "assumption": "land-contract",
            "needs": [
                {"from": "A09", "to": "B01", "firm": "assumable"},
                {"from": "A09", "to": "O01", "firm": "assumable"},
            ],
            "cite": [],
            "local": True,
            "assumed": {
                "says": "为已有的土地审查方案；模拟审批时视同已取得土地",
                "example": "南安市南政文〔2022〕223号",
            },
        },
        {
            "change": "“国有建设用地使用权公开出让（招拍挂）”（A08）少一日：由 30 日减为 29 日",
            "kind": "day",
            "days_saved": 1,
            "finish": "2023-08-01",
            "step": "A08",
            "days": 30,
            "to_days": 29,
            "unit": "calendar",
            "cite": [],
            "local": True,
            "assumed": {"says": "只是试算，没有依据可以缩短", "example": ""},
        },
    ],
    "warnings": [],
}
SETS: dict[str, Any] = {
    "start": "2022-03-01",
    "without": {"finish": "2023-08-02", "working_days": 357},
    "sets": 2,
    "assumptions": [
        {
            "id": "land-contract",
            "document": "国有建设用地使用权出让合同",
            "discharged_by": "A09",
            "needs": [{"from": "A09", "to": "B01"}, {"from": "A09", "to": "O01"}],
            "fails": 0.2,
        }
    ],
    "frontier": [
        {
            "assume": [],
            "finish": "2023-08-02",
            "working_days": 357,
            "days_saved": 0,
            "step_days_lost": 0.0,
            "step_days_at_risk": 0,
        },
        {
            "assume": ["land-contract"],
            "finish": "2023-06-19",
            "working_days": 326,
            "days_saved": 31,
            "step_days_lost": 6.8,
            "step_days_at_risk": 34,
        },
    ],
    "warnings": [],
}
DISTRIBUTION: dict[str, Any] = {
    "reading": "parallel",
    "start": "2022-03-01",
    "samples": 10000,
    "seed": 0,
    "plan": {
        "working_days": 357,
        "finish": "2023-08-02",
        "in_time": 0.3699,
        "says": "各环节都恰好用计划天数时的结果，不是预期",
    },
    "of_mean_days": 364.99,
    "mean": 365.71,
    "standard_error": 0.12,
    "merge_bias": 0.72,
    "quantiles": [
        {"share": 10, "working_days": 352, "finish": "2023-07-26"},
        {"share": 50, "working_days": 362, "finish": "2023-08-09"},
        {"share": 80, "working_days": 387, "finish": "2023-09-13"},
        {"share": 90, "working_days": 387, "finish": "2023-09-13"},
        {"share": 95, "working_days": 387, "finish": "2023-09-13"},
    ],
    "histogram": [
        {"from": 352, "to": 353, "samples": 1694},
        {"from": 354, "to": 355, "samples": 0},
        {"from": 356, "to": 357, "samples": 2005},
    ],
    "steps": [
        {"id": "O01", "title": "设计方案编制", "days": 30, "observed": 5, "critical": 1.0},
        {"id": "O02", "title": "施工图设计", "days": 20, "observed": 0, "critical": 0.8335},
        {"id": "B01", "title": "设计方案联合审查", "days": 15, "observed": 6, "critical": 0.1665},
    ],
    "as_planned": ["A01", "A14", "A18"],
    "warnings": [],
}
