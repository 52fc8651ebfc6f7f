"""What is assumed of a parcel (宗地的假设条件): public fields alone, and nothing that tells who or how many stated them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from models.database import Reader
from models.tables import AssumedPaperRow, LedgerEntry

MOST = 100
"""Different statements about one key that are given at most."""


@dataclass(frozen=True, slots=True)
class PublicStatement:
    """The public content of an assumed paper (公开的假设内容), and when it was first stated."""

    doc: str
    fields: Mapping[str, Any]
    stated: datetime


async def statements_about(reader: Reader, key: str) -> list[PublicStatement]:
    """What is now assumed under a key, the latest first; the same content stated by several projects is said once."""
    newer = aliased(AssumedPaperRow)
    replaced = select(newer.seq).where(
        newer.project_id == AssumedPaperRow.project_id,
        newer.doc == AssumedPaperRow.doc,
        newer.seq > AssumedPaperRow.seq,
    )
    first = func.min(AssumedPaperRow.seq)
    said = (
        select(AssumedPaperRow.doc, AssumedPaperRow.fields, first.label("seq"))
        .where(AssumedPaperRow.key == key, ~replaced.exists())
        .group_by(AssumedPaperRow.doc, AssumedPaperRow.fields)
        .subquery()
    )
    query = (
        select(said.c.doc, said.c.fields, LedgerEntry.at)
        .join(LedgerEntry, LedgerEntry.seq == said.c.seq)
        .order_by(said.c.seq.desc())
        .limit(MOST)
    )
    return [PublicStatement(doc, json.loads(fields), at) for doc, fields, at in await reader.execute(query)]
