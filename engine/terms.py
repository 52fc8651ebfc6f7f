"""The words of the field: facts (事实), citations (依据), units of time (计时单位), and how a value is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from engine.errors import Fault

LARGEST = 2**53 - 1
"""No number in a fact, scaled to hundredths, may be larger: both engines hold it exactly."""

LONGEST_TEXT = 200
"""Characters in a fact that is a word or a name."""


class NumberText(str):
    """A JSON number kept as it was written, so that ``1e3`` and ``0.10`` can be told from ``1000`` and ``0.1``."""

    __slots__ = ()


class Unit(StrEnum):
    """Unit of a limit (时限单位): working days 工作日, calendar days 日, months 月, years 年."""

    WORKING = "working"
    CALENDAR = "calendar"
    MONTH = "month"
    YEAR = "year"


class Scope(StrEnum):
    """What a fact or condition is about.

    ``PROJECT`` 项目; ``BUILDING`` 单体建筑; ``SPACE`` 场所 (a building, or one use inside it); ``WORKS`` 工程: said of the
    works as a whole and, where a building says otherwise, of that building.
    """

    PROJECT = "project"
    BUILDING = "building"
    SPACE = "space"
    WORKS = "works"


class FactType(StrEnum):
    """Type of a fact's value."""

    YES_NO = "yes_no"
    WHOLE = "whole"
    DECIMAL = "decimal"
    CHOICE = "choice"
    TEXT = "text"
    DAY = "day"
    PARTS = "parts"


class Truth(StrEnum):
    """Three values (三值): yes 是, no 否, unknown 无法判断. Unknown is not no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Firm(StrEnum):
    """How firm a need is (需要的刚性): DESIGN idea 5."""

    REQUIRED = "required"
    ASSUMABLE = "assumable"
    BEFORE_ISSUE = "before_issue"
    CUSTOMARY = "customary"


class Force(StrEnum):
    """Legal force (法律效力) of what a step makes: formal 正式, or simulated 模拟 (no permit effect)."""

    FORMAL = "formal"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Cite:
    """A legal source (依据): the instrument 文件 and, where known, its article 条款."""

    instrument: str
    article: str = ""

    def __str__(self) -> str:
        return f"《{self.instrument}》{self.article}"


@dataclass(frozen=True, slots=True)
class Assumed:
    """A value that no instrument gives yet (暂定值): what is assumed, and the example that it follows."""

    says: str
    example: str = ""


class LimitKind(StrEnum):
    """Who is bound by a limit, and how (时限性质): by law 法定, by promise 承诺, or a period of validity or duty 期间."""

    STATUTORY = "statutory"
    PROMISED = "promised"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """One limit as it stands on a day (时限): how many of which unit, by what law."""

    id: str
    title: str
    kind: LimitKind
    days: int
    unit: Unit
    cite: tuple[Cite, ...] = ()
    local: bool = False
    assumed: Assumed | None = None
    backward: bool = False
    binds: str = ""
    """``owner`` where it is the owner's duty (建设单位的期限) and no office's clock."""


Value = bool | int | str | tuple["Part", ...]
"""A fact's value inside the engine: decimals as whole hundredths, days as ordinals."""


@dataclass(frozen=True, slots=True)
class Part:
    """One use inside a building (建筑内的使用部分); area in hundredths of a square metre, None where unknown."""

    use: str | None
    floor_area_m2: int | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the vocabulary (事实), declared once: form, checks, rules and phrases all read this."""

    scope: Scope
    id: str
    title: str
    type: FactType
    unit: str = ""
    allowed: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Allowed value → its Chinese title, for ``CHOICE``."""
    format: str = ""
    """``region``, ``project_code`` or ``credit_code`` for texts whose structure is checked."""
    source: str = ""
    title_en: str = ""
    implied_by: tuple[str, ...] = ()
    """Facts that say yes to this one where it is left out: a day stated, or a yes (推定)."""
    derived: bool = False
    """Known from the statement itself (推得), such as whether ``units`` are named; nobody states it."""

    @property
    def numeric(self) -> bool:
        """Whether its values are ordered numbers inside the engine."""
        return self.type in (FactType.WHOLE, FactType.DECIMAL, FactType.DAY)


