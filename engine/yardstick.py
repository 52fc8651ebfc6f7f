"""A plan as a yardstick (标尺) for real cases: what each step needs, how long it may take, what it stands on, what is mere custom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault, InputError
from engine.graph import CONVERT, DECIDE
from engine.graph_reading import MOST_DAYS, read_graph
from engine.passes import CycleFoundError, in_order
from engine.plan import Numbers, plan
from engine.reading import Reading
from engine.terms import Firm, Unit
from engine.values import read_words, shorten

MOST_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the plan (计划中的环节), as cases are held against it."""

    id: str
    title: str
    days: int | None
    """The most that it may take; None where the plan does not say."""
    unit: Unit
    duration: str
    """Where the days come from, as the plan says."""
    legal_effect: bool
    expected: bool
    """Whether a case must have it: it applies for certain, and no reading made it up."""
    slack: int | None


@dataclass(frozen=True)
class Yardstick:
    """Steps, edges, assumptions and customs of one plan, by number of the step."""

    source: str
    """``plan``, ``graph`` or ``mined``."""
    steps: tuple[Stage, ...]
    index: Mapping[str, int]
    order: tuple[int, ...]
    preds: tuple[tuple[int, ...], ...]
    at_end: tuple[frozenset[int], ...]
    """Predecessors for which only the end of the step waits (先完成后决定)."""
    needed: tuple[int, ...]
    """For each step all that it rests on, directly or not, as a bitset."""
    assumed: tuple[tuple[tuple[str, int], ...], ...]
    """For a step with legal effect the assumptions below it, each with the step that discharges it."""
    customs: tuple[tuple[tuple[int, Firm], ...], ...]
    """For each step those before it that the plan does without, and how firm that edge was."""
    converts: tuple[tuple[int, int, tuple[int, ...]], ...]
    """What is turned formal: the conversion, the step, and whose results it waits for."""

    def needs(self, step: int, other: int) -> bool:
        """Whether ``step`` rests on ``other``, directly or through others."""
        return bool(self.needed[step] >> other & 1)

    def ordered(self, a: int, b: int) -> bool:
        """Whether the plan puts one of them before the other."""
        return self.needs(a, b) or self.needs(b, a)

    def name_of(self, activity: str) -> str:
        """The id of the step that an activity of a log names: by id, by title, or by an id at its beginning."""
        text = activity.strip()
        if text in self.index:
            return text
        named = self._titles.get(text) or self._titles.get(text.lower())
        if named is None and (head := re.match(r"([A-Za-z]\d{2}|START)(?![0-9A-Za-z])", text)):
            named = self._titles.get(head[1].lower())
        return named or activity

    @property
    def titles(self) -> dict[str, str]:
        """What people call the steps, by id; those alone that have a title of their own."""
        return {step.id: step.title for step in self.steps if step.title != step.id}

    @property
    def _titles(self) -> dict[str, str]:
        held: dict[str, str] | None = self.__dict__.get("_held")
        if held is None:
            held = {}
            for step in self.steps:
                held.setdefault(step.title, step.id)
                held.setdefault(step.id.lower(), step.id)
            self.__dict__["_held"] = held
        return held


def read_yardstick(raw: Any) -> Yardstick:
    """Read a plan as ``yichuang plan --json`` prints it, or a bare graph, which is read as parallel.

    Raises:
        InputError: every fault at once; a cycle by its steps.
    """
    steps = raw.get("steps") if isinstance(raw, Mapping) else None
    if isinstance(raw, Mapping) and isinstance(raw.get("readings"), Mapping):
        fix = "这是几种读法的对照，请给其中一种：yichuang plan … --reading parallel --json。"
        raise InputError([Fault("/readings", None, fix, "Give the plan of one reading, not a comparison.")])
    if not isinstance(raw, Mapping) or not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS:
        fix = f"应为 yichuang plan --json 的输出，或裸图；steps 列出 1 至 {MOST_STEPS} 个环节。"
        raise InputError([Fault("/steps", shorten(steps), fix, "Must be a plan or a graph with a list of steps.")])
    if any(isinstance(s, Mapping) and "waits_for" in s for s in steps):
        return _build(raw, "plan")
    return _build(_planned(raw), "graph")


