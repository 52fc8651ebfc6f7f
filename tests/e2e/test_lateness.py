"""Limits that pass while the service is down (停机期间到期): put on record once, at the next start, with their legal instant."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.events import EventKind, stamp
from tests.api.service import START, spawned
from tests.e2e.filer import Filer, hire, legal_day, signed_in
from tests.e2e.scenes import small_case, unsound, visited_case

LOGINS = ("owner", "window", "lead", "housing", "planning")
DOWN = timedelta(days=30)
"""How long the service is down: past the intake's five days, and past every limit of a case that was taken in."""
TIME = (EventKind.TAKEN_IN, EventKind.LIMIT_PASSED)


def lines(filer: Filer, *kinds: EventKind) -> list[dict[str, Any]]:
    """A case's entries of these kinds, as the lead department is shown them."""
    return [line for line in filer.look()["history"] if line["kind"] in kinds]


def test_what_passed_while_the_service_was_down_is_recorded_once_with_its_instant(
    tmp_path: Path, database_url: str
) -> None:
    with spawned(tmp_path, database_url) as service:
        tokens = hire(service, LOGINS)
        with signed_in(service.address, tokens) as people:
            waiting = small_case(people, service)
            reviewed = visited_case(people, service)
            due = {c["key"]: c["due"] for c in reviewed.shown["clocks"] if c["done_on"] is None and c["due"]}
        service.process.terminate()
        assert service.process.wait(30) is not None
    assert due, "the case has limits that run"

    back = START + DOWN
    with spawned(tmp_path, database_url, start=back) as service, signed_in(service.address, tokens) as people:
        waiting.people = reviewed.people = people
        (taken,) = lines(waiting, EventKind.TAKEN_IN)
        assert waiting.shown["deemed_accepted"] and waiting.shown["accepted_on"] == "2022-09-01"
        assert taken["legal_instant"] == midnight_after("2022-09-08"), "the end of the fifth working day"
        assert taken["at"] == stamp(back), "recorded when it was seen, not when it happened"
        passed = lines(reviewed, EventKind.LIMIT_PASSED)
        ran_out = Counter(midnight_after(day) for day in due.values() if day < legal_day(service))
        assert ran_out and Counter(line["legal_instant"] for line in passed) == ran_out, "each of them once"
        again = [lines(filer, *TIME) for filer in (waiting, reviewed)]

    with spawned(tmp_path, database_url, start=back + timedelta(hours=1)) as service:
        with signed_in(service.address, tokens) as people:
            waiting.people = reviewed.people = people
            assert [lines(filer, *TIME) for filer in (waiting, reviewed)] == again, "once is enough"
            assert service.call(unsound) == []


def midnight_after(day: str) -> str:
    """The instant at which a day of Shanghai has ended."""
    return stamp(datetime.fromisoformat(f"{day}T16:00:00+00:00"))
