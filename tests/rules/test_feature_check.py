"""Features checked without running them, and the same fault when they are run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rules.feature_check import check_features
from tests.architecture.tree import ROOT

HEAD = "# language: zh-CN\n功能: 试\n\n  场景: 一\n"


def faults(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    """Line and words of every fault of one feature."""
    path = tmp_path / "one.feature"
    path.write_text(text, encoding="utf-8")
    found = check_features([tmp_path])
    assert all(f.pointer.startswith(f"{path.as_posix()}:") for f in found)
    return [(f.pointer.rpartition(":")[2], f.fix) for f in found]


def test_what_is_known_has_no_fault(tmp_path: Path) -> None:
    steps = "    假如 项目的“投资性质”为“社会投资”\n    当 判定适用事项\n    那么 事项“D07”是否适用无法判断\n"
    assert faults(tmp_path, HEAD + steps) == []


def test_the_packaged_features_have_none() -> None:
    assert check_features([ROOT / "features"]) == []


def test_an_unknown_phrase_is_told_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    text = HEAD + "    假如 项目没有单体\n    当 判定一下适用的事项\n"
    assert faults(tmp_path, text) == [("6", "不认识的语句。最接近的是“判定适用事项”。")]


@pytest.mark.parametrize(
    ("step", "fix"),
    [
        ("项目的“投资的性质”为“社会投资”", "政策里没有名为“投资的性质”的项目的事实。最接近的是“投资性质”。"),
        ("项目的“投资性质”为“社会投入”", "“投资性质”没有“社会投入”这个值。最接近的是“社会投资”。"),
        ("单体“1号厂房”的“投资性质”为“社会投资”", "政策里没有名为“投资性质”的单体的事实。"),
        ("事项“消防验收”适用", "政策里没有名为“消防验收”的事项。最接近的是“特殊建设工程消防验收”。"),
        ("任务“visit:1号厂房”这次只看“D02、D99”", "政策里没有名为“D99”的事项。"),
        (
            "推算时限“fire-acceptence”自2022-09-16起算的最后一日",
            "没有名为“fire-acceptence”的时限。最接近的是“fire-acceptance”。",
        ),
        ("缺少单体“1号厂房”的事实“劳动密集”", "政策里没有名为“劳动密集”的事实。"),
        ("没有发出“建设用地规化许可证”", "政策里没有名为“建设用地规化许可证”的文书。最接近的是“建设用地规划许可证”。"),
        (
            "建设单位改变假设“国有建设用地使用权出让合同”，“容积率上线”为“2.5”",
            "政策里没有名为“容积率上线”的文书字段。最接近的是“容积率上限”。",
        ),
        ("各事项的“模似审查”均合格", "政策里没有名为“模似审查”的环节。最接近的是“模拟审查”。"),
        ("认定“材料虚构”", "政策里没有名为“材料虚构”的失效情形。最接近的是“材料虚假”。"),
        ("建设单位补交材料“施工合约、施工合同”", "政策里没有名为“施工合约”的材料。最接近的是“施工合同”。"),
        ("“施工许可证”的办理结果有效", "政策里没有名为“施工许可证”的事项。最接近的是“建筑工程施工许可证”。"),
        ("本地口径“面积口径”改为“project”", "没有名为“面积口径”的本地口径。最接近的是“消防面积口径”。"),
    ],
)
def test_a_name_that_the_policy_lacks_is_told(tmp_path: Path, step: str, fix: str) -> None:
    ((line, says),) = faults(tmp_path, HEAD + f"    假如 {step}\n")
    assert line == "5"
    assert fix in says


def test_names_in_tables_are_looked_up(tmp_path: Path) -> None:
    text = HEAD + (
        "    假如 项目的事实如下：\n      | 事实 | 值 |\n      | 投资 | 社会 |\n"
        "    而且 项目有下列单体：\n      | 单体名称 | 用途 | 使用性质 |\n      | 甲 | 厂房 | 厂方 |\n"
        "    当 对单体“甲”联合勘验：\n      | 事项 | 结果 |\n      | D77 | 合格 |\n"
        "    而且 项目有下列单体：\n    而且 项目没有单体\n      | 甲 |\n"
    )
    found = faults(tmp_path, text)
    assert [line for line, _ in found] == ["5", "8", "8", "11", "11", "11", "14", "15"]
    says = "".join(fix for _, fix in found)
    for word in ("“投资”", "“用途”", "“厂方”", "“D77”", "“结果”", "缺“结论”", "要有一张表", "没有表"):
        assert word in says


def test_a_fault_that_an_example_brings_in_names_the_example(tmp_path: Path) -> None:
    text = (
        "# language: zh-CN\n功能: 试\n\n  场景大纲: 一\n    那么 事项“<事项>”适用\n\n"
        "    例子:\n      | 事项 |\n      | D02 |\n      | D99 |\n"
    )
    assert [line for line, _ in faults(tmp_path, text)] == ["10"]


def test_two_scenarios_of_one_name_are_told_as_only_one_would_run(tmp_path: Path) -> None:
    text = HEAD + "    假如 项目没有单体\n\n  场景: 一\n    当 判定适用事项\n"
    assert faults(tmp_path, text) == [("7", "同一文件第 4 行已有同名的情景，请改成不同的名称。")]


def test_what_is_no_gherkin_is_told_with_its_line(tmp_path: Path) -> None:
    text = HEAD + "    假如 项目有下列单体：\n      | a | b |\n      | c |\n"
    ((line, fix),) = faults(tmp_path, text)
    assert (line, "Gherkin" in fix) == ("7", True)


def test_loose_text_under_a_scenario_is_told_as_it_might_run_as_a_step(tmp_path: Path) -> None:
    text = HEAD + "    随便写写\n\n    假如 项目没有单体\n\n  场景: 二\n"
    assert [(line, "不写说明" in fix) for line, fix in faults(tmp_path, text)] == [("4", True), ("9", True)]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "gbk.feature").write_bytes("功能: 试".encode("gbk"))
    assert [f.fix for f in check_features([tmp_path])] == ["文件不是 UTF-8 编码。"]


def test_running_an_unknown_phrase_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "one.feature"
    path.write_text(HEAD + "    假如 项目没有单体\n    当 判定一下适用的事项\n", encoding="utf-8")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", f"bdd_features_base_dir={tmp_path}", "tests/features/test_features.py"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert f"{path}:6：不认识的语句“判定一下适用的事项”。最接近的是“判定适用事项”。" in run.stdout
