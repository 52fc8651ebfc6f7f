"""Use case of a schedule (排程用例): dispatch always, the solver where it is there, and our own check before anything is told.

One graph: the shortest schedule, with a bound. Several cases: least slack and FIFO side by side, the solver's for comparison.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.schedules.schemas import ScheduleIn
from api.schedules.solver import Solved, SolverError, Watch, solve
from engine.dispatch import Demand, Load, Rule, Uses, broken, dispatched, improved, lower_bound
from engine.errors import DisagreementError, Fault, InputError
from engine.graph import StepGraph
from engine.graph_reading import MOST_DAYS, MOST_STEPS, read_capacity, read_demanding_graph, read_steps
from engine.reading import DROPS, Reading, network
from engine.values import escape, read_words, shorten

MOST_SECONDS = 600
MOST_CASES = 2_000
CASES_SOLVED = 20
"""Cases up to which the solver is asked: beyond, it gains nothing over least slack (measured)."""
CASE_KEYS = ("id", "arrives", "due", "steps")


class WrongScheduleError(DisagreementError):
    """A schedule that our own check refuses (排程未通过核查): it is not told."""

    code = "schedule-wrong"
    title = "排程未通过核查"
    title_en = "A schedule failed its check"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be scheduled (所问): the load, and whose names stand behind its numbers."""

    load: Load
    steps: Sequence[str]
    desks: Sequence[str]
    cases: Sequence[str]
    portfolio: bool


def scheduled(raw: Any, reading: Reading, seconds: float, watch: Watch | None = None) -> dict[str, Any]:
    """Schedule one graph or several cases.

    Args:
        raw: ``{"steps": […], "capacity": {…}}``, or ``{"cases": [{"id", "arrives", "due", "steps"}], "capacity"}``.
        reading: which edges are kept.
        seconds: how long the solver may work; 0 asks dispatch alone.
        watch: told of the solver's progress.

    Raises:
        InputError: every fault at once.
        WrongScheduleError: a schedule failed our own check.
    """
    if not 0 <= seconds <= MOST_SECONDS:
        fix = f"seconds 应为 0 至 {MOST_SECONDS} 的秒数。"
        raise InputError([Fault("/seconds", str(seconds), fix, f"Must be from 0 to {MOST_SECONDS} seconds.")])
    asked = _portfolio(raw, reading) if isinstance(raw, Mapping) and "cases" in raw else _single(raw, reading)
    begun = time.monotonic()
    answer = _cases(asked, seconds, watch) if asked.portfolio else _graph(asked, seconds, watch)
    return {**answer, "seconds": round(time.monotonic() - begun, 2), "reading": reading.value}


_solving = threading.Lock()


def served(body: ScheduleIn) -> dict[str, Any]:
    """As :func:`scheduled`, for a request: one solver at a time; while it is busy dispatch answers alone.

    Raises:
        InputError: every fault at once.
        WrongScheduleError: a schedule failed our own check.
    """
    raw = body.model_dump(exclude={"reading", "seconds"}, exclude_none=True)
    free = body.seconds > 0 and _solving.acquire(blocking=False)
    try:
        return scheduled(raw, Reading(body.reading), body.seconds if free else 0)
    finally:
        if free:
            _solving.release()


# --- what is asked ----------------------------------------------------------------------------------------------------


def _single(raw: Any, reading: Reading) -> Asked:
    graph, demand = read_demanding_graph(raw)
    return _asked([(graph, demand.uses or {})], demand.capacity, reading, [""], [0], [None], portfolio=False)


