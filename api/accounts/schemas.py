"""What comes in and goes out of accounts (账号的请求与答复)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from api.access import ROLE_TITLES, Role
from api.requests import Body
from models.accounts import AccountRecord

LONGEST_PASSWORD = 200

Login = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=64)]
Password = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=LONGEST_PASSWORD)]


class SignIn(Body):
    """Sign in with these (登录)."""

    login: Login
    password: Password


@dataclass(frozen=True, slots=True)
class AccountOut:
    """An account (账号), as its owner and the administrator see it."""

    id: str
    login: str
    name: str
    role: str
    role_title: str
    department: str
    credit_code: str
    disabled: bool

    @classmethod
    def of(cls, record: AccountRecord) -> AccountOut:
        """From what is stored; the hash of the password stays there."""
        title = ROLE_TITLES[Role(record.role)]
        return cls(
            record.id,
            record.login,
            record.name,
            record.role,
            title,
            record.department,
            record.credit_code,
            record.disabled,
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in (登录成功): send the token as ``Authorization: Bearer …`` until it expires."""

    token: str
    expires: str
    account: AccountOut


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts (账号列表)."""

    accounts: list[AccountOut]
