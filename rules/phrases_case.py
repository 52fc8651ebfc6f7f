"""Phrases that take a case through its tasks (办件经过): who does what on which day, and how the case then stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from engine import commands, intake, orders
from engine.clock import Lamp
from engine.clock_notes import APPROVERS, REASONS
from engine.commands import STATE_TITLES, Desk
from engine.dossier import Verdict
from engine.events import Event, EventKind, end_of, stamp
from engine.orders import Opinion
from engine.procedure import StepKind, TaskState
from engine.tasks import Task
from rules.phrases_kit import DAY, Names, Phrases, Rows, Table, expect, listed, one_of
from rules.world import CLERK, OWNER, World

PHRASES = phrase = Phrases()

VERDICTS = {"合格": Verdict.PASS, "不合格": Verdict.FAIL}
STEPS = {"资料审核": "review", "专项意见": "opinion"}
STATES = {title: state for state, title in STATE_TITLES.items()}
INTAKE: dict[str, Callable[[Desk, Task], list[Event]]] = {
    "受理": intake.accept,
    "一次告知补正": intake.ask_once,
    "不予受理": partial(intake.refuse, says="不予受理"),
}
ENDINGS = {
    EventKind.ISSUED: "已出证",
    EventKind.NOT_PASSED: "不予通过",
    EventKind.INTAKE_REFUSED: "不予受理",
    EventKind.CASE_WITHDRAWN: "已撤回",
    EventKind.ANSWER_LAPSED: "整改逾期终止",
    EventKind.CASE_TERMINATED: "终止办理",
}
FINDINGS = Table(("事项", "结论"), {"事项": Names.ITEM}, optional=("问题", "依据"))


# --- the owner and the window -----------------------------------------------------------------------------------------


@phrase("建设单位提交申请，材料齐全", "建设单位提交申请，(?P<how>材料齐全|未交材料|只交“(?P<materials>.+)”)")
def apply(world: World, how: str, materials: str | None = None) -> None:
    world.file_facts()
    if how != "未交材料":
        world.file_papers(listed(materials or ""))
    world.open()


@phrase("窗口受理", "窗口(?P<word>受理|一次告知补正|不予受理)")
def window(world: World, word: str) -> None:
    world.order(lambda: INTAKE[word](world.desk(CLERK), world.task("intake")))


@phrase("建设单位补交材料“竣工验收备案表”", "建设单位补交(?:材料“(?P<materials>.+)”|全部材料)")
def supply(world: World, materials: str | None = None) -> None:
    kinds = [world.material(name).id for name in listed(materials or "")]  # a misspelt one is an error, not a refusal
    world.attempt(lambda: world.file_papers(kinds))


@phrase("建设单位更正事实")
def correct(world: World) -> None:
    world.file_facts()


@phrase("建设单位提交整改“已增设疏散指示标志”", "建设单位提交整改“(?P<says>.+)”")
def rectify(world: World, says: str) -> None:
    world.order(lambda: commands.answer(world.desk(OWNER), says, {}, ()))


@phrase("建设单位撤回申请")
def withdraw(world: World) -> None:
    world.order(lambda: commands.withdraw(world.desk(OWNER), "建设单位撤回申请"))


@phrase("窗口出证")
def issue(world: World) -> None:
    world.order(world.issue)


@phrase("撤回证书，理由“申请材料虚假”", "撤回证书，理由“(?P<says>.+)”")
def withdraw_certificate(world: World, says: str) -> None:
    world.order(lambda: commands.withdraw_certificate(world.desk(world.lead), says))


# --- departments ------------------------------------------------------------------------------------------------------


@phrase("其余事项的专项意见均合格", "(?:各|其余)事项的(?P<what>资料审核|专项意见)均合格")
def all_pass(world: World, what: str) -> None:
    for task in world.tasks:
        if task.step.id == STEPS[what] and task.state in (TaskState.OPEN, TaskState.STALE):
            _give(world, what, task.about.item, Opinion(Verdict.PASS))
            expect(world.refusal is None, world.refusal)


@phrase(
    "“特殊建设工程消防验收”的专项意见为不合格，问题“疏散宽度不足”，依据“GB 50016第5.5.18条”",
    "“(?P<item>[^”]+)”的(?P<what>资料审核|专项意见)为(?P<word>合格|不合格)(?:，问题“(?P<says>[^”]+)”)?(?:，依据“(?P<article>.+)”)?",
)
def one_opinion(
    world: World, item: str, what: str, word: str, says: str | None = None, article: str | None = None
) -> None:
    _give(world, what, world.item_id(item), Opinion(VERDICTS[word], says or "", article or ""))


@phrase(
    "“特殊建设工程消防验收”对单体“1号厂房”出具不适用意见", "“(?P<item>[^”]+)”对单体“(?P<building>[^”]+)”出具不适用意见"
)
def not_applicable(world: World, item: str, building: str) -> None:
    _give(world, "专项意见", world.item_id(item), Opinion(Verdict.NOT_APPLICABLE, "不适用", building=building))


@phrase("“特殊建设工程消防验收”撤回专项意见", "“(?P<item>[^”]+)”撤回专项意见")
def take_back(world: World, item: str) -> None:
    _by_reviewer(world, item, "opinion", orders.withdraw_opinion, "发现新情况")


@phrase(
    "“特殊建设工程消防验收”的资料审核签署不受影响，理由“不涉及消防”",
    "“(?P<item>[^”]+)”的(?P<what>资料审核|专项意见)签署不受影响，理由“(?P<says>.+)”",
)
def unaffected(world: World, item: str, what: str, says: str) -> None:
    _by_reviewer(world, item, STEPS[what], orders.sign_unaffected, says)


@phrase("“特殊建设工程消防验收”因检测停表，书面告知", "“(?P<item>[^”]+)”因(?P<reason>.+)停表，(?P<no>未)?书面告知")
def stop(world: World, item: str, reason: str, no: str | None = None) -> None:
    reasons = {title: key for key, title in REASONS.items()}
    _by_reviewer(world, item, "opinion", orders.stop_clock, one_of(reason, reasons, "停表事由"), no is None, reason)


@phrase("“特殊建设工程消防验收”恢复计时", "“(?P<item>[^”]+)”恢复计时")
def resume(world: World, item: str) -> None:
    _by_reviewer(world, item, "opinion", orders.resume_clock)


@phrase(
    "经本级人民政府负责人批准，联合办理延长15日",
    "经(?P<who>.+)批准，(?:联合办理|事项“(?P<item>[^”]+)”)延长(?P<days>\\d+)日",
)
def extend(world: World, who: str, days: str, item: str | None = None) -> None:
    approver = one_of(who, {title: a.value for a, title in APPROVERS.items()}, "批准人")
    about = "" if item is None else world.item_id(item)
    world.order(lambda: commands.extend(world.desk(world.lead), int(days), approver, "工作需要", about))


@phrase("对单体“1号厂房”联合勘验：", "对单体“(?P<building>[^”]+)”联合勘验：", FINDINGS)
def visit(world: World, building: str, rows: Rows) -> None:
    found = {world.item_id(r["事项"]): Opinion(VERDICTS[r["结论"]], r.get("问题", ""), r.get("依据", "")) for r in rows}
    world.hold(f"{_gathering(world)}:{building}", found)


@phrase("各单体联合勘验均合格")
def all_visits(world: World) -> None:
    visits = _gathering(world)
    for task in world.tasks:
        if task.step.id == visits and task.state is TaskState.OPEN:
            world.hold(task.id, {item: Opinion(Verdict.PASS) for item in task.items})
            expect(world.refusal is None, world.refusal)


@phrase("召开联审会议，纪要“同意复核”", "召开联审会议，纪要“(?P<minutes>[^”]+)”(?:，“(?P<item>[^”]+)”的部门缺席)?")
def meeting(world: World, minutes: str, item: str | None = None) -> None:
    world.hold(_gathering(world, answering=True), {}, minutes, () if item is None else (world.item_id(item),))


def _gathering(world: World, *, answering: bool = False) -> str:
    """The step in which people look together, or the one whose minutes answer what failed."""
    reading = world.desk(CLERK).reading
    steps = (s for s in world.law.procedure.steps if s.kind is StepKind.GATHERING)
    return next(s.id for s in steps if bool(reading.answers_of(s)) is answering)


def _give(world: World, what: str, item: str, opinion: Opinion) -> None:
    name = f"{STEPS[what]}:{item}"
    world.order(lambda: orders.give(world.desk(world.reviewer(item)), world.task(name), opinion))


def _by_reviewer(world: World, item: str, step: str, act: Callable[..., list[Event]], *words: Any) -> None:
    name = world.item_id(item)
    world.order(lambda: act(world.desk(world.reviewer(name)), world.task(f"{step}:{name}"), *words))


# --- how it stands ----------------------------------------------------------------------------------------------------


@phrase("被拒绝，说明“应当受理”", "被拒绝，说明“(?P<text>.+)”")
def refused(world: World, text: str) -> None:
    said = world.refusal
    says = "没有被拒绝" if said is None else said.detail + "".join(f.fix for f in said.errors)
    expect(said is not None and text in says, says, text)


@phrase("没有被拒绝")
def not_refused(world: World) -> None:
    expect(world.refusal is None, world.refusal and world.refusal.detail, "没有被拒绝")


@phrase(
    "办件状态为“已受理”",
    "办件状态为“(?P<word>待受理|待补正|已受理|视为受理|已出证|证书已撤回|不予通过|不予受理|已撤回|整改逾期终止|终止办理)”",
)
def case_state(world: World, word: str) -> None:
    state = world.state
    found = "待补正" if state.asked is not None and state.asked.supplied_on is None else "待受理"
    if state.ending is not None:
        withdrawn = state.ending.kind is EventKind.ISSUED and state.certificate_withdrawn is not None
        found = "证书已撤回" if withdrawn else ENDINGS[state.ending.kind]
    elif state.accepted_on is not None:
        found = "视为受理" if state.deemed else "已受理"
    expect(found == word, f"{found}{'：' + world.refusal.detail if world.refusal else ''}", word)


@phrase("办件自2022-09-16受理", f"办件自{DAY}受理")
def taken_in_on(world: World, day: str) -> None:
    expect(world.state.accepted_on == date.fromisoformat(day), world.state.accepted_on, day)


@phrase("办件于2022-09-23终止", f"办件于{DAY}(?:办结|终止)")
def ended_on(world: World, day: str) -> None:
    found = world.state.ending and world.state.ending.on
    expect(found == date.fromisoformat(day), found, day)


@phrase("不予决定写明“可自收到之日起六十日内依法申请行政复议”", "不予决定写明“(?P<text>.+)”")
def told_with_refusal(world: World, text: str) -> None:
    data: Any = world.state.ending.data if world.state.ending else {}
    says = str([data.get("reasons"), data.get("remedies"), data.get("content"), data.get("says")])
    expect(text in says, says, text)


@phrase(
    "终止后可以沿用“建设工程规划条件核实”的联合勘验合格结论",
    "终止后(?P<no>不)?可以沿用“(?P<item>[^”]+)”的(?P<what>资料审核|联合勘验|专项意见)合格结论",
)
def kept(world: World, item: str, what: str, no: str | None = None) -> None:
    data: Any = world.state.ending.data if world.state.ending else {}
    made = next(s.makes for s in world.law.procedure.steps if s.title.endswith(what))
    found = {k["item"] for k in data.get("kept", ()) if k["doc"].startswith(f"{made}/")}
    expect((world.item_id(item) in found) is (no is None), found, item)


@phrase("证书文号为“江海联验字〔2022〕1号”", "证书文号为“(?P<text>.+)”")
def number(world: World, text: str) -> None:
    found = world.state.certificate and world.state.certificate["number"]
    expect(found == text, found, text)


@phrase("证书载有“特殊建设工程消防验收”的意见“合格”", "证书载有“(?P<item>[^”]+)”的意见“(?P<word>.+)”")
def certified(world: World, item: str, word: str) -> None:
    opinions: Any = (world.state.certificate or {}).get("opinions", ())
    found = {o["item"]: o["verdict"] for o in opinions}
    expect(found.get(world.item_id(item)) == word, found, word)


@phrase("证书没有载“其他建设工程消防验收备案”", "证书没有载“(?P<item>[^”]+)”")
def not_certified(world: World, item: str) -> None:
    opinions: Any = (world.state.certificate or {}).get("opinions", ())
    found = [o["item"] for o in opinions]
    expect(bool(found) and world.item_id(item) not in found, found, "不载")


@phrase("任务“visit:1号厂房”为“等待答复”", "任务“(?P<name>[^”]+)”为“(?P<word>.+)”")
def task_state(world: World, name: str, word: str) -> None:
    found = world.task(name).state
    expect(found is one_of(word, STATES, "任务状态"), STATE_TITLES[found], word)


@phrase("没有任务“opinion:D08”", "没有任务“(?P<name>.+)”")
def no_task(world: World, name: str) -> None:
    found = [t.id for t in world.tasks]
    expect(name not in found, found, "无")


@phrase("任务“visit:1号厂房”这次只看“特殊建设工程消防验收”", "任务“(?P<name>[^”]+)”这次只看“(?P<items>.+)”")
def task_items(world: World, name: str, items: str) -> None:
    found = world.task(name).items
    expect(sorted(found) == sorted(world.item_id(i) for i in listed(items)), found, items)


@phrase("应补正的内容为“竣工验收备案表、属公共建筑”", "应补正的内容为“(?P<names>.+)”")
def asked_for(world: World, names: str) -> None:
    asked = world.state.asked
    found = [t for _, t in asked.materials] + [t for _, _, t in asked.facts] if asked else []
    expect(sorted(found) == sorted(listed(names)), found, names)


@phrase(
    "本件“竣工联合验收承诺办结”的最后一日为2022-09-29",
    f"本件(?:事项“(?P<item>[^”]+)”的)?“(?P<limit>[^”]+)”的最后一日为{DAY}",
)
def case_clock(world: World, limit: str, day: str, item: str | None = None) -> None:
    found = world.clock(limit, "" if item is None else world.item_id(item)).due
    expect(found == date.fromisoformat(day), found, day)


@phrase(
    "本件“竣工联合验收承诺办结”已记载届满",
    "本件(?:事项“(?P<item>[^”]+)”的)?“(?P<limit>[^”]+)”(?P<word>已记载届满|未记载届满|亮绿灯|亮黄灯|亮红灯)",
)
def case_lamp(world: World, limit: str, word: str, item: str | None = None) -> None:
    clock = world.clock(limit, "" if item is None else world.item_id(item))
    if word.endswith("届满"):
        expect((clock.key in world.state.passed) is (word == "已记载届满"), sorted(world.state.passed), word)
    else:
        expect(clock.lamp is {"亮" + x.says: x for x in Lamp}[word], clock.lamp, word)


@phrase(
    "本件“联合验收整改”于2022-09-26的24时届满，记载一次",
    f"本件(?:事项“(?P<item>[^”]+)”的)?“(?P<limit>[^”]+)”于{DAY}的24时届满，记载一次",
)
def passed_once(world: World, limit: str, day: str, item: str | None = None) -> None:
    key = world.clock(limit, "" if item is None else world.item_id(item)).key
    found = [e.data for e in world.events if e.kind is EventKind.LIMIT_PASSED and e.data["key"] == key]
    wanted = [(day, stamp(end_of(date.fromisoformat(day))))]
    expect([(d["last_day"], d["legal_instant"]) for d in found] == wanted, found, wanted)
