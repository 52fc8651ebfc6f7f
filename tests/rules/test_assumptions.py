"""What simulated approval assumes, written wrongly (假设与失效情形写错): each mistake is told at its line, with what to write."""

from __future__ import annotations

import pytest

from tests.rules.kit import changed, faults, line_of

PATH = "jianghai/simulated_approval.yaml"
FALSE_PAPERS = "材料虚假, by: declared, of: documents"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("failure: other_holder}", "failure: law_changed}", "不是由字段引起的失效情形（by: declared）"),
        ("items: [A06, A10, A17", "items: [A66, A10, A17", "没有名为“A66”的事项"),
        ("items: [A25, B01, B02, B03, B04, C01, C02]", "items: [A25, B99]", "没有名为“B99”的事项"),
        ("facts: {height_m: 0.5,", "facts: {heigth_m: 0.5,", "没有名为“heigth_m”的事实；最接近的是“height_m”"),
        ("fire_hazard: 0,", "fire_hazard: 0.5,", "不是数，容差只能是 0"),
        (FALSE_PAPERS, "材料虚假, by: facts", "by: facts 的失效情形须写 facts"),
        (FALSE_PAPERS, "材料虚假, by: conditions", "by: conditions 的失效情形须写 conditions"),
        (FALSE_PAPERS, "材料虚假, by: time, of: documents", "of 只用于 by: declared 的失效情形"),
        (FALSE_PAPERS, f"{FALSE_PAPERS}, items: [B01]", "items 只用于 by: facts 的失效情形"),
        (FALSE_PAPERS, f"{FALSE_PAPERS}, facts: {{storeys: 0}}", "facts 只用于 by: facts 的失效情形"),
        (
            FALSE_PAPERS,
            f"{FALSE_PAPERS}, conditions: [simulated_social]",
            "conditions 只用于 by: conditions 的失效情形",
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(old: str, new: str, told: str) -> None:
    files = changed(PATH, old, new)
    found = [f for f in faults(files) if told in f.fix]
    assert [f.pointer for f in found] == [line_of(PATH, new.rstrip("}"), files)], faults(files)


def test_as_shipped_there_is_none() -> None:
    assert faults(changed(PATH, "title: 工业用地项目模拟审批\n", "title: 工业用地项目模拟审批\n")) == []
