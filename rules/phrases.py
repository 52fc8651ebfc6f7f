"""The words of features (语句): few and general, each one line of Chinese that calls the same functions as the service.

``PHRASES`` is the whole list; pytest-bdd only registers it. ``nearest`` names the phrase that an unknown one is closest to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from engine import commands, intake, orders
from engine.commands import STATE_TITLES
from engine.dossier import Verdict
from engine.procedure import TaskState
from engine.terms import Scope, Truth
from engine.workdays import last_day
from rules.world import CLERK, OWNER, World

Rows = Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase (语句): how it reads, the pattern that it is told by, and what it does."""

    example: str
    pattern: str
    act: Callable[..., None]
    table: bool = False
    """Whether a table stands below it."""


PHRASES: list[Phrase] = []
DAY = r"(?P<day>\d{4}-\d{2}-\d{2})"
VERDICTS = {"合格": Verdict.PASS, "不合格": Verdict.FAIL, "不适用": Verdict.NOT_APPLICABLE}
TRUTHS = {"适用": Truth.YES, "不适用": Truth.NO, "无法判断": Truth.UNKNOWN}
STATES = {title: state for state, title in STATE_TITLES.items()}


def phrase(example: str, pattern: str, *, table: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put a function on the list of phrases."""

    def put(act: Callable[..., None]) -> Callable[..., None]:
        PHRASES.append(Phrase(example, f"^{pattern}$", act, table))
        return act

    return put


def nearest(text: str) -> str:
    """The example of the phrase that a text is closest to."""
    return max((p.example for p in PHRASES), key=lambda e: SequenceMatcher(None, e, text).ratio())


def expect(holds: bool, found: Any, wanted: Any = None) -> None:
    """Fail with what was found, in Chinese."""
    if not holds:
        wish = f"，应为：{wanted}" if wanted is not None else ""
        raise AssertionError(f"实际为：{found}{wish}")


def _listed(text: str) -> list[str]:
    return [w.strip() for w in re.split("[、，,]", text) if w.strip()]


# --- facts --------------------------------------------------------------------------------------------------------------


@phrase("今天是2022-09-16", f"今天是{DAY}")
def today(world: World, day: str) -> None:
    world.until(date.fromisoformat(day))


@phrase("项目的“投资性质”为“社会投资”", "项目的“(?P<name>.+?)”为“(?P<value>.*)”")
def project_fact(world: World, name: str, value: str) -> None:
    world.facts[name] = world.said(value, Scope.PROJECT, name)


@phrase("项目的事实如下：", "项目的事实如下：?", table=True)
def project_facts(world: World, rows: Rows) -> None:
    for row in rows:
        world.facts[row["事实"]] = world.said(row["值"], Scope.PROJECT, row["事实"])


@phrase("项目有下列单体：", "项目有下列单体：?", table=True)
def buildings(world: World, rows: Rows) -> None:
    world.buildings = [{k: world.said(v, Scope.BUILDING, k) for k, v in row.items() if v.strip()} for row in rows]


@phrase("项目没有单体", "项目没有单体")
def no_buildings(world: World) -> None:
    world.buildings = []


@phrase("单体“1号厂房”的“建筑面积”为“2600平方米”", "单体“(?P<building>.+?)”的“(?P<name>.+?)”为“(?P<value>.*)”")
def building_fact(world: World, building: str, name: str, value: str) -> None:
    world.buildings = world.buildings if world.buildings is not None else []
    row = next((b for b in world.buildings if building in b.values()), None)
    if row is None:
        row = {"name": building}
        world.buildings.append(row)
    world.buildings[world.buildings.index(row)] = {
        **{k: v for k, v in row.items() if k != name},
        name: world.said(value, Scope.BUILDING, name),
    }


@phrase("单体“综合楼”内有下列部分：", "单体“(?P<building>.+?)”内有下列部分：?", table=True)
def parts(world: World, building: str, rows: Rows) -> None:
    row = next(b for b in world.buildings or [] if building in b.values())
    row["parts"] = [
        {
            "use": world.said(r["用途"], Scope.BUILDING, "use"),
            "floor_area_m2": world.said(r["建筑面积"], Scope.BUILDING, "floor_area_m2"),
        }
        for r in rows
    ]


@phrase("验收的单体为“1号厂房、2号厂房”", "验收的单体为“(?P<names>.+)”")
def units(world: World, names: str) -> None:
    world.units = _listed(names)


@phrase("办理的服务为“joint-acceptance”", "办理的服务为“(?P<name>.+)”")
def service(world: World, name: str) -> None:
    world.service = name


# --- deciding -----------------------------------------------------------------------------------------------------------


@phrase("判定适用事项", "判定适用事项")
def decide(world: World) -> None:
    world.decide()


@phrase("于2022-09-16判定适用事项", f"于{DAY}判定适用事项")
def decide_on(world: World, day: str) -> None:
    world.today = date.fromisoformat(day)
    world.decide()


@phrase("可以受理", "(?P<word>可以受理|不予受理|无法判断可否受理)")
def eligible(world: World, word: str) -> None:
    wanted = {"可以受理": Truth.YES, "不予受理": Truth.NO, "无法判断可否受理": Truth.UNKNOWN}[word]
    found = world.decided
    expect(found.eligible is wanted, f"{found.eligible}（{''.join(r.says for r in found.reasons)}）", wanted)


@phrase("事项“特殊建设工程消防验收”适用", "事项“(?P<item>.+?)”(?P<word>适用|不适用|无法判断)")
def item_applies(world: World, item: str, word: str) -> None:
    found = world.decided.item(world.item_id(item))
    expect(found.applies is TRUTHS[word], f"{found.applies}（{''.join(r.says for r in found.because)}）", TRUTHS[word])


@phrase("事项“特殊建设工程消防验收”涉及“1号厂房”", "事项“(?P<item>.+?)”涉及“(?P<names>.*)”")
def item_buildings(world: World, item: str, names: str) -> None:
    found = world.decided.item(world.item_id(item)).buildings
    expect(sorted(found) == sorted(_listed(names)), found, names)


@phrase("事项“特殊建设工程消防验收”的理由提到“2500平方米”", "事项“(?P<item>.+?)”的理由提到“(?P<text>.+)”")
def item_reason(world: World, item: str, text: str) -> None:
    says = "".join(r.says for r in world.decided.item(world.item_id(item)).because)
    expect(text in says, says, text)


@phrase("事项“特殊建设工程消防验收”的依据包括“第十四条”", "事项“(?P<item>.+?)”的依据包括“(?P<text>.+)”")
def item_cites(world: World, item: str, text: str) -> None:
    found = world.decided.item(world.item_id(item))
    cites = "".join(str(c) for c in (*found.item.cite, *(c for r in found.because for c in r.cite)))
    expect(text in cites, cites, text)


@phrase("理由提到“竣工验收”", "理由提到“(?P<text>.+)”")
def reason(world: World, text: str) -> None:
    says = "".join(r.says for r in world.decided.reasons)
    expect(text in says, says, text)


@phrase(
    "事项“特殊建设工程消防验收”的法定时限为15个工作日",
    "事项“(?P<item>.+?)”的(?P<kind>法定|承诺)时限为(?P<days>\\d+)(?P<unit>个工作日|日|个月|年)",
)
def item_limit(world: World, item: str, kind: str, days: str, unit: str) -> None:
    wanted = ({"法定": "statutory", "承诺": "promised"}[kind], int(days), _UNITS[unit])
    found = [(x.kind.value, x.days, x.unit.value) for x in world.decided.item(world.item_id(item)).limits]
    expect(wanted in found, found, wanted)


_UNITS = {"个工作日": "working", "日": "calendar", "个月": "month", "年": "year"}


@phrase("缺少事实“是否劳动密集型”", "缺少(?:单体“(?P<building>.+?)”的)?事实“(?P<fact>.+)”")
def missing(world: World, fact: str, building: str | None = None) -> None:
    found = [(n.title, n.fact, n.building) for n in world.decided.needs]
    expect(any(fact in (t, f) and building in (None, b) for t, f, b in found), found, fact)


@phrase("最先要补的事实是“是否劳动密集型”", "最先要补的事实是“(?P<fact>.+)”")
def first_missing(world: World, fact: str) -> None:
    found = [n.title for n in world.decided.needs]
    expect(bool(found) and fact in (found[0], world.decided.needs[0].fact), found, fact)


@phrase("不缺事实", "不缺事实")
def nothing_missing(world: World) -> None:
    expect(not world.decided.needs, [n.title for n in world.decided.needs], "无")


@phrase("提示“planning-pending”", "(?P<no>不)?提示“(?P<code>.+)”")
def warned(world: World, code: str, no: str | None = None) -> None:
    found = [c for c, _ in world.decided.warnings]
    expect((code in found) is (no is None), found, code)


# --- the clock ------------------------------------------------------------------------------------------------------------


@phrase(
    "按行政许可计时，法定20个工作日",
    "按(?P<kind>行政许可|联合办理|其他事项)计时，法定(?P<days>\\d+)(?P<unit>个工作日|日|个月|年)(?:，承诺(?P<promised>\\d+)个工作日)?(?:，(?P<stops>.+)只停承诺)?",
)
def limit(world: World, kind: str, days: str, unit: str, promised: str | None = None, stops: str | None = None) -> None:
    kinds = {"行政许可": "licence", "联合办理": "joint", "其他事项": "other"}
    world.limit = {"days": int(days), "unit": _UNITS[unit], "kind": kinds[kind]}
    if promised:
        world.limit["promised"] = int(promised)
    if stops:
        world.limit["local_stops"] = [_WHY[s] for s in _listed(stops)]


_WHAT = {
    "收到申请": {"what": "received"},
    "一次告知补正": {"what": "correction_notice", "complete": True},
    "告知不全": {"what": "correction_notice", "complete": False},
    "补正齐全": {"what": "corrections_supplied", "complete": True},
    "补正不全": {"what": "corrections_supplied", "complete": False},
    "受理": {"what": "accepted"},
    "不予受理": {"what": "refused"},
    "准予": {"what": "decided", "outcome": "granted"},
    "不予许可": {"what": "decided", "outcome": "refused"},
    "撤回": {"what": "decided", "outcome": "withdrawn"},
    "送达": {"what": "delivered"},
}
_WHY = {
    "听证": "hearing",
    "招标": "tender",
    "拍卖": "auction",
    "检验": "inspection",
    "检测": "testing",
    "检疫": "quarantine",
    "鉴定": "appraisal",
    "专家评审": "expert_review",
    "现场勘察": "site_visit",
    "公示": "public_notice",
    "征求意见": "consultation",
    "补正": "correction",
    "整改": "rectification",
}
_WHO = {
    "机关负责人": "agency_head",
    "本级人民政府负责人": "government_head",
    "牵头部门": "lead_department",
    "经办人": "clerk",
}


@phrase("办件经过如下：", "办件经过如下：?", table=True)
def moments(world: World, rows: Rows) -> None:
    for row in rows:
        world.moments.append({"on": row["日期"], **_moment(row["事件"].strip())})


def _moment(text: str) -> dict[str, Any]:
    if text in _WHAT:
        return dict(_WHAT[text])
    if found := re.fullmatch(r"因(.+?)停表(，书面告知|，未书面告知)?", text):
        return {"what": "suspended", "reason": _WHY[found[1]], "written_notice": found[2] == "，书面告知"}
    if found := re.fullmatch(r"(.+?)结束", text):
        return {"what": "resumed", "reason": _WHY[found[1]]}
    if found := re.fullmatch(r"经(.+?)批准延长(\d+)日", text):
        return {"what": "extended", "approved_by": _WHO[found[1]], "days": int(found[2])}
    raise AssertionError(
        f"不认识的事件“{text}”；可写：{'、'.join(_WHAT)}、因听证停表，书面告知、听证结束、经机关负责人批准延长10日"
    )


@phrase("截至2022-10-20计时", f"截至{DAY}计时")
def judged(world: World, day: str) -> None:
    world.judge(date.fromisoformat(day))


@phrase("法定最后一日为2022-11-02", f"(?P<layer>法定|承诺|送达|补正告知)最后一日为{DAY}")
def last(world: World, layer: str, day: str) -> None:
    found = world.judged
    due = {
        "法定": found.statutory_due,
        "承诺": found.promised_due,
        "送达": found.delivery_due,
        "补正告知": found.correction_notice_due,
    }[layer]
    expect(due == date.fromisoformat(day), due, day)


@phrase("受理日为2022-09-30", f"(?P<deemed>视为)?受理日为{DAY}")
def accepted_on(world: World, day: str, deemed: str | None = None) -> None:
    found = world.judged
    expect(
        (found.accepted_on, found.deemed_accepted) == (date.fromisoformat(day), deemed is not None),
        (found.accepted_on, found.deemed_accepted),
        day,
    )


@phrase("按时办结", "(?P<word>按时办结|超期|承诺超期|延长有效|延长无效)")
def late(world: World, word: str) -> None:
    j = world.judged
    found = {
        "按时办结": not j.decided_late and j.late_since is None,
        "超期": j.decided_late or j.late_since is not None,
        "承诺超期": j.promised_late or j.promised_late_since is not None,
        "延长有效": j.extension_valid is True,
        "延长无效": j.extension_valid is False,
    }
    expect(found[word], j.as_json())


@phrase("审批用时12个工作日", "审批用时(?P<days>\\d+)个工作日")
def used(world: World, days: str) -> None:
    expect(world.judged.used_days == int(days), world.judged.used_days, days)


@phrase("时限“completion-filing”自2022-09-30起算", f"时限“(?P<name>.+?)”自{DAY}(?P<back>起算|倒算)")
def due_from(world: World, name: str, day: str, back: str) -> None:
    named = world.book.limits[name]
    world.due = last_day(world.calendar, date.fromisoformat(day), named.days, named.unit, backward=back == "倒算")


@phrase("最后一日为2022-10-17", f"最后一日为{DAY}")
def due_is(world: World, day: str) -> None:
    expect(world.due == date.fromisoformat(day), world.due, day)


# --- a case through its tasks ---------------------------------------------------------------------------------------------


@phrase("建设单位提交申请，材料齐全", "建设单位提交申请，(?P<how>材料齐全|未交材料|只交“(?P<names>.+)”)")
def apply(world: World, how: str, names: str | None = None) -> None:
    world.file_facts()
    if how != "未交材料":
        world.file_papers(_listed(names or ""))
    world.open()


@phrase("窗口受理", "窗口(?P<word>受理|一次告知补正|不予受理)")
def window(world: World, word: str) -> None:
    act = {"受理": intake.accept, "一次告知补正": intake.ask_once}.get(word)
    if act is not None:
        world.order(lambda: act(world.desk(CLERK), world.task("intake")))
    else:
        world.order(lambda: intake.refuse(world.desk(CLERK), world.task("intake"), ""))


@phrase("建设单位补交材料“竣工图”", "建设单位补交(?:材料“(?P<names>.+)”|全部材料)")
def supply(world: World, names: str | None = None) -> None:
    world.file_facts()
    world.file_papers(_listed(names or ""))


@phrase("建设单位更正事实", "建设单位更正事实")
def correct(world: World) -> None:
    world.file_facts()


@phrase("各部门资料审查均合格", "各部门(?P<what>资料审查|验收意见)均合格")
def all_pass(world: World, what: str) -> None:
    step = {"资料审查": "review", "验收意见": "opinion"}[what]
    for task in world.state.reading(world.law.procedure).tasks():
        if task.step.id == step and task.state in (TaskState.OPEN, TaskState.STALE):
            world.order(
                lambda task=task: orders.give(
                    world.desk(world.reviewer(task.about.item)), world.task(task.id), orders.Opinion(Verdict.PASS)
                )
            )  # type: ignore[misc]


@phrase(
    "“特殊建设工程消防验收”的验收意见为合格",
    "“(?P<item>.+?)”的(?P<what>资料审查|验收意见)为(?P<word>合格|不合格)(?:，“(?P<says>.+?)”，依据“(?P<article>.+?)”)?",
)
def one_opinion(
    world: World, item: str, what: str, word: str, says: str | None = None, article: str | None = None
) -> None:
    name = f"{ {'资料审查': 'review', '验收意见': 'opinion'}[what] }:{world.item_id(item)}"
    opinion = orders.Opinion(VERDICTS[word], says or "", article or "")
    world.order(lambda: orders.give(world.desk(world.reviewer(world.item_id(item))), world.task(name), opinion))


@phrase("“特殊建设工程消防验收”对“1号厂房”出具不适用意见", "“(?P<item>.+?)”对“(?P<building>.+?)”出具不适用意见")
def not_applicable(world: World, item: str, building: str) -> None:
    opinion = orders.Opinion(Verdict.NOT_APPLICABLE, "不适用", building=building)
    world.order(
        lambda: orders.give(
            world.desk(world.reviewer(world.item_id(item))), world.task(f"opinion:{world.item_id(item)}"), opinion
        )
    )


@phrase("对“1号厂房”联合勘验：", "对“(?P<building>.+?)”联合勘验：?", table=True)
def visit(world: World, building: str, rows: Rows) -> None:
    findings = {
        world.item_id(r["事项"]): orders.Opinion(VERDICTS[r["结论"]], r.get("问题", ""), r.get("条款", ""))
        for r in rows
    }
    _hold(world, f"visit:{building}", findings)


@phrase("各单体联合勘验均合格", "各单体联合勘验均合格")
def all_visits(world: World) -> None:
    for task in world.state.reading(world.law.procedure).tasks():
        if task.step.id == "visit" and task.state is TaskState.OPEN:
            _hold(world, task.id, {i: orders.Opinion(Verdict.PASS) for i in task.items})


def _hold(world: World, task: str, findings: dict[str, orders.Opinion], minutes: str = "") -> None:
    world.order(lambda: orders.call(world.desk(world.lead), world.task(task), world.today, "现场"))
    attended = sorted({world.department(i) for i in findings or world.task(task).items})
    if world.refusal is None:
        world.order(lambda: orders.hold(world.desk(world.lead), world.task(task), attended, findings, minutes))


@phrase("召开联审会议，纪要“同意复审”", "召开联审会议，纪要“(?P<minutes>.+)”")
def meeting(world: World, minutes: str) -> None:
    _hold(world, "meeting", {}, minutes)


@phrase("建设单位提交整改“已整改”", "建设单位提交整改“(?P<says>.+)”")
def rectify(world: World, says: str) -> None:
    world.order(lambda: commands.answer(world.desk(OWNER), says, {}, ()))


@phrase("建设单位撤回申请", "建设单位撤回申请")
def withdraw(world: World) -> None:
    world.order(lambda: commands.withdraw(world.desk(OWNER), "撤回申请"))


@phrase("“特殊建设工程消防验收”撤回验收意见", "“(?P<item>.+?)”撤回验收意见")
def take_back(world: World, item: str) -> None:
    world.order(
        lambda: orders.withdraw_opinion(
            world.desk(world.reviewer(world.item_id(item))), world.task(f"opinion:{world.item_id(item)}"), "发现新情况"
        )
    )


@phrase("窗口出证", "窗口出证")
def issue(world: World) -> None:
    world.order(world.issue)


@phrase("该操作被拒绝，说明“应当受理”", "该操作被拒绝，说明“(?P<text>.+)”")
def refused(world: World, text: str) -> None:
    says = world.refusal.detail if world.refusal else "没有被拒绝"
    expect(world.refusal is not None and text in says, says, text)


@phrase(
    "办件状态为“已受理”",
    "办件状态为“(?P<word>待受理|待补正|已受理|视为受理|已出证|不予通过|不予受理|已撤回|整改逾期终止)”",
)
def case_state(world: World, word: str) -> None:
    state = world.state
    if state.ending is not None:
        found = {
            "issued": "已出证",
            "not_passed": "不予通过",
            "intake_refused": "不予受理",
            "case_withdrawn": "已撤回",
            "answer_lapsed": "整改逾期终止",
        }[state.ending.kind.value]
    elif state.accepted_on is not None:
        found = "视为受理" if state.deemed else "已受理"
    else:
        found = "待补正" if state.asked is not None and state.asked.supplied_on is None else "待受理"
    expect(found == word, f"{found}{'：' + world.refusal.detail if world.refusal else ''}", word)


@phrase("任务“visit:1号厂房”为“等待答复”", "任务“(?P<name>.+?)”为“(?P<word>.+)”")
def task_state(world: World, name: str, word: str) -> None:
    found = world.task(name).state
    expect(found is STATES[word], STATE_TITLES[found], word)


@phrase("没有任务“opinion:D08”", "没有任务“(?P<name>.+)”")
def no_task(world: World, name: str) -> None:
    found = [t.id for t in world.state.reading(world.law.procedure).tasks()]
    expect(name not in found, found, "无")


@phrase("任务“visit:1号厂房”这次只看“D07”", "任务“(?P<name>.+?)”这次只看“(?P<items>.+)”")
def task_items(world: World, name: str, items: str) -> None:
    found = world.task(name).items
    expect(sorted(found) == sorted(world.item_id(i) for i in _listed(items)), found, items)


@phrase("应补正的内容包括“竣工图”", "应补正的内容包括“(?P<text>.+)”")
def asked_for(world: World, text: str) -> None:
    asked = world.state.asked
    found = [t for _, t in asked.materials] + [t for _, _, t in asked.facts] if asked else []
    expect(text in found, found, text)


@phrase("计时“联合验收承诺”的最后一日为2022-09-29", f"计时“(?P<key>.+?)”的最后一日为{DAY}")
def case_clock(world: World, key: str, day: str) -> None:
    found = world.clock(key).due
    expect(found == date.fromisoformat(day), found, day)


@phrase("计时“联合验收承诺”已记载届满", "计时“(?P<key>.+?)”(?P<word>已|未)记载届满")
def passed(world: World, key: str, word: str) -> None:
    expect((world.clock(key).key in world.state.passed) is (word == "已"), sorted(world.state.passed), key)
