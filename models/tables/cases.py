"""Cases and the projections of their ledger (办件及其投影). All but the insert-only opinions can be written anew at any time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from models.tables.base import Base, Id, Number, Words


class CaseFile(Base):
    """A case (办件); its row is the second lock. Everything after ``applicant`` is a cache of the fold."""

    __tablename__ = "case_file"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), index=True)
    service: Mapped[str] = mapped_column(Words)
    number: Mapped[str] = mapped_column(Words)
    """For people (办件编号): year and serial."""
    opened_at: Mapped[datetime]
    applicant: Mapped[str] = mapped_column(Id)
    received_on: Mapped[date]
    accepted_on: Mapped[date | None]
    deemed: Mapped[bool] = mapped_column(default=False)
    law: Mapped[str | None] = mapped_column(Words)
    ended: Mapped[str | None] = mapped_column(Words)
    """Kind of the event that ended it."""
    ended_on: Mapped[date | None]
    seq: Mapped[int] = mapped_column(Number, default=0)
    """Ledger number of the last entry that touched it."""


class CaseItem(Base):
    """An item as determined for a case (适用事项); one that a later determination dropped stays, as ``no``."""

    __tablename__ = "case_item"
    __table_args__ = (
        UniqueConstraint("case_id", "item", "department"),
        CheckConstraint("applies IN ('yes', 'no', 'unknown')", name="applies"),
        Index("ix_case_item_department", "department"),
    )

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("case_file.id"), primary_key=True)
    item: Mapped[str] = mapped_column(Words, primary_key=True)
    title: Mapped[str] = mapped_column(Words)
    department: Mapped[str] = mapped_column(Words)
    part: Mapped[str | None] = mapped_column(Words)
    applies: Mapped[str] = mapped_column(Words)
    needs_visit: Mapped[bool]
    licence: Mapped[bool]
    since: Mapped[date | None]


class CaseItemBuilding(Base):
    """A building that an item is about in a case (事项所及单体): what a visit must have seen. Empty: none is listed."""

    __tablename__ = "case_item_building"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "item"], ["case_item.case_id", "case_item.item"], name="fk_case_item_building_item"
        ),
    )

    case_id: Mapped[str] = mapped_column(Id, primary_key=True)
    item: Mapped[str] = mapped_column(Words, primary_key=True)
    building: Mapped[str] = mapped_column(Words, primary_key=True)


class CasePause(Base):
    """A stop of the clock (停表) or the wait for corrections (补正), open while ``ended`` is null."""

    __tablename__ = "case_pause"
    __table_args__ = (
        CheckConstraint("kind IN ('stop', 'correction')", name="kind"),
        CheckConstraint("ended IS NULL OR ended >= started", name="order"),
    )

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("case_file.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Words)
    task: Mapped[str] = mapped_column(Words)
    item: Mapped[str] = mapped_column(Words)
    reason: Mapped[str] = mapped_column(Words)
    written_notice: Mapped[bool]
    started: Mapped[date]
    ended: Mapped[date | None]


class _OpinionColumns:
    """What a formal and a simulated opinion both say; they are two tables and share no row (DESIGN idea 8)."""

    id: Mapped[str] = mapped_column(Words, primary_key=True)
    """Id of the document version."""
    case_id: Mapped[str] = mapped_column(Id, ForeignKey("case_file.id"))
    item: Mapped[str | None] = mapped_column(Words)
    building: Mapped[str] = mapped_column(Words)
    instance: Mapped[str] = mapped_column(Words)
    step: Mapped[str] = mapped_column(Words)
    doc: Mapped[str] = mapped_column(Words)
    """Kind of document that the step made: ``opinion``, ``site_finding``, …"""
    round: Mapped[int]
    version: Mapped[int]
    department: Mapped[str] = mapped_column(Words)
    verdict: Mapped[str] = mapped_column(Words)
    signer: Mapped[str] = mapped_column(Id)
    """Account of the person who signed or minuted it."""
    signed_by: Mapped[str] = mapped_column(Words)
    signed_on: Mapped[date]
    unaffected: Mapped[str] = mapped_column(Words)

    @declared_attr
    def seq(cls) -> Mapped[int]:
        """The ledger entry that made it."""
        return mapped_column(Number, ForeignKey("ledger.seq"))


def _opinion_rules(table: str) -> tuple[Any, ...]:
    return (
        UniqueConstraint("case_id", "step", "doc", "item", "building", "instance", "round", "version"),
        ForeignKeyConstraint(
            ["case_id", "item", "department"],
            ["case_item.case_id", "case_item.item", "case_item.department"],
            name=f"fk_{table}_item_department",
        ),
        CheckConstraint("verdict IN ('pass', 'fail', 'not_applicable')", name="verdict"),
        CheckConstraint("round >= 1 AND version >= 1", name="counted"),
    )


class Opinion(_OpinionColumns, Base):
    """A formal opinion or finding (正式意见); inserted and never changed."""

    __tablename__ = "opinion"
    __table_args__ = (
        *_opinion_rules("opinion"),
        CheckConstraint("force = 'formal'", name="force"),
        Index("uq_opinion_converts", "converts", unique=True),
    )

    force: Mapped[str] = mapped_column(Words, default="formal")
    converts: Mapped[str | None] = mapped_column(Words)
    """The simulated opinion whose place it takes, once at most (S2)."""


class SimulatedOpinion(_OpinionColumns, Base):
    """A simulated opinion (模拟意见), without legal effect."""

    __tablename__ = "simulated_opinion"
    __table_args__ = (
        *_opinion_rules("simulated_opinion"),
        CheckConstraint("force = 'simulated'", name="force"),
    )

    force: Mapped[str] = mapped_column(Words, default="simulated")


class OpinionStatus(Base):
    """What has become of a formal opinion (意见状态): rewritten with each event."""

    __tablename__ = "opinion_status"

    opinion_id: Mapped[str] = mapped_column(Words, ForeignKey("opinion.id"), primary_key=True)
    void: Mapped[bool]
    stale: Mapped[bool]


class SimulatedOpinionStatus(Base):
    """What has become of a simulated opinion (模拟意见状态)."""

    __tablename__ = "simulated_opinion_status"

    opinion_id: Mapped[str] = mapped_column(Words, ForeignKey("simulated_opinion.id"), primary_key=True)
    void: Mapped[bool]
    stale: Mapped[bool]


class ClockRow(Base):
    """One limit that runs or ran (时限), a cache of what the events and the calendar say; ``item`` is empty for the bundle.

    A limit that is promised or set by law runs once at a time; periods run side by side, such as the validity of opinions
    that were given on different days.
    """

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "uq_clock_open",
            "case_id",
            "item",
            "kind",
            "limit_id",
            unique=True,
            sqlite_where=text("done_on IS NULL AND kind <> 'period'"),
            postgresql_where=text("done_on IS NULL AND kind <> 'period'"),
        ),
        Index("ix_clock_due", "due"),
    )

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("case_file.id"), primary_key=True)
    item: Mapped[str] = mapped_column(Words, primary_key=True)
    limit_id: Mapped[str] = mapped_column(Words, primary_key=True)
    kind: Mapped[str] = mapped_column(Words, primary_key=True)
    started: Mapped[date] = mapped_column(primary_key=True)
    due: Mapped[date]
    done_on: Mapped[date | None]
    provisional: Mapped[bool]


class WakeupRow(Base):
    """When to look at a case again (唤醒时刻): a cache, never the truth about a due day."""

    __tablename__ = "wakeup"

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("case_file.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Words, primary_key=True)
    key: Mapped[str] = mapped_column(Words, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
