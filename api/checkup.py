"""The whole examination (体检) behind ``yichuang doctor``: environment, engines, database, ledger, invariants, files.

It changes nothing and may run beside the service. Every check says what it saw, and what to do where something is wrong.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from api.files import FileStore
from api.folding import clocks_and_wakeups
from api.opening import join
from api.parts import Parts
from api.probes import Check, can_write, engines_agree
from api.settings import Settings
from api.shelf import Shelf
from engine.errors import ApprovalError
from models import engines, invariants, migrations, rebuild
from models.database import Database, Reader
from models.demo import is_demo
from models.errors import BrokenBytesError
from models.tables import StoredFile
from rules.durable_matcher import DurableMatcher

OLDEST_PYTHON, BEFORE_PYTHON = (3, 11), (3, 14)
PACKAGES = ("durable-rules", "litestar", "uvicorn", "sqlalchemy", "advanced-alchemy", "alembic", "pydantic", "typst")
LEAST_FREE = 1024**3
SOUND_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Where the fault of two connections writing at once was mended: in the first, and in these older lines."""
MOST_NAMED = 3
"""Offenders that a line names; it says how many more there are."""
BROKEN = "请停止办理并保留现场：备份数据目录和数据库，把本行交技术人员核查。"


async def examine(settings: Settings) -> list[Check]:
    """Look at everything, in the order in which a fault in one makes the next pointless."""
    checks = [_python(), _packages(), *_folders(settings)]
    shelf = await asyncio.to_thread(Shelf.of, settings.policy_dir)
    with DurableMatcher() as durable:
        checks += [await asyncio.to_thread(_child, durable)]
        checks += [await asyncio.to_thread(engines_agree, shelf.current, durable)]
        schema = await asyncio.to_thread(_schema, settings)
        checks.append(schema)
        if not schema.ok:
            return checks
        try:
            async with _opened(settings) as database:
                checks += [check async for check in _of_database(join(settings, database, shelf, durable))]
        except (ApprovalError, DBAPIError) as error:
            says = error.detail if isinstance(error, ApprovalError) else type(error).__name__
            checks.append(Check("database", "数据库", False, says, "请按提示改正数据库设置后再查。"))
    return checks


# --- the machine ------------------------------------------------------------------------------------------------------


def _python() -> Check:
    here = sys.version_info[:2]
    says = ".".join(map(str, sys.version_info[:3]))
    return Check("python", "Python", OLDEST_PYTHON <= here < BEFORE_PYTHON, says, "请用 Python 3.11、3.12 或 3.13。")


def _packages() -> Check:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    says = "，".join(found) + (f"；缺少 {'、'.join(missing)}" if missing else "")
    return Check("packages", "软件包", not missing, says, "请运行 make setup。")


def _folders(settings: Settings) -> Iterable[Check]:
    folder = settings.data_dir.absolute()
    if not folder.is_dir():
        yield Check("data", "数据目录", False, f"没有 {folder}", "请先运行 yichuang run，或设 YICHUANG_DATA_DIR。")
        return
    yield can_write("data", "数据目录", folder)
    free = shutil.disk_usage(folder).free
    says = f"剩余 {free / 1024**3:.1f} GB"
    yield Check("disk", "磁盘空间", free >= LEAST_FREE, says, "请清理磁盘，至少留出 1 GB。")


def _child(durable: DurableMatcher) -> Check:
    status = durable.status()
    says = f"durable-rules {status.engine}，子进程启动用时 {status.start_seconds:.2f} 秒"
    if status.running:
        return Check("child", "规则引擎子进程", True, says)
    said = status.last_error or status.standard_error
    return Check(
        "child", "规则引擎子进程", False, f"启动不了：{said}", "请运行 make setup 重建环境；仍不行，交技术人员。"
    )


# --- the database -----------------------------------------------------------------------------------------------------


def _schema(settings: Settings) -> Check:
    """The revision, asked for without changing anything; no file is made where there is none."""
    title, shown = "数据库版本", make_url(settings.database).render_as_string()
    plain, newest = engines.plain(settings.database), migrations.head()
    if plain.get_backend_name() == "sqlite" and not Path(plain.database or "").is_file():
        return Check("schema", title, False, f"没有数据库 {shown}", "请先运行 yichuang run。")
    engine = create_engine(plain, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = migrations.current(connection)
    except DBAPIError:
        return Check("schema", title, False, f"连不上 {shown}", "请看数据库是否在运行、DATABASE_URL 是否正确。")
    finally:
        engine.dispose()
    says = f"{shown}：{found or '空'}" + ("" if found == newest else f"，本程序需要 {newest}")
    return Check("schema", title, found == newest, says, "请先备份，再运行 yichuang run（启动时自动升级）。")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(settings.database)
    try:
        yield database
    finally:
        await database.close()


async def _of_database(parts: Parts) -> AsyncIterator[Check]:
    settings = await parts.database.settings()  # those that must be so are insisted on when it is opened
    yield Check("database", "数据库设置", True, "，".join(f"{k}={v}" for k, v in settings.items() if "." not in k))
    if parts.database.dialect == "sqlite":
        yield _sqlite_version()
    async with parts.database.read() as reader:
        yield Check("data-kind", "数据性质", True, "演示数据" if await is_demo(reader) else "正式数据")
        for finding in await invariants.run_all(reader):
            yield _invariant(finding)
        yield _none(
            "projections", "状态表与台账", await rebuild.differences(reader, clocks_and_wakeups(parts)), "逐行一致"
        )
        yield await _files(reader, parts.store)


def _sqlite_version() -> Check:
    here = sqlite3.sqlite_version_info
    sound = here >= SOUND_SQLITE[0] or any(here[:2] == fixed[:2] and here >= fixed for fixed in SOUND_SQLITE)
    note = (
        ""
        if sound
        else "；这一版本在两个连接同时写入时有极少见的缺陷，本服务只用一个连接写入，请勿用别的程序写这个文件"
    )
    return Check("sqlite", "SQLite", True, sqlite3.sqlite_version + note)


def _invariant(finding: invariants.Finding) -> Check:
    return _none(finding.id, f"不变量 {finding.id}", finding.offenders, finding.says)


def _none(name: str, title: str, offenders: Iterable[object], well: str) -> Check:
    """A check that is well where nothing offends it."""
    found = [str(each) for each in offenders]
    if not found:
        return Check(name, title, True, well)
    more = f"（另有 {len(found) - MOST_NAMED} 处）" if len(found) > MOST_NAMED else ""
    return Check(name, title, False, f"应当：{well}。违反：{'；'.join(found[:MOST_NAMED])}{more}", BROKEN)


async def _files(reader: Reader, store: FileStore) -> Check:
    """Every file on record is there and is what was recorded (F1, F2)."""
    known = list((await reader.execute(select(StoredFile.sha256).order_by(StoredFile.sha256))).scalars())
    broken = [sha256 async for sha256 in _broken(known, store)]
    return _none("files", "材料和证书文件", broken, f"{len(known)} 个文件都在，内容与摘要相符")


async def _broken(known: Iterable[str], store: FileStore) -> AsyncIterator[str]:
    for sha256 in known:
        try:
            (await asyncio.to_thread(store.open, sha256)).close()
        except BrokenBytesError:
            yield sha256
