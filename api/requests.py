"""What comes in (请求): closed bodies read strictly, query keys that are known and given once, idempotency keys, If-Match.

A handler writes ``data: JSONBody[TakeIn]`` with ``TakeIn(Body)``, and gets it through :class:`StrictRequest`; where the
model depends on something else, ``data: JSONBody[Anything]`` and then ``read_model(model, data.root)``. ``key: Key`` is
the Idempotency-Key, ``seen: IfMatch`` the ETag that the person was looking at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Litestar, Request
from litestar.params import HeaderParameter
from litestar.routes import HTTPRoute
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError, model_validator
from pydantic_core import ErrorDetails

from api.cli.strict_json import parse, pointer
from api.errors import (
    KeyMissingError,
    LengthMissingError,
    MediaTypeError,
    NotJsonError,
    TooLargeError,
    UnconditionalError,
)
from engine.errors import Fault, InputError
from engine.values import NumberText, shorten

LARGEST_BODY = 1024 * 1024
"""Bytes that a JSON body may have; files come another way."""
MOST_FAULTS = 100
CLEANED = "cleaned"
"""In a route's ``opt``: query keys whose text it cleans itself, so that control characters in them are let in."""


class Body(BaseModel):
    """A request body (请求体): closed, frozen, with strict scalars in its fields. One model a command."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_no_texts(cls, raw: Any) -> Any:
        """A number kept as it was written is a text to Python; a field for a text must not take it."""
        if not isinstance(raw, Mapping):
            return raw
        return {name: _number(value) for name, value in raw.items()}


def _number(value: Any) -> Any:
    if isinstance(value, NumberText):
        return Decimal(value)
    if isinstance(value, list):
        return [_number(v) if isinstance(v, NumberText) else v for v in value]
    return value


class Anything(RootModel[dict[str, Any]]):
    """Some JSON object whose model is known only later."""


AnyBody = TypeVar("AnyBody", bound=BaseModel)


def read_model(model: type[AnyBody], value: Any) -> AnyBody:
    """A value that was read strictly, as the model wants it.

    Raises:
        InputError: every fault with its pointer, in Chinese and English.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [_fault(e, model) for e in error.errors(include_url=False)[:MOST_FAULTS]]
        raise InputError(faults) from None


def read_json(raw: bytes) -> Any:
    """A body as plain values.

    Raises:
        NotJsonError: it is no JSON.
        InputError: repeated keys, NaN, half or control characters, each with its pointer.
    """
    try:
        document = parse(raw)
    except InputError as error:
        raise NotJsonError(error.errors) from None
    faults = [fault for _, fault in document.faults]
    _find_controls(document.value, (), faults)
    if faults:
        raise InputError(faults[:MOST_FAULTS])
    return document.value


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _find_controls(value: Any, path: tuple[str | int, ...], faults: list[Fault]) -> None:
    if isinstance(value, str):
        if _CONTROL.search(value):
            faults.append(
                Fault(pointer(path), shorten(value), "文字中有控制字符。", "The text has a control character.")
            )
    elif isinstance(value, dict):
        for key, each in value.items():
            _find_controls(key, (*path, key), faults)
            _find_controls(each, (*path, key), faults)
    elif isinstance(value, list):
        for i, each in enumerate(value):
            _find_controls(each, (*path, i), faults)


# --- faults of bodies, in words ---------------------------------------------------------------------------------------

_SAYS: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少这一项。", "Missing."),
    "string_type": ("应为文本。", "Must be a text."),
    "int_type": ("应为整数。", "Must be a whole number."),
    "int_from_float": ("应为整数。", "Must be a whole number."),
    "bool_type": ("应为 true 或 false。", "Must be true or false."),
    "list_type": ("应为列表。", "Must be a list."),
    "dict_type": ("应为对象。", "Must be an object."),
    "model_type": ("应为 JSON 对象。", "Must be a JSON object."),
    "model_attributes_type": ("应为 JSON 对象。", "Must be a JSON object."),
    "none_required": ("应为 null。", "Must be null."),
    "string_too_short": ("至少 {min_length} 个字。", "At least {min_length} characters."),
    "string_too_long": ("至多 {max_length} 个字。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("格式不对，应合 {pattern}。", "Must match {pattern}."),
    "too_long": ("至多 {max_length} 项。", "At most {max_length} entries."),
    "too_short": ("至少 {min_length} 项。", "At least {min_length} entries."),
    "greater_than_equal": ("不得小于 {ge}。", "Must be {ge} or more."),
    "greater_than": ("须大于 {gt}。", "Must be more than {gt}."),
    "less_than_equal": ("不得大于 {le}。", "Must be {le} or less."),
    "less_than": ("须小于 {lt}。", "Must be less than {lt}."),
    "literal_error": ("只能是 {expected}。", "Must be one of {expected}."),
    "enum": ("只能是 {expected}。", "Must be one of {expected}."),
}


def _fault(error: ErrorDetails, model: type[BaseModel]) -> Fault:
    where = pointer(tuple(error["loc"]))
    if error["type"] == "extra_forbidden":
        known = "、".join(model.model_fields) if len(error["loc"]) == 1 else "见接口文档"
        return Fault(
            where, shorten(error["input"]), f"没有这一项；可用：{known or '无'}。", f"Unknown; known: {known}."
        )
    value = None if error["type"] == "missing" else shorten(error["input"])
    chinese, english = _SAYS.get(error["type"], ("不合要求。", error["msg"]))
    context = {k: str(v).replace(" or ", " 或 ") for k, v in error.get("ctx", {}).items()}
    try:
        return Fault(where, value, chinese.format(**context), english.format(**context))
    except KeyError:  # another release words its context otherwise
        return Fault(where, value, "不合要求。", error["msg"])


