"""What pydantic found, said in Chinese for policy staff (格式错误的说法): what is wrong and what to write instead."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from engine.errors import Fault
from engine.values import shorten

_WORDS = {
    "string_type": "应为文字；数字或代码请加引号",
    "string_too_short": "不可为空",
    "string_too_long": "过长",
    "bool_type": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "greater_than": "应大于零",
    "less_than_equal": "数值过大",
    "tuple_type": "应为列表，写作 [甲, 乙] 或每项以“- ”开头",
    "list_type": "应为列表，写作 [甲, 乙] 或每项以“- ”开头",
    "dict_type": "应为“键: 值”",
    "model_type": "应为“键: 值”的一组内容",
    "model_attributes_type": "应为“键: 值”的一组内容",
    "too_short": "至少须有一项",
    "date_from_datetime_parsing": "应为确实存在的日期，写作 2022-09-30",
    "date_parsing": "应为确实存在的日期，写作 2022-09-30",
}


def say(found: Any, shape: type[BaseModel], where: str) -> Fault:
    """Turn one finding of pydantic into a fault with file and line."""
    loc = tuple(found["loc"])
    key = str(loc[-1]) if loc else ""
    kind = str(found["type"])
    if kind == "extra_forbidden":
        near = get_close_matches(key, sorted(_keys(shape)), n=1, cutoff=0.5)
        hint = f"最接近的是“{near[0]}”" if near else "请删去"
        return Fault(where, shorten(found["input"]), f"没有“{key}”这一项；{hint}。", f"Unknown key {key}.")
    if kind == "missing":
        return Fault(where, None, f"缺少“{key}”这一项，请补写。", f"{key} is missing.")
    if kind in ("enum", "literal_error"):
        expected = (
            str(found.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
        )
        text = f"“{key}”应为下列之一：{expected}"
    elif kind == "string_pattern_mismatch":
        text = f"“{key}”的写法不合：应符合 {found.get('ctx', {}).get('pattern', '')}（英文代号，以字母开头）"
    else:
        text = _WORDS.get(kind) or str(found["msg"])
        text = f"“{key}”{text}" if kind in _WORDS and key else text
    return Fault(where, shorten(found["input"]), text.rstrip("。") + "。", str(found["msg"]))


def _keys(shape: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[str]:
    out: set[str] = set()
    for name, info in shape.model_fields.items():
        out.add(info.alias or name)
        for inner in _models(info.annotation):
            if inner not in seen:
                out |= _keys(inner, seen | {shape, inner})
    return out


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for arg in get_args(annotation) for m in _models(arg)]
