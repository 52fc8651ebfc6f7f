"""Phrases about time (计时): one file's clock as CONTRACT has it, and the last day of a named limit."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from engine.clock import Lamp
from engine.clock_events import Approver, Reason
from engine.clock_notes import APPROVERS, REASONS
from rules.phrases_kit import DAY, UNIT, UNITS, Phrases, Rows, Table, expect, listed, one_of
from rules.world import World

PHRASES = phrase = Phrases()

KINDS = {"行政许可": "licence", "联合办理": "joint", "其他事项": "other"}
WHY = {title: Reason(reason) for reason, title in REASONS.items()}
WHO = {title: approver for approver, title in APPROVERS.items()}
WHAT: dict[str, dict[str, Any]] = {
    "收到申请": {"what": "received"},
    "一次告知全部补正内容": {"what": "correction_notice", "complete": True},
    "告知部分补正内容": {"what": "correction_notice", "complete": False},
    "补齐全部材料": {"what": "corrections_supplied", "complete": True},
    "补交部分材料": {"what": "corrections_supplied", "complete": False},
    "受理": {"what": "accepted"},
    "不予受理": {"what": "refused"},
    "准予": {"what": "decided", "outcome": "granted"},
    "不予许可": {"what": "decided", "outcome": "refused"},
    "申请人撤回": {"what": "decided", "outcome": "withdrawn"},
    "送达": {"what": "delivered"},
}
LAMPS = {lamp.says: lamp for lamp in Lamp}


@phrase(
    "按行政许可计时，法定20个工作日，承诺15个工作日，现场勘察只停承诺",
    f"按(?P<kind>行政许可|联合办理|其他事项)计时，法定(?P<days>\\d+){UNIT}"
    "(?:，承诺(?P<promised>\\d+)(?:个工作日|日|个月|年))?(?:，(?P<stops>.+)只停承诺)?",
)
def limit(world: World, kind: str, days: str, unit: str, promised: str | None = None, stops: str | None = None) -> None:
    world.limit = {"days": int(days), "unit": UNITS[unit], "kind": KINDS[kind]}
    if promised:
        world.limit["promised"] = int(promised)
    world.limit["local_stops"] = [one_of(s, WHY, "停表事由").value for s in listed(stops or "")]


@phrase("办件经过如下：", "办件经过如下：", Table(("日期", "事件")))
def moments(world: World, rows: Rows) -> None:
    world.moments = [{"on": row["日期"], **_moment(row["事件"].strip())} for row in rows if row["日期"].strip()]


def _moment(text: str) -> dict[str, Any]:
    if found := re.fullmatch("因(.+)停表，(未)?书面告知", text):
        reason = one_of(found[1], WHY, "停表事由")
        return {"what": "suspended", "reason": reason.value, "written_notice": found[2] is None}
    if found := re.fullmatch("(.+)结束", text):
        return {"what": "resumed", "reason": one_of(found[1], WHY, "停表事由").value}
    if found := re.fullmatch(r"经(.+)批准延长(\d+)日", text):
        approver: Approver = one_of(found[1], WHO, "批准人")
        return {"what": "extended", "approved_by": approver.value, "days": int(found[2])}
    return dict(one_of(text, {**WHAT, "因听证停表，书面告知": {}, "听证结束": {}}, "事件"))


@phrase("截至2022-10-20计时", f"截至{DAY}计时(?P<forecast>，允许预测)?")
def judge(world: World, day: str, forecast: str | None = None) -> None:
    world.attempt(lambda: world.judge(date.fromisoformat(day), forecast=forecast is not None))


@phrase("法定最后一日为2022-11-02", f"(?P<layer>法定|承诺|送达|补正告知|不计停表与延长的法定)最后一日为{DAY}")
def last(world: World, layer: str, day: str) -> None:
    found = world.judged
    due = {
        "法定": found.statutory_due,
        "承诺": found.promised_due,
        "送达": found.delivery_due,
        "补正告知": found.correction_notice_due,
        "不计停表与延长的法定": found.nominal_due,
    }[layer]
    expect(due == date.fromisoformat(day), due, day)


@phrase("受理日为2022-09-30", f"(?P<deemed>视为)?受理日为{DAY}")
def accepted_on(world: World, day: str, deemed: str | None = None) -> None:
    found = (world.judged.accepted_on, world.judged.deemed_accepted)
    wanted = (date.fromisoformat(day), deemed is not None)
    expect(found == wanted, found, wanted)


@phrase(
    "按时办结",
    "(?P<word>尚未受理|按时办结|在法定期限内|超过法定期限|超过承诺期限|未超过承诺期限|送达逾期|送达未逾期|延长有效|延长无效|没有延长)",
)
def outcome(world: World, word: str) -> None:
    j = world.judged
    found = {
        "尚未受理": j.accepted_on is None,
        "按时办结": not j.decided_late and j.late_since is None and j.delivery_due is not None,
        "在法定期限内": j.late_since is None and not j.decided_late,
        "超过法定期限": j.late_since is not None,
        "超过承诺期限": j.promised_late_since is not None,
        "未超过承诺期限": j.promised_late_since is None and not j.promised_late,
        "送达逾期": j.delivered_late,
        "送达未逾期": not j.delivered_late,
        "延长有效": j.extension_valid is True,
        "延长无效": j.extension_valid is False,
        "没有延长": j.extension_valid is None,
    }
    expect(found[word], j.as_json(), word)


@phrase("自2022-11-03起超过法定期限", f"自{DAY}起超过(?P<layer>法定|承诺)期限")
def late_since(world: World, day: str, layer: str) -> None:
    found = world.judged.late_since if layer == "法定" else world.judged.promised_late_since
    expect(found == date.fromisoformat(day), found, day)


@phrase("停表扣除法定3日、承诺5日", "停表扣除法定(?P<law>\\d+)日、承诺(?P<promise>\\d+)日")
def suspended(world: World, law: str, promise: str) -> None:
    found = (world.judged.suspended_statutory, world.judged.suspended_promised)
    expect(found == (int(law), int(promise)), found, (law, promise))


@phrase("审批用时12个工作日，跨度用时18日", "审批用时(?P<used>\\d+)个工作日，跨度用时(?P<span>\\d+)日")
def used(world: World, used: str, span: str) -> None:
    found = (world.judged.used_days, world.judged.span_days)
    expect(found == (int(used), int(span)), found, (used, span))


@phrase("不计用时")
def not_timed(world: World) -> None:
    found = (world.judged.used_days, world.judged.span_days)
    expect(found == (None, None), found, "不计")


@phrase("亮黄灯", "亮(?P<word>绿灯|黄灯|红灯)")
def lamp(world: World, word: str) -> None:
    expect(world.judged.lamp is LAMPS[word], world.judged.lamp, word)


@phrase("计时说明包括“stop-too-late”", "计时说明包括“(?P<code>.+)”")
def note(world: World, code: str) -> None:
    found = [n.code for n in world.judged.notes]
    expect(code in found, found, code)


@phrase("该日期为暂定", "该日期(?P<word>为暂定|不再变动)")
def provisional(world: World, word: str) -> None:
    found = world.judged.provisional if world.due is None else world.due.provisional
    expect(found is (word == "为暂定"), found, word)


@phrase("2022-10-08是工作日", f"{DAY}(?P<no>不)?是工作日")
def working_day(world: World, day: str, no: str | None = None) -> None:
    expect(world.calendar.is_working(date.fromisoformat(day)) is (no is None), "不是" if no is None else "是")


@phrase("2022年有249个工作日", "(?P<year>\\d{4})年有(?P<days>\\d+)个工作日")
def working_days(world: World, year: str, days: str) -> None:
    found = world.calendar.working_days(int(year))
    expect(found == int(days), found, days)


@phrase(
    "自2022-03-01至2022-06-14共72个工作日、105日",
    f"自(?P<start>\\d{{4}}-\\d{{2}}-\\d{{2}})至{DAY}共(?P<days>\\d+)个工作日、(?P<span>\\d+)日",
)
def between(world: World, start: str, day: str, days: str, span: str) -> None:
    """The day it starts from is not counted, the last one is."""
    since, until = date.fromisoformat(start), date.fromisoformat(day)
    found = (world.calendar.count(since, until), (until - since).days)
    expect(found == (int(days), int(span)), found, (days, span))


# --- named limits -----------------------------------------------------------------------------------------------------


@phrase(
    "时限“completion-filing”自2022-09-30起算，最后一日为2022-10-17",
    f"时限“(?P<limit>[^”]+)”自(?P<start>\\d{{4}}-\\d{{2}}-\\d{{2}})(?P<way>起算|倒算)，最后一日为{DAY}",
)
def last_of(world: World, limit: str, start: str, way: str, day: str) -> None:
    due = world.run_limit(limit, date.fromisoformat(start), backward=way == "倒算")
    found = (due.due, due.backward)
    wanted = (date.fromisoformat(day), way == "倒算")
    expect(found == wanted, found, wanted)


@phrase(
    "推算时限“licence”自2026-12-25起算的最后一日",
    f"推算时限“(?P<limit>[^”]+)”自{DAY}起算的最后一日(?P<forecast>，允许预测)?",
)
def run(world: World, limit: str, day: str, forecast: str | None = None) -> None:
    world.attempt(lambda: world.run_limit(limit, date.fromisoformat(day), forecast=forecast is not None))


@phrase(
    "时限“completion-filing”自2022-09-30起算，2022-10-18已逾期",
    f"时限“(?P<limit>[^”]+)”自(?P<start>\\d{{4}}-\\d{{2}}-\\d{{2}})(?P<way>起算|倒算)，{DAY}(?P<word>未逾期|已逾期)",
)
def within(world: World, limit: str, start: str, way: str, day: str, word: str) -> None:
    due = world.run_limit(limit, date.fromisoformat(start), backward=way == "倒算")
    expect(due.backward is (way == "倒算"), "倒算" if due.backward else "起算", way)
    expect((date.fromisoformat(day) > due.due) is (word == "已逾期"), due.due, word)


@phrase(
    "时限“completion-filing”为15日，依据“建设工程质量管理条例第四十九条第一款”",
    f"时限“(?P<limit>[^”]+)”为(?P<days>\\d+){UNIT}，(?P<source>依据“(?P<cite>.+)”|暂参照“(?P<example>.+)”)",
)
def limit_value(
    world: World, limit: str, days: str, unit: str, source: str, cite: str | None = None, example: str | None = None
) -> None:
    found = world.limit_on(limit)
    expect((found.days, found.unit.value) == (int(days), UNITS[unit]), (found.days, found.unit.value), days)
    says = (
        "；".join(f"{c.instrument}{c.article}" for c in found.cite) if cite else found.assumed and found.assumed.example
    )
    expect((cite or example or "") in (says or ""), says, source)
