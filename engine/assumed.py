"""What is assumed until the paper exists (假设), how far the real one may differ, and what a difference brings.

All of it is policy data: which papers may be assumed, their fields with a tolerance each, and the ways to fail. A simulated
opinion stands on the fields that concern its item; when the real paper comes, each field is compared by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from engine.codes import check_credit_code
from engine.errors import Fault, InputError
from engine.terms import Assumed, Cite
from engine.values import escape, shorten


class FieldType(StrEnum):
    """What a field of an assumed paper may hold (字段类型)."""

    TEXT = "text"
    DECIMAL = "decimal"
    WHOLE = "whole"
    DAY = "day"
    YES_NO = "yes_no"
    CREDIT_CODE = "credit_code"


TYPE_TITLES = {
    FieldType.TEXT: "文字",
    FieldType.DECIMAL: "数（不为负，可有小数，不写单位、不分千位）",
    FieldType.WHOLE: "整数",
    FieldType.DAY: "日期（2022-09-30）",
    FieldType.YES_NO: "true 或 false",
    FieldType.CREDIT_CODE: "18位的统一社会信用代码",
}
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class AssumedField:
    """One field of an assumed paper (假设的字段), with the difference that does not matter (容差)."""

    id: str
    title: str
    type: FieldType = FieldType.TEXT
    key: bool = False
    """Whether it says which thing the paper is about, such as the parcel: a real one with another is another paper."""
    percent: Decimal | None = None
    absolute: Decimal | None = None
    items: tuple[str, ...] = ()
    """The items that look at it; empty: every one."""
    failure: str = ""
    """Which way of failing a difference beyond tolerance is."""
    public: bool = False
    """Whether everybody may read what is assumed, such as planning conditions: every bidder has the same."""

    def tolerance(self) -> str:
        """In Chinese, for tables."""
        if self.percent is not None:
            return f"±{self.percent}%"
        return f"±{self.absolute}" if self.absolute is not None else "须一致"


@dataclass(frozen=True, slots=True)
class AssumedPaper:
    """A paper that may be assumed (可假设的文书): its kind and its fields."""

    doc: str
    title: str
    fields: tuple[AssumedField, ...]

    def looked_at(self, item: str) -> tuple[str, ...]:
        """The fields that concern an item."""
        return tuple(f.id for f in self.fields if not f.items or item in f.items)


class FailedBy(StrEnum):
    """How a way of failing comes about (失效方式)."""

    FIELDS = "fields"
    FACTS = "facts"
    CONDITIONS = "conditions"
    TIME = "time"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Failure:
    """A way in which simulated opinions fail (模拟意见失效的情形), and whether the case ends with it."""

    id: str
    title: str
    by: FailedBy
    ends: bool = False
    facts: Mapping[str, Decimal] = field(default_factory=dict)
    """With ``facts``: the facts that matter, each with its absolute tolerance."""
    items: tuple[str, ...] = ()
    """With ``facts``: whose opinions look at the works as designed; those of others only at the facts that they read."""
    conditions: tuple[str, ...] = ()
    """With ``conditions``: it fails when one of them is certainly false."""
    of: str = ""
    """With ``declared``: what is named, ``items`` or ``documents``; empty: the whole case."""
    cite: tuple[Cite, ...] = ()
    assumed: Assumed | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One field, assumed and real beside one another (假设与实际对照)."""

    field: AssumedField
    assumed: Any
    real: Any
    holds: bool

    def as_json(self) -> dict[str, Any]:
        """For tables."""
        return {
            "field": self.field.id,
            "title": self.field.title,
            "assumed": self.assumed,
            "real": self.real,
            "tolerance": self.field.tolerance(),
            "holds": self.holds,
        }


