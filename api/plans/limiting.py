"""What limits a plan, as it is said (卡在哪里的表示): single changes ranked, sets of assumptions, uncertain durations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine import trial
from engine.decision import assumed_json, cite_json
from engine.errors import Fault, InputError
from engine.frontier import FAILS, Adopted, Candidate, candidates, frontier
from engine.graph import StepGraph
from engine.plan import Calendar, Time
from engine.reading import Conversion, Reading
from engine.sampling import MOST_SAMPLES, Distribution, sample
from engine.terms import Assumed, Unit
from engine.uncertain import read_assumed, read_failing, read_observed
from engine.values import shorten
from engine.whatif import Change, Kind, Limits, Saving, what_if

ONLY_TRIED = Assumed("只是试算，没有依据可以缩短", "")
GUESSED = Assumed(
    f"假设落空的可能暂按 {FAILS:.0%} 计，没有统计可依；可在 failing 中另写",
    "各地公布的模拟审批件数没有说落空了几件",
)
UNITS = {Unit.WORKING: "个工作日", Unit.CALENDAR: "日", Unit.MONTH: "个月", Unit.YEAR: "年"}
SHORTER = {Kind.PROMISED: "按承诺时限", Kind.STATUTORY: "按法定时限", Kind.HALF: "缩短一半", Kind.NONE: "不占时间"}
NO_LONGER = {Kind.CUSTOMARY: "不再等待", Kind.BEFORE_ISSUE: "容缺，不再等待", Kind.ASSUMABLE: "立足于假设，不再等待"}
MOST_TOP = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about (所问): a graph with its time, read one way; limits where a catalogue has them."""

    graph: StepGraph
    time: Time
    reading: Reading
    conversion: Conversion | None = None
    limits: Limits = field(default_factory=dict)

    def head(self) -> dict[str, Any]:
        """The plan itself, as every answer begins with it."""
        net = trial.read(self.graph, self.reading, self.conversion)
        end = trial.end(net, self.time)
        return {
            "reading": self.reading.value,
            "start": _time(self.time.start),
            "finish": _time(end),
            "working_days": self.time.gap(self.time.start, end),
        }


# --- single changes ---------------------------------------------------------------------------------------------------


def what_if_json(asked: Asked, top: int) -> dict[str, Any]:
    """Single changes, the one that saves most first."""
    found = what_if(asked.graph, asked.reading, asked.time, asked.conversion, asked.limits, top)
    return {
        "reading": found.reading.value,
        "start": _time(found.start),
        "finish": _time(found.finish),
        "working_days": found.working_days,
        "tried": found.tried,
        "saving": found.saving,
        "changes": [_saving_json(s, asked.graph) for s in found.changes],
        "warnings": _said(asked.time.warnings(found.finish)),
    }


def _saving_json(saving: Saving, graph: StepGraph) -> dict[str, Any]:
    change = saving.change
    out: dict[str, Any] = {
        "change": says(change, graph),
        "kind": change.kind.value,
        "days_saved": saving.days_saved,
        "finish": _time(saving.finish),
    }
    if change.step is not None:
        out |= {
            "step": change.step.id,
            "days": change.step.days,
            "to_days": change.days,
            "unit": change.step.unit.value,
        }
        limit = change.limit
        return out | _law(
            limit.cite if limit else (), limit is None or limit.local, limit.assumed if limit else ONLY_TRIED
        )
    if change.assumption is not None:
        out["assumption"] = change.assumption.assumption.id
    first = change.edges[0]
    out["needs"] = [{"from": e.before, "to": e.after, "firm": e.firm.value} for e in change.edges]
    cites = tuple(dict.fromkeys(c for e in change.edges for c in e.cite))
    return out | _law(cites, any(e.local for e in change.edges), first.assumed)


def says(change: Change, graph: StepGraph) -> str:
    """A change in words."""
    if change.step is not None:
        unit = UNITS[change.step.unit]
        what = f"少一{unit}" if change.kind is Kind.DAY else SHORTER[change.kind]
        return f"{_name(graph, change.step.id)}{what}：由 {change.step.days} {unit}减为 {change.days} {unit}"
    edge = change.edges[0]
    if change.kind is Kind.ASSUMPTION and change.assumption is not None:
        after = "、".join(dict.fromkeys(e.after for e in change.edges))
        return f"先假设“{change.assumption.assumption.document}”，{after} 不再等待它"
    return f"{_name(graph, edge.after)}{NO_LONGER[change.kind]}{_name(graph, edge.before)}"


def _name(graph: StepGraph, step: str) -> str:
    title = graph.step(step).title
    return f"“{title}”（{step}）" if title and title != step else f"“{step}”"


def _law(cites: Sequence[Any], local: bool, assumed: Assumed | None) -> dict[str, Any]:
    out: dict[str, Any] = {"cite": cite_json(cites)}
    if local:
        out["local"] = True
    if assumed is not None:
        out["assumed"] = assumed_json(assumed)
    return out


# --- sets of assumptions ----------------------------------------------------------------------------------------------


