"""Domain errors as answers (出错时的答复): RFC 9457 problem documents in Chinese or English. Status codes live here alone.

Every :class:`~engine.errors.ApprovalError` has the status of its code in ``STATUS``; a test walks all subclasses. What
is not ours is caught by :func:`last_resort`, logged with its traceback under the request id, and answered without a word of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.middleware import request_id
from engine.errors import ApprovalError, Fault, ForbiddenError, InputError, NotFoundError

PROBLEM_JSON = "application/problem+json"
SHOWN_CHARACTERS = 200
SHOWN_FAULTS = 100
logger = logging.getLogger("yichuang.errors")


# --- errors that only a service has -----------------------------------------------------------------------------------


class NotJsonError(InputError):
    """The body is no JSON (不是 JSON), or JSON of a kind that is not read: where and why."""

    code = "not-json"
    title = "请求体不是合格的 JSON"
    title_en = "Not JSON"


class SignedOutError(ApprovalError):
    """Nobody is signed in, or no longer (未登录或登录已失效)."""

    code = "signed-out"
    title = "请先登录"
    title_en = "Sign in first"


class ThrottledError(ApprovalError):
    """Too many failures in a row (尝试过于频繁): come back after ``seconds``."""

    code = "too-many"
    title = "尝试过于频繁"
    title_en = "Too many attempts"

    def __init__(self, detail: str, *, detail_en: str = "", seconds: int = 1) -> None:
        super().__init__(detail, detail_en=detail_en)
        self.seconds = seconds


class ChangedError(ApprovalError):
    """The task is no longer as it was looked at (任务已变化): If-Match does not match."""

    code = "task-changed"
    title = "任务已变化，请重新查看"
    title_en = "The task has changed"


class UnconditionalError(ApprovalError):
    """The request must say what it was looking at (缺少 If-Match)."""

    code = "if-match-missing"
    title = "请求须注明所依据的版本"
    title_en = "If-Match is missing"


class KeyMissingError(ApprovalError):
    """A write without a usable Idempotency-Key (缺少幂等键)."""

    code = "key-missing"
    title = "缺少幂等键"
    title_en = "Idempotency-Key is missing"


class LengthMissingError(ApprovalError):
    """An upload that does not say how long it is (未注明长度)."""

    code = "length-missing"
    title = "上传须注明长度"
    title_en = "Content-Length is missing"


class TooLargeError(ApprovalError):
    """More bytes than are taken (超过大小上限)."""

    code = "too-large"
    title = "超过大小上限"
    title_en = "Too large"


class MediaTypeError(ApprovalError):
    """Something else than JSON where JSON belongs (内容类型不对)."""

    code = "media-type"
    title = "内容类型不对"
    title_en = "Wrong media type"


class AbortedError(ApprovalError):
    """The client went away in the middle (传输中断); nobody hears this answer, the log does."""

    code = "aborted"
    title = "传输中断"
    title_en = "Transfer aborted"


class MethodError(ApprovalError):
    """An address that does not take that method (不支持的操作)."""

    code = "method"
    title = "这个地址不支持这种操作"
    title_en = "This address does not take that method"


class UnavailableError(ApprovalError):
    """The service cannot do its work at the moment (服务暂不可用); nothing was done."""

    code = "unavailable"
    title = "服务暂不可用"
    title_en = "Unavailable for the moment"


STATUS: dict[str, int] = {
    "approval-error": 500,
    "wrong-input": 422,
    "not-json": 400,
    "key-missing": 400,
    "aborted": 400,
    "signed-out": 401,
    "not-yours": 403,
    "not-found": 404,
    "method": 405,
    "not-now": 409,
    "already-there": 409,
    "two-conclusions": 409,
    "missing-glyph": 409,
    "not-published": 409,
    "still-running": 409,
    "length-missing": 411,
    "task-changed": 412,
    "too-large": 413,
    "media-type": 415,
    "key-reused": 422,
    "if-match-missing": 428,
    "too-many": 429,
    "policy-data": 500,
    "unwell": 500,
    "demo-mix": 500,
    "occupied": 503,
    "settings": 500,
    "database-settings": 500,
    "broken-bytes": 500,
    "schedule-wrong": 500,
    "engines-disagree": 503,
    "unavailable": 503,
    "storage": 503,
    "busy": 503,
    "day-turned": 503,
    "clock-went-back": 503,
    "outcome-unknown": 503,
}
"""The one map from the codes of errors to statuses. Two engines that differ fail closed: nothing is decided, 503."""


def status_of(error: ApprovalError) -> int:
    """The status that an error is answered with: its own, or its nearest parent's."""
    codes = (getattr(kind, "code", "") for kind in type(error).__mro__)
    return next((STATUS[code] for code in codes if code in STATUS), 500)


# --- the document -----------------------------------------------------------------------------------------------------


