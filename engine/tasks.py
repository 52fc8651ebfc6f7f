"""Which tasks there are and how they stand (办理任务): a step times what it is about, derived from documents.

Nothing here is stored: the same reading serves inboxes, plans, what a changed drawing undoes, and the issue's checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.dossier import About, DocVersion, Slot, Standing
from engine.ledger import digest
from engine.papers import CaseView, ItemHere, Papers
from engine.procedure import (
    APPLICATION,
    ITEM_FACTS,
    ITEM_MATERIALS,
    ITEM_RESULTS,
    Dimension,
    GuardKind,
    OnFail,
    Party,
    Step,
    StepKind,
    TaskState,
)
from engine.terms import Firm, Force, Truth

ABOUT_ALL = About()


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody's work (办理任务)."""

    step: Step
    about: About
    state: TaskState
    party: str
    """Department, ``window``, or ``lead``."""
    reads: tuple[str, ...] = ()
    """The versions that it would read now."""
    items: tuple[str, ...] = ()
    """The items that a gathering is about, this time."""
    blocked_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Step and what it is about: ``opinion:D07``, ``visit:1号厂房``, ``issue``."""
        return task_id(self.step.id, self.about)

    @property
    def etag(self) -> str:
        """Hash of its state and of the versions that it would read (If-Match)."""
        return digest([self.id, self.state.value, list(self.reads), list(self.items)])[7:39]


def task_id(step: str, about: About) -> str:
    """The id of a task inside its case."""
    return ":".join(w for w in (step, about.item, about.building, about.instance) if w)


@dataclass(frozen=True, slots=True)
class Answerable:
    """One list of failures that wait for one answer from somebody outside (整改清单)."""

    step: Step
    rule: OnFail
    findings: tuple[DocVersion, ...]


class Reading(Papers):
    """One reading of one case; computes each thing at most once."""

    # --- what a task waits for and reads ---------------------------------------------------------------------------

    def _wants(self, step: Step, about: About) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Version ids that it would read, and in Chinese what it still waits for."""
        reads: list[str] = []
        waits: list[str] = []
        for need in step.needs:
            if need.firm is Firm.CUSTOMARY or (need.firm is Firm.BEFORE_ISSUE and step.kind is not StepKind.ISSUE):
                continue  # the second moves to the issuing step
            self._want_good(step, need.doc, need.firm, about, reads, waits)
        for doc in step.after:
            for slot in self.matching(doc, about):
                now = self.current(doc, slot)
                ready = (
                    self.settled(doc, slot) if not self.answers_of(step) else now is not None and not self.stale(now)
                )
                if not ready:
                    waits.append(self._waiting_for(doc, slot))
                if now is not None:
                    reads.append(now.id)
        reads.extend(v.id for v in self.compared(step, about))
        return tuple(dict.fromkeys(reads)), tuple(dict.fromkeys(waits))

    def _want_good(self, step: Step, doc: str, firm: Firm, about: About, reads: list[str], waits: list[str]) -> None:
        if doc == ITEM_MATERIALS:
            self._want_materials(step, about, reads, waits)
        elif doc == ITEM_FACTS:
            reads.extend(v.id for v in self.facts_of(about))
        elif doc == ITEM_RESULTS:
            for found, title in self.needed(self.item(about.item), to_issue=step.kind is StepKind.ISSUE):
                if found is None:
                    waits.append(f"前置办理结果“{title}”")
                else:
                    reads.append(found.id)
        else:
            assumed = firm is Firm.ASSUMABLE and step.force is Force.SIMULATED
            for slot in self.matching(doc, about):
                now = self.current(doc, slot)
                if step.kind is StepKind.ISSUE:
                    ready = now is not None and self.settled(doc, slot) and self.binds(now, step.force)
                else:
                    ready = self.good(doc, slot, assumed=assumed, force=step.force)
                if not ready and not (step.refuses and self._never_comes(doc, slot)):
                    waits.append(self._waiting_for(doc, slot))
                if now is not None:
                    reads.append(now.id)

    def _never_comes(self, doc: str, about: About) -> bool:
        """Whether an item's paper can't be handed out any more, as what it is about has failed for good.

        The refusal that ends the case doesn't wait for it; else nobody could decide (行政许可法第三十八条第二款).
        """
        maker = self.view.procedure.maker(doc)
        if maker is None or maker.kind is not StepKind.ISSUE or self.current(doc, about) is not None:
            return False
        found = ((n.doc, slot) for n in maker.needs for slot in self.matching(n.doc, about))
        return any(self.settled(*x) and not self.good(*x, force=maker.force) for x in found)

    def _want_materials(self, step: Step, about: About, reads: list[str], waits: list[str]) -> None:
        if not about.item:
            return
        item = self.item(about.item)
        if not self.view.deemed:
            waits.extend(f"材料“{title}”" for _, title in self.lacking(item, simulated=step.force is Force.SIMULATED))
        for name, _, _ in item.materials:
            offered = (name, *item.made_by.get(name, ()))
            found = (self.view.dossier.current(doc, About()) for doc in offered)
            if now := next((v for v in found if v is not None and v.standing is Standing.REAL), None):
                reads.append(now.id)

    def _waiting_for(self, doc: str, about: About) -> str:
        step, paper = self.view.procedure.maker(doc), self.view.procedure.assumed(doc)
        title = step.title if step and step.title else paper.title if paper else doc
        return "·".join(w for w in (title, about.item, about.building) if w)

    def answers_of(self, step: Step) -> tuple[Step, ...]:
        """The steps whose failures this one's document answers."""
        return tuple(s for s in self.view.procedure.steps if s.on_fail and s.on_fail.answer == step.makes)

    # --- tasks -----------------------------------------------------------------------------------------------------

    _tasks: tuple[Task, ...] | None = None

    def tasks(self) -> tuple[Task, ...]:
        """Every task of the case as it stands."""
        if self._tasks is None:
            self._tasks = tuple(self._all_tasks())
        return self._tasks

    def _all_tasks(self) -> Iterator[Task]:
        for step in self.view.procedure.steps:
            if step.kind is not StepKind.INTAKE and not self.view.taken_in:
                continue
            if (
                step.when
                and step.when.kind is GuardKind.CONDITION
                and self.view.conditions.get(step.when.name) is Truth.NO
            ):
                continue
            yield from self._of_kind(step)

    def task(self, name: str) -> Task | None:
        """The task of that id, if this case has it."""
        return next((t for t in self.tasks() if t.id == name), None)

    def _of_kind(self, step: Step) -> Iterator[Task]:
        match step.kind:
            case StepKind.INTAKE:
                yield self._intake(step)
            case StepKind.REVIEW:
                for about in self.slots(step.makes):
                    yield self._review(step, about)
            case StepKind.GATHERING if self.answers_of(step):
                yield from self._meeting(step)
            case StepKind.GATHERING:
                yield from self._visits(step)
            case StepKind.ISSUE if step.by_item:
                for about in self.slots(step.makes):
                    yield self._issue(step, _bare(about))
            case StepKind.ISSUE:
                yield self._issue(step, About())

    def _party(self, step: Step, about: About) -> str:
        if step.by is Party.ITEM_DEPARTMENT:
            return self.item(about.item).department
        if step.by is Party.LEAD:
            return self.view.procedure.lead
        return step.by.value

    def _marked(self, step: Step, about: About, otherwise: TaskState) -> TaskState:
        return self.view.marks.get(task_id(step.id, about), otherwise)

    def _intake(self, step: Step) -> Task:
        about = About()
        voucher = self.current(step.makes, About(case=self.view.case))
        if voucher is not None:
            state = TaskState.DONE
        elif self.view.ended:
            state = TaskState.REFUSED
        else:
            state = self._marked(step, about, TaskState.OPEN)
        application = self.current(APPLICATION, About(case=self.view.case))
        return Task(step, about, state, self._party(step, about), (application.id,) if application else ())

    def _review(self, step: Step, about: About) -> Task:
        reads, waits = self._wants(step, about)
        if overtaken := self._overtaken(step):
            waits = (*waits, overtaken)
        now = self.current(step.makes, about)
        state = TaskState.BLOCKED if waits else TaskState.OPEN
        if now is not None and self.stale(now):
            state = TaskState.BLOCKED if waits else TaskState.STALE
        elif now is not None and now.passes:
            state = TaskState.DONE
        elif now is not None and not self.rounds_left(now):
            state = TaskState.FAILED
        elif now is not None and (answer := self.view.dossier.answered(now)) is None:
            state = TaskState.WAITING
        elif now is not None and answer is not None:
            reads = tuple(dict.fromkeys((*reads, answer.id)))
        draft = self.view.drafts.get(task_id(step.id, about))
        if draft is not None and state in (TaskState.OPEN, TaskState.STALE) and tuple(draft["reads"]) == reads:
            state = TaskState.DRAFTED  # what it was drafted on has not moved
        state = self._marked(step, about, state)  # a stop stands until somebody ends it, whatever happens meanwhile
        return Task(step, _bare(about), state, self._party(step, about), reads, blocked_by=waits)

    def _overtaken(self, step: Step) -> str:
        """Why nothing is reviewed on assumptions any more: every paper that was assumed is there."""
        if step.force is not Force.SIMULATED:
            return ""
        papers = [n.doc for n in step.needs if n.firm is Firm.ASSUMABLE]
        real = [now for doc in papers if (now := self.current(doc, About())) and now.standing is Standing.REAL]
        return "文书均已取得，不再模拟审查，直接转正或者作正式审查" if papers and len(real) == len(papers) else ""

    def gives_result(self, step: Step, item: str) -> bool:
        """Whether what a step makes about an item is the item's result: the last step with results that is about it."""
        formal = (s for s in self.view.procedure.steps if s.results and s.force is Force.FORMAL)
        about = [s for s in formal if any(a.item == item for a in self.slots(s.makes))]
        return bool(about) and about[-1] is step

    def convertible(self, task: Task) -> DocVersion | None:
        """The simulated opinion that a task may turn formal (可转正的模拟意见): it passes, and nothing that it read moved."""
        if not task.step.converts:
            return None
        now = self.current(task.step.converts, replace(task.about, case=self.view.case))
        return now if now is not None and now.passes and not self.stale(now) else None

    def _visits(self, step: Step) -> Iterator[Task]:
        groups: dict[str, list[About]] = {}
        for slot in self.slots(step.makes):
            groups.setdefault(slot.building if Dimension.BUILDING in step.each else "", []).append(slot)
        for building, slots in groups.items():
            about = About(building=building)
            reads, waits = self._wants(step, about)
            again = [s for s in slots if self._to_see(step, s)]
            waiting = [s for s in slots if self.open_failure(step.makes, s)]
            failed = [s for s in slots if (v := self.current(step.makes, s)) is not None and not v.passes]
            if again:
                state = TaskState.BLOCKED if waits else self._marked(step, about, TaskState.OPEN)
            elif waiting:
                state = TaskState.WAITING
            else:
                state = TaskState.FAILED if failed else TaskState.DONE
            yield Task(
                step,
                about,
                state,
                self._party(step, about),
                reads,
                tuple(s.item for s in again if s.item),
                waits,
            )

    def _to_see(self, step: Step, slot: About) -> bool:
        """Whether a gathering has yet to see a slot: never seen, or failed and since answered."""
        now = self.current(step.makes, slot)
        if now is None:
            return True
        return not now.passes and self.rounds_left(now) and self.view.dossier.answered(now) is not None

    def _meeting(self, step: Step) -> Iterator[Task]:
        about = About()
        failures = [
            f for s in self.answers_of(step) for a in self.slots(s.makes) if (f := self.open_failure(s.makes, a))
        ]
        if failures:
            reads, waits = self._wants(step, about)
            state = TaskState.BLOCKED if waits else self._marked(step, about, TaskState.OPEN)
            yield Task(
                step,
                about,
                state,
                self._party(step, about),
                reads,
                tuple(f.about.item for f in failures),
                waits,
            )
        elif self.current(step.makes, About(case=self.view.case)):
            yield Task(step, about, TaskState.DONE, self._party(step, about))

    def _issue(self, step: Step, about: About) -> Task:
        reads, waits = self._wants(step, about)
        own = replace(about, case=self.view.case)
        made = self.current(step.makes, own)
        refused = self.current(step.refuses, own) if step.refuses else None
        blocks = (*waits, *self._blocks_to_issue(step, about))
        if not blocks and step.refuses is None and not self.passing(step, about):
            blocks = ("意见不合格，不能出具",)
        if made is not None:
            state = TaskState.DONE
        elif refused is not None:
            state = TaskState.REFUSED
        else:
            state = TaskState.BLOCKED if blocks else TaskState.OPEN
        return Task(step, about, state, self._party(step, about), reads, blocked_by=blocks)

    def _blocks_to_issue(self, step: Step, about: About) -> Iterator[str]:
        if self.view.eligible is Truth.UNKNOWN:
            yield "前提条件是否具备尚无法判断"
        simulated = step.force is Force.SIMULATED
        for item in self.view.items:
            if item.part is None or about.item not in ("", item.id):
                continue
            if item.applies is Truth.UNKNOWN:
                yield f"{item.title}是否适用尚无法判断"
            elif item.applies is Truth.YES:
                for _, title in self.lacking(item, to_issue=True, simulated=simulated):
                    yield f"材料“{title}”"
        for other in self.view.procedure.steps if not simulated else ():
            for need in other.needs if other.kind is not StepKind.ISSUE else ():
                for slot in self.matching(need.doc, about) if need.firm is Firm.BEFORE_ISSUE else ():
                    if not self.good(need.doc, slot):
                        yield self._waiting_for(need.doc, slot)
        for name, state in self.view.marks.items():
            if state in (TaskState.STOPPED, TaskState.WAITING) and (not about.item or about.item in name.split(":")):
                yield f"{name} 停表或补正尚未结束"

    # --- answers from outside ----------------------------------------------------------------------------------------

    def answerable(self) -> tuple[Answerable, ...]:
        """The lists that wait for an answer from outside: one a step, once everything has been seen this round.

        A list that is out stays answerable, also where a corrected fact meanwhile brings something more to see.
        """
        out: list[Answerable] = []
        for step in self.view.procedure.steps:
            if step.on_fail is None or step.on_fail.by is None or not self.view.taken_in:
                continue
            slots = self.slots(step.makes)
            if step.id not in self.view.listed and any(self._to_see(step, s) for s in slots):
                continue
            findings = tuple(f for s in slots if (f := self.open_failure(step.makes, s)))
            if findings:
                out.append(Answerable(step, step.on_fail, findings))
        return tuple(out)

    def passing(self, step: Step, about: About = ABOUT_ALL) -> bool:
        """Whether everything that an issuing step needs is good: the certificate, not the refusal."""
        if self.view.eligible is Truth.NO:
            return False
        docs = (n.doc for n in step.needs if n.doc not in (ITEM_MATERIALS, ITEM_FACTS, ITEM_RESULTS))
        return all(self.good(doc, slot, force=step.force) for doc in docs for slot in self.matching(doc, about))


def _bare(about: About) -> About:
    return About(about.item, about.building, about.instance)


__all__ = ["Answerable", "CaseView", "ItemHere", "Reading", "Slot", "Task", "task_id"]
