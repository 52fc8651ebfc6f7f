"""The API in words for machines and people (接口文档): OpenAPI 3.1, and one page drawn from it without any script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
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
                "bodies": [each for content in body.values() for each in _bodies(content, schemas)],
                "answers": [_answer(s, a, schemas) for s, a in sorted(one.get("responses", {}).items())],
            }


def _bodies(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What each example of a body says, and the example."""
    named = (content.get("examples") or {}).values()
    if named:
        return [(each.get("summary", ""), json.dumps(each["value"], ensure_ascii=False, indent=2)) for each in named]
    return [("", shown)] if (shown := _example(content, schemas)) else []


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


def say_what_is_so(app: Litestar) -> None:
    """Put right what the framework says by itself: which routes ask for no token, and a 400 that none of them answers.

    The table of access knows who needs a token; a wrong parameter is answered with 422 here, as a problem document.
    """
    public = {
        handler.operation_id
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if may_ever(NOBODY, handler.opt.get(VERBS, ()))
    }
    for item in (app.openapi_schema.paths or {}).values():
        for operation in (getattr(item, method) for method in METHODS):
            if operation is None:
                continue
            if operation.operation_id in public:
                operation.security = []
            if PROBLEM_JSON not in (getattr((operation.responses or {}).get("400"), "content", None) or {}):
                (operation.responses or {}).pop("400", None)
