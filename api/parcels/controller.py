"""Parcels over HTTP (宗地接口): no account is needed."""

from typing import Annotated, Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from api.access import verbs
from api.answers import ANYONE_ONE, answers, problems
from api.parcels import examples, service
from api.parts import Parts
from engine.assumed import LONGEST_TEXT

ParcelPath = Annotated[
    str,
    PathParameter(
        description="宗地编号，如 JH-2022-07；编号中的“/”写作“-”。The parcel's number; a slash is written as a dash.",
        max_length=LONGEST_TEXT,
    ),
]


class ParcelController(Controller):
    """Parcels (宗地)."""

    path = "/api/parcels"
    tags = ("宗地 Parcels",)

    @get(
        "/{parcel:str}",
        operation_id="ShowParcel",
        opt=verbs("read_parcel"),
        summary="宗地的规划条件 What simulated reviews assume of a parcel",
        responses={
            **answers(200, dict[str, Any], "假设的条件，新的在前。", examples.CONDITIONS),
            **problems(*ANYONE_ONE),
        },
    )
    async def show(self, parcel: ParcelPath, parts: NamedDependency[Parts]) -> dict[str, Any]:
        """The public conditions that are assumed of a parcel, so that every bidder has the same; it is no permit."""
        return await service.conditions(parts, parcel)
