"""What the page for policy staff shows is in the policy (给政策人员的一页): its examples of lapse and of simulated approval."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
POLICY = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "rules" / "policy").rglob("*.yaml")))
WRITTEN = [line.strip() for line in POLICY.splitlines()]


def examples(heading: str) -> list[str]:
    """The YAML of one section."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```yaml\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("heading", "at_least"), [("逾期失效", 2), ("模拟审批", 6)])
def test_each_example_is_really_in_the_policy(heading: str, at_least: int) -> None:
    found = examples(heading)
    assert len(found) >= at_least
    for example in found:
        lines = [line.strip() for line in dedent(example).splitlines() if line.strip()]
        assert [line for line in lines if line not in WRITTEN] == [], f"no longer in rules/policy:\n{example}"


@pytest.mark.parametrize("heading", ["逾期失效", "模拟审批"])
def test_each_file_that_is_named_is_there(heading: str) -> None:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    named = re.findall(r"`((?:rules|features)/[\w./]+)`", section)
    assert named and all((ROOT / name).exists() for name in named)
