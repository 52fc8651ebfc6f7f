"""Gantt and graph pictures: what they show, that texts are texts and do not overlap, that nothing of a user's is markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from xml.etree.ElementTree import Element

import pytest

from api.exports import text as says
from api.exports.gantt import gantt
from api.exports.graph_picture import graph_picture
from api.exports.layering import layer_of, layout
from api.exports.sheet import MOST_DRAWN, Sheet
from engine.errors import InputError
from engine.reading import COMPARED, Reading
from tests.api.command_line import yichuang
from tests.api.sheets import DOCS, LONG, OPEN, SCRIPT, bare, parsed, sheet

PICTURES = pytest.mark.parametrize("draw", [gantt, graph_picture])
Draw = Callable[[Sheet], bytes]


def texts(root: Element) -> list[str]:
    return [e.text or "" for e in root.iter("text")]


def titles(root: Element) -> list[str]:
    return [e.text or "" for e in root.iter("title")]


def test_the_picture_of_the_readme_is_what_its_command_draws(tmp_path, monkeypatch) -> None:
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    line = re.search(r"^yichuang (draw docs/plan\.json .*?) -o docs/plan\.svg", readme, re.MULTILINE)
    assert line is not None
    monkeypatch.chdir(DOCS.parent)
    told = yichuang(*line[1].split(), "-o", str(tmp_path / "plan.svg"))
    assert (told.code, told.err) == (0, "")
    assert (tmp_path / "plan.svg").read_bytes() == (DOCS / "plan.svg").read_bytes()


@PICTURES
def test_the_worked_project_says_its_days(draw: Draw) -> None:
    """105, 62 and 30 working days to design review (DOMAIN §4.6)."""
    said = " ".join(texts(parsed(draw(sheet(until="C08")))))
    for reading, review, permit in (
        ("串联（现行做法）", "2022-07-29", "2022-10-14"),
        ("并联（依法）", "2022-05-30", "2022-07-20"),
        ("模拟审批", "2022-04-13", "2022-06-07"),
    ):
        assert f"{reading}：2022-03-01 至 {permit}" in said
        assert f"方案审查开始 {review}" in said and f"施工许可证办结 {permit}" in said
    assert "不再等待 A09 → O01（可假设），单独节省 31 个工作日" in said
    assert "假设已有“国有建设用地使用权出让合同”，A09 办结后方可转正" in said


@PICTURES
@pytest.mark.parametrize("reading", Reading)
def test_what_stands_on_an_assumption_is_marked(draw: Draw, reading: Reading) -> None:
    made = sheet(readings=[reading])
    root = parsed(draw(made))
    standing = [s for s in made.plan.steps if s.stands_on]
    assert bool(standing) is (reading is Reading.SIMULATED)
    for planned in standing:
        (title,) = (t for t in titles(root) if t.startswith(f"{says.label(planned.step)}：最早"))
        assert says.NO_FORCE in title and "不得据以开工" in title
    marked = sum(says.NO_FORCE in t for t in texts(root)) - 1  # one is the key
    assert marked == len(standing)
    hatched = [e for e in root.iter("rect") if e.get("fill", "").startswith("url(#assumed")]
    assert len(hatched) == len(standing) + 1
    assert says.NOT_LEAVE in " ".join(texts(root))
    assert not re.search(r"可以开工|准予开工", " ".join([*texts(root), *titles(root)]))


@PICTURES
def test_a_picture_is_read_aloud_and_prints(draw: Draw) -> None:
    made = sheet(OPEN)
    root = parsed(draw(made))
    assert (root.get("role"), root.get("lang"), root.get("aria-labelledby")) == ("img", "zh-CN", "title desc")
    named = {e.get("id"): e.text for e in root.iter() if e.get("id") in ("title", "desc")}
    assert all(named[name] for name in ("title", "desc"))
    assert all(g[0].tag == "title" and g[0].text for g in root.iter("g"))
    assert {e.get("id") for e in root.iter("pattern")} == {"assumed", "assumed-slack"}
    assert "Noto Sans CJK SC" in (next(root.iter("style")).text or "")
    assert not list(root.iter("image"))
    assert all(e.get("d", "").count("C") < 60 for e in root.iter("path"))  # lines, no outlines of letters


def _boxes(root: Element) -> Iterator[tuple[str, float, float, float, float]]:
    sizes = {"h": 16.0, "d": 11.0}
    for e in root.iter("text"):
        size = re.search(r"font-size:([\d.]+)px", e.get("style", ""))
        high = float(size[1]) if size else sizes.get(e.get("class", ""), 12.0)
        said = e.text or ""
        wide = says.width(said, high)
        x, y = float(e.get("x", 0)), float(e.get("y", 0))
        x -= {"end": wide, "middle": wide / 2}.get(e.get("text-anchor", ""), 0.0)
        if said not in "◆◇✕":
            yield said, x, y - high * 0.88, x + wide, y + high * 0.12


@PICTURES
@pytest.mark.parametrize("until", [None, "C08"])
def test_no_text_lies_on_another_or_outside(draw: Draw, until: str | None) -> None:
    made = sheet(OPEN, until=until)
    assert until or max(len(p.steps) for p in made.plans) >= 75
    root = parsed(draw(made))
    wide, high = (float(n) for n in root.get("viewBox", "").split()[2:])
    boxes = list(_boxes(root))
    for said, x, y, x2, y2 in boxes:
        assert x >= 0 and y >= 0 and x2 <= wide and y2 <= high, said
    for a, b in combinations(boxes, 2):
        apart = a[3] <= b[1] or b[3] <= a[1] or a[4] <= b[2] or b[4] <= a[2]
        assert apart, (a[0], b[0])


def test_the_gantt_is_as_wide_for_days_as_for_years() -> None:
    years = {"steps": [{"id": "甲", "days": 100_000}, {"id": "乙", "days": 1, "needs": [{"step": "甲"}]}]}
    sizes = {parsed(gantt(s)).get("width") for s in (sheet(until="A08"), sheet(OPEN), bare(years), bare({"steps": []}))}
    assert sizes == {"1230"}


def test_bars_are_where_their_days_are() -> None:
    """One axis for all: the bar of what takes 30 calendar days is as long in each reading."""
    root = parsed(gantt(sheet(until="C08")))
    bars = [g for g in root.iter("g") if (g[0].text or "").startswith("A08 ")]
    assert len(bars) == 3
    assert len({(r.get("x"), r.get("width")) for g in bars for r in g.iter("rect")}) == 1


@PICTURES
def test_what_a_user_wrote_is_no_markup(draw: Draw) -> None:
    raw = draw(bare())
    assert b"<script" not in raw and b"<b>" not in raw and b"]]>" not in raw
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ufffe]", raw.decode())
    root = parsed(raw)
    assert any(SCRIPT in t for t in titles(root))
    assert LONG[:200] not in raw.decode() and "很很很" in raw.decode()


@PICTURES
def test_more_than_anybody_could_read_is_refused(draw: Draw) -> None:
    many = {"steps": [{"id": f"s{i}", "days": 1} for i in range(MOST_DRAWN + 1)]}
    with pytest.raises(InputError, match=str(MOST_DRAWN)):
        draw(bare(many, COMPARED))


def test_what_other_lines_tell_is_left_out_where_there_are_too_many() -> None:
    steps = [{"id": f"s{i}", "days": 1, "needs": [{"step": f"s{j}"} for j in range(i)]} for i in range(40)]
    root = parsed(graph_picture(bare({"steps": steps})))
    assert "先后关系太多：由其他环节已可推出的未画。" in texts(root)
    assert sum(e.get("marker-end") == "url(#tip)" for e in root.iter("path")) == 39


def test_a_layout_keeps_layers_and_boxes_apart() -> None:
    preds = [[], [0], [0], [1, 2], [0, 3], [], [5]]
    assert layer_of(preds) == [0, 1, 1, 2, 3, 0, 1]
    laid = layout(preds)
    assert (laid.layers, len(laid.routes[0, 4])) == (4, 2)
    for (column, row), (other, beside) in combinations(laid.cells, 2):
        assert column != other or abs(row - beside) >= 1 - 1e-9
    assert laid == layout(preds)


def test_up_to_a_step_slack_and_savings_are_that_steps_own() -> None:
    made = sheet(until="C08")
    assert [p.step("C08").slack for p in made.plans] == [0, 0, 0]  # type: ignore[union-attr]
    assert all(p.finish == p.step("C08").earliest_finish for p in made.plans)  # type: ignore[union-attr]
    assert [p.step("O03") is not None for p in made.plans] == [True, False, False]
    assert (made.savings.by_dropping_custom, made.savings.by_assumption) == (58, 31)
    assert made.plans[0].working_days - 58 - 31 == made.plans[2].working_days == 67
