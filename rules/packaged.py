"""The policy that scenarios run under (情景所用的政策): the shipped one, or with one local parameter set otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import yaml

from engine.errors import Fault, InputError
from engine.limits import Limit
from engine.workdays import WorkCalendar
from rules.calendar import load_notices
from rules.compiler import Policy, compile_policy
from rules.limits import load_limits
from rules.loader import PolicySources, is_calendar, is_limits, load_policy, read_sources
from rules.yamlio import read_yaml

YES_NO = {"是": True, "否": False}
UNKNOWN = ("", "未知")


@dataclass(frozen=True, slots=True)
class Rules:
    """A set of policy files, read and compiled once a process (读入并编译的政策)."""

    sources: PolicySources
    policy: Policy
    limits: Mapping[str, Limit]

    @classmethod
    def of(cls, sources: PolicySources) -> Rules:
        """Compile a set of files."""
        policy = compile_policy(load_policy(sources))
        return cls(sources, policy, load_limits({p: t for p, t in sources.items() if is_limits(p)}))


@cache
def packaged_rules() -> Rules:
    """The policy that is shipped."""
    return Rules.of(read_sources())


@cache
def rules_with(parameter: str, value: str) -> Rules:
    """The shipped policy, one local parameter set otherwise (改一项本地口径); 是 and 否 are yes and no."""
    rules = packaged_rules()
    known = {p.entry.title: p.entry.id for p in rules.policy.files.of("parameters")}
    path = f"{rules.policy.default_region}/settings.yaml"
    data, _ = read_yaml(path, rules.sources[path])
    entry = next((s for s in data["settings"] if s["parameter"] == known.get(parameter, parameter)), None)
    if entry is None:
        raise InputError([Fault(parameter, value, f"本地没有名为“{parameter}”的口径。", "No such parameter here.")])
    whole = int(value) if value.isascii() and value.isdigit() else value
    entry["value"] = YES_NO.get(value, whole)
    return Rules.of({**rules.sources, path: yaml.safe_dump(data, allow_unicode=True, sort_keys=False)})


@cache
def calendar_known(known_on: date | None = None) -> WorkCalendar:
    """The working days, as known on a day."""
    return WorkCalendar.of(
        load_notices({p: t for p, t in packaged_rules().sources.items() if is_calendar(p)}), known_on
    )
