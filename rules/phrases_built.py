"""Phrases about what was permitted and what was built (许可与建成比对)."""

from __future__ import annotations

from engine.as_built import BuiltCheck
from engine.policy import RESULT
from engine.terms import Truth
from rules.phrases_kit import Phrases, expect, one_of
from rules.world import CLERK, World

PHRASES = phrase = Phrases()

OUTCOMES = {"在容差以内": Truth.YES, "超出容差": Truth.NO, "尚不能比对": Truth.UNKNOWN}


def _check(world: World, title: str) -> BuiltCheck:
    found: BuiltCheck = one_of(title, {c.title: c for c in world.law.procedure.compares}, "比对项目")
    return found


@phrase(
    "“竣工测绘成果报告”载明“建筑面积（平方米）”为6060",
    "“(?P<paper>[^”]+)”载明“(?P<title>[^”]+)”为(?P<value>[0-9.]+)",
)
def stated_in_paper(world: World, paper: str, title: str, value: str) -> None:
    check = _check(world, title)
    titles = {m.id: m.title for i in world.book.items.values() for m in i.materials}
    fields = {titles[name]: (name, field) for name, field in (check.permitted, check.built)}
    kind, field = one_of(paper, fields, "材料")
    world.file_paper(kind, {field: value})


@phrase("本项目先前的办件发出“建设工程规划许可证”", "本项目先前的办件发出“(?P<item>[^”]+)”")
def permitted_here(world: World, item: str) -> None:
    name = world.item_id(item)
    fields = {"number": f"{name}〔{world.today.year}〕1号", "title": item, "case": "先前的办件"}
    world.file_paper(name + RESULT, fields, CLERK)


@phrase(
    "“建筑面积（平方米）”许可6000、建成6060，在容差以内",
    "(?:单体“(?P<building>[^”]+)”的)?“(?P<title>[^”]+)”许可(?P<permitted>[0-9.]+|未知)、建成(?P<built>[0-9.]+|未知)，(?P<word>在容差以内|超出容差|尚不能比对)",
)
def measured(world: World, title: str, permitted: str, built: str, word: str, building: str | None = None) -> None:
    rows = [
        m for m in world.desk(CLERK).reading.measured() if m.check.title == title and m.building == (building or "")
    ]
    said = [(m.permitted_says, m.built_says, m.holds) for m in rows]
    expect(said == [(permitted, built, OUTCOMES[word])], said, (permitted, built, word))


@phrase(
    "证书载有“建筑面积（平方米）”许可6000、建成6060",
    "证书载有“(?P<title>[^”]+)”许可(?P<permitted>[0-9.]+)、建成(?P<built>[0-9.]+)",
)
def certified(world: World, title: str, permitted: str, built: str) -> None:
    rows = (world.state.certificate or {}).get("as_built", ())
    found = [(r["permitted"], r["built"]) for r in rows if r["title"] == title]
    expect(found == [(permitted, built)], found, (permitted, built))
