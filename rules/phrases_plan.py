"""Phrases about a plan (并联计划): readings of one project, in dates and working days, what each waits for and stands on.

A step is named by its item, where the project has that item in instances by the instance as well: “施工”的“地下室”.
“转正” and “作出决定” after an item's name mean what a reading makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.deriving import conversion_of, graph_of
from engine.graph import CONVERT, DECIDE, Edge
from engine.plan import Calendar, Plan, Planned, milestones, plan, savings
from engine.reading import Reading
from engine.terms import Assumed, Cite, Truth
from rules.phrases_kit import DAY, UNIT, UNITS, Phrases, expect
from rules.world import World

PHRASES = phrase = Phrases()

READINGS = {
    "串联": Reading.SERIAL,
    "并联": Reading.PARALLEL,
    "模拟": Reading.SIMULATED,
    "先完成后决定": Reading.BEFOREHAND,
}
READING = f"(?P<reading>{'|'.join(READINGS)})"
ENDS = {None: "", "转正": CONVERT, "作出决定": DECIDE}
STEP = "“(?P<item>[^”]+?)(?P<turned>转正|作出决定)?”(?:的“(?P<part>[^”]+)”)?"
OTHER = "“(?P<other>[^”]+)”(?:的“(?P<other_part>[^”]+)”)?"
SINCE = "(?:，距计划起始(?P<days>\\d+)个工作日)?"
SAVED = "(?:，单独节省(?P<saved>\\d+)个工作日)?"
SOURCE = "(?:，(?:依据|暂参照)“(?P<cite>[^”]+)”)?"
MILESTONES = {"开始方案审查": "design_review_start", "可以开工": "construction_start"}


@phrase("排出计划，自2022-03-01起", f"排出计划，自{DAY}起")
def plan_from(world: World, day: str) -> None:
    def act() -> None:
        world.decide()
        graph = world.graph = graph_of(world.decided, world.durations)
        time, conversion = Calendar(world.calendar, date.fromisoformat(day)), conversion_of(world.decided)
        world.plans = {r: plan(graph, r, time, conversion) for r in Reading}
        world.savings = savings(graph, time, conversion)

    world.attempt(act)


@phrase("环节“C01:地下室”另报用时15", "环节“(?P<name>[^”]+)”另报用时(?P<days>\\d+)")
def lasts(world: World, name: str, days: str) -> None:
    world.durations[name] = int(days)


def _plan(world: World, reading: str) -> Plan:
    if world.refusal is not None:
        raise world.refusal
    return world.plans[READINGS[reading]]


def _id(world: World, item: str, part: str | None = None, turned: str | None = None) -> str:
    """The id of a step by the names that people use."""
    name = world.item_id(item)
    if part is not None:
        found = {i.instance.title: i.instance.id for i in world.decided.spreads[name].instances}
        expect(part in found, list(found), part)
        name = f"{name}:{found[part]}"
    return name + ENDS[turned]


def _step(world: World, reading: str, item: str, turned: str | None, part: str | None) -> Planned:
    found = _plan(world, reading).step(_id(world, item, part, turned))
    expect(found is not None, "计划中没有这个环节", item)
    assert found is not None
    return found


def _days(world: World, reading: str, until: date) -> int:
    return world.calendar.count(_plan(world, reading).start, until)


@phrase(
    "串联计划中，“设计方案联合审查”最早2022-07-29开始，距计划起始105个工作日",
    f"{READING}计划中，{STEP}最早{DAY}(?P<what>开始|办成){SINCE}",
)
def earliest(
    world: World,
    reading: str,
    item: str,
    turned: str | None,
    part: str | None,
    day: str,
    what: str,
    days: str | None = None,
) -> None:
    step = _step(world, reading, item, turned, part)
    found = step.earliest_start if what == "开始" else step.earliest_finish
    expect(found.isoformat() == day, found, day)
    expect(days is None or _days(world, reading, found) == int(days), _days(world, reading, found), days)


@phrase("并联计划中，最早2022-07-29可以开工", f"{READING}计划中，最早{DAY}(?P<word>{'|'.join(MILESTONES)})")
def milestone(world: World, reading: str, day: str, word: str) -> None:
    made = _plan(world, reading)
    found = milestones([made])[MILESTONES[word]][made.reading.value]
    expect(found is not None and found.isoformat() == day, found, day)


@phrase("并联计划2023-10-17完成，共407个工作日", f"{READING}计划{DAY}完成，共(?P<days>\\d+)个工作日")
def finishes(world: World, reading: str, day: str, days: str) -> None:
    made = _plan(world, reading)
    expect((made.finish.isoformat(), made.working_days) == (day, int(days)), (made.finish, made.working_days), day)


@phrase(
    "并联计划中，“建设用地规划许可证”机动66个工作日",
    f"{READING}计划中，{STEP}(?:是关键环节|机动(?P<days>\\d+)个工作日)",
)
def slack(world: World, reading: str, item: str, turned: str | None, part: str | None, days: str | None = None) -> None:
    found = _step(world, reading, item, turned, part).slack
    expect(found == int(days or 0), found, days or "关键环节")


@phrase("并联计划中，“缴清土地出让价款”用时60日", f"{READING}计划中，{STEP}用时(?P<days>\\d+){UNIT}")
def takes(world: World, reading: str, item: str, turned: str | None, part: str | None, days: str, unit: str) -> None:
    step = _step(world, reading, item, turned, part).step
    expect((step.days, step.unit.value) == (int(days), UNITS[unit]), (step.days, step.unit.value), days + unit)


@phrase("并联计划中没有“缴清土地出让价款”", f"{READING}计划中(?P<how>有|没有|不能确定有没有){STEP}")
def holds(world: World, reading: str, how: str, item: str, turned: str | None, part: str | None) -> None:
    spread = _plan(world, reading)
    listed = {i.instance.title for i in world.decided.spreads[world.item_id(item)].instances} if part else set()
    found = spread.step(_id(world, item, part, turned)) if part is None or part in listed else None
    said = "没有" if found is None else "有" if found.step.applies is Truth.YES else "不能确定有没有"
    expect(said == how, said, how)


@phrase(
    "模拟计划中，“设计方案联合审查”立足于假设“国有建设用地使用权出让合同”",
    f"{READING}计划中，{STEP}(?:立足于假设“(?P<assumed>[^”]+)”|不立足于任何假设)",
)
def stands_on(
    world: World, reading: str, item: str, turned: str | None, part: str | None, assumed: str | None = None
) -> None:
    titles = {a.id: a.document for a in _plan(world, reading).assumptions}
    found = [titles[name] for name in _step(world, reading, item, turned, part).stands_on]
    expect(found == ([assumed] if assumed else []), found, assumed or "不立足于任何假设")


@phrase(
    "并联计划中，“建设工程规划许可证”不再等待“建设用地规划许可证”，单独节省0个工作日，暂参照“多地办事指南”",
    f"{READING}计划中，{STEP}(?P<how>不再等待|仍须等待|不等待){OTHER}{SAVED}{SOURCE}",
)
def waits(
    world: World,
    reading: str,
    item: str,
    turned: str | None,
    part: str | None,
    how: str,
    other: str,
    other_part: str | None = None,
    saved: str | None = None,
    cite: str | None = None,
) -> None:
    """不再等待: the reading drops it; 仍须等待: it is kept; 不等待: nothing ever made it wait."""
    before, after = _id(world, other, other_part), _id(world, item, part)
    gone = [d for d in _plan(world, reading).dropped if (d.edge.before, d.edge.after) == (before, after)]
    found = _step(world, reading, item, turned, part).waits_for
    kept = before in {name.removesuffix(DECIDE) for name in found}
    said = "不再等待" if gone and not kept else "仍须等待" if kept else "不等待"
    expect(said == how, f"{said}；等待的有 {found}", how)
    expect(saved is None or [d.days_saved for d in gone] == [int(saved)], [d.days_saved for d in gone], saved)
    if cite is not None:
        edges = [d.edge for d in gone] or [e for e in _edges(world) if (e.before, e.after) == (before, after)]
        sources = [_written(e.cite, e.assumed) for e in edges]
        expect(any(cite in text for text in sources), sources, cite)


def _edges(world: World) -> tuple[Edge, ...]:
    assert world.graph is not None
    return world.graph.edges


def _written(cites: Iterable[Cite], assumed: Assumed | None) -> str:
    words = [f"{c.instrument}{c.article}" for c in cites]
    return "；".join([*words, f"{assumed.says}：{assumed.example}"] if assumed else words)


@phrase(
    "先完成后决定计划中，“建筑工程施工许可证”先行审查，“特殊建设工程消防设计审查”一到即作出决定，单独节省3个工作日",
    f"先完成后决定计划中，“(?P<item>[^”]+)”(?:的“(?P<part>[^”]+)”)?先行审查，{OTHER}一到即作出决定{SAVED}{SOURCE}",
)
def decided_on_arrival(
    world: World,
    item: str,
    other: str,
    part: str | None = None,
    other_part: str | None = None,
    saved: str | None = None,
    cite: str | None = None,
) -> None:
    between = (_id(world, other, other_part), _id(world, item, part))
    all_of = _plan(world, "先完成后决定").beforehand
    found = [a for a in all_of if (a.edge.before, a.edge.after) == between]
    expect(bool(found), [(a.edge.before, a.edge.after) for a in all_of], between)
    expect(saved is None or found[0].days_saved == int(saved), found[0].days_saved, saved)
    mark = found[0].edge.beforehand
    said = _written(mark.cite, mark.assumed) if mark else ""
    expect(cite is None or cite in said, said, cite)


@phrase(
    "“建筑工程施工许可证”分项办理“基坑支护与土方开挖、地上部分”",
    "“(?P<item>[^”]+)”(?:分项办理“(?P<names>[^”]*)”|整体办理)",
)
def had_in(world: World, item: str, names: str | None = None) -> None:
    spread = world.decided.spreads.get(world.item_id(item))
    found = None if spread is None else "、".join(i.instance.title for i in spread.instances)
    expect(found == names, found if spread else "整体办理", names)


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
