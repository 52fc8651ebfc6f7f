"""Uncertain durations (不确定的办理时间): thousands of plans drawn from what was observed, one column each.

A step that was observed lasts as long as one of its observations, drawn anew for every sample; any other as long as the plan
says. What the plan says of the end is what happens if nothing ever takes longer, and never what is to be expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.columns import BLOCK_CELLS, MOST_CELLS, Rows, Template, room
from engine.errors import Fault, InputError
from engine.reading import Network
from engine.values import escape, shorten

POINTS = 256
"""Points of a step's table: a byte draws one."""
SAMPLES, MOST_SAMPLES = 10_000, 100_000
LONGEST = 36_500
"""Working days that a step may be observed to take."""
MOST_OBSERVED = 100_000
"""Observations that one step may have."""
SHARES = (10, 50, 80, 90, 95)
BARS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """How many samples finish within some working days (直方图的一格), both ends among them."""

    first: int
    last: int
    samples: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """When the whole is finished, in working days from the start (完成时间的分布)."""

    samples: int
    seed: int
    plan: int
    """With the plan's days: what happens if nothing takes longer."""
    in_time: float
    """In what share of the samples it is finished by then."""
    of_means: int | float
    """With each step's mean days."""
    mean: float
    quantiles: Mapping[int, int]
    """For a share in per cent the days within which so many samples are finished."""
    bars: tuple[Bar, ...]
    critical: Mapping[str, float]
    """For each step in what share of the samples a day lost there is lost for the whole."""
    observed: Mapping[str, int]
    """How many observations each step has that has any."""

    @property
    def merge_bias(self) -> float:
        """By how much waiting for the slowest of several puts the end off, against the plan of mean days (汇合偏差)."""
        return self.mean - self.of_means


def read_observed(raw: Any, known: Mapping[str, int], pointer: str = "/observed") -> dict[str, tuple[int, ...]]:
    """Read ``{"B01": [12, 15, 31]}``: working days that each step was observed to take.

    Raises:
        InputError: every fault at once: a step that the plan does not have, an empty list, what is no number of days.
    """
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        fix = "应为“环节代码: [工作日, …]”的对象。"
        raise InputError([Fault(pointer, shorten(raw), fix, "Must be an object of lists.")])
    faults: list[Fault] = []
    out: dict[str, tuple[int, ...]] = {}
    for name, days in raw.items():
        at = f"{pointer}/{escape(str(name))}"
        if name not in known:
            faults.append(Fault(at, shorten(name), f"计划中没有环节“{name}”。", f"The plan has no step {name}."))
        elif not isinstance(days, list) or not 0 < len(days) <= MOST_OBSERVED:
            fix = f"应列出 1 至 {MOST_OBSERVED} 个观察到的工作日数。"
            faults.append(Fault(at, shorten(days), fix, "Must be a list of working days that is not empty."))
        else:
            wrong = [i for i, d in enumerate(days) if isinstance(d, bool) or not isinstance(d, int) or not 0 <= d <= LONGEST]
            fix = f"工作日数应为 0 至 {LONGEST} 的整数。"
            faults += [Fault(f"{at}/{i}", shorten(days[i]), fix, "Must be whole working days.") for i in wrong[:20]]
            out[name] = tuple(days)
    if faults:
        raise InputError(faults)
    return out


def table(observed: Sequence[int]) -> NDArray[np.int64]:
    """The observations as a table of equally probable points: only days that were observed stand in it."""
    ordered = np.sort(np.asarray(observed, np.int64))
    at = ((np.arange(POINTS) + 0.5) / POINTS * len(ordered)).astype(np.int64)
    found: NDArray[np.int64] = ordered[at]
    return found


