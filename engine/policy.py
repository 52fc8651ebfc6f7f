"""The policy as deciding reads it (政策): items, services, and the book of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from engine.conditions import Conditions
from engine.terms import Assumed, Beforehand, Cite, Firm, LimitInForce, Vocabulary

RESULT = ".result"
"""Ending of the document that every item makes (办理结果): ``<item>.result``."""
EXTENSION = ".extension"
"""Ending of the document that makes a result last longer (准予延期): ``<item>.extension``."""


class ItemKind(StrEnum):
    """Kind of an item (事项类型)."""

    LICENCE = "licence"
    FILING = "filing"
    CONFIRMATION = "confirmation"
    REVIEW = "review"
    GOVERNMENT = "government"
    UTILITY = "utility"
    OWN_DUTY = "own_duty"


BINDING = (ItemKind.LICENCE, ItemKind.FILING, ItemKind.CONFIRMATION)
"""Kinds of items whose result has legal effect unless the policy says otherwise."""


@dataclass(frozen=True, slots=True)
class Material:
    """A paper that an item needs (材料), how firmly, and under which condition (None: always)."""

    id: str
    title: str
    firm: Firm = Firm.REQUIRED
    when: str | None = None
    cite: tuple[Cite, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """Typed fields of the paper: field id → fact type."""
    local: bool = False
    assumed: Assumed | None = None
    made_by: str = ""
    """The item whose result it is (由哪个事项作出): once that is there, nobody is asked for the paper again."""

    def offered_by(self, items: Mapping[str, Item]) -> tuple[str, ...]:
        """The documents that will do in its place: the item's result, and the papers that the item makes."""
        maker = items.get(self.made_by)
        return (self.made_by + RESULT, *maker.makes) if maker else ()


@dataclass(frozen=True, slots=True)
class ItemLimit:
    """One limit of an item; with ``when``, only under that condition; ``binds`` as :class:`LimitInForce` has it."""

    limit: str
    when: str | None = None
    binds: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One document that an item needs from another step (前置): ``one_of`` is met by whichever applies."""

    one_of: tuple[str, ...]
    firm: Firm = Firm.REQUIRED
    when: str | None = None
    cite: tuple[Cite, ...] = ()
    group: str = ""
    """Name of what several documents stand for alike (前置组), such as LAND for a land contract or an allocation."""
    local: bool = False
    assumed: Assumed | None = None
    instance: str = ""
    """The instance that is meant (分项), where the maker has several; empty: its own counterpart, else all of them."""
    beforehand: Beforehand | None = None
    """Where all other review may be finished before the document arrives (预先完成)."""


class LapseEffect(StrEnum):
    """What becomes of a result whose time ran out (逾期后果): it is void by itself, or must be looked at again before use."""

    VOID = "void"
    RECHECK = "recheck"


@dataclass(frozen=True, slots=True)
class Lapse:
    """What becomes of an item's result when a time runs out (失效规则): the limit, by id, and what the law then says.

    With an ``effect`` it comes by itself: the limit runs from the day of the result until one of the documents ``until``
    is there; ``warn`` is how many working days before its end people are told, ``longer`` that of one extension, ``times`` how often.
    """

    limit: str
    says: str
    cite: tuple[Cite, ...] = ()
    effect: LapseEffect | None = None
    until: tuple[str, ...] = ()
    warn: int | None = None
    longer: str | None = None
    times: int = 0


@dataclass(frozen=True, slots=True)
class Instance:
    """One of several instances of an item (分项), such as the pit's construction permit.

    Its needs come on top of the item's; its limits stand in the place of the item's of the same kind; its lapse rules and
    its days in the place of the item's.
    """

    id: str
    title: str
    when: str | None = None
    needs: tuple[Need, ...] = ()
    limits: tuple[ItemLimit, ...] = ()
    lapse: tuple[Lapse, ...] = ()
    days: LimitInForce | None = None


@dataclass(frozen=True, slots=True)
class Spreading:
    """Which instances there are: those ``listed``, or one for each building, or one for each name that a fact lists."""

    listed: tuple[Instance, ...] = ()
    each_building: bool = False
    names: str = ""
    """The project's fact (text) that lists the names, such as the contracts (标段)."""
    cite: tuple[Cite, ...] = ()
    local: bool = False
    assumed: Assumed | None = None


@dataclass(frozen=True, slots=True)
class Instances:
    """In how many instances an item is had (分项办理): the fact that says by what, and for each of its values which."""

    by: str
    where: Mapping[str, Spreading]


class Simulated(StrEnum):
    """Whether an item may be reviewed before the land is had (可否模拟审批)."""

    YES = "yes"
    NO = "no"
    AREA = "area"
    """Answered for a whole area beforehand (区域评估)."""
    PRE_REVIEW = "pre_review"
    """Looked through beforehand, handled formally later (预审)."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the catalogue (事项): who decides, of what kind, by which law, when it applies."""

    id: str
    title: str
    department: str
    kind: ItemKind
    applies: str
    """Project-scope condition."""
    hits: str | None = None
    """Building-scope condition naming the buildings that make it apply."""
    cite: tuple[Cite, ...] = ()
    materials: tuple[Material, ...] = ()
    limits: tuple[ItemLimit, ...] = ()
    needs: tuple[Need, ...] = ()
    needs_visit: bool = False
    contested: str = ""
    not_modelled: str = ""
    makes: tuple[str, ...] = ()
    """Documents that it makes beside its own ``<id>.result``."""
    legal_effect: bool = False
    """Whether its result binds (有法律效力): such a step stands on no open assumption."""
    simulated: Simulated = Simulated.NO
    days: LimitInForce | None = None
    """How long it takes (估计用时) where no limit says so: the owner's steps, the works."""
    lapse: tuple[Lapse, ...] = ()
    instances: Instances | None = None
    """None: it is had once, as a whole."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A precondition of a service (前提条件): a project-scope condition that must hold."""

    condition: str
    example: str = ""
    local: bool = False
    at_intake: bool = False
    """Whether it is asked for when the case is taken in, and not afterwards (只在受理时核对)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A warning that a certainly true condition raises (提示)."""

    code: str
    condition: str
    says: str
    cite: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """An item in a service, and the part that it plays there (precondition, opinion, result, or none)."""

    item: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the window (服务) as far as deciding goes; its procedure stands beside it."""

    id: str
    title: str
    requires: tuple[Requirement, ...] = ()
    any_item: bool = False
    """Eligible when at least one of its items applies, instead of by ``requires``."""
    items: tuple[ServiceItem, ...] = ()
    alerts: tuple[Alert, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    """Groups of items of which at most one may apply."""
    simulated: bool = False
    """Whether something in it is only simulated (模拟审批); who may have it is in ``requires``."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policy as it stands on a day (政策集): everything that deciding reads."""

    version: str
    digest: str
    on: date
    vocabulary: Vocabulary
    conditions: Conditions
    items: Mapping[str, Item]
    limits: Mapping[str, LimitInForce]
    services: Mapping[str, Service]
    departments: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    calendar_known_on: date | None = None
