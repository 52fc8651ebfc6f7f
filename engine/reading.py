"""Three readings of one graph (三种读法): serial as it is done today, parallel as the law allows, simulated on assumptions.

*Serial* keeps every need. *Parallel* drops what is only custom, and what may follow before the issue (容缺). *Simulated* also
drops the needs that may be assumed, of steps without legal effect; what was reviewed so is turned formal by a step of its own
once the paper exists, and a step with legal effect waits for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.graph import Edge, GraphStep, StepGraph
from engine.terms import Firm, Unit

CONVERT = ".convert"


class Reading(StrEnum):
    """How the graph is read (读法)."""

    SERIAL = "serial"
    PARALLEL = "parallel"
    SIMULATED = "simulated"


DROPS: dict[Reading, frozenset[Firm]] = {
    Reading.SERIAL: frozenset(),
    Reading.PARALLEL: frozenset({Firm.CUSTOMARY, Firm.BEFORE_ISSUE}),
    Reading.SIMULATED: frozenset({Firm.CUSTOMARY, Firm.BEFORE_ISSUE, Firm.ASSUMABLE}),
}


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
    """One reading as a plain net: steps with conversions among them, what each waits for, what each stands on."""

    steps: tuple[GraphStep, ...]
    order: tuple[int, ...]
    preds: tuple[tuple[int, ...], ...]
    stands_on: tuple[tuple[str, ...], ...]
    assumptions: tuple[Assumption, ...]
    dropped: tuple[Edge, ...]


def network(
    graph: StepGraph, drops: frozenset[Firm], conversion: Conversion | None = None, keep: Edge | None = None
) -> Network:
    """Read a graph with some firmnesses dropped.

    Args:
        graph: steps and edges.
        drops: the firmnesses that are dropped; assumable needs only of steps without legal effect.
        conversion: how reviews on assumptions are turned formal; None where no such step is planned.
        keep: one edge that is kept whatever its firmness, to see what dropping it is worth.
    """
    dropped = [e for e in graph.edges if e != keep and _drops(e, graph, drops)]
    gone = {id(e) for e in dropped}
    kept: list[list[int]] = [[] for _ in graph.steps]
    for edge in graph.edges:
        if id(edge) not in gone:
            kept[graph.index[edge.after]].append(graph.index[edge.before])
    return _Rewriting(graph, kept, dropped, conversion).network()


def _drops(edge: Edge, graph: StepGraph, drops: frozenset[Firm]) -> bool:
    if edge.firm not in drops:
        return False
    return edge.firm is not Firm.ASSUMABLE or not graph.step(edge.after).legal_effect


class _Rewriting:
    """Lays the kept edges out anew, with conversions, so that nothing that binds rests on an open assumption."""

    def __init__(
        self, graph: StepGraph, kept: list[list[int]], dropped: Sequence[Edge], conversion: Conversion | None
    ) -> None:
        self.graph, self.kept, self.dropped, self.conversion = graph, kept, dropped, conversion
        self.own: list[int] = [0] * len(graph.steps)
        self.assumed: list[int] = []
        """Numbers of the steps whose result is assumed; bit ``k`` stands for the ``k``-th."""
        for edge in dropped:
            if edge.firm is Firm.ASSUMABLE:
                maker = graph.index[edge.before]
                if maker not in self.assumed:
                    self.assumed.append(maker)
                self.own[graph.index[edge.after]] |= 1 << self.assumed.index(maker)
        self.bit = {maker: 1 << k for k, maker in enumerate(self.assumed)}

    def network(self) -> Network:
        rests = self._rests()
        steps: list[GraphStep] = []
        place: dict[int, int] = {}
        formal: dict[int, int] = {}
        preds: list[tuple[int, ...]] = []
        stands: list[int] = []
        for number in self.graph.order:
            step = self.graph.steps[number]
            waits = [place[p] for p in self.kept[number]]
            if step.legal_effect:
                waits = [formal.get(p, place[p]) for p in self.kept[number]]
                waits += [place[maker] for maker in self._makers(self._of_preds(rests, number))]
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
        return Network(tuple(steps), order, tuple(preds), on, named, tuple(self.dropped))

    def _rests(self) -> list[int]:
        """For each step the assumptions that it stands on, and that nothing before it has discharged."""
        rests = [0] * len(self.graph.steps)
        come = [0] * len(self.graph.steps)
        """The assumed documents that exist when a step starts."""
        for number in self.graph.order if self.assumed else ():
            found = self.own[number]
            for p in self.kept[number]:
                found |= rests[p]
                come[number] |= come[p] | self.bit.get(p, 0)
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
    )


def _bits(bits: int) -> Iterable[int]:
    k = 0
    while bits:
        if bits & 1:
            yield k
        bits >>= 1
        k += 1
