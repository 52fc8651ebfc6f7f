"""Certificates: issued once, sealed once, withdrawn by an entry of their own, found by number and by file."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest

from models import certificates
from models.database import Database
from models.errors import BrokenBytesError, ConstraintError
from models.invariants import certificate_offenders
from models.ledger import events_of

from .kit import PDF, Kept, broken, issued

pytestmark = pytest.mark.anyio


async def test_issued_sealed_and_found(database: Database):
    await issued(database)
    async with database.read() as reader:
        found = await certificates.of_case(reader, "c1")
        assert found is not None
        assert (found.number, found.project, found.case, found.serial) == ("江海联验〔2022〕0001号", "p1", "c1", 1)
        assert found.valid
        assert found.issued_on == date(2022, 9, 16)
        assert await certificates.pdf_of(reader, found.id) == PDF
        assert await certificates.by_pdf_hash(reader, sha256(PDF).hexdigest()) == found
        assert await certificates.by_pdf_hash(reader, sha256(PDF + b"\n").hexdigest()) is None
        assert await certificates.claimed(reader, found.number) == found
        assert await certificates.by_number(reader, found.number, "AAAA-BBBB-CCCC") == found
        assert await certificates.by_number(reader, found.number, "AAAA-BBBB-CCCD") is None
        assert await certificates.by_number(reader, "江海联验〔2022〕0002号", "AAAA-BBBB-CCCC") is None
        assert await certificates.withdrawal_of(reader, found.id) is None
        assert await certificates.unsealed(reader) == []
    assert await broken(database) == {}


async def test_a_crash_before_the_seal_is_found(database: Database):
    kept = Kept(database)
    await kept.save()
    kept.review()
    kept.issue()
    await kept.save()
    async with database.read() as reader:
        (left,) = await certificates.unsealed(reader)
        assert (left.project, left.case) == ("p1", "c1")
        assert await certificates.pdf_of(reader, left.id) is None


async def test_withdrawn(database: Database):
    kept = await issued(database)
    kept.life.day(date(2022, 9, 20))
    kept.withdraw()
    await kept.save()
    async with database.read() as reader:
        found = await certificates.of_case(reader, "c1")
        assert found is not None
        assert not found.valid
        withdrawal = await certificates.withdrawal_of(reader, found.id)
        assert withdrawal is not None
        assert (withdrawal.on, withdrawal.reasons) == (date(2022, 9, 20), "所附材料系伪造")
        assert withdrawal.seq == found.withdrawn_seq
        assert await certificates.withdrawals_until(reader) == [withdrawal]
        assert await certificates.withdrawals_until(reader, withdrawal.seq - 1) == []
    assert await broken(database) == {}


async def test_withdrawn_twice_is_refused(database: Database):
    kept = await issued(database)
    kept.withdraw()
    await kept.save()
    kept.withdraw()
    with pytest.raises(ConstraintError):
        await kept.save()
    assert await broken(database) == {}


async def test_sealed_twice_is_refused(database: Database):
    kept = await issued(database)
    kept.seal()
    with pytest.raises(ConstraintError):
        await kept.save()


async def test_another_file_than_the_entry_says_is_refused(database: Database):
    await issued(database)
    async with database.write() as unit:
        sealed = (await events_of(unit, "p1"))[-1]
        with pytest.raises(BrokenBytesError):
            await certificates.seal(unit, sealed, PDF + b"\n")


async def test_a_second_in_force_is_refused_by_the_database(database: Database):
    kept = await issued(database)
    kept.life.add(kept.life.events[-2])
    assert kept.life.events[-1].kind == "issued"
    with pytest.raises(ConstraintError):
        await kept.save()


async def test_plain_sql_finds_what_is_missing(database: Database):
    kept = Kept(database)
    await kept.save()
    async with database.read() as reader:
        found = await certificate_offenders(reader, "c1")
    assert "D07 特殊建设工程消防验收：没有有效的合格意见" in found
    assert "D02 规划条件核实：办公楼没有合格的现场勘验记录" in found
    assert not any("D07" in says and "办公楼" in says for says in found)
    kept.review()
    await kept.save()
    async with database.read() as reader:
        assert await certificate_offenders(reader, "c1") == []
        assert await certificate_offenders(reader, "none") == ["没有这件办件"]
