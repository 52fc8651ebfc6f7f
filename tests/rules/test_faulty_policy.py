"""Every mistake in a policy file is told with file, line, value and what to write instead, all of them at once."""

from __future__ import annotations

import pytest

from engine.errors import PolicyError
from rules.loader import load_policy
from tests.rules.kit import added, changed, faults, line_of, sources

LOCAL = "    local: true\n    assumed: {says: 试, example: 例}\n"
FILE = "jianghai/extra.yaml"


def condition(body: str, scope: str = "project", name: str = "extra") -> str:
    """A file with one condition."""
    return f"conditions:\n  - id: {name}\n    scope: {scope}\n    title: 试\n{LOCAL}{body}"


CONDITIONS = [
    # what is written, in which scope, on which line it is wrong, and words of the error
    ("    all: [{fact: flamable_explosive, is: true}]\n", "project", 7, "最接近的是“flammable_explosive”"),
    ("    all: [{fact: height_m, more_than: 5}]\n", "project", 7, "它是单体的事实"),
    ("    all: [{fact: flammable_explosive, is: 是}]\n", "project", 7, "应为 true 或 false"),
    ("    all: [{fact: investment, is: sozial}]\n", "project", 7, "social（社会投资）"),
    ("    all: [{fact: investment, more_than: social}]\n", "project", 7, "不是数量"),
    ("    all: [{fact: investment, in: [social, private]}]\n", "project", 7, "应为下列之一"),
    ("    all: [{fact: site_area_m2, more_than: 0.123}]\n", "project", 7, "两位"),
    ("    all: [{fact: site_area_m2, more_than: 2500平方米}]\n", "project", 7, "两位"),
    ("    all: [{fact: site_area_m2, more_than: true}]\n", "project", 7, "两位"),
    ("    all: [{fact: site_area_m2, more_than: 1e3}]\n", "project", 7, "不用科学记数法"),
    ("    all: [{fact: storeys, more_than: '3.5'}]\n", "building", 7, "整数"),
    ("    all: [{fact: completion_accepted_on, at_least: 2022-02-30}]\n", "works", 7, "确实存在的日期"),
    ("    all: [{fact: parts, is: canteen}]\n", "building", 7, "不能直接比较"),
    ("    all: [{condition: fire_specal}]\n", "project", 7, "最接近的是“fire_special”"),
    ("    all: [{condition: fire_limb_7}]\n", "project", 7, "any_building 或 all_buildings"),
    ("    all: [{any_building: fire_limb_1}]\n", "project", 7, "any_space 或 all_spaces"),
    ("    all: [{any_building: fire_special}]\n", "project", 7, "这里直接写 condition"),
    ("    all: [{any_space: fire_limb_1}]\n", "works", 7, "看不到它"),
    ("    all: [{condition: survey_done_here}]\n", "building", 7, "看不到它"),
    ("    all: [{count: space, where: fire_limb_7, more_than: 1}]\n", "project", 7, "where 须是 scope 为 space"),
    ("    all: [{count: building, where: fire_limb_7, more_than: true}]\n", "project", 7, "整数"),
    ("    all: [{count: works, more_than: 1}]\n", "building", 7, "不能对工程计数或求和"),
    ("    all: [{sum: use, over: building, more_than: 1}]\n", "project", 7, "只对数量"),
    ("    all: [{sum: floor_area_m2, more_than: 1}]\n", "project", 7, "sum 须写 over"),
    ("    all: [{sum: floor_arae_m2, over: building, more_than: 1}]\n", "project", 7, "最接近的是“floor_area_m2”"),
    ("    all: [{parameter: fire_area_scop, is: project}]\n", "project", 7, "最接近的是“fire_area_scope”"),
    ("    all: [{parameter: fire_area_scope, is: projekt}]\n", "project", 7, "最接近的是“project”"),
    ("    all: [{fact: voluntary}]\n", "project", 7, "比较须恰好写一个"),
    ("    all: [{fact: voluntary, is: true, is_not: false}]\n", "project", 7, "比较须恰好写一个"),
    ("    all: [{fact: voluntary, condition: always, is: true}]\n", "project", 7, "恰好写明下列之一"),
    ("    all: [{condition: always, is: true}]\n", "project", 7, "之后不写比较"),
    ("    all: [{fakt: voluntary, is: true}]\n", "project", 7, "没有“fakt”这一项"),
    ("    all: [{fact: voluntary, is: true}]\n    any: []\n", "project", 2, "恰好写明 all"),
    ("    all: [{condition: always}]\n    titel: 试\n", "project", 8, "最接近的是“title”"),
    ("    all: [{condition: always}]\n    effective_from: 2022-13-01\n", "project", 8, "确实存在的日期"),
    ("    all: [{condition: always}]\n    exception_to: fire_specal\n", "project", 8, "最接近的是“fire_special”"),
    (
        "    all:\n      - {condition: always}\n      - any:\n          - {not: nowhere}\n",
        "project",
        10,
        "没有名为“nowhere”的条件",
    ),
]


