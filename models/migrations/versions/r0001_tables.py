"""The tables (全部数据表), as they were first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

revision = "0001"
down_revision = None

TEXT, INT, BOOL, DAY = sa.Text(), sa.Integer(), sa.Boolean(), sa.Date()
BYTES, HASH = sa.LargeBinary(), sa.LargeBinary(32)
INSTANT = DateTimeUTC(timezone=True)
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROUND = ("case_id", "step", "doc", "item", "building", "instance", "round", "version")
conv = op.f


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _accounts()
    _ledger()
    _cases()
    _entries()
    _opinions()
    _certificates()
    op.execute(
        sa.text("INSERT INTO ledger_head (id, seq, chain) VALUES (1, 0, :genesis)").bindparams(genesis=bytes(32))
    )


def _accounts() -> None:
    op.create_table(
        "account",
        Column("id", TEXT, nullable=False),
        Column("login", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("role", TEXT, nullable=False),
        Column("department", TEXT, nullable=False),
        Column("credit_code", TEXT, nullable=False),
        Column("password_hash", TEXT, nullable=False),
        Column("disabled", BOOL, nullable=False),
        Column("created", INSTANT, nullable=False),
        CheckConstraint(
            "role IN ('owner', 'window', 'reviewer', 'lead', 'supervisor', 'admin')", name=conv("ck_account_role")
        ),
        PrimaryKeyConstraint("id", name=conv("pk_account")),
        UniqueConstraint("login", name=conv("uq_account_login")),
    )
    op.create_table(
        "session_token",
        Column("token_hash", HASH, nullable=False),
        Column("account_id", TEXT, nullable=False),
        Column("created", INSTANT, nullable=False),
        Column("expires", INSTANT, nullable=False),
        Column("revoked", INSTANT, nullable=True),
        ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_session_token_account_id_account")),
        PrimaryKeyConstraint("token_hash", name=conv("pk_session_token")),
    )
    op.create_index(conv("ix_session_token_account_id"), "session_token", ["account_id"], unique=False)
    op.create_table(
        "idempotency",
        Column("actor", TEXT, nullable=False),
        Column("route", TEXT, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("request_hash", TEXT, nullable=False),
        Column("status", INT, nullable=True),
        Column("body", BYTES, nullable=True),
        Column("created", INSTANT, nullable=False),
        CheckConstraint("(status IS NULL) = (body IS NULL)", name=conv("ck_idempotency_answered")),
        PrimaryKeyConstraint("actor", "route", "key", name=conv("pk_idempotency")),
    )
    op.create_index(conv("ix_idempotency_created"), "idempotency", ["created"], unique=False)


def _ledger() -> None:
    op.create_table(
        "project",
        Column("id", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("owner_id", TEXT, nullable=False),
        Column("project_code", TEXT, nullable=True),
        Column("created", INSTANT, nullable=False),
        ForeignKeyConstraint(["owner_id"], ["account.id"], name=conv("fk_project_owner_id_account")),
        PrimaryKeyConstraint("id", name=conv("pk_project")),
    )
    op.create_index(conv("ix_project_owner_id"), "project", ["owner_id"], unique=False)
    op.create_index(conv("ix_project_project_code"), "project", ["project_code"], unique=False)
    op.create_table(
        "ledger_head",
        Column("id", INT, autoincrement=False, nullable=False),
        Column("seq", SEQ, nullable=False),
        Column("chain", HASH, nullable=False),
        CheckConstraint("id = 1", name=conv("ck_ledger_head_one_row")),
        PrimaryKeyConstraint("id", name=conv("pk_ledger_head")),
    )
    op.create_table(
        "policy_source",
        Column("digest", TEXT, nullable=False),
        Column("sources", BYTES, nullable=False),
        Column("created", INSTANT, nullable=False),
        PrimaryKeyConstraint("digest", name=conv("pk_policy_source")),
    )
    op.create_table(
        "stored_file",
        Column("sha256", TEXT, nullable=False),
        Column("size", sa.BigInteger(), nullable=False),
        Column("media", TEXT, nullable=False),
        Column("created", INSTANT, nullable=False),
        PrimaryKeyConstraint("sha256", name=conv("pk_stored_file")),
    )
    op.create_index(conv("ix_stored_file_created"), "stored_file", ["created"], unique=False)


def _cases() -> None:
    op.create_table(
        "case_file",
        Column("id", TEXT, nullable=False),
        Column("project_id", TEXT, nullable=False),
        Column("service", TEXT, nullable=False),
        Column("number", TEXT, nullable=False),
        Column("opened_at", INSTANT, nullable=False),
        Column("applicant", TEXT, nullable=False),
        Column("received_on", DAY, nullable=False),
        Column("accepted_on", DAY, nullable=True),
        Column("deemed", BOOL, nullable=False),
        Column("law", TEXT, nullable=True),
        Column("ended", TEXT, nullable=True),
        Column("ended_on", DAY, nullable=True),
        Column("seq", SEQ, nullable=False),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_case_file_project_id_project")),
        PrimaryKeyConstraint("id", name=conv("pk_case_file")),
        UniqueConstraint("number", name=conv("uq_case_file_number")),
    )
    op.create_index(conv("ix_case_file_project_id"), "case_file", ["project_id"], unique=False)
    op.create_table(
        "case_item",
        Column("case_id", TEXT, nullable=False),
        Column("item", TEXT, nullable=False),
        Column("title", TEXT, nullable=False),
        Column("department", TEXT, nullable=False),
        Column("part", TEXT, nullable=True),
        Column("applies", TEXT, nullable=False),
        Column("needs_visit", BOOL, nullable=False),
        Column("licence", BOOL, nullable=False),
        Column("since", DAY, nullable=True),
        CheckConstraint("applies IN ('yes', 'no', 'unknown')", name=conv("ck_case_item_applies")),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_case_item_case_id_case_file")),
        PrimaryKeyConstraint("case_id", "item", name=conv("pk_case_item")),
        UniqueConstraint("case_id", "item", "department", name=conv("uq_case_item_case_id")),
    )
    op.create_index("ix_case_item_department", "case_item", ["department"], unique=False)
    op.create_table(
        "case_item_building",
        Column("case_id", TEXT, nullable=False),
        Column("item", TEXT, nullable=False),
        Column("building", TEXT, nullable=False),
        ForeignKeyConstraint(
            ["case_id", "item"], ["case_item.case_id", "case_item.item"], name="fk_case_item_building_item"
        ),
        PrimaryKeyConstraint("case_id", "item", "building", name=conv("pk_case_item_building")),
    )
    op.create_table(
        "case_pause",
        Column("case_id", TEXT, nullable=False),
        Column("n", INT, autoincrement=False, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("task", TEXT, nullable=False),
        Column("item", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("written_notice", BOOL, nullable=False),
        Column("started", DAY, nullable=False),
        Column("ended", DAY, nullable=True),
        CheckConstraint("kind IN ('stop', 'correction')", name=conv("ck_case_pause_kind")),
        CheckConstraint("ended IS NULL OR ended >= started", name=conv("ck_case_pause_order")),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_case_pause_case_id_case_file")),
        PrimaryKeyConstraint("case_id", "n", name=conv("pk_case_pause")),
    )
    op.create_table(
        "clock",
        Column("case_id", TEXT, nullable=False),
        Column("item", TEXT, nullable=False),
        Column("limit_id", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("started", DAY, nullable=False),
        Column("due", DAY, nullable=False),
        Column("done_on", DAY, nullable=True),
        Column("provisional", BOOL, nullable=False),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_clock_case_id_case_file")),
        PrimaryKeyConstraint("case_id", "item", "limit_id", "kind", "started", name=conv("pk_clock")),
    )
    op.create_index("ix_clock_due", "clock", ["due"], unique=False)
    op.create_index(
        "uq_clock_open", "clock", ["case_id", "item", "kind", "limit_id"], unique=True, **_where("done_on IS NULL")
    )
    op.create_table(
        "wakeup",
        Column("case_id", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_wakeup_case_id_case_file")),
        PrimaryKeyConstraint("case_id", "kind", "key", name=conv("pk_wakeup")),
    )
    op.create_index(conv("ix_wakeup_at"), "wakeup", ["at"], unique=False)


def _entries() -> None:
    op.create_table(
        "ledger",
        Column("seq", SEQ, autoincrement=False, nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("project_id", TEXT, nullable=False),
        Column("case_id", TEXT, nullable=True),
        Column("actor", TEXT, nullable=False),
        Column("body", BYTES, nullable=False),
        Column("leaf", HASH, nullable=False),
        Column("chain", HASH, nullable=False),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_ledger_case_id_case_file")),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_ledger_project_id_project")),
        PrimaryKeyConstraint("seq", name=conv("pk_ledger")),
    )
    op.create_index(conv("ix_ledger_case_id"), "ledger", ["case_id"], unique=False)
    op.create_index(conv("ix_ledger_kind"), "ledger", ["kind"], unique=False)
    op.create_index(conv("ix_ledger_project_id"), "ledger", ["project_id"], unique=False)
    op.create_table(
        "file_use",
        Column("sha256", TEXT, nullable=False),
        Column("project_id", TEXT, nullable=False),
        Column("document", TEXT, nullable=False),
        Column("case_id", TEXT, nullable=True),
        Column("seq", SEQ, nullable=False),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_file_use_case_id_case_file")),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_file_use_project_id_project")),
        ForeignKeyConstraint(["seq"], ["ledger.seq"], name=conv("fk_file_use_seq_ledger")),
        ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=conv("fk_file_use_sha256_stored_file")),
        PrimaryKeyConstraint("sha256", "project_id", "document", name=conv("pk_file_use")),
    )
    op.create_index(conv("ix_file_use_case_id"), "file_use", ["case_id"], unique=False)


def _opinions() -> None:
    for table, force in (("opinion", "formal"), ("simulated_opinion", "simulated")):
        _opinion(table, f"{table}_status", force)


def _opinion(table: str, status: str, force: str) -> None:
    op.create_table(
        table,
        Column("force", TEXT, nullable=False),
        Column("id", TEXT, nullable=False),
        Column("case_id", TEXT, nullable=False),
        Column("item", TEXT, nullable=True),
        Column("building", TEXT, nullable=False),
        Column("instance", TEXT, nullable=False),
        Column("step", TEXT, nullable=False),
        Column("doc", TEXT, nullable=False),
        Column("round", INT, nullable=False),
        Column("version", INT, nullable=False),
        Column("department", TEXT, nullable=False),
        Column("verdict", TEXT, nullable=False),
        Column("signer", TEXT, nullable=False),
        Column("signed_by", TEXT, nullable=False),
        Column("signed_on", DAY, nullable=False),
        Column("unaffected", TEXT, nullable=False),
        Column("seq", SEQ, nullable=False),
        CheckConstraint(f"force = '{force}'", name=conv(f"ck_{table}_force")),
        CheckConstraint("verdict IN ('pass', 'fail', 'not_applicable')", name=conv(f"ck_{table}_verdict")),
        CheckConstraint("round >= 1 AND version >= 1", name=conv(f"ck_{table}_counted")),
        ForeignKeyConstraint(
            ["case_id", "item", "department"],
            ["case_item.case_id", "case_item.item", "case_item.department"],
            name=f"fk_{table}_item_department",
        ),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv(f"fk_{table}_case_id_case_file")),
        ForeignKeyConstraint(["seq"], ["ledger.seq"], name=conv(f"fk_{table}_seq_ledger")),
        PrimaryKeyConstraint("id", name=conv(f"pk_{table}")),
        UniqueConstraint(*ROUND, name=conv(f"uq_{table}_case_id")),
    )
    op.create_table(
        status,
        Column("opinion_id", TEXT, nullable=False),
        Column("void", BOOL, nullable=False),
        Column("stale", BOOL, nullable=False),
        ForeignKeyConstraint(["opinion_id"], [f"{table}.id"], name=conv(f"fk_{status}_opinion_id_{table}")),
        PrimaryKeyConstraint("opinion_id", name=conv(f"pk_{status}")),
    )


def _certificates() -> None:
    op.create_table(
        "number_counter",
        Column("series", TEXT, nullable=False),
        Column("year", INT, autoincrement=False, nullable=False),
        Column("force", TEXT, nullable=False),
        Column("next", INT, nullable=False),
        CheckConstraint("force IN ('formal', 'simulated', 'none')", name=conv("ck_number_counter_force")),
        CheckConstraint("next >= 1", name=conv("ck_number_counter_next")),
        PrimaryKeyConstraint("series", "year", name=conv("pk_number_counter")),
        UniqueConstraint("series", "year", "force", name=conv("uq_number_counter_series")),
    )
    op.create_table(
        "certificate",
        Column("id", TEXT, nullable=False),
        Column("number", TEXT, nullable=False),
        Column("series", TEXT, nullable=False),
        Column("year", INT, nullable=False),
        Column("serial", INT, nullable=False),
        Column("check_code", TEXT, nullable=False),
        Column("case_id", TEXT, nullable=False),
        Column("form", TEXT, nullable=False),
        Column("force", TEXT, nullable=False),
        Column("issued_on", DAY, nullable=False),
        Column("content_hash", TEXT, nullable=False),
        Column("content", BYTES, nullable=False),
        Column("issued_seq", SEQ, nullable=False),
        Column("pdf", BYTES, nullable=True),
        Column("pdf_sha256", TEXT, nullable=True),
        Column("sealed_seq", SEQ, nullable=True),
        Column("withdrawn_seq", SEQ, nullable=True),
        CheckConstraint("force IN ('formal', 'simulated')", name=conv("ck_certificate_force")),
        CheckConstraint("(pdf IS NULL) = (pdf_sha256 IS NULL)", name=conv("ck_certificate_sealed")),
        ForeignKeyConstraint(["case_id"], ["case_file.id"], name=conv("fk_certificate_case_id_case_file")),
        ForeignKeyConstraint(["issued_seq"], ["ledger.seq"], name=conv("fk_certificate_issued_seq_ledger")),
        ForeignKeyConstraint(["sealed_seq"], ["ledger.seq"], name=conv("fk_certificate_sealed_seq_ledger")),
        ForeignKeyConstraint(
            ["series", "year", "force"],
            ["number_counter.series", "number_counter.year", "number_counter.force"],
            name="fk_certificate_counter",
        ),
        ForeignKeyConstraint(["withdrawn_seq"], ["ledger.seq"], name=conv("fk_certificate_withdrawn_seq_ledger")),
        PrimaryKeyConstraint("id", name=conv("pk_certificate")),
        UniqueConstraint("issued_seq", name=conv("uq_certificate_issued_seq")),
        UniqueConstraint("number", name=conv("uq_certificate_number")),
        UniqueConstraint("series", "year", "serial", name=conv("uq_certificate_series")),
    )
    op.create_index("ix_certificate_case", "certificate", ["case_id"], unique=False)
    op.create_index(
        "uq_certificate_in_force",
        "certificate",
        ["case_id"],
        unique=True,
        **_where("withdrawn_seq IS NULL AND force = 'formal'"),
    )
    op.create_index("uq_certificate_pdf_sha256", "certificate", ["pdf_sha256"], unique=True)
    op.create_table(
        "certificate_building",
        Column("certificate_id", TEXT, nullable=False),
        Column("building", TEXT, nullable=False),
        Column("project_id", TEXT, nullable=False),
        Column("service", TEXT, nullable=False),
        Column("force", TEXT, nullable=False),
        Column("withdrawn_seq", SEQ, nullable=True),
        CheckConstraint("force IN ('formal', 'simulated')", name=conv("ck_certificate_building_force")),
        ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=conv("fk_certificate_building_certificate_id_certificate")
        ),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_certificate_building_project_id_project")),
        ForeignKeyConstraint(
            ["withdrawn_seq"], ["ledger.seq"], name=conv("fk_certificate_building_withdrawn_seq_ledger")
        ),
        PrimaryKeyConstraint("certificate_id", "building", name=conv("pk_certificate_building")),
    )
    op.create_index(
        "uq_certificate_building_in_force",
        "certificate_building",
        ["project_id", "service", "building"],
        unique=True,
        **_where("withdrawn_seq IS NULL AND force = 'formal'"),
    )
    op.create_table(
        "certificate_withdrawal",
        Column("certificate_id", TEXT, nullable=False),
        Column("seq", SEQ, nullable=False),
        Column("reasons", TEXT, nullable=False),
        ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=conv("fk_certificate_withdrawal_certificate_id_certificate")
        ),
        ForeignKeyConstraint(["seq"], ["ledger.seq"], name=conv("fk_certificate_withdrawal_seq_ledger")),
        PrimaryKeyConstraint("certificate_id", name=conv("pk_certificate_withdrawal")),
        UniqueConstraint("seq", name=conv("uq_certificate_withdrawal_seq")),
    )
