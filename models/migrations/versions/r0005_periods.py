"""Periods may run side by side (期间可以并行): what is simulated on two days is valid for two periods of one limit.

Limits that are promised or set by law still run once at a time.
"""

from __future__ import annotations

from alembic import op

from models.migrations.versions.r0001_tables import _where

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Leave periods out of what may run only once."""
    op.drop_index("uq_clock_open", "clock")
    op.create_index(
        "uq_clock_open",
        "clock",
        ["case_id", "item", "kind", "limit_id"],
        unique=True,
        **_where("done_on IS NULL AND kind <> 'period'"),
    )
