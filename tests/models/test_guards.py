"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from models.accounts import open_session, revoke_session
from models.database import Database
from models.errors import ConstraintError

from .kit import NOW, Kept, issued
from .raw import unguarded

pytestmark = pytest.mark.anyio

OPINION = (
    "INSERT INTO opinion (id, case_id, item, building, instance, step, doc, round, version, department, force, verdict,"
    " signer, signed_by, signed_on, unaffected, seq) VALUES "
)
REFUSED = {
    "an entry changed": "UPDATE ledger SET actor = 'x' WHERE seq = 1",
    "an entry removed": "DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)",
    "an entry with a gap": "INSERT INTO ledger SELECT seq + 2, at, kind, project_id, case_id, actor, body, leaf, chain "
    "FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)",
    "an entry of the past": "INSERT INTO ledger SELECT (SELECT max(seq) + 1 FROM ledger), '2020-01-01 00:00:00+00', "
    "kind, project_id, case_id, actor, body, leaf, chain FROM ledger WHERE seq = 1",
    "the head set back": "UPDATE ledger_head SET seq = 1",
    "the head removed": "DELETE FROM ledger_head",
    "a second head": "INSERT INTO ledger_head (id, seq, chain) SELECT 2, seq, chain FROM ledger_head",
    "an opinion changed": "UPDATE opinion SET verdict = 'fail'",
    "an opinion removed": "DELETE FROM opinion",
    "another department's opinion": OPINION + "('x#1', 'c1', 'D07', '', '', 'opinion', 'y', 1, 1, 'archives', 'formal',"
    " 'pass', 'u', 'u', '2022-09-16', '', 1)",
    "the same round twice": OPINION + "('x#1', 'c1', 'D10', '', '', 'opinion', 'opinion', 1, 1, 'archives', 'formal',"
    " 'pass', 'u', 'u', '2022-09-16', '', 1)",
    "a simulated one among the formal": OPINION + "('x#1', 'c1', 'D10', '', '', 'opinion', 'y', 1, 1, 'archives',"
    " 'simulated', 'pass', 'u', 'u', '2022-09-16', '', 1)",
    "an opinion after the certificate": OPINION + "('x#1', 'c1', 'D10', '', '', 'opinion', 'y', 1, 1, 'archives',"
    " 'formal', 'pass', 'u', 'u', '2022-09-16', '', (SELECT max(seq) FROM ledger))",
    "a certificate's content": "UPDATE certificate SET check_code = 'x'",
    "a certificate's file": "UPDATE certificate SET pdf = content, pdf_sha256 = 'x'",
    "a certificate removed": "DELETE FROM certificate",
    "a certificate's building": "UPDATE certificate_building SET building = building || 'x'",
    "a counter set back": "UPDATE number_counter SET next = 1 WHERE series = 'ja'",
    "a counter that skips": "UPDATE number_counter SET next = next + 2 WHERE series = 'ja'",
    "a counter of another force": "UPDATE number_counter SET force = 'none' WHERE series = 'ja'",
    "a counter that begins late": "INSERT INTO number_counter (series, year, force, next) VALUES ('y', 2022, 'none', 2)",
    "a law changed": "UPDATE policy_source SET digest = 'x'",
    "a law removed": "DELETE FROM policy_source",
}


@pytest.fixture
async def kept(database: Database) -> Kept:
    return await issued(database)


async def test_refused(kept: Kept):
    for what, statement in REFUSED.items():
        async with kept.database.write() as unit:
            try:
                await unit.execute(text(statement))
            except ConstraintError:
                continue
        pytest.fail(f"{what} was not refused")


async def test_replacing_is_refused_too(kept: Kept):
    """SQLite's INSERT OR REPLACE and PostgreSQL's TRUNCATE go round triggers that only look at UPDATE and DELETE."""
    if kept.database.dialect == "sqlite":
        statement = "INSERT OR REPLACE INTO opinion SELECT * FROM opinion"
    else:
        statement = "TRUNCATE ledger CASCADE"
    async with kept.database.write() as unit:
        with pytest.raises(ConstraintError):
            await unit.execute(text(statement))


async def test_what_refuses_is_the_guards(kept: Kept):
    """And not a slip in the statements: with the guards gone they pass."""
    for statement in REFUSED.values():
        if statement.startswith(("UPDATE", "DELETE")):
            async with kept.database.write() as unit:
                await unguarded(unit, statement)


async def test_a_revoked_sign_in_stays_revoked(kept: Kept):
    async with kept.database.write() as unit:
        token = await open_session(unit, "u1", NOW, timedelta(hours=1))
        assert await revoke_session(unit, token, NOW)
        await unit.commit()
    async with kept.database.write() as unit:
        with pytest.raises(ConstraintError):
            await unit.execute(text("UPDATE session_token SET revoked = NULL"))


async def test_refusals_name_what_was_broken(kept: Kept):
    async with kept.database.write() as unit:
        with pytest.raises(ConstraintError) as caught:
            await unit.execute(text("UPDATE ledger SET actor = 'x'"))
    assert caught.value.constraint == "ledger is append only"
    assert "ledger" not in str(caught.value)
