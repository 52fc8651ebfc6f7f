"""Examples of plans in the documentation (计划示例): the base industrial project, shortened to a few steps of one reading."""

from __future__ import annotations

from typing import Any

from api.answers import Ask
from engine.terms import NO_FORCE

PLAN = Ask(
    "base",
    "一般工业项目 A general industrial project",
    {
        "on": "2022-03-01",
        "facts": {
            "investment": "social",
            "approval_regime": "filing",
            "category": "general_industry",
            "land_supply": "granted",
            "land_state": "cleared",
            "land_already_construction": True,
            "site_area_m2": 12000,
            "floor_area_m2": 8000,
            "contract_price_yuan": 20000000,
            "eia_class": "registration",
        },
        "durations": {"START": 200},
        "start": "2022-03-01",
        "reading": "all",
    },
)
COMPARISON: dict[str, Any] = {
    "readings": {
        "simulated": {
            "reading": "simulated",
            "start": "2022-03-01",
            "finish": "2023-08-29",
            "working_days": 376,
            "steps": [
                {
                    "id": "A09",
                    "title": "国有建设用地使用权出让合同",
                    "department": "natural_resources",
                    "days": 10,
                    "unit": "working",
                    "duration": "statutory",
                    "earliest_start": "2022-03-31",
                    "earliest_finish": "2022-04-15",
                    "latest_start": "2022-05-09",
                    "latest_finish": "2022-05-23",
                    "slack": 25,
                    "critical": False,
                    "waits_for": ["A08"],
                    "stands_on": [],
                    "legal_effect": True,
                    "applies": "yes",
                },
                {
                    "id": "B01",
                    "title": "设计方案联合审查",
                    "department": "natural_resources",
                    "days": 15,
                    "unit": "working",
                    "duration": "promised",
                    "earliest_start": "2022-04-13",
                    "earliest_finish": "2022-05-06",
                    "latest_start": "2022-04-28",
                    "latest_finish": "2022-05-23",
                    "slack": 12,
                    "critical": False,
                    "waits_for": ["A07", "O01"],
                    "stands_on": ["land-contract"],
                    "legal_effect": False,
                    "applies": "yes",
                },
                {
                    "id": "B01.convert",
                    "title": "设计方案联合审查（转正）",
                    "department": "natural_resources",
                    "days": 1,
                    "unit": "working",
                    "duration": "assumed",
                    "earliest_start": "2022-05-06",
                    "earliest_finish": "2022-05-07",
                    "latest_start": "2022-05-23",
                    "latest_finish": "2022-05-24",
                    "slack": 12,
                    "critical": False,
                    "waits_for": ["B01", "A09"],
                    "stands_on": [],
                    "legal_effect": True,
                    "applies": "yes",
                },
            ],
            "assumptions": [{"id": "land-contract", "document": "国有建设用地使用权出让合同", "discharged_by": "A09"}],
            "dropped": [
                {
                    "from": "O03",
                    "to": "A10",
                    "firm": "customary",
                    "cite": [],
                    "days_saved": 4,
                    "local": True,
                    "assumed": {
                        "says": "习惯上缴清价款后才发用地规划许可证，法律只要求出让合同",
                        "example": "大埔县工业园区“拿地即开工”实施方案（签约并缴清价款后转正）",
                    },
                }
            ],
            "savings": {"by_dropping_custom": 58, "by_before_issue": 0, "by_assumption": 31, "by_capacity": 0},
            "warnings": [
                {
                    "code": "no-duration",
                    "says": "A07（规划条件出具）没有法定或承诺时限，按 0 天计；可在 durations 中写明。",
                }
            ],
            "notice": NO_FORCE,
        }
    },
    "milestones": {
        "design_review_start": {"serial": "2022-07-29", "parallel": "2022-05-30", "simulated": "2022-04-13"},
        "construction_start": {"serial": "2022-10-25", "parallel": "2022-07-29", "simulated": "2022-06-16"},
    },
    "savings": {"by_dropping_custom": 58, "by_before_issue": 0, "by_assumption": 31, "by_capacity": 0},
}
