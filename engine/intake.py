"""Commands of the intake (受理): accept, ask once, refuse; and what a filing brings to a case that is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.case import CaseState
from engine.commands import REMEDIES, Desk, allow_now, withdrawal
from engine.decision import Decision, reason_json
from engine.determination import determined, item_from_json
from engine.dossier import About, Standing
from engine.errors import Fault, RefusedError
from engine.events import Event, EventKind
from engine.papers import supplied
from engine.procedure import Command
from engine.records import Asked
from engine.tasks import Task
from engine.terms import NO_FORCE, Firm, Truth
from engine.values import escape


@dataclass(frozen=True, slots=True)
class Lack:
    """Everything that is missing for intake (应补正的全部内容): materials as (id, title), facts as (id, building, title)."""

    materials: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.materials or self.facts)

    def says(self) -> str:
        """In Chinese, for people."""
        papers = "、".join(title for _, title in self.materials)
        facts = "、".join(title + (f"（{building}）" if building else "") for _, building, title in self.facts)
        return "；".join(x for x in (f"材料：{papers}" if papers else "", f"事实：{facts}" if facts else "") if x)

    def faults(self) -> list[Fault]:
        """The same one by one, where each belongs in the project."""
        papers = [
            Fault(f"/documents/{escape(i)}", None, f"请提交“{title}”。", "Hand this paper in.")
            for i, title in self.materials
        ]
        facts = [
            Fault(_at(fact, building), None, f"请填报“{title}”。", "State this fact.")
            for fact, building, title in self.facts
        ]
        return [*papers, *facts]


def _at(fact: str, building: str = "") -> str:
    """Where a fact stands in the project as it is shown; a building is named, for their order may change."""
    return f"/buildings/{escape(building)}/{escape(fact)}" if building else f"/facts/{escape(fact)}"


def _unmet(decision: Decision) -> list[Fault]:
    """Each precondition that fails, at the facts that it was read from."""
    return [
        Fault(at, value, f"{reason.says.rstrip('。')}；事实填报有误的请更正，否则不予受理。", "A precondition fails.")
        for reason in decision.reasons
        for at, value in _read_at(reason.facts)
    ]


def _read_at(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Where the facts of a reason stand, and what stands there; one that read none is about the whole project."""
    own = {fact: value for fact, value in facts.items() if fact != "buildings"}
    if not facts:
        yield "", None
    yield from ((_at(fact), value) for fact, value in own.items())
    for building, stated in facts.get("buildings", {}).items():
        yield from ((_at(fact, building), value) for fact, value in stated.items())


def lacking(desk: Desk, decision: Decision) -> Lack:
    """What must be there before the case is taken in: facts that leave something undecided, and required materials.

    A material that may be assumed is left out under simulated approval alone; a formal case wants the paper itself.
    """
    simulated = desk.law.procedure.simulated
    wanted = (Firm.REQUIRED,) if simulated else (Firm.REQUIRED, Firm.ASSUMABLE)
    materials: dict[str, str] = {}
    for each in decision.items:
        if each.applies is Truth.NO or each.part is None:
            continue
        for material in each.materials:
            if material.firm in wanted and not supplied(
                desk.state.dossier, material.id, material.offered_by(desk.law.book.items)
            ):
                materials.setdefault(material.id, material.title)
    for paper in desk.law.procedure.assumes:
        if not desk.state.dossier.good(paper.doc, About(), assumed=True):
            materials.setdefault(paper.doc, f"{paper.title}（假设的内容）")
    facts = tuple((n.fact, n.building or "", n.title) for n in decision.needs)
    return Lack(tuple(materials.items()), facts)


def judge_now(desk: Desk) -> Decision:
    """The decision on the facts as they stand, by both engines."""
    state = desk.state
    return desk.decide(state.dossier.statement(desk.law.book.vocabulary, state.units, desk.law.book.on))


def accept(desk: Desk, task: Task) -> list[Event]:
    """Take the case in (受理): every precondition holds and nothing is missing; the items are determined with it."""
    allow_now(desk, task, Command.ACCEPT)
    decision = judge_now(desk)
    lack = lacking(desk, decision)
    if decision.eligible is Truth.NO:
        raise RefusedError(
            "不符合受理条件，应作出不予受理决定并说明理由：" + "".join(r.says for r in decision.reasons),
            detail_en="Preconditions fail: refuse with reasons.",
            errors=_unmet(decision),
        )
    if lack:
        raise RefusedError(
            f"材料或事实不全，应一次告知补正：{lack.says()}。",
            detail_en="Something is missing: ask for it, once.",
            errors=lack.faults(),
        )
    return taken_in(desk, task, decision, desk.today, deemed=False)


def taken_in(desk: Desk, task: Task, decision: Decision, accepted_on: date, *, deemed: bool) -> list[Event]:
    """The two events of an acceptance: the dated voucher (受理通知书), and the items determined."""
    says = (
        "逾期未告知补正，自收到申请材料之日起视为受理（行政许可法第三十二条第一款第四项）"
        if deemed
        else "受理（行政许可法第三十二条第一款第五项）"
    )
    if desk.law.procedure.simulated:  # nothing has been applied for under the licensing law yet
        says = f"{'视为' if deemed else ''}{task.step.title}（{NO_FORCE}）"
    voucher = desk.doc(
        task.step.makes,
        About(),
        fields={"accepted_on": accepted_on.isoformat(), "deemed": deemed, "says": says},
    )
    first = desk.event(
        EventKind.TAKEN_IN,
        task,
        [voucher],
        accepted_on=accepted_on.isoformat(),
        deemed=deemed,
        law=desk.law.digest,
        says=says,
        policy_on=desk.law.book.on.isoformat(),
    )
    second = desk.event(
        EventKind.ITEMS_DETERMINED,
        None,
        (),
        void=[],
        **determined(decision, desk.law.procedure, {}, accepted_on),
    )
    return [first, second]


