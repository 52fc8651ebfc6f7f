"""Phrases about how assumption and force stand (假设与效力的状态): opinions and papers, the comparison, what has failed."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.assumed import Compared, compare
from engine.dossier import About, DocVersion, Standing
from engine.events import Event, EventKind, end_of, stamp
from engine.records import IssuedPaper
from engine.terms import Force, Unit
from rules.phrases_kit import DAY, Names, Phrases, Rows, Table, expect, listed
from rules.phrases_simulated import paper_of
from rules.world import World

PHRASES = phrase = Phrases()

COMPARED = Table(("字段", "假设", "实际", "容差", "结论"), {"字段": Names.FIELD})
PERMITS = Table(("文书", "文号", "日期"), {"文书": Names.PAPER})


# --- how it stands: opinions and papers --------------------------------------------------------------------------------


def _opinions(world: World) -> list[DocVersion]:
    """Every simulated opinion of the case, voided ones too."""
    mine = (v for v in world.state.dossier.versions.values() if v.about.case == world.case)
    return [v for v in mine if v.force is Force.SIMULATED and v.verdict is not None]


@phrase("失效的模拟意见为“设计方案联合审查、建设工程规划许可证”", "失效的模拟意见为“(?P<items>[^”]+)”")
def voided(world: World, items: str) -> None:
    found = sorted({v.about.item for v in _opinions(world) if v.standing is Standing.VOID})
    expect(found == sorted(world.item_id(i) for i in listed(items)), [_title(world, i) for i in found], items)


@phrase("模拟意见全部失效", "模拟意见(?P<word>全部失效|都没有失效)")
def voided_or_not(world: World, word: str) -> None:
    found = {v.about.item: v.standing is Standing.VOID for v in _opinions(world)}
    expect(bool(found) and set(found.values()) == {word == "全部失效"}, found, word)


@phrase(
    "“建设用地规划许可证”的正式意见由“审核人”签署，转自模拟意见",
    "“(?P<item>[^”]+)”的正式意见由“(?P<who>[^”]+)”签署，(?P<how>转自模拟意见|重新作出)",
)
def formal(world: World, item: str, who: str, how: str) -> None:
    found = _formal(world, item)
    expect(found is not None, "没有正式意见", who)
    assert found is not None
    kind = (found.by, found.force, bool(found.converts))
    expect(kind == (who, Force.FORMAL, how == "转自模拟意见"), kind, (who, how))


@phrase("“建设用地规划许可证”没有正式意见", "“(?P<item>[^”]+)”没有正式意见")
def not_formal(world: World, item: str) -> None:
    found = _formal(world, item)
    expect(found is None, found and found.id, "没有")


def _formal(world: World, item: str) -> DocVersion | None:
    step = next(s for s in world.law.procedure.steps if s.items == "opinion" and s.force is Force.FORMAL)
    return world.state.dossier.current(step.makes, About(world.item_id(item), case=world.case))


@phrase(
    "“设计方案联合审查”的模拟意见立足于“容积率上限”", "“(?P<item>[^”]+)”的模拟意见(?P<no>不)?立足于“(?P<field>[^”]+)”"
)
def stands_on(world: World, item: str, field: str, no: str | None = None) -> None:
    last = [v for v in _opinions(world) if v.about.item == world.item_id(item)][-1]
    titles = {f.id: f.title for p in world.law.procedure.assumes for f in p.fields}
    found = [titles[f] for looked_at in last.stands_on.values() for f in looked_at]
    expect((field in found) is (no is None), found, field)


@phrase("“模拟审批意见书”的文号为“江海模审〔2022〕1号”", "“(?P<paper>[^”]+)”的文号为“(?P<text>[^”]+)”")
def number(world: World, paper: str, text: str) -> None:
    found = _handed_out(world, paper).number
    expect(found == text, found, text)


@phrase("“模拟审批意见书”载明“无行政许可效力”", "“(?P<paper>[^”]+)”(?P<no>没有)?载明“(?P<text>[^”]+)”")
def says(world: World, paper: str, text: str, no: str | None = None) -> None:
    found = str(dict(_handed_out(world, paper).content))
    expect((text in found) is (no is None), found, text)


@phrase("“模拟审批意见书”有效期至2022-05-23", f"“(?P<paper>[^”]+)”有效期至{DAY}")
def valid_to(world: World, paper: str, day: str) -> None:
    found = _handed_out(world, paper).content.get("valid_until")
    expect(found == day, found, day)


@phrase("“模拟审批意见书”为模拟文书", "“(?P<paper>[^”]+)”(?P<word>为模拟文书|为正式文书|已撤回|没有撤回)")
def standing(world: World, paper: str, word: str) -> None:
    found = _handed_out(world, paper)
    if word.endswith("文书"):
        expect(found.simulated is (word == "为模拟文书"), found.content["force"], word)
    else:
        expect((found.withdrawn is not None) is (word == "已撤回"), found.withdrawn, word)


@phrase("没有发出“建设用地规划许可证”", "没有发出“(?P<paper>[^”]+)”")
def not_handed_out(world: World, paper: str) -> None:
    forms = {form.title for form in world.law.procedure.forms}
    expect(paper in forms or bool(world.item_id(paper)), sorted(forms), paper)
    found = [str(p.content["title"]) for p in _papers(world)]
    expect(paper not in found, found, "没有")


@phrase("发出的证照依次为：", table=PERMITS)
def handed_out(world: World, rows: Rows) -> None:
    """Whatever has legal force, over all cases of the project, in the order in which it was handed out."""
    found = [
        (str(p.content["title"]), p.number, str(p.content["issued_on"]))
        for p in sorted(_papers(world), key=lambda p: p.seq)
        if not p.simulated
    ]
    expect(found == [(r["文书"], r["文号"], r["日期"]) for r in rows], found)


def _papers(world: World) -> list[IssuedPaper]:
    return [p for case in world.cases for p in world.state_of(case).issued]


def _handed_out(world: World, title: str) -> IssuedPaper:
    """The last paper of that title that any case of the project has handed out."""
    found = [p for p in _papers(world) if p.content["title"] == title]
    expect(bool(found), [p.content["title"] for p in _papers(world)], title)
    return found[-1]


def _title(world: World, item: str) -> str:
    return world.book.items[item].title


# --- how it stands: comparison and failure ------------------------------------------------------------------------------


@phrase("“国有建设用地使用权出让合同”比对如下：", "“(?P<paper>[^”]+)”比对如下：", COMPARED)
def compared(world: World, paper: str, rows: Rows) -> None:
    declared = paper_of(world, paper)
    history = world.project_file.history(declared.doc, About())
    assumed = [v for v in history if v.standing is Standing.ASSUMED][-1]
    found = {c.field.title: _row(c) for c in compare(declared, assumed.fields, history[-1].fields)}
    for row in rows:
        expect(found.get(row["字段"]) == dict(row), found.get(row["字段"]), dict(row))


def _row(found: Compared) -> dict[str, str]:
    return {
        "字段": found.field.title,
        "假设": str(found.assumed),
        "实际": str(found.real),
        "容差": found.field.tolerance(),
        "结论": "一致" if found.holds else "不一致",
    }


def _failures(world: World) -> list[Event]:
    return [e for e in world.events if e.case == world.case and e.kind is EventKind.ASSUMPTION_FAILED]


@phrase(
    "因“出让合同的规划条件与假设不一致”失效，须重办“设计方案联合审查”，需15个工作日",
    "因“(?P<cause>[^”]+)”失效，(?:办件终止，不再重办|须重办(?:(?P<all>全部事项)|“(?P<items>[^”]+)”)，需(?P<days>\\d+)个工作日)",
)
def failed(world: World, cause: str, items: str | None = None, days: str | None = None, all: str | None = None) -> None:
    found = _failures(world)
    expect(len(found) == 1, [e.data["title"] for e in found], cause)
    data: Any = found[0].data
    redo = sorted(r["item"] for r in data["redo"])
    if all is None:
        wanted = sorted(world.item_id(i) for i in listed(items or ""))
    else:
        wanted = sorted({v.about.item for v in _opinions(world)})
    told = (data["title"], redo, data["cost_days"], data["ends"])
    expect(told == (cause, wanted, int(days or 0), days is None), told, (cause, wanted, days))
    ended = world.state.ending is not None and world.state.ending.kind is EventKind.CASE_TERMINATED
    expect(ended is data["ends"], world.state.ending, "办件终止" if data["ends"] else "办件继续")


@phrase("重办“设计方案联合审查”需15个工作日", "重办“(?P<item>[^”]+)”需(?P<days>\\d+)个工作日")
def redone_in(world: World, item: str, days: str) -> None:
    rows = [r for e in _failures(world) for r in e.data["redo"] if r["item"] == world.item_id(item)]
    found = [(r["days"], r["unit"]) for r in rows]
    expect(found[-1:] == [(int(days), Unit.WORKING.value)], found, days)


@phrase("失效的说明提到“容积率上限假设为3.0、实际为2.5”", "失效的说明提到“(?P<text>[^”]+)”")
def told(world: World, text: str) -> None:
    found = "；".join(str(e.data["says"]) for e in _failures(world))
    expect(text in found, found, text)


@phrase("没有记载失效")
def none_failed(world: World) -> None:
    found = [e.data["says"] for e in _failures(world)]
    expect(not found, found, "没有")


@phrase(
    "本件于2022-05-09提醒有效期即将届满，提醒一次",
    f"本件(?:没有提醒有效期即将届满|于{DAY}提醒有效期即将届满，提醒一次)",
)
def warned(world: World, day: str | None = None) -> None:
    found = [
        e.data["legal_instant"] for e in world.events if e.case == world.case and e.kind is EventKind.VALIDITY_NEAR
    ]
    wanted = [stamp(end_of(date.fromisoformat(day)))] if day else []
    expect(found == wanted, found, wanted)
