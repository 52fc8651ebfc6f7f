"""Schedules over HTTP (排程接口)."""

import asyncio
from typing import Any

from litestar import Controller, post
from litestar.params import JSONBody

from api.access import verbs
from api.answers import WRITES, answers, asks, problems
from api.schedules import examples, schemas, service


class ScheduleController(Controller):
    """Schedules (排程): of graphs that are sent along; nothing is stored."""

    path = "/api/schedule"
    tags = ("计划 Plans",)

    @post(
        operation_id="MakeSchedule",
        responses={
            **answers(
                200,
                dict[str, Any],
                "排程：最后一日、下限、各环节几时开始；几个办件时两种派件规则并列。",
                examples.SCHEDULE,
            ),
            **problems(*WRITES),
        },
        operation_class=asks(examples.GRAPH, examples.CASES),
        opt=verbs("decide"),
        status_code=200,
        summary="部门人力有限时的排程 Schedule steps at desks",
    )
    async def schedule(self, data: JSONBody[schemas.ScheduleIn]) -> dict[str, Any]:
        """When each step starts with the desks there are. The solver works at most five seconds, for one request at a time.

        While it is busy, or where it is not installed, the dispatch rule answers alone (``method`` is ``dispatch``).
        """
        return await asyncio.to_thread(service.served, data)
