"""A case is its ledger (办件): everything about it is a fold of its project's and its own events, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.decision import Decision, limit_json
from engine.dossier import Dossier
from engine.events import Event, EventKind
from engine.papers import CaseView, ItemHere
from engine.policy import ItemKind, PolicyBook
from engine.procedure import GuardKind, Procedure, TaskState
from engine.tasks import Reading
from engine.terms import Firm, Truth


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the clock (停表): for which item, why, from which day to which (None: still stopped)."""

    task: str
    item: str
    reason: str
    written_notice: bool
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension of the bundle's or an item's limit (延长), as it was approved."""

    on: date
    days: int
    approved_by: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The one notice of everything that is missing (一次告知): materials and facts, and when it was given."""

    on: date
    materials: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str, str], ...]
    """Fact id, building (empty: the project), title."""
    supplied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ended (办结情形)."""

    kind: EventKind
    on: date
    says: str
    seq: int
    data: Mapping[str, Any] = field(default_factory=dict)


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
    certificate: Mapping[str, Any] | None = None
    sealed: Mapping[str, Any] | None = None
    certificate_withdrawn: Mapping[str, Any] | None = None
    seq: int = 0

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
            )
        )


def fold(events: Iterable[Event], case: str) -> CaseState:
    """Fold the project's and the case's events, in ledger order, into the case as it stands.

    What happens to the project after the case was decided no longer touches the case.

    Raises:
        LookupError: no event opened that case.
    """
    before: list[Event] = []
    state: CaseState | None = None
    dossier = Dossier()
    for event in events:
        if event.case not in (None, case):
            continue
        if state is None:
            dossier = _filed(dossier, event)
            if event.kind is EventKind.CASE_OPENED:
                state = _opened(event, dossier)
            else:
                before.append(event)
            continue
        if state.ending is not None and event.case is None:
            continue
        state = _APPLY.get(event.kind, _only_files)(state, event)
        state = replace(state, seq=event.seq)
    if state is None:
        raise LookupError(case)
    return state


def fold_project(events: Iterable[Event]) -> Dossier:
    """The project's own file: what was stated and filed, and nothing that a case made."""
    dossier = Dossier()
    for event in events:
        if event.case is None:
            dossier = _filed(dossier, event)
    return dossier


def _filed(dossier: Dossier, event: Event) -> Dossier:
    listed = event.data.get("buildings")
    return dossier.with_versions(event.docs, event.data.get("void", ()), tuple(listed) if listed is not None else None)


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
        eligible=Truth(data["decision"]["eligible"]),
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
    state = replace(_only_files(state, event), marks=_mark(state, event, None))
    if asks := event.data.get("asks"):
        return replace(state, answering=(*_closed(state, (asks,), event.on), (asks, event.on, None)))
    return state


def _answered(state: CaseState, event: Event) -> CaseState:
    return replace(_only_files(state, event), answering=_closed(state, (event.data["step"],), event.on))


def _limit_passed(state: CaseState, event: Event) -> CaseState:
    return replace(state, passed=state.passed | {event.data["key"]})


def _issued(state: CaseState, event: Event) -> CaseState:
    return replace(_ended(state, event), certificate=event.data["content"])


def _ended(state: CaseState, event: Event) -> CaseState:
    legal_day = date.fromisoformat(event.data["ended_on"]) if "ended_on" in event.data else event.on
    ending = Ending(event.kind, legal_day, event.data["says"], event.seq, event.data)
    return replace(_only_files(state, event), ending=ending, marks={})


def _sealed(state: CaseState, event: Event) -> CaseState:
    return replace(state, sealed=event.data)


def _certificate_withdrawn(state: CaseState, event: Event) -> CaseState:
    return replace(state, certificate_withdrawn={**event.data, "on": event.on.isoformat(), "seq": event.seq})


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
    EventKind.ISSUED: _issued,
    EventKind.NOT_PASSED: _ended,
    EventKind.CASE_WITHDRAWN: _ended,
    EventKind.SEALED: _sealed,
    EventKind.CERTIFICATE_WITHDRAWN: _certificate_withdrawn,
}


# --- a decision as a case keeps it -----------------------------------------------------------------------------------


def determined(decision: Decision, procedure: Procedure, since: Mapping[str, str], on: date) -> dict[str, Any]:
    """What ``ItemsDetermined`` records: the items, what each needs, and the guards' truths; the whole answer beside it."""
    guards = {s.when.name for s in procedure.steps if s.when and s.when.kind is GuardKind.CONDITION}
    items = []
    for each in decision.items:
        item = each.item
        first = on.isoformat() if each.applies is Truth.YES else ""
        items.append(
            {
                "id": item.id,
                "title": item.title,
                "department": item.department,
                "part": each.part,
                "applies": each.applies.value,
                "buildings": list(each.buildings),
                "needs_visit": item.needs_visit,
                "licence": item.kind is ItemKind.LICENCE,
                "materials": [[m.id, m.title, m.firm.value] for m in each.materials],
                "facts": sorted({(name, building) for r in each.because for name, building in _named(r.facts)}),
                "limits": [limit_json(x) for x in each.limits],
                "cite": [[c.instrument, c.article] for c in item.cite],
                "since": since.get(item.id) or first,
            }
        )
    return {
        "items": items,
        "conditions": {g: decision.truths[g].value for g in sorted(guards) if g in decision.truths},
        "decision": decision.as_json(),
    }


def _named(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in facts.items():
        if name == "buildings" and isinstance(value, Mapping):
            yield from ((fact, building) for building, stated in value.items() for fact in stated)
        else:
            yield name, ""


def item_from_json(raw: Mapping[str, Any]) -> ItemHere:
    """An item back from ``ItemsDetermined``."""
    return ItemHere(
        raw["id"],
        raw["title"],
        raw["department"],
        raw["part"],
        Truth(raw["applies"]),
        tuple(raw["buildings"]),
        raw["needs_visit"],
        raw["licence"],
        tuple((m, t, Firm(f)) for m, t, f in raw["materials"]),
        tuple((f, b) for f, b in raw["facts"]),
        tuple(raw["limits"]),
        tuple((i, a) for i, a in raw["cite"]),
        raw["since"],
    )


@dataclass(frozen=True, slots=True)
class Law:
    """The policy that a case is decided by (适用政策): its book, its procedure, and where they are from."""

    book: PolicyBook
    procedure: Procedure

    @property
    def digest(self) -> str:
        """What the case records as its law."""
        return self.book.digest
