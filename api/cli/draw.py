"""``yichuang draw`` (出图与导出): a plan as Gantt or graph picture, BPMN 2.0, iCalendar, CSV or GraphML."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import click

from api.cli.calendar import calendar
from api.cli.decide import Desk
from api.cli.io import Answer, Settings, day_option, read_document, say, shared, sound, today
from api.cli.plan import departments, durations
from api.exports.files import write_beside
from api.exports.formats import FORMATS, Format
from api.exports.sheet import Sheet, key_of, sheet_of
from engine.deriving import conversion_of, graph_of
from engine.errors import Fault, InputError
from engine.graph_reading import read_graph
from engine.plan import Calendar, Numbers
from engine.reading import COMPARED, Reading
from engine.values import shorten
from rules.compiler import packaged_policy
from rules.durable_matcher import DurableMatcher
from rules.matching import decide

HELP = """把计划画成图，或写成别的程序能读的文件。

\b
gantt    横道图（SVG），各种读法上下对照
graph    环节图（SVG），各种读法上下对照
bpmn     流程模型（BPMN 2.0）
ics      日历（iCalendar），每步一条，到期前提醒
csv      表格（UTF-8，带 BOM）
graphml  图（GraphML），带全部属性

FACTS 与 plan 的相同；--graph 则画一张裸图。不写 -o 时写到标准输出。

\b
例：
  yichuang draw 项目.json --compare --as gantt --until C08 --start 2022-03-01 -o 计划.svg
  yichuang draw 项目.json --reading simulated --as ics --start 2022-03-01 -o 计划.ics
  yichuang draw --graph 图.json --compare --as graph -o 图.svg
\b
项目.json：
  {"on": "2022-03-01", "facts": {"investment": "social", "approval_regime": "filing", "category": "general_industry", "land_supply": "granted"}}
图.json：
  {"steps": [{"id": "甲", "days": 3, "needs": []}, {"id": "乙", "days": 2, "needs": [{"step": "甲", "firm": "customary"}]}]}
"""


@click.command("draw", help=HELP, short_help="出图与导出：横道图、环节图、BPMN、日历、表格、GraphML。")
@click.argument("facts", required=False)
@click.option("--graph", "graph", metavar="GRAPH", help="裸图的 JSON 文件（- 为标准输入）。")
@click.option("--as", "wanted", type=click.Choice(list(FORMATS)), required=True, help="格式。")
@click.option("--reading", type=click.Choice([r.value for r in Reading]), default=None, help="读法；默认 parallel。")
@click.option("--compare", is_flag=True, help="三种读法上下对照（gantt、graph、csv）。")
@click.option("--until", "until", metavar="STEP", help="只画到这个环节为止：它和它所等待的一切。")
@click.option("-o", "--output", "output", metavar="FILE", help="写入这个文件；默认标准输出。")
@day_option("--start", "start", help="从哪一日开始；默认为 on，再默认今日。")
@day_option("--on", "on", help="适用哪一日的规定；默认今日。")
@click.option("--region", default=None, help="地区代号，默认按政策集所定（江海区 jianghai）。")
@day_option("--calendar-known-on", "known_on", help="只用该日以前公布的放假安排；默认用已收录的全部。")
@click.option("--forecast", is_flag=True, help="超出已公布的年份时给出暂定日期。")
@shared
def command(
    facts: str | None,
    graph: str | None,
    wanted: str,
    reading: str | None,
    compare: bool,
    until: str | None,
    output: str | None,
    start: date | None,
    on: date | None,
    region: str | None,
    known_on: date | None,
    forecast: bool,
    settings: Settings,
) -> None:
    """把计划画成图，或写成别的程序能读的文件。"""
    if (facts is None) == (graph is None):
        fix = "请写项目的 JSON 文件，或用 --graph 写一张裸图，二者取一。"
        raise InputError([Fault("", shorten(facts), fix, "Give FACTS or --graph, one of them.")])
    form = FORMATS[wanted]
    readings = _readings(reading, compare, wanted, form)
    document = read_document(str(facts if graph is None else graph))
    if graph is not None:
        sheet = sound(document.all_faults(), lambda: _bare(document.value, readings, until, wanted, form))
    else:
        with DurableMatcher() as durable:
            desk = Desk(packaged_policy(), "approval", on, region, known_on)
            days = calendar(known_on)
            time = days.forecast() if forecast else days

            def work() -> Sheet:
                lasting = durations(document.value)
                question = desk.read(document.value)
                departments(document.value, question.book)
                decision = decide(question.book, question.statement, question.service, durable)
                begins = Calendar(time, start or decision.on or today())
                return sheet_of(
                    graph_of(decision, lasting),
                    begins,
                    readings,
                    stamp=datetime.now(UTC),
                    conversion=conversion_of(decision),
                    departments=question.book.departments,
                    key=key_of(document.value.get("facts"), document.value.get("buildings")),
                    until=until,
                )

            sheet = sound(document.all_faults(), work)
    _hand_out(form.write(sheet), wanted, form, output, settings)


def _readings(reading: str | None, compare: bool, wanted: str, form: Format) -> tuple[Reading, ...]:
    if compare and reading is not None:
        fix = "--compare 与 --reading 请只写一个。"
        raise InputError([Fault("--compare", reading, fix, "Give --compare or --reading, not both.")])
    if compare and not form.several:
        fix = f"{wanted} 一次只写一种读法，请用 --reading。"
        raise InputError([Fault("--compare", wanted, fix, f"{wanted} takes one --reading.")])
    return COMPARED if compare else (Reading(reading or Reading.PARALLEL),)


def _bare(raw: Any, readings: tuple[Reading, ...], until: str | None, wanted: str, form: Format) -> Sheet:
    if form.dated:
        fix = f"裸图的天数是从 0 起的数，没有日期，写不了 {wanted}；请改用项目的 JSON 文件。"
        raise InputError([Fault("--as", wanted, fix, f"A bare graph has no dates, which {wanted} needs.")])
    return sheet_of(read_graph(raw), Numbers(), readings, until=until)


def _hand_out(made: bytes, wanted: str, form: Format, output: str | None, settings: Settings) -> None:
    """To the file, which stays as it was where it cannot be written; else to standard output."""
    if output not in (None, "-"):
        write_beside(output, made, "--output")
        found = {"as": wanted, "file": output, "media_type": form.media_type, "bytes": len(made)}
        say({**found, "sha256": hashlib.sha256(made).hexdigest()}, _told, settings)
    elif settings.as_json:
        say({"as": wanted, "media_type": form.media_type, "content": made.decode("utf-8")}, str, settings)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()


def _told(found: Mapping[str, Answer]) -> str:
    return f"已写入 {found['file']}（{FORMATS[found['as']].title}，{found['bytes']} 字节）。"
