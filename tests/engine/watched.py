"""A simulated approval whose every event is held against what must be (旁观的模拟审批): what random lives are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine import converting, intake, issuing, orders, simulation
from engine.case import CaseState
from engine.certificate import refusal_of
from engine.dossier import About, DocVersion, Standing, Verdict
from engine.events import Event, EventKind
from engine.kinds import TABLES
from engine.procedure import Command
from engine.tasks import Task
from engine.terms import Force
from tests.engine.law import OWNER
from tests.engine.simulated_law import DRAFTER, SIGNER, WORKSHOP, Simulating, accepted, noticed, won

LAST_DAY = date(2022, 12, 16)
EVERYBODY = ("parcel", "holder", "area")
LOOKED_AT = {
    "X1": (*EVERYBODY, "ratio", "plots"),
    "X2": (*EVERYBODY, "ratio", "handover"),
    "X3": (*EVERYBODY, "height", "fenced"),
}
"""Said anew: which fields concern which item."""


def other(name: str, before: Any, after: Any) -> bool:
    """Said anew, plainly: whether a field differs beyond its tolerance."""
    if name == "area":
        return abs(Decimal(after) - Decimal(before)) * 100 > Decimal(before)
    if name == "height":
        return abs(Decimal(after) - Decimal(before)) > Decimal("0.5")
    return Decimal(before) != Decimal(after) if name == "ratio" else before != after


def standing(state: CaseState) -> list[DocVersion]:
    """The simulated opinions that count."""
    found = (state.dossier.current("simulated_opinion", About(i, case="c1")) for i in LOOKED_AT)
    return [v for v in found if v is not None]


def all_read(state: CaseState, version: DocVersion) -> set[str]:
    """Everything that a version read, and all that this read in turn."""
    found = set(version.read)
    for name in version.read:
        found |= all_read(state, state.dossier.versions[name])
    return found


def doomed(state: CaseState) -> tuple[set[str], bool]:
    """Said anew, plainly: the simulated opinions that what is now on file voids, and whether the case ends with it."""
    dossier, opinions = state.dossier, standing(state)
    contract = dossier.current("land-contract", About())
    height = dossier.current("fact:height_m", About(building=WORKSHOP))
    allowed = dossier.current("fact:allowed", About())
    assert contract is not None and height is not None and allowed is not None
    assumed = [v for v in dossier.history("land-contract", About()) if v.standing is Standing.ASSUMED][-1]
    lost = contract.standing is Standing.REAL and other("holder", assumed.fields["holder"], contract.fields["holder"])
    if lost or allowed.fields["value"] is False:
        return {v.id for v in opinions}, True
    void = set()
    for opinion in opinions:
        for read in (dossier.versions[name] for name in opinion.read):
            if read.kind == "land-contract":
                looked = LOOKED_AT[opinion.about.item]
                differs = any(other(f, read.fields[f], contract.fields[f]) for f in looked)
            elif read.kind == "fact:height_m":
                differs = abs(read.fields["value"] - height.fields["value"]) > 50
            else:
                differs = False
            if differs:
                void.add(opinion.id)
    return void, False


@dataclass
class Watched(Simulating):
    """A life that holds every failure against what was said plainly."""

    def after(self) -> None:
        if self.events[-1].kind is not EventKind.CASE_OPENED and any(e.case for e in self.events):
            self.add(*intake.after_filing(self.desk(OWNER)))
            before = self.state
            if before.ending is None and before.accepted_on is not None:
                wanted, ends = doomed(before)
                self.add(*self.watch(simulation.failed(self.desk(OWNER)), wanted, ends))

    def watch(self, events: list[Event], wanted: set[str], ends: bool) -> list[Event]:
        """What failed and was made of it is void, and nothing else; a notice that says so is taken back."""
        state = self.state
        void = {v for e in events if e.kind is EventKind.ASSUMPTION_FAILED for v in e.data["void"]}
        opinions = {v for v in void if state.dossier.versions[v].verdict is not None}
        assert opinions == wanted, (opinions, wanted)
        for name in void - opinions:
            made = state.dossier.versions[name]
            assert made.force is Force.SIMULATED and all_read(state, made) & wanted
        told = {e.data["number"] for e in events if e.kind is EventKind.CERTIFICATE_WITHDRAWN}
        spoiled = {
            p.number
            for p in state.issued
            if p.simulated and p.withdrawn is None and {o["document"] for o in p.content["opinions"]} & wanted
        }
        assert told == spoiled
        assert any(e.kind is EventKind.CASE_TERMINATED for e in events) is ends
        return events


def takes(task: Task) -> list[Command]:
    """The commands that a task takes in its state."""
    return [c for (at, c) in TABLES[task.step.kind] if at is task.state]


def _opinion(verdict: Verdict) -> orders.Opinion:
    fail = verdict is Verdict.FAIL
    return orders.Opinion(verdict, "有问题" if fail else "", "某条" if fail else "")


def _issue(life: Watched, task: Task) -> list[Event]:
    if task.step.form is None:  # no step that issues: there is nothing that it could say, and it is refused for itself
        return issuing.issue(life.desk(), task, {})
    if life.state.reading(life.law.procedure).passing(task.step, task.about) or task.step.refuses is None:
        return issuing.issue(life.desk(), task, life.content(task.id))
    entries = {d.id: e.seq for e in life.events for d in e.docs}
    return issuing.not_pass(life.desk(), task, refusal_of(life.desk(), task, "不予通过", entries))


def order(life: Watched, task: Task, command: Command, verdict: Verdict, second: bool) -> list[Event]:
    """What one command on a task would bring."""
    desk = life.desk(SIGNER if second else DRAFTER)
    acts: Mapping[Command, Callable[[], list[Event]]] = {
        Command.ACCEPT: lambda: intake.accept(desk, task),
        Command.ASK_ONCE: lambda: intake.ask_once(desk, task),
        Command.REFUSE: lambda: intake.refuse(desk, task, "不予受理"),
        Command.GIVE: lambda: orders.give(desk, task, _opinion(verdict)),
        Command.CONVERT: lambda: converting.convert(desk, task, verdict is Verdict.PASS, "", life.law),
        Command.SIGN: lambda: converting.sign(desk, task, life.law),
        Command.RETURN: lambda: converting.return_draft(desk, task, "理由不足"),
        Command.SIGN_UNAFFECTED: lambda: orders.sign_unaffected(desk, task, "仅更正图签"),
        Command.WITHDRAW_OPINION: lambda: orders.withdraw_opinion(desk, task, "意见有误"),
        Command.STOP_CLOCK: lambda: orders.stop_clock(desk, task, "testing", True, "送检"),
        Command.RESUME_CLOCK: lambda: orders.resume_clock(desk, task),
        Command.CALL: lambda: orders.call(desk, task, LAST_DAY, "现场"),
        Command.HOLD: lambda: orders.hold(desk, task, ["planning"], {}, "纪要"),
        Command.ISSUE: lambda: _issue(life, task),
    }
    return acts[command]()


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "holder": st.sampled_from(["甲公司"] * 6 + ["乙公司"]),
        "ratio": st.sampled_from(["3", "3.0", "3.2"]),
        "area": st.sampled_from(["30000", "30250", "29900", "31000"]),
        "height": st.sampled_from(["40", "40.4", "40.8"]),
        "plots": st.sampled_from([1, 1, 2]),
        "handover": st.sampled_from(["2022-10-31", "2022-11-30"]),
        "fenced": st.booleans(),
    },
)
STARTS: dict[str, Callable[[], Simulating]] = {
    "accepted": accepted,
    "noticed": noticed,
    "won": won,
    "converted": lambda: won().convert(),
}