def mined_yardstick(names: Iterable[str], edges: Iterable[tuple[str, str]], always: Iterable[str]) -> Yardstick:
    """A yardstick from mined order: no limits, no law; ``always`` are the steps that every case had."""
    waits: dict[str, list[str]] = {name: [] for name in names}
    for before, after in edges:
        waits[after].append(before)
    sure = set(always)
    steps = [
        {"id": name, "waits_for": before, "days": None, "applies": "yes" if name in sure else "unknown"}
        for name, before in waits.items()
    ]
    return _build({"steps": steps}, "mined")


def _planned(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A bare graph in its parallel reading, in the words of a plan."""
    made = plan(read_graph(raw), Reading.PARALLEL, Numbers())
    return {
        "steps": [
            {
                "id": each.step.id,
                "title": each.step.title,
                "days": each.step.days,
                "waits_for": each.waits_for,
                "stands_on": each.stands_on,
                "legal_effect": each.step.legal_effect,
                "slack": each.slack,
            }
            for each in made.steps
        ],
        "assumptions": [{"id": a.id, "discharged_by": a.discharged_by} for a in made.assumptions],
        "dropped": [{"from": d.edge.before, "to": d.edge.after, "firm": d.edge.firm.value} for d in made.dropped],
    }


class _Reader:
    """Reads the parts of a plan, and notes what is wrong."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw, self.faults = raw, list[Fault]()

    def fault(self, at: str, value: Any, fix: str, fix_en: str) -> None:
        self.faults.append(Fault(at, shorten(value), fix, fix_en))

    def names(self, entry: Mapping[str, Any], key: str, at: str) -> list[str]:
        listed = entry.get(key, ())
        if isinstance(listed, (list, tuple)) and all(isinstance(each, str) for each in listed):
            return list(listed)
        self.fault(f"{at}/{key}", listed, f"{key} 是代码的列表。", f"{key} is a list of ids.")
        return []

    def entries(self, key: str) -> list[tuple[str, Mapping[str, Any]]]:
        listed = self.raw.get(key, ())
        if not isinstance(listed, (list, tuple)):
            self.fault(f"/{key}", listed, f"{key} 是一个列表。", f"{key} is a list.")
            return []
        for i, each in enumerate(listed):
            if not isinstance(each, Mapping):
                self.fault(f"/{key}/{i}", each, "每一项是一个对象。", "Each entry is an object.")
        return [(f"/{key}/{i}", each) for i, each in enumerate(listed) if isinstance(each, Mapping)]

    def step(self, entry: Mapping[str, Any], at: str) -> Stage | None:
        name = read_words(entry.get("id"), f"{at}/id", self.faults, "环节代码")
        days, unit = entry.get("days"), entry.get("unit", "working")
        if days is not None and (isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS):
            self.fault(f"{at}/days", days, f"天数应为 0 至 {MOST_DAYS} 的整数。", "Must be a whole number of days.")
            days = None
        if unit not in set(Unit):
            self.fault(f"{at}/unit", unit, f"单位应为下列之一：{'、'.join(Unit)}。", "Not a unit.")
            unit = "working"
        legal = entry.get("legal_effect", False)
        if not isinstance(legal, bool):
            self.fault(f"{at}/legal_effect", legal, "应为 true 或 false。", "Must be true or false.")
        slack = entry.get("slack")
        if name is None:
            return None
        return Stage(
            name,
            str(entry.get("title") or name),
            days or None,
            Unit(unit),
            str(entry.get("duration") or ""),
            legal is True,
            entry.get("applies", "yes") == "yes" and not name.endswith((CONVERT, DECIDE)),
            slack if isinstance(slack, int) and not isinstance(slack, bool) else None,
        )

    def number(self, index: Mapping[str, int], name: Any, at: str) -> int | None:
        found = index.get(name) if isinstance(name, str) else None
        if found is None:
            self.fault(at, name, f"没有环节“{shorten(name)}”。", "There is no such step.")
        return found


def _build(raw: Mapping[str, Any], source: str) -> Yardstick:
    read = _Reader(raw)
    found = [(at, entry, read.step(entry, at)) for at, entry in read.entries("steps")]
    steps = [stage for _, _, stage in found if stage is not None]
    index: dict[str, int] = {}
    for at, _, stage in found:
        if stage is not None and stage.id not in index:
            index[stage.id] = len(index)
        elif stage is not None:
            read.fault(f"{at}/id", stage.id, f"环节“{stage.id}”重复。", "The step is repeated.")
    if read.faults:
        raise InputError(read.faults)
    waits = [
        [
            n
            for k, name in enumerate(read.names(entry, "waits_for", at))
            if (n := read.number(index, name, f"{at}/waits_for/{k}")) is not None
        ]
        for at, entry, _ in found
    ]
    stands = [read.names(entry, "stands_on", at) for at, entry, _ in found]
    makers: dict[str, int] = {}
    for at, entry in read.entries("assumptions"):
        maker = read.number(index, entry.get("discharged_by"), f"{at}/discharged_by")
        if maker is not None:
            makers[str(entry.get("id"))] = maker
    customs: list[list[tuple[int, Firm]]] = [[] for _ in steps]
    for at, entry in read.entries("dropped"):
        before, after = (read.number(index, entry.get(key), f"{at}/{key}") for key in ("from", "to"))
        if entry.get("firm") not in set(Firm):
            read.fault(f"{at}/firm", entry.get("firm"), f"firm 应为下列之一：{'、'.join(Firm)}。", "Not a firmness.")
        elif before is not None and after is not None:
            customs[after].append((before, Firm(entry["firm"])))
    if read.faults:
        raise InputError(read.faults)
    return _joined(source, steps, index, waits, stands, makers, customs)


def _joined(
    source: str,
    steps: list[Stage],
    index: Mapping[str, int],
    waits: list[list[int]],
    stands: Sequence[Sequence[str]],
    makers: Mapping[str, int],
    customs: Sequence[Sequence[tuple[int, Firm]]],
) -> Yardstick:
    at_end: list[frozenset[int]] = [frozenset()] * len(steps)
    for decision in [name for name in index if name.endswith(DECIDE)]:
        reviewed = index.get(decision.removesuffix(DECIDE))
        if reviewed is not None:
            _fold(index[decision], reviewed, waits, at_end, steps)
    try:
        order = in_order(waits)
    except CycleFoundError as error:
        says = " → ".join(steps[s].id for s in error.steps)
        raise InputError([Fault("/steps", says, f"环节互相等待：{says}。", f"A cycle: {says}.")]) from None
    needed, below = [0] * len(steps), [frozenset[str]()] * len(steps)
    for s in order:
        below[s] = frozenset(stands[s]).union(*(below[p] for p in waits[s]))
        for p in waits[s]:
            needed[s] |= needed[p] | 1 << p
    return Yardstick(
        source,
        tuple(steps),
        dict(index),
        tuple(order),
        tuple(tuple(dict.fromkeys(w)) for w in waits),
        tuple(at_end),
        tuple(needed),
        tuple(
            tuple((a, makers[a]) for a in sorted(below[s]) if a in makers) if steps[s].legal_effect else ()
            for s in range(len(steps))
        ),
        tuple(tuple(c) for c in customs),
        tuple(
            (n, index[base], tuple(p for p in waits[n] if p != index[base]))
            for name, n in index.items()
            if name.endswith(CONVERT) and (base := name.removesuffix(CONVERT)) in index
        ),
    )


def _fold(decision: int, base: int, waits: list[list[int]], at_end: list[frozenset[int]], steps: list[Stage]) -> None:
    """A review and its decision are one step to a log: what the decision waits for, the end of the step waits for."""
    later = [p for p in waits[decision] if p != base]
    at_end[base] = frozenset(later) - set(waits[base])
    waits[base].extend(p for p in later if p not in waits[base])
    waits[decision] = [base]
    for before in waits:
        before[:] = [base if p == decision and before is not waits[decision] else p for p in before]
    one = steps[base]
    steps[base] = Stage(
        one.id, one.title, one.days, one.unit, one.duration, steps[decision].legal_effect, one.expected, one.slack
    )
