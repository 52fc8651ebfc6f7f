"""Shapes of facts, parameters and conditions (词汇、参数与条件的格式): what policy staff may write, and nothing else.

Every section of a file is a list of entries; each entry is read by itself, so that one mistake hides no other.
Scalars are strict: a word is a word, a number a number, a yes a yes.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from engine.terms import FactType, Scope


def _read_date(raw: Any) -> Any:
    if isinstance(raw, date) or (isinstance(raw, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw)):
        return raw
    raise PydanticCustomError("not_a_day", "应为确实存在的日期，写作 2022-09-30")


Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=80)]
YesNo = Annotated[bool, Field(strict=True)]
Plain = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=80)]
"""A name without a dot: ids with one are made for the groups inside a condition."""
Count = Annotated[int, Field(strict=True, gt=0, le=1000)]
Day = Annotated[date, BeforeValidator(_read_date)]


class Shape(BaseModel):
    """Base of every shape: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class CiteShape(Shape):
    """A legal source (依据); ``quote`` holds the words that matter."""

    instrument: Text
    article: str = ""
    quote: str = ""


class AssumedShape(Shape):
    """What is assumed for want of an instrument (暂定), and the example that it follows."""

    says: Text
    example: str = ""


class Sourced(Shape):
    """Something that needs a source (须有依据): ``cite``, or ``local`` with ``assumed``."""

    cite: tuple[CiteShape, ...] = ()
    local: YesNo = False
    assumed: AssumedShape | None = None


class Dated(Sourced):
    """Something that stands for a time (施行期间), from its first day up to but without its last."""

    effective_from: Day | None = None
    effective_to: Day | None = None

    @model_validator(mode="after")
    def _some_day(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_to <= self.effective_from:
            raise PydanticCustomError("no_day", "止日 effective_to 应晚于施行日 effective_from（止日当天不再施行）")
        return self

    def stands_on(self, on: date) -> bool:
        """Whether it is in force on that day."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on < self.effective_to
        )


class PolicyShape(Shape):
    """What this set of policy files is (政策集): version and title."""

    version: Text
    title: Text
    reviewed_on: Day
    default_region: Name
    not_modelled: tuple[Text, ...] = ()


class RegionShape(Shape):
    """One region (地区), and the one that it lies in; the folder has the same name."""

    id: Name
    title: Text
    code: Annotated[str, StringConstraints(strict=True, pattern=r"^\d{6}$")] | None = None
    within: Name | None = None


class SourceShape(Shape):
    """An instrument that may be cited (文件): its full title, number, and how it was seen."""

    instrument: Text
    number: str = ""
    text_of: Day | None = None
    since: Day | None = None
    seen: Annotated[str, StringConstraints(strict=True, pattern=r"^(read|quoted|known)$")]
    note: str = ""


class DepartmentShape(Shape):
    """A department (部门)."""

    id: Name
    title: Text


class FactShape(Shape):
    """One fact of the vocabulary (事实)."""

    scope: Scope
    id: Name
    title: Text
    title_en: Text
    type: FactType
    unit: str = ""
    allowed: dict[Name, Text] = Field(default_factory=dict)
    format: str = ""
    source: Text
    implied_by: tuple[Name, ...] = ()
    derived: YesNo = False


class LiteralShape(Shape):
    """One literal (条件项): a comparison, another condition, a lift, a count or sum, or a nested group."""

    HEADS: ClassVar[tuple[str, ...]] = (
        "fact",
        "condition",
        "not_",
        "any_building",
        "all_buildings",
        "any_space",
        "all_spaces",
        "any_works",
        "all_works",
        "count",
        "sum",
        "parameter",
        "all",
        "any",
    )
    OPS: ClassVar[tuple[str, ...]] = ("is_", "is_not", "more_than", "at_least", "less_than", "at_most", "in_")

    fact: Text | None = None
    condition: Name | None = None
    not_: LiteralShape | Name | None = Field(None, alias="not")
    any_building: Name | None = None
    all_buildings: Name | None = None
    any_space: Name | None = None
    all_spaces: Name | None = None
    any_works: Name | None = None
    all_works: Name | None = None
    count: Scope | None = None
    sum: Text | None = None
    over: Scope | None = None
    where: Name | None = None
    parameter: Name | None = None
    all: tuple[LiteralShape, ...] | None = None
    any: tuple[LiteralShape, ...] | None = None
    is_: Any = Field(None, alias="is")
    is_not: Any = None
    more_than: Any = None
    at_least: Any = None
    less_than: Any = None
    at_most: Any = None
    in_: Annotated[tuple[Any, ...], Field(min_length=1)] | None = Field(None, alias="in")

    @property
    def head(self) -> str:
        """Which kind of literal this is."""
        return next(h for h in self.HEADS if getattr(self, h) is not None)

    @property
    def op(self) -> str | None:
        """Which comparison it makes, if any."""
        return next((o for o in self.OPS if getattr(self, o) is not None), None)

    @model_validator(mode="after")
    def _one_form(self) -> LiteralShape:
        heads = [h for h in self.HEADS if getattr(self, h) is not None]
        if len(heads) != 1:
            found = "、".join(h.rstrip("_") for h in heads) or "一个也没有"
            raise PydanticCustomError(
                "literal_form",
                "每个条件项须恰好写明下列之一：fact、condition、not、any_building、all_buildings、any_space、all_spaces、"
                "any_works、all_works、count、sum、parameter、all、any（现有：{found}）",
                {"found": found},
            )
        ops = [o for o in self.OPS if getattr(self, o) is not None]
        wants = heads[0] in ("fact", "count", "sum", "parameter")
        if len(ops) != (1 if wants else 0):
            raise PydanticCustomError(
                "literal_op",
                "比较须恰好写一个 is、is_not、more_than、at_least、less_than、at_most、in"
                if wants
                else "“{head}”之后不写比较",
                {"head": heads[0].rstrip("_")},
            )
        if (self.over is None) == (heads[0] == "sum") or (self.where is not None and heads[0] not in ("count", "sum")):
            raise PydanticCustomError("literal_over", "over 与 where 只随 sum（where 亦随 count）书写；sum 须写 over")
        return self


class ConditionShape(Dated):
    """A named condition (条件)."""

    id: Plain
    scope: Scope
    title: str = ""
    says: str = ""
    says_not: str = ""
    all: tuple[LiteralShape, ...] | None = None
    any: tuple[LiteralShape, ...] | None = None
    exception_to: Name | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_junction(self) -> ConditionShape:
        if (self.all is None) == (self.any is None):
            raise PydanticCustomError("junction", "条件须恰好写明 all（全部符合）与 any（任一符合）之一")
        return self


class ParameterValueShape(Dated):
    """One dated value of a parameter (参数值)."""

    value: bool | int | str


class ParameterShape(Shape):
    """A parameter that law or place leaves open (口径参数): declared once, valued by date."""

    id: Name
    title: Text
    type: FactType
    unit: str = ""
    allowed: dict[Name, Text] = Field(default_factory=dict)
    values: tuple[ParameterValueShape, ...] = ()


class SettingShape(ParameterValueShape):
    """A lower layer's value for a parameter declared above (地方取值)."""

    parameter: Name
