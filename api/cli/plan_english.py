"""A plan in English words (``--lang en``): what the law and the policy say stays as it is written, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TITLES = {
    "serial": "serial (as today)",
    "parallel": "parallel (as the law allows)",
    "simulated": "simulated approval",
    "beforehand": "parallel, decided on a review finished beforehand",
}
MILESTONES = {"design_review_start": "design review starts", "construction_start": "construction permit granted"}
NOT_LEAVE = "This plan is no permit: works may start only under a construction permit."
NO_FORCE = "simulated, no effect of a permit"


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """One reading, or several side by side."""
    return _comparison(found) if "readings" in found else _lines(found)


def _comparison(found: Mapping[str, Any]) -> Iterator[str]:
    for name, each in found["readings"].items():
        yield _head(name, each)
    for name, by in found["milestones"].items():
        yield f"{MILESTONES[name]}: " + ", ".join(f"{TITLES[r]} {at or '—'}" for r, at in by.items())
    yield _saved(found["savings"])
    yield NOT_LEAVE
    warnings = {w["says"]: w["code"] for each in found["readings"].values() for w in each["warnings"]}
    yield from (f"  note ({code}): {says}" for says, code in warnings.items() if code != "no-duration")
    if untimed := sum(code == "no-duration" for code in warnings.values()):
        yield f"  note: {untimed} steps have neither a statutory nor a promised limit and count as 0 days; state them in durations"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield _head(found["reading"], found)
    for step in found["steps"]:
        mark = "●" if step["critical"] else "○"
        stands = f"  stands on {', '.join(step['stands_on'])} ({NO_FORCE})" if step["stands_on"] else ""
        unsure = "  (not known whether it applies)" if step["applies"] == "unknown" else ""
        days = f"{step['earliest_start']} → {step['earliest_finish']}"
        yield f"  {mark} {days}  {step['id']} {step['title']}  slack {step['slack']}{stands}{unsure}"
    for each in found["dropped"]:
        yield f"  no longer waits {_edge(each)} ({each['firm']}): {each['days_saved']} working days by itself; {_law(each)}"
    for each in found.get("beforehand", ()):
        yield f"  only the decision waits {_edge(each)}: {each['days_saved']} working days by itself; {_law(each)}"
    yield _saved(found["savings"])
    if isinstance(found["start"], str):  # a bare graph is nobody's project
        yield NOT_LEAVE
    yield from (f"  note ({w['code']}): {w['says']}" for w in found["warnings"])


def _head(name: str, found: Mapping[str, Any]) -> str:
    return f"{TITLES[name]}: {found['start']} to {found['finish']}, {found['working_days']} working days"


def _edge(each: Mapping[str, Any]) -> str:
    return f"{each['from']} → {each['to']}"


def _law(each: Mapping[str, Any]) -> str:
    cited = ", ".join(f"《{c['instrument']}》{c['article']}" for c in each["cite"])
    said = each.get("assumed")
    return cited or (f"no law, assumed: {said['says']} ({said['example']})" if said else "no law")


def _saved(saved: Mapping[str, int]) -> str:
    return (
        f"working days saved: {saved['by_dropping_custom']} by dropping custom, {saved['by_before_issue']} by supplying "
        f"papers before issue, {saved['by_assumption']} by assuming, {saved['by_capacity']} by capacity"
    )
