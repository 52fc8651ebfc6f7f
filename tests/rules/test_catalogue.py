"""The first stage of the catalogue, and the services over all of it: what applies on which side of each limit, what waits for what."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from engine.decision import Decision
from engine.errors import ConflictError
from engine.facts import read_statement
from engine.policy import Item, ItemKind, PolicyBook, Simulated
from engine.terms import Firm, LimitKind, Truth, Unit
from rules.matching import decide_unweighted

from .kit import compiled, policy, sources
from .random_books import near_limits, random_statement
from .test_catalogue_construction import BUILDING, PROJECT

ON = date(2022, 3, 1)
FIRST = [f"A{n:02}" for n in range(1, 26)]
BASE = "A01 A07 A08 A09 A10 A13 A15 A17".split()

LAND: dict[str, Any] = {
    "land_state": "cleared",
    "investment_agreement": True,
    "holder_clear": True,
    "voluntary": True,
    "commitments_signed": True,
    "industry_class": "encouraged",
    **dict.fromkeys(
        (
            "own_water_intake river_or_flood_area forest_land heritage_area geohazard_area mineral_overlap met_observation_zone"
            " state_security classified_secret public_interest_major foreign_restricted"
        ).split(),
        False,
    ),
}
"""What the first stage and simulated approval ask beside the base project's facts."""


def book(on: date = ON) -> PolicyBook:
    return policy().as_of(on)


def item(name: str) -> Item:
    return book().items[name]


def decided(facts: dict[str, Any] | None = None, service: str = "approval", on: date = ON, **building: Any) -> Decision:
    raw = {"facts": {**PROJECT, **LAND, **(facts or {})}, "buildings": [{**BUILDING, **building}]}
    return decide_unweighted(book(on), read_statement(raw, book(on).vocabulary, on), service)


def applying(found: Decision) -> set[str]:
    return {i.item.id for i in found.items if i.item.id in FIRST and i.applies is Truth.YES}


def test_the_base_project_has_exactly_these_items() -> None:
    found = decided()
    assert [i.item.id for i in found.items if i.item.id in FIRST and i.applies is Truth.YES] == BASE
    assert [i.item.id for i in found.items if i.applies is Truth.UNKNOWN] == []
    assert (found.eligible, found.warnings) == (Truth.YES, ())


TABLE: list[tuple[dict[str, Any], str, str]] = [
    # facts changed, what then applies, what no longer does
    ({"approval_regime": "verification"}, "A02", "A01"),
    ({"approval_regime": "government"}, "A03 A04 A05", "A01"),
    ({"land_supply": "granted_with_scheme"}, "", ""),
    ({"land_supply": "allocated"}, "A06 A11", "A07 A08 A09"),
    ({"land_already_construction": False}, "A06 A12", ""),
    ({"energy_tce": "999.99", "electricity_kwh": "4999999.99"}, "", ""),
    ({"energy_tce": 1000}, "A14", ""),
    ({"electricity_kwh": 5000000}, "A14", ""),
    ({"eia_class": "report"}, "", ""),
    ({"eia_class": "registration"}, "A16", "A15"),
    ({"eia_class": "none"}, "", "A15"),
    ({"site_area_m2": "4999.99", "earthwork_m3": "999.99"}, "", "A17"),
    ({"site_area_m2": 5000, "earthwork_m3": 0}, "", ""),
    ({"site_area_m2": 0, "earthwork_m3": 1000}, "", ""),
    ({"river_or_flood_area": True}, "A18", ""),
    ({"own_water_intake": True}, "A19", ""),
    ({"mineral_overlap": True}, "", ""),
    ({"mineral_overlap": True, "inside_area_evaluation": False}, "A20", ""),
    ({"geohazard_area": True}, "", ""),
    ({"geohazard_area": True, "inside_area_evaluation": False}, "A21", ""),
    ({"heritage_area": True}, "A22", ""),
    ({"forest_land": True}, "A23", ""),
    ({"hazardous_chemicals": True}, "A24", ""),
    ({"met_observation_zone": True}, "A25", ""),
]


@pytest.mark.parametrize(("facts", "more", "less"), TABLE)
def test_one_thing_changed(facts: dict[str, Any], more: str, less: str) -> None:
    assert applying(decided(facts)) == (set(BASE) | set(more.split())) - set(less.split())


def test_every_item_that_may_not_apply_does_so_on_both_sides_of_some_row() -> None:
    sides: dict[str, set[Truth]] = {}
    for facts in ({}, *(f for f, _, _ in TABLE)):
        for found in decided(facts).items:
            sides.setdefault(found.item.id, set()).add(found.applies)
    assert [n for n in FIRST if sides[n] != {Truth.YES, Truth.NO}] == ["A10", "A13"]


