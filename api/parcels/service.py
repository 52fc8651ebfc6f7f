"""Planning conditions that are public (公开的规划条件): every bidder reads the same as the one who was reviewed beforehand."""

from __future__ import annotations

from typing import Any

from api.parts import Parts
from engine.events import day_of, stamp
from models.parcels import statements_about

SAYS = (
    "以上为模拟审批所依据的条件，供所有竞买人同等查阅；模拟审批，无行政许可效力，不得据以开工建设。以公开出让文件为准。"
)


async def conditions(parts: Parts, parcel: str) -> dict[str, Any]:
    """What is assumed of a parcel; one that nobody knows and one of which nothing is assumed look alike."""
    now = parts.now()
    async with parts.database.read() as reader:
        found = await statements_about(reader, parcel)
    papers = [p for each in parts.shelf.current.procedures(day_of(now)).values() for p in each.assumes]
    titles = {paper.doc: paper.title for paper in papers}
    return {
        "parcel": parcel,
        "conditions": [
            {
                "paper": each.doc,
                "title": titles.get(each.doc, each.doc),
                "stated_on": day_of(each.stated).isoformat(),
                "fields": dict(each.fields),
            }
            for each in found
        ],
        "says": SAYS,
        "as_of": stamp(now),
    }
