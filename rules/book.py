"""One policy book out of what stands for a region on a day (政策集汇编)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.decision import PolicyBook
from engine.errors import Fault
from engine.procedure import Procedure
from rules.conditions import Builder
from rules.items import Names, departments_of, items_of, services_of
from rules.layers import View
from rules.limits_in_force import LimitFiles
from rules.procedures import procedures_of
from rules.terms import vocabulary_of


@dataclass(frozen=True, slots=True)
class Built:
    """A book and the procedures that stand beside it."""

    book: PolicyBook
    procedures: Mapping[str, Procedure]


def build(
    view: View, limits: LimitFiles, faults: list[Fault], *, digest: str = "", calendar_known_on: date | None = None
) -> Built:
    """Build the book of a view; every mistake met on the way goes to ``faults``."""
    vocabulary = vocabulary_of(view)
    parameters = view.parameters(faults)
    builder = Builder(view, vocabulary, parameters, faults)
    conditions = builder.build()
    declared = limits.of(view, faults)
    in_force = {limit.id: here for limit in declared.values() if (here := limit.in_force(view.on))}
    written = {p.entry.id: p.entry.scope for p in view.of("conditions")}
    titles = {p.entry.id: p.entry.title for p in view.of("conditions")}
    names = Names(view, written, titles, in_force, frozenset(declared), departments_of(view), parameters, faults)
    items = items_of(names)
    services = services_of(names, items)
    policy = next((p.entry for p in view.files.of("policy")), None)
    book = PolicyBook(
        policy.version if policy else "", digest, view.on, vocabulary, conditions, items, in_force, services,
        names.departments, parameters, calendar_known_on,
    )
    return Built(book, procedures_of(names))
