"""Exports over HTTP (导出接口)."""

import asyncio
from dataclasses import dataclass

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, OpenAPIType, Schema
from litestar.params import JSONBody

from api.access import verbs
from api.answers import WRITES, asks, downloads, problems
from api.exports import examples, schemas, service
from api.exports.formats import FORMATS
from api.files import SANDBOX, disposition
from api.parts import Parts

MEDIA_TYPES = tuple(dict.fromkeys(form.media_type for form in FORMATS.values()))


@dataclass
class WithMediaTypes(asks(examples.GANTT, examples.ICS, examples.BPMN)):  # type: ignore[misc]
    """Says in the documentation every media type that the answer may have."""

    def __post_init__(self) -> None:
        """Add them."""
        super().__post_init__()
        good = self.responses["200"]
        assert isinstance(good, OpenAPIResponse)
        good.content = {media: OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING)) for media in MEDIA_TYPES}


class ExportController(Controller):
    """Plans as files (导出): of facts that are sent along; nothing is stored."""

    path = "/api/plan/export"
    tags = ("计划 Plans",)

    @post(
        operation_id="ExportPlan",
        responses={
            **downloads(200, MEDIA_TYPES[0], "横道图、环节图（SVG），流程模型，日历，表格或图文件，作附件下载。"),
            **problems(*WRITES),
        },
        operation_class=WithMediaTypes,
        opt=verbs("decide"),
        status_code=200,
        summary="导出计划 A plan as a picture or a file",
    )
    async def export(self, data: JSONBody[schemas.ExportIn], parts: NamedDependency[Parts]) -> Response[bytes]:
        """Draw a plan (gantt, graph), or write it for other programs: bpmn, ics, csv, graphml."""
        made = await asyncio.to_thread(service.exported, parts, data)
        headers = {
            "Content-Disposition": disposition(made.name),
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return Response(made.content, media_type=made.media_type, headers=headers)
