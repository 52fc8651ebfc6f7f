"""Calendar and limits for the commands (命令行所用的日历与时限), from the packaged policy data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from engine.errors import PolicyError
from engine.limits import Limit
from engine.workdays import WorkCalendar
from rules.calendar import load_notices, read_calendar_sources
from rules.layers import layers_of
from rules.limits import load_limits, read_limit_sources
from rules.loader import read_files, read_sources


@lru_cache(maxsize=8)
def calendar(known_on: date | None = None) -> WorkCalendar:
    """The working days, as known on a day (工作日历)."""
    return WorkCalendar.of(load_notices(read_calendar_sources()), known_on)


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Limit]:
    """The limits that bind the policy's own region (本地时限)."""
    wanted = {p: t for p, t in read_sources().items() if p == "policy.yaml" or p.endswith("/region.yaml")}
    files = read_files(wanted)
    faults = list(files.faults)
    layers = layers_of(files, faults)
    if faults:
        raise PolicyError(faults)
    region = next((p.entry.default_region for p in files.of("policy")), "national")
    return load_limits(read_limit_sources(), layers.chain(region))
