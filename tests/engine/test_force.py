"""What is formal never rests on what is simulated (S1): neither may the procedure say so, nor does a task take it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case import Law
from engine.certificate import body_of
from engine.errors import RefusedError
from engine.procedure import TaskState
from engine.terms import Force
from tests.engine import law
from tests.engine.lives import agreed, issue


def simulated(*names: str) -> Law:
    steps = tuple(replace(s, force=Force.SIMULATED) if s.id in names else s for s in law.PROCEDURE.steps)
    return replace(law.LAW, procedure=replace(law.PROCEDURE, steps=steps))


def test_a_procedure_that_builds_formal_on_simulated_is_refused() -> None:
    assert list(law.PROCEDURE.faults()) == []
    assert ("issue", "正式的环节不能立足于模拟作出的“opinion”") in list(simulated("opinion").procedure.faults())


def test_an_issue_stays_shut_on_simulated_opinions() -> None:
    life = agreed()
    assert life.states()["issue"] == TaskState.OPEN
    life.events = [
        replace(e, docs=tuple(replace(d, force=Force.SIMULATED) if d.kind == "opinion" else d for d in e.docs))
        for e in life.events
    ]
    assert life.states()["issue"] == TaskState.BLOCKED
    with pytest.raises(RefusedError):
        issue(life)


def test_a_certificate_says_its_force() -> None:
    life = agreed()
    issue(life)
    assert life.state.certificate is not None
    assert life.state.certificate["force"] == Force.FORMAL
    assert b'"force":"formal"' in body_of(life.state.certificate)
