"""When what was granted runs out (失效): how long each result still stands, what keeps it, and what time brings to it.

The project keeps results, so their clocks are the project's too: they run on after the case that made them has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.case_clock import last_of
from engine.clock import WARNING_DAYS, Lamp, lamp
from engine.dossier import About, DocVersion, Dossier, Standing
from engine.errors import Fault, InputError, RefusedError
from engine.events import SYSTEM, Event, EventKind, day_of, end_of, stamp
from engine.policy import EXTENSION, RESULT, Item, Lapse, LapseEffect, PolicyBook
from engine.workdays import WorkCalendar

BookOn = Callable[[date], PolicyBook]
"""The policy of a day: a result lasts as long as the law of its own day says."""


@dataclass(frozen=True, slots=True)
class PaperClock:
    """How long one result stands (效力期限): from its day to ``due``, extensions included; ``kept_by`` ended the clock in time.

    ``due`` is None where the calendar does not reach it; a ``provisional`` one may still move with the next notice.
    """

    paper: DocVersion
    item: Item
    rule: Lapse
    start: date
    due: date | None
    provisional: bool
    extended: int = 0
    warn_on: date | None = None
    kept_by: DocVersion | None = None

    @property
    def key(self) -> str:
        """What is put on record once: this result, this rule, this last day."""
        return f"{self.paper.id}:{self.rule.limit}:{self.due}"

    @property
    def name(self) -> str:
        """The result as people call it."""
        number = self.paper.fields.get("number")
        return f"{self.item.title}（{number}）" if number else self.item.title

    def lamp(self, today: date, calendar: WorkCalendar) -> Lamp | None:
        """Its lamp on a day, yellow from the day of the warning on; none once it is kept."""
        if self.due is None or self.kept_by is not None:
            return None
        days = calendar.forecast() if self.provisional else calendar
        return lamp(self.due, today, days, WARNING_DAYS if self.rule.warn is None else self.rule.warn)


def day_of_paper(paper: DocVersion) -> date:
    """The day from which a paper counts: that on which it was made elsewhere, or else that on which it came."""
    made = paper.fields.get("issued_on")
    day = date.fromisoformat(made) if made else paper.on
    assert day is not None
    return day


def paper_clocks(dossier: Dossier, book_on: BookOn, calendar: WorkCalendar, today: date) -> tuple[PaperClock, ...]:
    """The clock of every result on file that can run out, in the order of items."""
    found: list[PaperClock] = []
    for item in book_on(today).items.values():
        paper = dossier.current(item.id + RESULT, About())
        if paper is not None and paper.standing is Standing.REAL:
            found.extend(_clocks(dossier, item, paper, book_on, calendar))
    return tuple(found)


def _clocks(
    dossier: Dossier, item: Item, paper: DocVersion, book_on: BookOn, calendar: WorkCalendar
) -> Iterable[PaperClock]:
    start = day_of_paper(paper)
    limits = book_on(start).limits
    for rule in item.lapse:
        limit = limits.get(rule.limit)
        if rule.effect is None or limit is None:
            continue  # it says what the law says, and nothing on file tells when; or it was no law yet on that day
        due, provisional = last_of(calendar, start, limit.days, limit.unit)
        extensions = _extensions(dossier, item, start)
        for extension in extensions:
            due = date.fromisoformat(extension.fields["until"])
            provisional = not calendar.is_final(due)
        warn_on = None
        if rule.warn is not None and due is not None:
            ahead = calendar.forecast() if provisional else calendar
            warn_on = ahead.before(due, rule.warn)
        kept = _kept(dossier, rule, due)
        yield PaperClock(paper, item, rule, start, due, provisional, len(extensions), warn_on, kept)


def _extensions(dossier: Dossier, item: Item, start: date) -> list[DocVersion]:
    """The extensions granted since a day; each was held against the law when it was put on file."""
    filed = dossier.history(item.id + EXTENSION, About())
    return [x for x in filed if x.standing is Standing.REAL and day_of_paper(x) >= start]


def _kept(dossier: Dossier, rule: Lapse, due: date | None) -> DocVersion | None:
    """What was done with the result in time (如开工): from then on it can't run out by itself."""
    for doc in rule.until:
        done = dossier.current(doc, About())
        if done is not None and done.standing is Standing.REAL and (due is None or day_of_paper(done) <= due):
            return done
    return None


# --- what time brings -----------------------------------------------------------------------------------------------


def marks_of(events: Iterable[Event]) -> frozenset[str]:
    """What is on record already of the project's results: keys of warnings and of lapses."""
    kinds = (EventKind.RESULT_NEAR, EventKind.RESULT_LAPSED)
    return frozenset(f"{e.kind}:{e.data['key']}" for e in events if e.kind in kinds)


