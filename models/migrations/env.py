"""How Alembic reaches the database (迁移环境): over the connection, and in the transaction, that ``upgrade`` hands it."""

from __future__ import annotations

from alembic import context

from models.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