def _portfolio(raw: Mapping[str, Any], reading: Reading) -> Asked:
    faults: list[Fault] = []
    cases = raw["cases"]
    for key in raw:
        if key not in ("cases", "capacity"):
            fix = "与 cases 并列的只有 capacity；环节写在各办件的 steps 中。"
            faults.append(Fault(f"/{escape(key)}", shorten(raw[key]), fix, "Beside cases there is capacity alone."))
    if not isinstance(cases, list) or not 0 < len(cases) <= MOST_CASES:
        fix = f"cases 应列出一至 {MOST_CASES} 个办件。"
        raise InputError([*faults, Fault("/cases", shorten(cases), fix, f"Must list 1 to {MOST_CASES} cases.")])
    capacity = read_capacity(raw.get("capacity"), "/capacity", faults)
    made: list[tuple[StepGraph, Mapping[str, Mapping[str, int]]]] = []
    names: list[str] = []
    arrives: list[int] = []
    due: list[int | None] = []
    for i, case in enumerate(cases):
        at = f"/cases/{i}"
        if not isinstance(case, Mapping):
            faults.append(Fault(at, shorten(case), "每个办件是一个对象。", "Each case is an object."))
            continue
        names.append(read_words(case.get("id"), f"{at}/id", faults, "办件代码") or "")
        if names[-1] in names[:-1] and names[-1]:
            fix = f"办件“{names[-1]}”写了两次。"
            faults.append(Fault(f"{at}/id", names[-1], fix, f"{names[-1]} is given twice."))
        arrives.append(_day(case.get("arrives", 0), f"{at}/arrives", faults))
        due.append(None if case.get("due") is None else _day(case["due"], f"{at}/due", faults, arrives[-1]))
        try:
            made.append(read_steps(case, CASE_KEYS, capacity, []))
        except InputError as error:
            faults.extend(Fault(at + f.pointer, f.value, f.fix, f.fix_en) for f in error.errors)
    if sum(len(graph.steps) for graph, _ in made) > MOST_STEPS:
        fix = f"各办件的环节合计至多 {MOST_STEPS} 个。"
        faults.append(Fault("/cases", None, fix, f"At most {MOST_STEPS} steps in all."))
    if faults:
        raise InputError(faults)
    return _asked(made, capacity, reading, names, arrives, due, portfolio=True)


def _day(raw: Any, at: str, faults: list[Fault], least: int = 0) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= MOST_DAYS:
        return raw
    fix = f"应为 {least} 至 {MOST_DAYS} 的整数（第几个工作日）。"
    faults.append(Fault(at, shorten(raw), fix, f"Must be a whole number from {least} to {MOST_DAYS}."))
    return least


def _asked(
    made: Sequence[tuple[StepGraph, Mapping[str, Mapping[str, int]]]],
    capacity: Mapping[str, int],
    reading: Reading,
    cases: Sequence[str],
    arrives: Sequence[int],
    due: Sequence[int | None],
    *,
    portfolio: bool,
) -> Asked:
    days: list[int] = []
    preds: list[list[int]] = []
    uses: list[Uses] = []
    of_case: list[int] = []
    names: list[str] = []
    for case, (graph, held) in enumerate(made):
        net = network(graph, DROPS[reading], beforehand=reading is Reading.BEFOREHAND)
        base = len(days)
        uses += Demand(capacity, held).numbered(net.steps)
        for step, before in zip(net.steps, net.preds, strict=True):
            days.append(step.days)
            preds.append([base + p for p in before])
            of_case.append(case)
            names.append(step.id)
    load = Load.of(days, preds, uses, list(capacity.values()), of_case, arrives, due)
    return Asked(load, names, list(capacity), cases, portfolio)


# --- one graph --------------------------------------------------------------------------------------------------------


def _graph(asked: Asked, seconds: float, watch: Watch | None) -> dict[str, Any]:
    load = asked.load
    starts, method = _sound(asked, improved(load, dispatched(load))), "dispatch"
    bound, makespan = lower_bound(load), _last(load, starts)
    if bound < makespan and (solved := _solved(load, seconds, makespan, watch)) is not None:
        bound, method = max(bound, solved.bound), "cp-sat"
        if solved.starts is not None and _last(load, _sound(asked, solved.starts)) <= makespan:
            starts, makespan = solved.starts, _last(load, solved.starts)
        if bound > makespan:
            raise WrongScheduleError(
                f"求解器称不能早于第 {bound} 日，而第 {makespan} 日已能完成。",
                detail_en=f"The solver says not before day {bound}, yet day {makespan} is reached.",
            )
    return {
        "makespan": makespan,
        "bound": bound,
        "optimal": makespan == bound,
        "starts": dict(zip(asked.steps, starts, strict=True)),
        "method": method,
        "gap": _gap(makespan, bound),
    }


