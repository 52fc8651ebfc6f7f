"""The time used by a stage (阶段审批用时): the union of its items' time less the union of their stops, DOMAIN §1.7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.clock import Days
from engine.clock_events import Interval, Outcome, union
from engine.clock_reading import only, read_word
from engine.errors import Fault, InputError
from engine.values import read_day, shorten
from engine.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class StageUse:
    """What a stage took (阶段用时): working days 审批用时 less all stops, calendar days 跨度用时 with nothing excluded."""

    used_days: int
    span_days: int
    provisional: bool

    def as_json(self) -> dict[str, Any]:
        """As CONTRACT §2 has it."""
        return {"used_days": self.used_days, "span_days": self.span_days, "provisional": self.provisional}


def stage(
    raw: Any, calendar: WorkCalendar, asof: date, *, told: date | None = None, forecast: bool = False
) -> StageUse:
    """Measure a stage (阶段用时) as of a day; items that were refused or withdrawn are left out.

    Args:
        raw: ``{"items": [{"from", "to", "stops": [{"from", "to"}]}]}``; an item or stop without ``to`` is still open.
        calendar: the working days.
        asof: the day to which what is open runs, unless ``raw`` says another.
        told: the day as of which is asked, where it was told from outside; it must be that of ``raw``.
        forecast: whether unpublished years are answered provisionally.

    Raises:
        InputError: with every fault there is.
    """
    faults: list[Fault] = []
    if not isinstance(raw, Mapping):
        raise InputError([Fault("", shorten(raw), '应为 JSON 对象：{"items": […]}。', "A JSON object with items.")])
    only(raw, ("items", "asof"), "", faults)
    if raw.get("asof") is not None:
        asof = read_day(raw["asof"], "/asof", faults, "截至日") or asof
        if told and told != asof:
            faults.append(Fault("/asof", shorten(raw["asof"]), f"与另行给出的日期 {told} 不一致。", f"Not {told}."))
    entries = _entries(raw.get("items"), "/items", faults)
    items: list[Interval] = []
    stops: list[Interval] = []
    for at, entry in entries:
        only(entry, ("from", "to", "stops", "outcome"), at, faults)
        outcome = entry.get("outcome")
        if outcome is not None:
            outcome = read_word(outcome, Outcome, f"{at}/outcome", faults, "办理结果")
        item = _interval(entry, at, asof, faults)
        inner = _entries(entry["stops"], f"{at}/stops", faults) if entry.get("stops") is not None else []
        for inner_at, stop in inner:
            only(stop, ("from", "to"), inner_at, faults)
        read = [_interval(stop, inner_at, asof, faults) for inner_at, stop in inner]
        if item and outcome in (None, Outcome.GRANTED):
            items.append(item)
            stops += [s for s in read if s]
    if faults:
        raise InputError(faults)
    return _measure(union(items), union(stops), Days(calendar.forecast() if forecast else calendar))


def _measure(items: list[Interval], stops: list[Interval], days: Days) -> StageUse:
    used = sum(days.count(start, end) for start, end in items)
    for item_start, item_end in items:
        for start, end in stops:
            used -= days.count(max(start, item_start), min(end, item_end))
    return StageUse(used, sum((end - start).days for start, end in items), days.provisional)


def _entries(raw: Any, at: str, faults: list[Fault]) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(raw, (list, tuple)):
        faults.append(Fault(at, shorten(raw), "应为列表。", "Must be a list."))
        return []
    entries = []
    for index, entry in enumerate(raw):
        if isinstance(entry, Mapping):
            entries.append((f"{at}/{index}", entry))
        else:
            faults.append(Fault(f"{at}/{index}", shorten(entry), "应写明 from 与 to。", "States from and to."))
    return entries


def _interval(raw: Mapping[str, Any], at: str, asof: date, faults: list[Fault]) -> Interval | None:
    start = read_day(raw.get("from"), f"{at}/from", faults, "开始日")
    end = asof if raw.get("to") is None else read_day(raw["to"], f"{at}/to", faults, "结束日")
    if start is None or end is None:
        return None
    if end < start:
        faults.append(Fault(f"{at}/to", end.isoformat(), f"结束日早于开始日 {start}。", f"Before its start, {start}."))
        return None
    return start, end