class Vocabulary:
    """Every fact there is (词汇表), found by scope and id, or by scope and Chinese title."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        self._by_key = {(fact.scope, fact.id): fact for fact in facts}
        self._by_title = {(fact.scope, fact.title): fact for fact in facts}

    def get(self, scope: Scope, name: str) -> Fact | None:
        """The fact of that id or Chinese title in that scope, or None."""
        return self._by_key.get((scope, name)) or self._by_title.get((scope, name))

    def seen_from(self, scope: Scope, name: str) -> Fact | None:
        """The fact that a condition of ``scope`` means by ``name``: its own scope first, then the wider ones."""
        order = {
            Scope.SPACE: (Scope.SPACE, Scope.BUILDING, Scope.WORKS, Scope.PROJECT),
            Scope.BUILDING: (Scope.BUILDING, Scope.WORKS, Scope.PROJECT),
            Scope.WORKS: (Scope.WORKS, Scope.PROJECT),
            Scope.PROJECT: (Scope.PROJECT,),
        }[scope]
        for each in order:
            if found := self.get(each, name):
                return found
        return None

    def stated_of(self, where: Scope) -> tuple[Fact, ...]:
        """The facts that people may state of the project or of a building."""
        return tuple(f for f in self.facts if f.scope in (where, Scope.WORKS) and not f.derived)

    def nearest(self, name: str, scopes: Sequence[Scope] = tuple(Scope)) -> str:
        """The known id or title nearest to a name that is not one, for the words of an error."""
        from difflib import get_close_matches

        known = [word for f in self.facts if f.scope in scopes and not f.derived for word in (f.id, f.title)]
        found = get_close_matches(name, known, n=1, cutoff=0.5)
        return found[0] if found else ""


_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
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
        try:
            scaled = Decimal(text).scaleb(2)
        except InvalidOperation:  # pragma: no cover - the pattern admits nothing that Decimal refuses
            scaled = Decimal(-1)
        if 0 <= scaled <= LARGEST and scaled == scaled.to_integral_value() and _places(text) <= 2:
            return int(scaled)
    _wrong(faults, pointer, raw, fix, english)
    return None


def _places(text: str) -> int:
    return len(text.partition(".")[2])


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
    use = vocabulary.get(Scope.BUILDING, "use") if vocabulary else None
    if not isinstance(raw, (list, tuple)) or len(raw) > 200 or use is None:
        _wrong(
            faults,
            pointer,
            raw,
            "“parts”应为列表，每项写明 use 与 floor_area_m2，至多 200 项。",
            "parts must be a list of at most 200 entries.",
        )
        return None
    parts = []
    for i, entry in enumerate(raw):
        at = f"{pointer}/{i}"
        if not isinstance(entry, Mapping):
            _wrong(
                faults,
                at,
                entry,
                "每个部分应写明 use 与 floor_area_m2。",
                "Each part states use and floor_area_m2.",
            )
            continue
        for key in entry:
            if key not in ("use", "floor_area_m2"):
                _wrong(
                    faults,
                    f"{at}/{escape(key)}",
                    entry[key],
                    "部分只有 use 与 floor_area_m2 两项。",
                    "A part has use and floor_area_m2 alone.",
                )
        kind = entry.get("use")
        area = entry.get("floor_area_m2")
        parts.append(
            Part(
                None if kind is None else _read_choice(use, kind, f"{at}/use", faults),
                None
                if area is None
                else read_decimal("建筑面积", "floor_area_m2", area, f"{at}/floor_area_m2", faults),
            )
        )
    return tuple(parts)


def escape(key: Any) -> str:
    """One reference token of a JSON pointer (RFC 6901), cut where it is absurdly long."""
    text = str(key)
    return (text if len(text) <= 80 else text[:77] + "…").replace("~", "~0").replace("/", "~1")


def shorten(raw: Any) -> Any:
    """What stood there, short enough to be shown in an error."""
    if isinstance(raw, NumberText):
        raw = str(raw)
    if raw is None or (isinstance(raw, (bool, int)) and -LARGEST <= raw <= LARGEST):
        return raw
    text = raw if isinstance(raw, str) else repr(raw)[:120]
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 80 else text[:77] + "…"


def _wrong(faults: list[Fault], pointer: str, raw: Any, fix: str, fix_en: str) -> None:
    faults.append(Fault(pointer, shorten(raw), fix, fix_en))
