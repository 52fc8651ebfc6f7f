"""A plan as tables (表格与图文件): CSV that a spreadsheet opens as it is, GraphML that a graph program reads whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import networkx as nx

from api.exports import text as says
from api.exports.panels import cautions
from api.exports.sheet import Sheet, one_reading
from engine.graph import Edge
from engine.plan import Plan, Planned
from engine.reading import CONVERT

HEADINGS = (
    "读法", "环节代码", "环节名称", "部门", "用时", "单位", "用时来源", "最早开始", "最早完成", "最迟开始", "最迟完成",
    "机动（工作日）", "关键环节", "等待", "立足于假设", "效力", "是否需要", "自办", "依据",
)  # fmt: skip
FORMULA = tuple("=+-@＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, full width too."""
LONGEST_CELL = 2_000


def csv_file(sheet: Sheet) -> bytes:
    """One row a step, for each reading; with the mark by which spreadsheets know UTF-8."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for plan in sheet.plans:
        for planned in plan.steps:
            writer.writerow([_cell(value) for value in _row(sheet, plan, planned)])
    return out.getvalue().encode("utf-8-sig")


def _row(sheet: Sheet, plan: Plan, planned: Planned) -> Iterator[Any]:
    step = planned.step
    yield from (says.TITLES[plan.reading], step.id, step.title, sheet.department(step.department), step.days)
    yield from (says.UNITS[step.unit], says.SOURCES.get(step.duration, step.duration))
    yield from (planned.earliest_start, planned.earliest_finish, planned.latest_start, planned.latest_finish)
    yield from (planned.slack, "是" if planned.critical else "否")
    yield from ("、".join(planned.waits_for), "、".join(planned.stands_on), _force(planned))
    yield from (says.APPLIES[step.applies], "是" if step.own_work else "否", "；".join(map(str, step.cite)))


def _force(planned: Planned) -> str:
    if planned.stands_on:
        return says.SIMULATED
    return "有法律效力" if planned.step.legal_effect else "无"


def _cell(value: Any) -> Any:
    """A number as it is; a text on one line, and none that a spreadsheet would reckon out."""
    if isinstance(value, int):
        return value
    text = says.plain(str(value), LONGEST_CELL)
    return f"'{text}" if text.startswith(FORMULA) else text


# --- GraphML ----------------------------------------------------------------------------------------------------------


def graph_of_plan(sheet: Sheet, plan: Plan) -> nx.MultiDiGraph[str]:
    """One reading as networkx has it, with plain attributes alone: what steps wait for, and what they no longer do."""
    out: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        reading=plan.reading.value,
        start=_plain(plan.start),
        finish=_plain(plan.finish),
        note="\n".join([says.NOT_LEAVE, *cautions(plan)]),
    )
    for planned in plan.steps:
        out.add_node(planned.step.id, **_step(sheet, planned))
    edges = sheet.edges_to()
    for planned in plan.steps:
        after = planned.step.id
        for before in planned.waits_for:
            known = [e for e in edges.get(after, ()) if e.before == says.original(before)]
            for edge in known:
                out.add_edge(before, after, kind="kept", **_edge(edge))
            if not known:
                out.add_edge(before, after, kind="convert" if after.endswith(CONVERT) else "made")
    for kind, told in (("dropped", plan.dropped), ("beforehand", plan.beforehand)):
        for each in told:
            if each.edge.before in out and each.edge.after in out:
                out.add_edge(
                    each.edge.before, each.edge.after, kind=kind, days_saved=each.days_saved, **_edge(each.edge)
                )
    return out


def graphml(sheet: Sheet) -> bytes:
    """The GraphML file of one reading.

    Raises:
        InputError: several readings.
    """
    plan = one_reading(sheet.plans, "graphml")
    out = BytesIO()
    nx.write_graphml_xml(graph_of_plan(sheet, plan), out)
    return out.getvalue() + b"\n"


def _step(sheet: Sheet, planned: Planned) -> dict[str, Any]:
    step = planned.step
    return {
        "title": _text(step.title),
        "department": _text(step.department),
        "department_title": sheet.department(step.department),
        "days": step.days,
        "unit": step.unit.value,
        "duration": step.duration,
        "limit": step.limit,
        "legal_effect": step.legal_effect,
        "own_work": step.own_work,
        "applies": step.applies.value,
        "item": step.item,
        "makes": " ".join(step.makes),
        "cite": "；".join(map(str, step.cite)),
        "earliest_start": _plain(planned.earliest_start),
        "earliest_finish": _plain(planned.earliest_finish),
        "latest_start": _plain(planned.latest_start),
        "latest_finish": _plain(planned.latest_finish),
        "slack": planned.slack,
        "critical": planned.critical,
        "stands_on": " ".join(planned.stands_on),
        "force": says.SIMULATED if planned.stands_on else "",
    }


def _edge(edge: Edge) -> dict[str, Any]:
    out = {
        "firm": edge.firm.value,
        "doc": edge.doc,
        "group": edge.group,
        "cite": "；".join(map(str, edge.cite)),
        "local": edge.local,
    }
    if edge.assumed:
        out |= {"assumed": _text(edge.assumed.says), "example": _text(edge.assumed.example)}
    return out


def _text(text: str) -> str:
    return says.plain(text, LONGEST_CELL)


def _plain(when: Any) -> Any:
    return when if isinstance(when, int) else when.isoformat()
