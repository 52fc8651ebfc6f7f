"""Real cases held against a plan (对照检查): what GRAPH §5 calls the six findings, each with its class and its days.

Violations (违规): a needed order broken; something with legal effect done while an assumption was open. Findings (问题): a step
left out; a limit overrun. Advice (建议): begun only after a step that it did not need; a custom kept, and what it cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from engine.eventlog import DAY_MICROS, EPOCH, NONE, Ruler, Steps, union
from engine.replay import Case, Done, Replay, put_off
from engine.terms import Firm, Unit
from engine.yardstick import Yardstick

MOST_FINDINGS = 100_000
"""Findings that are told one by one; beyond them they are only counted."""


class Kind(StrEnum):
    """What was found (发现)."""

    BROKEN_ORDER = "broken_order"
    OPEN_ASSUMPTION = "open_assumption"
    MISSING_STEP = "missing_step"
    LATE = "late"
    MISSED_PARALLEL = "missed_parallel"
    CUSTOMARY_ORDER = "customary_order"


CLASSES: Mapping[Kind, str] = {
    Kind.BROKEN_ORDER: "violation",
    Kind.OPEN_ASSUMPTION: "violation",
    Kind.MISSING_STEP: "finding",
    Kind.LATE: "finding",
    Kind.MISSED_PARALLEL: "advice",
    Kind.CUSTOMARY_ORDER: "advice",
}
COUNTS = ("broken_order", "open_assumptions", "late", "late_days", "missing_steps", "skipped_steps")
WRONG = ("broken_order", "open_assumptions", "late", "skipped_steps")
"""What a case without violations and findings has none of; a step that it has not come to yet is no fault."""
COUNTS_OF_ADVICE = ("missed_parallel_days", "customary_days")
UNITS = {Unit.WORKING: "个工作日", Unit.CALENDAR: "日", Unit.MONTH: "个月", Unit.YEAR: "年"}


def grade_of(kind: Kind, yardstick: Yardstick) -> str:
    """The class of a finding; to differ from an order that was merely mined breaks no law."""
    return "finding" if yardstick.source == "mined" and kind is Kind.BROKEN_ORDER else CLASSES[kind]


@dataclass(slots=True)
class Tally:
    """The counts of one case, or of all (计数)."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*COUNTS, *COUNTS_OF_ADVICE), 0))
    findings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: str, n: int = 1) -> None:
        """Count."""
        self.counts[key] += n


