"""The four transition tables, every cell of state × command: what is listed is done, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine import commands, intake, kinds, orders
from engine.errors import RefusedError
from engine.procedure import Command, StepKind, TaskState
from tests.engine.acts import How, act
from tests.engine.law import CLERK, LEAD, Life, taken_in
from tests.engine.lives import FAIL, HALL, OFFICE, agreed, issue, meet, not_pass, reviewed, see, seen

B, O, ST, SP, CA, W, D, F, R = TaskState


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
    life = seen(taken_in())
    life.give("opinion", "D07")
    life.file("fire-report", drawings=4)
    life.give("review", "D07")
    return life


def _opinions(**verdicts: object) -> Life:
    life = seen(taken_in())
    life.file("archive-list", rolls=12)
    for item in ("D02", "D07", "D10"):
        life.give("opinion", item, FAIL if verdicts.get(item) is FAIL else orders.Verdict.PASS)
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


def _visited(verdict: orders.Verdict, again: bool = False) -> Life:
    life = taken_in()
    see(life, HALL, D07=verdict)
    if again:
        see(life, OFFICE)
        life.add(*commands.answer(life.desk(), "已整改", {}, ()))
        see(life, HALL, D07=verdict)
    return life


def _no_voucher() -> Life:
    """A visit that waits: the building is new and the case's item cannot be decided, so only the issue is blocked."""
    return reviewed(taken_in())


def _issued() -> Life:
    life = agreed()
    issue(life)
    return life


def _refused() -> Life:
    life = _failed_twice()
    not_pass(life)
    return life


PLACES = {
    (StepKind.INTAKE, O): ("intake", _applied),
    (StepKind.INTAKE, W): ("intake", _asked),
    (StepKind.INTAKE, D): ("intake", taken_in),
    (StepKind.INTAKE, R): ("intake", _not_taken_in),
    (StepKind.REVIEW, B): ("opinion:D07", taken_in),
    (StepKind.REVIEW, O): ("opinion:D07", lambda: seen(taken_in())),
    (StepKind.REVIEW, ST): ("opinion:D07", _new_drawings),
    (StepKind.REVIEW, SP): ("opinion:D07", _stopped),
    (StepKind.REVIEW, W): ("opinion:D07", lambda: _opinions(D07=FAIL)),
    (StepKind.REVIEW, D): ("opinion:D07", _opinions),
    (StepKind.REVIEW, F): ("opinion:D07", _failed_twice),
    (StepKind.GATHERING, O): (f"visit:{HALL}", taken_in),
    (StepKind.GATHERING, CA): (f"visit:{HALL}", _called),
    (StepKind.GATHERING, W): (f"visit:{HALL}", lambda: _visited(FAIL)),
    (StepKind.GATHERING, D): (f"visit:{HALL}", lambda: _visited(orders.Verdict.PASS)),
    (StepKind.GATHERING, F): (f"visit:{HALL}", lambda: _visited(FAIL, again=True)),
    (StepKind.ISSUE, B): ("issue", taken_in),
    (StepKind.ISSUE, O): ("issue", agreed),
    (StepKind.ISSUE, D): ("issue", _issued),
    (StepKind.ISSUE, R): ("issue", _refused),
}
"""Each state that a kind's task is ever in: a task there, and a life that brings it about."""

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
def test_a_state_outside_the_table_takes_no_command(kind: StepKind) -> None:
    for state in TaskState:
        for command in Command:
            task = replace(PLACE_OF[kind]().task(NAME_OF[kind]), state=state)
            if (state, command) not in kinds.TABLES[kind]:
                with pytest.raises(RefusedError, match="不能"):
                    commands.allow(task, command)


PLACE_OF = {k: next(make for (kind, _), (_, make) in PLACES.items() if kind is k) for k in StepKind}
NAME_OF = {k: next(name for (kind, _), (name, _) in PLACES.items() if kind is k) for k in StepKind}

_COMPLETE = {
    Command.ACCEPT: lambda life: life.file("fire-report", drawings=3),
    Command.REFUSE: lambda life: None,
}
FOLLOWS = [(kind, at, command, to) for kind in StepKind for (at, command), to in kinds.TABLES[kind].items()]


@pytest.mark.parametrize(("kind", "at", "command", "to"), FOLLOWS, ids=lambda x: x.value)
def test_what_the_table_lists_is_done_and_leads_where_it_says(
    kind: StepKind, at: TaskState, command: Command, to: TaskState
) -> None:
    name, make = PLACES[kind, at]
    life = make()
    if command is Command.ACCEPT:
        life = _accepted_by_hand(at)
    elif command is Command.REFUSE and at is O:
        life = _applied(completion_accepted=False)
    task = life.task(name)
    assert task.state is at
    life.add(*act(life, task, command, How()))
    assert life.task(name).state is to


def _accepted_by_hand(at: TaskState) -> Life:
    if at is O:
        life = _applied()
        life.file("fire-report", drawings=3)
        return life
    return _asked_and_answered_with_a_doubt()


def _asked_and_answered_with_a_doubt() -> Life:
    """Everything asked for came with a fact that failed the preconditions; that fact is then corrected in between."""
    life = _applied(completion_accepted=None)
    life.do(intake.ask_once, "intake")
    return life
