"""From a decision to the graph of its steps (由判定得出环节图): which steps there are, how long each takes, what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.decision import Decision, ItemDecision
from engine.errors import Fault, InputError
from engine.graph import Edge, GraphStep, StepGraph
from engine.policy import ItemKind, Need
from engine.reading import Conversion
from engine.terms import Firm, LimitInForce, LimitKind, Truth, Unit

RESULT = ".result"
CONVERSION = "simulated-conversion"
"""Limit that says in how many days a simulated opinion is turned formal (转正时限)."""

LONGEST_STEP = 36_500
"""Days that a step may be said to take."""


def graph_of(decision: Decision, durations: Mapping[str, int] | None = None) -> StepGraph:
    """The graph of a project's steps: items that apply or may apply, the owner's own steps, the works.

    Args:
        decision: of the service ``approval``.
        durations: days by step id, over those of the catalogue, in the unit that the catalogue has.

    Raises:
        InputError: days for a step that this project does not have, a group that nothing of the project meets, a document
            that nobody makes, a cycle.
    """
    return _Deriving(decision, durations or {}).graph()


def conversion_of(decision: Decision) -> Conversion | None:
    """How long a conversion takes under the policy in force; None where it has none."""
    limit = decision.book.limits.get(CONVERSION)
    return Conversion(limit.days, limit.unit, limit.id) if limit else None


@dataclass
class _Deriving:
    decision: Decision
    durations: Mapping[str, int]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def graph(self) -> StepGraph:
        here = {i.item.id: i for i in (*self.decision.items, *self._own_steps()) if i.applies is not Truth.NO}
        self._check_durations(here)
        steps = [self._step(each) for each in here.values()]
        edges = [edge for each in here.values() for edge in self._edges(each, here)]
        if self.faults:
            raise InputError(self.faults)
        return StepGraph.of(steps, edges, self.warnings)

    def _own_steps(self) -> Iterator[ItemDecision]:
        """The owner's own steps and the works: no service lists them, they have days and no limit."""
        listed = {i.item.id for i in self.decision.items}
        for item in self.decision.book.items.values():
            if item.days is not None and item.id not in listed:
                yield ItemDecision(item, self.decision.truths[item.applies], None, (), (), (), ())

    def _check_durations(self, here: Mapping[str, ItemDecision]) -> None:
        for name, days in self.durations.items():
            if name not in here:
                says = "本项目不需要这个环节" if name in self.decision.book.items else "没有这个环节"
                self.faults.append(Fault(f"/durations/{name}", name, f"{says}：{name}。", "No such step in this plan."))
            elif not 0 <= days <= LONGEST_STEP:
                says = f"天数应为 0 至 {LONGEST_STEP} 的整数。"
                self.faults.append(Fault(f"/durations/{name}", days, says, f"Must be 0 to {LONGEST_STEP}."))

    def _step(self, each: ItemDecision) -> GraphStep:
        item = each.item
        days, unit, source, limit = self._duration(each)
        own = item.kind is ItemKind.OWN_DUTY
        return GraphStep(
            item.id,
            item.title,
            days,
            unit,
            item.legal_effect,
            own,
            each.applies,
            item.department,
            source,
            limit,
            item.makes,
            item.cite,
        )

    def _duration(self, each: ItemDecision) -> tuple[int, Unit, str, str]:
        """Days as stated, else as promised, else by law, else as assumed, else none with a warning."""
        item = each.item
        limit = _lasting(each)
        unit = limit.unit if limit else Unit.WORKING
        if item.id in self.durations:
            return self.durations[item.id], unit, "stated", ""
        if limit is not None:
            return limit.days, unit, "assumed" if limit is item.days else limit.kind.value, limit.id
        says = f"{item.id}（{item.title}）没有法定或承诺时限，按 0 天计；可在 durations 中写明。"
        self.warnings.append(("no-duration", says))
        return 0, unit, "", ""

    def _edges(self, each: ItemDecision, here: Mapping[str, ItemDecision]) -> Iterator[Edge]:
        for need in each.item.needs:
            if need.when is not None and self.decision.truths.get(need.when) is Truth.NO:
                continue
            makers = [m for doc in need.one_of if (m := self._maker(doc)) in here]
            certain = [m for m in makers if here[m].applies is Truth.YES]
            for maker in certain if need.group and certain else makers:
                yield Edge(
                    maker, each.item.id, need.firm, maker + RESULT, need.group, need.cite, need.local, need.assumed
                )
            if need.group and not makers:
                self._unmet(each, need)

    def _maker(self, doc: str) -> str:
        """The item that makes a document: its result, or a paper of its own."""
        if doc.endswith(RESULT):
            return doc.removesuffix(RESULT)
        return next((i.id for i in self.decision.book.items.values() if doc in i.makes), "")

    def _unmet(self, each: ItemDecision, need: Need) -> None:
        if need.firm is Firm.CUSTOMARY:
            return
        listed = "、".join(doc.removesuffix(RESULT) for doc in need.one_of)
        item = each.item
        says = f"“{item.title}”（{item.id}）需要 {need.group}（{listed} 之一），但按所填事实没有一个适用，排不出计划。"
        self.faults.append(Fault("/facts", need.group, says, f"{item.id} needs one of {listed}, and none applies."))


def _lasting(each: ItemDecision) -> LimitInForce | None:
    for kind in (LimitKind.PROMISED, LimitKind.STATUTORY):
        found = next((x for x in each.limits if x.kind is kind and x.binds != "owner"), None)
        if found is not None:
            return found
    return each.item.days
