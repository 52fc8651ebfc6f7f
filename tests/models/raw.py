"""A hand on the database itself, past every guard: to plant what the guards would refuse."""

from __future__ import annotations

from sqlalchemy import text

from models.database import Unit

NO_CONSTRAINTS = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
        WHERE contype IN ('c', 'u') AND connamespace = 'public'::regnamespace AND conrelid <> 0
    LOOP EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I CASCADE', found.tab, found.conname); END LOOP;
    FOR found IN SELECT indexrelid::regclass AS idx FROM pg_index JOIN pg_class c ON c.oid = indrelid
        WHERE indisunique AND NOT indisprimary AND c.relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('DROP INDEX %%s', found.idx); END LOOP;
END $$
"""


async def unguarded(unit: Unit, *statements: str) -> None:
    """Run statements with triggers, foreign keys, checks and unique indexes out of the way, as an owner could."""
    run = unit.connection.exec_driver_sql
    if unit.dialect == "sqlite":
        await run("PRAGMA defer_foreign_keys = ON")
        await run("PRAGMA ignore_check_constraints = ON")
        for kind in ("trigger", "index"):
            names = await run(f"SELECT name FROM sqlite_master WHERE type = '{kind}' AND sql IS NOT NULL")
            for name in names.scalars().all():
                await run(f'DROP {kind} "{name}"')
    else:
        await run("SET LOCAL session_replication_role = replica")
        await run(NO_CONSTRAINTS)
    for statement in statements:
        await unit.execute(text(statement))
    if unit.dialect == "sqlite":
        await run("PRAGMA ignore_check_constraints = OFF")
