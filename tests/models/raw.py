"""A hand on the database itself, past every guard: to plant what the guards would refuse."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Connection

from models import engines


def unguarded(url: str, *statements: str) -> None:
    """Run statements with triggers, foreign keys and unique constraints out of the way, as an owner could."""
    engine = create_engine(engines.plain(url))
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                _open_sqlite(connection)
            else:
                _open_postgresql(connection)
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()
    finally:
        engine.dispose()


def _open_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    for kind in ("trigger", "index"):
        names = connection.exec_driver_sql(f"SELECT name FROM sqlite_master WHERE type = '{kind}' AND sql IS NOT NULL")
        for name in names.scalars().all():
            connection.exec_driver_sql(f'DROP {kind} "{name}"')


def _open_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql("SET session_replication_role = replica")
    look = inspect(connection)
    for table in look.get_table_names():
        for check in look.get_check_constraints(table):
            connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{check["name"]}"')
        unique = [c["name"] for c in look.get_unique_constraints(table)]
        for index in look.get_indexes(table):
            if index["unique"] and index["name"] not in unique:
                connection.exec_driver_sql(f'DROP INDEX "{index["name"]}"')
