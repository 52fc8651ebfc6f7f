"""Proofs about the catalogue's graph (环节图的证明), over every profile of the facts that its guards read.

Each claim of :mod:`rules.proofs_claims` reads few facts, so it is settled over *all* their profiles by its truth table, or by
z3 where the table would be too wide. A fault is told only once a project shows it: the interpreter decides the witness, and
the plan derived from that decision lacks what the claim says it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.policy import PolicyBook
from rules.proofs_claims import Claim, claims
from rules.proofs_formula import MOST_BITS, Not, Solver, SolverMissingError, both, equal, variables_of
from rules.proofs_places import Places
from rules.proofs_profiles import Asked
from rules.proofs_safety import open_assumptions, standing
from rules.proofs_witness import ImpossibleError, Witness, witness

MOST_TRIED = 32
"""Profiles of one claim that are tried until one is a project that shows the fault."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the policy must not allow (一处发现): where in which item, and the project that shows it."""

    item: str
    path: tuple[Any, ...]
    says: str
    says_en: str
    shown_by: Witness | None = None


@dataclass(slots=True)
class Proof:
    """What was proved of one book (证明): how much, by which method, and what was found."""

    steps: int = 0
    claims: int = 0
    facts: int = 0
    asked: int = 0
    """Questions about the buildings that guards ask (“any building …”)."""
    profiles: int = 1
    """Profiles of these facts and answers: each claim holds in all of them that a project can have."""
    tables: int = 0
    searches: int = 0
    widest: int = 0
    """Bits that the widest claim reads."""
    projects: int = 0
    """Projects whose simulated nets were derived and checked for open assumptions."""
    findings: list[Finding] = field(default_factory=list)
    unconfirmed: list[Finding] = field(default_factory=list)
    """Claims that are neither proved nor shown false by a project."""
    left: int = 0
    """Claims too wide for a table that were left to a deeper run."""


def prove(book: PolicyBook, *, deep: bool = True, most_bits: int = MOST_BITS, simulated: bool = True) -> Proof:
    """Settle every claim about a book's graph.

    Args:
        book: of a region and a day.
        deep: all of it; else what loading a policy refuses, by truth tables alone: wider claims are ``left``.
        most_bits: up to how many bits a claim is settled by its table.
        simulated: whether a service here still reviews on assumptions; elsewhere, and of the past, it is no fault that
            nothing turns a review formal.
    """
    places, solver = Places(book), Solver(most_bits)
    proof = Proof(steps=len(places.items))
    for claim in claims(places):
        if not deep and not claim.at_load:
            continue
        proof.claims += 1
        if any(
            len(found.path) > 1 and (found.item, found.path) == (claim.item, claim.path) for found in proof.findings
        ):
            continue  # what all instances of an item need is told once
        _settle(claim, places, solver, proof, deep=deep)
    proof.findings.extend(
        Finding(item.id, path, says, en) for item, path, says, en in standing(places, simulated=simulated)
    )
    if deep:
        proof.projects, found = open_assumptions(places, solver)
        proof.findings.extend(Finding(item.id, path, says, en, by) for (item, path, says, en), by in found)
    read = {v for name in places.guards for v in variables_of(places.profiles.formula(name))}
    read |= {v for place in places.all for v in variables_of(places.there(place))}
    proof.asked = sum(isinstance(v.key, Asked) for v in read)
    proof.facts = len(read) - proof.asked
    for variable in read:
        proof.profiles *= variable.size
    proof.tables, proof.searches, proof.widest = solver.tables, solver.searches, solver.widest
    return proof


def _settle(claim: Claim, places: Places, solver: Solver, proof: Proof, *, deep: bool) -> None:
    if not deep and not solver.fits(claim.broken):
        proof.left += 1
        return
    try:
        _search(claim, places, solver, proof)
    except SolverMissingError:
        if not deep:
            proof.left += 1
            return
        says = (
            f"{claim.item} 的这一条涉及的事实多，真值表列不下，要用 z3 求解；请安装可选依赖 yichuang[proofs] 后再核查。"
        )
        proof.findings.append(
            Finding(claim.item, claim.path, says, f"{claim.item}: z3 is wanted; install yichuang[proofs].")
        )


def _search(claim: Claim, places: Places, solver: Solver, proof: Proof) -> None:
    """Prove the claim, or find a project that shows the fault; what no project can be is set aside, and the search goes on."""
    broken, sure = claim.broken, True
    for _ in range(MOST_TRIED):
        profile = solver.profile(broken)
        if profile is None:
            break
        try:
            shown_by = witness(places.profiles, profile, solver)
        except ImpossibleError as error:
            broken, sure = both(broken, Not(equal(error.core))), sure and error.certain
            continue
        shown = claim.shows(places.book, shown_by)
        if shown is not None:
            says = claim.says.format(profile=shown_by.says, shown=shown)
            proof.findings.append(Finding(claim.item, claim.path, says, claim.says_en, shown_by))
            return
        broken, sure = both(broken, Not(equal(profile))), False
    else:
        sure = False
    if not sure:
        says = claim.says.format(profile="没有找到能够证实的项目，请人工核对", shown="")
        proof.unconfirmed.append(Finding(claim.item, claim.path, says, claim.says_en))
