"""Words in pictures and exports (图与导出的文字): what a user wrote made fit to be shown, and what is said of a step."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.graph import CONVERT, DECIDE, MADE, Edge, GraphStep
from engine.plan import Dropped, Planned
from engine.reading import Reading
from engine.terms import Beforehand, Firm, Truth, Unit

TITLES = {
    Reading.SERIAL: "串联（现行做法）",
    Reading.PARALLEL: "并联（依法）",
    Reading.SIMULATED: "模拟审批",
    Reading.BEFOREHAND: "并联，先完成后决定",
}
FIRMS = {Firm.REQUIRED: "必需", Firm.ASSUMABLE: "可假设", Firm.BEFORE_ISSUE: "出证前补齐", Firm.CUSTOMARY: "地方习惯"}
UNITS = {Unit.WORKING: "个工作日", Unit.CALENDAR: "日", Unit.MONTH: "个月", Unit.YEAR: "年"}
SOURCES = {"stated": "自填", "promised": "承诺", "statutory": "法定", "assumed": "暂定", "": "未定"}
APPLIES = {Truth.YES: "需要", Truth.NO: "不需要", Truth.UNKNOWN: "是否需要尚不能判断"}
NO_FORCE = "无行政许可效力"
SIMULATED = f"模拟审批，{NO_FORCE}"
NOT_LEAVE = "本计划不是许可；取得建筑工程施工许可证后方可开工。"

CLOSING = "）】》”、，。；：！？)],.;:!?"
"""Signs that no line begins with."""
LONGEST = 120
"""Characters of a title that are shown."""
_UNSHOWN = re.compile(
    "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # what XML cannot hold
    "|[\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"  # what cannot be seen, or turns the text round
)


def plain(text: str, longest: int = LONGEST) -> str:
    """A text on one line without characters that cannot be seen, cut where it is too long."""
    shown = " ".join(_UNSHOWN.sub("", text).split())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def width(text: str, size: float) -> float:
    """About how wide a text is in pixels: Chinese characters are as wide as high."""
    wide = sum(unicodedata.east_asian_width(c) in "WFA" for c in text)
    return size * (wide + 0.62 * (len(text) - wide))


def fit(text: str, room: float, size: float) -> str:
    """As much of a text as fits into so many pixels, then …"""
    if width(text, size) <= room:
        return text
    while text and width(text, size) + size > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, room: float, size: float, lines: int) -> list[str]:
    """A text over at most so many lines of so many pixels, the last one cut."""
    out: list[str] = []
    while text and len(out) < lines - 1:
        n = len(text)
        while n > 1 and width(text[:n], size) > room:
            n -= 1
        n = _broken(text, n, room, size)
        out.append(text[:n])
        text = text[n:]
    return [*out, fit(text, room, size)] if text else out


def _broken(text: str, n: int, room: float, size: float) -> int:
    """Where a line of at most ``n`` characters ends (避头尾): rather before a bracket than inside it, never before a closing sign."""
    if n == len(text):
        return n
    opened = text.rfind("（", 0, n)
    if opened > 0 and "）" not in text[opened:n] and width(text[opened:], size) <= room:
        return opened
    while n > 1 and text[n] in CLOSING:
        n -= 1
    return n


def label(step: GraphStep) -> str:
    """A step by its id and, where it has one, its title."""
    title = plain(step.title)
    return plain(step.id) if title == plain(step.id) or not title else f"{plain(step.id)} {title}"


def at(when: Any) -> str:
    """A day, or a number of days from the start."""
    return when.isoformat() if isinstance(when, date) else f"第{when}日"


def lasting(step: GraphStep) -> str:
    """How long a step takes, and who says so."""
    source = f"（{SOURCES.get(step.duration, step.duration)}）" if step.duration else ""
    return f"{step.days}{UNITS[step.unit]}{source}"


def made(step: GraphStep) -> bool:
    """Whether a reading made the step: to turn a review formal (转正), or to decide on one (作出决定)."""
    return bool(step.item) and step.id.endswith(MADE)


def original(name: str) -> str:
    """The id of the step that a conversion or a decision was made for."""
    return name.removesuffix(CONVERT).removesuffix(DECIDE)


def made_for(step: GraphStep) -> str:
    """Why a step waits where no need says so: it turns a review formal, decides on one, or rests on what was assumed."""
    if not made(step):
        return "此前所立足的假设须先落实"
    return "审查已先完成，此件一到即决定" if step.id.endswith(DECIDE) else "转正须有此件"


def short(step: GraphStep) -> str:
    """A step's id as there is room for it in a box: what a reading made is told by a word."""
    if not made(step):
        return plain(step.id)
    return f"{plain(original(step.id))}·{'转正' if step.id.endswith(CONVERT) else '决定'}"


