"""Planning conditions that are public (公开的规划条件): every bidder reads the same as the one who was reviewed beforehand.

Public is what the sale is about: which parcel, its use, area, red line and planning conditions. Who stated it, for which
project, how many did and how their cases stand is not; so what is shown stays as it is when a contract comes, whoever won.
"""

from __future__ import annotations

from typing import Any

from api.parts import Parts
from engine.assumed import public_key
from engine.errors import NotFoundError
from engine.events import day_of, stamp
from engine.values import shorten
from models.parcels import statements_about

SAYS = "以上为模拟审批所依据的条件，供所有竞买人同等查阅；模拟审批，无行政许可效力，不得据以开工建设。以公开出让文件和出让合同为准。"
SAYS_EN = (
    "Simulated approval was reviewed on these conditions; every bidder may read the same. It has no force of a permit and is "
    "no leave to start building. The public documents of the sale and the contract prevail."
)


async def conditions(parts: Parts, parcel: str) -> dict[str, Any]:
    """What is assumed of a parcel, the latest first.

    Raises:
        NotFoundError: nothing is assumed of it; a parcel that nobody knows looks the same.
    """
    now = parts.now()
    async with parts.database.read() as reader:
        found = await statements_about(reader, public_key(parcel))
    if not found:
        raise NotFoundError(
            f"没有公开的宗地“{shorten(parcel)}”的模拟审批条件；请按出让公告核对宗地编号。",
            detail_en="No simulated approval has stated conditions of such a parcel.",
        )
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
        "says_en": SAYS_EN,
        "as_of": stamp(now),
    }