def _solved(load: Load, seconds: float, horizon: int, watch: Watch | None) -> Solved | None:
    try:
        return solve(load, seconds, horizon, watch)
    except SolverError as error:
        raise WrongScheduleError(
            f"求解器称没有可行的排程（{error}），而派件规则已排出一个。",
            detail_en=f"The solver says that there is no schedule ({error}), yet dispatch found one.",
        ) from None


def _last(load: Load, starts: Sequence[int]) -> int:
    return max(load.ends(starts))


def _gap(found: float, bound: float) -> float:
    """How far above the bound, as a share of it."""
    return round((found - bound) / bound, 4) if bound else 0.0


def _sound(asked: Asked, starts: list[int]) -> list[int]:
    """A schedule that passed our own check.

    Raises:
        WrongScheduleError: names the step or the desk, and the day.
    """
    for kind, number, day in broken(asked.load, starts):
        if kind == "early":
            case = asked.cases[asked.load.case[number]]
            name = f"{case}/{asked.steps[number]}" if asked.portfolio else asked.steps[number]
            says, english = f"环节“{name}”第 {day} 日开始得太早", f"step {name} starts too early on day {day}"
        else:
            name = asked.desks[number]
            says, english = f"“{name}”第 {day} 日人力不够", f"desk {name} is overbooked on day {day}"
        raise WrongScheduleError(f"排出的结果不成立：{says}；请报告。", detail_en=f"Not a schedule: {english}.")
    return starts


# --- several cases ----------------------------------------------------------------------------------------------------


def _cases(asked: Asked, seconds: float, watch: Watch | None) -> dict[str, Any]:
    load = asked.load
    found = {rule.value: _sound(asked, dispatched(load, rule)) for rule in (Rule.LEAST_SLACK, Rule.FIFO)}
    unhindered = load.ends(load.heads)
    floor, method = sum(unhindered), "dispatch"
    if len(asked.cases) <= CASES_SOLVED and any(load.uses):
        horizon = max(load.arrives) + sum(load.days)
        if (solved := _solved(load, seconds, horizon, watch)) is not None:
            floor, method = max(floor, solved.bound), "cp-sat"
            if solved.starts is not None:
                found["solver"] = _sound(asked, solved.starts)
    measured = {name: _measured(load, starts) for name, starts in found.items()}
    best = min(measured, key=lambda name: (measured[name]["late_days"], measured[name]["mean_days"]))
    makespan, bound = measured[best]["makespan"], lower_bound(load)
    least = round((floor - sum(load.arrives)) / len(asked.cases), 2)
    return {
        "makespan": makespan,
        "bound": bound,
        "optimal": makespan == bound,
        "starts": _by_case(asked, found[best]),
        "rule": best,
        "mean_days": measured[best]["mean_days"],
        "bound_mean_days": least,
        "unlimited_mean_days": round((sum(unhindered) - sum(load.arrives)) / len(asked.cases), 2),
        "rules": measured,
        "cases": _told(asked, found[best], unhindered),
        "method": method,
        "gap": _gap(measured[best]["mean_days"], least),
    }


def _measured(load: Load, starts: Sequence[int]) -> dict[str, Any]:
    """Mean time of a case, and how late the cases with a due day are."""
    ends = load.ends(starts)
    late = [max(0, end - due) for end, due in zip(ends, load.due, strict=True) if due is not None]
    return {
        "mean_days": round((sum(ends) - sum(load.arrives)) / len(ends), 2),
        "late_cases": sum(1 for days in late if days),
        "late_days": sum(late),
        "most_late_days": max(late, default=0),
        "makespan": max(ends),
    }


def _by_case(asked: Asked, starts: Sequence[int]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {name: {} for name in asked.cases}
    for step, at in enumerate(starts):
        out[asked.cases[asked.load.case[step]]][asked.steps[step]] = at
    return out


def _told(asked: Asked, starts: Sequence[int], unhindered: Sequence[int]) -> list[dict[str, Any]]:
    load = asked.load
    return [
        {
            "id": asked.cases[i],
            "arrives": load.arrives[i],
            "due": load.due[i],
            "finish": end,
            "late_days": None if (due := load.due[i]) is None else max(0, end - due),
            "waited_days": end - unhindered[i],
        }
        for i, end in enumerate(load.ends(starts))
    ]
