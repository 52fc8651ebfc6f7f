"""What a case keeps of single events (办件中的记载): stops, extensions, the one asking, papers handed out, the ending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.events import EventKind
from engine.terms import Force


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the clock (停表): for which item, why, from which day to which (None: still stopped)."""

    task: str
    item: str
    reason: str
    written_notice: bool
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension of the bundle's or an item's limit (延长), as it was approved."""

    on: date
    days: int
    approved_by: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The one notice of everything that is missing (一次告知): materials and facts, and when it was given."""

    on: date
    materials: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str, str], ...]
    """Fact id, building (empty: the project), title."""
    supplied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ended (办结情形)."""

    kind: EventKind
    on: date
    says: str
    seq: int
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper that a case has handed out (出具的证书、意见书): by which task, what it says, sealed, withdrawn."""

    task: str
    content: Mapping[str, Any]
    seq: int
    sealed: Mapping[str, Any] | None = None
    withdrawn: Mapping[str, Any] | None = None

    @property
    def number(self) -> str:
        """Its number for people (文号)."""
        return str(self.content["number"])

    @property
    def simulated(self) -> bool:
        """Whether it has no legal effect (模拟)."""
        return self.content.get("force") == Force.SIMULATED.value
