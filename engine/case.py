"""A case is its ledger (办件): everything about it is a fold of its project's and its own events, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.determination import item_from_json
from engine.dossier import Dossier
from engine.events import Event, EventKind
from engine.papers import CaseView, ItemHere
from engine.policy import RESULT, PolicyBook
from engine.procedure import Procedure, TaskState
from engine.records import Asked, Ending, Extension, IssuedPaper, Stop
from engine.tasks import Reading
from engine.terms import Truth


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the events of a case add up to. ``law`` is the digest of the policy that decides it from acceptance on."""

    project: str
    case: str
    service: str
    received_on: date
    applicant: str
    units: tuple[str, ...] | None = None
    dossier: Dossier = field(default_factory=Dossier)
    items: tuple[ItemHere, ...] = ()
    conditions: Mapping[str, Truth] = field(default_factory=dict)
    marks: Mapping[str, TaskState] = field(default_factory=dict)
    asked: Asked | None = None
    accepted_on: date | None = None
    law: str | None = None
    law_on: date | None = None
    """The day whose law decides it: the day of acceptance."""
    deemed: bool = False
    eligible: Truth = Truth.YES
    """Whether the preconditions hold, as the last determination found."""
    stops: tuple[Stop, ...] = ()
    answering: tuple[tuple[str, date, date | None], ...] = ()
    """Per list of failures: step, the day it went out, the day it was answered."""
    extensions: tuple[Extension, ...] = ()
    passed: frozenset[str] = frozenset()
    """Keys of the limits whose passing is on record."""
    ending: Ending | None = None
    issued: tuple[IssuedPaper, ...] = ()
    """Everything that was handed out, the last one last."""
    drafts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Per task what one person has drafted and another has yet to sign (待签发的拟稿)."""
    seq: int = 0

    @property
    def certificate(self) -> Mapping[str, Any] | None:
        """What the last paper says that was handed out."""
        return self.issued[-1].content if self.issued else None

    @property
    def sealed(self) -> Mapping[str, Any] | None:
        """The sealing of the last paper."""
        return self.issued[-1].sealed if self.issued else None

    @property
    def certificate_withdrawn(self) -> Mapping[str, Any] | None:
        """The withdrawal of the last paper."""
        return self.issued[-1].withdrawn if self.issued else None

    def in_force(self, number: str = "") -> IssuedPaper | None:
        """A paper that is not withdrawn: that of a number, or the last."""
        found = (p for p in reversed(self.issued) if p.withdrawn is None and number in ("", p.number))
        return next(found, None)

    @property
    def buildings(self) -> tuple[str, ...]:
        """The buildings that this case is about (办理范围)."""
        known = self.dossier.buildings or ()
        return known if self.units is None else tuple(b for b in known if b in self.units)

    def reading(self, procedure: Procedure) -> Reading:
        """The tasks as they stand."""
        return Reading(
            CaseView(
                self.case,
                procedure,
                self.dossier,
                self.items,
                self.buildings,
                self.conditions,
                self.marks,
                self.deemed,
                self.accepted_on is not None,
                self.ending is not None,
                self.eligible,
                frozenset(step for step, _, answered in self.answering if answered is None),
                self.drafts,
            )
        )


def fold(events: Iterable[Event], case: str) -> CaseState:
    """Fold the project's and the case's events, in ledger order, into the case as it stands.

    What happens to the project after the case was decided no longer touches the case.

    Raises:
        LookupError: no event opened that case.
    """
    state: CaseState | None = None
    dossier = Dossier()
    for event in events:
        foreign = event.case not in (None, case)
        if foreign and not touches_results(event):
            continue
        if state is None:
            dossier = _filed(dossier, event, foreign)
            if event.kind is EventKind.CASE_OPENED and not foreign:
                state = _opened(event, dossier)
            continue
        if state.ending is not None and event.case != case:
            continue
        if foreign:
            state = replace(state, dossier=_filed(state.dossier, event, foreign))
        else:
            state = _APPLY.get(event.kind, _only_files)(state, event)
        state = replace(state, seq=event.seq)
    if state is None:
        raise LookupError(case)
    return state


def fold_project(events: Iterable[Event]) -> Dossier:
    """The project's own file: what was stated and filed, and of what its cases made the results alone."""
    dossier = Dossier()
    for event in events:
        if event.case is None or touches_results(event):
            dossier = _filed(dossier, event, event.case is not None)
    return dossier


