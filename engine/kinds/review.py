"""Review (部门审查): a department reads and gives an opinion. Only a review judges content and can go stale."""

from __future__ import annotations

from engine.procedure import Command, TaskState

TABLE = {
    (TaskState.OPEN, Command.GIVE): TaskState.DONE,  # 出具意见；不合格者按环节的 on_fail 等待答复
    (TaskState.OPEN, Command.CONVERT): TaskState.DONE,  # 转正：只问“是否变化”
    (TaskState.STALE, Command.CONVERT): TaskState.DONE,
    (TaskState.DRAFTED, Command.SIGN): TaskState.DONE,  # 拟稿、签发分设：另一人签发
    (TaskState.DRAFTED, Command.RETURN): TaskState.OPEN,  # 退回拟稿
    (TaskState.OPEN, Command.STOP_CLOCK): TaskState.STOPPED,  # 停表，行政许可法第四十五条
    (TaskState.STALE, Command.GIVE): TaskState.DONE,  # 所依据的文书已变更，重新出具
    (TaskState.STALE, Command.SIGN_UNAFFECTED): TaskState.DONE,  # 签署“不受影响”，附理由
    (TaskState.STALE, Command.STOP_CLOCK): TaskState.STOPPED,
    (TaskState.STOPPED, Command.RESUME_CLOCK): TaskState.OPEN,
    (TaskState.DONE, Command.WITHDRAW_OPINION): TaskState.OPEN,  # 出证前撤回意见，另行出具
    (TaskState.WAITING, Command.WITHDRAW_OPINION): TaskState.OPEN,
    (TaskState.FAILED, Command.WITHDRAW_OPINION): TaskState.OPEN,
}
