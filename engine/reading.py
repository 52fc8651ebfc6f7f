"""Readings of one graph (读法): serial as it is done today, parallel as the law allows, simulated on assumptions.

*Serial* keeps every need. *Parallel* drops what is only custom, and what may follow before the issue (容缺). *Simulated* also
drops the needs that may be assumed, of steps without legal effect; what was reviewed so is turned formal by a step of its own
once the paper exists, and a step with legal effect waits for that.

*Beforehand* (先完成后决定) is parallel and assumes nothing: where policy lets a department finish all other review before a
predecessor's result arrives, the step is read as its review, which does not wait for that result, and its decision
``<id>.decide``, which takes no time, waits for both and has the legal effect. What comes after waits for the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.errors import Fault, InputError
from engine.graph import CONVERT as CONVERT
from engine.graph import DECIDE as DECIDE
from engine.graph import Edge, GraphStep, StepGraph
from engine.terms import Firm, Unit


class Reading(StrEnum):
    """How the graph is read (读法)."""

    SERIAL = "serial"
    PARALLEL = "parallel"
    SIMULATED = "simulated"
    BEFOREHAND = "beforehand"


COMPARED = (Reading.SERIAL, Reading.PARALLEL, Reading.SIMULATED)
"""The readings that a comparison sets side by side."""

DROPS: dict[Reading, frozenset[Firm]] = {
    Reading.SERIAL: frozenset(),
    Reading.PARALLEL: frozenset({Firm.CUSTOMARY, Firm.BEFORE_ISSUE}),
    Reading.SIMULATED: frozenset({Firm.CUSTOMARY, Firm.BEFORE_ISSUE, Firm.ASSUMABLE}),
    Reading.BEFOREHAND: frozenset({Firm.CUSTOMARY, Firm.BEFORE_ISSUE}),
}


MOST_LABELS = 1_000_000_000
"""Steps times assumed documents: which step stands on which is that many bits, a few times over."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A document that is assumed until it exists (假设): which, and the step whose result discharges it."""

    id: str
    document: str
    discharged_by: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """How what was reviewed on assumptions is turned formal (转正): days, and the limit that says so. None: by no step."""

    days: int
    unit: Unit = Unit.WORKING
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """One reading as a plain net: steps with conversions and decisions among them, what each waits for and stands on."""

    steps: tuple[GraphStep, ...]
    order: tuple[int, ...]
    preds: tuple[tuple[int, ...], ...]
    stands_on: tuple[tuple[str, ...], ...]
    assumptions: tuple[Assumption, ...]
    dropped: tuple[Edge, ...]
    beforehand: tuple[Edge, ...] = ()
    """Edges for which only the decision waits."""
    adds: tuple[tuple[tuple[int, int], ...] | None, ...] = ()
    """For each edge dropped, then each beforehand: what the net would wait for beside, were it read as it stands; None
    where that would change what rests on what."""


def network(
    graph: StepGraph,
    drops: frozenset[Firm],
    conversion: Conversion | None = None,
    keep: Edge | None = None,
    beforehand: bool = False,
) -> Network:
    """Read a graph with some firmnesses dropped.

    Args:
        graph: steps and edges.
        drops: the firmnesses that are dropped; assumable needs only of steps without legal effect.
        conversion: how reviews on assumptions are turned formal; None where no such step is planned.
        keep: one edge that is read as it stands, whatever its firmness or mark, to see what reading it so is worth.
        beforehand: whether review runs before a marked document arrives and only the decision waits (预先完成); with
            ``drops`` that assume nothing.

    Raises:
        InputError: more steps and assumed documents than can be held.
    """
    dropped = [e for e in graph.edges if e != keep and _drops(e, graph, drops)]
    gone = {id(e) for e in dropped}
    kept: list[list[int]] = [[] for _ in graph.steps]
    for edge in graph.edges:
        if id(edge) not in gone:
            kept[graph.index[edge.after]].append(graph.index[edge.before])
    ahead = _ahead(graph, gone, keep) if beforehand else ()
    return _Rewriting(graph, kept, dropped, conversion, ahead).network()


def _ahead(graph: StepGraph, gone: set[int], keep: Edge | None) -> tuple[Edge, ...]:
    """The marked edges, but for those whose step waits for the same predecessor by another edge as well."""
    kept = [e for e in graph.edges if id(e) not in gone]
    plain = {(e.before, e.after) for e in kept if e.beforehand is None or e == keep}
    return tuple(e for e in kept if e.beforehand is not None and (e.before, e.after) not in plain)


def _drops(edge: Edge, graph: StepGraph, drops: frozenset[Firm]) -> bool:
    if edge.firm not in drops:
        return False
    return edge.firm is not Firm.ASSUMABLE or not graph.step(edge.after).legal_effect


def _bounded(steps: int, assumed: int) -> None:
    if steps * assumed > MOST_LABELS:
        fix = f"{steps} 个环节、{assumed} 份可假设的文书，说不完每个环节立足于哪些；请分成几张图。"
        fix_en = f"{steps} steps and {assumed} documents that may be assumed are too many for one graph; split it."
        raise InputError([Fault("/steps", assumed, fix, fix_en)])


