"""A bare graph read strictly (裸图): steps with days and needs, no catalogue; days are plain numbers from 0 (CONTRACT §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Fault, InputError
from engine.graph import Edge, GraphStep, StepGraph
from engine.terms import Beforehand, Firm
from engine.values import escape, read_words, shorten

MOST_STEPS = 200_000
MOST_DAYS = 10**6
STEP_KEYS = ("id", "days", "needs", "legal_effect", "title", "uses")
NEED_KEYS = ("step", "firm", "beforehand")


def read_graph(raw: Any) -> StepGraph:
    """Read ``{"steps": [{"id", "days", "needs": [{"step", "firm", "beforehand"}], "legal_effect"}]}``.

    Raises:
        InputError: every fault at once; a cycle, an unknown step or a repeated id by name.
    """
    faults: list[Fault] = []
    steps = raw.get("steps") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(steps, list) or len(steps) > MOST_STEPS:
        fix = f"应为一个 JSON 对象，steps 列出环节，至多 {MOST_STEPS} 个。"
        raise InputError([Fault("/steps", shorten(steps), fix, "Must be an object with a list of steps.")])
    _only(raw, ("steps", "capacity"), "", faults)
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
    if not faults:
        faults.extend(_unknown(steps, {s.id for s in made}))
    if faults:
        raise InputError(faults)
    return StepGraph.of(made, edges)


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
