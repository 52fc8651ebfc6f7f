"""Looking whether it works (自检): the database answers, both engines decide one case alike, the files can be written."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.parts import Parts
from engine.errors import ApprovalError
from engine.facts import read_statement
from models.database import Database
from models.ledger import head
from rules.compiler import Policy
from rules.durable_matcher import DurableMatcher
from rules.matching import decide

SERVICE = "joint-acceptance"
SAMPLE_DAY = date(2022, 9, 30)
SAMPLE: Mapping[str, Any] = {
    "facts": {"investment": "social", "category": "general_industry"},
    "buildings": [
        {"name": "1号厂房", "use": "workshop", "floor_area_m2": 6000, "labour_intensive": False},
        {"name": "宿舍", "use": "staff_dormitory", "floor_area_m2": 1200, "labour_intensive": True},
    ],
}
"""A small project that both engines decide when they are asked how they are."""
PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at (一项检查): whether it is well, what was seen, and what to do where it is not."""

    name: str
    title: str
    ok: bool
    says: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is answered."""
        return asdict(self)


async def database_answers(database: Database) -> Check:
    """Whether the database answers, and is ours."""
    title = "数据库"
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), database.read() as reader:
            await head(reader)  # a table of ours: SQLite would make an empty file and answer anything else
    except Exception as error:  # whichever way a driver fails, the answer is no
        fix = "请看数据库是否在运行、DATABASE_URL 是否正确、磁盘是否已满。"
        return Check("database", title, False, f"不应答（{type(error).__name__}）", fix)
    return Check("database", title, True, f"{database.dialect} 应答正常")


def engines_agree(policy: Policy, durable: DurableMatcher) -> Check:
    """Whether both engines decide the sample, and alike; takes a moment, so call it in a thread."""
    title = "两个规则引擎"
    book = policy.as_of(SAMPLE_DAY)
    try:
        decision = decide(book, read_statement(SAMPLE, book.vocabulary, SAMPLE_DAY), SERVICE, durable)
    except ApprovalError as error:
        fix = "判定已自动停止。请重启服务；仍不行，请把本行交技术人员。"
        return Check("engines", title, False, error.detail, fix)
    return Check("engines", title, True, f"对同一样例结论一致（{len(decision.items)} 个事项）")


def can_write(name: str, title: str, folder: Path) -> Check:
    """Whether files can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Check(name, title, False, f"{folder} 写不进去（{type(error).__name__}）", "请检查权限和磁盘空间。")
    return Check(name, title, True, f"{folder} 可写")


async def ready(parts: Parts) -> list[Check]:
    """Everything that answering rests on (是否可用)."""
    return [
        await database_answers(parts.database),
        await asyncio.to_thread(engines_agree, parts.shelf.current, parts.durable),
        await asyncio.to_thread(can_write, "files", "文件目录", parts.store.incoming),
    ]
