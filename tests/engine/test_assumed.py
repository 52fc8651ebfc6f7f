"""Fields of a paper that is assumed: read strictly, compared within tolerance, and stated once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.assumed import AssumedField, AssumedPaper, FieldType, beyond, compare, read_paper
from engine.errors import InputError
from engine.simulation import apart
from engine.terms import Fact, FactType, Scope
from tests.engine.simulated_law import CONTRACT, TERMS, Simulating, accepted, won


def faults(order: Any) -> dict[str, str]:
    """What an order is refused for: pointer → what to write."""
    with pytest.raises(InputError) as caught:
        order()
    assert all(f.fix and f.fix_en for f in caught.value.errors)
    return {f.pointer: f.fix for f in caught.value.errors}


def test_what_is_stated_well_is_kept_in_one_form() -> None:
    read = read_paper(CONTRACT, {**TERMS, "ratio": "3.00", "area": 30000, "height": 40.5, "holder": " 甲公司 "})
    assert read == {**TERMS, "ratio": "3", "height": "40.5"}


@pytest.mark.parametrize("missing", [*TERMS])
@pytest.mark.parametrize("empty", [None, ""])
def test_every_declared_field_must_be_there(missing: str, empty: str | None) -> None:
    assert list(faults(lambda: read_paper(CONTRACT, {**TERMS, missing: empty}))) == [f"/fields/{missing}"]


def test_every_fault_is_said_at_once_an_unknown_field_with_those_that_there_are() -> None:
    found = faults(lambda: read_paper(CONTRACT, {"parcel": "JH-7", "a/b": 1}))
    assert set(found) == {f"/fields/{f}" for f in TERMS if f != "parcel"} | {"/fields/a~1b"}
    assert "ratio（容积率）" in found["/fields/a~1b"]


WRONG: dict[str, list[Any]] = {
    "ratio": ["NaN", "Infinity", "1e3", "-1", "+1", ".5", "", " 3", "3 ", "1234567890", "1.00001", "٣", True, [], {}],
    "plots": ["1", 1.0, True, -1, 10**10, None],
    "handover": ["2022-02-30", "20221031", "2022-10-31T00:00", "昨天", 20221031],
    "fenced": ["true", 1, 0, "是"],
    "holder": [" ", 7, "甲" * 2001, ["甲"]],
    "area": [float("nan"), float("inf"), -0.1, 1e30],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_what_cannot_be_compared_is_refused_at_its_field(name: str, value: Any) -> None:
    assert list(faults(lambda: read_paper(CONTRACT, {**TERMS, name: value}))) == [f"/fields/{name}"]


STOREYS = Fact(Scope.BUILDING, "storeys", "层数", FactType.WHOLE)
HEIGHT = Fact(Scope.BUILDING, "height_m", "高度", FactType.DECIMAL, unit="m")


@pytest.mark.parametrize(
    ("fact", "before", "after", "within", "differs"),
    [
        (STOREYS, 3, 4, "1", False),
        (STOREYS, 3, 5, "1", True),
        (STOREYS, 3, 4, "0", True),
        (STOREYS, 3, None, "1", True),
        (HEIGHT, 2000, 2050, "0.5", False),
        (HEIGHT, 2000, 2051, "0.5", True),
        (None, "C", "B", "0", True),
    ],
)
def test_a_fact_differs_by_its_own_unit(fact: Fact | None, before: Any, after: Any, within: str, differs: bool) -> None:
    assert apart(fact, before, after, Decimal(within)) is differs


HOLDER = AssumedPaper("contract", "合同", (AssumedField("holder", "受让人代码", FieldType.CREDIT_CODE),))


@pytest.mark.parametrize("typed", ["91440704MA0001AB3L", " 91440704ma0001ab3l ", "９１440704 MA0001AB3L"])
def test_a_credit_code_is_kept_in_one_form(typed: str) -> None:
    assert read_paper(HOLDER, {"holder": typed}) == {"holder": "91440704MA0001AB3L"}


@pytest.mark.parametrize("wrong", ["91440704MA0001AB3K", "91440704MAO001AB3L", "甲公司", "91440704", " ", 91, ["x"]])
def test_a_credit_code_that_nobody_can_have_is_refused_and_is_not_another_holder(wrong: Any) -> None:
    assert list(faults(lambda: read_paper(HOLDER, {"holder": wrong}))) == ["/fields/holder"]


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("江海规条[2022]7号", True),
        ("江海规条（２０２２） 7号", True),
        ("江海规条〔2022〕17号", False),
        ("江海规条〔2022〕7", False),
    ],
)
def test_texts_are_the_same_however_they_were_typed(typed: str, same: bool) -> None:
    paper = AssumedPaper("contract", "合同", (AssumedField("no", "文号"),))
    (found,) = compare(paper, {"no": "江海规条〔2022〕7号"}, {"no": typed})
    assert found.holds is same


EDGES = [
    ("area", "30300", True),
    ("area", "30300.0001", False),
    ("area", "29700", True),
    ("area", "29699.9999", False),
    ("height", "40.5", True),
    ("height", "40.5001", False),
    ("height", "39.5", True),
    ("height", "39.4999", False),
    ("ratio", "3.0", True),
    ("ratio", "3.0001", False),
    ("plots", 2, False),
    ("handover", "2022-11-01", False),
    ("fenced", False, False),
    ("holder", "乙公司", False),
]


@pytest.mark.parametrize(("name", "real", "holds"), EDGES)
def test_a_difference_counts_just_beyond_its_tolerance(name: str, real: Any, holds: bool) -> None:
    found = compare(CONTRACT, read_paper(CONTRACT, TERMS), read_paper(CONTRACT, {**TERMS, name: real}))
    assert beyond(found) == (() if holds else (name,))


def test_of_two_tolerances_the_wider_counts_and_of_nothing_a_percentage_is_nothing() -> None:
    paper = AssumedPaper(
        "x", "x", (AssumedField("a", "a", FieldType.DECIMAL, percent=Decimal(1), absolute=Decimal(2)),)
    )
    for assumed, real, holds in (
        ("100", "102", True),
        ("100", "102.1", False),
        ("1000", "1010", True),
        ("0", "2", True),
    ):
        assert compare(paper, {"a": assumed}, {"a": real})[0].holds is holds
    alone = replace(paper, fields=(replace(paper.fields[0], absolute=None),))
    assert not compare(alone, {"a": "0"}, {"a": "0.0001"})[0].holds
    assert not compare(paper, {}, {"a": "0"})[0].holds


def test_an_item_looks_at_its_own_fields_and_at_those_of_everybody() -> None:
    assert CONTRACT.looked_at("X3") == ("parcel", "holder", "area", "height", "fenced")


def refused(life: Simulating, order: Any, *pointers: str) -> None:
    before = list(life.events)
    assert list(faults(order)) == list(pointers)
    assert life.events == before


def test_a_contract_for_another_parcel_is_refused_whether_assumed_or_real() -> None:
    life = accepted()
    refused(life, lambda: life.win(parcel="JH-8"), "/fields/parcel")
    refused(life, lambda: life.assume(replaces="land-contract#1", parcel="JH-8"), "/fields/parcel")


def test_an_assumption_that_contradicts_the_one_that_stands_says_which_it_replaces() -> None:
    life = accepted()
    refused(life, lambda: life.assume(ratio="4", plots=2), "/fields/ratio", "/fields/plots")
    refused(life, lambda: life.assume(replaces="land-contract#9", ratio="4"), "/fields/ratio")
    life.assume()
    life.assume(replaces="land-contract#2", ratio="4")
    assert [v.fields["ratio"] for v in life.state.dossier.versions.values() if v.kind == "land-contract"][-1] == "4"


def test_nothing_is_assumed_once_the_paper_is_there() -> None:
    life = won()
    refused(life, life.assume, "/standing")
    refused(life, lambda: life.assume(replaces="land-contract#2", ratio="4"), "/standing")


def test_what_is_public_is_said_of_an_assumption_with_its_key_and_never_of_the_contract() -> None:
    life = won()
    filed = [e.data for e in life.events if e.kind == "document_filed" and e.docs[0].kind == "land-contract"]
    assert filed[0]["public"] == {"key": "JH-7", "fields": {"宗地编号": "JH-7", "容积率": "3"}}
    assert "public" not in filed[1]
