"""The second half of the catalogue: what applies to an industrial project, on which side of each limit, and what waits for what."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from engine.conditions import interpret
from engine.decision import Decision
from engine.facts import Statement, read_statement, subject_of
from engine.policy import Item, Need, PolicyBook, Simulated
from engine.terms import Firm, LimitKind, Scope, Truth, Unit
from rules.durable_matcher import DurableMatcher
from rules.matching import decide_many, decide_unweighted

from .kit import policy
from .random_books import near_limits, random_statement

ON = date(2022, 9, 16)
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
HALF = [*(f"B{n:02}" for n in range(1, 11)), *(f"C{n:02}" for n in range(1, 22)), *(f"D{n}" for n in range(14, 22))]

PROJECT: dict[str, Any] = {
    "investment": "social",
    "approval_regime": "filing",
    "category": "general_industry",
    "land_supply": "granted",
    "land_already_construction": True,
    "inside_area_evaluation": True,
    "site_area_m2": 20000,
    "earthwork_m3": 3000,
    "floor_area_m2": 12000,
    "contract_price_yuan": 30000000,
    "eia_class": "form",
    "energy_tce": 200,
    "electricity_kwh": 900000,
    "discharge_permit_class": "registration",
    "connects_public_drainage": True,
    "archive_scope": True,
    **dict.fromkeys(
        (
            "flammable_explosive hazardous_chemicals industrial_discharge over_limit_highrise opens_road special_equipment"
            " air_defence_basement detailed_plan_required green_affected alters_drainage alters_gas temporary_land"
            " temporary_building setting_out_required demolition"
        ).split(),
        False,
    ),
}
"""A general workshop on granted land: DOMAIN's base project."""

BUILDING: dict[str, Any] = {
    "name": "1号厂房",
    "use": "workshop",
    "floor_area_m2": 12000,
    "height_m": 20,
    "labour_intensive": False,
    "public_building": False,
}

BASE = "B01 B02 B07 B09 B10 C01 C03 C05 C06 C08 C09 C18 C19 D15 D16 D17 D18 D19 D21".split()


def book() -> PolicyBook:
    return policy().as_of(ON)


def stated(facts: dict[str, Any] | None = None, **building: Any) -> Statement:
    raw = {"facts": {**PROJECT, **(facts or {})}, "buildings": [{**BUILDING, **building}]}
    return read_statement(raw, book().vocabulary, ON)


def decided(facts: dict[str, Any] | None = None, **building: Any) -> Decision:
    return decide_unweighted(book(), stated(facts, **building), "approval")


def item(name: str) -> Item:
    return book().items[name]


def of(needs: tuple[Need, ...], maker: str) -> list[Need]:
    return [n for n in needs if f"{maker}.result" in n.one_of]


def test_the_base_project_has_exactly_these_items() -> None:
    found = decided()
    assert [i.item.id for i in found.items if i.item.id in HALF and i.applies is YES] == BASE
    assert [i.item.id for i in found.items if i.item.id in HALF and i.applies is UNKNOWN] == []


FLAMMABLE = "flammable_plant_or_store"
TABLE: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    # facts changed, facts of the building, what then applies, what no longer does
    ({"land_supply": "granted_with_scheme"}, {}, "", "B01"),
    ({"land_supply": "allocated"}, {}, "", ""),
    ({"detailed_plan_required": True}, {}, "B03", ""),
    ({}, {"use": "staff_dormitory"}, "B04", "B08"),
    ({}, {"use": "staff_dormitory", "civil_building": True}, "B04 B08", ""),
    ({}, {"use": "other", "civil_building": False}, "", "B04 B08"),
    ({"air_defence_basement": True}, {}, "B04 C07", ""),
    ({"over_limit_highrise": True}, {}, "B05", ""),
    ({"green_affected": True}, {}, "B06", ""),
    ({"connects_public_drainage": False}, {}, "", "B09"),
    ({"flammable_explosive": True}, {}, "C02 C16", "C03"),
    ({}, {"use": FLAMMABLE}, "C02 C16", "C03"),
    ({}, {"labour_intensive": True, "floor_area_m2": 2500}, "", ""),
    ({}, {"labour_intensive": True, "floor_area_m2": "2500.01"}, "C02", "C03"),
    ({"investment": "government"}, {}, "C04", ""),
    ({"contract_price_yuan": 300000}, {}, "", "C08"),
    ({"contract_price_yuan": "300000.01"}, {}, "C08", ""),
    ({"floor_area_m2": 300}, {}, "", "C08"),
    ({"floor_area_m2": "300.01"}, {}, "C08", ""),
    ({"earthwork_m3": 0}, {}, "", "C09"),
    ({"earthwork_m3": "0.01"}, {}, "C09", ""),
    ({"opens_road": True}, {}, "C10 C11", ""),
    ({"alters_drainage": True}, {}, "C12", ""),
    ({"alters_gas": True}, {}, "C13", ""),
    ({"temporary_land": True}, {}, "C14", ""),
    ({"temporary_building": True}, {}, "C15", ""),
    ({"hazardous_chemicals": True}, {}, "C17", ""),
    ({"setting_out_required": True}, {}, "C20", ""),
    ({"demolition": True}, {}, "C21", ""),
    ({"industrial_discharge": True}, {}, "D14", ""),
    ({"eia_class": "report"}, {}, "", ""),
    ({"eia_class": "registration"}, {}, "", "D15"),
    ({"eia_class": "none"}, {}, "", "D15"),
    ({"site_area_m2": 4999, "earthwork_m3": 999}, {}, "", "D16"),
    ({"discharge_permit_class": "none"}, {}, "", "D17"),
    ({"archive_scope": False}, {}, "", "D19"),
    ({"special_equipment": True}, {}, "D20", ""),
]