@pytest.mark.parametrize(("body", "scope", "line", "words"), CONDITIONS)
def test_a_wrong_condition_is_told_with_its_line(body: str, scope: str, line: int, words: str) -> None:
    found = faults(added(FILE, condition(body, scope)))
    assert [f.pointer for f in found] == [f"{FILE}:{line}"], found
    assert words in found[0].fix
    assert found[0].fix_en


FACT = "facts:\n  - {scope: project, id: extra, title: 试, title_en: x, source: 甲, "
ENTRIES = [
    ("conditions:\n  - {id: a, scope: project, title: 试, all: [{condition: always}]}\n", 2, "没有依据"),
    ("conditions:\n  - {id: a, scope: project, title: 试, local: true, all: [{condition: always}]}\n", 2, "assumed"),
    (
        "conditions:\n  - id: a\n    scope: project\n    title: 试\n    all: [{condition: always}]\n"
        "    cite: [{instrument: 中华人民共和国消防发, article: 第十三条}]\n",
        6,
        "最接近的是“中华人民共和国消防法”",
    ),
    ("conditions:\n  - {id: a.1, scope: project, all: []}\n", 2, "“id”的写法不合"),
    ("conditions:\n  - {id: a, scope: projekt, all: []}\n", 2, "“scope”应为下列之一：project、building、space、works"),
    ("conditions:\n  id: a\n", 1, "应为列表"),
    ("conditons: []\n", 1, "最接近的是“conditions”"),
    ("- 1\n", 1, "由若干栏目组成"),
    ("conditions:\n  - {id: a, scope: project, all: [], all: []}\n", 2, "写了两次"),
    ("conditions:\n  - {id: fire_special, scope: project, all: []}\n", 2, "下级不得改写"),
    ("conditions:\n  - {id: a, scope: project, all: []}\n  - {id: a, scope: project, all: []}\n", 3, "施行期间重叠"),
    (
        "conditions:\n  - {id: a, scope: project, all: [], effective_to: 2022-03-02}\n"
        "  - {id: a, scope: project, all: [], effective_from: 2022-03-01}\n",
        3,
        "施行期间重叠",
    ),
    ("facts:\n  - {scope: project, id: extra, title: 试, title_en: x, type: yes_no}\n", 2, "缺少“source”"),
    ("facts:\n  - {scope: project, id: region, title: 试, title_en: x, type: text, source: 甲}\n", 2, "下级不得改写"),
    ("parameters:\n  - {id: a, title: 试, type: whole, values: [{value: 1}]}\n", 2, "参数值“a”没有依据"),
    (
        "settings:\n  - {parameter: warning_day, value: 1, local: true, assumed: {says: 试}}\n",
        2,
        "最接近的是“warning_days”",
    ),
    ("supplements:\n  - {item: D99, local: true, assumed: {says: 试}}\n", 2, "没有名为“D99”的事项"),
    (
        "supplements:\n  - {item: D03, local: true, assumed: {says: 试}, limits: [{limit: D03-promised}]}\n",
        2,
        "没有名为“D03-promised”的时限",
    ),
    (
        "supplements:\n  - item: D03\n    local: true\n    assumed: {says: 试}\n    materials:\n"
        "      - {id: a, title: 试, firm: required, local: true, assumed: {says: 试}}\n",
        6,
        "不能写 required",
    ),
    (
        "supplements:\n  - item: D03\n    local: true\n    assumed: {says: 试}\n    materials:\n"
        "      - {id: a, title: 试, firm: customary}\n",
        6,
        "材料“试”没有依据",
    ),
    ("service: {extends: joint-aceptance, title: 试}\n", 1, "最接近的是“joint-acceptance”"),
    ("service: {extends: joint-acceptance, items: [{item: D77}]}\n", 1, "没有名为“D77”的事项"),
    ("service: {extends: joint-acceptance, items: [{item: D02}]}\n", 1, "列了两次"),
    ("service: {extends: joint-acceptance, requires: [{condition: fire_limb_7}]}\n", 1, "scope 为 project"),
    ("service: {extends: joint-acceptance, requires: [{condition: nowhere}]}\n", 1, "没有名为“nowhere”的条件"),
    ("service: {extends: joint-acceptance, alerts: [{code: a, condition: always, says: 试}]}\n", 1, "提示“a”没有依据"),
    ("service: {title: 试}\n", 1, "恰好写明 id"),
    (
        "conditions:\n  - {id: a, scope: project, all: [], effective_from: 2022-03-01, effective_to: 2022-03-01}\n",
        2,
        "晚于",
    ),
    (FACT + "type: number}\n", 2, "“type”应为下列之一"),
    (FACT + "type: yes_no, unit: 米}\n", 2, "不写 unit"),
    (FACT + "type: choice}\n", 2, "须写 allowed"),
    (FACT + "type: yes_no, allowed: {a: 甲}}\n", 2, "须写 allowed"),
    (FACT + "type: text, format: telephone}\n", 2, "format 只用于"),
    (FACT + "type: decimal, unit: 米, format: region}\n", 2, "format 只用于"),
    (FACT + "type: day, implied_by: [survey_done]}\n", 2, "implied_by"),
    (FACT + "type: yes_no, implied_by: [survey_dane]}\n", 2, "最接近的是“survey_done”"),
    (FACT + "type: yes_no, implied_by: [extra]}\n", 2, "由自己推定"),
    (FACT.replace("title: 试", "title: 规划条件核实") + "type: yes_no}\n", 2, "名称“规划条件核实”"),
    (FACT.replace("id: extra", "id: survey_done") + "type: yes_no}\n", 2, "代号相同"),
    ("parameters:\n  - {id: a, title: 试, type: choice}\n", 2, "须写 allowed"),
    ("departments:\n  - {id: x, title: 甲}\n  - {id: x, title: 乙}\n", 3, "写了两次"),
    (
        "items:\n  - {id: D07, title: 试, department: owner, kind: review, applies: survey_for_all, local: true, assumed: {says: 试}}\n",
        2,
        "下级不得改写",
    ),
    (
        "conditions:\n  - {id: a, scope: project, all: [{condition: fire_special_building.1}]}\n",
        2,
        "没有名为“fire_special_building.1”的条件",
    ),
]


