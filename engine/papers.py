"""What documents a case calls for, and how each stands (应有文书及其状态)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.as_built import Measured, looked_at, measure
from engine.dossier import FACT, About, DocVersion, Dossier, Slot, Verdict
from engine.procedure import (
    ITEM_FACTS,
    ITEM_MATERIALS,
    Dimension,
    Guard,
    GuardKind,
    Procedure,
    Step,
    StepKind,
    TaskState,
)
from engine.terms import Firm, Force, Truth


@dataclass(frozen=True, slots=True)
class ItemHere:
    """An item as it was determined for this case (本办件适用的事项)."""

    id: str
    title: str
    department: str
    part: str | None
    applies: Truth
    buildings: tuple[str, ...] = ()
    needs_visit: bool = False
    licence: bool = False
    materials: tuple[tuple[str, str, Firm], ...] = ()
    """Material id, title, how firm."""
    facts: tuple[tuple[str, str], ...] = ()
    """The facts that its determination read: fact id and building (empty: the project)."""
    limits: tuple[Mapping[str, Any], ...] = ()
    cite: tuple[tuple[str, str], ...] = ()
    since: str = ""
    """ISO day of the determination that brought it."""
    made_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Material id → the office's own documents that will do in its place."""
    needs: tuple[tuple[tuple[str, ...], str, Firm], ...] = ()
    """What it needs of other items: documents of which one will do, a title, how firm."""

    def __hash__(self) -> int:
        return hash((self.id, self.applies, self.since))