@pytest.mark.parametrize(("facts", "building", "more", "fewer"), TABLE, ids=lambda x: str(x) if x else "-")
def test_one_thing_changed(facts: dict[str, Any], building: dict[str, Any], more: str, fewer: str) -> None:
    found = {i.item.id for i in decided(facts, **building).items if i.item.id in HALF and i.applies is YES}
    assert found == (set(BASE) | set(more.split())) - set(fewer.split())


def test_every_condition_of_the_half_is_in_the_table() -> None:
    """Whatever may apply and may not does so on both sides of some row."""
    sides: dict[str, set[Truth]] = {}
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [({}, {}), *((f, b) for f, b, _, _ in TABLE)]
    for facts, building in changes:
        for found in decided(facts, **building).items:
            sides.setdefault(found.item.id, set()).add(found.applies)
    always = set("B02 B07 B10 C01 C05 C06 C18 C19 D18 D21".split())
    assert {name for name in HALF if {YES, NO} <= sides[name]} == set(HALF) - always


@pytest.mark.parametrize(
    ("facts", "name", "applies"),
    [
        ({"contract_price_yuan": None}, "C08", UNKNOWN),
        ({"contract_price_yuan": None, "floor_area_m2": 300}, "C08", NO),
        ({"contract_price_yuan": 300000, "floor_area_m2": None}, "C08", NO),
        ({"land_supply": None}, "B01", UNKNOWN),
        ({"investment": None}, "C04", UNKNOWN),
        ({"discharge_permit_class": None}, "D17", UNKNOWN),
    ],
)
def test_what_is_not_known_decides_only_where_it_must(facts: dict[str, Any], name: str, applies: Truth) -> None:
    assert decided(facts).item(name).applies is applies


LIMITS: list[tuple[str, dict[str, Any], tuple[int, Unit] | None, int | None]] = [
    # item, facts, statutory days and unit, promised working days
    ("B01", {}, None, 15),
    ("B01", {"investment": "government"}, None, 10),
    ("B02", {}, (20, Unit.WORKING), 3),
    ("B04", {}, (20, Unit.WORKING), None),
    ("B05", {}, (20, Unit.WORKING), 1),
    ("B08", {}, (10, Unit.CALENDAR), None),
    ("C01", {}, (10, Unit.WORKING), None),
    ("C02", {}, (15, Unit.WORKING), 10),
    ("C08", {}, (7, Unit.WORKING), 3),
    ("C16", {}, (10, Unit.WORKING), None),
    ("C17", {}, (20, Unit.WORKING), 20),
    ("C21", {}, (15, Unit.CALENDAR), None),
    ("D17", {}, None, None),
    ("D17", {"discharge_permit_class": "simplified"}, (20, Unit.WORKING), None),
    ("D17", {"discharge_permit_class": "key"}, (30, Unit.WORKING), None),
    ("D18", {}, (30, Unit.WORKING), None),
    ("D19", {}, (3, Unit.MONTH), None),
    ("D20", {}, (30, Unit.CALENDAR), None),
    ("D21", {}, (6, Unit.MONTH), None),
]


@pytest.mark.parametrize(("name", "facts", "law", "promise"), LIMITS)
def test_limits(name: str, facts: dict[str, Any], law: tuple[int, Unit] | None, promise: int | None) -> None:
    found = decided(facts).item(name).limits
    assert [(x.days, x.unit) for x in found if x.kind is LimitKind.STATUTORY] == ([law] if law else [])
    assert [(x.days, x.unit) for x in found if x.kind is LimitKind.PROMISED] == (
        [(promise, Unit.WORKING)] if promise else []
    )
    assert all(x.local and x.assumed for x in found if x.kind is LimitKind.PROMISED)


