"""One policy book out of what stands for a region on a day (政策集汇编)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.conditions import Conditions
from engine.errors import Fault
from engine.policy import PolicyBook
from engine.procedure import Procedure
from engine.terms import Vocabulary
from rules.conditions import Builder
from rules.item_parts import Names
from rules.items import departments_of, items_of, services_of
from rules.layers import View
from rules.limits_in_force import LimitFiles
from rules.procedures import procedures_of
from rules.terms import vocabulary_of

Words = tuple[Vocabulary, Mapping[str, Any], Conditions]
"""Vocabulary, parameters and conditions: what stands as long as none of their entries begins or ends."""

WORDS_OF = ("facts", "parameters", "settings", "conditions")


@dataclass(frozen=True, slots=True)
class Built:
    """A book and the procedures that stand beside it."""

    book: PolicyBook
    procedures: Mapping[str, Procedure]


def build(
    view: View, limits: LimitFiles, faults: list[Fault], words: dict[tuple[int, ...], Words], digest: str = ""
) -> Built:
    """Build the book of a view; every mistake met on the way goes to ``faults``.

    ``words`` keeps what was compiled before: most days on which something changes change a limit alone.
    """
    dated = (value for placed in view.of("parameters") for value in placed.entry.values if value.stands_on(view.on))
    key = (*(id(placed) for section in WORDS_OF for placed in view.of(section)), *map(id, dated))
    if key not in words:
        words[key] = _words(view, faults)
    vocabulary, parameters, conditions = words[key]
    declared = limits.of(view, faults)
    in_force = {limit.id: here for limit in declared.values() if (here := limit.in_force(view.on))}
    written = {p.entry.id: p.entry.scope for p in view.of("conditions")}
    titles = {p.entry.id: p.entry.title for p in view.of("conditions")}
    names = Names(
        view, written, titles, in_force, frozenset(declared) | limits.broken, departments_of(view), parameters, faults
    )
    items = items_of(names)
    services = services_of(names, items)
    policy = next((p.entry for p in view.files.of("policy")), None)
    book = PolicyBook(
        policy.version if policy else "",
        digest,
        view.on,
        vocabulary,
        conditions,
        items,
        in_force,
        services,
        names.departments,
        parameters,
    )
    return Built(book, procedures_of(names, vocabulary, items))


def _words(view: View, faults: list[Fault]) -> Words:
    vocabulary = vocabulary_of(view)
    parameters = view.parameters(faults)
    return vocabulary, parameters, Builder(view, vocabulary, parameters, faults).build()
