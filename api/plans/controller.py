"""Plans over HTTP (计划接口)."""

import asyncio
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.access import verbs
from api.answers import WRITES, answers, asks, problems
from api.parts import Parts
from api.plans import examples, limiting_examples, limiting_service, schemas, service


class PlanController(Controller):
    """Plans (并联计划): of facts that are sent along; nothing is stored."""

    path = "/api/plan"
    tags = ("计划 Plans",)

    @post(
        operation_id="MakePlan",
        responses={**answers(200, dict[str, Any], "一种或三种读法的计划。", examples.COMPARISON), **problems(*WRITES)},
        operation_class=asks(examples.PLAN, limiting_examples.BARE),
        opt=verbs("decide"),
        status_code=200,
        summary="排出计划 Plan a project's steps",
    )
    async def plan(self, data: JSONBody[schemas.PlanIn], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Lay out every step of a project: serial as today, parallel as the law allows, simulated on assumptions."""
        return await asyncio.to_thread(service.planned, parts, data)

    @post(
        "/what-if",
        operation_id="FindWhatLimits",
        responses={
            **answers(200, dict[str, Any], "逐处改动单独节省的工作日，最多的在前。", limiting_examples.CHANGES),
            **problems(*WRITES),
        },
        operation_class=asks(limiting_examples.WHAT_IF, limiting_examples.BARE),
        opt=verbs("decide"),
        status_code=200,
        summary="卡在哪里 Which single change would save most",
    )
    async def what_if(self, data: JSONBody[schemas.WhatIfIn], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Try every single change: a need dropped, a document assumed, a step as long as promised, shorter, or gone."""
        return await asyncio.to_thread(limiting_service.what_if, parts, data)

    @post(
        "/frontier",
        operation_id="CompareAssumptions",
        responses={
            **answers(
                200, dict[str, Any], "值得考虑的假设组合：节省几天，预期损失几个环节天。", limiting_examples.SETS
            ),
            **problems(*WRITES),
        },
        operation_class=asks(limiting_examples.FRONTIER),
        opt=verbs("decide"),
        status_code=200,
        summary="假设的取舍 Sets of assumptions that nothing beats",
    )
    async def frontier(self, data: JSONBody[schemas.FrontierIn], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Work every set of assumptions out: working days saved against the step-days that may be lost."""
        return await asyncio.to_thread(limiting_service.frontier, parts, data)

    @post(
        "/samples",
        operation_id="SamplePlans",
        responses={
            **answers(200, dict[str, Any], "完成时间的分布，各环节关键的可能。", limiting_examples.DISTRIBUTION),
            **problems(*WRITES),
        },
        operation_class=asks(limiting_examples.SAMPLES),
        opt=verbs("decide"),
        status_code=200,
        summary="办理时间不确定 When it is finished if steps last as observed",
    )
    async def samples(self, data: JSONBody[schemas.SamplesIn], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Draw plans from observed working days: when so many of them are finished, and what was critical in them."""
        return await asyncio.to_thread(limiting_service.samples, parts, data)