@pytest.mark.parametrize(("text", "line", "words"), ENTRIES)
def test_a_wrong_entry_is_told_with_its_line(text: str, line: int, words: str) -> None:
    found = faults(added(FILE, text))
    assert [f.pointer for f in found] == [f"{FILE}:{line}"], found
    assert words in found[0].fix


def test_a_condition_that_reasons_name_has_a_title() -> None:
    text = "conditions:\n  - {id: bare, scope: project, all: []}\n"
    text += "service: {extends: joint-acceptance, requires: [{condition: bare}]}\n"
    found = faults(added(FILE, text))
    assert [(f.pointer, f.value) for f in found] == [(f"{FILE}:3", "bare")]
    assert "没有 title" in found[0].fix


def test_two_values_of_one_parameter_on_one_day_are_told() -> None:
    text = "settings:\n  - {parameter: warning_days, value: 3, local: true, assumed: {says: 试}}\n"
    found = faults(added(FILE, text))
    assert [f.pointer for f in found] == [line_of("jianghai/settings.yaml", "warning_days")]
    assert f"与 {FILE}:2 的施行期间重叠" in found[0].fix
    dated = text.replace("value: 3", "value: 3, effective_from: 2023-01-01")
    files = {
        **changed("jianghai/settings.yaml", "    value: 2\n", "    value: 2\n    effective_to: 2023-01-01\n"),
        FILE: dated,
    }
    assert faults(files) == []


