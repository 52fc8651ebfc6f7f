"""Codes of projects (项目代码): each with its history, one project's at a time; what waits for the window; mergers.

What the ledger says of codes so far is written down. Where two projects claim one code, the first has it; the ledger is as
it was, so the other's claim shows as a difference (L1) until the window has decided on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint
from sqlalchemy.sql.naming import conv

from models.migrations.versions.r0001_tables import BOOL, SEQ, TEXT, _where

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables and what the ledger says for them."""
    op.add_column("project", Column("merged_into", TEXT, nullable=True))
    made = op.create_table(
        "project_code",
        Column("project_id", TEXT, nullable=False),
        Column("code", TEXT, nullable=False),
        Column("change", TEXT, nullable=False),
        Column("held", BOOL, nullable=False),
        Column("seq", SEQ, nullable=False),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_project_code_project_id_project")),
        ForeignKeyConstraint(["seq"], ["ledger.seq"], name=conv("fk_project_code_seq_ledger")),
        PrimaryKeyConstraint("project_id", "code", name=conv("pk_project_code")),
    )
    op.create_index("uq_project_code_held", "project_code", ["code"], unique=True, **_where("held"))
    op.create_index("ix_project_code_code", "project_code", ["code"], unique=False)
    op.create_table(
        "project_code_question",
        Column("project_id", TEXT, nullable=False),
        Column("code", TEXT, nullable=False),
        Column("seq", SEQ, nullable=False),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_project_code_question_project_id_project")),
        ForeignKeyConstraint(["seq"], ["ledger.seq"], name=conv("fk_project_code_question_seq_ledger")),
        PrimaryKeyConstraint("project_id", name=conv("pk_project_code_question")),
    )
    op.create_index("ix_project_code_question_code", "project_code_question", ["code"], unique=False)
    if rows := _rows():
        op.bulk_insert(made, rows)


def _rows() -> list[dict[str, Any]]:
    """Every code that a project has stated, in the order of the ledger."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    last: dict[str, str | None] = {}
    for project, seq, code in _stated():
        last[project] = code
        if code is not None:
            change = "correct" if any(p == project for p, _ in rows) else "first"
            row = {"project_id": project, "code": code, "change": change, "held": False, "seq": seq}
            rows.setdefault((project, code), row)
    taken: set[str] = set()
    for project, code in rows:
        if last[project] == code and code not in taken:
            taken.add(code)
            rows[project, code]["held"] = True
    return list(rows.values())


def _stated() -> Iterator[tuple[str, int, str | None]]:
    found = op.get_bind().execute(
        sa.text("SELECT project_id, seq, body FROM ledger WHERE kind = 'facts_stated' ORDER BY seq")
    )
    for project, seq, body in found:
        for doc in json.loads(bytes(body))["docs"]:
            if doc["kind"] == "fact:project_code" and not doc["about"]:
                yield project, seq, doc["fields"].get("value")
