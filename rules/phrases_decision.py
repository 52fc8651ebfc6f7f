"""Phrases about a decision (判定): who may apply, which items, by when, why by which article, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from engine.decision import Reason
from engine.terms import Cite, Firm, LimitKind, Truth
from rules.phrases_kit import UNIT, UNITS, Phrases, expect, listed
from rules.world import World

PHRASES = phrase = Phrases()

APPLIES = {"适用": Truth.YES, "不适用": Truth.NO, "是否适用无法判断": Truth.UNKNOWN}
ELIGIBLE = {"可以受理": Truth.YES, "不能受理": Truth.NO, "能否受理无法判断": Truth.UNKNOWN}
MUST = (Firm.REQUIRED, Firm.ASSUMABLE)
"""What must be handed in; the second may wait under simulated approval alone."""
KINDS = {"法定": LimitKind.STATUTORY, "承诺": LimitKind.PROMISED}


@phrase("判定适用事项")
def decide(world: World) -> None:
    world.attempt(world.decide)


@phrase("申请可以受理", "申请(?P<word>可以受理|不能受理|能否受理无法判断)")
def eligible(world: World, word: str) -> None:
    found = world.decided
    expect(found.eligible is ELIGIBLE[word], f"{found.eligible}（{_says(found.reasons)}）", word)


@phrase("事项“特殊建设工程消防验收”适用", "事项“(?P<item>[^”]+)”(?P<word>适用|不适用|是否适用无法判断)")
def item_applies(world: World, item: str, word: str) -> None:
    found = world.decided.item(world.item_id(item))
    expect(found.applies is APPLIES[word], f"{found.applies}（{_says(found.because)}）", word)


@phrase("事项“特殊建设工程消防验收”涉及单体“1号厂房”", "事项“(?P<item>[^”]+)”涉及单体“(?P<names>.*)”")
def item_buildings(world: World, item: str, names: str) -> None:
    found = world.decided.item(world.item_id(item)).buildings
    expect(sorted(found) == sorted(listed(names)), found, names)


@phrase(
    "事项“特殊建设工程消防验收”的理由提到“第四项”，依据“建设工程消防设计审查验收管理暂行规定第十四条第四项”",
    "(?:事项“(?P<item>[^”]+)”的)?理由提到“(?P<text>[^”]+)”(?:，依据“(?P<cite>.+)”)?",
)
def reason(world: World, text: str, item: str | None = None, cite: str | None = None) -> None:
    found = world.decided
    reasons = found.reasons if item is None else found.item(world.item_id(item)).because
    hits = [r for r in reasons if text in r.says]
    expect(bool(hits), _says(reasons), text)
    expect(cite is None or any(cite in _written(r.cite) for r in hits), [_written(r.cite) for r in hits], cite)


@phrase(
    "事项“竣工联合验收意见书”由“政务服务综合窗口”以“结果”参加",
    "事项“(?P<item>[^”]+)”由“(?P<who>[^”]+)”以“(?P<part>.+)”参加",
)
def item_part(world: World, item: str, who: str, part: str) -> None:
    found = world.decided.item(world.item_id(item))
    parts = {"前提": "precondition", "意见": "opinion", "结果": "result", "另行办理": None}
    wanted = (who, parts.get(part, part))
    department = world.book.departments[found.item.department]
    expect((department, found.part) == wanted, (department, found.part), wanted)


@phrase("事项“建设工程规划许可证”由“自然资源部门”办理", "事项“(?P<item>[^”]+)”由“(?P<who>[^”]+)”办理")
def item_department(world: World, item: str, who: str) -> None:
    found = world.book.departments[world.book.items[world.item_id(item)].department]
    expect(found == who, found, who)


@phrase("事项“特殊建设工程消防验收”须交材料“消防验收申请表”", "事项“(?P<item>[^”]+)”(?P<no>不)?须交材料“(?P<text>.+)”")
def item_material(world: World, item: str, text: str, no: str | None = None) -> None:
    wanted = ("required", "assumable")  # what may be assumed has to come too, at the latest for the conversion
    found = [m.title for m in world.decided.item(world.item_id(item)).materials if m.firm.value in wanted]
    expect((text in found) is (no is None), found, text)


@phrase(
    "事项“特殊建设工程消防验收”的法定时限为15个工作日",
    f"事项“(?P<item>[^”]+)”的(?P<kind>法定|承诺)时限为(?P<days>\\d+){UNIT}",
)
def item_limit(world: World, item: str, kind: str, days: str, unit: str) -> None:
    found = [(x.kind, x.days, x.unit.value) for x in world.decided.item(world.item_id(item)).limits]
    wanted = (KINDS[kind], int(days), UNITS[unit])
    expect(wanted in found, found, wanted)


@phrase("事项“竣工测绘（多测合一）”没有法定时限", "事项“(?P<item>[^”]+)”没有(?P<kind>法定|承诺)时限")
def no_limit(world: World, item: str, kind: str) -> None:
    found = [x.id for x in world.decided.item(world.item_id(item)).limits if x.kind is KINDS[kind]]
    expect(not found, found, "无")


@phrase("缺少单体“1号厂房”的事实“属劳动密集型企业”", "缺少(?:单体“(?P<building>[^”]+)”的)?事实“(?P<any_fact>[^”]+)”")
def missing(world: World, any_fact: str, building: str | None = None) -> None:
    found = [(n.title, n.fact, n.building) for n in world.decided.needs]
    expect(any(any_fact in (t, f) and building == b for t, f, b in found), found, any_fact)


@phrase("待补事实依次为“属公共建筑、属城建档案接收范围”", "待补事实依次为“(?P<names>.*)”")
def missing_in_order(world: World, names: str) -> None:
    found = [n.title for n in world.decided.needs]
    expect(found == listed(names), found, names)


@phrase("待补的第1个事实是“属公共建筑”", "待补的第(?P<place>\\d+)个事实是“(?P<any_fact>[^”]+)”")
def missing_at(world: World, place: str, any_fact: str) -> None:
    found = [n.title for n in world.decided.needs]
    expect(any_fact in found[int(place) - 1 : int(place)], found, any_fact)


@phrase("不缺事实")
def nothing_missing(world: World) -> None:
    expect(not world.decided.needs, [n.title for n in world.decided.needs], "无")


@phrase("提示“planning-pending”", "(?P<no>没有)?提示“(?P<code>.+)”")
def warned(world: World, code: str, no: str | None = None) -> None:
    found = [c for c, _ in world.decided.warnings]
    expect((code in found) is (no is None), found, code)


def _says(reasons: Iterable[Reason]) -> str:
    return "".join(r.says for r in reasons)


def _written(cites: Iterable[Cite]) -> str:
    return "；".join(f"{c.instrument}{c.article}" for c in cites)
