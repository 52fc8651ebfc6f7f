from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.errors import PolicyError
from engine.workdays import WorkCalendar
from rules.calendar import load_notices, read_calendar_sources
from tests.engine.calendars import CALENDAR, FIRST, ISSUED, LAST, WORKING_DAYS

SOURCES = read_calendar_sources()
NOTICES = load_notices(SOURCES)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_packaged_notices_are_the_table_of_the_reference():
    calendar = WorkCalendar.of(NOTICES)
    every = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
    assert [calendar.is_working(d) for d in every] == [CALENDAR.is_working(d) for d in every]
    assert {y: calendar.working_days(y) for y in WORKING_DAYS} == WORKING_DAYS


def test_each_notice_has_its_number_and_the_day_it_was_made_public():
    yearly = {n.year: n for n in NOTICES if n.amends is None}
    assert {y: n.issued.isoformat() for y, n in yearly.items()} == ISSUED
    assert [n.number for n in NOTICES if n.amends] == ["国办发明电〔2019〕3号", "国办发明电〔2020〕1号"]
    assert len({n.number for n in NOTICES}) == len(NOTICES) == 10
    assert str(yearly[2022].cite) == "《国务院办公厅关于2022年部分节假日安排的通知》国办发明电〔2021〕11号"


@pytest.mark.parametrize(
    ("known_on", "working"), [("2019-03-21", [False, True, True, False]), ("2019-03-22", [True, False, False, True])]
)
def test_labour_day_2019_is_as_known_then(known_on, working):
    calendar = WorkCalendar.of(NOTICES, day(known_on))
    days = ["2019-04-28", "2019-05-02", "2019-05-03", "2019-05-05"]
    assert [calendar.is_working(day(d)) for d in days] == working
    assert not calendar.is_working(day("2019-05-01"))


@pytest.mark.parametrize(
    ("known_on", "working"), [("2020-01-26", [True, True, False]), ("2020-01-27", [False, False, False])]
)
def test_the_spring_festival_of_2020_is_as_known_then(known_on, working):
    calendar = WorkCalendar.of(NOTICES, day(known_on))
    assert [calendar.is_working(day(d)) for d in ("2020-01-31", "2020-02-01", "2020-02-02")] == working
    assert calendar.is_working(day("2020-02-03"))


def test_the_eve_of_2024_on_which_leave_is_only_encouraged_is_worked():
    assert WorkCalendar.of(NOTICES).is_working(day("2024-02-09"))


@pytest.mark.parametrize(("known_on", "last"), [("2025-11-03", 2025), ("2025-11-04", 2026)])
def test_a_year_is_published_from_the_day_of_its_notice(known_on, last):
    assert WorkCalendar.of(NOTICES, day(known_on)).last.year == last


PATH = "calendar/2026.yaml"


@pytest.mark.parametrize(
    ("old", "new", "place", "word"),
    [
        ("year: 2026", "year: 2026\nyears: 2026", 6, "years"),
        ("year: 2026", 'year: "2026"', 5, "整数"),
        ('issued: "2025-11-04"', 'issued: "2025-11-31"', 4, "确实存在"),
        ('issued: "2025-11-04"', 'issued: "2025-11-03"', 4, "公布日早于成文日"),
        ("number: 国办发明电〔2025〕7号\n", "", 1, "number"),
        ('"2026-01-04"', '"2026-01-05"', 9, "周六或周日"),
        ('"2026-01-04"', '"2026-01-03"', 9, "既放假又上班"),
        ('"2026-01-04"', '"2027-01-03"', 9, "不在2026年"),
        ('first: "2026-10-01"', 'first: "2026-10-08"', 23, "颠倒"),
        ('first: "2026-10-01"', 'first: "2026-09-01"', 23, "过长"),
        ("国办发明电〔2025〕7号", "国办发明电〔2024〕12号", 1, "相同"),
        ("year: 2026", "year: 2026\namends: 国办发明电〔2025〕9号", 1, "不存在"),
    ],
)
def test_a_mistake_in_a_notice_is_told_with_file_and_line(old, new, place, word):
    assert old in SOURCES[PATH]
    with pytest.raises(PolicyError) as caught:
        load_notices({**SOURCES, PATH: SOURCES[PATH].replace(old, new, 1)})
    told = [(f.pointer, f.fix) for f in caught.value.errors]
    assert any(word in fix and pointer == f"{PATH}:{place}" for pointer, fix in told), told


def test_two_notices_for_one_year_are_told_unless_one_amends_the_other():
    twin = SOURCES[PATH].replace("7号", "8号")
    with pytest.raises(PolicyError, match="2026年已有"):
        load_notices({**SOURCES, "calendar/2026-twin.yaml": twin})
    twin = twin.replace("year: 2026", "year: 2026\namends: 国办发明电〔2025〕7号").replace("2025-11-04", "2025-12-04")
    assert len(load_notices({**SOURCES, "calendar/2026-twin.yaml": twin})) == 11


def test_a_year_left_out_is_told():
    with pytest.raises(PolicyError, match="缺少2022年"):
        load_notices({p: t for p, t in SOURCES.items() if p != "calendar/2022.yaml"})


def test_mistakes_in_several_files_are_told_at_once():
    broken = {**SOURCES, "calendar/2022.yaml": "a: [", "calendar/2023.yaml": "- 1"}
    with pytest.raises(PolicyError) as caught:
        load_notices(broken)
    assert {f.pointer.split(":")[0] for f in caught.value.errors} >= {"calendar/2022.yaml", "calendar/2023.yaml"}
