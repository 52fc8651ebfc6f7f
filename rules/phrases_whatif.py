"""Phrases about what limits a plan (卡在哪里): single changes, sets of assumptions, uncertain durations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from engine import trial
from engine.deriving import conversion_of, graph_of
from engine.frontier import Adopted, candidates, frontier
from engine.plan import Calendar
from engine.reading import Reading
from engine.sampling import Distribution, sample
from engine.whatif import Change, Kind, WhatIf, limits_of, what_if
from rules.phrases_kit import DAY, Phrases, expect
from rules.phrases_plan import READING, READINGS
from rules.world import World

PHRASES = phrase = Phrases()

SHORTER = {"按承诺时限办": Kind.PROMISED, "按法定时限办": Kind.STATUTORY, "少一天": Kind.DAY, "缩短一半": Kind.HALF}
SHORTER_BY = "|".join(SHORTER)


def _asked(world: World, day: str) -> Calendar:
    world.decide()
    return Calendar(world.calendar, date.fromisoformat(day))


def _changes(world: World) -> WhatIf:
    if world.refusal is not None:
        raise world.refusal
    assert world.tried.what_if is not None, "逐处试算之后才有"
    return world.tried.what_if


# --- single changes ---------------------------------------------------------------------------------------------------


@phrase("自2022-03-01起的串联计划，逐处试算改动", f"自{DAY}起的{READING}计划，逐处试算改动")
def try_changes(world: World, day: str, reading: str) -> None:
    def act() -> None:
        time = _asked(world, day)
        decision = world.decided
        limits, conversion = limits_of(decision), conversion_of(decision)
        graph = graph_of(decision, world.durations)
        world.tried.what_if = what_if(graph, READINGS[reading], time, conversion, limits, 1000)

    world.attempt(act)


def _worth(world: World, change: Sequence[Change]) -> int:
    return next((s.days_saved for s in _changes(world).changes if s.change in change), 0)


@phrase(
    "“设计方案编制”不等“建设用地规划许可证”，单独节省43个工作日",
    "“(?P<item>[^”]+)”不等“(?P<other>[^”]+)”，单独节省(?P<days>\\d+)个工作日",
)
def need_is_worth(world: World, item: str, other: str, days: str) -> None:
    before, after = world.item_id(other), world.item_id(item)
    found = [
        s.change for s in _changes(world).changes if [(e.before, e.after) for e in s.change.edges] == [(before, after)]
    ]
    expect(_worth(world, found) == int(days), _worth(world, found), days)


@phrase(
    "先假设“国有建设用地使用权出让合同”，单独节省31个工作日",
    "先假设“(?P<item>[^”]+)”，单独节省(?P<days>\\d+)个工作日",
)
def assumption_is_worth(world: World, item: str, days: str) -> None:
    name = world.item_id(item)
    found = [
        s.change
        for s in _changes(world).changes
        if s.change.kind is Kind.ASSUMPTION
        and s.change.assumption
        and s.change.assumption.assumption.discharged_by == name
    ]
    expect(_worth(world, found) == int(days), _worth(world, found), days)


@phrase(
    "“设计方案联合审查”按承诺时限办，单独节省4个工作日",
    f"“(?P<item>[^”]+)”(?P<how>{SHORTER_BY})，单独节省(?P<days>\\d+)个工作日",
)
def shorter_is_worth(world: World, item: str, how: str, days: str) -> None:
    name = world.item_id(item)
    found = [
        s.change
        for s in _changes(world).changes
        if s.change.kind is SHORTER[how] and s.change.step is not None and s.change.step.id == name
    ]
    expect(_worth(world, found) == int(days), _worth(world, found), days)


@phrase(
    "放弃先后关系的改动中，节省最多的是“设计方案编制”不等“建设用地规划许可证”",
    "放弃先后关系的改动中，节省最多的是“(?P<item>[^”]+)”不等“(?P<other>[^”]+)”",
)
def most(world: World, item: str, other: str) -> None:
    first = next(s.change for s in _changes(world).changes if s.change.edges)
    found = [(e.before, e.after) for e in first.edges]
    expect(found == [(world.item_id(other), world.item_id(item))], found, f"{item}不等{other}")


# --- sets of assumptions ----------------------------------------------------------------------------------------------


@phrase(
    "自2022-03-01起，假设落空的可能为20%，比较假设的各种组合",
    f"自{DAY}起，假设落空的可能为(?P<percent>\\d+)%，比较假设的各种组合",
)
def compare_sets(world: World, day: str, percent: str) -> None:
    def act() -> None:
        time = _asked(world, day)
        graph, conversion = graph_of(world.decided, world.durations), conversion_of(world.decided)
        known = candidates(graph)
        net = trial.read(graph, Reading.PARALLEL, None)
        lasting = dict(zip((s.id for s in net.steps), trial.working_days(net, time), strict=True))
        days = [lasting[s.id] for s in graph.steps]
        fails = {c.assumption.id: int(percent) / 100 for c in known}
        world.tried.frontier = frontier(graph, known, days, conversion.days if conversion else None, fails)

    world.attempt(act)


def _set(world: World, assumed: str | None) -> Adopted:
    if world.refusal is not None:
        raise world.refusal
    names = [world.item_id(assumed)] if assumed else []
    found = [a for a in world.tried.frontier if [c.assumption.discharged_by for c in a.adopted] == names]
    shown = [[c.assumption.document for c in a.adopted] for a in world.tried.frontier]
    expect(bool(found), shown, assumed or "不作假设")
    return found[0]


@phrase(
    "只假设“国有建设用地使用权出让合同”，节省31个工作日，预期损失6.0个环节天，全部落空损失30个环节天",
    "(?:不作假设|只假设“(?P<assumed>[^”]+)”)，节省(?P<days>\\d+)个工作日，"
    "预期损失(?P<lost>\\d+(?:\\.\\d+)?)个环节天，全部落空损失(?P<risk>\\d+)个环节天",
)
def set_is_worth(world: World, days: str, lost: str, risk: str, assumed: str | None = None) -> None:
    found = _set(world, assumed)
    told = (found.days_saved, round(found.step_days_lost, 2), int(found.step_days_at_risk))
    expect(told == (int(days), float(lost), int(risk)), told, (days, lost, risk))


# --- uncertain durations ----------------------------------------------------------------------------------------------


@phrase(
    "“设计方案联合审查”实际用过12、15、31个工作日",
    "“(?P<item>[^”]+)”实际用过(?P<listed>\\d+(?:、\\d+)*)个工作日",
)
def was_observed(world: World, item: str, listed: str) -> None:
    world.tried.observed[world.item_id(item)] = [int(days) for days in listed.split("、")]


@phrase(
    "自2022-03-01起的并联计划，按实际用过的天数抽10000个样本",
    f"自{DAY}起的{READING}计划，按实际用过的天数抽(?P<samples>\\d+)个样本",
)
def draw(world: World, day: str, reading: str, samples: str) -> None:
    def act() -> None:
        time = _asked(world, day)
        graph, conversion = graph_of(world.decided, world.durations), conversion_of(world.decided)
        net = trial.read(graph, READINGS[reading], conversion)
        world.tried.drawn = sample(net, trial.working_days(net, time), world.tried.observed, int(samples))

    world.attempt(act)


def _drawn(world: World) -> Distribution:
    if world.refusal is not None:
        raise world.refusal
    assert world.tried.drawn is not None, "抽样之后才有"
    return world.tried.drawn


@phrase(
    "计划为351个工作日，平均比计划晚1至3个工作日",
    "计划为(?P<plan>\\d+)个工作日，平均比计划晚(?P<low>\\d+)至(?P<high>\\d+)个工作日",
)
def mean_is_later(world: World, plan: str, low: str, high: str) -> None:
    found = _drawn(world)
    expect(found.plan == int(plan), found.plan, plan)
    late = found.mean - found.plan
    expect(int(low) <= late <= int(high), round(late, 2), f"{low} 至 {high}")


@phrase(
    "80%的样本在363个工作日以内完成",
    "(?P<share>10|50|80|90|95)%的样本在(?P<days>\\d+)个工作日以内完成",
)
def share_finishes(world: World, share: str, days: str) -> None:
    found = _drawn(world).quantiles[int(share)]
    expect(found == int(days), found, days)


@phrase(
    "按计划天数完成的样本占40%至60%",
    "按计划天数完成的样本占(?P<low>\\d+)%至(?P<high>\\d+)%",
)
def in_time(world: World, low: str, high: str) -> None:
    found = _drawn(world).in_time * 100
    expect(int(low) <= found <= int(high), f"{found:.1f}%", f"{low}%至{high}%")


@phrase(
    "“施工图设计”在70%至90%的样本中是关键环节",
    "“(?P<item>[^”]+)”在(?P<low>\\d+)%至(?P<high>\\d+)%的样本中是关键环节",
)
def is_critical(world: World, item: str, low: str, high: str) -> None:
    found = _drawn(world).critical[world.item_id(item)] * 100
    expect(int(low) <= found <= int(high), f"{found:.1f}%", f"{low}%至{high}%")
