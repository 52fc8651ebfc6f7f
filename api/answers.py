"""What a route says of itself in the documentation (接口说明): its answers, its problems, its bodies, all with examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.params import PathParameter

from api.errors import PROBLEM_JSON

ANYONE = (422, 503)
"""Problems of a route that asks for no token: an unknown query key, and a database that is away."""
ANYONE_ONE = (404, 422, 503)
"""Problems of a reading of one thing for anybody."""
READS = (401, 422, 503)
"""Problems of a reading for whoever is signed in."""
READS_ONE = (401, 404, 422, 503)
"""Problems of a reading of one thing, which may not be there or not be for everybody to know of."""
WRITES = (400, 401, 403, 409, 413, 415, 422, 503)
"""Problems of a write with a JSON body and an idempotency key."""
WRITES_TO = (*WRITES, 404)
"""Problems of a write to something that may not be there."""

CasePath = Annotated[str, PathParameter(description="办件的 id。The case's id.")]
ProjectPath = Annotated[str, PathParameter(description="项目的 id。The project's id.")]


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


@dataclass
class Shown(Example):
    """An example as it is (示例): the framework would leave out whatever is null."""

    def to_schema(self) -> dict[str, Any]:
        """As the documentation has it."""
        said = {"summary": self.summary} if self.summary else {}
        return {**said, "value": self.value}


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
        examples=[Shown(value=value)],
    )


def answers(status: int, shape: Any, description: str, value: Any) -> dict[int, ResponseSpec]:
    """The good answer of a route with its example, as part of its ``responses``."""
    spec = ResponseSpec(
        data_container=shape, generate_examples=False, description=description, examples=[Shown(value=value)]
    )
    return {status: spec}


def downloads(status: int, media_type: str, description: str) -> dict[int, ResponseSpec]:
    """The good answer of a route that hands a file out: bytes, which have no example."""
    return {
        status: ResponseSpec(
            data_container=bytes, generate_examples=False, description=description, media_type=media_type
        )
    }


# --- bodies -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """A body that one may send (请求体示例), under a name that is its own within the route."""

    name: str
    summary: str
    value: Any


def asks(*examples: Ask) -> type[Operation]:
    """The ``operation_class`` of a route whose JSON body is shown by these examples."""

    @dataclass
    class WithExamples(Operation):
        def __post_init__(self) -> None:
            assert isinstance(self.request_body, RequestBody), "a route without a body shows none"
            for content in self.request_body.content.values():
                content.examples = {each.name: Shown(summary=each.summary, value=each.value) for each in examples}

    return WithExamples


@dataclass
class RawBody(Operation):
    """Says in the documentation that the body is the file itself."""

    def __post_init__(self) -> None:
        """Add the body."""
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(
            content={"application/octet-stream": OpenAPIMediaType(schema=schema)},
            description="文件的字节，原样，不用 multipart。",
            required=True,
        )
