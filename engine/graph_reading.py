"""A bare graph read strictly (裸图): steps with days and needs, no catalogue; days are plain numbers from 0 (CONTRACT §4).

With desks (部门人力) besides: ``"capacity": {"desk": 4}`` beside the steps, ``"uses": {"desk": 2}`` on a step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from engine.dispatch import Demand
from engine.errors import Fault, InputError
from engine.graph import Edge, GraphStep, StepGraph
from engine.terms import Beforehand, Firm
from engine.values import escape, read_words, shorten

MOST_STEPS = 200_000
MOST_DAYS = 10**6
MOST_DESKS = 1_000
STEP_KEYS = ("id", "days", "needs", "legal_effect", "title", "uses")
NEED_KEYS = ("step", "firm", "beforehand")


def read_graph(raw: Any) -> StepGraph:
    """Read ``{"steps": [{"id", "days", "needs": [{"step", "firm", "beforehand"}], "legal_effect"}]}``.

    Raises:
        InputError: every fault at once; a cycle, an unknown step or a repeated id by name.
    """
    return read_demanding_graph(raw)[0]


def read_demanding_graph(raw: Any) -> tuple[StepGraph, Demand]:
    """Read a graph, and who is kept busy by each step.

    Raises:
        InputError: as :func:`read_graph`; an unknown desk, more desks than there are.
    """
    faults: list[Fault] = []
    capacity = read_capacity(raw.get("capacity"), "/capacity", faults) if isinstance(raw, Mapping) else {}
    graph, uses = read_steps(raw, ("steps", "capacity"), capacity, faults)
    return graph, Demand(capacity, uses)


def read_capacity(raw: Any, pointer: str, faults: list[Fault]) -> dict[str, int]:
    """Read ``{"desk": 4}``; nothing stated is no desks."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or len(raw) > MOST_DESKS:
        fix = f"capacity 写作“部门: 人力”的对象，至多 {MOST_DESKS} 个。"
        faults.append(Fault(pointer, shorten(raw), fix, "Must be an object of desks."))
        return {}
    return {name: _desks(many, f"{pointer}/{escape(name)}", faults) for name, many in raw.items()}


def read_departments(raw: Any, known: Collection[str]) -> Demand | None:
    """Read the desks of departments (各部门人力), ``{"natural_resources": 2}``; None where nothing is stated.

    Args:
        raw: what stands under ``capacity``.
        known: ids of the departments there are.

    Raises:
        InputError: an unknown department, by name; none or a part of a desk.
    """
    faults: list[Fault] = []
    capacity = read_capacity(raw, "/capacity", faults)
    for name, many in capacity.items():
        at = f"/capacity/{escape(name)}"
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"是否要写 {near[0]}？" if near else ""
            fix = f"没有部门“{shorten(name)}”。{hint}可写：{'、'.join(known)}。"
            faults.append(Fault(at, shorten(raw[name]), fix, f"No such department; known are {', '.join(known)}."))
        elif not many:
            fix = "部门的人力至少为 1；没有限制的，不写这个部门。"
            faults.append(Fault(at, many, fix, "At least 1; leave out a department without a limit."))
    if faults:
        raise InputError(faults)
    return Demand(capacity) if capacity else None


def _desks(raw: Any, at: str, faults: list[Fault]) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= MOST_DAYS:
        return raw
    fix = f"人力应为 0 至 {MOST_DAYS} 的整数。"
    faults.append(Fault(at, shorten(raw), fix, f"Must be a whole number from 0 to {MOST_DAYS}."))
    return MOST_DAYS


def read_steps(
    raw: Any, keys: tuple[str, ...], capacity: Mapping[str, int], faults: list[Fault]
) -> tuple[StepGraph, dict[str, dict[str, int]]]:
    """Read the steps of one graph, and the desks of each.

    Args:
        raw: the object that has ``steps``.
        keys: the keys that it may have.
        capacity: the desks that there are.
        faults: what was found wrong before.

    Raises:
        InputError: every fault at once, those found before among them.
    """
    uses: dict[str, dict[str, int]] = {}
    steps = raw.get("steps") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(steps, list) or len(steps) > MOST_STEPS:
        fix = f"应为一个 JSON 对象，steps 列出环节，至多 {MOST_STEPS} 个。"
        raise InputError([*faults, Fault("/steps", shorten(steps), fix, "Must be an object with a list of steps.")])
    _only(raw, keys, "", faults)
    made, edges = [], []
    for i, entry in enumerate(steps):
        at = f"/steps/{i}"
        if not isinstance(entry, Mapping):
            faults.append(Fault(at, shorten(entry), "每个环节是一个对象。", "Each step is an object."))
            continue
        _only(entry, STEP_KEYS, at, faults)
        name = read_words(entry.get("id"), f"{at}/id", faults, "环节代码")
        if name is None:
            continue
        made.append(
            GraphStep(
                name,
                str(entry.get("title") or name),
                _days(entry, at, faults),
                legal_effect=_yes(entry, "legal_effect", at, faults),
            )
        )
        edges.extend(_needs(entry, name, at, faults))
        uses[name] = _uses(entry.get("uses"), f"{at}/uses", capacity, faults)
    if not faults:
        faults.extend(_unknown(steps, {s.id for s in made}))
    if faults:
        raise InputError(faults)
    return StepGraph.of(made, edges), uses


