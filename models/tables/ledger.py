"""Projects, the ledger and what its entries name (项目、台账、文件、政策原文)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, Number, Words, new_id


class Project(Base):
    """An engineering project (工程项目); its row is the first lock of every command on it."""

    __tablename__ = "project"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Words)
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id"), index=True)
    project_code: Mapped[str | None] = mapped_column(Words, index=True)
    """What its papers show; whose a code is, ``project_code`` says."""
    merged_into: Mapped[str | None] = mapped_column(Id)
    """The project that goes on in its place (并入)."""
    created: Mapped[datetime]


class LedgerEntry(Base):
    """One entry of the ledger (台账). ``body`` is the bytes that were hashed; the other columns only find it."""

    __tablename__ = "ledger"

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Words, index=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(Id, ForeignKey("case_file.id"), index=True)
    actor: Mapped[str] = mapped_column(Id)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerHead(Base):
    """The ledger's head (台账末端): one row, the last lock of every command."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Number)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class PolicySource(Base):
    """The source text of a policy version that something rests on (政策原文), kept for ever."""

    __tablename__ = "policy_source"

    digest: Mapped[str] = mapped_column(Words, primary_key=True)
    sources: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]


class StoredFile(Base):
    """A file that lies in the store under its hash (文件)."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(Words, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media: Mapped[str] = mapped_column(Words)
    created: Mapped[datetime] = mapped_column(index=True)


class FileUse(Base):
    """That a document names a file (文件引用); written by the append of the entry that filed it."""

    __tablename__ = "file_use"

    sha256: Mapped[str] = mapped_column(Words, ForeignKey("stored_file.sha256"), primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), primary_key=True)
    document: Mapped[str] = mapped_column(Words, primary_key=True)
    case_id: Mapped[str | None] = mapped_column(Id, ForeignKey("case_file.id"), index=True)
    seq: Mapped[int] = mapped_column(Number, ForeignKey("ledger.seq"))
