"""The guards (数据库守卫): what no program may do to the rows, said to the database itself, on both databases alike.

A guard is a trigger with a condition under which the statement is refused. The owner of a database can drop them; that is
what the ledger's chain is for.
"""

from __future__ import annotations

from typing import NamedTuple

from alembic import op

revision = "0002"
down_revision = "0001"


class Guard(NamedTuple):
    """A statement on a table that is refused where the condition holds; the words name it to people and to tests."""

    table: str
    verb: str
    words: str
    condition: str = "TRUE"

    @property
    def name(self) -> str:
        """Of the trigger, and on PostgreSQL of its function."""
        return f"guard_{self.table}_{self.words.replace(' ', '_')}"


APPEND_ONLY = (
    "ledger",
    "opinion",
    "simulated_opinion",
    "policy_source",
    "file_use",
    "certificate_withdrawal",
)
KEPT = ("certificate", "certificate_building", "number_counter", "ledger_head")
"""Tables whose rows may change in one way only, and never go."""

CERTIFICATE = (
    "id",
    "number",
    "series",
    "year",
    "serial",
    "check_code",
    "case_id",
    "form",
    "force",
    "issued_on",
    "content_hash",
    "content",
    "issued_seq",
)


def _changes(*columns: str) -> str:
    return " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns)


def _set_twice(*columns: str) -> str:
    return " OR ".join(f"(OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in columns)


GUARDS = (
    *(Guard(table, "UPDATE", "is append only") for table in APPEND_ONLY),
    *(Guard(table, "DELETE", "is kept") for table in (*APPEND_ONLY, *KEPT)),
    Guard(
        "ledger",
        "INSERT",
        "has no gap",  # L2
        "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)",
    ),
    Guard(
        "ledger",
        "INSERT",
        "never goes back in time",  # K5
        "NEW.at < (SELECT at FROM ledger WHERE seq = NEW.seq - 1)",
    ),
    Guard("ledger_head", "UPDATE", "only advances", "NEW.seq <= OLD.seq"),
    Guard(
        "opinion",
        "INSERT",
        "comes before the certificate",  # O4
        "EXISTS (SELECT 1 FROM certificate WHERE case_id = NEW.case_id AND force = 'formal'"
        " AND withdrawn_seq IS NULL AND issued_seq < NEW.seq)",
    ),
    Guard("certificate", "UPDATE", "content is fixed", _changes(*CERTIFICATE)),  # C6
    Guard(
        "certificate",
        "UPDATE",
        "is sealed and withdrawn once",  # C7
        _set_twice("pdf", "pdf_sha256", "sealed_seq", "withdrawn_seq"),
    ),
    Guard(
        "certificate_building",
        "UPDATE",
        "is fixed",
        _changes("certificate_id", "building", "project_id", "service", "force") + " OR " + _set_twice("withdrawn_seq"),
    ),
    Guard(
        "number_counter",
        "UPDATE",
        "counts one by one",  # C4
        _changes("series", "year", "force") + " OR NEW.next <> OLD.next + 1",
    ),
    Guard("number_counter", "INSERT", "begins at one", "NEW.next <> 1"),
    Guard("session_token", "UPDATE", "stays revoked", _set_twice("revoked")),  # A3
    Guard("stored_file", "UPDATE", "is what it is", _changes("sha256", "size")),
)


def upgrade() -> None:
    """Set every guard."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in GUARDS:
        for statement in _sqlite(guard) if on_sqlite else _postgresql(guard):
            op.execute(statement)
    if not on_sqlite:
        for table in (*APPEND_ONLY, *KEPT):
            for statement in _postgresql(Guard(table, "TRUNCATE", "is not emptied"), "STATEMENT"):
                op.execute(statement)


def _sqlite(guard: Guard) -> tuple[str, ...]:
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.verb} ON {guard.table} WHEN {guard.condition} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.table} {guard.words}'); END",
    )


def _postgresql(guard: Guard, each: str = "ROW") -> tuple[str, ...]:
    return (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {guard.condition} THEN "
        f"RAISE EXCEPTION '{guard.table} {guard.words}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN coalesce(NEW, OLD); END $$",
        f"CREATE TRIGGER {guard.name} BEFORE {guard.verb} ON {guard.table} "
        f"FOR EACH {each} EXECUTE FUNCTION {guard.name}()",
    )
