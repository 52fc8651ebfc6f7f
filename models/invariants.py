"""What must never be otherwise (不变量): RELIABILITY's invariants as far as the tables can tell, each with its offenders.

``doctor`` runs them all and tests end with them. What SQL can say is :mod:`models.invariant_queries`; what takes hashing
stored bytes, or reading the ledger's entries, is here. C8, O5, O7, K3, K6, R2–R4, S2–S3, A1–A4, F1, L3 and L4 are kept
elsewhere; L1 is whole only with :func:`models.rebuild.differences`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, text

from engine.case import fold
from engine.events import EventKind
from engine.procedure import OPINION
from engine.terms import Force
from models.certificates import certificate_row, hash_of
from models.database import Reader
from models.invariant_queries import CASES, CERTIFICATE, OTHERS, Query
from models.ledger import Entry, entries_of, events_of, verify_chain
from models.tables import CaseFile, CaseItem, CertificateRow

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Offender:
    """One breach (违例): the case, empty where it is none's, and what is wrong."""

    case: str
    says: str

    def __str__(self) -> str:
        return f"{self.case}：{self.says}" if self.case else self.says


@dataclass(frozen=True, slots=True)
class Finding:
    """What one invariant was found to be (核查结果)."""

    id: str
    says: str
    says_en: str
    offenders: tuple[Offender, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.offenders


SAYS = {
    "C1": (
        "有正式证书，则每个适用事项在出证之前都有一份有效、未过时的合格意见",
        "A formal certificate rests on one accepting opinion in force for every item that applies, given before it",
    ),
    "C2": (
        "出证时没有未结束的补正或停表，该勘验的已勘验，不合格的已答复",
        "… with no open correction or stop, every site seen, every failure answered",
    ),
    "C3": ("一件办件、一栋单体同时至多一份有效证书", "At most one formal certificate in force per case and building"),
    "C4": ("文号不重复、不跳号", "Numbers are never given twice and have no gap"),
    "C5": ("一个幂等键一个答复", "One idempotency key, one answer"),
    "C6": ("证书的内容和文件出具后不变", "A certificate's content and file never change"),
    "C7": ("撤回自成一条台账，处处一致", "A withdrawal is an entry of its own and shows everywhere"),
    "O1": ("同一事项同一轮次的意见逐版编号", "Opinions of one item are numbered version by version, round by round"),
    "O2": ("部门只对自己的事项出具意见", "No department gives another's opinion"),
    "O3": ("申请人不得审查自己的办件", "Nobody reviews a case that he applied for"),
    "O4": ("证书有效期间不再出具意见", "No opinion is given while a certificate is in force"),
    "O6": ("撤回意见与出证不会都成功", "Withdrawing an opinion and issuing never both succeed"),
    "K1": ("一个在走的时限只有一个时钟，办结的没有", "A running limit has exactly one clock, a closed case none"),
    "K2": ("停表区间不重叠", "Stops of one task do not overlap"),
    "K4": ("逾期只记载一次", "The passing of a limit is recorded once"),
    "K5": ("台账时间不倒退", "Ledger time never goes back"),
    "R1": ("受理所依据的政策版本原文都在", "The text of every law that a case rests on is kept"),
    "S1": ("模拟与正式互不混同", "Nothing simulated counts as formal"),
    "S2": ("转正另作正式意见，至多一次", "A conversion is a formal opinion of its own, once at most"),
    "P1": ("一个项目代码同时只属一个项目", "A project code is one project's at a time"),
    "F2": ("所引的文件都已登记", "Every file that is named is stored"),
    "L1": ("每项状态都有其台账条目，反之亦然", "Every state has its entry and every entry its state"),
    "L2": ("台账自第一条起逐条验算无误", "The ledger's chain verifies from its first entry"),
}


async def run_all(reader: Reader) -> list[Finding]:
    """Every invariant with its offenders, those that hold included, in the order of RELIABILITY §2."""
    found: dict[str, list[Offender]] = {name: [] for name in SAYS}
    for query in (*CERTIFICATE, *OTHERS):
        found[query.id].extend(await _offenders(reader, query, "", every=True))
    for name, check in _BY_READING:
        async for offender in check(reader):
            found[name].append(offender)
    return [Finding(name, *SAYS[name], tuple(offenders)) for name, offenders in found.items()]


async def certificate_offenders(reader: Reader, case: str, item: str = "") -> list[str]:
    """What C1 and C2 say against a certificate of this case, or of one item (出证核对), in Chinese; must be empty to issue.

    Plain SQL over the rows that :func:`models.projections.write_projections` has written, independent of the engines.
    Runs in the issuing transaction, under the lock of the project, before or after the certificate's own row is there.
    """
    found = [o.says for query in CERTIFICATE for o in await _offenders(reader, query, case, item)]
    return found if await _known(reader, case) else ["没有这件办件"]


async def _known(reader: Reader, case: str) -> bool:
    return (await reader.execute(select(CaseFile.id).where(CaseFile.id == case))).one_or_none() is not None


async def _offenders(reader: Reader, query: Query, case: str, item: str = "", *, every: bool = False) -> list[Offender]:
    if query in CERTIFICATE:
        rows = await reader.execute(text(CASES + query.sql), {"case": case, "item": item, "every": int(every)})
    else:
        rows = await reader.execute(text(query.sql))
    return [Offender(where or "", says) for where, says in rows]


# --- what takes more than SQL -----------------------------------------------------------------------------------------


async def _permitted_without(reader: Reader) -> AsyncIterator[Offender]:
    """C1 for one item's paper: the case went on after it, so that its opinion is looked at as it stood then."""
    columns = (CaseFile.project_id, CertificateRow.case_id, CertificateRow.item, CertificateRow.issued_seq)
    permits = select(*columns).join(CaseFile, CaseFile.id == CertificateRow.case_id)
    permits = permits.where(CertificateRow.item != "", CertificateRow.force == Force.FORMAL.value)
    for project, case, item, seq in (await reader.execute(permits.order_by(CertificateRow.issued_seq))).all():
        before = [e for e in await events_of(reader, project) if e.seq < seq]
        dossier = fold(before, case).dossier
        opinions = [v for v in dossier.kinds(OPINION) if (v.about.case, v.about.item) == (case, item)]
        if not opinions or any(not v.passes or v.force is not Force.FORMAL or dossier.stale(v) for v in opinions):
            yield Offender(case, f"{item}：发证时没有有效的合格意见（台账第 {seq} 条）")


async def _bytes_changed(reader: Reader) -> AsyncIterator[Offender]:
    """C6: content against its hash and its entry, file against its hash and its entry."""
    for (name,) in (await reader.execute(select(CertificateRow.id).order_by(CertificateRow.issued_seq))).all():
        one = select(CertificateRow.__table__).where(CertificateRow.id == name)
        certificate = (await reader.execute(one)).one()
        entries = {
            (e.event.kind, e.event.data.get("number") or e.event.data.get("content", {}).get("number")): e.event
            for e in await entries_of(reader, case=certificate.case_id)
        }
        issued = entries.get((EventKind.ISSUED, certificate.number))
        sealed = entries.get((EventKind.SEALED, certificate.number))
        said = certificate_row(issued) if issued else {}
        kept = {column: _plain(getattr(certificate, column)) for column in said}
        if kept != said or (issued and hash_of(issued.data["content"]) != certificate.content_hash):
            yield Offender(certificate.case_id, f"{certificate.number}：内容与台账所记不符")
        if certificate.pdf is not None:
            found = sha256(bytes(certificate.pdf)).hexdigest()
            if found != certificate.pdf_sha256 or sealed is None or sealed.data["pdf_sha256"] != found:
                yield Offender(certificate.case_id, f"{certificate.number}：文件与其摘要或台账所记不符")


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


async def _entries(reader: Reader) -> AsyncIterator[Entry]:
    after = 0
    while batch := await entries_of(reader, after=after, most=BATCH):
        for entry in batch:
            yield entry
        after = batch[-1].seq


async def _signed_for_another(reader: Reader) -> AsyncIterator[Offender]:
    """O2: the department that a signer had when he signed, as the entry says it."""
    columns = (CaseItem.case_id, CaseItem.item, CaseItem.department)
    departments = {(case, item): name for case, item, name in await reader.execute(select(*columns))}
    async for entry in _entries(reader):
        event = entry.event
        if event.kind not in (EventKind.GIVEN, EventKind.UNAFFECTED_SIGNED):
            continue
        for doc in event.docs:
            own = departments.get((event.case or "", doc.about.item))
            if doc.verdict is not None and doc.about.item and own != event.actor.department:
                yield Offender(event.case or "", f"{doc.id}：{event.actor.department} 签了 {own} 的意见")


async def _passed_twice(reader: Reader) -> AsyncIterator[Offender]:
    """K4: one entry for each limit that passed."""
    seen: set[tuple[str | None, str]] = set()
    async for entry in _entries(reader):
        if entry.event.kind is EventKind.LIMIT_PASSED:
            key = (entry.event.case, entry.event.data["key"])
            if key in seen:
                yield Offender(entry.event.case or "", f"{key[1]}：台账第 {entry.seq} 条重复记载")
            seen.add(key)


async def _chain_broken(reader: Reader) -> AsyncIterator[Offender]:
    for broken in await verify_chain(reader):
        yield Offender("", f"台账第 {broken.seq} 条：{broken.says}")


_BY_READING: tuple[tuple[str, Callable[[Reader], AsyncIterator[Offender]]], ...] = (
    ("C1", _permitted_without),
    ("C6", _bytes_changed),
    ("O2", _signed_for_another),
    ("K4", _passed_twice),
    ("L2", _chain_broken),
)

__all__ = ["SAYS", "Finding", "Offender", "certificate_offenders", "run_all"]
