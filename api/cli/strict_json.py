"""JSON read strictly (严格读取 JSON): equal keys, NaN and half characters are faults with a pointer; numbers stay as written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Fault, InputError
from engine.terms import LARGEST
from engine.values import NumberText, escape, shorten

LARGEST_INPUT = 16 * 2**20
"""Bytes that one input may have."""

DEEPEST = 64
"""Levels of lists and objects within each other."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON text as read: plain values, and what was wrong in which place."""

    value: Any
    faults: tuple[tuple[Path, Fault], ...] = field(default=())

    def within(self, index: int) -> list[Fault]:
        """The faults of one element of a list, their pointers as seen from that element."""
        return [
            Fault(pointer(path[1:]), fault.value, fault.fix, fault.fix_en)
            for path, fault in self.faults
            if path and path[0] == index
        ]

    def all_faults(self) -> list[Fault]:
        """Every fault of the document."""
        return [fault for _, fault in self.faults]

    def refuse(self) -> None:
        """Refuse a document with faults, all at once."""
        if self.faults:
            raise InputError(self.all_faults())


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{escape(part)}" for part in path)


def parse(data: bytes) -> Document:
    """Read a JSON text; what cannot be read at all is refused, other faults are noted with their places.

    Whole numbers that are held exactly come as int; every other number as ``NumberText``, as it was written.

    Raises:
        InputError: where the text is no JSON: too long, not UTF-8, bad syntax, nested too deep.
    """
    if len(data) > LARGEST_INPUT:
        raise _unreadable(f"输入超过 {LARGEST_INPUT // 2**20} MB。", "The input is too long.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fix = f"输入不是 UTF-8 编码（第 {error.start + 1} 字节）。"
        raise _unreadable(fix, f"Not UTF-8, at byte {error.start + 1}.") from None
    if not text.strip():
        raise _unreadable("没有内容，应为 JSON。", "There is nothing; JSON is expected.")
    try:
        raw = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_float=NumberText,
            parse_int=_whole,
            parse_constant=_Constant,
        )
    except json.JSONDecodeError as error:
        fix = f"JSON 写法有误：第 {error.lineno} 行第 {error.colno} 列。"
        raise _unreadable(fix, f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _too_deep() from None
    faults: list[tuple[Path, Fault]] = []
    return Document(_plain(raw, (), faults), tuple(faults))


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with every key that was written, also the repeated ones."""


@dataclass(frozen=True, slots=True)
class _Constant:
    """NaN, Infinity or -Infinity, which JSON does not know."""

    name: str


def _whole(text: str) -> int | NumberText:
    if len(text) <= 17 and abs(number := int(text)) <= LARGEST:
        return number
    return NumberText(text)


def _plain(raw: Any, path: Path, faults: list[tuple[Path, Fault]]) -> Any:
    if len(path) > DEEPEST:
        raise _too_deep()
    if isinstance(raw, _Pairs):
        out: dict[str, Any] = {}
        for key, value in raw:
            here = (*path, key)
            if key in out:
                _note(faults, here, key, "键重复，请只写一次。", "The key is repeated.")
                continue
            if not _sound(key):
                _note(faults, here, key, "键中有不完整的字符。", "The key has half a character.")
            out[key] = _plain(value, here, faults)
        return out
    if isinstance(raw, list):
        return [_plain(value, (*path, i), faults) for i, value in enumerate(raw)]
    if isinstance(raw, _Constant):
        _note(faults, path, raw.name, f"{raw.name} 不是 JSON 的数。", f"{raw.name} is no JSON number.")
        return None
    if isinstance(raw, str) and not isinstance(raw, NumberText) and not _sound(raw):
        _note(faults, path, raw, "文字中有不完整的字符。", "The text has half a character.")
        return None
    return raw


def _sound(text: str) -> bool:
    """Whether a text has no lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _note(faults: list[tuple[Path, Fault]], path: Path, value: Any, fix: str, fix_en: str) -> None:
    faults.append((path, Fault(pointer(path), shorten(value), fix, fix_en)))


def _unreadable(fix: str, fix_en: str) -> InputError:
    return InputError([Fault("", None, fix, fix_en)])


def _too_deep() -> InputError:
    return _unreadable(f"嵌套超过 {DEEPEST} 层。", f"Nested deeper than {DEEPEST} levels.")