REQUIRED = """
    A07>B01 O01>B01 A09>B02 B01>B02 A07>B03 B01>B04 B01>B07 B01>B08 A10>B09 B01>B10
    O01>O02 O02>C01 B02>C02 C01>C04 C01>C05 B04>C07 A10>C08 B02>C08 C01>C08 C05>C08 C06>C08 C02>C08
    B02>C10 C10>C11 C14>C15 C01>C16 A24>C17 B10>C19 B02>C20
    C08>START A15>START A17>START A14>START START>D01 B02>D02 D01>D02 A09>D03 D01>D03 D02>D05 D04>D05 D06>D05 C05>D06
    START>D06 START>D09 START>D13 START>D20
    C02>D07 D05>D07 D05>D08 D05>D10 B04>D09 C07>D09 D05>D12 C16>D13 START>D14 A15>D15 A17>D16 A15>D17
    D02>D18 D11>D18 D12>D18 A13>D18 D05>D19 D05>D21 A09>O03
""".split()


@pytest.mark.parametrize("edge", REQUIRED)
def test_legal_order(edge: str) -> None:
    before, after = edge.split(">")
    (need,) = of(item(after).needs, before)[:1]
    assert need.firm is Firm.REQUIRED
    assert need.cite or need.local, "a need without a clause says what it assumes"


@pytest.mark.parametrize("edge", "A10>B02 A10>O01 B01>O02 B01>C01 C18>C08".split())
def test_practice_only(edge: str) -> None:
    before, after = edge.split(">")
    assert [n.firm for n in of(item(after).needs, before)] == [Firm.CUSTOMARY]


@pytest.mark.parametrize("after", ["O01", "B01"])
def test_design_may_assume_the_land(after: str) -> None:
    (need,) = (n for n in item(after).needs if n.group == "LAND")
    assert need.firm is Firm.ASSUMABLE
    assert need.one_of == ("A09.result", "A11.result")
    assert not item(after).legal_effect


def test_the_scheme_is_the_reviewed_one_or_that_of_the_contract() -> None:
    scheme = {n.one_of: n.when for n in item("B02").needs if n.group == "SCHEME"}
    assert scheme == {("B01.result",): "scheme_reviewed", ("A09.result",): "scheme_with_land"}


@pytest.mark.parametrize(
    ("name", "days", "unit"), [("O01", 30, "working"), ("O02", 20, "working"), ("O03", 60, "calendar")]
)
def test_steps_of_the_owner_say_what_they_assume(name: str, days: int, unit: str) -> None:
    step = item(name)
    assert step.days is not None and step.days.local and step.days.assumed
    assert (step.days.days, step.days.unit.value, step.department, step.legal_effect) == (days, unit, "owner", False)


def test_the_works_take_what_is_assumed_and_lapse_rules_stand_with_the_permit() -> None:
    works = item("START")
    assert works.days is not None and (works.days.days, works.days.unit) == (250, Unit.WORKING)
    assert [x.limit for x in item("C08").lapse] == [
        "construction-start",
        "construction-start-extension",
        "construction-stop-report",
        "construction-recheck",
    ]


def test_what_may_be_simulated() -> None:
    found = {s: {n for n in HALF if item(n).simulated is s} for s in Simulated}
    assert found[Simulated.YES] == set("B01 B02 B03 B04 B06 B07 B08 B09 B10 C01 C02 C19".split())
    assert found[Simulated.PRE_REVIEW] == {"C05", "C06"}
    assert found[Simulated.AREA] == set()


def statements(count: int, unknown: float) -> list[Statement]:
    here, random = book(), Random(5)
    near = near_limits(here.conditions)
    return [random_statement(random, unknown, here.vocabulary, near) for _ in range(count)]


def test_no_step_waits_for_what_nobody_makes() -> None:
    """Where a step applies and its need stands, one of the makers applies: on any project of which all is known."""
    here = book()
    project = subject_of(Statement({}), here.vocabulary).rows[Scope.PROJECT]
    assert project is not None
    waiting = set()
    for each in statements(400, 0.0):
        found = interpret(here.conditions, subject_of(each, here.vocabulary))
        truth = {name: t for (name, row), t in found.items() if row == project[0].key}
        for step in here.items.values() if each.buildings is not None else ():
            for need in step.needs if truth[step.applies] is YES else ():
                makers = [d.removesuffix(".result") for d in need.one_of if d.endswith(".result")]
                stands = need.when is None or truth[need.when] is YES
                if makers and stands and all(truth[here.items[m].applies] is not YES for m in makers):
                    waiting.add((step.id, *makers))
    assert waiting == set()


def test_both_engines_decide_the_catalogue_alike() -> None:
    here = book()
    assert here.conditions.by_id["permit_required"].scope is Scope.PROJECT
    raw = statements(100, 0.3)
    with DurableMatcher() as matcher:
        assert decide_many(here, raw, "approval", matcher) == [decide_unweighted(here, s, "approval") for s in raw]
