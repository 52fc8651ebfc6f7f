"""A plan up to one step (只到某一步): that step and what it waits for in a reading; slack and savings as that step sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from api.exports.text import original
from engine.graph import DECIDE, Edge, StepGraph
from engine.passes import ancestors, earliest, latest
from engine.plan import Dropped, Plan, Planned, Savings, Time
from engine.reading import DROPS, Conversion, Network, Reading, network
from engine.terms import Firm


class Until:
    """Plans of a graph that end with a step."""

    def __init__(self, graph: StepGraph, time: Time, conversion: Conversion | None, last: str) -> None:
        self.graph, self.time, self.conversion, self.last = graph, time, conversion, last

    def plan(self, whole: Plan) -> Plan:
        """What is left of a reading where everything that does not lead to the step is left out."""
        net = self._net(whole.reading)
        bits = ancestors(net.order, net.preds)[self._place(net)] | 1 << self._place(net)
        kept = [i for i in net.order if bits >> i & 1]
        place = {old: new for new, old in enumerate(kept)}
        preds = [[place[p] for p in net.preds[i]] for i in kept]
        steps = [whole.steps[i] for i in kept]
        end = steps[-1].earliest_finish
        late = latest(range(len(kept)), preds, end, lambda s, finish: self.time.latest_start(steps[s].step, finish))
        made = tuple(self._planned(s, *when) for s, *when in zip(steps, *late, strict=True))
        here = {original(s.step.id) for s in steps}
        used = {name for s in steps for name in s.stands_on}
        return replace(
            whole,
            finish=end,
            working_days=self.time.gap(self.time.start, end),
            steps=made,
            assumptions=tuple(a for a in whole.assumptions if a.id in used),
            dropped=self._told(whole.dropped, whole.reading, end, here),
            beforehand=self._told(whole.beforehand, whole.reading, end, here),
        )

    def savings(self) -> Savings:
        """What each kind of freedom brings the step forward, one after the other."""
        drops = DROPS[Reading.SERIAL], frozenset({Firm.CUSTOMARY}), DROPS[Reading.PARALLEL]
        serial, law, parallel = (self._finish(network(self.graph, d)) for d in drops)
        simulated = self._finish(self._net(Reading.SIMULATED))
        gap = self.time.gap
        return Savings(gap(law, serial), gap(parallel, law), gap(simulated, parallel))

    def _net(self, reading: Reading, keep: Edge | None = None) -> Network:
        ahead = reading is Reading.BEFOREHAND
        return network(self.graph, DROPS[reading], self.conversion, keep, ahead)

    def _place(self, net: Network) -> int:
        names = [s.id for s in net.steps]
        decided = self.last + DECIDE
        return names.index(decided if decided in names else self.last)

    def _finish(self, net: Network) -> Any:
        finishes = earliest(net.order, net.preds, self.time.start, lambda s, at: self.time.finish(net.steps[s], at))[1]
        return finishes[self._place(net)]

    def _planned(self, planned: Planned, start: Any, finish: Any) -> Planned:
        slack = self.time.gap(planned.earliest_start, start)
        return replace(planned, latest_start=start, latest_finish=finish, slack=slack)

    def _told(self, edges: Sequence[Dropped], reading: Reading, end: Any, kept: set[str]) -> tuple[Dropped, ...]:
        """The edges to what is left, each with what doing without it brings the step forward."""
        return tuple(
            Dropped(d.edge, max(0, self.time.gap(end, self._finish(self._net(reading, d.edge)))))
            for d in edges
            if d.edge.after in kept
        )