def read_paper(paper: AssumedPaper, raw: Mapping[str, Any], at: str = "/fields") -> dict[str, Any]:
    """The fields of a paper read strictly; every declared one must be there, or nothing could be compared.

    Raises:
        InputError: each field that is missing, unknown or cannot be compared, with its pointer and what to write.
    """
    faults: list[Fault] = []
    known = {f.id: f for f in paper.fields}
    for name, value in raw.items():
        if name not in known:
            listed = "、".join(f"{f.id}（{f.title}）" for f in paper.fields)
            says = f"“{paper.title}”没有这个字段；可用：{listed}。"
            faults.append(Fault(f"{at}/{escape(name)}", shorten(value), says, "No such field."))
    out = {}
    for name, each in known.items():
        where = f"{at}/{escape(name)}"
        if raw.get(name) in (None, ""):
            says = f"“{paper.title}”须写明“{each.title}”（{TYPE_TITLES[each.type]}）。"
            faults.append(Fault(where, raw.get(name), says, "Missing."))
        else:
            out[name] = _read(each, raw[name], where, faults)
    if faults:
        raise InputError(faults)
    return out


def _read(declared: AssumedField, value: Any, at: str, faults: list[Fault]) -> Any:
    says = f"“{declared.title}”应为{TYPE_TITLES[declared.type]}，才能比对。"
    number = isinstance(value, (int, str)) and not isinstance(value, bool)
    match declared.type:
        case FieldType.YES_NO if isinstance(value, bool):
            return value
        case FieldType.WHOLE if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9:
            return value
        case FieldType.DAY if isinstance(value, str) and (day := _day(value)):
            return day
        case FieldType.DECIMAL if number or isinstance(value, float):
            if (found := _decimal(str(value))) is not None:
                return str(found)
        case FieldType.TEXT if isinstance(value, str) and value.strip() and len(value) <= LONGEST_TEXT:
            return value.strip()
        case FieldType.CREDIT_CODE if isinstance(value, str) and value.strip():
            # a code that nobody can have is a slip of the pen, and must not count as somebody else
            code = _plain(value)
            if (checked := check_credit_code(code)).valid:
                return code
            faults.append(Fault(at, shorten(value), f"“{declared.title}”：{checked.says}", checked.says_en))
            return None
    faults.append(Fault(at, shorten(value), says, f"Must be of type {declared.type}."))
    return None


def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if len(value) == 10 else None
    except ValueError:
        return None


def _decimal(value: str) -> Decimal | None:
    """A plain decimal of at most nine digits before the point and four behind it; no exponent, not negative."""
    whole, _, places = value.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 9 and len(places) <= 4):
        return None
    try:
        return Decimal(value).normalize() + 0 if places == "" or (places.isascii() and places.isdigit()) else None
    except InvalidOperation:
        return None


def public_key(text: str) -> str:
    """Under which key everybody finds what is assumed of a thing (公开检索的编号), however it was typed.

    Whoever states it must not be able to hide it behind a wide letter, a blank or another sort of dash.
    """
    return re.sub(r"[-‐-―−/\\_]+", "-", _plain(text))


def _plain(text: str) -> str:
    """Without what only the typing makes different: wide letters, small letters, blanks."""
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", unicodedata.normalize("NFKC", text).upper())


def compare(paper: AssumedPaper, assumed: Mapping[str, Any], real: Mapping[str, Any]) -> tuple[Compared, ...]:
    """Every field of a paper as it was assumed and as it is, and whether the difference is within tolerance."""
    return tuple(
        Compared(f, assumed.get(f.id), real.get(f.id), _holds(f, assumed.get(f.id), real.get(f.id)))
        for f in paper.fields
    )


def _holds(declared: AssumedField, assumed: Any, real: Any) -> bool:
    if assumed is None or real is None:
        return bool(assumed == real)
    if declared.type is FieldType.TEXT and not declared.key:
        return _same_words(str(assumed), str(real))
    if declared.type not in (FieldType.DECIMAL, FieldType.WHOLE):
        return bool(assumed == real)
    a, b = Decimal(str(assumed)), Decimal(str(real))
    within = declared.absolute or Decimal(0)
    if declared.percent is not None:
        within = max(within, abs(a) * declared.percent / 100)
    return abs(a - b) <= within


def _same_words(one: str, other: str) -> bool:
    """Whether two texts say the same: 〔2022〕 or [2022], a wide digit, a blank or another dash are no other paper."""
    return public_key(one.translate(_BRACKETS)) == public_key(other.translate(_BRACKETS))


_BRACKETS = str.maketrans("〔〕［］【】（）()", "[][][][][]")


def beyond(found: Sequence[Compared]) -> tuple[str, ...]:
    """The fields that differ beyond their tolerance."""
    return tuple(c.field.id for c in found if not c.holds)
