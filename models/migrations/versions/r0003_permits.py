"""Permits of single items, conversions, assumed papers (逐项证照、转正、假设的文书).

A case may hand out a paper an item, so what is unique in force is so by item; empty means the whole case. A formal opinion
names the simulated one that it takes the place of, once at most (S2). What is assumed is listed for everybody to read.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, text
from sqlalchemy.sql.naming import conv

from models.migrations.versions.r0001_tables import BYTES, SEQ, TEXT, _where
from models.migrations.versions.r0002_guards import Guard, _changes, _postgresql, _set_twice, _sqlite

revision = "0003"
down_revision = "0002"

IN_FORCE = "withdrawn_seq IS NULL AND force = 'formal'"

REPLACED = (
    Guard(
        "opinion",
        "INSERT",
        "comes before the certificate",  # O4
        "EXISTS (SELECT 1 FROM certificate WHERE case_id = NEW.case_id AND force = 'formal'"
        " AND (item = '' OR item = NEW.item) AND withdrawn_seq IS NULL AND issued_seq < NEW.seq)",
    ),
    Guard(
        "certificate",
        "UPDATE",
        "content is fixed",  # C6
        _changes(
            "id",
            "number",
            "series",
            "year",
            "serial",
            "check_code",
            "case_id",
            "item",
            "form",
            "force",
            "issued_on",
            "content_hash",
            "content",
            "issued_seq",
        ),
    ),
    Guard(
        "certificate_building",
        "UPDATE",
        "is fixed",
        _changes("certificate_id", "building", "item", "project_id", "service", "force")
        + " OR "
        + _set_twice("withdrawn_seq"),
    ),
)
ADDED = (
    Guard(
        "opinion",
        "INSERT",
        "converts what is simulated",  # S2
        "NEW.converts IS NOT NULL AND NOT EXISTS (SELECT 1 FROM simulated_opinion WHERE id = NEW.converts"
        " AND case_id = NEW.case_id AND item = NEW.item AND verdict = 'pass')",
    ),
    Guard("assumed_paper", "UPDATE", "is append only"),
    Guard("assumed_paper", "DELETE", "is kept"),
)


def upgrade() -> None:
    """Add the columns, the indexes by item, the guards that know them, and the list of assumed papers."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("certificate", "certificate_building"):
        op.add_column(table, Column("item", TEXT, nullable=False, server_default=text("''")))
    op.add_column("opinion", Column("converts", TEXT, nullable=True))
    op.drop_index("uq_certificate_in_force", "certificate")
    op.create_index("uq_certificate_in_force", "certificate", ["case_id", "item"], unique=True, **_where(IN_FORCE))
    op.drop_index("uq_certificate_building_in_force", "certificate_building")
    columns = ["project_id", "service", "item", "building"]
    op.create_index(
        "uq_certificate_building_in_force", "certificate_building", columns, unique=True, **_where(IN_FORCE)
    )
    op.create_index("uq_opinion_converts", "opinion", ["converts"], unique=True)
    op.create_table(
        "assumed_paper",
        Column("project_id", TEXT, nullable=False),
        Column("version", TEXT, nullable=False),
        Column("doc", TEXT, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("fields", BYTES, nullable=False),
        Column("seq", SEQ, nullable=False),
        ForeignKeyConstraint(["project_id"], ["project.id"], name=conv("fk_assumed_paper_project_id_project")),
        ForeignKeyConstraint(["seq"], ["ledger.seq"], name=conv("fk_assumed_paper_seq_ledger")),
        PrimaryKeyConstraint("project_id", "version", name=conv("pk_assumed_paper")),
    )
    op.create_index("ix_assumed_paper_key", "assumed_paper", ["key"], unique=False)
    for guard in REPLACED:
        for statement in _dropped(guard, on_sqlite):
            op.execute(statement)
    for guard in (*REPLACED, *ADDED):
        for statement in _sqlite(guard) if on_sqlite else _postgresql(guard):
            op.execute(statement)
    if not on_sqlite:
        for statement in _postgresql(Guard("assumed_paper", "TRUNCATE", "is not emptied"), "STATEMENT"):
            op.execute(statement)


def _dropped(guard: Guard, on_sqlite: bool) -> tuple[str, ...]:
    if on_sqlite:
        return (f"DROP TRIGGER {guard.name}",)
    return (f"DROP TRIGGER {guard.name} ON {guard.table}", f"DROP FUNCTION {guard.name}()")
