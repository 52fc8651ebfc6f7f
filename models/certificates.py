"""Certificates as stored (证书存取): issued with their entry, sealed once, withdrawn by an entry of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, insert, select, update

from engine.case import ends_paper
from engine.events import Event, EventKind, day_of
from engine.ledger import canonical, digest
from models.database import Reader, Unit
from models.errors import BrokenBytesError, ConstraintError
from models.ledger import Number
from models.tables import CaseFile, CertificateBuilding, CertificateRow, CertificateWithdrawal, LedgerEntry, new_id


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as stored (证书), without its file; :func:`pdf_of` gives that."""

    id: str
    number: str
    series: str
    year: int
    serial: int
    check_code: str
    project: str
    case: str
    form: str
    force: str
    issued_on: date
    content_hash: str
    content_bytes: bytes
    issued_seq: int
    pdf_sha256: str | None
    sealed_seq: int | None
    withdrawn_seq: int | None

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says."""
        said: Mapping[str, Any] = json.loads(self.content_bytes)
        return said

    @property
    def valid(self) -> bool:
        """Whether it is formal and not withdrawn (C7); a simulated one is never valid (S1)."""
        return self.force == "formal" and self.withdrawn_seq is None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal as stored (撤回)."""

    certificate: str
    number: str
    on: date
    """Legal day of its entry."""
    seq: int
    reasons: str
    lapsed: bool = False
    """Whether it ran out by itself (到期失效); else somebody took it back."""


_COLUMNS: tuple[Any, ...] = (
    CertificateRow.id,
    CertificateRow.number,
    CertificateRow.series,
    CertificateRow.year,
    CertificateRow.serial,
    CertificateRow.check_code,
    CaseFile.project_id,
    CertificateRow.case_id,
    CertificateRow.form,
    CertificateRow.force,
    CertificateRow.issued_on,
    CertificateRow.content_hash,
    CertificateRow.content,
    CertificateRow.issued_seq,
    CertificateRow.pdf_sha256,
    CertificateRow.sealed_seq,
    CertificateRow.withdrawn_seq,
)


def hash_of(content: Mapping[str, Any]) -> str:
    """The content's hash: over everything in it but the hash itself."""
    return digest({k: v for k, v in content.items() if k != "content_hash"})


async def issue(unit: Unit, issued: Event, number: Number) -> Certificate:
    """Store the certificate of an ``ISSUED`` entry (出证), with its number from :func:`models.ledger.take_number`.

    Raises:
        ConstraintError: the case, or a building under this service, has a formal one in force, or the number was given.
        BrokenBytesError: the content does not hash to what it says.
    """
    assert issued.kind is EventKind.ISSUED and issued.case and issued.seq, "an ISSUED event as append gave it"
    content = issued.data["content"]
    if hash_of(content) != content["content_hash"]:
        raise BrokenBytesError("证书内容与其摘要不符，未出证。", detail_en="Content and hash differ; not issued.")
    assert content["force"] == number.force, "a number of another series"
    case = (await unit.execute(select(CaseFile.project_id, CaseFile.service).where(CaseFile.id == issued.case))).one()
    row = certificate_row(issued)
    made = {"id": new_id(), "series": number.series, "year": number.year, "serial": number.serial, **row}
    await unit.execute(insert(CertificateRow).values(**made))
    buildings = [b["name"] for b in content["buildings"]] or [""]
    rows = [
        {
            "certificate_id": made["id"],
            "building": building,
            "project_id": case.project_id,
            "service": case.service,
            "item": row["item"],
            "force": number.force,
        }
        for building in buildings
    ]
    await unit.execute(insert(CertificateBuilding), rows)
    found = await certificate_of(unit, made["id"])
    assert found is not None
    return found


def certificate_row(issued: Event) -> dict[str, Any]:
    """What the ledger alone says of a certificate's row."""
    content = issued.data["content"]
    return {
        "number": content["number"],
        "check_code": content["check_code"],
        "case_id": issued.case,
        "item": content.get("item") or "",
        "form": content["form"],
        "force": content["force"],
        "issued_on": date.fromisoformat(content["issued_on"]),
        "content_hash": content["content_hash"],
        "content": canonical(content),
        "issued_seq": issued.seq,
    }


async def seal(unit: Unit, sealed: Event, pdf: bytes) -> None:
    """Store the file made from a certificate (封存), once, with its ``SEALED`` entry.

    The entry's data must carry the file's hash: ``{"number": …, "pdf_sha256": …}``.

    Raises:
        ConstraintError: it has a file already, or there is no such certificate.
        BrokenBytesError: the file does not hash to what the entry says.
    """
    assert sealed.kind is EventKind.SEALED and sealed.seq, "a SEALED event as append gave it"
    found = sha256(pdf).hexdigest()
    if sealed.data["pdf_sha256"] != found:
        raise BrokenBytesError("证书文件与台账所记摘要不符。", detail_en="The file is not the one in the entry.")
    here = (
        CertificateRow.case_id == sealed.case,
        CertificateRow.number == sealed.data["number"],
        CertificateRow.pdf.is_(None),
    )
    values = {"pdf": pdf, "pdf_sha256": found, "sealed_seq": sealed.seq}
    if (await unit.execute(update(CertificateRow).where(*here).values(**values))).rowcount != 1:
        raise ConstraintError("certificate is not there or is sealed")


