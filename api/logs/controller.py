"""Logs over HTTP (日志接口): a raw body in, what it shows out; the body is kept nowhere."""

import asyncio
import tempfile
from typing import Annotated, Any, Literal

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from api.access import verbs
from api.answers import RawBody, answers, problems
from api.errors import AbortedError
from api.files import received
from api.logs import examples, service
from api.parts import Parts
from api.requests import content_length
from engine.workdays import WorkCalendar

PROBLEMS = (400, 401, 403, 404, 411, 413, 422, 503)
SECONDS = 900
PlanQuery = Annotated[
    str | None,
    QueryParameter(
        pattern="^[0-9a-f]{64}$", description="计划（JSON）的 SHA-256，先用 PUT /api/files 上传。The plan's file."
    ),
]
ShareQuery = Annotated[float | None, QueryParameter(gt=0.5, le=1, description="保持次序的办件比例，默认 0.98。")]
SupportQuery = Annotated[int | None, QueryParameter(ge=1, le=10**6, description="至少几件，默认 30，小日志按一成。")]
CalendarQuery = Annotated[
    Literal["published", "weekdays"],
    QueryParameter(description="工作日：published 按已公布的放假安排，weekdays 只按周一至周五。"),
]


class LogController(Controller):
    """Logs of real cases (办件日志): XES (gzip too) or CSV as the raw body."""

    path = "/api/log"
    tags = ("日志 Logs",)

    @post(
        "/mine",
        operation_id="MineLog",
        operation_class=RawBody,
        responses={**answers(200, dict[str, Any], "次序、并行与用时。", examples.MINED), **problems(*PROBLEMS)},
        opt=verbs("read_log"),
        status_code=200,
        summary="挖掘日志 Mine a log",
    )
    async def mine(
        self,
        request: Request[Any, Any, Any],
        parts: NamedDependency[Parts],
        plan: PlanQuery = None,
        share: ShareQuery = None,
        support: SupportQuery = None,
        calendar: CalendarQuery = "published",
    ) -> dict[str, Any]:
        """Which steps keep an order, which are done either way round, where working days go."""
        asked = service.Query(plan, share, support, _calendar(parts, calendar))
        return await _answer(request, parts, service.mined_sent, asked)

    @post(
        "/conform",
        operation_id="ConformLog",
        operation_class=RawBody,
        responses={**answers(200, dict[str, Any], "逐件与合计。", examples.CONFORMED), **problems(*PROBLEMS)},
        opt=verbs("read_log"),
        status_code=200,
        summary="对照计划 Hold a log against a plan",
    )
    async def conform(
        self,
        request: Request[Any, Any, Any],
        parts: NamedDependency[Parts],
        plan: PlanQuery = None,
        share: ShareQuery = None,
        support: SupportQuery = None,
        calendar: CalendarQuery = "published",
    ) -> dict[str, Any]:
        """Each real case against the plan; without one the later half against the order of the earlier half."""
        asked = service.Query(plan, share, support, _calendar(parts, calendar))
        return await _answer(request, parts, service.conformed_sent, asked)


def _calendar(parts: Parts, wanted: str) -> WorkCalendar | None:
    return None if wanted == "weekdays" else parts.shelf.calendar


async def _answer(
    request: Request[Any, Any, Any], parts: Parts, work: service.Work, asked: service.Query
) -> dict[str, Any]:
    """Receive the body into a file without a name, answer, and let the file go."""
    size = content_length(request, request.app.state.settings.upload_limit)
    with tempfile.TemporaryFile(dir=parts.store.incoming) as file:
        total = 0
        try:
            async with asyncio.timeout(SECONDS):
                async for piece in received(request):
                    total += len(piece)
                    if total > size:
                        break
                    await asyncio.to_thread(file.write, piece)
        except TimeoutError:
            raise AbortedError("上传用时过长。", detail_en="The upload took too long.") from None
        if total != size:
            raise AbortedError("收到的字节与注明的不符。", detail_en="More or fewer bytes came than were announced.")
        file.seek(0)
        return await asyncio.to_thread(work, parts, file, asked)
