from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock_law import LICENSING_LAW
from engine.errors import InputError, PolicyError
from engine.limits import due, find_limit
from engine.terms import LimitKind, Unit
from rules.limits import clock_law, load_limits, read_limit_sources, read_limits
from tests.engine.calendars import CALENDAR, between, walk, works

SOURCES = read_limit_sources()
LIMITS = load_limits(SOURCES)
OWN = sum(x.place.startswith("jianghai/limits.yaml") for x in LIMITS.values())
DAY = timedelta(days=1)

TABLE = {
    "correction-notice": (5, Unit.WORKING, False),
    "delivery": (10, Unit.WORKING, False),
    "licence": (20, Unit.WORKING, False),
    "licence-extension": (10, Unit.WORKING, False),
    "joint": (45, Unit.WORKING, False),
    "joint-extension": (15, Unit.WORKING, False),
    "hearing-request": (5, Unit.WORKING, False),
    "hearing-hold": (20, Unit.WORKING, False),
    "hearing-notice": (7, Unit.WORKING, False),
    "renewal-request": (30, Unit.WORKING, True),
    "construction-permit": (7, Unit.WORKING, False),
    "construction-start": (3, Unit.MONTH, False),
    "fire-acceptance": (15, Unit.WORKING, False),
    "fire-filing": (5, Unit.WORKING, False),
    "fire-sample-check": (15, Unit.WORKING, False),
    "fire-recheck": (7, Unit.WORKING, False),
    "completion-filing": (15, Unit.CALENDAR, False),
    "supervision-notice": (7, Unit.WORKING, True),
    "archive-handover": (3, Unit.MONTH, False),
    "planning-record": (6, Unit.MONTH, False),
    "water-intake": (45, Unit.WORKING, False),
    "eia-reexamination": (5, Unit.YEAR, False),
    "pre-permit": (2, Unit.MONTH, False),
    "land-contract": (10, Unit.WORKING, False),
    "ja-promised": (9, Unit.WORKING, False),
    "ja-rectify": (3, Unit.WORKING, False),
}
"""The limits of CONTRACT §3, and the two of DOMAIN §2.5."""


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("name", list(TABLE))
def test_each_limit_is_as_the_contract_lists_it(name):
    here = LIMITS[name].in_force(day("2022-09-16"))
    assert here is not None
    assert (here.days, here.unit, here.backward) == TABLE[name]


def test_every_value_has_its_source_and_only_local_ones_are_assumed():
    for limit in LIMITS.values():
        for value in limit.values:
            assert bool(value.cite) is not value.local
            assert value.local is (value.assumed is not None)
            assert value.local is (limit.region == "jianghai")
            assert all(c.instrument for c in value.cite)


def test_the_clock_is_judged_by_the_figures_of_the_policy():
    assert clock_law(LIMITS, day("2022-09-16")) == LICENSING_LAW


@pytest.mark.parametrize(
    ("name", "start", "expected"),
    [
        ("licence", "2022-09-30", "2022-11-02"),
        ("licence-extension", "2022-11-02", "2022-11-16"),
        ("joint", "2022-09-30", "2022-12-07"),
        ("completion-filing", "2022-09-16", "2022-10-08"),
        ("completion-filing", "2022-09-15", "2022-09-30"),
        ("construction-start", "2022-07-01", "2022-10-08"),
        ("archive-handover", "2022-11-30", "2023-02-28"),
        ("planning-record", "2022-08-31", "2023-02-28"),
        ("eia-reexamination", "2020-02-29", "2025-02-28"),
        ("supervision-notice", "2022-10-10", "2022-09-26"),
        ("renewal-request", "2023-03-31", "2023-02-17"),
        ("ja-promised", "2022-09-30", "2022-10-18"),
    ],
)
def test_the_last_day_comes_out(name, start, expected):
    assert due(LIMITS[name], day(start), CALENDAR).due == day(expected)


@given(st.sampled_from(sorted(TABLE)), st.dates(date(2020, 6, 1), date(2021, 12, 1)))
def test_every_limit_ends_where_walking_day_by_day_ends(name, start):
    found = due(LIMITS[name], start, CALENDAR)
    n, unit, backward = TABLE[name]
    if unit is Unit.WORKING and backward:
        counted = [d for d in between(found.due - DAY, start - DAY)]
        assert len(counted) == n and works(found.due)
    elif unit is Unit.WORKING:
        assert found.due == walk(start, n)
    else:
        assert works(found.due)
        raw = start + DAY * n if unit is Unit.CALENDAR else None
        if raw is not None:
            assert found.due == (raw if works(raw) else walk(raw, 1))
        else:
            months = n * 12 if unit is Unit.YEAR else n
            assert (found.due - start).days >= 28 * months - 3


def test_any_limit_can_be_counted_backward_on_demand():
    found = due(LIMITS["licence"], day("2022-11-02"), CALENDAR, backward=True)
    assert (found.due, found.backward) == (day("2022-09-30"), True)