def frontier_json(asked: Asked, failing: Any, assume: Any) -> dict[str, Any]:
    """The sets of assumptions that nothing beats, from none to the one that saves most."""
    known = candidates(asked.graph)
    chosen, fails = _told(known, failing, assume)
    base = trial.read(asked.graph, Reading.PARALLEL, None)
    lasting = dict(zip((s.id for s in base.steps), trial.working_days(base, asked.time), strict=True))
    turned = asked.conversion.days if asked.conversion else None
    found = frontier(asked.graph, chosen, [lasting[s.id] for s in asked.graph.steps], turned, fails)
    finish = trial.end(base, asked.time)
    return {
        "start": _time(asked.time.start),
        "without": {"finish": _time(finish), "working_days": asked.time.gap(asked.time.start, finish)},
        "sets": 1 << len(chosen),
        "assumptions": [_candidate_json(c, fails) for c in chosen],
        "frontier": [_adopted_json(a, asked, finish) for a in found],
        "warnings": _said(asked.time.warnings(finish)),
    }


def _told(known: Sequence[Candidate], failing: Any, assume: Any) -> tuple[tuple[Candidate, ...], dict[str, float]]:
    """Both, with every fault at once."""
    faults: list[Fault] = []
    chosen, fails = tuple(known), dict[str, float]()
    try:
        chosen = read_assumed(assume, known)
    except InputError as error:
        faults += error.errors
    try:
        fails = read_failing(failing, known)
    except InputError as error:
        faults += error.errors
    if faults:
        raise InputError(faults)
    return chosen, fails


def _candidate_json(each: Candidate, fails: Mapping[str, float]) -> dict[str, Any]:
    name = each.assumption.id
    out = {
        "id": name,
        "document": each.assumption.document,
        "discharged_by": each.assumption.discharged_by,
        "needs": [{"from": e.before, "to": e.after} for e in each.edges],
        "fails": fails.get(name, FAILS),
    }
    return out if name in fails else out | _law((), True, GUESSED)


def _adopted_json(adopted: Adopted, asked: Asked, without: Any) -> dict[str, Any]:
    edges = [e for c in adopted.adopted for e in c.edges]
    end = trial.end(trial.assuming(asked.graph, Reading.PARALLEL, asked.conversion, edges), asked.time)
    return {
        "assume": [c.assumption.id for c in adopted.adopted],
        "finish": _time(end),
        "working_days": asked.time.gap(asked.time.start, end),
        "days_saved": asked.time.gap(end, without),
        "step_days_lost": round(adopted.step_days_lost, 2),
        "step_days_at_risk": int(adopted.step_days_at_risk),
    }


# --- uncertain durations ----------------------------------------------------------------------------------------------


def samples_json(asked: Asked, observed: Any, samples: int, seed: int) -> dict[str, Any]:
    """When the whole is finished if steps last as long as they were observed to."""
    if not 1 <= samples <= MOST_SAMPLES:
        fix = f"样本数应为 1 至 {MOST_SAMPLES}。"
        raise InputError([Fault("/samples", shorten(samples), fix, f"Must be from 1 to {MOST_SAMPLES}.")])
    net = trial.read(asked.graph, asked.reading, asked.conversion)
    days = trial.working_days(net, asked.time)
    read = read_observed(observed, {s.id for s in net.steps})
    found = sample(net, days, read, samples, seed)
    titles = {s.id: (s.title, d) for s, d in zip(net.steps, days, strict=True)}
    shown = sorted((s for s, share in found.critical.items() if share or s in read), key=lambda s: -found.critical[s])
    return {
        "reading": asked.reading.value,
        "start": _time(asked.time.start),
        "samples": found.samples,
        "seed": found.seed,
        "plan": {
            "working_days": found.plan,
            "finish": _after(asked.time, found.plan),
            "in_time": round(found.in_time, 4),
            "says": "各环节都恰好用计划天数时的结果，不是预期",
        },
        "of_mean_days": found.of_means,
        "mean": found.mean,
        "standard_error": found.error,
        "merge_bias": round(found.merge_bias, 2),
        "quantiles": [
            {"share": share, "working_days": n, "finish": _after(asked.time, n)} for share, n in found.quantiles.items()
        ],
        "histogram": [{"from": b.first, "to": b.last, "samples": b.samples} for b in found.bars],
        "steps": [
            {
                "id": s,
                "title": titles[s][0],
                "days": titles[s][1],
                "observed": found.observed.get(s, 0),
                "critical": round(found.critical[s], 4),
            }
            for s in shown
        ],
        "as_planned": [s.id for s, d in zip(net.steps, days, strict=True) if s.id not in read and d],
        "warnings": _said((*asked.time.warnings(_later(asked.time, max(found.quantiles.values()))), *_warnings(found))),
    }


def _warnings(found: Distribution) -> Iterator[tuple[str, str]]:
    few = [name for name, count in found.observed.items() if count < 5]
    if not found.observed:
        yield "nothing-observed", "没有任何环节的观察天数（observed），所有样本都等于计划。"
    if few:
        yield "few-observations", f"观察不足 5 次，分布不可靠：{'、'.join(few)}。"


def _said(warnings: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "says": says} for code, says in warnings]


def _later(time: Time, days: int) -> Any:
    """The day on which so many working days have passed."""
    return time.calendar.add(time.start, days) if isinstance(time, Calendar) else time.start + days


def _after(time: Time, days: int) -> Any:
    return _time(_later(time, days))


def _time(at: Any) -> Any:
    return at.isoformat() if isinstance(at, date) else at
