"""Results run out (失效): last days counted by hand from the statutes, on the shipped policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.case import fold_project
from engine.clock import Lamp
from engine.dossier import About
from engine.errors import InputError, RefusedError
from engine.events import Actor, Event, EventKind, end_of
from engine.filing import file_document
from engine.lapsing import PaperClock, check_extension, instants, lapse_events, marks_of, paper_clocks
from rules.packaged import calendar_known, packaged_rules
from tests.rules.kit import changed, faults

RULES = packaged_rules()
BOOK_ON, CALENDAR = RULES.policy.as_of, calendar_known()
WINDOW = Actor("window", "综合窗口", "window")
RECHECK = "须报原审批部门重新审核"


class File:
    """A project's file, and the days that pass over it."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def register(self, kind: str, on: str, **more: str) -> None:
        """Register what was made elsewhere."""
        day = date.fromisoformat(on)
        fields = {"number": f"{kind}-1", "issued_by": "某局", "issued_on": on, **more}
        now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        if kind.endswith(".extension"):
            item = BOOK_ON(day).items[kind.removesuffix(".extension")]
            check_extension(item, fields, fold_project(self.events), BOOK_ON, CALENDAR, day)
        self.add(file_document("p", fold_project(self.events), kind, fields, (), WINDOW, now))

    def add(self, event: Event) -> None:
        self.events.append(event)

    def clock(self, item: str, today: str) -> PaperClock:
        """The one clock of an item's result."""
        found = paper_clocks(fold_project(self.events), BOOK_ON, CALENDAR, date.fromisoformat(today))
        (one,) = [c for c in found if c.item.id == item]
        return one

    def pass_to(self, now: datetime) -> list[Event]:
        """Let time pass; gives what it brought."""
        brought = []
        while new := lapse_events("p", self.events, fold_project(self.events), BOOK_ON, CALENDAR, now):
            self.add(new[0])
            brought += new
        return brought

    def to_the_end_of(self, day: str) -> list[Event]:
        return self.pass_to(end_of(date.fromisoformat(day)))

    def stands(self, item: str) -> bool:
        return fold_project(self.events).current(f"{item}.result", About()) is not None


@pytest.mark.parametrize(
    ("item", "on", "last", "warned", "effect"),
    [
        # three months from 06-16; 09-16 is a Friday and a working day. Ten working days before it: 09-01, with Mid-Autumn
        # on Monday 09-12 between (09-15, 14, 13, 09, 08, 07, 06, 05, 02, 01).
        ("C08", "2022-06-16", "2022-09-16", "2022-09-01", "自行废止"),
        # three months end on Sunday 2022-09-18, which rolls to Monday.
        ("C08", "2022-06-18", "2022-09-19", "2022-09-02", "自行废止"),
        # three months from 11-30 end on the last of February.
        ("C08", "2021-11-30", "2022-02-28", "2022-02-14", "自行废止"),
        ("A02", "2020-06-15", "2022-06-15", "2022-03-18", "自动失效"),
        ("A06", "2020-03-10", "2023-03-10", "2022-12-12", "应重新办理"),
        ("A15", "2018-06-06", "2023-06-06", "2023-03-10", RECHECK),
        ("A17", "2023-03-01", "2026-03-02", "2025-12-01", RECHECK),
    ],
)
def test_a_result_stands_through_its_last_day_is_warned_of_once_and_falls_at_its_end(
    item: str, on: str, last: str, warned: str, effect: str
) -> None:
    file = File()
    file.register(f"{item}.result", on)
    clock = file.clock(item, on)
    assert (str(clock.due), str(clock.warn_on), clock.provisional) == (last, warned, False)
    lamps = [
        clock.lamp(date.fromisoformat(d) + timedelta(n), CALENDAR) for d, n in ((warned, -7), (warned, 0), (last, 1))
    ]
    assert lamps == [Lamp.GREEN, Lamp.YELLOW, Lamp.RED]
    assert file.pass_to(end_of(date.fromisoformat(warned)) - timedelta(seconds=1)) == []
    (near,) = file.to_the_end_of(warned)
    assert near.kind is EventKind.RESULT_NEAR and last in near.data["says"]
    assert file.pass_to(end_of(date.fromisoformat(last)) - timedelta(seconds=1)) == [] and file.stands(item)
    (lapsed,) = file.to_the_end_of(last)
    assert lapsed.kind is EventKind.RESULT_LAPSED and effect in lapsed.data["says"]
    assert lapsed.data["legal_instant"].startswith(f"{last}T16:00:00")
    assert not file.stands(item)
    assert file.to_the_end_of("2026-06-01") == []
    assert (RECHECK in lapsed.data["says"]) == (lapsed.data["effect"] == "recheck")


