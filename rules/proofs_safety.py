"""No step with legal effect stands on an open assumption (有法律效力的环节不建立在未兑现的假定上), in no reading.

What the policy says is checked need by need. What the engine derives is checked anew on its nets, by labels as GRAPH §4.4 has
them, for projects among which every step with legal effect meets every need that may be assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.deriving import CONVERSION, RESULT, conversion_of, graph_of
from engine.errors import ConflictError, InputError
from engine.policy import Item, ItemKind
from engine.reading import DROPS, Network, Reading, network
from engine.terms import Firm
from rules.proofs_confirm import decided
from rules.proofs_formula import Solver, SolverMissingError, both
from rules.proofs_places import Place, Places
from rules.proofs_witness import ImpossibleError, Witness, witness

Told = tuple[Item, tuple[Any, ...], str, str]
"""Item, path in its entry, and what is wrong there in two languages."""


def standing(places: Places, *, simulated: bool) -> Iterator[Told]:
    """Needs that may be assumed where nothing may: of a step with legal effect, and of a review that nothing turns formal."""
    told: set[tuple[str, tuple[Any, ...]]] = set()
    for place, path in _assumable(places):
        item = place.item
        if (item.id, path) in told:
            continue
        told.add((item.id, path))
        need = next(need for at, need in place.needs() if at == path)
        docs = "、".join(doc.removesuffix(RESULT) for doc in need.one_of)
        named = f"“{place.title}”（{place.id}）"
        if item.legal_effect:
            says = f"{named}有法律效力，不能建立在对 {docs} 的假定上；这一前置应写 firm: required。"
            yield item, (*path, "firm"), says, f"{place.id} has legal effect: it cannot stand on assuming {docs}."
        elif item.kind is not ItemKind.OWN_DUTY and simulated and CONVERSION not in places.book.limits:
            says = (
                f"{named}可以假定已有 {docs} 而先审，却没有转正时限（{CONVERSION}），"
                "其后有法律效力的环节取不到正式意见；请在时限文件中补写。"
            )
            yield item, path, says, f"{place.id} may be reviewed on an assumption, and no {CONVERSION} turns it formal."


def _assumable(places: Places) -> Iterator[tuple[Place, tuple[Any, ...]]]:
    return ((place, path) for place in places.all for path, need in place.needs() if need.firm is Firm.ASSUMABLE)


def open_assumptions(places: Places, solver: Solver) -> tuple[int, list[tuple[Told, Witness]]]:
    """Derive nets in which each step with legal effect meets each assumption; how many projects, and what stands open."""
    binding = [place for place in places.all if place.item.legal_effect]
    left = {(place.id, assuming.id) for place in binding for assuming, _ in _assumable(places)}
    of = {place.id: place for place in places.all}
    found: list[tuple[Told, Witness]] = []
    projects = 0
    while left:
        one, other = min(left)
        left.discard((one, other))
        shown_by = _together(places, solver, of[one], of[other])
        steps = _steps(places, shown_by) if shown_by else None
        if shown_by is None or steps is None:
            continue
        projects += 1
        left = {pair for pair in left if not steps.here.issuperset(pair)}
        for reading, name, docs in steps.open:
            item = of[name].item if name in of else of[one].item
            says = f"“{item.title}”（{name}）有法律效力，却在{reading.value}读法中建立在未兑现的假定（{docs}）上：{shown_by.says}。"
            english = f"{name} stands on an open assumption of {docs}."
            found.append(((item, ("needs",), says, english), shown_by))
    return projects, found


def _together(places: Places, solver: Solver, one: Place, other: Place) -> Witness | None:
    try:
        profile = solver.profile(both(places.there(one), places.there(other)))
        return witness(places.profiles, profile, solver) if profile is not None else None
    except (ImpossibleError, SolverMissingError):
        return None


class _Steps:
    def __init__(self, here: set[str], found: list[tuple[Reading, str, str]]) -> None:
        self.here, self.open = here, found


def _steps(places: Places, shown_by: Witness) -> _Steps | None:
    decision = decided(places.book, shown_by)
    if decision is None:
        return None
    try:
        graph = graph_of(decision)
    except (InputError, ConflictError):
        return None
    found = []
    for reading in Reading:
        converted = conversion_of(decision) if reading is Reading.SIMULATED else None
        net = network(graph, DROPS[reading], converted, beforehand=reading is Reading.BEFOREHAND)
        found += [(reading, name, "、".join(docs)) for name, docs in open_on(net).items()]
    return _Steps({step.id for step in graph.steps}, found)


def open_on(net: Network) -> dict[str, tuple[str, ...]]:
    """Steps with legal effect → the makers of what they rest on that is assumed, and that is not there before they start.

    A label is a bitset of steps whose result is assumed. A step with legal effect, a conversion among them, compares with the
    real documents: what it waited for is settled for all that comes after it.
    """
    place = {step.id: i for i, step in enumerate(net.steps)}
    rests, before = [0] * len(net.steps), [0] * len(net.steps)
    for edge in net.dropped:
        if edge.firm is Firm.ASSUMABLE:
            rests[place[edge.after]] |= 1 << place[edge.before]
    out: dict[str, tuple[str, ...]] = {}
    for i in net.order:
        for p in net.preds[i]:
            rests[i] |= rests[p]
            before[i] |= before[p] | 1 << p
        if net.steps[i].legal_effect:
            rests[i] &= ~before[i]
            if rests[i]:
                out[net.steps[i].id] = tuple(net.steps[k].id for k in range(len(net.steps)) if rests[i] >> k & 1)
    return out
