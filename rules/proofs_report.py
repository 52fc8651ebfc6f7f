"""Proofs of a whole set of policy files (整套政策的证明): every region, every stretch of days, faults by file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any

from engine.errors import Fault
from engine.policy import PolicyBook
from engine.terms import Force
from rules.book import Words, build
from rules.layers import View, layers_of, turning_days
from rules.limits_in_force import LimitFiles
from rules.loader import Placed, PolicyFiles
from rules.proofs import Finding, Proof, prove

GRAPH_OF = ("items", "supplements", "service")
"""Sections that the graph is made of, beside the conditions and the vocabulary."""

Laid = tuple[View, PolicyBook, bool]
"""A book, the view that it was built of, and whether some service still reviews on assumptions under it (现行的模拟审批)."""


class Graphs:
    """The books whose graphs differ (不同的环节图): most days on which something changes change a limit alone."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], tuple[View, PolicyBook]] = {}

    def add(self, view: View, book: PolicyBook) -> None:
        """Keep a book; of several with the same graph the latest."""
        made_of = (id(placed) for section in GRAPH_OF for placed in view.of(section))
        self._found[(view.region, id(book.conditions), *made_of)] = (view, book)

    def __iter__(self) -> Iterator[Laid]:
        last: dict[str, date] = {}
        for view, _ in self._found.values():
            last[view.region] = max(view.on, last.get(view.region, date.min))
        return ((view, book, view.on == last[view.region] and _simulates(view)) for view, book in self._found.values())


def _simulates(view: View) -> bool:
    """Whether some service has a step without legal effect: a region without one turns nothing formal."""
    procedures = (p.entry.procedure for p in view.of("service"))
    here = (procedure for procedure in procedures if procedure is not None and procedure.stands_on(view.on))
    return any(step.force is Force.SIMULATED for procedure in here for step in procedure.steps.values())


def graph_faults(graphs: Iterable[Laid]) -> Iterator[Fault]:
    """What loading a policy must refuse of its graphs, by truth tables alone: a few milliseconds a graph."""
    for view, book, simulated in graphs:
        yield from faults_of(view, prove(book, deep=False, simulated=simulated))


def faults_of(view: View, proof: Proof) -> Iterator[Fault]:
    """The findings of a proof as faults with file and line; the value is the project that shows each, as ``yichuang plan`` takes it."""
    placed = {p.entry.id: p for p in view.of("items")}
    return (_fault(placed[found.item], found) for found in proof.findings)


def _fault(placed: Placed[Any], found: Finding) -> Fault:
    shown_by = json.dumps(found.shown_by.as_json(), ensure_ascii=False) if found.shown_by else found.item
    return Fault(placed.at(*found.path), shown_by, found.says, found.says_en)


@dataclass(frozen=True, slots=True)
class Report:
    """What was proved of a set of files (证明结果)."""

    proofs: tuple[Proof, ...]
    faults: tuple[Fault, ...]
    milliseconds: int

    def as_json(self) -> dict[str, Any]:
        """How much was proved, by which method, and what could be neither proved nor shown; sizes are of the largest graph."""
        largest = max(self.proofs, key=lambda p: p.profiles, default=Proof())
        return {
            "graphs": len(self.proofs),
            "steps": largest.steps,
            "claims": sum(p.claims for p in self.proofs),
            "facts": largest.facts,
            "asked_of_buildings": largest.asked,
            "profiles": largest.profiles,
            "scope": "all",
            "by_truth_table": sum(p.tables for p in self.proofs),
            "by_z3": sum(p.searches for p in self.proofs),
            "widest_bits": max((p.widest for p in self.proofs), default=0),
            "simulated_projects": sum(p.projects for p in self.proofs),
            "unconfirmed": [found.says for p in self.proofs for found in p.unconfirmed],
            "milliseconds": self.milliseconds,
        }


def report(files: PolicyFiles) -> Report:
    """Prove everything about every graph of files that are in order, z3 included."""
    begun = perf_counter()
    proofs: list[Proof] = []
    faults: list[Fault] = []
    for view, book, simulated in graphs_of(files):
        proofs.append(prove(book, simulated=simulated))
        faults.extend(faults_of(view, proofs[-1]))
    return Report(tuple(proofs), tuple(faults), round((perf_counter() - begun) * 1000))


def graphs_of(files: PolicyFiles) -> Graphs:
    """The graphs of files that are in order."""
    faults: list[Fault] = []
    layers, limits, graphs = layers_of(files, faults), LimitFiles.read(files, faults), Graphs()
    words: dict[tuple[int, ...], Words] = {}
    for on in turning_days(files, limits.turning_days()):
        for region in layers.innermost():
            view = View(files, layers, on, region)
            graphs.add(view, build(view, limits, faults, words).book)
    return graphs
