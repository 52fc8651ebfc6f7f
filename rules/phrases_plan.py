"""Phrases about a plan (并联计划): three readings of one project, in dates and working days, and what each stands on."""

from __future__ import annotations

from datetime import date

from engine.deriving import conversion_of, graph_of
from engine.graph import CONVERT
from engine.plan import Calendar, Plan, Planned, plan, savings
from engine.reading import Reading
from rules.phrases_kit import DAY, Phrases, expect
from rules.world import World

PHRASES = phrase = Phrases()

READINGS = {"串联": Reading.SERIAL, "并联": Reading.PARALLEL, "模拟": Reading.SIMULATED}
READING = "(?P<reading>串联|并联|模拟)"


@phrase("排出计划，自2022-03-01起", f"排出计划，自{DAY}起")
def plan_from(world: World, day: str) -> None:
    def act() -> None:
        world.decide()
        graph = graph_of(world.decided)
        time, conversion = Calendar(world.calendar, date.fromisoformat(day)), conversion_of(world.decided)
        world.plans = {r: plan(graph, r, time, conversion) for r in Reading}
        world.savings = savings(graph, time, conversion)

    world.attempt(act)


def _plan(world: World, reading: str) -> Plan:
    if world.refusal is not None:
        raise world.refusal
    return world.plans[READINGS[reading]]


def _step(world: World, reading: str, item: str, turned: str | None = None) -> Planned:
    found = _plan(world, reading).step(world.item_id(item) + (CONVERT if turned else ""))
    expect(found is not None, "计划中没有这个环节", item)
    assert found is not None
    return found


def _days(world: World, reading: str, until: date) -> int:
    return world.calendar.count(_plan(world, reading).start, until)


@phrase(
    "串联计划中，“设计方案联合审查”最早2022-07-29开始，距计划起始105个工作日",
    f"{READING}计划中，“(?P<item>[^”]+?)(?P<turned>转正)?”最早{DAY}开始(?:，距计划起始(?P<days>\\d+)个工作日)?",
)
def starts(world: World, reading: str, item: str, turned: str | None, day: str, days: str | None = None) -> None:
    found = _step(world, reading, item, turned).earliest_start
    expect(found.isoformat() == day, found, day)
    expect(days is None or _days(world, reading, found) == int(days), _days(world, reading, found), days)


@phrase(
    "串联计划中，“建筑工程施工许可证”最早2022-10-25办成",
    f"{READING}计划中，“(?P<item>[^”]+?)(?P<turned>转正)?”最早{DAY}办成(?:，距计划起始(?P<days>\\d+)个工作日)?",
)
def finishes(world: World, reading: str, item: str, turned: str | None, day: str, days: str | None = None) -> None:
    found = _step(world, reading, item, turned).earliest_finish
    expect(found.isoformat() == day, found, day)
    expect(days is None or _days(world, reading, found) == int(days), _days(world, reading, found), days)


@phrase(
    "模拟计划中，“设计方案联合审查”立足于假设“国有建设用地使用权出让合同”",
    f"{READING}计划中，“(?P<item>[^”]+)”(?:立足于假设“(?P<assumed>[^”]+)”|不立足于任何假设)",
)
def stands_on(world: World, reading: str, item: str, assumed: str | None = None) -> None:
    titles = {a.id: a.document for a in _plan(world, reading).assumptions}
    found = [titles[name] for name in _step(world, reading, item).stands_on]
    expect(found == ([assumed] if assumed else []), found, assumed or "不立足于任何假设")


@phrase(
    "并联计划中，“建设工程规划许可证”不再等待“建设用地规划许可证”",
    f"{READING}计划中，“(?P<item>[^”]+)”(?P<how>不再等待|仍须等待)“(?P<other>[^”]+)”",
)
def waits(world: World, reading: str, item: str, how: str, other: str) -> None:
    before, after = world.item_id(other), world.item_id(item)
    gone = any((d.edge.before, d.edge.after) == (before, after) for d in _plan(world, reading).dropped)
    kept = before in _step(world, reading, item).waits_for
    expect(gone if how == "不再等待" else kept and not gone, _step(world, reading, item).waits_for, f"{how}{other}")


@phrase(
    "去除习惯节省58个工作日，容缺节省0个工作日，模拟节省31个工作日",
    "去除习惯节省(?P<custom>\\d+)个工作日，容缺节省(?P<later>\\d+)个工作日，模拟节省(?P<assumed>\\d+)个工作日",
)
def saves(world: World, custom: str, later: str, assumed: str) -> None:
    if world.refusal is not None:
        raise world.refusal
    found = world.savings
    assert found is not None
    said = (found.by_dropping_custom, found.by_before_issue, found.by_assumption)
    expect(said == (int(custom), int(later), int(assumed)), said, (custom, later, assumed))
