"""Issuing (一窗出证): number, content, entry and row in one transaction; the file is made once and sealed after it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from api.certificates.document import render
from api.parts import Parts
from api.transaction import Order, Work, carry_out
from engine import orders
from engine.certificate import body_of, content_of, number_of, refusal_of
from engine.commands import Desk
from engine.errors import DisagreementError
from engine.events import SYSTEM, Event, EventKind
from engine.tasks import Task
from models.certificates import add_certificate, next_serial, seal, unsealed
from models.invariants import certificate_offenders

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another."""

REFUSAL_TITLE = "竣工联合验收不予通过通知书"


def new_check_code() -> str:
    """A check code (校验码) that nobody can guess: 12 signs, 60 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[i : i + 4] for i in (0, 4, 8))


async def issue_certificate(work: Work, desk: Desk, task: Task) -> None:
    """Issue the certificate where everything passed, else the refusal; both engines and plain SQL must agree."""
    entries = {d.id: e.seq for e in work.events for d in e.docs}
    if orders.outcome_of(desk, task) == "refusal":
        content = refusal_of(desk, task, REFUSAL_TITLE, entries)
        _drawn(work.parts, content, desk)
        work.add(orders.not_pass(desk, task, content))
        return
    form = desk.law.procedure.form(task.step.form or "")
    serial = await next_serial(work.session, form.series, desk.today.year)
    number = number_of(form, desk.today, serial)
    content = content_of(desk, task, form, number, new_check_code(), entries)
    _drawn(work.parts, content, desk)
    work.add(orders.issue(desk, task, content))

    async def store(stored: Sequence[Event]) -> None:
        issued = next(e for e in stored if e.kind is EventKind.ISSUED)
        await add_certificate(
            work.session,
            content=content,
            body=body_of(content),
            series=form.series,
            serial=serial,
            case=desk.state.case,
            service=desk.state.service,
            buildings=desk.state.buildings,
            seq=issued.seq,
        )
        offenders = await certificate_offenders(work.session, desk.state.case)
        if offenders:
            raise DisagreementError(
                f"数据库核对与规则引擎结论不一致，未出证，请报管理员核查：{offenders}。",
                detail_en="SQL checks disagree with the engines.",
            )

    work.after_append.append(store)


def check_url(base_url: str, content: Mapping[str, Any]) -> str:
    """The public page that a certificate's QR leads to."""
    from urllib.parse import quote

    return f"{base_url}/check?number={quote(str(content['number'] or ''))}&code={content['check_code'] or ''}"


def _drawn(parts: Parts, content: Mapping[str, Any], desk: Desk) -> bytes:
    """Draw the file before anything is stored: a character that no font has stops the issue, not the archive."""
    return render(content, body=body_of(content), check_url=check_url(parts.base_url, content), made_at=desk.now)


async def seal_case(parts: Parts, project: str, case: str) -> None:
    """Make the file of an issued certificate, once, and put its hash on record (成文); harmless when done already."""

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        state = work.state(case)
        issued = next((e for e in work.events if e.case == case and e.kind is EventKind.ISSUED), None)
        if issued is None or state.certificate is None or state.sealed is not None:
            return 200, {}
        content = state.certificate
        pdf = render(content, body=body_of(content), check_url=check_url(parts.base_url, content), made_at=issued.at)
        sha256 = await seal(work.session, content["number"], pdf)
        work.add(
            [
                Event(
                    EventKind.SEALED,
                    work.now,
                    SYSTEM,
                    project,
                    case,
                    data={"sha256": sha256, "number": content["number"], "size": len(pdf)},
                )
            ]
        )
        return 200, {}

    await carry_out(parts, Order(SYSTEM, "seal", None, None), project, step)


async def seal_leftovers(parts: Parts) -> int:
    """Seal what a crash left between issue and seal; gives how many there were."""
    async with parts.database.read() as session:
        left = await unsealed(session)
    for project, case in left:
        await seal_case(parts, project, case)
    return len(left)