@dataclass(frozen=True, slots=True)
class CaseView:
    """What reading a case's tasks takes: its procedure, dossier, items, and the marks that events have set."""

    case: str
    procedure: Procedure
    dossier: Dossier
    items: tuple[ItemHere, ...] = ()
    buildings: tuple[str, ...] = ()
    conditions: Mapping[str, Truth] = field(default_factory=dict)
    marks: Mapping[str, TaskState] = field(default_factory=dict)
    """Task id → ``WAITING`` (asked for corrections), ``STOPPED`` or ``CALLED``."""
    deemed: bool = False
    taken_in: bool = False
    ended: bool = False
    eligible: Truth = Truth.YES
    """Whether the preconditions of the service hold on the facts as they stand."""
    listed: frozenset[str] = frozenset()
    """Steps whose list of failures is out and not answered yet."""
    drafts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Task id → what was drafted and has yet to be signed."""


def supplied(dossier: Dossier, material: str, offered: tuple[str, ...] = ()) -> bool:
    """Whether a paper is there: filed, or made by the office itself, which then asks nobody for it (不重复收取)."""
    return any(dossier.good(doc, About()) for doc in (material, *offered))


class Papers:
    """The documents that one case calls for (应有文书); computes each thing at most once."""

    def __init__(self, view: CaseView) -> None:
        self.view = view
        self._slots: dict[str, tuple[About, ...]] = {}
        self._stale: dict[str, bool] = {}

    def slots(self, doc: str) -> tuple[About, ...]:
        """What documents of a kind this case calls for, by what each is about."""
        known = self._slots.get(doc)
        if known is None:
            step = self.view.procedure.maker(doc)
            known = tuple(self._abouts(step)) if step else (About(),)
            self._slots[doc] = known
        return known

    def _abouts(self, step: Step) -> Iterator[About]:
        case = self.view.case
        dims = {*step.each, *step.per}
        if Dimension.ITEM in dims:
            for item in self._items(step):
                for building in self._buildings(item) if Dimension.BUILDING in dims else ("",):
                    yield About(item=item.id, building=building, case=case)
        else:
            for building in self.view.buildings if Dimension.BUILDING in dims else ("",):
                yield About(building=building, case=case)

    def _items(self, step: Step) -> tuple[ItemHere, ...]:
        part = step.items or ("opinion" if step.by_item else None)
        return tuple(
            i
            for i in self.view.items
            if i.applies is Truth.YES and (part is None or i.part == part) and self._item_guard(step.when, i)
        )

    def _item_guard(self, guard: Guard | None, item: ItemHere) -> bool:
        return guard is None or guard.kind is not GuardKind.ITEM or bool(getattr(item, guard.name))

    def _buildings(self, item: ItemHere) -> tuple[str, ...]:
        mine = tuple(b for b in self.view.buildings if b in item.buildings)
        return mine or self.view.buildings or ("",)

    def current(self, doc: str, about: About) -> DocVersion | None:
        """The version that counts for a slot of this case."""
        return self.view.dossier.current(doc, about)

    def stale(self, version: DocVersion) -> bool:
        """Whether a version no longer counts: what it read has changed, or there is now other to read than it has read.

        The second comes with a corrected fact that widens or narrows what an item is about (a building more to see).
        """
        known = self._stale.get(version.id)
        if known is None:
            read = [self.view.dossier.versions[v] for v in version.read if v in self.view.dossier.versions]
            known = self.view.dossier.stale(version) or self._other_to_read(version, {v.slot for v in read})
            known = known or any(self.stale(now) for v in read if (now := self.current(*v.slot)) is not None)
            self._stale[version.id] = known
        return known

    def _other_to_read(self, version: DocVersion, read: set[Slot]) -> bool:
        """Whether the findings, facts and required papers that a review is about are others than those that it read."""
        step = self.view.procedure.maker(version.kind)
        if step is None or step.kind is not StepKind.REVIEW or version.about not in self.slots(step.makes):
            return False
        needs = {n.doc for n in step.needs if n.firm not in (Firm.CUSTOMARY, Firm.BEFORE_ISSUE)}
        made = {doc for doc in (*needs, *step.after) if self.view.procedure.maker(doc)}
        wanted = {(doc, about) for doc in made for about in self.matching(doc, version.about)}
        if ITEM_FACTS in needs:
            wanted |= {v.slot for v in self.facts_of(version.about)}
        compared = {v.slot for v in self.compared(step, version.about)}
        wanted |= {slot for slot in compared if slot[0].startswith(FACT)}
        if wanted != {slot for slot in read if slot[0] in made or slot[0].startswith(FACT)}:
            return True
        if not compared <= read:
            return True
        if ITEM_MATERIALS not in needs or self.view.deemed or not version.about.item:
            return False
        papers = (m for m, _, firm in self.item(version.about.item).materials if firm is Firm.REQUIRED)
        return any((m, About()) not in read and self.current(m, About()) is not None for m in papers)

    def facts_of(self, about: About) -> Iterator[DocVersion]:
        """The facts that an item's determination read, as they now stand."""
        for name, building in self.item(about.item).facts if about.item else ():
            if now := self.view.dossier.current(FACT + name, About(building=building)):
                yield now

    def compared(self, step: Step, about: About) -> Iterator[DocVersion]:
        """What a review compares of permitted and built, as it now stands."""
        for check in self.view.procedure.compared_for(step, about.item):
            yield from looked_at(self.view.dossier, check, self.view.buildings)

    def measured(self, item: str = "") -> tuple[Measured, ...]:
        """What was permitted beside what was built, of an item or of them all (许可与建成比对)."""
        checks = [c for c in self.view.procedure.compares if not item or item in c.items]
        whole = set(self.view.buildings) == set(self.view.dossier.buildings or ())
        return measure(self.view.dossier, checks, self.view.buildings, whole=whole)

    def good(self, doc: str, about: About, *, assumed: bool = False, force: Force = Force.FORMAL) -> bool:
        """Whether a slot has a version to build on: real (or assumed, where that may be), passing, not stale.

        What is formal never builds on what is simulated (S1).
        """
        now = self.current(doc, about)
        if now is None or not self.binds(now, force):
            return False
        return self.view.dossier.good(doc, about, assumed=assumed) and not self.stale(now)

    def binds(self, version: DocVersion, force: Force) -> bool:
        """Whether a step of that force may build on a version."""
        return force is Force.SIMULATED or version.force is Force.FORMAL

    def rounds_left(self, version: DocVersion) -> bool:
        """Whether another round may follow this failure."""
        step = self.view.procedure.maker(version.kind)
        return bool(step and step.on_fail and version.round < step.on_fail.failures)

    def settled(self, doc: str, about: About) -> bool:
        """Whether nothing more is to come of a slot: it passes, or it failed and no round is left."""
        now = self.current(doc, about)
        if now is None or self.stale(now):
            return False
        return now.passes or not self.rounds_left(now)

    def open_failure(self, doc: str, about: About) -> DocVersion | None:
        """A failure with a round left that nothing has answered yet."""
        now = self.current(doc, about)
        if now is None or now.passes or self.stale(now) or not self.rounds_left(now):
            return None
        return None if self.view.dossier.answered(now) else now

    def matching(self, doc: str, about: About) -> tuple[About, ...]:
        """The slots of a document that lie within what a task is about."""
        return tuple(a for a in self.slots(doc) if a.within(about))

    def item(self, item_id: str) -> ItemHere:
        """The determined item of that id; KeyError where there is none."""
        for item in self.view.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def lacking(
        self, item: ItemHere, *, to_issue: bool = False, simulated: bool = False
    ) -> tuple[tuple[str, str], ...]:
        """Materials of an item that are not there: id and title; ``to_issue`` counts what may follow before issue."""
        firm = {Firm.REQUIRED}
        if not simulated:  # else what may be assumed, and what may follow before the issue, waits for the conversion
            firm |= {Firm.ASSUMABLE, Firm.BEFORE_ISSUE} if to_issue else {Firm.ASSUMABLE}
        return tuple(
            (m, title)
            for m, title, f in item.materials
            if f in firm and not supplied(self.view.dossier, m, item.made_by.get(m, ()))
        )

    def needed(self, item: ItemHere, *, to_issue: bool) -> Iterator[tuple[DocVersion | None, str]]:
        """What an item needs of other items, as far as it is there: the document that will do, and a title."""
        for docs, title, firm in item.needs:
            if firm is not Firm.BEFORE_ISSUE or to_issue:
                good = (self.view.dossier.current(d, About()) for d in docs if self.view.dossier.good(d, About()))
                yield next((v for v in good if v is not None), None), title

    def next_round(self, doc: str, about: About) -> int:
        """The round that a new version of a slot belongs to: one more than the last only after an answered failure."""
        last = self.current(doc, about)
        if last is None:
            history = self.view.dossier.history(doc, about)
            return history[-1].round if history else 1
        if last.verdict is Verdict.FAIL and self.view.dossier.answered(last) is not None:
            return last.round + 1
        return last.round
