"""What was permitted beside what was built (许可与建成比对): compared at acceptance, with a tolerance that policy states.

As permitted is what the permit's paper says; where the permit was made here, the facts as they stood when it was made. As
built is what the survey says, else the facts as they stand now. A difference beyond the tolerance decides nothing by itself:
the department may still pass the works, but then it says on what ground (城乡规划法第四十五条第一款).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.dossier import FACT, About, DocVersion, Dossier
from engine.terms import Assumed, Cite, Truth

HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class BuiltCheck:
    """One measure of the buildings that is compared (比对项目), such as the floor area; ``fact`` is a decimal that adds up."""

    id: str
    title: str
    fact: str
    items: tuple[str, ...]
    """Whose opinion rests on it."""
    permission: str
    """The result that permits it, such as ``B02.result``."""
    permitted: tuple[str, str]
    """Paper and field that say what was permitted, where the permit was made elsewhere."""
    built: tuple[str, str]
    """Paper and field that say what was built."""
    percent: Decimal
    """How far built may be from permitted, in percent of what was permitted (容差)."""
    cite: tuple[Cite, ...] = ()
    assumed: Assumed | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure, permitted and built beside one another; ``building`` is empty for all that the case is about."""

    check: BuiltCheck
    building: str
    permitted: Decimal | None
    built: Decimal | None

    @property
    def holds(self) -> Truth:
        """Whether built is within tolerance of permitted; unknown where either is not known."""
        if self.permitted is None or self.built is None:
            return Truth.UNKNOWN
        apart = abs(self.built - self.permitted) * 100
        return Truth.NO if apart > self.permitted * self.check.percent else Truth.YES

    @property
    def permitted_says(self) -> str:
        """The number as people read it, exact; 未知 where it is not known."""
        return _plain(self.permitted)

    @property
    def built_says(self) -> str:
        """The number as people read it, exact; 未知 where it is not known."""
        return _plain(self.built)

    @property
    def says(self) -> str:
        """In Chinese, for tables and refusals."""
        holds = {Truth.YES: "在容差以内", Truth.NO: "超出容差", Truth.UNKNOWN: "尚不能比对"}[self.holds]
        name = f"{self.building}{self.check.title}"
        return f"{name}：许可{self.permitted_says}，建成{self.built_says}，容差±{self.check.percent}%，{holds}"

    def as_json(self) -> dict[str, Any]:
        """For tables; numbers as exact text, null where not known."""
        return {
            "check": self.check.id,
            "title": self.check.title,
            "building": self.building,
            "permitted": None if self.permitted is None else self.permitted_says,
            "built": None if self.built is None else self.built_says,
            "tolerance": f"±{self.check.percent}%",
            "holds": self.holds.value,
            "says": self.says,
        }


def measure(
    dossier: Dossier, checks: Iterable[BuiltCheck], buildings: Sequence[str], *, whole: bool
) -> tuple[Measured, ...]:
    """Every check over the buildings of a case, in all and, where there are several, one by one; without what nobody knows.

    ``whole``: the case is about all the works, so that what the permit's paper says in all speaks of the same buildings.
    """
    rows = (row for check in checks for row in _measured(dossier, check, buildings, whole))
    return tuple(row for row in rows if row.permitted is not None or row.built is not None)


def looked_at(dossier: Dossier, check: BuiltCheck, buildings: Sequence[str]) -> Iterator[DocVersion]:
    """The documents that a check reads, as they now stand: an opinion that rests on it is stale once one differs.

    Nothing while nobody knows what was permitted: there is nothing to compare with.
    """
    if not _made_here(dossier, check) and _stated(dossier, check.permitted) is None:
        return
    slots = [(check.permission, About()), *((paper, About()) for paper, _ in (check.permitted, check.built))]
    slots += [(FACT + check.fact, About(building=name)) for name in buildings]
    for kind, about in slots:
        if (now := dossier.current(kind, about)) is not None:
            yield now


def _measured(dossier: Dossier, check: BuiltCheck, buildings: Sequence[str], whole: bool) -> Iterator[Measured]:
    before = _as_permitted(dossier, check, buildings)
    now = [_value(dossier.current(FACT + check.fact, About(building=name))) for name in buildings]
    stated = _stated(dossier, check.permitted) if whole else None
    surveyed = _stated(dossier, check.built)
    yield Measured(
        check,
        "",
        _sum(before) if stated is None else stated,
        _sum(now) if surveyed is None else surveyed,
    )
    if len(buildings) > 1:
        for name, permitted, built in zip(buildings, before, now, strict=True):
            yield Measured(check, name, permitted, built)


def _as_permitted(dossier: Dossier, check: BuiltCheck, buildings: Sequence[str]) -> list[Decimal | None]:
    """The fact of each building as it stood when a case here made the permit; None where that is not known."""
    permit = _made_here(dossier, check)
    if permit is None:
        return [None for _ in buildings]
    stood: dict[str, DocVersion] = {}
    for version in dossier.versions.values():  # in the order in which they came
        if version.id == permit.id:
            break
        if version.kind == FACT + check.fact:
            stood[version.about.building] = version
    return [_value(stood.get(name)) for name in buildings]


def _made_here(dossier: Dossier, check: BuiltCheck) -> DocVersion | None:
    permit = dossier.current(check.permission, About())
    return permit if permit is not None and permit.fields.get("case") else None


def _value(version: DocVersion | None) -> Decimal | None:
    value = version.fields.get("value") if version is not None else None
    return Decimal(value) / HUNDREDTHS if isinstance(value, int) and not isinstance(value, bool) else None


def _stated(dossier: Dossier, where: tuple[str, str]) -> Decimal | None:
    paper = dossier.current(where[0], About())
    value = paper.fields.get(where[1]) if paper is not None else None
    return None if value in (None, "") else Decimal(str(value))


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [v for v in values if v is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _plain(value: Decimal | None) -> str:
    return "未知" if value is None else f"{value.normalize():f}"
