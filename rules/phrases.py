"""The words of features (语句): few and general, each one line of Chinese that calls the same functions as the service.

``PHRASES`` is the whole list; pytest-bdd only registers it. ``nearest`` names the phrase that an unknown one is closest to.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from rules import (
    phrases_built,
    phrases_capacity,
    phrases_case,
    phrases_clock,
    phrases_decision,
    phrases_facts,
    phrases_lapse,
    phrases_plan,
    phrases_simulated,
    phrases_standing,
    phrases_whatif,
)
from rules.phrases_kit import Phrase, Rows
from rules.world import World

PHRASES: tuple[Phrase, ...] = (
    *phrases_facts.PHRASES,
    *phrases_decision.PHRASES,
    *phrases_clock.PHRASES,
    *phrases_case.PHRASES,
    *phrases_plan.PHRASES,
    *phrases_whatif.PHRASES,
    *phrases_simulated.PHRASES,
    *phrases_standing.PHRASES,
    *phrases_lapse.PHRASES,
    *phrases_capacity.PHRASES,
    *phrases_built.PHRASES,
)


def find(text: str) -> tuple[Phrase, dict[str, str | None]] | None:
    """The phrase that a step is, and its words; None where nobody knows it."""
    for phrase in PHRASES:
        words = phrase.match(text)
        if words is not None:
            return phrase, words
    return None


def nearest(text: str) -> str:
    """The example of the phrase that a text is closest to."""
    return max((p.example for p in PHRASES), key=lambda e: SequenceMatcher(None, e, text).ratio())


def unknown(text: str) -> str:
    """What is said of a phrase that nobody knows, in Chinese."""
    return f"不认识的语句“{text}”。最接近的是“{nearest(text)}”。"


def perform(world: World, text: str, rows: Rows | None = None) -> None:
    """Do one step of a feature.

    Raises:
        LookupError: nobody knows the phrase; the error names the nearest one.
    """
    found = find(text)
    if found is None:
        raise LookupError(unknown(text))
    phrase, words = found
    phrase.do(world, words, rows)
