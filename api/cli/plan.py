"""``yichuang plan`` (并联计划): today's serial chain, the parallel plan that the law allows, the simulated plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import click

from api.cli import plan_english
from api.cli.calendar import calendar
from api.cli.decide import Desk
from api.cli.io import Answer, Settings, answer, day_option, read_document, shared, today
from api.cli.plan_limits import Wish, lines, split, wishes
from api.exports.files import write_beside
from api.exports.sheet import Sheet, sheet_of
from api.exports.text import NOT_LEAVE
from api.plans.limiting import Asked
from api.plans.shapes import comparison_json, plan_json
from engine.deriving import LONGEST_STEP, conversion_of, graph_of
from engine.dispatch import Demand
from engine.errors import Fault, InputError
from engine.graph_reading import read_demanding_graph, read_departments
from engine.plan import Calendar, Numbers, plan, savings
from engine.policy import PolicyBook
from engine.reading import COMPARED, Reading
from engine.terms import NO_FORCE
from engine.values import escape, shorten
from engine.whatif import limits_of
from rules.compiler import packaged_policy
from rules.durable_matcher import DurableMatcher
from rules.matching import decide

TITLES = {
    "serial": "串联（现行做法）",
    "parallel": "并联（依法）",
    "simulated": "模拟审批",
    "beforehand": "并联，先完成后决定",
}
MILESTONES = {"design_review_start": "方案审查开始", "construction_start": "施工许可证办结"}

HELP = """一个项目的全部环节排成计划：串联（serial）、并联（parallel）、模拟审批（simulated）、先完成后决定（beforehand）。

每一步给出最早、最迟日期和机动时间；说明不再等待哪些先后关系、依据什么、节省几个工作日。
FACTS 与 decide 的相同，另可写 durations（环节代码: 天数）、capacity（部门: 人力）。--what-if 试算哪一处改动节省最多；--frontier 比较各种假设的取舍
（可写 failing，假设代号: 落空的可能；assume，只比较哪些）；--samples 按观察到的天数（observed，环节代码: [工作日, …]）抽样。--graph 则只排一张裸图，天数是从 0 起的数。

\b
例：
  yichuang plan 项目.json --reading simulated --start 2022-03-01
  yichuang plan 项目.json --compare --start 2022-03-01 --json
  yichuang plan 项目.json --start 2022-03-01 --svg 计划.svg
  yichuang plan --graph 图.json --reading parallel
  yichuang plan 项目.json --start 2022-03-01 --what-if
  yichuang plan 项目.json --start 2022-03-01 --frontier
  yichuang plan 项目.json --start 2022-03-01 --samples 10000
\b
项目.json：
  {"on": "2022-03-01", "facts": {"investment": "social", "approval_regime": "filing", "category": "general_industry", "land_supply": "granted"}}
图.json：
  {"steps": [{"id": "甲", "days": 3, "needs": []}, {"id": "乙", "days": 2, "needs": [{"step": "甲", "firm": "customary"}]}]}
