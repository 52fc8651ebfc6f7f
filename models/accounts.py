"""Accounts and sign-ins (账号与登录). Passwords are hashed by the caller; of a token only the SHA-256 is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from models.database import Reader, Unit
from models.tables import Account, SessionToken, new_id
from models.tables.base import utc


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as stored (账号)."""

    id: str
    login: str
    name: str
    role: str
    department: str
    credit_code: str
    password_hash: str
    disabled: bool
    created: datetime


def _accounts() -> Select[*tuple[Any, ...]]:
    return select(
        Account.id,
        Account.login,
        Account.name,
        Account.role,
        Account.department,
        Account.credit_code,
        Account.password_hash,
        Account.disabled,
        Account.created,
    )


async def add_account(
    unit: Unit,
    *,
    login: str,
    name: str,
    role: str,
    password_hash: str,
    created: datetime,
    department: str = "",
    credit_code: str = "",
    account: str | None = None,
) -> str:
    """Add an account (新增账号) and give its id. A login is the same whatever its case.

    Raises:
        ConstraintError: the login is taken, or the role is none of :data:`models.tables.accounts.ROLES`.
    """
    account = account or new_id()
    await unit.execute(
        insert(Account).values(
            id=account,
            login=login.casefold(),
            name=name,
            role=role,
            department=department,
            credit_code=credit_code,
            password_hash=password_hash,
            disabled=False,
            created=utc(created),
        )
    )
    return account


async def account_by_login(reader: Reader, login: str) -> AccountRecord | None:
    """The account with that login, disabled ones too."""
    row = (await reader.execute(_accounts().where(Account.login == login.casefold()))).one_or_none()
    return None if row is None else AccountRecord(*row)


async def account_of(reader: Reader, account: str) -> AccountRecord | None:
    """The account of that id."""
    row = (await reader.execute(_accounts().where(Account.id == account))).one_or_none()
    return None if row is None else AccountRecord(*row)


async def accounts(reader: Reader, *, role: str | None = None, department: str | None = None) -> list[AccountRecord]:
    """All accounts, by login."""
    query = _accounts().order_by(Account.login)
    if role is not None:
        query = query.where(Account.role == role)
    if department is not None:
        query = query.where(Account.department == department)
    return [AccountRecord(*row) for row in await reader.execute(query)]


_CHANGEABLE = frozenset({"name", "role", "department", "credit_code", "password_hash", "disabled"})


async def change_account(unit: Unit, account: str, **values: Any) -> bool:
    """Change an account (变更账号): name, role, department, credit_code, password_hash, disabled. False: no such account."""
    assert values and set(values) <= _CHANGEABLE, f"not to be changed: {set(values) - _CHANGEABLE}"
    return (await unit.execute(update(Account).where(Account.id == account).values(**values))).rowcount == 1


# --- sign-ins ---------------------------------------------------------------------------------------------------------


def token_hash(token: str) -> bytes:
    """What is stored of a token."""
    return sha256(token.encode()).digest()


async def open_session(unit: Unit, account: str, now: datetime, lifetime: timedelta) -> str:
    """Sign an account in (登录) and give the new token: 256 random bits that nobody else has seen."""
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": token_hash(token),
        "account_id": account,
        "created": utc(now),
        "expires": utc(now) + lifetime,
    }
    await unit.execute(insert(SessionToken).values(**values))
    return token


async def session_account(reader: Reader, token: str, now: datetime) -> AccountRecord | None:
    """Whose token it is, if it is in force now and its account may sign in (A3)."""
    query = (
        _accounts()
        .join(SessionToken, SessionToken.account_id == Account.id)
        .where(
            SessionToken.token_hash == token_hash(token),
            SessionToken.revoked.is_(None),
            SessionToken.expires > utc(now),
            Account.disabled.is_(False),
        )
    )
    row = (await reader.execute(query)).one_or_none()
    return None if row is None else AccountRecord(*row)


async def revoke_session(unit: Unit, token: str, now: datetime) -> bool:
    """Sign out (退出): for good, whatever is still running. False where it was not in force."""
    here = (SessionToken.token_hash == token_hash(token), SessionToken.revoked.is_(None))
    return (await unit.execute(update(SessionToken).where(*here).values(revoked=utc(now)))).rowcount == 1


async def revoke_sessions(unit: Unit, account: str, now: datetime, *, but: str | None = None) -> int:
    """Sign an account out everywhere (全部退出), ``but`` one token: after a new password, or when it is disabled."""
    query = update(SessionToken).where(SessionToken.account_id == account, SessionToken.revoked.is_(None))
    if but is not None:
        query = query.where(SessionToken.token_hash != token_hash(but))
    return (await unit.execute(query.values(revoked=utc(now)))).rowcount


async def forget_sessions(unit: Unit, before: datetime) -> int:
    """Remove sign-ins that ran out before an instant."""
    return (await unit.execute(delete(SessionToken).where(SessionToken.expires < utc(before)))).rowcount
