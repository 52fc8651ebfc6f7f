"""``yichuang schedule`` (排程): a graph, or several cases, at the desks that departments have."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from api.cli.io import Settings, answer, read_document, shared, write
from api.schedules.service import MOST_SECONDS, scheduled
from api.schedules.solver import Watch
from engine.errors import Fault, InputError
from engine.reading import Reading
from engine.values import shorten

HELP = f"""在部门人力有限时排出各环节几时开始。

一张图求最短：派件规则必有答案；装有 OR-Tools（pip install "yichuang[schedule]"）时再求证或改进，给出下限与差距。
几个办件（cases）共用人力：机动最少者先办与先来先办并列，各说平均用时与逾期；至多二十件时另由求解器比较。
每个排程都经自己的核查：先后关系、每一时刻的人力。天数是从 0 起的工作日。
--reading 默认 serial：先后关系一处不弃；parallel、simulated、beforehand 与 plan 的相同。
--seconds 至多 {MOST_SECONDS}；0 则只用派件规则。

\b
例：
  yichuang schedule 图.json
  yichuang schedule 图.json --seconds 30 --reading parallel --json
\b
图.json：
  {{"capacity": {{"规划": 1}}, "steps": [{{"id": "甲", "days": 3, "uses": {{"规划": 1}}}},
   {{"id": "乙", "days": 2, "uses": {{"规划": 1}}, "needs": [{{"step": "甲", "firm": "customary"}}]}}]}}
几个办件：
  {{"capacity": {{"规划": 1}}, "cases": [{{"id": "一", "arrives": 0, "due": 9, "steps": [{{"id": "甲", "days": 3, "uses": {{"规划": 1}}}}]}}]}}
"""


@click.command("schedule", help=HELP, short_help="部门人力有限时的排程。")
@click.argument("graph")
@click.option("--seconds", type=float, default=10.0, help=f"求解器至多几秒，0 至 {MOST_SECONDS}，默认 10。")
@click.option("--reading", type=click.Choice([r.value for r in Reading]), default="serial", help="读法，默认 serial。")
@shared
def command(graph: str, seconds: float, reading: str, settings: Settings) -> None:
    """在部门人力有限时排出各环节几时开始。"""
    if not 0 <= seconds <= MOST_SECONDS:
        fix = f"--seconds 应为 0 至 {MOST_SECONDS} 的秒数。"
        raise InputError([Fault("--seconds", shorten(str(seconds)), fix, f"Must be from 0 to {MOST_SECONDS} seconds.")])
    watch = _progress(settings) if sys.stderr.isatty() and not settings.as_json else None
    answer(
        read_document(graph),
        lambda raw: scheduled(raw, Reading(reading), seconds, watch),
        lambda found: "\n".join(_english(found) if settings.english else _chinese(found)),
        settings,
    )


def _progress(settings: Settings) -> Watch:
    told: list[tuple[int | None, int]] = []

    def watch(best: int | None, bound: int) -> None:
        if [(best, bound)] == told:
            return
        told[:] = [(best, bound)]
        gap = "—" if not best or not bound else f"{(best - bound) / bound:.1%}"
        shown = "—" if best is None else best
        zh, en = f"目前 {shown}，下限 {bound}，差距 {gap}", f"so far {shown}, bound {bound}, gap {gap}"
        write(en if settings.english else zh, to_stderr=True)

    return watch


# --- in words ---------------------------------------------------------------------------------------------------------

RULES = {
    "least_slack": ("机动最少者先办", "least slack"),
    "fifo": ("先来先办", "first come first served"),
    "solver": ("求解器（求平均用时最短）", "solver, for the least mean time"),
}


def _chinese(found: Mapping[str, Any]) -> Iterator[str]:
    if "rules" not in found:
        how = "已是最短" if found["optimal"] else f"差距 {found['gap']:.1%}"
        yield f"共 {found['makespan']} 个工作日，下限 {found['bound']}，{how}"
        for name, at in sorted(found["starts"].items(), key=lambda each: each[1]):
            yield f"  第 {at} 日　{name}"
        return
    for name, each in found["rules"].items():
        mark = "●" if name == found["rule"] else "○"
        yield (
            f"{mark} {RULES[name][0]}：平均 {each['mean_days']} 个工作日，逾期 {each['late_cases']} 件、"
            f"共 {each['late_days']} 日，最长逾期 {each['most_late_days']} 日，全部办完第 {each['makespan']} 日"
        )
    yield f"人力不限时平均 {found['unlimited_mean_days']} 个工作日；平均的下限 {found['bound_mean_days']}"
    for case in found["cases"]:
        late = f"，逾期 {case['late_days']} 日" if case["late_days"] else ""
        due = "" if case["due"] is None else f"，期限第 {case['due']} 日"
        yield f"  {case['id']}：第 {case['arrives']} 日收，第 {case['finish']} 日办完{due}{late}，等人力 {case['waited_days']} 日"


def _english(found: Mapping[str, Any]) -> Iterator[str]:
    if "rules" not in found:
        how = "proved shortest" if found["optimal"] else f"gap {found['gap']:.1%}"
        yield f"{found['makespan']} working days, bound {found['bound']}, {how}"
        for name, at in sorted(found["starts"].items(), key=lambda each: each[1]):
            yield f"  day {at}  {name}"
        return
    for name, each in found["rules"].items():
        mark = "●" if name == found["rule"] else "○"
        yield (
            f"{mark} {RULES[name][1]}: mean {each['mean_days']} working days, {each['late_cases']} late by "
            f"{each['late_days']} days in all, {each['most_late_days']} at most; all done on day {each['makespan']}"
        )
    yield f"With desks enough {found['unlimited_mean_days']} on average; no less than {found['bound_mean_days']}"
    for case in found["cases"]:
        late = f", {case['late_days']} days late" if case["late_days"] else ""
        due = "" if case["due"] is None else f", due on day {case['due']}"
        yield f"  {case['id']}: in on day {case['arrives']}, done on day {case['finish']}{due}{late}, waited {case['waited_days']}"
