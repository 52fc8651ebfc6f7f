"""Every invariant catches what breaks it, on both databases, and lets a sound case pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.events import EventKind
from models.database import Database
from models.invariants import SAYS, run_all

from .kit import Kept, broken, issued
from .raw import unguarded

pytestmark = pytest.mark.anyio

OPINION = (
    "INSERT INTO opinion (id, case_id, item, building, instance, step, doc, round, version, department, force, verdict,"
    " signer, signed_by, signed_on, unaffected, seq) VALUES "
)
ENTRY = (
    "INSERT INTO ledger SELECT (SELECT max(seq) + 1 FROM ledger), at, {}, project_id, case_id, actor, body, leaf, chain"
    " FROM ledger WHERE seq = (SELECT max(seq) FROM ledger WHERE kind = {})"
)
COPY = (
    "INSERT INTO certificate (id, number, series, year, serial, check_code, case_id, form, force, issued_on,"
    " content_hash, content, issued_seq, pdf, pdf_sha256, sealed_seq, withdrawn_seq) SELECT 'copy', {}, series, year,"
    " serial + 1, check_code, case_id, form, force, issued_on, content_hash, content, issued_seq - 1, pdf, pdf_sha256,"
    " sealed_seq, withdrawn_seq FROM certificate"
)
GATHERED = "UPDATE opinion_status SET void = TRUE WHERE opinion_id IN (SELECT id FROM opinion WHERE doc = '{}')"

BREACHES: tuple[tuple[str, str], ...] = (
    ("C1", "UPDATE opinion SET verdict = 'fail' WHERE item = 'D07' AND doc = 'opinion'"),
    ("C1", GATHERED.format("opinion")),
    ("C1", "UPDATE opinion_status SET stale = TRUE"),
    ("C1", "UPDATE opinion SET seq = 1000 WHERE item = 'D02' AND doc = 'opinion'"),
    ("C1", "UPDATE opinion SET building = '别处' WHERE item = 'D02' AND doc = 'opinion'"),
    ("C1", "UPDATE case_item SET applies = 'unknown' WHERE item = 'D07'"),
    ("C1", "UPDATE case_item SET applies = 'no'"),
    ("C1", "UPDATE case_file SET law = NULL"),
    ("C1", "DELETE FROM opinion WHERE item = 'D10'"),
    ("C1", "UPDATE certificate SET item = 'D07', issued_seq = (SELECT min(seq) FROM opinion)"),
    (
        "C2",
        "INSERT INTO case_pause (case_id, n, kind, task, item, reason, written_notice, started) "
        "VALUES ('c1', 9, 'stop', 'opinion:D07', 'D07', 'testing', TRUE, '2022-09-16')",
    ),
    ("C2", GATHERED.format("site_finding")),
    ("C2", "UPDATE opinion SET verdict = 'fail' WHERE building = '办公楼'"),
    ("C2", "DELETE FROM opinion WHERE building = '1号厂房' AND item = 'D07'"),
    ("C2", "UPDATE opinion SET round = 2 WHERE item = 'D07' AND doc = 'opinion'"),
    ("C3", COPY.format("number || 'x'")),
    (
        "C3",
        "INSERT INTO certificate_building (certificate_id, building, project_id, service, force) "
        "SELECT 'x', building, project_id, service, force FROM certificate_building",
    ),
    ("C4", "UPDATE number_counter SET next = 3 WHERE series = 'ja'"),
    ("C4", "UPDATE number_counter SET next = 3 WHERE series = 'case'"),
    ("C4", "UPDATE certificate SET serial = 2"),
    (
        "C5",
        "INSERT INTO idempotency (actor, route, key, request_hash, created) "
        "VALUES ('u', 'r', 'k', 'h', '2022-09-16 00:00:00')",
    ),
    ("C6", "UPDATE certificate SET content = leaf FROM ledger WHERE ledger.seq = 1"),
    ("C6", "UPDATE certificate SET content_hash = 'x'"),
    ("C6", "UPDATE certificate SET pdf = content"),
    ("C7", "UPDATE certificate SET withdrawn_seq = issued_seq"),
    ("C7", "UPDATE certificate_building SET withdrawn_seq = 1"),
    ("C7", "DELETE FROM certificate_building"),
    ("C7", "INSERT INTO certificate_withdrawal SELECT id, issued_seq, 'x' FROM certificate"),
    ("C7", ENTRY.format("'certificate_withdrawn'", "'sealed'")),
    ("O1", "UPDATE opinion SET version = 2 WHERE item = 'D07' AND doc = 'opinion'"),
    (
        "O1",
        OPINION + "('x', 'c1', 'D07', '', '', 'another', 'opinion', 1, 1, 'housing_construction', 'formal', 'pass',"
        " 'u', 'u', '2022-09-16', '', 1)",
    ),
    ("O2", "UPDATE opinion SET department = 'archives' WHERE item = 'D07'"),
    ("O2", "UPDATE case_item SET department = 'archives' WHERE item = 'D07'"),
    ("O3", "UPDATE opinion SET signer = 'u1' WHERE item = 'D07'"),
    ("O4", "UPDATE opinion SET seq = 1000 WHERE item = 'D07'"),
    ("O6", ENTRY.format("'opinion_withdrawn'", "'sealed'")),
    ("S2", "UPDATE opinion SET converts = 'nowhere' WHERE id = (SELECT min(id) FROM opinion WHERE item = 'D07')"),
    ("K1", "UPDATE clock SET done_on = NULL WHERE limit_id = 'joint'"),
    (
        "K1",
        "INSERT INTO clock (case_id, item, limit_id, kind, started, due, provisional) SELECT case_id, 'x', limit_id,"
        " 'k', started, due, FALSE FROM clock UNION ALL SELECT case_id, 'x', limit_id, 'k', '2022-01-01', due, FALSE"
        " FROM clock",
    ),
    (
        "K2",
        "INSERT INTO case_pause (case_id, n, kind, task, item, reason, written_notice, started, ended) VALUES"
        " ('c1', 8, 'stop', 't', '', 'testing', TRUE, '2022-09-16', '2022-09-20'),"
        " ('c1', 9, 'stop', 't', '', 'testing', TRUE, '2022-09-19', '2022-09-21')",
    ),
    ("K5", "UPDATE ledger SET at = '2022-09-15 00:00:00' WHERE seq = 2"),
    ("R1", "DELETE FROM policy_source"),
    (
        "S1",
        "INSERT INTO simulated_opinion SELECT 'simulated', id, case_id, item, building, instance, step, doc, round,"
        " version, department, verdict, signer, signed_by, signed_on, unaffected, seq FROM opinion",
    ),
    ("S1", "INSERT INTO number_counter (series, year, force, next) VALUES ('ja', 2023, 'simulated', 1)"),
    ("S1", "UPDATE certificate SET force = 'simulated'"),
    ("P1", "INSERT INTO project_code (project_id, code, change, held, seq) VALUES ('p1', 'x', 'first', TRUE, 1)"),
    (
        "P1",
        "INSERT INTO project_code (project_id, code, change, held, seq) VALUES ('p2', 'x', 'first', TRUE, 1),"
        " ('p3', 'x', 'first', TRUE, 1)",
    ),
    ("F2", "INSERT INTO file_use (sha256, project_id, document, seq) VALUES ('a', 'p1', 'x', 1)"),
    ("L1", "UPDATE opinion SET seq = 1 WHERE item = 'D07'"),
    ("L1", "DELETE FROM opinion_status"),
    ("L1", "DELETE FROM certificate"),
    ("L1", ENTRY.format("'issued'", "'sealed'")),
    ("L1", ENTRY.format("'case_opened'", "'sealed'").replace("case_id, actor", "'c2', actor")),
    ("L1", "UPDATE certificate SET sealed_seq = 1"),
    ("L2", "UPDATE ledger SET actor = 'x' WHERE seq = 2"),
    ("L2", "DELETE FROM ledger WHERE kind = 'sealed'"),
)


async def test_a_sound_case_breaks_none(database: Database):
    kept = await issued(database)
    assert await broken(database) == {}
    async with database.read() as reader:
        assert [f.id for f in await run_all(reader)] == list(SAYS)
    kept.withdraw()
    await kept.save()
    assert await broken(database) == {}


async def test_an_empty_database_breaks_none(database: Database):
    assert await broken(database) == {}


async def test_a_breach_is_found(database: Database):
    await issued(database)
    for name, statement in BREACHES:
        async with database.write() as unit:
            await unguarded(unit, statement)
            found = {f.id: f.offenders for f in await run_all(unit) if not f.holds}
        assert found.get(name), f"{name}: {statement}; found {found}"
    assert await broken(database) == {}


async def test_a_limit_recorded_twice_is_found(database: Database):
    """K4: both entries are sound in themselves, so only reading them tells."""
    kept = Kept(database)
    await kept.save()
    kept.life.tick(date(2022, 11, 30))
    passed = [e for e in kept.life.events if e.kind is EventKind.LIMIT_PASSED]
    assert passed
    await kept.save()
    assert await broken(database) == {}
    kept.life.add(replace(passed[0], at=kept.life.now))
    await kept.save()
    assert list(await broken(database)) == ["K4"]


def test_every_invariant_has_a_breach_here():
    assert {name for name, _ in BREACHES} | {"K4"} == set(SAYS)
