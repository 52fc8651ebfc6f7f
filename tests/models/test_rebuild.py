"""The tables say what the ledger says, and can be written anew from it (L1)."""

from __future__ import annotations

from datetime import date

import pytest

from engine import commands, orders
from engine.case import fold
from engine.dossier import Verdict
from models.database import Database, Reader, Unit
from models.ledger import events_of, lock_project
from models.projections import stored_rows, write_projections
from models.rebuild import differences, rebuild
from models.tables import Base, CaseItem, CaseItemBuilding, CasePause, ClockRow, Opinion
from tests.engine.law import OWNER

from .kit import Kept, broken, fold_clocks, issued
from .raw import unguarded

pytestmark = pytest.mark.anyio

TABLES = Base.metadata.sorted_tables


async def differing(database: Database) -> list[str]:
    async with database.read() as reader:
        return await differing_to(reader)


async def differing_to(reader: Reader) -> list[str]:
    return sorted({d.table for d in await differences(reader, fold_clocks)})


async def everything(database: Database) -> dict[str, list[str]]:
    async with database.read() as reader:
        return {t.name: sorted(map(repr, (await reader.execute(t.select())).mappings().all())) for t in TABLES}


async def failed(database: Database) -> Kept:
    """A case with a stop, a failed visit, an answer, a taken-back finding and a corrected fact."""
    kept = Kept(database)
    life = kept.life
    await kept.save()
    life.do(orders.stop_clock, "review:D10", "testing", True, "送检")
    life.give("review", "D02")
    life.give("review", "D07")
    life.visit("1号厂房", D02=Verdict.PASS, D07=Verdict.FAIL)
    await kept.save()
    life.visit("办公楼", D02=Verdict.PASS)
    life.day(date(2022, 9, 19))
    life.do(orders.resume_clock, "review:D10")
    life.add(*commands.answer(life.desk(OWNER), "已整改", {}, ()))
    await kept.save()
    life.visit("1号厂房", D07=Verdict.PASS)
    life.give("review", "D10")
    reviewer = life.desk(OWNER).actor
    life.do(orders.withdraw_opinion, "review:D10", "看错了", actor=reviewer)
    life.facts(archive_scope=False)
    await kept.save()
    return kept


async def test_after_every_command_nothing_differs(database: Database):
    await issued(database)
    assert await differing(database) == []
    async with database.read() as reader:
        assert len(await stored_rows(reader, Opinion)) == 9


async def test_a_case_that_went_wrong_and_was_mended(database: Database):
    await failed(database)
    assert await differing(database) == []
    assert await broken(database) == {}
    async with database.read() as reader:
        items = {r["item"]: r["applies"] for r in await stored_rows(reader, CaseItem)}
        assert items == {"D02": "yes", "D07": "yes", "D10": "no"}
        (pause,) = await stored_rows(reader, CasePause)
        assert (pause["started"], pause["ended"]) == (date(2022, 9, 16), date(2022, 9, 19))
        rounds = {
            (r["item"], r["round"], r["verdict"])
            for r in await stored_rows(reader, Opinion, Opinion.building == "1号厂房")
        }
        assert rounds == {("D02", 1, "pass"), ("D07", 1, "fail"), ("D07", 2, "pass")}
        about = await stored_rows(reader, CaseItemBuilding, CaseItemBuilding.item == "D07")
        assert [r["building"] for r in about] == ["1号厂房"]
    before = await everything(database)
    assert await rebuild(database, fold_clocks) == 1
    assert await everything(database) == before


async def test_rebuilt_after_the_tables_were_lost(database: Database):
    await failed(database)
    before = await everything(database)
    lost = ("clock", "wakeup", "case_pause", "case_item_building", "opinion_status", "opinion", "case_item")
    async with database.write() as unit:
        await unguarded(
            unit,
            *(f"DELETE FROM {table}" for table in lost),
            "UPDATE case_file SET accepted_on = NULL, law = NULL, seq = 0",
        )
        await unit.commit()
    assert await differing(database) == sorted([*lost, "case_file"])
    await rebuild(database, fold_clocks)
    assert await everything(database) == before
    assert await differing(database) == []


CHANGED = {
    "case_file": "UPDATE case_file SET ended = NULL",
    "case_item": "UPDATE case_item SET applies = 'no' WHERE item = 'D02'",
    "case_item_building": "DELETE FROM case_item_building WHERE item = 'D07'",
    "case_pause": "INSERT INTO case_pause (case_id, n, kind, task, item, reason, written_notice, started) "
    "VALUES ('c1', 9, 'stop', '', '', '', TRUE, '2022-09-16')",
    "opinion": "UPDATE opinion SET verdict = 'fail' WHERE item = 'D02' AND doc = 'opinion'",
    "opinion_status": "UPDATE opinion_status SET stale = TRUE",
    "clock": "UPDATE clock SET due = '2023-01-01'",
    "wakeup": "INSERT INTO wakeup (case_id, kind, key, at) VALUES ('c1', 'limit', 'x', '2022-10-01 00:00:00')",
    "certificate": "UPDATE certificate SET check_code = 'x'",
    "certificate_withdrawal": "INSERT INTO certificate_withdrawal SELECT id, 1, 'x' FROM certificate",
    "file_use": "INSERT INTO file_use (sha256, project_id, document, seq) VALUES ('a', 'p1', 'x', 1)",
}


async def test_a_change_past_the_ledger_shows(database: Database):
    await issued(database)
    for table, statement in CHANGED.items():
        async with database.write() as unit:
            await unguarded(unit, statement)
            assert await differing_to(unit) == [table]


async def test_projections_follow_a_rolled_back_command(database: Database):
    kept = Kept(database)
    await kept.save()
    before = await everything(database)
    kept.review()
    async with database.write() as unit:
        await kept.store(unit)
    assert await everything(database) == before


async def test_writing_again_changes_nothing(database: Database):
    await issued(database)
    before = await everything(database)

    async def again(unit: Unit) -> None:
        await lock_project(unit, "p1")
        state = fold(await events_of(unit, "p1"), "c1")
        await write_projections(unit, state, *await fold_clocks(unit, state))
        await unit.commit()

    await database.run_command(again)
    assert await everything(database) == before


async def test_a_list_replaced_on_its_own_day_leaves_one_clock(database: Database):
    kept = Kept(database)
    life = kept.life
    await kept.save()
    life.visit("办公楼", D02=Verdict.PASS)
    life.visit("1号厂房", D02=Verdict.PASS, D07=Verdict.FAIL)
    life.facts(
        {
            "1号厂房": {"use": "workshop", "floor_area_m2": 260000},
            "办公楼": {"use": "workshop", "floor_area_m2": 260000},
        }
    )
    life.visit("办公楼", D07=Verdict.FAIL)
    assert len(life.state.answering) == 2
    await kept.save()
    assert await differing(database) == []
    async with database.read() as reader:
        (clock,) = await stored_rows(reader, ClockRow, ClockRow.limit_id == "ja-rectify")
        assert clock["done_on"] is None