def reason(edge: Edge) -> str:
    """How firm an edge is, of which group it is one, and its clause."""
    group = f"，{plain(edge.group)} 之一" if edge.group else ""
    return f"{FIRMS[edge.firm]}{group}，{clause(edge)}"


def clause(edge: Edge | Beforehand) -> str:
    """What an edge rests on: articles, or that nobody has laid it down."""
    said = "；".join(str(c) for c in edge.cite)
    if edge.assumed:
        said = "；".join(filter(None, [said, edge.assumed.says]))
    return plain(said, 2 * LONGEST) or ("地方做法，未见文件依据" if edge.local else "未注明依据")


def dropped(each: Dropped) -> str:
    """An edge that a reading does without, in words."""
    edge = each.edge
    return (
        f"不再等待 {plain(edge.before)} → {plain(edge.after)}（{FIRMS[edge.firm]}），"
        f"单独节省 {each.days_saved} 个工作日：{clause(edge)}"
    )


def beforehand(each: Dropped) -> str:
    """An edge for which only the decision waits, in words."""
    edge = each.edge
    law = clause(edge.beforehand) if edge.beforehand else clause(edge)
    return f"先完成后决定 {plain(edge.before)} → {plain(edge.after)}，单独节省 {each.days_saved} 个工作日：{law}"


def notes(planned: Planned, edges: Sequence[Edge], departments: Mapping[str, str]) -> list[str]:
    """Everything that is said of a step in a plan, a line each."""
    step = planned.step
    out = [f"{label(step)}：最早 {at(planned.earliest_start)} 至 {at(planned.earliest_finish)}"]
    out.append(f"最迟 {at(planned.latest_start)} 至 {at(planned.latest_finish)}")
    out.append("关键环节" if planned.critical else f"机动 {planned.slack} 个工作日")
    out.append(f"用时 {lasting(step)}")
    if step.department:
        out.append(f"部门：{plain(departments.get(step.department, step.department))}")
    out += waits(planned, edges)
    if step.cite:
        out.append("依据：" + "；".join(plain(str(c), 2 * LONGEST) for c in step.cite))
    if step.own_work:
        out.append("建设单位自办")
    if step.applies is not Truth.YES:
        out.append(APPLIES[step.applies])
    if planned.stands_on:
        out.append(f"立足于假设：{names(planned.stands_on)}。{SIMULATED}，不得据以开工。")
    return out


def waits(planned: Planned, edges: Sequence[Edge]) -> list[str]:
    """What a step waits for, with the clause of each; ``edges`` are those that lead to it."""
    by_maker: dict[str, list[Edge]] = {}
    for edge in edges:
        by_maker.setdefault(edge.before, []).append(edge)
    out = []
    for maker in planned.waits_for:
        known = by_maker.get(original(maker), [])
        why = "；".join(dict.fromkeys(map(reason, known))) or made_for(planned.step)
        out.append(f"等待 {plain(maker)}（{why}）")
    return out


def names(ids: Iterable[str]) -> str:
    """Ids in a row."""
    return "、".join(plain(i) for i in ids)
