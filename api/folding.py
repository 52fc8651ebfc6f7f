"""Clocks and wakeups of a case from the ledger alone (由台账推算时限), as its last command wrote them down.

A clock that stands still on a day has that day in its due date; so a case is read as of the day of the last entry that
touched it, which is when its rows were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from api.parts import Parts
from engine.case import CaseState, Law, fold_project, touches_results
from engine.deadlines import Wakeup, clocks, wakeups
from engine.events import Event, EventKind
from engine.lapsing import instants, marks_of, paper_clocks
from models.database import Reader
from models.ledger import events_of
from models.projections import Clock, ClockLike, WakeupLike
from models.rebuild import FoldClocks


def clocks_and_wakeups(parts: Parts) -> FoldClocks:
    """For :mod:`models.rebuild`: what each case's rows must say of time."""

    async def folded(reader: Reader, state: CaseState) -> tuple[Iterable[ClockLike], Iterable[WakeupLike]]:
        events = await events_of(reader, state.project)
        today = max(e.on for e in events if e.case in (None, state.case) or touches_results(e))
        law, calendar = await parts.shelf.law_of(reader, state, today), parts.shelf.calendar
        rows = [
            Clock(c.item, c.limit, c.kind, c.start, c.due, c.done_on, c.provisional)
            for c in clocks(state, law, calendar, today)
            if c.due is not None
        ]
        return rows, look_again(parts, state, law, events, today)

    return folded


def look_again(parts: Parts, state: CaseState, law: Law, events: Sequence[Event], today: date) -> tuple[Wakeup, ...]:
    """When to look at a case again (到点唤醒), and for what.

    The project's results have no case of their own: its first case is looked at for them too.
    """
    shelf = parts.shelf
    own = wakeups(state, law, shelf.calendar, today)
    if state.case != next(e.case for e in events if e.kind is EventKind.CASE_OPENED):
        return tuple(own)
    results = paper_clocks(fold_project(events), shelf.current.as_of, shelf.calendar, today)
    return (*own, *(Wakeup(key, "result", at) for key, at in instants(results, marks_of(events))))
