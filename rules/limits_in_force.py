"""The limits and notices among the policy files (时限与放假安排), read once for all days and regions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from engine.errors import Fault, PolicyError
from engine.limits import Limit
from engine.workdays import Notice
from rules.calendar import load_notices
from rules.layers import View
from rules.limits import Found, try_limits
from rules.loader import PolicyFiles, is_calendar, is_limits, unknown_name


@dataclass(frozen=True, slots=True)
class LimitFiles:
    """Every limit of every layer, and the holiday notices held."""

    limits: tuple[Limit, ...] = ()
    notices: tuple[Notice, ...] = ()
    broken: frozenset[str] = frozenset()
    """Ids of limits that could not be read: that somebody names them is no fault of theirs."""

    @classmethod
    def read(cls, files: PolicyFiles, faults: list[Fault]) -> LimitFiles:
        """Read the limits and notices among the files; what is wrong with them goes to ``faults``."""
        found, notices, more = _read(tuple(sorted(files.other.items())))
        faults.extend((*found.faults, *more))
        return cls(found.limits, notices, found.broken)

    @property
    def calendar_known_on(self) -> date | None:
        """The day on which the newest notice held was made public."""
        return max((n.issued for n in self.notices), default=None)

    def turning_days(self) -> Iterator[date]:
        """Days on which a limit takes a new value."""
        for limit in self.limits:
            for value in limit.values:
                yield value.effective_from

    def of(self, view: View, faults: list[Fault]) -> dict[str, Limit]:
        """The limits that bind the region, in force today or not."""
        chain = view.layers.chain(view.region)
        found: dict[str, Limit] = {}
        for limit in sorted((x for x in self.limits if x.region in chain), key=lambda x: chain.index(x.region)):
            if limit.id in found:
                fix = f"“{limit.id}”已在 {found[limit.id].place} 写过，请删去一处或另取代号。"
                faults.append(Fault(limit.place, limit.id, fix, "Written twice."))
            found.setdefault(limit.id, limit)
        return found

    def source_faults(self, files: PolicyFiles) -> Iterator[Fault]:
        """Limits that cite an instrument that nobody has declared."""
        known = {p.entry.instrument for p in files.of("sources")}
        for limit in self.limits if known else ():
            for value in limit.values:
                for cite in value.cite:
                    if cite.instrument not in known:
                        yield unknown_name(limit.place, cite.instrument, "文件（见 sources）", known)


@lru_cache(maxsize=4)
def _read(texts: tuple[tuple[str, str], ...]) -> tuple[Found, tuple[Notice, ...], tuple[Fault, ...]]:
    """Read once what checking and compiling both ask for."""
    limits = try_limits({p: t for p, t in texts if is_limits(p)})
    try:
        return limits, load_notices({p: t for p, t in texts if is_calendar(p)}), ()
    except PolicyError as error:
        return limits, (), error.errors
