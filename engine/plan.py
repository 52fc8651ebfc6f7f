"""Plans (并联计划): earliest and latest days of every step in one reading, slack, what was dropped and what that saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from engine.dispatch import Demand, dispatch, in_turn
from engine.errors import Fault, InputError
from engine.graph import DECIDE, Edge, GraphStep, StepGraph
from engine.passes import earliest, end_with, latest, successors
from engine.reading import DROPS, Assumption, Conversion, Network, Reading, network
from engine.terms import Firm, Unit
from engine.workdays import WorkCalendar, last_day, shift


class Time(Protocol):
    """What a time is in a plan: working days in a calendar, or plain numbers."""

    @property
    def start(self) -> Any:
        """When the project starts."""

    def finish(self, step: GraphStep, start: Any) -> Any:
        """When a step that starts then finishes."""

    def latest_start(self, step: GraphStep, finish: Any) -> Any:
        """The latest start with which it finishes by then."""

    def gap(self, a: Any, b: Any) -> int:
        """Working days from ``a`` to ``b``; negative where ``b`` is before."""

    def warnings(self, end: Any) -> tuple[tuple[str, str], ...]:
        """What is unsure of the times up to ``end``: code and words."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Real dates (日期): a step's days are counted (start, finish], calendar days roll to the next working day."""

    calendar: WorkCalendar
    start: date

    def finish(self, step: GraphStep, start: date) -> date:
        """When a step that starts then finishes; a step that takes no time is done at once."""
        return last_day(self.calendar, start, step.days, step.unit) if step.days else start

    def latest_start(self, step: GraphStep, finish: date) -> date:
        """The latest working day on which it may start to finish by then."""
        if not step.days:
            return finish
        if step.unit is Unit.WORKING:
            return self.calendar.before(finish, step.days)
        at = shift(finish, -step.days, step.unit)
        while last_day(self.calendar, at, step.days, step.unit) > finish:  # months of unequal length
            at -= timedelta(days=1)
        return self.calendar.previous_working(at)

    def gap(self, a: date, b: date) -> int:
        """Working days in (a, b]."""
        return self.calendar.count(a, b) if b >= a else -self.calendar.count(b, a)

    def warnings(self, end: date) -> tuple[tuple[str, str], ...]:
        """That dates are provisional (暂定) where a notice still to come may move them."""
        if self.calendar.is_final(end):
            return ()
        says = f"{self.calendar.final_until}以后的日期是暂定的：那时的放假安排尚未公布，或还可能调整。"
        return (("provisional", says),)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Days as plain numbers from 0 (以天数计)."""

    start: int = 0

    def finish(self, step: GraphStep, start: int) -> int:
        """Start and days."""
        return start + step.days

    def latest_start(self, step: GraphStep, finish: int) -> int:
        """Finish less days."""
        return finish - step.days

    def gap(self, a: int, b: int) -> int:
        """The difference."""
        return b - a

    def warnings(self, end: int) -> tuple[tuple[str, str], ...]:
        """Numbers are sure."""
        return ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A step in a plan (计划中的环节); ``slack`` in working days."""

    step: GraphStep
    earliest_start: Any
    earliest_finish: Any
    latest_start: Any
    latest_finish: Any
    slack: int
    waits_for: tuple[str, ...]
    stands_on: tuple[str, ...]

    @property
    def critical(self) -> bool:
        """Whether any day lost here is lost for the whole."""
        return self.slack <= 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """An edge that this reading does without (不再等待的先后关系), and how many working days that alone is worth.

    Done without until the decision, where it stands among :attr:`Plan.beforehand`.
    """

    edge: Edge
    days_saved: int


@dataclass(frozen=True, slots=True)
class Savings:
    """Working days saved, always told together (节省的工作日)."""

    by_dropping_custom: int
    by_before_issue: int
    by_assumption: int
    by_capacity: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One reading, planned (一种读法下的计划)."""

    reading: Reading
    start: Any
    finish: Any
    working_days: int
    steps: tuple[Planned, ...]
    assumptions: tuple[Assumption, ...]
    dropped: tuple[Dropped, ...]
    warnings: tuple[tuple[str, str], ...] = ()
    beforehand: tuple[Dropped, ...] = ()
    """Edges for which only the decision waits (先完成后决定)."""

    def step(self, name: str) -> Planned | None:
        """The step of that id, None where the plan has none."""
        return next((s for s in self.steps if s.step.id == name), None)


def plan(graph: StepGraph, reading: Reading, time: Time, conversion: Conversion | None = None) -> Plan:
    """Plan one reading.

    Args:
        graph: steps and edges.
        reading: what is dropped.
        time: dates or numbers, with the start.
        conversion: how reviews on assumptions are turned formal, in the simulated reading.

    Raises:
        InputError: more edges touch assumptions than can be tried one by one.
        NotPublishedError: the plan runs into a year whose holidays are not published.
    """
    drops, ahead = DROPS[reading], reading is Reading.BEFOREHAND
    net = network(graph, drops, conversion, beforehand=ahead)
    starts, finishes = _forward(net, time)
    end = max(finishes, default=time.start)
    late_starts, late_finishes = latest(
        net.order, net.preds, end, lambda s, finish: time.latest_start(net.steps[s], finish)
    )
    steps = tuple(
        Planned(
            step,
            starts[i],
            finishes[i],
            late_starts[i],
            late_finishes[i],
            time.gap(starts[i], late_starts[i]),
            tuple(net.steps[p].id for p in net.preds[i]),
            net.stands_on[i],
        )
        for i, step in enumerate(net.steps)
    )
    after, numbers = successors(net.preds), isinstance(time, Numbers)
    _bounded(net)

    def worth(edge: Edge, adds: tuple[tuple[int, int], ...] | None) -> int:
        """How much later the whole would end if this one edge were kept; what fits into the slack costs nothing."""
        if adds is None:
            kept = _finish(graph, drops, time, conversion, edge, ahead)
        elif all(finishes[before] <= late_starts[step] for before, step in adds):
            return 0
        elif numbers and len(adds) == 1:  # the longest way over one more edge: up to it, and on from it
            return int(max(finishes[before] - late_starts[step] for before, step in adds))
        else:
            kept = end_with(adds, after, starts, finishes, end, lambda s, start: time.finish(net.steps[s], start))
        return max(0, time.gap(end, kept))

    told = [Dropped(e, worth(e, adds)) for e, adds in zip((*net.dropped, *net.beforehand), net.adds, strict=True)]
    used = {name for each in net.stands_on for name in each}
    assumptions = tuple(a for a in net.assumptions if a.id in used)
    days, cut = time.gap(time.start, end), len(net.dropped)
    dropped, beforehand = tuple(told[:cut]), tuple(told[cut:])
    warnings = (*time.warnings(end), *graph.warnings)
    return Plan(reading, time.start, end, days, steps, assumptions, dropped, warnings, beforehand)


MOST_TRIED = 1_000_000
"""Steps times edges that would have to be read anew, one plan for each such edge: about ten seconds' work."""


