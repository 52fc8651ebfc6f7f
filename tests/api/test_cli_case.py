"""``case list`` and ``case show``: what the administrator of a machine sees."""

from __future__ import annotations

from pathlib import Path

from tests.api.service import environment_of, run_command, spawned


def test_the_example_cases(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'yichuang.sqlite3'}"
    with spawned(tmp_path, url, "--demo") as service:
        environment = {**environment_of(tmp_path, url, service.clock), "YICHUANG_DEMO": "1"}
        listed = run_command("case", "list", environment=environment)
        assert listed.code == 0, listed.err
        numbers = [line.split("　")[0] for line in listed.out.splitlines()]
        assert len(numbers) == 9
        told = {}
        for number in numbers:
            shown = run_command("case", "show", number, environment=environment)
            assert shown.code == 0, shown.err
            assert shown.out.startswith(number)
            assert "经过：" in shown.out
            told[shown.out.split("　")[1]] = shown.out
        waiting, turning = told["智能装备厂房"], told["新型显示模组厂房"]
        assert "假设与实际" not in waiting and waiting.count("成立，至 2022-10-18 有效") == 11
        assert "✗ 容积率上限　假设 3　实际 2.5" in turning and "✓ 宗地编号" in turning
        assert (
            "A10　建设用地规划许可证　合格，已失效" in turning
            and "B07　附属绿化工程设计方案审查　合格，已转正" in turning
        )
        assert "● convert:A17　转正·水土保持方案审批　待签发" in turning
        assert "A17水土保持方案审批　模拟审批意见转正（1个工作日）" in turning
        assert "B01设计方案联合审查　模拟审批意见转正" not in turning, "what is void has the days of a full review"
        missing = run_command("case", "show", "1999-00001", environment=environment)
        assert missing.code == 2
        assert "1999-00001" in missing.err
