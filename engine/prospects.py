"""What would follow if an assumption failed (失效的后果预告), told to the owner while everything still holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.assumed import AssumedPaper, FailedBy, Failure
from engine.commands import Desk
from engine.dossier import FACT, About, DocVersion, Dossier, Standing
from engine.simulation import converted, fact_title, redo_of, simulated_opinions


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would follow if an assumption failed (失效的后果预告), told while everything still holds."""

    failure: Failure
    paper: str
    """With fields: the paper that they are of."""
    fields: tuple[tuple[str, str], ...]
    """Fields or facts, each with its title, any of which brings it about; empty where it is not about one."""
    opinions: tuple[DocVersion, ...]
    redo: Sequence[dict[str, Any]]
    cost_days: int


def prospects(desk: Desk) -> Iterator[Prospect]:
    """Every way in which what is simulated and not yet turned formal may still fail, in the order of the policy."""
    state = desk.state
    given = [v for v in simulated_opinions(state) if v.passes and not desk.reading.stale(v)]
    standing = sorted((v for v in given if converted(state, v) is None), key=lambda v: (v.about.item, v.id))
    if state.ending is not None or not standing:
        return
    for failure in desk.law.procedure.failures:
        for paper, fields, hit in _what_could(desk, failure, standing):
            yield Prospect(failure, paper, fields, hit, *redo_of(desk, failure, hit))


_Could = tuple[str, tuple[tuple[str, str], ...], tuple[DocVersion, ...]]


def _what_could(desk: Desk, failure: Failure, standing: Sequence[DocVersion]) -> Iterator[_Could]:
    """Which fields or facts hit which opinions; those that hit the same ones are told together."""
    if failure.by not in (FailedBy.FIELDS, FailedBy.FACTS):
        yield "", (), tuple(standing)
        return
    told: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = {}
    by_id = {v.id: v for v in standing}
    for paper, name, title, hit in _fields_of(desk, failure, standing):
        told.setdefault((paper, tuple(v.id for v in hit)), []).append((name, title))
    for (paper, ids), fields in told.items():
        if ids:
            yield paper, tuple(fields), tuple(by_id[i] for i in ids)


def _fields_of(
    desk: Desk, failure: Failure, standing: Sequence[DocVersion]
) -> Iterator[tuple[str, str, str, list[DocVersion]]]:
    dossier, procedure = desk.state.dossier, desk.law.procedure
    if failure.by is FailedBy.FACTS:
        for fact in failure.facts:
            reads = {n for n, v in dossier.versions.items() if v.kind == FACT + fact}
            yield (
                "",
                fact,
                fact_title(desk, fact),
                [v for v in standing if v.about.item in failure.items or reads & set(v.read)],
            )
        return
    default = next(iter(procedure.failing(FailedBy.FIELDS)), None)
    for paper in procedure.assumes:
        now = dossier.current(paper.doc, About())
        for each in paper.fields if now is not None and now.standing is Standing.ASSUMED else ():
            if not each.key and (each.failure or (default.id if default else "")) == failure.id:
                hit = [v for v in standing for n, at in v.stands_on.items() if _of(dossier, n, paper) and each.id in at]
                yield paper.doc, each.id, each.title, hit


def _of(dossier: Dossier, version: str, paper: AssumedPaper) -> bool:
    return dossier.versions[version].kind == paper.doc
