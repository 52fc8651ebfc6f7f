"""Mistakes in what is compared at acceptance (许可与建成比对) are told with file, line and what to write instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.as_built import measure
from engine.dossier import FACT, About, DocVersion, Dossier
from engine.terms import Truth
from tests.rules.kit import changed, faults, line_of, policy

FILE = "jianghai/joint_acceptance.yaml"
SETTINGS = "jianghai/settings.yaml"
TOLERANCE = "  - parameter: built_area_tolerance\n    value: 1\n"

WRONG = [
    ("        fact: floor_area_m2\n", "        fact: floor_arae_m2\n", "最接近的是“floor_area_m2”"),
    ("        fact: floor_area_m2\n", "        fact: storeys\n", "没有名为“storeys”的单体的数值事实"),
    ("        items: [D02]\n", "        items: [D99]\n", "没有名为“D99”的事项"),
    ("        permission: B02.result\n", "        permission: B02\n", "没有名为“B02”的办理结果"),
    (
        "        built: survey_report.surveyed_floor_area_m2\n",
        "        built: survey_report.surveyed_on\n",
        "没有名为“survey_report.surveyed_on”的材料的数值字段",
    ),
    ("        tolerance: built_area_tolerance\n", "        tolerance: lapse_warnin\n", "没有取值"),
    ("        tolerance: built_area_tolerance\n", "        tolerance: lead_completion\n", "才能作容差"),
    ("        tolerance: built_area_tolerance\n", "        tolerance: filing_merged\n", "才能作容差"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_wrong_comparison_is_told_with_its_line(old: str, new: str, words: str) -> None:
    files = changed(FILE, old, new)
    found = faults(files)
    assert [f.pointer for f in found] == [line_of(FILE, new.strip(), files)], found
    assert words in found[0].fix


def test_a_comparison_without_a_source_is_told() -> None:
    cite = "        cite: [{instrument: 中华人民共和国城乡规划法, article: 第四十五条第一款}]\n    kept_after_lapse"
    (found,) = faults(changed(FILE, cite, "    kept_after_lapse"))
    assert "比对“建筑面积（平方米）”没有依据" in found.fix


@pytest.mark.parametrize("value", ["-1", "101", "'百分之一'", "true", "'1.5.0'"])
def test_a_tolerance_that_is_no_percentage_is_told(value: str) -> None:
    found = faults(changed(SETTINGS, TOLERANCE, TOLERANCE.replace("value: 1", f"value: {value}")))
    assert len(found) == 1 and ("才能作容差" in found[0].fix or "应为：数" in found[0].fix), found


def test_the_tolerance_may_have_places_and_holds_to_the_last_one() -> None:
    (check,) = policy().procedure("joint-acceptance", date(2022, 9, 16)).compares
    fine = replace(check, percent=Decimal("0.5"))
    for built, holds in ((201000, Truth.YES), (201001, Truth.NO), (199000, Truth.YES), (198999, Truth.NO)):
        area = DocVersion("a#1", FACT + "floor_area_m2", About(building="甲"), {"value": 200000})
        permit = DocVersion("B02.result#1", "B02.result", About(), {"case": "c1"})
        now = replace(area, id="a#2", fields={"value": built})
        (row,) = measure(Dossier([area, permit, now]), [fine], ["甲"], whole=True)
        assert (row.permitted, row.holds) == (Decimal(2000), holds)