def touches_results(event: Event) -> bool:
    """Whether an event of a case makes or takes back a result that the project keeps (办理结果)."""
    return any(d.kind.endswith(RESULT) for d in event.docs) or bool(event.data.get("void_results"))


def ends_paper(event: Event) -> bool:
    """Whether a paper handed out here is over from this event on: taken back, or void because its time ran out."""
    if event.kind is EventKind.RESULT_LAPSED:
        return event.case is not None  # without one: made elsewhere, or only to be looked at again
    return event.kind is EventKind.CERTIFICATE_WITHDRAWN


def _filed(dossier: Dossier, event: Event, foreign: bool = False) -> Dossier:
    """The dossier with what an event made and voided; of another case's event only the results."""
    void = (*event.data.get("void_results", ()), *(() if foreign else event.data.get("void", ())))
    if foreign:
        return dossier.with_versions([d for d in event.docs if d.kind.endswith(RESULT)], void)
    listed = event.data.get("buildings")
    return dossier.with_versions(event.docs, void, tuple(listed) if listed is not None else None)


def _opened(event: Event, dossier: Dossier) -> CaseState:
    units = event.data.get("units")
    return CaseState(
        event.project,
        event.case or "",
        event.data["service"],
        event.on,
        event.actor.id,
        tuple(units) if units is not None else None,
        dossier,
        seq=event.seq,
    )


def _only_files(state: CaseState, event: Event) -> CaseState:
    return replace(state, dossier=_filed(state.dossier, event))


def _correction_asked(state: CaseState, event: Event) -> CaseState:
    data = event.data
    asked = Asked(
        event.on,
        tuple((m["id"], m["title"]) for m in data["materials"]),
        tuple((f["fact"], f["building"], f["title"]) for f in data["facts"]),
    )
    return replace(state, asked=asked, marks=_mark(state, event, TaskState.WAITING))


def _corrections_supplied(state: CaseState, event: Event) -> CaseState:
    asked = replace(state.asked, supplied_on=event.on) if state.asked else None
    return replace(state, asked=asked, marks=_mark(state, event, None))


def _taken_in(state: CaseState, event: Event) -> CaseState:
    return replace(
        _only_files(state, event),
        accepted_on=date.fromisoformat(event.data["accepted_on"]),
        law=event.data["law"],
        law_on=date.fromisoformat(event.data["policy_on"]),
        deemed=event.data["deemed"],
        marks=_mark(state, event, None),
    )


def _items_determined(state: CaseState, event: Event) -> CaseState:
    data = event.data
    items = tuple(item_from_json(i) for i in data["items"])
    conditions = {name: Truth(value) for name, value in data["conditions"].items()}
    gone = {i.id for i in items if i.applies is not Truth.YES}
    over = {s.task for s in state.stops if s.end is None and s.item in gone}
    return replace(
        _only_files(state, event),
        items=items,
        conditions=conditions,
        eligible=Truth(data.get("eligible", data["decision"]["eligible"])),
        stops=tuple(replace(s, end=event.on) if s.end is None and s.task in over else s for s in state.stops),
        marks={task: mark for task, mark in state.marks.items() if task not in over},
        answering=_closed(state, data.get("closes", ()), event.on),
    )


def _closed(state: CaseState, steps: Iterable[str], on: date) -> tuple[tuple[str, date, date | None], ...]:
    """The lists after those of some steps have come to their end."""
    return tuple((s, a, on if b is None and s in steps else b) for s, a, b in state.answering)


def _marked(mark: TaskState | None) -> Any:
    def apply(state: CaseState, event: Event) -> CaseState:
        return replace(_only_files(state, event), marks=_mark(state, event, mark))

    return apply


def _clock_stopped(state: CaseState, event: Event) -> CaseState:
    data = event.data
    stop = Stop(event.task or "", data["item"], data["reason"], data["written_notice"], event.on)
    return replace(state, stops=(*state.stops, stop), marks=_mark(state, event, TaskState.STOPPED))


def _clock_resumed(state: CaseState, event: Event) -> CaseState:
    stops = tuple(replace(s, end=event.on) if s.task == event.task and s.end is None else s for s in state.stops)
    return replace(state, stops=stops, marks=_mark(state, event, None))


def _extended(state: CaseState, event: Event) -> CaseState:
    data = event.data
    return replace(
        state,
        extensions=(*state.extensions, Extension(event.on, data["days"], data["approved_by"], data["item"])),
    )


def _held(state: CaseState, event: Event) -> CaseState:
    state = replace(_only_files(state, event), marks=_mark(state, event, None), drafts=_without(state, event))
    if asks := event.data.get("asks"):
        return replace(state, answering=(*_closed(state, (asks,), event.on), (asks, event.on, None)))
    return state


