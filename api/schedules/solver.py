"""The one door to OR-Tools (求解器): CP-SAT proves or improves a schedule; without the extra ``schedule`` there is none.

No hint and no more than two workers: measured, neither a hint nor more workers than cores help.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.dispatch import Load
from engine.passes import ancestors

MOST_SOLVED = 2_000
"""Steps up to which it is asked; beyond, it would not get near in any time that one waits."""
MOST_IN_CLIQUES = 120
WORKERS = 2
SEED = 1

Watch = Callable[[int | None, int], None]
"""Told the best total so far (None before there is one) and the bound, whenever either gets better."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What it found (求解结果): starts, None where it found nothing in time; no total of ends is below ``bound``."""

    starts: list[int] | None
    bound: int


class SolverError(RuntimeError):
    """It took a model that has an answer for one that has none (求解器出错)."""


def solve(load: Load, seconds: float, horizon: int, watch: Watch | None = None) -> Solved | None:
    """Minimise the sum of the cases' ends; of one case, its end.

    Args:
        load: the steps.
        seconds: how long at most.
        horizon: a day by which everything can be finished in some best schedule.
        watch: told of progress.

    Returns:
        None where OR-Tools is not installed, or the load is too large for it.
    """
    if not load.days or len(load.days) > MOST_SOLVED or seconds <= 0:
        return None
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        return None
    model = cp_model.CpModel()
    starts = _modelled(cp_model, model, load, horizon)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = min(WORKERS, os.cpu_count() or 1)
    solver.parameters.random_seed = SEED
    solver.parameters.use_strong_propagation_in_disjunctive = True
    solver.parameters.use_dynamic_precedence_in_disjunctive = True
    status = solver.solve(model, _watching(cp_model, solver, watch) if watch else None)
    if status in (cp_model.INFEASIBLE, cp_model.MODEL_INVALID):
        raise SolverError(solver.status_name(status))
    found = [solver.value(s) for s in starts] if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return Solved(found, _whole(solver.best_objective_bound))


def _modelled(cp_model: Any, model: Any, load: Load, horizon: int) -> list[Any]:
    starts = [
        model.new_int_var(load.heads[s], max(load.heads[s], horizon - load.tails[s]), "") for s in range(len(load.days))
    ]
    ends = {case: model.new_int_var(load.arrives[case], horizon, "") for case in set(load.case)}
    at_desk: dict[int, list[tuple[Any, int]]] = {}
    for step, days in enumerate(load.days):
        for before in load.preds[step]:
            model.add(starts[step] >= starts[before] + load.days[before])
        model.add(ends[load.case[step]] >= starts[step] + load.tails[step])
        busy = model.new_fixed_size_interval_var(starts[step], days, "") if load.uses[step] else None
        for desk, many in load.uses[step]:
            at_desk.setdefault(desk, []).append((busy, many))
    for desk, held in at_desk.items():
        model.add_cumulative([busy for busy, _ in held], [many for _, many in held], load.capacity[desk])
    for clique in sorted(_cliques(load)):
        model.add_no_overlap([model.new_fixed_size_interval_var(starts[s], load.days[s], "") for s in clique])
    model.minimize(sum(ends.values()))
    return starts


def _cliques(load: Load) -> set[tuple[int, ...]]:
    """Steps of which no two can run at once, for want of desks or because one waits for the other, grown from each step.

    The solver sees such pairs desk by desk alone; told over all desks it proves hard graphs in half the time (measured).
    """
    count = len(load.days)
    if count > MOST_IN_CLIQUES:
        return set()
    before = ancestors(load.order, load.preds)
    apart = [0] * count
    for a in range(count):
        for b in range(a):
            if (before[a] >> b | before[b] >> a) & 1 or _clash(load, a, b):
                apart[a] |= 1 << b
                apart[b] |= 1 << a
    out = set()
    for step in range(count):
        clique, left = [step], apart[step]
        while left:
            most = max(
                (s for s in range(count) if left >> s & 1),
                key=lambda s: load.days[s] * (1 + (apart[s] & left).bit_count()),
            )
            clique.append(most)
            left &= apart[most]
        if len(clique) > 2:
            out.add(tuple(sorted(clique)))
    return out


def _clash(load: Load, a: int, b: int) -> bool:
    other = dict(load.uses[b])
    return any(many + other.get(desk, 0) > load.capacity[desk] for desk, many in load.uses[a] if desk in other)


def _watching(cp_model: Any, solver: Any, watch: Watch) -> Any:
    class Watching(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        """Tells of each better schedule."""

        best: int | None = None

        def on_solution_callback(self) -> None:
            """A better one is there."""
            self.best = round(self.objective_value)
            watch(self.best, _whole(self.best_objective_bound))

    told = Watching()
    solver.best_bound_callback = lambda bound: watch(told.best, _whole(bound))
    return told


def _whole(bound: float) -> int:
    """A bound on a whole number; the solver tells it as a float."""
    return math.ceil(bound - 1e-6)