def test_conditions_in_a_circle_are_named() -> None:
    text = "conditions:\n  - {id: a, scope: project, all: [{not: b}]}\n  - {id: b, scope: project, any: [{condition: a}]}\n"
    found = faults(added(FILE, text))
    assert [(f.pointer, f.value) for f in found] == [(f"{FILE}:2", "a → b → a")]


ITEMS = "national/items_completion.yaml"
CHANGES = [
    (ITEMS, "  - id: D01\n", "  - id: D1\n", "“id”的写法不合"),
    (ITEMS, "    applies: has_air_defence\n", "    applies: has_air_defense\n", "最接近的是“has_air_defence”"),
    (ITEMS, "    hits: fire_special_building\n", "    hits: fire_special\n", "须用 scope 为 building 的条件"),
    (ITEMS, "    department: civil_defence\n", "    department: civil_defense\n", "最接近的是“civil_defence”"),
    (
        ITEMS,
        "    department: archives\n    kind: confirmation\n",
        "    department: archives\n    kind: permit\n",
        "licence、filing",
    ),
    (
        ITEMS,
        "{doc: D05.result, cite: [{instrument: 城市建设档案管理规定",
        "{doc: D55.result, cite: [{instrument: 城市建设档案管理规定",
        "没有哪个事项或材料作出“D55.result”",
    ),
    (
        "jianghai/joint_acceptance.yaml",
        "    limit: ja-promised\n",
        "    limit: ja-promise\n",
        "最接近的是“ja-promised”",
    ),
    ("jianghai/joint_acceptance.yaml", "within: ja-rectify", "within: ja-rectifi", "最接近的是“ja-rectify”"),
    (
        "jianghai/joint_acceptance.yaml",
        "    lead: housing_construction\n",
        "    lead: housing\n",
        "没有名为“housing”的部门",
    ),
    ("jianghai/joint_acceptance.yaml", "any: opinion.failed", "any: opinion.fails", "opinion.failed"),
    ("jianghai/joint_acceptance.yaml", "when: item.needs_visit", "when: item.need_visit", "最接近的是“needs_visit”"),
    ("jianghai/joint_acceptance.yaml", "〔{year}〕{serial}号", "〔{year}〕号", "编号样式须含 {serial}"),
    ("jianghai/joint_acceptance.yaml", "after: [opinion], makes", "after: [opinon], makes", "没有哪个环节作出"),
    (
        "jianghai/joint_acceptance.yaml",
        "form: ja-certificate",
        "form: ja-certifikat",
        "没有名为“ja-certifikat”的证书样式",
    ),
    (
        "jianghai/joint_acceptance.yaml",
        "{title: 统一受理, kind: intake",
        "{title: 统一受理, kind: intakes",
        "“kind”应为下列之一",
    ),
    ("jianghai/item_limits.yaml", "        days: 10\n", "        days: 16\n", "长于法定的15"),
    ("jianghai/region.yaml", "within: jiangmen", "within: jiangmem", "最接近的是“jiangmen”"),
    ("jianghai/region.yaml", "id: jianghai", "id: jianghei", "应与文件夹同名"),
    ("jianghai/settings.yaml", "    value: building\n", "    value: bilding\n", "应为：building、project"),
    ("jianghai/settings.yaml", "    value: 2\n", "    value: two\n", "应为：整数"),
    ("national/joint_acceptance.yaml", "exclusive: [[D07, D08]]", "exclusive: [[D07, D80]]", "没有名为“D80”的事项"),
    ("national/parameters.yaml", "  - {id: filing_merged, ", "  - {id: filing_mergd, ", "filing_mer"),
]


