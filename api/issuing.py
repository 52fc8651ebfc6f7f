"""Issuing (一窗出证): number, content, entry and row in one transaction; the file is made once and sealed after it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from api.documents.document import refuse_unprintable, render
from api.parts import Parts
from api.transaction import Order, Work, carry_out
from engine import orders
from engine.case import fold
from engine.certificate import body_of, content_of, number_of, refusal_of
from engine.commands import Desk
from engine.dossier import FileRef
from engine.errors import ApprovalError, DisagreementError
from engine.events import SYSTEM, Event, EventKind
from engine.tasks import Task
from models import certificates
from models.files import keep_file
from models.invariants import certificate_offenders
from models.ledger import events_of, take_number
from models.projects import case_of

logger = logging.getLogger("yichuang.issuing")

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another."""

REFUSAL_TITLE = "竣工联合验收不予通过通知书"


def new_check_code() -> str:
    """A check code (校验码) that nobody can guess: 12 signs, 60 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[i : i + 4] for i in (0, 4, 8))


async def issue(work: Work, desk: Desk, task: Task) -> None:
    """Issue the certificate where everything passed, else the refusal; both engines and plain SQL must agree."""
    entries = {d.id: e.seq for e in work.events for d in e.docs}
    if orders.outcome_of(desk, task) == "refusal":
        await _refuse(work, desk, task, refusal_of(desk, task, REFUSAL_TITLE, entries))
        return
    form = desk.law.procedure.form(task.step.form or "")
    orders.check_issue(desk, task)
    number = await take_number(work.unit, form.series, desk.today.year, task.step.force.value)
    says = number_of(form, desk.today, number.serial)
    content = content_of(desk, task, form, says, new_check_code(), entries)
    url = check_url(work.parts.base_url, content)
    refuse_unprintable(
        content, body=body_of(content), check_url=url
    )  # a missing character stops the issue, not the archive
    work.add(orders.issue(desk, task, content))

    async def store(stored: Sequence[Event]) -> None:
        issued = next(e for e in stored if e.kind is EventKind.ISSUED)
        await certificates.issue(work.unit, issued, number)
        offenders = await certificate_offenders(work.unit, desk.state.case)
        if offenders:
            raise DisagreementError(
                f"数据库核对与规则引擎结论不一致，未出证，请报管理员核查：{offenders}。",
                detail_en="SQL checks disagree with the engines.",
            )

    work.after_append.append(store)


async def _refuse(work: Work, desk: Desk, task: Task, content: dict[str, Any]) -> None:
    """The refusal is a paper of the case like any other; its file is kept before the entry that names it."""
    pdf = await _drawn(work, content)
    kept = await asyncio.to_thread(work.parts.store.put, pdf)
    await keep_file(work.unit, kept.sha256, kept.size, "application/pdf", work.now)
    ref = FileRef(f"{REFUSAL_TITLE}.pdf", kept.size, kept.sha256)
    work.add(orders.not_pass(desk, task, content, (ref,)))


def check_url(base_url: str, content: Mapping[str, Any]) -> str:
    """The public page that a certificate's QR leads to."""
    return f"{base_url}/check?number={quote(str(content['number'] or ''))}&code={content['check_code'] or ''}"


async def _drawn(work: Work, content: Mapping[str, Any]) -> bytes:
    url = check_url(work.parts.base_url, content)
    return await asyncio.to_thread(render, content, body=body_of(content), check_url=url, made_at=work.now)


async def seal(parts: Parts, project: str, case: str) -> None:
    """Make the file of an issued certificate, once, and put its hash on record (成文); harmless when done already.

    What it says is fixed by then, so it is drawn before the transaction begins: nobody's command waits for the drawing.
    """
    async with parts.database.read() as reader:
        events = await events_of(reader, project)
    state = fold(events, case)
    content = state.certificate
    if content is None or state.sealed is not None:
        return
    issued = next(e for e in events if e.case == case and e.kind is EventKind.ISSUED)
    url = check_url(parts.base_url, content)
    pdf = await asyncio.to_thread(render, content, body=body_of(content), check_url=url, made_at=issued.at)
    data = {"number": content["number"], "pdf_sha256": sha256(pdf).hexdigest(), "size": len(pdf)}

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        if work.state(case).sealed is not None:
            return 200, {}
        work.add([Event(EventKind.SEALED, work.now, SYSTEM, project, case, data=data)])

        async def store(stored: Sequence[Event]) -> None:
            await certificates.seal(work.unit, stored[-1], pdf)

        work.after_append.append(store)
        return 200, {}

    await carry_out(parts, Order(SYSTEM, "seal", None, None), project, step)


async def seal_leftovers(parts: Parts) -> int:
    """Seal what a crash left between issue and seal; gives how many there were."""
    async with parts.database.read() as reader:
        left = await certificates.unsealed(reader)
        cases = [await case_of(reader, c.case) for c in left]
    for case in filter(None, cases):
        try:
            await seal(parts, case.project, case.id)
        except ApprovalError:
            logger.exception("case %s could not be sealed; it is tried again at the next start", case.id)
    return len(left)
