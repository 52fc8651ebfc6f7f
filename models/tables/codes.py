"""Codes of projects (项目代码): which project has or had which, and what waits for the window. Written anew at any time."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, Number, Words


class ProjectCodeRow(Base):
    """A code that finds a project (项目代码沿革); ``held`` while it is this project's, which is one project's at a time."""

    __tablename__ = "project_code"
    __table_args__ = (
        Index("uq_project_code_held", "code", unique=True, sqlite_where=text("held"), postgresql_where=text("held")),
        Index("ix_project_code_code", "code"),
    )

    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Words, primary_key=True)
    change: Mapped[str] = mapped_column(Words)
    """How the project first came by it."""
    held: Mapped[bool]
    seq: Mapped[int] = mapped_column(Number, ForeignKey("ledger.seq"))


class CodeQuestionRow(Base):
    """What is asked of the window about a project's code (待核定的项目代码), one question a project."""

    __tablename__ = "project_code_question"

    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Words, index=True)
    seq: Mapped[int] = mapped_column(Number, ForeignKey("ledger.seq"))
