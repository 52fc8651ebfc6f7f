"""The numbers and articles that a clock is judged by (计时规则的依据): told to the clock, checked against the policy data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.clock_events import Approver, Kind, Reason
from engine.terms import Cite

LAW = "中华人民共和国行政许可法"

STATUTORY_REASONS = frozenset(list(Reason)[:8])
"""听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审: the reasons of 行政许可法第四十五条, and no others."""


@dataclass(frozen=True, slots=True)
class Extension:
    """What the law says of extending a limit (延期): who approves, and by how many days at most."""

    approver: Approver
    days: int
    cite: Cite


@dataclass(frozen=True, slots=True)
class ClockLaw:
    """The legal figures that a judgement needs (计时依据): days for the notice and the delivery, and the extensions."""

    notice_days: int
    delivery_days: int
    extensions: Mapping[Kind, Extension]
    notice: Cite = field(default=Cite(LAW, "第三十二条第一款第四项"))
    corrections: Cite = field(default=Cite(LAW, "第三十二条第一款第五项"))
    limit: Mapping[Kind, Cite] = field(
        default_factory=lambda: {Kind.LICENCE: Cite(LAW, "第四十二条第一款"), Kind.JOINT: Cite(LAW, "第四十二条第二款")}
    )
    delivery: Cite = field(default=Cite(LAW, "第四十四条"))
    stops: Cite = field(default=Cite(LAW, "第四十五条"))
    once: Cite = field(default=Cite(LAW, "第七十二条"))
    renewal: Cite = field(default=Cite(LAW, "第五十条第二款"))
    promise: Cite = field(default=Cite("优化营商环境条例", "第三十六条第二款"))


LICENSING_LAW = ClockLaw(
    notice_days=5,
    delivery_days=10,
    extensions={
        Kind.LICENCE: Extension(Approver.AGENCY_HEAD, 10, Cite(LAW, "第四十二条第一款")),
        Kind.JOINT: Extension(Approver.GOVERNMENT_HEAD, 15, Cite(LAW, "第四十二条第二款")),
    },
)
"""行政许可法 of 2004-07-01 as it stands. ``rules/policy/national/limits.yaml`` says the same; a test keeps them equal."""