class _Rewriting:
    """Lays the kept edges out anew, with conversions, so that nothing that binds rests on an open assumption."""

    def __init__(
        self,
        graph: StepGraph,
        kept: list[list[int]],
        dropped: Sequence[Edge],
        conversion: Conversion | None,
        ahead: Sequence[Edge],
    ) -> None:
        self.graph, self.kept, self.dropped, self.conversion, self.ahead = graph, kept, dropped, conversion, ahead
        self.later: dict[int, set[int]] = {}
        """For a step that is reviewed beforehand, the predecessors that only its decision waits for."""
        for edge in ahead:
            self.later.setdefault(graph.index[edge.after], set()).add(graph.index[edge.before])
        self.own: list[int] = [0] * len(graph.steps)
        resting = [e for e in dropped if e.firm is Firm.ASSUMABLE]
        self.assumed = list(dict.fromkeys(graph.index[e.before] for e in resting))
        """Numbers of the steps whose result is assumed; bit ``k`` stands for the ``k``-th."""
        _bounded(len(graph.steps), len(self.assumed))
        self.bit = {maker: 1 << k for k, maker in enumerate(self.assumed)}
        for edge in resting:
            self.own[graph.index[edge.after]] |= self.bit[graph.index[edge.before]]
        self.found: list[int] = list(self.own)
        """For each step the assumptions that it, or anything right before it, stands on."""
        self.come: list[int] = [0] * len(graph.steps)
        """For each step the assumed documents that exist when it starts; bits as above."""

    def network(self) -> Network:
        rests = self._rests()
        steps: list[GraphStep] = []
        place: dict[int, int] = {}
        formal: dict[int, int] = {}
        preds: list[tuple[int, ...]] = []
        stands: list[int] = []
        for number in self.graph.order:
            step = self.graph.steps[number]
            later = self.later.get(number)
            if later:
                steps.append(replace(step, legal_effect=False, makes=()))
                preds.append(tuple(dict.fromkeys(place[p] for p in self.kept[number] if p not in later)))
                stands.append(0)
                waits = [len(steps) - 1, *(place[p] for p in self.kept[number] if p in later)]
                step = _decided(step)
            elif step.legal_effect:
                waits = [formal.get(p, place[p]) for p in self.kept[number]]
                waits += [place[maker] for maker in self._makers(self._of_preds(rests, number))]
            else:
                waits = [place[p] for p in self.kept[number]]
            place[number] = len(steps)
            steps.append(step)
            preds.append(tuple(dict.fromkeys(waits)))
            stands.append(rests[number])
            if rests[number] and not step.own_work and not step.legal_effect and self.conversion is not None:
                formal[number] = len(steps)
                after = [place[number], *(place[m] for m in self._makers(rests[number]))]
                after += [formal[p] for p in self.kept[number] if p in formal]
                steps.append(_converted(step, self.conversion))
                preds.append(tuple(dict.fromkeys(after)))
                stands.append(0)
        order = tuple(range(len(steps)))
        named = tuple(self._assumption(maker) for maker in self.assumed)
        on = tuple(tuple(named[k].id for k in _bits(bits)) for bits in stands)
        adds = tuple(self._adds(edge, place, formal) for edge in (*self.dropped, *self.ahead))
        return Network(tuple(steps), order, tuple(preds), on, named, tuple(self.dropped), tuple(self.ahead), adds)

    def _adds(
        self, edge: Edge, place: Mapping[int, int], formal: Mapping[int, int]
    ) -> tuple[tuple[int, int], ...] | None:
        """What keeping an edge would add, where the later step knows all assumptions of the earlier one already."""
        before, after = self.graph.index[edge.before], self.graph.index[edge.after]
        stands = self.found[before] & ~self.come[before]
        there = self.come[before] | self.bit.get(before, 0)
        if edge.firm is Firm.ASSUMABLE or stands & ~self.found[after] or there & ~self.come[after]:
            return None
        if after in self.later:
            return ((place[before], place[after] - 1),)
        if self.graph.steps[after].legal_effect:
            return ((formal.get(before, place[before]), place[after]),)
        turned = ((formal[before], formal[after]),) if before in formal and after in formal else ()
        return ((place[before], place[after]), *turned)

    def _rests(self) -> list[int]:
        """For each step the assumptions that it stands on, and that nothing before it has discharged."""
        rests = [0] * len(self.graph.steps)
        come = self.come
        for number in self.graph.order if self.assumed else ():
            found = self.own[number]
            for p in self.kept[number]:
                found |= rests[p]
                come[number] |= come[p] | self.bit.get(p, 0)
            self.found[number] = found
            if self.graph.steps[number].legal_effect:
                for maker in self._makers(found):
                    come[number] |= come[maker] | self.bit[maker]
            else:
                rests[number] = found & ~come[number]
        return rests

    def _of_preds(self, rests: Sequence[int], number: int) -> int:
        found = 0
        for p in self.kept[number]:
            found |= rests[p]
        return found

    def _makers(self, bits: int) -> list[int]:
        return [self.assumed[k] for k in _bits(bits)]

    def _assumption(self, maker: int) -> Assumption:
        step = self.graph.steps[maker]
        name = step.makes[0] if step.makes else step.id
        return Assumption(name, step.title or step.id, step.id)


def _converted(step: GraphStep, conversion: Conversion) -> GraphStep:
    return GraphStep(
        step.id + CONVERT,
        f"{step.title}（转正）",
        conversion.days,
        conversion.unit,
        True,
        False,
        step.applies,
        step.department,
        "assumed",
        conversion.limit,
        item=step.item or step.id,
    )


def _decided(step: GraphStep) -> GraphStep:
    """The moment of a decision that was prepared beforehand: it takes no time, and it alone has the effect."""
    return replace(
        step,
        id=step.id + DECIDE,
        title=f"{step.title}（作出决定）",
        days=0,
        unit=Unit.WORKING,
        item=step.item or step.id,
    )


def _bits(bits: int) -> Iterable[int]:
    """The places of the bits that are set, the lowest first; few are, of many."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
