"""Shapes of items, services and their procedures (事项、服务与流程的格式)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from engine.assumed import FailedBy, FieldType
from engine.policy import ItemKind, LapseEffect, Simulated
from engine.procedure import LOCAL_STOPS, Dimension, GuardKind, Party, StepKind
from engine.terms import FactType, Firm, Force, Unit
from rules.schema import Count, Dated, Name, Shape, Sourced, Text, YesNo


class MaterialShape(Sourced):
    """A paper (材料)."""

    id: Name
    title: Text
    firm: Firm
    when: Name | None = None
    fields: dict[Name, FactType] = Field(default_factory=dict)
    made_by: Name | None = None


class ItemLimitShape(Shape):
    """A limit of an item (事项时限), under a condition if named; ``binds: owner`` for a duty of the owner's."""

    limit: Name
    when: Name | None = None
    binds: Annotated[str, StringConstraints(strict=True, pattern=r"^owner$")] | None = None


Group = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2,20}$")]
InstanceId = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
"""Id of an instance (分项代号): the part of a step's id after the colon, so that it has none itself."""


class NeedShape(Sourced):
    """A document needed from another step (前置).

    A ``group`` names what its members stand for alike, ``instance`` which of the maker's instances (分项) is meant.
    """

    doc: Name | None = None
    one_of: tuple[Name, ...] = ()
    group: Group | None = None
    firm: Firm = Firm.REQUIRED
    when: Name | None = None
    instance: InstanceId | None = None

    @model_validator(mode="after")
    def _one(self) -> NeedShape:
        if (self.doc is None) == (not self.one_of):
            raise PydanticCustomError("need_form", "前置须恰好写明 doc（一份）与 one_of（任一份）之一")
        return self


class DaysShape(Sourced):
    """How long a step takes (估计用时) that no limit binds."""

    days: Count
    unit: Unit


class LongerShape(Shape):
    """How a result is made to last longer (延期): the limit of one extension, and how often there may be one."""

    limit: Name
    times: Annotated[int, Field(strict=True, ge=1, le=9)]


class LapseShape(Sourced):
    """What becomes of a result when a time runs out (失效规则); the time is one of the limits.

    Without ``effect`` the rule is only said. With it, the time runs from the result's day ``until`` one of the documents is
    there, is warned of before (``warn``), and may be made longer.
    """

    limit: Name
    says: Text
    effect: LapseEffect | None = None
    until: tuple[Name, ...] = ()
    warn: Name | None = None
    longer: LongerShape | None = None

    @model_validator(mode="after")
    def _comes_by_itself(self) -> LapseShape:
        if (self.effect is None) != (not self.until) or (self.effect is None and (self.warn or self.longer)):
            raise PydanticCustomError(
                "lapse_form",
                "会自行失效的写明 effect（void 失效或 recheck 须重新审核）与 until（到哪份文书为止）；否则两者都不写",
            )
        return self


class InstanceShape(Shape):
    """One instance of an item (分项): needs on top of the item's, limits, lapse rules and days in the place of the item's."""

    id: InstanceId
    title: Text
    when: Name | None = None
    needs: tuple[NeedShape, ...] = ()
    limits: tuple[ItemLimitShape, ...] = ()
    lapse: tuple[LapseShape, ...] = ()
    days: DaysShape | None = None


class SpreadShape(Sourced):
    """Which instances there are (有哪些分项): listed here, one each building, or by the names that a fact lists."""

    listed: tuple[InstanceShape, ...] = ()
    each: Annotated[str, StringConstraints(strict=True, pattern=r"^building$")] | None = None
    names: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> SpreadShape:
        if [bool(self.listed), self.each is not None, self.names is not None].count(True) != 1:
            raise PydanticCustomError(
                "spread_form", "分项须恰好写明 listed（逐项列出）、each: building（每栋一项）与 names（由事实列出）之一"
            )
        return self


class InstancesShape(Shape):
    """In how many instances an item is had (分项办理): the fact that says by what, and for its values which there are."""

    by: Name
    where: Annotated[dict[Name, SpreadShape], Field(min_length=1)]


class BeforehandShape(Sourced):
    """A needed document before whose arrival all other review may be finished (预先完成); of one ``group`` alone if named."""

    doc: Name
    group: Group | None = None


class ItemShape(Dated):
    """An entry of the catalogue (事项), or a step that is none: the owner's own work, the works (START)."""

    id: Annotated[str, StringConstraints(strict=True, pattern=r"^([A-Z]\d{2}|START)$")]
    title: Text
    department: Name
    kind: ItemKind
    applies: Name
    hits: Name | None = None
    materials: tuple[MaterialShape, ...] = ()
    limits: tuple[ItemLimitShape, ...] = ()
    needs: tuple[NeedShape, ...] = ()
    makes: tuple[Name, ...] = ()
    needs_visit: YesNo = False
    contested: str = ""
    not_modelled: str = ""
    legal_effect: YesNo | None = None
    simulated: Simulated = Simulated.NO
    days: DaysShape | None = None
    lapse: tuple[LapseShape, ...] = ()
    instances: InstancesShape | None = None
    beforehand: tuple[BeforehandShape, ...] = ()


class SupplementShape(Dated):
    """What a lower layer adds to an item (地方补充): papers, limits, a site visit, what may be finished beforehand.

    It takes nothing away.
    """

    item: Name
    materials: tuple[MaterialShape, ...] = ()
    limits: tuple[ItemLimitShape, ...] = ()
    beforehand: tuple[BeforehandShape, ...] = ()
    needs_visit: YesNo = False


class RequirementShape(Shape):
    """A precondition of a service (前提条件)."""

    condition: Name
    example: str = ""
    local: YesNo = False
    at_intake: YesNo = False


