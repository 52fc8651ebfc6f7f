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
from engine import issuing as handing
from engine.case import fold
from engine.certificate import body_of, content_of, number_of, refusal_of
from engine.commands import Desk
from engine.deadlines import valid_until
from engine.dossier import FileRef
from engine.errors import ApprovalError, DisagreementError
from engine.events import SYSTEM, Event, EventKind
from engine.procedure import Form
from engine.tasks import Task
from engine.terms import Force
from models import certificates
from models.files import keep_file
from models.invariants import certificate_offenders
from models.ledger import events_of, take_number
from models.projects import case_of

logger = logging.getLogger("yichuang.issuing")

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another."""

REFUSAL_TITLE = "不予通过通知书"


def new_check_code() -> str:
    """A check code (校验码) that nobody can guess: 12 signs, 60 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[i : i + 4] for i in (0, 4, 8))


async def issue(work: Work, desk: Desk, task: Task) -> None:
    """Issue the certificate where everything passed, else the refusal; both engines and plain SQL must agree."""
    entries = {d.id: e.seq for e in work.events for d in e.docs}
    if handing.outcome_of(desk, task) == "refusal":
        service = desk.law.book.services[desk.state.service]
        await _refuse(work, desk, task, refusal_of(desk, task, f"{service.title}{REFUSAL_TITLE}", entries))
        return
    form = form_of(desk, task)
    handing.check_issue(desk, task)
    number = await take_number(work.unit, form.series, desk.today.year, task.step.force.value)
    says = number_of(form, desk.today, number.serial)
    until = valid_until(desk.state, desk.law, work.parts.shelf.calendar) if task.step.force is Force.SIMULATED else None
    content = content_of(desk, task, form, says, new_check_code(), entries, until)
    url = check_url(work.parts.base_url, content)
    refuse_unprintable(
        content, body=body_of(content), check_url=url
    )  # a missing character stops the issue, not the archive
    work.add(handing.issue(desk, task, content))

    async def store(stored: Sequence[Event]) -> None:
        issued = next(e for e in stored if e.kind is EventKind.ISSUED)
        await certificates.issue(work.unit, issued, number)
        if task.step.force is Force.SIMULATED:
            return  # the checks are those of what has legal effect
        offenders = await certificate_offenders(work.unit, desk.state.case, task.about.item)
        if offenders:
            raise DisagreementError(
                f"数据库核对与规则引擎结论不一致，未出证，请报管理员核查：{offenders}。",
                detail_en="SQL checks disagree with the engines.",
            )

    work.after_append.append(store)


def form_of(desk: Desk, task: Task) -> Form:
    """The form of a step's paper; of one item's paper with the item's title and number series."""
    form = desk.law.procedure.form(task.step.form or "")
    if not task.about.item:
        return form
    return form.about(task.about.item, desk.reading.item(task.about.item).title)


async def _refuse(work: Work, desk: Desk, task: Task, content: dict[str, Any]) -> None:
    """The refusal is a paper of the case like any other; its file is kept before the entry that names it."""
    pdf = await _drawn(work, content)
    kept = await asyncio.to_thread(work.parts.store.put, pdf)
    await keep_file(work.unit, kept.sha256, kept.size, "application/pdf", work.now)
    ref = FileRef(f"{content['title']}.pdf", kept.size, kept.sha256)
    work.add(handing.not_pass(desk, task, content, (ref,)))


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
    for paper in fold(events, case).issued:
        if paper.sealed is None:
            issued = next(e for e in events if e.seq == paper.seq)
            await _seal_one(parts, project, case, issued)


async def _seal_one(parts: Parts, project: str, case: str, issued: Event) -> None:
    content = issued.data["content"]
    url = check_url(parts.base_url, content)
    pdf = await asyncio.to_thread(render, content, body=body_of(content), check_url=url, made_at=issued.at)
    data = {"number": content["number"], "pdf_sha256": sha256(pdf).hexdigest(), "size": len(pdf)}

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        if any(p.number == content["number"] and p.sealed is not None for p in work.state(case).issued):
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
