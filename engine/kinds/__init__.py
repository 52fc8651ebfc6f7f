"""The four kinds of step, a module each with its own transition table; what is not listed there is refused."""

from __future__ import annotations

from collections.abc import Mapping

from engine.kinds import gathering, intake, issue, review
from engine.procedure import Command, StepKind, TaskState

Table = Mapping[tuple[TaskState, Command], TaskState]

TABLES: Mapping[StepKind, Table] = {
    StepKind.INTAKE: intake.TABLE,
    StepKind.REVIEW: review.TABLE,
    StepKind.GATHERING: gathering.TABLE,
    StepKind.ISSUE: issue.TABLE,
}


def commands(kind: StepKind, state: TaskState) -> tuple[Command, ...]:
    """The commands that a task of that kind takes in that state."""
    return tuple(command for (at, command) in TABLES[kind] if at is state)
