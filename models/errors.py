"""What can go wrong in keeping things (存储错误). None of their texts holds a driver's words."""

from __future__ import annotations

from engine.errors import ApprovalError


class StorageError(ApprovalError):
    """The store could not do it (存储出错): nothing was changed unless the error says that this is unknown."""

    code = "storage"
    title = "存储出错"
    title_en = "Storage error"
    again = False
    """Whether running the whole command once more may succeed."""


class SettingsError(StorageError):
    """The database is not set as it must be (数据库设置不符): the service does not start."""

    code = "database-settings"
    title = "数据库设置不符合要求"
    title_en = "Database settings are wrong"


class BusyError(StorageError):
    """Another transaction was in the way for too long, or there was a deadlock (数据库繁忙)."""

    code = "busy"
    title = "系统繁忙"
    title_en = "Busy"

    def __init__(self, detail: str, *, detail_en: str = "", again: bool = True) -> None:
        super().__init__(detail, detail_en=detail_en)
        self.again = again


class DayTurnedError(StorageError):
    """The legal day has turned between the command and its entry (跨日): the command is run again."""

    code = "day-turned"
    title = "办理时恰逢跨日"
    title_en = "The day turned"
    again = True


class ClockWentBackError(StorageError):
    """The clock says a time before the ledger's last entry (时钟倒退): writes are refused (K5)."""

    code = "clock-went-back"
    title = "系统时钟早于台账"
    title_en = "The clock is behind the ledger"


class OutcomeUnknownError(StorageError):
    """The connection died while committing (提交结果不明): look the idempotency key up, do not guess."""

    code = "outcome-unknown"
    title = "提交结果不明"
    title_en = "Outcome unknown"


class BrokenBytesError(StorageError):
    """Stored bytes do not hash to what was recorded of them (存储内容与记载不符)."""

    code = "broken-bytes"
    title = "存储内容与记载的摘要不符"
    title_en = "Stored bytes do not match their hash"


class ConstraintError(ApprovalError):
    """The database refuses it (与已有记载冲突): somebody else was first, or a rule kept in the database forbids it."""

    code = "already-there"
    title = "与已有记载冲突"
    title_en = "Conflicts with what is recorded"

    def __init__(self, constraint: str) -> None:
        super().__init__(
            "与已有记载或同时办理的另一操作冲突，未作任何更改；请刷新后再看是否仍需办理。",
            detail_en="In conflict with what is recorded, or with something done at the same time; nothing was changed.",
        )
        self.constraint = constraint
        """Name of the constraint on PostgreSQL; on SQLite its columns, or the guard's words."""


class KeyReusedError(ApprovalError):
    """An idempotency key came back with another request (幂等键被用于不同的请求)."""

    code = "key-reused"
    title = "幂等键已用于另一请求"
    title_en = "Idempotency key reused"