def shown(value: Any) -> Any:
    """A value as an answer may repeat it: plain JSON and short."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no bytes
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…（共 {len(text)} 个字符）"


def problem(error: ApprovalError, *, language: str = "zh", instance: str = "") -> dict[str, Any]:
    """An RFC 9457 problem document, in Chinese or (``language="en"``) in English."""
    english = language == "en"
    status = status_of(error)
    detail = (error.detail_en or error.title_en) if english else error.detail
    found: dict[str, Any] = {
        "type": f"urn:yichuang:problem:{error.code}",
        "title": error.title_en if english else error.title,
        "status": status,
        "detail": shown(detail) if len(detail) > 2000 else detail,
        "code": error.code,
    }
    if instance:
        found["instance"] = f"urn:yichuang:request:{instance}"
    if error.errors:
        found["errors"] = [_fault(f, english) for f in error.errors[:SHOWN_FAULTS]]
    return found


def _fault(fault: Fault, english: bool) -> dict[str, Any]:
    fix = (fault.fix_en or fault.fix) if english else fault.fix
    return {"pointer": shown(fault.pointer), "value": shown(fault.value), "fix": fix}


def language_of(accepted: str) -> str:
    """``zh`` or ``en``, whichever an Accept-Language likes better; Chinese where it likes both or neither."""
    best = {"zh": 0.0, "en": 0.0}
    for part in accepted[:1000].split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().lower().split("-")[0]
        if name not in best:
            continue
        try:
            weighed = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            weighed = 0.0
        best[name] = max(best[name], weighed)
    return "en" if best["en"] > best["zh"] else "zh"


# --- handlers ---------------------------------------------------------------------------------------------------------


def answer(
    request: Request[Any, Any, Any], error: ApprovalError, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """The answer to an error: a problem document; for a browser on a page, a page."""
    language = language_of(request.headers.get("accept-language", ""))
    document = problem(error, language=language, instance=request_id(request.scope))
    more = {**_headers_of(error), **(headers or {}), "Content-Language": "en" if language == "en" else "zh-CN"}
    more["Vary"] = "Accept, Accept-Language"
    if wants_page(request):
        page = request.app.state.pages.render("error.html.j2", problem=document, language=language)
        return Response(page, media_type="text/html", status_code=document["status"], headers=more)
    return Response(document, media_type=PROBLEM_JSON, status_code=document["status"], headers=more)


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person looks at a page in a browser, not a program at the API."""
    return not request.scope["path"].startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _headers_of(error: ApprovalError) -> dict[str, str]:
    if isinstance(error, SignedOutError):
        return {"WWW-Authenticate": 'Bearer realm="yichuang"'}
    if isinstance(error, ThrottledError):
        return {"Retry-After": str(error.seconds)}
    if status_of(error) == 503:
        return {"Retry-After": "1"}
    return {}


def approval_error(request: Request[Any, Any, Any], error: ApprovalError) -> Response[Any]:
    """Every error that is raised on purpose."""
    if status_of(error) >= 500:
        _log(request, error)
    return answer(request, error)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What Litestar itself refuses, in our words."""
    if isinstance(error, ValidationException):
        return answer(request, _wrong_input(error))
    known = {
        400: NotJsonError([Fault("", None, "请求不合 HTTP 规定的格式。", "The request is not well formed.")]),
        401: SignedOutError("请先登录。", detail_en="Sign in first."),
        403: ForbiddenError("您无权办理。", detail_en="Not yours to do."),
        404: NotFoundError("没有这个地址。", detail_en="No such address."),
        405: MethodError("这个地址不支持这种操作。", detail_en="This address does not take that method."),
        413: TooLargeError("内容超过大小上限。", detail_en="More bytes than are taken."),
    }
    if error.status_code in known:
        return answer(request, known[error.status_code], error.headers)
    return last_resort(request, error)


_MISSING = re.compile(r"Missing required (\w+) parameter '([\w-]+)'")


def _wrong_input(error: ValidationException) -> InputError:
    """Faults of path, query and header values, named ``?key``; bodies have JSON pointers and come another way."""
    extra = error.extra if isinstance(error.extra, list) else []
    if any(one.get("key") == "data" for one in extra):
        return NotJsonError(
            [Fault("", None, "请求没有正文，应为 JSON 对象。", "The body is missing; send a JSON object.")]
        )
    faults = []
    if missing := _MISSING.match(error.detail):
        faults.append(Fault(_where(*missing.groups()), None, "缺少这个参数。", "The parameter is missing."))
    for one in extra:
        name = str(one.get("key", ""))
        where = _where(one.get("source", ""), name)
        faults.append(Fault(where, None, f"参数“{name}”的值不合要求。", str(one.get("message", ""))))
    return InputError(faults or [Fault("", None, "参数不合要求。", "A parameter is wrong.")])


def _where(source: str, name: str) -> str:
    return {"query": "?", "header": ""}.get(source, "/") + name


def database_down(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The database is away or busy: nothing was done, or it is unknown and the idempotency key will tell."""
    _log(request, error)
    return answer(
        request,
        UnavailableError(
            "数据库暂时不可用，请用同一幂等键重试。",
            detail_en="The database is away for the moment; try again with the same idempotency key.",
        ),
    )


def last_resort(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Whatever nobody foresaw: logged in full under the request id, answered without a word of it."""
    _log(request, error)
    return answer(
        request,
        ApprovalError(
            "服务出错，已记录。请凭请求编号联系管理员。",
            detail_en="The service failed; it is on record. Give the request id to the administrator.",
        ),
    )


def _log(request: Request[Any, Any, Any], error: Exception) -> None:
    logger.error("request failed", exc_info=error, extra={"request_id": request_id(request.scope)})


HANDLERS: ExceptionHandlersMap = {
    ApprovalError: approval_error,
    HTTPException: http_error,
    OperationalError: database_down,
    InterfaceError: database_down,
    PoolTimeout: database_down,
    Exception: last_resort,
}
