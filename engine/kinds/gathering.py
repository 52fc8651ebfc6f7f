"""Gathering (联合勘验、联审会议): one call, one attendance, minuted; called again, it sees only what failed."""

from __future__ import annotations

from engine.procedure import Command, TaskState

TABLE = {
    (TaskState.OPEN, Command.CALL): TaskState.CALLED,
    (TaskState.CALLED, Command.CALL): TaskState.CALLED,  # 改期
    (TaskState.CALLED, Command.HOLD): TaskState.DONE,
}