class AlertShape(Sourced):
    """A warning (提示) while a condition certainly holds."""

    code: Name
    condition: Name
    says: Text


class ParameterTestShape(Shape):
    """A test of a parameter (参数为某值时)."""

    parameter: Name
    is_: bool | int | str = Field(alias="is")


class ServiceItemShape(Shape):
    """An item in a service and its part there (事项在服务中的角色)."""

    item: Name
    part: Annotated[str, StringConstraints(strict=True, pattern=r"^(precondition|opinion|result)$")] | None = None
    part_when: ParameterTestShape | None = None


class GuardShape(Shape):
    """A guard in its long form (适用条件)."""

    any: Text | None = None
    all: Text | None = None

    @property
    def kind(self) -> GuardKind:
        """Whether any or all verdicts are meant."""
        return GuardKind.ANY_VERDICT if self.any is not None else GuardKind.ALL_VERDICTS


class StepNeedShape(Sourced):
    """A need in its long form (所需文书)."""

    doc: Text
    firm: Firm = Firm.REQUIRED


class OnFailShape(Shape):
    """What answers a failure (不合格的处理)."""

    answer: Name
    failures: Count
    by: Party | None = None
    within: Name | None = None


class StepShape(Sourced):
    """One step (环节)."""

    kind: StepKind
    by: Party
    makes: Name
    title: str = ""
    each: tuple[Dimension, ...] = ()
    per: tuple[Dimension, ...] = ()
    with_: Party | None = Field(None, alias="with")
    items: str | None = None
    when: GuardShape | Text | None = None
    needs: tuple[StepNeedShape | Text, ...] = ()
    after: tuple[Text, ...] = ()
    checks: tuple[Text, ...] = ()
    on_fail: OnFailShape | None = None
    refuses: Name | None = None
    form: Name | None = None
    limit: Name | None = None
    force: Force = Force.FORMAL
    converts: Name | None = None
    two_people: YesNo = False
    results: YesNo = False


class FormShape(Sourced):
    """A paper that is handed out (证书样式)."""

    id: Name
    title: Text
    series: Annotated[
        str, StringConstraints(strict=True, pattern=r"^[A-Za-z][A-Za-z0-9_.-]*(\{item\})?$", max_length=80)
    ]
    number: Text
    issuer: Name
    effect: Text
    template: Name


LocalStop = Annotated[str, StringConstraints(strict=True, pattern=f"^({'|'.join(LOCAL_STOPS)})$")]


Tolerance = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=4)]


class AssumedFieldShape(Shape):
    """A field of an assumed paper (假设的字段): its type, the tolerance, which items look at it, how it fails, whether it is public."""

    title: Text
    type: FieldType = FieldType.TEXT
    key: YesNo = False
    percent: Tolerance | None = None
    absolute: Tolerance | None = None
    items: tuple[Name, ...] = ()
    failure: Name | None = None
    public: YesNo = False

    @model_validator(mode="after")
    def _measurable(self) -> AssumedFieldShape:
        if (self.percent is not None or self.absolute is not None) and self.type not in _NUMBERS:
            raise PydanticCustomError("tolerance", "只有数（decimal、whole）才能写容差 percent、absolute")
        return self


_NUMBERS = (FieldType.DECIMAL, FieldType.WHOLE)


class AssumedPaperShape(Sourced):
    """A paper that may be assumed (可假设的文书) and its fields."""

    title: Text
    fields: dict[Name, AssumedFieldShape]


class FailureShape(Sourced):
    """A way in which simulated opinions fail (失效情形)."""

    title: Text
    by: FailedBy
    ends: YesNo = False
    facts: dict[Name, Tolerance] = Field(default_factory=dict)
    items: tuple[Name, ...] = ()
    conditions: tuple[Name, ...] = ()
    of: Annotated[str, StringConstraints(strict=True, pattern=r"^(items|documents)$")] | None = None


class BuiltCheckShape(Sourced):
    """What was permitted and built, compared at acceptance (许可与建成比对); ``permitted`` and ``built`` read ``paper.field``."""

    title: Text
    fact: Name
    items: tuple[Name, ...] = Field(min_length=1)
    permission: Text
    permitted: Text
    built: Text
    tolerance: Name


class ProcedureShape(Dated):
    """The steps of a service (流程)."""

    steps: dict[Name, StepShape]
    limit: Name | None = None
    cap: Name | None = None
    lead: str = ""
    forms: tuple[FormShape, ...] = ()
    kept_after_lapse: str = ""
    local_stops: tuple[LocalStop, ...] = ()
    assumes: dict[Name, AssumedPaperShape] = Field(default_factory=dict)
    failures: dict[Name, FailureShape] = Field(default_factory=dict)
    compares: dict[Name, BuiltCheckShape] = Field(default_factory=dict)
    valid: Name | None = None
    warn: Name | None = None


class ServiceShape(Shape):
    """A service (服务); ``extends`` where a lower layer adds to one that stands above."""

    id: Name | None = None
    extends: Name | None = None
    title: str = ""
    requires: tuple[RequirementShape, ...] = ()
    any_item: YesNo = False
    items: tuple[ServiceItemShape, ...] = ()
    alerts: tuple[AlertShape, ...] = ()
    exclusive: tuple[tuple[Name, ...], ...] = ()
    procedure: ProcedureShape | None = None

    @model_validator(mode="after")
    def _named(self) -> ServiceShape:
        if (self.id is None) == (self.extends is None):
            raise PydanticCustomError(
                "service_form", "服务须恰好写明 id（新的服务）与 extends（补充上级已有的服务）之一"
            )
        if self.id is not None and not self.title:
            raise PydanticCustomError("service_title", "新的服务须写明 title")
        return self
