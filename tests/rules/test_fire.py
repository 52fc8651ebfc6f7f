"""Which works are special construction works (特殊建设工程): the twelve limbs of article 14, on both sides of each."""

from __future__ import annotations

from typing import Any

import pytest

from engine.terms import Truth
from tests.rules.kit import ON, added, building, changed, compiled, decided

AREAS = [
    ("stadium_or_exhibition", 20000, {}, "fire_limb_1"),
    ("terminal", 15000, {}, "fire_limb_2"),
    ("hotel_restaurant_market", 10000, {}, "fire_limb_3"),
    ("theatre_clinic_university", 2500, {}, "fire_limb_4_venue"),
    ("workshop", 2500, {"labour_intensive": True}, "fire_limb_4_workshop"),
    ("childcare_school_ward", 1000, {}, "fire_limb_5_care"),
    ("staff_dormitory", 1000, {"labour_intensive": True}, "fire_limb_5_dormitory"),
    ("entertainment", 500, {}, "fire_limb_6"),
]


def fire(**facts: Any) -> tuple[str, str]:
    """Whether D07 and D08 apply to one building."""
    decision = decided(buildings=[building(**facts)])
    return decision.item("D07").applies.value, decision.item("D08").applies.value


@pytest.mark.parametrize(("use", "area", "more", "rule"), AREAS)
def test_an_area_limb_is_strictly_more_than(use: str, area: int, more: dict[str, Any], rule: str) -> None:
    assert fire(use=use, floor_area_m2=f"{area}.00", **more) == ("no", "yes")
    assert fire(use=use, floor_area_m2=f"{area}.01", **more) == ("yes", "no")
    decision = decided(buildings=[building(use=use, floor_area_m2=f"{area}.01", **more)])
    assert rule in [r.rule for r in decision.item("D07").because]


@pytest.mark.parametrize(("use", "area", "more", "rule"), AREAS)
def test_a_use_inside_a_building_counts_as_a_building_of_its_use(
    use: str, area: int, more: dict[str, Any], rule: str
) -> None:
    for over, applies in (("00", "no"), ("01", "yes")):
        parts = [{"use": use, "floor_area_m2": f"{area}.{over}"}]
        assert fire(use="office", floor_area_m2=30000, parts=parts, **more)[0] == applies


@pytest.mark.parametrize("use", ["workshop", "staff_dormitory"])
def test_a_workshop_or_dormitory_counts_only_where_labour_intensive(use: str) -> None:
    assert fire(use=use, floor_area_m2=39000, labour_intensive=False) == ("no", "yes")
    assert fire(use=use, floor_area_m2=39000, labour_intensive=None) == ("unknown", "unknown")
    assert fire(use=use, floor_area_m2=900, labour_intensive=None) == ("no", "yes")


def test_a_dwelling_is_special_above_54_metres() -> None:
    assert fire(use="residential", height_m="54.00") == ("no", "yes")
    assert fire(use="residential", height_m="54.01") == ("yes", "no")
    assert fire(use="office", height_m="54.01", public_building=False) == ("no", "yes")


@pytest.mark.parametrize("use", ["metro_tunnel_power", "flammable_plant_or_store", "state_office"])
def test_some_uses_are_special_at_any_area(use: str) -> None:
    assert fire(use=use, floor_area_m2="0.01") == ("yes", "no")


def test_a_project_with_flammable_goods_is_special_whatever_its_buildings() -> None:
    decision = decided({"flammable_explosive": True}, [building()])
    assert decision.item("D07").applies is Truth.YES
    assert decision.item("D07").buildings == ()
    assert decision.item("D13").applies is Truth.YES


@pytest.mark.parametrize("hazard", ["A", "B", "C"])
def test_the_class_of_fire_hazard_alone_decides_nothing(hazard: str) -> None:
    assert fire(fire_hazard=hazard) == ("no", "yes")


@pytest.mark.parametrize(
    ("area", "height", "applies"),
    [("40000.00", "50.00", "no"), ("40000.01", "50.00", "yes"), ("40000.00", "50.01", "yes")],
)
def test_a_public_building_is_special_by_area_or_height(area: str, height: str, applies: str) -> None:
    assert fire(use="office", floor_area_m2=area, height_m=height, public_building=True)[0] == applies


def test_a_large_workshop_is_no_public_building() -> None:
    assert fire(floor_area_m2=60000, public_building=False) == ("no", "yes")


def test_a_use_says_nothing_of_whether_a_building_is_public() -> None:
    assert fire(use="office", floor_area_m2=60000, public_building=None) == ("unknown", "unknown")
    assert fire(use="workshop", floor_area_m2=60000, public_building=None) == ("unknown", "unknown")


def test_one_hit_makes_the_whole_works_special_and_names_the_building() -> None:
    decision = decided(buildings=[building(), building(name="宿舍", use="staff_dormitory", labour_intensive=True)])
    assert decision.item("D07").buildings == ("宿舍",)
    assert decision.item("D08").applies is Truth.NO
    assert decision.item("D08").buildings == ()