def sample(
    net: Network, days: Sequence[int], observed: Mapping[str, Sequence[int]], samples: int = SAMPLES, seed: int = 0
) -> Distribution:
    """Draw plans and work each out.

    Args:
        net: one reading of a graph.
        days: working days of each of its steps in the plan.
        observed: for a step the working days that it was observed to take.
        samples: how many plans.
        seed: the same seed draws the same plans.

    Raises:
        InputError: too many steps and samples together.
    """
    if len(net.steps) * samples > MOST_CELLS:
        says = f"{len(net.steps)} 个环节、{samples} 个样本太多；二者之积至多 {MOST_CELLS}。"
        raise InputError([Fault("/samples", samples, says, f"Steps times samples may be {MOST_CELLS} at most.")])
    tables = {i: table(observed[s.id]) for i, s in enumerate(net.steps) if s.id in observed}
    draw = Draw(net, days, tables, seed)
    ends, critical = np.empty(samples, np.int64), np.zeros(len(net.steps), np.int64)
    block = max(1, min(samples, BLOCK_CELLS // max(1, len(net.steps))))
    for at in range(0, samples, block):
        part = slice(at, min(at + block, samples))
        ends[part] = draw.some(part.stop - at, critical)
    plan = int(draw.plain(days))
    means: list[Any] = [tables[i].mean() if i in tables else d for i, d in enumerate(days)]
    ordered = np.sort(ends)
    return Distribution(
        samples,
        seed,
        plan,
        float(np.mean(ends <= plan)),
        round(float(draw.plain(means)), 2),
        round(float(ends.mean()), 2),
        {share: int(ordered[-(-share * samples // 100) - 1]) for share in SHARES},
        tuple(_bars(ordered)),
        {s.id: float(n) / samples for s, n in zip(net.steps, critical.tolist(), strict=True)},
        {net.steps[i].id: len(observed[net.steps[i].id]) for i in tables},
    )


class Draw:
    """Draws blocks of samples and works them out, in the same rows each time."""

    def __init__(
        self, net: Network, days: Sequence[int], tables: Mapping[int, NDArray[np.int64]], seed: int
    ) -> None:
        """Prepare the order, the tables in the smallest type that holds any end, and the generator of that seed."""
        self.template = Template(net.order, net.preds)
        longest = sum(int(tables[i].max()) if i in tables else d for i, d in enumerate(days))
        self.type = room(longest)
        self.days = list(days)
        self.tables = {i: made.astype(self.type) for i, made in tables.items()}
        self.random = np.random.Generator(np.random.SFC64(seed))

    def plain(self, days: Sequence[Any]) -> Any:
        """The end with one set of days."""
        column = np.array(days, float if any(isinstance(d, float) for d in days) else np.int64).reshape(-1, 1)
        return self.template.ends(self.template.finishes(column))[0]

    def drawn(self, samples: int) -> Rows:
        """Days of every step in so many samples."""
        out: Rows = np.empty((len(self.days), samples), self.type)
        points = np.frombuffer(self.random.bytes(len(self.tables) * samples), np.uint8).reshape(-1, samples)
        for (step, made), row in zip(self.tables.items(), points, strict=True):
            np.take(made, row, out=out[step], mode="clip")
        for step, days in enumerate(self.days):
            if step not in self.tables:
                out[step] = days
        return out

    def some(self, samples: int, critical: NDArray[np.int64]) -> Rows:
        """Ends of so many samples; adds for each step in how many of them it is critical."""
        passes = self.template.passes(self.drawn(samples))
        through = passes.finishes
        through -= passes.days
        through += passes.tails
        for step, row in enumerate(through):
            critical[step] += np.count_nonzero(row == passes.end)
        return passes.end


def _bars(ordered: NDArray[np.int64]) -> list[Bar]:
    low, high = int(ordered[0]), int(ordered[-1])
    width = -(-(high - low + 1) // BARS)
    counts = np.bincount((ordered - low) // width)
    return [Bar(low + i * width, low + (i + 1) * width - 1, int(n)) for i, n in enumerate(counts.tolist())]
