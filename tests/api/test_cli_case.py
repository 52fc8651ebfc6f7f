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
        for number in numbers:
            shown = run_command("case", "show", number, environment=environment)
            assert shown.code == 0, shown.err
            assert shown.out.startswith(number)
            assert "经过：" in shown.out
        missing = run_command("case", "show", "1999-00001", environment=environment)
        assert missing.code == 2
        assert "1999-00001" in missing.err
