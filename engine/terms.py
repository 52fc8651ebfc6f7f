"""The words of the field: facts (事实), citations (依据), units of time (计时单位), and how a value is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LARGEST = 2**53 - 1
"""No number in a fact, scaled to hundredths, may be larger: both engines hold it exactly."""


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


NO_FORCE = "模拟审批，无行政许可效力"
"""Said wherever something simulated is shown (无行政许可效力)."""


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


@dataclass(frozen=True, slots=True)
class Beforehand:
    """Leave to finish all other review first and to decide once a document arrives (预先完成), and by which clause."""

    cite: tuple[Cite, ...] = ()
    local: bool = False
    assumed: Assumed | None = None


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
