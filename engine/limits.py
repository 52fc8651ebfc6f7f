"""The limits that the policy names (时限): dated values with their law, and the last day that one of them gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.errors import Fault, InputError
from engine.terms import Assumed, Cite, LimitInForce, LimitKind, Unit
from engine.workdays import WorkCalendar, last_day


@dataclass(frozen=True, slots=True)
class LimitValue:
    """What a limit is from a day on (时限取值), by which law; or, locally, what is assumed until an instrument is known."""

    effective_from: date
    days: int
    cite: tuple[Cite, ...] = ()
    local: bool = False
    assumed: Assumed | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One named limit (时限): days, months or years, whom it binds, and every value it ever had.

    ``backward`` counts before its day; ``extends`` is the limit whose last day it counts from; ``under`` the statutory
    limit that it may never exceed. ``region`` is the folder that sets it, ``place`` its file and line.
    """

    id: str
    title: str
    kind: LimitKind
    unit: Unit
    values: tuple[LimitValue, ...]
    backward: bool = False
    extends: str | None = None
    under: str | None = None
    region: str = "national"
    place: str = ""

    def value_on(self, day: date) -> LimitValue | None:
        """The value in force on a day, or None before the first."""
        return next((v for v in reversed(self.values) if v.effective_from <= day), None)

    def in_force(self, day: date) -> LimitInForce | None:
        """The limit as it stands on a day (现行时限), or None before its first value."""
        value = self.value_on(day)
        if value is None:
            return None
        return LimitInForce(
            self.id,
            self.title,
            self.kind,
            value.days,
            self.unit,
            value.cite,
            value.local,
            value.assumed,
            self.backward,
        )


@dataclass(frozen=True, slots=True)
class Due:
    """The last day that a limit gives (到期日), as CONTRACT §3 has it."""

    limit: LimitInForce
    start: date
    due: date
    backward: bool
    provisional: bool

    def as_json(self) -> dict[str, Any]:
        """The answer; a value without an instrument carries ``local`` and ``assumed`` instead of a citation."""
        out: dict[str, Any] = {
            "limit": self.limit.id,
            "title": self.limit.title,
            "from": self.start.isoformat(),
            "due": self.due.isoformat(),
            "days": self.limit.days,
            "unit": self.limit.unit.value,
            "backward": self.backward,
            "provisional": self.provisional,
            "cite": [{"instrument": c.instrument, "article": c.article} for c in self.limit.cite],
        }
        if self.limit.local:
            assumed = self.limit.assumed or Assumed("")
            out |= {"local": True, "assumed": {"says": assumed.says, "example": assumed.example}}
        return out


def due(limit: Limit, start: date, calendar: WorkCalendar, *, backward: bool = False, forecast: bool = False) -> Due:
    """The last day (最后一日) of a limit from ``start``, by the value in force on that day.

    Args:
        limit: the limit.
        start: the day from which it runs, not counted itself; before which it runs, where it counts backward. An
            extension runs from the last day of the limit that it extends.
        calendar: the working days.
        backward: count backward although the limit does not say so.
        forecast: answer for unpublished years too, provisionally.

    Raises:
        InputError: where the limit had no value yet on that day.
        NotPublishedError: where a day of an unpublished year is needed and no ``forecast`` is wanted.
    """
    here = limit.in_force(start)
    if here is None:
        since = limit.values[0].effective_from
        fix = f"“{limit.title}”自{since}起施行，此前没有这一时限。"
        raise InputError([Fault("/from", start.isoformat(), fix, f"{limit.id} is in force since {since}.")])
    backward = backward or limit.backward
    days = calendar.forecast() if forecast else calendar
    found = last_day(days, start, here.days, here.unit, backward=backward)
    return Due(here, start, found, backward, not calendar.is_final(max(found, start) if backward else found))


def find_limit(limits: Mapping[str, Limit], name: Any, pointer: str = "/limit") -> Limit:
    """The limit of that id.

    Raises:
        InputError: where there is none, with the nearest id that there is.
    """
    if isinstance(name, str) and name in limits:
        return limits[name]
    from difflib import get_close_matches

    near = get_close_matches(str(name), list(limits), n=1, cutoff=0.4)
    hint = f"是否要写 {near[0]}？" if near else ""
    fix = f"没有这一时限。{hint}可用：{'、'.join(limits)}。"
    raise InputError([Fault(pointer, str(name)[:80], fix, f"No such limit. Known are {', '.join(limits)}.")])
