"""Both passes over one large graph in plain numbers (一张大图的推算): order, earliest, latest and slack in two walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.passes import Preds, in_order, successors


@dataclass(frozen=True, slots=True)
class Spans:
    """Earliest and latest starts of every step, and when the whole is finished."""

    starts: list[int]
    latest_starts: list[int]
    end: int

    @property
    def slack(self) -> list[int]:
        """By how much each step may slip (机动)."""
        return [late - early for early, late in zip(self.starts, self.latest_starts, strict=True)]


def spans(preds: Preds, days: Sequence[int]) -> Spans:
    """Work a graph out; the order is found on the way forward (Kahn 1962), and walked back.

    Args:
        preds: for each step the numbers of those that it waits for.
        days: how long each takes.

    Raises:
        CycleFoundError: names one cycle.
    """
    after = successors(preds)
    waits = list(map(len, preds))
    order = [step for step, count in enumerate(waits) if not count]
    starts = [0] * len(waits)
    end = 0
    for step in order:  # grows while it is walked
        done = starts[step] + days[step]
        if done > end:
            end = done
        for each in after[step]:
            if done > starts[each]:
                starts[each] = done
            left = waits[each] = waits[each] - 1
            if not left:
                order.append(each)
    if len(order) < len(waits):
        in_order(preds)  # names the cycle
    late = [end] * len(waits)  # latest finishes, until a step is walked
    for step in reversed(order):
        at = late[step] = late[step] - days[step]
        for each in preds[step]:
            if at < late[each]:
                late[each] = at
    return Spans(starts, late, end)