async def withdraw(unit: Unit, withdrawn: Event) -> None:
    """Store that a paper is over (撤回证书、到期失效), as :func:`engine.case.ends_paper` has it: nothing calls it valid then.

    Raises:
        ConstraintError: it is withdrawn already, or there is no such certificate.
    """
    assert ends_paper(withdrawn) and withdrawn.seq, "an event as append gave it"
    here = (CertificateRow.case_id == withdrawn.case, CertificateRow.number == withdrawn.data["number"])
    certificate = (await unit.execute(select(CertificateRow.id).where(*here))).scalar_one_or_none()
    if certificate is None:
        raise ConstraintError("certificate is not there")
    row = {"certificate_id": certificate, "seq": withdrawn.seq, "reasons": withdrawn.data["says"]}
    await unit.execute(insert(CertificateWithdrawal).values(**row))
    for table, key in (
        (CertificateRow, CertificateRow.id),
        (CertificateBuilding, CertificateBuilding.certificate_id),
    ):
        await unit.execute(update(table).where(key == certificate).values(withdrawn_seq=withdrawn.seq))


async def certificate_of(reader: Reader, certificate: str) -> Certificate | None:
    """The certificate of that id; its content is checked against its hash (C6)."""
    return await _one(reader, CertificateRow.id == certificate)


async def of_case(reader: Reader, case: str, number: str | None = None) -> Certificate | None:
    """The last certificate of a case, or the one of that number."""
    mine = CertificateRow.case_id == case
    return await _one(reader, mine if number is None else mine & (CertificateRow.number == number))


async def by_number(reader: Reader, number: str, check_code: str) -> Certificate | None:
    """The certificate of that number, for those who also have its check code (公开查验); None alike for both."""
    found = await claimed(reader, number)
    expected = found.check_code if found else "-" * len(check_code)
    same = compare_digest(expected.encode(), check_code.encode())
    return found if same else None


async def claimed(reader: Reader, number: str) -> Certificate | None:
    """The certificate of the number that a handed-in file claims (文件自称的文号); its content is not for the asker."""
    return await _one(reader, CertificateRow.number == number)


async def by_pdf_hash(reader: Reader, sha256_hex: str) -> Certificate | None:
    """The certificate whose stored file has that SHA-256: the file itself was handed in (以文件查验)."""
    return await _one(reader, CertificateRow.pdf_sha256 == sha256_hex)


async def _one(reader: Reader, where: ColumnElement[bool]) -> Certificate | None:
    query = _certificates().where(where).order_by(CertificateRow.issued_seq.desc()).limit(1)
    row = (await reader.execute(query)).one_or_none()
    return None if row is None else _checked(row)


def _certificates() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).join(CaseFile, CaseFile.id == CertificateRow.case_id)


def _checked(row: Row[*tuple[Any, ...]]) -> Certificate:
    found = Certificate(*row)
    if hash_of(found.content) != found.content_hash:
        raise BrokenBytesError(
            f"证书 {found.number} 的存储内容与其摘要不符，请立即报告管理员。", detail_en="Stored content was changed."
        )
    return found


async def pdf_of(reader: Reader, certificate: str) -> bytes | None:
    """The stored file of a certificate (证书文件), checked against its hash (C6); None until it is sealed."""
    query = select(CertificateRow.pdf, CertificateRow.pdf_sha256).where(CertificateRow.id == certificate)
    row = (await reader.execute(query)).one_or_none()
    if row is None or row.pdf is None:
        return None
    pdf = bytes(row.pdf)
    if sha256(pdf).hexdigest() != row.pdf_sha256:
        raise BrokenBytesError("证书文件与其摘要不符，请立即报告管理员。", detail_en="The stored file was changed.")
    return pdf


async def unsealed(reader: Reader) -> list[Certificate]:
    """Certificates whose file has yet to be made: what a crash left to do."""
    query = _certificates().where(CertificateRow.pdf.is_(None)).order_by(CertificateRow.issued_seq)
    return [_checked(row) for row in await reader.execute(query)]


async def withdrawal_of(reader: Reader, certificate: str) -> Withdrawal | None:
    """The withdrawal of a certificate, with its day and reasons; None while it was not withdrawn."""
    query = _withdrawals().where(CertificateWithdrawal.certificate_id == certificate)
    row = (await reader.execute(query)).one_or_none()
    return None if row is None else _withdrawal(row)


async def withdrawals_until(reader: Reader, until: int | None = None) -> list[Withdrawal]:
    """Withdrawals in ledger order, as of an entry where one is named (撤回名单)."""
    query = _withdrawals()
    if until is not None:
        query = query.where(CertificateWithdrawal.seq <= until)
    return [_withdrawal(row) for row in await reader.execute(query)]


def _withdrawals() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CertificateWithdrawal.certificate_id,
            CertificateRow.number,
            LedgerEntry.at,
            CertificateWithdrawal.seq,
            CertificateWithdrawal.reasons,
            LedgerEntry.kind,
        )
        .join(CertificateRow, CertificateRow.id == CertificateWithdrawal.certificate_id)
        .join(LedgerEntry, LedgerEntry.seq == CertificateWithdrawal.seq)
        .order_by(CertificateWithdrawal.seq)
    )


def _withdrawal(row: Row[*tuple[Any, ...]]) -> Withdrawal:
    certificate, number, at, seq, reasons, kind = row
    return Withdrawal(certificate, number, day_of(at), seq, reasons, kind == EventKind.RESULT_LAPSED)