"""


@click.command("plan", help=HELP, short_help="并联计划：三种读法、节省的天数。")
@click.argument("facts", required=False)
@click.option("--graph", "graph", metavar="GRAPH", help="裸图的 JSON 文件（- 为标准输入）。")
@click.option("--reading", type=click.Choice([r.value for r in Reading]), default="parallel", help="读法。")
@click.option("--compare", is_flag=True, help="三种读法并列。")
@day_option("--start", "start", help="从哪一日开始；默认为 on，再默认今日。")
@day_option("--on", "on", help="适用哪一日的规定；默认今日。")
@click.option("--region", default=None, help="地区代号，默认按政策集所定（江海区 jianghai）。")
@day_option("--calendar-known-on", "known_on", help="只用该日以前公布的放假安排；默认用已收录的全部。")
@click.option("--svg", "svg", metavar="FILE", help="三种读法画成横道图，写入这个 SVG 文件。")
@click.option("--forecast", is_flag=True, help="超出已公布的年份时给出暂定日期。")
@wishes
@shared
def command(
    facts: str | None,
    graph: str | None,
    reading: str,
    compare: bool,
    start: date | None,
    on: date | None,
    region: str | None,
    known_on: date | None,
    svg: str | None,
    forecast: bool,
    wish: Wish,
    settings: Settings,
) -> None:
    """一个项目的全部环节排成计划：串联、并联、模拟审批。"""
    if (facts is None) == (graph is None):
        fix = "请写项目的 JSON 文件，或用 --graph 写一张裸图，二者取一。"
        raise InputError([Fault("", shorten(facts), fix, "Give FACTS or --graph, one of them.")])
    wanted = Reading(reading)
    if graph is not None:
        answer(read_document(graph), lambda raw: _bare(raw, wanted, compare, wish), _show_in(settings), settings)
        return
    desk = Desk(packaged_policy(), "approval", on, region, known_on)
    days = calendar(known_on)
    with DurableMatcher() as durable:

        def work(raw: Any) -> Answer:
            given, told = split(raw)
            lasting = durations(given)
            question = desk.read(given)
            decision = decide(question.book, question.statement, question.service, durable)
            time = Calendar(days.forecast() if forecast else days, start or decision.on or today())
            made = graph_of(decision, lasting)
            conversion = conversion_of(decision)
            desks = departments(raw, question.book)
            if wish.any:
                return wish.answer(Asked(made, time, wanted, conversion, limits_of(decision)), told)
            saved = savings(made, time, conversion, desks)
            readings = (*(COMPARED if compare or svg else ()), *(() if compare else (wanted,)))
            plans = {r.value: plan(made, r, time, conversion) for r in dict.fromkeys(readings)}
            if svg is not None:
                titles = question.book.departments
                drawn = sheet_of(made, time, map(Reading, plans), conversion=conversion, departments=titles)
                _draw(svg, drawn)
            return comparison_json(plans, saved) if compare else plan_json(plans[wanted.value], saved)

        answer(read_document(str(facts)), work, _show_in(settings), settings)


def _draw(file: str, sheet: Sheet) -> None:
    from api.exports.gantt import gantt  # only a picture needs it

    write_beside(file, gantt(sheet), "--svg")


def _bare(raw: Any, reading: Reading, compare: bool, wish: Wish) -> Answer:
    given, told = split(raw)
    (made, desks), time = read_demanding_graph(given), Numbers()
    if wish.any:
        return wish.answer(Asked(made, time, reading), told)
    saved = savings(made, time, desks=desks)
    if compare:
        return comparison_json({r.value: plan(made, r, time) for r in COMPARED}, saved)
    return plan_json(plan(made, reading, time), saved)


def departments(raw: Any, book: PolicyBook) -> Demand | None:
    """Desks by department (部门人力), as stated beside the facts."""
    return read_departments(raw.get("capacity") if isinstance(raw, Mapping) else None, book.departments)


def durations(raw: Any) -> dict[str, int]:
    """Days by step, as stated beside the facts."""
    stated = raw.get("durations") if isinstance(raw, Mapping) else None
    if stated is None:
        return {}
    if not isinstance(stated, Mapping):
        raise InputError([Fault("/durations", shorten(stated), "应为“环节代码: 天数”的对象。", "Must be an object.")])
    faults = [
        Fault(
            f"/durations/{escape(name)}",
            shorten(days),
            f"天数应为 0 至 {LONGEST_STEP} 的整数。",
            f"Must be a whole number from 0 to {LONGEST_STEP}.",
        )
        for name, days in stated.items()
        if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= LONGEST_STEP
    ]
    if faults:
        raise InputError(faults)
    return dict(stated)


# --- in words ---------------------------------------------------------------------------------------------------------


def _show_in(settings: Settings) -> Callable[[Any], str]:
    return lambda found: _show(found, settings.english)


def _show(found: Mapping[str, Any], english: bool) -> str:
    if (limiting := lines(found, TITLES)) is not None:
        return "\n".join(limiting)
    if english:
        return "\n".join(plan_english.told(found))
    return "\n".join(_comparison(found) if "readings" in found else _lines(found))


def _comparison(found: Mapping[str, Any]) -> Iterator[str]:
    for name, each in found["readings"].items():
        yield f"{TITLES[name]}：{each['start']} 至 {each['finish']}，{each['working_days']} 个工作日"
    for name, by in found["milestones"].items():
        yield f"{MILESTONES[name]}：" + "，".join(f"{TITLES[r]} {at or '—'}" for r, at in by.items())
    yield _saved(found["savings"])
    yield NOT_LEAVE
    warnings = {w["says"]: w["code"] for each in found["readings"].values() for w in each["warnings"]}
    yield from (f"  注意：{says}" for says, code in warnings.items() if code != "no-duration")
    if untimed := sum(code == "no-duration" for code in warnings.values()):
        yield f"  注意：{untimed} 个环节没有法定或承诺时限，按 0 天计（去掉 --compare 逐个列出）；可在 durations 中写明。"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    title = TITLES[found["reading"]]
    yield f"{title}：{found['start']} 至 {found['finish']}，{found['working_days']} 个工作日"
    for step in found["steps"]:
        mark = "●" if step["critical"] else "○"
        stands = f"　立足于假设：{'、'.join(step['stands_on'])}（{NO_FORCE}）" if step["stands_on"] else ""
        unsure = "　（是否需要尚不能判断）" if step["applies"] == "unknown" else ""
        yield (
            f"  {mark} {step['earliest_start']} → {step['earliest_finish']}　{step['id']} {step['title']}"
            f"　机动 {step['slack']}{stands}{unsure}"
        )
    for each in found["dropped"]:
        how = f"（{each['firm']}）：单独节省 {each['days_saved']} 个工作日；{_law(each)}"
        yield f"  不再等待 {each['from']} → {each['to']}{how}"
    for each in found.get("beforehand", ()):
        yield f"  先完成后决定 {each['from']} → {each['to']}：单独节省 {each['days_saved']} 个工作日；{_law(each)}"
    yield _saved(found["savings"])
    if isinstance(found["start"], str):  # a bare graph is nobody's project
        yield NOT_LEAVE
    yield from (f"  注意：{w['says']}" for w in found["warnings"])


def _law(each: Mapping[str, Any]) -> str:
    return "、".join(f"《{c['instrument']}》{c['article']}" for c in each["cite"]) or _assumed(each)


def _assumed(each: Mapping[str, Any]) -> str:
    said = each.get("assumed")
    return f"没有法律依据，暂按：{said['says']}（{said['example']}）" if said else "没有法律依据的习惯或暂定做法"


def _saved(saved: Mapping[str, int]) -> str:
    return (
        f"节省的工作日：去除习惯 {saved['by_dropping_custom']}，容缺 {saved['by_before_issue']}，"
        f"模拟 {saved['by_assumption']}，人力 {saved['by_capacity']}"
    )
