"""Clocks and wakeups of a case from the ledger alone (由台账推算时限), as its last command wrote them down.

A clock that stands still on a day has that day in its due date; so a case is read as of the day of the last entry that
touched it, which is when its rows were written.
"""

from __future__ import annotations

from collections.abc import Iterable

from api.parts import Parts
from engine.case import CaseState
from engine.deadlines import clocks, wakeups
from models.database import Reader
from models.ledger import events_of
from models.projections import Clock, ClockLike, WakeupLike
from models.rebuild import FoldClocks


def clocks_and_wakeups(parts: Parts) -> FoldClocks:
    """For :mod:`models.rebuild`: what each case's rows must say of time."""

    async def folded(reader: Reader, state: CaseState) -> tuple[Iterable[ClockLike], Iterable[WakeupLike]]:
        events = await events_of(reader, state.project)
        today = max(e.on for e in events if e.case in (None, state.case))
        law, calendar = await parts.shelf.law_of(reader, state, today), parts.shelf.calendar
        rows = [
            Clock(c.item, c.limit, c.kind, c.start, c.due, c.done_on, c.provisional)
            for c in clocks(state, law, calendar, today)
            if c.due is not None
        ]
        return rows, wakeups(state, law, calendar, today)

    return folded
