"""Is this certificate genuine (证书核验)? By number and check code, or by the file's own bytes; no account needed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from api.documents.document import prints, read_content
from api.parts import Parts
from api.sight import seen_case
from engine.errors import NotFoundError
from engine.events import Actor, stamp
from engine.ledger import digest
from engine.terms import NO_FORCE, Force
from engine.values import shorten
from models.certificates import Certificate, Withdrawal, by_number, by_pdf_hash, claimed, of_case, pdf_of, withdrawal_of

MARK = b"%PDF-"
LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file that may be handed in for a check."""


class Standing(StrEnum):
    """What a check comes to (核验结论)."""

    IN_FORCE = "in_force"
    SIMULATED = "simulated"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CHANGED = "changed"
    UNKNOWN = "unknown"


TITLES = {
    Standing.IN_FORCE: "真实有效",
    Standing.SIMULATED: "模拟审批意见，无行政许可效力",
    Standing.WITHDRAWN: "真实，但已撤回",
    Standing.LAPSED: "真实，但已到期失效",
    Standing.CHANGED: "文件已被改动，不可信",
    Standing.UNKNOWN: "未查到",
}
SAYS = {
    Standing.IN_FORCE: "本系统出具过这份证书，截至查询时有效。",
    Standing.SIMULATED: "本系统出具过这份模拟审批意见。它不是行政许可，无行政许可效力，不得据以开工建设。",
    Standing.WITHDRAWN: "本系统出具过这份证书，但已撤回，不再有效。",
    Standing.LAPSED: "本系统出具过这份证书，但它所准予的事项逾期未办，已依法失效。",
    Standing.CHANGED: "文件所载编号在本系统存在，但文件内容与出具时不一致。",
    Standing.UNKNOWN: "没有这样的证书，或编号与校验码不符。",
}
NEVER = f"这是模拟审批意见，不是行政许可，{NO_FORCE.partition('，')[2]}，不得据以开工建设。"
"""Said of what is simulated however it stands: in force, withdrawn or changed, it never was a permit."""


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of one check; ``content`` only where the asker has shown number and code, or the file itself."""

    standing: Standing
    force: str | None = None
    """``formal`` or ``simulated``; None where nothing is known of it."""
    content: dict[str, Any] | None = None
    withdrawn_on: str | None = None
    reasons: str | None = None
    pdf_sha256: str | None = None
    asked_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        simulated = self.force == Force.SIMULATED.value
        more = simulated and self.standing is not Standing.SIMULATED
        return {
            "standing": self.standing.value,
            "title": TITLES[self.standing] + (f"；{NO_FORCE}" if more else ""),
            "says": SAYS[self.standing] + (NEVER if more else ""),
            "force": self.force,
            "notice": NO_FORCE if simulated else None,
            "content": self.content,
            "withdrawn_on": self.withdrawn_on,
            "reasons": self.reasons,
            "pdf_sha256": self.pdf_sha256,
            "as_of": self.asked_at,
        }


async def check_number(parts: Parts, number: str, code: str) -> Check:
    """Check by number and check code; a wrong code and no such number look the same."""
    async with parts.database.read() as reader:
        found = await by_number(reader, number.strip(), code.strip().upper())
        if found is None:
            return Check(Standing.UNKNOWN, asked_at=stamp(parts.now()))
        return _found(parts, found, await withdrawal_of(reader, found.id))


async def check_file(parts: Parts, pdf: bytes) -> Check:
    """Check by the file's bytes: exactly what was handed out, or else what it claims to be."""
    said = await asyncio.to_thread(claims_of, pdf)
    async with parts.database.read() as reader:
        found = await by_pdf_hash(reader, sha256(pdf).hexdigest())
        if found is not None:
            return _found(parts, found, await withdrawal_of(reader, found.id))
        ours = await claimed(reader, str(said.get("number"))) if said else None
    standing = Standing.CHANGED if ours is not None else Standing.UNKNOWN
    return Check(standing, ours.force if ours else None, asked_at=stamp(parts.now()))


def claims_of(pdf: bytes) -> dict[str, Any] | None:
    """The content that a file carries, if it carries one that can be read."""
    if MARK not in pdf[:1024]:  # a stranger's file of another kind is not worth reading
        return None
    body = read_content(pdf)
    if body is None:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _found(parts: Parts, found: Certificate, withdrawn: Withdrawal | None) -> Check:
    in_force = Standing.IN_FORCE if found.force == Force.FORMAL.value else Standing.SIMULATED
    over = Standing.LAPSED if withdrawn and withdrawn.lapsed else Standing.WITHDRAWN
    standing = over if withdrawn else in_force
    return Check(
        standing,
        found.force,
        dict(found.content),
        withdrawn.on.isoformat() if withdrawn else None,
        withdrawn.reasons if withdrawn else None,
        found.pdf_sha256,
        stamp(parts.now()),
    )


async def file_of(parts: Parts, actor: Actor, case: str, number: str | None = None) -> tuple[str, bytes]:
    """The stored bytes of a case's last paper, or of that number, and what its file is called; never drawn anew (C6).

    A simulated one says in its very name that it has no force, for files are sent on under it.

    Raises:
        NotFoundError: no certificate was sealed for that case, or the case is not this account's to know of.
    """
    async with parts.database.read() as reader:
        await seen_case(reader, actor, case)
        found = await of_case(reader, case, number.strip() if number else None)
        pdf = await pdf_of(reader, found.id) if found else None
    if found is None or pdf is None:
        named = f"编号“{shorten(number)}”的" if number else ""
        raise NotFoundError(f"这件办件没有{named}已成文的证书。", detail_en="No sealed certificate.")
    return found.number + (f"（{NO_FORCE}）" if found.force == Force.SIMULATED.value else ""), pdf


def verify_offline(pdf: bytes) -> dict[str, Any]:
    """What a file says of itself, as far as a file can: read, shape, and whether print and content belong together.

    It can't say that the certificate is in force, or that this system made it: ask by number and check code for that.
    """
    content = claims_of(pdf)
    body = read_content(pdf) if content is not None else None
    if content is None or body is None:
        return {
            "consistent": None,
            "says": "文件里没有可读的证书内容，不是本系统出具的文件，或已损坏。",
            "sha256": sha256(pdf).hexdigest(),
        }
    hashed = sha256(body).hexdigest()
    whole = digest(content) == f"sha256:{hashed}" and prints(pdf, hashed)
    if not whole:
        says = "文件已被改动，不可信：所附内容与各页所印的摘要不符，或者写法与出具时不一致"
    else:
        says = "文件所载内容与各页所印的摘要一致"
    simulated = content.get("force") == Force.SIMULATED.value
    return {
        "consistent": whole,
        "simulated": simulated,
        "number": content.get("number"),
        "check_code": content.get("check_code"),
        "title": content.get("title"),
        "issued_on": content.get("issued_on"),
        "project": content.get("project"),
        "opinions": content.get("opinions"),
        "content_hash": f"sha256:{hashed}",
        "sha256": sha256(pdf).hexdigest(),
        "says": says + (f"。{NEVER}" if simulated else "。是否由本系统出具、现在是否有效，须按编号和校验码联网核验。"),
    }
