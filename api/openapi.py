"""The API in words for machines and people (接口文档): OpenAPI 3.1, and one page drawn from it without any script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Example, SecurityScheme
from litestar.routes import HTTPRoute

from api.access import NOBODY, VERBS, may_ever, verbs
from api.errors import PROBLEM_JSON

DOCS = "/api/docs"
OPENAPI_JSON = f"{DOCS}/openapi.json"
BEARER = "token"
METHODS = ("get", "put", "post", "delete", "patch", "head")

DESCRIPTION = (
    "工程建设项目一窗受理、并联审批、限时办结、一窗出证。出错时一律答 RFC 9457 问题说明（中文；Accept-Language: en 为英文）："
    "type、title、detail、code、instance（请求编号），输入有误时另有 errors：[{pointer, value, fix}]，一次列全。"
    "写操作带 Idempotency-Key；对任务的操作另带 If-Match。日期是北京时间的日，时刻是 UTC。"
)


@dataclass(frozen=True, slots=True)
class FaultOut:
    """One thing wrong with what was handed in (一处错误)."""

    pointer: str
    value: Any
    fix: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document (问题说明, RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[FaultOut] | None = None


_PROBLEMS: Mapping[int, tuple[str, str, str, str]] = {
    400: ("not-json", "请求不合格式，或缺少幂等键", "请求体不是合格的 JSON", "/：JSON 写法有误：第 1 行第 9 列。"),
    401: ("signed-out", "没有登录，或登录已失效", "请先登录", "请先登录。"),
    403: ("not-yours", "无权办理", "无权办理", "这件事不由您办理。"),
    404: ("not-found", "没有，或无权知道有没有", "查无此件", "没有这件办件，或您无权查看。"),
    409: ("not-now", "此时不能办理，或同一请求正在办理", "此时不能办理", "“出具意见”现为“已办”，不能“出具意见”。"),
    411: ("length-missing", "没有注明长度", "上传须注明长度", "上传须注明长度（Content-Length）。"),
    412: (
        "task-changed",
        "所看的任务已变化",
        "任务已变化，请重新查看",
        "任务或其所依据的文书已变化，请重新查看后再办理。",
    ),
    413: ("too-large", "超过大小上限", "超过大小上限", "文件超过上限 50 MB。"),
    415: ("media-type", "不是 JSON", "内容类型不对", "请求体应为 UTF-8 的 JSON（Content-Type: application/json）。"),
    422: ("wrong-input", "输入有误，逐处列出；或幂等键已用于另一请求", "输入有误", "/login：缺少这一项。"),
    428: ("if-match-missing", "缺少 If-Match", "请求须注明所依据的版本", "请带请求头 If-Match，写所看任务的 ETag。"),
    429: ("too-many", "尝试过于频繁", "尝试过于频繁", "登录失败次数过多，请在 900 秒后再试。"),
    503: ("unavailable", "暂时不能作答，什么也没有做", "服务暂不可用", "数据库暂时不可用，请用同一幂等键重试。"),
}


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem answers of a route, as its ``responses``."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> ResponseSpec:
    code, description, title, detail = _PROBLEMS[status]
    value = {
        "type": f"urn:yichuang:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": "urn:yichuang:request:4f1d0c5e6f0b4d0c9b6f2a6f6d9d2f11",
    }
    return ResponseSpec(
        data_container=Problem,
        generate_examples=False,
        description=description,
        media_type=PROBLEM_JSON,
        examples=[Example(value=value)],
    )


def answers(status: int, shape: Any, description: str, value: Any) -> dict[int, ResponseSpec]:
    """The good answer of a route with its example, as part of its ``responses``."""
    spec = ResponseSpec(
        data_container=shape, generate_examples=False, description=description, examples=[Example(value=value)]
    )
    return {status: spec}


# --- the page ---------------------------------------------------------------------------------------------------------


class DocsPage(OpenAPIRenderPlugin):
    """The documentation as one page of ours: no script, nothing from another address."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        schemas = openapi_schema.get("components", {}).get("schemas", {})
        drawn: str = request.app.state.pages.render(
            "docs.html.j2",
            here=DOCS,
            info=openapi_schema["info"],
            openapi=openapi_schema["openapi"],
            json_address=OPENAPI_JSON,
            operations=list(_operations(openapi_schema, schemas)),
        )
        return drawn.encode()


def _operations(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in sorted(schema.get("paths", {}).items()):
        for method in METHODS:
            if (one := item.get(method)) is None:
                continue
            body = one.get("requestBody", {}).get("content", {})
            yield {
                "id": one["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": one.get("summary", ""),
                "description": one.get("description", ""),
                "parameters": [{"description": "", **p} for p in one.get("parameters", ())],
                "body": next((_example(content, schemas) for content in body.values()), ""),
                "answers": [_answer(s, a, schemas) for s, a in sorted(one.get("responses", {}).items())],
            }


def _answer(status: str, response: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[str, str, str]:
    example = next((_example(content, schemas) for content in response.get("content", {}).values()), "")
    return status, response.get("description", ""), example


def _example(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The example of a body, or of its schema."""
    found = next((e["value"] for e in (content.get("examples") or {}).values() if "value" in e), None)
    if found is None:
        name = str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        found = next(iter(schemas.get(name, {}).get("examples", ())), None)
    return "" if found is None else json.dumps(found, ensure_ascii=False, indent=2)


def configuration() -> OpenAPIConfig:
    """The configuration of the documentation; its routes are in the table of access like all others."""
    return OpenAPIConfig(
        title="一窗",
        version=version("yichuang"),
        description=DESCRIPTION,
        use_handler_docstrings=True,
        openapi_router=Router(DOCS, route_handlers=[], include_in_schema=False, opt=verbs("read_docs")),
        render_plugins=[DocsPage(path="/"), JsonRenderPlugin(path="/openapi.json")],
        components=Components(security_schemes={BEARER: SecurityScheme(type="http", scheme="bearer")}),
        security=[{BEARER: []}],
    )


def open_to_anyone(app: Litestar) -> None:
    """Say in the documentation which routes ask for no token, as the table of access has it."""
    public = {
        handler.operation_id
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if may_ever(NOBODY, handler.opt.get(VERBS, ()))
    }
    for item in (app.openapi_schema.paths or {}).values():
        for method in METHODS:
            operation = getattr(item, method)
            if operation is not None and operation.operation_id in public:
                operation.security = []
