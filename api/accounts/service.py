"""Use cases of accounts (账号用例): sign in and out, add, list."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.access import ACCOUNT_ROLES, DEPARTMENT_ROLES, Role
from api.accounts.guesses import Guesses
from api.accounts.passwords import Passwords
from api.accounts.schemas import LONGEST_PASSWORD, AccountOut, SignedIn, SignIn
from api.errors import SignedOutError
from engine.codes import check_credit_code
from engine.errors import Fault, InputError
from models import accounts
from models.accounts import AccountRecord
from models.database import Database, Unit
from models.errors import ConstraintError

logger = logging.getLogger("yichuang.accounts")

LIFETIME = timedelta(hours=12)
"""How long a sign-in lasts: a working day; it is not prolonged by use."""
SHORTEST_PASSWORD = 8
LONGEST_NAME = 100
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


async def sign_in(
    database: Database, passwords: Passwords, guesses: Guesses, asked: SignIn, address: str, now: datetime
) -> SignedIn:
    """Sign somebody in (登录). A login that nobody has, a wrong password and a disabled account look the same.

    Raises:
        SignedOutError: login or password is wrong.
        ThrottledError: too many failures before.
    """
    guesses.count(asked.login, address)
    async with database.read() as reader:
        record = await accounts.account_by_login(reader, asked.login)
    usable = record is not None and not record.disabled
    right = await passwords.verify(asked.password, record.password_hash if record and usable else None)
    if not right or record is None:
        logger.warning("sign-in refused", extra={"address": address})
        raise SignedOutError("登录名或口令不对。", detail_en="Wrong login or password.")
    known = record

    async def command(unit: Unit) -> str:
        if await accounts.account_of(unit, known.id) != known:  # changed while the password was looked at
            raise SignedOutError("账号刚刚变更，请重新登录。", detail_en="The account has just changed; sign in again.")
        token = await accounts.open_session(unit, known.id, now, LIFETIME)
        await unit.commit()
        return token

    token = await database.run_command(command)
    guesses.forgive(asked.login, address)
    logger.info("signed in", extra={"account": known.id, "address": address})
    return SignedIn(token, (now + LIFETIME).isoformat(timespec="seconds"), AccountOut.of(known))


async def sign_out(database: Database, token: str, now: datetime) -> None:
    """Sign out (退出登录): that token is worth nothing from the next request on."""

    async def command(unit: Unit) -> None:
        await accounts.revoke_session(unit, token, now)
        await unit.commit()

    await database.run_command(command)


async def account_of(database: Database, account: str) -> AccountOut:
    """The account of somebody who is signed in (我的账号)."""
    async with database.read() as reader:
        record = await accounts.account_of(reader, account)
    assert record is not None, "accounts are never removed"
    return AccountOut.of(record)


async def every_account(database: Database) -> list[AccountOut]:
    """All accounts, by login (账号列表)."""
    async with database.read() as reader:
        return [AccountOut.of(record) for record in await accounts.accounts(reader)]


# --- adding -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be added (新账号). ``department`` is asked of roles that act for one, ``credit_code`` of nobody."""

    login: str
    name: str
    role: str
    password: str
    department: str = ""
    credit_code: str = ""


async def add_account(
    database: Database, passwords: Passwords, new: NewAccount, departments: Collection[str], now: datetime
) -> AccountRecord:
    """Add an account (新增账号).

    Args:
        database: where.
        passwords: makes the hash.
        new: what it is to be; a login is kept in small letters.
        departments: ids of the departments that the policy knows.
        now: the instant.

    Raises:
        InputError: with every fault; a login that is taken is one.
    """
    if faults := list(_faults(new, departments)):
        raise InputError(faults)
    hashed = await passwords.hash(new.password)

    async def command(unit: Unit) -> AccountRecord:
        added = await accounts.add_account(
            unit,
            login=new.login,
            name=new.name.strip(),
            role=new.role,
            password_hash=hashed,
            created=now,
            department=new.department,
            credit_code=new.credit_code,
        )
        record = await accounts.account_of(unit, added)
        await unit.commit()
        assert record is not None
        return record

    try:
        return await database.run_command(command)
    except ConstraintError:
        taken = Fault("/login", new.login, "这个登录名已有人用，请换一个。", "This login is taken; choose another.")
        raise InputError([taken]) from None


def _faults(new: NewAccount, departments: Collection[str]) -> list[Fault]:
    faults = []

    def fault(where: str, value: str | None, fix: str, fix_en: str) -> None:
        faults.append(Fault(where, value, fix, fix_en))

    if not _LOGIN.fullmatch(new.login.casefold()):
        fix = "登录名为 1 至 64 个小写字母、数字或 . _ @ -，以字母或数字开头。"
        fault("/login", new.login, fix, "1 to 64 letters, digits or . _ @ -, beginning with a letter or digit.")
    if not 0 < len(new.name.strip()) <= LONGEST_NAME or not new.name.isprintable():
        fault("/name", new.name, f"姓名或单位名称为 1 至 {LONGEST_NAME} 个字。", f"A name of 1 to {LONGEST_NAME}.")
    if new.role not in ACCOUNT_ROLES:
        listed = "、".join(ACCOUNT_ROLES)
        fault("/role", new.role, f"没有这个角色；可用：{listed}。", f"Unknown role; known: {', '.join(ACCOUNT_ROLES)}.")
    if not new.department and new.role in DEPARTMENT_ROLES:
        fault("/department", None, "这个角色须写明所属部门。", "This role needs a department.")
    if new.department and new.role == Role.OWNER:
        fault("/department", new.department, "建设单位不属于任何部门。", "An owner has no department.")
    if new.department and new.department not in departments:
        listed = "、".join(sorted(departments))
        fault("/department", new.department, f"没有这个部门；可用：{listed}。", "Unknown department.")
    if new.credit_code and not check_credit_code(new.credit_code).valid:
        fault("/credit_code", new.credit_code, "统一社会信用代码有误。", "Not a credit code.")
    if (
        not SHORTEST_PASSWORD <= len(new.password) <= LONGEST_PASSWORD
        or new.password.casefold() == new.login.casefold()
    ):
        says = f"口令为 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 个字符，且不能与登录名相同。"
        english = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, and not the login."
        fault("/password", None, says, english)
    return faults