LIMITS: list[tuple[str, dict[str, Any], date, tuple[int, Unit] | None, int | None]] = [
    # item, facts, day, statutory days and unit, promised working days
    ("A01", {}, ON, None, 1),
    ("A02", {}, ON, (20, Unit.WORKING), 5),
    ("A06", {}, ON, (20, Unit.WORKING), 3),
    ("A08", {}, ON, (30, Unit.CALENDAR), None),
    ("A09", {}, ON, (10, Unit.WORKING), None),
    ("A10", {}, ON, (20, Unit.WORKING), 3),
    ("A11", {}, ON, None, 21),
    ("A13", {}, ON, (30, Unit.WORKING), None),
    ("A15", {"eia_class": "report"}, ON, (60, Unit.WORKING), 5),
    ("A15", {"eia_class": "form"}, ON, (30, Unit.WORKING), 5),
    ("A17", {"site_area_m2": "49999.99", "earthwork_m3": "49999.99", "inside_area_evaluation": False}, ON, None, None),
    ("A17", {"site_area_m2": 50000}, ON, None, None),
    ("A17", {"site_area_m2": 50000, "inside_area_evaluation": False}, ON, (20, Unit.WORKING), 5),
    ("A17", {"earthwork_m3": 50000, "inside_area_evaluation": False}, date(2023, 3, 1), (10, Unit.WORKING), 5),
    ("A19", {}, ON, (45, Unit.WORKING), 5),
    ("A20", {}, ON, (20, Unit.WORKING), 10),
    ("A24", {}, ON, (45, Unit.WORKING), 5),
    ("A25", {}, ON, (20, Unit.WORKING), None),
]


@pytest.mark.parametrize(("name", "facts", "on", "law", "promise"), LIMITS)
def test_limits(name: str, facts: dict[str, Any], on: date, law: tuple[int, Unit] | None, promise: int | None) -> None:
    found = decided(facts, on=on).item(name).limits
    assert [(x.days, x.unit) for x in found if x.kind is LimitKind.STATUTORY] == ([law] if law else [])
    assert [(x.days, x.unit) for x in found if x.kind is LimitKind.PROMISED] == (
        [(promise, Unit.WORKING)] if promise else []
    )
    assert all(x.local and x.assumed for x in found if x.kind is LimitKind.PROMISED)


def test_who_decides_and_of_what_kind() -> None:
    kinds = {k: {n for n in FIRST if item(n).kind is k} for k in ItemKind}
    assert kinds[ItemKind.FILING] == {"A01", "A16"}
    assert kinds[ItemKind.CONFIRMATION] == {"A13"}
    assert kinds[ItemKind.REVIEW] == {"A21"}
    assert kinds[ItemKind.GOVERNMENT] == {"A04", "A05", "A07", "A08", "A09", "A12"}
    assert kinds[ItemKind.UTILITY] == kinds[ItemKind.OWN_DUTY] == set()
    assert {n for n in FIRST if not item(n).legal_effect} == {"A07", "A08", "A21"}


def test_what_may_be_simulated_is_what_the_service_lists() -> None:
    found = {s: {n for n in FIRST if item(n).simulated is s} for s in Simulated}
    assert found[Simulated.YES] == set("A06 A10 A14 A15 A17 A18 A19 A25".split())
    assert found[Simulated.AREA] == {"A20", "A21", "A22"}
    assert found[Simulated.PRE_REVIEW] == set()
    listed = [i.item for i in book().services["simulated-approval"].items]
    assert listed == [n for n in sorted(book().items) if item(n).simulated is not Simulated.NO]


def test_the_catalogue_is_listed_whole() -> None:
    ids = [*FIRST, *(f"B{n:02}" for n in range(1, 11)), *(f"C{n:02}" for n in range(1, 22))]
    ids += [f"D{n:02}" for n in range(1, 22)]
    assert [i.item for i in book().services["approval"].items] == ids
    assert set(book().items) == {*ids, "O01", "O02", "O03", "START"}


NEEDS = """
    A06>A02 A03>A04 A06>A04 A04>A05 A07>A08 A08>A09 BASIS>A10 LAND>A10 O03~>A10 BASIS>A11 A10>A11
    LAND>A13 O03>A13 A01>A24 A01~>A14 A01~>A15
""".split()
"""Every need of the first stage: ``>`` by law, ``~>`` practice only."""