def _uses(raw: Any, at: str, capacity: Mapping[str, int], faults: list[Fault]) -> dict[str, int]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        faults.append(Fault(at, shorten(raw), "uses 写作“部门: 人力”的对象。", "Must be an object of desks."))
        return {}
    out: dict[str, int] = {}
    for name, many in raw.items():
        here = f"{at}/{escape(name)}"
        if name not in capacity:
            fix = f"capacity 中没有“{shorten(name)}”；请在 capacity 中写明其人力。"
            faults.append(Fault(here, shorten(many), fix, f"capacity has no {shorten(name)}; state it there."))
            continue
        out[name] = _desks(many, here, faults)
        if out[name] > capacity[name] and out[name] == many:
            fix = f"“{shorten(name)}”只有 {capacity[name]} 个人力，这一环节要 {many} 个，永远不能开始。"
            faults.append(Fault(here, many, fix, f"More than the {capacity[name]} that there are."))
    return out


def _only(raw: Mapping[str, Any], known: tuple[str, ...], at: str, faults: list[Fault]) -> None:
    for key in raw:
        if key not in known:
            listed = "、".join(known)
            faults.append(
                Fault(f"{at}/{escape(key)}", shorten(raw[key]), f"没有这个键；可用 {listed}。", "Unknown key.")
            )


def _days(entry: Mapping[str, Any], at: str, faults: list[Fault]) -> int:
    days = entry.get("days")
    if isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= MOST_DAYS:
        return days
    fix = f"天数应为 0 至 {MOST_DAYS} 的整数。"
    faults.append(Fault(f"{at}/days", shorten(days), fix, f"Must be a whole number from 0 to {MOST_DAYS}."))
    return 0


def _yes(entry: Mapping[str, Any], key: str, at: str, faults: list[Fault]) -> bool:
    said = entry.get(key, False)
    if not isinstance(said, bool):
        faults.append(Fault(f"{at}/{key}", shorten(said), "应为 true 或 false。", "Must be true or false."))
    return said is True


def _needs(entry: Mapping[str, Any], name: str, at: str, faults: list[Fault]) -> list[Edge]:
    needs = entry.get("needs", [])
    if not isinstance(needs, list):
        faults.append(Fault(f"{at}/needs", shorten(needs), "needs 是一个列表。", "needs is a list."))
        return []
    out = []
    for n, need in enumerate(needs):
        here = f"{at}/needs/{n}"
        if not isinstance(need, Mapping):
            fix = '每处前置写作 {"step": …, "firm": …}。'
            faults.append(Fault(here, shorten(need), fix, "Each need is an object with step and firm."))
            continue
        _only(need, NEED_KEYS, here, faults)
        before = read_words(need.get("step"), f"{here}/step", faults, "前置环节")
        firm = need.get("firm", Firm.REQUIRED.value)
        if firm not in set(Firm):
            listed = "、".join(Firm)
            faults.append(Fault(f"{here}/firm", shorten(firm), f"firm 应为下列之一：{listed}。", "Not a firmness."))
        elif before is not None:
            ahead = _yes(need, "beforehand", here, faults)
            out.append(Edge(before, name, Firm(firm), beforehand=Beforehand() if ahead else None))
    return out


def _unknown(steps: list[Any], known: set[str]) -> list[Fault]:
    return [
        Fault(f"/steps/{i}/needs/{n}/step", need["step"], f"没有环节“{need['step']}”。", "There is no such step.")
        for i, entry in enumerate(steps)
        for n, need in enumerate(entry.get("needs", []))
        if need["step"] not in known
    ]
