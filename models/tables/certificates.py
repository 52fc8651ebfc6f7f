"""Certificates and their numbers (证书、文号)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, Number, Words, new_id

_FORCE = "force IN ('formal', 'simulated')"
_IN_FORCE = text("withdrawn_seq IS NULL AND force = 'formal'")


class NumberCounter(Base):
    """The next serial of a series and year (文号计数): the third lock. A series is of one force, for ever."""

    __tablename__ = "number_counter"
    __table_args__ = (
        UniqueConstraint("series", "year", "force"),
        CheckConstraint("next >= 1", name="next"),
        CheckConstraint("force IN ('formal', 'simulated', 'none')", name="force"),
    )

    series: Mapped[str] = mapped_column(Words, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    force: Mapped[str] = mapped_column(Words)
    """``none`` for numbers that are no certificate's."""
    next: Mapped[int]


class CertificateRow(Base):
    """A certificate (证书): its content is fixed when issued; file, hash and withdrawal are set once, from null."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("series", "year", "serial"),
        UniqueConstraint("issued_seq"),
        ForeignKeyConstraint(
            ["series", "year", "force"],
            ["number_counter.series", "number_counter.year", "number_counter.force"],
            name="fk_certificate_counter",
        ),
        CheckConstraint(_FORCE, name="force"),
        CheckConstraint("(pdf IS NULL) = (pdf_sha256 IS NULL)", name="sealed"),
        Index(
            "uq_certificate_in_force",
            "case_id",
            "item",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        Index("ix_certificate_case", "case_id"),
        Index("uq_certificate_pdf_sha256", "pdf_sha256", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(Words)
    series: Mapped[str] = mapped_column(Words)
    year: Mapped[int]
    serial: Mapped[int]
    check_code: Mapped[str] = mapped_column(Words)
    case_id: Mapped[str] = mapped_column(Id, ForeignKey("case_file.id"))
    item: Mapped[str] = mapped_column(Words, default="", server_default=text("''"))
    """The one item that it is about (permits); empty: the whole case."""
    form: Mapped[str] = mapped_column(Words)
    force: Mapped[str] = mapped_column(Words)
    issued_on: Mapped[date]
    content_hash: Mapped[str] = mapped_column(Words)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    issued_seq: Mapped[int] = mapped_column(Number, ForeignKey("ledger.seq"))
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf_sha256: Mapped[str | None] = mapped_column(Words)
    sealed_seq: Mapped[int | None] = mapped_column(Number, ForeignKey("ledger.seq"))
    withdrawn_seq: Mapped[int | None] = mapped_column(Number, ForeignKey("ledger.seq"))


class CertificateBuilding(Base):
    """A building that a certificate is about; one formal in force per building and service."""

    __tablename__ = "certificate_building"
    __table_args__ = (
        CheckConstraint(_FORCE, name="force"),
        Index(
            "uq_certificate_building_in_force",
            "project_id",
            "service",
            "item",
            "building",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    certificate_id: Mapped[str] = mapped_column(Id, ForeignKey("certificate.id"), primary_key=True)
    building: Mapped[str] = mapped_column(Words, primary_key=True)
    """Empty where the project names no building."""
    item: Mapped[str] = mapped_column(Words, default="", server_default=text("''"))
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"))
    service: Mapped[str] = mapped_column(Words)
    force: Mapped[str] = mapped_column(Words)
    withdrawn_seq: Mapped[int | None] = mapped_column(Number, ForeignKey("ledger.seq"))


class AssumedPaperRow(Base):
    """What is assumed of a paper that is not there yet (假设的文书): anybody may ask by the key, such as the parcel."""

    __tablename__ = "assumed_paper"
    __table_args__ = (Index("ix_assumed_paper_key", "key"),)

    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), primary_key=True)
    version: Mapped[str] = mapped_column(Words, primary_key=True)
    doc: Mapped[str] = mapped_column(Words)
    key: Mapped[str] = mapped_column(Words)
    fields: Mapped[bytes] = mapped_column(LargeBinary)
    """The public fields alone, as canonical JSON: title and value."""
    seq: Mapped[int] = mapped_column(Number, ForeignKey("ledger.seq"))


class CertificateWithdrawal(Base):
    """A withdrawal (撤回证书): a row and a ledger entry of its own (C7)."""

    __tablename__ = "certificate_withdrawal"

    certificate_id: Mapped[str] = mapped_column(Id, ForeignKey("certificate.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Number, ForeignKey("ledger.seq"), unique=True)
    reasons: Mapped[str] = mapped_column(Words)
