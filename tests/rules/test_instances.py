"""Instances in policy files and in projects: faults with their line, and the graph and the decision that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decision import Decision
from engine.deriving import graph_of
from engine.errors import InputError
from engine.facts import read_statement
from engine.graph import StepGraph
from engine.plan import Calendar, plan
from engine.policy import PolicyBook
from engine.reading import Reading
from engine.terms import Firm
from rules.compiler import compile_policy
from rules.loader import read_files
from rules.matching import decide_unweighted
from rules.packaged import calendar_known
from tests.rules.kit import added, changed, faults, policy
from tests.rules.test_catalogue_format import FILE, LOCAL, entry

ON = date(2022, 3, 1)
BASE: Mapping[str, Any] = {
    "investment": "social",
    "approval_regime": "filing",
    "category": "general_industry",
    "land_supply": "granted",
    "contract_price_yuan": 20000000,
    "floor_area_m2": 8000,
    "eia_class": "registration",
}
HALLS = [{"name": "1号厂房"}, {"name": "2号厂房"}]


def decided(
    facts: Mapping[str, Any], buildings: list[dict[str, Any]] | None = None, book: PolicyBook | None = None
) -> Decision:
    book = book or policy().as_of(ON)
    raw: dict[str, Any] = {"facts": {**BASE, **facts}}
    if buildings is not None:
        raw["buildings"] = buildings
    return decide_unweighted(book, read_statement(raw, book.vocabulary, ON), "approval")


def parts(graph: StepGraph, item: str) -> list[str]:
    return [s.id for s in graph.steps if s.of(item)]


def before(graph: StepGraph, step: str) -> set[str]:
    return {e.before for e in graph.edges if e.after == step and e.firm is not Firm.CUSTOMARY}


# --- projects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "buildings", "ids"),
    [
        ({}, None, ["C08"]),
        ({"permit_by": "whole"}, None, ["C08"]),
        ({"permit_by": "stage"}, None, ["C08:pit", "C08:basement", "C08:above_ground"]),
        (
            {"permit_by": "stage", "basement": False, "air_defence_basement": False},
            None,
            ["C08:pit", "C08:above_ground"],
        ),
        ({"permit_by": "building"}, HALLS, ["C08:1号厂房", "C08:2号厂房"]),
        ({"permit_by": "building"}, [{"name": "A:1"}, {"name": "A.1"}], ["C08:A_1", "C08:A_1-2"]),
        ({"permit_by": "contract", "contracts": "土建、 安装，土建；"}, None, ["C08:土建", "C08:安装"]),
    ],
)
def test_steps_of_a_permit(facts: dict[str, Any], buildings: list[dict[str, Any]] | None, ids: list[str]) -> None:
    graph = graph_of(decided(facts, buildings))
    assert parts(graph, "C08") == ids
    assert [s.item for s in graph.steps if s.of("C08")] == [""] * len(ids) if ids == ["C08"] else ["C08"] * len(ids)
    assert parts(graph, "C06") == ["C06"]


def test_what_the_steps_are_called_and_make() -> None:
    graph = graph_of(decided({"permit_by": "stage"}))
    assert graph.step("C08:pit").title == "建筑工程施工许可证（基坑支护与土方开挖）"
    assert {e.doc for e in graph.edges if e.before == "C08:pit"} == {"C08.result"}


def test_what_waits_for_which() -> None:
    graph = graph_of(decided({"permit_by": "stage", "basement": True}))
    assert before(graph, "C08:pit") == {"A10", "B02", "C01:pit", "C02", "C05:pit", "C06"}
    assert {"C08:basement", "START:pit"} <= before(graph, "START:basement")
    assert "C08:pit" not in before(graph, "START:basement")
    assert before(graph, "D01") == {"START:pit", "START:basement", "START:above_ground"}
    assert before(graph, "C02") == {"B02", "C01:pit", "C01:basement", "C01:above_ground"}


def test_of_an_unknown_stage_the_steps_are_unsure() -> None:
    graph = graph_of(decided({"permit_by": "stage"}))
    assert graph.step("C08:basement").applies.value == "unknown"
    assert graph.step("C08:pit").applies.value == "yes"


@pytest.mark.parametrize(
    ("facts", "buildings", "pointer"),
    [
        ({"permit_by": "building"}, None, "/buildings"),
        ({"permit_by": "building"}, [], "/buildings"),
        ({"permit_by": "contract"}, None, "/facts/contracts"),
        ({"permit_by": "contract", "contracts": "、，"}, None, "/facts/contracts"),
    ],
)
def test_instances_that_nobody_listed_are_asked_for_by_the_facts_name(
    facts: dict[str, Any], buildings: list[dict[str, Any]] | None, pointer: str
) -> None:
    decision = decided(facts, buildings)
    assert [code for code, _ in decision.warnings if code == "instances-unknown"] == ["instances-unknown"]
    assert decision.item("C08").applies.value == "yes"
    with pytest.raises(InputError) as caught:
        graph_of(decision)
    assert [f.pointer for f in caught.value.errors if "分项" in f.fix] == [pointer]


@pytest.mark.parametrize(
    ("durations", "says"),
    [
        ({"C08": 9}, "请写明哪一项：C08:pit、C08:basement、C08:above_ground"),
        ({"C08:roof": 9}, "请写明哪一项：C08:pit、C08:basement、C08:above_ground"),
        ({"C06:pit": 9}, "没有这个环节：C06:pit"),
        ({"C08:pit": -1}, "天数应为"),
        ({"C08:pit/x": 1}, "请写明哪一项"),
    ],
)
def test_days_are_stated_by_instance(durations: dict[str, int], says: str) -> None:
    with pytest.raises(InputError) as caught:
        graph_of(decided({"permit_by": "stage"}), durations)
    (fault,) = caught.value.errors
    assert says in fault.fix
    assert fault.pointer == "/durations/" + next(iter(durations)).replace("/", "~1")


def test_stated_days_hold_for_that_instance_alone() -> None:
    graph = graph_of(decided({"permit_by": "stage"}), {"C08:pit": 5})
    assert [graph.step(name).days for name in ("C08:pit", "C08:above_ground")] == [5, 3]


def test_the_decision_lists_one_item_with_its_instances() -> None:
    said = decided({"permit_by": "stage"}).as_json()
    (permit,) = [i for i in said["items"] if i["id"] == "C08"]
    assert [(i["id"], i["title"], i["applies"]) for i in permit["instances"]] == [
        ("pit", "基坑支护与土方开挖", "yes"),
        ("basement", "地下室", "unknown"),
        ("above_ground", "地上部分", "yes"),
    ]
    pit = permit["instances"][0]
    assert [x["id"] for x in pit["limits"]] == [x["id"] for x in permit["limits"]]
    assert pit["lapse"][0]["limit"] == "construction-start" and pit["lapse"][0]["cite"]
    assert pit["local"] is True and pit["assumed"]["says"]
    assert all("instances" not in i for i in decided({}).as_json()["items"])


def test_a_hundred_buildings_are_planned() -> None:
    graph = graph_of(decided({"permit_by": "building"}, [{"name": f"{n}号"} for n in range(100)]))
    assert len(parts(graph, "START")) == 100
    assert before(graph, "START:7号") == {"C08:7号", "A14", "A17"}
    made = plan(graph, Reading.PARALLEL, Calendar(calendar_known(), ON))
    assert len({s.earliest_finish for s in made.steps if s.step.of("C08")}) == 1


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "approval_regime": st.sampled_from(["filing", "verification", "government"]),
        "land_supply": st.sampled_from(["granted", "granted_with_scheme", "allocated"]),
        "eia_class": st.sampled_from(["report", "form", "registration", "none"]),
        "flammable_explosive": st.booleans(),
        "air_defence_basement": st.booleans(),
        "basement": st.booleans(),
        "contract_price_yuan": st.sampled_from([300000, 300001]),
        "demolition": st.booleans(),
        "permit_by": st.just("whole"),
    },
)


@settings(deadline=None)
@given(FACTS)
def test_as_a_whole_it_is_the_graph_of_items_without_instances(facts: dict[str, Any]) -> None:
    book = policy().as_of(ON)
    plain = replace(book, items={name: replace(i, instances=None) for name, i in book.items.items()})
    assert graph_of(decided(facts, HALLS)) == graph_of(decided(facts, HALLS, plain))


@settings(deadline=None)
@given(FACTS, st.sampled_from(["stage", "building", "contract"]))
def test_in_instances_the_same_items_are_planned_and_each_waits_for_no_less(facts: dict[str, Any], by: str) -> None:
    """Every order between two items holds between every instance of the later and some instance of the earlier."""
    whole = graph_of(decided({**facts, "permit_by": "whole"}, HALLS))
    spread = graph_of(decided({**facts, "permit_by": by, "contracts": "甲、乙"}, HALLS))
    item = {s.id: s.item or s.id for s in spread.steps}
    assert {s.id for s in whole.steps} == set(item.values())
    there = {(item[e.before], e.after) for e in spread.edges}
    for edge in whole.edges:
        assert all((edge.before, step) in there for step in parts(spread, edge.after))


# --- policy files -----------------------------------------------------------------------------------------------------


def spread_of(*listed: str, by: str = "permit_by", kind: str = "stage") -> str:
    return f"instances: {{by: {by}, where: {{{kind}: {{{LOCAL}, listed: [{', '.join(listed)}]}}}}}}"


PIT = "{id: pit, title: 坑}"
NEED = f"needs: [{{doc: C08.result, instance: %s, {LOCAL}}}]"
MISTAKES = [
    (spread_of(PIT, by="permit_bye"), "最接近的是“permit_by”"),
    (spread_of(PIT, by="contracts"), "须用 type 为 choice 的事实"),
    (spread_of(PIT, kind="stages"), "最接近的是“stage”"),
    (spread_of(PIT, PIT), "分项“pit”写了两次"),
    (spread_of("{id: 基坑, title: 坑}"), "“id”的写法不合"),
    (spread_of("{id: 'a:b', title: 坑}"), "“id”的写法不合"),
    (spread_of("{id: pit, title: 坑, when: has_basment}"), "最接近的是“has_basement”"),
    (spread_of(f"{{id: pit, title: 坑, needs: [{{doc: C88.result, {LOCAL}}}]}}"), "没有哪个事项或材料作出“C88.result”"),
    (spread_of("{id: pit, title: 坑, needs: [{doc: C06.result}]}"), "没有依据"),
    (spread_of("{id: pit, title: 坑, limits: [{limit: licens}]}"), "最接近的是“licence”"),
    (spread_of(f"{{id: pit, title: 坑, lapse: [{{limit: licens, says: 逾期, {LOCAL}}}]}}"), "最接近的是“licence”"),
    (spread_of("{id: pit, title: 坑, days: {days: 3, unit: working}}"), "没有依据"),
    (
        spread_of(f"{{id: pit, title: 坑, limits: [{{limit: licence}}], days: {{days: 3, unit: working, {LOCAL}}}}}"),
        "不再写 days",
    ),
    ("instances: {by: permit_by, where: {building: {each: building}}}", "没有依据"),
    (f"instances: {{by: permit_by, where: {{building: {{{LOCAL}, each: storey}}}}}}", "“each”的写法不合"),
    (f"instances: {{by: permit_by, where: {{building: {{{LOCAL}}}}}}}", "恰好写明 listed"),
    (
        f"instances: {{by: permit_by, where: {{building: {{{LOCAL}, each: building, names: contracts}}}}}}",
        "恰好写明 listed",
    ),
    (f"instances: {{by: permit_by, where: {{contract: {{{LOCAL}, names: permit_by}}}}}}", "须用 type 为 text 的事实"),
    ("instances: {by: permit_by, where: {}}", "至少须有一项"),
    (NEED % "pits", "最接近的是“pit”"),
    (f"needs: [{{doc: C06.result, instance: pit, {LOCAL}}}]", "没有名为“pit”的分项"),
    (f"beforehand: [{{doc: B02.result, {LOCAL}}}]", "没有名为“B02.result”的“试”的前置文书"),
    (
        f"needs: [{{doc: B02.result, firm: customary, {LOCAL}}}]\n    beforehand: [{{doc: B02.result, {LOCAL}}}]",
        "只有 required",
    ),
    (f"needs: [{{doc: B02.result, {LOCAL}}}]\n    beforehand: [{{doc: B02.result}}]", "没有依据"),
    (
        f"needs: [{{doc: B02.result, {LOCAL}}}]\n    beforehand: [{{doc: B02.result, {LOCAL}}}, {{doc: B02.result, {LOCAL}}}]",
        "写了两次",
    ),
    (
        f"needs: [{{doc: B02.result, {LOCAL}}}]\n    beforehand: [{{doc: B02.result, group: LAND, {LOCAL}}}]",
        "没有名为“B02.result”的",
    ),
]


@pytest.mark.parametrize(("line", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_line(line: str, words: str) -> None:
    text = entry(*line.split("\n    "))
    last = line.split("\n")[-1].strip()
    where = next(n for n, each in enumerate(text.splitlines(), 1) if each.strip() == last)
    found = faults(added(FILE, text))
    assert [f.pointer for f in found] == [f"{FILE}:{where}"], found
    assert words in found[0].fix


def test_only_a_departments_decision_is_prepared_beforehand() -> None:
    text = entry(
        f"needs: [{{doc: B02.result, {LOCAL}}}]", f"beforehand: [{{doc: B02.result, {LOCAL}}}]", kind="own_duty"
    )
    assert ["建设单位自办" in f.fix for f in faults(added(FILE, text))] == [True]


def test_a_lower_layer_marks_what_stands_above() -> None:
    items = policy().as_of(ON).items
    assert [n.group for n in items["B02"].needs if n.beforehand] == ["LAND"]
    assert {d for n in items["C08"].needs if n.beforehand for d in n.one_of} == {
        "A10.result",
        "B02.result",
        "C02.result",
    }


def test_an_instance_has_limits_lapse_and_needs_of_its_own() -> None:
    path, old = (
        "national/items_construction.yaml",
        "            - id: basement\n              title: 地下室\n              when: has_basement\n              needs:\n                - {doc: C07",
    )
    new = old.replace(
        "              needs:\n",
        "              limits: [{limit: licence}]\n"
        f"              lapse: [{{limit: start-report, says: 六个月, {LOCAL}}}]\n              needs:\n",
    )
    book = compile_policy(read_files(changed(path, old, new))).as_of(ON)
    (permit,) = [i for i in decided({"permit_by": "stage"}, book=book).as_json()["items"] if i["id"] == "C08"]
    limits = {i["id"]: [x["id"] for x in i["limits"]] for i in permit["instances"]}
    assert limits == {
        "pit": ["construction-permit", "C08-promised"],
        "basement": ["licence", "C08-promised"],  # in the place of the item's of that kind
        "above_ground": ["construction-permit", "C08-promised"],
    }
    assert [x["limit"] for x in permit["instances"][1]["lapse"]] == ["start-report"]


def test_instances_that_wait_for_each_other_are_named() -> None:
    path = "national/items_construction.yaml"
    old = "{doc: START.result, instance: pit, local: true, assumed: {says: 基坑完成后施工地下室"
    files = changed(path, old, old.replace("instance: pit", "instance: above_ground"))
    loops = [f.value for f in faults(files) if "互为前置" in f.fix]
    assert loops == ["START:basement → START:above_ground → START:basement"]


def test_an_instance_that_waits_for_itself_is_named() -> None:
    path = "national/items_construction.yaml"
    old = "{doc: START.result, instance: pit, local: true, assumed: {says: 基坑完成后施工地下室"
    files = changed(path, old, old.replace("instance: pit, ", ""))
    found = [f for f in faults(files) if "互为前置" in f.fix]
    assert [f.value for f in found] == ["START:basement → START:basement"]
    assert found[0].pointer.startswith(path)