def test_both_are_on_record_though_nobody_looked_with_their_own_instants() -> None:
    file = File()
    file.register("C08.result", "2022-06-16")
    brought = file.to_the_end_of("2023-01-10")
    assert [(e.kind, e.data["legal_instant"][:10]) for e in brought] == [
        (EventKind.RESULT_NEAR, "2022-09-01"),
        (EventKind.RESULT_LAPSED, "2022-09-16"),
    ]


@pytest.mark.parametrize(("started", "keeps"), [("2022-09-16", True), ("2022-09-17", False)])
def test_works_begun_on_the_last_day_keep_it_and_on_the_next_day_no_more(started: str, keeps: bool) -> None:
    file = File()
    file.register("C08.result", "2022-06-16")
    file.register("START.result", started)
    assert (file.clock("C08", started).kept_by is not None) is keeps
    kinds = [e.kind for e in file.to_the_end_of("2022-12-01")]
    assert kinds == ([] if keeps else [EventKind.RESULT_NEAR, EventKind.RESULT_LAPSED])
    assert file.stands("C08") is keeps


def test_twice_longer_by_three_months_each_and_no_more() -> None:
    file = File()
    file.register("C08.result", "2022-06-16")
    file.register("C08.extension", "2022-09-16", until="2022-12-16")
    file.register("C08.extension", "2022-12-01", until="2023-03-16")
    clock = file.clock("C08", "2022-12-01")
    assert (str(clock.due), clock.extended) == ("2023-03-16", 2)
    with pytest.raises(RefusedError, match="已延期2次"):
        file.register("C08.extension", "2023-03-01", until="2023-06-16")
    kinds = [(e.kind, e.data["legal_instant"][:10]) for e in file.to_the_end_of("2023-04-01")]
    assert kinds == [(EventKind.RESULT_NEAR, "2023-03-02"), (EventKind.RESULT_LAPSED, "2023-03-16")]


@pytest.mark.parametrize(
    ("granted", "until", "pointer"),
    [
        ("2022-09-17", "2022-12-16", "/fields/issued_on"),
        ("2022-09-01", "2022-09-16", "/fields/until"),
        ("2022-09-01", "2022-12-17", "/fields/until"),
    ],
)
def test_an_extension_that_the_law_does_not_give_is_refused(granted: str, until: str, pointer: str) -> None:
    file = File()
    file.register("C08.result", "2022-06-16")
    with pytest.raises(InputError) as caught:
        file.register("C08.extension", granted, until=until)
    assert [f.pointer for f in caught.value.errors] == [pointer]
    assert str(file.clock("C08", "2022-09-01").due) == "2022-09-16"


@pytest.mark.parametrize("item", ["C08", "A06"])
def test_there_must_be_something_to_extend_and_a_law_that_extends_it(item: str) -> None:
    file = File()
    file.register("A06.result", "2022-06-16")
    with pytest.raises(RefusedError, match="没有可以延期的"):
        file.register(f"{item}.extension", "2022-09-01", until="2022-12-16")


def test_a_result_registered_anew_has_a_clock_of_its_own() -> None:
    file = File()
    file.register("C08.result", "2022-06-16")
    file.to_the_end_of("2022-09-16")
    file.register("C08.result", "2022-10-10")
    clock = file.clock("C08", "2022-10-10")
    assert (str(clock.due), clock.extended) == ("2023-01-10", 0)
    assert [e.kind for e in file.to_the_end_of("2023-01-10")] == [EventKind.RESULT_NEAR, EventKind.RESULT_LAPSED]


def test_what_was_begun_late_but_registered_before_does_not_count_from_the_day_of_registration() -> None:
    file = File()
    file.register("C08.result", "2022-06-16")
    late = file_document(
        "p",
        fold_project(file.events),
        "START.result",
        {"issued_on": "2022-09-20"},
        (),
        WINDOW,
        end_of(date(2022, 9, 1)),
    )
    file.add(late)
    assert file.clock("C08", "2022-09-21").kept_by is None


def test_a_day_that_the_next_notice_may_move_brings_nothing_yet() -> None:
    file = File()
    file.register("A06.result", "2026-05-01")
    clock = file.clock("A06", "2026-05-02")
    assert clock.provisional and clock.due is not None and clock.lamp(date(2026, 5, 2), CALENDAR) is Lamp.GREEN
    assert instants([clock], marks_of(file.events))
    assert file.pass_to(end_of(clock.due)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("        effect: void\n        until: [START.result]\n", "        effect: void\n", "effect"),
        ("until: [START.result]", "until: [STRAT.result]", "START.result"),
        ("longer: {limit: construction-start-extension", "longer: {limit: construction-start-extensoin", "最接近的"),
        ("warn: lapse_warning\n", "warn: lapse_warnin\n", "没有取值"),
        ("warn: lapse_warning\n", "warn: lead_completion\n", "不是整数"),
    ],
)
def test_a_rule_that_can_not_come_by_itself_is_told_at_its_line(old: str, new: str, told: str) -> None:
    path = "national/items_construction.yaml"
    assert any(told in f.fix for f in faults(changed(path, old, new))), faults(changed(path, old, new))
