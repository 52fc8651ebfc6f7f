"""``decide``: CONTRACT §1 for joint acceptance through the command line, and every way in which its input can be wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli import io
from rules.durable_matcher import DurableMatcher
from rules.matching import InterpreterMatcher
from tests.api.command_line import Told, yichuang
from tests.rules.kit import READY, building

FACTS: dict[str, Any] = {k: v for k, v in READY.items()}
PROJECT: dict[str, Any] = {"on": "2022-09-16", "facts": FACTS, "buildings": [building(labour_intensive=True)]}
DEPARTMENTS = {
    "natural_resources": ("D02", "D03"),
    "housing_construction": ("D06", "D07", "D08", "D12"),
    "civil_defence": ("D09",),
    "archives": ("D10",),
    "meteorology": ("D13",),
    "owner": ("D01", "D04", "D05"),
    "government_service": ("D11",),
}
KINDS = {
    "licence": ("D07", "D13"),
    "filing": ("D08", "D09", "D12"),
    "confirmation": ("D02", "D03", "D06", "D10", "D11"),
    "review": ("D01",),
    "own_duty": ("D04", "D05"),
}


def decide(raw: Any, *args: str) -> Told:
    return yichuang("decide", "-", "--json", *args, given=raw)


def project(facts: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {**PROJECT, "facts": {**FACTS, **(facts or {})}, **more}


def item(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(i for i in answer["items"] if i["id"] == name)


# --- the answer -----------------------------------------------------------------------------------------------------


def test_the_answer_has_the_keys_ids_and_words_of_the_contract():
    answer = decide(PROJECT).answer
    wanted = ["service", "on", "policy", "eligible", "reasons", "items", "needs", "warnings"]
    assert [k for k in answer if k in wanted] == wanted
    assert (answer["service"], answer["on"], answer["eligible"]) == ("joint-acceptance", "2022-09-16", "yes")
    assert set(answer["policy"]) == {"version", "digest", "calendar_known_on"}
    assert [i["id"] for i in answer["items"]] == [f"D{n:02}" for n in range(1, 14)]
    assert {d: tuple(i["id"] for i in answer["items"] if i["department"] == d) for d in DEPARTMENTS} == DEPARTMENTS
    assert {k: tuple(i["id"] for i in answer["items"] if i["kind"] == k) for k in KINDS} == KINDS
    for each in answer["items"]:
        assert each["applies"] in ("yes", "no", "unknown")
        assert {m["firm"] for m in each["materials"]} <= {"required", "assumable", "before_issue", "customary"}
        for limit in each["limits"]:
            assert limit["kind"] in ("statutory", "promised") and limit["unit"] in ("working", "calendar", "month")
            assert limit["local"] is (limit["cite"] == []) is ("assumed" in limit)


@pytest.mark.parametrize(
    "raw",
    [
        PROJECT,
        {"on": "2022-09-16"},
        project({"planning_check": "failed", "survey_done": False}),
        project({"archive_scope": None, "air_defence_basement": True, "flammable_explosive": None}),
        project(buildings=[building(labour_intensive=None), building(name="2号", use=None)], units=["2号"]),
        project(buildings=[]),
    ],
    ids=["in order", "nothing known", "not eligible", "some unknown", "a unit", "no buildings"],
)
def test_every_yes_no_and_cannot_be_said_has_reasons_with_citations(raw):
    answer = decide(raw).answer
    assert answer["reasons"]
    for reason in [*answer["reasons"], *(r for i in answer["items"] for r in i["because"])]:
        assert set(reason) == {"rule", "says", "facts", "cite"}
        assert reason["says"] and reason["cite"], reason
        assert all(set(c) == {"instrument", "article"} and c["instrument"] for c in reason["cite"])
    assert all(i["because"] for i in answer["items"])
    assert bool(answer["needs"]) is (
        answer["eligible"] == "unknown" or "unknown" in {i["applies"] for i in answer["items"]}
    )


def test_one_building_that_hits_makes_the_whole_works_special_and_is_named():
    plain, large = building(), building(name="2号厂房", labour_intensive=True, floor_area_m2="2500.01")
    answer = decide(project(buildings=[plain, large])).answer
    assert (item(answer, "D07")["applies"], item(answer, "D07")["buildings"]) == ("yes", ["2号厂房"])
    assert item(answer, "D08")["applies"] == "no"
    at_the_limit = decide(project(buildings=[plain, {**large, "floor_area_m2": "2500.00"}])).answer
    assert (item(at_the_limit, "D07")["applies"], item(at_the_limit, "D07")["buildings"]) == ("no", [])
    assert (item(at_the_limit, "D08")["applies"], item(at_the_limit, "D08")["buildings"]) == (
        "yes",
        ["1号厂房", "2号厂房"],
    )


def test_needs_name_the_fact_that_settles_most_first_and_whose_it_is():
    raw = project({"archive_scope": None, "air_defence_basement": None}, buildings=[building(labour_intensive=None)])
    assert decide(raw).answer["needs"] == [
        {"fact": "labour_intensive", "title": "属劳动密集型企业", "decides": ["D07", "D08"], "building": "1号厂房"},
        {"fact": "air_defence_basement", "title": "建有防空地下室", "decides": ["D09"]},
        {"fact": "archive_scope", "title": "属城建档案接收范围", "decides": ["D10"]},
    ]
    unknown = decide(project({"quality_report": None})).answer
    assert unknown["eligible"] == "unknown"
    assert [(n["fact"], n["decides"]) for n in unknown["needs"]] == [("quality_report", ["eligible"])]


def test_a_fact_left_out_or_null_is_unknown_and_titles_do_as_well_as_ids():
    left_out = {k: v for k, v in FACTS.items() if k != "archive_scope"}
    named = {
        **{k: v for k, v in FACTS.items() if k != "planning_check"},
        "规划条件核实": "核实通过",
        "archive_scope": None,
    }
    one, two = decide({**PROJECT, "facts": left_out}).answer, decide({**PROJECT, "facts": named}).answer
    assert one == two
    assert item(one, "D10")["applies"] == "unknown"
    without = decide({k: v for k, v in PROJECT.items() if k != "buildings"}).answer
    assert item(without, "D07")["applies"] == "unknown"
    assert item(decide(project(buildings=[])).answer, "D07")["applies"] == "no"


def test_the_planning_check_may_be_pending_but_not_failed():
    pending = decide(project({"planning_check": "pending"})).answer
    assert (pending["eligible"], [w["code"] for w in pending["warnings"]]) == ("yes", ["planning-pending"])
    failed = decide(project({"planning_check": "failed"})).answer
    assert (failed["eligible"], failed["reasons"][0]["rule"]) == ("no", "planning_not_failed")
    outside = decide(project({"investment": "government"})).answer
    assert [w["code"] for w in outside["warnings"]] == ["catalogue-scope"]


def test_a_unit_acceptance_reads_the_named_buildings_alone():
    ready = {"independent_use": True, "separated_from_works": True, "fire_lane_usable": True, "finished": True}
    one, two = building(labour_intensive=True, **ready), building(name="2号厂房", finished=False)
    answer = decide(project(buildings=[one, two], units=["1号厂房"])).answer
    assert answer["eligible"] == "yes"
    assert decide(project(buildings=[one, two])).answer["eligible"] == "no"
    assert (
        item(decide(project(buildings=[one, building(name="2号厂房", **ready)], units=["2号厂房"])).answer, "D07")[
            "applies"
        ]
        == "no"
    )


def test_the_day_may_be_told_on_either_side_but_only_once():
    told = {k: v for k, v in PROJECT.items() if k != "on"}
    assert decide(told, "--on", "2022-09-16").answer == decide(PROJECT).answer
    assert decide(PROJECT, "--on", "2022-09-16").answer == decide(PROJECT).answer
    assert decide(PROJECT, "--on", "2022-09-17").pointers == ["/on"]
    assert decide(told).answer["on"] == io.today().isoformat()
    early = decide({**PROJECT, "on": "2020-05-31"}).answer
    assert item(early, "D07")["limits"] == []  # 51号令 is in force since 2020-06-01
    known = decide(PROJECT, "--calendar-known-on", "2021-12-31").answer
    assert known["policy"]["calendar_known_on"] == "2021-12-31"


def test_people_read_words_in_chinese_or_english():
    chinese, english = (yichuang("decide", "-", *args, given=PROJECT) for args in ([], ["--lang", "en"]))
    assert "可以受理" in chinese.out and "《建设工程消防设计审查验收管理暂行规定》第十四条第四项" in chinese.out
    assert "May be taken in" in english.out and "15 working days" in english.out
    missing = yichuang("decide", "-", "--lang=en", given={"facts": {}})
    assert "the most telling first" in missing.out


def test_both_engines_answered_and_their_difference_is_exit_one(monkeypatch):
    assert decide(PROJECT).answer["engines"] == ["interpreter", "durable-rules"]
    monkeypatch.setattr(DurableMatcher, "match", lambda self, conditions, subject: {})
    told = decide(PROJECT)
    assert (told.code, told.problem["code"]) == (1, "engines-disagree")


def test_a_batch_answers_each_whatever_became_of_the_others(monkeypatch):
    wrong = project({"site_area_m2": -1})
    text = json.dumps([PROJECT, wrong, 7, {**PROJECT, "service": "approvals"}])[:-1] + ', {"on": NaN, "on": "x"}]'
    one, two, three, four, five = decide(text).answer
    assert one == decide(PROJECT).answer
    assert [[e["pointer"] for e in each["errors"]] for each in (two, three, four, five)] == [
        ["/facts/site_area_m2"],
        [""],
        ["/service"],
        ["/on", "/on"],
    ]
    assert decide([]).answer == []
    assert "[2]" in yichuang("decide", "-", given=[PROJECT, wrong]).out

    def half(self: DurableMatcher, conditions: Any, subjects: Any) -> Any:
        _, *rest = InterpreterMatcher().match_many(conditions, subjects)
        return [{}, *rest]

    monkeypatch.setattr(DurableMatcher, "match_many", half)
    differs, agrees = decide([PROJECT, PROJECT]).answer
    assert (differs["code"], agrees) == ("engines-disagree", one)


# --- wrong input ----------------------------------------------------------------------------------------------------

WRONG = [
    # facts of the project, the pointers that are told, and a word of the first fix
    ({"site_area_m2": -0.01}, ["/facts/site_area_m2"], "不小于零"),
    ({"site_area_m2": "2600.505"}, ["/facts/site_area_m2"], "两位小数"),
    ({"site_area_m2": True}, ["/facts/site_area_m2"], "不小于零"),
    ({"site_area_m2": "2600 平方米"}, ["/facts/site_area_m2"], "2600.50"),
    ({"site_area_m2": [1]}, ["/facts/site_area_m2"], "不小于零"),
    ({"site_area_m2": 10**30}, ["/facts/site_area_m2"], "不小于零"),
    ({"voluntary": 1}, ["/facts/voluntary"], "true 或 false"),
    ({"voluntary": "是"}, ["/facts/voluntary"], "true 或 false"),
    ({"investment": "private"}, ["/facts/investment"], "social（社会投资）"),
    ({"investment": True}, ["/facts/investment"], "下列之一"),
    ({"completion_accepted_on": "2022-02-29"}, ["/facts/completion_accepted_on"], "确实存在"),
    ({"completion_accepted_on": "2022-9-1"}, ["/facts/completion_accepted_on"], "确实存在"),
    ({"completion_accepted": False}, ["/facts/completion_accepted_on"], "矛盾"),
    ({"planing_check": "passed"}, ["/facts/planing_check"], "最接近的是“planning_check”"),
    ({"规划核实": "passed"}, ["/facts/规划核实"], "最接近的是"),
    ({"unit_acceptance": True}, ["/facts/unit_acceptance"], "没有名为"),
    ({"规划条件核实": "核实通过"}, ["/facts/规划条件核实"], "写了两次"),
    ({"project_code": "2213-440704-04-01-123456"}, ["/facts/project_code"], "年月"),
    ({"credit_code": "91440704MA0001AB3K"}, ["/facts/credit_code"], "校验"),
    ({"credit_code": 91440704}, ["/facts/credit_code"], "文本"),
    ({"region": "江海区"}, ["/facts/region"], "六位数字"),
    ({"x" * 1_000_000: 1}, ["/facts/" + "x" * 77 + "…"], "没有名为"),
    ({"project_code": "x" * 1_000_000}, ["/facts/project_code"], "文本"),
    ({"a/b~c": 1}, ["/facts/a~1b~0c"], "没有名为"),
]


@pytest.mark.parametrize(("facts", "pointers", "word"), WRONG, ids=lambda x: str(x)[:40])
def test_a_wrong_fact_is_told_with_pointer_value_and_fix(facts, pointers, word):
    told = decide(project(facts))
    assert (told.code, told.pointers) == (2, pointers)
    assert word in told.problem["errors"][0]["fix"]
    assert len(told.err) < 10_000
    english = decide(project(facts), "--lang", "en").problem["errors"][0]["fix"]
    assert english.isascii() or "nearest" in english or "校验" in english


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ('{"facts": {"site_area_m2": NaN}}', ["/facts/site_area_m2"]),
        ('{"facts": {"site_area_m2": Infinity}}', ["/facts/site_area_m2"]),
        ('{"facts": {"site_area_m2": 1e3}}', ["/facts/site_area_m2"]),
        ('{"facts": {"site_area_m2": 2600.000}}', ["/facts/site_area_m2"]),
        ('{"facts": {"voluntary": true, "voluntary": true}}', ["/facts/voluntary"]),
        (
            '{"facts": {"voluntary": true, "voluntary": 3, "forest_land": 3}}',
            ["/facts/voluntary", "/facts/forest_land"],
        ),
        ('{"facts": {"credit_code": "\\ud800"}}', ["/facts/credit_code"]),
        ('{"facts": 3, "buildings": 3, "units": 3, "colour": 3}', ["/colour", "/facts", "/buildings", "/units"]),
        ('{"buildings": [{"storeys": 3.0}, {"storeys": "3"}]}', ["/buildings/0/storeys", "/buildings/1/storeys"]),
        ('{"buildings": [{"name": "a"}, {"name": "a"}], "units": ["b"]}', ["/buildings/1/name", "/units/0"]),
        (
            '{"buildings": [{"parts": [{"use": "shed", "floor_area_m2": -1}]}]}',
            ["/buildings/0/parts/0/use", "/buildings/0/parts/0/floor_area_m2"],
        ),
        ('{"on": "2022-02-30", "service": 3, "facts": {"voluntary": 3}}', ["/service", "/on", "/facts/voluntary"]),
        ('{"service": "joint"}', ["/service"]),
        ("7", [""]),
        ('"facts"', [""]),
        ("{", [""]),
    ],
)
def test_every_fault_of_a_body_is_told_at_once(text, pointers):
    told = decide(text)
    assert (told.code, told.pointers) == (2, pointers)


def test_an_unknown_service_or_region_names_those_there_are():
    assert "joint-acceptance" in decide(PROJECT, "--service", "approvals").problem["detail"]
    assert decide({**PROJECT, "service": "joint-acceptance"}, "--service", "approval").pointers == ["/service"]
    assert decide(PROJECT, "--region", "jianghia").pointers == ["/region"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
values = anything | st.sampled_from(["passed", "social", "2022-09-01", "workshop", "2600.5", 2600, True, False])
bodies = st.fixed_dictionaries(
    {},
    optional={
        "on": st.just("2022-09-16") | anything,
        "facts": st.dictionaries(st.sampled_from(sorted(FACTS)) | st.text(max_size=4), values, max_size=5) | anything,
        "buildings": st.lists(
            st.dictionaries(st.sampled_from(["name", "use", "floor_area_m2", "storeys", "parts", "建筑高度"]), values),
            max_size=3,
        )
        | anything,
        "units": st.lists(st.sampled_from(["单体1", "passed"]), max_size=2) | anything,
    },
)


@settings(max_examples=60, deadline=None)
@given(anything | bodies | st.lists(bodies, max_size=3))
def test_whatever_is_handed_in_is_answered_or_refused(raw):
    told = decide(json.dumps(raw))
    assert told.code in (0, 2)
    if told.code:
        assert told.problem["errors"]
    elif not isinstance(raw, list):
        assert told.answer["eligible"] in ("yes", "no", "unknown")
    else:
        assert len(told.answer) == len(raw)