def test_what_waits_for_what_in_the_first_stage_and_nothing_else() -> None:
    found = set()
    for name in FIRST:
        for need in item(name).needs:
            before = need.group or need.one_of[0].removesuffix(".result")
            found.add(f"{before}{'>' if need.firm is Firm.REQUIRED else '~>'}{name}")
            assert (need.cite or need.assumed) and not (need.cite and need.assumed)
    assert found == set(NEEDS)


def test_a_group_is_met_by_whichever_member_applies() -> None:
    groups = {(n.group, n.one_of) for name in FIRST for n in item(name).needs if n.group}
    assert groups == {
        ("BASIS", ("A01.result", "A02.result", "A04.result")),
        ("LAND", ("A09.result", "A11.result")),
        ("LAND", ("A09.result",)),  # allocated land: the permit comes first, 城乡规划法第三十七条
    }
    for regime in ("filing", "verification", "government"):
        for supply in ("granted", "granted_with_scheme", "allocated"):
            found = applying(decided({"approval_regime": regime, "land_supply": supply}))
            assert len(found & {"A01", "A02", "A04"}) == len(found & {"A09", "A11"}) == 1


@pytest.mark.parametrize(
    ("name", "limit", "days", "unit"),
    [
        ("A02", "verification-start", 2, Unit.YEAR),
        ("A06", "site-opinion", 3, Unit.YEAR),
        ("A15", "eia-reexamination", 5, Unit.YEAR),
        ("A17", "soil-reexamination", 3, Unit.YEAR),
    ],
)
def test_what_lapses(name: str, limit: str, days: int, unit: Unit) -> None:
    (lapse,) = item(name).lapse
    here = book(date(2023, 3, 1)).limits[lapse.limit]
    assert (lapse.limit, here.days, here.unit, here.kind) == (limit, days, unit, LimitKind.PERIOD)
    assert lapse.says and lapse.cite


REQUIREMENTS: list[tuple[str, list[Any]]] = [
    # fact, every value with which nobody may apply
    ("investment", ["government"]),
    ("category", ["real_estate", "public", "municipal", "other"]),
    ("land_supply", ["granted_with_scheme", "allocated"]),
    ("land_state", ["contracted", "paid", "titled"]),
    ("investment_agreement", [False]),
    ("holder_clear", [False]),
    ("voluntary", [False]),
    ("commitments_signed", [False]),
    ("flammable_explosive", [True]),
    ("hazardous_chemicals", [True]),
    ("state_security", [True]),
    ("classified_secret", [True]),
    ("public_interest_major", [True]),
    ("industry_class", ["restricted", "eliminated"]),
    ("foreign_restricted", [True]),
]


def simulated(facts: dict[str, Any] | None = None, **building: Any) -> Decision:
    return decided(facts, "simulated-approval", **building)


@pytest.mark.parametrize(("fact", "values"), REQUIREMENTS)
def test_each_requirement_of_simulated_approval(fact: str, values: list[Any]) -> None:
    for value in values:
        found = simulated({fact: value})
        assert found.eligible is Truth.NO
        (reason,) = found.reasons
        assert fact in reason.facts and "暂参照" in reason.says
    found = simulated({fact: None})
    assert found.eligible is Truth.UNKNOWN
    assert [n.fact for n in found.needs if "eligible" in n.decides] == [fact]


def test_a_building_for_flammable_goods_rules_simulated_approval_out() -> None:
    found = simulated(use="flammable_plant_or_store")
    assert found.eligible is Truth.NO
    assert [r.rule for r in found.reasons if "暂参照" in r.says] == ["simulated_no_flammable_building"]
    assert simulated().eligible is Truth.YES
    assert len(simulated().reasons) == len(book().services["simulated-approval"].requires)


def test_a_project_outside_the_catalogue_is_decided_with_a_warning() -> None:
    found = decided({"category": "real_estate"})
    assert [code for code, _ in found.warnings] == ["catalogue-scope"]
    assert found.eligible is Truth.YES and applying(found) == set(BASE)


def test_no_two_items_of_an_exclusive_group_ever_apply() -> None:
    here, random = book(), Random(7)
    near = near_limits(here.conditions)
    for _ in range(300):
        decide_unweighted(here, random_statement(random, 0.1, here.vocabulary, near), "approval")


def test_an_exclusive_pair_that_did_apply_would_stop_the_decision() -> None:
    path = "national/land.yaml"
    files = {
        **sources(),
        path: sources()[path].replace("{fact: eia_class, is: registration}", "{fact: eia_class, is: form}"),
    }
    here = compiled(files).as_of(ON)
    raw = {"facts": {"eia_class": "form"}, "buildings": []}
    with pytest.raises(ConflictError, match="A15、A16"):
        decide_unweighted(here, read_statement(raw, here.vocabulary, ON), "approval")
