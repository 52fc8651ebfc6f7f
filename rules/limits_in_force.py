"""The limits that stand for a region on a day (有效时限), as :mod:`rules.limits` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.errors import Fault
from engine.terms import LimitInForce
from rules.layers import View
from rules.loader import PolicyFiles


@dataclass(frozen=True, slots=True)
class LimitFiles:
    """Every limit of every layer, and the newest holiday notice."""

    calendar_known_on: date | None = None

    @classmethod
    def read(cls, files: PolicyFiles, faults: list[Fault]) -> LimitFiles:
        """Read the limits and notices among the files."""
        return cls()

    def turning_days(self) -> Sequence[date]:
        """Days on which a limit changes."""
        return ()

    def in_force(self, view: View, faults: list[Fault]) -> Mapping[str, LimitInForce]:
        """Limits here and today."""
        return {}
