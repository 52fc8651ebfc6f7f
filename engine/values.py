"""How a stated value is read (读取填报值), exactly, or refused with its pointer and fix."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.errors import Fault
from engine.terms import LARGEST, Fact, FactType, Part, Scope, Value, Vocabulary

LONGEST_TEXT = 200
"""Characters in a fact that is a word or a name."""

MOST_PARTS = 200
"""Uses inside one building."""


class NumberText(str):
    """A JSON number kept as it was written, so that ``1e3`` and ``0.10`` can be told from ``1000`` and ``0.1``."""

    __slots__ = ()


_DECIMAL = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
_REGION = re.compile(r"[1-9][0-9]{5}")


def show(fact: Fact, value: Value | None) -> Any:
    """A value as JSON gives it back: decimals exact (whole numbers as such, else text), days in ISO form."""
    if value is None:
        return None
    if fact.type is FactType.PARTS and isinstance(value, tuple):
        return [{"use": p.use, "floor_area_m2": _hundredths(p.floor_area_m2)} for p in value]
    if fact.type is FactType.DECIMAL and isinstance(value, int):
        return _hundredths(value)
    if fact.type is FactType.DAY and isinstance(value, int):
        return date.fromordinal(value).isoformat()
    return value


def _hundredths(value: int | None) -> Any:
    if value is None or value % 100 == 0:
        return value if value is None else value // 100
    return str(Decimal(value) / 100)


def read_value(
    fact: Fact, raw: Any, pointer: str, faults: list[Fault], vocabulary: Vocabulary | None = None
) -> Value | None:
    """Read one stated value; what is wrong with it goes to ``faults`` and None comes back."""
    if raw is None:
        return None
    match fact.type:
        case FactType.YES_NO:
            if raw is True or raw is False:
                return bool(raw)
            _wrong(faults, pointer, raw, f"“{fact.title}”应为 true 或 false。", f"{fact.id} must be true or false.")
            return None
        case FactType.WHOLE:
            if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= LARGEST:
                return raw
            fix = f"“{fact.title}”应为不小于零的整数。"
            _wrong(faults, pointer, raw, fix, f"{fact.id} must be a whole number, 0 or more.")
            return None
        case FactType.DECIMAL:
            return read_decimal(fact.title, fact.id, raw, pointer, faults)
        case FactType.CHOICE:
            return _read_choice(fact, raw, pointer, faults)
        case FactType.DAY:
            day = read_day(raw, pointer, faults, fact.title)
            return None if day is None else day.toordinal()
        case FactType.PARTS:
            return _read_parts(raw, pointer, faults, vocabulary)
        case FactType.TEXT:
            return _read_text(fact, raw, pointer, faults)


def read_day(raw: Any, pointer: str, faults: list[Fault], title: str = "日期") -> date | None:
    """Read an ISO day that exists; anything else is a fault."""
    if isinstance(raw, str) and not isinstance(raw, NumberText) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw, re.ASCII):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    _wrong(
        faults,
        pointer,
        raw,
        f"“{title}”应为确实存在的日期，写作 2022-09-30。",
        "Must be a day that exists, written 2022-09-30.",
    )
    return None


def read_decimal(title: str, name: str, raw: Any, pointer: str, faults: list[Fault]) -> int | None:
    """Read an exact decimal of at most two places, not negative, as whole hundredths."""
    fix = f"“{title}”应为不小于零、最多两位小数的数，例如 2600 或 2600.50，不用科学记数法。"
    english = f"{name} must be a number, 0 or more, with at most two places and no exponent, such as 2600.50."
    text = str(raw) if isinstance(raw, (str, int)) and not isinstance(raw, bool) else ""
    if len(text) <= 24 and _DECIMAL.fullmatch(text):
        scaled = Decimal(text).scaleb(2)
        if scaled <= LARGEST and len(text.partition(".")[2]) <= 2:
            return int(scaled)
    _wrong(faults, pointer, raw, fix, english)
    return None


def _read_choice(fact: Fact, raw: Any, pointer: str, faults: list[Fault]) -> str | None:
    if isinstance(raw, str):
        if raw in fact.allowed:
            return str(raw)
        for value, title in fact.allowed.items():
            if title == raw:
                return value
    listed = "、".join(f"{value}（{title}）" for value, title in fact.allowed.items())
    _wrong(
        faults,
        pointer,
        raw,
        f"“{fact.title}”应为下列之一：{listed}。",
        f"{fact.id} must be one of {', '.join(fact.allowed)}.",
    )
    return None


def _read_text(fact: Fact, raw: Any, pointer: str, faults: list[Fault]) -> str | None:
    if fact.format == "region":
        if isinstance(raw, str) and _REGION.fullmatch(raw):
            return str(raw)
        _wrong(
            faults,
            pointer,
            raw,
            '行政区划代码应为六位数字文本，例如 "440704"（GB/T 2260）。',
            'Must be six digits as text, such as "440704".',
        )
        return None
    return read_words(raw, pointer, faults, fact.title)


def read_words(raw: Any, pointer: str, faults: list[Fault], title: str, longest: int = LONGEST_TEXT) -> str | None:
    """Read a short text: NFC, no control characters or lone surrogates, not empty, at most ``longest`` characters."""
    if isinstance(raw, str) and not isinstance(raw, NumberText):
        text = unicodedata.normalize("NFC", raw).strip()
        bad = any(unicodedata.category(c) in ("Cc", "Cs") for c in text)
        if 0 < len(text) <= longest and not bad:
            return text
    _wrong(
        faults,
        pointer,
        raw,
        f"“{title}”应为一至{longest}个字的文本，不含控制字符。",
        f"Must be a text of 1 to {longest} characters without control characters.",
    )
    return None


def _read_parts(raw: Any, pointer: str, faults: list[Fault], vocabulary: Vocabulary | None) -> tuple[Part, ...] | None:
    known = _facts_of_parts(vocabulary)
    if not isinstance(raw, (list, tuple)) or len(raw) > MOST_PARTS or not known:
        fix = f"“parts”应为列表，每项写明 use 与 floor_area_m2，至多 {MOST_PARTS} 项。"
        _wrong(faults, pointer, raw, fix, f"parts must be a list of at most {MOST_PARTS} entries.")
        return None
    return tuple(_read_part(entry, f"{pointer}/{i}", faults, known) for i, entry in enumerate(raw))


def _facts_of_parts(vocabulary: Vocabulary | None) -> dict[str, Fact]:
    """What may be said of a part, by id and by Chinese title."""
    found = [vocabulary.get(Scope.BUILDING, name) for name in ("use", "floor_area_m2")] if vocabulary else []
    return {key: fact for fact in found if fact for key in (fact.id, fact.title)}


def _read_part(entry: Any, at: str, faults: list[Fault], known: Mapping[str, Fact]) -> Part:
    if not isinstance(entry, Mapping):
        fix = "每个部分应写明 use 与 floor_area_m2。"
        _wrong(faults, at, entry, fix, "Each part states use and floor_area_m2.")
        return Part(None, None)
    said: dict[str, Any] = {}
    for key, value in entry.items():
        here, fact = f"{at}/{escape(key)}", known.get(key)
        if fact is None:
            fix = "部分只有 use 与 floor_area_m2 两项。"
            _wrong(faults, here, value, fix, "A part has use and floor_area_m2 alone.")
        elif fact.id in said:
            fix = f"“{fact.title}”写了两次（代码与中文名各一次），请只留一个。"
            _wrong(faults, here, value, fix, f"{fact.id} is given twice.")
        else:
            said[fact.id] = read_value(fact, value, here, faults)
    return Part(said.get("use"), said.get("floor_area_m2"))


def escape(key: Any) -> str:
    """One reference token of a JSON pointer (RFC 6901), cut where it is absurdly long."""
    text = str(key)
    return (text if len(text) <= 80 else text[:77] + "…").replace("~", "~0").replace("/", "~1")


def shorten(raw: Any) -> Any:
    """What stood there, short enough to be shown in an error."""
    if isinstance(raw, (NumberText, Decimal)):
        raw = str(raw)
    if raw is None or (isinstance(raw, (bool, int)) and -LARGEST <= raw <= LARGEST):
        return raw
    text = raw if isinstance(raw, str) else repr(raw)[:120]
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 80 else text[:77] + "…"


def _wrong(faults: list[Fault], pointer: str, raw: Any, fix: str, fix_en: str) -> None:
    faults.append(Fault(pointer, shorten(raw), fix, fix_en))