# --- the request ------------------------------------------------------------------------------------------------------


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON is read strictly, straight into the body that its handler declares."""

    async def json(self) -> Any:
        """The body as its handler wants it."""
        media, options = self.content_type
        if media != "application/json" or options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise MediaTypeError(
                "请求体应为 UTF-8 的 JSON（Content-Type: application/json）。",
                detail_en="Send JSON in UTF-8 with Content-Type: application/json.",
            )
        value = read_json(await self.body())
        declared = self.route_handler.parsed_data_field
        model = declared.annotation if declared is not None else None
        if isinstance(model, type) and issubclass(model, BaseModel):
            return read_model(model, value)
        return value


def content_length(request: Request[Any, Any, Any], limit: int) -> int:
    """The length that an upload announces.

    Raises:
        LengthMissingError: it announces none.
        TooLargeError: it is over the limit.
    """
    text = request.headers.get("content-length", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise LengthMissingError("上传须注明长度（Content-Length）。", detail_en="Send a Content-Length.")
    if int(text) > limit:
        most, most_en = (f"{limit >> 20} MB",) * 2 if limit >> 20 else (f"{limit} 字节", f"{limit} bytes")
        raise TooLargeError(f"文件超过上限 {most}。", detail_en=f"More than the {most_en} that are taken.")
    return int(text)


# --- query ------------------------------------------------------------------------------------------------------------


def queries_of(app: Litestar) -> dict[tuple[str, str], frozenset[str]]:
    """Per path and method the query keys that the handler declares."""
    known: dict[tuple[str, str], frozenset[str]] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (_, wanted) in route.route_handler_map.items():
                keys = frozenset(p.field_alias for p in wanted.expected_query_params)
                known[route.path_format, str(method)] = keys
    return known


def check_query(raw: bytes, known: frozenset[str] | None, cleaned: Sequence[str] = ()) -> None:
    """Refuse query keys that are given twice, and (where ``known`` is given) those that nobody reads.

    Args:
        raw: the query as it came.
        known: the keys that the handler reads.
        cleaned: those whose text the handler cleans itself; in others control characters are refused.

    Raises:
        InputError: names every such key.
    """
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        raise InputError([Fault("?", None, "地址中的参数不合格式。", "The query is not well formed.")]) from None
    names = [name for name, _ in pairs]
    faults = []
    for name in dict.fromkeys(names):
        at, values = f"?{shorten(name)}", [value for key, value in pairs if key == name]
        if len(values) > 1:
            faults.append(Fault(at, shorten(values[1]), "参数重复，请只写一次。", "The parameter is repeated."))
        if known is not None and name not in known:
            listed = "、".join(sorted(known)) or "无"
            faults.append(
                Fault(at, shorten(values[0]), f"没有这个参数；可用：{listed}。", f"Unknown; known: {listed}.")
            )
        if name not in cleaned and _CONTROL.search(name + values[0]):
            faults.append(Fault(at, shorten(values[0]), "参数中有控制字符。", "A control character."))
    if faults:
        raise InputError(faults)


# --- headers ----------------------------------------------------------------------------------------------------------

_KEY = re.compile(r'[A-Za-z0-9_.:/+=-]{1,128}|"[A-Za-z0-9_.:/+=-]{1,128}"')
_ETAG = re.compile(r'\s*"([\x21\x23-\x7e]{1,128})"\s*')

KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="幂等键：同一键重发得同一答复，换了请求体则为 422。A repeat of the same key gives the same answer.",
    ),
]
IfMatchHeader = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description='所看任务的 ETag，如 "9f0c…"；已变化则为 412。`*` 表示不论。The ETag that you were looking at.',
    ),
]


async def idempotency_key(key_header: KeyHeader = None) -> str:
    """The Idempotency-Key of a write (幂等键).

    Raises:
        KeyMissingError: there is none, or none that can be kept.
    """
    if key_header is None or not _KEY.fullmatch(key_header.strip()):
        raise KeyMissingError(
            "写操作须带请求头 Idempotency-Key（1 至 128 个字母、数字或 _.:/+=-），重试时用同一个。",
            detail_en="Send an Idempotency-Key of 1 to 128 letters, digits or _.:/+=- and keep it for retries.",
        )
    return key_header.strip().strip('"')


async def if_match(match_header: IfMatchHeader = None) -> str | None:
    """The ETag that the person was looking at; None for ``*``, which asks for nothing in particular.

    Raises:
        UnconditionalError: there is none.
        InputError: it is no single strong ETag.
    """
    if match_header is None:
        raise UnconditionalError(
            "请带请求头 If-Match，写所看任务的 ETag。",
            detail_en="Send If-Match with the ETag of the task that you saw.",
        )
    if match_header.strip() == "*":
        return None
    found = _ETAG.fullmatch(match_header)
    if found is None:
        fix = '应为一个带双引号的 ETag，如 "9f0c…"，或 *。'
        raise InputError([Fault("If-Match", shorten(match_header), fix, "Must be one strong ETag in quotes, or *.")])
    return found[1]