def _bounded(net: Network) -> None:
    """Refuse to try more single edges than anybody would wait for.

    Raises:
        InputError: names how many there are.
    """
    unsure, steps = sum(adds is None for adds in net.adds), len(net.steps)
    if unsure * steps > MOST_TRIED:
        fix = f"{steps} 个环节里有 {unsure} 处先后关系与假设有关，要逐处各排一遍才知道值几天，太多了；请分开排，或用 serial、parallel。"
        fix_en = f"{unsure} edges of {steps} steps touch assumptions, too many to plan each anew; split the graph."
        raise InputError([Fault("/steps", unsure, fix, fix_en)])


def _forward(net: Network, time: Time) -> tuple[list[Any], list[Any]]:
    return earliest(net.order, net.preds, time.start, lambda s, start: time.finish(net.steps[s], start))


def _finish(
    graph: StepGraph,
    drops: frozenset[Firm],
    time: Time,
    conversion: Conversion | None,
    keep: Edge | None = None,
    beforehand: bool = False,
) -> Any:
    return max(_forward(network(graph, drops, conversion, keep, beforehand), time)[1], default=time.start)


def savings(graph: StepGraph, time: Time, conversion: Conversion | None = None, desks: Demand | None = None) -> Savings:
    """What dropping custom, 容缺, and assuming each bring, one after the other, in working days.

    And what desks without a limit would bring to the simulated plan, where it is stated how many there are.
    """
    serial = _finish(graph, DROPS[Reading.SERIAL], time, None)
    law = _finish(graph, frozenset({Firm.CUSTOMARY}), time, None)
    parallel = _finish(graph, DROPS[Reading.PARALLEL], time, None)
    net = network(graph, DROPS[Reading.SIMULATED], conversion)
    simulated = max(_forward(net, time)[1], default=time.start)
    crowded = simulated if desks is None else _at_desks(net, time, desks, simulated)
    return Savings(
        time.gap(law, serial), time.gap(parallel, law), time.gap(simulated, parallel), time.gap(simulated, crowded)
    )


def _at_desks(net: Network, time: Time, desks: Demand, end: Any) -> Any:
    """When the plan ends with the desks there are: the step that must start soonest first (机动最少者先办).

    The better of two: a free desk takes what there is, or waits for what is more urgent.
    """
    late, _ = latest(net.order, net.preds, end, lambda s, finish: time.latest_start(net.steps[s], finish))
    uses, capacity = desks.numbered(net.steps), list(desks.capacity.values())

    def finish(step: int, start: Any) -> Any:
        return time.finish(net.steps[step], start)

    turn = sorted(net.order, key=lambda s: late[s])
    at_once = dispatch(net.preds, uses, capacity, late, [time.start] * len(net.steps), finish)[1]
    patient = in_turn(net.preds, uses, capacity, turn, time.start, finish)[1]
    return min(max(at_once, default=time.start), max(patient, default=time.start))


MILESTONES: Mapping[str, tuple[str, str]] = {
    "design_review_start": ("B01", "earliest_start"),
    "construction_start": ("C08", "earliest_finish"),
}
"""方案审查开始: B01 starts; 开工: C08 is granted."""


def milestones(plans: Iterable[Plan]) -> dict[str, dict[str, Any]]:
    """For each milestone and reading the day, None where the plan has no such step."""
    made: Sequence[Plan] = tuple(plans)
    return {name: {p.reading.value: _day_of(p, *what) for p in made} for name, what in MILESTONES.items()}


def _day_of(made: Plan, item: str, when: str) -> Any:
    """The first such day among an item's instances (分项): the first permit lets building start; decided, not reviewed."""
    ids = {s.step.id for s in made.steps}
    reviewed = {s.step.id for s in made.steps if when == "earliest_finish" and s.step.id + DECIDE in ids}
    return min((getattr(s, when) for s in made.steps if s.step.of(item) and s.step.id not in reviewed), default=None)
