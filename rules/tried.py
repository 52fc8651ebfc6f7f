"""What a feature tried on a plan (试算的结果): single changes, sets of assumptions, samples, and what was observed for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.frontier import Adopted
from engine.sampling import Distribution
from engine.whatif import WhatIf


@dataclass
class Tried:
    """Each as it was last tried; None before it is."""

    what_if: WhatIf | None = None
    frontier: list[Adopted] = field(default_factory=list)
    drawn: Distribution | None = None
    observed: dict[str, list[int]] = field(default_factory=dict)
    """Working days that steps really took, by step."""
