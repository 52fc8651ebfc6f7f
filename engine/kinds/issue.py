"""Issue (一窗出证): the certificate where everything it needs is good, else the refusal with reasons and remedies."""

from __future__ import annotations

from engine.procedure import Command, TaskState

TABLE = {(TaskState.OPEN, Command.ISSUE): TaskState.DONE}
