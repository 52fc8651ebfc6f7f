"""What is told of a plan besides its days (不确定的情况): days observed, how often assumptions fail, which are compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.errors import Fault, InputError
from engine.frontier import Candidate
from engine.values import NumberText, escape, shorten

LONGEST = 36_500
"""Working days that a step may be observed to take."""
MOST_OBSERVED = 100_000
"""Observations that one step may have."""
MOST_TOLD = 20
"""Faults that are told of one list."""


def read_observed(raw: Any, known: Collection[str], pointer: str = "/observed") -> dict[str, tuple[int, ...]]:
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
            wrong = [i for i, d in enumerate(days) if not _whole(d)][:MOST_TOLD]
            fix = f"工作日数应为 0 至 {LONGEST} 的整数。"
            faults += [Fault(f"{at}/{i}", shorten(days[i]), fix, "Must be whole working days.") for i in wrong]
            out[name] = tuple(days)
    if faults:
        raise InputError(faults)
    return out


def read_failing(raw: Any, known: Sequence[Candidate], pointer: str = "/failing") -> dict[str, float]:
    """Read ``{"land-contract": 0.2}``: how probably each assumed document turns out otherwise.

    Raises:
        InputError: every fault at once: an assumption that the project does not have, what is no share.
    """
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        fix = "应为“假设代号: 落空的可能（0 至 1）”的对象。"
        raise InputError([Fault(pointer, shorten(raw), fix, "Must be an object of numbers from 0 to 1.")])
    faults: list[Fault] = []
    out: dict[str, float] = {}
    ids = [c.assumption.id for c in known]
    for name, share in raw.items():
        at = f"{pointer}/{escape(str(name))}"
        if name not in ids:
            faults.append(_no_assumption(at, name, ids))
        elif not _share(share):
            fix = "落空的可能应为 0 至 1 的数，如 0.1。"
            faults.append(Fault(at, shorten(share), fix, "Must be a number from 0 to 1."))
        else:
            out[name] = float(share)
    if faults:
        raise InputError(faults)
    return out


def read_assumed(raw: Any, known: Sequence[Candidate], pointer: str = "/assume") -> tuple[Candidate, ...]:
    """Read which assumptions are compared; all of the project where nobody says.

    Raises:
        InputError: every fault at once.
    """
    if raw is None:
        return tuple(known)
    ids = [c.assumption.id for c in known]
    if not isinstance(raw, list):
        raise InputError([Fault(pointer, shorten(raw), "应为假设代号的列表。", "Must be a list of assumptions.")])
    faults = [_no_assumption(f"{pointer}/{i}", name, ids) for i, name in enumerate(raw) if name not in ids]
    if faults:
        raise InputError(faults[:MOST_TOLD])
    return tuple(c for c in known if c.assumption.id in raw)


def _no_assumption(at: str, name: Any, ids: Sequence[str]) -> Fault:
    says = f"这个项目没有可采用的假设“{shorten(name)}”；有：{'、'.join(ids[:MOST_TOLD]) or '无'}。"
    return Fault(at, shorten(name), says, "The project has no such assumption.")


def _whole(days: Any) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= LONGEST


def _share(raw: Any) -> bool:
    if isinstance(raw, NumberText):
        raw = Decimal(raw)
    return isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool) and 0 <= raw <= 1