def test_a_local_value_says_what_is_assumed_instead_of_a_source():
    told = due(LIMITS["pre-permit"], day("2022-03-01"), CALENDAR).as_json()
    assert (told["local"], told["cite"]) == (True, [])
    assert set(told["assumed"]) == {"says", "example"}
    assert "local" not in due(LIMITS["licence"], day("2022-03-01"), CALENDAR).as_json()


@pytest.mark.parametrize(("start", "ok"), [("2020-05-31", False), ("2020-06-01", True)])
def test_a_limit_counts_from_the_day_its_law_is_in_force(start, ok):
    if ok:
        assert due(LIMITS["fire-acceptance"], day(start), CALENDAR).due == walk(day(start), 15)
    else:
        with pytest.raises(InputError, match="2020-06-01"):
            due(LIMITS["fire-acceptance"], day(start), CALENDAR)


def test_an_unknown_limit_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="是否要写 licence？"):
        find_limit(LIMITS, "licenze")


def test_the_next_law_is_a_dated_value_and_the_day_picks_one():
    text = """
limits:
  - id: x
    title: 甲
    kind: statutory
    unit: working
    values:
      - {effective_from: "2019-01-01", days: 20, cite: [{instrument: 甲法}]}
      - {effective_from: "2022-03-25", days: 15, cite: [{instrument: 乙法}]}
"""
    (limit,) = read_limits({"national/limits.yaml": text})
    values = [limit.value_on(day(d)) for d in ("2018-12-31", "2022-03-24", "2022-03-25")]
    assert [v and v.days for v in values] == [None, 20, 15]
    assert (limit.kind, limit.place) == (LimitKind.STATUTORY, "national/limits.yaml:3")


HEAD = "limits:\n  - id: mine\n    title: 甲\n    kind: promised\n    unit: working\n"
GOOD = '    values:\n      - {effective_from: "2022-01-01", days: 9, local: true, assumed: {says: 暂按}}\n'


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (HEAD.replace("id: mine", "id: licence") + GOOD, 2, "national/limits.yaml"),
        (HEAD + GOOD + HEAD.removeprefix("limits:\n") + GOOD, 8, "已在 jianghai/limits.yaml:2"),
        (HEAD + "    under: joint\n" + GOOD.replace("days: 9", "days: 46"), 8, "长于法定的45"),
        (HEAD + "    under: completion-filing\n" + GOOD, 5, "计时单位"),
        (HEAD + "    under: nothing\n" + GOOD, 6, "没有时限"),
        (HEAD + "    extends: mine\n" + GOOD, 6, "自己"),
        (HEAD + GOOD.replace("days: 9", "days: 0"), 7, "大于零"),
        (HEAD + GOOD.replace("days: 9", 'days: "9"'), 7, "整数"),
        (HEAD + GOOD.replace("days: 9", "dayz: 9"), 7, "dayz"),
        (HEAD + GOOD.replace("2022-01-01", "2022-13-01"), 7, "确实存在"),
        (HEAD + GOOD.replace(", local: true, assumed: {says: 暂按}", ""), 7, "缺少依据"),
        (HEAD.replace("promised", "statutory") + GOOD, 7, "不能是暂定"),
        (HEAD.replace("promised", "wish") + GOOD, 4, "kind"),
        (HEAD + GOOD + GOOD.split("\n", 1)[1], 8, "先后排列"),
        (HEAD + "    days: 9\n" + GOOD, 6, "days"),
        (HEAD + "    title: 乙\n" + GOOD, 6, "写了两次"),
        ("limit: []\n", 1, "limits:"),
        (HEAD, 2, "values"),
        ("limits: {\n", 2, "YAML"),
    ],
)
def test_a_mistake_in_a_limit_is_told_with_file_and_line(text, line, word):
    with pytest.raises(PolicyError) as caught:
        read_limits({**SOURCES, "jianghai/limits.yaml": text})
    told = [(f.pointer, f.fix) for f in caught.value.errors]
    assert any(word in fix and pointer == f"jianghai/limits.yaml:{line}" for pointer, fix in told), told


@pytest.mark.parametrize(("days", "ok"), [(45, True), (46, False)])
def test_a_promise_may_be_as_long_as_the_law_and_no_longer(days, ok):
    text = HEAD + "    under: joint\n" + GOOD.replace("days: 9", f"days: {days}")
    if ok:
        assert len(read_limits({**SOURCES, "jianghai/limits.yaml": text})) == len(LIMITS) - OWN + 1
    else:
        with pytest.raises(PolicyError, match="长于法定"):
            read_limits({**SOURCES, "jianghai/limits.yaml": text})


def test_another_district_may_name_its_limits_alike():
    other = {**SOURCES, "pengjiang/limits.yaml": SOURCES["jianghai/limits.yaml"].replace("days: 9", "days: 8")}
    for region, days in (("jianghai", 9), ("pengjiang", 8)):
        assert load_limits(other, [region])["ja-promised"].values[0].days == days
    with pytest.raises(PolicyError, match="ja-promised"):
        load_limits(other)


def test_mistakes_in_several_files_are_told_at_once():
    with pytest.raises(PolicyError) as caught:
        read_limits({"national/limits.yaml": "limits: 3", "jianghai/limits.yaml": HEAD})
    assert len(caught.value.errors) == 2