def test_two_buildings_of_one_use_are_not_added_up() -> None:
    pair = [building(name=n, floor_area_m2=2000, labour_intensive=True) for n in ("甲", "乙")]
    assert decided(buildings=pair).item("D07").applies is Truth.NO


def by_project() -> Any:
    """The book under which areas of one use are added up."""
    setting = "  - parameter: fire_area_scope\n    value: building\n"
    files = changed("jianghai/settings.yaml", setting, setting.replace("building", "project"))
    return compiled(files).as_of(ON)


BY_PROJECT = by_project()


def test_two_buildings_of_one_use_are_added_up_where_the_place_says_so() -> None:
    pair = [building(name=n, floor_area_m2="1250.00", labour_intensive=True) for n in ("甲", "乙")]
    assert decided(buildings=pair, book=BY_PROJECT).item("D07").applies is Truth.NO
    pair[1]["floor_area_m2"] = "1250.01"
    decision = decided(buildings=[*pair, building(name="丙", use="office")], book=BY_PROJECT)
    assert decision.item("D07").applies is Truth.YES
    assert decision.item("D07").buildings == ("甲", "乙")
    assert "fire_sum_4_workshop" in [r.rule for r in decision.item("D07").because]


def test_a_sum_with_an_unknown_part_is_certain_on_its_low_end_only() -> None:
    known = building(name="甲", floor_area_m2=2600, labour_intensive=True)
    unknown = building(name="乙", floor_area_m2=None, labour_intensive=True)
    assert decided(buildings=[known, unknown], book=BY_PROJECT).item("D07").applies is Truth.YES
    known["floor_area_m2"] = 100
    decision = decided(buildings=[known, unknown], book=BY_PROJECT)
    assert decision.item("D07").applies is Truth.UNKNOWN
    assert ("floor_area_m2", "乙") in [(n.fact, n.building) for n in decision.needs]


def test_a_part_of_its_buildings_own_use_is_not_added_twice() -> None:
    parts = [{"use": "hotel_restaurant_market", "floor_area_m2": 4000}]
    hotel = building(use="hotel_restaurant_market", floor_area_m2=9000, parts=parts)
    assert decided(buildings=[hotel], book=BY_PROJECT).item("D07").applies is Truth.NO
    hotel["use"] = "office"
    shop = building(name="商场", use="hotel_restaurant_market", floor_area_m2="6000.01")
    assert decided(buildings=[hotel, shop], book=BY_PROJECT).item("D07").applies is Truth.YES


def test_nobody_is_asked_for_what_is_derived() -> None:
    blank = {"name": "甲", "parts": [{"use": "entertainment", "floor_area_m2": 300}]}
    for book in (None, BY_PROJECT):
        needs = {n.fact for n in decided(buildings=[blank], book=book).needs}
        assert "repeats_building" not in needs
        assert {"use", "floor_area_m2", "height_m"} <= needs


def test_no_buildings_and_an_unknown_list_of_buildings_are_two_things() -> None:
    none = decided(buildings=[])
    assert (none.item("D07").applies, none.item("D08").applies) == (Truth.NO, Truth.YES)
    unknown = decided()
    assert (unknown.item("D07").applies, unknown.item("D08").applies) == (Truth.UNKNOWN, Truth.UNKNOWN)
    assert [n.fact for n in unknown.needs] == ["buildings"]


def test_two_fire_items_at_once_stop_the_decision() -> None:
    from engine.errors import ConflictError

    files = changed("national/fire.yaml", "    all: [{not: fire_special}]\n", "    all: []\n")
    book = compiled(files).as_of(ON)
    with pytest.raises(ConflictError, match=r"D07、D08.*fire_special、fire_other"):
        decided({"flammable_explosive": True}, [building()], book=book)


def test_another_district_is_another_folder_and_no_other_change() -> None:
    region = 'region: {id: pengjiang, title: 蓬江区, code: "440703", within: jiangmen}\n'
    settings = """settings:
  - parameter: fire_area_scope
    value: project
    local: true
    assumed: {says: 同一用途合计}
  - parameter: filing_merged
    value: true
    local: true
    assumed: {says: 并入}
  - parameter: mixed_use_is_civil
    value: false
    local: true
    assumed: {says: 只看是否民用建筑}
"""
    files = {**added("pengjiang/region.yaml", region), "pengjiang/settings.yaml": settings}
    made = compiled(files)
    day = ON
    there, here = made.as_of(day, "pengjiang"), made.as_of(day)
    assert there.parameters["fire_area_scope"] == "project"
    assert here.parameters["fire_area_scope"] == "building"
    merged = decided(buildings=[building()], book=there)
    assert (merged.item("D12").part, decided(buildings=[building()]).item("D12").part) == ("result", None)
    assert not merged.item("D02").item.needs_visit
