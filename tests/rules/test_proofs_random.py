"""The proofs against every project there is: random catalogues, decided and planned one project after the other."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.decision import Decision
from engine.deriving import graph_of
from engine.errors import InputError
from engine.facts import read_statement
from engine.policy import Need, PolicyBook
from engine.terms import Firm, Truth
from rules.matching import decide_unweighted
from rules.proofs import Proof, prove
from tests.rules.random_graphs import Making, projects

SEEDS = st.integers(0, 2**32)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A seed is not worth shrinking: another one is another catalogue."""


def decided(book: PolicyBook, project: dict[str, Any]) -> Decision:
    return decide_unweighted(book, read_statement(project, book.vocabulary, book.on), "approval")


def refused(decision: Decision) -> bool:
    try:
        graph_of(decision)
    except InputError:
        return True
    return False


def fires(decision: Decision) -> bool:
    """Whether every step comes about that is there, worked out step by step as GRAPH §4.4 has it."""
    here = {i.item.id: i.item for i in decision.items if i.applies is Truth.YES}
    done: set[str] = set()

    def met(need: Need) -> bool:
        idle = need.firm is Firm.CUSTOMARY or (need.when and decision.truths[need.when] is not Truth.YES)
        return bool(idle) or any(doc.removesuffix(".result") in done for doc in need.one_of)

    for _ in here:
        done |= {name for name, item in here.items() if all(map(met, item.needs))}
    return done == set(here)


def agrees(proof: Proof, book: PolicyBook, **which: bool) -> None:
    """A finding exactly where some project has no plan; each finding shown by its own project."""
    for found in proof.findings:
        assert found.shown_by is not None
        assert refused(decided(book, found.shown_by.as_json())), found
    without = next((p for p in projects(**which) if refused(decided(book, p))), None)
    if without is None:
        assert not proof.findings
    else:
        assert proof.findings or proof.unconfirmed, without


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(SEEDS)
def test_a_finding_is_there_exactly_where_some_project_has_no_plan(seed: int) -> None:
    book = Making(Random(seed), buildings=False, counts=False, instances=False).book()
    proof = prove(book)
    assert proof.unconfirmed == []
    agrees(proof, book, buildings=False, instances=False)
    by_z3 = prove(book, most_bits=0)
    assert [(f.item, f.path) for f in by_z3.findings] == [(f.item, f.path) for f in proof.findings]
    assert by_z3.unconfirmed == []


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(SEEDS)
def test_where_nothing_is_found_every_step_fires_in_every_project(seed: int) -> None:
    book = Making(Random(seed), buildings=False, counts=False, instances=False).book()
    if not prove(book).findings:
        assert all(fires(decided(book, project)) for project in projects(buildings=False, instances=False))


@pytest.mark.parametrize("counts", [False, True])
@settings(max_examples=12, deadline=None, phases=PHASES)
@given(seed=SEEDS)
def test_it_is_so_where_guards_ask_about_the_buildings(counts: bool, seed: int) -> None:
    book = Making(Random(seed), buildings=True, counts=counts, instances=False).book()
    proof = prove(book)
    assert counts or proof.unconfirmed == []
    agrees(proof, book, buildings=True, instances=False)


@settings(max_examples=30, deadline=None, phases=PHASES)
@given(SEEDS)
def test_it_is_so_where_items_are_had_in_instances(seed: int) -> None:
    book = Making(Random(seed), buildings=False, counts=False, instances=True).book()
    proof = prove(book)
    assert proof.unconfirmed == []
    agrees(proof, book, buildings=False, instances=True)
