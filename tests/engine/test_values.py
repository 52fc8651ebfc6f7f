"""How a stated value is read: exactly, or refused with its place, what stood there and what to write instead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Fault, InputError
from engine.facts import Statement, read_statement
from engine.terms import LARGEST, Fact, FactType, Part, Scope, Value, Vocabulary
from engine.values import NumberText, escape, read_value, read_words, shorten, show

YES_NO = Fact(Scope.PROJECT, "archive_scope", "档案接收范围内", FactType.YES_NO)
WHOLE = Fact(Scope.BUILDING, "storeys", "层数", FactType.WHOLE)
AREA = Fact(Scope.BUILDING, "floor_area_m2", "建筑面积", FactType.DECIMAL, unit="m²")
USE = Fact(Scope.BUILDING, "use", "用途", FactType.CHOICE, allowed={"workshop": "厂房", "office": "办公"})
DAY = Fact(Scope.PROJECT, "completion_accepted_on", "竣工验收日期", FactType.DAY)
NAME = Fact(Scope.BUILDING, "name", "名称", FactType.TEXT)
REGION = Fact(Scope.PROJECT, "region", "区划", FactType.TEXT, format="region")
PARTS = Fact(Scope.BUILDING, "parts", "部分", FactType.PARTS)
COMPLETED = Fact(Scope.WORKS, "completion_accepted", "竣工验收通过", FactType.YES_NO, implied_by=(DAY.id,))
DERIVED = Fact(Scope.PROJECT, "unit_acceptance", "单体验收", FactType.YES_NO, derived=True)
WORDS = Vocabulary([YES_NO, WHOLE, AREA, USE, DAY, NAME, REGION, PARTS, COMPLETED, DERIVED])


def read(fact: Fact, raw: Any) -> tuple[Value | None, list[Fault]]:
    """The value, and what was wrong."""
    faults: list[Fault] = []
    return read_value(fact, raw, "/facts/x", faults, WORDS), faults


def named(each: Any) -> str:
    """A short name of an example in plain letters."""
    return each.id if isinstance(each, Fact) else ascii(each)[:24]


@pytest.mark.parametrize(
    ("fact", "raw", "value"),
    [
        (YES_NO, True, True),
        (YES_NO, False, False),
        (WHOLE, 0, 0),
        (WHOLE, LARGEST, LARGEST),
        (AREA, 2600, 260000),
        (AREA, NumberText("2500.01"), 250001),
        (AREA, NumberText("0.10"), 10),
        (AREA, "0", 0),
        (USE, "workshop", "workshop"),
        (USE, "厂房", "workshop"),
        (DAY, "2024-02-29", date(2024, 2, 29).toordinal()),
        (NAME, "  1号厂房 ", "1号厂房"),
        (NAME, "e\u0301", "é"),
        (REGION, "440704", "440704"),
        (PARTS, [], ()),
        (PARTS, [{"use": "办公", "floor_area_m2": 5}, {}], (Part("office", 500), Part(None, None))),
    ],
    ids=named,
)
def test_a_value_of_its_type_is_read_exactly(fact: Fact, raw: Any, value: Value) -> None:
    assert read(fact, raw) == (value, [])


@pytest.mark.parametrize(
    ("fact", "raw"),
    [
        (YES_NO, 1),
        (YES_NO, "true"),
        (YES_NO, "是"),
        (WHOLE, -1),
        (WHOLE, True),
        (WHOLE, LARGEST + 1),
        (WHOLE, NumberText("1.0")),
        (AREA, -1),
        (AREA, True),
        (AREA, 2600.5),
        (AREA, NumberText("1e3")),
        (AREA, NumberText("2500.001")),
        (AREA, NumberText("2500.000")),
        (AREA, "2,500"),
        (AREA, "02500"),
        (AREA, ".5"),
        (AREA, "5."),
        (AREA, " 5"),
        (AREA, "５"),
        (AREA, "NaN"),
        (AREA, "Infinity"),
        (AREA, "9" * 25),
        (AREA, LARGEST),
        (USE, "仓库"),
        (USE, 1),
        (USE, ["workshop"]),
        (DAY, "2023-02-29"),
        (DAY, "2023-2-1"),
        (DAY, "20230201"),
        (DAY, "２０２３-01-01"),
        (DAY, 20230201),
        (NAME, ""),
        (NAME, "   "),
        (NAME, "a\x00b"),
        (NAME, "\ud800"),
        (NAME, "长" * 201),
        (NAME, "长" * 1_000_000),
        (NAME, 3),
        (NAME, NumberText("3")),
        (REGION, "44070"),
        (REGION, "044070"),
        (REGION, 440704),
        (PARTS, {}),
        (PARTS, "办公"),
        (PARTS, [1]),
        (PARTS, [{"use": "office", "area": 5}]),
        (PARTS, [{"floor_area_m2": -5}]),
        (PARTS, [{}] * 201),
    ],
    ids=named,
)
def test_anything_else_is_refused_with_its_place_and_a_fix_in_both_languages(fact: Fact, raw: Any) -> None:
    _, faults = read(fact, raw)
    (fault,) = faults
    assert fault.pointer.startswith("/facts/x")
    assert fault.fix and fault.fix_en
    assert len(str(fault.value)) <= 200


@pytest.mark.parametrize("fact", WORDS.facts, ids=lambda f: f.id)
def test_nothing_said_is_unknown_and_no_fault(fact: Fact) -> None:
    assert read(fact, None) == (None, [])


def test_every_wrong_part_is_named_by_its_own_place() -> None:
    _, faults = read(PARTS, [{"use": "x"}, 3, {"floor_area_m2": "y", "colour": 1}])
    assert {f.pointer for f in faults} == {
        "/facts/x/0/use",
        "/facts/x/1",
        "/facts/x/2/floor_area_m2",
        "/facts/x/2/colour",
    }


@given(st.integers(0, LARGEST))
def test_a_decimal_is_shown_as_it_can_be_read_again(hundredths: int) -> None:
    shown = show(AREA, hundredths)
    assert read(AREA, shown) == (hundredths, [])
    assert Decimal(str(shown)) * 100 == hundredths


@given(st.dates())
def test_a_day_is_shown_as_it_can_be_read_again(day: date) -> None:
    assert read(DAY, show(DAY, day.toordinal())) == (day.toordinal(), [])


@given(
    st.lists(
        st.builds(Part, st.none() | st.sampled_from(sorted(USE.allowed)), st.none() | st.integers(0, LARGEST)),
        max_size=4,
    ).map(tuple)
)
def test_parts_are_shown_as_they_can_be_read_again(parts: tuple[Part, ...]) -> None:
    assert read(PARTS, show(PARTS, parts)) == (parts, [])


anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.text(max_size=9).map(NumberText),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(WORDS.facts), anything)
def test_whatever_is_handed_in_is_read_or_named_a_fault_and_never_breaks(fact: Fact, raw: Any) -> None:
    value, faults = read(fact, raw)
    assert value is not None or faults or raw is None
    for fault in faults:
        str(fault.value).encode()  # can be shown


@given(anything)
def test_a_whole_statement_is_read_or_refused_and_never_breaks(raw: Any) -> None:
    for handed in (raw, {"facts": raw}, {"buildings": [raw]}, {"buildings": [{}], "units": raw}, {"on": raw}):
        try:
            assert isinstance(read_statement(handed, WORDS), Statement)
        except InputError as refused:
            assert refused.errors and all(f.fix for f in refused.errors)


# --- whole statements -------------------------------------------------------------------------------------------------


def faults_of(raw: Any, on: date | None = None) -> dict[str, Fault]:
    """Place → what is wrong there."""
    with pytest.raises(InputError) as caught:
        read_statement(raw, WORDS, on)
    return {f.pointer: f for f in caught.value.errors}


def test_facts_go_by_id_or_by_chinese_title_and_not_by_both() -> None:
    said = read_statement({"facts": {"档案接收范围内": True}, "buildings": [{"名称": "A", "用途": "厂房"}]}, WORDS)
    assert said.project == {"archive_scope": True}
    assert said.buildings is not None and said.buildings[0].facts == {"use": "workshop"}
    assert "/facts/档案接收范围内" in faults_of({"facts": {"archive_scope": True, "档案接收范围内": True}})


def test_all_faults_are_named_at_once() -> None:
    found = faults_of(
        {
            "colour": 1,
            "on": "2022-13-01",
            "facts": {"archive_scop": True, "region": "x"},
            "buildings": [{"name": "A"}, {"name": "A"}, 3],
            "units": ["B", "A", "A"],
        }
    )
    assert set(found) == {
        "/colour",
        "/on",
        "/facts/archive_scop",
        "/facts/region",
        "/buildings/1/name",
        "/buildings/2",
        "/units/0",
        "/units/2",
    }
    assert "archive_scope" in found["/facts/archive_scop"].fix, "the nearest known name is offered"


def test_no_list_of_buildings_is_unknown_and_an_empty_one_says_there_are_none() -> None:
    assert read_statement({}, WORDS).buildings is None
    assert read_statement({"buildings": []}, WORDS).buildings == ()


def test_what_is_derived_is_not_stated() -> None:
    assert set(faults_of({"facts": {"unit_acceptance": True}})) == {"/facts/unit_acceptance"}


def test_a_unit_acceptance_is_about_its_own_buildings_alone() -> None:
    said = read_statement({"buildings": [{"name": "A"}, {"name": "B"}], "units": ["B"]}, WORDS)
    assert [b.name for b in said.in_scope or ()] == ["B"]


def test_a_day_of_acceptance_contradicts_not_accepted() -> None:
    said = {"completion_accepted": False, "completion_accepted_on": "2022-09-01"}
    assert set(faults_of({"facts": said})) == {"/facts/completion_accepted_on"}


def test_two_days_to_decide_on_are_one_too_many() -> None:
    assert set(faults_of({"on": "2022-09-01"}, date(2022, 9, 2))) == {"/on"}
    assert read_statement({"on": "2022-09-01"}, WORDS, date(2022, 9, 1)).on == date(2022, 9, 1)


# --- words ------------------------------------------------------------------------------------------------------------


@given(st.text())
def test_an_escaped_key_is_one_token_of_a_pointer(key: str) -> None:
    assert "/" not in escape(key)
    if len(key) <= 80:
        assert escape(key).replace("~1", "/").replace("~0", "~") == key


@given(anything)
def test_what_stood_there_is_shown_short(raw: Any) -> None:
    assert len(str(shorten(raw))) <= 80


@given(st.text())
def test_words_read_once_read_the_same_again(text: str) -> None:
    faults: list[Fault] = []
    once = read_words(text, "/x", faults, "名称")
    if once is not None:
        assert read_words(once, "/x", faults, "名称") == once and not faults