@pytest.mark.parametrize(("path", "old", "new", "words"), CHANGES)
def test_a_wrong_word_in_the_packaged_files_is_told_with_its_line(path: str, old: str, new: str, words: str) -> None:
    files = changed(path, old, new)
    found = faults(files)
    assert any(words in f.fix for f in found), found
    wrong = new.strip().splitlines()[-1].strip()
    if path not in ("national/parameters.yaml",):
        assert line_of(path, wrong, files) in [f.pointer for f in found], found


def test_one_broken_entry_brings_no_errors_about_those_that_name_it() -> None:
    files = changed(
        "national/fire.yaml", "  - id: fire_limb_6\n    scope: space\n", "  - id: fire_limb_6\n    scope: room\n"
    )
    found = faults(files)
    assert [f.pointer for f in found] == [line_of("national/fire.yaml", "scope: room", files)]


def test_items_that_wait_for_each_other_are_named() -> None:
    old = "    needs:\n      - {doc: D02.result, cite: [{instrument: 中华人民共和国城乡规划法, article: 第四十五条第一款}]}\n      - {doc: D04.result"
    files = changed(
        ITEMS,
        old,
        old.replace("    needs:\n", "    needs:\n      - {doc: D12.result, local: true, assumed: {says: 试}}\n"),
    )
    assert [f.value for f in faults(files)] == [
        "D05 → D12 → D05",
        "D07 → D05 → D12 → D07",
        "D11 → D07 → D05 → D12 → D11",
    ]


def test_a_promise_longer_than_the_law_is_refused_although_it_names_no_law() -> None:
    old = '    unit: working\n    under: fire-acceptance\n    values:\n      - effective_from: "2020-06-01"\n        days: 10\n'
    new = old.replace("    under: fire-acceptance\n", "").replace("10", "16")
    found = faults(changed("jianghai/item_limits.yaml", old, new))
    assert [f.pointer for f in found] == [line_of("jianghai/items.yaml", "D07-promised")]
    assert "长于法定的 15" in found[0].fix


def test_a_folder_without_a_region_is_told() -> None:
    found = faults(
        added("pengjiang/settings.yaml", "settings: []\nconditions:\n  - {id: a, scope: project, all: []}\n")
    )
    told = {f.pointer: f.fix for f in found}
    assert "region.yaml" in told.pop("pengjiang/settings.yaml:1")
    assert all("在 pengjiang 有时没有取值" in fix for fix in told.values())


def test_a_set_without_its_policy_file_is_told() -> None:
    files = {p: t for p, t in sources().items() if p != "policy.yaml"}
    assert [f.pointer for f in faults(files)] == ["policy.yaml:1"]


def test_all_mistakes_of_all_files_are_told_at_once_in_order() -> None:
    files = changed("national/fire.yaml", "{fact: height_m, more_than: 54}", "{fact: heigth_m, more_than: 54}")
    files["jianghai/extra.yaml"] = "conditions:\n  - {id: a, scope: project, all: [{fact: nix, is: 1}]}\n  - {id: b}\n"
    files["jianghai/other.yaml"] = "conditions: [\n"
    with pytest.raises(PolicyError) as caught:
        load_policy(files)
    assert [f.pointer for f in caught.value.errors] == [
        "jianghai/extra.yaml:2",
        "jianghai/extra.yaml:3",
        "jianghai/other.yaml:2",
        line_of("national/fire.yaml", "heigth_m", files),
    ]
    assert "另有 3 处" in str(caught.value)


def test_the_packaged_files_are_in_order() -> None:
    assert faults(sources()) == []


def test_a_paper_with_legal_effect_rests_on_the_items_opinions() -> None:
    path = "jianghai/joint_acceptance.yaml"
    (found,) = faults(
        changed(path, "needs: [opinion], form: ja-certificate", "needs: [paper_finding], form: ja-certificate")
    )
    assert found.pointer == line_of(path, "      issue:") and "makes: opinion" in found.fix