def _waiting(clocks: Iterable[PaperClock], marks: frozenset[str]) -> list[tuple[datetime, EventKind, PaperClock]]:
    """What is to come, the earliest first."""
    out: list[tuple[datetime, EventKind, PaperClock]] = []
    for clock in clocks:
        if clock.kept_by is None and clock.due is not None:
            out.append((end_of(clock.due), EventKind.RESULT_LAPSED, clock))
            if clock.warn_on is not None and clock.warn_on >= clock.start:
                out.append((end_of(clock.warn_on), EventKind.RESULT_NEAR, clock))
    waiting = [x for x in out if f"{x[1]}:{x[2].key}" not in marks]
    return sorted(waiting, key=lambda x: (x[0], x[2].key))


def instants(clocks: Iterable[PaperClock], marks: frozenset[str]) -> tuple[tuple[str, datetime], ...]:
    """When to look at the project's results again, and for what."""
    return tuple((f"{kind}:{clock.key}", at) for at, kind, clock in _waiting(clocks, marks))


def lapse_events(
    project: str, events: Sequence[Event], dossier: Dossier, book_on: BookOn, calendar: WorkCalendar, now: datetime
) -> list[Event]:
    """The next thing that time has brought to a result and that no entry says yet; [] when there is none.

    One at a time, the earliest first: the caller appends it and asks again. A provisional day brings nothing.
    """
    clocks = paper_clocks(dossier, book_on, calendar, day_of(now))
    for at, kind, clock in _waiting(clocks, marks_of(events)):
        if at > now:
            break
        if not clock.provisional:
            return [_event(project, clock, kind, at, now)]
    return []


def _event(project: str, clock: PaperClock, kind: EventKind, at: datetime, now: datetime) -> Event:
    lapsed = kind is EventKind.RESULT_LAPSED
    over = lapsed and clock.rule.effect is LapseEffect.VOID
    case = clock.paper.fields.get("case") if over else None  # the paper that this case handed out is over with it
    data: dict[str, Any] = {
        "key": clock.key,
        "document": clock.paper.id,
        "item": clock.item.id,
        "limit": clock.rule.limit,
        "last_day": clock.due.isoformat() if clock.due else None,
        "legal_instant": stamp(at),
        "says": _says(clock, lapsed),
    }
    if lapsed:
        data |= {
            "effect": clock.rule.effect,
            "void_results": [clock.paper.id],
            "number": clock.paper.fields.get("number"),
        }
    return Event(kind, now, SYSTEM, project, case, data=data)


EFFECTS: Mapping[LapseEffect, str] = {
    LapseEffect.VOID: "已于{due}届满，自次日起失效",
    LapseEffect.RECHECK: "已于{due}届满，使用前须报原审批部门重新审核",
}


def _says(clock: PaperClock, lapsed: bool) -> str:
    assert clock.rule.effect is not None
    if lapsed:
        return f"{clock.name}{EFFECTS[clock.rule.effect].format(due=clock.due)}：{clock.rule.says}"
    return f"{clock.name}将于{clock.due}届满：{clock.rule.says}"


# --- longer ------------------------------------------------------------------------------------------------------------


def check_extension(
    item: Item, fields: Mapping[str, Any], dossier: Dossier, book_on: BookOn, calendar: WorkCalendar, today: date
) -> None:
    """Refuse an extension (延期) that the law does not give.

    Raises:
        RefusedError: there is nothing to extend, it has run out, or it was extended as often as may be.
        InputError: the new last day is no later than the old one, or later than one extension reaches.
    """
    found = [c for c in paper_clocks(dossier, book_on, calendar, today) if c.item.id == item.id and c.rule.longer]
    if not found:
        raise RefusedError(
            f"“{item.title}”没有可以延期的有效结果；已失效的，须重新办理。", detail_en="There is nothing to extend."
        )
    clock = found[0]
    assert clock.rule.longer is not None
    if clock.extended >= clock.rule.times:
        raise RefusedError(
            f"{clock.name}已延期{clock.extended}次，依法不能再延。", detail_en="Extended as often as may be."
        )
    granted, until = date.fromisoformat(fields["issued_on"]), date.fromisoformat(fields["until"])
    limit = book_on(clock.start).limits[clock.rule.longer]
    faults = []
    if clock.due is None or granted > clock.due or granted < clock.start:
        fix = f"准予延期应在{clock.start}至{clock.due}之间作出。"
        faults.append(Fault("/fields/issued_on", fields["issued_on"], fix, "Not granted while it stood."))
    else:
        latest, _ = last_of(calendar, clock.due, limit.days, limit.unit)
        if until <= clock.due or latest is None or until > latest:
            fix = f"延期后的最后一日应晚于{clock.due}，不晚于{latest}。"
            faults.append(Fault("/fields/until", fields["until"], fix, "Beyond what one extension reaches."))
    if faults:
        raise InputError(faults)