def ask_once(desk: Desk, task: Task) -> list[Event]:
    """Tell the owner, once, everything that is missing (一次告知); it is computed, so nothing can be left out."""
    allow_now(desk, task, Command.ASK_ONCE)
    if desk.state.asked is not None:
        raise RefusedError(
            "补正只能告知一次（行政许可法第三十二条第一款第四项），此前已告知。",
            detail_en="Corrections may be asked for once only.",
        )
    lack = lacking(desk, judge_now(desk))
    if not lack:
        raise RefusedError(
            "材料与事实齐全，没有可补正的内容；应当受理，或说明理由不予受理。",
            detail_en="Nothing is missing.",
        )
    return [
        desk.event(
            EventKind.CORRECTION_ASKED,
            task,
            complete=True,
            materials=[{"id": i, "title": t} for i, t in lack.materials],
            facts=[{"fact": f, "building": b, "title": t} for f, b, t in lack.facts],
            says=lack.says(),
        )
    ]


def refuse(desk: Desk, task: Task, says: str) -> list[Event]:
    """Refuse to take the case in (不予受理), with reasons and remedies; not where everything holds and is there."""
    allow_now(desk, task, Command.REFUSE)
    decision = judge_now(desk)
    lack = lacking(desk, decision)
    if decision.eligible is not Truth.NO and not lack:
        raise RefusedError(
            "符合条件且材料齐全，应当受理（行政许可法第三十二条第一款第五项）。",
            detail_en="Everything holds: it must be taken in.",
        )
    if decision.eligible is not Truth.NO and desk.state.asked is None:
        raise RefusedError(
            "可以补正的，应先一次告知补正内容（行政许可法第三十二条第一款第四项）。",
            detail_en="Ask for what is missing first.",
        )
    reasons = [reason_json(r) for r in decision.reasons] if decision.eligible is Truth.NO else []
    if lack:
        reasons.append(
            {
                "rule": "corrections",
                "says": f"逾期未补正：{lack.says()}。",
                "facts": {},
                "cite": [{"instrument": "中华人民共和国行政许可法", "article": "第三十二条第一款第四项"}],
            }
        )
    return [
        desk.event(EventKind.INTAKE_REFUSED, task, says=says or "不予受理", reasons=reasons, remedies=list(REMEDIES))
    ]


def after_filing(desk: Desk) -> list[Event]:
    """What a new paper or fact of the project brings to a case: corrections complete, or the items determined anew."""
    state = desk.state
    if state.ending is not None:
        return []
    if state.accepted_on is not None:
        return redetermined(desk)
    if state.asked is None or state.asked.supplied_on is not None:
        return []
    desk = desk.by_law()
    decision = judge_now(desk)
    if _still_asked(state.asked, lacking(desk, decision)):
        return []
    task = desk.reading.task(desk.law.procedure.intake.id)
    assert task is not None
    supplied = desk.event(EventKind.CORRECTIONS_SUPPLIED, task, complete=True)
    if decision.eligible is not Truth.YES or lacking(desk, decision):
        return [supplied]  # what was asked is there, but the facts given now call for a person
    return [supplied, *taken_in(desk, task, decision, desk.today, deemed=False)]


def _still_asked(asked: Asked, lack: Lack) -> bool:
    """Whether something that was asked for is still missing; what turned out not to be needed no longer is."""
    return bool(set(asked.materials) & set(lack.materials) or set(asked.facts) & set(lack.facts))


def redetermined(desk: Desk) -> list[Event]:
    """A corrected fact decides anew under the accepted law; the difference opens tasks and voids what no longer applies."""
    state = desk.state
    decision = judge_now(desk)
    since = {i.id: i.since for i in state.items if i.since and i.applies is Truth.YES}
    data = determined(decision, desk.law.procedure, since, desk.today)
    items = tuple(item_from_json(i) for i in data["items"])
    conditions = {name: Truth(value) for name, value in data["conditions"].items()}
    if (items, conditions, decision.lasting) == (state.items, dict(state.conditions), state.eligible):
        return []
    gone = {i.id for i in items if i.applies is not Truth.YES}
    void = [
        v.id
        for v in state.dossier.versions.values()
        if v.about.case == state.case
        and v.about.item in gone
        and v.verdict is not None
        and v.standing is not Standing.VOID
    ]
    event = desk.event(EventKind.ITEMS_DETERMINED, None, (), void=void, **data)
    after = replace(state, dossier=state.dossier.with_versions((), void), items=items)
    applying = {i.id for i in items} - gone
    return [replace(event, data={**event.data, "closes": _nothing_left(after, desk)}), *_untrue(desk, after, applying)]


def _untrue(desk: Desk, after: CaseState, applying: set[str]) -> Iterator[Event]:
    """Notices that list, of an item that applies once more, the opinion that was voided when it did not: taken back."""
    for paper in after.issued:
        said = (after.dossier.versions[o["document"]] for o in paper.content.get("opinions", ()))
        again = sorted({v.about.item for v in said if v.standing is Standing.VOID} & applying)
        if paper.simulated and paper.withdrawn is None and again:
            yield withdrawal(desk, paper, f"{'、'.join(again)}重新适用，其中关于它的模拟审批意见已失效")


def _nothing_left(state: CaseState, desk: Desk) -> list[str]:
    """Steps whose list is out and has nothing on it any more: no answer is waited for, and no clock runs."""
    left = {a.step.id for a in state.reading(desk.law.procedure).answerable()}
    return [step for step, _, answered in state.answering if answered is None and step not in left]
