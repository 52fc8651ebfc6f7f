"""Plans over HTTP (计划接口)."""

import asyncio
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.access import verbs
from api.answers import WRITES, answers, asks, problems
from api.parts import Parts
from api.plans import examples, schemas, service


class PlanController(Controller):
    """Plans (并联计划): of facts that are sent along; nothing is stored."""

    path = "/api/plan"
    tags = ("计划 Plans",)

    @post(
        operation_id="MakePlan",
        responses={**answers(200, dict[str, Any], "一种或三种读法的计划。", examples.COMPARISON), **problems(*WRITES)},
        operation_class=asks(examples.PLAN),
        opt=verbs("decide"),
        status_code=200,
        summary="排出计划 Plan a project's steps",
    )
    async def plan(self, data: JSONBody[schemas.PlanIn], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Lay out every step of a project: serial as today, parallel as the law allows, simulated on assumptions."""
        return await asyncio.to_thread(service.planned, parts, data)
