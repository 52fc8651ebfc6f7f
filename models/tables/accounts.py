"""Accounts, sign-ins, and answers kept for repeats (账号、登录、幂等答复)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, Words, new_id

ROLES = ("owner", "window", "reviewer", "lead", "supervisor", "admin")


class Account(Base):
    """Somebody who may sign in (账号)."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("login"),
        CheckConstraint(f"role IN {ROLES}", name="role"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(Words)
    name: Mapped[str] = mapped_column(Words)
    role: Mapped[str] = mapped_column(Words)
    department: Mapped[str] = mapped_column(Words, default="")
    credit_code: Mapped[str] = mapped_column(Words, default="")
    password_hash: Mapped[str] = mapped_column(Words)
    disabled: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]


class SessionToken(Base):
    """A sign-in (登录会话): the token's SHA-256, never the token. A revoked one stays revoked (A3)."""

    __tablename__ = "session_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id"), index=True)
    created: Mapped[datetime]
    expires: Mapped[datetime]
    revoked: Mapped[datetime | None]


class IdempotencyRow(Base):
    """An answer given once (幂等答复), stored in the transaction of what it answers."""

    __tablename__ = "idempotency"
    __table_args__ = (CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),)

    actor: Mapped[str] = mapped_column(Id, primary_key=True)
    route: Mapped[str] = mapped_column(Words, primary_key=True)
    key: Mapped[str] = mapped_column(Words, primary_key=True)
    request_hash: Mapped[str] = mapped_column(Words)
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(index=True)
