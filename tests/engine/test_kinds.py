"""The four transition tables, every cell of state × command: what is listed is done, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine import commands, intake, kinds, orders
from engine.dossier import Verdict
from engine.errors import RefusedError
from engine.procedure import Command, StepKind, TaskState
from tests.engine.acts import How, act
from tests.engine.law import CLERK, LEAD, Life, taken_in
from tests.engine.lives import FAIL, HALL, OFFICE, PASS, agreed, filed, issue, meet, not_pass, reviewed, see, seen
from tests.engine.simulated_law import ONE_PERSON, accepted, won

B, OPEN, ST, SP = TaskState.BLOCKED, TaskState.OPEN, TaskState.STALE, TaskState.STOPPED
DR = TaskState.DRAFTED
CA, W, D, F, R = TaskState.CALLED, TaskState.WAITING, TaskState.DONE, TaskState.FAILED, TaskState.REFUSED


def _applied(**facts: object) -> Life:
    life = Life()
    life.facts(
        {HALL: {"use": "workshop", "floor_area_m2": 260000}, OFFICE: {"use": "office", "floor_area_m2": 50000}},
        **{"archive_scope": True, "completion_accepted": True, **facts},
    )
    life.open()
    return life


def _asked() -> Life:
    life = _applied()
    life.do(intake.ask_once, "intake")
    return life


def _not_taken_in() -> Life:
    life = _applied(completion_accepted=False)
    life.do(intake.refuse, "intake", "不予受理")
    return life


def _new_drawings() -> Life:
    life = reviewed(taken_in())
    life.file("fire-report", drawings=4)
    return life


def _opinions(**verdicts: Verdict) -> Life:
    life = seen(taken_in())
    life.file("archive-list", rolls=12)
    for item in ("D02", "D07", "D10"):
        life.give("opinion", item, verdicts.get(item, PASS))
    return life


def _failed_twice() -> Life:
    life = _opinions(D07=FAIL)
    meet(life)
    life.give("opinion", "D07", FAIL)
    return life


def _stopped() -> Life:
    life = seen(taken_in())
    life.do(orders.stop_clock, "opinion:D07", "testing", True, "送检")
    return life


def _called() -> Life:
    life = taken_in()
    life.do(orders.call, f"visit:{HALL}", date(2099, 1, 1), "现场", actor=LEAD)
    return life


def _visited(verdict: Verdict, again: bool = False) -> Life:
    life = taken_in()
    see(life, HALL, D07=verdict)
    if again:
        see(life, OFFICE)
        life.add(*commands.answer(life.desk(), "已整改", {}, ()))
        see(life, HALL, D07=verdict)
    return life


def _drafted() -> Life:
    life = won()
    life.draft("X1")
    return life


def _to_convert() -> Life:
    life = accepted(ONE_PERSON).simulate()
    life.win()
    return life


def _to_convert_again() -> Life:
    """Given in full on a contract whose area was corrected; what was assumed lies within tolerance of both."""
    life = accepted(ONE_PERSON).simulate()
    life.win(area="30250")
    life.say("convert", "X1")
    life.win(area="29900")
    return life


def _issued() -> Life:
    life = agreed()
    issue(life)
    return life


def _refused() -> Life:
    life = _failed_twice()
    not_pass(life)
    return life


PLACES = {
    (StepKind.INTAKE, OPEN): ("intake", _applied),
    (StepKind.INTAKE, W): ("intake", _asked),
    (StepKind.INTAKE, D): ("intake", taken_in),
    (StepKind.INTAKE, R): ("intake", _not_taken_in),
    (StepKind.REVIEW, B): ("opinion:D07", taken_in),
    (StepKind.REVIEW, OPEN): ("opinion:D07", lambda: seen(taken_in())),
    (StepKind.REVIEW, ST): ("review:D07", _new_drawings),
    (StepKind.REVIEW, SP): ("opinion:D07", _stopped),
    (StepKind.REVIEW, DR): ("convert:X1", _drafted),
    (StepKind.REVIEW, W): ("opinion:D07", lambda: _opinions(D07=FAIL)),
    (StepKind.REVIEW, D): ("opinion:D07", _opinions),
    (StepKind.REVIEW, F): ("opinion:D07", _failed_twice),
    (StepKind.GATHERING, OPEN): (f"visit:{HALL}", taken_in),
    (StepKind.GATHERING, CA): (f"visit:{HALL}", _called),
    (StepKind.GATHERING, W): (f"visit:{HALL}", lambda: _visited(FAIL)),
    (StepKind.GATHERING, D): (f"visit:{HALL}", lambda: _visited(PASS)),
    (StepKind.GATHERING, F): (f"visit:{HALL}", lambda: _visited(FAIL, again=True)),
    (StepKind.ISSUE, B): ("issue", taken_in),
    (StepKind.ISSUE, OPEN): ("issue", agreed),
    (StepKind.ISSUE, D): ("issue", _issued),
    (StepKind.ISSUE, R): ("issue", _refused),
}
"""Each state that a kind's task is ever in: a task there, and a life that brings it about."""

CONVERTING = {OPEN: _to_convert, ST: _to_convert_again}
"""A conversion wants a simulated opinion."""

CELLS = [(kind, state, command) for kind, state in PLACES for command in Command]


@pytest.mark.parametrize(("kind", "state"), list(PLACES), ids=lambda x: x.value)
def test_the_state_is_reached(kind: StepKind, state: TaskState) -> None:
    name, life = PLACES[kind, state]
    task = life().task(name)
    assert (task.step.kind, task.state) == (kind, state)


@pytest.mark.parametrize(("kind", "state", "command"), CELLS, ids=lambda x: x.value)
def test_what_the_table_does_not_list_is_refused_and_changes_nothing(
    kind: StepKind, state: TaskState, command: Command
) -> None:
    name, make = PLACES[kind, state]
    life = make()
    task = life.task(name)
    if (state, command) in kinds.TABLES[kind]:
        assert command in kinds.commands(kind, state)
        commands.allow(task, command)
        return
    before = list(life.events)
    with pytest.raises(RefusedError) as caught:
        commands.allow_now(life.desk(CLERK), task, command)
    assert life.events == before
    assert caught.value.detail and caught.value.detail_en


@pytest.mark.parametrize("kind", list(StepKind), ids=lambda k: k.value)
def test_a_state_that_the_kind_never_has_takes_no_command(kind: StepKind) -> None:
    name, make = next(place for (each, _), place in PLACES.items() if each is kind)
    task = make().task(name)
    for state in TaskState:
        if (kind, state) not in PLACES:
            assert kinds.commands(kind, state) == ()
            for command in Command:
                with pytest.raises(RefusedError, match="不能"):
                    commands.allow(replace(task, state=state), command)


FOLLOWS = [(kind, at, command, to) for kind in StepKind for (at, command), to in kinds.TABLES[kind].items()]


@pytest.mark.parametrize(("kind", "at", "command", "to"), FOLLOWS, ids=lambda x: x.value)
def test_what_the_table_lists_is_done_and_leads_where_it_says(
    kind: StepKind, at: TaskState, command: Command, to: TaskState
) -> None:
    name, make = PLACES[kind, at]
    life = make()
    if command is Command.ACCEPT:
        life.add(filed(life, "fire-report"))
    elif command is Command.CONVERT:
        name, life = "convert:X1", CONVERTING[at]()
    elif command is Command.REFUSE and at is OPEN:
        life = _applied(completion_accepted=False)
    task = life.task(name)
    assert task.state is at
    life.add(*act(life, task, command, How()))
    assert life.task(name).state is to