def conform(
    steps: Steps, yardstick: Yardstick, ruler: Ruler, progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Hold every case of a log against a plan.

    Args:
        steps: what was done.
        yardstick: the plan.
        ruler: working days.
        progress: told the number of each case that is through.
    """
    replay = Replay(steps, yardstick, ruler)
    check = _Check(replay)
    total = Tally()
    cases: list[dict[str, Any]] = []
    told = left_out = 0
    for number, name in enumerate(steps.log.cases):
        found = check.case(number)
        for key, n in found.counts.items():
            total.add(key, n)
        kept = found.findings[: max(0, MOST_FINDINGS - told)]
        told += len(kept)
        left_out += len(found.findings) - len(kept)
        cases.append({"case": name, **found.counts, "findings": kept})
        if progress is not None:
            progress(number)
    clean = sum(1 for c in cases if not any(c[key] for key in WRONG))
    return {
        "cases": cases,
        "total": {"cases": len(cases), "without_findings": clean, **total.counts},
        "customs": check.customs_json(),
        "classes": {kind.value: grade_of(kind, yardstick) for kind in Kind},
        "plan": {
            "source": yardstick.source,
            "steps": len(yardstick.steps),
            "not_in_log": [s.id for n, s in enumerate(yardstick.steps) if s.expected and n not in replay.seen],
            "unknown_activities": replay.unknown,
            "titles": yardstick.titles,
        },
        "findings_left_out": left_out,
    }


class _Check:
    """Checks cases one after the other, and remembers what customs cost over all of them."""

    def __init__(self, replay: Replay) -> None:
        self.replay, self.yard, self.ruler = replay, replay.yardstick, replay.ruler
        self.customs: dict[tuple[int, int], list[int]] = {}
        self.expected = [n for n, s in enumerate(self.yard.steps) if s.expected]
        below = 0
        self.rests = [0] * len(self.yard.steps)
        """For each step those that rest on it."""
        for s, needed in enumerate(self.yard.needed):
            while needed:
                below = needed & -needed
                self.rests[below.bit_length() - 1] |= 1 << s
                needed ^= below

    def case(self, number: int) -> Tally:
        """The six findings of one case."""
        case, tally = self.replay.case(number), Tally()
        for done in case.done.values():
            self._order(case, done, tally)
            self._assumptions(case, done, tally)
            self._late(case, done, tally)
            self._waits(case, done, tally)
        self._missing(case, tally)
        self._case_late(number, tally)
        tally.findings.sort(key=lambda f: f["on"] or "")
        return tally

    def _tell(self, tally: Tally, kind: Kind, step: int | None, on: int | None, says: str, **more: Any) -> None:
        name = self.yard.steps[step].id if step is not None else None
        tally.findings.append(
            {"kind": kind.value, "class": grade_of(kind, self.yard), "step": name, "on": _iso(on), "says": says, **more}
        )

    def _title(self, step: int) -> str:
        stage = self.yard.steps[step]
        return stage.id if stage.title == stage.id else f"{stage.id}（{stage.title}）"

    def _order(self, case: Case, done: Done, tally: Tally) -> None:
        for p, at_end in case.near[done.step]:
            before = case.done[p]
            if _earlier(done.end, done.end_exact, before):
                how, says = "finished", "办结"
            elif (
                done.known
                and not at_end
                and self.yard.source != "mined"
                and _earlier(done.begun, done.begun_exact, before)
            ):
                how, says = "began", "开始"
            else:
                continue
            tally.add("broken_order")
            text = f"{self._title(done.step)}在{self._title(p)}办结（{_iso(before.end_day)}）之前已{says}"
            on = done.end_day if how == "finished" else done.begun_day
            self._tell(tally, Kind.BROKEN_ORDER, done.step, on, text, needs=self.yard.steps[p].id, how=how)

    def _assumptions(self, case: Case, done: Done, tally: Tally) -> None:
        for assumption, maker in self.yard.assumed[done.step]:
            real = case.done.get(maker)
            if real is not None and not _earlier(done.end, done.end_exact, real):
                continue
            tally.add("open_assumptions")
            came = f"到{_iso(real.end_day)}才办结" if real else "没有办结"
            text = f"{self._title(done.step)}有法律效力，作出时假设 {assumption} 尚未落实：{self._title(maker)}{came}"
            more = {"assumption": assumption, "discharged_by": self.yard.steps[maker].id}
            self._tell(tally, Kind.OPEN_ASSUMPTION, done.step, done.end_day, text, **more)

    def _late(self, case: Case, done: Done, tally: Tally) -> None:
        stage = self.yard.steps[done.step]
        if done.due != NONE:
            since = min(done.begun_day, done.due)
            days, last = put_off(self.ruler, _day(max(done.due, case.opened)), since, done.end_day, done.stops)
            limit, source = f"期限 {_iso(done.due)}", "log"
        else:
            days, last = case.past_due(done, done.begun_day)
            limit, source = f"时限 {stage.days} {UNITS[stage.unit]}", stage.duration or self.yard.source
        if days:
            tally.add("late")
            tally.add("late_days", days)
            net = "，已扣除停表" if done.stops else ""
            guess = "" if done.known or done.due != NONE else "；日志没有开始时间，从上一环节办结时起算"
            text = f"{self._title(done.step)}超期 {days} 个工作日（{limit}{net}）：最后一日 {_iso(last)}，{_iso(done.end_day)} 办结{guess}"
            more = {"days": days, "due": _iso(last), "limit": source, "estimated": not done.known and done.due == NONE}
            self._tell(tally, Kind.LATE, done.step, done.end_day, text, **more)

    def _case_late(self, number: int, tally: Tally) -> None:
        steps = self.replay.steps
        due = int(steps.log.case_due[number])
        if due == NONE:
            return
        opened, closed = int(steps.opened[number]) // DAY_MICROS, int(steps.closed[number]) // DAY_MICROS
        stops = union(steps.stops.get(number, ()), -1)
        days, last = put_off(self.ruler, _day(max(due, opened)), opened, closed, stops) if closed > due else (0, due)
        if days:
            tally.add("late")
            tally.add("late_days", days)
            text = f"全件超期 {days} 个工作日（期限 {_iso(due)}）：扣除停表后最后一日 {_iso(last)}，{_iso(closed)} 办结"
            more = {"days": days, "due": _iso(last), "limit": "log", "estimated": False}
            self._tell(tally, Kind.LATE, None, closed, text, **more)

    def _waits(self, case: Case, done: Done, tally: Tally) -> None:
        for before, firm in self.yard.customs[done.step]:
            if firm is Firm.CUSTOMARY and before in case.done:
                seen = self.customs.setdefault((before, done.step), [0, 0, 0])
                seen[1] += 1
                seen[0] += case.done[before].end_day <= done.begun_day
        wait, customs = case.wait(done)
        for each in customs:
            if each.firm is Firm.CUSTOMARY:
                self.customs[each.behind, done.step][2] += each.days
                text = (
                    f"{self._title(done.step)}照习惯等到{self._title(each.behind)}办结才开始，用去 {each.days} 个工作日"
                )
                self._advise(tally, Kind.CUSTOMARY_ORDER, done, each.behind, each.days, text, each.sure)
        tally.add("customary_days", max((c.days for c in customs if c.firm is Firm.CUSTOMARY), default=0))
        if wait is not None:
            tally.add("missed_parallel_days", wait.days)
            if wait.firm is not Firm.CUSTOMARY:
                text = f"{self._title(done.step)}不需要{self._title(wait.behind)}，却等其办结才开始，晚了 {wait.days} 个工作日"
                self._advise(tally, Kind.MISSED_PARALLEL, done, wait.behind, wait.days, text, wait.sure)

    def _advise(self, tally: Tally, kind: Kind, done: Done, behind: int, days: int, text: str, sure: bool) -> None:
        slack = self.yard.steps[done.step].slack
        if slack is not None and slack < days:
            text += f"，其中 {days - max(0, slack)} 个超出计划机动"
        elif slack is not None:
            text += "，在计划机动之内"
        after = self.yard.steps[behind].id
        more = {"after": after, "days": days, "slack": slack, "estimated": not sure}
        self._tell(tally, kind, done.step, done.begun_day, text, **more)

    def _missing(self, case: Case, tally: Tally) -> None:
        present = sum(1 << s for s in case.done)
        for s in (*self.expected, *self._unconverted(case)):
            if present >> s & 1:
                continue
            passed = bool(self.rests[s] & present)
            tally.add("missing_steps")
            tally.add("skipped_steps", int(passed))
            text = f"缺少{self._title(s)}" + (
                "，而其后的环节已办结" if passed else "（其后的环节也没有，可能尚未办到）"
            )
            self._tell(tally, Kind.MISSING_STEP, s, None, text, passed=passed)

    def _unconverted(self, case: Case) -> Iterator[int]:
        """Reviews that were done before what they assumed was there, and were never turned formal."""
        for conversion, base, waits in self.yard.converts:
            done = case.done.get(base)
            if done is None:
                continue
            makers = [case.done[m] for _, m in self.yard.assumed[conversion] if m in waits and m in case.done]
            if any(_earlier(done.end, done.end_exact, maker) for maker in makers):
                yield conversion

    def customs_json(self) -> list[dict[str, Any]]:
        """What each custom cost over all cases, the dearest first."""
        names = [s.id for s in self.yard.steps]
        rows = sorted(self.customs.items(), key=lambda row: (-row[1][2], row[0]))
        return [
            {"from": names[before], "to": names[after], "kept": kept, "cases": cases, "days": days}
            for (before, after), (kept, cases, days) in rows
        ]


def _earlier(at: int, exact: bool, than: Done) -> bool:
    """Whether an instant is told to lie before a step's end; where one of them is only a day, by days."""
    a, b = at // DAY_MICROS, than.end_day
    return a < b or (a == b and exact and than.end_exact and at < than.end)


def _day(number: int) -> date:
    return date.fromordinal(number + EPOCH)


def _iso(number: int | None) -> str | None:
    return None if number is None else _day(number).isoformat()