def _answered(state: CaseState, event: Event) -> CaseState:
    return replace(_only_files(state, event), answering=_closed(state, (event.data["step"],), event.on))


def _limit_passed(state: CaseState, event: Event) -> CaseState:
    return replace(state, passed=state.passed | {event.data["key"]})


def _without(state: CaseState, event: Event) -> dict[str, Mapping[str, Any]]:
    return {task: draft for task, draft in state.drafts.items() if task != event.task}


def _drafted(state: CaseState, event: Event) -> CaseState:
    drafts = {**state.drafts, event.task or "": {**event.data, "by": event.actor.id}}
    return replace(_only_files(state, event), drafts=drafts)


def _returned(state: CaseState, event: Event) -> CaseState:
    return replace(_only_files(state, event), drafts=_without(state, event))


def _issued(state: CaseState, event: Event) -> CaseState:
    paper = IssuedPaper(event.task or "", event.data["content"], event.seq)
    state = _ended(state, event) if event.data.get("ends", True) else _only_files(state, event)
    return replace(state, issued=(*state.issued, paper))


def _ended(state: CaseState, event: Event) -> CaseState:
    legal_day = date.fromisoformat(event.data["ended_on"]) if "ended_on" in event.data else event.on
    ending = Ending(event.kind, legal_day, event.data["says"], event.seq, event.data)
    return replace(_only_files(state, event), ending=ending, marks={})


def _sealed(state: CaseState, event: Event) -> CaseState:
    number = event.data["number"]
    issued = tuple(replace(p, sealed=event.data) if p.number == number else p for p in state.issued)
    return replace(state, issued=issued)


def _certificate_withdrawn(state: CaseState, event: Event) -> CaseState:
    data = {**event.data, "on": event.on.isoformat(), "seq": event.seq}
    issued = tuple(replace(p, withdrawn=data) if p.number == data["number"] else p for p in state.issued)
    state = replace(_only_files(state, event), issued=issued)
    if state.ending is not None:
        return state
    mine = (v for v in state.dossier.versions.values() if v.about.case == state.case)
    taken_back = [v.id for v in mine if v.fields.get("number") == data["number"]]
    return replace(state, dossier=state.dossier.with_versions((), taken_back))  # it may be handed out anew


def _result_lapsed(state: CaseState, event: Event) -> CaseState:
    return _certificate_withdrawn(state, event) if ends_paper(event) else _only_files(state, event)


def _mark(state: CaseState, event: Event, mark: TaskState | None) -> dict[str, TaskState]:
    marks = {k: v for k, v in state.marks.items() if k != event.task}
    if mark is not None and event.task:
        marks[event.task] = mark
    return marks


_APPLY = {
    EventKind.CORRECTION_ASKED: _correction_asked,
    EventKind.CORRECTIONS_SUPPLIED: _corrections_supplied,
    EventKind.TAKEN_IN: _taken_in,
    EventKind.INTAKE_REFUSED: _ended,
    EventKind.ITEMS_DETERMINED: _items_determined,
    EventKind.CLOCK_STOPPED: _clock_stopped,
    EventKind.CLOCK_RESUMED: _clock_resumed,
    EventKind.EXTENDED: _extended,
    EventKind.CALLED: _marked(TaskState.CALLED),
    EventKind.HELD: _held,
    EventKind.GIVEN: _held,
    EventKind.ANSWERED: _answered,
    EventKind.ANSWER_LAPSED: _ended,
    EventKind.LIMIT_PASSED: _limit_passed,
    EventKind.VALIDITY_NEAR: _limit_passed,
    EventKind.DRAFTED: _drafted,
    EventKind.DRAFT_RETURNED: _returned,
    EventKind.CASE_TERMINATED: _ended,
    EventKind.ISSUED: _issued,
    EventKind.NOT_PASSED: _ended,
    EventKind.CASE_WITHDRAWN: _ended,
    EventKind.SEALED: _sealed,
    EventKind.CERTIFICATE_WITHDRAWN: _certificate_withdrawn,
    EventKind.RESULT_LAPSED: _result_lapsed,
}


@dataclass(frozen=True, slots=True)
class Law:
    """The policy that a case is decided by (适用政策): its book, its procedure, and where they are from."""

    book: PolicyBook
    procedure: Procedure

    @property
    def digest(self) -> str:
        """What the case records as its law."""
        return self.book.digest
