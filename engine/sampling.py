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

from engine.columns import MOST_CELLS, Rows, Template, room
from engine.errors import Fault, InputError
from engine.passes import earliest
from engine.reading import Network

POINTS = 256
"""Points of a step's table: a byte draws one."""
SAMPLES, MOST_SAMPLES = 10_000, 100_000
_MIDDLES = 2 * np.arange(POINTS) + 1
SHARES = (10, 50, 80, 90, 95)
BARS = 20
HELD = 800_000
"""Steps times samples that are held at once: what the processor keeps near."""


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
    error: float
    """Standard error of the mean (标准误): about this far off, for so many samples only."""
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


def table(observed: Sequence[int]) -> NDArray[np.int64]:
    """The observations as a table of equally probable points: only days that were observed stand in it."""
    found: NDArray[np.int64] = np.array(sorted(observed))[_MIDDLES * len(observed) // (2 * POINTS)]
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
    ends, critical = draw.all(samples)
    plan = _end(net, days)
    means = [tables[i].sum() / POINTS if i in tables else float(d) for i, d in enumerate(days)]
    ordered = np.sort(ends)
    return Distribution(
        samples,
        seed,
        plan,
        float(np.mean(ends <= plan)),
        round(float(_end(net, means)), 2),
        round(float(ends.mean(dtype=np.float64)), 2),
        round(float(ends.std(dtype=np.float64)) / samples**0.5, 2),
        {share: int(ordered[-(-share * samples // 100) - 1]) for share in SHARES},
        tuple(_bars(ordered)),
        {s.id: float(n) / samples for s, n in zip(net.steps, critical, strict=True)},
        {net.steps[i].id: len(observed[net.steps[i].id]) for i in tables},
    )


class Draw:
    """Draws blocks of samples and works them out, in the same rows each time."""

    def __init__(self, net: Network, days: Sequence[int], tables: Mapping[int, NDArray[np.int64]], seed: int) -> None:
        """Prepare the order, the tables in the smallest type that holds any end, and the generator of that seed."""
        self.template = Template(net.order, net.preds)
        longest = sum(int(tables[i].max()) if i in tables else d for i, d in enumerate(days))
        self.type = room(longest)
        self.days = list(days)
        self.tables = {i: made.astype(self.type) for i, made in tables.items()}
        self.random = np.random.Generator(np.random.SFC64(seed))

    def all(self, samples: int) -> tuple[Rows, list[int]]:
        """The end of every sample, and for each step in how many of them it is critical."""
        count = len(self.days)
        block = max(1, min(samples, HELD // max(1, count)))
        ends: Rows = np.empty(samples, self.type)
        critical = [0] * count
        days, finishes = np.empty((2, count, block), self.type)
        for at in range(0, samples, block):
            width = min(block, samples - at)
            self._draw(days[:, :width])
            self.template.finishes(days[:, :width], finishes[:, :width])
            here = ends[at : at + width] = self.template.ends(finishes[:, :width])
            found = self.template.critical(days[:, :width], finishes[:, :width], here)
            critical = [a + b for a, b in zip(critical, found, strict=True)]
        return ends, critical

    def _draw(self, days: Rows) -> None:
        """Draw days for every step: a byte for each that was observed, the plan's days for the others."""
        width = days.shape[1]
        points = np.frombuffer(self.random.bytes(len(self.tables) * width), np.uint8).reshape(-1, width)
        drawn = iter(points)
        for step, row in enumerate(days):
            made = self.tables.get(step)
            if made is None:
                row[...] = self.days[step]
            else:
                np.take(made, next(drawn), out=row, mode="clip")


def _end(net: Network, days: Sequence[Any]) -> Any:
    return max(earliest(net.order, net.preds, 0, lambda s, start: start + days[s])[1], default=0)


def _bars(ordered: Rows) -> list[Bar]:
    low, high = int(ordered[0]), int(ordered[-1])
    width = -(-(high - low + 1) // BARS)
    counts = np.bincount((ordered.astype(np.int64) - low) // width)
    return [Bar(low + i * width, low + (i + 1) * width - 1, int(n)) for i, n in enumerate(counts.tolist())]
