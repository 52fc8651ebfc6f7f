"""Whether a witness shows the fault for real (反例证实): the interpreter decides it, and the plan is derived from that decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from engine.decision import Decision
from engine.deriving import graph_of
from engine.errors import ConflictError, InputError
from engine.instances import wanted
from engine.policy import Item, Need, PolicyBook
from engine.terms import Firm, Truth
from rules.proofs_places import NAMED, Place, makers_of, steps_of
from rules.proofs_witness import Witness

MOST_NAMED = 5
"""Steps that a message names; it says that there are more."""


class Decided:
    """A decision's steps: which are there, what each needs, and who makes it."""

    def __init__(self, book: PolicyBook, decision: Decision) -> None:
        self.book, self.decision = book, decision
        items = steps_of(book)
        self.makers = makers_of(items.values())
        self.here: dict[str, list[str]] = {}
        """Item id → the instances that are certainly there; one empty id where it is had as a whole."""
        for name, item in items.items():
            if decision.truths[item.applies] is Truth.YES:
                self.here[name] = list(self._instances(name))

    def _instances(self, name: str) -> Iterator[str]:
        spread = self.decision.spreads.get(name)
        if spread is None:
            yield ""
        else:
            yield from (i.instance.id for i in spread.instances if i.applies is Truth.YES)

    def needed(self, need: Need) -> bool:
        """Whether a need certainly applies."""
        return need.when is None or self.decision.truths[need.when] is Truth.YES

    def before(self, item: str, instance: str, need: Need) -> set[tuple[str, str]]:
        """The steps that are there and make what is needed."""
        found: set[tuple[str, str]] = set()
        for maker in (m for doc in need.one_of for m in self.makers.get(doc, ())):
            there = self.here.get(maker.id, [])
            own, theirs = self._by(item), self._by(maker.id)
            found.update((maker.id, i) for i in wanted(need, instance, own, maker, theirs, there))
        return found

    def _by(self, item: str) -> tuple[str, str] | None:
        spread = self.decision.spreads.get(item)
        return (spread.by, spread.kind) if spread else None

    def waiting_with(self, first: tuple[str, str]) -> list[str]:
        """The other steps that wait for ever once this one does."""
        waiting, more = {first}, True
        while more:
            after = {step for step in self._steps() if step not in waiting and self._waits(step, waiting)}
            waiting |= after
            more = bool(after)
        return sorted(f"{name}:{instance}" if instance else name for name, instance in waiting - {first})

    def _steps(self) -> Iterator[tuple[str, str]]:
        return ((name, instance) for name, instances in self.here.items() for instance in instances)

    def _waits(self, step: tuple[str, str], waiting: set[tuple[str, str]]) -> bool:
        for need in self.needs(*step):
            if need.firm is not Firm.CUSTOMARY and self.needed(need):
                makers = self.before(*step, need)
                if makers and makers <= waiting:
                    return True
        return False

    def loop(self) -> list[str]:
        """Steps that wait for each other, in the order in which they would come; empty where none do."""
        waits: nx.DiGraph[tuple[str, str]] = nx.DiGraph()
        for step in self._steps():
            for need in self.needs(*step):
                if self.needed(need):
                    waits.add_edges_from((before, step) for before in self.before(*step, need))
        try:
            found = [before for before, _ in nx.find_cycle(waits)]
        except nx.NetworkXNoCycle:
            return []
        return [f"{name}:{instance}" if instance else name for name, instance in found]

    def needs(self, name: str, instance: str) -> Iterator[Need]:
        """What a step needs."""
        yield from self.book.items[name].needs
        spread = self.decision.spreads.get(name)
        for each in spread.instances if spread else ():
            if each.instance.id == instance:
                yield from each.instance.needs


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step is there and needs something, and no step that makes it is; tells who waits with it."""

    place: Place
    need: Need

    def __call__(self, book: PolicyBook, shown_by: Witness) -> str | None:
        """Whether the witness shows it, and with what else."""
        decision = decided(book, shown_by)
        if decision is None:
            return None
        found, name = Decided(book, decision), self.place.item.id
        here = found.here.get(name, [])
        instance = next((i for i in here if i == self.place.instance or self.place.instance == NAMED), None)
        if instance is None or not found.needed(self.need) or found.before(name, instance, self.need):
            return None
        waiting = found.waiting_with((name, instance))
        more = " 等" if len(waiting) > MOST_NAMED else ""
        along = f"，随之等待的还有 {'、'.join(waiting[:MOST_NAMED])}{more}" if waiting else ""
        return f"{along}，排不出计划" if refusal(decision) else None


@dataclass(frozen=True, slots=True)
class Together:
    """Both items are there, or the decision is stopped because they are."""

    items: tuple[Item, Item]

    def __call__(self, book: PolicyBook, shown_by: Witness) -> str | None:
        """Whether the witness shows it."""
        try:
            decision = shown_by.decide(book)
        except ConflictError as error:
            return "，判定停止" if all(item.id in error.detail for item in self.items) else None
        except InputError:
            return None
        return "" if all(decision.truths[item.applies] is Truth.YES for item in self.items) else None


def in_a_circle(book: PolicyBook, shown_by: Witness) -> str | None:
    """The loop, step by step, that the real decision holds and for which no plan is made."""
    decision = decided(book, shown_by)
    loop = Decided(book, decision).loop() if decision is not None and refusal(decision) else []
    return " → ".join([*loop, loop[0]]) if loop else None


def decided(book: PolicyBook, shown_by: Witness) -> Decision | None:
    """The decision on a witness; None where there is none."""
    try:
        return shown_by.decide(book)
    except (InputError, ConflictError):
        return None


def refusal(decision: Decision) -> InputError | None:
    """Why no plan is made; None where one is."""
    try:
        graph_of(decision)
    except InputError as error:
        return error
    return None
