"""One real case against a yardstick (复盘): when each step could have begun, what it waited for instead, how late it ended."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from engine.eventlog import DAY_MICROS, EPOCH, NONE, Ruler, Steps, union
from engine.terms import Firm, Unit
from engine.workdays import WorkCalendar, last_day, shift
from engine.yardstick import Stage, Yardstick

Near = tuple[tuple[int, bool], ...]
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Done:
    """A step of a case that was completed (已办环节); days since 1970-01-01, instants in microseconds."""

    step: int
    end: int
    end_exact: bool
    begun: int
    """When it began; an estimate where the log does not say: when the step before it was completed."""
    begun_exact: bool
    known: bool
    """Whether the log says when it began."""
    due: int
    stops: list[tuple[int, int]]

    @property
    def end_day(self) -> int:
        """The day on which it was completed."""
        return self.end // DAY_MICROS

    @property
    def begun_day(self) -> int:
        """The day on which it began."""
        return self.begun // DAY_MICROS


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that began only after one that it did not need (本不必等待), and the working days that it cost."""

    step: int
    behind: int
    days: int
    firm: Firm | None
    """How firm the edge was that the plan does without; None where there never was one."""
    sure: bool
    """Whether the log says when the step began; else it is told from how late it ended."""


class Replay:
    """A whole log against a yardstick, case by case."""

    def __init__(self, steps: Steps, yardstick: Yardstick, ruler: Ruler) -> None:
        self.steps, self.yardstick, self.ruler = steps, yardstick, ruler
        known = [yardstick.index.get(name, -1) for name in steps.log.activities]
        self.seen = {n for n in known if n >= 0}
        self.unknown = sorted({a for a, n in zip(steps.log.activities, known, strict=True) if n < 0})
        self._step = known
        self._activity = steps.activity.tolist()
        self._end, self._exact = steps.end.tolist(), steps.end_exact.tolist()
        self._begun, self._start = steps.begun().tolist(), steps.start.tolist()
        self._start_exact, self._due = steps.start_exact.tolist(), steps.due.tolist()
        self._bounds = steps.bounds.tolist()
        self._opened = (steps.opened // DAY_MICROS).tolist()
        self._near: dict[tuple[int, ...], dict[int, Near]] = {}

    def case(self, case: int) -> Case:
        """One case."""
        stops = self.steps.stops.get(case, ())
        done = []
        for row in range(self._bounds[case], self._bounds[case + 1]):
            activity = self._activity[row]
            known = self._start[row] != NONE
            done.append(
                Done(
                    self._step[activity],
                    self._end[row],
                    self._exact[row],
                    self._begun[row],
                    self._start_exact[row],
                    known,
                    self._due[row],
                    union(stops, activity) if stops else [],
                )
            )
        return Case(self, self._opened[case], done)

    def near(self, present: tuple[int, ...]) -> dict[int, Near]:
        """For each step of a case the nearest predecessors that the case has too; and whether only its end waits."""
        found = self._near.get(present)
        if found is None:
            if len(self._near) >= _MOST_REMEMBERED:
                self._near.clear()
            found = self._near[present] = self._nearest(set(present))
        return found

    def _nearest(self, present: set[int]) -> dict[int, Near]:
        yard = self.yardstick
        near: list[dict[int, bool]] = [{} for _ in yard.steps]
        for s in yard.order:
            for p in yard.preds[s]:
                late = p in yard.at_end[s]
                for n, only in ((p, False),) if p in present else near[p].items():
                    near[s][n] = (only or late) and near[s].get(n, True)
        return {s: tuple(near[s].items()) for s in present}


class Case:
    """One case's steps, and what the yardstick says of them."""

    def __init__(self, replay: Replay, opened: int, done: list[Done]) -> None:
        self.replay, self.opened, self.rows = replay, opened, done
        self.done = {d.step: d for d in done if d.step >= 0}
        self.near = replay.near(tuple(sorted(self.done)))
        self._days = [d.end_day for d in done]

    def ready(self, done: Done) -> int:
        """The day on which a step could have begun: when the last of what it needs was there, else when the case began."""
        ends = [self.done[p].end_day for p, at_end in self.near[done.step] if not at_end]
        return max(ends, default=self.opened)

    def wait(self, done: Done) -> tuple[Wait | None, list[Wait]]:
        """What a step waited for without need, and what each custom among it cost."""
        yard, ready = self.replay.yardstick, self.ready(done)
        if done.begun_day <= ready or (not done.known and yard.steps[done.step].days is None):
            return None, []
        most = None if done.known else self.past_due(done, ready)[0]
        if most == 0:
            return None, []
        customs = dict(yard.customs[done.step])

        def waited(behind: Done) -> Wait:
            days = self.replay.ruler.net(ready, behind.end_day, done.stops)
            days = days if most is None else min(days, most)
            return Wait(done.step, behind.step, days, customs.get(behind.step), done.known)

        last = None
        for row in range(bisect_right(self._days, done.begun_day) - 1, -1, -1):
            other = self.rows[row]
            if other.end_day <= ready:
                break
            if other.end > done.begun and (not done.known or (other.end_exact and done.begun_exact)):
                continue  # the same day, but after it began
            if other.step >= 0 and other is not done and not self._tied(other, done):
                last = waited(other)
                break
        inside = [self.done[c] for c in customs if c in self.done]
        told = [
            waited(each) for each in inside if ready < each.end_day <= done.begun_day and not self._tied(each, done)
        ]
        return (last if last and last.days else None), [w for w in told if w.days]

    def _tied(self, other: Done, done: Done) -> bool:
        """Whether the plan itself ties the two, so that the one waiting for the other is no loss."""
        return self.replay.yardstick.ordered(other.step, done.step)

    def past_due(self, done: Done, since: int) -> tuple[int, int]:
        """Working days by which a step ended past its limit, counted from ``since``, and the last day of the limit."""
        stage = self.replay.yardstick.steps[done.step]
        if stage.days is None:
            return 0, since
        return past_due(self.replay.ruler, stage, since, done.end_day, done.stops)


def past_due(ruler: Ruler, stage: Stage, since: int, end: int, stops: list[tuple[int, int]]) -> tuple[int, int]:
    """Working days past a limit that runs from a day, and its last day; stops put it off, those after it do not."""
    days = stage.days or 0
    if stage.unit is Unit.WORKING:
        if ruler.count(since, end) <= days:
            return 0, end
        return put_off(ruler, ruler.calendar.add(_date(since), days), since, end, stops, least=0)
    raw = shift(_date(since), days, stage.unit)
    if raw >= _date(end):
        return 0, end
    due, pause = last_day(ruler.calendar, _date(since), days, stage.unit), 0
    for a, b in stops:
        if b <= since:
            continue
        if _date(a) > due or raw + timedelta(days=pause) >= _date(end):
            break
        pause += b - max(a, since)
        if raw + timedelta(days=pause) >= _date(end):
            return 0, end
        due = last_day(ruler.calendar, _date(since), days, stage.unit, pause=pause)
    return _over(ruler.calendar, due, end, 1), _number(due)


def put_off(
    ruler: Ruler, due: date, since: int, end: int, stops: list[tuple[int, int]], least: int = 1
) -> tuple[int, int]:
    """Working days past a last day that stops put off by their working days; ``least`` for a rest day past it."""
    for a, b in stops:
        if b <= since:
            continue
        if _date(a) > due:
            break
        pause = ruler.count(max(a, since), min(b, end))
        if ruler.calendar.count(due, _date(end)) < pause:
            return 0, end
        due = ruler.calendar.add(due, pause)
    return _over(ruler.calendar, due, end, least), _number(due)


def _over(calendar: WorkCalendar, due: date, end: int, least: int) -> int:
    """Working days past the last day, which is in time up to its end; ``least`` where only rest days lie between."""
    last = _date(end)
    return max(least, calendar.count(due, last)) if last > due else 0


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH)


def _number(day: date) -> int:
    return day.toordinal() - EPOCH
