"""Examples of exports in the documentation (导出示例): the base industrial project."""

from __future__ import annotations

from api.answers import Ask
from api.plans.examples import PLAN

_ASKED = {name: value for name, value in PLAN.value.items() if name != "reading"}
GANTT = Ask("gantt", "三种读法的横道图，至施工许可证 Gantt of three readings", {**_ASKED, "format": "gantt"})
ICS = Ask("ics", "模拟审批的日历 Calendar of the simulated plan", {**_ASKED, "format": "ics", "reading": "simulated"})
BPMN = Ask("bpmn", "并联计划的流程模型 BPMN of the parallel plan", {**_ASKED, "format": "bpmn", "reading": "parallel"})
