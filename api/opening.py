"""Opening the house (启动): the data directory is claimed, the database upgraded and opened, the parts joined; then the way back.

The service, ``user add``, ``doctor`` and the commands that read cases all come in through :func:`open_parts`.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from api.errors import UnavailableError
from api.files import FileStore
from api.parts import Parts
from api.settings import Settings
from api.shelf import Shelf
from engine.errors import ApprovalError
from models.accounts import accounts
from models.database import Database, Unit
from models.demo import is_demo, mark_demo
from models.migrations import upgrade
from rules.durable_matcher import DurableMatcher

LOCK = "lock"


class OccupiedError(ApprovalError):
    """Another service works with these data (数据目录被占用)."""

    code = "occupied"
    title = "数据目录正被使用"
    title_en = "The data directory is in use"


class DemoMixError(ApprovalError):
    """Demo and real data must not meet (演示数据与正式数据不得混用)."""

    code = "demo-mix"
    title = "演示数据与正式数据不得混用"
    title_en = "Demo and real data must not meet"


@contextmanager
def claimed(settings: Settings, *, alone: bool) -> Iterator[None]:
    """Claim the data directory (占用数据目录) for as long as this lasts; the system lets go of it even after a crash.

    Args:
        settings: names the directory; it is made where there is none, for this user alone.
        alone: nobody else may use it; else several may, as several services on one PostgreSQL do.

    Raises:
        OccupiedError: somebody else uses it.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(settings.data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            folder = settings.data_dir.absolute()
            raise OccupiedError(
                f"另一个一窗服务正在使用数据目录 {folder}；请先停掉它，或用 YICHUANG_DATA_DIR 另指一个目录。",
                detail_en=f"Another service uses {folder}; stop it, or set YICHUANG_DATA_DIR to another directory.",
            ) from None
        yield
    finally:
        os.close(handle)


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Join the parts over a database at its newest revision; the second engine starts when it is first asked."""
    try:
        await asyncio.to_thread(upgrade, settings.database)
    except DBAPIError as error:
        shown = make_url(settings.database).render_as_string()  # hides the password
        raise UnavailableError(
            f"数据库 {shown} 用不了：请看它是否在运行、DATABASE_URL 是否正确、磁盘是否可写。",
            detail_en=f"The database {shown} cannot be used: is it running, is DATABASE_URL right, is there room?",
        ) from error
    shelf = await asyncio.to_thread(Shelf.of, settings.policy_dir)
    database = await Database.open(settings.database)
    try:
        with DurableMatcher() as durable:
            yield join(settings, database, shelf, durable)
    finally:
        await database.close()


def join(settings: Settings, database: Database, shelf: Shelf, durable: DurableMatcher) -> Parts:
    """The parts as one value."""
    return Parts(
        database=database,
        shelf=shelf,
        durable=durable,
        now=settings.clock.now,
        store=FileStore(settings.files_dir),
        base_url=settings.address,
    )


async def keep_apart(database: Database, *, demo: bool) -> None:
    """Keep demo and real data apart: an empty database may become a demo, any other stays what it is.

    Raises:
        DemoMixError: a demo was asked for over real data, or a real service over a demo with its known passwords.
    """
    async with database.read() as reader:
        marked, empty = await is_demo(reader), not await accounts(reader)
    if marked and not demo:
        raise DemoMixError(
            "这个数据库里是演示数据，账号的口令人人知道，不能作正式服务；请加 --demo，或另用一个数据库。",
            detail_en="This database is a demo with known passwords: add --demo, or use another database.",
        )
    if demo and not marked:
        if not empty:
            raise DemoMixError(
                "这个数据库里有正式账号，不能放入演示数据；请去掉 --demo，或另用一个数据库。",
                detail_en="This database has real accounts: leave --demo out, or use another database.",
            )

        async def command(unit: Unit) -> None:
            await mark_demo(unit)
            await unit.commit()

        await database.run_command(command)
