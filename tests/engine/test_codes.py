from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codes import check_credit_code, check_project_code, credit_check, organisation_check

SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    "code", ["11442000007332710H", "91440704MA0001AB3L", "91440704MA5J00011H", "91440704MA0002CD5F"]
)
def test_codes_that_are_right_pass(code):
    found = check_credit_code(code)
    assert found.valid
    assert found.parts["region"] == code[2:8]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("91440704MA0001AB3K", "应为 L"),
        ("91440704MAO001AB3L", "O"),
        ("91440704ma0001ab3l", "a"),
        ("91440704MA0001AB3", "18位"),
        ("91440704MA0001AB3L ", "18位"),
        ("91440704MA0001AB3Ｌ", "Ｌ"),
        ("914407O4MA0001AB3L", "O"),
        ("91440704MA0001AB4L", "第17位"),
        ("91A40704MA0001AB3L", "行政区划"),
        ("91990704MA0001AB3L", "行政区划"),
        ("", "18位"),
        (None, "18位"),
        (91440704, "18位"),
    ],
)
def test_a_wrong_credit_code_says_what_is_wrong(code, word):
    found = check_credit_code(code)
    assert not found.valid
    assert word in found.says
    assert found.as_json(english=True)["says"] == found.says_en != ""


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), st.integers(0, 17), st.data())
def test_any_single_wrong_character_is_noticed(body, place, data):
    start = "91440704" + body + organisation_check(body)
    code = start + credit_check(start)
    assert check_credit_code(code).valid
    wrong = data.draw(st.sampled_from([c for c in SYMBOLS if c != code[place]]))
    assert not check_credit_code(code[:place] + wrong + code[place + 1 :]).valid


@pytest.mark.parametrize(
    ("code", "kind", "year", "month"),
    [
        ("2020-440704-04-01-123456", "year", 2020, None),
        ("2015-440704-39-03-123456", "year", 2015, None),
        ("2203-440704-04-01-123456", "month", 2022, 3),
        ("2011-440704-04-01-123456", "month", 2020, 11),
        ("2012-440704-04-01-123456", "month", 2020, 12),
        ("2101-440704-04-01-123456", "month", 2021, 1),
    ],
)
def test_the_time_code_is_a_year_before_the_switch_and_a_month_after(code, kind, year, month):
    found = check_project_code(code)
    assert found.valid
    assert (found.parts["time_kind"], found.parts["year"], found.parts["month"]) == (kind, year, month)
    assert found.parts["region_title"] == "广东省江门市江海区"


def test_segment_three_is_the_department_and_in_older_codes_the_industry():
    new = check_project_code("2203-440704-04-01-123456").parts
    old = check_project_code("2018-440704-39-03-123456").parts
    assert (new["department_title"], new["type_title"], "industry" in new) == ("发展改革", "基本建设", False)
    assert (old["industry"], "department" in old) == ("39", False)


@given(st.integers(0, 9))
def test_no_project_code_is_refused_on_its_check_digit(digit):
    assert check_project_code(f"2203-440704-04-01-12345{digit}").valid


@pytest.mark.parametrize(
    "code",
    [
        "2213-440704-04-01-123456",
        "2200-440704-04-01-123456",
        "2014-440704-04-01-123456",
        "1903-440704-04-01-123456",
        "2203-000000-04-01-123456",
        "2203-994407-04-01-123456",
        "2203-440004-04-01-123456",
        "220344070404 01123456",
        "2203-440704-04-01-12345",
        "2203-440704-04-01-1234567",
        "2203-440704-04-01-12345X",
        "2203-440704-04-01-123456\n",
        "２２０３-440704-04-01-123456",
        "2203_440704_04_01_123456",
        "",
        None,
        22034407040401,
    ],
)
def test_a_project_code_of_another_shape_is_not_valid(code):
    found = check_project_code(code)
    assert not found.valid
    assert found.says and found.says_en


def test_a_region_that_is_not_known_by_name_is_still_a_region():
    found = check_project_code("2203-330106-04-01-123456")
    assert found.valid
    assert found.parts["region_title"] is None
