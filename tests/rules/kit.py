"""What the tests of policy share: the packaged files, the same with one thing changed, and one decision on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from engine.decision import Decision
from engine.errors import Fault
from engine.facts import read_statement
from engine.policy import PolicyBook
from rules.check import check
from rules.compiler import Policy, compile_policy, packaged_policy
from rules.loader import load_policy, read_files, read_sources
from rules.matching import decide_unweighted

ON = date(2022, 9, 16)

READY: Mapping[str, Any] = {
    "investment": "social",
    "category": "general_industry",
    "planning_check": "passed",
    "completion_accepted_on": "2022-09-01",
    "survey_done": True,
    "quality_report": True,
    "fire_inspection_by_owner": True,
    "used_before_acceptance": False,
    "air_defence_basement": False,
    "archive_scope": True,
    "flammable_explosive": False,
}
"""A project of which everything is in order."""

PLAIN: Mapping[str, Any] = {
    "name": "1号厂房",
    "use": "workshop",
    "floor_area_m2": 6000,
    "height_m": 20,
    "labour_intensive": False,
    "public_building": False,
}
"""A workshop that hits no limb."""


@cache
def sources() -> dict[str, str]:
    """The packaged files."""
    return read_sources()


@cache
def policy() -> Policy:
    """The packaged policy."""
    return packaged_policy()


def changed(path: str, old: str, new: str) -> dict[str, str]:
    """The packaged files with one passage replaced; it must stand there once."""
    text = sources()[path]
    assert text.count(old) == 1, f"{path} has this passage {text.count(old)} times: {old}"
    return {**sources(), path: text.replace(old, new)}


def added(path: str, text: str) -> dict[str, str]:
    """The packaged files and one more."""
    assert path not in sources()
    return {**sources(), path: text}


def line_of(path: str, passage: str, among: Mapping[str, str] | None = None) -> str:
    """``file:line`` of the first line that has a passage."""
    for n, line in enumerate((among or sources())[path].splitlines(), 1):
        if passage in line:
            return f"{path}:{n}"
    raise AssertionError(f"{path} has no line with {passage}")


def faults(files: Mapping[str, str]) -> list[Fault]:
    """Every fault of a set of files."""
    return check(read_files(files))


def compiled(files: Mapping[str, str]) -> Policy:
    """The policy of a set of files that is in order."""
    return compile_policy(load_policy(files))


def decided(
    facts: Mapping[str, Any] | None = None,
    buildings: Sequence[Mapping[str, Any]] | None = None,
    units: Sequence[str] | None = None,
    *,
    on: date = ON,
    book: PolicyBook | None = None,
) -> Decision:
    """The decision on a project in order but for what is said here; a fact of None is left out."""
    book = book or policy().as_of(on)
    raw: dict[str, Any] = {"facts": {**READY, **(facts or {})}}
    if buildings is not None:
        raw["buildings"] = list(buildings)
    if units is not None:
        raw["units"] = list(units)
    return decide_unweighted(book, read_statement(raw, book.vocabulary, on), "joint-acceptance")


def building(**facts: Any) -> dict[str, Any]:
    """The plain workshop but for what is said here."""
    return {**PLAIN, **facts}
