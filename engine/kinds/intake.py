"""Intake (统一受理): take in, ask once for everything, refuse. It checks what it lists; it does not judge content."""

from __future__ import annotations

from engine.procedure import Command, TaskState

TABLE = {
    (TaskState.OPEN, Command.ACCEPT): TaskState.DONE,  # 行政许可法第三十二条第一款第五项
    (TaskState.OPEN, Command.ASK_ONCE): TaskState.WAITING,  # 第四项：一次告知全部内容
    (TaskState.OPEN, Command.REFUSE): TaskState.REFUSED,  # 第一、二项；第三十八条：书面说明理由并告知救济
    (TaskState.WAITING, Command.ACCEPT): TaskState.DONE,
    (TaskState.WAITING, Command.REFUSE): TaskState.REFUSED,
}
